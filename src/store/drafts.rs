//! What people typed and did not save, and what became of the record meanwhile.

use anyhow::{Context as _, Result};
use rusqlite::{OptionalExtension as _, params};

use super::{Store, number, records::version};
use crate::{
    fix::Change,
    model::{BeingSent, Path, RecordId, RunId, Version},
};

/// Something that was typed and not saved.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDraft {
    pub record: RecordId,
    /// The record's version when it was opened.
    pub version: i64,
    pub change: Change,
    /// RFC 3339, UTC.
    pub kept_at: String,
}

impl Store {
    /// Keeps what somebody typed into a record, field by field, in the place of what they typed into the same field before.
    ///
    /// # Errors
    /// Those of [`Store::write`].
    pub(crate) fn keep_drafts(
        &mut self,
        (record, seen): (RecordId, i64),
        changes: &[Change],
        author: &str,
        at: &str,
    ) -> Result<()> {
        self.write_beside(|tx| {
            let mut keep = tx.prepare_cached(
                "INSERT OR REPLACE INTO draft (record, author, path, version, kind, value, kept_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for change in changes {
                let (kind, value) = stored(change);
                let path = change.path();
                keep.execute(params![record.0, author, path.as_str(), seen, kind, value, at])?;
            }
            Ok(())
        })
    }

    /// What somebody typed into a record and did not save, by field.
    pub(crate) fn drafts(&self, record: RecordId, author: &str) -> Result<Vec<KeptDraft>> {
        let mut query = self.conn.prepare_cached(
            "SELECT path, version, kind, value, kept_at FROM draft WHERE record = ?1 AND author = ?2 ORDER BY path",
        )?;
        let mut rows = query.query(params![record.0, author])?;
        let mut drafts = Vec::new();
        while let Some(row) = rows.next()? {
            let (path, kind): (String, String) = (row.get(0)?, row.get(2)?);
            let change = read(&path, &kind, row.get(3)?)
                .with_context(|| format!("a draft of record {record}"))?;
            drafts.push(KeptDraft {
                record,
                version: row.get(1)?,
                change,
                kept_at: row.get(4)?,
            });
        }
        Ok(drafts)
    }

    /// The records of a run into which somebody typed something that is not saved.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn records_with_drafts(&self, run: RunId, author: &str) -> Result<Vec<RecordId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT d.record FROM draft d JOIN record r ON r.id = d.record \
             WHERE r.run = ?1 AND d.author = ?2 ORDER BY d.record",
        )?;
        let records = query.query_map(params![run.0, author], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(records.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets what somebody typed into these fields of a record; into all of them where none is named. Nothing is written
    /// where there is nothing to forget.
    ///
    /// # Errors
    /// Those of [`Store::write`].
    pub(crate) fn drop_drafts(
        &mut self,
        record: RecordId,
        author: &str,
        fields: Option<&[Path]>,
    ) -> Result<()> {
        let kept = self.drafts(record, author)?.into_iter();
        let paths: Vec<Path> = (kept.map(|draft| draft.change.path()))
            .filter(|path| fields.is_none_or(|fields| fields.contains(path)))
            .collect();
        if paths.is_empty() {
            return Ok(());
        }
        self.write_beside(|tx| {
            for path in &paths {
                tx.execute(
                    "DELETE FROM draft WHERE record = ?1 AND author = ?2 AND path = ?3",
                    params![record.0, author, path.as_str()],
                )?;
            }
            Ok(())
        })
    }

    /// The text a record had when it was of a version.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn text_at(&self, record: RecordId, seen: i64) -> Result<Version> {
        let mut query = self.conn.prepare_cached(
            "SELECT c.form, c.bytes FROM content c WHERE c.id = coalesce( \
             (SELECT after_content FROM step_record WHERE record = ?1 AND after_version <= ?2 ORDER BY after_version DESC LIMIT 1), \
             (SELECT min(id) FROM content WHERE record = ?1))",
        )?;
        query
            .query_row(params![record.0, seen], |row| version(row, 0))
            .with_context(|| format!("record {record} has no received text"))
    }

    /// Who changed a record last since it was of a version, and when; `None` when nobody did.
    pub(crate) fn changed_since(
        &self,
        record: RecordId,
        seen: i64,
    ) -> Result<Option<(String, String)>> {
        let mut query = self.conn.prepare_cached(
            "SELECT s.author, s.at FROM step_record r JOIN step s ON s.id = r.step \
             WHERE r.record = ?1 AND r.after_version > ?2 ORDER BY r.after_version DESC LIMIT 1",
        )?;
        let last = query.query_row(params![record.0, seen], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        Ok(last.optional()?)
    }

    /// Who is sending a record, as far as its plan says; `None` when it is in no plan that goes on.
    pub(crate) fn being_sent(&self, record: RecordId) -> Result<Option<BeingSent>> {
        let mut query = self.conn.prepare_cached(
            "SELECT y.attempts, coalesce(a.started_at, p.made_at), p.author, p.sender FROM delivery y \
             JOIN plan p ON p.id = y.plan LEFT JOIN attempt a ON a.delivery = y.id AND a.n = y.attempts \
             WHERE y.record = ?1 AND y.open = 1 ORDER BY y.id DESC LIMIT 1",
        )?;
        let sent = query.query_row([record.0], |row| {
            let sender: Option<String> = row.get(3)?;
            let process = sender
                .as_deref()
                .and_then(|sender| sender.split(' ').next());
            Ok(BeingSent {
                attempt: number(row, 0)?,
                since: row.get(1)?,
                author: row.get(2)?,
                process: process.map(str::to_owned),
            })
        });
        Ok(sent.optional()?)
    }
}

fn stored(change: &Change) -> (&'static str, Vec<u8>) {
    match change {
        Change::Text { text, .. } => ("text", text.clone().into_bytes()),
        Change::Json { value, .. } => ("json", value.to_string().into_bytes()),
        Change::Unset { .. } => ("unset", Vec::new()),
        Change::Raw(bytes) => ("raw", bytes.clone()),
    }
}

fn read(path: &str, kind: &str, value: Vec<u8>) -> Result<Change> {
    let path = Path::parse(path).context("its path is none")?;
    Ok(match kind {
        "text" => Change::Text {
            path,
            text: String::from_utf8(value)?,
        },
        "json" => Change::Json {
            path,
            value: serde_json::from_slice(&value)?,
        },
        "unset" => Change::Unset { path },
        _ => Change::Raw(value),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::testing::{NOW, put_run, rejected, workspace};

    fn path(pointer: &str) -> Path {
        Path::parse(pointer).unwrap()
    }

    fn kept(store: &Store, author: &str) -> Vec<Change> {
        let drafts = store.drafts(RecordId(1), author).unwrap().into_iter();
        drafts.map(|draft| draft.change).collect()
    }

    #[test]
    fn drafts_come_back_as_they_were_typed_to_whoever_typed_them() {
        let (_folder, mut store) = workspace();
        put_run(&mut store, &[rejected("{}", &[])]);
        let changes = [
            Change::Raw(b"a,\xff\n".to_vec()),
            Change::Text {
                path: path("/a"),
                text: " x\u{1b}".to_owned(),
            },
            Change::Json {
                path: path("/b/0"),
                value: json!({"n": [1.5, null]}),
            },
            Change::Unset {
                path: path("/c~1d"),
            },
        ];
        store
            .keep_drafts((RecordId(1), 3), &changes, "ann", NOW)
            .unwrap();
        assert_eq!(kept(&store, "ann"), changes);
        assert_eq!(kept(&store, "bert"), []);
        assert_eq!(store.drafts(RecordId(1), "ann").unwrap()[0].version, 3);
    }

    #[test]
    fn a_field_keeps_what_was_typed_into_it_last_until_it_is_forgotten() {
        let (_folder, mut store) = workspace();
        put_run(&mut store, &[rejected("{}", &[])]);
        let text = |text: &str| Change::Text {
            path: path("/a"),
            text: text.to_owned(),
        };
        let other = Change::Unset { path: path("/b") };
        for changes in [[text("x"), other.clone()], [text("y"), other.clone()]] {
            store
                .keep_drafts((RecordId(1), 1), &changes, "ann", NOW)
                .unwrap();
        }
        assert_eq!(kept(&store, "ann"), [text("y"), other.clone()]);
        store.drop_drafts(RecordId(1), "bert", None).unwrap();
        store
            .drop_drafts(RecordId(1), "ann", Some(&[path("/a"), path("/z")]))
            .unwrap();
        assert_eq!(kept(&store, "ann"), [other]);
        store.drop_drafts(RecordId(1), "ann", None).unwrap();
        assert_eq!(kept(&store, "ann"), []);
        let other = store.data_version().unwrap();
        store.drop_drafts(RecordId(1), "ann", None).unwrap();
        assert_eq!(store.data_version().unwrap(), other);
    }
}
