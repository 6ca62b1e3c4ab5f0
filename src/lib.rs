//! redrive: a terminal workbench for the records that an import run rejected.
//!
//! # Floors
//!
//! A module uses only modules on lower floors; modules on one floor are strangers. `tests/tidy.rs` holds this.
//!
//! | floor | modules | what they are |
//! |---|---|---|
//! | 0 | [`model`], [`text`] | the words: plain values, no IO, no clock, no SQL |
//! | 1 | [`row`] | one record's text: cells or JSON, its spans, splicing |
//! | 2 | [`check`], [`fix`], [`filter`], [`demo`] | pure decisions |
//! | 3 | [`read`], [`store`], [`send`] | the outside world: input files, SQLite, destinations |
//! | 4 | [`contract`] | what a good record is and where it goes, from a TOML file |
//! | 5 | [`ops`] | what a person can do, one file each |
//! | 6 | [`cli`], [`tui`] | two thin faces of `ops` |

pub mod model;
pub mod text;

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
