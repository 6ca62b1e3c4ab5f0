//! What is told of the run under the cursor, or of what leads to another one.

use ratatui::{Frame, layout::Rect, text::Line, widgets::Paragraph};

use super::{Action, RunFacts, Runs, Under};
use crate::{
    model::{RunId, RunRow},
    text,
    tui::{event::Place, overlays::wrap, theme::Theme, widgets::panel::panel},
};

impl Runs {
    pub(super) fn draw_card(&self, frame: &mut Frame, area: Rect, theme: Theme) {
        let columns = usize::from(area.width).saturating_sub(4);
        let (title, lines) = match (self.selected, self.chosen()) {
            (Under::Way(way), _) => {
                let lines = said_of(way).iter().flat_map(|line| wrap(line, columns));
                (way.about().sentence.to_owned(), lines.collect())
            }
            (_, Some(run)) if area.width >= 100 => (run.name.clone(), self.wide(run)),
            (_, Some(run)) => (run.name.clone(), self.narrow(run)),
            (_, None) => return,
        };
        let block = panel(area.width, &text::safe(&title), "", false, theme);
        let lines: Vec<Line> = lines
            .iter()
            .map(|line| Line::from(format!(" {}", text::shorten(&text::safe(line), columns))))
            .collect();
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn wide(&self, run: &RunRow) -> Vec<String> {
        let facts = self.facts.get(&run.id);
        let mut first = format!("From   {} ({})", run.source, size(run.bytes));
        if let Some(places) = facts.and_then(|facts| destination(&facts.to)) {
            first.push_str(&format!("     To  {places}"));
        }
        first.push_str(&format!("     Contract  {}", contract(run)));
        let mut second = counts(run, facts.map(|facts| &**facts));
        if let Some((title, _)) = facts.and_then(|facts| facts.biggest.as_ref()) {
            second.push_str(&format!(" Biggest: {title}."));
        }
        let visit = self.visit(run.id);
        let visit = visit.map(|visit| format!("{visit} It will be just as you left it."));
        vec![
            first,
            second,
            visit.unwrap_or_default(),
            String::new(),
            self.others(run.id),
        ]
    }

    fn narrow(&self, run: &RunRow) -> Vec<String> {
        let facts = self.facts.get(&run.id);
        let mut first = format!("{} ({})", run.source, size(run.bytes));
        if let Some(places) = facts.and_then(|facts| destination(&facts.to)) {
            first.push_str(&format!("  to  {places}"));
        }
        first.push_str(&format!("   contract {}", contract(run)));
        let biggest = facts.and_then(|facts| facts.biggest.as_ref());
        let biggest = biggest
            .map(|(title, records)| format!("Biggest: {title} ({}).", text::thousands(*records)));
        vec![
            first,
            counts(run, facts.map(|facts| &**facts)),
            biggest.unwrap_or_default(),
            self.visit(run.id).unwrap_or_default(),
            self.others(run.id),
        ]
    }

    fn visit(&self, run: RunId) -> Option<String> {
        let visit = self.visits.iter().find(|(visited, _)| *visited == run);
        let time = visit.map(|(_, time)| self.clock.day_and_time(time))?;
        let waiting = self.facts.get(&run).map_or(0, |facts| facts.not_sent);
        let waiting = match waiting {
            0 => String::new(),
            steps => format!(", {} not sent", text::count(steps, "step")),
        };
        Some(format!("Your last visit: {time}{waiting}."))
    }

    /// Whether somebody else is at it.
    fn others(&self, run: RunId) -> String {
        let mut names: Vec<&str> = (self.in_work.iter())
            .filter(|(at, _)| *at == run)
            .map(|(_, name)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        let is_sent = self.facts.get(&run).is_some_and(|facts| facts.is_sent);
        match (names.as_slice(), is_sent) {
            ([], true) => "Another process sends from it now. You can look on, and fix.".to_owned(),
            ([], false) => {
                "Nobody else edits in it now. Several people can, at the same time.".to_owned()
            }
            (names, _) => {
                let verb = if names.len() == 1 { "edits" } else { "edit" };
                format!("{} {verb} in it now. You can as well.", names.join(", "))
            }
        }
    }
}

/// What a way to another run does.
fn said_of(way: Action) -> &'static [&'static str] {
    match way {
        Action::OpenFile => &[
            "A file, a folder of files, or a pattern such as out/*.json becomes a run of this workspace, as redrive load \
             does it. Nothing of it is sent.",
            "The path of another workspace opens that one in place of this.",
        ],
        _ => &[
            "10,000 customers of an old system, a contract, and a table of its own that they are sent to, in the folder redrive-demo.",
            "It is a workspace of its own: nothing of yours is in it, and nothing of it leaves that folder.",
        ],
    }
}

/// `48,210 read, 45,912 passed, 2,298 rejected in 7 problems.`
fn counts(run: &RunRow, facts: Option<&RunFacts>) -> String {
    let problems = match facts.map(|facts| facts.problems) {
        Some(0) => ", no problem is open".to_owned(),
        Some(problems) => format!(" in {}", text::count(problems, "problem")),
        None => String::new(),
    };
    format!(
        "{} read, {} passed, {}{} rejected{problems}.",
        text::thousands(run.records),
        text::thousands(run.passed),
        if run.capped { "at least " } else { "" },
        text::thousands(run.rejected),
    )
}

/// The only destination, as `Billing API (PRODUCTION)`, or how many there are.
fn destination(places: &[Place]) -> Option<String> {
    match places {
        [] => None,
        [only] => Some(format!(
            "{} ({})",
            only.name,
            only.environment.to_uppercase()
        )),
        many => Some(text::count(many.len() as u64, "destination")),
    }
}

fn contract(run: &RunRow) -> &str {
    run.contract.as_deref().unwrap_or("none")
}

/// `11.2 MB`
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => text::count(bytes, "byte"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
        _ => format!(
            "{}.{} GB",
            text::thousands(bytes / 1_000_000_000),
            bytes / 100_000_000 % 10
        ),
    }
}
