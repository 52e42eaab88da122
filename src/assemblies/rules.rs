//! Rules of assemblies, without any input or output: what makes sense as a cohort, a composition,
//! regions, a quorum and a table of steps.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use crate::assemblies::composition::{Composition, JURISDICTIONS};
use crate::assemblies::lifecycle::AssemblyStatus;
use crate::assemblies::motions::workflow::{MotionAction, MotionStatus, WorkflowStep};
use crate::assemblies::quorum::rule::QuorumRule;
use crate::assemblies::regions::AssemblyRegion;
use crate::assemblies::wire::UpdateAssembly;
use crate::kernel::day::Day;
use crate::kernel::http::Faults;
use crate::kernel::time::Timestamp;

/// Years that a cohort sits, at most.
const LONGEST_MONTHS: u32 = 12 * 10;

/// Characters that a state or region has at most.
const LONGEST_PLACE: usize = 100;

/// The instants at which these days begin; `None` after noting what is wrong with them.
pub fn check_days(
    starts_on: Day,
    ends_on: Day,
    zone: Tz,
    faults: &mut Faults,
) -> Option<(Timestamp, Timestamp)> {
    let latest = starts_on.plus_months(LONGEST_MONTHS);
    if ends_on <= starts_on {
        faults.add("/ends_on", "not_after_start", "must lie after `starts_on`");
        return None;
    }
    if latest.is_none_or(|latest| latest < ends_on) {
        faults.add("/ends_on", "out_of_range", "must lie within ten years");
        return None;
    }
    let instants = starts_on.begins_at(zone).zip(ends_on.begins_at(zone));
    if instants.is_none() {
        faults.add("/starts_on", "out_of_range", "is no day in that time zone");
    }
    instants
}

/// Notes members that can no longer be changed.
pub fn check_changeable(change: &UpdateAssembly, status: AssemblyStatus, faults: &mut Faults) {
    let is_draft = status == AssemblyStatus::Draft;
    let until_seated = matches!(status, AssemblyStatus::Draft | AssemblyStatus::Nominations);
    for (pointer, is_given, is_changeable, until) in [
        (
            "/time_zone",
            change.time_zone.is_some(),
            is_draft,
            "while the assembly is a draft",
        ),
        (
            "/starts_on",
            change.starts_on.is_some(),
            until_seated,
            "until the cohort is seated",
        ),
        (
            "/regions",
            change.regions.is_some(),
            until_seated,
            "until the cohort is seated",
        ),
    ] {
        faults.require(
            !is_given || is_changeable,
            pointer,
            "not_applicable",
            &format!("is changed {until} only"),
        );
    }
}

/// Notes rules of composition that contradict themselves or each other.
pub fn check_composition(
    composition: &Composition,
    regions: &[AssemblyRegion],
    faults: &mut Faults,
) {
    let check_bounds = |min: Option<i64>, max: Option<i64>, at: &str, faults: &mut Faults| {
        faults.require(
            min.zip(max).is_none_or(|(min, max)| min <= max),
            &format!("{at}/min"),
            "above_maximum",
            "is more than `max`",
        );
    };
    let mut kinds = BTreeSet::new();
    for (index, rule) in composition.by_kind.iter().enumerate() {
        let at = format!("/composition/by_kind/{index}");
        check_bounds(rule.min, rule.max, &at, faults);
        faults.require(
            JURISDICTIONS.contains(&rule.kind),
            &format!("{at}/kind"),
            "not_permitted",
            "cannot have a seat",
        );
        faults.require(
            kinds.insert(rule.kind),
            &format!("{at}/kind"),
            "unique_items",
            "has a rule already",
        );
    }
    let names: BTreeSet<&str> = regions.iter().map(|region| region.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    for (index, rule) in composition.by_region.iter().enumerate() {
        let at = format!("/composition/by_region/{index}");
        check_bounds(rule.min, rule.max, &at, faults);
        faults.require(
            names.is_empty() || names.contains(rule.region.as_str()),
            &format!("{at}/region"),
            "unknown_reference",
            "is none of the assembly's regions",
        );
        faults.require(
            seen.insert(rule.region.as_str()),
            &format!("{at}/region"),
            "unique_items",
            "has a rule already",
        );
    }
    let mut sizes = BTreeSet::new();
    for (index, rule) in composition.by_population.iter().enumerate() {
        let at = format!("/composition/by_population/{index}");
        check_bounds(rule.min, rule.max, &at, faults);
        faults.require(
            rule.max_population
                .is_none_or(|below| rule.min_population < below),
            &format!("{at}/max_population"),
            "not_after_start",
            "must be more than `min_population`",
        );
        faults.require(
            sizes.insert((rule.min_population, rule.max_population)),
            &at,
            "unique_items",
            "has a rule already",
        );
    }
    if let Some(balance) = composition.balance {
        faults.require(
            balance.max_seats.is_some() != balance.max_percent.is_some(),
            "/composition/balance",
            "contradiction",
            "needs either `max_seats` or `max_percent`",
        );
        faults.require(
            balance.max_percent.is_none() || composition.max_seats.is_some(),
            "/composition/max_seats",
            "required",
            "is required: `max_percent` of the balance is a share of it",
        );
    }
}

/// Notes regions that are given twice, and states that are in two of them.
pub fn check_regions(regions: &[AssemblyRegion], faults: &mut Faults) {
    let (mut names, mut places) = (BTreeSet::new(), BTreeSet::new());
    for (index, region) in regions.iter().enumerate() {
        faults.require(
            names.insert(region.name.as_str()),
            &format!("/regions/{index}/name"),
            "unique_items",
            "is the name of another region",
        );
        for (number, place) in region.subdivisions.iter().enumerate() {
            let at = format!("/regions/{index}/subdivisions/{number}");
            faults.require(
                !place.trim().is_empty() && place.chars().count() <= LONGEST_PLACE,
                &at,
                "max_length",
                "needs between 1 and 100 characters",
            );
            faults.require(
                places.insert(place.as_str()),
                &at,
                "unique_items",
                "is in a region already",
            );
        }
    }
}

/// Notes a quorum that can never be present.
pub fn check_quorum(rule: QuorumRule, regions: &[AssemblyRegion], faults: &mut Faults) {
    match rule {
        QuorumRule::Fraction {
            numerator,
            denominator,
        } => faults.require(
            numerator <= denominator,
            "/quorum/numerator",
            "above_maximum",
            "is more than `denominator`: nobody could meet that",
        ),
        QuorumRule::Regions { regions: number } => faults.require(
            regions.is_empty() || usize::try_from(number).is_ok_and(|one| one <= regions.len()),
            "/quorum/regions",
            "above_maximum",
            "is more than the assembly has regions",
        ),
        QuorumRule::Majority | QuorumRule::Number { .. } => {}
    }
}

/// Notes everything by which a table of steps would lead motions nowhere.
pub fn check_workflow(steps: &[WorkflowStep], faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, step) in steps.iter().enumerate() {
        let at = format!("/workflow/{index}");
        faults.require(
            seen.insert((step.from, step.action)),
            &at,
            "unique_items",
            "leads from this state by this action a second time",
        );
        faults.require(
            !step.from.is_final(),
            &format!("{at}/from"),
            "not_permitted",
            "is final: nothing leads out of it",
        );
        faults.require(
            step.to != MotionStatus::Draft,
            &format!("{at}/to"),
            "not_permitted",
            "is where motions begin: nothing leads back to it",
        );
        if let Some(only) = only_to(step.action) {
            faults.require(
                step.to == only,
                &format!("{at}/to"),
                "not_permitted",
                &format!("must be `{only}`: that is what `{}` means", step.action),
            );
        }
        if let Some(only) = only_by(step.to) {
            faults.require(
                step.action == only,
                &format!("{at}/action"),
                "not_permitted",
                &format!("must be `{only}`: nothing else leads to `{}`", step.to),
            );
        }
        let is_of_votes = matches!(
            step.action,
            MotionAction::Carry | MotionAction::Fail | MotionAction::Release
        );
        faults.require(
            is_of_votes == (step.from == MotionStatus::InVote),
            &format!("{at}/action"),
            "not_permitted",
            "does not go with `from`: `carry`, `fail` and `release` are what ends a vote, and nothing else does",
        );
        faults.require(
            step.action != MotionAction::Move || step.from == MotionStatus::Draft,
            &format!("{at}/from"),
            "not_permitted",
            "must be `draft`: a motion is moved once",
        );
    }
    let has = |from: MotionStatus, action: MotionAction| {
        steps
            .iter()
            .any(|step| step.from == from && step.action == action)
    };
    faults.require(
        has(MotionStatus::Draft, MotionAction::Move),
        "/workflow",
        "required",
        "needs a step `move` from `draft`",
    );
    faults.require(
        steps.iter().any(|step| step.action == MotionAction::Put),
        "/workflow",
        "required",
        "needs a step `put`, which leads to `in_vote`",
    );
    for action in [MotionAction::Carry, MotionAction::Fail] {
        faults.require(
            has(MotionStatus::InVote, action),
            "/workflow",
            "required",
            &format!("needs a step `{action}` from `in_vote`"),
        );
    }
    let reached = reachable(steps);
    for (index, step) in steps.iter().enumerate() {
        faults.require(
            reached.contains(&step.from),
            &format!("/workflow/{index}/from"),
            "unreachable",
            "is a state that no motion comes to",
        );
        let leads_on = step.to.is_final() || steps.iter().any(|one| one.from == step.to);
        faults.require(
            leads_on,
            &format!("/workflow/{index}/to"),
            "dead_end",
            "is a state out of which nothing leads",
        );
    }
}

/// Where an action leads in every table, if it does not depend on the table.
const fn only_to(action: MotionAction) -> Option<MotionStatus> {
    match action {
        MotionAction::Put => Some(MotionStatus::InVote),
        MotionAction::Carry => Some(MotionStatus::Carried),
        MotionAction::Fail => Some(MotionStatus::Failed),
        MotionAction::Withdraw => Some(MotionStatus::Withdrawn),
        _ => None,
    }
}

/// By which action alone a state is come to, in every table: nothing is resolved without a vote.
const fn only_by(state: MotionStatus) -> Option<MotionAction> {
    match state {
        MotionStatus::InVote => Some(MotionAction::Put),
        MotionStatus::Carried => Some(MotionAction::Carry),
        MotionStatus::Failed => Some(MotionAction::Fail),
        MotionStatus::Withdrawn => Some(MotionAction::Withdraw),
        _ => None,
    }
}

fn reachable(steps: &[WorkflowStep]) -> BTreeSet<MotionStatus> {
    let mut onward: BTreeMap<MotionStatus, Vec<MotionStatus>> = BTreeMap::new();
    for step in steps {
        onward.entry(step.from).or_default().push(step.to);
    }
    let mut reached = BTreeSet::new();
    let mut open = vec![MotionStatus::Draft];
    while let Some(state) = open.pop() {
        if reached.insert(state) {
            open.extend(onward.get(&state).into_iter().flatten());
        }
    }
    reached
}
