//! Who has a key: what a record's uniqueness is decided from.

use anyhow::Result;
use rusqlite::{OptionalExtension, params};

use super::{Store, keys::KeyHasher, word};
use crate::model::{RecordId, RunId, Status};

impl Store {
    /// The records of a run whose current version has this key, in order.
    pub fn holders(&self, run: RunId, key: &str) -> Result<Vec<(RecordId, Status)>> {
        let mut query = self.conn().prepare_cached(
            "SELECT id, status FROM record WHERE run = ?1 AND key = ?2 ORDER BY id",
        )?;
        let holders = query.query_map(params![run.0, key], |row| {
            Ok((RecordId(row.get(0)?), word(row, 1, Status::from_word)?))
        })?;
        Ok(holders.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a record that passed and was not kept has this key.
    pub fn has_passed(&self, run: RunId, key: &str) -> Result<bool> {
        let hash = KeyHasher::new(&self.secret()?).hash(key);
        let chunk: Option<Vec<u8>> = self
            .conn()
            .prepare_cached(
                "SELECT hashes FROM passed_key WHERE run = ?1 AND first <= ?2 \
                 AND EXISTS (SELECT 1 FROM run WHERE id = ?1 AND kept_passed = 0) ORDER BY first DESC LIMIT 1",
            )?
            .query_row(params![run.0, hash], |row| row.get(0))
            .optional()?;
        let (hashes, _) = chunk.as_deref().unwrap_or_default().as_chunks::<16>();
        Ok(hashes.binary_search(&hash).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_key_is_found_in_its_chunk_of_hashes() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("w.db"), "2026-01-01T00:00:00Z").unwrap();
        let keyed = KeyHasher::new(&store.secret().unwrap());
        let mut hashes: Vec<_> = (0..100).map(|n| keyed.hash(&format!("K{n}"))).collect();
        hashes.sort_unstable();
        store
            .write(|tx| {
                tx.execute_batch(
                    "INSERT INTO run (id, name, source, format, layout, base, state, loaded_at)
                     VALUES (1, 'r', 'r', 'jsonl', '', 0, 'ready', '')",
                )?;
                for chunk in hashes.chunks(7) {
                    tx.execute(
                        "INSERT INTO passed_key VALUES (1, '', ?1, ?2)",
                        params![chunk[0], chunk.as_flattened()],
                    )?;
                }
                Ok(())
            })
            .unwrap();
        for n in 0..200 {
            let found = store.has_passed(RunId(1), &format!("K{n}")).unwrap();
            assert_eq!(found, n < 100, "K{n}");
        }
        assert!(!store.has_passed(RunId(2), "K1").unwrap());
    }
}
