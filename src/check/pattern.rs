//! Simple patterns matched without a regex engine, for the quick look at a cell: `^CUS-[0-9]{7}$` and `\S`.

/// A pattern whose match is certain in every flavour of regular expressions.
#[derive(Debug)]
pub(super) enum Pattern {
    /// `\S`: something that can be seen.
    Visible,
    /// `^...$` made of characters and classes with counts.
    Steps(Vec<Step>),
}

/// Between `least` and `most` characters of one ASCII class, a bit for each character.
#[derive(Debug)]
pub(super) struct Step {
    class: u128,
    least: usize,
    most: usize,
}

impl Pattern {
    /// `None` for what is not simple.
    pub fn compile(pattern: &str) -> Option<Self> {
        if pattern == r"\S" {
            return Some(Self::Visible);
        }
        let inside = pattern.strip_prefix('^')?.strip_suffix('$')?;
        let mut steps = Vec::new();
        let mut rest = inside.bytes().peekable();
        while let Some(byte) = rest.next() {
            let class = match byte {
                b'[' => class(&mut rest)?,
                b'\\' => escape(rest.next()?)?,
                b'(' | b')' | b'|' | b'*' | b'+' | b'?' | b'.' | b'^' | b'$' | b'{' | b'}'
                | b']' => {
                    return None;
                }
                _ if byte.is_ascii() => bit(byte),
                _ => return None,
            };
            let (least, most) = match rest.peek() {
                Some(b'{') => counts(&mut rest)?,
                Some(b'+') => (1, usize::MAX),
                Some(b'*') => (0, usize::MAX),
                Some(b'?') => (0, 1),
                _ => (1, 1),
            };
            if matches!(rest.peek(), Some(b'+' | b'*' | b'?')) {
                rest.next();
            }
            // Lazy and possessive counts are left to the engine.
            if matches!(rest.peek(), Some(b'+' | b'*' | b'?')) {
                return None;
            }
            steps.push(Step { class, least, most });
        }
        Some(Self::Steps(steps))
    }

    /// Whether the text surely matches. Each step takes as much as it can and gives nothing back, so that a text which
    /// only fits with less may be missed.
    pub fn is_match(&self, text: &str) -> bool {
        let mut rest = text.as_bytes();
        match self {
            Self::Visible => rest.iter().any(u8::is_ascii_graphic),
            Self::Steps(steps) => {
                for step in steps {
                    let taken = rest
                        .iter()
                        .take(step.most)
                        .take_while(|byte| byte.is_ascii() && step.class & bit(**byte) != 0)
                        .count();
                    if taken < step.least {
                        return false;
                    }
                    rest = &rest[taken..];
                }
                rest.is_empty()
            }
        }
    }
}

type Bytes<'p> = std::iter::Peekable<std::str::Bytes<'p>>;

/// The bit of an ASCII byte.
fn bit(byte: u8) -> u128 {
    1 << (byte & 127)
}

fn range(from: u8, to: u8) -> u128 {
    (from..=to).fold(0, |class, byte| class | bit(byte))
}

fn escape(byte: u8) -> Option<u128> {
    match byte {
        b'd' => Some(range(b'0', b'9')),
        b'w' => Some(range(b'a', b'z') | range(b'A', b'Z') | range(b'0', b'9') | bit(b'_')),
        _ if byte.is_ascii_punctuation() => Some(bit(byte)),
        _ => None,
    }
}

/// A class after its `[`.
fn class(rest: &mut Bytes<'_>) -> Option<u128> {
    let mut all = 0;
    let mut first = true;
    loop {
        let byte = rest.next()?;
        match byte {
            b']' if !first => return Some(all),
            b'^' | b']' if first => return None,
            // Set operations of some flavours.
            b'[' | b'&' | b'~' => return None,
            b'\\' => all |= escape(rest.next()?)?,
            _ if !byte.is_ascii() => return None,
            _ if rest.peek() == Some(&b'-') => {
                rest.next();
                match rest.next()? {
                    b']' => return Some(all | bit(byte) | bit(b'-')),
                    to if to.is_ascii_alphanumeric()
                        && byte.is_ascii_alphanumeric()
                        && to >= byte =>
                    {
                        all |= range(byte, to);
                    }
                    _ => return None,
                }
            }
            _ => all |= bit(byte),
        }
        first = false;
    }
}

/// `{7}`, `{2,}` or `{6,14}`.
fn counts(rest: &mut Bytes<'_>) -> Option<(usize, usize)> {
    rest.next();
    let inside: Vec<u8> = rest.by_ref().take_while(|byte| *byte != b'}').collect();
    let inside = String::from_utf8(inside).ok()?;
    match inside.split_once(',') {
        None => {
            let exactly = inside.parse().ok()?;
            Some((exactly, exactly))
        }
        Some((least, "")) => Some((least.parse().ok()?, usize::MAX)),
        Some((least, most)) => Some((least.parse().ok()?, most.parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    const SIMPLE: [&str; 9] = [
        "^CUS-[0-9]{3}$",
        r"^\+[1-9][0-9]{2,4}$",
        "^[A-Z]{2}$",
        r"\S",
        r"^\d{2,}-\w*$",
        "^[a-c_.-]+x?$",
        "^a*ab$",
        "^$",
        "^[A-Za-z0-9]+@b$",
    ];

    proptest! {
        #[test]
        fn a_certain_match_is_a_match(pattern in select(&SIMPLE[..]), text in "[A-Zabcx0-9_.+@ -]{0,7}|CUS-[0-9]{2,4}|\\+[0-9]{1,6}") {
            let sure = Pattern::compile(pattern).unwrap().is_match(&text);
            if sure {
                prop_assert!(regex::Regex::new(pattern).unwrap().is_match(&text), "{} {:?}", pattern, text);
            }
        }
    }

    #[test]
    fn simple_patterns_are_matched_and_others_left_alone() {
        let check = |pattern: &str, text: &str, expected: bool| {
            let pattern = Pattern::compile(pattern).expect(pattern);
            assert_eq!(pattern.is_match(text), expected, "{pattern:?} {text}");
        };
        check("^CUS-[0-9]{7}$", "CUS-0000042", true);
        check("^CUS-[0-9]{7}$", "CUS-000004", false);
        check("^CUS-[0-9]{7}$", "CUS-0000042\n", false);
        check(r"^\+[1-9][0-9]{6,14}$", "+4930123456", true);
        check(r"\S", " \t", false);
        check(r"\S", " x", true);
        check("^[A-Z]{2}$", "DÉ", false);
        for hard in [
            "^(a|b)$", "a", "^a", "^a+?$", "^[^a]$", "^.$", r"^\s$", "^(?=a)a$", "^[a&&b]$", "^ü$",
        ] {
            assert!(Pattern::compile(hard).is_none(), "{hard}");
        }
    }
}
