//! Presence and polls, made through the API.

use reqwest::Method;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;
use super::assemblies::Seat;

impl App {
    /// Real cities, imported at once: the ids of the first so many.
    pub async fn cities(&self, number: usize) -> Vec<String> {
        let csv = include_str!("../../../data/jurisdictions/us-cities.csv");
        let lines: Vec<&str> = csv.lines().take(number + 1).collect();
        let admin = self.admin().await;
        admin
            .import("commit", &format!("{}\n", lines.join("\n")))
            .await
            .expect(200);
        let mut ids = Vec::new();
        let mut path = "/v1/organizations?kind=municipality&limit=100".to_owned();
        loop {
            let page = admin.get(&path).await.expect(200);
            ids.extend(page.ids());
            match page.body["next_cursor"].as_str() {
                None => break,
                Some(cursor) => {
                    path = format!("/v1/organizations?kind=municipality&limit=100&cursor={cursor}");
                }
            }
        }
        ids.truncate(number);
        assert_eq!(ids.len(), number);
        ids
    }

    /// So many seats, each held by the leader of a real city.
    pub async fn seats(&self, assembly: &str, number: usize) -> Vec<Seat> {
        let mut seats = Vec::new();
        for city in self.cities(number).await {
            seats.push(self.seat(assembly, &city).await);
        }
        seats
    }

    /// Sets presence for a seat, as this person.
    pub async fn come(&self, who: &Actor, session: &str, seat: &str) -> Answer {
        let path = format!("/v1/assembly-sessions/{session}/presence/{seat}");
        who.send(Method::PUT, &path, &[], None).await
    }

    /// Clears presence for a seat, as this person.
    pub async fn go(&self, who: &Actor, session: &str, seat: &str) -> Answer {
        let path = format!("/v1/assembly-sessions/{session}/presence/{seat}");
        who.send(Method::DELETE, &path, &[], None).await
    }

    /// The holders of these seats come.
    pub async fn all_come(&self, session: &str, seats: &[Seat]) {
        for seat in seats {
            self.come(&seat.holder, session, &seat.id).await.expect(200);
        }
    }

    /// The quorum now.
    pub async fn quorum(&self, session: &str) -> Value {
        let path = format!("/v1/assembly-sessions/{session}/quorum");
        self.admin().await.get(&path).await.expect(200).body
    }

    /// A motion of the first seat that the second has seconded.
    pub async fn put_before(&self, session: &str, mover: &Seat, seconder: &Seat) -> String {
        let motions = format!("/v1/assembly-sessions/{session}/motions");
        let body = json!({
            "title": "On trade missions", "text": "The assembly sends a mission in May.",
            "seat_id": mover.id,
        });
        let id = mover.holder.post(&motions, body).await.expect(201).id();
        let path = format!("/v1/motions/{id}");
        mover.holder.act_now(&path, "move").await.expect(200);
        let body = json!({"seat_id": seconder.id});
        self.act_with(&seconder.holder, &path, "second", body)
            .await
            .expect(200);
        id
    }

    /// A poll on a motion, as a draft: recorded, by simple majority, changed by `over`.
    pub async fn draft_poll(&self, motion: &str, over: Value) -> String {
        let mut body = json!({"kind": "recorded"});
        for (member, value) in over.as_object().unwrap() {
            body[member] = value.clone();
        }
        let path = format!("/v1/motions/{motion}/polls");
        self.admin().await.post(&path, body).await.expect(201).id()
    }

    /// A poll on a motion that is open.
    pub async fn open_poll(&self, motion: &str, over: Value) -> String {
        let id = self.draft_poll(motion, over).await;
        self.act_on_poll(&id, "open").await.expect(200);
        id
    }

    /// What the office does with a poll as it is now.
    pub async fn act_on_poll(&self, poll: &str, action: &str) -> Answer {
        let record = format!("/v1/polls/{poll}");
        let admin = self.admin().await;
        if action == "cancel" {
            let body = json!({"reason": "It was put wrongly."});
            return self.act_with(&admin, &record, action, body).await;
        }
        admin.act_now(&record, action).await
    }

    /// The result of a poll that is closed now.
    pub async fn close_poll(&self, poll: &str) -> Value {
        let closed = self.act_on_poll(poll, "close").await.expect(200);
        closed.body["result"].clone()
    }

    /// Casts a ballot.
    pub async fn cast(&self, who: &Actor, poll: &str, choice: &str) -> Answer {
        self.cast_body(who, poll, json!({"choice": choice})).await
    }

    /// Casts a ballot for the seat that is named.
    pub async fn cast_for(&self, who: &Actor, poll: &str, seat: &str, choice: &str) -> Answer {
        self.cast_body(who, poll, json!({"choice": choice, "seat_id": seat}))
            .await
    }

    async fn cast_body(&self, who: &Actor, poll: &str, body: Value) -> Answer {
        let path = format!("/v1/polls/{poll}/ballot");
        who.send(Method::PUT, &path, &[], Some(body)).await
    }

    /// An assembly with so many seats, a session that is open, and nobody there yet.
    pub async fn convened(&self, number: usize, over: Value) -> (String, String, Vec<Seat>) {
        let assembly = self.assembly(over).await;
        let seats = self.seats(&assembly, number).await;
        let session = self.open_session(&assembly, json!({})).await;
        (assembly, session, seats)
    }
}
