//! Cuts an input into blocks that hold whole records. Workers take turns at one [`BlockReader`], so that reading needs no
//! thread of its own and the blocks are the same whatever their number.

use std::{collections::HashSet, io::Read, ops::Range};

use sha2::{Digest, Sha256};

use super::{Format, Input, elements::Elements, shrunk, unreadable};
use crate::{
    model::Fault,
    row::cells::{Splitter, Style, line_ends},
};

/// The size blocks aim at, unless their records are tiny.
pub const BLOCK_BYTES: usize = 256 << 10;

/// The first block is no larger: it shows how long records are.
const FIRST_BLOCK: usize = 16 << 10;

/// About how many records a block may hold. What is found wrong with a record takes far more memory than a tiny record,
/// so that blocks are limited by their records, too.
const BLOCK_RECORDS: usize = 2_000;

/// No record is longer.
const MAX_RECORD: usize = 16 << 20;

/// A quoted cell that is longer is a quote somebody forgot to close.
const MAX_QUOTED: usize = 1 << 20;

/// Some whole records of an input, and what lies between them.
#[derive(Debug)]
pub struct Block {
    /// Counted from 0.
    pub seq: u64,
    /// Where its first byte stands in the input.
    pub offset: u64,
    pub bytes: Vec<u8>,
    /// CSV: the lines where a quote opens that nothing closes; each is a broken record of its own, line end included.
    /// A JSON array: its elements. JSON Lines: nothing.
    pub marks: Vec<Range<usize>>,
}

/// The first record of a CSV file.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    /// Blank lines before it and its line end included.
    pub bytes: Vec<u8>,
    pub columns: Vec<String>,
    /// Physical lines that end in it.
    pub lines: u64,
}

/// Reads an input block by block.
pub struct BlockReader {
    name: String,
    size: Option<u64>,
    bytes: Box<dyn Read + Send>,
    /// The most bytes to ask for, before a block has to grow for one long record.
    block_bytes: usize,
    /// Bytes to ask for now, by the length of the records so far.
    aim: usize,
    cutter: Cutter,
    /// What was read behind the last block's cut.
    carry: Vec<u8>,
    seq: u64,
    /// Where the next block begins.
    offset: u64,
    read: u64,
    ended: bool,
    sha256: Sha256,
}

enum Cutter {
    Csv(Splitter),
    Lines,
    Elements(Elements),
}

impl BlockReader {
    /// Begins behind the byte order mark, if there is one.
    pub fn new(input: Input, format: Format, block_bytes: usize) -> Result<Self, Fault> {
        let mark = input.mark();
        let (name, size, bytes) = input.into_bytes();
        let cutter = match format {
            Format::Csv { delimiter } => Cutter::Csv(Splitter::new(delimiter)),
            Format::JsonLines | Format::Results(_) => Cutter::Lines,
            Format::Json => Cutter::Elements(Elements::default()),
        };
        let mut reader = Self {
            name,
            size,
            bytes,
            block_bytes,
            aim: block_bytes.min(FIRST_BLOCK),
            cutter,
            carry: Vec::new(),
            seq: 0,
            offset: 0,
            read: 0,
            ended: false,
            sha256: Sha256::new(),
        };
        let mut head = Vec::new();
        reader.fill(&mut head, mark)?;
        reader.offset = head.len() as u64;
        Ok(reader)
    }

    /// Takes the first record of a CSV file off; `None` when there is none.
    ///
    /// # Errors
    /// `csv:header` when it is not UTF-8, or when a quote in it is never closed.
    pub fn header(&mut self, splitter: Splitter) -> Result<Option<Header>, Fault> {
        let mut spans = Vec::new();
        let mut wanted = self.block_bytes;
        let mut carry = std::mem::take(&mut self.carry);
        loop {
            self.fill(&mut carry, wanted)?;
            let found = splitter.next(&carry, 0, &mut spans);
            // A CR as the last byte read may have its LF still to come.
            let settled = found
                .as_ref()
                .is_some_and(|record| record.ended && record.next < carry.len());
            if !settled && !self.ended && carry.len() < MAX_QUOTED {
                wanted = carry.len() * 2;
                continue;
            }
            let Some(record) = found else {
                self.offset += carry.len() as u64;
                return Ok(None);
            };
            let text = std::str::from_utf8(&carry[record.range.clone()]).ok();
            let Some(text) = text.filter(|_| record.open.is_none()) else {
                return Err(self.bad_header(record.open.is_some()));
            };
            let columns = names(spans.iter().map(|span| span.value(text).into_owned()));
            self.carry = carry.split_off(record.next);
            self.offset += carry.len() as u64;
            let within = memchr::memchr_iter(b'\n', &carry[record.range.clone()]).count() as u64;
            return Ok(Some(Header {
                lines: within
                    + line_ends(&carry[..record.range.start])
                    + line_ends(&carry[record.range.end..]),
                bytes: carry,
                columns,
            }));
        }
    }

    /// The next block, in `buffer`, whose content is lost; `None` at the end.
    ///
    /// # Errors
    /// `input:read` and `input:shrunk` with the byte; `input:record_too_long`.
    pub fn next(&mut self, mut buffer: Vec<u8>) -> Result<Option<Block>, Fault> {
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut wanted = self.aim;
        let mut marks = Vec::new();
        loop {
            self.fill(&mut buffer, wanted)?;
            if buffer.is_empty() {
                return Ok(None);
            }
            marks.clear();
            let cut = self.cutter.cut(&buffer, self.ended, &mut marks);
            if cut == 0 {
                if buffer.len() >= MAX_RECORD {
                    return Err(self.record_too_long());
                }
                wanted = (buffer.len() * 2).min(MAX_RECORD);
                continue;
            }
            self.carry.extend_from_slice(&buffer[cut..]);
            buffer.truncate(cut);
            self.aim = self.aim_after(&buffer, marks.len());
            let block = Block {
                seq: self.seq,
                offset: self.offset,
                bytes: buffer,
                marks,
            };
            self.seq += 1;
            self.offset += cut as u64;
            return Ok(Some(block));
        }
    }

    /// How many bytes hold [`BLOCK_RECORDS`] records like those of this block. Lines stand for records: a record of several
    /// lines only makes the next block smaller than it might be.
    fn aim_after(&self, block: &[u8], marks: usize) -> usize {
        let records = match self.cutter {
            Cutter::Elements(_) => marks,
            Cutter::Csv(_) | Cutter::Lines => memchr::memchr_iter(b'\n', block).count(),
        };
        let bytes = (block.len() / records.max(1)).saturating_mul(BLOCK_RECORDS);
        bytes.clamp(self.block_bytes.min(FIRST_BLOCK / 4), self.block_bytes)
    }

    /// Where the next block begins: so many bytes have been handed out.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// All bytes read, and their SHA-256. Asked at the end.
    pub fn finish(self) -> (u64, [u8; 32]) {
        (self.read, self.sha256.finalize().into())
    }

    /// Reads until there are `wanted` bytes or the input has ended.
    fn fill(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<(), Fault> {
        let before = buffer.len();
        let missing = wanted.saturating_sub(before);
        if self.ended || missing == 0 {
            return Ok(());
        }
        let read = (&mut self.bytes)
            .take(missing as u64)
            .read_to_end(buffer)
            .map_err(|error| unreadable(&self.name, self.read, &error))?;
        self.sha256.update(&buffer[before..]);
        self.read += read as u64;
        if read < missing {
            self.ended = true;
            if let Some(size) = self.size.filter(|size| self.read < *size) {
                return Err(shrunk(&self.name, self.read, size));
            }
        }
        Ok(())
    }

    fn record_too_long(&self) -> Fault {
        let message = format!(
            "the record at byte {} of {} is longer than {} MiB",
            self.offset,
            self.name,
            MAX_RECORD >> 20
        );
        Fault::unusable("input:record_too_long", message)
            .hint("check that the file has line breaks between its records; nothing was loaded")
            .at(self.name.clone(), None)
    }

    fn bad_header(&self, open: bool) -> Fault {
        let why = if open {
            "a quote in the header line is never closed"
        } else {
            "the header line is not UTF-8 text"
        };
        Fault::unusable("csv:header", why)
            .hint("correct the first line, which must name the columns")
            .at(self.name.clone(), Some(1))
    }
}

impl Cutter {
    /// Where a buffer that begins with a record can be cut; 0 when no record ends in it. At the end of the input that is
    /// everywhere.
    fn cut(&mut self, buffer: &[u8], ended: bool, marks: &mut Vec<Range<usize>>) -> usize {
        match self {
            Self::Csv(splitter) => cut_csv(*splitter, buffer, ended, marks),
            Self::Lines if ended => buffer.len(),
            Self::Lines => memchr::memrchr(b'\n', buffer).map_or(0, |at| at + 1),
            Self::Elements(elements) => elements.cut(buffer, ended, marks),
        }
    }
}

fn cut_csv(
    splitter: Splitter,
    buffer: &[u8],
    ended: bool,
    broken: &mut Vec<Range<usize>>,
) -> usize {
    let mut from = 0;
    loop {
        let cut = splitter.last_cut(&buffer[from..]);
        let end = match cut.open {
            None if ended => buffer.len(),
            _ => from + cut.at,
        };
        // A block only grows beyond this for one long record, so the second look is rare.
        let start = if buffer.len() > MAX_QUOTED
            && let Some(start) = first_oversized(splitter, &buffer[from..end])
        {
            from + start
        } else if let Some(quote) = cut.open {
            if !ended && buffer.len() - (from + quote) < MAX_QUOTED {
                return end;
            }
            from + cut.at
        } else {
            return end;
        };
        let line = first_line(&buffer[start..]);
        broken.push(start..start + line);
        from = start + line;
    }
}

/// Where the first record begins that has a quoted cell longer than [`MAX_QUOTED`].
fn first_oversized(splitter: Splitter, records: &[u8]) -> Option<usize> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(record) = splitter.next(records, at, &mut spans) {
        let oversized = |span: &crate::row::cells::Span| {
            span.style != Style::Plain && span.range.len() > MAX_QUOTED
        };
        if spans.iter().any(oversized) {
            return Some(record.range.start);
        }
        at = record.next;
    }
    None
}

/// The length of the first physical line, its end included.
fn first_line(text: &[u8]) -> usize {
    match memchr::memchr2(b'\n', b'\r', text) {
        Some(at) if text[at..].starts_with(b"\r\n") => at + 2,
        Some(at) => at + 1,
        None => text.len(),
    }
}

/// Makes column names unique and gives nameless columns one: `name#2`, `column 3`.
fn names(found: impl Iterator<Item = String>) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    for (at, name) in found.enumerate() {
        let base = if name.trim().is_empty() {
            format!("column {}", at + 1)
        } else {
            name
        };
        let mut name = base.clone();
        let mut copy = 1;
        while !taken.insert(name.clone()) {
            copy += 1;
            name = format!("{base}#{copy}");
        }
        columns.push(name);
    }
    columns
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_of_tiny_records_hold_few_of_them() {
        let input = "{}\n".repeat(100_000);
        let mut reader =
            BlockReader::new(Input::of(input.as_bytes()), Format::JsonLines, BLOCK_BYTES).unwrap();
        let mut sizes = Vec::new();
        while let Some(block) = reader.next(Vec::new()).unwrap() {
            sizes.push(memchr::memchr_iter(b'\n', &block.bytes).count());
        }
        assert_eq!(sizes.iter().sum::<usize>(), 100_000);
        assert!(
            sizes[0] > BLOCK_RECORDS && sizes[1..].iter().all(|size| *size <= BLOCK_RECORDS),
            "{sizes:?}"
        );
    }

    const CSV: Format = Format::Csv { delimiter: ',' };

    fn blocks(input: &[u8], format: Format, block_bytes: usize) -> Vec<Block> {
        let mut reader = BlockReader::new(Input::of(input), format, block_bytes).unwrap();
        let mut blocks = Vec::new();
        while let Some(block) = reader.next(Vec::new()).unwrap() {
            blocks.push(block);
        }
        let (read, sha256) = reader.finish();
        assert_eq!(read, input.len() as u64);
        assert_eq!(sha256, <[u8; 32]>::from(Sha256::digest(input)));
        blocks
    }

    /// Broken lines and all other bytes, whatever the blocks.
    fn broken(input: &[u8], block_bytes: usize) -> Vec<(u64, Vec<u8>)> {
        let blocks = blocks(input, CSV, block_bytes);
        let mut next = 0;
        let mut found = Vec::new();
        for block in &blocks {
            assert_eq!(block.offset, next);
            next += block.bytes.len() as u64;
            for mark in &block.marks {
                let line = block.bytes[mark.clone()].to_vec();
                found.push((block.offset + mark.start as u64, line));
            }
        }
        assert_eq!(next, input.len() as u64);
        found
    }

    #[test]
    fn a_quote_that_stays_open_breaks_its_own_line_only() {
        let input = b"a,b\n1,\"x\n2,y\n3,z\n";
        for size in [1, 3, 64, 1000] {
            assert_eq!(broken(input, size), [(4, b"1,\"x\n".to_vec())], "{size}");
        }
        assert_eq!(broken(b"1,\"a\nb\"\n", 1), []);
    }

    #[test]
    fn a_quoted_cell_beyond_the_limit_is_an_open_quote_whatever_the_blocks() {
        let mut input = b"a,b\n1,\"x\n".to_vec();
        for n in 0..70_000 {
            input.extend_from_slice(format!("{n},some text here\n").as_bytes());
        }
        input.extend_from_slice(b"9,\"closed\"\n");
        let expected = [(4, b"1,\"x\n".to_vec())];
        for size in [64 << 10, 1 << 20, 3 << 20] {
            assert_eq!(broken(&input, size), expected, "{size}");
        }
    }

    #[test]
    fn a_record_without_end_is_refused_with_its_byte() {
        let mut input = b"{}\n".to_vec();
        input.resize(MAX_RECORD + 100, b'x');
        let mut reader =
            BlockReader::new(Input::of(&input), Format::JsonLines, BLOCK_BYTES).unwrap();
        assert_eq!(reader.next(Vec::new()).unwrap().unwrap().bytes, b"{}\n");
        let fault = reader.next(Vec::new()).unwrap_err();
        assert_eq!(fault.code, "input:record_too_long");
        assert!(fault.message.contains("byte 3"));
    }

    #[test]
    fn the_header_is_taken_off_and_its_names_made_unique() {
        let header = |input: &[u8], size| {
            let mut reader = BlockReader::new(Input::of(input), CSV, size).unwrap();
            let header = reader.header(Splitter::new(',')).unwrap();
            let rest = reader.next(Vec::new()).unwrap().map(|block| block.bytes);
            (header, rest)
        };
        for size in [1, 5, 100] {
            let (found, rest) = header(b"\xEF\xBB\xBF\r\na,\"b\nc\",a,\r\n1,2,3,4\n", size);
            let found = found.unwrap();
            assert_eq!(found.columns, ["a", "b\nc", "a#2", "column 4"]);
            assert_eq!((found.bytes.len(), found.lines), (14, 3));
            assert_eq!(rest.unwrap()[0], b'1');
            assert_eq!(header(b"\n\n", size), (None, None));
            assert_eq!(header(b"a,b", size).0.unwrap().columns, ["a", "b"]);
        }
    }

    proptest! {
        #[test]
        fn blocks_hold_every_byte_once_and_break_the_same_lines(
            text in "[ab,,\"\"\n\r]{0,60}", size in 1_usize..40
        ) {
            prop_assert_eq!(broken(text.as_bytes(), size), broken(text.as_bytes(), 1000));
        }
    }
}
