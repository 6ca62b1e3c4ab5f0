//! In what order the problems stand, where the cursor is among them, and how both are found again.

use std::cmp::Reverse;

use super::{Groups, State};
use crate::{
    model::{Group, GroupId, RunRow, Trend},
    ops::Visit,
    tui::event::{ChoiceOf, Choosable, Choosing, Cx, Effect},
};

/// What the problems are put in order by; those that are done stay at the bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The most records first.
    #[default]
    Records,
    /// What is new or came back first, then what began last.
    Newest,
    Stage,
    Name,
}

impl Order {
    const ALL: [Self; 4] = [Self::Records, Self::Newest, Self::Stage, Self::Name];

    /// As it is kept, and said in the title of the list.
    fn word(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::Newest => "newest",
            Self::Stage => "stage",
            Self::Name => "name",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word() == word)
    }

    fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Records => ("Records", "the most first"),
            Self::Newest => ("Newest", "new, then what began last"),
            Self::Stage => ("Stage", "where they stopped"),
            Self::Name => ("Name", ""),
        }
    }
}

impl Groups {
    /// Puts new groups on the page, with the cursor still on the same one if it is still there.
    pub(super) fn show(&mut self, run: RunRow, groups: Vec<Group>, cx: &mut Cx) {
        self.usual = groups.iter().map(|group| group.id).collect();
        let kept = self
            .selected
            .filter(|kept| groups.iter().any(|group| group.id == *kept));
        self.state = State::Known(Box::new(run), groups);
        self.sort(cx);
        self.selected = kept.or(self.groups().first().map(|group| group.id));
    }

    /// Puts the groups in order, those that are done last. The usual order is the one of the answer.
    pub(super) fn sort(&mut self, cx: &mut Cx) {
        let State::Known(_, groups) = &mut self.state else {
            return;
        };
        let usual = |group: &Group| self.usual.iter().position(|id| *id == group.id);
        let seen = &self.since.since.groups;
        let is_known = |group: &Group| {
            let trend = seen.get(&group.id).map(|seen| seen.trend);
            !matches!(trend, Some(Trend::New | Trend::CameBack))
        };
        let order = cx.order;
        groups.sort_by_cached_key(|group| {
            let mut key = (0, Reverse(0), String::new());
            match order {
                Order::Records => {}
                Order::Newest => {
                    key = (u8::from(is_known(group)), Reverse(group.first_line), key.2);
                }
                Order::Stage => key.0 = group.stage as u8,
                Order::Name => key.2 = group.title.to_lowercase(),
            }
            (group.open == 0, key, usual(group))
        });
        cx.groups = groups.iter().map(|group| group.id).collect();
        self.order = order;
    }

    /// What they are put in order by, where it is not the usual.
    pub(super) fn order_in_words(&self) -> Option<String> {
        let is_usual = self.order == Order::default();
        (!is_usual).then(|| format!("by {}", self.order.word()))
    }

    pub(super) fn ask_for_order(&self, cx: &mut Cx) {
        let lines = Order::ALL.map(|order| Choosable {
            key: order.word().to_owned(),
            label: order.label().0.to_owned(),
            note: order.label().1.to_owned(),
            shown: None,
        });
        let at = Order::ALL.iter().position(|order| *order == self.order);
        cx.effects.push(Effect::Choose(Box::new(Choosing {
            of: ChoiceOf::Order,
            title: "Sort the problems by".to_owned(),
            lines: lines.to_vec(),
            at: at.unwrap_or(0),
        })));
    }

    /// The order that was chosen. The list is looked at from its beginning in it.
    pub fn chosen_from(&mut self, list: &Choosing, cx: &mut Cx) {
        let line = list.lines.get(list.at);
        if let Some(order) = line.and_then(|line| Order::of(&line.key)) {
            cx.order = order;
            self.sort(cx);
            self.selected = self.groups().first().map(|group| group.id);
            self.ask_for_example(cx);
            cx.say(format!("Sorted by {}.", order.word()));
        }
    }

    /// Puts order and cursor to where the person is.
    pub fn locate(&self, visit: &mut Visit) {
        visit.group = self.selected;
        self.order.word().clone_into(&mut visit.order);
    }

    pub fn go_to(&mut self, visit: &Visit, cx: &mut Cx) {
        cx.order = Order::of(&visit.order).unwrap_or(cx.order);
        self.sort(cx);
        let there = |group: &Group| Some(group.id) == visit.group;
        // Groups that are on their way are looked through when they come.
        if matches!(self.state, State::Loading) || self.groups().iter().any(there) {
            self.selected = visit.group;
            self.ask_for_example(cx);
        }
    }
}

/// Puts groups in the order in which the Problems page has them.
pub fn as_listed(groups: &mut [Group], listed: &[GroupId]) {
    groups.sort_by_key(|group| {
        let place = listed.iter().position(|id| *id == group.id);
        (group.open == 0, place.unwrap_or(usize::MAX))
    });
}

#[cfg(test)]
mod tests {
    use crate::tui::{
        app::App,
        testing::{picture, press, problems, shows},
    };

    /// The problems as they stand, by a word of each.
    fn order(app: &mut App) -> Vec<&'static str> {
        let words = [
            "Email",
            "Date",
            "Deal",
            "Stage not",
            "Country",
            "Line",
            "Phone",
        ];
        let shown = picture(app);
        let mut found: Vec<_> = words
            .into_iter()
            .filter_map(|word| shown.find(&format!("{word} ")).map(|at| (at, word)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn s_offers_what_the_problems_are_put_in_order_by() {
        let mut app = problems((80, 24));
        press(&mut app, "s");
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
        │   Date and time ┌ Sort the problems by ────────────────────┐01 █▋        22% │
        │   Deal value is │ > Records  the most first                │14 █▏        15% │
        │   Stage not in t│   Newest   new, then what began last     │16 ▋          8% │
        │   Country not in│   Stage    where they stopped            │88 ▌          6% │
        │   Line could not│   Name                                   │12 ▏         <1% │
        │   Phone has too └──────────────────────────────────────────┘ 0 DONE          │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘
         What is done stays at the bottom.
         Enter Choose  Up/Down Move                                          Esc Cancel
        "#);
    }

    #[test]
    fn the_problems_are_put_in_order_and_those_that_are_done_stay_last() {
        let mut app = problems((80, 24));
        press(&mut app, "jj");
        let usual = order(&mut app);
        assert_eq!(usual.last(), Some(&"Phone"));
        press(&mut app, "s<Down><Down><Down><ret>");
        shows(&mut app, "Sorted by name.");
        shows(&mut app, "by name, top 2 explain 52%");
        shows(&mut app, "> Country not in the list");
        let by_name = [
            "Country",
            "Date",
            "Deal",
            "Email",
            "Line",
            "Stage not",
            "Phone",
        ];
        assert_eq!(order(&mut app), by_name);
        press(&mut app, "s<Home><Down><ret>");
        shows(&mut app, "> Date and time not written");
        press(&mut app, "s<Home><Down><Down><ret>");
        shows(&mut app, "> Email address not complete");
        shows(&mut app, "by stage");
        press(&mut app, "s<Home><ret>");
        assert_eq!(order(&mut app), usual);
        assert!(!picture(&mut app).contains("by records,"));
    }

    #[test]
    fn the_lists_of_the_problems_follow_each_other_in_the_same_order() {
        let mut app = problems((80, 24));
        press(&mut app, "s<End><ret><ret>}");
        shows(&mut app, "> Date and time not written the ISO way ");
        press(&mut app, "1");
        shows(&mut app, "by name");
    }
}
