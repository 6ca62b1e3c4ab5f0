//! From one cell to others: only or no records like it, and the lists of the problems beside this one.

use serde_json::Value;

use super::Records;
use crate::{
    filter::{Filter, Item, Term, Test, Wanted},
    model::{Group, RecordRow},
    tui::{
        action::Action,
        event::{Cx, Effect, Query},
        pages::{cell::Column, groups},
    },
};

impl Records {
    /// Adds a term to the filter: only records whose cell is like the one that is meant, or none of them.
    pub(super) fn only_like_this(&mut self, negated: bool, cx: &mut Cx) {
        let cell = self.chosen().zip(self.target_column());
        let Some(term) = cell.and_then(|(row, column)| like(row, column, negated)) else {
            cx.say("Only a single value can be filtered by.");
            return;
        };
        let known = Filter::understood(&self.typed).0.terms.contains(&term);
        let term = term.to_string();
        if known {
            cx.say(format!(
                "The filter has it already: {}",
                crate::text::safe(&term)
            ));
            return;
        }
        let typed = format!("{} {term}", self.typed);
        self.apply(typed.trim().to_owned(), cx);
    }

    /// Asks for the problems of the run, to go to the one before or behind this one.
    pub(super) fn ask_for_group_beside(&mut self, forward: bool, cx: &mut Cx) {
        if self.group().is_none() {
            let key = cx.keys.of(Action::ProblemsTab);
            cx.say(format!(
                "This list is about no problem in particular. {key} shows the problems."
            ));
            return;
        }
        let run = self.view.run;
        self.asked.beside = Some((cx.ask(Query::Groups { run }), forward));
    }

    pub(super) fn go_to_group_beside(&self, mut all: Vec<Group>, forward: bool, cx: &mut Cx) {
        groups::as_listed(&mut all, &cx.groups);
        all.retain(|group| group.open > 0 || Some(group.id) == self.group());
        let here = all.iter().position(|group| Some(group.id) == self.group());
        let there = here.and_then(|at| at.checked_add_signed(if forward { 1 } else { -1 }));
        match there.and_then(|at| all.get(at)) {
            Some(group) => cx.effects.push(Effect::Replace(groups::records_of(group))),
            None if forward => cx.say("This is the last problem."),
            None => cx.say("This is the first problem."),
        }
    }
}

/// The term that holds for records whose value is this one's. A CSV cell may write a number in another way, so that numbers are compared.
fn like(row: &RecordRow, column: &Column, negated: bool) -> Option<Term> {
    let value = row.current.as_ref()?.pointer(column.path(row).as_str());
    let item = match value {
        None => Item::Missing,
        Some(Value::Null) => Item::Empty,
        Some(Value::String(text)) if text.is_empty() => Item::Empty,
        Some(Value::String(text)) => Item::Like(text.clone()),
        Some(Value::Number(number)) => Item::Range(number.to_string(), number.to_string()),
        Some(Value::Bool(yes)) => Item::Like(yes.to_string()),
        Some(Value::Array(_) | Value::Object(_)) => return None,
    };
    let test = match item {
        // A star would stand for anything.
        Item::Like(text) if text.contains('*') => Test::Exactly(vec![text]),
        item => Test::AnyOf(vec![item]),
    };
    Some(Term {
        negated,
        wanted: Wanted::Value(column.key().to_owned(), test),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tui::testing::{picture, press, problems, record, shows};

    #[test]
    fn a_cell_becomes_the_term_that_finds_it() {
        let row = record(
            1,
            json!({"country": "DE", "note": "a b*", "n": -12.5, "vip": true, "gone": null, "empty": "",
                "lines": [1], "code": "1..2"}),
        );
        let check = |field: &str, expected: Option<&str>| {
            let term = like(&row, &Column::field(field), false);
            let line = term.as_ref().map(Term::to_string);
            assert_eq!(line.as_deref(), expected, "{field}");
            if let (Some(line), Some(term)) = (line, term) {
                assert_eq!(Filter::parse(&line).unwrap().terms, [term]);
            }
        };
        check("country", Some("country:DE"));
        check("note", Some("note=\"a b*\""));
        check("n", Some("n:-12.5..-12.5"));
        check("vip", Some("vip:true"));
        check("gone", Some("gone:empty"));
        check("empty", Some("empty:empty"));
        check("other", Some("other:missing"));
        check("code", Some("code:\"1..2\""));
        check("lines", None);
    }

    #[test]
    fn only_and_hide_add_a_term_to_the_filter() {
        let mut app = problems((80, 24));
        press(&mut app, "<ret>");
        let asked = press(&mut app, "F");
        let typed = |effect: &Effect| match effect {
            Effect::Ask(_, Query::Ids { filter }) => Some(filter.to_string()),
            _ => None,
        };
        let filter = asked.iter().find_map(typed);
        assert_eq!(
            filter.as_deref(),
            Some("run:1 problem:1 -contact_email:office@")
        );
        let mut app = problems((80, 24));
        press(&mut app, "2<Right><Right>f");
        let picture = picture(&mut app);
        assert!(picture.contains("name:\"Müller GmbH\""), "{picture}");
        press(&mut app, "f");
        shows(&mut app, "The filter has it already: name:\"Müller GmbH\"");
    }

    #[test]
    fn braces_lead_to_the_problems_beside_this_one() {
        let mut app = problems((80, 24));
        press(&mut app, "<ret>{");
        assert!(picture(&mut app).contains("This is the first problem."));
        press(&mut app, "}");
        assert!(picture(&mut app).contains("> Date and time not written the ISO way"));
        press(&mut app, "}}}}}");
        assert!(picture(&mut app).contains("This is the last problem."));
        press(&mut app, "{{{{{");
        assert!(picture(&mut app).contains("> Email address not complete"));
        press(&mut app, "<esc>");
        assert!(
            picture(&mut app).contains("[1 Problems 6]"),
            "one step back"
        );
        press(&mut app, "2}");
        assert!(picture(&mut app).contains("about no problem in particular"));
    }
}
