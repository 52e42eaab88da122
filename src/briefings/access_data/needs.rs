//! Whose access data is asked for, and where it is missing.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::{Registration, RegistrationStatus};
use crate::directory::venues::model::Venue;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{BriefingId, RegistrationId, VenueId};
use crate::schema::{access_data, registrations, venues};

crate::text_enum! {
    /// Whether the access data of an attendee is there. It is asked for of those who have a seat at
    /// a briefing in a restricted venue, until the briefing is held or called off.
    pub enum AccessDataState {
        /// Nobody asks for it.
        NotNeeded => "not_needed",
        /// It is asked for and not there.
        Missing => "missing",
        /// It is there.
        Given => "given",
        /// It was there and has been erased.
        Erased => "erased",
    }
}

/// Whether access data for this briefing is asked for, by a venue that does so.
#[must_use]
pub const fn is_asked_at(briefing: &Briefing, venue: &Venue) -> bool {
    venue.requires_access_data && briefing.status.is_open_to_change()
}

/// Whether access data for this briefing is asked for.
///
/// # Errors
///
/// When the database fails.
pub fn is_asked_for(conn: &mut Connection, briefing: &Briefing) -> Result<bool, Problem> {
    let Some(venue) = &briefing.venue_id else {
        return Ok(false);
    };
    if !briefing.status.is_open_to_change() {
        return Ok(false);
    }
    let asks: Option<bool> = venues::table
        .filter(venues::id.eq(venue))
        .select(venues::requires_access_data)
        .first(conn)
        .optional()?;
    Ok(asks.unwrap_or(false))
}

/// What is known of the access data of some registrations of one briefing.
#[derive(Debug)]
pub struct States {
    is_asked: bool,
    /// Whether it is there, of those of whom it ever was.
    kept: HashMap<RegistrationId, bool>,
}

impl States {
    /// Reads it, in two statements however many registrations.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn read(
        conn: &mut Connection,
        briefing: &Briefing,
        rows: &[Registration],
    ) -> Result<Self, Problem> {
        let ids: Vec<RegistrationId> = rows.iter().map(|row| row.id.clone()).collect();
        let kept: Vec<(RegistrationId, Option<String>)> = access_data::table
            .filter(access_data::registration_id.eq_any(ids))
            .select((access_data::registration_id, access_data::salt))
            .load(conn)?;
        Ok(Self {
            is_asked: is_asked_for(conn, briefing)?,
            kept: kept
                .into_iter()
                .map(|(id, salt)| (id, salt.is_some()))
                .collect(),
        })
    }

    /// That of this registration.
    #[must_use]
    pub fn of(&self, row: &Registration) -> AccessDataState {
        match self.kept.get(&row.id) {
            Some(true) => AccessDataState::Given,
            _ if self.is_asked && row.status == RegistrationStatus::Confirmed => {
                AccessDataState::Missing
            }
            Some(false) => AccessDataState::Erased,
            None => AccessDataState::NotNeeded,
        }
    }
}

/// How many with a seat have not given what is asked for, by briefing, of those briefings where it
/// is asked for. One statement at most, however many briefings.
///
/// # Errors
///
/// When the database fails.
pub fn count_missing(
    conn: &mut Connection,
    briefings: &[Briefing],
    venues: &HashMap<VenueId, Venue>,
) -> Result<HashMap<BriefingId, i64>, Problem> {
    let asked: Vec<BriefingId> = briefings
        .iter()
        .filter(|briefing| {
            let venue = briefing.venue_id.as_ref().and_then(|id| venues.get(id));
            venue.is_some_and(|venue| is_asked_at(briefing, venue))
        })
        .map(|briefing| briefing.id.clone())
        .collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let counted: Vec<(BriefingId, i64)> = registrations::table
        .filter(registrations::briefing_id.eq_any(asked.clone()))
        .filter(registrations::status.eq(RegistrationStatus::Confirmed))
        .filter(
            registrations::id.ne_all(
                access_data::table
                    .filter(access_data::briefing_id.eq_any(asked.clone()))
                    .filter(access_data::sealed.is_not_null())
                    .select(access_data::registration_id),
            ),
        )
        .group_by(registrations::briefing_id)
        .select((registrations::briefing_id, count_star()))
        .load(conn)?;
    let mut missing: HashMap<BriefingId, i64> = asked.into_iter().map(|id| (id, 0)).collect();
    missing.extend(counted);
    Ok(missing)
}
