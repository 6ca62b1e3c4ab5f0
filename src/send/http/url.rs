//! A URL whose path can hold values of the record: `https://crm.example/api/customers/{/customer_id}`. The record never
//! decides scheme, host or where the path begins.

use std::fmt;

use serde_json::{Map, Value};

use super::super::{cell_text, named_field, value_at};
use crate::model::Path;

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate {
    /// Scheme, host, and the path up to the first value.
    start: String,
    /// Each value with the text after it.
    rest: Vec<(Path, String)>,
}

impl UrlTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// Says what is wrong with it, lower case, no full stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (start, mut open) = match text.split_once('{') {
            Some((start, open)) => (start, Some(open)),
            None => (text, None),
        };
        let host = start
            .strip_prefix("https://")
            .or_else(|| start.strip_prefix("http://"))
            .ok_or("it must begin with https:// or http://")?;
        let (host, _) = match (host.split_once('/'), open) {
            (Some(parts), _) => parts,
            (None, Some(_)) => return Err("a value can only stand in the path".to_owned()),
            (None, None) => (host, ""),
        };
        if host.is_empty() {
            return Err("it names no host".to_owned());
        }
        if host.contains('@') {
            return Err("it holds a login; put it into a header".to_owned());
        }
        if start.contains('#') {
            return Err("it has a fragment, which is never sent".to_owned());
        }
        let mut rest = Vec::new();
        while let Some(inside) = open {
            let (path, after) = inside.split_once('}').ok_or("a { has no }")?;
            let parsed = named_field(path)?;
            let (text, next) = match after.split_once('{') {
                Some((text, next)) => (text, Some(next)),
                None => (after, None),
            };
            rest.push((parsed, text.to_owned()));
            open = next;
        }
        let template = Self {
            start: start.to_owned(),
            rest,
        };
        let example = template.filled(|_| Ok("x".to_owned()));
        match example.map(|url| url.parse::<ureq::http::Uri>()) {
            Ok(Ok(_)) => Ok(template),
            Ok(Err(error)) => Err(error.to_string()),
            Err((_, why)) => Err(why),
        }
    }

    /// The fields of a record that it needs.
    pub fn values(&self) -> impl Iterator<Item = &Path> {
        self.rest.iter().map(|(path, _)| path)
    }

    /// Whether different records have different URLs.
    pub fn holds_values(&self) -> bool {
        !self.rest.is_empty()
    }

    /// The URL of one record.
    ///
    /// # Errors
    /// The field that cannot stand in a path, and why.
    pub fn of(&self, document: &Map<String, Value>) -> Result<String, (Path, String)> {
        self.filled(|path| {
            let value = value_at(document, path);
            match value.map(cell_text).as_deref() {
                None | Some("") => Err("the URL needs a value here".to_owned()),
                // Whoever reads the path takes these for steps.
                Some("." | "..") => Err("the URL cannot hold such a value".to_owned()),
                Some(text) => Ok(text.to_owned()),
            }
        })
    }

    fn filled(
        &self,
        value: impl Fn(&Path) -> Result<String, String>,
    ) -> Result<String, (Path, String)> {
        let mut url = self.start.clone();
        for (path, text) in &self.rest {
            let value = value(path).map_err(|why| (path.clone(), why))?;
            url.push_str(&encoded(&value));
            url.push_str(text);
        }
        Ok(url)
    }
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start)?;
        for (path, text) in &self.rest {
            write!(f, "{{{path}}}{text}")?;
        }
        Ok(())
    }
}

/// Percent-encoded but for the unreserved characters of RFC 3986, 2.3.
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(template: &str, document: &Value) -> Result<String, String> {
        let template = UrlTemplate::parse(template)?;
        let document = document.as_object().unwrap();
        template
            .of(document)
            .map_err(|(path, why)| format!("{path}: {why}"))
    }

    #[test]
    fn values_stand_in_the_path_and_cannot_leave_their_place() {
        let check = |value: &str, expected: &str| {
            let url = of("https://a.example/c/{/id}/x?y=1", &json!({"id": value}));
            assert_eq!(url, Ok(format!("https://a.example/c/{expected}/x?y=1")));
        };
        check("CUS-1", "CUS-1");
        check("a/../../admin", "a%2F..%2F..%2Fadmin");
        check("x?y#z%2e", "x%3Fy%23z%252e");
        check("Ü\r\nHost: b", "%C3%9C%0D%0AHost%3A%20b");
    }

    #[test]
    fn what_cannot_stand_in_a_path_is_the_fault_of_its_field() {
        let check = |document: Value, expected: &str| {
            assert_eq!(
                of("https://a.example/{/id}", &document),
                Err(expected.to_owned())
            );
        };
        check(json!({}), "/id: the URL needs a value here");
        check(json!({"id": null}), "/id: the URL needs a value here");
        check(json!({"id": ".."}), "/id: the URL cannot hold such a value");
    }

    #[test]
    fn a_template_that_lets_the_record_decide_where_to_is_refused() {
        let check = |template: &str, expected: &str| {
            assert_eq!(UrlTemplate::parse(template), Err(expected.to_owned()));
        };
        check("ftp://a.example", "it must begin with https:// or http://");
        check("https://{/host}/x", "a value can only stand in the path");
        check("https://a.{/host}", "a value can only stand in the path");
        check("https:///x", "it names no host");
        check(
            "https://ann@a.example/",
            "it holds a login; put it into a header",
        );
        check(
            "https://a.example/#x",
            "it has a fragment, which is never sent",
        );
        check(
            "https://a.example/{id}",
            "{id} is not a path such as {/customer_id}",
        );
        check("https://a.example/{/id", "a { has no }");
    }

    #[test]
    fn a_template_is_shown_as_it_was_written() {
        let text = "https://a.example/{/id}/lines/{/n}?z=1";
        assert_eq!(UrlTemplate::parse(text).unwrap().to_string(), text);
    }
}
