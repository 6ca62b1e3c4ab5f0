//! Cells as bytes, as few as there are: the way to each is the shortest, its look is set in one sequence, and what is blank
//! is erased. Not ratatui's own backend, which takes a sequence for each attribute and an absolute place for each gap.

use std::fmt::{self, Write as _};

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};

use super::changes::reach;

/// So many blanks take fewer bytes erased than written, where nothing follows them.
const BLANKS: usize = 6;
/// The same where something follows: the cursor must be moved over what was erased.
const BLANKS_BETWEEN: usize = 12;

/// The bytes that write these cells into a terminal so wide, which then writes plain letters again.
pub fn paint(changes: &[(u16, u16, Cell)], width: u16) -> Vec<u8> {
    let mut brush = Brush {
        bytes: String::new(),
        place: None,
        look: Look::PLAIN,
        width,
    };
    let mut at = 0;
    while let Some((x, y, cell)) = changes.get(at) {
        brush.go_to(*x, *y);
        let blanks = blanks(&changes[at..]);
        let follows = (changes.get(at + blanks)).is_some_and(|(next, row, _)| {
            row == y && usize::from(*next) == usize::from(*x) + blanks
        });
        if blanks >= if follows { BLANKS_BETWEEN } else { BLANKS } {
            brush.set(Look::PLAIN);
            brush.put(format_args!("\x1b[{blanks}X"));
            at += blanks;
        } else {
            brush.write(cell);
            at += 1;
        }
    }
    brush.set(Look::PLAIN);
    brush.bytes.into_bytes()
}

/// How many of these cells, from the first one on, are blanks side by side.
fn blanks(changes: &[(u16, u16, Cell)]) -> usize {
    let Some((x, y, _)) = changes.first() else {
        return 0;
    };
    let is_next = |(n, (at, row, cell)): &(usize, &(u16, u16, Cell))| {
        row == y
            && usize::from(*at) == usize::from(*x) + n
            && cell.symbol() == " "
            && Look::of(cell) == Look::PLAIN
    };
    changes.iter().enumerate().take_while(is_next).count()
}

struct Brush {
    bytes: String,
    /// Where the terminal writes next; `None` where terminals disagree about it.
    place: Option<(u16, u16)>,
    look: Look,
    width: u16,
}

impl Brush {
    fn put(&mut self, words: fmt::Arguments) {
        // A string takes whatever is written to it.
        let _ = self.bytes.write_fmt(words);
    }

    fn go_to(&mut self, x: u16, y: u16) {
        match self.place {
            Some((at, row)) if (at, row) == (x, y) => {}
            Some((at, row)) if row == y && at + 1 == x => self.bytes.push_str("\x1b[C"),
            Some((at, row)) if row == y && at < x => self.put(format_args!("\x1b[{}C", x - at)),
            _ if x == 0 => self.put(format_args!("\x1b[{}H", y + 1)),
            _ => self.put(format_args!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.place = Some((x, y));
    }

    fn write(&mut self, cell: &Cell) {
        self.set(Look::of(cell));
        self.bytes.push_str(cell.symbol());
        let known = self
            .place
            .filter(|(x, _)| reach(cell) == 1 && x + 1 < self.width);
        self.place = known.map(|(x, y)| (x + 1, y));
    }

    /// Sets how what follows looks: by what differs, or from the beginning, whichever is shorter.
    fn set(&mut self, look: Look) {
        if self.look == look {
            return;
        }
        let mut anew = look.differs_from(Look::PLAIN);
        if !anew.is_empty() {
            anew.insert_str(0, "0;");
        }
        let differs = look.differs_from(self.look);
        let shorter = if differs.len() < anew.len() {
            differs
        } else {
            anew
        };
        self.put(format_args!("\x1b[{shorter}m"));
        self.look = look;
    }
}

/// How a cell looks, besides its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// Attributes with the numbers that turn them on and off.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

impl Look {
    const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// The numbers that make this of another look, in the order terminals take them.
    fn differs_from(self, before: Self) -> String {
        let mut numbers: Vec<String> = Vec::new();
        let mut kept = before.modifier;
        for (attribute, _, off) in ATTRIBUTES {
            if (kept - self.modifier).contains(attribute) {
                numbers.push(off.to_string());
                // One number turns off two of them.
                for (other, _, same) in ATTRIBUTES {
                    kept.set(other, kept.contains(other) && same != off);
                }
            }
        }
        for (attribute, on, _) in ATTRIBUTES {
            if (self.modifier - kept).contains(attribute) {
                numbers.push(on.to_string());
            }
        }
        for (now, was, base) in [(self.fg, before.fg, 30), (self.bg, before.bg, 40)] {
            if now != was {
                numbers.push(color(now, base));
            }
        }
        numbers.join(";")
    }
}

/// The numbers of a colour: of the letters from 30, of what is behind them from 40 on.
fn color(color: Color, base: u8) -> String {
    let own = |number: u8| (base + number).to_string();
    let light = |number: u8| (base + 60 + number).to_string();
    match color {
        Color::Reset => own(9),
        Color::Black => own(0),
        Color::Red => own(1),
        Color::Green => own(2),
        Color::Yellow => own(3),
        Color::Blue => own(4),
        Color::Magenta => own(5),
        Color::Cyan => own(6),
        Color::Gray => own(7),
        Color::DarkGray => light(0),
        Color::LightRed => light(1),
        Color::LightGreen => light(2),
        Color::LightYellow => light(3),
        Color::LightBlue => light(4),
        Color::LightMagenta => light(5),
        Color::LightCyan => light(6),
        Color::White => light(7),
        Color::Indexed(number) => format!("{};5;{number}", own(8)),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", own(8)),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{buffer::Buffer, style::Style};

    use super::*;
    use crate::tui::frames::changes::changes;

    fn check(old: &Buffer, new: &Buffer, expected: &str) {
        let bytes = paint(&changes(old, new), new.area.width);
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    fn lines<const N: usize>(lines: [&str; N]) -> Buffer {
        Buffer::with_lines(lines.map(str::to_owned))
    }

    #[test]
    fn the_cursor_takes_the_shortest_way() {
        check(&lines(["abc", "def"]), &lines(["abc", "def"]), "");
        check(
            &lines(["abc", "def"]),
            &lines(["abc", "dxy"]),
            "\x1b[2;2Hxy",
        );
        check(
            &lines(["abc", "def"]),
            &lines(["abx", "xef"]),
            "\x1b[1;3Hx\x1b[2Hx",
        );
        check(
            &lines(["a--------a-"]),
            &lines(["b--------b-"]),
            "\x1b[1Hb\x1b[8Cb",
        );
        // Nobody knows how far a wide character takes a terminal.
        check(
            &lines(["日--------a-"]),
            &lines(["本--------b-"]),
            "\x1b[1H本\x1b[1;11Hb",
        );
    }

    #[test]
    fn nothing_stays_behind_a_cluster_that_a_terminal_takes_for_narrower() {
        check(
            &lines(["ｱbcde"]),
            &lines(["ｱﾊﾟd "]),
            "\x1b[1;3H  \x1b[1;2Hﾊﾟ\x1b[1;5Hd",
        );
    }

    #[test]
    fn blanks_are_erased_where_that_is_shorter() {
        check(&lines(["abcde|"]), &lines(["     |"]), "\x1b[1H     ");
        check(
            &lines(["abcdefgh|"]),
            &lines(["        |"]),
            "\x1b[1H\x1b[8X",
        );
        check(
            &lines(["abcdefgh|"]),
            &lines(["        x"]),
            "\x1b[1H        x",
        );
        check(
            &lines(["abcdefghijklm|"]),
            &lines(["             x"]),
            "\x1b[1H\x1b[13X\x1b[13Cx",
        );
        // What a look is seen of is written.
        let mut marked = lines(["        "]);
        marked.set_style(marked.area, Style::new().add_modifier(Modifier::REVERSED));
        check(
            &lines(["abcdefgh"]),
            &marked,
            "\x1b[1H\x1b[7m        \x1b[m",
        );
    }

    #[test]
    fn a_look_is_one_sequence_the_shorter_one() {
        let look = |fg, modifier| Look {
            fg,
            bg: Color::Reset,
            modifier,
        };
        let check = |before: Look, now: Look, expected: &str| {
            let mut brush = Brush {
                bytes: String::new(),
                place: None,
                look: before,
                width: 9,
            };
            brush.set(now);
            assert_eq!(brush.bytes, expected, "{before:?} {now:?}");
        };
        let (bold, dim) = (Modifier::BOLD, Modifier::DIM);
        let error = look(Color::Red, bold | Modifier::UNDERLINED);
        check(Look::PLAIN, error, "\x1b[1;4;31m");
        check(error, Look::PLAIN, "\x1b[m");
        check(error, look(Color::Red, bold), "\x1b[24m");
        check(
            look(Color::Reset, bold),
            look(Color::Reset, dim),
            "\x1b[0;2m",
        );
        let rgb = Color::Rgb(1, 2, 3);
        check(look(rgb, bold), look(rgb, dim), "\x1b[22;2m");
        check(look(rgb, bold | dim), look(rgb, dim), "\x1b[22;2m");
        check(Look::PLAIN, look(Color::LightBlue, bold), "\x1b[1;94m");
        check(
            Look::PLAIN,
            look(Color::Indexed(209), bold),
            "\x1b[1;38;5;209m",
        );
    }
}
