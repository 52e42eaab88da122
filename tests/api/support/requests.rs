//! Event requests in every state, made through the API.

use chancery::event_requests::lifecycle::RequestStatus;
use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;

/// An invitation letter, as plain text.
pub const LETTER: &str = "City of Phoenix\n\nDear colleagues,\nwe invite you to our summit.\n";

impl App {
    /// What a complete request for a speaker in Phoenix is drafted with, changed by `over`.
    pub fn request_draft(&self, over: Value) -> Value {
        let day = self.clock.now().plus_seconds(300 * 86_400).to_string();
        let day = &day[..10];
        let mut draft = json!({
            "request_type": "speaker", "title": "Phoenix Trade Summit", "topic": "trade",
            "starts_at": {"local": format!("{day}T09:00:00"), "time_zone": "America/Phoenix"},
            "ends_at": {"local": format!("{day}T17:00:00"), "time_zone": "America/Phoenix"},
            "details": {
                "organizer": "City of Phoenix",
                "contact": {"name": "Ana Ruiz", "email": "ana@phoenix.example.gov", "phone": "+1 602 555 0100"},
                "venue": {"name": "City Hall", "address": "200 W Washington St, Phoenix, AZ 85003"},
                "purpose": "Connect suppliers.", "audience": {"kind": "business leaders", "size": 180},
                "press_invited": false, "is_fundraiser": false, "speaking": {"role": "keynote", "minutes": 20},
            },
        });
        for (name, value) in over.as_object().unwrap() {
            draft[name] = value.clone();
        }
        draft
    }

    /// A draft of this city's.
    pub async fn drafted(&self, city: &Actor, over: Value) -> String {
        city.post("/v1/event-requests", self.request_draft(over))
            .await
            .expect(201)
            .id()
    }

    /// Adds the invitation letter.
    pub async fn add_letter(&self, city: &Actor, id: &str) -> Answer {
        self.add_document(city, id, "kind=invitation_letter&filename=letter.txt")
            .await
    }

    /// Adds a document.
    pub async fn add_document(&self, actor: &Actor, id: &str, query: &str) -> Answer {
        actor
            .send_raw(
                Method::POST,
                &format!("/v1/event-requests/{id}/documents?{query}"),
                &[("Content-Type", "text/plain")],
                LETTER.as_bytes().to_vec(),
            )
            .await
    }

    /// A request of Phoenix's that is submitted with its letter.
    pub async fn submitted(&self, over: Value) -> String {
        let city = self.as_city("Phoenix").await;
        let id = self.drafted(&city, over).await;
        self.add_letter(&city, &id).await.expect(201);
        city.act_now(&format!("/v1/event-requests/{id}"), "submit")
            .await
            .expect(200);
        id
    }

    /// An action on a request as it is now.
    pub async fn act_on(
        &self,
        actor: &Actor,
        id: &str,
        action: &str,
        body: Option<Value>,
    ) -> Answer {
        let path = format!("/v1/event-requests/{id}");
        let tag = actor.get(&path).await.expect(200).tag();
        actor
            .send(
                Method::POST,
                &format!("{path}/{action}"),
                &[("If-Match", &tag)],
                body,
            )
            .await
    }

    /// What an action is sent with.
    pub fn body_of(action: &str) -> Option<Value> {
        match action {
            "withdraw" | "decline" | "offer-substitute" => Some(json!({"reason": "As agreed."})),
            "request-documents" => Some(json!({"documents": ["draft_agenda"]})),
            "report" => Some(json!({"outcome": "It went well.", "attendance": 165})),
            _ => None,
        }
    }

    /// Gives every clearance that is open, until none is.
    pub async fn clear_all(&self, id: &str) {
        let officer = self.as_role(Role::ClearanceOfficer).await;
        let path = format!("/v1/event-requests/{id}/clearances");
        for _ in 0..6 {
            let open = officer.get(&path).await.expect(200);
            let pending = open.body["data"]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["status"] == "pending");
            let Some(pending) = pending else { return };
            let one = format!("{path}/{}", pending["id"].as_str().unwrap());
            let tag = officer.get(&one).await.expect(200).tag();
            officer
                .send(
                    Method::POST,
                    &format!("{one}/clear"),
                    &[("If-Match", &tag)],
                    Some(json!({"reason": "No objection."})),
                )
                .await
                .expect(200);
        }
    }

    /// A request of Phoenix's in this state. Those that have taken place move the clock past the
    /// event; everyone signs in again then.
    pub async fn request_in(&self, status: RequestStatus, over: Value) -> String {
        use RequestStatus::{
            AwaitingDocuments, Completed, Confirmed, Declined, Draft, InClearance, Reported,
            Submitted, SubstituteOffered, UnderReview, Withdrawn,
        };
        if status == Draft {
            let city = self.as_city("Phoenix").await;
            let id = self.drafted(&city, over).await;
            self.add_letter(&city, &id).await.expect(201);
            return id;
        }
        let id = self.submitted(over).await;
        let steps: &[(&str, Role)] = match status {
            Draft | Submitted => &[],
            AwaitingDocuments => &[("request-documents", Role::Scheduler)],
            UnderReview => &[("start-review", Role::Scheduler)],
            InClearance => &[
                ("start-review", Role::Scheduler),
                ("begin-clearance", Role::Scheduler),
            ],
            Declined => &[("decline", Role::Administrator)],
            SubstituteOffered => &[
                ("start-review", Role::Scheduler),
                ("offer-substitute", Role::Administrator),
            ],
            Withdrawn => &[("withdraw", Role::LocalStaff)],
            Confirmed | Completed | Reported => &[
                ("start-review", Role::Scheduler),
                ("begin-clearance", Role::Scheduler),
                ("confirm", Role::Administrator),
                ("complete", Role::Scheduler),
                ("report", Role::LocalStaff),
            ],
        };
        let count = match status {
            Confirmed => 3,
            Completed => 4,
            _ => steps.len(),
        };
        for (action, role) in steps.iter().take(count) {
            if *action == "confirm" {
                self.make_ready(&id).await;
            }
            if *action == "complete" {
                self.pass_event(&id).await;
            }
            let actor = match role {
                Role::LocalStaff => self.as_city("Phoenix").await,
                role => self.as_role(*role).await,
            };
            self.act_on(&actor, &id, action, Self::body_of(action))
                .await
                .expect(200);
        }
        id
    }

    /// Clears a request and names an official.
    pub async fn make_ready(&self, id: &str) {
        self.clear_all(id).await;
        let official = self.briefer("Amara Okafor").await;
        let scheduler = self.as_role(Role::Scheduler).await;
        self.act_on(
            &scheduler,
            id,
            "assign",
            Some(json!({"official_id": official})),
        )
        .await
        .expect(200);
    }

    /// Moves the clock past the start of the event.
    pub async fn pass_event(&self, id: &str) {
        let admin = self.admin().await;
        let request = admin
            .get(&format!("/v1/event-requests/{id}"))
            .await
            .expect(200);
        let starts: chancery::kernel::time::Timestamp = request.body["starts_at"]["utc"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let wait = self.clock.now().seconds_until(starts);
        if (0..10).contains(&wait) {
            let wait = u64::try_from(wait).unwrap() + 1;
            tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
        } else if wait > 0 {
            self.clock.set(starts.plus_seconds(60));
            self.sign_everyone_in_again().await;
        }
    }
}
