//! Webhook endpoints as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::integrations::endpoints::model::{EndpointStatus, WebhookEndpoint as Row};
use crate::integrations::event_types::EventType;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::id::{OrganizationId, WebhookEndpointId};
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// An address of a city's system to which events are delivered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "whk_01jz8k2m4n6p8q0r2s4t6v8w0x", "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x",
    "url": "https://hooks.phoenix.example.gov/chancery", "description": "The mayor's calendar",
    "event_types": ["briefing.published"], "status": "active", "disabled_reason": null,
    "failing_since": null, "previous_secret_until": null, "version": 1,
    "created_at": "2027-01-05T14:00:00Z", "updated_at": "2027-01-05T14:00:00Z",
    "allowed_actions": ["update", "delete", "test", "rotate-secret", "replay"]
}))]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose system it is.
    pub organization_id: OrganizationId,
    /// Where events are delivered.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// The types of events it is told; empty: all.
    pub event_types: Vec<String>,
    /// Whether it is delivered to.
    pub status: EndpointStatus,
    /// Why it is not: `gone`, it answered 410, or `failing`, nothing was accepted for days.
    pub disabled_reason: Option<String>,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before the last rotation signs too.
    pub previous_secret_until: Option<Timestamp>,
    /// The secret that signs deliveries; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub secret: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl WebhookEndpoint {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        let may_write =
            scope.may(Permission::WebhooksWrite, &row.organization_id) && !scope.is_sandbox();
        let possible: &[&str] = match row.status {
            EndpointStatus::Active => &["update", "delete", "test", "rotate-secret", "replay"],
            EndpointStatus::Disabled => &["update", "delete", "rotate-secret", "enable"],
        };
        Self {
            event_types: row.types().into_iter().map(str::to_owned).collect(),
            id: row.id,
            organization_id: row.organization_id,
            url: row.url,
            description: row.description,
            status: row.status,
            disabled_reason: row.disabled_reason,
            failing_since: row.failing_since,
            previous_secret_until: row.previous_secret_until,
            secret: None,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: possible
                .iter()
                .filter(|_| may_write)
                .map(ToString::to_string)
                .collect(),
        }
    }
}

crate::text_enum! {
    /// The orders the list of endpoints has.
    pub enum EndpointSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which endpoints are wanted.
    "webhook-endpoints" EndpointQuery sorted by EndpointSort {
        /// Whose systems they are.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
        /// Whether they are delivered to.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub status: Option<EndpointStatus>,
    }
}

/// A new endpoint.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "url": "https://hooks.phoenix.example.gov/chancery",
    "description": "The mayor's calendar", "event_types": ["briefing.published"]
}))]
pub struct CreateWebhookEndpoint {
    /// Whose system it is; the caller's own organization when there is one only.
    #[schema(nullable = false)]
    pub organization_id: Option<OrganizationId>,
    /// Where events are delivered: `https`, at a public address.
    #[schema(min_length = 1, max_length = 2000)]
    pub url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub description: Option<String>,
    /// The types of events it is told; empty: all.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub event_types: Vec<EventType>,
}

/// A change of an endpoint: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"event_types": ["briefing.published", "briefing.cancelled"]}))]
pub struct UpdateWebhookEndpoint {
    /// Where events are delivered: `https`, at a public address.
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    pub url: Option<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub description: Patch<String>,
    /// The types of events it is told; empty: all.
    #[schema(nullable = false, max_items = 50)]
    pub event_types: Option<Vec<EventType>>,
}

/// How a secret is replaced.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"overlap_hours": 24}))]
pub struct RotateSecret {
    /// Hours in which the secret before signs too, 24 when not given.
    #[schema(nullable = false, minimum = 0, maximum = 168)]
    pub overlap_hours: Option<i64>,
}
