//! Records handed out as a sheet, edited, and taken back.

use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use rust_xlsxwriter::Workbook;
use serde_json::json;

use crate::Folder;

/// A sheet as a person has it open: every cell by row and column.
struct Open(Vec<Vec<Data>>);

impl Open {
    fn of(path: &Path) -> Self {
        let mut book: Xlsx<_> = open_workbook(path).unwrap();
        let range = book.worksheet_range("Records").unwrap();
        Self(range.rows().map(<[Data]>::to_vec).collect())
    }

    fn column(&self, name: &str) -> usize {
        let is_it = |cell: &Data| *cell == *name;
        self.0[0].iter().position(is_it).unwrap()
    }

    fn row(&self, record: i64) -> usize {
        let record = record.to_string();
        self.0
            .iter()
            .position(|row| row[0].to_string() == record)
            .unwrap()
    }

    fn text(&self, record: i64, column: &str) -> String {
        self.0[self.row(record)][self.column(column)].to_string()
    }

    fn type_in(&mut self, record: i64, column: &str, cell: Data) {
        let (row, column) = (self.row(record), self.column(column));
        self.0[row][column] = cell;
    }

    /// Writes it as a spreadsheet does that knows nothing of where it came from.
    fn save(&self, path: &Path) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (n, row) in (0..).zip(&self.0) {
            for (m, cell) in (0..).zip(row) {
                match cell {
                    Data::Float(number) => sheet.write(n, m, *number).unwrap(),
                    Data::Bool(value) => sheet.write(n, m, *value).unwrap(),
                    Data::Empty => sheet,
                    cell => sheet.write(n, m, cell.to_string()).unwrap(),
                };
            }
        }
        book.save(path).unwrap();
    }
}

fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

/// Ten customers, handed out.
fn handed_out() -> (Folder, Open) {
    let folder = Folder::loaded();
    folder
        .redrive("export --format xlsx -o out.xlsx")
        .stderr_has("cannot be split into fields")
        .run();
    let open = Open::of(&folder.path("out.xlsx"));
    (folder, open)
}

#[test]
fn a_workbook_has_the_records_with_their_state_and_reasons_and_only_text() {
    let (_folder, open) = handed_out();
    let names: Vec<String> = open.0[0].iter().map(ToString::to_string).collect();
    assert_eq!(
        names.join(" "),
        "redrive:record redrive:state redrive:problems id name email stage deal_value since vip redrive:seal"
    );
    assert_eq!(open.text(2, "redrive:state"), "needs fixing");
    assert_eq!(open.text(2, "email"), "ben@");
    let problems = open.text(2, "redrive:problems");
    assert!(
        problems.starts_with("email: This e-mail address is not complete"),
        "{problems}"
    );
    assert_eq!(open.text(6, "name"), "", "it cannot be split into fields");
    let is_text = |cell: &Data| matches!(cell, Data::String(_) | Data::Empty);
    assert!(open.0.iter().flatten().all(is_text));
}

#[test]
fn a_sheet_that_was_not_edited_changes_nothing() {
    let (folder, open) = handed_out();
    open.save(&folder.path("back.xlsx"));
    for file in ["out.xlsx", "back.xlsx"] {
        let report = folder.redrive(&format!("merge {file}")).exit(1).json();
        assert_eq!(
            (&report["changed"], &report["alike"]),
            (&json!(0), &json!(0))
        );
        assert_eq!(report["refused"], json!([]));
        assert_eq!(report["step"], json!(null));
    }
}

#[test]
fn edited_values_come_back_as_one_step_that_one_undo_takes_back() {
    let (folder, mut open) = handed_out();
    open.type_in(2, "email", text("ben@example.com"));
    open.type_in(3, "stage", text("Prospect"));
    open.type_in(3, "deal_value", Data::Float(41.0));
    open.save(&folder.path("back.xlsx"));
    let preview = folder.redrive("merge back.xlsx --dry-run").exit(1).run();
    insta::assert_snapshot!(preview, @r#"
    This is a preview: nothing is changed.
    Would change 3 fields of 2 records: 1 ready, 1 still to fix.
      record 2  email  ben@ -> ben@example.com
      record 3  stage  closed won -> Prospect
      record 3  deal_value  30 -> 41
    6 records as before.
    "#);
    assert_eq!(
        folder.redrive("history").run(),
        "Nothing was changed yet.\n"
    );
    insta::assert_snapshot!(folder.redrive("merge back.xlsx").exit(1).run(), @r#"
    Changed 3 fields of 2 records: 1 ready, 1 still to fix.
    6 records as before.
    "#);
    let record = folder.redrive("show 2").json();
    assert_eq!(
        (&record["status"], &record["current"]["email"]),
        (&json!("ready"), &json!("ben@example.com"))
    );
    assert_eq!(
        record["raw"],
        json!("C-002,Ben Baker,ben@,Prospect,20,,false")
    );
    let history = folder.redrive("history").json_lines();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (&history[0]["kind"], &history[0]["records"]),
        (&json!("fix"), &json!(2))
    );
    // The same sheet again has nothing more to say.
    let again = folder.redrive("merge back.xlsx").exit(1).json();
    assert_eq!(
        (&again["changed"], &again["conflicts"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(folder.redrive("undo").json()["records"], json!(2));
    assert_eq!(folder.redrive("show 2").json()["status"], json!("rejected"));
}

#[test]
fn a_record_that_was_changed_here_meanwhile_is_a_conflict_and_is_overwritten_only_when_asked() {
    let (folder, mut open) = handed_out();
    folder.redrive("edit 2 /email=ann@example.com").run();
    open.type_in(2, "email", text("ben@example.com"));
    open.type_in(3, "name", text("Cleo"));
    open.save(&folder.path("back.xlsx"));
    insta::assert_snapshot!(folder.redrive("merge back.xlsx").exit(1).run(), @r#"
    Changed 1 field of 1 record: 0 ready, 1 still to fix.
    6 records as before.
    1 record changed here since, and left as it is (--overwrite takes the sheet's):
      row 2  record 2  email  handed out: ben@  now: ann@example.com  sheet: ben@example.com
    "#);
    assert_eq!(
        folder.redrive("show 2").json()["current"]["email"],
        json!("ann@example.com")
    );
    let report = folder.redrive("merge back.xlsx --overwrite").exit(1).json();
    assert_eq!(
        (&report["changed"], &report["conflicts"]),
        (&json!(1), &json!([]))
    );
    assert_eq!(
        folder.redrive("show 2").json()["current"]["email"],
        json!("ben@example.com")
    );
    folder.redrive("undo").run();
    assert_eq!(
        folder.redrive("show 2").json()["current"]["email"],
        json!("ann@example.com")
    );
}

#[test]
fn rows_that_cannot_be_taken_back_are_refused_one_by_one_and_the_rest_is_merged() {
    let (folder, mut open) = handed_out();
    let other = Folder::loaded();
    other
        .redrive("export --format xlsx -o out.xlsx")
        .any_stderr()
        .run();
    let foreign = Open::of(&other.path("out.xlsx"));
    open.type_in(2, "email", text("ben@example.com"));
    let at = open.row(3);
    open.0[at][0] = text("999");
    let at = open.row(4);
    open.0[at] = foreign.0[foreign.row(4)].clone();
    let twice = open.0[open.row(5)].clone();
    open.0.push(twice);
    open.type_in(6, "name", text("Fay"));
    open.type_in(7, "redrive:seal", Data::Empty);
    let at = open.row(8);
    open.0[at][0] = text("2x");
    open.save(&folder.path("back.xlsx"));
    insta::assert_snapshot!(folder.redrive("merge back.xlsx").exit(1).run(), @r#"
    Changed 1 field of 1 record: 1 ready.
    1 record as before.
    7 rows not taken back:
      row 3  record 999  there is no record 999
      row 4  record 4  it was handed out from another workspace
      row 5  record 5  its record stands in rows 5, 10
      row 6  record 6  its record could not be split into fields; its text is changed with `redrive edit 6 --raw FILE`
      row 7  record 7  what redrive:seal says of it is gone or changed
      row 8  the number of its record was removed or changed
      row 10  record 5  its record stands in rows 5, 10
    "#);
    assert_eq!(folder.redrive("show 2").json()["status"], json!("ready"));
}

#[test]
fn a_number_that_was_put_at_another_row_is_refused() {
    let (folder, mut open) = handed_out();
    let (two, three) = (open.row(2), open.row(3));
    open.0[two][0] = text("3");
    open.0[three][0] = text("2");
    open.save(&folder.path("back.xlsx"));
    let report = folder.redrive("merge back.xlsx").exit(1).json();
    let why = report["refused"][0]["why"].as_str().unwrap();
    assert!(why.contains("was handed out for another one"), "{why}");
    assert_eq!(report["refused"].as_array().unwrap().len(), 2);
}

#[test]
fn columns_that_are_gone_leave_their_fields_and_columns_that_came_are_passed_over() {
    let (folder, mut open) = handed_out();
    open.type_in(2, "email", text("ben@example.com"));
    let gone = open.column("name");
    for row in &mut open.0 {
        row.remove(gone);
        row.push(text("a remark"));
    }
    open.save(&folder.path("back.xlsx"));
    folder
        .redrive("merge back.xlsx")
        .exit(1)
        .stderr_has("These columns are gone, and their fields stay as they are: name.")
        .stderr_has("are no fields of the run, and are passed over: a remark.")
        .run();
    assert_eq!(
        folder.redrive("show 2").json()["current"]["name"],
        json!("Ben Baker")
    );
    let seal = open.column("redrive:seal");
    for row in &mut open.0 {
        row.remove(seal);
    }
    open.save(&folder.path("back.xlsx"));
    folder
        .redrive("merge back.xlsx")
        .exit(3)
        .stderr_has("the column redrive:seal is gone")
        .run();
}

#[test]
fn what_a_spreadsheet_made_of_a_value_is_no_edit_and_is_said() {
    let folder = Folder::new();
    folder.write(
        "c.csv",
        "customer_id,code,day\nA,007,31/12/2025\nB,1.10,x\n",
    );
    folder
        .redrive("load c.csv --contract customers.toml")
        .exit(1)
        .any_stderr()
        .run();
    folder.redrive("export --format xlsx -o out.xlsx").run();
    let mut open = Open::of(&folder.path("out.xlsx"));
    open.type_in(1, "code", Data::Float(7.0));
    open.type_in(1, "day", Data::Float(46022.0));
    open.type_in(2, "code", Data::Float(1.1));
    open.save(&folder.path("back.xlsx"));
    folder
        .redrive("merge back.xlsx")
        .exit(1)
        .stderr_has("3 cells turned by the spreadsheet")
        .stderr_has("taken as not edited (rows 2, 3). Where it is an edit, type the value as text")
        .run();
    let report = folder
        .redrive("merge back.xlsx --json")
        .exit(1)
        .any_stderr()
        .run();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(
        (&report["step"], &report["alike"], &report["alike_rows"]),
        (&json!(null), &json!(3), &json!([2, 3]))
    );
}

#[test]
fn a_sheet_without_rows_is_taken_back_and_nobody_has_to_look_at_it() {
    let folder = Folder::loaded();
    folder
        .redrive("export row:9999 --format xlsx -o none.xlsx")
        .run();
    let said = folder.redrive("merge none.xlsx").run();
    assert_eq!(said, "No record changes.\n");
}

#[test]
fn a_name_with_an_underscore_and_an_x_can_be_edited() {
    let folder = Folder::new();
    folder.write("c.csv", "customer_id,item_x\nA,shirt_xl\nB,_x0041_\n");
    folder
        .redrive("load c.csv --contract customers.toml")
        .exit(1)
        .any_stderr()
        .run();
    folder
        .redrive("export --format xlsx -o out.xlsx")
        .stderr_has("1 value cannot be held by a sheet as it is")
        .run();
    let mut open = Open::of(&folder.path("out.xlsx"));
    assert_eq!(open.text(1, "item_x"), "shirt_xl");
    open.type_in(1, "item_x", text("shirt_xxl"));
    open.save(&folder.path("back.xlsx"));
    let report = folder.redrive("merge back.xlsx").exit(1).json();
    assert_eq!(
        (&report["changed"], &report["unchanged"]),
        (&json!(1), &json!(1)),
        "{report}"
    );
    let shown = folder.redrive("show 1").json();
    assert_eq!(shown["current"]["item_x"], json!("shirt_xxl"));
}

#[test]
fn a_value_that_no_sheet_holds_is_shown_locked_and_stays() {
    let folder = Folder::new();
    let long = "x".repeat(40_000);
    folder.write(
        "c.csv",
        format!("customer_id,name\nA,{long}\nB,=1+1\nC,\u{1b}[31m\n"),
    );
    folder
        .redrive("load c.csv --contract customers.toml")
        .exit(1)
        .any_stderr()
        .run();
    folder
        .redrive("export --format xlsx -o out.xlsx")
        .stderr_has("2 values cannot be held by a sheet")
        .run();
    let mut open = Open::of(&folder.path("out.xlsx"));
    assert!(open.text(1, "name").ends_with("… (cut: 40,000 characters)"));
    assert_eq!(open.text(2, "name"), "=1+1");
    assert_eq!(
        folder.redrive("merge out.xlsx").exit(1).json()["unchanged"],
        json!(3)
    );
    open.type_in(1, "name", text("short"));
    open.save(&folder.path("back.xlsx"));
    let report = folder.redrive("merge back.xlsx").exit(1).json();
    assert_eq!(report["refused"][0]["record"], json!(1));
    assert_eq!(report["changed"], json!(0));
}

#[test]
fn csv_with_ids_comes_back_too_and_its_apostrophes_are_no_edits() {
    let folder = Folder::new();
    folder.write("c.csv", "customer_id,-name\nA,=1+1\nB,b\n");
    folder
        .redrive("load c.csv --contract customers.toml")
        .exit(1)
        .any_stderr()
        .run();
    folder
        .redrive("export --ids --formula-safe -o out.csv")
        .stderr_has("2 cells got an apostrophe")
        .run();
    let csv = folder
        .read("out.csv")
        .replace(",b,", ",c,")
        .replace(",b\n", ",c\n");
    folder.write("back.csv", csv.replace(',', ";"));
    let report = folder.redrive("merge back.csv").exit(1).json();
    assert_eq!(
        (&report["changed"], &report["unchanged"]),
        (&json!(1), &json!(1)),
        "{report}"
    );
    assert_eq!(
        folder.redrive("show 2").json()["current"]["-name"],
        json!("c")
    );
    folder
        .redrive("merge c.csv")
        .exit(3)
        .stderr_has("has no column redrive:record")
        .run();
    folder
        .redrive("export --format ndjson --ids")
        .exit(2)
        .stderr_has("--format csv")
        .run();
}

#[test]
fn a_json_record_keeps_the_kinds_of_its_values() {
    let folder = Folder::new();
    folder.write(
        "c.jsonl",
        "{\"n\": 1.10, \"ok\": true, \"list\": [1], \"t\": \"x\"}\n{\"n\": 2, \"more\": null}\n",
    );
    folder
        .redrive("load c.jsonl --keep-passed")
        .any_stderr()
        .run();
    folder.redrive("export --format xlsx -o out.xlsx").run();
    let mut open = Open::of(&folder.path("out.xlsx"));
    assert_eq!(open.text(1, "n"), "1.10");
    open.type_in(1, "n", Data::Float(2.5));
    open.type_in(1, "ok", Data::Bool(false));
    open.type_in(1, "list", text("[1,2]"));
    open.type_in(1, "t", Data::Empty);
    open.type_in(2, "more", text("new"));
    open.save(&folder.path("back.xlsx"));
    folder.redrive("merge back.xlsx").exit(1).run();
    let current = |id: i64| folder.redrive(&format!("show {id}")).json()["current"].clone();
    assert_eq!(current(1), json!({"n": 2.5, "ok": false, "list": [1, 2]}));
    assert_eq!(current(2), json!({"n": 2, "more": "new"}));
    folder.redrive("export --format xlsx -o out.xlsx").run();
    let mut open = Open::of(&folder.path("out.xlsx"));
    open.type_in(1, "list", text("[1,"));
    open.save(&folder.path("back.xlsx"));
    let report = folder.redrive("merge back.xlsx").exit(1).json();
    assert!(
        report["refused"][0]["why"]
            .as_str()
            .unwrap()
            .contains("no such JSON"),
        "{report}"
    );
}

#[test]
fn a_row_that_was_cut_off_or_has_too_many_cells_is_refused_and_rows_are_counted_as_a_spreadsheet_does()
 {
    let folder = Folder::new();
    folder.write(
        "c.csv",
        "customer_id,name,city\nA,a,x\nB,b,\nC,c,z\nD,d,w\n",
    );
    folder
        .redrive("load c.csv --contract customers.toml")
        .exit(1)
        .any_stderr()
        .run();
    folder.redrive("export --ids -o out.csv").run();
    let sheet = folder.read("out.csv");
    let rows: Vec<&str> = sheet.lines().collect();
    // Row 2 lost its last cell, which held something; row 3 one that was empty, and its name was edited; row 4 is blank; row 5 has
    // one too many.
    let back = [
        rows[0],
        rows[1].strip_suffix(",x").unwrap(),
        &rows[2]
            .strip_suffix(",b,")
            .map(|row| format!("{row},bb"))
            .unwrap(),
        "",
        &format!("{},more", rows[3]),
        rows[4],
    ];
    folder.write("back.csv", back.join("\n"));
    let report = folder.redrive("merge back.csv").exit(1).json();
    assert_eq!(
        report["refused"],
        json!([
            {"row": 2, "record": 1, "why": "the row ends before city, which had a value"},
            {"row": 5, "record": 3, "why": "it has more cells than the header has columns"},
        ])
    );
    assert_eq!(
        folder.redrive("show 2").json()["current"]["name"],
        json!("bb")
    );
    assert_eq!(
        folder.redrive("show 1").json()["current"]["city"],
        json!("x")
    );
}

#[test]
fn what_is_no_sheet_is_named_for_what_it_is() {
    let folder = Folder::loaded();
    std::os::unix::net::UnixListener::bind(folder.path("socket")).unwrap();
    for (file, exit, words) in [
        (
            "redrive.db",
            2,
            "redrive.db is the workspace, and no sheet of it",
        ),
        (".", 3, ". is a folder"),
        ("socket", 3, "socket is neither a file nor a folder"),
        ("gone.xlsx", 3, "there is no file gone.xlsx"),
    ] {
        folder
            .redrive(&format!("merge {file}"))
            .exit(exit)
            .stderr_has(words)
            .run();
    }
}

#[test]
fn a_file_is_of_the_format_that_its_name_says() {
    let folder = Folder::loaded();
    let begins = |file: &str| std::fs::read(folder.path(file)).unwrap()[..2].to_vec();
    for (line, file, start) in [
        ("export row:2 -o out.XLSX", "out.XLSX", b"PK"),
        ("export row:2 -o out.jsonl", "out.jsonl", b"{\""),
        ("export row:2 -o out.txt", "out.txt", b"id"),
        ("export row:2 -o out.csv", "out.csv", b"id"),
        (
            "export row:2 --format ndjson -o other.csv",
            "other.csv",
            b"{\"",
        ),
    ] {
        folder.redrive(line).run();
        assert_eq!(begins(file), start, "{line}");
    }
}
