//! Breaks sentences into lines.

use crate::text;

/// The lines of a safe text in a column this wide, broken at spaces, and inside words only where one is longer than a
/// line. Never empty.
pub fn wrap(sentence: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let line = lines.last_mut().map_or(0, |line| text::width(line));
        let gap = usize::from(line > 0);
        if word.len() <= 4 * columns && line + gap + text::width(word) <= columns {
            if let Some(line) = lines.last_mut() {
                line.push_str(&" "[..gap]);
                line.push_str(word);
            }
            continue;
        }
        let mut rest = word;
        if line > 0 {
            lines.push(String::new());
        }
        // Only as much of the rest is measured as fits, so that a very long word costs its length once.
        loop {
            let end = fitting(rest, columns);
            if end == rest.len() {
                break;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(&rest[..end]);
            }
            lines.push(String::new());
            rest = &rest[end..];
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(rest);
        }
    }
    lines
}

/// How many bytes of a word fit; at least one character, so that every line takes something.
fn fitting(word: &str, columns: usize) -> usize {
    use unicode_segmentation::UnicodeSegmentation;
    let mut used = 0;
    for (at, grapheme) in word.grapheme_indices(true) {
        used += text::width(grapheme);
        if used > columns && at > 0 {
            return at;
        }
    }
    word.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_break_at_spaces_and_long_words_inside() {
        let check = |sentence, columns, expected: &[&str]| {
            assert_eq!(wrap(sentence, columns), expected, "{sentence}");
        };
        check("", 5, &[""]);
        check("one two three", 7, &["one two", "three"]);
        check("a 日本語", 4, &["a", "日本", "語"]);
        check("ab cdefghij k", 3, &["ab", "cde", "fgh", "ij", "k"]);
    }

    proptest! {
        #[test]
        fn nothing_but_spaces_is_lost(sentence in "[a-c日 ]{0,60}", columns in 0..20_usize) {
            let lines = wrap(&sentence, columns);
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&sentence));
            for line in lines {
                prop_assert!(text::width(&line) <= columns.max(2));
            }
        }
    }
}
