//! The floor: one has it at a time.

use diesel::prelude::*;

use crate::assemblies::agenda::model::SpeakerStatus;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::AssemblySessionId;
use crate::schema::agenda_speakers;

/// Ends the speech of whoever has the floor, if anybody has.
///
/// # Errors
///
/// When the database fails.
pub fn end_speech(tx: &mut Tx<'_>, session: &AssemblySessionId) -> Result<(), Problem> {
    diesel::update(
        agenda_speakers::table
            .filter(agenda_speakers::session_id.eq(session))
            .filter(agenda_speakers::status.eq(SpeakerStatus::Speaking)),
    )
    .set((
        agenda_speakers::status.eq(SpeakerStatus::Spoken),
        agenda_speakers::ended_at.eq(Some(tx.now)),
    ))
    .execute(tx.conn)?;
    Ok(())
}
