//! The slate: which hosts are selected, which are kept in reserve, and which are refused, as it
//! follows from what was decided by hand and from the ranking.
//!
//! 1. What was decided by hand stands.
//! 2. The places that are left are filled by rank from what is undecided.
//! 3. So is the reserve, after those who were put there by hand, in the order of their ranks. Of
//!    equals there whoever handed in first comes first.
//! 4. The rest is refused.
//!
//! Where equals lie across a line, nothing but chance could part them: they stay open
//! (`tie_at_line`), as does what has no score, and the call is not decided before somebody has
//! decided them by hand.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;

use crate::kernel::id::ApplicationId;
use crate::kernel::secrets::to_hex;
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::reviews::scoring::Place;

crate::text_enum! {
    /// What becomes of an application.
    pub enum SlateOutcome {
        /// It becomes a host.
        Selected => "selected",
        /// It becomes a host when a selected one steps back.
        Reserve => "reserve",
        /// It does not.
        Rejected => "rejected",
    }
}

impl SlateOutcome {
    /// The state of an application with this outcome.
    #[must_use]
    pub const fn status(self) -> ApplicationStatus {
        match self {
            Self::Selected => ApplicationStatus::Selected,
            Self::Reserve => ApplicationStatus::Reserve,
            Self::Rejected => ApplicationStatus::Rejected,
        }
    }

    /// The outcome that this state is, if it is one.
    #[must_use]
    pub const fn of(status: ApplicationStatus) -> Option<Self> {
        match status {
            ApplicationStatus::Selected => Some(Self::Selected),
            ApplicationStatus::Reserve => Some(Self::Reserve),
            ApplicationStatus::Rejected => Some(Self::Rejected),
            _ => None,
        }
    }
}

crate::text_enum! {
    /// What an outcome follows from.
    pub enum DecidedBy {
        /// Somebody decided it.
        Hand => "hand",
        /// The ranking.
        Rank => "rank",
    }
}

/// An application that is in the running.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its place in the ranking.
    pub place: Place,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// What was said with the last decision.
    pub reason: Option<String>,
}

/// An application on the slate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The application.
    pub application_id: ApplicationId,
    /// What becomes of it; nothing while it is open.
    pub outcome: Option<SlateOutcome>,
    /// Its place in the reserve.
    pub reserve_rank: Option<i64>,
    /// What the outcome follows from.
    pub by: DecidedBy,
    /// Whether it stays open because it lies across a line with its equals.
    pub tie_at_line: bool,
    /// The score that decides, in ten-thousandths.
    pub score: Option<i64>,
    /// Its rank.
    pub rank: Option<i64>,
    /// What was said when it was decided by hand.
    pub reason: Option<String>,
}

/// A slate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slate {
    /// The applications: selected ones, the reserve in its order, those that stay open, refused
    /// ones; each in the order of the ranking.
    pub entries: Vec<Entry>,
    /// Places that are not given.
    pub places_left: i64,
}

#[derive(Serialize)]
struct Signed<'a>(
    &'a ApplicationId,
    Option<SlateOutcome>,
    Option<i64>,
    DecidedBy,
    Option<i64>,
    Option<i64>,
    &'a Option<String>,
);

impl Slate {
    /// Whether nothing stays open.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.entries.iter().all(|entry| entry.outcome.is_some())
    }

    /// The digest that is signed: SHA-256 over every entry and the places.
    #[must_use]
    pub fn digest(&self, places: i64, reserve_places: i64) -> String {
        let entries: Vec<Signed<'_>> = self
            .entries
            .iter()
            .map(|entry| {
                Signed(
                    &entry.application_id,
                    entry.outcome,
                    entry.reserve_rank,
                    entry.by,
                    entry.score,
                    entry.rank,
                    &entry.reason,
                )
            })
            .collect();
        let text = json!([places, reserve_places, entries]).to_string();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        to_hex(digest.as_ref())
    }
}

/// The slate that follows from these candidates, in the order of the ranking.
#[must_use]
pub fn slate(candidates: &[Candidate], places: i64, reserve_places: i64) -> Slate {
    let by_hand = |outcome: SlateOutcome| {
        let all = candidates.iter();
        all.filter(|one| SlateOutcome::of(one.status) == Some(outcome))
            .count()
    };
    let left = |places: i64, taken: usize| {
        usize::try_from(places)
            .unwrap_or_default()
            .saturating_sub(taken)
    };
    let mut selectable = left(places, by_hand(SlateOutcome::Selected));
    let mut reservable = left(reserve_places, by_hand(SlateOutcome::Reserve));
    let mut outcomes: HashMap<&ApplicationId, (Option<SlateOutcome>, bool)> = HashMap::new();
    for group in groups(candidates) {
        let (outcome, is_tie) = if group.len() <= selectable {
            selectable -= group.len();
            (Some(SlateOutcome::Selected), false)
        } else if selectable > 0 {
            // Those of them who are not selected come first in the reserve.
            reservable = reservable.saturating_sub(group.len() - selectable);
            selectable = 0;
            (None, true)
        } else if group.len() <= reservable {
            reservable -= group.len();
            (Some(SlateOutcome::Reserve), false)
        } else if reservable > 0 {
            reservable = 0;
            (None, true)
        } else {
            (Some(SlateOutcome::Rejected), false)
        };
        for one in group {
            outcomes.insert(&one.place.application_id, (outcome, is_tie));
        }
    }
    let entry = |one: &Candidate| {
        let by_hand = SlateOutcome::of(one.status);
        let (outcome, tie_at_line) = match by_hand {
            Some(outcome) => (Some(outcome), false),
            None => outcomes
                .get(&one.place.application_id)
                .copied()
                .unwrap_or_default(),
        };
        Entry {
            application_id: one.place.application_id.clone(),
            outcome,
            reserve_rank: None,
            by: if by_hand.is_some() {
                DecidedBy::Hand
            } else {
                DecidedBy::Rank
            },
            tie_at_line,
            score: one.place.deciding(),
            rank: one.place.rank,
            reason: one.reason.clone().filter(|_| by_hand.is_some()),
        }
    };
    let sorted = |outcome: Option<SlateOutcome>| -> Vec<Entry> {
        let entries = candidates.iter().map(entry);
        entries.filter(|entry| entry.outcome == outcome).collect()
    };
    let selected = sorted(Some(SlateOutcome::Selected));
    let places_left = places - i64::try_from(selected.len()).unwrap_or(i64::MAX);
    let mut reserve = sorted(Some(SlateOutcome::Reserve));
    let submitted: HashMap<&ApplicationId, Option<Timestamp>> = candidates
        .iter()
        .map(|one| (&one.place.application_id, one.submitted_at))
        .collect();
    reserve.sort_by_key(|entry| {
        (
            entry.by == DecidedBy::Rank,
            entry.rank.unwrap_or(i64::MAX),
            submitted.get(&entry.application_id).copied().flatten(),
            entry.application_id.clone(),
        )
    });
    for (entry, rank) in reserve.iter_mut().zip(1..) {
        entry.reserve_rank = Some(rank);
    }
    let mut entries = selected;
    entries.extend(reserve);
    entries.extend(sorted(None));
    entries.extend(sorted(Some(SlateOutcome::Rejected)));
    Slate {
        entries,
        places_left,
    }
}

/// The undecided candidates that have a rank, equals together, the best first.
fn groups(candidates: &[Candidate]) -> Vec<Vec<&Candidate>> {
    let mut groups: Vec<Vec<&Candidate>> = Vec::new();
    let mut last = None;
    for one in candidates {
        if one.place.rank.is_none() || SlateOutcome::of(one.status).is_some() {
            continue;
        }
        match groups.last_mut().filter(|_| last == one.place.rank) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
        last = one.place.rank;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApplicationStatus as S;

    fn candidates(of: &[(i64, ApplicationStatus)]) -> Vec<Candidate> {
        of.iter()
            .enumerate()
            .map(|(number, (rank, status))| Candidate {
                place: Place {
                    application_id: format!("app_{number:026}").parse().unwrap(),
                    rank: (*rank > 0).then_some(*rank),
                    is_tied: false,
                    score: (*rank > 0).then_some(100_000_000 - rank * 1_000_000),
                    normalised: None,
                },
                status: *status,
                submitted_at: None,
                reason: None,
            })
            .collect()
    }

    fn outcomes(slate: &Slate) -> Vec<(usize, Option<SlateOutcome>, bool)> {
        let number = |id: &ApplicationId| id.as_str()[4..].parse().unwrap();
        let entries = slate.entries.iter();
        entries
            .map(|entry| {
                (
                    number(&entry.application_id),
                    entry.outcome,
                    entry.tie_at_line,
                )
            })
            .collect()
    }

    const SELECTED: Option<SlateOutcome> = Some(SlateOutcome::Selected);
    const RESERVE: Option<SlateOutcome> = Some(SlateOutcome::Reserve);
    const REJECTED: Option<SlateOutcome> = Some(SlateOutcome::Rejected);

    #[test]
    fn places_and_reserve_are_filled_by_rank_after_what_was_decided_by_hand() {
        let of = [
            (1, S::UnderReview),
            (2, S::Rejected),
            (3, S::Shortlisted),
            (4, S::UnderReview),
            (5, S::Selected),
            (6, S::UnderReview),
        ];
        let slate = slate(&candidates(&of), 2, 1);
        assert_eq!(
            outcomes(&slate),
            [
                (0, SELECTED, false),
                (4, SELECTED, false),
                (2, RESERVE, false),
                (1, REJECTED, false),
                (3, REJECTED, false),
                (5, REJECTED, false)
            ]
        );
        assert_eq!(slate.places_left, 0);
        assert!(slate.is_complete());
    }

    #[test]
    fn equals_across_a_line_stay_open() {
        let of = [
            (1, S::UnderReview),
            (2, S::UnderReview),
            (2, S::UnderReview),
            (4, S::UnderReview),
        ];
        let tied = slate(&candidates(&of), 2, 1);
        assert_eq!(
            outcomes(&tied),
            [
                (0, SELECTED, false),
                (1, None, true),
                (2, None, true),
                (3, REJECTED, false)
            ]
        );
        assert!(!tied.is_complete());
        let of = [
            (1, S::UnderReview),
            (2, S::Selected),
            (2, S::UnderReview),
            (4, S::UnderReview),
        ];
        assert_eq!(
            outcomes(&slate(&candidates(&of), 2, 1)),
            [
                (0, SELECTED, false),
                (1, SELECTED, false),
                (2, RESERVE, false),
                (3, REJECTED, false)
            ]
        );
        // Equals that are all selected, or all refused, are no matter.
        let of = [
            (1, S::UnderReview),
            (1, S::UnderReview),
            (3, S::UnderReview),
            (3, S::UnderReview),
        ];
        assert!(slate(&candidates(&of), 2, 0).is_complete());
    }

    #[test]
    fn what_has_no_score_is_decided_by_hand() {
        let open = slate(
            &candidates(&[(1, S::UnderReview), (0, S::UnderReview)]),
            5,
            0,
        );
        assert_eq!(outcomes(&open), [(0, SELECTED, false), (1, None, false)]);
        assert_eq!(open.places_left, 4);
    }

    #[test]
    fn the_digest_changes_with_what_is_signed() {
        let one = slate(
            &candidates(&[(1, S::UnderReview), (2, S::UnderReview)]),
            1,
            0,
        );
        let other = slate(&candidates(&[(1, S::UnderReview), (2, S::Rejected)]), 1, 0);
        assert_eq!(one.digest(1, 0), one.clone().digest(1, 0));
        assert_ne!(one.digest(1, 0), other.digest(1, 0));
        assert_ne!(one.digest(1, 0), one.digest(2, 0));
    }
}
