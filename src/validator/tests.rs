use std::{cell::Cell, fs, path::Path as FilePath, time::Duration};

use super::*;
use crate::model::Stage;

/// A validator that is a line of shell.
fn shell(folder: &FilePath, line: &str) -> Validator {
    let command = ["sh", "-c", line].map(str::to_owned).to_vec();
    let mut validator = Validator::new(Program {
        command,
        folder: folder.to_owned(),
        contract: folder.join("c.toml"),
        place: Some((4, 11)),
        timeout: Duration::from_secs(30),
        batch: 3,
    });
    validator.waits = vec![Duration::ZERO; WAITS.len()];
    validator
}

fn questions(count: usize) -> Vec<Question> {
    let question = |n| Question {
        record: format!("{{\"n\":{n}}}"),
        name: format!("record {n}"),
    };
    (1..=count).map(question).collect()
}

fn never() -> bool {
    false
}

/// Answers well, and says the record itself.
const ECHO: &str =
    r#"while IFS= read -r line; do n=${line#*:}; echo "{\"errors\":[\"got ${n%\}}\"]}"; done"#;

#[test]
fn every_record_gets_its_own_answer_whatever_the_batches() {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = shell(folder.path(), ECHO);
    for count in [1, 3, 8, 0] {
        let answers = validator.ask(&questions(count), &never).unwrap();
        let said: Vec<_> = (answers.iter().flatten())
            .map(|problem| (problem.stage, problem.message.clone()))
            .collect();
        let expected: Vec<_> = (1..=count)
            .map(|n| (Stage::Validator, format!("got {n}")))
            .collect();
        assert_eq!(said, expected);
    }
    validator.finish(&never).unwrap();
}

#[test]
fn batches_larger_than_the_pipes_do_not_block() {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = shell(
        folder.path(),
        r#"while IFS= read -r line; do printf '{"errors":["%s"]}\n' "$(printf '%s' "$line" | tr -d '"')"; done"#,
    );
    validator.program.batch = 1_000;
    let long = "x".repeat(20_000);
    let question = |n: usize| Question {
        record: format!("\"{n}{long}\""),
        name: n.to_string(),
    };
    let all: Vec<_> = (0..40).map(question).collect();
    let answers = validator.ask(&all, &never).unwrap();
    assert_eq!(answers.len(), 40);
    assert_eq!(answers[39][0].message, format!("39{long}"));
}

#[test]
fn it_runs_in_the_folder_of_the_contract_and_lives_between_batches() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("here"), "").unwrap();
    let script =
        r#"ls here >&2; echo x >>starts; while read -r line; do echo '{"errors":[]}'; done"#;
    let mut validator = shell(folder.path(), script);
    for _ in 0..5 {
        validator.ask(&questions(7), &never).unwrap();
    }
    validator.finish(&never).unwrap();
    let starts = fs::read_to_string(folder.path().join("starts")).unwrap();
    assert_eq!(starts.lines().count(), 1);
}

#[test]
fn one_that_died_is_started_again_and_asked_the_same_batch() {
    let folder = tempfile::tempdir().unwrap();
    // Dies at the fifth line of its first two lives.
    let script = r#"echo x >>starts; n=0; while read -r line; do n=$((n+1))
        if [ $n = 2 ] && [ $(wc -l <starts) -lt 3 ]; then exit 7; fi; echo '{"errors":[]}'; done"#;
    let mut validator = shell(folder.path(), script);
    assert_eq!(validator.ask(&questions(3), &never).unwrap().len(), 3);
    let starts = fs::read_to_string(folder.path().join("starts")).unwrap();
    assert_eq!(starts.lines().count(), 3);
}

#[test]
fn one_that_ends_after_each_batch_is_started_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"for n in 1 2 3; do read -r line; echo '{"errors":[]}'; done"#;
    let mut validator = shell(folder.path(), script);
    assert_eq!(validator.ask(&questions(9), &never).unwrap().len(), 9);
}

#[test]
fn one_that_did_nothing_wrong_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"while read l; do echo '{"errors":[]}'; done; exec >&-; echo >ended"#;
    let mut validator = shell(folder.path(), script);
    validator.ask(&questions(3), &never).unwrap();
    drop(validator);
    assert!(folder.path().join("ended").exists());
}

/// The fault of a script that is asked about five records, three and two at a time.
fn fault(script: &str) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = shell(folder.path(), script);
    validator.program.command[0] = "/bin/sh".to_owned();
    (validator.ask(&questions(5), &never))
        .and_then(|_| validator.finish(&never))
        .expect_err("a fault")
}

#[test]
fn whatever_it_does_wrong_is_said_with_the_record() {
    let check = |script: &str, code: &str, message: &str| {
        let fault = fault(script);
        let who = format!("the validator \"/bin/sh -c {script}\"");
        assert_eq!(
            (fault.code, fault.message.replace(&who, "V").as_str()),
            (code, message),
            "{script}"
        );
        assert_eq!(fault.kind, FaultKind::Usage);
        assert!(fault.hint.is_some());
    };
    let yes = "echo '{\"errors\":[]}'";
    check(
        "echo Traceback >&2; echo 'no module x' >&2; exit 3",
        "validator:ended",
        "V ended (exit status: 3) after 0 of 3 answers, at record 1 (the batch: record 1 to record 3): no module x",
    );
    check(
        "kill -9 $$",
        "validator:ended",
        "V ended (signal: 9 (SIGKILL)) after 0 of 3 answers, at record 1 (the batch: record 1 to record 3)",
    );
    check(
        &format!("while read l; do case $l in *5*) exit 1;; esac; {yes}; done"),
        "validator:ended",
        "V ended (exit status: 1) after 1 of 2 answers, at record 5 (the batch: record 4 to record 5)",
    );
    check(
        &format!("read l; {yes}; cat >/dev/null & wait"),
        "validator:lines",
        "V ended (exit status: 0) after 1 of 3 answers, at record 2 (the batch: record 1 to record 3)",
    );
    check(
        &format!("while read l; do {yes}; {yes}; done"),
        "validator:lines",
        "V answered more lines than it got records: {\"errors\":[]}",
    );
    check(
        &format!("while read l; do {yes}; done; echo bye"),
        "validator:lines",
        "V answered more lines than it got records: bye",
    );
    check(
        "printf 'Loading \\033[31mmodel\\n'; cat",
        "validator:answer",
        "what V answered for record 1 (line 1 of 3) is not JSON: Loading <ESC>[31mmodel",
    );
    check(
        "cat",
        "validator:answer",
        "what V answered for record 1 (line 1 of 3) has no list named errors: {\"n\":1}",
    );
    check(
        &format!("read l; {yes}; while read l; do echo; done"),
        "validator:answer",
        "what V answered for record 2 (line 2 of 3) is not JSON: an empty line",
    );
    check(
        "exec >&-; cat >/dev/null; exit 4",
        "validator:ended",
        "V closed its output after 0 of 3 answers, at record 1 (the batch: record 1 to record 3)",
    );
    check(
        "head -c 17000000 /dev/zero; cat >/dev/null",
        "validator:answer",
        "V answered more than 16 MiB for record 1",
    );
}

#[test]
fn the_last_words_of_stderr_are_told_however_many_there_were() {
    let endless =
        "i=0; while [ $i -lt 3000 ]; do echo \"warning $i\" >&2; i=$((i+1)); done; exit 1";
    let fault = fault(endless);
    assert!(fault.message.ends_with(": warning 2999"), "{fault:?}");
    let hint = fault.hint.unwrap();
    assert!(
        hint.contains("\n  warning 2992\n  warning 2993\n"),
        "{hint}"
    );
    assert!(!hint.contains("warning 2991"), "{hint}");
}

#[test]
fn one_that_hangs_is_ended_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = shell(
        folder.path(),
        r#"echo $$ >group; read l; echo '{"errors":[]}'; sleep 1000 & wait"#,
    );
    validator.program.timeout = Duration::from_millis(300);
    let fault = validator.ask(&questions(3), &never).unwrap_err();
    assert_eq!(fault.code, "validator:time");
    assert!(
        fault.message.ends_with(
            "did not answer within 0.3 s, after 1 of 3 answers, at record 2 (the batch: record 1 to record 3)"
        ),
        "{fault:?}"
    );
    let group = fs::read_to_string(folder.path().join("group")).unwrap();
    let group = rustix::process::Pid::from_raw(group.trim().parse().unwrap()).unwrap();
    // What was killed may still be waiting for init to take notice.
    let gone = (0..500).any(|_| {
        std::thread::park_timeout(Duration::from_millis(10));
        rustix::process::test_kill_process_group(group).is_err()
    });
    assert!(gone);
}

#[test]
fn one_that_does_not_read_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let yes = "echo '{\"errors\":[]}'";
    let mut validator = shell(
        folder.path(),
        &format!("{yes}; {yes}; {yes}; exec <&-; sleep 1000"),
    );
    let mut all = questions(3);
    all[0].record = "x".repeat(1 << 20);
    let fault = validator.ask(&all, &never).unwrap_err();
    assert!(
        fault.message.ends_with(
            "closed its input although it had not read all of the 3 records it answered"
        ),
        "{fault:?}"
    );
}

#[test]
fn who_wants_to_stop_need_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let mut validator = shell(folder.path(), "sleep 1000");
    let asked = Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        asked.get() > 3
    };
    let fault = validator.ask(&questions(3), &stop).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Interrupted);
    assert!(validator.process.is_none());
}

#[test]
fn a_program_that_cannot_be_started_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plain.txt"), "").unwrap();
    let check = |command: &[&str], sub: &str, code: &str, message: &str| {
        let mut validator = shell(&folder.path().join(sub), "");
        validator.program.command = command.iter().map(|&word| word.to_owned()).collect();
        let fault = validator.ask(&questions(1), &never).unwrap_err();
        assert_eq!((fault.code, fault.message.as_str()), (code, message));
    };
    check(
        &["no-such-program", "a b"],
        "",
        "validator:missing",
        "the validator \"no-such-program a b\" was not found: there is no program no-such-program",
    );
    check(
        &["./gone.sh"],
        "",
        "validator:missing",
        "the validator \"./gone.sh\" was not found: there is no program ./gone.sh",
    );
    check(
        &["./plain.txt"],
        "",
        "validator:not_executable",
        "the validator \"./plain.txt\" may not be executed",
    );
    let gone = folder.path().join("gone").display().to_string();
    check(
        &["sh"],
        "gone",
        "validator:missing",
        &format!("the validator \"sh\" cannot be started: there is no folder {gone}"),
    );
}
