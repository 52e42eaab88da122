//! Making, replacing and revoking API keys. Only signed-in people do.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations::model::OrganizationKind;
use crate::identity::api_keys::model::{ApiKey, ApiKeyMode, ApiKeySecret, ApiKeyStatus, hint};
use crate::identity::api_keys::queries;
use crate::identity::api_keys::wire::{CreateApiKey, RotateApiKey, allowed_actions};
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{ApiKeyId, OrganizationId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::secrets::{random_token, token_digest};
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{api_key_secrets, api_keys};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Days a key is good for when its maker does not say.
const DEFAULT_LIFE: i64 = 365;

/// The most days a key may be good for.
const LONGEST_LIFE: i64 = 400;

/// Hours that a replaced secret is still accepted when nobody says.
const DEFAULT_OVERLAP: i64 = 24;

/// A key with a secret that nobody will see again.
#[derive(Debug)]
pub struct Issued {
    /// The key.
    pub key: ApiKey,
    /// The new secret.
    pub secret: String,
}

fn event(kind: &'static str, key: &ApiKey) -> Event {
    let shown = json!({"name": key.name, "mode": key.mode()});
    Event::new(
        kind,
        Subject {
            kind: "api_key",
            id: key.id.to_string(),
            version: Some(key.version),
        },
    )
    .organization(Some(&key.organization_id))
    .payload(json!({
        "name": key.name, "mode": key.mode(), "scopes": key.effective_scopes(),
        "expires_at": key.expires_at,
    }))
    .shared(shown)
}

/// Makes a key for an organization.
///
/// # Errors
///
/// 404 for an organization whose keys the caller may not see; 409 for one that has none; 422 with
/// every broken rule.
pub fn create_api_key(
    tx: &mut Tx<'_>,
    scope: &Scope,
    organization: &OrganizationId,
    input: &CreateApiKey,
) -> Result<Issued, Problem> {
    let (person, _) = scope.person()?;
    let owner = queries::organization_for(tx.conn, scope, Permission::ApiKeysWrite, organization)?;
    if matches!(
        owner.kind,
        OrganizationKind::NationalOffice | OrganizationKind::FederalAgency
    ) {
        return Err(Problem::new(
            Code::Conflict,
            "API keys are for the systems of jurisdictions; federal organizations have none.",
        ));
    }
    let mode = input.mode.unwrap_or(ApiKeyMode::Live);
    let mut faults = Faults::default();
    let scopes = check_scopes(
        &input.scopes,
        mode,
        &scope.permissions_in(organization),
        &mut faults,
    );
    let expires_at = input
        .expires_at
        .unwrap_or_else(|| tx.now.plus_seconds(DEFAULT_LIFE * DAY));
    check_expiry(expires_at, tx.now, &mut faults);
    faults.finish()?;
    let key = ApiKey {
        id: ApiKeyId::fresh(),
        organization_id: organization.clone(),
        name: text::clean(&input.name),
        scopes: scopes
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        is_sandbox: mode.is_sandbox(),
        created_by: person.clone(),
        expires_at,
        revoked_at: None,
        revoked_by: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    diesel::insert_into(api_keys::table)
        .values(key.clone())
        .execute(tx.conn)?;
    let secret = issue(tx, &key)?;
    tx.record(event("api_key.created", &key))?;
    Ok(Issued { key, secret })
}

/// Every scope is named once, is one that such a key may hold, and is the maker's own.
fn check_scopes(
    wanted: &[Permission],
    mode: ApiKeyMode,
    held: &BTreeSet<Permission>,
    faults: &mut Faults,
) -> BTreeSet<Permission> {
    let mut scopes = BTreeSet::new();
    for (index, scope) in wanted.iter().enumerate() {
        let at = format!("/scopes/{index}");
        if !mode.scopes().contains(scope) {
            let detail = format!("is not a scope that a {mode} key may hold");
            faults.add(&at, "scope_not_allowed", &detail);
        } else if !held.contains(scope) {
            let detail = "is not a permission that you hold in this organization";
            faults.add(&at, "scope_not_allowed", detail);
        }
        faults.require(scopes.insert(*scope), &at, "repeated", "is named twice");
    }
    scopes
}

fn check_expiry(expires_at: Timestamp, now: Timestamp, faults: &mut Faults) {
    let pointer = "/expires_at";
    faults.require(expires_at > now, pointer, "in_the_past", "has passed");
    faults.require(
        expires_at <= now.plus_seconds(LONGEST_LIFE * DAY),
        pointer,
        "too_late",
        &format!("must be within {LONGEST_LIFE} days"),
    );
}

fn issue(tx: &mut Tx<'_>, key: &ApiKey) -> Result<String, Problem> {
    let secret = random_token(key.mode().secret_prefix()).map_err(Problem::internal)?;
    diesel::insert_into(api_key_secrets::table)
        .values(ApiKeySecret {
            digest: token_digest(&secret),
            key_id: key.id.clone(),
            hint: hint(&secret, key.mode()),
            created_at: tx.now,
            retires_at: None,
            last_used_at: None,
        })
        .execute(tx.conn)?;
    Ok(secret)
}

fn acquire(
    tx: &mut Tx<'_>,
    scope: &Scope,
    organization: &OrganizationId,
    id: &ApiKeyId,
) -> Result<Locked<ApiKey>, Problem> {
    scope.person()?;
    queries::organization_for(tx.conn, scope, Permission::ApiKeysWrite, organization)?;
    let key = Locked::<ApiKey>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    queries::check_owner(scope, organization, &key)?;
    Ok(key)
}

fn store(tx: &mut Tx<'_>, stored: &Locked<ApiKey>, key: &mut ApiKey) -> Result<(), Problem> {
    key.version += 1;
    key.updated_at = tx.now;
    diesel::update(
        api_keys::table
            .filter(api_keys::id.eq(&key.id))
            .filter(api_keys::version.eq(stored.version)),
    )
    .set(key.clone())
    .execute(tx.conn)?;
    Ok(())
}

/// Gives a key a new secret. The one before is accepted for a while longer, any older one no more.
///
/// # Errors
///
/// 403 for whoever could not make such a key today; 404; 409 when the key is expired or revoked;
/// 412; 422 with every broken rule.
pub fn rotate_api_key(
    tx: &mut Tx<'_>,
    scope: &Scope,
    organization: &OrganizationId,
    id: &ApiKeyId,
    if_match: IfMatch,
    input: &RotateApiKey,
) -> Result<Issued, Problem> {
    let stored = acquire(tx, scope, organization, id)?;
    stored.expect(if_match)?;
    let mut key = stored.clone();
    let status = key.status(tx.now);
    if status != ApiKeyStatus::Active {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!("A key that is {status} gets no new secret. Make another key."),
        )
        .with("state", status.as_str())
        .with("allowed_actions", allowed_actions(&key, scope, tx.now)));
    }
    if !key
        .effective_scopes()
        .is_subset(&scope.permissions_in(organization))
    {
        return Err(Problem::new(
            Code::Forbidden,
            "This key may do what you may not, so its new secret is not for you.",
        ));
    }
    if let Some(expires_at) = input.expires_at {
        let mut faults = Faults::default();
        check_expiry(expires_at, tx.now, &mut faults);
        faults.finish()?;
        key.expires_at = expires_at;
    }
    let overlap = input.overlap_hours.unwrap_or(DEFAULT_OVERLAP) * HOUR;
    retire(tx, &key.id, tx.now.plus_seconds(overlap))?;
    let secret = issue(tx, &key)?;
    store(tx, &stored, &mut key)?;
    tx.record(event("api_key.rotated", &key))?;
    Ok(Issued { key, secret })
}

/// The current secret retires at `until`; one that was retiring already is over.
fn retire(tx: &mut Tx<'_>, id: &ApiKeyId, until: Timestamp) -> Result<(), Problem> {
    let own = api_key_secrets::table.filter(api_key_secrets::key_id.eq(id));
    diesel::update(own.filter(api_key_secrets::retires_at.gt(tx.now)))
        .set(api_key_secrets::retires_at.eq(tx.now))
        .execute(tx.conn)?;
    diesel::update(own.filter(api_key_secrets::retires_at.is_null()))
        .set(api_key_secrets::retires_at.eq(until))
        .execute(tx.conn)?;
    Ok(())
}

/// Revokes a key, for good. Revoking it again changes nothing, against whatever version: nobody
/// should have to hurry twice.
///
/// # Errors
///
/// 404; 412.
pub fn revoke_api_key(
    tx: &mut Tx<'_>,
    scope: &Scope,
    organization: &OrganizationId,
    id: &ApiKeyId,
    if_match: IfMatch,
) -> Result<(), Problem> {
    let stored = acquire(tx, scope, organization, id)?;
    if stored.revoked_at.is_some() {
        return Ok(());
    }
    stored.expect(if_match)?;
    let (person, _) = scope.person()?;
    let mut key = stored.clone();
    key.revoked_at = Some(tx.now);
    key.revoked_by = Some(person.clone());
    store(tx, &stored, &mut key)?;
    tx.record(event("api_key.revoked", &key))
}

/// Notes that a secret was used, at most once a minute.
///
/// # Errors
///
/// When the database fails.
pub fn note_use(tx: &mut Tx<'_>, digest: &str) -> Result<(), Problem> {
    diesel::update(
        api_key_secrets::table
            .filter(api_key_secrets::digest.eq(digest))
            .filter(
                api_key_secrets::last_used_at
                    .is_null()
                    .or(api_key_secrets::last_used_at.le(tx.now.plus_seconds(-NOTED_EVERY))),
            ),
    )
    .set(api_key_secrets::last_used_at.eq(tx.now))
    .execute(tx.conn)?;
    Ok(())
}

/// Seconds between two notes of a secret's use.
const NOTED_EVERY: i64 = 60;

/// Whether a use at this instant is to be noted.
#[must_use]
pub fn is_use_due(secret: &ApiKeySecret, now: Timestamp) -> bool {
    secret
        .last_used_at
        .is_none_or(|last| last.plus_seconds(NOTED_EVERY) <= now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{EventsRead, RequestsRead, VenuesRead, WebhooksRead};

    // No role manages keys and holds less than they may: so far only this shows the rule.
    #[test]
    fn a_scope_that_the_maker_does_not_hold_is_refused_even_where_keys_may_hold_it() {
        let held = BTreeSet::from([RequestsRead, VenuesRead]);
        let mut faults = Faults::default();
        let wanted = [RequestsRead, WebhooksRead, EventsRead];
        check_scopes(&wanted, ApiKeyMode::Live, &held, &mut faults);
        let places: Vec<String> = faults
            .into_vec()
            .into_iter()
            .map(|one| one.pointer)
            .collect();
        assert_eq!(places, ["/scopes/1", "/scopes/2"]);
        let mut faults = Faults::default();
        let scopes = check_scopes(&[RequestsRead], ApiKeyMode::Live, &held, &mut faults);
        assert!(faults.is_empty() && scopes.contains(&RequestsRead));
    }
}
