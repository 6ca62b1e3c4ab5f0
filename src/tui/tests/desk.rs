//! A person at the keys of a real workspace: the example, its work done at once by the functions the workers call.

use std::{
    collections::VecDeque,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    filter::Filter,
    model::{RecordId, RunId, Status},
    ops::{
        self, ContractState, DemoRequest, ExportFormat, ExportRequest, Job, Standing, Workspace,
    },
    tui::{
        app::{App, Setup},
        clock::Clock,
        event::{Answer, Copied, Effect, Event, JobRequest, Query, Route},
        keymap::Keys,
        testing::{parse, picture},
        theme::Theme,
        worker,
    },
};

/// The example, to work on copies of it.
pub struct Example {
    folder: TempDir,
}

impl Example {
    pub fn new(rows: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let request = DemoRequest {
            rows,
            seed: 1,
            workspace: Some(folder.path().join("redrive.db")),
            author: "jana".to_owned(),
        };
        ops::demo(&request, &Job::default()).unwrap();
        Self { folder }
    }

    /// Somebody before a copy of it.
    pub fn desk(&self, name: &str) -> Desk {
        let path = self.folder.path().join(format!("{name}.db"));
        fs::copy(self.folder.path().join("redrive.db"), &path).unwrap();
        Desk::open(&path)
    }
}

/// Somebody before the screen of a workspace.
pub struct Desk {
    pub app: App,
    pub workspace: Workspace,
    /// The jobs that were started, newest last.
    pub started: Vec<JobRequest>,
    now: Instant,
}

impl Desk {
    fn open(path: &Path) -> Self {
        let setup = Setup {
            route: Route::Groups { run: RunId(1) },
            size: (100, 40).into(),
            theme: Theme::default(),
            keys: Keys::default(),
            clock: Clock::default(),
            read_only: false,
            workspace: "redrive.db".to_owned(),
            mouse: false,
            suspends: false,
            slow_link: false,
            tickets: 0,
            from: None,
            notice: None,
            at: None,
            opens: false,
        };
        let (app, effects) = App::open(setup);
        let mut desk = Self {
            app,
            workspace: Workspace::open(path, "jana").unwrap(),
            started: Vec::new(),
            now: Instant::now(),
        };
        desk.settle(effects);
        desk
    }

    /// Types keys, a third of a second after a look at the screen each. Gives all that they led to.
    pub fn types(&mut self, keys: &str) -> Vec<Effect> {
        let mut all = Vec::new();
        for key in parse(keys) {
            self.app.drawn(self.now);
            self.waits(300);
            let effects = self.app.update(Event::Key(key));
            all.extend(self.settle(effects));
        }
        all
    }

    /// So many milliseconds pass.
    pub fn waits(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
        let effects = self.app.update(Event::Tick(self.now));
        self.settle(effects);
    }

    pub fn sees(&mut self) -> String {
        picture(&mut self.app)
    }

    fn settle(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut all = effects.clone();
        let mut waiting = VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            if let Effect::Start(request) = &effect {
                self.started.push(request.clone());
            }
            let event = match effect {
                // Nothing of the person who runs the tests is written over.
                Effect::Ask(ticket, Query::Copy(_)) => {
                    Some(Event::Answer(ticket, Ok(Answer::Copied(Copied::default()))))
                }
                // The contract stays as it is, and what would help is measured elsewhere: both take their time.
                Effect::Ask(ticket, Query::Standing { .. }) => {
                    Some(Event::Answer(ticket, Ok(Answer::Standing(same()))))
                }
                Effect::Ask(ticket, Query::Suggest { .. }) => {
                    Some(Event::Answer(ticket, Ok(Answer::Suggested(Vec::new()))))
                }
                other => worker::at_once(&mut self.workspace, other),
            };
            if let Some(event) = event {
                let more = self.app.update(event);
                all.extend(more.iter().cloned());
                waiting.extend(more);
            }
        }
        all
    }

    /// All records as they are now: the text of each, and whether it is ready.
    pub fn export(&self) -> String {
        let filter = Filter::of_run(RunId(1));
        let request = ExportRequest {
            format: ExportFormat::JsonLines,
            is_formula_safe: false,
            with_ids: false,
        };
        let mut out = Vec::new();
        ops::export(&self.workspace, &filter, request, &mut out).unwrap();
        let rows = ops::rows(&self.workspace, &self.ids()).unwrap();
        let states: Vec<(RecordId, Status, usize)> = (rows.iter())
            .map(|row| (row.id, row.status, row.problems.len()))
            .collect();
        format!("{}{states:?}", String::from_utf8_lossy(&out))
    }

    pub fn ids(&self) -> Vec<RecordId> {
        ops::ids(&self.workspace, &Filter::of_run(RunId(1))).unwrap()
    }
}

fn same() -> Standing {
    Standing {
        current: 1,
        old: 0,
        not_checked: 0,
        contract: ContractState::Same,
    }
}
