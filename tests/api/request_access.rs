//! What a caller may do with event requests, and what stands at the edge: controls 1, 5, 6 and 8.

use chancery::event_requests::lifecycle::RequestStatus;
use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

fn path(id: &str) -> String {
    format!("/v1/event-requests/{id}")
}

both_backends! {
    async fn a_role_in_one_organization_opens_nothing_of_another(app: App) {
        // A read-only role of the office, and a place in one city, do not add up to writing in all.
        let admin = app.admin().await;
        let (phoenix, chicago) = (app.city("Phoenix").await, app.city("Chicago").await);
        let id = app.submitted(json!({})).await;
        let briefing = app.published(json!({})).await;
        let phoenix_staff = app.as_city("Phoenix").await;
        let hook = phoenix_staff.post("/v1/webhook-endpoints", json!({"url": "http://127.0.0.1:9/"})).await.expect(201);
        let hook_path = format!("/v1/webhook-endpoints/{}", hook.id());
        for (email, one, two) in [
            ("auditor-and-staff@example.gov", (app.office.clone(), "auditor"), (chicago.clone(), "local_staff")),
            ("clearance-and-staff@example.gov", (app.office.clone(), "clearance_officer"), (chicago.clone(), "local_staff")),
            ("diplomat-and-staff@example.gov", (phoenix.clone(), "diplomat"), (chicago.clone(), "local_staff")),
        ] {
            let memberships = json!([{"organization_id": one.0, "role": one.1}, {"organization_id": two.0, "role": two.1}]);
            let made = admin.post("/v1/users", json!({"email": email, "name": email, "memberships": memberships})).await.expect(201);
            app.anonymous().post("/v1/auth/accept-invitation", json!({"token": made.body["invitation"]["token"], "password": crate::support::PASSWORD})).await.expect(204);
            let dual = app.log_in(email).await;
            let is_diplomat = one.1 == "diplomat";
            let seen = dual.get(&path(&id)).await.expect(200);
            if !is_diplomat {
                assert_eq!(seen.body["allowed_actions"], json!([]), "{email}");
                dual.patch(&path(&id), &seen.tag(), json!({"title": "Mine"})).await.expect_problem(403, "forbidden");
                app.act_on(&dual, &id, "withdraw", Some(json!({"reason": "x"}))).await.expect_problem(403, "forbidden");
                app.add_document(&dual, &id, "kind=other&filename=x.txt").await.expect_problem(403, "forbidden");
                let draft = app.request_draft(json!({"organization_id": phoenix}));
                dual.post("/v1/event-requests", draft).await.expect_problem(422, "validation_failed");
                let attendee = json!({"organization_id": phoenix, "attendee": {"name": "X", "email": "x@example.gov"}});
                dual.post(&format!("/v1/briefings/{briefing}/registrations"), attendee).await.expect_problem(422, "validation_failed");
            }
            let expected = if one.1 == "auditor" { 200 } else { 404 };
            let endpoint = dual.get(&hook_path).await.expect(expected);
            if expected == 200 {
                dual.act(&format!("{hook_path}/rotate-secret"), &endpoint.tag()).await.expect_problem(403, "forbidden");
            } else {
                dual.act(&format!("{hook_path}/rotate-secret"), "\"1\"").await.expect_problem(404, "not_found");
            }
            dual.post("/v1/webhook-endpoints", json!({"url": "http://127.0.0.1:9/", "organization_id": phoenix})).await.expect_problem(422, "validation_failed");
            app.settle_journal().await;
            let told = dual.get("/v1/events?type=webhook_endpoint.created").await.expect(200);
            assert_eq!(told.text.contains(&hook.id()), one.1 == "auditor", "{email}: {}", told.text);
            // In the city where they are staff, they are.
            dual.post("/v1/event-requests", app.request_draft(json!({"organization_id": chicago}))).await.expect(201);
        }
    }

    async fn a_substitute_is_the_citys_to_accept_and_what_is_over_is_not_confirmed(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let offered = app.request_in(RequestStatus::SubstituteOffered, json!({})).await;
        let seen = scheduler.get(&path(&offered)).await.expect(200);
        assert!(!seen.body["allowed_actions"].as_array().unwrap().contains(&json!("accept-substitute")));
        app.act_on(&scheduler, &offered, "accept-substitute", None).await.expect_problem(403, "forbidden");
        app.act_on(&app.as_city("Phoenix").await, &offered, "accept-substitute", None).await.expect(200);

        let id = app.request_in(RequestStatus::InClearance, json!({})).await;
        app.make_ready(&id).await;
        app.clock.advance(400 * 86_400);
        app.sign_everyone_in_again().await;
        let refused = app.act_on(&app.admin().await, &id, "confirm", None).await.expect_problem(409, "not_allowed_in_state");
        assert!(refused.body["ends_at"].is_string());
    }

    async fn numbers_and_years_at_the_edge_are_read_or_refused_and_never_a_fault(app: App) {
        let city = app.as_city("Phoenix").await;
        let id = app.drafted(&city, json!({})).await;
        let tag = city.get(&path(&id)).await.expect(200).tag();
        let raw = br#"{"details": {"speaking": {"minutes": 20.0}, "audience": {"size": 1e3}}}"#.to_vec();
        let headers = [("If-Match", tag.as_str()), ("Content-Type", "application/json")];
        let read = city.send_raw(Method::PATCH, &path(&id), &headers, raw).await.expect(200);
        assert_eq!((&read.body["details"]["speaking"]["minutes"], &read.body["details"]["audience"]["size"]), (&json!(20), &json!(1000)));
        let late = json!({"local": "9999-12-31T23:00:00", "time_zone": "America/Phoenix"});
        let refused = city.post("/v1/event-requests", app.request_draft(json!({"starts_at": late, "ends_at": late}))).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["time_invalid", "time_invalid"]);
        let early = json!({"utc": "0001-01-01T00:00:00Z", "time_zone": "America/Phoenix"});
        city.post("/v1/event-requests", app.request_draft(json!({"decision_deadline": early}))).await.expect_problem(422, "validation_failed");
        // A cursor of one request's comments is not one of another's.
        let other = app.drafted(&city, json!({"title": "Another"})).await;
        for request in [&id, &other] {
            for body in ["One", "Two"] {
                city.post(&format!("{}/comments", path(request)), json!({"body": body})).await.expect(201);
            }
        }
        let page = city.get(&format!("{}/comments?limit=1", path(&id))).await.expect(200);
        let cursor = page.body["next_cursor"].as_str().unwrap();
        city.get(&format!("{}/comments?limit=1&cursor={cursor}", path(&id))).await.expect(200);
        city.get(&format!("{}/comments?limit=1&cursor={cursor}", path(&other))).await.expect_problem(400, "invalid_cursor");
    }

    async fn what_is_the_offices_a_city_can_neither_set_nor_see(app: App) {
        // Controls 5, 6 and 8.
        let city = app.as_city("Phoenix").await;
        let scheduler = app.as_role(Role::Scheduler).await;
        let refused = city.post("/v1/event-requests", app.request_draft(json!({"internal_notes": "x", "marking": "cui"}))).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["not_permitted", "not_permitted"]);
        for member in ["status", "reference", "assignee_id", "official_id", "is_sandbox", "organization"] {
            let mut body = app.request_draft(json!({}));
            body[member] = json!("x");
            let refused = city.post("/v1/event-requests", body).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), ["unknown"], "{member}");
        }
        let id = app.submitted(json!({})).await;
        let tag = scheduler.get(&path(&id)).await.expect(200).tag();
        scheduler.patch(&path(&id), &tag, json!({"internal_notes": "Between ourselves"})).await.expect(200);
        app.act_on(&scheduler, &id, "claim", None).await.expect(200);
        let keys = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let (office, local) = (scheduler.get(&path(&id)).await.expect(200), city.get(&path(&id)).await.expect(200));
        let more: Vec<String> = keys(&office.body).into_iter().filter(|key| !keys(&local.body).contains(key)).collect();
        assert_eq!(more, ["assignee", "clearances", "internal_notes"]);
        assert!(!local.text.contains("Between ourselves"));
    }
}
