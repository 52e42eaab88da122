//! Who may sit in an assembly: how many in all, of each kind, from each region, of each size, and of
//! one affiliation. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::organizations::model::OrganizationKind;
use crate::kernel::text;

/// The kinds of organizations that can have a seat.
pub const JURISDICTIONS: [OrganizationKind; 5] = [
    OrganizationKind::State,
    OrganizationKind::County,
    OrganizationKind::Municipality,
    OrganizationKind::TribalGovernment,
    OrganizationKind::Territory,
];

/// Who may sit in an assembly. What is not named is not bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "max_seats": 10, "by_kind": [{"kind": "state", "min": 2, "max": 5}],
    "by_region": [{"region": "West", "min": 1, "max": 4}],
    "by_population": [{"min_population": 0, "max_population": 100_000, "min": 1, "max": 6}],
    "balance": {"max_percent": 50}
}))]
pub struct Composition {
    /// Seats, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000)]
    pub max_seats: Option<i64>,
    /// Seats of a kind of jurisdiction.
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    pub by_kind: Vec<KindRule>,
    /// Seats of a region.
    #[serde(default)]
    #[schema(required = false, max_items = 100)]
    pub by_region: Vec<RegionRule>,
    /// Seats of jurisdictions of a size.
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    pub by_population: Vec<PopulationRule>,
    /// Seats of one affiliation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub balance: Option<BalanceRule>,
}

/// How many seats a kind of jurisdiction has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "state", "min": 2, "max": 5}))]
pub struct KindRule {
    /// The kind.
    pub kind: OrganizationKind,
    /// At least, when the cohort is seated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 10_000)]
    pub min: Option<i64>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 10_000)]
    pub max: Option<i64>,
}

/// How many seats a region has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"region": "West", "min": 1, "max": 4}))]
pub struct RegionRule {
    /// The region: one of the assembly's, or a state where it has none.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub region: String,
    /// At least, when the cohort is seated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 10_000)]
    pub min: Option<i64>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 10_000)]
    pub max: Option<i64>,
}

/// How many seats jurisdictions of a size have. One whose population is not known is of no size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"min_population": 0, "max_population": 100_000, "min": 1, "max": 6}))]
pub struct PopulationRule {
    /// Inhabitants, at least.
    #[serde(default)]
    #[schema(required = false, minimum = 0)]
    pub min_population: i64,
    /// Fewer inhabitants than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub max_population: Option<i64>,
    /// Seats at least, when the cohort is seated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 10_000)]
    pub min: Option<i64>,
    /// Seats at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 10_000)]
    pub max: Option<i64>,
}

/// How many seats one affiliation has at most: a number, or a share of `max_seats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"max_percent": 50}))]
pub struct BalanceRule {
    /// Seats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 10_000)]
    pub max_seats: Option<i64>,
    /// Of `max_seats` of the composition, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 100)]
    pub max_percent: Option<i64>,
}

crate::text_enum! {
    /// What a rule of composition counts.
    pub enum CompositionAspect {
        /// All seats.
        Seats => "seats",
        /// Those of a kind of jurisdiction.
        Kind => "kind",
        /// Those of a region.
        Region => "region",
        /// Those of jurisdictions of a size.
        Population => "population",
        /// Those of an affiliation.
        Affiliation => "affiliation",
    }
}

/// A rule of composition, with how many seats it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"aspect": "region", "name": "West", "min": 1, "max": 4, "filled": 2, "vacant": 1, "is_met": true}))]
pub struct CompositionCount {
    /// What it counts.
    pub aspect: CompositionAspect,
    /// Of which kind, region, size or affiliation.
    pub name: Option<String>,
    /// Seats that somebody holds, at least, when the cohort is seated.
    pub min: Option<i64>,
    /// Seats at most.
    pub max: Option<i64>,
    /// Seats that somebody holds.
    pub filled: i64,
    /// Seats that nobody holds.
    pub vacant: i64,
    /// Whether there are enough that somebody holds, and not too many.
    pub is_met: bool,
}

/// A seat, as the composition counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedSeat {
    /// What the jurisdiction is.
    pub kind: OrganizationKind,
    /// Its region.
    pub region: Option<String>,
    /// Its inhabitants.
    pub population: Option<i64>,
    /// What the balance is kept by.
    pub affiliation: Option<String>,
    /// Whether somebody holds it.
    pub is_filled: bool,
}

impl PopulationRule {
    /// What the rule is called.
    fn name(&self) -> String {
        let from = self.min_population;
        self.max_population.map_or_else(
            || format!("{from}-"),
            |below| format!("{from}-{}", below - 1),
        )
    }

    fn covers(&self, population: Option<i64>) -> bool {
        population.is_some_and(|population| {
            self.min_population <= population
                && self.max_population.is_none_or(|below| population < below)
        })
    }
}

impl Composition {
    /// Seats that one affiliation has at most.
    #[must_use]
    pub fn most_of_one_affiliation(&self) -> Option<i64> {
        let balance = self.balance?;
        let share = balance
            .max_percent
            .zip(self.max_seats)
            .map(|(percent, seats)| seats * percent / 100);
        match (balance.max_seats, share) {
            (Some(number), Some(share)) => Some(number.min(share)),
            (number, share) => number.or(share),
        }
    }

    /// How many seats each rule counts.
    #[must_use]
    pub fn count(&self, seats: &[CountedSeat]) -> Vec<CompositionCount> {
        let mut all = Vec::new();
        if self.max_seats.is_some() {
            all.push(tally(
                (CompositionAspect::Seats, None),
                (None, self.max_seats),
                seats.iter(),
            ));
        }
        for rule in &self.by_kind {
            all.push(tally(
                (CompositionAspect::Kind, Some(rule.kind.to_string())),
                (rule.min, rule.max),
                seats.iter().filter(|seat| seat.kind == rule.kind),
            ));
        }
        for rule in &self.by_region {
            all.push(tally(
                (CompositionAspect::Region, Some(rule.region.clone())),
                (rule.min, rule.max),
                seats
                    .iter()
                    .filter(|seat| seat.region.as_ref() == Some(&rule.region)),
            ));
        }
        for rule in &self.by_population {
            all.push(tally(
                (CompositionAspect::Population, Some(rule.name())),
                (rule.min, rule.max),
                seats.iter().filter(|seat| rule.covers(seat.population)),
            ));
        }
        if let Some(most) = self.most_of_one_affiliation() {
            let mut groups: BTreeMap<String, (String, Vec<&CountedSeat>)> = BTreeMap::new();
            for seat in seats {
                if let Some(affiliation) = &seat.affiliation {
                    let group = groups
                        .entry(text::fold(affiliation))
                        .or_insert_with(|| (affiliation.clone(), Vec::new()));
                    group.1.push(seat);
                }
            }
            for (name, group) in groups.into_values() {
                all.push(tally(
                    (CompositionAspect::Affiliation, Some(name)),
                    (None, Some(most)),
                    group.into_iter(),
                ));
            }
        }
        all
    }
}

fn tally<'a>(
    (aspect, name): (CompositionAspect, Option<String>),
    (min, max): (Option<i64>, Option<i64>),
    seats: impl Iterator<Item = &'a CountedSeat>,
) -> CompositionCount {
    let (mut filled, mut vacant) = (0, 0);
    for seat in seats {
        if seat.is_filled {
            filled += 1;
        } else {
            vacant += 1;
        }
    }
    CompositionCount {
        aspect,
        name,
        min,
        max,
        filled,
        vacant,
        is_met: min.is_none_or(|min| min <= filled) && max.is_none_or(|max| filled + vacant <= max),
    }
}

impl CompositionCount {
    /// Whether it counts more seats than there may be.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        self.max.is_some_and(|max| self.filled + self.vacant > max)
    }

    /// Whether fewer seats are held than there have to be.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.min.is_some_and(|min| self.filled < min)
    }
}

/// The rules that have no room for what was added: those that are exceeded `after` and count more
/// than `before`. One that was exceeded already, and counts no more, stands in nobody's way.
#[must_use]
pub fn exceeded(
    before: &[CompositionCount],
    after: Vec<CompositionCount>,
) -> Vec<CompositionCount> {
    let counted_before = |count: &CompositionCount| {
        before
            .iter()
            .find(|one| one.aspect == count.aspect && one.name == count.name)
            .map_or(0, |one| one.filled + one.vacant)
    };
    after
        .into_iter()
        .filter(|count| count.is_exceeded() && count.filled + count.vacant > counted_before(count))
        .collect()
}
