//! Reading briefings: always through [`visible`].

use std::collections::HashMap;

use diesel::dsl::{count, count_star};
use diesel::prelude::*;

use crate::briefings::access_data::needs;
use crate::briefings::invitations::model::InvitationStatus;
use crate::briefings::lifecycle::{BriefingStatus, LIFECYCLE};
use crate::briefings::model::{AudienceScope, Briefing as Row, audience_value};
use crate::briefings::registrations::model::RegistrationStatus;
use crate::briefings::series::single::series_of;
use crate::briefings::wire::{
    Audience, BrieferSummary, Briefing, BriefingExpansion, BriefingQuery, BriefingSort, Counts,
    VenueSummary,
};
use crate::briefings::{reminders, rules};
use crate::directory::organizations;
use crate::directory::organizations::model::OrganizationKind;
use crate::directory::organizations::wire::Organization;
use crate::directory::venues;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{BrieferId, BriefingId, OrganizationId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{
    briefers, briefing_audiences, briefing_briefers, briefing_invitations, briefing_occurrences,
    briefings, registrations,
};

/// A query over briefings, with its conditions so far.
pub type Boxed = briefings::BoxedQuery<'static, Backend>;

/// The briefings that exist for this caller: within the caller's marking, and for everyone who is
/// not federal staff, published and meant for them, attended by them, or one that their people are
/// invited to.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let mut found = briefings::table.into_boxed();
    let ceiling = scope.ceiling();
    if ceiling != Marking::Cui {
        found = found.filter(briefings::marking.eq_any(ceiling.up_to()));
    }
    if scope.is_federal() {
        return found;
    }
    let homes: Vec<OrganizationId> = scope
        .homes()
        .iter()
        .map(|home| home.organization_id.clone())
        .collect();
    let invited = homes.clone();
    found
        .filter(briefings::published_at.is_not_null())
        .filter(briefings::status.eq_any(BriefingStatus::SHOWN_TO_AUDIENCE))
        .filter(
            briefings::audience
                .eq(AudienceScope::Everyone)
                .or(briefings::id.eq_any(
                    briefing_audiences::table
                        .filter(
                            briefing_audiences::value
                                .eq_any(audience_value::reaching(scope.homes())),
                        )
                        .select(briefing_audiences::briefing_id),
                ))
                .or(briefings::id.eq_any(
                    registrations::table
                        .filter(registrations::organization_id.eq_any(homes))
                        .select(registrations::briefing_id),
                ))
                .or(briefings::id.eq_any(
                    briefing_invitations::table
                        .filter(briefing_invitations::organization_id.eq_any(invited))
                        .filter(briefing_invitations::status.ne(InvitationStatus::Revoked))
                        .select(briefing_invitations::briefing_id),
                )),
        )
}

fn filtered(found: Boxed, query: &BriefingQuery) -> Boxed {
    let mut found = found;
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                briefings::title_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(status) = query.status {
        found = found.filter(briefings::status.eq(status));
    }
    if let Some(marking) = query.marking {
        found = found.filter(briefings::marking.eq(marking));
    }
    if let Some(format) = query.format {
        found = found.filter(briefings::format.eq(format));
    }
    if let Some(from) = query.starts_from {
        found = found.filter(briefings::starts_at.ge(from));
    }
    if let Some(before) = query.starts_before {
        found = found.filter(briefings::starts_at.lt(before));
    }
    if let Some(briefer) = &query.briefer_id {
        found = found.filter(
            briefings::id.eq_any(
                briefing_briefers::table
                    .filter(briefing_briefers::briefer_id.eq(briefer.clone()))
                    .select(briefing_briefers::briefing_id),
            ),
        );
    }
    if let Some(venue) = &query.venue_id {
        found = found.filter(briefings::venue_id.eq(venue.clone()));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(briefings::organization_id.eq(organization.clone()));
    }
    if let Some(series) = &query.series_id {
        found = found.filter(
            briefings::id.eq_any(
                briefing_occurrences::table
                    .filter(briefing_occurrences::series_id.eq(series.clone()))
                    .select(briefing_occurrences::briefing_id),
            ),
        );
    }
    found
}

/// A page of the briefings that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &BriefingQuery,
    now: Timestamp,
) -> Result<Page<Briefing>, Problem> {
    let base = || filtered(visible(scope), query);
    let request = PageRequest::of(keyring, query)?;
    let (rows, total) = page_of(conn, &request, query.sort, base)?;
    let page = request.page(keyring, rows, total, |row| position(row, query.sort));
    let shown = represent(conn, scope, &page.data, query.expand, now)?;
    Ok(Page {
        data: shown,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// Where a row stands in a list of this order, for its cursor.
pub(super) fn position(row: &Row, sort: Option<BriefingSort>) -> (String, String) {
    let key = match sort {
        Some(BriefingSort::CreatedAt | BriefingSort::CreatedAtDescending) => row.created_at,
        Some(BriefingSort::StartsAt | BriefingSort::StartsAtDescending) | None => row.starts_at,
    };
    (key.to_string(), row.id.to_string())
}

/// The rows of a page, in order, and the total where it is wanted.
pub(super) fn page_of(
    conn: &mut Connection,
    request: &PageRequest,
    sort: Option<BriefingSort>,
    base: impl Fn() -> Boxed,
) -> Result<(Vec<Row>, Option<i64>), Problem> {
    let sort = sort.unwrap_or(BriefingSort::StartsAt);
    let after = request.after_as::<Timestamp>()?;
    let ordered = match sort {
        BriefingSort::StartsAt | BriefingSort::StartsAtDescending => crate::seek!(
            base(), briefings::starts_at, briefings::id,
            descending: sort == BriefingSort::StartsAtDescending, after: after
        ),
        BriefingSort::CreatedAt | BriefingSort::CreatedAtDescending => crate::seek!(
            base(), briefings::created_at, briefings::id,
            descending: sort == BriefingSort::CreatedAtDescending, after: after
        ),
    };
    let rows = ordered
        .limit(request.rows_to_read())
        .select(Row::as_select())
        .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    Ok((rows, total))
}

/// The briefing with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(conn: &mut Connection, scope: &Scope, id: &BriefingId) -> Result<Row, Problem> {
    let found = visible(scope)
        .filter(briefings::id.eq(id.clone()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<BriefingId> = briefings::table
        .filter(briefings::id.eq(id))
        .select(briefings::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("briefing", id.as_str()),
        None => Problem::not_found(),
    })
}

/// The rows as this caller sees them: one query a relation, however many rows.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
    expand: Option<BriefingExpansion>,
    now: Timestamp,
) -> Result<Vec<Briefing>, Problem> {
    let ids: Vec<BriefingId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut briefers = briefers_of(conn, &ids)?;
    let mut audiences = audiences_of(conn, &ids)?;
    let counts = counts_of(conn, &ids)?;
    let mut series = series_of(conn, &ids)?;
    let mut reminders = reminders::hours_of(conn, &ids)?;
    let venue_ids: Vec<VenueId> = rows.iter().filter_map(|row| row.venue_id.clone()).collect();
    let venues = venues::queries::by_ids(conn, &venue_ids)?;
    let mut missing = HashMap::new();
    if scope.oversees(Permission::RegistrationsRead) {
        missing = needs::count_missing(conn, rows, &venues)?;
    }
    let mut organizations = HashMap::new();
    if expand == Some(BriefingExpansion::Organization) && scope.can(Permission::OrganizationsRead) {
        let ids: Vec<OrganizationId> = rows
            .iter()
            .filter_map(|row| row.organization_id.clone())
            .collect();
        organizations = organizations::queries::by_ids(conn, &ids)?;
    }
    Ok(rows
        .iter()
        .map(|row| {
            let mut counts = counts.get(&row.id).copied().unwrap_or_default();
            counts.access_data_missing = missing.get(&row.id).copied();
            let values = audiences.remove(&row.id).unwrap_or_default();
            Briefing {
                id: row.id.clone(),
                title: row.title.clone(),
                topic: row.topic.clone(),
                summary: row.summary.clone(),
                marking: row.marking,
                status: row.status,
                format: row.format,
                starts_at: row.zoned(row.starts_at),
                ends_at: row.zoned(row.ends_at),
                rsvp_deadline: row.rsvp_deadline.map(|instant| row.zoned(instant)),
                access_deadline: row.access_deadline.map(|instant| row.zoned(instant)),
                venue: row
                    .venue_id
                    .as_ref()
                    .and_then(|id| venues.get(id))
                    .map(VenueSummary::of),
                meeting_url: row.meeting_url.clone(),
                capacity: row.capacity,
                audience: shown_audience(row.audience, values, scope),
                organization_id: row.organization_id.clone(),
                organization: row
                    .organization_id
                    .as_ref()
                    .and_then(|id| organizations.get(id))
                    .map(|organization| Organization::of(organization.clone(), scope)),
                series_id: series.remove(&row.id),
                briefers: briefers.remove(&row.id).unwrap_or_default(),
                counts,
                seats_left: (row.capacity - counts.confirmed).max(0),
                overage: (counts.confirmed - row.capacity).max(0),
                registration_open: rules::is_registration_open(row, now),
                registration_closes_at: rules::registration_closes_at(row),
                reminder_hours: reminders.remove(&row.id),
                reason: row.reason.clone(),
                internal_notes: row.internal_notes.clone().filter(|_| scope.is_federal()),
                published_at: row.published_at,
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
                allowed_actions: allowed_actions(row, scope, now),
            }
        })
        .collect())
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
    expand: Option<BriefingExpansion>,
    now: Timestamp,
) -> Result<Briefing, Problem> {
    represent(conn, scope, std::slice::from_ref(row), expand, now)?
        .pop()
        .ok_or_else(|| Problem::internal("a briefing has no representation"))
}

/// A city is told how the audience was chosen and, of those chosen by name, its own name alone.
fn shown_audience(scope: AudienceScope, values: Vec<String>, caller: &Scope) -> Audience {
    let mut audience = Audience {
        scope,
        ..Audience::default()
    };
    for value in values {
        match value.split_once(':') {
            Some(("kind", kind)) => audience.kinds.extend(kind.parse::<OrganizationKind>().ok()),
            Some(("state", state)) => audience.states.push(state.to_owned()),
            Some(("org", id)) => audience.organization_ids.extend(
                id.parse()
                    .ok()
                    .filter(|id| caller.may(Permission::BriefingsRead, id)),
            ),
            _ => {}
        }
    }
    audience
}

fn allowed_actions(row: &Row, scope: &Scope, now: Timestamp) -> Vec<String> {
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, |permission| scope.can(permission))
        .iter()
        .map(ToString::to_string)
        .collect();
    if scope.can(Permission::BriefingsSchedule) && row.status.is_open_to_change() {
        actions.push("update".to_owned());
        if row.status == BriefingStatus::Draft {
            actions.push("delete".to_owned());
        }
    }
    if scope.can(Permission::RegistrationsWrite) && rules::is_registration_open(row, now) {
        actions.push("register".to_owned());
    }
    actions
}

fn briefers_of(
    conn: &mut Connection,
    ids: &[BriefingId],
) -> Result<HashMap<BriefingId, Vec<BrieferSummary>>, Problem> {
    let rows: Vec<(BriefingId, BrieferId, String, Option<String>)> = briefing_briefers::table
        .inner_join(briefers::table)
        .filter(briefing_briefers::briefing_id.eq_any(ids.to_vec()))
        .order((briefers::name_folded, briefers::id))
        .select((
            briefing_briefers::briefing_id,
            briefers::id,
            briefers::name,
            briefers::title,
        ))
        .load(conn)?;
    let mut found: HashMap<BriefingId, Vec<BrieferSummary>> = HashMap::new();
    for (briefing, id, name, title) in rows {
        found
            .entry(briefing)
            .or_default()
            .push(BrieferSummary { id, name, title });
    }
    Ok(found)
}

fn audiences_of(
    conn: &mut Connection,
    ids: &[BriefingId],
) -> Result<HashMap<BriefingId, Vec<String>>, Problem> {
    let rows: Vec<(BriefingId, String)> = briefing_audiences::table
        .filter(briefing_audiences::briefing_id.eq_any(ids.to_vec()))
        .order(briefing_audiences::value)
        .select((briefing_audiences::briefing_id, briefing_audiences::value))
        .load(conn)?;
    let mut found: HashMap<BriefingId, Vec<String>> = HashMap::new();
    for (briefing, value) in rows {
        found.entry(briefing).or_default().push(value);
    }
    Ok(found)
}

fn counts_of(
    conn: &mut Connection,
    ids: &[BriefingId],
) -> Result<HashMap<BriefingId, Counts>, Problem> {
    let rows: Vec<(BriefingId, RegistrationStatus, i64, i64)> = registrations::table
        .filter(registrations::briefing_id.eq_any(ids.to_vec()))
        .group_by((registrations::briefing_id, registrations::status))
        .select((
            registrations::briefing_id,
            registrations::status,
            count_star(),
            count(registrations::checked_in_at),
        ))
        .load(conn)?;
    let mut found: HashMap<BriefingId, Counts> = HashMap::new();
    for (briefing, status, people, attended) in rows {
        let counts = found.entry(briefing).or_default();
        counts.attended += attended;
        match status {
            RegistrationStatus::Confirmed => counts.confirmed = people,
            RegistrationStatus::Waitlisted => counts.waitlisted = people,
            RegistrationStatus::Cancelled => {}
        }
    }
    Ok(found)
}

/// The briefers of a briefing, in the order of their ids.
///
/// # Errors
///
/// When the database fails.
pub fn briefer_ids(conn: &mut Connection, id: &BriefingId) -> Result<Vec<BrieferId>, Problem> {
    Ok(briefing_briefers::table
        .filter(briefing_briefers::briefing_id.eq(id))
        .order(briefing_briefers::briefer_id)
        .select(briefing_briefers::briefer_id)
        .load(conn)?)
}
