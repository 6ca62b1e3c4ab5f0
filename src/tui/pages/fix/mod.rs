//! Fix all: one decision for many records, with its consequences before it is made.

mod ahead;
mod desk;
mod draw;
mod job;
mod listed;
mod pointing;
mod what;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect, text::Line};

use crate::{
    filter::Filter,
    fix::{Transform, dates::Evidence},
    model::{Consequence, Effect as Becomes, FixReport, FixRow, Path, RecordId},
    ops::{Asks, FixChoice, FixKind, FixPreview, FixRequest, fix_choices},
    text,
    tui::{
        action::{Action, Offer},
        event::{Among, Answer, Cx, Effect, FixView, Query, Route, Ticket},
        keymap::{Keys, Mode},
        pages::ahead::{Ahead, Typed},
        theme::Theme,
        widgets::{field::Field, lines::Lines},
        words,
    },
};

#[derive(Debug)]
pub struct Fix {
    keys: Keys,
    /// The crumb: what is fixed. Safe to print.
    title: String,
    field: Path,
    filter: Filter,
    records: u64,
    choices: Vec<FixChoice>,
    at: usize,
    /// The choice that was previewed.
    previewed: Option<usize>,
    /// Of all rows of the choices the first that is shown, and where they are.
    what_first: usize,
    pub(super) what: Lines,
    /// Where the two boxes are, and the edge of the one that a double click shows no longer alone.
    boxes: [Rect; 2],
    pub(super) zooms: Rect,
    panel: Panel,
    /// What is being typed for the choice under the cursor.
    typing: Option<(Asks, Field)>,
    suggesting: Option<Ticket>,
    /// An Enter that waits for that.
    ahead: Option<Ahead>,
    preview: State,
    /// Asked for while the preview before it was being stopped.
    next: Option<FixRequest>,
    show: Option<Becomes>,
    /// Places in the preview of the records that are listed.
    listed: Vec<usize>,
    row: usize,
    first: usize,
    lines: Lines,
    rows: HashMap<RecordId, FixRow>,
    /// How many records of the preview have changed since, and the question that asks it.
    late: u64,
    asked_late: Option<Ticket>,
    /// The workspace changed while that was looked at.
    late_again: bool,
    pending: Option<Ticket>,
    /// How the dates are written, where a date is rewritten.
    dates: Option<Evidence>,
    asked_dates: Option<Ticket>,
    left_out: BTreeSet<RecordId>,
}

/// Which part has focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Panel {
    What,
    Would,
}

/// What is known of the consequences.
#[derive(Debug)]
enum State {
    Nothing,
    /// It is being worked out, by the job of this ticket.
    Looking(Ticket),
    Known(Arc<FixPreview>),
    /// It is being done, by the job of this ticket.
    Applying(Ticket, Arc<FixPreview>),
    /// It was done; `told` once the page has been shown with it.
    Done {
        report: FixReport,
        preview: Arc<FixPreview>,
        told: bool,
    },
    Failed(String),
}

/// Rows that are asked for at once.
const WINDOW: usize = 40;

impl Fix {
    pub fn open(view: FixView, cx: &mut Cx) -> Self {
        Self {
            keys: cx.keys,
            title: view.title,
            field: view.field,
            filter: view.filter,
            records: view.records,
            choices: fix_choices(&[], view.records),
            at: 0,
            previewed: None,
            what_first: 0,
            what: Lines::default(),
            boxes: [Rect::ZERO; 2],
            zooms: Rect::ZERO,
            panel: Panel::What,
            typing: None,
            suggesting: Some(cx.ask(Query::Suggest { group: view.group })),
            ahead: None,
            preview: State::Nothing,
            next: None,
            show: None,
            listed: Vec::new(),
            row: 0,
            first: 0,
            lines: Lines::default(),
            rows: HashMap::new(),
            late: 0,
            asked_late: None,
            late_again: false,
            pending: None,
            dates: None,
            asked_dates: None,
            left_out: BTreeSet::new(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        if self.ahead.is_some() {
            return Vec::new();
        }
        if self.typing.is_some() {
            return vec![
                Offer::new(Action::Open, "Preview"),
                Offer::new(Action::ClearText, "Clear"),
            ];
        }
        let mut offers = Vec::new();
        if let State::Known(preview) = &self.preview {
            let changes = self.changes(preview);
            let all = text::thousands(changes);
            let label = match preview.report.newly_broken {
                0 => format!("Apply to {all}"),
                broken => format!("Apply to {all}, breaks {}", text::thousands(broken)),
            };
            let elsewhere = "the preview is of another line, and Enter previews this one";
            let nothing = (changes == 0).then_some("it changes no record");
            let reason = self.is_elsewhere().then_some(elsewhere).or(nothing);
            offers.push(Offer::new(Action::Apply, label).unless(reason));
        }
        match self.panel {
            Panel::What => offers.push(Offer::new(Action::Open, "Preview")),
            Panel::Would => {
                if !self.is_done() {
                    offers.push(Offer::new(Action::Mark, "Leave out"));
                }
                offers.push(Offer::new(Action::Open, "See the record"));
                offers.push(Offer::new(Action::Right, "Show others"));
            }
        }
        let nothing = self.listed.is_empty().then_some("there is no preview yet");
        offers.push(Offer::new(Action::NextPanel, "Other box").unless(nothing));
        offers.push(Offer::new(Action::Zoom, "").unless(nothing));
        offers
    }

    pub fn escape(&self) -> &'static str {
        match (&self.typing, &self.preview) {
            (Some(_), _) => "Cancel",
            (None, State::Done { .. }) => "Back",
            _ => "Cancel, change nothing",
        }
    }

    pub fn mode(&self) -> Mode {
        if self.typing.is_some() || self.ahead.is_some() {
            Mode::Typing
        } else {
            Mode::Moving
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        let page = isize::from(cx.size.height as i16 / 2).max(1);
        if self.act_ahead(action, cx) {
            return;
        }
        match action {
            Action::Back if self.typing.is_some() => self.typing = None,
            Action::Back => {
                if let State::Looking(job) = self.preview {
                    cx.effects.push(Effect::Cancel(job));
                }
                cx.back();
            }
            Action::ClearText => {
                if let Some((_, field)) = &mut self.typing {
                    field.set("");
                }
            }
            Action::Open if self.panel == Panel::What => self.choose(cx),
            Action::Open => self.open_record(cx),
            Action::Apply if !self.is_elsewhere() => self.apply(cx),
            Action::Mark if self.panel == Panel::Would => self.leave_out(),
            Action::NextPanel | Action::PreviousPanel | Action::Zoom if self.typing.is_none() => {
                self.panel = match self.panel {
                    Panel::What if !self.listed.is_empty() => Panel::Would,
                    _ => Panel::What,
                };
            }
            Action::Left if self.panel == Panel::Would => self.show_next(-1),
            Action::Right if self.panel == Panel::Would => self.show_next(1),
            Action::Up if self.is_at_top() => cx.effects.push(Effect::Tabs),
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-page),
            Action::PageDown => self.step(page),
            Action::First => self.step(isize::MIN),
            Action::Last => self.step(isize::MAX),
            _ => {}
        }
        self.ask_for_rows(cx);
    }

    pub fn type_key(&mut self, key: KeyEvent, _cx: &mut Cx) {
        if Ahead::type_before(&mut self.ahead, Typed::Key(key)) {
            return;
        }
        if let Some((_, field)) = &mut self.typing {
            field.key(key);
        }
    }

    pub fn paste(&mut self, pasted: &str, cx: &mut Cx) {
        if Ahead::type_before(&mut self.ahead, Typed::Paste(pasted.to_owned())) {
            return;
        }
        match &mut self.typing {
            Some((_, field)) => field.paste(pasted),
            None => cx.say("Nothing to paste into here."),
        }
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let asked = [
            self.suggesting,
            self.pending,
            self.asked_dates,
            self.asked_late,
        ];
        asked.contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if self.suggesting == Some(ticket) {
            self.suggesting = None;
            if let Ok(Answer::Suggested(suggested)) = answer {
                let untouched = self.at == 0 && self.typing.is_none();
                let moved = suggested.len();
                self.choices = fix_choices(&suggested, self.records);
                self.previewed = self.previewed.map(|at| at + moved);
                // Whoever has moved already stays where they are.
                if !untouched {
                    self.at = (self.at + moved).min(self.choices.len() - 1);
                }
            }
            return self.catch_up(cx);
        }
        if self.asked_dates == Some(ticket) {
            self.asked_dates = None;
            // The page does without the desk then.
            if let Ok(Answer::Dates(evidence)) = answer {
                self.dates = Some(*evidence);
            }
            return;
        }
        if self.asked_late.take_if(|asked| *asked == ticket).is_some() {
            // Without an answer applying skips what has changed, and says so then.
            if let Ok(Answer::ChangedSince(late)) = answer {
                self.late = late;
            }
            if std::mem::take(&mut self.late_again) {
                self.ask_what_changed_since(cx);
            }
            return;
        }
        self.pending = None;
        match answer {
            Ok(Answer::FixRows(rows)) => {
                self.rows
                    .extend(rows.into_iter().map(|row| (row.consequence.record, row)));
                self.ask_for_rows(cx);
            }
            Ok(_) => {}
            Err(error) => cx.say(words::reported(&error)),
        }
    }

    /// A preview is of versions: what has changed since is skipped when it is applied, and counted now. Rows are asked for anew.
    pub fn refresh(&mut self, cx: &mut Cx) {
        // The first change of the workspace after a fix is the fix itself; what comes later makes its report old.
        match &mut self.preview {
            State::Done { told, .. } if !*told => *told = true,
            State::Done { .. } => {
                (self.preview, self.panel) = (State::Nothing, Panel::What);
                self.list();
            }
            _ => {}
        }
        self.ask_what_changed_since(cx);
        // What was done is what it was.
        if !self.is_done() {
            self.rows.clear();
        }
        self.ask_for_rows(cx);
    }

    /// One question at a time: it looks at every record of the run.
    fn ask_what_changed_since(&mut self, cx: &mut Cx) {
        let State::Known(preview) = &self.preview else {
            return;
        };
        if self.asked_late.is_some() {
            self.late_again = true;
        } else {
            self.asked_late = Some(cx.ask(Query::ChangedSince(Arc::clone(preview))));
        }
    }

    pub fn banner(&self, theme: Theme) -> Line<'_> {
        draw::banner(self, theme)
    }

    pub fn tip(&self) -> String {
        draw::tip(self)
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        draw::page(self, frame, area, theme);
    }

    /// Enter on a choice: previews it, or opens its text field.
    fn choose(&mut self, cx: &mut Cx) {
        if let Some((asks, field)) = &self.typing {
            match asks.read(field.value()) {
                Ok(transform) => {
                    let request = self.request(vec![transform]);
                    (self.typing, self.previewed) = (None, Some(self.at));
                    self.look(request, cx);
                }
                Err(why) => cx.say(why),
            }
            return;
        }
        let Some(choice) = self.choices.get(self.at) else {
            return;
        };
        match &choice.kind {
            FixKind::Ready(transforms) => {
                let request = self.request(transforms.clone());
                self.previewed = Some(self.at);
                self.look(request, cx);
            }
            FixKind::Asks(asks) => self.typing = Some((*asks, Field::new(""))),
        }
    }

    /// Whether the cursor is on another choice than the one that was previewed.
    fn is_elsewhere(&self) -> bool {
        self.panel == Panel::What && self.previewed.is_some_and(|at| at != self.at)
    }

    fn request(&self, transforms: Vec<Transform>) -> FixRequest {
        FixRequest::new(self.filter.clone(), self.field.clone(), transforms)
    }

    /// Opens the record of the row, among those that are listed.
    fn open_record(&self, cx: &mut Cx) {
        let Some(preview) = self.known() else {
            return;
        };
        let id = |at: &usize| preview.consequences.get(*at).map(|one| one.record);
        if let Some(chosen) = self.listed.get(self.row).and_then(id) {
            cx.go(Route::Record {
                id: chosen,
                among: Among::about(
                    self.listed.iter().filter_map(id).collect::<Vec<_>>(),
                    Some(self.field.pattern()),
                ),
            });
        }
    }

    fn leave_out(&mut self) {
        let State::Known(preview) = &self.preview else {
            return;
        };
        let chosen = self
            .listed
            .get(self.row)
            .and_then(|at| preview.consequences.get(*at));
        if let Some(one) = chosen
            && !self.left_out.remove(&one.record)
        {
            self.left_out.insert(one.record);
        }
        self.step(1);
    }

    /// How many records would be changed.
    fn changes(&self, preview: &FixPreview) -> u64 {
        let left = (preview.consequences.iter())
            .filter(|one| one.effect != Becomes::Unchanged && self.left_out.contains(&one.record));
        preview.report.changed - left.count() as u64
    }

    fn known(&self) -> Option<&FixPreview> {
        match &self.preview {
            State::Known(preview) | State::Applying(_, preview) | State::Done { preview, .. } => {
                Some(preview)
            }
            _ => None,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.preview, State::Done { .. })
    }

    /// Whether nothing is above the cursor but the tabs.
    fn is_at_top(&self) -> bool {
        let at = match self.panel {
            Panel::What => self.at,
            Panel::Would => self.row,
        };
        at == 0 && self.typing.is_none()
    }

    /// While something is typed, it belongs to the line it stands under, and the cursor stays there.
    fn step(&mut self, by: isize) {
        if self.typing.is_some() {
            return;
        }
        let (at, len) = match self.panel {
            Panel::What => (&mut self.at, self.choices.len()),
            Panel::Would => (&mut self.row, self.listed.len()),
        };
        *at = at.saturating_add_signed(by).min(len.saturating_sub(1));
    }

    /// Asks for the rows around the cursor that are not known yet.
    fn ask_for_rows(&mut self, cx: &mut Cx) {
        let (preview, step) = match &self.preview {
            State::Known(preview) => (preview, None),
            State::Done {
                preview, report, ..
            } if report.step.is_some() => (preview, report.step),
            _ => return,
        };
        if self.pending.is_some() {
            return;
        }
        let from = self.row.saturating_sub(WINDOW / 2);
        let window: Vec<Consequence> = (self.listed.iter().skip(from).take(WINDOW))
            .filter_map(|at| preview.consequences.get(*at))
            .filter(|one| !self.rows.contains_key(&one.record))
            .copied()
            .collect();
        if !window.is_empty() {
            let query = Query::FixRows(Arc::clone(preview), window, step);
            self.pending = Some(cx.ask(query));
        }
    }
}

#[cfg(test)]
mod tests;
