//! Is the workspace where it can be worked in?

use std::{os::unix::fs::PermissionsExt, path::Path as FilePath};

use rustix::fs::{self, Access};

use super::{Finding, Workspace};
use crate::{
    model::{Fault, folder_of},
    store::{self, Sight},
    text::thousands,
};

/// Bytes that should be free on the disk; a fix of many records writes as much as the records.
const FREE: u64 = 256 << 20;

/// What is to be known of a workspace file, or of the place where it would be: whether it can be opened, which SQLite it is
/// read with, how much is free, and whether its file system is on this machine. Changes nothing.
pub fn doctor(path: &FilePath) -> Vec<Finding> {
    let folder = folder_of(path);
    let mut findings = vec![
        workspace(path),
        Finding::new(
            "sqlite",
            true,
            format!("SQLite {}", store::sqlite_version()),
        ),
    ];
    findings.extend(access(path, folder));
    // A folder that is not there is said of the workspace.
    if let Ok(found) = fs::statvfs(folder) {
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        findings.push(space(free));
    }
    findings.extend(file_system(folder));
    findings.push(processes(store::sight()));
    findings
}

/// Whether it can be told that whoever sent or loaded has died.
fn processes(sight: Sight) -> Finding {
    let words = match sight {
        Sight::All => {
            "a send or load that died is told from one under way, but for those in containers: send or load with --take-over"
        }
        Sight::OneAccount => {
            "those of other accounts are hidden, so a send or load of theirs that died may count as under way: --take-over says that it has ended"
        }
        Sight::Container => {
            "this is a container, so a send or load outside of it that died counts as under way: --take-over says that it has ended"
        }
        Sight::Nothing => {
            "other processes cannot be seen, so a send or load that died counts as under way: --take-over says that it has ended"
        }
    };
    Finding::new("processes", true, words)
}

fn workspace(path: &FilePath) -> Finding {
    let name = path.display();
    if !path.exists() {
        let words = format!("{name} is not there yet: `redrive load` makes it");
        return Finding::new("workspace", true, words);
    }
    let opened = Workspace::open_read_only(path).and_then(|workspace| super::runs(&workspace));
    match opened {
        Ok(runs) => {
            let runs = crate::text::count(runs.len() as u64, "run");
            Finding::new("workspace", true, format!("{name} holds {runs}"))
        }
        Err(error) => {
            let hint = (error.downcast_ref::<Fault>()).and_then(|fault| fault.hint.as_deref());
            let hint = hint.map_or(String::new(), |hint| format!(": {hint}"));
            Finding::new("workspace", false, format!("{error}{hint}"))
        }
    }
}

/// Who may do what with a workspace that is there, where that is worth a word.
fn access(path: &FilePath, folder: &FilePath) -> Option<Finding> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    let name = path.display();
    let may_write = |path: &FilePath| fs::access(path, Access::WRITE_OK).is_ok();
    let words = match mode & 0o007 {
        0 if may_write(path) && may_write(folder) => return None,
        0 => {
            format!("{name} can only be looked at: it or its folder cannot be written to")
        }
        others => {
            let verb = if others & 0o002 == 0 {
                "read"
            } else {
                "change"
            };
            format!("everybody on this machine may {verb} {name}: chmod o= {name}")
        }
    };
    Some(Finding::new("access", false, words))
}

fn space(free: u64) -> Finding {
    let words = format!("{} MiB free", thousands(free >> 20));
    if free >= FREE {
        return Finding::new("space", true, words);
    }
    Finding::new(
        "space",
        false,
        format!("{words}: make room, a change that does not fit is not made"),
    )
}

/// Whether SQLite's locks hold there; nothing where that cannot be told.
#[cfg(target_os = "linux")]
fn file_system(folder: &FilePath) -> Option<Finding> {
    let found = rustix::fs::statfs(folder).ok()?;
    // Signed or not by platform; the numbers themselves have 32 bits.
    Some(of_kind(found.f_type as u32))
}

#[cfg(not(target_os = "linux"))]
fn file_system(_: &FilePath) -> Option<Finding> {
    None
}

/// File systems of other machines, by their magic numbers in `statfs`.
#[cfg(target_os = "linux")]
const REMOTE: [(u32, &str); 8] = [
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB"),
    (0x0102_1997, "9P"),
    (0x5346_414F, "AFS"),
    (0x00C3_6400, "Ceph"),
    (0x6573_5546, "FUSE"),
];

#[cfg(target_os = "linux")]
fn of_kind(kind: u32) -> Finding {
    match REMOTE.iter().find(|(number, _)| *number == kind) {
        None => Finding::new("file_system", true, "on this machine"),
        Some((_, name)) => Finding::new(
            "file_system",
            false,
            format!(
                "{name}, which may be on another machine, where two programs can write at once: keep the workspace on a local disk"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(findings: &[Finding], check: &str) -> Option<bool> {
        let mut findings = findings.iter();
        findings.find(|one| one.check == check).map(|one| one.ok)
    }

    #[test]
    fn a_workspace_is_looked_at_where_it_is_and_where_it_would_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let before = doctor(&path);
        assert_eq!(ok(&before, "workspace"), Some(true));
        assert!(!path.exists());
        Workspace::create(&path, "ann").unwrap();
        let after = doctor(&path);
        assert!(after[0].message.ends_with("holds 0 runs"), "{after:?}");
        assert!(after[1].message.starts_with("SQLite 3."), "{after:?}");
        let foreign = folder.path().join("foreign.db");
        std::fs::write(&foreign, "not a workspace").unwrap();
        let found = doctor(&foreign);
        assert_eq!(ok(&found, "workspace"), Some(false));
        assert!(found[0].message.contains("name another file"), "{found:?}");
    }

    #[test]
    fn a_workspace_that_everybody_may_read_or_change_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        Workspace::create(&path, "ann").unwrap();
        assert_eq!(ok(&doctor(&path), "access"), None);
        for (mode, words) in [(0o644, "may read"), (0o666, "may change"), (0o660, "")] {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).unwrap();
            let found = access(&path, folder.path()).map(|found| found.message);
            assert_eq!(found.is_none(), words.is_empty(), "{found:?}");
            assert!(found.unwrap_or_default().contains(words));
        }
    }

    #[test]
    fn little_room_and_a_file_system_of_another_machine_are_said() {
        assert!(space(FREE).ok);
        assert!(!space(FREE - 1).ok);
        assert!(of_kind(0xEF53).ok);
        assert!(
            of_kind(0x6969)
                .message
                .starts_with("NFS, which may be on another machine")
        );
    }
}
