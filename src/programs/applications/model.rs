//! Rows and vocabulary of applications.

use diesel::prelude::*;

use crate::kernel::access::Actor;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{ApplicationId, CallId, LateCodeId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::needs::Needs;
use crate::schema::applications;

/// A host's application in a call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = applications, treat_none_as_null = true)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// The call.
    pub call_id: CallId,
    /// The host that applies.
    pub organization_id: OrganizationId,
    /// Where it stands; the host is told only what [`ApplicationStatus::as_told`] says.
    pub status: ApplicationStatus,
    /// What the host wants to do, in a line.
    pub title: String,
    /// The title as it is searched.
    pub title_folded: String,
    /// The title without the host's name.
    pub blind_title: String,
    /// The same, as it is searched by those who do not see who applies.
    pub blind_title_folded: String,
    /// The version of the form it is written against.
    pub form_version: i64,
    /// The answers, as JSON.
    pub answers: String,
    /// What is asked of an officer, as JSON.
    pub needs: String,
    /// The late code it was submitted with.
    pub late_code_id: Option<LateCodeId>,
    /// Why an overdue final report of the host does not stand in the way.
    pub waiver_reason: Option<String>,
    /// Who waived it.
    pub waived_by: Option<UserId>,
    /// When it was waived.
    pub waived_at: Option<Timestamp>,
    /// Its place in the reserve, from 1.
    pub reserve_rank: Option<i64>,
    /// What was said with the last decision or withdrawal.
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

impl Aggregate for Application {
    const TABLE: &'static str = "applications";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        applications::table
            .filter(applications::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Application {
    /// The answers to the form.
    #[must_use]
    pub fn answers(&self) -> serde_json::Value {
        serde_json::from_str(&self.answers).unwrap_or_default()
    }

    /// What is asked of an officer.
    #[must_use]
    pub fn needs(&self) -> Needs {
        serde_json::from_str(&self.needs).unwrap_or_default()
    }

    /// Whether this actor wrote it.
    #[must_use]
    pub fn is_written_by(&self, actor: &Actor) -> bool {
        self.created_by_kind == actor.kind() && actor.id() == Some(&self.created_by_id)
    }
}
