//! Importing organizations from public data: look at every row first, then store all or none.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::directory::organizations::countries;
use crate::directory::organizations::model::{Organization, OrganizationKind};
use crate::kernel::db::Tx;
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::OrganizationId;
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, parse_zone};
use crate::schema::organizations::{self, dsl};

/// The largest file, in bytes.
pub const LIMIT: usize = 16 * 1024 * 1024;

/// Wrong rows that a refusal lists, at most.
const LISTED_FAULTS: usize = 100;

crate::text_enum! {
    /// Whether to look or to store.
    pub enum ImportMode {
        /// Say what would become of each row; store nothing.
        Preview => "preview",
        /// Store all rows, or none when one is wrong.
        Commit => "commit",
    }
}

/// How to import.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// Whether to look or to store.
    pub mode: ImportMode,
}
crate::query_params!(ImportQuery);

crate::text_enum! {
    /// What becomes of a row.
    pub enum Outcome {
        /// No organization has its source id yet.
        New => "new",
        /// The organization with its source id differs.
        Changed => "changed",
        /// The organization with its source id is the same.
        Unchanged => "unchanged",
        /// It cannot be stored.
        Wrong => "wrong",
    }
}

/// What became, or would become, of an import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "mode": "preview", "counts": {"new": 0, "changed": 1, "unchanged": 0, "wrong": 0},
    "rows": [{
        "line": 2, "source_id": "geonames:5308655", "name": "Phoenix", "outcome": "changed",
        "reasons": ["population: 1608139 becomes 1650070"]
    }]
}))]
pub struct ImportReport {
    /// Whether anything was stored.
    pub mode: ImportMode,
    /// How many rows had each outcome.
    pub counts: BTreeMap<String, usize>,
    /// Every row, in the order of the file.
    pub rows: Vec<RowReport>,
}

/// What became, or would become, of one row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowReport {
    /// Its line in the file, the header being line 1.
    pub line: u64,
    /// Its source id, as far as it has one.
    pub source_id: String,
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why: what changed, or what is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub reasons: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct CsvRow {
    kind: String,
    source_id: String,
    name: String,
    country: String,
    subdivision: String,
    population: String,
    time_zone: String,
    latitude: String,
    longitude: String,
}

const COLUMNS: [&str; 9] = [
    "kind",
    "source_id",
    "name",
    "country",
    "subdivision",
    "population",
    "time_zone",
    "latitude",
    "longitude",
];

/// Reads `csv` and, when `mode` says so, stores it. `progress` is told how many rows are done.
///
/// # Errors
///
/// 400 when the file is not CSV with the documented columns; 422 naming the wrong rows when it
/// was to be stored, with nothing stored.
pub fn run(
    tx: &mut Tx<'_>,
    csv: &[u8],
    mode: ImportMode,
    progress: &mut dyn FnMut(u64),
) -> Result<ImportReport, Problem> {
    let rows = read(csv)?;
    let mut importer = Importer::new(tx)?;
    let mut reports = Vec::with_capacity(rows.len());
    for (line, row) in rows {
        let (report, planned) = importer.plan(line, row, tx.now);
        if let (ImportMode::Commit, Some(planned)) = (mode, planned) {
            importer.store(tx, planned)?;
        }
        progress(line.saturating_sub(1));
        reports.push(report);
    }
    let mut counts = BTreeMap::new();
    for outcome in Outcome::ALL {
        let count = reports.iter().filter(|row| row.outcome == *outcome).count();
        counts.insert(outcome.as_str().to_owned(), count);
    }
    if mode == ImportMode::Commit {
        refuse_wrong_rows(&reports)?;
        tx.record(
            Event::new(
                "organizations.imported",
                Subject {
                    kind: "organization",
                    id: "import".to_owned(),
                    version: None,
                },
            )
            .marking(Marking::Public)
            .payload(json!({ "counts": counts })),
        )?;
    }
    Ok(ImportReport {
        mode,
        counts,
        rows: reports,
    })
}

fn refuse_wrong_rows(reports: &[RowReport]) -> Result<(), Problem> {
    let mut faults = Faults::default();
    for row in reports
        .iter()
        .filter(|row| row.outcome == Outcome::Wrong)
        .take(LISTED_FAULTS)
    {
        faults.add(
            &format!("line {}", row.line),
            "row",
            &row.reasons.join("; "),
        );
    }
    faults.finish()
}

fn read(csv: &[u8]) -> Result<Vec<(u64, CsvRow)>, Problem> {
    let bad = |detail: String| Problem::new(Code::BadRequest, detail);
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(csv);
    let headers = reader
        .headers()
        .map_err(|_| bad("The file is not CSV in UTF-8.".to_owned()))?
        .clone();
    let missing: Vec<&str> = COLUMNS
        .into_iter()
        .filter(|column| !headers.iter().any(|header| header == *column))
        .collect();
    if !missing.is_empty() {
        return Err(bad(format!(
            "The file lacks the columns {}.",
            missing.join(", ")
        )));
    }
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                bad(format!(
                    "Line {line} is not CSV in UTF-8 with as many fields as the header."
                ))
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let row = record
                .deserialize(Some(&headers))
                .map_err(|_| bad(format!("Line {line} cannot be read.")))?;
            Ok((line, row))
        })
        .collect()
}

enum Planned {
    Insert(Organization),
    Update(Organization),
}

struct Importer {
    stored: HashMap<String, Organization>,
    /// Parents by country and subdivision: the states.
    states: HashMap<(String, String), OrganizationId>,
    seen: HashSet<String>,
}

impl Importer {
    fn new(tx: &mut Tx<'_>) -> Result<Self, Problem> {
        let rows: Vec<Organization> = organizations::table
            .filter(dsl::source_id.is_not_null())
            .select(Organization::as_select())
            .load(tx.conn)?;
        let mut importer = Self {
            stored: HashMap::with_capacity(rows.len()),
            states: HashMap::new(),
            seen: HashSet::new(),
        };
        for row in rows {
            importer.remember(row);
        }
        Ok(importer)
    }

    fn remember(&mut self, row: Organization) {
        if let (OrganizationKind::State, Some(subdivision)) = (row.kind, &row.subdivision) {
            self.states
                .insert((row.country.clone(), subdivision.clone()), row.id.clone());
        }
        if let Some(source) = row.source_id.clone() {
            self.stored.insert(source, row);
        }
    }

    fn plan(&mut self, line: u64, row: CsvRow, now: Timestamp) -> (RowReport, Option<Planned>) {
        let mut report = RowReport {
            line,
            source_id: row.source_id.clone(),
            name: row.name.clone(),
            outcome: Outcome::Wrong,
            reasons: Vec::new(),
        };
        let mut faults = Faults::default();
        let wanted = self.parse(row, now, &mut faults);
        let (Some(wanted), true) = (wanted, faults.is_empty()) else {
            report.reasons = faults
                .into_vec()
                .into_iter()
                .map(|fault| format!("{} {}", fault.pointer, fault.detail))
                .collect();
            return (report, None);
        };
        let Some(stored) = self.stored.get(&report.source_id) else {
            report.outcome = Outcome::New;
            return (report, Some(Planned::Insert(wanted)));
        };
        let updated = Organization {
            id: stored.id.clone(),
            version: stored.version + 1,
            created_at: stored.created_at,
            ..wanted
        };
        report.reasons = differences(stored, &updated);
        if report.reasons.is_empty() {
            report.outcome = Outcome::Unchanged;
            return (report, None);
        }
        report.outcome = Outcome::Changed;
        (report, Some(Planned::Update(updated)))
    }

    fn parse(&mut self, row: CsvRow, now: Timestamp, faults: &mut Faults) -> Option<Organization> {
        let kind = row
            .kind
            .parse::<OrganizationKind>()
            .map_err(|detail| faults.add("kind", "enum", &detail))
            .ok();
        let name = text::clean(&row.name);
        faults.require(
            (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control),
            "name",
            "length",
            "must have 1 to 200 characters, none of them a control character",
        );
        faults.require(
            (1..=100).contains(&row.source_id.len())
                && row.source_id.bytes().all(|byte| byte.is_ascii_graphic()),
            "source_id",
            "format",
            "must have 1 to 100 printable characters",
        );
        faults.require(
            self.seen.insert(row.source_id.clone()),
            "source_id",
            "repeated",
            "stands in the file twice",
        );
        countries::check_country(&row.country, "country", faults);
        let subdivision = Some(row.subdivision).filter(|text| !text.is_empty());
        faults.require(
            subdivision.as_ref().is_none_or(|text| {
                text.len() <= 10
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
            }),
            "subdivision",
            "format",
            "must have at most 10 capital letters, digits or hyphens",
        );
        let population = number::<i64>(&row.population, "population", faults);
        faults.require(
            population.is_none_or(|count| (0..=10_000_000_000).contains(&count)),
            "population",
            "range",
            "must be between 0 and 10000000000",
        );
        let latitude = number::<f64>(&row.latitude, "latitude", faults);
        let longitude = number::<f64>(&row.longitude, "longitude", faults);
        faults.require(
            latitude.is_none_or(|degrees| (-90.0..=90.0).contains(&degrees))
                && longitude.is_none_or(|degrees| (-180.0..=180.0).contains(&degrees))
                && latitude.is_some() == longitude.is_some(),
            "latitude",
            "range",
            "and longitude must both be given, within 90 and 180 degrees, or both be empty",
        );
        let time_zone = Some(row.time_zone).filter(|text| !text.is_empty());
        if let Some(zone) = &time_zone {
            parse_zone(zone, "time_zone", faults);
        }
        let parent_id = match (kind, &subdivision) {
            (Some(OrganizationKind::County | OrganizationKind::Municipality), Some(code)) => self
                .states
                .get(&(row.country.clone(), code.clone()))
                .cloned(),
            _ => None,
        };
        Some(Organization {
            id: OrganizationId::fresh(),
            kind: kind?,
            name_folded: text::fold(&name),
            name,
            country: row.country,
            subdivision,
            parent_id,
            population,
            time_zone,
            latitude,
            longitude,
            source_id: Some(row.source_id),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    fn store(&mut self, tx: &mut Tx<'_>, planned: Planned) -> Result<(), Problem> {
        let row = match planned {
            Planned::Insert(row) => {
                diesel::insert_into(organizations::table)
                    .values(row.clone())
                    .execute(tx.conn)?;
                row
            }
            Planned::Update(row) => {
                diesel::update(organizations::table.filter(dsl::id.eq(&row.id)))
                    .set(&row)
                    .execute(tx.conn)?;
                row
            }
        };
        self.remember(row);
        Ok(())
    }
}

fn number<N: std::str::FromStr>(text: &str, column: &str, faults: &mut Faults) -> Option<N> {
    if text.is_empty() {
        return None;
    }
    let number = text.parse().ok();
    faults.require(number.is_some(), column, "number", "must be a number");
    number
}

fn differences(stored: &Organization, wanted: &Organization) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |member: &str, before: String, after: String| {
        if before != after {
            found.push(format!("{member}: {before} becomes {after}"));
        }
    };
    let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
    compare("kind", stored.kind.to_string(), wanted.kind.to_string());
    compare("name", stored.name.clone(), wanted.name.clone());
    compare("country", stored.country.clone(), wanted.country.clone());
    compare(
        "subdivision",
        shown(stored.subdivision.clone()),
        shown(wanted.subdivision.clone()),
    );
    compare(
        "parent_id",
        shown(stored.parent_id.as_ref().map(ToString::to_string)),
        shown(wanted.parent_id.as_ref().map(ToString::to_string)),
    );
    compare(
        "population",
        shown(stored.population.map(|n| n.to_string())),
        shown(wanted.population.map(|n| n.to_string())),
    );
    compare(
        "time_zone",
        shown(stored.time_zone.clone()),
        shown(wanted.time_zone.clone()),
    );
    compare(
        "latitude",
        shown(stored.latitude.map(|n| n.to_string())),
        shown(wanted.latitude.map(|n| n.to_string())),
    );
    compare(
        "longitude",
        shown(stored.longitude.map(|n| n.to_string())),
        shown(wanted.longitude.map(|n| n.to_string())),
    );
    found
}
