//! Text that was decoded wrongly: `MÃ¼ller`.

use encoding_rs::Encoding as Table;
use serde::{Deserialize, Serialize};

use crate::fix::transform::{Apply, Given, Made, Mistake, Outcome};

/// Repairs text whose UTF-8 bytes were read in another encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encoding {
    /// How it was read, by a WHATWG label: windows-1252, latin1.
    pub label: String,
}

#[derive(Debug)]
struct Prepared(&'static Table);

impl Encoding {
    /// The encoding of a label.
    ///
    /// # Errors
    /// When there is none, or it is UTF-8 or UTF-16, which nothing is repaired by.
    pub fn table(&self) -> Result<&'static Table, Mistake> {
        let hint = "name one such as windows-1252, iso-8859-2, windows-1251, shift_jis";
        let table = Table::for_label(self.label.as_bytes());
        let table =
            table.ok_or_else(|| Mistake::new(format!("'{}' is no encoding", self.label), hint))?;
        if table.output_encoding() != table || table == encoding_rs::UTF_8 {
            return Err(Mistake::new(
                format!(
                    "text that was read as {} has no other way to be read",
                    table.name()
                ),
                hint,
            ));
        }
        Ok(table)
    }

    /// # Errors
    /// Those of [`Self::table`].
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        Ok(Box::new(Prepared(self.table()?)))
    }
}

impl Apply for Prepared {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let Some(text) = given.text().filter(|text| !text.is_ascii()) else {
            return Made::Same.into();
        };
        let (bytes, _, has_strangers) = self.0.encode(&text);
        match std::str::from_utf8(&bytes) {
            Ok(meant) if !has_strangers => Outcome::text(&text, meant),
            // It holds what this encoding cannot have read, or was right.
            _ => Made::Same.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made};

    #[test]
    fn only_text_that_was_read_wrongly_changes() {
        let encoding = |label: &str| {
            Transform::Encoding(Encoding {
                label: label.to_owned(),
            })
        };
        for (value, expected) in [
            ("MÃ¼ller", "text Müller"),
            ("â‚¬ 5", "text € 5"),
            ("Müller", "same"),
            ("日本", "same"),
            ("plain", "same"),
        ] {
            assert_eq!(made(&encoding("windows-1252"), &json!(value)), expected);
        }
        for label in ["utf-8", "utf-16le", "klingon"] {
            assert!(encoding(label).prepare(&|_| unreachable!()).is_err());
        }
    }
}
