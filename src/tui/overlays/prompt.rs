//! One line of text that an action needs: the reason for setting records aside, or a note.

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{Verdict, ears::Ears, framed, wrap};
use crate::{
    filter::Filter,
    ops::{Completed, Counted},
    text,
    tui::{
        action::Action,
        event::{ChoiceOf, Choosable, Choosing, Cx, Effect, JobRequest, Needs, Wanting, Wish},
        keymap::Keys,
        opening::{self, Opening},
        theme::Theme,
        widgets::{cursor::put_cursor, field::Field, footer::Hint},
        words,
    },
};

#[derive(Debug)]
pub struct Prompt {
    wanting: Wanting,
    field: Field,
    /// Enter was pressed on an empty line.
    empty: bool,
    /// What it says now is not what it said: it does not listen before that was seen.
    pub(super) ears: Option<Ears>,
    /// Said of what is asked, in place of the tip.
    notice: Option<String>,
}

impl Prompt {
    pub fn new(wanting: Wanting) -> Self {
        let mut field = Field::default();
        match wanting.needs {
            Needs::Report(run) => field.set(&format!("run-{run}.html")),
            Needs::Recipe(_, step) => field.set(&format!("step-{step}.toml")),
            _ => {}
        }
        Self {
            wanting,
            field,
            empty: false,
            ears: None,
            notice: None,
        }
    }

    /// Asks again with what was typed, and says why.
    pub fn again(wanting: Wanting, typed: &str, why: String) -> Self {
        let mut prompt = Self::new(wanting);
        prompt.field.set(typed);
        prompt.notice = Some(why);
        prompt
    }

    /// Keys that were meant for what was there before are not heard for a moment.
    pub fn wait(&mut self) {
        self.ears = Some(Ears::default());
    }

    /// Says something in place of the tip. Safe to print.
    pub fn say(&mut self, words: String) {
        self.notice = Some(words);
    }

    /// Whether it is about a path, which can be completed.
    pub fn completes(&self) -> bool {
        matches!(
            self.wanting.needs,
            Needs::File { .. } | Needs::Contract { .. }
        )
    }

    pub fn typed(&self) -> &str {
        self.field.value()
    }

    /// What is typed goes on.
    pub fn completed(&mut self, found: &Completed) {
        self.forget_said();
        self.field.set(&found.longest);
        self.notice = Some(match found.names.as_slice() {
            [] => "Nothing begins like this.".to_owned(),
            [_] => String::new(),
            names => {
                let few: Vec<_> = names
                    .iter()
                    .take(MOST)
                    .map(|name| text::safe(name))
                    .collect();
                let more = if names.len() > MOST { ", ..." } else { "" };
                format!(
                    "{}: {}{more}",
                    text::count(names.len() as u64, "name"),
                    few.join(", ")
                )
            }
        });
    }

    /// The records to be set aside that must be counted before anybody can agree to it.
    pub fn counts(&self) -> Option<&Filter> {
        match &self.wanting.needs {
            Needs::Reason(aside) if aside.counted.is_none() => Some(&aside.filter),
            _ => None,
        }
    }

    /// They are counted: the question names the number, and what it is agreed to are these records. Nothing where it was known
    /// which they are.
    pub fn counted(&mut self, found: &Counted) {
        if self.counts().is_none() {
            return;
        }
        let Needs::Reason(aside) = &mut self.wanting.needs else {
            return;
        };
        aside.counted = Some(found.records.clone());
        let title = asked_aside(found.records.len() as u64);
        if title != self.wanting.title {
            self.ears = Some(Ears::default());
            self.wanting.title = title;
        }
        if found.records.is_empty() {
            self.notice = Some("None of them can be set aside.".to_owned());
        } else if found.stay > 0 {
            let stay = text::count(found.stay, "record");
            let verb = if found.stay == 1 { "stays" } else { "stay" };
            self.notice = Some(format!("{stay} on the way or sent {verb} as before."));
        }
    }

    pub fn act(&mut self, action: Action, cx: &Cx) -> Verdict {
        match action {
            Action::Open if self.ears.as_ref().is_some_and(|ears| ears.are_deaf(cx)) => {
                Verdict::Stay
            }
            Action::Back => Verdict::Close,
            Action::ClearText => {
                self.forget_said();
                self.field.set("");
                Verdict::Stay
            }
            Action::NextPanel if self.completes() => Verdict::And(Effect::Opening(
                Opening::Complete(self.field.value().to_owned()),
            )),
            Action::Open if self.field.value().trim().is_empty() && !self.may_be_empty() => {
                self.empty = true;
                Verdict::Stay
            }
            Action::Open if !self.can_be_agreed_to() => Verdict::Stay,
            Action::Open => {
                let typed = self.field.value();
                if let Needs::File { like } = self.wanting.needs {
                    self.notice = Some("It is looked at ...".to_owned());
                    let look = Opening::Look(typed.to_owned(), like);
                    return Verdict::And(Effect::Opening(look));
                }
                let text = typed.trim().to_owned();
                Verdict::Then(match self.wanting.needs.clone() {
                    Needs::Reason(aside) => Effect::Start(JobRequest::Aside {
                        filter: Box::new(aside.filter),
                        reason: Some(text),
                        counted: aside.counted,
                    }),
                    Needs::File { .. } => return Verdict::Stay,
                    Needs::Contract { path } => opening::load(path, &text),
                    Needs::Note(about) => Effect::Do(Wish::Note { about, text }),
                    Needs::Recipe(run, step) => Effect::Do(Wish::Recipe {
                        run,
                        step,
                        file: text.into(),
                    }),
                    Needs::Report(run) => Effect::Do(Wish::Report {
                        run,
                        file: text.into(),
                    }),
                    Needs::Name => Effect::Chosen(Box::new(named(text))),
                    Needs::Number => Effect::GoToRow(number(&text).unwrap_or_default()),
                    Needs::View(run, filter) => Effect::Do(Wish::SaveView {
                        run,
                        name: text,
                        filter,
                    }),
                })
            }
            _ => Verdict::Stay,
        }
    }

    fn may_be_empty(&self) -> bool {
        matches!(self.wanting.needs, Needs::Contract { .. })
    }

    /// Whether it is known which records are meant, and there are some.
    fn can_be_agreed_to(&self) -> bool {
        match &self.wanting.needs {
            Needs::Reason(aside) => (aside.counted.as_ref()).is_some_and(|ids| !ids.is_empty()),
            Needs::Number => number(self.field.value()).is_some(),
            _ => true,
        }
    }

    pub fn type_key(&mut self, key: KeyEvent) {
        self.forget_said();
        self.field.key(key);
    }

    /// What is typed changes: what was said of it before is true no more.
    fn forget_said(&mut self) {
        self.empty = false;
        if self.completes() {
            self.notice = None;
        }
    }

    pub fn paste(&mut self, pasted: &str) {
        self.forget_said();
        // A reason is one line.
        let line: Vec<&str> = pasted.split(['\r', '\n']).collect();
        self.field.paste(line.join(" ").trim());
    }

    pub fn hints(&self) -> Vec<Hint> {
        let mut hints = vec![("Enter".to_owned(), self.wanting.verb.clone())];
        if self.completes() {
            hints.push(("Tab".to_owned(), "Complete".to_owned()));
        }
        if !self.field.value().is_empty() {
            hints.push(("Ctrl+U".to_owned(), "Clear".to_owned()));
        }
        hints
    }

    pub fn tip(&self, keys: Keys) -> String {
        if self.empty && self.wanting.needs == Needs::Number {
            "Type a number first, or press Esc to go back.".to_owned()
        } else if self.empty && self.wanting.needs == Needs::Name {
            "Type a name first, or press Esc to go back.".to_owned()
        } else if self.empty && self.completes() {
            "Type a path first, or press Esc to go back.".to_owned()
        } else if self.empty {
            "Write a few words first, or press Esc to go back.".to_owned()
        } else if self.counts().is_some() {
            "They are being counted ...".to_owned()
        } else if let Some(notice) = &self.notice {
            notice.clone()
        } else if self.may_be_empty() {
            "Leave it empty to load without a contract.".to_owned()
        } else if self.completes() {
            "Tab completes the name of a file or folder.".to_owned()
        } else if matches!(self.wanting.needs, Needs::Report(_) | Needs::Recipe(..)) {
            "No file that is there is written over.".to_owned()
        } else if self.wanting.needs == Needs::Number {
            "Type the number that stands before the record.".to_owned()
        } else if matches!(self.wanting.needs, Needs::Name) {
            "Enter opens the box for its value. Nothing is changed yet.".to_owned()
        } else if matches!(self.wanting.needs, Needs::View(..)) {
            format!(
                "It is offered when {} is pressed, and among the commands.",
                keys.of(Action::Filter)
            )
        } else {
            format!(
                "It stands in the history, for whoever works on it next. {}",
                words::takes_back(keys)
            )
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let width = area.width.saturating_sub(4).min(72);
        let columns = usize::from(width).saturating_sub(4);
        let body = wrap(&self.wanting.body, columns);
        let size = (width, body.len() as u16 + 4);
        let inside = framed(frame, area, size, &self.wanting.title, "", theme);
        let mut lines: Vec<Line> = body
            .into_iter()
            .map(|line| Line::from(format!(" {line}")))
            .collect();
        let label = format!(" {}  [", self.wanting.label);
        let room = columns.saturating_sub(text::width(&label)).max(1);
        let (line, column) = self.field.line(room, theme.warn());
        let at = (
            (text::width(&label) + column) as u16,
            lines.len() as u16 + 1,
        );
        let mut spans = vec![Span::raw(label)];
        spans.extend(line.spans);
        spans.push(Span::raw("]"));
        lines.extend([Line::default(), Line::from(spans)]);
        frame.render_widget(Paragraph::new(lines), inside);
        put_cursor(frame, inside, at);
    }
}

/// The number of a record, as the screen shows it: `12,004`.
fn number(typed: &str) -> Option<u64> {
    typed.trim().replace(',', "").parse().ok()
}

/// A name that was typed, as if it had been chosen from a list.
fn named(name: String) -> Choosing {
    let line = Choosable {
        label: text::safe(&name).into_owned(),
        key: name,
        note: String::new(),
        shown: None,
    };
    Choosing {
        of: ChoiceOf::Name,
        title: String::new(),
        lines: vec![line],
        at: 0,
    }
}

/// Names that are listed when what is typed could go on in several ways.
const MOST: usize = 8;

/// The title of the question.
pub fn asked_aside(records: u64) -> String {
    format!("Set aside {}?", text::count(records, "record"))
}

#[cfg(test)]
mod tests {
    use crate::{
        filter::Filter,
        model::{GroupId, NoteAbout, RecordId, RunId},
        tui::{
            event::{Effect, JobRequest, Wish},
            testing::{picture, press, problems},
        },
    };

    #[test]
    fn a_problem_is_set_aside_with_a_reason_and_not_without() {
        let mut app = problems((80, 24));
        press(&mut app, "x");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ────────────────────── top 2 explain 52% ┐
        │   Problem                        Field           Stage Records Share         │
        │ > Email address not complete     contact_email   Check     412 ██▍       30% │
        │   ┌ Set aside 412 records? ──────────────────────────────────────────────┐2% │
        │   │ Email address not complete. They are neither fixed nor sent until    │5% │
        │   │ somebody takes them back.                                            │8% │
        │   │                                                                      │6% │
        │   │ Reason  [                                                          ] │1% │
        │   └──────────────────────────────────────────────────────────────────────┘   │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘
         It stands in the history, for whoever works on it next. u takes it back.
         Enter Set aside                                                     Esc Cancel
        "#);
        assert_eq!(press(&mut app, "<ret> <ret>"), []);
        assert!(picture(&mut app).contains("Write a few words first"));
        let started = press(&mut app, "test orders<ret>");
        let request = JobRequest::Aside {
            filter: Box::new(Filter::of_group(RunId(1), GroupId(1))),
            reason: Some("test orders".to_owned()),
            counted: Some((1..=412).map(|n| RecordId(n * 7)).collect()),
        };
        assert_eq!(started, [Effect::Start(request)]);
    }

    #[test]
    fn a_note_on_a_problem_is_a_wish() {
        let mut app = problems((100, 30));
        assert_eq!(press(&mut app, "m<esc>"), []);
        let wished = press(&mut app, "mwaits for Anna<ret>");
        let wish = Wish::Note {
            about: NoteAbout::Group(GroupId(1)),
            text: "waits for Anna".to_owned(),
        };
        assert!(matches!(&wished[..], [Effect::Change(_, made)] if *made == wish));
    }

    #[test]
    fn a_report_is_written_into_a_file_whose_name_is_offered() {
        let mut app = problems((80, 24));
        assert_eq!(press(&mut app, "E"), []);
        let picture = picture(&mut app);
        assert!(picture.contains("run-1.html"), "{picture}");
        let wished = press(&mut app, "<Ctrl+U>t.md<ret>");
        let wish = Wish::Report {
            run: RunId(1),
            file: "t.md".into(),
        };
        assert!(
            matches!(&wished[..], [Effect::Change(_, made)] if *made == wish),
            "{wished:?}"
        );
    }
}
