//! The event feed and the live stream: complete, in order, and of what the caller may know.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chancery::kernel::access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App};

async fn register(city: &Actor, briefing: &str, name: &str) -> String {
    let body = json!({"attendee": {"name": name, "email": format!("{name}@example.gov")}});
    city.post(&format!("/v1/briefings/{briefing}/registrations"), body)
        .await
        .expect(201)
        .id()
}

/// The whole feed, page by page.
async fn feed(actor: &Actor, query: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map_or(String::new(), |event| {
            format!("&after={}", event["id"].as_str().unwrap())
        });
        let page = actor
            .get(&format!("/v1/events?limit=20{query}{after}"))
            .await
            .expect(200);
        all.extend(page.body["data"].as_array().unwrap().iter().cloned());
        if page.body["has_more"] == false {
            return all;
        }
    }
}

fn told(events: &[Value]) -> Vec<(&str, &str)> {
    events
        .iter()
        .map(|event| {
            (
                event["type"].as_str().unwrap(),
                event["subject"]["id"].as_str().unwrap(),
            )
        })
        .collect()
}

both_backends! {
    async fn a_city_is_told_of_its_own_affairs_and_of_the_briefings_it_may_see(app: App) {
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let chicago_id = app.city("Chicago").await;
        let open = app.published(json!({"title": "Open to all"})).await;
        let restricted = app.published(json!({"marking": "cui"})).await;
        let for_chicago = app.published(json!({"audience": {"scope": "invitation", "organization_ids": [chicago_id]}})).await;
        let mine = register(&phoenix, &open, "ana").await;
        let theirs = register(&chicago, &for_chicago, "bo").await;
        app.settle_journal().await;

        let seen = feed(&phoenix, "").await;
        assert_eq!(told(&seen), [("briefing.published", open.as_str()), ("registration.confirmed", mine.as_str())]);
        assert_eq!(seen[0]["data"]["title"], "Open to all");
        assert_eq!(seen[1]["data"], json!({"briefing_id": open, "organization_id": app.city("Phoenix").await, "status": "confirmed", "attended": false}));
        let seen = feed(&chicago, "").await;
        assert_eq!(told(&seen), [("briefing.published", open.as_str()), ("briefing.published", for_chicago.as_str()), ("registration.confirmed", theirs.as_str())]);
        // Nothing tells how busy others are, who comes, or who did it.
        for hidden in ["position", "ana@", "actor", "request_id", &restricted] {
            assert!(!phoenix.get("/v1/events").await.text.contains(hidden), "{hidden}");
        }
        // A filter finds nothing else, and what is hidden later is hidden from then on.
        assert_eq!(told(&feed(&phoenix, "&type=registration.confirmed").await), [("registration.confirmed", mine.as_str())]);
        assert!(feed(&phoenix, "&type=briefing.created").await.is_empty());
        let admin = app.admin().await;
        admin.patch(&format!("/v1/briefings/{open}"), "\"3\"", json!({"marking": "cui"})).await.expect(200);
        app.settle_journal().await;
        assert_eq!(told(&feed(&phoenix, "").await), []);
        assert_eq!(told(&feed(&admin, "&type=registration.confirmed").await).len(), 2);
        assert!(feed(&chicago, "&type=briefing.published").await.iter().all(|event| event["subject"]["id"] != *open));
    }

    async fn federal_staff_are_told_of_every_record_they_may_read_and_of_no_account(app: App) {
        let city = app.as_city("Phoenix").await;
        let restricted = app.published(json!({"marking": "cui"})).await;
        let open = app.published(json!({})).await;
        register(&city, &open, "ana").await;
        let auditor = app.as_role(Role::Auditor).await;
        let partner = app.as_role(Role::ClearanceOfficer).await;
        city.get(&format!("/v1/briefings/{restricted}")).await.expect(404);
        app.settle_journal().await;
        let seen = feed(&auditor, "").await;
        let kinds: BTreeSet<&str> = seen.iter().map(|event| event["subject"]["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, BTreeSet::from(["briefer", "briefing", "organization", "registration"]));
        assert!(told(&seen).contains(&("briefing.published", &restricted)));
        // A partner may not read registrations, so not be told of them either.
        let kinds: BTreeSet<String> = feed(&partner, "").await.iter().map(|event| event["subject"]["kind"].as_str().unwrap().to_owned()).collect();
        assert!(kinds.contains("briefing") && !kinds.contains("registration"), "{kinds:?}");
    }

    async fn a_client_goes_on_after_the_last_event_it_has(app: App) {
        let admin = app.admin().await;
        for number in 0..5 {
            app.briefer(&format!("Briefer {number}")).await;
        }
        app.settle_journal().await;
        let all = feed(&admin, "").await;
        let page = admin.get("/v1/events?limit=3").await.expect(200);
        assert_eq!((page.ids().len(), page.body["has_more"].clone()), (3, json!(true)));
        let last = all.last().unwrap()["id"].as_str().unwrap();
        let page = admin.get(&format!("/v1/events?after={last}")).await.expect(200);
        assert_eq!(page.body, json!({"data": [], "has_more": false}));
        app.briefer("One more").await;
        app.settle_journal().await;
        assert_eq!(admin.get(&format!("/v1/events?after={last}")).await.expect(200).ids().len(), 1);
        admin.get("/v1/events?after=evt_00000000000000000000000000").await.expect_problem(400, "invalid_cursor");
        admin.get("/v1/events?after=brf_00000000000000000000000000").await.expect_problem(400, "invalid_query");
        admin.get("/v1/events?type=%27%20OR%201").await.expect_problem(400, "invalid_query");
    }

    async fn sixteen_writers_and_a_reader_who_misses_nothing_and_sees_nothing_twice(app: App) {
        let admin = app.admin().await;
        let other = app.replica().await;
        let writing = Arc::new(AtomicBool::new(true));
        let reader = {
            let (admin, writing) = (admin.at(&other.url), writing.clone());
            tokio::spawn(async move {
                let mut seen: Vec<String> = Vec::new();
                loop {
                    let is_last = !writing.load(Ordering::Relaxed);
                    let after = seen.last().map_or(String::new(), |id| format!("&after={id}"));
                    let page = admin.get(&format!("/v1/events?limit=7{after}")).await.expect(200);
                    seen.extend(page.ids());
                    if is_last && page.ids().is_empty() {
                        return seen;
                    }
                }
            })
        };
        join_all((0..16).map(|writer| {
            let admin = admin.at(if writer % 2 == 0 { &app.url } else { &other.url });
            async move {
                for number in 0..12 {
                    admin.post("/v1/briefers", json!({"name": format!("Briefer {writer} {number}")})).await.expect(201);
                }
            }
        }))
        .await;
        app.settle_journal().await;
        writing.store(false, Ordering::Relaxed);
        let seen = reader.await.unwrap();
        let complete: Vec<String> = feed(&admin, "").await.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        assert!(complete.len() >= 16 * 12, "{}", complete.len());
        assert_eq!(seen, complete);
    }

    async fn a_stream_tells_what_happens_and_goes_on_where_it_broke_off(app: App) {
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let briefing = app.published(json!({})).await;
        register(&phoenix, &briefing, "before").await;
        app.settle_journal().await;
        let mut stream = phoenix.stream("/v1/events/stream", &[]).await.unwrap();
        assert_eq!(stream.cache_control, "no-store");
        let mut only = phoenix.stream("/v1/events/stream?type=registration.cancelled", &[]).await.unwrap();
        register(&chicago, &briefing, "theirs").await;
        let first = register(&phoenix, &briefing, "first").await;
        let event = stream.next().await.unwrap();
        assert_eq!((event.event.as_str(), event.data["subject"]["id"].as_str()), ("registration.confirmed", Some(first.as_str())));
        let page = phoenix.get("/v1/events?limit=100").await.expect(200);
        assert_eq!(page.body["data"].as_array().unwrap().last().unwrap(), &event.data);
        assert_eq!(event.data["id"], *event.id);
        drop(stream);

        let second = register(&phoenix, &briefing, "second").await;
        phoenix.post(&format!("/v1/briefings/{briefing}/registrations/{second}/cancel"), json!({})).await.expect(200);
        for (path, headers) in [
            ("/v1/events/stream".to_owned(), vec![("Last-Event-ID", event.id.as_str())]),
            (format!("/v1/events/stream?after={}", event.id), vec![]),
        ] {
            let mut again = phoenix.stream(&path, &headers).await.unwrap();
            assert_eq!(again.next().await.unwrap().data["subject"]["id"], *second);
            assert_eq!(again.next().await.unwrap().event, "registration.cancelled");
        }
        assert_eq!(only.next().await.unwrap().event, "registration.cancelled");
        for (path, headers) in [
            ("/v1/events/stream?after=evt_00000000000000000000000000", vec![]),
            ("/v1/events/stream", vec![("Last-Event-ID", "nonsense")]),
        ] {
            assert_eq!(phoenix.stream(path, &headers).await.err(), Some(400), "{path}");
        }
    }

    async fn a_stream_on_one_replica_tells_of_a_write_on_another_within_a_second(app: App) {
        let admin = app.admin().await;
        let other = app.replica().await;
        let mut here = admin.stream("/v1/events/stream?type=briefer.created", &[]).await.unwrap();
        let mut there = admin.at(&other.url).stream("/v1/events/stream?type=briefer.created", &[]).await.unwrap();
        let mut waited = Vec::new();
        for number in 0..10 {
            let writer = admin.at(if number % 2 == 0 { &app.url } else { &other.url });
            let id = writer.post("/v1/briefers", json!({"name": format!("Briefer {number}")})).await.expect(201).id();
            let began = Instant::now();
            for stream in [&mut here, &mut there] {
                assert_eq!(stream.next().await.unwrap().data["subject"]["id"], *id);
            }
            waited.push(began.elapsed());
        }
        waited.sort();
        assert!(waited[5] < Duration::from_secs(1), "{waited:?}");
    }

    async fn a_stream_ends_with_the_credentials_it_was_opened_with(app: App) {
        let phoenix = app.city("Phoenix").await;
        let staff = app.person("leaving@phoenix.example.gov", Role::LocalStaff, &phoenix).await;
        let other = app.replica().await;
        let id = staff.get("/v1/me").await.expect(200).id();
        let mut streams = vec![
            staff.stream("/v1/events/stream", &[]).await.unwrap(),
            staff.at(&other.url).stream("/v1/events/stream", &[]).await.unwrap(),
        ];
        for stream in &mut streams {
            assert!(stream.is_silent_for(Duration::from_millis(900)).await);
        }
        let briefing = app.published(json!({})).await;
        for stream in &mut streams {
            assert_eq!(stream.next().await.unwrap().data["subject"]["id"], *briefing);
        }
        app.admin().await.act_now(&format!("/v1/users/{id}"), "deactivate").await.expect(200);
        for stream in &mut streams {
            assert_eq!(stream.next().await, None);
        }
        assert_eq!(staff.stream("/v1/events/stream", &[]).await.err(), Some(401));
    }

    async fn what_is_hidden_meanwhile_is_not_told_by_an_open_stream(app: App) {
        let phoenix = app.as_city("Phoenix").await;
        let mut stream = phoenix.stream("/v1/events/stream", &[]).await.unwrap();
        app.published(json!({"marking": "cui"})).await;
        let open = app.published(json!({})).await;
        assert_eq!(stream.next().await.unwrap().data["subject"]["id"], *open);
    }

    async fn a_stopping_service_ends_its_streams_and_does_not_wait_for_them(app: App) {
        let admin = app.admin().await;
        let other = app.replica().await;
        let mut stream = admin.at(&other.url).stream("/v1/events/stream", &[]).await.unwrap();
        let began = Instant::now();
        other.stop().await;
        assert_eq!(stream.next().await, None);
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    }

    async fn a_caller_may_hold_twenty_streams(app: App) {
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let mut open = Vec::new();
        for _ in 0..20 {
            open.push(phoenix.stream("/v1/events/stream", &[]).await.unwrap());
        }
        assert_eq!(phoenix.stream("/v1/events/stream", &[]).await.err(), Some(429));
        assert!(chicago.stream("/v1/events/stream", &[]).await.is_ok());
        phoenix.get("/v1/events").await.expect(200);
    }
}
