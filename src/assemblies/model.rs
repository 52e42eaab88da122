//! Rows of assemblies.

use chrono_tz::Tz;
use diesel::prelude::*;
use serde::Serialize;

use crate::assemblies::composition::Composition;
use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::motions::workflow::Workflow;
use crate::assemblies::quorum::rule::QuorumRule;
use crate::assemblies::regions::AssemblyRegion;
use crate::kernel::day::Day;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::AssemblyId;
use crate::kernel::time::Timestamp;
use crate::schema::assemblies;

/// An assembly of local leaders: its cohort and its rules.
#[derive(Debug, Clone, PartialEq, Serialize, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = assemblies, treat_none_as_null = true)]
pub struct Assembly {
    /// Its id.
    pub id: AssemblyId,
    /// What it is called.
    pub name: String,
    /// The name as it is searched.
    pub name_folded: String,
    /// What it is for.
    pub purpose: Option<String>,
    /// Where it stands.
    pub status: AssemblyStatus,
    /// The zone in which its days begin.
    pub time_zone: String,
    /// The first day of the cohort.
    pub starts_on: Day,
    /// The day after the last.
    pub ends_on: Day,
    /// When the first day begins.
    pub starts_at: Timestamp,
    /// When `ends_on` begins.
    pub ends_at: Timestamp,
    /// Who may sit in it, as JSON.
    pub composition: String,
    /// Its regions, as JSON.
    pub regions: String,
    /// Its rule of quorum, as JSON.
    pub quorum: String,
    /// The steps that motions take, as JSON.
    pub workflow: String,
    /// Days between the call and the session, at least.
    pub notice_days: i64,
    /// Proxies that one member may hold.
    pub max_proxies: i64,
    /// Jurisdictions that second a motion before it is taken up.
    pub seconds_needed: i64,
    /// Whether a ballot may be replaced while its poll is open, where the poll does not say.
    pub is_ballot_replaceable: bool,
    /// The number given last to a session.
    pub last_session_number: i64,
    /// The number given last to a motion.
    pub last_motion_number: i64,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Assembly {
    const TABLE: &'static str = "assemblies";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        assemblies::table
            .filter(assemblies::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Assembly {
    /// The zone in which its days begin.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// Who may sit in it.
    #[must_use]
    pub fn composition(&self) -> Composition {
        serde_json::from_str(&self.composition).unwrap_or_default()
    }

    /// Its regions; none where each state is one.
    #[must_use]
    pub fn regions(&self) -> Vec<AssemblyRegion> {
        serde_json::from_str(&self.regions).unwrap_or_default()
    }

    /// Its rule of quorum.
    #[must_use]
    pub fn quorum_rule(&self) -> QuorumRule {
        serde_json::from_str(&self.quorum).unwrap_or_default()
    }

    /// The steps that its motions take.
    #[must_use]
    pub fn workflow(&self) -> Workflow {
        serde_json::from_str(&self.workflow).unwrap_or_default()
    }
}
