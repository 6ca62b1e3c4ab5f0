//! How a record stands at each stage of its check.

use super::{DeliveryState, Freshness, Mark, Problem, Stage, StageMark};

/// What decides the marks besides the record's problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageFacts {
    /// Whether the text can be split into fields.
    pub is_split: bool,
    /// The stages at which the run's contract checks something.
    pub checks: Vec<Stage>,
    pub verdict: Freshness,
    /// Rules that were not reached, by id.
    pub not_reached: Vec<String>,
    /// What came of the newest attempt to send it.
    pub sent: Option<DeliveryState>,
}

/// A mark for each stage, in order: the validator only where one has a say, sending only where it was tried. Nothing passes
/// on the word of an older contract, of another tool or of a person.
pub fn stage_marks(problems: &[Problem], facts: &StageFacts) -> Vec<StageMark> {
    let has = |stage: Stage| problems.iter().any(|problem| problem.stage == stage);
    Stage::ALL
        .into_iter()
        .filter(|stage| match stage {
            Stage::Parse | Stage::Schema | Stage::Rule => true,
            Stage::Validator => facts.checks.contains(stage) || has(*stage),
            Stage::Send => facts.sent.is_some() || has(*stage),
        })
        .map(|stage| StageMark {
            stage,
            mark: mark(problems, facts, stage),
            not_reached: match stage {
                Stage::Rule => facts.not_reached.clone(),
                _ => Vec::new(),
            },
        })
        .collect()
}

fn mark(problems: &[Problem], facts: &StageFacts, stage: Stage) -> Mark {
    let fails = |stage: Stage| {
        let mut here = problems.iter().filter(|problem| problem.stage == stage);
        here.any(Problem::rejects)
    };
    let is_split = facts.is_split && !fails(Stage::Parse);
    match stage {
        _ if fails(stage) => Mark::Failed,
        Stage::Parse if is_split => Mark::Passed,
        Stage::Parse => Mark::Failed,
        Stage::Send if facts.sent == Some(DeliveryState::Delivered) => Mark::Passed,
        Stage::Send => Mark::NotChecked,
        _ if !facts.checks.contains(&stage) => Mark::NotChecked,
        _ if !is_split => Mark::NotReached,
        _ if facts.verdict != Freshness::Current => Mark::NotChecked,
        Stage::Rule if !facts.not_reached.is_empty() => Mark::NotReached,
        _ => Mark::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Path, Severity};

    fn problem(stage: Stage, severity: Severity) -> Problem {
        Problem {
            stage,
            code: "code".to_owned(),
            detail: String::new(),
            path: Path::root(),
            message: String::new(),
            hint: String::new(),
            found: None,
            shape: String::new(),
            severity,
            owner: String::new(),
        }
    }

    fn facts() -> StageFacts {
        StageFacts {
            is_split: true,
            checks: vec![Stage::Schema, Stage::Rule],
            verdict: Freshness::Current,
            not_reached: Vec::new(),
            sent: None,
        }
    }

    #[test]
    fn every_stage_says_what_is_known_of_it() {
        let check = |failed: &[Stage], facts: &StageFacts, expected: &str| {
            let problems: Vec<Problem> = failed
                .iter()
                .map(|stage| problem(*stage, Severity::Error))
                .collect();
            let marks: Vec<String> = stage_marks(&problems, facts)
                .iter()
                .map(|one| format!("{}:{}", one.stage.word(), one.mark.word()))
                .collect();
            assert_eq!(marks.join(" "), expected, "{failed:?} {facts:?}");
        };
        let all = facts();
        let with = |change: fn(&mut StageFacts)| {
            let mut facts = facts();
            change(&mut facts);
            facts
        };
        check(&[], &all, "parse:passed schema:passed rule:passed");
        check(
            &[Stage::Schema],
            &all,
            "parse:passed schema:failed rule:passed",
        );
        check(
            &[Stage::Schema, Stage::Rule],
            &all,
            "parse:passed schema:failed rule:failed",
        );
        let hidden = with(|facts| facts.not_reached = vec!["R-1".to_owned()]);
        check(
            &[Stage::Schema],
            &hidden,
            "parse:passed schema:failed rule:not_reached",
        );
        check(
            &[Stage::Schema, Stage::Rule],
            &hidden,
            "parse:passed schema:failed rule:failed",
        );
        let unsplit = with(|facts| {
            facts.is_split = false;
            facts.checks.push(Stage::Validator);
        });
        check(
            &[Stage::Parse],
            &unsplit,
            "parse:failed schema:not_reached rule:not_reached validator:not_reached",
        );
        let validated = with(|facts| facts.checks.push(Stage::Validator));
        check(
            &[Stage::Validator],
            &validated,
            "parse:passed schema:passed rule:passed validator:failed",
        );
        // Only a schema; only rules.
        let plain = with(|facts| facts.checks = vec![Stage::Schema]);
        check(&[], &plain, "parse:passed schema:passed rule:not_checked");
        let rules = with(|facts| facts.checks = vec![Stage::Rule]);
        check(&[], &rules, "parse:passed schema:not_checked rule:passed");
        // Nobody's word, or an old one, passes nothing; what failed stays said.
        for verdict in [Freshness::Old, Freshness::NotChecked] {
            let facts = StageFacts { verdict, ..facts() };
            check(
                &[Stage::Rule],
                &facts,
                "parse:passed schema:not_checked rule:failed",
            );
        }
        let foreign = with(|facts| {
            facts.checks.clear();
            facts.verdict = Freshness::NotChecked;
        });
        check(
            &[Stage::Schema],
            &foreign,
            "parse:passed schema:failed rule:not_checked",
        );
        check(
            &[Stage::Validator],
            &foreign,
            "parse:passed schema:not_checked rule:not_checked validator:failed",
        );
        let sent = with(|facts| facts.sent = Some(DeliveryState::Delivered));
        let rest = "parse:passed schema:passed rule:passed";
        check(&[], &sent, &format!("{rest} send:passed"));
        check(&[Stage::Send], &sent, &format!("{rest} send:failed"));
        // Nobody has confirmed what was handed over, and what was refused may be another record by now.
        for state in [
            DeliveryState::HandedOver,
            DeliveryState::Unknown,
            DeliveryState::Refused,
        ] {
            let sent = Some(state);
            check(
                &[],
                &StageFacts { sent, ..facts() },
                &format!("{rest} send:not_checked"),
            );
        }
    }

    #[test]
    fn a_warning_fails_no_stage() {
        let warned = [problem(Stage::Rule, Severity::Warning)];
        assert_eq!(stage_marks(&warned, &facts())[2].mark, Mark::Passed);
        let both = [
            problem(Stage::Rule, Severity::Warning),
            problem(Stage::Rule, Severity::Error),
        ];
        assert_eq!(stage_marks(&both, &facts())[2].mark, Mark::Failed);
    }
}
