//! What a map's TOML file says, key by key. Nothing is decided here but spelling: an unknown key is an error.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use toml::Spanned;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub tool: Spanned<String>,
    pub format: Spanned<Words>,
    pub when: Option<Vec<Spanned<Selector>>>,
    pub items: Option<Spanned<String>>,
    pub pattern: Option<Spanned<String>>,
    pub starts: Option<Spanned<String>>,
    #[serde(default)]
    pub trim: bool,
    pub limit: Option<Spanned<Selector>>,
    #[serde(default)]
    pub skip: Vec<Spanned<Skip>>,
    #[serde(default)]
    pub record: Record,
    #[serde(default)]
    pub place: Place,
    pub problem: Problem,
}

/// Items that are no rejected record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Skip {
    pub without: Option<Spanned<Selector>>,
    #[serde(rename = "where")]
    pub with: Option<Spanned<Selector>>,
    pub remark: Option<Spanned<Selector>>,
    #[serde(default)]
    pub capped: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub text: Option<Spanned<Selector>>,
    pub object: Option<Spanned<Selector>>,
    pub rest: Option<Spanned<bool>>,
    #[serde(default)]
    pub without: Vec<String>,
    pub form: Option<Spanned<String>>,
    pub columns: Option<Spanned<Vec<String>>>,
    pub delimiter: Option<Spanned<String>>,
    pub beside: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub file: Option<Spanned<Selector>>,
    pub byte: Option<Spanned<Selector>>,
    pub record: Option<Spanned<Selector>>,
    pub index: Option<Spanned<Selector>>,
    pub line: Option<Spanned<Selector>>,
    pub last_line: Option<Spanned<Selector>>,
    pub row: Option<Spanned<Selector>>,
    pub key: Option<Key>,
    #[serde(default)]
    pub item: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub field: String,
    pub value: Spanned<Selector>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Problem {
    pub list: Option<Spanned<Selector>>,
    pub stage: Spanned<Stage>,
    pub label: Option<Spanned<Selector>>,
    pub code: Option<Spanned<Selector>>,
    pub detail: Option<Spanned<Selector>>,
    pub field: Option<Spanned<Selector>>,
    pub field_is: Option<Spanned<String>>,
    pub message: Option<Spanned<Selector>>,
    pub value: Option<Spanned<Selector>>,
    pub severity: Option<Spanned<String>>,
}

/// One word or several.
#[derive(Debug)]
pub(super) struct Words(pub Vec<String>);

/// Where a value is found; of several the first that gives something counts.
#[derive(Debug)]
pub(super) struct Selector(pub Vec<One>);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    pub from: Option<String>,
    pub pair: Option<String>,
    pub pattern: Option<Spanned<String>>,
    pub text: Option<String>,
    #[serde(default)]
    pub lower: bool,
    #[serde(default)]
    pub trim: bool,
}

/// A stage by its word, or by a value of the report.
#[derive(Debug)]
pub(super) enum Stage {
    Word(String),
    Table(StageTable),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StageTable {
    pub from: Selector,
    pub values: BTreeMap<String, Spanned<String>>,
    pub otherwise: Spanned<String>,
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word in quotes, or a list of words")
            }

            fn visit_str<E>(self, word: &str) -> Result<Words, E> {
                Ok(Words(vec![word.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        from.deserialize_any(Visit)
    }
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Selector;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column or pointer in quotes, { from = ... }, or a list of these")
            }

            fn visit_str<E>(self, name: &str) -> Result<Selector, E> {
                Ok(Selector(vec![One {
                    from: Some(name.to_owned()),
                    ..One::default()
                }]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Selector, A::Error> {
                let one = One::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Selector(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Selector, A::Error> {
                let mut all = Vec::new();
                while let Some(Selector(more)) = list.next_element()? {
                    all.extend(more);
                }
                Ok(Selector(all))
            }
        }
        from.deserialize_any(Visit)
    }
}

impl<'de> Deserialize<'de> for Stage {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Stage;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a stage in quotes, or { from = ..., values = { ... }, otherwise = ... }",
                )
            }

            fn visit_str<E>(self, word: &str) -> Result<Stage, E> {
                Ok(Stage::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Stage, A::Error> {
                let table = StageTable::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Stage::Table(table))
            }
        }
        from.deserialize_any(Visit)
    }
}
