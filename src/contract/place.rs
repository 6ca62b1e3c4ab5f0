//! Where something stands in the files of a contract, for faults that point to it.

use std::ops::Range;

use crate::model::Fault;

/// A contract's file, for faults that point into it.
pub(super) struct Place<'t> {
    pub file: String,
    pub text: &'t str,
}

impl Place<'_> {
    pub fn at(&self, fault: Fault, span: Range<usize>) -> Fault {
        pointing(fault, &self.file, self.text, span.start)
    }
}

/// A fault with the line and the character of a byte in a file.
pub(super) fn pointing(fault: Fault, file: &str, text: &str, byte: usize) -> Fault {
    let (line, column) = line_and_column(text, byte);
    fault
        .at(file, Some(line))
        .column(u32::try_from(column).unwrap_or(u32::MAX))
}

/// The 1-based line and character of a byte.
pub fn line_and_column(text: &str, byte: usize) -> (u64, u64) {
    let byte = text.floor_char_boundary(byte);
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[start..].chars().count() + 1;
    (line as u64, column as u64)
}

/// Text that must be UTF-8.
///
/// # Errors
/// A usage fault at the first byte that is not.
pub(super) fn utf8(bytes: Vec<u8>, file: &str, what: &str) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let fault = Fault::usage(
            "contract:encoding",
            format!("{what} is not UTF-8 text from here on"),
        )
        .hint("save it as UTF-8");
        let text = String::from_utf8_lossy(error.as_bytes());
        pointing(fault, file, &text, good)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters_count_from_one() {
        let check = |text: &str, byte: usize, expected: (u64, u64)| {
            assert_eq!(line_and_column(text, byte), expected, "{text:?} {byte}");
        };
        check("", 0, (1, 1));
        check("a\nb", 2, (2, 1));
        check("ä = 1", 3, (1, 3));
        check("ä", 1, (1, 1));
        check("a\r\n", 99, (2, 1));
    }
}
