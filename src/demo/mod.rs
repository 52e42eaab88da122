//! A working office to try things in: real jurisdictions, one account for each role, briefings at
//! real venues, event requests on their way, a program of embedded diplomats, an assembly with a session
//! that is over and one to come, API keys of a city.
//! Made once in an empty database; a second start finds it.

mod applications;
mod assemblies;
mod briefings;
mod officers;
mod people;
mod placements;
mod practice;
mod programs;
mod requests;
mod tour;

use std::path::PathBuf;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use diesel::prelude::*;

use crate::directory::organizations;
use crate::directory::organizations::import::{self, ImportMode};
use crate::directory::organizations::model::OrganizationKind;
use crate::directory::organizations::wire::CreateOrganization;
use crate::event_requests::settings::Settings;
use crate::identity;
use crate::identity::passwords::{PasswordError, Passwords};
use crate::kernel::Kernel;
use crate::kernel::access::Role;
use crate::kernel::blobs::Stored;
use crate::kernel::day::Day;
use crate::kernel::db::{Tx, WriteContext};
use crate::kernel::http::Problem;
use crate::kernel::id::OrganizationId;
use crate::kernel::secrets::{SealError, random_token};
use crate::kernel::time::Timestamp;

pub use self::people::{DemoAccount, DemoKey, accounts_file, keys_file, secret, write_private};
pub use self::tour::tour;

use self::people::People;

/// The public data that ships with the program, states first: counties and cities belong to them.
pub const JURISDICTIONS: [(&str, &str); 4] = [
    (
        "us-states.csv",
        include_str!("../../data/jurisdictions/us-states.csv"),
    ),
    (
        "us-counties.csv",
        include_str!("../../data/jurisdictions/us-counties.csv"),
    ),
    (
        "us-cities.csv",
        include_str!("../../data/jurisdictions/us-cities.csv"),
    ),
    (
        "foreign-cities.csv",
        include_str!("../../data/jurisdictions/foreign-cities.csv"),
    ),
];

/// GeoNames' id of Phoenix, Arizona.
const PHOENIX: &str = "geonames:5308655";

/// Why the demo could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database refused.
    #[error("{0}")]
    Problem(#[from] Problem),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] SealError),
    /// A file could not be written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

/// What the demo's users are told once.
#[derive(Debug, Clone)]
pub struct Made {
    /// One account for each role.
    pub accounts: Vec<DemoAccount>,
    /// The API keys of Phoenix.
    pub keys: Vec<DemoKey>,
    /// The token of the calendar that Phoenix' staff member has.
    pub calendar: String,
}

/// Makes the demo in an empty database. `None` when there is an office already.
///
/// # Errors
///
/// See [`DemoError`]; nothing is left behind.
pub fn make(
    kernel: &Kernel,
    passwords: &Passwords,
    settings: (&Settings, &crate::briefings::settings::Settings),
    progress: &mut dyn FnMut(&str, u64),
) -> Result<Option<Made>, DemoError> {
    let is_made = kernel
        .db
        .read_blocking(|conn| identity::queries::has_administrator(conn, None))?;
    if is_made {
        return Ok(None);
    }
    let context = WriteContext::system(kernel.clock.now());
    for (name, csv) in JURISDICTIONS {
        let told = std::cell::RefCell::new(&mut *progress);
        kernel.db.write_blocking(&context, |tx| {
            let mut tell = |rows| (told.borrow_mut())(name, rows);
            import::run(tx, csv.as_bytes(), ImportMode::Commit, &mut tell)
        })?;
    }
    let accounts = people::new_accounts()?;
    let mut hashed = Vec::new();
    for account in &accounts {
        hashed.push((account, passwords.hash_blocking(&account.password)?));
    }
    let closed = passwords.hash_blocking(&random_token("")?)?;
    let letters = actix_web::rt::System::new().block_on(requests::store_letters(&kernel.blobs))?;
    let (keys, calendar) = kernel.db.write_blocking(&context, |tx| {
        let (people, keys) = fill(tx, settings.0, &hashed, &letters)?;
        assemblies::make(tx, &people, &kernel.keyring, &closed)?;
        let calendar = practice::make(tx, &people, &kernel.keyring, settings.1)?;
        Ok((keys, calendar))
    })?;
    Ok(Some(Made {
        accounts,
        keys,
        calendar,
    }))
}

fn fill(
    tx: &mut Tx<'_>,
    settings: &Settings,
    accounts: &[(&DemoAccount, String)],
    letters: &[Stored],
) -> Result<(People, Vec<DemoKey>), Problem> {
    let office = office(tx, "Office of Subnational Diplomacy")?;
    let phoenix = by_source(tx, PHOENIX)?;
    let people = people::make(tx, &office, &phoenix, accounts)?;
    let briefers = briefings::make(tx, &office, &people.scope(Role::Administrator)?)?;
    let official = briefers
        .first()
        .ok_or_else(|| Problem::internal("the demo has no briefer"))?;
    requests::make(tx, settings, &people, official, letters)?;
    let program = programs::make(tx, &people)?;
    let officers = officers::make(tx, &people)?;
    placements::make(tx, &people, &program, &phoenix, &officers)?;
    let keys = people::make_keys(tx, &people, &phoenix)?;
    Ok((people, keys))
}

/// The organization of the office itself, made when there is none.
///
/// # Errors
///
/// When the database fails.
pub fn office(tx: &mut Tx<'_>, name: &str) -> Result<OrganizationId, Problem> {
    use crate::schema::organizations::dsl;
    let existing: Option<OrganizationId> = dsl::organizations
        .filter(dsl::kind.eq(OrganizationKind::NationalOffice))
        .order(dsl::id)
        .select(dsl::id)
        .first(tx.conn)
        .optional()?;
    if let Some(id) = existing {
        return Ok(id);
    }
    let input = CreateOrganization {
        kind: OrganizationKind::NationalOffice,
        name: name.to_owned(),
        country: "US".to_owned(),
        subdivision: None,
        parent_id: None,
        population: None,
        time_zone: Some("America/New_York".to_owned()),
        coordinates: None,
        source_id: None,
    };
    Ok(organizations::commands::create_organization(tx, input)?.id)
}

fn by_source(tx: &mut Tx<'_>, source_id: &str) -> Result<OrganizationId, Problem> {
    use crate::schema::organizations::dsl;
    Ok(dsl::organizations
        .filter(dsl::source_id.eq(source_id))
        .select(dsl::id)
        .first(tx.conn)?)
}

/// The first working day at least so many days after `now`.
fn weekday_after(now: Timestamp, days: u64) -> NaiveDate {
    let today = now.date();
    weekday_from(today.checked_add_days(Days::new(days)).unwrap_or(today))
}

/// A working day some days before `now`.
fn weekday_before(now: Timestamp, days: u64) -> NaiveDate {
    let today = now.date();
    weekday_from(today.checked_sub_days(Days::new(days)).unwrap_or(today))
}

fn weekday_from(mut day: NaiveDate) -> NaiveDate {
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day = day.checked_add_days(Days::new(1)).unwrap_or(day);
    }
    day
}

/// The same day, as terms count it.
fn day(date: NaiveDate) -> Result<Day, Problem> {
    date.to_string().parse().map_err(Problem::internal)
}
