//! A scanner for SQLite's tokens, good for dividing statements and for recognising key words.

use crate::sql::token::{Kind, Scan};

/// Scans a script; anything at all gives tokens.
pub(super) fn scan(script: &str) -> Scan {
    let bytes = script.as_bytes();
    let mut scan = Scan::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let next = bytes.get(at + 1).copied();
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => at += 1,
            b'-' if next == Some(b'-') => at = find(bytes, at, b'\n').unwrap_or(bytes.len()),
            // SQLite itself takes a comment that never ends for one that ends with the script.
            b'/' if next == Some(b'*') => at = end_of_comment(bytes, at).unwrap_or(bytes.len()),
            0xef if bytes[at..].starts_with(b"\xef\xbb\xbf") => at += 3,
            b'\'' | b'"' | b'`' | b'[' => at = quoted(bytes, at, at, &mut scan),
            b'x' | b'X' if next == Some(b'\'') => {
                at = quoted(bytes, start, at + 1, &mut scan);
            }
            b'0'..=b'9' => {
                at += count(&bytes[at..], |b| is_word(b) || b == b'.');
                scan.push(Kind::Number, start..at);
            }
            _ if is_word(byte) && byte != b'$' => {
                at += count(&bytes[at..], is_word);
                scan.push(Kind::Word, start..at);
            }
            b'?' | b':' | b'@' | b'#' | b'$' => {
                at += 1 + count(&bytes[at + 1..], is_word);
                scan.push(Kind::Other, start..at);
            }
            _ => {
                at += 1;
                scan.push(Kind::Punct(byte), start..at);
            }
        }
    }
    scan
}

/// Reads what is quoted from `open` on, in a token from `start` on, and returns where it ends.
fn quoted(bytes: &[u8], start: usize, open: usize, scan: &mut Scan) -> usize {
    let quote = bytes[open];
    let close = if quote == b'[' { b']' } else { quote };
    let mut at = open + 1;
    let end = loop {
        match find(bytes, at, close) {
            None => {
                scan.never_ends(open, if quote == b'\'' { "string" } else { "quoted identifier" });
                break bytes.len();
            }
            // Doubled, it stands for itself; brackets know no such thing.
            Some(end) if quote != b'[' && bytes.get(end + 1) == Some(&close) => at = end + 2,
            Some(end) => break end + 1,
        }
    };
    scan.push(if quote == b'\'' { Kind::Text } else { Kind::Quoted }, start..end);
    end
}

fn end_of_comment(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 2;
    loop {
        let slash = find(bytes, at + 1, b'/')?;
        if bytes[slash - 1] == b'*' {
            return Some(slash + 1);
        }
        at = slash;
    }
}

fn find(bytes: &[u8], from: usize, byte: u8) -> Option<usize> {
    Some(from + bytes.get(from..)?.iter().position(|&b| b == byte)?)
}

fn count(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|&&b| fits(b)).count()
}

/// Letters, digits, `_`, `$`, and every byte of a character beyond ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(script: &str) -> Vec<&str> {
        scan(script).tokens.iter().map(|token| &script[token.range()]).collect()
    }

    #[test]
    fn scans_each_kind() {
        assert_eq!(
            tokens("\u{feff}SELECT a$1,x'0f','it''s' \"q\"\"\"`b``` [c\"] ?1 :v 1.5e3 é_x;"),
            [
                "SELECT",
                "a$1",
                ",",
                "x'0f'",
                ",",
                "'it''s'",
                "\"q\"\"\"",
                "`b```",
                "[c\"]",
                "?1",
                ":v",
                "1.5e3",
                "é_x",
                ";",
            ]
        );
        assert_eq!(tokens("a -- b ; '\n- /* c; -- */ /**/ d /*/ e */ f"), ["a", "-", "d", "f"]);
        assert_eq!(tokens("a /* never ends; '"), ["a"]);
        assert_eq!(tokens("漢 \u{b} é"), ["漢", "\u{b}", "é"]);
    }

    #[test]
    fn says_what_never_ends() {
        for (script, at) in [("a 'b''", 2), ("\"", 0), ("[a", 0), ("x'0", 1), ("``a```", 3)] {
            assert_eq!(scan(script).unterminated.map(|(at, _)| at), Some(at), "{script}");
        }
        assert_eq!(scan("/* x").unterminated, None);
    }
}
