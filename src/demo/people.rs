//! The people of the demo, its city's API keys, and the files that keep what only its owner may read.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::DemoError;
use crate::identity;
use crate::identity::api_keys::commands::create_api_key;
use crate::identity::api_keys::model::ApiKeyMode;
use crate::identity::api_keys::wire::CreateApiKey;
use crate::kernel::access::{Home, Principal, Role, Scope};
use crate::kernel::db::Tx;
use crate::kernel::http::Problem;
use crate::kernel::id::{OrganizationId, SessionId, UserId};
use crate::kernel::secrets::random_token;

/// An account of the demo, with the password that is shown this once.
#[derive(Debug, Clone, Serialize)]
pub struct DemoAccount {
    /// What the person does.
    pub role: Role,
    /// What the person signs in with.
    pub email: String,
    /// The one-time password.
    pub password: String,
}

/// An API key of the demo's city, with the secret that is shown this once.
#[derive(Debug, Clone, Serialize)]
pub struct DemoKey {
    /// Whether it works on the city's records or tries things out.
    pub mode: ApiKeyMode,
    /// What its system sends.
    pub secret: String,
}

/// The file in `folder` that keeps the demo's API keys, readable by its owner alone.
#[must_use]
pub fn keys_file(folder: &Path) -> PathBuf {
    folder.join("demo-keys.json")
}

/// The file in `folder` that keeps the demo's accounts, readable by its owner alone.
#[must_use]
pub fn accounts_file(folder: &Path) -> PathBuf {
    folder.join("demo-accounts.json")
}

/// Reads the secret of the demo's folder, making it at the first start.
///
/// # Errors
///
/// When the file cannot be read or written.
pub fn secret(folder: &Path) -> Result<String, DemoError> {
    let path = folder.join("demo-secret");
    if let Ok(secret) = std::fs::read_to_string(&path) {
        return Ok(secret.trim().to_owned());
    }
    let secret = random_token("")?;
    write_private(&path, &secret)?;
    Ok(secret)
}

/// Writes a file that its owner alone may read.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<(), DemoError> {
    let failed = |error| DemoError::File(path.to_owned(), error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// An account for each role, with a new password.
pub(super) fn new_accounts() -> Result<Vec<DemoAccount>, DemoError> {
    Role::ALL
        .iter()
        .map(|&role| {
            let host = if is_of_office(role) {
                "office.example.gov"
            } else {
                "phoenix.example.gov"
            };
            let mailbox = role.as_str().replace('_', ".");
            let random = random_token("")?;
            Ok(DemoAccount {
                role,
                email: format!("{mailbox}@{host}"),
                password: format!("demo-{}", random.get(..20).unwrap_or(&random)),
            })
        })
        .collect()
}

/// Whether whoever has this role belongs to the office. A diplomat does, and comes to a city by a
/// placement.
fn is_of_office(role: Role) -> bool {
    role.is_federal() || role == Role::Diplomat
}

/// The people of the demo, to act as.
pub(super) struct People(Vec<(Role, Scope)>);

impl People {
    /// Whoever has this role.
    pub(super) fn scope(&self, role: Role) -> Result<Scope, Problem> {
        self.0
            .iter()
            .find(|(of, _)| *of == role)
            .map(|(_, scope)| scope.clone())
            .ok_or_else(|| Problem::internal("the demo has nobody with this role"))
    }

    /// The account of whoever has this role.
    pub(super) fn account(&self, role: Role) -> Result<UserId, Problem> {
        let scope = self.scope(role)?;
        let (id, _) = scope.person()?;
        Ok(id.clone())
    }

    /// Does something as whoever has this role, with the places that they have by now.
    pub(super) fn by<T>(
        &self,
        tx: &mut Tx<'_>,
        role: Role,
        work: impl FnOnce(&mut Tx<'_>, &Scope) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let id = self.account(role)?;
        let homes = identity::queries::homes(tx.conn, &id, tx.now)?;
        let scope = acting(id, homes);
        tx.on_behalf_of(scope.actor(), |tx| work(tx, &scope))
    }
}

/// Makes the accounts: of the office for those who work there, of the city for its own.
pub(super) fn make(
    tx: &mut Tx<'_>,
    office: &OrganizationId,
    city: &OrganizationId,
    accounts: &[(&DemoAccount, String)],
) -> Result<People, Problem> {
    let mut people = Vec::new();
    for (account, hash) in accounts {
        let place = if is_of_office(account.role) {
            office
        } else {
            city
        };
        let user = identity::commands::create_active_user(
            tx,
            &account.email,
            &format!("Demo {}", account.role.as_str().replace('_', " ")),
            hash.clone(),
            place,
            account.role,
        )?;
        let homes = identity::queries::homes(tx.conn, &user.id, tx.now)?;
        people.push((account.role, acting(user.id, homes)));
    }
    Ok(People(people))
}

/// Somebody with an account and the places that they have.
pub(super) fn acting(user_id: UserId, homes: Vec<Home>) -> Scope {
    Scope(Some(Principal::User {
        user_id,
        session_id: SessionId::fresh(),
        homes,
    }))
}

/// Makes the city's API keys, as its staff would: a live one and one of the sandbox, each with
/// every scope that such a key may hold.
pub(super) fn make_keys(
    tx: &mut Tx<'_>,
    people: &People,
    city: &OrganizationId,
) -> Result<Vec<DemoKey>, Problem> {
    let scope = people.scope(Role::LocalStaff)?;
    tx.on_behalf_of(scope.actor(), |tx| {
        let mut keys = Vec::new();
        for &mode in ApiKeyMode::ALL {
            let input = CreateApiKey {
                name: format!("Demo calendar, {mode}"),
                scopes: mode.scopes().to_vec(),
                mode: Some(mode),
                expires_at: None,
            };
            let issued = create_api_key(tx, &scope, city, &input)?;
            keys.push(DemoKey {
                mode,
                secret: issued.secret,
            });
        }
        Ok(keys)
    })
}
