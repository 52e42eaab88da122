//! Rules of applications, without any input or output.

use serde_json::Value;

use crate::directory::organizations::model::Organization;
use crate::kernel::http::Faults;
use crate::programs::calls::form::LARGEST_ANSWERS;
use crate::programs::calls::model::Call;
use crate::programs::needs::Needs;

/// Characters that a skill or region has at most.
const LONGEST_WORDS: usize = 100;

/// Notes a host that may not apply in this call.
pub fn check_eligible(call: &Call, host: &Organization, faults: &mut Faults) {
    faults.require(
        call.eligibility().admits(host),
        "/organization_id",
        "not_eligible",
        "is not an organization that may apply in this call",
    );
}

/// Notes answers that are none, or too many.
pub fn check_answers(answers: &Value, faults: &mut Faults) {
    faults.require(answers.is_object(), "/answers", "type", "must be an object");
    faults.require(
        answers.to_string().len() <= LARGEST_ANSWERS,
        "/answers",
        "too_large",
        "must have at most 64 KiB",
    );
}

/// Notes words that say nothing, or too much.
pub fn check_needs(needs: &Needs, faults: &mut Faults) {
    for (name, words) in [("skills", &needs.skills), ("regions", &needs.regions)] {
        for (index, word) in words.iter().enumerate() {
            faults.require(
                !word.trim().is_empty() && word.chars().count() <= LONGEST_WORDS,
                &format!("/needs/{name}/{index}"),
                "max_length",
                "needs between 1 and 100 characters",
            );
        }
    }
}
