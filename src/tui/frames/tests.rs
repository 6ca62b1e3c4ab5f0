//! The bytes of frames, read by a terminal: what it shows is what was drawn.

use std::num::NonZero;

use proptest::{collection::vec, prelude::*, sample::select};
use ratatui::{
    buffer::Cell,
    style::{Color, Modifier, Style},
};

use super::*;

const WIDTH: u16 = 44;
const HEIGHT: u16 = 16;

/// What one does to a picture between two frames.
#[derive(Clone, Debug)]
enum Edit {
    Write(u16, u16, &'static str, Style),
    /// From this row on, so many rows, by so many lines.
    Move(u16, u16, i32),
    Look(Rect, Style),
    Wipe,
}

fn style() -> impl Strategy<Value = Style> {
    let color = || {
        select(vec![
            Color::Reset,
            Color::Reset,
            Color::Red,
            Color::LightBlue,
            Color::Indexed(209),
            Color::Rgb(1, 2, 3),
        ])
    };
    let look = select(vec![
        Modifier::empty(),
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::REVERSED,
        Modifier::UNDERLINED,
        Modifier::ITALIC | Modifier::BOLD,
    ]);
    (color(), color(), look)
        .prop_map(|(fg, bg, look)| Style::reset().fg(fg).bg(bg).add_modifier(look))
}

fn area() -> impl Strategy<Value = Rect> {
    let place = || (0..WIDTH, 0..HEIGHT);
    (place(), place()).prop_map(|((x, y), (width, height))| Rect::new(x, y, width, height))
}

fn edit() -> impl Strategy<Value = Edit> {
    let text = select(vec![
        "CUS-0000017  Müller GmbH",
        "│ > office@ │",
        "日本語の値",
        "e\u{301}a 香港",
        "❤\u{fe0f}x",
        "か\u{3099}き",
        "          ",
        "x",
    ]);
    let place = || (0..WIDTH, 0..HEIGHT);
    prop_oneof![
        6 => (place(), text, style()).prop_map(|((x, y), text, style)| Edit::Write(x, y, text, style)),
        4 => (0..HEIGHT, 2..HEIGHT, -6..6).prop_map(|(row, rows, by)| Edit::Move(row, rows, by)),
        1 => (area(), style()).prop_map(|(area, style)| Edit::Look(area, style)),
        1 => Just(Edit::Wipe),
    ]
}

impl Edit {
    fn apply(&self, picture: &mut Buffer) {
        match self {
            Self::Write(x, y, text, style) => {
                picture.set_string(*x, *y, text, *style);
            }
            Self::Move(row, rows, by) => {
                let rows = *row..(row + rows).min(HEIGHT);
                let lines = by.unsigned_abs() as u16;
                if (1..=rows.end - rows.start).contains(&lines) {
                    let up = *by > 0;
                    Scroll { rows, lines, up }.apply(picture);
                }
            }
            Self::Look(area, style) => picture.set_style(area.intersection(picture.area), *style),
            Self::Wipe => picture.reset(),
        }
    }
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Red => vt100::Color::Idx(1),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::Indexed(number) => vt100::Color::Idx(number),
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        _ => vt100::Color::Default,
    }
}

/// What is seen in one column: the text and how it looks.
type Seen = (String, vt100::Color, vt100::Color, [bool; 5]);

fn drawn(cell: &Cell) -> Seen {
    let has = |look| cell.modifier.contains(look);
    (
        cell.symbol().to_owned(),
        color(cell.fg),
        color(cell.bg),
        [
            has(Modifier::BOLD),
            has(Modifier::DIM),
            has(Modifier::ITALIC),
            has(Modifier::UNDERLINED),
            has(Modifier::REVERSED),
        ],
    )
}

fn shown(cell: &vt100::Cell) -> Seen {
    let text = if cell.has_contents() {
        cell.contents()
    } else {
        " "
    };
    (
        text.to_owned(),
        cell.fgcolor(),
        cell.bgcolor(),
        [
            cell.bold(),
            cell.dim(),
            cell.italic(),
            cell.underline(),
            cell.inverse(),
        ],
    )
}

/// Every cell of the terminal, and every column that a wide character takes.
fn is_shown(picture: &Buffer, terminal: &vt100::Parser) -> Result<(), TestCaseError> {
    for y in 0..picture.area.height {
        let mut x = 0;
        while x < picture.area.width {
            let cell = &picture[(x, y)];
            let seen = terminal.screen().cell(y, x).unwrap();
            prop_assert_eq!(drawn(cell), shown(seen), "column {}, row {}", x, y);
            x += ratatui::buffer::CellWidth::cell_width(cell).max(1);
        }
    }
    Ok(())
}

fn terminal() -> vt100::Parser {
    let size = |cells| NonZero::new(cells).unwrap();
    vt100::Parser::new(size(HEIGHT), size(WIDTH), 0)
}

fn frames() -> Frames {
    crossterm::style::force_color_output(true);
    Frames::new().unwrap()
}

/// The bytes of one frame with this picture, of which these parts can wait.
fn drawn_on(frames: &mut Frames, size: Size, picture: &Buffer, late: &[Rect]) -> Vec<u8> {
    let draw = |frame: &mut Frame| {
        *frame.buffer_mut() = picture.clone();
        Late {
            parts: late.to_vec(),
            step: None,
        }
    };
    frames.draw(size, draw).unwrap().bytes
}

proptest! {
    #[test]
    fn a_terminal_shows_what_was_drawn_whatever_was_there_before(
        steps in vec(vec(edit(), 1..12), 2..6),
        late in vec(area(), 0..3),
    ) {
        let (mut frames, mut terminal) = (frames(), terminal());
        let mut picture = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for edits in steps {
            for edit in &edits {
                edit.apply(&mut picture);
            }
            let size = Size::new(WIDTH, HEIGHT);
            terminal.process(&drawn_on(&mut frames, size, &picture, &late));
            // What waited comes with the next frame.
            terminal.process(&drawn_on(&mut frames, size, &picture, &[]));
            is_shown(&picture, &terminal)?;
        }
    }
}

/// A list of records in a window of this size, from one on, the cursor on its last line.
fn list(first: usize, (width, height): (u16, u16)) -> Buffer {
    let value = |n: usize| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut picture = Buffer::empty(Rect::new(0, 0, width, height));
    for y in 1..height - 2 {
        let n = first + usize::from(y);
        let line = format!("│ CUS-{n:07} {} 値 {}", value(n), value(n + 7).repeat(3));
        picture.set_stringn(0, y, line, usize::from(width), Style::new());
    }
    picture.set_style(
        Rect::new(0, height - 3, width, 1),
        Style::new().add_modifier(Modifier::REVERSED).bg(Color::Red),
    );
    picture.set_string(0, height - 1, " ? Help  Esc Back", Style::new());
    picture
}

#[test]
fn a_list_that_moves_by_a_line_is_moved_by_the_terminal() {
    for size in [(120, 40), (100, 30), (80, 24)] {
        let mut frames = frames();
        let mut terminal = vt100::Parser::new(
            NonZero::new(size.1).unwrap(),
            NonZero::new(size.0).unwrap(),
            0,
        );
        let mut step = |first, most: usize| {
            let picture = list(first, size);
            let bytes = drawn_on(&mut frames, Size::from(size), &picture, &[]);
            terminal.process(&bytes);
            is_shown(&picture, &terminal).unwrap();
            assert!(bytes.len() <= most, "{} bytes in {size:?}", bytes.len());
        };
        step(1, 9_000);
        for first in [2, 3, 2, 5, 2] {
            step(first, 1_000);
        }
        // Nobody knows a page that is turned.
        step(90, 9_000);
    }
}

#[test]
fn a_frame_that_changes_nothing_is_not_written_and_after_another_size_all_of_it_is() {
    let mut frames = frames();
    let mut draw = |size: (u16, u16), cursor: Option<Position>, forget| {
        if forget {
            frames.forget();
        }
        let picture = list(1, size);
        let drawn = frames.draw(Size::from(size), |frame| {
            *frame.buffer_mut() = picture.clone();
            if let Some(cursor) = cursor {
                frame.set_cursor_position(cursor);
            }
            Late::default()
        });
        String::from_utf8(drawn.unwrap().bytes).unwrap()
    };
    let all = draw((80, 24), None, false);
    assert!(all.starts_with("\x1b[?2026h\x1b[0m\x1b[2J"), "{all:?}");
    assert_eq!(draw((80, 24), None, false), "");
    let cursor = Some(Position::new(4, 2));
    let moved = "\x1b[?2026h\x1b[?25h\x1b[3;5H\x1b[?2026l";
    assert_eq!(draw((80, 24), cursor, false), moved);
    assert_eq!(draw((80, 24), cursor, false), "");
    assert!(draw((90, 24), cursor, false).contains("\x1b[2J"));
    assert_eq!(draw((80, 24), None, false), all);
    assert_eq!(draw((80, 24), None, true), all);
}

#[test]
fn what_can_wait_stays_as_it_is_until_the_next_frame_where_all_of_it_is_much() {
    let size = (120, 40);
    let details = Rect::new(70, 2, 50, 35);
    let draw = |frames: &mut Frames, words: char, step| {
        let mut picture = list(1, size);
        picture.set_string(2, 5, words.to_string(), Style::new());
        for y in details.top()..details.bottom() {
            let words = words.to_string().repeat(usize::from(details.width));
            picture.set_string(details.x, y, words, Style::new());
        }
        let draw = |frame: &mut Frame| {
            *frame.buffer_mut() = picture.clone();
            Late {
                parts: vec![details],
                step: Some(step),
            }
        };
        frames.draw(Size::from(size), draw).unwrap()
    };
    let (mut frames, first) = (frames(), Instant::now());
    let second = first + std::time::Duration::from_millis(40);
    draw(&mut frames, 'a', first);
    let Drawn { bytes, is_left } = draw(&mut frames, 'b', second);
    assert!(is_left && bytes.len() < 100, "{bytes:?}");
    let again = draw(&mut frames, 'b', second);
    assert!(again.is_left && again.bytes.len() < 40, "{again:?}");
}

#[test]
fn what_is_little_does_not_wait_but_as_often_as_it_comes_within_one_step() {
    let mut frames = frames();
    let mut draw = |words: char, step| {
        let words = words.to_string().repeat(80);
        let draw = |frame: &mut Frame| {
            for y in 0..8 {
                frame.buffer_mut().set_string(0, y, &words, Style::new());
            }
            Late {
                parts: vec![frame.area()],
                step: Some(step),
            }
        };
        frames.draw(Size::new(80, 24), draw).unwrap().is_left
    };
    let first = Instant::now();
    let second = first + std::time::Duration::from_millis(40);
    assert!(!draw('a', first));
    assert!(!draw('b', first));
    assert!(draw('c', first));
    assert!(!draw('d', second));
}
