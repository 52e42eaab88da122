//! A running server, and the world that tests set up through its API.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::mpsc;

use chancery::config::Config;
use chancery::identity::commands::create_active_user;
use chancery::identity::passwords::Passwords;
use chancery::kernel::Kernel;
use chancery::kernel::access::{Permission, Role};
use chancery::kernel::clock::Clock;
use chancery::kernel::db::WriteContext;
use chancery::server::Application;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::database::{Backend, TestDatabase};

/// The password of every account that tests make.
pub const PASSWORD: &str = "a quiet harbor town";

const ADMIN: &str = "admin@office.example.gov";

/// A server with a database of its own.
pub struct App {
    pub url: String,
    pub kernel: Kernel,
    pub clock: Clock,
    pub office: String,
    handle: chancery::server::Handle,
    client: reqwest::Client,
    people: Mutex<HashMap<String, Actor>>,
    pub database: std::sync::Arc<TestDatabase>,
}

/// The configuration that tests run with.
pub fn config(database: &TestDatabase) -> Config {
    let mut config = Config {
        data_dir: database.folder.clone(),
        ..Config::default()
    };
    config.database.url = Some(database.url().into());
    config.database.connections = 6;
    config.server.bind = "127.0.0.1:0".parse().unwrap();
    config.server.workers = 2;
    config.server.public_url = Some("https://chancery.test".to_owned());
    config.auth.secret = Some("only for tests: 0123456789abcdef0123456789".into());
    config.auth.hash_memory_kib = 64;
    // Where the receivers of tests listen.
    config.webhooks.allowed_networks = vec!["127.0.0.0/8".to_owned()];
    // Tests run at any hour.
    config.mail.quiet_from = "00:00".to_owned();
    config.mail.quiet_until = "00:00".to_owned();
    config.limits.requests_per_minute = std::num::NonZeroU32::new(10_000_000).unwrap();
    config
}

impl App {
    /// A server on a migrated database with one administrator.
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, |_| {}).await
    }

    /// As [`App::start`], with quiet hours from nine in the evening until seven.
    pub async fn start_with_nights(backend: Backend) -> Self {
        Self::start_with(backend, |config| {
            config.mail.quiet_from = "21:00".to_owned();
            config.mail.quiet_until = "07:00".to_owned();
        })
        .await
    }

    /// As [`App::start`], with another configuration.
    pub async fn start_with(backend: Backend, change: impl FnOnce(&mut Config)) -> Self {
        let database = std::sync::Arc::new(TestDatabase::migrated(backend));
        let mut config = config(&database);
        change(&mut config);
        let mut app = Self::serve(database, config, Clock::system()).await;
        let hash = Passwords::new(64).unwrap().hash_blocking(PASSWORD).unwrap();
        let office = app
            .kernel
            .db
            .write(WriteContext::system(app.clock.now()), move |tx| {
                let office = chancery::demo::office(tx, "Office of Subnational Diplomacy")?;
                create_active_user(
                    tx,
                    ADMIN,
                    "Admin",
                    hash.clone(),
                    &office,
                    Role::Administrator,
                )?;
                Ok(office.to_string())
            })
            .await
            .unwrap();
        app.office = office;
        app
    }

    /// Another replica on the same database.
    pub async fn replica(&self) -> Self {
        self.replica_with(|_| {}).await
    }

    /// As [`App::replica`], with another configuration.
    pub async fn replica_with(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(&self.database);
        change(&mut config);
        let mut app = Self::serve(self.database.clone(), config, self.clock.clone()).await;
        app.office.clone_from(&self.office);
        app
    }

    async fn serve(database: std::sync::Arc<TestDatabase>, config: Config, clock: Clock) -> Self {
        let (tell, told) = mpsc::channel();
        let own_clock = clock.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = Application::build(config, own_clock).unwrap();
                tell.send((app.address(), app.kernel().clone(), app.handle()))
                    .unwrap();
                app.run().await.unwrap();
            });
        });
        let (address, kernel, handle) = told.recv().unwrap();
        Self {
            url: format!("http://{address}"),
            kernel,
            clock,
            office: String::new(),
            handle,
            client: client(),
            people: Mutex::default(),
            database,
        }
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Actor {
        Actor::new(self.client.clone(), self.url.clone(), None)
    }

    /// Someone with this access token.
    pub fn with_token(&self, token: &str) -> Actor {
        Actor::new(
            self.client.clone(),
            self.url.clone(),
            Some(token.to_owned()),
        )
    }

    /// A system that sends this API key.
    pub fn with_key(&self, secret: &str) -> Actor {
        self.anonymous().with_key(secret)
    }

    /// A system of this city, with a new key that its staff made.
    pub async fn key_of(&self, city: &str, scopes: &[Permission]) -> Actor {
        let made = self
            .make_key(city, json!({"name": "A system", "scopes": scopes}))
            .await;
        self.with_key(made.body["secret"].as_str().unwrap())
    }

    /// A new key of this city, as the answer that shows its secret.
    pub async fn make_key(&self, city: &str, body: Value) -> Answer {
        let organization = self.city(city).await;
        self.as_city(city)
            .await
            .post(&format!("/v1/organizations/{organization}/api-keys"), body)
            .await
            .expect(201)
    }

    /// The administrator.
    pub async fn admin(&self) -> Actor {
        self.log_in(ADMIN).await
    }

    /// Someone with this role: of the office for federal roles, of Phoenix for local ones.
    pub async fn as_role(&self, role: Role) -> Actor {
        if role == Role::Administrator {
            return self.admin().await;
        }
        let organization = if role.is_federal() {
            self.office.clone()
        } else {
            self.city("Phoenix").await
        };
        self.person(
            &format!("{}@people.example.gov", role.as_str()),
            role,
            &organization,
        )
        .await
    }

    /// A member of the staff of this city.
    pub async fn as_city(&self, name: &str) -> Actor {
        let organization = self.city(name).await;
        let mailbox = name.to_lowercase().replace(' ', ".");
        self.person(
            &format!("staff@{mailbox}.example.gov"),
            Role::LocalStaff,
            &organization,
        )
        .await
    }

    /// Someone with an account of their own, made through the API where there is none.
    pub async fn person(&self, email: &str, role: Role, organization: &str) -> Actor {
        if let Some(known) = self.people.lock().unwrap().get(email) {
            return known.clone();
        }
        let admin = self.admin().await;
        let created = admin
            .post(
                "/v1/users",
                json!({
                    "email": email, "name": email,
                    "memberships": [{"organization_id": organization, "role": role}],
                }),
            )
            .await
            .expect(201);
        let token = created.body["invitation"]["token"].as_str().unwrap();
        self.anonymous()
            .post(
                "/v1/auth/accept-invitation",
                json!({"token": token, "password": PASSWORD}),
            )
            .await
            .expect(204);
        self.log_in(email).await
    }

    /// The person with this address, signed in.
    pub async fn log_in(&self, email: &str) -> Actor {
        if let Some(known) = self.people.lock().unwrap().get(email) {
            return known.clone();
        }
        let tokens = self.sign_in(email, PASSWORD).await.expect(200);
        let actor = self.with_token(tokens.body["access_token"].as_str().unwrap());
        self.people
            .lock()
            .unwrap()
            .insert(email.to_owned(), actor.clone());
        actor
    }

    /// Signs everyone in again, after the clock has moved past their sessions.
    pub async fn sign_everyone_in_again(&self) {
        let emails: Vec<String> = self.people.lock().unwrap().keys().cloned().collect();
        for email in emails {
            let actor = self.again(&email).await;
            self.people.lock().unwrap().insert(email, actor);
        }
    }

    /// The person with this address in a new session, after the clock was moved.
    pub async fn again(&self, email: &str) -> Actor {
        let tokens = self.sign_in(email, PASSWORD).await.expect(200);
        self.with_token(tokens.body["access_token"].as_str().unwrap())
    }

    /// Tries to sign in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.anonymous()
            .post(
                "/v1/auth/login",
                json!({"email": email, "password": password}),
            )
            .await
    }

    /// The id of a real US city, imported when it is first asked for.
    pub async fn city(&self, name: &str) -> String {
        let csv = include_str!("../../../data/jurisdictions/us-cities.csv");
        let row = csv
            .lines()
            .find(|line| line.split(',').nth(2) == Some(name))
            .unwrap_or_else(|| panic!("{name} is not in the data"));
        let header = csv.lines().next().unwrap();
        let source = row.split(',').nth(1).unwrap();
        let admin = self.admin().await;
        admin
            .import("commit", &format!("{header}\n{row}\n"))
            .await
            .expect(200);
        let found = admin
            .get(&format!("/v1/organizations?source_id={source}"))
            .await
            .expect(200);
        found.body["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// A new briefer.
    pub async fn briefer(&self, name: &str) -> String {
        let admin = self.admin().await;
        admin
            .post("/v1/briefers", json!({"name": name}))
            .await
            .expect(201)
            .id()
    }

    /// A new venue in Phoenix.
    pub async fn venue(&self, name: &str) -> String {
        let admin = self.admin().await;
        let body = json!({
            "name": name, "address": "200 W Washington St, Phoenix, AZ 85003",
            "time_zone": "America/Phoenix",
        });
        admin.post("/v1/venues", body).await.expect(201).id()
    }

    /// What a virtual briefing of an hour in Phoenix is drafted with.
    pub fn draft(&self, briefers: &[&str], local_start: &str, local_end: &str) -> Value {
        json!({
            "title": "Supply chains", "topic": "trade", "format": "virtual", "capacity": 25,
            "starts_at": {"local": local_start, "time_zone": "America/Phoenix"},
            "ends_at": {"local": local_end, "time_zone": "America/Phoenix"},
            "briefer_ids": briefers,
        })
    }

    /// A published briefing made from these members on top of a draft far in the future.
    pub async fn published(&self, members: Value) -> String {
        let admin = self.admin().await;
        let briefer = self.briefer("Amara Okafor").await;
        let mut draft = self.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
        for (name, value) in members.as_object().unwrap() {
            draft[name] = value.clone();
        }
        let id = admin.post("/v1/briefings", draft).await.expect(201).id();
        admin
            .act(&format!("/v1/briefings/{id}/schedule"), "\"1\"")
            .await
            .expect(200);
        admin
            .act(&format!("/v1/briefings/{id}/publish"), "\"2\"")
            .await
            .expect(200);
        id
    }

    /// Waits until the journal has given every committed event its position.
    pub async fn settle_journal(&self) {
        for _ in 0..100 {
            let pending: i64 = self
                .kernel
                .db
                .read(|conn| {
                    use chancery::schema::events::dsl;
                    use diesel::prelude::*;
                    Ok(dsl::events
                        .filter(dsl::position.is_null())
                        .count()
                        .get_result(conn)?)
                })
                .await
                .unwrap();
            if pending == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the journal does not settle");
    }

    /// Stops the server.
    pub async fn stop(&self) {
        self.handle.stop(true).await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // Only sends the command; the thread ends by itself.
        drop(self.handle.stop(false));
    }
}

/// A client without a pool limit, so that races are races.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .unwrap()
}
