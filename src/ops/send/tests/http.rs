//! Sending to an API that answers, fails, and does not answer.

use super::*;
use crate::{
    model::DeliveryState,
    send::{
        testing::{Does, Server},
        testing_authority::Authority,
        testing_secure::{SecureServer, Speaks},
    },
};

/// A contract whose destination `api` is this server, impatient so that tests are fast.
pub(super) fn contract_for(url: &str, idempotency: &str) -> String {
    format!(
        r#"
name = "people"
key = ["/id"]

[schema]
file = "person.json"

[[destination]]
name = "api"
kind = "http"
url = "{url}"
environment = "test"
idempotency = "{idempotency}"
timeouts = {{ first_byte = "300ms" }}
retry = {{ max_attempts = 8, base = "1ms", cap = "2ms" }}
breaker = {{ open = "1ms", open_max = "2ms" }}
"#
    )
}

pub(super) fn desk_at(server: &Server, idempotency: &str, people: usize) -> Desk {
    let people: Vec<String> = (1..=people).map(|n| format!("P-{n},{n},")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    desk_with(&contract_for(&server.url("/people"), idempotency), &people)
}

/// How often the server applied each record that it applied.
pub(super) fn times_applied(server: &Server) -> Vec<usize> {
    let mut times = std::collections::BTreeMap::new();
    for body in server.applied() {
        *times.entry(body).or_insert(0) += 1;
    }
    times.into_values().collect()
}

#[test]
fn lost_answers_are_asked_for_again_with_the_same_key_and_nothing_is_applied_twice() {
    let faults = [
        Does::ApplyAndDrop,
        Does::ApplyAnd(500, "", ""),
        Does::Answer(503, "Retry-After: 0\r\n", ""),
        Does::ApplyAndCut,
        Does::Answer(429, "Retry-After: 0\r\n", ""),
        Does::ApplyAndTalkNonsense,
    ];
    let server = Server::start(faults, Does::Apply);
    let mut desk = desk_at(&server, "key", 30);
    let report = desk.send("api");
    assert_eq!(
        (report.accepted, report.unknown, report.not_sent),
        (30, 0, 0)
    );
    assert_eq!(report.attempts, 36);
    assert_eq!(times_applied(&server), [1; 30]);
    let attempts = desk.workspace.store.attempts(RecordId(1)).unwrap();
    assert!(attempts.len() > 1);
    let last = attempts.last().unwrap();
    assert_eq!(last.outcome, DeliveryState::Delivered);
    assert!(!last.answer_id.is_empty() && last.duration_ms.is_some());
}

#[test]
fn where_a_repeat_is_not_recognised_a_lost_answer_waits_for_a_person() {
    let server = Server::start([Does::ApplyAndDrop], Does::ApplyBlindly);
    let mut desk = desk_at(&server, "none", 3);
    let report = desk.send("api");
    assert_eq!((report.accepted, report.unknown), (2, 1));
    assert_eq!(desk.status(1), Status::Unknown);
    assert_eq!(times_applied(&server), [1; 3]);
    assert_eq!(desk.send("api").plan, None);
    assert_eq!(server.requests().len(), 3);
}

/// A server that recognises no repeat and a desk that asks it for its records.
fn desk_that_asks(server: &Server, people: &[&str]) -> Desk {
    server.forget_keys();
    let contract = contract_for(&server.url("/people"), "none")
        .replace("max_attempts = 8", "max_attempts = 3")
        .replace("first_byte =", "total = \"400ms\", first_byte =");
    let lookup = format!(
        "concurrency = {{ max = 1 }}\nlookup = \"{}\"\n",
        server.url("/people/{/id}")
    );
    desk_with(&(contract + &lookup), people)
}

#[test]
fn a_destination_that_can_be_asked_for_a_record_needs_nobody_after_a_lost_answer() {
    let faults = [Does::Apply, Does::ApplyAndCut, Does::Drop];
    let server = Server::start(faults, Does::Apply);
    let mut desk = desk_that_asks(&server, &["P-1,1,", "P-2,2,", "P-3,3,"]);
    let report = desk.send("api");
    assert_eq!((report.accepted, report.unknown), (3, 0));
    assert_eq!(report.attempts, 4);
    assert_eq!(times_applied(&server), [1; 3]);
    let outcomes = |record| -> Vec<DeliveryState> {
        let attempts = desk.workspace.store.attempts(RecordId(record)).unwrap();
        attempts.iter().map(|attempt| attempt.outcome).collect()
    };
    // The one was there, the other was not.
    assert_eq!(outcomes(2), [DeliveryState::Delivered]);
    assert_eq!(
        outcomes(3),
        [DeliveryState::Unknown, DeliveryState::Delivered]
    );
}

#[test]
fn a_destination_that_cannot_say_whether_it_has_a_record_gets_it_once_and_a_person_decides() {
    let server = Server::start([Does::ApplyAndDrop], Does::Apply);
    server.when_asked(std::iter::repeat_n(Does::Answer(503, "", ""), 20));
    let mut desk = desk_that_asks(&server, &["P-1,1,"]);
    let report = desk.send("api");
    assert_eq!((report.accepted, report.unknown), (0, 1));
    assert_eq!(times_applied(&server), [1]);
}

#[test]
fn a_person_says_what_became_of_records_without_an_answer() {
    let server = Server::start([Does::ApplyAndDrop, Does::Drop], Does::ApplyBlindly);
    let mut desk = desk_at(&server, "none", 3);
    desk.workspace.author = "ann".to_owned();
    assert_eq!(desk.send("api").unknown, 2);
    let all = Filter::default();
    let these = crate::ops::unanswered(&desk.workspace, &all).unwrap();
    // The second and the third are on their way at once.
    let [RecordId(1), RecordId(other)] = these[..] else {
        panic!("{these:?}");
    };
    let say = |desk: &mut Desk, id: i64, sent: bool| {
        let these = [RecordId(id)];
        crate::ops::settle(&mut desk.workspace, &all, &these, sent, "looked it up").unwrap()
    };
    assert_eq!(say(&mut desk, 1, true).records, 1);
    assert_eq!(say(&mut desk, other, false).records, 1);
    assert_eq!(say(&mut desk, other, false).skipped, [RecordId(other)]);
    assert_eq!(
        (desk.status(1), desk.status(other)),
        (Status::Accepted, Status::Ready)
    );
    for finding in crate::ops::verify(&desk.workspace).unwrap() {
        assert!(finding.ok, "{finding:?}");
    }
    // What was said is not taken back by accident.
    assert!(undo(&mut desk.workspace, None).is_err());
    assert_eq!(desk.send("api").accepted, 1);
    assert_eq!(times_applied(&server), [1; 3]);
}

#[test]
fn a_send_that_was_killed_asks_again_only_where_a_repeat_is_recognised() {
    for (idempotency, unknown) in [("key", 0), ("none", 2)] {
        let server = Server::start([], Does::Apply);
        let mut desk = desk_at(&server, idempotency, 4);
        desk.begin("api", true);
        desk.reopen();
        let report = desk.send("api");
        assert_eq!((report.accepted, report.unknown), (4 - unknown, unknown));
        assert_eq!(times_applied(&server), [1; 4], "{idempotency}");
    }
}

#[test]
fn a_key_that_the_destination_has_forgotten_is_not_sent_again() {
    let server = Server::start([], Does::Apply);
    let mut desk = desk_at(&server, "key", 4);
    desk.begin("api", true);
    let long_ago =
        "UPDATE delivery SET first_sent_at = '2020-01-01T00:00:00.000Z' WHERE state = 'sending'";
    let write = |tx: &rusqlite::Transaction<'_>| Ok(tx.execute(long_ago, [])?);
    assert_eq!(desk.workspace.store.write(write).unwrap(), 2);
    let report = desk.send("api");
    assert_eq!((report.accepted, report.unknown), (2, 2));
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn what_the_destination_says_lands_on_the_field_it_names_and_can_be_fixed_and_sent() {
    let no = Does::Answer(
        422,
        "",
        r#"{"detail":[{"loc":["body","age"],"msg":"Input should be less than 150","type":"less_than"}]}"#,
    );
    let server = Server::start([no], Does::Apply);
    let mut desk = desk_at(&server, "key", 1);
    assert_eq!(desk.send("api").refused, 1);
    let problems = desk.workspace.store.record(RecordId(1)).unwrap().problems;
    assert_eq!(
        (
            problems[0].stage,
            problems[0].code.as_str(),
            problems[0].path.as_str()
        ),
        (Stage::Send, "http 422", "/age")
    );
    assert_eq!(problems[0].message, "Input should be less than 150");
    let change = fix::Change::Text {
        path: Path::field("age"),
        text: "7".to_owned(),
    };
    edit(&mut desk.workspace, RecordId(1), &[change], None).unwrap();
    assert_eq!(desk.send("api").accepted, 1);
    let keys: Vec<String> = server
        .requests()
        .iter()
        .map(crate::send::testing::Request::key)
        .collect();
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_long_pause_that_an_earlier_send_was_asked_for_is_not_waited_for() {
    let server = Server::start(
        [Does::Answer(429, "Retry-After: 7200\r\n", "")],
        Does::Apply,
    );
    let mut desk = desk_at(&server, "key", 3);
    let first = desk.send("api");
    assert!(first.held.is_some(), "{first:?}");
    let second = desk.send("api");
    let held = second.held.unwrap();
    assert!(
        held.starts_with("it wants to be left alone until 2"),
        "{held}"
    );
    assert_eq!((second.attempts, second.not_sent), (0, 3));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_group_of_a_refusal_is_named_by_an_answer_without_the_values_of_its_record() {
    let no = |words| Does::Answer(422, "", words);
    let answers = [
        no(r#"{"message":"exit 65: P-1 of a@b.de"}"#),
        no(r#"{"message":"exit 70: P-2 of c@d.fr"}"#),
    ];
    let server = Server::start(answers, Does::Apply);
    let mut desk = desk_at(&server, "key", 2);
    assert_eq!(desk.send("api").refused, 2);
    let groups = crate::ops::groups(&desk.workspace, &Filter::default()).unwrap();
    let named: Vec<(&str, u64)> = (groups.iter())
        .map(|group| (group.title.as_str(), group.open))
        .collect();
    assert_eq!(named, [("Refused by api: exit 65: … of …", 2)]);
}

#[test]
fn what_a_destination_answered_is_found_by_its_status() {
    let answers = [
        Does::Answer(422, "", r#"{"message":"too old"}"#),
        Does::Answer(409, "", r#"{"message":"there already"}"#),
        Does::ApplyAnd(500, "", ""),
    ];
    let server = Server::start(answers, Does::Apply);
    let one_by_one = contract_for(&server.url("/people"), "none") + "concurrency = { max = 1 }\n";
    let mut desk = desk_with(&one_by_one, &["P-1,1,", "P-2,2,", "P-3,3,", "P-4,4,"]);
    let report = desk.send("api");
    assert_eq!((report.refused, report.unknown), (2, 1));
    let check = |line: &str, expected: &[i64]| {
        let filter = Filter::parse(line).unwrap();
        let ids = desk.workspace.store.ids(desk.run, &filter).unwrap();
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        assert_eq!(ids, expected, "{line}");
    };
    check("http:422", &[1]);
    check("http:4*", &[1, 2]);
    check("http:5*", &[3]);
    check("-http:422,5*", &[2, 4]);
    check("http:\"http 409\"", &[2]);
    check("error:http", &[1, 2]);
    check("error:http:409", &[2]);
    check("error:\"http 422\"", &[1]);
    check("-error:http", &[3, 4]);
}

#[test]
fn a_destination_that_sends_us_elsewhere_is_on_hold_and_the_plan_goes_on_once_it_is_mended() {
    let server = Server::start([Does::Answer(302, "Location: /login\r\n", "")], Does::Apply);
    let mut desk = desk_at(&server, "key", 5);
    let report = desk.send("api");
    assert_eq!((report.accepted, report.not_sent), (0, 5));
    assert!(report.held.unwrap().contains("never followed"));
    assert_eq!(server.requests().len(), 1);
    let report = desk.send("api");
    assert_eq!(
        (report.accepted, report.not_sent, report.held),
        (5, 0, None)
    );
}

#[test]
fn records_that_are_refused_alike_stop_the_send() {
    let server = Server::start([], Does::Answer(400, "", r#"{"error":"no such column"}"#));
    let mut desk = desk_at(&server, "key", 60);
    let report = desk.send("api");
    assert!(report.refused >= 20 && report.refused < 30, "{report:?}");
    assert_eq!(report.refused + report.not_sent, 60);
    assert!(report.held.unwrap().contains("refused alike"));
}

#[test]
fn a_destination_that_is_not_there_is_on_hold_and_no_record_is_blamed() {
    let url = Server::start([], Does::Apply).url("/gone");
    let mut desk = desk_with(&contract_for(&url, "none"), &["P-1,1,", "P-2,2,"]);
    let report = desk.send("api");
    assert_eq!((report.not_sent, report.attempts), (2, 8));
    let held = report.held.unwrap();
    assert!(
        held.starts_with("gave up after 8 tries, and nothing reached it"),
        "{held}"
    );
    assert_eq!(desk.statuses(), [(Status::Sending, 2)]);
}

#[test]
fn a_wait_that_a_person_notices_is_said() {
    let server = Server::start([Does::Answer(429, "Retry-After: 1\r\n", "")], Does::Apply);
    let mut desk = desk_at(&server, "key", 1);
    let said = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let job = Job::new(move |progress: crate::ops::Progress| {
        heard.lock().unwrap().extend(progress.waits);
    });
    let report = send(&mut desk.workspace, &to("api"), &job).unwrap();
    assert_eq!((report.accepted, report.attempts), (1, 2));
    let said = said.lock().unwrap();
    assert_eq!(said[0].words(), "paused for 1 s, as the destination asks");
}

#[test]
fn a_sick_destination_is_left_alone_and_that_is_remembered() {
    let sick = std::iter::repeat_n(Does::Answer(503, "", ""), 40);
    let server = Server::start(sick, Does::Apply);
    let mut desk = desk_at(&server, "key", 60);
    let report = desk.send("api");
    assert_eq!(report.accepted + report.unknown, 60);
    let kept: Option<String> = (desk.workspace.store.conn())
        .query_row("SELECT breaker FROM destination", [], |row| row.get(0))
        .unwrap();
    assert!(kept.unwrap().contains("\"opened\""));
}

#[test]
fn a_secret_that_is_missing_is_named_before_anything_is_planned() {
    let server = Server::start([], Does::Apply);
    let contract = contract_for(&server.url("/people"), "key")
        + "headers = { Authorization = \"env:REDRIVE_NO_SUCH_TOKEN\" }\n";
    let mut desk = desk_with(&contract, &["P-1,1,"]);
    let fault = desk.refusal(&to("api"));
    assert_eq!(fault.code, "send:secret");
    assert!(fault.message.contains("REDRIVE_NO_SUCH_TOKEN"));
    assert_eq!(desk.statuses(), [(Status::Ready, 1)]);
    assert_eq!(server.requests(), []);
}

#[test]
fn a_server_that_is_not_trusted_gets_nothing_until_somebody_has_mended_that() {
    let authority = Authority::new();
    let server = SecureServer::start(Speaks::Tls(authority.identity("127.0.0.1")));
    let contract = contract_for(&server.url("/people"), "none") + "ca_file = \"ca.pem\"\n";
    let mut desk = desk_with(&contract, &["P-1,1,", "P-2,2,"]);
    let fault = desk.refusal(&to("api"));
    assert_eq!(fault.code, "send:ca_file");
    assert!(fault.message.contains("ca.pem"), "{}", fault.message);
    assert_eq!(desk.statuses(), [(Status::Ready, 2)]);
    fs::write(desk.folder.path().join("ca.pem"), Authority::new().pem()).unwrap();
    let report = desk.send("api");
    let held = report.held.unwrap();
    assert!(held.contains("an authority that is not trusted"), "{held}");
    assert_eq!((report.not_sent, report.unknown), (2, 0));
    assert_eq!(server.applied(), [""; 0]);
    fs::write(desk.folder.path().join("ca.pem"), authority.pem()).unwrap();
    let report = desk.send("api");
    assert_eq!((report.accepted, report.held), (2, None));
    assert_eq!(server.applied().len(), 2);
}

/// Whatever goes wrong, each record is applied once, and its status says so.
#[test]
fn under_random_faults_every_record_is_applied_exactly_once() {
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let script: Vec<Does> = (0..120)
        .map(|_| match random.u8(..9) {
            0 => Does::ApplyAndDrop,
            1 => Does::ApplyAndCut,
            2 => Does::ApplyAnd(502, "", ""),
            3 => Does::Answer(503, "", ""),
            4 => Does::Answer(429, "Retry-After: 0\r\n", ""),
            5 => Does::Drop,
            6 => Does::ApplyAnd(302, "Location: /x\r\n", ""),
            _ => Does::Apply,
        })
        .collect();
    let server = Server::start(script, Does::Apply);
    let mut desk = desk_at(&server, "key", 80);
    let mut unknown = 0;
    for _ in 0..200 {
        let report = desk.send("api");
        unknown += report.unknown;
        if report.not_sent == 0 {
            break;
        }
    }
    assert_eq!(
        times_applied(&server),
        vec![1; server.applied().len()],
        "seed {seed}"
    );
    let statuses = desk.statuses();
    let accepted = (statuses.iter()).find(|(status, _)| *status == Status::Accepted);
    let accepted = accepted.map_or(0, |(_, records)| *records);
    assert_eq!(accepted + unknown, 80, "seed {seed}");
    assert!(server.applied().len() as u64 >= accepted, "seed {seed}");
}

#[test]
fn a_command_takes_records_one_at_a_time() {
    let contract = r#"
name = "people"
key = ["/id"]

[schema]
file = "person.json"

[[destination]]
name = "queue"
kind = "command"
command = ["sh", "-c", "cat >> taken; echo >> taken; grep -q P-2 taken && exit 65; echo job 7"]
environment = "test"
"#;
    let mut desk = desk_with(contract, &["P-1,1,", "P-2,2,"]);
    let report = desk.send("queue");
    assert_eq!((report.accepted, report.refused), (1, 1));
    let taken = fs::read_to_string(desk.folder.path().join("taken")).unwrap();
    assert_eq!(
        taken,
        "{\"id\":\"P-1\",\"age\":1}\n{\"id\":\"P-2\",\"age\":2}\n"
    );
    let attempts = desk.workspace.store.attempts(RecordId(1)).unwrap();
    assert_eq!(attempts[0].answer_id, "job 7");
    let refused = desk.workspace.store.record(RecordId(2)).unwrap();
    assert_eq!(refused.problems[0].code, "exit 65");
}
