//! Whether a text has a format, asked outside of a schema.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{SpecError, schema::Schema};

/// Formats that can be asked about one by one. They are schemas like any other, so that the answer is the check's.
pub struct Formats(Vec<(&'static str, Schema)>);

impl Formats {
    /// Of these names, as JSON Schema knows them.
    ///
    /// # Errors
    /// Those of a schema.
    pub fn build(names: impl IntoIterator<Item = &'static str>) -> Result<Self, SpecError> {
        let build = |name| {
            let root =
                json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "format": name});
            Ok((name, Schema::build(root, BTreeMap::new(), true)?))
        };
        names
            .into_iter()
            .map(build)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether the text has the format; a format that was not named is had by none.
    pub fn fits(&self, name: &str, text: &str) -> bool {
        let Some((_, schema)) = self.0.iter().find(|(known, _)| *known == name) else {
            return false;
        };
        let mut problems = Vec::new();
        let outcome = schema.check(&Value::String(text.to_owned()), &mut problems);
        outcome.is_ok() && problems.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_that_of_the_check() {
        let formats = Formats::build(["date", "email"]).unwrap();
        assert!(formats.fits("date", "2024-02-29") && !formats.fits("date", "2023-02-29"));
        assert!(formats.fits("email", "a@b.example") && !formats.fits("email", "a@"));
        assert!(!formats.fits("uuid", "2024-02-29"));
    }
}
