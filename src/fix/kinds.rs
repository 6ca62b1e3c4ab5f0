//! The same value as another kind of JSON value: `"12"` as 12, as text, as nothing.

use serde_json::{Map, Value};

use crate::row::json;

/// What a JSON value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    YesOrNo,
    Null,
    Group,
    List,
}

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::Number,
        Self::YesOrNo,
        Self::Null,
        Self::Group,
        Self::List,
    ];

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Number => "Number",
            Self::YesOrNo => "Yes or no",
            Self::Null => "Null",
            Self::Group => "Group of fields",
            Self::List => "List",
        }
    }

    /// What a value is.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::String(_) => Self::Text,
            Value::Number(_) => Self::Number,
            Value::Bool(_) => Self::YesOrNo,
            Value::Null => Self::Null,
            Value::Object(_) => Self::Group,
            Value::Array(_) => Self::List,
        }
    }

    /// The value as this kind. `None` where it says nothing of that kind; a field that is not there says nothing at all.
    pub fn made_of(self, value: Option<&Value>) -> Option<Value> {
        let value = value.unwrap_or(&Value::Null);
        let text = match value {
            Value::String(text) => text.trim(),
            _ => "",
        };
        let is_empty = value.is_null() || value == "";
        match self {
            _ if Self::of(value) == self => Some(value.clone()),
            Self::Null => Some(Value::Null),
            Self::Text if value.is_null() => Some(Value::from("")),
            Self::Text => Some(Value::from(value.to_string())),
            Self::Number => json::value(text).filter(Value::is_number),
            Self::YesOrNo => match text.to_lowercase().as_str() {
                "true" | "yes" => Some(Value::Bool(true)),
                "false" | "no" => Some(Value::Bool(false)),
                _ => None,
            },
            Self::Group if is_empty => Some(Value::Object(Map::new())),
            Self::Group => json::value(text).filter(Value::is_object),
            Self::List if is_empty => Some(Value::Array(Vec::new())),
            Self::List => {
                let written = json::value(text).filter(Value::is_array);
                Some(written.unwrap_or_else(|| Value::Array(vec![value.clone()])))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_becomes_another_kind_where_it_says_something_of_that_kind() {
        let check = |value: Value, kind: Kind, expected: Option<Value>| {
            assert_eq!(kind.made_of(Some(&value)), expected, "{value} {kind:?}");
        };
        check(json!(" 12 "), Kind::Number, Some(json!(12)));
        check(json!("12 pcs"), Kind::Number, None);
        check(json!(12), Kind::Text, Some(json!("12")));
        check(json!("Yes"), Kind::YesOrNo, Some(json!(true)));
        check(json!("maybe"), Kind::YesOrNo, None);
        check(json!(0), Kind::YesOrNo, None);
        check(json!(false), Kind::Text, Some(json!("false")));
        check(json!({"a": 1}), Kind::Text, Some(json!("{\"a\":1}")));
        check(json!("{\"a\": 1}"), Kind::Group, Some(json!({"a": 1})));
        check(json!("a"), Kind::Group, None);
        check(json!(null), Kind::Group, Some(json!({})));
        check(json!("[1]"), Kind::List, Some(json!([1])));
        check(json!("a"), Kind::List, Some(json!(["a"])));
        check(json!("a"), Kind::Null, Some(json!(null)));
        check(json!("a"), Kind::Text, Some(json!("a")));
    }

    #[test]
    fn a_field_that_is_not_there_can_begin_as_any_kind_but_a_number_or_yes_or_no() {
        let made = Kind::ALL.map(|kind| kind.made_of(None));
        let expected = [
            Some(json!("")),
            None,
            None,
            Some(json!(null)),
            Some(json!({})),
            Some(json!([])),
        ];
        assert_eq!(made, expected);
    }

    #[test]
    fn a_number_keeps_the_characters_it_was_written_with() {
        for digits in ["1.10", "123456789012345678901234567890", "-0"] {
            let number = Kind::Number.made_of(Some(&json!(digits))).unwrap();
            assert_eq!(number.to_string(), digits);
            assert_eq!(Kind::Text.made_of(Some(&number)), Some(json!(digits)));
        }
    }
}
