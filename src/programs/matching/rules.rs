//! How well an officer and a host fit, and what rules them out: decisions without any input or
//! output.
//!
//! What a host asks for gives points in the share in which the officer brings it. What it does not
//! ask for gives none, so that a host with particular wishes comes before one that takes anybody.

use std::collections::BTreeSet;

use crate::kernel::day::Day;
use crate::kernel::id::OrganizationId;
use crate::kernel::text;
use crate::programs::matching::wire::{Exclusion, ExclusionRule, Reason, ScoreRule};
use crate::programs::needs::Needs;
use crate::programs::officers::model::{Officer, Recusal};
use crate::programs::officers::queries::Profile;
use crate::programs::placements::rules::Days;

/// Points for an officer who brings every skill that is asked for.
pub const SKILLS: i64 = 50;
/// Points for an officer who speaks every language as well as is asked for.
pub const LANGUAGES: i64 = 30;
/// Points for an officer who knows every part of the world that is asked for.
pub const REGIONS: i64 = 20;

/// The officer's side of a match.
#[derive(Debug, Clone, Copy)]
pub struct OfficerSide<'a> {
    /// The officer.
    pub officer: &'a Officer,
    /// What the officer brings.
    pub profile: &'a Profile,
    /// Where the officer must not serve.
    pub recusals: &'a [Recusal],
    /// When the officer is held.
    pub held: &'a [Days],
    /// The organizations that the officer works for.
    pub own: &'a [OrganizationId],
}

/// The host's side of a match.
#[derive(Debug, Clone, Copy)]
pub struct HostSide<'a> {
    /// The host.
    pub id: &'a OrganizationId,
    /// What it belongs to.
    pub parent: Option<&'a OrganizationId>,
    /// What it asks for.
    pub needs: &'a Needs,
    /// When its slot is held.
    pub held: &'a [Days],
    /// The term in question.
    pub term: Days,
}

/// Why they fit, with the points for each reason. The score is their sum, at most 100.
#[must_use]
pub fn reasons(officer: &OfficerSide<'_>, host: &HostSide<'_>) -> Vec<Reason> {
    let spoken: Vec<(String, bool)> = host
        .needs
        .languages
        .iter()
        .map(|needed| {
            let level = level_in(officer.profile, &needed.language);
            (
                format!("{} at level {}", needed.language, needed.level),
                level.is_some_and(|level| level >= needed.level),
            )
        })
        .collect();
    [
        (
            ScoreRule::Skills,
            SKILLS,
            among(&host.needs.skills, &officer.profile.skills),
        ),
        (ScoreRule::Languages, LANGUAGES, spoken),
        (
            ScoreRule::Regions,
            REGIONS,
            among(&host.needs.regions, &officer.profile.regions),
        ),
    ]
    .into_iter()
    .filter_map(|(rule, weight, wishes)| reason(rule, weight, &wishes))
    .collect()
}

/// Which of the wishes are met, in any spelling.
fn among(wanted: &[String], offered: &[String]) -> Vec<(String, bool)> {
    let wanted: BTreeSet<String> = wanted.iter().map(|word| text::fold(word)).collect();
    wanted
        .into_iter()
        .map(|word| {
            let is_met = offered.contains(&word);
            (word, is_met)
        })
        .collect()
}

fn reason(rule: ScoreRule, weight: i64, wishes: &[(String, bool)]) -> Option<Reason> {
    let asked = i64::try_from(wishes.len())
        .ok()
        .filter(|asked| *asked > 0)?;
    let pick = |is_met: bool| -> Vec<&str> {
        wishes
            .iter()
            .filter(|(_, met)| *met == is_met)
            .map(|(wish, _)| wish.as_str())
            .collect()
    };
    let (met, missing) = (pick(true), pick(false));
    let points = weight * i64::try_from(met.len()).unwrap_or_default() / asked;
    let mut detail = format!("{} of {asked}", met.len());
    for (word, wishes) in [("brings", met), ("lacks", missing)] {
        if !wishes.is_empty() {
            detail.push_str(&format!("; {word} {}", wishes.join(", ")));
        }
    }
    Some(Reason {
        rule,
        points,
        of: weight,
        detail,
    })
}

fn level_in(profile: &Profile, language: &str) -> Option<i64> {
    profile
        .languages
        .iter()
        .find(|skill| skill.language == language)
        .map(|skill| skill.level)
}

/// Every rule that rules the match out.
#[must_use]
pub fn exclusions(officer: &OfficerSide<'_>, host: &HostSide<'_>) -> Vec<Exclusion> {
    let mut found = Vec::new();
    let mut exclude = |rule, detail: String| found.push(Exclusion { rule, detail });
    if !officer.officer.is_active {
        exclude(
            ExclusionRule::Inactive,
            "The officer can no longer be placed.".to_owned(),
        );
    }
    for recusal in officer.recusals {
        if recusal.organization_id == *host.id {
            exclude(
                ExclusionRule::Recused,
                format!("The officer must not serve there: {}", recusal.reason),
            );
        } else if Some(&recusal.organization_id) == host.parent {
            exclude(
                ExclusionRule::Recused,
                format!(
                    "The officer must not serve at what the host belongs to: {}",
                    recusal.reason
                ),
            );
        }
    }
    if let Some(detail) = unavailable(officer.officer, host.term) {
        exclude(ExclusionRule::NotAvailable, detail);
    }
    if let Some(held) = overlap(officer.held, host.term) {
        exclude(
            ExclusionRule::AlreadyPlaced,
            format!(
                "The officer is placed from {} to {}.",
                held.starts_on, held.ends_on
            ),
        );
    }
    if let Some(held) = overlap(host.held, host.term) {
        exclude(
            ExclusionRule::SlotTaken,
            format!(
                "The host's slot is taken from {} to {}.",
                held.starts_on, held.ends_on
            ),
        );
    }
    for needed in &host.needs.languages {
        let level = level_in(officer.profile, &needed.language);
        if level.is_none_or(|level| level < needed.level) {
            let spoken =
                level.map_or_else(|| "not".to_owned(), |level| format!("at level {level}"));
            exclude(
                ExclusionRule::LanguageTooLow,
                format!(
                    "`{}` is needed at level {} and spoken {spoken}.",
                    needed.language, needed.level
                ),
            );
        }
    }
    if officer.own.contains(host.id) {
        exclude(
            ExclusionRule::OwnHost,
            "The officer works for the host.".to_owned(),
        );
    }
    found
}

/// Why the term is not within the days on which the officer is available.
fn unavailable(officer: &Officer, term: Days) -> Option<String> {
    let is_early = officer
        .available_from
        .is_some_and(|from| term.starts_on < from);
    // The last day of availability may be the last day of the term: the end is exclusive.
    let is_late = officer
        .available_until
        .is_some_and(|until| until.plus_days(1).is_some_and(|after| term.ends_on > after));
    let show = |day: Option<Day>| day.map_or_else(|| "any day".to_owned(), |day| day.to_string());
    (is_early || is_late).then(|| {
        format!(
            "The officer is available from {} to {}.",
            show(officer.available_from),
            show(officer.available_until)
        )
    })
}

/// The first time held that overlaps the term. What touches end to start does not.
fn overlap(held: &[Days], term: Days) -> Option<Days> {
    held.iter()
        .find(|held| held.starts_on < term.ends_on && held.ends_on > term.starts_on)
        .copied()
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
