//! How the Problems page looks.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
};

use super::{Groups, State};
use crate::tui::{
    pages::{about, card, funnel},
    theme::Theme,
    widgets::{
        cursor::put_cursor,
        lines::Lines,
        panel::{said, upper_edge},
    },
};

impl Groups {
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let State::Known(run, groups) = &self.state else {
            return funnel::draw_state(frame, area, &self.state, theme);
        };
        self.lines = Lines::default();
        self.zooms = Rect::ZERO;
        self.done_places.clear();
        if groups.iter().all(|group| group.open == 0) {
            return self.draw_done(frame, area, theme);
        }
        let wide = area.width >= 100;
        let narrow = area.width < 80 || area.height < 18;
        let [top, rest] = area.layout(&Layout::vertical([
            Constraint::Length(if narrow {
                0
            } else {
                funnel::funnel_height(area)
            }),
            Constraint::Fill(1),
        ]));
        let (list, card) = match (wide, narrow) {
            _ if self.zoomed => (Rect::ZERO, rest),
            (true, _) => {
                let [list, card] = rest.layout(&Layout::horizontal([
                    Constraint::Fill(1),
                    Constraint::Length(40 + (area.width - 100) / 3),
                ]));
                (list, card)
            }
            (false, false) => {
                let [list, card] = rest.layout(&Layout::vertical([
                    Constraint::Fill(1),
                    Constraint::Length(6),
                ]));
                (list, card)
            }
            (false, true) => (rest, Rect::ZERO),
        };
        funnel::draw_funnel(frame, top, run, theme);
        let mut first = self.first;
        let view = self.view(run, groups, wide);
        let mut lines = Lines::default();
        if !list.is_empty() {
            lines = about::draw_list(frame, list, &view, &mut first, theme);
        }
        if !card.is_empty() {
            card::draw_card(frame, card, &view, theme);
        }
        if list.is_empty() {
            put_cursor(frame, card, (2, 1));
        }
        (self.first, self.lines, self.late) = (first, lines, said(card));
        self.zooms = upper_edge(if card.is_empty() { list } else { card });
    }

    /// Nothing is left to fix: how the records stand, and where to go on.
    fn draw_done(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        let State::Known(run, _) = &self.state else {
            return;
        };
        let [top, rest] = area.layout(&Layout::vertical([
            Constraint::Length(funnel::funnel_height(area)),
            Constraint::Fill(1),
        ]));
        funnel::draw_funnel(frame, top, run, theme);
        let lines = self.done_in_words(run);
        let mut places = funnel::draw_words(frame, rest, "Problems", &lines, theme);
        // What is said comes before the ways to go on.
        self.done_places = places.split_off(lines.len() - self.ways(run).len());
    }
}
