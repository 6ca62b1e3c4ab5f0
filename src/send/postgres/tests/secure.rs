//! Over TLS: who is not trusted gets nothing.

use std::fs;

use super::*;
use crate::send::testing_authority::{Authority, Identity};

/// The table of this server, over the network, as somebody sees it who trusts this authority.
fn table(cluster: &Cluster, authority: &Authority) -> (tempfile::TempDir, PostgresDestination) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    let postgres = Postgres {
        url: cluster.loopback_url(),
        ca_file: Some("ca.pem".to_owned()),
        ..cluster.destination(Repeat::Dedupe).postgres
    };
    let table = PostgresDestination::new(postgres, folder.path().to_owned()).unwrap();
    (folder, table)
}

fn start(identity: Option<&Identity>) -> Option<Cluster> {
    let pem = identity.map(|one| [one.certificate.pem(), one.key.serialize_pem()]);
    let pem = pem
        .as_ref()
        .map(|[certificate, key]| [&**certificate, &**key]);
    let cluster = Cluster::start_on_loopback(pem)?;
    customers(&cluster);
    Some(cluster)
}

fn one() -> [Delivery; 1] {
    [delivery("a", &json!({"id": "1"}))]
}

#[test]
fn a_server_whose_authority_the_contract_names_takes_records_over_tls() {
    let authority = Authority::new();
    let Some(cluster) = start(Some(&authority.identity("127.0.0.1"))) else {
        return;
    };
    let (_folder, mut table) = table(&cluster, &authority);
    assert_eq!(words(&table.deliver(&one()).unwrap()), ["accepted"]);
    assert_eq!(cluster.rows(), ["1 - - new"]);
    let query = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'redrive'";
    let secure: Vec<bool> = (cluster.client().query(query, &[]).unwrap().iter())
        .map(|row| row.get(0))
        .collect();
    assert_eq!(secure, [true]);
}

#[test]
fn a_certificate_that_does_not_hold_puts_the_table_on_hold_and_nothing_leaves() {
    let authority = Authority::new();
    let check = |identity: Option<&Identity>, expected: &str| {
        let Some(cluster) = start(identity) else {
            return;
        };
        let (_folder, mut table) = table(&cluster, &authority);
        let reason = table.deliver(&one()).unwrap_err().reason;
        assert!(reason.starts_with("postgres tls: no safe"), "{reason}");
        assert!(reason.contains(expected), "{reason}");
        assert_eq!(cluster.rows(), [""; 0]);
    };
    check(
        Some(&Authority::named("another one").identity("127.0.0.1")),
        "signed by an authority that is not trusted",
    );
    check(
        Some(&authority.identity("crm.example")),
        "its certificate is for another name",
    );
    check(
        Some(&authority.expired_identity("127.0.0.1")),
        "its certificate has expired",
    );
    check(None, "the server does not speak TLS");
}

#[test]
fn a_secure_connection_that_is_cut_while_the_transaction_ends_may_have_applied_it() {
    let authority = Authority::new();
    let Some(cluster) = start(Some(&authority.identity("127.0.0.1"))) else {
        return;
    };
    // The server's process is killed, so that nobody says goodbye.
    cluster
        .client()
        .batch_execute(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM ''kill -9 %s''', pg_backend_pid()); RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON customer DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION cut()",
        )
        .unwrap();
    let (_folder, mut table) = table(&cluster, &authority);
    let answers = words(&table.deliver(&one()).unwrap());
    assert_eq!(answers, ["again postgres:no_answer Maybe"]);
}
