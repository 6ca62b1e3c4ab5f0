//! What is said of verdicts that are old, and how to get new ones.

use crate::{
    model::{Freshness, Mark, RecordDetail, RunId, StageMark},
    ops::{ContractState, Standing},
    text::{count, safe, shell_word},
};

/// What a person must know of a run's verdicts after a check; `None` when all is well.
pub fn after_check(run: RunId, standing: &Standing) -> Option<String> {
    let old = standing.old;
    match &standing.contract {
        ContractState::Changed { path } => {
            let path = path.display().to_string();
            Some(format!(
                "The contract {} has changed since, so that {} of this run {} old. Check against it: redrive check --run {run} --contract {}",
                safe(&path),
                count(old, "verdict"),
                if old == 1 { "is" } else { "are" },
                safe(&shell_word(&path))
            ))
        }
        ContractState::Unreadable { path, why } => Some(format!(
            "The contract {} cannot be used now: {}. The one stored with the run was taken.",
            safe(&path.display().to_string()),
            safe(why)
        )),
        _ if old > 0 => Some(format!(
            "{} of this run {} old; check {} too: redrive check --run {run}",
            count(old, "verdict"),
            if old == 1 { "is" } else { "are" },
            if old == 1 { "it" } else { "them" },
        )),
        ContractState::None | ContractState::Same | ContractState::Missing { .. } => None,
    }
}

/// `parse ✓  schema ✗  rule ? (RULE-101 not reached)`.
pub fn stages(stages: &[StageMark]) -> String {
    let words: Vec<String> = stages.iter().map(stage).collect();
    words.join("  ")
}

fn stage(one: &StageMark) -> String {
    let mut word = format!("{} {}", one.stage.word(), one.mark.glyph());
    match (one.not_reached.as_slice(), one.mark) {
        ([], Mark::NotReached) => word += " (not reached)",
        ([], Mark::NotChecked) => word += " (not checked)",
        ([], _) => {}
        (rules, _) => {
            let rules: Vec<_> = rules.iter().map(|rule| safe(rule)).collect();
            word += &format!(" ({} not reached)", rules.join(", "));
        }
    }
    word
}

/// What to do about a verdict that is not the run's contract's; `None` where nothing can or need be done.
pub fn of_record(detail: &RecordDetail, contract: &ContractState) -> Option<String> {
    let row = &detail.row;
    if !detail.has_contract || !row.status.can_be_checked() {
        return None;
    }
    let command = format!("redrive check --run {} row:{}", row.run, row.id);
    match (detail.verdict, contract) {
        (Freshness::Current, _) => None,
        (Freshness::Old, ContractState::Changed { path }) => {
            let path = path.display().to_string();
            Some(format!(
                "This verdict is old: the contract {} has changed since. redrive check --run {} --contract {}",
                safe(&path),
                row.run,
                safe(&shell_word(&path))
            ))
        }
        (Freshness::Old, _) => Some(format!(
            "This verdict is old: another contract gave it. {command}"
        )),
        (Freshness::NotChecked, _) => Some(format!(
            "The contract of its run has not checked it. {command}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::Stage;

    #[test]
    fn old_verdicts_are_named_with_the_command_that_renews_them() {
        let check = |old: u64, contract: ContractState, expected: Option<&str>| {
            let standing = Standing {
                current: 2,
                old,
                not_checked: 1,
                contract,
            };
            assert_eq!(after_check(RunId(3), &standing).as_deref(), expected);
        };
        check(0, ContractState::Same, None);
        check(0, ContractState::None, None);
        let path = PathBuf::from("a/c.toml");
        check(0, ContractState::Missing { path: path.clone() }, None);
        check(
            1204,
            ContractState::Same,
            Some("1,204 verdicts of this run are old; check them too: redrive check --run 3"),
        );
        check(
            1,
            ContractState::Missing { path: path.clone() },
            Some("1 verdict of this run is old; check it too: redrive check --run 3"),
        );
        check(
            7,
            ContractState::Changed { path: path.clone() },
            Some(
                "The contract a/c.toml has changed since, so that 7 verdicts of this run are old. \
                 Check against it: redrive check --run 3 --contract a/c.toml",
            ),
        );
        let why = "unknown key format".to_owned();
        check(
            0,
            ContractState::Unreadable { path, why },
            Some(
                "The contract a/c.toml cannot be used now: unknown key format. The one stored with the run was taken.",
            ),
        );
    }

    #[test]
    fn stages_stand_in_one_line() {
        let one = |stage: Stage, mark: Mark, rules: &[&str]| StageMark {
            stage,
            mark,
            not_reached: rules.iter().map(|&rule| rule.to_owned()).collect(),
        };
        let marks = [
            one(Stage::Parse, Mark::Passed, &[]),
            one(Stage::Schema, Mark::Failed, &[]),
            one(Stage::Rule, Mark::NotReached, &["RULE-101", "R\u{1b}[2J"]),
            one(Stage::Validator, Mark::NotChecked, &[]),
        ];
        let line = stages(&marks);
        assert!(
            line.starts_with("parse ✓  schema ✗  rule ? (RULE-101, R"),
            "{line}"
        );
        assert!(
            line.ends_with(" not reached)  validator ? (not checked)"),
            "{line}"
        );
        assert!(!line.contains('\u{1b}'));
    }
}
