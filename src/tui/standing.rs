//! Verdicts that are old: how they are noticed, what is said of them, and how they are renewed.

use std::{path::Path, time::Duration};

use super::{
    action::Action,
    answers::{Asked, Why},
    app::App,
    event::{Effect, JobRequest, Query, Question},
    keymap::Keys,
    keymap::Mode,
    overlays::{Button, Dialog, Overlay},
    words,
};
use crate::{
    model::{Fault, RunId},
    ops::{ContractState, Standing},
    text,
};

/// How often it is looked whether the contract on disk is still the same. A look reads two small files.
const LOOK: Duration = Duration::from_secs(2);

impl App {
    /// Whether there is a contract on disk that can change.
    pub(super) fn looks_again(&self) -> bool {
        self.watched().is_some()
    }

    /// Looks at the contract on disk if it is time to.
    pub(super) fn watch(&mut self) {
        let is_time = match (self.looked, self.cx.now) {
            (Some(looked), Some(now)) => now.duration_since(looked) >= LOOK,
            _ => false,
        };
        if let Some(run) = self.watched().filter(|_| is_time) {
            self.look_at_contract(run);
        }
    }

    /// Asks how the run's verdicts stand, unless that has been asked.
    pub(super) fn look_at_contract(&mut self, run: RunId) {
        self.looked = self.cx.now;
        let look = Asked::Standing(run, Why::Look);
        if !self.asked.iter().any(|(_, asked)| *asked == look) {
            self.ask_how_it_stands(run, Why::Look);
        }
    }

    /// Checks everything that is not checked by the contract as it lies on disk, after a look at it.
    pub(super) fn check_all(&mut self) {
        if let Some(run) = self.shown_run().map(|run| run.id) {
            self.ask_how_it_stands(run, Why::CheckAll);
        }
    }

    fn ask_how_it_stands(&mut self, run: RunId, why: Why) {
        let ticket = self.cx.ask(Query::Standing { run });
        self.asked.push((ticket, Asked::Standing(run, why)));
    }

    /// How the verdicts of the run in front stand, as far as known.
    pub(super) fn known_standing(&self) -> Option<&Standing> {
        let run = self.shown_run()?.id;
        let (of, standing) = self.standing.as_ref()?;
        (*of == run).then_some(standing)
    }

    /// Whether the contract on disk finds something else than the run's.
    pub(super) fn is_contract_changed(&self) -> bool {
        let standing = self.known_standing();
        standing.is_some_and(|standing| matches!(standing.contract, ContractState::Changed { .. }))
    }

    /// The verdicts of a run stand like this.
    pub(super) fn stands(&mut self, run: RunId, why: Why, standing: &Standing) {
        if self.shown_run().is_some_and(|shown| shown.id == run) {
            self.show_standing(run, standing);
        }
        let (refusal, otherwise) = match why {
            Why::Look => return,
            Why::CheckAll => (None, Effect::Start(check(run, None))),
            Why::CheckFirst(refusal) => (Some(refusal.clone()), Effect::Say(refusal)),
        };
        match question(run, standing, refusal.as_deref(), self.cx.keys) {
            Some(question) => {
                self.status = None;
                self.confirm(Some(run), question);
            }
            None => self.cx.effects.push(otherwise),
        }
    }

    fn show_standing(&mut self, run: RunId, standing: &Standing) {
        let before = self.known_standing().map(|known| &known.contract);
        let turned = before.is_some_and(|before| *before != standing.contract);
        self.standing = Some((run, standing.clone()));
        if turned {
            // It may name other destinations. Every record shows what its verdict is worth.
            self.ask_for_places(run);
            self.refresh();
        }
    }

    /// Says why nothing can be sent of a run: with the way to check again where that helps.
    pub(super) fn cannot_send(&mut self, run: Option<RunId>, error: &anyhow::Error) {
        let fault = error.downcast_ref::<Fault>();
        match (fault, run) {
            // No check can decide about the records of an unfinished plan: they are frozen.
            (Some(fault), Some(run))
                if fault.code == "send:contract_changed"
                    || fault.code == "send:stale" && fault.file.is_none() =>
            {
                let words = words::sentence(&fault.message);
                let refusal = Why::CheckFirst(text::safe(&words).into_owned());
                self.ask_how_it_stands(run, refusal);
            }
            (Some(fault), _) if fault.code == "send:contract_missing" => {
                let file = fault.file.clone().unwrap_or_default();
                let body = vec![
                    format!("The contract is not there any more: {}", text::safe(&file)),
                    "Where records go is only ever taken from the contract on disk.".to_owned(),
                    format!(
                        "Put it back, then press {} again.",
                        self.cx.keys.of(Action::Send)
                    ),
                ];
                self.tell_no_send(run, body);
            }
            (Some(fault), _)
                if fault.code.starts_with("contract:") || fault.code == "send:stale" =>
            {
                let place = fault.place().or_else(|| fault.file.clone());
                let place = place.map(|place| format!("{}:", text::safe(&place)));
                let words = words::reported(error);
                self.tell_no_send(run, place.into_iter().chain([words]).collect());
            }
            _ => self.status = Some(words::reported(error)),
        }
    }

    /// Whoever has gone on meanwhile reads it all in the status line.
    fn tell_no_send(&mut self, run: Option<RunId>, body: Vec<String>) {
        if self.may_come(run) {
            self.status = Some("Nothing was sent.".to_owned());
            let close = Button {
                label: "Close".to_owned(),
                then: None,
            };
            let title = "Nothing can be sent now".to_owned();
            let dialog = Dialog::tell(title, body, vec![close]);
            self.overlay = Some(Overlay::Dialog(dialog));
        } else {
            self.status = Some(format!("Nothing was sent. {}", body.join(" ")));
        }
    }

    /// What stands above the status line as long as it is true: verdicts that are not worth what they seem. Safe to print.
    pub(super) fn notice(&self) -> Option<String> {
        let is_checking =
            (self.job.as_ref()).is_some_and(|job| matches!(job.request, JobRequest::Check { .. }));
        let standing = self.known_standing().filter(|_| !is_checking)?;
        let with_key = self.mode() == Mode::Moving && !self.cx.read_only;
        let key = with_key.then(|| self.cx.keys.of(Action::CheckAll));
        notice(standing, key)
    }

    /// The run whose contract on disk may change while it is looked at.
    fn watched(&self) -> Option<RunId> {
        let run = self.shown_run()?;
        run.contract.is_some().then_some(run.id)
    }
}

fn check(run: RunId, contract: Option<&Path>) -> JobRequest {
    JobRequest::Check {
        run,
        contract: contract.map(Path::to_owned),
    }
}

/// What must be known before verdicts are relied on; `None` when all of them hold.
/// `key` checks all again, where it can be pressed.
fn notice(standing: &Standing, key: Option<&str>) -> Option<String> {
    let key = |does: &str| key.map_or(String::new(), |key| format!("  {key} {does}"));
    Some(match &standing.contract {
        ContractState::None => return None,
        ContractState::Changed { .. } if checkable(standing) == 0 => return None,
        ContractState::Changed { .. } if standing.old == 0 => {
            format!("! The contract changed.{}", key("checks again"))
        }
        ContractState::Changed { .. } => format!(
            "! {}: the contract changed.{}",
            are_old(standing.old),
            key("checks again")
        ),
        ContractState::Unreadable { .. } => format!(
            "! The contract on disk cannot be used now.{}",
            key("says why")
        ),
        _ if standing.old > 0 => format!(
            "! {}: another contract decided.{}",
            are_old(standing.old),
            key("checks again")
        ),
        _ if standing.not_checked > 0 => format!(
            "? {} not checked.{}",
            text::is_are(standing.not_checked, "record"),
            key("checks what is not checked")
        ),
        ContractState::Same | ContractState::Missing { .. } => return None,
    })
}

/// The question before all records are checked; `None` where there is nothing to ask. `refusal` is why nothing can be sent
/// before.
fn question(
    run: RunId,
    standing: &Standing,
    refusal: Option<&str>,
    keys: Keys,
) -> Option<Question> {
    let number = match &standing.contract {
        ContractState::Same | ContractState::Missing { .. } if standing.old > 0 => standing.old,
        _ => checkable(standing),
    };
    let records = text::count(number, "record");
    let ask = |title: &str, body: Vec<String>, contract: Option<&Path>| Question {
        title: title.to_owned(),
        body,
        typed: None,
        safe: "Go back".to_owned(),
        also: None,
        verb: format!("Check {records} again"),
        then: Box::new(Effect::Start(check(run, contract))),
    };
    match &standing.contract {
        ContractState::Changed { path } => Some(ask(
            "The contract changed",
            vec![
                format!("{} or a file it names changed on disk.", file_name(path)),
                format!("{}.", are_old(standing.old)),
                "Nothing can be sent until the records are checked again.".to_owned(),
                String::new(),
                format!("It becomes the contract of this run: {}", shown(path)),
                format!("{} takes that back.", keys.of(Action::Undo)),
            ],
            Some(path),
        )),
        ContractState::Unreadable { why, .. } => Some(ask(
            "The contract on disk cannot be used",
            vec![
                words::sentence(&text::safe(why)),
                String::new(),
                "Nothing can be sent until it is right again.".to_owned(),
                "Until then only the run's own copy can check.".to_owned(),
            ],
            None,
        )),
        _ => refusal.map(|refusal| {
            let body = vec![
                refusal.to_owned(),
                "Nothing can be sent until they are checked again.".to_owned(),
            ];
            ask("Check again first?", body, None)
        }),
    }
}

/// Records that a check may decide about.
fn checkable(standing: &Standing) -> u64 {
    standing.current + standing.old + standing.not_checked
}

fn are_old(verdicts: u64) -> String {
    format!("{} old", text::is_are(verdicts, "verdict"))
}

fn shown(path: &Path) -> String {
    text::safe(&path.to_string_lossy()).into_owned()
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    text::shorten(&text::safe(&name.to_string_lossy()), 40)
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, time::Instant};

    use super::*;
    use crate::{
        model::{ChangeReport, FaultKind, RecordId},
        tui::{
            among::whole_run,
            event::{Among, Answer, Event, Outcome, Route, Ticket},
            testing::{self, feed, feed_with, picture, press, problems, resize},
        },
    };

    fn standing(current: u64, old: u64, contract: ContractState) -> Standing {
        Standing {
            current,
            old,
            not_checked: 0,
            contract,
        }
    }

    fn changed() -> ContractState {
        ContractState::Changed {
            path: PathBuf::from("/srv/customers.toml"),
        }
    }

    /// The ticket of the first question about how the run stands.
    fn asked(effects: &[Effect]) -> Option<Ticket> {
        effects.iter().find_map(|effect| match effect {
            Effect::Ask(ticket, Query::Standing { .. }) => Some(*ticket),
            _ => None,
        })
    }

    /// The next look finds this.
    fn look(app: &mut App, found: &Standing) {
        let start = app.cx.now.unwrap_or_else(Instant::now);
        let later = start + LOOK;
        app.update(Event::Tick(start));
        app.looked = Some(start);
        let effects = app.update(Event::Tick(later));
        let ticket = asked(&effects).expect("it is time to look");
        let stands = || Answer::Standing(found.clone());
        let effects = app.update(Event::Answer(ticket, Ok(stands())));
        feed_with(app, effects, &|query| match query {
            Query::Standing { .. } => stands(),
            other => testing::answer(other),
        });
    }

    fn answer(app: &mut App, key: &str, found: Standing) -> Vec<Effect> {
        let effects = app.update(Event::Key(crate::tui::keymap::parse(key).unwrap()));
        let ticket = asked(&effects).expect("it looks at the contract first");
        app.update(Event::Answer(ticket, Ok(Answer::Standing(found))))
    }

    #[test]
    fn a_contract_that_changed_is_noticed_while_the_page_is_open() {
        let mut app = problems((80, 24));
        assert!(app.looks_again());
        assert!(!picture(&mut app).contains("old"));
        look(&mut app, &standing(0, 1_387, changed()));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ─────────────────────── showing 1-6 of 7 ┐
        │   Problem                        Field           Stage Records Share         │
        │ > Email address not complete     contact_email   Check     412 ██▍       30% │
        │   Date and time not written… NEW created_at      Check     301 █▋        22% │
        │   Deal value is not a number     deal_value      Check     214 █▏        15% │
        │   Stage not in the list          stage           Check     116 ▋          8% │
        │   Country not in the list        address.country Check      88 ▌          6% │
        │   Line could not be read         whole record    Check      12 ▏         <1% │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘
         ! 1,387 verdicts are old: the contract changed.  R checks again
         Tip: press Enter to see the 412 records. Nothing is sent until you say so.
         Enter Open  b Fix all  v Values  / Filter  y Copy  S Send     ? Help  Esc Menu
        "#);
        look(&mut app, &standing(1_387, 0, ContractState::Same));
        assert!(!picture(&mut app).contains("old"));
    }

    #[test]
    fn looking_at_a_contract_that_stays_the_same_draws_nothing() {
        let mut app = problems((80, 24));
        app.take_changed();
        look(&mut app, &standing(1_387, 0, ContractState::Same));
        assert!(!app.take_changed(), "nothing to draw");
        look(&mut app, &standing(0, 1_387, changed()));
        assert!(app.take_changed());
    }

    #[test]
    fn the_notice_leaves_the_page_usable_at_any_size() {
        for route in [
            Route::Groups { run: RunId(1) },
            whole_run(RunId(1)),
            Route::Record {
                id: RecordId(14),
                among: Among::all([RecordId(14)]),
            },
        ] {
            let mut app = problems((80, 24));
            app.cx.go(route);
            let effects = app.settle();
            feed(&mut app, effects);
            look(&mut app, &standing(0, 1_387, changed()));
            for (width, height) in [(60, 16), (61, 17), (79, 23), (80, 24), (100, 30), (200, 60)] {
                resize(&mut app, width, height);
                let picture = picture(&mut app);
                assert!(picture.contains("1,387 verdicts are old"), "{picture}");
                assert!(picture.contains("? Help"), "{picture}");
                assert!(picture.contains("> "), "the cursor is seen: {picture}");
            }
        }
    }

    #[test]
    fn checking_again_asks_first_names_the_contract_and_uses_the_one_on_disk() {
        let mut app = problems((100, 30));
        answer(&mut app, "R", standing(0, 1_387, changed()));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Where records stopped ─────────────────────────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read 10,000 ──> Check 9,988 ────────> Passed 8,613 (86.1%)                                       │
        │ -12 unreadable  -1,375 failed checks                                                             │
        │ Needs fixing 1,384     Ready to send 3     Sent 0                                                │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ── top 2 explain 52% ┐┌ About this problem ────────── 1 of 7 ┐
        │   Problem                    Stage Records Share         ││What   This e-mail address is not     │
        │ > Email address no┌ The contract changed ────────────────────────────────────┐                   │
        │   contact_email, f│ customers.toml or a file it names changed on disk.       │9,991. Growing:    │
        │   Date and time no│ 1,387 verdicts are old.                                  │un of 19 Nov 2025. │
        │   created_at, form│ Nothing can be sent until the records are checked again. │ 30%.              │
        │   Deal value is no│                                                          │: a single shape   │
        │   deal_value, form│ It becomes the contract of this run: /srv/customers.toml │                   │
        │   Stage not in the│ u takes that back.                                       │                   │
        │   stage, format:em│                                                          │(2 shapes)         │
        │   Country not in t│ [>Go back ]     [ Check 1,387 records again ]            │███▋      371  90% │
        │   address.country,└──────────────────────────────────────────────────────────┘           41  10% │
        │   Line could not be read     Check      12 ▏         <1% ││Example  "office@"  (line 15)         │
        │   whole record, format:email                             ││                                      │
        │   Phone has too few digits   Check       0 DONE          ││What to do                            │
        │   phone, format:email                                    ││Write it like name@example.com.       │
        │                                                          ││                                      │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)          ││                                      │
        │                                                          ││                                      │
        └──────────────────────────────────────────────────────────┘└──────────────────────────────────────┘
         ! 1,387 verdicts are old: the contract changed.  R checks again

         Enter Go back  Tab Next button                                                         Esc Go back
        "#);
        let effects = press(&mut app, "<Tab><ret>");
        let path = PathBuf::from("/srv/customers.toml");
        let wanted = check(RunId(1), Some(&path));
        assert_eq!(effects, [Effect::Start(wanted)]);
        assert!(picture(&mut app).contains("Checking: 0 are done."));
        assert!(!picture(&mut app).contains("are old"), "it is being done");
    }

    #[test]
    fn whoever_has_gone_on_is_told_what_was_not_asked_and_why_nothing_was_sent() {
        let mut app = problems((100, 30));
        let effects = app.update(Event::Key(crate::tui::keymap::parse("R").unwrap()));
        let ticket = asked(&effects).expect("it looks at the contract first");
        press(&mut app, "2/");
        let found = Answer::Standing(standing(0, 1_387, changed()));
        app.update(Event::Answer(ticket, Ok(found)));
        assert!(app.overlay.is_none());
        let words = "Not asked, as you had gone on: The contract changed. Nothing was done.";
        assert_eq!(app.status.as_deref(), Some(words));
        // The run whose contract it is was left.
        press(&mut app, "<esc>:another<ret>");
        app.stands(RunId(1), Why::CheckAll, &standing(0, 1_387, changed()));
        assert_eq!(app.status.as_deref(), Some(words));
        let missing = fault("send:contract_missing", "the contract is no longer there")
            .at("/srv/customers.toml", None);
        app.cannot_send(Some(RunId(1)), &missing.into());
        assert!(app.overlay.is_none());
        let words = "Nothing was sent. The contract is not there any more: /srv/customers.toml";
        let said = app.status.as_deref().unwrap_or_default();
        assert!(said.starts_with(words), "{said}");
    }

    #[test]
    fn enter_alone_never_checks_with_another_contract() {
        let mut app = problems((100, 30));
        answer(&mut app, "R", standing(0, 1_387, changed()));
        assert_eq!(press(&mut app, "<ret>"), []);
        assert!(app.overlay.is_none());
    }

    #[test]
    fn the_rest_of_a_run_is_checked_with_its_own_contract_without_a_question() {
        let mut app = problems((100, 30));
        look(&mut app, &standing(1_000, 387, ContractState::Same));
        let words = "! 387 verdicts are old: another contract decided.  R checks again";
        assert!(picture(&mut app).contains(words), "{}", picture(&mut app));
        let effects = answer(&mut app, "R", standing(1_000, 387, ContractState::Same));
        assert_eq!(effects, [Effect::Start(check(RunId(1), None))]);
        let report = ChangeReport {
            checked: 1_387,
            current: 1_387,
            still_rejected: 1_387,
            ..ChangeReport::default()
        };
        let effects = app.update(Event::Finished(Ok(Outcome::Checked(report))));
        feed(&mut app, effects);
        let words = "Nothing to check: all 1,387 verdicts are current.";
        assert!(picture(&mut app).contains(words), "{}", picture(&mut app));
    }

    #[test]
    fn a_contract_that_cannot_be_used_is_said_with_the_reason_when_it_is_asked_for() {
        let mut app = problems((80, 24));
        let broken = || ContractState::Unreadable {
            path: PathBuf::from("/srv/customers.toml"),
            why: "/srv/customers.toml:3:5: expected `=`".to_owned(),
        };
        look(&mut app, &standing(1_387, 0, broken()));
        assert!(picture(&mut app).contains("cannot be used now.  R says why"));
        answer(&mut app, "R", standing(1_387, 0, broken()));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ─────────────────────── showing 1-6 of 7 ┐
        │   Proble┌ The contract on disk cannot be used ─────────────────────┐         │
        │ > Email │ /srv/customers.toml:3:5: expected `=`.                   │     30% │
        │   Date a│                                                          │     22% │
        │   Deal v│ Nothing can be sent until it is right again.             │     15% │
        │   Stage │ Until then only the run's own copy can check.            │      8% │
        │   Countr│                                                          │      6% │
        │   Line c│ [>Go back ]     [ Check 1,387 records again ]            │     <1% │
        └─────────└──────────────────────────────────────────────────────────┘─────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘
         ! The contract on disk cannot be used now.  R says why

         Enter Go back  Tab Next button                                     Esc Go back
        "#);
    }

    fn refuse(app: &mut App, fault: Fault) -> Vec<Effect> {
        let effects = app.update(Event::Key(crate::tui::keymap::parse("S").unwrap()));
        let Effect::Ask(ticket, Query::ToSend { .. }) = effects[0] else {
            panic!("{effects:?}")
        };
        app.update(Event::Answer(ticket, Err(fault.into())))
    }

    fn fault(code: &'static str, message: &str) -> Fault {
        Fault::new(FaultKind::Usage, code, message)
    }

    #[test]
    fn sending_what_is_old_leads_to_checking_it_again() {
        let mut app = problems((100, 30));
        let refusal = fault(
            "send:stale",
            "3 of 3 ready records were checked against another contract",
        );
        let effects = refuse(&mut app, refusal);
        let ticket = asked(&effects).expect("it looks how the run stands");
        let found = standing(1_384, 3, ContractState::Same);
        app.update(Event::Answer(ticket, Ok(Answer::Standing(found))));
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 Problems 6]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Where records stopped ─────────────────────────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read 10,000 ──> Check 9,988 ────────> Passed 8,613 (86.1%)                                       │
        │ -12 unreadable  -1,375 failed checks                                                             │
        │ Needs fixing 1,384     Ready to send 3     Sent 0                                                │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ── top 2 explain 52% ┐┌ About this problem ────────── 1 of 7 ┐
        │   Problem                    Stage Records Share         ││What   This e-mail address is not     │
        │ > Email address not complete Check     412 ██▍       30% ││       complete.                      │
        │   contact_email, format:email                            ││Since  Lines 18 to 9,991. Growing:    │
        │   Date and time n┌ Check again first? ─────────────────────────────────────────┐ of 19 Nov 2025. │
        │   created_at, for│ 3 of 3 ready records were checked against another contract. │0%.              │
        │   Deal value is n│ Nothing can be sent until they are checked again.           │a single shape   │
        │   deal_value, for│                                                             │                 │
        │   Stage not in th│ [>Go back ]     [ Check 3 records again ]                   │                 │
        │   stage, format:e└─────────────────────────────────────────────────────────────┘ shapes)         │
        │   Country not in the list    Check      88 ▌          6% ││a+@        ███████████▋      371  90% │
        │   address.country, format:email                          ││(empty)    █▎                 41  10% │
        │   Line could not be read     Check      12 ▏         <1% ││Example  "office@"  (line 15)         │
        │   whole record, format:email                             ││                                      │
        │   Phone has too few digits   Check       0 DONE          ││What to do                            │
        │   phone, format:email                                    ││Write it like name@example.com.       │
        │                                                          ││                                      │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)          ││                                      │
        │                                                          ││                                      │
        └──────────────────────────────────────────────────────────┘└──────────────────────────────────────┘
         ! 3 verdicts are old: another contract decided.  R checks again

         Enter Go back  Tab Next button                                                         Esc Go back
        "#);
        let effects = press(&mut app, "<Tab><ret>");
        assert_eq!(effects, [Effect::Start(check(RunId(1), None))]);
    }

    #[test]
    fn sending_under_a_contract_that_changed_names_it() {
        let mut app = problems((100, 30));
        let refusal = fault("send:contract_changed", "the contract has changed");
        let ticket = asked(&refuse(&mut app, refusal)).expect("it looks how the run stands");
        let found = standing(0, 1_387, changed());
        app.update(Event::Answer(ticket, Ok(Answer::Standing(found))));
        let picture = picture(&mut app);
        assert!(picture.contains("The contract changed"), "{picture}");
        assert!(picture.contains("Check 1,387 records again"), "{picture}");
    }

    #[test]
    fn sending_without_the_contract_on_disk_says_what_is_missing() {
        let mut app = problems((100, 30));
        let refusal = fault("send:contract_missing", "the contract is no longer there")
            .at("/srv/customers.toml", None);
        assert_eq!(refuse(&mut app, refusal), []);
        let picture = picture(&mut app);
        assert!(picture.contains("Nothing can be sent now"), "{picture}");
        assert!(
            picture.contains("is not there any more: /srv/customers.toml"),
            "{picture}"
        );
    }

    #[test]
    fn sending_with_a_contract_that_cannot_be_used_names_the_place() {
        let mut app = problems((100, 30));
        let refusal = fault("contract:value", "severity cannot be \"wrning\"")
            .at("/srv/customers.toml", Some(31));
        assert_eq!(refuse(&mut app, refusal), []);
        let picture = picture(&mut app);
        for words in [
            "Nothing can be sent now",
            "/srv/customers.toml:31:",
            "Severity cannot be \"wrning\".",
        ] {
            assert!(picture.contains(words), "{picture}");
        }
    }

    #[test]
    fn what_is_not_checked_is_said_and_singular_words_are_right() {
        let check = |not_checked: u64, old: u64, with_key: bool, expected: Option<&str>| {
            let standing = Standing {
                not_checked,
                ..standing(5, old, ContractState::Same)
            };
            let key = with_key.then_some("R");
            assert_eq!(notice(&standing, key).as_deref(), expected);
        };
        check(0, 0, true, None);
        check(
            1,
            0,
            true,
            Some("? 1 record is not checked.  R checks what is not checked"),
        );
        check(
            12,
            1,
            true,
            Some("! 1 verdict is old: another contract decided.  R checks again"),
        );
        check(2, 0, false, Some("? 2 records are not checked."));
    }
}
