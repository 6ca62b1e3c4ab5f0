//! The list of the Problems page.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use crate::{
    model::{Group, Note, Path, Problem, RunRow, Seen, Severity, Since, Stage, Status, Trend},
    text,
    tui::{
        action::Action,
        keymap::Keys,
        theme::Theme,
        widgets::{
            bar::{bar, percent},
            cursor::put_cursor,
            lines::{Lines, below, first_in_sight},
            panel::{fits, panel},
        },
    },
};

const SEVERAL: &str = " Some records have several problems and are counted in each.";

/// What list and card show.
pub(super) struct List<'a> {
    pub keys: Keys,
    pub run: &'a RunRow,
    pub groups: &'a [Group],
    /// Place of the cursor.
    pub at: usize,
    /// The problem under the cursor as it stands on one line of the input.
    pub example: Option<(u64, &'a Problem)>,
    /// What would help most with the problem under the cursor. Safe to print.
    pub advice: Option<&'a str>,
    /// What people wrote about the problem, oldest first.
    pub notes: &'a [Note],
    /// Since when the problems are there.
    pub since: &'a Since,
    /// What the problems are put in order by, where it is not the usual.
    pub order: Option<String>,
    /// When the run before it was loaded, in words.
    pub before: Option<String>,
    pub wide: bool,
}

impl List<'_> {
    fn seen(&self, group: &Group) -> Option<Seen> {
        self.since.groups.get(&group.id).copied()
    }

    /// `by name, top 2 explain 62%`.
    fn order_and_share(&self) -> String {
        let order = self.order.iter().cloned();
        let words = order.chain([explained(
            self.groups,
            self.run.with_status(Status::Rejected),
        )]);
        let words: Vec<String> = words.filter(|one| !one.is_empty()).collect();
        words.join(", ")
    }

    /// `NEW`, `CAME BACK`; empty for what was there before.
    fn tag(&self, group: &Group) -> String {
        match self.seen(group).map(|seen| seen.trend) {
            Some(trend @ (Trend::New | Trend::CameBack)) if group.open > 0 => trend.tag(),
            _ => String::new(),
        }
    }

    /// What is said below the list, where so many records are rejected.
    fn remarks(&self, rejected: u64) -> Vec<String> {
        let rejecting = |group: &&Group| group.severity == Severity::Error;
        let all: u64 = (self.groups.iter().filter(rejecting))
            .map(|group| group.open)
            .sum();
        let several = (all > rejected).then(|| SEVERAL.to_owned());
        several.into_iter().chain(self.since()).collect()
    }

    /// How the run stands beside the one before it.
    fn since(&self) -> Option<String> {
        let before = self.before.as_ref()?;
        let (new, gone) = (self.since.new, self.since.gone);
        Some(format!(
            " Since the run of {before}: {new} new, {gone} gone ({})",
            self.keys.of(Action::Compare)
        ))
    }

    /// The same in a few words.
    pub fn was_there_in_short(&self, group: &Group) -> Option<String> {
        let seen = self.seen(group)?;
        Some(match seen.trend {
            Trend::New | Trend::CameBack => seen.trend.label().to_owned(),
            _ => format!("{} before", text::thousands(seen.before)),
        })
    }

    /// Whether the problem was there before, in words.
    pub fn was_there(&self, group: &Group) -> Option<String> {
        let seen = self.seen(group)?;
        if group.stage == Stage::Send {
            let words = match seen.trend {
                Trend::CameBack => "It came back: an earlier send was refused so.",
                _ => "New: no send was refused so before.",
            };
            return Some(words.to_owned());
        }
        let before = format!("the run of {}", self.before.as_ref()?);
        let records = text::thousands(seen.before);
        Some(match (seen.trend, seen.last) {
            (Trend::New, _) => format!("New: not in {before}."),
            (Trend::CameBack, Some(last)) => {
                format!("It came back: in run {last}, not in {before}.")
            }
            (Trend::Growing, _) => format!("Growing: {records} in {before}."),
            (Trend::Shrinking, _) => format!("Shrinking: {records} in {before}."),
            _ => format!("As many in {before}."),
        })
    }
}

/// The list, the cursor always in it, and where its lines are; `first` is the first group that is shown.
pub(super) fn draw_list(
    frame: &mut Frame,
    area: Rect,
    view: &List,
    first: &mut usize,
    theme: Theme,
) -> Lines {
    let rejected = view.run.with_status(Status::Rejected);
    let per_group = if view.wide { 2 } else { 1 };
    let room = usize::from(area.height.saturating_sub(3)) / per_group;
    *first = first_in_sight(*first, view.at, view.groups.len(), room);
    let last = view.groups.len().min(*first + room);
    let note = if room < view.groups.len() {
        format!("showing {}-{last} of {}", *first + 1, view.groups.len())
    } else {
        view.order_and_share()
    };
    let title = title(view.groups, rejected);
    let title = (title.iter().find(|title| fits(area.width, title, &note))).unwrap_or(&title[0]);
    let block = panel(area.width, title, &note, true, theme);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let columns = usize::from(inside.width);
    let (name, field, stage) = widths(view, columns);
    let mut heading = format!("   {:<name$}", "Problem");
    if field > 0 {
        heading.push_str(&format!("{:<field$}", "Field"));
    }
    heading.push_str(&format!("{:<stage$}Records Share", "Stage"));
    let mut lines = vec![Line::styled(heading, theme.muted())];
    for (at, group) in view.groups.iter().enumerate().take(last).skip(*first) {
        lines.push(row(view, at, (name, field, stage), theme));
        if view.wide {
            let under = format!("{}, {}", field_label(group), code(group));
            let tag = view.tag(group);
            let room = columns.saturating_sub(6 + text::width(&tag));
            let under = text::shorten(&text::safe(&under), room);
            lines.push(Line::from(vec![
                Span::styled(format!("   {under}  "), theme.muted()),
                Span::styled(tag, theme.accent()),
            ]));
        }
    }
    let remarks = view.remarks(rejected);
    if !remarks.is_empty() && lines.len() + 1 + remarks.len() < usize::from(inside.height) {
        lines.push(Line::default());
        lines.extend(remarks.into_iter().map(Line::from));
    }
    frame.render_widget(Paragraph::new(lines), inside);
    let y = 1 + ((view.at - *first) * per_group) as u16;
    put_cursor(frame, inside, (1, y));
    let len = view.groups.len();
    Lines::of_height(per_group as u16, below(inside, 1), *first, len)
}

/// The widths of the columns for name, field (none where there is no room) and stage.
fn widths(view: &List, columns: usize) -> (usize, usize, usize) {
    let field = match (view.wide, columns) {
        (false, 74..) => 16,
        _ => 0,
    };
    // A column as wide as the longest word in it.
    let is_long = |group: &Group| group.stage == Stage::Validator;
    let stage = if view.groups.iter().any(is_long) {
        10
    } else {
        6
    };
    let name = columns.saturating_sub(25 + stage + field).min(40);
    (name, field, stage)
}

/// `6 problems in 1,384 records, 2 warnings, 1 done`, and the same without the records: what is counted are the lines of the
/// list.
fn title(groups: &[Group], rejected: u64) -> [String; 2] {
    let open = |severity: Severity| {
        let open = |group: &&Group| group.open > 0 && group.severity == severity;
        groups.iter().filter(open).count() as u64
    };
    let (errors, warnings) = (open(Severity::Error), open(Severity::Warning));
    let mut more = String::new();
    if warnings > 0 {
        more.push_str(&format!(", {}", text::count(warnings, "warning")));
    }
    let done = groups.iter().filter(|group| group.open == 0).count();
    if done > 0 {
        more.push_str(&format!(", {} done", text::thousands(done as u64)));
    }
    if errors == 0 && warnings > 0 {
        return [(); 2].map(|()| format!("Nothing to fix{more}"));
    }
    let errors = text::count(errors, "problem");
    let records = text::count(rejected, "record");
    [
        format!("{errors} in {records}{more}"),
        format!("{errors}{more}"),
    ]
}

/// "top 2 explain 70%": the fewest problems whose shares make up half of the records.
fn explained(groups: &[Group], rejected: u64) -> String {
    let rejecting = |group: &&Group| group.severity == Severity::Error;
    let mut open: Vec<u64> = (groups.iter().filter(rejecting))
        .map(|group| group.open)
        .collect();
    open.sort_unstable_by(|a, b| b.cmp(a));
    let mut sum = 0;
    for (at, records) in open.iter().enumerate() {
        sum += records;
        if sum * 2 >= rejected && at + 1 < open.len() {
            return format!("top {} explain {}", at + 1, percent(sum, rejected));
        }
    }
    String::new()
}

fn field_label(group: &Group) -> String {
    match (group.stage, Path::parse(&group.path)) {
        (Stage::Parse, Some(path)) if path.is_root() => "whole line".to_owned(),
        (_, Some(path)) => path.label(),
        (_, None) => group.path.clone(),
    }
}

fn code(group: &Group) -> String {
    if group.detail.is_empty() {
        group.code.clone()
    } else {
        format!("{}:{}", group.code, group.detail)
    }
}

/// Safe text cut and filled up to exactly `columns`.
pub(super) fn padded(safe: &str, columns: usize) -> String {
    let mut shown = text::shorten(safe, columns.saturating_sub(1));
    let gap = columns.saturating_sub(text::width(&shown));
    shown.push_str(&" ".repeat(gap));
    shown
}

/// One problem in one line, with the widths of its columns.
fn row(
    view: &List,
    at: usize,
    (name, field, stage): (usize, usize, usize),
    theme: Theme,
) -> Line<'static> {
    let group = &view.groups[at];
    let rejected = view.run.with_status(Status::Rejected);
    let chosen = at == view.at;
    let style = match (chosen, group.open) {
        (true, _) => theme.select(),
        (false, 0) => theme.disabled(),
        (false, _) => Style::new(),
    };
    let label = text::safe(&field_label(group)).into_owned();
    let warns = group.severity == Severity::Warning;
    let mark = if warns {
        format!("{} ", group.severity.letter())
    } else {
        String::new()
    };
    let tag = if view.wide {
        String::new()
    } else {
        view.tag(group)
    };
    let room = name.saturating_sub(text::width(&tag) + usize::from(!tag.is_empty()));
    let mut row = format!(
        " {} {}",
        if chosen { ">" } else { " " },
        padded(&format!("{mark}{}", text::safe(&group.title)), room)
    );
    if !tag.is_empty() {
        row.push_str(&format!("{tag} "));
    }
    if field > 0 {
        row.push_str(&padded(&label, field));
    }
    let share = match group.open {
        0 => "DONE".to_owned(),
        // It rejects nothing, so that it has no share in what must be fixed.
        _ if warns => "warning".to_owned(),
        open => format!(
            "{}{:>5}",
            bar(open, rejected.max(open), 8),
            percent(open, rejected.max(open))
        ),
    };
    let records = text::thousands(group.open);
    row.push_str(&format!(
        "{:<stage$}{records:>7} {share}",
        group.stage.label()
    ));
    Line::styled(row, style)
}
