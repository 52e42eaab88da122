//! What a draft is written from, read at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::assemblies::agenda::model::{AgendaAmendment, AgendaDocument, AgendaItem, Speaker};
use crate::assemblies::minutes::drafting::markdown::inline;
use crate::assemblies::model::Assembly;
use crate::assemblies::motions::model::{Motion, MotionStep, MotionText, Second};
use crate::assemblies::polls::model::{Ballot, Poll, SecretBallot, Voter};
use crate::assemblies::presence::model::Presence;
use crate::assemblies::quorum::model::QuorumCheck;
use crate::assemblies::seats::entitlement::{Standing, standings};
use crate::assemblies::seats::proxy_model::Proxy;
use crate::assemblies::sessions::model::{Participant, Session};
use crate::identity;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::http::Problem;
use crate::kernel::id::{MotionId, PollId, SeatId, UserId};
use crate::kernel::marking::Marking;
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::schema::{
    agenda_amendments, agenda_documents, agenda_items, agenda_speakers, ballots, motion_seconds,
    motion_steps, motion_texts, motions, organizations, poll_voters, polls, quorum_checks,
    seat_proxies, seats, secret_ballots, session_participants, session_presences,
};

/// The records of a session, and the names of those who are in them.
pub struct Facts {
    /// The assembly.
    pub assembly: Assembly,
    /// The session.
    pub session: Session,
    /// Who took part without a seat.
    pub participants: Vec<Participant>,
    /// Who had whose vote.
    pub proxies: Vec<Proxy>,
    /// Who was there.
    pub presences: Vec<Presence>,
    /// The quorums.
    pub checks: Vec<QuorumCheck>,
    /// The agenda.
    pub items: Vec<AgendaItem>,
    /// What was changed of it.
    pub amendments: Vec<AgendaAmendment>,
    /// Who spoke.
    pub speakers: Vec<Speaker>,
    /// What was before them.
    pub documents: Vec<AgendaDocument>,
    /// What was done with motions.
    pub steps: Vec<MotionStep>,
    /// The motions.
    pub motions: BTreeMap<MotionId, Motion>,
    /// Their texts.
    pub texts: HashMap<(MotionId, i64), MotionText>,
    /// Who seconded them here.
    pub seconds: Vec<Second>,
    /// The polls.
    pub polls: Vec<Poll>,
    /// Who could vote.
    pub voters: HashMap<PollId, Vec<Voter>>,
    /// Who did.
    pub ballots: HashMap<PollId, Vec<Ballot>>,
    /// The ballots of secret polls.
    pub secret: HashMap<PollId, Vec<SecretBallot>>,
    /// The seats that somebody held when the session was opened.
    pub standings: Vec<Standing>,
    zone: Tz,
    places: HashMap<SeatId, String>,
    people: HashMap<String, String>,
}

fn by_poll<T>(rows: Vec<T>, of: impl Fn(&T) -> &PollId) -> HashMap<PollId, Vec<T>> {
    let mut all: HashMap<PollId, Vec<T>> = HashMap::new();
    for row in rows {
        all.entry(of(&row).clone()).or_default().push(row);
    }
    all
}

/// Reads the rows of a table in which every row names its session, in this order.
macro_rules! rows {
    ($conn:expr, $session:expr, $table:ident, $order:expr) => {
        $table::table
            .filter($table::session_id.eq(&$session.id))
            .order($order)
            .select(SelectableHelper::as_select())
            .load($conn)?
    };
}

impl Facts {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn read(conn: &mut Connection, session: &Session) -> Result<Self, Problem> {
        let assembly = Assembly::load(conn, session.assembly_id.as_str())?
            .ok_or_else(|| Problem::internal("a session without an assembly"))?;
        let steps: Vec<MotionStep> = rows!(
            conn,
            session,
            motion_steps,
            (
                motion_steps::occurred_at,
                motion_steps::motion_id,
                motion_steps::ordinal
            )
        );
        let taken: HashSet<&MotionId> = steps.iter().map(|step| &step.motion_id).collect();
        let motions: Vec<Motion> = motions::table
            .filter(motions::id.eq_any(taken.iter().copied()))
            .select(Motion::as_select())
            .load(conn)?;
        let texts: Vec<MotionText> = motion_texts::table
            .filter(motion_texts::motion_id.eq_any(taken.iter().copied()))
            .select(MotionText::as_select())
            .load(conn)?;
        let polls: Vec<Poll> = polls::table
            .filter(polls::session_id.eq(&session.id))
            .filter(polls::opened_at.is_not_null())
            .order((polls::opened_at, polls::id))
            .select(Poll::as_select())
            .load(conn)?;
        let ids = || polls.iter().map(|poll| &poll.id);
        let voters: Vec<Voter> = poll_voters::table
            .filter(poll_voters::poll_id.eq_any(ids()))
            .order((poll_voters::organization_name, poll_voters::seat_id))
            .select(Voter::as_select())
            .load(conn)?;
        let cast: Vec<Ballot> = ballots::table
            .filter(ballots::poll_id.eq_any(ids()))
            .select(Ballot::as_select())
            .load(conn)?;
        let secret: Vec<SecretBallot> = secret_ballots::table
            .filter(secret_ballots::poll_id.eq_any(ids()))
            .order((secret_ballots::poll_id, secret_ballots::receipt))
            .select(SecretBallot::as_select())
            .load(conn)?;
        let at = session
            .opened_at
            .or(session.adjourned_at)
            .unwrap_or(session.starts_at);
        let standings = standings(conn, &session.assembly_id, Some(&session.id), at)?;
        let places: Vec<(SeatId, String, Option<String>, String)> = seats::table
            .inner_join(organizations::table)
            .filter(seats::assembly_id.eq(&session.assembly_id))
            .select((
                seats::id,
                organizations::name,
                organizations::subdivision,
                organizations::kind,
            ))
            .load(conn)?;
        let mut facts = Self {
            assembly,
            session: session.clone(),
            participants: rows!(
                conn,
                session,
                session_participants,
                (session_participants::created_at, session_participants::id)
            ),
            proxies: rows!(
                conn,
                session,
                seat_proxies,
                (seat_proxies::designated_at, seat_proxies::id)
            ),
            presences: rows!(
                conn,
                session,
                session_presences,
                (session_presences::starts_at, session_presences::id)
            ),
            checks: rows!(conn, session, quorum_checks, quorum_checks::ordinal),
            items: rows!(conn, session, agenda_items, agenda_items::id),
            amendments: rows!(conn, session, agenda_amendments, agenda_amendments::ordinal),
            speakers: rows!(
                conn,
                session,
                agenda_speakers,
                (agenda_speakers::started_at, agenda_speakers::id)
            ),
            documents: agenda_documents::table
                .filter(agenda_documents::session_id.eq(&session.id))
                .filter(agenda_documents::marking.ne(Marking::Cui))
                .order((agenda_documents::created_at, agenda_documents::id))
                .select(AgendaDocument::as_select())
                .load(conn)?,
            motions: motions
                .into_iter()
                .map(|row| (row.id.clone(), row))
                .collect(),
            texts: texts
                .into_iter()
                .map(|row| ((row.motion_id.clone(), row.version), row))
                .collect(),
            seconds: rows!(
                conn,
                session,
                motion_seconds,
                (motion_seconds::created_at, motion_seconds::seat_id)
            ),
            steps,
            voters: by_poll(voters, |row| &row.poll_id),
            ballots: by_poll(cast, |row| &row.poll_id),
            secret: by_poll(secret, |row| &row.poll_id),
            polls,
            standings,
            zone: session.time_zone.parse().unwrap_or(Tz::UTC),
            places: places
                .into_iter()
                .map(|(id, name, subdivision, kind)| {
                    (id, place(&name, subdivision.as_deref(), &kind))
                })
                .collect(),
            people: HashMap::new(),
        };
        facts.items.sort_by_cached_key(|item| numbers(&item.number));
        facts.people = identity::queries::names_of_users(conn, facts.users(), None)?;
        Ok(facts)
    }

    fn users(&self) -> Vec<String> {
        let mut all: HashSet<String> = HashSet::new();
        let mut add = |user: &UserId| {
            all.insert(user.to_string());
        };
        self.presences.iter().for_each(|row| add(&row.user_id));
        self.proxies.iter().for_each(|row| add(&row.proxy_user_id));
        self.speakers.iter().for_each(|row| add(&row.user_id));
        self.seconds.iter().for_each(|row| add(&row.user_id));
        self.standings
            .iter()
            .for_each(|row| add(&row.holder.user_id));
        self.motions
            .values()
            .filter_map(|row| row.moved_by.as_ref())
            .for_each(add);
        all.into_iter().collect()
    }

    /// What the jurisdiction of a seat is called, written for Markdown.
    #[must_use]
    pub fn place(&self, seat: &SeatId) -> String {
        self.places
            .get(seat)
            .map_or_else(|| seat.to_string(), |name| inline(name))
    }

    /// What a person is called, written for Markdown.
    #[must_use]
    pub fn person(&self, user: &UserId) -> String {
        self.people
            .get(user.as_str())
            .map_or_else(|| user.to_string(), |name| inline(name))
    }

    /// A day and a time on a clock where the session was held.
    #[must_use]
    pub fn when(&self, at: Timestamp) -> String {
        let local = ZonedTime::at(at, self.zone).local().to_string();
        let text: String = local.chars().take(16).collect();
        text.replace('T', " ")
    }

    /// A time there; with its day, when that is not the day of the opening.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> String {
        let (own, opened) = (
            self.when(at),
            self.session.opened_at.map(|at| self.when(at)),
        );
        match (own.split_once(' '), opened) {
            (Some((day, time)), Some(opened)) if opened.starts_with(day) => time.to_owned(),
            _ => own,
        }
    }

    /// As [`Facts::clock`], or a dash.
    #[must_use]
    pub fn clock_or_dash(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "–".to_owned(), |at| self.clock(at))
    }
}

/// What tells a place from others of its name.
fn place(name: &str, subdivision: Option<&str>, kind: &str) -> String {
    match subdivision {
        Some(subdivision) if matches!(kind, "municipality" | "county" | "tribal_government") => {
            format!("{name}, {subdivision}")
        }
        _ => name.to_owned(),
    }
}

/// The numbers of an item in the tree, as they are ordered: 2.10 after 2.9.
fn numbers(text: &str) -> Vec<u32> {
    text.split('.')
        .map(|part| part.parse().unwrap_or_default())
        .collect()
}
