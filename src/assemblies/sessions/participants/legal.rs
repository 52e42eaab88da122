//! The hold of the Federal Advisory Committee Act, and the decision that ends it.

use serde_json::{Value, json};

use crate::assemblies::sessions::aggregate::{acquire, internal, store};
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::{LegalReview, Session};
use crate::assemblies::sessions::participants::queries::others;
use crate::assemblies::sessions::participants::wire::{DecideLegalReview, LegalDecision};
use crate::assemblies::sessions::queries::expect_state;
use crate::assemblies::sessions::visible::find;
use crate::assemblies::visible::expect_office;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, IfMatch, Problem};
use crate::kernel::id::AssemblySessionId;
use crate::kernel::text;

fn summary(row: &Session) -> Value {
    json!({
        "legal_review": row.legal_review,
        "basis": row.legal_basis,
        "federal_officer": row.federal_officer,
        "notice_citation": row.notice_citation,
    })
}

/// Puts a session back to where nothing is decided: held, or with nothing to decide. The journal
/// keeps what was.
///
/// # Errors
///
/// When the database fails.
pub fn reset(
    tx: &mut Tx<'_>,
    stored: &Locked<Session>,
    legal_review: LegalReview,
) -> Result<Session, Problem> {
    let row = Session {
        legal_review,
        legal_basis: None,
        legal_reviewed_by: None,
        legal_reviewed_at: None,
        federal_officer: None,
        notice_citation: None,
        ..Session::clone(stored)
    };
    let row = store(tx, stored, row)?;
    let kind = if legal_review == LegalReview::Pending {
        "assembly_session.held_for_review"
    } else {
        "assembly_session.review_dropped"
    };
    tx.record(internal(kind, &row).payload(json!({
        "before": summary(stored), "after": summary(&row),
    })))?;
    Ok(row)
}

/// Decides whether a session is exempt.
///
/// # Errors
///
/// 403 for whoever added one of those it is about; 404; 409 when there is nothing to decide, or the
/// session has begun; 412.
pub fn decide(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &AssemblySessionId,
    if_match: IfMatch,
    input: &DecideLegalReview,
) -> Result<Session, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope, Permission::SessionsReview)?;
    let stored = acquire(tx, id)?;
    stored.expect(if_match)?;
    expect_state(
        &stored,
        scope,
        "A legal review",
        SessionStatus::is_before_opening,
    )?;
    if stored.legal_review == LegalReview::NotNeeded {
        return Err(Problem::new(
            Code::NotAllowedInState,
            "Everyone who takes part is federal, elected or a designee: there is nothing to decide.",
        )
        .with("state", stored.legal_review.as_str()));
    }
    let decider = scope.user().cloned();
    let is_own = |added_by: &Option<String>| {
        added_by.as_deref() == decider.as_ref().map(crate::kernel::id::UserId::as_str)
    };
    if others(tx.conn, id)?
        .iter()
        .any(|participant| is_own(&participant.added_by_id))
    {
        return Err(Problem::new(
            Code::Forbidden,
            "Whoever added a participant does not decide about it: duties are kept apart.",
        ));
    }
    let mut row = Session::clone(&stored);
    row.legal_review = input.decision.into();
    row.legal_basis = Some(text::clean(&input.basis));
    row.federal_officer = text::clean_optional(input.federal_officer.as_deref());
    row.notice_citation = text::clean_optional(input.notice_citation.as_deref());
    row.legal_reviewed_by = decider;
    // Who adds a citation has not decided anew: the 15 days before opening count from the decision.
    let is_same =
        input.decision == LegalDecision::NotExempt && stored.legal_review == LegalReview::NotExempt;
    if !is_same {
        row.legal_reviewed_at = Some(tx.now);
    }
    let row = store(tx, &stored, row)?;
    tx.record(internal("assembly_session.reviewed", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok(row)
}
