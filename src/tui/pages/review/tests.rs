use super::*;
use crate::{
    model::Behind,
    tui::{
        app::App,
        event::Event,
        testing::{self, feed_with, picture, press, problems, shows},
    },
};

fn review(size: (u16, u16), change: impl Fn(&mut Facts) + 'static) -> App {
    let mut app = problems(size);
    let effects = testing::wishes(&mut app, "3");
    feed_with(&mut app, effects, &move |query| match query {
        Query::Review { .. } => {
            let mut facts = testing::review();
            change(&mut facts);
            Answer::Review(Box::new(facts))
        }
        other => testing::answer(other),
    });
    app
}

#[test]
fn what_will_be_sent_is_shown_with_what_was_changed_and_by_whom() {
    insta::assert_snapshot!(picture(&mut review((100, 30), |_| {})), @r#"
     redrive  customers-2025-11-20 > Review                                 to crm [TEST]   saved 02:41
      1 Problems 6   2 Records 1,387  [3 Review 3]  4 Send   5 History 4                           Menu
    ┌ What will be sent to crm ────────────────────────────────────────────────────────────────────────┐
    │ 3 records   table customer in crm.db                                                             │
    │         2 changed by  contact_email  trim, lower case     jana 20 Nov 2025                       │
    │         1 not changed, sent as received                                                          │
    │ Stays behind   1,384 need fixing    1 sent before, no answer                                     │
    └──────────────────────────────────────────────────────────────────────────────────────────────────┘
    ┌ Checks and changes ────────────────────────────┐┌ CUS-0000007 as it will be sent ──────── 1 of 3 ┐
    │ + all 3 pass the contract's checks             ││   {                                            │
    │ + no record is in the list twice               ││     "customer_id": "CUS-0000007",              │
    │ ! 1 record sent before without an answer: not… ││     "name": "Müller GmbH",                     │
    │                                                ││     "contact_email": "office@",                │
    │ contact_email 2 changed                        ││     "address": {                               │
    │    OFFICE@exampl… -> office@example… (2 times) ││       "country": "DE",                         │
    │                                                ││       "city": "Köln",                          │
    │                                                ││     },                                         │
    │                                                ││     "deal_value": 1200.5,                      │
    │                                                ││     "stage": "Lead",                           │
    │                                                ││     "created_at": "2025-11-20T02:10:00Z",      │
    │                                                ││   }                                            │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    │                                                ││                                                │
    └────────────────────────────────────────────────┘└────────────────────────────────────────────────┘
     Nothing has been sent yet. T sends one record first and shows the answer.
     S Send 3...  T Try 1 first  Enter List records  x Set aside  ] Next               ? Help  Esc Back
    "#);
    insta::assert_snapshot!(picture(&mut review((80, 24), |_| {})), @r#"
     redrive  customers-2025-11-20 > Review              to crm [TEST]  saved 02:41
      1 Problems 6  2 Records 1,387 [3 Review 3] 4 Send  5 History 4           Menu
    ┌ What will be sent to crm ────────────────────────────────────────────────────┐
    │ 3 records   table customer in crm.db                                         │
    │         2 changed by  contact_email  trim, lower case     jana 20 Nov 2025   │
    │         1 not changed, sent as received                                      │
    │ Stays behind   1,384 need fixing    1 sent before, no answer                 │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Checks and changes ──────────────────────────────────────────────────────────┐
    │ + all 3 pass the contract's checks                                           │
    │ + no record is in the list twice                                             │
    │ ! 1 record sent before without an answer: not in the list                    │
    │                                                                              │
    │ contact_email 2 changed    OFFICE@example.c… -> office@example.com (2 times) │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ CUS-0000007 as it will be sent ────────────────────────────────────── 1 of 3 ┐
    │   {                                                                          █
    │     "customer_id": "CUS-0000007",                                            █
    │     "name": "Müller GmbH",                                                   │
    │     "contact_email": "office@",                                              │
    │     "address": {                                                             │
    └──────────────────────────────────────────────────────────────────────────────┘
     Nothing has been sent yet. T sends one record first and shows the answer.
     S Send 3...  T Try 1 first  Enter List records  x Set aside   ? Help  Esc Back
    "#);
}

#[test]
fn one_record_is_sent_first_and_only_that() {
    let mut app = review((80, 24), |_| {});
    press(&mut app, "]");
    let started = press(&mut app, "T<Right><ret>");
    let request = JobRequest::Send {
        run: RunId(1),
        to: "crm".to_owned(),
        expect: 1,
        plan: None,
        only: Some(RecordId(14)),
        take_over: false,
    };
    assert_eq!(
        started.first(),
        Some(&Effect::Start(request)),
        "{started:?}"
    );
}

#[test]
fn the_question_names_the_record_that_goes_whatever_is_still_shown() {
    let mut app = review((100, 30), |_| {});
    press(&mut app, "T");
    shows(&mut app, "Send record 7 (CUS-0000007) to crm?");
    press(&mut app, "<esc>");
    // The next record has not come yet.
    testing::wishes(&mut app, "]T");
    shows(&mut app, "CUS-0000007 as it will be sent");
    shows(&mut app, "Send record 14 to crm?");
    shows(&mut app, "[ Send record 14 ]");
    press(&mut app, "<esc>x");
    shows(&mut app, "Set aside record 14?");
}

#[test]
fn production_wants_a_number_even_for_one_record() {
    let mut app = review((80, 24), |facts| {
        facts.plan.environment = "production".to_owned();
    });
    let effects = press(&mut app, "T<ret><ret>");
    assert!(effects.is_empty(), "{effects:?}");
    assert!(picture(&mut app).contains("This is PRODUCTION."));
    let started = press(&mut app, "1<ret>");
    assert!(matches!(started[..], [Effect::Start(_), ..]), "{started:?}");
}

#[test]
fn what_stays_behind_is_named() {
    let mut app = review((100, 30), |facts| {
        facts.plan.behind = Behind {
            undecided: 4,
            superseded: vec![RecordId(9)],
        };
    });
    let seen = picture(&mut app);
    for words in [
        "1,384 need fixing",
        "4 a date can be read in two ways",
        "1 a newer run holds",
    ] {
        assert!(seen.contains(words), "{seen}");
    }
}

#[test]
fn one_record_that_stays_behind_needs_fixing() {
    let mut app = review((80, 24), |facts| facts.needs_fixing = 1);
    let seen = picture(&mut app);
    assert!(seen.contains("Stays behind   1 needs fixing"), "{seen}");
}

#[test]
fn a_sending_that_was_stopped_is_continued_before_one_record_is_tried() {
    let mut app = review((80, 24), |facts| facts.plan.continued = true);
    assert_eq!(press(&mut app, "T"), []);
    assert!(picture(&mut app).contains("Not now: a sending that was stopped"));
}

#[test]
fn nothing_to_send_is_said() {
    let mut app = review((80, 24), |facts| {
        facts.ids.clear();
        facts.plan.planned = 0;
        facts.made.clear();
        facts.fields.clear();
    });
    let seen = picture(&mut app);
    assert!(seen.contains("Nothing is ready to be sent."), "{seen}");
}

#[test]
fn the_record_that_is_shown_can_be_set_aside_with_a_reason() {
    let mut app = review((80, 24), |_| {});
    let effects = press(&mut app, "xtwice<ret>");
    let wanted = |effect: &Effect| matches!(effect, Effect::Start(JobRequest::Aside { filter, .. }) if **filter == Filter::of_record(RunId(1), RecordId(7)));
    assert!(effects.iter().any(wanted), "{effects:?}");
}

#[test]
fn a_run_without_a_contract_says_which_keys_give_it_one() {
    let mut app = problems((80, 24));
    for effect in testing::wishes(&mut app, "3") {
        if let Effect::Ask(ticket, Query::Review { .. }) = effect {
            let fault = Fault::usage(
                "send:no_contract",
                "run 1 has no contract that says where its records go",
            )
            .hint("name one with --contract FILE");
            app.update(Event::Answer(ticket, Err(fault.into())));
        }
    }
    shows(
        &mut app,
        "Run 1 has no contract that says where its records go.",
    );
    shows(
        &mut app,
        "in a shell gives it one. : and \"open a file\" loads its file",
    );
}
