//! The pages behind links: what they may do in a browser. What they do there is shown by
//! `scripts/check-pages`.

use chancery::kernel::access::Role;
use serde_json::json;

use crate::support::{App, Backend};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_run_their_own_scripts_alone_and_hold_nothing_of_anybody() {
    let app = App::start(Backend::Sqlite).await;
    for path in ["/invitations", "/unsubscribe", "/welcome"] {
        let answer = reqwest::get(format!("{}{path}", app.url)).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-type").starts_with("text/html"));
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let html = answer.text().await.unwrap();
        let named: Vec<&str> = html
            .split(['"', ' ', '>'])
            .filter(|word| word.starts_with('/') && word.contains('.'))
            .collect();
        assert_eq!(named.len(), 2, "a style and a script: {html}");
        for file in named {
            let answer = reqwest::get(format!("{}{file}", app.url)).await.unwrap();
            assert_eq!(answer.status(), 200, "{file}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_of_an_account_opens_its_own_page() {
    let app = App::start(Backend::Sqlite).await;
    let body = json!({
        "email": "new@office.example.gov", "name": "New",
        "memberships": [{"organization_id": app.office, "role": Role::Scheduler.as_str()}],
    });
    let made = app.admin().await.post("/v1/users", body).await.expect(201);
    let url = made.body["invitation"]["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://chancery.test/welcome#chi_"),
        "{url}"
    );
}
