//! Who was there, who was not, and whether they were enough.

use std::collections::HashSet;

use crate::assemblies::minutes::drafting::facts::Facts;
use crate::assemblies::minutes::drafting::markdown::{inline, table};
use crate::assemblies::presence::model::PresenceCapacity;
use crate::assemblies::quorum::model::{QuorumCheck, QuorumOccasion};
use crate::assemblies::quorum::rule::QuorumRule;
use crate::assemblies::sessions::model::ParticipantKind;
use crate::kernel::id::SeatId;

/// Writes the attendance.
pub fn write(facts: &Facts, out: &mut String) {
    write_quorum(facts, out);
    write_present(facts, out);
    write_absent(facts, out);
    write_proxies(facts, out);
    write_participants(facts, out);
}

fn rule(rule: QuorumRule) -> String {
    match rule {
        QuorumRule::Majority => "more than half of the seated jurisdictions".to_owned(),
        QuorumRule::Fraction {
            numerator,
            denominator,
        } => format!("{numerator} of {denominator} parts of the seated jurisdictions, or more"),
        QuorumRule::Number { number } => format!("{number} jurisdictions"),
        QuorumRule::Regions { regions } => {
            format!("more than half of the seated jurisdictions, from {regions} regions at least")
        }
    }
}

fn occasion(facts: &Facts, check: &QuorumCheck) -> String {
    let of_poll = || {
        let poll = facts
            .polls
            .iter()
            .find(|poll| Some(&poll.id) == check.poll_id.as_ref())?;
        let number = facts.motions.get(&poll.motion_id)?.number?;
        Some(format!(" on motion {number}"))
    };
    let text = match check.occasion {
        QuorumOccasion::Opening => "Opening",
        QuorumOccasion::Resumption => "After a recess",
        QuorumOccasion::Change if check.is_met => "Regained",
        QuorumOccasion::Change => "Lost",
        QuorumOccasion::PollOpening if !check.is_met => "Vote not opened",
        QuorumOccasion::PollOpening => "Vote opened",
        QuorumOccasion::PollClosing => "Vote closed",
        QuorumOccasion::Adjournment => "Adjournment",
    };
    format!("{text}{}", of_poll().unwrap_or_default())
}

fn write_quorum(facts: &Facts, out: &mut String) {
    out.push_str(&format!(
        "## Quorum\n\nA quorum is {}.\n\n",
        rule(facts.assembly.quorum_rule())
    ));
    let has_regions = facts.checks.iter().any(|check| check.regions_required > 0);
    let rows: Vec<Vec<String>> = facts
        .checks
        .iter()
        .map(|check| {
            let mut row = vec![
                facts.clock(check.occurred_at),
                occasion(facts, check),
                check.seated.to_string(),
                check.present.to_string(),
                check.required.to_string(),
            ];
            if has_regions {
                row.push(format!(
                    "{} of {}",
                    check.regions_present, check.regions_required
                ));
            }
            row.push(match (check.is_met, check.missing) {
                (true, _) => "present".to_owned(),
                (false, 0) => "not present".to_owned(),
                (false, missing) => format!("not present, {missing} more needed"),
            });
            row
        })
        .collect();
    let titles: &[&str] = if has_regions {
        &[
            "Time",
            "Occasion",
            "Seated>",
            "Present>",
            "Required>",
            "Regions>",
            "Quorum",
        ]
    } else {
        &[
            "Time",
            "Occasion",
            "Seated>",
            "Present>",
            "Required>",
            "Quorum",
        ]
    };
    if !rows.is_empty() {
        table(titles, &rows, out);
    }
}

/// The seats for which somebody was there at some time.
fn represented(facts: &Facts) -> HashSet<&SeatId> {
    facts.presences.iter().map(|row| &row.seat_id).collect()
}

fn write_present(facts: &Facts, out: &mut String) {
    let seated = facts.standings.len();
    out.push_str(&format!(
        "## Present\n\n{} jurisdictions were represented at some time; {seated} were seated when the session was opened.\n\n",
        represented(facts).len()
    ));
    let mut rows: Vec<(String, Vec<String>)> = facts
        .presences
        .iter()
        .map(|row| {
            let place = facts.place(&row.seat_id);
            let capacity = match row.capacity {
                PresenceCapacity::Holder => "holder",
                PresenceCapacity::Alternate => "alternate",
                PresenceCapacity::Proxy => "proxy",
            };
            let cells = vec![
                place.clone(),
                facts.person(&row.user_id),
                capacity.to_owned(),
                facts.clock(row.starts_at),
                facts.clock_or_dash(row.ends_at),
            ];
            (place, cells)
        })
        .collect();
    // They are in the order of their beginnings, which stays where the places are the same.
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, cells)| cells).collect();
    if !rows.is_empty() {
        let titles = ["Jurisdiction", "Represented by", "As", "From", "Until"];
        table(&titles, &rows, out);
    }
}

fn write_absent(facts: &Facts, out: &mut String) {
    let present = represented(facts);
    let mut absent: Vec<String> = facts
        .standings
        .iter()
        .filter(|standing| !present.contains(&standing.seat.id))
        .map(|standing| {
            format!(
                "{} ({})",
                facts.place(&standing.seat.id),
                facts.person(&standing.holder.user_id)
            )
        })
        .collect();
    absent.sort();
    out.push_str("## Absent\n\n");
    if absent.is_empty() {
        out.push_str("None.\n\n");
    } else {
        out.push_str(&format!("{}.\n\n", absent.join("; ")));
    }
}

fn write_proxies(facts: &Facts, out: &mut String) {
    if facts.proxies.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = facts
        .proxies
        .iter()
        .map(|row| {
            vec![
                facts.place(&row.seat_id),
                facts.person(&row.proxy_user_id),
                facts.place(&row.proxy_seat_id),
                facts.clock(row.designated_at),
                facts.clock_or_dash(row.revoked_at),
            ]
        })
        .collect();
    out.push_str("## Proxies\n\n");
    let titles = ["Vote of", "Given to", "Of", "Designated", "Revoked"];
    table(&titles, &rows, out);
}

fn write_participants(facts: &Facts, out: &mut String) {
    let session = &facts.session;
    let rows: Vec<Vec<String>> = facts
        .participants
        .iter()
        .filter(|row| match (row.removed_at, session.opened_at) {
            (None, _) => true,
            (Some(removed), Some(opened)) => removed > opened,
            (Some(_), None) => false,
        })
        .map(|row| {
            let kind = match row.kind {
                ParticipantKind::Federal => "federal",
                ParticipantKind::Elected => "elected",
                ParticipantKind::Designee => "designee",
                ParticipantKind::Other => "other",
            };
            vec![
                inline(&row.name),
                inline(&row.affiliation),
                kind.to_owned(),
                row.role.as_deref().map(inline).unwrap_or_default(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    out.push_str("## Others who took part\n\n");
    table(&["Name", "Affiliation", "Kind", "Role"], &rows, out);
}
