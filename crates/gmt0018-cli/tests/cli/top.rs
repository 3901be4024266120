//! `gmt0018 top` against a small server.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use crate::{readme::assert_in_readme, support::Place};

/// Answers each request, numbered from 0, in a thread that ends with the test.
fn serve(answer: impl Fn(u32, &mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, stream) in (0..).zip(listener.incoming()) {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(length @ 1..) => request.extend_from_slice(&buffer[..length]),
                    _ => break,
                }
            }
            assert!(request.starts_with(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:"));
            answer(number, &mut stream);
        }
    });
    format!("http://{address}/metrics")
}

fn metrics(signed: u32) -> String {
    format!(
        "# TYPE gmt0018_calls_total counter\n\
         gmt0018_calls_total{{function=\"SDF_OpenSession\",code=\"0x00000000\"}} 5\n\
         gmt0018_calls_total{{function=\"SDF_CloseSession\",code=\"0x00000000\"}} 2\n\
         gmt0018_calls_total{{function=\"SDF_InternalSign_ECC\",code=\"0x00000000\"}} {signed}\n\
         gmt0018_calls_total{{function=\"SDF_InternalSign_ECC\",code=\"0x01000007\"}} 4\n\
         gmt0018_call_seconds_bucket{{function=\"SDF_InternalSign_ECC\",le=\"0.001\"}} {signed}\n\
         gmt0018_call_seconds_bucket{{function=\"SDF_InternalSign_ECC\",le=\"+Inf\"}} {signed}\n\
         node_peers 3\nnode_blocks_total {signed}\n\
         node_sign_seconds_bucket{{le=\"0.002\"}} {signed}\nnode_sign_seconds_bucket{{le=\"+Inf\"}} {signed}\n"
    )
}

fn send(stream: &mut TcpStream, bytes: &[u8]) {
    // The command may have gone away.
    let _ = stream.write_all(bytes);
}

#[test]
fn chunked_answers_are_compared() {
    let url = serve(|number, stream| {
        let text = metrics(100 + number * 50);
        send(
            stream,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        );
        for part in text.as_bytes().chunks(100) {
            send(stream, format!("{:x}\r\n", part.len()).as_bytes());
            send(stream, part);
            send(stream, b"\r\n");
            thread::sleep(Duration::from_millis(1));
        }
        send(stream, b"0\r\n\r\n");
    });
    let place = Place::new();
    let view = place
        .run(&format!("top --metrics {url} --once --interval 0.1 --json"))
        .succeeds()
        .json();
    assert_in_readme(&view);
    let functions = view["functions"].as_array().unwrap();
    let sign = functions
        .iter()
        .find(|row| row["function"] == "SDF_InternalSign_ECC")
        .unwrap();
    assert_eq!(sign["calls"], 154.0);
    assert_eq!(sign["p50_microseconds"], 500.0);
    let rate = sign["calls_per_second"].as_f64().unwrap();
    assert!((1.0..=500.0).contains(&rate), "{rate}");
    assert_eq!(view["sessions"], 3.0);
    assert_eq!(view["errors"][0]["code"], "0x01000007");
    assert_eq!(view["values"][1]["name"], "node_peers");
    // stdout is no terminal: one table, and the end.
    let text = place
        .run(&format!("top --metrics {url} --interval 0.1"))
        .succeeds()
        .text();
    for part in [
        "SDF_InternalSign_ECC",
        "sessions 3",
        "0x01000007",
        "node_sign_seconds",
        "node_peers",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_server_that_keeps_the_connection_open_is_not_waited_for() {
    let url = serve(|_, stream| {
        let text = metrics(1);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", text.len());
        send(stream, (head + &text).as_bytes());
        let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
        let _ = stream.read(&mut [0]);
    });
    let started = std::time::Instant::now();
    Place::new()
        .run(&format!("top --metrics {url} --once --interval 0.05"))
        .succeeds();
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn bad_answers_are_errors() {
    let place = Place::new();
    let refused = |url: String, parts: &[&str]| {
        place
            .run(&format!("top --metrics {url} --once --interval 0.05"))
            .refused(6, parts);
    };
    refused(
        serve(|_, stream| {
            send(
                stream,
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            );
        }),
        &["status 404"],
    );
    refused(
        serve(|_, stream| send(stream, b"\x00\xff garbage")),
        &["not HTTP"],
    );
    refused(
        serve(|_, stream| send(stream, b"HTTP/1.1 200 OK\r\n\r\n<html>")),
        &["not Prometheus text"],
    );
    refused(
        serve(|_, stream| send(stream, b"HTTP/1.1 200 OK\r\n\r\nother_total 1\n")),
        &["no metric of the crate"],
    );
    refused(
        serve(|_, stream| {
            send(stream, b"HTTP/1.1 200 OK\r\n\r\n");
            let line = "a_total 1\n".repeat(10_000);
            while stream.write_all(line.as_bytes()).is_ok() {}
        }),
        &["more than"],
    );
    refused(
        serve(|_, stream| {
            // Slower than the limit, and never silent.
            while stream.write_all(b"HTTP").is_ok() {
                thread::sleep(Duration::from_millis(200));
            }
        }),
        &["no whole answer within"],
    );
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    refused(format!("http://{closed}/metrics"), &["no metrics from"]);
    place
        .run("top --metrics https://a/metrics --once")
        .refused(2, &["http://"]);
}
