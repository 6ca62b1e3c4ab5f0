//! One file a transform.

pub mod boolean;
pub mod case;
pub mod copy_from;
pub mod date;
pub mod default;
pub mod encoding;
pub mod formula;
pub mod join;
pub mod map;
pub mod number;
pub mod pattern;
pub mod phone;
pub mod remove;
pub mod replace;
pub mod set;
pub mod split;
pub mod tidy;
