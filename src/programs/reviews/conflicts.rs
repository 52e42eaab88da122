//! Who has a conflict of interest with which host, for a whole panel at once.
//!
//! It is the rule of [`crate::programs::applications::visible`], asked of others than the caller:
//! a test holds the two against each other. A conflict is declared; or it follows from belonging to
//! the host, to what is above it or to what is below it; or from having been placed there. The
//! office's own organizations are nobody's jurisdiction.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;

use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{CallId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::schema::{
    declared_conflicts, memberships, officers, organizations, panel_members, placements, postings,
};

/// The conflicts of interest of a call's panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflicts {
    declared: HashSet<(UserId, OrganizationId)>,
    derived: HashSet<(UserId, OrganizationId)>,
}

impl Conflicts {
    /// Reads those of a call, in as many queries however large it is.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn of(conn: &mut Connection, call: &CallId, now: Timestamp) -> Result<Self, Problem> {
        let declared: Vec<(UserId, OrganizationId)> = declared_conflicts::table
            .filter(declared_conflicts::call_id.eq(call))
            .select((
                declared_conflicts::user_id,
                declared_conflicts::organization_id,
            ))
            .load(conn)?;
        let mut derived: HashSet<(UserId, OrganizationId)> = HashSet::new();
        let panel = || {
            panel_members::table
                .filter(panel_members::call_id.eq(call.clone()))
                .select(panel_members::user_id)
        };
        derived.extend(
            placements::table
                .inner_join(officers::table)
                .filter(officers::user_id.assume_not_null().eq_any(panel()))
                .filter(placements::status.ne(PlacementStatus::Cancelled))
                .select((
                    officers::user_id.assume_not_null(),
                    placements::organization_id,
                ))
                .load::<(UserId, OrganizationId)>(conn)?,
        );
        let homes = homes(conn, call, now)?;
        let own: BTreeSet<OrganizationId> = homes.iter().map(|(_, home, _)| home.clone()).collect();
        let below: Vec<(OrganizationId, OrganizationId)> = organizations::table
            .filter(organizations::parent_id.assume_not_null().eq_any(own))
            .select((
                organizations::parent_id.assume_not_null(),
                organizations::id,
            ))
            .load(conn)?;
        for (user, home, above) in homes {
            let children = below.iter().filter(|(parent, _)| *parent == home);
            derived.extend(children.map(|(_, child)| (user.clone(), child.clone())));
            derived.extend(above.map(|above| (user.clone(), above)));
            derived.insert((user, home));
        }
        Ok(Self {
            declared: declared.into_iter().collect(),
            derived,
        })
    }

    /// Whether this member of the panel has one with this host.
    #[must_use]
    pub fn has(&self, reviewer: &UserId, host: &OrganizationId) -> bool {
        let pair = (reviewer.clone(), host.clone());
        self.declared.contains(&pair) || self.derived.contains(&pair)
    }

    /// Those that follow from what the reviewers are and were.
    #[must_use]
    pub const fn derived(&self) -> &HashSet<(UserId, OrganizationId)> {
        &self.derived
    }
}

/// The jurisdictions of the panel's members, each with what is above it.
fn homes(
    conn: &mut Connection,
    call: &CallId,
    now: Timestamp,
) -> Result<Vec<(UserId, OrganizationId, Option<OrganizationId>)>, Problem> {
    let panel = || {
        panel_members::table
            .filter(panel_members::call_id.eq(call.clone()))
            .select(panel_members::user_id)
    };
    let federal = ["national_office", "federal_agency"];
    let mut found = memberships::table
        .inner_join(organizations::table)
        .filter(memberships::user_id.eq_any(panel()))
        .filter(organizations::kind.ne_all(federal))
        .select((
            memberships::user_id,
            organizations::id,
            organizations::parent_id,
        ))
        .load(conn)?;
    found.extend(
        postings::table
            .inner_join(organizations::table)
            .filter(postings::user_id.eq_any(panel()))
            .filter(postings::starts_at.le(now))
            .filter(postings::ends_at.gt(now))
            .filter(organizations::kind.ne_all(federal))
            .select((
                postings::user_id,
                organizations::id,
                organizations::parent_id,
            ))
            .load::<(UserId, OrganizationId, Option<OrganizationId>)>(conn)?,
    );
    Ok(found)
}
