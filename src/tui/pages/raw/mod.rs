//! The text of a record that cannot be split into fields.

mod ahead;
mod changing;
mod draw;
mod excerpt;
mod kept;

use std::time::Instant;

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect, text::Line};

use self::excerpt::Excerpt;
use super::{
    Subject, asked,
    editor::{
        draft::{Draft, Focus, Reply, SAVING, Then},
        frozen,
    },
    one_record::OneRecord,
};
use crate::{
    model::{Form, RecordDetail, RecordId},
    ops::{KeptDraft, Visit},
    text,
    tui::{
        action::{Action, Offer},
        event::{Among, Answer, Cx, Effect, Route, Ticket, Wish},
        keymap::Mode,
        theme::Theme,
        widgets::lines::Roll,
        words::{self, reported},
    },
};

#[derive(Debug)]
pub struct Raw {
    one: OneRecord,
    pub(super) excerpt: Excerpt,
    /// Where the line can be edited.
    pub(super) edit_box: Rect,
    asked_drafts: Option<Ticket>,
    /// What was kept and could not be offered yet.
    to_offer: Vec<KeptDraft>,
    /// What was typed before and not saved is offered.
    has_kept: bool,
    /// A change that is under way, but for what is typed.
    changing: Option<(Ticket, Done)>,
    /// What was done, while the record is read again.
    done: Option<Done>,
    /// Why that was not checked, if so. Safe to print.
    unasked: Option<String>,
}

/// What was done to the line.
#[derive(Clone, Copy, Debug)]
enum Done {
    Saved,
    Checked,
    PutBack,
}

impl Done {
    fn word(self) -> &'static str {
        match self {
            Self::Saved => "Saved",
            Self::Checked => "Checked",
            Self::PutBack => "The received text is back",
        }
    }
}

impl Raw {
    pub fn open(id: RecordId, among: Among, cx: &mut Cx) -> Self {
        let mut page = Self {
            one: OneRecord::new(id, among, cx),
            excerpt: Excerpt::default(),
            edit_box: Rect::ZERO,
            asked_drafts: None,
            to_offer: Vec::new(),
            has_kept: false,
            changing: None,
            done: None,
            unasked: None,
        };
        page.ask_for_drafts(cx);
        page.refresh(cx);
        page
    }

    pub fn offers(&self) -> Vec<Offer> {
        let Some(record) = &self.one.record else {
            return Vec::new();
        };
        if let Some(draft) = &self.one.draft {
            let save = match draft.focus {
                _ if draft.closed().is_some() => "Keep it",
                Focus::Anyway => "Save anyway",
                Focus::Text | Focus::Choice(_) | Focus::Same => "Save line",
            };
            let mut offers = vec![Offer::new(Action::Open, save)];
            if draft.focus != Focus::Anyway && !draft.choices.is_empty() {
                offers.push(Offer::new(Action::Down, "Suggestions"));
            }
            offers.push(Offer::new(Action::ClearText, "Clear"));
            return offers;
        }
        let reason = frozen(self.one.read_only, record.row.status);
        vec![
            Offer::new(Action::Open, "Edit line").unless(reason),
            Offer::new(Action::NextProblem, "Next problem"),
            Offer::new(Action::AcceptSuggestion, "Suggestions").unless(reason),
            Offer::new(Action::Wrap, "Wrap"),
            Offer::new(Action::NextRecord, "Next record"),
            Offer::new(Action::PreviousRecord, ""),
            Offer::new(Action::PreviousProblem, ""),
            Offer::new(Action::Undo, "Undo"),
            Offer::new(Action::Redo, ""),
            Offer::new(Action::Check, "Check").unless(reason),
            Offer::new(Action::Edit, "").unless(reason),
            Offer::new(Action::PutBack, "").unless(reason),
            Offer::new(Action::SetAside, "").unless(reason),
            Offer::new(Action::Note, ""),
        ]
    }

    pub fn escape(&self) -> &'static str {
        self.one.escape()
    }

    pub fn mode(&self) -> Mode {
        self.one.mode()
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if self.one.draft.is_some() {
            self.act_typing(action, cx);
        } else if self.one.record.is_some() {
            self.act_moving(action, cx);
        } else {
            self.one.act_ahead(action, cx);
        }
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &mut Cx) {
        if let Some(reply) = self.one.type_key(key, cx.now) {
            self.carry_out(reply, cx);
        }
    }

    pub fn paste(&mut self, pasted: &str, cx: &mut Cx) {
        let how = "Enter opens the line";
        if let Some(reply) = self.one.paste(pasted, how, cx) {
            self.carry_out(reply, cx);
        }
    }

    /// Puts the record to where the person is.
    pub fn locate(&self, visit: &mut Visit) {
        visit.record = Some(self.one.id);
    }

    /// The record, while it is typed into.
    pub fn edited(&self) -> Option<RecordId> {
        self.one.edited()
    }

    /// Others edit other records than before.
    pub fn meet(&mut self, cx: &Cx) {
        self.one.meet(cx);
    }

    /// The record; it has no fields.
    pub fn subject(&self) -> Subject {
        Subject::record(self.one.id, None, self.one.row())
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let waits = [self.changing.map(|(ticket, _)| ticket), self.asked_drafts];
        self.one.awaits(ticket) || waits.contains(&Some(ticket))
    }

    /// After a change the app calls [`Self::refresh`], and the record that comes then says what the change came to.
    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        let changing = self.changing.take_if(|(asked, _)| *asked == ticket);
        match answer {
            Ok(Answer::Changed(report)) => {
                self.unasked = words::not_checked(&report);
                self.done = changing.map(|(_, done)| done).or(Some(Done::Saved));
                let is_saved =
                    |draft: &mut Draft| draft.saving.is_some_and(|(asked, _)| asked == ticket);
                self.one.draft.take_if(is_saved);
            }
            Ok(Answer::Record(record)) => {
                self.one.pending = None;
                self.show(record, cx);
            }
            Ok(Answer::Preview(preview)) => {
                if let Some(reply) = self.one.previewed(ticket, preview) {
                    self.carry_out(reply, cx);
                }
            }
            Ok(Answer::Conflict(conflict)) => {
                self.one.disagree(ticket, conflict, cx);
                self.refresh(cx);
            }
            Ok(Answer::Drafts(drafts)) => self.receive_drafts(drafts, cx),
            Ok(_) => {}
            Err(error) => self.fail(ticket, &error, cx),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.one.ask(cx);
    }

    pub fn waits(&self) -> bool {
        self.one.waits()
    }

    pub fn tick(&mut self, now: Instant, _cx: &mut Cx) {
        self.one.tick(now);
    }

    pub fn crumb(&self) -> String {
        match &self.one.record {
            Some(record) => format!("line {}", text::thousands(record.row.line)),
            None => format!("record {}", text::thousands(self.one.id.0.unsigned_abs())),
        }
    }

    pub fn banner(&self, theme: Theme) -> Option<Line<'_>> {
        self.one.error.is_none().then(|| draw::banner(self, theme))
    }

    pub fn tip(&self) -> String {
        let words = match (&self.one.draft, &self.one.record) {
            (None, None) => "",
            (Some(draft), _) if draft.saving.is_some() => "Saving ...",
            (Some(draft), _) if draft.focus == Focus::Anyway => {
                "Enter saves it as it is. Esc goes on typing."
            }
            (Some(_), Some(record)) if record.text.form == Form::Excerpt => {
                "Saving puts this text in the place of the record, and checks it."
            }
            (Some(_), _) => "Saving turns this line into a normal record and checks it.",
            (None, Some(record)) => {
                frozen(self.one.read_only, record.row.status).unwrap_or(match record.text.form {
                    Form::Excerpt => {
                        "Enter puts in the record itself, which the results do not hold."
                    }
                    _ => "Enter edits the line. The received bytes stay as they are.",
                })
            }
        };
        words.to_owned()
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        draw::page(self, frame, area, theme);
    }

    /// Moves what is in sight of the text.
    pub fn roll(&mut self, roll: Roll) {
        self.excerpt.roll(roll);
    }

    fn act_moving(&mut self, action: Action, cx: &mut Cx) {
        match action {
            Action::Back | Action::Leave => cx.back(),
            Action::Up if self.excerpt.top == 0 => cx.effects.push(Effect::Tabs),
            Action::Up => self.excerpt.scroll(-1),
            Action::Down => self.excerpt.scroll(1),
            Action::PageUp | Action::PageDown => {
                let page = self.excerpt.seen.max(1).cast_signed();
                let is_up = action == Action::PageUp;
                self.excerpt.scroll(if is_up { -page } else { page });
            }
            Action::First if self.excerpt.wrapped => self.excerpt.top = 0,
            Action::Last if self.excerpt.wrapped => self.excerpt.top = self.excerpt.last_top(),
            Action::Last => self.excerpt.shift = self.excerpt.width().saturating_sub(40),
            Action::Left => self.excerpt.shift = self.excerpt.shift.saturating_sub(10),
            Action::Right => {
                let most = self.excerpt.width().saturating_sub(10);
                self.excerpt.shift = (self.excerpt.shift + 10).min(most);
            }
            Action::First => self.excerpt.shift = 0,
            Action::Wrap => {
                self.excerpt.wrapped = !self.excerpt.wrapped;
                self.excerpt.placed = 0;
            }
            Action::AcceptSuggestion => {
                self.edit(cx);
                self.act_typing(Action::Down, cx);
            }
            Action::Open | Action::Edit => self.edit(cx),
            Action::NextProblem | Action::NextRecord => self.next_record(1, cx),
            Action::PreviousProblem | Action::PreviousRecord => self.next_record(-1, cx),
            Action::Check if self.may_change(cx) => {
                let ticket = cx.change(Wish::Check { id: self.one.id });
                self.changing = Some((ticket, Done::Checked));
            }
            Action::PutBack => self.put_back(cx),
            Action::SetAside => {
                let row = self.one.row();
                cx.effects
                    .extend(row.map(|row| asked::aside_of_record(row, cx.keys)));
            }
            Action::Note => cx.effects.extend(self.one.row().map(asked::note_on_record)),
            _ => {}
        }
    }

    fn act_typing(&mut self, action: Action, cx: &mut Cx) {
        if let Some(reply) = self.one.act_typing(action, Then::Problem, cx) {
            self.carry_out(reply, cx);
        }
    }

    fn carry_out(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Nothing => {}
            Reply::Check => self.one.check(cx),
            Reply::Cancel => {
                self.one.forget_typed(cx);
                cx.say("Nothing was changed.");
            }
            Reply::Unchanged(_) => {
                self.one.forget_typed(cx);
                cx.say("Nothing was changed: the text is the same.");
            }
            Reply::NoChoices => {
                let aside = cx.keys.of(Action::SetAside);
                cx.say(if self.holds_nothing() {
                    format!("This line holds no record: Esc, then {aside} sets it aside.")
                } else {
                    "There is no suggestion for this line.".to_owned()
                });
            }
            Reply::Saving => cx.say(SAVING),
            Reply::Leave => {
                let left = self.one.leave_box(cx);
                self.changing = left.map(|(ticket, _)| (ticket, Done::Saved));
            }
            Reply::Save(then) => self.one.save(then, cx),
        }
    }

    fn next_record(&self, by: isize, cx: &mut Cx) {
        match self.one.beside(by) {
            Ok(id) => cx.effects.push(Effect::Replace(Route::Record {
                id,
                among: self.one.among.clone(),
            })),
            Err(why) => cx.say(why),
        }
    }

    fn show(&mut self, record: Box<RecordDetail>, cx: &mut Cx) {
        let done = self.done.take();
        if record.row.current.is_some() {
            // Whoever types on meanwhile finds it where the fields are.
            self.keep(cx);
            if done.is_some() {
                let line = text::thousands(record.row.line);
                let left = match self.unasked.take() {
                    Some(why) => why,
                    None => format!("{} left.", words::problems(&record.row.problems)),
                };
                cx.say(format!("Line {line} is a normal record now. {left}"));
            }
            let (id, among) = (self.one.id, self.one.among.clone());
            cx.ahead = self.one.ahead.take();
            cx.effects
                .push(Effect::Replace(Route::Record { id, among }));
            return;
        }
        if let Some(done) = done {
            cx.say(format!("{}. The line still cannot be read.", done.word()));
        }
        self.one.error = None;
        self.excerpt = Excerpt::new(&record).where_it_was(&self.excerpt);
        self.one.record = Some(record);
        self.one.check(cx);
        self.offer_kept(cx);
        self.catch_up(cx);
    }

    fn fail(&mut self, ticket: Ticket, error: &anyhow::Error, cx: &mut Cx) {
        let words = reported(error);
        if self.one.pending == Some(ticket) && self.one.is_not_there(words.clone(), cx) {
            return;
        }
        self.one.is_not_saved(ticket);
        cx.say(words);
    }
}

#[cfg(test)]
mod tests;
