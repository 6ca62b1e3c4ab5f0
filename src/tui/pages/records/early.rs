//! What is pressed before the list has been read: moves of the cursor, the Enter that opens a record, and what is typed for
//! that.

use super::{Records, State};
use crate::tui::{
    action::Action,
    event::Cx,
    pages::ahead::{Ahead, MOST, Typed},
};

/// What waits for the list. Nothing of it changes a record.
#[derive(Debug, Default)]
pub(in crate::tui::pages) struct Early {
    moves: Vec<Action>,
    /// Enter was pressed.
    opens: bool,
    /// It was pressed once more: what follows is for the record.
    record: Option<Ahead>,
    /// A key that is kept for nobody came: what follows was meant for something else.
    is_over: bool,
}

impl Early {
    /// Whether text is typed for the record.
    pub fn is_typed_into(&self) -> bool {
        self.record.is_some()
    }

    fn act(&mut self, action: Action) {
        if let Some(record) = &mut self.record {
            return record.act(action);
        }
        let is_move = matches!(
            action,
            Action::Up
                | Action::Down
                | Action::PageUp
                | Action::PageDown
                | Action::First
                | Action::Last
        );
        match action {
            _ if self.is_over => {}
            Action::Open | Action::Edit if self.opens => self.record = Some(Ahead::default()),
            Action::Open => self.opens = true,
            _ if is_move && !self.opens && self.moves.len() < MOST => self.moves.push(action),
            _ => self.is_over = true,
        }
    }
}

impl Records {
    /// Whether the list, or what its first rows hold, is still being read.
    pub(super) fn is_early(&self) -> bool {
        let is_read = self.rows.is_empty() && !self.ids.is_empty();
        matches!(self.state, State::Loading) || is_read && self.asked.rows.is_some()
    }

    /// An action before the list is there. `false` where it is none that waits.
    pub(super) fn act_early(&mut self, action: Action, cx: &mut Cx) -> bool {
        let is_first = self.early.moves.is_empty() && !self.early.opens;
        match action {
            // As when the list is there.
            Action::Back if !self.typed.is_empty() => {
                self.early = Early::default();
                return false;
            }
            Action::Back | Action::Leave => {
                self.early = Early::default();
                cx.back();
            }
            Action::Up if is_first => return false,
            // The prompt is there at once.
            Action::Filter if !self.early.opens => {
                self.early = Early::default();
                return false;
            }
            _ => self.early.act(action),
        }
        true
    }

    /// Text before the list is there. `false` where no Enter waits for it.
    pub(super) fn type_early(&mut self, typed: Typed) -> bool {
        let Some(record) = &mut self.early.record else {
            return false;
        };
        record.push(typed);
        true
    }

    /// Nothing comes that it could be for.
    pub(super) fn lose_early(&mut self, cx: &mut Cx) {
        let mut early = std::mem::take(&mut self.early);
        Ahead::lose(&mut early.record, "", cx);
    }

    /// The list is there: the cursor goes where it was moved to, and the record opens that Enter was pressed for.
    pub(in crate::tui::pages) fn catch_up(&mut self, cx: &mut Cx) {
        if self.ids.is_empty() {
            return self.lose_early(cx);
        }
        let early = std::mem::take(&mut self.early);
        for action in early.moves {
            if action != Action::Up || self.at > 0 {
                self.act_on_list(action, cx);
            }
        }
        if early.opens {
            cx.ahead = early.record;
            self.act_on_list(Action::Open, cx);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::{
        event::{Effect, Event, Query},
        testing::{feed, press, problems, shows, shows_not, wishes},
    };

    #[test]
    fn what_is_pressed_before_the_list_is_there_moves_the_cursor_and_opens_a_record() {
        let mut app = problems((80, 24));
        let effects = wishes(&mut app, "<ret><Down><Down><Up><ret>");
        shows(&mut app, "loading ...");
        feed(&mut app, effects);
        shows(&mut app, "Record 2 of 412");
    }

    #[test]
    fn what_is_typed_before_the_list_and_the_record_are_there_goes_into_the_field() {
        let mut app = problems((80, 24));
        let effects = wishes(&mut app, "<ret><ret><ret>q42");
        feed(&mut app, effects);
        shows(&mut app, "Now [ office@q42 ");
        // Digits and letters that no Enter waits for are what they are everywhere.
        let mut app = problems((80, 24));
        let effects = wishes(&mut app, "<ret><ret>5");
        feed(&mut app, effects);
        shows(&mut app, "5 History 4]");
    }

    #[test]
    fn what_is_typed_for_an_unreadable_record_goes_into_its_line() {
        let mut app = problems((80, 24));
        let effects = wishes(&mut app, "<ret><Down><Down><Down><ret><ret>Q");
        feed(&mut app, effects);
        shows(&mut app, "Edit this line");
        shows(&mut app, "LeadQ");
    }

    #[test]
    fn what_waits_for_a_list_that_cannot_be_read_is_given_up_and_said() {
        let mut app = problems((80, 24));
        let effects = wishes(&mut app, "<ret><ret><ret>q42");
        let ids = effects.into_iter().find_map(|effect| match effect {
            Effect::Ask(ticket, Query::Ids { .. }) => Some(ticket),
            _ => None,
        });
        let failed = Err(anyhow::anyhow!("the disk is gone"));
        let effects = app.update(Event::Answer(ids.expect("it is asked"), failed));
        feed(&mut app, effects);
        shows(&mut app, "The disk is gone.");
        let said = "What you typed before the record was shown is not kept.";
        assert_eq!(app.status.as_deref(), Some(said));
        // Keys are what they are everywhere.
        press(&mut app, "5");
        shows(&mut app, "5 History 4]");
    }

    #[test]
    fn a_key_that_changes_records_waits_for_nothing() {
        let mut app = problems((80, 24));
        let mut effects = wishes(&mut app, "<ret><Down>a <Del>o<ret>");
        let changes = |effect: &Effect| matches!(effect, Effect::Change(..));
        assert!(!effects.iter().any(changes), "{effects:?}");
        effects.retain(|effect| {
            matches!(
                effect,
                Effect::Ask(_, Query::Ids { .. } | Query::Rows { .. })
            )
        });
        feed(&mut app, effects);
        shows_not(&mut app, "Record 2 of");
        press(&mut app, "<ret>");
        shows(&mut app, "Record 2 of 412");
    }

    #[test]
    fn esc_clears_the_filter_first_also_before_the_list_is_there() {
        let mut app = problems((100, 30));
        press(&mut app, "2/country:DE<ret>");
        press(&mut app, "1");
        let effects = wishes(&mut app, "2<esc>");
        feed(&mut app, effects);
        shows(&mut app, "Filter cleared.");
        shows(&mut app, "[2 Records");
    }
}
