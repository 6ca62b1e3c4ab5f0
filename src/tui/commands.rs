//! The commands: every action there is, and what some of them do with something in particular.

use super::{
    action::{Action, Offer, Section},
    among::{FilterLine, whole_run},
    app::App,
    asking::{ChoiceOf, Choosable, Choosing, Needs, Wanting},
    clock::Times,
    event::{Effect, Route},
    menus::is_tab,
    overlays::{Entry, Lettered, Overlay, Palette, Prompt},
    pages::Page,
};
use crate::{
    filter::{Filter, Wanted},
    model::{Group, RunId},
    text,
};

/// So many kinds of problems are offered as filters.
const KINDS: usize = 12;

impl App {
    /// All there is, with what this page cannot do.
    pub(super) fn commands(&self) -> Palette {
        let offers = self.offers();
        let no_page = "not on this page".to_owned();
        let entries = Action::ALL.iter().filter_map(|&action| {
            if action.about().section == Section::Moving && !is_tab(action) {
                return None;
            }
            let always = [
                Action::Help,
                Action::Menu,
                Action::Copy,
                Action::Mouse,
                Action::Suspend,
            ];
            let mine = offers.iter().find(|offer| offer.action == action);
            let offer = match mine {
                Some(offer) => offer.clone(),
                None if always.contains(&action) => Offer::new(action, ""),
                None => Offer::new(action, "").unless(Some(&*no_page)),
            };
            Some(Entry::new(&offer, self.cx.keys))
        });
        let mut entries: Vec<Entry> = entries.collect();
        entries.extend(self.kind_entries());
        entries.extend(self.copy_entries());
        entries.extend(self.view_entries());
        Palette::commands(entries)
    }

    /// The kinds of problems the run has, as commands that list the records with one of them.
    fn kind_entries(&self) -> Vec<Entry> {
        let Some(run) = self.shown_run().map(|run| run.id) else {
            return Vec::new();
        };
        let groups = self.pages.iter().find_map(|page| match page {
            Page::Groups(page) => Some(page.groups()),
            _ => None,
        });
        let groups = groups.unwrap_or_default();
        let of_run = groups.iter().filter(|group| group.run == run);
        kinds(of_run)
            .into_iter()
            .map(|kind| kind.entry(run))
            .collect()
    }

    /// What can be copied here.
    fn copy_entries(&self) -> Vec<Entry> {
        let key = self.cx.keys.of(Action::Copy);
        let entry = |one: Lettered| {
            let detail = one.detail.trim();
            let sentence = format!("Copy: {}   {detail}", one.label);
            Entry::particular(Action::Copy, sentence.trim_end().to_owned(), one.then)
                .under_keys(format!("{key} {}", one.letter))
                .also_called(match one.letter {
                    's' => "incident summary, ticket, postmortem, markdown",
                    'e' => "error text, ticket",
                    'c' => "request, http",
                    'm' => "export, download",
                    'l' => "share, url",
                    _ => "clipboard, yank",
                })
        };
        self.copies().into_iter().map(entry).collect()
    }

    /// Lists one record of the run that is shown.
    pub(super) fn go_to_row(&mut self, row: u64) {
        if let Some(run) = self.shown_run().map(|run| run.id) {
            self.cx.go(with_filter(run, format!("row:{row}")));
        }
    }

    pub(super) fn ask_for_record(&mut self) {
        self.overlay = Some(Overlay::Prompt(Prompt::new(Wanting {
            title: "Go to a record".to_owned(),
            body: "The list of all records has it alone then, and Enter opens it.".to_owned(),
            label: "Number".to_owned(),
            verb: "List it".to_owned(),
            needs: Needs::Number,
        })));
    }

    pub(super) fn ask_for_times(&mut self) {
        let now = self.cx.clock.times();
        let lines = Times::ALL.map(|times| Choosable {
            key: times.word().to_owned(),
            label: times.label().to_owned(),
            note: String::new(),
            shown: None,
        });
        self.overlay = Some(Overlay::choose(Choosing {
            of: ChoiceOf::Times,
            title: "Show times as".to_owned(),
            lines: lines.to_vec(),
            at: Times::ALL
                .iter()
                .position(|times| *times == now)
                .unwrap_or(0),
        }));
    }

    /// Times are written as was chosen, until the program ends.
    pub(super) fn write_times(&mut self, chosen: &Choosing) {
        let Some(times) = Times::ALL.get(chosen.at).copied() else {
            return;
        };
        self.cx.clock.write(times);
        self.status = Some(format!(
            "Times are shown as {}. To keep it: times = \"{}\" in the configuration file.",
            match times {
                Times::Local => "local time",
                times => times.label(),
            },
            times.word()
        ));
    }
}

/// The records of a run that pass a filter.
pub(super) fn with_filter(run: RunId, filter: String) -> Route {
    let mut route = whole_run(run);
    if let Route::Records { typed, .. } = &mut route {
        *typed = Some(FilterLine::Applied(filter));
    }
    route
}

/// Problems that one filter finds.
#[derive(Debug, PartialEq, Eq)]
struct Kind<'g> {
    /// What `error:` takes for them.
    word: &'g str,
    /// The title of the one that most records have.
    title: &'g str,
    /// How many problems of other titles there are.
    others: usize,
    records: u64,
}

impl Kind<'_> {
    fn entry(&self, run: RunId) -> Entry {
        let filter = Filter::all_of([Wanted::Error(vec![self.word.to_owned()])]).to_string();
        let others = match self.others {
            0 => String::new(),
            others => format!(" and {}", text::count(others as u64, "other")),
        };
        let words = format!(
            "Filter: {}{others}   {}",
            text::safe(self.title),
            text::safe(&filter)
        );
        Entry::particular(Action::Filter, words, Effect::Go(with_filter(run, filter)))
            .also_called("only, show")
    }
}

/// The kinds among problems that are still open, what most records have first.
fn kinds<'g>(groups: impl Iterator<Item = &'g Group>) -> Vec<Kind<'g>> {
    let mut kinds: Vec<Kind> = Vec::new();
    for group in groups.filter(|group| group.open > 0) {
        let word = match group.detail.as_str() {
            "" => group.code.as_str(),
            detail => detail,
        };
        match kinds.iter_mut().find(|kind| kind.word == word) {
            Some(kind) => {
                kind.others += usize::from(kind.title != group.title);
                kind.records += group.open;
            }
            None => kinds.push(Kind {
                word,
                title: &group.title,
                others: 0,
                records: group.open,
            }),
        }
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.records));
    kinds.truncate(KINDS);
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Group,
        tui::{
            event::Event,
            testing::{feed, group, picture, press, problems, records, shows, shows_not, wishes},
        },
    };

    /// The first line that is found for these words.
    fn first(app: &mut App, words: &str) -> String {
        press(app, &format!(":{words}"));
        let Some(Overlay::Palette(palette)) = &app.overlay else {
            panic!("no commands");
        };
        let first = palette.chosen().map(|entry| entry.sentence.clone());
        press(app, "<esc><esc>");
        first.unwrap_or_default()
    }

    #[test]
    fn the_words_of_other_tools_find_what_is_meant() {
        let mut app = records((100, 30));
        for (words, expected) in [
            ("date", "Fix all like this"),
            ("iso", "Fix all like this"),
            ("mend", "Edit this field"),
            ("bulk", "Fix all like this"),
            ("mass", "Fix all like this"),
            ("replace", "Fix all like this"),
            ("skip", "Set aside, or take back"),
            ("ignore", "Set aside, or take back"),
            ("export", "Write a report on this run"),
            ("download", "Write a report on this run"),
            ("submit", "Send what is ready"),
            ("retry", "Send what is ready"),
            ("resend", "Send what is ready"),
            ("quit", "Leave redrive"),
            ("exit", "Leave redrive"),
            ("timezone", "Show times as local time, UTC or ISO"),
            ("row", "Go to a record by its number"),
            (
                "incident",
                "Copy: Summary   of the run, Markdown, no values",
            ),
        ] {
            assert_eq!(first(&mut app, words), expected, "{words}");
        }
    }

    #[test]
    fn what_has_the_very_word_comes_before_what_has_it_within_another() {
        let mut app = problems((100, 30));
        // `validate` has `date` in it.
        press(&mut app, ":date");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Where records stopped ─────────────────────────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read 10,000 ──> Check 9,988 ────────> Passed 8,613 (86.1%)                                       │
        │ -12 unreadable  -1,375 failed checks                                                             │
        │ Needs fi┌ Commands ─────────────────────────────────────────────────────────── 4 of 82 ┐         │
        └─────────│ : [ date                             ]                                       │─────────┘
        ┌ 6 proble│                                                                              │─ 1 of 7 ┐
        │   Proble│ > Fix all like this                                           b              │ not     │
        │ > Email │   Show times as local time, UTC or ISO                                       │         │
        │   contac│   Check all records again                                     R              │wing:    │
        │   Date a│   Check this record again  (not on this page)                 r F5           │ov 2025. │
        │   create│                                                                              │         │
        │   Deal v│                                                                              │ shape   │
        │   deal_v│                                                                              │         │
        │   Stage │                                                                              │         │
        │   stage,│                                                                              │         │
        │   Countr│                                                                              │371  90% │
        │   addres│                                                                              │ 41  10% │
        │   Line c│ About the selected command                                                   │         │
        │   whole │ Fix all like this. Shows a preview first. Can be undone.                     │         │
        │   Phone │ Also called: bulk, mass edit, mend, find and replace, rewrite, convert,      │         │
        │   phone,│ reformat, format, date, iso, map, trim, number, case, formula                │m.       │
        │         └──────────────────────────────────────────────────────────────────────────────┘         │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)          ││                                      │
        │                                                          ││                                      │
        │                                                          ││                                      │
        └──────────────────────────────────────────────────────────┘└──────────────────────────────────────┘
         Dim lines cannot be used now. The reason stands beside them.
         Type to search  Up/Down Choose  Enter Run it                                      Esc Clear search
        ");
    }

    #[test]
    fn the_kinds_of_problems_the_run_has_are_filters_among_the_commands() {
        let mut app = problems((100, 30));
        press(&mut app, ":filter: email");
        shows(
            &mut app,
            "> Filter: Email address not complete and 5 others   error:email",
        );
        press(&mut app, "<ret>");
        shows(&mut app, "Filter  [error:email]");
        // The next page knows them as well.
        press(&mut app, ":filter: email");
        shows(&mut app, "> Filter: Email address not complete");
    }

    #[test]
    fn problems_that_one_word_finds_are_one_kind() {
        let of = |code: &str, detail: &str, title, open| Group {
            code: code.to_owned(),
            detail: detail.to_owned(),
            ..group(1, title, "/x", open)
        };
        let groups = [
            of("required", "", "Missing", 2),
            of("format", "date", "Date not year-month-day", 3),
            of("format", "email", "Gone", 0),
            of("required", "", "City missing", 4),
        ];
        let found = kinds(groups.iter());
        let said: Vec<_> = found
            .iter()
            .map(|kind| (kind.word, kind.title, kind.others, kind.records))
            .collect();
        assert_eq!(
            said,
            [
                ("required", "Missing", 1, 6),
                ("date", "Date not year-month-day", 0, 3)
            ]
        );
    }

    #[test]
    fn a_record_is_gone_to_by_its_number() {
        let mut app = problems((80, 24));
        press(&mut app, ":go to a record<ret>");
        shows(&mut app, "┌ Go to a record ");
        press(&mut app, "x<ret>");
        shows(&mut app, "┌ Go to a record ");
        press(&mut app, "<Ctrl+U>12,004<ret>");
        shows(&mut app, "Filter  [row:12004]");
    }

    #[test]
    fn times_are_shown_as_is_chosen_on_every_page_at_once() {
        let mut app = problems((100, 30));
        shows(&mut app, "saved 02:41\n");
        press(&mut app, "5");
        shows(&mut app, "> 02:43 ");
        shows(&mut app, "Undo, 20 Nov 2025 ");
        press(&mut app, ":local time");
        shows(&mut app, "> Show times as local time, UTC or ISO");
        press(&mut app, "<ret>");
        shows(&mut app, "┌ Show times as ");
        shows(&mut app, "> Local time");
        press(&mut app, "<Down><Down><ret>");
        shows(
            &mut app,
            "Times are shown as ISO 8601, UTC. To keep it: times = \"iso\" in the ",
        );
        shows(&mut app, "saved 02:41Z\n");
        shows(&mut app, "> 02:43Z ");
        shows(&mut app, "Undo, 2025-11-20T02:43Z ");
        press(&mut app, ":timezone<ret><Up><Up><ret>");
        shows_not(&mut app, "02:43Z");
    }

    #[test]
    fn what_can_be_copied_is_among_the_commands_with_its_letters() {
        let mut app = problems((100, 30));
        press(&mut app, ":copy: summary");
        shows(
            &mut app,
            "> Copy: Summary   of the run, Markdown, no values",
        );
        shows(&mut app, " y s ");
        let asked = wishes(&mut app, "<ret>");
        assert!(matches!(asked[..], [Effect::Ask(..)]), "{asked:?}");
    }

    #[test]
    fn what_is_pasted_where_nothing_is_typed_stands_in_a_filter() {
        for keys in ["", "2", "3", "4", "5", "v", "D", "<ret>", "<ret><ret>", "b"] {
            let mut app = problems((100, 30));
            press(&mut app, keys);
            let effects = app.update(Event::Paste("SO-88213\rq".to_owned()));
            feed(&mut app, effects);
            shows(&mut app, "Filter  [ SO-88213 q ");
            assert_eq!(app.exit(), None, "{keys}");
        }
    }

    #[test]
    fn what_is_pasted_beside_a_filter_is_one_more_term() {
        let mut app = problems((100, 30));
        press(&mut app, "2/country:DE<ret>");
        let effects = app.update(Event::Paste("SO-88213\n".to_owned()));
        feed(&mut app, effects);
        shows(&mut app, "Filter  [ country:DE SO-88213 ");
    }
}
