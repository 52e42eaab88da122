//! Briefers as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::briefers::model::Briefer as Row;
use crate::directory::organizations::wire::update_if;
use crate::kernel::access::{Permission, Scope};

use crate::kernel::id::{BrieferId, OrganizationId};
use crate::kernel::patch::Patch;
use crate::kernel::text;
use crate::kernel::time::Timestamp;

/// A federal official or expert who gives briefings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "bfr_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Amara Okafor", "title": "Deputy Director, Trade Policy",
    "email": "amara.okafor@example.gov", "organization_id": null, "is_active": true, "version": 1,
    "created_at": "2026-01-05T14:00:00Z", "updated_at": "2026-01-05T14:00:00Z", "allowed_actions": ["update"]
}))]
pub struct Briefer {
    /// Its id.
    pub id: BrieferId,
    /// The full name.
    pub name: String,
    /// Office or function, such as `Director, Office of China Coordination`.
    pub title: Option<String>,
    /// Where the office reaches them.
    pub email: Option<String>,
    /// The agency they belong to.
    pub organization_id: Option<OrganizationId>,
    /// Whether it can be booked.
    pub is_active: bool,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl Briefer {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        Self {
            id: row.id,
            name: row.name,
            title: row.title,
            email: row.email,
            organization_id: row.organization_id,
            is_active: row.is_active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions: update_if(scope, Permission::BriefersWrite),
        }
    }
}

crate::text_enum! {
    /// The orders the list of briefers has.
    pub enum BrieferSort {
        /// By name, A to Z.
        Name => "name",
        /// By name, Z to A.
        NameDescending => "-name",
    }
}

crate::list_query! {
    /// Which briefers are wanted.
    "briefers" BrieferQuery sorted by BrieferSort {
        /// Words of the name, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub q: Option<String>,
        /// Whether they can be booked.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub is_active: Option<bool>,
        /// The agency they belong to.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub organization_id: Option<OrganizationId>,
    }
}

/// A new briefer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Amara Okafor", "title": "Deputy Director, Trade Policy", "email": "amara.okafor@example.gov"}))]
pub struct CreateBriefer {
    /// The full name.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// Office or function, such as `Director, Office of China Coordination`.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: Option<String>,
    /// Where the office reaches them.
    #[serde(default)]
    #[schema(format = Email, max_length = 254)]
    pub email: Option<String>,
    /// The agency they belong to.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
}

/// A change of a briefer: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Director, Trade Policy"}))]
pub struct UpdateBriefer {
    /// The full name.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// Office or function, such as `Director, Office of China Coordination`.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Patch<String>,
    /// Where the office reaches them.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    pub email: Patch<String>,
    /// The agency they belong to.
    #[serde(default)]
    #[schema(value_type = Option<OrganizationId>)]
    pub organization_id: Patch<OrganizationId>,
    /// Whether it can be booked. Bookings that exist stay.
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
}

impl CreateBriefer {
    /// The row to store.
    pub fn into_row(self, now: Timestamp) -> Row {
        let name = text::clean(&self.name);
        Row {
            id: BrieferId::fresh(),
            name_folded: text::fold(&name),
            name,
            title: text::clean_optional(self.title.as_deref()),
            email: self.email,
            organization_id: self.organization_id,
            is_active: true,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

impl UpdateBriefer {
    /// Applies the change to a row.
    pub fn apply(self, row: &mut Row) {
        if let Some(name) = self.name {
            row.name = text::clean(&name);
            row.name_folded = text::fold(&row.name);
        }
        self.title.apply(&mut row.title);
        self.email.apply(&mut row.email);
        self.organization_id.apply(&mut row.organization_id);
        if let Some(is_active) = self.is_active {
            row.is_active = is_active;
        }
    }
}
