//! Agendas: a tree of items, frozen when it is published; changes after that are amendments that
//! everyone sees.
//!
//! | file | what lives there |
//! | --- | --- |
//! | [`tree`] | order, numbers and depth, without any input or output |
//! | [`commands`], [`order`] | adding, changing, deleting and striking items; the order as a whole |
//! | [`amending`] | the lock, the reason and the trace of a change |
//! | [`copying`] | an agenda for a cloned session |
//! | [`speakers`], [`floor`] | who asks for the floor, and who has it |
//! | [`documents`] | files, by their marking |

pub mod amending;
pub mod commands;
pub mod copying;
pub mod documents;
pub mod floor;
pub mod handlers;
pub mod model;
pub mod order;
pub mod queries;
pub mod speakers;
pub mod tree;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    handlers::routes(config);
    speakers::routes(config);
    documents::routes(config);
}
