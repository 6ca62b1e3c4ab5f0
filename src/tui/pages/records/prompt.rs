//! The filter prompt: what is typed, what it can go on with, and what was typed before.

mod choices;

use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    layout::{Position, Rect},
};

use self::choices::{Choices, With};
use super::Records;
use crate::{
    filter::{Filter, FilterError, Half, Of, Offered, Part, Term, begins, beside_half},
    model::RecordRow,
    ops::Filters,
    text,
    tui::{
        action::{Action, Offer},
        event::{Answer, Cx, Effect, FilterLine, Query, Ticket, Wish},
        theme::Theme,
        widgets::{field::Field, lines::Roll, scrollbar::Scrollbar},
    },
};

/// The filter prompt while it is open.
#[derive(Debug)]
pub(in crate::tui::pages) struct Prompt {
    pub field: Field,
    /// The filter as it was before, for Esc.
    before: String,
    /// Why terms that stand there are not applied; of the one that is being typed nothing is said.
    pub refused: Vec<FilterError>,
    /// The person wants the line as it is, also the term they were typing.
    insists: bool,
    /// Where the cursor was drawn.
    pub column: u16,
    filters: Filters,
    /// Which of the recent filters stands there, while one walks through them.
    recalled: Option<usize>,
    /// The fields of the run, as keys.
    fields: Vec<String>,
    choices: Choices,
    counted: Option<Counted>,
    asked: Option<(Ticket, Wanted)>,
}

/// Whose values are wanted: of which key, beside which terms, and how they begin.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    of: Of,
    others: String,
    typed: String,
}

#[derive(Debug)]
struct Counted {
    wanted: Wanted,
    offered: Offered,
}

impl Counted {
    /// Whether it says what was asked for, or more.
    fn answers(&self, wanted: &Wanted) -> bool {
        let known = &self.wanted;
        let beside = known.of == wanted.of && known.others == wanted.others;
        let narrower = self.offered.all && begins(&wanted.typed, &known.typed);
        beside && (known.typed == wanted.typed || narrower)
    }
}

impl Prompt {
    fn new(typed: &str, filters: Filters, fields: Vec<String>) -> Self {
        Self {
            field: Field::new(typed),
            before: typed.to_owned(),
            refused: Vec::new(),
            insists: false,
            column: 0,
            filters,
            recalled: None,
            fields,
            choices: Choices::default(),
            counted: None,
            asked: None,
        }
    }

    /// The filter as it was before the prompt was opened.
    pub fn before(&self) -> &str {
        &self.before
    }

    pub fn offers(&self) -> Vec<Offer> {
        let enter = match self.choices.chosen() {
            Some(_) => "Use it",
            None => "Keep this filter",
        };
        let mut offers = vec![Offer::new(Action::Open, enter)];
        if !self.choices.is_empty() {
            offers.push(Offer::new(Action::NextPanel, "Complete"));
        }
        offers.push(Offer::new(Action::ClearText, "Clear"));
        offers
    }

    pub fn escape(&self) -> &'static str {
        match self.choices.chosen() {
            Some(_) => "Back to the line",
            None => "Cancel",
        }
    }

    pub fn tip(&self) -> &'static str {
        match (self.field.value(), self.filters.recent.first()) {
            ("", Some(_)) => {
                "Up brings back earlier filters. Tab lists what can be asked for.   is:ready  amount>10"
            }
            ("", None) => {
                "Words are searched; also is:ready  country:DE,FR  amount>10. Tab lists the keys."
            }
            _ => "All terms must hold; | for either, - for not. Tab completes, Down chooses.",
        }
    }

    /// The line as far as it is to be applied, and why some of its terms are not: while a term is being typed and is not
    /// understood, the line stays as it was before that term.
    fn settled(&self) -> (String, Vec<FilterError>) {
        let line = self.field.value();
        let refused = Filter::understood(line).1;
        if !refused.is_empty() && !self.insists {
            let (_, others) = beside_half(line, self.field.cursor());
            let without = Filter::understood(&others).1;
            if without.len() < refused.len() {
                return (others.trim().to_owned(), without);
            }
        }
        (line.trim().to_owned(), refused)
    }

    /// Whether a term is the one that is being typed, so that nothing is said of it yet.
    pub fn is_typing(&self, term: &Term) -> bool {
        let (half, _) = beside_half(self.field.value(), self.field.cursor());
        !self.insists && Filter::understood(half).0.terms.contains(term)
    }

    /// The part of the line that is being typed.
    fn half(&self) -> Option<Half> {
        Half::at(self.field.value(), self.field.cursor())
    }

    /// The values that are to be counted first.
    fn wants(&self) -> Option<Wanted> {
        let half = self.half()?;
        let Part::Value(of, _) = half.part else {
            return None;
        };
        let wanted = Wanted {
            of,
            others: half.others,
            typed: half.typed,
        };
        let is_known = |counted: &Counted| counted.answers(&wanted);
        let asks = wanted.of.is_counted() && !self.counted.as_ref().is_some_and(is_known);
        asks.then_some(wanted)
    }

    /// Lists what the line can go on with; `all` is what can be asked for, whatever is typed.
    fn list(&mut self, all: bool) {
        self.choices = Choices::default();
        let Some(half) = self.half() else {
            return;
        };
        match &half.part {
            Part::Key if !half.typed.is_empty() || all => {
                self.choices.add_keys(&half.typed, &self.fields);
                self.choices.add_views(&half.typed, &self.filters.views);
            }
            // Nothing is typed at all: what has a name is offered.
            Part::Key if self.field.value().trim().is_empty() => {
                self.choices.add_views("", &self.filters.views);
            }
            Part::Key => {}
            Part::Value(of, sign) => {
                let beside = |counted: &&Counted| {
                    counted.wanted.of == *of && counted.wanted.others == half.others
                };
                if let Some(counted) = self.counted.as_ref().filter(beside) {
                    let offered = &counted.offered;
                    (self.choices).add_values(of, *sign, &half.typed, offered);
                }
                self.choices.add_standings(of, &half.typed);
            }
        }
        let typed = &self.field.value()[half.place];
        self.choices.leave_out(typed);
    }

    /// Puts what is chosen, or else comes first, into the line. Says whether there was something.
    fn complete(&mut self) -> bool {
        let Some(choice) = self.choices.wanted() else {
            return false;
        };
        match (&choice.with, self.half()) {
            (With::Line(line), _) => self.field.set(line),
            (With::Part(text), Some(half)) => {
                let (line, cursor) = half.finished(self.field.value(), text);
                self.field.set(&line);
                self.field.go_to(cursor);
            }
            (With::Part(_), None) => {}
        }
        self.recalled = None;
        true
    }

    /// Walks through the recent filters, in an empty line. Says whether it does.
    fn walk(&mut self, older: bool) -> bool {
        if !(self.field.value().is_empty() || self.recalled.is_some())
            || self.choices.chosen().is_some()
        {
            return false;
        }
        let last = self.filters.recent.len().checked_sub(1);
        let next = match (self.recalled, older) {
            (None, true) => last.map(|_| 0),
            (None, false) => return false,
            (Some(at), true) => Some(at + 1).min(last),
            (Some(at), false) => at.checked_sub(1),
        };
        self.recalled = next;
        let line = next.and_then(|at| self.filters.recent.get(at));
        self.field.set(line.map_or("", String::as_str));
        true
    }
}

impl Records {
    /// The list was opened with a filter, which goes before the one it was left with.
    pub(super) fn begin_with(&mut self, filter: Option<FilterLine>, cx: &mut Cx) {
        let Some(filter) = filter else { return };
        let (FilterLine::Typed(line) | FilterLine::Applied(line)) = &filter;
        if !line.is_empty() {
            self.typed.clear();
            self.recalled.has_filter = false;
        }
        self.open_prompt(cx);
        if !line.is_empty() {
            self.paste_in_prompt(line, cx);
        }
        if matches!(filter, FilterLine::Applied(_)) {
            // What cannot be understood stays in the prompt, to be corrected.
            self.act_on_prompt(Action::Open, cx);
        }
    }

    pub(super) fn open_prompt(&mut self, cx: &mut Cx) {
        let mut prompt = Prompt::new(&self.typed, cx.filters.clone(), self.fields());
        prompt.list(false);
        self.prompt = Some(prompt);
    }

    pub(super) fn type_in_prompt(&mut self, key: KeyEvent, cx: &mut Cx) {
        if let Some(prompt) = &mut self.prompt {
            prompt.recalled = None;
            prompt.field.key(key);
            self.apply_prompt(cx);
        }
    }

    pub(super) fn paste_in_prompt(&mut self, text: &str, cx: &mut Cx) {
        let is_new = self.prompt.is_none();
        if is_new {
            self.open_prompt(cx);
        }
        if let Some(prompt) = &mut self.prompt {
            // A filter is one line.
            let line: Vec<&str> = text.split(['\r', '\n', '\t']).collect();
            prompt.recalled = None;
            let line = line.join(" ");
            // It is one more term, and no end of the last one.
            let gap = if is_new && !prompt.field.value().is_empty() {
                " "
            } else {
                ""
            };
            prompt.field.paste(&format!("{gap}{}", line.trim()));
            self.apply_prompt(cx);
        }
    }

    pub(super) fn act_on_prompt(&mut self, action: Action, cx: &mut Cx) {
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        match action {
            Action::Back if prompt.choices.chosen().is_some() => prompt.choices.leave(),
            Action::Back => {
                let before = std::mem::take(&mut prompt.before);
                self.prompt = None;
                self.apply(before, cx);
            }
            Action::Up | Action::Down if prompt.walk(action == Action::Up) => self.apply_prompt(cx),
            Action::Up => prompt.choices.step(-1),
            Action::Down if !prompt.choices.is_empty() => prompt.choices.step(1),
            Action::NextPanel if prompt.complete() => self.apply_prompt(cx),
            Action::NextPanel => prompt.list(true),
            Action::Open if prompt.choices.chosen().is_some() => {
                prompt.complete();
                self.apply_prompt(cx);
            }
            Action::Open | Action::Down => {
                prompt.insists = true;
                (_, prompt.refused) = prompt.settled();
                // What cannot be understood stays to be corrected.
                if self.refusal().is_none() {
                    self.prompt = None;
                    self.keep_filter(cx);
                }
            }
            Action::ClearText => {
                prompt.field.set("");
                self.apply_prompt(cx);
            }
            _ => {}
        }
    }

    /// Takes the line under the pointer.
    pub(in crate::tui::pages) fn point_in_prompt(&mut self, place: Position, cx: &mut Cx) {
        if let Some(prompt) = &mut self.prompt
            && prompt.choices.choose_at(place)
        {
            prompt.complete();
            self.apply_prompt(cx);
        }
    }

    /// The scrollbar of what can follow, if it is there.
    pub(in crate::tui::pages) fn bar_in_prompt(&self, place: Position) -> Option<Scrollbar> {
        self.prompt.as_ref()?.choices.bar_at(place)
    }

    /// Moves what is in sight of what can follow.
    pub(in crate::tui::pages) fn roll_in_prompt(&mut self, roll: Roll) {
        if let Some(prompt) = &mut self.prompt {
            prompt.choices.roll(roll);
        }
    }

    /// Applies the terms in the prompt that are understood, keeps why the others are not, and lists what can follow.
    fn apply_prompt(&mut self, cx: &mut Cx) {
        self.learn_fields();
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        prompt.insists = false;
        let (typed, refused) = prompt.settled();
        prompt.refused = refused;
        prompt.list(false);
        self.apply(typed, cx);
        self.ask_for_values(cx);
    }

    /// Rows may come after the prompt was opened, and are the first to tell which fields there are.
    pub(super) fn learn_fields(&mut self) {
        let prompt = self.prompt.as_ref();
        if !prompt.is_some_and(|prompt| prompt.fields.is_empty()) {
            return;
        }
        let fields = self.fields();
        if let Some(prompt) = self.prompt.as_mut().filter(|_| !fields.is_empty()) {
            prompt.fields = fields;
            prompt.list(false);
        }
    }

    /// The kept filters are read, or are others now.
    pub(in crate::tui) fn know_filters(&mut self, filters: &Filters) {
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        // Whoever walks through the recent ones goes on in those.
        if prompt.recalled.is_none() {
            prompt.filters = filters.clone();
        }
        if prompt.choices.chosen().is_none() {
            prompt.list(false);
        }
    }

    pub(super) fn apply(&mut self, typed: String, cx: &mut Cx) {
        // Another text may be the same filter, which is not looked for again.
        let same = Filter::understood(&typed).0 == Filter::understood(&self.typed).0;
        self.typed = typed;
        if !same {
            self.ask_for_ids(cx);
        }
    }

    pub(super) fn clear_filter(&mut self, cx: &mut Cx) {
        self.keep_filter(cx);
        self.apply(String::new(), cx);
        let key = cx.keys.of(Action::Filter);
        cx.say(format!("Filter cleared. {key} then Up brings it back."));
    }

    /// The filter that is applied becomes the newest of those that can be brought back.
    fn keep_filter(&self, cx: &mut Cx) {
        let newest = cx.filters.recent.first();
        if !self.typed.is_empty() && newest != Some(&self.typed) {
            cx.filters.add(&self.typed);
            cx.effects.push(Effect::Do(Wish::KeepFilter {
                run: self.view.run,
                filter: self.typed.clone(),
            }));
        }
    }

    /// One question at a time: a newer wish waits for the answer.
    fn ask_for_values(&mut self, cx: &mut Cx) {
        let prompt = self.prompt.as_ref().filter(|prompt| prompt.asked.is_none());
        let Some(wanted) = prompt.and_then(Prompt::wants) else {
            return;
        };
        let mut filter = self.view.filter.clone();
        filter
            .terms
            .extend(Filter::understood(&wanted.others).0.terms);
        filter.put_marked(|| self.marked());
        let ticket = cx.ask(Query::Offered {
            filter,
            of: wanted.of.clone(),
            typed: wanted.typed.clone(),
        });
        if let Some(prompt) = &mut self.prompt {
            prompt.asked = Some((ticket, wanted));
        }
    }

    pub(super) fn awaits_offered(&self, ticket: Ticket) -> bool {
        let asked = self
            .prompt
            .as_ref()
            .and_then(|prompt| prompt.asked.as_ref());
        asked.is_some_and(|(asked, _)| *asked == ticket)
    }

    pub(super) fn receive_offered(&mut self, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        let Some(prompt) = &mut self.prompt else {
            return;
        };
        let wanted = prompt.asked.take().map(|(_, wanted)| wanted);
        // Without values one types on.
        let offered = match answer {
            Ok(Answer::Offered(offered)) => offered,
            _ => Offered::default(),
        };
        prompt.counted = wanted.map(|wanted| Counted { wanted, offered });
        // Whoever is choosing already is not disturbed.
        if prompt.choices.chosen().is_none() {
            prompt.list(false);
        }
        self.ask_for_values(cx);
    }

    /// The fields of the rows that are held, as keys of a filter.
    fn fields(&self) -> Vec<String> {
        // The list itself may be empty while one types.
        let mut rows: Vec<&RecordRow> = self.rows.values().collect();
        rows.sort_unstable_by_key(|row| row.id);
        let rows = rows.into_iter().take(SOME);
        choices::fields_of(rows.filter_map(|row| row.current.as_ref()))
    }

    /// Draws what the filter can go on with, below the prompt.
    pub(in crate::tui::pages) fn draw_offered(
        &mut self,
        frame: &mut Frame,
        area: Rect,
        theme: Theme,
    ) {
        if let Some(prompt) = &mut self.prompt {
            let typed = prompt
                .half()
                .map_or(0, |half| text::width(&prompt.field.value()[half.place]));
            let column = prompt.column.saturating_sub(typed as u16);
            prompt.choices.draw(frame, area, column, theme);
        }
    }
}

/// Rows whose fields are offered.
const SOME: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::RunId,
        ops::View,
        tui::{
            event::Event,
            testing::{answer, feed, picture, press, records, shows, shows_not, wishes},
        },
    };

    #[test]
    fn keys_and_fields_are_listed_with_their_meaning_as_one_types() {
        let mut app = records((80, 24));
        press(&mut app, "/s");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  [ s                                                ]  0 of 412 records
        ┌ Record┌────────────────────────────────────────────┐─────────────────────────┐
        │       │   .stage:    field                         │                         │
        │   No r│   shape:     shape of the value that fails │                         │
        │       │   stage:     where it stopped              │                         │
        │   > Cl│   severity:  error or warning              │                         │
        │       │   seen:      when it failed                │                         │
        │       │   status:    state, as in exports          │                         │
        │       └────────────────────────────────────────────┘                         │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘




         All terms must hold; | for either, - for not. Tab completes, Down chooses.
         Enter Keep this filter  Tab Complete  Ctrl+U Clear         F1 Help  Esc Cancel
        ");
    }

    #[test]
    fn values_of_the_whole_run_say_so() {
        let mut app = records((80, 24));
        let effects = wishes(&mut app, "/is:ready address.country:");
        crate::tui::testing::feed_with(&mut app, effects, &|query| match answer(query) {
            Answer::Offered(offered) => Answer::Offered(Offered {
                whole: false,
                of_run: true,
                ..offered
            }),
            other => other,
        });
        shows(&mut app, "│   DE  702+ of all │");
        shows(&mut app, "│   AT   61+ of all │");
        press(&mut app, "<Tab>");
        shows(&mut app, "[ is:ready address.country:DE");
    }

    #[test]
    fn values_are_listed_with_their_numbers_and_tab_takes_the_first() {
        let mut app = records((80, 24));
        press(&mut app, "/is:ready address.country:");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  [ is:ready address.country:                        ]  0 of 412 records
        ┌ Records ───────────────────────┌───────────┐─────────────────────────────────┐
        │                                │   DE  702 │                                 │
        │   No record matches   is:ready │   FR  110 │                                 │
        │                                │   AT   61 │                                 │
        │   > Clear the whole filter     └───────────┘                                 │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘




         All terms must hold; | for either, - for not. Tab completes, Down chooses.
         Enter Keep this filter  Tab Complete  Ctrl+U Clear         F1 Help  Esc Cancel
        ");
        press(&mut app, "<Tab>");
        shows(&mut app, "[ is:ready address.country:DE ");
        press(&mut app, ",f<Tab>");
        shows(&mut app, "[ is:ready address.country:DE,FR ");
    }

    #[test]
    fn nothing_is_said_of_a_term_that_is_being_typed_and_the_list_stays_as_it_was() {
        let mut app = records((80, 24));
        press(&mut app, "/is:ready");
        for typed in [
            " country:",
            "<Ctrl+U>is:ready | is:",
            "<Ctrl+U>x name:\"a",
            "<Ctrl+U>is:b",
        ] {
            press(&mut app, typed);
            shows_not(&mut app, "Not applied");
            shows_not(&mut app, "] ?");
        }
        press(&mut app, "<Ctrl+U>is:ready row:");
        shows(&mut app, "No record matches   is:ready ");
        // Once it is left, it is said.
        press(&mut app, " ");
        shows(&mut app, "Not applied: row:: nothing stands after row:.");
        press(&mut app, "<Left>");
        shows_not(&mut app, "Not applied");
        // Or once it is to hold.
        press(&mut app, "<ret>");
        shows(&mut app, "Not applied: row:: nothing stands after row:.");
        shows(&mut app, "[ is:ready row: ");
        press(&mut app, "1<ret>");
        shows(&mut app, "Filter  [is:ready row:1]");
    }

    #[test]
    fn a_field_that_is_not_there_is_named_when_its_term_is_left() {
        let mut app = records((80, 24));
        press(&mut app, "/ship_dat:2025");
        shows_not(&mut app, "Not applied");
        press(&mut app, " x");
        shows(&mut app, "Not applied: ship_dat is not a field.");
    }

    #[test]
    fn down_goes_into_the_list_enter_uses_a_line_and_esc_leaves_it() {
        let mut app = records((80, 24));
        press(&mut app, "/country:<Down><Down>");
        shows(&mut app, "> FR");
        shows(&mut app, "Esc Back to the line");
        press(&mut app, "<esc>");
        shows(&mut app, "[ country: ");
        press(&mut app, "<Down><Down><Down><ret>");
        shows(&mut app, "[ country:AT ");
        press(&mut app, "<ret>");
        shows(&mut app, "/ to change");
        // Up past the first line is in the prompt again.
        press(&mut app, "/<Ctrl+U>is:<Down><Up>");
        shows(&mut app, "Enter Keep this filter");
    }

    #[test]
    fn values_are_counted_once_for_a_key_beside_the_other_terms_of_the_list() {
        let mut app = records((80, 24));
        let asked = press(&mut app, "/is:ready country:d");
        let asked: Vec<_> = (asked.iter())
            .filter_map(|effect| match effect {
                Effect::Ask(_, Query::Offered { filter, of, typed }) => {
                    Some((filter.to_string(), of.clone(), typed.clone()))
                }
                _ => None,
            })
            .collect();
        let field = Of::Field("/country".to_owned());
        let is = Of::Key("is".to_owned());
        let all = "run:1 problem:1".to_owned();
        let ready = "run:1 problem:1 status:ready".to_owned();
        assert_eq!(
            asked,
            [(all, is, String::new()), (ready, field, String::new())]
        );
    }

    #[test]
    fn an_answer_to_what_was_typed_before_does_not_hold_up_what_is_typed_now() {
        let mut app = records((80, 24));
        let first = wishes(&mut app, "/is:");
        let asks = |effects: &[Effect]| {
            effects.iter().find_map(|effect| match effect {
                Effect::Ask(ticket, query @ Query::Offered { .. }) => {
                    Some((*ticket, query.clone()))
                }
                _ => None,
            })
        };
        let (ticket, query) = asks(&first).expect("it asks for states");
        // Nothing more is asked until the answer is there.
        assert_eq!(asks(&wishes(&mut app, "<Ctrl+U>country:")), None);
        shows_not(&mut app, "rejected");
        let next = app.update(Event::Answer(ticket, Ok(answer(query))));
        shows_not(&mut app, "rejected");
        let (_, query) = asks(&next).expect("it asks for countries");
        assert!(matches!(
            query,
            Query::Offered {
                of: Of::Field(_),
                ..
            }
        ));
        feed(&mut app, next);
        shows(&mut app, "DE  702");
    }

    #[test]
    fn recent_filters_come_back_with_up_in_an_empty_line() {
        let mut app = records((80, 24));
        let kept = press(&mut app, "/first<ret>");
        let wish = Wish::KeepFilter {
            run: RunId(1),
            filter: "first".to_owned(),
        };
        assert!(
            kept.iter()
                .any(|effect| matches!(effect, Effect::Change(_, made) if *made == wish)),
            "{kept:?}"
        );
        press(&mut app, "/<Ctrl+U>second<ret><esc>");
        shows(&mut app, "Filter cleared. / then Up brings it back.");
        press(&mut app, "/<Up>");
        shows(&mut app, "[ second ");
        press(&mut app, "<Up><Up>");
        shows(&mut app, "[ first ");
        press(&mut app, "<Down><Down>");
        shows(&mut app, "[           ");
        press(&mut app, "<Up><ret>");
        shows(&mut app, "/ to change");
    }

    #[test]
    fn views_are_offered_in_an_empty_line_and_by_their_names() {
        let mut app = records((80, 24));
        app.cx.filters.views = vec![View {
            name: "Old German".to_owned(),
            filter: "country:DE created_at<2025".to_owned(),
        }];
        press(&mut app, "/");
        shows(&mut app, "Old German");
        press(&mut app, "old");
        shows(&mut app, "Old German");
        press(&mut app, "<Tab>");
        shows(&mut app, "[ country:DE created_at<2025 ");
    }

    #[test]
    fn views_that_come_after_the_prompt_are_offered_in_it() {
        let mut app = records((80, 24));
        press(&mut app, "/");
        shows_not(&mut app, "Old German");
        let filters = Filters {
            recent: vec!["is:ready".to_owned()],
            views: vec![View {
                name: "Old German".to_owned(),
                filter: "country:DE".to_owned(),
            }],
        };
        let ticket = app
            .cx
            .ask(crate::tui::event::Query::Filters { run: RunId(1) });
        app.asked
            .push((ticket, crate::tui::answers::Asked::Filters));
        let come = Ok(Answer::Filters(filters, String::new()));
        let effects = app.update(Event::Answer(ticket, come));
        feed(&mut app, effects);
        shows(&mut app, "Old German");
        press(&mut app, "<Up>");
        shows(&mut app, "[ is:ready ");
    }

    #[test]
    fn tab_lists_every_key_where_nothing_is_typed() {
        let mut app = records((80, 24));
        press(&mut app, "/x <Tab>");
        shows(&mut app, "state");
        press(&mut app, "<Tab>");
        shows(&mut app, "[ x is: ");
    }
}
