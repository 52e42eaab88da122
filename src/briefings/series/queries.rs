//! Reading series. They are the office's plans and exist for federal staff; a city sees the briefings
//! that are published to it, each with the id of its series.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing as BriefingRow;
use crate::briefings::queries as briefing_queries;
use crate::briefings::series::lifecycle::{LIFECYCLE, SeriesStatus};
use crate::briefings::series::model::{Occurrence, Series};
use crate::briefings::series::single::read_members;
use crate::briefings::series::wire::{
    BriefingOccurrence, BriefingSeries, OccurrenceCounts, OccurrenceQuery, OccurrenceSort,
    SeenTime, SeriesQuery, SeriesSort,
};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::day::Day;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::{Code, Faults, Page, PageRequest, Problem};
use crate::kernel::id::{BriefingId, BriefingSeriesId};
use crate::kernel::marking::Marking;
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, ZonedTime, parse_zone};
use crate::schema::{briefing_occurrences, briefing_series, briefing_series_exceptions, briefings};

/// A query over series, with its conditions so far.
pub type Boxed = briefing_series::BoxedQuery<'static, Backend>;

/// The series that exist for this caller: those within the marking of federal staff.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let mut found = briefing_series::table.into_boxed();
    if !scope.is_federal() {
        return found.filter(briefing_series::id.eq_any(Vec::<BriefingSeriesId>::new()));
    }
    let ceiling = scope.ceiling();
    if ceiling != Marking::Cui {
        found = found.filter(briefing_series::marking.eq_any(ceiling.up_to()));
    }
    found
}

fn filtered(scope: &Scope, query: &SeriesQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                briefing_series::title_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(status) = query.status {
        found = found.filter(briefing_series::status.eq(status));
    }
    if let Some(marking) = query.marking {
        found = found.filter(briefing_series::marking.eq(marking));
    }
    found
}

/// A page of the series that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &SeriesQuery,
) -> Result<Page<BriefingSeries>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let sort = query.sort.unwrap_or(SeriesSort::StartsAt);
    let after = request.after_as::<Timestamp>()?;
    let base = || filtered(scope, query);
    let ordered = match sort {
        SeriesSort::StartsAt | SeriesSort::StartsAtDescending => crate::seek!(
            base(), briefing_series::starts_at, briefing_series::id,
            descending: sort == SeriesSort::StartsAtDescending, after: after
        ),
        SeriesSort::CreatedAt | SeriesSort::CreatedAtDescending => crate::seek!(
            base(), briefing_series::created_at, briefing_series::id,
            descending: sort == SeriesSort::CreatedAtDescending, after: after
        ),
    };
    let rows = ordered
        .limit(request.rows_to_read())
        .select(Series::as_select())
        .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        let key = match sort {
            SeriesSort::CreatedAt | SeriesSort::CreatedAtDescending => row.created_at,
            SeriesSort::StartsAt | SeriesSort::StartsAtDescending => row.starts_at,
        };
        (key.to_string(), row.id.to_string())
    });
    Ok(Page {
        data: represent(conn, scope, &page.data)?,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// The series with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    id: &BriefingSeriesId,
) -> Result<Series, Problem> {
    let found = visible(scope)
        .filter(briefing_series::id.eq(id.clone()))
        .select(Series::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<BriefingSeriesId> = briefing_series::table
        .filter(briefing_series::id.eq(id))
        .select(briefing_series::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("briefing_series", id.as_str()),
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
    rows: &[Series],
) -> Result<Vec<BriefingSeries>, Problem> {
    let ids: Vec<BriefingSeriesId> = rows.iter().map(|row| row.id.clone()).collect();
    let counts = counts_of(conn, &ids)?;
    let mut exceptions: HashMap<BriefingSeriesId, Vec<Day>> = HashMap::new();
    let dates: Vec<(BriefingSeriesId, Timestamp)> = briefing_series_exceptions::table
        .filter(briefing_series_exceptions::series_id.eq_any(ids))
        .order(briefing_series_exceptions::planned_local)
        .select((
            briefing_series_exceptions::series_id,
            briefing_series_exceptions::planned_local,
        ))
        .load(conn)?;
    for (id, planned) in dates {
        exceptions
            .entry(id)
            .or_default()
            .push(Day::of_local(planned));
    }
    rows.iter()
        .map(|row| {
            let plan = row.plan()?;
            Ok(BriefingSeries {
                id: row.id.clone(),
                title: plan.title,
                topic: plan.topic,
                summary: plan.summary,
                internal_notes: plan.internal_notes,
                marking: plan.marking,
                status: row.status,
                format: plan.format,
                recurrence: row.recurrence.clone(),
                starts_at: row.first(),
                ends_at: ZonedTime::at_local(row.ends_local, row.zone()),
                rsvp_lead_minutes: plan.rsvp_lead_minutes,
                access_lead_minutes: plan.access_lead_minutes,
                reminder_hours: plan.reminder_hours,
                exceptions: exceptions.remove(&row.id).unwrap_or_default(),
                venue_id: plan.venue_id,
                meeting_url: plan.meeting_url,
                capacity: plan.capacity,
                audience: plan.audience,
                organization_id: plan.organization_id,
                briefer_ids: plan.briefer_ids,
                split_from_id: row.split_from_id.clone(),
                reason: row.reason.clone(),
                counts: counts.get(&row.id).copied().unwrap_or_default(),
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
                allowed_actions: allowed_actions(row, scope),
            })
        })
        .collect()
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(
    conn: &mut Connection,
    scope: &Scope,
    row: &Series,
) -> Result<BriefingSeries, Problem> {
    represent(conn, scope, std::slice::from_ref(row))?
        .pop()
        .ok_or_else(|| Problem::internal("a series has no representation"))
}

fn allowed_actions(row: &Series, scope: &Scope) -> Vec<String> {
    let mut actions: Vec<String> = LIFECYCLE
        .allowed(row.status, |permission| scope.can(permission))
        .iter()
        .map(ToString::to_string)
        .collect();
    if row.status == SeriesStatus::Active && scope.can(Permission::BriefingsSchedule) {
        actions.push("update".to_owned());
    }
    actions
}

fn counts_of(
    conn: &mut Connection,
    ids: &[BriefingSeriesId],
) -> Result<HashMap<BriefingSeriesId, OccurrenceCounts>, Problem> {
    let rows: Vec<(BriefingSeriesId, BriefingStatus, i64)> = briefing_occurrences::table
        .inner_join(briefings::table)
        .filter(briefing_occurrences::series_id.eq_any(ids.to_vec()))
        .group_by((briefing_occurrences::series_id, briefings::status))
        .select((
            briefing_occurrences::series_id,
            briefings::status,
            count_star(),
        ))
        .load(conn)?;
    let mut found: HashMap<BriefingSeriesId, OccurrenceCounts> = HashMap::new();
    for (id, status, count) in rows {
        let counts = found.entry(id).or_default();
        match status {
            BriefingStatus::Draft => counts.draft += count,
            BriefingStatus::Scheduled => counts.scheduled += count,
            BriefingStatus::Published => counts.published += count,
            BriefingStatus::Postponed => counts.postponed += count,
            BriefingStatus::Cancelled => counts.cancelled += count,
            BriefingStatus::Delivered | BriefingStatus::Closed => counts.delivered += count,
        }
    }
    Ok(found)
}

/// A page of the occurrences of a series, in the order of the dates that the rule has.
///
/// # Errors
///
/// 400 for a cursor of another list or an unknown time zone; 404.
pub fn list_occurrences(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    id: &BriefingSeriesId,
    query: &OccurrenceQuery,
    now: Timestamp,
) -> Result<Page<BriefingOccurrence>, Problem> {
    find(conn, scope, id)?;
    let mut faults = Faults::default();
    let zone = query
        .time_zone
        .as_ref()
        .and_then(|name| parse_zone(name, "time_zone", &mut faults));
    faults.finish_as(Code::InvalidQuery)?;
    let request = PageRequest::within(keyring, query, id.as_str())?;
    let base = || {
        briefing_occurrences::table
            .filter(briefing_occurrences::series_id.eq(id.clone()))
            .into_boxed::<Backend>()
            .filter(among(
                briefing_occurrences::briefing_id,
                briefing_queries::visible(scope).select(briefings::id),
            ))
    };
    let rows: Vec<Occurrence> = crate::seek!(
        base(), briefing_occurrences::planned_local, briefing_occurrences::briefing_id,
        descending: query.sort == Some(OccurrenceSort::DateDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Occurrence::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.planned_local.to_string(), row.briefing_id.to_string())
    });
    let ids: Vec<BriefingId> = page
        .data
        .iter()
        .map(|row| row.briefing_id.clone())
        .collect();
    let briefings: Vec<BriefingRow> = briefing_queries::visible(scope)
        .filter(briefings::id.eq_any(ids))
        .select(BriefingRow::as_select())
        .load(conn)?;
    let shown = briefing_queries::represent(conn, scope, &briefings, None, now)?;
    let mut shown: HashMap<BriefingId, _> =
        shown.into_iter().map(|one| (one.id.clone(), one)).collect();
    let data = page
        .data
        .iter()
        .filter_map(|row| {
            let briefing = shown.remove(&row.briefing_id)?;
            Some(BriefingOccurrence {
                date: Day::of_local(row.planned_local),
                changed: read_members(&row.changed),
                seen: zone.map(|zone| SeenTime {
                    starts_at: ZonedTime::at(briefing.starts_at.utc(), zone),
                    ends_at: ZonedTime::at(briefing.ends_at.utc(), zone),
                }),
                briefing,
            })
        })
        .collect();
    Ok(Page {
        data,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}
