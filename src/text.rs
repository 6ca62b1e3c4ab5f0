//! Makes untrusted text safe for a terminal: the only module that decides what may be printed.

/// Whether a character is invisible or could steer a terminal: C0, DEL, C1, bidi controls, zero-width, tags, soft hyphen,
/// line and paragraph separators, noncharacters.
pub fn is_hidden(c: char) -> bool {
    todo!("{c}")
}

/// One line, safe to print: tab, line break, escape and every other hidden character become a visible name such as
/// `<TAB>`, `<LF>`, `<ESC>`, `<U+202E>`; at most four combining marks in a row are kept. Idempotent.
pub fn safe(text: &str) -> std::borrow::Cow<'_, str> {
    todo!("{text}")
}

/// Like [`safe`] for bytes that may not be UTF-8: such a byte becomes `<E4>`.
pub fn safe_bytes(bytes: &[u8]) -> String {
    todo!("{bytes:?}")
}

/// The columns a safe text takes in a terminal.
pub fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// A safe text cut to `columns` by grapheme, with `…` as the last column where something was cut off.
pub fn shorten(text: &str, columns: usize) -> String {
    todo!("{text} {columns}")
}

/// A whole number with thousands separators: `12,004`.
pub fn thousands(number: u64) -> String {
    todo!("{number}")
}

/// "1 record", "3 records", "1,203 records".
pub fn count(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        thousands(number),
        if number == 1 { "" } else { "s" }
    )
}
