//! Documents of event requests, and the sandbox: controls 32, 44, 50 and 51.

use chancery::event_requests::lifecycle::RequestStatus;
use chancery::kernel::access::{Permission, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{App, LETTER};

fn path(id: &str) -> String {
    format!("/v1/event-requests/{id}")
}

/// The fewest bytes that are a PDF.
const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

both_backends! {
    async fn a_document_comes_back_as_it_was_and_is_never_shown_in_place(app: App) {
        let city = app.as_city("Phoenix").await;
        let id = app.drafted(&city, json!({})).await;
        let added = app.add_letter(&city, &id).await.expect(201);
        assert_eq!((&added.body["media_type"], &added.body["size"]), (&json!("text/plain"), &json!(LETTER.len())));
        let location = added.header("location").unwrap().to_owned();
        assert_eq!(city.get(&location).await.expect(200).body, added.body);
        let content = city.get(&format!("{location}/content")).await.expect(200);
        assert_eq!(content.text, LETTER);
        assert_eq!(content.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(content.header("cache-control"), Some("no-store"));
        assert!(content.header("content-disposition").unwrap().starts_with("attachment; filename=\"letter.txt\""));
        assert!(content.header("content-security-policy").unwrap().starts_with("sandbox"));
        let digest = added.body["sha256"].as_str().unwrap();
        assert_eq!(digest, chancery::kernel::secrets::token_digest(LETTER));
    }

    async fn a_file_is_what_it_holds_and_not_what_it_is_called(app: App) {
        let city = app.as_city("Phoenix").await;
        let id = app.drafted(&city, json!({})).await;
        let address = |query: &str| format!("{}/documents?{query}", path(&id));
        let letter = "kind=invitation_letter&filename=letter.pdf";
        let cases: [(&str, &[u8], u16, &str); 5] = [
            ("application/pdf", b"MZ\x90\x00not a pdf", 422, "type_not_allowed"),
            ("application/pdf", b"Dear colleagues", 422, "content_mismatch"),
            ("application/octet-stream", b"<html><script>alert(1)</script></html>", 422, "type_not_allowed"),
            ("application/pdf", b"", 422, "empty"),
            ("text/html", b"<p>x</p>", 415, ""),
        ];
        for (media, bytes, status, code) in cases {
            let refused = city.send_raw(Method::POST, &address(letter), &[("Content-Type", media)], bytes.to_vec()).await.expect(status);
            if status == 422 { assert_eq!(refused.fault_codes(), [code], "{}", refused.text); }
        }
        city.send_raw(Method::POST, &address(letter), &[("Content-Type", "application/pdf")], PDF.to_vec()).await.expect(201);
        // A name that would be a path or a header is neither.
        let header = "kind=other&filename=a%0D%0AX%3A%20y.pdf";
        city.send_raw(Method::POST, &address(header), &[("Content-Type", "application/pdf")], PDF.to_vec()).await.expect_problem(400, "invalid_query");
        let hostile = "kind=other&filename=..%2F..%2FaX%3A%20y.pdf";
        let named = city.send_raw(Method::POST, &address(hostile), &[("Content-Type", "application/octet-stream")], PDF.to_vec()).await.expect(201);
        assert_eq!(named.body["filename"], "aX: y.pdf");
        let content = city.get(&format!("{}/content", named.header("location").unwrap())).await.expect(200);
        assert_eq!((content.header("x"), content.header("content-type")), (None, Some("application/pdf")));
        // Twice the same parameter, or a parameter that does not exist: control 44.
        for query in ["kind=other&kind=other&filename=x.txt", "kind=other&filename=x.txt&status=confirmed"] {
            city.send_raw(Method::POST, &address(query), &[("Content-Type", "text/plain")], b"x".to_vec()).await.expect_problem(400, "invalid_query");
        }
        assert_eq!(city.get(&format!("{}/documents", path(&id))).await.expect(200).ids().len(), 2);
    }

    async fn a_retried_upload_is_one_document_and_a_refused_one_leaves_no_file(app: App) {
        let phoenix = app.key_of("Phoenix", &[Permission::RequestsRead, Permission::RequestsWrite]).await;
        let chicago = app.as_city("Chicago").await;
        let id = app.drafted(&phoenix, json!({})).await;
        let upload = format!("{}/documents?kind=invitation_letter&filename=letter.txt", path(&id));
        let headers = [("Content-Type", "text/plain"), ("Idempotency-Key", "the-letter")];
        let first = phoenix.send_raw(Method::POST, &upload, &headers, LETTER.as_bytes().to_vec()).await.expect(201);
        let again = phoenix.send_raw(Method::POST, &upload, &headers, LETTER.as_bytes().to_vec()).await.expect(201);
        assert_eq!((again.id(), again.header("idempotency-replayed")), (first.id(), Some("true")));
        phoenix.send_raw(Method::POST, &upload, &headers, b"Another letter".to_vec()).await.expect_problem(422, "idempotency_key_reused");
        chicago.send_raw(Method::POST, &upload, &headers, LETTER.as_bytes().to_vec()).await.expect_problem(404, "not_found");
        phoenix.get(&format!("{}/content", first.header("location").unwrap())).await.expect(200);
        // Only the one file is in the store.
        let far = app.clock.now().plus_seconds(3600);
        let stored = app.kernel.blobs.stored_before("documents", far).await.unwrap();
        assert_eq!(stored.len(), 1, "{stored:?}");
        // A draft that goes leaves a file behind, which is cleared away a day later.
        let tag = phoenix.get(&path(&id)).await.expect(200).tag();
        phoenix.delete(&path(&id), &tag).await.expect(204);
        assert_eq!(chancery::workers::clear_orphans(&app.kernel).await.unwrap(), 0);
        app.clock.advance(25 * 3600);
        assert_eq!(chancery::workers::clear_orphans(&app.kernel).await.unwrap(), 1);
        assert!(app.kernel.blobs.stored_before("documents", far).await.unwrap().is_empty());
    }

    async fn a_request_holds_so_many_documents_and_no_more(app: App) {
        let city = app.as_city("Phoenix").await;
        let id = app.drafted(&city, json!({})).await;
        for number in 0..20 {
            app.add_document(&city, &id, &format!("kind=other&filename={number}.txt")).await.expect(201);
        }
        app.add_document(&city, &id, "kind=other&filename=more.txt").await.expect_problem(409, "too_many_documents");
    }

    async fn what_a_sandbox_key_writes_is_apart_and_told_to_nobody(app: App) {
        let city = app.as_city("Phoenix").await;
        let made = app.make_key("Phoenix", json!({
            "name": "Trial", "mode": "test", "scopes": ["requests:read", "requests:write", "requests:comment", "events:read"],
        })).await;
        assert!(made.body["secret"].as_str().unwrap().starts_with("chy_test_"));
        let sandbox = app.with_key(made.body["secret"].as_str().unwrap());
        let live = app.key_of("Phoenix", &[Permission::RequestsRead, Permission::RequestsWrite, Permission::EventsRead]).await;
        let receiver = crate::support::Receiver::start().await;
        city.post("/v1/webhook-endpoints", json!({"url": receiver.url()})).await.expect(201);

        let draft = app.request_draft(json!({"external_ref": "SAME"}));
        let trial = sandbox.post("/v1/event-requests", draft.clone()).await.expect(201).id();
        app.add_letter(&sandbox, &trial).await.expect(201);
        let submitted = app.act_on(&sandbox, &trial, "submit", None).await.expect(200);
        assert!(submitted.body["reference"].as_str().unwrap().starts_with("TEST-2"));
        let real = live.post("/v1/event-requests", draft).await.expect(201);
        assert_eq!(real.body["possible_duplicates"], json!([]));

        for actor in [&city, &live, &app.admin().await, &app.as_role(Role::Scheduler).await] {
            actor.get(&path(&trial)).await.expect_problem(404, "not_found");
            assert!(!actor.get("/v1/event-requests").await.expect(200).text.contains(&trial));
        }
        sandbox.get(&path(&real.id())).await.expect_problem(404, "not_found");
        assert_eq!(sandbox.get("/v1/event-requests?include=total").await.expect(200).body["total"], 1);
        assert_eq!(sandbox.get(&format!("{}/history", path(&trial))).await.expect(200).body["data"].as_array().unwrap().len(), 3);
        app.settle_journal().await;
        receiver.wait(1).await;
        for actor in [&sandbox, &live, &city, &app.admin().await] {
            assert!(!actor.get("/v1/events?limit=100").await.expect(200).text.contains(&trial));
        }
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert!(receiver.received().iter().all(|one| !one.text.contains(&trial)));
        assert_eq!(app.as_role(Role::Scheduler).await.get("/v1/work-queues").await.expect(200).body["queues"][1]["count"], 0);
    }

    async fn a_name_is_one_line_wherever_it_goes(app: App) {
        // Control 50: nothing that may become a header of a mail or a calendar holds a line break.
        let city = app.as_city("Phoenix").await;
        let hostile = "Summit\r\nBcc: everyone@example.gov";
        let refused = city.post("/v1/event-requests", app.request_draft(json!({
            "title": hostile, "topic": hostile, "details": {"organizer": hostile, "contact": {"name": hostile, "email": format!("ana@example.gov{}", &hostile[6..])}},
        }))).await.expect_problem(422, "validation_failed");
        let mut pointers = refused.fault_pointers();
        pointers.sort();
        assert_eq!(pointers, ["/details/contact/email", "/details/contact/name", "/details/organizer", "/title", "/topic"]);
        let admin = app.admin().await;
        for (list, body) in [
            ("/v1/users", json!({"email": "x@example.gov", "name": hostile, "memberships": [{"organization_id": app.office, "role": "scheduler"}]})),
            ("/v1/briefers", json!({"name": hostile})),
            ("/v1/organizations", json!({"name": hostile, "kind": "municipality", "country": "US"})),
        ] {
            assert_eq!(admin.post(list, body).await.expect_problem(422, "validation_failed").fault_pointers(), ["/name"], "{list}");
        }
    }

    async fn an_official_is_in_no_event_that_a_city_is_told(app: App) {
        // Scenario 3, in feed and webhooks.
        let city = app.as_city("Phoenix").await;
        let receiver = crate::support::Receiver::start().await;
        city.post("/v1/webhook-endpoints", json!({"url": receiver.url()})).await.expect(201);
        let id = app.request_in(RequestStatus::Confirmed, json!({})).await;
        app.act_on(&city, &id, "withdraw", Some(json!({"reason": "The venue is closed."}))).await.expect(200);
        app.settle_journal().await;
        let feed = city.get("/v1/events?limit=100").await.expect(200);
        let kinds: Vec<&Value> = feed.body["data"].as_array().unwrap().iter().map(|event| &event["type"]).filter(|kind| kind.as_str().unwrap().starts_with("event_request.")).collect();
        let expected: Vec<Value> = ["created", "document_added", "submitted", "review_started", "clearance_begun", "confirmed", "withdrawn"].iter().map(|kind| json!(format!("event_request.{kind}"))).collect();
        assert_eq!(kinds, expected.iter().collect::<Vec<_>>());
        for _ in 0..100 {
            if receiver.kinds().contains(&"event_request.withdrawn".to_owned()) { break; }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        let told: String = receiver.received().iter().map(|one| one.text.clone()).collect();
        assert!(told.contains("event_request.withdrawn") && told.contains("event_request.confirmed"));
        for text in [&feed.text, &told] {
            assert!(!text.contains("Okafor") && !text.contains("bfr_") && !text.contains("usr_"), "{text}");
        }
        // Another city is told nothing, and a marking takes back what was told.
        let chicago = app.as_city("Chicago").await;
        assert!(!chicago.get("/v1/events?limit=100").await.expect(200).text.contains(&id));
        let admin = app.admin().await;
        let other = app.submitted(json!({"title": "Another"})).await;
        let tag = admin.get(&path(&other)).await.expect(200).tag();
        admin.patch(&path(&other), &tag, json!({"marking": "cui"})).await.expect(200);
        app.settle_journal().await;
        assert!(!city.get("/v1/events?limit=100").await.expect(200).text.contains(&other));
        assert!(admin.get("/v1/events?limit=100").await.expect(200).text.contains(&other));
    }
}
