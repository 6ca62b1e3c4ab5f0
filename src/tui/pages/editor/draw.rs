//! The picture of the record editor.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Paragraph,
};

use super::{
    Editor,
    draft::Focus,
    edit_box::{box_height, edit_box},
    fields::{FieldLine, Fields},
    frozen,
    panels::{problem_strip, sentence, side_panels},
};
use crate::{
    model::{Freshness, Mark, Problem, RecordDetail, Stage, StageMark},
    text,
    tui::{
        action::Action,
        theme::Theme,
        widgets::{
            cursor::put_cursor,
            lines::{Lines, below},
            panel::panel,
            tree::Kind,
            wrap::wrap,
        },
        words,
    },
};

/// From this width on, problems and origin have their own column.
const WIDE: u16 = 100;

/// A record's key, or its number where it has none. Safe to print.
pub fn name(record: &RecordDetail) -> String {
    match &record.row.key {
        Some(key) => text::shorten(&text::safe(key), 24),
        None => format!("Record {}", text::thousands(record.row.id.0.unsigned_abs())),
    }
}

/// The row below the header: which record of how many, and its state.
pub fn banner(editor: &Editor, theme: Theme) -> Line<'static> {
    let mut spans = editor.one.banner(theme);
    if let Some(record) = &editor.one.record {
        let status = record.row.status;
        // Where there is no room for the state, what announces it would say nothing.
        let announced = if editor.one.others.is_some() {
            ""
        } else {
            "state: "
        };
        spans.push(Span::raw(format!("{}   {announced}", name(record))));
        spans.push(Span::styled(status.label(), theme.status(status)));
        let found = &record.row.problems;
        let problems = match (&editor.one.draft, found.iter().any(Problem::rejects)) {
            _ if found.is_empty() => String::new(),
            (Some(_), true) => {
                let errors = found.iter().filter(|problem| problem.rejects()).count();
                let errors = text::count(errors as u64, "problem");
                format!(" ({errors}, 1 being edited)")
            }
            _ => format!(" ({})", words::problems(found)),
        };
        spans.push(Span::raw(problems));
    }
    if let (Some(kept), None) = (editor.kept.drafts.first(), &editor.one.draft) {
        let label = text::shorten(&text::safe(&kept.change.path().label()), 20);
        spans.push(Span::styled(format!("   not saved: {label}"), theme.warn()));
    }
    Line::from(spans)
}

/// The next step in words.
pub fn tip(editor: &Editor) -> String {
    if let (None, Some(words)) = (&editor.one.draft, doubt(editor)) {
        return words;
    }
    let Some(record) = &editor.one.record else {
        return String::new();
    };
    let words = match &editor.one.draft {
        Some(draft) if draft.saving.is_some() => "Saving ...",
        Some(draft) if draft.closed().is_some() => {
            "Nothing is lost: what is kept is offered once the record can be changed."
        }
        Some(draft) => match draft.focus {
            Focus::Text | Focus::Same if draft.same.is_ticked => {
                "Enter saves this field and opens Fix all for the others like it. Nothing is sent."
            }
            Focus::Same => {
                "Space ticks it: Enter then opens Fix all as well. Up goes back to the text."
            }
            Focus::Text => "Enter saves this field and moves to the next problem. Nothing is sent.",
            Focus::Choice(_) if draft.same.is_offered() && !draft.same.is_ticked => {
                "Enter saves what is marked. Space: fix the others as well. Up goes back to what you typed."
            }
            Focus::Choice(_) if draft.same.is_ticked => {
                "Enter saves what is marked and opens Fix all for the others like it. Nothing is sent."
            }
            Focus::Choice(_) => "Enter saves what is marked. Up goes back to what you typed.",
            Focus::Anyway => "Enter saves it as it is. Esc goes on typing.",
        },
        None => match frozen(editor.one.read_only, record.row.status) {
            Some(reason) => reason,
            None if !record.has_contract => {
                let key = editor.one.keys.of(Action::MarkReady);
                return format!(
                    "No contract: nothing can be checked. {key} says that this record is ready."
                );
            }
            None if !record.row.problems.iter().any(Problem::rejects) => {
                let key = editor.one.keys.of(Action::NextProblem);
                return format!("Nothing left to fix here. {key} goes to the next problem.");
            }
            None => "Enter edits the marked field. Nothing is sent.",
        },
    };
    words.to_owned()
}

/// What must be known of the verdict on the record before it is relied on, and what to do. Nothing where no check could
/// change that.
pub fn doubt(editor: &Editor) -> Option<String> {
    let record = editor.one.record.as_ref()?;
    if !record.has_contract || !record.row.status.can_be_checked() {
        return None;
    }
    let unasked = |one: &StageMark| one.stage == Stage::Validator && one.mark == Mark::NotChecked;
    let (words, before, does) = match record.verdict {
        Freshness::Current => return None,
        Freshness::Old => ("Checked by an older contract", ":", "checks again"),
        Freshness::NotChecked if record.stages.iter().any(unasked) => (
            "Not checked: the validator has not answered",
            ".",
            "asks it again",
        ),
        Freshness::NotChecked => ("Not checked by the contract", ":", "checks it"),
    };
    if editor.one.read_only {
        return Some(format!("{words}."));
    }
    let key = editor.one.keys.of(Action::Check);
    Some(format!("{words}{before} {key} {does}."))
}

/// Everything between the two rows on top and the two at the bottom.
pub fn page(editor: &mut Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    editor.fits_both = area.width >= WIDE && area.height >= 20;
    if area.is_empty() {
        return;
    }
    if editor.one.record.is_none() {
        let words = editor
            .one
            .error
            .as_deref()
            .unwrap_or("Reading the record ...");
        let block = panel(area.width, "Record", "", true, theme);
        let lines = wrap(words, usize::from(area.width.saturating_sub(4)));
        let lines: Vec<_> = lines.into_iter().map(|line| format!(" {line}")).collect();
        frame.render_widget(&block, area);
        frame.render_widget(Paragraph::new(lines.join("\n")), block.inner(area));
    } else if editor.fits_both {
        wide(editor, frame, area, theme);
    } else {
        narrow(editor, frame, area, theme);
    }
}

fn wide(editor: &mut Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    let height = editor.one.draft.as_mut().map_or(6, |draft| {
        draft.same.has_room = true;
        box_height(draft)
    });
    let [top, bottom] = area.layout(&Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(height),
    ]));
    let side = 38 + (area.width - WIDE) / 3;
    let [left, right] = top.layout(&Layout::horizontal([
        Constraint::Fill(1),
        Constraint::Length(side),
    ]));
    fields(editor, frame, left, theme);
    side_panels(editor, frame, right, theme);
    edit_box(editor, frame, bottom, theme);
}

fn narrow(editor: &mut Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    if let Some(draft) = &mut editor.one.draft {
        draft.same.has_room = false;
    }
    let editing = editor.one.draft.is_some();
    let inner = usize::from(area.width.saturating_sub(4));
    let long = (editor.one.record.iter())
        .flat_map(|record| &record.row.problems)
        .any(|problem| text::width(&sentence(problem)) > inner);
    let strip = match area.height {
        ..=10 => 0,
        11..=15 if editing => 3,
        _ => 3 + u16::from(long),
    };
    let edit = match area.height {
        ..=6 if !editing => 0,
        ..=15 if !editing => 0,
        ..=3 => area.height,
        _ => 4,
    };
    let [list, strip, edit] = area.layout(&Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(strip),
        Constraint::Length(edit),
    ]));
    if editor.second_panel && !editing {
        side_panels(editor, frame, list, theme);
    } else {
        fields(editor, frame, list, theme);
    }
    problem_strip(editor, frame, strip, theme);
    edit_box(editor, frame, edit, theme);
}

fn fields(editor: &mut Editor, frame: &mut Frame, area: Rect, theme: Theme) {
    let rows = usize::from(area.height.saturating_sub(2));
    let header = usize::from(rows > 3);
    let rows = rows - header;
    let list = &mut editor.fields;
    let draft = editor.one.draft.as_ref();
    scroll(list, rows);
    let mut note = match list.bad {
        0 => text::count(list.leaves as u64, "field"),
        bad => format!("{bad} of {} need fixing", list.leaves),
    };
    if list.only_differences {
        note.push_str(", only differences");
    }
    let end = (list.first + rows).min(list.lines.len());
    if end - list.first < list.lines.len() {
        note.push_str(&format!(", showing {}-{end}", list.first + 1));
    }
    let block = panel(area.width, "Fields", &note, draft.is_none(), theme);
    let inner = block.inner(area);
    frame.render_widget(&block, area);
    list.places = Lines::new(below(inner, header as u16), list.first, list.lines.len());
    let columns = Columns::of(usize::from(inner.width));
    let mut lines = Vec::new();
    if header == 1 {
        lines.push(columns.header(theme));
    }
    for (at, line) in list.lines.iter().enumerate().take(end).skip(list.first) {
        let under = at == list.at;
        let typed = draft.filter(|_| under).map(|draft| draft.field.value());
        lines.push(columns.line(line, under, typed, theme));
    }
    frame.render_widget(Paragraph::new(lines), inner);
    put_cursor(frame, inner, (1, (header + list.at - list.first) as u16));
}

/// Keeps the cursor on the screen with a line or two around it, and the screen full.
fn scroll(list: &mut Fields, rows: usize) {
    let rows = rows.max(1);
    let around = (rows / 4).min(2);
    list.first = list
        .first
        .min(list.at.saturating_sub(around))
        .max((list.at + 1 + around).saturating_sub(rows))
        .min(list.lines.len().saturating_sub(rows));
}

/// The widths of the three columns of fields.
struct Columns {
    name: usize,
    received: usize,
    now: usize,
}

impl Columns {
    fn of(inner: usize) -> Self {
        let name = (23 + inner.saturating_sub(60) / 9).min(inner * 2 / 5);
        let received = (inner - name).div_ceil(2);
        Self {
            name,
            received,
            now: inner - name - received,
        }
    }

    fn header(&self, theme: Theme) -> Line<'static> {
        let mut spans = cell("    Field", self.name, theme.muted());
        spans.extend(cell("As received", self.received, theme.muted()));
        spans.extend(cell("Now", self.now, theme.muted()));
        Line::from(spans)
    }

    fn line(
        &self,
        line: &FieldLine,
        under: bool,
        typed: Option<&str>,
        theme: Theme,
    ) -> Line<'static> {
        let style = if under && typed.is_none() {
            theme.select()
        } else {
            Style::new()
        };
        let mark = match () {
            () if line.failing && !is_open(line) => ("!", theme.error()),
            () if line.warned && !is_open(line) => ("~", theme.warn()),
            () if line.now.is_some() && !is_open(line) => ("~", theme.changed()),
            () => (" ", Style::new()),
        };
        let cursor = if under { " > " } else { "   " };
        let mut spans = vec![Span::raw(cursor), Span::styled(mark.0, mark.1)];
        if let Kind::More { .. } = line.tree.kind {
            spans.push(Span::raw(tree_name(line)));
            return Line::from(spans).style(style);
        }
        let name_room = self.name.saturating_sub(4);
        spans.extend(cell(&tree_name(line), name_room, Style::new()));
        spans.extend(cell(&line.received, self.received, Style::new()));
        spans.extend(match (typed, &line.now) {
            (Some(typed), _) => cell(
                &format!("{}_", text::safe(typed)),
                self.now,
                theme.changed(),
            ),
            (None, Some(now)) => cell(now, self.now, theme.changed()),
            (None, None) if is_branch(line) => cell("", self.now, theme.muted()),
            (None, None) => cell("(same)", self.now, theme.muted()),
        });
        Line::from(spans).style(style)
    }
}

fn is_branch(line: &FieldLine) -> bool {
    matches!(line.tree.kind, Kind::Branch { .. })
}

fn is_open(line: &FieldLine) -> bool {
    line.tree.kind == Kind::Branch { expanded: true }
}

/// The name, moved in as deep as it lies, with `v` on what is open and `>` on what can be opened.
fn tree_name(line: &FieldLine) -> String {
    let name = text::safe(&line.tree.label()).into_owned();
    let indent = " ".repeat(2 * line.tree.depth);
    match line.tree.kind {
        Kind::Branch { expanded: true } => format!("{indent}v {name}"),
        Kind::Branch { expanded: false } => format!("{indent}> {name}"),
        _ if line.tree.depth == 0 => name,
        _ => format!("{indent}  {name}"),
    }
}

/// A text in a column with at least one space after it; only the text itself is styled.
pub fn cell(words: &str, columns: usize, style: Style) -> Vec<Span<'static>> {
    let shown = text::shorten(words, columns.saturating_sub(1));
    let rest = columns.saturating_sub(text::width(&shown));
    vec![Span::styled(shown, style), Span::raw(" ".repeat(rest))]
}
