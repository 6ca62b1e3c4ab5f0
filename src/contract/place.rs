//! Where something stands in the files of a contract, for faults that point to it.

use std::ops::Range;

use crate::model::Fault;
pub use crate::text::line_and_column;

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
