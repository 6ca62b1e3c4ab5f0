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

mod alike;
mod kinds;
mod pictures;
mod same;
mod standing;
mod typing;

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

/// The page that is gone to.
fn goes(desk: &mut Desk) -> Option<Route> {
    let effects = desk.effects().into_iter();
    let mut routes = effects.filter_map(|effect| match effect {
        Effect::Go(route) => Some(route),
        _ => None,
    });
    routes.next()
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

/// Somebody else's change comes, and the record with it.
fn changed_by_another(desk: &mut Desk, value: &Value, problems: Vec<Problem>) {
    desk.effects();
    desk.editor.refresh(&mut desk.cx);
    let mut newer = record(value, problems);
    newer.row.version = 7;
    desk.answer(Answer::Record(Box::new(newer)));
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
