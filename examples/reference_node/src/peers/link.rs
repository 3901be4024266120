//! One authenticated connection, from its first frame to its last.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use fisco_node::identity::NodeId;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufWriter},
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval},
};

use super::{
    Event, Limits, PeerStatus,
    frame::{self, Incoming, Outgoing, patient},
    handshake::CONFIRM,
    queue::{Next, OVERHEAD, Queue},
};

/// A connection to a node that has proved its id.
pub(super) struct Link {
    pub(super) node: NodeId,
    pub(super) address: SocketAddr,
    /// Whether this node dialled.
    pub(super) outgoing: bool,
    /// The peer's TLS key: another one is another process.
    pub(super) peer_key: Arc<[u8]>,
    since: Instant,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    /// In microseconds and one more; 0 is not known yet.
    round_trip: AtomicU64,
    queue: Queue,
    closed: watch::Sender<Option<String>>,
}

/// The order of a link among those to the same node.
pub(super) struct Turn {
    /// Resolves when the link before has given its last event.
    pub(super) before: Option<oneshot::Receiver<()>>,
    /// Dropped when this one has.
    pub(super) finished: oneshot::Sender<()>,
}

impl Link {
    pub(super) fn new(
        node: NodeId,
        address: SocketAddr,
        outgoing: bool,
        peer_key: Arc<[u8]>,
        limits: &Limits,
    ) -> Self {
        let least = limits.max_frame.saturating_add(OVERHEAD);
        Self {
            node,
            address,
            outgoing,
            peer_key,
            since: Instant::now(),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            round_trip: AtomicU64::new(0),
            queue: Queue::new(limits.queue_bytes.max(least)),
            closed: watch::Sender::new(None),
        }
    }

    /// Queues a frame; a peer for which there is no room has not read for long, and is closed.
    pub(super) fn push(&self, frame: Arc<[u8]>) -> bool {
        if self.is_closed() {
            return false;
        }
        let pushed = self.queue.push(frame);
        if !pushed {
            self.close("the peer does not read: its queue is full");
        }
        pushed
    }

    /// Ends the connection; the first reason is the one that counts.
    pub(super) fn close(&self, why: &str) {
        self.closed.send_if_modified(|reason| {
            let first = reason.is_none();
            if first {
                *reason = Some(why.to_owned());
            }
            first
        });
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.borrow().is_some()
    }

    /// Waits for the end of the connection.
    pub(super) async fn closed(&self) -> String {
        let mut closed = self.closed.subscribe();
        match closed.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub(super) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    pub(super) fn status(&self) -> PeerStatus {
        let round_trip = self.round_trip.load(Relaxed).checked_sub(1);
        PeerStatus {
            node_id: self.node,
            address: self.address,
            outgoing: self.outgoing,
            since: self.since,
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
            round_trip: round_trip.map(Duration::from_micros),
        }
    }

    /// Serves the connection until it ends, and gives its events.
    pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        mut turn: Turn,
        limits: &Limits,
        events: &mpsc::Sender<Event>,
    ) {
        let announced = AtomicBool::new(false);
        let (reader, writer) = tokio::io::split(stream);
        let announce_and_read = async {
            if let Some(before) = &mut turn.before {
                // It is dropped, not sent to.
                let _ = before.await;
            }
            turn.before = None;
            let Ok(permit) = events.reserve().await else {
                return NOBODY_LISTENS.to_owned();
            };
            permit.send(Event::Connected(self.node));
            announced.store(true, Relaxed);
            self.read(reader, limits, events).await
        };
        // In no fixed order: a peer that sends without a pause must not keep this node from writing.
        let why = tokio::select! {
            why = self.closed() => why,
            why = announce_and_read => why,
            error = self.write(writer, limits) => describe(&error),
        };
        self.close(&why);
        if announced.load(Relaxed) {
            let (node, why) = (self.node, self.closed().await);
            // Nobody listens any more: then nobody misses it.
            let _ = events.send(Event::Disconnected { node, why }).await;
        } else if let Some(before) = turn.before {
            let _ = before.await;
        }
        drop(turn.finished);
    }

    async fn read<R: AsyncRead + Unpin>(
        &self,
        mut reader: R,
        limits: &Limits,
        events: &mpsc::Sender<Event>,
    ) -> String {
        loop {
            let incoming =
                match frame::read(&mut reader, limits.max_frame, limits.idle_timeout).await {
                    Ok(incoming) => incoming,
                    Err(error) if error.kind() == ErrorKind::TimedOut => {
                        return format!("nothing came for {:?}", limits.idle_timeout);
                    }
                    Err(error) => return describe(&error),
                };
            match incoming {
                Incoming::Data(data) => {
                    add(&self.bytes_in, data.len());
                    if events.send(Event::Frame(self.node, data)).await.is_err() {
                        return NOBODY_LISTENS.to_owned();
                    }
                }
                Incoming::Ping(stamp) => {
                    add(&self.bytes_in, stamp.len());
                    self.queue.answer(stamp);
                }
                Incoming::Pong(stamp) => {
                    add(&self.bytes_in, stamp.len());
                    // A stamp from the future or never sent makes a wrong figure for that peer, and nothing else.
                    let trip = self.now().saturating_sub(u64::from_be_bytes(stamp));
                    self.round_trip.store(trip.saturating_add(1), Relaxed);
                }
            }
        }
    }

    /// Writes what is queued, and pings; returns with the error that ends it.
    async fn write<W: AsyncWrite + Unpin>(&self, writer: W, limits: &Limits) -> io::Error {
        let outcome: io::Result<std::convert::Infallible> = async {
            let patience = limits.idle_timeout;
            let mut writer = BufWriter::with_capacity(WRITE_BUFFER, writer);
            if self.outgoing {
                patient(patience, writer.write_all(&[CONFIRM])).await?;
            }
            let mut ping = interval(limits.ping_interval);
            ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                let (frame, length) = match self.queue.try_next() {
                    Some(Next::Frame(data)) => {
                        frame::write(&mut writer, Outgoing::Data(&data), patience).await?;
                        self.queue.written(&data);
                        add(&self.bytes_out, data.len());
                        continue;
                    }
                    Some(Next::Pong(stamp)) => (Outgoing::Pong(stamp), stamp.len()),
                    None => {
                        patient(patience, writer.flush()).await?;
                        tokio::select! {
                            () = self.queue.ready() => continue,
                            _ = ping.tick() => (Outgoing::Ping(self.now().to_be_bytes()), 8),
                        }
                    }
                };
                frame::write(&mut writer, frame, patience).await?;
                add(&self.bytes_out, length);
            }
        }
        .await;
        match outcome {
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                let why = format!("the peer did not read for {:?}", limits.idle_timeout);
                io::Error::new(ErrorKind::TimedOut, why)
            }
            Err(error) => error,
        }
    }

    /// Microseconds since the connection was made.
    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX - 1)
    }
}

fn add(counter: &AtomicU64, payload: usize) {
    counter.fetch_add((payload + frame::HEAD) as u64, Relaxed);
}

/// An end of the stream in words; everything else says itself what it is.
fn describe(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => "the peer closed the connection".to_owned(),
        _ => error.to_string(),
    }
}

const NOBODY_LISTENS: &str = "nobody takes the events of this node";
const WRITE_BUFFER: usize = 64 * 1024;
