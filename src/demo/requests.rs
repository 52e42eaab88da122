//! The event requests of the demo: one in each state that the office's day is made of.

use actix_web::web::Bytes;

use super::people::People;
use super::weekday_after;
use crate::event_requests::action_wire::Assignment;
use crate::event_requests::assignment::{assign_event_request, claim_event_request};
use crate::event_requests::clearances;
use crate::event_requests::clearances::lifecycle::ClearanceAction;
use crate::event_requests::clearances::model::ClearanceKind;
use crate::event_requests::commands::create_event_request;
use crate::event_requests::documents;
use crate::event_requests::documents::wire::DocumentUpload;
use crate::event_requests::form::{Contact, EventAudience, EventDetails, EventVenue, Speaking};
use crate::event_requests::model::{DocumentKind, EventRequest, RequestType};
use crate::event_requests::settings::Settings;
use crate::event_requests::transitions::{Step, advance_event_request};
use crate::event_requests::wire::CreateEventRequest;
use crate::kernel::access::{Role, Scope};
use crate::kernel::blobs::{Blobs, MediaType, Stored};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::BrieferId;
use crate::kernel::marking::Marking;
use crate::kernel::patch::Patch;
use crate::kernel::time::{Timestamp, ZonedTimeInput};

/// How far a request has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Draft,
    /// Submitted without its letter: the clock stands still.
    AwaitingDocuments,
    /// In somebody's hands.
    UnderReview,
    /// One clearance is given.
    InClearance,
    /// With an official.
    Confirmed,
}

/// A request of the demo.
struct Planned {
    external_ref: &'static str,
    title: &'static str,
    topic: &'static str,
    request_type: RequestType,
    purpose: &'static str,
    audience: (&'static str, i64),
    days_from_now: u64,
    reached: Reached,
}

const REQUESTS: [Planned; 5] = [
    Planned {
        external_ref: "PHX-1001",
        title: "Trade mission from Hermosillo",
        topic: "trade",
        request_type: RequestType::Delegation,
        purpose: "Receive a delegation of our sister city.",
        audience: ("chamber of commerce", 40),
        days_from_now: 150,
        reached: Reached::Draft,
    },
    Planned {
        external_ref: "PHX-1002",
        title: "Desert cities heat summit",
        topic: "climate",
        request_type: RequestType::Participation,
        purpose: "Compare what desert cities do about heat.",
        audience: ("city managers", 90),
        days_from_now: 60,
        reached: Reached::AwaitingDocuments,
    },
    Planned {
        external_ref: "PHX-1003",
        title: "Semiconductor suppliers' day",
        topic: "trade",
        request_type: RequestType::Speaker,
        purpose: "Connect local suppliers with partners abroad.",
        audience: ("business leaders", 180),
        days_from_now: 90,
        reached: Reached::UnderReview,
    },
    Planned {
        external_ref: "PHX-1004",
        title: "Border commerce forum",
        topic: "border",
        request_type: RequestType::Speaker,
        purpose: "Explain the new crossings to those who use them.",
        audience: ("carriers and brokers", 120),
        days_from_now: 110,
        reached: Reached::InClearance,
    },
    Planned {
        external_ref: "PHX-1005",
        title: "Valley innovation week",
        topic: "innovation",
        request_type: RequestType::Participation,
        purpose: "Open the week together with consuls and founders.",
        audience: ("founders", 250),
        days_from_now: 75,
        reached: Reached::Confirmed,
    },
];

const LETTER: &str = "City of Phoenix\n\nDear colleagues,\nwe would be glad to have you with us.\n\n\
                      Ana Ruiz\nProtocol Office\n";

/// Stores an invitation letter for each request that has one. Files come before their rows.
pub(super) async fn store_letters(blobs: &Blobs) -> Result<Vec<Stored>, Problem> {
    let mut letters = Vec::new();
    for planned in &REQUESTS {
        if planned.reached > Reached::AwaitingDocuments {
            let content = Bytes::from_static(LETTER.as_bytes());
            letters.push(
                blobs
                    .put(documents::SHELF, content, MediaType::Text)
                    .await?,
            );
        }
    }
    Ok(letters)
}

/// Makes the requests, each by those who would: the city's staff and the office's.
pub(super) fn make(
    tx: &mut Tx<'_>,
    settings: &Settings,
    people: &People,
    official: &BrieferId,
    letters: &[Stored],
) -> Result<(), Problem> {
    let mut letters = letters.iter();
    let play = Play { settings, people };
    for planned in &REQUESTS {
        let mut row = play.by(tx, Role::LocalStaff, |tx, scope| {
            create_event_request(tx, scope, &draft(planned, tx.now))
        })?;
        if planned.reached == Reached::Draft {
            continue;
        }
        if planned.reached > Reached::AwaitingDocuments
            && let Some(letter) = letters.next()
        {
            row = play.add_letter(tx, &row, letter)?;
        }
        row = play.step(tx, Role::LocalStaff, &row, &Step::Submit)?;
        if planned.reached > Reached::AwaitingDocuments {
            play.examine(tx, row, official, planned.reached)?;
        }
    }
    Ok(())
}

fn draft(planned: &Planned, now: Timestamp) -> CreateEventRequest {
    let at = |hour: u32| ZonedTimeInput {
        local: Some(format!(
            "{}T{hour:02}:00:00",
            weekday_after(now, planned.days_from_now)
        )),
        time_zone: "America/Phoenix".to_owned(),
        offset: None,
        utc: None,
    };
    let (kind, size) = planned.audience;
    CreateEventRequest {
        request_type: planned.request_type,
        title: planned.title.to_owned(),
        topic: planned.topic.to_owned(),
        organization_id: None,
        external_ref: Some(planned.external_ref.to_owned()),
        marking: Marking::OfficialUse,
        starts_at: at(9),
        ends_at: at(12),
        decision_deadline: None,
        details: EventDetails {
            organizer: Some("City of Phoenix".to_owned()),
            contact: Some(Contact {
                name: Some("Ana Ruiz".to_owned()),
                email: Some("ana.ruiz@phoenix.example.gov".to_owned()),
                phone: Some("+1 602 555 0100".to_owned()),
            }),
            venue: Some(EventVenue {
                name: Some("Phoenix City Hall".to_owned()),
                address: Some("200 W Washington St, Phoenix, AZ 85003".to_owned()),
                is_online: None,
            }),
            purpose: Some(planned.purpose.to_owned()),
            audience: Some(EventAudience {
                kind: Some(kind.to_owned()),
                size: Some(size),
            }),
            press_invited: Some(false),
            is_fundraiser: Some(false),
            speaking: (planned.request_type == RequestType::Speaker).then(|| Speaking {
                role: Some("keynote".to_owned()),
                minutes: Some(20),
            }),
            ..EventDetails::default()
        },
        expedite_reason: None,
        internal_notes: None,
    }
}

/// What the people of the demo do with a request.
struct Play<'a> {
    settings: &'a Settings,
    people: &'a People,
}

impl Play<'_> {
    /// Does something as whoever has this role.
    fn by<T>(
        &self,
        tx: &mut Tx<'_>,
        role: Role,
        work: impl FnOnce(&mut Tx<'_>, &Scope) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.people.by(tx, role, work)
    }

    fn step(
        &self,
        tx: &mut Tx<'_>,
        role: Role,
        row: &EventRequest,
        step: &Step,
    ) -> Result<EventRequest, Problem> {
        self.by(tx, role, |tx, scope| {
            let version = IfMatch(row.version);
            advance_event_request(tx, scope, self.settings, &row.id, version, step)
        })
    }

    fn add_letter(
        &self,
        tx: &mut Tx<'_>,
        row: &EventRequest,
        letter: &Stored,
    ) -> Result<EventRequest, Problem> {
        let upload = DocumentUpload {
            kind: DocumentKind::InvitationLetter,
            filename: "invitation.txt".to_owned(),
            visibility: None,
            marking: None,
        };
        let (row, _) = self.by(tx, Role::LocalStaff, |tx, scope| {
            documents::commands::add_document(
                tx,
                scope,
                self.settings,
                &row.id,
                &upload,
                &upload.filename,
                letter,
            )
        })?;
        Ok(row)
    }

    /// The office takes a request in hand, and as far as it is to come.
    fn examine(
        &self,
        tx: &mut Tx<'_>,
        submitted: EventRequest,
        official: &BrieferId,
        reached: Reached,
    ) -> Result<(), Problem> {
        let id = submitted.id.clone();
        let mut row = self.by(tx, Role::Scheduler, |tx, scope| {
            claim_event_request(tx, scope, self.settings, &id, IfMatch(submitted.version))
        })?;
        row = self.step(tx, Role::Scheduler, &row, &Step::StartReview)?;
        if reached < Reached::InClearance {
            return Ok(());
        }
        row = self.step(tx, Role::Scheduler, &row, &Step::BeginClearance)?;
        self.clear(tx, &row, ClearanceKind::Ethics)?;
        if reached < Reached::Confirmed {
            return Ok(());
        }
        let assignment = Assignment {
            assignee_id: Patch::Keep,
            official_id: Patch::Set(official.clone()),
        };
        row = self.by(tx, Role::Scheduler, |tx, scope| {
            let version = IfMatch(row.version);
            assign_event_request(tx, scope, self.settings, &id, version, &assignment)
        })?;
        self.step(tx, Role::Administrator, &row, &Step::Confirm)
            .map(drop)
    }

    fn clear(
        &self,
        tx: &mut Tx<'_>,
        row: &EventRequest,
        kind: ClearanceKind,
    ) -> Result<(), Problem> {
        let asked = clearances::queries::of(tx.conn, &row.id)?;
        for clearance in asked.iter().filter(|clearance| clearance.kind == kind) {
            self.by(tx, Role::ClearanceOfficer, |tx, scope| {
                clearances::commands::decide(
                    tx,
                    scope,
                    self.settings,
                    (&row.id, &clearance.id),
                    IfMatch(clearance.version),
                    (
                        ClearanceAction::Clear,
                        "Free of charge, and widely attended.",
                    ),
                )
            })?;
        }
        Ok(())
    }
}
