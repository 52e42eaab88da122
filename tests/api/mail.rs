//! The queue of mail, and what leaves it: as files, and through a real mail server.

use std::time::Duration;

use chancery::config::mail::{MailSecurity, MailTransport};
use chancery::kernel::db::WriteContext;
use chancery::kernel::http::{Code, Problem};
use chancery::kernel::ical::{CalendarEvent, EventStatus, EventTime, Method};
use chancery::kernel::time::ZonedTime;
use chancery::mail::outbox::{self, Meeting};
use chancery::mail::template::Template;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{App, Backend, MailServer, files, mail_to, wait_for};

/// The server of a test, sending to a mail server without TLS.
async fn with_server(app: &App) -> (App, MailServer) {
    app.stop().await;
    let server = MailServer::plain(app);
    let sending = app.replica_with(|config| server.configure(config)).await;
    (sending, server)
}

/// What is stored of a mail's contents.
async fn contents(app: &App, id: &chancery::kernel::id::MailMessageId) -> Option<String> {
    use chancery::schema::mail_messages::dsl;
    use diesel::prelude::*;
    let id = id.clone();
    app.kernel
        .db
        .read(move |conn| {
            let found: (Option<String>, Option<String>, Option<String>) = dsl::mail_messages
                .filter(dsl::id.eq(id))
                .select((dsl::contents, dsl::sealed_secret, dsl::meeting))
                .first(conn)?;
            Ok(found.0.or(found.1).or(found.2))
        })
        .await
        .unwrap()
}

fn part<'a>(mail: &'a Value, kind: &str) -> &'a Value {
    mail["parts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|part| part["type"] == kind)
        .unwrap_or_else(|| panic!("no {kind} in {mail}"))
}

both_backends! {
    async fn without_a_mail_server_each_mail_is_a_file(app: App) {
        let id = app.queue(vec![mail_to(Template::BriefingReminder, "ana@example.gov")]).await;
        let mails = wait_for(&app.mail_folder(), 1).await;
        let mail = &mails[0];
        assert_eq!(mail["defects"], json!([]));
        assert_eq!(mail["headers"]["to"], "Ana Ruiz <ana@example.gov>");
        assert_eq!(mail["headers"]["from"], "Office of Subnational Diplomacy <office@chancery.test>");
        assert_eq!(mail["headers"]["message-id"], format!("<{}@chancery.test>", id[0]));
        assert_eq!(mail["headers"]["auto-submitted"], "auto-generated");
        assert_eq!(mail["headers"]["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
        assert_eq!(mail["structure"], json!(["multipart/alternative", "text/plain", "text/html"]));
        for kind in ["text/plain", "text/html"] {
            let text = part(mail, kind)["text"].as_str().unwrap();
            assert!(text.contains("Supply chains") && text.contains("Phoenix City Hall"), "{text}");
        }
        let name = files(&app.mail_folder())[0].file_name().unwrap().to_owned();
        assert_eq!(name.to_str().unwrap(), format!("{}.eml", id[0]));
        app.mail_that_is(&id[0], "sent").await;
    }

    async fn a_mail_is_queued_with_its_change_or_not_at_all(app: App) {
        let failed = app.kernel.db.write(WriteContext::system(app.clock.now()), |tx| {
            outbox::queue(tx, mail_to(Template::BriefingInvitation, "ana@example.gov"))?;
            Err::<(), _>(Problem::new(Code::Conflict, "something else"))
        }).await;
        assert!(failed.is_err());
        let listed = app.admin().await.get("/v1/mail-messages?include=total").await.expect(200);
        assert_eq!(listed.body["total"], 0);
    }

    async fn the_same_mail_is_never_queued_twice(app: App) {
        let draft = || mail_to(Template::BriefingInvitation, "ana@example.gov");
        let ids = app.queue(vec![draft(), draft()]).await;
        assert_eq!(ids.len(), 1);
        app.mail_that_is(&ids[0], "sent").await;
        assert!(app.queue(vec![draft()]).await.is_empty());
        assert_eq!(files(&app.mail_folder()).len(), 1);
    }

    async fn what_a_mail_says_is_erased_when_it_is_sent(app: App) {
        let sealed = app.kernel.keyring.seal("mail", b"open-sesame").unwrap();
        let mut draft = mail_to(Template::BriefingInvitation, "ana@example.gov");
        draft.values["link"] = "/v1/answer?token={token}".into();
        draft.secret = Some(sealed);
        draft.not_before = Some(app.clock.now().plus_seconds(60));
        let id = app.queue(vec![draft]).await.remove(0);
        let waiting = contents(&app, &id).await.unwrap();
        assert!(!waiting.contains("open-sesame"), "the token is sealed while it waits");
        app.clock.advance(61);
        let mails = wait_for(&app.mail_folder(), 1).await;
        let text = part(&mails[0], "text/plain")["text"].as_str().unwrap();
        assert!(text.contains("https://chancery.test/v1/answer?token=open-sesame"), "{text}");
        app.mail_that_is(&id, "sent").await;
        assert_eq!(contents(&app, &id).await, None);
        let shown = app.mail(&id).await.to_string();
        assert!(!shown.contains("Supply chains") && !shown.contains("sesame"), "{shown}");
    }

    async fn what_waits_can_be_withdrawn(app: App) {
        let mut draft = mail_to(Template::BriefingReminder, "ana@example.gov");
        draft.not_before = Some(app.clock.now().plus_seconds(600));
        let id = app.queue(vec![draft]).await.remove(0);
        let withdrawn = app.kernel.db.write(WriteContext::system(app.clock.now()), |tx| {
            let about = ("briefing", "brf_01jz8k2m4n6p8q0r2s4t6v8w0x");
            outbox::withdraw(tx, about, &[Template::BriefingReminder])
        }).await.unwrap();
        assert_eq!(withdrawn, 1);
        assert_eq!(app.mail(&id).await["status"], "withdrawn");
        assert_eq!(contents(&app, &id).await, None);
    }

    async fn no_name_subject_or_text_becomes_a_header(app: App) {
        let evil = "A\r\nBcc: victim@example.org\r\n\r\n\0\u{202e}x";
        let mut draft = mail_to(Template::BriefingInvitation, "ana@example.gov");
        draft.to.name = Some(evil.to_owned());
        draft.values["briefing"]["title"] = evil.into();
        draft.values["person"]["name"] = evil.into();
        let mut forged = mail_to(Template::BriefingInvitation, "x@example.gov\r\nBcc: victim@example.org");
        forged.once = "forged".to_owned();
        let ids = app.queue(vec![draft, forged]).await;
        let mails = wait_for(&app.mail_folder(), 1).await;
        let mail = &mails[0];
        assert_eq!(mail["defects"], json!([]));
        let names = mail["names"].as_array().unwrap();
        assert!(!names.contains(&"bcc".into()), "{mail}");
        assert_eq!(names.iter().filter(|name| **name == "to").count(), 1);
        assert!(mail["headers"]["to"].as_str().unwrap().ends_with("<ana@example.gov>"));
        assert!(!mail.to_string().contains('\u{202e}') && !mail.to_string().contains("\\u0000"));
        let failed = app.mail_that_is(&ids[1], "failed").await;
        assert_eq!(failed["last_error"], "the address cannot be written to");
        assert_eq!(files(&app.mail_folder()).len(), 1);
    }

    async fn an_appointment_is_a_meeting_request_and_a_file(app: App) {
        let zone = chrono_tz::America::Phoenix;
        let meeting = |method, status| Meeting {
            method,
            event: CalendarEvent {
                uid: "brf_01jz8k2m4n6p8q0r2s4t6v8w0x@chancery".to_owned(),
                sequence: 3,
                status,
                time: EventTime::Timed {
                    starts_at: ZonedTime::at("2027-03-10T17:00:00Z".parse().unwrap(), zone),
                    ends_at: ZonedTime::at("2027-03-10T18:00:00Z".parse().unwrap(), zone),
                },
                summary: "Supply chains".to_owned(),
                description: None,
                location: None,
                url: None,
                created_at: app.clock.now(),
                updated_at: app.clock.now(),
            },
        };
        let mut asked = mail_to(Template::BriefingInvitation, "ana@example.gov");
        asked.meeting = Some(meeting(Method::Request, EventStatus::Confirmed));
        let mut called_off = mail_to(Template::BriefingCancelled, "ana@example.gov");
        called_off.meeting = Some(meeting(Method::Cancel, EventStatus::Cancelled));
        app.queue(vec![asked, called_off]).await;
        let mails = wait_for(&app.mail_folder(), 2).await;
        for (mail, method) in mails.iter().zip(["REQUEST", "CANCEL"]) {
            assert_eq!(mail["defects"], json!([]));
            assert_eq!(mail["structure"], json!([
                "multipart/mixed", "multipart/alternative", "text/plain", "text/html",
                "text/calendar", "application/ics",
            ]));
            let request = part(mail, "text/calendar");
            assert_eq!(request["method"], method);
            let calendar = request["text"].as_str().unwrap();
            assert!(calendar.contains(&format!("METHOD:{method}")), "{calendar}");
            assert!(calendar.contains("SEQUENCE:3") && calendar.contains("ana@example.gov"));
            assert_eq!(part(mail, "application/ics")["filename"], "invite.ics");
            assert_eq!(part(mail, "application/ics")["text"], request["text"]);
        }
    }

    async fn a_mail_server_gets_each_mail_once(app: App) {
        let (app, server) = with_server(&app).await;
        let drafts = (0..60).map(|n| mail_to(Template::BriefingInvitation, &format!("p{n}@example.gov")));
        let ids = app.queue(drafts.collect()).await;
        let mails = server.wait(60).await;
        for id in &ids {
            app.mail_that_is(id, "sent").await;
        }
        let mut recipients = server.recipients();
        recipients.sort();
        recipients.dedup();
        assert_eq!((recipients.len(), mails.len()), (60, 60));
        assert_eq!(mails[0]["headers"]["x-envelope-from"], "office@office.example.gov");
        assert_eq!(mails[0]["defects"], json!([]));
    }

    async fn what_a_mail_server_puts_off_is_tried_again_and_given_up_in_the_end(app: App) {
        app.stop().await;
        let server = MailServer::plain(&app);
        let app = app.replica_with(|config| {
            server.configure(config);
            config.mail.max_attempts = 3;
        }).await;
        let ids = app.queue(vec![
            mail_to(Template::BriefingInvitation, "later2@example.gov"),
            mail_to(Template::BriefingInvitation, "busy1@example.gov"),
            mail_to(Template::BriefingInvitation, "full@example.gov"),
            mail_to(Template::BriefingInvitation, "fine@example.gov"),
        ]).await;
        app.mail_that_is(&ids[3], "sent").await;
        for attempts in 1..=3 {
            // All of them, before the clock goes on: the next attempt is counted from this one.
            for (id, most) in [(&ids[0], 3), (&ids[1], 2), (&ids[2], 3)] {
                for _ in 0..400 {
                    if app.mail_status(id).await.1 >= attempts.min(most) {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(25)).await;
                }
            }
            if attempts < 3 {
                let put_off = app.mail(&ids[2]).await;
                assert_eq!((&put_off["status"], &put_off["attempts"]), (&"queued".into(), &attempts.into()));
                assert_eq!(put_off["last_error"], "452 4.2.2 Mailbox full");
                app.clock.advance(400);
            }
        }
        app.mail_that_is(&ids[2], "failed").await;
        assert_eq!(app.mail_that_is(&ids[0], "sent").await["attempts"], 3);
        assert_eq!(app.mail_that_is(&ids[1], "sent").await["attempts"], 2);
        let mut recipients = server.recipients();
        recipients.sort();
        assert_eq!(recipients, ["busy1@example.gov", "fine@example.gov", "later2@example.gov"]);
    }

    async fn an_address_that_was_refused_gets_nothing_more_until_a_mail_is_sent_again(app: App) {
        let (app, server) = with_server(&app).await;
        let ids = app.queue(vec![
            mail_to(Template::BriefingInvitation, "nobody@example.gov"),
            mail_to(Template::BriefingInvitation, "spam@example.gov"),
        ]).await;
        let bounced = app.mail_that_is(&ids[0], "bounced").await;
        assert_eq!(bounced["last_error"], "550 5.1.1 No such user here", "without control characters");
        assert_eq!(bounced["allowed_actions"], json!(["resend", "confirm"]));
        let refused = app.mail_that_is(&ids[1], "failed").await;
        assert_eq!(refused["last_error"], "554 5.7.1 Looks like spam");
        // The contents were refused, not the address.
        let more = app.queue(vec![
            mail_to(Template::BriefingReminder, "NOBODY@example.gov"),
            mail_to(Template::BriefingReminder, "spam@example.gov"),
        ]).await;
        let held = app.mail_that_is(&more[0], "bounced").await;
        assert_eq!((&held["attempts"], &held["sent_at"]), (&json!(0), &Value::Null));
        app.mail_that_is(&more[1], "failed").await;
        let admin = app.admin().await;
        admin.post(&format!("/v1/mail-messages/{}/resend", ids[0]), json!({})).await.expect(200);
        let again = app.mail_that_is(&ids[0], "bounced").await;
        assert_eq!(again["attempts"], 2, "it was tried again, and refused again");
        assert!(server.recipients().is_empty());
    }

    async fn a_mail_that_comes_back_later_is_recorded_by_staff(app: App) {
        let id = app.queue(vec![mail_to(Template::BriefingInvitation, "ana@example.gov")]).await.remove(0);
        app.mail_that_is(&id, "sent").await;
        let admin = app.admin().await;
        let path = format!("/v1/mail-messages/{id}");
        admin.post(&format!("{path}/resend"), json!({})).await.expect_problem(409, "not_allowed_in_state");
        let back = admin
            .post(&format!("{path}/bounce"), json!({"reason": "Mailbox\u{202e} closed"}))
            .await
            .expect(200);
        assert_eq!((&back.body["status"], &back.body["last_error"]), (&json!("bounced"), &json!("Mailbox closed")));
        assert_eq!(back.body["allowed_actions"], json!(["confirm"]), "what it said is erased");
        admin.post(&format!("{path}/resend"), json!({})).await.expect_problem(409, "conflict");
        let next = app.queue(vec![mail_to(Template::BriefingReminder, "ana@example.gov")]).await.remove(0);
        let held = app.mail_that_is(&next, "bounced").await;
        assert!(held["last_error"].as_str().unwrap().contains("Mailbox closed"));
        admin.post(&format!("/v1/mail-messages/{next}/resend"), json!({})).await.expect(200);
        app.mail_that_is(&next, "sent").await;
        // A bounce that was a mistake, or whose cause is gone.
        admin.post(&format!("/v1/mail-messages/{next}/bounce"), json!({"reason": "Mistaken"})).await.expect(200);
        let sent = admin.post(&format!("/v1/mail-messages/{next}/confirm"), json!({})).await.expect(200);
        assert_eq!(sent.body["status"], "sent");
        let mut third = mail_to(Template::BriefingReminder, "ana@example.gov");
        third.once = "the third".to_owned();
        let third = app.queue(vec![third]).await.remove(0);
        app.mail_that_is(&third, "sent").await;
        let events = admin.get(&format!("/v1/audit-events?subject_id={id}")).await;
        assert!(!events.body.to_string().contains("ana@example.gov"), "the journal has no addresses");
    }

    async fn a_connection_that_breaks_off_after_the_contents_leaves_the_mail_in_doubt(app: App) {
        let (app, server) = with_server(&app).await;
        let ids = app.queue(vec![
            mail_to(Template::BriefingInvitation, "keep@example.gov"),
            mail_to(Template::BriefingInvitation, "lose@example.gov"),
            mail_to(Template::BriefingInvitation, "fine@example.gov"),
            mail_to(Template::BriefingInvitation, "hangup@example.gov"),
        ]).await;
        app.mail_that_is(&ids[2], "sent").await;
        app.mail_that_is(&ids[0], "in_doubt").await;
        app.mail_that_is(&ids[1], "in_doubt").await;
        // Before the contents were handed over a broken connection does no harm.
        app.clock.advance(120);
        app.mail_that_is(&ids[3], "sent").await;
        app.clock.advance(3600);
        tokio::time::sleep(Duration::from_millis(600)).await;
        let mut recipients = server.recipients();
        recipients.sort();
        assert_eq!(recipients, ["fine@example.gov", "hangup@example.gov", "keep@example.gov"]);
        // Staff look into the mail server's log: the one is there, the other is not.
        let admin = app.again("admin@office.example.gov").await;
        let doubted = admin.get("/v1/mail-messages?status=in_doubt").await.expect(200);
        assert_eq!(doubted.ids().len(), 2);
        let arrived = admin.post(&format!("/v1/mail-messages/{}/confirm", ids[0]), json!({})).await.expect(200);
        assert_eq!((&arrived.body["status"], &arrived.body["allowed_actions"]), (&json!("sent"), &json!(["bounce"])));
        assert!(arrived.body["sent_at"].is_string());
        let what_it_said = contents(&app, &ids[0]).await;
        assert_eq!(what_it_said, None, "erased, as of any mail that is sent");
        admin.post(&format!("/v1/mail-messages/{}/resend", ids[1]), json!({})).await.expect(200);
        server.wait(4).await;
        assert_eq!(server.recipients().iter().filter(|to| *to == "lose@example.gov").count(), 1);
        let confirm = format!("/v1/mail-messages/{}/confirm", ids[2]);
        admin.post(&confirm, json!({})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn a_mail_server_out_of_reach_costs_no_attempt(app: App) {
        app.stop().await;
        let server = MailServer::plain(&app);
        let (folder, port) = (server.folder.clone(), server.port.to_string());
        let app = app.replica_with(|config| server.configure(config)).await;
        drop(server);
        let id = app.queue(vec![mail_to(Template::BriefingInvitation, "ana@example.gov")]).await.remove(0);
        app.mail_trouble(&id).await;
        let waiting = app.mail(&id).await;
        assert_eq!((&waiting["status"], &waiting["attempts"]), (&json!("queued"), &json!(0)));
        let server = MailServer::start(&folder, &["--port", &port]);
        server.wait(1).await;
        app.mail_that_is(&id, "sent").await;
    }

    async fn two_replicas_send_each_mail_once(app: App) {
        app.stop().await;
        let server = MailServer::plain(&app);
        let one = app.replica_with(|config| server.configure(config)).await;
        let two = app.replica_with(|config| server.configure(config)).await;
        let drafts = (0..120).map(|n| mail_to(Template::BriefingInvitation, &format!("p{n}@example.gov")));
        let ids = one.queue(drafts.collect()).await;
        for id in &ids {
            two.mail_that_is(id, "sent").await;
        }
        let mut recipients = server.recipients();
        recipients.sort();
        let all = recipients.len();
        recipients.dedup();
        assert_eq!((all, recipients.len()), (120, 120));
    }

    async fn the_queue_is_the_offices_and_can_be_searched(app: App) {
        let ids = app.queue(vec![
            mail_to(Template::BriefingInvitation, "ana@example.gov"),
            mail_to(Template::BriefingReminder, "ana@example.gov"),
            mail_to(Template::BriefingInvitation, "bo@example.gov"),
        ]).await;
        for id in &ids {
            app.mail_that_is(id, "sent").await;
        }
        let scheduler = app.as_role(chancery::kernel::access::Role::Scheduler).await;
        let found = async |query: &str| {
            scheduler.get(&format!("/v1/mail-messages?{query}")).await.expect(200).ids().len()
        };
        assert_eq!(found("email=ANA%40example.gov").await, 2);
        assert_eq!(found("kind=briefing_reminder").await, 1);
        assert_eq!(found("status=sent&sort=-created_at").await, 3);
        assert_eq!(found("status=in_doubt").await, 0);
        assert_eq!(found("about_id=brf_01jz8k2m4n6p8q0r2s4t6v8w0x").await, 3);
        let city = app.as_city("Phoenix").await;
        city.get("/v1/mail-messages").await.expect_problem(403, "forbidden");
        city.get(&format!("/v1/mail-messages/{}", ids[0])).await.expect_problem(403, "forbidden");
        let auditor = app.as_role(chancery::kernel::access::Role::Auditor).await;
        auditor.get(&format!("/v1/mail-messages/{}", ids[0])).await.expect(200);
        auditor
            .post(&format!("/v1/mail-messages/{}/bounce", ids[0]), json!({"reason": "x"}))
            .await
            .expect_problem(403, "forbidden");
    }

    async fn old_mail_is_forgotten(app: App) {
        let id = app.queue(vec![mail_to(Template::BriefingInvitation, "ana@example.gov")]).await.remove(0);
        app.mail_that_is(&id, "sent").await;
        let forget = async |days: i64| {
            let later = app.clock.now().plus_seconds(86_400 * 20);
            app.kernel.db.write(WriteContext::system(later), move |tx| {
                chancery::mail::messages::commands::forget_old(tx, days)
            }).await.unwrap()
        };
        assert_eq!(forget(21).await, 0);
        assert_eq!(forget(19).await, 1);
        app.admin().await.get(&format!("/v1/mail-messages/{id}")).await.expect(404);
    }
}

/// TLS is the same on both databases.
async fn over(security: MailSecurity, name: &str) {
    let app = App::start(Backend::Sqlite).await;
    app.stop().await;
    let folder = app.database.folder.join("mailboxes");
    let server = MailServer::start(
        &folder,
        &[
            "--security",
            name,
            "--user",
            "chancery",
            "--password",
            "harbor",
        ],
    );
    let sending = |password: &'static str, authority: &'static str| {
        let folder = folder.clone();
        let server = &server;
        app.replica_with(move |config| {
            server.configure(config);
            config.mail.security = security;
            config.mail.host = Some("localhost".to_owned());
            config.mail.username = Some("chancery".to_owned());
            config.mail.password = Some(password.to_owned().into());
            config.mail.ca_file = Some(folder.join(authority));
        })
    };
    let draft = mail_to(Template::BriefingInvitation, "ana@example.gov");
    let strangers = sending("harbor", "other-ca.pem").await;
    let id = strangers.queue(vec![draft]).await.remove(0);
    let error = strangers.mail_trouble(&id).await;
    assert!(error.contains("certificate"), "{error}");
    strangers.stop().await;
    let unknown = sending("wrong", "ca.pem").await;
    for _ in 0..200 {
        if unknown.mail_trouble(&id).await.contains("535") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let error = unknown.mail_trouble(&id).await;
    assert!(error.contains("535") && !error.contains("wrong"), "{error}");
    assert_eq!(unknown.mail_status(&id).await.1, 0, "no attempt was lost");
    unknown.stop().await;
    assert!(server.recipients().is_empty());
    let known = sending("harbor", "ca.pem").await;
    server.wait(1).await;
    known.mail_that_is(&id, "sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_a_known_server_takes_mail_after_signing_in_and_no_other_gets_any() {
    over(MailSecurity::Tls, "tls").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_starttls_a_known_server_takes_mail_after_signing_in_and_no_other_gets_any() {
    over(MailSecurity::Starttls, "starttls").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_offer_starttls_gets_no_mail() {
    let app = App::start(Backend::Sqlite).await;
    app.stop().await;
    let server = MailServer::plain(&app);
    let app = app
        .replica_with(|config| {
            server.configure(config);
            config.mail.security = MailSecurity::Starttls;
            config.mail.host = Some("localhost".to_owned());
        })
        .await;
    let id = app
        .queue(vec![mail_to(
            Template::BriefingInvitation,
            "ana@example.gov",
        )])
        .await
        .remove(0);
    let error = app.mail_trouble(&id).await;
    assert!(error.contains("STARTTLS"), "{error}");
    assert!(server.recipients().is_empty());
}

#[test]
fn the_password_of_the_mail_server_is_in_no_debug_output() {
    let mut config = chancery::config::Config::default();
    config.mail.transport = MailTransport::Smtp;
    config.mail.password = Some("a-quiet-harbor".to_owned().into());
    assert!(!format!("{config:?}").contains("a-quiet-harbor"));
}
