//! Spreading reviews over a panel, evenly.
//!
//! Every application gets the wanted number of reviewers without a conflict of interest, as far as
//! there are so many. Each goes to the reviewers who have the fewest, in the order of their ids
//! where several have; then work is passed on along chains of reviewers as long as that makes the
//! loads more even. So loads differ by at most one where conflicts permit, and the same panel and
//! applications always give the same result. Who reviews already stays.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::kernel::id::{ApplicationId, UserId};

/// An application that needs reviewers.
#[derive(Debug, Clone)]
pub struct Needed {
    /// The application.
    pub application_id: ApplicationId,
    /// Who reviews it already.
    pub has: BTreeSet<UserId>,
    /// Who may: without a conflict of interest.
    pub fit: BTreeSet<UserId>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// Who is to review what, beside those who did.
    pub assigned: BTreeSet<(ApplicationId, UserId)>,
    /// The applications that lack reviewers, and how many.
    pub lacking: BTreeMap<ApplicationId, usize>,
}

/// Spreads reviews: `loads` has every member of the panel with what they review already.
#[must_use]
pub fn evenly(
    applications: &[Needed],
    mut loads: BTreeMap<UserId, usize>,
    wanted: usize,
) -> Spread {
    let mut sorted: Vec<&Needed> = applications.iter().collect();
    // Those with the least choice first, so that they find somebody who has little.
    sorted.sort_by_key(|needed| (needed.fit.len(), needed.application_id.clone()));
    let mut taken: BTreeMap<UserId, BTreeSet<ApplicationId>> = BTreeMap::new();
    let mut lacking = BTreeMap::new();
    for needed in &sorted {
        let missing = wanted.saturating_sub(needed.has.len());
        let mut free: Vec<(usize, &UserId)> = needed
            .fit
            .difference(&needed.has)
            .filter_map(|reviewer| Some((*loads.get(reviewer)?, reviewer)))
            .collect();
        free.sort_unstable();
        free.truncate(missing);
        if free.len() < missing {
            lacking.insert(needed.application_id.clone(), missing - free.len());
        }
        for (load, reviewer) in free {
            loads.insert(reviewer.clone(), load + 1);
            taken
                .entry(reviewer.clone())
                .or_default()
                .insert(needed.application_id.clone());
        }
    }
    let by_id: HashMap<&ApplicationId, &Needed> = applications
        .iter()
        .map(|needed| (&needed.application_id, needed))
        .collect();
    while level(&by_id, &mut taken, &mut loads) {}
    Spread {
        assigned: taken
            .into_iter()
            .flat_map(|(reviewer, all)| all.into_iter().map(move |id| (id, reviewer.clone())))
            .collect(),
        lacking,
    }
}

type Taken = BTreeMap<UserId, BTreeSet<ApplicationId>>;

/// Passes one review from somebody with much to somebody with less, over others where need be.
/// False when nothing is left to pass on.
fn level(
    applications: &HashMap<&ApplicationId, &Needed>,
    taken: &mut Taken,
    loads: &mut BTreeMap<UserId, usize>,
) -> bool {
    let mut heaviest: Vec<(usize, UserId)> = loads
        .iter()
        .map(|(reviewer, load)| (*load, reviewer.clone()))
        .collect();
    heaviest.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let least = heaviest.last().map_or(0, |(load, _)| *load);
    for (load, from) in heaviest {
        if load < least + 2 {
            return false;
        }
        let Some(chain) = chain(applications, taken, loads, &from, load - 2) else {
            continue;
        };
        for (giver, id, receiver) in &chain {
            if let Some(own) = taken.get_mut(giver) {
                own.remove(id);
            }
            taken
                .entry(receiver.clone())
                .or_default()
                .insert(id.clone());
        }
        if let (Some((giver, ..)), Some((.., receiver))) = (chain.first(), chain.last()) {
            loads.entry(giver.clone()).and_modify(|load| *load -= 1);
            loads.entry(receiver.clone()).and_modify(|load| *load += 1);
        }
        return true;
    }
    false
}

/// The shortest chain along which `from` can hand something on to somebody with no more than
/// `most`.
fn chain(
    applications: &HashMap<&ApplicationId, &Needed>,
    taken: &Taken,
    loads: &BTreeMap<UserId, usize>,
    from: &UserId,
    most: usize,
) -> Option<Vec<(UserId, ApplicationId, UserId)>> {
    let mut came_by: BTreeMap<UserId, (UserId, ApplicationId)> = BTreeMap::new();
    let mut waiting = VecDeque::from([from.clone()]);
    while let Some(giver) = waiting.pop_front() {
        for id in taken.get(&giver).into_iter().flatten() {
            let Some(needed) = applications.get(id) else {
                continue;
            };
            for receiver in needed.fit.difference(&needed.has) {
                let has = taken.get(receiver).is_some_and(|own| own.contains(id));
                if has || receiver == from || came_by.contains_key(receiver) {
                    continue;
                }
                came_by.insert(receiver.clone(), (giver.clone(), id.clone()));
                if loads.get(receiver).is_some_and(|load| *load <= most) {
                    return Some(walked(&came_by, from, receiver));
                }
                waiting.push_back(receiver.clone());
            }
        }
    }
    None
}

fn walked(
    came_by: &BTreeMap<UserId, (UserId, ApplicationId)>,
    from: &UserId,
    to: &UserId,
) -> Vec<(UserId, ApplicationId, UserId)> {
    let mut chain = Vec::new();
    let mut at = to.clone();
    while at != *from {
        let Some((giver, id)) = came_by.get(&at) else {
            break;
        };
        chain.push((giver.clone(), id.clone(), at));
        at = giver.clone();
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn application(number: usize) -> ApplicationId {
        format!("app_{number:026}").parse().unwrap()
    }

    fn reviewer(number: usize) -> UserId {
        format!("usr_{number:026}").parse().unwrap()
    }

    fn panel(of: usize) -> BTreeMap<UserId, usize> {
        (0..of).map(|number| (reviewer(number), 0)).collect()
    }

    /// Applications, each with the numbers of those who have a conflict.
    fn needed(conflicts: &[BTreeSet<usize>], panel: usize) -> Vec<Needed> {
        conflicts
            .iter()
            .enumerate()
            .map(|(number, conflicts)| Needed {
                application_id: application(number),
                has: BTreeSet::new(),
                fit: (0..panel)
                    .filter(|one| !conflicts.contains(one))
                    .map(reviewer)
                    .collect(),
            })
            .collect()
    }

    fn loads(spread: &Spread, panel: usize) -> Vec<usize> {
        (0..panel)
            .map(|one| {
                let all = spread.assigned.iter();
                all.filter(|(_, who)| *who == reviewer(one)).count()
            })
            .collect()
    }

    #[test]
    fn a_panel_without_conflicts_shares_the_work() {
        let spread = evenly(&needed(&vec![BTreeSet::new(); 120], 7), panel(7), 3);
        let loads = loads(&spread, 7);
        assert_eq!(loads.iter().sum::<usize>(), 360);
        assert_eq!(
            (loads.iter().min(), loads.iter().max()),
            (Some(&51), Some(&52))
        );
    }

    #[test]
    fn what_one_may_not_take_is_passed_on_through_others() {
        // Everyone but the first has a conflict with the last applications.
        let mut conflicts = vec![BTreeSet::new(); 4];
        conflicts.extend(vec![BTreeSet::from([1, 2]); 2]);
        let spread = evenly(&needed(&conflicts, 3), panel(3), 1);
        assert_eq!(loads(&spread, 3), [2, 2, 2]);
        let scarce = evenly(&needed(&[BTreeSet::from([0, 1])], 3), panel(3), 3);
        assert_eq!(scarce.lacking, BTreeMap::from([(application(0), 2)]));
    }

    proptest! {
        #[test]
        fn nobody_reviews_against_a_conflict_and_loads_are_as_even_as_can_be(
            conflicts in proptest::collection::vec(proptest::collection::btree_set(0..6usize, 0..5), 1..25),
            wanted in 1..4usize,
        ) {
            let all = needed(&conflicts, 6);
            let spread = evenly(&all, panel(6), wanted);
            for one in &all {
                let own: BTreeSet<UserId> = spread.assigned.iter()
                    .filter(|(id, _)| *id == one.application_id)
                    .map(|(_, who)| who.clone())
                    .collect();
                prop_assert!(own.is_subset(&one.fit));
                let lacks = spread.lacking.get(&one.application_id).copied().unwrap_or(0);
                prop_assert_eq!(own.len() + lacks, wanted);
                prop_assert!(lacks == 0 || own == one.fit);
            }
            // Nobody has two more than somebody who could take one of theirs.
            let loads = loads(&spread, 6);
            for (id, who) in &spread.assigned {
                let fit = &all.iter().find(|one| one.application_id == *id).unwrap().fit;
                for other in 0..6 {
                    let could = fit.contains(&reviewer(other))
                        && !spread.assigned.contains(&(id.clone(), reviewer(other)));
                    let own = (0..6).find(|one| reviewer(*one) == *who).unwrap();
                    prop_assert!(!could || loads[own] <= loads[other] + 1);
                }
            }
            prop_assert_eq!(evenly(&all, panel(6), wanted), spread);
        }
    }
}
