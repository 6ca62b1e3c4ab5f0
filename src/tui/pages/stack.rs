//! Pages over pages.

use super::Page;
use crate::tui::event::{Cx, Route, Ticket};

/// The pages opened on top of each other. Never empty; the top one is shown.
#[derive(Debug)]
pub struct Stack {
    below: Vec<Page>,
    top: Page,
}

impl Stack {
    /// The page of a route, over those it is reached over, so that Esc leads out of it again.
    pub fn reached(route: Route, cx: &mut Cx) -> Self {
        let below = match &route {
            Route::Records { run, .. } => Some(Route::Groups { run: *run }),
            _ => None,
        };
        match below {
            None => Self::new(Page::open(route, cx)),
            Some(below) => {
                let mut pages = Self::new(Page::open(below, cx));
                pages.push(Page::open(route, cx));
                pages
            }
        }
    }

    pub fn new(first: Page) -> Self {
        Self {
            below: Vec::new(),
            top: first,
        }
    }

    pub fn top(&self) -> &Page {
        &self.top
    }

    pub fn top_mut(&mut self) -> &mut Page {
        &mut self.top
    }

    /// From the first page to the one on top.
    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.below.iter().chain([&self.top])
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Page> {
        self.below.iter_mut().chain([&mut self.top])
    }

    /// The page that waits for this answer, covered or not.
    pub fn awaiting(&mut self, ticket: Ticket) -> Option<&mut Page> {
        self.iter_mut().find(|page| page.awaits(ticket))
    }

    pub fn push(&mut self, page: Page) {
        self.below.push(std::mem::replace(&mut self.top, page));
    }

    pub fn replace(&mut self, page: Page, cx: &mut Cx) {
        self.top.leave(cx);
        self.top = page;
    }

    /// Goes back one page; says whether there was one.
    pub fn pop(&mut self, cx: &mut Cx) -> bool {
        match self.below.pop() {
            Some(page) => {
                self.replace(page, cx);
                true
            }
            None => false,
        }
    }
}
