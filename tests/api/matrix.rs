//! Every operation of the document for every kind of caller, compared with what the operation
//! declares in `x-permission`. A new operation enters by itself.

use std::collections::BTreeSet;

use chancery::kernel::access::{Permission, Role};
use reqwest::Method;

use crate::both_backends;
use crate::support::{Actor, Answer, App, document};

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

/// An address of this pattern that names nothing.
fn nowhere(pattern: &str) -> String {
    let mut path = String::new();
    for part in pattern.split('/').skip(1) {
        path.push('/');
        path.push_str(match part {
            "{id}" if pattern.contains("/briefings/") => "brf_00000000000000000000000000",
            "{id}" if pattern.contains("/organizations/") => "org_00000000000000000000000000",
            "{id}" if pattern.contains("/users/") => "usr_00000000000000000000000000",
            "{id}" if pattern.contains("/briefers/") => "bfr_00000000000000000000000000",
            "{id}" if pattern.contains("/venues/") => "ven_00000000000000000000000000",
            "{id}" if pattern.contains("/sessions/") => "sid_00000000000000000000000000",
            "{id}" if pattern.contains("/webhook-endpoints/") => "whk_00000000000000000000000000",
            "{id}" if pattern.contains("/deliveries/") => "dlv_00000000000000000000000000",
            "{delivery_id}" => "dlv_00000000000000000000000000",
            "{registration_id}" => "reg_00000000000000000000000000",
            "{code}" => "not_found",
            part => {
                assert!(!part.starts_with('{'), "{pattern} has an unknown parameter");
                part
            }
        });
    }
    path
}

async fn call(actor: &Actor, method: &Method, pattern: &str) -> Answer {
    actor
        .send(method.clone(), &nowhere(pattern), &[], None)
        .await
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
        for (method, pattern, requires) in operations() {
            let name = format!("{method} {pattern}");
            for (who, stranger) in [("nobody", &anonymous), ("a forged token", &forged), ("a deactivated account", &deactivated)] {
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
                    permission => {
                        let permission: Permission = permission.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
                        role.permissions().contains(&permission)
                    }
                };
                assert_eq!(answer.status != 403, may, "{name} for {role}: {}", answer.text);
                assert_ne!(answer.status, 401, "{name} for {role}: {}", answer.text);
                assert!(answer.status < 500, "{name} for {role}: {}", answer.text);
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
