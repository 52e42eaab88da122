//! Drafting minutes from the records: the same records give the same text.

mod agenda;
mod attendance;
mod facts;
mod head;
pub mod markdown;
mod motions;
mod votes;

use crate::assemblies::minutes::drafting::facts::Facts;
use crate::assemblies::sessions::model::Session;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;

/// The minutes of a session as its records tell them, in Markdown.
///
/// # Errors
///
/// When the database fails.
pub fn draft(conn: &mut Connection, session: &Session) -> Result<String, Problem> {
    let facts = Facts::read(conn, session)?;
    let mut text = String::new();
    head::write(&facts, &mut text);
    attendance::write(&facts, &mut text);
    agenda::write(&facts, &mut text);
    motions::write(&facts, &mut text);
    head::write_end(&facts, &mut text);
    Ok(text)
}
