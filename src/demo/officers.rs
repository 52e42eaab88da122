//! The officers of the demo. The first one signs in as its diplomat.

use super::applications::languages;
use super::people::People;
use super::{by_source, day, weekday_after, weekday_before};
use crate::kernel::access::Role;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::OfficerId;
use crate::programs::officers::commands::create_officer;
use crate::programs::officers::wire::{CreateOfficer, OfficerRecusal, Word};

/// An officer of the demo.
struct Planned {
    name: &'static str,
    grade: &'static str,
    skills: &'static [&'static str],
    languages: &'static [(&'static str, i64)],
    regions: &'static [&'static str],
    /// From which day on, counted from now; before it when negative.
    available_in_days: i64,
    /// For how many days, when not for good.
    available_for_days: Option<i64>,
    /// GeoNames' id of a city, and why the officer must not serve there.
    recusal: Option<(&'static str, &'static str)>,
    notes: Option<&'static str>,
}

const OFFICERS: [Planned; 6] = [
    Planned {
        name: "Dana Whitfield",
        grade: "FS-03",
        skills: &["trade promotion", "border commerce"],
        languages: &[("es", 4)],
        regions: &["western_hemisphere"],
        available_in_days: -300,
        available_for_days: None,
        recusal: None,
        notes: Some("Signs in with the demo's account of a diplomat."),
    },
    Planned {
        name: "Marcus Adeyemi",
        grade: "FS-02",
        skills: &["investment promotion", "semiconductors"],
        languages: &[("zh", 3), ("es", 2)],
        regions: &["east_asia"],
        available_in_days: 60,
        available_for_days: None,
        recusal: None,
        notes: None,
    },
    Planned {
        name: "Ingrid Solberg",
        grade: "FS-02",
        skills: &["climate cooperation", "water management"],
        languages: &[("de", 4), ("es", 3)],
        regions: &["europe", "western_hemisphere"],
        available_in_days: 30,
        available_for_days: None,
        recusal: None,
        notes: None,
    },
    Planned {
        name: "Ravi Chandran",
        grade: "FS-04",
        skills: &["multilateral affairs", "trade promotion"],
        languages: &[("fr", 3), ("hi", 5)],
        regions: &["europe", "south_asia"],
        available_in_days: 0,
        available_for_days: None,
        recusal: Some((
            "geonames:5419384",
            "His sister manages the city's international office.",
        )),
        notes: None,
    },
    Planned {
        name: "Lucia Ferrer",
        grade: "FS-03",
        skills: &["border commerce", "trade promotion", "consular affairs"],
        languages: &[("es", 5), ("pt", 3), ("fr", 2)],
        regions: &["western_hemisphere"],
        available_in_days: 90,
        available_for_days: Some(730),
        recusal: None,
        notes: None,
    },
    Planned {
        name: "Thomas Okada",
        grade: "FS-01",
        skills: &["trade promotion", "semiconductors"],
        languages: &[("ja", 4), ("zh", 2)],
        regions: &["east_asia"],
        available_in_days: 0,
        available_for_days: Some(150),
        recusal: None,
        notes: Some("Retires in five months."),
    },
];

/// Makes the officers, and returns them in order.
pub(super) fn make(tx: &mut Tx<'_>, people: &People) -> Result<Vec<OfficerId>, Problem> {
    let mut account = Some(people.account(Role::Diplomat)?);
    let mut made = Vec::new();
    for planned in &OFFICERS {
        let mut recusals = Vec::new();
        if let Some((city, reason)) = planned.recusal {
            recusals.push(OfficerRecusal {
                organization_id: by_source(tx, city)?,
                reason: reason.to_owned(),
            });
        }
        let in_days = |days: i64| {
            day(if days < 0 {
                weekday_before(tx.now, days.unsigned_abs())
            } else {
                weekday_after(tx.now, days.unsigned_abs())
            })
        };
        let words = |all: &[&str]| all.iter().map(|word| Word((*word).to_owned())).collect();
        let until = planned
            .available_for_days
            .map(|days| in_days(planned.available_in_days + days));
        let input = CreateOfficer {
            name: planned.name.to_owned(),
            grade: planned.grade.to_owned(),
            user_id: account.take(),
            skills: words(planned.skills),
            languages: languages(planned.languages),
            regions: words(planned.regions),
            available_from: Some(in_days(planned.available_in_days)?),
            available_until: until.transpose()?,
            recusals,
            notes: planned.notes.map(str::to_owned),
        };
        let row = people.by(tx, Role::ProgramOfficer, |tx, scope| {
            create_officer(tx, scope, &input)
        })?;
        made.push(row.id);
    }
    Ok(made)
}
