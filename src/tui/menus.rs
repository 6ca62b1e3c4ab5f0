//! Help and menu of the page in front.

use super::{
    action::{Action, Offer, Section},
    app::App,
    keymap::Mode,
    overlays::{Entry, Palette, Told},
    tabs::Tab,
};

/// What keys do in a text, but for those that are actions.
const IN_A_TEXT: [(Told, &str, &str); 5] = [
    (
        Told::Typing,
        "Home End",
        "To the beginning, to the end; also Ctrl+A, Ctrl+E",
    ),
    (
        Told::Typing,
        "Ctrl+Left",
        "One word to the left; Ctrl+Right: to the right",
    ),
    (
        Told::Typing,
        "Backspace",
        "Delete the character before; Del: the one behind",
    ),
    (Told::Typing, "Ctrl+W", "Delete the word before"),
    (
        Told::Typing,
        "Ctrl+Z",
        "Undo in the text; Ctrl+Y: do it again",
    ),
];

/// What is no key, and what signs mean.
const BESIDES: [(Told, &str, &str); 9] = [
    (
        Told::Mouse,
        "Click",
        "Selects; on a button: presses; on a column's title: sorts",
    ),
    (
        Told::Mouse,
        "Twice",
        "Opens; on the title of a box: shows it alone, or not",
    ),
    (Told::Mouse, "Right", "Lists what can be done with it"),
    (
        Told::Mouse,
        "Wheel",
        "Scrolls, as a dragged scrollbar does; with Shift: sideways",
    ),
    (
        Told::Mouse,
        "Shift",
        "Held while you drag: the terminal selects text",
    ),
    (Told::Signs, "!", "It has a problem"),
    (Told::Signs, "~", "It was changed by you, or has a warning"),
    (Told::Signs, "*", "It is marked"),
    (Told::Signs, "@", "Somebody else edits it"),
];

impl App {
    /// The keys that do something now, and what is good to know besides.
    pub(super) fn help(&self) -> Palette {
        let (keys, mode) = (self.cx.keys, self.mode());
        let is_typing = mode == Mode::Typing;
        let of = |offer: &Offer| {
            let mut entry = Entry::in_mode(mode, offer, keys);
            if is_typing && !offer.label.is_empty() {
                entry.sentence.clone_from(&offer.label);
            }
            entry
        };
        let mut entries: Vec<Entry> = self.offers().iter().map(of).collect();
        let always = [Action::Back, Action::Help, Action::Stop];
        let moving = Action::ALL.iter().copied().filter(|action| {
            action.about().section == Section::Moving && !keys.all(mode, *action).is_empty()
        });
        // In a text, what moves is among what the page offers.
        let moving = moving.filter(|_| !is_typing);
        for action in always.into_iter().chain(moving) {
            if !is_tab(action) && entries.iter().all(|entry| entry.action != action) {
                entries.push(Entry::in_mode(mode, &Offer::new(action, ""), keys));
            }
        }
        entries.retain(|entry| !entry.keys.is_empty());
        let told: &[(Told, &str, &str)] = if is_typing { &IN_A_TEXT } else { &BESIDES };
        let told = told.iter();
        entries.extend(told.map(|(told, keys, words)| Entry::told(*told, keys, words)));
        sort(&mut entries);
        Palette::help(self.pages.top().name(), entries)
    }

    pub(super) fn menu(&self) -> Palette {
        let mut entries: Vec<Entry> = self
            .offers()
            .iter()
            .filter(|offer| offer.action != Action::Menu && offer.action != Action::Leave)
            .map(|offer| Entry::new(offer, self.cx.keys))
            .collect();
        entries.push(Entry::new(&Offer::new(Action::Help, ""), self.cx.keys));
        entries.retain(|entry| entry.section != Section::Moving || is_tab(entry.action));
        sort(&mut entries);
        // Leaving is last, so that nobody leaves by accident.
        if let Some(at) = entries.iter().position(|e| e.action == Action::Quit) {
            let quit = entries.remove(at);
            entries.push(quit);
        }
        Palette::menu(self.pages.top().name(), entries)
    }
}

pub(super) fn is_tab(action: Action) -> bool {
    Tab::ALL
        .into_iter()
        .any(|tab| tab != Tab::Menu && tab.action() == action)
}

/// By section, the order within a section kept.
fn sort(entries: &mut [Entry]) {
    entries.sort_by_key(|entry| match (entry.told, entry.section) {
        (None, Section::Page) => 0,
        (None, Section::Everywhere) => 1,
        (Some(Told::Typing), _) => 2,
        (None, Section::Moving) => 3,
        (Some(Told::Mouse), _) => 4,
        (Some(Told::Signs), _) => 5,
    });
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crate::{
        model::StepId,
        ops::Turns,
        tui::{
            app::App,
            event::{Answer, Effect, Event, Query, Route, Wish},
            testing::{
                answer, app_with, feed_with, picture, press, problems, shows, shows_not, wishes,
            },
        },
    };

    #[test]
    fn a_menu_that_hides_lines_says_which_one_the_cursor_is_on() {
        let mut app = problems((80, 24));
        press(&mut app, "<ret>.<Down>");
        let shown = picture(&mut app);
        assert!(shown.contains("┌ Menu: Records ─"), "{shown}");
        assert!(shown.contains("─ 2 of "), "{shown}");
        let mut app = problems((100, 60));
        press(&mut app, "<ret>.");
        let shown = picture(&mut app);
        assert!(!shown.contains("─ 1 of "), "{shown}");
    }

    #[test]
    fn every_command_is_found_by_its_words_other_words_or_key() {
        let mut app = problems((100, 30));
        press(&mut app, ":bulk");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Where records stopped ─────────────────────────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read 10,000 ──> Check 9,988 ────────> Passed 8,613 (86.1%)                                       │
        │ -12 unreadable  -1,375 failed checks                                                             │
        │ Needs fi┌ Commands ─────────────────────────────────────────────────────────── 1 of 82 ┐         │
        └─────────│ : [ bulk                             ]                                       │─────────┘
        ┌ 6 proble│                                                                              │─ 1 of 7 ┐
        │   Proble│ > Fix all like this                                           b              │ not     │
        │ > Email │                                                                              │         │
        │   contac│                                                                              │wing:    │
        │   Date a│                                                                              │ov 2025. │
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
         Type to search  Enter Run it                                                      Esc Clear search
        ");
        press(&mut app, "<ret>");
        assert!(picture(&mut app).contains("What to do"));
        press(&mut app, "<esc>:ctrl+z");
        assert!(picture(&mut app).contains("1 of "));
        press(&mut app, "<esc>bulk nonsense");
        shows(
            &mut app,
            "│   Nothing has all these words. Fewer find more, Esc clears them.",
        );
        press(&mut app, "<esc>apply the fix");
        assert!(picture(&mut app).contains("Not now: not on this page."));
    }

    #[test]
    fn the_menu_says_why_a_line_cannot_be_used_now() {
        let mut app = problems((100, 30));
        press(&mut app, ".");
        let squeezed = |app: &mut App| {
            let words = picture(app);
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let shown = squeezed(&mut app);
        assert!(shown.contains("> Open this one thing Enter "), "{shown}");
        shows(
            &mut app,
            "Go to a saved view, or remove one  (no view is saved)",
        );
        // A reason that is longer than the menu is wide as a rule makes it wider.
        shows(
            &mut app,
            "Save this filter as a view  (no filter is typed; / filters a list of records) ",
        );
        // The cursor gets there, and Enter does nothing.
        let is_there = |app: &mut App| picture(app).contains("> Go to a saved view");
        for _ in 0..40 {
            if !is_there(&mut app) {
                press(&mut app, "<Down>");
            }
        }
        shows(&mut app, "Not now: no view is saved.");
        assert_eq!(press(&mut app, "<ret>"), []);
        shows(&mut app, "Menu: Problems");
    }

    #[test]
    fn a_key_that_a_menu_shows_does_what_it_says_or_says_why_not() {
        let mut app = problems((100, 30));
        press(&mut app, ".");
        shows(&mut app, "   See every value that fails      ");
        press(&mut app, "v");
        shows_not(&mut app, "┌ Menu: ");
        shows(&mut app, "Problems > Values");
        // Arrows and what moves like them stay with the menu.
        press(&mut app, "<esc>.j");
        shows(&mut app, "┌ Menu: Problems");
        press(&mut app, "?");
        shows(&mut app, "┌ Help: Problems");
        // What cannot be done now has the cursor and the reason.
        let mut app = app_with(Route::Runs, (100, 30), &|query| match query {
            Query::Runs => Answer::Runs(Vec::new()),
            other => answer(other),
        });
        press(&mut app, "./");
        shows(
            &mut app,
            "> Filter the list  (there is no run yet)         / F3 ",
        );
        shows(&mut app, "Not now: there is no run yet.");
    }

    #[test]
    fn where_there_is_nothing_to_undo_or_to_redo_the_lists_say_so() {
        let mut app = problems((100, 60));
        let turns = |app: &mut App, undo, redo| {
            let now = Instant::now();
            app.seen_at = None;
            let looks = app.update(Event::Tick(now));
            app.version = None;
            feed_with(app, looks, &|query| match query {
                Query::Turns => Answer::Turns(Turns {
                    undo: Some(StepId(1)).filter(|_| undo),
                    redo: Some(StepId(2)).filter(|_| redo),
                }),
                other => answer(other),
            });
        };
        turns(&mut app, true, false);
        press(&mut app, ".");
        shows(&mut app, "Redo  (nothing to redo)");
        shows_not(&mut app, "nothing to undo");
        press(&mut app, "<esc>:redo");
        shows(&mut app, "Not now: nothing to redo.");
        press(&mut app, "<esc><esc>");
        turns(&mut app, false, true);
        press(&mut app, "?undo");
        shows(&mut app, "Undo  (nothing to undo)");
        press(&mut app, "<esc><esc>");
        // The key is heard all the same, and nothing is believed of what is not made yet.
        let wished = wishes(&mut app, "u");
        assert!(matches!(wished[..], [Effect::Change(_, Wish::Undo)]));
        press(&mut app, ".");
        shows_not(&mut app, "nothing to undo");
    }

    #[test]
    fn a_number_goes_to_the_row() {
        let mut app = problems((80, 24));
        press(&mut app, ":row 12004");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌┌ Commands ───────────────────────────────────────────────────────── 0 of 82 ┐┐
        ││ : [ row 12004                        ]                                     ││
        ││                                                                            ││
        └│   Enter lists record 12,004.                                               │┘
        ┌│                                                                            │┐
        ││                                                                            ││
        ││                                                                            ││
        ││                                                                            ││
        ││                                                                            ││
        ││                                                                            ││
        ││                                                                            ││
        ││                                                                            ││
        ││                                                                            ││
        └│                                                                            │┘
        ┌│                                                                            │┐
        ││                                                                            ││
        ││                                                                            ││
        ││                                                                            ││
        │└────────────────────────────────────────────────────────────────────────────┘│
        └──────────────────────────────────────────────────────────────────────────────┘
         Enter lists record 12,004.
         Type to search  Enter Run it                                  Esc Clear search
        ");
        press(&mut app, "<ret>");
        assert!(picture(&mut app).contains("row:12004"));
    }

    #[test]
    fn help_while_typing_lists_what_keys_do_in_the_text() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret><ret><ret><F1>");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Problems > Email address not complete > record 7               [TEST]   saved 02:41
         Record 1 of 412   CUS-0000007   state: needs fixing (2 problems, 1 being edited)
        ┌ Fields ──────────────────────────────── 2 of 9 need fixing ┐┌ Problems in this record ──────── 2 ┐
        │    Field              As received        Now               ││ > contact_email                    │
        │    customer_id        CUS-0000007        (same)            ││   This e-mail address is not       │
        │   ┌ Help: Record ───────────────────────────────────────────── type to search, Enter runs it ┐   │
        │ > │ Search  [                                  ]                                             │   │
        │   │                                                                                          │   │
        │   │ This page                                                                                │   │
        │   │ > Enter     Save + next                                                                  │   │
        │   │ Everywhere                                                                               │   │
        │   │   Esc       Back, one step at a time                                                     │   │
        │   │   F1        This help                                                                    │───┘
        │   │   Ctrl+C    Stop typing; twice: quit                                                     │───┐
        │   │ In the text                                                                              │   │
        │   │   Home End  To the beginning, to the end; also Ctrl+A, Ctrl+E                            │   │
        │   │   Ctrl+Left One word to the left; Ctrl+Right: to the right                               │   │
        │   │   Backspace Delete the character before; Del: the one behind                             │   │
        │   │   Ctrl+W    Delete the word before                                                       │   │
        │   │   Ctrl+Z    Undo in the text; Ctrl+Y: do it again                                        │   │
        │   │ Moving                                                                                   │   │
        └───│   Tab       Next field                                                                   │───┘
        ┌ Ed│   Ctrl+U    Clear                                                                        │pe ┐
        │ No└──────────────────────────────────────────────────────────────────────────────────────────┘   │
        │ Was       "office@"                                         Record: 2 problems left after this   │
        │ Try       (no suggestion)                                                                        │
        │ Same?     [ ] also fix the 411 other records like this   (opens Fix all with a preview)          │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
         Dim lines cannot be used now. The reason stands beside them.
         Type to search  Up/Down Choose  Enter Run it                                        Esc Close help
        "#);
        // Nothing is run that is only there to be read.
        press(&mut app, "word<ret>");
        shows(&mut app, "Help: ");
    }

    #[test]
    fn help_says_what_is_shown_of_it_and_how_to_see_more() {
        let mut app = problems((80, 24));
        press(&mut app, "<ret>?");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  ... > Problems > Email address not complete       [TEST]  saved 02:41
         ┌ Help: Records ───────────────────────────────── 1-16 of 65, type to search ┐
         │ Search  [                                  ]                               │
        ┌│                                                                            │┐
        ││ This page                                                                  █│
        ││ > Enter     Open this one thing                                            █│
        ││   a         Accept the suggestion                                          █│
        ││   e F2      Edit this field                                                █│
        ││   o         Put the received value back                                    ││
        ││   Del       Make it empty                                                  ││
        ││   n         Go to the next problem                                         ││
        ││   Space     Mark this one, or leave it out                                 ││
        ││   b         Fix all like this                                              ││
        ││   x         Set aside, or take back                                        ││
        ││   m         Write a note for whoever works on it next                      ││
        ││   f         Keep only records like this cell                               ││
        ││   F         Hide records like this cell                                    ││
        └│   s         Choose what to sort by                                         │┘
        ┌│   c         Choose which columns to show, and their order                  │┐
        ││   *         Mark all that are shown; again: none                           ││
        ││   r F5      Check this record again                                        ││
        └└────────────────────────────────────────────────────────────────────────────┘┘
         PgDn shows more.
         Type to search  Up/Down Choose  Enter Run it                    Esc Close help
        ");
        press(&mut app, "signs");
        press(&mut app, "<Ctrl+U>problem");
        shows(&mut app, "!         It has a problem");
        let mut app = problems((100, 30));
        press(&mut app, "<ret>?whoever");
        shows(&mut app, "Write a note for whoever works on it next");
    }
}
