//! The agenda as it was taken, and who spoke.

use std::collections::HashMap;

use crate::assemblies::agenda::model::{AgendaChange, SpeakerStatus};
use crate::assemblies::minutes::drafting::facts::Facts;
use crate::assemblies::minutes::drafting::markdown::{inline, table};
use crate::kernel::id::AgendaItemId;

/// Writes the agenda.
pub fn write(facts: &Facts, out: &mut String) {
    out.push_str("## Agenda\n\n");
    if facts.items.is_empty() {
        out.push_str("There were no items.\n\n");
        return;
    }
    let rows: Vec<Vec<String>> = facts
        .items
        .iter()
        .map(|item| {
            let mut title = inline(&item.title);
            if item.is_struck {
                title.push_str(" (struck)");
            }
            let documents: Vec<String> = facts
                .documents
                .iter()
                .filter(|row| row.item_id == item.id)
                .map(|row| inline(&row.filename))
                .collect();
            vec![
                item.number.clone(),
                title,
                item.minutes
                    .map_or_else(String::new, |minutes| format!("{minutes} min")),
                documents.join("; "),
            ]
        })
        .collect();
    table(
        &["Item", "Title", "Time allotted>", "Documents"],
        &rows,
        out,
    );
    write_amendments(facts, out);
    write_speakers(facts, out);
}

fn numbers(facts: &Facts) -> HashMap<&AgendaItemId, &str> {
    facts
        .items
        .iter()
        .map(|item| (&item.id, item.number.as_str()))
        .collect()
}

fn write_amendments(facts: &Facts, out: &mut String) {
    if facts.amendments.is_empty() {
        return;
    }
    let numbers = numbers(facts);
    let rows: Vec<Vec<String>> = facts
        .amendments
        .iter()
        .map(|row| {
            let change = match row.change {
                AgendaChange::Added => "added",
                AgendaChange::Changed => "changed",
                AgendaChange::Struck => "struck",
                AgendaChange::Reordered => "put in another order",
            };
            let item = row.item_id.as_ref().and_then(|id| numbers.get(id));
            vec![
                facts.clock(row.occurred_at),
                item.map_or_else(String::new, |number| (*number).to_owned()),
                change.to_owned(),
                inline(&row.reason),
            ]
        })
        .collect();
    out.push_str("### Changes after the agenda was published\n\n");
    table(&["Time", "Item", "Change", "Reason"], &rows, out);
}

fn write_speakers(facts: &Facts, out: &mut String) {
    let numbers = numbers(facts);
    let rows: Vec<Vec<String>> = facts
        .speakers
        .iter()
        .filter(|row| row.status == SpeakerStatus::Spoken || row.started_at.is_some())
        .map(|row| {
            let mut person = facts.person(&row.user_id);
            if row.is_point_of_order {
                person.push_str(" (point of order)");
            }
            vec![
                numbers
                    .get(&row.item_id)
                    .map_or_else(String::new, |number| (*number).to_owned()),
                person,
                facts.place(&row.seat_id),
                facts.clock_or_dash(row.started_at),
                facts.clock_or_dash(row.ended_at),
            ]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    out.push_str("### Speakers\n\n");
    let titles = ["Item", "Speaker", "Jurisdiction", "From", "Until"];
    table(&titles, &rows, out);
}
