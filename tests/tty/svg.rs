//! A terminal screen as an SVG picture.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

const CELL_WIDTH: f32 = 8.4;
const CELL_HEIGHT: u32 = 16;
const MARGIN: u32 = 14;
const PAPER: &str = "#1e1e1e";
const INK: &str = "#d8d8d8";

/// How a run of cells looks.
#[derive(Clone, PartialEq, Eq)]
struct Style {
    ink: &'static str,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
}

/// Draws every cell of a screen, runs of one style as one text element.
pub fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let width = f32::from(columns) * CELL_WIDTH + 2.0 * MARGIN as f32;
    let height = u32::from(rows) * CELL_HEIGHT + 2 * MARGIN;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height}\" viewBox=\"0 0 {width:.0} {height}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let (style, text, next) = run(screen, row, column, columns);
            draw(&mut picture, &style, &text, (row, column, next));
            column = next;
        }
    }
    picture.push_str("</svg>\n");
    picture
}

/// The longest run of one style from a cell on: its style, its text and the column after it.
fn run(screen: &Screen, row: u16, from: u16, columns: u16) -> (Style, String, u16) {
    let cell = |column| screen.cell(row, column).expect("the cell is on the screen");
    let style = style(cell(from));
    let mut text = String::new();
    let mut column = from;
    while column < columns && self::style(cell(column)) == style {
        let here = cell(column);
        if !here.is_wide_continuation() {
            text.push_str(if here.has_contents() {
                here.contents()
            } else {
                " "
            });
        }
        column += 1;
    }
    (style, text, column)
}

fn draw(picture: &mut String, style: &Style, text: &str, (row, from, to): (u16, u16, u16)) {
    let x = MARGIN as f32 + f32::from(from) * CELL_WIDTH;
    let top = MARGIN + u32::from(row) * CELL_HEIGHT;
    let width = f32::from(to - from) * CELL_WIDTH;
    let ink = if style.reverse { PAPER } else { style.ink };
    if style.reverse {
        let _ = writeln!(
            picture,
            "<rect x=\"{x:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" fill=\"{}\"/>",
            style.ink
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let mut looks = String::new();
    for (on, look) in [
        (style.bold, " font-weight=\"bold\""),
        (style.italic, " font-style=\"italic\""),
        (style.underline, " text-decoration=\"underline\""),
        (style.dim, " opacity=\"0.6\""),
    ] {
        if on {
            looks.push_str(look);
        }
    }
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let baseline = top + 13;
    let _ = writeln!(
        picture,
        "<text x=\"{x:.1}\" y=\"{baseline}\" fill=\"{ink}\" xml:space=\"preserve\" textLength=\"{width:.1}\" \
         lengthAdjust=\"spacingAndGlyphs\"{looks}>{escaped}</text>"
    );
}

fn style(cell: &Cell) -> Style {
    Style {
        ink: ink(cell.fgcolor()),
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
        reverse: cell.inverse(),
    }
}

/// The sixteen colours of a common dark terminal.
fn ink(color: Color) -> &'static str {
    const PALETTE: [&str; 16] = [
        "#1e1e1e", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8d8d8",
        "#5c6370", "#ff7b85", "#b5e890", "#ffd68a", "#7cc4ff", "#dd9bf0", "#6fd3df", "#ffffff",
    ];
    match color {
        Color::Idx(index) => PALETTE.get(usize::from(index)).copied().unwrap_or(INK),
        Color::Default | Color::Rgb(..) => INK,
    }
}
