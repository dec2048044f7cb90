//! One proxied connection: a reading and a writing thread for each direction.
//!
//! The reader looks at the messages and decides; the writer carries out, in order and at the due
//! time. What stands between them is a queue, so that a delay does not lower the throughput.

use std::io::{self, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::frames::{Frames, Request, Requests};
use super::rules::Action;
use super::server::{Open, Shared, State};

const CANCEL_REQUEST: u32 = 80_877_102;
const SSL_REQUEST: u32 = 80_877_103;
const GSS_ENCRYPTION_REQUEST: u32 = 80_877_104;

/// What a writing thread does next.
enum Item {
    Bytes(Vec<u8>, Instant),
    /// Stop here, in both directions.
    Stall,
    /// Stop the answers from here on.
    StallAnswers,
    /// The end of the connection.
    Cut,
}

/// Which of the two directions a thread serves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToServer,
    ToClient,
}

/// One connection as its four threads see it.
struct Link {
    id: usize,
    shared: Arc<Shared>,
    progress: Mutex<Progress>,
}

/// How far the conversation has come.
#[derive(Debug, Default)]
struct Progress {
    /// "Ready for query" messages that will have come when all that was asked is answered.
    asked: usize,
    /// "Ready for query" messages that came, the one that ends the start-up included.
    ready: usize,
    /// The client sent something and nothing came back yet.
    waiting: bool,
    /// The number of the "ready for query" after which the connection is cut. It and the answers
    /// since the one before it are kept from the client.
    cut_at: Option<usize>,
}

/// Serves a connection that was just accepted, on threads of its own.
pub(super) fn start(shared: &Arc<Shared>, client: TcpStream, target_port: u16) {
    let shared = Arc::clone(shared);
    thread::spawn(move || {
        // A failure here is a client or a server that went away: both ends are closed by dropping.
        let _ = serve(shared, client, target_port);
    });
}

fn serve(shared: Arc<Shared>, mut client: TcpStream, target_port: u16) -> io::Result<()> {
    shared.lock().accepted += 1;
    let Some(start_up) = read_start_up(&mut client)? else {
        return Ok(());
    };
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, target_port))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    server.write_all(&start_up)?;
    if code_of(&start_up) == Some(CANCEL_REQUEST) {
        // The server closes without an answer, and so do we.
        let _ = server.read(&mut [0])?;
        return Ok(());
    }
    let open = Open {
        client: client.try_clone()?,
        server: server.try_clone()?,
        requests_stalled: false,
        answers_stalled: false,
    };
    let id = shared.lock().register(open);
    let link = Link {
        id,
        shared,
        // The end of the start-up is a "ready for query", too.
        progress: Mutex::new(Progress { asked: 1, ..Progress::default() }),
    };
    let (to_server, requests) = channel();
    let (to_client, answers) = channel();
    let (client_in, server_in) = (client.try_clone()?, server.try_clone()?);
    thread::scope(|scope| {
        scope.spawn(|| link.read_requests(client_in, to_server));
        scope.spawn(|| link.read_answers(server_in, to_client));
        scope.spawn(|| link.write(server, requests, Direction::ToServer));
        scope.spawn(|| link.write(client, answers, Direction::ToClient));
    });
    link.shared.lock().open.remove(&link.id);
    Ok(())
}

/// Reads the start-up message and refuses encryption; `None` if the client went away.
fn read_start_up(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    loop {
        let mut message = vec![0; 4];
        if client.read_exact(&mut message).is_err() {
            return Ok(None);
        }
        let length = message.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        message.resize(length.clamp(8, 100_000), 0);
        client.read_exact(&mut message[4..])?;
        match code_of(&message) {
            Some(SSL_REQUEST | GSS_ENCRYPTION_REQUEST) => client.write_all(b"N")?,
            _ => return Ok(Some(message)),
        }
    }
}

fn code_of(start_up: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(start_up.get(4..8)?.try_into().ok()?))
}

impl Link {
    fn read_requests(&self, mut client: TcpStream, queue: Sender<Item>) {
        let mut frames = Frames::default();
        let mut requests = Requests::default();
        while let Some(due) = self.read(&mut client, &mut frames) {
            let mut bytes = Vec::new();
            while let Some(message) = frames.next() {
                let request = requests.read(message);
                match self.judge(&request) {
                    Some(Action::CutBefore) => {
                        // What came before goes out; the rest of the queue is never looked at.
                        let _ = queue.send(Item::Bytes(mem::take(&mut bytes), due));
                        let _ = queue.send(Item::Cut);
                        return;
                    }
                    Some(Action::StallBefore) => {
                        let _ = queue.send(Item::Bytes(mem::take(&mut bytes), due));
                        let _ = queue.send(Item::Stall);
                    }
                    Some(Action::StallAfter) => {
                        let _ = queue.send(Item::Bytes(mem::take(&mut bytes), due));
                        let _ = queue.send(Item::StallAnswers);
                    }
                    Some(Action::CutAfter) | None => {}
                }
                bytes.extend_from_slice(message);
            }
            let _ = queue.send(Item::Bytes(bytes, due));
        }
        let _ = queue.send(Item::Cut);
    }

    fn read_answers(&self, mut server: TcpStream, queue: Sender<Item>) {
        let mut frames = Frames::default();
        while let Some(due) = self.read(&mut server, &mut frames) {
            let mut bytes = Vec::new();
            while let Some(message) = frames.next() {
                let mut progress = self.progress();
                let cut_at = progress.cut_at;
                let withheld = cut_at.is_some_and(|cut_at| progress.ready + 1 >= cut_at);
                if message.first() == Some(&b'Z') {
                    progress.ready += 1;
                }
                if withheld {
                    if cut_at.is_some_and(|cut_at| progress.ready >= cut_at) {
                        drop(progress);
                        let _ = queue.send(Item::Bytes(mem::take(&mut bytes), due));
                        let _ = queue.send(Item::Cut);
                        return;
                    }
                } else {
                    progress.waiting = false;
                    bytes.extend_from_slice(message);
                }
            }
            let _ = queue.send(Item::Bytes(bytes, due));
        }
        let _ = queue.send(Item::Cut);
    }

    /// Reads some bytes and tells when they are due at the other side; `None` at the end.
    fn read(&self, stream: &mut TcpStream, frames: &mut Frames) -> Option<Instant> {
        let mut buffer = [0; 16 * 1024];
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        frames.push(&buffer[..count]);
        Some(Instant::now() + self.shared.lock().delay)
    }

    /// Counts a request and finds the rule it fires.
    fn judge(&self, request: &Request) -> Option<Action> {
        let mut state = self.shared.lock();
        let mut progress = self.progress();
        // Messages before the first "ready for query" are authentication.
        if progress.ready > 0 && !progress.waiting && *request != Request::Terminate {
            progress.waiting = true;
            state.round_trips += 1;
        }
        let (sql, simple) = match request {
            Request::Simple(sql) => (sql, true),
            Request::Prepared(sql) => (sql, false),
            Request::Sync => {
                progress.asked += 1;
                return None;
            }
            Request::Terminate | Request::Other => return None,
        };
        state.statements.push((sql.clone(), simple));
        let number = state.statements.len();
        let action = state.rules.fire(sql, number);
        if action == Some(Action::CutAfter) {
            // An executed statement is answered in full by the "sync" that follows it.
            progress.cut_at = Some(progress.asked + 1);
        }
        if simple {
            progress.asked += 1;
        }
        action
    }

    fn write(&self, mut stream: TcpStream, queue: Receiver<Item>, direction: Direction) {
        for item in queue {
            match item {
                Item::Bytes(bytes, due) => {
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    self.wait_while_stalled(direction);
                    if stream.write_all(&bytes).is_err() {
                        break;
                    }
                }
                Item::Stall => self.stall(true),
                Item::StallAnswers => self.stall(false),
                Item::Cut => {
                    self.wait_while_stalled(direction);
                    break;
                }
            }
        }
        if let Some(open) = self.shared.lock().open.get(&self.id) {
            open.cut();
        }
    }

    fn stall(&self, both: bool) {
        if let Some(open) = self.shared.lock().open.get_mut(&self.id) {
            open.answers_stalled = true;
            open.requests_stalled |= both;
        }
    }

    fn wait_while_stalled(&self, direction: Direction) {
        let stalled = |state: &mut State| {
            state.open.get(&self.id).is_some_and(|open| match direction {
                Direction::ToServer => open.requests_stalled,
                Direction::ToClient => open.answers_stalled,
            })
        };
        let state = self.shared.lock();
        drop(self.shared.healed.wait_while(state, stalled));
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
