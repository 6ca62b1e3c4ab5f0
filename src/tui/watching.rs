//! What others do in the same workspace appears by itself.

use std::time::Duration;

use super::{answers::Asked, app::App, event::Query};

/// How often it is looked whether somebody has changed the workspace, so that it is seen within a second. A look reads one
/// number.
pub(super) const LOOK: Duration = Duration::from_millis(500);

impl App {
    /// Looks whether the workspace was changed, if it is time to.
    pub(super) fn look_for_changes(&mut self) {
        let Some(now) = self.cx.now else {
            return;
        };
        self.follow_visit(now);
        self.try_again_to_keep(now);
        self.keep_in_pause(now);
        let is_time = (self.seen_at).is_none_or(|seen| now.duration_since(seen) >= LOOK);
        let asked = self.asked.iter().any(|(_, asked)| *asked == Asked::Version);
        if is_time && !asked {
            self.seen_at = Some(now);
            // Nothing is written when another process dies.
            if self.pages.top().watches() {
                self.pages.top_mut().refresh(&mut self.cx);
            }
            let ticket = self.cx.ask(Query::Version);
            self.asked.push((ticket, Asked::Version));
        }
    }

    /// The workspace has this version now.
    pub(super) fn seen(&mut self, version: i64) {
        let before = self.version;
        if before.is_some_and(|before| before != version) {
            self.refresh();
            self.keep_what_waits();
        }
        self.version = Some(version);
        if before != Some(version) {
            let ticket = self.cx.ask(Query::Turns);
            self.asked.push((ticket, Asked::Turns));
        }
        // Whoever dies edits no more, and nothing is written then.
        if before != Some(version) || !self.cx.others.is_empty() {
            let ticket = self.cx.ask(Query::EditClaims);
            self.asked.push((ticket, Asked::Others));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::{
        model::SendReport,
        tui::{
            app::App,
            event::{Answer, Effect, Event, Outcome, Query},
            testing::{feed, problems},
        },
    };

    /// A second passes, and the workspace is of this version then. Says whether the page asked for what it shows again.
    fn looks(app: &mut App, at: Instant, version: i64) -> bool {
        let effects = app.update(Event::Tick(at));
        let ticket = effects.iter().find_map(|effect| match effect {
            Effect::Ask(ticket, Query::Version) => Some(*ticket),
            _ => None,
        });
        let ticket = ticket.expect("it looks");
        let effects = app.update(Event::Answer(ticket, Ok(Answer::Version(version))));
        let asks = |effect: &Effect| matches!(effect, Effect::Ask(_, Query::Groups { .. }));
        effects.iter().any(asks)
    }

    #[test]
    fn what_somebody_else_changed_is_asked_for_again_and_ones_own_only_once() {
        let mut app = problems((80, 24));
        let mut now = Instant::now();
        let mut after_a_second = |app: &mut App, version| {
            now += Duration::from_secs(1);
            looks(app, now, version)
        };
        assert!(!after_a_second(&mut app, 7), "that is how it was found");
        assert!(!after_a_second(&mut app, 7));
        assert!(after_a_second(&mut app, 8));
        assert!(!after_a_second(&mut app, 8));
        // A job of one's own has an end, which is told.
        let effects = app.update(Event::Finished(Ok(Outcome::Sent(SendReport::default()))));
        feed(&mut app, effects);
        assert!(!after_a_second(&mut app, 9));
        assert!(after_a_second(&mut app, 10));
    }

    #[test]
    fn nothing_is_drawn_while_nobody_changes_anything() {
        let mut app = problems((80, 24));
        let now = Instant::now();
        looks(&mut app, now, 7);
        app.take_changed();
        looks(&mut app, now + Duration::from_secs(1), 7);
        assert!(!app.take_changed());
    }
}
