//! Rows and vocabulary of event requests.

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::event_requests::form::EventDetails;
use crate::event_requests::lifecycle::RequestStatus;
use crate::kernel::access::Actor;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{BrieferId, EventRequestId, OrganizationId, UserId};
use crate::kernel::marking::Marking;
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::schema::event_requests;

crate::text_enum! {
    /// What a city asks for.
    pub enum RequestType {
        /// Someone who speaks.
        Speaker => "speaker",
        /// A delegation, received or sent.
        Delegation => "delegation",
        /// That the office takes part.
        Participation => "participation",
        /// Advice.
        Advice => "advice",
    }
}

crate::text_enum! {
    /// What a document of a request is.
    pub enum DocumentKind {
        /// The invitation on the organizer's letterhead.
        InvitationLetter => "invitation_letter",
        /// The draft of the agenda.
        DraftAgenda => "draft_agenda",
        /// Who the guests are.
        GuestBios => "guest_bios",
        /// Anything else.
        Other => "other",
    }
}

crate::text_enum! {
    /// Who reads a comment or a document.
    pub enum Visibility {
        /// The office alone.
        Internal => "internal",
        /// The office and the city.
        Shared => "shared",
    }
}

/// An event request. Times are kept as the local time at the venue and as the instant.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = event_requests, treat_none_as_null = true)]
pub struct EventRequest {
    /// Its id.
    pub id: EventRequestId,
    /// Whose request it is.
    pub organization_id: OrganizationId,
    /// What people call it, such as `ER-2027-000123`; given when it is submitted.
    pub reference: Option<String>,
    /// What the city's own system calls it.
    pub external_ref: Option<String>,
    /// Whether it was made with a sandbox key.
    pub is_sandbox: bool,
    /// What is asked for.
    pub request_type: RequestType,
    /// What the event is called.
    pub title: String,
    /// The title as it is searched.
    pub title_folded: String,
    /// What it is about, in a word or two.
    pub topic: String,
    /// How widely it may be known.
    pub marking: Marking,
    /// Where it stands.
    pub status: RequestStatus,
    /// IANA time zone of the venue.
    pub time_zone: String,
    /// When the event starts, on the clock on the wall.
    pub starts_local: Timestamp,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends, on the clock on the wall.
    pub ends_local: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// When the city needs to know.
    pub decision_deadline: Option<Timestamp>,
    /// The rest of the form, as JSON.
    pub form: String,
    /// Notes of the office; never shown to cities.
    pub internal_notes: Option<String>,
    /// Why it comes later than it should.
    pub expedite_reason: Option<String>,
    /// Kinds of documents that are awaited, separated by spaces.
    pub awaited: String,
    /// Who of the office has it in hand.
    pub assignee_id: Option<UserId>,
    /// The official who is to come.
    pub official_id: Option<BrieferId>,
    /// What was said with the last decision: a refusal, a withdrawal, an offer, a demand.
    pub reason: Option<String>,
    /// The kind of whoever wrote it.
    pub created_by_kind: String,
    /// Whoever wrote it.
    pub created_by_id: String,
    /// When it was submitted.
    pub submitted_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl EventRequest {
    /// The venue's time zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// An instant as it shows on a clock at the venue.
    #[must_use]
    pub fn zoned(&self, instant: Timestamp) -> ZonedTime {
        ZonedTime::at(instant, self.zone())
    }

    /// The rest of the form.
    #[must_use]
    pub fn details(&self) -> EventDetails {
        serde_json::from_str(&self.form).unwrap_or_default()
    }

    /// The kinds of documents that the city is asked for.
    #[must_use]
    pub fn awaited(&self) -> Vec<DocumentKind> {
        self.awaited
            .split_whitespace()
            .filter_map(|kind| kind.parse().ok())
            .collect()
    }

    /// Asks the city for these documents, in place of those it was asked for.
    pub fn await_documents(&mut self, kinds: &[DocumentKind]) {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        self.awaited = kinds.join(" ");
    }

    /// Whether this actor wrote it.
    #[must_use]
    pub fn is_written_by(&self, actor: &Actor) -> bool {
        self.created_by_kind == actor.kind() && actor.id() == Some(&self.created_by_id)
    }
}

impl Aggregate for EventRequest {
    const TABLE: &'static str = "event_requests";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        event_requests::table
            .filter(event_requests::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
