//! Opening a file from the screen: a path is asked for, then a contract; it is loaded as `redrive load` does it, or it is another
//! workspace, which takes the place of this one.

use std::path::{Path, PathBuf};

use super::{
    answers::Asked,
    app::{App, Exit},
    event::{Answer, Effect, Elsewhere, JobRequest, Needs, Query, Question, Route, Wanting},
    keymap::Mode,
    overlays::{Overlay, Prompt},
    pages::Page,
    running::BUSY,
    words,
};
use crate::{
    model::{Fault, LoadReport, RunId},
    ops::Named,
    text,
};

/// A step on the way to opening a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Completes what is typed.
    Complete(String),
    /// Looks what is typed, without blanks at its ends, beside a run whose contract may be meant.
    Look(String, Option<RunId>),
}

/// Asks for the path of what is opened.
pub(super) fn ask_for_path(like: Option<RunId>) -> Effect {
    Effect::Prompt(Wanting {
        title: "Open a file or folder".to_owned(),
        body: "A file, a folder of files or a pattern such as out/*.json becomes a run of this workspace. Another workspace \
               is opened in place of this one."
            .to_owned(),
        label: "Path".to_owned(),
        verb: "Open".to_owned(),
        needs: Needs::File { like },
    })
}

impl App {
    /// To the list of runs, also where there is only one. It lies over what one came from, which Esc leads back to.
    pub(super) fn go_to_runs(&mut self) {
        self.keep_visit();
        let mut page = Page::open(Route::Runs, &mut self.cx);
        if let Page::Runs(page) = &mut page {
            page.stay();
        }
        self.pages.push(page);
    }

    /// The workspace that Esc leads back to: from the first page of one that was opened in its place.
    pub(super) fn way_back(&self) -> Option<&Path> {
        let is_first = self.pages.top().is_outermost() && self.mode() == Mode::Moving;
        let can_leave = matches!(self.pages.top().escape(), "Menu" | "Quit");
        (self.from.as_deref()).filter(|_| is_first && can_leave)
    }

    pub(super) fn go_back(&mut self) {
        // A job works in this workspace; it is stopped by whoever means that.
        if self.job.is_some() {
            self.status = Some(BUSY.to_owned());
            return;
        }
        self.exit = self.from.take().map(|workspace| {
            let run = None;
            Exit::Elsewhere(Box::new(Elsewhere { workspace, run }))
        });
    }

    /// What Esc would do now on the page.
    pub(super) fn escape(&self) -> String {
        let name = self.way_back().and_then(Path::file_name);
        match name {
            Some(name) => format!("Back to {}", text::safe(&name.to_string_lossy())),
            None => self.pages.top().escape().to_owned(),
        }
    }

    pub(super) fn open_step(&mut self, step: Opening) {
        let (typed, query) = match step {
            Opening::Complete(typed) => (typed.clone(), Query::Completed { typed }),
            Opening::Look(typed, like) => {
                let path = typed.trim().to_owned();
                (typed, Query::Named { typed: path, like })
            }
        };
        let ticket = self.cx.ask(query);
        (self.asked).retain(|(_, asked)| !matches!(asked, Asked::Opening(_)));
        self.asked.push((ticket, Asked::Opening(typed)));
    }

    /// Whoever has gone back or typed on meanwhile is not told.
    pub(super) fn opened(&mut self, typed: &str, answer: anyhow::Result<Answer>) {
        let Some(Overlay::Prompt(prompt)) = &mut self.overlay else {
            return;
        };
        if !prompt.completes() || prompt.typed() != typed {
            return;
        }
        match answer {
            Ok(Answer::Completed(found)) => prompt.completed(&found),
            // Another workspace would be opened under what this one does; Enter looks again.
            Ok(Answer::Named(Named::Workspace(_))) if self.job.is_some() => {
                prompt.say(BUSY.to_owned());
            }
            Ok(Answer::Named(Named::Workspace(workspace))) => {
                self.overlay = None;
                let place = Elsewhere {
                    workspace,
                    run: None,
                };
                self.exit = Some(Exit::Elsewhere(Box::new(place)));
            }
            Ok(Answer::Named(Named::Input { path, contract })) => {
                let wanting = contract_for(path);
                let contract = contract.map(|path| path.to_string_lossy().into_owned());
                let why = match &contract {
                    Some(_) => "A run of this workspace was checked against this one.",
                    None => "",
                };
                let typed = contract.unwrap_or_default();
                let mut prompt = Prompt::again(wanting, &typed, why.to_owned());
                prompt.wait();
                self.overlay = Some(Overlay::Prompt(prompt));
            }
            Ok(_) => {}
            Err(error) => prompt.say(words::reported(&error)),
        }
    }

    /// Whether somebody looks at the runs, and types nothing.
    pub(super) fn looks_at_runs(&self) -> bool {
        self.may_come(None) && matches!(self.pages.top(), Page::Runs(_))
    }

    /// A run was loaded: it opens where the runs are in front.
    pub(super) fn loaded(&mut self, report: &LoadReport) {
        self.status = Some(words::loaded(report));
        if self.looks_at_runs() {
            let run = report.run;
            self.cx.effects.push(Effect::Replace(Route::Run { run }));
        }
    }

    /// The demo is there: it opens where the runs are in front, and whoever is at something else is told where it is.
    pub(super) fn made(&mut self, place: Elsewhere) {
        if self.looks_at_runs() {
            self.exit = Some(Exit::Elsewhere(Box::new(place)));
        } else {
            let made = text::safe(&place.workspace.to_string_lossy()).into_owned();
            self.status = Some(format!("The demo is in {made}: open it from the runs."));
        }
    }

    /// Nothing was loaded, as the contract cannot be used: it is asked for again, with what was typed.
    pub(super) fn ask_for_contract_again(
        &mut self,
        path: &Path,
        contract: Option<&Path>,
        fault: &Fault,
    ) {
        // The words of the command line are none of the screen's.
        let hint = fault.hint.as_deref();
        let hint = hint.filter(|hint| !hint.contains("--contract"));
        let why = format!(
            "{} {}",
            words::sentence(&fault.to_string()),
            words::sentence(hint.unwrap_or("check the name and the folder"))
        );
        let typed = contract.map_or(String::new(), |path| path.to_string_lossy().into_owned());
        let why = text::safe(&why).into_owned();
        let mut prompt = Prompt::again(contract_for(path.to_owned()), &typed, why);
        prompt.wait();
        self.status = None;
        self.overlay = Some(Overlay::Prompt(prompt));
    }

    /// The same bytes are a run already: asks whether they are to be loaded all the same.
    pub(super) fn ask_to_load_again(&mut self, request: JobRequest, message: &str) {
        let JobRequest::Load { path, contract, .. } = request else {
            return;
        };
        let question = Question {
            title: "Load it again?".to_owned(),
            body: vec![
                words::sentence(&text::safe(message)),
                "Loaded again, the same records are a run of their own.".to_owned(),
            ],
            typed: None,
            safe: "Go back".to_owned(),
            also: None,
            verb: "Load it again".to_owned(),
            then: Box::new(Effect::Start(JobRequest::Load {
                path,
                contract,
                again: true,
            })),
        };
        self.cx.effects.push(Effect::Confirm(question));
    }
}

/// Asks for the contract of what is loaded.
fn contract_for(path: PathBuf) -> Wanting {
    Wanting {
        title: "Check it against which contract?".to_owned(),
        body: format!(
            "{} is loaded as a new run. Without a contract it can be looked at and exported; nothing can be checked or sent.",
            text::safe(&path.to_string_lossy())
        ),
        label: "Contract".to_owned(),
        verb: "Load it".to_owned(),
        needs: Needs::Contract { path },
    }
}

/// What is done with a contract that was typed, or left out.
pub(super) fn load(path: PathBuf, contract: &str) -> Effect {
    Effect::Start(JobRequest::Load {
        path,
        contract: (!contract.is_empty()).then(|| contract.into()),
        again: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ops::{Completed, Progress},
        tui::{
            event::{Event, Outcome, Ticket},
            testing::{app, feed, picture, press, shows, shows_not, wishes},
        },
    };

    fn runs() -> App {
        app(Route::Runs, (80, 24))
    }

    fn ticket(effects: &[Effect]) -> Ticket {
        match effects {
            [
                ..,
                Effect::Ask(ticket, Query::Named { .. } | Query::Completed { .. }),
            ] => *ticket,
            other => panic!("nothing is looked at: {other:?}"),
        }
    }

    fn answered(app: &mut App, ticket: Ticket, answer: anyhow::Result<Answer>) {
        let effects = app.update(Event::Answer(ticket, answer));
        feed(app, effects);
    }

    #[test]
    fn esc_leads_from_the_first_page_back_to_the_workspace_that_was_open_before() {
        let mut app = app(Route::Run { run: RunId(1) }, (80, 24));
        shows(&mut app, "Esc Menu");
        app.from = Some("work/redrive.db".into());
        shows(&mut app, "Esc Back to redrive.db");
        press(&mut app, "<ret>");
        shows_not(&mut app, "Back to redrive.db");
        press(&mut app, "<esc>");
        assert_eq!(app.exit, None);
        press(&mut app, "<esc>");
        let place = Elsewhere {
            workspace: "work/redrive.db".into(),
            run: None,
        };
        assert_eq!(app.exit, Some(Exit::Elsewhere(Box::new(place))));
    }

    #[test]
    fn esc_stops_no_send_by_leaving_its_workspace() {
        let mut app = app(Route::Run { run: RunId(1) }, (80, 24));
        app.from = Some("work/redrive.db".into());
        press(&mut app, "S<Right><ret>1<esc>");
        assert_eq!(app.exit, None);
        shows(&mut app, BUSY);
        let sent = Outcome::Sent(crate::model::SendReport::default());
        app.update(Event::Finished(Ok(sent)));
        press(&mut app, "<ret><esc>");
        assert!(app.exit.is_some());
    }

    #[test]
    fn a_path_then_a_contract_and_it_is_loaded() {
        let mut app = runs();
        press(&mut app, "<Down><Down><ret>");
        assert_eq!(press(&mut app, "<ret>"), []);
        shows(&mut app, "Type a path first");
        let asked = wishes(&mut app, "in/orders.csv<ret>");
        let like = Some(RunId(1));
        let typed = "in/orders.csv".to_owned();
        let query = Query::Named { typed, like };
        assert!(
            matches!(&asked[..], [Effect::Ask(_, one)] if *one == query),
            "{asked:?}"
        );
        let input = Named::Input {
            path: "in/orders.csv".into(),
            contract: Some("in/c.toml".into()),
        };
        answered(&mut app, ticket(&asked), Ok(Answer::Named(input)));
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive                                             version 0.1.0   redrive.db

        ┌ Choose an import run ────────────────────────────────────────── newest first ┐
        │   Run                     Started          Rejected  Fixed  Sent State       │
        │   1 customers-2025-11-20  20 Nov 2025         1,387      3     0 3 ready, no…│
        │   2 customers-2025-11-19  19 Nov 2025           212    212   212 done, all s…│
        │                                                                              │
        │ > Open a file or folder...                                                   │
        │   Try the demo (sample data, stays in its folder)                            │
        │   ┌ Check it against which contract? ────────────────────────────────────┐   │
        │ An│ in/orders.csv is loaded as a new run. Without a contract it can be   │   │
        │   │ looked at and exported; nothing can be checked or sent.              │   │
        │   │                                                                      │   │
        │   │ Contract  [ in/c.toml                                              ] │   │
        └───└──────────────────────────────────────────────────────────────────────┘───┘
        ┌ Open a file or folder ───────────────────────────────────────────────────────┐
        │ A file, a folder of files, or a pattern such as out/*.json becomes a run of  │
        │ this workspace, as redrive load does it. Nothing of it is sent.              │
        │ The path of another workspace opens that one in place of this.               │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         A run of this workspace was checked against this one.
         Enter Load it  Tab Complete  Ctrl+U Clear                           Esc Cancel
        ");
        let load = |contract: Option<&str>, again| {
            [Effect::Start(JobRequest::Load {
                path: "in/orders.csv".into(),
                contract: contract.map(Into::into),
                again,
            })]
        };
        assert_eq!(wishes(&mut app, "<ret>"), load(Some("in/c.toml"), false));
        // The same bytes are there already: it is asked, and nothing is loaded by Enter alone.
        let fault = Fault::unusable("load:again", "these bytes are run 2 already");
        app.update(Event::Finished(Err(fault.into())));
        shows(&mut app, "These bytes are run 2 already.");
        assert_eq!(press(&mut app, "<ret>"), []);
        // Without a contract.
        let asked = wishes(&mut app, ":open a<ret>x.csv<ret>");
        let input = Named::Input {
            path: "in/orders.csv".into(),
            contract: None,
        };
        answered(&mut app, ticket(&asked), Ok(Answer::Named(input)));
        assert_eq!(wishes(&mut app, "<ret>"), load(None, false));
        let progress = Progress {
            done: 35,
            total: Some(100),
            records: 12_000,
            ..Progress::default()
        };
        app.update(Event::Progress(progress));
        shows(&mut app, "Loading: 12,000 records read, 35%");
        press(&mut app, "X");
        shows(&mut app, "┌ Stop loading?");
        let stopped = press(&mut app, "<Right><ret>");
        assert!(matches!(stopped[..], [Effect::Cancel(_)]), "{stopped:?}");
        let stopped = crate::model::FaultKind::Interrupted;
        let stopped = Fault::new(stopped, "interrupted", "interrupted");
        app.update(Event::Finished(Err(stopped.into())));
        shows(&mut app, "Stopped.");
    }

    #[test]
    fn a_run_that_was_loaded_opens_if_the_person_still_waits_for_it() {
        let report = || LoadReport {
            run: RunId(3),
            name: "orders".to_owned(),
            format: "csv".to_owned(),
            records: 10,
            passed: 7,
            rejected: 3,
            unparsed: 0,
            problems: 3,
            warned: 0,
            groups: 1,
            bytes: 100,
            seconds: 0.1,
            kept_passed: false,
            capped: false,
            warnings: Vec::new(),
        };
        let loaded = |app: &mut App| {
            let outcome = crate::tui::event::Outcome::Loaded(report());
            app.update(Event::Finished(Ok(outcome)))
        };
        let mut app = runs();
        let effects = loaded(&mut app);
        let opens =
            |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Groups { run: RunId(3) }));
        assert!(effects.iter().any(opens), "{effects:?}");
        shows(
            &mut app,
            "Loaded orders: 10 records read, 3 rejected. 7 passed and are counted, not",
        );
        let mut app = runs();
        press(&mut app, "?");
        let effects = loaded(&mut app);
        assert!(!effects.iter().any(opens), "{effects:?}");
    }

    #[test]
    fn an_answer_about_another_path_than_is_typed_by_now_does_nothing() {
        let mut app = runs();
        let asked = wishes(&mut app, ":open a<ret>a.db<ret>");
        press(&mut app, "x");
        let other = Answer::Named(Named::Workspace("a.db".into()));
        answered(&mut app, ticket(&asked), Ok(other));
        assert_eq!(app.exit(), None);
        shows(&mut app, "Path  [ a.dbx");
    }

    #[test]
    fn blanks_beside_a_path_do_not_belong_to_it() {
        let mut app = runs();
        let asked = wishes(&mut app, ":open a<ret>< >a.db< ><ret>");
        let typed = "a.db".to_owned();
        let like = Some(RunId(1));
        let query = Query::Named { typed, like };
        assert!(
            matches!(&asked[..], [Effect::Ask(_, one)] if *one == query),
            "{asked:?}"
        );
        let other = Named::Workspace("a.db".into());
        answered(&mut app, ticket(&asked), Ok(Answer::Named(other)));
        assert!(matches!(app.exit(), Some(Exit::Elsewhere(_))));
    }

    #[test]
    fn another_workspace_is_not_opened_while_something_runs_in_this_one() {
        let mut app = runs();
        let asked = wishes(&mut app, ":open a<ret>a.db<ret>");
        // What was undone before is so large that a job does it.
        app.cx.start(JobRequest::Turn {
            run: RunId(1),
            what: crate::ops::Turn::Redo(None),
        });
        app.settle();
        let other = Named::Workspace("a.db".into());
        answered(&mut app, ticket(&asked), Ok(Answer::Named(other)));
        assert_eq!(app.exit(), None);
        shows(&mut app, "Path  [ a.db ");
        shows(&mut app, "Not now: something is running already.");
    }

    #[test]
    fn what_was_looked_at_for_a_question_that_was_left_is_not_the_answer_to_another() {
        let mut app = runs();
        let asked = wishes(&mut app, ":open a<ret>a.db<ret>");
        press(&mut app, "<esc>:open a<ret>a.db");
        let other = Named::Workspace("a.db".into());
        answered(&mut app, ticket(&asked), Ok(Answer::Named(other)));
        assert_eq!(app.exit(), None, "nobody has pressed Enter");
    }

    #[test]
    fn what_is_said_of_an_empty_line_is_forgotten_with_what_is_put_in() {
        for put in ["paste", "tab"] {
            let mut app = runs();
            press(&mut app, ":open a<ret><ret>");
            shows(&mut app, "Type a path first");
            if put == "paste" {
                app.update(Event::Paste("a.db".to_owned()));
            } else {
                press(&mut app, "<Tab>");
            }
            shows_not(&mut app, "Type a path first");
        }
        // It is not looked at any more either.
        for undone in ["<Ctrl+U>", ""] {
            let mut app = runs();
            wishes(&mut app, ":open a<ret>a.db<ret>");
            shows(&mut app, "It is looked at ...");
            press(&mut app, undone);
            if undone.is_empty() {
                app.update(Event::Paste("x".to_owned()));
            }
            shows_not(&mut app, "It is looked at ...");
        }
    }

    #[test]
    fn a_demo_that_is_ready_pulls_nobody_away_from_what_they_are_at() {
        let mut app = runs();
        press(&mut app, ":try the<ret>");
        press(&mut app, "/ord");
        let demo = Elsewhere {
            workspace: "redrive-demo/redrive.db".into(),
            run: Some(RunId(1)),
        };
        let outcome = crate::tui::event::Outcome::Elsewhere(demo);
        app.update(Event::Finished(Ok(outcome)));
        assert_eq!(app.exit(), None);
        shows(&mut app, "The demo is in redrive-demo/redrive.db");
    }

    #[test]
    fn what_is_wrong_with_a_path_is_said_where_it_is_typed() {
        let mut app = runs();
        let asked = wishes(&mut app, ":open a<ret>no\u{202e}ne<ret>");
        let fault = Fault::unusable("input:missing", "there is no no\u{202e}ne")
            .hint("check the name and the folder");
        answered(&mut app, ticket(&asked), Err(fault.into()));
        shows(&mut app, "Path  [ no<U+202E>ne");
        shows(
            &mut app,
            "There is no no<U+202E>ne. Check the name and the folder.",
        );
        // It is forgotten with the next key.
        press(&mut app, "x");
        shows_not(&mut app, "There is no");
        // Whoever has gone back is not told.
        let asked = wishes(&mut app, "<ret>");
        press(&mut app, "<esc>");
        answered(
            &mut app,
            ticket(&asked),
            Ok(Answer::Named(Named::Workspace("o.db".into()))),
        );
        assert_eq!(app.exit(), None);
    }

    #[test]
    fn what_is_wrong_with_a_contract_is_said_where_it_is_typed_and_both_paths_stay() {
        let mut app = runs();
        let asked = wishes(&mut app, ":open a<ret>in/orders.csv<ret>");
        let input = Named::Input {
            path: "in/orders.csv".into(),
            contract: None,
        };
        answered(&mut app, ticket(&asked), Ok(Answer::Named(input)));
        wishes(&mut app, "nope.toml<ret>");
        let fault = Fault::usage("contract:missing", "there is no contract at nope.toml")
            .hint("give its path with --contract");
        app.update(Event::Finished(Err(fault.into())));
        shows(&mut app, "in/orders.csv is loaded as a new run.");
        shows(&mut app, "Contract  [ nope.toml ");
        shows(
            &mut app,
            "There is no contract at nope.toml. Check the name and the folder.",
        );
        shows_not(&mut app, "--contract");
        let load = Effect::Start(JobRequest::Load {
            path: "in/orders.csv".into(),
            contract: Some("c.toml".into()),
            again: false,
        });
        assert_eq!(wishes(&mut app, "<Ctrl+U>c.toml<ret>"), [load]);
    }

    #[test]
    fn tab_completes_a_path_and_lists_the_ways_it_could_go_on() {
        let mut app = runs();
        press(&mut app, ":open a<ret>in/<Tab>");
        shows(&mut app, "Path  [ in/orders- ");
        shows(&mut app, "2 names: orders-1.csv, orders-2.csv");
        // What was typed meanwhile is not taken away.
        let asked = wishes(&mut app, "<Ctrl+U>a<Tab>");
        press(&mut app, "b");
        let found = Completed {
            typed: "a".to_owned(),
            longest: "axx".to_owned(),
            names: vec!["axx".to_owned()],
        };
        answered(&mut app, ticket(&asked), Ok(Answer::Completed(found)));
        shows(&mut app, "Path  [ ab ");
    }

    #[test]
    fn another_workspace_takes_the_place_of_this_one_and_so_does_the_demo() {
        let mut app = runs();
        let asked = wishes(&mut app, ":open a<ret>other.db<ret>");
        let other = Named::Workspace("other.db".into());
        answered(&mut app, ticket(&asked), Ok(Answer::Named(other)));
        let place = |workspace: &str, run| {
            let workspace = workspace.into();
            Some(Exit::Elsewhere(Box::new(Elsewhere { workspace, run })))
        };
        assert_eq!(app.exit(), place("other.db", None));
        let mut app = runs();
        assert_eq!(
            press(&mut app, ":try the<ret>"),
            [Effect::Start(JobRequest::Demo)]
        );
        press(&mut app, ":open a file<ret>");
        shows(&mut app, "Not now: something is");
        press(&mut app, "<esc><esc>");
        let demo = Elsewhere {
            workspace: "redrive-demo/redrive.db".into(),
            run: Some(RunId(1)),
        };
        let outcome = crate::tui::event::Outcome::Elsewhere(demo);
        app.update(Event::Finished(Ok(outcome)));
        assert_eq!(app.exit(), place("redrive-demo/redrive.db", Some(RunId(1))));
    }
}
