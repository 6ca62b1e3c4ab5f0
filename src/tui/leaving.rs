//! Leaving: what is asked before it, and what is said of it.

use super::{
    action::Action,
    answers::Asked,
    app::{App, Exit},
    event::Effect,
    keymap::Mode,
    overlays::{Button, Dialog, Overlay},
    words,
};
use crate::model::{Fault, FaultKind};

impl App {
    /// Asks before leaving where something is left to be sent; else leaves.
    pub(super) fn leave_unless_unsent(&mut self) {
        let run = self.run.as_ref().filter(|_| !self.cx.read_only);
        let Some((body, way, action)) = run.and_then(words::unsent) else {
            self.exit = Some(Exit::Quit);
            return;
        };
        let button = |label: &str, then: Option<Effect>| Button {
            label: label.to_owned(),
            then,
        };
        let mut buttons = vec![button("Stay", None), button("Leave", Some(Effect::Quit))];
        // From a list of runs nothing leads into one of them.
        if self.shown_run().is_some() {
            buttons.insert(1, button(way, Some(Effect::Act(action))));
        }
        let title = "Leave redrive?".to_owned();
        self.overlay = Some(Overlay::Dialog(Dialog::tell(title, body, buttons)));
    }

    /// Ctrl+C: once stops typing, which is said with what the next one does.
    pub(super) fn stop_typing(&mut self) {
        let mut kept = "";
        if self.overlay.is_some() {
            self.overlay = None;
        } else if self.mode() == Mode::Typing {
            if self.pages.top_mut().is_unsaved() {
                kept = "What you typed is kept. ";
            }
            self.pages.top_mut().keep(&mut self.cx);
            self.pages.top_mut().act(Action::Back, &mut self.cx);
        }
        self.cx
            .say(format!("{kept}Press Ctrl+C again to leave redrive."));
    }

    /// Ctrl+Z was pressed: whoever meant to suspend is told how, where there is nothing to undo.
    pub(super) fn mind_suspending(&mut self) {
        if let Some((_, asked)) = self.asked.last_mut()
            && *asked == Asked::Undo
        {
            *asked = Asked::UndoOrSuspend;
        }
    }

    /// Nothing was undone.
    pub(super) fn not_undone(&mut self, error: &anyhow::Error) {
        let fault = error.downcast_ref::<Fault>();
        let is_nothing = fault.is_some_and(|fault| fault.kind == FaultKind::Nothing);
        let mut said = words::reported(error);
        if is_nothing {
            let key = self.cx.keys.of(Action::Commands);
            said += &format!(" To suspend redrive: {key} suspend");
        }
        self.status = Some(said);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::{
        model::Status,
        tui::{
            event::Route,
            event::{Answer, Event, Query, Wish},
            testing::{answer, app_with, press, problems, run, shows, shows_not},
        },
    };

    /// The Problems page of a run whose records stand like this.
    fn standing(statuses: &'static [(Status, u64)]) -> App {
        let route = Route::Groups { run: run().id };
        app_with(route, (80, 24), &move |query: Query| {
            let mut answer = answer(query);
            if let Answer::Groups { run, .. } = &mut answer {
                run.statuses = statuses.to_vec();
            }
            answer
        })
    }

    #[test]
    fn whoever_leaves_with_something_ready_can_go_and_send_it() {
        let mut app = problems((80, 24));
        press(&mut app, "q");
        shows(&mut app, "3 records are ready but not sent.");
        shows(&mut app, "[>Stay ]     [ Review and send ]     [ Leave ]");
        press(&mut app, "<Right><ret>");
        shows(&mut app, "[3 Review 3]");
        assert_eq!(app.exit(), None);
        press(&mut app, "1q<Right><Right><ret>");
        assert_eq!(app.exit(), Some(Exit::Quit));
    }

    #[test]
    fn from_the_list_of_runs_nothing_is_offered_that_does_nothing() {
        let mut app = problems((80, 24));
        press(&mut app, ":another<ret>q");
        shows(&mut app, "[>Stay ]     [ Leave ]");
        press(&mut app, "<Right><ret>");
        assert_eq!(app.exit(), Some(Exit::Quit));
    }

    #[test]
    fn whoever_leaves_a_send_that_was_stopped_is_asked() {
        let mut app = standing(&[(Status::Rejected, 5), (Status::Sending, 1)]);
        press(&mut app, "q");
        shows(&mut app, "1 record is in a send that has not ended.");
        press(&mut app, "<Right><ret>");
        shows(&mut app, "[4 Send");
        let mut app = standing(&[(Status::Ready, 1)]);
        press(&mut app, "q");
        shows(&mut app, "1 record is ready but not sent. It stays ready:");
        let mut app = standing(&[(Status::Rejected, 5)]);
        press(&mut app, "q");
        assert_eq!(app.exit(), Some(Exit::Quit));
    }

    #[test]
    fn whoever_can_only_look_is_not_asked() {
        let mut app = problems((80, 24));
        app.cx.read_only = true;
        press(&mut app, "q");
        assert_eq!(app.exit(), Some(Exit::Quit));
    }

    #[test]
    fn ctrl_z_with_nothing_to_undo_says_how_to_suspend_and_u_does_not() {
        for (key, told) in [("<Ctrl+Z>", true), ("u", false)] {
            let mut app = problems((80, 24));
            let effects = press(&mut app, key);
            let ticket = effects.iter().find_map(|effect| match effect {
                Effect::Change(ticket, Wish::Undo) => Some(*ticket),
                _ => None,
            });
            let nothing = Fault::new(FaultKind::Nothing, "undo:nothing", "nothing to undo");
            app.update(Event::Answer(ticket.unwrap(), Err(nothing.into())));
            shows(&mut app, " Nothing to undo.");
            let words = "Nothing to undo. To suspend redrive: : suspend";
            if told {
                shows(&mut app, words);
            } else {
                shows_not(&mut app, words);
            }
        }
    }

    #[test]
    fn the_first_ctrl_c_in_a_field_says_how_to_quit() {
        for (keys, kept) in [("", false), ("x", true)] {
            let mut app = problems((80, 24));
            app.update(Event::Tick(Instant::now()));
            press(&mut app, "<ret><ret><ret>");
            press(&mut app, keys);
            press(&mut app, "<Ctrl+C>");
            shows(&mut app, "Press Ctrl+C again to leave redrive.");
            shows_not(&mut app, "Nothing was changed.");
            if kept {
                shows(&mut app, "What you typed is kept. Press");
            }
        }
    }
}
