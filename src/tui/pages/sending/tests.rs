mod elsewhere;

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    model::{DeliveryState, Fault, FaultKind, PlanId, RecordId, Refusal, SendReport, Tally, Try},
    ops::{Logged, Waits, Why},
    tui::{
        app::App,
        event::{Effect, Event, JobRequest, Outcome},
        testing::{self, feed_with, picture, press, problems},
    },
};

fn tally() -> Tally {
    Tally {
        waiting: 579,
        in_flight: 8,
        sent: 571,
        refused: 29,
        again: 12,
        unknown: 0,
    }
}

fn refusals() -> Vec<Refusal> {
    let refusal = |code: &str, message: &str, records| Refusal {
        code: code.to_owned(),
        message: message.to_owned(),
        pattern: message.to_owned(),
        records,
        came_back: records > 10,
    };
    vec![
        refusal("http 409", "Tax ID already exists there", 21),
        refusal("http 422", "Ship date is\u{1b}[31m in the past", 8),
    ]
}

fn one(record: i64, outcome: DeliveryState, code: &str) -> Try {
    let again = outcome == DeliveryState::Waiting;
    Try {
        at: "2025-11-20T02:53:41Z".to_owned(),
        record: RecordId(record),
        // Record 790 has none.
        key: match record {
            792 => Some("SO-88792".to_owned()),
            794 => Some("SO-\u{202e}794".to_owned()),
            _ => None,
        },
        outcome,
        code: code.to_owned(),
        duration_ms: Some(290),
        again_at: again.then(|| "2025-11-20T02:53:45Z".to_owned()),
    }
}

fn progress(flow: Flow, limit: u32) -> Progress {
    let sending = SendProgress {
        plan: PlanId(3),
        destination: "crm".to_owned(),
        tally: tally(),
        flow,
        speed: 6.2,
        limit,
        elapsed: Duration::from_secs(97),
        left: Some(Duration::from_secs(110)),
        refusals: refusals(),
        log: vec![
            Logged::Try(one(790, DeliveryState::Delivered, "")),
            Logged::Try(one(792, DeliveryState::Refused, "http 409")),
            Logged::Try(one(794, DeliveryState::Waiting, "http 503")),
        ],
        took: Some((Duration::from_millis(310), Duration::from_millis(4_200))),
    };
    Progress {
        done: 600,
        total: Some(1_199),
        records: 600,
        waits: None,
        sending: Some(Arc::new(sending)),
    }
}

fn sick() -> Flow {
    Flow::Waiting(Waits {
        why: Why::Sick { failed: 5, of: 20 },
        time: Duration::from_secs(23),
    })
}

/// A send that is running, seen on its page.
fn sending(size: (u16, u16), flow: Flow) -> App {
    let mut app = problems(size);
    press(&mut app, "S<Right><ret>");
    app.update(Event::Progress(progress(flow, 10)));
    app
}

/// The Send page while nothing is sent here.
fn watching(size: (u16, u16), plan: Option<WatchedPlan>) -> App {
    let mut app = problems(size);
    let effects = testing::wishes(&mut app, "4");
    feed_with(&mut app, effects, &move |query| match query {
        Query::Sending { .. } => Answer::Sending(plan.clone().map(Box::new)),
        other => testing::answer(other),
    });
    app
}

fn plan(sender: Sender, is_open: bool) -> WatchedPlan {
    WatchedPlan {
        plan: PlanId(3),
        destination: "crm".to_owned(),
        author: "jana".to_owned(),
        made_at: "2025-11-20T02:52:10Z".to_owned(),
        is_open,
        sender,
        held: None,
        tally: tally(),
        refusals: refusals(),
        tries: vec![one(790, DeliveryState::Delivered, "")],
    }
}

#[test]
fn a_send_that_waits_says_why_and_until_when() {
    insta::assert_snapshot!(picture(&mut sending((100, 30), sick())), @r"
     redrive  customers-2025-11-20 > Send                                   to crm [TEST]   saved 02:41
      1 Problems 6   2 Records 1,387   3 Review 3  [4 Send 50%]  5 History 4                       Menu
    ┌ Sending 1,199 records to crm ──────────────────────────────────────────────────────────── plan 3 ┐
    │ [█████████████████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░]  600 of 1,199  50% │
    │                                                                                                  │
    │ Waiting 579    In flight 8    Sent 571    Refused 29    Trying again 12    No answer 0           │
    │ 6.2 per second (limit 10)    so far 1:37    about 2 min of sending left                          │
    └──────────────────────────────────────────────────────────────────────────────────────────────────┘
    ┌ Destination ─────────────────────────────────────────────────────────────────────────────────────┐
    │ PAUSED  crm is not answering well: 5 of the last 20 tries failed.                                │
    │         Nothing is lost. It goes on by itself in 0:23.   t tries now                             │
    └──────────────────────────────────────────────────────────────────────────────────────────────────┘
    ┌ Refused, by problem ─────────────────────── 29 ┐┌ Log ─────────────────────────────── L full log ┐
    │   Back in Problems, to be fixed and sent again ││ 02:53:41 sent      #790                 0.29 s │
    │ > Tax ID already …     21  http 409  CAME BACK ││ 02:53:41 refused   SO-88792    http 409 0.29 s │
    │   Ship date is<ESC>[31m…      8  http 422  NEW ││ 02:53:41 retry     SO-<U+202E… http 503 in 4 s │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    └────────────────────────────────────────────────┘└────────────────────────────────────────────────┘
     You can leave this screen. Sending goes on. Quitting redrive stops it safely after 8 in flight.
     p Pause  X Stop  t Try now  - Slower  + Faster  Enter Problems    ? Help  Esc Back (keeps sending)
    ");
    insta::assert_snapshot!(picture(&mut sending((80, 24), sick())), @r"
     redrive  customers-2025-11-20 > Send                to crm [TEST]  saved 02:41
      1 Problems 6  2 Records 1,387  3 Review 3 [4 Send 50%] 5 History 4       Menu
    ┌ Sending 1,199 records to crm ──────────────────────────────────────── plan 3 ┐
    │ [███████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░]  600 of 1,199  50% │
    │ Waiting 579  In flight 8  Sent 571  Refused 29  Trying again 12  No answer 0 │
    │ 6.2 per second (limit 10)    so far 1:37    about 2 min of sending left      │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Destination ─────────────────────────────────────────────────────────────────┐
    │ PAUSED  crm is not answering well: 5 of the last 20 tries failed.            │
    │         Nothing is lost. It goes on by itself in 0:23.   t tries now         │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Refused, by problem ───────────────────────────────────────────────────── 29 ┐
    │   Back in Problems, to be fixed and sent again                               │
    │ > Tax ID already exists there                        21  http 409  CAME BACK │
    │   Ship date is<ESC>[31m in the past                         8  http 422  NEW │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Log ───────────────────────────────────────────────────────────── L full log ┐
    │ 02:53:41 sent      #790                    0.29 s                            │
    │ 02:53:41 refused   SO-88792       http 409 0.29 s                            │
    │ 02:53:41 retry     SO-<U+202E>794 http 503 in 4 s                            │
    └──────────────────────────────────────────────────────────────────────────────┘
     You can leave this screen. Sending goes on.
     p Pause  X Stop  t Try now  - Slower          ? Help  Esc Back (keeps sending)
    ");
}

#[test]
fn the_six_counts_on_the_screen_add_up_to_the_plan() {
    let mut app = sending((80, 24), Flow::Flowing);
    let picture = picture(&mut app);
    let line = picture
        .lines()
        .find(|line| line.contains("In flight"))
        .unwrap();
    let numbers = line
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse::<u64>().ok());
    assert_eq!(numbers.sum::<u64>(), tally().total());
    assert!(picture.contains("600 of 1,199  50%"), "{picture}");
    assert!(picture.contains("[4 Send 50%]"), "{picture}");
}

#[test]
fn keys_pause_try_now_and_change_the_speed() {
    let mut app = sending((80, 24), sick());
    assert_eq!(press(&mut app, "p"), [Effect::Steer(Steer::Pause(true))]);
    assert!(picture(&mut app).contains("PAUSED BY YOU"));
    assert_eq!(press(&mut app, "p"), [Effect::Steer(Steer::Pause(false))]);
    assert_eq!(press(&mut app, "t"), [Effect::Steer(Steer::TryNow)]);
    assert_eq!(press(&mut app, "-"), [Effect::Steer(Steer::Speed(5))]);
    assert_eq!(press(&mut app, "-"), [Effect::Steer(Steer::Speed(2))]);
    assert_eq!(press(&mut app, "+"), [Effect::Steer(Steer::Speed(5))]);
    assert!(picture(&mut app).contains("5 records a second at most."));
}

#[test]
fn speeds_go_up_to_no_limit_and_down_from_what_it_does() {
    assert_eq!(next_speed(500, 3.0, true), 1000);
    assert_eq!(next_speed(1000, 3.0, true), 0);
    assert_eq!(next_speed(0, 3.0, true), 0);
    assert_eq!(next_speed(0, 160.0, false), 100);
    assert_eq!(next_speed(0, 0.2, false), 1);
    assert_eq!(next_speed(1, 0.2, false), 1);
}

#[test]
fn leaving_the_page_keeps_sending_and_the_tab_says_how_far_it_is() {
    let mut app = sending((80, 24), Flow::Flowing);
    assert_eq!(press(&mut app, "<esc>"), []);
    let picture = picture(&mut app);
    assert!(picture.contains("[1 Problems 6]"), "{picture}");
    assert!(picture.contains(" 4 Send 50% "), "{picture}");
}

#[test]
fn the_page_of_a_running_send_shows_it_at_once() {
    let mut app = sending((80, 24), Flow::Flowing);
    press(&mut app, "<esc>4");
    assert!(picture(&mut app).contains("In flight 8"));
}

#[test]
fn the_whole_log_is_newest_first() {
    let mut app = sending((80, 24), Flow::Flowing);
    press(&mut app, "L");
    let picture = picture(&mut app);
    let at = |record: &str| picture.find(record).unwrap();
    assert!(at("794 http") < at("#790"), "{picture}");
    assert_eq!(press(&mut app, "<esc>"), []);
    assert!(self::picture(&mut app).contains("Refused, by problem"));
}

#[test]
fn what_another_process_sends_is_watched() {
    let mut app = watching((80, 24), Some(plan(Sender::AnotherProcess, true)));
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Send                to crm [TEST]  saved 02:41
      1 Problems 6  2 Records 1,387  3 Review 3 [4 Send] 5 History 4           Menu
    ┌ Sending 1,199 records to crm ─────────────────── plan 3, 20 Nov 2025 by jana ┐
    │ [███████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░]  600 of 1,199  50% │
    │ Waiting 579  In flight 8  Sent 571  Refused 29  Trying again 12  No answer 0 │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Destination ─────────────────────────────────────────────────────────────────┐
    │ WATCHING  Another process sends this plan to crm.                            │
    │           If it ends early, S here goes on with it; nothing is sent twice.   │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Refused, by problem ───────────────────────────────────────────────────── 29 ┐
    │   Back in Problems, to be fixed and sent again                               │
    │ > Tax ID already exists there                        21  http 409  CAME BACK │
    │   Ship date is<ESC>[31m in the past                         8  http 422  NEW │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Log ───────────────────────────────────────────────────────────── L full log ┐
    │ 02:53:41 sent      #790              0.29 s                                  │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     Another process sends this. If it ends early, S here goes on with it.
     Enter Problems  L Log                                         ? Help  Esc Back
    ");
    assert_eq!(press(&mut app, "p"), [], "it is not ours to pause");
}

#[test]
fn a_plan_that_ended_early_or_is_on_hold_says_how_it_goes_on() {
    let mut app = watching((80, 24), Some(plan(Sender::Nobody, true)));
    testing::shows(
        &mut app,
        "STOPPED  571 sent, 29 refused, 8 without an answer, 591 waiting.",
    );
    let mut answered = plan(Sender::Nobody, true);
    answered.tally.in_flight = 0;
    let mut app = watching((80, 24), Some(answered));
    testing::shows(&mut app, "STOPPED  591 records not sent.");
    let held = WatchedPlan {
        held: Some("postgres 42P01: there is no table\u{1b} customer".to_owned()),
        ..plan(Sender::Nobody, true)
    };
    let mut app = watching((80, 24), Some(held));
    let seen = picture(&mut app);
    assert!(seen.contains("there is no table<ESC> customer"), "{seen}");
    let mut app = watching((80, 24), None);
    assert!(picture(&mut app).contains("Nothing was sent yet."));
}

#[test]
fn what_was_in_flight_when_its_sender_died_is_without_an_answer() {
    let mut killed = plan(Sender::Nobody, true);
    killed.tally = Tally {
        waiting: 48,
        in_flight: 1,
        sent: 11,
        ..Tally::default()
    };
    killed.refusals.clear();
    killed.tries.push(one(12, DeliveryState::Sending, ""));
    let mut app = watching((80, 24), Some(killed.clone()));
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Send                to crm [TEST]  saved 02:41
      1 Problems 6  2 Records 1,387  3 Review 3 [4 Send] 5 History 4           Menu
    ┌ Plan of 60 records to crm ────────────────────── plan 3, 20 Nov 2025 by jana ┐
    │ [███████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░]  12 of 60  20% │
    │ Waiting 48  In flight 0  Sent 11  Refused 0  Trying again 0  No answer 1     │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Destination ─────────────────────────────────────────────────────────────────┐
    │ STOPPED  11 sent, 1 without an answer, 48 waiting.                           │
    │          S goes on with sending to crm; nothing is sent twice.               │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Refused, by problem ────────────────────────────────────────────────────── 0 ┐
    │ Nothing was refused.                                                         │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Log ───────────────────────────────────────────────────────────── L full log ┐
    │ 02:53:41 sent      #790              0.29 s                                  │
    │ 02:53:41 no answer #12               0.29 s                                  │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     S goes on where it ended, nothing is sent twice. X makes the rest ready again.
     S Send  X Take out  L Log                                     ? Help  Esc Back
    ");
    // As long as somebody sends it, it is in flight.
    killed.sender = Sender::AnotherProcess;
    let mut app = watching((80, 24), Some(killed));
    testing::shows(&mut app, "Waiting 48  In flight 1  Sent 11");
}

#[test]
fn what_the_workspace_says_counts_again_when_the_send_is_over() {
    let stopped = Fault::new(FaultKind::Interrupted, "interrupted", "interrupted");
    for (outcome, close) in [
        (Ok(Outcome::Sent(SendReport::default())), "<esc>"),
        (Err(stopped.into()), ""),
    ] {
        let mut app = sending((80, 24), Flow::Flowing);
        let effects = app.update(Event::Finished(outcome));
        let asks = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Sending { .. }));
        assert!(effects.iter().any(asks));
        feed_with(&mut app, effects, &testing::answer);
        press(&mut app, close);
        assert!(picture(&mut app).contains("Nothing was sent yet."));
    }
}

#[test]
fn the_plan_that_is_sent_is_named_and_not_the_one_before_it() {
    let mut earlier = plan(Sender::Nobody, false);
    earlier.plan = PlanId(2);
    let mut app = watching((80, 24), Some(earlier));
    testing::shows(&mut app, " plan 2, 20 Nov 2025 by jana ");
    press(&mut app, "S<Right><ret>");
    app.update(Event::Progress(progress(Flow::Flowing, 0)));
    testing::shows(&mut app, "─ plan 3 ┐");
    testing::shows_not(&mut app, "plan 2");
}

#[test]
fn enter_on_a_refusal_goes_to_its_problem() {
    let mut app = sending((100, 30), Flow::Flowing);
    let refused = |query: Query| match query {
        Query::Groups { .. } => {
            let mut groups = testing::groups();
            let second = groups.last().unwrap().id;
            let mut sent = groups[0].clone();
            (sent.id, sent.stage) = (
                crate::model::GroupId(second.0 + 1),
                crate::model::Stage::Send,
            );
            (sent.code, sent.template) = (
                "http 409".to_owned(),
                "Tax ID already exists there".to_owned(),
            );
            sent.title = "Refused by crm: Tax ID already exists there".to_owned();
            sent.open = 21;
            groups.push(sent);
            Answer::Groups {
                run: testing::run(),
                groups,
            }
        }
        other => testing::answer(other),
    };
    let asked = testing::wishes(&mut app, "<ret>");
    feed_with(&mut app, asked, &refused);
    // It is there once the list is read again.
    app.refresh();
    let asked = app.settle();
    feed_with(&mut app, asked, &refused);
    testing::shows(&mut app, "> Refused by crm: Tax ID");
}

#[test]
fn x_makes_the_rest_of_a_stopped_plan_ready_again_and_asks_first() {
    let mut app = watching((80, 24), Some(plan(Sender::Nobody, true)));
    assert_eq!(press(&mut app, "X"), []);
    testing::shows(&mut app, "Take the rest out of plan 3?");
    testing::shows(&mut app, "What may have reached crm stays in the plan.");
    let started = press(&mut app, "<Right><ret>");
    let wanted = Effect::Start(JobRequest::GiveBack {
        run: RunId(1),
        to: "crm".to_owned(),
        plan: PlanId(3),
    });
    assert!(started.contains(&wanted), "{started:?}");
    let report = SendReport {
        given_back: 591,
        unknown: 8,
        ..SendReport::default()
    };
    app.update(Event::Finished(Ok(Outcome::GivenBack(report))));
    testing::shows(
        &mut app,
        "591 records are ready again. 8 may have arrived and stay in the plan.",
    );
    // What another process sends is not ours.
    let mut app = watching((80, 24), Some(plan(Sender::AnotherProcess, true)));
    press(&mut app, "X");
    testing::shows(&mut app, "nothing is running");
}
