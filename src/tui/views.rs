//! Saved views: filters with a name, which are chosen from a list or among the commands.

use super::{
    action::Action,
    app::App,
    asking::{ChoiceOf, Choosable, Choosing, Needs, Wanting},
    commands::with_filter,
    event::{Effect, Wish},
    overlays::{Entry, Overlay},
};
use crate::{model::RunId, ops::View, text};

impl App {
    /// The run and the typed filter of the list in front, if it has one.
    pub(super) fn typed_filter(&self) -> Option<(RunId, &str)> {
        self.pages.top().typed_filter()
    }

    /// The views of the workspace, as commands that list their records.
    pub(super) fn view_entries(&self) -> Vec<Entry> {
        let Some(run) = self.shown_run().map(|run| run.id) else {
            return Vec::new();
        };
        let views = self.cx.filters.views.iter();
        let entry = |view: &View| {
            let words = format!(
                "View {}   {}",
                text::safe(&view.name),
                text::safe(&view.filter)
            );
            let route = with_filter(run, view.filter.clone());
            Entry::particular(Action::Views, words, Effect::Go(route))
        };
        views.map(entry).collect()
    }

    pub(super) fn ask_for_view_name(&mut self) {
        let Some((run, typed)) = self.typed_filter() else {
            return;
        };
        let wanting = Wanting {
            title: "Save this filter as a view".to_owned(),
            body: text::safe(typed).into_owned(),
            label: "Name".to_owned(),
            verb: "Save".to_owned(),
            needs: Needs::View(run, typed.to_owned()),
        };
        self.cx.effects.push(Effect::Prompt(wanting));
    }

    /// Gives the filter of the page in front a name.
    pub(super) fn save_view(&mut self, name: String) {
        let Some((run, filter)) = self.typed_filter() else {
            let key = self.cx.keys.of(Action::Filter);
            self.status = Some(format!(
                "There is no filter to save. {key} filters a list of records."
            ));
            return;
        };
        let filter = filter.to_owned();
        self.cx
            .effects
            .push(Effect::Do(Wish::SaveView { run, name, filter }));
    }

    pub(super) fn remove_view(&mut self, name: String) {
        if let Some(run) = self.shown_run().map(|run| run.id) {
            self.cx
                .effects
                .push(Effect::Do(Wish::RemoveView { run, name }));
        }
    }

    pub(super) fn ask_which_view(&mut self) {
        let views = self.cx.filters.views.iter();
        let lines = views.map(|view| Choosable {
            key: view.name.clone(),
            label: text::safe(&view.name).into_owned(),
            note: text::safe(&view.filter).into_owned(),
            shown: None,
        });
        self.overlay = Some(Overlay::choose(Choosing {
            of: ChoiceOf::Views,
            title: "Saved views".to_owned(),
            lines: lines.collect(),
            at: 0,
        }));
    }

    /// Lists the records of the view that was chosen.
    pub(super) fn go_to_view(&mut self, list_of_views: &Choosing) {
        let name = list_of_views
            .lines
            .get(list_of_views.at)
            .map(|line| &line.key);
        let mut views = self.cx.filters.views.iter();
        let view = views.find(|view| Some(&view.name) == name);
        if let (Some(view), Some(run)) = (view, self.shown_run()) {
            let route = with_filter(run.id, view.filter.clone());
            self.cx.go(route);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ops::{Filters, View},
        tui::{
            event::{Answer, Event},
            testing::{press, problems, shows, wishes},
        },
    };

    /// A screen whose person has saved one view.
    fn with_a_view() -> App {
        let mut app = problems((80, 24));
        let view = View {
            name: "German".to_owned(),
            filter: "country:DE".to_owned(),
        };
        app.cx.filters = Filters {
            recent: Vec::new(),
            views: vec![view],
        };
        app
    }

    #[test]
    fn a_filter_is_saved_as_a_view_by_command_and_by_name() {
        let mut app = problems((80, 24));
        press(&mut app, ":save view German");
        shows(&mut app, "Enter saves the filter as the view German.");
        assert_eq!(press(&mut app, "<ret>"), []);
        shows(&mut app, "There is no filter to save.");
        let wish = |name: &str| Wish::SaveView {
            run: RunId(1),
            name: name.to_owned(),
            filter: "country:DE".to_owned(),
        };
        press(&mut app, "<ret>/country:DE<ret>");
        let asked = press(&mut app, ":save view German<ret>");
        assert!(
            matches!(&asked[..], [Effect::Change(_, made)] if *made == wish("German")),
            "{asked:?}"
        );
        let asked = press(&mut app, ":save this filter<ret>Old German<ret>");
        assert!(
            matches!(&asked[..], [Effect::Change(_, made)] if *made == wish("Old German")),
            "{asked:?}"
        );
    }

    #[test]
    fn a_view_is_listed_among_the_commands_and_in_a_list_that_removes_it() {
        let mut app = with_a_view();
        press(&mut app, ":german");
        shows(&mut app, "View German   country:DE");
        press(&mut app, "<ret>");
        // It is applied, and the cursor is in the list.
        shows(&mut app, "Filter  [country:DE]");
        shows(&mut app, "Esc Clear filter");
        press(&mut app, ":views<ret>");
        shows(&mut app, "Saved views");
        shows(&mut app, "Del Remove it");
        let asked = wishes(&mut app, "<Del>");
        let [Effect::Change(ticket, wish)] = &asked[..] else {
            panic!("{asked:?}")
        };
        let name = "German".to_owned();
        assert_eq!(
            *wish,
            Wish::RemoveView {
                run: RunId(1),
                name
            }
        );
        let gone = Answer::Filters(Filters::default(), "The view German is removed.".to_owned());
        app.update(Event::Answer(*ticket, Ok(gone)));
        shows(&mut app, "The view German is removed.");
        press(&mut app, ":saved view");
        shows(&mut app, "(no view is saved)");
    }
}
