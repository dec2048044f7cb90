//! A small client for PostgreSQL's simple query protocol.
//!
//! Tests look at the database through this client, so that they share no code with what they
//! test, and none of its pools, caches and time-outs.

use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// One row of an answer: every value as text, or `None` for NULL.
pub type Row = Vec<Option<String>>;

/// A blocking connection to a server on 127.0.0.1 that asks for no password.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    process_id: u32,
    notices: Vec<WireError>,
}

/// What the server answered instead of rows, or why it could not be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// The SQLSTATE, for example `42P01`; `08006` if the connection was lost or never made.
    pub code: String,
    /// The primary message.
    pub message: String,
    /// The detail message, if any.
    pub detail: Option<String>,
}

impl Client {
    /// Connects as the user `postgres`.
    ///
    /// # Errors
    ///
    /// If nothing listens on the port or the server refuses.
    pub fn connect(port: u16, database: &str) -> Result<Self, WireError> {
        Self::connect_as(port, "postgres", database)
    }

    /// Connects as any user.
    ///
    /// # Errors
    ///
    /// If nothing listens on the port or the server refuses, for example because it wants a password.
    pub fn connect_as(port: u16, user: &str, database: &str) -> Result<Self, WireError> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        let mut client =
            Self { stream: BufReader::new(stream), process_id: 0, notices: Vec::new() };
        client.start_up(user, database)?;
        Ok(client)
    }

    /// Runs one or more statements in one message and returns the rows of all of them.
    ///
    /// # Errors
    ///
    /// If a statement fails or the connection is lost. After a failed statement the connection
    /// can be used again.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Row>, WireError> {
        let mut body = sql.as_bytes().to_vec();
        body.push(0);
        // A server that closed the connection may have said why before; that is still to be read.
        let sent = self.send(b'Q', &body);
        let mut rows = Vec::new();
        let mut failure = sent.err();
        loop {
            let (kind, body) = match self.receive() {
                Ok(message) => message,
                Err(lost) => return Err(failure.unwrap_or(lost)),
            };
            match kind {
                b'D' => rows.push(parse_row(&body)?),
                b'E' => failure = Some(parse_error(&body)),
                b'N' => self.notices.push(parse_error(&body)),
                b'G' => self.send(b'f', b"this client does not copy\0")?,
                b'Z' => break,
                // Row descriptions, completions, parameter changes, notifications, COPY data.
                _ => {}
            }
        }
        failure.map_or(Ok(rows), Err)
    }

    /// Runs statements and returns the first value of the first row, `None` for NULL or no row.
    ///
    /// # Errors
    ///
    /// As [`Client::query`].
    pub fn value(&mut self, sql: &str) -> Result<Option<String>, WireError> {
        let first = self.query(sql)?.into_iter().next();
        Ok(first.and_then(|row| row.into_iter().next()).flatten())
    }

    /// The process id of the server process behind this connection.
    pub fn process_id(&self) -> u32 {
        self.process_id
    }

    /// The notices and warnings received so far.
    pub fn notices(&self) -> &[WireError] {
        &self.notices
    }

    /// Limits how long the next queries wait for an answer; without a limit they wait for ever.
    ///
    /// # Errors
    ///
    /// If the limit is zero.
    pub fn set_timeout(&mut self, limit: Option<Duration>) -> Result<(), WireError> {
        Ok(self.stream.get_ref().set_read_timeout(limit)?)
    }

    fn start_up(&mut self, user: &str, database: &str) -> Result<(), WireError> {
        let mut body = 0x0003_0000_u32.to_be_bytes().to_vec();
        for (name, value) in [("user", user), ("database", database)] {
            body.extend_from_slice(name.as_bytes());
            body.push(0);
            body.extend_from_slice(value.as_bytes());
            body.push(0);
        }
        body.push(0);
        self.send_length_and(&[], &body)?;
        loop {
            let (kind, body) = self.receive()?;
            match kind {
                b'R' if body != [0, 0, 0, 0] => {
                    return Err(protocol_error("the server asks for a password"));
                }
                b'K' => self.process_id = read_u32(&body, 0)?,
                b'E' => return Err(parse_error(&body)),
                b'Z' => return Ok(()),
                _ => {}
            }
        }
    }

    fn send(&mut self, kind: u8, body: &[u8]) -> Result<(), WireError> {
        self.send_length_and(&[kind], body)
    }

    fn send_length_and(&mut self, kind: &[u8], body: &[u8]) -> Result<(), WireError> {
        let length = u32::try_from(body.len() + 4)
            .map_err(|_| protocol_error("a message is at most 4 GiB long"))?;
        let mut message = kind.to_vec();
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(body);
        // One write: a proxy between us and the server sees one piece.
        Ok(self.stream.get_mut().write_all(&message)?)
    }

    fn receive(&mut self) -> Result<(u8, Vec<u8>), WireError> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = u32::from_be_bytes(length).saturating_sub(4);
        let length = usize::try_from(length).map_err(|_| protocol_error("a message too long"))?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((kind, body))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Terminate; a connection that is lost already needs no farewell.
        let _ = self.send(b'X', &[]);
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for WireError {}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        Self { code: "08006".to_owned(), message: error.to_string(), detail: None }
    }
}

fn protocol_error(message: &str) -> WireError {
    WireError { code: "08P01".to_owned(), message: message.to_owned(), detail: None }
}

fn parse_error(body: &[u8]) -> WireError {
    let field = |wanted: u8| {
        body.split(|byte| *byte == 0)
            .find_map(|field| field.strip_prefix(&[wanted]))
            .map(|text| String::from_utf8_lossy(text).into_owned())
    };
    WireError {
        code: field(b'C').unwrap_or_default(),
        message: field(b'M').unwrap_or_default(),
        detail: field(b'D'),
    }
}

fn parse_row(body: &[u8]) -> Result<Row, WireError> {
    let short = || protocol_error("a row is shorter than it says");
    let [high, low, rest @ ..] = body else {
        return Err(short());
    };
    let mut rest = rest;
    let columns = u16::from_be_bytes([*high, *low]);
    let mut row = Row::with_capacity(columns.into());
    for _ in 0..columns {
        let length = read_u32(rest, 0)?;
        rest = &rest[4..];
        if length == u32::MAX {
            row.push(None);
            continue;
        }
        let length = usize::try_from(length).map_err(|_| short())?;
        let (value, after) = rest.split_at_checked(length).ok_or_else(short)?;
        row.push(Some(String::from_utf8_lossy(value).into_owned()));
        rest = after;
    }
    Ok(row)
}

fn read_u32(bytes: &[u8], at: usize) -> Result<u32, WireError> {
    bytes
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_be_bytes)
        .ok_or_else(|| protocol_error("a message is shorter than it says"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_with_null_and_empty_values() {
        let body = [0, 3, 0, 0, 0, 1, b'a', 255, 255, 255, 255, 0, 0, 0, 0];
        assert_eq!(parse_row(&body).unwrap(), [Some("a".to_owned()), None, Some(String::new())]);
        assert!(parse_row(&body[..6]).is_err());
    }

    #[test]
    fn reads_the_fields_of_an_error() {
        let error = parse_error(b"SERROR\0C42P01\0Mno table\0Dnone at all\0\0");
        assert_eq!(error.to_string(), "no table (42P01): none at all");
    }

    #[test]
    fn nobody_listening_is_a_connection_error() {
        assert_eq!(Client::connect(1, "postgres").unwrap_err().code, "08006");
    }
}
