//! Reading after-action reports. The briefing is found first, so it exists for the caller.

use diesel::prelude::*;

use crate::briefings::after_actions::model::AfterAction as Row;
use crate::briefings::after_actions::wire::{
    AfterAction, AttendanceFigures, BriefingOutcome, StaffMember,
};
use crate::briefings::follow_ups::queries as follow_ups;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::BriefingId;
use crate::schema::after_actions;

/// The report on a briefing, if it is written.
///
/// # Errors
///
/// When the database fails.
pub fn of_briefing(conn: &mut Connection, briefing: &BriefingId) -> Result<Option<Row>, Problem> {
    Ok(after_actions::table
        .filter(after_actions::briefing_id.eq(briefing))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// A report with what is to follow.
///
/// # Errors
///
/// When the database fails.
pub fn represent(conn: &mut Connection, scope: &Scope, row: Row) -> Result<AfterAction, Problem> {
    let names = identity::queries::names_of_users(conn, vec![row.filed_by.to_string()], None)?;
    let allowed_actions = scope
        .can(Permission::BriefingsClose)
        .then(|| "update".to_owned());
    Ok(AfterAction {
        outcomes: row.outcomes().into_iter().map(BriefingOutcome).collect(),
        follow_ups: follow_ups::of_briefing(conn, scope, &row.briefing_id)?,
        figures: AttendanceFigures {
            registered: row.registered,
            attended: row.attended,
            walk_ins: row.walk_ins,
        },
        filed_by: StaffMember {
            name: names
                .get(row.filed_by.as_str())
                .cloned()
                .unwrap_or_default(),
            id: row.filed_by,
        },
        briefing_id: row.briefing_id,
        summary: row.summary,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        allowed_actions: Vec::from_iter(allowed_actions),
    })
}
