//! Documents of agenda items.

use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App};

const REPORT: &str = "Ports and supply chains: a report.\n";

async fn add(who: &Actor, item: &str, query: &str) -> Answer {
    let path = format!("/v1/agenda-items/{item}/documents?{query}");
    who.send_raw(
        Method::POST,
        &path,
        &[("Content-Type", "application/octet-stream")],
        REPORT.as_bytes().to_vec(),
    )
    .await
}

both_backends! {
    async fn members_read_the_documents_that_their_marking_allows_once_the_agenda_is_published(app: App) {
        let assembly = app.assembly(json!({})).await;
        let member = app.seat(&assembly, &app.city("Phoenix").await).await.holder;
        let stranger = app.leader("Chicago").await;
        let id = app.called_session(&assembly, json!({})).await;
        let item = app.agenda_item(&id, json!({})).await;
        let clerk = app.as_role(Role::Scheduler).await;
        let shared = add(&clerk, &item, "filename=..%2Fports.txt").await.expect(201);
        assert_eq!((&shared.body["filename"], &shared.body["marking"], &shared.body["media_type"]), (&json!("ports.txt"), &json!("official_use"), &json!("text/plain")));
        let kept = add(&clerk, &item, "filename=risk.txt&marking=cui").await.expect(201);
        let at = |document: &Answer| format!("/v1/agenda-documents/{}", document.id());
        for path in [at(&shared), format!("{}/content", at(&shared)), at(&kept)] {
            member.get(&path).await.expect(404);
        }
        app.publish_agenda_of(&id).await;

        // Above the marking nothing is there: not in the list, not in the count.
        let list = format!("/v1/agenda-items/{item}/documents");
        assert_eq!(member.get(&list).await.expect(200).ids(), [shared.id()]);
        assert_eq!(clerk.get(&list).await.expect(200).ids(), [shared.id(), kept.id()]);
        let shown = |who: Actor| { let item = item.clone(); async move { who.get(&format!("/v1/agenda-items/{item}")).await.expect(200).body["documents"].clone() } };
        assert_eq!((shown(member.clone()).await, shown(clerk.clone()).await), (json!(1), json!(2)));
        assert_eq!(member.get(&at(&shared)).await.expect(200).body["uploaded_by"], "The office");
        let content = member.get(&format!("{}/content", at(&shared))).await.expect(200);
        assert_eq!(content.text, REPORT);
        assert!(content.header("content-disposition").unwrap().starts_with("attachment; filename=\"ports.txt\""));
        assert_eq!(content.header("x-content-type-options"), Some("nosniff"));
        for path in [at(&kept), format!("{}/content", at(&kept))] {
            member.get(&path).await.expect(404);
            clerk.get(&path).await.expect(200);
        }
        for path in [list, at(&shared), format!("{}/content", at(&shared))] {
            stranger.get(&path).await.expect(404);
        }

        add(&member, &item, "filename=x.txt").await.expect(403);
        add(&clerk, &item, "filename=..").await.expect_problem(422, "validation_failed");
        app.act_on_session(&id, "open", Value::Null).await.expect(200);
        add(&clerk, &item, "filename=late.txt").await.expect(201);
        app.adjourn_session(&id, "other").await.expect(200);
        add(&clerk, &item, "filename=later.txt").await.expect_problem(409, "not_allowed_in_state");
    }

    async fn files_that_no_document_has_are_cleared_away_and_others_stay(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({})).await;
        let (kept, gone) = (app.agenda_item(&id, json!({})).await, app.agenda_item(&id, json!({})).await);
        let clerk = app.as_role(Role::Scheduler).await;
        let stays = add(&clerk, &kept, "filename=a.txt").await.expect(201);
        add(&clerk, &gone, "filename=b.txt").await.expect(201);
        let tag = clerk.get(&format!("/v1/agenda-items/{gone}")).await.expect(200).tag();
        clerk.delete(&format!("/v1/agenda-items/{gone}"), &tag).await.expect(204);
        assert_eq!(chancery::workers::clear_orphans(&app.kernel).await.unwrap(), 0);
        // By the store's own clock the files are of now: look two days later.
        app.clock.set(app.clock.now().plus_seconds(2 * 86_400));
        assert_eq!(chancery::workers::clear_orphans(&app.kernel).await.unwrap(), 1);
        app.sign_everyone_in_again().await;
        let clerk = app.as_role(Role::Scheduler).await;
        clerk.get(&format!("/v1/agenda-documents/{}/content", stays.id())).await.expect(200);
    }
}
