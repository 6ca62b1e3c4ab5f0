//! What a person can do, one file each. All faces do everything through these; none holds a rule about records.

mod aim;
mod alarm;
mod answers;
mod aside;
mod asked;
mod backup;
mod certain;
mod check;
mod clip;
mod compare;
mod contract;
mod demo;
mod doctor;
mod edit;
mod edit_claims;
mod export;
mod fields;
mod fix;
mod formula;
mod history;
mod job;
mod list;
mod load;
mod merge;
mod named;
mod new_fields;
mod note;
mod offered;
mod places;
mod readings;
mod report;
mod save;
mod send;
mod settle;
mod sheet;
mod since;
mod sql;
mod standing;
mod suggested;
#[cfg(test)]
mod testing;
mod undo;
mod values;
mod verdict;
mod verify;
mod views;
mod visits;
mod whole;
mod why_wrong;
mod workspace;

pub use alarm::Alarm;
pub use answers::answers;
pub use aside::{Counted, count_aside, discard, restore};
pub use backup::backup;
pub use check::{CheckRequest, check};
pub use clip::{Clip, clip};
pub use compare::compare;
pub use contract::{
    DraftReport, DraftRequest, Flaw, Meaning, draft_contract, explain_contract, flaw_of,
};
pub use demo::{Demo, DemoRequest, demo};
pub use doctor::doctor;
pub use edit::{Preview, accept, edit, preview};
pub use edit_claims::{claim_edit, edit_claims, release_edit};
pub use export::{ExportFormat, ExportReport, ExportRequest, export};
pub use fields::{refused, unknown_terms};
pub use fix::{
    Asks, FixChoice, FixKind, FixPreview, FixRequest, Replayed, SAMPLE, SuggestedFix, apply_fix,
    changed_since_preview, date_evidence, fix_choices, fix_rows, fixed_rows, made_ready, mistake,
    preview_fix, recipe_of, replay, suggest_fixes,
};
pub use history::{
    go_back, history, plans, recipe_of_step, sent_of_steps, step_facts, write_recipe,
};
pub use job::{Job, Progress, Steering, Waits, Why};
pub use list::{first, groups, ids, rows, run, runs, show, sorted_ids};
pub use load::{Explained, LoadRequest, Prepared, files_of, load, prepare};
pub use merge::{MergeRequest, merge};
pub use named::{Completed, Named, completed, load_first, load_named, named, named_first};
pub use new_fields::new_fields;
pub use note::{add_note, notes};
pub use offered::offered;
pub use places::{config_folder, in_short, state_folder};
pub use readings::Readable;
pub use report::{is_page, report, write_report};
pub use save::{
    Conflict, Decision, KeptDraft, Saved, Saving, being_sent, conflict, decide, drafts,
    drop_drafts, keep_draft, records_with_drafts, save,
};
pub use send::{
    FIRST, FieldChanges, Flow, Logged, Made, MadeBy, Review, SendProgress, SendRequest, ToSend,
    destinations, give_back, plan, plan_to_send, plan_to_watch, prepare_plan, review, send,
};
pub use settle::{settle, unanswered};
pub use since::since;
pub use sql::{Selected, sql};
pub use standing::{ContractState, Standing, standing};
pub use suggested::edit_as_suggested;
pub use undo::{Turn, TurnSize, Turns, redo, size_of_turn, turn, turns, undo};
pub use values::{records_with, values};
pub use verify::{Finding, verify};
pub use views::{Filters, View, keep_filter, kept_filters, remove_view, save_view};
pub use visits::{ListVisit, Return, Screen, Visit, keep_visit, last_visit, visits};
pub use whole::write_text;
pub(crate) use whole::{spool, write_whole};
pub use why_wrong::{WhyWrong, Wrong, WrongAt, why_wrong};
pub use workspace::{Workspace, spare};
