//! The process killed while it writes: what was acknowledged is there, once, and nothing is half
//! written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chancery::kernel::access::Permission;
use chancery::kernel::journal::chain::{self, Verdict};
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, PASSWORD, Process, free_port};

/// How long a key may be in the way of its own retries.
const NO_KEY_IS_STUCK_OVER: Duration = Duration::from_secs(60);

/// What the writers send: each write has a name, which is also its `Idempotency-Key`.
#[derive(Clone)]
struct Writes {
    path: &'static str,
    /// The header that says who writes.
    caller: (&'static str, String),
    body: Value,
    /// The members of the body that hold the name.
    named: &'static [&'static str],
}

impl Writes {
    fn body_of(&self, name: &str) -> Value {
        let mut body = self.body.clone();
        for member in self.named {
            body[*member] = json!(name);
        }
        body
    }

    /// Sends a write under its own key until it is answered, however often that takes.
    async fn send(&self, client: &reqwest::Client, url: &str, name: &str) -> String {
        let began = Instant::now();
        loop {
            let sent = client
                .post(format!("{url}{}", self.path))
                .header(self.caller.0, &self.caller.1)
                .header("Idempotency-Key", name)
                .json(&self.body_of(name))
                .send()
                .await;
            if let Ok(answer) = sent {
                let status = answer.status().as_u16();
                assert!(matches!(status, 201 | 409 | 503), "{name}: {status}");
                // Also the body may be cut short by a kill.
                if let Ok(body) = answer.json::<Value>().await {
                    if status == 201 {
                        return body["id"].as_str().unwrap().to_owned();
                    }
                    assert!(
                        matches!(
                            body["code"].as_str().unwrap(),
                            "request_in_flight" | "unavailable"
                        ),
                        "{name}: {body}"
                    );
                }
            }
            assert!(began.elapsed() < NO_KEY_IS_STUCK_OVER, "{name} is stuck");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Eight writers that retry each write until they have an answer, while the process is killed
/// twenty times. Returns the id that each write was answered with.
async fn write_through_twenty_kills(app: &App, writes: &Writes) -> BTreeMap<String, String> {
    let port = free_port();
    let mut process = Process::start(app, port).await;
    let done = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (done, answered) = (done.clone(), answered.clone());
            let (url, writes) = (process.url.clone(), writes.clone());
            tokio::spawn(async move {
                let client = reqwest::Client::builder()
                    .timeout(Duration::from_secs(5))
                    .build()
                    .unwrap();
                let mut own = BTreeMap::new();
                while !done.load(Ordering::Relaxed) {
                    let name = format!("writer{writer}number{}", own.len());
                    let id = writes.send(&client, &url, &name).await;
                    own.insert(name, id);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                own
            })
        })
        .collect();

    for kill in 0..20_usize {
        // A moment that differs from kill to kill, with writes answered in between.
        let before = answered.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(
            60 + u64::try_from(kill * 37 % 200).unwrap(),
        ))
        .await;
        let waiting = Instant::now();
        while answered.load(Ordering::Relaxed) < before + 8 {
            assert!(
                waiting.elapsed() < Duration::from_secs(20),
                "no write is answered"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        process.kill();
        process = Process::start(app, port).await;
    }
    done.store(true, Ordering::Relaxed);
    let mut all = BTreeMap::new();
    for writer in writers {
        all.extend(writer.await.unwrap());
    }
    process.kill();
    assert!(all.len() > 160, "{}", all.len());
    all
}

/// The ids that the list at this address holds, by the member that names them.
async fn stored(actor: &Actor, path: &str, named: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut page = actor.get(&format!("{path}?limit=100")).await.expect(200);
    loop {
        for record in page.body["data"].as_array().unwrap() {
            found
                .entry(record[named].as_str().unwrap().to_owned())
                .or_default()
                .push(record["id"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page.body["next_cursor"].as_str() else {
            return found;
        };
        page = actor
            .get(&format!("{path}?limit=100&cursor={cursor}"))
            .await
            .expect(200);
    }
}

/// Each write had one effect, its key still answers, and the journal tells of it once.
async fn each_write_had_one_effect(
    app: &App,
    actor: &Actor,
    writes: &Writes,
    answered: BTreeMap<String, String>,
    event: &str,
) {
    let answered: BTreeMap<String, Vec<String>> = answered
        .into_iter()
        .map(|(name, id)| (name, vec![id]))
        .collect();
    assert_eq!(stored(actor, writes.path, writes.named[0]).await, answered);
    for (name, ids) in &answered {
        let key = [("Idempotency-Key", name.as_str())];
        let again = actor
            .post_with(writes.path, &key, writes.body_of(name))
            .await
            .expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(*ids, [again.id()]);
    }
    app.settle_journal().await;
    let verdict = app.kernel.db.read(chain::verify).await.unwrap();
    assert!(matches!(verdict, Verdict::Intact(_)), "{verdict:?}");
    let admin = app.admin().await;
    let told = admin
        .get(&format!("/v1/audit-events?type={event}&include=total"))
        .await
        .expect(200);
    assert_eq!(told.body["total"], answered.len());
    let signed_in = app.sign_in("admin@office.example.gov", PASSWORD).await;
    assert_eq!(signed_in.status, 200);
}

both_backends! {
    async fn twenty_kills_lose_and_double_nothing(app: App) {
        let admin = app.admin().await;
        let writes = Writes {
            path: "/v1/briefers",
            caller: ("Authorization", format!("Bearer {}", admin.token.as_ref().unwrap())),
            body: json!({}),
            named: &["name"],
        };
        let answered = write_through_twenty_kills(&app, &writes).await;
        each_write_had_one_effect(&app, &admin, &writes, answered, "briefer.created").await;
    }

    async fn a_city_s_system_that_retries_through_twenty_kills_has_each_request_once(app: App) {
        let system = app.key_of("Phoenix", &[Permission::RequestsRead, Permission::RequestsWrite]).await;
        let writes = Writes {
            path: "/v1/event-requests",
            caller: ("X-Api-Key", system.key.clone().unwrap()),
            body: app.request_draft(json!({})),
            // The title too: requests with one title and one date are flagged as duplicates.
            named: &["external_ref", "title"],
        };
        let answered = write_through_twenty_kills(&app, &writes).await;
        each_write_had_one_effect(&app, &system, &writes, answered, "event_request.created").await;
    }

    async fn a_service_that_is_asked_to_stop_ends_its_streams_and_exits_well(app: App) {
        let admin = app.admin().await;
        let process = Process::start(&app, free_port()).await;
        let there = admin.at(&process.url);
        let mut stream = there.stream("/v1/events/stream", &[]).await.unwrap();
        there.post("/v1/briefers", json!({"name": "Amara Okafor"})).await.expect(201);
        assert_eq!(stream.next().await.unwrap().event, "briefer.created");
        // It waits eight seconds for requests that do not end; a stream would be one.
        let ended = process.terminate().await;
        assert_eq!(ended.code(), Some(0));
        assert_eq!(stream.next().await, None);
        assert!(reqwest::get(format!("{}/readyz", app.url)).await.unwrap().status().is_success());
    }
}
