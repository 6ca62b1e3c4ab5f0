//! A copy of the whole workspace, while others work in it.

use std::{
    fs,
    path::{Path as FilePath, PathBuf},
};

use anyhow::{Context as _, Result};
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use super::{Store, explain, faults};
use crate::model::{Fault, folder_of};

/// Pages that are copied before anybody is told how far it is: about 4 MB.
const PAGES: i32 = 1_000;

/// Files that SQLite would take for a part of a database of this name.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

impl Store {
    /// Copies the workspace as it is at this moment into a new file, readable by its owner only, with SQLite's own backup. Others
    /// can read and write meanwhile; what they write from now on is not in the copy. `told` hears how many bytes of how many are
    /// copied, and may stop it by an error. The copy appears whole or not at all. Gives its size.
    ///
    /// # Errors
    /// `backup:exists`, `backup:write`; what `told` gives.
    pub fn backup(
        &self,
        target: &FilePath,
        told: &mut dyn FnMut(u64, u64) -> Result<()>,
    ) -> Result<u64> {
        refuse_existing(target)?;
        let folder = folder_of(target);
        // The file is 0600, and nobody but SQLite has it open.
        let made = tempfile::Builder::new()
            .prefix(".redrive-")
            .suffix(".backup")
            .tempfile_in(folder)
            .with_context(|| cannot_write(target))?
            .into_temp_path();
        let copied = self.copy(&made, told);
        for companion in COMPANIONS {
            // Nobody else knows these names.
            let _ = fs::remove_file(beside(&made, companion));
        }
        let bytes = copied.map_err(|error| match error.downcast_ref::<Fault>() {
            Some(_) => error,
            None => explain(error.context(cannot_write(target)), target),
        })?;
        match made.persist_noclobber(target) {
            Ok(()) => {}
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(exists(target, target).into());
            }
            Err(error) => {
                return Err(anyhow::Error::from(error.error).context(cannot_write(target)));
            }
        }
        fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .with_context(|| cannot_write(target))?;
        Ok(bytes)
    }

    fn copy(&self, made: &FilePath, told: &mut dyn FnMut(u64, u64) -> Result<()>) -> Result<u64> {
        // What is read in it stays as it is, so that the copy need not begin again with each write of others.
        let reading = self.reading()?;
        let page: u32 = reading.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let page = u64::from(page);
        let _: i64 = reading.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let mut copy = Connection::open(made)?;
        let backup = Backup::new(&reading, &mut copy)?;
        loop {
            let step = backup.step(PAGES)?;
            let progress = backup.progress();
            let total = u64::from(progress.pagecount.unsigned_abs()) * page;
            told(
                total - u64::from(progress.remaining.unsigned_abs()) * page,
                total,
            )?;
            match step {
                StepResult::Done => {
                    drop(backup);
                    copy.close().map_err(|(_, error)| error)?;
                    return Ok(total);
                }
                StepResult::More => {}
                _ => return Err(faults::busy(&self.path).into()),
            }
        }
    }
}

/// What is there already stays as it is; and what SQLite would read together with the copy must not lie beside it.
fn refuse_existing(target: &FilePath) -> Result<(), Fault> {
    let names = std::iter::once(target.to_owned())
        .chain(COMPANIONS.iter().map(|companion| beside(target, companion)));
    for name in names {
        if fs::symlink_metadata(&name).is_ok() {
            return Err(exists(target, &name));
        }
    }
    Ok(())
}

fn beside(file: &FilePath, companion: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(companion);
    name.into()
}

fn exists(target: &FilePath, there: &FilePath) -> Fault {
    Fault::usage(
        "backup:exists",
        format!("{} is there already; nothing was written", there.display()),
    )
    .hint("name a file that is not there yet, or move this one away")
    .at(target.display().to_string(), None)
}

fn cannot_write(target: &FilePath) -> Fault {
    Fault::unusable("backup:write", format!("cannot write {}", target.display()))
        .hint("name a file in a folder that you may write to and that has room for it")
        .at(target.display().to_string(), None)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::{
        model::{RecordId, Status},
        store::testing::{Sample, problem, put_run, rejected, set_status, workspace},
    };

    fn dump(store: &Store) -> String {
        let mut out = Vec::new();
        store.dump(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn backup(store: &Store, target: &FilePath) -> Result<u64> {
        store.backup(target, &mut |_, _| Ok(()))
    }

    #[test]
    fn the_copy_is_the_same_workspace_and_only_its_owner_can_read_it() {
        let (folder, mut store) = workspace();
        put_run(&mut store, &[rejected("{}", &[problem("a", "/x")])]);
        let target = folder.path().join("copy.db");
        let bytes = backup(&store, &target).unwrap();
        let found = fs::metadata(&target).unwrap();
        assert_eq!(
            (found.len(), found.permissions().mode() & 0o777),
            (bytes, 0o600)
        );
        let copy = Store::open(&target).unwrap();
        assert_eq!(dump(&copy), dump(&store));
        for verified in copy.verify().unwrap() {
            assert_eq!(verified.wrong, Vec::<String>::new(), "{}", verified.check);
        }
    }

    #[test]
    fn what_others_write_meanwhile_is_not_in_the_copy_and_does_not_stop_it() {
        let (folder, mut store) = workspace();
        let samples = vec![rejected(&format!("{{\"x\":\"{}\"}}", "x".repeat(4_000)), &[]); 3_000];
        put_run(&mut store, &samples);
        let before = dump(&store);
        let looking = Store::open_read_only(&folder.path().join("redrive.db")).unwrap();
        let target = folder.path().join("copy.db");
        let mut steps = 0;
        looking
            .backup(&target, &mut |_, _| {
                steps += 1;
                set_status(&mut store, RecordId(steps), Status::Discarded);
                Ok(())
            })
            .unwrap();
        assert!(steps > 2, "it was copied in {steps} parts");
        assert_eq!(dump(&Store::open(&target).unwrap()), before);
        assert_ne!(dump(&store), before);
    }

    #[test]
    fn nothing_that_is_there_is_written_over() {
        let (folder, store) = workspace();
        let file = |name: &str| folder.path().join(name);
        fs::write(file("kept.db"), "mine").unwrap();
        symlink("nowhere", file("link.db")).unwrap();
        fs::write(file("old.db-wal"), "of another database").unwrap();
        for name in ["kept.db", "link.db", "old.db", "redrive.db"] {
            let error = backup(&store, &file(name)).unwrap_err();
            assert_eq!(error.downcast_ref::<Fault>().unwrap().code, "backup:exists");
        }
        assert_eq!(fs::read_to_string(file("kept.db")).unwrap(), "mine");
        assert!(!file("old.db").exists());
    }

    #[test]
    fn a_copy_that_is_stopped_leaves_nothing() {
        let (folder, mut store) = workspace();
        put_run(&mut store, &[Sample::default()]);
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let before = names();
        let stop = Fault::usage("stopped", "stopped");
        let target = folder.path().join("copy.db");
        let error = (store.backup(&target, &mut |_, _| Err(stop.clone().into()))).unwrap_err();
        assert_eq!(error.downcast_ref::<Fault>().unwrap().code, "stopped");
        assert_eq!(names(), before);
        let error = backup(&store, &folder.path().join("gone/copy.db")).unwrap_err();
        assert_eq!(error.downcast_ref::<Fault>().unwrap().code, "backup:write");
    }
}
