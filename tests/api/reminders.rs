//! Reminders: so many hours before a briefing, once, and after a change of date for the new one.

use std::time::Duration;

use chancery::mail::template::Template;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

const ANA: &str = "ana.ruiz@phoenix.example.gov";
const BEN: &str = "ben@phoenix.example.gov";

/// A briefing on 12 March at 17:00 UTC with an attendee, and somebody who has not answered.
async fn briefing(app: &App, members: Value) -> String {
    app.jump("2030-03-01T00:00:00Z").await;
    let city = app.as_city("Phoenix").await;
    let briefing = app.published(members).await;
    app.attendee(&city, &briefing, ANA).await;
    app.invited(&briefing, "Phoenix", BEN).await;
    settled(app).await;
    briefing
}

/// Waits until the worker has looked at everything that was due.
async fn settled(app: &App) {
    use chancery::schema::briefing_reminders::dsl;
    use diesel::prelude::*;
    for _ in 0..200 {
        let now = app.clock.now();
        let waiting: i64 = app
            .kernel
            .db
            .read(move |conn| {
                Ok(dsl::briefing_reminders
                    .filter(dsl::next_at.le(now))
                    .count()
                    .get_result(conn)?)
            })
            .await
            .unwrap();
        if waiting == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the reminders do not settle");
}

async fn reminded_at(app: &App, instant: &str) -> Vec<String> {
    app.jump(instant).await;
    settled(app).await;
    reminded(app).await
}

/// Everyone who was ever reminded, whatever became of the mail.
async fn reminded(app: &App) -> Vec<String> {
    let mails = app.queued(Template::BriefingReminder).await;
    let mut to: Vec<String> = mails.into_iter().map(|mail| mail.to_email).collect();
    to.sort();
    to
}

both_backends! {
    async fn those_who_come_and_those_who_have_not_answered_are_reminded_once_an_offset(app: App) {
        let id = briefing(&app, json!({})).await;
        assert!(reminded(&app).await.is_empty(), "what was due before it was published");
        assert!(reminded_at(&app, "2030-03-05T16:59:59Z").await.is_empty());
        assert_eq!(reminded_at(&app, "2030-03-05T17:00:00Z").await, [ANA, BEN]);
        assert_eq!(reminded_at(&app, "2030-03-06T17:00:00Z").await, [ANA, BEN]);
        assert_eq!(reminded_at(&app, "2030-03-11T17:00:00Z").await, [ANA, ANA, BEN, BEN]);
        assert_eq!(reminded_at(&app, "2030-03-13T00:00:00Z").await.len(), 4);
        let shown = app.admin().await.get(&format!("/v1/briefings/{id}")).await.expect(200);
        assert_eq!(shown.body["reminder_hours"], Value::Null);
    }

    async fn a_briefing_states_its_own_hours_and_whoever_cannot_answer_is_not_reminded(app: App) {
        let id = briefing(&app, json!({
            "reminder_hours": [2, 48],
            "rsvp_deadline": {"local": "2030-03-11T10:00:00", "time_zone": "America/Phoenix"},
        })).await;
        assert!(reminded_at(&app, "2030-03-08T00:00:00Z").await.is_empty());
        assert_eq!(reminded_at(&app, "2030-03-10T17:00:00Z").await, [ANA, BEN]);
        assert_eq!(reminded_at(&app, "2030-03-12T15:00:00Z").await, [ANA, ANA, BEN]);
        let admin = app.admin().await;
        let path = format!("/v1/briefings/{id}");
        let shown = admin.get(&path).await.expect(200);
        assert_eq!(shown.body["reminder_hours"], json!([48, 2]));
        admin.patch(&path, &shown.tag(), json!({"reminder_hours": [0]})).await.expect_problem(422, "validation_failed");
        let none = admin.patch(&path, &shown.tag(), json!({"reminder_hours": []})).await.expect(200);
        assert_eq!(none.body["reminder_hours"], json!([]));
    }

    async fn reminders_follow_a_change_of_date_and_end_when_it_is_off(app: App) {
        let id = briefing(&app, json!({})).await;
        let path = format!("/v1/briefings/{id}");
        assert_eq!(reminded_at(&app, "2030-03-05T17:00:00Z").await.len(), 2);
        let admin = app.admin().await;
        let tag = admin.get(&path).await.expect(200).tag();
        let moved = json!({
            "starts_at": {"local": "2030-03-20T10:00:00", "time_zone": "America/Phoenix"},
            "ends_at": {"local": "2030-03-20T11:00:00", "time_zone": "America/Phoenix"},
        });
        admin.patch(&path, &tag, moved).await.expect(200);
        // What still waits of the old date is taken back.
        assert!(app.queued(Template::BriefingReminder).await.iter().all(|mail| mail.status.as_str() != "queued"));
        // Nothing for the old date; for the new one each reminder anew.
        assert_eq!(reminded_at(&app, "2030-03-11T17:00:00Z").await.len(), 2);
        assert_eq!(reminded_at(&app, "2030-03-13T17:00:00Z").await.len(), 4);
        let admin = app.admin().await;
        admin.act_now(&path, "postpone").await.expect(200);
        assert_eq!(reminded_at(&app, "2030-03-19T17:00:00Z").await.len(), 4);
    }

    async fn two_replicas_remind_once(app: App) {
        let other = app.replica().await;
        briefing(&app, json!({})).await;
        assert_eq!(reminded_at(&app, "2030-03-05T17:00:00Z").await, [ANA, BEN]);
        drop(other);
        assert_eq!(reminded_at(&app, "2030-03-05T18:00:00Z").await, [ANA, BEN]);
    }
}
