//! Drafting minutes from the records.
use crate::assemblies::sessions::model::Session;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
/// x
pub fn draft(_c: &mut Connection, _s: &Session) -> Result<String, Problem> {
    Ok("# x".into())
}
