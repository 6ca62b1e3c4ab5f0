//! A file: written aside in the same folder, then given its name. Writing a file hands records over; it proves nothing.

use std::{
    fs::{self, File},
    io::{BufWriter, ErrorKind, Read, Write},
    path::{Path as FilePath, PathBuf},
};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{Answered, Delivery, Destination, Held, Outcome, cell_text, without_column};
use crate::{
    broken::may_die,
    model::{NO_COLUMN, Path, folder_of},
    row::json,
};

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    Csv,
    JsonLines,
    /// CSV lines as they stand, under a header.
    Lines {
        delimiter: char,
    },
}

/// A file being written.
pub struct FileDestination {
    path: PathBuf,
    out: BufWriter<NamedTempFile>,
    hash: Sha256,
    format: FileFormat,
    columns: Vec<String>,
}

impl FileDestination {
    /// Begins a file that will lie at `path` when the plan ends. `columns` are those of its header, in order.
    ///
    /// # Errors
    /// A hold when the folder cannot be written.
    pub fn begin(path: &FilePath, format: FileFormat, columns: Vec<String>) -> Result<Self, Held> {
        let aside = aside(path).map_err(|error| held(path, &error))?;
        let mut file = Self {
            path: path.to_owned(),
            out: BufWriter::new(aside),
            hash: Sha256::new(),
            format,
            columns,
        };
        let delimiter = match format {
            FileFormat::Csv => Some(','),
            FileFormat::Lines { delimiter } => Some(delimiter),
            FileFormat::JsonLines => None,
        };
        if let Some(delimiter) = delimiter {
            let header = csv_line(&file.columns, delimiter)?;
            file.write(&header)?;
        }
        Ok(file)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Held> {
        self.hash.update(bytes);
        self.out
            .write_all(bytes)
            .map_err(|error| held(&self.path, &error))
    }

    fn csv(&self, document: &Map<String, Value>) -> Result<Vec<u8>, Held> {
        let cells = self
            .columns
            .iter()
            .map(|column| document.get(column).map_or_else(String::new, cell_text));
        csv_line(cells, ',')
    }
}

impl Destination for FileDestination {
    fn deliver(&mut self, batch: &[Delivery]) -> Result<Vec<Answered>, Held> {
        let mut outcomes = Vec::with_capacity(batch.len());
        for delivery in batch {
            let line = match self.format {
                FileFormat::JsonLines => json_line(delivery),
                FileFormat::Lines { .. } => [&delivery.payload[..], b"\n"].concat(),
                FileFormat::Csv => {
                    if let Some(field) = without_column(&delivery.document, &self.columns) {
                        let message = format!("the file has no column for field '{field}'");
                        let refused = Outcome::refused_at(NO_COLUMN, Path::field(field), message);
                        outcomes.push(refused.into());
                        continue;
                    }
                    self.csv(&delivery.document)?
                }
            };
            self.write(&line)?;
            outcomes.push(Outcome::Written.into());
        }
        Ok(outcomes)
    }

    fn finish(&mut self) -> Result<(), Held> {
        self.give_name(File::sync_all)
    }
}

impl FileDestination {
    /// Ends the file and gives it its name, which `keep` makes sure of in its folder.
    fn give_name(&mut self, keep: impl FnOnce(&File) -> std::io::Result<()>) -> Result<(), Held> {
        let path = self.path.clone();
        let held = |error: &std::io::Error| held(&path, error);
        self.out.flush().map_err(|error| held(&error))?;
        let aside = self.out.get_ref();
        aside.as_file().sync_all().map_err(|error| held(&error))?;
        may_die("file");
        // Before it has its name: from then on somebody may fetch it, and it is handed over.
        let folder = File::open(folder_of(&path)).map_err(|error| held(&error))?;
        // A link never replaces: what lies there already is looked at and left alone.
        let is_new = match fs::hard_link(aside.path(), &path) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let there = hash_of(&path).map_err(|error| held(&error))?;
                if there[..] != self.hash.clone().finalize()[..] {
                    return Err(Held::new(format!(
                        "{} is there already and holds something else; move it away",
                        path.display()
                    )));
                }
                false
            }
            Err(error) => return Err(held(&error)),
        };
        // Now, because whoever dies after the records are handed over never comes back to it.
        drop(fs::remove_file(aside.path()));
        may_die("file named");
        keep(&folder).map_err(|error| {
            if is_new {
                drop(fs::remove_file(&path));
            }
            held(&error)
        })
    }
}

/// A new file (readable by its owner only) beside `path`. A left-over of a send that was killed is removed: only one sender
/// works for a destination at a time.
fn aside(path: &FilePath) -> std::io::Result<NamedTempFile> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.part");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).rand_bytes(0);
    match builder.tempfile_in(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(folder.join(&prefix))?;
            builder.tempfile_in(folder)
        }
        other => other,
    }
}

/// The frozen bytes, or the same on one line.
fn json_line(delivery: &Delivery) -> Vec<u8> {
    let mut line = json::one_line(&delivery.payload);
    line.push(b'\n');
    line
}

fn csv_line<T: AsRef<[u8]>>(
    cells: impl IntoIterator<Item = T>,
    delimiter: char,
) -> Result<Vec<u8>, Held> {
    let delimiter = u8::try_from(delimiter)
        .map_err(|_| Held::new(format!("{delimiter:?} cannot separate the cells of a file")))?;
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(Vec::new());
    writer
        .write_record(cells)
        .map_err(|error| Held::new(error.to_string()))?;
    writer
        .into_inner()
        .map_err(|error| Held::new(error.to_string()))
}

fn hash_of(path: &FilePath) -> std::io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 64 * 1024];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&block[..read]),
        }
    }
}

fn held(path: &FilePath, error: &std::io::Error) -> Held {
    Held::new(format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use serde_json::json;

    use super::*;

    fn delivery(payload: &str) -> Delivery {
        Delivery {
            key: String::new(),
            payload_sha256: Sha256::digest(payload).into(),
            payload: payload.into(),
            document: serde_json::from_str(payload).unwrap(),
            may_be_applied: false,
        }
    }

    fn names(folder: &FilePath) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_lies_there_until_the_plan_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/c-3.jsonl");
        let mut file = FileDestination::begin(&path, FileFormat::JsonLines, Vec::new()).unwrap();
        let batch = [
            delivery(r#"{"a":  1.10}"#),
            delivery("{\n \"b\": [1,\n2]\n}"),
        ];
        assert_eq!(
            file.deliver(&batch).unwrap(),
            [Outcome::Written, Outcome::Written].map(Answered::from)
        );
        assert!(!path.exists());
        file.finish().unwrap();
        drop(file);
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "{\"a\":  1.10}\n{ \"b\": [1,2]}\n"
        );
        assert_eq!(names(path.parent().unwrap()), ["c-3.jsonl"]);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_csv_file_has_one_header_and_a_cell_for_every_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c-1.csv");
        let columns = ["id", "note", "tags"].map(str::to_owned).to_vec();
        let mut file = FileDestination::begin(&path, FileFormat::Csv, columns).unwrap();
        let odd = json!({"id": 1, "note": "a,\"b\"", "tags": ["x"]}).to_string();
        let batch = [
            delivery(&odd),
            delivery(r#"{"id":true,"note":null}"#),
            delivery(r#"{"shoe":43}"#),
        ];
        let outcomes = file.deliver(&batch).unwrap();
        assert!(
            matches!(&outcomes[2].outcome, Outcome::Refused { said, .. } if said[0].message.contains("shoe"))
        );
        file.finish().unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "id,note,tags\n1,\"a,\"\"b\"\"\",\"[\"\"x\"\"]\"\ntrue,,\n"
        );
    }

    #[test]
    fn the_same_file_written_before_is_handed_over_and_another_one_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c-1.jsonl");
        let write = |text: &str| {
            let mut file =
                FileDestination::begin(&path, FileFormat::JsonLines, Vec::new()).unwrap();
            file.deliver(&[delivery(text)]).unwrap();
            file.finish()
        };
        write(r#"{"a":1}"#).unwrap();
        write(r#"{"a":1}"#).unwrap();
        assert!(
            write(r#"{"a":2}"#)
                .unwrap_err()
                .reason
                .contains("something else")
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":1}\n");
        assert_eq!(names(folder.path()), ["c-1.jsonl"]);
    }

    #[test]
    fn a_file_whose_name_cannot_be_kept_is_not_there_to_be_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c-1.jsonl");
        let give_name = |works: bool| {
            let mut file =
                FileDestination::begin(&path, FileFormat::JsonLines, Vec::new()).unwrap();
            file.deliver(&[delivery("{}")]).unwrap();
            let gone = || std::io::Error::other("the disk went away");
            file.give_name(|_| works.then_some(()).ok_or_else(gone))
        };
        let held = give_name(false).unwrap_err();
        assert!(
            held.reason.ends_with("the disk went away"),
            "{}",
            held.reason
        );
        assert_eq!(names(folder.path()), [""; 0]);
        // What an earlier send had handed over stays.
        give_name(true).unwrap();
        give_name(false).unwrap_err();
        assert_eq!(names(folder.path()), ["c-1.jsonl"]);
    }

    #[test]
    fn what_a_killed_send_left_behind_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c-1.jsonl");
        fs::write(folder.path().join(".c-1.jsonl.part"), "half a li").unwrap();
        let mut file = FileDestination::begin(&path, FileFormat::JsonLines, Vec::new()).unwrap();
        file.deliver(&[delivery("{}")]).unwrap();
        file.finish().unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}\n");
        assert_eq!(names(folder.path()), ["c-1.jsonl"]);
    }
}
