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
        ChangeReport, Form, Layout, Path, Problem, RecordRow, RunId, Stage, Status, Version, Wants,
    },
    ops::Preview,
    tui::{
        clock::Clock,
        keymap::{self, Keys},
    },
};

mod brackets;
mod pictures;

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
        let ticket = self.page.one.pending.expect("it was asked for");
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
            is_whole: true,
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
fn what_the_line_could_be_is_offered_and_nothing_is_put_in_alone() {
    let mut desk = Desk::new(LINE);
    desk.press("Enter");
    desk.check_with_readings(false);
    assert_eq!(
        desk.page
            .one
            .draft
            .as_ref()
            .unwrap()
            .field
            .value()
            .as_bytes(),
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
    assert_eq!(
        desk.page.one.draft.as_ref().unwrap().field.value(),
        "SO-90113"
    );
    desk.press("Up Up");
    assert_eq!(
        desk.page
            .one
            .draft
            .as_ref()
            .unwrap()
            .field
            .value()
            .as_bytes(),
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
    let draft = desk.page.one.draft.as_ref().unwrap();
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
    let (id, among) = (RecordId(31_021), desk.page.one.among.clone());
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
    desk.check_with_readings(true);
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
fn a_text_that_is_read_again_stays_where_it_was_scrolled_to() {
    let mut before = Excerpt::new(&record(LINE));
    (before.top, before.shift, before.wrapped) = (3, 8, true);
    let again = Excerpt::new(&record(LINE)).where_it_was(&before);
    assert_eq!((again.top, again.shift, again.wrapped), (3, 8, true));
    let other = Excerpt::new(&record(b"1,2")).where_it_was(&before);
    assert_eq!((other.top, other.shift, other.wrapped), (0, 0, false));
}

#[test]
fn what_results_say_of_a_record_is_no_beginning_of_its_text() {
    let mut desk = Desk::new(b"line 7: no");
    let mut said = record(b"line 7: no");
    said.text.form = Form::Excerpt;
    said.raw.form = Form::Excerpt;
    desk.page.one.record = None;
    desk.page.excerpt = Excerpt::new(&said);
    desk.page.one.record = Some(Box::new(said));
    desk.page.act(Action::Open, &mut desk.cx);
    let draft = desk.page.one.draft.as_ref().expect("the box is open");
    assert_eq!(draft.field.value(), "");
    assert!(desk.page.excerpt.is_said);
    assert!(desk.page.tip().contains("in the place of the record"));
}
