//! What a caller may not know does not exist for them: other cities' affairs, markings, audiences.
//! Scenario 7 of docs/domain.md.

use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

/// The answer without what differs from request to request.
fn anonymous_body(mut body: Value) -> Value {
    body.as_object_mut().unwrap().remove("instance");
    body
}

both_backends! {
    async fn another_citys_affairs_are_as_absent_as_what_does_not_exist(app: App) {
        // Scenario 7.
        let phoenix_id = app.city("Phoenix").await;
        let phoenix = app.as_city("Phoenix").await;
        let other = app.as_city("Chicago").await;
        let only_phoenix = app.published(json!({
            "title": "Only for Phoenix",
            "audience": {"scope": "invitation", "organization_ids": [phoenix_id]},
        })).await;
        let made = phoenix.post(
            &format!("/v1/briefings/{only_phoenix}/registrations"),
            json!({"attendee": {"name": "Ana Ruiz", "email": "ana@phoenix.example.gov"}}),
        ).await.expect(201);
        let registration = made.header("location").unwrap().to_owned();

        let unknown = other.get("/v1/briefings/brf_00000000000000000000000000").await.expect_problem(404, "not_found");
        for path in [format!("/v1/briefings/{only_phoenix}"), format!("/v1/briefings/{only_phoenix}/registrations"), registration.clone()] {
            let refused = other.get(&path).await.expect_problem(404, "not_found");
            assert_eq!(anonymous_body(refused.body), anonymous_body(unknown.body.clone()), "{path}");
        }
        for action in ["registrations", "registrations/reg_00000000000000000000000000/cancel"] {
            let body = json!({"attendee": {"name": "X", "email": "x@chicago.example.gov"}});
            other.post(&format!("/v1/briefings/{only_phoenix}/{action}"), body).await.expect_problem(404, "not_found");
        }
        for path in ["/v1/briefings?include=total", "/v1/briefings?q=phoenix&include=total", "/v1/briefings?sort=-created_at&include=total"] {
            let list = other.get(path).await.expect(200);
            assert_eq!((list.ids().len(), list.body["total"].clone()), (0, json!(0)), "{path}");
            assert_eq!(phoenix.get(path).await.expect(200).body["total"], 1, "{path}");
        }

        // The attempts are in the journal, the two unknown ids are not.
        app.settle_journal().await;
        let admin = app.admin().await;
        let mut denied = 0;
        for _ in 0..40 {
            app.settle_journal().await;
            let events = admin.get("/v1/audit-events?type=access.denied&include=total").await.expect(200);
            denied = events.body["total"].as_i64().unwrap();
            if denied >= 5 { break; }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(denied, 5);
        let subject = admin.get(&format!("/v1/audit-events?type=access.denied&subject_id={only_phoenix}")).await.expect(200);
        assert_eq!(subject.body["data"][0]["actor"]["kind"], "user");
    }

    async fn a_city_sees_its_own_registrations_and_counts_of_all(app: App) {
        let briefing = app.published(json!({})).await;
        let path = format!("/v1/briefings/{briefing}/registrations");
        for name in ["Phoenix", "Chicago"] {
            let city = app.as_city(name).await;
            let body = json!({"attendee": {"name": name, "email": format!("{}@example.gov", name.to_lowercase())}});
            city.post(&path, body).await.expect(201);
        }
        let phoenix = app.as_city("Phoenix").await;
        let list = phoenix.get(&format!("{path}?include=total")).await.expect(200);
        assert_eq!((list.ids().len(), list.body["total"].clone()), (1, json!(1)));
        let chicago_id = app.city("Chicago").await;
        let filtered = phoenix.get(&format!("{path}?organization_id={chicago_id}&include=total")).await.expect(200);
        assert_eq!(filtered.body["total"], 0);
        assert_eq!(app.admin().await.get(&format!("{path}?include=total")).await.body["total"], 2);
        let theirs = app.admin().await.get(&format!("{path}?organization_id={chicago_id}")).await.ids()[0].clone();
        for (method, suffix) in [(reqwest::Method::GET, ""), (reqwest::Method::PATCH, ""), (reqwest::Method::POST, "/cancel")] {
            let body = (method == reqwest::Method::PATCH).then(|| json!({"name": "Mine"}));
            phoenix.send(method, &format!("{path}/{theirs}{suffix}"), &[], body).await.expect_problem(404, "not_found");
        }
    }

    async fn a_city_cannot_register_for_another_city(app: App) {
        let briefing = app.published(json!({})).await;
        let phoenix = app.as_city("Phoenix").await;
        let chicago = app.city("Chicago").await;
        for organization in [chicago.as_str(), "org_00000000000000000000000000"] {
            let body = json!({"organization_id": organization, "attendee": {"name": "X", "email": "x@example.gov"}});
            let refused = phoenix.post(&format!("/v1/briefings/{briefing}/registrations"), body).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), ["unknown_reference"]);
        }
        assert_eq!(app.admin().await.get(&format!("/v1/briefings/{briefing}")).await.body["counts"]["confirmed"], 0);
    }

    async fn a_marking_hides_a_briefing_in_every_list_count_and_search(app: App) {
        let cui = app.published(json!({"title": "Restricted matter", "marking": "cui"})).await;
        let official = app.published(json!({"title": "Official matter"})).await;
        let public = app.published(json!({"title": "Open matter", "marking": "public"})).await;
        let reach = [
            (Role::Administrator, vec![&cui, &official, &public]),
            (Role::ClearanceOfficer, vec![&cui, &official, &public]),
            (Role::Auditor, vec![&cui, &official, &public]),
            (Role::LocalLeader, vec![&official, &public]),
            (Role::LocalStaff, vec![&official, &public]),
            (Role::Diplomat, vec![&official, &public]),
        ];
        for (role, visible) in reach {
            let actor = app.as_role(role).await;
            let list = actor.get("/v1/briefings?q=matter&include=total").await.expect(200);
            assert_eq!(list.body["total"], visible.len(), "{role}");
            assert_eq!(list.ids().iter().collect::<std::collections::BTreeSet<_>>(), visible.iter().copied().collect(), "{role}");
            let filtered = actor.get("/v1/briefings?marking=cui&include=total").await.expect(200);
            assert_eq!(filtered.body["total"].as_u64().unwrap(), u64::from(visible.len() == 3), "{role}");
            let expected = if visible.len() == 3 { 200 } else { 404 };
            actor.get(&format!("/v1/briefings/{cui}")).await.expect(expected);
        }
        let catalogue = app.anonymous().get("/v1/public/briefings?include=total").await.expect(200);
        assert_eq!((catalogue.ids(), catalogue.body["total"].clone()), (vec![public.clone()], json!(1)));
        app.anonymous().get(&format!("/v1/public/briefings/{public}")).await.expect(200);
        for hidden in [&cui, &official] {
            app.anonymous().get(&format!("/v1/public/briefings/{hidden}")).await.expect_problem(404, "not_found");
        }
    }

    async fn an_audience_is_chosen_by_kind_by_state_or_by_invitation(app: App) {
        let chicago_id = app.city("Chicago").await;
        let phoenix = app.as_city("Phoenix").await;
        let chicago = app.as_city("Chicago").await;
        let cases = [
            (json!({"scope": "everyone"}), true, true),
            (json!({"scope": "kinds", "kinds": ["municipality"]}), true, true),
            (json!({"scope": "kinds", "kinds": ["county", "state"]}), false, false),
            (json!({"scope": "states", "states": ["US-AZ", "US-NM"]}), true, false),
            (json!({"scope": "invitation", "organization_ids": [chicago_id]}), false, true),
        ];
        for (audience, to_phoenix, to_chicago) in cases {
            let id = app.published(json!({"audience": audience})).await;
            let path = format!("/v1/briefings/{id}");
            for (city, sees) in [(&phoenix, to_phoenix), (&chicago, to_chicago)] {
                city.get(&path).await.expect(if sees { 200 } else { 404 });
            }
        }
    }

    async fn a_city_sees_neither_drafts_nor_notes_nor_who_else_is_invited(app: App) {
        let admin = app.admin().await;
        let (phoenix_id, chicago_id) = (app.city("Phoenix").await, app.city("Chicago").await);
        let id = app.published(json!({
            "internal_notes": "Between ourselves",
            "audience": {"scope": "invitation", "organization_ids": [phoenix_id, chicago_id]},
        })).await;
        let phoenix = app.as_city("Phoenix").await;
        let seen = phoenix.get(&format!("/v1/briefings/{id}")).await.expect(200);
        assert!(seen.body.get("internal_notes").is_none());
        assert_eq!(seen.body["audience"]["organization_ids"], json!([phoenix_id]));
        assert!(!phoenix.get("/v1/briefings").await.text.contains("Between ourselves"));
        assert_eq!(admin.get(&format!("/v1/briefings/{id}")).await.body["internal_notes"], "Between ourselves");
        let draft = admin.post("/v1/briefings", app.draft(&[], "2030-03-12T10:00:00", "2030-03-12T11:00:00")).await.expect(201).id();
        phoenix.get(&format!("/v1/briefings/{draft}")).await.expect_problem(404, "not_found");
    }
}
