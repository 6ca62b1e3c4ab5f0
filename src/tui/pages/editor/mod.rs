//! The record editor: its fields, what is wrong with them, and a box that is checked as it is typed into.

mod draft;
mod draw;
mod edit_box;
mod fields;
mod keys;
mod panels;

use std::{collections::HashSet, sync::Arc, time::Instant};

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect, text::Line};

use self::{
    draft::{Draft, Focus, Then},
    fields::Fields,
};
use crate::{
    filter::{Filter, Term, Wanted},
    model::{Fault, Path, RecordDetail, RecordId, RunId, Status},
    ops::Preview,
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Answer, Cx, Effect, Query, Route, Ticket},
        keymap::Mode,
        theme::Theme,
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
    /// The steps that changed it, newest first. Safe to print.
    history: Vec<String>,
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
            history: Vec::new(),
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
        self.error.is_none().then(|| draw::banner(self, theme))
    }

    pub fn tip(&self) -> String {
        draw::tip(self)
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        draw::page(self, frame, area, theme);
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
        self.history = history(&record, &Clock::default());
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
        let Some(draft) = self
            .draft
            .as_mut()
            .filter(|draft| draft.asked == Some(ticket))
        else {
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
        let saving = self
            .draft
            .as_mut()
            .and_then(|draft| draft.saving.take_if(|(asked, _)| *asked == ticket));
        let changed = error
            .downcast_ref::<Fault>()
            .is_some_and(|fault| fault.code == "record:changed");
        if changed {
            let kept = if saving.is_some() {
                " Your text is kept: look, then save again."
            } else {
                ""
            };
            cx.say(format!("Someone else changed this record meanwhile.{kept}"));
            self.ask(cx);
        } else {
            cx.say(words);
        }
    }
}

/// Why a record in this state cannot be changed.
fn frozen(status: Status) -> Option<&'static str> {
    match status {
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
    record
        .history
        .iter()
        .map(|step| {
            let undone = if step.undone { " (undone)" } else { "" };
            let words = format!("{} {}{undone}", step.author, step.label);
            format!("{} {}", clock.time(&step.at), text::safe(&words))
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use ratatui::{Terminal, backend::TestBackend};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        check::suggest::Suggestion,
        fix::Change,
        model::{ChangeReport, Form, Found, Layout, Problem, RecordRow, Stage, Version, Wants},
        tui::{event::Wish, keymap},
    };

    fn path(pointer: &str) -> Path {
        Path::parse(pointer).unwrap()
    }

    fn problem(pointer: &str, message: &str, hint: &str) -> Problem {
        Problem {
            stage: Stage::Schema,
            code: "format".to_owned(),
            detail: String::new(),
            path: path(pointer),
            message: message.to_owned(),
            hint: hint.to_owned(),
            found: Some(Found::Text("x".to_owned())),
            shape: String::new(),
        }
    }

    fn bad_date() -> Problem {
        problem(
            "/ship_date",
            "This date is not written year-month-day: \"31/12/2025\".",
            "Write it like 2025-12-31.",
        )
    }

    fn bad_quantity() -> Problem {
        problem(
            "/lines/1/qty",
            "Quantity must be a whole number. \"12 pcs\" has extra text.",
            "Try 12.",
        )
    }

    fn order() -> Value {
        json!({
            "order_id": "SO-88213",
            "ship_date": "31/12/2025",
            "country": "DE",
            "customer": {"name": "Müller GmbH", "email": "a.mueller@web.de", "tax_id": "DE811907980"},
            "lines": [
                {"sku": "TB-100", "qty": 3, "price": 49.0},
                {"sku": "TB-220 ", "qty": "12 pcs", "price": 19.9},
            ],
        })
    }

    fn record(value: &Value, problems: Vec<Problem>) -> RecordDetail {
        let text = Version {
            form: Form::Json,
            bytes: value.to_string().into_bytes(),
        };
        RecordDetail {
            row: RecordRow {
                id: RecordId(12_004),
                run: RunId(1),
                line: 12_005,
                key: Some("SO-88213".to_owned()),
                status: if problems.is_empty() {
                    Status::Ready
                } else {
                    Status::Rejected
                },
                version: 1,
                problems,
                current: Some(value.clone()),
                changed: Vec::new(),
            },
            source: "/srv/imports/orders_nov.jsonl".to_owned(),
            byte: 0,
            layout: Layout::Json,
            raw: text.clone(),
            text,
            received: Some(order()),
            history: Vec::new(),
            attempts: Vec::new(),
            has_contract: true,
        }
    }

    fn preview(problems: Vec<Problem>) -> Preview {
        Preview {
            text: Version {
                form: Form::Json,
                bytes: Vec::new(),
            },
            problems,
            current: None,
            wants: Wants {
                text: true,
                required: true,
                format: Some("date".to_owned()),
                ..Wants::default()
            },
            suggestions: vec![Suggestion {
                value: json!("2025-12-31"),
                why: "day first",
            }],
            refusal: None,
        }
    }

    /// The editor as the app uses it.
    struct Desk {
        editor: Editor,
        cx: Cx,
        start: Instant,
    }

    impl Desk {
        /// Opened on the order with a bad date and a bad quantity, the suggestion known.
        fn new() -> Self {
            let mut desk = Self::unread();
            let order = record(&order(), vec![bad_date(), bad_quantity()]);
            desk.answer(Answer::Record(Box::new(order)));
            desk.answer(Answer::Preview(Box::new(preview(vec![
                bad_date(),
                bad_quantity(),
            ]))));
            desk.effects();
            desk
        }

        fn unread() -> Self {
            let start = Instant::now();
            let mut cx = Cx::default();
            cx.now = Some(start);
            let among = [12_004, 12_007, 12_009].map(RecordId).into();
            let editor = Editor::open(RecordId(12_004), among, &mut cx);
            Self { editor, cx, start }
        }

        /// Answers the newest question that is awaited.
        fn answer(&mut self, answer: Answer) {
            self.give(Ok(answer));
        }

        fn give(&mut self, answer: anyhow::Result<Answer>) {
            let ticket = (0..100)
                .rev()
                .map(Ticket)
                .find(|ticket| self.editor.awaits(*ticket))
                .expect("the editor waits for an answer");
            self.editor.receive(ticket, answer, &mut self.cx);
        }

        fn check(&mut self, problems: Vec<Problem>) {
            self.answer(Answer::Preview(Box::new(preview(problems))));
        }

        fn press(&mut self, keys: &str) {
            for name in keys.split(' ') {
                let key = keymap::parse(name).unwrap();
                self.key(key);
            }
        }

        fn type_in(&mut self, text: &str) {
            for c in text.chars() {
                self.key(KeyEvent::from(KeyCode::Char(c)));
            }
        }

        fn key(&mut self, key: KeyEvent) {
            match keymap::resolve(self.editor.mode(), key) {
                Some(action) => self.editor.act(action, &mut self.cx),
                None => self.editor.type_key(key, &mut self.cx),
            }
        }

        fn after(&mut self, millis: u64) {
            let now = self.start + std::time::Duration::from_millis(millis);
            self.cx.now = Some(now);
            if self.editor.waits() {
                self.editor.tick(now, &mut self.cx);
            }
        }

        fn effects(&mut self) -> Vec<Effect> {
            std::mem::take(&mut self.cx.effects)
        }

        /// What was said last, and forgets all effects.
        fn said(&mut self) -> String {
            let said = self
                .effects()
                .into_iter()
                .rev()
                .find_map(|effect| match effect {
                    Effect::Say(words) => Some(words),
                    _ => None,
                });
            said.unwrap_or_default()
        }

        fn saves(&mut self) -> Vec<Change> {
            let saved = self.effects().into_iter().find_map(|effect| match effect {
                Effect::Change(_, Wish::Edit { changes, .. }) => Some(changes),
                _ => None,
            });
            saved.unwrap_or_default()
        }

        fn picture(&mut self, width: u16, height: u16) -> String {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            let theme = Theme::default();
            let editor = &mut self.editor;
            terminal
                .draw(|frame| {
                    let [_, banner, page, tip, _] =
                        frame.area().layout(&ratatui::layout::Layout::vertical([
                            ratatui::layout::Constraint::Length(1),
                            ratatui::layout::Constraint::Length(1),
                            ratatui::layout::Constraint::Fill(1),
                            ratatui::layout::Constraint::Length(1),
                            ratatui::layout::Constraint::Length(1),
                        ]));
                    frame.render_widget(editor.banner(theme).unwrap_or_default(), banner);
                    frame.render_widget(Line::from(format!(" {}", editor.tip())), tip);
                    editor.draw(frame, page, theme);
                })
                .unwrap();
            terminal.backend().to_string()
        }
    }

    fn date(text: &str) -> Change {
        Change::Text {
            path: path("/ship_date"),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_record_being_edited_at_100_by_30() {
        let mut desk = Desk::new();
        desk.press("Enter");
        desk.check(vec![bad_date(), bad_quantity()]);
        desk.press("Ctrl+U");
        desk.type_in("2025-12-31");
        desk.check(vec![bad_quantity()]);
        insta::assert_snapshot!(desk.picture(100, 30), @r#"
        "                                                                                                    "
        " Record 1 of 3   SO-88213   state: needs fixing (2 problems, 1 being edited)                        "
        "┌ Fields ─────────────────────────────── 2 of 12 need fixing ┐┌ Problems in this record ──────── 2 ┐"
        "│    Field              As received        Now               ││ > ship_date                        │"
        "│    order_id           SO-88213           (same)            ││   This date is not written         │"
        "│ > !ship_date          31/12/2025         2025-12-31_       ││   year-month-day: "31/12/2025".    │"
        "│    country            DE                 (same)            ││   Write it like 2025-12-31.        │"
        "│    v customer         {3 fields}                           ││   lines[1].qty                     │"
        "│        name           Müller GmbH        (same)            ││   Quantity must be a whole number. │"
        "│        email          a.mueller@web.de   (same)            ││   "12 pcs" has extra text. Try 12. │"
        "│        tax_id         DE811907980        (same)            ││ (n jumps to the next one)          │"
        "│    v lines            [2 items]                            │└────────────────────────────────────┘"
        "│      v 0              {3 fields}                           │┌ Where it came from ────────────────┐"
        "│          sku          TB-100             (same)            ││ File    orders_nov.jsonl           │"
        "│          qty          3                  (same)            ││ Line    12,005                     │"
        "│          price        49.0               (same)            ││ Record  12,004                     │"
        "│      v 1              {3 fields}                           ││ Stopped Check (never sent)         │"
        "│          sku          TB-220<sp>         (same)            ││ Rules   the run's contract         │"
        "│   !      qty          12 pcs             (same)            ││                                    │"
        "│          price        19.9               (same)            ││ History of this record             │"
        "│                                                            ││   (no changes yet)                 │"
        "└────────────────────────────────────────────────────────────┘└────────────────────────────────────┘"
        "┌ Editing ship_date (date, required) ───────────────────────────────────────── checked as you type ┐"
        "│ Now       [ 2025-12-31                                   ]   OK  Valid date                      │"
        "│ Was       "31/12/2025"                                      Record: 1 problem left after this    │"
        "│ Try       1 2025-12-31 day first   2 (leave as it is)                                            │"
        "│                                                                                                  │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        " Enter saves this field and moves to the next problem. Nothing is sent.                             "
        "                                                                                                    "
        "#);
    }

    #[test]
    fn a_record_being_edited_at_80_by_24() {
        let mut desk = Desk::new();
        desk.press("Enter");
        desk.check(vec![bad_date(), bad_quantity()]);
        desk.press("Ctrl+U");
        desk.type_in("2025-12-31");
        desk.check(vec![bad_quantity()]);
        insta::assert_snapshot!(desk.picture(80, 24), @r#"
        "                                                                                "
        " Record 1 of 3   SO-88213   state: needs fixing (2 problems, 1 being edited)    "
        "┌ Fields ──────────────────────────────────── 2 of 12 need fixing, showing 1-9 ┐"
        "│    Field                As received                Now                       │"
        "│    order_id             SO-88213                   (same)                    │"
        "│ > !ship_date            31/12/2025                 2025-12-31_               │"
        "│    country              DE                         (same)                    │"
        "│    v customer           {3 fields}                                           │"
        "│        name             Müller GmbH                (same)                    │"
        "│        email            a.mueller@web.de           (same)                    │"
        "│        tax_id           DE811907980                (same)                    │"
        "│    v lines              [2 items]                                            │"
        "│      v 0                {3 fields}                                           │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ Problem 1 of 2 ──────────────────────────────────────────────────────────────┐"
        "│ This date is not written year-month-day: "31/12/2025". Write it like         │"
        "│ 2025-12-31.                                                                  │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ Editing ship_date (date, required) ───────────────────── checked as you type ┐"
        "│ Now [ 2025-12-31               ]  OK  Valid date  1 problem left after this  │"
        "│ Was "31/12/2025"   Try 1 2025-12-31 day first   2 (leave as it is)           │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        " Enter saves this field and moves to the next problem. Nothing is sent.         "
        "                                                                                "
        "#);
    }

    #[test]
    fn a_record_at_60_by_16() {
        let mut desk = Desk::new();
        insta::assert_snapshot!(desk.picture(60, 16), @r#"
        "                                                            "
        " Record 1 of 3   SO-88213   state: needs fixing (2 problems)"
        "┌ Fields ──────────────── 2 of 12 need fixing, showing 1-5 ┐"
        "│    Field              As received       Now              │"
        "│    order_id           SO-88213          (same)           │"
        "│ > !ship_date          31/12/2025        (same)           │"
        "│    country            DE                (same)           │"
        "│    v customer         {3 fields}                         │"
        "│        name           Müller GmbH       (same)           │"
        "└──────────────────────────────────────────────────────────┘"
        "┌ Problem 1 of 2 ──────────────────────────────────────────┐"
        "│ This date is not written year-month-day: "31/12/2025".   │"
        "│ Write it like 2025-12-31.                                │"
        "└──────────────────────────────────────────────────────────┘"
        " Enter edits the marked field. Nothing is sent.             "
        "                                                            "
        "#);
        desk.press("Enter");
        insta::assert_snapshot!(desk.picture(60, 16), @r#"
        "                                                            "
        " Record 1 of 3   SO-88213   state: needs fixing (2 problems,"
        "┌ Fields ──────────────── 2 of 12 need fixing, showing 1-3 ┐"
        "│    order_id           SO-88213          (same)           │"
        "│ > !ship_date          31/12/2025        31/12/2025_      │"
        "│    country            DE                (same)           │"
        "└──────────────────────────────────────────────────────────┘"
        "┌ Problem 1 of 2 ──────────────────────────────────────────┐"
        "│ This date is not written year-month-day: "31/12/2025".   │"
        "└──────────────────────────────────────────────────────────┘"
        "┌ Editing ship_date ────────────────── checked as you type ┐"
        "│ Now [ 31/12/2025       ]                                 │"
        "│ Was "31/12/2025"   Try                                   │"
        "└──────────────────────────────────────────────────────────┘"
        " Enter saves this field and moves to the next problem. Nothi"
        "                                                            "
        "#);
    }

    #[test]
    fn a_record_at_100_by_30() {
        insta::assert_snapshot!(Desk::new().picture(100, 30), @r#"
        "                                                                                                    "
        " Record 1 of 3   SO-88213   state: needs fixing (2 problems)                                        "
        "┌ Fields ─────────────────────────────── 2 of 12 need fixing ┐┌ Problems in this record ──────── 2 ┐"
        "│    Field              As received        Now               ││ > ship_date                        │"
        "│    order_id           SO-88213           (same)            ││   This date is not written         │"
        "│ > !ship_date          31/12/2025         (same)            ││   year-month-day: "31/12/2025".    │"
        "│    country            DE                 (same)            ││   Write it like 2025-12-31.        │"
        "│    v customer         {3 fields}                           ││   lines[1].qty                     │"
        "│        name           Müller GmbH        (same)            ││   Quantity must be a whole number. │"
        "│        email          a.mueller@web.de   (same)            ││   "12 pcs" has extra text. Try 12. │"
        "│        tax_id         DE811907980        (same)            ││ (n jumps to the next one)          │"
        "│    v lines            [2 items]                            │└────────────────────────────────────┘"
        "│      v 0              {3 fields}                           │┌ Where it came from ────────────────┐"
        "│          sku          TB-100             (same)            ││ File    orders_nov.jsonl           │"
        "│          qty          3                  (same)            ││ Line    12,005                     │"
        "│          price        49.0               (same)            ││ Record  12,004                     │"
        "│      v 1              {3 fields}                           ││ Stopped Check (never sent)         │"
        "│          sku          TB-220<sp>         (same)            ││ Rules   the run's contract         │"
        "│   !      qty          12 pcs             (same)            ││                                    │"
        "│          price        19.9               (same)            ││ History of this record             │"
        "│                                                            ││   (no changes yet)                 │"
        "└────────────────────────────────────────────────────────────┘└────────────────────────────────────┘"
        "┌ ship_date (date, required) ──────────────────────────────────────────────────────────────────────┐"
        "│ Now       31/12/2025                                                                             │"
        "│                                                                                                  │"
        "│ Try       a 2025-12-31  day first                                                                │"
        "│                                                                                                  │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        " Enter edits the marked field. Nothing is sent.                                                     "
        "                                                                                                    "
        "#);
    }
}
