//! The lines of a script that a finding is about, made safe to show.

use std::ops::Range;

use crate::policy::Location;
use crate::text::is_invisible;

/// A finding that goes over more lines is shown by its first.
const MAX_LINES: usize = 6;

/// How many characters of a line are shown at most, and how many of them before what is marked.
const MAX_WIDTH: usize = 120;
const MAX_BEFORE: usize = 40;

/// Some lines, and what is marked in them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The lines, joined by line feeds. No character of them steers a terminal.
    pub(super) text: String,
    /// The bytes of `text` that are marked.
    pub(super) marked: Range<usize>,
    /// How many more lines what is marked goes on.
    pub(super) more: usize,
}

impl Excerpt {
    /// `None` for a location that is no place in the text.
    pub(super) fn of(text: &str, location: Location) -> Option<Self> {
        let marked = bytes(text, location)?;
        let lines = 1 + newlines(text.get(marked.clone())?.trim_end());
        let more = if lines > MAX_LINES { lines - 1 } else { 0 };
        let mut start = text.get(..marked.start)?.rfind('\n').map_or(0, |at| at + 1);
        let mut excerpt = Self { text: String::new(), marked: 0..0, more };
        for index in 0..lines - more {
            let rest = text.get(start..)?;
            let line = rest.split('\n').next()?;
            let within = marked.start.saturating_sub(start)..marked.end.saturating_sub(start);
            if index > 0 {
                excerpt.text.push('\n');
            }
            let shown = excerpt.push_line(line.strip_suffix('\r').unwrap_or(line), &within);
            if index == 0 {
                excerpt.marked.start = shown.start;
            }
            excerpt.marked.end = shown.end;
            start += line.len() + 1;
        }
        Some(excerpt)
    }

    /// The column, from 1, in which what is marked begins in the first line as it is shown.
    pub(super) fn column(&self) -> usize {
        self.text.get(..self.marked.start).map_or(1, |before| before.chars().count() + 1)
    }

    /// Adds a line, cut around what is marked; gives where that is now.
    fn push_line(&mut self, line: &str, marked: &Range<usize>) -> Range<usize> {
        let marked_at = line.get(..marked.start).map_or(0, |before| before.chars().count());
        let skipped = if marked_at > MAX_WIDTH - MAX_BEFORE { marked_at - MAX_BEFORE } else { 0 };
        if skipped > 0 {
            self.text.push('…');
        }
        let (mut from, mut to) = (None, None);
        let mut window = line.char_indices().skip(skipped);
        for (at, c) in window.by_ref().take(MAX_WIDTH) {
            if at >= marked.start && from.is_none() {
                from = Some(self.text.len());
            }
            if at >= marked.end && to.is_none() {
                to = Some(self.text.len());
            }
            self.text.push(visible(c));
        }
        let end = self.text.len();
        if window.next().is_some() {
            self.text.push('…');
        }
        from.unwrap_or(end)..to.unwrap_or(end)
    }
}

/// The bytes of a location; of a place without an extent, its character.
fn bytes(text: &str, location: Location) -> Option<Range<usize>> {
    if let Some(span) = location.span {
        return (span.start <= span.end).then_some(span.start..span.end);
    }
    let (line, column) =
        (usize::try_from(location.line?).ok()?, usize::try_from(location.column?).ok()?);
    let mut start = 0;
    for _ in 1..line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let rest = text.get(start..)?.split('\n').next()?;
    let mut chars = rest.char_indices().skip(column.saturating_sub(1));
    let at = chars.next().map_or(rest.len(), |(at, _)| at);
    let end = chars.next().map_or(rest.len(), |(at, _)| at);
    Some(start + at..start + end)
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// What is shown for a character: controls as Unicode's pictures of them, what cannot be seen as U+FFFD.
fn visible(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if c.is_control() || is_invisible(c) => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sql::LineIndex;

    fn span(range: Range<usize>) -> Location {
        Location { span: Some(range.into()), ..Location::default() }
    }

    fn excerpt(text: &str, range: Range<usize>) -> (String, String) {
        let excerpt = Excerpt::of(text, span(range)).unwrap();
        let marked = excerpt.text[excerpt.marked.clone()].to_owned();
        (excerpt.text, marked)
    }

    #[test]
    fn a_line_is_shown_with_what_is_marked() {
        assert_eq!(excerpt("a;\r\nbé c;\r\nd", 4..10), ("bé c;".into(), "bé c;".into()));
        assert_eq!(excerpt("a;\n\tb\u{1b}c;", 4..7), ("\tb␛c;".into(), "b␛c".into()));
        assert_eq!(excerpt("\u{feff}a", 3..4), ("\u{fffd}a".into(), "a".into()));
    }

    #[test]
    fn several_lines_are_shown_up_to_a_limit() {
        let text = "a\nb\nc\nd\ne\nf\ng\n";
        assert_eq!(excerpt(text, 0..3).1, "a\nb");
        let excerpt = Excerpt::of(text, span(0..13)).unwrap();
        assert_eq!((&*excerpt.text, excerpt.more), ("a", 6));
    }

    #[test]
    fn long_lines_are_cut_around_what_is_marked() {
        let text = format!("{}mark{}", "é".repeat(1000), "x".repeat(1000));
        let (shown, marked) = excerpt(&text, 2000..2004);
        assert_eq!(marked, "mark");
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert_eq!(shown.chars().count(), MAX_WIDTH + 2);
        let (shown, marked) = excerpt(&text, 0..3000);
        assert_eq!((marked.chars().count(), shown.chars().count()), (MAX_WIDTH, MAX_WIDTH + 1));
    }

    #[test]
    fn a_place_without_an_extent_is_a_character() {
        let of = |line, column| {
            let location = Location { line: Some(line), column: Some(column), ..span(0..0) };
            let location = Location { span: None, ..location };
            Excerpt::of("ab\ncé", location).map(|e| e.text[e.marked].to_owned())
        };
        assert_eq!(of(2, 2).as_deref(), Some("é"));
        assert_eq!(of(1, 9).as_deref(), Some(""));
        assert_eq!(of(3, 1), None);
        assert_eq!(Excerpt::of("a", Location::default()), None);
    }

    proptest! {
        #[test]
        fn any_place_of_any_text_is_safe_to_show(
            text in "(?s)(.|\n|\r|\t|\u{1b}|é){0,300}", a in 0usize..400, b in 0usize..400,
        ) {
            let at = |n: usize| text.floor_char_boundary(n.min(text.len()));
            let (start, end) = (at(a.min(b)), at(a.max(b)));
            let excerpt = Excerpt::of(&text, span(start..end)).unwrap();
            prop_assert!(excerpt.text.get(excerpt.marked.clone()).is_some());
            prop_assert!(!excerpt.text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')));
            prop_assert!(excerpt.text.split('\n').all(|line| line.chars().count() <= MAX_WIDTH + 2));
            let position = LineIndex::new(&text).position(start);
            let location = Location { span: None, ..Location::at(position) };
            prop_assert!(Excerpt::of(&text, location).is_some());
        }
    }
}
