use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Path pattern and code, with how many problems there are of them.
pub type Counts = BTreeMap<(String, String), u64>;

/// A run in a workspace of its own.
pub struct Loaded {
    pub folder: tempfile::TempDir,
    pub file: PathBuf,
    pub report: Value,
    /// What the load said on stderr.
    pub said: String,
}

impl Loaded {
    /// Nothing is loaded yet: a file of these bytes lies in the workspace's folder.
    pub fn beside(name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = name.rsplit('/').next().unwrap();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        Self {
            file: folder.path().join(name),
            folder,
            report: Value::Null,
            said: String::new(),
        }
    }

    pub fn of(file: &Path) -> Self {
        Self::with(file, &[])
    }

    pub fn with(file: &Path, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::canonicalize(file).unwrap();
        let mut run = Self {
            folder,
            file: file.clone(),
            report: Value::Null,
            said: String::new(),
        };
        let words = [&["load", "--json", file.to_str().unwrap()], options].concat();
        let (out, said) = run.redrive(&words);
        run.report = serde_json::from_str(&out).unwrap();
        run.said = said;
        run
    }

    pub fn redrive(&self, words: &[&str]) -> (String, String) {
        let (exit, out, said) = self.call(words);
        assert!(matches!(exit, Some(0 | 1)), "{words:?}: {said}");
        (out, said)
    }

    /// Exit code, stdout and stderr.
    pub fn call(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let program: PathBuf = env!("CARGO_BIN_EXE_redrive").into();
        let out = Command::new(program)
            .args(words)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        (
            out.status.code(),
            String::from_utf8(out.stdout).unwrap(),
            said,
        )
    }

    pub fn rows(&self, select: &str) -> Vec<Value> {
        let (out, _) = self.redrive(&["sql", "--json", select]);
        let rows = out.lines().map(|line| serde_json::from_str(line).unwrap());
        rows.collect()
    }

    pub fn by_path_and_code(&self) -> Counts {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let rows = self.rows(
            "SELECT path, code, sum(problems) AS n FROM problem_group WHERE severity = 'error' GROUP BY 1, 2",
        );
        rows.iter()
            .map(|row| {
                (
                    (text(&row["path"]), text(&row["code"])),
                    row["n"].as_u64().unwrap(),
                )
            })
            .collect()
    }

    pub fn by_stage(&self) -> BTreeMap<String, u64> {
        let rows = self.rows("SELECT stage, sum(problems) AS n FROM problem_group GROUP BY 1");
        rows.iter()
            .map(|row| {
                (
                    row["stage"].as_str().unwrap().to_owned(),
                    row["n"].as_u64().unwrap(),
                )
            })
            .collect()
    }
}
