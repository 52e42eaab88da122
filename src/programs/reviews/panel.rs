//! The panel of a call: who is on it, and what that opens and closes.
//!
//! Whoever reviews in a call neither spreads its reviews nor decides it. Before it is decided they
//! see their own reviews and no ranking.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Connection, among};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{CallId, UserId};
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::visible::visible;
use crate::programs::calls::model::Call;
use crate::programs::reviews::model::PanelMember;
use crate::programs::reviews::wire::Reviewer;
use crate::programs::visible::{panels, sees_all};
use crate::schema::{applications, panel_members, review_assignments, reviews, users};

/// What a caller is to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They review in it, whatever else they are.
    Panel,
    /// They run it, or audit it.
    Runs,
    /// Neither.
    Other,
}

/// What the caller is to this call.
///
/// # Errors
///
/// When the database fails.
pub fn standing(conn: &mut Connection, scope: &Scope, call: &Call) -> Result<Standing, Problem> {
    if panels(conn, scope)?.contains(&call.id) {
        return Ok(Standing::Panel);
    }
    Ok(if sees_all(scope) {
        Standing::Runs
    } else {
        Standing::Other
    })
}

/// Refuses those who review in this call.
///
/// # Errors
///
/// 403.
pub fn expect_outsider(conn: &mut Connection, scope: &Scope, call: &CallId) -> Result<(), Problem> {
    if !panels(conn, scope)?.contains(call) {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "Whoever reviews in a call does not do this: duties are kept apart.",
    ))
}

/// Lets those in who see all reviews of this call: those who run or audit it, from the beginning,
/// and its panel once it is decided.
///
/// # Errors
///
/// 403.
pub fn expect_overview(conn: &mut Connection, scope: &Scope, call: &Call) -> Result<(), Problem> {
    match standing(conn, scope, call)? {
        Standing::Runs => Ok(()),
        Standing::Panel if !call.status.is_before_decision() => Ok(()),
        Standing::Panel => Err(Problem::new(
            Code::Forbidden,
            "The panel sees this when the call is decided.",
        )),
        Standing::Other => Err(Problem::new(
            Code::Forbidden,
            "This is for those who run or audit the call, and for its panel when it is decided.",
        )),
    }
}

/// Whether this account is on the panel.
///
/// # Errors
///
/// When the database fails.
pub fn is_member(conn: &mut Connection, call: &CallId, user: &UserId) -> Result<bool, Problem> {
    let found: Option<UserId> = panel_members::table
        .filter(panel_members::call_id.eq(call))
        .filter(panel_members::user_id.eq(user))
        .select(panel_members::user_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The members of the panel, in the order of their ids.
///
/// # Errors
///
/// When the database fails.
pub fn members(conn: &mut Connection, call: &CallId) -> Result<Vec<PanelMember>, Problem> {
    Ok(panel_members::table
        .filter(panel_members::call_id.eq(call))
        .order(panel_members::user_id)
        .select(PanelMember::as_select())
        .load(conn)?)
}

/// The panel with its work, as far as the caller may see the applications; of one member, or all.
///
/// # Errors
///
/// When the database fails.
pub fn shown(
    conn: &mut Connection,
    scope: &Scope,
    call: &CallId,
    only: Option<&UserId>,
) -> Result<Vec<Reviewer>, Problem> {
    let mut found = panel_members::table
        .inner_join(users::table)
        .filter(panel_members::call_id.eq(call))
        .order((users::name_folded, users::id))
        .select((PanelMember::as_select(), users::name))
        .into_boxed();
    if let Some(user) = only {
        found = found.filter(panel_members::user_id.eq(user));
    }
    let rows: Vec<(PanelMember, String)> = found.load(conn)?;
    let seen = || {
        visible(scope)
            .filter(applications::call_id.eq(call.clone()))
            .filter(applications::status.ne(ApplicationStatus::Withdrawn))
            .select(applications::id)
    };
    let assigned: Vec<UserId> = review_assignments::table
        .into_boxed()
        .filter(review_assignments::call_id.eq(call))
        .filter(among(review_assignments::application_id, seen()))
        .select(review_assignments::user_id)
        .load(conn)?;
    let reviewed: Vec<UserId> = reviews::table
        .into_boxed()
        .filter(reviews::call_id.eq(call))
        .filter(among(reviews::application_id, seen()))
        .select(reviews::reviewer_id)
        .load(conn)?;
    let (assigned, reviewed) = (counted(assigned), counted(reviewed));
    Ok(rows
        .into_iter()
        .map(|(row, name)| Reviewer {
            assigned: assigned.get(&row.user_id).copied().unwrap_or_default(),
            reviewed: reviewed.get(&row.user_id).copied().unwrap_or_default(),
            user_id: row.user_id,
            name,
            added_at: row.added_at,
        })
        .collect())
}

fn counted(ids: Vec<UserId>) -> HashMap<UserId, i64> {
    let mut counts = HashMap::new();
    for id in ids {
        *counts.entry(id).or_default() += 1;
    }
    counts
}

/// Whether the caller may record this person's conflict: their own, or for somebody when they run
/// the call and are not on its panel.
///
/// # Errors
///
/// 403.
pub fn expect_may_record(
    conn: &mut Connection,
    scope: &Scope,
    call: &Call,
    user: &UserId,
) -> Result<(), Problem> {
    if scope.user() == Some(user) {
        return Ok(());
    }
    expect_outsider(conn, scope, &call.id)?;
    if scope.oversees(Permission::ProgramsWrite) {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "A conflict of interest is declared by whoever has it, or recorded by those who run the call.",
    ))
}

/// What is for those who run or audit a call alone.
#[must_use]
pub fn not_for_panel() -> Problem {
    Problem::new(
        Code::Forbidden,
        "This is for those who run or audit the call, and not for its panel.",
    )
}
