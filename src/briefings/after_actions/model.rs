//! Rows of after-action reports.

use diesel::prelude::*;

use crate::kernel::id::{BriefingId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::after_actions;

/// An after-action report.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = after_actions)]
pub struct AfterAction {
    /// The briefing.
    pub briefing_id: BriefingId,
    /// What happened.
    pub summary: String,
    /// What came of it, as a JSON list of texts.
    pub outcomes: String,
    /// How many had a seat when it was filed.
    pub registered: i64,
    /// How many of them had come.
    pub attended: i64,
    /// How many came without being registered.
    pub walk_ins: i64,
    /// Who filed it last.
    pub filed_by: UserId,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was first filed.
    pub created_at: Timestamp,
    /// When it was last filed.
    pub updated_at: Timestamp,
}

impl AfterAction {
    /// What came of it.
    #[must_use]
    pub fn outcomes(&self) -> Vec<String> {
        serde_json::from_str(&self.outcomes).unwrap_or_default()
    }
}
