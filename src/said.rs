//! What is said of what was done, alike in numbered lines and on the screen. Pure; everything untrusted is made safe here.

use crate::{
    model::{ChangeReport, Fault, FaultKind, SendReport, UndoReport},
    text,
};

/// Whether the work ended because a person stopped it.
pub fn is_stopped(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<Fault>()
        .is_some_and(|fault| fault.kind == FaultKind::Interrupted)
}

/// What there is to do about a fault, where nobody can give a command the flag that its own hint names.
pub fn hint(fault: &Fault) -> Option<&str> {
    match fault.code {
        "send:no_contract" | "send:contract_missing" | "check:contract" => {
            Some("`redrive check --contract FILE` in a shell gives it one")
        }
        "run:none_before" => Some("load the next run to compare it with this one"),
        _ => fault.hint.as_deref(),
    }
}

/// What a change of one record came to, with the others that were decided again because of it.
pub fn changed(report: &ChangeReport) -> String {
    if report.step.is_none() {
        return "Nothing changed.".to_owned();
    }
    if let Some(why) = not_checked(report) {
        return format!("Saved. {why}");
    }
    match report.checked {
        0 | 1 if report.ready > 0 => "Saved. The record is ready.".to_owned(),
        0 | 1 => "Saved. The record still needs fixing.".to_owned(),
        // Which of them is ready nobody has counted.
        _ => format!("Saved. {}", checked(report)),
    }
}

/// Why the validator was not asked about a change, if so.
pub fn not_checked(report: &ChangeReport) -> Option<String> {
    let why = report.not_checked.as_ref()?;
    Some(format!("Not checked: {}", end(&text::safe(why))))
}

/// What checking all records again came to.
pub fn checked(report: &ChangeReport) -> String {
    if report.checked > 0 && report.checked == report.current {
        return format!(
            "Nothing to check: all {} current.",
            text::is_are(report.checked, "verdict")
        );
    }
    let to_fix = report.still_rejected + report.newly_broken;
    let mut words = format!(
        "Checked {}: {} ready, {} to fix",
        text::count(report.checked, "record"),
        text::thousands(report.ready),
        text::thousands(to_fix)
    );
    if report.newly_broken == to_fix && to_fix > 0 {
        words.push_str(", newly broken");
    } else if report.newly_broken > 0 {
        words.push_str(&format!(
            ", {} of them newly broken",
            text::thousands(report.newly_broken)
        ));
    }
    words.push('.');
    words
}

/// What an undo or a redo came to.
pub fn undone(report: &UndoReport, is_redo: bool) -> String {
    format!(
        "{}: {} ({}).",
        if is_redo { "Done again" } else { "Undone" },
        text::safe(&report.label),
        text::count(report.records, "record")
    )
}

/// What an undo or a redo could not turn, if there was something.
pub fn left(report: &UndoReport) -> Option<String> {
    let left = report.skipped.len() as u64;
    (left > 0).then(|| {
        format!(
            "{} left as they are: sent or changed since.",
            text::thousands(left)
        )
    })
}

/// With a full stop.
pub fn end(words: &str) -> String {
    let stop = if words.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{words}{stop}")
}

/// What came of taking the rest out of a plan.
pub fn given_back(report: &SendReport) -> String {
    let ready = text::is_are(report.given_back, "record");
    match report.not_sent + report.unknown {
        0 => format!("{ready} ready again."),
        left => format!(
            "{ready} ready again. {} may have arrived and stay in the plan.",
            text::thousands(left)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StepId;

    #[test]
    fn a_change_after_which_others_were_decided_again_says_of_none_that_it_is_ready() {
        let report = ChangeReport {
            step: Some(StepId(1)),
            checked: 3,
            ready: 1,
            still_rejected: 2,
            ..ChangeReport::default()
        };
        assert_eq!(
            changed(&report),
            "Saved. Checked 3 records: 1 ready, 2 to fix."
        );
        let one = ChangeReport {
            checked: 1,
            ..report.clone()
        };
        assert_eq!(changed(&one), "Saved. The record is ready.");
        let unasked = ChangeReport {
            not_checked: Some("nobody answers".to_owned()),
            ..report
        };
        assert_eq!(changed(&unasked), "Saved. Not checked: nobody answers.");
        assert_eq!(changed(&ChangeReport::default()), "Nothing changed.");
    }

    #[test]
    fn what_a_check_newly_broke_is_among_what_is_to_fix() {
        let of = |checked, ready, still_rejected, newly_broken| {
            super::checked(&ChangeReport {
                checked,
                ready,
                still_rejected,
                newly_broken,
                ..ChangeReport::default()
            })
        };
        assert_eq!(
            of(1, 0, 0, 1),
            "Checked 1 record: 0 ready, 1 to fix, newly broken."
        );
        assert_eq!(
            of(9, 4, 3, 2),
            "Checked 9 records: 4 ready, 5 to fix, 2 of them newly broken."
        );
    }
}
