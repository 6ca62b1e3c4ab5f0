//! What a person does with a send while it runs, and what whoever watches it sees.

use std::sync::{Arc, Mutex, OnceLock, atomic::Ordering};

use super::*;
use crate::{
    model::Sender,
    ops::{Flow, Logged, MadeBy, Progress, Why, plan_to_watch, review},
    send::testing::{Does, Server},
};

/// Sends, and lets `steer` answer each time it is said how it stands. Gives all that was said.
fn send_steered(
    desk: &mut Desk,
    steer: impl Fn(&Job, &Progress) + Send + Sync + 'static,
) -> (SendReport, Vec<Progress>) {
    send_steered_to("api", desk, steer)
}

fn send_steered_to(
    destination: &str,
    desk: &mut Desk,
    steer: impl Fn(&Job, &Progress) + Send + Sync + 'static,
) -> (SendReport, Vec<Progress>) {
    let (job, said) = (
        Arc::new(OnceLock::<Job>::new()),
        Arc::new(Mutex::new(Vec::new())),
    );
    let (heard, same) = (Arc::clone(&said), Arc::clone(&job));
    let made = Job::new(move |progress: Progress| {
        if let Some(job) = same.get() {
            steer(job, &progress);
        }
        heard.lock().unwrap().push(progress);
    });
    job.set(made.clone()).ok().unwrap();
    let request = SendRequest {
        to: Some(destination.to_owned()),
        ..SendRequest::default()
    };
    let report = send(&mut desk.workspace, &request, &made).unwrap();
    let said = said.lock().unwrap().clone();
    (report, said)
}

fn flows(said: &[Progress]) -> Vec<Flow> {
    said.iter()
        .filter_map(|progress| Some(progress.sending.as_ref()?.flow))
        .collect()
}

#[test]
fn a_send_that_is_paused_stands_still_until_it_may_go_on() {
    let server = Server::start([], Does::Apply);
    let mut desk = http::desk_at(&server, "key", 30);
    let (report, said) = send_steered(&mut desk, |job, progress| {
        let sending = progress.sending.as_ref().unwrap();
        let was = sending
            .log
            .iter()
            .any(|line| matches!(line, Logged::Paused { .. }));
        match sending.flow {
            Flow::Paused => job.steering().pause(false),
            _ if !was => job.steering().pause(true),
            _ => {}
        }
    });
    assert_eq!(report.accepted, 30);
    assert!(flows(&said).contains(&Flow::Paused));
    for progress in &said {
        let tally = progress.sending.as_ref().unwrap().tally;
        assert_eq!(tally.total(), 30, "{tally:?}");
    }
}

#[test]
fn what_waits_for_a_minute_is_tried_at_once_when_somebody_wants_it() {
    let later = Does::Answer(503, "Retry-After: 60\r\n", "");
    let server = Server::start([later], Does::Apply);
    let mut desk = http::desk_at(&server, "key", 3);
    let (report, said) = send_steered(&mut desk, |job, progress| {
        if progress.waits.is_some() {
            job.steering().try_now();
        }
    });
    assert_eq!(report.accepted, 3);
    assert!(report.seconds < 30.0, "{report:?}");
    let waited = said.iter().filter_map(|progress| progress.waits);
    assert!(
        waited.clone().any(|waits| waits.why == Why::Asked),
        "{said:?}"
    );
}

/// Ends for the first, second, third record once there is a file `go.0`, `go.1`, `go.2`.
const WAITS_FOR_A_WORD: &str = r#"
name = "people"
key = ["/id"]

[schema]
file = "person.json"

[[destination]]
name = "queue"
kind = "command"
command = ["sh", "-c", "cat >> taken; n=$(cat done.* | wc -l); until [ -e go.$n ]; do sleep 0.01; done; echo > done.$n"]
environment = "test"
timeouts = { total = "10s" }
"#;

#[test]
fn what_is_on_its_way_is_counted_while_it_is_however_fast_it_was_before() {
    let mut desk = desk_with(WAITS_FOR_A_WORD, &["P-1,1,", "P-2,2,", "P-3,3,"]);
    let folder = desk.folder.path().to_owned();
    let (report, said) = send_steered_to("queue", &mut desk, move |_, progress| {
        let tally = progress.sending.as_ref().unwrap().tally;
        if tally.in_flight == 1 {
            fs::write(folder.join(format!("go.{}", tally.sent)), "").unwrap();
        }
    });
    assert_eq!((report.accepted, report.unknown), (3, 0));
    let on_its_way = said.iter().filter_map(|progress| {
        let tally = progress.sending.as_ref()?.tally;
        (tally.in_flight == 1).then_some((tally.sent, tally.waiting))
    });
    assert_eq!(on_its_way.collect::<Vec<_>>(), [(0, 2), (1, 1), (2, 0)]);
}

#[test]
fn a_plan_is_seen_by_whoever_watches_the_workspace() {
    let no = Does::Answer(409, "", r#"{"message":"there already"}"#);
    let server = Server::start([no], Does::Apply);
    let mut desk = http::desk_at(&server, "key", 5);
    assert_eq!(plan_to_watch(&desk.workspace, desk.run).unwrap(), None);
    let (report, _) = send_steered(&mut desk, |_, _| {});
    assert_eq!((report.accepted, report.refused), (4, 1));
    let seen = plan_to_watch(&desk.workspace, desk.run).unwrap().unwrap();
    assert_eq!((seen.is_open, seen.sender), (false, Sender::Nobody));
    assert_eq!(
        (seen.tally.sent, seen.tally.refused, seen.tally.total()),
        (4, 1, 5)
    );
    assert_eq!(seen.refusals.len(), 1);
    assert_eq!(seen.refusals[0].code, "http 409");
    assert_eq!(seen.tries.len(), 5);
}

#[test]
fn a_plan_that_is_continued_shows_what_was_refused_before() {
    let no = Does::Answer(409, "", r#"{"message":"7 is there already"}"#);
    let server = Server::start([no, Does::Answer(401, "", "")], Does::Apply);
    let mut desk = http::desk_at(&server, "key", 5);
    let (report, _) = send_steered(&mut desk, |_, _| {});
    assert_eq!((report.refused, report.held.is_some()), (1, true));
    assert_eq!(report.refusals.len(), 1);
    let (report, said) = send_steered(&mut desk, |_, _| {});
    assert_eq!((report.refused, report.not_sent), (0, 0));
    assert_eq!(report.refusals, [], "its result is of this send alone");
    for progress in &said {
        let sending = progress.sending.as_ref().unwrap();
        let shown: u64 = sending.refusals.iter().map(|kind| kind.records).sum();
        assert_eq!((shown, sending.tally.refused), (1, 1));
        assert_eq!(sending.refusals[0].message, "7 is there already");
    }
}

#[test]
fn what_is_refused_again_in_the_same_way_came_back() {
    let no = |message: &'static str| Does::Answer(409, "", message);
    let server = Server::start(
        [
            no(r#"{"message":"7 is there already"}"#),
            no(r#"{"message":"closed"}"#),
            no(r#"{"message":"12 is there already"}"#),
        ],
        Does::Apply,
    );
    let mut desk = http::desk_at(&server, "key", 2);
    let trends = |desk: &Desk| {
        let groups = crate::ops::groups(&desk.workspace, &Filter::default()).unwrap();
        let since = crate::ops::since(&desk.workspace, desk.run).unwrap();
        let words = groups.iter().filter_map(|group| {
            let trend = since.groups.get(&group.id)?.trend;
            Some(format!("{} {}", group.template, trend.label()))
        });
        let mut words: Vec<String> = words.collect();
        words.sort();
        words
    };
    let (report, _) = send_steered(&mut desk, |_, _| {});
    assert_eq!(report.refused, 2);
    let seen = |desk: &Desk| -> Vec<(String, bool)> {
        let plan = plan_to_watch(&desk.workspace, desk.run).unwrap().unwrap();
        let kinds = plan.refusals.into_iter();
        kinds.map(|one| (one.message, one.came_back)).collect()
    };
    let kind = |words: &str, back| (words.to_owned(), back);
    let first = [kind("7 is there already", false), kind("closed", false)];
    assert_eq!(seen(&desk), first);
    assert_eq!(trends(&desk), ["9 is there already new", "closed new"]);
    // Both are changed and sent again; one is refused as before.
    for id in [1, 2] {
        let change = fix::Change::Text {
            path: Path::parse("/note").unwrap(),
            text: "changed".to_owned(),
        };
        crate::ops::edit(&mut desk.workspace, RecordId(id), &[change], None).unwrap();
    }
    let (report, _) = send_steered(&mut desk, |_, _| {});
    assert_eq!((report.accepted, report.refused), (1, 1));
    assert_eq!(seen(&desk), [kind("12 is there already", true)]);
    assert_eq!(trends(&desk), ["9 is there already came back"]);
}

#[test]
fn a_review_says_who_made_the_records_what_they_are_and_where_they_differ() {
    let server = Server::start([], Does::Apply);
    let mut desk = http::desk_at(&server, "key", 3);
    let change = fix::Change::Text {
        path: Path::parse("/note").unwrap(),
        text: "new".to_owned(),
    };
    crate::ops::edit(&mut desk.workspace, RecordId(2), &[change], None).unwrap();
    let request = SendRequest {
        to: Some("api".to_owned()),
        ..SendRequest::default()
    };
    let facts = review(&desk.workspace, &request).unwrap();
    assert_eq!(facts.ids, [1, 2, 3].map(RecordId));
    let by: Vec<(&MadeBy, u64)> = (facts.made.iter())
        .map(|made| (&made.by, made.records))
        .collect();
    let edits = MadeBy::Edits {
        author: "ann".to_owned(),
    };
    assert_eq!(by, [(&edits, 1), (&MadeBy::Received, 2)]);
    assert_eq!(facts.fields.len(), 1);
    assert_eq!(
        (facts.fields[0].path.as_str(), facts.fields[0].records),
        ("/note", 1)
    );
    assert_eq!(facts.fields[0].pairs[0].1, "new");
    // What is looked at is not written.
    assert_eq!(desk.statuses(), [(Status::Ready, 3)]);
}

#[test]
fn what_has_ended_is_counted_once_and_what_has_not_at_every_look() {
    let no = Does::Answer(409, "", r#"{"message":"there already"}"#);
    let server = Server::start([no, Does::ApplyAndDrop], Does::Apply);
    let mut desk = http::desk_at(&server, "none", 11);
    let (report, _) = send_steered(&mut desk, |_, _| {});
    assert_eq!((report.accepted, report.refused, report.unknown), (9, 1, 1));
    let plan = report.plan.unwrap();
    let look = |workspace: &Workspace| -> Vec<(&str, u64)> {
        let counted = Counted::of(workspace, plan).unwrap();
        let states = counted.states().map(|(state, n)| (state.word(), n));
        states.chain([("tries", counted.attempts)]).collect()
    };
    // A part of three places holds where all of it has ended, the last one too once nothing is left to try.
    let counted_again = |desk: &Desk| {
        let before = desk.workspace.counts.borrow().known(plan);
        let seen = look(&desk.workspace);
        let fresh = Workspace::open(desk.workspace.path(), "bert").unwrap();
        assert_eq!(seen, look(&fresh), "whoever looks for the first time");
        let after = desk.workspace.counts.borrow().known(plan);
        let pairs = before.iter().zip(&after);
        pairs.filter(|(old, new)| !Arc::ptr_eq(old, new)).count()
    };
    look(&desk.workspace);
    assert_eq!(
        look(&desk.workspace),
        [
            ("delivered", 9),
            ("refused", 1),
            ("unknown", 1),
            ("tries", 11)
        ]
    );
    assert_eq!(counted_again(&desk), 1, "what has no answer");
    let ids = crate::ops::ids(&desk.workspace, &Filter::parse("is:unknown").unwrap()).unwrap();
    crate::ops::settle(&mut desk.workspace, &Filter::default(), &ids, true, "").unwrap();
    assert_eq!(counted_again(&desk), 1, "it is looked at once more");
    assert_eq!(counted_again(&desk), 0);
    assert_eq!(
        look(&desk.workspace),
        [("delivered", 10), ("refused", 1), ("tries", 11)]
    );
}

#[test]
fn an_answer_is_written_down_while_another_is_awaited() {
    let server = Server::start([Does::ApplyAndWait], Does::Apply);
    let two = http::contract_for(&server.url("/people"), "none") + "concurrency = { max = 2 }\n";
    let mut desk = desk_with(&two, &["P-1,1,", "P-2,2,", "P-3,3,"]);
    let (path, run) = (desk.workspace.path().to_owned(), desk.run);
    let server = Arc::new(server);
    let (same, seen) = (Arc::clone(&server), Arc::new(Mutex::new(Vec::new())));
    let heard = Arc::clone(&seen);
    let job = Job::new(move |progress: Progress| {
        let sent = progress.sending.unwrap().tally.sent;
        let mut heard = heard.lock().unwrap();
        // Whoever waits for the first answer has told of the second.
        if sent == 1 && heard.is_empty() {
            let store = crate::store::Store::open(&path).unwrap();
            *heard = store.run(run).unwrap().statuses;
            same.let_go();
        }
    });
    let request = SendRequest {
        to: Some("api".to_owned()),
        first: Some(Vec::new()),
        ..SendRequest::default()
    };
    let report = send(&mut desk.workspace, &request, &job).unwrap();
    assert_eq!((report.accepted, report.attempts), (3, 3));
    assert_eq!(
        *seen.lock().unwrap(),
        [(Status::Sending, 2), (Status::Accepted, 1)]
    );
    assert_eq!(desk.statuses(), [(Status::Accepted, 3)]);
    let attempts = desk.workspace.store.attempts(RecordId(2)).unwrap();
    assert_eq!(attempts.len(), 1, "it is written down once");
}

#[test]
fn who_stops_a_send_has_what_never_left_ready_again() {
    let people: Vec<String> = (1..=9).map(|n| format!("P-{n},{n},")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    // While the third is awaited.
    let stopped = |gives_back: bool| {
        let first = [Does::Apply, Does::Apply, Does::ApplyAndWait];
        let server = Arc::new(Server::start(first, Does::Apply));
        let one = "concurrency = { max = 1 }\n";
        let mut desk = desk_with(
            &(http::contract_for(&server.url("/people"), "key") + one),
            &people,
        );
        let job = Arc::new(OnceLock::<Job>::new());
        let (same, awaited) = (Arc::clone(&job), Arc::clone(&server));
        let made = Job::new(move |progress: Progress| {
            if let Some(job) = same.get().filter(|_| progress.done == 2) {
                if gives_back {
                    job.steering().give_back();
                }
                job.cancel_flag().store(true, Ordering::Relaxed);
                awaited.let_go();
            }
        });
        job.set(made.clone()).ok().unwrap();
        let request = SendRequest {
            first: Some(Vec::new()),
            ..to("api")
        };
        let ended = send(&mut desk.workspace, &request, &made);
        (desk, server, ended)
    };
    let rest_is_ready = [(Status::Ready, 6), (Status::Accepted, 3)];
    let (desk, _server, ended) = stopped(true);
    let report = ended.unwrap();
    assert_eq!(
        (report.accepted, report.given_back, report.not_sent),
        (3, 6, 0)
    );
    assert_eq!(desk.statuses(), rest_is_ready);
    // Without a word the plan stays, and can be given back later.
    let (mut desk, server, ended) = stopped(false);
    let code = |error: anyhow::Error| error.downcast::<Fault>().unwrap().code;
    assert_eq!(code(ended.unwrap_err()), "interrupted");
    assert_eq!(
        desk.statuses(),
        [(Status::Sending, 6), (Status::Accepted, 3)]
    );
    let report = give_back(&mut desk.workspace, &to("api")).unwrap();
    assert_eq!(
        (report.planned, report.given_back, report.not_sent),
        (6, 6, 0)
    );
    assert_eq!(desk.statuses(), rest_is_ready);
    let none = give_back(&mut desk.workspace, &to("api")).unwrap_err();
    assert_eq!(code(none), "send:plan");
    // They leave under the keys they had: nothing of them ever arrived.
    assert_eq!(desk.send("api").accepted, 6);
    assert_eq!(http::times_applied(&server), [1; 9]);
}
