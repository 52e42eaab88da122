//! Sessions of assemblies and their agendas, made through the API.

use chancery::kernel::time::Timestamp;
use serde_json::{Value, json};

use super::actor::Answer;
use super::app::App;

impl App {
    /// What a virtual session is drafted with: it begins in half an hour, and takes two. `over`
    /// replaces members.
    pub fn session_draft(&self, over: Value) -> Value {
        let mut body = json!({
            "title": "Plenary session", "format": "virtual",
            "starts_at": self.in_minutes(30), "ends_at": self.in_minutes(150),
            "meeting_url": "https://meet.example.gov/assembly", "presiding": "Ana Ruiz",
        });
        for (member, value) in over.as_object().unwrap() {
            body[member] = value.clone();
        }
        body
    }

    /// A scheduled time in New York, so many minutes from now.
    pub fn in_minutes(&self, minutes: i64) -> Value {
        self.at(self.clock.now().plus_seconds(60 * minutes))
    }

    /// A scheduled time in New York.
    pub fn at(&self, instant: Timestamp) -> Value {
        json!({"utc": instant, "time_zone": "America/New_York"})
    }

    /// A session that is being prepared.
    pub async fn draft_session(&self, assembly: &str, over: Value) -> String {
        let path = format!("/v1/assemblies/{assembly}/sessions");
        let body = self.session_draft(over);
        self.admin().await.post(&path, body).await.expect(201).id()
    }

    /// A session that was called.
    pub async fn called_session(&self, assembly: &str, over: Value) -> String {
        let id = self.draft_session(assembly, over).await;
        self.act_on_session(&id, "call", Value::Null)
            .await
            .expect(200);
        id
    }

    /// A session whose agenda is published: one item, "Opening", where it has none.
    pub async fn published_session(&self, assembly: &str, over: Value) -> String {
        let id = self.called_session(assembly, over).await;
        self.publish_agenda_of(&id).await;
        id
    }

    /// Publishes the agenda of a session, with an item where it has none.
    pub async fn publish_agenda_of(&self, session: &str) {
        let admin = self.admin().await;
        let items = format!("/v1/assembly-sessions/{session}/agenda-items");
        if admin.get(&items).await.expect(200).ids().is_empty() {
            self.agenda_item(session, json!({"title": "Opening"})).await;
        }
        self.act_on_session(session, "publish-agenda", Value::Null)
            .await
            .expect(200);
    }

    /// A session that is open. Nobody is present.
    pub async fn open_session(&self, assembly: &str, over: Value) -> String {
        let id = self.published_session(assembly, over).await;
        self.act_on_session(&id, "open", Value::Null)
            .await
            .expect(200);
        id
    }

    /// What the office does with a session as it is now.
    pub async fn act_on_session(&self, session: &str, action: &str, body: Value) -> Answer {
        let record = format!("/v1/assembly-sessions/{session}");
        let admin = self.admin().await;
        if body.is_null() {
            return admin.act_now(&record, action).await;
        }
        self.act_with(&admin, &record, action, body).await
    }

    /// Adjourns a session for this reason.
    pub async fn adjourn_session(&self, session: &str, reason: &str) -> Answer {
        self.act_on_session(session, "adjourn", json!({"reason": reason}))
            .await
    }

    /// A session as the office sees it.
    pub async fn session(&self, session: &str) -> Answer {
        let record = format!("/v1/assembly-sessions/{session}");
        self.admin().await.get(&record).await.expect(200)
    }

    /// An item of an agenda, with `over` beside a title.
    pub async fn agenda_item(&self, session: &str, over: Value) -> String {
        let mut body = json!({"title": "Ports and supply chains"});
        for (member, value) in over.as_object().unwrap() {
            body[member] = value.clone();
        }
        let path = format!("/v1/assembly-sessions/{session}/agenda-items");
        self.admin().await.post(&path, body).await.expect(201).id()
    }

    /// The numbers and titles of an agenda, in order, as the office sees it.
    pub async fn outline(&self, session: &str) -> Vec<String> {
        let path = format!("/v1/assembly-sessions/{session}/agenda-items");
        let found = self.admin().await.get(&path).await.expect(200);
        found.body["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                format!(
                    "{} {}",
                    item["number"].as_str().unwrap(),
                    item["title"].as_str().unwrap()
                )
            })
            .collect()
    }
}
