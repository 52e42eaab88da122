//! Programs, calls and applications, made through the API.

use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;

impl App {
    /// Whoever runs the programs.
    pub async fn program_officer(&self) -> Actor {
        self.as_role(Role::ProgramOfficer).await
    }

    /// A new program.
    pub async fn program(&self) -> String {
        let body = json!({
            "name": "Diplomats in city halls", "legal_basis": "5 U.S.C. 3371-3376",
            "host_duties": ["Names a supervisor for the officer."],
        });
        self.admin()
            .await
            .post("/v1/programs", body)
            .await
            .expect(201)
            .id()
    }

    /// What a call is drafted with, changed by `over`. It closes in thirty days, in Phoenix.
    pub fn call_draft(&self, over: Value) -> Value {
        let closes_at = self.clock.now().plus_seconds(30 * 86_400).to_string();
        let mut draft = json!({
            "title": "Hosts for next year",
            "closes_at": {"utc": format!("{}:00Z", &closes_at[..16]), "time_zone": "America/Phoenix"},
            "places": 2, "reserve_places": 2, "reviews_per_application": 1,
            "rubric": [
                {"key": "impact", "title": "Impact", "weight": 60, "max_points": 5},
                {"key": "readiness", "title": "Readiness of the host", "weight": 40, "max_points": 10},
            ],
            "form": {
                "type": "object", "additionalProperties": false, "required": ["summary", "budget"],
                "properties": {
                    "summary": {"type": "string", "minLength": 10, "maxLength": 2000},
                    "budget": {"type": "integer", "minimum": 1},
                    "mayor": {"type": "string", "x-identifies-host": true},
                },
            },
        });
        for (name, value) in over.as_object().unwrap() {
            draft[name] = value.clone();
        }
        draft
    }

    /// A call that is being prepared, in a program of its own.
    pub async fn call(&self, over: Value) -> String {
        let program = self.program().await;
        self.call_of(&program, over).await
    }

    /// A call of this program that is being prepared.
    pub async fn call_of(&self, program: &str, over: Value) -> String {
        let path = format!("/v1/programs/{program}/calls");
        let draft = self.call_draft(over);
        self.admin().await.post(&path, draft).await.expect(201).id()
    }

    /// A call that is open, in a program of its own.
    pub async fn open_call(&self, over: Value) -> String {
        let call = self.call(over).await;
        self.act_on_call(&call, "open").await.expect(200);
        call
    }

    /// What the administrator does with a call as it is now.
    pub async fn act_on_call(&self, call: &str, action: &str) -> Answer {
        self.admin()
            .await
            .act_now(&format!("/v1/calls/{call}"), action)
            .await
    }

    /// What an application is drafted with, changed by `over`. It is complete.
    pub fn application_draft(&self, city: &str, over: Value) -> Value {
        let mut draft = json!({
            "title": format!("A trade desk for {city}"),
            "answers": {
                "summary": format!("An officer would open doors for the suppliers of {city}."),
                "budget": 120_000, "mayor": format!("The mayor of {city}"),
            },
            "needs": {"skills": ["trade promotion"], "languages": [{"language": "es", "level": 3}]},
        });
        for (name, value) in over.as_object().unwrap() {
            draft[name] = value.clone();
        }
        draft
    }

    /// A draft of this city's in this call.
    pub async fn apply(&self, city: &str, call: &str) -> String {
        let draft = self.application_draft(city, json!({}));
        let staff = self.as_city(city).await;
        staff
            .post(&format!("/v1/calls/{call}/applications"), draft)
            .await
            .expect(201)
            .id()
    }

    /// An application of this city's in this call that was handed in.
    pub async fn applied(&self, city: &str, call: &str) -> String {
        let id = self.apply(city, call).await;
        let staff = self.as_city(city).await;
        staff
            .act_now(&format!("/v1/applications/{id}"), "submit")
            .await
            .expect(200);
        id
    }

    /// An action on the record at this address as it is now, with a body.
    pub async fn act_with(&self, actor: &Actor, record: &str, action: &str, body: Value) -> Answer {
        let tag = actor.get(record).await.expect(200).tag();
        let path = format!("{record}/{action}");
        actor
            .send(Method::POST, &path, &[("If-Match", &tag)], Some(body))
            .await
    }

    /// Puts the clock here, and signs everyone in again.
    pub async fn set_clock(&self, instant: &str) {
        self.clock.set(instant.parse().unwrap());
        self.sign_everyone_in_again().await;
    }
}
