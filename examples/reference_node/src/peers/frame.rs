//! Frames on the wire: `length u32 ‖ type u8 ‖ payload`, where the length counts type and payload.

use std::{
    io::{self, ErrorKind},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// A frame as it was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    Data(Vec<u8>),
    Ping([u8; 8]),
    Pong([u8; 8]),
}

/// A frame to be written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outgoing<'a> {
    Data(&'a [u8]),
    Ping([u8; 8]),
    Pong([u8; 8]),
}

/// Receives one frame with at most `max_frame` bytes of data.
///
/// Memory is taken for what has arrived, and never more than as much again.
///
/// # Errors
/// `TimedOut` when nothing at all arrives for as long as `patience`, `InvalidData` for what is no frame, and those of the
/// connection.
pub(super) async fn read<R: AsyncRead + Unpin>(
    reader: &mut R,
    max_frame: usize,
    patience: Duration,
) -> io::Result<Incoming> {
    let mut head = [0; HEAD];
    fill(reader, &mut head, patience).await?;
    let [a, b, c, d, kind] = head;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    let length = length
        .checked_sub(1)
        .ok_or_else(|| invalid("a frame without a type"))?;
    match kind {
        DATA if length <= max_frame => payload(reader, length, patience).await.map(Incoming::Data),
        DATA => Err(invalid(format!(
            "a frame of {length} bytes; {max_frame} are allowed"
        ))),
        PING | PONG if length == 8 => {
            let mut stamp = [0; 8];
            fill(reader, &mut stamp, patience).await?;
            Ok(if kind == PING {
                Incoming::Ping(stamp)
            } else {
                Incoming::Pong(stamp)
            })
        }
        PING | PONG => Err(invalid(format!("a ping of {length} bytes"))),
        _ => Err(invalid(format!("a frame of type {kind}"))),
    }
}

/// Writes one frame; the caller flushes.
///
/// # Errors
/// `TimedOut` when the peer takes nothing for as long as `patience`, and those of the connection.
pub(super) async fn write<W: AsyncWrite + Unpin>(
    writer: &mut W,
    frame: Outgoing<'_>,
    patience: Duration,
) -> io::Result<()> {
    let (kind, payload) = match &frame {
        Outgoing::Data(payload) => (DATA, *payload),
        Outgoing::Ping(stamp) => (PING, &stamp[..]),
        Outgoing::Pong(stamp) => (PONG, &stamp[..]),
    };
    let length = payload
        .len()
        .checked_add(1)
        .and_then(|length| u32::try_from(length).ok());
    let length = length.ok_or_else(|| invalid("a frame of more than 4 GiB"))?;
    let [a, b, c, d] = length.to_be_bytes();
    for piece in [&[a, b, c, d, kind][..]]
        .into_iter()
        .chain(payload.chunks(PIECE))
    {
        patient(patience, writer.write_all(piece)).await?;
    }
    Ok(())
}

/// Waits for an operation, but not for ever.
///
/// # Errors
/// `TimedOut`, and those of the operation.
pub(super) async fn patient<T>(
    patience: Duration,
    operation: impl Future<Output = io::Result<T>>,
) -> io::Result<T> {
    timeout(patience, operation)
        .await
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

async fn payload<R: AsyncRead + Unpin>(
    reader: &mut R,
    length: usize,
    patience: Duration,
) -> io::Result<Vec<u8>> {
    let mut payload = Vec::new();
    while payload.len() < length {
        let start = payload.len();
        let piece = (length - start).min(PIECE.max(start));
        payload.reserve_exact(piece);
        payload.resize(start + piece, 0);
        fill(
            reader,
            payload.get_mut(start..).unwrap_or_default(),
            patience,
        )
        .await?;
    }
    Ok(payload)
}

async fn fill<R: AsyncRead + Unpin>(
    reader: &mut R,
    mut buffer: &mut [u8],
    patience: Duration,
) -> io::Result<()> {
    while !buffer.is_empty() {
        let count = patient(patience, reader.read(buffer)).await?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        buffer = buffer.get_mut(count..).unwrap_or_default();
    }
    Ok(())
}

fn invalid(why: impl Into<String>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why.into())
}

/// What each frame costs besides its payload.
pub(super) const HEAD: usize = 5;
const PIECE: usize = 64 * 1024;
const DATA: u8 = 0;
const PING: u8 = 1;
const PONG: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    async fn decode(mut bytes: &[u8], max_frame: usize) -> io::Result<Incoming> {
        read(&mut bytes, max_frame, PATIENCE).await
    }

    #[tokio::test]
    async fn frames_come_back_as_they_were() {
        let max_frame = 3 * PIECE + 7;
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, max_frame] {
            let data: Vec<u8> = (0..=255).cycle().take(length).collect();
            let mut wire = Vec::new();
            write(&mut wire, Outgoing::Data(&data), PATIENCE)
                .await
                .unwrap();
            assert_eq!(wire.len(), HEAD + length);
            let Incoming::Data(read) = decode(&wire, max_frame).await.unwrap() else {
                panic!("it was data");
            };
            assert_eq!(read, data);
            assert_eq!(read.capacity(), length);
        }
        let mut wire = Vec::new();
        write(&mut wire, Outgoing::Ping([1; 8]), PATIENCE)
            .await
            .unwrap();
        write(&mut wire, Outgoing::Pong([2; 8]), PATIENCE)
            .await
            .unwrap();
        let mut reader = &wire[..];
        let ping = read(&mut reader, 0, PATIENCE).await.unwrap();
        let pong = read(&mut reader, 0, PATIENCE).await.unwrap();
        assert_eq!(
            (ping, pong),
            (Incoming::Ping([1; 8]), Incoming::Pong([2; 8]))
        );
    }

    #[tokio::test]
    async fn what_is_no_frame_is_an_error() {
        for (wire, what) in [
            (&b"\0\0\0\0\0"[..], "a frame without a type"),
            (b"\0\0\0\x0c\0", "a frame of 11 bytes; 10 are allowed"),
            (
                b"\xff\xff\xff\xff\0",
                "a frame of 4294967294 bytes; 10 are allowed",
            ),
            (b"\0\0\0\x01\x03", "a frame of type 3"),
            (b"\0\0\0\x08\x01", "a ping of 7 bytes"),
            (b"\0\0\0\x0a\x02", "a ping of 9 bytes"),
        ] {
            let error = decode(wire, 10).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            assert_eq!(error.to_string(), what);
        }
        let whole = b"\0\0\0\x04\0abc";
        for end in 0..whole.len() {
            let error = decode(&whole[..end], 10).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{end}");
        }
        assert_eq!(
            decode(whole, 3).await.unwrap(),
            Incoming::Data(b"abc".to_vec())
        );
    }

    #[tokio::test]
    async fn silence_is_not_waited_for() {
        let (mut near, mut far) = tokio::io::duplex(16);
        far.write_all(b"\0\0\0\x04\0a").await.unwrap();
        let short = Duration::from_millis(20);
        let error = read(&mut near, 10, short).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        let error = write(&mut far, Outgoing::Data(&[0; 99]), short)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
