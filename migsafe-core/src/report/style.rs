//! How the text renderings look: plain or coloured, folded or complete.

/// The look of a text rendering.
///
/// The caller decides: the core knows neither a terminal nor `NO_COLOR`.
///
/// ```
/// use migsafe_core::report::Style;
/// let style = Style::plain().showing_all(true);
/// assert!(!style.is_coloured() && style.shows_all());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    coloured: bool,
    all: bool,
}

impl Style {
    /// Characters only, long lists folded; the default.
    #[must_use]
    pub const fn plain() -> Self {
        Self { coloured: false, all: false }
    }

    /// With the colours of a terminal (ECMA-48 SGR), long lists folded.
    #[must_use]
    pub const fn coloured() -> Self {
        Self { coloured: true, all: false }
    }

    /// Whether every applied migration is listed, or only the last few.
    #[must_use]
    pub const fn showing_all(mut self, all: bool) -> Self {
        self.all = all;
        self
    }

    /// Whether colours are used.
    #[must_use]
    pub const fn is_coloured(self) -> bool {
        self.coloured
    }

    /// Whether every applied migration is listed.
    #[must_use]
    pub const fn shows_all(self) -> bool {
        self.all
    }

    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        if !self.coloured || text.is_empty() || paint == Paint::None {
            return text.to_owned();
        }
        format!("\u{1b}[{}m{text}\u{1b}[0m", paint.code())
    }
}

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    None,
    Strong,
    Faint,
    Good,
    Open,
    Doubtful,
    Bad,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Open => "36",
            Self::Doubtful => "33",
            Self::Bad => "1;31",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_only_when_asked() {
        assert_eq!(Style::plain().paint(Paint::Bad, "x"), "x");
        assert_eq!(Style::coloured().paint(Paint::Bad, "x"), "\u{1b}[1;31mx\u{1b}[0m");
        assert_eq!(Style::coloured().paint(Paint::Bad, ""), "");
    }
}
