//! Names of files.

use std::path::Path as FilePath;

/// The folder a file lies in, by a name that every system call takes.
pub fn folder_of(file: &FilePath) -> &FilePath {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => FilePath::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_lies_in_the_current_folder() {
        let check = |file: &str, expected: &str| {
            assert_eq!(folder_of(FilePath::new(file)), FilePath::new(expected));
        };
        check("w.db", ".");
        check("a/w.db", "a");
        check("/w.db", "/");
        check("/", ".");
    }
}
