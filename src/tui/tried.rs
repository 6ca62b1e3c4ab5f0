//! What the destination answered for the one record that was sent first.

use super::{
    action::Action,
    app::App,
    event::{Among, Effect, Route, Tried},
    overlays::{Button, Dialog, Overlay},
    words,
};
use crate::{
    model::{AttemptRow, DeliveryState, RunId},
    text,
};

impl App {
    /// Shows the answer where it was asked for, with the way on.
    pub(super) fn tried(&mut self, run: Option<RunId>, tried: &Tried) {
        self.status = Some(in_short(tried));
        // Nothing is taken away under the fingers; the status line has said it.
        if !self.may_come(None) {
            return;
        }
        let button = |label: String, then| Button { label, then };
        let mut buttons = vec![button("Close".to_owned(), None)];
        let is_here = run == self.shown_run().map(|run| run.id);
        match outcome(tried) {
            DeliveryState::Delivered | DeliveryState::HandedOver if is_here && tried.left > 0 => {
                let all = format!("Send {}...", text::thousands(tried.left));
                buttons.push(button(all, Some(Effect::Act(Action::Send))));
            }
            DeliveryState::Refused if is_here => {
                let route = Route::Record {
                    id: tried.record,
                    among: Among::about([tried.record], None),
                };
                buttons.push(button(
                    "Open the record".to_owned(),
                    Some(Effect::Go(route)),
                ));
            }
            _ => {}
        }
        let (title, body) = answer(tried);
        self.overlay = Some(Overlay::Dialog(Dialog::tell(title, body, buttons)));
    }
}

/// What became of the record. Without a try it was not sent.
fn outcome(tried: &Tried) -> DeliveryState {
    let last = tried.answer.as_ref();
    last.map_or(DeliveryState::Cancelled, |last| last.outcome)
}

/// `record 7 (CUS-0000007)`. Safe to print.
fn named(tried: &Tried) -> String {
    match tried.key.as_deref() {
        Some(key) => format!(
            "record {} ({})",
            tried.record,
            text::shorten(&text::safe(key), 24)
        ),
        None => format!("record {}", tried.record),
    }
}

/// `crm accepted it: http 201.`; safe to print.
fn verdict(last: &AttemptRow) -> String {
    let to = text::safe(&last.destination);
    let what = match last.outcome {
        DeliveryState::Delivered => format!("{to} accepted it"),
        DeliveryState::HandedOver => format!("It was handed over to {to}"),
        DeliveryState::Refused => format!("{to} refused it"),
        DeliveryState::Unknown => format!("{to} did not answer"),
        _ => format!("{to} did not take it"),
    };
    match &*last.code {
        "" => format!("{what}."),
        code => format!("{what}: {}.", text::safe(code)),
    }
}

/// One line for the status line. Safe to print.
fn in_short(tried: &Tried) -> String {
    let record = words::sentence(&named(tried));
    let record = record.trim_end_matches('.');
    match &tried.answer {
        Some(last) => format!("{record}: {} {}", verdict(last), left(tried.left)),
        None => format!("{record} was not sent. {}", left(tried.left)),
    }
}

/// Title and lines: what was answered, in whose words, how long it took, and how it goes on. Safe to print.
fn answer(tried: &Tried) -> (String, Vec<String>) {
    let outcome = outcome(tried);
    let word = match outcome {
        DeliveryState::Delivered => "Sent",
        DeliveryState::HandedOver => "Handed over",
        DeliveryState::Refused => "Refused",
        DeliveryState::Unknown => "No answer",
        _ => "Not sent",
    };
    let mut body = Vec::new();
    if let Some(last) = &tried.answer {
        body.push(verdict(last));
        if !last.message.is_empty() {
            body.push(format!("\"{}\"", text::safe(&last.message)));
        }
        if !last.answer_id.is_empty() {
            body.push(format!("Its id there is {}.", text::safe(&last.answer_id)));
        }
        body.extend(took(last));
    }
    if let Some(held) = &tried.report.held {
        body.push(format!("On hold: {}", text::safe(held)));
    }
    body.push(String::new());
    body.extend(
        match outcome {
            DeliveryState::Refused => Some("It is back in Problems, with this answer."),
            DeliveryState::Unknown => Some("It may have arrived. It is not sent again by itself."),
            DeliveryState::Waiting => Some("The next sending tries it again."),
            _ => None,
        }
        .map(str::to_owned),
    );
    body.push(left(tried.left));
    (format!("{word}: {}", named(tried)), body)
}

/// `Took 0.29 s, in 3 tries.`
fn took(last: &AttemptRow) -> Option<String> {
    let ms = last.duration_ms?;
    let tries = match last.n {
        ..=1 => String::new(),
        n => format!(", the last of {n} tries"),
    };
    Some(format!(
        "It took {}.{:02} s{tries}.",
        ms / 1000,
        ms % 1000 / 10
    ))
}

/// What is ready besides.
fn left(records: u64) -> String {
    match records {
        0 => "No other record is ready.".to_owned(),
        1 => "1 other record is ready.".to_owned(),
        many => format!("{} are ready.", text::count(many, "other record")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{PlanId, RecordId, SendReport},
        tui::{
            event::{Event, Outcome, Query},
            testing::{self, feed, picture, press, problems, shows, shows_not},
        },
    };

    fn tried(outcome: DeliveryState, code: &str, message: &str, id: &str) -> Tried {
        Tried {
            record: RecordId(14),
            key: Some("CUS-0000014".to_owned()),
            report: SendReport {
                plan: Some(PlanId(3)),
                planned: 1,
                ..SendReport::default()
            },
            answer: Some(AttemptRow {
                plan: PlanId(3),
                planned_by: "jana".to_owned(),
                planned_at: "2025-11-20T02:50:00Z".to_owned(),
                record: RecordId(14),
                destination: "crm".to_owned(),
                n: 1,
                started_at: "2025-11-20T02:50:00Z".to_owned(),
                ended_at: None,
                outcome,
                code: code.to_owned(),
                message: message.to_owned(),
                duration_ms: Some(294),
                answer_id: id.to_owned(),
            }),
            left: 2,
        }
    }

    /// Review, from which one record was sent, with what came of it.
    fn desk(tried: Tried) -> App {
        let mut app = problems((80, 24));
        press(&mut app, "3]T<Right><ret>");
        let effects = app.update(Event::Finished(Ok(Outcome::Tried(Box::new(tried)))));
        feed(&mut app, effects);
        app
    }

    #[test]
    fn the_answer_for_the_first_record_is_shown_where_it_was_asked_for() {
        let mut app = problems((80, 24));
        press(&mut app, "3]T<Right><ret>");
        shows(&mut app, "[3 Review 3]");
        shows(&mut app, "Sending: 0 of 1 are done.");
        let answered = tried(DeliveryState::Refused, "http 409", "taken\u{1b}[31m", "");
        let answered = Event::Finished(Ok(Outcome::Tried(Box::new(answered))));
        let effects = app.update(answered);
        feed(&mut app, effects);
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20 > Review              to crm [TEST]  saved 02:41
          1 Problems 6  2 Records 1,387 [3 Review 3] 4 Send  5 History 4           Menu
        ┌ What will be sent to crm ────────────────────────────────────────────────────┐
        │ 3 records   table customer in crm.db                                         │
        │         2 changed by  contact_email  trim, lower case     jana 20 Nov 2025   │
        │         1 not changed, sent as received                                      │
        │ Stays behind   1,384 need fixing    1 sent before, no answer                 │
        └─────────┌ Refused: record 14 (CUS-0000014) ────────────────────────┐─────────┘
        ┌ Checks a│ crm refused it: http 409.                                │─────────┐
        │ + all 3 │ "taken<ESC>[31m"                                         │         │
        │ + no rec│ It took 0.29 s.                                          │         │
        │ ! 1 reco│                                                          │         │
        │         │ It is back in Problems, with this answer.                │         │
        │ contact_│ 2 other records are ready.                               │2 times) │
        └─────────│                                                          │─────────┘
        ┌ CUS-0000│ [>Close ]     [ Open the record ]                        │─ 2 of 3 ┐
        │   {     └──────────────────────────────────────────────────────────┘         █
        │     "customer_id": "CUS-0000014",                                            █
        │     "name": "Müller GmbH",                                                   │
        │     "contact_email": "office@",                                              │
        │     "address": {                                                             │
        └──────────────────────────────────────────────────────────────────────────────┘

         Enter Close  Tab Next button                                         Esc Close
        "#);
        press(&mut app, "<Right><ret>");
        shows(&mut app, "> Review > record 14");
        press(&mut app, "<esc>");
        shows(&mut app, "[3 Review 3]");
    }

    #[test]
    fn after_an_accepted_record_the_others_can_be_sent_and_are_asked_for_first() {
        let mut app = desk(tried(DeliveryState::Delivered, "", "", "8812"));
        shows(&mut app, "Sent: record 14 (CUS-0000014)");
        shows(&mut app, "crm accepted it.");
        shows(&mut app, "Its id there is 8812.");
        shows(&mut app, "It took 0.29 s.");
        let asked = testing::wishes(&mut app, "<Right><ret>");
        let plans = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::ToSend { .. }));
        assert!(asked.iter().any(plans), "{asked:?}");
        // Enter alone closes it.
        let mut app = desk(tried(DeliveryState::Delivered, "", "", ""));
        press(&mut app, "<ret>");
        shows(&mut app, "[3 Review 3]");
        shows(
            &mut app,
            "Record 14 (CUS-0000014): crm accepted it. 2 other records are ready.",
        );
    }

    #[test]
    fn the_answer_takes_no_letter_from_whoever_types_by_then() {
        let mut app = problems((80, 24));
        press(&mut app, "3T<Right><ret>2/cou");
        let answered = tried(DeliveryState::Delivered, "", "", "");
        let effects = app.update(Event::Finished(Ok(Outcome::Tried(Box::new(answered)))));
        feed(&mut app, effects);
        press(&mut app, "ntry");
        shows(&mut app, "Filter  [ country");
        let said = "Record 14 (CUS-0000014): crm accepted it. 2 other records are ready.";
        assert_eq!(app.status.as_deref(), Some(said));
    }

    #[test]
    fn what_has_no_answer_or_was_not_tried_is_not_called_sent() {
        let mut app = desk(tried(DeliveryState::Unknown, "timeout", "", ""));
        shows(&mut app, "No answer: record 14");
        shows(&mut app, "crm did not answer: timeout.");
        shows_not(&mut app, "[ Send ");
        let mut held = tried(DeliveryState::Queued, "", "", "");
        held.answer = None;
        held.report.held = Some("no such table".to_owned());
        let mut app = desk(held);
        shows(&mut app, "Not sent: record 14");
        shows(&mut app, "On hold: no such table");
    }

    #[test]
    fn while_the_one_record_is_on_its_way_the_list_of_the_others_stays() {
        let mut app = problems((80, 24));
        press(&mut app, "3T<Right><ret>");
        app.refresh();
        let asked = app.settle();
        let again = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Review { .. }));
        assert!(!asked.iter().any(again), "{asked:?}");
        app.update(Event::Finished(Ok(Outcome::Tried(Box::new(tried(
            DeliveryState::Delivered,
            "",
            "",
            "",
        ))))));
        app.refresh();
        assert!(app.settle().iter().any(again));
    }
}
