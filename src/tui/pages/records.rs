//! The records of one problem, or all of them.

use std::{sync::Arc, time::Instant};

use crossterm::event::KeyEvent;
use ratatui::{Frame, layout::Rect, text::Line};

use crate::{
    filter::Filter,
    model::{RecordId, RunId},
    tui::{
        action::{Action, Offer},
        event::{Answer, Cx, Query, Ticket},
        keymap::Mode,
        theme::Theme,
    },
};

#[derive(Debug)]
pub struct Records {
    run: RunId,
    filter: Filter,
    title: String,
    typed: Option<String>,
    pending: Option<Ticket>,
}

impl Records {
    pub fn open(
        run: RunId,
        filter: Filter,
        title: String,
        typed: Option<String>,
        cx: &mut Cx,
    ) -> Self {
        let pending = Some(cx.ask(Query::Ids {
            filter: filter.clone(),
        }));
        Self {
            run,
            filter,
            title,
            typed,
            pending,
        }
    }

    pub fn is_whole_run(&self) -> bool {
        true
    }

    pub fn offers(&self) -> Vec<Offer> {
        Vec::new()
    }

    pub fn escape(&self) -> &'static str {
        "Back"
    }

    pub fn mode(&self) -> Mode {
        Mode::Moving
    }

    pub fn act(&mut self, action: Action, cx: &mut Cx) {
        if action == Action::Back {
            cx.back();
        }
    }

    pub fn type_key(&mut self, _key: KeyEvent, _cx: &mut Cx) {}

    pub fn paste(&mut self, _text: &str, _cx: &mut Cx) {}

    pub fn awaits(&self, ticket: Ticket) -> bool {
        self.pending == Some(ticket)
    }

    pub fn receive(&mut self, _ticket: Ticket, _answer: anyhow::Result<Answer>, _cx: &mut Cx) {
        self.pending = None;
    }

    pub fn refresh(&mut self, _cx: &mut Cx) {}

    pub fn waits(&self) -> bool {
        false
    }

    pub fn tick(&mut self, _now: Instant, _cx: &mut Cx) {}

    pub fn crumb(&self) -> String {
        String::new()
    }

    pub fn banner(&self, _theme: Theme) -> Option<Line<'_>> {
        None
    }

    pub fn tip(&self) -> String {
        String::new()
    }

    pub fn draw(&mut self, _frame: &mut Frame, _area: Rect, _theme: Theme) {}
}
