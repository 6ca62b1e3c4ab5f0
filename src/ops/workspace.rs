//! An open workspace and who works in it.

use std::{
    cell::RefCell,
    collections::HashMap,
    io::Write,
    os::unix::fs::MetadataExt as _,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
};

use anyhow::Result;

use super::{asked::Alive, readings::KnownReadable, send::Counts};
use crate::{
    contract::{self, Contract},
    filter::Filter,
    model::{Fault, RunId, folder_of},
    store::{self, Store},
};

/// An open workspace. Each thread opens its own.
pub struct Workspace {
    pub(crate) store: Store,
    pub(crate) path: PathBuf,
    /// Who does something, as claimed.
    pub(crate) author: String,
    /// Compiled contracts by their number in the store, so that a page of records compiles nothing again.
    contracts: RefCell<HashMap<i64, Arc<Contract>>>,
    /// What contracts on disk check, by their hash, so that looking at one that changed compiles it once.
    checks: RefCell<HashMap<[u8; 32], [u8; 32]>>,
    /// What was counted of plans.
    pub(super) counts: RefCell<Counts>,
    /// What a record could be whose text is being edited: the text it has is the same whatever is typed.
    pub(super) readable: RefCell<Option<KnownReadable>>,
    /// The validator that was asked last, alive.
    pub(super) validator: RefCell<Option<Alive>>,
}

impl Workspace {
    /// Opens an existing workspace.
    ///
    /// # Errors
    /// `workspace:missing`, `workspace:foreign`, `workspace:newer`, `workspace:read_only` (all exit 3).
    pub fn open(path: &FilePath, author: &str) -> Result<Self> {
        Ok(Self::of(Store::open(path)?, path, author))
    }

    /// Opens a workspace, making it (0600) when there is none.
    pub fn create(path: &FilePath, author: &str) -> Result<Self> {
        Ok(Self::of(Store::create(path, &now())?, path, author))
    }

    /// Opens an existing workspace for looking only.
    pub fn open_read_only(path: &FilePath) -> Result<Self> {
        Ok(Self::of(Store::open_read_only(path)?, path, ""))
    }

    pub fn path(&self) -> &FilePath {
        &self.path
    }

    /// A number that changes whenever another connection has changed the workspace.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub fn version(&self) -> Result<i64> {
        self.store.data_version()
    }

    /// The folder destinations' paths are relative to.
    pub fn folder(&self) -> &FilePath {
        folder_of(&self.path)
    }

    /// Refuses a name for a new file that is the workspace itself, or one of the files SQLite keeps beside it: writing there
    /// would destroy the work.
    ///
    /// # Errors
    /// `workspace:overwrite`, exit 2.
    pub fn spare(&self, target: &FilePath) -> Result<(), Fault> {
        spare(&self.path, target)
    }

    /// Refuses a place where no workspace can be shared with a group, before one is made there.
    ///
    /// # Errors
    /// `workspace:group`.
    pub fn can_be_shared(path: &FilePath) -> Result<(), Fault> {
        store::share::check(path)
    }

    /// Lets everybody of the folder's Unix group work in the workspace (0660).
    ///
    /// # Errors
    /// `workspace:group` when the folder is not one for a group, or the file is somebody else's who has not shared it.
    pub fn share(&self) -> Result<()> {
        self.store.share()
    }

    /// Writes all there is, one line a row, without times, secrets or what differs from machine to machine: two workspaces
    /// are the same when their dumps are.
    pub fn dump(&self, out: &mut dyn Write) -> Result<()> {
        self.store.dump(out)
    }

    /// A run's contract as it was when the run was loaded or last checked, compiled; `None` when it has none.
    ///
    /// # Errors
    /// `run:missing`; a fault when this redrive cannot use the stored contract any more.
    pub(crate) fn contract(&self, run: RunId) -> Result<Option<Arc<Contract>>> {
        let number = self.store.contract_of(run)?;
        number
            .map(|number| self.stored_contract(number))
            .transpose()
    }

    /// Whether a stored contract finds the same as one that checks this. One that this redrive cannot use any more does not.
    pub(crate) fn is_alike(&self, number: i64, checks: &[u8; 32]) -> bool {
        (self.stored_contract(number)).is_ok_and(|contract| contract.checks == *checks)
    }

    /// Which of the contracts that gave the verdicts of a run find the same as one that checks this.
    pub(crate) fn alike(&self, run: RunId, checks: &[u8; 32]) -> Result<Vec<i64>> {
        let counted = self.store.count_verdicts(run)?;
        let numbers = counted.into_iter().filter_map(|(number, _)| number);
        Ok(numbers
            .filter(|number| self.is_alike(*number, checks))
            .collect())
    }

    /// What the contract at the path of a stored one checks now.
    ///
    /// # Errors
    /// Those of reading a contract.
    pub(crate) fn checks_on_disk(&self, stored: &Contract) -> Result<[u8; 32]> {
        let hash = contract::hash_on_disk(&stored.path)?;
        if hash == stored.hash {
            return Ok(stored.checks);
        }
        if let Some(known) = self.checks.borrow().get(&hash) {
            return Ok(*known);
        }
        let read = contract::read(&stored.path)?;
        self.checks.borrow_mut().insert(read.hash, read.checks);
        Ok(read.checks)
    }

    /// Reads stored contracts anew: one lies elsewhere now.
    pub(crate) fn forget_contracts(&self) {
        self.contracts.borrow_mut().clear();
    }

    /// A stored contract by its number, compiled.
    ///
    /// # Errors
    /// A fault when this redrive cannot use it any more.
    pub(crate) fn stored_contract(&self, number: i64) -> Result<Arc<Contract>> {
        if let Some(known) = self.contracts.borrow().get(&number) {
            return Ok(Arc::clone(known));
        }
        let compiled = Arc::new(contract::restore(&self.store.contract(number)?)?);
        self.contracts
            .borrow_mut()
            .insert(number, Arc::clone(&compiled));
        Ok(compiled)
    }

    /// The run a filter is about: the one it names, else the newest; `None` in an empty workspace.
    ///
    /// # Errors
    /// `filter:term` when the run has no field of that name.
    pub(crate) fn run_of(&self, filter: &Filter) -> Result<Option<RunId>> {
        let run = match filter.run() {
            Some(run) => Some(run),
            None => self.store.newest_run()?,
        };
        if let Some(run) = run {
            super::fields::check_fields(self, run, filter)?;
        }
        Ok(run)
    }

    fn of(store: Store, path: &FilePath, author: &str) -> Self {
        Self {
            store,
            path: path.to_owned(),
            author: author.to_owned(),
            contracts: RefCell::default(),
            checks: RefCell::default(),
            counts: RefCell::default(),
            readable: RefCell::default(),
            validator: RefCell::default(),
        }
    }
}

/// How often work is done again because somebody else wrote meanwhile.
const TRIES: u32 = 5;

/// Does what is worked out on the whole workspace, again where somebody else changed that before it was written.
///
/// # Errors
/// Those of `attempt`; `workspace:changed` when it happens every time.
pub(super) fn again_if_changed<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let is_changed = |error: &anyhow::Error| {
        let fault = error.downcast_ref::<Fault>();
        fault.is_some_and(|fault| fault.code == "workspace:changed")
    };
    for _ in 1..TRIES {
        match attempt() {
            Err(error) if is_changed(&error) => {}
            done => return done,
        }
    }
    attempt()
}

/// [`Workspace::spare`] for a workspace that is not open.
pub fn spare(workspace: &FilePath, target: &FilePath) -> Result<(), Fault> {
    let (Some(here), Some(there)) = (place(workspace), place(target)) else {
        return Ok(());
    };
    let companion = |end: &str| {
        let mut name = here.as_os_str().to_owned();
        name.push(end);
        there.as_os_str() == name
    };
    if !["", "-wal", "-shm"].into_iter().any(companion) && !is_same_file(&here, &there) {
        return Ok(());
    }
    let message = format!("{} is the workspace; nothing was written", target.display());
    Err(Fault::usage("workspace:overwrite", message).hint("name another file"))
}

/// Whether both are names of one file, as hard links are.
fn is_same_file(one: &FilePath, other: &FilePath) -> bool {
    let file = |path: &FilePath| {
        let about = path.metadata().ok()?;
        Some((about.dev(), about.ino()))
    };
    file(one).is_some_and(|one| Some(one) == file(other))
}

/// Where a file is or would be, its folder resolved; and the file itself, if it is a link.
fn place(path: &FilePath) -> Option<PathBuf> {
    if let Ok(there) = path.canonicalize() {
        return Some(there);
    }
    let folder = folder_of(path);
    Some(folder.canonicalize().ok()?.join(path.file_name()?))
}

/// The time now, as the workspace writes it: RFC 3339, UTC, whole milliseconds.
pub(crate) fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn a_new_file_never_takes_the_place_of_the_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let workspace = Workspace::create(&path, "ann").unwrap();
        let link = folder.path().join("link.csv");
        symlink(&path, &link).unwrap();
        fs::hard_link(&path, folder.path().join("hard.csv")).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        let refused = [
            "w.db",
            "w.db-wal",
            "w.db-shm",
            "sub/../w.db",
            "link.csv",
            "hard.csv",
        ];
        for name in refused {
            let fault = workspace.spare(&folder.path().join(name)).unwrap_err();
            assert_eq!(fault.code, "workspace:overwrite", "{name}");
        }
        for name in ["w.csv", "sub/w.db", "gone/w.db", "w.db.csv"] {
            workspace.spare(&folder.path().join(name)).unwrap();
        }
    }
}
