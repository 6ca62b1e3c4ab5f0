//! A filter that finds nothing: what there would be without each of its terms, and the ways out.

use ratatui::layout::{Position, Rect};

use super::{Records, State};
use crate::{
    filter::{Filter, Term},
    text,
    tui::{
        action::{Action, Offer},
        event::{Answer, Cx, Query, Ticket},
    },
};

/// Terms that are tried without.
const MOST: usize = 5;

/// What is known of a filter that finds nothing.
#[derive(Debug, Default)]
pub(in crate::tui::pages) struct Nothing {
    /// The filter.
    of: String,
    /// What is left of it without one of its terms.
    without: Vec<Without>,
    /// The way out under the cursor.
    at: usize,
    /// Where the ways out are.
    places: Vec<Rect>,
}

#[derive(Debug)]
struct Without {
    term: String,
    rest: String,
    asked: Ticket,
    /// How many records there are then, once known.
    records: Option<u64>,
}

impl Nothing {
    pub fn awaits(&self, ticket: Ticket) -> bool {
        let waits = |one: &Without| one.asked == ticket && one.records.is_none();
        self.without.iter().any(waits)
    }

    pub fn receive(&mut self, ticket: Ticket, answer: &anyhow::Result<Answer>) {
        let one = self.without.iter_mut().find(|one| one.asked == ticket);
        if let Some(one) = one {
            one.records = Some(match answer {
                Ok(Answer::Ids { ids, .. }) => ids.len() as u64,
                // It is not offered then.
                _ => 0,
            });
        }
    }

    /// What was said stands there, the ways out last.
    pub fn stands(&mut self, mut said: Vec<Rect>) {
        let before = said.len().saturating_sub(self.ways().len() + 1);
        self.places = said.split_off(before);
    }

    /// Nothing of it is on the screen.
    pub fn hide(&mut self) {
        self.places.clear();
    }

    /// Puts the cursor on the way out under the pointer. Says whether there is one.
    pub fn point(&mut self, place: Position) -> bool {
        let way = self.places.iter().position(|way| way.contains(place));
        self.at = way.unwrap_or(self.at);
        way.is_some()
    }

    /// Whether it is still being counted: what a line stands for would change under the cursor.
    fn is_counting(&self) -> bool {
        self.without.iter().any(|one| one.records.is_none())
    }

    /// What helps.
    fn ways(&self) -> Vec<&Without> {
        if self.is_counting() {
            return Vec::new();
        }
        let helps = |one: &&Without| one.records.is_some_and(|records| records > 0);
        self.without.iter().filter(helps).collect()
    }
}

impl Records {
    /// Whether a filter is in force and finds nothing.
    pub(in crate::tui::pages) fn finds_nothing(&self) -> bool {
        let is_known = matches!(self.state, State::Known) && self.prompt.is_none();
        is_known && self.ids.is_empty() && !self.typed.is_empty()
    }

    /// Asks how many records there would be without each term, once for a filter.
    pub(super) fn ask_what_helps(&mut self, cx: &mut Cx) {
        if !self.finds_nothing() {
            self.nothing = Nothing::default();
            return;
        }
        if self.nothing.of == self.typed {
            return;
        }
        let mut terms = Filter::understood(&self.typed).0.terms;
        terms.retain(|term| self.unknown.iter().all(|(unknown, _)| unknown != term));
        let mut without = Vec::new();
        if terms.len() > 1 {
            for (at, term) in terms.iter().enumerate().take(MOST) {
                let others = terms.iter().enumerate().filter(|(other, _)| *other != at);
                let terms: Vec<Term> = others.map(|(_, other)| other.clone()).collect();
                let rest = Filter { terms };
                without.push(Without {
                    term: term.to_string(),
                    asked: cx.ask(Query::Ids {
                        filter: self.filter_with(rest.clone()),
                    }),
                    rest: rest.to_string(),
                    records: None,
                });
            }
        }
        self.nothing = Nothing {
            of: self.typed.clone(),
            without,
            at: 0,
            places: Vec::new(),
        };
    }

    pub(super) fn nothing_offers(&self) -> Vec<Offer> {
        let ways = self.nothing.ways();
        let label = match ways.get(self.nothing.at) {
            Some(_) => "Remove it",
            None => "Clear the filter",
        };
        vec![
            Offer::new(Action::Open, label),
            Offer::new(Action::Filter, "Filter"),
        ]
    }

    /// Up, Down and Enter on the ways out. `false` for what else is pressed.
    pub(super) fn act_on_nothing(&mut self, action: Action, cx: &mut Cx) -> bool {
        let ways = self.nothing.ways();
        let last = ways.len();
        match action {
            Action::Up if self.nothing.at > 0 => self.nothing.at -= 1,
            Action::Down => self.nothing.at = (self.nothing.at + 1).min(last),
            Action::First => self.nothing.at = 0,
            Action::Last => self.nothing.at = last,
            Action::Open if self.nothing.is_counting() => {
                cx.say("Looking what there is without each term. Esc clears the whole filter.");
            }
            Action::Open => match ways.get(self.nothing.at) {
                Some(way) => {
                    let (term, rest) = (text::safe(&way.term).into_owned(), way.rest.clone());
                    self.apply(rest, cx);
                    cx.say(format!("Removed {term} from the filter."));
                }
                None => self.clear_filter(cx),
            },
            _ => return false,
        }
        true
    }

    /// What is said in the place of the records.
    pub(in crate::tui::pages) fn nothing_in_words(&self) -> Vec<String> {
        if self.typed.is_empty() {
            return vec!["No record is here: none has this problem now.".to_owned()];
        }
        let mut lines = vec![
            format!("No record matches   {}", text::safe(&self.typed)),
            String::new(),
        ];
        let ways = self.nothing.ways();
        for way in &ways {
            let there = match way.records {
                Some(1) => "there is 1".to_owned(),
                records => format!("there are {}", text::thousands(records.unwrap_or_default())),
            };
            lines.push(format!("Without   {}   {there}.", text::safe(&way.term)));
        }
        if !ways.is_empty() {
            lines.push(String::new());
        }
        let removes = ways
            .iter()
            .map(|way| format!("Remove  {}", text::safe(&way.term)));
        let ways = removes.chain(["Clear the whole filter      (Esc)".to_owned()]);
        lines.extend(ways.enumerate().map(|(at, way)| {
            let mark = if at == self.nothing.at { ">" } else { " " };
            format!("{mark} {way}")
        }));
        lines
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::{
        app::App,
        event::{Answer, Effect, Query},
        testing::{answer, feed_with, picture, press, records, shows, shows_not, wishes},
    };

    /// The list of a problem, with a filter of two terms that finds nothing; without the first there are 81.
    fn nothing() -> App {
        let mut app = records((80, 24));
        for key in ["/country:DE stage:send", "<ret>"] {
            let effects = wishes(&mut app, key);
            feed_with(&mut app, effects, &|query| match query {
                Query::Ids { filter } => {
                    let line = filter.to_string();
                    let (country, stage) = (line.contains("country"), line.contains("stage"));
                    let mut found = answer(Query::Ids { filter });
                    if let Answer::Ids { ids, .. } = &mut found {
                        *ids = (1..=412).map(crate::model::RecordId).collect();
                        match (country, stage) {
                            (true, true) => ids.clear(),
                            (false, true) => ids.truncate(81),
                            _ => {}
                        }
                    }
                    found
                }
                query => answer(query),
            });
        }
        app
    }

    #[test]
    fn without_each_term_is_said_and_offered() {
        let mut app = nothing();
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
          1 Problems 6 [2 Records 1,387] 3 Review 3  4 Send  5 History 4           Menu
         Filter  [country:DE stage:send]   / to change                 0 of 412 records
        ┌ Records ─────────────────────────────────────────────────────────────────────┐
        │                                                                              │
        │   No record matches   country:DE stage:send                                  │
        │                                                                              │
        │   Without   country:DE   there are 81.                                       │
        │   Without   stage:send   there are 412.                                      │
        │                                                                              │
        │   > Remove  country:DE                                                       │
        │     Remove  stage:send                                                       │
        │     Clear the whole filter      (Esc)                                        │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘





         Enter Remove it  / Filter                             ? Help  Esc Clear filter
        ");
    }

    #[test]
    fn while_it_is_counted_enter_means_none_of_what_comes() {
        let mut app = records((80, 24));
        for key in ["/country:DE stage:send", "<ret>"] {
            let effects = wishes(&mut app, key);
            let is_count = |effect: &Effect| match effect {
                Effect::Ask(_, Query::Ids { filter }) => {
                    let line = filter.to_string();
                    line.contains("country") != line.contains("stage")
                }
                _ => false,
            };
            // How many there are without each term is not known yet.
            let known = effects.into_iter().filter(|effect| !is_count(effect));
            feed_with(&mut app, known.collect(), &|query| {
                let mut found = answer(query);
                if let Answer::Ids { ids, .. } = &mut found {
                    ids.clear();
                }
                found
            });
        }
        shows(&mut app, "No record matches");
        press(&mut app, "<ret>");
        shows(&mut app, "Filter  [country:DE stage:send]");
        shows(&mut app, "Looking what there is without each term.");
    }

    #[test]
    fn arrows_and_enter_lead_out_of_it() {
        let mut app = nothing();
        press(&mut app, "<ret>");
        shows(&mut app, "Filter  [stage:send]");
        shows(&mut app, "Removed country:DE from the filter.");
        let mut app = nothing();
        press(&mut app, "<Down><Down><Down><ret>");
        shows(&mut app, "Filter  none");
        shows_not(&mut app, "No record matches");
        let mut app = nothing();
        press(&mut app, "<Up>");
        shows(&mut app, ">2 Records");
    }
}
