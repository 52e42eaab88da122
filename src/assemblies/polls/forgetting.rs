//! Making the seal of a secret poll unreadable once the poll is closed or cancelled, as far as the
//! service itself can.

use crate::assemblies::polls::model::PollKind;
use crate::kernel::db::{Database, dialect};
use crate::kernel::http::Reply;

/// Rewrites what held the seals, after an answer that shows a secret poll as closed or cancelled. When
/// that cannot be done now, the next closing of a secret poll does it; the answer does not depend on
/// it.
pub async fn after(db: &Database, answer: &Reply) {
    let kind = answer.body.as_ref().and_then(|poll| poll.get("kind"));
    if kind.and_then(|kind| kind.as_str()) != Some(PollKind::Secret.as_str()) {
        return;
    }
    let done = db
        .read(|conn| Ok(dialect::forget_deleted(conn, "poll_seals")?))
        .await;
    match done {
        Ok(true) => {}
        Ok(false) => tracing::warn!("the file that held the seals of secret polls is being read"),
        Err(problem) => {
            tracing::warn!(%problem, "the pages that held the seals of secret polls were not rewritten");
        }
    }
}
