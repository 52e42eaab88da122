//! The log and the metrics.

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogConfig, LogFormat};

/// Starts the log on standard error, once for the process.
///
/// # Errors
///
/// When the filter cannot be read.
pub fn start_log(config: &LogConfig) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.filter)
        .map_err(|error| format!("log.filter cannot be read: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    // A second start in one process, as in tests, keeps the first log.
    let _ = match config.format {
        LogFormat::Json => registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_current_span(true)
                    .with_span_list(false)
                    .with_writer(std::io::stderr),
            )
            .try_init(),
        LogFormat::Text => registry
            .with(fmt::layer().with_writer(std::io::stderr))
            .try_init(),
    };
    Ok(())
}

/// Starts counting, once for the process.
///
/// # Errors
///
/// When something else counts already.
pub fn start_metrics() -> Result<PrometheusHandle, String> {
    PrometheusBuilder::new()
        .set_buckets(&[
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
        ])
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| format!("metrics cannot be counted: {error}"))
}

/// Serves the metrics at `/metrics` on a listener of their own.
///
/// # Errors
///
/// When the address is taken.
pub fn serve_metrics(
    handle: PrometheusHandle,
    address: std::net::SocketAddr,
) -> std::io::Result<Server> {
    Ok(HttpServer::new(move || {
        let handle = handle.clone();
        App::new().route(
            "/metrics",
            web::get().to(move || {
                let text = handle.render();
                async move {
                    HttpResponse::Ok()
                        .content_type("text/plain; version=0.0.4")
                        .body(text)
                }
            }),
        )
    })
    .workers(1)
    .disable_signals()
    .bind(address)?
    .run())
}
