//! How a vote was taken, what it came to, and who voted how.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::assemblies::minutes::drafting::facts::Facts;
use crate::assemblies::minutes::drafting::markdown::{inline, named, table};
use crate::assemblies::polls::lifecycle::PollStatus;
use crate::assemblies::polls::model::{
    Ballot, BallotCapacity, Majority, MajorityBase, Poll, PollKind, PollOutcome,
};

/// Writes a poll.
pub fn write(facts: &Facts, poll: &Poll, out: &mut String) {
    let kind = match poll.kind {
        PollKind::Recorded => "Recorded vote",
        PollKind::RollCall => "Roll call",
        PollKind::Secret => "Secret ballot",
    };
    out.push_str(&format!("#### {kind}: {}\n\n", inline(&poll.question)));
    if poll.status == PollStatus::Cancelled {
        let reason = poll.reason.as_deref().map(inline).unwrap_or_default();
        out.push_str(&format!(
            "Opened at {} and cancelled; nothing was counted. {reason}\n\n",
            facts.clock_or_dash(poll.opened_at)
        ));
        return;
    }
    let result: Value = poll
        .result
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let is_void = result.get("is_void").and_then(Value::as_bool) == Some(true);
    let outcome = match poll.outcome {
        _ if is_void => "void: no quorum was present when the vote was closed",
        Some(PollOutcome::Carried) => "carried",
        Some(PollOutcome::Failed) => "failed",
        Some(PollOutcome::Tied) => "tied, and so not carried",
        Some(PollOutcome::Undecided) => "undecided: no option has the majority",
        None => "none",
    };
    named(
        &[
            (
                "Open",
                Some(format!(
                    "{} to {}",
                    facts.clock_or_dash(poll.opened_at),
                    facts.clock_or_dash(poll.closed_at)
                )),
            ),
            ("Majority", Some(majority(poll))),
            ("Outcome", Some(format!("**{outcome}**"))),
            ("Chosen", chosen(poll, &result)),
            ("Reckoning", arithmetic(&result)),
        ],
        out,
    );
    if poll.kind == PollKind::Secret {
        write_secret(facts, poll, &result, out);
    } else {
        write_names(facts, poll, &result, out);
    }
}

fn majority(poll: &Poll) -> String {
    let what = match poll.majority {
        Majority::Simple => "simple",
        Majority::Absolute => "absolute",
        Majority::TwoThirds => "two thirds",
        Majority::ThreeFourths => "three fourths",
    };
    let base = match poll.majority_of {
        MajorityBase::Cast => "the votes cast",
        MajorityBase::Present => "the jurisdictions present",
        MajorityBase::Seated => "the jurisdictions seated",
    };
    format!("{what}, of {base}")
}

/// The option that a poll over a list was carried for.
fn chosen(poll: &Poll, result: &Value) -> Option<String> {
    let leading = result.get("leading")?.as_str()?;
    (poll.options.is_some() && poll.outcome == Some(PollOutcome::Carried)).then(|| inline(leading))
}

fn arithmetic(result: &Value) -> Option<String> {
    let lines: Vec<String> = result
        .get("arithmetic")?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .map(|line| {
            let mut line = line.to_owned();
            for (sign, words) in [
                (" ≥ ", " is at least "),
                (" ≤ ", " is at most "),
                (" > ", " is more than "),
                (" < ", " is less than "),
            ] {
                line = line.replace(sign, words);
            }
            inline(&line)
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// Every choice in the order of the poll, with how often it was chosen.
fn counts(result: &Value) -> Vec<(String, i64)> {
    result
        .get("counts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|count| {
            let choice = count.get("choice")?.as_str()?;
            Some((choice.to_owned(), count.get("votes")?.as_i64()?))
        })
        .collect()
}

/// A table with a row a choice, and those that did not vote.
fn write_counts(
    facts: &Facts,
    poll: &Poll,
    counts: &[(String, i64)],
    (title, cells): (&str, &BTreeMap<String, Vec<String>>),
    out: &mut String,
) {
    let mut rows: Vec<Vec<String>> = counts
        .iter()
        .map(|(choice, votes)| {
            let names = cells.get(choice).map(|names| names.join("; "));
            vec![inline(choice), votes.to_string(), names.unwrap_or_default()]
        })
        .collect();
    let idle = idle(facts, poll);
    if !idle.is_empty() {
        rows.push(vec![
            "did not vote".to_owned(),
            idle.len().to_string(),
            idle.join("; "),
        ]);
    }
    table(&["Vote", "Number>", title], &rows, out);
}

/// Those that could vote and did not.
fn idle(facts: &Facts, poll: &Poll) -> Vec<String> {
    let cast = facts.ballots.get(&poll.id);
    facts
        .voters
        .get(&poll.id)
        .into_iter()
        .flatten()
        .filter(|voter| voter.is_present)
        .filter(|voter| {
            !cast
                .into_iter()
                .flatten()
                .any(|ballot| ballot.seat_id == voter.seat_id)
        })
        .map(|voter| facts.place(&voter.seat_id))
        .collect()
}

fn write_names(facts: &Facts, poll: &Poll, result: &Value, out: &mut String) {
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for ballot in facts.ballots.get(&poll.id).into_iter().flatten() {
        let choice = ballot.choice.clone().unwrap_or_default();
        cells.entry(choice).or_default().push(name(facts, ballot));
    }
    for names in cells.values_mut() {
        names.sort();
    }
    let mut counts = counts(result);
    if counts.is_empty() {
        counts = cells
            .iter()
            .map(|(choice, names)| {
                let votes = i64::try_from(names.len()).unwrap_or(i64::MAX);
                (choice.clone(), votes)
            })
            .collect();
    }
    write_counts(facts, poll, &counts, ("Jurisdictions", &cells), out);
}

fn name(facts: &Facts, ballot: &Ballot) -> String {
    let place = facts.place(&ballot.seat_id);
    match ballot.capacity {
        BallotCapacity::Holder | BallotCapacity::Clerk => place,
        BallotCapacity::Alternate => format!("{place} (alternate)"),
        BallotCapacity::Proxy => format!("{place} (proxy)"),
    }
}

/// Of a secret poll the receipts: with one's own, everyone can look up how one's vote was counted.
fn write_secret(facts: &Facts, poll: &Poll, result: &Value, out: &mut String) {
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for ballot in facts.secret.get(&poll.id).into_iter().flatten() {
        let receipts = cells.entry(ballot.choice.clone()).or_default();
        receipts.push(inline(&ballot.receipt));
    }
    write_counts(facts, poll, &counts(result), ("Receipts", &cells), out);
}
