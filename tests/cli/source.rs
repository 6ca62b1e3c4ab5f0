//! Records written in the form of the file they came from.

use serde_json::json;

use super::Folder;

const CONTRACT: &str = "name = \"people\"\nkey = [\"/id\"]\n\
    [[destination]]\nname = \"back\"\nkind = \"file\"\npath = \"out/people.csv\"\nformat = \"source\"\nenvironment = \"test\"\n";

/// A folder in which this input is loaded and all its records are ready.
fn loaded(name: &str, input: &str) -> Folder {
    let folder = Folder::new();
    folder.write("people.toml", CONTRACT);
    folder.write(name, input);
    folder
        .redrive(&format!("load {name} --contract people.toml --keep-passed"))
        .run();
    folder
}

/// The texts of a workspace's records, in order.
fn texts(folder: &Folder, workspace: &str) -> Vec<String> {
    let query = "SELECT CAST(c.bytes AS TEXT) AS t FROM record r JOIN content c ON c.id = r.content ORDER BY r.id";
    let rows = folder
        .redrive(&format!("sql '{query}' --json --workspace {workspace}"))
        .run();
    let text = |row: &str| -> String {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        row["t"].as_str().unwrap().to_owned()
    };
    rows.lines().map(text).collect()
}

const ODD: &str = "id;full name;\"no;te\"\n1; Ann ;\"said \"\"hi\"\"\"\n\"2\";Bob;\"two\nlines\"\n3;\"Cy\";a,b\n4;D'Arcy;\n";

#[test]
fn a_run_that_nobody_changed_is_written_as_it_was_received() {
    let folder = loaded("odd.csv", ODD);
    let report = folder.redrive("send --to back --yes").json();
    assert_eq!(report["handed_over"], json!(4));
    assert_eq!(folder.read("out/people-1.csv"), ODD);
}

#[test]
fn of_a_record_that_was_changed_only_the_changed_cell_is_written_anew() {
    let folder = loaded("odd.csv", ODD);
    folder.redrive("edit 2 '/full name=Bo;b'").run();
    folder.redrive("edit 3 '/full name=Cyd'").run();
    folder.redrive("send --to back --yes").json();
    let expected = ODD.replace(";Bob;", ";\"Bo;b\";").replace("Cy", "Cyd");
    assert_eq!(folder.read("out/people-1.csv"), expected);
}

#[test]
fn what_was_written_loads_again_as_the_same_records() {
    let folder = loaded("odd.csv", ODD);
    folder.redrive("edit 2 '/full name=Bo;b'").run();
    let before = texts(&folder, "redrive.db");
    folder.redrive("send --to back --yes").json();
    folder
        .redrive("load out/people-1.csv --contract people.toml --keep-passed --workspace again.db")
        .run();
    assert_eq!(texts(&folder, "again.db"), before);
    let fields = |workspace: &str| {
        folder
            .redrive(&format!("export --format ndjson --workspace {workspace}"))
            .any_stderr()
            .run()
    };
    assert_eq!(fields("again.db"), fields("redrive.db"));
    assert!(fields("again.db").contains(r#""full name":"Bo;b""#));
}

#[test]
fn a_run_of_tabs_is_written_with_tabs_whatever_the_file_is_called() {
    let input = "id\tname\n1\tO\"Hara, Jim\n2\t\"a\tb\"\n";
    let folder = loaded("people.txt", input);
    folder.redrive("send --to back --yes").json();
    assert_eq!(folder.read("out/people-1.csv"), input);
}

#[test]
fn a_mark_and_other_line_ends_are_not_remembered_and_line_breaks_in_cells_are() {
    let folder = loaded("dos.csv", "\u{feff}id,note\r\n1,\"a\r\nb\"\r\n2,c\r\n");
    folder.redrive("send --to back --yes").json();
    assert_eq!(
        folder.read("out/people-1.csv"),
        "id,note\n1,\"a\r\nb\"\n2,c\n"
    );
}

#[test]
fn a_json_run_is_written_as_one_text_a_line() {
    let input = "{\"id\": \"1\",  \"n\": 1.10}\n{\"id\":\"2\",\"t\":\"\\u00e4\"}\n";
    let folder = loaded("people.ndjson", input);
    folder.redrive("send --to back --yes").json();
    assert_eq!(folder.read("out/people-1.csv"), input);
}

#[test]
fn a_record_that_is_no_line_any_more_is_refused_at_its_field() {
    let folder = loaded("people.csv", "id,name\n1,Ann\n2,Bob\n");
    folder
        .redrive("edit 2 /shoe=43")
        .stderr_has("/shoe is a new field of record 2")
        .run();
    let report = folder.redrive("send --to back --yes").exit(1).json();
    assert_eq!(
        (&report["handed_over"], &report["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(folder.read("out/people-1.csv"), "id,name\n1,Ann\n");
    let shown = folder.redrive("show 2").run();
    assert!(
        shown.contains("the file has no column for field 'shoe'"),
        "{shown}"
    );
}

#[test]
fn what_the_original_tool_answers_is_told_by_key() {
    let folder = loaded("people.csv", "id,name\nP-1,Ann\nP-2,Bob\n");
    folder.redrive("send --to back --yes").json();
    folder.write(
        "answers.ndjson",
        "{\"input\":{\"id\":\"P-2\"},\"errors\":[{\"type\":\"taken\",\"loc\":[\"name\"],\"msg\":\"taken\",\"input\":\"Bob\"}]}\n",
    );
    let report = folder
        .redrive("load answers.ndjson --answers 1")
        .exit(1)
        .any_stderr()
        .json();
    assert_eq!(
        (&report["accepted"], &report["rejected"]),
        (&json!(0), &json!(1)),
        "{report}"
    );
    assert_eq!(folder.redrive("show 2").json()["status"], json!("rejected"));
}

/// Three records that were handed over as JSON Lines.
fn handed_over() -> Folder {
    let folder = Folder::new();
    folder.write(
        "people.toml",
        CONTRACT
            .replace("people.csv", "people.ndjson")
            .replace("source", "ndjson"),
    );
    folder.write("people.csv", "id,name\nP-1,Ann\nP-2,Bob\nP-3,Cy\n");
    folder
        .redrive("load people.csv --contract people.toml --keep-passed")
        .run();
    folder.redrive("send --to back --yes").json();
    folder
}

const TAKEN: &str = r#"{"line":1,"status_code":201,"body":{"id":1}}"#;
const REFUSED: &str = r#"{"line":2,"status_code":422,"body":{"detail":[{"type":"missing","loc":["body","born"],"msg":"Field required","input":{}}]}}"#;

#[test]
fn answers_that_come_twice_change_nothing_and_say_what_is_true() {
    let folder = handed_over();
    folder.write("some.ndjson", format!("{TAKEN}\n{REFUSED}\n"));
    let first = folder
        .redrive("load some.ndjson --answers 1")
        .exit(1)
        .stderr_has("No answer for record 3: still handed over")
        .json();
    let counts = |report: &serde_json::Value| {
        ["accepted", "rejected", "answered_before"].map(|name| report[name].as_u64().unwrap())
    };
    assert_eq!(counts(&first), [1, 1, 0]);
    assert_eq!(folder.redrive("show 2").json()["status"], json!("rejected"));
    let again = folder
        .redrive("load some.ndjson --answers 1")
        .exit(1)
        .stderr_has("2 records had their answer before: nothing of them was changed")
        .json();
    assert_eq!(counts(&again), [0, 0, 2]);
    // Line 3 is the third record of the file, also now that the others have their answer.
    folder.write(
        "rest.ndjson",
        TAKEN.replace('1', "3") + "\n" + &TAKEN.replacen('1', "9", 1),
    );
    let rest = folder
        .redrive("load rest.ndjson --answers 1 --format fastapi")
        .stderr_has("1 record was not found in plan 1 (line 9); what is said of it was passed over")
        .json();
    assert_eq!(counts(&rest), [1, 0, 0]);
    assert_eq!(folder.redrive("show 3").json()["status"], json!("accepted"));
    folder
        .redrive("load some.ndjson --answers 1")
        .exit(1)
        .stderr_has(
            "3 records of plan 1 had their answer before (2 sent, 1 refused); nothing was changed",
        )
        .stderr_has("`redrive send` hands it over under a new plan")
        .run();
}

#[test]
fn what_cannot_be_an_answer_says_why() {
    let folder = handed_over();
    folder
        .redrive("load people.csv --answers 1")
        .exit(2)
        .stderr_has("holds records and not what a tool said of them, so there is no answer in it")
        .stderr_has("--format fastapi")
        .run();
    folder
        .redrive("load people.csv --answers 7")
        .exit(2)
        .stderr_has("there is no plan 7")
        .run();
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder
        .redrive("send --to crm --yes")
        .any_stderr()
        .exit(1)
        .run();
    folder
        .redrive("load customers.csv --answers 1")
        .exit(1)
        .stderr_has("plan 1 was not handed over to a file: crm")
        .run();
}

#[test]
fn a_record_that_the_file_could_not_hold_has_no_place_in_it() {
    let folder = loaded("people.csv", "id,name\n1,Ann\n2,Bob\n3,Cy\n");
    folder
        .redrive("edit 1 /shoe=43")
        .stderr_has("/shoe is a new field of record 1")
        .run();
    folder.redrive("send --to back --yes").exit(1).json();
    assert_eq!(folder.read("out/people-1.csv"), "id,name\n2,Bob\n3,Cy\n");
    // The first line below the header is record 2.
    folder.write("answers.ndjson", REFUSED);
    folder
        .redrive("load answers.ndjson --answers 1")
        .exit(1)
        .any_stderr()
        .run();
    assert_eq!(folder.redrive("show 2").json()["status"], json!("rejected"));
    assert_eq!(
        folder.redrive("show 3").json()["status"],
        json!("handed_over")
    );
}
