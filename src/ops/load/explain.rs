//! What a load would do: it is done, in a workspace that nobody sees.

use anyhow::Result;

use super::{LoadRequest, Prepared, content::Content, load_opened, mapped, opened::Opened};
use crate::{
    filter::Filter,
    model::{Layout, LoadReport, Problem, RecordDetail},
    ops::{Job, Workspace, ids, show},
    results::{Place, Reader, Tool},
};

/// Records that are shown.
const SHOWN: usize = 3;

/// What would be loaded.
#[derive(Debug)]
pub struct Explained {
    pub report: LoadReport,
    /// Why the input is of the report's format, as the end of a sentence.
    pub why: String,
    /// The map it is read by, in TOML.
    pub map: Option<String>,
    /// The first records that need a person, each with the place that the tool names.
    pub first: Vec<(String, RecordDetail)>,
}

impl Prepared<'_> {
    /// Loads into a workspace that is thrown away, and says what came of it.
    ///
    /// # Errors
    /// Those of [`Prepared::load`].
    pub fn explain(self, job: &Job) -> Result<Explained> {
        let (why, map) = reasons(self.request, &self.opened)?;
        let places = places(&self.opened);
        let folder = tempfile::tempdir()?;
        let mut workspace = Workspace::create(&folder.path().join("redrive.db"), "explain")?;
        let report = load_opened(&mut workspace, self, job)?;
        let all = ids(&workspace, &Filter::default())?;
        let mut first = Vec::new();
        for (n, id) in all.into_iter().take(SHOWN).enumerate() {
            let record = show(&workspace, id)?;
            let place = match places.get(n) {
                Some(place) => place.clone(),
                None => format!("line {}", record.row.line),
            };
            first.push((place, record));
        }
        Ok(Explained {
            report,
            why,
            map,
            first,
        })
    }
}

/// Why an input is of its format, and the map it is read by.
fn reasons(request: &LoadRequest, opened: &Opened) -> Result<(String, Option<String>)> {
    if let Some(path) = &request.map {
        let map = mapped::read(path)?;
        let why = format!("read by the map {} of {}", path.display(), map.tool);
        return Ok((why, Some(map.text)));
    }
    let tool = Tool::named(opened.word);
    let map = tool.and_then(|tool| match tool.reader {
        Reader::Map(map) => Some(map),
        Reader::Lines { .. } | Reader::Whole { .. } => None,
    });
    let why = match (&request.format, tool, map, &opened.layout) {
        (Some(_), ..) => "named by --format".to_owned(),
        (None, Some(tool), Some(map), _) => {
            format!("recognised as {} by {}", tool.name, map.signs().join(", "))
        }
        (None, Some(tool), None, _) => format!("recognised as {} by its shape", tool.name),
        (None, None, _, Layout::Csv { columns, .. }) => {
            format!("recognised by a header of {} columns", columns.len())
        }
        (None, None, _, Layout::Json) => "recognised by the JSON it begins with".to_owned(),
    };
    Ok((why, map.map(|map| map.text.clone())))
}

/// Where a tool says that its first rejected records stood.
fn places(opened: &Opened) -> Vec<String> {
    let Content::Told(told) = &opened.content else {
        return Vec::new();
    };
    let outcomes = told.iter().flat_map(|told| &told.report.outcomes);
    let rejected = outcomes.filter(|outcome| outcome.problems.iter().any(Problem::rejects));
    let words = rejected.take(SHOWN).map(|outcome| match &outcome.place {
        Place::Nowhere => "place not given".to_owned(),
        Place::Byte(byte) => format!("byte {byte}"),
        Place::Ordinal(number) => format!("record {number}"),
        Place::Line(line) => format!("line {line}"),
        Place::LastLine(line) => format!("last line {line}"),
        Place::Row(row) => format!("row {row}"),
        Place::Key { field, value } => format!("{field} = {value}"),
    });
    words.collect()
}
