//! Why something is wrong: what is known of it in all places that know of it, for whoever asks once.

use anyhow::Result;

use super::{Workspace, first, groups, show};
use crate::{
    contract::{Contract, outline},
    filter::Filter,
    model::{GroupId, Path, Problem, RecordDetail, RecordId, RunId, Stage, Wants},
};

/// What is asked about.
#[derive(Clone, Debug, PartialEq)]
pub enum WrongAt {
    /// A record, and a field of it.
    Record(RecordId, Option<Path>),
    /// A group, as its first record has it.
    Group(RunId, GroupId),
}

/// What is known.
#[derive(Clone, Debug)]
pub struct WhyWrong {
    /// The record that has it; none where no record of the group is stored that still has it.
    pub record: Option<Box<RecordDetail>>,
    /// What is wrong there; where nothing is, what is wrong with the whole record, and then what is wrong elsewhere in it.
    pub problems: Vec<Wrong>,
    /// Whether they are about the place that was asked about.
    pub is_here: bool,
}

/// One problem, and what the contract says about its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    pub problem: Problem,
    pub wants: Wants,
    /// The rule that found it, as the contract writes it, and the line where that stands.
    pub rule: Option<(String, u64)>,
}

/// Everything about what is wrong at a place. Changes nothing, and checks nothing again.
///
/// # Errors
/// `record:missing`, `run:missing`.
pub fn why_wrong(workspace: &Workspace, at: &WrongAt) -> Result<WhyWrong> {
    let (id, run) = match at {
        WrongAt::Record(id, _) => (Some(*id), None),
        WrongAt::Group(run, group) => {
            let filter = Filter::of_group(*run, *group);
            (first(workspace, &filter)?, Some(*run))
        }
    };
    let Some(id) = id else {
        return Ok(WhyWrong {
            record: None,
            problems: Vec::new(),
            is_here: true,
        });
    };
    let record = show(workspace, id)?;
    let found = &record.row.problems;
    let (problems, is_here) = match at {
        WrongAt::Record(_, field) => at_place(found, field.as_ref()),
        WrongAt::Group(run, group) => {
            let group = groups(workspace, &Filter::of_group(*run, *group))?;
            let holds = |one: &&Problem| group.iter().any(|group| group.holds(one));
            (found.iter().filter(holds).take(1).cloned().collect(), true)
        }
    };
    let contract = workspace.contract(run.unwrap_or(record.row.run))?;
    let explained = |problem| explained(problem, contract.as_deref());
    Ok(WhyWrong {
        problems: problems.into_iter().map(explained).collect(),
        is_here,
        record: Some(Box::new(record)),
    })
}

/// The problems at a place of a record or inside of it; else those of the whole record; else all, which are elsewhere.
fn at_place(found: &[Problem], field: Option<&Path>) -> (Vec<Problem>, bool) {
    let of = |is_it: &dyn Fn(&Problem) -> bool| -> Vec<Problem> {
        found.iter().filter(|one| is_it(one)).cloned().collect()
    };
    let here = of(&|problem| {
        field.is_some_and(|field| {
            let inside = field.child("");
            problem.path == *field || problem.path.as_str().starts_with(inside.as_str())
        })
    });
    if !here.is_empty() {
        return (here, true);
    }
    let whole = of(&|problem| problem.path.is_root());
    if !whole.is_empty() {
        return (whole, true);
    }
    (found.to_vec(), field.is_none() || found.is_empty())
}

fn explained(problem: Problem, contract: Option<&Contract>) -> Wrong {
    let wants = contract.map(|contract| contract.checker.wants(&problem.path));
    let rule = contract.filter(|_| problem.stage == Stage::Rule);
    let rule = rule.and_then(|contract| outline(&contract.text).ok());
    let rule = rule.and_then(|outline| {
        let mut rules = outline.rules.into_iter();
        let rule = rules.find(|rule| rule.id.text == problem.code)?;
        Some((rule.assert.text, rule.id.line))
    });
    Wrong {
        wants: wants.unwrap_or_default(),
        rule,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::Desk;

    fn codes(desk: &Desk, at: &WrongAt) -> (Vec<String>, bool) {
        let why = why_wrong(&desk.workspace, at).unwrap();
        let codes = why.problems.iter().map(|one| one.problem.code_and_detail());
        (codes.collect(), why.is_here)
    }

    #[test]
    fn a_field_is_explained_and_where_it_is_fine_what_else_is_wrong() {
        let desk = Desk::checked(&["A1,foo@,12,Open"]);
        let at = |field: &str| WrongAt::Record(RecordId(1), Path::parse(field));
        let check = |field: &str, expected: &[&str], is_here: bool| {
            let expected = expected.iter().map(|code| (*code).to_owned()).collect();
            assert_eq!(codes(&desk, &at(field)), (expected, is_here), "{field}");
        };
        check("/email", &["format:email"], true);
        check("/age", &["ADULT"], true);
        check("/id", &["format:email", "ADULT"], false);
        let record = WrongAt::Record(RecordId(1), None);
        let both = vec!["format:email".to_owned(), "ADULT".to_owned()];
        assert_eq!(codes(&desk, &record), (both, true));
    }

    #[test]
    fn the_contract_says_which_rule_it_is_and_what_is_wanted() {
        let desk = Desk::checked(&["A1,foo@,12,Open"]);
        let why = |field: &str| {
            let at = WrongAt::Record(RecordId(1), Path::parse(field));
            why_wrong(&desk.workspace, &at).unwrap().problems.remove(0)
        };
        let rule = why("/age").rule;
        assert_eq!(rule, Some(("record.age >= 18".to_owned(), 10)));
        let email = why("/email");
        assert_eq!(email.rule, None);
        assert_eq!(email.wants.format.as_deref(), Some("email"));
        assert!(email.wants.required);
    }

    #[test]
    fn a_group_is_explained_by_its_first_record() {
        let desk = Desk::checked(&["A1,a@b.de,30,Open", "A2,foo@,12,Open", "A3,bar@,30,Open"]);
        let group = groups(&desk.workspace, &Filter::of_run(RunId(1))).unwrap();
        let group = group.iter().find(|group| group.code == "format").unwrap();
        let at = WrongAt::Group(RunId(1), group.id);
        assert_eq!(codes(&desk, &at), (vec!["format:email".to_owned()], true));
        let why = why_wrong(&desk.workspace, &at).unwrap();
        assert_eq!(why.record.map(|record| record.row.id), Some(RecordId(2)));
        let gone = WrongAt::Group(RunId(1), GroupId(99));
        assert_eq!(codes(&desk, &gone), (Vec::new(), true));
    }
}
