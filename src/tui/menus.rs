//! Help and menu of the page in front.

use super::{
    action::{Action, Offer, Section},
    app::App,
    keymap::{self, Mode},
    overlays::{Entry, Palette},
};

impl App {
    pub(super) fn help(&self) -> Palette {
        let mode = Mode::Moving;
        let offers = self.offers();
        let mut entries: Vec<Entry> = offers.iter().map(|offer| Entry::new(offer, mode)).collect();
        let always = [Action::Back, Action::Help, Action::Stop];
        let moving = Action::ALL.iter().copied().filter(|action| {
            action.about().section == Section::Moving && !keymap::keys(mode, *action).is_empty()
        });
        for action in always.into_iter().chain(moving) {
            let tab = matches!(
                action,
                Action::ProblemsTab | Action::RecordsTab | Action::HistoryTab
            );
            if !tab && entries.iter().all(|entry| entry.action != action) {
                entries.push(Entry::new(&Offer::new(action, ""), mode));
            }
        }
        entries.retain(|entry| !entry.keys.is_empty());
        sort(&mut entries);
        Palette::help(self.pages.top().name(), entries)
    }

    pub(super) fn menu(&self) -> Palette {
        let mut entries: Vec<Entry> = self
            .offers()
            .iter()
            .filter(|offer| offer.action != Action::Menu && offer.action != Action::Leave)
            .map(|offer| Entry::new(offer, Mode::Moving))
            .collect();
        entries.push(Entry::new(&Offer::new(Action::Help, ""), Mode::Moving));
        entries.retain(|entry| entry.section != Section::Moving || entry.keys.len() == 1);
        sort(&mut entries);
        // Leaving is last, so that nobody leaves by accident.
        if let Some(at) = entries.iter().position(|e| e.action == Action::Quit) {
            let quit = entries.remove(at);
            entries.push(quit);
        }
        Palette::menu(self.pages.top().name(), entries)
    }
}

/// By section, the order within a section kept.
fn sort(entries: &mut [Entry]) {
    entries.sort_by_key(|entry| match entry.section {
        Section::Page => 0,
        Section::Everywhere => 1,
        Section::Moving => 2,
    });
}
