//! Garbage at every operation: a problem document, never a fault of ours. The test client checks
//! the shape of every answer.

use reqwest::Method;

use crate::both_backends;
use crate::support::{App, document, fill, nowhere};

const BODIES: [&str; 16] = [
    "",
    "{",
    "null",
    "[]",
    "\"text\"",
    "{}",
    "{\"a\":1,\"a\":2}",
    "{\"\u{0}\":\"\u{0}\"}",
    "{\"title\":\"\\u0000\",\"name\":\"\\u0000\",\"email\":\"\\u0000@x\",\"password\":\"\\u0000\"}",
    "{\"capacity\":1e400}",
    "{\"capacity\":-9223372036854775809,\"population\":99999999999999999999}",
    "{\"starts_at\":{\"local\":\"9999-12-31T23:59:59\",\"time_zone\":\"America/Phoenix\"},\"ends_at\":{\"utc\":\"9999-12-31T23:59:59Z\",\"time_zone\":\"Pacific/Kiritimati\"},\"title\":\"x\",\"topic\":\"x\",\"format\":\"virtual\",\"capacity\":1}",
    "{\"starts_at\":{\"local\":\"0001-01-01T00:00:00\",\"time_zone\":\"Pacific/Kiritimati\"},\"ends_at\":{\"utc\":\"0001-01-01T00:00:00Z\",\"time_zone\":\"America/Phoenix\"},\"title\":\"x\",\"topic\":\"x\",\"format\":\"virtual\",\"capacity\":1}",
    "{\"email\":\"İ@x\",\"name\":\"\u{202e}\",\"memberships\":[{}]}",
    "{\"name\":{\"$gt\":\"\"}}",
    "\u{feff}{}",
];

const QUERIES: [&str; 14] = [
    "?limit=0",
    "?limit=1e9",
    "?limit=-1",
    "?limit=1&limit=2",
    "?cursor=",
    "?cursor=AAAA.BBBB",
    "?sort=(select%201)",
    "?q=%00",
    "?q=%27%20OR%201%3D1--",
    "?q=%25%5F%5C",
    "?q=%FF%FE",
    "?unknown=1",
    "?%00=1",
    "?mode=commit&mode=preview",
];

const SEGMENTS: [&str; 8] = [
    "x",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff",
    "brf_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    "brf_00000000000000000000000000",
    "%27%20OR%201%3D1--",
    "org_00000000000000000000000000",
];

both_backends! {
    async fn garbage_to_every_operation_is_answered_with_a_problem(app: App) {
        let admin = app.admin().await;
        let mut tried = 0;
        for (pattern, item) in document()["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let mut paths = Vec::new();
                if pattern.contains('{') {
                    for segment in SEGMENTS {
                        paths.push(fill(pattern, |_| segment.to_owned()));
                    }
                    // One that every extractor takes, so that bodies and queries are read too.
                    paths.push(nowhere(pattern, operation));
                } else {
                    paths.push(pattern.clone());
                }
                let first = paths.last().unwrap().clone();
                for query in QUERIES {
                    paths.push(format!("{first}{query}"));
                }
                for path in &paths {
                    let answer = admin.send_raw(method.clone(), path, &[("If-Match", "\"1\"")], Vec::new()).await;
                    assert!(answer.status < 500, "{method} {path}: {}", answer.text);
                    tried += 1;
                }
                if method == Method::GET { continue; }
                for media in ["application/json", "text/csv", "text/plain", "application/x-www-form-urlencoded"] {
                    for body in BODIES {
                        let headers = [("If-Match", "\"1\""), ("Content-Type", media)];
                        let path = if pattern.ends_with("/import") { format!("{first}?mode=commit") } else { first.clone() };
                        let answer = admin.send_raw(method.clone(), &path, &headers, body.as_bytes().to_vec()).await;
                        assert!(answer.status < 500, "{method} {path} {media} {body}: {}", answer.text);
                        tried += 1;
                    }
                }
                for tag in ["", "*", "W/\"1\"", "\"1", "\"999999999999999999999\"", "\"-1\"", "1"] {
                    let answer = admin.send_raw(method.clone(), &first, &[("If-Match", tag), ("Idempotency-Key", tag)], Vec::new()).await;
                    assert!(answer.status < 500, "{method} {first} {tag}: {}", answer.text);
                    tried += 1;
                }
            }
        }
        assert!(tried > 1500, "{tried}");
    }
}
