//! Other texts in the place of one that cannot be split into fields. Each can be split; which one is meant is for a person
//! to say.

mod csv;
mod json;

use encoding_rs::WINDOWS_1252;

use super::Row;
use crate::model::{Form, Layout};

/// The most bytes that are read to find the readings of one text, so that a long one takes no longer for each of its bytes.
const WORK: usize = 8 << 20;

/// The most texts that are tried for one.
const TRIED: usize = 48;

/// The fewest, however long the text is.
const TRIED_AT_LEAST: usize = 6;

/// A text that can be split into fields, and what makes it of the one that cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub text: String,
    /// What was done, as one would tell somebody to do it: `Double the inner quotes`. It can name a column.
    pub why: String,
    /// Whether it is one of many alike, so that it says something only where a check finds nothing wrong with it.
    pub one_of_many: bool,
}

/// The record that comes after, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next<'a> {
    pub line: u64,
    pub text: &'a [u8],
}

/// The readings of a text that [`Row::read`] takes for none, the likeliest first. Nothing for one that it reads, for an
/// excerpt, and where nothing is near.
pub fn readings(layout: &Layout, form: Form, bytes: &[u8], next: Option<Next<'_>>) -> Vec<Reading> {
    if form == Form::Excerpt || Row::read(layout, form, bytes).is_ok() {
        return Vec::new();
    }
    let mut tried = Tried {
        layout,
        form,
        left: (WORK / bytes.len().max(1)).clamp(TRIED_AT_LEAST, TRIED),
        kept: Vec::new(),
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\0') => utf16(&mut tried, bytes),
        Ok(text) => match (layout, form) {
            (Layout::Csv { columns, delimiter }, Form::Csv) => {
                csv::read(&mut tried, (columns, *delimiter), text, next);
            }
            _ => json::read(&mut tried, text),
        },
        Err(_) => {
            utf16(&mut tried, bytes);
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
            tried.offer(text.into_owned(), "Read as Windows-1252");
        }
    }
    tried.kept
}

/// Texts are tried until there were enough; those that can be split are kept.
struct Tried<'a> {
    layout: &'a Layout,
    form: Form,
    left: usize,
    kept: Vec<Reading>,
}

impl Tried<'_> {
    /// Whether another one may be tried.
    fn more(&self) -> bool {
        self.left > 0
    }

    /// Tries a text. Gives whether it can be split.
    fn offer(&mut self, text: String, why: impl Into<String>) -> bool {
        self.try_one(text, why.into(), false)
    }

    /// Tries one of many texts that are alike.
    fn offer_of_many(&mut self, text: String, why: impl Into<String>) -> bool {
        self.try_one(text, why.into(), true)
    }

    fn try_one(&mut self, text: String, why: String, one_of_many: bool) -> bool {
        if !self.more() {
            return false;
        }
        self.left -= 1;
        if self.kept.iter().any(|known| known.text == text) {
            return true;
        }
        let reads = Row::read(self.layout, self.form, text.as_bytes()).is_ok();
        if reads {
            self.kept.push(Reading {
                text,
                why,
                one_of_many,
            });
        }
        reads
    }
}

/// A line that was cut out of UTF-16 text between bytes can hold one byte of the line end before or after it.
fn utf16(tried: &mut Tried<'_>, bytes: &[u8]) {
    for (odd, first) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let Some(bytes) = bytes.get(odd..) else {
            continue;
        };
        let units = bytes.chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if first == 0 {
                u16::from_le_bytes(pair)
            } else {
                u16::from_be_bytes(pair)
            }
        });
        let text: Result<String, _> = char::decode_utf16(units).collect();
        if let Ok(text) = text {
            let text = text.trim_start_matches('\u{feff}');
            tried.offer(
                text.trim_end_matches(['\r', '\n']).to_owned(),
                "Read as UTF-16",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    fn layout() -> Layout {
        Layout::Csv {
            columns: ["id", "name", "city"].map(str::to_owned).to_vec(),
            delimiter: ',',
        }
    }

    fn of_csv(text: &str) -> Vec<(String, String)> {
        let found = readings(&layout(), Form::Csv, text.as_bytes(), None);
        found.into_iter().map(|one| (one.why, one.text)).collect()
    }

    fn of_json(text: &str) -> Vec<(String, String)> {
        let found = readings(&Layout::Json, Form::Json, text.as_bytes(), None);
        found.into_iter().map(|one| (one.why, one.text)).collect()
    }

    fn check(found: &[(String, String)], expected: &[(&str, &str)]) {
        let found: Vec<_> = found
            .iter()
            .map(|(why, text)| (why.as_str(), text.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn quotes_that_belong_to_a_value_are_doubled_or_removed() {
        check(
            &of_csv(r#"7,"Kaiser 19" Bar,Bonn"#),
            &[
                ("Double the inner quotes", r#"7,"""Kaiser 19"" Bar",Bonn"#),
                ("Remove the quotes", "7,Kaiser 19 Bar,Bonn"),
            ],
        );
        check(
            &of_csv(r#"7,"The "Best" Bar, Bonn","Bonn""#),
            &[
                (
                    "Double the inner quotes",
                    r#"7,"The ""Best"" Bar, Bonn","Bonn""#,
                ),
                (
                    "Remove the inner quotes",
                    r#"7,"The Best Bar, Bonn","Bonn""#,
                ),
            ],
        );
    }

    #[test]
    fn an_open_quote_is_closed_where_the_columns_come_out_right() {
        check(
            &of_csv(r#"7,"Bar, 19,Bonn"#),
            &[("Close the quote", r#"7,"Bar, 19",Bonn"#)],
        );
        check(
            &of_csv(r#"7,"Bar 19,Bonn"#),
            &[
                ("Close the quote", r#"7,"Bar 19",Bonn"#),
                ("Double the quote", r#"7,"""Bar 19",Bonn"#),
                ("Remove the quote", "7,Bar 19,Bonn"),
            ],
        );
    }

    #[test]
    fn a_line_that_was_broken_is_joined_with_the_next_one() {
        let next = |text: &'static str| {
            Some(Next {
                line: 8,
                text: text.as_bytes(),
            })
        };
        let found = |text: &str, then| readings(&layout(), Form::Csv, text.as_bytes(), next(then));
        let texts = |found: Vec<Reading>| -> Vec<String> {
            let own = found.into_iter().filter(|one| one.why.contains("line 8"));
            own.map(|one| one.text).collect()
        };
        assert_eq!(texts(found("7,\"Bar", "19\",Bonn")), ["7,\"Bar\n19\",Bonn"]);
        assert_eq!(
            texts(found("7,Bar", "19,Bonn")),
            ["7,\"Bar\n19\",Bonn", "7,Bar 19,Bonn"]
        );
        assert!(texts(found("7,Bar", "8,Bar,Bonn")).is_empty());
    }

    #[test]
    fn too_many_cells_are_read_as_one_value_that_holds_a_separator() {
        let found = readings(&layout(), Form::Csv, b"7,Bar, Ltd,Bonn", None);
        let first = &found[0];
        assert_eq!(first.why, "Put quotes around name");
        assert_eq!(first.text, "7,\"Bar, Ltd\",Bonn");
        assert!(first.one_of_many);
        assert_eq!(found.len(), 3);
        check(
            &of_csv("7,Bar,Bonn,,")[..1],
            &[("Remove the empty values at the end", "7,Bar,Bonn")],
        );
    }

    #[test]
    fn too_few_cells_may_lack_one_or_have_other_separators() {
        check(
            &of_csv("7;\"Bar, 19\";Bonn"),
            &[("Read semicolons as separators", "7,\"Bar, 19\",Bonn")],
        );
        let found = of_csv("7,Bonn");
        assert_eq!(
            found[0],
            ("Add an empty city".to_owned(), "7,Bonn,".to_owned())
        );
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn json_that_lacks_little_is_made_whole() {
        let trailing = "Remove the trailing comma";
        for (text, why, whole) in [
            (r#"{"a":1},"#, trailing, r#"{"a":1}"#),
            (r#"{"a":1,}"#, trailing, r#"{"a":1}"#),
            (r#"{"a":[1,2,],"b":1}"#, trailing, r#"{"a":[1,2],"b":1}"#),
            (r#"[{"a":1},"#, "Remove the list around it", r#"{"a":1}"#),
            (r#"[{"a":1}]"#, "Remove the list around it", r#"{"a":1}"#),
            (
                r#"{"a":1 "b":2}"#,
                "Add the missing comma",
                r#"{"a":1, "b":2}"#,
            ),
            (r#"{"a" 1}"#, "Add the missing colon", r#"{"a": 1}"#),
            (
                r#"{"a":{"b":[1"#,
                "Close the brackets",
                r#"{"a":{"b":[1]}}"#,
            ),
            (
                r#"{"a":"x"#,
                "Close the quote, close the brackets",
                r#"{"a":"x"}"#,
            ),
            (r#"{"a":"x}"#, "Close the quote", r#"{"a":"x"}"#),
            (
                r#"{"a":"x, "b":1}"#,
                "Close the quote",
                r#"{"a":"x", "b":1}"#,
            ),
            (
                r#"{"a":"Kaiser "19" Bar"}"#,
                "Escape the inner quotes",
                r#"{"a":"Kaiser \"19\" Bar"}"#,
            ),
            (r#"{"a":None}"#, "Write null", r#"{"a":null}"#),
            (r#"{"a":True}"#, "Write true", r#"{"a":true}"#),
            (
                r#"{"a":not there}"#,
                "Put quotes around it",
                r#"{"a":"not there"}"#,
            ),
            (r"{a:1}", "Put quotes around the name", r#"{"a":1}"#),
            (
                r#"{'a':'it "is"'}"#,
                "Write double quotes",
                r#"{"a":"it \"is\""}"#,
            ),
            (
                r#"{"a":"C:\dir"}"#,
                "Double the backslash",
                r#"{"a":"C:\\dir"}"#,
            ),
            (
                "{\"a\":\"x\ty\"}",
                "Escape the control character",
                r#"{"a":"x\ty"}"#,
            ),
            (r#"{"a":007}"#, "Put quotes around it", r#"{"a":"007"}"#),
            (
                r#"{"a":1}]"#,
                "Remove what follows the record",
                r#"{"a":1}"#,
            ),
        ] {
            let found = of_json(text);
            assert_eq!(
                found.first(),
                Some(&(why.to_owned(), whole.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn of_two_values_with_one_name_either_can_stay() {
        check(
            &of_json(r#"{"a":1,"b":{"a":2},"a":{"c":[3]}}"#),
            &[
                ("Keep the first", r#"{"a":1,"b":{"a":2}}"#),
                ("Keep the last", r#"{"b":{"a":2},"a":{"c":[3]}}"#),
            ],
        );
    }

    #[test]
    fn bytes_of_another_encoding_can_be_read_in_it() {
        let found = |bytes: &[u8]| -> Vec<_> {
            let found = readings(&layout(), Form::Csv, bytes, None);
            found.into_iter().map(|one| (one.why, one.text)).collect()
        };
        check(
            &found(b"7,M\xfcller,\x80"),
            &[("Read as Windows-1252", "7,Müller,€")],
        );
        let wide: Vec<u8> = "7,Bär,Bonn\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let expected = ("Read as UTF-16".to_owned(), "7,Bär,Bonn".to_owned());
        assert!(found(&wide).contains(&expected));
        // The line before ended in the middle of a character.
        let expected = ("Read as UTF-16".to_owned(), "7,Bär,Bonn".to_owned());
        let torn = [&[0][..], &wide[..wide.len() - 1]].concat();
        assert!(
            found(&torn[..torn.len() - 1]).contains(&expected),
            "{:?}",
            found(&torn)
        );
    }

    #[test]
    fn nothing_is_offered_for_what_can_be_read_or_is_not_near() {
        check(&of_csv("7,Bar,Bonn"), &[]);
        check(&of_json("certainly no record"), &[]);
        assert_eq!(readings(&Layout::Json, Form::Excerpt, b"{", None), []);
    }

    #[test]
    fn a_line_of_a_mebibyte_takes_no_longer_for_each_of_its_bytes() {
        let hostile = [
            format!("7,\"{}", ",\"x".repeat(1 << 18)),
            "\"a\"b,".repeat(1 << 17),
            ",".repeat(1 << 20),
            "\"".repeat(1 << 20),
        ];
        let started = Instant::now();
        for text in &hostile {
            of_csv(text);
            of_json(&format!("{{\"a\":{text}"));
        }
        of_json(&"{\"a\":".repeat(1 << 18));
        of_json(&format!("{{{}", "\"a\":1 ".repeat(1 << 18)));
        of_json(&format!("{{\"a\":\"{}", "\"b ".repeat(1 << 18)));
        // Quadratic work would take hours here.
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn every_reading_can_be_split_and_is_another_text(text in r#"[a{}\[\]:,"';\\0-9 \n]{0,24}"#, is_json in any::<bool>()) {
            let (layout, form) = if is_json { (Layout::Json, Form::Json) } else { (layout(), Form::Csv) };
            for found in readings(&layout, form, text.as_bytes(), None) {
                prop_assert!(Row::read(&layout, form, found.text.as_bytes()).is_ok(), "{found:?}");
                prop_assert!(found.text != text);
            }
        }
    }
}
