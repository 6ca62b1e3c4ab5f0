//! Old values and the new ones that shall stand for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    fix::transform::{Apply, Given, Made, Mistake, Outcome, quoted},
    text::count,
};

/// Puts a new value in the place of each old one that is in the table; others stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    pub values: BTreeMap<String, String>,
}

impl Map {
    /// # Errors
    /// When the table is empty.
    pub fn prepare(&self) -> Result<Box<dyn Apply>, Mistake> {
        if self.values.is_empty() {
            return Err(Mistake::new(
                "the map holds no value",
                "write OLD=NEW, or name a CSV file with the columns old and new",
            ));
        }
        Ok(Box::new(self.clone()))
    }

    /// Reads a CSV table with the columns `old` and `new`, in any order, beside others.
    ///
    /// # Errors
    /// A column that is missing or there twice, an old value that stands twice with different new ones.
    pub fn from_csv(text: &str) -> Result<Self, Mistake> {
        let hint = "the first line must be old,new; each line below it one value";
        let mut table = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let broken = |error: csv::Error| Mistake::new(error.to_string(), hint);
        let header = table.headers().map_err(broken)?.clone();
        let column = |name: &str| {
            let mut all = (header.iter().enumerate()).filter(|(_, known)| known.trim() == name);
            match (all.next(), all.next()) {
                (Some((at, _)), None) => Ok(at),
                (None, _) => Err(Mistake::new(
                    format!("the map has no column '{name}'"),
                    hint,
                )),
                _ => Err(Mistake::new(
                    format!("the map has the column '{name}' twice"),
                    hint,
                )),
            }
        };
        let (old, new) = (column("old")?, column("new")?);
        let mut values = BTreeMap::new();
        for row in table.records() {
            let row = row.map_err(broken)?;
            let line = row.position().map_or(0, csv::Position::line);
            let (Some(old), Some(new)) = (row.get(old), row.get(new)) else {
                return Err(Mistake::new(
                    format!("line {line} of the map has too few columns"),
                    hint,
                ));
            };
            let before = values.insert(old.to_owned(), new.to_owned());
            if before.is_some_and(|before| before != new) {
                return Err(Mistake::new(
                    format!(
                        "line {line} of the map gives {} a second new value",
                        quoted(old)
                    ),
                    "keep one line for each old value",
                ));
            }
        }
        Ok(Self { values })
    }

    pub fn words(&self) -> String {
        let first = self.values.iter().next();
        let (old, new) = first.map_or(("", ""), |(old, new)| (old, new));
        let more = match self.values.len() {
            0 | 1 => String::new(),
            all => format!(" and {}", count(all as u64 - 1, "more value")),
        };
        format!("map {} to {}{more}", quoted(old), quoted(new))
    }
}

impl Apply for Map {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        let Some(text) = given.text() else {
            return Made::Same.into();
        };
        match self.values.get(&*text) {
            Some(new) => Outcome::text(&text, new),
            None => Made::Same.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fix::{Transform, transform::testing::made};

    #[test]
    fn a_table_may_have_more_columns_than_it_needs() {
        let map = Map::from_csv("count,old,new\n3,\"a,b\",x\n1,1,one\n").unwrap();
        assert_eq!(map.words(), "map \"1\" to \"one\" and 1 more value");
        let map = Transform::Map(map);
        assert_eq!(made(&map, &json!("a,b")), "text x");
        assert_eq!(made(&map, &json!(1)), "text one");
        assert_eq!(made(&map, &json!("c")), "same");
    }

    #[test]
    fn a_table_that_says_two_things_is_refused() {
        let message = |text: &str| Map::from_csv(text).unwrap_err().message;
        assert_eq!(
            message("old,old,new\n"),
            "the map has the column 'old' twice"
        );
        assert_eq!(message("from,to\n"), "the map has no column 'old'");
        assert_eq!(
            message("old,new\na,1\na,2\n"),
            "line 3 of the map gives \"a\" a second new value"
        );
        assert_eq!(
            message("old,new\na\n"),
            "line 2 of the map has too few columns"
        );
        let empty = Transform::Map(Map::from_csv("old,new\n").unwrap());
        assert!(empty.prepare(&|_| unreachable!()).is_err());
    }
}
