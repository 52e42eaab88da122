//! A file on its way into the store: in parts, and nothing of it is there before all of it is.

use std::sync::Arc;

use actix_web::web::Bytes;
use object_store::path::Path as Key;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};

use super::Blobs;

/// Bytes in a part. S3 takes no smaller one but the last, and some services want all alike.
const PART: usize = 5 * 1024 * 1024;

/// A file that is being received. Unless it is [finished](Self::finish), nothing of it stays.
pub(super) struct Receiving {
    blobs: Blobs,
    store: Arc<dyn ObjectStore>,
    key: Key,
    /// What has come of the next part.
    chunks: Vec<Bytes>,
    length: usize,
    /// Only with a second part: what fits into one is put at once.
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Receiving {
    /// Begins a file on this shelf, under a key of its own.
    pub(super) fn begin(blobs: &Blobs, shelf: &str) -> object_store::Result<Self> {
        Ok(Self {
            blobs: blobs.clone(),
            store: blobs.reach()?,
            key: Key::from(format!("{shelf}/{}", crate::kernel::id::fresh())),
            chunks: Vec::new(),
            length: 0,
            parts: None,
        })
    }

    /// Takes a further chunk. Waits for the store whenever a part is full, so that a slow store
    /// slows the sender down.
    pub(super) async fn write(&mut self, mut chunk: Bytes) -> object_store::Result<()> {
        while self.length + chunk.len() > PART {
            let rest = chunk.split_off(PART - self.length);
            self.push(chunk);
            self.send_part().await?;
            chunk = rest;
        }
        self.push(chunk);
        Ok(())
    }

    fn push(&mut self, chunk: Bytes) {
        self.length += chunk.len();
        self.chunks.push(chunk);
    }

    fn take_part(&mut self) -> PutPayload {
        self.length = 0;
        std::mem::take(&mut self.chunks).into_iter().collect()
    }

    async fn send_part(&mut self) -> object_store::Result<()> {
        let part = self.take_part();
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(self.store.put_multipart(&self.key).await?),
        };
        parts.put_part(part).await
    }

    /// Stores the file and returns its key.
    pub(super) async fn finish(mut self) -> object_store::Result<String> {
        let outcome = self.complete().await;
        match outcome {
            Ok(()) => {
                self.parts = None;
                Ok(self.key.to_string())
            }
            Err(error) => {
                self.discard().await;
                Err(error)
            }
        }
    }

    async fn complete(&mut self) -> object_store::Result<()> {
        if self.parts.is_some() {
            self.send_part().await?;
        }
        match &mut self.parts {
            Some(parts) => parts.complete().await?,
            None => {
                let part = self.take_part();
                self.store.put(&self.key, part).await?
            }
        };
        self.blobs.make_private(&self.key)
    }

    /// Gives the file up.
    pub(super) async fn discard(mut self) {
        if let Some(parts) = self.parts.take() {
            give_up(parts).await;
        }
    }
}

impl Drop for Receiving {
    /// The sender has gone and its request with it: what came so far is removed behind its back.
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(give_up(parts));
        }
    }
}

async fn give_up(mut parts: Box<dyn MultipartUpload>) {
    if let Err(error) = parts.abort().await {
        tracing::warn!(%error, "the parts of a broken-off upload stay in the store");
    }
}
