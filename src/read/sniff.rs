//! Recognises a format by what the first bytes hold, never by the file's name.

use serde::de::IgnoredAny;

use super::{Format, Input};
use crate::{
    filter::nearest,
    model::Fault,
    results::{Head, Tool, tools},
    row::{cells::Splitter, lenient},
    text,
};

/// The delimiters that are looked for, likeliest first.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Records that are looked at.
const SAMPLE: usize = 50;

/// The format that a word of the command line names. The delimiter of `csv` is still looked for.
///
/// # Errors
/// `format:unknown`, exit 2.
pub fn named(word: &str, input: &Input) -> Result<Format, Fault> {
    refuse_what_is_no_text(input)?;
    match word {
        "csv" => Ok(Format::Csv {
            delimiter: delimiter(&input.head[input.mark()..]).unwrap_or(','),
        }),
        "xlsx" if input.is_sheet => Ok(Format::Csv { delimiter: ',' }),
        "tsv" => Ok(Format::Csv { delimiter: '\t' }),
        "jsonl" => Ok(Format::JsonLines),
        "json" => Ok(Format::Json),
        _ => match Tool::named(word) {
            Some(tool) => Ok(Format::Results(tool)),
            None => Err(unknown(word)),
        },
    }
}

/// The format of an input.
///
/// # Errors
/// `input:compressed`, `input:encoding`, `input:binary` for what cannot be read at all; `input:unrecognised` when nothing
/// fits, with the first line.
pub fn recognise(input: &Input) -> Result<Format, Fault> {
    if input.is_sheet {
        return Ok(Format::Csv { delimiter: ',' });
    }
    let head = &input.head[input.mark()..];
    let tool = || Tool::of(&Head::new(head, input.is_whole()));
    // Tools write Parquet, too.
    if head.starts_with(b"PAR1")
        && let Some(tool) = tool()
    {
        return Ok(Format::Results(tool));
    }
    refuse_what_is_no_text(input)?;
    if let Some(tool) = tool() {
        return Ok(Format::Results(tool));
    }
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => return Ok(lines_or_object(head, input.is_whole())),
        Some(b'[') if begins_an_array(head, input.is_whole()) => return Ok(Format::Json),
        _ => {}
    }
    match delimiter(head) {
        Some(delimiter) => Ok(Format::Csv { delimiter }),
        None => Err(unrecognised(input, head)),
    }
}

/// What else an input might be than results of this tool, as a sentence.
pub fn doubt(input: &Input, tool: &Tool) -> Option<String> {
    tool.doubt(&Head::new(&input.head[input.mark()..], input.is_whole()))
}

/// Refuses what no reader of text can read.
///
/// # Errors
/// `input:compressed`, `input:encoding`, `input:binary`.
pub fn refuse_what_is_no_text(input: &Input) -> Result<(), Fault> {
    let head = &input.head;
    let name = &input.name;
    let begins = |magic: &[u8]| head.starts_with(magic);
    let compressed = match () {
        () if begins(b"\x1F\x8B") || begins(b"\x28\xB5\x2F\xFD") => Some("gzip or zstd twice"),
        () if begins(b"BZh") => Some("bzip2"),
        () if begins(b"\xFD7zXZ") => Some("xz"),
        () => None,
    };
    if let Some(kind) = compressed {
        let message = format!("{name} is compressed with {kind}");
        return Err(Fault::unusable("input:compressed", message)
            .hint("unpack it first and load the unpacked file")
            .at(name, None));
    }
    // Text in UTF-16 without a mark shows as a zero in every second byte.
    let pairs = &head[..head.len().min(32) & !1];
    let zeros =
        |odd: usize| pairs.chunks(2).filter(|pair| pair[odd] == 0).count() * 3 > pairs.len();
    if begins(b"\xFF\xFE") || begins(b"\xFE\xFF") || zeros(0) || zeros(1) {
        return Err(
            Fault::unusable("input:encoding", format!("{name} is written in UTF-16"))
                .hint("turn it into UTF-8 first: iconv -f UTF-16 -t UTF-8 FILE > NEW")
                .at(name, None),
        );
    }
    if begins(b"PAR1") || begins(b"SQLite format 3\0") || begins(b"%PDF") {
        return Err(
            Fault::unusable("input:binary", format!("{name} is not a text file"))
                .hint("export it as CSV or JSON Lines first")
                .at(name, None),
        );
    }
    Ok(())
}

/// Objects one a line, or one object over several lines.
fn lines_or_object(head: &[u8], whole: bool) -> Format {
    let text = String::from_utf8_lossy(head);
    let complete = match text.rfind('\n') {
        Some(end) if !whole => &text[..end],
        _ => &text,
    };
    let lines = || {
        let filled = |line: &&str| !line.trim().is_empty();
        complete.lines().filter(filled).take(SAMPLE)
    };
    let on_one_line = |line: &str| lenient::members(line.trim()).is_some();
    // The first line of one object over several lines is its bracket and no more than the start of a member.
    let first = lines().next().unwrap_or_default().trim_end();
    let opens_only =
        first.trim() == "{" || (first.ends_with(['{', '[', ',']) && !on_one_line(first));
    let indented = lines()
        .nth(1)
        .is_some_and(|line| line.starts_with([' ', '\t', '}', '"']));
    if lines().any(on_one_line) && !(opens_only && indented) {
        return Format::JsonLines;
    }
    if opens_only || indented || whole && lines().count() == 1 {
        return Format::Json;
    }
    Format::JsonLines
}

/// `[` and then an object, a list or the closing bracket, or all of a list of other values; `[a],b` is a CSV header.
fn begins_an_array(head: &[u8], whole: bool) -> bool {
    if whole && serde_json::from_slice::<Vec<IgnoredAny>>(head).is_ok() {
        return true;
    }
    let mut filled = head
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .skip(1);
    matches!(filled.next(), Some(b'{' | b']' | b'[') | None)
}

/// The delimiter that splits the first line, and most records into as many cells.
fn delimiter(head: &[u8]) -> Option<char> {
    let fit = |delimiter: char| {
        let splitter = Splitter::new(delimiter);
        let (mut spans, mut at, mut cells, mut alike, mut all) = (Vec::new(), 0, 0, 0, 0);
        while all <= SAMPLE
            && let Some(record) = splitter.next(head, at, &mut spans)
        {
            // The last record of the head may be cut off.
            if all > 0 && !record.ended {
                break;
            }
            if all == 0 {
                cells = spans.len();
            } else if spans.len() == cells {
                alike += 1;
            }
            all += 1;
            at = record.next;
        }
        // A header alone will do; else one record in five must have its cells.
        (cells > 1 && (all == 1 || alike * 5 >= all - 1)).then_some((alike, cells))
    };
    let mut best = None;
    for delimiter in DELIMITERS {
        if let Some(found) = fit(delimiter)
            && best.is_none_or(|(known, _)| found > known)
        {
            best = Some((found, delimiter));
        }
    }
    best.map(|(_, delimiter)| delimiter)
}

/// The words of the formats that are no tool's.
const RAW: [&str; 5] = ["csv", "tsv", "jsonl", "json", "xlsx"];

/// The words of all formats, as a sentence lists them.
fn words() -> String {
    let tools: Vec<&str> = tools().map(|tool| tool.word).collect();
    format!("{}; of tools {}", RAW.join(", "), tools.join(", "))
}

fn unknown(word: &str) -> Fault {
    let all = RAW.into_iter().chain(tools().map(|tool| tool.word));
    let meant = nearest(word, all);
    let fault = Fault::usage("format:unknown", format!("there is no format {word}"));
    fault.hint(match meant {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("formats are {}", words()),
    })
}

fn unrecognised(input: &Input, head: &[u8]) -> Fault {
    let mut lines = head.split(|byte| *byte == b'\n');
    let filled = |line: &&[u8]| !line.trim_ascii().is_empty();
    let line = lines.find(filled).unwrap_or_default();
    let shown = text::safe_bytes(line.trim_ascii_end());
    let message = format!(
        "{} is none of the formats redrive knows; it begins with: {}",
        input.name,
        text::shorten(&shown, 80)
    );
    Fault::unusable("input:unrecognised", message)
        .hint(format!("name its format with --format: {}", words()))
        .at(input.name.clone(), Some(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(head: &[u8]) -> Result<&'static str, &'static str> {
        recognise(&Input::of(head))
            .map(Format::word)
            .map_err(|fault| fault.code)
    }

    #[test]
    fn formats_are_told_by_their_content() {
        let check =
            |head: &str, word: &str| assert_eq!(found(head.as_bytes()), Ok(word), "{head:?}");
        check("id,name\n1,Ann\n", "csv");
        check("id;name,first\n1;Ann,B\n2;Ann\n", "csv");
        check("\u{feff}id\tname\n1\tAnn, B\n", "tsv");
        check("id,name", "csv");
        check("[a],b\n1,2\n", "csv");
        check("[1,\"a\",null]\n", "json");
        check("[1],[2]\n3,4\n", "csv");
        check("{\"id\":1}\n{\"id\":2}\n", "jsonl");
        check("{\"id\":1", "json");
        check("{\"id\":1,,}\n{\"id\":2}\n", "jsonl");
        check("{\"id\":NaN}\n", "jsonl");
        check("\n {\n  \"id\": 1\n}\n", "json");
        check("{\n  \"a\": [\n    {\"id\": 1}\n  ]\n}\n", "json");
        check("[{\"id\":1}]", "json");
        check("[\n]", "json");
        let error = r#"{"type":"missing","loc":["a",1],"msg":"Field required"}"#;
        check(
            &format!("{{\"record\":{{}},\"errors\":[{error}]}}\n"),
            "pydantic",
        );
        check(
            &format!("{{\"raw\":\"x\",\"errors\":[]}}\n{{\"raw\":\"\",\"errors\":[{error}]}}\n"),
            "pydantic",
        );
        check(&format!("{{\"id\":1,\"errors\":[{error}]}}\n"), "jsonl");
        check("{\"errors\":[],\"record\":{}}\n", "jsonl");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let check = |head: &[u8], code: &str| assert_eq!(found(head), Err(code), "{head:?}");
        check(b"BZh9", "input:compressed");
        check(b"\xFF\xFEi\0d\0,\0", "input:encoding");
        check(b"i\0d\0,\0n\0a\0m\0e\0", "input:encoding");
        check(b"SQLite format 3\0", "input:binary");
        check(b"<!DOCTYPE html>\n<p>\n", "input:unrecognised");
        check(
            b"Dear Sir, thank you\nfor your letter\nof Monday\nbye\nx\ny\n",
            "input:unrecognised",
        );
    }

    #[test]
    fn a_named_format_is_taken() {
        let input = Input::of(b"a;b\n1;2\n");
        assert_eq!(
            named("csv", &input).unwrap(),
            Format::Csv { delimiter: ';' }
        );
        assert_eq!(
            named("csv", &Input::of(b"email\nx@y\n")).unwrap().word(),
            "csv"
        );
        assert_eq!(named("xml", &input).unwrap_err().code, "format:unknown");
    }
}
