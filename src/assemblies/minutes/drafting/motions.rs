//! What was moved, and what became of it in this session.

use crate::assemblies::minutes::drafting::facts::Facts;
use crate::assemblies::minutes::drafting::markdown::{inline, quote, table};
use crate::assemblies::minutes::drafting::votes;
use crate::assemblies::motions::model::{Motion, MotionStep};
use crate::assemblies::motions::workflow::MotionAction;

/// Writes the motions, in the order of their numbers.
pub fn write(facts: &Facts, out: &mut String) {
    let mut motions: Vec<&Motion> = facts
        .motions
        .values()
        .filter(|row| row.number.is_some())
        .collect();
    motions.sort_by_key(|row| row.number);
    if motions.is_empty() {
        return;
    }
    out.push_str("## Motions\n\n");
    for motion in motions {
        write_motion(facts, motion, out);
    }
}

fn write_motion(facts: &Facts, motion: &Motion, out: &mut String) {
    let steps: Vec<&MotionStep> = facts
        .steps
        .iter()
        .filter(|step| step.motion_id == motion.id)
        .collect();
    let (Some(last), Some(number)) = (steps.last(), motion.number) else {
        return;
    };
    let amends = motion
        .amends_id
        .as_ref()
        .and_then(|id| facts.motions.get(id))
        .and_then(|amended| amended.number)
        .map(|amended| format!(", an amendment of motion {amended}"))
        .unwrap_or_default();
    out.push_str(&format!(
        "### Motion {number}{amends}: {}\n\n",
        inline(&last.title)
    ));
    out.push_str(&brought(facts, motion));
    if let Some(text) = facts.texts.get(&(motion.id.clone(), last.text_version)) {
        out.push_str(if motion.amends_id.is_some() {
            "The whole text as amended would be:\n\n"
        } else {
            "The text, as it stood at the end of the session:\n\n"
        });
        quote(&text.text, out);
    }
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|step| {
            vec![
                facts.clock(step.occurred_at),
                action(step.action, is_void(facts, step)).to_owned(),
                step.to_status.as_str().replace('_', " "),
                step.note.as_deref().map(inline).unwrap_or_default(),
            ]
        })
        .collect();
    table(&["Time", "Step", "State then", "Note"], &rows, out);
    for poll in facts.polls.iter().filter(|row| row.motion_id == motion.id) {
        votes::write(facts, poll, out);
    }
}

/// Who moved it and who seconded it here.
fn brought(facts: &Facts, motion: &Motion) -> String {
    let mut sentence = String::new();
    match (&motion.mover_seat_id, &motion.moved_by) {
        (Some(seat), Some(person)) => {
            sentence = format!("Moved by {} ({})", facts.place(seat), facts.person(person));
        }
        (Some(seat), None) => sentence = format!("Moved by {}", facts.place(seat)),
        (None, _) => sentence.push_str("Moved by the chair"),
    }
    if let Some(at) = motion.moved_at {
        sentence.push_str(&format!(" at {}", facts.clock(at)));
    }
    let seconds: Vec<String> = facts
        .seconds
        .iter()
        .filter(|row| row.motion_id == motion.id)
        .map(|row| {
            format!(
                "{} ({})",
                facts.place(&row.seat_id),
                facts.person(&row.user_id)
            )
        })
        .collect();
    if !seconds.is_empty() {
        sentence.push_str(&format!("; seconded by {}", seconds.join(", ")));
    }
    format!("{sentence}.\n\n")
}

/// Whether the step gave the motion back because its vote came to nothing without a quorum.
fn is_void(facts: &Facts, step: &MotionStep) -> bool {
    facts
        .polls
        .iter()
        .any(|poll| step.poll_id.as_ref() == Some(&poll.id) && poll.closed_at.is_some())
}

const fn action(action: MotionAction, is_void: bool) -> &'static str {
    match action {
        MotionAction::Move => "moved",
        MotionAction::Second => "seconded",
        MotionAction::Withdraw => "withdrawn",
        MotionAction::Table => "put aside",
        MotionAction::TakeUp => "taken up again",
        MotionAction::Refer => "referred",
        MotionAction::ReportBack => "reported back",
        MotionAction::Put => "put to the vote",
        MotionAction::Carry => "carried",
        MotionAction::Fail => "failed",
        MotionAction::Release if is_void => "vote void",
        MotionAction::Release => "vote cancelled",
        MotionAction::Amend => "amended",
        MotionAction::Forward => "forwarded",
    }
}
