//! Sentences of the screen that more than one place says: errors, questions, results.

mod sending;

pub use crate::said::{checked, is_stopped, not_checked};
pub use sending::{
    ask_to_send, cannot_be_undone, sent, since, superseded, tag, typed_before_sending, undecided,
};

use super::{action::Action, keymap::Keys};
use crate::{
    model::{
        AsideReport, ChangeReport, Fault, FixReport, LoadReport, Problem, RunRow, Status,
        UndoReport, WentBack,
    },
    said::{self, end},
    text,
};

/// An error in one line: what happened, and what to do. Safe to print.
pub fn reported(error: &anyhow::Error) -> String {
    let fault = error.downcast_ref::<Fault>();
    let mut words = sentence(&format!("{error:#}"));
    if let Some(hint) = fault.and_then(said::hint) {
        words.push(' ');
        words.push_str(&sentence(hint));
    }
    text::safe(&words).into_owned()
}

/// What is said when a person has stopped a job, and how it goes on.
pub fn stopped(sending: bool, keys: Keys) -> String {
    if sending {
        let key = keys.of(Action::Send);
        format!("Stopped. {key} continues where it ended; nothing is sent twice.")
    } else {
        "Stopped.".to_owned()
    }
}

/// `u Undo`, behind what was done.
pub fn undo(keys: Keys) -> String {
    format!("{} Undo", keys.of(Action::Undo))
}

/// `U Redo`, behind what was undone.
pub fn redo(keys: Keys) -> String {
    format!("{} Redo", keys.of(Action::Redo))
}

/// `u takes it back.`
pub fn takes_back(keys: Keys) -> String {
    format!("{} takes it back.", keys.of(Action::Undo))
}

/// What a change came to.
pub fn changed(report: &ChangeReport, keys: Keys) -> String {
    with_undo(said::changed(report), report, keys)
}

/// What a check of some records came to.
pub fn checked_some(report: &ChangeReport, keys: Keys) -> String {
    with_undo(said::checked(report), report, keys)
}

fn with_undo(words: String, report: &ChangeReport, keys: Keys) -> String {
    match report.step {
        None => words,
        Some(_) => format!("{words}  {}", undo(keys)),
    }
}

/// What a fix of many records came to.
pub fn fixed(report: &FixReport) -> String {
    if report.changed == 0 {
        return "No record changed.".to_owned();
    }
    let mut words = format!(
        "Fixed {}: {} ready, {} still to fix",
        text::count(report.changed, "record"),
        text::thousands(report.ready),
        text::thousands(report.still_rejected() + report.newly_broken)
    );
    if !report.skipped.is_empty() {
        words.push_str(&format!(
            ", {} changed by others and skipped",
            text::thousands(report.skipped.len() as u64)
        ));
    }
    words.push('.');
    words
}

/// The same, and how it is taken back.
pub fn fixed_status(report: &FixReport, keys: Keys) -> String {
    match report.changed {
        0 => fixed(report),
        _ => format!("{}  {}", fixed(report), undo(keys)),
    }
}

/// What to do about a problem, and whom to ask. Safe to print; may be empty.
pub fn to_do(problem: &Problem) -> String {
    let mut words = text::safe(&problem.hint).into_owned();
    if problem.owner.is_empty() {
        return words;
    }
    let owner = text::safe(&problem.owner);
    // The hint of a rule that is violated names its owner already.
    if words.contains(&format!("Ask {owner} ")) {
        return words;
    }
    let gap = if words.is_empty() { "" } else { " " };
    words.push_str(&format!("{gap}Ask {owner}."));
    words
}

/// `2 problems, 1 warning`: what keeps a record from being ready, and what only warns.
pub fn problems(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.rejects()).count();
    let warnings = problems.len() - errors;
    match (errors, warnings) {
        (_, 0) => text::count(errors as u64, "problem"),
        (0, _) => text::count(warnings as u64, "warning"),
        _ => format!(
            "{}, {}",
            text::count(errors as u64, "problem"),
            text::count(warnings as u64, "warning")
        ),
    }
}

/// What an undo or a redo came to.
pub fn undone(report: &UndoReport, is_redo: bool, keys: Keys) -> String {
    let back = match (is_redo, report.is_next) {
        (false, _) => redo(keys),
        (true, true) => undo(keys),
        // Undo would take back something else.
        (true, false) => format!("{} History takes it back", keys.of(Action::HistoryTab)),
    };
    let mut words = said::undone(report, is_redo);
    if let Some(left) = said::left(report) {
        words.push_str(&format!(" {left}"));
    }
    format!("{words}  {back}")
}

/// What a load came to.
pub fn loaded(report: &LoadReport) -> String {
    let at_least = if report.capped { "at least " } else { "" };
    let mut words = format!(
        "Loaded {}: {} read, {at_least}{} rejected.",
        text::safe(&report.name),
        text::count(report.records, "record"),
        text::thousands(report.rejected)
    );
    if report.passed > 0 && !report.kept_passed {
        let verb = if report.passed == 1 { "is" } else { "are" };
        let passed = text::thousands(report.passed);
        words.push_str(&format!(" {passed} passed and {verb} counted, not kept."));
    }
    words
}

/// What going back in the history came to.
pub fn went_back(report: &WentBack, keys: Keys) -> String {
    let records = text::count(report.records, "record");
    let redo = redo(keys);
    if report.is_stopped {
        let of = text::count(report.of, "step");
        let steps = text::thousands(report.steps);
        format!("Stopped: {steps} of {of} undone, of {records}. The others stay.  {redo}")
    } else {
        let steps = text::count(report.steps, "step");
        format!("Undone: {steps} of {records}.  {redo}")
    }
}

/// What setting aside or taking back came to.
pub fn aside(report: &AsideReport, back: bool, keys: Keys) -> String {
    let verb = if back { "Taken back" } else { "Set aside" };
    let left = match report.skipped.len() as u64 {
        0 => String::new(),
        left => format!(
            " {} left as they are: on their way or sent.",
            text::thousands(left)
        ),
    };
    match report.records {
        0 => format!("No record changed.{left}"),
        records => {
            let records = text::count(records, "record");
            format!("{verb}: {records}.{left}  {}", undo(keys))
        }
    }
}

/// What is said before leaving where something is left to be sent, what else can be done, and how.
pub fn unsent(run: &RunRow) -> Option<(Vec<String>, &'static str, Action)> {
    let (ready, on_hold) = (
        run.with_status(Status::Ready),
        run.with_status(Status::Sending),
    );
    let mut body = Vec::new();
    if ready > 0 {
        body.push(format!(
            "{} ready but not sent. {} ready:",
            text::is_are(ready, "record"),
            if ready == 1 { "It stays" } else { "They stay" }
        ));
        body.push("everything is saved in the workspace.".to_owned());
    }
    if on_hold > 0 {
        body.push(format!(
            "{} in a send that has not ended.",
            text::is_are(on_hold, "record")
        ));
        if ready == 0 {
            body.push("It goes on where it stopped when it is sent again.".to_owned());
        }
    }
    match (ready, on_hold) {
        (0, 0) => None,
        (0, _) => Some((body, "Look at the send", Action::SendTab)),
        _ => Some((body, "Review and send", Action::ReviewTab)),
    }
}

/// The badge of a run.
pub fn badge(run: &RunRow, environment: Option<&str>) -> Option<String> {
    match environment {
        _ if run.demo => Some("DEMO".to_owned()),
        Some(environment) => Some(text::safe(environment).to_uppercase()),
        None => None,
    }
}

/// Begins with a capital, unless a name, a path or a key stands there, and ends with a full stop.
pub fn sentence(words: &str) -> String {
    let first = words.split(' ').next().unwrap_or_default();
    let is_word = first
        .trim_end_matches([',', ':'])
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, '\'' | '-'));
    // A key is written as it is pressed: `u` is not `U`.
    let is_word = is_word && (first.chars().count() > 1 || first == "a");
    let mut chars = words.chars();
    let mut sentence = String::new();
    if is_word {
        sentence.extend(chars.next().into_iter().flat_map(char::to_uppercase));
    }
    sentence.push_str(chars.as_str());
    end(&sentence)
}

/// Why something cannot be done now: from half a sentence, or a whole one.
pub fn not_now(reason: &str) -> String {
    let Some(whole) = reason.strip_suffix('.') else {
        return format!("Not now: {reason}.");
    };
    let mut rest = whole.chars();
    let first = rest.next().map(char::to_lowercase);
    let first: String = first.into_iter().flatten().collect();
    format!("Not now: {first}{}.", rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Found, RecordId, StepId},
        tui::testing::problem,
    };

    #[test]
    fn undo_is_not_offered_where_it_would_take_back_something_else() {
        let report = |is_next| UndoReport {
            step: StepId(3),
            label: "trim".to_owned(),
            records: 1,
            skipped: Vec::new(),
            is_next,
        };
        let redone = |is_next| undone(&report(is_next), true, Keys::default());
        assert_eq!(redone(true), "Done again: trim (1 record).  u Undo");
        assert_eq!(
            redone(false),
            "Done again: trim (1 record).  5 History takes it back"
        );
    }

    #[test]
    fn keys_stand_behind_all_that_is_said_of_what_was_done() {
        let skipped = vec![RecordId(7), RecordId(9)];
        let report = UndoReport {
            step: StepId(3),
            label: "trim".to_owned(),
            records: 1,
            skipped: skipped.clone(),
            is_next: true,
        };
        assert_eq!(
            undone(&report, false, Keys::default()),
            "Undone: trim (1 record). 2 left as they are: sent or changed since.  U Redo"
        );
        let report = AsideReport {
            records: 3,
            skipped,
            ..AsideReport::default()
        };
        assert_eq!(
            aside(&report, false, Keys::default()),
            "Set aside: 3 records. 2 left as they are: on their way or sent.  u Undo"
        );
    }

    #[test]
    fn why_something_is_not_possible_is_one_sentence() {
        let whole = not_now("It was sent: what was sent stays as it was sent.");
        assert_eq!(
            whole,
            "Not now: it was sent: what was sent stays as it was sent."
        );
        assert_eq!(not_now("nothing is ready"), "Not now: nothing is ready.");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_but_for_a_key_or_a_path() {
        assert_eq!(sentence("nothing to undo"), "Nothing to undo.");
        assert_eq!(sentence("a date is missing"), "A date is missing.");
        assert_eq!(sentence("u takes it back"), "u takes it back.");
        assert_eq!(sentence("/tmp/x is gone"), "/tmp/x is gone.");
    }

    #[test]
    fn the_owner_of_a_rule_is_named_once() {
        let check = |hint: &str, owner: &str, expected: &str| {
            let problem = Problem {
                hint: hint.to_owned(),
                owner: owner.to_owned(),
                ..problem("/stage", Found::Missing)
            };
            assert_eq!(to_do(&problem), expected);
        };
        let hint = "Rule: R-1. Ask its owner if the text is not clear.";
        check(hint, "", hint);
        let hint = "Rule: R-1. Ask billing if the text is not clear.";
        check(hint, "billing", hint);
        check("Keep one.", "billing", "Keep one. Ask billing.");
        check("", "bill\u{1b}ing", "Ask bill<ESC>ing.");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_but_a_path_stays_as_it_is() {
        let check = |words: &str, expected: &str| assert_eq!(sentence(words), expected);
        check("nothing to undo", "Nothing to undo.");
        check(
            "ro/redrive.db cannot be written",
            "ro/redrive.db cannot be written.",
        );
        check("crm.db: no such file", "crm.db: no such file.");
        check("it is on its way!", "It is on its way!");
        check("", ".");
    }
}
