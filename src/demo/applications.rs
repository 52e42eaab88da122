//! What hosts apply for in the demo, and what reviewers say of it.

use chrono::Datelike;
use serde_json::json;

use super::people::People;
use super::{PHOENIX, by_source, day, weekday_after};
use crate::kernel::access::Role;
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::CallId;
use crate::programs::applications::commands::create_application;
use crate::programs::applications::model::Application;
use crate::programs::applications::submission::submit_application;
use crate::programs::applications::wire::CreateApplication;
use crate::programs::needs::{LanguageSkill, Needs};

/// An application of the demo.
pub(super) struct Planned {
    /// GeoNames' id of the city.
    pub(super) host: &'static str,
    title: &'static str,
    summary: &'static str,
    goals: &'static [&'static str],
    /// What it has for travel; a draft has not said yet.
    travel_budget_usd: Option<i64>,
    contact: (&'static str, &'static str),
    skills: &'static [&'static str],
    languages: &'static [(&'static str, i64)],
    regions: &'static [&'static str],
    /// Whether it is handed in.
    is_submitted: bool,
}

/// A review: who, points by criterion, and what they say.
type Said = (Role, &'static [Option<i64>; 4], &'static str);

/// An application of the demo that is reviewed.
pub(super) struct Reviewed {
    /// What the host applies for.
    pub(super) application: Planned,
    /// Who must not review it, and why.
    pub(super) conflict: Option<(Role, &'static str)>,
    /// What those say who reviewed it.
    pub(super) reviews: &'static [Said],
    /// Whether it is on the shortlist.
    pub(super) is_shortlisted: bool,
}

/// What is applied for in the open call. Phoenix has not finished.
pub(super) const OPEN: [Planned; 3] = [
    Planned {
        host: PHOENIX,
        title: "Cool streets: a heat desk with partners abroad",
        summary: "Desert cities on three continents try out shade, pale roofs and cool pavements. \
                  An officer would bring what works to our streets.",
        goals: &["An exchange with three desert cities"],
        travel_budget_usd: None,
        contact: ("Ana Ruiz", "ana.ruiz@phoenix.example.gov"),
        skills: &["climate cooperation"],
        languages: &[("es", 3)],
        regions: &["near_east"],
        is_submitted: false,
    },
    Planned {
        host: "geonames:5318313",
        title: "Water that is used twice",
        summary: "We reuse a third of our water, and partners abroad reuse more. An officer would \
                  set up an exchange of engineers and of the rules behind it.",
        goals: &[
            "Twelve engineers exchanged",
            "A guide to rules for reuse, written together",
        ],
        travel_budget_usd: Some(24_000),
        contact: ("Rosa Delgado", "rosa.delgado@tucson.example.gov"),
        skills: &["water management", "climate cooperation"],
        languages: &[("es", 3)],
        regions: &["western_hemisphere"],
        is_submitted: true,
    },
    Planned {
        host: "geonames:4887398",
        title: "A lakefront that lasts",
        summary: "Storms eat our shore. Cities on the North Sea have lived with that for centuries; \
                  an officer would bring their engineers and insurers to our table.",
        goals: &["A study with two port cities", "A plan for the shore"],
        travel_budget_usd: Some(40_000),
        contact: ("James Kowalski", "james.kowalski@chicago.example.gov"),
        skills: &["climate cooperation"],
        languages: &[("de", 2)],
        regions: &["europe"],
        is_submitted: true,
    },
];

/// What is applied for in the call that is in review.
pub(super) const REVIEWED: [Reviewed; 5] = [
    Reviewed {
        application: Planned {
            host: PHOENIX,
            title: "A second desk, for suppliers of chip makers",
            summary: "Two plants are being built, and their suppliers look for a place. An officer \
                      would go to them before others do.",
            goals: &[
                "Forty suppliers visited",
                "Six of them settled in the valley",
            ],
            travel_budget_usd: Some(60_000),
            contact: ("Ana Ruiz", "ana.ruiz@phoenix.example.gov"),
            skills: &["investment promotion", "semiconductors"],
            languages: &[("zh", 3)],
            regions: &["east_asia"],
            is_submitted: true,
        },
        conflict: None,
        reviews: &[
            (
                Role::Scheduler,
                &[Some(5), Some(4), Some(4), Some(3)],
                "Clear goals, and the moment is right.",
            ),
            (
                Role::ClearanceOfficer,
                &[Some(4), Some(4), Some(5), None],
                "Convincing. I cannot judge who carries it on.",
            ),
        ],
        is_shortlisted: true,
    },
    Reviewed {
        application: Planned {
            host: "geonames:5419384",
            title: "Mountain cities on the world's stage",
            summary: "High cities share their troubles: snow, air, water. An officer would tie us \
                      into their network, and bring its congress here.",
            goals: &["A seat in the network", "The congress in two years"],
            travel_budget_usd: Some(15_000),
            contact: ("Paul Begay", "paul.begay@denver.example.gov"),
            skills: &["multilateral affairs"],
            languages: &[],
            regions: &["europe"],
            is_submitted: true,
        },
        conflict: Some((
            Role::ClearanceOfficer,
            "Sits on the advisory board of the city's water utility.",
        )),
        reviews: &[(
            Role::Scheduler,
            &[Some(3), Some(3), Some(4), Some(4)],
            "Pleasant, but what is different afterwards?",
        )],
        is_shortlisted: false,
    },
    Reviewed {
        application: Planned {
            host: "geonames:5520993",
            title: "Customs that work: commerce across the bridge",
            summary: "Half of what our firms sell crosses the bridge. An officer would sit down \
                      with both customs services until the queue is an hour shorter.",
            goals: &["An hour less at the bridge", "One form in place of four"],
            travel_budget_usd: Some(8_000),
            contact: ("Marta Salas", "marta.salas@elpaso.example.gov"),
            skills: &["border commerce", "trade promotion"],
            languages: &[("es", 4)],
            regions: &["western_hemisphere"],
            is_submitted: true,
        },
        conflict: None,
        reviews: &[
            (
                Role::Scheduler,
                &[Some(5), Some(5), Some(4), Some(5)],
                "Two goals that anybody can check. The best of all.",
            ),
            (
                Role::ClearanceOfficer,
                &[Some(5), Some(4), Some(3), Some(4)],
                "Strong. The budget for travel is thin.",
            ),
        ],
        is_shortlisted: true,
    },
    Reviewed {
        application: Planned {
            host: "geonames:5586437",
            title: "Farm technology for new markets",
            summary: "Our makers of sensors for fields sell at home alone. An officer would find \
                      them distributors abroad, and bring buyers to our fair.",
            goals: &["Ten firms that export for the first time"],
            travel_budget_usd: Some(20_000),
            contact: ("Ellen Marsh", "ellen.marsh@boise.example.gov"),
            skills: &["trade promotion"],
            languages: &[("pt", 3)],
            regions: &["western_hemisphere"],
            is_submitted: true,
        },
        conflict: None,
        // The other reviewer has not come to it yet.
        reviews: &[(
            Role::Scheduler,
            &[Some(4), Some(3), Some(3), Some(4)],
            "Solid. One goal only, but a good one.",
        )],
        is_shortlisted: false,
    },
    Reviewed {
        application: Planned {
            host: "geonames:4164138",
            title: "One door for the Caribbean",
            summary: "Consuls, firms and emigrants from thirty islands come to six of our \
                      departments. An officer would make one door of them.",
            goals: &["One desk in place of six", "A trade mission a quarter"],
            travel_budget_usd: Some(35_000),
            contact: ("Luis Ortega", "luis.ortega@miami.example.gov"),
            skills: &["consular affairs", "trade promotion"],
            languages: &[("es", 3), ("fr", 2)],
            regions: &["western_hemisphere"],
            is_submitted: true,
        },
        conflict: None,
        reviews: &[
            (
                Role::Scheduler,
                &[Some(4), Some(4), Some(3), Some(3)],
                "A real need; the city could do much of it by itself.",
            ),
            (
                Role::ClearanceOfficer,
                &[Some(3), Some(4), Some(4), Some(4)],
                "Well planned.",
            ),
        ],
        is_shortlisted: true,
    },
];

/// Makes an application: Phoenix's by its own staff, the others' by the office, on paper that came
/// in from them.
pub(super) fn make(
    tx: &mut Tx<'_>,
    people: &People,
    call: &CallId,
    planned: &Planned,
) -> Result<Application, Problem> {
    let host = by_source(tx, planned.host)?;
    let writer = if planned.host == PHOENIX {
        Role::LocalStaff
    } else {
        Role::ProgramOfficer
    };
    let start = weekday_after(tx.now, 210).with_day(1);
    let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
    let (name, email) = planned.contact;
    let mut answers = json!({
        "summary": planned.summary,
        "goals": planned.goals,
        "contact": {"name": name, "email": email},
    });
    if let (Some(budget), Some(members)) = (planned.travel_budget_usd, answers.as_object_mut()) {
        members.insert("travel_budget_usd".to_owned(), budget.into());
    }
    let input = CreateApplication {
        title: planned.title.to_owned(),
        organization_id: Some(host),
        needs: Needs {
            skills: words(planned.skills),
            languages: languages(planned.languages),
            regions: words(planned.regions),
            starts_on: start.map(day).transpose()?,
        },
        answers,
    };
    people.by(tx, writer, |tx, scope| {
        let (_, row) = create_application(tx, scope, call, &input)?;
        if !planned.is_submitted {
            return Ok(row);
        }
        let version = IfMatch(row.version);
        let (_, row) = submit_application(tx, scope, &row.id, version, None)?;
        Ok(row)
    })
}

/// Languages with their levels.
pub(super) fn languages(all: &[(&str, i64)]) -> Vec<LanguageSkill> {
    all.iter()
        .map(|(language, level)| LanguageSkill {
            language: (*language).to_owned(),
            level: *level,
        })
        .collect()
}
