//! Senders that may have died where nobody here can see it: a person says that they have.

use anyhow::Result;
use rusqlite::{Connection, params};

use super::{Store, is_hidden};
use crate::model::PlanId;

impl Store {
    /// Whether the destination of a plan has a sender of whom nobody here can tell whether it is still at work.
    ///
    /// # Errors
    /// When the workspace cannot be read.
    pub(crate) fn has_hidden_sender(&self, plan: PlanId) -> Result<bool> {
        Ok(!hidden(&self.conn, plan)?.is_empty())
    }

    /// Takes the right to send to the destination of a plan from the senders that cannot be seen. One that is seen at work keeps
    /// it, and one that was alive all the same writes nothing down any more: it has lost its fence.
    ///
    /// # Errors
    /// Those of [`Store::write`].
    pub(crate) fn forget_hidden_senders(&mut self, plan: PlanId) -> Result<()> {
        self.write(|tx| {
            for (plan, sender) in hidden(tx, plan)? {
                tracing::warn!(target: "redrive", event = "take_over", plan, sender);
                tx.execute(
                    "UPDATE plan SET sender = NULL, fence = fence + 1 WHERE id = ?1 AND sender = ?2",
                    params![plan, sender],
                )?;
            }
            Ok(())
        })
    }
}

fn hidden(conn: &Connection, plan: PlanId) -> Result<Vec<(i64, String)>> {
    let mut query = conn.prepare(
        "SELECT p.id, p.sender FROM plan p JOIN plan mine ON mine.destination = p.destination \
         WHERE mine.id = ?1 AND p.state = 'open' AND p.sender IS NOT NULL",
    )?;
    let senders = query.query_map([plan.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut senders: Vec<(i64, String)> = senders.collect::<rusqlite::Result<_>>()?;
    senders.retain(|(_, sender)| is_hidden(sender));
    Ok(senders)
}

#[cfg(test)]
mod tests {
    use crate::{
        model::Fault,
        store::{
            claims::RESUME,
            plans::tests::{plan, ready},
            sends::Next,
            testing::{NOW, put_run, workspace},
            this_process,
        },
    };

    #[test]
    fn a_sender_that_was_taken_over_writes_nothing_down_whichever_plan_is_sent_instead() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[ready("{}"), ready("{}")]);
        let first = plan(&mut store, run, &[1]).unwrap();
        let second = plan(&mut store, run, &[2]).unwrap();
        let (claim, _) = store.claim(first, RESUME, NOW).unwrap();
        let ours = this_process();
        let (process, _) = ours.split_once('@').unwrap();
        let elsewhere = format!("{process}@pid:[1]");
        let hide = "UPDATE plan SET sender = ?1 WHERE sender IS NOT NULL";
        (store.write(|tx| Ok(tx.execute(hide, [&elsewhere])?))).unwrap();
        assert!(store.has_hidden_sender(second).unwrap());
        store.forget_hidden_senders(second).unwrap();
        store.claim(second, RESUME, NOW).unwrap();
        let next = Next {
            limit: 1,
            new: true,
        };
        let late = store.take(&claim, next, NOW).unwrap_err();
        let fault = late.downcast_ref::<Fault>().unwrap();
        assert_eq!(fault.code, "send:taken_over");
    }
}
