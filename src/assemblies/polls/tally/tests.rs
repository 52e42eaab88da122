//! Majorities on numbers that someone has worked out by hand, and what holds for all numbers.

use proptest::prelude::*;

use super::*;
use crate::assemblies::polls::choices::{NO, YES};

fn tally(majority: Majority, base: MajorityBase, of: Electorate, cast: &[(&str, usize)]) -> Tally {
    let cast = cast
        .iter()
        .flat_map(|(choice, votes)| std::iter::repeat_n(*choice, *votes));
    count(Rule { majority, base }, &Choices::new(None), of, cast)
}

const HUNDRED: Electorate = Electorate {
    seated: 120,
    present: 100,
};

#[test]
fn two_thirds_are_reached_exactly_and_said_in_words() {
    use MajorityBase::Cast;
    let carried = tally(
        Majority::TwoThirds,
        Cast,
        HUNDRED,
        &[(YES, 60), (NO, 30), (ABSTAIN, 7)],
    );
    assert_eq!(carried.outcome, PollOutcome::Carried);
    assert_eq!(
        carried.arithmetic,
        [
            "votes cast without abstentions: yes 60 + no 30 = 90",
            "yes 60 × 3 = 180 ≥ 2 × 90 = 180"
        ]
    );
    assert_eq!(
        (
            carried.abstentions,
            carried.not_voted,
            carried.ballots,
            carried.threshold
        ),
        (7, 3, 97, 60)
    );
    let failed = tally(Majority::TwoThirds, Cast, HUNDRED, &[(YES, 59), (NO, 31)]);
    assert_eq!(failed.outcome, PollOutcome::Failed);
    assert_eq!(failed.arithmetic[1], "yes 59 × 3 = 177 < 2 × 90 = 180");
}

#[test]
fn what_a_majority_is_counted_of_decides() {
    let cast: &[(&str, usize)] = &[(YES, 55), (NO, 5)];
    let outcome = |majority, base| tally(majority, base, HUNDRED, cast).outcome;
    for (majority, base, expected) in [
        (Majority::Absolute, MajorityBase::Cast, PollOutcome::Carried),
        (
            Majority::Absolute,
            MajorityBase::Present,
            PollOutcome::Carried,
        ),
        (
            Majority::Absolute,
            MajorityBase::Seated,
            PollOutcome::Failed,
        ),
        (
            Majority::ThreeFourths,
            MajorityBase::Cast,
            PollOutcome::Carried,
        ),
        (
            Majority::ThreeFourths,
            MajorityBase::Present,
            PollOutcome::Failed,
        ),
        (Majority::Simple, MajorityBase::Seated, PollOutcome::Carried),
    ] {
        assert_eq!(outcome(majority, base), expected, "{majority} of {base}");
    }
}

#[test]
fn half_is_no_absolute_majority_and_a_tie_carries_nothing() {
    let half = tally(
        Majority::Absolute,
        MajorityBase::Present,
        HUNDRED,
        &[(YES, 50), (NO, 9)],
    );
    assert_eq!(half.outcome, PollOutcome::Failed);
    assert_eq!(half.arithmetic[1], "yes 50 × 2 = 100 ≤ 100");
    assert_eq!(half.threshold, 51);
    for majority in Majority::ALL {
        let tied = tally(*majority, MajorityBase::Cast, HUNDRED, &[(YES, 9), (NO, 9)]);
        assert_eq!(tied.outcome, PollOutcome::Tied);
        assert_eq!(
            tied.arithmetic[1],
            "yes 9 = no 9: a tie, which carries nothing"
        );
        assert_eq!(tied.leading, None);
        let nobody = tally(*majority, MajorityBase::Cast, HUNDRED, &[(ABSTAIN, 9)]);
        assert_eq!((nobody.outcome, nobody.base), (PollOutcome::Failed, 0));
    }
}

#[test]
fn the_leading_option_of_a_list_needs_the_majority() {
    let choices = Choices::new(Some(["Boise", "Reno", "Tulsa"].map(str::to_owned).to_vec()));
    let of = |majority, cast: &[(&str, usize)]| {
        let cast = cast
            .iter()
            .flat_map(|(choice, votes)| std::iter::repeat_n(*choice, *votes));
        let rule = Rule {
            majority,
            base: MajorityBase::Cast,
        };
        count(rule, &choices, HUNDRED, cast)
    };
    let cast: &[(&str, usize)] = &[("Boise", 20), ("Reno", 30), ("Tulsa", 10), (ABSTAIN, 4)];
    let simple = of(Majority::Simple, cast);
    assert_eq!(
        (simple.outcome, simple.leading.as_deref()),
        (PollOutcome::Carried, Some("Reno"))
    );
    assert_eq!(simple.arithmetic[1], "Reno 30 > Boise 20");
    let absolute = of(Majority::Absolute, cast);
    assert_eq!(absolute.outcome, PollOutcome::Undecided);
    assert_eq!(absolute.arithmetic[1], "Reno 30 × 2 = 60 ≤ 60");
    let tied = of(Majority::Absolute, &[("Tulsa", 7), ("Boise", 7)]);
    assert_eq!(tied.outcome, PollOutcome::Tied);
    assert_eq!(of(Majority::Simple, &[]).outcome, PollOutcome::Undecided);
    let counts: Vec<&str> = tied
        .counts
        .iter()
        .map(|count| count.choice.as_str())
        .collect();
    assert_eq!(counts, ["Boise", "Reno", "Tulsa", "abstain"]);
}

#[test]
fn without_a_quorum_nothing_is_decided() {
    let void =
        tally(Majority::Simple, MajorityBase::Cast, HUNDRED, &[(YES, 9)]).without_quorum(9, 51);
    assert_eq!(void.outcome, PollOutcome::Undecided);
    assert_eq!(
        void.arithmetic.last().unwrap(),
        "no quorum at the closing, 9 present and 51 required: the poll is void"
    );
}

proptest! {
    /// The threshold is the fewest votes that carry: one fewer does not.
    #[test]
    fn the_threshold_is_where_it_turns(base in 1_i64..2000, majority in 0_usize..3) {
        let majority = [Majority::Absolute, Majority::TwoThirds, Majority::ThreeFourths][majority];
        let comparison = majority.comparison().unwrap();
        let threshold = comparison.threshold(base);
        prop_assert!(comparison.is_reached(threshold, base));
        prop_assert!(!comparison.is_reached(threshold - 1, base));
    }

    /// Every ballot is counted once, and the sides are in a total order.
    #[test]
    fn every_ballot_is_counted(yes in 0_usize..40, no in 0_usize..40, abstain in 0_usize..40, absent in 0_i64..40) {
        let present = i64::try_from(yes + no + abstain).unwrap() + absent;
        let of = Electorate { seated: present + 3, present };
        let tally = tally(Majority::Simple, MajorityBase::Cast, of, &[(NO, no), (ABSTAIN, abstain), (YES, yes)]);
        prop_assert_eq!(tally.counts.iter().map(|count| count.votes).sum::<i64>(), tally.ballots);
        prop_assert_eq!(tally.ballots + tally.not_voted, present);
        prop_assert_eq!(tally.outcome == PollOutcome::Carried, yes > no);
        prop_assert_eq!(tally.outcome == PollOutcome::Tied, yes == no && yes > 0);
    }
}
