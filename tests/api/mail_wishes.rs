//! What recipients want of mail: their clock, quiet hours, digests, unsubscribing.

use std::time::Duration;

use chancery::kernel::access::Role;
use chancery::mail::template::Template;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, files, mail_to, wait_for};

async fn ana(app: &App) -> Actor {
    let office = app.office.clone();
    app.person("ana@office.example.gov", Role::Scheduler, &office)
        .await
}

async fn wish(ana: &Actor, change: Value) -> Value {
    let now = ana.get("/v1/me/mail-preferences").await.expect(200);
    ana.patch("/v1/me/mail-preferences", &now.tag(), change)
        .await
        .expect(200)
        .body
}

/// Waits a while in which something that should not come would have come.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(700)).await;
}

both_backends! {
    with App::start_with_nights;

    async fn nothing_comes_at_night_that_can_wait(app: App) {
        let ana = ana(&app).await;
        // Kathmandu is 5:45 ahead: 02:00 UTC is 07:45 there; 18:00 UTC is 23:45.
        wish(&ana, json!({"time_zone": "Asia/Kathmandu"})).await;
        app.at_hour(18).await;
        let mut calm = mail_to(Template::BriefingInvitation, "ana@office.example.gov");
        calm.urgent = false;
        let urgent = mail_to(Template::BriefingRescheduled, "ana@office.example.gov");
        let ids = app.queue(vec![calm, urgent]).await;
        app.mail_that_is(&ids[1], "sent").await;
        a_while().await;
        let waiting = app.mail(&ids[0]).await;
        assert_eq!(waiting["status"], "queued");
        let due = waiting["next_attempt_at"].as_str().unwrap();
        assert!(due.ends_with("T01:15:00Z"), "07:00 in Kathmandu: {due}");
        app.at_hour(2).await;
        app.mail_that_is(&ids[0], "sent").await;
        assert_eq!(files(&app.mail_folder()).len(), 2);
    }

    async fn people_without_a_wish_have_the_clock_of_their_city_or_of_the_office(app: App) {
        let phoenix = app.city("Phoenix").await;
        // 05:00 UTC: 22:00 in Phoenix; midnight or one o'clock in New York.
        app.at_hour(5).await;
        let mut of_city = mail_to(Template::BriefingInvitation, "ana@phoenix.example.gov");
        of_city.urgent = false;
        of_city.organization_id = Some(phoenix.parse().unwrap());
        let mut of_nobody = mail_to(Template::BriefingInvitation, "bo@example.org");
        of_nobody.urgent = false;
        let ids = app.queue(vec![of_city, of_nobody]).await;
        a_while().await;
        let due = async |index: usize| app.mail(&ids[index]).await["next_attempt_at"].as_str().unwrap().to_owned();
        assert!(due(0).await.ends_with("T14:00:00Z"), "07:00 in Phoenix");
        let new_york = due(1).await;
        assert!(new_york.ends_with("T11:00:00Z") || new_york.ends_with("T12:00:00Z"), "{new_york}");
    }

    async fn who_wants_no_quiet_hours_has_none(app: App) {
        let ana = ana(&app).await;
        let wished = wish(&ana, json!({"time_zone": "UTC", "has_quiet_hours": false})).await;
        assert_eq!((&wished["quiet_from"], &wished["version"]), (&json!("21:00"), &json!(1)));
        app.at_hour(3).await;
        let mut calm = mail_to(Template::BriefingInvitation, "ana@office.example.gov");
        calm.urgent = false;
        let id = app.queue(vec![calm]).await.remove(0);
        app.mail_that_is(&id, "sent").await;
    }

    async fn the_night_does_not_hold_back_what_the_morning_has_no_use_for(app: App) {
        let ana = ana(&app).await;
        // It is night in Kathmandu until 07:00, 01:15 UTC.
        wish(&ana, json!({"time_zone": "Asia/Kathmandu"})).await;
        let now = app.at_hour(18).await;
        let until = |hours: i64, once: &str| {
            let mut draft = mail_to(Template::BriefingInvitation, "ana@office.example.gov");
            draft.urgent = false;
            draft.useful_until = Some(now.plus_seconds(hours * 3600));
            draft.once = once.to_owned();
            draft
        };
        let ids = app.queue(vec![until(7, "tonight"), until(8, "tomorrow"), until(0, "over")]).await;
        app.mail_that_is(&ids[0], "sent").await;
        let over = app.mail_that_is(&ids[2], "withdrawn").await;
        assert_eq!(over["last_error"], "it would come too late");
        a_while().await;
        assert_eq!(app.mail(&ids[1]).await["status"], "queued");
        // A digest does not hold it back either.
        let ana = app.again("ana@office.example.gov").await;
        wish(&ana, json!({"time_zone": "UTC", "delivery": "digest"})).await;
        let mut reminder = until(13, "before the digest");
        reminder.template = Template::BriefingReminder;
        let id = app.queue(vec![reminder]).await.remove(0);
        app.mail_that_is(&id, "sent").await;
    }

    async fn an_invitation_that_ends_in_the_night_comes_in_the_night(app: App) {
        let phoenix = app.city("Phoenix").await;
        // 22:00 in Phoenix: the night ends in nine hours.
        let now = app.at_hour(5).await;
        let at = |hours: i64| {
            let instant = now.plus_seconds(hours * 3600).to_string();
            json!({"utc": format!("{}Z", &instant[..19]), "time_zone": "America/Phoenix"})
        };
        let briefing = app.published_soon(json!({"starts_at": at(12), "ends_at": at(13)})).await;
        let path = format!("/v1/briefings/{briefing}");
        let admin = app.admin().await;
        let invited = json!({"people": [{"name": "Ana Ruiz", "email": "ana@phoenix.example.gov", "organization_id": phoenix}]});
        admin.post(&format!("{path}/invitations"), invited).await.expect(201);
        a_while().await;
        assert_eq!(files(&app.mail_folder()).len(), 0, "it can wait for the morning");
        admin.patch_now(&path, json!({"rsvp_deadline": at(3)})).await.expect(200);
        wait_for(&app.mail_folder(), 1).await;
    }

    async fn who_changes_their_clock_gets_what_waits_for_the_old_one(app: App) {
        let ana = ana(&app).await;
        wish(&ana, json!({"time_zone": "Asia/Kathmandu"})).await;
        let now = app.at_hour(18).await;
        let mut held = mail_to(Template::BriefingInvitation, "ana@office.example.gov");
        held.urgent = false;
        let mut later = held.clone();
        later.once = "later".to_owned();
        later.not_before = Some(now.plus_seconds(3600));
        let ids = app.queue(vec![held, later]).await;
        a_while().await;
        assert_eq!(app.mail(&ids[0]).await["status"], "queued");
        let ana = app.again("ana@office.example.gov").await;
        wish(&ana, json!({"has_quiet_hours": false})).await;
        app.mail_that_is(&ids[0], "sent").await;
        a_while().await;
        assert_eq!(app.mail(&ids[1]).await["status"], "queued", "its own time has not come");
    }

    async fn a_digest_is_one_mail_of_what_is_no_duty(app: App) {
        let ana = ana(&app).await;
        wish(&ana, json!({"time_zone": "UTC", "delivery": "digest"})).await;
        app.at_hour(12).await;
        let mut other = mail_to(Template::BriefingReminder, "ana@office.example.gov");
        other.once = "another".to_owned();
        other.values["briefing"]["title"] = "Port security".into();
        let ids = app.queue(vec![
            mail_to(Template::BriefingReminder, "ana@office.example.gov"),
            other,
            mail_to(Template::BriefingInvitation, "ana@office.example.gov"),
        ]).await;
        app.mail_that_is(&ids[2], "sent").await;
        a_while().await;
        assert_eq!(files(&app.mail_folder()).len(), 1, "the invitation alone");
        app.at_hour(7).await;
        a_while().await;
        assert_eq!(files(&app.mail_folder()).len(), 1);
        app.at_hour(8).await;
        let gathered = app.mail_that_is(&ids[0], "gathered").await;
        app.mail_that_is(&ids[1], "gathered").await;
        let digest = gathered["digest_id"].as_str().unwrap().parse().unwrap();
        app.mail_that_is(&digest, "sent").await;
        let mails = wait_for(&app.mail_folder(), 2).await;
        let digest = mails.iter().find(|mail| mail["headers"]["subject"] == "2 messages for you").unwrap();
        let text = digest["parts"][0]["text"].as_str().unwrap();
        assert!(text.contains("Supply chains") && text.contains("Port security"), "{text}");
        a_while().await;
        assert_eq!(files(&app.mail_folder()).len(), 2);
    }

    async fn unsubscribing_needs_no_account_and_following_the_link_does_nothing(app: App) {
        let reminder = mail_to(Template::BriefingReminder, "bo@example.org");
        let ids = app.queue(vec![reminder.clone(), mail_to(Template::BriefingInvitation, "bo@example.org")]).await;
        let mails = wait_for(&app.mail_folder(), 2).await;
        let link = |id: &str| {
            let mail = mails.iter().find(|mail| mail["headers"]["message-id"].as_str().unwrap().contains(id)).unwrap();
            mail["headers"]["list-unsubscribe"].as_str().map(str::to_owned)
        };
        assert_eq!(link(ids[1].as_str()), None, "an invitation is duty");
        let link = link(ids[0].as_str()).unwrap();
        let path = link.trim_matches(['<', '>']).strip_prefix("https://chancery.test").unwrap().to_owned();
        assert!(!path.contains("bo"), "the link does not show whom it is for");
        let mail = mails.iter().find(|mail| mail["headers"]["list-unsubscribe"].is_string()).unwrap();
        let text = mail["parts"][0]["text"].as_str().unwrap();
        // People get a page, with a token in its fragment.
        let (_, page) = text.split_once("https://chancery.test/unsubscribe#").unwrap();
        let of_page = format!("/v1/mail/unsubscribe?token={}", page.split_whitespace().next().unwrap());
        app.anonymous().get(&of_page).await.expect(200);
        let anyone = app.anonymous();
        let shown = anyone.get(&path).await.expect(200).body;
        assert_eq!(shown, json!({
            "recipient": "b…@example.org", "kinds": ["briefing_reminder"], "is_unsubscribed": false,
        }));
        assert_eq!(anyone.get(&path).await.expect(200).body["is_unsubscribed"], false);
        for _ in 0..2 {
            let answer = reqwest::Client::new()
                .post(format!("{}{path}", app.url))
                .header("content-type", "application/x-www-form-urlencoded")
                .body("List-Unsubscribe=One-Click")
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.json::<Value>().await.unwrap()["is_unsubscribed"], true);
        }
        let mut next = reminder;
        next.once = "the next".to_owned();
        let mut duty = mail_to(Template::BriefingRescheduled, "BO@example.org");
        duty.once = "duty".to_owned();
        let ids = app.queue(vec![next, duty]).await;
        let dropped = app.mail_that_is(&ids[0], "withdrawn").await;
        assert_eq!(dropped["last_error"], "the recipient has unsubscribed");
        app.mail_that_is(&ids[1], "sent").await;
        let forged = path.replace("token=chu_", "token=chu_A");
        anyone.get(&forged).await.expect_problem(400, "invalid_grant");
        anyone.post(&forged, json!({})).await.expect_problem(400, "invalid_grant");
    }

    async fn only_what_is_no_duty_can_be_done_without(app: App) {
        let ana = ana(&app).await;
        let before = ana.get("/v1/me/mail-preferences").await.expect(200);
        assert_eq!(before.body["version"], 0);
        let path = "/v1/me/mail-preferences";
        ana.patch(path, &before.tag(), json!({"unsubscribed": ["briefing_invitation"]}))
            .await
            .expect_problem(422, "validation_failed");
        ana.patch(path, &before.tag(), json!({"time_zone": "Mars/Olympus"}))
            .await
            .expect_problem(422, "validation_failed");
        ana.patch(path, &before.tag(), json!({"quiet_from": "24:00"}))
            .await
            .expect_problem(422, "validation_failed");
        let wished = wish(&ana, json!({"unsubscribed": ["materials_added", "materials_added"], "quiet_from": "22:30"})).await;
        assert_eq!(wished["unsubscribed"], json!(["materials_added"]));
        assert_eq!((&wished["quiet_from"], &wished["quiet_until"]), (&json!("22:30"), &json!("07:00")));
        ana.patch(path, &before.tag(), json!({"quiet_from": null})).await.expect_problem(412, "precondition_failed");
        let reset = wish(&ana, json!({"quiet_from": null, "unsubscribed": []})).await;
        assert_eq!((&reset["quiet_from"], &reset["version"]), (&json!("21:00"), &json!(2)));
        app.anonymous().get(path).await.expect_problem(401, "unauthenticated");
    }
}
