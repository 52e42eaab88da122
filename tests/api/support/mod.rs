//! What every test stands on: a server with a database of its own, and actors as values.

mod actor;
mod app;
mod assemblies;
mod assembly_worlds;
mod calendars;
mod contract;
mod database;
mod invitation_worlds;
mod invitations;
mod mail;
mod mailbox;
mod minutes;
mod motions;
mod panels;
mod placing;
mod polls;
mod practice;
mod practice_worlds;
mod process;
mod programs;
mod receiver;
mod requests;
mod series;
mod sessions;
mod stream;
mod worlds;

pub use actor::{Actor, Answer};
pub use app::{App, PASSWORD};
pub use assemblies::Seat;
pub use assembly_worlds::assembly_world;
pub use calendars::{Appointment, Part};
pub use contract::{document, fill, nowhere, prefix_of, validator};
pub use database::{Backend, TestDatabase};
pub use invitation_worlds::invitation_world;
pub use mail::{MailServer, files, mail_to, mail_world, wait_for};
pub use mailbox::Letter;
pub use panels::Panelist;
pub use practice::put;
pub use practice_worlds::practice_world;
pub use process::{Process, free_port};
pub use receiver::{Mode, Received, Receiver};
pub use requests::LETTER;
pub use series::{dates, each, series_world};
pub use worlds::program_world;

/// Runs each test on SQLite and on PostgreSQL, with a database of its own. `with START;` before the tests
/// names what starts the service.
#[macro_export]
macro_rules! both_backends {
    (with $start:path; $( $(#[$meta:meta])* async fn $name:ident($app:ident: App) $body:block )+) => {
        $(
            mod $name {
                use super::*;

                async fn test($app: App) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    test($start($crate::support::Backend::Sqlite).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgresql() {
                    test($start($crate::support::Backend::Postgres).await).await;
                }
            }
        )+
    };
    ($($tests:tt)+) => {
        $crate::both_backends! { with $crate::support::App::start; $($tests)+ }
    };
}
