//! The assembly of the demo: nine cities, a session that is over with its minutes approved, and one
//! that is called.

use crate::assemblies::agenda::commands::create_item;
use crate::assemblies::agenda::wire::CreateAgendaItem;
use crate::assemblies::commands::{advance_assembly, create_assembly};
use crate::assemblies::lifecycle::AssemblyAction;
use crate::assemblies::minutes;
use crate::assemblies::minutes::model::ApprovalBasis;
use crate::assemblies::minutes::wire::ApproveMinutes;
use crate::assemblies::model::Assembly;
use crate::assemblies::motions::drafting::create_motion;
use crate::assemblies::motions::model::Motion;
use crate::assemblies::motions::step_wire::ActForSeat;
use crate::assemblies::motions::steps::{move_motion, second_motion};
use crate::assemblies::motions::wire::CreateMotion;
use crate::assemblies::polls;
use crate::assemblies::polls::ballot_wire::CastBallot;
use crate::assemblies::polls::model::{Majority, MajorityBase, PollKind};
use crate::assemblies::polls::wire::CreatePoll;
use crate::assemblies::presence::commands::set_presence;
use crate::assemblies::seats::actions::fill_seat;
use crate::assemblies::seats::commands::create_seat;
use crate::assemblies::seats::wire::{CreateSeat, FillSeat};
use crate::assemblies::sessions::model::{Adjournment, Session, SessionFormat};
use crate::assemblies::sessions::steps;
use crate::assemblies::sessions::wire::{AdjournAssemblySession, CreateAssemblySession};
use crate::assemblies::wire::CreateAssembly;
use crate::identity;
use crate::kernel::access::{Role, Scope};
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::{AssemblySessionId, MotionId, SeatId, UserId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::ZonedTimeInput;

use super::people::{self, People};
use super::{PHOENIX, by_source, day, weekday_after, weekday_before};

const DAY: i64 = 24 * 3600;
const ZONE: &str = "America/New_York";

/// A member of the assembly.
struct Planned {
    /// The id of the city in the public data.
    city: &'static str,
    /// Where its leader is reached; the mailbox of the demo's own leader for Phoenix.
    mailbox: &'static str,
    /// What the city says to the motion; nothing where nobody comes.
    vote: Option<&'static str>,
}

const MEMBERS: [Planned; 9] = [
    member(PHOENIX, "", Some("yes")),
    member("geonames:5128581", "mayor@newyork", Some("yes")),
    member("geonames:5368361", "mayor@losangeles", None),
    member("geonames:4887398", "mayor@chicago", Some("yes")),
    member("geonames:5419384", "mayor@denver", Some("yes")),
    member("geonames:5318313", "mayor@tucson", Some("yes")),
    member("geonames:5520993", "mayor@elpaso", Some("no")),
    member("geonames:5586437", "mayor@boise", Some("abstain")),
    member("geonames:4164138", "mayor@miami", None),
];

const AGENDA: [(&str, i64); 4] = [
    ("Opening and roll of jurisdictions", 10),
    ("Cities and trade missions", 45),
    ("Common reporting of agreements with partners abroad", 60),
    ("Other business", 15),
];

const MOTION: &str = "The members of the assembly report each agreement that they sign with a partner \
abroad to the office within 30 days.\n\nThe office publishes once a year how many there are, by state \
and by partner country.";

const fn member(city: &'static str, mailbox: &'static str, vote: Option<&'static str>) -> Planned {
    Planned {
        city,
        mailbox,
        vote,
    }
}

/// A seat and who acts for it.
struct Seated {
    seat: SeatId,
    holder: Scope,
    vote: Option<&'static str>,
}

/// Makes the assembly as its members and the office would have, over the last weeks. Nobody signs in
/// with `password_hash`: the other cities' leaders are there for the assembly alone.
pub(super) fn make(
    tx: &mut Tx<'_>,
    people: &People,
    keyring: &Keyring,
    password_hash: &str,
) -> Result<(), Problem> {
    let now = tx.now;
    tx.now = now.plus_seconds(-45 * DAY);
    let (assembly, seats) = convene(tx, people, password_hash)?;
    let held_on = weekday_before(now, 20);
    let session = prepare(tx, people, &assembly, "Second plenary", held_on)?;
    tx.now = session.starts_at;
    hold(tx, people, keyring, &session, &seats)?;
    tx.now = session.ends_at.plus_seconds(2 * DAY);
    approve(tx, people, &session.id)?;
    tx.now = now.plus_seconds(-DAY);
    let next = prepare(
        tx,
        people,
        &assembly,
        "Third plenary",
        weekday_after(now, 30),
    )?;
    propose(
        tx,
        people,
        &next.id,
        "A standing exchange of city staff",
        "The office and the members prepare an exchange of staff between member cities and their \
         sister cities, of three months each.",
    )?;
    tx.now = now;
    Ok(())
}

fn convene(
    tx: &mut Tx<'_>,
    people: &People,
    password_hash: &str,
) -> Result<(Assembly, Vec<Seated>), Problem> {
    let starts = weekday_before(tx.now, 5);
    let input: CreateAssembly = serde_json::from_value(serde_json::json!({
        "name": "Assembly of Local Leaders",
        "purpose": "Mayors advise the office on what cities do abroad, and agree on common practice.",
        "time_zone": ZONE,
        "starts_on": day(starts)?,
        "ends_on": day(weekday_after(tx.now, 730))?,
        "composition": {"max_seats": 20},
    }))
    .map_err(Problem::internal)?;
    let mut seats = Vec::new();
    let assembly = people.by(tx, Role::Administrator, |tx, scope| {
        create_assembly(tx, scope, &input)
    })?;
    for planned in &MEMBERS {
        seats.push(seat(tx, people, &assembly, planned, password_hash)?);
    }
    let assembly = people.by(tx, Role::Administrator, |tx, scope| {
        advance_assembly(
            tx,
            scope,
            &assembly.id,
            IfMatch(assembly.version),
            AssemblyAction::Seat,
        )
    })?;
    Ok((assembly, seats))
}

fn seat(
    tx: &mut Tx<'_>,
    people: &People,
    assembly: &Assembly,
    planned: &Planned,
    password_hash: &str,
) -> Result<Seated, Problem> {
    let city = by_source(tx, planned.city)?;
    let (holder, account) = if planned.city == PHOENIX {
        (
            people.scope(Role::LocalLeader)?,
            people.account(Role::LocalLeader)?,
        )
    } else {
        let user = identity::commands::create_active_user(
            tx,
            &format!("{}.example.gov", planned.mailbox),
            "Demo mayor",
            password_hash.to_owned(),
            &city,
            Role::LocalLeader,
        )?;
        let homes = identity::queries::homes(tx.conn, &user.id, tx.now)?;
        (people::acting(user.id.clone(), homes), user.id)
    };
    let vacant: CreateSeat = serde_json::from_value(serde_json::json!({"organization_id": city}))
        .map_err(Problem::internal)?;
    let filling: FillSeat = filling(&account)?;
    let seat = people.by(tx, Role::Administrator, |tx, scope| {
        let seat = create_seat(tx, scope, &assembly.id, &vacant)?;
        fill_seat(tx, scope, &seat.id, IfMatch(seat.version), &filling)
    })?;
    Ok(Seated {
        seat: seat.id,
        holder,
        vote: planned.vote,
    })
}

fn filling(account: &UserId) -> Result<FillSeat, Problem> {
    serde_json::from_value(serde_json::json!({"user_id": account, "office": "Mayor"}))
        .map_err(Problem::internal)
}

/// A session with its agenda, called and published.
fn prepare(
    tx: &mut Tx<'_>,
    people: &People,
    assembly: &Assembly,
    title: &str,
    on: chrono::NaiveDate,
) -> Result<Session, Problem> {
    let at = |time: &str| ZonedTimeInput {
        local: Some(format!("{on}T{time}")),
        time_zone: ZONE.to_owned(),
        offset: None,
        utc: None,
    };
    let input = CreateAssemblySession {
        title: title.to_owned(),
        format: SessionFormat::Hybrid,
        starts_at: at("10:00:00"),
        ends_at: at("13:00:00"),
        venue: Some("Franklin Hall".to_owned()),
        meeting_url: Some("https://meet.example.gov/assembly".to_owned()),
        presiding: Some("The director of the office".to_owned()),
    };
    let session = people.by(tx, Role::Scheduler, |tx, scope| {
        let session = with_agenda(tx, scope, assembly, &input)?;
        Ok(session)
    })?;
    let session = people.by(tx, Role::Administrator, |tx, scope| {
        steps::call(tx, scope, &session.id, IfMatch(session.version))
    })?;
    people.by(tx, Role::Scheduler, |tx, scope| {
        steps::publish_agenda(tx, scope, &session.id, IfMatch(session.version))
    })
}

fn with_agenda(
    tx: &mut Tx<'_>,
    scope: &Scope,
    assembly: &Assembly,
    input: &CreateAssemblySession,
) -> Result<Session, Problem> {
    use crate::assemblies::sessions::commands::create_session;
    let mut session = create_session(tx, scope, &assembly.id, input)?;
    for (title, minutes) in AGENDA {
        let item = CreateAgendaItem {
            parent_id: None,
            position: None,
            title: title.to_owned(),
            description: None,
            minutes: Some(minutes),
            reason: None,
        };
        (session, _) = create_item(tx, scope, &session.id, &item)?;
    }
    Ok(session)
}

/// Moves a motion for Phoenix.
fn propose(
    tx: &mut Tx<'_>,
    people: &People,
    session: &AssemblySessionId,
    title: &str,
    text: &str,
) -> Result<Motion, Problem> {
    let input: CreateMotion =
        serde_json::from_value(serde_json::json!({"title": title, "text": text}))
            .map_err(Problem::internal)?;
    people.by(tx, Role::LocalLeader, |tx, scope| {
        let motion = create_motion(tx, scope, session, &input)?;
        move_motion(
            tx,
            scope,
            &motion.id,
            IfMatch(motion.version),
            &ActForSeat::default(),
        )
    })
}

/// What happened in the session: who came, the motion, the vote.
fn hold(
    tx: &mut Tx<'_>,
    people: &People,
    keyring: &Keyring,
    session: &Session,
    seats: &[Seated],
) -> Result<(), Problem> {
    let opened = people.by(tx, Role::Scheduler, |tx, scope| {
        steps::open(tx, scope, &session.id, IfMatch(session.version))
    })?;
    let here = || seats.iter().filter(|seated| seated.vote.is_some());
    for seated in here() {
        tx.now = tx.now.plus_seconds(20);
        as_member(tx, seated, |tx, scope| {
            set_presence(tx, scope, &opened.id, &seated.seat, None).map(drop)
        })?;
    }
    let title = "Reporting of agreements with partners abroad";
    let motion = propose(tx, people, &opened.id, title, MOTION)?;
    let seconder = seats
        .get(3)
        .ok_or_else(|| Problem::internal("the demo's assembly has too few members"))?;
    tx.now = tx.now.plus_seconds(300);
    as_member(tx, seconder, |tx, scope| {
        second_motion(
            tx,
            scope,
            &motion.id,
            IfMatch(motion.version),
            &ActForSeat::default(),
        )
        .map(drop)
    })?;
    tx.now = tx.now.plus_seconds(2400);
    vote(tx, people, keyring, &motion.id, here())?;
    tx.now = tx.now.plus_seconds(1800);
    people.by(tx, Role::Scheduler, |tx, scope| {
        let open = crate::assemblies::sessions::visible::find(tx.conn, scope, &opened.id)?;
        let reason = AdjournAssemblySession {
            reason: Adjournment::BusinessConcluded,
            note: None,
        };
        steps::adjourn(tx, scope, &open.id, IfMatch(open.version), &reason).map(drop)
    })
}

fn vote<'a>(
    tx: &mut Tx<'_>,
    people: &People,
    keyring: &Keyring,
    motion: &MotionId,
    members: impl Iterator<Item = &'a Seated>,
) -> Result<(), Problem> {
    let input = CreatePoll {
        kind: PollKind::Recorded,
        question: None,
        options: None,
        majority: Majority::TwoThirds,
        majority_of: MajorityBase::Cast,
        is_replaceable: None,
    };
    let poll = people.by(tx, Role::Scheduler, |tx, scope| {
        let poll = polls::commands::create_poll(tx, scope, motion, &input)?;
        polls::running::open_poll(tx, scope, &poll.id, IfMatch(poll.version))?;
        Ok(poll)
    })?;
    for seated in members {
        let ballot = CastBallot {
            choice: seated.vote.unwrap_or("abstain").to_owned(),
            seat_id: None,
            padding: None,
        };
        tx.now = tx.now.plus_seconds(5);
        as_member(tx, seated, |tx, scope| {
            polls::ballots::cast_ballot(tx, scope, keyring, &poll.id, &ballot).map(drop)
        })?;
    }
    people.by(tx, Role::Scheduler, |tx, scope| {
        let open = polls::visible::find(tx.conn, scope, &poll.id)?;
        polls::running::close_poll(tx, scope, keyring, &poll.id, IfMatch(open.version)).map(drop)
    })
}

fn as_member<T>(
    tx: &mut Tx<'_>,
    seated: &Seated,
    work: impl FnOnce(&mut Tx<'_>, &Scope) -> Result<T, Problem>,
) -> Result<T, Problem> {
    tx.on_behalf_of(seated.holder.actor(), |tx| work(tx, &seated.holder))
}

/// The minutes, drafted from the records and approved.
fn approve(tx: &mut Tx<'_>, people: &People, session: &AssemblySessionId) -> Result<(), Problem> {
    let (drafted, _) = people.by(tx, Role::Scheduler, |tx, scope| {
        minutes::commands::draft(tx, scope, session, None)
    })?;
    let approval = ApproveMinutes {
        basis: ApprovalBasis::NoObjection,
        poll_id: None,
    };
    people.by(tx, Role::Administrator, |tx, scope| {
        minutes::commands::approve(tx, scope, session, IfMatch(drafted.version), &approval)
            .map(drop)
    })
}
