//! Selectors: where in an item of a report a value is found, and what is made of it.

use std::{borrow::Cow, collections::BTreeSet};

use regex::{Captures, Regex, bytes};

use super::value::Value;
use crate::{results::table::Row, row::lenient};

/// One thing that a report lists.
pub(super) enum Item<'i> {
    /// A row of CSV.
    Row(Row<'i>),
    /// A JSON value by its text, with its members if it is an object.
    Json {
        text: &'i str,
        members: Vec<(Cow<'i, str>, &'i str)>,
    },
    /// What a text's pattern matched.
    Groups(bytes::Captures<'i>),
    /// All of a text.
    Text(&'i [u8]),
}

impl<'i> Item<'i> {
    /// A JSON value.
    pub fn json(text: &'i str) -> Self {
        let members = lenient::members(text).unwrap_or_default();
        Self::Json { text, members }
    }

    /// The item's own text.
    pub fn whole(&self) -> Cow<'_, str> {
        match self {
            Self::Row(row) => Cow::Borrowed(row.whole()),
            Self::Json { text, .. } => Cow::Borrowed(text),
            Self::Groups(groups) => {
                let all = groups.get(0).map_or(&b""[..], |all| all.as_bytes());
                String::from_utf8_lossy(all.trim_ascii_end())
            }
            Self::Text(text) => String::from_utf8_lossy(text),
        }
    }

    fn at(&self, tokens: &[String]) -> Option<Value<'_>> {
        let Some((name, rest)) = tokens.split_first() else {
            return Some(match self {
                Self::Json { text, .. } => Value::Json(Cow::Borrowed(text)),
                Self::Text(text) => Value::Text(Cow::Borrowed(text)),
                Self::Row(_) | Self::Groups(_) => Value::of_text(self.whole()),
            });
        };
        let value = match self {
            Self::Row(row) => Value::of_text(row.text(name)?),
            Self::Groups(groups) => Value::Text(Cow::Borrowed(groups.name(name)?.as_bytes())),
            Self::Json { text, members } => {
                match members.iter().rev().find(|(known, _)| known == name) {
                    Some((_, text)) => Value::Json(Cow::Borrowed(text)),
                    // Any member, or a position in a list; what an object lacks is not looked for again.
                    None if name == "*" || members.is_empty() => {
                        return Value::Json(Cow::Borrowed(text)).at(tokens);
                    }
                    None => return None,
                }
            }
            Self::Text(_) => return None,
        };
        if rest.is_empty() {
            Some(value)
        } else {
            value.at(rest)
        }
    }
}

/// Where a selector looks: at an element of the item's list of problems, and at the item around it.
#[derive(Clone, Copy)]
pub(super) struct Here<'h> {
    pub item: &'h Item<'h>,
    pub element: Option<&'h Value<'h>>,
}

impl<'h> Here<'h> {
    pub fn item(item: &'h Item<'h>) -> Self {
        let element = None;
        Self { item, element }
    }
}

/// Where a value is found; of several places the first that gives something counts.
#[derive(Debug)]
pub(super) struct Selector(pub Vec<One>);

#[derive(Debug)]
pub(super) struct One {
    /// The tokens of a pointer; a name is one token. `None` for a constant.
    pub from: Option<Vec<String>>,
    /// Whether it means the item although an element of its list is looked at.
    pub outer: bool,
    /// The name in a flat list of names and values.
    pub pair: Option<String>,
    pub pattern: Option<Regex>,
    /// A constant, or what is made of the pattern's groups.
    pub text: Option<String>,
    pub lower: bool,
    pub trim: bool,
}

impl Selector {
    /// The first value that says something.
    pub fn give<'v>(&self, here: Here<'v>) -> Option<Value<'v>> {
        let mut given = self.0.iter().filter_map(|one| one.give(here));
        given.find(|value| !value.is_nothing())
    }

    /// The same, else a value that is there and says nothing: the empty text and `null` can be what is wrong.
    pub fn give_any<'v>(&self, here: Here<'v>) -> Option<Value<'v>> {
        self.give(here)
            .or_else(|| self.0.iter().find_map(|one| one.give(here)))
    }

    /// Its text, empty where there is none.
    pub fn text(&self, here: Here<'_>) -> String {
        let given = self.give(here);
        given.map_or_else(String::new, |value| value.text().into_owned())
    }

    /// The first place it looks at, as a map names it.
    pub fn shown(&self) -> String {
        let Some(one) = self.0.first() else {
            return String::new();
        };
        let from = match one.from.as_deref() {
            Some([name]) => name.clone(),
            Some(tokens) => format!("/{}", tokens.join("/")),
            None => String::new(),
        };
        let pattern = one.pattern.as_ref().map(Regex::as_str);
        let more = [one.pair.as_deref(), pattern].into_iter().flatten();
        let all = std::iter::once(from.as_str()).filter(|from| !from.is_empty());
        all.chain(more).collect::<Vec<_>>().join(" ")
    }

    /// The columns it looks at.
    pub fn columns(&self) -> BTreeSet<&str> {
        let tokens = self.0.iter().filter_map(|one| one.from.as_ref()?.first());
        tokens.map(String::as_str).collect()
    }
}

impl One {
    fn give<'v>(&self, here: Here<'v>) -> Option<Value<'v>> {
        let mut value = match (&self.from, here.element) {
            (None, _) if self.pattern.is_none() => {
                return Some(Value::of_text(Cow::Owned(self.text.clone()?)));
            }
            (from, Some(element)) if !self.outer => element.at(from.as_deref().unwrap_or(&[]))?,
            (from, _) => here.item.at(from.as_deref().unwrap_or(&[]))?,
        };
        if let Some(name) = &self.pair {
            value = value.pair(name)?;
        }
        if self.pattern.is_none() && !self.lower && !self.trim {
            return Some(value);
        }
        if value.is_nothing() {
            return Some(value);
        }
        if !self.lower && self.pattern.is_none() {
            // Trimming keeps bytes that are no UTF-8, and JSON that is no text.
            return Some(match &value {
                Value::Json(json) if !json.starts_with('"') => value,
                _ => Value::Text(Cow::Owned(value.bytes().trim_ascii().to_vec())),
            });
        }
        let text = value.text();
        let mut text = match &self.pattern {
            None => text.into_owned(),
            Some(pattern) => self.made_of(&pattern.captures(&text)?)?,
        };
        if self.trim {
            text.truncate(text.trim_end().len());
            text.drain(..text.len() - text.trim_start().len());
        }
        if self.lower {
            text = text.to_lowercase();
        }
        Some(Value::of_text(Cow::Owned(text)))
    }

    /// The text made of a pattern's groups: the first that took part; of a pattern without groups all that matched.
    fn made_of(&self, groups: &Captures<'_>) -> Option<String> {
        if let Some(text) = &self.text {
            let mut made = String::new();
            groups.expand(text, &mut made);
            return Some(made);
        }
        let group = if groups.len() > 1 {
            groups.iter().skip(1).flatten().next()
        } else {
            groups.get(0)
        };
        group.map(|group| group.as_str().to_owned())
    }
}
