//! Plans: which record versions a send will deliver, frozen with their bytes and keys before anything leaves.

use std::collections::HashMap;

use anyhow::Result;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};
use sha2::{Digest, Sha256};

use super::{
    Store, ahead::each_ahead, changes::count_statuses, number, records::version,
    steps::refuse_changed, verdicts::Verdicts,
};
use crate::model::{Fault, PlanId, RecordId, RunId, Status, StepId, Version};

/// A destination as plans know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub name: &'a str,
    /// SHA-256 over kind and target, without secrets.
    pub fingerprint: &'a [u8; 32],
    /// In words.
    pub words: &'a str,
}

/// Makes an idempotency key.
pub(crate) type KeyOf<'a> = &'a (dyn Fn(&Sendable, &[u8; 32], u32) -> Result<String> + Sync);

/// A plan about to be made.
pub(crate) struct NewPlan<'a> {
    pub run: RunId,
    pub target: Target<'a>,
    pub environment: &'a str,
    pub author: &'a str,
    /// RFC 3339, UTC.
    pub at: &'a str,
    /// The contracts that find the same as the one the destination is taken from. A verdict of another one is too old.
    pub current: &'a [i64],
    /// The [`Store::changes`] when the records were looked at: whether what must be unique stands in two of them hangs on
    /// the others.
    pub seen: i64,
    /// How many records must be ready; any number when `None`.
    pub expect: Option<u64>,
    /// The bytes to send for a record.
    pub payload: &'a (dyn Fn(&Sendable) -> Result<Vec<u8>> + Sync),
    /// The idempotency key for a record, the SHA-256 of its payload, and how often exactly that was refused before.
    pub key: KeyOf<'a>,
}

/// A record that is ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Sendable {
    pub id: RecordId,
    /// Offset in the file it came from.
    pub byte: u64,
    /// SHA-256 of that file.
    pub file_sha256: Vec<u8>,
    /// SHA-256 of the received bytes.
    pub raw_sha256: Vec<u8>,
    /// The current version.
    pub text: Version,
    /// The number of the contract whose check made it ready; `None` when a person or another tool did.
    pub checked_by: Option<i64>,
}

/// A plan that is not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenPlan {
    pub id: PlanId,
    /// The destination's name.
    pub destination: String,
    pub author: String,
    pub made_at: String,
    pub environment: String,
    pub fingerprint: Vec<u8>,
    pub target: String,
    /// Deliveries still to be made.
    pub remaining: u64,
    /// Of these, how many records were changed since they were received.
    pub changed: u64,
}

impl Store {
    /// The unfinished plans of a run for destinations of this name, or for any, oldest first. One that has nothing left, whose
    /// sender died before it could say so, is none of them.
    pub(crate) fn open_plans(
        &self,
        run: RunId,
        destination: Option<&str>,
    ) -> Result<Vec<OpenPlan>> {
        let mut query = self.conn.prepare_cached(
            "SELECT p.id, d.name, p.author, p.made_at, p.environment, d.fingerprint, d.target, count(y.id), \
             coalesce(sum(c.version > 1), 0) \
             FROM plan p JOIN destination d ON d.id = p.destination \
             LEFT JOIN delivery y ON y.plan = p.id AND y.open = 1 AND y.state IN ('queued', 'sending', 'waiting') \
             LEFT JOIN content c ON c.id = y.content \
             WHERE p.run = ?1 AND coalesce(d.name = ?2, 1) AND p.state = 'open' GROUP BY p.id HAVING count(y.id) > 0 ORDER BY p.id",
        )?;
        let plans = query.query_map(params![run.0, destination], |row| {
            Ok(OpenPlan {
                id: PlanId(row.get(0)?),
                destination: row.get(1)?,
                author: row.get(2)?,
                made_at: row.get(3)?,
                environment: row.get(4)?,
                fingerprint: row.get(5)?,
                target: row.get(6)?,
                remaining: number(row, 7)?,
                changed: number(row, 8)?,
            })
        })?;
        Ok(plans.collect::<rusqlite::Result<_>>()?)
    }

    /// The contracts that made the records of a plan ready that are still to be delivered.
    pub(crate) fn checked_by(&self, plan: PlanId) -> Result<Vec<i64>> {
        let mut query = self.conn.prepare_cached(
            "SELECT DISTINCT r.checked_by FROM delivery y JOIN record r ON r.id = y.record \
             WHERE y.plan = ?1 AND y.open = 1 AND y.state IN ('queued', 'sending', 'waiting') AND r.checked_by IS NOT NULL ORDER BY 1",
        )?;
        let contracts = query.query_map([plan.0], |row| row.get(0))?;
        Ok(contracts.collect::<rusqlite::Result<_>>()?)
    }

    /// The records of a plan that are still to be delivered, in its order.
    pub(crate) fn still_to_send(&self, plan: PlanId) -> Result<Vec<RecordId>> {
        let mut query = self.conn.prepare_cached(
            "SELECT record FROM delivery WHERE plan = ?1 AND open = 1 AND state <> 'unknown' ORDER BY n",
        )?;
        let ids = query.query_map([plan.0], |row| Ok(RecordId(row.get(0)?)))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// How many of these records have their text from which step; `None` as received.
    pub(crate) fn count_by_step(&self, ids: &[RecordId]) -> Result<HashMap<Option<StepId>, u64>> {
        let _still = self.reading()?;
        let mut query = self.conn.prepare_cached(
            "SELECT c.step FROM record r JOIN content c ON c.id = r.content WHERE r.id = ?1",
        )?;
        let mut counts = HashMap::new();
        for id in ids {
            let step: Option<Option<i64>> = query.query_row([id.0], |row| row.get(0)).optional()?;
            if let Some(step) = step {
                *counts.entry(step.map(StepId)).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// How many of these records were changed since they were received.
    pub(crate) fn count_changed(&self, ids: &[RecordId]) -> Result<u64> {
        let _still = self.reading()?;
        let mut query = self.conn.prepare_cached(
            "SELECT c.version > 1 FROM record r JOIN content c ON c.id = r.content WHERE r.id = ?1",
        )?;
        let mut changed = 0;
        for id in ids {
            let is_changed: Option<bool> = query.query_row([id.0], |row| row.get(0)).optional()?;
            changed += u64::from(is_changed == Some(true));
        }
        Ok(changed)
    }

    /// Freezes the current versions of these records into a plan, as far as they are ready: what was seen is what is sent.
    /// All of it or nothing. Gives the plan and its size; `None` when none of them is ready.
    ///
    /// # Errors
    /// `record:damaged` when a stored text is no longer what was stored; `send:expect` when another number is ready;
    /// `send:stale` when a verdict is too old; `workspace:changed` when somebody else wrote since `new.seen`: the same can be
    /// tried again.
    pub(crate) fn make_plan(
        &mut self,
        new: &NewPlan<'_>,
        ids: &[RecordId],
    ) -> Result<Option<(PlanId, u64)>> {
        let workspace = self.path.clone();
        self.write(|tx| {
            refuse_changed(tx, new.seen)?;
            let destination = destination(tx, &new.target)?;
            tx.execute(
                "INSERT INTO plan (run, destination, environment, author, made_at, state, planned) \
                 VALUES (?1, ?2, ?3, ?4, ?5, 'open', 0)",
                params![new.run.0, destination, new.environment, new.author, new.at],
            )?;
            let plan = PlanId(tx.last_insert_rowid());
            let mut planned = 0;
            let mut verdicts = Verdicts::default();
            let read = |conn: &Connection, id| frozen(conn, new, destination, id);
            let mut putting = Putting::new(tx)?;
            each_ahead((tx, &workspace), ids, read, |frozen| {
                if let Some(frozen) = frozen {
                    planned += 1;
                    verdicts.add(Status::Ready, frozen.checked_by, -1);
                    putting.put((plan, destination, planned), &frozen)?;
                }
                Ok(())
            })?;
            drop(putting);
            if let Some(expect) = new.expect.filter(|expect| *expect != planned as u64) {
                return Err(unexpected(expect, planned as u64).into());
            }
            if planned == 0 {
                tx.execute("DELETE FROM plan WHERE id = ?1", [plan.0])?;
                return Ok(None);
            }
            tx.execute(
                "UPDATE plan SET planned = ?2 WHERE id = ?1",
                params![plan.0, planned],
            )?;
            let moved = HashMap::from([(Status::Ready, -planned), (Status::Sending, planned)]);
            count_statuses(tx, new.run, &moved)?;
            verdicts.write(tx, new.run)?;
            Ok(Some((plan, planned as u64)))
        })
    }
}

/// The fault of a plan that is not what a person has agreed to.
pub(crate) fn unexpected(expected: u64, planned: u64) -> Fault {
    Fault::usage(
        "send:expect",
        format!("{planned} records would be sent, not {expected}"),
    )
    .hint("nothing was sent; look at the plan with --dry-run, then say its number")
}

/// The fault of a record that another contract made ready than the one in force.
fn stale(id: RecordId) -> Fault {
    Fault::usage(
        "send:stale",
        format!("record {id} was checked against another contract"),
    )
    .hint("check it again first: redrive check; nothing was sent")
}

/// The destination's number. The same name with another target is another destination.
fn destination(conn: &Connection, target: &Target<'_>) -> Result<i64> {
    Ok(conn.query_row(
        "INSERT INTO destination (name, fingerprint, target) VALUES (?1, ?2, ?3) \
         ON CONFLICT (name, fingerprint) DO UPDATE SET target = excluded.target RETURNING id",
        params![target.name, target.fingerprint, target.words],
        |row| row.get(0),
    )?)
}

/// What a plan holds of one record.
struct Frozen {
    id: RecordId,
    content: i64,
    checked_by: Option<i64>,
    payload: Vec<u8>,
    payload_sha256: [u8; 32],
    key: String,
    epoch: u32,
}

/// What a plan would hold of a record; `None` when it is not ready.
fn frozen(
    conn: &Connection,
    new: &NewPlan<'_>,
    destination: i64,
    id: RecordId,
) -> Result<Option<Frozen>> {
    let Some((content, record)) = sendable(conn, new.run, id)? else {
        return Ok(None);
    };
    if (record.checked_by).is_some_and(|contract| !new.current.contains(&contract)) {
        return Err(stale(id).into());
    }
    let payload = (new.payload)(&record)?;
    let payload_sha256: [u8; 32] = Sha256::digest(&payload).into();
    let epoch: u32 = conn
        .prepare_cached(
            "SELECT count(*) FROM delivery \
             WHERE record = ?1 AND destination = ?2 AND state = 'refused' AND payload_sha256 = ?3",
        )?
        .query_row(params![id.0, destination, payload_sha256], |row| row.get(0))?;
    Ok(Some(Frozen {
        key: (new.key)(&record, &payload_sha256, epoch)?,
        id,
        content,
        checked_by: record.checked_by,
        payload,
        payload_sha256,
        epoch,
    }))
}

/// Puts records into a plan.
struct Putting<'c> {
    delivery: CachedStatement<'c>,
    record: CachedStatement<'c>,
}

impl<'c> Putting<'c> {
    fn new(conn: &'c Connection) -> Result<Self> {
        Ok(Self {
            delivery: conn.prepare_cached(
                "INSERT INTO delivery (plan, n, record, destination, content, payload, payload_sha256, idempotency, epoch, state) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued')",
            )?,
            record: conn.prepare_cached("UPDATE record SET status = 'sending' WHERE id = ?1")?,
        })
    }

    fn put(&mut self, (plan, destination, n): (PlanId, i64, i64), frozen: &Frozen) -> Result<()> {
        self.delivery.execute(params![
            plan.0,
            n,
            frozen.id.0,
            destination,
            frozen.content,
            frozen.payload,
            frozen.payload_sha256,
            frozen.key,
            frozen.epoch
        ])?;
        self.record.execute([frozen.id.0])?;
        Ok(())
    }
}

/// A record's current text and its content's number, if it is ready.
fn sendable(conn: &Connection, run: RunId, id: RecordId) -> Result<Option<(i64, Sendable)>> {
    let found = conn
        .prepare_cached(
            "SELECT c.id, r.byte, c.form, c.bytes, c.sha256, \
             (SELECT sha256 FROM content WHERE record = r.id ORDER BY id LIMIT 1), r.checked_by, \
             coalesce(f.sha256, run.sha256) \
             FROM record r JOIN content c ON c.id = r.content JOIN run ON run.id = r.run \
             LEFT JOIN run_file f ON f.run = r.run AND f.n = r.file WHERE r.id = ?1 AND r.run = ?2 AND r.status = 'ready'",
        )?
        .query_row(params![id.0, run.0], |row| {
            let record = Sendable {
                id,
                byte: number(row, 1)?,
                raw_sha256: row.get(5)?,
                text: version(row, 2)?,
                checked_by: row.get(6)?,
                file_sha256: row.get(7)?,
            };
            Ok((row.get(0)?, record, row.get::<_, Vec<u8>>(4)?))
        })
        .optional()?;
    let Some((content, record, sha256)) = found else {
        return Ok(None);
    };
    if Sha256::digest(&record.text.bytes)[..] != sha256 {
        return Err(Fault::unusable(
            "record:damaged",
            format!("the stored text of record {id} is not what was stored"),
        )
        .hint("`redrive verify` names all damaged records; nothing was sent")
        .into());
    }
    Ok(Some((content, record)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::store::testing::{NOW, Sample, put_run, workspace};

    const TARGET: Target<'_> = Target {
        name: "crm",
        fingerprint: &[1; 32],
        words: "table customer in crm.db",
    };

    pub fn ready(text: &str) -> Sample {
        Sample {
            text: text.to_owned(),
            status: Status::Ready,
            ..Sample::default()
        }
    }

    pub fn plan(store: &mut Store, run: RunId, ids: &[i64]) -> Option<PlanId> {
        let seen = store.changes().unwrap();
        plan_after(store, run, ids, seen).unwrap()
    }

    /// A plan of what was looked at when the workspace was of this version.
    fn plan_after(store: &mut Store, run: RunId, ids: &[i64], seen: i64) -> Result<Option<PlanId>> {
        let ids: Vec<RecordId> = ids.iter().copied().map(RecordId).collect();
        let new = NewPlan {
            run,
            target: TARGET,
            environment: "test",
            author: "ann",
            at: NOW,
            current: &[],
            seen,
            expect: None,
            payload: &|record| Ok(record.text.bytes.clone()),
            key: &|record, _, epoch| Ok(format!("key-{}-{epoch}", record.id)),
        };
        Ok(store.make_plan(&new, &ids)?.map(|(plan, _)| plan))
    }

    /// Every counter of the run, beside a recount.
    pub fn counters_hold(store: &Store, run: RunId) {
        for (status, records) in store.run(run).unwrap().statuses {
            let recount: u64 = store
                .conn()
                .query_row(
                    "SELECT count(*) FROM record WHERE run = ?1 AND status = ?2",
                    params![run.0, status.word()],
                    |row| number(row, 0),
                )
                .unwrap();
            assert_eq!(records, recount, "{}", status.word());
        }
    }

    #[test]
    fn a_plan_freezes_what_is_ready_and_nothing_else() {
        let (_folder, mut store) = workspace();
        let run = put_run(
            &mut store,
            &[ready("{\"a\":1}"), Sample::default(), ready("{}")],
        );
        let plan = plan(&mut store, run, &[1, 2, 3, 99]).unwrap();
        assert_eq!(store.record(RecordId(1)).unwrap().status, Status::Sending);
        assert_eq!(store.record(RecordId(2)).unwrap().status, Status::Rejected);
        let open = store.open_plans(run, Some("crm")).unwrap();
        assert_eq!(
            (open[0].id, open[0].remaining, open[0].changed),
            (plan, 2, 0)
        );
        counters_hold(&store, run);
        let (claim, _) = store
            .claim(plan, crate::store::claims::RESUME, NOW)
            .unwrap();
        let taken = store
            .take(
                &claim,
                crate::store::sends::Next {
                    limit: 10,
                    new: true,
                },
                NOW,
            )
            .unwrap();
        assert_eq!(taken[0].payload, b"{\"a\":1}");
        assert_eq!(taken[0].key, "key-1-0");
    }

    #[test]
    fn with_nothing_ready_there_is_no_plan() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[Sample::default()]);
        assert_eq!(plan(&mut store, run, &[1]), None);
        assert_eq!(store.open_plans(run, Some("crm")).unwrap(), []);
    }

    #[test]
    fn a_damaged_text_is_not_sent_and_no_plan_is_made() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{\"a\":1}")]);
        store
            .write(|tx| {
                tx.execute_batch(
                    "DROP TRIGGER content_never_changes; UPDATE content SET bytes = x'7b7d' WHERE record = 2",
                )?;
                Ok(())
            })
            .unwrap();
        let seen = store.changes().unwrap();
        let error = plan_after(&mut store, run, &[1, 2], seen).unwrap_err();
        assert_eq!(
            error.downcast_ref::<Fault>().unwrap().code,
            "record:damaged"
        );
        assert_eq!(store.record(RecordId(1)).unwrap().status, Status::Ready);
    }

    #[test]
    fn no_plan_is_made_of_what_was_looked_at_before_somebody_else_wrote() {
        let (folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}")]);
        let seen = store.changes().unwrap();
        let mut other = Store::open(&folder.path().join("redrive.db")).unwrap();
        put_run(&mut other, &[ready("{}")]);
        let error = plan_after(&mut store, run, &[1], seen).unwrap_err();
        let fault = error.downcast_ref::<Fault>().unwrap();
        assert_eq!(fault.code, "workspace:changed");
        assert_eq!(store.record(RecordId(1)).unwrap().status, Status::Ready);
        assert!(plan(&mut store, run, &[1]).is_some());
    }
}
