//! The mouse: whatever is clicked has a key as well.

use std::time::{Duration, Instant};

use crossterm::event::{KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{action::Action, app::App, event::Effect, keymap::Mode, tabs::Tab};

/// The second of two clicks comes no later.
const DOUBLE: Duration = Duration::from_millis(400);

/// Lines that one notch of the wheel moves.
const NOTCH: usize = 3;

/// What a click outside of a page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// As if the key had been pressed.
    Key(KeyEvent),
    Tab(Tab),
    /// Leaves so many pages.
    Crumb(usize),
}

/// The last click on a line.
#[derive(Clone, Copy, Debug)]
pub struct Clicked {
    at: Instant,
    place: Position,
}

impl App {
    /// Whether the terminal should say what the mouse does.
    pub fn uses_mouse(&self) -> bool {
        self.mouse
    }

    /// Where else than on the page something can be clicked. Drawing says it anew for each frame.
    pub(super) fn put_spot(&mut self, area: Rect, spot: Spot) {
        self.spots.push((area, spot));
    }

    pub(super) fn turn_mouse(&mut self) {
        self.mouse = !self.mouse;
        let key = self.cx.keys.of(Action::Mouse);
        self.status = Some(if self.mouse {
            format!("The mouse is on. Hold Shift to select text, or press {key}.")
        } else {
            format!("The mouse is off: text is selected as in any terminal. {key} turns it on.")
        });
    }

    pub(super) fn mouse(&mut self, event: MouseEvent) {
        let place = Position::new(event.column, event.row);
        let sideways = event.modifiers.contains(KeyModifiers::SHIFT);
        match event.kind {
            _ if self.is_too_small() => {}
            MouseEventKind::Down(MouseButton::Left) => self.click(place),
            MouseEventKind::Down(MouseButton::Right) => self.ask_what_to_do(place),
            MouseEventKind::ScrollUp if sideways => self.scroll(Action::Left),
            MouseEventKind::ScrollDown if sideways => self.scroll(Action::Right),
            MouseEventKind::ScrollUp => self.scroll(Action::Up),
            MouseEventKind::ScrollDown => self.scroll(Action::Down),
            MouseEventKind::ScrollLeft => self.scroll(Action::Left),
            MouseEventKind::ScrollRight => self.scroll(Action::Right),
            _ => {}
        }
    }

    fn click(&mut self, place: Position) {
        self.stopped = None;
        let before = self.clicked.take();
        if let Some(spot) = self.spot(place) {
            return self.press_spot(spot);
        }
        if let Some(overlay) = &mut self.overlay {
            let verdict = overlay.click(place, &self.cx);
            return self.conclude(verdict);
        }
        if self.mode() == Mode::Typing {
            return self.pages.top_mut().point_while_typing(place, &mut self.cx);
        }
        self.tab = None;
        if !self.pages.top_mut().point(place, &mut self.cx) {
            return;
        }
        self.status = None;
        let Some(now) = self.cx.now else {
            return;
        };
        let is_second = |one: Clicked| one.place.y == place.y && now - one.at < DOUBLE;
        if before.is_some_and(is_second) {
            self.act(Action::Open);
        } else {
            self.clicked = Some(Clicked { at: now, place });
        }
    }

    /// The menu, for the line under the pointer.
    fn ask_what_to_do(&mut self, place: Position) {
        if self.overlay.is_none() && self.mode() == Mode::Moving {
            self.tab = None;
            self.pages.top_mut().point(place, &mut self.cx);
            self.act(Action::Menu);
        }
    }

    /// Moves and nothing else: at the first line it stops.
    fn scroll(&mut self, action: Action) {
        if self.mode() == Mode::Typing && self.overlay.is_none() {
            return;
        }
        let times = match action {
            Action::Left | Action::Right => 1,
            _ => NOTCH,
        };
        for _ in 0..times {
            match &mut self.overlay {
                Some(overlay) => {
                    let verdict = overlay.scroll(action, &self.cx);
                    self.conclude(verdict);
                }
                None => self.pages.top_mut().act(action, &mut self.cx),
            }
        }
        let moves = |effect: &Effect| !matches!(effect, Effect::Tabs | Effect::Act(_));
        self.cx.effects.retain(moves);
    }

    fn spot(&self, place: Position) -> Option<Spot> {
        let mut spots = self.spots.iter();
        spots
            .find(|(area, _)| area.contains(place))
            .map(|(_, spot)| *spot)
    }

    fn press_spot(&mut self, spot: Spot) {
        match spot {
            Spot::Key(key) => self.key(key),
            // What lies over the page, or is being typed, is left first.
            _ if self.overlay.is_some() || self.mode() == Mode::Typing => {}
            Spot::Tab(tab) => {
                self.tab = None;
                self.act(tab.action());
            }
            Spot::Crumb(pages) => {
                self.tab = None;
                for _ in 0..pages {
                    self.cx.back();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::tui::{
        event::{Event, JobRequest},
        testing::{feed, picture, press, problems},
    };

    /// Where a text is to be seen.
    fn place_of(app: &mut App, text: &str) -> Position {
        let picture = picture(app);
        let lines = picture.lines().enumerate();
        let found = lines.filter_map(|(y, line)| Some((line.find(text)?, y, line)));
        let (x, y, line) = found
            .last()
            .unwrap_or_else(|| panic!("{text:?} is not in\n{picture}"));
        let x = crate::text::width(&line[..x]);
        Position::new(x as u16, y as u16)
    }

    fn event(app: &mut App, kind: MouseEventKind, place: Position) -> Vec<Effect> {
        let modifiers = KeyModifiers::NONE;
        let (column, row) = (place.x, place.y);
        let event = MouseEvent {
            kind,
            column,
            row,
            modifiers,
        };
        let effects = app.update(Event::Mouse(event));
        feed(app, effects.clone());
        effects
    }

    fn click(app: &mut App, text: &str) -> Vec<Effect> {
        let place = place_of(app, text);
        event(app, MouseEventKind::Down(MouseButton::Left), place)
    }

    #[test]
    fn a_click_on_the_filter_line_begins_to_type_one() {
        let mut app = problems((80, 60));
        press(&mut app, "2");
        click(&mut app, "type / to add one");
        let shown = picture(&mut app);
        assert!(shown.contains("Enter Keep this filter"), "{shown}");
        press(&mut app, "<esc>.");
        click(&mut app, "Filter");
        let shown = picture(&mut app);
        assert!(!shown.contains("Filter  [ /"), "{shown}");
    }

    #[test]
    fn a_click_selects_a_second_one_opens() {
        let mut app = problems((100, 30));
        let start = Instant::now();
        app.update(Event::Tick(start));
        click(&mut app, "Stage not in the list");
        assert!(picture(&mut app).contains("> Stage not in the list"));
        // A slow second click is another first one.
        app.update(Event::Tick(start + Duration::from_secs(1)));
        click(&mut app, "Stage not in the list");
        assert!(picture(&mut app).contains("[1 Problems 6]"));
        app.update(Event::Tick(start + Duration::from_millis(1_200)));
        click(&mut app, "Stage not in the list");
        assert!(picture(&mut app).contains("> Problems > Stage not in the list"));
        click(&mut app, "Problems >");
        assert!(picture(&mut app).contains("> Stage not in the list"));
    }

    #[test]
    fn tabs_hints_and_buttons_do_what_their_keys_do() {
        let mut app = problems((80, 40));
        click(&mut app, "5 History");
        assert!(picture(&mut app).contains("[5 History 4]"));
        click(&mut app, "1 Problems");
        click(&mut app, "v Values");
        assert!(picture(&mut app).contains("different values"));
        click(&mut app, "Esc Back");
        click(&mut app, "Menu");
        assert!(picture(&mut app).contains("Menu: Problems"));
        click(&mut app, "Search all commands");
        assert!(picture(&mut app).contains("┌ Commands"));
        press(&mut app, "<esc>");
        press(&mut app, "S");
        let effects = click(&mut app, "[ Send 3 records ]");
        let sends = |effect: &Effect| matches!(effect, Effect::Start(JobRequest::Send { .. }));
        assert!(effects.iter().any(sends), "{effects:?}");
    }

    #[test]
    fn a_click_beside_a_dialog_presses_nothing() {
        let mut app = problems((80, 24));
        press(&mut app, "S");
        let place = Position::new(2, 10);
        let left = MouseEventKind::Down(MouseButton::Left);
        assert_eq!(event(&mut app, left, place), []);
        assert!(picture(&mut app).contains("[>Go back ]"));
        click(&mut app, "[>Go back ]");
        assert!(!picture(&mut app).contains("Go back"));
    }

    #[test]
    fn the_right_button_opens_the_menu_of_the_line_and_the_wheel_only_moves() {
        let mut app = problems((80, 24));
        let place = place_of(&mut app, "Deal value");
        event(&mut app, MouseEventKind::Down(MouseButton::Right), place);
        assert!(picture(&mut app).contains("Menu: Problems"));
        press(&mut app, "<esc>");
        assert!(picture(&mut app).contains("> Deal value"));
        event(&mut app, MouseEventKind::ScrollDown, place);
        assert!(picture(&mut app).contains("> Line could not be read"));
        for _ in 0..5 {
            event(&mut app, MouseEventKind::ScrollUp, place);
        }
        assert!(picture(&mut app).contains("> Email address"));
        assert_eq!(app.tab, None);
    }

    #[test]
    fn what_is_typed_is_left_alone() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret><ret><ret>x");
        assert!(picture(&mut app).contains("Editing"));
        click(&mut app, "customer_id");
        click(&mut app, "Problems >");
        assert!(picture(&mut app).contains("Editing"));
    }

    #[test]
    fn m_turns_the_mouse_off_and_on() {
        let mut app = problems((80, 24));
        assert!(app.uses_mouse());
        press(&mut app, "M");
        assert!(!app.uses_mouse());
        assert!(picture(&mut app).contains("The mouse is off"));
        press(&mut app, "M");
        assert!(app.uses_mouse());
    }
    #[test]
    fn a_click_finds_records_cells_and_titles_of_the_table_and_lines_to_choose_from() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret>");
        click(&mut app, "21      ready");
        assert!(picture(&mut app).contains(">  21"));
        click(&mut app, "CUS-0000035");
        let shown = picture(&mut app);
        assert!(shown.contains("┌ Cell: customer_id, record 35"), "{shown}");
        click(&mut app, "name         phone");
        assert!(picture(&mut app).contains("sorted by name"));
        click(&mut app, "name ▲");
        assert!(picture(&mut app).contains("sorted by name, reversed"));
        press(&mut app, "c");
        click(&mut app, "[x] phone");
        assert!(picture(&mut app).contains("[ ] phone"));
        press(&mut app, "<esc>s");
        click(&mut app, "  State  ");
        assert!(picture(&mut app).contains("sorted by state"));
    }
}
