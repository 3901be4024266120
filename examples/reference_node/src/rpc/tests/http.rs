use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use super::*;

impl Server {
    fn get(&self, path: &str) -> (u16, String) {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = config.build().new_agent();
        let mut response = agent
            .get(format!("http://{}{path}", self.address))
            .call()
            .unwrap();
        let status = response.status().as_u16();
        (status, response.body_mut().read_to_string().unwrap())
    }

    /// All that comes back for bytes on a connection of their own.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may have answered and closed before all is written.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream
    }

    fn code_of(&self, body: &[u8]) -> i64 {
        let (status, body) = self.post(body);
        assert_eq!(status, 200);
        let response: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(response["jsonrpc"], "2.0");
        response["error"]["code"].as_i64().unwrap()
    }
}

#[test]
fn malformed_bodies_have_their_codes() {
    let server = Server::new();
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    for body in [
        &b""[..],
        b"{",
        b"\xff\xfe",
        b"{}{}",
        b"nul",
        b"[1,",
        b"{\"a\":1e999}",
        &deep,
        b"\0",
    ] {
        assert_eq!(server.code_of(body), -32_700, "{body:?}");
    }
    for body in [
        "[]",
        "7",
        "null",
        "\"x\"",
        "{}",
        r#"{"jsonrpc":"1.0","id":1,"method":"getBlockNumber"}"#,
        r#"{"jsonrpc":2.0,"id":1,"method":"getBlockNumber"}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#,
        r#"{"jsonrpc":"2.0","id":true,"method":"x"}"#,
    ] {
        assert_eq!(server.code_of(body.as_bytes()), -32_600, "{body}");
    }
    for params in ["{}", "7", "\"x\"", "[]", "[null]"] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"getBlockNumber","params":{params}}}"#);
        assert_eq!(server.code_of(body.as_bytes()), -32_602, "{params}");
    }
    let many = vec![json!(7); 5001];
    assert_eq!(server.code_of(json!(many).to_string().as_bytes()), -32_600);
    for part in ["7,", "[],", "[[[[[[]]]]]],", "{},"] {
        let body = format!("[{}7]", part.repeat(100_000));
        let (_, answer) = server.post(body.as_bytes());
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let message = &answer["error"]["message"];
        assert_eq!(message, "Invalid Request: more than 100000 values");
    }
    // A request cut anywhere.
    let whole = request("getBlockNumber", json!(["group0", ""])).to_string();
    for length in 0..whole.len() {
        assert_eq!(server.code_of(&whole.as_bytes()[..length]), -32_700);
    }
}

#[test]
fn requests_without_an_id_are_not_answered() {
    let server = Server::new();
    let quiet = json!({ "jsonrpc": "2.0", "method": "getBlockNumber", "params": ["group0", ""] });
    for body in [quiet.clone(), json!([quiet, quiet])] {
        assert_eq!(server.post(body.to_string().as_bytes()), (204, Vec::new()));
    }
    // An id that is null is one.
    let null = json!({ "jsonrpc": "2.0", "id": null, "method": "getBlockNumber", "params": ["group0", ""] });
    assert_eq!(
        server.json(&null),
        json!({ "jsonrpc": "2.0", "id": null, "result": 0 })
    );
}

#[test]
fn other_paths_and_methods_are_refused() {
    let server = Server::new();
    let (status, help) = server.get("/");
    assert_eq!(status, 200);
    assert!(help.contains("JSON-RPC") && help.lines().count() == 1);
    assert_eq!(server.get("/metrics").0, 200);
    assert_eq!(server.get("/nothing").0, 404);
    let delete = server.raw(b"DELETE / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(delete.starts_with("HTTP/1.1 405"), "{delete}");
}

#[test]
fn bodies_that_are_too_large_are_refused() {
    let server = Server::with(Limits {
        request: 1 << 20,
        ..Limits::default()
    });
    // Said at once, though no byte of the body comes.
    let answer = server
        .raw(b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 1048577\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Without a length, when it has become too large.
    let mut chunked =
        b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..17 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend_from_slice(&[b' '; 0x1_0000]);
        chunked.extend_from_slice(b"\r\n");
    }
    let answer = server.raw(&chunked);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 413"),
        "{answer}"
    );
    let mut fits = request("getBlockNumber", json!(["group0", ""]))
        .to_string()
        .into_bytes();
    fits.resize(1 << 20, b' ');
    assert_eq!(server.post(&fits).0, 200);
}

#[test]
fn garbage_ends_the_connection_and_nothing_else() {
    let server = Server::new();
    for bytes in [
        &b"\x16\x03\x01\x02\0\x01\0"[..],
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        &[0; 100_000],
    ] {
        let mut stream = server.connect();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
            "{answer}"
        );
    }
    assert_eq!(server.result("getBlockNumber", json!(["group0", ""])), 0);
}

#[test]
fn who_says_nothing_is_disconnected() {
    let server = Server::with(Limits {
        connections: 2,
        idle: Duration::from_millis(300),
        request_time: Duration::from_millis(600),
        ..Limits::default()
    });
    // Two silent connections take all the room; the third waits until they end.
    let silent = [server.connect(), server.connect()];
    let started = Instant::now();
    assert_eq!(server.result("getBlockNumber", json!(["group0", ""])), 0);
    assert!(started.elapsed() >= Duration::from_millis(200));
    for mut stream in silent {
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    }
    // A body that comes a byte at a time has its time too.
    let mut slow = server.connect();
    slow.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n")
        .unwrap();
    let started = Instant::now();
    while slow.write_all(b" ").is_ok() && started.elapsed() < Duration::from_millis(900) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut answer = Vec::new();
    let _ = slow.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn answers_are_bounded() {
    let server = Server::with(Limits {
        answer: 100_000,
        ..Limits::default()
    });
    server.chain.grow(&[&"x".repeat(60_000)]);
    let requests = vec![request("getBlockByNumber", json!(["group0", "", 1])); 50];
    let responses = server.json(&json!(requests));
    let responses = responses.as_array().unwrap();
    assert_eq!(responses.len(), 50);
    assert_eq!(responses[0]["result"]["number"], 1);
    let message = &responses[49]["error"]["message"];
    assert_eq!(message, "the answer would be too large");
}

#[test]
fn an_address_in_use_is_an_error() {
    let server = Server::new();
    let (on_transactions, _gossip) = mpsc::channel(1);
    let options = RpcOptions {
        listen: server.address,
        ledger: server.chain.ledger.clone(),
        pool: server.pool.clone(),
        peers: Arc::new(Vec::new),
        node_id: server.node_id,
        chain: server.chain.settings.chain.clone(),
        on_transactions,
        health: watch::channel(Health::default()).1,
        metrics: metrics::tests::handle(),
    };
    let error = server.runtime.block_on(serve(options)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}
