//! The manual.

use std::{collections::BTreeSet, fs};

use serde_json::json;

use crate::Folder;

#[test]
fn the_manual_has_a_page_for_every_command() {
    let folder = Folder::new();
    let said = folder.redrive("man --out pages").json();
    let names: BTreeSet<String> = fs::read_dir(folder.path("pages"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(said["pages"], json!(names.len()));
    for name in ["redrive.1", "redrive-fix.1", "redrive-contract-check.1"] {
        assert!(names.contains(name), "{names:?}");
    }
    let page = folder.read("pages/redrive-diff.1");
    assert!(
        page.contains("Compare two runs") && page.contains(".SH OPTIONS"),
        "{page}"
    );
    let whole = folder.redrive("man").run();
    assert!(whole.contains("Exit codes: 0 done"), "{whole}");
    assert_eq!(whole.matches("\n.TH ").count(), names.len());
}
