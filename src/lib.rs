//! redrive: a terminal workbench for the records that an import run rejected.
//!
//! # Floors
//!
//! A module uses only modules on lower floors; modules on one floor are strangers. `tests/tidy.rs` holds this.
//!
//! | floor | modules | what they are |
//! |---|---|---|
//! | 0 | [`text`] | makes untrusted text safe for a terminal |
//! | 1 | [`model`] | the words: plain values, no IO, no clock, no SQL |
//! | 2 | [`row`] | one record's text: cells or JSON, its spans, splicing |
//! | 3 | [`check`], [`fix`], [`filter`], [`demo`] | pure decisions |
//! | 4 | [`read`], [`store`], [`send`] | the outside world: input files, SQLite, destinations |
//! | 5 | [`contract`] | what a good record is and where it goes, from a TOML file |
//! | 6 | [`ops`] | what a person can do, one file each |
//! | 7 | [`cli`], [`tui`] | two thin faces of `ops` |

pub mod text;

pub mod model;

pub mod row;

pub mod check;
pub mod demo;
pub mod filter;
pub mod fix;

pub mod read;
pub mod send;
pub mod store;

pub mod contract;

pub mod ops;

pub mod cli;
pub mod tui;
