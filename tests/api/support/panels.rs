//! Panels, reviews and decisions, made through the API.

use std::collections::BTreeMap;

use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;

/// Somebody who reviews.
#[derive(Clone)]
pub struct Panelist {
    pub actor: Actor,
    pub id: String,
}

impl App {
    /// Somebody of the office who can review, with a mailbox of this name.
    pub async fn panelist(&self, name: &str, role: Role) -> Panelist {
        let office = self.office.clone();
        let email = format!("{name}@panel.example.gov");
        let actor = self.person(&email, role, &office).await;
        let id = actor.get("/v1/me").await.expect(200).id();
        Panelist { actor, id }
    }

    /// The same, on the panel of this call.
    pub async fn seated(&self, call: &str, name: &str, role: Role) -> Panelist {
        let panelist = self.panelist(name, role).await;
        self.seat_on_panel(call, &panelist.id).await.expect(201);
        panelist
    }

    /// Takes somebody into the panel.
    pub async fn seat_on_panel(&self, call: &str, user: &str) -> Answer {
        let path = format!("/v1/calls/{call}/reviewers");
        self.admin()
            .await
            .post(&path, json!({"user_id": user}))
            .await
    }

    /// An application that the office wrote for this host and handed in.
    pub async fn handed_in(&self, call: &str, host: &str, city: &str) -> String {
        let admin = self.admin().await;
        let draft = self.application_draft(city, json!({"organization_id": host}));
        let id = admin
            .post(&format!("/v1/calls/{call}/applications"), draft)
            .await
            .expect(201)
            .id();
        admin
            .act(&format!("/v1/applications/{id}/submit"), "\"1\"")
            .await
            .expect(200);
        id
    }

    /// A call that these cities have applied in, by the name of the city, and that is closed.
    pub async fn closed_call(
        &self,
        over: Value,
        cities: &[&str],
    ) -> (String, BTreeMap<String, String>) {
        let call = self.open_call(over).await;
        let mut applications = BTreeMap::new();
        for city in cities {
            let host = self.city(city).await;
            let id = self.handed_in(&call, &host, city).await;
            applications.insert((*city).to_owned(), id);
        }
        self.act_on_call(&call, "close").await.expect(200);
        (call, applications)
    }

    /// Assigns an application to a reviewer.
    pub async fn assign(&self, call: &str, application: &str, reviewer: &Panelist) -> Answer {
        let body = json!({"application_id": application, "reviewer_id": reviewer.id});
        let path = format!("/v1/calls/{call}/assignments");
        self.admin().await.post(&path, body).await
    }

    /// Decides an application by hand, as the administrator.
    pub async fn decide_by_hand(&self, application: &str, action: &str) -> Answer {
        let admin = self.admin().await;
        let record = format!("/v1/applications/{application}");
        let body = json!({"reason": "After long debate."});
        self.act_with(&admin, &record, action, body).await
    }

    /// Signs the slate as it is, for the two usual roles.
    pub async fn sign_as_usual(&self, call: &str) {
        for actor in [self.program_officer().await, self.admin().await] {
            let digest = self.slate(call).await["digest"].clone();
            self.sign(&actor, call, &digest, "approved")
                .await
                .expect(201);
        }
    }

    /// The slate of a call.
    pub async fn slate(&self, call: &str) -> Value {
        let path = format!("/v1/calls/{call}/slate");
        self.admin().await.get(&path).await.expect(200).body
    }

    /// Signs a slate.
    pub async fn sign(&self, actor: &Actor, call: &str, digest: &Value, decision: &str) -> Answer {
        let body = json!({"slate_digest": digest, "decision": decision, "reason": "As the panel ranked them."});
        actor
            .post(&format!("/v1/calls/{call}/sign-offs"), body)
            .await
    }
}

impl Panelist {
    /// Reviews an application by the usual rubric.
    pub async fn review(
        &self,
        application: &str,
        impact: Option<i64>,
        readiness: Option<i64>,
    ) -> Answer {
        let body =
            json!({"scores": {"impact": impact, "readiness": readiness}, "comment": "Read twice."});
        self.put_review(application, body).await
    }

    /// Sends a review.
    pub async fn put_review(&self, application: &str, body: Value) -> Answer {
        let path = format!("/v1/applications/{application}/review");
        self.actor.send(Method::PUT, &path, &[], Some(body)).await
    }
}
