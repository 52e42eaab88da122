//! The directory: search, import, briefers and venues.

use chancery::kernel::access::Role;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

const HEADER: &str =
    "kind,source_id,name,country,subdivision,population,time_zone,latitude,longitude";

fn csv(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

both_backends! {
    async fn a_name_is_found_in_any_spelling(app: App) {
        let admin = app.admin().await;
        let rows = csv(&[
            "municipality,geonames:3448439,São Paulo,BR,27,10021295,America/Sao_Paulo,-23.5475,-46.63611",
            "municipality,geonames:3093133,Łódź,PL,74,768755,Europe/Warsaw,51.75,19.46667",
            "municipality,geonames:745044,İstanbul,TR,34,14804116,Europe/Istanbul,41.01384,28.94966",
        ]);
        admin.import("commit", &rows).await.expect(200);
        for (query, name) in [("sao%20paulo", "São Paulo"), ("S%C3%83O", "São Paulo"), ("paulo%20sao", "São Paulo"), ("lodz", "Łódź"), ("istanbul", "İstanbul")] {
            let found = admin.get(&format!("/v1/organizations?q={query}")).await.expect(200);
            assert_eq!(found.body["data"][0]["name"], name, "{query}");
        }
        let most = admin.get("/v1/organizations?kind=municipality&sort=-population&limit=1").await.expect(200);
        assert_eq!(most.body["data"][0]["name"], "İstanbul");
        let none = admin.get("/v1/organizations?q=%25&include=total").await.expect(200);
        assert_eq!(none.body["total"], 0);
    }

    async fn an_import_is_previewed_committed_and_repeated_without_duplicates(app: App) {
        let admin = app.admin().await;
        let phoenix = "municipality,geonames:5308655,Phoenix,US,AZ,1650070,America/Phoenix,33.44838,-112.07404";
        let arizona = "state,fips:04,Arizona,US,AZ,,,,";
        let preview = admin.import("preview", &csv(&[arizona, phoenix])).await.expect(200);
        assert_eq!(preview.body["counts"], json!({"new": 2, "changed": 0, "unchanged": 0, "wrong": 0}));
        assert_eq!(admin.get("/v1/organizations?country=US&kind=state&include=total").await.body["total"], 0);
        admin.import("commit", &csv(&[arizona, phoenix])).await.expect(200);
        let again = admin.import("commit", &csv(&[arizona, phoenix])).await.expect(200);
        assert_eq!(again.body["counts"]["unchanged"], 2);
        let grown = phoenix.replace("1650070", "1700000");
        let changed = admin.import("commit", &csv(&[&grown])).await.expect(200);
        assert_eq!(changed.body["rows"][0]["outcome"], "changed");
        assert_eq!(changed.body["rows"][0]["reasons"], json!(["population: 1650070 becomes 1700000"]));
        let stored = admin.get("/v1/organizations?source_id=geonames:5308655").await.expect(200);
        assert_eq!(stored.body["data"][0]["version"], 2);
        let state = admin.get("/v1/organizations?source_id=fips:04").await.ids()[0].clone();
        assert_eq!(stored.body["data"][0]["parent_id"], state);
        assert_eq!(admin.get(&format!("/v1/organizations?parent_id={state}")).await.ids().len(), 1);
    }

    async fn wrong_rows_are_named_and_nothing_is_stored(app: App) {
        let admin = app.admin().await;
        let rows = csv(&[
            "municipality,ok:1,Fine,US,AZ,1,America/Phoenix,1,1",
            "village,ok:2,Odd,US,,,,,",
            "municipality,ok:3,,XX,,-5,Mars/Base,91,0",
            "municipality,ok:1,Twice,US,,,,,",
        ]);
        let preview = admin.import("preview", &rows).await.expect(200);
        assert_eq!(preview.body["counts"], json!({"new": 1, "changed": 0, "unchanged": 0, "wrong": 3}));
        assert_eq!(preview.body["rows"][2]["reasons"].as_array().unwrap().len(), 5);
        let refused = admin.import("commit", &rows).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["line 3", "line 4", "line 5"]);
        assert_eq!(admin.get("/v1/organizations?source_id=ok:1").await.ids().len(), 0);
        admin.import("commit", "name,country\nX,US\n").await.expect_problem(400, "bad_request");
        admin.import("commit", &format!("{HEADER}\na,b\n")).await.expect_problem(400, "bad_request");
        admin.import("commit", "").await.expect_problem(400, "bad_request");
    }

    async fn the_data_that_ships_is_imported_whole(app: App) {
        let context = chancery::kernel::db::WriteContext::system(app.clock.now());
        let mut rows = 0;
        for (name, text) in chancery::demo::JURISDICTIONS {
            let report = app.kernel.db.write(context.clone(), move |tx| {
                chancery::directory::organizations::import::run(tx, text.as_bytes(), chancery::directory::organizations::import::ImportMode::Commit, &mut |_| {})
            }).await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
            assert_eq!(report.counts["new"], report.rows.len(), "{name}");
            rows += report.rows.len();
        }
        assert_eq!(rows, 37_292);
        let admin = app.admin().await;
        let springfields = admin.get("/v1/organizations?q=springfield&country=US&kind=municipality&include=total").await.expect(200);
        assert!(springfields.body["total"].as_i64().unwrap() >= 5);
        let all = admin.get("/v1/organizations?include=total&limit=1").await.expect(200);
        assert_eq!(all.body["total"], 37_293);
    }

    async fn an_organization_cannot_be_its_own_ancestor(app: App) {
        let admin = app.admin().await;
        let make = |parent: Option<String>| json!({"kind": "association", "name": "A", "country": "US", "parent_id": parent});
        let top = admin.post("/v1/organizations", make(None)).await.expect(201).id();
        let below = admin.post("/v1/organizations", make(Some(top.clone()))).await.expect(201).id();
        let circle = admin.patch(&format!("/v1/organizations/{top}"), "\"1\"", json!({"parent_id": below})).await.expect_problem(422, "validation_failed");
        assert_eq!(circle.fault_codes(), ["circular"]);
        let cleared = admin.patch(&format!("/v1/organizations/{below}"), "\"1\"", json!({"parent_id": null, "time_zone": "America/Denver"})).await.expect(200);
        assert_eq!(cleared.body["parent_id"], json!(null));
        let taken = json!({"kind": "association", "name": "A", "country": "US", "source_id": "x:1"});
        admin.post("/v1/organizations", taken.clone()).await.expect(201);
        admin.post("/v1/organizations", taken).await.expect_problem(422, "validation_failed");
        admin.post("/v1/organizations", json!({"kind": "other", "name": "A", "country": "ZZ"})).await.expect_problem(422, "validation_failed");
    }

    async fn who_was_retired_holds_up_no_change_but_is_not_booked_or_published(app: App) {
        let admin = app.admin().await;
        let (briefer, venue) = (app.briefer("Amara Okafor").await, app.venue("Phoenix City Hall").await);
        let mut draft = app.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
        draft["venue_id"] = json!(venue);
        let booked = format!("/v1/briefings/{}", admin.post("/v1/briefings", draft.clone()).await.expect(201).id());
        admin.act_now(&booked, "schedule").await.expect(200);
        let drafted = format!("/v1/briefings/{}", admin.post("/v1/briefings", draft).await.expect(201).id());
        let series = app.series(&[&briefer], "FREQ=WEEKLY;COUNT=2", "2031-03-04");
        let series = format!("/v1/briefing-series/{}", admin.post("/v1/briefing-series", series).await.expect(201).id());
        admin.act_now(&series, "schedule").await.expect(200);
        for path in [format!("/v1/briefers/{briefer}"), format!("/v1/venues/{venue}")] {
            admin.patch_now(&path, json!({"is_active": false})).await.expect(200);
        }
        for path in [&booked, &drafted, &series] {
            admin.patch_now(path, json!({"title": "Another title", "capacity": 3})).await.expect(200);
        }
        let later = json!({
            "starts_at": {"local": "2030-03-12T12:00:00", "time_zone": "America/Phoenix"},
            "ends_at": {"local": "2030-03-12T13:00:00", "time_zone": "America/Phoenix"},
        });
        admin.patch_now(&drafted, later.clone()).await.expect(200);
        for refused in [
            admin.patch_now(&booked, later).await, admin.act_now(&drafted, "schedule").await, admin.act_now(&booked, "publish").await,
        ] {
            let refused = refused.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), ["inactive", "inactive"]);
            assert_eq!(refused.fault_pointers(), ["/briefer_ids/0", "/venue_id"]);
        }
        admin.act_now(&series, "publish").await.expect_problem(422, "validation_failed");
        let other = app.briefer("Lena Marchetti").await;
        admin.patch_now(&booked, json!({"briefer_ids": [other], "venue_id": null, "format": "virtual"})).await.expect(200);
        admin.act_now(&booked, "publish").await.expect(200);
    }

    async fn briefers_and_venues_are_kept_retired_and_no_longer_booked(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        let venue = app.venue("Phoenix City Hall").await;
        for path in [format!("/v1/briefers/{briefer}"), format!("/v1/venues/{venue}")] {
            let retired = scheduler.patch(&path, "\"1\"", json!({"is_active": false})).await.expect(200);
            assert_eq!(retired.body["is_active"], false);
        }
        assert_eq!(scheduler.get("/v1/briefers?is_active=true&include=total").await.body["total"], 0);
        assert_eq!(scheduler.get("/v1/venues?q=CITY&include=total").await.body["total"], 1);
        let mut draft = app.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
        draft["venue_id"] = json!(venue);
        let refused = scheduler.post("/v1/briefings", draft).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["inactive", "inactive"]);
        assert!(refused.text.contains("Amara Okafor") && refused.text.contains("Phoenix City Hall"), "{}", refused.text);
        let wrong = scheduler.patch(&format!("/v1/venues/{venue}"), "\"2\"", json!({"time_zone": "Mars/Base", "organization_id": "org_00000000000000000000000000"})).await.expect_problem(422, "validation_failed");
        assert_eq!(wrong.fault_codes(), ["time_zone_unknown", "unknown_reference"]);
    }
}
