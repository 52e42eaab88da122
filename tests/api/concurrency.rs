//! Races: seats, bookings, idempotency keys, replicas.

use futures_util::future::join_all;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

both_backends! {
    async fn sixty_four_clients_for_ten_seats_fifty_times(app: App) {
        let city = app.as_city("Phoenix").await;
        for round in 0..50 {
            let briefing = app.published(json!({"capacity": 10})).await;
            let path = format!("/v1/briefings/{briefing}/registrations");
            let answers = join_all((0..64).map(|number| {
                let body = json!({"attendee": {"name": "Person", "email": format!("person{number}@example.gov")}});
                let (city, path) = (city.clone(), path.clone());
                async move { city.post(&path, body).await.expect(201) }
            }))
            .await;
            let with = |status: &str| answers.iter().filter(|answer| answer.body["status"] == status).count();
            assert_eq!((with("confirmed"), with("waitlisted")), (10, 54), "round {round}");
            // In order: whoever came first has the seat, and the line has no gap and no tie.
            let all = city.get(&format!("{path}?limit=100")).await.expect(200);
            let line: Vec<(String, Option<i64>)> = all.body["data"].as_array().unwrap().iter()
                .map(|one| (one["status"].as_str().unwrap().to_owned(), one["waitlist_position"].as_i64()))
                .collect();
            for (index, (status, position)) in line.iter().enumerate() {
                let expected = (index >= 10).then(|| i64::try_from(index).unwrap() - 9);
                assert_eq!((status.as_str(), *position), (if index < 10 { "confirmed" } else { "waitlisted" }, expected), "round {round}");
            }
            let cancel = all.ids()[0].clone();
            city.post(&format!("{path}/{cancel}/cancel"), json!({})).await.expect(200);
        }
    }

    async fn fifty_clients_booking_one_briefer_at_overlapping_times(app: App) {
        let admin = app.admin().await;
        let briefer = app.briefer("Amara Okafor").await;
        let mut drafts = Vec::new();
        for minute in 0..50 {
            let draft = app.draft(&[&briefer], &format!("2030-03-12T10:{minute:02}:00"), &format!("2030-03-12T11:{minute:02}:00"));
            drafts.push(admin.post("/v1/briefings", draft).await.expect(201).id());
        }
        let answers = join_all(drafts.iter().map(|id| {
            let (admin, path) = (admin.clone(), format!("/v1/briefings/{id}/schedule"));
            async move { admin.act(&path, "\"1\"").await }
        }))
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 409 && answer.body["code"] == "schedule_conflict").count(), 49);
    }

    async fn one_key_has_one_effect_and_one_answer(app: App) {
        let admin = app.admin().await;
        let body = json!({"name": "Amara Okafor"});
        let answers = join_all((0..40).map(|_| {
            let (admin, body) = (admin.clone(), body.clone());
            async move { admin.post_with("/v1/briefers", &[("Idempotency-Key", "one-key")], body).await }
        }))
        .await;
        for answer in &answers {
            assert!(matches!(answer.status, 201 | 409), "{}", answer.text);
            if answer.status == 409 {
                assert_eq!(answer.body["code"], "request_in_flight");
                assert!(answer.header("retry-after").is_some());
            }
        }
        let ids: std::collections::BTreeSet<String> = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.id()).collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(admin.get("/v1/briefers?include=total").await.body["total"], 1);
        let again = admin.post_with("/v1/briefers", &[("Idempotency-Key", "one-key")], body).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(ids.first(), Some(&again.id()));
        admin.post_with("/v1/briefers", &[("Idempotency-Key", "one-key")], json!({"name": "Other"})).await.expect_problem(422, "idempotency_key_reused");
        // Another caller's key of the same name is another key.
        let scheduler = app.as_role(chancery::kernel::access::Role::Scheduler).await;
        scheduler.post_with("/v1/briefers", &[("Idempotency-Key", "one-key")], json!({"name": "Other"})).await.expect(201);
    }

    async fn a_refusal_is_replayed_too_and_a_key_ends_after_a_day(app: App) {
        let admin = app.admin().await;
        let id = app.published(json!({})).await;
        let headers = [("If-Match", "\"3\""), ("Idempotency-Key", "again")];
        let path = format!("/v1/briefings/{id}/schedule");
        admin.send(reqwest::Method::POST, &path, &headers, None).await.expect_problem(409, "not_allowed_in_state");
        let again = admin.send(reqwest::Method::POST, &path, &headers, None).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        let made = admin.post_with("/v1/briefers", &[("Idempotency-Key", "day")], json!({"name": "A"})).await.expect(201);
        app.clock.advance(25 * 3600);
        let admin = app.with_token(app.sign_in("admin@office.example.gov", crate::support::PASSWORD).await.body["access_token"].as_str().unwrap());
        let later = admin.post_with("/v1/briefers", &[("Idempotency-Key", "day")], json!({"name": "A"})).await.expect(201);
        assert_ne!(made.id(), later.id());
    }

    async fn two_patches_of_one_version_leave_one(app: App) {
        let admin = app.admin().await;
        let id = app.briefer("Amara Okafor").await;
        let path = format!("/v1/briefers/{id}");
        let answers = join_all((0..20).map(|number| {
            let (admin, path) = (admin.clone(), path.clone());
            async move { admin.patch(&path, "\"1\"", json!({"title": format!("Title {number}")})).await }
        }))
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), 19);
    }

    async fn replicas_share_keys_and_seats(app: App) {
        let other = app.replica().await;
        let admin = app.admin().await;
        let briefing = app.published(json!({"capacity": 5})).await;
        let path = format!("/v1/briefings/{briefing}/registrations");
        let answers = join_all((0..40).map(|number| {
            let at = if number % 2 == 0 { app.url.clone() } else { other.url.clone() };
            let body = json!({"organization_id": app.office, "attendee": {"name": "P", "email": format!("p{number}@example.gov")}});
            let (admin, path) = (admin.at(&at), path.clone());
            async move { admin.post(&path, body).await.expect(201) }
        }))
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.body["status"] == "confirmed").count(), 5);
        let made = admin.post_with("/v1/briefers", &[("Idempotency-Key", "shared")], json!({"name": "A"})).await.expect(201);
        let again = admin.at(&other.url).post_with("/v1/briefers", &[("Idempotency-Key", "shared")], json!({"name": "A"})).await.expect(201);
        assert_eq!(made.id(), again.id());
    }
}
