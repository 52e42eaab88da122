//! The demo as whoever tries it out has it: made once, found by a second start, and its tour.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Backend, TestDatabase, free_port};

/// The demo, running in a folder of its own.
struct Demo {
    database: TestDatabase,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Demo {
    fn new(backend: Backend) -> Self {
        let database = TestDatabase::empty(backend);
        let folder = database.folder.join("demo");
        Self {
            database,
            folder,
            port: free_port(),
            child: None,
        }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it, and gives what it says once it serves.
    async fn start(&mut self) -> String {
        std::fs::create_dir_all(&self.folder).unwrap();
        let said = self.folder.join("said");
        let child = Command::new(env!("CARGO_BIN_EXE_chancery"))
            .arg("demo")
            .env("CHANCERY_DATABASE__URL", self.database.url())
            .env("CHANCERY_DATA_DIR", &self.folder)
            .env("CHANCERY_SERVER__BIND", format!("127.0.0.1:{}", self.port))
            .stdout(File::create(&said).unwrap())
            .stderr(File::create(self.folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let began = Instant::now();
        while reqwest::get(format!("{}/readyz", self.url()))
            .await
            .map_or(true, |answer| answer.status() != 200)
        {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(
                ended.is_none() && began.elapsed() < Duration::from_secs(240),
                "the demo does not come up: {}",
                std::fs::read_to_string(self.folder.join("log")).unwrap()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        std::fs::read_to_string(said).unwrap()
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What a file keeps that only its owner may read.
    fn kept(&self, name: &str) -> Value {
        let file = self.folder.join(name);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    async fn get(&self, path: &str, header: (&str, String)) -> Value {
        let answer = reqwest::Client::new()
            .get(format!("{}{path}", self.url()))
            .header(header.0, header.1)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// As the account with this role.
    async fn as_role(&self, role: &str) -> (&'static str, String) {
        let accounts = self.kept("demo-accounts.json");
        let account = find(&accounts, "role", role);
        let answer = reqwest::Client::new()
            .post(format!("{}/v1/auth/login", self.url()))
            .json(&json!({"email": account["email"], "password": account["password"]}))
            .send()
            .await
            .unwrap();
        let tokens: Value = answer.json().await.unwrap();
        let token = tokens["access_token"].as_str().unwrap();
        ("Authorization", format!("Bearer {token}"))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.stop();
    }
}

fn find<'a>(list: &'a Value, member: &str, value: &str) -> &'a Value {
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one[member] == value);
    found.unwrap_or_else(|| panic!("no {value} in {list}"))
}

/// A call that is open, one in review, and a placement that runs, as each side sees them.
async fn programs_are_on_their_way(demo: &Demo) {
    let office = demo.as_role("program_officer").await;
    let city = demo.as_role("local_staff").await;
    let reviewer = demo.as_role("clearance_officer").await;
    let diplomat = demo.as_role("diplomat").await;
    let list = async |path: &str, who: &(&'static str, String)| {
        demo.get(path, who.clone()).await["data"].clone()
    };
    let count = |list: &Value| list.as_array().unwrap().len();

    let calls = list("/v1/calls", &city).await;
    let id = |status: &str| {
        find(&calls, "status", status)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (open, in_review) = (id("open"), id("in_review"));
    let own = list(&format!("/v1/calls/{open}/applications"), &city).await;
    assert_eq!((count(&own), &own[0]["status"]), (1, &json!("draft")));
    let all = list(&format!("/v1/calls/{open}/applications"), &office).await;
    assert_eq!(count(&all), 3);

    // Of the five in review the reviewer does not see the one with the conflict, nor who applies.
    let path = format!("/v1/calls/{in_review}/applications");
    assert_eq!(count(&list(&path, &office).await), 5);
    let blind = list(&path, &reviewer).await;
    assert_eq!(count(&blind), 4);
    assert!(!blind.to_string().contains("organization_id"), "{blind}");
    assert!(!blind.to_string().contains("contact"), "{blind}");
    let ranking = demo
        .get(&format!("/v1/calls/{in_review}/ranking"), office.clone())
        .await;
    assert_eq!(ranking["data"][0]["rank"], 1, "{ranking}");
    assert_eq!(count(&ranking["data"]), 5);

    let officers = list("/v1/officers", &office).await;
    assert_eq!(count(&officers), 6);
    let officer = find(&officers, "name", "Lucia Ferrer")["id"]
        .as_str()
        .unwrap();
    let matches = list(&format!("/v1/officers/{officer}/matches"), &office).await;
    assert!(count(&matches) > 0, "{matches}");

    let placements = list("/v1/placements", &city).await;
    let running = find(&placements, "status", "active");
    let next = find(&placements, "status", "proposed");
    assert_eq!((&running["slot"], &next["slot"]), (&json!(1), &json!(2)));
    let reports = list("/v1/placement-reports", &city).await;
    let accepted = find(&reports, "status", "accepted");
    assert_eq!(accepted["figures"]["meetings"], 31);
    assert!(accepted.get("internal_part").is_none(), "{accepted}");
    assert_eq!(find(&reports, "status", "due")["ordinal"], 2);
    find(&reports, "kind", "final");
    let written = list("/v1/placement-reports", &diplomat).await;
    assert!(find(&written, "status", "accepted")["internal_part"].is_string());
    let program = running["program_id"].as_str().unwrap();
    let statistics = demo
        .get(&format!("/v1/programs/{program}/statistics"), office)
        .await;
    assert_eq!(statistics["figures"]["meetings"], 31, "{statistics}");
}

/// A series of which one is moved and one is off, invitations, access data that is asked for, a report.
async fn briefings_are_in_practice(demo: &Demo, said: &str) {
    let office = demo.as_role("administrator").await;
    let list = async |path: &str| demo.get(path, office.clone()).await["data"].clone();
    let series = list("/v1/briefing-series").await[0].clone();
    assert_eq!(series["counts"]["published"], 4, "{series}");
    assert_eq!(series["counts"]["cancelled"], 1, "{series}");
    let id = series["id"].as_str().unwrap();
    let all = list(&format!("/v1/briefing-series/{id}/occurrences")).await;
    assert_eq!(all[1]["changed"], json!(["starts_at"]));
    let briefings = list("/v1/briefings?limit=50").await;
    let id = |title: &str| find(&briefings, "title", title)["id"].as_str().unwrap();
    let guarded = id("Cities at the coming summit");
    let invited = list(&format!("/v1/briefings/{guarded}/invitations")).await;
    find(&invited, "status", "accepted");
    find(&invited, "status", "pending");
    let shown = find(&briefings, "id", guarded);
    assert_eq!(shown["counts"]["access_data_missing"], 1, "{shown}");
    let held = id("Sister cities in practice");
    let report = demo
        .get(
            &format!("/v1/briefings/{held}/after-action"),
            office.clone(),
        )
        .await;
    assert_eq!(
        (
            &report["figures"]["registered"],
            &report["figures"]["attended"]
        ),
        (&json!(2), &json!(1))
    );
    assert_eq!(list("/v1/follow-ups").await.as_array().unwrap().len(), 1);
    assert!(
        said.contains(demo.folder.join("mail").to_str().unwrap()),
        "{said}"
    );
    let address = said
        .split_whitespace()
        .find(|word| word.contains("/calendars/chf_"))
        .unwrap();
    let feed = reqwest::get(address).await.unwrap().text().await.unwrap();
    assert!(feed.contains("Trade in the morning"), "{feed}");
}

async fn made_once_with_requests_keys_and_a_tour(backend: Backend) {
    let mut demo = Demo::new(backend);
    let said = demo.start().await;
    let keys = demo.kept("demo-keys.json");
    let key = |mode: &str| {
        let secret = find(&keys, "mode", mode)["secret"].as_str().unwrap();
        ("X-Api-Key", secret.to_owned())
    };
    briefings_are_in_practice(&demo, &said).await;
    for mode in ["live", "test"] {
        assert!(said.contains(&key(mode).1), "{said}");
        let account = demo.get("/v1/service-account", key(mode)).await;
        assert_eq!(account["mode"], mode);
    }

    // A request in each state that matters, as the city sees it and as the office does.
    let requests = demo.get("/v1/event-requests", key("live")).await["data"].clone();
    let states = [
        ("PHX-1001", "draft", "organization"),
        ("PHX-1002", "awaiting_documents", "organization"),
        ("PHX-1003", "under_review", "office"),
        ("PHX-1004", "in_clearance", "office"),
        ("PHX-1005", "confirmed", "office"),
    ];
    for (external_ref, status, waiting_for) in states {
        let request = find(&requests, "external_ref", external_ref);
        assert_eq!(request["status"], status, "{request}");
        assert_eq!(request["waiting_for"], waiting_for, "{request}");
        assert_eq!(request["official"].is_object(), status == "confirmed");
        let runs = matches!(status, "under_review" | "in_clearance");
        assert_eq!(request["decision_due_at"].is_string(), runs, "{request}");
    }
    let scheduler = demo.as_role("scheduler").await;
    let mine = demo
        .get("/v1/event-requests?queue=mine", scheduler.clone())
        .await["data"]
        .clone();
    find(&mine, "external_ref", "PHX-1003");
    let in_clearance = find(&mine, "external_ref", "PHX-1004")["id"]
        .as_str()
        .unwrap();
    let path = format!("/v1/event-requests/{in_clearance}");
    let clearances = format!("{path}/clearances");
    let clearances = demo.get(&clearances, scheduler.clone()).await["data"].clone();
    assert_eq!(find(&clearances, "kind", "ethics")["status"], "cleared");
    let public_affairs = find(&clearances, "kind", "public_affairs");
    assert_eq!(public_affairs["status"], "pending");
    let history = format!("{path}/history");
    let history = demo.get(&history, scheduler.clone()).await["data"].clone();
    find(&history, "who", "Demo local staff");
    find(&history, "who", "Demo clearance officer");
    let documents = demo.get(&format!("{path}/documents"), scheduler).await["data"].clone();
    assert_eq!(
        find(&documents, "kind", "invitation_letter")["filename"],
        "invitation.txt"
    );

    programs_are_on_their_way(&demo).await;

    // The tour ends with what its own request told the feed.
    let tour = Command::new("bash")
        .arg(demo.folder.join("tour.sh"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let toured = String::from_utf8_lossy(&tour.stdout).into_owned();
    let failed = String::from_utf8_lossy(&tour.stderr);
    assert!(tour.status.success(), "{toured}{failed}");
    let feed = toured.lines().last().unwrap();
    assert!(
        feed.contains(r#""external_ref":"tour-"#) && feed.contains("ER-"),
        "{toured}"
    );
    for part in [
        r#""rank":1"#,
        r#""digest""#,
        r#""kind":"quarterly""#,
        r#""by_placement""#,
    ] {
        assert!(toured.contains(part), "{part}: {toured}");
    }

    // A second start finds it.
    demo.stop();
    let again = demo.start().await;
    assert!(again.contains("here already"), "{again}");
    assert_eq!(demo.kept("demo-keys.json"), keys);
    let now = demo
        .get("/v1/event-requests?include=total", key("live"))
        .await;
    assert_eq!(now["total"], 6);
}

#[tokio::test]
async fn the_demo_is_made_once_with_requests_keys_and_a_tour_on_sqlite() {
    made_once_with_requests_keys_and_a_tour(Backend::Sqlite).await;
}

#[tokio::test]
async fn the_demo_is_made_once_with_requests_keys_and_a_tour_on_postgresql() {
    made_once_with_requests_keys_and_a_tour(Backend::Postgres).await;
}
