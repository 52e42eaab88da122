//! The process killed while it writes: what was acknowledged is there, once, and nothing is half
//! written.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chancery::kernel::access::Role;
use chancery::kernel::journal::chain::{self, Verdict};
use serde_json::{Value, json};

use crate::support::{App, Backend, PASSWORD, Process, free_port};

/// Eight writers that retry each write under its own key until they have an answer, while the
/// process is killed twenty times.
async fn no_acknowledged_write_is_lost_or_doubled(backend: Backend) {
    let app = App::start(backend).await;
    let admin = app.admin().await;
    app.as_role(Role::Scheduler).await;
    let token = admin.token.clone().unwrap();
    let port = free_port();
    let mut process = Process::start(&app, port).await;

    let done = Arc::new(AtomicBool::new(false));
    let acknowledged_so_far = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (done, counter) = (done.clone(), acknowledged_so_far.clone());
            let (url, token) = (process.url.clone(), token.clone());
            tokio::spawn(async move {
                let client = reqwest::Client::builder()
                    .timeout(Duration::from_secs(5))
                    .build()
                    .unwrap();
                let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
                let mut number = 0;
                while !done.load(Ordering::Relaxed) {
                    number += 1;
                    let name = format!("Writer {writer} number {number}");
                    // Until there is an answer, or the test ends: then the write may or may not be there.
                    while !done.load(Ordering::Relaxed) {
                        let sent = client
                            .post(format!("{url}/v1/briefers"))
                            .bearer_auth(&token)
                            .header("Idempotency-Key", name.replace(' ', "-"))
                            .json(&json!({"name": name}))
                            .send()
                            .await;
                        let answer = match sent {
                            Ok(answer) if answer.status() == 201 => answer.json::<Value>().await,
                            Ok(answer) => {
                                let status = answer.status();
                                assert!(matches!(status.as_u16(), 409 | 503), "{status}");
                                tokio::time::sleep(Duration::from_millis(20)).await;
                                continue;
                            }
                            Err(error) => Err(error),
                        };
                        if let Ok(body) = answer {
                            acknowledged
                                .insert(name.clone(), body["id"].as_str().unwrap().to_owned());
                            counter.fetch_add(1, Ordering::Relaxed);
                            break;
                        }
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
                (number, acknowledged)
            })
        })
        .collect();

    for kill in 0..20_usize {
        // A moment that differs from kill to kill, with writes acknowledged in between.
        let before = acknowledged_so_far.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(
            60 + u64::try_from(kill * 37 % 200).unwrap(),
        ))
        .await;
        let waiting = Instant::now();
        while acknowledged_so_far.load(Ordering::Relaxed) < before + 8 {
            assert!(
                waiting.elapsed() < Duration::from_secs(20),
                "no write is acknowledged"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        process.kill();
        process = Process::start(&app, port).await;
    }
    done.store(true, Ordering::Relaxed);
    let mut acknowledged = BTreeMap::new();
    let mut attempted = 0;
    for writer in writers {
        let (number, own) = writer.await.unwrap();
        attempted += number;
        acknowledged.extend(own);
    }
    process.kill();

    let mut stored: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut path = "/v1/briefers?limit=100".to_owned();
    loop {
        let page = admin.get(&path).await.expect(200);
        for briefer in page.body["data"].as_array().unwrap() {
            stored
                .entry(briefer["name"].as_str().unwrap().to_owned())
                .or_default()
                .push(briefer["id"].as_str().unwrap().to_owned());
        }
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/briefers?limit=100&cursor={cursor}"),
            None => break,
        }
    }
    assert!(
        acknowledged.len() > 160,
        "{} of {attempted}",
        acknowledged.len()
    );
    for (name, id) in &acknowledged {
        assert_eq!(
            stored.get(name),
            Some(&vec![id.clone()]),
            "{name} was acknowledged"
        );
    }
    for (name, ids) in &stored {
        assert_eq!(ids.len(), 1, "{name} is there {} times", ids.len());
    }
    // No key is stuck: an unacknowledged write is repeated and has one effect.
    for name in stored.keys() {
        let again = admin
            .post_with(
                "/v1/briefers",
                &[("Idempotency-Key", &name.replace(' ', "-"))],
                json!({"name": name}),
            )
            .await
            .expect(201);
        assert_eq!(stored[name], [again.id()]);
    }
    app.settle_journal().await;
    let verdict = app.kernel.db.read(chain::verify).await.unwrap();
    assert!(matches!(verdict, Verdict::Intact(_)), "{verdict:?}");
    let created = admin
        .get("/v1/audit-events?type=briefer.created&include=total")
        .await
        .expect(200);
    assert_eq!(created.body["total"], stored.len());
    assert!(
        app.sign_in("admin@office.example.gov", PASSWORD)
            .await
            .status
            == 200
    );
}

mod twenty_kills_lose_and_double_nothing {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        no_acknowledged_write_is_lost_or_doubled(Backend::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgresql() {
        no_acknowledged_write_is_lost_or_doubled(Backend::Postgres).await;
    }
}
