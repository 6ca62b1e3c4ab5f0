//! The pipeline's own validator with real programs: a Pydantic model, a line of shell, and programs that do everything wrong.

mod python;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use redrive::{
    filter::Filter,
    model::{Fault, FaultKind, LoadReport, Problem, Stage},
    ops::{self, Job, LoadRequest, Workspace},
};
use serde_json::Value;

const TRUTH: &str = "tests/data/truth";
const ADAPTERS: &str = "assets/validators";

/// A folder with a contract, an input and a workspace.
struct Desk {
    folder: tempfile::TempDir,
    workspace: Workspace,
}

impl Desk {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        for adapter in ["validate.py", "each.sh"] {
            fs::copy(
                Path::new(ADAPTERS).join(adapter),
                folder.path().join(adapter),
            )
            .unwrap();
        }
        let workspace = Workspace::create(&folder.path().join("w.db"), "jana").unwrap();
        Self { folder, workspace }
    }

    fn take(&self, name: &str) {
        fs::copy(Path::new(TRUTH).join(name), self.folder.path().join(name)).unwrap();
    }

    fn load(&mut self, file: &str) -> Result<LoadReport, Fault> {
        let request = LoadRequest {
            files: vec![self.folder.path().join(file)],
            contract: Some(self.folder.path().join("c.toml")),
            threads: Some(2),
            ..LoadRequest::default()
        };
        ops::load(&mut self.workspace, &request, &Job::default())
            .map_err(|error| error.downcast_ref::<Fault>().expect("a fault").clone())
    }

    /// The problems of the rejected records, by line.
    fn problems(&self) -> BTreeMap<u64, Vec<Problem>> {
        let ids = ops::ids(&self.workspace, &Filter::default()).unwrap();
        (ops::rows(&self.workspace, &ids).unwrap().into_iter())
            .map(|row| (row.line, row.problems))
            .collect()
    }
}

/// What is wrong with each line, as `stage code@path`.
fn short(problems: &[Problem]) -> Vec<String> {
    (problems.iter())
        .map(|problem| format!("{} {}@{}", problem.stage.word(), problem.code, problem.path))
        .collect()
}

fn run(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_pydantic_model_rejects_through_the_adapter_what_it_rejects_itself() {
    let Some(python) = python::with_pydantic() else {
        return;
    };
    let contract = format!(
        "key = ['/customer_id']\n[validator]\ncommand = ['{}', '-B', 'validate.py', 'models:CustomerFlat']\nbatch = 64\n",
        python.display()
    );
    let mut desk = Desk::new(&[("c.toml", &contract)]);
    desk.take("models.py");
    let file = desk.folder.path().join("in.csv");
    run(Command::new(&python)
        .arg(Path::new(TRUTH).join("gen_customers.py"))
        .args("--format csv --error-rate 0.4 --exclude parse --seed 11 --rows 600 --out".split(' '))
        .arg(&file));
    let judged = run(Command::new(&python)
        .arg("-B")
        .arg(Path::new(TRUTH).join("judge.py"))
        .arg(&file));
    let theirs: BTreeSet<u64> = (judged.lines())
        .filter_map(|line| serde_json::from_str::<Value>(line).unwrap()["line"].as_u64())
        .collect();
    let report = desk.load("in.csv").unwrap();
    let found = desk.problems();
    let ours: BTreeSet<u64> = found.keys().copied().collect();
    assert_eq!(ours, theirs);
    assert!(report.rejected > 50, "{report:?}");
    let stages: BTreeSet<Stage> = found.values().flatten().map(|found| found.stage).collect();
    assert_eq!(stages, [Stage::Rule, Stage::Validator].into());
    ops::verify(&desk.workspace).unwrap();
}

#[test]
fn each_stage_speaks_for_itself() {
    let Some(python) = python::with_pydantic() else {
        return;
    };
    let contract = fs::read_to_string(Path::new(TRUTH).join("customer_flat.toml")).unwrap();
    let contract = format!(
        "{contract}\n[validator]\ncommand = ['{}', '-B', 'validate.py', 'models:CustomerFlat']\n",
        python.display()
    );
    let header = "customer_id,name,email,phone,street,city,state,postal_code,country,stage,deal_value,currency,\
         created_at,close_date,is_active,employee_count,contact_name,contact_email,source_system,notes";
    let good = "CUS-0000001,Horizon,mia@example.com,+16175553326,2 Oak Ave,Seattle,WA,98101,US,Closed Won,1200,CHF,\
         2012-10-15T20:48:34Z,,true,313,Leo Young,leo@acme.example,trade-show,ok";
    let lost = good
        .replace("Closed Won", "Closed Lost")
        .replace("0000001", "0000002");
    let broken = good
        .replace("mia@example.com", "mia@")
        .replace("0000001", "0000003");
    let open = "CUS-0000004,\"Horizon";
    let text = [header, good, &lost, &broken, open].join("\n");
    let mut desk = Desk::new(&[("c.toml", &contract), ("in.csv", &text)]);
    desk.take("models.py");
    desk.take("customer_flat.schema.json");
    desk.load("in.csv").unwrap();
    let found = desk.problems();
    let short = |line: u64| short(&found[&line]);
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(
        short(3),
        ["rule RULE-101@/deal_value", "validator value_error@"]
    );
    assert_eq!(
        short(4),
        ["schema format@/email", "validator value_error@/email"]
    );
    assert_eq!(short(5), ["parse csv:unclosed_quote@"]);
    assert_eq!(found[&3][1].detail, "RULE-101");
}

#[test]
fn a_model_that_cannot_be_loaded_is_said_with_its_own_words() {
    let Some(python) = python::with_pydantic() else {
        return;
    };
    let check = |arguments: &str, models: &str, expected: &str| {
        let contract = format!(
            "[validator]\ncommand = ['{}', '-B', 'validate.py', {arguments}]\n",
            python.display()
        );
        let files = [
            ("c.toml", contract.as_str()),
            ("in.jsonl", "{\"a\":\"1\"}\n"),
            ("models.py", models),
        ];
        match Desk::new(&files).load("in.jsonl") {
            Ok(report) => assert_eq!(format!("{} passed", report.passed), expected),
            Err(fault) => {
                assert_eq!(fault.code, "validator:ended");
                assert!(fault.message.contains(expected), "{fault:?}");
            }
        }
    };
    let model = "import pydantic\nprint('loading')\nclass A(pydantic.BaseModel):\n    a: int\n";
    check("'models:A'", model, "1 passed");
    check("'--strict', 'models:A'", model, "0 passed");
    check(
        "'models:B'",
        model,
        "models:B cannot be loaded: AttributeError",
    );
    check("'modells:A'", model, "No module named 'modells'");
    check("'models'", model, "'models' names no model");
    check("'models:A'", "1 +", "SyntaxError");
}

#[test]
fn the_program_hands_out_its_adapters() {
    for (kind, file) in [("pydantic", "validate.py"), ("shell", "each.sh")] {
        let given =
            run(Command::new(env!("CARGO_BIN_EXE_redrive")).args(["contract", "validator", kind]));
        assert_eq!(
            given,
            fs::read_to_string(Path::new(ADAPTERS).join(file)).unwrap()
        );
    }
}

#[test]
fn a_line_of_shell_judges_each_record() {
    let contract = "[validator]\ncommand = ['sh', 'each.sh', \
         'case $(cat) in *DE*) ;; *FR*) exit 4 ;; *) echo \"Only \\\"DE\\\" \\\\ nothing\"; echo else >&2; exit 1 ;; esac']\n";
    let contract = contract
        .replace("'case", "'''case")
        .replace("esac'", "esac'''");
    let input = "{\"country\":\"DE\"}\n{\"country\":\"US\"}\n{\"country\":\"FR\"}\n";
    let mut desk = Desk::new(&[("c.toml", &contract), ("in.jsonl", input)]);
    desk.load("in.jsonl").unwrap();
    let said: Vec<_> = (desk.problems().into_iter())
        .map(|(line, found)| (line, found[0].message.clone()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "Only \"DE\" \\ nothing else".to_owned()),
            (3, "the record was rejected with exit status 4".to_owned()),
        ]
    );
    let check = |line: &str, message: &str| {
        let wrong = format!("[validator]\ncommand = ['sh', 'each.sh', '{line}']\n");
        let mut desk = Desk::new(&[("c.toml", &wrong), ("in.jsonl", input)]);
        let fault = desk.load("in.jsonl").unwrap_err();
        assert!(fault.message.contains(message), "{fault:?}");
    };
    check("no-such-program", "no-such-program: not found");
    check("grep -q DE || { echo No; exit 1", "yntax error");
}

/// What a load says whose validator is this script, with a time limit of two seconds.
fn loaded(script: &str) -> Result<LoadReport, Fault> {
    let contract = "[validator]\ncommand = ['sh', 'v.sh']\ntimeout = '2s'\nbatch = 100\n";
    let input: String = (1..=250).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    let mut desk = Desk::new(&[("c.toml", contract), ("v.sh", script), ("in.jsonl", &input)]);
    let loaded = desk.load("in.jsonl");
    let runs = ops::runs(&desk.workspace).unwrap();
    assert_eq!(runs.len(), usize::from(loaded.is_ok()), "all or nothing");
    ops::verify(&desk.workspace).unwrap();
    loaded
}

#[test]
fn a_program_that_does_everything_wrong_loads_nothing() {
    let check = |script: &str, code: &str, message: &str| {
        let fault = loaded(script).expect_err(script);
        assert!(fault.code.starts_with(code), "{script}: {fault:?}");
        assert!(fault.message.contains(message), "{script}: {fault:?}");
        assert!(fault.message.contains("\"sh v.sh\""), "{fault:?}");
        assert!(fault.file.is_some_and(|file| file.ends_with("c.toml")));
        assert_eq!((fault.line, fault.column), (Some(2), Some(11)));
        assert_eq!(fault.kind, FaultKind::Usage);
    };
    let yes = "echo '{\"errors\":[]}'";
    check("sleep 1000", "validator:time", "at the record at byte 0");
    check("exit 9", "validator:ended", "exit status: 9");
    let dies = format!("while read l; do case $l in *150*) exit 1;; esac; {yes}; done");
    check(&dies, "validator:ended", "after 49 of 100 answers");
    let fewer = format!("n=0; while read l; do n=$((n+1)); [ $n = 7 ] || {yes}; done");
    check(&fewer, "validator:time", "after 99 of 100 answers");
    let more = format!("while read l; do {yes}; done; {yes}");
    check(&more, "validator:lines", "more lines than it got records");
    check("echo Hello; cat", "validator:answer", "is not JSON: Hello");
    check(
        "cat",
        "validator:answer",
        "(line 1 of 100) has no list named errors",
    );
    let huge = "head -c 17000000 /dev/zero | tr '\\0' x; cat >/dev/null";
    check(huge, "validator:answer", "more than 16 MiB");
    check(
        "exec 0<&-; sleep 1000",
        "validator:",
        "the record at byte 0",
    );
    let early = format!("n=0; while [ $n -lt 300 ]; do n=$((n+1)); {yes}; done; cat >/dev/null");
    check(&early, "validator:lines", "more lines than it got records");
}

#[test]
fn what_goes_to_stderr_stands_in_nobodys_way() {
    let report = loaded("yes warning >&2 & while read l; do echo '{\"errors\":[]}'; done").unwrap();
    assert_eq!((report.records, report.passed), (250, 250));
}

#[test]
fn a_program_that_is_not_there_loads_nothing() {
    let check = |command: &str, code: &str, message: &str| {
        let contract = format!("[validator]\ncommand = [{command}]\n");
        let files = [
            ("c.toml", contract.as_str()),
            ("in.jsonl", "{}\n"),
            ("plain.sh", "cat"),
        ];
        let fault = Desk::new(&files).load("in.jsonl").unwrap_err();
        assert_eq!(fault.code, code);
        assert!(fault.message.contains(message), "{fault:?}");
        assert!(fault.hint.is_some());
    };
    check("'no-such-program'", "validator:missing", "was not found");
    check(
        "'./gone.sh', 'x'",
        "validator:missing",
        "no program ./gone.sh",
    );
    check(
        "'./plain.sh'",
        "validator:not_executable",
        "may not be executed",
    );
}
