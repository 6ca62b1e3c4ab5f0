//! Reading records while those before them are written: both take about as long.

use std::{path::Path as FilePath, thread};

use anyhow::Result;
use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;

use super::open;
use crate::model::RecordId;

/// From this many records on, a second connection pays.
const MANY: usize = 1_000;
/// Records that are read before they are handed over.
const PART: usize = 256;
/// Parts that wait to be written.
const PARTS: usize = 4;

/// Reads each of the records and gives what was read to `write`, in order. `conn` has the write lock and has changed none of them
/// yet; `write` may change the one it is given. So what another connection reads meanwhile is what they are.
pub(super) fn each_ahead<T: Send>(
    (conn, workspace): (&Connection, &FilePath),
    records: &[RecordId],
    read: impl Fn(&Connection, RecordId) -> Result<T> + Send,
    mut write: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    if records.len() < MANY {
        for record in records {
            write(read(conn, *record)?)?;
        }
        return Ok(());
    }
    let (parts, ready) = bounded(PARTS);
    thread::scope(|scope| {
        scope.spawn(move || {
            if let Err(error) = read_ahead(workspace, records, &read, &parts) {
                // Nobody waits for it any more when writing has failed.
                let _ = parts.send(Err(error));
            }
        });
        write_behind(ready, &mut write)
    })
}

type Part<T> = Result<Vec<T>>;

fn read_ahead<T>(
    workspace: &FilePath,
    records: &[RecordId],
    read: &impl Fn(&Connection, RecordId) -> Result<T>,
    parts: &Sender<Part<T>>,
) -> Result<()> {
    let conn = open::read_only(workspace)?;
    let reading = conn.unchecked_transaction()?;
    for some in records.chunks(PART) {
        let part = some.iter().map(|record| read(&reading, *record));
        if parts.send(Ok(part.collect::<Result<_>>()?)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Takes the receiver, so that it is gone, and the reader ends, when `write` fails.
fn write_behind<T>(
    ready: Receiver<Part<T>>,
    write: &mut impl FnMut(T) -> Result<()>,
) -> Result<()> {
    for part in ready {
        for one in part? {
            write(one)?;
        }
    }
    Ok(())
}
