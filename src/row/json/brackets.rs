//! Which brackets and quotes of a text belong together, and which have no partner: for a text that is no JSON.

/// A bracket or quote without a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lone {
    /// Its byte in the text.
    pub at: usize,
    /// One of `{ } [ ] "`.
    pub what: char,
}

/// The brackets and quotes without a partner, in their order; brackets within quotes are none. Where a quote is never closed it is
/// the only one, as all that follows is taken for text.
pub fn lone(text: &str) -> Vec<Lone> {
    let mut lone = scan(text).lone;
    let bytes = text.as_bytes();
    if let Some(quote) = lone.iter().copied().find(|at| bytes[*at] == b'"') {
        lone = vec![quote];
    }
    lone.sort_unstable();
    let what = |at: usize| Lone {
        at,
        what: char::from(bytes[at]),
    };
    lone.into_iter().map(what).collect()
}

/// The bracket or quote that belongs to the one at this byte; `None` where there is none, or no partner.
pub fn partner(text: &str, at: usize) -> Option<usize> {
    let is_one = |byte: &u8| b"{}[]\"".contains(byte);
    text.as_bytes().get(at).filter(|byte| is_one(byte))?;
    let pairs = scan(text).pairs;
    pairs.into_iter().find_map(|(open, close)| match at {
        _ if at == open => Some(close),
        _ if at == close => Some(open),
        _ => None,
    })
}

/// The last quote of the text whose first is at `open`.
pub(in crate::row) fn end_of_text(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[derive(Debug, Default)]
struct Scan {
    pairs: Vec<(usize, usize)>,
    lone: Vec<usize>,
}

fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut found = Scan::default();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => open.push(at),
            close @ (b'}' | b']') => {
                let opens = if close == b'}' { b'{' } else { b'[' };
                // Those that are still open inside of it are never closed.
                match open.iter().rposition(|one| bytes[*one] == opens) {
                    Some(place) => {
                        found.lone.extend(open.drain(place + 1..));
                        found.pairs.extend(open.pop().map(|one| (one, at)));
                    }
                    None => found.lone.push(at),
                }
            }
            b'"' => {
                let end = end_of_text(bytes, at);
                found.pairs.extend(end.map(|end| (at, end)));
                found.lone.extend(end.is_none().then_some(at));
                at = end.unwrap_or(bytes.len());
            }
            _ => {}
        }
        at += 1;
    }
    found.lone.extend(open);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_not_closed_and_what_closes_nothing_is_found() {
        let check = |text: &str, expected: &[(usize, char)]| {
            let found: Vec<_> = lone(text).iter().map(|one| (one.at, one.what)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(r#"{"a": {"b": 1}"#, &[(0, '{')]);
        check(r#"{"a": [1, 2}"#, &[(6, '[')]);
        check(r#"{"a": [1, {"b": 2}"#, &[(0, '{'), (6, '[')]);
        check(r#"{"a": 1}}"#, &[(8, '}')]);
        check("[1, 2}", &[(0, '['), (5, '}')]);
        check(r#"{"a": "x}"#, &[(6, '"')]);
        check(r#"{"a": "}]{[\""}"#, &[]);
        check("", &[]);
    }

    #[test]
    fn partners_find_each_other() {
        let text = r#"{"a}": [1, {}]}"#;
        let check = |at: usize, expected: Option<usize>| assert_eq!(partner(text, at), expected);
        check(0, Some(14));
        check(14, Some(0));
        check(7, Some(13));
        check(1, Some(4));
        check(3, None);
        check(2, None);
        check(99, None);
        assert_eq!(partner("é}", 1), None, "inside of a character");
    }

    /// Any JSON, with brackets and quotes in its texts and names.
    fn json() -> impl Strategy<Value = String> {
        let text = r#"[{}\[\]"\\aé]{0,6}"#;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            text.prop_map(Value::from)
        ];
        let value = leaf.prop_recursive(4, 24, 4, move |inside| {
            let fields = prop::collection::btree_map(text, inside.clone(), 0..4);
            prop_oneof![
                prop::collection::vec(inside, 0..4).prop_map(Value::from),
                fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        });
        value.prop_map(|value| format!("[{value}]"))
    }

    proptest! {
        #[test]
        fn in_json_every_one_has_a_partner(text in json()) {
            prop_assert_eq!(lone(&text), Vec::new());
            for at in 0..text.len() {
                if let Some(other) = partner(&text, at) {
                    prop_assert_eq!(partner(&text, other), Some(at));
                }
            }
        }

        #[test]
        fn where_one_is_taken_away_another_is_left_alone(text in json(), which in any::<prop::sample::Index>()) {
            let paired: Vec<usize> = (0..text.len()).filter(|at| partner(&text, *at).is_some()).collect();
            let brackets: Vec<usize> = paired.into_iter().filter(|at| text.as_bytes()[*at] != b'"').collect();
            let mut without = text.clone();
            without.remove(*which.get(&brackets));
            prop_assert!(!lone(&without).is_empty(), "{}", without);
        }

        #[test]
        fn any_text_is_read_to_its_end(text in ".{0,60}|[{}\\[\\]\"\\\\ a]{0,30}") {
            for one in lone(&text) {
                prop_assert!(text[one.at..].starts_with(one.what));
                prop_assert_eq!(partner(&text, one.at), None);
            }
        }
    }
}
