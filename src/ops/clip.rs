//! What a person copies to take it elsewhere: a value, a record, a command, a summary for a ticket.

use std::path::{self, PathBuf};

use anyhow::Result;

use super::{
    Workspace, aim,
    export::{ExportFormat, ExportRequest, export},
    report::report,
    show,
};
use crate::{
    contract::Kind,
    filter::Filter,
    model::{Fault, FaultKind, Form, GroupId, Link, Path, RecordDetail, RecordId, RunId, shape_of},
    report::markdown,
    row::Row,
    send::{Http, Secret},
    text::{count, shell_word},
};

/// What is copied.
#[derive(Clone, Debug, PartialEq)]
pub enum Clip {
    /// The value of a field, as it is now.
    Value(RecordId, Path),
    /// Where a field stands in its record: a JSON Pointer, as the command line takes it.
    Path(Path),
    /// A record as JSON, as it is now.
    Json(RecordId),
    /// A record as it was received, byte for byte where it is text.
    Received(RecordId),
    /// The request that would deliver a record alone, for a shell: to the API it was sent to last, else to the contract's first.
    /// Secrets are named, never told.
    Curl(RecordId),
    /// What a person calls a record.
    Key(RecordId),
    /// What opens a record in another's terminal: `redrive open LINK`.
    Link(RecordId),
    /// What is wrong with a record, for a ticket: without its values, and so without its key.
    Problems(RecordId),
    /// What is wrong in a group, for a ticket, without values.
    Group(RunId, GroupId),
    /// These records as CSV, as [`export`] hands them out for a spreadsheet, where it is most likely pasted: what that could take for
    /// a formula gets an apostrophe, and that is said.
    Csv(Box<Filter>),
    /// The command that lists these records.
    Command(Box<Filter>),
    /// A report on a run, as Markdown, without values.
    Summary(RunId),
    /// Where the file lies that a run was loaded from.
    Source(RunId),
}

/// The text, and what it is in words: `CUS-0000017 as JSON`. Neither is safe to print.
///
/// # Errors
/// `record:missing`, `run:missing`; `copy:none` where there is nothing of that kind, with the reason.
pub fn clip(workspace: &Workspace, wanted: &Clip) -> Result<(String, String)> {
    Ok(match wanted {
        Clip::Value(id, path) => {
            let detail = show(workspace, *id)?;
            let value = (detail.row.current.as_ref())
                .and_then(|document| document.pointer(path.as_str()))
                .ok_or_else(|| none("there is no value in this field"))?;
            let text = value.as_str().map_or(value.to_string(), str::to_owned);
            (format!("the value of {}", path.label()), text)
        }
        Clip::Path(path) => (
            format!("the path of {}", path.label()),
            path.as_str().to_owned(),
        ),
        Clip::Json(id) => {
            let detail = show(workspace, *id)?;
            let document = detail.row.current.as_ref();
            let document =
                document.ok_or_else(|| none("the record cannot be split into fields"))?;
            let text = serde_json::to_string_pretty(document)?;
            (format!("{} as JSON", name(&detail)), text)
        }
        Clip::Received(id) => {
            let detail = show(workspace, *id)?;
            let text = String::from_utf8_lossy(&detail.raw.bytes).into_owned();
            (format!("{} as received", name(&detail)), text)
        }
        Clip::Curl(id) => {
            let detail = show(workspace, *id)?;
            let (api, text) = curl(workspace, &detail)?;
            (
                format!("{} as a curl command for {api}", name(&detail)),
                text,
            )
        }
        Clip::Key(id) => ("the record's ID".to_owned(), name(&show(workspace, *id)?)),
        Clip::Link(id) => {
            let run = show(workspace, *id)?.row.run;
            let link = Link {
                run: super::run(workspace, run)?.name,
                record: *id,
            };
            (format!("a link to record {id}"), link.to_string())
        }
        Clip::Problems(id) => {
            let detail = show(workspace, *id)?;
            (
                format!("what is wrong with {}", name(&detail)),
                problems(&detail),
            )
        }
        Clip::Group(run, id) => {
            let groups = super::groups(workspace, &Filter::of_group(*run, *id))?;
            let group = groups.first().ok_or_else(|| none("the problem is gone"))?;
            let text = format!(
                "{}: {}, {}, stage {}; {} of run {run}",
                group.title,
                group.field(),
                group.code_and_detail(),
                group.stage.word(),
                count(group.open, "record"),
            );
            ("the problem".to_owned(), text)
        }
        Clip::Csv(filter) => {
            let mut csv = Vec::new();
            let request = ExportRequest {
                format: ExportFormat::Csv,
                is_formula_safe: true,
                with_ids: false,
            };
            let report = export(workspace, filter, request, &mut csv)?;
            let mut what = format!("{} as CSV", count(report.records, "record"));
            if report.neutralised > 0 {
                let cells = count(report.neutralised, "cell");
                what += &format!(", {cells} with an apostrophe against formulas");
            }
            (what, String::from_utf8_lossy(&csv).into_owned())
        }
        Clip::Command(filter) => {
            // It is to be used elsewhere.
            let file = path::absolute(workspace.path())?;
            let file = file.to_string_lossy();
            let text = format!(
                "redrive -w {} records {}",
                shell_word(&file),
                shell_word(&filter.to_string())
            );
            ("the command".to_owned(), text)
        }
        Clip::Source(run) => {
            let source = super::run(workspace, *run)?.source;
            if source == "-" {
                return Err(none("it was read from standard input").into());
            }
            // Another file of that name can lie where somebody happens to be.
            let places = [workspace.folder().to_owned(), PathBuf::new()];
            let mut places = places.into_iter().map(|place| place.join(&source));
            // It was named from a folder that nobody has kept: where it is seen from here is better than its bare name.
            let seen = places.find(|path| path.exists()).unwrap_or(source.into());
            let path = if seen.exists() {
                path::absolute(seen)?
            } else {
                seen
            };
            ("the path".to_owned(), path.to_string_lossy().into_owned())
        }
        Clip::Summary(run) => {
            let text = markdown(&report(workspace, Some(*run), false)?);
            (format!("a summary of run {run}"), text)
        }
    })
}

/// Its key, else its number.
fn name(detail: &RecordDetail) -> String {
    let key = detail.row.key.clone();
    key.unwrap_or_else(|| format!("record {}", detail.row.id))
}

/// One problem a line, by its code and the shape of the value: a sentence would tell the value.
fn problems(detail: &RecordDetail) -> String {
    let mut lines = vec![format!(
        "record {}, line {}",
        detail.row.id, detail.row.line
    )];
    lines.extend(detail.row.problems.iter().map(|problem| {
        let code = problem.code_and_detail();
        let found = match &problem.found {
            Some(found) => format!(", a value like {}", shape_of(found)),
            None => String::new(),
        };
        let (stage, field) = (problem.stage.word(), problem.path.label());
        format!("- {field}: {code} (stage {stage}){found}")
    }));
    lines.join("\n")
}

/// The name of the API and the command. Without its idempotency key: what is sent by hand is no send of ours.
fn curl(workspace: &Workspace, detail: &RecordDetail) -> Result<(String, String)> {
    let contract = aim::on_disk(workspace, detail.row.run, None)?;
    let mut apis = (contract.destinations.iter()).filter_map(|one| match &one.kind {
        Kind::Http(http) => Some((&one.name, http)),
        _ => None,
    });
    let last = detail.attempts.last().map(|attempt| &attempt.destination);
    let chosen = apis.clone().find(|(name, _)| Some(*name) == last);
    let (destination, api) = chosen
        .or_else(|| apis.next())
        .ok_or_else(|| none("the contract names no HTTP destination"))?;
    let Some(serde_json::Value::Object(document)) = &detail.row.current else {
        return Err(none("the record cannot be split into fields").into());
    };
    let nobody = serde_json::Map::new();
    // The URL of many records can hold nothing of one.
    let fields = if api.batch.is_some() {
        &nobody
    } else {
        document
    };
    let url =
        (api.url.of(fields)).map_err(|(path, why)| none(&format!("{}: {why}", path.label())))?;
    let payload = match detail.text.form {
        Form::Json => String::from_utf8_lossy(&detail.text.bytes).into_owned(),
        Form::Csv | Form::Excerpt => {
            let row = Row::read(&detail.layout, detail.text.form, &detail.text.bytes)
                .map_err(|problem| none(&problem.message))?;
            contract.checker.json_text(&row)
        }
    };
    let body = api.body_by_hand(payload.as_bytes());
    let text = command(api, &url, &String::from_utf8_lossy(&body));
    Ok((destination.clone(), text))
}

fn command(api: &Http, url: &str, payload: &str) -> String {
    let mut words = vec![format!("curl -X {} {}", api.method, shell_word(url))];
    words.push("-H 'Content-Type: application/json'".to_owned());
    for (header, value) in &api.headers {
        words.push(match value {
            Secret::Plain(value) if !is_secret(header) => {
                format!("-H {}", shell_word(&format!("{header}: {value}")))
            }
            Secret::Env(variable) => format!("-H \"{header}: ${variable}\""),
            _ => format!("-H \"{header}: ${}\"", variable(header)),
        });
    }
    words.push(format!("--data-raw {}", shell_word(payload)));
    words.join(" \\\n  ")
}

/// Whether a header's value is one even if it stands in the contract.
fn is_secret(header: &str) -> bool {
    let header = header.to_lowercase();
    let words = ["auth", "cookie", "key", "token", "secret", "password"];
    words.iter().any(|word| header.contains(word))
}

/// A variable named like a header.
fn variable(header: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    header.chars().map(letter).collect()
}

fn none(why: &str) -> Fault {
    Fault::new(
        FaultKind::Nothing,
        "copy:none",
        format!("nothing was copied: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ops::testing::Desk,
        send::{Proof, Timeouts, UrlTemplate},
    };

    fn text(desk: &Desk, wanted: &Clip) -> String {
        clip(&desk.workspace, wanted).unwrap().1
    }

    #[test]
    fn records_are_copied_as_the_csv_that_an_export_writes() {
        let desk = Desk::checked(&["A1,foo@,30,Open", "A2,b@b.de,12,Shut", "A3,c(at),30,Open"]);
        let two = Filter::of_records(RunId(1), [1, 3].map(RecordId).into());
        let (what, csv) = clip(&desk.workspace, &Clip::Csv(Box::new(two))).unwrap();
        assert_eq!(what, "2 records as CSV");
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[1..], ["A1,foo@,30,Open", "A3,c(at),30,Open"]);
        assert!(lines[0].ends_with(",age,stage"), "{csv}");
    }

    #[test]
    fn records_that_are_pasted_into_a_spreadsheet_are_no_formulas() {
        let desk = Desk::checked(&["=1+1,foo@,30,@x"]);
        let all = Clip::Csv(Box::new(Filter::of_run(RunId(1))));
        let (what, csv) = clip(&desk.workspace, &all).unwrap();
        assert_eq!(
            what,
            "1 record as CSV, 2 cells with an apostrophe against formulas"
        );
        assert!(csv.ends_with("'=1+1,foo@,30,'@x\n"), "{csv}");
    }

    #[test]
    fn a_record_is_copied_as_what_is_wanted_of_it() {
        let desk = Desk::checked(&["A1,foo@,30,Open"]);
        let id = RecordId(1);
        let path = Path::parse("/email").unwrap();
        assert_eq!(text(&desk, &Clip::Value(id, path)), "foo@");
        let path = Path::parse("/lines/0/qty").unwrap();
        assert_eq!(text(&desk, &Clip::Path(path)), "/lines/0/qty");
        assert_eq!(text(&desk, &Clip::Received(id)), "A1,foo@,30,Open");
        assert_eq!(text(&desk, &Clip::Key(id)), "A1");
        assert_eq!(text(&desk, &Clip::Link(id)), "redrive://sample/1");
        assert!(text(&desk, &Clip::Json(id)).contains("\"age\": 30"));
        let said = text(&desk, &Clip::Problems(id));
        assert!(
            said.contains("- email: format:email (stage schema), a value like aaa@"),
            "{said}"
        );
        assert!(said.starts_with("record 1, line 1\n"), "{said}");
        assert!(
            !said.contains("foo@") && !said.contains("A1"),
            "a ticket is read by everybody: {said}"
        );
        let summary = text(&desk, &Clip::Summary(RunId(1)));
        assert!(!summary.contains("foo@"), "{summary}");
        let error = clip(&desk.workspace, &Clip::Curl(id)).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains("no HTTP destination"), "{error}");
    }

    const APIS: &str = r#"
name = "people"
key = ["/id"]

[[destination]]
name = "one"
kind = "http"
url = "https://api.example/v1/{/id}"
environment = "test"
idempotency = "none"

[[destination]]
name = "many"
kind = "http"
url = "https://api.example/bulk"
environment = "test"
idempotency = "none"
batch = { max = 10, items = "/records", results = "/results", status = "/status", ordered = true }
"#;

    #[test]
    fn a_curl_command_is_for_the_api_the_record_was_sent_to_last_and_says_which() {
        let mut desk = Desk::csv(&["A1,a@b.de,30,Open"]);
        desk.check_against(APIS).unwrap();
        let curl = |desk: &Desk| clip(&desk.workspace, &Clip::Curl(RecordId(1))).unwrap();
        let (what, text) = curl(&desk);
        assert_eq!(what, "A1 as a curl command for one");
        assert!(text.contains("https://api.example/v1/A1 \\"), "{text}");
        let contract = APIS.replace("\"one\"\nkind = \"http\"", "\"one\"\nkind = \"file\"");
        let contract =
            contract.replace("url = \"https://api.example/v1/{/id}\"", "path = \"x.csv\"");
        let contract = contract.replacen(
            "environment = \"test\"\nidempotency = \"none\"",
            "environment = \"test\"",
            1,
        );
        desk.check_against(&contract).unwrap();
        let (what, text) = curl(&desk);
        assert_eq!(what, "A1 as a curl command for many");
        assert!(
            text.contains(r#"--data-raw '{"records":[{"id":"A1""#),
            "{text}"
        );
    }

    #[test]
    fn a_command_can_be_used_in_another_folder() {
        let desk = Desk::checked(&["A1,foo@,30,Open"]);
        let here = std::env::current_dir().unwrap();
        let up: std::path::PathBuf = here.components().skip(1).map(|_| "..").collect();
        let relative = up.join(desk.workspace.path().strip_prefix("/").unwrap());
        assert!(relative.is_relative());
        let workspace = Workspace::open_read_only(&relative).unwrap();
        let command = Clip::Command(Box::new(Filter::parse("is:ready").unwrap()));
        let text = clip(&workspace, &command).unwrap().1;
        assert!(text.starts_with("redrive -w /"), "{text}");
    }

    #[test]
    fn a_curl_command_names_secrets_and_quotes_what_a_shell_would_read() {
        let api = Http {
            url: UrlTemplate::parse("https://api.example/v1").unwrap(),
            headers: vec![
                (
                    "Authorization".to_owned(),
                    Secret::Env("API_TOKEN".to_owned()),
                ),
                ("X-Api-Key".to_owned(), Secret::Plain("hunter2".to_owned())),
                ("X-Tenant".to_owned(), Secret::Plain("o'neil".to_owned())),
            ],
            lookup: None,
            method: "POST".to_owned(),
            batch: None,
            key_header: "Idempotency-Key".to_owned(),
            proof: Proof::Status,
            ca_file: None,
            timeouts: Timeouts::default(),
            concurrency: 1,
        };
        insta::assert_snapshot!(command(&api, "https://api.example/v1", r#"{"name":"it's $HOME"}"#), @r#"
        curl -X POST https://api.example/v1 \
          -H 'Content-Type: application/json' \
          -H "Authorization: $API_TOKEN" \
          -H "X-Api-Key: $X_API_KEY" \
          -H 'X-Tenant: o'\''neil' \
          --data-raw '{"name":"it'\''s $HOME"}'
        "#);
    }
}
