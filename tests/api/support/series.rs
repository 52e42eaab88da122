//! Series of briefings, made through the API.

use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;
use super::worlds::Ids;

impl App {
    /// What a virtual series of an hour at 10:00 in New York is started with. 2031-03-04 is a Tuesday;
    /// New York's clocks change on 9 March, Europe's on the 30th.
    pub fn series(&self, briefers: &[&str], recurrence: &str, first: &str) -> Value {
        let at = |time: &str| json!({"local": format!("{first}T{time}:00"), "time_zone": "America/New_York"});
        json!({
            "title": "Weekly trade briefing", "topic": "trade", "format": "virtual", "capacity": 25,
            "recurrence": recurrence, "starts_at": at("10:00"), "ends_at": at("11:00"),
            "briefer_ids": briefers,
        })
    }

    /// The occurrences of a series, as the office sees them.
    pub async fn occurrences(&self, id: &str) -> Vec<Value> {
        let path = format!("/v1/briefing-series/{id}/occurrences?limit=100");
        let page = self.admin().await.get(&path).await.expect(200);
        page.body["data"].as_array().unwrap().clone()
    }
}

/// The date of each occurrence by its pattern.
pub fn dates(occurrences: &[Value]) -> Vec<&str> {
    occurrences
        .iter()
        .map(|one| one["date"].as_str().unwrap())
        .collect()
}

/// One member of each occurrence's briefing, by a JSON pointer.
pub fn each(occurrences: &[Value], pointer: &str) -> Vec<String> {
    occurrences
        .iter()
        .map(|one| match one["briefing"].pointer(pointer).unwrap() {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
        .collect()
}

impl Actor {
    /// An action with a body on the current version of the record that stands at `record`.
    pub async fn act_with(&self, record: &str, action: &str, body: Value) -> Answer {
        let tag = self.get(record).await.expect(200).tag();
        let path = format!("{record}/{action}");
        self.post_with(&path, &[("If-Match", &tag)], body).await
    }

    /// A change of the current version of the record that stands at `record`.
    pub async fn patch_now(&self, record: &str, body: Value) -> Answer {
        let tag = self.get(record).await.expect(200).tag();
        self.patch(record, &tag, body).await
    }
}

/// The series that an operation's example is about: Tuesdays in March 2031, the fourth excepted.
pub async fn series_world(app: &App, pattern: &str, operation: &str, briefer: &str) -> Ids {
    if !pattern.starts_with("/v1/briefing-series/") {
        return Ids::new();
    }
    let mut body = app.series(&[briefer], "FREQ=WEEKLY;COUNT=5", "2031-03-04");
    body["except"] = json!(["2031-03-25"]);
    body["schedule"] = json!(operation == "publish_briefing_series");
    let made = app.admin().await.post("/v1/briefing-series", body).await;
    vec![("srs", made.expect(201).id())]
}
