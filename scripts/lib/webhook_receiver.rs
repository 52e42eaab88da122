//! A receiver of webhooks that costs next to nothing, for scripts/bench-webhooks: it answers 200 to
//! everything, with a thread for each connection, and notes what came and when.
//!
//! Takes the number of deliveries to wait for. Writes the port it listens on; then, once so many
//! different ones (by address and `webhook-id`) have come, the seconds from the first to the last,
//! how many came in all, and the instant of the last in seconds since 1970.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

fn main() -> std::io::Result<()> {
    let wanted: usize = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .expect("the number of deliveries to wait for");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?.port());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tell = tell.clone();
            std::thread::spawn(move || serve(stream, &tell));
        }
    });

    let mut seen = HashSet::new();
    let mut first = None;
    for (count, delivery) in told.iter().enumerate() {
        let began = *first.get_or_insert_with(Instant::now);
        seen.insert(delivery);
        if seen.len() == wanted {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            let seconds = began.elapsed().as_secs_f64();
            println!("{seconds:.2} {} {:.2}", count + 1, now.as_secs_f64());
            return Ok(());
        }
    }
    Ok(())
}

/// Answers the requests of one connection, as long as it lasts.
fn serve(stream: TcpStream, tell: &Sender<String>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut answer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    let mut body = Vec::new();
    loop {
        let mut delivery = String::new();
        let mut length = 0;
        // The request line has the address of the endpoint.
        if reader.read_line(&mut delivery).ok()? == 0 {
            return None;
        }
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "webhook-id" => delivery.push_str(value.trim()),
                _ => {}
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
        answer
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .ok()?;
        tell.send(delivery).ok()?;
    }
}
