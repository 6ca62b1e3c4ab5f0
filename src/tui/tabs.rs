//! The row of tabs: what they say and where they lead.

use super::{
    action::Action,
    among::whole_run,
    app::App,
    event::{JobRequest, Route},
    pages::Page,
};
use crate::{
    model::{RunRow, Status},
    text,
};

/// What stands in the row of tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Problems,
    Records,
    Review,
    Send,
    History,
    Menu,
}

impl Tab {
    pub const ALL: [Self; 6] = [
        Self::Problems,
        Self::Records,
        Self::Review,
        Self::Send,
        Self::History,
        Self::Menu,
    ];

    pub(super) fn action(self) -> Action {
        match self {
            Self::Problems => Action::ProblemsTab,
            Self::Records => Action::RecordsTab,
            Self::Review => Action::ReviewTab,
            Self::Send => Action::SendTab,
            Self::History => Action::HistoryTab,
            Self::Menu => Action::Menu,
        }
    }

    fn beside(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|tab| *tab == self);
        let at = at.unwrap_or_default().saturating_add_signed(by);
        Self::ALL[at.min(Self::ALL.len() - 1)]
    }
}

impl App {
    /// The row of tabs: arrows choose, Enter presses. Says whether the action is dealt with.
    pub(super) fn act_on_tabs(&mut self, action: Action, tab: Tab) -> bool {
        match action {
            Action::Left => self.tab = Some(tab.beside(-1)),
            Action::Right | Action::NextPanel => self.tab = Some(tab.beside(1)),
            Action::Down | Action::Back => self.tab = None,
            Action::Open => {
                self.tab = None;
                self.act(tab.action());
            }
            Action::Up => {}
            _ => {
                self.tab = None;
                return false;
            }
        }
        true
    }

    pub(super) fn go_to_tab(&mut self, tab: Tab) {
        let Some(run) = self.shown_run().map(|run| run.id) else {
            return;
        };
        let already = match self.pages.top() {
            Page::Records(records) => tab == Tab::Records && records.is_whole_run(),
            Page::Groups(_) => tab == Tab::Problems,
            Page::Review(_) => tab == Tab::Review,
            Page::Sending(_) => tab == Tab::Send,
            Page::History(_) => tab == Tab::History,
            _ => false,
        };
        if already && tab == Tab::Review && self.can_go_elsewhere() {
            return;
        }
        if already {
            self.status = Some("This page is open already.".to_owned());
            return;
        }
        while self.pages.top().problems_of().is_none() && self.pages.pop(&mut self.cx) {}
        match tab {
            Tab::Records => self.cx.go(whole_run(run)),
            Tab::Review => self.cx.go(Route::Review { run }),
            Tab::Send => self.cx.go(Route::Sending { run }),
            Tab::History => self.cx.go(Route::History { run }),
            Tab::Problems => {
                if let (Page::Groups(page), Some(sought)) =
                    (self.pages.top_mut(), self.cx.sought.take())
                {
                    page.point_at_refused(sought, &mut self.cx);
                }
            }
            Tab::Menu => {}
        }
    }

    /// The tab the page in front belongs to.
    pub(super) fn active_tab(&self) -> Tab {
        match self.pages.top() {
            Page::Groups(_) | Page::Values(_) | Page::Comparison(_) => Tab::Problems,
            Page::Review(_) => Tab::Review,
            Page::Sending(_) => Tab::Send,
            Page::History(_) => Tab::History,
            _ => Tab::Records,
        }
    }

    /// `2 Records 1,387`, or `2 1,387` without its word.
    pub(super) fn tab_label(&self, tab: Tab, run: &RunRow, with_word: bool) -> String {
        let (word, count) = match tab {
            Tab::Problems => {
                let problems = self.problems.map_or("...".to_owned(), text::thousands);
                ("Problems", problems)
            }
            Tab::Records => {
                let stored = run.statuses.iter().map(|(_, records)| records).sum();
                ("Records", text::thousands(stored))
            }
            Tab::Review => {
                let ready = run.with_status(Status::Ready);
                ("Review", text::thousands(ready))
            }
            Tab::Send => {
                let percent = self.sent_percent();
                let percent = percent.map_or(String::new(), |percent| format!("{percent}%"));
                ("Send", percent)
            }
            Tab::History => ("History", text::thousands(run.history)),
            Tab::Menu => return "Menu".to_owned(),
        };
        let key = self.cx.keys.of(tab.action());
        let word = if with_word { word } else { "" };
        let parts = [key, word, &count];
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        said.join(" ")
    }

    /// How much of the plan that is being sent is done. 100 only when all is.
    fn sent_percent(&self) -> Option<u64> {
        let job = self.job.as_ref()?;
        if !matches!(job.request, JobRequest::Send { .. }) {
            return None;
        }
        if job.request.run() != self.shown_run().map(|run| run.id) {
            return None;
        }
        let tally = job.progress.sending.as_ref().map(|sending| sending.tally)?;
        (tally.done() * 100).checked_div(tally.total())
    }
}
