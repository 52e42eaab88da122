//! After-action reports and what is to follow from them.

use chancery::briefings::follow_ups::queries::list;
use chancery::briefings::follow_ups::wire::FollowUpQuery;
use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App, put};

fn report_of(briefing: &str) -> String {
    format!("/v1/briefings/{briefing}/after-action")
}

async fn replace(who: &Actor, briefing: &str, tag: &str, body: Value) -> Answer {
    who.send(
        reqwest::Method::PUT,
        &report_of(briefing),
        &[("If-Match", tag)],
        Some(body),
    )
    .await
}

async fn account(who: &Actor) -> String {
    who.get("/v1/me").await.expect(200).id()
}

both_backends! {
    async fn a_briefing_is_closed_once_its_report_is_written_and_figures_are_the_records(app: App) {
        let briefing = app.published(json!({"capacity": 3})).await;
        let mut all = Vec::new();
        for number in 0..4 {
            all.push(app.registered("Phoenix", &briefing, number).await);
        }
        let path = report_of(&briefing);
        let report = json!({"summary": "Twenty cities asked.", "outcomes": ["A contact at the trade section.", "Another."], "walk_ins": 3});
        put(&app.admin().await, &path, report.clone()).await.expect_problem(409, "not_allowed_in_state");
        let admin = app.held(&briefing).await;
        admin.post(&format!("{}/check-in", all[0]), json!({})).await.expect(200);
        admin.get(&path).await.expect_problem(404, "not_found");
        let at = format!("/v1/briefings/{briefing}");
        admin.act_now(&at, "close").await.expect_problem(409, "after_action_missing");

        put(&admin, &path, json!({"summary": " ", "walk_ins": -1})).await.expect_problem(422, "validation_failed");
        let filed = put(&admin, &path, report.clone()).await.expect(201);
        assert_eq!((filed.header("location"), &filed.body["version"]), (Some(path.as_str()), &json!(1)));
        assert_eq!(filed.body["figures"], json!({"registered": 3, "attended": 1, "walk_ins": 3}));
        assert_eq!(filed.body["outcomes"], report["outcomes"]);
        // Who comes later changes nothing in what was filed.
        admin.post(&format!("{}/check-in", all[1]), json!({})).await.expect(200);
        assert_eq!(admin.get(&path).await.expect(200).body["figures"]["attended"], 1);
        put(&admin, &path, report.clone()).await.expect_problem(428, "precondition_required");
        replace(&admin, &briefing, "\"2\"", report.clone()).await.expect_problem(412, "precondition_failed");
        let again = replace(&admin, &briefing, "\"1\"", json!({"summary": "Twenty-one."})).await.expect(200);
        assert_eq!((&again.body["version"], &again.body["figures"], &again.body["outcomes"]), (&json!(2), &json!({"registered": 3, "attended": 2, "walk_ins": 0}), &json!([])));
        assert_eq!(again.body["created_at"], filed.body["created_at"]);
        admin.act_now(&at, "close").await.expect(200);
        replace(&admin, &briefing, "\"2\"", report).await.expect(200);
    }

    async fn a_report_and_what_follows_are_the_offices_own(app: App) {
        let briefing = app.published(json!({})).await;
        app.registered("Phoenix", &briefing, 1).await;
        let admin = app.held(&briefing).await;
        let me = account(&admin).await;
        let body = json!({"summary": "A deliberative remark.", "outcomes": ["An inner outcome."], "follow_ups": [{"task": "An inner task.", "owner_id": me, "due_on": "2030-04-01"}]});
        let filed = put(&admin, &report_of(&briefing), body.clone()).await.expect(201);
        let follow_up = format!("/v1/follow-ups/{}", filed.body["follow_ups"][0]["id"].as_str().unwrap());
        for role in [Role::LocalStaff, Role::LocalLeader, Role::Diplomat] {
            let who = app.as_role(role).await;
            who.get(&report_of(&briefing)).await.expect_problem(403, "forbidden");
            put(&who, &report_of(&briefing), body.clone()).await.expect_problem(403, "forbidden");
            who.get("/v1/follow-ups").await.expect_problem(403, "forbidden");
            who.get(&follow_up).await.expect_problem(403, "forbidden");
            who.act(&format!("{follow_up}/settle"), "\"1\"").await.expect_problem(403, "forbidden");
        }
        let auditor = app.as_role(Role::Auditor).await;
        assert_eq!(auditor.get(&report_of(&briefing)).await.expect(200).body["allowed_actions"], json!([]));
        put(&auditor, &report_of(&briefing), body).await.expect_problem(403, "forbidden");
        app.settle_journal().await;
        let city = app.as_city("Phoenix").await;
        let told = city.get("/v1/events?limit=100").await.expect(200).text + &city.get(&format!("/v1/briefings/{briefing}")).await.expect(200).text;
        assert!(!told.contains("after_action") && !told.contains("follow_up") && !told.contains("inner") && !told.contains("deliberative"));
        let journal = admin.get("/v1/audit-events?limit=100").await.expect(200).text;
        assert!(journal.contains("after_action.filed") && journal.contains("follow_up.added"));
        assert!(!journal.contains("inner") && !journal.contains("deliberative"));
    }

    async fn a_follow_up_has_an_owner_and_a_day_and_is_settled_and_reopened(app: App) {
        let briefing = app.published(json!({})).await;
        let admin = app.held(&briefing).await;
        let (officer, city) = (account(&app.as_role(Role::ProgramOfficer).await).await, account(&app.as_city("Phoenix").await).await);
        let me = account(&admin).await;
        let path = report_of(&briefing);
        let wrong = json!({"summary": "Held.", "follow_ups": [{"task": "A", "owner_id": city, "due_on": "2030-04-01"}, {"task": "B", "owner_id": me, "due_on": "2030-03-11"}]});
        let refused = put(&admin, &path, wrong).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/follow_ups/0/owner_id", "/follow_ups/1/due_on"]);
        let wanted = json!([{"task": "Send the list.", "owner_id": officer, "due_on": "2030-04-01"}, {"task": "Call Tempe.", "owner_id": me, "due_on": "2030-03-20"}]);
        let filed = put(&admin, &path, json!({"summary": "Held.", "follow_ups": wanted})).await.expect(201);
        let tasks = |answer: &Answer| -> Vec<String> { answer.body["follow_ups"].as_array().unwrap().iter().map(|one| one["task"].as_str().unwrap().to_owned()).collect() };
        assert_eq!(tasks(&filed), ["Call Tempe.", "Send the list."]);
        // Sent again they are not there twice, and those that are left out stay.
        let more = json!([wanted[1], {"task": "Write to Mesa.", "owner_id": me, "due_on": "2030-03-15"}]);
        let again = replace(&admin, &briefing, "\"1\"", json!({"summary": "Held.", "follow_ups": more})).await.expect(200);
        assert_eq!(tasks(&again), ["Write to Mesa.", "Call Tempe.", "Send the list."]);

        let mine = |query: &str| { let (admin, query) = (admin.clone(), format!("/v1/follow-ups?{query}")); async move { admin.get(&query).await.expect(200).ids().len() } };
        assert_eq!((mine(&format!("owner_id={me}")).await, mine("due_before=2030-03-20").await, mine(&format!("briefing_id={briefing}&status=open")).await, mine("status=settled").await), (2, 1, 3, 0));
        let id = again.body["follow_ups"][0]["id"].as_str().unwrap();
        let at = format!("/v1/follow-ups/{id}");
        let shown = admin.get(&at).await.expect(200);
        assert_eq!((&shown.body["briefing"]["title"], &shown.body["owner"]["name"], &shown.body["allowed_actions"]), (&json!("Supply chains"), &json!("Admin"), &json!(["update", "settle"])));
        admin.patch(&at, "\"1\"", json!({"owner_id": city, "due_on": "2020-01-01"})).await.expect_problem(422, "validation_failed");
        let moved = admin.patch(&at, "\"1\"", json!({"owner_id": officer, "due_on": "2030-05-01"})).await.expect(200);
        assert_eq!((&moved.body["owner"]["id"], &moved.body["due_on"], &moved.body["version"]), (&json!(officer), &json!("2030-05-01"), &json!(2)));
        admin.act(&format!("{at}/reopen"), "\"2\"").await.expect_problem(409, "not_allowed_in_state");
        admin.act(&format!("{at}/settle"), "\"1\"").await.expect_problem(412, "precondition_failed");
        let who = app.as_role(Role::ProgramOfficer).await;
        let settled = who.send(reqwest::Method::POST, &format!("{at}/settle"), &[("If-Match", "\"2\"")], Some(json!({"note": "Sent on Tuesday."}))).await.expect(200);
        assert_eq!((&settled.body["status"], &settled.body["settled_by"], &settled.body["note"]), (&json!("settled"), &json!(officer), &json!("Sent on Tuesday.")));
        who.patch(&at, "\"3\"", json!({"task": "Other"})).await.expect_problem(409, "not_allowed_in_state");
        let open = who.act(&format!("{at}/reopen"), "\"3\"").await.expect(200);
        assert_eq!((&open.body["status"], &open.body["settled_at"]), (&json!("open"), &Value::Null));
    }

    async fn the_owner_is_reminded_before_the_day_and_on_it_until_it_is_settled(app: App) {
        let briefing = app.published(json!({})).await;
        let admin = app.held(&briefing).await;
        let officer = account(&app.as_role(Role::ProgramOfficer).await).await;
        let wanted = json!([{"task": "A", "owner_id": officer, "due_on": "2030-04-01"}, {"task": "B", "owner_id": officer, "due_on": "2030-04-02"}]);
        let filed = put(&admin, &report_of(&briefing), json!({"summary": "Held.", "follow_ups": wanted})).await.expect(201);
        let reminded = || app.mail_of("follow_up_due").len();
        // Seven days before, at midnight in the office's zone, and not before.
        for (instant, count) in [("2030-03-25T03:59:00Z", 0), ("2030-03-25T04:00:00Z", 1), ("2030-03-26T04:00:00Z", 2)] {
            app.move_to(instant).await;
            for _ in 0..2 {
                app.pass_briefings().await;
                assert_eq!(reminded(), count, "{instant}");
            }
        }
        let second = filed.body["follow_ups"][1]["id"].as_str().unwrap();
        app.admin().await.act_now(&format!("/v1/follow-ups/{second}"), "settle").await.expect(200);
        app.move_to("2030-04-02T05:00:00Z").await;
        app.pass_briefings().await;
        assert_eq!(app.mail_of("follow_up_due"), ["program_officer@people.example.gov"; 3]);
    }

    async fn fifty_first_reports_at_once_leave_one(app: App) {
        let briefing = app.published(json!({})).await;
        let admin = app.held(&briefing).await;
        let path = report_of(&briefing);
        let all = (0..50).map(|_| put(&admin, &path, json!({"summary": "Held."})));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 428).count(), 49);
    }

    async fn the_list_takes_as_many_statements_for_thirty_as_for_three(app: App) {
        let briefing = app.published(json!({})).await;
        let admin = app.held(&briefing).await;
        let me = account(&admin).await;
        let scope = app.scope_of_admin();
        let wanted = |count: usize| -> Vec<Value> { (0..count).map(|number| json!({"task": format!("Task {number}"), "owner_id": me, "due_on": "2030-04-01"})).collect() };
        put(&admin, &report_of(&briefing), json!({"summary": "Held.", "follow_ups": wanted(3)})).await.expect(201);
        let query = FollowUpQuery { limit: Some(100), ..FollowUpQuery::default() };
        let count = |expected: usize| app.statements_of(|conn| assert_eq!(list(conn, &scope, &app.kernel.keyring, &query).unwrap().data.len(), expected));
        let few = count(3);
        replace(&admin, &briefing, "\"1\"", json!({"summary": "Held.", "follow_ups": wanted(30)})).await.expect(200);
        assert_eq!(count(30), few);
    }
}
