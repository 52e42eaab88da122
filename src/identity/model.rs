//! Rows and vocabulary of accounts and sessions.

use diesel::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::kernel::access::Role;
use crate::kernel::db::{Aggregate, Connection};
use crate::kernel::id::{MembershipId, OrganizationId, SessionId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::{memberships, sessions, users};

crate::text_enum! {
    /// Whether an account can be used.
    pub enum UserStatus {
        /// Invited; has not chosen a password yet.
        Invited => "invited",
        /// Can sign in.
        Active => "active",
        /// Cannot sign in; kept because the records name them.
        Deactivated => "deactivated",
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address as it was given.
    pub email: String,
    /// The address as it is compared.
    pub email_folded: String,
    /// The person's name.
    pub name: String,
    /// The name as it is searched.
    pub name_folded: String,
    /// Whether it can be used.
    pub status: UserStatus,
    /// The password's argon2id hash, in PHC form.
    pub password_hash: Option<String>,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Aggregate for User {
    const TABLE: &'static str = "users";

    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>> {
        users::table
            .filter(users::id.eq(id))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// A person's place in an organization.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships)]
pub struct Membership {
    /// Its id.
    pub id: MembershipId,
    /// The person.
    pub user_id: UserId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// What the person does there.
    pub role: Role,
}

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When its tokens were last renewed.
    pub refreshed_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// When it was ended before that.
    pub ended_at: Option<Timestamp>,
    /// Why it was ended.
    pub end_reason: Option<String>,
    /// The program that signed in, as it called itself.
    pub user_agent: Option<String>,
    /// The address it signed in from.
    pub address: Option<String>,
}

/// An e-mail address as it is compared: NFKC, lower case, no dot at the end of the domain.
///
/// Case, composed and decomposed forms, full-width letters and a trailing dot name one account.
#[must_use]
pub fn fold_email(email: &str) -> String {
    let folded: String = email
        .trim()
        .nfkc()
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect();
    folded.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one_account() {
        for spelling in ["Ana@Example.GOV", " ana@example.gov.", "ａna@example.gov"] {
            assert_eq!(fold_email(spelling), "ana@example.gov");
        }
        assert_eq!(fold_email("e\u{301}@x.y"), fold_email("\u{e9}@x.y"));
        assert!(!fold_email("İ@x.y").is_empty());
    }
}
