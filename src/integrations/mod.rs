//! Integrations: how a city's own systems learn what happened.
//!
//! Three ways, of one source, the journal, and with one rule of who may know what
//! ([`visibility`]): systems ask for what is new ([`feed`]), hold a stream open ([`stream`]), or
//! name an address to which each event is delivered ([`endpoints`], [`deliveries`]).

pub mod address;
pub mod deliveries;
pub mod endpoints;
pub mod event_types;
pub mod feed;
pub mod stream;
pub mod visibility;

use std::time::Duration;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::config::ConfigError;
use crate::config::services::WebhooksConfig;
use crate::integrations::address::{AddressRules, Clients};
use crate::integrations::stream::OpenStreams;

/// What integrations need beside the kernel; one value for the whole process.
#[derive(Clone)]
pub struct Integrations {
    /// Where webhooks may go.
    pub addresses: AddressRules,
    /// What delivers them.
    pub clients: Clients,
    /// Days of failure alone after which an endpoint is disabled.
    pub disable_after_days: i64,
    /// The live streams of this process.
    pub streams: OpenStreams,
}

impl Integrations {
    /// Prepares integrations.
    ///
    /// # Errors
    ///
    /// When an allowed network cannot be read, or TLS cannot be set up.
    pub fn new(config: &WebhooksConfig) -> Result<Self, ConfigError> {
        let addresses = AddressRules::new(&config.allowed_networks)
            .map_err(|error| ConfigError::Invalid(format!("webhooks.allowed_networks: {error}")))?;
        if config.disable_after_days < 1 {
            return Err(ConfigError::Invalid(
                "webhooks.disable_after_days must be 1 or more".to_owned(),
            ));
        }
        let clients = Clients::new(
            addresses.clone(),
            Duration::from_secs(config.answer_seconds),
        )
        .map_err(|error| ConfigError::Invalid(format!("TLS for webhooks: {error}")))?;
        Ok(Self {
            addresses,
            clients,
            disable_after_days: config.disable_after_days,
            streams: OpenStreams::default(),
        })
    }
}

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(stream::stream_events)
        .service(feed::list_events)
        .service(endpoints::handlers::list_webhook_endpoints)
        .service(endpoints::handlers::create_webhook_endpoint)
        .service(endpoints::handlers::get_webhook_endpoint)
        .service(endpoints::handlers::update_webhook_endpoint)
        .service(endpoints::handlers::delete_webhook_endpoint)
        .service(endpoints::handlers::test_webhook_endpoint)
        .service(endpoints::handlers::rotate_webhook_secret)
        .service(endpoints::handlers::enable_webhook_endpoint)
        .service(deliveries::handlers::replay_events)
        .service(deliveries::handlers::list_deliveries)
        .service(deliveries::handlers::get_delivery)
        .service(deliveries::handlers::replay_delivery);
}
