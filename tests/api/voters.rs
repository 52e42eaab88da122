//! Who could vote at an instant: the same as a reference that plays what happened from the beginning,
//! for histories that nobody wrote down.

use std::collections::BTreeMap;

use chancery::assemblies::model::Assembly;
use chancery::assemblies::seats::actions::{
    dismiss_alternate, fill_seat, name_alternate, vacate_seat,
};
use chancery::assemblies::seats::commands::update_seat;
use chancery::assemblies::seats::model::Seat as SeatRow;
use chancery::assemblies::seats::proxies::commands::{designate_proxy, revoke_proxy};
use chancery::assemblies::seats::whole::acquire_in;
use chancery::assemblies::sessions::lifecycle::SessionStatus;
use chancery::kernel::access::{Role, Scope};
use chancery::kernel::day::Day;
use chancery::kernel::db::{Aggregate, WriteContext};
use chancery::kernel::http::{Code, IfMatch, Problem};
use chancery::kernel::id::{AssemblyId, AssemblySessionId, ProxyId, SeatId};
use chancery::kernel::time::Timestamp;
use chancery::schema::seat_proxies;
use diesel::prelude::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

/// Histories a database, and steps a history.
const HISTORIES: usize = 6;
const STEPS: usize = 40;

/// Seats in play; each jurisdiction has two leaders and two of its staff.
const SEATS: usize = 4;

/// A change that somebody may try. Seats and people are picked by number.
#[derive(Debug, Clone, Copy)]
enum Try {
    Fill {
        seat: usize,
        leader: usize,
    },
    Vacate {
        seat: usize,
        in_days: i64,
    },
    NameAlternate {
        seat: usize,
        person: usize,
    },
    DismissAlternate {
        seat: usize,
    },
    Give {
        seat: usize,
        other: usize,
        to_alternate: bool,
    },
    TakeBack {
        seat: usize,
    },
    EndTerm {
        seat: usize,
        in_days: u64,
    },
    Wait {
        hours: i64,
    },
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let seat = 0..SEATS;
    let one = prop_oneof![
        5 => (seat.clone(), 0_usize..2).prop_map(|(seat, leader)| Try::Fill { seat, leader }),
        2 => (seat.clone(), prop_oneof![Just(0_i64), 1_i64..20]).prop_map(|(seat, in_days)| Try::Vacate { seat, in_days }),
        4 => (seat.clone(), 0_usize..4).prop_map(|(seat, person)| Try::NameAlternate { seat, person }),
        1 => seat.clone().prop_map(|seat| Try::DismissAlternate { seat }),
        5 => (seat.clone(), seat.clone(), any::<bool>()).prop_map(|(seat, other, to_alternate)| Try::Give { seat, other, to_alternate }),
        1 => seat.clone().prop_map(|seat| Try::TakeBack { seat }),
        1 => (seat, 30_u64..900).prop_map(|(seat, in_days)| Try::EndTerm { seat, in_days }),
        6 => (1_i64..500).prop_map(|hours| Try::Wait { hours }),
    ];
    prop::collection::vec(one, STEPS)
}

/// What happened, as the reference remembers it.
#[derive(Debug, Clone)]
enum Happened {
    Filled(usize, String),
    /// At once, or at this instant.
    Vacated(usize, Timestamp),
    AlternateNamed(usize, String),
    AlternateDismissed(usize),
    Given(usize, usize, String),
    TakenBack(usize),
    TermEnds(usize, Timestamp),
}

/// A seat, as the reference sees it.
#[derive(Debug, Clone, Default)]
struct Sitting {
    holder: Option<String>,
    alternate: Option<String>,
    leaves_at: Option<Timestamp>,
    term_ends_at: Option<Timestamp>,
    /// To which seat, and to whom there.
    proxy: Option<(usize, String)>,
}

/// Whoever leaves takes along what hangs on them.
fn empty(all: &mut [Sitting], seat: usize) {
    let gone: Vec<String> = [all[seat].holder.take(), all[seat].alternate.take()]
        .into_iter()
        .flatten()
        .collect();
    all[seat].leaves_at = None;
    all[seat].proxy = None;
    forget(all, seat, &gone);
}

fn forget(all: &mut [Sitting], seat: usize, gone: &[String]) {
    for one in all.iter_mut() {
        if one
            .proxy
            .as_ref()
            .is_some_and(|(holder, person)| *holder == seat && gone.contains(person))
        {
            one.proxy = None;
        }
    }
}

/// Seats with holder, alternate and proxy at `at`: by playing what happened up to then.
fn played(
    log: &[(Timestamp, Happened)],
    at: Timestamp,
    first_end: Timestamp,
) -> BTreeMap<usize, (String, Option<String>, Option<String>)> {
    let mut all = vec![
        Sitting {
            term_ends_at: Some(first_end),
            ..Sitting::default()
        };
        SEATS
    ];
    let leave_until = |all: &mut Vec<Sitting>, until: Timestamp| {
        for seat in 0..SEATS {
            if all[seat].leaves_at.is_some_and(|leaves| leaves <= until) {
                empty(all, seat);
            }
        }
    };
    for (when, what) in log {
        if *when > at {
            break;
        }
        leave_until(&mut all, *when);
        match what {
            Happened::Filled(seat, person) => all[*seat].holder = Some(person.clone()),
            Happened::Vacated(seat, leaves) if leaves <= when => empty(&mut all, *seat),
            Happened::Vacated(seat, leaves) => all[*seat].leaves_at = Some(*leaves),
            Happened::AlternateNamed(seat, person) => {
                let gone: Vec<String> = all[*seat]
                    .alternate
                    .replace(person.clone())
                    .into_iter()
                    .collect();
                forget(&mut all, *seat, &gone);
            }
            Happened::AlternateDismissed(seat) => {
                let gone: Vec<String> = all[*seat].alternate.take().into_iter().collect();
                forget(&mut all, *seat, &gone);
            }
            Happened::Given(seat, other, person) => {
                all[*seat].proxy = Some((*other, person.clone()))
            }
            Happened::TakenBack(seat) => all[*seat].proxy = None,
            Happened::TermEnds(seat, ends) => all[*seat].term_ends_at = Some(*ends),
        }
    }
    leave_until(&mut all, at);
    let in_term = |seat: &Sitting| seat.term_ends_at.is_some_and(|ends| at < ends);
    all.iter()
        .enumerate()
        .filter(|(_, seat)| in_term(seat))
        .filter_map(|(number, seat)| {
            let proxy = seat
                .proxy
                .as_ref()
                .filter(|(other, _)| in_term(&all[*other]))
                .map(|(_, person)| person.clone());
            Some((
                number,
                (seat.holder.clone()?, seat.alternate.clone(), proxy),
            ))
        })
        .collect()
}

/// The people of one jurisdiction.
struct Jurisdiction {
    organization: String,
    /// Two leaders, then two of the staff.
    people: Vec<String>,
}

/// One history in the making.
struct World {
    assembly: String,
    session: AssemblySessionId,
    scope: Scope,
    seats: Vec<SeatId>,
    people: Vec<Vec<String>>,
    now: Timestamp,
    first_end: Timestamp,
    log: Vec<(Timestamp, Happened)>,
}

impl World {
    async fn new(app: &App, homes: &[Jurisdiction], account: &str) -> Self {
        let over = json!({"starts_on": app.day(300), "ends_on": app.day(1700), "max_proxies": 2});
        let assembly = app.assembly(over).await;
        let session = app.stored_session(&assembly, SessionStatus::Called);
        let mut all = Vec::new();
        for home in homes {
            all.push(
                app.vacant_seat(&assembly, &home.organization)
                    .await
                    .parse()
                    .unwrap(),
            );
        }
        let mut conn = app.database.connect();
        let row = Assembly::load(&mut conn, &assembly).unwrap().unwrap();
        Self {
            session: session.parse().unwrap(),
            scope: app.office_scope(account),
            seats: all,
            people: homes.iter().map(|home| home.people.clone()).collect(),
            // Ahead of the server's clock: its worker has nothing to write down here.
            now: row.starts_at.plus_seconds(3600),
            first_end: row.ends_at,
            log: Vec::new(),
            assembly,
        }
    }

    fn version(&self, app: &App, seat: usize) -> IfMatch {
        let row = SeatRow::load(&mut app.database.connect(), self.seats[seat].as_str());
        IfMatch(row.unwrap().unwrap().version)
    }

    /// Tries it, and remembers it when it was done. Whether it was.
    async fn attempt(&mut self, app: &App, step: Try) -> Result<bool, Problem> {
        if let Try::Wait { hours } = step {
            self.now = self.now.plus_seconds(hours * 3600 + 7);
            return Ok(false);
        }
        // What is due by now is written down first, as the worker does it: a version that was read
        // is then the version that there is.
        let context = WriteContext {
            actor: self.scope.actor(),
            ..WriteContext::system(self.now)
        };
        self.settle(app, &context).await?;
        let (scope, now, db) = (self.scope.clone(), self.now, &app.kernel.db);
        let happened = match step {
            Try::Wait { .. } => return Ok(false),
            Try::Fill { seat, leader } => {
                let (id, version, user) = (
                    self.seats[seat].clone(),
                    self.version(app, seat),
                    self.people[seat][leader].clone(),
                );
                let input =
                    serde_json::from_value(json!({"user_id": user, "office": "Mayor"})).unwrap();
                db.write(context, move |tx| {
                    fill_seat(tx, &scope, &id, version, &input)
                })
                .await?;
                Happened::Filled(seat, user)
            }
            Try::Vacate { seat, in_days } => {
                let (id, version) = (self.seats[seat].clone(), self.version(app, seat));
                let at = now.plus_seconds(in_days * 86_400);
                let input =
                    serde_json::from_value(json!({"end_reason": "resigned", "effective_at": at}))
                        .unwrap();
                db.write(context, move |tx| {
                    vacate_seat(tx, &scope, &id, version, &input)
                })
                .await?;
                Happened::Vacated(seat, at)
            }
            Try::NameAlternate { seat, person } => {
                let (id, version, user) = (
                    self.seats[seat].clone(),
                    self.version(app, seat),
                    self.people[seat][person].clone(),
                );
                let input =
                    serde_json::from_value(json!({"user_id": user, "office": "Counsel"})).unwrap();
                db.write(context, move |tx| {
                    name_alternate(tx, &scope, &id, version, &input)
                })
                .await?;
                Happened::AlternateNamed(seat, user)
            }
            Try::DismissAlternate { seat } => {
                let (id, version) = (self.seats[seat].clone(), self.version(app, seat));
                db.write(context, move |tx| {
                    dismiss_alternate(tx, &scope, &id, version)
                })
                .await?;
                Happened::AlternateDismissed(seat)
            }
            Try::Give {
                seat,
                other,
                to_alternate,
            } => {
                let id = self.seats[seat].clone();
                let capacity = if to_alternate { "alternate" } else { "holder" };
                let input = serde_json::from_value(json!({"session_id": self.session, "proxy_seat_id": self.seats[other], "capacity": capacity})).unwrap();
                let (_, row) = db
                    .write(context, move |tx| designate_proxy(tx, &scope, &id, &input))
                    .await?;
                Happened::Given(seat, other, row.proxy_user_id.to_string())
            }
            Try::TakeBack { seat } => {
                let id = self.seats[seat].clone();
                let proxy: Option<ProxyId> = seat_proxies::table
                    .filter(seat_proxies::seat_id.eq(&id))
                    .filter(seat_proxies::revoked_at.is_null())
                    .select(seat_proxies::id)
                    .first(&mut app.database.connect())
                    .optional()
                    .unwrap();
                let Some(proxy) = proxy else {
                    return Ok(false);
                };
                db.write(context, move |tx| revoke_proxy(tx, &scope, &id, &proxy))
                    .await?;
                Happened::TakenBack(seat)
            }
            Try::EndTerm { seat, in_days } => {
                let (id, version) = (self.seats[seat].clone(), self.version(app, seat));
                let ends_on = Day::of(now, chrono_tz::America::New_York)
                    .plus_days(in_days)
                    .unwrap();
                let input = serde_json::from_value(json!({"ends_on": ends_on})).unwrap();
                let row = db
                    .write(context, move |tx| {
                        update_seat(tx, &scope, &id, version, &input)
                    })
                    .await?;
                Happened::TermEnds(seat, row.ends_at)
            }
        };
        self.log.push((now, happened));
        Ok(true)
    }

    async fn settle(&self, app: &App, context: &WriteContext) -> Result<(), Problem> {
        let all = self.seats.clone();
        let assembly: AssemblyId = self.assembly.parse().unwrap();
        app.kernel
            .db
            .write(context.clone(), move |tx| {
                for seat in &all {
                    acquire_in(tx, &assembly, seat)?;
                }
                Ok(())
            })
            .await
    }

    /// What the service answers for an instant.
    async fn answered(
        &self,
        app: &App,
        at: Timestamp,
    ) -> BTreeMap<usize, (String, Option<String>, Option<String>)> {
        let path = format!(
            "/v1/assemblies/{}/voters?at={at}&session_id={}",
            self.assembly, self.session
        );
        let answer = app.admin().await.get(&path).await.expect(200);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        answer.body["voters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let number = self
                    .seats
                    .iter()
                    .position(|seat| seat.as_str() == one["seat_id"])
                    .unwrap();
                let people = (
                    text(&one["holder"]["user_id"]).unwrap(),
                    text(&one["alternate"]["user_id"]),
                    text(&one["proxy"]["user_id"]),
                );
                (number, people)
            })
            .collect()
    }
}

both_backends! {
    async fn the_answer_for_any_instant_is_what_happened_until_then(app: App) {
        let account = app.account(&app.admin().await).await;
        let mut homes = Vec::new();
        for number in 0..SEATS {
            let organization = app.jurisdiction(&format!("City {number}"), json!({})).await;
            let mut people = Vec::new();
            for (index, role) in [Role::LocalLeader, Role::LocalLeader, Role::LocalStaff, Role::LocalStaff].into_iter().enumerate() {
                let email = format!("person{index}@city{number}.example.gov");
                let person = app.person(&email, role, &organization).await;
                people.push(app.account(&person).await);
            }
            homes.push(Jurisdiction { organization, people });
        }
        let mut runner = TestRunner::deterministic();
        let strategy = tries();
        let (mut done, mut asked, mut with_proxy, mut with_alternate) = (0, 0, 0, 0);
        for history in 0..HISTORIES {
            let steps = strategy.new_tree(&mut runner).unwrap().current();
            let mut world = World::new(&app, &homes, &account).await;
            let mut instants = Vec::new();
            for (number, step) in steps.into_iter().enumerate() {
                match world.attempt(&app, step).await {
                    Ok(true) => done += 1,
                    Ok(false) => {}
                    Err(problem) => assert!(
                        matches!(problem.code(), Code::NotAllowedInState | Code::Conflict | Code::ValidationFailed),
                        "history {history}, step {number}: {step:?}: {problem}"
                    ),
                }
                instants.extend([-1, 0, 1].map(|seconds| world.now.plus_seconds(seconds)));
            }
            // The ends that were set in advance, and some instants in between and beyond.
            for (when, what) in &world.log {
                if let Happened::Vacated(_, at) | Happened::TermEnds(_, at) = what {
                    instants.extend([-1, 0, 1].map(|seconds| at.plus_seconds(seconds)));
                }
                instants.push(when.plus_seconds(40_000));
            }
            instants.sort_unstable();
            instants.dedup();
            for at in instants {
                let expected = played(&world.log, at, world.first_end);
                asked += 1;
                with_alternate += usize::from(expected.values().any(|one| one.1.is_some()));
                with_proxy += usize::from(expected.values().any(|one| one.2.is_some()));
                assert_eq!(world.answered(&app, at).await, expected, "history {history} at {at}: {:#?}", world.log);
            }
        }
        assert!(done > HISTORIES * 8 && asked > HISTORIES * 30, "{done} done, {asked} asked");
        assert!(with_proxy > HISTORIES * 2 && with_alternate > HISTORIES * 2, "{with_proxy} with a proxy, {with_alternate} with an alternate");
    }
}
