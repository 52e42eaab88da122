//! Webhook endpoints and deliveries: signed, at least once, and nowhere they must not go.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use chancery::integrations::deliveries::commands;
use chancery::kernel::access::Role;
use chancery::kernel::db::WriteContext;
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::both_backends;
use crate::support::{Actor, Answer, App, Mode, Received, Receiver};

const STAFF: &str = "staff@phoenix.example.gov";
const DAY: i64 = 24 * 3600;

async fn endpoint(actor: &Actor, receiver: &Receiver, members: Value) -> Answer {
    let mut body = json!({"url": receiver.url()});
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    actor.post("/v1/webhook-endpoints", body).await.expect(201)
}

/// An endpoint of Phoenix for registrations alone, after everything that set the world up.
async fn hook(app: &App, receiver: &Receiver) -> String {
    app.settle_journal().await;
    let city = app.as_city("Phoenix").await;
    let types = json!({"event_types": ["registration.confirmed"]});
    let made = endpoint(&city, receiver, types).await;
    format!("/v1/webhook-endpoints/{}", made.id())
}

async fn register(city: &Actor, briefing: &str, name: &str) -> String {
    let body = json!({"attendee": {"name": name, "email": format!("{name}@example.gov")}});
    city.post(&format!("/v1/briefings/{briefing}/registrations"), body)
        .await
        .expect(201)
        .id()
}

fn verify(secret: &str, request: &Received) {
    Webhook::new(secret)
        .unwrap()
        .verify(request.text.as_bytes(), &request.headers)
        .unwrap();
}

/// Asks until the record is as it should be.
async fn until(actor: &Actor, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..400 {
        last = actor.get(path).await.expect(200).body;
        if is_so(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{path}: {last}");
}

fn statuses(deliveries: &Value) -> Vec<&str> {
    deliveries["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["status"].as_str().unwrap())
        .collect()
}

async fn until_all_are(actor: &Actor, hook: &str, count: usize, status: &str) -> Value {
    until(actor, &format!("{hook}/deliveries?limit=100"), |found| {
        statuses(found) == vec![status; count]
    })
    .await
}

both_backends! {
    async fn a_delivery_is_signed_and_says_what_the_feed_says(app: App) {
        let receiver = Receiver::start().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        app.settle_journal().await;
        let made = endpoint(&city, &receiver, json!({"description": "Calendar"})).await;
        let secret = made.body["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("whsec_"));
        let path = made.header("location").unwrap();
        assert!(city.get(path).await.expect(200).body.get("secret").is_none());
        register(&city, &briefing, "ana").await;

        let request = receiver.wait(1).await.remove(0);
        verify(&secret, &request);
        assert_eq!((request.method.as_str(), request.header("content-type")), ("POST", "application/json"));
        assert!(request.header("user-agent").starts_with("Chancery/"));
        let told = city.get("/v1/events?type=registration.confirmed").await.expect(200).body["data"][0].clone();
        assert_eq!(request.header("webhook-id"), told["id"]);
        assert_eq!(request.body, json!({
            "type": "registration.confirmed", "timestamp": told["occurred_at"],
            "data": {"id": told["id"], "organization_id": told["organization_id"], "subject": told["subject"],
                     "marking": told["marking"], "data": told["data"]},
        }));
        let list = until_all_are(&city, path, 1, "delivered").await;
        let delivery = list["data"][0]["id"].as_str().unwrap();
        let one = city.get(&format!("{path}/deliveries/{delivery}")).await.expect(200).body;
        assert_eq!((one["attempt_count"].clone(), one["response_status"].clone()), (json!(1), json!(200)));
        assert_eq!(one["attempts"][0]["number"], 1);
        // The secret is stored sealed, and in no event.
        let mut conn = app.database.connect();
        let stored: Vec<String> = {
            use diesel::prelude::*;
            use chancery::schema::{events, webhook_endpoints};
            let mut all: Vec<String> = webhook_endpoints::table.select(webhook_endpoints::sealed_secret).load(&mut conn).unwrap();
            all.extend(events::table.select(events::payload).load::<String>(&mut conn).unwrap());
            all
        };
        assert!(stored.iter().all(|text| !text.contains(&secret[6..])));
    }

    async fn an_endpoint_is_told_what_its_city_may_know_and_it_asked_for(app: App) {
        let [all, some, other] = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        app.settle_journal().await;
        endpoint(&phoenix, &all, json!({})).await;
        endpoint(&phoenix, &some, json!({"event_types": ["registration.cancelled", "briefing.published"]})).await;
        endpoint(&chicago, &other, json!({"event_types": ["registration.confirmed", "registration.cancelled", "briefing.published"]})).await;
        app.published(json!({"marking": "cui"})).await;
        let only = app.published(json!({"audience": {"scope": "invitation", "organization_ids": [app.city("Phoenix").await]}})).await;
        let mine = register(&phoenix, &only, "ana").await;
        phoenix.post(&format!("/v1/briefings/{only}/registrations/{mine}/cancel"), json!({})).await.expect(200);
        // The last event of all ends the waiting: whatever was to come before it has come.
        let last = app.published(json!({})).await;
        other.wait(1).await;
        some.wait(3).await;
        all.wait(5).await;
        assert_eq!(other.received()[0].body["data"]["subject"]["id"], *last);
        assert_eq!(other.received().len(), 1);
        let mut kinds = some.kinds();
        kinds.sort();
        assert_eq!(kinds, ["briefing.published", "briefing.published", "registration.cancelled"]);
        // Of the other endpoints of its city it is told too, of itself it is not.
        let mut kinds = all.kinds();
        kinds.sort();
        assert_eq!(kinds, ["briefing.published", "briefing.published", "registration.cancelled", "registration.confirmed", "webhook_endpoint.created"]);
    }

    async fn what_fails_is_tried_again_by_the_schedule_under_the_same_id(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        receiver.set(Mode::Answer(500));
        register(&city, &briefing, "ana").await;
        receiver.wait(1).await;
        let list = until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == 1).await;
        assert_eq!((list["data"][0]["status"].clone(), list["data"][0]["last_error"].clone()), (json!("pending"), json!("answered 500")));
        let failing = city.get(&hook).await.expect(200).body;
        assert!(failing["failing_since"].is_string(), "{failing}");
        // Not yet, and then again: 5 seconds, 5 minutes, each within a fifth.
        for (count, (early, late)) in [(1, (2, 5)), (2, (200, 200))] {
            app.clock.advance(early);
            tokio::time::sleep(Duration::from_millis(700)).await;
            assert_eq!(receiver.received().len(), count);
            app.clock.advance(late);
            receiver.wait(count + 1).await;
            until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == count + 1).await;
        }
        receiver.set(Mode::Answer(204));
        app.clock.advance(45 * 60);
        receiver.wait(4).await;
        let city = app.again(STAFF).await;
        let list = until_all_are(&city, &hook, 1, "delivered").await;
        assert_eq!(receiver.ids().len(), 1);
        assert_eq!(list["data"][0]["attempt_count"], 4);
        let delivery = list["data"][0]["id"].as_str().unwrap();
        let one = city.get(&format!("{hook}/deliveries/{delivery}")).await.expect(200).body;
        let seen: Vec<&Value> = one["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["response_status"]).collect();
        assert_eq!(seen, [&json!(500), &json!(500), &json!(500), &json!(204)]);
        assert_eq!(city.get(&hook).await.expect(200).body["failing_since"], Value::Null);
    }

    async fn a_busy_receiver_is_given_the_time_it_asks_for(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        receiver.set(Mode::Busy(120));
        register(&city, &briefing, "ana").await;
        let list = until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == 1).await;
        app.clock.advance(100);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(receiver.received().len(), 1, "{list}");
        receiver.set(Mode::Answer(200));
        app.clock.advance(25);
        receiver.wait(2).await;
    }

    async fn a_rotated_secret_signs_beside_the_one_before_for_a_while(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        app.settle_journal().await;
        let made = endpoint(&city, &receiver, json!({"event_types": ["registration.confirmed"]})).await;
        let path = made.header("location").unwrap().to_owned();
        let first = made.body["secret"].as_str().unwrap();
        let rotated = city.act(&format!("{path}/rotate-secret"), &made.tag()).await.expect(200);
        let second = rotated.body["secret"].as_str().unwrap();
        assert_ne!(first, second);
        register(&city, &briefing, "ana").await;
        let request = receiver.wait(1).await.remove(0);
        assert_eq!(request.header("webhook-signature").split(' ').count(), 2);
        verify(first, &request);
        verify(second, &request);
        // Rotated without overlap, the one before is worth nothing at once.
        let headers = [("If-Match", rotated.header("etag").unwrap())];
        let third = city.send(Method::POST, &format!("{path}/rotate-secret"), &headers, Some(json!({"overlap_hours": 0}))).await.expect(200);
        let third = third.body["secret"].as_str().unwrap().to_owned();
        register(&city, &briefing, "bo").await;
        let request = receiver.wait(2).await.remove(1);
        assert_eq!(request.header("webhook-signature").split(' ').count(), 1);
        verify(&third, &request);
        assert!(Webhook::new(second).unwrap().verify(request.text.as_bytes(), &request.headers).is_err());
        city.act(&format!("{path}/rotate-secret"), "\"1\"").await.expect_problem(412, "precondition_failed");
    }

    async fn the_overlap_of_a_rotation_ends(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let hook = hook(&app, &receiver).await;
        app.as_city("Phoenix").await.act_now(&hook, "rotate-secret").await.expect(200);
        app.clock.advance(25 * 3600);
        register(&app.again(STAFF).await, &briefing, "ana").await;
        let request = receiver.wait(1).await.remove(0);
        assert_eq!(request.header("webhook-signature").split(' ').count(), 1);
    }

    async fn a_receiver_that_hangs_has_failed_and_what_follows_is_sent_all_the_same(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        app.stop().await;
        let hasty = app.replica_with(|config| config.webhooks.answer_seconds = 1).await;
        let city = city.at(&hasty.url);
        receiver.set(Mode::Hang);
        for name in ["ana", "bo"] {
            register(&city, &briefing, name).await;
        }
        let path = format!("{hook}/deliveries");
        let tried = |found: &Value| found["data"].as_array().unwrap().iter().filter(|one| one["attempt_count"] == 1).count() == 2;
        let list = until(&city, &path, tried).await;
        assert_eq!(list["data"][0]["last_error"], "no answer in time");
        assert_eq!(list["data"][0]["response_status"], Value::Null);
        receiver.set(Mode::Answer(200));
        app.clock.advance(7);
        until_all_are(&city, &hook, 2, "delivered").await;
        assert_eq!(receiver.ids().len(), 2);
    }

    async fn a_redirect_is_a_failure_and_is_not_followed(app: App) {
        let (receiver, canary) = (Receiver::start().await, Receiver::start().await);
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        receiver.set(Mode::Redirect(canary.url()));
        register(&city, &briefing, "ana").await;
        let list = until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == 1).await;
        assert_eq!(list["data"][0]["status"], "pending");
        assert_eq!(list["data"][0]["response_status"], 302);
        assert_eq!(canary.connections(), 0);
    }

    async fn a_receiver_that_is_gone_is_disabled_until_it_is_enabled(app: App) {
        let (receiver, other) = (Receiver::start().await, Receiver::start().await);
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        endpoint(&city, &other, json!({"event_types": ["webhook_endpoint.disabled"]})).await;
        receiver.set(Mode::Answer(410));
        register(&city, &briefing, "ana").await;
        let gone = until(&city, &hook, |found| found["status"] == "disabled").await;
        assert_eq!(gone["disabled_reason"], "gone");
        // Its owner is told, by the feed and by another endpoint.
        let told = other.wait(1).await.remove(0);
        assert_eq!(told.body["data"]["subject"]["id"], gone["id"]);
        assert_eq!(told.body["data"]["data"]["disabled_reason"], "gone");
        assert_eq!(city.get("/v1/events?type=webhook_endpoint.disabled").await.expect(200).ids().len(), 1);
        city.post(&format!("{hook}/test"), json!({})).await.expect_problem(409, "not_allowed_in_state");

        receiver.set(Mode::Answer(200));
        register(&city, &briefing, "bo").await;
        app.settle_journal().await;
        app.clock.advance(10);
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(receiver.received().len(), 1);
        let enabled = city.act_now(&hook, "enable").await.expect(200);
        assert_eq!((enabled.body["status"].clone(), enabled.body["disabled_reason"].clone()), (json!("active"), Value::Null));
        // What was waiting follows at once; what happened meanwhile, by a replay.
        receiver.wait(2).await;
        assert_eq!(receiver.ids().len(), 1);
        let range = json!({"from": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"});
        let replayed = city.post(&format!("{hook}/replay"), range).await.expect(200);
        assert_eq!(replayed.body["queued"], 2);
        receiver.wait(4).await;
        assert_eq!(receiver.ids().len(), 2);
        city.act_now(&hook, "enable").await.expect_problem(409, "not_allowed_in_state");
    }

    async fn days_of_failure_disable_an_endpoint_and_its_owner_is_told(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let hook = hook(&app, &receiver).await;
        receiver.set(Mode::Answer(500));
        register(&app.as_city("Phoenix").await, &briefing, "ana").await;
        receiver.wait(1).await;
        until(&app.as_city("Phoenix").await, &hook, |found| found["failing_since"].is_string()).await;
        app.clock.advance(5 * DAY - 60);
        receiver.wait(2).await;
        let city = app.again(STAFF).await;
        until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == 2).await;
        assert_eq!(city.get(&hook).await.expect(200).body["status"], "active");
        app.clock.advance(600);
        receiver.wait(3).await;
        let city = app.again(STAFF).await;
        let failing = until(&city, &hook, |found| found["status"] == "disabled").await;
        assert_eq!(failing["disabled_reason"], "failing");
        app.settle_journal().await;
        let told = city.get("/v1/events?type=webhook_endpoint.disabled").await.expect(200).body["data"][0].clone();
        assert_eq!(told["data"]["disabled_reason"], "failing");
    }

    async fn a_receiver_that_was_down_for_three_days_gets_everything(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({"capacity": 100})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        // First it refuses, then it answers 503: in all this time nothing is accepted.
        receiver.close();
        for number in 0..30 {
            register(&city, &briefing, &format!("person{number}")).await;
        }
        until(&city, &format!("{hook}/deliveries?limit=100"), |found| {
            found["data"].as_array().unwrap().iter().filter(|one| one["attempt_count"] == 1).count() == 30
        }).await;
        let mut attempts = 1;
        for step in [6, 360, 2200, 8700, 21700, 43300] {
            app.clock.advance(step);
            attempts += 1;
            if attempts == 4 {
                receiver.reopen().await;
                receiver.set(Mode::Answer(503));
            }
            let city = app.again(STAFF).await;
            until(&city, &format!("{hook}/deliveries?limit=100"), |found| {
                found["data"].as_array().unwrap().iter().filter(|one| one["attempt_count"] == attempts).count() == 30
            }).await;
        }
        app.clock.advance(3 * DAY);
        receiver.set(Mode::Answer(200));
        let city = app.again(STAFF).await;
        until_all_are(&city, &hook, 30, "delivered").await;
        assert_eq!(receiver.ids().len(), 30);
        // At the end of the schedule a delivery is given up, and can be had all the same.
        receiver.set(Mode::Answer(500));
        register(&city, &briefing, "late").await;
        let pending = format!("{hook}/deliveries?sort=-created_at&limit=1");
        until(&city, &pending, |found| found["data"][0]["attempt_count"] == 1).await;
        for step in [6, 360, 2200, 8700, 21700, 43300, 60600, 86500, 103_700] {
            app.clock.advance(step);
            let city = app.again(STAFF).await;
            until(&city, &pending, |found| found["data"][0]["next_attempt_at"].as_str().is_none_or(|at| at > app.clock.now().to_string().as_str())).await;
        }
        let city = app.again(STAFF).await;
        let last = city.get(&pending).await.expect(200).body["data"][0].clone();
        assert_eq!((last["status"].clone(), last["attempt_count"].clone()), (json!("failed"), json!(10)));
        receiver.set(Mode::Answer(200));
        city.post(&format!("/v1/deliveries/{}/replay", last["id"].as_str().unwrap()), json!({})).await.expect(200);
        until(&city, &pending, |found| found["data"][0]["status"] == "delivered").await;
    }

    async fn a_test_event_goes_to_one_endpoint_alone_whatever_it_wants(app: App) {
        let (tested, other) = (Receiver::start().await, Receiver::start().await);
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &tested).await;
        // What happened before it was there has its place in the journal by then.
        app.settle_journal().await;
        let second = endpoint(&city, &other, json!({})).await.id();
        city.post(&format!("{hook}/test"), json!({})).await.expect(200);
        let request = tested.wait(1).await.remove(0);
        assert_eq!(request.kind(), "webhook_endpoint.tested");
        city.post(&format!("/v1/webhook-endpoints/{second}/test"), json!({})).await.expect(200);
        let request = other.wait(1).await.remove(0);
        assert!(request.body["data"]["subject"]["id"] == *second);
        assert_eq!(tested.received().len(), 1);
    }

    async fn a_delivery_is_replayed_under_the_same_id(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        register(&city, &briefing, "ana").await;
        let list = until_all_are(&city, &hook, 1, "delivered").await;
        let delivery = list["data"][0]["id"].as_str().unwrap();
        let again = city.post(&format!("/v1/deliveries/{delivery}/replay"), json!({})).await.expect(200);
        assert_eq!(again.body["status"], "pending");
        receiver.wait(2).await;
        assert_eq!(receiver.ids().len(), 1);
        until(&city, &format!("{hook}/deliveries/{delivery}"), |found| found["status"] == "delivered" && found["attempt_count"] == 2).await;
        for (range, code) in [
            (json!({"from": "2030-01-02T00:00:00Z", "until": "2030-01-01T00:00:00Z"}), "too_early"),
            (json!({"from": "2030-01-02T00:00:00Z", "until": "2030-01-03T00:00:00Z", "event_types": ["Nonsense"]}), "pattern"),
            (json!({"from": "2030-01-02T00:00:00Z", "until": "2030-01-03T00:00:00Z", "event_types": ["briefing.publishd"]}), "unknown_event_type"),
        ] {
            let refused = city.post(&format!("{hook}/replay"), range).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), [code]);
        }
        let range = json!({"from": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "event_types": ["registration.cancelled"]});
        assert_eq!(city.post(&format!("{hook}/replay"), range).await.expect(200).body["queued"], 0);
    }

    async fn a_slow_receiver_delays_nobody_else(app: App) {
        let (hanging, quick) = (Receiver::start().await, Receiver::start().await);
        let briefing = app.published(json!({"capacity": 100})).await;
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        app.settle_journal().await;
        endpoint(&phoenix, &hanging, json!({})).await;
        endpoint(&chicago, &quick, json!({"event_types": ["registration.confirmed"]})).await;
        hanging.set(Mode::Hang);
        for number in 0..40 {
            register(&phoenix, &briefing, &format!("p{number}")).await;
        }
        hanging.wait(1).await;
        let began = Instant::now();
        for number in 0..10 {
            register(&chicago, &briefing, &format!("c{number}")).await;
        }
        quick.wait(10).await;
        // Far less than the 15 seconds for which the other one is waited for.
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        assert!(hanging.received().len() <= 16, "{}", hanging.received().len());
    }

    async fn two_replicas_share_the_work_and_send_nothing_twice(app: App) {
        let receiver = Receiver::start().await;
        let other = app.replica().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"capacity": 500})).await;
        let hook = hook(&app, &receiver).await;
        receiver.set(Mode::Slow(Duration::from_millis(20)));
        futures_util::future::join_all((0..120).map(|number| {
            let city = city.at(if number % 2 == 0 { &app.url } else { &other.url });
            let briefing = briefing.clone();
            async move { register(&city, &briefing, &format!("person{number}")).await }
        }))
        .await;
        receiver.wait(120).await;
        until(&city, &format!("{hook}/deliveries?status=delivered&include=total"), |found| found["total"] == 120).await;
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for request in receiver.received() {
            *seen.entry(request.id()).or_default() += 1;
        }
        assert_eq!(seen.len(), 120);
        assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    }

    async fn the_claims_of_a_worker_that_died_are_taken_over_when_its_lease_runs_out(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        receiver.set(Mode::Answer(500));
        register(&city, &briefing, "ana").await;
        until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == 1).await;
        let expires = app.clock.now().plus_seconds(20).to_string().replace('T', " ").replace('Z', "");
        app.database.connect().batch_execute(&format!(
            "UPDATE webhook_deliveries SET claimed_by = 'dead'; \
             INSERT INTO worker_leases (name, holder, expires_at) VALUES ('webhooks:dead', 'dead', '{expires}');"
        )).unwrap();
        receiver.set(Mode::Answer(200));
        app.clock.advance(10);
        tokio::time::sleep(Duration::from_millis(800)).await;
        assert_eq!(receiver.received().len(), 1);
        app.clock.advance(11);
        receiver.wait(2).await;
        until_all_are(&city, &hook, 1, "delivered").await;
    }

    async fn what_the_city_may_no_longer_know_is_not_sent(app: App) {
        let receiver = Receiver::start().await;
        let city = app.as_city("Phoenix").await;
        app.settle_journal().await;
        let hook = endpoint(&city, &receiver, json!({"event_types": ["briefing.published"]})).await;
        let hook = hook.header("location").unwrap();
        receiver.set(Mode::Answer(500));
        let briefing = app.published(json!({})).await;
        until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == 1).await;
        app.admin().await.patch(&format!("/v1/briefings/{briefing}"), "\"3\"", json!({"marking": "cui"})).await.expect(200);
        receiver.set(Mode::Answer(200));
        app.clock.advance(10);
        let list = until_all_are(&city, hook, 1, "failed").await;
        assert!(list["data"][0]["last_error"].as_str().unwrap().contains("no longer visible"), "{list}");
        assert_eq!(receiver.received().len(), 1);
    }

    async fn an_endpoint_is_changed_and_deleted_and_the_journal_keeps_the_trace(app: App) {
        let receiver = Receiver::start().await;
        let city = app.as_city("Phoenix").await;
        let made = endpoint(&city, &receiver, json!({"event_types": ["briefing.published", "briefing.cancelled", "briefing.published"], "description": "  "})).await;
        let path = made.header("location").unwrap().to_owned();
        assert_eq!((made.body["event_types"].clone(), made.body["description"].clone()), (json!(["briefing.cancelled", "briefing.published"]), Value::Null));
        let typo = json!({"event_types": ["briefing.published", "briefing.publishd"]});
        let refused = city.patch(&path, &made.tag(), typo.clone()).await.expect_problem(422, "validation_failed");
        assert_eq!((&refused.body["errors"][0]["pointer"], refused.fault_codes()), (&json!("/event_types/1"), vec!["unknown_event_type".to_owned()]));
        let mut new = typo;
        new["url"] = made.body["url"].clone();
        assert_eq!(city.post("/v1/webhook-endpoints", new).await.expect(422).fault_codes(), ["unknown_event_type"]);
        let changed = city.patch(&path, &made.tag(), json!({"event_types": [], "description": "All"})).await.expect(200);
        assert_eq!((changed.body["event_types"].clone(), changed.body["version"].clone()), (json!([]), json!(2)));
        city.patch(&path, &made.tag(), json!({"description": "Late"})).await.expect_problem(412, "precondition_failed");
        city.send(Method::DELETE, &path, &[], None).await.expect_problem(428, "precondition_required");
        city.post(&format!("{path}/test"), json!({})).await.expect(200);
        receiver.wait(1).await;
        until_all_are(&city, &path, 1, "delivered").await;
        let tag = city.get(&path).await.expect(200).tag();
        city.delete(&path, &tag).await.expect(204);
        city.get(&path).await.expect_problem(404, "not_found");
        app.settle_journal().await;
        let admin = app.admin().await;
        let id = made.id();
        let trace = admin.get(&format!("/v1/audit-events?subject_id={id}")).await.expect(200);
        let kinds: Vec<&str> = trace.body["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["webhook_endpoint.created", "webhook_endpoint.updated", "webhook_endpoint.tested", "webhook_endpoint.deleted"]);
        assert!(!trace.text.contains("/hook"), "the path of a URL may be a secret: {}", trace.text);
    }

    async fn another_citys_endpoints_do_not_exist(app: App) {
        let receiver = Receiver::start().await;
        let briefing = app.published(json!({})).await;
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let hook = hook(&app, &receiver).await;
        register(&phoenix, &briefing, "ana").await;
        let list = until_all_are(&phoenix, &hook, 1, "delivered").await;
        let delivery = list["data"][0]["id"].as_str().unwrap().to_owned();
        for (method, path) in [
            (Method::GET, hook.clone()),
            (Method::PATCH, hook.clone()),
            (Method::DELETE, hook.clone()),
            (Method::GET, format!("{hook}/deliveries")),
            (Method::GET, format!("{hook}/deliveries/{delivery}")),
            (Method::POST, format!("{hook}/test")),
            (Method::POST, format!("{hook}/enable")),
            (Method::POST, format!("{hook}/rotate-secret")),
            (Method::POST, format!("{hook}/replay")),
            (Method::POST, format!("/v1/deliveries/{delivery}/replay")),
        ] {
            let body = match path.rsplit('/').next().unwrap() {
                "replay" if !path.contains("/v1/deliveries") => Some(json!({"from": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"})),
                _ if method == Method::PATCH => Some(json!({"event_types": []})),
                _ => None,
            };
            expect_absent(&chicago, method, &path, body).await;
        }
        let mine = endpoint(&chicago, &receiver, json!({})).await.id();
        let theirs = format!("/v1/webhook-endpoints/{mine}/deliveries/{delivery}");
        expect_absent(&chicago, Method::GET, &theirs, None).await;
        assert_eq!(chicago.get("/v1/webhook-endpoints?include=total").await.expect(200).body["total"], 1);
        assert_eq!(app.as_role(Role::Auditor).await.get("/v1/webhook-endpoints?include=total").await.expect(200).body["total"], 2);
        let phoenix_id = app.city("Phoenix").await;
        for organization in [phoenix_id.as_str(), "org_00000000000000000000000000"] {
            let body = json!({"url": receiver.url(), "organization_id": organization});
            let refused = chicago.post("/v1/webhook-endpoints", body).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), ["unknown_reference"]);
        }
        let body = json!({"url": receiver.url()});
        let refused = app.admin().await.post("/v1/webhook-endpoints", body).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["required"]);
    }

    async fn an_address_inside_is_refused_in_every_spelling(app: App) {
        let canary = Receiver::start().await;
        let strict = app.replica_with(|config| config.webhooks.allowed_networks.clear()).await;
        let city = app.as_city("Phoenix").await.at(&strict.url);
        let port = canary.address.port();
        for host in [
            "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "localhost",
            "[::1]", "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "0", "169.254.169.254", "100.64.0.1",
            "10.0.0.1", "192.168.1.1", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        ] {
            let body = json!({"url": format!("https://{host}:{port}/hook")});
            let refused = city.post("/v1/webhook-endpoints", body).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), ["address_not_allowed"], "{host}");
        }
        for (url, code) in [
            (canary.url(), "address_not_allowed"),
            ("http://8.8.8.8/".to_owned(), "url_not_encrypted"),
            ("http://hooks.example.gov/".to_owned(), "url_not_encrypted"),
            (format!("https://8.8.8.8@127.0.0.1:{port}/"), "url_credentials"),
            ("https://user:pass@8.8.8.8/".to_owned(), "url_credentials"),
            ("file:///etc/passwd".to_owned(), "url_invalid"),
            ("nonsense".to_owned(), "url_invalid"),
            ("https://no-such-host.invalid/".to_owned(), "address_unknown"),
        ] {
            let refused = city.post("/v1/webhook-endpoints", json!({"url": url, "event_types": ["briefing.published"]})).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), [code], "{url}");
        }
        assert_eq!(city.get("/v1/webhook-endpoints?include=total").await.expect(200).body["total"], 0);
        // Nor can a good endpoint be led there.
        let made = endpoint(&app.as_city("Phoenix").await, &canary, json!({})).await;
        let refused = city.patch(made.header("location").unwrap(), &made.tag(), json!({"url": "https://127.1/"})).await;
        assert_eq!(refused.expect_problem(422, "validation_failed").fault_codes(), ["address_not_allowed"]);
        assert_eq!(canary.connections(), 0);
    }

    async fn an_address_that_has_come_to_lie_inside_is_not_connected_to(app: App) {
        let canary = Receiver::start().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        app.settle_journal().await;
        // Added while it was allowed, as a name and as an address; sent by a service that does not
        // allow it, as when a name has been given another address meanwhile.
        let port = canary.address.port();
        let mut hooks = Vec::new();
        for url in [format!("https://localhost:{port}/"), format!("http://localhost:{port}/"), format!("http://127.0.0.1:{port}/"), format!("https://127.0.0.1:{port}/")] {
            let made = city.post("/v1/webhook-endpoints", json!({"url": url, "event_types": ["registration.confirmed"]})).await.expect(201);
            hooks.push(made.header("location").unwrap().to_owned());
        }
        app.stop().await;
        let strict = app.replica_with(|config| config.webhooks.allowed_networks.clear()).await;
        let city = city.at(&strict.url);
        register(&city, &briefing, "ana").await;
        let mut errors = HashSet::new();
        for hook in hooks {
            let list = until(&city, &format!("{hook}/deliveries"), |found| found["data"][0]["attempt_count"] == 1).await;
            errors.insert(list["data"][0]["last_error"].as_str().unwrap().to_owned());
        }
        assert_eq!(errors, HashSet::from(["the address is not allowed".to_owned()]));
        assert_eq!(canary.connections(), 0);
    }

    async fn an_organization_has_fifty_endpoints_at_most(app: App) {
        let city = app.as_city("Phoenix").await;
        let body = json!({"url": "http://127.0.0.1:9/hook", "event_types": ["briefing.published"]});
        let answers = futures_util::future::join_all((0..60).map(|_| city.post("/v1/webhook-endpoints", body.clone()))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 50);
        assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 10);
        let other = app.as_city("Chicago").await;
        other.post("/v1/webhook-endpoints", body).await.expect(201);
    }

    async fn deliveries_of_long_ago_are_forgotten_and_those_that_wait_are_not(app: App) {
        let receiver = Receiver::start().await;
        let city = app.as_city("Phoenix").await;
        let hook = hook(&app, &receiver).await;
        city.post(&format!("{hook}/test"), json!({})).await.expect(200);
        until_all_are(&city, &hook, 1, "delivered").await;
        receiver.set(Mode::Answer(500));
        city.post(&format!("{hook}/test"), json!({})).await.expect(200);
        until(&city, &format!("{hook}/deliveries?status=pending"), |found| found["data"][0]["attempt_count"] == 1).await;
        for (days, forgotten) in [(89, 0), (91, 1)] {
            let then = app.clock.now().plus_seconds(days * DAY);
            let count = app.kernel.db.write(WriteContext::system(then), commands::forget_old).await.unwrap();
            assert_eq!(count, forgotten);
        }
        until_all_are(&city, &hook, 1, "pending").await;
    }

    async fn a_retried_creation_shows_its_secret_once(app: App) {
        let receiver = Receiver::start().await;
        let city = app.as_city("Phoenix").await;
        let body = json!({"url": receiver.url()});
        let key = [("Idempotency-Key", "one-endpoint")];
        let first = city.post_with("/v1/webhook-endpoints", &key, body.clone()).await.expect(201);
        let second = city.post_with("/v1/webhook-endpoints", &key, body).await.expect(201);
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!(first.id(), second.id());
        assert!(first.body.get("secret").is_some() && second.body.get("secret").is_none());
    }
}

async fn expect_absent(actor: &Actor, method: Method, path: &str, body: Option<Value>) {
    actor
        .send(method, path, &[("If-Match", "\"1\"")], body)
        .await
        .expect_problem(404, "not_found");
}
