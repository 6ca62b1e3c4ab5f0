//! Against a real server, made for these tests and ended with them. Where PostgreSQL is not installed they say so.

mod secure;
mod statement;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::send::testing_cluster::Cluster;

impl Cluster {
    fn destination(&self, repeat: Repeat) -> PostgresDestination {
        let postgres = Postgres {
            url: self.url(),
            password: None,
            ca_file: None,
            taker: Taker::Table("customer".to_owned()),
            repeat,
            connect: Duration::from_secs(5),
        };
        PostgresDestination::new(postgres, PathBuf::new()).unwrap()
    }

    fn rows(&self) -> Vec<String> {
        let query = "SELECT coalesce(id, '-') || ' ' || coalesce(age::text, '-') || ' ' || coalesce(tags::text, '-') || ' ' || kind \
                     FROM customer ORDER BY id";
        let rows = self.client().query(query, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

fn customers(cluster: &Cluster) {
    cluster
        .client()
        .batch_execute(
            "CREATE TABLE customer (id text PRIMARY KEY, age integer CHECK (age < 150), tags jsonb, \
             kind text NOT NULL DEFAULT 'new')",
        )
        .unwrap();
}

fn delivery(key: &str, document: &Value) -> Delivery {
    let payload = document.to_string().into_bytes();
    Delivery {
        key: key.to_owned(),
        payload_sha256: Sha256::digest(&payload).into(),
        payload,
        document: document.as_object().unwrap().clone(),
        may_be_applied: false,
    }
}

/// One word and the code for each.
fn words(answers: &[Answered]) -> Vec<String> {
    let word = |answered: &Answered| match &answered.outcome {
        Outcome::Accepted { .. } => "accepted".to_owned(),
        Outcome::Refused { code, said } => format!("{code} {}", said[0].path),
        Outcome::Again { code, applied, .. } => format!("again {code} {applied:?}"),
        Outcome::Held { code, applied, .. } => format!("held {code} {applied:?}"),
        other => format!("{other:?}"),
    };
    answers.iter().map(word).collect()
}

#[test]
fn records_become_rows_and_a_repeat_is_recognised() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    let batch = [
        delivery("a", &json!({"id": "1", "age": 30, "tags": ["x"]})),
        delivery("b", &json!({"id": "2", "age": null, "kind": "old"})),
    ];
    for _ in 0..2 {
        let answers = cluster.destination(Repeat::Dedupe).deliver(&batch).unwrap();
        assert_eq!(words(&answers), ["accepted", "accepted"]);
        assert_eq!(cluster.rows(), ["1 30 [\"x\"] new", "2 - - old"]);
    }
    let other = [delivery("a", &json!({"id": "3"}))];
    let held = cluster
        .destination(Repeat::Dedupe)
        .deliver(&other)
        .unwrap_err();
    assert!(held.reason.contains("same idempotency key"));
}

#[test]
fn a_record_that_breaks_a_constraint_is_refused_and_the_others_are_not() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    let batch = [
        delivery("a", &json!({"id": "1"})),
        delivery("b", &json!({"id": "1"})),
        delivery("c", &json!({"id": "3", "age": 200})),
        delivery("d", &json!({"id": "4", "age": "many"})),
        delivery("e", &json!({"id": null})),
        delivery("f", &json!({"id": "6", "shoe": 43})),
        delivery("g", &json!({"id": "7"})),
    ];
    let answers = cluster.destination(Repeat::Dedupe).deliver(&batch).unwrap();
    let expected = [
        "accepted",
        "23505 ",
        "23514 ",
        "22P02 ",
        "23502 /id",
        "postgres:no_column /shoe",
        "accepted",
    ];
    assert_eq!(words(&answers), expected);
    assert_eq!(cluster.rows(), ["1 - - new", "7 - - new"]);
}

#[test]
fn what_went_in_before_the_server_can_take_no_more_is_not_forgotten() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    cluster
        .client()
        .batch_execute(
            "CREATE FUNCTION guarded() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF NEW.kind = 'secret' THEN RAISE 'no right to that' USING ERRCODE = '42501'; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER guarded BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION guarded()",
        )
        .unwrap();
    let batch = [
        delivery("a", &json!({"id": "1"})),
        delivery("b", &json!({"id": "2", "age": 200})),
        delivery("c", &json!({"id": "3"})),
        delivery("d", &json!({"id": "4"})),
        delivery("e", &json!({"id": "5", "kind": "secret"})),
        delivery("f", &json!({"id": "6"})),
        delivery("g", &json!({"id": "7"})),
        delivery("h", &json!({"id": "8"})),
    ];
    let answers = cluster.destination(Repeat::Never).deliver(&batch).unwrap();
    let expected = [
        "accepted",
        "23514 ",
        "accepted",
        "accepted",
        "held postgres:not_sent No",
        "held postgres:not_sent No",
        "held postgres:not_sent No",
        "held postgres:not_sent No",
    ];
    assert_eq!(words(&answers), expected);
    let reasons = answers.iter().filter_map(|one| match &one.outcome {
        Outcome::Held { reason, .. } => Some(&**reason),
        _ => None,
    });
    assert!(reasons.eq(["postgres 42501: no right to that"; 4]));
    assert_eq!(cluster.rows(), ["1 - - new", "3 - - new", "4 - - new"]);
}

#[test]
fn a_row_that_a_trigger_swallows_was_not_taken() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    cluster
        .client()
        .batch_execute(
            "CREATE FUNCTION adults() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN IF NEW.age < 18 THEN RETURN NULL; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER adults BEFORE INSERT ON customer FOR EACH ROW EXECUTE FUNCTION adults()",
        )
        .unwrap();
    let batch = [
        delivery("a", &json!({"id": "1", "age": 30})),
        delivery("b", &json!({"id": "2", "age": 9})),
        delivery("c", &json!({"id": "3", "age": 40})),
    ];
    let answers = cluster.destination(Repeat::Dedupe).deliver(&batch).unwrap();
    assert_eq!(
        words(&answers),
        ["accepted", "postgres:no_row ", "accepted"]
    );
    assert_eq!(cluster.rows(), ["1 30 - new", "3 40 - new"]);
}

#[test]
fn an_upsert_replaces_what_has_the_same_key() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    let mut destination = cluster.destination(Repeat::Upsert(vec!["id".to_owned()]));
    for age in [30, 31] {
        let one = [delivery(&age.to_string(), &json!({"id": "1", "age": age}))];
        assert_eq!(words(&destination.deliver(&one).unwrap()), ["accepted"]);
    }
    assert_eq!(cluster.rows(), ["1 31 - new"]);
}

#[test]
fn two_records_of_one_row_are_upserted_one_after_the_other() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    let upsert = Repeat::Upsert(vec!["id".to_owned()]);
    let batch: Vec<Delivery> = (30..37)
        .map(|age| delivery(&age.to_string(), &json!({"id": "1", "age": age})))
        .collect();
    let answers = cluster.destination(upsert).deliver(&batch).unwrap();
    assert_eq!(words(&answers), ["accepted"; 7]);
    assert_eq!(cluster.rows(), ["1 36 - new"]);
}

#[test]
fn one_key_twice_in_a_batch_is_applied_once() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    let one = delivery("a", &json!({"id": "1"}));
    let batch = [one.clone(), delivery("b", &json!({"id": "2"})), one];
    let answers = cluster.destination(Repeat::Dedupe).deliver(&batch).unwrap();
    assert_eq!(words(&answers), ["accepted"; 3]);
    assert_eq!(cluster.rows(), ["1 - - new", "2 - - new"]);
}

#[test]
fn a_server_that_goes_and_comes_back_applies_everything_once() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    let mut destination = cluster.destination(Repeat::Dedupe);
    let first = [delivery("a", &json!({"id": "1"}))];
    assert_eq!(words(&destination.deliver(&first).unwrap()), ["accepted"]);
    cluster.down("immediate");
    let both = [first[0].clone(), delivery("b", &json!({"id": "2"}))];
    let answers = words(&destination.deliver(&both).unwrap());
    assert!(
        answers.iter().all(|word| word.starts_with("again")),
        "{answers:?}"
    );
    cluster.up();
    assert_eq!(
        words(&destination.deliver(&both).unwrap()),
        ["accepted", "accepted"]
    );
    assert_eq!(cluster.rows(), ["1 - - new", "2 - - new"]);
}

#[test]
fn a_transaction_that_is_cut_off_while_it_ends_may_have_been_applied() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    customers(&cluster);
    // The end of the transaction ends the connection, as a server does that is killed in the middle of it.
    cluster
        .client()
        .batch_execute(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON customer DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION cut()",
        )
        .unwrap();
    let mut destination = cluster.destination(Repeat::Dedupe);
    let one = [delivery("a", &json!({"id": "1"}))];
    let answers = words(&destination.deliver(&one).unwrap());
    assert_eq!(answers, ["again postgres:no_answer Maybe"]);
    cluster
        .client()
        .batch_execute("DROP TRIGGER cut ON customer")
        .unwrap();
    assert_eq!(words(&destination.deliver(&one).unwrap()), ["accepted"]);
    assert_eq!(cluster.rows(), ["1 - - new"]);
}

#[test]
fn what_is_wrong_with_the_destination_is_nobodys_record() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let one = [delivery("a", &json!({"id": "1"}))];
    let held = cluster
        .destination(Repeat::Dedupe)
        .deliver(&one)
        .unwrap_err();
    assert_eq!(held.reason, "postgres 42P01: there is no table customer");
    let mut elsewhere = cluster.destination(Repeat::Dedupe);
    elsewhere.config.dbname("missing");
    let held = elsewhere.deliver(&one).unwrap_err();
    assert!(held.reason.starts_with("postgres 3D000"), "{}", held.reason);
}

#[test]
fn a_url_holds_no_password() {
    let check = |url: &str, expected: &str| {
        let postgres = Postgres {
            url: url.to_owned(),
            password: None,
            ca_file: None,
            taker: Taker::Table("t".to_owned()),
            repeat: Repeat::Never,
            connect: Duration::from_secs(1),
        };
        let wrong = postgres.config().unwrap_err();
        assert!(
            wrong.contains(expected) && !wrong.contains("s3cret"),
            "{wrong}"
        );
    };
    check("postgres://ann:s3cret@db.example/x", "it holds a password");
    check("postgres:///x", "it names no host");
    check("postgres://ann@db.example:port/x", "port");
}
