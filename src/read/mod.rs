//! Input files: recognised by content, cut into record-aligned blocks.
//!
//! Nothing here decides whether a record is good; a record that cannot be read is handed on as bytes.

pub mod blocks;
mod elements;
mod excel;
mod grid;
mod packed;
mod piped;
pub mod sheet;
pub mod sniff;

use std::{
    fs::{self, File},
    io::{self, Cursor, Read},
    path::Path as FilePath,
    sync::{Arc, atomic::AtomicBool},
    time::SystemTime,
};

use sha2::{Digest, Sha256};

pub use self::excel::Sheet;
use self::piped::Piped;
use crate::{model::Fault, results::Tool};

/// The first bytes of an input, which recognition looks at.
pub const HEAD_BYTES: usize = 64 << 10;

/// What an input is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv {
        delimiter: char,
    },
    JsonLines,
    /// An array of records, or one record.
    Json,
    /// What a tool left behind.
    Results(&'static Tool),
}

impl Format {
    /// The word of the table, the command line and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv { delimiter: '\t' } => "tsv",
            Self::Csv { .. } => "csv",
            Self::JsonLines => "jsonl",
            Self::Json => "json",
            Self::Results(tool) => tool.word,
        }
    }
}

/// An input that is open, with its first bytes already read.
pub struct Input {
    /// As given; `-` is standard input.
    pub name: String,
    /// Bytes, where they are known beforehand: not of what is compressed.
    pub size: Option<u64>,
    /// Whether it is compressed; its bytes are those it has when it is opened.
    pub is_packed: bool,
    /// Whether it is a sheet of an Excel workbook, whose bytes are CSV.
    pub is_sheet: bool,
    /// What a person should know of how it was opened, one sentence each.
    pub remarks: Vec<String>,
    /// The first [`HEAD_BYTES`], or all there are.
    pub head: Vec<u8>,
    rest: Box<dyn Read + Send>,
    stamp: Option<Stamp>,
}

/// What a file looked like when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

impl Input {
    /// Opens a file, or standard input for `-`. Only the bytes a file has now are read; what is written to it meanwhile
    /// is not; gzip and zstd are opened in passing. `stop` ends a wait for standard input with an error.
    ///
    /// # Errors
    /// `input:missing`, `input:directory`, `input:not_a_file`, `input:permission`, `input:read`, all exit 3.
    pub fn open(path: &FilePath, stop: &Arc<AtomicBool>) -> Result<Self, Fault> {
        Self::open_sheet(path, stop, &Sheet::default())
    }

    /// The same, saying which sheet is meant if it is an Excel workbook.
    ///
    /// # Errors
    /// Also `excel:sheet` and `input:empty`.
    pub fn open_sheet(
        path: &FilePath,
        stop: &Arc<AtomicBool>,
        sheet: &Sheet,
    ) -> Result<Self, Fault> {
        let name = path.display().to_string();
        if name == "-" {
            return Self::begin(name, Box::new(Piped::new(io::stdin(), stop)), None, sheet);
        }
        let found = fs::metadata(path).map_err(|error| unopenable(&name, &error))?;
        if found.is_dir() {
            return Err(
                Fault::unusable("input:directory", format!("{name} is a directory"))
                    .hint("name a file in it")
                    .at(name, None),
            );
        }
        if !found.is_file() {
            let message = format!("{name} is not a file but a pipe, a device or a socket");
            return Err(Fault::unusable("input:not_a_file", message)
                .hint("to read from a pipe, give - and redirect it to standard input")
                .at(name, None));
        }
        let file = File::open(path).map_err(|error| unopenable(&name, &error))?;
        let stamp = Stamp::of(&file.metadata().map_err(|error| unopenable(&name, &error))?);
        let size = stamp.size;
        Self::begin(name, Box::new(file.take(size)), Some(stamp), sheet)
    }

    /// Takes bytes as an input of this name.
    #[cfg(test)]
    pub fn of(bytes: &[u8]) -> Self {
        Self::begin(
            "test".to_owned(),
            Box::new(Cursor::new(bytes.to_vec())),
            None,
            &Sheet::default(),
        )
        .expect("bytes can be read")
    }

    fn begin(
        name: String,
        rest: Box<dyn Read + Send>,
        stamp: Option<Stamp>,
        sheet: &Sheet,
    ) -> Result<Self, Fault> {
        let (mut is_packed, mut rest) =
            packed::opened(rest).map_err(|error| unreadable(&name, 0, &error))?;
        let mut head = Vec::new();
        (&mut rest)
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)
            .map_err(|error| unreadable(&name, head.len() as u64, &error))?;
        let is_sheet = head.starts_with(excel::MAGIC);
        let mut remarks = Vec::new();
        if is_sheet {
            let table = excel::table(&name, whole(&name, head, rest)?, sheet)?;
            remarks = table.remarks;
            is_packed = true;
            rest = Box::new(Cursor::new(table.csv));
            head = Vec::new();
            (&mut rest)
                .take(HEAD_BYTES as u64)
                .read_to_end(&mut head)
                .map_err(|error| unreadable(&name, 0, &error))?;
        }
        let size = (stamp.as_ref().filter(|_| !is_packed)).map(|stamp| stamp.size);
        Ok(Self {
            name,
            size,
            is_packed,
            is_sheet,
            remarks,
            head,
            rest,
            stamp,
        })
    }

    /// Whether the head is all there is.
    pub fn is_whole(&self) -> bool {
        self.head.len() < HEAD_BYTES
    }

    /// The bytes of a byte order mark at the start: 3 or 0.
    pub fn mark(&self) -> usize {
        if self.head.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        }
    }

    /// Takes it apart: its name, its size, and all its bytes from the first on.
    fn into_bytes(self) -> (String, Option<u64>, Box<dyn Read + Send>) {
        (
            self.name,
            self.size,
            Box::new(Cursor::new(self.head).chain(self.rest)),
        )
    }

    /// All its bytes behind the byte order mark, with their number and their SHA-256, both with the mark.
    ///
    /// # Errors
    /// `input:read`, `input:shrunk`; `results:too_long` when there are more than `most`.
    pub fn read_whole(self, most: u64) -> Result<Whole, Fault> {
        let mark = self.mark();
        let (name, size, bytes) = self.into_bytes();
        let mut all = Vec::new();
        let read = bytes.take(most + 1).read_to_end(&mut all);
        read.map_err(|error| unreadable(&name, all.len() as u64, &error))?;
        let read = all.len() as u64;
        if read > most {
            let message = format!("{name} is larger than {} MiB", most >> 20);
            return Err(Fault::unusable("results:too_long", message)
                .hint("this kind of results is read as a whole; let the tool write several files")
                .at(name, None));
        }
        if let Some(size) = size.filter(|size| read < *size) {
            return Err(shrunk(&name, read, size));
        }
        let sha256 = Sha256::digest(&all).into();
        all.drain(..mark);
        Ok(Whole {
            bytes: all,
            read,
            sha256,
        })
    }

    /// How to tell later whether the file has changed since it was opened.
    pub fn watch(&self) -> Watch {
        Watch(self.stamp.clone())
    }
}

/// All of an input.
pub struct Whole {
    pub bytes: Vec<u8>,
    pub read: u64,
    pub sha256: [u8; 32],
}

/// What a file looked like when it was opened, kept to be compared at the end.
pub struct Watch(Option<Stamp>);

impl Watch {
    /// Says so when the file is not as it was when it was opened.
    pub fn change(&self, path: &FilePath) -> Option<String> {
        let before = self.0.as_ref()?;
        let name = path.display();
        match fs::metadata(path) {
            Err(_) => Some(format!("{name} was removed while it was read")),
            Ok(now) if now.len() > before.size => Some(format!(
                "{name} grew by {} while it was read; the new bytes were not loaded",
                crate::text::count(now.len() - before.size, "byte")
            )),
            Ok(now) if Stamp::of(&now) != *before => {
                Some(format!("{name} was written to while it was read"))
            }
            Ok(_) => None,
        }
    }
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

/// The SHA-256 of a file's bytes.
pub fn sha256_of(path: &FilePath) -> Result<[u8; 32], Fault> {
    let name = path.display().to_string();
    let mut file = File::open(path).map_err(|error| unopenable(&name, &error))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    let mut read = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(bytes) => {
                hash.update(&buffer[..bytes]);
                read += bytes as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(&name, read, &error)),
        }
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

fn unopenable(name: &str, error: &io::Error) -> Fault {
    let fault = match error.kind() {
        io::ErrorKind::NotFound => {
            Fault::unusable("input:missing", format!("there is no file {name}"))
                .hint("check the name and the folder")
        }
        io::ErrorKind::PermissionDenied => {
            Fault::unusable("input:permission", format!("{name} may not be read"))
                .hint("ask for permission to read it, or copy it to a folder of your own")
        }
        io::ErrorKind::IsADirectory => {
            Fault::unusable("input:directory", format!("{name} is a folder"))
                .hint("name a file in it")
        }
        _ => Fault::unusable("input:read", format!("cannot open {name}: {error}")),
    };
    fault.at(name, None)
}

/// `byte` is how far reading has come.
fn unreadable(name: &str, byte: u64, error: &io::Error) -> Fault {
    Fault::unusable(
        "input:read",
        format!("reading {name} failed at byte {byte}: {error}"),
    )
    .hint("nothing was loaded; try again once the file can be read to its end")
    .at(name, None)
}

/// All bytes of a workbook, whose parts stand anywhere in it.
fn whole(name: &str, mut head: Vec<u8>, rest: Box<dyn Read + Send>) -> Result<Vec<u8>, Fault> {
    let read = rest.take(excel::MAX_BYTES).read_to_end(&mut head);
    read.map_err(|error| unreadable(name, head.len() as u64, &error))?;
    if head.len() as u64 >= excel::MAX_BYTES {
        let message = format!("{name} is larger than {} MiB", excel::MAX_BYTES >> 20);
        return Err(Fault::unusable("input:too_long", message)
            .hint("save the sheet as CSV and load that")
            .at(name, None));
    }
    Ok(head)
}

fn shrunk(name: &str, byte: u64, size: u64) -> Fault {
    Fault::unusable(
        "input:shrunk",
        format!("{name} ended at byte {byte}, but it had {size} bytes when it was opened"),
    )
    .hint("nothing was loaded; wait until nothing writes to it and try again")
    .at(name, None)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn code(path: &FilePath) -> &'static str {
        Input::open(path, &Arc::default())
            .err()
            .expect("a fault")
            .code
    }

    #[test]
    fn what_is_no_file_is_refused_by_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(code(folder.path()), "input:directory");
        assert_eq!(code(&folder.path().join("none.csv")), "input:missing");
        assert_eq!(code(FilePath::new("/dev/null")), "input:not_a_file");
    }

    #[test]
    fn a_file_that_grows_is_read_to_its_old_end_and_reported() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"a,b\n1,2\n").unwrap();
        let input = Input::open(file.path(), &Arc::default()).unwrap();
        let watch = input.watch();
        assert_eq!(watch.change(file.path()), None);
        file.write_all(b"3,4\n").unwrap();
        assert!(
            watch
                .change(file.path())
                .unwrap()
                .contains("grew by 4 bytes")
        );
        let (_, size, mut all) = input.into_bytes();
        let mut bytes = Vec::new();
        all.read_to_end(&mut bytes).unwrap();
        assert_eq!((size, bytes.as_slice()), (Some(8), &b"a,b\n1,2\n"[..]));
    }
}
