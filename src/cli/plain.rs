//! The whole flow as numbered lines, for screen readers, dumb terminals and pipes. It only ever appends: no line is taken
//! back, and nothing steers the terminal.

mod chosen;
mod doing;
mod fixing;
mod groups;
mod look;
mod many;
mod meanings;
mod names;
mod page;
mod results;
mod say;
mod views;

use std::{
    io::{self, BufRead, IsTerminal, Read as _, Write},
    path::PathBuf,
    sync::{Arc, Mutex, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

pub use self::results::begun;
use self::{
    look::{look, one, request, run_of},
    page::{Place, Sight, Wish},
    results::{reported, sent, undone},
    say::records_of,
};
use super::{person::Person, stop};
use crate::{
    filter::Filter,
    model::{RecordId, RunId},
    ops::{self, CheckRequest, Job, SendRequest, Workspace},
    said,
    text::{count, safe},
};

/// Lines of a list that are said at once.
const LIST: usize = 10;
/// The most bytes of an answer: a file that got here by mistake must not fill the memory.
const LINE: u64 = 1 << 20;
/// How often long work says how far it is.
const OFTEN: Duration = Duration::from_secs(5);

/// Whether the screen has nowhere to go: no terminal, or one that can only show lines.
pub fn is_needed() -> bool {
    let is_dumb = |term: &std::ffi::OsStr| term.is_empty() || term == "dumb";
    !io::stdin().is_terminal()
        || !io::stdout().is_terminal()
        || std::env::var_os("TERM").is_none_or(|term| is_dumb(&term))
}

/// What is opened.
pub struct Options {
    pub workspace: PathBuf,
    pub read_only: bool,
    /// Where it begins, behind what one goes back to; empty for the runs, or the only one.
    pub places: Vec<Place>,
    pub work: Work,
}

/// Where a filter begins.
pub fn records(run: RunId, filter: Filter) -> Place {
    Place::Records {
        run,
        filter,
        title: "Records".to_owned(),
        typed: None,
    }
}

/// Where a run begins.
pub fn problems(run: RunId) -> Place {
    Place::Groups { run }
}

/// One record.
pub fn record(id: RecordId) -> Place {
    Place::record(id)
}

/// Long work: a line says now and then how far it is, and Ctrl+C stops it safely. Between two of them Ctrl+C ends the program.
pub struct Work {
    job: Job,
    /// When it was said last how far it is, or the work began.
    said: Arc<Mutex<Instant>>,
}

impl Work {
    /// # Errors
    /// When signals cannot be watched.
    pub fn new() -> Result<Self> {
        let said = Arc::new(Mutex::new(Instant::now()));
        let last = Arc::clone(&said);
        let job = Job::new(move |progress| {
            let Ok(mut last) = last.lock() else { return };
            if last.elapsed() < OFTEN {
                return;
            }
            *last = Instant::now();
            // Nobody is left to tell when it is closed.
            let _ = writeln!(
                io::stdout(),
                "{} so far.",
                count(progress.records, "record")
            );
        });
        let work = Self { job, said };
        work.ends_at_ctrl_c(true);
        stop::on_signal(&work.job.cancel_flag())?;
        Ok(work)
    }

    /// Does some work.
    ///
    /// # Errors
    /// What `work` gives.
    pub fn does<T>(&self, work: impl FnOnce(&Job) -> Result<T>) -> Result<T> {
        self.ends_at_ctrl_c(false);
        if let Ok(mut said) = self.said.lock() {
            *said = Instant::now();
        }
        let done = work(&self.job);
        self.ends_at_ctrl_c(true);
        done
    }

    /// A signal ends the program when the flag is set already, and sets it otherwise.
    fn ends_at_ctrl_c(&self, ends: bool) {
        self.job.cancel_flag().store(ends, Ordering::Relaxed);
    }
}

/// Asks and answers until the person leaves or the input ends.
///
/// # Errors
/// Those of opening the workspace and of writing; whatever else goes wrong is said, and the next answer is waited for.
pub fn run(person: &Person, options: Options) -> Result<()> {
    let workspace = if options.read_only {
        Workspace::open_read_only(&options.workspace)?
    } else {
        Workspace::open(&options.workspace, &person.author)?
    };
    let mut places = options.places;
    if places.is_empty() {
        places.push(match ops::runs(&workspace)?.as_slice() {
            [only] => Place::Groups { run: only.id },
            _ => Place::Runs,
        });
    }
    let mut talk = Talk {
        workspace,
        work: options.work,
        stack: places.into_iter().map(|place| (place, 0)).collect(),
        out: io::stdout(),
        echo: !io::stdin().is_terminal(),
        read_only: options.read_only,
    };
    talk.go_on(&mut io::stdin().lock())
}

/// A conversation.
struct Talk<W: Write> {
    workspace: Workspace,
    work: Work,
    /// Where the person is, last, and came from, each with the first line of its list.
    stack: Vec<(Place, usize)>,
    out: W,
    /// Whether an answer is written down, because nobody sees it being typed.
    echo: bool,
    /// Whether the workspace was opened to look only.
    read_only: bool,
}

impl<W: Write> Talk<W> {
    fn go_on(&mut self, input: &mut dyn BufRead) -> Result<()> {
        let (mut shows, mut kept) = (true, None);
        // What was said last: a number means what it says there, and nothing that was worked out since.
        let mut said = String::new();
        while let Some((place, from)) = self.stack.last().cloned() {
            let sight = match kept.take().map_or_else(|| self.sight(&place, from), Ok) {
                Ok(sight) => sight,
                Err(error) if self.stack.len() > 1 => {
                    self.say(&reported(&error))?;
                    self.stack.pop();
                    shows = true;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let page = say::page(&sight);
            let text = page.text();
            if shows || text != said {
                self.say(&format!("\n{}", text.trim_end()))?;
                said = text;
            }
            let Some(line) = self.answer(input)? else {
                return self.say(page.at_the_end());
            };
            let wish = match page.wish(&line) {
                Wish::Help => Wish::Say(page.help()),
                wish => wish,
            };
            let is_said = matches!(wish, Wish::Say(_));
            // Where nothing could be left out, what was said need not be heard again.
            shows = !is_said && !matches!(wish, Wish::Leave(_));
            if wish == Wish::Quit {
                return Ok(());
            }
            if let Err(error) = self.does(wish, &place, &sight) {
                self.say(&reported(&error))?;
                shows = false;
            } else if is_said {
                // Nothing was done: what was said still holds, and need not be looked up again.
                kept = Some(sight);
            }
        }
        Ok(())
    }

    fn sight(&self, place: &Place, from: usize) -> Result<Sight> {
        look(&self.workspace, place, from, &self.work)
    }

    /// The next line that is typed; `None` at the end.
    fn answer(&mut self, input: &mut dyn BufRead) -> Result<Option<String>> {
        loop {
            write!(self.out, "> ")?;
            self.out.flush()?;
            let mut line = Vec::new();
            let mut part = (&mut *input).take(LINE);
            part.read_until(b'\n', &mut line)
                .context("cannot read your answer")?;
            // What a person began to type before the end was not given.
            if line.is_empty() || !self.echo && !line.ends_with(b"\n") && line.len() < LINE as usize
            {
                return Ok(None);
            }
            if line.len() as u64 == LINE && !line.ends_with(b"\n") {
                input.skip_until(b'\n')?;
                self.say("That is longer than a megabyte, and nothing was done.")?;
                continue;
            }
            let Ok(line) = String::from_utf8(line) else {
                self.say("That is not UTF-8, and nothing was done.")?;
                continue;
            };
            if self.echo {
                self.say(&safe(line.trim_end()))?;
            }
            return Ok(Some(line));
        }
    }

    fn say(&mut self, words: &str) -> Result<()> {
        writeln!(self.out, "{words}")?;
        Ok(())
    }

    fn go(&mut self, place: Place) {
        if self.stack.last().is_none_or(|(here, _)| *here != place) {
            self.stack.push((place, 0));
        }
    }

    fn back(&mut self) -> Result<()> {
        if self.stack.len() > 1 {
            self.stack.pop();
            return Ok(());
        }
        if let Some((Place::Runs, _)) = self.stack.last() {
            return self.say("This is the beginning; quit ends.");
        }
        self.stack = vec![(Place::Runs, 0)];
        Ok(())
    }

    fn does(&mut self, wish: Wish, place: &Place, sight: &Sight) -> Result<()> {
        let run = run_of(&self.workspace, place);
        if self.read_only && wish.changes() {
            return self.say("Nothing is changed here: the workspace was opened to look only.");
        }
        match wish {
            Wish::Go(place) => self.go(place),
            Wish::Back => self.back()?,
            Wish::More => self.more(place)?,
            Wish::Find(line) => self.find(&line, run?)?,
            Wish::Save {
                id,
                change,
                version,
            } => self.save(id, change, version)?,
            Wish::Leave(id) => self.leave(id, sight)?,
            Wish::Accept { id, version } => {
                ops::accept(&mut self.workspace, id, Some(version))?;
                self.say(&format!("Record {id} is ready."))?;
            }
            Wish::Check => self.check(run?)?,
            Wish::Aside(id) => {
                let reason = "set aside in numbered lines";
                ops::discard(&mut self.workspace, &one(id), reason, None, &Job::default())?;
                self.say(&format!(
                    "Record {id} is set aside; undo or restore takes it back."
                ))?;
            }
            Wish::Restore(id) => {
                ops::restore(&mut self.workspace, &one(id), &Job::default())?;
                self.say(&format!("Record {id} is taken back."))?;
            }
            Wish::Send => self.send(sight)?,
            Wish::Apply => self.apply(sight)?,
            Wish::SaveView { name, filter } => self.save_view(&name, &filter)?,
            Wish::RemoveView(name) => self.remove_view(&name)?,
            Wish::Views => self.go(Place::Views { run: run? }),
            Wish::Since => self.go(Place::Since { run: run? }),
            Wish::Many(many, these, reason) => self.say_of_many(&many, &these, reason)?,
            Wish::Report => self.go(Place::Report(run?)),
            Wish::Write(run, file) => self.write_report(run, &file)?,
            Wish::Review => self.review(run?)?,
            Wish::History => self.go(Place::History { run: run? }),
            Wish::Undo(step) => {
                let report = ops::undo(&mut self.workspace, step)?;
                self.say(&undone(&report, false))?;
            }
            Wish::Redo => {
                let report = ops::redo(&mut self.workspace)?;
                self.say(&undone(&report, true))?;
            }
            Wish::Say(words) => self.say(&words)?,
            Wish::Again | Wish::Help | Wish::Quit => {}
        }
        Ok(())
    }

    fn is_at_record(&self) -> bool {
        matches!(self.stack.last(), Some((Place::Record { .. }, _)))
    }

    /// The next part of a list, or the next record of the list one came from.
    fn more(&mut self, place: &Place) -> Result<()> {
        let Place::Record { id, .. } = place else {
            if let Some((_, from)) = self.stack.last_mut() {
                *from += LIST;
            }
            return Ok(());
        };
        let run = run_of(&self.workspace, place)?;
        let list = self.stack.iter().rev().find_map(|(place, _)| match place {
            Place::Records { filter, .. } => Some(filter.clone()),
            _ => None,
        });
        let ids = ops::ids(
            &self.workspace,
            &list.unwrap_or_else(|| records_of(run, None)),
        )?;
        // What was mended may have left the list; numbers tell what comes after it all the same.
        let next = ids
            .iter()
            .find(|other| **other > *id)
            .or(ids.first().filter(|first| *first != id));
        match next {
            Some(next) => {
                self.stack.pop();
                self.go(Place::record(*next));
                Ok(())
            }
            None => self.say("No other record is in this list."),
        }
    }

    fn check(&mut self, run: RunId) -> Result<()> {
        let request = CheckRequest {
            filter: records_of(run, None),
            contract: None,
            again: false,
        };
        let workspace = &mut self.workspace;
        let report = self.work.does(|job| ops::check(workspace, &request, job))?;
        self.say(&said::checked(&report))
    }

    fn review(&mut self, run: RunId) -> Result<()> {
        let all = ops::destinations(&self.workspace, run, None)?;
        self.go(if all.len() > 1 {
            Place::Destinations { run }
        } else {
            Place::Review { run, to: None }
        });
        Ok(())
    }

    /// Sends what was said, or nothing.
    fn send(&mut self, sight: &Sight) -> Result<()> {
        let Sight::Review(review) = sight else {
            return Ok(());
        };
        let plan = &review.plan;
        let request = SendRequest {
            expect: Some(plan.planned),
            plan: plan.id,
            ..request(plan.run, Some(&plan.destination))
        };
        self.say("Sending. Ctrl+C stops safely.")?;
        let workspace = &mut self.workspace;
        let report = self.work.does(|job| ops::send(workspace, &request, job))?;
        self.stack.pop();
        self.say(&sent(&report))
    }
}
