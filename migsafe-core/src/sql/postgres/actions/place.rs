//! Where the text of a tree stands in the script.

use rowan::TextSize;
use squawk_syntax::decoded_text::DecodedText;

/// Turns offsets in a tree into offsets in the script. The text of a tree is a part of the script, or the
/// contents of a string literal in another tree, whose escapes are taken into account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    inner: Inner<'a>,
    depth: usize,
}

#[derive(Clone, Copy, Debug)]
enum Inner<'a> {
    Script(usize),
    Literal(&'a DecodedText, &'a Place<'a>),
}

impl<'a> Place<'a> {
    /// The text begins at this byte of the script.
    pub(super) fn at(offset: usize) -> Self {
        Self { inner: Inner::Script(offset), depth: 0 }
    }

    /// The text is what a literal holds that stands at `outer`.
    pub(super) fn in_literal(decoded: &'a DecodedText, outer: &'a Self) -> Self {
        Self { inner: Inner::Literal(decoded, outer), depth: outer.depth + 1 }
    }

    /// How many literals are around the text.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The offset in the script.
    pub(super) fn of(&self, offset: TextSize) -> usize {
        match self.inner {
            Inner::Script(start) => start + usize::from(offset),
            Inner::Literal(decoded, outer) => outer.of(decoded.source_pos(offset)),
        }
    }
}
