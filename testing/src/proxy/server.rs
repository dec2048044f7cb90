//! The proxy that tests hold: its rules, its counts and the thread that accepts connections.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::link;
use super::rules::{Action, Rules, Trigger};

/// A proxy on 127.0.0.1 in front of PostgreSQL or a pooler.
///
/// Rules look at every statement a client sends: the text of a simple query, or of a prepared
/// statement when it is executed. A pattern is found anywhere in the text, in upper or lower case.
/// Each rule fires once, on whichever connection is first. Dropping the proxy cuts all connections.
///
/// Encryption is refused, so that the proxy can read along; clients that only prefer it go on without.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

/// What the threads of one proxy share.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// Notified when a stalled connection may go on, or nothing matters any more.
    pub(super) healed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) rules: Rules,
    /// Simple queries and executed statements: text, and whether it came in a simple query.
    pub(super) statements: Vec<(String, bool)>,
    pub(super) round_trips: usize,
    pub(super) delay: Duration,
    pub(super) accepted: usize,
    next_id: usize,
    pub(super) open: BTreeMap<usize, Open>,
    closing: bool,
}

/// One open connection.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) client: TcpStream,
    pub(super) server: TcpStream,
    pub(super) requests_stalled: bool,
    pub(super) answers_stalled: bool,
}

impl Proxy {
    /// Starts a proxy in front of the server on 127.0.0.1:`target_port`.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub fn start(target_port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("a listener has an address").port();
        let shared =
            Arc::new(Shared { state: Mutex::new(State::default()), healed: Condvar::new() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.lock().closing {
                    break;
                }
                link::start(&accepting, client, target_port);
            }
        });
        Self { port, shared }
    }

    /// The port on 127.0.0.1 that clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How often a client waited for the server since the last reset: bursts of messages after an answer.
    /// Connecting, authentication and closing do not count.
    pub fn round_trips(&self) -> usize {
        self.shared.lock().round_trips
    }

    /// The texts of the simple queries since the last reset, in the order they came.
    pub fn messages(&self) -> Vec<String> {
        let state = self.shared.lock();
        let simple = state.statements.iter().filter(|(_, simple)| *simple);
        simple.map(|(sql, _)| sql.clone()).collect()
    }

    /// The texts of the simple queries and of the executions of prepared statements since the last reset.
    pub fn statements(&self) -> Vec<String> {
        self.shared.lock().statements.iter().map(|(sql, _)| sql.clone()).collect()
    }

    /// How many connections were made since the last reset.
    pub fn connections(&self) -> usize {
        self.shared.lock().accepted
    }

    /// Begins all counts again.
    pub fn reset_counts(&self) {
        let mut state = self.shared.lock();
        state.round_trips = 0;
        state.accepted = 0;
        state.statements.clear();
    }

    /// Cuts the connection instead of forwarding the first statement that contains `pattern`.
    pub fn cut_before(&self, pattern: &str) {
        self.add(Trigger::Contains(pattern.to_owned()), Action::CutBefore);
    }

    /// Forwards the first statement that contains `pattern`, waits until the server is done with it, and cuts
    /// the connection before any answer reaches the client.
    pub fn cut_after(&self, pattern: &str) {
        self.add(Trigger::Contains(pattern.to_owned()), Action::CutAfter);
    }

    /// As [`Proxy::cut_before`], for the `number`th statement since the last reset, counted from 1.
    pub fn cut_before_number(&self, number: usize) {
        self.add(Trigger::Number(number), Action::CutBefore);
    }

    /// As [`Proxy::cut_after`], for the `number`th statement since the last reset, counted from 1.
    pub fn cut_after_number(&self, number: usize) {
        self.add(Trigger::Number(number), Action::CutAfter);
    }

    /// Lets nothing through any more on the connection whose statement contains `pattern`, from that statement on.
    pub fn stall_on(&self, pattern: &str) {
        self.add(Trigger::Contains(pattern.to_owned()), Action::StallBefore);
    }

    /// Forwards the statement that contains `pattern` and all that follow, but no answer any more.
    pub fn stall_after(&self, pattern: &str) {
        self.add(Trigger::Contains(pattern.to_owned()), Action::StallAfter);
    }

    /// As [`Proxy::stall_on`], for the `number`th statement since the last reset, counted from 1.
    pub fn stall_on_number(&self, number: usize) {
        self.add(Trigger::Number(number), Action::StallBefore);
    }

    /// As [`Proxy::stall_after`], for the `number`th statement since the last reset, counted from 1.
    pub fn stall_after_number(&self, number: usize) {
        self.add(Trigger::Number(number), Action::StallAfter);
    }

    /// How many rules have fired since the start. A test that waits for a failure should look here
    /// whether it was this one.
    pub fn fired(&self) -> usize {
        self.shared.lock().rules.fired()
    }

    /// Delays everything by `one_way`, in each direction. Connecting itself is not delayed.
    pub fn delay(&self, one_way: Duration) {
        self.shared.lock().delay = one_way;
    }

    /// Cuts all open connections now.
    pub fn cut_all(&self) {
        let mut state = self.shared.lock();
        state.cut_all();
        self.shared.healed.notify_all();
    }

    /// Forgets all rules and the delay, and lets stalled connections go on where they stopped.
    pub fn heal(&self) {
        let mut state = self.shared.lock();
        state.rules.forget();
        state.delay = Duration::ZERO;
        state.resume();
        self.shared.healed.notify_all();
    }

    fn add(&self, trigger: Trigger, action: Action) {
        self.shared.lock().rules.add(trigger, action);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.closing = true;
            state.cut_all();
            self.shared.healed.notify_all();
        }
        // Wakes the accepting thread, which then ends.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Adds an open connection and gives it an id.
    pub(super) fn register(&mut self, open: Open) -> usize {
        let id = self.next_id;
        self.next_id += 1;
        if self.closing {
            open.cut();
        }
        self.open.insert(id, open);
        id
    }

    fn cut_all(&mut self) {
        for open in self.open.values() {
            open.cut();
        }
        self.resume();
    }

    fn resume(&mut self) {
        for open in self.open.values_mut() {
            open.requests_stalled = false;
            open.answers_stalled = false;
        }
    }
}

impl Open {
    /// Ends the connection in both directions, for both sides.
    pub(super) fn cut(&self) {
        // Fails if it is already over.
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}
