//! Cutting a byte stream into messages of the PostgreSQL protocol.

use std::collections::BTreeMap;
use std::ops::Range;

/// Collects bytes and gives them back as whole messages.
#[derive(Debug, Default)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    start: usize,
}

impl Frames {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message, its type byte and length included.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let range = self.next_range()?;
        self.start = range.end;
        Some(&self.bytes[range])
    }

    fn next_range(&self) -> Option<Range<usize>> {
        let length = self.bytes.get(self.start + 1..self.start + 5)?;
        let length = u32::from_be_bytes(length.try_into().ok()?);
        let end = self.start + 1 + usize::try_from(length).ok()?;
        (end <= self.bytes.len()).then_some(self.start..end)
    }
}

/// What a client's message makes the server do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// A simple query with this text.
    Simple(String),
    /// The execution of a prepared statement with this text.
    Prepared(String),
    /// The end of an extended-protocol exchange, answered by "ready for query".
    Sync,
    /// The client says goodbye.
    Terminate,
    /// Anything else.
    Other,
}

/// Follows prepared statements, to know the text of what is executed.
#[derive(Debug, Default)]
pub(super) struct Requests {
    statements: BTreeMap<String, String>,
    portals: BTreeMap<String, String>,
}

impl Requests {
    /// Understands one whole message of a client.
    pub(super) fn read(&mut self, message: &[u8]) -> Request {
        let Some((kind, body)) = message.split_first() else {
            return Request::Other;
        };
        let mut texts = body.get(4..).unwrap_or_default().split(|byte| *byte == 0);
        let mut text = || String::from_utf8_lossy(texts.next().unwrap_or_default()).into_owned();
        match kind {
            b'Q' => return Request::Simple(text()),
            b'P' => {
                let name = text();
                self.statements.insert(name, text());
            }
            b'B' => {
                let portal = text();
                let sql = self.statements.get(&text()).cloned().unwrap_or_default();
                self.portals.insert(portal, sql);
            }
            b'E' => {
                return Request::Prepared(self.portals.get(&text()).cloned().unwrap_or_default());
            }
            // A function call ends with "ready for query", too.
            b'S' | b'F' => return Request::Sync,
            b'X' => return Request::Terminate,
            _ => {}
        }
        Request::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    #[test]
    fn whole_messages_come_out_however_the_bytes_come_in() {
        let stream = [message(b'Q', b"SELECT 1\0"), message(b'X', b"")].concat();
        for size in 1..=stream.len() {
            let mut frames = Frames::default();
            let mut out = Vec::new();
            for piece in stream.chunks(size) {
                frames.push(piece);
                while let Some(message) = frames.next() {
                    out.push(message.to_vec());
                }
            }
            assert_eq!(out, [message(b'Q', b"SELECT 1\0"), message(b'X', b"")]);
        }
    }

    #[test]
    fn an_execution_has_the_text_of_its_statement() {
        let mut requests = Requests::default();
        assert_eq!(requests.read(&message(b'P', b"s1\0SELECT 2\0\0\0")), Request::Other);
        assert_eq!(requests.read(&message(b'B', b"\0s1\0\0\0\0\0")), Request::Other);
        let execute = requests.read(&message(b'E', b"\0\0\0\0\0"));
        assert_eq!(execute, Request::Prepared("SELECT 2".to_owned()));
        assert_eq!(requests.read(&message(b'S', b"")), Request::Sync);
    }
}
