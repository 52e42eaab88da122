//! When people are reminded of a briefing: so many hours before it starts, as the briefing says or
//! else as the office does.
//!
//! A reminder counts from the last publication or change of date. What would have been due before
//! that is not made up for: whoever was told yesterday of a briefing tomorrow is not reminded of it
//! today because last week would have been the time.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::briefings::settings::in_order;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::BriefingId;
use crate::kernel::time::Timestamp;
use crate::schema::briefing_reminders::{self, dsl};

/// How far the reminders of a briefing have come.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = briefing_reminders, treat_none_as_null = true)]
pub struct Reminders {
    /// The briefing.
    pub briefing_id: BriefingId,
    /// Hours before the start, separated by commas; the office's when there are none.
    pub hours: Option<String>,
    /// What was due by then is done, or is not wanted any more.
    pub counted_from: Timestamp,
    /// When somebody must look again; never when there is none.
    pub next_at: Option<Timestamp>,
}

impl Reminders {
    /// The hours that the briefing states for itself.
    #[must_use]
    pub fn own_hours(&self) -> Option<Vec<i64>> {
        self.hours
            .as_deref()
            .map(|text| text.split(',').filter_map(|one| one.parse().ok()).collect())
    }

    /// The reminder that is due, as hours before the start: the latest, where several were missed.
    #[must_use]
    pub fn due(&self, hours: &[i64], starts_at: Timestamp, now: Timestamp) -> Option<i64> {
        hours
            .iter()
            .copied()
            .filter(|hours| {
                let at = due_at(starts_at, *hours);
                self.counted_from < at && at <= now
            })
            .min()
    }
}

fn due_at(starts_at: Timestamp, hours: i64) -> Timestamp {
    starts_at.plus_seconds(-hours * 3600)
}

/// When the next reminder is due, after this instant.
#[must_use]
pub fn next_after(hours: &[i64], starts_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    hours
        .iter()
        .map(|hours| due_at(starts_at, *hours))
        .filter(|at| *at > now)
        .min()
}

/// How far a briefing's reminders have come.
///
/// # Errors
///
/// When the database fails.
pub fn load(conn: &mut Connection, id: &BriefingId) -> Result<Option<Reminders>, Problem> {
    Ok(dsl::briefing_reminders
        .filter(dsl::briefing_id.eq(id))
        .select(Reminders::as_select())
        .first(conn)
        .optional()?)
}

/// Keeps how far a briefing's reminders have come.
///
/// # Errors
///
/// When the database fails.
pub fn store(tx: &mut Tx<'_>, row: &Reminders) -> Result<(), Problem> {
    let known =
        diesel::update(dsl::briefing_reminders.filter(dsl::briefing_id.eq(&row.briefing_id)))
            .set(row)
            .execute(tx.conn)?;
    if known == 0 {
        diesel::insert_into(briefing_reminders::table)
            .values(row.clone())
            .execute(tx.conn)?;
    }
    Ok(())
}

fn load_or_new(tx: &mut Tx<'_>, id: &BriefingId) -> Result<Reminders, Problem> {
    Ok(load(tx.conn, id)?.unwrap_or_else(|| Reminders {
        briefing_id: id.clone(),
        hours: None,
        counted_from: tx.now,
        next_at: None,
    }))
}

/// Sets the hours that a briefing states for itself; none for the office's.
///
/// # Errors
///
/// When the database fails.
pub fn set_hours(tx: &mut Tx<'_>, id: &BriefingId, hours: Option<&[i64]>) -> Result<(), Problem> {
    let mut row = load_or_new(tx, id)?;
    row.hours = hours.map(written);
    store(tx, &row)
}

fn written(hours: &[i64]) -> String {
    let texts: Vec<String> = in_order(hours).iter().map(ToString::to_string).collect();
    texts.join(",")
}

/// Sets the hours that new briefings state for themselves.
///
/// # Errors
///
/// When the database fails.
pub fn set_hours_of_new(
    tx: &mut Tx<'_>,
    ids: Vec<BriefingId>,
    hours: &[i64],
) -> Result<(), Problem> {
    let rows: Vec<Reminders> = ids
        .into_iter()
        .map(|briefing_id| Reminders {
            briefing_id,
            hours: Some(written(hours)),
            counted_from: tx.now,
            next_at: None,
        })
        .collect();
    crate::insert_all!(&mut *tx.conn, briefing_reminders::table, rows)?;
    Ok(())
}

/// Lets reminders count from now on: the briefing was published, or has another date.
///
/// # Errors
///
/// When the database fails.
pub fn restart(tx: &mut Tx<'_>, id: &BriefingId) -> Result<(), Problem> {
    let mut row = load_or_new(tx, id)?;
    row.counted_from = tx.now;
    // Looked at once, by whoever knows the office's hours.
    row.next_at = Some(tx.now);
    store(tx, &row)
}

/// Ends the reminders of a briefing that is off.
///
/// # Errors
///
/// When the database fails.
pub fn stop(tx: &mut Tx<'_>, id: &BriefingId) -> Result<(), Problem> {
    diesel::update(dsl::briefing_reminders.filter(dsl::briefing_id.eq(id)))
        .set(dsl::next_at.eq(None::<Timestamp>))
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets the reminders of a draft that is deleted.
///
/// # Errors
///
/// When the database fails.
pub fn forget(tx: &mut Tx<'_>, id: &BriefingId) -> Result<(), Problem> {
    diesel::delete(dsl::briefing_reminders.filter(dsl::briefing_id.eq(id))).execute(tx.conn)?;
    Ok(())
}

/// Has every briefing looked at that follows the office's hours: they may be others now. Returns
/// how many there are.
///
/// # Errors
///
/// When the database fails.
pub fn look_again(tx: &mut Tx<'_>) -> Result<usize, Problem> {
    Ok(diesel::update(
        dsl::briefing_reminders
            .filter(dsl::hours.is_null())
            .filter(dsl::next_at.gt(tx.now)),
    )
    .set(dsl::next_at.eq(Some(tx.now)))
    .execute(tx.conn)?)
}

/// The hours that these briefings state for themselves, in one query.
///
/// # Errors
///
/// When the database fails.
pub fn hours_of(
    conn: &mut Connection,
    ids: &[BriefingId],
) -> Result<HashMap<BriefingId, Vec<i64>>, Problem> {
    let rows: Vec<Reminders> = dsl::briefing_reminders
        .filter(dsl::briefing_id.eq_any(ids.to_vec()))
        .filter(dsl::hours.is_not_null())
        .select(Reminders::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.briefing_id.clone(), row.own_hours()?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn counted_from(text: &str) -> Reminders {
        Reminders {
            briefing_id: BriefingId::fresh(),
            hours: None,
            counted_from: at(text),
            next_at: None,
        }
    }

    #[test]
    fn a_reminder_is_due_once_and_not_for_what_was_before_it_counted() {
        let starts = at("2030-03-12T17:00:00Z");
        let row = counted_from("2030-03-01T00:00:00Z");
        assert_eq!(
            row.due(&[168, 24], starts, at("2030-03-05T16:59:59Z")),
            None
        );
        assert_eq!(
            row.due(&[168, 24], starts, at("2030-03-05T17:00:00Z")),
            Some(168)
        );
        // Whoever was away is reminded once of all that was missed.
        assert_eq!(
            row.due(&[168, 24], starts, at("2030-03-12T00:00:00Z")),
            Some(24)
        );
        let late = counted_from("2030-03-10T00:00:00Z");
        assert_eq!(
            late.due(&[168, 24], starts, at("2030-03-10T00:00:00Z")),
            None
        );
        assert_eq!(
            next_after(&[168, 24], starts, at("2030-03-10T00:00:00Z")),
            Some(at("2030-03-11T17:00:00Z"))
        );
        assert_eq!(
            next_after(&[168, 24], starts, at("2030-03-11T17:00:00Z")),
            None
        );
    }
}
