//! The program of the demo with its two calls: one that is open, and one in which reviewers score.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::applications::{self, OPEN, REVIEWED, Reviewed};
use super::people::People;
use super::{by_source, weekday_after};
use crate::directory::organizations::model::OrganizationKind;
use crate::kernel::access::Role;
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::{ApplicationId, CallId, ProgramId};
use crate::kernel::time::ZonedTimeInput;
use crate::programs;
use crate::programs::applications::lifecycle::ApplicationAction;
use crate::programs::applications::model::Application;
use crate::programs::applications::visible::named;
use crate::programs::calls::commands::{advance_call, create_call};
use crate::programs::calls::eligibility::Eligibility;
use crate::programs::calls::lifecycle::CallAction;
use crate::programs::calls::model::{Call, Normalisation};
use crate::programs::calls::rubric::Criterion;
use crate::programs::calls::wire::CreateCall;
use crate::programs::decisions::commands::decide_application;
use crate::programs::reviews::assigning::{add_reviewer, assign_evenly};
use crate::programs::reviews::commands::{record_conflict, start_review, write_review};
use crate::programs::reviews::wire::{
    AddReviewer, DeclareConflict, Scores, SpreadReviews, WriteReview,
};
use crate::programs::wire::{CreateProgram, Duty};
use crate::schema::applications as application_rows;

/// Who reviews in the demo.
const PANEL: [Role; 2] = [Role::Scheduler, Role::ClearanceOfficer];

const DUTIES: [&str; 4] = [
    "Names a supervisor, to whom the officer reports day by day.",
    "Gives the officer a desk, and access to the systems that the work needs.",
    "Pays for travel on its own behalf.",
    "Lets the officer attend the office's training, two weeks a year.",
];

/// Key, title, weight and what to look for.
const CRITERIA: [(&str, &str, i64, &str); 4] = [
    (
        "impact",
        "Impact on the host's engagement abroad",
        40,
        "What will be different after a year?",
    ),
    (
        "plan",
        "Quality of the plan",
        30,
        "Are the goals few, and can they be checked?",
    ),
    (
        "readiness",
        "Readiness of the host",
        20,
        "Is there somebody to report to, and money for travel?",
    ),
    (
        "lasting",
        "What stays after the officer leaves",
        10,
        "Who carries the work on?",
    ),
];

/// A call of the demo.
struct PlannedCall {
    title: &'static str,
    closes_in_days: u64,
    places: i64,
    reserve_places: i64,
}

/// Makes the program and its calls, as those who run programs would.
pub(super) fn make(tx: &mut Tx<'_>, people: &People) -> Result<ProgramId, Problem> {
    let program = people.by(tx, Role::ProgramOfficer, |tx, scope| {
        programs::commands::create_program(tx, scope, &program())
    })?;
    let open = PlannedCall {
        title: "Local Diplomats: climate and water desks",
        closes_in_days: 35,
        places: 3,
        reserve_places: 2,
    };
    let call = open_call(tx, people, &program.id, &open)?;
    for planned in &OPEN {
        applications::make(tx, people, &call.id, planned)?;
    }
    let in_review = PlannedCall {
        title: "Local Diplomats: city halls",
        closes_in_days: 1,
        places: 2,
        reserve_places: 1,
    };
    let call = open_call(tx, people, &program.id, &in_review)?;
    review(tx, people, &call)?;
    Ok(program.id)
}

fn program() -> CreateProgram {
    CreateProgram {
        name: "Local Diplomats".to_owned(),
        legal_basis: "Intergovernmental Personnel Act, 5 U.S.C. 3371-3376".to_owned(),
        description: Some(
            "Places a diplomat in a city hall or with a county for a year, to build its ties \
             abroad."
                .to_owned(),
        ),
        default_term_months: 12,
        max_term_months: 24,
        report_interval_months: 3,
        report_due_days: 30,
        final_report_due_days: 60,
        host_duties: DUTIES.iter().map(|duty| Duty((*duty).to_owned())).collect(),
        sign_off_roles: vec![Role::ProgramOfficer, Role::Administrator],
    }
}

/// The form of both calls. Who is to be written to tells who applies, and is not shown to reviewers.
fn form() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What a host applies with",
        "type": "object",
        "additionalProperties": false,
        "required": ["summary", "goals", "travel_budget_usd", "contact"],
        "properties": {
            "summary": {
                "type": "string", "minLength": 40, "maxLength": 2000,
                "description": "What an officer would do, and why now.",
            },
            "goals": {
                "type": "array", "minItems": 1, "maxItems": 5,
                "items": {"type": "string", "minLength": 5, "maxLength": 300},
                "description": "What is to be reached within the year.",
            },
            "travel_budget_usd": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
            "supervisor_title": {"type": "string", "minLength": 1, "maxLength": 100},
            "contact": {
                "type": "object", "x-identifies-host": true,
                "additionalProperties": false, "required": ["name", "email"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 200},
                    "email": {"type": "string", "format": "email", "maxLength": 254},
                },
            },
        },
    })
}

fn open_call(
    tx: &mut Tx<'_>,
    people: &People,
    program: &ProgramId,
    planned: &PlannedCall,
) -> Result<Call, Problem> {
    let closing_day = weekday_after(tx.now, planned.closes_in_days);
    let criterion = |(key, title, weight, guidance): (&str, &str, i64, &str)| Criterion {
        key: key.to_owned(),
        title: title.to_owned(),
        weight,
        max_points: 5,
        guidance: Some(guidance.to_owned()),
    };
    let input = CreateCall {
        title: planned.title.to_owned(),
        closes_at: ZonedTimeInput {
            local: Some(format!("{closing_day}T23:59:59")),
            time_zone: "America/New_York".to_owned(),
            offset: None,
            utc: None,
        },
        places: planned.places,
        reserve_places: planned.reserve_places,
        is_blind: true,
        reviews_per_application: 2,
        normalisation: Normalisation::None,
        rubric: CRITERIA.map(criterion).to_vec(),
        eligibility: Eligibility {
            kinds: vec![OrganizationKind::Municipality, OrganizationKind::County],
            countries: vec!["US".to_owned()],
            subdivisions: Vec::new(),
        },
        form: form(),
    };
    people.by(tx, Role::ProgramOfficer, |tx, scope| {
        let draft = create_call(tx, scope, program, &input)?;
        let version = IfMatch(draft.version);
        advance_call(tx, scope, &draft.id, version, CallAction::Open)
    })
}

/// Hosts apply, the window ends before its time, and the panel reviews: all of it but one review.
/// Those that will hardly be refused are on the shortlist already, so that officers can be looked for.
fn review(tx: &mut Tx<'_>, people: &People, call: &Call) -> Result<(), Problem> {
    let mut applied: Vec<(ApplicationId, &Reviewed)> = Vec::new();
    for reviewed in &REVIEWED {
        let row = applications::make(tx, people, &call.id, &reviewed.application)?;
        applied.push((row.id, reviewed));
    }
    people.by(tx, Role::ProgramOfficer, |tx, scope| {
        let call = programs::calls::visible::find(tx.conn, scope, &call.id)?;
        let version = IfMatch(call.version);
        advance_call(tx, scope, &call.id, version, CallAction::Close)
    })?;
    for role in PANEL {
        let user_id = people.account(role)?;
        people.by(tx, Role::ProgramOfficer, |tx, scope| {
            add_reviewer(tx, scope, &call.id, &AddReviewer { user_id })
        })?;
    }
    for reviewed in &REVIEWED {
        // Who knows beforehand says so before the applications are spread.
        if let Some((role, reason)) = reviewed.conflict {
            let conflict = DeclareConflict {
                user_id: None,
                organization_id: by_source(tx, reviewed.application.host)?,
                reason: reason.to_owned(),
            };
            people.by(tx, role, |tx, scope| {
                record_conflict(tx, scope, &call.id, &conflict)
            })?;
        }
    }
    begin(tx, people, &call.id)?;
    for (id, reviewed) in &applied {
        for (role, points, comment) in reviewed.reviews {
            let scores = CRITERIA
                .iter()
                .zip(*points)
                .map(|((key, ..), points)| ((*key).to_owned(), *points))
                .collect();
            let input = WriteReview {
                is_abstention: false,
                scores: Scores(scores),
                comment: Some((*comment).to_owned()),
            };
            people.by(tx, *role, |tx, scope| write_review(tx, scope, id, &input))?;
        }
        if reviewed.is_shortlisted {
            people.by(tx, Role::ProgramOfficer, |tx, scope| {
                let row = named(scope)
                    .filter(application_rows::id.eq(id.clone()))
                    .select(Application::as_select())
                    .first(tx.conn)?;
                let version = IfMatch(row.version);
                decide_application(tx, scope, id, version, ApplicationAction::Shortlist, None)
            })?;
        }
    }
    Ok(())
}

/// Spreads the applications over the panel, and lets it score.
fn begin(tx: &mut Tx<'_>, people: &People, call: &CallId) -> Result<(), Problem> {
    people.by(tx, Role::ProgramOfficer, |tx, scope| {
        assign_evenly(tx, scope, call, &SpreadReviews::default())?;
        let row = programs::calls::visible::find(tx.conn, scope, call)?;
        start_review(tx, scope, call, IfMatch(row.version))
    })?;
    Ok(())
}
