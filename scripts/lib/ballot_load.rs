//! Sends one ballot from each of many members within a given time, for scripts/bench-assemblies.
//!
//! Every member has a connection, opened before the first ballot. Each ballot has its instant; the
//! time it takes counts from that instant, whether or not the machine came to send it then, so that a
//! slow answer is not hidden by what it holds up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

const CHOICES: [&str; 3] = ["yes", "no", "abstain"];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port, poll, tokens, window, from] = arguments.as_slice() else {
        eprintln!("usage: ballot_load PORT POLL TOKENS MILLISECONDS FIRST");
        process::exit(2);
    };
    let tokens = fs::read_to_string(tokens).expect("the file of tokens can be read");
    let tokens: Vec<String> = tokens.lines().map(str::to_owned).collect();
    let window = Duration::from_millis(window.parse().expect("milliseconds"));
    let from: usize = from.parse().expect("which choice the first member makes");
    let begins = Instant::now() + Duration::from_secs(1);
    let count = tokens.len();
    let members: Vec<_> = tokens
        .into_iter()
        .enumerate()
        .map(|(index, token)| {
            let (port, poll) = (port.clone(), poll.clone());
            let due = begins + window.mul_f64(index as f64 / count as f64);
            let choice = CHOICES[(index + from) % 3];
            let work = move || vote(&port, &poll, &token, choice, due);
            let builder = thread::Builder::new().stack_size(64 * 1024);
            builder.spawn(work).expect("a thread for each member")
        })
        .collect();
    let mut took = Vec::new();
    let (mut refused, mut ended) = (Vec::new(), begins);
    for member in members {
        let (status, elapsed, at) = member.join().expect("the thread ends by itself");
        if status != 201 {
            refused.push(status);
        }
        took.push(elapsed.as_secs_f64() * 1000.0);
        ended = ended.max(at);
    }
    took.sort_by(f64::total_cmp);
    let at = |part: f64| took[((took.len() as f64 * part).ceil() as usize).clamp(1, took.len()) - 1];
    println!(
        "{:.1} {:.1} {:.1} {:.1} {:.0} {}",
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0),
        (ended - begins).as_secs_f64() * 1000.0,
        refused.len()
    );
    if !refused.is_empty() {
        eprintln!("not cast: {refused:?}");
        process::exit(1);
    }
}

/// Casts one ballot when it is due. The status, how long it took from then, and when it was done.
fn vote(port: &str, poll: &str, token: &str, choice: &str, due: Instant) -> (u16, Duration, Instant) {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("the service listens");
    stream.set_nodelay(true).expect("a socket");
    let body = format!("{{\"choice\":\"{choice}\"}}");
    let request = format!(
        "PUT /v1/polls/{poll}/ballot HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    thread::sleep(due.saturating_duration_since(Instant::now()));
    stream.write_all(request.as_bytes()).expect("the request is sent");
    let mut answer = Vec::new();
    let mut buffer = [0_u8; 4096];
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).expect("an answer");
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&buffer[..read]);
    }
    let done = Instant::now();
    let text = String::from_utf8_lossy(&answer);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, done - due, done)
}
