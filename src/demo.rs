//! A working office to try things in: real jurisdictions, one account for each role, briefings at
//! real venues. Made once in an empty database; a second start finds it.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};
use diesel::prelude::*;
use serde::Serialize;

use crate::briefings::lifecycle::BriefingAction;
use crate::briefings::model::{AudienceScope, BriefingFormat};
use crate::briefings::wire::{Audience, CreateBriefing};
use crate::directory::briefers::wire::CreateBriefer;
use crate::directory::organizations::import::{self, ImportMode};
use crate::directory::organizations::model::OrganizationKind;
use crate::directory::organizations::wire::CreateOrganization;
use crate::directory::venues::wire::CreateVenue;
use crate::directory::{briefers, organizations, venues};
use crate::identity::passwords::{PasswordError, Passwords};
use crate::kernel::Kernel;
use crate::kernel::access::{Home, Principal, Role, Scope};
use crate::kernel::db::{Tx, WriteContext};
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::{BrieferId, OrganizationId, SessionId, UserId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::secrets::{SealError, random_token};
use crate::kernel::time::{Timestamp, ZonedTimeInput};
use crate::{briefings, identity};

/// The public data that ships with the program, states first: counties and cities belong to them.
pub const JURISDICTIONS: [(&str, &str); 4] = [
    (
        "us-states.csv",
        include_str!("../data/jurisdictions/us-states.csv"),
    ),
    (
        "us-counties.csv",
        include_str!("../data/jurisdictions/us-counties.csv"),
    ),
    (
        "us-cities.csv",
        include_str!("../data/jurisdictions/us-cities.csv"),
    ),
    (
        "foreign-cities.csv",
        include_str!("../data/jurisdictions/foreign-cities.csv"),
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

/// An account of the demo, with the password that is shown this once.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    /// What the person does.
    pub role: Role,
    /// What the person signs in with.
    pub email: String,
    /// The one-time password.
    pub password: String,
}

/// The file in `folder` that keeps the demo's accounts, readable by its owner alone.
#[must_use]
pub fn accounts_file(folder: &Path) -> PathBuf {
    folder.join("demo-accounts.json")
}

/// Reads the secret of the demo's folder, making it at the first start.
///
/// # Errors
///
/// When the file cannot be read or written.
pub fn secret(folder: &Path) -> Result<String, DemoError> {
    let path = folder.join("demo-secret");
    if let Ok(secret) = std::fs::read_to_string(&path) {
        return Ok(secret.trim().to_owned());
    }
    let secret = random_token("")?;
    write_private(&path, &secret)?;
    Ok(secret)
}

/// Writes a file that its owner alone may read.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<(), DemoError> {
    let failed = |error| DemoError::File(path.to_owned(), error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// Makes the demo in an empty database. `None` when there is an office already.
///
/// # Errors
///
/// See [`DemoError`]; nothing is left behind.
pub fn make(
    kernel: &Kernel,
    passwords: &Passwords,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<Option<Vec<DemoAccount>>, DemoError> {
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
    let accounts = new_accounts()?;
    let mut hashed = Vec::new();
    for account in &accounts {
        hashed.push((account, passwords.hash_blocking(&account.password)?));
    }
    kernel.db.write_blocking(&context, |tx| fill(tx, &hashed))?;
    Ok(Some(accounts))
}

fn new_accounts() -> Result<Vec<DemoAccount>, DemoError> {
    Role::ALL
        .iter()
        .map(|&role| {
            let host = if role.is_federal() {
                "office.example.gov"
            } else {
                "phoenix.example.gov"
            };
            let mailbox = role.as_str().replace('_', ".");
            let random = random_token("")?;
            Ok(DemoAccount {
                role,
                email: format!("{mailbox}@{host}"),
                password: format!("demo-{}", random.get(..20).unwrap_or(&random)),
            })
        })
        .collect()
}

fn fill(tx: &mut Tx<'_>, accounts: &[(&DemoAccount, String)]) -> Result<(), Problem> {
    let office = office(tx, "Office of Subnational Diplomacy")?;
    let phoenix = by_source(tx, PHOENIX)?;
    for (account, hash) in accounts {
        let place = if account.role.is_federal() {
            &office
        } else {
            &phoenix
        };
        identity::commands::create_active_user(
            tx,
            &account.email,
            &format!("Demo {}", account.role.as_str().replace('_', " ")),
            hash.clone(),
            place,
            account.role,
        )?;
    }
    schedule(tx, &office)
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

/// Venues as they stand: name, address, zone, people, and GeoNames' id of the city.
const VENUES: [(&str, &str, &str, i64, &str); 5] = [
    (
        "Phoenix City Hall",
        "200 W Washington St, Phoenix, AZ 85003",
        "America/Phoenix",
        120,
        PHOENIX,
    ),
    (
        "New York City Hall",
        "City Hall Park, New York, NY 10007",
        "America/New_York",
        90,
        "geonames:5128581",
    ),
    (
        "Los Angeles City Hall",
        "200 N Spring St, Los Angeles, CA 90012",
        "America/Los_Angeles",
        150,
        "geonames:5368361",
    ),
    (
        "Denver City and County Building",
        "1437 Bannock St, Denver, CO 80202",
        "America/Denver",
        100,
        "geonames:5419384",
    ),
    (
        "Chicago City Hall",
        "121 N LaSalle St, Chicago, IL 60602",
        "America/Chicago",
        110,
        "geonames:4887398",
    ),
];

const BRIEFERS: [(&str, &str); 3] = [
    ("Amara Okafor", "Deputy Director, Trade Policy"),
    ("Daniel Whitehorse", "Senior Adviser, Climate Cooperation"),
    ("Lena Marchetti", "Counselor for European Affairs"),
];

/// A briefing of the demo.
struct Planned {
    title: &'static str,
    topic: &'static str,
    marking: Marking,
    /// Which of [`VENUES`].
    venue: usize,
    /// Which of [`BRIEFERS`].
    briefer: usize,
    days_from_now: u64,
    local_hour: u32,
    capacity: i64,
}

const BRIEFINGS: [Planned; 5] = [
    Planned {
        title: "Hosting a foreign delegation",
        topic: "protocol",
        marking: Marking::Public,
        venue: 1,
        briefer: 2,
        days_from_now: 21,
        local_hour: 10,
        capacity: 60,
    },
    Planned {
        title: "Semiconductor supply chains",
        topic: "trade",
        marking: Marking::OfficialUse,
        venue: 0,
        briefer: 0,
        days_from_now: 28,
        local_hour: 10,
        capacity: 25,
    },
    Planned {
        title: "Heat and water: city partnerships abroad",
        topic: "climate",
        marking: Marking::Public,
        venue: 3,
        briefer: 1,
        days_from_now: 35,
        local_hour: 14,
        capacity: 40,
    },
    Planned {
        title: "Foreign investment review for local officials",
        topic: "investment",
        marking: Marking::OfficialUse,
        venue: 4,
        briefer: 0,
        days_from_now: 42,
        local_hour: 9,
        capacity: 50,
    },
    Planned {
        title: "Interference by foreign governments",
        topic: "security",
        marking: Marking::Cui,
        venue: 2,
        briefer: 2,
        days_from_now: 49,
        local_hour: 13,
        capacity: 20,
    },
];

fn schedule(tx: &mut Tx<'_>, office: &OrganizationId) -> Result<(), Problem> {
    let mut venue_ids: Vec<VenueId> = Vec::new();
    for (name, address, zone, capacity, city) in VENUES {
        let input = CreateVenue {
            name: name.to_owned(),
            address: address.to_owned(),
            time_zone: zone.to_owned(),
            capacity: Some(capacity),
            organization_id: Some(by_source(tx, city)?),
        };
        venue_ids.push(venues::commands::create_venue(tx, input)?.id);
    }
    let mut briefer_ids: Vec<BrieferId> = Vec::new();
    for (name, title) in BRIEFERS {
        let input = CreateBriefer {
            name: name.to_owned(),
            title: Some(title.to_owned()),
            email: None,
            organization_id: Some(office.clone()),
        };
        briefer_ids.push(briefers::commands::create_briefer(tx, input)?.id);
    }
    let scope = office_scope(office);
    for planned in BRIEFINGS {
        let zone = VENUES.get(planned.venue).map_or("UTC", |venue| venue.2);
        let at = |hour: u32| ZonedTimeInput {
            local: Some(format!(
                "{}T{hour:02}:00:00",
                weekday_after(tx.now, planned.days_from_now)
            )),
            time_zone: zone.to_owned(),
            offset: None,
            utc: None,
        };
        let input = CreateBriefing {
            title: planned.title.to_owned(),
            topic: planned.topic.to_owned(),
            summary: None,
            internal_notes: None,
            marking: planned.marking,
            format: BriefingFormat::InPerson,
            starts_at: at(planned.local_hour),
            ends_at: at(planned.local_hour + 1),
            rsvp_deadline: None,
            access_deadline: None,
            venue_id: venue_ids.get(planned.venue).cloned(),
            meeting_url: None,
            capacity: planned.capacity,
            audience: Audience {
                scope: AudienceScope::Everyone,
                ..Audience::default()
            },
            organization_id: None,
            briefer_ids: briefer_ids
                .get(planned.briefer)
                .cloned()
                .into_iter()
                .collect(),
        };
        let mut row = briefings::commands::create_briefing(tx, input)?;
        for action in [BriefingAction::Schedule, BriefingAction::Publish] {
            let version = IfMatch(row.version);
            row =
                briefings::commands::advance_briefing(tx, &scope, &row.id, version, action, None)?;
        }
    }
    Ok(())
}

/// The office acting for itself: the commands ask for a caller.
fn office_scope(office: &OrganizationId) -> Scope {
    Scope(Some(Principal::User {
        user_id: UserId::fresh(),
        session_id: SessionId::fresh(),
        homes: vec![Home {
            organization_id: office.clone(),
            kind: OrganizationKind::NationalOffice.as_str().to_owned(),
            country: "US".to_owned(),
            subdivision: None,
            role: Role::Administrator,
        }],
    }))
}

/// The first working day at least so many days after `now`.
fn weekday_after(now: Timestamp, days: u64) -> NaiveDate {
    let today: NaiveDate = chrono::DateTime::from_timestamp(now.seconds(), 0)
        .map_or_else(NaiveDateTime::default, |instant| instant.naive_utc())
        .date();
    let mut day = today.checked_add_days(Days::new(days)).unwrap_or(today);
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day = day.checked_add_days(Days::new(1)).unwrap_or(day);
    }
    day
}

/// The tour: what a scheduler and a city do, with curl, for copying and pasting.
#[must_use]
pub fn tour(url: &str, accounts: &[DemoAccount], now: Timestamp) -> String {
    let account = |role: Role| accounts.iter().find(|account| account.role == role);
    let (Some(office), Some(city)) = (account(Role::Administrator), account(Role::LocalStaff))
    else {
        return String::new();
    };
    let day = weekday_after(now, 14);
    format!(
        r#"#!/usr/bin/env bash
set -eu
API={url}
# Takes one member out of a JSON answer; jq does it better where it is installed.
member() {{ grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }}
post() {{ curl -sS --fail-with-body -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "$@"; }}

echo '1. Sign in as the administrator.'
TOKEN=$(curl -sS --fail-with-body -H 'Content-Type: application/json' "$API/v1/auth/login" \
  -d '{{"email":"{office_email}","password":"{office_password}"}}' | member access_token)

echo '2. Find Phoenix.'
curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" \
  "$API/v1/organizations?q=phoenix&kind=municipality&country=US&sort=-population&limit=1"; echo

echo '3. Draft a briefing, schedule it and publish it.'
BRIEFER=$(post "$API/v1/briefers" -d '{{"name":"Ines Alvarado","title":"Desk Officer, Mexico"}}' | member id)
BRIEFING=$(post "$API/v1/briefings" -d '{{"title":"Border commerce after the review","topic":"trade",
  "format":"virtual","capacity":25,"audience":{{"scope":"states","states":["US-AZ"]}},
  "starts_at":{{"local":"{day}T10:00:00","time_zone":"America/Phoenix"}},
  "ends_at":{{"local":"{day}T11:00:00","time_zone":"America/Phoenix"}},
  "briefer_ids":["'"$BRIEFER"'"]}}' | member id)
post "$API/v1/briefings/$BRIEFING/schedule" -H 'If-Match: "1"' >/dev/null
post "$API/v1/briefings/$BRIEFING/publish" -H 'If-Match: "2"'; echo

echo '4. Sign in as the city of Phoenix and register someone.'
OFFICE=$TOKEN
TOKEN=$(curl -sS --fail-with-body -H 'Content-Type: application/json' "$API/v1/auth/login" \
  -d '{{"email":"{city_email}","password":"{city_password}"}}' | member access_token)
post "$API/v1/briefings/$BRIEFING/registrations" -H "Idempotency-Key: tour-$BRIEFING" \
  -d '{{"attendee":{{"name":"Ana Ruiz","email":"ana.ruiz@phoenix.example.gov"}}}}'; echo

echo '5. See the registration, as the office does.'
curl -sS --fail-with-body -H "Authorization: Bearer $OFFICE" "$API/v1/briefings/$BRIEFING/registrations"; echo
"#,
        office_email = office.email,
        office_password = office.password,
        city_email = city.email,
        city_password = city.password,
    )
}
