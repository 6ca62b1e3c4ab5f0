//! Arguments of what hands records out and takes them back.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::Scope;

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub scope: Scope,
    /// One table, one JSON object a line, or an Excel workbook that `merge` takes back
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
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
