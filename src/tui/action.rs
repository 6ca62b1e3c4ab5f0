//! What the user asked for, after the keymap and before any page. One table: keys, footer, help and menu come from it.

/// Where an action stands in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What is done with what the page shows.
    Page,
    Everywhere,
    Moving,
}

/// What the registry says about an action.
#[derive(Debug)]
pub struct About {
    /// One sentence without its full stop.
    pub sentence: &'static str,
    pub section: Section,
    /// Its keys while nothing is typed, the main one first.
    pub keys: &'static [&'static str],
    /// Its keys while a text field has focus.
    pub typing: &'static [&'static str],
    /// Whether it changes records or sends them, which a workspace opened to read only refuses.
    pub changes: bool,
    /// Other words people look for it with.
    pub also: &'static str,
}

/// Makes the enum, its list and its texts from one table, so that none can be forgotten.
macro_rules! actions {
    ($($name:ident $section:ident $sentence:literal [$($key:literal)*] typing [$($typing:literal)*] $($changes:ident)? $(, $also:literal)?;)*) => {
        /// A wish, whatever key it came from.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($name,)*
        }

        impl Action {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub fn about(self) -> &'static About {
                match self {
                    $(Self::$name => &About {
                        sentence: $sentence,
                        section: Section::$section,
                        keys: &[$($key,)*],
                        typing: &[$($typing,)*],
                        changes: actions!(@ $($changes)?),
                        also: concat!($($also)?),
                    },)*
                }
            }
        }
    };
    (@ changes) => { true };
    (@) => { false };
}

actions! {
    Open Page "Open this one thing" ["Enter"] typing ["Enter"];
    NextProblem Page "Go to the next problem" ["n"] typing [];
    PreviousProblem Page "Go to the problem before" ["N"] typing [];
    Why Page "Why is this wrong" ["i"] typing [], "explain, reason, rule, cause, valid, information";
    Edit Page "Edit this field" ["e" "F2"] typing [], "change, type, mend, correct, fix one";
    AcceptSuggestion Page "Accept the suggestion" ["a"] typing [] changes, "repair, mend, proposal";
    FixAll Page "Fix all like this" ["b"] typing [] changes, "bulk, mass edit, mend, find and replace, rewrite, convert, reformat, format, date, iso, map, trim, number, case, formula";
    Apply Page "Apply the fix to all shown" ["A"] typing [] changes, "run the fix, do it";
    Mark Page "Mark this one, or leave it out" ["Space"] typing [], "select, tag, exclude";
    MarkShown Page "Mark all that are shown; again: none" ["*"] typing [], "select all";
    Values Page "See every value that fails" ["v"] typing [], "count, frequency, distinct, histogram";
    SetAside Page "Set aside, or take back" ["x"] typing [] changes, "skip, ignore, archive, discard, delete, park, restore";
    Note Page "Write a note for whoever works on it next" ["m"] typing [] changes, "comment, remark, annotate";
    PutBack Page "Put the received value back" ["o"] typing [] changes, "original, received, restore";
    Remove Page "Make it empty" ["Del"] typing [] changes, "empty, delete, clear";
    ChangeType Page "Change its type" [] typing [] changes, "text, number, yes or no, list, convert";
    MakeNull Page "Make it null" [] typing [] changes, "nothing, empty";
    RemoveField Page "Remove the field" [] typing [] changes, "unset, delete";
    AddField Page "Add a field" [] typing [] changes, "new, insert, entry";
    NextGroup Page "Go to the records of the next problem" ["}"] typing [];
    PreviousGroup Page "Go to the records of the problem before" ["{"] typing [];
    OnlyLike Page "Keep only records like this cell" ["f"] typing [], "same value";
    HideLike Page "Hide records like this cell" ["F"] typing [], "exclude value";
    Sort Page "Choose what to sort by" ["s"] typing [], "order";
    Columns Page "Choose which columns to show, and their order" ["c"] typing [], "hide, fields";
    Narrower Page "Make the column narrower" ["<"] typing [], "width";
    Wider Page "Make the column wider" [">"] typing [], "width";
    Earlier Page "Put this line before the one above it" ["Shift+Up"] typing [];
    Later Page "Put this line after the one below it" ["Shift+Down"] typing [];
    UndoStep Page "Undo this step alone" [] typing [] changes, "revert";
    GoBack Page "Go back to before this step" [] typing [] changes, "restore, revert, roll back";
    SaveRecipe Page "Save this step as a recipe" [] typing [], "replay, automate, template";
    NextRecord Page "Go to the next record" ["]"] typing [];
    PreviousRecord Page "Go to the record before" ["["] typing [];
    Compare Page "Compare with the run before" ["D"] typing [], "diff, before, regression, since";
    Differences Page "Show only what differs" ["d"] typing [], "changed only";
    Wrap Page "Wrap long text" ["w"] typing [], "long lines";
    MarkReady Page "Say that it is ready" ["Y"] typing [] changes, "accept";
    Check Page "Check this record again" ["r" "F5"] typing [] changes, "validate, recheck";
    CheckAll Page "Check all records again" ["R"] typing [] changes, "validate, verify, recheck";
    Send Page "Send what is ready" ["S"] typing [] changes, "submit, deliver, upload, redrive, replay, retry, resend, publish";
    TryOne Page "Send one record first" ["T"] typing [] changes, "canary, test";
    Pause Page "Pause, or go on" ["p"] typing [], "hold, resume";
    TryNow Page "Try now, not later" ["t"] typing [];
    Slower Page "Send more slowly" ["-"] typing [];
    Faster Page "Send faster" ["+" "="] typing [];
    FullLog Page "Show the whole log" ["L"] typing [];
    TakeOver Page "Take the sending over from a process that has ended" [] typing [] changes, "container, host, busy";
    StopJob Page "Stop what is running" ["X"] typing [], "cancel, abort";
    Report Page "Write a report on this run" ["E"] typing [], "export, download, html, markdown, ticket, postmortem";
    SaveView Page "Save this filter as a view" [] typing [], "view, bookmark, favourite, keep";
    Views Page "Go to a saved view, or remove one" [] typing [], "views, saved filter, bookmark, favourite";
    GoToRecord Page "Go to a record by its number" [] typing [], "row, line, jump, number";
    Unsaved Page "Go to what you typed and did not save" [] typing [], "draft, kept, lost";
    Runs Page "Open another run" [] typing [], "open, switch, import";
    OpenFile Page "Open a file or folder" [] typing [] changes, "load, import, workspace, csv, json";
    Demo Page "Try the demo (sample data, stays in its folder)" [] typing [] changes, "example, sample, test";
    Quit Page "Leave redrive" [] typing [], "exit, quit, close, end";

    Back Everywhere "Back, one step at a time" ["Esc"] typing ["Esc"];
    Filter Everywhere "Filter the list" ["/" "F3" "Ctrl+F"] typing [], "search, find, query, where";
    Undo Everywhere "Undo" ["u" "Ctrl+Z"] typing [] changes, "revert, take back, mistake";
    Redo Everywhere "Redo" ["U" "Ctrl+Y" "Ctrl+R"] typing [] changes, "repeat";
    Help Everywhere "This help" ["?" "F1"] typing ["F1"], "keys, manual, shortcuts";
    Menu Everywhere "All that can be done here" ["." "F9"] typing [];
    Zoom Everywhere "Show the other panel" ["z"] typing [], "panel, full screen";
    Copy Everywhere "Copy something of it" ["y"] typing [], "clipboard, yank, export, download, csv, curl, json, link";
    Commands Everywhere "Search all commands" [":" "Ctrl+P"] typing [];
    Mouse Everywhere "Mouse on or off, to select text" ["M"] typing [], "select text";
    Leave Everywhere "Back; on Problems: quit" ["q"] typing [], "exit, quit";
    Stop Everywhere "Stop typing; twice: quit" ["Ctrl+C"] typing ["Ctrl+C"];
    Suspend Everywhere "Suspend redrive, back to the shell" [] typing [], "stop, background";
    Times Everywhere "Show times as local time, UTC or ISO" [] typing [], "date, clock, zone, timezone, settings";
    Redraw Everywhere "Draw the screen again" ["Ctrl+L"] typing ["Ctrl+L"], "refresh, repaint";

    Up Moving "Move up" ["Up" "k"] typing ["Up"];
    Down Moving "Move down" ["Down" "j"] typing ["Down"];
    Left Moving "Move left" ["Left" "h"] typing [];
    Right Moving "Move right" ["Right" "l"] typing [];
    PageUp Moving "One page up" ["PgUp" "Ctrl+U"] typing ["PgUp"];
    PageDown Moving "One page down" ["PgDn" "Ctrl+D"] typing ["PgDn"];
    First Moving "To the first" ["Home" "g"] typing [];
    Last Moving "To the last" ["End" "G"] typing [];
    NextPanel Moving "Next panel or field" ["Tab" "F6"] typing ["Tab"];
    PreviousPanel Moving "Panel or field before" ["Shift+Tab"] typing ["Shift+Tab"];
    ClearText Moving "Clear the text" [] typing ["Ctrl+U"];
    ProblemsTab Moving "Problems" ["1"] typing [];
    RecordsTab Moving "Records" ["2"] typing [];
    ReviewTab Moving "Review" ["3"] typing [], "plan, what will be sent, diff";
    SendTab Moving "Send" ["4"] typing [];
    HistoryTab Moving "History" ["5"] typing [], "journal, steps, audit";
}

impl Action {
    /// Its name in files and in JSON, which stays: `next_problem`.
    pub fn word(self) -> String {
        let mut word = String::new();
        for c in format!("{self:?}").chars() {
            if c.is_uppercase() && !word.is_empty() {
                word.push('_');
            }
            word.extend(c.to_lowercase());
        }
        word
    }
}

/// An action a page would carry out now, in the page's words. The order of a page's offers is the footer's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub action: Action,
    /// One to three words for the footer: "Open"; empty keeps it out of the footer (it is in help and menu all the same).
    pub label: String,
    /// Why it cannot be done now; such an offer is in help and menu only.
    pub unable: Option<String>,
}

impl Offer {
    pub fn new(action: Action, label: impl Into<String>) -> Self {
        Self {
            action,
            label: label.into(),
            unable: None,
        }
    }

    /// The same offer, unless there is a reason against it.
    #[must_use]
    pub fn unless(mut self, reason: Option<impl Into<String>>) -> Self {
        self.unable = reason.map(Into::into);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn names_that_files_hold_stay_as_they_are() {
        let words: Vec<String> = Action::ALL.iter().map(|action| action.word()).collect();
        let expected = "\
            open next_problem previous_problem why edit accept_suggestion fix_all apply mark mark_shown values \
            set_aside note put_back remove change_type make_null remove_field add_field next_group previous_group only_like hide_like sort columns narrower \
            wider earlier later undo_step go_back save_recipe next_record previous_record compare differences \
            wrap mark_ready check check_all send try_one pause try_now slower faster full_log take_over stop_job report \
            save_view views go_to_record unsaved runs open_file demo quit back filter undo redo help menu zoom copy commands mouse leave stop \
            suspend times redraw up down left right page_up page_down first last next_panel previous_panel clear_text \
            problems_tab records_tab review_tab send_tab history_tab";
        assert_eq!(words.join(" "), expected);
    }
}
