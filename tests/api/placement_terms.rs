//! Terms of placements: that no officer and no slot is ever held twice, over sequences of changes that
//! nobody wrote down.

use std::collections::BTreeMap;

use chancery::kernel::access::{Home, Principal, Role, Scope};
use chancery::kernel::day::Day;
use chancery::kernel::db::{Connection, WriteContext};
use chancery::kernel::http::{Code, IfMatch, Problem};
use chancery::kernel::id::{OfficerId, OrganizationId, PlacementId, ProgramId, SessionId, UserId};
use chancery::kernel::time::Timestamp;
use chancery::programs::placements::commands::create_placement;
use chancery::programs::placements::lifecycle::PlacementStatus;
use chancery::programs::placements::model::{Placement, Term, TermChange};
use chancery::programs::placements::replacement::replace_placement;
use chancery::programs::placements::rules::as_of;
use chancery::programs::placements::transitions::{Step, advance_placement};
use chancery::programs::placements::wire::{CreatePlacement, NewEnd, Replacement};
use chancery::schema::{placement_holds, placement_terms, placements};
use diesel::prelude::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

/// Sequences a database, and steps a sequence.
const SEQUENCES: usize = 25;
const STEPS: usize = 20;

/// A change that somebody may try at any time; `at` picks a placement among those that there are.
#[derive(Debug, Clone)]
enum Try {
    Place {
        officer: usize,
        host: usize,
        slot: i64,
        after: u64,
        days: u64,
    },
    Sign {
        at: usize,
        is_office: bool,
    },
    Activate {
        at: usize,
    },
    Extend {
        at: usize,
        days: u64,
    },
    Curtail {
        at: usize,
        days: u64,
    },
    Replace {
        at: usize,
        officer: usize,
        after: Option<u64>,
    },
    Complete {
        at: usize,
    },
    Cancel {
        at: usize,
    },
    Wait {
        days: u64,
    },
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let at = 0_usize..12;
    let one = prop_oneof![
        4 => (0_usize..3, 0_usize..2, 1_i64..3, 0_u64..300, 1_u64..400)
            .prop_map(|(officer, host, slot, after, days)| Try::Place { officer, host, slot, after, days }),
        6 => (at.clone(), any::<bool>()).prop_map(|(at, is_office)| Try::Sign { at, is_office }),
        2 => at.clone().prop_map(|at| Try::Activate { at }),
        2 => (at.clone(), 1_u64..400).prop_map(|(at, days)| Try::Extend { at, days }),
        2 => (at.clone(), 0_u64..300).prop_map(|(at, days)| Try::Curtail { at, days }),
        2 => (at.clone(), 0_usize..3, prop::option::of(0_u64..200))
            .prop_map(|(at, officer, after)| Try::Replace { at, officer, after }),
        1 => at.clone().prop_map(|at| Try::Complete { at }),
        1 => at.prop_map(|at| Try::Cancel { at }),
        3 => (1_u64..120).prop_map(|days| Try::Wait { days }),
    ];
    prop::collection::vec(one, STEPS)
}

fn caller(user: &str, organization: &OrganizationId, kind: &str, role: Role) -> Scope {
    Scope(Some(Principal::User {
        user_id: user.parse::<UserId>().unwrap(),
        session_id: SessionId::fresh(),
        homes: vec![Home {
            organization_id: organization.clone(),
            kind: kind.to_owned(),
            country: "US".to_owned(),
            subdivision: None,
            role,
        }],
    }))
}

/// The people and things of one sequence.
struct World {
    program: ProgramId,
    officers: Vec<OfficerId>,
    hosts: Vec<OrganizationId>,
    office: Scope,
    leaders: Vec<Scope>,
    now: Timestamp,
}

impl World {
    async fn new(app: &App) -> Self {
        let admin = app.admin().await;
        let account = app.account(&admin).await;
        let program = app.program().await.parse().unwrap();
        let (mut officers, mut hosts, mut leaders) = (Vec::new(), Vec::new(), Vec::new());
        for name in ["One", "Two", "Three"] {
            officers.push(app.officer(name, json!({})).await.parse().unwrap());
        }
        for (name, zone) in [("North", "America/Phoenix"), ("South", "America/New_York")] {
            let body =
                json!({"kind": "municipality", "name": name, "country": "US", "time_zone": zone});
            let id = admin.post("/v1/organizations", body).await.expect(201).id();
            let host: OrganizationId = id.parse().unwrap();
            leaders.push(caller(&account, &host, "municipality", Role::LocalLeader));
            hosts.push(host);
        }
        let office: OrganizationId = app.office.parse().unwrap();
        Self {
            program,
            officers,
            hosts,
            office: caller(&account, &office, "national_office", Role::Administrator),
            leaders,
            // Ahead of the clock of the server, whose worker must not write down what begins here.
            now: "2040-05-01T15:30:00Z".parse().unwrap(),
        }
    }

    /// The placements of this sequence as they are now, the oldest first.
    fn placements(&self, conn: &mut Connection) -> Vec<Placement> {
        placements::table
            .filter(placements::program_id.eq(&self.program))
            .order(placements::id)
            .select(Placement::as_select())
            .load(conn)
            .unwrap()
    }

    /// Whether anything holds the officer or the slot in this time, by the records alone.
    fn is_held(&self, all: &[Placement], wanted: &Placement) -> bool {
        all.iter().any(|other| {
            let is_same = other.officer_id == wanted.officer_id
                || (&other.organization_id, other.slot) == (&wanted.organization_id, wanted.slot);
            is_same
                && other.id != wanted.id
                && other.status != PlacementStatus::Cancelled
                && other.starts_on < wanted.ends_on
                && other.ends_on > wanted.starts_on
        })
    }

    async fn attempt(&mut self, app: &App, step: &Try) -> Option<Result<Placement, Problem>> {
        let mut conn = app.database.connect();
        let all = self.placements(&mut conn);
        let pick = |at: usize| all.get(at % all.len().max(1)).cloned();
        let actor = self.office.actor();
        let context = WriteContext {
            actor,
            ..WriteContext::system(self.now)
        };
        let today = |placement: &Placement| Day::of(self.now, placement.zone());
        let (at, wanted, scope) = match step {
            Try::Wait { days } => {
                self.now = self
                    .now
                    .plus_seconds(i64::try_from(*days).unwrap() * 86_400);
                return None;
            }
            Try::Place {
                officer,
                host,
                slot,
                after,
                days,
            } => {
                let zone = if *host == 0 {
                    chrono_tz::America::Phoenix
                } else {
                    chrono_tz::America::New_York
                };
                let starts_on = Day::of(self.now, zone).plus_days(*after).unwrap();
                let input = json!({
                    "program_id": self.program, "officer_id": self.officers[*officer], "organization_id": self.hosts[*host],
                    "slot": slot, "starts_on": starts_on, "ends_on": starts_on.plus_days(*days).unwrap(),
                });
                let input: CreatePlacement = serde_json::from_value(input).unwrap();
                let scope = self.office.clone();
                let outcome = app
                    .kernel
                    .db
                    .write(context, move |tx| create_placement(tx, &scope, &input))
                    .await;
                return Some(outcome);
            }
            Try::Replace { at, officer, after } => {
                let placement = pick(*at)?;
                let input = Replacement {
                    officer_id: self.officers[*officer].clone(),
                    starts_on: after.map(|days| today(&placement).plus_days(days).unwrap()),
                    reason: "Recalled.".to_owned(),
                };
                let (scope, version) = (self.office.clone(), as_of(&placement, self.now).version);
                let outcome = app
                    .kernel
                    .db
                    .write(context, move |tx| {
                        replace_placement(tx, &scope, &placement.id, IfMatch(version), &input)
                    })
                    .await;
                return Some(outcome);
            }
            Try::Sign { at, is_office } => {
                let placement = pick(*at)?;
                let host = self
                    .hosts
                    .iter()
                    .position(|host| *host == placement.organization_id)?;
                let scope = if *is_office {
                    &self.office
                } else {
                    &self.leaders[host]
                };
                (placement, Step::Sign, scope.clone())
            }
            Try::Activate { at } => (pick(*at)?, Step::Activate, self.office.clone()),
            Try::Complete { at } => (pick(*at)?, Step::Complete, self.office.clone()),
            Try::Cancel { at } => (
                pick(*at)?,
                Step::Cancel("Called off.".to_owned()),
                self.office.clone(),
            ),
            Try::Extend { at, days } => {
                let placement = pick(*at)?;
                let ends_on = placement.ends_on.plus_days(*days).unwrap();
                (
                    placement,
                    Step::Extend(NewEnd {
                        ends_on,
                        reason: "Longer.".to_owned(),
                    }),
                    self.office.clone(),
                )
            }
            Try::Curtail { at, days } => {
                let placement = pick(*at)?;
                let ends_on = today(&placement).plus_days(*days).unwrap();
                (
                    placement,
                    Step::Curtail(NewEnd {
                        ends_on,
                        reason: "Shorter.".to_owned(),
                    }),
                    self.office.clone(),
                )
            }
        };
        let version = as_of(&at, self.now).version;
        Some(
            app.kernel
                .db
                .write(context, move |tx| {
                    advance_placement(tx, &scope, &at.id, IfMatch(version), &wanted)
                })
                .await,
        )
    }

    /// What holds after every step.
    fn check(&self, conn: &mut Connection, seen: &mut BTreeMap<PlacementId, Day>) {
        let all = self.placements(conn);
        for placement in &all {
            let held: Vec<(String, Day, Day)> = placement_holds::table
                .filter(placement_holds::placement_id.eq(&placement.id))
                .order(placement_holds::resource_id)
                .select((
                    placement_holds::resource_id,
                    placement_holds::starts_on,
                    placement_holds::ends_on,
                ))
                .load(conn)
                .unwrap();
            let is_empty = placement.status == PlacementStatus::Cancelled
                || placement.starts_on == placement.ends_on;
            let expected = if is_empty {
                Vec::new()
            } else {
                let slot = format!("{}/{}", placement.organization_id, placement.slot);
                let mut resources = vec![placement.officer_id.to_string(), slot];
                resources.sort();
                resources
                    .into_iter()
                    .map(|resource| (resource, placement.starts_on, placement.ends_on))
                    .collect()
            };
            assert_eq!(
                held, expected,
                "what {} holds is not its term",
                placement.id
            );
            assert!(
                is_empty || !self.is_held(&all, placement),
                "{} overlaps another",
                placement.id
            );
            self.check_history(conn, placement);
            seen.insert(placement.id.clone(), placement.ends_on);
        }
        assert_eq!(seen.len(), all.len(), "a placement is gone");
    }

    /// The history, played from its beginning, comes to the term as it is.
    fn check_history(&self, conn: &mut Connection, placement: &Placement) {
        let terms: Vec<Term> = placement_terms::table
            .filter(placement_terms::placement_id.eq(&placement.id))
            .order(placement_terms::ordinal)
            .select(Term::as_select())
            .load(conn)
            .unwrap();
        let mut played: Option<(Day, Day)> = None;
        for (index, term) in terms.iter().enumerate() {
            assert_eq!(term.ordinal, i64::try_from(index).unwrap() + 1);
            let (starts_on, ends_on) = (term.starts_on, term.ends_on);
            match (played, term.change) {
                (None, change) => assert_eq!(change, TermChange::Proposed),
                (Some((from, to)), TermChange::Extended) => {
                    assert!(from == starts_on && to < ends_on)
                }
                (Some((from, to)), TermChange::Curtailed) => {
                    assert!(from == starts_on && to > ends_on)
                }
                (Some((from, to)), TermChange::Replaced | TermChange::Completed) => {
                    assert!(from == starts_on && to >= ends_on)
                }
                (Some(before), TermChange::Cancelled) => assert_eq!(before, (starts_on, ends_on)),
                (Some(_), TermChange::Proposed) => panic!("proposed twice"),
            }
            played = Some((starts_on, ends_on));
        }
        assert_eq!(played, Some((placement.starts_on, placement.ends_on)));
    }
}

both_backends! {
    async fn no_officer_and_no_slot_is_ever_held_twice(app: App) {
        let mut runner = TestRunner::deterministic();
        let strategy = tries();
        let (mut done, mut refused, mut conflicts) = (0, 0, 0);
        for sequence in 0..SEQUENCES {
            let steps = strategy.new_tree(&mut runner).unwrap().current();
            let mut world = World::new(&app).await;
            let mut conn = app.database.connect();
            let mut seen = BTreeMap::new();
            for (number, step) in steps.iter().enumerate() {
                let before = world.placements(&mut conn);
                let outcome = world.attempt(&app, step).await;
                match outcome {
                    None => {}
                    Some(Ok(row)) => {
                        done += 1;
                        let others: Vec<Placement> = world.placements(&mut conn);
                        assert!(row.status == PlacementStatus::Cancelled || !world.is_held(&others, &row), "sequence {sequence}, step {number}: {step:?}");
                    }
                    Some(Err(problem)) => {
                        let code = problem.code();
                        assert!(matches!(code, Code::PlacementConflict | Code::NotAllowedInState | Code::ValidationFailed | Code::Conflict), "sequence {sequence}, step {number}: {step:?}: {problem}");
                        refused += 1;
                        if code == Code::PlacementConflict {
                            conflicts += 1;
                            // Nothing was changed, and there was something in the way.
                            let after: Vec<(PlacementId, i64)> = world.placements(&mut conn).into_iter().map(|row| (row.id, row.version)).collect();
                            assert_eq!(after, before.iter().map(|row| (row.id.clone(), row.version)).collect::<Vec<_>>());
                            assert!(!before.is_empty());
                        }
                    }
                }
                world.check(&mut conn, &mut seen);
            }
        }
        assert!(done > SEQUENCES * 4 && refused > SEQUENCES && conflicts > SEQUENCES / 2, "{done} done, {refused} refused, {conflicts} of them in conflict");
    }

    async fn a_term_is_extended_within_the_program_and_its_history_is_told(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, phoenix) = (app.program().await, app.city("Phoenix").await);
        let officer = app.officer("Dana Whitfield", json!({})).await;
        let id = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-09-01"})).await.expect(201).id();
        let longer = json!({"ends_on": "2028-03-01", "reason": "The trade fair."});
        app.act_on_placement(&id, "extend", longer.clone()).await.expect_problem(409, "not_allowed_in_state");
        app.sign_both(&id).await;
        app.set_clock("2026-10-01T12:00:00Z").await;
        // A change that was made against what the reader saw, though nobody had written it down.
        let seen = app.placement(&id).await;
        assert_eq!(seen.body["status"], "active");
        let extended = app.act_on_placement(&id, "extend", longer).await.expect(200);
        assert_eq!((&extended.body["status"], &extended.body["ends_on"]), (&json!("extended"), &json!("2028-03-01")));
        for (ends_on, code) in [("2028-03-01", "not_later"), ("2060-01-01", "too_long")] {
            let refused = app.act_on_placement(&id, "extend", json!({"ends_on": ends_on, "reason": "Longer."})).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), [code]);
        }
        for (ends_on, code) in [("2028-03-01", "not_earlier"), ("2026-09-01", "ends_before_start"), ("2026-09-30", "in_the_past")] {
            let refused = app.act_on_placement(&id, "curtail", json!({"ends_on": ends_on, "reason": "Shorter."})).await.expect_problem(422, "validation_failed");
            assert!(refused.fault_codes().contains(&code.to_owned()), "{}", refused.text);
        }
        // Today's midnight is past: it has ended.
        let ended = app.act_on_placement(&id, "curtail", json!({"ends_on": "2026-10-01", "reason": "Recalled."})).await.expect(200);
        assert_eq!((&ended.body["status"], &ended.body["ends_at"]["utc"]), (&json!("completed"), &json!("2026-10-01T07:00:00Z")));
        let history = app.admin().await.get(&format!("/v1/placements/{id}/history")).await.expect(200);
        let told: Vec<(&Value, &Value, &Value)> = history.body["data"].as_array().unwrap().iter().map(|entry| (&entry["change"], &entry["ends_on"], &entry["who"])).collect();
        assert_eq!(told, [
            (&json!("proposed"), &json!("2027-09-01"), &json!("Admin")), (&json!("extended"), &json!("2028-03-01"), &json!("Admin")),
            (&json!("curtailed"), &json!("2026-10-01"), &json!("Admin")), (&json!("completed"), &json!("2026-10-01"), &json!("The service")),
        ]);
        let host = app.leader("Phoenix").await.get(&format!("/v1/placements/{id}/history")).await.expect(200);
        assert!(!host.text.contains("Admin") && host.text.contains("The trade fair."));
    }

    async fn what_follows_by_itself_reads_the_same_before_and_after_it_is_written_down(app: App) {
        app.set_clock("2026-05-01T12:00:00Z").await;
        let (program, phoenix) = (app.program().await, app.city("Phoenix").await);
        let officer = app.officer("Dana Whitfield", json!({})).await;
        let id = app.place(&program, &officer, &phoenix, json!({"starts_on": "2026-09-01"})).await.expect(201).id();
        app.sign_both(&id).await;
        app.set_clock("2027-09-01T07:00:00Z").await;
        let admin = app.admin().await;
        let history = format!("/v1/placements/{id}/history");
        let (read, told) = (app.placement(&id).await, admin.get(&history).await.expect(200));
        assert_eq!(read.body["status"], "completed");
        let context = WriteContext::system(app.clock.now());
        while app.kernel.db.write(context.clone(), chancery::programs::placements::deadlines::pass).await.unwrap() > 0 {}
        let after = app.placement(&id).await;
        assert_eq!((after.tag(), &after.body), (read.tag(), &read.body));
        assert_eq!(admin.get(&history).await.expect(200).body, told.body);
        assert_eq!(admin.get("/v1/placements?status=completed").await.expect(200).ids(), [id]);
    }
}
