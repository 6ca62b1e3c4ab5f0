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

    /// The place of the page that waits for this answer, covered or not.
    pub fn awaiting(&self, ticket: Ticket) -> Option<usize> {
        self.iter().position(|page| page.awaits(ticket))
    }

    /// The place of the page on top.
    pub fn last(&self) -> usize {
        self.below.len()
    }

    /// The page at a place, counted from the first one.
    pub fn at_mut(&mut self, place: usize) -> &mut Page {
        self.below.get_mut(place).unwrap_or(&mut self.top)
    }

    pub fn push(&mut self, page: Page) {
        self.below.push(std::mem::replace(&mut self.top, page));
    }

    pub fn replace(&mut self, page: Page, cx: &mut Cx) {
        self.replace_at(self.below.len(), page, cx);
    }

    /// Puts a page in the place of another, whatever lies over that.
    pub fn replace_at(&mut self, place: usize, page: Page, cx: &mut Cx) {
        let old = self.at_mut(place);
        old.leave(cx);
        *old = page;
    }

    /// Puts a page in the place of another and of all below that: another run begins.
    pub fn begin_at(&mut self, place: usize, page: Page, cx: &mut Cx) {
        self.replace_at(place, page, cx);
        let place = place.min(self.below.len());
        for mut old in self.below.drain(..place).rev() {
            old.leave(cx);
        }
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

#[cfg(test)]
mod tests {
    use crate::{
        model::RecordId,
        tui::{
            event::Query,
            testing::{answer, feed_with, press, problems, shows},
        },
    };

    #[test]
    fn a_page_that_is_covered_is_replaced_where_it_is() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret><ret>b");
        shows(&mut app, "1 What to do");
        // Somebody makes the record unreadable meanwhile.
        app.refresh();
        let effects = app.settle();
        feed_with(&mut app, effects, &|query| match query {
            Query::Record { .. } => answer(Query::Record { id: RecordId(28) }),
            other => answer(other),
        });
        shows(&mut app, "1 What to do");
        press(&mut app, "<esc>");
        assert!(app.pages.top().is_raw());
    }
}
