//! House rules that a compiler cannot check.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Ground floor first, as in the table of `src/lib.rs`. A module may use only modules on lower floors.
const FLOORS: &[&[&str]] = &[
    &["text"],
    &["model"],
    &["row"],
    &["check", "demo", "filter", "fix", "infer", "report", "said"],
    &["results"],
    &["broken"],
    &["read", "send", "store", "validator"],
    &["contract"],
    &["ops"],
    &["cli", "tui"],
];
/// The command line opens the screen; nothing else crosses a floor sideways.
const SIDEWAYS: &[(&str, &str)] = &[("cli", "tui")];
const MAX_FILE: usize = 500;
const MAX_FUNCTION: usize = 60;
/// So many floors from the ground take values and give values.
const PURE_FLOORS: usize = 5;
/// The only places that may hold SQL: the workspace, and the database records are sent to.
const SQL: &[&str] = &["src/store/", "src/send/sqlite.rs", "src/send/postgres"];

#[test]
fn modules_only_look_down() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        let Some(floor) = floor_of(&module) else {
            continue;
        };
        for used in modules_used(&text) {
            let sideways = SIDEWAYS.contains(&(module.as_str(), used.as_str()));
            if used != module && !sideways && floor_of(&used).is_some_and(|below| floor <= below) {
                wrong.push(format!(
                    "{}: `{module}` must not use `{used}`",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_floor() {
    let homeless: BTreeSet<String> = sources()
        .into_iter()
        .map(|(path, _)| module_of(&path))
        .filter(|module| !["lib", "main"].contains(&module.as_str()) && floor_of(module).is_none())
        .collect();
    assert!(homeless.is_empty(), "no floor for {homeless:?}");
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_FILE)
        .map(|(path, lines)| format!("{}: {lines} lines without tests", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn functions_stay_on_one_screen() {
    let long: Vec<String> = sources()
        .into_iter()
        .flat_map(|(path, text)| {
            long_functions(&text)
                .into_iter()
                .map(move |found| format!("{}: {found}", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn only_the_store_contains_sql() {
    let words = [
        "SELECT ",
        "INSERT INTO",
        "DELETE FROM",
        "CREATE TABLE",
        "PRAGMA ",
    ];
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|(path, _)| {
            !SQL.iter()
                .any(|home| path.to_string_lossy().starts_with(home))
        })
        .flat_map(|(path, text)| {
            text.lines()
                .filter(|line| {
                    !line.trim_start().starts_with("//")
                        && words.iter().any(|word| line.contains(word))
                })
                .map(|line| format!("{}: {}", path.display(), line.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_lower_floors_do_no_io_read_no_clock_and_never_log() {
    let words = [
        "std::env",
        "std::fs",
        "std::io",
        "std::net",
        "std::process",
        "std::thread",
        "Instant",
        "SystemTime",
        "::now()",
        "tracing::",
        "println!",
    ];
    let pure: Vec<(PathBuf, String)> = sources()
        .into_iter()
        .filter(|(path, _)| floor_of(&module_of(path)).is_some_and(|floor| floor < PURE_FLOORS))
        .collect();
    assert!(pure.len() > 20, "the lower floors were found");
    let wrong: Vec<String> = pure
        .iter()
        .flat_map(|(path, text)| {
            words
                .iter()
                .filter(|word| text.contains(**word))
                .map(move |word| format!("{}: {word}", path.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_know_neither_operations_nor_clocks() {
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|(path, _)| {
            path.starts_with("src/tui/pages") || path.starts_with("src/tui/widgets")
        })
        .flat_map(|(path, text)| {
            [
                "Instant::now",
                "SystemTime::now",
                "ops::Workspace",
                "crate::store",
                "mpsc",
                "thread::",
            ]
            .into_iter()
            .filter(|word| text.contains(word))
            .map(|word| format!("{}: {word}", path.display()))
            .collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_function_cap_knows_long_functions_and_flat_matches() {
    let body = "        line();\n".repeat(70);
    let long = format!("impl X {{\n    fn long(&self) {{\n{body}    }}\n}}\n");
    assert_eq!(long_functions(&long).len(), 1);
    let arms = "            A => 1,\n".repeat(70);
    let flat = format!(
        "impl X {{\n    fn flat(&self) -> u8 {{\n        match self {{\n{arms}        }}\n    }}\n}}\n"
    );
    assert_eq!(long_functions(&flat), Vec::<String>::new());
}

/// Functions over the cap, as rustfmt lays them out: the body ends at the first `}` in the column of the signature.
fn long_functions(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let start = line.trim_start();
        let column = line.len() - start.len();
        if !is_signature(start) {
            continue;
        }
        let end = lines[at..]
            .iter()
            .position(|line| line.len() - line.trim_start().len() == column && line.trim() == "}");
        let Some(length) = end.map(|end| end + 1) else {
            continue;
        };
        if length > MAX_FUNCTION && !is_flat_match(&lines[at..at + length], column) {
            found.push(format!("{length} lines: {start}"));
        }
    }
    found
}

fn is_signature(line: &str) -> bool {
    let words = line
        .trim_start_matches("pub ")
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub(super) ");
    words.trim_start_matches("const ").starts_with("fn ") && !line.ends_with(';')
}

/// Whether one `match` makes up all of the body but a few lines.
fn is_flat_match(function: &[&str], column: usize) -> bool {
    let inside = column + 4;
    let at_body = |line: &&str| line.len() - line.trim_start().len() == inside;
    let Some(start) = function
        .iter()
        .position(|line| at_body(line) && line.contains("match ") && line.ends_with('{'))
    else {
        return false;
    };
    let length = function[start..]
        .iter()
        .skip(1)
        .position(at_body)
        .unwrap_or(0)
        + 2;
    function.len() - length <= 8
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// `src/tui/app.rs` and `src/tui.rs` both belong to `tui`.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix("src").expect("sources lie in src");
    let first = inside.components().next().expect("a file has a name");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// The top-level modules named after `crate::`, alone or in a brace group.
fn modules_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            used.insert(leading_word(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for c in group.chars() {
            match c {
                '}' if depth == 0 => break,
                ',' if depth == 0 => {
                    used.insert(leading_word(item.trim()));
                    item.clear();
                }
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 0 => item.push(c),
                _ => {}
            }
        }
        used.insert(leading_word(item.trim()));
    }
    used
}

fn leading_word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Every source file without its tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !is_test_file(&path) {
                let text = fs::read_to_string(&path).expect("a source can be read");
                let code = text
                    .split("#[cfg(test)]\nmod tests")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                found.push((path, code));
            }
        }
    }
    found
}

/// Files that are tests or testing aids as a whole.
fn is_test_file(path: &Path) -> bool {
    path.parent()
        .is_some_and(|folder| folder.ends_with("tests"))
        || path
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem == "testing")
}
