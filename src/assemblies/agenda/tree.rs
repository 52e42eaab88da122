//! The tree of an agenda, without any input or output: its order, its numbers, its depth.

use std::collections::HashMap;

use crate::assemblies::agenda::model::AgendaItem;
use crate::kernel::id::AgendaItemId;

/// How deep an agenda may be.
pub const DEEPEST: usize = 5;

/// How many items an agenda may have.
pub const MOST: usize = 500;

/// The items of an agenda as a tree.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    items: HashMap<AgendaItemId, AgendaItem>,
    children: HashMap<Option<AgendaItemId>, Vec<AgendaItemId>>,
}

impl Tree {
    /// The tree that these items make.
    #[must_use]
    pub fn of(mut rows: Vec<AgendaItem>) -> Self {
        rows.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
        let mut tree = Self::default();
        for row in rows {
            tree.children
                .entry(row.parent_id.clone())
                .or_default()
                .push(row.id.clone());
            tree.items.insert(row.id.clone(), row);
        }
        tree
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// An item.
    #[must_use]
    pub fn get(&self, id: &AgendaItemId) -> Option<&AgendaItem> {
        self.items.get(id)
    }

    /// What is directly under an item, or at the top, in order.
    #[must_use]
    pub fn under(&self, parent: Option<&AgendaItemId>) -> &[AgendaItemId] {
        self.children
            .get(&parent.cloned())
            .map_or(&[], Vec::as_slice)
    }

    /// How deep an item stands: 1 at the top.
    #[must_use]
    pub fn depth_of(&self, id: &AgendaItemId) -> usize {
        let mut depth = 1;
        let mut at = self.get(id);
        // Nothing stores a circle; a bound ends this even so.
        while let Some(parent) = at.and_then(|item| item.parent_id.as_ref()) {
            depth += 1;
            if depth > MOST {
                break;
            }
            at = self.get(parent);
        }
        depth
    }

    /// Every item in the order in which it is read, each before what is under it.
    #[must_use]
    pub fn in_order(&self) -> Vec<&AgendaItem> {
        let mut found = Vec::with_capacity(self.len());
        let mut waiting: Vec<&AgendaItemId> = self.under(None).iter().rev().collect();
        while let Some(id) = waiting.pop() {
            if let Some(item) = self.get(id) {
                found.push(item);
            }
            waiting.extend(self.under(Some(id)).iter().rev());
        }
        found
    }

    /// An item and everything under it, each before what is under it.
    #[must_use]
    pub fn branch(&self, id: &AgendaItemId) -> Vec<AgendaItemId> {
        let mut found = Vec::new();
        let mut waiting = vec![id.clone()];
        while let Some(id) = waiting.pop() {
            waiting.extend(self.under(Some(&id)).iter().rev().cloned());
            found.push(id);
        }
        found
    }

    /// Minutes allotted to each item and to what is under it together; struck items count for
    /// nothing.
    #[must_use]
    pub fn minutes(&self) -> HashMap<AgendaItemId, i64> {
        let mut sums: HashMap<AgendaItemId, i64> = HashMap::new();
        for item in self.in_order().into_iter().rev() {
            let own = item.minutes.filter(|_| !item.is_struck).unwrap_or(0);
            let sum = {
                let sum = sums.entry(item.id.clone()).or_default();
                *sum += own;
                *sum
            };
            if let Some(parent) = &item.parent_id {
                *sums.entry(parent.clone()).or_default() += sum;
            }
        }
        sums
    }

    /// Puts an item in under its parent, so that it is the one at `index` there, counting from 0.
    pub fn insert(&mut self, item: AgendaItem, index: usize) {
        let siblings = self.children.entry(item.parent_id.clone()).or_default();
        siblings.insert(index.min(siblings.len()), item.id.clone());
        self.items.insert(item.id.clone(), item);
    }

    /// Takes an item out, with everything under it. Returns their ids, each before what was under
    /// it.
    pub fn remove(&mut self, id: &AgendaItemId) -> Vec<AgendaItemId> {
        let gone = self.branch(id);
        for id in &gone {
            if let Some(item) = self.items.remove(id)
                && let Some(siblings) = self.children.get_mut(&item.parent_id)
            {
                siblings.retain(|sibling| sibling != id);
            }
            self.children.remove(&Some(id.clone()));
        }
        gone
    }

    /// The same items with other parents and another order: `places` names every item once, with
    /// the one it belongs under, siblings in their order.
    #[must_use]
    pub fn rearranged(&self, places: &[(AgendaItemId, Option<AgendaItemId>)]) -> Self {
        let mut tree = Self::default();
        for (id, parent) in places {
            if let Some(item) = self.get(id) {
                tree.insert(
                    AgendaItem {
                        parent_id: parent.clone(),
                        ..item.clone()
                    },
                    usize::MAX,
                );
            }
        }
        tree
    }

    /// Every item in order, with the position and the number that follow from its place: 2.1.3.
    #[must_use]
    pub fn numbered(&self) -> Vec<AgendaItem> {
        let mut numbers: HashMap<&AgendaItemId, String> = HashMap::new();
        let mut positions: HashMap<Option<&AgendaItemId>, i64> = HashMap::new();
        let mut found = Vec::with_capacity(self.len());
        for item in self.in_order() {
            let parent = item.parent_id.as_ref();
            let position = positions.entry(parent).or_default();
            *position += 1;
            let number = match parent.and_then(|parent| numbers.get(parent)) {
                Some(above) => format!("{above}.{position}"),
                None => position.to_string(),
            };
            numbers.insert(&item.id, number.clone());
            found.push(AgendaItem {
                position: *position,
                number,
                ..item.clone()
            });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::AssemblySessionId;
    use crate::kernel::time::Timestamp;

    fn item(id: &AgendaItemId, parent: Option<&AgendaItemId>, position: i64) -> AgendaItem {
        let now: Timestamp = "2031-01-01T00:00:00Z".parse().unwrap();
        AgendaItem {
            id: id.clone(),
            session_id: AssemblySessionId::fresh(),
            parent_id: parent.cloned(),
            position,
            number: String::new(),
            title: id.to_string(),
            description: None,
            minutes: Some(10),
            is_struck: false,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    fn numbers(tree: &Tree) -> Vec<(String, AgendaItemId)> {
        tree.numbered()
            .into_iter()
            .map(|item| (item.number, item.id))
            .collect()
    }

    #[test]
    fn items_are_numbered_by_their_place_in_the_tree() {
        let ids: Vec<AgendaItemId> = (0..5).map(|_| AgendaItemId::fresh()).collect();
        let [a, b, c, d, e] = ids.as_slice() else {
            unreachable!()
        };
        let mut tree = Tree::of(vec![
            item(b, None, 2),
            item(d, Some(a), 2),
            item(a, None, 1),
            item(c, Some(a), 1),
        ]);
        let is = |tree: &Tree, expected: &[(&str, &AgendaItemId)]| {
            let expected: Vec<(String, AgendaItemId)> = expected
                .iter()
                .map(|(number, id)| ((*number).to_owned(), (*id).clone()))
                .collect();
            assert_eq!(numbers(tree), expected);
        };
        is(&tree, &[("1", a), ("1.1", c), ("1.2", d), ("2", b)]);
        tree.insert(item(e, Some(a), 0), 1);
        is(
            &tree,
            &[("1", a), ("1.1", c), ("1.2", e), ("1.3", d), ("2", b)],
        );
        assert_eq!(tree.depth_of(e), 2);
        assert_eq!(tree.minutes()[a], 40);
        let turned = tree.rearranged(&[
            (b.clone(), None),
            (a.clone(), Some(b.clone())),
            (c.clone(), Some(a.clone())),
            (e.clone(), None),
            (d.clone(), None),
        ]);
        is(
            &turned,
            &[("1", b), ("1.1", a), ("1.1.1", c), ("2", e), ("3", d)],
        );
        assert_eq!(tree.remove(a), [a, c, e, d].map(Clone::clone));
        is(&tree, &[("1", b)]);
    }
}
