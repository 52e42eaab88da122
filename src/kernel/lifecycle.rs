//! Life cycles as tables: states, actions, and who may act.
//!
//! One `const` table a resource gives the check before a change, the `allowed_actions` of every
//! representation and the diagram in `docs/lifecycles.md`.

use std::fmt::{Display, Write};

use crate::kernel::access::Permission;
use crate::kernel::http::{Code, Problem};

/// One row of a life cycle: from this state, this action leads there, for whoever holds this
/// permission.
pub type Transition<S, A> = (S, A, S, Permission);

/// A resource's life cycle.
#[derive(Debug)]
pub struct Lifecycle<S: 'static, A: 'static> {
    transitions: &'static [Transition<S, A>],
}

impl<S: Copy + Eq + Display, A: Copy + Eq + Display> Lifecycle<S, A> {
    /// A life cycle from its table.
    #[must_use]
    pub const fn new(transitions: &'static [Transition<S, A>]) -> Self {
        Self { transitions }
    }

    /// Every row, in the order of declaration.
    #[must_use]
    pub const fn transitions(&self) -> &'static [Transition<S, A>] {
        self.transitions
    }

    /// What it takes to act so; `None` for an action that the table does not have.
    #[must_use]
    pub fn permission_for(&self, action: A) -> Option<Permission> {
        self.transitions
            .iter()
            .find(|(_, candidate, _, _)| *candidate == action)
            .map(|(_, _, _, who)| *who)
    }

    /// The actions open from `state` to a caller for whom `may` answers true.
    pub fn allowed(&self, state: S, may: impl Fn(Permission) -> bool) -> Vec<A> {
        self.transitions
            .iter()
            .filter(|(from, _, _, who)| *from == state && may(*who))
            .map(|(_, action, _, _)| *action)
            .collect()
    }

    /// The state that `action` leads to.
    ///
    /// # Errors
    ///
    /// 409 `not_allowed_in_state`, with the actions that are allowed from here to this caller.
    pub fn after(
        &self,
        state: S,
        action: A,
        may: impl Fn(Permission) -> bool,
    ) -> Result<S, Problem> {
        self.transitions
            .iter()
            .find(|(from, candidate, _, _)| *from == state && *candidate == action)
            .map(|(_, _, to, _)| *to)
            .ok_or_else(|| {
                let allowed: Vec<String> = self
                    .allowed(state, may)
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                Problem::new(
                    Code::NotAllowedInState,
                    format!("`{action}` is not possible while the state is `{state}`."),
                )
                .with("state", state.to_string())
                .with("allowed_actions", allowed)
            })
    }

    /// The table as a Mermaid state diagram, for `docs/lifecycles.md`.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut diagram = String::from("stateDiagram-v2\n");
        if let Some((first, ..)) = self.transitions.first() {
            let _ = writeln!(diagram, "    [*] --> {first}");
        }
        for (from, action, to, who) in self.transitions {
            let _ = writeln!(diagram, "    {from} --> {to}: {action} ({who})");
        }
        for (_, _, state, _) in self.transitions {
            let is_final = !self.transitions.iter().any(|(from, ..)| from == state);
            let line = format!("    {state} --> [*]\n");
            if is_final && !diagram.contains(&line) {
                diagram.push_str(&line);
            }
        }
        diagram
    }
}
