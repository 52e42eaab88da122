//! Briefings in practice: restricted venues, registrations, briefings that were held, reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::briefings::deadlines;
use chancery::briefings::settings::Settings;
use chancery::config::Config;
use chancery::kernel::access::{Home, Principal, Role, Scope};
use chancery::kernel::db::{Connection, WriteContext};
use chancery::kernel::id::{SessionId, UserId};
use chancery::schema::users;
use diesel::connection::{Connection as _, InstrumentationEvent};
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;

/// Sets a state.
pub async fn put(who: &Actor, path: &str, body: Value) -> Answer {
    who.send(Method::PUT, path, &[], Some(body)).await
}

impl App {
    /// A published briefing in a venue whose guard asks for access data.
    pub async fn guarded(&self, members: Value) -> String {
        let venue = json!({
            "name": "The guarded house", "address": "2201 C Street NW, Washington, DC 20520",
            "time_zone": "America/New_York", "requires_access_data": true,
        });
        let admin = self.admin().await;
        let venue = admin.post("/v1/venues", venue).await.expect(201).id();
        let mut all = json!({"format": "in_person", "venue_id": venue});
        for (name, value) in members.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.published(all).await
    }

    /// As [`App::published`], in two hours: people may be checked in.
    pub async fn published_soon(&self, members: Value) -> String {
        let mut all = self.soon();
        for (name, value) in members.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.published(all).await
    }

    /// The times of a briefing that begins in two hours.
    pub fn soon(&self) -> Value {
        let at = |hours: i64| {
            let instant = self.clock.now().plus_seconds(3600 * hours).to_string();
            json!({"utc": format!("{}Z", &instant[..19]), "time_zone": "America/Phoenix"})
        };
        json!({"starts_at": at(2), "ends_at": at(3)})
    }

    /// Registers somebody of this city; the address of the registration.
    pub async fn registered(&self, city: &str, briefing: &str, number: usize) -> String {
        let host = city.to_lowercase().replace(' ', ".");
        let attendee = json!({"name": format!("Person {number}"), "email": format!("person{number}@{host}.example.gov")});
        let path = format!("/v1/briefings/{briefing}/registrations");
        let made = self
            .as_city(city)
            .await
            .post(&path, json!({"attendee": attendee}))
            .await
            .expect(201);
        made.header("location").unwrap().to_owned()
    }

    /// Moves the clock to this instant and signs everyone in again.
    pub async fn move_to(&self, instant: &str) {
        self.clock.set(instant.parse().unwrap());
        self.sign_everyone_in_again().await;
    }

    /// Moves the clock behind the briefing that [`App::published`] makes and records that it was held.
    pub async fn held(&self, briefing: &str) -> Actor {
        self.move_to("2030-03-12T18:30:00Z").await;
        let admin = self.admin().await;
        let path = format!("/v1/briefings/{briefing}");
        admin.act_now(&path, "deliver").await.expect(200);
        admin
    }

    /// Whom mail of this kind is for that was not taken back, in the order in which it was queued.
    pub fn mail_of(&self, kind: &str) -> Vec<String> {
        use chancery::schema::mail_messages::dsl;
        dsl::mail_messages
            .filter(dsl::kind.eq(kind))
            .filter(dsl::status.ne("withdrawn"))
            .order(dsl::id)
            .select(dsl::to_email)
            .load(&mut self.database.connect())
            .unwrap()
    }

    /// Lets happen what is due to briefings, as the worker does, without waiting for it.
    pub async fn pass_briefings(&self) {
        let settings = Settings::read(&Config::default()).unwrap();
        let context = WriteContext::system(self.clock.now());
        self.kernel
            .db
            .write(context, move |tx| {
                deadlines::pass(tx, &settings)?;
                deadlines::pass_slowly(tx, &settings)
            })
            .await
            .unwrap();
    }

    /// The administrator, as queries know them.
    pub fn scope_of_admin(&self) -> Scope {
        let admin: UserId = users::table
            .filter(users::email.eq("admin@office.example.gov"))
            .select(users::id)
            .first(&mut self.database.connect())
            .unwrap();
        Scope(Some(Principal::User {
            user_id: admin,
            session_id: SessionId::fresh(),
            homes: vec![Home {
                organization_id: self.office.parse().unwrap(),
                kind: "national_office".to_owned(),
                country: "US".to_owned(),
                subdivision: None,
                role: Role::Administrator,
            }],
        }))
    }

    /// How many statements this takes.
    pub fn statements_of(&self, work: impl FnOnce(&mut Connection)) -> usize {
        let mut conn = self.database.connect();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
        work(&mut conn);
        count.load(Ordering::Relaxed)
    }
}
