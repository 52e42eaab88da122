//! Rows of agendas.

use diesel::prelude::*;
use serde::Serialize;

use crate::kernel::blobs::MediaType;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{
    AgendaDocumentId, AgendaItemId, AssemblySessionId, SeatId, SpeakerId, UserId,
};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::{agenda_amendments, agenda_documents, agenda_items, agenda_speakers};

crate::text_enum! {
    /// What was changed of an agenda after it was published.
    pub enum AgendaChange {
        /// An item was added.
        Added => "added",
        /// An item was changed.
        Changed => "changed",
        /// An item was struck.
        Struck => "struck",
        /// The order is another.
        Reordered => "reordered",
    }
}

crate::text_enum! {
    /// Where somebody stands in a list of speakers.
    pub enum SpeakerStatus {
        /// Waits.
        Waiting => "waiting",
        /// Has the floor.
        Speaking => "speaking",
        /// Has spoken.
        Spoken => "spoken",
        /// No longer wants to.
        Withdrawn => "withdrawn",
    }
}

/// An item of an agenda.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agenda_items, treat_none_as_null = true)]
pub struct AgendaItem {
    /// Its id.
    pub id: AgendaItemId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The item it belongs under.
    pub parent_id: Option<AgendaItemId>,
    /// Its place among its siblings, from 1.
    pub position: i64,
    /// Its number in the tree, such as 2.1.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Minutes allotted.
    pub minutes: Option<i64>,
    /// Whether it was struck after the agenda was published.
    pub is_struck: bool,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for AgendaItem {
    const TABLE: &'static str = "agenda_items";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        agenda_items::table
            .filter(agenda_items::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// A change of an agenda after it was published.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agenda_amendments, treat_none_as_null = true, primary_key(session_id, ordinal))]
pub struct AgendaAmendment {
    /// The session.
    pub session_id: AssemblySessionId,
    /// Counts from 1.
    pub ordinal: i64,
    /// What was changed.
    pub change: AgendaChange,
    /// The agenda item.
    pub item_id: Option<AgendaItemId>,
    /// What it was, as JSON.
    pub before: Option<String>,
    /// What it became, as JSON.
    pub after: Option<String>,
    /// Why.
    pub reason: String,
    /// The kind of actor.
    pub actor_kind: String,
    /// The actor.
    pub actor_id: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// A place in the list of speakers.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agenda_speakers, treat_none_as_null = true)]
pub struct Speaker {
    /// Its id.
    pub id: SpeakerId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The agenda item.
    pub item_id: AgendaItemId,
    /// The seat.
    pub seat_id: SeatId,
    /// The person.
    pub user_id: UserId,
    /// Whether it is a point of order, which goes before every speech.
    pub is_point_of_order: bool,
    /// What it is about.
    pub note: Option<String>,
    /// Where it stands.
    pub status: SpeakerStatus,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A document of an agenda item.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agenda_documents, treat_none_as_null = true)]
pub struct AgendaDocument {
    /// Its id.
    pub id: AgendaDocumentId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The agenda item.
    pub item_id: AgendaItemId,
    /// What the file is called.
    pub filename: String,
    /// What it is.
    pub media_type: MediaType,
    /// Bytes.
    pub size: i64,
    /// The digest of its bytes.
    pub sha256: String,
    /// Where it is kept.
    pub storage_key: String,
    /// How it is marked.
    pub marking: Marking,
    /// The kind of who handed it in.
    pub uploaded_by_kind: String,
    /// Who handed it in.
    pub uploaded_by_id: String,
    /// When it was created.
    pub created_at: Timestamp,
}
