//! Every operation of the document for every kind of caller, compared with what the operation
//! declares in `x-permission`. A new operation enters by itself.

use std::collections::BTreeSet;

use chancery::kernel::access::{Permission, Role, SANDBOX_SCOPES, SERVICE_SCOPES};
use reqwest::Method;
use serde_json::json;

use crate::both_backends;
use crate::support::{Actor, Answer, App, document, nowhere};

/// Every operation: method, address pattern, what it asks of its caller.
fn operations() -> Vec<(Method, String, String)> {
    let mut found = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let requires = operation["x-permission"].as_str();
            let requires =
                requires.unwrap_or_else(|| panic!("{method} {path} declares no x-permission"));
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            found.push((method, path.clone(), requires.to_owned()));
        }
    }
    found
}

async fn call(actor: &Actor, method: &Method, pattern: &str) -> Answer {
    let operation = &document()["paths"][pattern][method.as_str().to_lowercase()];
    let path = nowhere(pattern, operation);
    actor.send(method.clone(), &path, &[], None).await
}

both_backends! {
    async fn every_operation_admits_whom_it_declares(app: App) {
        let anonymous = app.anonymous();
        let forged = app.with_token("eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.e30.AAAA");
        let deactivated = {
            let actor = app.person("gone@example.gov", Role::Scheduler, &app.office).await;
            let id = actor.get("/v1/me").await.expect(200).id();
            app.admin().await.act_now(&format!("/v1/users/{id}"), "deactivate").await.expect(200);
            actor
        };
        let mut roles = Vec::new();
        for role in Role::ALL {
            roles.push((*role, app.as_role(*role).await));
        }
        let sandbox = app.make_key("Phoenix", json!({"name": "Sandbox", "scopes": SANDBOX_SCOPES, "mode": "test"})).await;
        let revoked = app.make_key("Phoenix", json!({"name": "Revoked", "scopes": SERVICE_SCOPES})).await;
        let record = revoked.header("location").unwrap();
        app.as_city("Phoenix").await.act_now(record, "revoke").await.expect(200);
        let revoked = app.with_key(revoked.body["secret"].as_str().unwrap());
        // A key for each of two things, so that every operation meets a key that is not for it.
        let keys = [
            ("a key with every scope", SERVICE_SCOPES, app.key_of("Phoenix", SERVICE_SCOPES).await),
            ("a key for the directory", &[Permission::OrganizationsRead][..], app.key_of("Phoenix", &[Permission::OrganizationsRead]).await),
            ("a key for events", &[Permission::EventsRead][..], app.key_of("Phoenix", &[Permission::EventsRead]).await),
            ("a sandbox key", SANDBOX_SCOPES, app.with_key(sandbox.body["secret"].as_str().unwrap())),
        ];
        for (method, pattern, requires) in operations() {
            let name = format!("{method} {pattern}");
            for (who, stranger) in [("nobody", &anonymous), ("a forged token", &forged), ("a deactivated account", &deactivated), ("a revoked key", &revoked)] {
                let status = call(stranger, &method, &pattern).await.status;
                if requires == "public" {
                    assert!(!matches!(status, 401 | 403), "{name} refuses {who} with {status}");
                } else {
                    assert_eq!(status, 401, "{name} answers {who}");
                }
            }
            for (role, actor) in &roles {
                let answer = call(actor, &method, &pattern).await;
                let may = match requires.as_str() {
                    "public" | "authenticated" => true,
                    "api-key" => false,
                    permission => {
                        let permission: Permission = permission.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
                        role.permissions().contains(&permission)
                    }
                };
                assert_eq!(answer.status != 403, may, "{name} for {role}: {}", answer.text);
                assert_ne!(answer.status, 401, "{name} for {role}: {}", answer.text);
                assert!(answer.status < 500, "{name} for {role}: {}", answer.text);
            }
            for (who, scopes, actor) in &keys {
                let answer = call(actor, &method, &pattern).await;
                let may = match requires.as_str() {
                    "public" | "api-key" => true,
                    "authenticated" => false,
                    permission => scopes.contains(&permission.parse().unwrap()),
                };
                assert_eq!(answer.status != 403, may, "{name} for {who}: {}", answer.text);
                assert_ne!(answer.status, 401, "{name} for {who}: {}", answer.text);
                assert!(answer.status < 500, "{name} for {who}: {}", answer.text);
            }
        }
    }
}

#[test]
fn every_permission_is_asked_for_by_an_operation_and_held_by_a_role() {
    let asked: BTreeSet<String> = operations()
        .into_iter()
        .map(|(_, _, requires)| requires)
        .collect();
    for permission in Permission::ALL {
        assert!(
            asked.contains(permission.as_str()),
            "{permission} is asked for nowhere"
        );
        let holders = Role::ALL
            .iter()
            .filter(|role| role.permissions().contains(permission));
        assert!(holders.count() > 0, "{permission} is held by nobody");
    }
}

#[test]
fn an_auditor_may_read_everything_and_change_nothing() {
    for (method, pattern, requires) in operations() {
        if let Ok(permission) = requires.parse::<Permission>() {
            let may = Role::Auditor.permissions().contains(&permission);
            assert_eq!(may, method == Method::GET, "{method} {pattern}");
        }
    }
}

#[test]
fn the_document_names_keys_where_a_key_may_ask() {
    for (method, pattern, requires) in operations() {
        let operation = &document()["paths"][&pattern][method.as_str().to_lowercase()];
        let security = operation["security"].as_array().unwrap();
        let named = security.iter().any(|one| one.get("api_key").is_some());
        let may = requires == "api-key"
            || requires
                .parse::<Permission>()
                .is_ok_and(|permission| SERVICE_SCOPES.contains(&permission));
        assert_eq!(named, may, "{method} {pattern}");
        let people = security.iter().any(|one| one.get("bearer").is_some());
        let expected = !matches!(requires.as_str(), "public" | "api-key");
        assert_eq!(people, expected, "{method} {pattern}");
    }
}
