//! Scores, and the ranking that follows from them. Anyone who has the points and the rubric can
//! recompute both:
//!
//! 1. **A review** scores 100 · Σ(weight · points / most points) / Σ weight, over the criteria from
//!    which its reviewer did not abstain: from 0 to 100. Whoever abstained from all has no score,
//!    which is not a score of 0.
//! 2. **An application** scores the mean of its reviews' scores.
//! 3. **Normalised**, where the call says `reviewer_mean`, every score of a reviewer is first moved
//!    by the mean of all reviews' scores less the mean of that reviewer's. A normalised score may
//!    so be below 0 or above 100.
//! 4. **Ranks** are those of a competition: 1, 2, 2, 4. What has no score has no rank, and comes
//!    last.
//!
//! All of it is counted in whole millionths of a point, and each of the results above is rounded to
//! them, half up. Scores are shown with four decimals, rounded half up once more, and applications
//! are tied when they show the same: so nothing that is not shown decides. There are no floating
//! numbers but for showing.

use std::collections::{BTreeMap, HashMap};

use crate::kernel::id::{ApplicationId, UserId};
use crate::programs::calls::model::Normalisation;
use crate::programs::calls::rubric::Rubric;

/// A score in millionths of a point.
pub type Millionths = i64;

/// The points of a review by criterion; a criterion that is missing was abstained from.
pub type Points = BTreeMap<String, i64>;

/// Millionths of a point in the 100 points that a review gives at most.
const WHOLE: i128 = 100_000_000;

/// Millionths in the last decimal that is shown.
const SHOWN: i64 = 100;

/// The quotient, rounded half up. The divisor is positive.
fn divided(dividend: i128, divisor: i128) -> i128 {
    (2 * dividend + divisor).div_euclid(2 * divisor)
}

fn narrowed(value: i128) -> Millionths {
    Millionths::try_from(value).unwrap_or(Millionths::MAX)
}

fn common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// A sum of fractions that stays exact: a whole number and a proper fraction.
struct Sum {
    whole: i128,
    numerator: i128,
    denominator: i128,
}

impl Sum {
    fn add(&mut self, numerator: i128, denominator: i128) {
        self.whole += numerator / denominator;
        let shared = common_divisor(self.denominator, denominator);
        let factor = denominator / shared;
        let rest = (numerator % denominator) * (self.denominator / shared);
        self.denominator *= factor;
        self.numerator = self.numerator * factor + rest;
        self.whole += self.numerator / self.denominator;
        self.numerator %= self.denominator;
        let shared = common_divisor(self.denominator, self.numerator).max(1);
        self.numerator /= shared;
        self.denominator /= shared;
    }

    /// The sum divided by a whole number, rounded half up.
    fn divided(&self, divisor: i128) -> i128 {
        let below = self.whole.div_euclid(divisor);
        // Up when 2 · (rest + fraction) >= divisor.
        let missing = divisor - 2 * (self.whole - below * divisor);
        let is_half = missing <= 0 || (missing == 1 && 2 * self.numerator >= self.denominator);
        below + i128::from(is_half)
    }
}

/// What a review scores; nothing when its reviewer abstained from every criterion.
#[must_use]
pub fn of_review(rubric: &Rubric, points: &Points) -> Option<Millionths> {
    let mut sum = Sum {
        whole: 0,
        numerator: 0,
        denominator: 1,
    };
    let mut weights = 0;
    for criterion in &rubric.0 {
        if let Some(given) = points.get(&criterion.key) {
            let weight = i128::from(criterion.weight);
            let share = WHOLE * weight * i128::from(*given);
            sum.add(share, i128::from(criterion.max_points).max(1));
            weights += weight;
        }
    }
    (weights > 0).then(|| narrowed(sum.divided(weights)))
}

/// The mean; nothing of nothing.
#[must_use]
pub fn mean(scores: &[Millionths]) -> Option<Millionths> {
    let count = i128::try_from(scores.len())
        .ok()
        .filter(|count| *count > 0)?;
    let sum: i128 = scores.iter().copied().map(i128::from).sum();
    Some(narrowed(divided(sum, count)))
}

/// A score in ten-thousandths of a point, rounded half up: as it is shown and compared.
#[must_use]
pub fn rounded(score: Millionths) -> i64 {
    narrowed(divided(i128::from(score), i128::from(SHOWN)))
}

/// A score as it is shown.
#[must_use]
pub fn shown(score: Millionths) -> f64 {
    // Exact: a score has far fewer digits than a double holds.
    #[expect(clippy::cast_precision_loss, reason = "at most nine digits")]
    let value = rounded(score) as f64;
    value / 10_000.0
}

/// A review that counts, with its score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// What was reviewed.
    pub application_id: ApplicationId,
    /// Who reviewed.
    pub reviewer_id: UserId,
    /// What it scores.
    pub score: Millionths,
}

/// How far each reviewer's scores are from those of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Means {
    /// The mean of all reviews' scores.
    pub all: Option<Millionths>,
    /// The mean of each reviewer's scores.
    pub of_reviewers: BTreeMap<UserId, Millionths>,
}

impl Means {
    /// The means of these reviews.
    #[must_use]
    pub fn of(reviews: &[Scored]) -> Self {
        let mut by_reviewer: BTreeMap<UserId, Vec<Millionths>> = BTreeMap::new();
        for review in reviews {
            by_reviewer
                .entry(review.reviewer_id.clone())
                .or_default()
                .push(review.score);
        }
        let all: Vec<Millionths> = reviews.iter().map(|review| review.score).collect();
        Self {
            all: mean(&all),
            of_reviewers: by_reviewer
                .into_iter()
                .filter_map(|(reviewer, scores)| Some((reviewer, mean(&scores)?)))
                .collect(),
        }
    }

    /// By how much this reviewer's scores are moved.
    #[must_use]
    pub fn shift(&self, reviewer: &UserId) -> Millionths {
        match (self.all, self.of_reviewers.get(reviewer)) {
            (Some(all), Some(own)) => all - own,
            _ => 0,
        }
    }
}

/// An application in the ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The application.
    pub application_id: ApplicationId,
    /// Its place, from 1; none without a score.
    pub rank: Option<i64>,
    /// Whether another has the same.
    pub is_tied: bool,
    /// The mean of its reviews' scores.
    pub score: Option<Millionths>,
    /// The mean of its reviews' normalised scores, where the call asks for it; it then decides.
    pub normalised: Option<Millionths>,
}

impl Place {
    /// The score that decides, as it is shown.
    #[must_use]
    pub fn deciding(&self) -> Option<i64> {
        self.normalised.or(self.score).map(rounded)
    }
}

/// The ranking of these applications; tied ones, and those without a score, in the order of their
/// ids.
#[must_use]
pub fn ranking(
    normalisation: Normalisation,
    applications: &[ApplicationId],
    reviews: &[Scored],
) -> Vec<Place> {
    let means = Means::of(reviews);
    let mut by_application: HashMap<&ApplicationId, Vec<&Scored>> = HashMap::new();
    for review in reviews {
        by_application
            .entry(&review.application_id)
            .or_default()
            .push(review);
    }
    let mut places: Vec<Place> = applications
        .iter()
        .map(|id| {
            let own = by_application.remove(id).unwrap_or_default();
            let scores: Vec<Millionths> = own.iter().map(|review| review.score).collect();
            let moved: Vec<Millionths> = own
                .iter()
                .map(|review| review.score + means.shift(&review.reviewer_id))
                .collect();
            Place {
                application_id: id.clone(),
                rank: None,
                is_tied: false,
                score: mean(&scores),
                normalised: match normalisation {
                    Normalisation::None => None,
                    Normalisation::ReviewerMean => mean(&moved),
                },
            }
        })
        .collect();
    places.sort_by(|one, other| {
        (other.deciding().cmp(&one.deciding())).then(one.application_id.cmp(&other.application_id))
    });
    let mut counts: HashMap<i64, i64> = HashMap::new();
    for score in places.iter().filter_map(Place::deciding) {
        *counts.entry(score).or_default() += 1;
    }
    let mut last: Option<(i64, i64)> = None;
    for (place, position) in places.iter_mut().zip(1..) {
        let Some(score) = place.deciding() else {
            continue;
        };
        let rank = match last {
            Some((shown, rank)) if shown == score => rank,
            _ => position,
        };
        last = Some((score, rank));
        place.rank = Some(rank);
        place.is_tied = counts.get(&score).is_some_and(|count| *count > 1);
    }
    places
}

#[cfg(test)]
mod tests;
