//! An officer's place at the host: a posting that begins and ends with the placement, by the clock.

use crate::identity::postings::{self, Posting};
use crate::kernel::access::Role;
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::UserId;
use crate::programs::placements::model::Placement;
use crate::programs::placements::rules::{gives_access, is_signed_in_time};

/// Brings the posting of a placement in line with its term and its officer's account. The officer
/// and the placement are locked.
///
/// A placement that was signed in time gives its officer the whole term. One that was signed late
/// gives what is left of it when it is activated: nobody's access reaches back.
///
/// # Errors
///
/// When the database fails.
pub fn sync(
    tx: &mut Tx<'_>,
    placement: &Placement,
    account: Option<&UserId>,
) -> Result<(), Problem> {
    let id = placement.id.as_str();
    let Some(account) = account.filter(|_| gives_access(placement)) else {
        return postings::end(tx, id);
    };
    let begun = postings::get(tx.conn, id)?
        .filter(|posting| posting.user_id == *account)
        .map(|posting| posting.starts_at);
    let starts_at = if is_signed_in_time(placement) {
        placement.starts_at
    } else {
        begun.unwrap_or(tx.now)
    };
    postings::set(
        tx,
        &Posting {
            id: id.to_owned(),
            user_id: account.clone(),
            organization_id: placement.organization_id.clone(),
            role: Role::Diplomat,
            starts_at,
            ends_at: placement.ends_at,
        },
    )
}
