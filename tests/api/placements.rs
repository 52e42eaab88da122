//! Placements: scenarios 8 and 9 of docs/domain.md, who sees and signs what, and races for one officer
//! and one slot.

use chancery::kernel::access::Role;
use chrono_tz::Tz;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App};

const PHOENIX: Tz = chrono_tz::America::Phoenix;

fn path(id: &str) -> String {
    format!("/v1/placements/{id}")
}

/// The instant at which a day begins in Phoenix.
fn midnight(day: &str) -> chancery::kernel::time::Timestamp {
    let day: chancery::kernel::day::Day = day.parse().unwrap();
    day.begins_at(PHOENIX).unwrap()
}

/// The organizations in which the caller has a place now.
async fn places(actor: &Actor) -> Vec<String> {
    let me = actor.get("/v1/me").await.expect(200);
    let places = me.body["memberships"].as_array().unwrap().clone();
    places
        .iter()
        .map(|place| place["organization_id"].as_str().unwrap().to_owned())
        .collect()
}

fn status(answer: &Answer) -> &str {
    answer.body["status"].as_str().unwrap()
}

both_backends! {
    async fn terms_of_one_officer_touch_and_never_overlap(app: App) {
        // Scenario 8.
        app.set_clock("2026-05-01T12:00:00Z").await;
        let program = app.program().await;
        let (officer, phoenix, chicago) = (app.officer("Dana Whitfield", json!({})).await, app.city("Phoenix").await, app.city("Chicago").await);
        let first = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-09-01"})).await.expect(201);
        assert_eq!((&first.body["ends_on"], status(&first)), (&json!("2027-09-01"), "proposed"));
        assert_eq!(first.body["starts_at"], json!({"local": "2026-09-01T00:00:00", "time_zone": "America/Phoenix", "utc": "2026-09-01T07:00:00Z"}));
        let first = first.id();
        app.sign_both(&first).await;
        app.set_clock("2026-09-02T12:00:00Z").await;
        assert_eq!(status(&app.placement(&first).await), "active");

        let refused = app.place(&program, &officer, &chicago, json!({"starts_on": "2027-08-15"})).await.expect_problem(409, "placement_conflict");
        assert_eq!(refused.body["conflicts"], json!([{"resource": "officer", "placement_id": first, "starts_on": "2026-09-01", "ends_on": "2027-09-01"}]));
        app.place(&program, &officer, &phoenix, json!({"starts_on": "2027-09-01"})).await.expect(201);

        // Curtailment frees the days that remain: of the officer and of the slot.
        let curtailed = app.act_on_placement(&first, "curtail", json!({"ends_on": "2027-03-01", "reason": "Recalled."})).await.expect(200);
        assert_eq!((status(&curtailed), &curtailed.body["ends_on"], &curtailed.body["reason"]), ("curtailed", &json!("2027-03-01"), &json!("Recalled.")));
        let other = app.officer("Ines Alvarado", json!({})).await;
        app.place(&program, &other, &phoenix, json!({"starts_on": "2027-03-01", "ends_on": "2027-09-01"})).await.expect(201);
        app.place(&program, &officer, &chicago, json!({"starts_on": "2027-04-01", "ends_on": "2027-09-01"})).await.expect(201);

        // A year from 29 February ends 28 February; midnight is the host's.
        let third = app.officer("Ravi Menon", json!({})).await;
        let leap = app.place(&program, &third, &chicago, json!({"starts_on": "2028-02-29"})).await.expect(201);
        assert_eq!((&leap.body["ends_on"], &leap.body["ends_at"]["utc"]), (&json!("2029-02-28"), &json!("2029-02-28T06:00:00Z")));
    }

    async fn an_officers_place_at_the_host_begins_and_ends_at_midnight_there(app: App) {
        // Scenario 9, on every replica, whether or not a worker comes by.
        app.set_clock("2026-05-01T12:00:00Z").await;
        // A short term: no signing key expires on the way from its beginning to its end.
        let program = app.program().await;
        let (officer, phoenix) = (app.officer_with_account("Ortega").await, app.city("Phoenix").await);
        let id = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-05-10", "ends_on": "2026-05-24"})).await.expect(201).id();
        assert_eq!(status(&app.sign_both(&id).await), "signed");
        let replica = app.replica().await;
        let (start, end) = (midnight("2026-05-10"), midnight("2026-05-24"));
        let request = app.request_draft(json!({"organization_id": phoenix}));
        for (instant, is_there) in [(start.plus_seconds(-1), false), (start, true), (end.plus_seconds(-1), true), (end, false)] {
            let next = if instant < start { start } else { end };
            // The clock runs on: a second that was over before everybody had answered is tried again.
            let seen = loop {
                // A session that began a minute before, and was believed a moment ago.
                app.clock.set(instant.plus_seconds(-60));
                let diplomat = app.again("ortega@posts.example.gov").await;
                for server in [&app.url, &replica.url] {
                    diplomat.at(server).get("/v1/me").await.expect(200);
                }
                app.clock.set(instant);
                let mut seen = Vec::new();
                for server in [&app.url, &replica.url] {
                    let there = diplomat.at(server);
                    let placement = there.get(&path(&id)).await.expect(200);
                    seen.push((places(&there).await.contains(&phoenix), status(&placement).to_owned()));
                }
                let wrote = diplomat.post("/v1/event-requests", request.clone()).await;
                if instant == end || app.clock.now() < next {
                    assert_eq!(wrote.status, if is_there { 201 } else { 422 }, "{instant}: {}", wrote.text);
                    break seen;
                }
            };
            let expected = match (is_there, instant < start) {
                (true, _) => "active",
                (false, true) => "signed",
                (false, false) => "completed",
            };
            assert_eq!(seen, vec![(is_there, expected.to_owned()); 2], "{instant}");
        }
        replica.stop().await;
    }

    async fn a_term_that_is_cut_short_takes_the_place_at_the_host_at_once(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let program = app.program().await;
        let (officer, phoenix) = (app.officer_with_account("Ortega").await, app.city("Phoenix").await);
        let id = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-05-01"})).await.expect(201).id();
        // Signed after its first day has begun: it waits to be activated, and nothing reaches back.
        assert_eq!(status(&app.sign_both(&id).await), "signed");
        let diplomat = app.diplomat("Ortega").await;
        assert!(!places(&diplomat).await.contains(&phoenix));
        assert_eq!(status(&app.act_on_placement(&id, "activate", Value::Null).await.expect(200)), "active");
        assert!(places(&diplomat).await.contains(&phoenix));

        // Another account: the place goes with the officer.
        let other = app.diplomat("Vega").await;
        let account = app.account(&other).await;
        let admin = app.admin().await;
        let record = format!("/v1/officers/{officer}");
        let tag = admin.get(&record).await.expect(200).tag();
        admin.patch(&record, &tag, json!({"user_id": account})).await.expect(200);
        assert!(places(&other).await.contains(&phoenix) && !places(&diplomat).await.contains(&phoenix));

        let done = app.act_on_placement(&id, "complete", Value::Null).await.expect(200);
        assert_eq!((status(&done), &done.body["ends_on"]), ("completed", &json!("2026-05-02")));
        let ended: chancery::kernel::time::Timestamp = done.body["ends_at"]["utc"].as_str().unwrap().parse().unwrap();
        assert!(ended <= app.clock.now() && ended > midnight("2026-05-01"));
        assert!(!places(&other).await.contains(&phoenix));
        // The rest is free at once.
        app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-05-02"})).await.expect(201);
    }

    async fn midnight_is_where_the_host_lives_also_when_the_clocks_change(app: App) {
        app.set_clock("2024-05-01T12:00:00Z").await;
        let (admin, program) = (app.admin().await, app.program().await);
        let host = |name: &'static str, zone: Option<&'static str>| {
            let (admin, mut body) = (admin.clone(), json!({"kind": "municipality", "name": name, "country": "US"}));
            if let Some(zone) = zone { body["time_zone"] = json!(zone); }
            async move { admin.post("/v1/organizations", body).await.expect(201).id() }
        };
        let (havana, apia, nowhere) = (host("Havana", Some("America/Havana")).await, host("Apia", Some("Pacific/Apia")).await, host("Nowhere", None).await);
        let officer = app.officer("Dana Whitfield", json!({})).await;
        // The clocks skip midnight on the first day, and pass it twice on the last.
        let odd = app.place(&program, &officer, &havana, json!({"starts_on": "2025-03-09", "ends_on": "2025-11-02"})).await.expect(201);
        assert_eq!((&odd.body["starts_at"]["utc"], &odd.body["ends_at"]["utc"]), (&json!("2025-03-09T05:00:00Z"), &json!("2025-11-02T04:00:00Z")));
        assert_eq!(odd.body["starts_at"]["local"], "2025-03-09T01:00:00");
        let skipped = app.place(&program, &officer, &apia, json!({"starts_on": "2011-12-30"})).await.expect_problem(422, "validation_failed");
        assert_eq!((skipped.fault_pointers(), skipped.fault_codes()), (vec!["/starts_on".to_owned()], vec!["no_such_day".to_owned()]));
        let zoneless = app.place(&program, &officer, &nowhere, json!({"starts_on": "2026-01-01"})).await.expect_problem(422, "validation_failed");
        assert_eq!(zoneless.fault_pointers(), ["/time_zone"]);
        app.place(&program, &officer, &nowhere, json!({"starts_on": "2026-01-01", "time_zone": "Pacific/Guam"})).await.expect(201);
    }

    async fn everything_that_is_wrong_with_a_placement_is_told_at_once(app: App) {
        let program = app.program().await;
        let phoenix = app.city("Phoenix").await;
        let recused = app.officer("Dana Whitfield", json!({"recusals": [{"organization_id": phoenix, "reason": "Owns property there."}]})).await;
        let refused = app.place(&program, &recused, &phoenix, json!({
            "starts_on": "2031-09-01", "ends_on": "2099-09-01", "application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x",
        })).await.expect_problem(422, "validation_failed");
        let codes = refused.fault_codes();
        for code in ["recused", "unknown_reference", "too_long"] {
            assert!(codes.contains(&code.to_owned()), "{codes:?}");
        }
        let refused = app.place("prg_01jz8k2m4n6p8q0r2s4t6v8w0x", "off_01jz8k2m4n6p8q0r2s4t6v8w0x", &app.office, json!({
            "starts_on": "2031-09-01", "time_zone": "Moon/Base",
        })).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/program_id", "/organization_id", "/officer_id", "/time_zone"]);
        let officer = app.officer("Ines Alvarado", json!({})).await;
        let refused = app.place(&program, &officer, &phoenix, json!({"starts_on": "2031-09-01", "ends_on": "2031-09-01"})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["ends_before_start"]);
    }

    async fn a_host_and_an_officer_see_their_own_placements_and_no_others(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let program = app.program().await;
        let (phoenix, chicago) = (app.city("Phoenix").await, app.city("Chicago").await);
        let (ortega, vega) = (app.officer_with_account("Ortega").await, app.officer_with_account("Vega").await);
        let ours = app.place(&program, &ortega, &phoenix, json!({"starts_on": "2026-05-02", "internal_notes": "Handle with care.", "workplan": "Trade."})).await.expect(201).id();
        let second = app.place(&program, &vega, &phoenix, json!({"starts_on": "2026-05-02", "slot": 2})).await.expect(201).id();
        app.sign_both(&ours).await;
        app.set_clock("2026-05-03T12:00:00Z").await;
        let (leader, stranger) = (app.leader("Phoenix").await, app.as_city("Chicago").await);
        let list = leader.get("/v1/placements?include=total").await.expect(200);
        assert_eq!((list.body["total"].as_i64(), list.text.contains("Handle with care")), (Some(2), false));
        stranger.get(&path(&ours)).await.expect_problem(404, "not_found");
        assert_eq!(stranger.get("/v1/placements?include=total").await.expect(200).body["total"], 0);
        stranger.get(&format!("{}/history", path(&ours))).await.expect_problem(404, "not_found");
        let seen = leader.get(&format!("{}?expand=organization", path(&ours))).await.expect(200);
        assert_eq!((&seen.body["officer"]["name"], &seen.body["organization"]["name"]), (&json!("Ortega"), &json!("Phoenix")));
        assert!(seen.body.get("internal_notes").is_none() && seen.body["signatures"].get("office_signed_by").is_none());
        leader.get(&format!("/v1/officers/{ortega}")).await.expect_problem(403, "forbidden");

        // An officer who is placed there is a guest: they see their own.
        let diplomat = app.diplomat("Ortega").await;
        assert!(places(&diplomat).await.contains(&phoenix));
        assert_eq!(diplomat.get("/v1/placements").await.expect(200).ids(), vec![ours.clone()]);
        diplomat.get(&path(&second)).await.expect_problem(404, "not_found");
        let office = app.placement(&ours).await;
        assert_eq!((&office.body["internal_notes"], &office.body["signatures"]["office_signed_by"]), (&json!("Handle with care."), &json!("Admin")));

        // What lists are asked for is what they show, whether or not it was written down.
        let admin = app.admin().await;
        for (wanted, expected) in [("active", vec![ours.clone()]), ("signed", vec![]), ("proposed", vec![second.clone()]), ("completed", vec![])] {
            assert_eq!(admin.get(&format!("/v1/placements?status={wanted}")).await.expect(200).ids(), expected, "{wanted}");
        }
        app.place(&program, &ortega, &chicago, json!({"starts_on": "2027-05-02"})).await.expect(201);
        assert_eq!(admin.get(&format!("/v1/placements?officer_id={ortega}&sort=starts_at")).await.expect(200).ids().first(), Some(&ours));
    }

    async fn both_sides_sign_once_each_and_before_that_terms_can_be_mended(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let program = app.program().await;
        let phoenix = app.city("Phoenix").await;
        let (officer, other) = (app.officer("Dana Whitfield", json!({})).await, app.officer("Ines Alvarado", json!({})).await);
        let id = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-09-01"})).await.expect(201).id();
        let admin = app.admin().await;
        let tag = admin.get(&path(&id)).await.expect(200).tag();
        let mended = admin.patch(&path(&id), &tag, json!({"officer_id": other, "starts_on": "2026-10-01", "ends_on": "2027-10-01", "slot": 3})).await.expect(200);
        assert_eq!((&mended.body["officer"]["name"], &mended.body["slot"]), (&json!("Ines Alvarado"), &json!(3)));
        admin.patch(&path(&id), &tag, json!({"slot": 4})).await.expect_problem(412, "precondition_failed");
        // What it held before is free.
        app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-09-01"})).await.expect(201);

        let (leader, staff) = (app.leader("Phoenix").await, app.as_city("Phoenix").await);
        staff.act(&format!("{}/sign", path(&id)), "\"2\"").await.expect_problem(403, "forbidden");
        let first = leader.act_now(&path(&id), "sign").await.expect(200);
        assert_eq!(status(&first), "agreement_pending");
        assert!(!first.body["allowed_actions"].as_array().unwrap().contains(&json!("sign")));
        leader.act_now(&path(&id), "sign").await.expect_problem(409, "conflict");
        let tag = admin.get(&path(&id)).await.expect(200).tag();
        let late = admin.patch(&path(&id), &tag, json!({"slot": 4})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(late.body["state"], "agreement_pending");
        admin.patch(&path(&id), &tag, json!({"supervisor": "Ana Ruiz", "internal_notes": "Call Ana."})).await.expect(200);
        assert_eq!(status(&admin.act_now(&path(&id), "sign").await.expect(200)), "signed");
        let early = admin.act_now(&path(&id), "activate").await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(early.body["starts_at"], "2026-10-01T07:00:00Z");
        app.act_on_placement(&id, "cancel", json!({"reason": "No office space."})).await.expect(200);
        assert_eq!(status(&app.placement(&id).await), "cancelled");
    }

    async fn fifty_clients_placing_one_officer_over_overlapping_terms(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (admin, program) = (app.admin().await, app.program().await);
        let officer = app.officer("Dana Whitfield", json!({})).await;
        let mut hosts = Vec::new();
        for number in 0..50 {
            let body = json!({"kind": "municipality", "name": format!("Host {number}"), "country": "US", "time_zone": "America/Phoenix"});
            hosts.push(admin.post("/v1/organizations", body).await.expect(201).id());
        }
        let answers = join_all(hosts.iter().enumerate().map(|(number, host)| {
            let (app, program, officer) = (&app, &program, &officer);
            let over = json!({"starts_on": format!("2027-{:02}-{:02}", 1 + number % 6, 1 + number / 6)});
            async move { app.place(program, officer, host, over).await }
        })).await;
        let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((with(201), with(409)), (1, 49));
        assert!(answers.iter().filter(|answer| answer.status == 409).all(|answer| answer.body["code"] == "placement_conflict"));
    }

    async fn fifty_clients_placing_officers_in_one_slot(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, host) = (app.program().await, app.city("Phoenix").await);
        let mut officers = Vec::new();
        for number in 0..50 {
            officers.push(app.officer(&format!("Officer {number}"), json!({})).await);
        }
        let answers = join_all(officers.iter().enumerate().map(|(number, officer)| {
            let (app, program, host) = (&app, &program, &host);
            let over = json!({"starts_on": format!("2027-{:02}-{:02}", 1 + number % 6, 1 + number / 6)});
            async move { app.place(program, officer, host, over).await }
        })).await;
        let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((with(201), with(409)), (1, 49));
        let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
        assert_eq!(refused.body["conflicts"][0]["resource"], "slot");
        // Another slot of the same host is another.
        app.place(&program, &officers[0], &host, json!({"starts_on": "2030-01-01", "slot": 2})).await.expect(201);
    }

    async fn extending_one_term_and_filling_the_time_after_it_meet_in_turn(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, host) = (app.program().await, app.city("Phoenix").await);
        let (one, two) = (app.officer("Dana Whitfield", json!({})).await, app.officer("Ines Alvarado", json!({})).await);
        let id = app.place(&program, &one, &host, json!({"starts_on": "2026-05-02", "ends_on": "2026-12-01"})).await.expect(201).id();
        app.sign_both(&id).await;
        app.set_clock("2026-05-03T12:00:00Z").await;
        let (extended, placed) = tokio::join!(
            app.act_on_placement(&id, "extend", json!({"ends_on": "2027-02-01", "reason": "The fair."})),
            app.place(&program, &two, &host, json!({"starts_on": "2026-12-01", "ends_on": "2027-06-01"})),
        );
        assert!(matches!((extended.status, placed.status), (200, 409) | (409, 201)), "{} {}", extended.text, placed.text);
        // Two who replace at once: one does, the other is told so.
        let (first, second) = tokio::join!(
            app.act_on_placement(&id, "replace", json!({"officer_id": two, "starts_on": "2026-06-01", "reason": "Recalled."})),
            app.act_on_placement(&id, "replace", json!({"officer_id": two, "starts_on": "2026-06-01", "reason": "Recalled."})),
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert!(statuses[0] == 201 || placed.status == 201, "{statuses:?} {}", first.text);
        assert!(matches!(statuses[1], 409 | 412), "{statuses:?}");
    }

    async fn hosts_are_told_of_their_placements_and_nobody_is_named(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, phoenix) = (app.program().await, app.city("Phoenix").await);
        let officer = app.officer("Dana Whitfield", json!({})).await;
        let id = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-05-02"})).await.expect(201).id();
        app.sign_both(&id).await;
        app.set_clock("2026-05-03T12:00:00Z").await;
        app.act_on_placement(&id, "complete", Value::Null).await.expect(200);
        app.settle_journal().await;
        let feed = app.leader("Phoenix").await.get("/v1/events?limit=100").await.expect(200);
        let ours: Vec<&Value> = feed.body["data"].as_array().unwrap().iter().filter(|event| event["data"]["id"] == json!(id)).collect();
        let kinds: Vec<&str> = ours.iter().map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["placement.proposed", "placement.signed", "placement.signed", "placement.activated", "placement.completed"]);
        assert_eq!(ours[3]["data"]["status"], "active");
        assert!(!feed.text.contains("Whitfield") && !feed.text.contains(&officer));
        let other = app.as_city("Chicago").await.get("/v1/events?limit=100").await.expect(200);
        assert!(!other.text.contains(&id));
        app.as_role(Role::Auditor).await.get(&path(&id)).await.expect(200);
    }
}
