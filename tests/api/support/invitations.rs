//! Inviting people to briefings.

use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;

impl App {
    /// Invites one person of this city by name, and gives the invitation.
    pub async fn invited(&self, briefing: &str, city: &str, email: &str) -> Value {
        let organization = self.city(city).await;
        let admin = self.admin().await;
        let body = json!({"people": [{"name": "Ana Ruiz", "email": email, "organization_id": organization}]});
        let path = format!("/v1/briefings/{briefing}/invitations");
        let made = admin.post(&path, body).await.expect(201);
        assert_eq!(made.body["created"], 1, "{}", made.text);
        let all = admin
            .get(&format!("{path}?sort=-created_at&limit=100"))
            .await
            .expect(200);
        let found = all.body["data"].as_array().unwrap().iter();
        let mut found = found.filter(|one| one["invitee"]["email"] == email);
        found.next().unwrap().clone()
    }

    /// Answers by a link, as nobody in particular.
    pub async fn answer(&self, token: &str, over: Value) -> Answer {
        let mut body = json!({"token": token});
        for (name, value) in over.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.anonymous()
            .post("/v1/invitation-links/answer", body)
            .await
    }

    /// Looks a link up, as nobody in particular.
    pub async fn look_up(&self, token: &str) -> Answer {
        self.anonymous()
            .post("/v1/invitation-links/look-up", json!({"token": token}))
            .await
    }

    /// Moves the time and signs everyone in again.
    pub async fn jump(&self, to: &str) {
        self.clock.set(to.parse().unwrap());
        self.sign_everyone_in_again().await;
    }

    /// An attendee of this city.
    pub async fn attendee(&self, city: &Actor, briefing: &str, email: &str) -> Answer {
        city.post(
            &format!("/v1/briefings/{briefing}/registrations"),
            json!({"attendee": {"name": "Ana Ruiz", "email": email}}),
        )
        .await
        .expect(201)
    }
}
