//! Parts of pages that know nothing about records.

pub mod field;
pub mod tree;
