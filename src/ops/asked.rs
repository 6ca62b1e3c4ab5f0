//! What the validator of a run's contract says about records that are here already. Only this and the load start one, and
//! only from a contract on disk: a workspace may come from anybody.

use super::{
    Workspace,
    verdict::{Judge, Verdict},
};
use crate::{
    contract::{self, Contract},
    model::{Fault, Problem, RecordId, Stage, Version},
    row::Row,
    text::shell_word,
    validator::{Program, Question, Validator},
};

/// A validator that lives on between edits and checks.
pub(super) struct Alive {
    /// What decides a verdict in the contract that it was started from.
    checks: [u8; 32],
    validator: Validator,
}

/// The program that a contract on disk names.
pub(super) fn program(contract: &Contract) -> Option<Program> {
    let named = contract.validator.as_ref()?;
    let folder = contract.path.parent().map(std::path::Path::to_path_buf);
    Some(Program {
        command: named.command.clone(),
        folder: folder.unwrap_or_default(),
        contract: contract.path.clone(),
        place: contract.validator_place(),
        timeout: named.timeout,
        batch: named.batch,
    })
}

impl Judge<'_> {
    /// Whether the contract names a validator, so that a verdict without its answer is no whole one.
    pub fn has_validator(&self) -> bool {
        self.contract().validator.is_some()
    }

    /// Puts into verdicts what the contract's validator says about each text that can be split into fields. Where it said
    /// something before, that is replaced.
    ///
    /// # Errors
    /// Those of the validator; `validator:contract` when the contract is no longer on disk as the run knows it. The
    /// verdicts are as they were then.
    pub fn ask(
        &self,
        judged: &mut [(RecordId, &Version, Verdict)],
        stop: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        if !self.has_validator() {
            return Ok(());
        }
        let mut asked = Vec::new();
        let mut questions = Vec::new();
        for (number, (id, text, _)) in judged.iter().enumerate() {
            if let Ok(row) = Row::read(&self.layout, text.form, &text.bytes) {
                asked.push(number);
                questions.push(Question {
                    record: self.checker().json_text(&row),
                    name: format!("record {id}"),
                });
            }
        }
        let answers = (self.workspace).ask(&self.contract(), &questions, stop)?;
        for (number, answer) in asked.into_iter().zip(answers) {
            let problems = &mut judged[number].2.problems;
            problems.retain(|problem| problem.stage != Stage::Validator);
            for problem in answer {
                problems.insert(self.checker().place(&problem, &*problems), problem);
            }
        }
        Ok(())
    }
}

impl Workspace {
    fn ask(
        &self,
        contract: &Contract,
        questions: &[Question],
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<Problem>>, Fault> {
        if questions.is_empty() {
            return Ok(Vec::new());
        }
        let disk = on_disk(contract)?;
        let Some(program) = program(&disk) else {
            return Err(changed(&disk));
        };
        let known = self
            .validator
            .take()
            .filter(|alive| alive.checks == disk.checks && *alive.validator.program() == program);
        let mut alive = known.unwrap_or_else(|| Alive {
            checks: disk.checks,
            validator: Validator::new(program),
        });
        // One that did something wrong ends here.
        let answers = alive.validator.ask(questions, stop)?;
        alive.validator.settle(stop)?;
        self.validator.replace(Some(alive));
        Ok(answers)
    }
}

/// The contract as it lies on disk, when it finds the same as the one the run knows.
fn on_disk(contract: &Contract) -> Result<Contract, Fault> {
    let path = contract.path.display();
    let disk = contract::read(&contract.path).map_err(|error| {
        let why = error.downcast_ref::<Fault>();
        let why = why.map_or_else(|| error.to_string(), |fault| fault.message.clone());
        Fault::usage(
            "validator:contract",
            format!("the validator is only started from the contract on disk, at {path}: {why}"),
        )
        .hint("put the contract back, or name it where it lies now with `redrive check --contract FILE`")
    })?;
    if disk.checks == contract.checks {
        Ok(disk)
    } else {
        Err(changed(&disk))
    }
}

fn changed(disk: &Contract) -> Fault {
    let path = disk.path.display();
    let named = shell_word(&path.to_string());
    Fault::usage(
        "validator:contract",
        format!("the contract at {path} changed since these records were checked, so its validator is not started"),
    )
    .hint(format!(
        "check them against what it says now: `redrive check --contract {named}`"
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        fix::Change,
        model::{ChangeReport, Path},
        ops::{
            accept, edit, preview,
            testing::{CONTRACT, Desk, code},
        },
    };

    /// Takes no address with `spam` in it, and writes down what it was asked and when it was started.
    const SCRIPT: &str = r#"echo start >>asked
while IFS= read -r line; do
  printf '%s\n' "$line" >>asked
  case $line in
    *spam*) echo '{"errors":[{"type":"spam","loc":["email"],"msg":"no spam"}]}' ;;
    *) echo '{"errors":[]}' ;;
  esac
done"#;

    fn contract() -> String {
        format!("{CONTRACT}\n[validator]\ncommand = ['sh', 'v.sh']\n")
    }

    fn desk(lines: &[&str]) -> Desk {
        let desk = Desk::csv(lines);
        fs::write(desk.workspace.folder().join("v.sh"), SCRIPT).unwrap();
        desk
    }

    fn set(desk: &mut Desk, id: i64, field: &str, text: &str) -> ChangeReport {
        edit(
            &mut desk.workspace,
            RecordId(id),
            &[change(field, text)],
            None,
        )
        .unwrap()
    }

    fn change(field: &str, text: &str) -> Change {
        Change::Text {
            path: Path::field(field),
            text: text.to_owned(),
        }
    }

    fn asked(desk: &Desk) -> Vec<String> {
        let asked = fs::read_to_string(desk.workspace.folder().join("asked"));
        asked
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_check_asks_about_all_records_and_an_edit_about_one() {
        let mut desk = desk(&[
            "A1,a@spam.de,30,Open",
            "A2,b@spam.de,12,Open",
            "A3,c@b.de,30,Open",
            "A4,\"broken",
        ]);
        let report = desk.check_against(&contract()).unwrap();
        assert_eq!((report.checked, report.ready), (4, 1));
        assert_eq!(
            desk.look(1),
            "A1,a@spam.de,30,Open | rejected | spam@/email"
        );
        assert_eq!(
            desk.look(2),
            "A2,b@spam.de,12,Open | rejected | ADULT@/age spam@/email"
        );
        assert_eq!(desk.look(4), "A4,\"broken | rejected | csv:unclosed_quote@");
        let said = asked(&desk);
        assert_eq!(said.len(), 4, "{said:?}");
        assert_eq!(
            said[1],
            r#"{"id":"A1","email":"a@spam.de","age":30,"stage":"Open"}"#
        );
        // The same program is asked again.
        assert_eq!(set(&mut desk, 1, "email", "a@b.de").ready, 1);
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | ready | ");
        assert_eq!(asked(&desk).len(), 5);
        assert_eq!(set(&mut desk, 1, "email", "x@spam.de").newly_broken, 1);
        let again = desk.check(None).unwrap();
        assert_eq!((again.ready, again.step), (1, None));
        assert_eq!(
            asked(&desk).iter().filter(|line| *line == "start").count(),
            1
        );
    }

    #[test]
    fn nobody_is_asked_while_a_person_types() {
        let mut desk = desk(&["A1,a@spam.de,12,Open"]);
        desk.check_against(&contract()).unwrap();
        let before = asked(&desk);
        let codes = |changes: &[Change]| {
            let at = Path::field("email");
            let preview = preview(&desk.workspace, RecordId(1), changes, &at).unwrap();
            let codes = preview.problems.into_iter().map(|problem| problem.code);
            codes.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(codes(&[]), "ADULT spam");
        assert_eq!(codes(&[change("email", "b@spam.de")]), "ADULT");
        assert_eq!(codes(&[change("age", "30")]), "");
        assert_eq!(asked(&desk), before);
    }

    #[test]
    fn an_edit_is_saved_also_where_the_validator_cannot_be_asked() {
        let mut desk = desk(&["A1,a@spam.de,30,Open", "A1,b@b.de,30,Open"]);
        desk.check_against(&contract()).unwrap();
        let script = desk.workspace.folder().join("v.sh");
        let contract = desk.workspace.folder().join("people.toml");
        // Another script is another check, and no contract is none at all.
        fs::write(&script, "exit 3").unwrap();
        let report = set(&mut desk, 1, "email", "a@b.de");
        let why = report.not_checked.expect("the validator changed");
        assert!(why.contains("changed since"), "{why}");
        assert_eq!((report.ready, report.still_rejected), (0, 1));
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | rejected | ");
        assert_eq!(code(&desk.check(None).unwrap_err()), "validator:contract");
        let error = accept(&mut desk.workspace, RecordId(1), None).unwrap_err();
        assert_eq!(code(&error), "check:contract");
        fs::rename(&contract, contract.with_extension("away")).unwrap();
        let why = set(&mut desk, 2, "email", "c@b.de").not_checked.unwrap();
        assert!(why.contains("there is no contract at"), "{why}");
        // The key of the first decided about the second, and the other way round; neither is ready by that.
        set(&mut desk, 2, "id", "A2");
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | rejected | ");
        assert_eq!(desk.look(2), "A2,c@b.de,30,Open | rejected | ");
        set(&mut desk, 1, "id", "A3");
        assert_eq!(desk.look(2), "A2,c@b.de,30,Open | rejected | ");
        fs::rename(contract.with_extension("away"), &contract).unwrap();
        fs::write(&script, SCRIPT).unwrap();
        assert_eq!(desk.check(None).unwrap().ready, 2);
        assert_eq!(desk.look(1), "A3,a@b.de,30,Open | ready | ");
    }

    #[test]
    fn one_that_fails_in_a_check_changes_nothing() {
        let mut desk = desk(&["A1,a@b.de,30,Open", "A2,foo@,30,Open"]);
        let command = "command = ['sh', '-c', 'read l; echo \"{}\"; cat >/dev/null']";
        let broken = contract().replace("command = ['sh', 'v.sh']", command);
        let error = desk.check_against(&broken).unwrap_err();
        assert_eq!(code(&error), "validator:answer");
        let fault = error.downcast_ref::<Fault>().unwrap();
        assert!(fault.message.contains("answered for record 1"), "{fault:?}");
        assert!(fault.file.as_ref().unwrap().ends_with("people.toml"));
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | rejected | ");
        // The run has no contract yet either.
        assert_eq!(code(&desk.check(None).unwrap_err()), "check:contract");
    }
}
