//! Invitations of one organization are no affair of another's.

use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

const THREE: &str = "three@tempe.example.gov";

/// The invitations of a briefing that a city sees, by address.
async fn seen(app: &App, city: &str, briefing: &str) -> Vec<Value> {
    let path = format!("/v1/briefings/{briefing}/invitations?limit=100");
    let page = app.as_city(city).await.get(&path).await.expect(200);
    page.body["data"].as_array().unwrap().clone()
}

both_backends! {
    async fn whom_another_organization_registers_has_answered_nothing(app: App) {
        let briefing = app.published(json!({})).await;
        let tempe = app.as_city("Tempe").await;
        app.invited(&briefing, "Phoenix", "ana@phoenix.example.gov").await;
        let taken = app.attendee(&tempe, &briefing, "ANA@phoenix.example.gov").await;
        let own = seen(&app, "Phoenix", &briefing).await;
        assert_eq!((&own[0]["status"], &own[0]["registration_id"]), (&json!("pending"), &Value::Null));
        let token = app.link_of("ana@phoenix.example.gov").await;
        app.look_up(&token).await.expect(200);
        let refused = app.answer(&token, json!({"answer": "accept"})).await.expect_problem(409, "already_registered");
        assert!(refused.header("location").is_none() && !refused.text.contains(&taken.id()), "{}", refused.text);
        assert_eq!(seen(&app, "Phoenix", &briefing).await[0]["status"], "pending");
        let path = format!("/v1/briefings/{briefing}/registrations/{}/cancel", taken.id());
        tempe.post(&path, json!({})).await.expect(200);
        app.answer(&token, json!({"answer": "accept"})).await.expect(200);
        let own = seen(&app, "Phoenix", &briefing).await;
        assert_eq!(own[0]["status"], "accepted");
        assert_ne!(own[0]["registration_id"], json!(taken.id()));
    }

    async fn delegating_shows_nothing_of_whom_others_have_invited_or_registered(app: App) {
        let briefing = app.published(json!({})).await;
        let tempe = app.as_city("Tempe").await;
        app.invited(&briefing, "Tempe", THREE).await;
        app.attendee(&tempe, &briefing, "four@tempe.example.gov").await;
        let mut feeds = Vec::new();
        for (number, email) in [THREE, "four@tempe.example.gov", "nobody@tempe.example.gov"].into_iter().enumerate() {
            let from = format!("one{number}@phoenix.example.gov");
            let invitation = app.invited(&briefing, "Phoenix", &from).await;
            let given = json!({"answer": "delegate", "delegate": {"name": "Three", "email": email}});
            app.answer(&app.link_of(&from).await, given).await.expect(200);
            let own = seen(&app, "Phoenix", &briefing).await;
            let successor = own.iter().find(|one| one["delegated_from"] == invitation["id"]).unwrap();
            assert_eq!((&successor["status"], &successor["invitee"]["email"]), (&json!("pending"), &json!(email)));
            app.settle_journal().await;
            let told = app.as_city("Phoenix").await.get("/v1/events?limit=100").await.expect(200);
            let kinds: Vec<String> = told.body["data"].as_array().unwrap().iter()
                .filter(|event| event["subject"]["kind"] == "briefing_invitation")
                .map(|event| event["type"].as_str().unwrap().to_owned())
                .collect();
            feeds.push(kinds.len());
        }
        assert_eq!((feeds[1] - feeds[0], feeds[2] - feeds[1]), (3, 3), "invited, sent on, delegated");
        // Tempe's own sees nothing of it.
        assert_eq!(seen(&app, "Tempe", &briefing).await.len(), 1);
    }

    async fn whom_mail_cannot_be_sent_to_is_not_taken(app: App) {
        let briefing = app.published(json!({})).await;
        let city = app.as_city("Phoenix").await;
        for email in ["a@[127.0.0.1]", "\"a b\"@example.gov", "\"a\\\"b\"@b.example", "nobody", "a@b@c.example", "zoë@example.gov"] {
            let body = json!({"attendee": {"name": "A", "email": email, "title": "Mayor\r\nBcc: x@y.example"}});
            let refused = city.post(&format!("/v1/briefings/{briefing}/registrations"), body).await.expect_problem(422, "validation_failed");
            let mut codes = refused.fault_codes();
            codes.sort_unstable();
            assert_eq!(codes, ["format", "pattern"], "{email}");
        }
        let body = json!({"attendee": {"name": "A", "email": "zoe+trade@example.gov"}});
        city.post(&format!("/v1/briefings/{briefing}/registrations"), body).await.expect(201);
    }
}
