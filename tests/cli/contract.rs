use serde_json::{Value, json};

use super::Folder;

fn schema(folder: &Folder, name: &str) -> Value {
    serde_json::from_str(&folder.read(name)).unwrap()
}

/// Drafts a contract from a file of this folder as `drafted.toml`, and loads the file with it.
fn draft_and_load(folder: &Folder, file: &str, exit: i32) -> (Value, Value) {
    let draft = folder
        .redrive(&format!("contract init --from '{file}' -o drafted.toml"))
        .stderr_has("redrive contract check drafted.toml")
        .json();
    let load = folder
        .redrive(&format!("load '{file}' --contract drafted.toml"))
        .exit(exit)
        .any_stderr()
        .json();
    (draft, load)
}

/// How many records a schema's comments say disagree with each field: `9,716 of 9,885 (98.2 %) have this format`.
fn disagreeing(schema: &Value) -> Vec<(String, u64)> {
    let number = |word: &str| word.replace(',', "").parse::<u64>().ok();
    let required = schema["required"].as_array().unwrap();
    let mut all = Vec::new();
    for (name, property) in schema["properties"].as_object().unwrap() {
        let comment = property["$comment"].as_str().unwrap_or_default();
        let others = comment.split("; ").filter_map(|note| {
            let mut words = note.split(' ');
            let part = number(words.next()?)?;
            let whole = number(words.nth(1)?)?;
            let is_absence = note.ends_with("have it") && !required.contains(&json!(name));
            (!is_absence).then_some(whole - part)
        });
        let others: u64 = others.sum();
        if others > 0 {
            all.push((format!("/{name}"), others));
        }
    }
    all.sort();
    all
}

#[test]
fn a_contract_drafted_from_dirty_data_rejects_exactly_what_disagrees() {
    let folder = Folder::new();
    folder.redrive("demo --no-ui").exit(1).any_stderr().run();
    let (draft, load) = draft_and_load(&folder, "redrive-demo/customers.csv", 1);
    assert_eq!(
        draft,
        json!({
            "contract": "drafted.toml",
            "schema": "drafted.schema.json",
            "format": "csv",
            "records": 10_000,
            "unreadable": 72,
            "sample": false,
            "fields": 20,
            "required": 16,
            "key": "/customer_id",
            "from_problems": false,
        })
    );
    let groups = folder.redrive("groups stage:schema").json();
    let mut found: Vec<(String, u64)> = Vec::new();
    let of_schema = |group: &&Value| group["stage"] == "schema";
    for group in groups.as_array().unwrap().iter().filter(of_schema) {
        let path = group["path"].as_str().unwrap();
        let records = group["records"].as_u64().unwrap();
        match found.iter_mut().find(|(known, _)| known == path) {
            Some((_, count)) => *count += records,
            None => found.push((path.to_owned(), records)),
        }
    }
    found.sort();
    let schema = schema(&folder, "drafted.schema.json");
    assert_eq!(found, disagreeing(&schema));
    // The demo's own contract rejects 1,415; the rest breaks a rule or a limit that data cannot show.
    assert_eq!(
        (&load["rejected"], &load["unparsed"]),
        (&json!(1299), &json!(72))
    );
    assert_eq!(
        schema["properties"]["stage"]["enum"],
        json!([
            "Closed Won",
            "Negotiation",
            "Prospect",
            "Closed Lost",
            "Qualified"
        ])
    );
    assert_eq!(schema["properties"]["created_at"]["format"], "date-time");
    assert_eq!(
        schema["properties"]["customer_id"]["pattern"],
        "^CUS-[0-9]{7}$"
    );
    assert_eq!(schema["properties"]["deal_value"]["minimum"], 0);
    let contract = folder.read("drafted.toml");
    assert!(contract.contains("60 values stood before"), "{contract}");
}

#[test]
fn files_that_are_there_are_kept() {
    let folder = Folder::new();
    folder
        .redrive("contract init --from customers.csv")
        .exit(2)
        .stderr_has("customers.toml is there already")
        .stderr_has("--force")
        .run();
    folder.write("other.schema.json", "{}");
    folder
        .redrive("contract init --from customers.csv -o other.toml")
        .exit(2)
        .stderr_has("other.schema.json is there already")
        .run();
    assert_eq!(folder.read("other.schema.json"), "{}");
    assert!(!folder.path("other.toml").exists());
    folder
        .redrive("contract init --from customers.csv --force")
        .stderr_has("redrive contract check customers.toml")
        .run();
    assert!(
        folder
            .read("customers.toml")
            .contains("A draft of what a good record is")
    );
    folder
        .redrive("contract init --from customers.csv -o none/x.toml")
        .exit(3)
        .stderr_has("none/x.schema.json cannot be written")
        .run();
    folder
        .redrive("contract init --from customers.csv -o customers.csv --force")
        .exit(2)
        .stderr_has("is the file the records come from")
        .run();
}

#[test]
fn the_first_records_of_standard_input_will_do() {
    let folder = Folder::new();
    let line = "{\"id\": 1, \"at\": \"2024-01-31\"}\n{\"id\": 2}\n{\"id\": 3}\n";
    let said = folder
        .redrive("contract init --from - --sample 2")
        .stdin(line)
        .stderr_has("redrive contract check contract.toml")
        .run();
    assert_eq!(
        said,
        "Wrote contract.toml and contract.schema.json from the first 2 records (0 unreadable): 2 fields, 1 required; the \
         key is id.\n"
    );
    let contract = folder.read("contract.toml");
    assert!(
        contract.contains("made from the first 2 records of standard input"),
        "{contract}"
    );
}

#[test]
fn nested_json_is_drafted_and_loads() {
    let folder = Folder::new();
    let lines: String = (0..50)
        .map(|n| {
            let email = if n == 7 {
                json!("none")
            } else {
                json!(format!("a{n}@example.com"))
            };
            let record = json!({
                "order": {"number": format!("ORD-{n:04}"), "placed": "2024-01-31T10:00:00Z"},
                "lines": [{"sku": "A", "qty": n}, {"sku": "B", "qty": 1}],
                "email": email,
                "note": if n % 2 == 0 { Value::Null } else { json!("call") },
            });
            format!("{record}\n")
        })
        .collect();
    folder.write("orders.ndjson", &lines);
    let (_, load) = draft_and_load(&folder, "orders.ndjson", 1);
    assert_eq!(
        (&load["records"], &load["rejected"]),
        (&json!(50), &json!(1))
    );
    let schema = schema(&folder, "drafted.schema.json");
    let order = &schema["properties"]["order"];
    assert_eq!(order["properties"]["number"]["pattern"], "^ORD-[0-9]{4}$");
    assert_eq!(order["properties"]["placed"]["format"], "date-time");
    assert_eq!(order["required"], json!(["number", "placed"]));
    let lines = &schema["properties"]["lines"]["items"]["properties"];
    assert_eq!(lines["sku"]["enum"], json!(["A", "B"]));
    assert_eq!(lines["qty"]["type"], "integer");
    assert_eq!(schema["required"], json!(["order", "lines", "email"]));
}

#[test]
fn given_only_rejects_the_problems_say_what_is_wanted() {
    let folder = Folder::new();
    let results = std::fs::read("tests/data/pydantic.ndjson").unwrap();
    folder.write("rejects.ndjson", results);
    let said = folder
        .redrive("contract init --from rejects.ndjson")
        .stderr_has("All records were rejected")
        .run();
    assert!(
        said.starts_with("Wrote rejects.toml and rejects.schema.json from 12 records"),
        "{said}"
    );
    let contract = folder.read("rejects.toml");
    assert!(contract.contains("All of them were rejected"), "{contract}");
    assert!(
        contract.contains("# id = \"RULE-103\"") && contract.contains("# id = \"RULE-101\""),
        "{contract}"
    );
    assert!(!contract.contains("4757"), "{contract}");
    let schema = schema(&folder, "rejects.schema.json");
    let at = |pointer: &str| schema.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("/additionalProperties"), false);
    assert_eq!(at("/properties/score"), Value::Null);
    assert_eq!(at("/required"), json!(["created_at"]));
    assert_eq!(at("/properties/employee_count/type"), json!("integer"));
    assert_eq!(at("/properties/created_at/format"), "date-time");
    assert_eq!(at("/properties/email/format"), "email");
    assert_eq!(
        at("/properties/stage/enum"),
        json!([
            "Prospect",
            "Qualified",
            "Negotiation",
            "Closed Won",
            "Closed Lost"
        ])
    );
    assert_eq!(at("/properties/contacts/minItems"), 1);
    assert_eq!(at("/properties/contacts/items/required"), json!(["name"]));
    assert_eq!(at("/properties/address/type"), "object");
    assert_eq!(at("/properties/address/required"), json!(["city"]));
    // What nobody complained about has its kind and nothing more.
    assert_eq!(at("/properties/currency"), json!({"type": "string"}));
    let load = folder
        .redrive("load rejects.ndjson --contract rejects.toml")
        .exit(1)
        .json();
    assert_eq!(load["rejected"], 12);
}

#[test]
fn odd_inputs_give_a_draft_that_loads() {
    let check = |text: &str, records: u64, rejected: u64| {
        let folder = Folder::new();
        folder.write("odd file.csv", text);
        let exit = i32::from(rejected > 0);
        let (draft, load) = draft_and_load(&folder, "odd file.csv", exit);
        assert_eq!(
            (&draft["records"], &load["rejected"]),
            (&json!(records), &json!(rejected)),
            "{text}"
        );
    };
    check("id,name\n", 0, 0);
    check("id,name\n1,Ann\n", 1, 0);
    check("id,gone\n1,\n2,\n", 2, 0);
    check(
        "\"a\"\"b\",\"c\nd = 1\",e/f~g,日本,'''\n1,2,3,4,5\n6,7,8,9,10\n",
        2,
        0,
    );
    check("id,id,\n1,2,3\n", 1, 0);
    check(
        "[{\"\": 1, \"a.b\": {\"[]\": [[1, null], []]}}, {\"\": 2}]",
        2,
        0,
    );
    let names: Vec<String> = (0..3_000).map(|n| format!("column {n}")).collect();
    let cells: Vec<String> = (0..3_000).map(|n| n.to_string()).collect();
    check(&format!("{}\n{}\n", names.join(","), cells.join(",")), 1, 0);
}

#[test]
fn what_holds_no_record_is_refused() {
    let folder = Folder::new();
    folder.write("empty.csv", "\n");
    folder
        .redrive("contract init --from empty.csv")
        .exit(3)
        .stderr_has("empty.csv holds no record")
        .run();
    folder
        .redrive("contract init --from none.csv")
        .exit(3)
        .stderr_has("there is no file none.csv")
        .run();
    assert!(!folder.path("empty.toml").exists());
}

#[test]
fn a_contract_is_said_in_words() {
    let folder = Folder::new();
    let said = folder.redrive("contract check customers.toml").run();
    assert_eq!(
        said,
        "Contract customers\n\
         Key: id; no two records may have the same\n\
         Text such as CSV: an empty cell is a field that is missing; text becomes a number or yes/no where one is wanted \
         and nothing is lost\n\
         Fields, from customers.schema.json\n\
         \x20 id: text, required, written like ^C-[0-9]{3}$\n\
         \x20 name: text, required, at least 1 character\n\
         \x20 email: text, required, an e-mail address\n\
         \x20 stage: text, required, one of Prospect, Closed Won, Closed Lost\n\
         \x20 deal_value: a number, required, 0 or more\n\
         \x20 since: text, may be missing, may be empty, a date such as 2025-12-31\n\
         \x20 vip: yes or no, may be missing\n\
         \x20 no other fields may be there\n\
         Rules\n\
         \x20 RULE-101: A lost deal cannot have a value. (rejects)\n\
         \x20     record.stage != 'Closed Lost' || record.deal_value <= 0.0\n\
         \x20     about stage, deal_value\n\
         Destinations\n\
         \x20 crm: table customer of the SQLite file crm.db (test; a repeat is told by its key)\n\
         \x20 outbox: a file named after out/customers.ndjson (test; a repeat is told by its key)\n\
         \n\
         No mistakes found.\n"
    );
    let files: Vec<_> = std::fs::read_dir(folder.path(".")).unwrap().collect();
    assert_eq!(files.len(), 3, "nothing was written");
}

/// The findings of a check, as `code line:column message`.
fn findings(folder: &Folder, exit: i32) -> Vec<String> {
    let checked = folder.redrive("contract check c.toml").exit(exit).json();
    (checked["findings"].as_array().unwrap().iter())
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            assert!(!text("hint").is_empty(), "{finding}");
            assert_eq!(
                finding["severity"],
                if exit == 2 { "error" } else { "warning" }
            );
            format!(
                "{} {}:{}:{} {}",
                text("code"),
                text("file").rsplit('/').next().unwrap(),
                finding["line"],
                finding["column"],
                text("message")
            )
        })
        .collect()
}

#[test]
fn mistakes_in_a_contract_are_found_with_their_place() {
    let folder = Folder::new();
    let schema = json!({"properties": {"id": {"type": "string"}, "email": {"format": "e-mail"}}, "required": ["email"]});
    folder.write("s.json", schema.to_string());
    let check = |contract: &str, expected: &[&str]| {
        folder.write("c.toml", contract);
        let exit = i32::from(!expected.is_empty());
        assert_eq!(findings(&folder, exit), expected, "{contract}");
    };
    let format = "schema:unknown_format s.json:1:57 the format e-mail is not known, so any value passes it, at \
                  /properties/email/format";
    check(
        "",
        &[
            "contract:nothing_checked c.toml:null:null there is no schema, no rule and no validator, so every record that can \
           be read passes",
        ],
    );
    check(
        "key = ['/id', '/emial']\n[schema]\nfile = 's.json'\n",
        &[
            "contract:not_required c.toml:1:8 the key names /id, which may be missing; a record without it is not compared",
            "contract:unknown_field c.toml:1:15 the key names /emial, which the schema does not know",
            format,
        ],
    );
    check(
        "[[rule]]\nid = 'R1'\nassert = 'record.emial != \"record.x\" && record.id == \"\"'\n[schema]\nfile = 's.json'\nformats = false\n",
        &[
            "contract:rule_message c.toml:2:6 rule R1 has no message, so people read its id only",
            "contract:rule_fields c.toml:2:6 rule R1 names no fields, so its problem stands at the whole record",
            "contract:unknown_field c.toml:3:10 rule R1 names /emial, which the schema does not know",
        ],
    );
    check(
        "[validator]\ncommand = ['no-such-program', 'validate.py']\n",
        &[
            "contract:validator_missing c.toml:2:11 the validator's program no-such-program was not found, or may not be run",
            "contract:validator_missing c.toml:2:11 the validator's validate.py is not where the contract lies",
        ],
    );
    check(
        "[schema]\nfile = 'customers.schema.json'\n[[destination]]\nname = 'a'\nkind = 'http'\nurl = 'https://crm.example'\n\
         headers = { Authorization = 'env:NO_SUCH_TOKEN' }\n",
        &[
            "contract:secret_missing c.toml:4:8 the environment has no NO_SUCH_TOKEN, which destination a needs",
        ],
    );
    check(
        "[schema]\nfile = 'customers.schema.json'\n[[destination]]\nname = 'a'\nkind = 'file'\npath = 'new/a.csv'\n",
        &[],
    );
    check(
        "[schema]\nfile = 'customers.schema.json'\n[[destination]]\nname = 'a'\nkind = 'file'\npath = 's.json/a.csv'\n",
        &[
            "destination:unreachable c.toml:4:8 destination a cannot be written: ./s.json is not a folder",
        ],
    );
    check(
        "[schema]\nfile = 's.json'\nformats = false\n[[destination]]\nname = 'a'\nkind = 'postgres'\nurl = 'postgres://a@db.example/x'\n\
         statement = \"SELECT f({/emial}, '{/id}')\"\n[[destination]]\nname = 'b'\nkind = 'http'\nurl = 'https://crm.example/{/nr}'\n",
        &[
            "destination:quoted_value c.toml:5:8 the statement of destination a has '{/id}' in quotes, where it is text and not the \
             record's value",
            "contract:unknown_field c.toml:5:8 destination a names /emial, which the schema does not know",
            "contract:unknown_field c.toml:10:8 destination b names /nr, which the schema does not know",
        ],
    );
    assert!(!folder.path("new").exists());
}

#[test]
fn a_table_that_cannot_take_the_records_is_found() {
    let folder = Folder::new();
    let contract = "[schema]\nfile = 'customers.schema.json'\n[[destination]]\nname = 'a'\nkind = 'sqlite'\npath = 'a?b#.db'\ntable = 'customer'\n";
    folder.write("c.toml", contract);
    folder.write(
        "a?b#.db",
        "this is a text of more than one hundred bytes and surely no database. ".repeat(3),
    );
    assert_eq!(
        findings(&folder, 1),
        [
            "destination:unreachable c.toml:4:8 ./a?b#.db cannot be used as an SQLite database: file is not a database"
        ]
    );
    std::fs::remove_file(folder.path("a?b#.db")).unwrap();
    let table = rusqlite::Connection::open(folder.path("a?b#.db")).unwrap();
    table
        .execute_batch(
            "CREATE TABLE customer (ID TEXT NOT NULL, name, email, stage, deal_value, since NOT NULL DEFAULT '', vip NOT NULL,
             region NOT NULL)",
        )
        .unwrap();
    drop(table);
    assert_eq!(
        findings(&folder, 1),
        [
            "destination:columns c.toml:4:8 table customer in ./a?b#.db must have a value in vip, region, which the schema does \
          not require"
        ]
    );
    folder.write("c.toml", contract.replace("'customer'", "'new_table'"));
    assert_eq!(findings(&folder, 0), [""; 0]);
    let files = std::fs::read_dir(folder.path(".")).unwrap().count();
    assert_eq!(files, 5, "looking made no file");
}

#[test]
fn a_contract_that_cannot_be_used_is_a_finding_too() {
    let folder = Folder::new();
    folder.write("c.toml", "name = 'x'\nkeys = []\n");
    assert_eq!(
        findings(&folder, 2),
        ["contract:unknown_key c.toml:2:1 unknown key keys"]
    );
    folder
        .redrive("contract check c.toml")
        .exit(2)
        .stderr_has("c.toml:2:1: unknown key keys")
        .run();
    folder
        .redrive("contract check none.toml")
        .exit(2)
        .stderr_has("there is no contract at none.toml")
        .run();
}
