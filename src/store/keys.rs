//! Keys, and the values of a `[[unique]]`, as keyed 16-byte hashes: which of them a load has seen, in memory that grows by
//! about 30 bytes a record and uniqueness.
//!
//! A keyed hash says nothing about the value to someone who reads the workspace file without its secret; 128 bits keep
//! two different values apart for every run that fits on a disk.

use hashbrown::HashTable;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// HMAC-SHA256 cut to 16 bytes.
pub type KeyHash = [u8; 16];

/// Hashes values with a workspace's secret. Cloning is cheap; each worker has its own.
#[derive(Clone)]
pub struct KeyHasher {
    keyed: Hmac<Sha256>,
}

impl KeyHasher {
    pub fn new(secret: &[u8; 32]) -> Self {
        let keyed = Hmac::new_from_slice(secret).expect("HMAC takes a secret of any length");
        Self { keyed }
    }

    /// The hasher of a uniqueness by its name, empty for the key. Equal values of two of them have different hashes, so that
    /// the file does not show that an email is somebody's key.
    pub fn of(&self, fields: &str) -> Self {
        if fields.is_empty() {
            return self.clone();
        }
        // A secret of its own costs nothing for each value, as the fields in front of it would.
        let mut mac = self.keyed.clone();
        mac.update(fields.as_bytes());
        mac.update(&[0]);
        Self::new(&mac.finalize().into_bytes().into())
    }

    pub fn hash(&self, value: &str) -> KeyHash {
        let mut mac = self.keyed.clone();
        mac.update(value.as_bytes());
        let mut hash = KeyHash::default();
        hash.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        hash
    }
}

/// Entries in one chunk; chunks never move, so that growing costs no second copy.
const CHUNK: usize = 1 << 16;

/// Set in `Entry::ordinal` when the record passed.
const PASSED: u32 = 1 << 31;

struct Entry {
    hash: KeyHash,
    /// The record's 1-based ordinal, 0 when it does not fit; the top bit is [`PASSED`].
    ordinal: u32,
}

/// The values of one uniqueness seen so far, each with the record that had it first.
#[derive(Default)]
pub struct KeySet {
    chunks: Vec<Vec<Entry>>,
    /// Numbers of entries.
    table: HashTable<u32>,
}

impl KeySet {
    /// Makes room for so many values, which is faster than growing.
    pub fn expect(&mut self, keys: usize) {
        let chunks = &self.chunks;
        (self.table).reserve(keys, |&n| bucket(&entry(chunks, n).hash));
    }

    /// Remembers a value. When it was seen before, nothing changes and the first record's ordinal is given (0 when it
    /// is not known, beyond two thousand million records).
    pub fn insert(&mut self, hash: KeyHash, ordinal: u64, passed: bool) -> Option<u64> {
        let chunks = &self.chunks;
        let entry = self.table.entry(
            bucket(&hash),
            |&n| entry(chunks, n).hash == hash,
            |&n| bucket(&entry(chunks, n).hash),
        );
        let vacant = match entry {
            hashbrown::hash_table::Entry::Occupied(known) => {
                let first = entry_ordinal(chunks, *known.get());
                return Some(first);
            }
            hashbrown::hash_table::Entry::Vacant(vacant) => vacant,
        };
        let number = self
            .chunks
            .last()
            .map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len());
        vacant.insert(number as u32);
        if number.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let flag = if passed { PASSED } else { 0 };
        let ordinal = u32::try_from(ordinal).ok().filter(|n| *n < PASSED);
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(Entry {
                hash,
                ordinal: ordinal.unwrap_or(0) | flag,
            });
        }
        None
    }

    /// Takes back that the record which brought a value passed.
    pub fn did_not_pass(&mut self, hash: &KeyHash) {
        let chunks = &self.chunks;
        let known = (self.table).find(bucket(hash), |&n| entry(chunks, n).hash == *hash);
        if let Some(number) = known.map(|&n| n as usize) {
            self.chunks[number / CHUNK][number % CHUNK].ordinal &= !PASSED;
        }
    }

    /// The hashes of passed records that begin with the four bits `nibble`, sorted. Sixteen such parts are all of them;
    /// taking them one by one keeps the copy small.
    pub fn passed_sorted(&self, nibble: u8) -> Vec<KeyHash> {
        // As numbers they are compared in one step.
        let mut part: Vec<u128> = (self.chunks.iter().flatten())
            .filter(|entry| entry.ordinal & PASSED != 0 && entry.hash[0] >> 4 == nibble)
            .map(|entry| u128::from_be_bytes(entry.hash))
            .collect();
        part.sort_unstable();
        part.into_iter().map(u128::to_be_bytes).collect()
    }
}

fn entry(chunks: &[Vec<Entry>], number: u32) -> &Entry {
    &chunks[number as usize / CHUNK][number as usize % CHUNK]
}

fn entry_ordinal(chunks: &[Vec<Entry>], number: u32) -> u64 {
    u64::from(entry(chunks, number).ordinal & !PASSED)
}

/// The hash is random already; its first half chooses the bucket.
fn bucket(hash: &KeyHash) -> u64 {
    let mut half = [0; 8];
    half.copy_from_slice(&hash[..8]);
    u64::from_le_bytes(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_seen_twice_names_its_first_record() {
        let hasher = KeyHasher::new(&[7; 32]);
        let mut keys = KeySet::default();
        assert_eq!(keys.insert(hasher.hash("CUS-1"), 1, true), None);
        assert_eq!(keys.insert(hasher.hash("CUS-2"), 2, false), None);
        assert_eq!(keys.insert(hasher.hash("CUS-1"), 3, true), Some(1));
        assert_eq!(keys.insert(hasher.hash("CUS-2"), 4, true), Some(2));
    }

    #[test]
    fn only_keys_of_passed_records_are_kept_and_in_order() {
        let hasher = KeyHasher::new(&[7; 32]);
        let mut keys = KeySet::default();
        for n in 1..=200_000_u64 {
            assert_eq!(
                keys.insert(hasher.hash(&n.to_string()), n, n % 2 == 0),
                None
            );
        }
        let kept: Vec<KeyHash> = (0..16).flat_map(|part| keys.passed_sorted(part)).collect();
        assert_eq!(kept.len(), 100_000);
        assert!(kept.is_sorted());
        assert!(kept.contains(&hasher.hash("4")) && !kept.contains(&hasher.hash("5")));
    }

    #[test]
    fn what_did_not_pass_after_all_is_known_and_not_kept() {
        let hasher = KeyHasher::new(&[7; 32]);
        let mut keys = KeySet::default();
        keys.insert(hasher.hash("A"), 1, true);
        keys.insert(hasher.hash("B"), 2, true);
        keys.did_not_pass(&hasher.hash("A"));
        keys.did_not_pass(&hasher.hash("C"));
        let kept: Vec<KeyHash> = (0..16).flat_map(|part| keys.passed_sorted(part)).collect();
        assert_eq!(kept, [hasher.hash("B")]);
        assert_eq!(keys.insert(hasher.hash("A"), 3, true), Some(1));
    }

    #[test]
    fn another_secret_or_other_fields_give_another_hash() {
        let hash = |secret, fields| KeyHasher::new(&[secret; 32]).of(fields).hash("CUS-1");
        assert_eq!(hash(1, ""), KeyHasher::new(&[1; 32]).hash("CUS-1"));
        assert_eq!(hash(1, "/a"), hash(1, "/a"));
        assert_ne!(hash(1, ""), hash(2, ""));
        assert_ne!(hash(1, ""), hash(1, "/a"));
        assert_ne!(hash(1, "/a"), hash(1, "/a /b"));
    }
}
