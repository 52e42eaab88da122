//! Making and revoking calendars. A calendar is no record: a revoked one is deleted, and the journal
//! keeps the trace.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::json;

use crate::calendar::model::{CalendarContent, CalendarFeed, CalendarKind};
use crate::calendar::queries;
use crate::calendar::wire::{CalendarToken, CreateCalendar, may_revoke};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx, dialect};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{CalendarFeedId, OrganizationId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::secrets::{random_token, token_digest};
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::calendar_feeds::{self, dsl};

/// Calendars that one person has, at most.
const MOST: i64 = 20;

/// Seconds between two notes of a calendar's use: programs ask every few minutes.
const NOTED_EVERY: i64 = 3600;

fn event(kind: &'static str, row: &CalendarFeed) -> Event {
    Event::new(
        kind,
        Subject {
            kind: "calendar",
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
    .organization(row.organization_id.as_ref())
    .payload(json!({
        "kind": row.kind,
        "owner_id": row.owner_id,
        "name": row.name,
        "includes": row.includes(),
    }))
}

/// The organization whose calendar is made: one that the caller belongs to.
fn organization(
    scope: &Scope,
    input: &CreateCalendar,
    faults: &mut Faults,
) -> Option<OrganizationId> {
    let pointer = "/organization_id";
    let own: BTreeSet<&OrganizationId> = scope
        .homes()
        .iter()
        .filter(|home| {
            home.role
                .permissions()
                .contains(&Permission::CalendarsWrite)
        })
        .map(|home| &home.organization_id)
        .collect();
    match (input.kind, &input.organization_id) {
        (CalendarKind::Personal, None) => None,
        (CalendarKind::Personal, Some(_)) => {
            faults.add(
                pointer,
                "not_applicable",
                "does not go with a personal calendar",
            );
            None
        }
        (CalendarKind::Organization, Some(id)) => {
            faults.require(
                own.contains(id),
                pointer,
                "unknown_reference",
                "names no organization you belong to",
            );
            Some(id.clone())
        }
        (CalendarKind::Organization, None) => {
            let only = own.first().filter(|_| own.len() == 1);
            faults.require(
                only.is_some(),
                pointer,
                "required",
                "is required: say which organization's calendar it is",
            );
            only.map(|id| (*id).clone())
        }
    }
}

/// Makes a calendar. Returns it with the token for its address.
///
/// # Errors
///
/// 409 when the caller has too many; 422 with every broken rule.
pub fn create_calendar(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &CreateCalendar,
) -> Result<(CalendarFeed, String), Problem> {
    let (owner, _) = scope.person()?;
    let mut faults = Faults::default();
    let organization_id = organization(scope, input, &mut faults);
    faults.finish()?;
    dialect::lock_row(tx.conn, "users", owner.as_str())?;
    let count: i64 = calendar_feeds::table
        .filter(dsl::owner_id.eq(owner))
        .count()
        .get_result(tx.conn)?;
    if count >= MOST {
        return Err(Problem::new(
            Code::Conflict,
            format!("You have {MOST} calendars; revoke one first."),
        ));
    }
    let wanted: BTreeSet<CalendarContent> = match &input.includes {
        Some(includes) => includes.iter().copied().collect(),
        None => CalendarContent::USUAL.into_iter().collect(),
    };
    let wanted: Vec<&str> = wanted.iter().map(|content| content.as_str()).collect();
    let token = random_token(CalendarToken::PREFIX).map_err(Problem::internal)?;
    let row = CalendarFeed {
        id: CalendarFeedId::fresh(),
        token_digest: token_digest(&token),
        kind: input.kind,
        owner_id: owner.clone(),
        organization_id,
        name: text::clean(&input.name),
        includes: wanted.join(" "),
        last_used_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(calendar_feeds::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("calendar.created", &row))?;
    Ok((row, token))
}

/// Revokes a calendar: from now on its address is one of nothing.
///
/// # Errors
///
/// 403 when the calendar is a colleague's; 404; 412.
pub fn revoke_calendar(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CalendarFeedId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    let found = queries::find(tx.conn, scope, id)?;
    if !may_revoke(&found, scope) {
        return Err(Problem::new(
            Code::Forbidden,
            "A calendar is revoked by its owner, or by whoever runs the office's accounts.",
        ));
    }
    let stored: Locked<CalendarFeed> =
        Locked::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    diesel::delete(calendar_feeds::table.filter(dsl::id.eq(id))).execute(tx.conn)?;
    tx.record(event("calendar.revoked", &stored))
}

/// Whether it is time to note the use of this calendar.
#[must_use]
pub fn is_use_due(row: &CalendarFeed, now: Timestamp) -> bool {
    row.last_used_at
        .is_none_or(|last| last.plus_seconds(NOTED_EVERY) <= now)
}

/// Notes the use of a calendar.
///
/// # Errors
///
/// When the database fails.
pub fn note_use(tx: &mut Tx<'_>, id: &CalendarFeedId) -> Result<(), Problem> {
    diesel::update(
        calendar_feeds::table.filter(dsl::id.eq(id)).filter(
            dsl::last_used_at
                .is_null()
                .or(dsl::last_used_at.le(tx.now.plus_seconds(-NOTED_EVERY))),
        ),
    )
    .set(dsl::last_used_at.eq(tx.now))
    .execute(tx.conn)?;
    Ok(())
}
