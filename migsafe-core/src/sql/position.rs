//! Lines and columns of byte offsets, and the byte offsets of character positions.
//!
//! Building the index is one pass over the text; a look-up never walks more than
//! one kilobyte of it, however long its lines are.

use std::fmt;

use serde::Serialize;

/// A place in a script, as people and editors count: both numbers begin at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line, from 1. Lines end with `\n`.
    pub line: u32,
    /// The column, from 1, in Unicode scalar values (a byte order mark counts as one).
    pub column: u32,
}

impl fmt::Display for Position {
    /// `line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The index of one text.
///
/// ```
/// # use migsafe_core::sql::LineIndex;
/// let index = LineIndex::new("SELECT 'é';\nSELECT 2;");
/// let second = index.position(13);
/// assert_eq!((second.line, second.column), (2, 1));
/// // The thirteenth character (from 1) begins at byte 13: `é` has two bytes.
/// assert_eq!(index.from_char_offset(13), 13);
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    /// The byte offset at which each line begins; the first is 0.
    lines: Vec<usize>,
    /// How many characters begin before byte `i * BLOCK`.
    blocks: Vec<usize>,
}

/// Bytes between two entries of the table of character counts.
const BLOCK: usize = 1024;

impl<'a> LineIndex<'a> {
    /// Reads the text once.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut lines = vec![0];
        let mut blocks = Vec::with_capacity(text.len() / BLOCK + 1);
        let mut characters = 0;
        for (offset, &byte) in text.as_bytes().iter().enumerate() {
            if offset.is_multiple_of(BLOCK) {
                blocks.push(characters);
            }
            characters += usize::from(begins_character(byte));
            if byte == b'\n' {
                lines.push(offset + 1);
            }
        }
        if text.len().is_multiple_of(BLOCK) {
            blocks.push(characters);
        }
        Self { text, lines, blocks }
    }

    /// The position of a byte offset. An offset inside a character means that character, and one
    /// beyond the end means the end.
    #[must_use]
    pub fn position(&self, byte_offset: usize) -> Position {
        let mut offset = byte_offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|&start| start <= offset);
        // `lines` begins with 0, so `line` is at least 1.
        let start = self.lines[line - 1];
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        Position { line: saturated(line), column: saturated(column) }
    }

    /// The byte offset of the character with this number, counted from 1 over the whole text, as
    /// PostgreSQL reports the position of an error. 0 means the first character, a number
    /// beyond the end the end of the text.
    #[must_use]
    pub fn from_char_offset(&self, number: usize) -> usize {
        let before = number.saturating_sub(1);
        let block = self.blocks.partition_point(|&count| count <= before).saturating_sub(1);
        let mut missing = before - self.blocks[block];
        let from = block * BLOCK;
        for (i, &byte) in self.text.as_bytes()[from..].iter().enumerate() {
            if begins_character(byte) {
                if missing == 0 {
                    return from + i;
                }
                missing -= 1;
            }
        }
        self.text.len()
    }

    /// How many characters begin before `offset`, which is at most the text's length.
    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let rest = &self.text.as_bytes()[block * BLOCK..offset];
        self.blocks[block] + rest.iter().filter(|&&byte| begins_character(byte)).count()
    }
}

/// Whether a byte of UTF-8 is the first of its character.
fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

fn saturated(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str, offset: usize) -> (u32, u32) {
        let position = LineIndex::new(text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        assert_eq!(at("", 0), (1, 1));
        assert_eq!(at("", 9), (1, 1));
        assert_eq!(at("ab\ncd", 3), (2, 1));
        assert_eq!(at("ab\ncd", 2), (1, 3));
        assert_eq!(at("ab\r\ncd", 5), (2, 2));
        assert_eq!(at("é漢𐐷x", 9), (1, 4));
        assert_eq!(at("é漢𐐷x", 8), (1, 3), "inside a character means that character");
        assert_eq!(at("\u{feff}x", 3), (1, 2));
        assert_eq!(at("a\n", 2), (2, 1));
    }

    #[test]
    fn serialises_as_two_numbers() {
        let json = serde_json::to_string(&Position { line: 3, column: 7 }).unwrap();
        assert_eq!(json, r#"{"line":3,"column":7}"#);
        assert_eq!(Position { line: 3, column: 7 }.to_string(), "3:7");
    }

    #[test]
    fn one_long_line_is_looked_up_quickly() {
        let text = "é;".repeat(1_000_000);
        let index = LineIndex::new(&text);
        for statement in (0..1_000_000).step_by(7) {
            assert_eq!(index.position(statement * 3).column as usize, statement * 2 + 1);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_counting(
            piece in "(?s)(.|\n|é|漢){0,40}",
            times in 0usize..80,
            at in 0usize..9000,
        ) {
            let text = piece.repeat(times);
            let index = LineIndex::new(&text);
            let at = text.floor_char_boundary(at);
            let before = &text[..at];
            let position = index.position(at);
            prop_assert_eq!(position.line as usize, before.matches('\n').count() + 1);
            let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
            prop_assert_eq!(position.column as usize, column);
            prop_assert_eq!(index.from_char_offset(before.chars().count() + 1), at);
        }
    }
}
