//! The checksum of a script, compatible with Prisma Migrate.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// SHA-256 of a script's text, written as 64 lower-case hexadecimal digits.
///
/// Prisma hashes the text exactly as it is; when it compares, it also accepts the text with every
/// line end turned into LF or into CRLF, and an old form without zero padding (observed with the
/// schema engine 6.19.0, see the chapter on Prisma in the book).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Checksum([u8; 32]);

impl Checksum {
    /// The checksum of a script's text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// From the 32 bytes of the digest.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether a stored checksum is this one, as 64 lower-case digits. The cheap, exact test.
    #[must_use]
    pub fn equals_hex(&self, stored: &str) -> bool {
        let stored = stored.as_bytes();
        stored.len() == 64
            && self.0.iter().zip(stored.chunks_exact(2)).all(|(byte, pair)| {
                pair[0] == HEX[usize::from(byte >> 4)] && pair[1] == HEX[usize::from(byte & 15)]
            })
    }

    /// Whether a stored checksum belongs to this text in one of the forms that Prisma accepts:
    /// as is, with LF line ends, with CRLF line ends; each also unpadded when the stored form does
    /// not have 64 digits.
    #[must_use]
    pub fn accepts(&self, stored: &str, text: &str) -> bool {
        if self.equals_hex(stored) {
            return true;
        }
        if stored.is_empty() {
            return false;
        }
        let unpadded = stored.len() != 64;
        let fits = |sum: &Self| {
            if unpadded { sum.unpadded() == stored } else { sum.equals_hex(stored) }
        };
        (unpadded && fits(self))
            || fits(&Self::of(&text.replace("\r\n", "\n")))
            || fits(&Self::of(&text.replace('\n', "\r\n")))
    }

    /// The form that early Prisma versions wrote: every byte in hexadecimal without zero padding.
    fn unpadded(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:x}");
            text
        })
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LF: &str = "a\nb\n";
    const CRLF: &str = "a\r\nb\r\n";
    const MIXED: &str = "a\r\nb\n";

    fn accepts(file: &str, stored_text: &str) -> bool {
        Checksum::of(file).accepts(&Checksum::of(stored_text).to_string(), file)
    }

    #[test]
    fn known_digest() {
        assert_eq!(
            Checksum::of("").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn line_endings_are_tolerated_exactly_as_prisma_does() {
        assert!(accepts(CRLF, LF));
        assert!(accepts(LF, CRLF));
        assert!(accepts(MIXED, LF));
        assert!(!accepts(MIXED, CRLF), "the mixed file becomes \\r\\r\\n");
        assert!(!accepts(LF, MIXED));
        assert!(!accepts("a\nb", LF), "a trailing line feed counts");
        assert!(!accepts("\u{feff}a\nb\n", LF), "a byte order mark counts");
    }

    #[test]
    fn unpadded_form_is_accepted_and_upper_case_is_not() {
        let text = "CREATE TABLE t (id int);";
        let sum = Checksum::of(text);
        let unpadded: Vec<String> = sum.as_bytes().iter().map(|b| format!("{b:x}")).collect();
        let unpadded = unpadded.concat();
        assert!(sum.accepts(&unpadded, text));
        assert!(!sum.accepts(&sum.to_string().to_uppercase(), text));
        assert!(!sum.accepts("", text));
    }
}
