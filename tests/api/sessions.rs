//! Sessions of assemblies: numbers, the call and its notice, the steps to the end.

use chancery::kernel::access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

fn record(id: &str) -> String {
    format!("/v1/assembly-sessions/{id}")
}

/// The kinds of the events about this record, the oldest first.
async fn journal(app: &App, subject: &str) -> Vec<String> {
    app.settle_journal().await;
    let path = format!("/v1/audit-events?subject_id={subject}");
    let events = app.admin().await.get(&path).await.expect(200);
    events.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

both_backends! {
    async fn a_session_goes_from_the_draft_to_its_end(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({})).await;
        let drafted = app.session(&id).await;
        assert_eq!((&drafted.body["number"], &drafted.body["status"]), (&json!(1), &json!("draft")));
        assert_eq!(drafted.body["starts_at"]["time_zone"], "America/New_York");
        assert!(drafted.body["allowed_actions"].as_array().unwrap().contains(&json!("call")));
        app.act_on_session(&id, "open", Value::Null).await.expect_problem(409, "not_allowed_in_state");
        app.act_on_session(&id, "call", Value::Null).await.expect(200);
        app.act_on_session(&id, "publish-agenda", Value::Null).await.expect_problem(422, "validation_failed");
        app.publish_agenda_of(&id).await;
        let opened = app.act_on_session(&id, "open", Value::Null).await.expect(200);
        assert_eq!((&opened.body["status"], &opened.body["has_quorum"]), (&json!("open"), &json!(false)));
        assert_eq!(app.act_on_session(&id, "recess", Value::Null).await.expect(200).body["status"], "in_recess");
        assert_eq!(app.act_on_session(&id, "resume", Value::Null).await.expect(200).body["status"], "open");

        // Nobody was ever present: business was not concluded.
        let refused = app.adjourn_session(&id, "business_concluded").await.expect_problem(409, "quorum_not_met");
        assert_eq!(refused.body["present"], 0);
        let adjourned = app.act_on_session(&id, "adjourn", json!({"reason": "no_quorum", "note": "Snow."})).await.expect(200);
        assert_eq!(adjourned.body["status"], "adjourned");
        assert_eq!((&adjourned.body["adjournment"], &adjourned.body["closing_note"]), (&json!("no_quorum"), &json!("Snow.")));
        assert!(adjourned.body["has_quorum"].is_null());
        app.act_on_session(&id, "cancel", json!({"reason": "x"})).await.expect_problem(409, "not_allowed_in_state");
        let tag = adjourned.tag();
        app.admin().await.patch(&record(&id), &tag, json!({"presiding": "X"})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(journal(&app, &id).await, [
            "drafted", "called", "agenda_item_added", "agenda_published", "opened", "recessed", "resumed", "adjourned",
        ].map(|kind| format!("assembly_session.{kind}")));
    }

    async fn a_session_is_adjourned_for_a_reason_that_the_quorum_bears_out(app: App) {
        let (_, id, seats) = app.convened(2, json!({})).await;
        app.all_come(&id, &seats).await;
        assert_eq!(app.session(&id).await.body["has_quorum"], true);
        let refused = app.adjourn_session(&id, "no_quorum").await.expect_problem(409, "conflict");
        assert_eq!((&refused.body["present"], &refused.body["required"]), (&json!(2), &json!(2)));

        // Not while members vote.
        let motion = app.put_before(&id, &seats[0], &seats[1]).await;
        let poll = app.open_poll(&motion, json!({})).await;
        for (action, body) in [("adjourn", json!({"reason": "time_expired"})), ("recess", Value::Null)] {
            let refused = app.act_on_session(&id, action, body).await.expect_problem(409, "conflict");
            assert_eq!(refused.body["polls"], json!([poll]));
        }
        app.close_poll(&poll).await;

        // A quorum that was there is enough for its business, and presence ends with the session.
        app.go(&seats[0].holder, &id, &seats[0].id).await.expect(200);
        assert_eq!(app.session(&id).await.body["has_quorum"], false);
        let adjourned = app.adjourn_session(&id, "business_concluded").await.expect(200);
        let ended = app.admin().await.get(&format!("{}/presence", record(&id))).await.expect(200);
        assert_eq!(ended.body["data"], json!([]));
        let checks = app.admin().await.get(&format!("{}/quorum-checks", record(&id))).await.expect(200);
        let last = checks.body["data"].as_array().unwrap().iter().find(|check| check["occasion"] == "adjournment").unwrap().clone();
        assert_eq!((&last["is_met"], &last["occurred_at"]), (&json!(false), &adjourned.body["adjourned_at"]));
    }

    async fn twenty_clients_who_draft_at_once_get_the_numbers_from_1_to_20(app: App) {
        let assembly = app.assembly(json!({})).await;
        let admin = app.admin().await;
        let path = format!("/v1/assemblies/{assembly}/sessions");
        let body = app.session_draft(json!({}));
        let made = join_all((0..20).map(|_| admin.post(&path, body.clone()))).await;
        let mut numbers: Vec<i64> = made.into_iter().map(|answer| answer.expect(201).body["number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<i64>>());

        // A refusal uses none up, and another assembly counts by itself.
        admin.post(&path, app.session_draft(json!({"ends_at": app.in_minutes(10)}))).await.expect_problem(422, "validation_failed");
        let next = app.draft_session(&assembly, json!({})).await;
        assert_eq!(app.session(&next).await.body["number"], 21);
        let other = app.assembly(json!({})).await;
        let first = app.draft_session(&other, json!({})).await;
        assert_eq!(app.session(&first).await.body["number"], 1);
        let listed = admin.get(&format!("{path}?include=total&limit=5")).await.expect(200);
        assert_eq!((listed.ids().len(), &listed.body["total"]), (5, &json!(21)));
        assert_eq!(admin.get("/v1/assembly-sessions?include=total&q=plenary").await.expect(200).body["total"], 22);
    }

    async fn a_session_that_makes_no_sense_is_refused_with_all_its_faults(app: App) {
        let assembly = app.assembly(json!({})).await;
        let admin = app.admin().await;
        let path = format!("/v1/assemblies/{assembly}/sessions");
        let refused = admin.post(&path, app.session_draft(json!({
            "starts_at": {"local": "2031-03-09T02:30:00", "time_zone": "America/New_York"},
            "ends_at": {"local": "2031-03-09T02:30:00", "time_zone": "Nowhere/Land"},
        }))).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/starts_at/local", "/ends_at/time_zone"]);
        let phoenix = json!({"utc": app.clock.now().plus_seconds(9000), "time_zone": "America/Phoenix"});
        let refused = admin.post(&path, app.session_draft(json!({"ends_at": phoenix}))).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["time_zone_differs"]);

        // The call asks for what a draft may lack, all at once.
        let past = json!({"utc": "2020-01-01T00:00:00Z", "time_zone": "America/New_York"});
        let end = json!({"utc": "2020-01-01T01:00:00Z", "time_zone": "America/New_York"});
        let id = app.draft_session(&assembly, json!({
            "format": "hybrid", "meeting_url": null, "starts_at": past, "ends_at": end,
        })).await;
        let refused = app.act_on_session(&id, "call", Value::Null).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/starts_at", "/starts_at", "/venue", "/meeting_url"]);
        assert_eq!(refused.fault_codes(), ["in_the_past", "outside_cohort", "required", "required"]);
    }

    async fn members_have_the_notice_that_the_rules_give_them_in_days_where_it_is_held(app: App) {
        // 23:30 on 1 March in New York is 2 March in UTC.
        app.set_clock("2031-03-02T04:30:00Z").await;
        let assembly = app.assembly(json!({"notice_days": 10})).await;
        let at = |local: &str| json!({"local": local, "time_zone": "America/New_York"});
        let id = app.draft_session(&assembly, json!({
            "starts_at": at("2031-03-10T23:00:00"), "ends_at": at("2031-03-10T23:30:00"),
        })).await;
        let refused = app.act_on_session(&id, "call", Value::Null).await.expect_problem(409, "notice_too_short");
        assert_eq!(refused.body["earliest"], "2031-03-11");
        let admin = app.admin().await;
        let tag = app.session(&id).await.tag();
        admin.patch(&record(&id), &tag, json!({
            "starts_at": at("2031-03-11T00:15:00"), "ends_at": at("2031-03-11T02:00:00"),
        })).await.expect(200);
        app.act_on_session(&id, "call", Value::Null).await.expect(200);

        // A called session is moved with the same notice, and members are told.
        let tag = app.session(&id).await.tag();
        let moved = json!({"starts_at": at("2031-03-10T22:00:00")});
        admin.patch(&record(&id), &tag, moved).await.expect_problem(409, "notice_too_short");
        admin.patch(&record(&id), &tag, json!({"presiding": "Luis Ortega", "ends_at": at("2031-03-11T03:00:00")})).await.expect(200);
        let tag = app.session(&id).await.tag();
        let moved = admin.patch(&record(&id), &tag, json!({
            "starts_at": at("2031-03-12T01:00:00"), "ends_at": at("2031-03-12T03:00:00"),
        })).await.expect(200);
        assert_eq!(moved.body["starts_at"]["utc"], "2031-03-12T05:00:00Z");
        assert_eq!(journal(&app, &id).await, ["drafted", "updated", "called", "updated", "rescheduled"].map(|kind| format!("assembly_session.{kind}")));
    }

    async fn a_session_is_opened_an_hour_before_its_time_at_the_earliest(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.published_session(&assembly, json!({"starts_at": app.in_minutes(61), "ends_at": app.in_minutes(90)})).await;
        let starts: chancery::kernel::time::Timestamp = app.session(&id).await.body["starts_at"]["utc"].as_str().unwrap().parse().unwrap();
        let refused = app.act_on_session(&id, "open", Value::Null).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(refused.body["opens_at"], json!(starts.plus_seconds(-3600)));
        app.clock.set(starts.plus_seconds(-3600));
        app.act_on_session(&id, "open", Value::Null).await.expect(200);
        let tag = app.session(&id).await.tag();
        let refused = app.admin().await.patch(&record(&id), &tag, json!({"title": "X", "starts_at": app.in_minutes(80)})).await;
        assert_eq!(refused.expect_problem(422, "validation_failed").fault_pointers(), ["/title", "/starts_at"]);
    }

    async fn a_session_is_drafted_by_the_clerk_and_called_by_those_who_convene(app: App) {
        let assembly = app.assembly(json!({})).await;
        let clerk = app.as_role(Role::Scheduler).await;
        let path = format!("/v1/assemblies/{assembly}/sessions");
        let id = clerk.post(&path, app.session_draft(json!({}))).await.expect(201).id();
        clerk.act_now(&record(&id), "call").await.expect_problem(403, "forbidden");
        for stranger in [Role::ProgramOfficer, Role::ClearanceOfficer, Role::Diplomat] {
            let stranger = app.as_role(stranger).await;
            stranger.get(&record(&id)).await.expect(404);
            stranger.post(&path, app.session_draft(json!({}))).await.expect(403);
        }
        app.as_role(Role::Auditor).await.get(&record(&id)).await.expect(200);
        app.act_on_session(&id, "call", Value::Null).await.expect(200);
        app.as_role(Role::ProgramOfficer).await.get(&record(&id)).await.expect(200);

        // A cancelled session keeps its number, and says why.
        let cancelled = app.act_on_session(&id, "cancel", json!({"reason": "A storm."})).await.expect(200);
        assert_eq!((&cancelled.body["status"], &cancelled.body["closing_note"]), (&json!("cancelled"), &json!("A storm.")));
        assert_eq!(app.session(&app.draft_session(&assembly, json!({})).await).await.body["number"], 2);
        app.agenda_item(&app.draft_session(&assembly, json!({})).await, json!({})).await;
        let items = format!("{}/agenda-items", record(&id));
        app.admin().await.post(&items, json!({"title": "X"})).await.expect_problem(409, "not_allowed_in_state");
    }
}
