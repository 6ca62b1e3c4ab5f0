//! Who has a value that must differ between records: what a record's uniqueness is decided from. A uniqueness is named by
//! its fields, the key by the empty name.

use std::collections::BTreeMap;

use anyhow::Result;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, keys::KeyHasher, word};
use crate::model::{RecordId, RunId, Status};

impl Store {
    /// The records of a run whose current version has this value, in order.
    pub fn holders(
        &self,
        run: RunId,
        fields: &str,
        value: &str,
    ) -> Result<Vec<(RecordId, Status)>> {
        let sql = if fields.is_empty() {
            "SELECT id, status FROM record WHERE run = ?1 AND key = ?2 ORDER BY id"
        } else {
            "SELECT r.id, r.status FROM unique_value u JOIN record r ON r.id = u.record \
             WHERE u.run = ?1 AND u.value = ?2 AND u.fields = ?3 ORDER BY u.record"
        };
        let mut query = self.conn().prepare_cached(sql)?;
        let read =
            |row: &rusqlite::Row<'_>| Ok((RecordId(row.get(0)?), word(row, 1, Status::from_word)?));
        let holders = if fields.is_empty() {
            query.query_map(params![run.0, value], read)?
        } else {
            query.query_map(params![run.0, value, fields], read)?
        };
        Ok(holders.collect::<rusqlite::Result<_>>()?)
    }

    /// The number of the contract a run was loaded with, whose key and `[[unique]]` are known of the records that passed; `None`
    /// when it had none.
    pub fn loaded_with(&self, run: RunId) -> Result<Option<i64>> {
        let first: Option<Option<i64>> = self
            .conn()
            .prepare_cached(
                "SELECT before_contract FROM step WHERE run = ?1 AND before_contract IS NOT after_contract ORDER BY id LIMIT 1",
            )?
            .query_row([run.0], |row| row.get(0))
            .optional()?;
        first.map_or_else(|| self.contract_of(run), Ok)
    }

    /// The records that a check made ready although another one that is ready or was sent has the same value. No check leaves any.
    pub fn repeated(&self, run: RunId, fields: &str) -> Result<Vec<RecordId>> {
        let values = if fields.is_empty() {
            "SELECT key AS value, id, status, checked_by FROM record WHERE run = ?1 AND key IS NOT NULL AND ?2 = ''"
        } else {
            "SELECT u.value, r.id, r.status, r.checked_by FROM unique_value u JOIN record r ON r.id = u.record \
             WHERE u.run = ?1 AND u.fields = ?2"
        };
        let mut query = self.conn().prepare_cached(&format!(
            "WITH v AS ({values}) SELECT id FROM v WHERE status = 'ready' AND checked_by IS NOT NULL AND value IN \
               (SELECT value FROM v WHERE status NOT IN ('rejected', 'discarded') GROUP BY value HAVING count(*) > 1)"
        ))?;
        let ids = query.query_map(params![run.0, fields], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a record that passed and was not kept has this value. Known for what the contract of the load wanted to differ.
    pub fn has_passed(&self, run: RunId, fields: &str, value: &str) -> Result<bool> {
        let hash = KeyHasher::new(&self.secret()?).of(fields).hash(value);
        let chunk: Option<Vec<u8>> = self
            .conn()
            .prepare_cached(
                "SELECT hashes FROM passed_key WHERE run = ?1 AND fields = ?3 AND first <= ?2 \
                 AND EXISTS (SELECT 1 FROM run WHERE id = ?1 AND kept_passed = 0) ORDER BY first DESC LIMIT 1",
            )?
            .query_row(params![run.0, hash, fields], |row| row.get(0))
            .optional()?;
        let (hashes, _) = chunk.as_deref().unwrap_or_default().as_chunks::<16>();
        Ok(hashes.binary_search(&hash).is_ok())
    }
}

/// Values of `[[unique]]` that are written together, a few MB.
const AT_ONCE: usize = 50_000;

/// What stands in the fields of `[[unique]]` of the records that are loaded, collected over many batches: values come in no
/// order, so that each batch would write most of their table once more.
#[derive(Default)]
pub(super) struct UniqueValues {
    /// Fields, value and record.
    values: Vec<(String, String, i64)>,
}

impl UniqueValues {
    pub fn add(&mut self, record: i64, values: BTreeMap<String, String>) {
        let values = values.into_iter();
        (self.values).extend(values.map(|(fields, value)| (fields, value, record)));
    }

    /// Whether it is time to write.
    pub fn is_full(&self) -> bool {
        self.values.len() >= AT_ONCE
    }

    /// Writes what was collected since the last time.
    pub fn write(&mut self, transaction: &Transaction<'_>, run: i64) -> Result<()> {
        // In this order neighbours in the table are written one after the other, which is a third faster.
        self.values.sort_unstable();
        let mut insert = transaction.prepare_cached(
            "INSERT INTO unique_value (run, fields, value, record) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (fields, value, record) in self.values.drain(..) {
            insert.execute((run, fields, value, record))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_value_is_found_in_its_chunk_of_hashes() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("w.db"), "2026-01-01T00:00:00Z").unwrap();
        let keyed = KeyHasher::new(&store.secret().unwrap());
        let hashes = |fields: &str| {
            let keyed = keyed.of(fields);
            let mut hashes: Vec<_> = (0..100).map(|n| keyed.hash(&format!("K{n}"))).collect();
            hashes.sort_unstable();
            hashes
        };
        store
            .write(|tx| {
                tx.execute_batch(
                    "INSERT INTO run (id, name, source, format, layout, base, state, loaded_at)
                     VALUES (1, 'r', 'r', 'jsonl', '', 0, 'ready', '')",
                )?;
                for fields in ["", "/a"] {
                    for chunk in hashes(fields).chunks(7) {
                        tx.execute(
                            "INSERT INTO passed_key VALUES (1, ?1, ?2, ?3)",
                            params![fields, chunk[0], chunk.as_flattened()],
                        )?;
                    }
                }
                Ok(())
            })
            .unwrap();
        for n in 0..200 {
            for (fields, known) in [("", true), ("/a", true), ("/b", false)] {
                let found = store.has_passed(RunId(1), fields, &format!("K{n}"));
                assert_eq!(found.unwrap(), known && n < 100, "K{n} in {fields:?}");
            }
        }
        assert!(!store.has_passed(RunId(2), "", "K1").unwrap());
    }

    #[test]
    fn values_are_written_once_however_often_it_is_time_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("w.db"), "2026-01-01T00:00:00Z").unwrap();
        let mut unique = UniqueValues::default();
        let values = |n: i64| BTreeMap::from([("/email".to_owned(), format!("{}@b.de", n % 7))]);
        let most = AT_ONCE as i64;
        store
            .write(|tx| {
                tx.execute_batch(
                    "INSERT INTO run (id, name, source, format, layout, base, state, loaded_at)
                     VALUES (1, 'r', 'r', 'jsonl', '', 0, 'loading', '')",
                )?;
                for record in 1..=most + 3 {
                    assert!(!unique.is_full(), "record {record}");
                    unique.add(record, values(record));
                    if unique.is_full() {
                        assert_eq!(record, most);
                        unique.write(tx, 1)?;
                    }
                }
                unique.write(tx, 1)
            })
            .unwrap();
        let (rows, records): (i64, i64) = store
            .conn()
            .query_row(
                "SELECT count(*), count(DISTINCT record) FROM unique_value WHERE run = 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!((rows, records), (most + 3, most + 3));
    }
}
