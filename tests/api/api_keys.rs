//! API keys: a city's own systems, with no more than their makers and their city have.

use std::time::{Duration, Instant};

use chancery::kernel::access::{Permission, Role, SANDBOX_SCOPES, SERVICE_SCOPES};
use diesel::prelude::*;
use diesel::sql_types::Text;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App, Backend, PASSWORD, Process, TestDatabase};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything that the database holds, as text.
fn everything_stored(database: &TestDatabase) -> String {
    let mut files = String::new();
    for entry in std::fs::read_dir(&database.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(path).unwrap();
        files.push_str(&String::from_utf8_lossy(&bytes));
    }
    if database.url().starts_with("sqlite") {
        return files;
    }
    let mut conn = database.connect();
    let mut load = |sql: String| -> Vec<String> {
        let lines: Vec<Line> = diesel::sql_query(sql).load(&mut conn).unwrap();
        lines.into_iter().map(|line| line.line).collect()
    };
    let tables = "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'";
    load(tables.to_owned())
        .into_iter()
        .flat_map(|table| load(format!("SELECT t::text AS line FROM {table} t")))
        .collect::<Vec<_>>()
        .join("\n")
}

fn secret_of(answer: &Answer) -> String {
    answer.body["secret"].as_str().unwrap().to_owned()
}

async fn who(app: &App, secret: &str) -> Answer {
    app.with_key(secret).get("/v1/service-account").await
}

/// The staff of Phoenix, signed in anew, after the clock has ended their session.
async fn staff_again(app: &App) -> Actor {
    let tokens = app.sign_in("staff@phoenix.example.gov", PASSWORD).await;
    app.with_token(tokens.expect(200).body["access_token"].as_str().unwrap())
}

fn read_requests() -> Value {
    json!({"name": "Protocol calendar", "scopes": ["organizations:read", "registrations:write"]})
}

both_backends! {
    async fn a_secret_is_shown_once_and_nowhere_kept(app: App) {
        let phoenix = app.city("Phoenix").await;
        let staff = app.as_city("Phoenix").await;
        let list = format!("/v1/organizations/{phoenix}/api-keys");
        let retry = [("Idempotency-Key", "make-a-key")];
        let made = staff.post_with(&list, &retry, read_requests()).await.expect(201);
        let record = made.header("location").unwrap().to_owned();
        let again = staff.post_with(&list, &retry, read_requests()).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!((again.id(), again.body.get("secret")), (made.id(), None));
        let headers = [("Idempotency-Key", "replace-it"), ("If-Match", &made.tag())];
        let replaced = staff.post_with(&format!("{record}/rotate"), &headers, json!({})).await.expect(200);
        let second = staff.post_with(&format!("{record}/rotate"), &headers, json!({})).await.expect(200);
        assert_eq!(second.body.get("secret"), None);

        let secrets = [secret_of(&made), secret_of(&replaced)];
        assert_ne!(secrets[0], secrets[1]);
        for secret in &secrets {
            assert!(secret.starts_with("chy_live_") && secret.len() == 52, "{secret}");
            who(&app, secret).await.expect(200);
        }
        let shown = staff.get(&record).await.expect(200);
        assert_eq!(shown.body["secrets"][0]["hint"], secrets[0][..13]);
        assert_eq!(shown.body["secrets"][1]["hint"], secrets[1][..13]);
        app.settle_journal().await;
        let stored = everything_stored(&app.database);
        assert!(stored.contains("Protocol calendar") && stored.contains(&secrets[1][..13]));
        let told = format!("{}{}", shown.text, staff.get(&list).await.expect(200).text);
        for secret in &secrets {
            for text in [&stored, &told] {
                assert!(!text.contains(&secret[13..]), "a secret is kept");
            }
        }
    }

    async fn nobody_gives_a_key_more_than_they_and_keys_may_hold(app: App) {
        let phoenix = app.city("Phoenix").await;
        let list = format!("/v1/organizations/{phoenix}/api-keys");
        for actor in [app.as_city("Phoenix").await, app.as_role(Role::LocalLeader).await, app.admin().await] {
            let body = json!({"name": "Too much", "scopes": [
                "requests:read", "users:write", "api-keys:write", "requests:decide", "audit:read", "requests:read",
            ]});
            let refused = actor.post(&list, body).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_pointers(), ["/scopes/1", "/scopes/2", "/scopes/3", "/scopes/4", "/scopes/5"]);
            assert_eq!(refused.fault_codes()[..4], ["scope_not_allowed"; 4]);
            assert_eq!(refused.fault_codes()[4], "repeated");
            assert_eq!(actor.get(&list).await.expect(200).ids().len(), 0);
        }
        let staff = app.as_city("Phoenix").await;
        for permission in Permission::ALL {
            let is_refused = |answer: &Answer| answer.fault_codes() == ["scope_not_allowed"];
            let live = staff.post(&list, json!({"name": "Live", "scopes": [permission]})).await;
            assert_eq!(is_refused(&live), !SERVICE_SCOPES.contains(permission), "{permission}: {}", live.text);
            let test = staff.post(&list, json!({"name": "Test", "scopes": [permission], "mode": "test"})).await;
            assert_eq!(is_refused(&test), !SANDBOX_SCOPES.contains(permission), "{permission}: {}", test.text);
        }
        // What the schema refuses, and members that are not a client's to choose.
        for body in [
            json!({"name": "None", "scopes": []}),
            json!({"name": "Unknown", "scopes": ["requests:everything"]}),
            json!({"name": "Chosen", "scopes": ["requests:read"], "created_by": "usr_00000000000000000000000000"}),
            json!({"name": "Chosen", "scopes": ["requests:read"], "organization_id": app.office}),
            json!({"name": "Chosen", "scopes": ["requests:read"], "secret": "chy_live_mine"}),
        ] {
            staff.post(&list, body).await.expect_problem(422, "validation_failed");
        }
        // The federal side has no systems that act as a city's.
        let office = format!("/v1/organizations/{}/api-keys", app.office);
        app.admin().await.post(&office, read_requests()).await.expect_problem(409, "conflict");
    }

    async fn another_citys_keys_do_not_exist(app: App) {
        let made = app.make_key("Phoenix", read_requests()).await;
        let record = made.header("location").unwrap().to_owned();
        let (list, _) = record.rsplit_once('/').unwrap();
        let chicago = app.city("Chicago").await;
        let other = app.as_city("Chicago").await;
        let unknown = other.get("/v1/organizations/org_00000000000000000000000000/api-keys").await.expect(404);
        let moved = format!("/v1/organizations/{chicago}/api-keys/{}", made.id());
        for path in [list, &record, &moved] {
            let refused = other.get(path).await.expect_problem(404, "not_found");
            assert_eq!(refused.body["detail"], unknown.body["detail"]);
        }
        other.post(list, read_requests()).await.expect_problem(404, "not_found");
        for record in [&record, &moved] {
            for action in ["rotate", "revoke"] {
                other.act(&format!("{record}/{action}"), "\"1\"").await.expect_problem(404, "not_found");
            }
        }
        assert_eq!(other.get(&format!("/v1/organizations/{chicago}/api-keys?include=total")).await.expect(200).body["total"], 0);

        // A role in one organization is none in another: a desk officer who also works for Chicago
        // sees every city's affairs, but manages the keys of Chicago alone.
        let admin = app.admin().await;
        let both = admin.post("/v1/users", json!({"email": "both@people.example.gov", "name": "Both", "memberships": [
            {"organization_id": app.office, "role": "scheduler"}, {"organization_id": chicago, "role": "local_staff"},
        ]})).await.expect(201);
        let token = both.body["invitation"]["token"].as_str().unwrap();
        app.anonymous().post("/v1/auth/accept-invitation", json!({"token": token, "password": PASSWORD})).await.expect(204);
        let both = app.log_in("both@people.example.gov").await;
        both.post(&format!("/v1/organizations/{chicago}/api-keys"), read_requests()).await.expect(201);
        both.post(list, read_requests()).await.expect_problem(404, "not_found");
        both.act(&format!("{record}/revoke"), "\"1\"").await.expect_problem(404, "not_found");

        // An auditor sees it and changes nothing; it works through all of this.
        let auditor = app.as_role(Role::Auditor).await;
        assert_eq!(auditor.get(&record).await.expect(200).body["allowed_actions"], json!([]));
        auditor.act(&format!("{record}/revoke"), "\"1\"").await.expect_problem(403, "forbidden");
        who(&app, &secret_of(&made)).await.expect(200);
    }

    async fn old_and_new_secret_overlap_and_then_only_the_new_one_is_accepted(app: App) {
        let made = app.make_key("Phoenix", read_requests()).await;
        let record = made.header("location").unwrap().to_owned();
        let staff = app.as_city("Phoenix").await;
        let rotate = format!("{record}/rotate");
        staff.post(&rotate, json!({})).await.expect_problem(428, "precondition_required");
        staff.post_with(&rotate, &[("If-Match", "\"7\"")], json!({})).await.expect_problem(412, "precondition_failed");
        for hours in [-1, 169] {
            staff.post_with(&rotate, &[("If-Match", "\"1\"")], json!({"overlap_hours": hours})).await.expect_problem(422, "validation_failed");
        }
        let second = staff.act(&rotate, "\"1\"").await.expect(200);
        assert_eq!(second.body["version"], 2);
        let (first, second) = (secret_of(&made), secret_of(&second));
        for secret in [&first, &second] {
            assert_eq!(who(&app, secret).await.expect(200).body["id"], made.id(), "the account stays");
        }
        assert!(who(&app, &first).await.body["secret"]["retires_at"].is_string());
        assert!(who(&app, &second).await.body["secret"]["retires_at"].is_null());

        // A retry across the change is still a retry: the caller is the key, not its secret.
        let briefing = app.published(json!({})).await;
        let attend = format!("/v1/briefings/{briefing}/registrations");
        let body = json!({"attendee": {"name": "Ana", "email": "ana@phoenix.example.gov"}});
        let headers = [("Idempotency-Key", "across")];
        let here = app.with_key(&first).post_with(&attend, &headers, body.clone()).await.expect(201);
        let again = app.with_key(&second).post_with(&attend, &headers, body).await.expect(201);
        assert_eq!((here.id(), again.header("idempotency-replayed")), (again.id(), Some("true")));

        app.clock.advance(24 * 3600 + 1);
        who(&app, &first).await.expect_problem(401, "unauthenticated");
        who(&app, &second).await.expect(200);

        // Two secrets at most: the older goes at once; without an overlap both do.
        let staff = staff_again(&app).await;
        let third = secret_of(&staff.post_with(&rotate, &[("If-Match", "\"2\"")], json!({"overlap_hours": 168})).await.expect(200));
        let fourth = staff.post_with(&rotate, &[("If-Match", "\"3\"")], json!({"overlap_hours": 168})).await.expect(200);
        assert_eq!(fourth.body["secrets"].as_array().unwrap().len(), 2);
        who(&app, &second).await.expect(401);
        who(&app, &third).await.expect(200);
        let fifth = secret_of(&staff.post_with(&rotate, &[("If-Match", "\"4\"")], json!({"overlap_hours": 0})).await.expect(200));
        for gone in [&first, &second, &third, &secret_of(&fourth)] {
            who(&app, gone).await.expect(401);
        }
        who(&app, &fifth).await.expect(200);
    }

    async fn a_key_expires(app: App) {
        let phoenix = app.city("Phoenix").await;
        let staff = app.as_city("Phoenix").await;
        let list = format!("/v1/organizations/{phoenix}/api-keys");
        let now = app.clock.now();
        for (expires_at, fault) in [(now.plus_seconds(-1), "in_the_past"), (now.plus_seconds(401 * 86_400), "too_late")] {
            let body = json!({"name": "X", "scopes": ["requests:read"], "expires_at": expires_at});
            assert_eq!(staff.post(&list, body).await.expect(422).fault_codes(), [fault]);
        }
        let lasting = staff.post(&list, read_requests()).await.expect(201);
        let year: chancery::kernel::time::Timestamp = lasting.body["expires_at"].as_str().unwrap().parse().unwrap();
        assert!((365 * 86_400..365 * 86_400 + 60).contains(&now.seconds_until(year)));
        let body = json!({"name": "Short", "scopes": ["organizations:read"], "expires_at": now.plus_seconds(3600)});
        let made = staff.post(&list, body).await.expect(201);
        let secret = secret_of(&made);
        let system = app.with_key(&secret);
        system.get("/v1/organizations").await.expect(200);
        app.clock.advance(3601);
        // At once: what was believed a moment ago ends with the key.
        system.get("/v1/organizations").await.expect_problem(401, "unauthenticated");
        let staff = staff_again(&app).await;
        let record = made.header("location").unwrap();
        let shown = staff.get(record).await.expect(200);
        assert_eq!((&shown.body["status"], &shown.body["allowed_actions"]), (&json!("expired"), &json!(["revoke"])));
        let refused = staff.act(&format!("{record}/rotate"), "\"1\"").await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(refused.body["allowed_actions"], json!(["revoke"]));
        for (filter, expected) in [("expired", vec![made.id()]), ("active", vec![lasting.id()]), ("revoked", vec![])] {
            assert_eq!(staff.get(&format!("{list}?status={filter}")).await.expect(200).ids(), expected, "{filter}");
        }
        assert_eq!(staff.get(&format!("{list}?sort=-created_at")).await.expect(200).ids(), [made.id(), lasting.id()]);
        let page = staff.get(&format!("{list}?limit=1")).await.expect(200);
        let cursor = page.body["next_cursor"].as_str().unwrap();
        assert_eq!(staff.get(&format!("{list}?limit=1&cursor={cursor}")).await.expect(200).ids(), [made.id()]);
        staff.get(&format!("{list}?status=active&status=expired")).await.expect_problem(400, "invalid_query");
        // A rotation may give the key more time.
        let record = lasting.header("location").unwrap();
        let longer = app.clock.now().plus_seconds(399 * 86_400);
        let longer = staff.post_with(&format!("{record}/rotate"), &[("If-Match", "\"1\"")], json!({"expires_at": longer})).await.expect(200);
        assert_ne!(longer.body["expires_at"], lasting.body["expires_at"]);
    }

    async fn a_revoked_key_is_refused_on_every_replica_within_a_second(app: App) {
        let replica = app.replica().await;
        let made = app.make_key("Phoenix", read_requests()).await;
        let record = made.header("location").unwrap().to_owned();
        let here = app.with_key(&secret_of(&made));
        let there = here.at(&replica.url);
        here.get("/v1/organizations").await.expect(200);
        there.get("/v1/organizations").await.expect(200);
        let staff = app.as_city("Phoenix").await;
        let revoked = staff.act(&format!("{record}/revoke"), "\"1\"").await.expect(200);
        assert_eq!((&revoked.body["status"], &revoked.body["allowed_actions"]), (&json!("revoked"), &json!([])));
        here.get("/v1/organizations").await.expect_problem(401, "unauthenticated");
        let since = Instant::now();
        while there.get("/v1/organizations").await.status != 401 {
            assert!(since.elapsed() < Duration::from_secs(1), "still accepted");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // For good, and as often as somebody likes.
        let again = staff.act(&format!("{record}/revoke"), "\"1\"").await.expect(200);
        assert_eq!(again.body["version"], revoked.body["version"]);
        staff.act(&format!("{record}/rotate"), &again.tag()).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn a_key_in_an_address_is_refused_and_not_logged(app: App) {
        let secret = secret_of(&app.make_key("Phoenix", read_requests()).await);
        let system = app.with_key(&secret);
        for query in [
            format!("api_key={secret}"), format!("API_KEY={secret}"), format!("apikey={secret}"), "api_key=".to_owned(),
            format!("X-Api-Key={secret}"), format!("key={secret}"), format!("limit=1&%61pi%5Fkey={secret}"),
        ] {
            for caller in [&app.anonymous(), &system, &app.admin().await] {
                for path in ["/v1/organizations", "/v1/service-account", "/v1/nothing"] {
                    let refused = caller.get(&format!("{path}?{query}")).await.expect_problem(401, "unauthenticated");
                    assert!(refused.body["detail"].as_str().unwrap().contains("X-Api-Key"), "{}", refused.text);
                    assert!(!refused.text.contains(&secret[13..]));
                }
            }
            app.anonymous().get(&format!("/v1/public/briefings?{query}")).await.expect_problem(400, "invalid_query");
        }
        system.get("/v1/organizations?key=value").await.expect_problem(400, "invalid_query");

        // The real program, with everything it can say of itself written down.
        let log = app.database.folder.join("log.json");
        let process = Process::start_logging(&app, "trace", &log).await;
        let system = system.at(&process.url);
        system.get("/v1/organizations?limit=1").await.expect(200);
        for path in ["/v1/organizations", "/v1/public/briefings", "/v1/nothing"] {
            let answer = system.get(&format!("{path}?api_key={secret}")).await;
            assert!(matches!(answer.status, 400 | 401), "{}", answer.text);
        }
        system.get("/v1/users").await.expect(403);
        process.kill();
        let log = std::fs::read_to_string(log).unwrap();
        assert!(log.contains("/v1/public/briefings") && log.contains("permission denied"));
        assert!(!log.contains(&secret[13..]), "a key is in the log");
    }

    async fn a_key_manages_no_keys_and_has_no_account(app: App) {
        let phoenix = app.city("Phoenix").await;
        let made = app.make_key("Phoenix", json!({"name": "All", "scopes": SERVICE_SCOPES})).await;
        let record = made.header("location").unwrap().to_owned();
        let system = app.with_key(&secret_of(&made));
        let list = format!("/v1/organizations/{phoenix}/api-keys");
        for path in [list.as_str(), &record, "/v1/me", "/v1/auth/sessions", "/v1/users", "/v1/audit-events"] {
            system.get(path).await.expect_problem(403, "forbidden");
        }
        system.post(&list, read_requests()).await.expect_problem(403, "forbidden");
        system.act(&format!("{record}/rotate"), "\"1\"").await.expect_problem(403, "forbidden");
        system.patch("/v1/me", "\"1\"", json!({"name": "Mallory"})).await.expect_problem(403, "forbidden");
        app.admin().await.get("/v1/service-account").await.expect_problem(403, "forbidden");
        app.anonymous().get("/v1/service-account").await.expect_problem(401, "unauthenticated");
        let own = system.get("/v1/service-account").await.expect(200);
        assert_eq!((&own.body["id"], &own.body["organization_id"]), (&json!(made.id()), &json!(phoenix)));
        assert_eq!(own.body["scopes"], json!(SERVICE_SCOPES));
        assert_eq!(own.body["secret"]["hint"], made.body["secrets"][0]["hint"]);
    }

    async fn a_key_sees_what_its_city_sees_and_never_controlled_information(app: App) {
        let phoenix = app.city("Phoenix").await;
        let invited = json!({"scope": "invitation", "organization_ids": [phoenix]});
        let open = app.published(json!({"title": "Open", "audience": invited.clone()})).await;
        let controlled = app.published(json!({"title": "Controlled", "marking": "cui", "audience": invited})).await;
        let system = app.key_of("Phoenix", SERVICE_SCOPES).await;
        let shown = system.get(&format!("/v1/briefings/{open}")).await.expect(200);
        assert!(shown.body.get("internal_notes").is_none());
        system.get(&format!("/v1/briefings/{controlled}")).await.expect_problem(404, "not_found");
        let attendee = json!({"attendee": {"name": "Ana", "email": "ana@phoenix.example.gov"}});
        system.post(&format!("/v1/briefings/{controlled}/registrations"), attendee.clone()).await.expect_problem(404, "not_found");
        assert_eq!(system.get("/v1/briefings?include=total").await.expect(200).ids(), std::slice::from_ref(&open));
        let stranger = app.key_of("Chicago", SERVICE_SCOPES).await;
        stranger.get(&format!("/v1/briefings/{open}")).await.expect_problem(404, "not_found");

        // What it does is in the journal under its own name.
        let made = system.post(&format!("/v1/briefings/{open}/registrations"), attendee).await.expect(201);
        assert_eq!(made.body["organization_id"], phoenix);
        stranger.get(made.header("location").unwrap()).await.expect_problem(404, "not_found");
        app.settle_journal().await;
        let key = system.get("/v1/service-account").await.expect(200).id();
        let events = app.admin().await.get(&format!("/v1/audit-events?actor_id={key}&type=registration.confirmed")).await.expect(200);
        assert_eq!(events.body["data"][0]["subject"]["id"], made.id());
        assert_eq!(events.body["data"][0]["actor"]["kind"], "api_key");
    }

    async fn a_post_with_a_key_needs_an_idempotency_key_and_each_key_has_its_own(app: App) {
        let briefing = app.published(json!({})).await;
        let attend = format!("/v1/briefings/{briefing}/registrations");
        let of = |city: &str| json!({"attendee": {"name": "Ana", "email": format!("ana@{city}.example.gov")}});
        let phoenix = app.key_of("Phoenix", SERVICE_SCOPES).await;
        let chicago = app.key_of("Chicago", SERVICE_SCOPES).await;
        let secret = phoenix.key.clone().unwrap();
        let bare = [("X-Api-Key", secret.as_str())];
        app.anonymous().post_with(&attend, &bare, of("phoenix")).await.expect_problem(400, "idempotency_key_required");
        assert_eq!(phoenix.get(&attend).await.expect(200).ids().len(), 0);
        // One Idempotency-Key, two callers: neither sees the other's answer.
        let retry = [("Idempotency-Key", "1")];
        let first = phoenix.post_with(&attend, &retry, of("phoenix")).await.expect(201);
        let second = chicago.post_with(&attend, &retry, of("chicago")).await.expect(201);
        assert_ne!(first.id(), second.id());
        assert_eq!(second.header("idempotency-replayed"), None);
        let again = phoenix.post_with(&attend, &retry, of("phoenix")).await.expect(201);
        assert_eq!((again.id(), again.header("idempotency-replayed")), (first.id(), Some("true")));
        phoenix.post_with(&attend, &retry, of("tempe")).await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(phoenix.get(&attend).await.expect(200).ids(), [first.id()]);
    }

    async fn the_last_use_is_shown_to_the_minute(app: App) {
        let made = app.make_key("Phoenix", read_requests()).await;
        let record = made.header("location").unwrap();
        assert!(made.body["last_used_at"].is_null());
        let staff = app.as_city("Phoenix").await;
        let mut uses = Vec::new();
        for seconds in [0, 61] {
            app.clock.advance(seconds);
            let since = Instant::now();
            loop {
                who(&app, &secret_of(&made)).await.expect(200);
                let shown = staff.get(record).await.expect(200);
                let used = shown.body["last_used_at"].clone();
                if used.is_string() && !uses.contains(&used) {
                    assert_eq!(shown.body["secrets"][0]["last_used_at"], used);
                    assert_eq!(shown.body["version"], 1, "use is no change");
                    uses.push(used);
                    break;
                }
                assert!(since.elapsed() < Duration::from_secs(10), "the use is not noted: {}", shown.text);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let [first, second] = [&uses[0], &uses[1]].map(|used| used.as_str().unwrap().parse::<chancery::kernel::time::Timestamp>().unwrap());
        assert!(first.seconds_until(second) >= 60);
    }

    async fn credentials_come_one_at_a_time(app: App) {
        let secret = secret_of(&app.make_key("Phoenix", read_requests()).await);
        let staff = app.as_city("Phoenix").await;
        let refused = staff.clone().with_key(&secret).get("/v1/organizations").await;
        refused.expect_problem(401, "unauthenticated");
        let twice = [("X-Api-Key", secret.as_str()), ("X-Api-Key", secret.as_str())];
        app.anonymous().send(Method::GET, "/v1/organizations", &twice, None).await.expect_problem(401, "unauthenticated");
        let padded = format!("{secret}x");
        let unknown = format!("chy_live_{}", "A".repeat(43));
        let cased = secret.to_uppercase();
        let as_other = secret.replace("chy_live_", "chy_test_");
        for wrong in ["", "x", &secret[..51], &padded, &unknown, &cased, &as_other, &format!("Bearer {secret}")] {
            let headers = [("X-Api-Key", wrong)];
            app.anonymous().send(Method::GET, "/v1/organizations", &headers, None).await.expect_problem(401, "unauthenticated");
            // A wrong key does not stand in the way of what anyone may do.
            app.anonymous().send(Method::GET, "/v1/public/briefings", &headers, None).await.expect(200);
        }
        app.with_token(&secret).get("/v1/organizations").await.expect_problem(401, "unauthenticated");
        who(&app, &secret).await.expect(200);
        // Neither a header nor a member gives anyone another method or role.
        let phoenix = app.city("Phoenix").await;
        let path = format!("/v1/organizations/{phoenix}");
        let before = staff.get(&path).await.expect(200);
        let headers = [("X-HTTP-Method-Override", "PATCH"), ("If-Match", &before.tag())];
        staff.send(Method::GET, &path, &headers, None).await.expect(200);
        staff.patch(&path, &before.tag(), json!({"name": "Mine"})).await.expect_problem(403, "forbidden");
        assert_eq!(staff.get(&path).await.expect(200).body, before.body);
        let me = staff.get("/v1/me").await.expect(200);
        for body in [json!({"role": "administrator"}), json!({"memberships": []}), json!({"permissions": ["users:write"]}), json!({"organization_id": phoenix})] {
            staff.patch("/v1/me", &me.tag(), body).await.expect_problem(422, "validation_failed");
        }
        assert_eq!(staff.get("/v1/me").await.expect(200).body, me.body);
    }

    async fn a_sandbox_key_says_so_and_touches_nothing_live(app: App) {
        let briefing = app.published(json!({})).await;
        let made = app.make_key("Phoenix", json!({"name": "Trial", "scopes": SANDBOX_SCOPES, "mode": "test"})).await;
        assert!(secret_of(&made).starts_with("chy_test_"));
        let system = app.with_key(&secret_of(&made));
        let own = system.get("/v1/service-account").await.expect(200);
        assert_eq!(own.body["mode"], "test");
        system.get("/v1/organizations").await.expect(200);
        system.get(&format!("/v1/briefings/{briefing}")).await.expect_problem(403, "forbidden");
        system.get("/v1/venues").await.expect_problem(403, "forbidden");
        let attendee = json!({"attendee": {"name": "Ana", "email": "ana@phoenix.example.gov"}});
        system.post(&format!("/v1/briefings/{briefing}/registrations"), attendee).await.expect_problem(403, "forbidden");
        let staff = app.as_city("Phoenix").await;
        let list = format!("/v1/organizations/{}/api-keys", app.city("Phoenix").await);
        app.make_key("Phoenix", read_requests()).await;
        assert_eq!(staff.get(&format!("{list}?mode=test")).await.expect(200).ids(), [made.id()]);
        assert_eq!(staff.get(&format!("{list}?include=total")).await.expect(200).body["total"], 2);
    }

    async fn what_happens_to_a_key_is_told_without_its_secret(app: App) {
        let made = app.make_key("Phoenix", read_requests()).await;
        let record = made.header("location").unwrap();
        let staff = app.as_city("Phoenix").await;
        staff.act_now(record, "rotate").await.expect(200);
        staff.act_now(record, "revoke").await.expect(200);
        let id = made.id();
        let events: Vec<(String, Option<String>, Option<String>)> = app.kernel.db.read(move |conn| {
            use chancery::schema::events::dsl;
            Ok(dsl::events.filter(dsl::subject_id.eq(id)).order(dsl::subject_version)
                .select((dsl::kind, dsl::organization_id, dsl::shared)).load(conn)?)
        }).await.unwrap();
        let kinds: Vec<&str> = events.iter().map(|(kind, _, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["api_key.created", "api_key.rotated", "api_key.revoked"]);
        for (_, organization, shared) in &events {
            assert_eq!(organization.as_deref(), made.body["organization_id"].as_str());
            let shared: Value = serde_json::from_str(shared.as_deref().unwrap()).unwrap();
            assert_eq!(shared, json!({"name": "Protocol calendar", "mode": "live"}));
        }
    }
}

mod wrong_keys_are_counted_by_address {
    use super::*;

    async fn test(backend: Backend) {
        let app = App::start_with(backend, |config| {
            config.limits.requests_per_minute = std::num::NonZeroU32::new(120).unwrap();
        })
        .await;
        let secret = secret_of(&app.make_key("Phoenix", read_requests()).await);
        let wrong = app.with_key(&format!("chy_live_{}", "A".repeat(43)));
        let mut refused = 0;
        for _ in 0..200 {
            match wrong.get("/v1/organizations").await.status {
                401 => refused += 1,
                429 => break,
                status => panic!("{status}"),
            }
        }
        assert!(refused < 200, "never limited");
        // A good key at the same address has a limit of its own.
        who(&app, &secret).await.expect(200);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        test(Backend::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgresql() {
        test(Backend::Postgres).await;
    }
}
