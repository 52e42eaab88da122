//! Many real jurisdictions at once, and sessions that were held.

use std::fmt::Write;

use chancery::identity::commands::create_active_user;
use chancery::identity::passwords::Passwords;
use chancery::kernel::access::Role;
use chancery::kernel::db::WriteContext;
use chancery::kernel::id::OrganizationId;
use reqwest::Method;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::{App, PASSWORD};
use super::assemblies::Seat;

const GIVEN: [&str; 10] = [
    "Ana", "Kaleo", "Maya", "Thomas", "Nizhoni", "Aoife", "José", "Priya", "Łukasz", "Denise",
];
const FAMILY: [&str; 11] = [
    "Ruiz",
    "Kealoha",
    "Begay",
    "O'Neill",
    "Nguyễn",
    "Smith-Jones",
    "Muñoz",
    "Okafor",
    "Kowalski",
    "Lee",
    "Whitehorse",
];

/// Rows of the data that ships with the program: this many of a file, from all over it.
fn rows<'a>(csv: &'a str, number: usize, also: &[&str]) -> Vec<&'a str> {
    let all: Vec<&str> = csv.lines().skip(1).collect();
    let mut chosen: Vec<&str> = all
        .iter()
        .copied()
        .filter(|row| also.iter().any(|name| row.split(',').nth(2) == Some(name)))
        .collect();
    let step = all.len() / (number - chosen.len());
    for row in all.iter().step_by(step) {
        if chosen.len() < number && !chosen.contains(row) {
            chosen.push(row);
        }
    }
    assert_eq!(chosen.len(), number);
    chosen
}

impl App {
    /// A hundred real jurisdictions: twelve states and eighty-eight cities.
    pub async fn hundred_jurisdictions(&self) -> Vec<String> {
        let states = include_str!("../../../data/jurisdictions/us-states.csv");
        let cities = include_str!("../../../data/jurisdictions/us-cities.csv");
        let mut csv = format!("{}\n", states.lines().next().unwrap());
        let special = ["Cañon City", "Honolulu"];
        let all = rows(states, 12, &["Hawaii"])
            .into_iter()
            .chain(rows(cities, 88, &special));
        let mut sources = Vec::new();
        for row in all {
            writeln!(csv, "{row}").unwrap();
            sources.push(row.split(',').nth(1).unwrap().to_owned());
        }
        let admin = self.admin().await;
        admin.import("commit", &csv).await.expect(200);
        let mut ids = Vec::new();
        for source in sources {
            let path = format!("/v1/organizations?source_id={source}");
            ids.push(admin.get(&path).await.expect(200).ids().remove(0));
        }
        ids
    }

    /// Leaders with accounts of their own, one for each jurisdiction, made in one transaction.
    pub async fn leaders(&self, organizations: &[String]) -> Vec<(String, Actor)> {
        let hash = Passwords::new(64).unwrap().hash_blocking(PASSWORD).unwrap();
        let wanted: Vec<OrganizationId> =
            organizations.iter().map(|id| id.parse().unwrap()).collect();
        let made = self
            .kernel
            .db
            .write(WriteContext::system(self.clock.now()), move |tx| {
                let mut made = Vec::new();
                for (index, organization) in wanted.iter().enumerate() {
                    let email = format!("leader-{index}@members.example.gov");
                    let name = format!("{} {}", GIVEN[index % 10], FAMILY[index % 11]);
                    let user = create_active_user(
                        tx,
                        &email,
                        &name,
                        hash.clone(),
                        organization,
                        Role::LocalLeader,
                    )?;
                    made.push((user.id.to_string(), email));
                }
                Ok(made)
            })
            .await
            .unwrap();
        let mut leaders = Vec::new();
        for (id, email) in made {
            leaders.push((id, self.log_in(&email).await));
        }
        leaders
    }

    /// Seats for these jurisdictions, each held by a leader of its own.
    pub async fn seats_of(&self, assembly: &str, organizations: &[String]) -> Vec<Seat> {
        let leaders = self.leaders(organizations).await;
        let mut seats = Vec::new();
        for (organization, (user, holder)) in organizations.iter().zip(leaders) {
            let id = self.vacant_seat(assembly, organization).await;
            let body = json!({"user_id": user, "office": "Mayor"});
            self.act_on_seat(&id, "fill", body).await.expect(200);
            seats.push(Seat {
                id,
                organization: organization.clone(),
                holder,
            });
        }
        seats
    }

    /// Who has the floor under this item, from now for half a minute.
    pub async fn speak(&self, seat: &Seat, item: &str, body: Value) {
        let path = format!("/v1/agenda-items/{item}/speakers");
        let id = seat.holder.post(&path, body).await.expect(201).id();
        let clerk = self.admin().await;
        for act in ["start", "finish"] {
            let path = format!("/v1/speakers/{id}/{act}");
            clerk.send(Method::POST, &path, &[], None).await.expect(200);
            self.clock.advance(5);
        }
    }

    /// Drafts the minutes of a session that is adjourned.
    pub async fn draft_minutes(&self, session: &str) -> Answer {
        let path = format!("/v1/assembly-sessions/{session}/minutes/draft");
        self.admin()
            .await
            .send(Method::POST, &path, &[], None)
            .await
            .expect(201)
    }

    /// Approves minutes as they are now.
    pub async fn approve_minutes(&self, session: &str, body: Value) -> Answer {
        let record = format!("/v1/assembly-sessions/{session}");
        let admin = self.admin().await;
        let tag = admin
            .get(&format!("{record}/minutes"))
            .await
            .expect(200)
            .tag();
        let path = format!("{record}/approve-minutes");
        admin
            .send(Method::POST, &path, &[("If-Match", &tag)], Some(body))
            .await
    }

    /// A poll that carries in the next session of the assembly.
    pub async fn carried_later(&self, session: &str, seats: &[Seat]) -> String {
        let assembly = self.session(session).await.body["assembly_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let next = self.open_session(&assembly, json!({})).await;
        self.all_come(&next, seats).await;
        let motion = self.motion_on_floor(&next, &seats[0], &seats[1]).await;
        let poll = self.open_poll(&motion, json!({})).await;
        for seat in seats {
            self.cast(&seat.holder, &poll, "yes").await.expect(201);
        }
        self.close_poll(&poll).await;
        poll
    }

    /// A session of four cities with a record of every kind, adjourned: its id, its seats, and the
    /// poll that carried.
    pub async fn held_session(&self) -> (String, Vec<Seat>, String) {
        let mut cities = Vec::new();
        for name in ["Phoenix", "Boise", "Denver", "Tampa"] {
            cities.push(self.city(name).await);
        }
        let assembly = self.assembly(json!({})).await;
        let seats = self.seats_of(&assembly, &cities).await;
        let session = self.called_session(&assembly, json!({})).await;
        let admin = self.admin().await;
        let record = format!("/v1/assembly-sessions/{session}");
        admin
            .post(
                &format!("{record}/participants"),
                json!({"name": "Rita Vega", "affiliation": "Department of State", "kind": "federal"}),
            )
            .await
            .expect(201);
        let proxy = json!({"session_id": session, "proxy_seat_id": seats[0].id});
        let path = format!("{}/proxies", seats[3].path());
        seats[3].holder.post(&path, proxy).await.expect(201);
        let item = self.agenda_item(&session, json!({"title": "Ports"})).await;
        admin
            .send_raw(
                Method::POST,
                &format!("/v1/agenda-items/{item}/documents?filename=ports.txt"),
                &[("Content-Type", "application/octet-stream")],
                b"Ports of the Pacific.\n".to_vec(),
            )
            .await
            .expect(201);
        self.publish_agenda_of(&session).await;
        let late = json!({"title": "Rail", "reason": "A report came in."});
        self.agenda_item(&session, late).await;
        self.act_on_session(&session, "open", Value::Null)
            .await
            .expect(200);
        for seat in &seats[..3] {
            self.come(&seat.holder, &session, &seat.id)
                .await
                .expect(200);
        }
        self.come(&seats[0].holder, &session, &seats[3].id)
            .await
            .expect(200);
        self.speak(&seats[1], &item, json!({})).await;
        let motion = self.motion_on_floor(&session, &seats[0], &seats[1]).await;
        let poll = self.open_poll(&motion, json!({})).await;
        for seat in &seats[..3] {
            self.cast_for(&seat.holder, &poll, &seat.id, "yes")
                .await
                .expect(201);
        }
        self.close_poll(&poll).await;
        let other = self.motion_on_floor(&session, &seats[1], &seats[2]).await;
        let secret = self.open_poll(&other, json!({"kind": "secret"})).await;
        for (seat, choice) in seats[..3].iter().zip(["yes", "no", "no"]) {
            self.cast_for(&seat.holder, &secret, &seat.id, choice)
                .await
                .expect(201);
        }
        self.close_poll(&secret).await;
        self.adjourn_session(&session, "business_concluded")
            .await
            .expect(200);
        (session, seats, poll)
    }
}
