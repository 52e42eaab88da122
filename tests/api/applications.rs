//! Applications: what hosts hand in, and who sees it.

use chancery::kernel::access::{Permission, Role};
use futures_util::future::join_all;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

fn path(id: &str) -> String {
    format!("/v1/applications/{id}")
}

fn list(call: &str) -> String {
    format!("/v1/calls/{call}/applications")
}

both_backends! {
    async fn a_submission_names_every_fault_of_the_form_and_keeps_the_version_it_was_written_against(app: App) {
        let admin = app.admin().await;
        let call = app.open_call(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let body = json!({"title": "A trade desk", "answers": {"summary": "short", "plans": true}});
        let id = city.post(&list(&call), body).await.expect(201).id();
        let refused = city.act_now(&path(&id), "submit").await.expect_problem(422, "validation_failed");
        let mut places = refused.fault_pointers();
        places.sort();
        assert_eq!(places, ["/answers/budget", "/answers/plans", "/answers/summary"]);

        // A new form does not touch what was drafted before.
        let record = format!("/v1/calls/{call}");
        let tag = admin.get(&record).await.expect(200).tag();
        let form = json!({"type": "object", "required": ["goals"], "properties": {"goals": {"type": "string"}}});
        admin.patch(&record, &tag, json!({"form": form})).await.expect(200);
        let tag = city.get(&path(&id)).await.expect(200).tag();
        let answers = json!({"summary": "An officer would open doors.", "plans": null, "budget": 5});
        let changed = city.patch(&path(&id), &tag, json!({"answers": answers})).await.expect(200);
        assert_eq!((&changed.body["form_version"], &changed.body["answers"]["plans"]), (&json!(1), &json!(null)));
        let submitted = city.act_now(&path(&id), "submit").await.expect(200);
        assert_eq!((&submitted.body["status"], &submitted.body["form_version"]), (&json!("submitted"), &json!(1)));
        assert!(submitted.body["submitted_at"].is_string());

        // While the call is open it can be changed, and stays complete; also under the new form.
        let tag = city.get(&path(&id)).await.expect(200).tag();
        let refused = city.patch(&path(&id), &tag, json!({"form_version": 2})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/answers/goals"]);
        let refused = city.patch(&path(&id), &tag, json!({"form_version": 3})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/form_version"]);
        let moved = city.patch(&path(&id), &tag, json!({"form_version": 2, "answers": {"goals": "Trade."}})).await.expect(200);
        assert_eq!(moved.body["form_version"], 2);
        let again = city.act_now(&path(&id), "submit").await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(again.body["allowed_actions"], json!(["withdraw", "update"]));
        city.delete(&path(&id), &moved.tag()).await.expect_problem(409, "not_allowed_in_state");
        app.act_on_call(&call, "close").await.expect(200);
        let tag = city.get(&path(&id)).await.expect(200).tag();
        let late = city.patch(&path(&id), &tag, json!({"title": "Another"})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(late.body["allowed_actions"], json!(["withdraw"]));
    }

    async fn a_host_has_one_application_in_a_call_however_many_ask_at_once(app: App) {
        let call = app.open_call(json!({})).await;
        let city = app.as_city("Phoenix").await;
        let answers = join_all((0..20).map(|number| {
            let (city, call) = (city.clone(), list(&call));
            let draft = app.application_draft("Phoenix", json!({"title": format!("Desk {number}")}));
            async move { city.post(&call, draft).await }
        })).await;
        let made: Vec<String> = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.id()).collect();
        assert_eq!(made.len(), 1);
        for refused in answers.into_iter().filter(|answer| answer.status != 201) {
            let refused = refused.expect_problem(409, "already_applied");
            assert_eq!(refused.header("location"), Some(path(&made[0]).as_str()));
        }
        // Another call is another matter, and so is one that was withdrawn.
        let other = app.open_call(json!({})).await;
        app.applied("Phoenix", &other).await;
        city.act_now(&path(&made[0]), "submit").await.expect(200);
        app.act_with(&city, &path(&made[0]), "withdraw", json!({"reason": "We think again."})).await.expect(200);
        app.apply("Phoenix", &call).await;
    }

    async fn only_organizations_of_the_kind_and_place_that_a_call_is_for_apply(app: App) {
        let call = app.open_call(json!({"eligibility": {"kinds": ["municipality"], "countries": ["US"], "subdivisions": ["TX"]}})).await;
        app.applied("Houston", &call).await;
        let phoenix = app.as_city("Phoenix").await;
        let refused = phoenix.post(&list(&call), app.application_draft("Phoenix", json!({}))).await.expect_problem(422, "validation_failed");
        assert_eq!((refused.fault_pointers(), refused.fault_codes()), (vec!["/organization_id".to_owned()], vec!["not_eligible".to_owned()]));

        // It is asked again when the application is handed in.
        let open = app.open_call(json!({})).await;
        let id = app.apply("Phoenix", &open).await;
        let admin = app.admin().await;
        let record = format!("/v1/calls/{open}");
        let tag = admin.get(&record).await.expect(200).tag();
        admin.patch(&record, &tag, json!({"eligibility": {"kinds": ["county"]}})).await.expect(200);
        let refused = phoenix.act_now(&path(&id), "submit").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["not_eligible"]);
    }

    async fn a_draft_exists_for_its_host_and_for_those_who_run_the_programs(app: App) {
        let call = app.open_call(json!({})).await;
        let id = app.apply("Phoenix", &call).await;
        let phoenix = app.as_city("Phoenix").await;
        let chicago = app.as_city("Chicago").await;
        let reviewer = app.as_role(Role::Scheduler).await;
        let auditor = app.as_role(Role::Auditor).await;
        let officer = app.program_officer().await;
        let total = format!("{}?include=total", list(&call));
        let counts = |expected: [i64; 5]| {
            let readers = [&phoenix, &officer, &auditor, &reviewer, &chicago].map(Clone::clone);
            let (total, id) = (total.clone(), path(&id));
            async move {
                for (reader, expected) in readers.iter().zip(expected) {
                    let listed = reader.get(&total).await.expect(200);
                    assert_eq!((&listed.body["total"], listed.ids().len()), (&json!(expected), usize::try_from(expected).unwrap()));
                    reader.get(&id).await.expect(if expected == 1 { 200 } else { 404 });
                }
            }
        };
        counts([1, 1, 0, 0, 0]).await;
        // The office may help with it, and nobody else.
        let tag = officer.get(&path(&id)).await.expect(200).tag();
        officer.patch(&path(&id), &tag, json!({"title": "A trade desk, with help"})).await.expect(200);
        chicago.patch(&path(&id), "\"2\"", json!({"title": "X"})).await.expect(404);
        chicago.act(&format!("{}/submit", path(&id)), "\"2\"").await.expect(404);
        chicago.delete(&path(&id), "\"2\"").await.expect(404);
        phoenix.act_now(&path(&id), "submit").await.expect(200);
        counts([1, 1, 1, 0, 0]).await;
        // The feed tells the host and the office.
        app.settle_journal().await;
        for (reader, expected) in [(&phoenix, true), (&officer, true), (&reviewer, false), (&chicago, false)] {
            let told = reader.get("/v1/events?limit=100").await.expect(200);
            assert_eq!(told.text.contains(&id), expected);
        }
        assert!(!phoenix.get("/v1/events?limit=100").await.expect(200).text.contains("application.drafted"));
    }

    async fn a_systems_key_applies_for_its_own_city(app: App) {
        let call = app.open_call(json!({})).await;
        let key = app.key_of("Phoenix", &[Permission::ApplicationsRead, Permission::ApplicationsWrite, Permission::ProgramsRead]).await;
        let id = key.post(&list(&call), app.application_draft("Phoenix", json!({}))).await.expect(201).id();
        key.act_now(&path(&id), "submit").await.expect(200);
        let chicago = app.city("Chicago").await;
        let draft = app.application_draft("Chicago", json!({"organization_id": chicago}));
        let refused = key.post(&list(&call), draft).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/organization_id"]);
        let theirs = app.applied("Chicago", &call).await;
        key.get(&path(&theirs)).await.expect(404);
    }

    async fn the_office_waives_what_a_host_owes_with_a_reason_that_stays_its_own(app: App) {
        let call = app.open_call(json!({})).await;
        let id = app.apply("Phoenix", &call).await;
        let officer = app.program_officer().await;
        let phoenix = app.as_city("Phoenix").await;
        let reason = json!({"reason": "The officer was ill."});
        app.act_with(&phoenix, &path(&id), "waive-overdue-report", reason.clone()).await.expect(403);
        let waived = app.act_with(&officer, &path(&id), "waive-overdue-report", reason.clone()).await.expect(200);
        assert_eq!(waived.body["waiver"]["reason"], "The officer was ill.");
        app.act_with(&officer, &path(&id), "waive-overdue-report", reason).await.expect_problem(409, "not_allowed_in_state");
        let seen = phoenix.get(&path(&id)).await.expect(200);
        assert!(seen.body["waiver"]["waived_at"].is_string());
        assert!(!seen.text.contains("The officer was ill."));
    }

    async fn a_list_is_searched_filtered_and_paged(app: App) {
        let call = app.open_call(json!({})).await;
        let mut ids = Vec::new();
        for city in ["Phoenix", "Chicago", "Houston"] {
            ids.push(app.applied(city, &call).await);
        }
        let officer = app.program_officer().await;
        assert_eq!(officer.get(&list(&call)).await.expect(200).ids(), ids);
        assert_eq!(officer.get(&format!("{}?q=DESK%20chicago", list(&call))).await.expect(200).ids(), [ids[1].clone()]);
        let houston = app.city("Houston").await;
        let found = officer.get(&format!("{}?organization_id={houston}&expand=organization", list(&call))).await.expect(200);
        assert_eq!((found.ids(), &found.body["data"][0]["organization"]["name"]), (vec![ids[2].clone()], &json!("Houston")));
        assert_eq!(officer.get(&format!("{}?status=draft&include=total", list(&call))).await.expect(200).body["total"], 0);
        let page = officer.get(&format!("{}?sort=-created_at&limit=2", list(&call))).await.expect(200);
        assert_eq!(page.ids(), [ids[2].clone(), ids[1].clone()]);
        let cursor = page.body["next_cursor"].as_str().unwrap();
        let rest = officer.get(&format!("{}?sort=-created_at&limit=2&cursor={cursor}", list(&call))).await.expect(200);
        assert_eq!(rest.ids(), [ids[0].clone()]);
        let other = app.open_call(json!({})).await;
        officer.get(&format!("{}?sort=-created_at&limit=2&cursor={cursor}", list(&other))).await.expect_problem(400, "invalid_cursor");
    }
}
