//! The service is killed again and again while mail goes out: nobody gets a mail twice, and what may
//! have been lost is known.

use std::collections::HashMap;
use std::time::Duration;

use chancery::kernel::id::MailMessageId;
use chancery::mail::template::Template;
use serde_json::json;

use crate::both_backends;
use crate::support::{App, MailServer, PASSWORD, Process, files, mail_to};

/// How many mails go out, and how long, in milliseconds, the service lives each time.
struct Plan {
    mails: usize,
    lives: &'static [u64],
}

const SMALL: Plan = Plan {
    mails: 400,
    lives: &[130, 210, 90, 340],
};

async fn drafts(app: &App, count: usize) -> Vec<MailMessageId> {
    let drafts = (0..count)
        .map(|n| {
            mail_to(
                Template::BriefingInvitation,
                &format!("p{n:05}@example.gov"),
            )
        })
        .collect();
    app.queue(drafts).await
}

/// How many mails have each status.
async fn statuses(app: &App) -> HashMap<String, i64> {
    use chancery::schema::mail_messages::dsl;
    use diesel::prelude::*;
    app.kernel
        .db
        .read(|conn| {
            let rows: Vec<(String, i64)> = dsl::mail_messages
                .group_by(dsl::status)
                .select((dsl::status, diesel::dsl::count_star()))
                .load(conn)?;
            Ok(rows.into_iter().collect())
        })
        .await
        .unwrap()
}

/// Waits until nothing is queued or being handed over.
async fn settled(app: &App) -> HashMap<String, i64> {
    for _ in 0..1200 {
        let now = statuses(app).await;
        if !now.contains_key("queued") && !now.contains_key("handed_over") {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", statuses(app).await);
}

/// Starts the service and kills it, as often as planned. The lease of a killed worker runs out by the
/// clock of the processes, so the last of them waits for it.
async fn killed(app: &App, plan: &Plan, settings: &[(&str, String)]) {
    for life in plan.lives {
        let process = Process::start_with(app, settings).await;
        tokio::time::sleep(Duration::from_millis(*life)).await;
        process.kill();
        // The worker is dead: nothing is gained by waiting for its lease.
        app.forget_mail_leases().await;
    }
}

async fn through_a_mail_server(app: &App, plan: &Plan) {
    app.stop().await;
    let server = MailServer::start(&app.database.folder.join("mailboxes"), &[]);
    drafts(app, plan.mails).await;
    let settings = [
        ("CHANCERY_MAIL__TRANSPORT", "smtp".to_owned()),
        ("CHANCERY_MAIL__HOST", "127.0.0.1".to_owned()),
        ("CHANCERY_MAIL__PORT", server.port.to_string()),
        ("CHANCERY_MAIL__SECURITY", "none".to_owned()),
        (
            "CHANCERY_MAIL__FROM_ADDRESS",
            "office@office.example.gov".to_owned(),
        ),
    ];
    killed(app, plan, &settings).await;
    let process = Process::start_with(app, &settings).await;
    let outcome = settled(app).await;
    let in_doubt = outcome.get("in_doubt").copied().unwrap_or_default();
    println!("after {} kills: {outcome:?}", plan.lives.len());

    let mut received: HashMap<String, usize> = HashMap::new();
    for to in server.recipients() {
        *received.entry(to).or_default() += 1;
    }
    assert!(
        received.values().all(|count| *count == 1),
        "somebody has two: {received:?}"
    );
    // At most one mail a connection is in doubt after each kill.
    assert!(in_doubt <= i64::try_from(4 * plan.lives.len()).unwrap());
    let anyone = app.anonymous().at(&process.url);
    let tokens = anyone
        .post(
            "/v1/auth/login",
            json!({"email": "admin@office.example.gov", "password": PASSWORD}),
        )
        .await
        .expect(200);
    let admin = app
        .with_token(tokens.body["access_token"].as_str().unwrap())
        .at(&process.url);
    let listed = admin
        .get("/v1/mail-messages?status=in_doubt&limit=100")
        .await
        .expect(200);
    let listed = listed.body["data"].as_array().unwrap().clone();
    assert_eq!(i64::try_from(listed.len()).unwrap(), in_doubt);
    // Staff look each of them up in the mail server's log, and send again what is not there.
    for mail in listed {
        if !received.contains_key(mail["recipient"]["email"].as_str().unwrap()) {
            let id = mail["id"].as_str().unwrap();
            admin
                .post(&format!("/v1/mail-messages/{id}/resend"), json!({}))
                .await
                .expect(200);
        }
    }
    settled(app).await;
    let mut recipients = server.recipients();
    recipients.sort();
    let expected: Vec<String> = (0..plan.mails)
        .map(|n| format!("p{n:05}@example.gov"))
        .collect();
    assert_eq!(recipients, expected);
    process.kill();
}

async fn into_files(app: &App, plan: &Plan) {
    app.stop().await;
    let ids = drafts(app, plan.mails).await;
    killed(app, plan, &[]).await;
    let process = Process::start_with(app, &[]).await;
    let outcome = settled(app).await;
    assert_eq!(
        outcome,
        HashMap::from([("sent".to_owned(), i64::try_from(plan.mails).unwrap())])
    );
    let mut names: Vec<String> = files(&app.mail_folder())
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    let mut expected: Vec<String> = ids.iter().map(ToString::to_string).collect();
    expected.sort();
    assert_eq!(names, expected);
    process.kill();
}

both_backends! {
    async fn killed_while_mail_goes_to_a_server_nobody_gets_two_and_what_is_missing_is_known(app: App) {
        through_a_mail_server(&app, &SMALL).await;
    }

    async fn killed_while_mail_is_written_every_mail_is_there_once(app: App) {
        into_files(&app, &SMALL).await;
    }
}
