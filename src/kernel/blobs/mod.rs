//! Where files are kept: a folder by default, an S3-compatible bucket by configuration.
//!
//! What is kept has a random key, `shelf/id`, where the shelf says whose files they are. The key is
//! stored in the row that describes the file; nothing about the file can be learned from it, and
//! callers never see it. A file comes in through [`Upload`], which streams it, checks it and
//! returns what is known of it ([`Stored`]), and goes out through [`Download`].
//!
//! Files and rows cannot be committed together. So a file is stored before its row, and what has no
//! row is an orphan: a transaction that failed, or was the retry of one that had succeeded, leaves
//! one unless its handler calls [`Blobs::settle`]. What is left after all is found with
//! [`Blobs::stored_before`] and removed by a worker. A row is removed before its file.

mod download;
mod media;
mod receive;
mod upload;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{
    ClientOptions, GetResult, ObjectStore, ObjectStoreExt, RetryConfig, path::Path as Key,
};
use secrecy::{ExposeSecret, SecretString};

use crate::kernel::http::{Code, Problem, Reply};
use crate::kernel::time::Timestamp;

pub use self::download::{Download, checked_filename};
pub use self::media::MediaType;
pub use self::upload::{Stored, Upload};

/// Seconds after which a caller may ask again when the store does not answer.
const RETRY_AFTER: u64 = 5;

/// Where files are kept, and how large one may be.
#[derive(Debug, Clone)]
pub struct BlobSettings {
    /// The folder or the bucket.
    pub place: Place,
    /// The largest file, in bytes.
    pub max_bytes: u64,
}

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder, which is made when it is first needed.
    Folder(PathBuf),
    /// A bucket of an S3-compatible service.
    Bucket(Bucket),
}

/// A bucket of an S3-compatible service.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the names of objects begin with.
    pub prefix: String,
    /// The address of the service; that of AWS when not set. Only `http://` is spoken without TLS.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The key's id and the key; from the environment of AWS when not set.
    pub credentials: Option<(String, SecretString)>,
}

/// The store of files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Store,
    max_bytes: u64,
}

#[derive(Debug, Clone)]
enum Store {
    Folder(Arc<Path>),
    Bucket(Arc<dyn ObjectStore>),
}

impl Blobs {
    /// The store that these settings describe. Touches neither the disk nor the network.
    ///
    /// # Errors
    ///
    /// Says why the settings of the bucket cannot be used.
    pub fn open(settings: BlobSettings) -> Result<Self, String> {
        let store = match settings.place {
            Place::Folder(folder) => Store::Folder(folder.into()),
            Place::Bucket(bucket) => Store::Bucket(open_bucket(&bucket)?),
        };
        Ok(Self {
            store,
            max_bytes: settings.max_bytes,
        })
    }

    /// Makes the folder, if there is to be one, so that a wrong one is found at start.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn prepare(&self) -> std::io::Result<()> {
        match &self.store {
            Store::Folder(folder) => make_private_folder(folder),
            Store::Bucket(_) => Ok(()),
        }
    }

    /// The largest file that is taken, in bytes.
    #[must_use]
    pub const fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Removes a file. One that is gone already is as good as removed.
    ///
    /// # Errors
    ///
    /// 503 when the store does not answer.
    pub async fn remove(&self, key: &str) -> Result<(), Problem> {
        let store = self.reach().map_err(problem)?;
        match store.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(problem(error)),
        }
    }

    /// Removes a file whose record was not written after all: a refusal keeps nothing, and the answer
    /// of an earlier request has its own file.
    pub async fn settle(&self, key: &str, outcome: &Result<Reply, Problem>) {
        let is_kept = outcome
            .as_ref()
            .is_ok_and(|reply| reply.status.is_success() && !reply.replayed);
        if !is_kept && let Err(problem) = self.remove(key).await {
            tracing::warn!(%problem, key, "a file that nothing refers to stays until it is cleared away");
        }
    }

    /// The keys on this shelf that were stored before this instant, by the store's own clock.
    ///
    /// # Errors
    ///
    /// 503 when the store does not answer.
    pub async fn stored_before(
        &self,
        shelf: &str,
        instant: Timestamp,
    ) -> Result<Vec<String>, Problem> {
        let store = self.reach().map_err(problem)?;
        let instant = instant.to_utc();
        store
            .list(Some(&Key::from(shelf)))
            .try_filter(|object| std::future::ready(object.last_modified < instant))
            .map_ok(|object| object.location.to_string())
            .try_collect()
            .await
            .map_err(problem)
    }

    /// Removes what uploads before this instant left on this shelf when the process was killed,
    /// and says how much it was. For a folder only: a bucket has a rule of its own for that.
    ///
    /// # Errors
    ///
    /// 503 when the folder cannot be read.
    pub async fn remove_broken_off(
        &self,
        shelf: &str,
        instant: Timestamp,
    ) -> Result<usize, Problem> {
        let Store::Folder(folder) = &self.store else {
            return Ok(0);
        };
        let folder = folder.join(shelf);
        let instant = instant.to_utc();
        tokio::task::spawn_blocking(move || remove_unfinished(&folder, instant))
            .await
            .map_err(Problem::internal)?
            .map_err(|error| problem(folder_fault(error)))
    }

    async fn get(&self, key: &str) -> Result<GetResult, Problem> {
        let store = self.reach().map_err(problem)?;
        store.get(&Key::from(key)).await.map_err(problem)
    }

    /// The store itself. The folder is made anew if it is not there.
    fn reach(&self) -> object_store::Result<Arc<dyn ObjectStore>> {
        match &self.store {
            Store::Bucket(store) => Ok(Arc::clone(store)),
            Store::Folder(folder) => {
                make_private_folder(folder).map_err(folder_fault)?;
                let folder = LocalFileSystem::new_with_prefix(folder)?;
                Ok(Arc::new(folder.with_fsync(true)))
            }
        }
    }

    /// Makes a stored file readable for its owner only; the folder around it is already.
    fn make_private(&self, key: &Key) -> object_store::Result<()> {
        #[cfg(unix)]
        if let Store::Folder(folder) = &self.store {
            use std::os::unix::fs::PermissionsExt;
            let file = folder.join(key.as_ref());
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
                .map_err(folder_fault)?;
        }
        #[cfg(not(unix))]
        let _ = key;
        Ok(())
    }
}

fn open_bucket(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>, String> {
    let is_plain = bucket
        .endpoint
        .as_ref()
        .is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = match &bucket.credentials {
        Some((id, key)) => AmazonS3Builder::new()
            .with_access_key_id(id)
            .with_secret_access_key(key.expose_secret()),
        None => AmazonS3Builder::from_env(),
    };
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    let store = builder
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        // Understood by every service; names of the bucket's own in DNS are not.
        .with_virtual_hosted_style_request(false)
        .with_disable_bulk_delete(true)
        .with_client_options(
            ClientOptions::new()
                .with_allow_http(is_plain)
                .with_connect_timeout(Duration::from_secs(5))
                .with_timeout(Duration::from_secs(60)),
        )
        // A caller is waiting: better a 503 soon than an answer in three minutes.
        .with_retry(RetryConfig {
            max_retries: 3,
            retry_timeout: Duration::from_secs(15),
            ..RetryConfig::default()
        })
        .build()
        .map_err(|error| error.to_string())?;
    if bucket.prefix.is_empty() {
        return Ok(Arc::new(store));
    }
    Ok(Arc::new(PrefixStore::new(store, bucket.prefix.as_str())))
}

fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// While a file is written it has the name that it will have, `#` and a number.
fn remove_unfinished(folder: &Path, before: DateTime<Utc>) -> std::io::Result<usize> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut count = 0;
    for entry in entries {
        let entry = entry?;
        let is_unfinished = entry.file_name().to_string_lossy().contains('#');
        if is_unfinished && DateTime::<Utc>::from(entry.metadata()?.modified()?) < before {
            std::fs::remove_file(entry.path())?;
            count += 1;
        }
    }
    Ok(count)
}

fn folder_fault(error: std::io::Error) -> object_store::Error {
    object_store::Error::Generic {
        store: "folder",
        source: Box::new(error),
    }
}

/// What a caller is told when the store fails. What the store said goes to the log.
fn problem(error: object_store::Error) -> Problem {
    if let object_store::Error::NotFound { path, .. } = &error {
        return Problem::internal(format!("the stored file {path} is missing"));
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<std::io::Error>()
            && matches!(
                io.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            )
        {
            tracing::error!(%error, "the store of files is full");
            return Problem::new(Code::StorageFull, "The file could not be stored.");
        }
        cause = current.source();
    }
    tracing::error!(%error, "the store of files does not answer as it should");
    Problem::unavailable("Files are out of reach right now.", RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_a_missing_file_and_a_fault_of_the_store_are_told_apart() {
        let wrapped = |kind: std::io::ErrorKind| object_store::Error::Generic {
            store: "folder",
            source: Box::new(folder_fault(kind.into())),
        };
        for (error, code) in [
            (wrapped(std::io::ErrorKind::StorageFull), Code::StorageFull),
            (
                wrapped(std::io::ErrorKind::QuotaExceeded),
                Code::StorageFull,
            ),
            (
                wrapped(std::io::ErrorKind::PermissionDenied),
                Code::Unavailable,
            ),
            (
                object_store::Error::NotFound {
                    path: "documents/x".to_owned(),
                    source: "gone".into(),
                },
                Code::Internal,
            ),
        ] {
            let problem = problem(error);
            assert_eq!(problem.code(), code, "{problem}");
            assert!(!problem.to_string().contains("folder"), "{problem}");
        }
    }

    #[test]
    fn a_bucket_without_tls_is_only_reached_where_its_address_says_so() {
        let open = |endpoint: &str| {
            open_bucket(&Bucket {
                name: "files".to_owned(),
                prefix: "office/".to_owned(),
                endpoint: Some(endpoint.to_owned()),
                region: "us-east-1".to_owned(),
                credentials: Some(("id".to_owned(), "key".to_owned().into())),
            })
        };
        assert!(open("http://127.0.0.1:9000").is_ok());
        assert!(open("https://s3.example.gov/").is_ok());
    }
}
