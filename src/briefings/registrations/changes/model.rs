//! Rows and vocabulary of changes that came too late.

use diesel::prelude::*;

use crate::briefings::registrations::changes::lifecycle::ChangeStatus;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{BriefingId, OrganizationId, RegistrationChangeId, RegistrationId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::registration_changes;

crate::text_enum! {
    /// What is asked for.
    pub enum ChangeKind {
        /// To correct the registration.
        Update => "update",
        /// To cancel it.
        Cancel => "cancel",
    }
}

/// A change that came too late.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registration_changes, treat_none_as_null = true)]
pub struct RegistrationChange {
    /// Its id.
    pub id: RegistrationChangeId,
    /// The registration.
    pub registration_id: RegistrationId,
    /// The briefing.
    pub briefing_id: BriefingId,
    /// The organization that sends the attendee.
    pub organization_id: OrganizationId,
    /// What is asked for.
    pub kind: ChangeKind,
    /// The members to be changed, as JSON; an empty object for a cancellation.
    pub change: String,
    /// Where it stands.
    pub status: ChangeStatus,
    /// Who asked; nobody for an API key.
    pub requested_by: Option<UserId>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it was decided so.
    pub reason: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for RegistrationChange {
    const TABLE: &'static str = "registration_changes";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        registration_changes::table
            .filter(registration_changes::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
