//! What somebody else sends is watched, or taken over once they have ended.

use super::*;

#[test]
fn a_sending_that_cannot_be_seen_is_taken_over_by_whoever_knows_that_it_has_ended() {
    let mut app = watching((80, 24), Some(plan(Sender::Unseen, true)));
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Send                to crm [TEST]  saved 02:41
      1 Problems 6  2 Records 1,387  3 Review 3 [4 Send] 5 History 4           Menu
    ┌ Sending 1,199 records to crm ─────────────────── plan 3, 20 Nov 2025 by jana ┐
    │ [███████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░]  600 of 1,199  50% │
    │ Waiting 579  In flight 8  Sent 571  Refused 29  Trying again 12  No answer 0 │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Destination ─────────────────────────────────────────────────────────────────┐
    │ WATCHING  A process that cannot be seen from here sends to crm: it is in     │
    │           another container, on another host, or somebody else's.            │
    │           Once you know that it has ended, the menu (.) takes over.          │
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
    └──────────────────────────────────────────────────────────────────────────────┘
     You can look on. The menu (.) takes over once it has ended.
     Enter Problems  L Log                                         ? Help  Esc Back
    ");
    // Up leads to the tabs, and their last one to all that can be done.
    let asked = testing::wishes(&mut app, ":take the<ret>");
    let of = Some((Some(PlanId(3)), "crm".to_owned()));
    let [Effect::Ask(ticket, Query::Plan { run, of: asked })] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!((*run, asked), (RunId(1), &of));
    let left = crate::model::Plan {
        id: Some(PlanId(3)),
        run: RunId(1),
        destination: "crm".to_owned(),
        environment: "production".to_owned(),
        target: "POST crm.example".to_owned(),
        planned: 599,
        changed: 0,
        behind: crate::model::Behind::default(),
        continued: true,
        since: 0,
    };
    app.update(Event::Answer(*ticket, Ok(Answer::Plan(left))));
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Send                to crm [TEST]  saved 02:41
      1 Problems 6  2 Records 1,387  3 Review 3 [4 Send] 5 History 4           Menu
    ┌ Sending 1,199 records to crm ─────────────────── plan 3, 20 Nov 2025 by jana ┐
    │ [███████████████████████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░]  600 of 1,199  50% │
    │ Waiting 579  In flight 8  Sent 571  Refused 29  Trying again 12  No answer 0 │
    │                                                                              │
    ┌ Has whoever sends to crm ended? ─────────────────────────────────────────────┐
    │ It cannot be seen from here: it is in another container, on another host, or │
    │ somebody else's.                                                             │
    │ If it still works, what it has on its way may reach crm twice. What it was   │
    │ trying is tried again only where crm tells a repeat.                         │
    │                                                                              │
    │ 599 records left. This is PRODUCTION. Sending cannot be undone.              │
    │                                                                              │
    │ Type 599 to send:  [         ]                                               │
    │                                                                              │
    │ [ I do not know ]     [ Send 599 records in its place ]                      │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ Log ───────────────────────────────────────────────────────────── L full log ┐
    │ 02:53:41 sent      #790              0.29 s                                  │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     Type 599, or press Esc to go back.
     Tab Next button                                              Esc I do not know
    ");
    assert_eq!(
        press(&mut app, "<ret>"),
        [],
        "nothing is sent without its number"
    );
    let request = JobRequest::Send {
        run: RunId(1),
        to: "crm".to_owned(),
        expect: 599,
        plan: Some(PlanId(3)),
        only: None,
        take_over: true,
    };
    assert_eq!(press(&mut app, "599<ret>"), [Effect::Start(request)]);
}

#[test]
fn what_is_not_to_be_taken_over_says_why() {
    for (plan, why) in [
        (None, "nothing is being sent"),
        (Some(plan(Sender::Nobody, true)), "nobody sends it now"),
        (
            Some(plan(Sender::AnotherProcess, true)),
            "whoever sends it is seen at work",
        ),
    ] {
        let mut app = watching((80, 24), plan);
        assert_eq!(testing::wishes(&mut app, ":take the<ret>"), []);
        testing::shows(&mut app, &format!("Not now: {why}."));
    }
}

#[test]
fn nothing_is_sent_from_here_while_somebody_else_sends() {
    for (sender, why) in [
        (Sender::AnotherProcess, "another process sends this"),
        (
            Sender::Unseen,
            "a process that cannot be seen from here may send this",
        ),
    ] {
        let mut app = watching((80, 24), Some(plan(sender, true)));
        assert_eq!(testing::wishes(&mut app, "S"), []);
        testing::shows(&mut app, &format!("Not now: {why}."));
    }
    let mut app = watching((80, 24), Some(plan(Sender::Nobody, true)));
    let asked = testing::wishes(&mut app, "S");
    let of = Some((Some(PlanId(3)), "crm".to_owned()));
    assert!(
        matches!(&asked[..], [Effect::Ask(_, Query::ToSend { of: to, .. })] if *to == of),
        "{asked:?}"
    );
}
