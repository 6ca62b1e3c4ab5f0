//! A workspace for several accounts of one machine: everybody of the folder's Unix group may work in it.

use std::{
    fs::{self, Metadata, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path as FilePath, PathBuf},
};

use anyhow::{Context as _, Result};

use super::Store;
use crate::model::{Fault, folder_of};

/// The file and what SQLite keeps beside it; it gives its companions the mode of the file.
const FILES: [&str; 3] = ["", "-wal", "-shm"];
/// Read and written by owner and group, by nobody else.
const MODE: u32 = 0o660;

/// Refuses a folder in which a group cannot work, or in which anybody could put another file in the workspace's place. Whose
/// folder it is does not matter where the workspace is there and shared already: its owner has decided.
///
/// # Errors
/// `workspace:group`, with what to do about the folder.
pub(crate) fn check(path: &FilePath) -> Result<(), Fault> {
    check_for(path, rustix::process::geteuid().as_raw())
}

fn check_for(path: &FilePath, me: u32) -> Result<(), Fault> {
    let folder = folder_of(path);
    let Ok(found) = fs::metadata(folder) else {
        return Err(super::faults::missing_folder(path, folder));
    };
    let me = if is_shared(path, &found) {
        found.uid()
    } else {
        me
    };
    match unfit(found.mode(), found.uid(), me) {
        None => Ok(()),
        Some(why) => Err(
            fault(format!("the folder {} {why}", folder.display())).hint(format!(
                "a folder for a group is made by its owner: chgrp TEAM {0} && chmod 2770 {0}",
                crate::text::shell_word(&folder.display().to_string())
            )),
        ),
    }
}

/// Whether the group of this folder may work in the workspace.
fn is_shared(path: &FilePath, folder: &Metadata) -> bool {
    fs::symlink_metadata(path)
        .is_ok_and(|file| file.gid() == folder.gid() && file.mode() & 0o777 == MODE)
}

fn fault(message: String) -> Fault {
    Fault::unusable("workspace:group", message)
}

/// Why a folder is not one for a group, if so.
fn unfit(mode: u32, owner: u32, me: u32) -> Option<&'static str> {
    if owner != me && owner != 0 {
        Some("belongs to somebody else")
    } else if mode & 0o002 != 0 {
        Some("can be written by everybody, so anybody could put another file there")
    } else if mode & 0o030 != 0o030 {
        Some(
            "cannot be written by its group, which SQLite needs for its files beside the workspace",
        )
    } else if cfg!(target_os = "linux") && mode & 0o2000 == 0 {
        // Elsewhere a new file has its folder's group anyway.
        Some("does not hand its group on to new files (setgid)")
    } else {
        None
    }
}

impl Store {
    /// Lets everybody of the folder's group work in the workspace (0660), also in the files SQLite keeps beside it. One that
    /// somebody else has shared already is left as it is.
    ///
    /// # Errors
    /// `workspace:group`.
    pub fn share(&self) -> Result<()> {
        check(&self.path)?;
        let folder = fs::metadata(folder_of(&self.path))?;
        if is_shared(&self.path, &folder) {
            return Ok(());
        }
        let group = folder.gid();
        // The workspace last: by it those who come later see that all of it was shared.
        for end in FILES.iter().rev() {
            // By name: opening it would drop SQLite's locks.
            let file = beside(&self.path, end);
            match share_one(&file, group) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                shared => shared.with_context(|| {
                    fault(format!("{} cannot be given to the group", file.display()))
                        .hint("its owner can do it, who belongs to that group")
                })?,
            }
        }
        Ok(())
    }
}

fn share_one(file: &FilePath, group: u32) -> io::Result<()> {
    let found = fs::symlink_metadata(file)?;
    if found.gid() != group {
        chown(file, None, Some(group))?;
    }
    if found.mode() & 0o777 != MODE {
        fs::set_permissions(file, Permissions::from_mode(MODE))?;
    }
    Ok(())
}

fn beside(path: &FilePath, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-01-01T00:00:00.000Z";

    fn folder(mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
        let path = folder.path().join("redrive.db");
        (folder, path)
    }

    fn modes(folder: &FilePath) -> Vec<String> {
        let mut modes: Vec<String> = (fs::read_dir(folder).unwrap())
            .map(|entry| {
                let entry = entry.unwrap();
                let mode = entry.metadata().unwrap().mode() & 0o777;
                format!("{} {mode:o}", entry.file_name().display())
            })
            .collect();
        modes.sort();
        modes
    }

    #[test]
    fn a_shared_workspace_is_the_groups_with_all_its_files_whoever_opens_it() {
        let (folder, path) = folder(0o2770);
        let write = |store: &mut Store| {
            let wrote =
                store.write(|tx| Ok(tx.execute("UPDATE workspace SET created_at = ''", [])?));
            wrote.unwrap();
        };
        let mut store = Store::create(&path, NOW).unwrap();
        write(&mut store);
        store.share().unwrap();
        let all = ["redrive.db 660", "redrive.db-shm 660", "redrive.db-wal 660"];
        assert_eq!(modes(folder.path()), all);
        drop(store);
        assert_eq!(modes(folder.path()), ["redrive.db 660"]);
        // SQLite makes its files anew, with the mode of the workspace.
        let mut store = Store::open(&path).unwrap();
        write(&mut store);
        assert_eq!(modes(folder.path()), all);
        store.share().unwrap();
    }

    #[test]
    fn in_a_folder_of_somebody_else_only_what_is_shared_already_can_be_worked_in() {
        let (folder, path) = folder(0o2770);
        let mut owner = fs::metadata(folder.path()).unwrap().uid();
        if owner == 0 {
            // The folder of root would be everybody's, and root can give it away.
            owner = 1;
            chown(folder.path(), Some(owner), None).unwrap();
        }
        let somebody_else = owner + 1;
        let store = Store::create(&path, NOW).unwrap();
        let error = check_for(&path, somebody_else).unwrap_err();
        assert!(error.message.ends_with("belongs to somebody else"));
        drop(store);
        // As its owner's share leaves it.
        fs::set_permissions(&path, Permissions::from_mode(MODE)).unwrap();
        assert_eq!(check_for(&path, somebody_else), Ok(()));
        fs::set_permissions(folder.path(), Permissions::from_mode(0o2777)).unwrap();
        assert!(check_for(&path, somebody_else).is_err());
    }

    #[test]
    fn a_folder_that_is_not_a_groups_is_refused_and_the_workspace_stays_private() {
        for mode in [0o700, 0o2777, 0o770, 0o2750] {
            if mode == 0o770 && !cfg!(target_os = "linux") {
                continue;
            }
            let (folder, path) = folder(mode);
            let store = Store::create(&path, NOW).unwrap();
            let error = store.share().unwrap_err();
            let fault = error.downcast_ref::<Fault>().expect("a fault");
            assert_eq!(fault.code, "workspace:group", "{mode:o}");
            assert_eq!(modes(folder.path())[0], "redrive.db 600", "{mode:o}");
        }
        assert_eq!(unfit(0o2770, 7, 7), None);
        assert_eq!(unfit(0o2770, 0, 7), None);
        assert_eq!(unfit(0o2770, 8, 7), Some("belongs to somebody else"));
    }
}
