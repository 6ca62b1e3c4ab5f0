//! Who is at the keyboard, and which workspace they mean.

use std::{
    env, fs,
    io::{BufRead, IsTerminal, Write, stderr, stdin, stdout},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    sync::Arc,
};

use anyhow::{Context as _, Result};

use super::{
    args::{Global, Scope},
    config::Config,
    plain,
};
use crate::{
    filter::{Filter, FilterError, Wanted},
    model::{Fault, RunId},
    ops::{self, Workspace},
    tui::{Options, event::Route, theme::Theme},
};

/// Asks for a number, so that nobody agrees by accident. Says whether it was typed.
pub fn types(number: u64, to: &str) -> Result<bool> {
    eprint!("Type {number} to {to}: ");
    stderr().flush()?;
    let mut line = String::new();
    stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read your answer")?;
    Ok(line.trim() == number.to_string())
}

/// The person's choices that hold for every command.
pub struct Person {
    /// The workspace as named by flag or environment.
    pub named: Option<PathBuf>,
    pub author: String,
    pub json: bool,
    /// Whether they want to be told more.
    pub verbose: bool,
    /// The screen's colours.
    pub theme: Theme,
    /// Whether the screen uses the mouse.
    pub mouse: bool,
    /// Whether numbered lines take the place of the screen.
    pub plain: bool,
    /// What they always want.
    pub config: Config,
}

impl Person {
    pub fn new(global: &Global, config: Config) -> Self {
        Self {
            named: global.workspace.clone(),
            author: global.author.clone().unwrap_or_else(system_user),
            json: global.json,
            verbose: global.verbose,
            theme: global.theme(),
            mouse: !global.no_mouse,
            plain: global.plain || plain::is_needed(),
            config,
        }
    }

    pub fn workspace_path(&self) -> PathBuf {
        self.named
            .clone()
            .unwrap_or_else(|| PathBuf::from("redrive.db"))
    }

    /// The screen as they want it, on a workspace.
    pub fn screen(&self, workspace: PathBuf, route: Option<Route>, read_only: bool) -> Options {
        let config = &self.config;
        Options {
            workspace,
            may_be_missing: false,
            author: self.author.clone(),
            theme: self.theme,
            keys: config.keys,
            route,
            at: None,
            opens: false,
            read_only,
            mouse: self.mouse,
            suspends: config.suspends,
            glyphs: config.glyphs,
            slow_link: config.slow_link,
            times: config.times,
            notice: config.mistake(),
        }
    }

    /// The workspace for looking.
    pub fn look(&self) -> Result<Workspace> {
        Workspace::open_read_only(&self.workspace_path())
    }

    /// The workspace for changing something in it.
    pub fn change(&self) -> Result<Workspace> {
        Workspace::open(&self.workspace_path(), &self.author)
    }

    /// Whether someone can be asked.
    pub fn can_be_asked(&self) -> bool {
        !self.json && stdin().is_terminal() && stdout().is_terminal()
    }
}

/// The filter of a command that looks: `--run` is one more term.
pub fn filter(scope: &Scope) -> Result<Filter> {
    let mut filter = parsed(&scope.filter.join(" "))?;
    if let Some(run) = scope.run {
        filter.and(Wanted::Run(RunId(run)));
    }
    Ok(filter)
}

/// A filter that was typed where nobody marks records.
pub fn parsed(line: &str) -> Result<Filter> {
    let mut filter = Filter::parse(line).map_err(ops::refused)?;
    if filter.put_marked(Arc::default) {
        return Err(ops::refused(FilterError {
            term: "is:marked".to_owned(),
            message: "records are marked on the screen, and nobody else knows the marks".to_owned(),
            hint: "Name the records by row: or id:, or by what they have in common.".to_owned(),
        })
        .into());
    }
    Ok(filter)
}

/// The filter of a command that changes or sends: it must name its run where there is more than one.
///
/// # Errors
/// `usage:run` when the run is not clear.
pub fn filter_of_one_run(workspace: &Workspace, scope: &Scope) -> Result<Filter> {
    let filter = filter(scope)?;
    if filter.run().is_none() {
        let runs = ops::runs(workspace)?;
        if runs.len() > 1 {
            let names: Vec<String> = runs
                .iter()
                .map(|run| format!("{} ({})", run.id, run.name))
                .collect();
            return Err(Fault::usage(
                "usage:run",
                format!("the workspace holds {} runs; say which one", runs.len()),
            )
            .hint(format!("add --run R, one of: {}", names.join(", ")))
            .into());
        }
    }
    Ok(filter)
}

/// As claimed by the environment, else as the system's list of users names this process's owner. Recorded, not proven.
fn system_user() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
        .or_else(listed_user)
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The name that `/etc/passwd` gives the owner of this process.
fn listed_user() -> Option<String> {
    let owner = fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = fs::read_to_string("/etc/passwd").ok()?;
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == owner).then(|| name.to_owned())
    })
}
