//! Counting: from the ballots to the outcome, with the arithmetic in words. Pure.
//!
//! A majority is a comparison of two products, so that nothing is ever rounded:
//!
//! | majority | is reached when |
//! | --- | --- |
//! | simple | yes > no |
//! | absolute | yes × 2 > base |
//! | two thirds | yes × 3 ≥ 2 × base |
//! | three fourths | yes × 4 ≥ 3 × base |
//!
//! Of a list the leading option stands in the place of yes, and the one that follows it in the place
//! of no. Abstentions are counted and are votes for nothing. As many on one side as on the other is a
//! tie, and a tie carries nothing; neither does a base of nobody.

use std::cmp::Reverse;

use crate::assemblies::polls::choices::{ABSTAIN, Choices};
use crate::assemblies::polls::model::{Majority, MajorityBase, PollOutcome};

/// What it takes, and of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What it takes.
    pub majority: Majority,
    /// Of whom.
    pub base: MajorityBase,
}

/// The jurisdictions as they were when the poll was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Electorate {
    /// Those that were seated.
    pub seated: i64,
    /// Those of them that were present, and so could vote.
    pub present: i64,
}

/// How often something was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What was chosen.
    pub choice: String,
    /// How often.
    pub votes: i64,
}

/// What the ballots come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Every choice of the poll, in its order, with how often it was chosen.
    pub counts: Vec<Count>,
    /// Ballots that chose none.
    pub abstentions: i64,
    /// Ballots that were cast, with the abstentions.
    pub ballots: i64,
    /// Jurisdictions that could vote and did not.
    pub not_voted: i64,
    /// What the majority is counted of.
    pub base: i64,
    /// The fewest votes that would have been enough.
    pub threshold: i64,
    /// What leads a list, or yes; nothing when nothing was voted for, or when several lead.
    pub leading: Option<String>,
    /// What it came to.
    pub outcome: PollOutcome,
    /// How, in words.
    pub arithmetic: Vec<String>,
}

/// `votes × times` against `of × base`.
struct Comparison {
    times: i64,
    of: i64,
    must_exceed: bool,
}

impl Majority {
    /// How votes are compared with the base; a simple majority does not ask for the base.
    const fn comparison(self) -> Option<Comparison> {
        let (times, of, must_exceed) = match self {
            Self::Simple => return None,
            Self::Absolute => (2, 1, true),
            Self::TwoThirds => (3, 2, false),
            Self::ThreeFourths => (4, 3, false),
        };
        Some(Comparison {
            times,
            of,
            must_exceed,
        })
    }
}

impl Comparison {
    const fn is_reached(&self, votes: i64, base: i64) -> bool {
        let (left, right) = (votes * self.times, self.of * base);
        base > 0 && (left > right || (left == right && !self.must_exceed))
    }

    /// The fewest votes that reach it.
    const fn threshold(&self, base: i64) -> i64 {
        let needed = self.of * base;
        if self.must_exceed {
            needed / self.times + 1
        } else {
            (needed + self.times - 1) / self.times
        }
    }

    /// Such as `yes 61 × 3 = 183 ≥ 2 × 90 = 180`.
    fn in_words(&self, name: &str, votes: i64, base: i64) -> String {
        let (left, right) = (votes * self.times, self.of * base);
        let sign = match (self.must_exceed, left.cmp(&right)) {
            (true, std::cmp::Ordering::Greater) => ">",
            (true, _) => "≤",
            (false, std::cmp::Ordering::Less) => "<",
            (false, _) => "≥",
        };
        let right = match self.of {
            1 => format!("{base}"),
            of => format!("{of} × {base} = {right}"),
        };
        format!("{name} {votes} × {} = {left} {sign} {right}", self.times)
    }
}

/// Counts. `cast` holds what each ballot chose, in any order.
#[must_use]
pub fn count<'a>(
    rule: Rule,
    choices: &Choices,
    electorate: Electorate,
    cast: impl Iterator<Item = &'a str>,
) -> Tally {
    let mut counts: Vec<Count> = choices
        .all()
        .map(|choice| Count {
            choice: choice.to_owned(),
            votes: 0,
        })
        .collect();
    for choice in cast {
        if let Some(count) = counts.iter_mut().find(|count| count.choice == choice) {
            count.votes += 1;
        }
    }
    let ballots = counts.iter().map(|count| count.votes).sum();
    let (for_something, abstained): (Vec<&Count>, Vec<&Count>) =
        counts.iter().partition(|count| count.choice != ABSTAIN);
    let abstentions = abstained.iter().map(|count| count.votes).sum();
    let (base, base_in_words) = base_of(rule.base, &for_something, electorate);
    let decision = decide(rule.majority, choices.is_list, &for_something, base);
    let mut arithmetic = vec![base_in_words];
    arithmetic.extend(decision.arithmetic);
    Tally {
        abstentions,
        ballots,
        not_voted: electorate.present - ballots,
        base,
        threshold: decision.threshold,
        leading: decision.leading,
        outcome: decision.outcome,
        arithmetic,
        counts,
    }
}

fn base_of(base: MajorityBase, votes: &[&Count], electorate: Electorate) -> (i64, String) {
    match base {
        MajorityBase::Cast => {
            let sum: i64 = votes.iter().map(|count| count.votes).sum();
            let parts: Vec<String> = votes
                .iter()
                .map(|count| format!("{} {}", count.choice, count.votes))
                .collect();
            let words = format!(
                "votes cast without abstentions: {} = {sum}",
                parts.join(" + ")
            );
            (sum, words)
        }
        MajorityBase::Present => (
            electorate.present,
            format!(
                "jurisdictions present at the opening: {}",
                electorate.present
            ),
        ),
        MajorityBase::Seated => (
            electorate.seated,
            format!("jurisdictions seated at the opening: {}", electorate.seated),
        ),
    }
}

struct Decision {
    outcome: PollOutcome,
    threshold: i64,
    leading: Option<String>,
    arithmetic: Vec<String>,
}

/// What the votes for something decide.
fn decide(majority: Majority, is_list: bool, votes: &[&Count], base: i64) -> Decision {
    let mut ranked: Vec<&Count> = votes.to_vec();
    if is_list {
        // Stable: options with as many votes keep the order of the list.
        ranked.sort_by_key(|count| Reverse(count.votes));
    }
    let mut ranked = ranked.into_iter();
    let none = Count {
        choice: "none".to_owned(),
        votes: 0,
    };
    let (first, second) = (
        ranked.next().unwrap_or(&none),
        ranked.next().unwrap_or(&none),
    );
    let comparison = majority.comparison();
    let threshold = comparison.as_ref().map_or(second.votes + 1, |comparison| {
        comparison.threshold(base).max(1)
    });
    let short_of_it = if is_list {
        PollOutcome::Undecided
    } else {
        PollOutcome::Failed
    };
    let sides = |sign: &str| {
        format!(
            "{} {} {sign} {} {}",
            first.choice, first.votes, second.choice, second.votes
        )
    };

    let (outcome, arithmetic) = if first.votes == 0 && second.votes == 0 {
        let words = "nobody voted for anything, so nothing is carried".to_owned();
        (short_of_it, vec![words])
    } else if first.votes == second.votes {
        let words = format!("{}: a tie, which carries nothing", sides("="));
        (PollOutcome::Tied, vec![words])
    } else if let Some(comparison) = comparison {
        let outcome = if comparison.is_reached(first.votes, base) {
            PollOutcome::Carried
        } else {
            short_of_it
        };
        let words = comparison.in_words(&first.choice, first.votes, base);
        (outcome, vec![words])
    } else if first.votes > second.votes {
        (PollOutcome::Carried, vec![sides(">")])
    } else {
        (PollOutcome::Failed, vec![sides("<")])
    };
    let leading = (first.votes > second.votes).then(|| first.choice.clone());
    Decision {
        outcome,
        threshold,
        leading,
        arithmetic,
    }
}

impl Tally {
    /// The same ballots, void: a poll that is closed without a quorum decides nothing.
    #[must_use]
    pub fn without_quorum(mut self, present: i64, required: i64) -> Self {
        self.outcome = PollOutcome::Undecided;
        self.arithmetic.push(format!(
            "no quorum at the closing, {present} present and {required} required: the poll is void"
        ));
        self
    }
}

#[cfg(test)]
mod tests;
