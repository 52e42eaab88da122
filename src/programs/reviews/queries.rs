//! Reading assignments, conflicts and reviews.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::identity::queries::names_of_users;
use crate::kernel::access::Scope;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{ApplicationId, CallId, OrganizationId, UserId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::applications::visible::visible;
use crate::programs::calls::model::Call;
use crate::programs::reviews::conflicts::Conflicts;
use crate::programs::reviews::model::{Assignment, DeclaredConflict, Review as Row};
use crate::programs::reviews::panel::{Standing, standing};
use crate::programs::reviews::scoring::{self, Points};
use crate::programs::reviews::wire::{
    self, AssignmentQuery, AssignmentSort, ConflictOfInterest, ConflictOrigin, Review, Scores,
};
use crate::programs::{applications as application, calls as call_room};
use crate::schema::{applications, declared_conflicts, review_assignments, reviews};

/// A page of a call's assignments: those of the applications that the caller may see, and of the
/// panel, before the call is decided, each their own.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list_assignments(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    call: &Call,
    query: &AssignmentQuery,
) -> Result<Page<wire::ReviewAssignment>, Problem> {
    let is_panel = standing(conn, scope, call)? == Standing::Panel;
    let own = scope
        .user()
        .cloned()
        .filter(|_| is_panel && call.status.is_before_decision());
    let base = || -> review_assignments::BoxedQuery<'static, Backend> {
        let seen = visible(scope)
            .filter(applications::call_id.eq(call.id.clone()))
            .filter(applications::status.ne(ApplicationStatus::Withdrawn))
            .select(applications::id);
        let mut found = review_assignments::table
            .into_boxed()
            .filter(review_assignments::call_id.eq(call.id.clone()))
            .filter(among(review_assignments::application_id, seen));
        if let Some(me) = &own {
            found = found.filter(review_assignments::user_id.eq(me.clone()));
        }
        if let Some(reviewer) = &query.reviewer_id {
            found = found.filter(review_assignments::user_id.eq(reviewer.clone()));
        }
        if let Some(application) = &query.application_id {
            found = found.filter(review_assignments::application_id.eq(application.clone()));
        }
        found
    };
    let request = PageRequest::within(keyring, query, call.id.as_str())?;
    let rows: Vec<Assignment> = crate::seek!(
        base(), review_assignments::application_id, review_assignments::user_id,
        descending: query.sort == Some(AssignmentSort::ApplicationDescending),
        after: request.after_as::<ApplicationId>()?
    )
    .limit(request.rows_to_read())
    .select(Assignment::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.application_id.to_string(), row.user_id.to_string())
    });
    Ok(page.map(shown_assignment))
}

/// An assignment as it is shown.
#[must_use]
pub fn shown_assignment(row: Assignment) -> wire::ReviewAssignment {
    wire::ReviewAssignment {
        application_id: row.application_id,
        reviewer_id: row.user_id,
        method: row.method,
        assigned_at: row.assigned_at,
    }
}

/// Whether this reviewer is to review this application.
///
/// # Errors
///
/// When the database fails.
pub fn is_assigned(
    conn: &mut Connection,
    application: &ApplicationId,
    user: &UserId,
) -> Result<bool, Problem> {
    let found: Option<UserId> = review_assignments::table
        .filter(review_assignments::application_id.eq(application))
        .filter(review_assignments::user_id.eq(user))
        .select(review_assignments::user_id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The assignments of a call.
///
/// # Errors
///
/// When the database fails.
pub fn assignments(conn: &mut Connection, call: &CallId) -> Result<Vec<Assignment>, Problem> {
    Ok(review_assignments::table
        .filter(review_assignments::call_id.eq(call))
        .order((
            review_assignments::application_id,
            review_assignments::user_id,
        ))
        .select(Assignment::as_select())
        .load(conn)?)
}

/// The conflicts of interest of a call's panel: those that were declared, and those that follow,
/// with hosts that have applied.
///
/// # Errors
///
/// When the database fails.
pub fn conflicts(
    conn: &mut Connection,
    call: &CallId,
    now: Timestamp,
) -> Result<Vec<ConflictOfInterest>, Problem> {
    let declared: Vec<DeclaredConflict> = declared_conflicts::table
        .filter(declared_conflicts::call_id.eq(call))
        .order((
            declared_conflicts::user_id,
            declared_conflicts::organization_id,
        ))
        .select(DeclaredConflict::as_select())
        .load(conn)?;
    let hosts: Vec<OrganizationId> = applications::table
        .filter(applications::call_id.eq(call))
        .filter(applications::status.ne(ApplicationStatus::Draft))
        .select(applications::organization_id)
        .load(conn)?;
    let hosts: BTreeSet<OrganizationId> = hosts.into_iter().collect();
    let all = Conflicts::of(conn, call, now)?;
    let derived: BTreeSet<&(UserId, OrganizationId)> = all
        .derived()
        .iter()
        .filter(|(_, host)| hosts.contains(host))
        .collect();
    let derived = derived.into_iter().map(|(user, host)| ConflictOfInterest {
        call_id: call.clone(),
        user_id: user.clone(),
        organization_id: host.clone(),
        origin: ConflictOrigin::Derived,
        reason: None,
        declared_by: None,
        declared_at: None,
    });
    Ok(declared
        .into_iter()
        .map(shown_conflict)
        .chain(derived)
        .collect())
}

/// A declared conflict as it is shown.
#[must_use]
pub fn shown_conflict(row: DeclaredConflict) -> ConflictOfInterest {
    ConflictOfInterest {
        call_id: row.call_id,
        user_id: row.user_id,
        organization_id: row.organization_id,
        origin: ConflictOrigin::Declared,
        reason: Some(row.reason),
        declared_by: Some(row.declared_by),
        declared_at: Some(row.declared_at),
    }
}

/// This reviewer's review of an application.
///
/// # Errors
///
/// When the database fails.
pub fn review_by(
    conn: &mut Connection,
    application: &ApplicationId,
    reviewer: &UserId,
) -> Result<Option<Row>, Problem> {
    Ok(reviews::table
        .filter(reviews::application_id.eq(application))
        .filter(reviews::reviewer_id.eq(reviewer))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// The reviews of an application that the caller may see: all, or before the decision a reviewer's
/// own.
///
/// # Errors
///
/// 403 to those who may not see reviews of this call.
pub fn reviews_of(
    conn: &mut Connection,
    scope: &Scope,
    call: &Call,
    application: &Application,
    now: Timestamp,
) -> Result<Vec<Review>, Problem> {
    let is_panel = standing(conn, scope, call)? == Standing::Panel;
    let mut found = reviews::table
        .filter(reviews::application_id.eq(application.id.clone()))
        .order(reviews::id)
        .select(Row::as_select())
        .into_boxed();
    if is_panel && call.status.is_before_decision() {
        let (me, _) = scope.person()?;
        found = found.filter(reviews::reviewer_id.eq(me.clone()));
    }
    let rows: Vec<Row> = found.load(conn)?;
    represent(conn, call, &application.organization_id, rows, now)
}

/// Reviews of one application, as they are shown.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    call: &Call,
    host: &OrganizationId,
    rows: Vec<Row>,
    now: Timestamp,
) -> Result<Vec<Review>, Problem> {
    let conflicts = Conflicts::of(conn, &call.id, now)?;
    let names = names(conn, &rows)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let counts = !conflicts.has(&row.reviewer_id, host);
            shown_review(call, row, &names, counts)
        })
        .collect())
}

/// The names of those who wrote these reviews.
///
/// # Errors
///
/// When the database fails.
pub fn names(conn: &mut Connection, rows: &[Row]) -> Result<HashMap<String, String>, Problem> {
    let ids: BTreeSet<String> = rows.iter().map(|row| row.reviewer_id.to_string()).collect();
    names_of_users(conn, ids.into_iter().collect(), None)
}

/// A review as it is shown.
#[must_use]
pub fn shown_review(
    call: &Call,
    row: Row,
    names: &HashMap<String, String>,
    counts: bool,
) -> Review {
    let rubric = call.rubric();
    let points = points_of(&row);
    let score = scoring::of_review(&rubric, &points).map(scoring::shown);
    let scores = Scores(
        rubric
            .0
            .into_iter()
            .filter(|_| !row.is_abstention)
            .map(|criterion| {
                let given = points.get(&criterion.key).copied();
                (criterion.key, given)
            })
            .collect(),
    );
    Review {
        reviewer: names
            .get(row.reviewer_id.as_str())
            .cloned()
            .unwrap_or_default(),
        id: row.id,
        application_id: row.application_id,
        reviewer_id: row.reviewer_id,
        is_abstention: row.is_abstention,
        scores,
        score,
        counts,
        comment: row.comment,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// The points that a review gives: none where its reviewer abstained altogether.
#[must_use]
pub fn points_of(row: &Row) -> Points {
    if row.is_abstention {
        return Points::new();
    }
    serde_json::from_str(&row.scores).unwrap_or_default()
}

/// The caller's own review of an application.
///
/// # Errors
///
/// 404 when the application does not exist for the caller, or they have not reviewed it.
pub fn own_review(
    conn: &mut Connection,
    scope: &Scope,
    id: &ApplicationId,
) -> Result<(Call, Application, Row), Problem> {
    let row = application::visible::find(conn, scope, id)?;
    let call = call_room::visible::find(conn, scope, &row.call_id)?;
    let (me, _) = scope.person()?;
    let review = review_by(conn, id, me)?.ok_or_else(Problem::not_found)?;
    Ok((call, row, review))
}
