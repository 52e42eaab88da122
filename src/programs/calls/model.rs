//! Rows and vocabulary of calls.

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{CallId, LateCodeId, OrganizationId, ProgramId, UserId};
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::programs::calls::eligibility::Eligibility;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::rubric::Rubric;
use crate::schema::{call_forms, calls, late_codes};

crate::text_enum! {
    /// How the scores of different reviewers are made comparable.
    pub enum Normalisation {
        /// They are taken as they are.
        None => "none",
        /// Each reviewer's scores are moved by the same amount, so that their mean becomes the mean
        /// of all.
        ReviewerMean => "reviewer_mean",
    }
}

/// A call for hosts.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calls, treat_none_as_null = true)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// The program it is a call of.
    pub program_id: ProgramId,
    /// What it is called.
    pub title: String,
    /// The title as it is searched.
    pub title_folded: String,
    /// Where it stands.
    pub status: CallStatus,
    /// The zone in which its closing time is stated.
    pub time_zone: String,
    /// When it closes, on the clock on the wall.
    pub closes_local: Timestamp,
    /// When it closes: what is submitted at this instant or later is late.
    pub closes_at: Timestamp,
    /// Hosts that are selected, at most.
    pub places: i64,
    /// Hosts that are kept in reserve, at most.
    pub reserve_places: i64,
    /// Whether reviewers do not see who applies until the call is decided.
    pub is_blind: bool,
    /// Reviews that each application is to have.
    pub reviews_per_application: i64,
    /// How the scores of different reviewers are made comparable.
    pub normalisation: Normalisation,
    /// The criteria, as JSON.
    pub rubric: String,
    /// Who may apply, as JSON.
    pub eligibility: String,
    /// The version of the form that new applications are written against.
    pub form_version: i64,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// When it closed.
    pub closed_at: Option<Timestamp>,
    /// When the reviews began.
    pub review_started_at: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When the decision was announced.
    pub announced_at: Option<Timestamp>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for Call {
    const TABLE: &'static str = "calls";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        calls::table
            .filter(calls::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Call {
    /// The zone in which the closing time is stated.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// When it closes, as a scheduled time.
    #[must_use]
    pub fn closing(&self) -> ZonedTime {
        ZonedTime::at(self.closes_at, self.zone())
    }

    /// The criteria.
    #[must_use]
    pub fn rubric(&self) -> Rubric {
        serde_json::from_str(&self.rubric).unwrap_or_default()
    }

    /// Who may apply.
    #[must_use]
    pub fn eligibility(&self) -> Eligibility {
        serde_json::from_str(&self.eligibility).unwrap_or_default()
    }

    /// Where it stands at this instant: it closes by itself, whether or not a worker came by.
    #[must_use]
    pub fn status_at(&self, now: Timestamp) -> CallStatus {
        match self.status {
            CallStatus::Open if self.closes_at <= now => CallStatus::Closed,
            status => status,
        }
    }

    /// Whether those who review in it are not told who applies, at this stage.
    #[must_use]
    pub fn hides_hosts(&self) -> bool {
        self.is_blind && self.status.is_before_decision()
    }
}

/// One version of the form of a call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = call_forms, treat_none_as_null = true)]
pub struct CallForm {
    /// The call.
    pub call_id: CallId,
    /// Counts from 1.
    pub version: i64,
    /// The form: a JSON Schema, draft 2020-12.
    pub json_schema: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Leave for one organization to submit after the call has closed.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = late_codes, treat_none_as_null = true)]
pub struct LateCode {
    /// Its id.
    pub id: LateCodeId,
    /// The call.
    pub call_id: CallId,
    /// Who may use it.
    pub organization_id: OrganizationId,
    /// The digest of the code.
    pub digest: String,
    /// Why it was given.
    pub reason: String,
    /// Who gave it.
    pub created_by: UserId,
    /// When it was given.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_call_is_closed_from_its_instant_on() {
        let closes_at: Timestamp = "2031-11-02T06:30:00Z".parse().unwrap();
        let mut call = Call {
            id: CallId::fresh(),
            program_id: ProgramId::fresh(),
            title: String::new(),
            title_folded: String::new(),
            status: CallStatus::Open,
            time_zone: "America/New_York".to_owned(),
            closes_local: closes_at,
            closes_at,
            places: 1,
            reserve_places: 0,
            is_blind: false,
            reviews_per_application: 1,
            normalisation: Normalisation::None,
            rubric: "[]".to_owned(),
            eligibility: "{}".to_owned(),
            form_version: 1,
            opened_at: None,
            closed_at: None,
            review_started_at: None,
            decided_at: None,
            announced_at: None,
            version: 1,
            created_at: closes_at,
            updated_at: closes_at,
        };
        assert_eq!(
            call.status_at(closes_at.plus_microseconds(-1)),
            CallStatus::Open
        );
        assert_eq!(call.status_at(closes_at), CallStatus::Closed);
        call.status = CallStatus::InReview;
        assert_eq!(call.status_at(closes_at), CallStatus::InReview);
    }
}
