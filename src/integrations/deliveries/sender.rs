//! Sending what is due. Every replica does; each endpoint with something due has a task of its
//! own, so that a slow receiver delays nobody else.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::integrations::Integrations;
use crate::integrations::deliveries::attempt::{self, Attempted};
use crate::integrations::deliveries::claims::{self, Batch};
use crate::integrations::deliveries::outcome::{self, Outcome};
use crate::integrations::endpoints::model::{EndpointStatus, WebhookEndpoint};
use crate::integrations::endpoints::secret::Signer;
use crate::kernel::Kernel;
use crate::kernel::db::{Locked, WriteContext};
use crate::kernel::http::Problem;
use crate::kernel::id::WebhookEndpointId;
use crate::kernel::time::Timestamp;

/// How long to wait before looking anyway.
const POLL: Duration = Duration::from_millis(250);

/// How often the lease is renewed, in seconds of the clock.
const RENEW_AFTER: i64 = 3;

/// Deliveries claimed at a time: at first, and while the receiver is quick.
const FIRST_BATCH: i64 = 16;
const LARGEST_BATCH: i64 = 256;

/// A batch that took less than this may be followed by a larger one.
const QUICK: Duration = Duration::from_secs(2);

/// Requests in flight to one endpoint.
const IN_FLIGHT: usize = 16;

/// Failures after which the rest of a batch waits for the receiver to recover.
const TOO_MANY_FAILURES: usize = 4;

/// What the tasks of one replica share.
#[derive(Clone)]
struct Worker {
    id: Arc<str>,
    kernel: Kernel,
    integrations: Integrations,
}

/// Delivers until the service stops. `due` wakes it.
pub async fn run(kernel: Kernel, integrations: Integrations, due: Arc<Notify>) {
    let mut stopping = kernel.stopping.subscribe();
    let worker = Worker {
        id: crate::kernel::id::fresh().into(),
        kernel,
        integrations,
    };
    let mut renewed: Option<Timestamp> = None;
    let mut running: HashMap<WebhookEndpointId, JoinHandle<()>> = HashMap::new();
    while !*stopping.borrow() {
        running.retain(|_, task| !task.is_finished());
        match worker.look(&mut renewed, !running.is_empty()).await {
            Ok(endpoints) => {
                for id in endpoints {
                    running.entry(id.clone()).or_insert_with(|| {
                        let (worker, due) = (worker.clone(), Arc::clone(&due));
                        actix_web::rt::spawn(async move {
                            worker.serve(&id).await;
                            due.notify_one();
                        })
                    });
                }
            }
            Err(problem) => tracing::warn!(%problem, "due deliveries could not be looked for"),
        }
        tokio::select! {
            () = due.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stopping.changed() => {}
        }
    }
    for (_, task) in running {
        let _ = task.await;
    }
    worker.leave().await;
}

impl Worker {
    fn context(&self) -> WriteContext {
        WriteContext::system(self.kernel.clock.now())
    }

    fn is_stopping(&self) -> bool {
        *self.kernel.stopping.borrow()
    }

    /// Renews the lease when it is time, and finds the endpoints with something due.
    async fn look(
        &self,
        renewed: &mut Option<Timestamp>,
        is_sending: bool,
    ) -> Result<Vec<WebhookEndpointId>, Problem> {
        let now = self.kernel.clock.now();
        let id = Arc::clone(&self.id);
        let endpoints = self
            .kernel
            .db
            .read(move |conn| claims::due_endpoints(conn, &id, now))
            .await?;
        // Only while there is something to claim or to hold: an idle replica writes nothing.
        let is_old = renewed.is_none_or(|at| !(0..RENEW_AFTER).contains(&at.seconds_until(now)));
        if is_old && (is_sending || !endpoints.is_empty()) {
            let id = Arc::clone(&self.id);
            self.kernel
                .db
                .write(self.context(), move |tx| claims::renew_lease(tx, &id))
                .await?;
            *renewed = Some(now);
        }
        Ok(endpoints)
    }

    /// Sends everything that is due for one endpoint.
    async fn serve(&self, id: &WebhookEndpointId) {
        let mut most = FIRST_BATCH;
        let mut outcome = Outcome::default();
        loop {
            let Some(batch) = self.settle(id, outcome, most).await else {
                return;
            };
            let is_failing = batch.endpoint.failing_since.is_some();
            let (size, began) = (batch.items.len(), Instant::now());
            outcome = self.send(batch).await;
            let was_quick = began.elapsed() < QUICK && outcome.attempted.len() == size;
            most = match (is_failing, was_quick) {
                (true, _) => FIRST_BATCH,
                (false, true) => (most * 2).min(LARGEST_BATCH),
                (false, false) => (most / 2).max(FIRST_BATCH),
            };
        }
    }

    /// Writes down what became of the last batch and claims the next; `None` when there is none.
    /// Tried until it succeeds: what was delivered must not be forgotten.
    async fn settle(&self, id: &WebhookEndpointId, outcome: Outcome, most: i64) -> Option<Batch> {
        let outcome = Arc::new(outcome);
        let mut pause = Duration::from_millis(100);
        loop {
            match self.try_settle(id, &outcome, most).await {
                Ok(batch) => return batch.filter(|batch| !batch.items.is_empty()),
                Err(problem) => {
                    tracing::warn!(endpoint = %id, %problem, "deliveries could not be written down");
                    if outcome.attempted.is_empty() {
                        return None;
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    async fn try_settle(
        &self,
        id: &WebhookEndpointId,
        outcome: &Arc<Outcome>,
        most: i64,
    ) -> Result<Option<Batch>, Problem> {
        let (id, outcome, worker) = (id.clone(), Arc::clone(outcome), Arc::clone(&self.id));
        let days = self.integrations.disable_after_days;
        let goes_on = !self.is_stopping();
        let settled = self
            .kernel
            .db
            .write(self.context(), move |tx| {
                let acquire = |tx: &mut _| Locked::<WebhookEndpoint>::acquire(tx, id.as_str());
                let Some(endpoint) = acquire(tx)? else {
                    return Ok(None);
                };
                outcome::store(tx, &endpoint, &worker, &outcome, days)?;
                let endpoint = acquire(tx)?;
                match endpoint {
                    Some(endpoint) if goes_on && endpoint.status == EndpointStatus::Active => {
                        claims::claim(tx, &endpoint, &worker, most).map(Some)
                    }
                    _ => Ok(None),
                }
            })
            .await;
        self.kernel.journal_bell.notify_one();
        settled
    }

    /// Sends a batch. A receiver that fails gets one request at a time, and no more of this batch.
    async fn send(&self, batch: Batch) -> Outcome {
        let Batch { endpoint, items } = batch;
        let ids: Vec<_> = items.iter().map(|(id, _)| id.clone()).collect();
        let signer = Signer::of(&self.kernel.keyring, &endpoint, self.kernel.clock.now());
        let Ok(signer) = signer else {
            let now = self.kernel.clock.now();
            return Outcome {
                attempted: ids
                    .into_iter()
                    .map(|id| Attempted::unsigned(id, now))
                    .collect(),
                untried: Vec::new(),
            };
        };
        let is_failing = endpoint.failing_since.is_some();
        let in_flight = if is_failing { 1 } else { IN_FLIGHT };
        let (began, failures) = (Instant::now(), Cell::new(0));
        let goes_on = || {
            !self.is_stopping()
                && if is_failing {
                    began.elapsed() < QUICK
                } else {
                    failures.get() < TOO_MANY_FAILURES
                }
        };
        let attempts = stream::iter(items)
            .map(|(id, event)| {
                let (signer, failures, goes_on) = (&signer, &failures, &goes_on);
                let (clients, clock) = (&self.integrations.clients, &self.kernel.clock);
                let url = &endpoint.url;
                async move {
                    if !goes_on() {
                        return None;
                    }
                    let attempted = attempt::send(clients, clock, signer, url, id, &event).await;
                    if !attempted.is_accepted() {
                        failures.set(failures.get() + 1);
                    }
                    Some(attempted)
                }
            })
            .buffer_unordered(in_flight);
        let attempted: Vec<Attempted> = attempts.filter_map(std::future::ready).collect().await;
        count(&attempted);
        let tried: std::collections::HashSet<_> = attempted
            .iter()
            .map(|one| one.delivery_id.clone())
            .collect();
        Outcome {
            untried: ids.into_iter().filter(|id| !tried.contains(id)).collect(),
            attempted,
        }
    }

    /// Gives the lease up, so that others need not wait for it to run out.
    async fn leave(&self) {
        let id = Arc::clone(&self.id);
        let left = self
            .kernel
            .db
            .write(self.context(), move |tx| claims::give_up_lease(tx, &id))
            .await;
        if let Err(problem) = left {
            tracing::warn!(%problem, "the lease of the deliveries could not be given up");
        }
    }
}

fn count(attempted: &[Attempted]) {
    let accepted = attempted.iter().filter(|one| one.is_accepted()).count();
    for (outcome, number) in [
        ("accepted", accepted),
        ("failed", attempted.len() - accepted),
    ] {
        metrics::counter!("chancery_webhook_attempts_total", "outcome" => outcome)
            .increment(u64::try_from(number).unwrap_or_default());
    }
}
