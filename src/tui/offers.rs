//! What can be done now, and why the rest cannot.

use super::{
    action::{Action, Offer},
    app::App,
    keymap::Mode,
    pages::Page,
};
use crate::model::{RunRow, Status};

impl App {
    /// Everything the page and the app would carry out now, or say why not.
    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = self.pages.top().offers();
        self.offer_elsewhere(&mut offers);
        if self.mode() == Mode::Moving || self.overlay.is_some() {
            let mut more = vec![Action::Menu, Action::Commands, Action::Leave];
            more.extend([Action::Copy, Action::Mouse]);
            more.extend([Action::Times, Action::Redraw, Action::Quit]);
            if self.pages.top().subject().is_some() {
                more.push(Action::Why);
            }
            if self.shown_run().is_some() {
                more.extend([Action::Send, Action::CheckAll, Action::Undo, Action::Redo]);
                more.extend([Action::Runs, Action::ProblemsTab, Action::RecordsTab]);
                more.extend([Action::Report, Action::SaveView, Action::Views]);
                more.extend([Action::GoToRecord, Action::Unsaved]);
                more.extend([Action::ReviewTab, Action::SendTab, Action::HistoryTab]);
            }
            if self.job.is_some() {
                let at = offers.len().min(1);
                offers.insert(at, Offer::new(Action::StopJob, "Stop"));
            }
            for action in more {
                if offers.iter().all(|offer| offer.action != action) {
                    offers.push(Offer::new(action, ""));
                }
            }
        }
        for offer in &mut offers {
            if offer.unable.is_none() {
                offer.unable = self.refusal(offer.action);
            }
            // Said, and not refused: whoever presses the key hears of it from the workspace, which knows best.
            let nothing = self.cx.nothing_to_turn(offer.action);
            offer.unable = offer.unable.take().or(nothing.map(str::to_owned));
        }
        offers
    }

    /// Why an action cannot be done now.
    pub(super) fn unable(&self, action: Action) -> Option<String> {
        let offer = (self.pages.top().offers().into_iter()).find(|offer| offer.action == action);
        offer
            .and_then(|offer| offer.unable)
            .or_else(|| self.refusal(action))
    }

    /// Why an action cannot be done now, as far as the app knows.
    fn refusal(&self, action: Action) -> Option<String> {
        if action.about().changes && self.cx.read_only {
            return Some("the workspace is open to read only".to_owned());
        }
        let run = self.shown_run();
        match action {
            _ if self.job.is_some() && self.pages.top().starts(action) => {
                Some("something is running already".to_owned())
            }
            Action::Send if run.is_some_and(|run| !has_something_to_send(run)) => {
                Some("nothing is ready to be sent".to_owned())
            }
            Action::CheckAll if run.is_some_and(|run| run.contract.is_none()) => {
                Some("this run has no contract to check against".to_owned())
            }
            Action::SaveView if self.typed_filter().is_none() => {
                let key = self.cx.keys.of(Action::Filter);
                Some(format!(
                    "no filter is typed; {key} filters a list of records"
                ))
            }
            Action::Views if self.cx.filters.views.is_empty() => {
                Some("no view is saved".to_owned())
            }
            Action::StopJob if self.job.is_none() => match self.pages.top() {
                Page::Sending(page) if page.stopped().is_some() => None,
                _ => Some("nothing is running".to_owned()),
            },
            _ => None,
        }
    }
}

/// A sending that was stopped is continued by the next one.
fn has_something_to_send(run: &RunRow) -> bool {
    run.with_status(Status::Ready) + run.with_status(Status::Sending) > 0
}
