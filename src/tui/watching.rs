//! What others do in the same workspace appears by itself.

use std::time::Duration;

use super::{answers::Asked, app::App, event::Query};

/// How often it is looked whether somebody has changed the workspace. A look reads one number.
pub(super) const LOOK: Duration = Duration::from_secs(1);

impl App {
    /// Looks whether the workspace was changed, if it is time to.
    pub(super) fn look_for_changes(&mut self) {
        let Some(now) = self.cx.now else {
            return;
        };
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
        let before = self.version.replace(version);
        if before.is_some_and(|before| before != version) {
            self.refresh();
        }
    }
}
