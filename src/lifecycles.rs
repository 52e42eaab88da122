//! The page `docs/lifecycles.md`, drawn from the tables of the features.

use crate::assemblies::{self, motions, polls, seats, sessions};
use crate::briefings::registrations::changes;
use crate::event_requests::clearances;
use crate::programs::{applications, calls, placements};
use crate::{briefings, event_requests};

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Life cycles\n\n\
         Drawn by `chancery lifecycles` from the tables in the code; a test compares the two.\n\
         The name in parentheses is the permission that the step needs.\n",
    );
    for (title, diagram) in [
        ("Briefings", briefings::lifecycle::LIFECYCLE.mermaid()),
        (
            "Series of briefings",
            briefings::series::lifecycle::LIFECYCLE.mermaid(),
        ),
        (
            "Late changes of registrations",
            changes::lifecycle::LIFECYCLE.mermaid(),
        ),
        (
            "Event requests",
            event_requests::lifecycle::LIFECYCLE.mermaid(),
        ),
        (
            "Clearances of event requests",
            clearances::lifecycle::LIFECYCLE.mermaid(),
        ),
        ("Calls", calls::lifecycle::LIFECYCLE.mermaid()),
        ("Applications", applications::lifecycle::LIFECYCLE.mermaid()),
        ("Placements", placements::lifecycle::LIFECYCLE.mermaid()),
        (
            "Reports of placements",
            placements::reports::lifecycle::LIFECYCLE.mermaid(),
        ),
        ("Assemblies", assemblies::lifecycle::LIFECYCLE.mermaid()),
        ("Seats", seats::lifecycle::LIFECYCLE.mermaid()),
        (
            "Sessions of assemblies",
            sessions::lifecycle::LIFECYCLE.mermaid(),
        ),
        (
            "Motions, in the usual order",
            motions::workflow::LIFECYCLE.mermaid(),
        ),
        ("Polls", polls::lifecycle::LIFECYCLE.mermaid()),
    ] {
        page.push_str(&format!("\n## {title}\n\n```mermaid\n{diagram}```\n"));
    }
    page
}
