//! Rows and vocabulary of webhook endpoints.

use diesel::prelude::*;

use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{OrganizationId, WebhookEndpointId};
use crate::kernel::time::Timestamp;
use crate::schema::webhook_endpoints;

crate::text_enum! {
    /// Whether an endpoint is delivered to.
    pub enum EndpointStatus {
        /// It is.
        Active => "active",
        /// It is not: it answered 410 or failed for days.
        Disabled => "disabled",
    }
}

/// An address of a city's system to which events are delivered.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_null = true)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Whose system it is.
    pub organization_id: OrganizationId,
    /// Where events are delivered.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// Types of events, separated by spaces; empty: all.
    pub event_types: String,
    /// The secret that signs, sealed.
    pub sealed_secret: String,
    /// The secret before it, sealed.
    pub sealed_previous_secret: Option<String>,
    /// Until when the secret before it signs too.
    pub previous_secret_until: Option<Timestamp>,
    /// Whether it is delivered to.
    pub status: EndpointStatus,
    /// Why it is not.
    pub disabled_reason: Option<String>,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// Events up to this position of the journal are from before its time.
    pub starts_after: i64,
    /// What kind of caller made it.
    pub created_by_kind: String,
    /// Who made it.
    pub created_by_id: String,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl WebhookEndpoint {
    /// The types of events it is told; none: all.
    #[must_use]
    pub fn types(&self) -> Vec<&str> {
        self.event_types.split_whitespace().collect()
    }

    /// Whether it wants events of this type.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.event_types.is_empty() || self.types().contains(&kind)
    }
}

impl Aggregate for WebhookEndpoint {
    const TABLE: &'static str = "webhook_endpoints";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        webhook_endpoints::table
            .filter(webhook_endpoints::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}
