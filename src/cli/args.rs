//! What was typed. Filling this needs nothing but validating words: no file is read here.

mod colours;
mod contract;
mod send;
mod sheet;

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

pub use self::colours::{Color, Colours};
pub use self::contract::{Contract, ContractCheck, ContractCommand, ContractInit, ValidatorKind};
pub use self::send::Send;
pub use self::sheet::{Export, Format, Merge};
use super::transforms::{Besides, Transforms};
use crate::demo;

/// How a person gets other keys.
const OWN_KEYS: &str = "\
The names are those of [keys] in the configuration file, where fix_all = [\"B\", \"f4\"] gives an action other keys: a letter or sign, \
space, tab, backtab, del, ins, backspace, home, end, pgup, pgdn, f1 to f12, shift+up, shift+down, ctrl+x, alt+x. Enter, Esc, Ctrl+C \
and the arrows stay what they are, and a key that would be two actions changes none. While text is typed, keys are as always, so clear_text takes none.";

/// What the options of `load` are about, in the order of its help.
const READ: &str = "How the input is read";
const KEPT: &str = "What becomes of it";
const ANSWERS: &str = "Answers, in place of a run";
const CARE: &str = "Care";

/// A number that was typed: of a record, a run, a step, a plan, or how many.
fn number<N: FromStr>(typed: &str) -> Result<N, String> {
    (typed.parse()).map_err(|_| "a number is wanted here, such as 17".to_owned())
}

/// A terminal workbench for the records an import run rejected.
///
/// Load a run's results, see what broke in groups, fix one field or many, check again, and send the corrected records to
/// where they belong. Without a command the terminal UI opens.
#[derive(Debug, Parser)]
#[command(name = "redrive", version)]
#[command(
    after_help = "Exit codes: 0 done, 1 some records still need a person, 2 wrong usage or contract, \
    3 the workspace or an input cannot be used, 4 the destination is on hold, 5 outcomes are unknown, 130 interrupted."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "For every command")]
pub struct Global {
    /// The workspace: one SQLite file that holds runs and all work done on them [default: redrive.db]
    #[arg(short, long, global = true, env = "REDRIVE_WORKSPACE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub workspace: Option<PathBuf>,
    /// Print JSON: one document, or one a line where rows can be many
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colour [default: auto]
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
    /// The screen's colours [default: terminal]
    #[arg(
        long,
        global = true,
        env = "REDRIVE_THEME",
        value_enum,
        value_name = "NAME"
    )]
    pub theme: Option<Colours>,
    /// What you always want, which flags and environment win over [default: redrive/config.toml in ~/.config]
    #[arg(long, global = true, env = "REDRIVE_CONFIG", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Leave the mouse to the terminal, so that text is selected as usual; M turns it on and off
    #[arg(long, global = true, env = "REDRIVE_NO_MOUSE", value_parser = clap::builder::BoolishValueParser::new(), action = clap::ArgAction::SetTrue)]
    pub no_mouse: bool,
    /// Ask and answer in numbered lines, in place of the screen: for screen readers and terminals that can do no more. Without
    /// a terminal, or with TERM=dumb, it is so by itself
    #[arg(long, global = true)]
    pub plain: bool,
    /// Append what happens to this file as JSON lines, without any value or secret
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// Say more on stderr
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Who does this, as recorded in the history [default: the operating system's user]
    #[arg(long = "as", global = true, env = "REDRIVE_USER", value_name = "NAME")]
    pub author: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the terminal UI
    Open(Open),
    /// Prepare a complete example and open it: legacy customers, a contract, an SQLite destination
    Demo(Demo),
    /// Load the results of an import run
    Load(Load),
    /// List the runs of the workspace
    Runs,
    /// List what broke, in groups
    Groups(Scope),
    /// Compare two runs: which problems are new, came back, grow, shrink or are gone
    Diff(Diff),
    /// List the different values that fail in a group, or write them as a map to be filled in
    Values(Values),
    /// List records
    Records(Scope),
    /// Show one record whole
    Show(Show),
    /// Change one record and check it
    Edit(Edit),
    /// Change one field of many records, or say what that would do
    Fix(Box<Fix>),
    /// Say which fixes of a group would make most of its records ready
    Suggest(Suggest),
    /// Check records again against the contract
    #[command(alias = "validate")]
    Check(Check),
    /// Draft a contract from data, or say what one means
    Contract(Contract),
    /// Set records aside: nobody fixes or sends them until they are taken back
    Discard(Discard),
    /// Take back records that were set aside
    Restore(Scope),
    /// Write a note on a record, a group or a run, for whoever works on it next
    Note(Note),
    /// Say whether records without an answer were sent
    Settle(Settle),
    /// Plan and deliver the ready records
    #[command(alias = "submit")]
    Send(Send),
    /// Take back your own last step, or the one named
    Undo(Undo),
    /// Bring back your own last undone step
    Redo,
    /// List the steps of the history, newest first
    History(History),
    /// Hand records out as CSV, JSON Lines or an Excel workbook
    Export(Export),
    /// Take back what was edited in a sheet that was handed out, as one step of the history
    Merge(Merge),
    /// Say what happened to a run, for a ticket: as Markdown or as one page of HTML
    Report(Report),
    /// Ask the workspace in SQL, read only
    Sql(Sql),
    /// Check that everything the workspace says still holds
    Verify,
    /// Say what is well and what is not: of the terminal, and of the place of the workspace
    Doctor,
    /// List every action of the screen with its name and its keys
    #[command(after_long_help = OWN_KEYS)]
    Keys,
    /// Copy the workspace into a new file, while others work in it
    Backup(Backup),
    /// Print the manual, or write it as a page for each command
    Man(Manual),
    /// Print a completion script for a shell
    Completions(Completions),
}

/// Which records are meant.
#[derive(Debug, Args)]
pub struct Scope {
    /// A filter such as 'stage:schema error:format'; every record of the newest run without one
    #[arg(value_name = "Q")]
    pub filter: Vec<String>,
    /// The run, where the workspace holds more than one
    #[arg(long, value_name = "R", value_parser = number::<i64>)]
    pub run: Option<i64>,
}

#[derive(Debug, Args)]
pub struct Diff {
    /// The older run [default: the run of the same contract before NEW]
    #[arg(value_name = "OLD", value_parser = number::<i64>)]
    pub old: Option<i64>,
    /// The newer run [default: the newest; with OLD the newest of its contract]
    #[arg(value_name = "NEW", value_parser = number::<i64>)]
    pub new: Option<i64>,
}

#[derive(Clone, Debug, Args)]
pub struct Open {
    /// Open the record of a link that was copied on the screen, such as redrive://customers/17
    #[arg(value_name = "LINK", conflicts_with_all = ["run", "filter", "row"])]
    pub link: Option<String>,
    /// Open this run, where you left it
    #[arg(long, value_name = "R", value_parser = number::<i64>)]
    pub run: Option<i64>,
    /// Open the records of this filter
    #[arg(long, value_name = "Q")]
    pub filter: Option<String>,
    /// Put the cursor on this record of the list
    #[arg(long, value_name = "N", value_parser = number::<i64>)]
    pub row: Option<i64>,
    /// Look only: nothing can be changed or sent
    #[arg(long)]
    pub read_only: bool,
    /// Let everybody of the folder's Unix group work in the workspace (0660)
    #[arg(long, conflicts_with = "read_only")]
    pub group: bool,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// How many customers
    #[arg(long, default_value_t = demo::ROWS, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub rows: u64,
    /// The same seed makes the same customers
    #[arg(long, default_value_t = demo::SEED, value_name = "S", value_parser = number::<u64>)]
    pub seed: u64,
    /// Prepare only, and say what was loaded
    #[arg(long)]
    pub no_ui: bool,
}

#[derive(Debug, Args)]
pub struct Load {
    /// Files, folders of files, or patterns such as 'out/*.json'; `-` is standard input. Together they are one run
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// What a good record is and where it goes (TOML)
    #[arg(help_heading = READ, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub contract: Option<PathBuf>,
    /// Instead of recognising it: csv, tsv, jsonl, json, or the word of a tool, such as pydantic
    #[arg(help_heading = READ, long, value_name = "F")]
    pub format: Option<String>,
    /// Instead of recognising it: the map (TOML) that says where in this error report records and problems are
    #[arg(help_heading = READ, long, value_name = "MAP", value_hint = ValueHint::FilePath, conflicts_with = "format")]
    pub map: Option<PathBuf>,
    /// The file the tool was given: its records are joined to the problems that the results name
    #[arg(help_heading = READ, long, value_name = "ORIGINAL", value_hint = ValueHint::FilePath)]
    pub source: Vec<PathBuf>,
    /// The sheet of an Excel workbook, by name or number [default: the first that holds something]
    #[arg(help_heading = READ, long, value_name = "SHEET")]
    pub sheet: Option<String>,
    /// The row of a sheet that names the columns [default: the first that holds something]
    #[arg(help_heading = READ, long, value_name = "ROW", value_parser = clap::value_parser!(u32).range(1..))]
    pub header_row: Option<u32>,
    /// The run's name [default: the contract's name, or the file's]
    #[arg(help_heading = KEPT, long, value_name = "N")]
    pub name: Option<String>,
    /// Write the records that passed to this file
    #[arg(help_heading = KEPT, long, value_name = "OUT", value_hint = ValueHint::FilePath)]
    pub passed: Option<PathBuf>,
    /// Keep the records that passed, as ready
    #[arg(long, help_heading = KEPT)]
    pub keep_passed: bool,
    /// Take the results as answers to this plan, which was handed over: its records become sent, or need fixing
    #[arg(help_heading = ANSWERS, long, value_name = "PLAN", conflicts_with_all = ["contract", "name", "passed", "keep_passed", "again", "allow_empty", "fail_if", "explain"], value_parser = number::<i64>)]
    pub answers: Option<i64>,
    /// Make the fixes of this recipe on the run as soon as it is loaded
    #[arg(help_heading = KEPT, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["answers", "explain"])]
    pub recipe: Option<PathBuf>,
    /// Load it even if the same bytes were loaded before
    #[arg(help_heading = CARE, long)]
    pub again: bool,
    /// An input without any record is fine
    #[arg(help_heading = CARE, long)]
    pub allow_empty: bool,
    /// Remove what a load left that cannot be seen from here, such as in another container, once it has ended
    #[arg(help_heading = CARE, long, conflicts_with_all = ["answers", "explain"])]
    pub take_over: bool,
    /// Exit 1 only if this holds, such as 'rejected>5%' or 'unparsed>0'
    #[arg(help_heading = CARE, long, value_name = "EXPR")]
    pub fail_if: Option<String>,
    /// Say what would be loaded and why, with the first records, and change nothing
    #[arg(help_heading = CARE, long, conflicts_with_all = ["passed", "keep_passed", "fail_if"])]
    pub explain: bool,
    /// Let everybody of the folder's Unix group work in the workspace (0660)
    #[arg(help_heading = KEPT, long, conflicts_with_all = ["answers", "explain"])]
    pub group: bool,
    /// How many workers read and check [default: one a processor]
    #[arg(long, value_name = "N", hide = true)]
    pub threads: Option<usize>,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The record's number
    #[arg(value_name = "ID", value_parser = number::<i64>)]
    pub id: i64,
}

#[derive(Debug, Args)]
pub struct Edit {
    /// The record's number
    #[arg(value_name = "ID", value_parser = number::<i64>)]
    pub id: i64,
    /// PATH=VALUE sets text (a number or yes/no where the contract wants one); PATH:=JSON sets exactly that
    #[arg(value_name = "PATH=VALUE")]
    pub changes: Vec<String>,
    /// Remove the field
    #[arg(long, value_name = "PATH")]
    pub unset: Vec<String>,
    /// Replace the whole text by this file's; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["changes", "unset"])]
    pub raw: Option<PathBuf>,
    /// Say that the record is good: one without a contract, or one that a destination refused
    #[arg(long)]
    pub ready: bool,
    /// Only if the record is still of this version, as `show` and `records --json` say it
    #[arg(long, value_name = "N", value_parser = number::<i64>)]
    pub if_version: Option<i64>,
}

#[derive(Debug, Args)]
pub struct Fix {
    #[command(flatten)]
    pub scope: Scope,
    /// The field, such as /email; [] stands for each entry of a list: /lines/[]/qty
    #[arg(long, value_name = "PATH", required_unless_present = "recipe")]
    pub field: Option<String>,
    /// Make the fixes of this recipe again, one after the other
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "field")]
    pub recipe: Option<PathBuf>,
    /// With --recipe: stop at the first step that does not fit
    #[arg(long, requires = "recipe")]
    pub strict: bool,
    #[command(flatten)]
    pub transforms: Transforms,
    #[command(flatten)]
    pub besides: Besides,
    /// Say what would happen, with examples, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Values {
    /// The group's number, as `redrive groups` lists it
    #[arg(value_name = "GROUP", value_parser = number::<i64>)]
    pub group: i64,
    /// Write old and new values as CSV for `fix --map`; where the new one is known it is filled in
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Suggest {
    /// The group's number, as `redrive groups` lists it
    #[arg(value_name = "GROUP", value_parser = number::<i64>)]
    pub group: i64,
}

#[derive(Debug, Args)]
pub struct Discard {
    #[command(flatten)]
    pub scope: Scope,
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("answer").required(true).args(["sent", "not_sent"]))]
pub struct Settle {
    #[command(flatten)]
    pub scope: Scope,
    /// They arrived: they are not sent again
    #[arg(long)]
    pub sent: bool,
    /// They did not arrive: they are ready to be sent again
    #[arg(long)]
    pub not_sent: bool,
    /// How it was found out, for the history
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct Note {
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// On this record
    #[arg(long, value_name = "ID", value_parser = number::<i64>)]
    pub record: Option<i64>,
    /// On this group
    #[arg(long, value_name = "N", conflicts_with = "record", value_parser = number::<i64>)]
    pub group: Option<i64>,
    /// On this run
    #[arg(long, value_name = "R", conflicts_with_all = ["record", "group"], value_parser = number::<i64>)]
    pub run: Option<i64>,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub scope: Scope,
    /// Another contract than the run's own; it becomes the run's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub contract: Option<PathBuf>,
    /// Also check what this contract has checked already
    #[arg(long)]
    pub again: bool,
}

#[derive(Debug, Args)]
pub struct Undo {
    /// The step's number [default: your own last one]
    #[arg(value_name = "STEP", value_parser = number::<i64>)]
    pub step: Option<i64>,
}

#[derive(Debug, Args)]
pub struct History {
    /// Write the fixes and edits that stand as a recipe to this file; `-` is standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub recipe: Option<PathBuf>,
    /// Only the steps of this run
    #[arg(long, value_name = "R", value_parser = number::<i64>)]
    pub run: Option<i64>,
}

#[derive(Debug, Args)]
pub struct Report {
    /// The run [default: the newest]
    #[arg(long, value_name = "R", value_parser = number::<i64>)]
    pub run: Option<i64>,
    /// Write it to this file; one that ends in .html becomes a page
    #[arg(short, long, alias = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// One page of HTML, with charts, that needs nothing else
    #[arg(long)]
    pub html: bool,
    /// Also show values of records, and not only their shapes
    #[arg(long)]
    pub values: bool,
}

#[derive(Debug, Args)]
pub struct Sql {
    /// One statement that reads
    #[arg(value_name = "SELECT")]
    pub statement: String,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write; it must not be there yet
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Manual {
    /// Write a file for each command into this folder
    #[arg(short, long, alias = "output", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_enum)]
    pub shell: Shell,
}
