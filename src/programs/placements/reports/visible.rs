//! Which reports exist for a caller, and how much of them they are told. Every read goes through
//! [`visible`].
//!
//! * Federal staff who may read reports see all of every report.
//! * The officer sees all of the reports on the officer's own placements, also afterwards.
//! * The host's people see which reports are due when and where they stand; what a report says they
//!   see once it is handed in, and the internal part and the reasons never ([`Eyes`]).

use std::collections::HashSet;

use diesel::prelude::*;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::id::{PlacementId, PlacementReportId};
use crate::programs::placements;
use crate::programs::placements::reports::model::PlacementReport;
use crate::schema::placements as rows;
use crate::schema::{officers, placement_reports};

/// A query over reports, with its conditions so far.
pub type Boxed = placement_reports::BoxedQuery<'static, Backend>;

/// The reports that exist for this caller: those on the placements that do.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let found = placement_reports::table.into_boxed();
    if scope.oversees(Permission::PlacementReportsRead) {
        return found;
    }
    found.filter(among(
        placement_reports::placement_id,
        placements::visible::visible(scope).select(rows::id),
    ))
}

/// The report with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &PlacementReportId,
) -> Result<PlacementReport, Problem> {
    let found = visible(scope)
        .filter(placement_reports::id.eq(id.clone()))
        .select(PlacementReport::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<PlacementReportId> = placement_reports::table
        .filter(placement_reports::id.eq(id))
        .select(placement_reports::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("placement_report", id.as_str()),
        None => Problem::not_found(),
    })
}

/// Those of these placements on which the caller is the officer.
///
/// # Errors
///
/// When the database fails.
pub fn served_by_me(
    conn: &mut Connection,
    scope: &Scope,
    ids: &[PlacementId],
) -> Result<HashSet<PlacementId>, Problem> {
    let Some(me) = scope.user() else {
        return Ok(HashSet::new());
    };
    let found: Vec<PlacementId> = rows::table
        .inner_join(officers::table)
        .filter(officers::user_id.eq(me))
        .filter(rows::id.eq_any(ids.to_vec()))
        .select(rows::id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// With what eyes a caller looks at the reports of a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eyes {
    /// They are told everything.
    Office,
    /// They write it, and are told everything.
    Officer,
    /// They are told what was handed in, without the internal part.
    Host,
}

impl Eyes {
    /// With what eyes the caller looks, who may or may not be the officer.
    #[must_use]
    pub fn of(scope: &Scope, is_officer: bool) -> Self {
        match (is_officer, scope.oversees(Permission::PlacementReportsRead)) {
            (true, _) => Self::Officer,
            (false, true) => Self::Office,
            (false, false) => Self::Host,
        }
    }

    /// Whether the caller writes the reports: the officer does, and those who run the programs.
    #[must_use]
    pub fn may_write(self, scope: &Scope) -> bool {
        match self {
            Self::Officer => scope.can(Permission::PlacementReportsWrite),
            Self::Office => scope.oversees(Permission::PlacementReportsWrite),
            Self::Host => false,
        }
    }
}
