//! Parts of pages that know nothing about records.

pub mod ascii;
pub mod bar;
pub mod cursor;
pub mod diff;
pub mod field;
pub mod footer;
pub mod header;
pub mod lines;
pub mod panel;
pub mod scrollbar;
pub mod stages;
pub mod tree;
pub mod wrap;
