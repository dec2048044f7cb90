//! Characters that cannot be seen.

/// Format characters in use: of zero width, or turning the direction of what follows (Unicode's
/// `Default_Ignorable_Code_Point` and `Bidi_Control`). Names that differ in them look the same, and a line
/// that is turned reads as something else.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
