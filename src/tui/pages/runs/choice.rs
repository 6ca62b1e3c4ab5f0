//! Which runs are listed, and in what order.

use ratatui::{Frame, layout::Rect, style::Style, text::Line, widgets::Paragraph};

use super::{Runs, State, Under};
use crate::{
    model::{RunRow, Status},
    text,
    tui::{
        action::{Action, Offer},
        event::{ChoiceOf, Choosable, Choosing, Cx, Effect},
        theme::Theme,
        widgets::{cursor::put_cursor, field::Field},
    },
};

/// What runs are put in order by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Newest,
    Name,
    ToFix,
    Ready,
}

impl Order {
    const ALL: [Self; 4] = [Self::Newest, Self::Name, Self::ToFix, Self::Ready];

    fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest first",
            Self::Name => "By name",
            Self::ToFix => "Most to fix first",
            Self::Ready => "Most ready first",
        }
    }

    pub fn words(self) -> String {
        self.label().to_lowercase()
    }
}

/// What is typed to find a run by its name, source or contract.
#[derive(Debug, Default)]
pub(super) struct Search {
    field: Field,
    pub is_typing: bool,
}

impl Search {
    pub fn text(&self) -> &str {
        self.field.value().trim()
    }

    fn finds(&self, run: &RunRow) -> bool {
        let wanted = self.text().to_lowercase();
        let contract = run.contract.as_deref().unwrap_or_default();
        let mut texts = [&*run.name, &*run.source, contract].into_iter();
        texts.any(|text| text.to_lowercase().contains(&wanted))
    }
}

impl Runs {
    /// The runs as they are listed.
    pub(super) fn listed(&self) -> Vec<&RunRow> {
        let State::Known(runs) = &self.state else {
            return Vec::new();
        };
        let mut listed: Vec<&RunRow> = runs.iter().filter(|run| self.search.finds(run)).collect();
        match self.order {
            Order::Newest => {}
            Order::Name => listed.sort_by_key(|run| run.name.to_lowercase()),
            Order::ToFix => {
                listed.sort_by_key(|run| std::cmp::Reverse(run.with_status(Status::Rejected)));
            }
            Order::Ready => {
                listed.sort_by_key(|run| std::cmp::Reverse(run.with_status(Status::Ready)));
            }
        }
        listed
    }

    pub(super) fn ask_for_order(&self, cx: &mut Cx) {
        let lines = Order::ALL.map(|order| Choosable {
            key: order.words(),
            label: order.label().to_owned(),
            note: String::new(),
            shown: None,
        });
        let at = Order::ALL.iter().position(|order| *order == self.order);
        cx.effects.push(Effect::Choose(Box::new(Choosing {
            of: ChoiceOf::Order,
            title: "Sort the runs".to_owned(),
            lines: lines.to_vec(),
            at: at.unwrap_or(0),
        })));
    }

    /// The order that was chosen. The list is looked at from its beginning in it.
    pub fn chosen_from(&mut self, list: &Choosing) {
        if let Some(order) = Order::ALL.get(list.at) {
            self.order = *order;
            self.start_over();
        }
    }

    pub(super) fn start_over(&mut self) {
        let first = self.listed().first().map(|run| Under::Run(run.id));
        self.selected = first.unwrap_or(Under::Way(Action::OpenFile));
    }

    pub(super) fn typing_offers() -> Vec<Offer> {
        vec![
            Offer::new(Action::Open, "Keep this filter"),
            Offer::new(Action::ClearText, "Clear"),
        ]
    }

    pub(super) fn act_while_typing(&mut self, action: Action) {
        match action {
            Action::Open | Action::Down | Action::Up => self.search.is_typing = false,
            Action::Back => self.search = Search::default(),
            Action::ClearText => self.search.field.set(""),
            _ => {}
        }
        self.keep_cursor();
    }

    pub fn type_key(&mut self, key: crossterm::event::KeyEvent, cx: &mut Cx) {
        self.search.field.key(key);
        self.keep_cursor();
        self.ask_for_facts(cx);
    }

    pub fn paste(&mut self, pasted: &str, cx: &mut Cx) {
        let words: Vec<&str> = pasted.split_whitespace().collect();
        self.search.is_typing = true;
        self.search.field.paste(&words.join(" "));
        self.keep_cursor();
        self.ask_for_facts(cx);
    }

    /// The cursor stays on its run as long as that is listed.
    pub(super) fn keep_cursor(&mut self) {
        if self.at().is_none() {
            self.start_over();
        }
    }

    /// ` Filter  [ orders_ ]`, as the records have it.
    pub(super) fn draw_search(&mut self, frame: &mut Frame, area: Rect, theme: Theme) {
        if area.is_empty() {
            return;
        }
        let label = " Filter  [";
        if self.search.is_typing {
            let (line, column) = self.search.field.line(40, theme.warn());
            let mut spans = vec![label.into()];
            spans.extend(line.spans);
            spans.push("]".into());
            frame.render_widget(Paragraph::new(Line::from(spans)), area);
            put_cursor(frame, area, ((label.len() + column) as u16, 0));
        } else {
            let typed = text::shorten(&text::safe(self.search.text()), 40);
            let line = format!("{label}{typed}]   / to change");
            frame.render_widget(Paragraph::new(Line::styled(line, Style::new())), area);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::{
        event::{Effect, Query, Route},
        testing::{app, picture, press, shows},
    };

    #[test]
    fn a_run_is_found_by_what_is_typed_and_esc_clears_it_first() {
        let mut app = app(Route::Runs, (80, 24));
        press(&mut app, "/11-19");
        shows(&mut app, " Filter  [ 11-19 ");
        shows(&mut app, "> 2 customers-2025-11-19");
        assert!(!picture(&mut app).contains("20 Nov 2025    "));
        press(&mut app, "<ret>");
        shows(&mut app, "Filter  [11-19]   / to change");
        shows(&mut app, "Esc Clear filter");
        press(&mut app, "<esc>");
        shows(&mut app, "Esc Quit");
        shows(&mut app, "20 Nov 2025    ");
        press(&mut app, "/nothing<ret>");
        shows(&mut app, "No run matches.");
        // What is left is to open something else.
        assert_eq!(press(&mut app, "<ret>"), []);
        shows(&mut app, "┌ Open a file or folder");
        press(&mut app, "<esc>");
        press(&mut app, "/<esc>");
        shows(&mut app, "20 Nov 2025    ");
        assert_eq!(app.exit(), None);
    }

    #[test]
    fn the_runs_are_put_in_order_and_enter_opens_the_one_under_the_cursor() {
        let mut app = app(Route::Runs, (80, 24));
        press(&mut app, "s");
        shows(&mut app, "> Newest first");
        press(&mut app, "<Down><ret>");
        shows(&mut app, " by name ┐");
        let asked = press(&mut app, "<ret>");
        // The older one has the smaller name.
        assert!(
            asked.iter().any(
                |effect| matches!(effect, Effect::Ask(_, Query::Groups { run }) if run.0 == 2)
            ),
            "{asked:?}"
        );
    }

    #[test]
    fn the_last_visit_is_told_and_the_cursor_begins_there() {
        let mut app = app(Route::Runs, (80, 24));
        shows(&mut app, "Your last visit: 20 Nov 2025, 1 step not sent.");
        press(&mut app, "j");
        assert!(!picture(&mut app).contains("Your last visit"));
    }
}
