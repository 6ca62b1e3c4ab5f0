//! Finds a Python that has Pydantic, for the tests that compare with the real thing.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A Python with Pydantic and `email-validator`: that of `REDRIVE_PYTHON`, `target/python` or the path. `None`, and a word
/// about it, where there is none.
pub fn with_pydantic() -> Option<PathBuf> {
    let named = env::var_os("REDRIVE_PYTHON").map(PathBuf::from);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    let found = named
        .into_iter()
        .chain([own, PathBuf::from("python3")])
        .find(|python| has_pydantic(python));
    if found.is_none() {
        println!("skipped: no Python with Pydantic 2 and email-validator");
    }
    found
}

fn has_pydantic(python: &Path) -> bool {
    let asked = Command::new(python)
        .args([
            "-c",
            "import email_validator, pydantic; pydantic.TypeAdapter",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}
