//! Answers of the workers: to the page that waits, or to the app itself.

use super::{
    app::App,
    event::{Answer, JobRequest, Query, Ticket},
    pages::Page,
    words,
};
use crate::{
    model::{Group, RunId, Severity},
    text,
};

/// What the app itself waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// What would be sent of this run.
    Plan(RunId),
    Undo,
    /// The same with the key that suspends other programs.
    UndoOrSuspend,
    Redo,
    /// A change no page waits for.
    Done,
    /// Where the records of this run can go.
    Places(RunId),
    /// The filters kept for the run.
    Filters,
    /// What they typed and did not save, to be said; with `true` to be listed.
    Unsaved(bool),
    /// Where the person was in this run.
    Visit(RunId),
    KeptVisit,
    /// What is typed is kept, without a word.
    KeptTyping,
    /// What is to be copied.
    Copy,
    /// How many records would be set aside.
    Aside,
    /// What a path that was typed stands for, or how it goes on.
    Opening(String),
    /// Whether somebody has changed the workspace.
    Version,
    /// Who else edits a record.
    Others,
    /// Whether there is anything to undo or to redo.
    Turns,
    /// How the verdicts of this run stand.
    Standing(RunId, Why),
}

/// Why it is asked how the verdicts of a run stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// To be shown.
    Look,
    /// To check all of them.
    CheckAll,
    /// What is ready may not be sent, for this reason. Safe to print.
    CheckFirst(String),
}

impl Asked {
    /// Whether nobody waits for the answer: the app looks around by itself.
    pub fn only_looks(&self) -> bool {
        matches!(
            self,
            Self::Standing(_, Why::Look) | Self::Version | Self::KeptVisit
        )
    }
}

impl App {
    /// Gives an answer to whoever still waits for it; nobody waits for the answer to a question that has since been asked
    /// again.
    pub(super) fn answer(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>) {
        let is_wished = self.cx.is_wished(ticket);
        let mishap = self.is_it_safe(ticket, answer.as_ref().err());
        let mine = self.asked.iter().position(|(asked, _)| *asked == ticket);
        if let Some(at) = mine {
            let (_, asked) = self.asked.remove(at);
            return self.receive(asked, answer);
        }
        self.learn(&answer);
        let changed = matches!(answer, Ok(Answer::Changed(_)));
        match self.pages.awaiting(ticket) {
            Some(place) => {
                let page = self.pages.at_mut(place);
                page.receive(ticket, answer, &mut self.cx);
                self.hold_back(place);
                self.replace_if_wanted(place);
            }
            // The page is left, and the person takes it for done.
            None if is_wished => self.receive(Asked::Done, answer),
            None => {}
        }
        if let Some(mishap) = mishap {
            self.do_not_lose(mishap);
        }
        if changed {
            self.refresh();
        }
    }

    /// Whether the pages are about another run.
    fn has_left(&self, run: RunId) -> bool {
        let shown = self.pages.iter().filter_map(Page::problems_of).last();
        shown.is_some_and(|shown| shown != run)
    }

    /// Takes from any answer what header and tabs show.
    fn learn(&mut self, answer: &anyhow::Result<Answer>) {
        let run = match answer {
            // It may be late, and of a run that was left.
            Ok(Answer::Groups { run, .. } | Answer::Ids { run, .. }) if self.has_left(run.id) => {
                return;
            }
            Ok(Answer::Groups { run, groups }) => {
                let open = |group: &&Group| group.open > 0 && group.severity == Severity::Error;
                let open = groups.iter().filter(open).count();
                self.problems = Some(open as u64);
                run
            }
            Ok(Answer::Ids { run, .. }) => run,
            _ => return,
        };
        let id = run.id;
        self.run = Some(run.clone());
        if self.places_of != Some(id) {
            self.places_of = Some(id);
            (self.cx.to, self.cx.places) = (None, Vec::new());
            self.ask_for_visit(id);
            self.ask_for_places(id);
            let ticket = self.cx.ask(Query::Filters { run: id });
            self.asked.push((ticket, Asked::Filters));
            self.look_for_unsaved(id, false);
        }
        if self.looks_again() {
            self.look_at_contract(id);
        }
    }

    fn receive(&mut self, asked: Asked, answer: anyhow::Result<Answer>) {
        match (asked, answer) {
            (Asked::Places(run), Ok(Answer::Places(places))) => {
                if self.places_of == Some(run) {
                    self.places_are(places);
                }
            }
            (_, Ok(Answer::Filters(filters, said))) => {
                for page in self.pages.iter_mut() {
                    page.know_filters(&filters);
                }
                self.cx.filters = filters;
                self.status = Some(said)
                    .filter(|said| !said.is_empty())
                    .or(self.status.take());
            }
            // Without a contract on disk there is no destination to show; sending says so when asked.
            (Asked::Places(_), _) => {}
            (Asked::Plan(_), Ok(Answer::ToSend(to_send))) => self.ask_to_send(&to_send),
            (_, Ok(Answer::Undone(report))) => {
                self.status = Some(words::undone(&report, false, self.cx.keys));
                self.refresh();
            }
            (_, Ok(Answer::Redone(report))) => {
                self.status = Some(words::undone(&report, true, self.cx.keys));
                self.refresh();
            }
            (_, Ok(Answer::Large(run, what))) => {
                self.cx.start(JobRequest::Turn { run, what });
            }
            (_, Ok(Answer::Reported(file))) => {
                let file = file.to_string_lossy();
                self.status = Some(format!("It was written to {}.", text::safe(&file)));
            }
            (_, Ok(Answer::Noted)) => {
                self.status = Some(format!("Noted.  {}", words::undo(self.cx.keys)));
                self.refresh();
            }
            (Asked::Unsaved(lists), Ok(Answer::Unsaved(run, ids))) => {
                self.unsaved_are(run, ids, lists);
            }
            (Asked::Opening(typed), answer) => self.opened(&typed, answer),
            (_, Ok(Answer::Copied(copied))) => self.copied(copied),
            (_, Ok(Answer::Counted(found))) => self.counted(&found),
            (Asked::Aside, Err(error)) => self.cannot_count(&error),
            (Asked::Visit(run), Ok(Answer::Visit(found))) => {
                self.come_back(run, found.map(|found| *found));
            }
            (Asked::Visit(run), Err(error)) => {
                self.no_visit(run, &error);
            }
            (Asked::Standing(run, why), Ok(Answer::Standing(standing))) => {
                self.stands(run, why, &standing);
            }
            (Asked::Version, Ok(Answer::Version(version))) => self.seen(version),
            (_, Ok(Answer::EditClaims(claims))) => self.meet(claims),
            (_, Ok(Answer::Turns(found))) => self.cx.turns = Some(found),
            (_, Ok(Answer::Conflict(conflict))) => self.was_late(&conflict),
            // It is looked again soon, and sending says what is wrong with the contract.
            (Asked::Standing(_, Why::Look) | Asked::Version | Asked::Others, Err(_)) => {}
            (Asked::Turns | Asked::Filters | Asked::Unsaved(false), Err(_)) => {}
            // It costs a few keys next time, which is not worth a word each time.
            (Asked::KeptVisit, Err(_)) => self.visit_is_not_kept(),
            (Asked::UndoOrSuspend, Err(error)) => self.not_undone(&error),
            (Asked::KeptTyping, Err(_)) => self.typing_is_not_kept(),
            (Asked::Plan(run), Err(error)) => self.cannot_send(Some(run), &error),
            (_, Ok(_)) => {}
            (_, Err(error)) => self.status = Some(words::reported(&error)),
        }
    }
}
