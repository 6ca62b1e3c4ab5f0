//! How a load flows: workers check blocks, the calling thread puts them in order, and one more thread stores what it collects.

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    sync::{Mutex, PoisonError, atomic::Ordering},
    thread,
    time::Duration,
};

use anyhow::Result;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::{
    workers::{Checked, work},
    writer::Writer,
};
use crate::{
    model::Fault,
    read::blocks::{BLOCK_BYTES, BlockReader},
    store::load::{Batch, RunWriter},
};

/// Stores batches while `collect` gives records to the writer.
pub(super) fn storing<'s, T>(
    (run, batches): (RunWriter<'s>, Receiver<Batch>),
    writer: &mut Writer<'_>,
    collect: impl FnOnce(&mut Writer<'_>) -> Result<T>,
) -> Result<(RunWriter<'s>, T)> {
    thread::scope(|scope| {
        let storing = scope.spawn(move || store_all(run, &batches));
        let collected = collect(writer).and_then(|read| writer.finish().map(|()| read));
        // Storing ends now.
        writer.end();
        let stored = storing.join().unwrap_or_else(|panic| resume_unwind(panic));
        let run = stored?;
        collected.map(|read| (run, read))
    })
}

/// Stores batch after batch until no more come, and gives the run back.
fn store_all<'s>(mut run: RunWriter<'s>, batches: &Receiver<Batch>) -> Result<RunWriter<'s>> {
    for batch in batches {
        run.store(batch)?;
    }
    Ok(run)
}

/// Workers take blocks in turn and the calling thread gives them to the writer in order. The buffers that go round are counted,
/// so that memory stays flat however far one falls behind.
pub(super) fn blocks(
    reader: BlockReader,
    threads: usize,
    writer: &mut Writer<'_>,
) -> Result<BlockReader> {
    let setup = writer.setup();
    let reader = Mutex::new(reader);
    // With few blocks ahead, workers leave a processor to those who wait for them.
    let buffers = 2 * threads + 2;
    let (give_empty, take_empty) = bounded(buffers);
    let (give_done, take_done) = bounded(buffers);
    for _ in 0..buffers {
        // The channel holds as many, so this never fails nor waits.
        let _ = give_empty.send(Vec::new());
    }
    thread::scope(|scope| {
        for _ in 0..threads {
            let (empty, done) = (take_empty.clone(), give_done.clone());
            let reader = &reader;
            scope.spawn(move || work(reader, setup, &empty, &done));
        }
        drop((take_empty, give_done));
        let written = write_in_order(&take_done, &give_empty, writer);
        if written.is_err() {
            // Workers that wait for a validator end now.
            setup.asked.over.store(true, Ordering::Relaxed);
        }
        // And those that wait for either channel.
        drop((take_done, give_empty));
        written
    })?;
    Ok(reader.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn write_in_order(
    done: &Receiver<Result<Checked, Fault>>,
    empty: &Sender<Vec<u8>>,
    writer: &mut Writer<'_>,
) -> Result<()> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    loop {
        writer.check_job()?;
        match done.recv_timeout(Duration::from_millis(50)) {
            Ok(block) => {
                writer.check_job()?;
                let block = block?;
                early.insert(block.seq, block);
            }
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        }
        while let Some(block) = early.remove(&next) {
            next += 1;
            let mut buffer = writer.take(block)?;
            // One long record must not make every buffer large for good.
            buffer.clear();
            buffer.shrink_to(2 * BLOCK_BYTES);
            let _ = empty.send(buffer);
        }
    }
    anyhow::ensure!(
        early.is_empty(),
        "a part of the input was lost; nothing was loaded"
    );
    Ok(())
}
