//! The conversation itself: headers, methods, media types, limits, slow and hostile clients.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use chancery::kernel::http::Code;
use reqwest::Method;
use serde_json::json;

use crate::both_backends;
use crate::support::{App, Backend};

/// Sends these bytes and reads until the server closes.
fn raw(url: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

both_backends! {
    async fn every_answer_carries_its_id_and_the_security_headers(app: App) {
        for (path, status) in [("/livez", 200), ("/v1/me", 401), ("/nowhere", 404), ("/openapi.json", 200)] {
            let answer = app.anonymous().get(path).await.expect(status);
            for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("content-security-policy", "default-src 'none'; frame-ancestors 'none'")] {
                assert_eq!(answer.header(name), Some(value), "{path}");
            }
            for name in ["x-request-id", "strict-transport-security", "ratelimit", "ratelimit-policy"] {
                assert!(answer.header(name).is_some(), "{path} lacks {name}");
            }
        }
        let admin = app.admin().await;
        assert_eq!(admin.get("/v1/me").await.header("cache-control"), Some("no-store"));
        let sent = |id: &'static str| { let admin = admin.clone(); async move { admin.send(Method::GET, "/v1/me", &[("X-Request-Id", id)], None).await.header("x-request-id").unwrap().to_owned() } };
        assert_eq!(sent("trace-me_1.2").await, "trace-me_1.2");
        assert_ne!(sent("two words").await, "two words");
    }

    async fn text_loses_characters_that_nobody_sees(app: App) {
        let admin = app.admin().await;
        let name = |name: &str| json!({"name": name, "title": "Director"});
        let made = admin.post("/v1/briefers", name("\u{202e}Ana\u{200b} Ruiz\u{feff}")).await.expect(201);
        assert_eq!(made.body["name"], "Ana Ruiz");
        let apart = admin.post("/v1/briefers", name("Ana\u{2028}Ruiz")).await.expect(201);
        assert_eq!(apart.body["name"], "Ana Ruiz");
        for nothing in ["\u{200b}", "\u{200e}\u{feff}"] {
            admin.post("/v1/briefers", name(nothing)).await.expect_problem(422, "validation_failed");
        }
        // A joiner is part of how words are spelled.
        let joined = admin.post("/v1/briefers", name("\u{646}\u{6cc}\u{200c}\u{6a9}")).await.expect(201);
        assert_eq!(joined.body["name"].as_str().unwrap().chars().count(), 4);
    }

    async fn a_wrong_method_says_which_are_right(app: App) {
        let admin = app.admin().await;
        for (method, path, allow) in [
            (Method::DELETE, "/v1/briefings", "GET, POST"),
            (Method::GET, "/v1/organizations/import", "POST"),
            (Method::PATCH, "/v1/organizations/import", "POST"),
            (Method::PUT, "/openapi.json", "GET"),
            (Method::TRACE, "/v1/me", "GET, PATCH"),
        ] {
            let answer = admin.send(method.clone(), path, &[("X-HTTP-Method-Override", "GET")], None).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        }
        admin.get("/v1/nowhere").await.expect_problem(404, "not_found");
    }

    async fn bodies_have_one_media_type_one_meaning_and_a_limit(app: App) {
        let admin = app.admin().await;
        let send = |media: &'static str, body: Vec<u8>| { let admin = admin.clone(); async move { admin.send_raw(Method::POST, "/v1/briefers", &[("Content-Type", media)], body).await } };
        send("text/plain", b"{}".to_vec()).await.expect_problem(415, "unsupported_media_type");
        send("application/json", b"{\"name\":\"a\",\"name\":\"b\"}".to_vec()).await.expect_problem(400, "bad_request");
        send("application/json", "[".repeat(10_000).into_bytes()).await.expect_problem(400, "bad_request");
        let unknown = send("application/json", b"{\"name\":\"a\",\"role\":\"administrator\"}".to_vec()).await.expect_problem(422, "validation_failed");
        assert_eq!(unknown.fault_pointers(), ["/role"]);
        let nul = send("application/json", b"{\"name\":\"a\\u0000b\"}".to_vec()).await.expect_problem(422, "validation_failed");
        assert_eq!(nul.fault_codes(), ["control_character"]);
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(1024 * 1024));
        send("application/json", large.into_bytes()).await.expect_problem(413, "payload_too_large");
        assert_eq!(admin.get("/v1/briefers?include=total").await.body["total"], 0);
    }

    async fn queries_are_known_given_once_and_in_range(app: App) {
        let admin = app.admin().await;
        for query in ["limit=0", "limit=1e9", "limit=101", "limit=1&limit=2", "unknown=1", "sort=(select)", "include=all", "starts_from=yesterday"] {
            admin.get(&format!("/v1/briefings?{query}")).await.expect_problem(400, "invalid_query");
        }
        admin.get("/v1/me?x=1").await.expect_problem(400, "invalid_query");
        let all = admin.get("/v1/briefings?limit=0&status=x&other=1").await.expect_problem(400, "invalid_query");
        assert!(!all.fault_pointers().is_empty());
        for key in ["", "a b"] {
            admin.post_with("/v1/briefers", &[("Idempotency-Key", key)], json!({"name": "A"})).await.expect_problem(400, "bad_request");
        }
    }

    async fn every_kind_of_problem_has_its_page(app: App) {
        for code in Code::ALL {
            let page = app.anonymous().get(&format!("/problems/{}", code.as_str())).await.expect(200);
            assert_eq!(page.body["status"], code.status().as_u16());
        }
        app.anonymous().get("/problems/unheard_of").await.expect_problem(404, "not_found");
    }

    async fn requests_in_flight_finish_when_the_service_stops(app: App) {
        let admin = app.admin().await;
        let requests: Vec<_> = (0..50).map(|number| {
            let admin = admin.clone();
            tokio::spawn(async move { admin.post("/v1/briefers", json!({"name": format!("B {number}")})).await.status })
        }).collect();
        tokio::time::sleep(Duration::from_millis(30)).await;
        let began = Instant::now();
        app.stop().await;
        assert!(began.elapsed() < Duration::from_secs(10));
        let answered = futures_util::future::join_all(requests).await;
        let good = answered.iter().filter(|status| matches!(status, Ok(201))).count();
        let stored: i64 = app.kernel.db.read(|conn| { use diesel::prelude::*; Ok(chancery::schema::briefers::table.count().get_result(conn)?) }).await.unwrap();
        assert_eq!(i64::try_from(good).unwrap(), stored, "what was written was answered");
        assert!(good > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_over_the_limit_is_told_when_to_come_back() {
    let app = App::start_with(Backend::Sqlite, |config| {
        config.limits.requests_per_minute = std::num::NonZeroU32::new(20).unwrap();
    })
    .await;
    let mut last = None;
    for number in 0..30 {
        let spoofed = format!("203.0.113.{number}");
        let headers = [("X-Forwarded-For", spoofed.as_str())];
        last = Some(
            app.anonymous()
                .send(Method::GET, "/livez", &headers, None)
                .await,
        );
    }
    let last = last.unwrap().expect_problem(429, "too_many_requests");
    assert!(last.header("retry-after").is_some());
    assert!(last.header("ratelimit").unwrap().contains("r=0"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_behind_a_trusted_proxy_are_counted_apart() {
    let app = App::start_with(Backend::Sqlite, |config| {
        config.limits.requests_per_minute = std::num::NonZeroU32::new(20).unwrap();
        config.server.trusted_proxies = vec!["127.0.0.1".to_owned(), "10.1.0.0/16".to_owned()];
    })
    .await;
    let ask = async |forwarded: &str| {
        let headers = [("X-Forwarded-For", forwarded)];
        let answer = app
            .anonymous()
            .send(Method::GET, "/livez", &headers, None)
            .await;
        answer.status
    };
    for number in 0..20 {
        // What the client wrote itself stands before what the proxies saw.
        let spoofed = format!("192.0.2.{number}, 203.0.113.9, 10.1.0.7");
        assert_eq!(ask(&spoofed).await, 200);
    }
    assert_eq!(
        ask("203.0.113.9").await,
        429,
        "one client, whatever it says"
    );
    assert_eq!(ask("203.0.113.10").await, 200, "another one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_allowed_origins_may_read_answers() {
    let app = App::start_with(Backend::Sqlite, |config| {
        config.server.allowed_origins = vec!["https://office.example.gov".to_owned()];
    })
    .await;
    for (origin, allowed) in [
        ("https://office.example.gov", true),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let answer = app
            .anonymous()
            .send(Method::GET, "/livez", &[("Origin", origin)], None)
            .await;
        assert_eq!(
            answer.header("access-control-allow-origin").is_some(),
            allowed,
            "{origin}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_trickles_is_given_up() {
    let app = App::start(Backend::Sqlite).await;
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    stream
        .write_all(b"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
        .unwrap();
    let began = Instant::now();
    let mut answer = Vec::new();
    while began.elapsed() < Duration::from_secs(15) {
        let mut part = [0_u8; 4096];
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => {
                answer.extend_from_slice(&part[..read]);
                break;
            }
            Err(_) if stream.write_all(b" ").is_err() => break,
            Err(_) => {}
        }
    }
    assert!(began.elapsed() < Duration::from_secs(15));
    assert!(
        String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 408"),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ambiguous_framing_is_refused() {
    let app = App::start(Backend::Sqlite).await;
    for headers in [
        "Content-Length: 1\r\nTransfer-Encoding: chunked",
        "Content-Length: 1\r\nContent-Length: 2",
    ] {
        let answer = raw(&app.url, format!("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\n{headers}\r\nConnection: close\r\n\r\n0\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 4"), "{headers}: {answer}");
    }
}
