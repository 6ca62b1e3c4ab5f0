//! What ajv's command line prints: `FILE invalid`, and then the errors as `json`, on one `line`, as `text`, or in the form Node's
//! console shows (`js`, which it does unless told otherwise); also its list of errors alone, as a program that calls ajv writes it.
//!
//! The records are in no form of it. Where a file is an array, the first part of `instancePath` is the 0-based position of
//! the record; else the file is one record. The console cuts a list after 100 errors, and says how many more there are.
//! Unless it was asked for all errors, ajv stops at the first of a file.

use std::borrow::Cow;

use super::{
    File, Head, Place, Reader, Report, Tool, ajv_text, inspect,
    lines::{Members, has_text, member},
    report::{Json, Told},
};
use crate::{
    check::reported,
    model::{Fault, Form, Path, Problem, Stage},
    row::lenient,
    text::{count, shorten},
};

pub(super) const TOOL: Tool = Tool {
    word: "ajv-cli",
    name: "output of ajv-cli",
    reader: Reader::Whole { fits, read },
};

/// How much of a line that is no error is shown.
const SHOWN: usize = 120;

/// What ajv says of one file.
struct Section<'t> {
    /// Empty where the errors stand alone.
    file: &'t str,
    body: &'t str,
}

/// One error: its place in the file, and what it says.
struct Error<'e> {
    place: Vec<String>,
    said: Said<'e>,
}

enum Said<'e> {
    Json(&'e str),
    Text(&'e str),
}

fn fits(head: &Head<'_>) -> bool {
    if let Some(list) = head.json() {
        return list[0]["instancePath"].is_string() && list[0]["keyword"].is_string();
    }
    let begins = |section: &Section<'_>| {
        ajv_text::begins(section.body) || section.body.contains("instancePath")
    };
    sections(head.text()).0.iter().any(begins)
}

fn read(file: &File<'_>) -> Result<Report, Fault> {
    let text = file.text()?;
    let (sections, others) = if text.trim_start().starts_with('[') {
        let section = Section {
            file: "",
            body: text,
        };
        (vec![section], Vec::new())
    } else {
        sections(text)
    };
    if sections.is_empty() {
        return Err(file
            .broken("does not say why a file is invalid")
            .hint("ask ajv for --errors=line and load what it prints"));
    }
    let mut report = Report::default();
    for section in &sections {
        read_section(file, section, &mut report)?;
    }
    if let Some(first) = others.first() {
        report.remarks.push(format!(
            "{} of {} beside the errors were not loaded, the first is: {}",
            count(others.len() as u64, "line"),
            file.name,
            shorten(first, SHOWN)
        ));
    }
    Ok(report)
}

/// What is said of each file, and the lines that belong to none. A file that is valid has a line of its own.
fn sections(text: &str) -> (Vec<Section<'_>>, Vec<&str>) {
    let (mut sections, mut others) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(line) = rest.lines().next() {
        let after = rest.get(line_end(rest)..).unwrap_or_default();
        rest = after;
        if let Some(file) = line.strip_suffix(" invalid")
            && (after.starts_with('[') || ajv_text::begins(after))
        {
            let body = &after[..body_end(after)];
            rest = &after[body.len()..];
            sections.push(Section { file, body });
        } else if !line.trim().is_empty() && !line.ends_with(" valid") {
            others.push(line);
        }
    }
    (sections, others)
}

/// Where the errors end that a text begins with: text is one line, and in all other forms lines begin with white space or a
/// bracket.
fn body_end(text: &str) -> usize {
    let mut end = line_end(text);
    while text.starts_with('[')
        && let Some(next) = text.get(end..)
        && next.starts_with([' ', '\t', '\r', '\n', '[', ']', '{', '}'])
    {
        end += line_end(next);
    }
    end
}

fn line_end(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |end| end + 1)
}

fn read_section(file: &File<'_>, section: &Section<'_>, report: &mut Report) -> Result<(), Fault> {
    let body = section.body.trim();
    if !body.starts_with('[') {
        read_text(section, body, report);
        return Ok(());
    }
    let shown = match lenient::elements(body) {
        Some(_) => None,
        None => Some(inspect::list(body).ok_or_else(|| {
            file.broken("has a list of errors that is not whole JSON and not what Node shows")
        })?),
    };
    let (json, left_out) = match &shown {
        Some(shown) => (shown.json.as_str(), shown.left_out),
        None => (body, 0),
    };
    let mut errors = Vec::new();
    for error in Json(json).elements() {
        errors.push(error_of(error.0).ok_or_else(|| {
            file.broken(
                "lists something that is no error of ajv 8 (ajv 6 and its dataPath are not read)",
            )
        })?);
    }
    if left_out > 0 {
        report.capped = true;
        report.remarks.push(format!(
            "ajv-cli shows {} of {}, so counts are at least; --errors=line shows all",
            count(errors.len() as u64, "error"),
            left_out.saturating_add(errors.len() as u64)
        ));
    }
    add(section, &errors, report);
    Ok(())
}

fn read_text(section: &Section<'_>, body: &str, report: &mut Report) {
    report.remarks.push(
        "ajv-cli wrote its errors as text, in which a comma in a name or a pattern may be taken for the end of an error; \
         --errors=line is exact"
            .to_owned(),
    );
    let mut errors = Vec::new();
    for text in ajv_text::split(body) {
        let (place, _) = ajv_text::parts(text);
        errors.push(Error {
            place: place.segments().collect(),
            said: Said::Text(text),
        });
    }
    add(section, &errors, report);
}

fn error_of(error: &str) -> Option<Error<'_>> {
    let members = lenient::members(error)?;
    let place = lenient::string(member(&members, "instancePath")?)?;
    has_text(&members, "keyword").then_some(())?;
    Some(Error {
        place: Path::parse(&place)?.segments().collect(),
        said: Said::Json(error),
    })
}

/// Adds a file's errors to its records.
fn add(section: &Section<'_>, errors: &[Error<'_>], report: &mut Report) {
    let is_array = is_array(errors);
    for error in errors {
        let place = match position(error) {
            Some(at) if is_array => Place::Ordinal(at),
            None if is_array => {
                report.remarks.push(error.remark(section.file));
                continue;
            }
            _ => Place::Ordinal(1),
        };
        let inner = error.place.get(usize::from(is_array)..).unwrap_or_default();
        error.add_to(report, place, section.file, inner);
    }
    let records = errors
        .iter()
        .map(position)
        .collect::<std::collections::BTreeSet<_>>();
    if is_array && records.len() == 1 {
        report.remarks.push(
            "ajv names one record only; it stops at the first error of a file unless it is asked for --all-errors"
                .to_owned(),
        );
    }
}

/// Whether the file is an array of records: all errors are at one of its elements or about the whole.
fn is_array(errors: &[Error<'_>]) -> bool {
    let at_element = errors.iter().filter(|error| position(error).is_some());
    let at_root = errors.iter().filter(|error| error.place.is_empty());
    let elements = at_element.count();
    elements > 0 && elements + at_root.count() == errors.len()
}

/// The 1-based position of the record, where the file is an array.
fn position(error: &Error<'_>) -> Option<u64> {
    let first = error.place.first()?;
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
    first
        .parse::<u64>()
        .ok()
        .filter(|_| is_number)?
        .checked_add(1)
}

impl Error<'_> {
    fn message(&self) -> Cow<'_, str> {
        match self.said {
            Said::Json(error) => (Json(error).get("message"))
                .and_then(Json::text)
                .unwrap_or_default(),
            Said::Text(text) => Cow::Borrowed(ajv_text::parts(text).1),
        }
    }

    /// What is said of a whole array.
    fn remark(&self, file: &str) -> String {
        let file = if file.is_empty() { "the array" } else { file };
        format!("ajv says of {file} as a whole: {}", self.message())
    }

    /// Adds this to the record at a place, in which the error is at `inner`.
    fn add_to(&self, report: &mut Report, place: Place, file: &str, inner: &[String]) {
        let path = inner
            .iter()
            .fold(Path::root(), |path, part| path.child(part));
        let record = report.at(place, file);
        match self.said {
            Said::Text(text) => {
                record.problems.push(self.problem(&[], path));
                record.quote(text);
            }
            Said::Json(error) => {
                let members = lenient::members(error).unwrap_or_default();
                // With `verbose`, ajv shows what is wrong: at the root it is the record.
                let data = member(&members, "data").filter(|data| data.starts_with('{'));
                let data = data.filter(|_| inner.is_empty());
                record.problems.push(self.problem(&members, path));
                match data {
                    Some(data) => record.give(Form::Json, data.as_bytes().to_vec()),
                    // JSON has no line breaks in its strings.
                    None => record.quote(&error.lines().map(str::trim).collect::<String>()),
                }
            }
        }
    }

    fn problem(&self, members: &Members<'_>, path: Path) -> Problem {
        let message = self.message();
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let keyword = match self.said {
            Said::Json(_) => None,
            Said::Text(_) => Some(quoted(ajv_text::keyword(&message))),
        };
        let (place, own_message) = (quoted(path.as_str()), quoted(&message));
        let mut own: Vec<(Cow<'_, str>, &str)> = members.to_vec();
        own.push((Cow::Borrowed("instancePath"), &place));
        own.push((Cow::Borrowed("message"), &own_message));
        own.extend(
            keyword
                .iter()
                .map(|word| (Cow::Borrowed("keyword"), word.as_str())),
        );
        reported::schema_of(&own, "").unwrap_or_else(|| {
            // A message of the schema's author hides the keyword.
            Told {
                stage: Stage::Schema,
                code: "",
                detail: "",
                path,
                message: &message,
                found: None,
            }
            .problem()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        read(&File::of(text)).unwrap()
    }

    /// Place and path of each problem.
    fn places(text: &str) -> Vec<(Place, String)> {
        let of = |outcome: &super::super::Outcome<'_>| {
            let paths = outcome
                .problems
                .iter()
                .map(|problem| problem.path.to_string());
            let place = outcome.place.clone();
            paths.map(|path| (place.clone(), path)).collect::<Vec<_>>()
        };
        report(text).outcomes.iter().flat_map(of).collect()
    }

    fn error(place: &str) -> String {
        format!(
            r#"{{"instancePath":"{place}","keyword":"type","params":{{"type":"object"}},"message":"must be object"}}"#
        )
    }

    #[test]
    fn a_list_about_one_document_is_one_record() {
        let list = format!("[{},{}]", error("/a"), error(""));
        let wanted = [
            (Place::Ordinal(1), "/a".to_owned()),
            (Place::Ordinal(1), String::new()),
        ];
        assert_eq!(places(&list), wanted);
        assert!(fits(&Head::new(list.as_bytes(), true)));
        assert_eq!(
            places(&format!("[{},{}]", error("/a"), error("/4/a"))).len(),
            2
        );
    }

    #[test]
    fn what_is_said_of_the_array_is_no_record() {
        let report = report(&format!(
            "[{},{},{}]",
            error("/1"),
            error(""),
            error("/0/b")
        ));
        assert_eq!(report.outcomes.len(), 2);
        assert_eq!(
            report.remarks,
            ["ajv says of the array as a whole: must be object"]
        );
    }

    #[test]
    fn files_are_told_apart_and_other_lines_are_said() {
        let text = format!(
            "strict mode: unknown keyword\na.json invalid\n[\n  {}\n]\nb.json valid\nc.json invalid\n[{}]\n",
            error("/0/a"),
            error("/0/a")
        );
        assert!(fits(&Head::new(text.as_bytes(), true)));
        let report = report(&text);
        assert_eq!(report.outcomes.len(), 2);
        assert!(report.is_about(0, "a.json") && !report.is_about(1, "a.json"));
        assert!(
            report
                .remarks
                .iter()
                .any(|remark| remark.ends_with("strict mode: unknown keyword"))
        );
        assert!(
            report
                .remarks
                .iter()
                .any(|remark| remark.contains("--all-errors"))
        );
    }

    #[test]
    fn the_console_says_how_much_it_left_out() {
        let text = "x.json invalid\n[\n  {\n    instancePath: '/4/a',\n    keyword: 'type',\n    params: { type: 'integer' },\n    message: 'must be integer'\n  },\n  ... 37 more items\n]\n";
        let report = report(text);
        assert!(report.capped);
        assert!(
            report.remarks[0].contains("1 error of 38"),
            "{:?}",
            report.remarks
        );
        assert_eq!(report.outcomes[0].place, Place::Ordinal(5));
        assert_eq!(report.outcomes[0].problems[0].detail, "integer");
    }

    #[test]
    fn a_message_of_the_schemas_author_has_no_keyword_in_text() {
        let report = report("x.json invalid\ndata/2/a is too early, data/2/b must be string\n");
        assert_eq!(report.outcomes.len(), 1);
        let codes: Vec<&str> = report.outcomes[0]
            .problems
            .iter()
            .map(|problem| problem.code.as_str())
            .collect();
        assert_eq!(codes, ["", "type"]);
    }

    #[test]
    fn what_was_cut_off_and_ajv_6_are_refused() {
        for text in [
            "x.json invalid\n",
            "x.json invalid\n[\n  {\n    instancePath: '/4",
            "[{\"instancePath\":\"/4\"",
            "[{\"dataPath\":\"[4].a\",\"keyword\":\"type\"}]",
        ] {
            assert_eq!(
                read(&File::of(text)).unwrap_err().code,
                "results:syntax",
                "{text}"
            );
        }
    }
}
