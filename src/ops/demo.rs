//! The example, prepared: data, contract, workspace, destination.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path as FilePath, PathBuf},
    time::Instant,
};

use anyhow::Result;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{Job, LoadRequest, Workspace, load};
use crate::{
    demo,
    filter::Filter,
    model::{Fault, LoadReport, RunId, folder_of},
    read,
};

/// Where the example lies when no workspace is named.
const FOLDER: &str = "redrive-demo";

/// Which example is to be prepared, and where.
pub struct DemoRequest {
    pub rows: u64,
    pub seed: u64,
    /// The workspace, when named explicitly; else `redrive-demo/redrive.db`.
    pub workspace: Option<PathBuf>,
    pub author: String,
}

/// A prepared example.
#[derive(Clone, Debug, PartialEq)]
pub struct Demo {
    pub workspace: PathBuf,
    pub report: LoadReport,
}

/// Writes the customers, the contract and the schema beside the workspace and loads them; the same rows and seed find
/// the same run again and change nothing. Never deletes anything: a contract or schema that is there already is used as it
/// is, and customers never replace a file that holds something else.
///
/// # Errors
/// Those of opening a workspace and of loading; `demo:unwritable`.
pub fn demo(request: &DemoRequest, job: &Job) -> Result<Demo> {
    let started = Instant::now();
    let path = if let Some(path) = &request.workspace {
        path.clone()
    } else {
        fs::create_dir_all(FOLDER).map_err(|error| unwritable(FilePath::new(FOLDER), &error))?;
        FilePath::new(FOLDER).join("redrive.db")
    };
    let mut workspace = Workspace::create(&path, &request.author)?;
    let folder = workspace.folder().to_owned();
    // Sending looks for the contract where it lay, from whatever folder it is called.
    let contract = std::path::absolute(folder.join("contract.toml"))?;
    write_new(&contract, demo::CONTRACT.as_bytes())?;
    write_new(
        &folder.join("customer.schema.json"),
        demo::SCHEMA.as_bytes(),
    )?;
    let customers = Customers::of(request, job)?;
    let report = if let Some(run) = customers.known(&workspace)? {
        report_again(&workspace, run, started)?
    } else {
        let passed = names(&folder, "passed", request).find(|path| !exists(path));
        let request = LoadRequest {
            files: vec![customers.write(&folder, request)?],
            contract: Some(contract),
            passed,
            demo: true,
            ..LoadRequest::default()
        };
        load(&mut workspace, &request, job)?
    };
    Ok(Demo {
        workspace: path,
        report,
    })
}

/// The file of the example, before it is written.
struct Customers {
    bytes: u64,
    sha256: [u8; 32],
}

impl Customers {
    fn of(request: &DemoRequest, job: &Job) -> Result<Self> {
        let mut hash = Sha256::new();
        let mut bytes = 0;
        for (n, line) in demo::lines(request.rows, request.seed).enumerate() {
            if n % 10_000 == 0 {
                job.check()?;
            }
            bytes += line.bytes.len() as u64;
            hash.update(&line.bytes);
        }
        Ok(Self {
            bytes,
            sha256: hash.finalize().into(),
        })
    }

    /// The run these very bytes were loaded as, an example's first.
    fn known(&self, workspace: &Workspace) -> Result<Option<RunId>> {
        let mut known = None;
        for (run, sha256) in workspace.store.runs_of_size(self.bytes)? {
            if sha256 != self.sha256 {
                continue;
            }
            if workspace.store.run(run)?.demo {
                return Ok(Some(run));
            }
            known.get_or_insert(run);
        }
        Ok(known)
    }

    /// Writes the file, under the first name that is free or holds these bytes already.
    fn write(&self, folder: &FilePath, request: &DemoRequest) -> Result<PathBuf> {
        for path in names(folder, "customers", request) {
            if path.is_file() && read::sha256_of(&path)? == self.sha256 {
                return Ok(path);
            }
            if !exists(&path) {
                let lines = demo::lines(request.rows, request.seed);
                write_lines(&path, lines.map(|line| line.bytes))?;
                return Ok(path);
            }
        }
        unreachable!("there is no end of names")
    }
}

/// Names for a file of the example: `stem.csv`, then with rows and seed, then with a number.
fn names(folder: &FilePath, stem: &str, request: &DemoRequest) -> impl Iterator<Item = PathBuf> {
    let aside = format!("{stem}-{}-{}", request.rows, request.seed);
    let folder = folder.to_owned();
    [format!("{stem}.csv"), format!("{aside}.csv")]
        .into_iter()
        .chain((2..).map(move |n: u64| format!("{aside}-{n}.csv")))
        .map(move |name| folder.join(name))
}

/// A dangling link is something, too.
fn exists(path: &FilePath) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Writes a file that is not there yet; one that is there stays as it is.
fn write_new(path: &FilePath, bytes: &[u8]) -> Result<()> {
    if exists(path) {
        return Ok(());
    }
    write_lines(path, std::iter::once(bytes.to_vec()))
}

/// A file that is there complete or not at all, and never replaces another one.
fn write_lines(path: &FilePath, lines: impl Iterator<Item = Vec<u8>>) -> Result<()> {
    let folder = folder_of(path);
    let write = || -> std::io::Result<()> {
        let mut out =
            std::io::BufWriter::new(NamedTempFile::with_prefix_in(".redrive-demo-", folder)?);
        for line in lines {
            out.write_all(&line)?;
        }
        let file = out
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        match file.persist_noclobber(path) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error.error),
        }
    };
    write().map_err(|error| unwritable(path, &error).into())
}

/// What loading said, of a run that is there already.
fn report_again(workspace: &Workspace, run: RunId, started: Instant) -> Result<LoadReport> {
    let groups = workspace.store.groups(run, &Filter::default())?;
    let run = workspace.store.run(run)?;
    let stored: u64 = run.statuses.iter().map(|(_, records)| records).sum();
    Ok(LoadReport {
        warned: run.warned,
        run: run.id,
        name: run.name,
        format: run.format,
        records: run.records,
        passed: run.passed,
        rejected: run.rejected,
        unparsed: run.unparsed,
        problems: run.problems,
        // Groups that came with sending or editing have no records as loaded.
        groups: groups.iter().filter(|group| group.records > 0).count() as u64,
        bytes: run.bytes,
        seconds: started.elapsed().as_secs_f64(),
        kept_passed: run.passed > 0 && stored == run.records,
        capped: run.capped,
        warnings: Vec::new(),
    })
}

fn unwritable(path: &FilePath, error: &std::io::Error) -> Fault {
    Fault::unusable(
        "demo:unwritable",
        format!("cannot write the example: {error}"),
    )
    .at(path.display().to_string(), None)
    .hint("run it in a folder you can write to, or name a workspace with -w")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        model::{Stage, Status},
        ops,
    };

    fn prepare(folder: &FilePath, rows: u64, seed: u64) -> Demo {
        let request = DemoRequest {
            rows,
            seed,
            workspace: Some(folder.join("w.db")),
            author: "ann".to_owned(),
        };
        demo(&request, &Job::default()).unwrap()
    }

    fn names_in(folder: &FilePath) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with("w.db"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn every_defect_is_found_and_nothing_else_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let prepared = prepare(folder.path(), demo::ROWS, demo::SEED);
        let mut truth: BTreeMap<u64, Vec<(Stage, String, String)>> = BTreeMap::new();
        for (number, line) in demo::lines(demo::ROWS, demo::SEED).enumerate() {
            for defect in line.defects {
                truth.entry(number as u64).or_default().push((
                    defect.stage,
                    defect.code.to_owned(),
                    defect.path.to_owned(),
                ));
            }
        }
        assert_eq!(prepared.report.rejected, truth.len() as u64);
        assert_eq!(prepared.report.passed, demo::ROWS - truth.len() as u64);
        let workspace = Workspace::open(&prepared.workspace, "ann").unwrap();
        let ids = ops::ids(&workspace, &Filter::default()).unwrap();
        assert_eq!(ids.len(), truth.len());
        for id in ids {
            let mut found: Vec<_> = workspace
                .store
                .record(id)
                .unwrap()
                .problems
                .into_iter()
                .map(|problem| {
                    let parse = problem.stage == Stage::Parse;
                    let path = if parse { "" } else { problem.path.as_str() };
                    (problem.stage, problem.code, path.to_owned())
                })
                .collect();
            found.sort();
            let mut wanted = truth.remove(&(id.0 as u64)).unwrap_or_default();
            wanted.sort();
            assert_eq!(found, wanted, "record {id}");
        }
    }

    #[test]
    fn the_largest_group_is_no_date_and_its_first_record_has_one_problem() {
        let folder = tempfile::tempdir().unwrap();
        let prepared = prepare(folder.path(), demo::ROWS, demo::SEED);
        let workspace = Workspace::open(&prepared.workspace, "ann").unwrap();
        let groups = ops::groups(&workspace, &Filter::default()).unwrap();
        assert_eq!(groups.len() as u64, prepared.report.groups);
        assert_eq!(
            (groups[0].code.as_str(), groups[0].path.as_str()),
            ("enum", "/stage")
        );
        let of_group = Filter::parse(&format!("problem:{}", groups[0].id)).unwrap();
        let first = ops::ids(&workspace, &of_group).unwrap()[0];
        let row = &ops::rows(&workspace, &[first]).unwrap()[0];
        assert_eq!(row.problems.len(), 1);
        assert_eq!(row.status, Status::Rejected);
        let path = &row.problems[0].path;
        let preview = ops::preview(&workspace, first, &[], path).unwrap();
        assert_eq!(preview.suggestions[0].value, "Closed Won");
        assert!(workspace.store.run(row.run).unwrap().demo);
    }

    #[test]
    fn the_same_rows_and_seed_find_the_same_run_and_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let first = prepare(folder.path(), 300, 4);
        let files = names_in(folder.path());
        let again = prepare(folder.path(), 300, 4);
        let timeless = |mut report: LoadReport| {
            report.seconds = 0.0;
            report
        };
        assert_eq!(timeless(first.report), timeless(again.report.clone()));
        assert_eq!(names_in(folder.path()), files);
        assert_eq!(
            files,
            [
                "contract.toml",
                "customer.schema.json",
                "customers.csv",
                "passed.csv"
            ]
        );
        assert_ne!(prepare(folder.path(), 301, 4).report.run, again.report.run);
    }

    #[test]
    fn files_that_hold_something_else_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["customers.csv", "passed.csv"] {
            fs::write(folder.path().join(name), "mine").unwrap();
        }
        let prepared = prepare(folder.path(), 40, 2);
        assert_eq!(prepared.report.records, 40);
        for name in ["customers.csv", "passed.csv"] {
            assert_eq!(
                fs::read_to_string(folder.path().join(name)).unwrap(),
                "mine"
            );
        }
        assert!(folder.path().join("customers-40-2.csv").exists());
    }

    #[test]
    fn what_was_fixed_in_the_example_can_be_sent() {
        let folder = tempfile::tempdir().unwrap();
        let prepared = prepare(folder.path(), 60, 1);
        let mut workspace = Workspace::open(&prepared.workspace, "ann").unwrap();
        let first = ops::ids(&workspace, &Filter::default()).unwrap()[0];
        let change = crate::fix::Change::Text {
            path: crate::model::Path::field("stage"),
            text: "Closed Won".to_owned(),
        };
        assert_eq!(
            ops::edit(&mut workspace, first, &[change], None)
                .unwrap()
                .ready,
            1
        );
        let sent = ops::send(
            &mut workspace,
            &ops::SendRequest::default(),
            &Job::default(),
        )
        .unwrap();
        assert_eq!((sent.planned, sent.accepted), (1, 1));
        let crm = rusqlite::Connection::open(folder.path().join("crm.db")).unwrap();
        let stage: String = crm
            .query_row("SELECT stage FROM customer", [], |row| row.get(0))
            .unwrap();
        assert_eq!(stage, "Closed Won");
    }
}
