//! The composition root: everything is built here, bound, and run until it is told to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Server, ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use tokio::sync::{Notify, watch};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::SwaggerUi;

use crate::briefings;
use crate::briefings::availability::settings::AvailabilitySettings;
use crate::config::{Config, ConfigError};
use crate::event_requests;
use crate::identity::authenticate::authenticate;
use crate::identity::credentials::is_key_in_query;
use crate::identity::{self, Identity};
use crate::integrations::Integrations;
use crate::integrations::deliveries::{fan_out, sender};
use crate::kernel::Kernel;
use crate::kernel::blobs::Blobs;
use crate::kernel::clock::Clock;
use crate::kernel::db::Database;
use crate::kernel::db::migrate::{self, MigrateError};
use crate::kernel::http::limit::Limits;
use crate::kernel::http::{Code, Faults, Problem, TrustedProxies, middleware, site};
use crate::kernel::networks::Networks;
use crate::kernel::secrets::Keyring;
use crate::mail;
use crate::mail::settings::Mail;
use crate::programs;
use crate::surface::Surface;
use crate::workers::Rules;
use crate::{openapi, routes, workers};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The schema could not be brought to this program's version.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The folder for files cannot be made.
    #[error("the folder for files cannot be made: {0}")]
    Files(std::io::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, std::io::Error),
    /// The password hasher cannot be set up.
    #[error(transparent)]
    Password(#[from] crate::identity::passwords::PasswordError),
}

/// The service, built and bound.
pub struct Application {
    server: Server,
    address: SocketAddr,
    kernel: Kernel,
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    mail: tokio::task::JoinHandle<()>,
    patience: Duration,
}

/// What the handlers need beside the kernel.
struct Rooms {
    identity: Identity,
    integrations: Integrations,
    mail: Mail,
    limits: Limits,
    proxies: TrustedProxies,
    rules: Rules,
}

/// Stops a running service.
#[derive(Clone)]
pub struct Handle {
    server: ServerHandle,
    stopping: watch::Sender<bool>,
}

impl Handle {
    /// Tells the service to stop, before the result is awaited: no new connections, live streams
    /// end and, when `graceful`, requests in flight finish.
    pub fn stop(&self, graceful: bool) -> impl Future<Output = ()> + use<> {
        self.stopping.send_replace(true);
        self.server.stop(graceful)
    }
}

/// Prepares the kernel: database, store of files, clock and keys. Runs no migration.
///
/// # Errors
///
/// When the configuration cannot be used.
pub fn kernel(config: &Config, clock: Clock) -> Result<Kernel, ConfigError> {
    Ok(Kernel {
        db: Database::new(config.database_settings()?),
        blobs: Blobs::open(config.blob_settings())
            .map_err(|reason| ConfigError::Invalid(format!("storage: {reason}")))?,
        clock,
        keyring: Arc::new(Keyring::derive(config.secret()?)),
        journal_bell: Arc::new(Notify::new()),
        positions: watch::Sender::new(0),
        stopping: watch::Sender::new(false),
    })
}

impl Application {
    /// Migrates the database, builds the service and binds it. Must run inside an actix runtime.
    ///
    /// # Errors
    ///
    /// See [`StartError`].
    pub fn build(config: Config, clock: Clock) -> Result<Self, StartError> {
        let kernel = kernel(&config, clock)?;
        for name in migrate::up(&kernel.db.settings().location)? {
            tracing::info!(migration = %name, "migrated");
        }
        kernel.blobs.prepare().map_err(StartError::Files)?;
        let bind = config.server.bind;
        let listener = TcpListener::bind(bind).map_err(|error| StartError::Bind(bind, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Bind(bind, error))?;
        let mut config = config;
        config.server.bind = address;
        let config = Arc::new(config);
        let identity = Identity::new(&kernel, Arc::clone(&config))?;
        let integrations = Integrations::new(&config.webhooks)?;
        let mail = Mail::new(&config)?;
        let limits = Limits::new(config.limits.requests_per_minute);
        let proxies = Networks::parse(&config.server.trusted_proxies)
            .map(TrustedProxies)
            .map_err(|error| ConfigError::Invalid(format!("server.trusted_proxies: {error}")))?;
        let rules = Rules {
            requests: event_requests::settings::Settings::read(&config)?,
            briefings: briefings::settings::Settings::read(&config)?,
            programs: programs::settings::Settings::read(&config)?,
        };
        let (stop, stopped) = watch::channel(false);
        workers::wake::listen(kernel.clone(), stopped.clone());
        let due = Arc::new(Notify::new());
        let tasks = vec![
            actix_web::rt::spawn(fan_out::run(kernel.clone(), Arc::clone(&due))),
            actix_web::rt::spawn(sender::run(kernel.clone(), integrations.clone(), due)),
            actix_web::rt::spawn(workers::follow_journal(kernel.clone(), stopped.clone())),
            actix_web::rt::spawn(workers::tidy(
                kernel.clone(),
                identity.clone(),
                limits.clone(),
                mail.keep_days,
                stopped.clone(),
            )),
            actix_web::rt::spawn(workers::watch_deadlines(
                kernel.clone(),
                rules.clone(),
                stopped,
            )),
        ];
        let sending = actix_web::rt::spawn(mail::sender::run(kernel.clone(), mail.clone()));
        let patience = Duration::from_secs(config.server.shutdown_seconds.max(1));
        let rooms = Rooms {
            identity,
            integrations,
            mail,
            limits,
            proxies,
            rules,
        };
        let server = server(listener, &kernel, rooms, config)
            .map_err(|error| StartError::Bind(address, error))?;
        Ok(Self {
            server,
            address,
            kernel,
            stop,
            tasks,
            mail: sending,
            patience,
        })
    }

    /// Where the service listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The kernel, for what runs beside the service.
    #[must_use]
    pub const fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Stops the service from elsewhere.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle {
            server: self.server.handle(),
            stopping: self.kernel.stopping.clone(),
        }
    }

    /// Serves until stopped.
    ///
    /// # Errors
    ///
    /// When the listener fails.
    pub async fn run(self) -> std::io::Result<()> {
        let outcome = self.server.await;
        self.kernel.stopping.send_replace(true);
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = tokio::time::timeout(Duration::from_secs(1), task).await;
        }
        // A mail that the mail server has been given is in doubt when its answer is not awaited.
        let _ = tokio::time::timeout(self.patience, self.mail).await;
        outcome
    }
}

fn server(
    listener: TcpListener,
    kernel: &Kernel,
    rooms: Rooms,
    config: Arc<Config>,
) -> std::io::Result<Server> {
    let kernel = Data::new(kernel.clone());
    let identity = Data::new(rooms.identity);
    let integrations = Data::new(rooms.integrations);
    let mail = Data::new(rooms.mail);
    let limits = Data::new(rooms.limits);
    let proxies = Data::new(rooms.proxies);
    let surface = Data::new(Surface::new(&openapi::document()));
    let availability = Data::new(AvailabilitySettings {
        calendar: rooms.rules.requests.calendar.clone(),
    });
    let briefings = Data::new(rooms.rules.briefings);
    let requests = Data::new(rooms.rules.requests);
    let programs = Data::new(rooms.rules.programs);
    let workers = config.server.workers;
    let shutdown = config.server.shutdown_seconds;
    let mut server = HttpServer::new(move || {
        let (app, _) = App::new()
            .app_data(kernel.clone())
            .app_data(identity.clone())
            .app_data(integrations.clone())
            .app_data(mail.clone())
            .app_data(limits.clone())
            .app_data(proxies.clone())
            .app_data(surface.clone())
            .app_data(briefings.clone())
            .app_data(requests.clone())
            .app_data(availability.clone())
            .app_data(programs.clone())
            .into_utoipa_app()
            .configure(routes::all)
            .split_for_parts();
        app.route("/openapi.json", web::get().to(serve_document))
            .configure(site::shared)
            .configure(briefings::invitations::page::pages)
            .configure(identity::page::pages)
            .configure(mail::unsubscribe::page::pages)
            .service(web::redirect("/docs", "/docs/"))
            .service(
                SwaggerUi::new("/docs/{_:.*}")
                    .config(utoipa_swagger_ui::Config::new(["/openapi.json"])),
            )
            .default_service(web::to(no_such_address))
            .wrap(from_fn(documented))
            .wrap(from_fn(middleware::limit))
            .wrap(from_fn(authenticate))
            .wrap(cors(&config.server.allowed_origins))
            .wrap(from_fn(middleware::around))
    })
    .shutdown_timeout(shutdown)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(2))
    .disable_signals()
    .listen(listener)?;
    if workers > 0 {
        server = server.workers(workers);
    }
    Ok(server.run())
}

fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "if-match",
            "if-none-match",
            "idempotency-key",
            "x-request-id",
            "traceparent",
        ])
        .expose_headers([
            "etag",
            "location",
            "retry-after",
            "ratelimit",
            "ratelimit-policy",
            "x-request-id",
            "idempotency-replayed",
        ])
        .block_on_origin_mismatch(false)
        .max_age(600);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}

async fn serve_document(surface: Data<Surface>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .body(surface.text().to_owned())
}

/// 405 with the methods that the address has, or 404.
async fn no_such_address(
    request: HttpRequest,
    surface: Data<Surface>,
) -> Result<HttpResponse, Problem> {
    Err(match surface.methods(request.path()) {
        [] => Problem::not_found(),
        methods => wrong_method(request.method(), methods),
    })
}

fn wrong_method(method: &Method, methods: &[String]) -> Problem {
    Problem::new(
        Code::MethodNotAllowed,
        format!("This address does not have the method {method}."),
    )
    .with_header(header::ALLOW, methods.join(", "))
}

/// Refuses what the document does not have before a handler sees it: a method of an address that
/// a pattern of another would fit, and query parameters, also where an operation has none at all.
async fn documented(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Err(problem) = check_documented(&request) {
        return Ok(middleware::refuse(request, problem));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn check_documented(request: &ServiceRequest) -> Result<(), Problem> {
    let Some(surface) = request.app_data::<Data<Surface>>() else {
        return Ok(());
    };
    let pattern = request.match_pattern().unwrap_or_default();
    // Not where anyone may ask: there a key is a parameter that the operation does not have.
    if is_key_in_query(request.query_string()) && !surface.is_public(request.method(), &pattern) {
        return Err(Problem::new(
            Code::Unauthenticated,
            "An API key goes into the X-Api-Key header. In an address it is given away: revoke it.",
        ));
    }
    if let Some(methods) = surface.literal_methods(request.path())
        && !methods
            .iter()
            .any(|method| method == request.method().as_str())
    {
        return Err(wrong_method(request.method(), methods));
    }
    let known = surface.parameters(request.method(), &pattern);
    let (Some(known), false) = (known, request.query_string().is_empty()) else {
        return Ok(());
    };
    let given: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string())
        .map_err(|_| Problem::new(Code::BadRequest, "The query string cannot be decoded."))?;
    let mut faults = Faults::default();
    for (name, _) in given.iter().filter(|(name, _)| !known.contains(name)) {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        faults.add(&shown, "unknown", "is not a parameter of this operation");
    }
    faults.finish_as(Code::InvalidQuery)
}
