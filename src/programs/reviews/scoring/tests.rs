use proptest::prelude::*;

use super::*;
use crate::programs::calls::rubric::Criterion;

fn criterion(key: &str, weight: i64, max_points: i64) -> Criterion {
    Criterion {
        key: key.to_owned(),
        title: key.to_owned(),
        weight,
        max_points,
        guidance: None,
    }
}

fn points(given: &[(&str, i64)]) -> Points {
    given
        .iter()
        .map(|(key, points)| ((*key).to_owned(), *points))
        .collect()
}

fn application(number: usize) -> ApplicationId {
    format!("app_{number:026}").parse().unwrap()
}

fn reviewer(number: usize) -> UserId {
    format!("usr_{number:026}").parse().unwrap()
}

fn scored(application_number: usize, reviewer_number: usize, score: Millionths) -> Scored {
    Scored {
        application_id: application(application_number),
        reviewer_id: reviewer(reviewer_number),
        score,
    }
}

#[test]
fn a_review_is_weighed_and_rounded_half_up() {
    let rubric = Rubric(vec![criterion("a", 60, 5), criterion("b", 40, 3)]);
    let score = |given: &[(&str, i64)]| of_review(&rubric, &points(given));
    assert_eq!(score(&[("a", 5), ("b", 3)]), Some(100_000_000));
    assert_eq!(score(&[("a", 0), ("b", 0)]), Some(0));
    // 60 · 4/5 + 40 · 2/3 = 74.666…
    assert_eq!(score(&[("a", 4), ("b", 2)]), Some(74_666_667));
    assert_eq!(score(&[("a", 4), ("b", 2)]).map(shown), Some(74.6667));
}

#[test]
fn to_abstain_is_not_to_give_nothing() {
    let rubric = Rubric(vec![criterion("a", 60, 5), criterion("b", 40, 3)]);
    assert_eq!(of_review(&rubric, &points(&[("a", 5)])), Some(100_000_000));
    assert_eq!(
        of_review(&rubric, &points(&[("a", 5), ("b", 0)])),
        Some(60_000_000)
    );
    assert_eq!(of_review(&rubric, &Points::new()), None);
    assert_eq!(mean(&[]), None);
}

#[test]
fn an_exact_half_goes_up_and_thirds_add_up_to_a_whole() {
    assert_eq!(mean(&[1, 2]), Some(2));
    assert_eq!(mean(&[-1, -2]), Some(-1));
    assert_eq!(rounded(50), 1);
    assert_eq!(rounded(49), 0);
    assert_eq!(rounded(-50), 0);
    let rubric = Rubric(vec![
        criterion("a", 1, 3),
        criterion("b", 1, 7),
        criterion("c", 1, 21),
    ]);
    // 2/3 + 1/7 + 4/21 = 1 exactly.
    let given = points(&[("a", 2), ("b", 1), ("c", 4)]);
    assert_eq!(of_review(&rubric, &given), Some(33_333_333));
}

#[test]
fn equal_scores_share_a_rank_and_those_without_come_last() {
    let applications: Vec<ApplicationId> = (0..5).map(application).collect();
    let reviews = [
        scored(0, 0, 80_000_000),
        // Not the same, but shown the same.
        scored(1, 0, 70_000_010),
        scored(2, 0, 70_000_000),
        scored(3, 0, 60_000_000),
    ];
    let places = ranking(Normalisation::None, &applications, &reviews);
    let seen: Vec<_> = places
        .iter()
        .map(|place| (place.rank, place.is_tied))
        .collect();
    assert_eq!(
        seen,
        [
            (Some(1), false),
            (Some(2), true),
            (Some(2), true),
            (Some(4), false),
            (None, false)
        ]
    );
}

#[test]
fn a_severe_reviewer_does_not_harm_those_they_review() {
    let applications: Vec<ApplicationId> = (0..4).map(application).collect();
    // The second reviewer gives 30 less throughout.
    let reviews = [
        scored(0, 0, 90_000_000),
        scored(1, 0, 70_000_000),
        scored(2, 1, 60_000_000),
        scored(3, 1, 40_000_000),
    ];
    let places = ranking(Normalisation::ReviewerMean, &applications, &reviews);
    let seen: Vec<_> = places
        .iter()
        .map(|place| (place.rank, place.normalised, place.score))
        .collect();
    assert_eq!(
        seen,
        [
            (Some(1), Some(75_000_000), Some(90_000_000)),
            (Some(1), Some(75_000_000), Some(60_000_000)),
            (Some(3), Some(55_000_000), Some(70_000_000)),
            (Some(3), Some(55_000_000), Some(40_000_000)),
        ]
    );
}

/// Rubrics with points that fit them; a missing one is an abstention.
fn reviewed() -> impl Strategy<Value = Vec<(i64, i64, Option<i64>)>> {
    let one = (1..=1000i64, 1..=100i64)
        .prop_flat_map(|(weight, most)| (Just(weight), Just(most), proptest::option::of(0..=most)));
    proptest::collection::vec(one, 1..=20)
}

fn parts(of: &[(i64, i64, Option<i64>)]) -> (Rubric, Points) {
    let key = |at: usize| format!("c{at}");
    let rubric = of
        .iter()
        .enumerate()
        .map(|(at, (weight, most, _))| criterion(&key(at), *weight, *most))
        .collect();
    let points = of
        .iter()
        .enumerate()
        .filter_map(|(at, (_, _, given))| Some((key(at), (*given)?)))
        .collect();
    (Rubric(rubric), points)
}

proptest! {
    #[test]
    fn a_score_is_the_weighted_mean(review in reviewed()) {
        let (rubric, points) = parts(&review);
        let given: Vec<(f64, f64)> = review
            .iter()
            .filter_map(|(weight, most, given)| {
                Some((*weight as f64, (*given)? as f64 / *most as f64))
            })
            .collect();
        let weights: f64 = given.iter().map(|(weight, _)| weight).sum();
        match of_review(&rubric, &points) {
            None => prop_assert!(given.is_empty()),
            Some(score) => {
                let sum: f64 = given.iter().map(|(weight, share)| weight * share).sum();
                prop_assert!((score as f64 - sum / weights * 1e8).abs() <= 0.51);
                prop_assert!((0..=100_000_000).contains(&score));
            }
        }
    }

    #[test]
    fn neither_the_order_of_criteria_nor_common_factors_matter(review in reviewed()) {
        let (rubric, points) = parts(&review);
        let score = of_review(&rubric, &points);
        let mut turned = rubric.clone();
        turned.0.reverse();
        prop_assert_eq!(of_review(&turned, &points), score);
        let mut heavier = rubric.clone();
        for criterion in &mut heavier.0 {
            criterion.weight *= 7;
        }
        prop_assert_eq!(of_review(&heavier, &points), score);
    }

    #[test]
    fn abstaining_is_as_if_the_criterion_were_not_there(review in reviewed()) {
        let (rubric, points) = parts(&review);
        let mut shorter = rubric.clone();
        shorter.0.retain(|criterion| points.contains_key(&criterion.key));
        prop_assert_eq!(of_review(&shorter, &points), of_review(&rubric, &points));
    }

    #[test]
    fn a_ranking_does_not_depend_on_the_order_of_reviews(
        scores in proptest::collection::vec((0..12usize, 0..4usize, 0..=1000i64), 0..40),
        is_normalised: bool,
    ) {
        let normalisation = if is_normalised { Normalisation::ReviewerMean } else { Normalisation::None };
        let applications: Vec<ApplicationId> = (0..12).map(application).collect();
        let reviews: Vec<Scored> = scores.iter().map(|(a, r, s)| scored(*a, *r, s * 100_000)).collect();
        let places = ranking(normalisation, &applications, &reviews);
        let mut turned = reviews.clone();
        turned.reverse();
        let mut others = applications.clone();
        others.reverse();
        prop_assert_eq!(&ranking(normalisation, &others, &turned), &places);
        // As many are ahead of each as its rank says, and tied are those with its score.
        for place in &places {
            let Some(rank) = place.rank else {
                prop_assert_eq!(place.deciding(), None);
                continue;
            };
            let ahead = places.iter().filter(|other| other.deciding() > place.deciding()).count();
            prop_assert_eq!(usize::try_from(rank).unwrap(), ahead + 1);
            let equal = places.iter().filter(|other| other.deciding() == place.deciding()).count();
            prop_assert_eq!(place.is_tied, equal > 1);
        }
    }
}
