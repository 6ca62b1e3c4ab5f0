//! A statement of the contract's own.

use super::*;

const UPSERT: &str = "INSERT INTO orders (id, qty, tags, extra) VALUES ({/order/id}, {/amount}::int, {/tags}, {/extra}) \
     ON CONFLICT (id) DO UPDATE SET qty = EXCLUDED.qty, n = orders.n + 1";

fn orders() -> Option<Cluster> {
    let cluster = Cluster::start()?;
    let table = "CREATE TABLE orders (id text PRIMARY KEY, qty integer NOT NULL CHECK (qty < 100), tags text[], extra jsonb, \
                 n integer DEFAULT 0)";
    cluster.client().batch_execute(table).unwrap();
    Some(cluster)
}

impl Cluster {
    fn statement(&self, text: &str, repeat: Repeat) -> PostgresDestination {
        let postgres = Postgres {
            taker: Taker::Statement(SqlTemplate::parse(text).unwrap()),
            ..self.destination(repeat).postgres
        };
        PostgresDestination::new(postgres, PathBuf::new()).unwrap()
    }

    fn orders(&self) -> Vec<String> {
        let query =
            "SELECT format('%s %s %s %s %s', id, qty, tags, extra, n) FROM orders ORDER BY id";
        let rows = self.client().query(query, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

fn order(id: &str, amount: &Value) -> Delivery {
    delivery(id, &json!({"order": {"id": id}, "amount": amount}))
}

#[test]
fn values_are_bound_as_the_types_the_statement_wants_and_what_is_missing_is_null() {
    let Some(cluster) = orders() else {
        return;
    };
    let evil = "x'); DROP TABLE orders; --";
    let batch = [
        delivery(
            "a",
            &json!({"order": {"id": evil}, "amount": "7", "tags": ["a\"b\\", null, "NULL"], "extra": {"k": ["v"]}}),
        ),
        delivery(
            "b",
            &json!({"order": {"id": "2"}, "amount": 8, "extra": "text"}),
        ),
    ];
    let answers = cluster.statement(UPSERT, Repeat::Dedupe).deliver(&batch);
    assert_eq!(words(&answers.unwrap()), ["accepted", "accepted"]);
    assert_eq!(
        cluster.orders(),
        [
            "2 8  \"text\" 0",
            r#"x'); DROP TABLE orders; -- 7 {"a\"b\\",NULL,"NULL"} {"k": ["v"]} 0"#,
        ]
    );
}

#[test]
fn a_repeat_is_told_by_its_key_before_the_statement_is_done_again() {
    let Some(cluster) = orders() else {
        return;
    };
    let batch = [
        order("1", &json!(7)),
        order("2", &json!(8)),
        order("1", &json!(7)),
    ];
    for _ in 0..2 {
        let answers = cluster.statement(UPSERT, Repeat::Dedupe).deliver(&batch);
        assert_eq!(words(&answers.unwrap()), ["accepted"; 3]);
        assert_eq!(cluster.orders(), ["1 7   0", "2 8   0"]);
    }
    // With nobody to tell a repeat, the statement is what does.
    let answers = cluster
        .statement(UPSERT, Repeat::Upsert(Vec::new()))
        .deliver(&batch[..1]);
    assert_eq!(words(&answers.unwrap()), ["accepted"]);
    assert_eq!(cluster.orders(), ["1 7   1", "2 8   0"]);
}

#[test]
fn what_the_server_refuses_is_told_at_the_field_that_was_bound() {
    let Some(cluster) = orders() else {
        return;
    };
    let batch = [
        order("1", &json!(7)),
        order("2", &json!("many")),
        order("3", &json!(null)),
        order("4", &json!(200)),
        delivery("5", &json!({"amount": 1})),
        delivery(
            "6",
            &json!({"order": {"id": "6"}, "amount": 1, "tags": "none"}),
        ),
        order("7", &json!("9")),
    ];
    let mut destination = cluster.statement(UPSERT, Repeat::Dedupe);
    let expected = [
        "accepted",
        "22P02 /amount",
        "23502 /amount",
        "23514 ",
        "23502 /order/id",
        "22P02 /tags",
        "accepted",
    ];
    assert_eq!(words(&destination.deliver(&batch).unwrap()), expected);
    assert_eq!(cluster.orders(), ["1 7   0", "7 9   0"]);
    // Of what was refused nothing is left, not even its key.
    let mended = [order("2", &json!(2))];
    assert_eq!(words(&destination.deliver(&mended).unwrap()), ["accepted"]);
    assert_eq!(cluster.orders().len(), 3);
}

#[test]
fn a_statement_that_changes_no_row_has_applied_nothing() {
    let Some(cluster) = orders() else {
        return;
    };
    let update = "UPDATE orders SET qty = {/amount} WHERE id = {/order/id}";
    let batch = [order("1", &json!(7)), order("2", &json!("x"))];
    let words_of = |text: &str, repeat: Repeat| {
        words(&cluster.statement(text, repeat).deliver(&batch).unwrap())
    };
    let expected = ["postgres:no_row ", "22P02 /amount"];
    assert_eq!(words_of(update, Repeat::Dedupe), expected);
    let upsert = Repeat::Upsert(Vec::new());
    assert_eq!(words_of(update, upsert), ["accepted", "22P02 /amount"]);
    cluster
        .client()
        .batch_execute(
            "INSERT INTO orders VALUES ('1', 1), ('2', 1); \
             CREATE PROCEDURE take(text) LANGUAGE sql AS 'UPDATE orders SET n = n + 1 WHERE id = $1'",
        )
        .unwrap();
    assert_eq!(
        words_of(update, Repeat::Dedupe),
        ["accepted", "22P02 /amount"]
    );
    assert_eq!(
        words_of("CALL take({/order/id})", Repeat::Never),
        ["accepted"; 2]
    );
    assert_eq!(cluster.orders(), ["1 7   1", "2 1   1"]);
}

#[test]
fn a_record_for_which_a_query_finds_two_rows_is_refused_and_not_tried_again() {
    let Some(cluster) = orders() else {
        return;
    };
    cluster
        .client()
        .batch_execute("CREATE TABLE price (id text, n integer); INSERT INTO price VALUES ('1', 7), ('2', 8), ('2', 9)")
        .unwrap();
    let insert = "INSERT INTO orders (id, qty) VALUES ({/order/id}, (SELECT n FROM price WHERE id = {/order/id}))";
    let batch = [order("1", &json!(1)), order("2", &json!(1))];
    let answers = cluster.statement(insert, Repeat::Dedupe).deliver(&batch);
    assert_eq!(words(&answers.unwrap()), ["accepted", "21000 "]);
    assert_eq!(cluster.orders(), ["1 7   0"]);
}

#[test]
fn a_statement_the_server_does_not_understand_is_nobodys_record() {
    let Some(cluster) = orders() else {
        return;
    };
    let check = |text: &str, expected: &str| {
        let mut destination = cluster.statement(text, Repeat::Dedupe);
        let held = destination.deliver(&[order("1", &json!(7))]).unwrap_err();
        assert_eq!(held.reason, format!("postgres {expected}"));
        assert_eq!(destination.check(), Err(held));
    };
    check(
        "INSERT INTO ordrs VALUES ({/id})",
        "42P01: the statement cannot be used: relation \"ordrs\" does not exist",
    );
    check(
        "INSERT INTO orders (nr) VALUES ({/id})",
        "42703: the statement cannot be used: column \"nr\" of relation \"orders\" does not exist",
    );
    check(
        "INSERT INTO orders VALUE ({/id})",
        "42601: the statement cannot be used: syntax error at or near \"VALUE\"",
    );
    check(
        "INSERT INTO orders VALUES {/id}",
        "42601: the statement cannot be used: syntax error at or near \"{/id}\"",
    );
    check(
        "INSERT INTO orders VALUES ({/id}, 'many')",
        "22P02: the statement cannot be used: invalid input syntax for type integer: \"many\"",
    );
    assert_eq!(cluster.orders(), [""; 0]);
    let is_made = "SELECT to_regclass('redrive_dedupe') IS NOT NULL";
    let is_made: bool = cluster.client().query_one(is_made, &[]).unwrap().get(0);
    assert!(!is_made, "nothing is made for what cannot be done");
    let good = cluster.statement(UPSERT, Repeat::Dedupe);
    assert_eq!(good.check(), Ok(()));
    cluster.down("immediate");
    assert_eq!(good.check(), Ok(()), "that is known when it is sent");
    cluster.up();
}

#[test]
fn a_server_that_goes_and_comes_back_does_the_statement_once() {
    let Some(cluster) = orders() else {
        return;
    };
    let mut destination = cluster.statement(UPSERT, Repeat::Dedupe);
    let batch = [order("1", &json!(7)), order("2", &json!(8))];
    assert_eq!(
        words(&destination.deliver(&batch[..1]).unwrap()),
        ["accepted"]
    );
    cluster.down("immediate");
    let answers = words(&destination.deliver(&batch).unwrap());
    assert!(
        answers.iter().all(|word| word.starts_with("again")),
        "{answers:?}"
    );
    cluster.up();
    assert_eq!(
        words(&destination.deliver(&batch).unwrap()),
        ["accepted"; 2]
    );
    assert_eq!(cluster.orders(), ["1 7   0", "2 8   0"]);
}
