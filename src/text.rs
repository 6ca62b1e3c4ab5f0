//! Makes untrusted text safe for a terminal: the only module that decides what may be printed.

use std::{borrow::Cow, fmt::Write};

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many combining marks may stack on one character; more would paint over neighbouring lines.
const MARKS_IN_A_ROW: usize = 4;

/// Whether a character is invisible or could steer a terminal: C0, DEL, C1, bidi controls, zero-width, tags, soft hyphen,
/// line and paragraph separators, noncharacters. A no-break space is none of these: it is seen, only not told from a space,
/// so [`safe`] names it but a value holding one is not "hidden".
pub fn is_hidden(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\0'..='\u{9f}' | '\u{ad}' => true,
        // Joiners, fillers and selectors that take no room of their own.
        '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' => true,
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' => true,
        // U+FE0E and U+FE0F choose between the text and the picture form of a sign and are common.
        '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' => true,
        '\u{fdd0}'..='\u{fdef}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => u32::from(c) & 0xfffe == 0xfffe,
    }
}

/// One line, safe to print: tab, line break, escape and every other hidden character become a visible name such as
/// `<TAB>`, `<LF>`, `<ESC>`, `<U+202E>`; spaces that only look like a space become `<nbsp>` or `<U+2007>`; of combining
/// marks in a row all after the fourth become names, and all that have no character of the text to stand on. Idempotent, and
/// takes time in proportion to the text.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut copied = 0;
    // At the beginning a mark would be drawn onto whatever is printed before the text.
    let mut marks = MARKS_IN_A_ROW;
    for (at, c) in text.char_indices() {
        let is_named = is_hidden(c) || is_false_space(c);
        marks = if is_mark(c) {
            marks + 1
        } else if is_named {
            MARKS_IN_A_ROW
        } else {
            0
        };
        if is_named || marks > MARKS_IN_A_ROW {
            out.push_str(&text[copied..at]);
            push_name(&mut out, c);
            copied = at + c.len_utf8();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Like [`safe`] for a value shown whole: spaces at either end, which nobody would see, become `<sp>`.
pub fn safe_whole(text: &str) -> Cow<'_, str> {
    let body = text.trim_matches(' ');
    if body.len() == text.len() {
        return safe(text);
    }
    let before = text.len() - text.trim_start_matches(' ').len();
    let spaces = |number: usize| match number {
        0..=3 => "<sp>".repeat(number),
        many => format!("<{many} sp>"),
    };
    let after = spaces(text.len() - before - body.len());
    Cow::Owned(format!("{}{}{after}", spaces(before), safe(body)))
}

/// Like [`safe`] for bytes that may not be UTF-8: such a byte becomes `<E4>`.
pub fn safe_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&safe(chunk.valid()));
        for byte in chunk.invalid() {
            push(&mut out, format_args!("<{byte:02X}>"));
        }
    }
    out
}

/// The columns a safe text takes where it is drawn: those of its graphemes, one by one, as a paragraph of ratatui lays them
/// out. Sound marks of halfwidth katakana have a column more there than they take by themselves. A `Line` that is drawn by
/// itself goes by other widths, so all that can hold such text is drawn as a paragraph.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let sound_marks = text
        .chars()
        .filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}'));
    let graphemes = text.graphemes(true).map(UnicodeWidthStr::width);
    graphemes.sum::<usize>() + sound_marks.count()
}

/// A safe text cut to `columns` by grapheme, with `…` as the last column where something was cut off.
pub fn shorten(text: &str, columns: usize) -> String {
    // No character takes more columns than bytes, so short texts need no measuring.
    if text.len() <= columns || width(text) <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut end = 0;
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > columns - 1 {
            break;
        }
        end = at + grapheme.len();
    }
    format!("{}…", &text[..end])
}

/// A word as a shell takes it, for commands that a person is told to run.
pub fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./+,:@%".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

/// Bytes as pairs of hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
        text.extend([digit(byte >> 4), digit(byte & 0xf)]);
    }
    text
}

/// A whole number with thousands separators: `12,004`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 record", "3 records", "1,203 records".
pub fn count(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        thousands(number),
        if number == 1 { "" } else { "s" }
    )
}

/// `1 record is`, `3 records are`.
pub fn is_are(n: u64, noun: &str) -> String {
    let verb = if n == 1 { "is" } else { "are" };
    format!("{} {verb}", count(n, noun))
}

/// A value as people read it: text without quotes, and a word where there is nothing to be seen. Untrusted.
pub fn in_words(value: Option<&Value>) -> String {
    match value {
        None => "(missing)".to_owned(),
        Some(Value::Null) => "(no value)".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "(empty)".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Two values of one place as people read them. Where text became another kind of value, or the other way round, text that could
/// be taken for that stands in quotes: `7102 -> "7102"`. Untrusted.
pub fn change_in_words(before: Option<&Value>, after: Option<&Value>) -> (String, String) {
    let is_text = |value: Option<&Value>| matches!(value, Some(Value::String(_)));
    let parted = is_text(before) != is_text(after);
    let words = |value: Option<&Value>| match value {
        Some(Value::String(text)) if parted && serde_json::from_str::<Value>(text).is_ok() => {
            format!("\"{text}\"")
        }
        other => in_words(other),
    };
    (words(before), words(after))
}

/// The 1-based line and character of a byte.
pub fn line_and_column(text: &str, byte: usize) -> (u64, u64) {
    let byte = text.floor_char_boundary(byte);
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[start..].chars().count() + 1;
    (line as u64, column as u64)
}

/// A character that is drawn onto the one before it.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && !is_hidden(c) && c.width() == Some(0)
}

/// Looks like a space and is none. The ideographic space is wide, so it is told apart by eye.
fn is_false_space(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}'
    )
}

fn push_name(out: &mut String, c: char) {
    let name = match c {
        '\0' => "<NUL>",
        '\u{7}' => "<BEL>",
        '\u{8}' => "<BS>",
        '\t' => "<TAB>",
        '\n' => "<LF>",
        '\r' => "<CR>",
        '\u{1b}' => "<ESC>",
        '\u{7f}' => "<DEL>",
        '\u{a0}' => "<nbsp>",
        _ => return push(out, format_args!("<U+{:04X}>", u32::from(c))),
    };
    out.push_str(name);
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hex(&[0x00, 0x0a, 0xff, 0x5c]), "000aff5c");
    }

    #[test]
    fn a_change_of_kind_is_to_be_seen() {
        use serde_json::json;
        let say = |before: Value, after: Value| {
            let (before, after) = change_in_words(Some(&before), Some(&after));
            format!("{before} -> {after}")
        };
        assert_eq!(say(json!(7102), json!("7102")), "7102 -> \"7102\"");
        assert_eq!(say(json!("7102"), json!(7102)), "\"7102\" -> 7102");
        assert_eq!(say(json!("true"), json!(true)), "\"true\" -> true");
        assert_eq!(say(json!("7102"), json!("07102")), "7102 -> 07102");
        assert_eq!(say(json!("12 pcs"), json!(12)), "12 pcs -> 12");
        assert_eq!(say(json!(1), json!(2)), "1 -> 2");
    }

    #[test]
    fn hidden_characters_get_visible_names() {
        let check = |input: &str, expected: &str| assert_eq!(safe(input), expected);
        check("plain text ~", "plain text ~");
        check("a\tb\r\nc", "a<TAB>b<CR><LF>c");
        check("\u{1b}[31mred\u{9b}0m", "<ESC>[31mred<U+009B>0m");
        check("\0\u{7}\u{8}\u{7f}\u{1}", "<NUL><BEL><BS><DEL><U+0001>");
        check("gpj.\u{202e}exe", "gpj.<U+202E>exe");
        check("zero\u{200b}width\u{feff}", "zero<U+200B>width<U+FEFF>");
        check("a\u{a0}b", "a<nbsp>b");
        check("tag\u{e0041}", "tag<U+E0041>");
        check("\u{10ffff}\u{fffe}", "<U+10FFFF><U+FFFE>");
        check("Müller 日本 ❤\u{fe0f}", "Müller 日本 ❤\u{fe0f}");
    }

    #[test]
    fn a_pile_of_marks_keeps_four() {
        let piled = format!("e{}x", "\u{301}".repeat(6));
        let expected = format!("e{}<U+0301><U+0301>x", "\u{301}".repeat(4));
        assert_eq!(safe(&piled), expected);
        assert_eq!(safe("e\u{301}o\u{308}"), "e\u{301}o\u{308}");
    }

    #[test]
    fn a_mark_with_nothing_to_stand_on_is_named() {
        let check = |input: &str, expected: &str| assert_eq!(safe(input), expected);
        check("\u{301}a", "<U+0301>a");
        check("\u{a980}\u{301}e\u{301}", "<U+A980><U+0301>e\u{301}");
        check("\u{fe0f}", "<U+FE0F>");
        // As in a field, where each of them is a part of its own.
        check("a\n\u{301}", "a<LF><U+0301>");
        check("\u{a0}\u{301}", "<nbsp><U+0301>");
        check(" \u{301}", " \u{301}");
        assert_eq!(safe_whole(" \u{301}"), "<sp><U+0301>");
        assert_eq!(safe_bytes(b"\xe4\xcc\x81"), "<E4><U+0301>");
    }

    #[test]
    fn a_whole_value_shows_the_spaces_at_its_ends() {
        assert_eq!(safe_whole("a b  "), "a b<sp><sp>");
        assert_eq!(safe_whole(" a"), "<sp>a");
        assert_eq!(safe_whole("     "), "<5 sp>");
        assert_eq!(safe_whole("a\t "), "a<TAB><sp>");
    }

    #[test]
    fn bytes_that_are_no_utf8_are_named() {
        assert_eq!(safe_bytes(b"M\xfcller\t\xe4\xb8"), "M<FC>ller<TAB><E4><B8>");
        assert_eq!(safe_bytes("Müller".as_bytes()), "Müller");
    }

    #[test]
    fn a_cut_ends_with_a_sign() {
        assert_eq!(shorten("office@example.com", 8), "office@…");
        assert_eq!(shorten("office", 6), "office");
        assert_eq!(shorten("日本語", 4), "日…");
        assert_eq!(shorten("abc", 1), "…");
        assert_eq!(shorten("abc", 0), "");
    }

    #[test]
    fn lines_and_characters_count_from_one() {
        let check = |text: &str, byte: usize, expected: (u64, u64)| {
            assert_eq!(line_and_column(text, byte), expected, "{text:?} {byte}");
        };
        check("", 0, (1, 1));
        check("a\nb", 2, (2, 1));
        check("ä = 1", 3, (1, 3));
        check("ä", 1, (1, 1));
        check("a\r\n", 99, (2, 1));
    }

    #[test]
    fn numbers_are_written_with_separators() {
        let check = |number, expected: &str| assert_eq!(thousands(number), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(12_004, "12,004");
        check(u64::MAX, "18,446,744,073,709,551,615");
        assert_eq!(count(1, "record"), "1 record");
        assert_eq!(count(1_203, "record"), "1,203 records");
    }

    proptest! {
        #[test]
        fn safe_text_holds_nothing_hidden_and_stays_as_it_is(text in "(?s)[\\PC\\p{Mn}\\p{Cc}\\p{Cf}\\p{Zs}a ]{0,40}") {
            let once = safe(&text).into_owned();
            prop_assert!(!once.chars().any(is_hidden), "{once:?}");
            prop_assert_eq!(safe(&once), once.as_str());
            let whole = safe_whole(&text).into_owned();
            prop_assert_eq!(safe_whole(&whole), whole.as_str());
        }

        #[test]
        fn every_character_is_either_seen_or_named(c in any::<char>()) {
            let text = c.to_string();
            let is_named = is_hidden(c) || is_false_space(c) || is_mark(c);
            prop_assert_eq!(safe(&text) == text, !is_named);
        }

        #[test]
        fn bytes_come_out_safe(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(!safe_bytes(&bytes).chars().any(is_hidden));
        }

        #[test]
        fn a_shortened_text_fits(text in "(?s).{0,30}", columns in 0_usize..20) {
            let text = safe(&text);
            let cut = shorten(&text, columns);
            prop_assert!(width(&cut) <= columns, "{cut:?} takes {}", width(&cut));
        }
    }

    #[test]
    fn a_word_for_the_shell_is_quoted_where_it_must_be() {
        assert_eq!(shell_word("data/c-1.toml"), "data/c-1.toml");
        assert_eq!(shell_word("my file.toml"), "'my file.toml'");
        assert_eq!(shell_word("$(it's).toml"), r"'$(it'\''s).toml'");
        assert_eq!(shell_word(""), "''");
    }
}
