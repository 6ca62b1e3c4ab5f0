//! The running program. Its three pipes have a thread each, so that neither side can wait for the other for ever, and all
//! waiting has an end.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    path::{Path as FilePath, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::{Program, Question, answer, failure::Failure};
use crate::model::Problem;

/// Bytes of an answer, at most.
pub(super) const MAX_LINE: u64 = 16 << 20;

/// Answers that are read ahead, at most.
const AHEAD: usize = 16;

/// Bytes that are kept of what it wrote to stderr.
const KEPT: usize = 4 << 10;

/// How long one that ends may take for it.
const GRACE: Duration = Duration::from_secs(1);

/// How often one that waits looks whether it should stop.
const LOOK: Duration = Duration::from_millis(20);

/// What comes from the threads.
enum Event {
    /// A line of its answers, without its line end.
    Line(Vec<u8>),
    /// A line beyond [`MAX_LINE`]; nothing is read after it.
    TooLong,
    /// A batch has been written to its input.
    Written,
    /// It no longer reads its input.
    Deaf,
    /// It writes no more answers.
    End,
}

/// Why nothing was received.
pub(super) enum Silence {
    Ended,
    Late,
    Stopped,
}

pub(super) struct Process {
    child: Child,
    /// `None` when its input is closed.
    input: Option<Sender<Vec<u8>>>,
    events: Receiver<Event>,
    /// Whether it writes no more answers.
    is_over: bool,
    was_asked: bool,
    /// A line that nobody asked for.
    surplus: Option<Vec<u8>>,
    said: Arc<Mutex<VecDeque<u8>>>,
    /// Ends when stderr does.
    said_all: Receiver<()>,
}

impl Process {
    pub fn start(program: &Program) -> Result<Self, Failure> {
        let name = FilePath::new(&program.command[0]);
        // A path with a slash is meant from the contract's folder; a name alone is looked for where commands are.
        let file = if name.components().count() > 1 {
            program.folder.join(name)
        } else {
            PathBuf::from(name)
        };
        let mut child = Command::new(file)
            .args(&program.command[1..])
            .current_dir(&program.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own, so that what it starts itself can be ended with it.
            .process_group(0)
            .spawn()
            .map_err(Failure::Start)?;
        let (give_event, events) = bounded(AHEAD);
        let (give_batch, batches) = unbounded();
        let (said_end, said_all) = bounded(0);
        let said = Arc::default();
        if let Some(input) = child.stdin.take() {
            let events = give_event.clone();
            thread::spawn(move || write_all(input, &batches, &events));
        }
        if let Some(output) = child.stdout.take() {
            thread::spawn(move || read_lines(BufReader::new(output), &give_event));
        }
        if let Some(errors) = child.stderr.take() {
            let said = Arc::clone(&said);
            thread::spawn(move || {
                keep_last(errors, &said);
                drop(said_end);
            });
        }
        Ok(Self {
            child,
            input: Some(give_batch),
            events,
            is_over: false,
            was_asked: false,
            surplus: None,
            said,
            said_all,
        })
    }

    /// Gives it a batch and waits for as many answers.
    pub fn ask(
        &mut self,
        batch: &[Question],
        timeout: Duration,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Vec<Problem>>, Failure> {
        // What a new one says too early is read as its first answer, which explains more.
        if std::mem::replace(&mut self.was_asked, true) {
            self.refuse_more()?;
        }
        if self.is_over {
            return Err(self.ended(0, false));
        }
        let mut deadline = Instant::now() + timeout;
        let mut is_deaf = !self.give(batch);
        let mut is_written = false;
        let mut answers = Vec::with_capacity(batch.len());
        while answers.len() < batch.len() || !is_written {
            match receive(&self.events, deadline, stop) {
                Ok(Event::Line(line)) if answers.len() < batch.len() => {
                    answers.push(read(&line, answers.len(), batch)?);
                }
                Ok(Event::Line(line)) => {
                    self.surplus = Some(line);
                    break;
                }
                Ok(Event::TooLong) => return Err(Failure::TooLong { at: answers.len() }),
                Ok(Event::Written) => is_written = true,
                Ok(Event::Deaf) => is_deaf = true,
                Ok(Event::End) if answers.len() < batch.len() => {
                    return Err(self.ended(answers.len(), is_deaf));
                }
                Ok(Event::End) => self.is_over = true,
                Err(Silence::Stopped) => return Err(Failure::Stopped),
                Err(_) if is_deaf || self.is_over => return Err(self.ended(answers.len(), is_deaf)),
                Err(_) => {
                    return Err(Failure::Late {
                        answered: answers.len(),
                        said: self.said(Duration::ZERO),
                    });
                }
            }
            if is_deaf || self.is_over {
                deadline = deadline.min(Instant::now() + GRACE);
            }
        }
        Ok(answers)
    }

    /// Closes its input and waits for its end. One that does not end then is ended.
    pub fn finish(mut self, stop: &dyn Fn() -> bool) -> Result<(), Failure> {
        self.input = None;
        let deadline = Instant::now() + GRACE;
        while !self.is_over {
            match receive(&self.events, deadline, stop) {
                Ok(event) => self.refuse(event)?,
                Err(Silence::Stopped) => return Err(Failure::Stopped),
                Err(_) => return Ok(()),
            }
        }
        self.wait();
        Ok(())
    }

    /// Waits a moment for a line that nobody asked for.
    pub fn settle(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Failure> {
        match receive(&self.events, Instant::now() + LOOK, stop) {
            Ok(event) => self.refuse(event),
            Err(Silence::Stopped) => Err(Failure::Stopped),
            Err(_) => Ok(()),
        }
    }

    /// Whether there was anybody to give it to.
    fn give(&self, batch: &[Question]) -> bool {
        let size = batch.iter().map(|question| question.record.len() + 1).sum();
        let mut text = Vec::with_capacity(size);
        for question in batch {
            text.extend_from_slice(question.record.as_bytes());
            text.push(b'\n');
        }
        (self.input.as_ref()).is_some_and(|input| input.send(text).is_ok())
    }

    /// Looks whether there is a line that nobody asked for. Said after the answers were read, of which a first line that
    /// is none explains more.
    pub fn refuse_more(&mut self) -> Result<(), Failure> {
        if let Some(line) = self.surplus.take() {
            return Err(Failure::More(line));
        }
        while let Ok(event) = self.events.try_recv() {
            self.refuse(event)?;
        }
        Ok(())
    }

    fn refuse(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::Line(line) => return Err(Failure::More(line)),
            Event::TooLong => return Err(Failure::More(Vec::new())),
            Event::End => self.is_over = true,
            Event::Written | Event::Deaf => {}
        }
        Ok(())
    }

    /// How it ended, when its output has: its own doing where it is quick enough.
    fn ended(&mut self, answered: usize, is_deaf: bool) -> Failure {
        Failure::Ended {
            answered,
            status: self.wait(),
            is_deaf,
            said: self.said(GRACE),
        }
    }

    /// Waits for its own end, whose signs in the pipes come a little earlier; `None` when it takes too long.
    fn wait(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + GRACE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < deadline => thread::park_timeout(LOOK),
                _ => return None,
            }
        }
    }

    /// The last it wrote to stderr, once that has ended or the time is over.
    fn said(&self, time: Duration) -> Vec<u8> {
        let _ = receive(&self.said_all, Instant::now() + time, &|| false);
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter().copied().collect()
    }

    /// Ends it and all it started.
    fn end(&mut self) -> io::Result<ExitStatus> {
        let group = rustix::process::Pid::from_child(&self.child);
        // It may be gone already, and with it its group.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.child.kill();
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing can be done about a process that cannot be ended.
        let _ = self.end();
    }
}

/// Reads the answer to one record of a batch.
fn read(line: &[u8], at: usize, batch: &[Question]) -> Result<Vec<Problem>, Failure> {
    answer::problems(line, &batch[at].record).map_err(|why| Failure::Answer {
        at,
        why,
        line: line.to_vec(),
    })
}

/// Waits for the next value until the deadline.
pub(super) fn receive<T>(
    from: &Receiver<T>,
    deadline: Instant,
    stop: &dyn Fn() -> bool,
) -> Result<T, Silence> {
    loop {
        if stop() {
            return Err(Silence::Stopped);
        }
        match from.recv_deadline(deadline.min(Instant::now() + LOOK)) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Disconnected) => return Err(Silence::Ended),
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                return Err(Silence::Late);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Writes batch after batch; its input is closed when no more come.
fn write_all(mut input: ChildStdin, batches: &Receiver<Vec<u8>>, events: &Sender<Event>) {
    for batch in batches {
        let written = input.write_all(&batch).and_then(|()| input.flush());
        let event = match &written {
            Ok(()) => Event::Written,
            Err(_) => Event::Deaf,
        };
        if events.send(event).is_err() || written.is_err() {
            return;
        }
    }
}

/// Reads line after line until the output ends or nobody listens.
fn read_lines(mut output: impl BufRead, events: &Sender<Event>) {
    loop {
        let mut line = Vec::new();
        let event = match (&mut output)
            .take(MAX_LINE + 1)
            .read_until(b'\n', &mut line)
        {
            Ok(0) | Err(_) => Event::End,
            Ok(_) if line.pop_if(|last| *last == b'\n').is_some() => Event::Line(line),
            Ok(_) if line.len() as u64 > MAX_LINE => Event::TooLong,
            Ok(_) => Event::Line(line),
        };
        let is_last = !matches!(event, Event::Line(_));
        if events.send(event).is_err() || is_last {
            return;
        }
    }
}

/// Reads to the end and keeps the last bytes.
fn keep_last(mut errors: impl Read, said: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; KEPT];
    loop {
        let read = match errors.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend(&buffer[..read]);
        let surplus = said.len().saturating_sub(KEPT);
        said.drain(..surplus);
    }
}
