//! Comments, as they are stored, shown and sent.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event_requests::model::Visibility;
use crate::kernel::id::{CommentId, EventRequestId};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::request_comments;

/// A comment as it is stored. It is never changed.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = request_comments)]
pub struct CommentRow {
    /// Its id.
    pub id: CommentId,
    /// The request.
    pub request_id: EventRequestId,
    /// The kind of whoever wrote it.
    pub author_kind: String,
    /// Whoever wrote it.
    pub author_id: String,
    /// Who reads it.
    pub visibility: Visibility,
    /// How widely it may be known.
    pub marking: Marking,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A comment on an event request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "cmt_01jz8k2m4n6p8q0r2s4t6v8w0x", "author": "Ana Ruiz", "visibility": "shared", "marking": "official_use",
    "body": "The mayor would open the event.", "created_at": "2027-01-21T15:00:00Z"
}))]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// Who wrote it, as far as the caller is told.
    pub author: String,
    /// Who reads it.
    pub visibility: Visibility,
    /// How widely it may be known.
    pub marking: Marking,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
}

crate::text_enum! {
    /// The orders the list of comments has.
    pub enum CommentSort {
        /// The oldest first.
        CreatedAt => "created_at",
        /// The newest first.
        CreatedAtDescending => "-created_at",
    }
}

crate::list_query! {
    /// Which comments are wanted.
    "request-comments" CommentQuery sorted by CommentSort {
        /// Who reads them.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub visibility: Option<Visibility>,
    }
}

fn shared() -> Visibility {
    Visibility::Shared
}

fn official_use() -> Marking {
    Marking::OfficialUse
}

/// A new comment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "The mayor would open the event."}))]
pub struct AddComment {
    /// What it says.
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    pub body: String,
    /// Who reads it; `shared` when not given. Internal ones are for federal staff.
    #[serde(default = "shared")]
    #[schema(required = false)]
    pub visibility: Visibility,
    /// How widely it may be known; `official_use` when not given.
    #[serde(default = "official_use")]
    #[schema(required = false)]
    pub marking: Marking,
}
