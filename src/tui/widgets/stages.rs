//! How a record stands at each stage: `parse ✓  schema ✗  rule ?`.

use ratatui::text::{Line, Span};

use crate::{
    model::{Mark, StageMark},
    text,
    tui::theme::Theme,
};

/// All stages in one line, with as much room between them as there is.
pub fn in_one_line(stages: &[StageMark], draft: bool, room: usize) -> String {
    let words: Vec<String> = stages.iter().map(|one| word(one, draft)).collect();
    let line = words.join("  ");
    if text::width(&line) <= room {
        return line;
    }
    let words: Vec<String> = stages.iter().map(|one| word(one, false)).collect();
    let line = words.join("  ");
    if text::width(&line) <= room {
        return line;
    }
    words.join(" ")
}

/// The stages in lines of at most so many columns, none of them broken.
pub fn in_lines(
    stages: &[StageMark],
    draft: bool,
    columns: usize,
    theme: Theme,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut spans: Vec<Span> = Vec::new();
    let mut used = 0;
    for one in stages {
        let word = word(one, draft);
        let width = text::width(&word) + 2;
        if used + width > columns && used > 0 {
            lines.push(Line::from(std::mem::take(&mut spans)));
            used = 0;
        }
        used += width;
        let style = match one.mark {
            Mark::Passed => theme.ok(),
            Mark::Failed => theme.error(),
            Mark::NotReached | Mark::NotChecked => theme.warn(),
        };
        spans.push(Span::raw(if used == width { " " } else { "  " }));
        spans.push(Span::styled(word, style));
    }
    if !spans.is_empty() {
        lines.push(Line::from(spans));
    }
    lines
}

/// `validator ?`; of a draft with the words when it is asked.
fn word(one: &StageMark, draft: bool) -> String {
    let later = match one.mark {
        Mark::NotChecked if draft && one.stage == crate::model::Stage::Validator => {
            " asked when saved"
        }
        _ => "",
    };
    format!("{} {}{later}", one.stage.word(), one.mark.glyph())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stage;

    fn stages() -> Vec<StageMark> {
        let marks = [
            Mark::Passed,
            Mark::Failed,
            Mark::NotReached,
            Mark::NotChecked,
        ];
        let stages = Stage::ALL.into_iter().zip(marks);
        stages
            .map(|(stage, mark)| StageMark {
                stage,
                mark,
                not_reached: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn the_line_gets_shorter_where_there_is_less_room() {
        let check = |draft: bool, room: usize, expected: &str| {
            assert_eq!(in_one_line(&stages(), draft, room), expected);
        };
        check(false, 80, "parse ✓  schema ✗  rule ?  validator ?");
        check(
            true,
            80,
            "parse ✓  schema ✗  rule ?  validator ? asked when saved",
        );
        check(true, 40, "parse ✓  schema ✗  rule ?  validator ?");
        check(true, 35, "parse ✓ schema ✗ rule ? validator ?");
    }

    #[test]
    fn no_stage_is_broken_between_lines() {
        let lines = in_lines(&stages(), true, 36, Theme::default());
        let lines: Vec<String> = lines.iter().map(Line::to_string).collect();
        assert_eq!(
            lines,
            [
                " parse ✓  schema ✗  rule ?",
                " validator ? asked when saved"
            ]
        );
    }
}
