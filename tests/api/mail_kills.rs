//! The service is killed again and again while 5,000 invitations, or as many as `TEST_MAILS` says, go
//! out: nobody gets two, and what may have been lost is known.
//!
//! The suite sends a few hundred; `scripts/soak-mail` sends them all.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, MailServer, PASSWORD, Process, files};

/// How often the service is killed.
const KILLS: u32 = 5;

/// Connections to the mail server at a time: the default.
const CONNECTIONS: usize = 4;

/// How many invitations go out.
fn count() -> usize {
    std::env::var("TEST_MAILS").map_or(300, |text| text.parse().unwrap())
}

/// The administrator, at this process.
async fn admin_of(app: &App, process: &Process) -> Actor {
    let anyone = app.anonymous().at(&process.url);
    let tokens = anyone
        .post(
            "/v1/auth/login",
            json!({"email": "admin@office.example.gov", "password": PASSWORD}),
        )
        .await
        .expect(200);
    app.with_token(tokens.body["access_token"].as_str().unwrap())
        .at(&process.url)
}

fn address(number: usize) -> String {
    format!("p{number:05}@example.gov")
}

/// Invites so many people through the API.
async fn invite(admin: &Actor, briefing: &str, organization: &str) {
    let people: Vec<Value> = (0..count())
        .map(|number| {
            json!({
                "name": format!("Person {number}"), "email": address(number),
                "organization_id": organization,
            })
        })
        .collect();
    for people in people.chunks(1000) {
        let answer = admin
            .post(
                &format!("/v1/briefings/{briefing}/invitations"),
                json!({"people": people}),
            )
            .await;
        assert_eq!(
            answer.body["created"],
            json!(people.len()),
            "{}",
            answer.text
        );
    }
}

/// How many mails have each status.
async fn statuses(app: &App) -> HashMap<String, usize> {
    use chancery::schema::mail_messages::dsl;
    use diesel::prelude::*;
    let rows: Vec<(String, i64)> = app
        .kernel
        .db
        .read(|conn| {
            Ok(dsl::mail_messages
                .group_by(dsl::status)
                .select((dsl::status, diesel::dsl::count_star()))
                .load(conn)?)
        })
        .await
        .unwrap();
    rows.into_iter()
        .map(|(status, count)| (status, usize::try_from(count).unwrap()))
        .collect()
}

/// Waits until nothing is queued or being handed over.
async fn settled(app: &App) -> HashMap<String, usize> {
    for _ in 0..6000 {
        let now = statuses(app).await;
        if !now.contains_key("queued") && !now.contains_key("handed_over") {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", statuses(app).await);
}

/// Invites, and kills the service at random moments while the mail goes out. Gives the process that is
/// left, once everything is settled, and what became of the mail.
async fn invited_and_killed(
    app: &App,
    settings: &[(&str, String)],
) -> (Process, HashMap<String, usize>) {
    let briefing = app.published(json!({"capacity": 10})).await;
    let organization = app.city("Phoenix").await;
    app.stop().await;
    let mut process = Process::start_with(app, settings).await;
    let admin = admin_of(app, &process).await;
    invite(&admin, &briefing, &organization).await;
    let mut moments = Vec::new();
    for _ in 0..KILLS {
        let random = u32::from_le_bytes(chancery::kernel::secrets::random_bytes().unwrap());
        let moment = u64::from(random) % (400 + u64::try_from(count()).unwrap() / 2);
        tokio::time::sleep(Duration::from_millis(moment)).await;
        process.kill();
        let left = statuses(app).await;
        moments.push((moment, left.get("sent").copied().unwrap_or_default()));
        // Nobody else holds one: nothing is gained by waiting until the dead worker's runs out.
        app.forget_mail_leases().await;
        process = Process::start_with(app, settings).await;
    }
    let outcome = settled(app).await;
    println!("killed after (milliseconds, mails written down): {moments:?}; then {outcome:?}");
    (process, outcome)
}

fn settings(more: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    // Quiet hours would hold the mail back at night.
    let mut all = vec![
        ("CHANCERY_MAIL__QUIET_FROM", "00:00".to_owned()),
        ("CHANCERY_MAIL__QUIET_UNTIL", "00:00".to_owned()),
    ];
    all.extend(more);
    all
}

both_backends! {
    async fn killed_while_invitations_go_to_a_mail_server_nobody_gets_two_and_what_is_missing_is_known(app: App) {
        let server = MailServer::postfix_or_plain(&app);
        let settings = settings(vec![
            ("CHANCERY_MAIL__TRANSPORT", "smtp".to_owned()),
            ("CHANCERY_MAIL__HOST", "127.0.0.1".to_owned()),
            ("CHANCERY_MAIL__PORT", server.port.to_string()),
            ("CHANCERY_MAIL__SECURITY", "none".to_owned()),
            ("CHANCERY_MAIL__FROM_ADDRESS", "office@office.example.gov".to_owned()),
        ]);
        let (process, outcome) = invited_and_killed(&app, &settings).await;
        let mut received: HashMap<String, usize> = HashMap::new();
        for to in server.recipients() {
            *received.entry(to).or_default() += 1;
        }
        let twice: Vec<_> = received.iter().filter(|(_, count)| **count != 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        let in_doubt = outcome.get("in_doubt").copied().unwrap_or_default();
        assert!(in_doubt <= 2 * CONNECTIONS * usize::try_from(KILLS).unwrap(), "{outcome:?}");
        assert_eq!(outcome.get("sent").copied().unwrap_or_default() + in_doubt, count());

        // Staff look for each that is in doubt in the mail server's log, and send again what is not there.
        let admin = admin_of(&app, &process).await;
        let listed = admin.get("/v1/mail-messages?status=in_doubt&limit=100").await.expect(200);
        let listed = listed.body["data"].as_array().unwrap().clone();
        assert_eq!(listed.len(), in_doubt);
        let mut missing = 0;
        for mail in listed {
            if !received.contains_key(mail["recipient"]["email"].as_str().unwrap()) {
                let id = mail["id"].as_str().unwrap();
                admin.post(&format!("/v1/mail-messages/{id}/resend"), json!({})).await.expect(200);
                missing += 1;
            }
        }
        assert_eq!(received.len() + missing, count(), "whatever is missing was in doubt");
        settled(&app).await;
        let mut recipients = server.recipients();
        recipients.sort();
        assert_eq!(recipients, (0..count()).map(address).collect::<Vec<_>>());
        println!("{in_doubt} in doubt, {missing} of them missing");
        process.kill();
    }

    async fn killed_while_invitations_are_written_to_files_every_one_is_there_once(app: App) {
        let (process, outcome) = invited_and_killed(&app, &settings(Vec::new())).await;
        assert_eq!(outcome, HashMap::from([("sent".to_owned(), count())]));
        let mut recipients: Vec<String> = files(&app.mail_folder())
            .iter()
            .map(|path| {
                let text = std::fs::read_to_string(path).unwrap();
                let line = text.lines().find(|line| line.starts_with("To: ")).unwrap();
                let (_, rest) = line.rsplit_once('<').unwrap();
                rest.trim_end_matches('>').to_owned()
            })
            .collect();
        recipients.sort();
        assert_eq!(recipients, (0..count()).map(address).collect::<Vec<_>>());
        process.kill();
    }
}
