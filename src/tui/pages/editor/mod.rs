//! The record editor: its fields, what is wrong with them, and a box that is checked as it is typed into.

mod draft;
mod draw;
mod fields;

use std::{collections::HashSet, sync::Arc, time::Instant};

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect, text::Line};

use self::{
    draft::{Draft, Focus, Reply, Then},
    fields::Fields,
};
use crate::{
    filter::{Filter, Term, Wanted},
    fix::Change,
    model::{Fault, Path, RecordDetail, RecordId, RunId, Status},
    ops::Preview,
    text,
    tui::{
        action::{Action, Offer},
        event::{Answer, Cx, Effect, Query, Route, Ticket, Wish},
        keymap::Mode,
        theme::Theme,
        widgets::tree::Kind,
    },
};

#[derive(Debug)]
pub struct Editor {
    id: RecordId,
    among: Arc<[RecordId]>,
    /// 0-based place in `among`.
    place: Option<usize>,
    record: Option<Box<RecordDetail>>,
    fields: Fields,
    draft: Option<Draft>,
    /// What the check says about the value under the cursor, which is not being edited.
    look: Option<(Path, Box<Preview>)>,
    /// Whether the second panel is shown where only one fits.
    second_panel: bool,
    /// Records of the run that need fixing, known after the first save.
    open: Option<HashSet<RecordId>>,
    /// What was done to the record and is told when it has been read again.
    told: Option<Told>,
    error: Option<String>,
    pending: Option<Ticket>,
    asked_look: Option<(Ticket, Path)>,
    asked_open: Option<Ticket>,
    changing: Option<(Ticket, Told)>,
}

/// What was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Saved(Path, Then),
    PutBack(Path),
    Checked,
    MarkedReady,
}

impl Editor {
    pub fn open(id: RecordId, among: Arc<[RecordId]>, cx: &mut Cx) -> Self {
        Self {
            id,
            place: among.iter().position(|known| *known == id),
            among,
            record: None,
            fields: Fields::default(),
            draft: None,
            look: None,
            second_panel: false,
            open: None,
            told: None,
            error: None,
            pending: Some(cx.ask(Query::Record { id })),
            asked_look: None,
            asked_open: None,
            changing: None,
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        match &self.draft {
            Some(draft) => Self::typing_offers(draft),
            None => self.moving_offers(),
        }
    }

    pub fn escape(&self) -> &'static str {
        match self.draft.as_ref().map(|draft| draft.focus) {
            None => "Back",
            Some(Focus::Text) => "Cancel edit",
            Some(Focus::Choice(_)) => "Close the list",
            Some(Focus::Anyway) => "Keep typing",
        }
    }

    pub fn mode(&self) -> Mode {
        match self.draft {
            Some(_) => Mode::Typing,
            None => Mode::Moving,
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if self.draft.is_some() {
            self.act_typing(action, cx);
        } else if self.record.is_some() {
            self.act_moving(action, cx);
            self.look(cx);
        } else if action == Action::Back {
            cx.back();
        }
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &mut Cx) {
        let Some(draft) = self.draft.as_mut().filter(|draft| draft.saving.is_none()) else {
            return;
        };
        let before = draft.field.value().to_owned();
        if draft.field.key(key) && before != draft.field.value() {
            let reply = draft.edited(cx.now);
            self.carry_out(reply, cx);
        }
    }

    pub fn paste(&mut self, pasted: &str, cx: &mut Cx) {
        match self.draft.as_mut() {
            Some(draft) if draft.saving.is_none() => {
                draft.field.paste(pasted);
                let reply = draft.edited(cx.now);
                self.carry_out(reply, cx);
            }
            Some(_) => {}
            None => cx.say("Nothing is being typed. Enter opens the field, then paste."),
        }
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let draft = self.draft.as_ref();
        let waits = [
            self.pending,
            self.asked_open,
            self.asked_look.as_ref().map(|(ticket, _)| *ticket),
            self.changing.as_ref().map(|(ticket, _)| *ticket),
            draft.and_then(|draft| draft.asked),
            draft.and_then(|draft| draft.saving.map(|(ticket, _)| ticket)),
        ];
        waits.contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        let saving = self.draft.as_ref().and_then(|draft| draft.saving);
        let changing = self.changing.take_if(|(asked, _)| *asked == ticket);
        let looked = self.asked_look.take_if(|(asked, _)| *asked == ticket);
        match (answer, saving, changing) {
            (Ok(Answer::Changed(_)), Some((asked, then)), _) if asked == ticket => {
                if let Some(draft) = self.draft.take() {
                    self.told = Some(Told::Saved(draft.path, then));
                }
                self.ask(cx);
            }
            (Ok(Answer::Changed(_)), _, Some((_, told))) => {
                self.told = Some(told);
                self.ask(cx);
            }
            (Ok(Answer::Record(record)), ..) => {
                self.pending = None;
                self.show(record, cx);
            }
            (Ok(Answer::Preview(preview)), ..) => self.previewed(ticket, looked, preview, cx),
            (Ok(Answer::Ids { ids, .. }), ..) => self.count_open(ids, cx),
            (Ok(_), ..) => {}
            (Err(error), ..) => self.fail(ticket, &error, cx),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.ask(cx);
    }

    pub fn waits(&self) -> bool {
        self.draft.as_ref().is_some_and(Draft::waits)
    }

    pub fn tick(&mut self, now: Instant, _cx: &mut Cx) {
        if let Some(draft) = &mut self.draft {
            draft.tick(now);
        }
    }

    pub fn crumb(&self) -> String {
        format!("record {}", text::thousands(self.id.0.unsigned_abs()))
    }

    pub fn banner(&self, theme: Theme) -> Option<Line<'_>> {
        Some(draw::banner(self, theme))
    }

    pub fn tip(&self) -> String {
        draw::tip(self)
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        draw::page(self, frame, area, theme);
    }

    fn act_moving(&mut self, action: Action, cx: &mut Cx) {
        let page = 10;
        match action {
            Action::Back | Action::Leave => cx.back(),
            Action::Up if self.fields.at == 0 => cx.effects.push(Effect::Tabs),
            Action::Up => self.fields.step(-1),
            Action::Down => self.fields.step(1),
            Action::PageUp => self.fields.step(-page),
            Action::PageDown => self.fields.step(page),
            Action::First => self.fields.step(isize::MIN),
            Action::Last => self.fields.step(isize::MAX),
            Action::Right | Action::Left | Action::Differences => self.fold(action),
            Action::Open | Action::Edit => self.edit_or_open(action, cx),
            Action::NextProblem => self.next_problem(false, cx),
            Action::PreviousProblem => self.next_problem(true, cx),
            Action::NextRecord => self.next_record(1, cx),
            Action::PreviousRecord => self.next_record(-1, cx),
            Action::AcceptSuggestion => self.accept_suggestion(cx),
            Action::PutBack => self.put_back(cx),
            Action::Remove => self.make_empty(cx),
            Action::Check => self.wish(Wish::Check { id: self.id }, Told::Checked, cx),
            Action::MarkReady => self.mark_ready(cx),
            Action::Zoom | Action::NextPanel | Action::PreviousPanel => {
                self.second_panel = !self.second_panel;
            }
            _ => {}
        }
    }

    fn act_typing(&mut self, action: Action, cx: &mut Cx) {
        let Some(draft) = &mut self.draft else { return };
        if draft.saving.is_some() {
            return;
        }
        let reply = match action {
            Action::Open => draft.enter(Then::Problem),
            Action::NextPanel => draft.enter(Then::Field),
            Action::Back => draft.escape(),
            Action::Stop => Reply::Cancel,
            Action::Down => draft.down(),
            Action::Up => draft.up(),
            Action::ClearText => {
                draft.field.set("");
                draft.edited(cx.now)
            }
            _ => Reply::Nothing,
        };
        self.carry_out(reply, cx);
    }

    fn carry_out(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Nothing => {}
            Reply::Check => self.check_draft(cx),
            Reply::Cancel => {
                self.draft = None;
                cx.say("Nothing was changed.");
            }
            Reply::NoChoices => cx.say("There is no suggestion for this value."),
            Reply::Unchanged(then) => {
                self.draft = None;
                match then {
                    Then::Problem => cx.say("Nothing was changed: the value is the same."),
                    Then::Field => self.edit_next_field(cx),
                }
            }
            Reply::Save(then) => self.save(then, cx),
        }
    }

    fn check_draft(&mut self, cx: &mut Cx) {
        if let Some(draft) = &mut self.draft {
            draft.asked = Some(cx.ask(Query::Preview {
                id: self.id,
                changes: draft.changes(),
                at: draft.path.clone(),
            }));
        }
    }

    fn save(&mut self, then: Then, cx: &mut Cx) {
        if let (Some(draft), Some(record)) = (&mut self.draft, &self.record) {
            let ticket = cx.change(Wish::Edit {
                id: self.id,
                changes: draft.changes(),
                version: record.row.version,
            });
            draft.saving = Some((ticket, then));
        }
    }

    /// Right and Left on the tree, and `d`.
    fn fold(&mut self, action: Action) {
        let Some(record) = &self.record else { return };
        match action {
            Action::Right => {
                self.fields.expand(record);
            }
            Action::Left => self.fields.collapse(record),
            _ => self.fields.toggle_differences(record),
        }
    }

    /// Enter opens or closes a branch and edits a value; `e` edits both.
    fn edit_or_open(&mut self, action: Action, cx: &mut Cx) {
        let (Some(record), Some(line)) = (&self.record, self.fields.selected()) else {
            return;
        };
        match line.tree.kind {
            Kind::Branch { expanded: true } if action == Action::Open => {
                self.fields.collapse(record);
            }
            Kind::Branch { .. } if action == Action::Open => {
                self.fields.expand(record);
            }
            Kind::More { .. } => {
                self.fields.expand(record);
            }
            Kind::Leaf | Kind::Branch { .. } => self.edit(cx),
        }
    }

    /// Opens the box on the field under the cursor, unless the record may not be changed.
    fn edit(&mut self, cx: &mut Cx) {
        let (Some(record), Some(path)) = (&self.record, self.fields.path()) else {
            return;
        };
        if let Some(reason) = frozen(record.row.status) {
            cx.say(reason);
            return;
        }
        let current = record.row.current.as_ref();
        let value = current.and_then(|value| value.pointer(path.as_str()));
        self.draft = Some(Draft::open(path.clone(), value));
        self.check_draft(cx);
    }

    fn edit_next_field(&mut self, cx: &mut Cx) {
        let lines = &self.fields.lines;
        let next = (self.fields.at + 1..lines.len()).find(|at| lines[*at].tree.kind == Kind::Leaf);
        match next {
            Some(at) => {
                self.fields.at = at;
                self.edit(cx);
            }
            None => cx.say("This was the last field."),
        }
    }

    /// Asks what the check says about a failing value as soon as the cursor is on it, for the suggestion beside it.
    fn look(&mut self, cx: &mut Cx) {
        let failing = self.fields.selected().filter(|line| line.failing);
        let Some(path) = failing.and(self.fields.path()).cloned() else {
            return;
        };
        let known = self.look.as_ref().is_some_and(|(known, _)| *known == path);
        let asked = self.asked_look.as_ref().is_some_and(|(_, asked)| *asked == path);
        if self.draft.is_none() && self.pending.is_none() && !known && !asked {
            let ticket = cx.ask(Query::Preview {
                id: self.id,
                changes: Vec::new(),
                at: path.clone(),
            });
            self.asked_look = Some((ticket, path));
        }
    }

    /// The first suggestion for the value under the cursor.
    fn suggestion(&self) -> Option<&crate::check::suggest::Suggestion> {
        let (path, preview) = self.look.as_ref()?;
        (self.fields.path() == Some(path))
            .then(|| preview.suggestions.first())
            .flatten()
    }

    fn accept_suggestion(&mut self, cx: &mut Cx) {
        let (Some(path), Some(suggestion)) = (self.fields.path(), self.suggestion()) else {
            cx.say("There is no suggestion for this value.");
            return;
        };
        let change = Change::Json {
            path: path.clone(),
            value: suggestion.value.clone(),
        };
        let told = Told::Saved(path.clone(), Then::Problem);
        self.change(change, told, cx);
    }

    fn put_back(&mut self, cx: &mut Cx) {
        let (Some(record), Some(path)) = (&self.record, self.fields.path().cloned()) else {
            return;
        };
        let Some(received) = &record.received else {
            cx.say("The received text could not be split into fields.");
            return;
        };
        let current = record.row.current.as_ref();
        let (was, is) = (
            received.pointer(path.as_str()),
            current.and_then(|value| value.pointer(path.as_str())),
        );
        if was == is {
            cx.say("This is the received value already.");
            return;
        }
        let told = Told::PutBack(path.clone());
        let change = match was {
            Some(value) => Change::Json {
                path,
                value: value.clone(),
            },
            None => Change::Unset { path },
        };
        self.change(change, told, cx);
    }

    fn make_empty(&mut self, cx: &mut Cx) {
        if let Some(path) = self.fields.path().cloned() {
            let text = String::new();
            let told = Told::Saved(path.clone(), Then::Problem);
            self.change(Change::Text { path, text }, told, cx);
        }
    }

    fn mark_ready(&mut self, cx: &mut Cx) {
        let with_contract = self.record.as_ref().is_some_and(|record| record.has_contract);
        if with_contract {
            cx.say("The contract decides when a record is ready.");
        } else {
            self.wish(Wish::Accept { id: self.id }, Told::MarkedReady, cx);
        }
    }

    fn change(&mut self, change: Change, told: Told, cx: &mut Cx) {
        let Some(record) = &self.record else { return };
        let wish = Wish::Edit {
            id: self.id,
            changes: vec![change],
            version: record.row.version,
        };
        self.wish(wish, told, cx);
    }

    fn wish(&mut self, wish: Wish, told: Told, cx: &mut Cx) {
        let Some(record) = &self.record else { return };
        match frozen(record.row.status) {
            Some(reason) => cx.say(reason),
            None if self.changing.is_some() => cx.say("Still saving the change before."),
            None => self.changing = Some((cx.change(wish), told)),
        }
    }

    fn next_problem(&mut self, back: bool, cx: &mut Cx) {
        if self.fields.step_to_failing(back) {
            return;
        }
        let wanted = |id: &&RecordId| self.open.as_ref().is_none_or(|open| open.contains(*id));
        let Some(place) = self.place else {
            cx.say("No other problem in this record.");
            return;
        };
        let next = if back {
            self.among[..place].iter().rev().find(wanted)
        } else {
            self.among[place + 1..].iter().find(wanted)
        };
        match next.copied() {
            Some(id) => self.move_to(id, cx),
            None if back => cx.say("This is the first problem of the list."),
            None => cx.say("This was the last problem of the list."),
        }
    }

    fn next_record(&mut self, by: isize, cx: &mut Cx) {
        let place = self.place.and_then(|place| place.checked_add_signed(by));
        match place.and_then(|place| self.among.get(place)) {
            Some(id) => self.move_to(*id, cx),
            None if by < 0 => cx.say("This is the first record of the list."),
            None => cx.say("This is the last record of the list."),
        }
    }

    fn move_to(&mut self, id: RecordId, cx: &mut Cx) {
        let open = self.open.take();
        *self = Self::open(id, Arc::clone(&self.among), cx);
        self.open = open;
    }

    fn ask(&mut self, cx: &mut Cx) {
        self.pending = Some(cx.ask(Query::Record { id: self.id }));
    }

    fn show(&mut self, record: Box<RecordDetail>, cx: &mut Cx) {
        if record.row.current.is_none() {
            let (id, among) = (self.id, Arc::clone(&self.among));
            cx.effects.push(Effect::Replace(Route::Raw { id, among }));
            return;
        }
        self.error = None;
        self.look = None;
        self.asked_look = None;
        if self.record.is_none() {
            self.fields = Fields::new(&record);
        } else {
            self.fields.update(&record);
        }
        self.record = Some(record);
        if self.draft.is_some() {
            self.check_draft(cx);
        } else {
            self.tell(cx);
            self.look(cx);
        }
    }

    /// Says what was done, now that its effect is known, and goes on to what needs a person next.
    fn tell(&mut self, cx: &mut Cx) {
        let (Some(told), Some(record)) = (self.told.take(), &self.record) else {
            return;
        };
        let problems = record.row.problems.len() as u64;
        let ready = record.row.status == Status::Ready;
        let what = match &told {
            Told::Saved(path, _) => format!("{} is saved.", path.label()),
            Told::PutBack(path) => format!("{} is as received again.", path.label()),
            Told::Checked => "Checked again.".to_owned(),
            Told::MarkedReady => String::new(),
        };
        let run = record.row.run;
        let words = if ready {
            format!("{} is ready.", draw::name(record))
        } else if !record.has_contract {
            format!("{what} Not checked: there is no contract.")
        } else {
            format!("{what} {} left.", text::count(problems, "problem"))
        };
        cx.say(text::safe(words.trim_start()));
        match told {
            Told::Saved(_, Then::Field) => self.edit_next_field(cx),
            Told::Saved(_, Then::Problem) if !ready => {
                if let Some(at) = self.fields.first_failing() {
                    self.fields.at = at;
                }
            }
            _ => {}
        }
        if ready {
            self.asked_open = Some(cx.ask(Query::Ids {
                filter: needs_fixing(run),
            }));
        }
    }

    fn count_open(&mut self, ids: Vec<RecordId>, cx: &mut Cx) {
        self.asked_open = None;
        let open: HashSet<_> = ids.into_iter().collect();
        let left = self.among.iter().filter(|id| open.contains(id)).count() as u64;
        self.open = Some(open);
        if let Some(record) = self.record.as_ref().filter(|_| self.draft.is_none()) {
            let next = if left > 0 { "  n Next" } else { "" };
            let name = draw::name(record);
            let left = text::thousands(left);
            cx.say(format!("{name} is ready. {left} left here.{next}"));
        }
    }

    fn previewed(
        &mut self,
        ticket: Ticket,
        looked: Option<(Ticket, Path)>,
        preview: Box<Preview>,
        cx: &mut Cx,
    ) {
        if let Some((_, path)) = looked {
            self.look = Some((path, preview));
            return;
        }
        let Some(draft) = self.draft.as_mut().filter(|draft| draft.asked == Some(ticket)) else {
            return;
        };
        draft.asked = None;
        // Newest wins: the text has not changed since this was asked, or another answer would be awaited.
        let text = draft.field.value().to_owned();
        let reply = draft.answered(text, preview);
        self.carry_out(reply, cx);
    }

    fn fail(&mut self, ticket: Ticket, error: &anyhow::Error, cx: &mut Cx) {
        let words = text::safe(&format!("{error:#}")).into_owned();
        if self.pending == Some(ticket) {
            self.pending = None;
            if self.record.is_none() {
                self.error = Some(words);
                return;
            }
        }
        let saving = self.draft.as_mut().and_then(|draft| draft.saving.take_if(|(asked, _)| *asked == ticket));
        let changed = error
            .downcast_ref::<Fault>()
            .is_some_and(|fault| fault.code == "record:changed");
        if changed {
            let kept = if saving.is_some() { " Your text is kept: look, then save again." } else { "" };
            cx.say(format!("Someone else changed this record meanwhile.{kept}"));
            self.ask(cx);
        } else {
            cx.say(words);
        }
    }

    fn typing_offers(draft: &Draft) -> Vec<Offer> {
        let choices = draft.focus != Focus::Anyway && !draft.choices.is_empty();
        let save = match draft.focus {
            Focus::Anyway => "Save anyway",
            _ => "Save + next",
        };
        let mut offers = vec![Offer::new(Action::Open, save)];
        if choices {
            offers.push(Offer::new(Action::Down, "Suggestions"));
        }
        offers.push(Offer::new(Action::NextPanel, "Save + next field"));
        offers.push(Offer::new(Action::ClearText, "Clear"));
        offers
    }

    fn moving_offers(&self) -> Vec<Offer> {
        let Some(record) = &self.record else {
            return Vec::new();
        };
        let reason = frozen(record.row.status);
        let open = match self.fields.selected().map(|line| line.tree.kind) {
            Some(Kind::Branch { expanded: true }) => "Close",
            Some(Kind::Branch { .. } | Kind::More { .. }) => "Open",
            _ => "Edit",
        };
        let no_suggestion = self.suggestion().is_none().then_some("there is none");
        let mut offers = vec![
            Offer::new(Action::Open, open).unless(reason.filter(|_| open == "Edit")),
            Offer::new(Action::NextProblem, "Next problem"),
            Offer::new(Action::AcceptSuggestion, "Use suggestion").unless(reason.or(no_suggestion)),
        ];
        if !record.has_contract {
            offers.push(Offer::new(Action::MarkReady, "It is ready").unless(reason));
        }
        offers.extend([
            Offer::new(Action::NextRecord, "Next record"),
            Offer::new(Action::PreviousRecord, ""),
            Offer::new(Action::PreviousProblem, ""),
            Offer::new(Action::PutBack, "Received value").unless(reason),
            Offer::new(Action::Undo, "Undo"),
            Offer::new(Action::Redo, ""),
            Offer::new(Action::Check, "Check").unless(reason),
            Offer::new(Action::Edit, "").unless(reason),
            Offer::new(Action::Remove, "").unless(reason),
            Offer::new(Action::Differences, ""),
            Offer::new(Action::Zoom, ""),
        ]);
        offers
    }
}

/// Why a record in this state cannot be changed.
fn frozen(status: Status) -> Option<&'static str> {
    match status {
        Status::Sending => Some("It is on its way: what is being sent cannot be changed."),
        Status::Accepted | Status::HandedOver => {
            Some("It was sent: what was sent stays as it was sent.")
        }
        Status::Unknown => Some("It was sent and nobody knows whether it arrived: it stays as it was sent."),
        Status::Rejected | Status::Ready | Status::Discarded => None,
    }
}

fn needs_fixing(run: RunId) -> Filter {
    let term = |wanted| Term {
        negated: false,
        wanted,
    };
    Filter {
        terms: vec![
            term(Wanted::Run(run)),
            term(Wanted::Status(vec![Status::Rejected])),
        ],
    }
}
