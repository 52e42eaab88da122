//! The ranking of a call, read from its reviews.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{ApplicationId, CallId, OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::applications::represent::represent;
use crate::programs::applications::visible::visible;
use crate::programs::calls::model::{Call, Normalisation};
use crate::programs::reviews::conflicts::Conflicts;
use crate::programs::reviews::model::Review;
use crate::programs::reviews::panel::expect_overview;
use crate::programs::reviews::queries::{names, points_of};
use crate::programs::reviews::scoring::{self, Means, Place, Scored, of_review, shown};
use crate::programs::reviews::wire::Scores;
use crate::schema::{applications, reviews};

/// The ranking of a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "call_id": "cal_01jz8k2m4n6p8q0r2s4t6v8w0x", "normalisation": "reviewer_mean", "mean": 71.25,
    "reviewer_means": [{"reviewer_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "reviewer": "Amara Okafor", "mean": 69.1, "shift": 2.15}],
    "data": [{
        "application_id": "app_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
        "title": "A trade desk for the valley", "status": "under_review", "rank": 1, "is_tied": false,
        "score": 80.0, "normalised_score": 82.15, "reviews": 1, "abstentions": 0,
        "scores": [{"reviewer_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "is_abstention": false, "points": {"impact": 4, "readiness": null}, "score": 80.0, "normalised_score": 82.15}]
    }]
}))]
pub struct Ranking {
    /// The call.
    pub call_id: CallId,
    /// How scores of different reviewers are made comparable. With `reviewer_mean` the normalised
    /// score decides.
    pub normalisation: Normalisation,
    /// The mean of all reviews' scores.
    pub mean: Option<f64>,
    /// The mean of each reviewer's scores, and by how much theirs are moved when normalised.
    pub reviewer_means: Vec<ReviewerMean>,
    /// The applications, the best first; tied ones in the order of their ids.
    pub data: Vec<Ranked>,
}

/// A reviewer's mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewerMean {
    /// The reviewer.
    pub reviewer_id: UserId,
    /// The name.
    pub reviewer: String,
    /// The mean of their scores.
    pub mean: f64,
    /// By how much their scores are moved when normalised.
    pub shift: f64,
}

/// An application in the ranking.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ranked {
    /// The application.
    pub application_id: ApplicationId,
    /// The host that applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization_id: Option<OrganizationId>,
    /// What the host wants to do.
    pub title: String,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// Its place, from 1, where two that are tied leave out the next; none without a score.
    pub rank: Option<i64>,
    /// Whether another has the same place.
    pub is_tied: bool,
    /// The mean of its reviews' scores, from 0 to 100, with four decimals.
    pub score: Option<f64>,
    /// The mean of their normalised scores; where the call asks for it.
    pub normalised_score: Option<f64>,
    /// Reviews that count, with a score.
    pub reviews: i64,
    /// Reviews that count, without a score: their reviewers abstained.
    pub abstentions: i64,
    /// Each review that counts.
    pub scores: Vec<RankedReview>,
}

/// A review in the ranking.
#[derive(Debug, Serialize, ToSchema)]
pub struct RankedReview {
    /// Who reviewed.
    pub reviewer_id: UserId,
    /// Whether the reviewer abstained altogether.
    pub is_abstention: bool,
    /// Points by criterion; `null` where the reviewer abstained.
    pub points: Scores,
    /// What the review scores.
    pub score: Option<f64>,
    /// The same, normalised; where the call asks for it.
    pub normalised_score: Option<f64>,
}

/// The reviews of these applications that count, and what follows.
#[derive(Debug)]
pub struct Standings {
    /// The reviews that count.
    pub reviews: Vec<Review>,
    /// Those of them that have a score.
    pub scored: Vec<Scored>,
    /// The applications in their order.
    pub places: Vec<Place>,
}

/// Ranks these applications, all of this call. Reviews of those who have a conflict of interest by
/// now do not count.
///
/// # Errors
///
/// When the database fails.
pub fn standings(
    conn: &mut Connection,
    call: &Call,
    rows: &[Application],
    now: Timestamp,
) -> Result<Standings, Problem> {
    let hosts: HashMap<&ApplicationId, &OrganizationId> = rows
        .iter()
        .map(|row| (&row.id, &row.organization_id))
        .collect();
    let conflicts = Conflicts::of(conn, &call.id, now)?;
    let mut reviews: Vec<Review> = reviews::table
        .filter(reviews::call_id.eq(&call.id))
        .order((reviews::application_id, reviews::reviewer_id))
        .select(Review::as_select())
        .load(conn)?;
    reviews.retain(|review| {
        hosts
            .get(&review.application_id)
            .is_some_and(|host| !conflicts.has(&review.reviewer_id, host))
    });
    let rubric = call.rubric();
    let scored: Vec<Scored> = reviews
        .iter()
        .filter_map(|review| {
            Some(Scored {
                application_id: review.application_id.clone(),
                reviewer_id: review.reviewer_id.clone(),
                score: of_review(&rubric, &points_of(review))?,
            })
        })
        .collect();
    let ids: Vec<ApplicationId> = rows.iter().map(|row| row.id.clone()).collect();
    Ok(Standings {
        places: scoring::ranking(call.normalisation, &ids, &scored),
        reviews,
        scored,
    })
}

/// The ranking as this caller sees it: counted over the applications that exist for them, and over
/// no other.
///
/// # Errors
///
/// 403 to those who do not see it (yet).
pub fn read(
    conn: &mut Connection,
    scope: &Scope,
    call: &Call,
    now: Timestamp,
) -> Result<Ranking, Problem> {
    expect_overview(conn, scope, call)?;
    let rows: Vec<Application> = visible(scope)
        .filter(applications::call_id.eq(call.id.clone()))
        .filter(applications::status.eq_any(ApplicationStatus::REVIEWED))
        .order(applications::id)
        .select(Application::as_select())
        .load(conn)?;
    let standings = standings(conn, call, &rows, now)?;
    let names = names(conn, &standings.reviews)?;
    let means = Means::of(&standings.scored);
    let shown_rows = represent(conn, scope, call, &rows, None, now)?;
    let mut by_id: HashMap<ApplicationId, _> = shown_rows
        .into_iter()
        .map(|row| (row.id.clone(), row))
        .collect();
    let mut reviews: BTreeMap<ApplicationId, Vec<RankedReview>> = BTreeMap::new();
    for review in &standings.reviews {
        reviews
            .entry(review.application_id.clone())
            .or_default()
            .push(ranked_review(call, review, &means));
    }
    let data = standings
        .places
        .into_iter()
        .filter_map(|place| {
            let row = by_id.remove(&place.application_id)?;
            let scores = reviews.remove(&place.application_id).unwrap_or_default();
            let counted = scores.iter().filter(|review| review.score.is_some());
            let counted = i64::try_from(counted.count()).unwrap_or(i64::MAX);
            let all = i64::try_from(scores.len()).unwrap_or(i64::MAX);
            Some(Ranked {
                application_id: row.id,
                organization_id: row.organization_id,
                title: row.title,
                status: row.status,
                rank: place.rank,
                is_tied: place.is_tied,
                score: place.score.map(shown),
                normalised_score: place.normalised.map(shown),
                reviews: counted,
                abstentions: all - counted,
                scores,
            })
        })
        .collect();
    Ok(Ranking {
        call_id: call.id.clone(),
        normalisation: call.normalisation,
        mean: means.all.map(shown),
        reviewer_means: means
            .of_reviewers
            .iter()
            .map(|(reviewer, mean)| ReviewerMean {
                reviewer_id: reviewer.clone(),
                reviewer: names.get(reviewer.as_str()).cloned().unwrap_or_default(),
                mean: shown(*mean),
                shift: shown(means.shift(reviewer)),
            })
            .collect(),
        data,
    })
}

fn ranked_review(call: &Call, review: &Review, means: &Means) -> RankedReview {
    let rubric = call.rubric();
    let points = points_of(review);
    let score = of_review(&rubric, &points);
    let is_normalised = call.normalisation == Normalisation::ReviewerMean;
    RankedReview {
        reviewer_id: review.reviewer_id.clone(),
        is_abstention: review.is_abstention,
        points: Scores(
            rubric
                .0
                .into_iter()
                .filter(|_| !review.is_abstention)
                .map(|criterion| {
                    let given = points.get(&criterion.key).copied();
                    (criterion.key, given)
                })
                .collect(),
        ),
        score: score.map(shown),
        normalised_score: score
            .filter(|_| is_normalised)
            .map(|score| shown(score + means.shift(&review.reviewer_id))),
    }
}
