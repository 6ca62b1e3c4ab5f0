//! The example: seeded customers of a legacy CRM as CSV bytes, broken in more than 25 ways. No IO, no clock.
//!
//! The same number of rows and the same seed give the same bytes on every machine. Each line says what is wrong with it,
//! so that a test can hold the whole pipeline against the truth.

mod customer;
mod defects;
mod pools;

use customer::Draft;
use defects::Card;
use pools::pick;

use crate::model::Stage;

/// What `redrive demo` makes when nothing else is asked for.
pub const ROWS: u64 = 10_000;
pub const SEED: u64 = 1;

/// The contract of the example, and the schema it names.
pub const CONTRACT: &str = include_str!("../../assets/demo/contract.toml");
pub const SCHEMA: &str = include_str!("../../assets/demo/customer.schema.json");

/// The first broken record (or the last record of a shorter file). It has exactly one problem, one that has a certain
/// suggestion, and it belongs to the largest group: whoever opens the example lands on it.
const FIRST_BROKEN: u64 = 17;

/// Of a thousand records after the first broken one, how many are broken.
const BROKEN_PER_THOUSAND: u64 = 139;

/// Of a thousand records that are in order, how many are odd or hostile and still right.
const ODD_PER_THOUSAND: u64 = 20;

/// One line of the file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bytes, line end included.
    pub bytes: Vec<u8>,
    /// What a check must find, and nothing else; empty for the header and for records in order.
    pub defects: Vec<Defect>,
}

/// One thing that was broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    pub stage: Stage,
    pub code: &'static str,
    /// A JSON Pointer; empty at stage `parse`, where no field can be named.
    pub path: &'static str,
}

/// The file of the example, header first, then `rows` records.
pub fn lines(rows: u64, seed: u64) -> impl Iterator<Item = Line> {
    let header = Line {
        bytes: (pools::COLUMNS.join(",") + "\n").into_bytes(),
        defects: Vec::new(),
    };
    let mut customers = Customers::new(rows, seed);
    std::iter::once(header).chain((1..=rows).map(move |number| customers.line(number)))
}

/// Makes one record after the other.
struct Customers {
    random: Random,
    first_broken: u64,
    /// Kinds of defects still to be dealt. Dealing from a deck keeps their shares close to what was meant, so that the
    /// largest group is the largest one for every seed.
    deck: Vec<Card>,
    /// How often each kind was dealt; the variants of a kind take turns.
    dealt: Vec<usize>,
    odd: usize,
    /// Numbers of records in order, which a duplicate may repeat.
    seen: Vec<u64>,
}

impl Customers {
    fn new(rows: u64, seed: u64) -> Self {
        Self {
            random: Random(seed),
            first_broken: FIRST_BROKEN.min(rows),
            deck: Vec::new(),
            dealt: vec![0; Card::ALL.len()],
            odd: 0,
            seen: Vec::new(),
        }
    }

    fn line(&mut self, number: u64) -> Line {
        let mut draft = Draft::clean(number, &mut self.random);
        if number == self.first_broken {
            self.play(&mut draft, Card::Stage);
        } else if number > self.first_broken && self.random.chance(BROKEN_PER_THOUSAND) {
            let wanted = self.how_many();
            for n in 0..wanted {
                let card = self.deal();
                if n == 0 || !card.is_structural() {
                    self.play(&mut draft, card);
                }
                if card.is_structural() {
                    break;
                }
            }
        } else {
            if self.random.chance(ODD_PER_THOUSAND) {
                draft.notes(pools::ODD_NOTES[self.odd % pools::ODD_NOTES.len()]);
                self.odd += 1;
            }
            self.seen.push(number);
        }
        draft.finish()
    }

    /// Six broken records of ten have one defect.
    fn how_many(&mut self) -> usize {
        match self.random.below(100) {
            0..62 => 1,
            62..88 => 2,
            _ => 3,
        }
    }

    fn deal(&mut self) -> Card {
        if self.deck.is_empty() {
            for (card, copies) in Card::ALL {
                self.deck.extend(std::iter::repeat_n(card, copies));
            }
            for i in (1..self.deck.len()).rev() {
                self.deck.swap(i, self.random.below(i as u64 + 1) as usize);
            }
        }
        self.deck.pop().unwrap_or(Card::Stage)
    }

    fn play(&mut self, draft: &mut Draft, card: Card) {
        let turn = self.dealt[card as usize];
        self.dealt[card as usize] += 1;
        if card == Card::Duplicate {
            let recent = &self.seen[self.seen.len().saturating_sub(400)..];
            if !recent.is_empty() {
                let number = *pick(recent, &mut self.random);
                draft.duplicate(number);
            }
        } else {
            draft.play(card, turn, &mut self.random);
        }
    }
}

/// SplitMix64: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number under `limit`, which is at least 1.
    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn chance(&mut self, per_thousand: u64) -> bool {
        self.below(1000) < per_thousand
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fmt::Write as _};

    use sha2::{Digest, Sha256};

    use super::*;

    fn groups(rows: u64, seed: u64) -> BTreeMap<Defect, usize> {
        let mut groups = BTreeMap::new();
        for defect in lines(rows, seed).flat_map(|line| line.defects) {
            *groups.entry(defect).or_default() += 1;
        }
        groups
    }

    fn broken(rows: u64, seed: u64) -> Vec<Line> {
        lines(rows, seed)
            .filter(|line| !line.defects.is_empty())
            .collect()
    }

    #[test]
    fn the_default_file_never_changes_by_accident() {
        let mut hash = Sha256::new();
        for line in lines(ROWS, SEED) {
            hash.update(&line.bytes);
        }
        let hex = hash.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        assert_eq!(
            hex,
            "63cb1e2ae2cf2c029f13a73d363bf3c04cf72945ab4c3e59fed8259900d88d22"
        );
    }

    #[test]
    fn another_seed_gives_other_customers() {
        assert!(lines(100, 1).eq(lines(100, 1)));
        assert!(!lines(100, 1).eq(lines(100, 2)));
    }

    #[test]
    fn about_fourteen_percent_are_broken_at_three_stages() {
        for seed in [1, 2, 77, u64::MAX] {
            let broken = broken(ROWS, seed).len();
            assert!((1250..1550).contains(&broken), "{broken} with seed {seed}");
            for stage in [Stage::Parse, Stage::Schema, Stage::Rule] {
                assert!(
                    groups(ROWS, seed)
                        .keys()
                        .any(|defect| defect.stage == stage)
                );
            }
        }
    }

    #[test]
    fn there_are_more_than_twenty_five_ways_to_be_broken() {
        assert!(Card::ALL.len() > 25);
        let groups = groups(1_500, 3);
        assert!(groups.len() > 25, "{} groups", groups.len());
    }

    #[test]
    fn the_largest_group_is_a_misspelt_stage_and_no_date() {
        for (rows, seed) in [(600, 1), (2_000, 5), (ROWS, SEED), (ROWS, 2), (20_000, 9)] {
            let groups = groups(rows, seed);
            let largest = groups.iter().max_by_key(|(_, count)| **count);
            let (defect, count) = largest.unwrap();
            assert_eq!((defect.code, defect.path), ("enum", "/stage"));
            let ties = groups.values().filter(|other| *other == count).count();
            assert_eq!(ties, 1, "{rows} rows, seed {seed}");
        }
    }

    #[test]
    fn the_first_broken_record_has_one_problem_with_a_near_right_value() {
        for (rows, seed) in [(1, 1), (16, 4), (17, 1), (ROWS, SEED), (ROWS, 6)] {
            let first = &broken(rows, seed)[0];
            assert_eq!(first.defects.len(), 1);
            assert_eq!(first.defects[0].path, "/stage");
            assert!(String::from_utf8_lossy(&first.bytes).contains("closed won"));
        }
        let first = lines(ROWS, SEED).position(|line| !line.defects.is_empty());
        assert_eq!(first, Some(17), "the header is line 0");
    }

    #[test]
    fn records_in_order_are_valid_utf8_with_twenty_cells() {
        let clean: Vec<u8> = lines(3_000, 1)
            .filter(|line| line.defects.is_empty())
            .flat_map(|line| line.bytes)
            .collect();
        let mut reader = csv::Reader::from_reader(clean.as_slice());
        let mut records = 0;
        for record in reader.records() {
            assert_eq!(record.unwrap().len(), 20);
            records += 1;
        }
        assert!(records > 2_400);
    }

    #[test]
    fn no_rows_are_a_header_alone() {
        assert_eq!(lines(0, 1).count(), 1);
    }
}
