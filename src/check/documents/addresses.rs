//! Addresses of schemas: what a reference means, and the file that an address can mean.

use jsonschema::uri;

/// The address that a reference means in a document at `base`.
pub(super) fn resolve(base: &str, reference: &str) -> Option<String> {
    let base = uri::from_str(base).ok()?;
    let target = uri::resolve_against(&base.borrow(), reference).ok()?;
    Some(target.to_string())
}

/// The document of an address and the fragment behind it, the latter decoded.
pub(super) fn split(address: &str) -> (String, String) {
    match address.split_once('#') {
        None => (address.to_owned(), String::new()),
        Some((document, fragment)) => (document.to_owned(), decoded(fragment)),
    }
}

/// Text with its `%20` and the like as the characters they stand for.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| byte == b'%');
        let pair = pair.and_then(|pair| std::str::from_utf8(pair).ok());
        let one = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(one.unwrap_or(byte));
        rest = if one.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// How one gets from the folder of an address to another one: `../b.json`. `None` where they are on different machines.
pub(super) fn way(base: &str, target: &str) -> Option<String> {
    let cut = |address: &str| -> Option<(String, Vec<String>)> {
        let (scheme, rest) = address.split_once("://")?;
        let (machine, path) = rest.split_once('/')?;
        let parts = path.split('/').map(decoded).collect();
        Some((format!("{scheme}://{machine}"), parts))
    };
    let ((machine, mut from), (other, to)) = (cut(base)?, cut(target)?);
    if machine != other {
        return None;
    }
    from.pop();
    let folders = &to[..to.len().saturating_sub(1)];
    let shared = from.iter().zip(folders).take_while(|(a, b)| a == b).count();
    let climb = "../".repeat(from.len() - shared);
    Some(format!("{climb}{}", to[shared..].join("/")))
}

/// A reference in `file`, as a path relative to the root schema: `join("common/a.json", "../b.json")` is `b.json`.
pub(super) fn join(file: &str, reference: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_joined_like_relative_paths() {
        assert_eq!(join("", "./a.json"), "a.json");
        assert_eq!(join("common/a.json", "../b.json"), "b.json");
        assert_eq!(join("common/a.json", "b.json"), "common/b.json");
        assert_eq!(join("", "../up.json"), "../up.json");
        assert_eq!(join("../x/a.json", "../../b.json"), "../../b.json");
        let way = |base: &str, target: &str| way(base, target).unwrap_or_default();
        assert_eq!(
            way("https://h/s/a.json", "https://h/c/b.json"),
            "../c/b.json"
        );
        assert_eq!(
            way("https://h/s/a.json", "https://h/s/t/b%20c.json"),
            "t/b c.json"
        );
        assert_eq!(way("https://h/s/a.json", "https://other/s/b.json"), "");
    }
}
