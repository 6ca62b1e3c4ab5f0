use super::*;
use crate::{
    fix::transforms::{replace::Replace, tidy::Tidy},
    ops::SuggestedFix,
    tui::{
        app::App,
        event::{Event, JobRequest, Outcome},
        pages::Pointed,
        testing::{
            answer, cursor, feed, feed_with, picture, press, preview, problems, shows, shows_not,
            suggested, wishes,
        },
    },
};

mod early;
mod pictures;

/// The page of the first problem, with a suggestion.
fn page(size: (u16, u16)) -> App {
    let mut app = problems(size);
    let key = crate::tui::keymap::parse("b").unwrap();
    let effects = app.update(Event::Key(key));
    feed_with(&mut app, effects, &|query| match query {
        Query::Suggest { .. } => Answer::Suggested(suggested()),
        other => answer(other),
    });
    app
}

/// Lets the job that was started end.
fn end(app: &mut App, started: &[Effect]) {
    let request = started.iter().find_map(|effect| match effect {
        Effect::Start(JobRequest::FixPreview(request)) => Some(request),
        _ => None,
    });
    let outcome = Outcome::FixPreviewed(Some(preview(request.expect("a preview"), 11)));
    let effects = app.update(Event::Finished(Ok(outcome)));
    feed(app, effects);
}

#[test]
fn the_kinds_of_a_preview_add_up_to_its_records() {
    let mut app = page((80, 24));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    press(&mut app, "<Tab>");
    let shown = picture(&mut app);
    assert!(shown.contains("checked 5 records"), "{shown}");
    let counted = shown.lines().filter(|line| line.contains('█'));
    let numbers = counted.filter_map(|line| {
        let (before, _) = line.split_once(" █")?;
        before.split_whitespace().last()?.parse::<u64>().ok()
    });
    assert_eq!(numbers.sum::<u64>(), 5, "{shown}");
}

#[test]
fn what_was_previewed_is_applied_but_for_what_was_left_out() {
    let mut app = page((100, 30));
    assert_eq!(press(&mut app, "A"), [], "nothing is previewed yet");
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    // The first row is the record that breaks.
    press(&mut app, "<Tab> ");
    let shown = picture(&mut app);
    assert!(shown.contains("[ ] 44"), "{shown}");
    assert!(shown.contains("Apply to 3, breaks 1"), "{shown}");
    let applied = press(&mut app, "A");
    let [Effect::Start(JobRequest::Fix { left_out, .. })] = applied.as_slice() else {
        panic!("{applied:?}");
    };
    assert_eq!(*left_out, BTreeSet::from([RecordId(44)]));
    let report = FixReport {
        scope: 4,
        changed: 3,
        ready: 2,
        wrong_elsewhere: 1,
        left_out: 1,
        step: Some(crate::model::StepId(4)),
        ..FixReport::default()
    };
    let effects = app.update(Event::Finished(Ok(Outcome::Fixed(report))));
    feed(&mut app, effects);
    // What it did stays to be looked at, without what was left out or did not change.
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Problems > Fix all                     to crm [TEST]   saved 02:41
     This is what was changed. u takes it back.
    ┌ 1 What to do ───────────── 5 records ┐┌ What was changed ───────────────────────────── 3 records ┐
    │ Email address not complete           ││ +  ready to send                          2  ██████████  │
    │ Field  contact_email                 ││ !  have another problem                   1  █████       │
    │ > Tidy outer spaces, double spaces, …││ 3 records changed as one step.                           │
    │     makes 187 of a sample of 200 rea…││ 1 left out.                                              │
    │   Set one value ...                  ││ Show  [All]   1-3 of 3                                   │
    │   Find and replace ...               ││      Record   Before        After         Result         │
    │   Find and replace by a pattern ...  ││ >    11       office11(at)… office11@kun… + ready        │
    │   Map an old value to a new one ...  ││      55       office55(at)… office55@kun… + ready  2 ways│
    │   Trim and tidy text                 ││      33       office33(at)… office33@kun… ! other field  │
    │   Rewrite a date, day first          ││                                                          │
    │   Rewrite a date, month first        ││                                                          │
    │   Rewrite a date, leave what can be …││                                                          │
    │   Rewrite a date, name the zone of i…││                                                          │
    │   Clean up a number, decimal point   ││                                                          │
    │   Clean up a number, decimal comma   ││                                                          │
    │   Yes and no as true and false       ││                                                          │
    │   lower case                         ││                                                          │
    │   UPPER CASE                         ││                                                          │
    │   Title Case                         ││                                                          │
    │   Put the schema's default where it …││                                                          │
    │   Copy from another field ...        ││                                                          │
    │   Remove the field                   ││                                                          │
    │   Formula (advanced) ...             ││                                                          │
    │                                      ││                                                          │
    └──────────────────────────────────────┘└──────────────────────────────────────────────────────────┘
     Fixed 3 records: 2 ready, 1 still to fix.  u Undo
     Enter See the record  Right Show others  Tab Other box                            ? Help  Esc Back
    ");
    let shown = picture(&mut app);
    assert!(shown.contains("3 records changed as one step."), "{shown}");
    assert!(
        shown.contains("Fixed 3 records: 2 ready, 1 still to fix."),
        "{shown}"
    );
    // Once it is done it is not done again.
    assert_eq!(press(&mut app, "A"), []);
    // What was undone is no longer what was changed.
    let effects = press(&mut app, "u");
    let Some(Effect::Change(ticket, _)) = effects.first() else {
        panic!("{effects:?}");
    };
    let undone = crate::model::UndoReport {
        step: crate::model::StepId(1),
        label: "contact_email".to_owned(),
        records: 3,
        skipped: Vec::new(),
        is_next: false,
    };
    app.update(Event::Answer(*ticket, Ok(Answer::Undone(undone))));
    assert!(picture(&mut app).contains("Choose what to do, and press Enter."));
}

#[test]
fn a_transform_that_needs_a_text_asks_for_it() {
    let mut app = page((100, 30));
    press(&mut app, "<Down><Down>");
    assert_eq!(press(&mut app, "<ret>"), []);
    press(&mut app, "nothing<ret>");
    assert!(picture(&mut app).contains("Write old=new."));
    press(&mut app, "<Ctrl+U>(at)=@");
    let shown = picture(&mut app);
    assert!(shown.contains("Find=With [ (at)=@"), "{shown}");
    let started = press(&mut app, "<ret>");
    let Some(Effect::Start(JobRequest::FixPreview(request))) = started.last() else {
        panic!("{started:?}");
    };
    let wanted = Transform::Replace(Replace {
        find: "(at)".to_owned(),
        with: "@".to_owned(),
        whole: false,
        ignore_case: false,
    });
    assert_eq!(request.transforms, [wanted]);
}

#[test]
fn the_cursor_stays_on_the_line_that_is_being_typed_for() {
    let mut app = page((100, 30));
    press(&mut app, "<Down><Down><Down><Down><ret>a=b");
    press(&mut app, "<Down><Down><Up><PgDn>");
    shows(&mut app, "> Map an old value to a new one ...");
    shows(&mut app, "Old=New [ a=b");
    press(&mut app, "<esc><Down>");
    shows(&mut app, "> Trim and tidy text");
}

#[test]
fn the_newest_wish_wins() {
    let mut app = page((100, 30));
    let first = press(&mut app, "<ret>");
    assert_eq!(first.len(), 1, "{}", picture(&mut app));
    // The first is being worked out; another one stops it.
    let stopped = press(&mut app, "<Down><Down><Down><Down><Down><ret>");
    assert!(matches!(stopped[..], [Effect::Cancel(_)]), "{stopped:?}");
    let error = crate::model::Fault::new(
        crate::model::FaultKind::Interrupted,
        "interrupted",
        "interrupted",
    );
    let effects = app.update(Event::Finished(Err(error.into())));
    let Some(Effect::Start(JobRequest::FixPreview(request))) = effects.last() else {
        panic!("{effects:?}");
    };
    assert_eq!(request.transforms, [Transform::Tidy(Tidy::usual())]);
    // Leaving stops what is under way and changes nothing.
    let left = press(&mut app, "<esc>");
    let stops = |effect: &Effect| matches!(effect, Effect::Cancel(_));
    assert!(left.iter().any(stops), "{left:?}");
    assert!(picture(&mut app).contains("[1 Problems"));
}

#[test]
fn the_card_of_a_problem_says_what_would_help_most() {
    for (size, expected) in [
        ((100, 30), "│187 of a sample of 200 ready: tidy"),
        (
            (80, 24),
            "│ Fix    b  187 of a sample of 200 ready: tidy outer spaces",
        ),
    ] {
        let mut app = problems(size);
        // Whatever was known of the problem is asked for again when the cursor comes back.
        for key in ["Down", "Up"] {
            let effects = app.update(Event::Key(crate::tui::keymap::parse(key).unwrap()));
            feed_with(&mut app, effects, &|query| match query {
                Query::Suggest { .. } => Answer::Suggested(suggested()),
                other => answer(other),
            });
        }
        let shown = picture(&mut app);
        assert!(shown.contains(expected), "{shown}");
    }
}

#[test]
fn the_records_of_a_problem_are_fixed_as_they_are_filtered() {
    let mut app = problems((100, 30));
    press(&mut app, "<ret>b");
    assert!(picture(&mut app).contains("What to do ─────────── 412 records"));
    let started = press(&mut app, "<Down><Down><Down><Down><ret>");
    let Some(Effect::Start(JobRequest::FixPreview(request))) = started.last() else {
        panic!("{started:?}");
    };
    assert_eq!(request.filter.to_string(), "run:1 problem:1");
    assert_eq!(request.field, Path::field("contact_email"));
}

#[test]
fn a_problem_about_no_field_has_nothing_to_fix() {
    let mut app = problems((100, 30));
    press(&mut app, "<Down><Down><Down><Down><Down>b");
    assert!(picture(&mut app).contains("this problem is about no field"));
}

#[test]
fn a_date_is_rewritten_with_the_evidence_beside_it() {
    let mut app = page((100, 30));
    let listed = fix_choices(&suggested(), 412);
    let is_date = |one: &FixChoice| one.label == "Rewrite a date, day first";
    let down = listed.iter().position(is_date).unwrap();
    let started = press(&mut app, &("<Down>".repeat(down) + "<ret>"));
    end(&mut app, &started);
    let picture = picture(&mut app);
    let said = "300 only day first, 0 only month first, 41 either way.";
    assert!(picture.contains(said), "{picture}");
}

#[test]
fn the_records_of_a_preview_of_dates_are_seen_on_a_small_screen() {
    let listed = fix_choices(&suggested(), 412);
    let is_date = |one: &FixChoice| one.label == "Rewrite a date, day first";
    let down = listed.iter().position(is_date).unwrap();
    let rows = |app: &mut App| {
        let shown = picture(app);
        let rows = shown.lines().filter(|line| line.contains("[x]"));
        (rows.count(), shown)
    };
    for (size, least) in [((80, 24), 5), ((60, 16), 3)] {
        let mut app = page(size);
        let started = press(&mut app, &("<Down>".repeat(down) + "<ret>"));
        end(&mut app, &started);
        if size.1 == 24 {
            let (beside, shown) = rows(&mut app);
            assert!(beside >= least, "{shown}");
        }
        press(&mut app, "<Tab>");
        let (alone, shown) = rows(&mut app);
        assert!(alone >= least, "{shown}");
        // Whatever is left out is seen.
        press(&mut app, " ");
        shows(&mut app, "[ ] ");
    }
}

#[test]
fn enter_on_a_row_of_the_preview_shows_its_record() {
    let mut app = page((100, 30));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    press(&mut app, "<Tab><Down><ret>");
    assert!(picture(&mut app).contains("Fix all > record 11"));
    press(&mut app, "<esc>");
    assert!(picture(&mut app).contains("2 What would happen"));
}

#[test]
fn a_record_of_a_preview_is_found_where_it_stands_also_where_not_all_are_shown() {
    let mut app = page((100, 16));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    press(&mut app, "<Tab>");
    for _ in 0..9 {
        press(&mut app, "<Down>");
        let (place, buffer) = cursor(&mut app);
        let here: String = (place.x..place.x + 5)
            .map(|x| buffer[(x, place.y)].symbol())
            .collect();
        assert_eq!(here, ">[x] ", "{}", picture(&mut app));
        let before = picture(&mut app);
        assert_eq!(app.pages.top_mut().point(place, &mut app.cx), Pointed::Line);
        assert_eq!(picture(&mut app), before, "the record under the pointer");
    }
}

/// Whether a job is started or stopped by these.
#[test]
fn what_is_applied_is_what_was_previewed_and_the_cursor_is_on() {
    let mut app = page((100, 30));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    shows(&mut app, "A Apply to");
    press(&mut app, "<Down><Down>");
    shows(&mut app, "│ * ");
    shows(
        &mut app,
        "The preview is of the line with *. Enter previews this one.",
    );
    shows_not(&mut app, "A Apply to");
    assert!(!meddles(&press(&mut app, "A")));
    shows(
        &mut app,
        "Not now: the preview is of another line, and Enter previews this one.",
    );
    // Beside its records it is that of the line all the same.
    press(&mut app, "<Tab>");
    assert!(meddles(&press(&mut app, "A")));
}

fn meddles(effects: &[Effect]) -> bool {
    let meddles = |effect: &Effect| matches!(effect, Effect::Start(_) | Effect::Cancel(_));
    effects.iter().any(meddles)
}

const BUSY: &str = "Not now: something is running already.";

#[test]
fn a_send_goes_on_whatever_is_pressed_on_this_page() {
    let mut app = problems((100, 30));
    press(&mut app, "S<Right><ret>1b");
    for keys in ["<Down><Down><Down><Down><ret>", "<ret>", "A"] {
        let pressed = press(&mut app, keys);
        assert!(!meddles(&pressed), "{keys}: {pressed:?}");
        let said = if keys == "A" { "Fix all" } else { BUSY };
        shows(&mut app, said);
        shows(&mut app, "Choose what to do, and press Enter.");
    }
    let left = press(&mut app, "<esc>");
    assert!(!meddles(&left), "{left:?}");
    shows(&mut app, "[1 Problems");
    assert!(app.job.as_ref().is_some_and(|job| !job.stopping));
}

#[test]
fn a_preview_is_shown_on_the_page_that_asked_for_it_and_on_no_other() {
    let mut app = page((100, 30));
    let started = press(&mut app, "<ret>");
    // Another tab leads away without stopping it; then it is another problem's turn.
    press(&mut app, "1jb<ret>");
    shows(&mut app, BUSY);
    end(&mut app, &started);
    shows(&mut app, "Date and time not written");
    shows(&mut app, "Choose what to do, and press Enter.");
}

#[test]
fn a_fix_that_cannot_begin_now_can_be_applied_later() {
    let mut app = page((100, 30));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    // All are checked again.
    let (run, contract) = (crate::model::RunId(1), None);
    app.cx.start(JobRequest::Check { run, contract });
    app.settle();
    assert!(!meddles(&press(&mut app, "A")));
    shows(&mut app, BUSY);
    let report = crate::model::ChangeReport::default();
    let effects = app.update(Event::Finished(Ok(Outcome::Checked(report))));
    feed(&mut app, effects);
    assert!(meddles(&press(&mut app, "A")));
    shows(&mut app, "Fixing: 0 are done.");
}

#[test]
fn a_preview_says_how_many_of_its_records_have_changed_since_and_how_to_look_again() {
    let mut app = page((80, 24));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    shows(&mut app, "Preview is up to date.");
    let changed = |app: &mut App, late| {
        app.refresh();
        let effects = app.settle();
        feed_with(app, effects, &|query| match query {
            Query::ChangedSince(_) => Answer::ChangedSince(late),
            other => answer(other),
        });
    };
    changed(&mut app, 0);
    shows(&mut app, "Preview is up to date.");
    changed(&mut app, 2);
    shows(
        &mut app,
        "2 records changed since: applied now, they stay. Enter looks again.",
    );
    press(&mut app, "<Tab>");
    shows(&mut app, "Tab and Enter look again.");
    press(&mut app, "<Tab>");
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    shows(&mut app, "Preview is up to date.");
}

#[test]
fn what_changed_since_is_asked_one_question_at_a_time() {
    let mut app = page((80, 24));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    let asks = |app: &mut App| {
        app.refresh();
        let asked = app.settle().into_iter();
        let is_it = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::ChangedSince(_)));
        asked.filter(is_it).collect::<Vec<_>>()
    };
    let first = asks(&mut app);
    assert_eq!(first.len(), 1);
    assert_eq!(asks(&mut app), []);
    let Effect::Ask(ticket, _) = first[0] else {
        panic!("it is asked")
    };
    let again = app.update(Event::Answer(ticket, Ok(Answer::ChangedSince(1))));
    let is_asked = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::ChangedSince(_)));
    assert!(again.iter().any(is_asked), "{again:?}");
}

/// The page of the first problem while it is looked what would help, these keys pressed, and what is asked.
fn early(keys: &str) -> (App, Vec<Effect>) {
    let mut app = problems((100, 30));
    let effects = wishes(&mut app, &format!("b{keys}"));
    (app, effects)
}

fn is_told(app: &mut App, asked: Vec<Effect>, suggestions: Vec<SuggestedFix>) -> Vec<Effect> {
    let suggest = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Suggest { .. }));
    let Some(Effect::Ask(ticket, _)) = asked.into_iter().find(suggest) else {
        panic!("it is asked what would help")
    };
    app.update(Event::Answer(ticket, Ok(Answer::Suggested(suggestions))))
}

fn starts(effects: &[Effect]) -> bool {
    let is_preview = |effect: &Effect| matches!(effect, Effect::Start(JobRequest::FixPreview(_)));
    effects.iter().any(is_preview)
}
