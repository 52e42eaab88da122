//! Bookings in the way of many briefings, found at once: the query is one however many there are.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::{Value, json};

use crate::briefings::model::Briefing;
use crate::kernel::day::Day;
use crate::kernel::db::Tx;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::{BrieferId, BriefingId};
use crate::kernel::time::Timestamp;
use crate::schema::{bookings, briefings};

/// Conflicts that are listed, at most; the dates that have one are all listed.
const MOST: usize = 500;

/// A booking: the briefer or the venue, the briefing, from when and until when.
type Booked = (String, BriefingId, Timestamp, Timestamp);

/// What is to be booked for one occurrence.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The date in the series.
    pub day: Day,
    /// The briefing, at the time at which it is to be.
    pub briefing: Briefing,
    /// Its briefers and its venue.
    pub resources: Vec<String>,
}

type Condition = Box<dyn BoxableExpression<bookings::table, Backend, SqlType = Bool>>;

/// Bookings that meet one of these spans. Halved and halved again, so that the expression is not
/// nested deeper than a database reads.
fn meeting(spans: &[(Timestamp, Timestamp)]) -> Option<Condition> {
    match spans {
        [] => None,
        [(starts_at, ends_at)] => Some(Box::new(
            bookings::starts_at
                .lt(*ends_at)
                .and(bookings::ends_at.gt(*starts_at)),
        )),
        many => {
            let (first, second) = many.split_at(many.len() / 2);
            Some(Box::new(meeting(first)?.or(meeting(second)?)))
        }
    }
}

/// Looks for bookings of others that are in the way. The briefers and venues are locked, and what the
/// wanted briefings held is released.
///
/// # Errors
///
/// 409 `schedule_conflict` naming every occurrence that has one.
pub fn check(tx: &mut Tx<'_>, wanted: &[Wanted]) -> Result<(), Problem> {
    let mut resources: Vec<&String> = wanted.iter().flat_map(|one| &one.resources).collect();
    resources.sort_unstable();
    resources.dedup();
    let spans: Vec<(Timestamp, Timestamp)> = wanted
        .iter()
        .filter(|one| !one.resources.is_empty())
        .map(|one| (one.briefing.starts_at, one.briefing.ends_at))
        .collect();
    let Some(condition) = meeting(&spans) else {
        return Ok(());
    };
    let found: Vec<Booked> = bookings::table
        .into_boxed::<Backend>()
        .filter(bookings::resource_id.eq_any(resources.into_iter().cloned().collect::<Vec<_>>()))
        .filter(condition)
        .order((bookings::starts_at, bookings::resource_id))
        .select((
            bookings::resource_id,
            bookings::briefing_id,
            bookings::starts_at,
            bookings::ends_at,
        ))
        .load(tx.conn)?;
    let conflicts: Vec<(Day, &Booked)> = wanted
        .iter()
        .flat_map(|one| {
            let in_the_way = found
                .iter()
                .filter(|(resource, briefing, starts_at, ends_at)| {
                    one.resources.contains(resource)
                        && *briefing != one.briefing.id
                        && *starts_at < one.briefing.ends_at
                        && *ends_at > one.briefing.starts_at
                });
            in_the_way.map(|booking| (one.day, booking))
        })
        .collect();
    if conflicts.is_empty() {
        return Ok(());
    }
    Err(refusal(tx, &conflicts)?)
}

fn refusal(tx: &mut Tx<'_>, conflicts: &[(Day, &Booked)]) -> Result<Problem, Problem> {
    let mut days: Vec<Day> = conflicts.iter().map(|(day, _)| *day).collect();
    days.dedup();
    let shown = conflicts.iter().take(MOST);
    let ids: Vec<BriefingId> = shown
        .clone()
        .map(|(_, booking)| booking.1.clone())
        .collect();
    let titles: HashMap<BriefingId, String> = briefings::table
        .filter(briefings::id.eq_any(ids))
        .select((briefings::id, briefings::title))
        .load::<(BriefingId, String)>(tx.conn)?
        .into_iter()
        .collect();
    let list: Vec<Value> = shown
        .map(|(day, (resource, briefing, starts_at, ends_at))| {
            json!({
                "occurrence": day,
                "resource": if resource.starts_with(BrieferId::PREFIX) { "briefer" } else { "venue" },
                "resource_id": resource,
                "briefing_id": briefing,
                "title": titles.get(briefing),
                "starts_at": starts_at,
                "ends_at": ends_at,
            })
        })
        .collect();
    let detail = match days.as_slice() {
        [day] => format!("A briefer or the venue is booked for another briefing on {day}."),
        days => format!(
            "A briefer or the venue is booked for another briefing at {} of these dates.",
            days.len()
        ),
    };
    let days: Vec<Value> = days.into_iter().map(|day| json!(day)).collect();
    Ok(Problem::new(Code::ScheduleConflict, detail)
        .with("conflicts", list)
        .with("occurrences", days))
}
