//! What a page may do besides changing itself: ask, wish, go elsewhere.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

use ratatui::layout::Size;

use super::{
    action::Action,
    clock::Clock,
    event::{Effect, JobRequest, Place, Query, Route, Wish},
    keymap::Keys,
    pages::{Kept, Order, ahead::Ahead},
    running::BUSY,
    unsaved::Unsaved,
};
use crate::{
    model::{EditClaim, GroupId, RecordId, RunId},
    ops::{Filters, ListVisit, Turns},
};

/// Pairs a question with its answer, so that a late answer can be told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ticket(pub u64);

/// What a page may do besides changing itself.
#[derive(Debug, Default)]
pub struct Cx {
    pub effects: Vec<Effect>,
    /// The size of the whole window.
    pub size: Size,
    /// The time of the last [`Event::Tick`](super::event::Event::Tick).
    pub now: Option<Instant>,
    pub clock: Clock,
    /// What keys are called and mean.
    pub keys: Keys,
    /// The workspace may be looked at only.
    pub read_only: bool,
    /// How lists that were left are laid out, by their names.
    pub kept: HashMap<String, Kept>,
    /// The same of lists that have a name of their own, as far as it lasts: of a problem, or of a whole run.
    pub lists: BTreeMap<(RunId, Option<GroupId>), ListVisit>,
    /// What problems are put in order by, and the order in which they were shown last.
    pub order: Order,
    pub groups: Vec<GroupId>,
    /// The record that opens with the next list, and the place of its field under the cursor.
    pub opens: Option<(RecordId, Option<String>)>,
    /// What was typed for the record that opens next.
    pub(super) ahead: Option<Ahead>,
    /// The line the next page of lines begins with.
    pub line: usize,
    /// What others edit now.
    pub others: Arc<[EditClaim]>,
    /// Whether there is anything to undo or to redo, where that is known.
    pub(super) turns: Option<Turns>,
    /// The filters kept for the run.
    pub filters: Filters,
    /// Where the run's records can go.
    pub places: Vec<Place>,
    /// The destination that was chosen for the run, where its contract names more than one.
    pub to: Option<String>,
    /// A refusal whose problem is to be under the cursor: its code and pattern.
    pub sought: Option<(String, String)>,
    /// What was typed, is out of sight, and is not known to be safe.
    pub(super) unsaved: Unsaved,
    /// The job that runs.
    pub(super) job: Option<Ticket>,
    /// It sends one record only, and what is shown of the others stays until that is answered.
    pub tries: bool,
    last: Ticket,
    /// Changes that were wished for and are not answered yet.
    wished: Vec<Ticket>,
}

impl Cx {
    pub fn new(size: Size, clock: Clock) -> Self {
        Self {
            size,
            clock,
            ..Self::default()
        }
    }

    /// The list of a route, once it comes, has the cursor on this record.
    pub(super) fn point_at(&mut self, route: &Route, record: Option<RecordId>) {
        if let (Route::Records { run, .. }, Some(_)) = (route, record) {
            let list = ListVisit {
                record,
                ..ListVisit::default()
            };
            self.lists.insert((*run, None), list);
        }
    }

    /// Whether it must be asked where to.
    pub fn has_choice(&self) -> bool {
        self.places.len() > 1
    }

    /// Starts a long job, and gives the ticket under which its end is told. Where one runs already nothing is started,
    /// and that is said.
    pub fn start(&mut self, request: JobRequest) -> Option<Ticket> {
        if self.job.is_some() {
            self.say(BUSY);
            return None;
        }
        self.last.0 += 1;
        self.job = Some(self.last);
        self.effects.push(Effect::Begin(self.last, request));
        self.job
    }

    /// The next ticket comes after this one.
    pub(super) fn tickets_after(&mut self, last: u64) {
        self.last = Ticket(last);
    }

    /// Asks for something to show.
    pub fn ask(&mut self, query: Query) -> Ticket {
        self.last.0 += 1;
        self.effects.push(Effect::Ask(self.last, query));
        self.last
    }

    /// Wishes for a change.
    pub fn change(&mut self, wish: Wish) -> Ticket {
        self.last.0 += 1;
        // What others are told is a courtesy: nobody misses it.
        if !matches!(wish, Wish::ClaimEdit { .. } | Wish::ReleaseEdit) {
            self.wished.push(self.last);
            // It may be there to be undone soon, but for what is no step.
            self.turns = self
                .turns
                .filter(|_| matches!(wish, Wish::KeepVisit(..) | Wish::KeepFilter { .. }));
        }
        self.effects.push(Effect::Change(self.last, wish));
        self.last
    }

    /// Whether this answers a change that was wished for. Each is answered once.
    pub(super) fn is_wished(&mut self, ticket: Ticket) -> bool {
        let at = self.wished.iter().position(|wished| *wished == ticket);
        at.map(|at| self.wished.swap_remove(at)).is_some()
    }

    /// Why there is nothing to undo or to redo, as far as is known.
    pub(super) fn nothing_to_turn(&self, action: Action) -> Option<&'static str> {
        let turns = self.turns?;
        match action {
            Action::Undo if turns.undo.is_none() => Some("nothing to undo"),
            Action::Redo if turns.redo.is_none() => Some("nothing to redo"),
            _ => None,
        }
    }

    pub fn go(&mut self, route: Route) {
        self.effects.push(Effect::Go(route));
    }

    /// Leaves the page.
    pub fn back(&mut self) {
        self.effects.push(Effect::Back);
    }

    pub fn say(&mut self, words: impl Into<String>) {
        self.effects.push(Effect::Say(words.into()));
    }
}
