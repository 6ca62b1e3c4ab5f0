//! `contract`: a draft from data, and what a contract means.

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    args::{self, ContractCommand, ValidatorKind},
    out::{Exit, Out, note},
    person::Person,
    progress::{Unit, with_progress},
};
use crate::{
    contract::{Destination, Kind, Placed},
    model::{Path, Severity, folder_of},
    ops::{self, DraftReport, DraftRequest, Flaw, Meaning},
    text::{count, safe, shell_word, thousands},
};

pub fn run(person: &Person, out: &Out, args: &args::Contract) -> Result<Exit> {
    match &args.command {
        ContractCommand::Init(args) => init(out, args),
        ContractCommand::Check(args) => check(person, out, args),
        ContractCommand::Validator(args) => validator(out, args.kind),
    }
}

/// Writes a program that is ready to be a contract's validator.
fn validator(out: &Out, kind: ValidatorKind) -> Result<Exit> {
    let program = match kind {
        ValidatorKind::Pydantic => include_str!("../../assets/validators/validate.py"),
        ValidatorKind::Shell => include_str!("../../assets/validators/each.sh"),
    };
    out.say(program.trim_end())?;
    Ok(Exit::Done)
}

fn init(out: &Out, args: &args::ContractInit) -> Result<Exit> {
    let request = DraftRequest {
        from: args.from.clone(),
        output: args.output.clone(),
        force: args.force,
        format: args.format.clone(),
        sample: args.sample,
    };
    let report = with_progress(Unit::Bytes, |job| ops::draft_contract(&request, job))?;
    if out.is_json() {
        out.json(&json!({
            "contract": report.contract.display().to_string(),
            "schema": report.schema.display().to_string(),
            "format": report.format,
            "records": report.records,
            "unreadable": report.unreadable,
            "sample": report.is_sample,
            "fields": report.fields,
            "required": report.required,
            "key": report.key,
            "from_problems": report.from_problems,
        }))?;
    } else {
        out.say(&sentence(&report))?;
    }
    if report.from_problems {
        note(
            "All records were rejected, so the draft says what the reported problems say, and of other fields only their kind.",
        );
    }
    let contract = shell_word(&report.contract.display().to_string());
    note(&format!(
        "Read both files, change what is not right, then: redrive contract check {contract}"
    ));
    if args.from.as_os_str() != "-" {
        let from = shell_word(&args.from.display().to_string());
        note(&format!(
            "To see which records disagree: redrive load {from} --contract {contract}"
        ));
    }
    Ok(Exit::Done)
}

fn sentence(report: &DraftReport) -> String {
    let first = if report.is_sample { "the first " } else { "" };
    let key = match &report.key {
        Some(path) => format!("the key is {}", safe(&path.label())),
        None => "no key was found".to_owned(),
    };
    format!(
        "Wrote {} and {} from {first}{} ({} unreadable): {}, {} required; {key}.",
        safe(&report.contract.display().to_string()),
        safe(&report.schema.display().to_string()),
        count(report.records, "record"),
        thousands(report.unreadable),
        count(report.fields, "field"),
        thousands(report.required),
    )
}

/// Exit 0 when there is nothing to say against it, 1 when there are warnings, 2 when it cannot be used.
fn check(person: &Person, out: &Out, args: &args::ContractCheck) -> Result<Exit> {
    let workspace = person.workspace_path();
    let folder = folder_of(&workspace);
    let meaning = match ops::explain_contract(&args.contract, folder) {
        Ok(meaning) => meaning,
        Err(error) => {
            let Some(flaw) = ops::flaw_of(&error, &args.contract) else {
                return Err(error);
            };
            if out.is_json() {
                out.json(&json!({
                    "contract": Value::Null, "fields": [], "rules": [], "findings": [finding(&flaw)],
                }))?;
            } else {
                out.fail(&error);
            }
            return Ok(Exit::Usage);
        }
    };
    if out.is_json() {
        out.json(&document(&meaning))?;
    } else {
        let mut lines = words(&meaning);
        lines.extend(meaning.flaws.iter().flat_map(flaw_lines));
        lines.push(match meaning.flaws.len() {
            0 => "No mistakes found.".to_owned(),
            found => format!("{} found.", count(found as u64, "possible mistake")),
        });
        for line in lines {
            out.say(&safe(&line))?;
        }
    }
    Ok(if meaning.flaws.is_empty() {
        Exit::Done
    } else {
        Exit::StillRejected
    })
}

fn words(meaning: &Meaning) -> Vec<String> {
    let (contract, outline) = (&meaning.contract, &meaning.outline);
    let mut lines = vec![format!("Contract {}", contract.name)];
    lines.push(if outline.key.is_empty() {
        "Key: none; records are told apart by their place in the file".to_owned()
    } else {
        format!(
            "Key: {}; no two records may have the same",
            labels(&outline.key)
        )
    });
    lines.push(format!(
        "Text such as CSV: an empty cell is {}; {}",
        if outline.empty_is_missing {
            "a field that is missing"
        } else {
            "an empty text"
        },
        if outline.coerce {
            "text becomes a number or yes/no where one is wanted and nothing is lost"
        } else {
            "text stays text"
        },
    ));
    lines.extend(field_lines(meaning));
    lines.extend(rule_lines(meaning));
    section(
        &mut lines,
        "Must differ between any two records",
        outline.unique.len(),
    );
    for unique in &outline.unique {
        let fields = labels(&unique.fields);
        lines.push(format!(
            "  {fields} {}",
            answers(unique.severity, &unique.owner)
        ));
    }
    if let Some(validator) = &contract.validator {
        lines.push(format!("Validator: {}", validator.command.join(" ")));
    }
    section(&mut lines, "Destinations", outline.destinations.len());
    for destination in &contract.destinations {
        lines.push(format!("  {}: {}", destination.name, target(destination)));
    }
    lines.push(String::new());
    lines
}

fn rule_lines(meaning: &Meaning) -> Vec<String> {
    let outline = &meaning.outline;
    let mut lines = Vec::new();
    section(&mut lines, "Rules", outline.rules.len());
    for rule in &outline.rules {
        let message = if rule.message.is_empty() {
            "(no message)"
        } else {
            &rule.message
        };
        lines.push(format!(
            "  {}: {message} {}",
            rule.id.text,
            answers(rule.severity, &rule.owner)
        ));
        lines.push(format!(
            "      {}",
            rule.assert
                .text
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        ));
        if !rule.fields.is_empty() {
            lines.push(format!("      about {}", labels(&rule.fields)));
        }
    }
    lines
}

/// Fields as the screen writes them.
fn labels(fields: &[Placed]) -> String {
    let label = |text: &str| Path::parse(text).unwrap_or_default().label();
    let all: Vec<String> = fields.iter().map(|field| label(&field.text)).collect();
    all.join(", ")
}

fn field_lines(meaning: &Meaning) -> Vec<String> {
    let Some(schema) = &meaning.outline.schema else {
        return vec!["Fields: none are named, any will do".to_owned()];
    };
    let mut lines = vec![format!("Fields, from {}", schema.text)];
    for (path, words) in &meaning.fields {
        lines.push(format!("  {}: {words}", path.label()));
    }
    let others = if meaning.is_open { "other" } else { "no other" };
    lines.push(format!("  {others} fields may be there"));
    if !meaning.outline.formats {
        lines.push("  formats are not checked: formats = false".to_owned());
    }
    lines
}

fn section(lines: &mut Vec<String>, title: &str, entries: usize) {
    if entries > 0 {
        lines.push(title.to_owned());
    }
}

fn answers(severity: Severity, owner: &str) -> String {
    let owner = if owner.is_empty() {
        String::new()
    } else {
        format!(", {owner}")
    };
    let what = match severity {
        Severity::Error => "rejects",
        Severity::Warning => "warns only",
    };
    format!("({what}{owner})")
}

fn target(destination: &Destination) -> String {
    let place = match &destination.kind {
        Kind::Sqlite { path, table } => {
            format!("table {table} of the SQLite file {}", path.display())
        }
        Kind::File { path, .. } => format!("a file named after {}", path.display()),
        Kind::Http(http) => format!("{} {}", http.method, http.url),
        Kind::Postgres(postgres) => postgres.target(),
        Kind::Command(program) => format!("the command {}", program.command.join(" ")),
    };
    let repeats = match destination.idempotency.as_str() {
        "none" => "a repeat cannot be told",
        "upsert" => "a repeat replaces",
        _ => "a repeat is told by its key",
    };
    format!("{place} ({}; {repeats})", destination.environment)
}

fn flaw_lines(flaw: &Flaw) -> Vec<String> {
    let mut place = flaw.file.clone();
    for number in [flaw.line, flaw.column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    let mut lines = vec![format!(
        "{}: {place}: {}",
        flaw.severity.word(),
        flaw.message
    )];
    if !flaw.hint.is_empty() {
        lines.push(format!("    {}", flaw.hint));
    }
    lines
}

fn finding(flaw: &Flaw) -> Value {
    json!({
        "severity": flaw.severity.word(),
        "code": flaw.code,
        "message": flaw.message,
        "hint": flaw.hint,
        "file": flaw.file,
        "line": flaw.line,
        "column": flaw.column,
    })
}

fn document(meaning: &Meaning) -> Value {
    let outline = &meaning.outline;
    let texts = |fields: &[Placed]| -> Vec<String> {
        fields.iter().map(|field| field.text.clone()).collect()
    };
    let fields: Vec<Value> = (meaning.fields.iter())
        .map(|(path, words)| json!({"path": path, "words": words}))
        .collect();
    let rules: Vec<Value> = (outline.rules.iter())
        .map(|rule| {
            json!({
                "id": rule.id.text, "assert": rule.assert.text, "message": rule.message,
                "fields": texts(&rule.fields), "severity": rule.severity.word(), "owner": rule.owner,
            })
        })
        .collect();
    let destinations: Vec<Value> = (outline
        .destinations
        .iter()
        .zip(&meaning.contract.destinations))
    .map(|(said, destination)| {
        json!({
            "name": destination.name, "kind": said.kind.text, "target": said.target,
            "environment": destination.environment,
        })
    })
    .collect();
    json!({
        "contract": meaning.contract.name,
        "key": texts(&outline.key),
        "fields": fields,
        "rules": rules,
        "unique": outline.unique.iter().map(|one| texts(&one.fields)).collect::<Vec<_>>(),
        "destinations": destinations,
        "findings": meaning.flaws.iter().map(finding).collect::<Vec<_>>(),
    })
}
