//! Changing accounts.

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations;
use crate::directory::organizations::model::OrganizationKind;
use crate::identity::model::{Membership, User, UserStatus, fold_email};
use crate::identity::wire::{self, CreateUser, InvitationLink, UpdateUser};
use crate::identity::{page, queries, sessions, throttle};
use crate::kernel::access::Role;
use crate::kernel::db::{Locked, Tx, constraint, dialect};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{MembershipId, OrganizationId, SessionId, UserId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::secrets::{random_token, token_digest};
use crate::kernel::text;
use crate::schema::{invitations, memberships, users};

fn event(kind: &'static str, user: &User) -> Event {
    Event::new(
        kind,
        Subject {
            kind: "user",
            id: user.id.to_string(),
            version: Some(user.version),
        },
    )
}

/// The key under which an account's failed sign-ins are counted.
#[must_use]
pub fn throttle_key(email_folded: &str) -> String {
    format!("account:{email_folded}")
}

/// How invitations are made.
#[derive(Debug, Clone)]
pub struct InvitationSettings {
    /// The address that clients use.
    pub public_url: String,
    /// Seconds a link is good for.
    pub seconds: i64,
}

/// Creates an account and the link that invites its person.
///
/// # Errors
///
/// 422 with every broken rule.
pub fn create_user(
    tx: &mut Tx<'_>,
    input: CreateUser,
    settings: &InvitationSettings,
) -> Result<(User, Vec<Membership>, InvitationLink), Problem> {
    let mut faults = Faults::default();
    check_memberships(tx, &input.memberships, &mut faults)?;
    faults.finish()?;
    let name = text::clean(&input.name);
    let user = User {
        id: UserId::fresh(),
        email: text::clean(&input.email),
        email_folded: fold_email(&input.email),
        name_folded: text::fold(&name),
        name,
        status: UserStatus::Invited,
        password_hash: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    insert(tx, &user)?;
    let memberships = replace_memberships(tx, &user.id, &input.memberships)?;
    tx.record(event("user.created", &user).payload(json!({"memberships": input.memberships})))?;
    let link = invite(tx, &user, settings)?;
    Ok((user, memberships, link))
}

/// Creates an account that can be used at once, from the command line.
///
/// # Errors
///
/// 422 when the address belongs to an account, or the role does not fit the organization.
pub fn create_active_user(
    tx: &mut Tx<'_>,
    email: &str,
    name: &str,
    password_hash: String,
    organization_id: &OrganizationId,
    role: Role,
) -> Result<User, Problem> {
    let places = [wire::Membership {
        organization_id: organization_id.clone(),
        role,
    }];
    let mut faults = Faults::default();
    check_memberships(tx, &places, &mut faults)?;
    faults.finish()?;
    let name = text::clean(name);
    let user = User {
        id: UserId::fresh(),
        email: text::clean(email),
        email_folded: fold_email(email),
        name_folded: text::fold(&name),
        name,
        status: UserStatus::Active,
        password_hash: Some(password_hash),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    insert(tx, &user)?;
    replace_memberships(tx, &user.id, &places)?;
    tx.record(event("user.created", &user).payload(json!({"memberships": places})))?;
    Ok(user)
}

fn insert(tx: &mut Tx<'_>, user: &User) -> Result<(), Problem> {
    let inserted = tx.savepoint(|tx| {
        diesel::insert_into(users::table)
            .values(user.clone())
            .execute(tx.conn)
    });
    match inserted {
        Ok(_) => Ok(()),
        Err(error)
            if constraint::is_violated(&error, "users_email_folded_key", "users.email_folded") =>
        {
            let mut faults = Faults::default();
            faults.add("/email", "taken", "belongs to another account");
            faults.finish()
        }
        Err(error) => Err(error.into()),
    }
}

fn replace_memberships(
    tx: &mut Tx<'_>,
    user: &UserId,
    places: &[wire::Membership],
) -> Result<Vec<Membership>, Problem> {
    diesel::delete(memberships::table.filter(memberships::user_id.eq(user))).execute(tx.conn)?;
    places
        .iter()
        .map(|place| {
            let membership = Membership {
                id: MembershipId::fresh(),
                user_id: user.clone(),
                organization_id: place.organization_id.clone(),
                role: place.role,
            };
            diesel::insert_into(memberships::table)
                .values(membership.clone())
                .execute(tx.conn)?;
            Ok(membership)
        })
        .collect()
}

/// Every organization exists, is named once, and is of a kind that has the role: federal roles
/// belong to the office and to agencies, local ones to everyone else, and a diplomat to either.
fn check_memberships(
    tx: &mut Tx<'_>,
    places: &[wire::Membership],
    faults: &mut Faults,
) -> Result<(), Problem> {
    let ids: Vec<OrganizationId> = places
        .iter()
        .map(|place| place.organization_id.clone())
        .collect();
    let known = organizations::queries::by_ids(tx.conn, &ids)?;
    for (index, place) in places.iter().enumerate() {
        let at = format!("/memberships/{index}");
        let earlier = ids
            .iter()
            .take(index)
            .any(|id| *id == place.organization_id);
        faults.require(
            !earlier,
            &format!("{at}/organization_id"),
            "repeated",
            "is named twice",
        );
        let Some(organization) = known.get(&place.organization_id) else {
            faults.add(
                &format!("{at}/organization_id"),
                "unknown_reference",
                "names no organization",
            );
            continue;
        };
        let is_federal = matches!(
            organization.kind,
            OrganizationKind::NationalOffice | OrganizationKind::FederalAgency
        );
        // A diplomat belongs to the office or an agency, and comes to a host by a placement.
        faults.require(
            is_federal == place.role.is_federal() || place.role == Role::Diplomat,
            &format!("{at}/role"),
            "role_mismatch",
            "does not exist in an organization of this kind",
        );
    }
    Ok(())
}

fn invite(
    tx: &mut Tx<'_>,
    user: &User,
    settings: &InvitationSettings,
) -> Result<InvitationLink, Problem> {
    let token = random_token("chi_").map_err(Problem::internal)?;
    let expires_at = tx.now.plus_seconds(settings.seconds);
    diesel::update(
        invitations::table
            .filter(invitations::user_id.eq(&user.id))
            .filter(invitations::used_at.is_null()),
    )
    .set(invitations::used_at.eq(tx.now))
    .execute(tx.conn)?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::digest.eq(token_digest(&token)),
            invitations::user_id.eq(&user.id),
            invitations::created_at.eq(tx.now),
            invitations::expires_at.eq(expires_at),
        ))
        .execute(tx.conn)?;
    tx.record(event("user.invited", user))?;
    Ok(InvitationLink {
        url: format!("{}{}#{token}", settings.public_url, page::PATH),
        token,
        expires_at,
    })
}

fn acquire(tx: &mut Tx<'_>, id: &UserId, if_match: IfMatch) -> Result<Locked<User>, Problem> {
    let user = Locked::<User>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    user.expect(if_match)?;
    Ok(user)
}

fn store(tx: &mut Tx<'_>, stored: &Locked<User>, mut user: User) -> Result<User, Problem> {
    user.version = stored.version + 1;
    user.updated_at = tx.now;
    diesel::update(
        users::table
            .filter(users::id.eq(&user.id))
            .filter(users::version.eq(stored.version)),
    )
    .set(&user)
    .execute(tx.conn)?;
    Ok(user)
}

/// Invites an account's person again: a new link in place of the old ones. Also how a forgotten
/// password is replaced.
///
/// # Errors
///
/// 404; 409 for a deactivated account; 412.
pub fn invite_user(
    tx: &mut Tx<'_>,
    id: &UserId,
    if_match: IfMatch,
    settings: &InvitationSettings,
) -> Result<(User, InvitationLink), Problem> {
    let stored = acquire(tx, id, if_match)?;
    if stored.status == UserStatus::Deactivated {
        return Err(not_allowed("invite", stored.status, &["reactivate"]));
    }
    let link = invite(tx, &stored, settings)?;
    Ok((stored.into_inner(), link))
}

fn not_allowed(action: &str, status: UserStatus, allowed: &[&str]) -> Problem {
    Problem::new(
        Code::NotAllowedInState,
        format!("`{action}` is not possible while the account is `{status}`."),
    )
    .with("state", status.as_str())
    .with("allowed_actions", allowed.to_vec())
}

/// Changes an account.
///
/// # Errors
///
/// 404; 409 when it would leave the office without an administrator; 412; 422.
pub fn update_user(
    tx: &mut Tx<'_>,
    id: &UserId,
    if_match: IfMatch,
    change: UpdateUser,
) -> Result<User, Problem> {
    let stored = acquire(tx, id, if_match)?;
    let mut user = stored.clone();
    if let Some(name) = &change.name {
        user.name = text::clean(name);
        user.name_folded = text::fold(&user.name);
    }
    if let Some(places) = &change.memberships {
        let mut faults = Faults::default();
        check_memberships(tx, places, &mut faults)?;
        faults.finish()?;
        if !places.iter().any(|place| place.role == Role::Administrator) {
            keep_an_administrator(tx, &user)?;
        }
        replace_memberships(tx, id, places)?;
    }
    let user = store(tx, &stored, user)?;
    tx.record(event("user.updated", &user).payload(json!({
        "before": {"name": stored.name},
        "after": {"name": user.name, "memberships": change.memberships},
    })))?;
    Ok(user)
}

fn keep_an_administrator(tx: &mut Tx<'_>, user: &User) -> Result<(), Problem> {
    let homes = queries::homes(tx.conn, &user.id, tx.now)?;
    let office = homes.iter().find(|home| home.role == Role::Administrator);
    if let Some(office) = office {
        // Two administrators who remove each other meet here, and the second finds nobody else.
        dialect::lock_row(tx.conn, "organizations", office.organization_id.as_str())?;
    }
    let is_administrator = office.is_some();
    if is_administrator && !queries::has_administrator(tx.conn, Some(&user.id))? {
        return Err(Problem::new(
            Code::Conflict,
            "This is the last active administrator: name another one first.",
        ));
    }
    Ok(())
}

/// Deactivates an account and ends its sessions.
///
/// # Errors
///
/// 404; 409 when it is deactivated already, or the last administrator's; 412.
pub fn deactivate_user(tx: &mut Tx<'_>, id: &UserId, if_match: IfMatch) -> Result<User, Problem> {
    let stored = acquire(tx, id, if_match)?;
    if stored.status == UserStatus::Deactivated {
        return Err(not_allowed("deactivate", stored.status, &["reactivate"]));
    }
    keep_an_administrator(tx, &stored)?;
    sessions::end_all(tx, id, None, "account deactivated")?;
    let mut user = stored.clone();
    user.status = UserStatus::Deactivated;
    let user = store(tx, &stored, user)?;
    tx.record(event("user.deactivated", &user))?;
    Ok(user)
}

/// Lets a deactivated account be used again, with the password it had.
///
/// # Errors
///
/// 404; 409 when it is not deactivated; 412.
pub fn reactivate_user(tx: &mut Tx<'_>, id: &UserId, if_match: IfMatch) -> Result<User, Problem> {
    let stored = acquire(tx, id, if_match)?;
    if stored.status != UserStatus::Deactivated {
        return Err(not_allowed(
            "reactivate",
            stored.status,
            &["invite", "deactivate"],
        ));
    }
    let mut user = stored.clone();
    user.status = if user.password_hash.is_some() {
        UserStatus::Active
    } else {
        UserStatus::Invited
    };
    let user = store(tx, &stored, user)?;
    tx.record(event("user.reactivated", &user))?;
    Ok(user)
}

/// The account that an invitation is for, while it can be used.
///
/// # Errors
///
/// 400 `invalid_grant` when it is unknown, used or expired.
pub fn invited(
    tx_conn: &mut crate::kernel::db::Connection,
    token: &str,
    now: crate::kernel::time::Timestamp,
) -> Result<User, Problem> {
    invitations::table
        .inner_join(users::table)
        .filter(invitations::digest.eq(token_digest(token)))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .filter(users::status.ne(UserStatus::Deactivated))
        .select(User::as_select())
        .first(tx_conn)
        .optional()?
        .ok_or_else(|| {
            Problem::new(
                Code::InvalidGrant,
                "The invitation is unknown, expired or already used.",
            )
        })
}

/// Accepts an invitation: the password is set, other sessions end, the link is used up.
///
/// # Errors
///
/// 400 `invalid_grant` when the link cannot be used (any more).
pub fn accept_invitation(tx: &mut Tx<'_>, token: &str, hash: &str) -> Result<(), Problem> {
    let user = invited(tx.conn, token, tx.now)?;
    let stored = Locked::<User>::acquire(tx, user.id.as_str())?.ok_or_else(Problem::not_found)?;
    let used = diesel::update(
        invitations::table
            .filter(invitations::digest.eq(token_digest(token)))
            .filter(invitations::used_at.is_null()),
    )
    .set(invitations::used_at.eq(tx.now))
    .execute(tx.conn)?;
    if used != 1 {
        return Err(Problem::new(
            Code::InvalidGrant,
            "The invitation is unknown, expired or already used.",
        ));
    }
    set_password(tx, stored, hash, None)
}

/// Changes the signed-in person's own password; other sessions end.
///
/// # Errors
///
/// When the database fails.
pub fn change_password(
    tx: &mut Tx<'_>,
    id: &UserId,
    current: &SessionId,
    hash: &str,
) -> Result<(), Problem> {
    let stored = Locked::<User>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    set_password(tx, stored, hash, Some(current))
}

fn set_password(
    tx: &mut Tx<'_>,
    stored: Locked<User>,
    hash: &str,
    keep: Option<&SessionId>,
) -> Result<(), Problem> {
    if stored.status == UserStatus::Deactivated {
        return Err(not_allowed("change_password", stored.status, &[]));
    }
    sessions::end_all(tx, &stored.id, keep, "password changed")?;
    throttle::forgive(tx, &throttle_key(&stored.email_folded))?;
    let mut user = stored.clone();
    user.status = UserStatus::Active;
    user.password_hash = Some(hash.to_owned());
    let user = store(tx, &stored, user)?;
    tx.record(event("user.password_changed", &user))
}

/// Changes the signed-in person's own account.
///
/// # Errors
///
/// 412 when the caller's version is stale.
pub fn update_me(
    tx: &mut Tx<'_>,
    id: &UserId,
    if_match: IfMatch,
    name: Option<String>,
) -> Result<User, Problem> {
    update_user(
        tx,
        id,
        if_match,
        UpdateUser {
            name,
            memberships: None,
        },
    )
}
