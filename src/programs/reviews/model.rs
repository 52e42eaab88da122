//! Rows and vocabulary of reviews.

use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{ApplicationId, CallId, OrganizationId, ReviewId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{declared_conflicts, panel_members, review_assignments, reviews};

crate::text_enum! {
    /// How a reviewer came to an application.
    pub enum AssignmentMethod {
        /// Somebody chose them.
        ByHand => "by_hand",
        /// The work was spread over the panel.
        Evenly => "evenly",
    }
}

/// A member of the panel of a call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = panel_members, treat_none_as_null = true)]
pub struct PanelMember {
    /// The call.
    pub call_id: CallId,
    /// The reviewer.
    pub user_id: UserId,
    /// Since when.
    pub added_at: Timestamp,
}

/// An application that a reviewer is to review.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = review_assignments, treat_none_as_null = true)]
pub struct Assignment {
    /// The application.
    pub application_id: ApplicationId,
    /// The reviewer.
    pub user_id: UserId,
    /// The call.
    pub call_id: CallId,
    /// How the reviewer came to it.
    pub method: AssignmentMethod,
    /// Since when.
    pub assigned_at: Timestamp,
}

/// A conflict of interest that was declared.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = declared_conflicts, treat_none_as_null = true)]
pub struct DeclaredConflict {
    /// The call.
    pub call_id: CallId,
    /// The reviewer.
    pub user_id: UserId,
    /// The host with which there is a conflict.
    pub organization_id: OrganizationId,
    /// What it is.
    pub reason: String,
    /// Who declared it: the reviewer, or whoever runs the call.
    pub declared_by: UserId,
    /// When.
    pub declared_at: Timestamp,
}

/// One reviewer's review of one application.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_null = true)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// The application.
    pub application_id: ApplicationId,
    /// The call.
    pub call_id: CallId,
    /// Who reviewed.
    pub reviewer_id: UserId,
    /// Whether the reviewer abstained altogether; the scores do not count then.
    pub is_abstention: bool,
    /// Points by criterion, as JSON; a criterion that is missing was abstained from.
    pub scores: String,
    /// What the reviewer says.
    pub comment: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Review {
    const TABLE: &'static str = "reviews";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        reviews::table
            .filter(reviews::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
