//! What was done, newest first, and taking a step back.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
    widgets::Paragraph,
};

use super::list::{List, fitted};
use crate::{
    model::{RunId, StepKind, StepRow},
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Answer, Cx, Effect, Query, Question, Ticket, Wish},
        theme::Theme,
        widgets::{panel::panel, wrap::wrap},
        words,
    },
};

#[derive(Debug)]
pub struct History {
    run: RunId,
    state: State,
    pending: Option<Ticket>,
    pub(super) list: List,
    clock: Clock,
}

#[derive(Debug)]
enum State {
    Loading,
    Failed(String),
    Known(Vec<StepRow>),
}

impl History {
    pub fn open(run: RunId, cx: &mut Cx) -> Self {
        Self {
            run,
            state: State::Loading,
            pending: Some(cx.ask(Query::History { run })),
            list: List::default(),
            clock: cx.clock.clone(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(step) = self.chosen() {
            let undo = Offer::new(Action::Open, "Undo this step");
            offers.push(undo.unless(stays(step)));
        }
        offers.push(Offer::new(Action::Undo, "Undo"));
        offers.push(Offer::new(Action::Redo, "Redo"));
        offers
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        let len = self.steps().len();
        match action {
            Action::Up if self.list.at == 0 => cx.effects.push(Effect::Tabs),
            Action::Open => {
                let Some(step) = self.chosen() else {
                    return;
                };
                match stays(step) {
                    Some(why) => cx.say(format!("Not now: {why}.")),
                    None if cx.read_only => {
                        cx.say("Not now: the workspace is open to read only.");
                    }
                    None => cx.effects.push(Effect::Confirm(ask_to_undo(step))),
                }
            }
            Action::Back => cx.back(),
            _ => self.list.act(action, cx, len),
        }
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.pending == Some(ticket)
    }

    pub fn receive(&mut self, answer: anyhow::Result<Answer>) {
        self.pending = None;
        match answer {
            Ok(Answer::History(steps)) => {
                self.list.fit(steps.len());
                self.state = State::Known(steps);
            }
            Ok(_) => {}
            Err(error) => self.state = State::Failed(words::reported(&error)),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.pending = Some(cx.ask(Query::History { run: self.run }));
    }

    pub fn tip(&self) -> String {
        match &self.state {
            State::Known(steps) if steps.is_empty() => {
                "Nothing was done yet. What you do is written down here.".to_owned()
            }
            State::Known(_) => {
                "u undoes your newest step, U brings it back. Nothing that was sent changes."
                    .to_owned()
            }
            _ => String::new(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let [list, card] = if area.width >= 120 {
            area.layout(&Layout::horizontal([
                Constraint::Fill(1),
                Constraint::Length(36),
            ]))
        } else {
            let card = if area.height >= 16 { 8 } else { 0 };
            area.layout(&Layout::vertical([
                Constraint::Fill(1),
                Constraint::Length(card),
            ]))
        };
        let lines: Vec<String> = match &self.state {
            State::Loading => vec!["loading ...".to_owned()],
            State::Failed(why) => vec![why.clone()],
            State::Known(steps) => steps.iter().map(|step| self.line(step, list)).collect(),
        };
        let block = panel(list.width, "What was done, newest first", "", true, theme);
        let details = usize::from(list.width).saturating_sub(48);
        let heading = match self.steps() {
            [] => String::new(),
            _ => format!(
                "   {}{}{}{}Undo",
                fitted("Time", 17),
                fitted("Who", 9),
                fitted("Action", 10),
                fitted("Details", details)
            ),
        };
        self.list.draw(frame, list, block, heading, &lines, theme);
        if let (Some(step), false) = (self.chosen(), card.is_empty()) {
            self.draw_card(frame, card, step, theme);
        }
    }

    fn line(&self, step: &StepRow, area: Rect) -> String {
        let details = usize::from(area.width).saturating_sub(48);
        format!(
            "{} {} {} {} {}",
            fitted(&self.clock.day_and_time(&step.at), 16),
            fitted(&text::safe(&step.author), 8),
            fitted(done(step.kind), 9),
            fitted(&text::safe(&step.label), details.saturating_sub(1)),
            mark(step),
        )
    }

    fn draw_card(&self, frame: &mut Frame, area: Rect, step: &StepRow, theme: Theme) {
        let title = format!("Step {}", step.id);
        let block = panel(area.width, &title, "", false, theme);
        let inside = block.inner(area);
        let columns = usize::from(inside.width).saturating_sub(2).max(1);
        let mut lines = wrap(&text::safe(&step.label), columns);
        lines.push(String::new());
        lines.push(format!(
            "{}, {}, {}",
            text::safe(&step.author),
            self.clock.day_and_time(&step.at),
            text::count(step.records, "record")
        ));
        let state = match stays(step) {
            Some(why) => words::sentence(why),
            None => "Enter takes it back. Records that were sent, and fields that a later step \
                     changed, stay as they are and are counted."
                .to_owned(),
        };
        lines.extend(wrap(&state, columns));
        if step.kind == StepKind::Fix || step.kind == StepKind::Edit {
            let save = format!("redrive history --run {} --recipe FILE saves it", self.run);
            lines.extend(wrap(&save, columns));
        }
        let lines: Vec<Line> = lines
            .into_iter()
            .map(|line| Line::from(format!(" {line}")))
            .collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn steps(&self) -> &[StepRow] {
        match &self.state {
            State::Known(steps) => steps,
            _ => &[],
        }
    }

    fn chosen(&self) -> Option<&StepRow> {
        self.steps().get(self.list.at)
    }
}

fn ask_to_undo(step: &StepRow) -> Question {
    Question {
        title: format!("Undo step {}?", step.id),
        body: vec![
            text::safe(&step.label).into_owned(),
            format!(
                "{}. What was sent or changed since stays as it is.",
                text::count(step.records, "record")
            ),
        ],
        typed: None,
        safe: "Go back".to_owned(),
        verb: "Undo this step".to_owned(),
        then: Box::new(Effect::Do(Wish::UndoStep { step: step.id })),
    }
}

/// Why a step cannot be taken back by itself.
fn stays(step: &StepRow) -> Option<&'static str> {
    match step.kind {
        StepKind::Undo => Some("U does again what an undo took back"),
        StepKind::Redo => Some("u takes back what was done again"),
        StepKind::Settle => Some("what was said about sending is not taken back"),
        _ if step.undone => Some("it was undone, U brings it back"),
        _ => None,
    }
}

/// A kind of step in the screen's words.
fn done(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Edit => "Edit",
        StepKind::Fix => "Fix all",
        StepKind::Check => "Check",
        StepKind::Discard => "Set aside",
        StepKind::Restore => "Take back",
        StepKind::Note => "Note",
        StepKind::Settle => "Settle",
        StepKind::Undo => "Undo",
        StepKind::Redo => "Redo",
    }
}

fn mark(step: &StepRow) -> &'static str {
    match stays(step) {
        None => "yes",
        Some(_) if step.undone => "undone",
        Some(_) => "-",
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::StepId,
        tui::{
            event::{Effect, Wish},
            testing::{picture, press, problems},
        },
    };

    #[test]
    fn the_history_says_who_did_what_and_takes_a_middle_step_back_when_asked_twice() {
        let mut app = problems((100, 30));
        press(&mut app, "5");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > History                                to crm [TEST]   saved 02:41
          1 Problems 6   2 Records 1,387   3 Review 3   4 Send  [5 History]                            Menu
        ┌ What was done, newest first ─────────────────────────────────────────────────────────────────────┐
        │   Time             Who      Action    Details                                             Undo   │
        │ > 20 Nov 2025      jana     Undo      undo of step 2                                      -      │
        │   20 Nov 2025      jana     Set aside 12 records: test orders                             undone │
        │   20 Nov 2025      jana     Fix all   contact_email  trim, lower case                     yes    │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ Step 3 ──────────────────────────────────────────────────────────────────────────────────────────┐
        │ undo of step 2                                                                                   │
        │                                                                                                  │
        │ jana, 20 Nov 2025, 12 records                                                                    │
        │ U does again what an undo took back.                                                             │
        │                                                                                                  │
        │                                                                                                  │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         u undoes your newest step, U brings it back. Nothing that was sent changes.
         u Undo  U Redo                                                                    ? Help  Esc Back
        ");
        // The newest is an undo, which is no step to be taken back.
        assert_eq!(press(&mut app, "<ret>"), []);
        assert!(picture(&mut app).contains("Not now: U does again what an undo took back."));
        press(&mut app, "<Down><Down><ret>");
        assert!(picture(&mut app).contains("Undo step 1?"));
        assert_eq!(press(&mut app, "<ret>"), []);
        let wished = press(&mut app, "<ret><Right><ret>");
        let wish = Wish::UndoStep { step: StepId(1) };
        assert!(matches!(&wished[..], [Effect::Change(_, made)] if *made == wish));
    }

    #[test]
    fn the_history_fits_80_columns() {
        let mut app = problems((80, 24));
        press(&mut app, "5");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > History             to crm [TEST]  saved 02:41
          1 Problems 6  2 Records 1,387  3 Review 3  4 Send [5 History]            Menu
        ┌ What was done, newest first ─────────────────────────────────────────────────┐
        │   Time             Who      Action    Details                         Undo   │
        │ > 20 Nov 2025      jana     Undo      undo of step 2                  -      │
        │   20 Nov 2025      jana     Set aside 12 records: test orders         undone │
        │   20 Nov 2025      jana     Fix all   contact_email  trim, lower case yes    │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Step 3 ──────────────────────────────────────────────────────────────────────┐
        │ undo of step 2                                                               │
        │                                                                              │
        │ jana, 20 Nov 2025, 12 records                                                │
        │ U does again what an undo took back.                                         │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
         u undoes your newest step, U brings it back. Nothing that was sent changes.
         u Undo  U Redo                                                ? Help  Esc Back
        ");
    }
}
