//! The integration guide does what it says: its commands are taken from the page and run, in order,
//! in one session, against a service and a receiver.

use std::path::Path;
use std::process::Stdio;

use chancery::demo::{DemoAccount, accounts_file, write_private};
use chancery::kernel::access::Role;
use serde_json::Value;
use standardwebhooks::Webhook;

use crate::both_backends;
use crate::support::{App, PASSWORD, Receiver};

const GUIDE: &str = include_str!("../../docs/integrations.md");

/// What the commands leave behind that the test looks at, as their variables.
const LEFT: [&str; 6] = [
    "REQUEST",
    "TRIAL",
    "ENDPOINT",
    "WEBHOOK_SECRET",
    "NEW_WEBHOOK_SECRET",
    "KEY",
];

/// The commands of the page, with the line on which each block begins.
fn blocks() -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(GUIDE.lines()) {
        match &mut open {
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line == "```sh" => open = Some((number + 1, String::new())),
            None => {}
        }
    }
    assert!(open.is_none(), "a block of the guide does not end");
    blocks
}

fn session() -> String {
    let mut script = "set -euo pipefail\n".to_owned();
    for (line, block) in blocks() {
        script.push_str(&format!("echo '--- line {line} of the guide'\n{block}"));
    }
    script.push_str("echo '--- what is left'\n");
    for name in LEFT {
        script.push_str(&format!("echo \"{name}=${name}\"\n"));
    }
    script
}

/// An account for each role that the guide signs in as, in the demo's file.
async fn accounts(app: &App, folder: &Path) {
    let mut accounts = Vec::new();
    for role in [
        Role::LocalStaff,
        Role::Scheduler,
        Role::ClearanceOfficer,
        Role::Administrator,
    ] {
        let me = app.as_role(role).await.get("/v1/me").await.expect(200);
        accounts.push(DemoAccount {
            role,
            email: me.body["email"].as_str().unwrap().to_owned(),
            password: PASSWORD.to_owned(),
        });
    }
    let text = serde_json::to_string(&accounts).unwrap();
    write_private(&accounts_file(&folder.join("var")), &text).unwrap();
}

async fn run(app: &App, receiver: &Receiver) -> String {
    let folder = app.database.folder.join("guide");
    accounts(app, &folder).await;
    let script = folder.join("session.sh");
    std::fs::write(&script, session()).unwrap();
    let output = tokio::process::Command::new("bash")
        .arg(&script)
        .current_dir(&folder)
        .env("API", &app.url)
        .env("RECEIVER_URL", receiver.url())
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the guide needs bash");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}\n{said}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

/// The value that a variable of the session has at its end.
fn left<'a>(said: &'a str, name: &str) -> &'a str {
    said.lines()
        .rev()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        .unwrap_or_else(|| panic!("the guide sets no {name}:\n{said}"))
}

#[test]
fn the_guide_has_commands_and_their_tools_are_here() {
    assert!(blocks().len() >= 15, "{}", blocks().len());
    for tool in ["bash", "curl", "python3"] {
        let answer = std::process::Command::new(tool).arg("--version").output();
        assert!(
            answer.is_ok_and(|answer| answer.status.success()),
            "{tool} not found: the commands of docs/integrations.md need it"
        );
    }
}

both_backends! {
    async fn a_reader_of_the_guide_sees_a_request_confirmed(app: App) {
        let receiver = Receiver::start().await;
        app.briefer("Amara Okafor").await;
        let said = run(&app, &receiver).await;
        let count = |text: &str| said.lines().filter(|line| line.trim_end().eq_ignore_ascii_case(text)).count();
        assert_eq!(count("404"), 1, "{said}");
        assert_eq!(count("Idempotency-Replayed: true"), 1, "{said}");
        assert_eq!(count("HTTP/1.1 409 Conflict"), 1, "{said}");
        assert_eq!(count("duplicate_external_ref"), 1, "{said}");
        let id = left(&said, "REQUEST");
        assert_eq!(count(&format!("location: /v1/event-requests/{id}")), 2, "{said}");
        assert!(said.lines().any(|line| line == "event: event_request.submitted"), "{said}");
        assert_eq!(count("Amara Okafor"), 2, "{said}");

        // The request is confirmed, and the trial is nowhere.
        let city = app.as_city("Phoenix").await;
        let request = app.with_key(left(&said, "KEY")).get(&format!("/v1/event-requests/{id}")).await.expect(200);
        assert_eq!(request.body["status"], "confirmed");
        assert_eq!(request.body["official"]["name"], "Amara Okafor");
        for seer in [&city, &app.admin().await] {
            seer.get(&format!("/v1/event-requests/{}", left(&said, "TRIAL"))).await.expect_problem(404, "not_found");
        }

        // The feed has its story, in order.
        app.settle_journal().await;
        let feed = city.get("/v1/events?limit=100").await.expect(200);
        let told: Vec<&Value> = feed.body["data"].as_array().unwrap().iter().filter(|event| event["subject"]["id"] == id).collect();
        let kinds: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, [
            "event_request.created", "event_request.document_added", "event_request.submitted",
            "event_request.review_started", "event_request.clearance_begun", "event_request.confirmed",
        ]);

        // The receiver got what the endpoint asked for, signed, under the ids of the feed: the four
        // events of the request, one of them by the replay, and the test event twice.
        let mut received = receiver.wait(6).await;
        received.sort_by_key(|one| one.body["data"]["subject"]["version"].as_i64());
        for one in &received {
            Webhook::new(left(&said, "WEBHOOK_SECRET")).unwrap().verify(one.text.as_bytes(), &one.headers).unwrap();
        }
        let of_request: Vec<(String, String)> = received.iter()
            .filter(|one| one.body["data"]["subject"]["id"] == id)
            .map(|one| (one.kind().to_owned(), one.id()))
            .collect();
        let expected: Vec<(String, String)> = told.iter().skip(2)
            .map(|event| (event["type"].as_str().unwrap().to_owned(), event["id"].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(of_request, expected);
        let tests: Vec<_> = received.iter().filter(|one| one.kind() == "webhook_endpoint.tested").collect();
        assert_eq!(tests.len(), 2);
        // The last one came after the rotation: signed with both secrets.
        let renewed = Webhook::new(left(&said, "NEW_WEBHOOK_SECRET")).unwrap();
        assert_eq!(tests.iter().filter(|one| renewed.verify(one.text.as_bytes(), &one.headers).is_ok()).count(), 1);
        assert!(tests.iter().all(|one| one.body["data"]["subject"]["id"] == left(&said, "ENDPOINT")));
    }
}
