//! The terminal UI: a loop at the top, pages inside it, effects as data.
//!
//! Keys become [`action::Action`]s, actions become [`event::Effect`]s; only `worker` calls `ops`. Pages see `model`,
//! `text` and `event`, never a store or a channel.

pub mod action;
pub mod event;
pub mod keymap;
pub mod pages;
pub mod theme;
pub mod widgets;
