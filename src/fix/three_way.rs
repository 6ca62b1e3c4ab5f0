//! Two people changed one record: what each of them changed, field by field, and what of it can stand beside the other's.

use serde_json::Value;

use super::Change;
use crate::model::{Path, WhoChanged};

/// One place at which the three values of a record are not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Parting {
    pub path: Path,
    /// What both began with; `None` where the field is not there, as in what follows.
    pub opened: Option<Value>,
    pub theirs: Option<Value>,
    pub mine: Option<Value>,
}

impl Parting {
    /// Who changed it.
    pub fn who(&self) -> WhoChanged {
        if self.theirs == self.mine {
            WhoChanged::Alike
        } else if self.theirs == self.opened {
            WhoChanged::Mine
        } else if self.mine == self.opened {
            WhoChanged::Theirs
        } else {
            WhoChanged::Both
        }
    }

    /// The change that makes the field mine. What was typed is taken as it was typed, where it was typed into this field.
    fn change(&self, typed: &[Change]) -> Change {
        let path = self.path.clone();
        let same =
            |change: &&Change| !matches!(change, Change::Raw(_)) && change.path() == self.path;
        match (typed.iter().rfind(same), &self.mine) {
            (Some(typed), _) => typed.clone(),
            (None, Some(value)) => Change::Json {
                path,
                value: value.clone(),
            },
            (None, None) => Change::Unset { path },
        }
    }
}

/// Where the values part, in the order in which the fields stand. Objects are compared by their fields and lists of equal
/// length by their entries; lists of another length as a whole, because nobody can say which entry is which.
pub fn part(opened: &Value, theirs: &Value, mine: &Value) -> Vec<Parting> {
    let mut partings = Vec::new();
    compare(
        &Path::root(),
        [Some(opened), Some(theirs), Some(mine)],
        &mut partings,
    );
    partings
}

/// The changes that make those fields mine that one of `whose` changed. `typed` is what was typed.
pub fn changes(partings: &[Parting], whose: &[WhoChanged], typed: &[Change]) -> Vec<Change> {
    let wanted = partings.iter().filter(|one| whose.contains(&one.who()));
    wanted.map(|one| one.change(typed)).collect()
}

/// The three values at a path: as opened, theirs, mine.
type Three<'v> = [Option<&'v Value>; 3];

fn compare(path: &Path, three: Three<'_>, partings: &mut Vec<Parting>) {
    let [opened, theirs, mine] = three;
    if opened == theirs && opened == mine {
        return;
    }
    match three {
        [
            Some(Value::Object(a)),
            Some(Value::Object(b)),
            Some(Value::Object(c)),
        ] => {
            let mut names: Vec<&String> = a.keys().collect();
            for name in b.keys().chain(c.keys()) {
                if !a.contains_key(name) && !names.contains(&name) {
                    names.push(name);
                }
            }
            for name in names {
                let inside = [a.get(name), b.get(name), c.get(name)];
                compare(&path.child(name), inside, partings);
            }
        }
        [
            Some(Value::Array(a)),
            Some(Value::Array(b)),
            Some(Value::Array(c)),
        ] if a.len() == b.len() && a.len() == c.len() => {
            for at in 0..a.len() {
                let inside = [a.get(at), b.get(at), c.get(at)];
                compare(&path.child(&at.to_string()), inside, partings);
            }
        }
        _ => partings.push(Parting {
            path: path.clone(),
            opened: opened.cloned(),
            theirs: theirs.cloned(),
            mine: mine.cloned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn said(opened: &Value, theirs: &Value, mine: &Value) -> Vec<(String, WhoChanged)> {
        let partings = part(opened, theirs, mine);
        let said = partings
            .iter()
            .map(|one| (one.path.as_str().to_owned(), one.who()));
        said.collect()
    }

    fn check(three: [Value; 3], expected: &[(&str, WhoChanged)]) {
        let [opened, theirs, mine] = three;
        let expected: Vec<_> = (expected.iter())
            .map(|(path, who)| ((*path).to_owned(), *who))
            .collect();
        assert_eq!(
            said(&opened, &theirs, &mine),
            expected,
            "{opened} {theirs} {mine}"
        );
    }

    #[test]
    fn each_field_is_told_by_who_changed_it() {
        use WhoChanged::{Alike, Both, Mine, Theirs};
        let opened = json!({"email": "a@x", "city": "Bern", "vip": true, "name": "Ann", "age": 1});
        let theirs =
            json!({"email": "a@x.org", "city": "Bern", "vip": false, "name": "Anna", "age": 1});
        let mine =
            json!({"email": "a@x.com", "city": "Basel", "vip": true, "name": "Anna", "age": 1});
        let expected = [
            ("/email", Both),
            ("/city", Mine),
            ("/vip", Theirs),
            ("/name", Alike),
        ];
        check([opened, theirs, mine], &expected);
    }

    #[test]
    fn fields_that_come_and_go_are_changes_too() {
        use WhoChanged::{Alike, Both, Mine, Theirs};
        check(
            [json!({"a": 1}), json!({}), json!({"a": 2})],
            &[("/a", Both)],
        );
        check([json!({"a": 1}), json!({}), json!({})], &[("/a", Alike)]);
        let new = [json!({}), json!({"b": 1}), json!({"c": 2})];
        check(new, &[("/b", Theirs), ("/c", Mine)]);
        check(
            [json!({"a": null}), json!({}), json!({"a": null})],
            &[("/a", Theirs)],
        );
    }

    #[test]
    fn what_lies_deeper_is_compared_by_itself() {
        use WhoChanged::{Both, Mine, Theirs};
        let opened = json!({"c": {"x": 1, "y": 1}, "l": [{"q": 1}, 2]});
        let theirs = json!({"c": {"x": 2, "y": 1}, "l": [{"q": 1}, 3]});
        let mine = json!({"c": {"x": 1, "y": 2}, "l": [{"q": 9}, 2]});
        let expected = [
            ("/c/x", Theirs),
            ("/c/y", Mine),
            ("/l/0/q", Mine),
            ("/l/1", Theirs),
        ];
        check([opened, theirs, mine], &expected);
        // Which entry is which cannot be known.
        check(
            [
                json!({"l": [1, 2]}),
                json!({"l": [1]}),
                json!({"l": [3, 2]}),
            ],
            &[("/l", Both)],
        );
        check(
            [
                json!({"c": {"x": 1}}),
                json!({"c": 7}),
                json!({"c": {"x": 2}}),
            ],
            &[("/c", Both)],
        );
        check([json!([1]), json!({"a": 1}), json!([1])], &[("", Theirs)]);
    }

    #[test]
    fn a_name_with_a_slash_is_one_field() {
        check(
            [json!({"a/b": 1}), json!({"a/b": 1}), json!({"a/b": 2})],
            &[("/a~1b", WhoChanged::Mine)],
        );
    }

    #[test]
    fn what_was_typed_into_the_field_is_taken_as_it_was_typed() {
        let path = |pointer: &str| Path::parse(pointer).unwrap();
        let partings = part(
            &json!({"n": 1, "c": {"x": 1, "y": 1}, "z": 1}),
            &json!({"n": 1, "c": {"x": 2, "y": 1}, "z": 1}),
            &json!({"n": 7, "c": {"x": 1, "y": 2}}),
        );
        let typed = [
            Change::Text {
                path: path("/n"),
                text: "007".to_owned(),
            },
            Change::Json {
                path: path("/c"),
                value: json!({"x": 1, "y": 2}),
            },
            Change::Text {
                path: path("/z"),
                text: String::new(),
            },
        ];
        let found = changes(&partings, &[WhoChanged::Mine], &typed);
        let expected = [
            typed[0].clone(),
            // The whole of `c` as it was typed would take theirs back.
            Change::Json {
                path: path("/c/y"),
                value: json!(2),
            },
            typed[2].clone(),
        ];
        assert_eq!(found, expected);
        let gone = part(&json!({"a": 1}), &json!({"a": 1}), &json!({}));
        assert_eq!(
            changes(&gone, &[WhoChanged::Mine], &[]),
            [Change::Unset { path: path("/a") }]
        );
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(1)),
            Just(json!(2)),
            Just(json!("a")),
            Just(Value::Null)
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[ab/~]", inner, 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn turning_the_people_round_turns_the_answer_round(a in values(), b in values(), c in values()) {
            let mirrored = |who| match who {
                WhoChanged::Mine => WhoChanged::Theirs,
                WhoChanged::Theirs => WhoChanged::Mine,
                same => same,
            };
            let mut here = said(&a, &b, &c);
            let there = said(&a, &c, &b);
            for (_, who) in &mut here {
                *who = mirrored(*who);
            }
            here.sort_by(|a, b| a.0.cmp(&b.0));
            let mut there = there;
            there.sort_by(|a, b| a.0.cmp(&b.0));
            prop_assert_eq!(here, there);
        }

        #[test]
        fn where_nobody_else_changed_anything_all_is_mine(a in values(), c in values()) {
            prop_assert!(said(&a, &a, &c).iter().all(|(_, who)| *who == WhoChanged::Mine));
            prop_assert_eq!(said(&a, &c, &c).iter().filter(|(_, who)| *who != WhoChanged::Alike).count(), 0);
        }
    }
}
