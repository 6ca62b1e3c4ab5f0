//! The Problems page: what broke, since when, how many, one example, one bug or many.

mod cursor;
mod done;
mod draw;
mod order;

pub use self::order::{Order, as_listed};

use ratatui::layout::{Position, Rect};

use super::{Subject, about, asked, card};
use crate::{
    filter::Filter,
    fix::Transform,
    model::{Group, GroupId, Note, Path, Problem, RecordRow, RunId, RunRow, Since, Status},
    ops::{SuggestedFix, made_ready},
    text,
    tui::{
        action::{Action, Offer},
        among::whole_run,
        clock::Clock,
        event::{Answer, Cx, Effect, FilterLine, FixView, Query, Route, Ticket},
        keymap::Keys,
        widgets::lines::Lines,
        words,
    },
};

/// Why a problem cannot be fixed for all its records at once.
const NO_FIELD: &str = "this problem is about no field; open its records";

#[derive(Debug)]
pub struct Groups {
    keys: Keys,
    pub run: RunId,
    state: State,
    pending: Option<Ticket>,
    /// By identity, so that a refresh keeps the cursor on the same problem.
    selected: Option<GroupId>,
    /// A refusal whose problem the cursor goes to once it is there: its code and pattern.
    sought: Option<(String, String)>,
    /// First line of the list that is shown.
    first: usize,
    lines: Lines,
    pub(super) late: [Rect; 2],
    /// The edge of the box that a double click shows alone, or not alone any more.
    pub(super) zooms: Rect,
    example: Example,
    advice: Advice,
    since: Known,
    order: Order,
    /// The order of the answer.
    usual: Vec<GroupId>,
    clock: Clock,
    /// Whether the card is shown in place of the list.
    zoomed: bool,
    /// Where the cursor is once nothing is left to fix, and where its lines are.
    done_at: usize,
    done_places: Vec<Rect>,
}

/// A record with the problem under the cursor. One is asked for at a time, so that a cursor that runs does not leave a
/// queue of questions behind.
#[derive(Debug, Default)]
struct Example {
    pending: Option<(Ticket, GroupId)>,
    known: Option<(GroupId, Option<Box<RecordRow>>, Vec<Note>)>,
}

/// What would help most with the problem under the cursor. One is asked for at a time, once the example is there.
#[derive(Debug, Default)]
struct Advice {
    pending: Option<(Ticket, GroupId)>,
    known: Option<(GroupId, Option<String>)>,
}

/// Since when the problems are there. Asked for again when other problems are open.
#[derive(Debug, Default)]
struct Known {
    pending: Option<Ticket>,
    /// Of which open problems it was asked.
    of: Vec<GroupId>,
    since: Since,
}

/// What there is to show.
#[derive(Debug)]
pub(super) enum State {
    Loading,
    Failed(String),
    Known(Box<RunRow>, Vec<Group>),
}

impl Groups {
    pub fn open(run: RunId, cx: &mut Cx) -> Self {
        Self {
            keys: cx.keys,
            run,
            state: State::Loading,
            pending: Some(cx.ask(Query::Groups { run })),
            selected: None,
            sought: None,
            first: 0,
            lines: Lines::default(),
            late: [Rect::ZERO; 2],
            zooms: Rect::ZERO,
            example: Example::default(),
            advice: Advice::default(),
            since: Known::default(),
            order: cx.order,
            usual: Vec::new(),
            clock: cx.clock.clone(),
            zoomed: false,
            done_at: 0,
            done_places: Vec::new(),
        }
    }

    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if self.chosen().is_some() {
            offers.push(Offer::new(Action::Open, "Open"));
            let whole = self.chosen().and_then(fix_of).is_none();
            let why = whole.then_some(NO_FIELD);
            offers.push(Offer::new(Action::FixAll, "Fix all").unless(why));
            offers.push(Offer::new(Action::Values, "Values").unless(why));
        } else if let Some(run) = self.done() {
            offers.extend(self.done_offers(run));
        }
        if self.run_row().is_some() {
            offers.push(Offer::new(Action::Filter, "Filter"));
            offers.push(Offer::new(Action::Copy, "Copy"));
            offers.push(Offer::new(Action::Send, "Send"));
            offers.push(Offer::new(Action::Report, "Report"));
            if self.chosen().is_some() {
                offers.push(Offer::new(Action::SetAside, "Set aside"));
                offers.push(Offer::new(Action::Note, ""));
            }
            let first = self.since.since.before.is_none();
            let why = first.then_some("there is no run of its contract before it");
            offers.push(Offer::new(Action::Compare, "").unless(why));
            offers.push(Offer::new(Action::Sort, ""));
            offers.push(Offer::new(Action::CheckAll, "Check all again"));
            offers.push(Offer::new(Action::Undo, "Undo"));
        }
        if !self.groups().is_empty() {
            offers.push(Offer::new(Action::Zoom, ""));
            offers.push(Offer::new(Action::NextPanel, ""));
        }
        offers
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        let page = isize::from(cx.size.height as i16 / 2).max(1);
        if self.act_on_done(action, cx) {
            return;
        }
        match action {
            Action::Up if self.at() == Some(0) || self.groups().is_empty() => {
                cx.effects.push(Effect::Tabs);
            }
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            Action::PageUp => self.step(-page),
            Action::PageDown => self.step(page),
            Action::First => self.step(isize::MIN),
            Action::Last => self.step(isize::MAX),
            Action::Open => {
                let records = self.chosen().map(records_of);
                cx.effects.extend(records.map(Effect::Go));
            }
            Action::FixAll => {
                let view = self.chosen().and_then(fix_of);
                cx.effects
                    .extend(view.map(|view| Effect::Go(Route::Fix(view))));
            }
            Action::SetAside => cx.effects.extend(self.chosen().map(asked::aside_of_group)),
            Action::Note => cx.effects.extend(self.chosen().map(asked::note_on_group)),
            Action::Values => {
                let view = self.chosen().and_then(fix_of);
                cx.effects
                    .extend(view.map(|view| Effect::Go(Route::Values(view))));
            }
            Action::Compare => cx.go(Route::Comparison { run: self.run }),
            Action::Filter => self.filter("", cx),
            Action::Sort => self.ask_for_order(cx),
            Action::Zoom | Action::NextPanel | Action::PreviousPanel => self.zoomed = !self.zoomed,
            _ => {}
        }
        self.ask_for_example(cx);
    }

    /// The title of the problem that all records of a filter have.
    pub fn title_of(&self, filter: &Filter) -> Option<&str> {
        let mut groups = self.groups().iter();
        let found = groups.find(|group| Filter::of_group(group.run, group.id) == *filter);
        found.map(|group| group.title.as_str())
    }

    /// The problem under the cursor.
    pub fn subject(&self) -> Option<Subject> {
        let (run, id) = self.chosen().map(|group| (group.run, group.id))?;
        Some(Subject::Group { run, id })
    }

    pub fn point(&mut self, place: Position, cx: &mut Cx) -> bool {
        let way = self.done_places.iter().position(|way| way.contains(place));
        if let Some(way) = way {
            self.done_at = way;
            return true;
        }
        let group = self.lines.at(place).and_then(|at| self.groups().get(at));
        let Some(group) = group.map(|group| group.id) else {
            return false;
        };
        self.selected = Some(group);
        self.ask_for_example(cx);
        true
    }

    pub fn paste(&mut self, text: &str, cx: &mut Cx) {
        self.filter(text, cx);
    }

    pub fn awaits(&self, ticket: Ticket) -> bool {
        [self.pending, self.since.pending].contains(&Some(ticket))
            || self
                .example
                .pending
                .is_some_and(|(asked, _)| asked == ticket)
            || (self.advice.pending).is_some_and(|(asked, _)| asked == ticket)
    }

    pub fn receive(&mut self, ticket: Ticket, answer: anyhow::Result<Answer>, cx: &mut Cx) {
        if let Some((asked, group)) = self.example.pending
            && asked == ticket
        {
            let (row, notes) = match answer {
                Ok(Answer::Example { row, notes }) => (row, notes),
                // The card does without an example then.
                _ => (None, Vec::new()),
            };
            self.example.pending = None;
            self.example.known = Some((group, row, notes));
            return self.ask_for_example(cx);
        }
        if let Some((asked, group)) = self.advice.pending
            && asked == ticket
        {
            let best = match answer {
                Ok(Answer::Suggested(all)) => all.into_iter().find(|fix| fix.report.ready > 0),
                // The card does without advice then.
                _ => None,
            };
            self.advice.pending = None;
            let all = self.groups().iter().find(|one| one.id == group);
            let all = all.map_or(0, |group| group.open);
            self.advice.known = Some((group, best.map(|best| advice(&best, all))));
            return self.ask_for_example(cx);
        }
        if self.since.pending == Some(ticket) {
            self.since.pending = None;
            // The list does without it then.
            if let Ok(Answer::Since(since)) = answer {
                self.since.since = *since;
                self.sort(cx);
            }
            return;
        }
        self.pending = None;
        match answer {
            Ok(Answer::Groups { run, groups }) => {
                self.show(run, groups, cx);
                self.example.known = None;
                self.advice = Advice::default();
                self.look_for_sought(cx);
                self.ask_for_example(cx);
                self.ask_since(cx);
            }
            Ok(_) => {}
            Err(error) => self.state = State::Failed(words::reported(&error)),
        }
    }

    pub fn refresh(&mut self, cx: &mut Cx) {
        self.pending = Some(cx.ask(Query::Groups { run: self.run }));
    }

    pub fn tip(&self) -> String {
        match (&self.state, self.chosen()) {
            (State::Loading, _) => "Reading ...".to_owned(),
            (State::Failed(_), _) => "Esc opens the menu: open another run, or leave.".to_owned(),
            (State::Known(..), Some(group)) if group.open == 0 => {
                "Done: no record that is still open has this problem.".to_owned()
            }
            (State::Known(..), Some(group)) => format!(
                "Tip: press Enter to see the {}. Nothing is sent until you say so.",
                text::count(group.open, "record")
            ),
            (State::Known(run, _), None) if run.with_status(Status::Ready) > 0 => format!(
                "Press {} to send {}. It asks first.",
                self.keys.of(Action::Send),
                text::count(run.with_status(Status::Ready), "record")
            ),
            (State::Known(..), None) => {
                let key = self.keys.of(Action::RecordsTab);
                format!("Press {key} to see the records.")
            }
        }
    }

    /// What the card says of the problem under the cursor, in full.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let (Some(run), Some(group)) = (self.run_row(), self.chosen()) else {
            return Vec::new();
        };
        card::facts(&self.view(run, self.groups(), true), group)
    }

    /// The title of the problem under the cursor. Untrusted.
    pub(super) fn title(&self) -> Option<&str> {
        self.chosen().map(|group| group.title.as_str())
    }

    fn view<'a>(&'a self, run: &'a RunRow, groups: &'a [Group], wide: bool) -> about::List<'a> {
        let since = &self.since.since;
        let before = since.before.as_ref();
        about::List {
            keys: self.keys,
            run,
            groups,
            at: self.at().unwrap_or_default(),
            example: self.example(),
            advice: self.advice(),
            notes: self.notes(),
            since,
            order: self.order_in_words(),
            before: before.map(|run| self.clock.day_and_time(&run.loaded_at)),
            wide,
        }
    }

    fn ask_for_example(&mut self, cx: &mut Cx) {
        let Some(group) = self.chosen().map(|group| group.id) else {
            return;
        };
        let known = self
            .example
            .known
            .as_ref()
            .is_some_and(|(of, ..)| *of == group);
        if !known && self.example.pending.is_none() {
            let ticket = cx.ask(Query::Example {
                run: self.run,
                group,
            });
            self.example.pending = Some((ticket, group));
        }
        let advised = self
            .advice
            .known
            .as_ref()
            .is_some_and(|(of, _)| *of == group);
        let fixes = self.chosen().and_then(fix_of).is_some();
        if known && !advised && fixes && self.advice.pending.is_none() {
            let ticket = cx.ask(Query::Suggest { group });
            self.advice.pending = Some((ticket, group));
        }
    }

    fn ask_since(&mut self, cx: &mut Cx) {
        let mut open: Vec<GroupId> = (self.groups().iter())
            .filter(|group| group.open > 0)
            .map(|group| group.id)
            .collect();
        open.sort();
        if open != self.since.of {
            self.since.of = open;
            self.since.pending = Some(cx.ask(Query::Since { run: self.run }));
        }
    }

    /// What would help most, in words.
    fn advice(&self) -> Option<&str> {
        let group = self.chosen()?;
        let (of, words) = self.advice.known.as_ref()?;
        words.as_deref().filter(|_| *of == group.id)
    }

    /// The problem under the cursor as it stands in one record.
    fn example(&self) -> Option<(u64, &Problem)> {
        let group = self.chosen()?;
        let (of, row, _) = self.example.known.as_ref()?;
        let row = row.as_ref().filter(|_| *of == group.id)?;
        let problem = row
            .problems
            .iter()
            .find(|problem| problem.code == group.code && problem.path.pattern() == group.path)?;
        Some((row.line, problem))
    }

    /// The notes on the problem under the cursor, oldest first.
    fn notes(&self) -> &[Note] {
        match (self.chosen(), &self.example.known) {
            (Some(group), Some((of, _, notes))) if *of == group.id => notes,
            _ => &[],
        }
    }

    /// Opens the records of the run with the filter prompt open.
    fn filter(&self, typed: &str, cx: &mut Cx) {
        let mut route = whole_run(self.run);
        if let Route::Records { typed: prompt, .. } = &mut route {
            *prompt = Some(FilterLine::Typed(typed.to_owned()));
        }
        cx.go(route);
    }

    /// The problem under the cursor, if any is open.
    fn chosen(&self) -> Option<&Group> {
        let any = self.groups().iter().any(|group| group.open > 0);
        let at = self.at().filter(|_| any)?;
        self.groups().get(at)
    }

    pub fn groups(&self) -> &[Group] {
        match &self.state {
            State::Known(_, groups) => groups,
            _ => &[],
        }
    }

    fn run_row(&self) -> Option<&RunRow> {
        match &self.state {
            State::Known(run, _) => Some(run),
            _ => None,
        }
    }
}

/// The fix of all records that have this problem; `None` where it is about no field.
fn fix_of(group: &Group) -> Option<Box<FixView>> {
    let field = Path::parse(&group.path).filter(|path| !path.is_root())?;
    Some(Box::new(FixView {
        title: text::safe(&group.title).into_owned(),
        group: group.id,
        field,
        filter: Filter::of_group(group.run, group.id),
        records: group.open,
    }))
}

/// A fix of one of so many records with what it would do, in words. Safe to print.
fn advice(best: &SuggestedFix, records: u64) -> String {
    let words: Vec<String> = (best.request.transforms.iter())
        .map(Transform::words)
        .collect();
    let words = format!(
        "{} ready: {}",
        made_ready(&best.report, records),
        words.join(", ")
    );
    text::safe(&words).into_owned()
}

/// The records that have this problem now.
pub fn records_of(group: &Group) -> Route {
    Route::Records {
        run: group.run,
        filter: Filter::of_group(group.run, group.id),
        title: text::safe(&group.title).into_owned(),
        field: Some(group.path.clone()).filter(|path| !path.is_empty()),
        typed: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        filter::Wanted,
        model::{Severity, Stage},
        tui::{
            app::App,
            event::{Event, Outcome},
            testing::{self, feed, feed_with, picture, press, problems, shows},
        },
    };

    #[test]
    fn the_page_at_100_by_30() {
        insta::assert_snapshot!(picture(&mut problems((100, 30))), @r#"
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
        │   Date and time not written… Check     301 █▋        22% ││       380 in the run of 19 Nov 2025. │
        │   created_at, format:email  NEW                          ││Many   412 records, 30%.              │
        │   Deal value is not a number Check     214 █▏        15% ││Cause  Probably ONE: a single shape   │
        │   deal_value, format:email                               ││       covers 90%.                    │
        │   Stage not in the list      Check     116 ▋          8% ││                                      │
        │   stage, format:email                                    ││Values that failed (2 shapes)         │
        │   Country not in the list    Check      88 ▌          6% ││a+@        ███████████▋      371  90% │
        │   address.country, format:email                          ││(empty)    █▎                 41  10% │
        │   Line could not be read     Check      12 ▏         <1% ││Example  "office@"  (line 15)         │
        │   whole record, format:email                             ││                                      │
        │   Phone has too few digits   Check       0 DONE          ││What to do                            │
        │   phone, format:email                                    ││Write it like name@example.com.       │
        │                                                          ││                                      │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)          ││                                      │
        │                                                          ││                                      │
        │                                                          ││                                      │
        └──────────────────────────────────────────────────────────┘└──────────────────────────────────────┘
         Tip: press Enter to see the 412 records. Nothing is sent until you say so.
         Enter Open  b Fix all  v Values  / Filter  y Copy  S Send  E Report  x Set aside  ? Help  Esc Menu
        "#);
    }

    #[test]
    fn the_page_at_80_by_24() {
        insta::assert_snapshot!(picture(&mut problems((80, 24))), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 6] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000 ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 6 problems in 1,384 records, 1 done ────────────────────── top 2 explain 52% ┐
        │   Problem                        Field           Stage Records Share         │
        │ > Email address not complete     contact_email   Check     412 ██▍       30% │
        │   Date and time not written… NEW created_at      Check     301 █▋        22% │
        │   Deal value is not a number     deal_value      Check     214 █▏        15% │
        │   Stage not in the list          stage           Check     116 ▋          8% │
        │   Country not in the list        address.country Check      88 ▌          6% │
        │   Line could not be read         whole record    Check      12 ▏         <1% │
        │   Phone has too few digits       phone           Check       0 DONE          │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 1 of 7 ┐
        │ What   This e-mail address is not complete.                                  │
        │ Since  Lines 18 to 9,991, 380 before.   Cause  Probably ONE: a single shape… │
        │ Values a+@ 371, (empty) 41   e.g. "office@"  (line 15)                       │
        │ To do  Write it like name@example.com.                                       │
        └──────────────────────────────────────────────────────────────────────────────┘
         Tip: press Enter to see the 412 records. Nothing is sent until you say so.
         Enter Open  b Fix all  v Values  / Filter  y Copy  S Send     ? Help  Esc Menu
        "#);
    }

    /// The run with a problem of the validator and a warning of billing.
    fn with_warnings(size: (u16, u16)) -> App {
        let mut app = problems(size);
        let run = RunRow {
            warned: 212,
            ..testing::run()
        };
        let mut groups = testing::groups();
        groups.truncate(2);
        groups[1].stage = Stage::Validator;
        let mut warning = testing::group(9, "Large deal without a contact", "/deal_value", 37);
        warning.severity = Severity::Warning;
        warning.owner = "billing".to_owned();
        warning.stage = Stage::Rule;
        warning.detail.clear();
        warning.code = "RULE-9".to_owned();
        groups.push(warning);
        let report = crate::model::ChangeReport::default();
        let effects = app.update(Event::Finished(Ok(Outcome::Checked(report))));
        feed_with(&mut app, effects, &|query| match query {
            Query::Groups { .. } => Answer::Groups {
                run: run.clone(),
                groups: groups.clone(),
            },
            other => testing::answer(other),
        });
        press(&mut app, "jj");
        app
    }

    #[test]
    fn warnings_and_owners_at_100_by_30() {
        insta::assert_snapshot!(picture(&mut with_warnings((100, 30))), @r#"
         redrive  customers-2025-11-20                                          to crm [TEST]   saved 02:41
         [1 Problems 2]  2 Records 1,387   3 Review 3   4 Send   5 History 4                           Menu
        ┌ Where records stopped ─────────────────────────────── passed 8,613 of 10,000, 212 with a warning ┐
        │ Read 10,000 ──> Check 9,988 ────────> Passed 8,613 (86.1%)                                       │
        │ -12 unreadable  -1,375 failed checks                                                             │
        │ Needs fixing 1,384     Ready to send 3     Sent 0                                                │
        └──────────────────────────────────────────────────────────────────────────────────────────────────┘
        ┌ 2 problems in 1,384 records, 1 warning ──────────────────┐┌ About this problem ────────── 3 of 3 ┐
        │   Problem                Stage     Records Share         ││What   Large deal without a contact.  │
        │   Email address not com… Check         412 ██▍       30% ││Kind   A warning: such records are    │
        │   contact_email, format:email                            ││       not kept from being sent.      │
        │   Date and time not wri… Validator     301 █▋        22% ││Owner  billing                        │
        │   created_at, format:email  NEW                          ││Since  Lines 18 to 9,991. As many in  │
        │ > ~ Large deal without … Rule           37 warning       ││       the run of 19 Nov 2025.        │
        │   deal_value, RULE-9                                     ││Many   37 records.                    │
        │                                                          ││Cause  Probably ONE: a single shape   │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)          ││       covers 92%.                    │
        │                                                          ││                                      │
        │                                                          ││Values that failed (2 shapes)         │
        │                                                          ││a+@        ███████████▉       34  92% │
        │                                                          ││(empty)    █                   3   8% │
        │                                                          ││Example  "office@"                    │
        │                                                          ││                                      │
        │                                                          ││                                      │
        │                                                          ││                                      │
        │                                                          ││                                      │
        │                                                          ││                                      │
        └──────────────────────────────────────────────────────────┘└──────────────────────────────────────┘
         Tip: press Enter to see the 37 records. Nothing is sent until you say so.
         Enter Open  b Fix all  v Values  / Filter  y Copy  S Send  E Report  x Set aside  ? Help  Esc Menu
        "#);
    }

    #[test]
    fn warnings_and_owners_at_80_by_24() {
        insta::assert_snapshot!(picture(&mut with_warnings((80, 24))), @r#"
         redrive  customers-2025-11-20                       to crm [TEST]  saved 02:41
         [1 Problems 2] 2 Records 1,387  3 Review 3  4 Send  5 History 4           Menu
        ┌ Where records stopped ─────────── passed 8,613 of 10,000, 212 with a warning ┐
        │ Read -12  >  Check -1,375  >  Passed 86.1%                                   │
        │ Needs fixing 1,384   Ready to send 3   Sent 0                                │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ 2 problems in 1,384 records, 1 warning ──────────────────────────────────────┐
        │   Problem                    Field           Stage     Records Share         │
        │   Email address not complete contact_email   Check         412 ██▍       30% │
        │   Date and time not wri… NEW created_at      Validator     301 █▋        22% │
        │ > ~ Large deal without a co… deal_value      Rule           37 warning       │
        │                                                                              │
        │ Since the run of 19 Nov 2025: 1 new, 1 gone (D)                              │
        │                                                                              │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ About this problem  (z more) ──────────────────────────────────────── 3 of 3 ┐
        │ What   ~ Warning: Large deal without a contact.                              │
        │ Since  Lines 18 to 9,991, 30 before.   Cause  Probably ONE: a single shape … │
        │ Values a+@ 34, (empty) 3   e.g. "office@"                                    │
        │ To do  Ask billing.                                                          │
        └──────────────────────────────────────────────────────────────────────────────┘
         Tip: press Enter to see the 37 records. Nothing is sent until you say so.
         Enter Open  b Fix all  v Values  / Filter  y Copy  S Send     ? Help  Esc Menu
        "#);
    }

    #[test]
    fn a_small_window_shows_one_panel_and_z_the_other() {
        let mut app = problems((60, 16));
        assert!(picture(&mut app).contains("> Email address not complete"));
        press(&mut app, "z");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  customers-2025-11-20   to crm [TEST]  saved 02:41
         [1 Problems 6] 2 1,387  3 3  4  5 4                   Menu
        ┌ About this problem ────────────────────────────── 1 of 7 ┐
        │What   This e-mail address is not complete.               │
        │Since  Lines 18 to 9,991. Growing: 380 in the run of 19   │
        │       Nov 2025.                                          │
        │Many   412 records, 30%.                                  │
        │Cause  Probably ONE: a single shape covers 90%.           │
        │Example  "office@"  (line 15)                             │
        │                                                          │
        │What to do                                                │
        │Write it like name@example.com.                           │
        │                                                          │
        └──────────────────────────────────────────────────────────┘
         Tip: press Enter to see the 412 records.
         Enter Open  b Fix all  v Values           ? Help  Esc Menu
        "#);
    }

    #[test]
    fn enter_opens_the_records_of_the_problem_under_the_cursor() {
        let mut app = problems((100, 30));
        let effects = press(&mut app, "jjjjjjjjjk<ret>");
        let filter = match &effects[..] {
            [.., Effect::Ask(_, Query::Ids { filter })] => filter,
            other => panic!("{other:?}"),
        };
        assert_eq!(filter.terms[1].wanted, Wanted::Problem(vec![GroupId(6)]));
        assert!(picture(&mut app).contains("> Problems > Line could not be read"));
    }

    #[test]
    fn a_refresh_keeps_the_cursor_on_the_same_problem() {
        let mut app = problems((100, 30));
        press(&mut app, "jj");
        let effects = app.update(crate::tui::event::Event::Finished(Ok(
            crate::tui::event::Outcome::Checked(crate::model::ChangeReport::default()),
        )));
        feed(&mut app, effects);
        assert!(picture(&mut app).contains("> Deal value is not a number"));
    }

    #[test]
    fn advice_on_records_as_they_were_is_not_shown_after_a_change() {
        let mut app = problems((100, 30));
        let moved = app.update(Event::Key(crate::tui::keymap::parse("Down").unwrap()));
        // Everything comes but the advice.
        let mut advised = None;
        let mut waiting = moved;
        while let Some(effect) = waiting.pop() {
            match effect {
                Effect::Ask(ticket, Query::Suggest { .. }) => advised = Some(ticket),
                Effect::Ask(ticket, query) => {
                    let answer = crate::tui::testing::answer(query);
                    waiting.extend(app.update(Event::Answer(ticket, Ok(answer))));
                }
                _ => {}
            }
        }
        app.refresh();
        let effects = app.settle();
        feed(&mut app, effects);
        let old = Answer::Suggested(crate::tui::testing::suggested());
        app.update(Event::Answer(advised.expect("it is asked"), Ok(old)));
        assert!(!picture(&mut app).contains("187 of a sample of 200 ready"));
    }

    #[test]
    fn a_fix_that_makes_no_record_ready_does_not_take_the_place_of_what_to_do() {
        let shown = |ready| {
            let answered = move |query| match query {
                Query::Suggest { .. } => {
                    let mut all = crate::tui::testing::suggested();
                    all[0].report.ready = ready;
                    Answer::Suggested(all)
                }
                other => crate::tui::testing::answer(other),
            };
            let route = Route::Groups { run: RunId(1) };
            let mut app = crate::tui::testing::app_with(route, (100, 30), &answered);
            picture(&mut app)
        };
        assert!(shown(1).contains("Suggested fix"), "{}", shown(1));
        assert!(shown(0).contains("What to do"), "{}", shown(0));
    }

    #[test]
    fn esc_opens_the_menu_and_never_leaves() {
        let mut app = problems((100, 30));
        for _ in 0..20 {
            press(&mut app, "<esc>");
        }
        assert_eq!(app.exit(), None);
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("Menu: Problems"));
    }

    #[test]
    fn a_problem_that_nobody_has_any_more_promises_no_records() {
        let mut app = problems((100, 30));
        press(&mut app, "<End>");
        shows(
            &mut app,
            "Done: no record that is still open has this problem.",
        );
        press(&mut app, "<Home>");
        shows(&mut app, "press Enter to see the 412 records");
    }
}
