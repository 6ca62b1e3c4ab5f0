//! What is to be said of a terminal. Pure.

use crate::ops::Finding;

/// What is known of the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether both input and output are one.
    pub is_terminal: bool,
    /// `TERM`.
    pub term: String,
    /// `COLORTERM`.
    pub color_term: String,
    /// Whether `NO_COLOR` is set.
    pub no_color: bool,
    /// What decides the encoding: `LC_ALL`, `LC_CTYPE` or `LANG`.
    pub locale: String,
    pub is_ssh: bool,
    /// Columns and rows.
    pub size: Option<(u16, u16)>,
    /// What it answered; `None` when it answers no query.
    pub answers: Option<Answers>,
    /// The settings of the tmux it runs in.
    pub tmux: Option<Tmux>,
}

/// What a terminal answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Columns that `é` takes.
    pub letter: Option<u16>,
    /// Columns that `─` takes.
    pub line: Option<u16>,
    /// Whether it knows these modes; `None` when it does not say.
    pub mouse: Option<bool>,
    pub paste: Option<bool>,
    pub synchronized: Option<bool>,
    /// Whether it says that programs may write its clipboard.
    pub clipboard: bool,
}

/// Settings of tmux; `None` where they cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tmux {
    /// Milliseconds it waits after Esc.
    pub escape_time: Option<u64>,
    pub set_clipboard: Option<String>,
}

/// The smallest screen, and one in which nothing is left out.
const LEAST: (u16, u16) = (60, 16);
const COMFORTABLE: (u16, u16) = (100, 30);
/// Milliseconds after Esc that a person feels.
const SLOW_ESC: u64 = 50;

/// One finding for each thing: all is well, or one sentence of advice.
pub fn advice(facts: &Facts) -> Vec<Finding> {
    let mut findings = vec![terminal(facts)];
    if facts.is_terminal {
        findings.extend(facts.size.map(size));
        findings.push(colours(facts));
        findings.push(utf8(facts));
        findings.extend(facts.answers.as_ref().map(ambiguous));
        findings.push(mode(
            "mouse",
            facts,
            |answers| answers.mouse,
            "every action has a key",
        ));
        findings.push(mode(
            "paste",
            facts,
            |answers| answers.paste,
            "without it a long paste is taken for keys typed quickly: paste into a field only",
        ));
        findings.push(mode(
            "synchronized",
            facts,
            |answers| answers.synchronized,
            "without it a slow link may show half a frame for a moment",
        ));
        findings.push(clipboard(facts));
        findings.extend(facts.tmux.as_ref().map(escape_time));
    }
    findings
}

fn terminal(facts: &Facts) -> Finding {
    let name = if facts.term.is_empty() {
        "TERM is not set"
    } else {
        &facts.term
    };
    if !facts.is_terminal {
        let words = "this is no terminal, so nothing was asked: `redrive --plain` and all commands work here";
        return Finding::new("terminal", false, words);
    }
    if matches!(facts.term.as_str(), "" | "dumb") {
        let words = format!("{name}: redrive asks and answers in numbered lines here (--plain)");
        return Finding::new("terminal", false, words);
    }
    match facts.answers {
        Some(_) => Finding::new("terminal", true, format!("{name}, answers queries")),
        None => Finding::new(
            "terminal",
            true,
            format!("{name}, answers no query: redrive needs none"),
        ),
    }
}

fn size((columns, rows): (u16, u16)) -> Finding {
    let words = format!("{columns} x {rows}");
    let is_less = |than: (u16, u16)| columns < than.0 || rows < than.1;
    if is_less(LEAST) {
        let least = format!(
            "{words}: the screen needs {} x {}, so make the window larger",
            LEAST.0, LEAST.1
        );
        return Finding::new("size", false, least);
    }
    if is_less(COMFORTABLE) {
        let more = format!(
            "{words}; from {} x {} nothing is left out",
            COMFORTABLE.0, COMFORTABLE.1
        );
        return Finding::new("size", true, more);
    }
    Finding::new("size", true, words)
}

fn colours(facts: &Facts) -> Finding {
    let words = if facts.no_color {
        "none, as NO_COLOR asks: letters and marks say everything"
    } else if matches!(facts.color_term.as_str(), "truecolor" | "24bit") {
        "16 million; --theme dark or light uses them"
    } else if facts.term.contains("256color") || facts.term.contains("direct") {
        "256"
    } else if facts.term.starts_with("vt") {
        "none: letters and marks say everything"
    } else {
        "16"
    };
    Finding::new("colours", true, words)
}

fn utf8(facts: &Facts) -> Finding {
    let locale = facts.locale.to_lowercase();
    let says = locale.contains("utf-8") || locale.contains("utf8");
    let shows = facts.answers.as_ref().and_then(|answers| answers.letter);
    match (says, shows) {
        (_, Some(2..)) => Finding::new(
            "utf8",
            false,
            "the terminal shows letters such as é as two characters: set its encoding to UTF-8",
        ),
        (false, _) if !locale.is_empty() => Finding::new(
            "utf8",
            false,
            format!(
                "the locale is {}, so lines are drawn with - and |: set LANG=C.UTF-8",
                facts.locale
            ),
        ),
        _ => Finding::new("utf8", true, "UTF-8"),
    }
}

fn ambiguous(answers: &Answers) -> Finding {
    match answers.line {
        Some(2..) => Finding::new(
            "ambiguous_width",
            false,
            "lines take two columns each, so boxes break: let the terminal show ambiguous characters narrow, or set LANG=C",
        ),
        Some(_) => Finding::new("ambiguous_width", true, "lines take one column"),
        None => Finding::new(
            "ambiguous_width",
            true,
            "not known: the terminal does not say where its cursor is",
        ),
    }
}

fn mode(
    check: &str,
    facts: &Facts,
    of: impl Fn(&Answers) -> Option<bool>,
    without: &str,
) -> Finding {
    match facts.answers.as_ref().and_then(of) {
        Some(true) => Finding::new(check, true, "known to the terminal"),
        Some(false) => Finding::new(
            check,
            false,
            format!("not known to the terminal: {without}"),
        ),
        None => Finding::new(check, true, format!("the terminal does not say; {without}")),
    }
}

fn clipboard(facts: &Facts) -> Finding {
    let check = "clipboard";
    if let Some(tmux) = &facts.tmux {
        return match tmux.set_clipboard.as_deref() {
            Some("on") => Finding::new(
                check,
                true,
                "tmux passes on what is copied (set-clipboard on)",
            ),
            Some(other) => Finding::new(
                check,
                false,
                format!(
                    "tmux has set-clipboard {other}: `tmux set -s set-clipboard on` lets redrive copy"
                ),
            ),
            None => Finding::new(
                check,
                true,
                "tmux does not say whether it passes on what is copied",
            ),
        };
    }
    if facts
        .answers
        .as_ref()
        .is_some_and(|answers| answers.clipboard)
    {
        return Finding::new(check, true, "the terminal takes what is copied (OSC 52)");
    }
    let far = if facts.is_ssh {
        " of your own machine"
    } else {
        ""
    };
    Finding::new(
        check,
        true,
        format!(
            "not known before it is tried: if nothing arrives in the clipboard{far}, allow OSC 52 in the terminal's settings"
        ),
    )
}

fn escape_time(tmux: &Tmux) -> Finding {
    match tmux.escape_time {
        Some(time) if time > SLOW_ESC => Finding::new(
            "tmux_escape_time",
            false,
            format!("tmux waits {time} ms after Esc: `tmux set -s escape-time 10` makes Esc quick"),
        ),
        Some(time) => Finding::new("tmux_escape_time", true, format!("{time} ms")),
        None => Finding::new("tmux_escape_time", true, "tmux does not say"),
    }
}

/// What the answers to the queries of [`super::terminal`] say.
pub fn read_answers(answers: &[Option<String>; 6]) -> Option<Answers> {
    let [device, letter, line, mouse, paste, synchronized] = answers;
    let device = device.as_deref()?;
    Some(Answers {
        letter: letter.as_deref().and_then(columns),
        line: line.as_deref().and_then(columns),
        mouse: mouse.as_deref().and_then(is_known),
        paste: paste.as_deref().and_then(is_known),
        synchronized: synchronized.as_deref().and_then(is_known),
        clipboard: attributes(device).any(|one| one == "52"),
    })
}

/// The columns before the cursor, of `ESC [ row ; column R` after a carriage return and one character.
fn columns(answer: &str) -> Option<u16> {
    let place = answer
        .split("\u{1b}[")
        .find_map(|part| part.split_once('R'))?;
    let column: u16 = place.0.split_once(';')?.1.parse().ok()?;
    column.checked_sub(1)
}

/// Whether a mode is known, of `ESC [ ? mode ; state $ y`: 0 is not.
fn is_known(answer: &str) -> Option<bool> {
    let (_, rest) = answer.split_once("\u{1b}[?")?;
    let (state, _) = rest.split_once("$y")?;
    let state = state.rsplit(';').next()?;
    Some(state != "0" && state != "4")
}

/// The attributes of a terminal, of `ESC [ ? 62 ; 4 c`.
fn attributes(answer: &str) -> impl Iterator<Item = &str> {
    let list = answer.rsplit("\u{1b}[?").next().unwrap_or_default();
    list.split('c').next().unwrap_or_default().split(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(facts: &Facts) -> String {
        let lines = advice(facts).into_iter().map(|one| {
            let ok = if one.ok { "OK" } else { "! " };
            format!("{ok} {}: {}", one.check, one.message)
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn good() -> Facts {
        Facts {
            is_terminal: true,
            term: "xterm-256color".to_owned(),
            color_term: "truecolor".to_owned(),
            locale: "en_GB.UTF-8".to_owned(),
            size: Some((120, 40)),
            answers: Some(Answers {
                letter: Some(1),
                line: Some(1),
                mouse: Some(true),
                paste: Some(true),
                synchronized: Some(true),
                clipboard: true,
            }),
            ..Facts::default()
        }
    }

    #[test]
    fn a_good_terminal_is_told_so() {
        insta::assert_snapshot!(told(&good()), @r#"
        OK terminal: xterm-256color, answers queries
        OK size: 120 x 40
        OK colours: 16 million; --theme dark or light uses them
        OK utf8: UTF-8
        OK ambiguous_width: lines take one column
        OK mouse: known to the terminal
        OK paste: known to the terminal
        OK synchronized: known to the terminal
        OK clipboard: the terminal takes what is copied (OSC 52)
        "#);
    }

    #[test]
    fn a_poor_terminal_in_tmux_gets_a_sentence_for_each_thing() {
        let facts = Facts {
            term: "screen".to_owned(),
            color_term: String::new(),
            locale: "C".to_owned(),
            size: Some((50, 12)),
            answers: Some(Answers {
                letter: Some(2),
                line: Some(2),
                mouse: Some(false),
                ..Answers::default()
            }),
            tmux: Some(Tmux {
                escape_time: Some(500),
                set_clipboard: Some("external".to_owned()),
            }),
            ..good()
        };
        insta::assert_snapshot!(told(&facts), @r#"
        OK terminal: screen, answers queries
        !  size: 50 x 12: the screen needs 60 x 16, so make the window larger
        OK colours: 16
        !  utf8: the terminal shows letters such as é as two characters: set its encoding to UTF-8
        !  ambiguous_width: lines take two columns each, so boxes break: let the terminal show ambiguous characters narrow, or set LANG=C
        !  mouse: not known to the terminal: every action has a key
        OK paste: the terminal does not say; without it a long paste is taken for keys typed quickly: paste into a field only
        OK synchronized: the terminal does not say; without it a slow link may show half a frame for a moment
        !  clipboard: tmux has set-clipboard external: `tmux set -s set-clipboard on` lets redrive copy
        !  tmux_escape_time: tmux waits 500 ms after Esc: `tmux set -s escape-time 10` makes Esc quick
        "#);
    }

    #[test]
    fn a_terminal_that_answers_nothing_and_no_terminal_are_no_reason_to_hang() {
        let silent = Facts {
            answers: None,
            is_ssh: true,
            no_color: true,
            ..good()
        };
        insta::assert_snapshot!(told(&silent), @r#"
        OK terminal: xterm-256color, answers no query: redrive needs none
        OK size: 120 x 40
        OK colours: none, as NO_COLOR asks: letters and marks say everything
        OK utf8: UTF-8
        OK mouse: the terminal does not say; every action has a key
        OK paste: the terminal does not say; without it a long paste is taken for keys typed quickly: paste into a field only
        OK synchronized: the terminal does not say; without it a slow link may show half a frame for a moment
        OK clipboard: not known before it is tried: if nothing arrives in the clipboard of your own machine, allow OSC 52 in the terminal's settings
        "#);
        let pipe = Facts::default();
        insta::assert_snapshot!(told(&pipe), @r#"!  terminal: this is no terminal, so nothing was asked: `redrive --plain` and all commands work here"#);
    }

    #[test]
    fn answers_are_read_whatever_stands_around_them() {
        let answer = |text: &str| Some(text.to_owned());
        let answers = read_answers(&[
            answer("\u{1b}[?62;4;52c"),
            answer("x\u{1b}[7;2R\u{1b}[?62c"),
            answer("\u{1b}[7;3R"),
            answer("\u{1b}[?1006;2$y\u{1b}[?62c"),
            answer("\u{1b}[?2004;0$y"),
            answer("\u{1b}[?62c"),
        ]);
        let expected = Answers {
            letter: Some(1),
            line: Some(2),
            mouse: Some(true),
            paste: Some(false),
            synchronized: None,
            clipboard: true,
        };
        assert_eq!(answers, Some(expected));
        assert_eq!(read_answers(&Default::default()), None);
    }
}
