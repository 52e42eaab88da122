//! What a review must say, by the rubric of its call.

use crate::kernel::http::{Faults, Problem};
use crate::programs::calls::rubric::Rubric;
use crate::programs::reviews::scoring::Points;
use crate::programs::reviews::wire::WriteReview;

/// The points of a review that fits the rubric: every criterion is named, with points within its
/// range or as abstained from; or the reviewer abstains altogether, and gives none.
///
/// # Errors
///
/// 422 with everything that does not fit.
pub fn checked_points(rubric: &Rubric, input: &WriteReview) -> Result<Points, Problem> {
    let mut faults = Faults::default();
    let given = &input.scores.0;
    if input.is_abstention {
        faults.require(
            given.values().all(Option::is_none),
            "/scores",
            "abstained",
            "must give no points when the reviewer abstains",
        );
    } else {
        for criterion in &rubric.0 {
            let pointer = pointer(&criterion.key);
            match given.get(&criterion.key) {
                None => faults.add(
                    &pointer,
                    "required",
                    "must have points, or null to abstain from it",
                ),
                Some(points) => faults.require(
                    points.is_none_or(|points| (0..=criterion.max_points).contains(&points)),
                    &pointer,
                    "out_of_range",
                    &format!("must be from 0 to {}", criterion.max_points),
                ),
            }
        }
    }
    for key in given.keys() {
        faults.require(
            rubric.0.iter().any(|criterion| criterion.key == *key),
            &pointer(key),
            "unknown_criterion",
            "is no criterion of this call",
        );
    }
    faults.finish()?;
    Ok(given
        .iter()
        .filter_map(|(key, points)| Some((key.clone(), (*points)?)))
        .collect())
}

fn pointer(key: &str) -> String {
    format!("/scores/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::programs::calls::rubric::Criterion;

    fn check(input: serde_json::Value) -> Result<Points, Vec<(String, String)>> {
        let criterion = |key: &str| Criterion {
            key: key.to_owned(),
            title: key.to_owned(),
            weight: 1,
            max_points: 5,
            guidance: None,
        };
        let rubric = Rubric(vec![criterion("impact"), criterion("readiness")]);
        checked_points(&rubric, &serde_json::from_value(input).unwrap()).map_err(|problem| {
            let faults = problem.faults().iter();
            faults
                .map(|fault| (fault.pointer.clone(), fault.code.clone()))
                .collect()
        })
    }

    #[test]
    fn every_criterion_is_named_and_every_fault_at_once() {
        let good = check(json!({"scores": {"impact": 5, "readiness": null}})).unwrap();
        assert_eq!(good, Points::from([("impact".to_owned(), 5)]));
        let faults = check(json!({"scores": {"impact": 6, "x/y": 1}})).unwrap_err();
        let expected = [
            ("/scores/impact", "out_of_range"),
            ("/scores/readiness", "required"),
            ("/scores/x~1y", "unknown_criterion"),
        ];
        let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
        assert_eq!(faults, expected);
    }

    #[test]
    fn whoever_abstains_gives_no_points() {
        assert_eq!(check(json!({"is_abstention": true})), Ok(Points::new()));
        assert!(check(json!({"is_abstention": true, "scores": {"impact": 1}})).is_err());
    }
}
