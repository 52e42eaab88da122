//! Agendas as clients see and send them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::assemblies::agenda::model::AgendaChange;
use crate::kernel::id::{AgendaItemId, AssemblySessionId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// An item of an agenda.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "agi_01jz8k2m4n6p8q0r2s4t6v8w0x", "session_id": "ses_01jz8k2m4n6p8q0r2s4t6v8w0x", "parent_id": null,
    "number": "2", "position": 2, "depth": 1, "title": "Ports and supply chains",
    "description": "Report of the working group.", "minutes": 20, "minutes_total": 45, "is_struck": false,
    "documents": 1, "seconds_spoken": 0, "version": 1,
    "created_at": "2031-01-15T15:00:00Z", "updated_at": "2031-01-15T15:00:00Z", "allowed_actions": []
}))]
pub struct AgendaItem {
    /// Its id.
    pub id: AgendaItemId,
    /// The session.
    pub session_id: AssemblySessionId,
    /// The item it belongs under.
    pub parent_id: Option<AgendaItemId>,
    /// Its number in the tree, such as 2.1.
    pub number: String,
    /// Its place among its siblings, from 1.
    pub position: i64,
    /// How deep it stands: 1 at the top.
    pub depth: i64,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Minutes allotted to it alone.
    pub minutes: Option<i64>,
    /// Minutes allotted to it and to what is under it, without what was struck.
    pub minutes_total: i64,
    /// Whether it was struck after the agenda was published.
    pub is_struck: bool,
    /// Documents that the caller may read.
    pub documents: i64,
    /// Seconds for which people have spoken on it.
    pub seconds_spoken: i64,
    /// Rises by one with every change of its own.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

/// A new item of an agenda.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Ports and supply chains", "minutes": 20}))]
pub struct CreateAgendaItem {
    /// The item it belongs under; at the top when not given.
    pub parent_id: Option<AgendaItemId>,
    /// Its place among its siblings, from 1; the last when not given.
    #[schema(minimum = 1, maximum = 500)]
    pub position: Option<i64>,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub title: String,
    /// What it is about.
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    pub description: Option<String>,
    /// Minutes allotted to it alone.
    #[schema(minimum = 1, maximum = 1440)]
    pub minutes: Option<i64>,
    /// Why; needed once the agenda is published, and told to everyone.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: Option<String>,
}

/// A change of an item: absent members keep their value. Its place is changed with the order of the
/// agenda.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"minutes": 30, "reason": "A second report came in."}))]
pub struct UpdateAgendaItem {
    /// What it is called.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub title: Option<String>,
    /// What it is about.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 5000, pattern = r"\S")]
    pub description: Patch<String>,
    /// Minutes allotted to it alone.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1440)]
    pub minutes: Patch<i64>,
    /// Why; needed once the agenda is published, and told to everyone.
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: Option<String>,
}

/// An item in the order of an agenda, with what is under it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "agi_01jz8k2m4n6p8q0r2s4t6v8w0x", "children": []}))]
pub struct AgendaNode {
    /// The item.
    pub id: AgendaItemId,
    /// What is under it, in order.
    #[serde(default)]
    #[schema(no_recursion, required = false, max_items = 500)]
    pub children: Vec<AgendaNode>,
}

/// The whole tree of an agenda: every item exactly once, struck ones too.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "items": [{"id": "agi_01jz8k2m4n6p8q0r2s4t6v8w0x", "children": []}],
    "reason": "The guest speaks first."
}))]
pub struct AgendaOrder {
    /// What is at the top, in order.
    #[schema(max_items = 500)]
    pub items: Vec<AgendaNode>,
    /// Why; needed once the agenda is published, and told to everyone.
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = r"\S")]
    pub reason: Option<String>,
}

/// A change of an agenda after it was published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "ordinal": 1, "change": "changed", "item_id": "agi_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "before": {"number": "2", "title": "Ports", "description": null, "minutes": 20},
    "after": {"number": "2", "title": "Ports", "description": null, "minutes": 30},
    "reason": "A second report came in.", "amended_by": "Ana Ruiz", "occurred_at": "2031-03-01T15:00:00Z"
}))]
pub struct AgendaAmendment {
    /// Counts from 1.
    pub ordinal: i64,
    /// What was changed.
    pub change: AgendaChange,
    /// The item; `null` when the order was changed.
    pub item_id: Option<AgendaItemId>,
    /// What it was: the item, or of a new order all items with their numbers.
    pub before: Option<Value>,
    /// What it became.
    pub after: Option<Value>,
    /// Why.
    pub reason: String,
    /// Who changed it.
    pub amended_by: String,
    /// When.
    pub occurred_at: Timestamp,
}
