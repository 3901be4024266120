//! `GET` over plain HTTP/1.1, bounded in time and size.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::{Duration, Instant},
};

/// An address of plain http.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    host: String,
    port: u16,
    path: String,
}

impl Url {
    /// Parses `http://HOST[:PORT][/PATH]`; an IPv6 address stands in brackets.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("there are blanks or control characters in it".to_owned());
        }
        let rest = text
            .strip_prefix("http://")
            .ok_or("it does not begin with http://, and nothing else is spoken")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("a user or a password in it is not sent".to_owned());
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                let port = port.parse().map_err(|_| format!("{port:?} is no port"))?;
                (host, port)
            }
            _ => (authority, 80),
        };
        if host.is_empty() {
            return Err("there is no host in it".to_owned());
        }
        let path = path.split('#').next().unwrap_or("");
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Self {
            host: host.to_owned(),
            port,
            path: format!("{slash}{path}"),
        })
    }

    /// Gets the body of an answer 200.
    pub(super) fn fetch(&self, timeout: Duration) -> Result<String, String> {
        let answer = self.exchange(timeout).map_err(|cause| match cause.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                format!("no whole answer within {} s", timeout.as_secs_f64())
            }
            _ => cause.to_string(),
        })?;
        body(&answer)
    }

    fn exchange(&self, timeout: Duration) -> io::Result<Vec<u8>> {
        let deadline = Instant::now() + timeout;
        let left = || {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                Err(io::Error::from(io::ErrorKind::TimedOut))
            } else {
                Ok(left)
            }
        };
        let mut stream = self.connect(left)?;
        stream.set_write_timeout(Some(left()?))?;
        let port = if self.port == 80 {
            String::new()
        } else {
            format!(":{}", self.port)
        };
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}{port}\r\nAccept: text/plain\r\nUser-Agent: gmt0018\r\nConnection: close\r\n\r\n",
            self.path, self.host
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            stream.set_read_timeout(Some(left()?))?;
            match stream.read(&mut buffer) {
                Ok(0) => return Ok(answer),
                Ok(length) => answer.extend_from_slice(&buffer[..length]),
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
            if answer.len() > LONGEST {
                let why = format!("the answer has more than {LONGEST} bytes");
                return Err(io::Error::other(why));
            }
            if is_whole(&answer) {
                return Ok(answer);
            }
        }
    }

    fn connect(&self, left: impl Fn() -> io::Result<Duration>) -> io::Result<TcpStream> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in (host, self.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left()?) {
                Ok(stream) => return Ok(stream),
                Err(cause) => last = cause,
            }
        }
        Err(last)
    }
}

/// Whether a server that keeps the connection open has sent all of the answer.
fn is_whole(answer: &[u8]) -> bool {
    let Some((head, rest)) = halves(answer) else {
        return false;
    };
    if is_chunked(&head) {
        return rest.ends_with(b"0\r\n\r\n") && unchunk(rest).is_ok();
    }
    content_length(&head).is_some_and(|length| rest.len() >= length)
}

/// The body of an answer 200, as text.
fn body(answer: &[u8]) -> Result<String, String> {
    let (head, rest) = halves(answer).ok_or("the answer is not HTTP")?;
    let mut status = head.lines().next().unwrap_or("").split(' ');
    if !status
        .next()
        .is_some_and(|version| version.starts_with("HTTP/1."))
    {
        return Err("the answer is not HTTP/1".to_owned());
    }
    match status.next() {
        Some("200") => {}
        other => {
            let code = other.filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
            return Err(format!(
                "the server answered with status {}",
                code.unwrap_or("?")
            ));
        }
    }
    let bytes = if is_chunked(&head) {
        unchunk(rest)?
    } else {
        match content_length(&head) {
            Some(length) if rest.len() < length => return Err("the answer is cut off".to_owned()),
            Some(length) => rest[..length].to_vec(),
            None => rest.to_vec(),
        }
    };
    String::from_utf8(bytes).map_err(|_| "the answer is not UTF-8".to_owned())
}

fn halves(answer: &[u8]) -> Option<(String, &[u8])> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    Some((head, &answer[end + 4..]))
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn is_chunked(head: &str) -> bool {
    field(head, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
}

fn content_length(head: &str) -> Option<usize> {
    field(head, "content-length")?.parse().ok()
}

/// RFC 9112 §7.1, without the trailer.
fn unchunk(mut rest: &[u8]) -> Result<Vec<u8>, String> {
    let malformed = || "the chunks of the answer are malformed or cut off".to_owned();
    let mut bytes = Vec::new();
    loop {
        let end = rest
            .windows(2)
            .position(|window| window == b"\r\n")
            .ok_or_else(malformed)?;
        let line = std::str::from_utf8(&rest[..end]).map_err(|_| malformed())?;
        let size = line.split(';').next().unwrap_or("").trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| malformed())?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Ok(bytes);
        }
        let after = size
            .checked_add(2)
            .filter(|after| *after <= rest.len())
            .ok_or_else(malformed)?;
        if &rest[size..after] != b"\r\n" {
            return Err(malformed());
        }
        bytes.extend_from_slice(&rest[..size]);
        rest = &rest[after..];
    }
}

/// A node has some hundred lines.
const LONGEST: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let url = |text: &str| Url::parse(text).map(|url| (url.host, url.port, url.path));
        let of = |host: &str, port, path: &str| Ok((host.to_owned(), port, path.to_owned()));
        assert_eq!(url("http://a"), of("a", 80, "/"));
        assert_eq!(url("http://a:1/m?x#y"), of("a", 1, "/m?x"));
        assert_eq!(url("http://a?x"), of("a", 80, "/?x"));
        assert_eq!(url("http://[::1]:9/m"), of("[::1]", 9, "/m"));
        assert_eq!(url("http://[::1]/m"), of("[::1]", 80, "/m"));
        for bad in [
            "",
            "a",
            "https://a",
            "http://",
            "http://:1",
            "http://a:b",
            "http://a:70000",
            "http://u@a",
            "http://a/ b",
            "http://a/\r\nX: y",
        ] {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bodies() {
        let head = "HTTP/1.1 200 OK\r\n";
        let chunked =
            format!("{head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
        assert_eq!(body(chunked.as_bytes()).unwrap(), "abcde");
        assert!(is_whole(chunked.as_bytes()));
        for length in 0..chunked.len() {
            assert!(!is_whole(&chunked.as_bytes()[..length]), "{length}");
            let _ = body(&chunked.as_bytes()[..length]);
        }
        assert_eq!(
            body(format!("{head}content-length: 2\r\n\r\nabc").as_bytes()).unwrap(),
            "ab"
        );
        assert_eq!(body(format!("{head}\r\nabc").as_bytes()).unwrap(), "abc");
        for bad in [
            "",
            "abc",
            "SSH-2.0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\n\r\n",
            "HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcde\r\n",
        ] {
            assert!(body(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
