//! Motions, brought through the API.

use chancery::assemblies::motions::voting;
use chancery::assemblies::sessions::aggregate;
use chancery::kernel::access::{Actor as Writer, Role, Scope};
use chancery::kernel::db::WriteContext;
use chancery::kernel::http::{Problem, RequestContext};
use chancery::kernel::id::PollId;
use serde_json::{Value, json};

use super::actor::Answer;
use super::app::App;
use super::assemblies::Seat;

impl App {
    /// A draft of this seat's holder.
    pub async fn motion(&self, session: &str, seat: &Seat) -> String {
        let body = json!({
            "title": "On trade missions",
            "text": "The assembly sends a trade mission in May.\n\nThe clerk reports to it.",
        });
        self.draft_motion(session, seat, body)
            .await
            .expect(201)
            .id()
    }

    /// Drafts a motion as this seat's holder, naming the seat.
    pub async fn draft_motion(&self, session: &str, seat: &Seat, mut body: Value) -> Answer {
        body["seat_id"] = json!(seat.id);
        let path = format!("/v1/assembly-sessions/{session}/motions");
        seat.holder.post(&path, body).await
    }

    /// A motion that was moved and seconded, where the assembly asks for one second or none.
    pub async fn motion_on_floor(&self, session: &str, mover: &Seat, seconder: &Seat) -> String {
        let id = self.motion(session, mover).await;
        self.bring_motion(&id, mover, seconder).await;
        id
    }

    /// Moves and seconds a motion.
    pub async fn bring_motion(&self, motion: &str, mover: &Seat, seconder: &Seat) -> Answer {
        let path = format!("/v1/motions/{motion}");
        let moved = mover.holder.act_now(&path, "move").await.expect(200);
        if moved.body["status"] != "moved" {
            return moved;
        }
        let body = json!({"seat_id": seconder.id});
        self.act_with(&seconder.holder, &path, "second", body)
            .await
            .expect(200)
    }

    /// An amendment of a motion that would replace `from` by `to`, as a draft.
    pub async fn amendment(&self, motion: &str, seat: &Seat, from: &str, to: &str) -> String {
        let parent = seat
            .holder
            .get(&format!("/v1/motions/{motion}"))
            .await
            .expect(200);
        let text = parent.body["text"].as_str().unwrap().replace(from, to);
        let body = json!({"title": format!("Not {from}"), "text": text, "amends_id": motion});
        let session = parent.body["session_id"].as_str().unwrap();
        self.draft_motion(session, seat, body)
            .await
            .expect(201)
            .id()
    }

    /// What a poll would do with a motion, without one.
    pub async fn motion_vote(&self, motion: &str, act: &'static str) -> Result<(), Problem> {
        let shown = self
            .admin()
            .await
            .get(&format!("/v1/motions/{motion}"))
            .await
            .expect(200);
        let session = shown.body["session_id"].as_str().unwrap().parse().unwrap();
        let motion = motion.parse().unwrap();
        let admin: chancery::kernel::id::UserId =
            self.account(&self.admin().await).await.parse().unwrap();
        let scope: Scope =
            crate::application_statements::scope(&admin, &self.office, Role::Administrator);
        let context = WriteContext {
            actor: Writer::User(admin),
            now: self.clock.now(),
            request: RequestContext::default(),
        };
        self.kernel
            .db
            .write(context, move |tx| {
                let session = aggregate::acquire(tx, &session)?;
                let poll = PollId::fresh();
                match act {
                    "put" => voting::put(tx, &scope, &session, &motion, &poll),
                    "release" => voting::release(tx, &scope, &session, &motion, &poll),
                    act => voting::settle(tx, &scope, &session, &motion, &poll, act == "carry"),
                }
                .map(drop)
            })
            .await
    }

    /// Puts a motion to the vote and closes it.
    pub async fn decide_motion(&self, motion: &str, act: &'static str) {
        self.motion_vote(motion, "put").await.unwrap();
        self.motion_vote(motion, act).await.unwrap();
    }
}
