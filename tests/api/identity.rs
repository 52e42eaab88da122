//! Accounts, passwords, sessions and tokens.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Answer, App, PASSWORD};

const EMAIL: &str = "person@people.example.gov";

async fn invited(app: &App) -> String {
    let body = json!({"email": EMAIL, "name": "Person", "memberships": [{"organization_id": app.office, "role": "scheduler"}]});
    let created = app.admin().await.post("/v1/users", body).await.expect(201);
    created.body["invitation"]["token"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn accept(app: &App, token: &str, password: &str) -> Answer {
    app.anonymous()
        .post(
            "/v1/auth/accept-invitation",
            json!({"token": token, "password": password}),
        )
        .await
}

async fn refresh(app: &App, token: &Value) -> Answer {
    app.anonymous()
        .post("/v1/auth/refresh", json!({"refresh_token": token}))
        .await
}

both_backends! {
    async fn a_failed_sign_in_says_the_same_for_every_address(app: App) {
        let strip = |answer: Answer| { let mut body = answer.body; body.as_object_mut().unwrap().remove("instance"); (answer.status, body) };
        let unknown = strip(app.sign_in("nobody@example.gov", PASSWORD).await);
        let wrong = strip(app.sign_in("admin@office.example.gov", "not the right password").await);
        assert_eq!(unknown, wrong);
        assert_eq!(unknown.0, 401);
    }

    async fn passwords_are_long_uncommon_and_the_same_in_every_unicode_form(app: App) {
        let token = invited(&app).await;
        for (password, code) in [("fourteen chars", "password_length"), ("passwordpassword", "password_guessable"), ("person@people.example.gov", "password_guessable")] {
            let refused = accept(&app, &token, password).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), [code], "{password}");
        }
        let long = format!("caf\u{e9} {} end", "by the quiet river ".repeat(4));
        accept(&app, &token, &long).await.expect(204);
        app.sign_in(EMAIL, &long.replace('\u{e9}', "e\u{301}")).await.expect(200);
        let mut differs = long.clone();
        differs.replace_range(70..71, "#");
        app.sign_in(EMAIL, &differs).await.expect(401);
    }

    async fn an_invitation_is_good_once_and_a_new_one_replaces_it(app: App) {
        let first = invited(&app).await;
        let admin = app.admin().await;
        let list = admin.get("/v1/users?q=person").await.expect(200);
        let path = format!("/v1/users/{}", list.ids()[0]);
        let second = admin.act_now(&path, "invite").await.expect(200).body["invitation"]["token"].as_str().unwrap().to_owned();
        accept(&app, &first, PASSWORD).await.expect_problem(400, "invalid_grant");
        accept(&app, &second, PASSWORD).await.expect(204);
        accept(&app, &second, PASSWORD).await.expect_problem(400, "invalid_grant");
        let again = json!({"email": EMAIL.to_uppercase(), "name": "Person", "memberships": [{"organization_id": app.office, "role": "scheduler"}]});
        let taken = admin.post("/v1/users", again).await.expect_problem(422, "validation_failed");
        assert_eq!(taken.fault_codes(), ["taken"]);
        let city = app.city("Phoenix").await;
        let mixed = json!({"email": "x@example.gov", "name": "X", "memberships": [{"organization_id": city, "role": "administrator"}]});
        assert_eq!(admin.post("/v1/users", mixed).await.expect(422).fault_codes(), ["role_mismatch"]);
        let staff = json!({"email": "y@example.gov", "name": "Y", "memberships": [{"organization_id": app.office, "role": "local_staff"}]});
        assert_eq!(admin.post("/v1/users", staff).await.expect(422).fault_codes(), ["role_mismatch"]);
        let diplomat = json!({"email": "z@example.gov", "name": "Z", "memberships": [{"organization_id": app.office, "role": "diplomat"}]});
        admin.post("/v1/users", diplomat).await.expect(201);
    }

    async fn guessing_is_slowed_and_ends_no_running_session(app: App) {
        let victim = app.person(EMAIL, Role::Scheduler, &app.office).await;
        let tokens = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        for _ in 0..10 {
            app.sign_in(EMAIL, "a wrong guess of it").await.expect(401);
        }
        let refused = app.sign_in(EMAIL, PASSWORD).await.expect_problem(429, "too_many_requests");
        let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
        victim.get("/v1/me").await.expect(200);
        refresh(&app, &tokens["refresh_token"]).await.expect(200);
        app.clock.advance(wait + 1);
        app.sign_in(EMAIL, PASSWORD).await.expect(200);
    }

    async fn a_guessed_account_stays_shut_until_its_invitation_is_used(app: App) {
        let person = app.person(EMAIL, Role::Scheduler, &app.office).await;
        let path = format!("/v1/users/{}", person.get("/v1/me").await.expect(200).id());
        for _ in 0..100 {
            app.sign_in(EMAIL, "a wrong guess of it").await;
            app.clock.advance(16 * 60);
        }
        app.sign_in(EMAIL, PASSWORD).await.expect(401);
        let admin = app.again("admin@office.example.gov").await;
        let made = admin.act_now(&path, "invite").await.expect(200);
        app.sign_in(EMAIL, PASSWORD).await.expect(401);
        let token = made.body["invitation"]["token"].as_str().unwrap().to_owned();
        let other = "seven grey herons at dawn";
        accept(&app, &token, other).await.expect(204);
        app.sign_in(EMAIL, other).await.expect(200);
    }

    async fn a_refresh_token_used_twice_ends_its_session(app: App) {
        app.person(EMAIL, Role::Scheduler, &app.office).await;
        let first = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        let second = refresh(&app, &first["refresh_token"]).await.expect(200).body;
        let actor = app.with_token(second["access_token"].as_str().unwrap());
        actor.get("/v1/me").await.expect(200);
        refresh(&app, &first["refresh_token"]).await.expect_problem(400, "invalid_grant");
        refresh(&app, &second["refresh_token"]).await.expect_problem(400, "invalid_grant");
        actor.get("/v1/me").await.expect(401);
    }

    async fn fifty_uses_of_one_refresh_token_have_one_success_at_most(app: App) {
        app.person(EMAIL, Role::Scheduler, &app.office).await;
        let tokens = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        let answers = futures_util::future::join_all((0..50).map(|_| refresh(&app, &tokens["refresh_token"]))).await;
        let good: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(good.len(), 1);
        refresh(&app, &good[0].body["refresh_token"]).await.expect_problem(400, "invalid_grant");
    }

    async fn sessions_end_when_idle_and_in_any_case_after_half_a_day(app: App) {
        app.person(EMAIL, Role::Scheduler, &app.office).await;
        let idle = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        app.clock.advance(16 * 60);
        app.with_token(idle["access_token"].as_str().unwrap()).get("/v1/me").await.expect(401);
        refresh(&app, &idle["refresh_token"]).await.expect_problem(400, "invalid_grant");
        let mut busy = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        for _ in 0..51 {
            app.clock.advance(14 * 60);
            busy = refresh(&app, &busy["refresh_token"]).await.expect(200).body;
        }
        app.clock.advance(10 * 60);
        refresh(&app, &busy["refresh_token"]).await.expect_problem(400, "invalid_grant");
    }

    async fn sessions_are_listed_and_ended_and_nobody_elses(app: App) {
        let person = app.person(EMAIL, Role::Scheduler, &app.office).await;
        let other = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        let list = person.get("/v1/auth/sessions").await.expect(200);
        let current: Vec<bool> = list.body["data"].as_array().unwrap().iter().map(|one| one["is_current"].as_bool().unwrap()).collect();
        assert_eq!(current, [false, true]);
        let path = format!("/v1/auth/sessions/{}", list.ids()[0]);
        app.admin().await.send(reqwest::Method::DELETE, &path, &[], None).await.expect_problem(404, "not_found");
        for _ in 0..2 {
            person.send(reqwest::Method::DELETE, &path, &[], None).await.expect(204);
        }
        app.with_token(other["access_token"].as_str().unwrap()).get("/v1/me").await.expect(401);
        let third = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        app.anonymous().post("/v1/auth/logout", json!({"refresh_token": third["refresh_token"]})).await.expect(204);
        refresh(&app, &third["refresh_token"]).await.expect_problem(400, "invalid_grant");
        app.with_token(third["access_token"].as_str().unwrap()).get("/v1/me").await.expect(401);
    }

    async fn deactivation_and_a_changed_role_hold_on_every_replica_within_a_second(app: App) {
        let replica = app.replica().await;
        let person = app.person(EMAIL, Role::Scheduler, &app.office).await;
        let elsewhere = person.at(&replica.url);
        elsewhere.post("/v1/briefers", json!({"name": "A"})).await.expect(201);
        let admin = app.admin().await;
        let path = format!("/v1/users/{}", person.get("/v1/me").await.id());
        let tag = admin.get(&path).await.tag();
        let demoted = json!({"memberships": [{"organization_id": app.office, "role": "auditor"}]});
        admin.patch(&path, &tag, demoted).await.expect(200);
        tokio::time::sleep(Duration::from_millis(900)).await;
        elsewhere.post("/v1/briefers", json!({"name": "B"})).await.expect_problem(403, "forbidden");
        admin.act_now(&path, "deactivate").await.expect(200);
        person.get("/v1/me").await.expect(401);
        tokio::time::sleep(Duration::from_millis(900)).await;
        elsewhere.get("/v1/me").await.expect(401);
        app.sign_in(EMAIL, PASSWORD).await.expect(401);
        admin.act_now(&path, "reactivate").await.expect(200);
        app.sign_in(EMAIL, PASSWORD).await.expect(200);
    }

    async fn the_last_administrator_stays(app: App) {
        let admin = app.admin().await;
        let path = format!("/v1/users/{}", admin.get("/v1/me").await.id());
        admin.act_now(&path, "deactivate").await.expect_problem(409, "conflict");
        let tag = admin.get(&path).await.tag();
        let demoted = json!({"memberships": [{"organization_id": app.office, "role": "auditor"}]});
        admin.patch(&path, &tag, demoted).await.expect_problem(409, "conflict");
    }

    async fn two_administrators_who_remove_each_other_at_once_leave_one(app: App) {
        let admin = app.admin().await;
        for round in 0..10 {
            let email = format!("second{round}@office.example.gov");
            let second = app.person(&email, Role::Administrator, &app.office).await;
            let paths = [format!("/v1/users/{}", admin.get("/v1/me").await.id()), format!("/v1/users/{}", second.get("/v1/me").await.id())];
            let tags = [admin.get(&paths[0]).await.tag(), admin.get(&paths[1]).await.tag()];
            let (first_path, second_path) = (format!("{}/deactivate", paths[0]), format!("{}/deactivate", paths[1]));
            let (a, b) = tokio::join!(second.act(&first_path, &tags[0]), admin.act(&second_path, &tags[1]));
            assert_eq!([a.status, b.status].iter().filter(|status| **status == 200).count(), 1, "{} {}", a.text, b.text);
            if a.status == 200 {
                return;
            }
        }
    }

    async fn nobody_raises_themselves_and_a_new_password_ends_other_sessions(app: App) {
        let person = app.person(EMAIL, Role::LocalStaff, &app.city("Phoenix").await).await;
        let me = person.get("/v1/me").await.expect(200);
        for change in [json!({"role": "administrator"}), json!({"memberships": []}), json!({"status": "active"})] {
            person.patch("/v1/me", &me.tag(), change).await.expect_problem(422, "validation_failed");
        }
        assert_eq!(person.get("/v1/me").await.body, me.body);
        let other = app.sign_in(EMAIL, PASSWORD).await.expect(200).body;
        let change = |current: &str| json!({"current_password": current, "new_password": "seven grey herons at dawn"});
        let wrong = person.post("/v1/me/password", change("wrong wrong wrong")).await.expect_problem(422, "validation_failed");
        assert_eq!(wrong.fault_pointers(), ["/current_password"]);
        person.post("/v1/me/password", change(PASSWORD)).await.expect(204);
        person.get("/v1/me").await.expect(200);
        app.with_token(other["access_token"].as_str().unwrap()).get("/v1/me").await.expect(401);
        app.sign_in(EMAIL, PASSWORD).await.expect(401);
        app.sign_in(EMAIL, "seven grey herons at dawn").await.expect(200);
    }

    async fn tampered_and_foreign_tokens_are_refused(app: App) {
        let admin = app.admin().await;
        let token = admin.token.clone().unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let keys = app.anonymous().get("/.well-known/jwks.json").await.expect(200).body;
        assert!(keys["keys"][0].get("d").is_none());
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        assert_eq!((header["typ"].as_str(), header["alg"].as_str(), &header["kid"]), (Some("at+jwt"), Some("EdDSA"), &keys["keys"][0]["kid"]));
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        for name in ["iss", "aud", "sub", "exp", "iat", "nbf", "jti", "sid"] {
            assert!(claims.get(name).is_some(), "{name}");
        }
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut forged = vec![
            format!("{}.{}.", encode(&json!({"alg": "none", "typ": "at+jwt"})), parts[1]),
            format!("{}.{}.{}", encode(&json!({"alg": "EdDSA", "typ": "JWT", "kid": header["kid"]})), parts[1], parts[2]),
            format!("{}.{}.{}", encode(&json!({"alg": "EdDSA", "typ": "at+jwt", "kid": "../x", "jku": "http://127.0.0.1:1/"})), parts[1], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            token[..token.len() - 4].to_owned(),
            "x".to_owned(),
        ];
        let public = jsonwebtoken::EncodingKey::from_secret(keys["keys"][0]["x"].as_str().unwrap().as_bytes());
        let mut hs = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        hs.typ = Some("at+jwt".to_owned());
        hs.kid = header["kid"].as_str().map(str::to_owned);
        forged.push(jsonwebtoken::encode(&hs, &claims, &public).unwrap());
        let mut later = claims.clone();
        later["exp"] = json!(9_999_999_999_i64);
        forged.push(format!("{}.{}.{}", parts[0], encode(&later), parts[2]));
        let refresh = app.sign_in("admin@office.example.gov", PASSWORD).await.body["refresh_token"].as_str().unwrap().to_owned();
        forged.push(refresh);
        for token in forged {
            app.with_token(&token).get("/v1/me").await.expect_problem(401, "unauthenticated");
        }
        admin.get("/v1/me").await.expect(200);
        app.clock.advance(600 + 31);
        admin.get("/v1/me").await.expect(401);
    }

    async fn a_first_key_that_another_replica_made_is_found_at_once(app: App) {
        use chancery::identity::tokens::Tokens;
        use chancery::kernel::id::{SessionId, UserId};
        let config = chancery::config::Config::default();
        let (ours, theirs) = (Tokens::new(app.kernel.clone(), &config), Tokens::new(app.kernel.clone(), &config));
        app.kernel.db.read(|conn| {
            use diesel::prelude::*;
            Ok(diesel::delete(chancery::schema::signing_keys::table).execute(conn)?)
        }).await.unwrap();
        assert!(ours.published().await.unwrap().is_empty());
        assert!(theirs.rotate(false).await.unwrap());
        let (token, _) = ours.sign(&UserId::fresh(), &SessionId::fresh()).await.unwrap();
        theirs.verify(&token).await.unwrap();
    }

    async fn a_flood_of_sign_ins_is_turned_away_and_not_queued_for_ever(app: App) {
        let answers = futures_util::future::join_all((0..200).map(|number| {
            let app = &app;
            async move { app.sign_in(&format!("flood{number}@example.gov"), PASSWORD).await.status }
        })).await;
        assert!(answers.iter().all(|status| matches!(status, 401 | 429 | 503)), "{answers:?}");
        app.anonymous().get("/livez").await.expect(200);
    }
}
