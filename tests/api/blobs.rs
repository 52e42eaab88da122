//! The store of files, in a folder and in a bucket of a real S3 server, behind a real HTTP server.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use aws_lc_rs::digest;
use chancery::kernel::blobs::{BlobSettings, Blobs, Bucket, Download, MediaType, Place, Upload};
use chancery::kernel::clock::Clock;
use chancery::kernel::http::{Problem, Reply};
use futures_util::{StreamExt, stream};
use hyper_util::rt::TokioIo;
use reqwest::{Body, Response};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SHELF: &str = "documents";
const MIB: usize = 1024 * 1024;
const LIMIT: usize = 16 * MIB;
const KEY_ID: &str = "chancery";
const KEY: &str = "only for tests: a key of the bucket";

/// A store, a server in front of it, and the folder in which the files are in the end.
struct Shop {
    url: String,
    blobs: Blobs,
    folder: PathBuf,
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    Bucket,
}

/// A server that speaks S3 and checks signatures. Returns its address.
async fn serve_s3(folder: &Path) -> String {
    std::fs::create_dir_all(folder.join("files")).unwrap();
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    service.set_auth(SimpleAuth::from_single(KEY_ID, KEY));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service.clone());
            tokio::spawn(connection);
        }
    });
    format!("http://{address}")
}

fn bucket(endpoint: &str, key: &str) -> BlobSettings {
    BlobSettings {
        place: Place::Bucket(Bucket {
            name: "files".to_owned(),
            prefix: "office".to_owned(),
            endpoint: Some(endpoint.to_owned()),
            region: "us-east-1".to_owned(),
            credentials: Some((KEY_ID.to_owned(), key.to_owned().into())),
        }),
        max_bytes: LIMIT as u64,
    }
}

async fn take(upload: Upload, blobs: Data<Blobs>) -> Result<Reply, Problem> {
    let stored = upload.store(&blobs, SHELF).await?;
    Reply::ok(&json!({
        "key": stored.key,
        "size": stored.size,
        "sha256": stored.sha256,
        "media_type": stored.media_type,
    }))
}

async fn give(
    query: web::Query<BTreeMap<String, String>>,
    blobs: Data<Blobs>,
) -> Result<Download, Problem> {
    let media_type: MediaType = query["media_type"].parse().unwrap();
    let size = query["size"].parse().unwrap();
    Download::open(&blobs, &query["key"], size, media_type, &query["name"]).await
}

/// Puts the store behind an HTTP server of its own.
fn serve(blobs: &Blobs) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let blobs = Data::new(blobs.clone());
    std::thread::spawn(move || {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(blobs.clone())
                .route("/", web::post().to(take))
                .route("/", web::get().to(give))
        });
        let server = server.workers(1).disable_signals().listen(listener);
        actix_web::rt::System::new().block_on(server.unwrap().run())
    });
    url
}

impl Shop {
    async fn open(kind: Kind) -> Self {
        let id = chancery::kernel::id::fresh();
        let folder = std::env::temp_dir().join(format!("chancery-blobs-{id}"));
        let settings = match kind {
            Kind::Folder => BlobSettings {
                place: Place::Folder(folder.clone()),
                max_bytes: LIMIT as u64,
            },
            Kind::Bucket => bucket(&serve_s3(&folder).await, KEY),
        };
        let blobs = Blobs::open(settings).unwrap();
        let url = serve(&blobs);
        Self { url, blobs, folder }
    }

    async fn send(&self, media_type: &str, body: impl Into<Body>) -> Response {
        reqwest::Client::new()
            .post(&self.url)
            .header("Content-Type", media_type)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    async fn store(&self, media_type: &str, body: impl Into<Body>) -> Value {
        let answer = self.send(media_type, body).await;
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
        answer.json().await.unwrap()
    }

    async fn get(&self, stored: &Value, name: &str) -> Response {
        let size = stored["size"].to_string();
        let text = |member: &str| stored[member].as_str().unwrap().to_owned();
        let query = serde_urlencoded::to_string([
            ("key", text("key")),
            ("media_type", text("media_type")),
            ("size", size),
            ("name", name.to_owned()),
        ]);
        let url = format!("{}/?{}", self.url, query.unwrap());
        reqwest::Client::new().get(url).send().await.unwrap()
    }

    /// Every file below the folder, whatever it is for: also parts, and what the server notes.
    fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.folder, &mut found);
        found
    }

    /// Waits until nothing is left: what a vanished sender has begun is removed behind its back.
    async fn expect_nothing_left(&self) {
        for _ in 0..100 {
            if self.files().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("left behind: {:?}", self.files());
    }
}

/// Twelve MiB of a PDF, in chunks of 64 KiB, as a stream whose length is not announced.
fn large_pdf() -> (Vec<u8>, Body) {
    let mut content = b"%PDF-1.7\n".to_vec();
    let mut state: u32 = 1;
    while content.len() < 12 * MIB {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        content.extend(state.to_le_bytes());
    }
    let chunks: Vec<_> = content
        .chunks(65_536)
        .map(|chunk| Ok::<_, Infallible>(chunk.to_vec()))
        .collect();
    (content, Body::wrap_stream(stream::iter(chunks)))
}

fn sha256(content: &[u8]) -> String {
    digest::digest(&digest::SHA256, content)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Runs each test with a folder and with a bucket.
macro_rules! both_stores {
    ($( $(#[$meta:meta])* async fn $name:ident($shop:ident: Shop, $kind:ident: Kind) $body:block )+) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn test($shop: Shop, $kind: Kind) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn folder() {
                    test(Shop::open(Kind::Folder).await, Kind::Folder).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn bucket() {
                    test(Shop::open(Kind::Bucket).await, Kind::Bucket).await;
                }
            }
        )+
    };
}

both_stores! {
    async fn a_large_file_goes_in_and_comes_out_as_it_was(shop: Shop, kind: Kind) {
        let (content, body) = large_pdf();
        let stored = shop.store("application/pdf", body).await;
        assert_eq!(stored["size"], content.len());
        assert_eq!(stored["sha256"], sha256(&content));
        assert_eq!(stored["media_type"], "application/pdf");

        let answer = shop.get(&stored, "../../Agenda\r\nX-Evil: 1 für Köln.pdf").await;
        assert_eq!(answer.status(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/pdf");
        assert_eq!(header("content-length"), content.len().to_string());
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"AgendaX-Evil_ 1 fur Koln.pdf\"; \
             filename*=UTF-8''AgendaX-Evil%3A%201%20f%C3%BCr%20K%C3%B6ln.pdf"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
        assert_eq!(header("cache-control"), "no-store");
        assert!(!answer.headers().contains_key("x-evil"));
        assert!(answer.bytes().await.unwrap() == content);

        let key = stored["key"].as_str().unwrap();
        let file = match kind {
            Kind::Folder => shop.folder.join(key),
            Kind::Bucket => shop.folder.join("files/office").join(key),
        };
        assert!(std::fs::read(&file).unwrap() == content);
        if kind == Kind::Folder {
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&shop.folder), mode(&file)), (0o700, 0o600));
        }
    }

    async fn small_files_of_each_kind_are_listed_and_removed(shop: Shop, _kind: Kind) {
        assert_eq!(shop.blobs.stored_before(SHELF, Clock::system().now()).await.unwrap().len(), 0);
        let mut keys = Vec::new();
        for (declared, content, media_type) in [
            ("text/plain", "Dear all,\n", "text/plain"),
            ("application/octet-stream", "Liebe Kölner\n", "text/plain"),
            ("application/pdf", "%PDF-1.4\n%%EOF", "application/pdf"),
        ] {
            let stored = shop.store(declared, content).await;
            assert_eq!(stored["media_type"], media_type);
            let answer = shop.get(&stored, "a.pdf").await;
            assert_eq!(answer.text().await.unwrap(), content);
            keys.push(stored["key"].as_str().unwrap().to_owned());
        }
        keys.sort();
        let listed = async |seconds: i64| {
            let instant = Clock::system().now().plus_seconds(seconds);
            let mut found = shop.blobs.stored_before(SHELF, instant).await.unwrap();
            found.sort();
            found
        };
        assert_eq!(listed(60).await, keys);
        assert!(listed(-60).await.is_empty());
        let other = shop.blobs.stored_before("materials", Clock::system().now()).await;
        assert!(other.unwrap().is_empty());

        shop.blobs.remove(&keys[1]).await.unwrap();
        shop.blobs.remove(&keys[1]).await.unwrap();
        assert_eq!(listed(60).await, [keys[0].clone(), keys[2].clone()]);
        let gone = json!({"key": keys[1], "media_type": "text/plain", "size": 3});
        let answer = shop.get(&gone, "a.txt").await;
        assert_eq!(answer.status(), 500);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "internal");
        assert!(!problem.to_string().contains(&keys[1]), "{problem}");
    }

    async fn what_is_too_large_leaves_nothing_behind(shop: Shop, _kind: Kind) {
        // Announced: refused before a byte is read.
        let announced = shop.send("application/octet-stream", vec![b'a'; LIMIT + 1]).await;
        assert_eq!(announced.status(), 413);
        shop.expect_nothing_left().await;
        // Not announced: refused when three parts of it are in the store.
        let chunks = stream::iter(0..).map(|_| Ok::<_, Infallible>(vec![b'a'; 65_536]));
        let body = chunked(&shop.url, "text/plain", chunks.take(LIMIT / 65_536 + 1)).await;
        assert!(body.starts_with("HTTP/1.1 413"), "{body}");
        assert!(body.contains("payload_too_large"), "{body}");
        shop.expect_nothing_left().await;
        // Just as large as it may be: taken.
        let stored = shop.store("text/plain", vec![b'a'; LIMIT]).await;
        assert_eq!(stored["size"], LIMIT);
    }

    async fn what_is_refused_leaves_nothing_behind(shop: Shop, _kind: Kind) {
        let (mut text, exe) = (vec![b'a'; 6 * MIB], b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0");
        text.push(0);
        for (declared, content, status, code) in [
            ("text/plain", text, 422, "type_not_allowed"),
            ("application/pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), 422, "content_mismatch"),
            ("application/octet-stream", exe.to_vec(), 422, "type_not_allowed"),
            ("text/plain", b"<!DOCTYPE html><script>x</script>".to_vec(), 422, "type_not_allowed"),
            ("application/pdf", Vec::new(), 422, "empty"),
            ("text/html", b"<p>".to_vec(), 415, ""),
        ] {
            let answer = shop.send(declared, content).await;
            assert_eq!(answer.status(), status, "{declared} {code}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["errors"][0]["code"].as_str().unwrap_or_default(), code, "{problem}");
        }
        shop.expect_nothing_left().await;
    }

    async fn a_sender_that_vanishes_leaves_nothing_behind(shop: Shop, _kind: Kind) {
        let mut connection = TcpStream::connect(shop.url.trim_start_matches("http://")).await.unwrap();
        let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {LIMIT}\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        connection.write_all(&vec![b'a'; 11 * MIB]).await.unwrap();
        // Two parts of it are in the store by now, or will be.
        for _ in 0..200 {
            if !shop.files().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!shop.files().is_empty());
        drop(connection);
        shop.expect_nothing_left().await;
        assert!(shop.blobs.stored_before(SHELF, Clock::system().now()).await.unwrap().is_empty());
    }
}

/// Sends a body in chunks and reads the answer, which may come before the body has been sent.
async fn chunked(
    url: &str,
    media_type: &str,
    chunks: impl futures_util::Stream<Item = Result<Vec<u8>, Infallible>>,
) -> String {
    let connection = TcpStream::connect(url.trim_start_matches("http://"));
    let (mut reader, mut writer) = connection.await.unwrap().into_split();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {media_type}\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    writer.write_all(head.as_bytes()).await.unwrap();
    let mut chunks = std::pin::pin!(chunks);
    while let Some(Ok(chunk)) = chunks.next().await {
        let framed = [format!("{:x}\r\n", chunk.len()).as_bytes(), &chunk, b"\r\n"].concat();
        if writer.write_all(&framed).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 8192];
    let length = reader.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_refuses_the_key_or_cannot_be_reached_is_a_503() {
    let folder =
        std::env::temp_dir().join(format!("chancery-s3-{}", chancery::kernel::id::fresh()));
    let endpoint = serve_s3(&folder).await;
    let nowhere = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    for settings in [bucket(&endpoint, "another key"), bucket(&nowhere, KEY)] {
        let blobs = Blobs::open(settings).unwrap();
        let url = serve(&blobs);
        let shop = Shop {
            url,
            blobs,
            folder: folder.clone(),
        };
        for body in [b"Dear all".to_vec(), vec![b'a'; 6 * MIB]] {
            let answer = shop.send("text/plain", body).await;
            assert_eq!(answer.status(), 503);
            assert_eq!(answer.headers()["retry-after"], "5");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], "unavailable");
            let text = problem.to_string();
            assert!(
                !text.contains("Signature") && !text.contains("127.0.0.1"),
                "{text}"
            );
        }
        assert!(shop.files().is_empty());
        std::mem::forget(shop);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_process_left_in_the_folder_is_removed_later() {
    let shop = Shop::open(Kind::Folder).await;
    let stored = shop.store("text/plain", "Dear all").await;
    let file = shop.folder.join(stored["key"].as_str().unwrap());
    let unfinished = file.with_file_name("01jz8k2m4n6p8q0r2s4t6v8w0x#1");
    std::fs::write(&unfinished, "half").unwrap();
    let remove = async |seconds: i64| {
        let instant = Clock::system().now().plus_seconds(seconds);
        shop.blobs.remove_broken_off(SHELF, instant).await.unwrap()
    };
    let now = Clock::system().now().plus_seconds(60);
    assert_eq!(shop.blobs.stored_before(SHELF, now).await.unwrap().len(), 1);
    assert_eq!(remove(-60).await, 0);
    assert_eq!(remove(60).await, 1);
    assert!(file.exists() && !unfinished.exists());
}
