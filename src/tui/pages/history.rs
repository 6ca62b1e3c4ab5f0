//! What was done, newest first: to look at, to take back, to go back behind, to keep as a recipe.

mod asked;
mod buttons;
mod entry;
mod next;
mod pointing;

use std::collections::HashMap;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
    widgets::Paragraph,
};

use self::{
    asked::{ask_for_recipe, ask_to_undo},
    buttons::Buttons,
    entry::Entry,
};
use super::list::{List, fitted};
use crate::{
    filter::Filter,
    model::{RunId, StepFacts, StepId, StepRow},
    ops::Turns,
    text,
    tui::{
        action::{Action, Offer},
        clock::Clock,
        event::{Answer, Cx, Effect, JobRequest, Query, Question, Route, Ticket},
        keymap::Keys,
        theme::Theme,
        widgets::{
            panel::{panel, said},
            wrap::wrap,
        },
        words,
    },
};

#[derive(Debug)]
pub struct History {
    keys: Keys,
    run: RunId,
    state: State,
    pending: Option<Ticket>,
    /// How many records of a step are sent or on their way; none where it is not named.
    sent: HashMap<StepId, u64>,
    /// What would be undone and redone next.
    turns: Option<Turns>,
    /// What the step under the cursor did. One is asked for at a time.
    facts: Option<Box<StepFacts>>,
    asked: Option<(Ticket, StepId)>,
    /// Steps nothing more is to be known of.
    unknown: Option<StepId>,
    pub(super) list: List,
    buttons: Buttons,
    /// Where the card was drawn.
    pub(super) late: [Rect; 2],
    pub(super) zooms: Rect,
    clock: Clock,
}

#[derive(Debug)]
enum State {
    Loading,
    Failed(String),
    Known(Vec<Entry>),
}

impl History {
    pub fn open(run: RunId, cx: &mut Cx) -> Self {
        Self {
            keys: cx.keys,
            run,
            state: State::Loading,
            pending: Some(cx.ask(Query::History { run })),
            sent: HashMap::new(),
            turns: None,
            facts: None,
            asked: None,
            unknown: None,
            list: List::starting_at(cx),
            buttons: Buttons::default(),
            late: [Rect::ZERO; 2],
            zooms: Rect::ZERO,
            clock: cx.clock.clone(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(entry) = self.chosen() {
            let step = entry.step();
            let no_records = (step.is_none_or(|step| step.records == 0))
                .then_some("it is about no records of its own");
            offers.push(Offer::new(Action::Open, "Records").unless(no_records));
            offers.push(Offer::new(Action::UndoStep, "Undo this step").unless(self.stays(entry)));
            let no_way = match step {
                None => Some("sending is not taken back"),
                Some(step) if self.since(step).next().is_none() => {
                    Some("nothing since then can be taken back")
                }
                Some(_) => None,
            };
            offers.push(Offer::new(Action::GoBack, "").unless(no_way));
            let no_fix = (step.is_none_or(|step| !entry::is_fix(step)))
                .then_some("only a fix or an edit is one");
            offers.push(Offer::new(Action::SaveRecipe, "").unless(no_fix));
        }
        self.name_button(&mut offers);
        if self.buttons.is_alone {
            offers.push(Offer::new(Action::Zoom, ""));
        }
        offers.push(Offer::new(Action::Undo, "Undo"));
        offers.push(Offer::new(Action::Redo, "Redo"));
        offers.push(Offer::new(Action::Menu, "Actions"));
        offers.push(Offer::new(Action::Copy, "Copy"));
        offers.push(Offer::new(Action::Report, "Report"));
        offers
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if self.act_on_buttons(action, cx) {
            return;
        }
        let len = self.entries().len();
        match (action, self.chosen()) {
            (Action::Up, _) if self.list.at == 0 => cx.effects.push(Effect::Tabs),
            (Action::Back, _) => cx.back(),
            (Action::Open, Some(entry)) => match (&self.facts, entry.step()) {
                (Some(facts), Some(step)) if facts.step == step.id => {
                    cx.go(records_of(step, facts));
                }
                _ => {
                    // What could not be looked up before is looked up again.
                    self.unknown = None;
                    cx.say("It is being looked up ...");
                }
            },
            (Action::UndoStep, Some(entry)) => {
                let question = entry.step().map(ask_to_undo);
                cx.effects.extend(question.map(Effect::Confirm));
            }
            (Action::GoBack, Some(entry)) => {
                let question = entry.step().map(|step| self.ask_to_go_back(step));
                cx.effects.extend(question.map(Effect::Confirm));
            }
            (Action::SaveRecipe, Some(entry)) => {
                let prompt = entry.step().map(ask_for_recipe);
                cx.effects.extend(prompt.map(Effect::Prompt));
            }
            _ => self.list.act(action, cx, len),
        }
        self.ask_for_facts(cx);
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        let asked = self.asked.map(|(ticket, _)| ticket);
        [self.pending, asked].contains(&Some(ticket))
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if let Some((_, step)) = self.asked.take_if(|(asked, _)| *asked == ticket) {
            match answer {
                Ok(Answer::StepFacts(facts)) => self.facts = Some(facts),
                Ok(_) => self.unknown = Some(step),
                // The card does without then.
                Err(error) => {
                    self.unknown = Some(step);
                    cx.say(words::reported(&error));
                }
            }
            return self.ask_for_facts(cx);
        }
        self.pending = None;
        match answer {
            Ok(Answer::History {
                steps,
                plans,
                sent,
                turns,
            }) => {
                (self.sent, self.turns) = (sent, Some(turns));
                let entries = entry::in_order(steps, plans);
                // The cursor stays on its entry: others do something at the top.
                let chosen = self.chosen().map(Entry::id);
                let place = entries.iter().position(|entry| Some(entry.id()) == chosen);
                self.list.at = place.unwrap_or(self.list.at);
                self.list.fit(entries.len());
                self.state = State::Known(entries);
                self.facts = None;
                self.unknown = None;
                self.ask_for_facts(cx);
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
            State::Known(entries) if entries.is_empty() => {
                "Nothing was done yet. What you do is written down here.".to_owned()
            }
            State::Known(_) => {
                let (undo, redo) = (self.keys.of(Action::Undo), self.keys.of(Action::Redo));
                format!(
                    "{undo} undoes your newest step, {redo} brings it back. Right leads to what can be done with a step."
                )
            }
            _ => String::new(),
        }
    }

    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let is_chosen = self.chosen().is_some();
        let [list, card] = if self.buttons.has_card_alone(area, is_chosen) {
            [Rect::ZERO, area]
        } else if area.width >= 100 {
            area.layout(&Layout::horizontal([
                Constraint::Fill(1),
                Constraint::Length(38 + (area.width - 100) / 3),
            ]))
        } else {
            let card = if area.height >= 16 { 9 } else { 0 };
            area.layout(&Layout::vertical([
                Constraint::Fill(1),
                Constraint::Length(card),
            ]))
        };
        let lines: Vec<String> = match &self.state {
            State::Loading => vec!["loading ...".to_owned()],
            State::Failed(why) => vec![why.clone()],
            State::Known(entries) => (entries.iter())
                .map(|entry| self.line(entry, list.width))
                .collect(),
        };
        let block = panel(list.width, "What was done, newest first", "", true, theme);
        let heading = match self.entries() {
            [] => String::new(),
            _ => format!(
                "   {}{}{}{}Undo",
                fitted("Time", self.clock.columns_in(list.width) + 1),
                fitted("Who", 7),
                fitted("Action", 10),
                fitted("Details", details_width(list.width, &self.clock) + 1)
            ),
        };
        let inside = block.inner(list);
        if list.is_empty() {
            self.list.hide();
        } else {
            self.list.draw(frame, list, block, heading, &lines, theme);
        }
        if area.width >= 100 {
            self.draw_next(frame, inside, lines.len() as u16 + 1);
        }
        self.late = said(card);
        self.zooms = self.buttons.zooms(area);
        match self.chosen() {
            Some(_) if !card.is_empty() => self.draw_card(frame, card, theme),
            _ => self.buttons.forget(),
        }
    }

    fn line(&self, entry: &Entry, width: u16) -> String {
        let undo = match entry.step() {
            Some(step) if step.undone => "undone",
            Some(step) if !step.can_be_undone() => "-",
            Some(step) => match self.sent(step) {
                0 => "yes",
                sent if step.is_frozen(sent) => "sent",
                _ => "part",
            },
            None => "no",
        };
        let time = self.clock.columns_in(width);
        let at = if time < 12 {
            self.clock.time(entry.at())
        } else {
            self.clock.day_and_time(entry.at())
        };
        let room = details_width(width, &self.clock);
        format!(
            "{} {} {} {} {undo}",
            fitted(&at, time),
            fitted(&text::safe(entry.author()), 6),
            fitted(entry.action(), 9),
            fitted(&entry.details_in(room), room),
        )
    }

    fn draw_card(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let Some(entry) = self.chosen() else {
            return;
        };
        let title = format!(
            "{}, {}",
            entry.action(),
            self.clock.day_and_time(entry.at())
        );
        let block = panel(area.width, &title, "", false, theme);
        let inside = block.inner(area);
        let columns = usize::from(inside.width).saturating_sub(2).max(1);
        let mut lines = wrap(&text::safe(&entry.details()), columns);
        if let Some(step) = entry.step() {
            let records = text::count(step.records, "record");
            lines.push(format!("{records}, step {}", step.id));
        }
        let short = area.height < 12;
        let space = |lines: &mut Vec<String>| {
            if !short {
                lines.push(String::new());
            }
        };
        space(&mut lines);
        lines.extend(wrap(&self.state_of(entry), columns));
        let examples = self.examples(entry, columns);
        if !examples.is_empty() {
            space(&mut lines);
            lines.extend(examples);
        }
        space(&mut lines);
        let rows = Self::button_lines(entry, short).min(inside.height);
        let room = usize::from(inside.height - rows);
        if short {
            self.put_next(&mut lines, room, columns);
        }
        lines.truncate(room);
        // Below what is told of it; at the end of a card that is small anyway.
        let above = if short {
            inside.height - rows
        } else {
            lines.len() as u16
        };
        let lines: Vec<Line> = (lines.into_iter())
            .map(|line| Line::from(format!(" {line}")))
            .collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
        let below = Rect {
            y: inside.y + above,
            height: rows,
            ..inside
        };
        self.draw_buttons(frame, below, short, theme);
    }

    /// What a step did to some of its records.
    fn examples(&self, entry: &Entry, columns: usize) -> Vec<String> {
        let facts = (self.facts.as_ref())
            .filter(|facts| entry.step().is_some_and(|step| step.id == facts.step));
        let mut lines = Vec::new();
        for one in facts.iter().flat_map(|facts| &facts.examples) {
            let told = |text: &str| text::shorten(&text::safe_whole(text), 24);
            let (before, after) = (told(&one.before), told(&one.after));
            let label = text::safe(&one.path.label()).into_owned();
            let change = format!("{before} -> {after}");
            let line = format!("{} {label}  {change}", one.record);
            if text::width(&line) <= columns {
                lines.push(line);
            } else {
                let name = format!("{} {label}", one.record);
                lines.push(text::shorten(&name, columns));
                lines.push(text::shorten(&format!("  {change}"), columns));
            }
        }
        lines
    }

    /// Whether it can be taken back, in words.
    fn state_of(&self, entry: &Entry) -> String {
        match (self.stays(entry), entry.step()) {
            (Some(why), _) => words::sentence(&why),
            (None, Some(step)) if self.sent(step) > 0 => format!(
                "Can be undone for the {} not sent.",
                text::thousands(step.records.saturating_sub(self.sent(step)))
            ),
            (None, _) => "Can be undone.".to_owned(),
        }
    }

    /// Why an entry cannot be taken back by itself.
    fn stays(&self, entry: &Entry) -> Option<String> {
        let redo = self.turns.and_then(|turns| turns.redo);
        let is_next = entry.step().is_some_and(|step| redo == Some(step.id));
        let why = entry.stays(self.keys, is_next);
        let is_frozen = |step: &StepRow| step.is_frozen(self.sent(step));
        let all_sent = entry.step().is_some_and(is_frozen);
        why.or_else(|| all_sent.then(|| "its records were sent".to_owned()))
    }

    /// How many of its records are sent or on their way.
    fn sent(&self, step: &StepRow) -> u64 {
        self.sent.get(&step.id).copied().unwrap_or(0)
    }

    fn ask_for_facts(&mut self, cx: &mut Cx) {
        let step = self.chosen().and_then(Entry::step).map(|step| step.id);
        let Some(step) = step.filter(|_| self.asked.is_none()) else {
            return;
        };
        let known = self.facts.as_ref().map(|facts| facts.step);
        if known != Some(step) && self.unknown != Some(step) {
            let run = self.run;
            self.asked = Some((cx.ask(Query::StepFacts { run, step }), step));
        }
    }

    fn ask_to_go_back(&self, step: &StepRow) -> Question {
        let later = self.later(step);
        let mut body = vec![format!(
            "This undoes \"{}\"",
            text::shorten(&text::safe(&step.label), 44)
        )];
        let later: Vec<String> = later
            .map(|one| format!("  and {}", text::shorten(&text::safe(&one.label), 50)))
            .collect();
        let all = self.since(step).count();
        let more = later.len().saturating_sub(MOST);
        body.extend(later.into_iter().take(MOST));
        if more > 0 {
            body.push(format!("  and {}.", text::count(more as u64, "later step")));
        }
        let redo = self.keys.of(Action::Redo);
        body.push(format!(
            "What was sent stays as it is. {redo} brings steps back."
        ));
        Question {
            title: "Go back to before this step?".to_owned(),
            body,
            typed: None,
            safe: "Stay".to_owned(),
            also: None,
            // "Go back" is the button that changes nothing everywhere else.
            verb: format!("Undo {}", text::count(all as u64, "step")),
            then: Box::new(Effect::Start(JobRequest::GoBack {
                run: self.run,
                step: step.id,
            })),
        }
    }

    /// The later steps that going back to before this one takes back as well.
    fn later<'h>(&'h self, step: &StepRow) -> impl Iterator<Item = &'h StepRow> + use<'h> {
        let id = step.id;
        self.since(step).filter(move |one| one.id > id)
    }

    /// All steps that going back to before this one takes back.
    fn since<'h>(&'h self, step: &StepRow) -> impl Iterator<Item = &'h StepRow> + use<'h> {
        let id = step.id;
        let steps = self.entries().iter().filter_map(Entry::step);
        steps.filter(move |one| {
            one.id >= id && one.can_be_undone() && !one.is_frozen(self.sent(one))
        })
    }

    fn entries(&self) -> &[Entry] {
        match &self.state {
            State::Known(entries) => entries,
            _ => &[],
        }
    }

    fn chosen(&self) -> Option<&Entry> {
        self.entries().get(self.list.at)
    }
}

/// Later steps that a question names.
const MOST: usize = 5;

fn details_width(width: u16, clock: &Clock) -> usize {
    usize::from(width).saturating_sub(31 + clock.columns_in(width))
}

/// The records a step changed.
fn records_of(step: &StepRow, facts: &StepFacts) -> Route {
    Route::Records {
        run: step.run,
        filter: Filter::of_records(step.run, facts.records.clone()),
        title: format!("Step {}", step.id),
        field: None,
        typed: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        filter::Filter,
        model::{RecordId, RunId, StepId, StepRow},
        ops::Turns,
        tui::{
            event::{Answer, Effect, Event, JobRequest, Query, Route, Wish},
            testing::{
                answer, app_with, feed_with, picture, press, problems, shows, shows_not, wishes,
            },
        },
    };

    #[test]
    fn the_history_says_who_did_what_and_what_it_did() {
        let mut app = problems((100, 30));
        press(&mut app, "5<Down><Down><Down>");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > History                                to crm [TEST]   saved 02:41
          1 Problems 6   2 Records 1,387   3 Review 3   4 Send  [5 History 4]                          Menu
        ┌ What was done, newest first ───────────────────────────────┐┌ Fix all, 20 Nov 2025 ──────────────┐
        │   Time  Who    Action    Details                    Undo   ││ contact_email  trim, lower case    │
        │   02:43 jana   Undo      undo of step 2             -      ││ 12 records, step 1                 │
        │   02:42 jana   Set aside 12 records: test orders    undone ││                                    │
        │   02:41 jana   Sent      40 records to crm: 37 sen… no     ││ Can be undone.                     │
        │ > 02:41 jana   Fix all   contact_email  trim, lowe… yes    ││                                    │
        │                                                            ││ 7 contact_email                    │
        │                                                            ││   <sp>Office@x.de -> office@x.de   │
        │                                                            ││                                    │
        │                                                            ││ [ Undo this step ]                 │
        │                                                            ││ [ Save as recipe ]                 │
        │                                                            ││ [ Go back to before this ]         │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │                                                            ││                                    │
        │ Sent records are frozen: undo skips them and says so.      ││                                    │
        │ Next undo: Fix all contact_email  trim, lowe…, 20 Nov 2025 ││                                    │
        │ Next redo: Set aside 12 records: test orders, 20 Nov 2025  ││                                    │
        └────────────────────────────────────────────────────────────┘└────────────────────────────────────┘
         u undoes your newest step, U brings it back. Right leads to what can be done with a step.
         Enter Records  u Undo  U Redo  . Actions  y Copy  E Report                        ? Help  Esc Back
        ");
        let asked = press(&mut app, "<ret>");
        assert!(picture(&mut app).contains("> History > Step 1"));
        let of_step = Filter::of_records(RunId(1), [7, 14, 21].map(RecordId).into());
        let lists = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Ids { filter }) if *filter == of_step);
        assert!(asked.iter().any(lists), "{asked:?}");
    }

    #[test]
    fn the_history_fits_80_columns() {
        let mut app = problems((80, 24));
        press(&mut app, "5<Down>");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20 > History             to crm [TEST]  saved 02:41
          1 Problems 6  2 Records 1,387  3 Review 3  4 Send [5 History 4]          Menu
        ┌ What was done, newest first ─────────────────────────────────────────────────┐
        │   Time             Who    Action    Details                           Undo   │
        │   20 Nov 2025      jana   Undo      undo of step 2                    -      │
        │ > 20 Nov 2025      jana   Set aside 12 records: test orders           undone │
        │   20 Nov 2025      jana   Sent      40 records to crm: 37 sent, 3 re… no     │
        │   20 Nov 2025      jana   Fix all   contact_email  trim, lower case   yes    │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ Set aside, 20 Nov 2025 ──────────────────────────────────────────────────────┐
        │ 12 records: test orders                                                      │
        │ 12 records, step 2                                                           │
        │ It was undone, U brings it back.                                             │
        │ 7 contact_email  <sp>Office@x.de -> office@x.de                              │
        │ Next undo: Fix all contact_email  t…   Next redo: Set aside 12 records: te…  │
        │   Undo this step          Save as recipe                                     │
        │   Go back to before this                                                     │
        └──────────────────────────────────────────────────────────────────────────────┘
         u undoes your newest step, U brings it back.
         Enter Records  u Undo  U Redo  . Actions  y Copy  E Report    ? Help  Esc Back
        ");
    }

    #[test]
    fn what_is_not_brought_back_next_is_not_said_to_be() {
        let mut app = app_with(
            Route::History { run: RunId(1) },
            (100, 30),
            &|query| match answer(query) {
                Answer::History {
                    steps, plans, sent, ..
                } => Answer::History {
                    steps,
                    plans,
                    sent,
                    turns: Turns {
                        undo: Some(StepId(99)),
                        redo: None,
                    },
                },
                other => other,
            },
        );
        press(&mut app, "<Down>");
        shows(&mut app, "│ It was undone. ");
        shows(&mut app, "│ Next undo: a step of another run ");
        shows(&mut app, "│ Next redo: (nothing) ");
    }

    #[test]
    fn a_step_in_the_middle_is_taken_back_when_asked_twice() {
        let mut app = problems((100, 30));
        press(&mut app, "5<Down>:alone");
        press(&mut app, "<ret>");
        assert!(picture(&mut app).contains("Not now: it was undone, U brings it back."));
        press(&mut app, "<esc><esc><Down><Down>:alone<ret>");
        assert!(picture(&mut app).contains("Undo step 1?"));
        let wanted = press(&mut app, "<Right><ret>");
        let wish = Wish::UndoStep { step: StepId(1) };
        assert!(
            wanted
                .iter()
                .any(|effect| matches!(effect, Effect::Change(_, made) if *made == wish)),
            "{wanted:?}"
        );
    }

    #[test]
    fn going_back_names_what_is_undone_and_a_fix_is_saved_as_a_recipe() {
        let mut app = problems((100, 30));
        press(&mut app, "5<Down><Down><Down>:go back<ret>");
        shows(&mut app, "Go back to before this step?");
        shows(&mut app, "[>Stay ]     [ Undo 1 step ]");
        let wanted = press(&mut app, "<Right><ret>");
        let (run, step) = (RunId(1), StepId(1));
        assert_eq!(wanted, [Effect::Start(JobRequest::GoBack { run, step })]);
        let wanted = press(&mut app, ":recipe<ret><ret>");
        let file = "step-1.toml".into();
        let wish = Wish::Recipe { run, step, file };
        let saves = |effect: &Effect| matches!(effect, Effect::Change(_, made) if *made == wish);
        assert!(wanted.iter().any(saves), "{wanted:?}");
    }

    #[test]
    fn the_cursor_stays_on_its_entry_when_others_do_something() {
        let mut app = problems((100, 30));
        press(&mut app, "5<Down><Down>");
        let before = picture(&mut app);
        let line = |picture: &str| {
            let mut lines = picture.lines().filter(|line| line.starts_with("│ > "));
            lines.next().map(|line| line[..62].to_owned())
        };
        app.refresh();
        let effects = app.settle();
        feed_with(&mut app, effects, &|query| match answer(query) {
            Answer::History {
                mut steps,
                plans,
                sent,
                turns,
            } => {
                let newest = StepRow {
                    id: StepId(9),
                    at: "2025-12-01T00:00:00Z".to_owned(),
                    ..steps[0].clone()
                };
                steps.insert(0, newest);
                Answer::History {
                    steps,
                    plans,
                    sent,
                    turns,
                }
            }
            other => other,
        });
        assert_eq!(line(&picture(&mut app)), line(&before));
    }

    #[test]
    fn what_could_not_be_looked_up_is_looked_up_again() {
        let mut app = problems((100, 30));
        let opened = wishes(&mut app, "5");
        let mut waiting = opened;
        while let Some(effect) = waiting.pop() {
            if let Effect::Ask(ticket, query) = effect {
                let answered = match query {
                    Query::StepFacts { .. } => Err(anyhow::anyhow!("the disk is busy")),
                    other => Ok(answer(other)),
                };
                waiting.extend(app.update(Event::Answer(ticket, answered)));
            }
        }
        shows(&mut app, "The disk is busy");
        press(&mut app, "<ret>");
        press(&mut app, "<ret>");
        shows(&mut app, "412 records");
    }

    #[test]
    fn arrows_and_enter_reach_what_can_be_done_with_an_older_step() {
        for size in [(100, 30), (80, 24)] {
            let mut app = problems(size);
            press(&mut app, "5<Down><Down><Down>");
            shows(&mut app, "[ Undo this step ]");
            press(&mut app, "<Right>");
            shows(&mut app, "[>Undo this step ]");
            shows(&mut app, "Esc Back to the list");
            shows(&mut app, " Enter Undo this step  u Undo");
            press(&mut app, "<ret>");
            shows(&mut app, "Undo step 1?");
            press(&mut app, "<esc><Down><ret>");
            shows(&mut app, "Save this step as a recipe");
            press(&mut app, "<esc><Down><ret>");
            shows(&mut app, "Go back to before this step?");
            press(&mut app, "<esc><esc>");
            shows_not(&mut app, "[>");
            shows(&mut app, "12 records, step 1");
            // The step above was undone: that is said, and nothing looks like a button that is none.
            press(&mut app, "<Up><Up>");
            shows_not(&mut app, "[ Undo this step ]");
            shows(&mut app, "   Undo this step  ");
            press(&mut app, "<Right><ret>");
            shows(&mut app, " >Undo this step  ");
            shows(&mut app, "Not now: it was undone");
            press(&mut app, "<Down><Down><ret>");
            shows(&mut app, "Not now: nothing since then can be taken back");
            press(&mut app, "<Up><Up>");
            press(&mut app, "<Left><Up>");
            shows(&mut app, "12 records, step 3");
        }
    }
    #[test]
    fn what_was_sent_of_a_step_is_said_on_its_line_and_is_not_offered_to_be_undone() {
        for (sent, undo, words) in [
            (5, "part", "Can be undone for the 7 not sent."),
            (12, "sent", "Its records were sent."),
        ] {
            let mut app =
                app_with(
                    Route::History { run: RunId(1) },
                    (100, 30),
                    &|query| match answer(query) {
                        Answer::History {
                            steps,
                            plans,
                            turns,
                            ..
                        } => Answer::History {
                            turns,
                            steps,
                            plans,
                            sent: [(StepId(1), sent)].into(),
                        },
                        other => other,
                    },
                );
            press(&mut app, "<Down><Down><Down>");
            shows(&mut app, &format!("contact_email  trim, lowe… {undo}"));
            shows(&mut app, words);
            let all_sent = sent == 12;
            assert_eq!(picture(&mut app).contains("[ Undo this step ]"), !all_sent);
            let next = "Next undo: none, as all of the last step was sent";
            assert_eq!(picture(&mut app).contains(next), all_sent);
        }
    }

    #[test]
    fn a_step_is_not_taken_back_while_something_runs_like_all_that_may_be_long() {
        let mut app = problems((100, 30));
        press(&mut app, "R");
        press(&mut app, "5<Down><Down><Down>:alone<ret>");
        shows_not(&mut app, "Undo step 1?");
        shows(&mut app, "something is running already");
    }
}
