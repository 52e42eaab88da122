//! The records that approved minutes stand on, and their hashes.
//!
//! A record is what a row of the database serializes to, written as canonical JSON (RFC 8785): no
//! column can be left out, and none can be read in two ways. Its hash is the SHA-256 of that, in
//! hexadecimal. A motion goes on in later sessions, so that of its row only what stays is hashed;
//! what was done with it here is hashed with its steps, seconds and texts.

use aws_lc_rs::digest;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::assemblies::agenda::model::{AgendaAmendment, AgendaDocument, AgendaItem, Speaker};
use crate::assemblies::minutes::model::MinutesRecord;
use crate::assemblies::motions::model::{MotionStep, MotionText, Second};
use crate::assemblies::polls::model::{Ballot, Poll, SecretBallot, Voter};
use crate::assemblies::presence::model::Presence;
use crate::assemblies::quorum::model::QuorumCheck;
use crate::assemblies::seats::proxy_model::Proxy;
use crate::assemblies::sessions::model::{Participant, Session};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{AssemblyId, AssemblySessionId, MotionId, SeatId, UserId};
use crate::kernel::secrets::to_hex;
use crate::kernel::time::Timestamp;
use crate::schema::{
    agenda_amendments, agenda_documents, agenda_items, agenda_speakers, assembly_sessions, ballots,
    motion_seconds, motion_steps, motion_texts, motions, poll_voters, polls, quorum_checks,
    seat_proxies, secret_ballots, session_participants, session_presences,
};

/// The SHA-256 of a value as canonical JSON, in hexadecimal.
///
/// # Errors
///
/// 500 when the value cannot be written as JSON.
pub fn hash_of(value: &impl Serialize) -> Result<String, Problem> {
    let canonical = serde_json_canonicalizer::to_vec(value).map_err(Problem::internal)?;
    Ok(to_hex(digest::digest(&digest::SHA256, &canonical).as_ref()))
}

/// A row that is a record of a session.
trait Record: Serialize {
    /// The kind, as lists name it.
    const KIND: &'static str;

    /// Which one of the kind.
    fn key(&self) -> String;
}

/// What stays of a motion's row once it was moved.
#[derive(Serialize, Queryable, Selectable)]
#[diesel(table_name = motions)]
struct LastingMotion {
    id: MotionId,
    assembly_id: AssemblyId,
    number: Option<i64>,
    amends_id: Option<MotionId>,
    base_text_version: Option<i64>,
    mover_seat_id: Option<SeatId>,
    moved_by: Option<UserId>,
    moved_at: Option<Timestamp>,
    origin_id: Option<MotionId>,
    created_by_kind: String,
    created_by_id: Option<String>,
    created_at: Timestamp,
}

macro_rules! records {
    ($($row:ty => $kind:literal, |$it:ident| $key:expr;)+) => {
        $(impl Record for $row {
            const KIND: &'static str = $kind;

            fn key(&self) -> String {
                let $it = self;
                $key
            }
        })+
    };
}

records! {
    Session => "session", |row| row.id.to_string();
    Participant => "participant", |row| row.id.to_string();
    Proxy => "proxy", |row| row.id.to_string();
    AgendaItem => "agenda_item", |row| row.id.to_string();
    AgendaAmendment => "agenda_amendment", |row| row.ordinal.to_string();
    AgendaDocument => "agenda_document", |row| row.id.to_string();
    Speaker => "speaker", |row| row.id.to_string();
    Presence => "presence", |row| row.id.to_string();
    QuorumCheck => "quorum_check", |row| row.ordinal.to_string();
    LastingMotion => "motion", |row| row.id.to_string();
    MotionText => "motion_text", |row| format!("{}/{}", row.motion_id, row.version);
    MotionStep => "motion_step", |row| format!("{}/{}", row.motion_id, row.ordinal);
    Second => "motion_second", |row| format!("{}/{}", row.motion_id, row.seat_id);
    Poll => "poll", |row| row.id.to_string();
    Voter => "poll_voter", |row| format!("{}/{}", row.poll_id, row.seat_id);
    Ballot => "ballot", |row| format!("{}/{}", row.poll_id, row.seat_id);
    SecretBallot => "secret_ballot", |row| format!("{}/{}", row.poll_id, row.receipt);
}

/// The records of one kind, as pairs of which one and its hash.
type Hashes = Result<Vec<(String, String)>, Problem>;

/// A kind of record, and how those of a session are hashed.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Its name in lists.
    pub name: &'static str,
    hash: fn(&mut Connection, &AssemblySessionId) -> Hashes,
}

impl Kind {
    const fn of<T: Record>(hash: fn(&mut Connection, &AssemblySessionId) -> Hashes) -> Self {
        Self {
            name: T::KIND,
            hash,
        }
    }

    /// The records of this kind that a session has, with their hashes.
    ///
    /// # Errors
    ///
    /// When the database fails, or holds what cannot be read.
    pub fn records(
        self,
        conn: &mut Connection,
        session: &AssemblySessionId,
    ) -> Result<Vec<MinutesRecord>, Problem> {
        let found = (self.hash)(conn, session)?;
        Ok(found
            .into_iter()
            .map(|(record_id, hash)| MinutesRecord {
                session_id: session.clone(),
                kind: self.name.to_owned(),
                record_id,
                hash,
            })
            .collect())
    }
}

fn hashed<T: Record>(rows: &[T]) -> Hashes {
    rows.iter()
        .map(|row| {
            let hash = hash_of(&json!({"kind": T::KIND, "record": row}))?;
            Ok((row.key(), hash))
        })
        .collect()
}

/// Reads the rows of a table in which every row names its session.
macro_rules! of_session {
    ($row:ty, $table:ident) => {
        Kind::of::<$row>(|conn, session| {
            let rows: Vec<$row> = $table::table
                .filter($table::session_id.eq(session))
                .select(<$row>::as_select())
                .load(conn)?;
            hashed(&rows)
        })
    };
}

/// Reads the rows of a table that hang on the session's polls.
macro_rules! of_polls {
    ($row:ty, $table:ident) => {
        Kind::of::<$row>(|conn, session| {
            let polls = polls::table
                .filter(polls::session_id.eq(session))
                .select(polls::id);
            let rows: Vec<$row> = $table::table
                .filter($table::poll_id.eq_any(polls))
                .select(<$row>::as_select())
                .load(conn)?;
            hashed(&rows)
        })
    };
}

/// Every kind of record.
pub const KINDS: &[Kind] = &[
    Kind::of::<Session>(|conn, session| {
        let rows: Vec<Session> = assembly_sessions::table
            .filter(assembly_sessions::id.eq(session))
            .select(Session::as_select())
            .load(conn)?;
        hashed(&rows)
    }),
    of_session!(Participant, session_participants),
    of_session!(Proxy, seat_proxies),
    of_session!(AgendaItem, agenda_items),
    of_session!(AgendaAmendment, agenda_amendments),
    of_session!(AgendaDocument, agenda_documents),
    of_session!(Speaker, agenda_speakers),
    of_session!(Presence, session_presences),
    of_session!(QuorumCheck, quorum_checks),
    Kind::of::<LastingMotion>(|conn, session| {
        let taken = motion_steps::table
            .filter(motion_steps::session_id.eq(session))
            .select(motion_steps::motion_id);
        let rows: Vec<LastingMotion> = motions::table
            .filter(motions::id.eq_any(taken))
            .select(LastingMotion::as_select())
            .load(conn)?;
        hashed(&rows)
    }),
    Kind::of::<MotionText>(motion_texts_of),
    of_session!(MotionStep, motion_steps),
    of_session!(Second, motion_seconds),
    Kind::of::<Poll>(|conn, session| {
        // What was prepared and never opened was no business of the session.
        let rows: Vec<Poll> = polls::table
            .filter(polls::session_id.eq(session))
            .filter(polls::opened_at.is_not_null())
            .select(Poll::as_select())
            .load(conn)?;
        hashed(&rows)
    }),
    of_polls!(Voter, poll_voters),
    of_polls!(Ballot, ballots),
    of_polls!(SecretBallot, secret_ballots),
];

/// The texts of the motions that were dealt with, up to the one that each had at the last step here.
fn motion_texts_of(conn: &mut Connection, session: &AssemblySessionId) -> Hashes {
    let last: Vec<(MotionId, Option<i64>)> = motion_steps::table
        .filter(motion_steps::session_id.eq(session))
        .group_by(motion_steps::motion_id)
        .select((
            motion_steps::motion_id,
            diesel::dsl::max(motion_steps::text_version),
        ))
        .load(conn)?;
    let mut rows: Vec<MotionText> = motion_texts::table
        .filter(motion_texts::motion_id.eq_any(last.iter().map(|(motion, _)| motion)))
        .select(MotionText::as_select())
        .load(conn)?;
    rows.retain(|row| {
        last.iter()
            .any(|(motion, version)| *motion == row.motion_id && Some(row.version) <= *version)
    });
    hashed(&rows)
}

/// Every record of a session with its hash, in the order of kinds and ids.
///
/// # Errors
///
/// When the database fails.
pub fn of_session(
    conn: &mut Connection,
    session: &AssemblySessionId,
) -> Result<Vec<MinutesRecord>, Problem> {
    let mut all = Vec::new();
    for kind in KINDS {
        all.extend(kind.records(conn, session)?);
    }
    all.sort_by(|one, other| (&one.kind, &one.record_id).cmp(&(&other.kind, &other.record_id)));
    Ok(all)
}
