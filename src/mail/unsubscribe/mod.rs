//! Unsubscribing by a link, without an account (RFC 8058). Reading the link changes nothing: programs
//! that scan mail follow every link. The token says whom and what it is for, sealed; it opens nothing
//! else.

pub mod page;

use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::access::{Access, Public};
use crate::kernel::http::{Code, Problem, Query, Reply};
use crate::kernel::secrets::Keyring;
use crate::mail::model::{MailMessage, MailPreference};
use crate::mail::preferences::wire::OptionalMail;
use crate::mail::preferences::{commands, queries};
use crate::mail::settings::Settings;
use crate::mail::template::Template;

/// The purpose under which tokens are sealed.
const PURPOSE: &str = "mail-unsubscribe";

/// What a token begins with, so that one that was lost is known for what it is.
const PREFIX: &str = "chu_";

/// The purpose of the name that the journal has for an address.
const ADDRESS: &str = "mail-address";

/// Where mail like one can be unsubscribed from.
#[derive(Debug)]
pub struct Addresses {
    /// For mail programs, which send a POST.
    pub one_click: String,
    /// For people: a page.
    pub page: String,
}

/// Where mail like this one can be unsubscribed from; `None` for mail that is duty.
#[must_use]
pub fn addresses(settings: &Settings, keyring: &Keyring, row: &MailMessage) -> Option<Addresses> {
    if row.kind.is_duty() {
        return None;
    }
    let whom = format!("{}\n{}", row.kind, row.to_email_folded);
    let token = keyring.seal(PURPOSE, whom.as_bytes()).ok()?;
    let url = &settings.public_url;
    Some(Addresses {
        one_click: format!("{url}/v1/mail/unsubscribe?token={PREFIX}{token}"),
        page: format!("{url}{}#{PREFIX}{token}", page::PATH),
    })
}

/// Whom a token is for, and from what it unsubscribes: its kind, or everything after a digest.
fn read(keyring: &Keyring, token: &str) -> Result<(String, Vec<OptionalMail>), Problem> {
    let opened = token
        .strip_prefix(PREFIX)
        .and_then(|sealed| keyring.open(PURPOSE, sealed).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let read = opened.as_deref().and_then(|text| {
        let (kind, email) = text.split_once('\n')?;
        let kind: Template = kind.parse().ok()?;
        let kinds = match kind {
            Template::Digest => OptionalMail::ALL.to_vec(),
            one => OptionalMail::of(&[one]),
        };
        Some((email.to_owned(), kinds))
    });
    read.ok_or_else(|| Problem::new(Code::InvalidGrant, "The link is not one of ours."))
}

/// The token of a link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnsubscribeQuery {
    /// The token, as it stands in the link.
    #[schema(min_length = 1, max_length = 1000, example = "chu_bm90LWEtdG9rZW4")]
    pub token: String,
}

crate::query_params!(UnsubscribeQuery);

/// What a link unsubscribes from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "recipient": "a…@phoenix.example.gov", "kinds": ["briefing_reminder"], "is_unsubscribed": true
}))]
pub struct Unsubscribing {
    /// The address, without most of its name: whoever has the link need not learn it.
    pub recipient: String,
    /// The kinds of mail that it is about.
    pub kinds: Vec<OptionalMail>,
    /// Whether none of them comes any more.
    pub is_unsubscribed: bool,
}

impl Unsubscribing {
    fn of(row: &MailPreference, kinds: Vec<OptionalMail>) -> Self {
        let own = OptionalMail::of(&row.unsubscribed());
        let (name, domain) = row.email_folded.rsplit_once('@').unwrap_or(("", ""));
        let first: String = name.chars().take(1).collect();
        Self {
            recipient: format!("{first}…@{domain}"),
            is_unsubscribed: kinds.iter().all(|kind| own.contains(kind)),
            kinds,
        }
    }
}

/// See what a link unsubscribes from
///
/// Changes nothing: POST to the same address unsubscribes.
#[utoipa::path(
    tag = "Mail",
    params(UnsubscribeQuery),
    responses((status = 200, description = "What POST would do.", body = Unsubscribing)),
    extensions(("x-permission" = json!("public")), ("x-problems" = json!(["invalid_grant"]))),
)]
#[get("/v1/mail/unsubscribe")]
pub async fn show_unsubscribing(
    access: Access<Public>,
    Query(query): Query<UnsubscribeQuery>,
) -> Result<Reply, Problem> {
    let (email, kinds) = read(access.keyring(), &query.token)?;
    let now = access.clock().now();
    access
        .read(move |conn, _| {
            let row = queries::of(conn, &email, now)?;
            Reply::ok(&Unsubscribing::of(&row, kinds))
        })
        .await
}

/// Unsubscribe
///
/// For the button of mail programs (RFC 8058), which send `List-Unsubscribe=One-Click` as a form, and
/// for everybody else; the body is not read. Again is as good as once.
#[utoipa::path(
    tag = "Mail",
    params(UnsubscribeQuery),
    responses((status = 200, description = "None of these kinds comes any more.", body = Unsubscribing)),
    extensions(("x-permission" = json!("public")), ("x-problems" = json!(["invalid_grant"]))),
)]
#[post("/v1/mail/unsubscribe")]
pub async fn unsubscribe(
    access: Access<Public>,
    Query(query): Query<UnsubscribeQuery>,
) -> Result<Reply, Problem> {
    let (email, kinds) = read(access.keyring(), &query.token)?;
    let subject = access.keyring().tag(ADDRESS, email.as_bytes());
    access
        .write_unkept(move |tx, _| {
            let row = commands::unsubscribe(tx, &email, subject.clone(), &kinds)?;
            Reply::ok(&Unsubscribing::of(&row, kinds.clone()))
        })
        .await
}
