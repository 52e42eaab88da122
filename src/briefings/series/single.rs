//! What a briefing knows of the series that it is an occurrence of. What is changed of an occurrence by
//! itself is noted, and later changes of its series leave that alone.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::briefings::wire::UpdateBriefing;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{BriefingId, BriefingSeriesId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;
use crate::schema::{briefing_occurrences, briefing_series_exceptions};

/// The members of a change that a series has too.
#[must_use]
pub fn members_of(change: &UpdateBriefing) -> BTreeSet<&'static str> {
    fn is_said<T>(patch: &Patch<T>) -> bool {
        !matches!(patch, Patch::Keep)
    }
    [
        ("title", change.title.is_some()),
        ("topic", change.topic.is_some()),
        ("summary", is_said(&change.summary)),
        ("internal_notes", is_said(&change.internal_notes)),
        ("marking", change.marking.is_some()),
        ("format", change.format.is_some()),
        (
            "starts_at",
            change.starts_at.is_some() || change.ends_at.is_some(),
        ),
        ("rsvp_deadline", is_said(&change.rsvp_deadline)),
        ("access_deadline", is_said(&change.access_deadline)),
        ("venue_id", is_said(&change.venue_id)),
        ("meeting_url", is_said(&change.meeting_url)),
        ("capacity", change.capacity.is_some()),
        ("audience", change.audience.is_some()),
        ("organization_id", is_said(&change.organization_id)),
        ("briefer_ids", change.briefer_ids.is_some()),
        ("reminder_hours", is_said(&change.reminder_hours)),
    ]
    .into_iter()
    .filter(|(_, is_changed)| *is_changed)
    .map(|(name, _)| name)
    .collect()
}

/// The members that an occurrence changed by itself, from how they are stored.
#[must_use]
pub fn read_members(stored: &str) -> BTreeSet<String> {
    stored
        .split(',')
        .filter(|name| !name.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// Notes what was changed of a briefing alone, where it is an occurrence of a series.
///
/// # Errors
///
/// When the database fails.
pub fn note_changed(
    tx: &mut Tx<'_>,
    id: &BriefingId,
    change: &UpdateBriefing,
) -> Result<(), Problem> {
    let stored: Option<String> = briefing_occurrences::table
        .filter(briefing_occurrences::briefing_id.eq(id))
        .select(briefing_occurrences::changed)
        .first(tx.conn)
        .optional()?;
    let Some(stored) = stored else {
        return Ok(());
    };
    let mut members = read_members(&stored);
    members.extend(members_of(change).into_iter().map(ToOwned::to_owned));
    diesel::update(briefing_occurrences::table.filter(briefing_occurrences::briefing_id.eq(id)))
        .set(briefing_occurrences::changed.eq(Vec::from_iter(members).join(",")))
        .execute(tx.conn)?;
    Ok(())
}

/// Makes the date of an occurrence that is deleted an exception of its series. The briefing is locked.
///
/// # Errors
///
/// When the database fails.
pub fn note_deleted(tx: &mut Tx<'_>, id: &BriefingId) -> Result<(), Problem> {
    let stored: Option<(BriefingSeriesId, Timestamp, bool)> = briefing_occurrences::table
        .filter(briefing_occurrences::briefing_id.eq(id))
        .select((
            briefing_occurrences::series_id,
            briefing_occurrences::planned_local,
            briefing_occurrences::is_current,
        ))
        .first(tx.conn)
        .optional()?;
    let Some((series, planned_local, is_current)) = stored else {
        return Ok(());
    };
    diesel::delete(briefing_occurrences::table.filter(briefing_occurrences::briefing_id.eq(id)))
        .execute(tx.conn)?;
    if is_current {
        diesel::insert_into(briefing_series_exceptions::table)
            .values((
                briefing_series_exceptions::series_id.eq(series),
                briefing_series_exceptions::planned_local.eq(planned_local),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// The series of these briefings, in one query.
///
/// # Errors
///
/// When the database fails.
pub fn series_of(
    conn: &mut Connection,
    ids: &[BriefingId],
) -> Result<HashMap<BriefingId, BriefingSeriesId>, Problem> {
    Ok(briefing_occurrences::table
        .filter(briefing_occurrences::briefing_id.eq_any(ids.to_vec()))
        .select((
            briefing_occurrences::briefing_id,
            briefing_occurrences::series_id,
        ))
        .load::<(BriefingId, BriefingSeriesId)>(conn)?
        .into_iter()
        .collect())
}
