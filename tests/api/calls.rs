//! Programs and calls: forms with versions, rubrics, the window, late codes.

use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

fn path(id: &str) -> String {
    format!("/v1/calls/{id}")
}

/// The events about this record, as the journal has them.
async fn journal(app: &App, subject: &str) -> Vec<Value> {
    app.settle_journal().await;
    let path = format!("/v1/audit-events?subject_id={subject}");
    let events = app.admin().await.get(&path).await.expect(200);
    events.body["data"].as_array().unwrap().clone()
}

both_backends! {
    async fn a_program_that_makes_no_sense_is_refused_with_all_its_faults(app: App) {
        let admin = app.admin().await;
        let refused = admin.post("/v1/programs", json!({
            "name": "X", "legal_basis": "Y", "default_term_months": 24, "max_term_months": 12,
            "sign_off_roles": ["administrator", "local_leader", "administrator"],
        })).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/default_term_months", "/sign_off_roles/1", "/sign_off_roles/2"]);
        assert_eq!(refused.fault_codes(), ["above_maximum", "not_permitted", "unique_items"]);
        let id = app.program().await;
        let record = format!("/v1/programs/{id}");
        let made = admin.get(&record).await.expect(200);
        assert_eq!(made.body["sign_off_roles"], json!(["program_officer", "administrator"]));
        assert_eq!((&made.body["default_term_months"], &made.body["report_interval_months"]), (&json!(12), &json!(3)));

        // A program that has ended is known to those who run it, and to auditors.
        let city = app.as_city("Phoenix").await;
        assert_eq!(city.get("/v1/programs?include=total").await.expect(200).body["total"], 1);
        admin.patch(&record, &made.tag(), json!({"is_active": false})).await.expect(200);
        city.get(&record).await.expect(404);
        assert_eq!(city.get("/v1/programs?include=total").await.expect(200).body["total"], 0);
        assert_eq!(app.as_role(Role::Scheduler).await.get("/v1/programs").await.expect(200).ids().len(), 0);
        app.as_role(Role::Auditor).await.get(&record).await.expect(200);
        admin.post(&format!("{record}/calls"), app.call_draft(json!({}))).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn a_call_is_everyones_once_it_is_open_and_the_offices_before(app: App) {
        let call = app.call(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let scheduler = app.as_role(Role::Scheduler).await;
        for stranger in [&city, &scheduler] {
            stranger.get(&path(&call)).await.expect(404);
            stranger.get(&format!("{}/forms/1", path(&call))).await.expect(404);
            stranger.get(&format!("{}/applications", path(&call))).await.expect(404);
            assert_eq!(stranger.get("/v1/calls?include=total").await.expect(200).body["total"], 0);
        }
        let auditor = app.as_role(Role::Auditor).await;
        assert_eq!(auditor.get(&path(&call)).await.expect(200).body["status"], "draft");
        app.act_on_call(&call, "open").await.expect(200);
        for reader in [&city, &scheduler] {
            let seen = reader.get(&path(&call)).await.expect(200);
            assert_eq!((&seen.body["status"], &seen.body["form"]["type"]), (&json!("open"), &json!("object")));
            let listed = reader.get("/v1/calls?status=open").await.expect(200);
            assert_eq!(listed.ids(), std::slice::from_ref(&call));
            assert!(listed.body["data"][0]["form"].is_null());
        }
        assert!(city.get(&path(&call)).await.expect(200).body["allowed_actions"].as_array().unwrap().contains(&json!("apply")));

        // Nobody outside is told what happened to the draft.
        app.settle_journal().await;
        let told = city.get("/v1/events").await.expect(200);
        let kinds: Vec<&str> = told.body["data"].as_array().unwrap().iter()
            .filter(|event| event["subject"]["id"] == json!(call))
            .map(|event| event["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["call.opened"]);
    }

    async fn a_call_that_makes_no_sense_is_refused_with_all_its_faults(app: App) {
        let admin = app.admin().await;
        let program = app.program().await;
        let criterion = json!({"key": "impact", "title": "Impact", "weight": 1, "max_points": 5});
        let refused = admin.post(&format!("/v1/programs/{program}/calls"), app.call_draft(json!({
            "closes_at": {"local": "2031-03-09T02:30:00", "time_zone": "America/New_York"},
            "rubric": [criterion, criterion], "eligibility": {"countries": ["XX"]},
            "form": {"type": "object", "properties": {"a": {"type": "text"}, "b": {"$ref": "https://example.com/form"}}},
        }))).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), [
            "/closes_at/local", "/rubric/1/key", "/eligibility/countries/0", "/form/properties/a/type", "/form/properties/b/$ref",
        ]);

        // Opening asks for what a draft may lack.
        let past = json!({"utc": "2020-01-01T00:00:00Z", "time_zone": "America/Phoenix"});
        let call = app.call(json!({"closes_at": past, "rubric": []})).await;
        let refused = app.act_on_call(&call, "open").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/closes_at", "/rubric"]);
    }

    async fn what_can_be_changed_depends_on_where_the_call_stands(app: App) {
        let admin = app.admin().await;
        let call = app.call(json!({})).await;
        let change = |body: Value| {
            let (admin, call) = (admin.clone(), path(&call));
            async move {
                let tag = admin.get(&call).await.expect(200).tag();
                admin.patch(&call, &tag, body).await
            }
        };
        let form = json!({"type": "object", "required": ["plan"], "properties": {"plan": {"type": "string"}}});
        let drafted = change(json!({"is_blind": true, "form": form, "places": 3})).await.expect(200);
        assert_eq!((&drafted.body["is_blind"], &drafted.body["form_version"], &drafted.body["form"]), (&json!(true), &json!(1), &form));
        app.act_on_call(&call, "open").await.expect(200);
        let refused = change(json!({"is_blind": false, "rubric": []})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/is_blind", "/rubric"]);
        let past = json!({"utc": "2020-01-01T00:00:00Z", "time_zone": "America/Phoenix"});
        change(json!({"closes_at": past})).await.expect_problem(422, "validation_failed");
        let opened = change(json!({"form": {"type": "object"}})).await.expect(200);
        assert_eq!(opened.body["form_version"], 2);
        assert_eq!(admin.get(&format!("{}/forms/1", path(&call))).await.expect(200).body["form"], form);
        assert_eq!(admin.get(&format!("{}/forms/2", path(&call))).await.expect(200).body["form"], json!({"type": "object"}));
        admin.get(&format!("{}/forms/3", path(&call))).await.expect(404);
        app.act_on_call(&call, "close").await.expect(200);
        let refused = change(json!({"form": {"type": "object"}, "eligibility": {}})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["not_applicable", "not_applicable"]);
        change(json!({"places": 5})).await.expect(200);
        app.act_on_call(&call, "open").await.expect_problem(409, "not_allowed_in_state");
        admin.patch(&path(&call), "\"1\"", json!({"places": 6})).await.expect(412);
    }

    async fn the_window_closes_at_one_instant_in_its_zone(app: App) {
        // The hour that occurs twice: the second half past one, in New York.
        let closing = json!({"local": "2031-11-02T01:30:00", "time_zone": "America/New_York", "offset": "-05:00"});
        let call = app.open_call(json!({"closes_at": closing})).await;
        let (first, second) = (app.apply("Phoenix", &call).await, app.apply("Chicago", &call).await);
        let closes_at: chancery::kernel::time::Timestamp = "2031-11-02T06:30:00Z".parse().unwrap();
        app.set_clock("2031-11-02T06:25:00Z").await;
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let submit = |id: &str| format!("/v1/applications/{id}/submit");
        app.clock.set(closes_at.plus_seconds(-1));
        phoenix.act(&submit(&first), "\"1\"").await.expect(200);
        app.clock.set(closes_at);
        let refused = chicago.act(&submit(&second), "\"1\"").await.expect_problem(409, "call_closed");
        assert_eq!((&refused.body["state"], &refused.body["closes_at"]), (&json!("closed"), &json!("2031-11-02T06:30:00Z")));
        let seen = chicago.get(&path(&call)).await.expect(200);
        assert_eq!((&seen.body["status"], &seen.body["closed_at"]), (&json!("closed"), &json!("2031-11-02T06:30:00Z")));
        assert_eq!(chicago.get("/v1/calls?status=open&include=total").await.expect(200).body["total"], 0);
        assert_eq!(chicago.get("/v1/calls?status=closed&include=total").await.expect(200).body["total"], 1);
        let draft = app.application_draft("Houston", json!({}));
        let houston = app.as_city("Houston").await;
        houston.post(&format!("{}/applications", path(&call)), draft).await.expect_problem(409, "call_closed");

        // A worker closes it too, dated at its instant, and once.
        for _ in 0..100 {
            let events = journal(&app, &call).await;
            let closed: Vec<&Value> = events.iter().filter(|event| event["type"] == "call.closed").collect();
            if let [one] = closed.as_slice() {
                assert_eq!((&one["payload"]["by_itself"], &one["actor"]["kind"]), (&json!(true), &json!("system")));
                return;
            }
            assert!(closed.is_empty());
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("nobody closed the call");
    }

    async fn a_late_code_is_good_once_for_one_organization_until_it_expires(app: App) {
        let officer = app.program_officer().await;
        let call = app.open_call(json!({})).await;
        let id = app.apply("Phoenix", &call).await;
        let theirs = app.apply("Chicago", &call).await;
        let third = app.apply("Houston", &call).await;
        app.act_on_call(&call, "close").await.expect(200);
        let codes = format!("{}/late-codes", path(&call));
        let in_hours = |hours: i64| app.clock.now().plus_seconds(hours * 3600).to_string();
        let give = |city: String, expires_at: String| {
            let (officer, codes) = (officer.clone(), codes.clone());
            async move {
                let body = json!({"organization_id": city, "reason": "City hall was closed by the storm.", "expires_at": expires_at});
                officer.post(&codes, body).await
            }
        };
        let given = give(app.city("Phoenix").await, in_hours(48)).await.expect(201);
        let code = given.body["code"].as_str().unwrap().to_owned();
        let past = give(app.city("Phoenix").await, in_hours(-1)).await.expect_problem(422, "validation_failed");
        assert_eq!(past.fault_pointers(), ["/expires_at"]);
        let brief = give(app.city("Houston").await, in_hours(1)).await.expect(201);
        let listed = officer.get(&codes).await.expect(200);
        assert!(!listed.text.contains(&code));
        assert_eq!(listed.body["data"][1]["reason"], "City hall was closed by the storm.");
        for stranger in [app.as_city("Phoenix").await, app.as_role(Role::Scheduler).await] {
            stranger.get(&codes).await.expect(403);
        }
        app.as_role(Role::Auditor).await.get(&codes).await.expect(200);
        assert_eq!(journal(&app, &given.id()).await[0]["type"], "late_code.issued");

        let phoenix = app.as_city("Phoenix").await;
        let chicago = app.as_city("Chicago").await;
        let record = |id: &str| format!("/v1/applications/{id}");
        phoenix.act_now(&record(&id), "submit").await.expect_problem(409, "call_closed");
        for (city, id, code) in [(&chicago, &theirs, code.as_str()), (&phoenix, &id, "late_nobody-made-this-up")] {
            let refused = app.act_with(city, &record(id), "submit", json!({"late_code": code})).await.expect_problem(422, "validation_failed");
            assert_eq!((refused.fault_pointers(), refused.fault_codes()), (vec!["/late_code".to_owned()], vec!["invalid_code".to_owned()]));
        }
        // One that is refused for its form does not use the code up.
        let tag = phoenix.get(&record(&id)).await.expect(200).tag();
        phoenix.patch(&record(&id), &tag, json!({"answers": {"budget": null}})).await.expect(200);
        let refused = app.act_with(&phoenix, &record(&id), "submit", json!({"late_code": code})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/answers/budget"]);
        let tag = phoenix.get(&record(&id)).await.expect(200).tag();
        phoenix.patch(&record(&id), &tag, json!({"answers": {"budget": 7}})).await.expect(200);
        let submitted = app.act_with(&phoenix, &record(&id), "submit", json!({"late_code": code})).await.expect(200);
        assert_eq!((&submitted.body["status"], &submitted.body["is_late"]), (&json!("submitted"), &json!(true)));
        let used = journal(&app, &id).await;
        let used: Vec<&Value> = used.iter().filter(|event| event["type"] == "late_code.used").collect();
        assert_eq!(used.len(), 1);
        assert_eq!((&used[0]["payload"]["reason"], &used[0]["payload"]["late_code_id"]), (&json!("City hall was closed by the storm."), &json!(given.id())));

        // Once: the host withdraws, and cannot come in again with it.
        app.act_with(&phoenix, &record(&id), "withdraw", json!({"reason": "Not this year."})).await.expect(200);
        let draft = app.application_draft("Phoenix", json!({}));
        phoenix.post(&format!("{}/applications", path(&call)), draft).await.expect_problem(409, "call_closed");
        assert!(officer.get(&codes).await.expect(200).body["data"][1]["used_at"].is_string());

        // Until it expires.
        app.clock.advance(2 * 3600);
        app.sign_everyone_in_again().await;
        let houston = app.as_city("Houston").await;
        let code = brief.body["code"].as_str().unwrap();
        let refused = app.act_with(&houston, &record(&third), "submit", json!({"late_code": code})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["invalid_code"]);
        // Nobody is told of codes by the feed.
        assert!(!app.admin().await.get("/v1/events?limit=100").await.expect(200).text.contains("late_code.issued"));
    }
}
