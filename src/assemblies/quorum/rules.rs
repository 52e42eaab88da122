//! Reckoning a quorum: pure.

use std::collections::BTreeSet;

use crate::assemblies::quorum::rule::QuorumRule;

/// A jurisdiction that is seated, as the quorum counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<'a> {
    /// Its region.
    pub region: Option<&'a str>,
    /// Whether somebody is present for it.
    pub is_present: bool,
}

/// What a rule came to, in jurisdictions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reckoning {
    /// Seated.
    pub seated: i64,
    /// Present.
    pub present: i64,
    /// How many have to be present.
    pub required: i64,
    /// How many more it takes.
    pub missing: i64,
    /// Regions from which somebody is present.
    pub regions_present: i64,
    /// Regions from which somebody has to be.
    pub regions_required: i64,
    /// Whether a quorum is present.
    pub is_met: bool,
}

impl QuorumRule {
    /// How many of so many seated jurisdictions have to be present: never none.
    #[must_use]
    pub fn required_of(self, seated: i64) -> i64 {
        let required = match self {
            Self::Majority | Self::Regions { .. } => seated / 2 + 1,
            Self::Fraction {
                numerator,
                denominator,
            } => {
                let denominator = denominator.max(1);
                (seated * numerator + denominator - 1) / denominator
            }
            Self::Number { number } => number,
        };
        required.max(1)
    }

    /// From how many regions somebody has to be present.
    #[must_use]
    pub const fn regions_required(self) -> i64 {
        match self {
            Self::Regions { regions } => regions,
            Self::Majority | Self::Fraction { .. } | Self::Number { .. } => 0,
        }
    }
}

/// Whether a quorum is present.
#[must_use]
pub fn reckon(rule: QuorumRule, seats: &[Counted<'_>]) -> Reckoning {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let seated = count(seats.len());
    let is_here = |seat: &&Counted<'_>| seat.is_present;
    let present = count(seats.iter().filter(is_here).count());
    let regions: BTreeSet<&str> = seats
        .iter()
        .filter(is_here)
        .filter_map(|seat| seat.region)
        .collect();
    let (required, regions_required) = (rule.required_of(seated), rule.regions_required());
    let regions_present = count(regions.len());
    Reckoning {
        seated,
        present,
        required,
        missing: (required - present).max(0),
        regions_present,
        regions_required,
        is_met: present >= required && regions_present >= regions_required,
    }
}
