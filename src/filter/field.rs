//! Fields as people type them, and back.

use crate::model::Path;

/// The path of `/lines/0/qty`, `lines[].qty`, `lines.0.qty` or `contact_email`, with its positions as they are typed: digits may be
/// the name of a column.
pub(super) fn field(typed: &str) -> Option<String> {
    if typed.is_empty() || typed.starts_with('/') {
        return Path::parse(typed).map(|path| path.as_str().to_owned());
    }
    if typed == Path::root().label() {
        return Some(String::new());
    }
    let mut path = Path::root();
    for part in typed.split('.') {
        let (name, positions) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !name.is_empty() {
            path = path.child(name);
        }
        for position in positions.split_terminator(']') {
            let digits = position.strip_prefix('[')?;
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            path = path.child(if digits.is_empty() { "[]" } else { digits });
        }
        if part.is_empty() || !(positions.is_empty() || positions.ends_with(']')) {
            return None;
        }
    }
    Some(path.as_str().to_owned())
}

/// Whether a key can be typed without quotes: letters, digits, and what paths are made of.
pub(super) fn is_plain(key: &str) -> bool {
    let is_pointer = key.starts_with('/');
    let plain = |c: char| c.is_alphanumeric() || "_$-.[]/".contains(c) || (is_pointer && c == '~');
    key.starts_with(|c: char| c.is_alphanumeric() || "_$/".contains(c)) && key.chars().all(plain)
}

/// The key that stands for a path: its label where that says it, else its name, else the pointer in quotes.
pub(super) fn key_of(path: &str, is_key: impl Fn(&str) -> bool) -> String {
    let written = Path::parse(path).into_iter().flat_map(|path| {
        let name = path.segments().collect::<Vec<_>>().join(".");
        [path.label(), name]
    });
    let mut written = written.filter(|key| is_plain(key) && field(key).as_deref() == Some(path));
    match written.next() {
        Some(key) if is_key(&key.to_lowercase()) => format!(".{key}"),
        Some(key) => key,
        None => format!(".\"{}\"", path.replace('"', "\"\"")),
    }
}
