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
    Subject,
    ahead::{Ahead, Typed},
    asked,
    editor::{
        draft::{Draft, Focus, Reply, SAVING, Then},
        frozen,
    },
};
use crate::{
    model::{Form, RecordDetail, RecordId},
    ops::{KeptDraft, Visit},
    text,
    tui::{
        action::{Action, Offer},
        event::{Among, Answer, Cx, Effect, Query, Route, Ticket, Wish},
        keymap::{Keys, Mode},
        people::who_edits,
        theme::Theme,
        widgets::lines::Roll,
        words::{self, reported},
    },
};

#[derive(Debug)]
pub struct Raw {
    keys: Keys,
    id: RecordId,
    among: Among,
    read_only: bool,
    /// 0-based place in `among.ids`.
    place: Option<usize>,
    record: Option<Box<RecordDetail>>,
    /// What waits for the record to be there.
    ahead: Option<Ahead>,
    pub(super) excerpt: Excerpt,
    /// Where the line can be edited.
    pub(super) edit_box: Rect,
    draft: Option<Draft>,
    /// Who else edits it. Safe to print.
    others: Option<String>,
    asked_drafts: Option<Ticket>,
    /// What was kept and could not be offered yet.
    to_offer: Vec<KeptDraft>,
    /// What was typed before and not saved is offered.
    has_kept: bool,
    error: Option<String>,
    pending: Option<Ticket>,
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
            keys: cx.keys,
            id,
            place: among.ids.iter().position(|known| *known == id),
            among,
            read_only: cx.read_only,
            record: None,
            ahead: cx.ahead.take(),
            excerpt: Excerpt::default(),
            edit_box: Rect::ZERO,
            draft: None,
            others: who_edits(id, cx),
            asked_drafts: None,
            to_offer: Vec::new(),
            has_kept: false,
            error: None,
            pending: None,
            changing: None,
            done: None,
            unasked: None,
        };
        page.ask_for_drafts(cx);
        page.refresh(cx);
        page
    }

    pub fn offers(&self) -> Vec<Offer> {
        let Some(record) = &self.record else {
            return Vec::new();
        };
        if let Some(draft) = &self.draft {
            let save = match draft.focus {
                _ if draft.closed().is_some() => "Keep it",
                Focus::Anyway => "Save anyway",
                Focus::Text | Focus::Choice(_) => "Save line",
            };
            let mut offers = vec![Offer::new(Action::Open, save)];
            if draft.focus != Focus::Anyway && !draft.choices.is_empty() {
                offers.push(Offer::new(Action::Down, "Suggestions"));
            }
            offers.push(Offer::new(Action::ClearText, "Clear"));
            return offers;
        }
        let reason = frozen(self.read_only, record.row.status);
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
        self.draft.as_ref().map_or("Back", Draft::escape_word)
    }

    pub fn mode(&self) -> Mode {
        if self.draft.is_some() || self.ahead.is_some() {
            Mode::Typing
        } else {
            Mode::Moving
        }
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if self.draft.is_some() {
            self.act_typing(action, cx);
        } else if self.record.is_some() {
            self.act_moving(action, cx);
        } else {
            self.act_ahead(action, cx);
        }
    }

    pub fn type_key(&mut self, key: KeyEvent, cx: &mut Cx) {
        if self.type_ahead(Typed::Key(key)) {
            return;
        }
        let reply = self
            .draft
            .as_mut()
            .and_then(|draft| draft.press(key, cx.now));
        if let Some(reply) = reply {
            self.carry_out(reply, cx);
        }
    }

    pub fn paste(&mut self, pasted: &str, cx: &mut Cx) {
        if self.type_ahead(Typed::Paste(pasted.to_owned())) {
            return;
        }
        let Some(draft) = self.draft.as_mut() else {
            cx.say("Nothing is being typed. Enter opens the line, then paste.");
            return;
        };
        let reply = draft.paste(pasted, cx.now);
        self.carry_out(reply, cx);
    }

    /// Puts the record to where the person is.
    pub fn locate(&self, visit: &mut Visit) {
        visit.record = Some(self.id);
    }

    /// The record, while it is typed into.
    pub fn edited(&self) -> Option<RecordId> {
        self.draft.as_ref().map(|_| self.id)
    }

    /// Others edit other records than before.
    pub fn meet(&mut self, cx: &Cx) {
        self.others = who_edits(self.id, cx);
    }

    /// The record; it has no fields.
    pub fn subject(&self) -> Subject {
        Subject::record(
            self.id,
            None,
            self.record.as_ref().map(|record| &record.row),
        )
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let draft = self.draft.as_ref();
        let waits = [
            self.pending,
            self.changing.map(|(ticket, _)| ticket),
            self.asked_drafts,
            draft.and_then(|draft| draft.asked),
            draft.and_then(|draft| draft.saving.map(|(ticket, _)| ticket)),
        ];
        waits.contains(&Some(ticket))
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
                self.draft.take_if(is_saved);
            }
            Ok(Answer::Record(record)) => {
                self.pending = None;
                self.show(record, cx);
            }
            Ok(Answer::Preview(preview)) => {
                if let Some(draft) = &mut self.draft {
                    draft.asked = None;
                    // Newest wins: the text has not changed since this was asked.
                    let text = draft.field.value().to_owned();
                    let reply = draft.answered(text, preview);
                    self.carry_out(reply, cx);
                }
            }
            Ok(Answer::Conflict(conflict)) => self.disagree(ticket, conflict, cx),
            Ok(Answer::Drafts(drafts)) => self.receive_drafts(drafts, cx),
            Ok(_) => {}
            Err(error) => self.fail(ticket, &error, cx),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.pending = Some(cx.ask(Query::Record { id: self.id }));
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
        match &self.record {
            Some(record) => format!("line {}", text::thousands(record.row.line)),
            None => format!("record {}", text::thousands(self.id.0.unsigned_abs())),
        }
    }

    pub fn banner(&self, theme: Theme) -> Option<Line<'_>> {
        self.error.is_none().then(|| draw::banner(self, theme))
    }

    pub fn tip(&self) -> String {
        let words = match (&self.draft, &self.record) {
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
                frozen(self.read_only, record.row.status).unwrap_or(match record.text.form {
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
                let ticket = cx.change(Wish::Check { id: self.id });
                self.changing = Some((ticket, Done::Checked));
            }
            Action::PutBack => self.put_back(cx),
            Action::SetAside => {
                let row = self.record.as_ref().map(|record| &record.row);
                cx.effects
                    .extend(row.map(|row| asked::aside_of_record(row, cx.keys)));
            }
            Action::Note => {
                let row = self.record.as_ref().map(|record| &record.row);
                cx.effects.extend(row.map(asked::note_on_record));
            }
            _ => {}
        }
    }

    fn act_typing(&mut self, action: Action, cx: &mut Cx) {
        let draft = self.draft.as_mut();
        if let Some(reply) = draft.map(|draft| draft.act(action, Then::Problem, cx.now)) {
            self.carry_out(reply, cx);
        }
    }

    fn carry_out(&mut self, reply: Reply, cx: &mut Cx) {
        match reply {
            Reply::Nothing => {}
            Reply::Check => self.check(cx),
            Reply::Cancel => {
                self.forget_typed(cx);
                cx.say("Nothing was changed.");
            }
            Reply::Unchanged(_) => {
                self.forget_typed(cx);
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
                self.keep(cx);
                let draft = self.draft.take();
                let saving = draft.and_then(|draft| draft.saving);
                self.changing = saving.map(|(ticket, _)| (ticket, Done::Saved));
            }
            Reply::Save(then) => {
                if let Some(draft) = &mut self.draft {
                    let ticket = cx.change(Wish::Edit {
                        id: self.id,
                        changes: draft.changes(),
                        version: draft.seen,
                    });
                    draft.saving = Some((ticket, then));
                }
            }
        }
    }

    fn next_record(&self, by: isize, cx: &mut Cx) {
        let place = self.place.and_then(|place| place.checked_add_signed(by));
        match place.and_then(|place| self.among.ids.get(place)) {
            Some(id) => cx.effects.push(Effect::Replace(Route::Record {
                id: *id,
                among: self.among.clone(),
            })),
            None if by < 0 => cx.say("This is the first record of the list."),
            None => cx.say("This is the last record of the list."),
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
            let (id, among) = (self.id, self.among.clone());
            cx.ahead = self.ahead.take();
            cx.effects
                .push(Effect::Replace(Route::Record { id, among }));
            return;
        }
        if let Some(done) = done {
            cx.say(format!("{}. The line still cannot be read.", done.word()));
        }
        self.error = None;
        self.excerpt = Excerpt::new(&record);
        self.record = Some(record);
        if self.draft.is_some() {
            self.check(cx);
        }
        self.offer_kept(cx);
        self.catch_up(cx);
    }

    fn fail(&mut self, ticket: Ticket, error: &anyhow::Error, cx: &mut Cx) {
        if self.pending == Some(ticket) {
            self.pending = None;
            if self.record.is_none() {
                self.error = Some(reported(error));
                self.ahead = None;
                return;
            }
        }
        if let Some(draft) = &mut self.draft {
            draft.saving.take_if(|(asked, _)| *asked == ticket);
        }
        cx.say(reported(error));
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyCode;
    use ratatui::{
        Terminal,
        backend::TestBackend,
        layout::{Constraint, Layout as Rows, Size},
    };
    use serde_json::json;

    use super::*;
    use crate::{
        fix::Change,
        model::{
            ChangeReport, Form, Layout, Path, Problem, RecordRow, RunId, Stage, Status, Version,
            Wants,
        },
        ops::Preview,
        tui::{clock::Clock, keymap},
    };

    const LINE: &[u8] =
        b"SO-90113,2025-12-01,DE,99.50,\"Kaiser 19\" Bar,kaiser@bar.example,DE129273398,1,TB-220";
    const GOOD: &str = "SO-90113,2025-12-01,DE,99.50,\"\"\"Kaiser 19\"\" Bar\",kaiser@bar.example,DE129273398,1,TB-220";

    fn problem() -> Problem {
        Problem {
            stage: Stage::Parse,
            code: "csv:text_after_quote".to_owned(),
            detail: String::new(),
            path: Path::root(),
            message: "Text follows the closing quote in column 5 (name), position 40: \"Kaiser 19\" Bar. So the end of \
                      the column is unclear."
                .to_owned(),
            hint: "If the quotes belong to the value, double them and put the whole value in quotes."
                .to_owned(),
            found: None,
            shape: String::new(),
            severity: crate::model::Severity::Error,
            owner: String::new(),
        }
    }

    pub(super) fn record(bytes: &[u8]) -> RecordDetail {
        let text = Version {
            form: Form::Csv,
            bytes: bytes.to_vec(),
        };
        RecordDetail {
            loaded_at: "2025-11-20T02:10:00Z".to_owned(),
            verdict: crate::model::Freshness::Current,
            stages: Vec::new(),
            row: RecordRow {
                id: RecordId(31_021),
                run: RunId(1),
                line: 31_022,
                key: None,
                status: Status::Rejected,
                version: 1,
                problems: vec![problem()],
                current: None,
                changed: Vec::new(),
            },
            source: "orders_nov.csv".to_owned(),
            byte: 3_870_214,
            layout: Layout::Csv {
                columns: [
                    "order_id",
                    "ship_date",
                    "country",
                    "total",
                    "name",
                    "email",
                    "tax_id",
                    "qty",
                    "sku",
                ]
                .map(str::to_owned)
                .to_vec(),
                delimiter: ',',
            },
            raw: text.clone(),
            text,
            received: None,
            history: Vec::new(),
            notes: Vec::new(),
            attempts: Vec::new(),
            has_contract: true,
            before: None,
            after: None,
        }
    }

    struct Desk {
        page: Raw,
        cx: Cx,
    }

    impl Desk {
        fn new(bytes: &[u8]) -> Self {
            let mut cx = Cx::new(Size::new(100, 30), Clock::default());
            cx.now = Some(Instant::now());
            let among = Among::all([31_000, 31_003, 31_021, 31_040].map(RecordId));
            let page = Raw::open(RecordId(31_021), among, &mut cx);
            let mut desk = Self { page, cx };
            desk.answer(Answer::Record(Box::new(record(bytes))));
            desk.cx.effects.clear();
            desk
        }

        /// The change that is under way.
        fn changing(&self) -> Ticket {
            let ticket = self.cx.effects.iter().find_map(|effect| match effect {
                Effect::Change(ticket, _) => Some(*ticket),
                _ => None,
            });
            ticket.expect("something is changed")
        }

        fn hear(&mut self, ticket: Ticket, answer: Answer) {
            self.page.receive(ticket, Ok(answer), &mut self.cx);
        }

        /// The record comes that was asked for last.
        fn show(&mut self, record: RecordDetail) {
            let ticket = self.page.pending.expect("it was asked for");
            self.hear(ticket, Answer::Record(Box::new(record)));
        }

        fn answer(&mut self, answer: Answer) {
            let newest = (0..100)
                .rev()
                .map(Ticket)
                .find(|ticket| self.page.awaits(*ticket));
            let ticket = newest.expect("the page waits for an answer");
            self.page.receive(ticket, Ok(answer), &mut self.cx);
        }

        /// The check answers, and says what the line could be.
        fn check_with_readings(&mut self, reads: bool) {
            let mut preview = Self::preview(reads);
            let readable = |text: &str, why: &str, left: &[&str]| crate::ops::Readable {
                text: text.to_owned(),
                why: why.to_owned(),
                left: Some(left.iter().map(|label| (*label).to_owned()).collect()),
            };
            preview.readings = vec![
                readable(GOOD, "Double the inner quotes", &[]),
                readable("SO-90113", "Remove the quotes", &["name", "sku"]),
            ];
            self.answer(Answer::Preview(Box::new(preview)));
        }

        fn check(&mut self, reads: bool) {
            let preview = Self::preview(reads);
            self.answer(Answer::Preview(Box::new(preview)));
        }

        fn preview(reads: bool) -> Preview {
            let current = json!({"order_id": "SO-90113", "country": "DE", "total": 99.5, "name": "\"Kaiser 19\" Bar"});
            Preview {
                text: record(b"").text,
                problems: if reads { Vec::new() } else { vec![problem()] },
                current: reads.then_some(current),
                wants: Wants::default(),
                readings: Vec::new(),
                suggestions: Vec::new(),
                closed: None,
                refusal: None,
                stages: Vec::new(),
            }
        }

        fn press(&mut self, keys: &str) {
            for name in keys.split(' ') {
                let key = keymap::parse(name).unwrap();
                match Keys::default().resolve(self.page.mode(), key) {
                    Some(action) => self.page.act(action, &mut self.cx),
                    None => self.page.type_key(key, &mut self.cx),
                }
            }
        }

        fn type_in(&mut self, text: &str) {
            for c in text.chars() {
                self.page
                    .type_key(KeyEvent::from(KeyCode::Char(c)), &mut self.cx);
            }
        }

        fn saves(&mut self) -> Vec<Change> {
            let effects = std::mem::take(&mut self.cx.effects);
            let saved = effects.into_iter().find_map(|effect| match effect {
                Effect::Change(_, Wish::Edit { changes, .. }) => Some(changes),
                _ => None,
            });
            saved.unwrap_or_default()
        }

        fn picture(&mut self, width: u16, height: u16) -> String {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            let page = &mut self.page;
            terminal
                .draw(|frame| {
                    let [banner, area, tip] = frame.area().layout(&Rows::vertical([
                        Constraint::Length(1),
                        Constraint::Fill(1),
                        Constraint::Length(1),
                    ]));
                    frame.render_widget(page.banner(Theme::default()).unwrap_or_default(), banner);
                    frame.render_widget(Line::from(format!(" {}", page.tip())), tip);
                    page.draw(frame, area, Theme::default());
                })
                .unwrap();
            terminal.backend().to_string()
        }
    }

    #[test]
    fn an_unreadable_line_being_edited_at_100_by_28() {
        let mut desk = Desk::new(LINE);
        desk.press("Enter");
        desk.check(false);
        desk.press("Ctrl+U");
        desk.type_in(GOOD);
        desk.check(true);
        insta::assert_snapshot!(desk.picture(100, 28), @r#"
        " Record 3 of 4   state: unreadable   stopped at: Read                                               "
        "┌ Problem ─────────────────────────────────────────────────────────────────────────────────────────┐"
        "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19" Bar. So the end of   │"
        "│ the column is unclear.                                                                           │"
        "│ If the quotes belong to the value, double them and put the whole value in quotes.                │"
        "│ Code  csv:text_after_quote   byte 3,870,253   line 31,022   position 40                          │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        "┌ The line as it is in the file ───────────────────────────────────── Left/Right to scroll, w wrap ┐"
        "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220     │"
        "│       |                                        ^ quote ends here, then text goes on              │"
        "│                                                                                                  │"
        "│ Hidden characters: none.   Encoding: UTF-8                                                       │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        "┌ Edit this line ────────────────────────────────────────────────────────── read again as you type ┐"
        "│ [ SO-90113,2025-12-01,DE,99.50,"""Kaiser 19"" Bar",kaiser@bar.example,DE129273398,1,TB-220     ] │"
        "│ OK  Reads as 9 columns now.   No problem left after this.                                        │"
        "│                                                                                                  │"
        "│ order_id SO-90113   country DE   total 99.5   name "Kaiser 19" Bar                               │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        " Saving turns this line into a normal record and checks it.                                         "
        "#);
    }

    #[test]
    fn what_the_line_could_be_is_offered_and_nothing_is_put_in_alone() {
        let mut desk = Desk::new(LINE);
        desk.press("Enter");
        desk.check_with_readings(false);
        assert_eq!(
            desk.page.draft.as_ref().unwrap().field.value().as_bytes(),
            LINE
        );
        desk.press("Down");
        desk.check_with_readings(true);
        insta::assert_snapshot!(desk.picture(80, 22), @r#"
        " Record 3 of 4   state: unreadable   stopped at: Read                           "
        "┌ Problem ─────────────────────────────────────────────────────────────────────┐"
        "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19"  │"
        "│ Bar. So the end of the column is unclear.                                    │"
        "│ If the quotes belong to the value, double them and put the whole value in    │"
        "│ quotes.                                                                      │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ The line as it is in the file ───────────────── Left/Right to scroll, w wrap ┐"
        "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129│"
        "│       |                                        ^ text goes on                │"
        "│                                                                              │"
        "│ Hidden characters: none.   Encoding: UTF-8                                   │"
        "│                                                                              │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ Edit this line ────────────────────────────────────── read again as you type ┐"
        "│ [<01,DE,99.50,"""Kaiser 19"" Bar",kaiser@bar.example,DE129273398,1,TB-220  ] │"
        "│ OK  Reads as 9 columns now.   No problem left after this.                    │"
        "│                                                                              │"
        "│ order_id SO-90113   country DE   total 99.5   name "Kaiser 19" Bar           │"
        "│ Suggestions  > Double the inner quotes (ready)   ...                         │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        " Saving turns this line into a normal record and checks it.                     "
        "#);
        desk.press("Down");
        assert_eq!(desk.page.draft.as_ref().unwrap().field.value(), "SO-90113");
        desk.press("Up Up");
        assert_eq!(
            desk.page.draft.as_ref().unwrap().field.value().as_bytes(),
            LINE
        );
        desk.press("Down");
        desk.check_with_readings(true);
        desk.press("Enter");
        assert_eq!(desk.saves(), [Change::Raw(GOOD.as_bytes().to_vec())]);
    }

    #[test]
    fn a_opens_the_line_with_the_first_that_it_could_be_and_saves_nothing() {
        let mut desk = Desk::new(LINE);
        desk.press("a");
        desk.check_with_readings(false);
        let draft = desk.page.draft.as_ref().unwrap();
        assert_eq!(draft.field.value(), GOOD);
        assert_eq!(desk.saves(), []);
    }

    #[test]
    fn a_line_that_holds_no_record_is_one_to_set_aside() {
        let said = |line: &[u8]| {
            let mut desk = Desk::new(line);
            desk.press("a");
            desk.cx.effects.clear();
            desk.check(false);
            desk.cx.effects.clone()
        };
        let aside = "This line holds no record: Esc, then x sets it aside.".to_owned();
        assert_eq!(said(b" ,"), [Effect::Say(aside)]);
        let none = "There is no suggestion for this line.".to_owned();
        assert_eq!(said(LINE), [Effect::Say(none)]);
    }

    #[test]
    fn the_place_where_a_long_line_stops_is_seen_when_it_is_wrapped_and_the_keys_scroll() {
        let line = [&[b'x'; 5_000][..], b",\"a\" b,", &[b'y'; 4_000][..]].concat();
        let mut desk = Desk::new(&line);
        desk.press("w");
        assert!(
            desk.picture(100, 30)
                .contains("^ quote ends here, then text goes on")
        );
        let top = desk.page.excerpt.top;
        desk.press("PgDn");
        assert!(desk.page.excerpt.top > top, "{top}");
        desk.press("End");
        assert!(desk.picture(100, 30).contains("yyy…"));
        desk.press("Home");
        assert_eq!(desk.page.excerpt.top, 0);
        desk.press("Down");
        assert_eq!(desk.page.excerpt.top, 1);
    }

    #[test]
    fn the_lines_before_and_after_stand_beside_the_line_where_they_are_known() {
        let mut desk = Desk::new(LINE);
        let mut known = record(LINE);
        known.before = Some(crate::model::Neighbour {
            line: 31_020,
            byte: 3_870_100,
            bytes: b"SO-90112,\"Alt &\nNeu".to_vec(),
        });
        known.after = Some(crate::model::Neighbour {
            line: 31_023,
            byte: 3_870_214 + LINE.len() as u64 + 2,
            bytes: b"SO-90114,2025-12-02,FR".to_vec(),
        });
        desk.page.refresh(&mut desk.cx);
        desk.show(known);
        insta::assert_snapshot!(desk.picture(100, 28), @r#"
        " Record 3 of 4   state: unreadable   stopped at: Read                                               "
        "┌ Problem ─────────────────────────────────────────────────────────────────────────────────────────┐"
        "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19" Bar. So the end of   │"
        "│ the column is unclear.                                                                           │"
        "│ If the quotes belong to the value, double them and put the whole value in quotes.                │"
        "│ Code  csv:text_after_quote   byte 3,870,253   line 31,022   position 40                          │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        "┌ The line as it is in the file ───────────────────────────────────── Left/Right to scroll, w wrap ┐"
        "│ 31021 | Neu                                                                                      │"
        "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220     │"
        "│       |                                        ^ quote ends here, then text goes on              │"
        "│ 31023 | SO-90114,2025-12-02,FR                                                                   │"
        "│                                                                                                  │"
        "│ Hidden characters: none.   Line ends with CR LF (Windows).   Encoding: UTF-8                     │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "│                                                                                                  │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        "┌ This line ─────────────────────────────────────────────────────────────────────── Enter edits it ┐"
        "│ SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220             │"
        "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
        " Enter edits the line. The received bytes stay as they are.                                         "
        "#);
    }

    #[test]
    fn an_unreadable_record_is_set_aside_and_taken_back_from_its_own_page() {
        let mut desk = Desk::new(LINE);
        desk.cx.effects.clear();
        desk.press("x");
        let [Effect::Prompt(wanting)] = &desk.cx.effects[..] else {
            panic!("{:?}", desk.cx.effects)
        };
        assert_eq!(wanting.title, "Set aside record 31021?");
        let mut aside = record(LINE);
        aside.row.status = Status::Discarded;
        desk.page.refresh(&mut desk.cx);
        desk.answer(Answer::Record(Box::new(aside)));
        assert!(desk.picture(80, 22).contains("state: set aside"));
        desk.cx.effects.clear();
        desk.press("x");
        let [Effect::Start(request)] = &desk.cx.effects[..] else {
            panic!("{:?}", desk.cx.effects)
        };
        let takes_back = matches!(
            request,
            crate::tui::event::JobRequest::Aside { reason: None, .. }
        );
        assert!(takes_back, "{request:?}");
    }

    #[test]
    fn an_unreadable_line_at_80_by_22() {
        let mut desk = Desk::new(LINE);
        insta::assert_snapshot!(desk.picture(80, 22), @r#"
        " Record 3 of 4   state: unreadable   stopped at: Read                           "
        "┌ Problem ─────────────────────────────────────────────────────────────────────┐"
        "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19"  │"
        "│ Bar. So the end of the column is unclear.                                    │"
        "│ If the quotes belong to the value, double them and put the whole value in    │"
        "│ quotes.                                                                      │"
        "│ Code  csv:text_after_quote   byte 3,870,253   line 31,022   position 40      │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ The line as it is in the file ───────────────── Left/Right to scroll, w wrap ┐"
        "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129│"
        "│       |                                        ^ text goes on                │"
        "│                                                                              │"
        "│ Hidden characters: none.   Encoding: UTF-8                                   │"
        "│                                                                              │"
        "│                                                                              │"
        "│                                                                              │"
        "│                                                                              │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ This line ─────────────────────────────────────────────────── Enter edits it ┐"
        "│ SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398… │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        " Enter edits the line. The received bytes stay as they are.                     "
        "#);
        desk.press("Enter");
        desk.check(false);
        insta::assert_snapshot!(desk.picture(80, 22), @r#"
        " Record 3 of 4   state: unreadable   stopped at: Read                           "
        "┌ Problem ─────────────────────────────────────────────────────────────────────┐"
        "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19"  │"
        "│ Bar. So the end of the column is unclear.                                    │"
        "│ If the quotes belong to the value, double them and put the whole value in    │"
        "│ quotes.                                                                      │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ The line as it is in the file ───────────────── Left/Right to scroll, w wrap ┐"
        "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129│"
        "│       |                                        ^ text goes on                │"
        "│                                                                              │"
        "│ Hidden characters: none.   Encoding: UTF-8                                   │"
        "│                                                                              │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        "┌ Edit this line ────────────────────────────────────── read again as you type ┐"
        "│ [<-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220  ] │"
        "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19"  │"
        "│ Bar. So the end of the column is unclear. If the quotes belong to the value, │"
        "│ double them and put the whole value in quotes.                               │"
        "│                                                                              │"
        "└──────────────────────────────────────────────────────────────────────────────┘"
        " Saving turns this line into a normal record and checks it.                     "
        "#);
    }

    #[test]
    fn an_unreadable_line_at_60_by_14() {
        let mut desk = Desk::new(LINE);
        insta::assert_snapshot!(desk.picture(60, 14), @r#"
        " Record 3 of 4   state: unreadable   stopped at: Read       "
        "┌ Problem ─────────────────────────────────────────────────┐"
        "│ Text follows the closing quote in column 5 (name),       │"
        "│ position 40: "Kaiser 19" Bar. So the end of the column   │"
        "└──────────────────────────────────────────────────────────┘"
        "┌ The line as it is in the file ───────────────────────────┐"
        "│ 31022 | 12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example│"
        "│       |                          ^ text goes on          │"
        "│ Hidden characters: none.   Encoding: UTF-8               │"
        "└──────────────────────────────────────────────────────────┘"
        "┌ This line ─────────────────────────────── Enter edits it ┐"
        "│ SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar… │"
        "└──────────────────────────────────────────────────────────┘"
        " Enter edits the line. The received bytes stay as they are. "
        "#);
    }

    #[test]
    fn enter_saves_the_text_and_the_editor_takes_over() {
        let mut desk = Desk::new(LINE);
        desk.press("Enter Ctrl+U");
        desk.type_in(GOOD);
        desk.check(true);
        desk.press("Enter");
        assert_eq!(desk.saves(), [Change::Raw(GOOD.as_bytes().to_vec())]);
        desk.answer(Answer::Changed(ChangeReport::default()));
        desk.page.refresh(&mut desk.cx);
        let mut fixed = record(GOOD.as_bytes());
        fixed.row.current = Some(json!({}));
        fixed.row.problems.clear();
        desk.cx.effects.clear();
        desk.answer(Answer::Record(Box::new(fixed)));
        let said = "Line 31,022 is a normal record now. 0 problems left.".to_owned();
        let (id, among) = (RecordId(31_021), desk.page.among.clone());
        let route = Route::Record { id, among };
        assert_eq!(desk.cx.effects, [Effect::Say(said), Effect::Replace(route)]);
    }

    #[test]
    fn what_is_typed_while_the_line_is_checked_is_kept_where_its_fields_are() {
        let mut desk = Desk::new(LINE);
        desk.press("r");
        let checked = desk.changing();
        desk.press("Enter");
        desk.type_in("typed");
        desk.hear(checked, Answer::Changed(ChangeReport::default()));
        assert_eq!(desk.page.mode(), Mode::Typing);
        desk.page.refresh(&mut desk.cx);
        desk.cx.effects.clear();
        desk.show(record(LINE));
        let said = "Checked. The line still cannot be read.".to_owned();
        assert_eq!(desk.cx.effects[0], Effect::Say(said));
        assert!(desk.picture(80, 22).contains("typed"));
        // Somebody else mends it meanwhile.
        let mut fixed = record(GOOD.as_bytes());
        fixed.row.current = Some(json!({}));
        desk.page.refresh(&mut desk.cx);
        desk.cx.effects.clear();
        desk.show(fixed);
        let Effect::Change(_, Wish::KeepDraft(kept)) = &desk.cx.effects[0] else {
            panic!("{:?}", desk.cx.effects);
        };
        let text = [LINE, b"typed"].concat();
        assert_eq!(kept.changes, [Change::Raw(text)]);
    }

    #[test]
    fn enter_on_the_same_text_changes_nothing() {
        let mut desk = Desk::new(LINE);
        desk.press("Enter");
        desk.check(false);
        desk.press("Enter");
        assert_eq!(desk.saves(), []);
        assert_eq!(desk.page.mode(), Mode::Moving);
    }

    #[test]
    fn a_text_that_is_not_utf8_can_be_saved_as_it_was_read() {
        let mut desk = Desk::new(b"1,M\xfcller");
        assert!(desk.picture(100, 28).contains("1,M<FC>ller"));
        desk.press("Enter");
        desk.check(true);
        assert!(desk.picture(100, 28).contains("read as Windows-1252"));
        desk.press("Down");
        desk.check_with_readings(true);
        assert!(desk.picture(80, 22).contains("Suggestions"));
        desk.press("Up");
        desk.check(true);
        desk.press("Enter");
        assert_eq!(desk.saves(), [Change::Raw("1,Müller".as_bytes().to_vec())]);
    }

    #[test]
    fn a_text_that_still_cannot_be_read_is_saved_only_by_a_second_enter() {
        let mut desk = Desk::new(LINE);
        desk.press("Enter x");
        desk.check(false);
        desk.press("Enter");
        assert_eq!(desk.saves(), []);
        assert!(desk.picture(80, 22).contains("> Save anyway"));
        desk.press("Enter");
        assert_eq!(desk.saves().len(), 1);
    }

    #[test]
    fn draws_at_any_size() {
        let mut desks = [
            Desk::new(LINE),
            Desk::new(b""),
            Desk::new(&[0xff; 9_000]),
            Desk::new(b"a\nb\r\nc\n"),
        ];
        desks[0].press("Enter");
        desks[2].press("w");
        for desk in &mut desks {
            for (width, height) in [(1, 1), (2, 3), (7, 5), (20, 4), (33, 9), (300, 100)] {
                desk.picture(width, height);
            }
        }
    }

    #[test]
    fn what_results_say_of_a_record_is_no_beginning_of_its_text() {
        let mut desk = Desk::new(b"line 7: no");
        let mut said = record(b"line 7: no");
        said.text.form = Form::Excerpt;
        said.raw.form = Form::Excerpt;
        desk.page.record = None;
        desk.page.excerpt = Excerpt::new(&said);
        desk.page.record = Some(Box::new(said));
        desk.page.act(Action::Open, &mut desk.cx);
        let draft = desk.page.draft.as_ref().expect("the box is open");
        assert_eq!(draft.field.value(), "");
        assert!(desk.page.excerpt.is_said);
        assert!(desk.page.tip().contains("in the place of the record"));
    }
}
