//! Where records go, where the contract names more than one destination: asked before anything is planned, and shown.

use super::{
    action::{Action, Offer},
    answers::Asked,
    app::App,
    event::{ChoiceOf, Choosable, Choosing, Effect, Place, Query},
    pages::Page,
    words,
};
use crate::{
    model::{PlanId, RunId},
    ops::ToSend,
    text,
};

/// The list that asks where to, with the cursor on this one; the same words as the numbered lines have.
pub(super) fn choosing(places: &[Place], at: Option<&str>) -> Choosing {
    let line = |place: &Place| Choosable {
        key: place.name.clone(),
        label: format!(
            "{}, {}: {}",
            text::safe(&place.name),
            text::safe(&place.environment),
            text::safe(&place.target)
        ),
        note: String::new(),
        shown: None,
    };
    let at = places.iter().position(|place| Some(&*place.name) == at);
    Choosing {
        of: ChoiceOf::Destination,
        title: "Where to?".to_owned(),
        lines: places.iter().map(line).collect(),
        at: at.unwrap_or_default(),
    }
}

/// The environment of all these, where it is the same.
fn environment_of(places: &[Place]) -> Option<&str> {
    let (first, rest) = places.split_first()?;
    let is_same = rest
        .iter()
        .all(|place| place.environment == first.environment);
    is_same.then_some(first.environment.as_str())
}

impl Page {
    /// The destination of the plan that is shown, and its environment where the page knows it.
    fn sends_to(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Review(page) => page.sends_to(),
            Self::Sending(page) => page.sends_to().map(|name| (name, None)),
            _ => None,
        }
    }

    /// What is sent from this page: the plan it shows, as far as that is not done, and where to.
    fn planned(&self) -> Option<(Option<PlanId>, String)> {
        match self {
            Self::Review(page) => page.planned(),
            Self::Sending(page) => page.continues(),
            _ => None,
        }
    }
}

impl App {
    /// Where records go, in the words of the first row, and into which environment: as the page in front shows it, else as it
    /// was chosen. No name where that is open.
    pub(super) fn aim(&self) -> (Option<String>, Option<String>) {
        let to = |name: &str| Some(format!("to {}", text::safe(name)));
        let known = |name: &str| {
            let place = self.cx.places.iter().find(|place| place.name == name);
            place.map(|place| place.environment.as_str())
        };
        let (words, environment) =
            match (self.pages.top().sends_to(), &self.cx.to, &*self.cx.places) {
                (Some((name, environment)), ..) => (to(name), environment.or_else(|| known(name))),
                (None, Some(name), _) => (to(name), known(name)),
                (None, None, []) => (None, None),
                (None, None, [only]) => (to(&only.name), Some(only.environment.as_str())),
                (None, None, many) => {
                    let words = text::count(many.len() as u64, "destination");
                    (Some(words), environment_of(many))
                }
            };
        (words, environment.map(str::to_owned))
    }

    /// Looks what would be sent, to ask whether it is; asks where to before, where that is open.
    pub(super) fn look_what_would_be_sent(&mut self) {
        let Some(run) = self.shown_run().map(|run| run.id) else {
            return;
        };
        let chosen = || self.cx.to.clone().map(|to| (None, to));
        let of = self.pages.top().planned().or_else(chosen);
        if of.is_none() && self.cx.has_choice() {
            return self.ask_where_to();
        }
        // Whoever presses twice is asked once.
        self.asked
            .retain(|(_, asked)| !matches!(asked, Asked::Plan(_)));
        let ticket = self.cx.ask(Query::ToSend { run, of });
        self.asked.push((ticket, Asked::Plan(run)));
        self.status = Some("Looking what would be sent ...".to_owned());
    }

    /// It is known what would be sent: asks whether it is.
    pub(super) fn ask_to_send(&mut self, to_send: &ToSend) {
        let plan = &to_send.plan;
        let undecided = plan.behind.undecided;
        self.status = match plan.planned {
            0 if undecided > 0 => {
                let stay = words::undecided(undecided);
                let way = "Fix all on that field decides it";
                Some(format!("Nothing is sent: {}. {way}.", stay.trim()))
            }
            0 => Some("Nothing is ready to be sent.".to_owned()),
            _ => None,
        };
        if plan.planned > 0 {
            let run = self.run.as_ref().filter(|run| run.id == plan.run);
            let question = words::ask_to_send(to_send, run.map(|run| &*run.name));
            self.confirm(Some(plan.run), question);
        }
    }

    /// Asks where to, if there is a choice; says whether there is.
    pub(super) fn can_go_elsewhere(&mut self) -> bool {
        let is_choice = self.cx.has_choice() && matches!(self.pages.top(), Page::Review(_));
        if is_choice {
            self.ask_where_to();
        }
        is_choice
    }

    fn ask_where_to(&mut self) {
        let list = choosing(&self.cx.places, self.cx.to.as_deref());
        self.cx.effects.push(Effect::Choose(Box::new(list)));
    }

    /// Where records can go by now. One that was chosen and is no longer there is not aimed at.
    pub(super) fn places_are(&mut self, places: Vec<Place>) {
        let is_there = |to: &String| places.iter().any(|place| place.name == *to);
        if self.cx.to.as_ref().is_some_and(|to| !is_there(to)) {
            self.cx.to = None;
            for page in self.pages.iter_mut() {
                if let Page::Review(page) = page {
                    page.aim(&mut self.cx);
                }
            }
        }
        self.cx.places = places;
    }

    /// Asks where the records of a run can go.
    pub(super) fn ask_for_places(&mut self, run: RunId) {
        let ticket = self.cx.ask(Query::Places { run });
        self.asked.push((ticket, Asked::Places(run)));
    }

    /// Where there is a choice, Review offers it: before its last offers, for which there may be no room.
    pub(super) fn offer_elsewhere(&self, offers: &mut Vec<Offer>) {
        if let Page::Review(page) = self.pages.top()
            && self.cx.has_choice()
            && !page.is_open()
        {
            let at = offers.len().min(2);
            offers.insert(at, Offer::new(Action::ReviewTab, "Where to?"));
        }
    }

    /// A destination was chosen: Review shows what would go there, and whoever wanted to send is asked.
    pub(super) fn aim_at(&mut self, list: &Choosing) {
        let Some(line) = list.lines.get(list.at) else {
            return;
        };
        self.cx.to = Some(line.key.clone());
        match self.pages.top_mut() {
            Page::Review(page) => page.aim(&mut self.cx),
            _ => self.look_what_would_be_sent(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::{
        model::{Fault, RunId},
        ops::{ContractState, Standing},
        tui::{
            app::App,
            event::{Answer, Effect, Event, Place, Query},
            testing::{self, feed_with, picture, press, problems, shows, shows_not},
        },
    };

    fn places() -> Vec<Place> {
        let place = |name: &str, environment: &str, target: &str| Place {
            name: name.to_owned(),
            environment: environment.to_owned(),
            target: target.to_owned(),
        };
        vec![
            place("crm", "test", "table customer in crm.db"),
            place("api", "production", "POST https://api.example/customers"),
            place("cmd", "test", "push.sh"),
        ]
    }

    /// What a workspace says whose contract names three destinations.
    fn answer(query: &Query) -> anyhow::Result<Answer> {
        Ok(match query {
            Query::Places { .. } => Answer::Places(places()),
            Query::Review { to: None, .. } => {
                let words = "the contract names more than one destination";
                return Err(Fault::usage("send:destination", words.to_owned())
                    .hint("say --to NAME; there are crm, api, cmd")
                    .into());
            }
            Query::Review { to: Some(to), .. } => {
                let mut facts = testing::review();
                let place = places().into_iter().find(|place| place.name == *to);
                facts.plan.environment = place.unwrap().environment;
                facts.plan.destination.clone_from(to);
                Answer::Review(Box::new(facts))
            }
            other => testing::answer(other.clone()),
        })
    }

    fn feed(app: &mut App, effects: Vec<Effect>) {
        let mut effects: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = effects.pop_front() {
            if let Effect::Ask(ticket, query) = effect {
                effects.extend(app.update(Event::Answer(ticket, answer(&query))));
            }
        }
    }

    fn keys(app: &mut App, keys: &str) -> Vec<Effect> {
        let effects = testing::wishes(app, keys);
        feed(app, effects.clone());
        effects
    }

    /// The Problems page of a run with three destinations.
    fn desk() -> App {
        let mut app = problems((100, 30));
        let ticket = app.cx.ask(Query::Places { run: RunId(1) });
        let asked = crate::tui::answers::Asked::Places(RunId(1));
        app.asked.push((ticket, asked));
        app.update(Event::Answer(ticket, Ok(Answer::Places(places()))));
        app.cx.effects.clear();
        app
    }

    #[test]
    fn with_several_destinations_review_asks_where_to_and_says_where() {
        let mut app = desk();
        shows(&mut app, " 3 destinations   saved 02:41");
        keys(&mut app, "3");
        shows(&mut app, "Where to?");
        shows(
            &mut app,
            "api, production: POST https://api.example/customers",
        );
        keys(&mut app, "<Down><ret>");
        shows(&mut app, "What will be sent to api");
        shows(&mut app, "to api [PRODUCTION]");
        // The same key asks again.
        keys(&mut app, "3<Up><ret>");
        shows(&mut app, "What will be sent to crm");
        shows(&mut app, "to crm [TEST]");
        let asked = testing::wishes(&mut app, "S");
        let of = Some((None, "crm".to_owned()));
        assert!(
            matches!(&asked[..], [Effect::Ask(_, Query::ToSend { of: to, .. })] if *to == of),
            "{asked:?}"
        );
    }

    #[test]
    fn an_enter_that_was_meant_for_something_else_chooses_no_destination() {
        let mut app = desk();
        let start = Instant::now();
        app.update(Event::Tick(start));
        keys(&mut app, "3");
        keys(&mut app, "<ret>");
        shows(&mut app, "Where to? ─");
        app.drawn(start);
        app.update(Event::Tick(start + Duration::from_millis(300)));
        keys(&mut app, "<ret>");
        shows(&mut app, "What will be sent to crm");
    }

    #[test]
    fn a_destination_that_left_the_contract_is_not_aimed_at() {
        let mut app = desk();
        keys(&mut app, "3");
        keys(&mut app, "<Down><ret>");
        shows(&mut app, "to api [PRODUCTION]");
        let two = places().into_iter().filter(|place| place.name != "api");
        app.places_are(two.collect());
        let effects = app.settle();
        feed(&mut app, effects);
        shows(&mut app, "Enter chooses where to.");
        shows_not(&mut app, "to api");
    }

    #[test]
    fn who_does_not_choose_is_told_and_can_choose_with_enter() {
        let mut app = desk();
        keys(&mut app, "3");
        keys(&mut app, "<esc>");
        shows_not(&mut app, "Where to? ─");
        shows(&mut app, "Enter chooses where to.");
        shows_not(&mut app, "--to");
        keys(&mut app, "<ret>");
        keys(&mut app, "<Down><Down><ret>");
        shows(&mut app, "What will be sent to cmd");
    }

    #[test]
    fn while_another_process_sends_that_is_said_and_nothing_is_asked() {
        let mut app = problems((100, 30));
        let asked = testing::wishes(&mut app, "S");
        let [Effect::Ask(ticket, Query::ToSend { .. })] = asked[..] else {
            panic!("{asked:?}")
        };
        let words = "another process is sending to this destination";
        let busy = Fault::unusable("send:busy", words).hint("wait until it is done");
        app.update(Event::Answer(ticket, Err(busy.into())));
        shows(
            &mut app,
            "Another process is sending to this destination. Wait until it is done.",
        );
        assert!(app.overlay.is_none());
    }

    #[test]
    fn where_to_is_asked_over_nothing_that_was_opened_meanwhile() {
        let mut app = desk();
        let effects = testing::wishes(&mut app, "3");
        press(&mut app, ":send");
        feed(&mut app, effects);
        shows_not(&mut app, "┌ Where to?");
        press(&mut app, "<esc><esc>");
        let words = "Not asked, as you had gone on: Where to? Nothing was done.";
        shows(&mut app, words);
        shows(&mut app, "Enter Where to?");
        // Review is covered by the runs, where nothing is to be sent.
        let mut app = desk();
        let effects = testing::wishes(&mut app, "3");
        press(&mut app, ":another<ret>");
        feed(&mut app, effects);
        shows_not(&mut app, "┌ Where to?");
        shows(&mut app, words);
        keys(&mut app, "<esc><ret>");
        shows(&mut app, "┌ Where to?");
    }

    #[test]
    fn a_contract_that_changes_on_disk_may_name_more_destinations() {
        let mut app = problems((100, 30));
        shows(&mut app, "to crm [TEST]");
        let standing = |contract| Standing {
            current: 1_387,
            old: 0,
            not_checked: 0,
            contract,
        };
        for contract in [
            ContractState::Same,
            ContractState::Changed {
                path: "c.toml".into(),
            },
        ] {
            app.look_at_contract(RunId(1));
            let Some(Effect::Ask(ticket, Query::Standing { .. })) = app.settle().pop() else {
                panic!("it is looked at")
            };
            let found = Answer::Standing(standing(contract));
            let effects = app.update(Event::Answer(ticket, Ok(found)));
            feed(&mut app, effects);
        }
        shows(&mut app, "3 destinations");
    }

    #[test]
    fn whoever_wants_to_send_is_asked_where_to_first() {
        let mut app = desk();
        assert_eq!(press(&mut app, "S"), []);
        assert!(picture(&mut app).contains("Where to?"));
        let asked = testing::wishes(&mut app, "<Down><ret>");
        let of = Some((None, "api".to_owned()));
        assert!(
            matches!(&asked[..], [Effect::Ask(_, Query::ToSend { of: to, .. })] if *to == of),
            "{asked:?}"
        );
        feed_with(&mut app, Vec::new(), &testing::answer);
    }
}
