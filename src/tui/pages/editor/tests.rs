use crossterm::event::{KeyCode, KeyEvent};
use ratatui::{Terminal, backend::TestBackend, layout::Size};
use serde_json::{Value, json};

use super::*;
use crate::{
    check::suggest::Suggestion,
    fix::Change,
    model::{
        ChangeReport, Form, Found, Freshness, Layout, Mark, Problem, RecordRow, Severity, Stage,
        StageMark, Version, Wants,
    },
    tui::{
        event::{ChoiceOf, Choosable, Choosing, Wish},
        keymap::{self, Keys},
    },
};

mod same;

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
        severity: crate::model::Severity::Error,
        owner: String::new(),
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
        loaded_at: "2025-11-20T02:10:00Z".to_owned(),
        verdict: Freshness::Current,
        stages: stages(&problems),
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
        notes: Vec::new(),
        attempts: Vec::new(),
        has_contract: true,
        before: None,
        after: None,
    }
}

/// How a record with these problems stands at the first three stages.
fn stages(problems: &[Problem]) -> Vec<StageMark> {
    let mark = |stage: Stage, mark: Mark, rules: &[&str]| StageMark {
        stage,
        mark,
        not_reached: rules.iter().map(|&rule| rule.to_owned()).collect(),
    };
    let (schema, rule, rules) = if problems.iter().any(Problem::rejects) {
        (Mark::Failed, Mark::NotReached, &["RULE-102"][..])
    } else {
        (Mark::Passed, Mark::Passed, &[][..])
    };
    vec![
        mark(Stage::Parse, Mark::Passed, &[]),
        mark(Stage::Schema, schema, &[]),
        mark(Stage::Rule, rule, rules),
    ]
}

fn validator(mark: Mark) -> StageMark {
    StageMark {
        stage: Stage::Validator,
        mark,
        not_reached: Vec::new(),
    }
}

fn large_order() -> Problem {
    Problem {
        stage: Stage::Rule,
        code: "RULE-103".to_owned(),
        severity: Severity::Warning,
        owner: "billing".to_owned(),
        ..problem("/country", "An order this large is rare for DE.", "")
    }
}

fn preview(problems: Vec<Problem>) -> Preview {
    Preview {
        stages: stages(&problems),
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
        readings: Vec::new(),
        suggestions: vec![Suggestion {
            value: json!("2025-12-31"),
            why: "day first",
        }],
        closed: None,
        refusal: None,
    }
}

/// The editor as the app uses it.
#[test]
fn a_record_opens_on_the_field_its_list_is_about() {
    let order = record(&order(), vec![bad_date(), bad_quantity()]);
    let check = |field: Option<&str>, expected: &str| {
        let fields = Fields::new(&order, field);
        assert_eq!(fields.path().unwrap().as_str(), expected, "{field:?}");
    };
    check(None, "/ship_date");
    check(Some("/lines/[]/qty"), "/lines/1/qty");
    check(Some("/country"), "/ship_date");
    check(Some(""), "/ship_date");
}

#[test]
fn nothing_is_edited_where_the_workspace_is_to_be_read_only() {
    let mut desk = Desk::new();
    desk.editor.one.read_only = true;
    for key in ["Enter", "e", "a", "Del", "r"] {
        desk.cx.effects.clear();
        desk.press(key);
        let words = "The workspace is open to read only: nothing can be changed.";
        assert_eq!(desk.editor.mode(), Mode::Moving, "{key}");
        assert_eq!(desk.cx.effects, [Effect::Say(words.to_owned())], "{key}");
    }
}

#[test]
fn an_edit_offers_the_same_for_all_others_with_its_problem() {
    let mut desk = Desk::new();
    desk.types_and_saves("x");
    let group = crate::tui::testing::groups().remove(1);
    let asked = desk.effects();
    let [.., Effect::Ask(_, Query::Alike { problem, .. })] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(problem.path.as_str(), "/ship_date");
    desk.answer(Answer::Alike(Some(Box::new(group))));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), vec![bad_quantity()]);
    saved.row.version = 2;
    desk.answer(Answer::Record(Box::new(saved)));
    let said = "ship_date is saved. 1 problem left. 301 more like it.  b Fix all";
    let effects = desk.effects();
    assert!(
        effects.contains(&Effect::Say(said.to_owned())),
        "{effects:?}"
    );
    desk.press("b");
    let effects = desk.effects();
    let Some(Effect::Go(Route::Fix(view))) = effects.first() else {
        panic!("{effects:?}")
    };
    assert_eq!((view.records, view.field.as_str()), (301, "/created_at"));
    desk.press("b");
    assert_eq!(goes(&mut desk), None, "it was said once");
}

/// The page that is gone to.
fn goes(desk: &mut Desk) -> Option<Route> {
    let effects = desk.effects().into_iter();
    let mut routes = effects.filter_map(|effect| match effect {
        Effect::Go(route) => Some(route),
        _ => None,
    });
    routes.next()
}

#[test]
fn the_others_are_offered_only_as_long_as_they_are_said() {
    let mut desk = Desk::new();
    desk.types_and_saves("x");
    // Keys that come before it is said take nothing away.
    desk.press("Up");
    let group = crate::tui::testing::groups().remove(1);
    desk.answer(Answer::Alike(Some(Box::new(group))));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), vec![bad_quantity()]);
    saved.row.version = 2;
    desk.answer(Answer::Record(Box::new(saved)));
    assert!(desk.said().ends_with("more like it.  b Fix all"));
    let is_offered = |desk: &Desk| {
        let offers = desk.editor.offers();
        offers.iter().any(|offer| offer.label == "Fix 301 like it")
    };
    assert!(is_offered(&desk));
    desk.press("Down");
    assert!(!is_offered(&desk));
    desk.press("b");
    assert_eq!(goes(&mut desk), None);
}

#[test]
fn a_record_that_was_sent_is_not_asked_about_but_says_why_it_stays() {
    let mut desk = Desk::unread();
    let mut sent = record(&fixed(), Vec::new());
    sent.row.status = Status::Accepted;
    desk.answer(Answer::Record(Box::new(sent)));
    desk.effects();
    desk.press("x");
    let why = "It was sent: what was sent stays as it was sent.";
    assert_eq!(desk.effects(), [Effect::Say(why.to_owned())]);
    let offers = desk.editor.offers();
    let aside = offers.iter().find(|offer| offer.action == Action::SetAside);
    assert_eq!(aside.and_then(|offer| offer.unable.as_deref()), Some(why));
}

#[test]
fn what_has_no_room_in_the_box_ends_with_a_sign() {
    let mut desk = Desk::new();
    let long = |problems| {
        let mut preview = preview(problems);
        preview.suggestions[0].value = json!("2025-12-31, the last day of the year");
        Answer::Preview(Box::new(preview))
    };
    let row = |desk: &mut Desk, words: &str| {
        let picture = desk.picture(60, 16);
        let found = picture.lines().find(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{picture}")).to_owned()
    };
    desk.press("Enter");
    desk.answer(long(vec![bad_date()]));
    desk.press("Down");
    desk.answer(long(vec![bad_date()]));
    let shown = row(&mut desk, "> 2025-12-31, the last");
    assert!(shown.ends_with("…│\""), "{shown}");
}

#[test]
fn a_record_that_still_has_its_problem_is_none_of_the_others() {
    let mut desk = Desk::new();
    desk.types_and_saves("x");
    let group = crate::tui::testing::groups().remove(1);
    desk.answer(Answer::Alike(Some(Box::new(group))));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), vec![bad_date(), bad_quantity()]);
    saved.row.version = 2;
    desk.effects();
    desk.answer(Answer::Record(Box::new(saved)));
    let said = "ship_date is saved. 2 problems left. 300 more like it.  b Fix all";
    assert_eq!(desk.said(), said);
}

#[test]
fn a_number_that_was_received_stands_without_quotes_beside_the_text_it_became() {
    let mut value = order();
    let received = value["lines"][1]["qty"].take();
    assert_eq!(received, json!("12 pcs"));
    value["lines"][1]["qty"] = json!("7102");
    let mut detail = record(&value, vec![bad_quantity()]);
    detail.received.as_mut().unwrap()["lines"][1]["qty"] = json!(7102);
    let mut desk = Desk::unread();
    desk.answer(Answer::Record(Box::new(detail)));
    let shown = desk.picture(100, 30);
    assert!(shown.contains("Now       \"7102\""), "{shown}");
    assert!(shown.contains("Was       7102 "), "{shown}");
}

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
        let mut cx = Cx::new(Size::new(100, 30), Clock::default());
        cx.now = Some(start);
        let among = Among::all([12_004, 12_007, 12_009].map(RecordId));
        let editor = Editor::open(RecordId(12_004), among, &mut cx);
        Self { editor, cx, start }
    }

    /// Answers the newest question that is awaited.
    fn answer(&mut self, answer: Answer) {
        self.give(Ok(answer));
    }

    fn give(&mut self, answer: anyhow::Result<Answer>) {
        let counts = (self.editor.one.draft.as_ref()).and_then(|draft| draft.same.asked);
        let is_count = matches!(answer, Ok(Answer::Alike(_)));
        let is_for = |ticket: &Ticket| is_count || Some(*ticket) != counts;
        let ticket = (0..100)
            .rev()
            .map(Ticket)
            .filter(is_for)
            .find(|ticket| self.editor.awaits(*ticket))
            .expect("the editor waits for an answer");
        self.editor.receive(ticket, answer, &mut self.cx);
    }

    /// The change is saved, and the record is read again as the app wants it.
    fn saved(&mut self, value: &Value, problems: Vec<Problem>) {
        self.answer(Answer::Changed(ChangeReport::default()));
        self.editor.refresh(&mut self.cx);
        let mut record = record(value, problems);
        record.row.version = 2;
        self.answer(Answer::Record(Box::new(record)));
    }

    /// The name of a new field is typed.
    fn names(&mut self, name: &str) {
        let line = Choosable {
            key: name.to_owned(),
            label: name.to_owned(),
            note: String::new(),
            shown: None,
        };
        let named = Choosing {
            of: ChoiceOf::Name,
            title: String::new(),
            lines: vec![line],
            at: 0,
        };
        self.editor.chosen_from(&named, &mut self.cx);
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

    /// A text is typed into the field under the cursor, is right, and is saved.
    fn types_and_saves(&mut self, text: &str) {
        self.press("Enter");
        self.type_in(text);
        self.check(Vec::new());
        self.press("Enter");
        self.answer(Answer::Changed(ChangeReport::default()));
    }

    fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            self.key(KeyEvent::from(KeyCode::Char(c)));
        }
    }

    fn key(&mut self, key: KeyEvent) {
        match Keys::default().resolve(self.editor.mode(), key) {
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
    "┌ Fields ─────────────────────────────── 2 of 12 need fixing ┐┌ Problems after this ──────────── 1 ┐"
    "│    Field              As received        Now               ││ parse ✓  schema ✗  rule ?          │"
    "│    order_id           SO-88213           (same)            ││   lines[1].qty                     │"
    "│ > !ship_date          31/12/2025         2025-12-31_       ││   Quantity must be a whole number. │"
    "│    country            DE                 (same)            ││   "12 pcs" has extra text. Try 12. │"
    "│    v customer         {3 fields}                           │└────────────────────────────────────┘"
    "│        name           Müller GmbH        (same)            │┌ Where it came from ────────────────┐"
    "│        email          a.mueller@web.de   (same)            ││ File    orders_nov.jsonl           │"
    "│        tax_id         DE811907980        (same)            ││ Line    12,005 (record 12,004)     │"
    "│    v lines            [2 items]                            ││ Stopped Check (never sent)         │"
    "│      v 0              {3 fields}                           ││ Rules   the run's contract         │"
    "│          sku          TB-100             (same)            ││         not reached: RULE-102      │"
    "│          qty          3                  (same)            ││                                    │"
    "│          price        49.0               (same)            ││ History of this record             │"
    "│      v 1              {3 fields}                           ││   (no changes yet)                 │"
    "│          sku          TB-220<sp>         (same)            ││                                    │"
    "│   !      qty          12 pcs             (same)            ││                                    │"
    "│          price        19.9               (same)            ││                                    │"
    "│                                                            ││                                    │"
    "└────────────────────────────────────────────────────────────┘└────────────────────────────────────┘"
    "┌ Editing ship_date (date, required) ───────────────────────────────────────── checked as you type ┐"
    "│ Now       [ 2025-12-31                                   ]   OK  Valid date                      │"
    "│ Was       "31/12/2025"                                      Record: 1 problem left after this    │"
    "│ Try       1 2025-12-31  day first   2 (leave as it is)                                           │"
    "│ Same?     [ ] also fix the other records like this   (counting them ...)                         │"
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
    "┌ Problem 1 of 1: lines[1].qty ───────────────────── parse ✓  schema ✗  rule ? ┐"
    "│ Quantity must be a whole number. "12 pcs" has extra text. Try 12.            │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ Editing ship_date (date, required) ───────────────────── checked as you type ┐"
    "│ Now [ 2025-12-31               ]  OK  Valid date  1 problem left after this  │"
    "│ Was "31/12/2025"   Try 1 2025-12-31  day first   2 (leave as it is)          │"
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
    "┌ Problem 1 of 2 ─────────────── parse ✓  schema ✗  rule ? ┐"
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
    "┌ Problem 1 of 2 ─────────────── parse ✓  schema ✗  rule ? ┐"
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
    "│    Field              As received        Now               ││ parse ✓  schema ✗  rule ?          │"
    "│    order_id           SO-88213           (same)            ││ > ship_date                        │"
    "│ > !ship_date          31/12/2025         (same)            ││   This date is not written         │"
    "│    country            DE                 (same)            ││   year-month-day: "31/12/2025".    │"
    "│    v customer         {3 fields}                           ││   Write it like 2025-12-31.        │"
    "│        name           Müller GmbH        (same)            ││   lines[1].qty                     │"
    "│        email          a.mueller@web.de   (same)            ││   Quantity must be a whole number. │"
    "│        tax_id         DE811907980        (same)            ││   "12 pcs" has extra text. Try 12. │"
    "│    v lines            [2 items]                            ││ (n jumps to the next one)          │"
    "│      v 0              {3 fields}                           │└────────────────────────────────────┘"
    "│          sku          TB-100             (same)            │┌ Where it came from ────────────────┐"
    "│          qty          3                  (same)            ││ File    orders_nov.jsonl           │"
    "│          price        49.0               (same)            ││ Line    12,005 (record 12,004)     │"
    "│      v 1              {3 fields}                           ││ Stopped Check (never sent)         │"
    "│          sku          TB-220<sp>         (same)            ││ Rules   the run's contract         │"
    "│   !      qty          12 pcs             (same)            ││         not reached: RULE-102      │"
    "│          price        19.9               (same)            ││                                    │"
    "│                                                            ││ History of this record             │"
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

fn fixed() -> Value {
    let mut value = order();
    value["ship_date"] = json!("2025-12-31");
    value
}

/// Editing the date, with the check's first answer there.
fn editing() -> Desk {
    let mut desk = Desk::new();
    desk.press("Enter");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.effects();
    desk
}

fn typed(desk: &Desk) -> &str {
    desk.editor
        .one
        .draft
        .as_ref()
        .map_or("(closed)", |draft| draft.field.value())
}

#[test]
fn the_cursor_starts_on_the_first_problem_and_enter_edits_its_value() {
    let mut desk = Desk::new();
    assert_eq!(desk.editor.fields.path(), Some(&path("/ship_date")));
    desk.press("Enter");
    assert_eq!(typed(&desk), "31/12/2025");
    let question = Query::Preview {
        id: RecordId(12_004),
        changes: Vec::new(),
        at: path("/ship_date"),
    };
    let effects = desk.effects();
    let [Effect::Ask(_, asked), Effect::Ask(_, Query::Alike { .. })] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*asked, question);
}

#[test]
fn enter_on_an_unchanged_value_changes_nothing_and_says_so() {
    let mut desk = editing();
    desk.press("Enter");
    assert_eq!(typed(&desk), "(closed)");
    assert_eq!(desk.said(), "Nothing was changed: the value is the same.");
}

#[test]
fn every_key_is_checked_and_only_the_newest_answer_counts() {
    let mut desk = editing();
    desk.press("Ctrl+U 2");
    let first = desk.editor.one.draft.as_ref().unwrap().asked.unwrap();
    desk.press("0");
    let asked: Vec<_> = desk
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Ask(_, Query::Preview { changes, .. }) => Some(changes),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [vec![date("")], vec![date("2")], vec![date("20")]]);
    assert!(!desk.editor.awaits(first), "the answer about `2` is late");
}

#[test]
fn ok_is_said_at_once_and_a_mistake_only_after_400_ms_without_a_key() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-3");
    desk.check(vec![bad_date(), bad_quantity()]);
    let wrong = |desk: &mut Desk| desk.picture(100, 30).contains("Not right yet");
    desk.after(399);
    assert!(!wrong(&mut desk));
    desk.after(400);
    assert!(wrong(&mut desk));
    desk.press("1");
    assert!(!wrong(&mut desk));
    desk.check(vec![bad_quantity()]);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("OK  Valid date"));
    assert!(picture.contains("Record: 1 problem left after this"));
}

#[test]
fn enter_on_a_wrong_value_keeps_the_box_and_offers_to_save_anyway() {
    let mut desk = editing();
    desk.press("x");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.press("Enter");
    assert_eq!(desk.saves(), []);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("> Save anyway, it stays in needs fixing"));
    assert!(picture.contains("Write it like 2025-12-31."));
    desk.press("Enter");
    assert_eq!(desk.saves(), [date("31/12/2025x")]);
}

#[test]
fn enter_before_the_check_has_answered_saves_when_it_has() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    desk.press("Enter");
    assert_eq!(desk.saves(), []);
    desk.check(vec![bad_quantity()]);
    assert_eq!(desk.saves(), [date("2025-12-31")]);
}

#[test]
fn down_takes_the_first_suggestion_and_enter_saves_it_as_it_was_suggested() {
    let mut desk = editing();
    desk.press("Down");
    assert_eq!(typed(&desk), "2025-12-31");
    desk.check(vec![bad_quantity()]);
    desk.press("Enter");
    let value = json!("2025-12-31");
    let path = path("/ship_date");
    assert_eq!(desk.saves(), [Change::Json { path, value }]);
}

#[test]
fn down_right_after_enter_waits_for_the_suggestions() {
    let mut desk = Desk::new();
    desk.press("Enter Down");
    assert_eq!(typed(&desk), "31/12/2025");
    desk.check(vec![bad_date(), bad_quantity()]);
    assert_eq!(typed(&desk), "2025-12-31");
}

#[test]
fn leaving_the_suggestions_brings_back_what_was_typed() {
    for keys in ["Up", "Esc", "Down Down Up Up Up"] {
        let mut desk = editing();
        desk.press("x Down");
        desk.press(keys);
        assert_eq!(typed(&desk), "31/12/2025x", "{keys}");
    }
    let mut desk = editing();
    desk.press("Down Down Enter");
    assert_eq!(typed(&desk), "(closed)", "leave as it is");
    assert_eq!(desk.saves(), []);
}

#[test]
fn esc_closes_the_list_then_the_edit_then_the_record() {
    let mut desk = editing();
    desk.press("x Down");
    assert_eq!(desk.editor.escape(), "Close the list");
    desk.press("Esc");
    assert_eq!(desk.editor.escape(), "Cancel edit");
    desk.press("Esc");
    assert_eq!(typed(&desk), "(closed)");
    assert_eq!(desk.editor.escape(), "Back");
    desk.effects();
    desk.press("Esc");
    assert_eq!(desk.effects(), [Effect::Back]);
}

#[test]
fn saving_goes_to_the_next_problem_and_the_last_one_makes_the_record_ready() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(vec![bad_quantity()]);
    desk.press("Enter");
    desk.saved(&fixed(), vec![bad_quantity()]);
    assert_eq!(desk.said(), "ship_date is saved. 1 problem left.");
    assert_eq!(desk.editor.fields.path(), Some(&path("/lines/1/qty")));
    desk.check(vec![bad_quantity()]);
    desk.press("a");
    desk.saved(&fixed(), Vec::new());
    assert_eq!(desk.said(), "SO-88213 is ready.");
}

#[test]
fn what_is_left_is_counted_and_n_goes_there() {
    let mut desk = Desk::new();
    desk.press("a");
    desk.saved(&fixed(), Vec::new());
    desk.editor
        .count_open(vec![RecordId(12_009), RecordId(77)], &mut desk.cx);
    assert_eq!(desk.said(), "SO-88213 is ready. 1 left here.  n Next");
    desk.press("n");
    let query = Query::Record {
        id: RecordId(12_009),
    };
    let effects = desk.effects();
    let asks = |effect: &Effect| matches!(effect, Effect::Ask(_, asked) if *asked == query);
    assert!(effects.iter().any(asks), "{effects:?}");
}

#[test]
fn tab_saves_and_edits_the_next_field() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(vec![bad_quantity()]);
    desk.press("Tab");
    desk.saved(&fixed(), vec![bad_quantity()]);
    assert_eq!(desk.editor.fields.path(), Some(&path("/country")));
    assert_eq!(typed(&desk), "DE");
    desk.check(vec![bad_quantity()]);
    desk.press("Tab");
    assert_eq!(typed(&desk), "Müller GmbH", "branches are passed by");
}

#[test]
fn somebody_elses_change_keeps_what_is_typed_and_what_it_was_typed_over() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(vec![bad_quantity()]);
    desk.effects();
    desk.editor.refresh(&mut desk.cx);
    let mut newer = record(&order(), vec![bad_date()]);
    newer.row.version = 7;
    desk.answer(Answer::Record(Box::new(newer)));
    assert!(
        desk.said()
            .contains("Your text is kept: saving it shows both.")
    );
    assert_eq!(typed(&desk), "2025-12-31");
    desk.check(Vec::new());
    desk.press("Enter");
    let versions: Vec<_> = desk
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Change(_, Wish::Edit { version, .. }) => Some(version),
            _ => None,
        })
        .collect();
    assert_eq!(versions, [1], "theirs is not taken for seen");
}

/// Somebody else's change comes, and the record with it.
fn changed_by_another(desk: &mut Desk, value: &Value, problems: Vec<Problem>) {
    desk.effects();
    desk.editor.refresh(&mut desk.cx);
    let mut newer = record(value, problems);
    newer.row.version = 7;
    desk.answer(Answer::Record(Box::new(newer)));
}

#[test]
fn after_somebody_elses_change_the_check_is_asked_about_the_text_in_the_box() {
    let mut desk = editing();
    changed_by_another(&mut desk, &fixed(), Vec::new());
    let asked: Vec<_> = (desk.effects().into_iter())
        .filter_map(|effect| match effect {
            Effect::Ask(_, Query::Preview { changes, .. }) => Some(changes),
            _ => None,
        })
        .collect();
    let (path, value) = (path("/ship_date"), json!("31/12/2025"));
    assert_eq!(asked, [vec![Change::Json { path, value }]]);
    desk.press("Enter");
    assert_eq!(desk.saves(), [], "nobody typed it");
}

#[test]
fn enter_in_a_box_that_nobody_typed_into_says_whose_value_stays() {
    let mut desk = editing();
    changed_by_another(&mut desk, &fixed(), Vec::new());
    let said = "Somebody else changed this record meanwhile. Esc shows their value.";
    assert_eq!(desk.said(), said);
    desk.press("Enter");
    let said = "Nothing was changed: you typed nothing, and somebody else's value stays.";
    assert_eq!(desk.said(), said);
    let mut desk = editing();
    changed_by_another(&mut desk, &order(), vec![bad_date()]);
    assert_eq!(desk.said(), "Somebody else changed this record meanwhile.");
    desk.press("Enter");
    assert_eq!(desk.said(), "Nothing was changed: the value is the same.");
}

#[test]
fn what_is_typed_before_the_record_is_there_goes_into_the_box() {
    let read = |desk: &mut Desk| {
        let order = record(&order(), vec![bad_date(), bad_quantity()]);
        desk.answer(Answer::Record(Box::new(order)));
    };
    let check = |keys: &str, expected: &str| {
        let mut desk = Desk::unread();
        desk.press(keys);
        read(&mut desk);
        assert_eq!(typed(&desk), expected, "{keys}");
        assert_eq!(desk.saves(), [], "{keys}");
    };
    check("Enter", "31/12/2025");
    check("Enter 4 2", "31/12/202542");
    check("e Backspace 6", "31/12/2026");
    check("Enter 4 Ctrl+U 2", "31/12/20252");
    // Nothing is saved that nobody saw, and what comes after it was meant for something else.
    check("Enter 4 Enter 2", "31/12/20254");
    check("Enter 4 Tab 2", "31/12/20254");
    check("n a o", "(closed)");
    let mut desk = Desk::unread();
    desk.press("Enter 4 Esc");
    assert!(desk.effects().contains(&Effect::Back));
    read(&mut desk);
    assert_eq!(typed(&desk), "(closed)");
}

#[test]
fn the_problems_shown_are_those_of_the_stages_shown() {
    let mut desk = editing();
    changed_by_another(&mut desk, &fixed(), Vec::new());
    desk.check(vec![bad_date()]);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("! Not right yet"), "{picture}");
    assert!(picture.contains("parse ✓  schema ✗  rule ?"), "{picture}");
    assert!(
        picture.contains("Problems after this ──────────── 1"),
        "{picture}"
    );
    assert!(!picture.contains("None."), "{picture}");
    desk.press("x");
    desk.check(vec![bad_date()]);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("parse ✓  schema ✓  rule ✓"), "{picture}");
    assert!(
        picture.contains("None."),
        "nothing is said while it is typed: {picture}"
    );
}

#[test]
fn a_result_is_no_longer_said_once_somebody_else_made_it_untrue() {
    let mut desk = Desk::new();
    desk.press("a");
    desk.saved(&fixed(), Vec::new());
    let said = "SO-88213 is ready. 1 left here.  n Next".to_owned();
    desk.editor.count_open(vec![RecordId(12_009)], &mut desk.cx);
    assert_eq!(desk.said(), said);
    changed_by_another(&mut desk, &fixed(), Vec::new());
    let effects = desk.effects();
    let taken_back = Effect::Unsay(said);
    assert!(!effects.contains(&taken_back), "still true: {effects:?}");
    changed_by_another(&mut desk, &order(), vec![bad_date()]);
    let effects = desk.effects();
    assert!(effects.contains(&taken_back), "{effects:?}");
    desk.editor.count_open(vec![RecordId(12_009)], &mut desk.cx);
    assert_eq!(desk.said(), "", "it is not ready any more");
}

#[test]
fn a_box_that_is_opened_while_a_change_of_ones_own_is_saved_stands_on_it() {
    let mut desk = Desk::new();
    desk.press("a");
    let saving = desk.editor.changing.as_ref().unwrap().0;
    desk.press("Down Enter");
    desk.type_in("x");
    let report = ChangeReport {
        step: Some(crate::model::StepId(1)),
        ..ChangeReport::default()
    };
    let saved = Ok(Answer::Changed(report));
    desk.editor.receive(saving, saved, &mut desk.cx);
    desk.effects();
    desk.editor.refresh(&mut desk.cx);
    let mut newer = record(&fixed(), vec![bad_quantity()]);
    newer.row.version = 2;
    desk.answer(Answer::Record(Box::new(newer)));
    assert_eq!(desk.editor.one.draft.as_ref().unwrap().seen, 2);
    assert!(!desk.said().contains("Somebody else"));
}

#[test]
fn the_received_value_can_be_put_back() {
    let mut desk = Desk::unread();
    desk.answer(Answer::Record(Box::new(record(
        &fixed(),
        vec![bad_quantity()],
    ))));
    desk.effects();
    desk.press("Home Down o");
    let (path, value) = (path("/ship_date"), json!("31/12/2025"));
    assert_eq!(desk.saves(), [Change::Json { path, value }]);
}

#[test]
fn what_was_sent_cannot_be_edited() {
    let mut desk = Desk::unread();
    let mut sent = record(&fixed(), Vec::new());
    sent.row.status = Status::Accepted;
    desk.answer(Answer::Record(Box::new(sent)));
    for key in ["Enter", "o", "Del", "r"] {
        desk.press("Home Down");
        desk.press(key);
        assert_eq!(typed(&desk), "(closed)");
        assert_eq!(
            desk.said(),
            "It was sent: what was sent stays as it was sent.",
            "{key}"
        );
    }
}

#[test]
fn without_a_contract_a_person_says_when_a_record_is_ready() {
    let mut desk = Desk::unread();
    let mut unchecked = record(&order(), Vec::new());
    unchecked.row.status = Status::Rejected;
    unchecked.has_contract = false;
    desk.answer(Answer::Record(Box::new(unchecked)));
    assert!(
        desk.picture(80, 24)
            .contains("No contract: nothing can be checked.")
    );
    desk.effects();
    desk.press("Y");
    let id = RecordId(12_004);
    assert!(
        matches!(&desk.effects()[..], [Effect::Change(_, Wish::Accept { id: said, .. })] if *said == id)
    );
}

#[test]
fn missing_fields_have_a_line_of_their_own() {
    let mut desk = Desk::unread();
    let missing = problem("/customer/vip", "Vip is missing.", "");
    desk.answer(Answer::Record(Box::new(record(&order(), vec![missing]))));
    assert_eq!(desk.editor.fields.path(), Some(&path("/customer/vip")));
    assert_eq!(
        desk.editor.fields.selected().unwrap().received,
        "(not there)"
    );
}

/// The only change that was wished for.
#[track_caller]
fn wished(desk: &mut Desk) -> Change {
    let wishes = desk
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Change(_, Wish::Edit { changes, .. }) => Some(changes),
            _ => None,
        });
    let mut changes: Vec<Change> = wishes.flatten().collect();
    assert_eq!(changes.len(), 1, "{changes:?}");
    changes.remove(0)
}

#[track_caller]
fn offered(desk: &mut Desk) -> Choosing {
    let offered = desk.effects().into_iter().find_map(|effect| match effect {
        Effect::Choose(list) => Some(*list),
        _ => None,
    });
    offered.expect("a list is offered")
}

/// The list that is offered, with the line of this label chosen.
#[track_caller]
fn choose(desk: &mut Desk, label: &str) {
    let mut list = offered(desk);
    let at = list.lines.iter().position(|line| line.label == label);
    list.at = at.unwrap_or_else(|| panic!("{label}: {list:?}"));
    desk.editor.chosen_from(&list, &mut desk.cx);
}

#[test]
fn a_json_field_is_made_null_or_removed_or_gets_another_type() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/country"));
    desk.editor.act(Action::MakeNull, &mut desk.cx);
    let made = Change::Json {
        path: path("/country"),
        value: json!(null),
    };
    assert_eq!(wished(&mut desk), made);
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/country"));
    desk.editor.act(Action::RemoveField, &mut desk.cx);
    let made = Change::Unset {
        path: path("/country"),
    };
    assert_eq!(wished(&mut desk), made);
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/lines/0/qty"));
    desk.editor.act(Action::ChangeType, &mut desk.cx);
    choose(&mut desk, "Text");
    let made = Change::Json {
        path: path("/lines/0/qty"),
        value: json!("3"),
    };
    assert_eq!(wished(&mut desk), made);
}

#[test]
fn only_types_that_a_value_can_have_are_offered_with_what_it_would_be() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/lines/1/qty"));
    desk.editor.act(Action::ChangeType, &mut desk.cx);
    let list = offered(&mut desk);
    let lines: Vec<String> = (list.lines.iter())
        .map(|line| format!("{} {}", line.label, line.note))
        .collect();
    assert_eq!(lines, ["Null null", "List [\"12 pcs\"]"]);
    assert_eq!(list.title, "lines[1].qty is text now: change it to");
}

#[test]
fn a_field_is_added_beside_the_one_under_the_cursor_and_saved_as_any_other() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/customer/name"));
    desk.editor.act(Action::AddField, &mut desk.cx);
    let asked = desk.effects();
    let asks = |effect: &Effect| matches!(effect, Effect::Prompt(wanting) if wanting.title == "Add a field to customer");
    assert!(asked.iter().any(asks), "{asked:?}");
    desk.names("vip");
    assert!(desk.picture(100, 30).contains("Editing customer.vip"));
    assert!(desk.picture(100, 30).contains("Was       (not there)"));
    desk.type_in("yes");
    desk.check(vec![bad_date(), bad_quantity()]);
    desk.effects();
    desk.press("Enter");
    let made = Change::Text {
        path: path("/customer/vip"),
        text: "yes".to_owned(),
    };
    assert_eq!(wished(&mut desk), made);
    // A name that is taken leads to its field.
    let mut desk = Desk::new();
    desk.names("country");
    assert_eq!(desk.editor.fields.path(), Some(&path("/country")));
    assert_eq!(desk.said(), "country is there already.");
}

#[test]
fn a_list_gets_its_next_entry_without_a_name() {
    let mut desk = Desk::new();
    desk.editor.fields.select(&path("/lines"));
    desk.editor.act(Action::AddField, &mut desk.cx);
    assert!(desk.picture(100, 30).contains("Editing lines[2]"));
}

#[test]
fn a_csv_line_says_why_it_has_no_null_and_no_other_field() {
    let mut desk = Desk::unread();
    let mut line = record(&order(), vec![bad_date()]);
    line.text.form = Form::Csv;
    desk.answer(Answer::Record(Box::new(line)));
    let offers = desk.editor.offers();
    for action in [
        Action::MakeNull,
        Action::RemoveField,
        Action::AddField,
        Action::ChangeType,
    ] {
        let offer = offers.iter().find(|offer| offer.action == action).unwrap();
        let reason = offer.unable.as_deref();
        assert_eq!(
            reason,
            Some("a CSV line has its file's columns and text in them"),
            "{action:?}"
        );
    }
}

#[test]
fn text_that_could_be_a_number_stands_in_quotes() {
    let check = |value: Value, expected: &str| {
        assert_eq!(fields::shown(Some(&value), true), expected);
    };
    check(json!("12"), "\"12\"");
    check(json!(12), "12");
    check(json!("null"), "\"null\"");
    check(json!(null), "null");
    check(json!(""), "\"\"");
    check(json!(" a\u{1b} "), "<sp>a<ESC><sp>");
    check(json!({"a": 1}), "{1 field}");
    check(json!([1, 2]), "[2 items]");
}

/// An order that an older contract has judged, with a problem, a warning of billing, and a validator.
fn old() -> Desk {
    let mut desk = Desk::unread();
    let mut old = record(&order(), vec![bad_date(), large_order()]);
    old.verdict = Freshness::Old;
    old.stages.push(validator(Mark::NotChecked));
    desk.answer(Answer::Record(Box::new(old)));
    desk.effects();
    desk
}

#[test]
fn an_old_verdict_with_a_warning_at_100_by_30() {
    insta::assert_snapshot!(old().picture(100, 30), @r#"
    "                                                                                                    "
    " Record 1 of 3   SO-88213   state: needs fixing (1 problem, 1 warning)                              "
    "┌ Fields ─────────────────────────────── 1 of 12 need fixing ┐┌ Problems ──── 1 problem, 1 warning ┐"
    "│    Field              As received        Now               ││ parse ✓  schema ✗  rule ?          │"
    "│    order_id           SO-88213           (same)            ││ validator ?                        │"
    "│ > !ship_date          31/12/2025         (same)            ││ An older verdict: r checks again.  │"
    "│   ~country            DE                 (same)            ││ > ship_date                        │"
    "│    v customer         {3 fields}                           ││   This date is not written         │"
    "│        name           Müller GmbH        (same)            ││   year-month-day: "31/12/2025".    │"
    "│        email          a.mueller@web.de   (same)            ││   Write it like 2025-12-31.        │"
    "│        tax_id         DE811907980        (same)            ││   ~ country (warning)              │"
    "│    v lines            [2 items]                            ││ ... (n jumps to the next one)      │"
    "│      v 0              {3 fields}                           │└────────────────────────────────────┘"
    "│          sku          TB-100             (same)            │┌ Where it came from ────────────────┐"
    "│          qty          3                  (same)            ││ File    orders_nov.jsonl           │"
    "│          price        49.0               (same)            ││ Line    12,005 (record 12,004)     │"
    "│      v 1              {3 fields}                           ││ Stopped Check (never sent)         │"
    "│          sku          TB-220<sp>         (same)            ││ Rules   the run's contract         │"
    "│          qty          12 pcs             (same)            ││         not reached: RULE-102      │"
    "│          price        19.9               (same)            ││                                    │"
    "│                                                            ││ History of this record             │"
    "└────────────────────────────────────────────────────────────┘└────────────────────────────────────┘"
    "┌ ship_date ───────────────────────────────────────────────────────────────────────────────────────┐"
    "│ Now       31/12/2025                                                                             │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    " Checked by an older contract: r checks again.                                                      "
    "                                                                                                    "
    "#);
}

#[test]
fn an_old_verdict_with_a_warning_at_80_by_24() {
    insta::assert_snapshot!(old().picture(80, 24), @r#"
    "                                                                                "
    " Record 1 of 3   SO-88213   state: needs fixing (1 problem, 1 warning)          "
    "┌ Fields ──────────────────────────────────── 1 of 12 need fixing, showing 1-9 ┐"
    "│    Field                As received                Now                       │"
    "│    order_id             SO-88213                   (same)                    │"
    "│ > !ship_date            31/12/2025                 (same)                    │"
    "│   ~country              DE                         (same)                    │"
    "│    v customer           {3 fields}                                           │"
    "│        name             Müller GmbH                (same)                    │"
    "│        email            a.mueller@web.de           (same)                    │"
    "│        tax_id           DE811907980                (same)                    │"
    "│    v lines              [2 items]                                            │"
    "│      v 0                {3 fields}                                           │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ Problem 1 of 1 ────────────────────── parse ✓  schema ✗  rule ?  validator ? ┐"
    "│ This date is not written year-month-day: "31/12/2025". Write it like         │"
    "│ 2025-12-31.                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ ship_date ───────────────────────────────────────────────────────────────────┐"
    "│ Now 31/12/2025                                                               │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    " Checked by an older contract: r checks again.                                  "
    "                                                                                "
    "#);
}

#[test]
fn n_goes_to_what_keeps_the_record_from_being_ready_and_not_to_warnings() {
    let mut desk = old();
    desk.press("Home n");
    assert_eq!(desk.editor.fields.path(), Some(&path("/ship_date")));
    desk.press("n");
    let query = Query::Record {
        id: RecordId(12_007),
    };
    let asked = desk.effects().pop();
    assert!(matches!(asked, Some(Effect::Ask(_, asked)) if asked == query));
}

#[test]
fn the_stages_of_a_draft_say_that_the_validator_is_asked_when_it_is_saved() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    let mut answer = preview(Vec::new());
    answer.stages.push(validator(Mark::NotChecked));
    desk.answer(Answer::Preview(Box::new(answer)));
    let words = "parse ✓  schema ✓  rule ✓  validator ? asked when saved";
    assert!(desk.picture(80, 24).contains(words));
    let wide = desk.picture(100, 30);
    assert!(wide.contains("parse ✓  schema ✓  rule ✓ "), "{wide}");
    assert!(wide.contains("validator ? asked when saved"), "{wide}");
}

#[test]
fn what_the_validator_says_about_a_field_is_told_apart_from_what_the_schema_says() {
    let refused = Problem {
        stage: Stage::Validator,
        ..bad_date()
    };
    let mut desk = Desk::unread();
    desk.answer(Answer::Record(Box::new(record(
        &order(),
        vec![bad_date(), refused],
    ))));
    let picture = desk.picture(100, 30);
    assert_eq!(
        picture.matches("ship_date (validator)").count(),
        1,
        "{picture}"
    );
}

#[test]
fn a_warning_about_what_is_typed_is_said_and_does_not_stop_it() {
    let mut desk = editing();
    desk.press("Ctrl+U");
    desk.type_in("2025-12-31");
    let warning = Problem {
        path: path("/ship_date"),
        ..large_order()
    };
    desk.check(vec![warning]);
    desk.after(400);
    let picture = desk.picture(100, 30);
    assert!(picture.contains("OK  Valid date"), "{picture}");
    assert!(picture.contains("no problem left after this"), "{picture}");
    assert!(picture.contains("> ~ ship_date (warning)"), "{picture}");
    desk.press("Enter");
    assert_eq!(desk.saves(), [date("2025-12-31")]);
}

#[test]
fn an_edit_whose_validator_does_not_answer_is_saved_and_said_to_be_not_checked() {
    let mut desk = editing();
    desk.press("Down");
    desk.check(Vec::new());
    desk.press("Enter");
    let why = "the validator `validate` was not found".to_owned();
    desk.answer(Answer::Changed(ChangeReport {
        not_checked: Some(why),
        ..ChangeReport::default()
    }));
    desk.editor.refresh(&mut desk.cx);
    let mut saved = record(&fixed(), Vec::new());
    saved.row.status = Status::Rejected;
    saved.verdict = Freshness::NotChecked;
    saved.stages.push(validator(Mark::NotChecked));
    desk.answer(Answer::Record(Box::new(saved)));
    assert_eq!(
        desk.said(),
        "ship_date is saved. Not checked: the validator `validate` was not found."
    );
    let picture = desk.picture(80, 24);
    assert!(picture.contains("state: needs fixing"), "{picture}");
    assert!(picture.contains("validator ?"), "{picture}");
    let words = "Not checked: the validator has not answered. r asks it again.";
    assert!(picture.contains(words), "{picture}");
}

#[test]
fn an_unreadable_record_goes_to_the_raw_page() {
    let mut desk = Desk::unread();
    let mut unreadable = record(&order(), Vec::new());
    unreadable.row.current = None;
    desk.effects();
    desk.answer(Answer::Record(Box::new(unreadable)));
    let effects = desk.effects();
    assert!(
        matches!(&effects[..], [Effect::Replace(Route::Raw { .. })]),
        "{effects:?}"
    );
}

#[test]
fn hostile_and_wide_text_stays_in_its_column() {
    let mut value = order();
    value["country"] = json!("\u{1b}]52;c;x\u{7}\u{202e}日本語👩\u{200d}👧e\u{301}\r\n\t");
    value["\u{1b}[2J"] = json!("x".repeat(1_000_000));
    let mut desk = Desk::unread();
    desk.answer(Answer::Record(Box::new(record(&value, vec![bad_date()]))));
    let picture = desk.picture(80, 24);
    assert!(!picture.contains('\u{1b}'));
    for line in picture.lines().filter(|line| line.contains('│')) {
        assert_eq!(
            line.trim_end_matches('"').chars().last(),
            Some('│'),
            "{line}"
        );
    }
}

#[test]
fn draws_at_any_size_in_any_state() {
    let mut desks = [Desk::unread(), Desk::new(), editing(), old()];
    desks[2].press("x");
    desks[2].check(vec![bad_date()]);
    desks[2].press("Enter");
    for desk in &mut desks {
        for (width, height) in [
            (1, 1),
            (2, 3),
            (5, 5),
            (20, 4),
            (33, 9),
            (99, 50),
            (300, 100),
        ] {
            desk.picture(width, height);
        }
    }
}
