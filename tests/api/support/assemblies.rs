//! Assemblies and seats, made through the API.

use chancery::assemblies::sessions::lifecycle::SessionStatus;
use chancery::assemblies::sessions::model::{LegalReview, Session, SessionFormat};
use chancery::kernel::access::{Home, Principal, Role, Scope};
use chancery::kernel::id::{AssemblySessionId, SessionId};
use chancery::schema::assembly_sessions;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;

/// A jurisdiction's seat that somebody holds.
#[derive(Clone)]
pub struct Seat {
    pub id: String,
    pub organization: String,
    /// The leader who holds it.
    pub holder: Actor,
}

impl Seat {
    /// Where the seat stands.
    pub fn path(&self) -> String {
        format!("/v1/seats/{}", self.id)
    }
}

impl App {
    /// The day so many days from now.
    pub fn day(&self, from_now: i64) -> String {
        self.clock
            .now()
            .plus_seconds(from_now * 86_400)
            .to_string()
            .split_at(10)
            .0
            .to_owned()
    }

    /// What an assembly is drafted with, changed by `over`: a cohort that began a month ago and sits
    /// for three years more, and the usual rules, without notice.
    pub fn assembly_draft(&self, over: Value) -> Value {
        let mut draft = json!({
            "name": "Assembly of Local Leaders", "time_zone": "America/New_York",
            "starts_on": self.day(-30), "ends_on": self.day(3 * 365), "notice_days": 0,
        });
        for (name, value) in over.as_object().unwrap() {
            draft[name] = value.clone();
        }
        draft
    }

    /// An assembly that is being prepared.
    pub async fn draft_assembly(&self, over: Value) -> String {
        let draft = self.assembly_draft(over);
        let admin = self.admin().await;
        admin.post("/v1/assemblies", draft).await.expect(201).id()
    }

    /// An assembly whose cohort is seated.
    pub async fn assembly(&self, over: Value) -> String {
        let id = self.draft_assembly(over).await;
        self.act_on_assembly(&id, "seat").await.expect(200);
        id
    }

    /// An assembly that asks for nominations.
    pub async fn assembly_in_nominations(&self, over: Value) -> String {
        let id = self.draft_assembly(over).await;
        self.act_on_assembly(&id, "open-nominations")
            .await
            .expect(200);
        id
    }

    /// What the office does with an assembly as it is now.
    pub async fn act_on_assembly(&self, assembly: &str, action: &str) -> Answer {
        let path = format!("/v1/assemblies/{assembly}");
        self.admin().await.act_now(&path, action).await
    }

    /// What the office does with a seat as it is now.
    pub async fn act_on_seat(&self, seat: &str, action: &str, body: Value) -> Answer {
        let path = format!("/v1/seats/{seat}");
        let admin = self.admin().await;
        if body.is_null() {
            return admin.act_now(&path, action).await;
        }
        self.act_with(&admin, &path, action, body).await
    }

    /// A seat of this jurisdiction that nobody holds.
    pub async fn vacant_seat(&self, assembly: &str, organization: &str) -> String {
        let path = format!("/v1/assemblies/{assembly}/seats");
        let body = json!({"organization_id": organization});
        self.admin().await.post(&path, body).await.expect(201).id()
    }

    /// A seat that the leader of this jurisdiction holds.
    pub async fn seat(&self, assembly: &str, organization: &str) -> Seat {
        let id = self.vacant_seat(assembly, organization).await;
        let holder = self.leader_of(organization).await;
        let body = json!({"user_id": self.account(&holder).await, "office": "Mayor"});
        self.act_on_seat(&id, "fill", body).await.expect(200);
        Seat {
            id,
            organization: organization.to_owned(),
            holder,
        }
    }

    /// A member of the jurisdiction's staff who stands in for the holder of the seat.
    pub async fn alternate(&self, seat: &Seat) -> Actor {
        let email = format!(
            "alternate-{}@hosts.example.gov",
            &seat.id[seat.id.len() - 12..]
        );
        let alternate = self
            .person(&email, Role::LocalStaff, &seat.organization)
            .await;
        let body = json!({"user_id": self.account(&alternate).await, "office": "Chief of staff"});
        self.act_on_seat(&seat.id, "name-alternate", body)
            .await
            .expect(200);
        alternate
    }

    /// A jurisdiction of this kind in this state, with so many inhabitants.
    pub async fn jurisdiction(&self, name: &str, over: Value) -> String {
        let mut body = json!({
            "kind": "municipality", "name": name, "country": "US", "subdivision": "AZ", "population": 50_000,
        });
        for (member, value) in over.as_object().unwrap() {
            body[member] = value.clone();
        }
        let admin = self.admin().await;
        admin.post("/v1/organizations", body).await.expect(201).id()
    }

    /// A session of the assembly in this state, written down without the steps that lead there.
    pub fn stored_session(&self, assembly: &str, status: SessionStatus) -> String {
        let now = self.clock.now();
        let mut conn = self.database.connect();
        let number: i64 = assembly_sessions::table
            .count()
            .get_result(&mut conn)
            .unwrap();
        let row = Session {
            id: AssemblySessionId::fresh(),
            assembly_id: assembly.parse().unwrap(),
            number: 1000 + number,
            title: "A session".to_owned(),
            title_folded: "a session".to_owned(),
            status,
            format: SessionFormat::Virtual,
            time_zone: "America/New_York".to_owned(),
            starts_local: now,
            starts_at: now,
            ends_at: now.plus_seconds(7200),
            venue: None,
            meeting_url: None,
            presiding: None,
            legal_review: LegalReview::NotNeeded,
            legal_basis: None,
            legal_reviewed_by: None,
            legal_reviewed_at: None,
            federal_officer: None,
            notice_citation: None,
            cloned_from_id: None,
            closing_note: None,
            has_quorum: false,
            called_at: Some(now),
            agenda_published_at: Some(now),
            opened_at: status.is_convened().then_some(now),
            adjourned_at: None,
            adjournment: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(assembly_sessions::table)
            .values(row.clone())
            .execute(&mut conn)
            .unwrap();
        row.id.to_string()
    }

    /// Puts a stored session into this state.
    pub fn put_session(&self, session: &str, status: SessionStatus) {
        let mut conn = self.database.connect();
        diesel::update(assembly_sessions::table.filter(assembly_sessions::id.eq(session)))
            .set(assembly_sessions::status.eq(status))
            .execute(&mut conn)
            .unwrap();
    }

    /// What the administrator with this account sees and may do, for commands that no request makes.
    pub fn office_scope(&self, account: &str) -> Scope {
        Scope(Some(Principal::User {
            user_id: account.parse().unwrap(),
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
}
