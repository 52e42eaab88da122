//! The programs of the demo: one call that was decided and announced, one that is open, a few officers,
//! and a placement in Phoenix that has run for some months, with its reports.

use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::people::People;
use super::{PHOENIX, by_source};
use crate::kernel::access::{Role, Scope};
use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Tx};
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::{ApplicationId, CallId, OfficerId, PlacementId, ProgramId, UserId};
use crate::programs::applications::commands::create_application;
use crate::programs::applications::submission::submit_application;
use crate::programs::calls::commands::{advance_call, create_call};
use crate::programs::calls::lifecycle::CallAction;
use crate::programs::calls::model::Call;
use crate::programs::commands::create_program;
use crate::programs::decisions::commands::{decide_call, sign_slate};
use crate::programs::decisions::queries::read_slate;
use crate::programs::officers::commands::create_officer;
use crate::programs::placements::commands::create_placement;
use crate::programs::placements::model::Placement;
use crate::programs::placements::reports::commands::{
    accept_placement_report, submit_placement_report, update_placement_report,
};
use crate::programs::placements::reports::model::PlacementReport;
use crate::programs::placements::transitions::{Step, advance_placement};
use crate::programs::reviews::assigning::{add_reviewer, assign_evenly};
use crate::programs::reviews::commands::{start_review, write_review};
use crate::schema::placement_reports;

/// GeoNames' ids of the hosts that applied, with the points that the reviewer gave.
const APPLICANTS: [(&str, &str, i64, i64); 4] = [
    ("geonames:5318313", "A desk for the border region", 5, 8),
    ("geonames:4612862", "Partners for a rail corridor", 4, 9),
    ("geonames:5586437", "Semiconductors and a sister city", 4, 6),
    (
        "geonames:5454711",
        "A water partnership in the desert",
        2,
        7,
    ),
];

/// How many days the placement has run: its first report is in, the second not due.
const DAYS_SERVED: i64 = 110;

/// Reads what a client would send.
fn sent<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    serde_json::from_value(body).map_err(|error| Problem::internal(error.to_string()))
}

/// Makes the programs, each part by those who would.
pub(super) fn make(tx: &mut Tx<'_>, people: &People) -> Result<(), Problem> {
    let play = Play { people };
    let program = play.by(tx, Role::ProgramOfficer, |tx, scope| {
        let input = json!({
            "name": "Diplomats in city halls",
            "legal_basis": "Intergovernmental Personnel Act, 5 U.S.C. 3371-3376",
            "description": "A diplomat serves for a year as an adviser at the side of a local leader.",
            "host_duties": ["Names a supervisor for the officer.", "Gives the officer an office."],
        });
        Ok(create_program(tx, scope, &sent(input)?)?.id)
    })?;
    play.announced_call(tx, &program)?;
    play.open_call(tx, &program)?;
    let officers = play.officers(tx)?;
    let officer = officers
        .first()
        .ok_or_else(|| Problem::internal("the demo has no officer"))?;
    play.placement(tx, &program, officer)
}

/// The version of a call as it stands.
fn version_of(tx: &mut Tx<'_>, id: &CallId) -> Result<IfMatch, Problem> {
    let call = Call::load(tx.conn, id.as_str())?.ok_or_else(Problem::not_found)?;
    Ok(IfMatch(call.version))
}

/// The report on a placement that is due first.
fn first_report(tx: &mut Tx<'_>, id: &PlacementId) -> Result<PlacementReport, Problem> {
    Ok(placement_reports::table
        .filter(placement_reports::placement_id.eq(id))
        .order(placement_reports::due_at)
        .select(PlacementReport::as_select())
        .first(tx.conn)?)
}

/// What the people of the demo do in the programs.
struct Play<'a> {
    people: &'a People,
}

impl Play<'_> {
    /// Does something as whoever has this role.
    fn by<T>(
        &self,
        tx: &mut Tx<'_>,
        role: Role,
        work: impl FnOnce(&mut Tx<'_>, &Scope) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let scope = self.people.scope(role)?;
        tx.on_behalf_of(scope.actor(), |tx| work(tx, &scope))
    }

    fn account(&self, role: Role) -> Result<UserId, Problem> {
        Ok(self.people.scope(role)?.person()?.0.clone())
    }

    /// A call that is open, and closes at midnight so many days from now.
    fn call(
        &self,
        tx: &mut Tx<'_>,
        program: &ProgramId,
        (title, days): (&str, u64),
    ) -> Result<Call, Problem> {
        let closes_at = Day::of(tx.now, chrono_tz::America::New_York)
            .plus_days(days)
            .and_then(|day| day.begins_at(chrono_tz::America::New_York));
        let input = json!({
            "title": title,
            "closes_at": {"utc": closes_at, "time_zone": "America/New_York"},
            "places": 2, "reserve_places": 1, "is_blind": true,
            "rubric": [
                {"key": "impact", "title": "Impact", "weight": 60, "max_points": 5},
                {"key": "readiness", "title": "Readiness of the host", "weight": 40, "max_points": 10},
            ],
            "eligibility": {"kinds": ["municipality", "county", "state"], "countries": ["US"]},
            "form": {
                "type": "object", "additionalProperties": false, "required": ["summary", "supervisor"],
                "properties": {
                    "summary": {"type": "string", "title": "What an officer would do", "minLength": 20, "maxLength": 2000},
                    "supervisor": {"type": "string", "title": "To whom the officer reports", "x-identifies-host": true},
                },
            },
        });
        self.by(tx, Role::ProgramOfficer, |tx, scope| {
            let call = create_call(tx, scope, program, &sent(input)?)?;
            let version = IfMatch(call.version);
            advance_call(tx, scope, &call.id, version, CallAction::Open)
        })
    }

    /// Last year's call: four applied, two were selected, one is in reserve.
    fn announced_call(&self, tx: &mut Tx<'_>, program: &ProgramId) -> Result<(), Problem> {
        let call = self.call(tx, program, ("Hosts for the coming year", 20))?;
        let mut reviewed = Vec::new();
        for (source, title, impact, readiness) in APPLICANTS {
            let host = by_source(tx, source)?;
            let id = self.apply(tx, &call.id, &json!({"organization_id": host}), title, true)?;
            reviewed.push((id, impact, readiness));
        }
        let reviewer = self.account(Role::Scheduler)?;
        let call = self.by(tx, Role::ProgramOfficer, |tx, scope| {
            add_reviewer(tx, scope, &call.id, &sent(json!({"user_id": reviewer}))?)?;
            let version = version_of(tx, &call.id)?;
            let closed = advance_call(tx, scope, &call.id, version, CallAction::Close)?;
            assign_evenly(tx, scope, &closed.id, &sent(json!({}))?)?;
            let version = version_of(tx, &closed.id)?;
            start_review(tx, scope, &closed.id, version)
        })?;
        for (id, impact, readiness) in reviewed {
            self.by(tx, Role::Scheduler, |tx, scope| {
                let scores = json!({"scores": {"impact": impact, "readiness": readiness}});
                write_review(tx, scope, &id, &sent(scores)?)
            })?;
        }
        for role in [Role::ProgramOfficer, Role::Administrator] {
            self.by(tx, role, |tx, scope| {
                let slate = read_slate(tx.conn, scope, &call, tx.now)?;
                let signature = json!({
                    "slate_digest": slate.digest, "decision": "approved",
                    "reason": "The ranking stands, and the places are funded.",
                });
                sign_slate(tx, scope, &call.id, &sent(signature)?)
            })?;
        }
        self.by(tx, Role::Administrator, |tx, scope| {
            let version = version_of(tx, &call.id)?;
            decide_call(
                tx,
                scope,
                &call.id,
                version,
                &sent(json!({"announce": true}))?,
            )
        })?;
        Ok(())
    }

    /// This year's call, for which Phoenix is writing its application.
    fn open_call(&self, tx: &mut Tx<'_>, program: &ProgramId) -> Result<(), Problem> {
        let call = self.call(tx, program, ("Hosts for the year after", 60))?;
        self.apply(tx, &call.id, &json!({}), "A desk for semiconductors", false)
            .map(drop)
    }

    /// An application: of Phoenix by its staff, of others by the office, which wrote them down.
    fn apply(
        &self,
        tx: &mut Tx<'_>,
        call: &CallId,
        host: &Value,
        title: &str,
        is_submitted: bool,
    ) -> Result<ApplicationId, Problem> {
        let mut input = json!({
            "title": title,
            "answers": {
                "summary": "An officer would open doors for local firms and answer to partners abroad.",
                "supervisor": "The chief of staff",
            },
            "needs": {"skills": ["trade promotion"], "languages": [{"language": "es", "level": 3}]},
        });
        if let (Some(input), Some(host)) = (input.as_object_mut(), host.as_object()) {
            input.extend(host.clone());
        }
        let role = if host.get("organization_id").is_some() {
            Role::ProgramOfficer
        } else {
            Role::LocalStaff
        };
        self.by(tx, role, |tx, scope| {
            let (_, row) = create_application(tx, scope, call, &sent(input)?)?;
            if is_submitted {
                submit_application(tx, scope, &row.id, IfMatch(row.version), None)?;
            }
            Ok(row.id)
        })
    }

    /// Three officers; the first is the demo's diplomat.
    fn officers(&self, tx: &mut Tx<'_>) -> Result<Vec<OfficerId>, Problem> {
        let diplomat = self.account(Role::Diplomat)?;
        let officers = [
            json!({
                "name": "Demo diplomat", "grade": "FS-03", "user_id": diplomat,
                "skills": ["trade promotion", "public diplomacy"], "regions": ["western_hemisphere"],
                "languages": [{"language": "es", "level": 4}],
            }),
            json!({
                "name": "Noor Haddad", "grade": "FS-02", "skills": ["trade promotion", "energy"],
                "regions": ["near_east"], "languages": [{"language": "ar", "level": 5}, {"language": "es", "level": 3}],
            }),
            json!({
                "name": "Tomas Lindqvist", "grade": "FS-04", "skills": ["water"],
                "regions": ["europe"], "languages": [{"language": "sv", "level": 5}],
            }),
        ];
        self.by(tx, Role::ProgramOfficer, |tx, scope| {
            officers
                .into_iter()
                .map(|officer| Ok(create_officer(tx, scope, &sent(officer)?)?.id))
                .collect()
        })
    }

    /// The diplomat's placement in Phoenix, with a report that is accepted.
    fn placement(
        &self,
        tx: &mut Tx<'_>,
        program: &ProgramId,
        officer: &OfficerId,
    ) -> Result<(), Problem> {
        let phoenix = by_source(tx, PHOENIX)?;
        let began = tx.now.plus_seconds(-DAYS_SERVED * 86_400);
        let input = json!({
            "program_id": program, "officer_id": officer, "organization_id": phoenix,
            "starts_on": Day::of(began, chrono_tz::America::Phoenix),
            "supervisor": "Ana Ruiz, chief of staff",
            "workplan": "Suppliers of semiconductors; the sister city Hermosillo.",
        });
        let mut row = self.by(tx, Role::ProgramOfficer, |tx, scope| {
            create_placement(tx, scope, &sent(input)?)
        })?;
        for (role, step) in [
            (Role::ProgramOfficer, Step::Sign),
            (Role::LocalLeader, Step::Sign),
            (Role::ProgramOfficer, Step::Activate),
        ] {
            row = self.by(tx, role, |tx, scope| {
                advance_placement(tx, scope, &row.id, IfMatch(row.version), &step)
            })?;
        }
        self.report(tx, &row)
    }

    /// The officer hands in the first report, and the office accepts it.
    fn report(&self, tx: &mut Tx<'_>, placement: &Placement) -> Result<(), Problem> {
        let content = json!({
            "figures": {"meetings": 23, "delegations": 2, "agreements": 1, "investment_leads": 4},
            "public_summary": "Two delegations from Sonora met the port authority and local suppliers.",
            "internal_part": "The partner asks for discretion until the tender is out.",
        });
        let row = self.by(tx, Role::Diplomat, |tx, scope| {
            let first = first_report(tx, &placement.id)?;
            let row = update_placement_report(
                tx,
                scope,
                &first.id,
                IfMatch(first.version),
                &sent(content)?,
            )?;
            submit_placement_report(tx, scope, &row.id, IfMatch(row.version))
        })?;
        self.by(tx, Role::ProgramOfficer, |tx, scope| {
            accept_placement_report(tx, scope, &row.id, IfMatch(row.version))
        })?;
        Ok(())
    }
}
