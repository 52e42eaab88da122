//! What the options of a poll have to be. No I/O.

use std::collections::HashSet;

use crate::assemblies::polls::choices::{ABSTAIN, NO, YES};
use crate::assemblies::polls::wire::PollOption;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::text;

/// The options as they are stored: clean, no two alike in any spelling, and none called as what is
/// always possible.
///
/// # Errors
///
/// When they cannot be written as JSON.
pub fn options(options: &[PollOption], faults: &mut Faults) -> Result<String, Problem> {
    let clean: Vec<String> = options
        .iter()
        .map(|option| text::clean(&option.0))
        .collect();
    let mut seen = HashSet::new();
    for (place, option) in clean.iter().enumerate() {
        let pointer = format!("/options/{place}");
        let folded = text::fold(option);
        faults.require(
            folded != ABSTAIN,
            &pointer,
            "not_permitted",
            "is possible in every poll, and not an option of its own",
        );
        // `No` that leads a list would carry the motion.
        faults.require(
            folded != YES && folded != NO,
            &pointer,
            "not_permitted",
            "is no option of a list: leave `options` out for a question of yes and no",
        );
        faults.require(
            seen.insert(folded),
            &pointer,
            "unique_items",
            "is an option already",
        );
    }
    serde_json::to_string(&clean).map_err(Problem::internal)
}
