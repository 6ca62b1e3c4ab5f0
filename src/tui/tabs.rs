//! The row of tabs: where it leads.

use super::{
    action::Action,
    app::{App, whole_run},
    event::Route,
    pages::Page,
};

impl App {
    /// The row of tabs: arrows choose, Enter presses. Says whether the action is dealt with.
    pub(super) fn act_on_tabs(&mut self, action: Action, tab: usize) -> bool {
        match action {
            Action::Left => self.tab = Some(tab.saturating_sub(1)),
            Action::Right | Action::NextPanel => self.tab = Some((tab + 1).min(3)),
            Action::Down | Action::Back => self.tab = None,
            Action::Open => {
                self.tab = None;
                match tab {
                    0 => self.act(Action::ProblemsTab),
                    1 => self.act(Action::RecordsTab),
                    2 => self.act(Action::HistoryTab),
                    _ => self.act(Action::Menu),
                }
            }
            Action::Up => {}
            _ => {
                self.tab = None;
                return false;
            }
        }
        true
    }

    pub(super) fn go_to_tab(&mut self, tab: usize) {
        let Some(run) = self.shown_run().map(|run| run.id) else {
            return;
        };
        let already = match self.pages.top() {
            Page::Records(records) => tab == 1 && records.is_whole_run(),
            Page::Groups(_) => tab == 0,
            Page::History(_) => tab == 2,
            _ => false,
        };
        if already {
            return;
        }
        while self.pages.top().problems_of().is_none() && self.pages.pop() {}
        match tab {
            1 => self.cx.go(whole_run(run)),
            2 => self.cx.go(Route::History { run }),
            _ => {}
        }
    }
}
