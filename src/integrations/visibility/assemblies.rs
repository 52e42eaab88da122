//! Which events of assemblies a caller may know of: those of records that exist for them. What is
//! told of a seat, a session, a motion, a poll or minutes hangs on who follows the assembly.

use diesel::prelude::*;

use crate::assemblies::{self, motions, polls, seats, sessions};
use crate::integrations::visibility::Boxed;
use crate::kernel::access::Scope;
use crate::kernel::db::among;
use crate::schema::events::dsl;
use crate::schema::{assembly_sessions, minutes};

/// How events call an assembly.
const ASSEMBLY: &str = assemblies::aggregate::SUBJECT;

/// How events call a seat, its nomination, its holder and its proxies.
const SEAT: &str = seats::aggregate::SUBJECT;

/// How events call a session, its agenda and who is present.
const SESSION: &str = sessions::aggregate::SUBJECT;

/// How events call a motion.
const MOTION: &str = motions::aggregate::SUBJECT;

/// How events call a poll and its ballots.
const POLL: &str = polls::aggregate::SUBJECT;

/// How events call minutes.
const MINUTES: &str = "minutes";

/// The kinds of records of assemblies. They are no organization's own.
pub const SUBJECTS: [&str; 6] = [ASSEMBLY, SEAT, SESSION, MOTION, POLL, MINUTES];

/// Leaves out the events of records that do not exist for the caller.
#[must_use]
pub fn known(found: Boxed, scope: &Scope) -> Boxed {
    let found = found.filter(dsl::subject_kind.ne(ASSEMBLY).or(among(
        dsl::subject_id,
        assemblies::visible::visible(scope).select(crate::schema::assemblies::id),
    )));
    let found = found.filter(dsl::subject_kind.ne(SEAT).or(among(
        dsl::subject_id,
        seats::visible::visible(scope).select(crate::schema::seats::id),
    )));
    let found = found.filter(dsl::subject_kind.ne(SESSION).or(among(
        dsl::subject_id,
        sessions::visible::visible(scope).select(assembly_sessions::id),
    )));
    let found = found.filter(dsl::subject_kind.ne(MOTION).or(among(
        dsl::subject_id,
        motions::visible::visible(scope).select(crate::schema::motions::id),
    )));
    let found = found.filter(dsl::subject_kind.ne(POLL).or(among(
        dsl::subject_id,
        polls::visible::visible(scope).select(crate::schema::polls::id),
    )));
    found.filter(
        dsl::subject_kind.ne(MINUTES).or(among(
            dsl::subject_id,
            minutes::table
                .filter(among(
                    minutes::session_id,
                    sessions::visible::visible(scope).select(assembly_sessions::id),
                ))
                .select(minutes::id),
        )),
    )
}
