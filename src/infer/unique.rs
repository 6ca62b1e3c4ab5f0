//! Fields that tell records apart. Of very many values only a part is remembered, chosen by the value itself, so that a
//! value that stands twice is seen twice or never.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use super::most;

/// Values remembered of one field.
const REMEMBERED: usize = 1 << 20;
/// Fields looked at.
const CANDIDATES: usize = 6;

/// How often the values of one field stand twice.
pub(super) struct Uniqueness {
    pub name: String,
    pub column: usize,
    /// It is called like one that is unique; other fields are only suggested.
    pub is_id: bool,
    seen: HashSet<u64>,
    /// Of the values whose hash has so many zeros at its end.
    zeros: u32,
    looked_at: u64,
    pub records: u64,
    pub empty: u64,
    twice: u64,
    given_up: bool,
}

impl Uniqueness {
    fn new(column: usize, name: &str, is_id: bool) -> Self {
        Self {
            name: name.to_owned(),
            column,
            is_id,
            seen: HashSet::new(),
            zeros: 0,
            looked_at: 0,
            records: 0,
            empty: 0,
            twice: 0,
            given_up: false,
        }
    }

    pub fn add(&mut self, text: &str) {
        self.records += 1;
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        if self.given_up {
            return;
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        if hash.trailing_zeros() < self.zeros {
            return;
        }
        self.looked_at += 1;
        if !self.seen.insert(hash) {
            self.twice += 1;
            // What stands twice so often names no record; a hundred values are not enough to say so.
            if self.looked_at > 100 && self.twice * 20 > self.looked_at {
                self.given_up = true;
                self.seen = HashSet::new();
            }
        }
        if self.seen.len() > REMEMBERED {
            self.zeros += 1;
            let zeros = self.zeros;
            self.seen.retain(|hash| hash.trailing_zeros() >= zeros);
            self.looked_at = self.seen.len() as u64;
            self.twice = 0;
        }
    }

    /// Whether nearly all records have it, and nearly no value stands twice.
    pub fn holds(&self) -> bool {
        !self.given_up
            && self.looked_at > 1
            && most(self.looked_at - self.twice, self.looked_at, 990)
            && most(self.records - self.empty, self.records, 990)
    }

    /// Records whose value stood before, where every value was looked at.
    pub fn repeated(&self) -> Option<u64> {
        (self.zeros == 0).then_some(self.twice)
    }
}

/// The fields whose name says that they tell records apart, the likeliest first.
pub(super) fn candidates(names: &[String]) -> Vec<Uniqueness> {
    let mut ranked: Vec<(u8, usize)> = (names.iter().enumerate())
        .filter_map(|(at, name)| Some((rank(name, at == 0)?, at)))
        .collect();
    ranked.sort_unstable();
    (ranked.into_iter().take(CANDIDATES))
        .map(|(rank, at)| Uniqueness::new(at, &names[at], rank < EMAIL))
        .collect()
}

const EMAIL: u8 = 5;

/// 0 is likeliest; `None` when the name does not say it.
fn rank(name: &str, first: bool) -> Option<u8> {
    let words = words(name);
    let last = words.last().map(String::as_str)?;
    let is_id = matches!(last, "id" | "key" | "uuid" | "guid");
    let other = ["phone", "telephone", "mobile", "country", "postal", "zip"];
    let is_number = matches!(
        last,
        "number" | "no" | "nr" | "num" | "code" | "ref" | "sku"
    ) && !words.iter().any(|word| other.contains(&word.as_str()));
    match (is_id, is_number, words.len()) {
        (true, _, _) if first => Some(0),
        (true, _, 1) => Some(1),
        (true, _, _) => Some(2),
        (_, true, _) if first => Some(3),
        (_, true, _) => Some(4),
        _ if matches!(last, "email" | "mail") => Some(EMAIL),
        _ => None,
    }
}

/// The words of a name: `customerId` and `customer_id` are `customer`, `id`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        let breaks = !before.is_alphanumeric() || before.is_lowercase() && c.is_uppercase();
        if c.is_alphanumeric() {
            if breaks {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Vec<String> {
        let names: Vec<String> = all.iter().map(|&name| name.to_owned()).collect();
        candidates(&names).into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn names_say_what_tells_records_apart() {
        let check = |all: &[&str], expected: &[&str]| assert_eq!(names(all), expected, "{all:?}");
        check(&["customer_id", "name"], &["customer_id"]);
        check(&["name", "account_id", "ID"], &["ID", "account_id"]);
        check(&["name", "customerId", "email"], &["customerId", "email"]);
        check(&["Order No.", "paid", "valid"], &["Order No."]);
        check(&["phone_number", "key"], &["key"]);
        check(&["name", "width", "country_code"], &[]);
    }

    #[test]
    fn a_field_that_stands_twice_too_often_is_none() {
        let run = |values: &mut dyn Iterator<Item = String>| {
            let mut one = Uniqueness::new(0, "id", true);
            values.for_each(|value| one.add(&value));
            (one.holds(), one.repeated())
        };
        assert_eq!(run(&mut (0..1000).map(|n| n.to_string())), (true, Some(0)));
        assert_eq!(
            run(&mut (0..1000).map(|n| (n % 995).to_string())),
            (true, Some(5))
        );
        assert!(!run(&mut (0..1000).map(|n| (n % 900).to_string())).0);
        assert!(
            !run(&mut (0..1000).map(|n| if n % 50 == 0 {
                String::new()
            } else {
                n.to_string()
            }))
            .0
        );
        assert!(!run(&mut std::iter::once("1".to_owned())).0);
    }

    #[test]
    fn more_values_than_are_remembered_are_judged_by_a_part_of_them() {
        let mut one = Uniqueness::new(0, "id", true);
        for n in 0..(REMEMBERED + 10) {
            one.add(&n.to_string());
        }
        assert!(one.seen.len() <= REMEMBERED && one.holds());
        assert_eq!(one.repeated(), None);
    }
}
