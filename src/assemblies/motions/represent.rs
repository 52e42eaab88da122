//! Motions as a caller sees them: read for a whole page at once.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::assemblies::model::Assembly;
use crate::assemblies::motions::acting::{Acting, is_clerk};
use crate::assemblies::motions::model::Motion as Row;
use crate::assemblies::motions::rules::{Standing, allowed_actions};
use crate::assemblies::motions::visible::visible;
use crate::assemblies::motions::wire::{AmendedMotion, Motion, MotionOrigin, MotionSeat};
use crate::assemblies::motions::workflow::Workflow;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblyId, AssemblySessionId, MotionId, OrganizationId, SeatId};
use crate::kernel::time::Timestamp;
use crate::schema::{assemblies, assembly_sessions, motion_seconds, motions, organizations, seats};

/// Motions of which a motion came, at most, that are shown one after the other.
const LONGEST_CHAIN: usize = 10;

/// An assembly's table, and the seconds that it asks for.
struct Rules {
    workflow: Workflow,
    seconds_needed: i64,
}

/// What is shown of a motion that another one amends or came from.
struct Known {
    assembly_id: AssemblyId,
    number: Option<i64>,
    title: String,
    text_version: i64,
}

struct Sight {
    seats: HashMap<SeatId, MotionSeat>,
    seconds: HashMap<MotionId, Vec<MotionSeat>>,
    rules: HashMap<AssemblyId, Rules>,
    sessions: HashMap<AssemblySessionId, SessionStatus>,
    others: HashMap<MotionId, Known>,
    readable: HashSet<MotionId>,
    names: HashMap<AssemblyId, String>,
    acting: Acting,
}

fn seat(
    (seat_id, organization_id, organization_name): (SeatId, OrganizationId, String),
) -> MotionSeat {
    MotionSeat {
        seat_id,
        organization_id,
        organization_name,
    }
}

impl Sight {
    fn read(
        conn: &mut Connection,
        scope: &Scope,
        rows: &[Row],
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let movers = rows.iter().filter_map(|row| row.mover_seat_id.as_ref());
        let seats: Vec<(SeatId, OrganizationId, String)> = seats::table
            .inner_join(organizations::table)
            .filter(seats::id.eq_any(movers))
            .select((seats::id, organizations::id, organizations::name))
            .load(conn)?;
        let seconds: Vec<(MotionId, (SeatId, OrganizationId, String))> = motion_seconds::table
            .inner_join(seats::table.inner_join(organizations::table))
            .filter(motion_seconds::motion_id.eq_any(rows.iter().map(|row| &row.id)))
            .order((motion_seconds::created_at, motion_seconds::seat_id))
            .select((
                motion_seconds::motion_id,
                (seats::id, organizations::id, organizations::name),
            ))
            .load(conn)?;
        let others: Vec<&MotionId> = rows
            .iter()
            .flat_map(|row| row.amends_id.iter().chain(&row.origin_id))
            .collect();
        let others: Vec<(MotionId, AssemblyId, Option<i64>, String, i64)> = motions::table
            .filter(motions::id.eq_any(others))
            .select((
                motions::id,
                motions::assembly_id,
                motions::number,
                motions::title,
                motions::text_version,
            ))
            .load(conn)?;
        let readable: Vec<MotionId> = visible(scope)
            .filter(
                motions::id.eq_any(
                    others
                        .iter()
                        .map(|other| other.0.clone())
                        .collect::<Vec<_>>(),
                ),
            )
            .select(motions::id)
            .load(conn)?;
        let of = rows.iter().map(|row| &row.assembly_id);
        let of: Vec<&AssemblyId> = of.chain(others.iter().map(|other| &other.1)).collect();
        let known: Vec<Assembly> = assemblies::table
            .filter(assemblies::id.eq_any(of))
            .select(Assembly::as_select())
            .load(conn)?;
        let sessions: Vec<(AssemblySessionId, SessionStatus)> = assembly_sessions::table
            .filter(assembly_sessions::id.eq_any(rows.iter().map(|row| &row.session_id)))
            .select((assembly_sessions::id, assembly_sessions::status))
            .load(conn)?;
        let acting = Acting::read(conn, scope, now)?;
        let mut second: HashMap<MotionId, Vec<MotionSeat>> = HashMap::new();
        for (motion, parts) in seconds {
            second.entry(motion).or_default().push(seat(parts));
        }
        let rules = known.iter().map(|assembly| {
            let rules = Rules {
                workflow: assembly.workflow(),
                seconds_needed: assembly.seconds_needed,
            };
            (assembly.id.clone(), rules)
        });
        let others = others
            .into_iter()
            .map(|(id, assembly_id, number, title, text_version)| {
                let known = Known {
                    assembly_id,
                    number,
                    title,
                    text_version,
                };
                (id, known)
            });
        Ok(Self {
            seats: seats
                .into_iter()
                .map(|row| (row.0.clone(), seat(row)))
                .collect(),
            seconds: second,
            rules: rules.collect(),
            sessions: sessions.into_iter().collect(),
            others: others.collect(),
            readable: readable.into_iter().collect(),
            names: known.into_iter().map(|row| (row.id, row.name)).collect(),
            acting,
        })
    }

    fn origin(&self, row: &Row) -> Option<MotionOrigin> {
        let id = row.origin_id.as_ref()?;
        let known = self.others.get(id)?;
        let shown = self.readable.contains(id);
        Some(MotionOrigin {
            motion_id: shown.then(|| id.clone()),
            assembly_id: shown.then(|| known.assembly_id.clone()),
            assembly_name: self
                .names
                .get(&known.assembly_id)
                .filter(|_| shown)
                .cloned(),
            number: known.number,
            title: known.title.clone(),
        })
    }

    fn amends(&self, row: &Row) -> Option<AmendedMotion> {
        let id = row.amends_id.as_ref()?;
        let known = self.others.get(id)?;
        Some(AmendedMotion {
            id: id.clone(),
            number: known.number,
            title: known.title.clone(),
            text_version: known.text_version,
            base_text_version: row.base_text_version.unwrap_or(known.text_version),
        })
    }

    fn standing(&self, scope: &Scope, row: &Row) -> Standing {
        let seconded = self.seconds.get(&row.id);
        let is_second = |seat: &SeatId| {
            seconded.is_some_and(|seconded| seconded.iter().any(|by| by.seat_id == *seat))
        };
        let mine = || self.acting.seats(&row.assembly_id, &row.session_id);
        Standing {
            is_clerk: is_clerk(scope),
            opens_polls: scope.oversees(Permission::PollsWrite),
            acts_for_mover: mine().any(|seat| Some(seat) == row.mover_seat_id.as_ref()),
            may_second: mine()
                .any(|seat| Some(seat) != row.mover_seat_id.as_ref() && !is_second(seat)),
        }
    }

    fn allowed_actions(&self, scope: &Scope, row: &Row) -> Vec<String> {
        let (Some(rules), Some(session)) = (
            self.rules.get(&row.assembly_id),
            self.sessions.get(&row.session_id),
        ) else {
            return Vec::new();
        };
        allowed_actions(row, &rules.workflow, *session, self.standing(scope, row))
    }

    fn shown(&self, scope: &Scope, row: &Row) -> Motion {
        let rules = self.rules.get(&row.assembly_id);
        Motion {
            id: row.id.clone(),
            assembly_id: row.assembly_id.clone(),
            session_id: row.session_id.clone(),
            agenda_item_id: row.agenda_item_id.clone(),
            number: row.number,
            title: row.title.clone(),
            text: None,
            text_version: row.text_version,
            status: row.status,
            amends: self.amends(row),
            mover: row
                .mover_seat_id
                .as_ref()
                .and_then(|seat| self.seats.get(seat))
                .cloned(),
            moved_by: row.moved_by.clone(),
            moved_at: row.moved_at,
            seconds: self.seconds.get(&row.id).cloned().unwrap_or_default(),
            seconds_needed: rules.map_or(0, |rules| rules.seconds_needed),
            origin: self.origin(row),
            origin_chain: None,
            referred_to: row.referred_to.clone(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: self.allowed_actions(scope, row),
        }
    }
}

/// Motions as this caller sees them, without their texts: as many statements for a hundred as for
/// one.
///
/// # Errors
///
/// When the database fails.
pub fn represent_all(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
    now: Timestamp,
) -> Result<Vec<Motion>, Problem> {
    let sight = Sight::read(conn, scope, rows, now)?;
    Ok(rows.iter().map(|row| sight.shown(scope, row)).collect())
}

/// One motion as this caller sees it, with its text and where it came from.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
    now: Timestamp,
) -> Result<Motion, Problem> {
    let sight = Sight::read(conn, scope, std::slice::from_ref(row), now)?;
    let mut shown = sight.shown(scope, row);
    shown.text = Some(row.text.clone());
    let mut chain: Vec<MotionOrigin> = shown.origin.iter().cloned().collect();
    let mut next = row.origin_id.clone();
    while let Some(id) = next.take().filter(|_| chain.len() < LONGEST_CHAIN) {
        let before = motions::table
            .filter(motions::id.eq(id))
            .select(Row::as_select())
            .first(conn)?;
        let sight = Sight::read(conn, scope, std::slice::from_ref(&before), now)?;
        chain.extend(sight.origin(&before));
        next = before.origin_id;
    }
    shown.origin_chain = Some(chain);
    Ok(shown)
}

/// What this caller may do with a motion.
///
/// # Errors
///
/// When the database fails.
pub fn actions_of(
    conn: &mut Connection,
    scope: &Scope,
    row: &Row,
    now: Timestamp,
) -> Result<Vec<String>, Problem> {
    let sight = Sight::read(conn, scope, std::slice::from_ref(row), now)?;
    Ok(sight.allowed_actions(scope, row))
}
