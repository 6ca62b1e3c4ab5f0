//! Standard input that can be given up: a read from a pipe may wait for ever, and Ctrl+C must end the wait.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

const CHUNK_BYTES: usize = 64 << 10;

/// Bytes that a thread of their own reads. It ends with the input, or once nobody takes its bytes and one more read has
/// come back.
pub(super) struct Piped {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    taken: usize,
    stop: Arc<AtomicBool>,
}

impl Piped {
    /// `stop` makes a waiting read fail.
    pub fn new(mut source: impl Read + Send + 'static, stop: &Arc<AtomicBool>) -> Self {
        let (give, chunks) = bounded(4);
        thread::spawn(move || {
            loop {
                let mut chunk = vec![0; CHUNK_BYTES];
                let read = match source.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(read) => {
                        chunk.truncate(read);
                        Ok(chunk)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = read.is_err();
                if give.send(read).is_err() || failed {
                    return;
                }
            }
        });
        Self {
            chunks,
            chunk: Vec::new(),
            taken: 0,
            stop: Arc::clone(stop),
        }
    }
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.chunk.len() {
            if self.stop.load(Ordering::Relaxed) {
                return Err(io::Error::other("stopped"));
            }
            match self.chunks.recv_timeout(Duration::from_millis(50)) {
                Ok(chunk) => {
                    self.chunk = chunk?;
                    self.taken = 0;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let read = (&self.chunk[self.taken..]).read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some bytes, and then a wait without end.
    struct Waiting(Option<Vec<u8>>, Receiver<()>);

    impl Read for Waiting {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if let Some(bytes) = self.0.take() {
                return bytes.as_slice().read(buffer);
            }
            let _ = self.1.recv();
            Ok(0)
        }
    }

    #[test]
    fn a_wait_for_more_bytes_ends_when_asked() {
        let (_never, wait) = bounded(0);
        let stop = Arc::default();
        let mut piped = Piped::new(Waiting(Some(b"id,n".to_vec()), wait), &stop);
        let mut head = [0; 4];
        piped.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"id,n");
        stop.store(true, Ordering::Relaxed);
        assert!(piped.read(&mut head).is_err());
    }

    #[test]
    fn all_bytes_come_through() {
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
        let mut read = Vec::new();
        Piped::new(io::Cursor::new(bytes.clone()), &Arc::default())
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, bytes);
    }
}
