//! Reading what is booked: one query for the briefers, one for the venues, one for the bookings.

use std::collections::{BTreeSet, HashMap};

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::briefings::availability::rules::{Found, Search, Span, Working, joined};
use crate::briefings::availability::wire::{Availability, AvailabilityQuery, FreeSlot, LocalSlot};
use crate::directory::{briefers, venues};
use crate::kernel::business_time::BusinessCalendar;
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{BrieferId, VenueId};
use crate::kernel::time::{Timestamp, ZonedTime, parse_zone};
use crate::schema::bookings;

const DAY: i64 = 24 * 3600;

/// Days that are searched, at most.
const LONGEST: i64 = 62;

/// Days that are searched when the query does not say.
const USUAL: i64 = 14;

/// Slots that are offered when the query does not say.
const USUAL_SLOTS: i64 = 25;

/// The members of a list that is written with commas, each once; faults are noted at its name.
fn members<T: std::str::FromStr + Ord + Clone>(
    text: Option<&String>,
    name: &str,
    faults: &mut Faults,
) -> Vec<T> {
    let mut all = Vec::new();
    let mut known = BTreeSet::new();
    for part in text.iter().flat_map(|text| text.split(',')) {
        match part.parse::<T>() {
            Ok(one) if known.insert(one.clone()) => all.push(one),
            Ok(_) => faults.add(name, "repeated", &format!("names {part} twice")),
            Err(_) => faults.add(name, "format", &format!("has `{part}`, which is no id")),
        }
    }
    all
}

/// From when until when is searched.
fn span_of(query: &AvailabilityQuery, now: Timestamp, faults: &mut Faults) -> Span {
    let from = query.from.map_or(now, |from| from.max(now));
    let until = query
        .until
        .unwrap_or_else(|| from.plus_seconds(USUAL * DAY).min(Timestamp::LAST));
    faults.require(
        until > from,
        "until",
        "ends_before_start",
        "must come after `from`, and after now",
    );
    faults.require(
        from.seconds_until(until) <= LONGEST * DAY,
        "until",
        "too_long",
        &format!("must come within {LONGEST} days of `from`"),
    );
    (from, until)
}

fn zones_of(
    query: &AvailabilityQuery,
    calendar: &BusinessCalendar,
    faults: &mut Faults,
) -> Vec<Tz> {
    let Some(names) = &query.time_zones else {
        return vec![calendar.zone()];
    };
    let mut zones: Vec<Tz> = Vec::new();
    for name in names.split(',') {
        let Some(zone) = parse_zone(name, "time_zones", faults) else {
            continue;
        };
        if zones.contains(&zone) {
            faults.add("time_zones", "repeated", &format!("names {name} twice"));
        } else {
            zones.push(zone);
        }
    }
    zones
}

/// When everybody is free.
///
/// # Errors
///
/// 400 with everything that is wrong with the query.
pub fn find_slots(
    conn: &mut Connection,
    calendar: &BusinessCalendar,
    query: &AvailabilityQuery,
    now: Timestamp,
) -> Result<Availability, Problem> {
    let mut faults = Faults::default();
    let briefer_ids: Vec<BrieferId> =
        members(query.briefer_ids.as_ref(), "briefer_ids", &mut faults);
    let venue_ids: Vec<VenueId> = members(query.venue_ids.as_ref(), "venue_ids", &mut faults);
    let zones = zones_of(query, calendar, &mut faults);
    let span = span_of(query, now, &mut faults);
    let known = briefers::queries::by_ids(conn, &briefer_ids)?;
    for id in &briefer_ids {
        let is_active = known.get(id).map(|briefer| briefer.is_active);
        check_bookable(is_active, id.as_str(), "briefer_ids", &mut faults);
    }
    let known = venues::queries::by_ids(conn, &venue_ids)?;
    for id in &venue_ids {
        let is_active = known.get(id).map(|venue| venue.is_active);
        check_bookable(is_active, id.as_str(), "venue_ids", &mut faults);
    }
    faults.finish_as(Code::InvalidQuery)?;
    let mut booked = booked(conn, &briefer_ids, &venue_ids, span)?;
    let mut take = |id: &str| booked.remove(id).unwrap_or_default();
    let busy: Vec<Span> = briefer_ids
        .iter()
        .flat_map(|id| take(id.as_str()))
        .collect();
    let busy = joined(busy);
    let rooms: Vec<Vec<Span>> = venue_ids
        .iter()
        .map(|id| joined(take(id.as_str())))
        .collect();
    let working: Vec<Working> = zones
        .iter()
        .map(|zone| Working::of(calendar, *zone, span))
        .collect();
    let found = Search {
        working: &working,
        briefers: &busy,
        venues: &rooms,
        seconds: query.duration_minutes * 60,
        span,
    }
    .best(usize::try_from(query.limit.unwrap_or(USUAL_SLOTS)).unwrap_or(usize::MAX));
    Ok(Availability {
        from: span.0,
        until: span.1,
        slots: found
            .iter()
            .map(|slot| shown(slot, &zones, &venue_ids))
            .collect(),
    })
}

fn check_bookable(is_active: Option<bool>, id: &str, name: &str, faults: &mut Faults) {
    match is_active {
        None => faults.add(
            name,
            "unknown_reference",
            &format!("names {id}, which does not exist"),
        ),
        Some(false) => faults.add(
            name,
            "inactive",
            &format!("names {id}, which can no longer be booked"),
        ),
        Some(true) => {}
    }
}

fn booked(
    conn: &mut Connection,
    briefers: &[BrieferId],
    venues: &[VenueId],
    (from, until): Span,
) -> Result<HashMap<String, Vec<Span>>, Problem> {
    let resources: Vec<String> = briefers
        .iter()
        .map(ToString::to_string)
        .chain(venues.iter().map(ToString::to_string))
        .collect();
    let rows: Vec<(String, Timestamp, Timestamp)> = bookings::table
        .filter(bookings::resource_id.eq_any(resources))
        .filter(bookings::starts_at.lt(until))
        .filter(bookings::ends_at.gt(from))
        .select((
            bookings::resource_id,
            bookings::starts_at,
            bookings::ends_at,
        ))
        .load(conn)?;
    let mut all: HashMap<String, Vec<Span>> = HashMap::new();
    for (resource, starts_at, ends_at) in rows {
        all.entry(resource).or_default().push((starts_at, ends_at));
    }
    Ok(all)
}

fn shown(slot: &Found, zones: &[Tz], venues: &[VenueId]) -> FreeSlot {
    FreeSlot {
        starts_at: slot.span.0,
        ends_at: slot.span.1,
        outside_core: i64::try_from(slot.outside_core()).unwrap_or(i64::MAX),
        local: zones
            .iter()
            .zip(&slot.core)
            .map(|(zone, is_core)| LocalSlot {
                starts_at: ZonedTime::at(slot.span.0, *zone),
                ends_at: ZonedTime::at(slot.span.1, *zone),
                is_core: *is_core,
            })
            .collect(),
        venue_ids: slot
            .venues
            .iter()
            .filter_map(|index| venues.get(*index).cloned())
            .collect(),
    }
}
