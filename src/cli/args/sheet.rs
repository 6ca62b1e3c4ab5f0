//! Arguments of what hands records out and takes them back.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, ValueHint};

use super::Scope;

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub scope: Scope,
    /// One table, one JSON object a line, or an Excel workbook that `merge` takes back [default: as the file's name ends, else csv]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// In CSV: put an apostrophe before what a spreadsheet could take for a formula. In a workbook nothing ever is one
    #[arg(long)]
    pub formula_safe: bool,
    /// In CSV: also write each record's number, state, problems and seal, by which `merge` takes it back
    #[arg(long)]
    pub ids: bool,
    /// Where to; `-` is standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, default_value = "-")]
    pub output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Csv,
    Ndjson,
    Xlsx,
}

impl Format {
    /// What a file's name says that it holds, if it says anything.
    fn of(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?.to_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

impl Export {
    /// The format that was asked for, or that the file's name asks for.
    pub fn format(&self) -> Format {
        (self.format)
            .or_else(|| Format::of(&self.output))
            .unwrap_or(Format::Csv)
    }
}

#[derive(Debug, Args)]
pub struct Merge {
    /// What `export --format xlsx` wrote (or `--format csv --ids`), edited
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Where a record was changed here since it was handed out, take what was edited in the file all the same
    #[arg(long)]
    pub overwrite: bool,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}
