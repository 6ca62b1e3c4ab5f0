//! The record editor: its fields, what is wrong with them, and a box that is checked as it is typed into.

mod ahead;
mod alike;
pub(super) mod draft;
mod draw;
pub(super) mod edit_box;
mod fields;
pub(super) mod kept;
pub(super) mod keys;
mod kinds;
mod panels;

use std::{collections::HashSet, time::Instant};

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::Line,
};

use self::{
    alike::Alike,
    draft::Then,
    fields::Fields,
    kept::{Kept, decided},
};
use super::{Subject, one_record::OneRecord};
use crate::{
    filter::{Filter, Wanted},
    model::{Fault, Happened, Moment, Path, RecordDetail, RecordId, RunId, Status},
    ops::{Decision, Preview, Visit},
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Among, Answer, Cx, Effect, Query, Route, Ticket},
        keymap::Mode,
        theme::Theme,
        words::{not_checked, reported},
    },
};

#[derive(Debug)]
pub struct Editor {
    one: OneRecord,
    fields: Fields,
    /// The steps that changed it, newest first. Safe to print.
    history: Vec<String>,
    kept: Kept,
    /// What the check says about the value under the cursor, which is not being edited.
    look: Option<(Path, Box<Preview>)>,
    /// Whether the second panel is shown where only one fits.
    second_panel: bool,
    /// Whether both fitted when it was drawn last.
    fits_both: bool,
    /// Records of the run that need fixing, known after the first save.
    open: Option<HashSet<RecordId>>,
    /// What was done to the record and is told when it has been read again.
    told: Option<Told>,
    /// What was said of it, true as long as the record stays as it is.
    result: Option<String>,
    /// Why that was saved without being checked, if so. Safe to print.
    unasked: Option<String>,
    asked_look: Option<(Ticket, Path)>,
    asked_open: Option<Ticket>,
    changing: Option<(Ticket, Told)>,
    alike: Alike,
}

/// What was just done.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Saved(Path, Then),
    PutBack(Path),
    Checked,
    MarkedReady,
    Decided(Decision),
    /// The whole text that was typed before.
    WentOn,
}

impl Editor {
    pub fn open(id: RecordId, among: Among, cx: &mut Cx) -> Self {
        let mut page = Self {
            one: OneRecord::new(id, among, cx),
            fields: Fields::default(),
            history: Vec::new(),
            kept: Kept::default(),
            look: None,
            second_panel: false,
            fits_both: false,
            open: None,
            told: None,
            result: None,
            unasked: None,
            asked_look: None,
            asked_open: None,
            changing: None,
            alike: Alike::default(),
        };
        page.ask(cx);
        page
    }

    pub fn offers(&self) -> Vec<Offer> {
        match &self.one.draft {
            Some(draft) => self.typing_offers(draft),
            None => self.moving_offers(),
        }
    }

    pub fn escape(&self) -> &'static str {
        self.one.escape()
    }

    pub fn mode(&self) -> Mode {
        self.one.mode()
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if action != Action::FixAll {
            self.forget_alike();
        }
        if self.one.draft.is_some() {
            self.act_typing(action, cx);
        } else if self.one.record.is_some() {
            self.act_moving(action, cx);
        } else {
            self.one.act_ahead(action, cx);
        }
        self.look(cx);
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &mut Cx) {
        if let Some(reply) = self.one.type_key(key, cx.now) {
            self.carry_out(reply, cx);
        }
    }

    pub fn paste(&mut self, pasted: &str, cx: &mut Cx) {
        let how = "Enter opens the field";
        if let Some(reply) = self.one.paste(pasted, how, cx) {
            self.carry_out(reply, cx);
        }
    }

    /// The record, while it is typed into.
    pub fn edited(&self) -> Option<RecordId> {
        self.one.edited()
    }

    /// Others edit other records than before.
    pub fn meet(&mut self, cx: &Cx) {
        self.one.meet(cx);
    }

    /// Moves the cursor to the field under the pointer, if there is one.
    pub fn point(&mut self, place: Position) -> bool {
        self.forget_alike();
        self.fields.point(place)
    }

    /// Ticks what is under the pointer in the box, if that can be ticked.
    pub fn point_while_typing(&mut self, place: Position) {
        if let Some(draft) = &mut self.one.draft {
            draft.point(place);
        }
    }

    /// Puts the record and its field to where the person is.
    pub fn locate(&self, visit: &mut Visit) {
        visit.record = Some(self.one.id);
        visit.field = self.fields.path().map(|path| path.as_str().to_owned());
    }

    /// The record, and its field under the cursor.
    pub fn subject(&self) -> Subject {
        Subject::record(self.one.id, self.fields.path().cloned(), self.one.row())
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let waits = [
            self.alike.asked,
            self.kept.asked,
            self.asked_open,
            self.asked_look.as_ref().map(|(ticket, _)| *ticket),
            self.changing.as_ref().map(|(ticket, _)| *ticket),
        ];
        self.one.awaits(ticket) || waits.contains(&Some(ticket))
    }

    /// After a change the app calls [`Self::refresh`], and the record that comes then says what the change came to.
    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        let saving = self.one.draft.as_ref().and_then(|draft| draft.saving);
        let changing = self.changing.take_if(|(asked, _)| *asked == ticket);
        let looked = self.asked_look.take_if(|(asked, _)| *asked == ticket);
        match (answer, saving, changing) {
            (Ok(Answer::Changed(report)), Some((asked, then)), _) if asked == ticket => {
                self.unasked = not_checked(&report);
                if let Some(mut draft) = self.one.draft.take() {
                    self.go_on_to_alike(&mut draft, cx);
                    self.told = Some(Told::Saved(draft.path, then));
                }
            }
            (Ok(Answer::Changed(report)), _, Some((_, told))) => {
                self.unasked = not_checked(&report);
                self.is_own_change(&report);
                if let Told::Saved(path, _) = &told {
                    self.look_for_alike(path, cx);
                }
                self.told = Some(told);
            }
            (Ok(Answer::Record(record)), ..) => {
                self.one.pending = None;
                self.show(record, cx);
            }
            (Ok(Answer::Preview(preview)), ..) => self.previewed(ticket, looked, preview, cx),
            (Ok(Answer::Ids { ids, .. }), ..) => self.count_open(ids, cx),
            (Ok(Answer::Conflict(conflict)), ..) => self.disagree(ticket, conflict, cx),
            (Ok(Answer::Drafts(drafts)), ..) => self.receive_drafts(drafts, cx),
            (Ok(Answer::Alike(group)), ..) => {
                self.receive_alike(ticket, group.map(|group| *group), cx);
            }
            (Ok(_), ..) => {}
            (Err(error), ..) => self.fail(ticket, &error, cx),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.ask(cx);
    }

    pub fn waits(&self) -> bool {
        self.one.waits()
    }

    pub fn tick(&mut self, now: Instant, _cx: &mut Cx) {
        self.one.tick(now);
    }

    pub fn crumb(&self) -> String {
        format!("record {}", text::thousands(self.one.id.0.unsigned_abs()))
    }

    pub fn banner(&self, theme: Theme) -> Option<Line<'_>> {
        self.one.error.is_none().then(|| draw::banner(self, theme))
    }

    pub fn tip(&self) -> String {
        draw::tip(self)
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        draw::page(self, frame, area, theme);
    }

    fn ask(&mut self, cx: &mut Cx) {
        self.ask_for_drafts(cx);
        self.one.ask(cx);
    }

    fn show(&mut self, record: Box<RecordDetail>, cx: &mut Cx) {
        if record.row.current.is_none() {
            let why = "This record cannot be split into fields.";
            self.one.lose_ahead(why, cx);
            let (id, among) = (self.one.id, self.one.among.clone());
            cx.ahead = self.one.ahead.take();
            cx.effects.push(Effect::Replace(Route::Raw { id, among }));
            return;
        }
        self.one.error = None;
        self.look = None;
        self.asked_look = None;
        if self.one.record.is_none() {
            self.fields = Fields::new(&record, self.one.among.field.as_deref());
            if let Some(at) = self.one.among.at.take() {
                self.fields.select(&at);
            }
        } else {
            self.fields.update(&record);
        }
        self.history = history(&record, &cx.clock);
        let before = self.one.record.replace(record);
        let current = self.one.row().and_then(|row| row.current.clone());
        if let Some(draft) = &mut self.one.draft {
            let now = current.as_ref();
            draft.meet(now.and_then(|value| value.pointer(draft.path.as_str())));
        }
        self.say_if_changed(before.as_ref().map(|record| record.row.version), cx);
        self.unsay_if_changed(before.as_deref(), cx);
        if self.one.draft.is_some() {
            self.one.check(cx);
            self.count_alike(cx);
        } else {
            self.tell(cx);
            self.look(cx);
            self.catch_up(cx);
        }
        self.offer_kept(cx);
    }

    /// Says what was done, now that its effect is known, and goes on to what needs a person next.
    fn tell(&mut self, cx: &mut Cx) {
        let (Some(told), Some(record)) = (self.told.take(), &self.one.record) else {
            return;
        };
        let found = &record.row.problems;
        let problems = found.iter().filter(|problem| problem.rejects()).count() as u64;
        let ready = record.row.status == Status::Ready;
        let what = match &told {
            Told::Saved(path, _) => format!("{} is saved.", path.label()),
            Told::PutBack(path) => format!("{} is as received again.", path.label()),
            Told::Checked => "Checked again.".to_owned(),
            Told::MarkedReady => String::new(),
            Told::Decided(how) => decided(*how).to_owned(),
            Told::WentOn => "What you had typed is saved.".to_owned(),
        };
        let run = record.row.run;
        let words = if let Some(why) = self.unasked.take() {
            format!("{what} {why}")
        } else if ready && !found.is_empty() {
            let warnings = text::count(found.len() as u64, "warning");
            format!("{} is ready, with {warnings}.", draw::name(record))
        } else if ready {
            format!("{} is ready.", draw::name(record))
        } else if !record.has_contract {
            format!("{what} Not checked: there is no contract.")
        } else {
            format!("{what} {} left.", text::count(problems, "problem"))
        };
        let (others, key) = self.others();
        let words = text::safe(&format!("{}{others}{key}", words.trim_start())).into_owned();
        self.result = Some(words.clone());
        cx.say(words);
        match told {
            Told::Saved(_, Then::Field) => self.edit_next_field(cx),
            Told::Saved(_, Then::Problem) if !ready && !self.fields.step_to_failing(false) => {
                self.fields.at = self.fields.first_failing().unwrap_or(self.fields.at);
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
        let left = self
            .one
            .among
            .ids
            .iter()
            .filter(|id| open.contains(id))
            .count() as u64;
        self.open = Some(open);
        let shown = self
            .one
            .record
            .as_ref()
            .filter(|_| self.one.draft.is_none());
        // Somebody else may have changed it since this was asked.
        if let Some(record) = shown.filter(|record| record.row.status == Status::Ready) {
            let next = match left {
                0 => String::new(),
                _ => format!("  {} Next", self.one.keys.of(Action::NextProblem)),
            };
            let name = draw::name(record);
            let left = text::thousands(left);
            let (others, key) = self.others();
            let words = format!("{name} is ready. {left} left here.{others}{next}{key}");
            self.result = Some(words.clone());
            cx.say(words);
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
        if let Some(reply) = self.one.previewed(ticket, preview) {
            self.carry_out(reply, cx);
        }
    }

    fn fail(&mut self, ticket: Ticket, error: &anyhow::Error, cx: &mut Cx) {
        let words = reported(error);
        if self.one.pending == Some(ticket) && self.one.is_not_there(words.clone(), cx) {
            return;
        }
        if self.kept.asked.take_if(|asked| *asked == ticket).is_some() {
            // What was kept is offered the next time.
            return;
        }
        let draft = self.one.draft.as_mut();
        if let Some(draft) = draft.filter(|draft| draft.same.asked == Some(ticket)) {
            // The line is not offered then, and the key that leads to the others is told once it is saved.
            return draft.same.are(None);
        }
        self.one.is_not_saved(ticket);
        let changed = error
            .downcast_ref::<Fault>()
            .is_some_and(|fault| fault.code == "record:changed");
        if changed {
            cx.say("Somebody else changed this record meanwhile.");
            self.ask(cx);
        } else {
            cx.say(words);
        }
    }
}

/// Why a record in this state cannot be changed.
pub(super) fn frozen(read_only: bool, status: Status) -> Option<&'static str> {
    match status {
        _ if read_only => Some("The workspace is open to read only: nothing can be changed."),
        Status::Sending => Some("It is on its way: what is being sent cannot be changed."),
        Status::Accepted | Status::HandedOver => {
            Some("It was sent: what was sent stays as it was sent.")
        }
        Status::Unknown => {
            Some("It was sent and nobody knows whether it arrived: it stays as it was sent.")
        }
        Status::Rejected | Status::Ready | Status::Discarded => None,
    }
}

/// When, who, what.
fn history(record: &RecordDetail, clock: &Clock) -> Vec<String> {
    let moments = record.timeline().into_iter().rev();
    let changes = moments.filter(|moment| !matches!(moment.what, Happened::Loaded { .. }));
    let line = |moment: Moment<'_>| {
        format!(
            "{} {}",
            clock.time(moment.at),
            text::safe(&moment.what.words())
        )
    };
    changes.map(line).collect()
}

fn needs_fixing(run: RunId) -> Filter {
    Filter::all_of([Wanted::Run(run), Wanted::Status(vec![Status::Rejected])])
}

#[cfg(test)]
mod tests;
