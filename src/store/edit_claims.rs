//! Who edits a record now: told to the others, and nothing else hangs on it.

use std::time::Duration;

use anyhow::Result;
use rusqlite::{Connection, params};

use super::{Store, is_alive, open::PATIENCE, this_process};
use crate::model::{EditClaim, RecordId};

/// How long a claim waits for another process's write. Nobody is kept waiting for a courtesy.
const SHORT: Duration = Duration::from_millis(200);

impl Store {
    /// Says that this process edits a record from now on, and no other one; said again, it does so until later. What is over is
    /// cleared away. Both times are RFC 3339, UTC.
    ///
    /// # Errors
    /// Those of [`Store::write`]; `workspace:busy` at once while somebody else writes.
    pub(crate) fn claim_edit(
        &mut self,
        record: RecordId,
        author: &str,
        (now, until): (&str, &str),
    ) -> Result<()> {
        self.soon(|store| {
            store.write_beside(|tx| {
                clear(tx, now)?;
                tx.execute(
                    "DELETE FROM edit_claim WHERE owner = ?1 AND record <> ?2",
                    params![this_process(), record.0],
                )?;
                tx.execute(
                    "INSERT INTO edit_claim (record, owner, author, since, until) VALUES (?1, ?2, ?3, ?4, ?5) \
                     ON CONFLICT (record, owner) DO UPDATE SET author = excluded.author, until = excluded.until",
                    params![record.0, this_process(), author, now, until],
                )?;
                Ok(())
            })
        })
    }

    /// This process edits nothing any more.
    ///
    /// # Errors
    /// As [`Store::claim_edit`].
    pub(crate) fn release_edit(&mut self) -> Result<()> {
        self.soon(|store| {
            store.write_beside(|tx| {
                tx.execute("DELETE FROM edit_claim WHERE owner = ?1", [this_process()])?;
                Ok(())
            })
        })
    }

    /// Who else edits a record: other processes that are alive and whose time is not over, by record.
    pub(crate) fn edit_claims(&self, now: &str) -> Result<Vec<EditClaim>> {
        let claims = all(&self.conn)?.into_iter();
        let of_others = claims.filter(|claim| claim.owner != this_process() && claim.holds(now));
        Ok(of_others.map(|claim| claim.said).collect())
    }

    /// Does something that must not wait long for another process.
    fn soon<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.conn.busy_timeout(SHORT)?;
        let done = work(self);
        self.conn.busy_timeout(PATIENCE)?;
        done
    }
}

struct Stored {
    owner: String,
    until: String,
    said: EditClaim,
}

impl Stored {
    fn holds(&self, now: &str) -> bool {
        self.until.as_str() > now && is_alive(&self.owner)
    }
}

fn all(conn: &Connection) -> Result<Vec<Stored>> {
    let mut query = conn.prepare_cached(
        "SELECT record, owner, author, since, until FROM edit_claim ORDER BY record, since",
    )?;
    let claims = query.query_map([], |row| {
        Ok(Stored {
            owner: row.get(1)?,
            until: row.get(4)?,
            said: EditClaim {
                record: RecordId(row.get(0)?),
                author: row.get(2)?,
                since: row.get(3)?,
            },
        })
    })?;
    Ok(claims.collect::<rusqlite::Result<_>>()?)
}

fn clear(conn: &Connection, now: &str) -> Result<()> {
    for claim in all(conn)?.iter().filter(|claim| !claim.holds(now)) {
        conn.execute(
            "DELETE FROM edit_claim WHERE record = ?1 AND owner = ?2",
            params![claim.said.record.0, claim.owner],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{put_run, rejected, workspace};

    const AT_TWO: &str = "2026-01-01T14:00:00.000Z";
    const AT_FIVE_PAST: &str = "2026-01-01T14:05:00.000Z";

    /// A workspace with two records.
    fn records() -> (tempfile::TempDir, Store) {
        let (folder, mut store) = workspace();
        put_run(&mut store, &[rejected("{}", &[]), rejected("{}", &[])]);
        (folder, store)
    }

    /// A claim of another process.
    fn put(store: &mut Store, owner: &str) {
        store
            .write(|tx| {
                tx.execute(
                    "INSERT INTO edit_claim VALUES (1, ?1, 'anna', ?2, ?3)",
                    params![owner, AT_TWO, AT_FIVE_PAST],
                )?;
                Ok(())
            })
            .unwrap();
    }

    fn rows(store: &Store) -> usize {
        all(&store.conn).unwrap().len()
    }

    /// The process that runs the tests, as another one.
    #[cfg(target_os = "linux")]
    fn parent() -> (std::process::Child, String) {
        let child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let rest = stat.rsplit(')').next().unwrap();
        let started = rest.split_whitespace().nth(19).unwrap();
        let ours = this_process();
        let boot = ours.rsplit(' ').next().unwrap();
        let owner = format!("{} {started} {boot}", child.id());
        (child, owner)
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn others_see_who_edits_until_the_time_is_over_or_the_process_is_dead() {
        let (_folder, mut store) = records();
        let (mut child, owner) = parent();
        put(&mut store, &owner);
        let said = EditClaim {
            record: RecordId(1),
            author: "anna".to_owned(),
            since: AT_TWO.to_owned(),
        };
        assert_eq!(store.edit_claims(AT_TWO).unwrap(), [said]);
        assert_eq!(store.edit_claims(AT_FIVE_PAST).unwrap(), []);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(store.edit_claims(AT_TWO).unwrap(), []);
    }

    #[test]
    fn one_process_edits_one_record_and_is_not_told_of_itself() {
        let (_folder, mut store) = records();
        let times = (AT_TWO, AT_FIVE_PAST);
        store.claim_edit(RecordId(1), "anna", times).unwrap();
        store.claim_edit(RecordId(2), "anna", times).unwrap();
        assert_eq!(rows(&store), 1);
        assert_eq!(store.edit_claims(AT_TWO).unwrap(), []);
        let later = ("2026-01-01T14:01:00.000Z", "2026-01-01T14:06:00.000Z");
        store.claim_edit(RecordId(2), "anna", later).unwrap();
        let stored = all(&store.conn).unwrap().remove(0);
        assert_eq!(
            (stored.said.since.as_str(), &*stored.until),
            (AT_TWO, later.1)
        );
        store.release_edit().unwrap();
        assert_eq!(rows(&store), 0);
    }

    #[test]
    fn what_is_over_is_cleared_away_by_the_next_claim() {
        let (_folder, mut store) = records();
        put(&mut store, "1 2 somewhere");
        let times = (AT_TWO, AT_FIVE_PAST);
        store.claim_edit(RecordId(2), "bert", times).unwrap();
        assert_eq!(rows(&store), 1, "its process is dead");
    }

    #[test]
    fn nobody_waits_long_to_say_that_they_edit() {
        let (folder, mut store) = records();
        let mut other = Store::open(&folder.path().join("redrive.db")).unwrap();
        let begun = std::time::Instant::now();
        other
            .write(|_| {
                let times = (AT_TWO, AT_FIVE_PAST);
                store.claim_edit(RecordId(1), "anna", times).unwrap_err();
                Ok(())
            })
            .unwrap();
        assert!(begun.elapsed() < PATIENCE / 2);
        let patience: i64 = (store.conn)
            .pragma_query_value(None, "busy_timeout", |row| row.get(0))
            .unwrap();
        assert_eq!(patience, 10_000, "everything else waits as before");
    }
}
