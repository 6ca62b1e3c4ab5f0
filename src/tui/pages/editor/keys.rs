//! What keys do in the editor.

use super::{
    Editor, Told,
    draft::{Draft, Focus, Reply, SAVING, Then},
    fields::FieldLine,
    frozen,
};
use crate::{
    check::suggest::Suggestion,
    fix::Change,
    model::{Path, RecordDetail, RecordId, Status},
    text,
    tui::{
        action::{Action, Offer},
        event::{Cx, Effect, Query, Wish},
        pages::asked,
        widgets::tree::Kind,
    },
};

impl Editor {
    pub(super) fn typing_offers(&self, draft: &Draft) -> Vec<Offer> {
        let choices = !matches!(draft.focus, Focus::Anyway | Focus::Same)
            && (!draft.choices.is_empty() || draft.same.is_offered());
        let save = match draft.focus {
            _ if draft.closed().is_some() => "Keep it",
            Focus::Anyway => "Save anyway",
            _ if draft.same.is_ticked => "Save + Fix all",
            _ => "Save + next",
        };
        let mut offers = vec![Offer::new(Action::Open, save)];
        if choices {
            let below = if draft.choices.is_empty() {
                "Same?"
            } else {
                "Suggestions"
            };
            offers.push(Offer::new(Action::Down, below));
        }
        if draft.focus == Focus::Same {
            offers.push(Offer::new(Action::Up, "To the text"));
        }
        // In a narrow window it must fit beside the others.
        let next = if self.fits_both {
            "Save + next field"
        } else {
            "Next field"
        };
        if !draft.same.is_ticked {
            offers.push(Offer::new(Action::NextPanel, next));
        }
        offers.push(Offer::new(Action::ClearText, "Clear"));
        offers
    }

    pub(super) fn moving_offers(&self) -> Vec<Offer> {
        let Some(record) = &self.one.record else {
            return Vec::new();
        };
        let reason = frozen(self.one.read_only, record.row.status);
        let open = match self.fields.selected().map(|line| line.tree.kind) {
            Some(Kind::Branch { expanded: true }) => "Close",
            Some(Kind::Branch { .. } | Kind::More { .. }) => "Open",
            _ => "Edit",
        };
        let no_suggestion = self.suggestion().is_none().then_some("there is none");
        let changed = |line: &FieldLine| line.now.is_some();
        let unchanged =
            (!self.fields.selected().is_some_and(changed)).then_some("it is the received value");
        let mut offers = vec![
            Offer::new(Action::Open, open).unless(reason.filter(|_| open == "Edit")),
            Offer::new(Action::NextProblem, "Next problem"),
            Offer::new(Action::AcceptSuggestion, "Use suggestion").unless(reason.or(no_suggestion)),
        ];
        if !record.has_contract {
            let ready = (record.row.status == Status::Ready).then_some("it is ready already");
            offers.push(Offer::new(Action::MarkReady, "It is ready").unless(reason.or(ready)));
        }
        match (self.others_like_it(), self.fields.path()) {
            (Some(others), _) => {
                let label = format!("Fix {} like it", text::thousands(others));
                offers.push(Offer::new(Action::FixAll, label));
            }
            (None, Some(path)) if self.problem_at(path).is_some() => {
                offers.push(Offer::new(Action::FixAll, ""));
            }
            _ => {}
        }
        offers.extend([
            Offer::new(Action::NextRecord, "Next record"),
            Offer::new(Action::PreviousRecord, ""),
            Offer::new(Action::PreviousProblem, ""),
            Offer::new(Action::PutBack, "Received value").unless(reason.or(unchanged)),
            Offer::new(Action::Undo, "Undo"),
            Offer::new(Action::Redo, ""),
            Offer::new(Action::Check, "Check").unless(reason),
            Offer::new(Action::Edit, "").unless(reason),
            Offer::new(Action::SetAside, "").unless(reason),
            Offer::new(Action::Note, ""),
            Offer::new(Action::Remove, "").unless(reason),
            Offer::new(Action::Differences, ""),
            Offer::new(Action::Zoom, "").unless(self.fits_both.then_some("both panels are shown")),
        ]);
        offers.extend(self.kind_offers(reason));
        offers
    }

    pub(super) fn act_moving(&mut self, action: Action, cx: &mut Cx) {
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
            Action::FixAll => self.fix_alike(cx),
            Action::SetAside => {
                let asked = self
                    .one
                    .row()
                    .map(|row| asked::aside_of_record(row, cx.keys));
                cx.effects.extend(asked);
            }
            Action::Note => cx.effects.extend(self.one.row().map(asked::note_on_record)),
            Action::PutBack => self.put_back(cx),
            Action::Remove => self.make_empty(cx),
            Action::ChangeType | Action::MakeNull | Action::RemoveField | Action::AddField => {
                self.act_on_kind(action, cx);
            }
            Action::Check => self.wish(Wish::Check { id: self.one.id }, Told::Checked, cx),
            Action::MarkReady => self.mark_ready(cx),
            Action::Zoom | Action::NextPanel | Action::PreviousPanel => {
                self.second_panel = !self.second_panel;
            }
            _ => {}
        }
    }

    pub(super) fn act_typing(&mut self, action: Action, cx: &mut Cx) {
        if let Some(reply) = self.one.act_typing(action, Then::Field, cx) {
            self.carry_out(reply, cx);
        }
    }

    pub(super) fn carry_out(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Nothing => {}
            Reply::Check => self.one.check(cx),
            Reply::Cancel => {
                self.one.forget_typed(cx);
                cx.say("Nothing was changed.");
                self.ask_for_drafts(cx);
            }
            Reply::NoChoices => cx.say("There is no suggestion for this value."),
            Reply::Saving => cx.say(SAVING),
            Reply::Leave => {
                if let Some((ticket, draft)) = self.one.leave_box(cx) {
                    self.changing = Some((ticket, Told::Saved(draft.path, Then::Stay)));
                }
            }
            Reply::Unchanged(then) => {
                if let Some(mut draft) = self.one.forget_typed(cx) {
                    match then {
                        // There is nothing to save before.
                        _ if draft.same.is_ticked => self.go_on_to_alike(&mut draft, cx),
                        Then::Problem | Then::Stay => cx.say(draft.nothing_typed()),
                        Then::Field => self.edit_next_field(cx),
                    }
                }
            }
            Reply::Save(then) => self.one.save(then, cx),
        }
    }

    /// Right and Left on the tree, and `d`.
    fn fold(&mut self, action: Action) {
        let Some(record) = &self.one.record else {
            return;
        };
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
        let (Some(record), Some(line)) = (&self.one.record, self.fields.selected()) else {
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
        let (Some(record), Some(path)) = (&self.one.record, self.fields.path()) else {
            return;
        };
        if let Some(reason) = frozen(self.one.read_only, record.row.status) {
            cx.say(reason);
            return;
        }
        if let Some(kept) = self.kept.at(path).cloned() {
            return self.go_on(&kept, cx);
        }
        let current = record.row.current.as_ref();
        let value = current.and_then(|value| value.pointer(path.as_str()));
        // Only the newest question of this kind is answered.
        self.asked_look = None;
        let draft = Draft::open(path.clone(), value, &record.row.problems);
        let version = record.row.version;
        self.one.open_box(draft, version, cx);
        self.count_alike(cx);
    }

    pub(super) fn edit_next_field(&mut self, cx: &mut Cx) {
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
    pub(super) fn look(&mut self, cx: &mut Cx) {
        let failing = self.fields.selected().filter(|line| line.failing);
        let Some(path) = failing.and(self.fields.path()).cloned() else {
            return;
        };
        let known = self.look.as_ref().is_some_and(|(known, _)| *known == path);
        let asked = self
            .asked_look
            .as_ref()
            .is_some_and(|(_, asked)| *asked == path);
        if self.one.draft.is_none() && self.one.pending.is_none() && !known && !asked {
            let ticket = cx.ask(Query::Preview {
                id: self.one.id,
                changes: Vec::new(),
                at: path.clone(),
            });
            self.asked_look = Some((ticket, path));
        }
    }

    /// The first suggestion for the value under the cursor.
    pub(super) fn suggestion(&self) -> Option<&Suggestion> {
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
        let (Some(record), Some(path)) = (&self.one.record, self.fields.path().cloned()) else {
            return;
        };
        match as_received(record, &path) {
            Ok(change) => self.change(change, Told::PutBack(path), cx),
            Err(why) => cx.say(why),
        }
    }

    fn make_empty(&mut self, cx: &mut Cx) {
        if let Some(path) = self.fields.path().cloned() {
            let text = String::new();
            let told = Told::Saved(path.clone(), Then::Problem);
            self.change(Change::Text { path, text }, told, cx);
        }
    }

    fn mark_ready(&mut self, cx: &mut Cx) {
        let Some(record) = &self.one.record else {
            return;
        };
        if record.has_contract {
            cx.say("The contract decides when a record is ready.");
            return;
        }
        let (id, version) = (self.one.id, record.row.version);
        self.wish(Wish::Accept { id, version }, Told::MarkedReady, cx);
    }

    pub(super) fn change(&mut self, change: Change, told: Told, cx: &mut Cx) {
        let Some(record) = &self.one.record else {
            return;
        };
        let wish = Wish::Edit {
            id: self.one.id,
            changes: vec![change],
            version: record.row.version,
        };
        self.wish(wish, told, cx);
    }

    fn wish(&mut self, wish: Wish, told: Told, cx: &mut Cx) {
        let Some(record) = &self.one.record else {
            return;
        };
        match frozen(self.one.read_only, record.row.status) {
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
        let Some(place) = self.one.place else {
            cx.say("No other problem in this record.");
            return;
        };
        let next = if back {
            self.one.among.ids[..place].iter().rev().find(wanted)
        } else {
            self.one.among.ids[place + 1..].iter().find(wanted)
        };
        match next.copied() {
            Some(id) => self.move_to(id, cx),
            None if back => cx.say("This is the first problem of the list."),
            None => cx.say("This was the last problem of the list."),
        }
    }

    fn next_record(&mut self, by: isize, cx: &mut Cx) {
        match self.one.beside(by) {
            Ok(id) => self.move_to(id, cx),
            Err(why) => cx.say(why),
        }
    }

    fn move_to(&mut self, id: RecordId, cx: &mut Cx) {
        let open = self.open.take();
        *self = Self::open(id, self.one.among.clone(), cx);
        self.open = open;
    }
}

/// The change that puts the received value at a path back; why there is none.
pub fn as_received(record: &RecordDetail, path: &Path) -> Result<Change, &'static str> {
    let received = record.received.as_ref();
    let received = received.ok_or("The received text could not be split into fields.")?;
    let current = record.row.current.as_ref();
    let was = received.pointer(path.as_str());
    if was == current.and_then(|value| value.pointer(path.as_str())) {
        return Err("This is the received value already.");
    }
    let path = path.clone();
    Ok(match was {
        Some(value) => Change::Json {
            path,
            value: value.clone(),
        },
        None => Change::Unset { path },
    })
}
