//! What can be done with the step under the cursor, as buttons on its card: whoever has arrows and Enter alone reaches them from
//! any step with Right.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{Entry, History};
use crate::{
    text,
    tui::{
        action::{Action, Offer},
        event::{Cx, Effect},
        theme::Theme,
        widgets::{cursor::put_cursor, panel::upper_edge},
    },
};

/// What the buttons do, in their order.
const DOES: [Action; 3] = [Action::UndoStep, Action::SaveRecipe, Action::GoBack];

const LABELS: [&str; 3] = ["Undo this step", "Save as recipe", "Go back to before this"];

/// The buttons of a card.
#[derive(Debug, Default)]
pub(super) struct Buttons {
    /// The one with focus; the list has it where there is none.
    pub on: Option<usize>,
    /// Where they are, as drawn last; nowhere where there is no card.
    places: Vec<Rect>,
    /// There is room for the list or the card, and for which of them.
    pub is_alone: bool,
    is_open: bool,
}

impl Buttons {
    /// There is no card, or none with buttons.
    pub fn forget(&mut self) {
        (self.on, self.places) = (None, Vec::new());
    }

    /// There is room for both, or for one of them; says whether that is the card of what is chosen, if anything is.
    pub fn has_card_alone(&mut self, area: Rect, is_chosen: bool) -> bool {
        self.is_alone = area.width < 100 && area.height < 16;
        self.is_open &= self.is_alone && is_chosen;
        self.is_open
    }

    /// Puts the focus on the button under the pointer, if there is one. Says whether there is.
    pub fn point(&mut self, place: Position) -> bool {
        let on = self.places.iter().position(|area| area.contains(place));
        self.on = on.or(self.on);
        on.is_some()
    }

    /// Puts the focus on the card, if it has buttons, or else on the list.
    pub fn focus(&mut self, is_card: bool) {
        let has_some = is_card && !self.places.is_empty();
        self.on = has_some.then(|| self.on.unwrap_or(0));
    }

    /// The edge of the box that a double click exchanges for the other, in a page of this area.
    pub fn zooms(&self, area: Rect) -> Rect {
        upper_edge(if self.is_alone { area } else { Rect::ZERO })
    }
}

impl History {
    /// Moves between the list and the buttons, and presses them. Says whether the action is dealt with.
    pub(super) fn act_on_buttons(&mut self, action: Action, cx: &mut Cx) -> bool {
        if self.buttons.is_alone && self.turn_over(action) {
            return true;
        }
        let has_some = !self.buttons.places.is_empty() || self.buttons.is_open;
        let Some(on) = self.buttons.on.filter(|_| has_some) else {
            self.buttons.on = None;
            let enters = matches!(action, Action::Right | Action::NextPanel);
            match (enters, has_some) {
                (true, true) => self.buttons.on = Some(0),
                // Where there is no room for the card, the menu says the same.
                (true, false) => cx.effects.push(Effect::Act(Action::Menu)),
                (false, _) => {}
            }
            return enters;
        };
        let last = DOES.len() - 1;
        match action {
            Action::Up | Action::Left | Action::PreviousPanel => {
                self.buttons.on = on.checked_sub(1);
            }
            Action::Down | Action::Right => self.buttons.on = Some((on + 1).min(last)),
            Action::NextPanel => self.buttons.on = Some(on + 1).filter(|on| *on <= last),
            Action::Back => self.buttons.on = None,
            // As if it had been chosen from the menu: what cannot be done says why.
            Action::Open => cx.effects.push(Effect::Act(DOES[on])),
            _ => return false,
        }
        true
    }

    /// Where there is room for one of them, Right goes from the list to the card and Left or Esc back. Says whether it did.
    fn turn_over(&mut self, action: Action) -> bool {
        let has_buttons = self.chosen().and_then(Entry::step).is_some();
        let buttons = &mut self.buttons;
        let turns = match action {
            Action::Zoom => true,
            Action::Right | Action::NextPanel => !buttons.is_open,
            Action::Back => buttons.is_open,
            Action::Left | Action::PreviousPanel => {
                buttons.is_open && buttons.on.is_none_or(|on| on == 0)
            }
            _ => false,
        };
        if turns {
            buttons.is_open = !buttons.is_open;
            buttons.on = (buttons.is_open && has_buttons).then_some(0);
        }
        turns
    }

    /// While a button has focus, Enter presses it.
    pub(super) fn name_button(&self, offers: &mut [Offer]) {
        let Some(on) = self.buttons.on else {
            return;
        };
        let pressed = offers.iter().find(|offer| offer.action == DOES[on]);
        let unable = pressed.and_then(|offer| offer.unable.clone());
        let open = offers.iter_mut().find(|offer| offer.action == Action::Open);
        if let Some(open) = open {
            *open = Offer::new(Action::Open, LABELS[on]).unless(unable);
        }
    }

    pub fn escape(&self) -> &'static str {
        match self.buttons.on {
            Some(_) => "Back to the list",
            None if self.buttons.is_open => "Back to the list",
            None => "Back",
        }
    }

    /// Lines the buttons take.
    pub(super) fn button_lines(entry: &Entry, short: bool) -> u16 {
        match (entry.step(), short) {
            (None, _) => 0,
            (Some(_), true) => 2,
            (Some(_), false) => 5,
        }
    }

    /// Draws the buttons into so many lines as [`Self::button_lines`] says.
    pub(super) fn draw_buttons(
        &mut self,
        frame: &mut Frame,
        area: Rect,
        short: bool,
        theme: Theme,
    ) {
        self.buttons.places.clear();
        let Some(step) = self.chosen().and_then(Entry::step) else {
            return self.buttons.forget();
        };
        let later = self.later(step).count() as u64;
        let also = match later {
            0 => String::new(),
            later => format!("also undoes {}", text::count(later, "later step")),
        };
        let back = match (short, later) {
            (true, 1..) => format!("Go back to before this: {also}"),
            _ => LABELS[2].to_owned(),
        };
        let labels = [LABELS[0], LABELS[1], &back];
        let unable = self
            .offers()
            .into_iter()
            .filter(|offer| offer.unable.is_some());
        let unable: Vec<Action> = unable.map(|offer| offer.action).collect();
        for (n, (label, (x, y))) in labels.into_iter().zip(at(short)).enumerate() {
            let focus = self.buttons.on == Some(n);
            // What cannot be done is no button to look at; the cursor gets there and hears why.
            let label = match (focus, unable.contains(&DOES[n])) {
                (true, false) => format!("[>{label} ]"),
                (true, true) => format!(" >{label}  "),
                (false, false) => format!("[ {label} ]"),
                (false, true) => format!("  {label}  "),
            };
            let place = Rect {
                x: area.x + 1 + x,
                y: area.y + y,
                width: text::width(&label) as u16,
                height: 1,
            };
            let place = place.intersection(area);
            let style = match (focus, unable.contains(&DOES[n])) {
                (true, _) => theme.select(),
                (false, true) => theme.muted(),
                (false, false) => theme.accent(),
            };
            frame.render_widget(
                Paragraph::new(Line::from(Span::styled(label, style))),
                place,
            );
            if focus {
                put_cursor(frame, place, (1, 0));
            }
            self.buttons.places.push(place);
        }
        if !short && later > 0 {
            draw_also(frame, area, &also);
        }
    }
}

/// Where the buttons stand: two in one line where there is little room.
fn at(short: bool) -> [(u16, u16); 3] {
    if short {
        [(0, 0), (24, 0), (0, 1)]
    } else {
        [(0, 0), (0, 1), (0, 2)]
    }
}

/// What a button does besides, below it.
fn draw_also(frame: &mut Frame, area: Rect, also: &str) {
    let lines = [
        format!("   {also};"),
        "   what was sent stays as it is".to_owned(),
    ];
    for (line, y) in lines.into_iter().zip(area.y + 3..) {
        let place = Rect {
            x: area.x + 1,
            y,
            width: area.width.saturating_sub(1),
            height: 1,
        };
        frame.render_widget(Paragraph::new(Line::from(line)), place.intersection(area));
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::testing::{picture, press, problems, shows, shows_not};

    #[test]
    fn in_a_small_window_right_leads_to_the_card_and_left_back() {
        let mut app = problems((60, 16));
        press(&mut app, "5");
        shows_not(&mut app, "Save as recipe");
        press(&mut app, "<Down><Down><Down><Right>");
        insta::assert_snapshot!(picture(&mut app), @r"
         redrive  ... > History                 [TEST]  saved 02:41
          1 6  2 1,387  3 3  4 [5 History 4]                   Menu
        ┌ Fix all, 20 Nov 2025 ────────────────────────────────────┐
        │ contact_email  trim, lower case                          │
        │ 12 records, step 1                                       │
        │                                                          │
        │ Can be undone.                                           │
        │                                                          │
        │ [>Undo this step ]                                       │
        │ [ Save as recipe ]                                       │
        │ [ Go back to before this ]                               │
        │                                                          │
        │                                                          │
        └──────────────────────────────────────────────────────────┘
         u undoes your newest step, U brings it back.
         Enter Undo this step  u Undo  ? Help  Esc Back to the list
        ");
        shows(&mut app, "[>Undo this step ]");
        press(&mut app, "<Down>");
        shows(&mut app, "[>Save as recipe ]");
        press(&mut app, "<Up><Left>");
        shows(&mut app, "What was done, newest first");
        press(&mut app, "z<esc>");
        shows(&mut app, "What was done, newest first");
        press(&mut app, "<Right><Right><ret>");
        shows(&mut app, "recipe");
    }
}
