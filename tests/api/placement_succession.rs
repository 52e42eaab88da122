//! Who takes over from whom, and who is told of it.

use chancery::kernel::time::Timestamp;
use chancery::schema::postings;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Answer, App};

both_backends! {
    async fn another_officer_takes_over_and_both_keep_their_history(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, phoenix) = (app.program().await, app.city("Phoenix").await);
        let (one, two, three) = (app.officer_with_account("Ortega").await, app.officer_with_account("Vega").await, app.officer("Ravi Menon", json!({})).await);
        let first = app.place(&program, &one, &phoenix, json!({"starts_on": "2026-09-01", "supervisor": "Ana Ruiz"})).await.expect(201).id();
        // Before it begins the other officer takes the whole term.
        let second = app.act_on_placement(&first, "replace", json!({"officer_id": two, "reason": "Ill."})).await.expect(201);
        assert_eq!(second.header("location"), Some(format!("/v1/placements/{}", second.id()).as_str()));
        assert_eq!((&second.body["starts_on"], &second.body["ends_on"], &second.body["replaces_id"], &second.body["supervisor"], &second.body["status"]),
            (&json!("2026-09-01"), &json!("2027-09-01"), &json!(first), &json!("Ana Ruiz"), &json!("proposed")));
        let old = app.placement(&first).await;
        assert_eq!((&old.body["status"], &old.body["replaced_by"], &old.body["reason"]), (&json!("cancelled"), &json!(second.id()), &json!("Ill.")));
        let second = second.id();
        app.sign_both(&second).await;
        app.set_clock("2027-01-10T12:00:00Z").await;
        for (body, pointer, code) in [
            (json!({"officer_id": two, "reason": "Recalled."}), "/officer_id", "same_officer"),
            (json!({"officer_id": three, "starts_on": "2027-01-09", "reason": "Recalled."}), "/starts_on", "in_the_past"),
            (json!({"officer_id": three, "starts_on": "2027-09-01", "reason": "Recalled."}), "/starts_on", "not_earlier"),
        ] {
            let refused = app.act_on_placement(&second, "replace", body).await.expect_problem(422, "validation_failed");
            assert_eq!((refused.fault_pointers(), refused.fault_codes()), (vec![pointer.to_owned()], vec![code.to_owned()]));
        }
        // While an officer serves, the other one takes what is left of it, from tomorrow on.
        let third = app.act_on_placement(&second, "replace", json!({"officer_id": three, "reason": "Recalled."})).await.expect(201);
        assert_eq!((&third.body["starts_on"], &third.body["ends_on"]), (&json!("2027-01-11"), &json!("2027-09-01")));
        assert_eq!(app.placement(&second).await.body["ends_on"], "2027-01-11");
        let mut conn = app.database.connect();
        let ends: Timestamp = postings::table.filter(postings::id.eq(&second)).select(postings::ends_at).first(&mut conn).unwrap();
        assert_eq!(ends.to_string(), "2027-01-11T07:00:00Z");
        // Once: who takes over must be called off first.
        let again = app.act_on_placement(&second, "replace", json!({"officer_id": one, "starts_on": "2027-01-10", "reason": "Recalled."})).await.expect_problem(409, "conflict");
        assert_eq!(again.body["replaced_by"], json!(third.id()));
        app.act_on_placement(&third.id(), "cancel", json!({"reason": "Ill too."})).await.expect(200);
        app.act_on_placement(&second, "extend", json!({"ends_on": "2027-06-01", "reason": "Stays."})).await.expect(200);
    }

    async fn whoever_never_began_hands_on_whom_they_were_to_take_over_from(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, phoenix) = (app.program().await, app.city("Phoenix").await);
        let (one, two, three) = (app.officer("Ana Ruiz", json!({})).await, app.officer("Li Wei", json!({})).await, app.officer("Ravi Menon", json!({})).await);
        let first = app.place(&program, &one, &phoenix, json!({"starts_on": "2026-05-01"})).await.expect(201).id();
        app.sign_both(&first).await;
        app.act_on_placement(&first, "activate", Value::Null).await.expect(200);
        let second = app.act_on_placement(&first, "replace", json!({"officer_id": two, "reason": "Recalled."})).await.expect(201).id();
        let third = app.act_on_placement(&second, "replace", json!({"officer_id": three, "reason": "Ill."})).await.expect(201);
        assert_eq!(third.body["replaces_id"], json!(first));
        assert_eq!(app.placement(&first).await.body["replaced_by"], json!(third.id()));
        let again = json!({"officer_id": two, "starts_on": "2026-05-01", "reason": "Once more."});
        app.act_on_placement(&first, "replace", again).await.expect_problem(409, "conflict");

        // The rhythm of reports stands once somebody is placed.
        let path = format!("/v1/programs/{program}");
        let admin = app.admin().await;
        let tag = admin.get(&path).await.expect(200).tag();
        let refused = admin.patch(&path, &tag, json!({"report_interval_months": 1})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["in_use"]);
    }

    async fn a_host_lives_where_the_directory_says_and_nobody_is_sent_to_their_own(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, phoenix) = (app.program().await, app.city("Phoenix").await);
        let officer = app.officer("Ana Ruiz", json!({})).await;
        let elsewhere = json!({"starts_on": "2026-09-01", "time_zone": "Pacific/Kiritimati"});
        let refused = app.place(&program, &officer, &phoenix, elsewhere).await.expect_problem(422, "validation_failed");
        assert_eq!((refused.fault_pointers(), refused.fault_codes()), (vec!["/time_zone".to_owned()], vec!["contradiction".to_owned()]));
        app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-09-01"})).await.expect(201);
        let leader = app.leader("Phoenix").await;
        let account = app.account(&leader).await;
        let admin = app.admin().await;
        let path = format!("/v1/officers/{officer}");
        let tag = admin.get(&path).await.expect(200).tag();
        let refused = admin.patch(&path, &tag, json!({"user_id": account})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["own_host"]);
    }

    async fn an_officer_is_told_of_their_own_placement_before_and_after_the_term(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, phoenix) = (app.program().await, app.city("Phoenix").await);
        let officer = app.officer_with_account("Ortega").await;
        let id = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-05-01"})).await.expect(201).id();
        app.sign_both(&id).await;
        app.settle_journal().await;
        let diplomat = app.diplomat("Ortega").await;
        let told = |answer: Answer| -> Vec<String> {
            let events = answer.body["data"].as_array().unwrap().clone();
            events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).filter(|kind| kind.starts_with("placement")).collect()
        };
        let before = told(diplomat.get("/v1/events?limit=100").await.expect(200));
        assert!(before.contains(&"placement.signed".to_owned()), "{before:?}");
        app.act_on_placement(&id, "activate", Value::Null).await.expect(200);
        app.act_on_placement(&id, "complete", Value::Null).await.expect(200);
        app.settle_journal().await;
        let after = told(diplomat.get("/v1/events?limit=100").await.expect(200));
        assert!(after.contains(&"placement.completed".to_owned()) && after.iter().any(|kind| kind.starts_with("placement_report.")), "{after:?}");
        let other = app.diplomat("Vega").await;
        assert!(told(other.get("/v1/events?limit=100").await.expect(200)).is_empty());
    }
}
