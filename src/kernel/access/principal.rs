//! The caller as the house knows them.

use std::collections::BTreeSet;

use crate::kernel::access::{Permission, Role};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{ApiKeyId, OrganizationId, SessionId, UserId};
use crate::kernel::marking::Marking;

/// An organization that the caller belongs to, with what audiences are chosen by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its kind, such as `municipality`.
    pub kind: String,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Its state or region within the country.
    pub subdivision: Option<String>,
    /// The caller's role there.
    pub role: Role,
}

/// Who did something, for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    User(UserId),
    /// A city's own system.
    ApiKey(ApiKeyId),
    /// The service itself, at start or on a schedule.
    System,
    /// Someone who has not signed in.
    Anonymous,
}

impl Actor {
    /// The kind, as the journal writes it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::ApiKey(_) => "api_key",
            Self::System => "system",
            Self::Anonymous => "anonymous",
        }
    }

    /// The id, where the kind has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::User(id) => Some(id.as_str()),
            Self::ApiKey(id) => Some(id.as_str()),
            Self::System | Self::Anonymous => None,
        }
    }
}

/// A caller whose credentials were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A person with a session.
    User {
        /// The person.
        user_id: UserId,
        /// The session the request belongs to.
        session_id: SessionId,
        /// The organizations they belong to, with their roles.
        homes: Vec<Home>,
    },
    /// A city's own system with an API key: one organization, explicit permissions, no
    /// controlled information and no vote.
    Service {
        /// The key.
        key_id: ApiKeyId,
        /// The organization the key speaks for.
        home: Home,
        /// What the key may do.
        scopes: BTreeSet<Permission>,
        /// Whether it is a sandbox key: what it writes is kept apart and sends nothing.
        is_sandbox: bool,
    },
}

impl Principal {
    /// Who this is, for the journal.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::User { user_id, .. } => Actor::User(user_id.clone()),
            Self::Service { key_id, .. } => Actor::ApiKey(key_id.clone()),
        }
    }

    /// Whether this caller holds `permission`.
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        match self {
            Self::User { homes, .. } => homes
                .iter()
                .any(|home| home.role.permissions().contains(&permission)),
            Self::Service { scopes, .. } => scopes.contains(&permission),
        }
    }
}

/// What a request may see and do: the caller, or nobody. Every query asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(pub Option<Principal>);

impl Scope {
    /// Whether the caller holds `permission`.
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        self.0.as_ref().is_some_and(|caller| caller.can(permission))
    }

    /// Who this is, for the journal.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.0.as_ref().map_or(Actor::Anonymous, Principal::actor)
    }

    /// The organizations the caller belongs to.
    #[must_use]
    pub fn homes(&self) -> &[Home] {
        match &self.0 {
            Some(Principal::User { homes, .. }) => homes,
            Some(Principal::Service { home, .. }) => std::slice::from_ref(home),
            None => &[],
        }
    }

    /// Whether the caller sees the affairs of every jurisdiction.
    #[must_use]
    pub fn is_federal(&self) -> bool {
        matches!(&self.0, Some(Principal::User { homes, .. })
            if homes.iter().any(|home| home.role.is_federal()))
    }

    /// Whether the caller lives in the sandbox, with a key made for trying things out.
    #[must_use]
    pub const fn is_sandbox(&self) -> bool {
        matches!(
            &self.0,
            Some(Principal::Service {
                is_sandbox: true,
                ..
            })
        )
    }

    /// The narrowest marking the caller may see.
    #[must_use]
    pub fn ceiling(&self) -> Marking {
        match &self.0 {
            Some(Principal::User { homes, .. }) => homes
                .iter()
                .map(|home| home.role.ceiling())
                .max()
                .unwrap_or(Marking::Public),
            Some(Principal::Service { .. }) => Marking::OfficialUse,
            None => Marking::Public,
        }
    }

    /// Notes that a marking is above what the caller may see: nobody writes what they could not
    /// read.
    pub fn check_marking(&self, marking: Option<Marking>, pointer: &str, faults: &mut Faults) {
        faults.require(
            marking.is_none_or(|marking| marking <= self.ceiling()),
            pointer,
            "not_permitted",
            "is above the marking that you may see",
        );
    }

    /// Whether the caller may do this in the affairs of this organization. [`Scope::can`] says
    /// that the caller may do it somewhere: the door asks that, and whoever touches a record of an
    /// organization asks this.
    #[must_use]
    pub fn may(&self, permission: Permission, organization: &OrganizationId) -> bool {
        self.permissions_in(organization).contains(&permission)
    }

    /// As [`Scope::may`], for a record that the caller may see.
    ///
    /// # Errors
    ///
    /// 403 when the caller's roles that count there do not hold the permission.
    pub fn expect(
        &self,
        permission: Permission,
        organization: &OrganizationId,
    ) -> Result<(), Problem> {
        if self.may(permission, organization) {
            return Ok(());
        }
        Err(Problem::new(
            Code::Forbidden,
            format!("This needs the permission `{permission}` in that organization's affairs."),
        )
        .with("permission", permission.as_str()))
    }

    /// Whether the caller may do this in the affairs of every jurisdiction.
    #[must_use]
    pub fn oversees(&self, permission: Permission) -> bool {
        matches!(&self.0, Some(Principal::User { homes, .. }) if homes.iter().any(|home| {
            home.role.is_federal() && home.role.permissions().contains(&permission)
        }))
    }

    /// The organizations of the caller's own in whose affairs they may do this.
    #[must_use]
    pub fn homes_with(&self, permission: Permission) -> Vec<OrganizationId> {
        self.homes()
            .iter()
            .map(|home| &home.organization_id)
            .filter(|organization| self.may(permission, organization))
            .cloned()
            .collect()
    }

    /// What the caller may do in the affairs of this organization: a role elsewhere does not
    /// count, unless it is one that sees the affairs of every jurisdiction.
    #[must_use]
    pub fn permissions_in(&self, organization: &OrganizationId) -> BTreeSet<Permission> {
        match &self.0 {
            Some(Principal::User { homes, .. }) => homes
                .iter()
                .filter(|home| home.role.is_federal() || home.organization_id == *organization)
                .flat_map(|home| home.role.permissions().iter().copied())
                .collect(),
            Some(Principal::Service { home, scopes, .. })
                if home.organization_id == *organization =>
            {
                scopes.clone()
            }
            Some(Principal::Service { .. }) | None => BTreeSet::new(),
        }
    }

    /// The account of the person who asks; none for an API key.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        match &self.0 {
            Some(Principal::User { user_id, .. }) => Some(user_id),
            Some(Principal::Service { .. }) | None => None,
        }
    }

    /// The signed-in person and their session.
    ///
    /// # Errors
    ///
    /// 403 for a service account: it has no account settings or sessions of its own.
    pub fn person(&self) -> Result<(&UserId, &SessionId), Problem> {
        match &self.0 {
            Some(Principal::User {
                user_id,
                session_id,
                ..
            }) => Ok((user_id, session_id)),
            Some(Principal::Service { .. }) => Err(Problem::new(
                Code::Forbidden,
                "This operation is for signed-in people, not for API keys.",
            )),
            None => Err(Problem::new(Code::Unauthenticated, "Sign in first.")),
        }
    }
}
