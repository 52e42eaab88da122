//! The feed of assemblies: members are told what happens in them, and nobody else is.

use chancery::kernel::access::{Permission, Role};
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App};

/// What the caller is told of, of these kinds of records.
async fn told(actor: &Actor, kinds: &[&str]) -> Vec<(String, String)> {
    let page = actor.get("/v1/events?limit=100").await.expect(200);
    let events: Vec<Value> = page.body["data"].as_array().unwrap().clone();
    events
        .iter()
        .filter(|event| kinds.contains(&event["subject"]["kind"].as_str().unwrap()))
        .map(|event| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&event["type"]), text(&event["subject"]["id"]))
        })
        .collect()
}

const ALL: [&str; 6] = [
    "assembly",
    "seat",
    "assembly_session",
    "motion",
    "poll",
    "minutes",
];

both_backends! {
    async fn a_member_is_told_what_happens_in_an_assembly_and_a_stranger_is_not(app: App) {
        let assembly = app.assembly(json!({})).await;
        let phoenix = app.seat(&assembly, &app.city("Phoenix").await).await;
        let chicago = app.seat(&assembly, &app.city("Chicago").await).await;
        let other = app.assembly(json!({"name": "Another"})).await;
        let houston = app.seat(&other, &app.city("Houston").await).await;
        app.draft_session(&assembly, json!({})).await;
        let session = app.open_session(&assembly, json!({})).await;
        let moved = app.motion_on_floor(&session, &phoenix, &chicago).await;
        let draft = app.motion(&session, &phoenix).await;
        app.settle_journal().await;

        let motions = |events: Vec<(String, String)>| -> Vec<String> {
            assert!(events.iter().all(|(_, id)| *id != draft), "{events:?}");
            events.into_iter().filter(|(_, id)| *id == moved).map(|(kind, _)| kind).collect()
        };
        let system = app.key_of("Chicago", &[Permission::AssembliesRead, Permission::EventsRead]).await;
        for member in [&phoenix.holder, &chicago.holder, &app.as_city("Chicago").await, &system] {
            let events = told(member, &ALL).await;
            let seats = events.iter().filter(|(kind, id)| kind == "seat.filled" && *id == phoenix.id).count();
            assert_eq!(seats, 1, "{events:?}");
            // Of sessions the one that was called; the draft is the office's own.
            let mut sessions: Vec<&String> = events.iter().filter(|(kind, _)| kind.starts_with("assembly_session.")).map(|(_, id)| id).collect();
            sessions.dedup();
            assert_eq!(sessions, [&session]);
            assert_eq!(motions(events), ["motion.moved", "motion.seconded"]);
        }
        let page = phoenix.holder.get("/v1/events?type=motion.moved").await.expect(200);
        assert_eq!(page.body["data"][0]["data"]["number"], 1);

        // A jurisdiction without a seat hears nothing, one of another assembly nothing of this one.
        let strangers = [app.as_city("Dallas").await, houston.holder.clone()];
        for stranger in &strangers {
            let events = told(stranger, &ALL).await;
            assert!(events.iter().all(|(_, id)| *id == houston.id || *id == other), "{events:?}");
        }
        assert_eq!(told(&strangers[0], &ALL).await, []);
        assert!(!told(&strangers[1], &["seat"]).await.is_empty());
        let mut stream = strangers[0].stream("/v1/events/stream", &[]).await.unwrap();
        let mut heard = phoenix.holder.stream("/v1/events/stream?type=motion.withdrawn", &[]).await.unwrap();
        phoenix.holder.act_now(&format!("/v1/motions/{moved}"), "withdraw").await.expect(200);
        assert_eq!(heard.next().await.unwrap().data["subject"]["id"], json!(moved));
        assert!(stream.is_silent_for(std::time::Duration::from_secs(1)).await);

        // The office hears all of it; other federal staff what members hear.
        let clerk = told(&app.as_role(Role::Scheduler).await, &["motion"]).await;
        assert!(clerk.contains(&("motion.drafted".to_owned(), draft.clone())), "{clerk:?}");
        let partner = told(&app.as_role(Role::ClearanceOfficer).await, &["motion"]).await;
        assert!(partner.iter().all(|(_, id)| *id != draft), "{partner:?}");
        assert!(partner.contains(&("motion.moved".to_owned(), moved.clone())), "{partner:?}");
    }
}
