//! `send`.

use serde_json::json;

use crate::Folder;

fn with_one_ready() -> Folder {
    let folder = Folder::loaded();
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder
}

#[test]
fn a_ready_record_is_sent_once() {
    let folder = with_one_ready();
    let report = folder.redrive("send --to crm --yes").exit(1).json();
    assert_eq!(
        (
            &report["plan"],
            &report["planned"],
            &report["accepted"],
            &report["attempts"]
        ),
        (&json!(1), &json!(1), &json!(1), &json!(1))
    );
    let again = folder.redrive("send --to crm --yes").exit(1).json();
    assert_eq!(
        (&again["plan"], &again["planned"]),
        (&json!(null), &json!(0))
    );
    let crm = rusqlite::Connection::open(folder.path("crm.db")).unwrap();
    let rows: Vec<(String, String, f64)> = crm
        .prepare("SELECT id, email, deal_value FROM customer")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        rows,
        [("C-002".to_owned(), "ben@example.com".to_owned(), 20.0)]
    );
    assert_eq!(
        folder.redrive("show 2").json()["attempts"][0]["outcome"],
        json!("delivered")
    );
}

#[test]
fn what_was_sent_is_frozen() {
    let folder = with_one_ready();
    folder.redrive("send --to crm --yes").exit(1).run();
    folder
        .redrive("edit 2 /name=Benno")
        .exit(3)
        .stderr_has("sent")
        .run();
    folder.redrive("undo").exit(1).stderr_has("sent").run();
    // The history says so before somebody tries.
    insta::assert_snapshot!(folder.redrive("history").run(), @r"
    Step  At                        Who   What  Records        Details
       1  ____-__-__T__:__:__.___Z  jana  edit        1  sent  email  ben@ -> ben@example.com
    ");
    let steps = folder.redrive("history").json_lines();
    assert_eq!(
        (&steps[0]["records"], &steps[0]["sent"]),
        (&json!(1), &json!(1))
    );
    let said = folder.redrive("open").stdin("history\n1\n").run();
    for words in [
        "1. edit: email  ben@ became ben@example.com, 1 record, jana, sent, so it stays",
        "Step 1 stays: what was sent is not taken back.",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn without_a_terminal_it_needs_yes() {
    let folder = with_one_ready();
    folder
        .redrive("send --to crm")
        .exit(2)
        .stderr_has("--yes")
        .run();
    folder
        .redrive("send --to crm --yes --expect 5")
        .exit(2)
        .stderr_has("5")
        .run();
    assert_eq!(folder.redrive("show 2").json()["status"], json!("ready"));
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = with_one_ready();
    let plan = folder.redrive("send --to crm --dry-run").json();
    assert_eq!(
        (&plan["plan"], &plan["planned"], &plan["dry_run"]),
        (&json!(null), &json!(1), &json!(true))
    );
    assert!(!folder.path("crm.db").exists());
}

#[test]
fn two_destinations_must_be_told_apart() {
    let folder = with_one_ready();
    folder
        .redrive("send --yes")
        .exit(2)
        .stderr_has("crm")
        .stderr_has("outbox")
        .run();
    folder
        .redrive("send --to crmm --yes")
        .exit(2)
        .stderr_has("crm")
        .run();
}

#[test]
fn a_file_is_handed_over() {
    let folder = with_one_ready();
    let report = folder.redrive("send --to outbox --yes").exit(1).json();
    assert_eq!(
        (&report["handed_over"], &report["accepted"]),
        (&json!(1), &json!(0))
    );
    let line: serde_json::Value =
        serde_json::from_str(folder.read("out/customers-1.ndjson").trim_end()).unwrap();
    assert_eq!(line["email"], json!("ben@example.com"));
    assert_eq!(
        folder.redrive("show 2").json()["status"],
        json!("handed_over")
    );
}

#[test]
fn runs_count_what_was_handed_over() {
    let folder = Folder::loaded();
    let head = |folder: &Folder| {
        folder
            .redrive("runs")
            .run()
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    assert!(!head(&folder).contains("Handed over"));
    folder.redrive("edit 2 /email=ben@example.com").run();
    folder.redrive("send --to outbox --yes").exit(1).run();
    assert!(head(&folder).contains("Handed over"));
}

#[test]
fn a_program_that_gives_no_answer_leaves_its_record_to_a_person() {
    let folder = with_one_ready();
    let contract = folder.read("customers.toml")
        + "\n[[destination]]\nname = \"queue\"\nkind = \"command\"\ncommand = [\"sh\", \"-c\", \"kill -9 $$\"]\n\
           environment = \"test\"\nidempotency = \"none\"\n";
    folder.write("customers.toml", contract);
    let report = folder.redrive("send --to queue --yes").exit(5).json();
    assert_eq!(
        (&report["unknown"], &report["not_sent"]),
        (&json!(1), &json!(0))
    );
    folder.redrive("settle").exit(2).any_stderr().run();
    let said = folder
        .redrive("settle --not-sent --reason 'the queue is empty'")
        .run();
    assert_eq!(
        said,
        "Ready to send again: 1 record. `redrive send` sends them.\n"
    );
    folder.redrive("settle --sent").exit(1).run();
    let report = folder.redrive("send --to crm --yes").exit(1).json();
    assert_eq!(report["accepted"], json!(1));
    let history = folder.redrive("history").run();
    assert!(
        history.contains("1 record not sent: the queue is empty"),
        "{history}"
    );
    folder.redrive("verify").run();
}

#[test]
fn what_a_destination_needs_is_missed_before_anything_is_planned() {
    let folder = with_one_ready();
    let contract = folder.read("customers.toml");
    let check = |destination: &str, words: &'static str| {
        let destination = format!(
            "{contract}\n[[destination]]\nname = \"x\"\nenvironment = \"test\"\n{destination}\n"
        );
        folder.write("customers.toml", destination);
        folder
            .redrive("send --to x --yes")
            .exit(2)
            .stderr_has(words)
            .run();
    };
    check(
        "kind = \"http\"\nurl = \"https://crm.example/\"\nheaders = { Authorization = \"env:NO_SUCH_TOKEN\" }",
        "the variable NO_SUCH_TOKEN is not set",
    );
    // What runs cannot be given a variable: somebody on the screen has to start anew.
    check(
        "kind = \"http\"\nurl = \"https://crm.example/\"\nheaders = { Authorization = \"env:NO_SUCH_TOKEN\" }",
        "then start redrive again",
    );
    check(
        "kind = \"http\"\nurl = \"crm.example\"",
        "it must begin with https:// or http://",
    );
    check(
        "kind = \"http\"\nurl = \"https://crm.example/\"\nca_file = \"none.pem\"",
        "the certificates in none.pem (ca_file) cannot be used",
    );
    let api = "kind = \"http\"\nurl = \"https://crm.example/c\"\nlookup = \"https://crm.example/c/{/customer_id}\"";
    check(
        api,
        "a lookup is of no use where the destination recognises a repeat",
    );
    check(
        &format!("{api}\nidempotency = \"none\"\nmethod = \"PUT\""),
        "a lookup tells whether a record was created, not whether it was changed",
    );
    check(
        &format!(
            "{}\nidempotency = \"none\"",
            api.replace("{/customer_id}", "")
        ),
        "the lookup asks the same of every record",
    );
    check(
        "kind = \"command\"\ncommand = [\"./none.sh\"]",
        "there is no command ./none.sh",
    );
    check(
        "kind = \"postgres\"\nurl = \"postgres://a@db.example/x\"\ntable = \"t\"\npassword = \"s3cret\"",
        "the password stands in the contract",
    );
    check(
        "kind = \"postgres\"\nurl = \"postgres://a@db.example/x\"\ntable = \"t\"\npassword = \"env:NO_SUCH_PASSWORD\"",
        "the variable NO_SUCH_PASSWORD is not set",
    );
    let database = "kind = \"postgres\"\nurl = \"postgres://a@db.example/x\"";
    check(database, "a postgres destination needs table");
    check(
        &format!("{database}\ntable = \"t\"\nstatement = \"SELECT f({{/a}})\""),
        "a destination has a table or a statement, not both",
    );
    check(
        &format!("{database}\nstatement = \"SELECT f({{a}})\""),
        "the statement cannot be used: {a} is not a path such as {/customer_id}",
    );
    check(
        "kind = \"sqlite\"\npath = \"a.db\"\ntable = \"t\"\nstatement = \"SELECT f({/a})\"",
        "statement does not belong to a sqlite destination",
    );
    std::fs::create_dir(folder.path("out.csv")).unwrap();
    check(
        "kind = \"file\"\npath = \"out.csv\"",
        "out.csv is a directory",
    );
    std::os::unix::fs::symlink("elsewhere", folder.path("link.csv")).unwrap();
    check("kind = \"file\"\npath = \"link.csv\"", "link.csv is a link");
    folder.write("customers.toml", &contract);
    assert_eq!(
        folder.redrive("send --to crm --yes").exit(1).json()["accepted"],
        json!(1)
    );
}

#[test]
fn a_batch_that_could_prove_nothing_of_its_records_is_refused() {
    let folder = with_one_ready();
    let contract = folder.read("customers.toml");
    let check = |url: &str, rest: &str, words: &'static str| {
        let destination = format!(
            "{contract}\n[[destination]]\nname = \"x\"\nkind = \"http\"\nurl = \"{url}\"\n{rest}\n"
        );
        folder.write("customers.toml", destination);
        folder
            .redrive("send --to x --dry-run")
            .exit(2)
            .stderr_has(words)
            .run();
    };
    let url = "https://crm.example/bulk";
    let key = "key = \"/idempotency_key\"";
    check(
        url,
        "batch = { max = 9, ordered = true }",
        "no record of the batch carries one",
    );
    check(
        url,
        "idempotency = \"none\"\nbatch = { max = 9 }",
        "nothing says which result is whose",
    );
    check(
        url,
        &format!("batch = {{ max = 9, {key}, result_key = \"/id\", ordered = true }}"),
        "results are told by their key or by their order",
    );
    check(
        url,
        "batch = { max = 9, key = \"/meta/key\" }",
        "the key cannot go to \"/meta/key\"",
    );
    check(
        url,
        &format!("batch = {{ max = 9, {key}, results = \"results\" }}"),
        "\"results\" is not a path",
    );
    check(
        url,
        &format!("batch = {{ max = 0, {key} }}"),
        "this cannot be 0",
    );
    check(
        url,
        &format!("batch = {{ max = 9, {key}, words = {{ created = 1 }} }}"),
        "this cannot be 1",
    );
    check(
        url,
        &format!("proof = \"status\"\nbatch = {{ max = 9, {key} }}"),
        "only the result of each record proves that it was taken",
    );
    check(
        url,
        &format!("idempotency_header = \"X-Key\"\nbatch = {{ max = 9, {key} }}"),
        "a batch has no header for the idempotency key",
    );
    check(
        &format!("{url}/{{/customer_id}}"),
        &format!("batch = {{ max = 9, {key} }}"),
        "the records of a batch cannot have a URL each",
    );
}

#[test]
fn a_plan_can_be_frozen_for_somebody_else_to_send() {
    let folder = with_one_ready();
    assert_eq!(
        folder.redrive("send --to crm --prepare").run(),
        "Plan 1 is frozen: 1 record to crm. Nothing was sent; redrive send --plan 1 sends it.\n"
    );
    // What becomes ready afterwards is not part of it.
    folder
        .redrive("edit 8 /deal_value=1200.50 /vip=false")
        .any_stderr()
        .exit(0)
        .run();
    folder
        .redrive("send --to crm --prepare")
        .exit(2)
        .stderr_has("plan 1 to crm is frozen already")
        .run();
    let report = folder
        .redrive("--as bob send --to crm --plan 1 --yes")
        .exit(1)
        .json();
    assert_eq!(
        (&report["plan"], &report["accepted"]),
        (&json!(1), &json!(1))
    );
}

#[test]
fn the_rest_of_a_plan_is_given_back_as_a_whole() {
    let folder = with_one_ready();
    folder.redrive("send --to crm --prepare").run();
    folder
        .redrive("send country:DE --give-back")
        .exit(2)
        .stderr_has("as a whole, not only 'country:DE' of it")
        .run();
    folder
        .redrive("send --give-back --expect 2")
        .exit(2)
        .stderr_has("plan 1 still has 1 record to send, not 2")
        .run();
    assert_eq!(
        folder.redrive("send --give-back --expect 1").run(),
        "1 record is ready again.\n"
    );
    folder.redrive("report -o report.md").any_stderr().run();
    let report = folder.read("report.md");
    assert!(
        report.contains("| Not yet | Taken out | Attempts |"),
        "{report}"
    );
}

#[test]
fn what_a_newer_run_holds_stays_behind() {
    let folder = with_one_ready();
    folder.write("newer.csv", "id,name,email,stage,deal_value,since,vip\nC-002,Ben Baker,ben@new.example,Prospect,30,,false\n");
    folder
        .redrive("load newer.csv --contract customers.toml")
        .stderr_has("passed and were not kept")
        .any_stderr()
        .run();
    let plan = folder.redrive("send --run 1 --to crm --dry-run").json();
    assert_eq!(
        (&plan["planned"], &plan["superseded"]),
        (&json!(0), &json!([2]))
    );
    let said = folder.redrive("send --run 1 --to crm --yes").exit(1).run();
    assert_eq!(
        said,
        "Nothing to send. 1 record (2) stays behind: a newer run holds the same key. --superseded sends them all the same.\n"
    );
    let report = folder
        .redrive("send --run 1 --to crm --superseded --yes")
        .exit(1)
        .json();
    assert_eq!(report["accepted"], json!(1));
}

#[test]
fn a_group_of_refused_records_says_how_many_they_are() {
    let folder = with_one_ready();
    let schema: serde_json::Value =
        serde_json::from_str(&folder.read("customers.schema.json")).unwrap();
    let columns: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let columns = columns.iter().map(|name| format!("{name:?}"));
    let crm = rusqlite::Connection::open(folder.path("crm.db")).unwrap();
    let table = format!(
        "CREATE TABLE customer ({}, CHECK (email = ''))",
        columns.collect::<Vec<_>>().join(", ")
    );
    crm.execute_batch(&table).unwrap();
    folder.redrive("send --to crm --yes").exit(1).run();
    let groups = folder.redrive("groups stage:send").run();
    let line = groups.lines().last().unwrap();
    let numbers: Vec<&str> = line.split_whitespace().rev().skip(1).take(2).collect();
    assert_eq!(numbers, ["1", "1"], "{groups}");
}
