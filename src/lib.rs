//! redrive: a terminal workbench for the records that an import run rejected.
//!
//! This page is the map of the code. What the program is for, and how to use it, is in the README.
//!
//! # The life of a record
//!
//! [`read`] cuts an input into record-aligned blocks. Workers pull blocks, split each record with [`row`], judge it
//! with [`check::Checker::check`], ask the contract's [`validator`], and hand the result to one writer in
//! [`ops::load`], which stores the rejected records in input order with [`store`] and publishes the run in one last
//! transaction. A face lists groups and records through [`ops`]; a person's wish becomes a [`fix::Change`], which
//! splices the record's text; the same check decides whether the record is ready; the change is a step of the history.
//! One decision for many goes through [`fix::Chain`] and [`ops::preview_fix`], which works out what becomes of every record on
//! all processors, and [`ops::apply_fix`], which does exactly that. [`ops::send`] freezes ready versions in a plan, writes
//! down each attempt before it is made, gives wave after wave to a destination in [`mod@send`], and freezes what was confirmed; what may have been applied
//! is tried again only where a repeat is recognised, or where the destination, asked for it, does not have it.
//!
//! Where to start reading: [`model`], then [`check`], then [`ops::edit`], which touches every floor.
//!
//! # Floors
//!
//! A module uses only modules on lower floors; modules on one floor are strangers. `tests/tidy.rs` holds this, the cap on
//! the length of files and functions, and the place of SQL.
//!
//! | floor | modules | what they are |
//! |---|---|---|
//! | 0 | [`text`] | makes untrusted text safe for a terminal |
//! | 1 | [`model`] | the words: plain values, no IO, no clock, no SQL |
//! | 2 | [`row`] | one record's text: cells or JSON, its spans, splicing |
//! | 3 | [`check`], [`infer`], [`fix`], [`filter`], [`demo`], [`mod@report`], [`said`] | pure decisions, and the words both faces have for what was done |
//! | 4 | [`results`] | what other tools say of records, one file a tool |
//! | 5 | `broken` | ways to be wrong and places to die, for tests of debug builds |
//! | 6 | [`read`], [`store`], [`mod@send`], [`validator`] | the outside world: input files, SQLite, destinations, a program that judges |
//! | 7 | [`contract`] | what a good record is and where it goes, from a TOML file |
//! | 8 | [`ops`] | what a person can do, one file each |
//! | 9 | [`cli`], [`tui`] | thin faces of `ops`: commands and numbered lines (`cli::plain`), and the screen |
//!
//! # Words
//!
//! One word per idea, the same as Rust type, table, command line and JSON. A *workspace* is one SQLite file. A *run* is one
//! import run whose results were loaded. A *record* is one unit of input; a *problem* is one thing wrong with it; a
//! *group* is the problems of one kind in one run (the screen calls it "a problem"). A *stage* is where a record stopped:
//! parse, schema, rule, validator, send; its *mark* at each says whether it passed. The *contract* says what a good record is
//! and where it goes. A *validator* is the pipeline's own program that a contract names. A *verdict* is what a check found of
//! one record, with the contract that found it; it is current, old, or the record is not checked. The *severity* of a problem
//! says whether it rejects its record or only warns; its *owner* is who answers for the rule. A *shape* is the pattern of a
//! value. A *fix* is an edit of one record, or the same edit of many: a list of *transforms* of one field. A *step* is one entry of
//! the history; a *recipe* is a saved list of fixes; a *note* is what a person wrote down for the next one. A *plan* is the frozen list of record versions a send delivers; an
//! *attempt* is one try to deliver one of them to a *destination*.
//!
//! # Invariants
//!
//! What is absent on purpose is said here, because code cannot show it.
//!
//! - **A broken record is a value.** The check appends [`model::Problem`]s and returns nothing. `Err` is for the work
//!   itself, with a [`model::Fault`] at the root where a person must act.
//! - **Floors 0 to 4 do no IO, read no clock and never log.** Time and randomness come in as arguments.
//! - **One reader of records.** Loading, editing and checking all go through [`row::Row::read`] (or the spans of the same
//!   splitter) and [`check::Checker::check`], so they cannot disagree. The check borrows a row; coercion happens inside it;
//!   its shorter ways over CSV cells find what the whole document would show, and nothing else.
//! - **Received bytes never change.** A version is the text before it with the edited spans spliced in; `content` rows
//!   are immutable (a trigger says so) and hashed with SHA-256.
//! - **Identity is a number that means something.** A record is its run's base plus its 1-based ordinal in the input. Lists
//!   keep numbers, never row indexes.
//! - **Every change of a record is a step, in the transaction of the change**, which begins with `BEGIN IMMEDIATE` and
//!   compares the record's version. Sending is no step: it moves the status alone, and its plan and attempts tell of it.
//!   Counters change in the same transaction and equal a recount ([`ops::verify`]).
//! - **A run is seen when it is complete.** Its batches are committed in state `loading`; one transaction publishes it. The
//!   same input gives the same workspace whatever the threads, because the writer decides uniqueness, numbers and groups
//!   in input order.
//! - **Intent before delivery.** Payload, idempotency key and attempt are on disk before a destination is called. Only what
//!   it confirmed becomes `accepted`.
//! - **A verdict knows the contract that gave it.** It is worth something while that contract finds the same as the run's and as
//!   the one on disk ([`contract::Contract`]'s `checks`). `check` looks at the others only, and nothing old is sent. Nobody but
//!   the whole check gives one: an edit the validator could not be asked about has none, and a person overrules a
//!   destination, never the check.
//! - **A sheet that comes back is told by its seals.** A keyed hash says which text of which record a row was, so nothing that the
//!   sheet says of itself is believed, and an edit is the difference to that text.
//! - **Destinations, secrets and the validator's command come from a contract on disk**, never from a workspace somebody may
//!   have sent. A record that the validator could not be asked about is not checked, and no way but a check makes it ready.
//! - **Every check comes to an end.** Rules are counted ([`check::Runaway`]), patterns and references are bounded, a validator has a
//!   time limit. What does not end is a fault of the contract, never a problem of the record: the work stops, nothing changes.
//! - **The workspace's files are opened by SQLite only.** Opening them otherwise would drop its locks.
//! - **Nothing untrusted reaches a terminal** but through [`text`].
//! - **The UI thread never blocks.** Pages hold what they show; [`tui`]'s worker is the only part of it that calls `ops`.

pub mod text;

pub mod model;

pub mod row;

pub mod check;
pub mod demo;
pub mod filter;
pub mod fix;
pub mod infer;
pub mod report;
pub mod said;

pub mod results;

mod broken;

pub mod read;
pub mod send;
pub mod store;
pub mod validator;

pub mod contract;

pub mod ops;

pub mod cli;
pub mod tui;
