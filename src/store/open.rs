//! Opening a workspace: nothing that is not one is ever written to.

use std::{
    fs,
    path::{Path as FilePath, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, limits::Limit};
use rusqlite_migration::{M, Migrations};

use super::faults;
use crate::model::{Fault, folder_of};

/// `RDRV`, in the header of every workspace.
const APPLICATION_ID: i64 = 0x5244_5256;

/// How long a write waits for another process's.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The forms a workspace has had; its `user_version` counts them. Only ever added to.
pub(super) const FORMS: &[M<'static>] = &[
    M::up(include_str!("../../assets/schema/0001.sql")),
    M::up(include_str!("../../assets/schema/0002.sql")),
    M::up(include_str!("../../assets/schema/0003.sql")),
    M::up(include_str!("../../assets/schema/0004.sql")),
    M::up(include_str!("../../assets/schema/0005.sql")).foreign_key_check(),
    M::up(include_str!("../../assets/schema/0006.sql")).foreign_key_check(),
    M::up(include_str!("../../assets/schema/0007.sql")),
    M::up(include_str!("../../assets/schema/0008.sql")).foreign_key_check(),
    M::up(include_str!("../../assets/schema/0009.sql")),
];

/// Makes a workspace where there is nothing. It is made under another name and appears whole, so that a process that dies
/// meanwhile leaves no half of one; of two processes that make it at once, one does and the other finds it.
pub(super) fn make(path: &FilePath, created_at: &str) -> Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    let (folder, _) = folder_and_name(path)?;
    // The file is 0600, and SQLite gives its companions the mode of the file.
    let made = tempfile::Builder::new()
        .prefix(".redrive-")
        .suffix(".new")
        .tempfile_in(&folder)
        .map_err(|error| anyhow::Error::from(error).context(faults::read_only(path)))?
        .into_temp_path();
    if let Err(error) = fill(&made, created_at) {
        // Nobody else knows these names.
        for companion in ["-wal", "-shm"] {
            let mut name = made.as_os_str().to_owned();
            name.push(companion);
            let _ = fs::remove_file(name);
        }
        return Err(faults::explain(error, path));
    }
    match made.persist_noclobber(path) {
        Ok(()) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(anyhow::Error::from(error.error).context(faults::read_only(path))),
    }
}

/// Opens a workspace for writing.
pub(super) fn writable(path: &FilePath) -> Result<Connection> {
    let real = find(path)?;
    // A first look through a connection that cannot write: SQLite would otherwise finish a foreign file's transactions.
    drop(look(path, &real)?);
    let attempt = || -> Result<Connection> {
        let mut conn =
            Connection::open_with_flags(&real, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
        if conn.is_readonly("main")? {
            return Err(faults::read_only(path).into());
        }
        configure(&conn)?;
        configure_writing(&conn)?;
        bring_to_form(&mut conn)?;
        Ok(conn)
    };
    attempt().map_err(|error| cannot_open(error, path, &real))
}

/// Opens a workspace for looking only.
pub(super) fn read_only(path: &FilePath) -> Result<Connection> {
    let real = find(path)?;
    let conn = match look(path, &real) {
        Ok(conn) => conn,
        Err(error) if is_read_only(&error) => look_at_still(path, &real)?.ok_or(error)?,
        Err(error) => return Err(error),
    };
    if form(&conn).map_err(|error| faults::explain_opening(error.into(), path))?
        < FORMS.len() as i64
    {
        return Err(faults::older(path).into());
    }
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// Refuses a workspace that a newer redrive has brought to its own form since it was opened.
pub(super) fn check_form(conn: &Connection, path: &FilePath) -> Result<()> {
    let (found, known) = (form(conn)?, FORMS.len() as i64);
    if found > known {
        return Err(faults::newer(path, found, known).into());
    }
    Ok(())
}

/// Brings a workspace to today's form. A table that is made anew is dropped while others refer to it, which only goes with
/// foreign keys off; each form that does so checks them all before it stands.
fn bring_to_form(conn: &mut Connection) -> Result<()> {
    conn.pragma_update(None, "foreign_keys", false)?;
    let done = Migrations::from_slice(FORMS).to_latest(conn);
    conn.pragma_update(None, "foreign_keys", true)?;
    Ok(done?)
}

fn form(conn: &Connection) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Turns a file that was just made into an empty workspace, and closes it.
fn fill(path: &FilePath, created_at: &str) -> Result<()> {
    let mut conn = Connection::open_with_flags(path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
    configure(&conn)?;
    configure_writing(&conn)?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    bring_to_form(&mut conn)?;
    conn.execute(
        "INSERT INTO workspace (only, uid, secret, created_at) VALUES (1, randomblob(16), randomblob(32), ?1)",
        [created_at],
    )?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// Checks what stands at the path before SQLite sees it. Gives the path with its folder resolved, because SQLite is told
/// to follow no links at all and only the file itself must not be one.
fn find(path: &FilePath) -> Result<PathBuf> {
    let (folder, name) = folder_and_name(path)?;
    let Ok(found) = fs::symlink_metadata(path) else {
        return Err(faults::missing(path).into());
    };
    let what = if found.is_dir() {
        "is a directory"
    } else if found.is_symlink() {
        "is a link; name the workspace itself"
    } else if !found.is_file() {
        "is not a file"
    } else if found.len() == 0 {
        "is empty, not a redrive workspace"
    } else {
        return Ok(folder.join(name));
    };
    Err(faults::foreign(path, what).into())
}

fn folder_and_name(path: &FilePath) -> Result<(PathBuf, &std::ffi::OsStr), Fault> {
    let name = path
        .file_name()
        .ok_or_else(|| faults::foreign(path, "is a directory"))?;
    let folder = folder_of(path);
    match folder.canonicalize() {
        Ok(folder) if folder.is_dir() => Ok((folder, name)),
        _ => Err(faults::missing_folder(path, folder)),
    }
}

/// Opens a connection that cannot write and checks whose file this is.
fn look(path: &FilePath, real: &FilePath) -> Result<Connection> {
    Connection::open_with_flags(real, flags(OpenFlags::SQLITE_OPEN_READ_ONLY))
        .map_err(anyhow::Error::from)
        .and_then(|conn| recognise(conn, path))
        .map_err(|error| cannot_open(error, path, real))
}

/// Opens a workspace in a folder where nothing can be made, such as a mounted backup. SQLite is then told that nobody
/// changes the file, which holds as long as there is no write-ahead log beside it; `None` when there is one.
fn look_at_still(path: &FilePath, real: &FilePath) -> Result<Option<Connection>> {
    let mut log = real.as_os_str().to_owned();
    log.push("-wal");
    if fs::symlink_metadata(log).is_ok() {
        return Ok(None);
    }
    let access = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(still_uri(real), flags(access))
        .map_err(|error| anyhow::Error::from(error).context(faults::unopenable(path)))
        .and_then(|conn| recognise(conn, path))
        .map(Some)
}

/// The file as a URI that says it does not change.
fn still_uri(real: &FilePath) -> String {
    let mut uri = "file:".to_owned();
    for byte in real.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri + "?immutable=1"
}

fn recognise(conn: Connection, path: &FilePath) -> Result<Connection> {
    configure(&conn)?;
    let owner: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if owner != APPLICATION_ID {
        return Err(faults::foreign(path, "is not a redrive workspace").into());
    }
    check_form(&conn, path)?;
    Ok(conn)
}

fn is_read_only(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<Fault>()
        .is_some_and(|fault| fault.code == faults::READ_ONLY)
}

/// Says why SQLite cannot open a file that is there.
fn cannot_open(error: anyhow::Error, path: &FilePath, real: &FilePath) -> anyhow::Error {
    let refused = matches!(
        faults::sql_error(&error),
        Some(rusqlite::Error::SqliteFailure(failure, _)) if failure.code == ErrorCode::CannotOpen
    );
    if !refused {
        return faults::explain_opening(error, path);
    }
    // SQLite needs to make two companions beside the file even for reading.
    let folder_refuses = real
        .parent()
        .is_some_and(|folder| tempfile::tempfile_in(folder).is_err());
    if folder_refuses {
        error.context(faults::read_only(path))
    } else {
        error.context(faults::unopenable(path))
    }
}

fn flags(access: OpenFlags) -> OpenFlags {
    access
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_EXRESCODE
}

/// What every connection has. A workspace may come from someone else, so its schema is not trusted.
fn configure(conn: &Connection) -> Result<()> {
    conn.busy_timeout(PATIENCE)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, 128 << 20)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.set_prepared_statement_cache_capacity(64);
    super::query::add_functions(conn)?;
    Ok(())
}

/// What a connection that writes has on top.
fn configure_writing(conn: &Connection) -> Result<()> {
    let journal: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    anyhow::ensure!(
        journal == "wal",
        "the workspace's disk cannot hold a write-ahead log (journal mode {journal})"
    );
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "secure_delete", true)?;
    // At most 64 MiB, in KiB. With the 2 MiB SQLite has by itself, a step of many records writes the same pages again and
    // again, and reads them back.
    conn.pragma_update(None, "cache_size", -(64 << 10))?;
    conn.pragma_update(None, "journal_size_limit", 64 << 20)
        .context("journal_size_limit")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use tempfile::{TempDir, tempdir};

    use super::*;
    use crate::store::{
        Store,
        testing::{problem, put_run, rejected},
    };

    const NOW: &str = "2026-01-01T00:00:00.000Z";

    fn folder() -> (TempDir, PathBuf) {
        let folder = tempdir().unwrap();
        let path = folder.path().join("redrive.db");
        (folder, path)
    }

    /// The fault's code of opening in both ways, which must be the same.
    fn refusal(path: &FilePath) -> &'static str {
        let code = |result: Result<Store>| match result {
            Ok(_) => panic!("{} was opened", path.display()),
            Err(error) => error.downcast_ref::<Fault>().expect("a fault").code,
        };
        let writing = code(Store::open(path));
        assert_eq!(writing, code(Store::open_read_only(path)));
        writing
    }

    fn pragma<T: rusqlite::types::FromSql>(conn: &Connection, name: &str) -> T {
        conn.pragma_query_value(None, name, |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn the_schema_can_be_applied() {
        Migrations::from_slice(FORMS).validate().unwrap();
    }

    #[test]
    fn sqlite_is_without_the_wal_reset_bug() {
        assert!(
            rusqlite::version_number() >= 3_051_003,
            "{} may corrupt a workspace that two programs write to",
            rusqlite::version()
        );
    }

    #[test]
    fn a_new_workspace_is_private_and_has_a_secret() {
        let (folder, path) = folder();
        let mut store = Store::create(&path, NOW).unwrap();
        store
            .write(|tx| Ok(tx.execute("UPDATE workspace SET created_at = ''", [])?))
            .unwrap();
        assert_ne!(store.secret().unwrap(), [0; 32]);
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
            names.push(entry.file_name().into_string().unwrap());
        }
        names.sort();
        assert_eq!(names, ["redrive.db", "redrive.db-shm", "redrive.db-wal"]);
    }

    #[test]
    fn making_a_workspace_twice_opens_the_first() {
        let (_folder, path) = folder();
        let secret = Store::create(&path, NOW).unwrap().secret().unwrap();
        assert_eq!(Store::create(&path, NOW).unwrap().secret().unwrap(), secret);
        assert_eq!(Store::open(&path).unwrap().secret().unwrap(), secret);
    }

    #[test]
    fn a_connection_is_set_up_for_safety() {
        let (_folder, path) = folder();
        let store = Store::create(&path, NOW).unwrap();
        let conn = store.conn();
        assert_eq!(pragma::<String>(conn, "journal_mode"), "wal");
        for (name, wanted) in [
            ("application_id", APPLICATION_ID),
            ("user_version", FORMS.len() as i64),
            ("synchronous", 2),
            ("busy_timeout", 10_000),
            ("foreign_keys", 1),
            ("trusted_schema", 0),
            ("cell_size_check", 1),
            ("mmap_size", 0),
            ("secure_delete", 1),
            ("journal_size_limit", 64 << 20),
        ] {
            assert_eq!(pragma::<i64>(conn, name), wanted, "{name}");
        }
        assert!(
            conn.prepare("SELECT \"no such column\"").is_err(),
            "a misspelt column is an error, not text"
        );
    }

    #[test]
    fn what_is_no_workspace_is_refused_and_left_as_it_is() {
        let (folder, path) = folder();
        let long_text = "not a database, only text\n".repeat(100);
        for text in ["", "hello\n", &long_text] {
            fs::write(&path, text).unwrap();
            assert_eq!(refusal(&path), "workspace:foreign");
            let made = Store::create(&path, NOW).err().unwrap();
            assert_eq!(
                made.downcast_ref::<Fault>().unwrap().code,
                "workspace:foreign"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(refusal(folder.path()), "workspace:foreign");
        assert_eq!(refusal(FilePath::new("/")), "workspace:foreign");
    }

    #[test]
    fn another_programs_database_is_refused_byte_for_byte() {
        for journal in ["DELETE", "WAL"] {
            let (_folder, path) = folder();
            let other = Connection::open(&path).unwrap();
            other
                .pragma_update_and_check(None, "journal_mode", journal, |_| Ok(()))
                .unwrap();
            other
                .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
                .unwrap();
            other.close().unwrap();
            let before = fs::read(&path).unwrap();
            assert_eq!(refusal(&path), "workspace:foreign");
            assert_eq!(fs::read(&path).unwrap(), before);
        }
    }

    #[test]
    fn a_newer_workspace_is_refused_byte_for_byte() {
        let (_folder, path) = folder();
        drop(Store::create(&path, NOW).unwrap());
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        newer.close().unwrap();
        let before = fs::read(&path).unwrap();
        assert_eq!(refusal(&path), "workspace:newer");
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn looking_at_an_older_workspace_leaves_it_older() {
        let (_folder, path) = folder();
        drop(Store::create(&path, NOW).unwrap());
        let older = Connection::open(&path).unwrap();
        older.pragma_update(None, "user_version", 0).unwrap();
        older.close().unwrap();
        let before = fs::read(&path).unwrap();
        let error = Store::open_read_only(&path).err().unwrap();
        assert_eq!(
            error.downcast_ref::<Fault>().unwrap().code,
            "workspace:older"
        );
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_workspace_that_becomes_newer_is_no_longer_written_to() {
        let (_folder, path) = folder();
        let mut store = Store::create(&path, NOW).unwrap();
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        let error = store.write(|_| Ok(())).unwrap_err();
        assert_eq!(
            error.downcast_ref::<Fault>().unwrap().code,
            "workspace:newer"
        );
    }

    #[test]
    fn a_missing_file_and_a_missing_folder_are_named() {
        let (folder, path) = folder();
        assert_eq!(refusal(&path), "workspace:missing");
        let deep = folder.path().join("no/redrive.db");
        assert_eq!(refusal(&deep), "workspace:missing");
        let error = Store::create(&deep, NOW).err().unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "the folder {} does not exist",
                folder.path().join("no").display()
            )
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_link_is_refused_but_a_linked_folder_is_fine() {
        let (folder, path) = folder();
        drop(Store::create(&path, NOW).unwrap());
        let link = folder.path().join("link.db");
        symlink(&path, &link).unwrap();
        assert_eq!(refusal(&link), "workspace:foreign");
        let dangling = folder.path().join("dangling.db");
        symlink(folder.path().join("nothing"), &dangling).unwrap();
        assert!(Store::create(&dangling, NOW).is_err());
        assert!(!folder.path().join("nothing").exists());
        let linked = folder.path().join("linked");
        symlink(folder.path(), &linked).unwrap();
        Store::open(&linked.join("redrive.db")).unwrap();
    }

    #[test]
    fn looking_only_cannot_write() {
        let (_folder, path) = folder();
        drop(Store::create(&path, NOW).unwrap());
        let mut store = Store::open_read_only(&path).unwrap();
        let error = store.write(|_| Ok(())).unwrap_err();
        assert_eq!(
            error.downcast_ref::<Fault>().unwrap().code,
            "workspace:read_only"
        );
        assert!(store.conn().execute("DELETE FROM workspace", []).is_err());
    }

    #[test]
    fn a_read_only_folder_is_for_looking() {
        let (folder, path) = folder();
        let odd = folder.path().join("a ?#%é&b");
        fs::create_dir(&odd).unwrap();
        let path = odd.join(path.file_name().unwrap());
        drop(Store::create(&path, NOW).unwrap());
        // What the fallback opens, whoever runs this test.
        let real = find(&path).unwrap();
        let conn = look_at_still(&path, &real).unwrap().unwrap();
        assert_eq!(form(&conn).unwrap(), FORMS.len() as i64);
        assert!(conn.execute("DELETE FROM workspace", []).is_err());
        drop(conn);
        fs::set_permissions(&odd, fs::Permissions::from_mode(0o500)).unwrap();
        // The superuser may write everywhere; for everyone else the folder now refuses.
        if tempfile::tempfile_in(&odd).is_err() {
            for refused in [Store::open(&path), Store::create(&odd.join("new.db"), NOW)] {
                let error = refused.err().unwrap();
                let fault = error.downcast_ref::<Fault>().unwrap();
                assert_eq!(fault.code, "workspace:read_only");
            }
            Store::open_read_only(&path).unwrap().secret().unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
            assert!(Store::open_read_only(&path).is_err());
        }
        fs::set_permissions(&odd, fs::Permissions::from_mode(0o700)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        if fs::OpenOptions::new().append(true).open(&path).is_err() {
            let error = Store::open(&path).err().unwrap();
            assert_eq!(
                error.downcast_ref::<Fault>().unwrap().code,
                "workspace:read_only"
            );
            Store::open_read_only(&path).unwrap().secret().unwrap();
        }
    }

    #[test]
    fn a_workspace_with_a_log_beside_it_is_never_taken_for_still() {
        let (_folder, path) = folder();
        let mut store = Store::create(&path, NOW).unwrap();
        store
            .write(|tx| Ok(tx.execute("UPDATE workspace SET created_at = ''", [])?))
            .unwrap();
        let real = find(&path).unwrap();
        assert!(look_at_still(&path, &real).unwrap().is_none());
    }

    #[test]
    fn a_failing_write_leaves_nothing_behind() {
        let (_folder, path) = folder();
        let mut store = Store::create(&path, NOW).unwrap();
        let result: Result<()> = store.write(|tx| {
            tx.execute("UPDATE workspace SET created_at = 'half'", [])?;
            anyhow::bail!("no")
        });
        assert!(result.is_err());
        let made: String = store
            .conn()
            .query_row("SELECT created_at FROM workspace", [], |row| row.get(0))
            .unwrap();
        assert_eq!(made, NOW);
    }

    #[test]
    fn a_damaged_file_never_panics_and_is_refused_as_it_is() {
        let (_folder, path) = folder();
        let mut store = Store::create(&path, NOW).unwrap();
        put_run(&mut store, &[rejected("{}", &[problem("required", "/a")])]);
        drop(store);
        let sound = fs::read(&path).unwrap();
        let (mut refused, mut random) = (0, 1_u64);
        for _ in 0..150 {
            let mut damaged = sound.clone();
            // A number from a fixed sequence, so that a failure can be repeated.
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = (random >> 33) as usize % 8192;
            match random >> 62 {
                0 => damaged.truncate(at.max(1)),
                1 => damaged[at..at + 100].fill(0xff),
                2 => damaged[at % 200] ^= 1 << (at % 8),
                _ => damaged[at] ^= 1 << (at % 8),
            }
            fs::write(&path, &damaged).unwrap();
            match Store::open_read_only(&path).and_then(|store| store.verify()) {
                Ok(_) => {}
                Err(error) => {
                    let fault = error.downcast_ref::<Fault>();
                    let fault = fault.unwrap_or_else(|| panic!("no fault: {error:?}"));
                    assert_eq!(fault.kind, crate::model::FaultKind::Unusable, "{error:?}");
                    assert_eq!(fs::read(&path).unwrap(), damaged);
                    refused += 1;
                }
            }
            if let Err(error) = Store::open(&path) {
                assert!(
                    error.downcast_ref::<Fault>().is_some(),
                    "no fault: {error:?}"
                );
            }
            for companion in ["-wal", "-shm"] {
                let _ = fs::remove_file(format!("{}{companion}", path.display()));
            }
        }
        assert!(refused > 20, "{refused}");
    }

    #[test]
    fn a_second_writer_is_told_to_wait() {
        let (_folder, path) = folder();
        let mut first = Store::create(&path, NOW).unwrap();
        let mut second = Store::open(&path).unwrap();
        second.conn.busy_timeout(Duration::ZERO).unwrap();
        first
            .write(|_| {
                let error = second.write(|_| Ok(())).unwrap_err();
                assert_eq!(
                    error.downcast_ref::<Fault>().unwrap().code,
                    "workspace:busy"
                );
                Ok(())
            })
            .unwrap();
        second.write(|_| Ok(())).unwrap();
    }

    #[test]
    fn a_full_disk_changes_nothing_and_says_so() {
        let (_folder, path) = folder();
        let mut store = Store::create(&path, NOW).unwrap();
        let pages: i64 = pragma(store.conn(), "page_count");
        store
            .conn
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .unwrap();
        let error = store
            .write(|tx| {
                tx.execute("CREATE TABLE more AS SELECT randomblob(100000) AS b", [])?;
                Ok(())
            })
            .unwrap_err();
        assert_eq!(
            error.downcast_ref::<Fault>().unwrap().code,
            "workspace:full"
        );
        assert!(error.to_string().contains("nothing was changed"));
        let tables: i64 = store
            .conn()
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE name = 'more'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(tables, 0);
    }
}
