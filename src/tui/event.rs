//! Everything that can wake the loop, and everything the loop can ask for.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Instant};

use crossterm::event::{KeyEvent, MouseEvent, MouseEventKind};
use ratatui::layout::Size;

use super::{action::Action, meeting::Meeting};
pub use super::{
    among::{Among, FilterLine, FixView},
    asking::{Aside, ChoiceOf, Choosable, Choosing, Needs, Question, Wanting},
    copying::Copied,
    cx::{Cx, Ticket},
    jobs::{Elsewhere, JobRequest, Outcome, Steer, Tried},
    opening::Opening,
    picking::RunFacts,
    route::Route,
};
use crate::{
    filter::{Filter, FilterError, Of, Offered, Term},
    fix::{Change, dates::Evidence},
    model::{
        ChangeReport, Comparison, Consequence, EditClaim, FixRow, Found, Group, GroupId, Note,
        NoteAbout, Path, Plan, PlanId, PlanRow, Problem, RecordDetail, RecordId, RecordRow, RunId,
        RunRow, Since, Sort, StepFacts, StepId, StepRow, UndoReport, ValueCount, WatchedPlan,
    },
    ops::{
        Clip, Completed, Conflict, Counted, Decision, Filters, FixPreview, FixRequest, KeptDraft,
        Named, Preview, Progress, Return, Review, Saving, Standing, SuggestedFix, ToSend, Turn,
        Turns, Visit, WhyWrong, WrongAt,
    },
};

/// An input to `App::update`.
#[derive(Debug)]
pub enum Event {
    /// A key that was pressed (or repeats); releases are dropped by the input thread.
    Key(KeyEvent),
    /// Bracketed paste, or a burst that can only be one. Never read as keystrokes.
    Paste(String),
    Mouse(MouseEvent),
    /// The window has this size now.
    Resize(Size),
    /// Time enters here: before every batch of events, and while something waits for it.
    Tick(Instant),
    /// The answer to [`Effect::Ask`] or [`Effect::Change`].
    Answer(Ticket, anyhow::Result<Answer>),
    /// How far the running job is.
    Progress(Progress),
    /// The job is over.
    Finished(anyhow::Result<Outcome>),
    /// SIGTERM or SIGHUP.
    Terminate,
    /// SIGTSTP.
    Suspend,
    /// SIGCONT.
    Continued,
}

impl Event {
    /// Whether a person presses, types or turns something. A button that is let go says nothing new.
    pub fn is_press(&self) -> bool {
        match self {
            Self::Key(_) | Self::Paste(_) => true,
            Self::Mouse(event) => {
                !matches!(event.kind, MouseEventKind::Up(_) | MouseEventKind::Moved)
            }
            _ => false,
        }
    }

    /// Whether a person did it, and waits to see it.
    pub fn is_by_hand(&self) -> bool {
        matches!(
            self,
            Self::Key(_) | Self::Paste(_) | Self::Mouse(_) | Self::Resize(_) | Self::Continued
        )
    }
}

/// Something to be done outside `update`. Plain data, so tests compare it with `assert_eq!`.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A short read for a page.
    Ask(Ticket, Query),
    /// A short write; never dropped, done in order.
    Change(Ticket, Wish),
    /// Starts the one long job, which no page waits for.
    Start(JobRequest),
    /// Asks this job to stop, if it still runs.
    Cancel(Ticket),
    /// The program ends, and these changes are not answered: what was typed for those that fail is kept.
    KeepFailed(Vec<(Ticket, Saving)>),
    /// Tells the running send how to go on.
    Steer(Steer),
    /// Suspends the program (SIGTSTP).
    Suspend,
    // What follows is carried out by the app itself.
    /// Starts a long job for the page that waits for its end.
    Begin(Ticket, JobRequest),
    Go(Route),
    /// Puts another page in place of the one on top.
    Replace(Route),
    Back,
    /// Moves the focus to the row of tabs: Up from the first line.
    Tabs,
    /// Replaces the status line until the next action.
    Say(String),
    /// Empties the status line if it still says this.
    Unsay(String),
    Confirm(Question),
    /// Asks for a line of text.
    Prompt(Wanting),
    /// A short write no page waits for.
    Do(Wish),
    Copy(Clip),
    /// Lists the record of this number.
    GoToRow(u64),
    /// Gives the filter of the page in front a name.
    SaveView(String),
    /// Forgets the view of this name.
    RemoveView(String),
    /// As if its key had been pressed.
    Act(Action),
    /// Offers a list to choose from.
    Choose(Box<Choosing>),
    /// What was chosen, for the page in front.
    Chosen(Box<Choosing>),
    Meet(Meeting),
    /// A step on the way to opening a file.
    Opening(Opening),
    Quit,
}

/// A short read.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    Runs,
    /// The runs the person was in.
    Visits,
    /// What the card of a run says.
    RunFacts {
        run: RunId,
    },
    /// Who else edits something, in which run.
    InWork,
    /// What a typed path stands for, beside a run whose contract may be meant.
    Named {
        typed: String,
        like: Option<RunId>,
    },
    /// How a typed path could go on.
    Completed {
        typed: String,
    },
    /// The run's own row and its groups.
    Groups {
        run: RunId,
    },
    /// Since when the problems of a run are there.
    Since {
        run: RunId,
    },
    /// A run beside the one before it.
    Comparison {
        run: RunId,
    },
    /// The numbers of all records that pass a filter, and the run's row.
    Ids {
        filter: Filter,
    },
    /// The same in another order.
    SortedIds {
        filter: Filter,
        sort: Sort,
    },
    /// The values that a filter which is being typed can go on with.
    Offered {
        filter: Filter,
        of: Of,
        typed: String,
    },
    /// The filters kept for a run.
    Filters {
        run: RunId,
    },
    /// Where the person was in a run when they left it.
    Visit {
        run: RunId,
    },
    Rows {
        ids: Vec<RecordId>,
    },
    /// The row of the first record that has this problem now, if any, and the notes on the problem.
    Example {
        run: RunId,
        group: GroupId,
    },
    Record {
        id: RecordId,
    },
    /// The live check of a record as it would be after `changes`.
    Preview {
        id: RecordId,
        changes: Vec<Change>,
        at: Path,
    },
    /// What a send would deliver.
    Plan {
        run: RunId,
        /// The plan to continue, and its destination; all ready records of the run where it is `None`.
        of: Option<(Option<PlanId>, String)>,
    },
    /// The same, for whoever is asked next whether it is to be sent.
    ToSend {
        run: RunId,
        of: Option<(Option<PlanId>, String)>,
    },
    /// What would be sent, and why it is what it is.
    Review {
        run: RunId,
        /// The destination, where the contract names more than one.
        to: Option<String>,
    },
    /// How the newest plan of a run stands.
    Sending {
        run: RunId,
    },
    /// Something to be copied.
    Copy(Clip),
    /// Why something is wrong.
    WhyWrong(WrongAt),
    /// What would be set aside of a filter's records.
    CountAside(Box<Filter>),
    /// A number that changes when somebody changes the workspace.
    Version,
    /// Who else edits a record now.
    EditClaims,
    /// Whether there is anything to undo or to redo.
    Turns,
    /// What this person typed into a record and did not save.
    Drafts {
        id: RecordId,
    },
    /// The records of a run they typed into and did not save.
    Unsaved {
        run: RunId,
    },
    /// Where the run's records can go.
    Places {
        run: RunId,
    },
    /// Fixes that would help a group, measured on a sample.
    Suggest {
        group: GroupId,
    },
    /// The group of a problem.
    Alike {
        run: RunId,
        problem: Box<Problem>,
    },
    /// Every different value of a group.
    Values {
        group: GroupId,
    },
    /// The records that have one of these values.
    ValueRecords {
        group: GroupId,
        found: Found,
    },
    /// What was done in a run, newest first.
    History {
        run: RunId,
    },
    /// What a step did to its records.
    StepFacts {
        run: RunId,
        step: StepId,
    },
    /// How the dates of a fix's field are written.
    Dates(Box<FixRequest>),
    /// How some records of a preview would look, or what it did to them as this step.
    FixRows(Arc<FixPreview>, Vec<Consequence>, Option<StepId>),
    /// How many records of a preview have changed since.
    ChangedSince(Arc<FixPreview>),
    /// What the run's verdicts are worth, now that its contract may have changed.
    Standing {
        run: RunId,
    },
}

/// A short write.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Saves changes to a record that was seen in `version`.
    Edit {
        id: RecordId,
        changes: Vec<Change>,
        version: i64,
    },
    /// Takes the first suggestion for a value, whatever it is.
    EditAsSuggested {
        id: RecordId,
        at: Path,
    },
    /// A person says a record without a contract is ready.
    Accept {
        id: RecordId,
        version: i64,
    },
    Undo,
    Redo,
    /// Takes one step back, whoever made it.
    UndoStep {
        step: StepId,
    },
    /// Writes a step into a new file, as a recipe.
    Recipe {
        run: RunId,
        step: StepId,
        file: PathBuf,
    },
    Note {
        about: NoteAbout,
        text: String,
    },
    /// Writes a report on a run into a new file.
    Report {
        run: RunId,
        file: PathBuf,
    },
    /// Checks one record again.
    Check {
        id: RecordId,
    },
    /// Keeps a filter that was applied to a run.
    KeepFilter {
        run: RunId,
        filter: String,
    },
    SaveView {
        run: RunId,
        name: String,
        filter: String,
    },
    RemoveView {
        run: RunId,
        name: String,
    },
    /// Keeps where the person is in a run.
    KeepVisit(RunId, Box<Visit>),
    /// Tells others that a record is edited here.
    ClaimEdit {
        id: RecordId,
    },
    /// Tells others that none is any more.
    ReleaseEdit,
    KeepDraft(Box<Saving>),
    /// Forgets what was typed into a record: into one field, or all.
    DropDrafts(RecordId, Option<Path>),
    /// Ends a conflict.
    Decide(Box<Conflict>, Decision),
}

/// The answer to a [`Query`] or a [`Wish`].
#[derive(Debug)]
pub enum Answer {
    Runs(Vec<RunRow>),
    RunFacts(Box<RunFacts>),
    InWork(Vec<(RunId, String)>),
    Named(Named),
    Completed(Completed),
    Groups {
        run: RunRow,
        groups: Vec<Group>,
    },
    Since(Box<Since>),
    Comparison(Box<Comparison>),
    Ids {
        run: RunRow,
        ids: Vec<RecordId>,
        /// Terms that were not applied, because the run has no such field.
        unknown: Vec<(Term, FilterError)>,
    },
    Offered(Offered),
    /// The filters that are kept now, and what was done to them, if it is worth a word.
    Filters(Filters, String),
    Visit(Option<Box<Return>>),
    /// With the time when; the last one first.
    Visits(Vec<(RunId, String)>),
    Rows(Vec<RecordRow>),
    Example {
        row: Option<Box<RecordRow>>,
        notes: Vec<Note>,
    },
    Record(Box<RecordDetail>),
    Preview(Box<Preview>),
    Plan(Plan),
    ToSend(Box<ToSend>),
    Places(Vec<Place>),
    Review(Box<Review>),
    Sending(Option<Box<WatchedPlan>>),
    Version(i64),
    EditClaims(Vec<EditClaim>),
    Turns(Turns),
    Drafts(Vec<KeptDraft>),
    Unsaved(RunId, Vec<RecordId>),
    /// Somebody was first: nothing was changed, and what was typed is kept.
    Conflict(Box<Conflict>),
    Copied(Copied),
    WhyWrong(Box<WhyWrong>),
    Counted(Counted),
    Standing(Standing),
    Suggested(Vec<SuggestedFix>),
    FixRows(Vec<FixRow>),
    ChangedSince(u64),
    Alike(Option<Box<Group>>),
    Dates(Box<Evidence>),
    Values(Vec<ValueCount>),
    ValueRecords(Vec<RecordId>),
    History {
        steps: Vec<StepRow>,
        plans: Vec<PlanRow>,
        /// How many records of a step are sent or on their way; none where it is not named.
        sent: HashMap<StepId, u64>,
        turns: Turns,
    },
    StepFacts(Box<StepFacts>),
    Noted,
    /// The others know, or what was typed is kept.
    Told,
    /// What was typed is kept in place of this.
    KeptBefore(Box<KeptDraft>),
    /// The report is in this file.
    Reported(PathBuf),
    Changed(ChangeReport),
    Undone(UndoReport),
    Redone(UndoReport),
    /// So much is to be undone or redone that a job does it.
    Large(RunId, Turn),
}

/// A destination, as far as the screen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    /// `production`, `test` or `demo`.
    pub environment: String,
    pub target: String,
}
