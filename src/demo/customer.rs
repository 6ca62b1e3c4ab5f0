//! One customer in the making: right at first, with room for defects.

use jiff::{SignedDuration, ToSpan, civil::DateTime};

use super::{Card, Defect, Line, Random, pools, pools::pick};
use crate::model::Stage;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    CustomerId,
    Name,
    Email,
    Phone,
    Street,
    City,
    State,
    PostalCode,
    Country,
    Stage,
    DealValue,
    Currency,
    CreatedAt,
    CloseDate,
    IsActive,
    EmployeeCount,
    ContactName,
    ContactEmail,
    SourceSystem,
    Notes,
}

/// A customer being made.
pub struct Draft {
    pub cells: [String; 20],
    /// Columns a defect has claimed; a second one that needs any of them does not apply.
    claimed: Vec<Column>,
    defects: Vec<Defect>,
    /// A way to make the line unsplittable, and its variant.
    pub structural: Option<(Card, usize)>,
    pub created: DateTime,
    /// The first part of the contact's address.
    pub person: String,
}

impl Draft {
    /// A record in order.
    pub fn clean(number: u64, random: &mut Random) -> Self {
        let created = jiff::civil::datetime(2009, 3, 2, 0, 0, 0, 0).saturating_add(
            SignedDuration::from_secs(random.below(5_300 * 86_400) as i64),
        );
        let place = pick(&pools::PLACES, random);
        let stage = *pick(&pools::STAGES, random);
        let (given, family) = (
            pick(&pools::GIVEN_NAMES, random),
            pick(&pools::FAMILY_NAMES, random),
        );
        let person = format!("{given}.{family}").to_lowercase();
        let active = random.below(7) != 0;
        let cells = [
            customer_id(number),
            company(random),
            format!("{person}@{}", pick(&pools::DOMAINS, random)),
            format!("{}{:04}", place.dial, random.below(10_000)),
            street(random),
            place.city.to_owned(),
            place.state.to_owned(),
            place.postal_code.to_owned(),
            place.country.to_owned(),
            stage.to_owned(),
            amount(stage, random),
            (*pick(&pools::CURRENCIES, random)).to_owned(),
            created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            close_date(stage, created, random),
            active.to_string(),
            employees(random),
            format!("{given} {family}"),
            format!("{person}@{}", pick(&pools::DOMAINS, random)),
            (*pick(&pools::SOURCES, random)).to_owned(),
            (*pick(&pools::NOTES, random)).to_owned(),
        ];
        Self {
            cells,
            claimed: Vec::new(),
            defects: Vec::new(),
            structural: None,
            created,
            person,
        }
    }

    /// Puts odd but valid text into the notes.
    pub fn notes(&mut self, text: &str) {
        self.set(Column::Notes, text);
    }

    /// The line's bytes and what is wrong with them.
    pub fn finish(self) -> Line {
        let mut cells: Vec<Vec<u8>> = self.cells.iter().map(|cell| quoted(cell)).collect();
        match self.structural {
            Some((Card::TooFewCells, turn)) => cells.truncate([19, 12, 18, 5][turn % 4]),
            Some((Card::TooManyCells, turn)) => {
                let spill: [&[&str]; 3] = [&["spill"], &[""], &["GmbH", "12"]];
                cells.extend(spill[turn % 3].iter().map(|cell| quoted(cell)));
            }
            Some((Card::InvalidUtf8, turn)) => {
                let (column, text): (_, &[u8]) = [
                    (Column::City, &b"K\xf6ln"[..]),
                    (Column::Notes, &b"gro\xdfer Auftrag"[..]),
                    (Column::Notes, &b"cut off \xe2\x82 here"[..]),
                ][turn % 3];
                cells[column as usize] = text.to_vec();
            }
            Some((Card::TextAfterQuote, _)) => {
                let name = &self.cells[Column::Name as usize];
                let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
                let rest = rest.replace([',', '"'], "");
                cells[Column::Name as usize] = format!("\"{first}\" {rest}").into_bytes();
            }
            _ => {}
        }
        let mut bytes = cells.join(&b',');
        bytes.push(b'\n');
        Line {
            bytes,
            defects: self.defects,
        }
    }

    pub fn set(&mut self, column: Column, text: impl Into<String>) {
        self.cells[column as usize] = text.into();
    }

    pub fn found(&mut self, stage: Stage, code: &'static str, path: &'static str) {
        self.defects.push(Defect { stage, code, path });
    }

    /// Takes these columns for one defect, all or none.
    pub fn claim(&mut self, columns: &[Column]) -> bool {
        let free = !columns.iter().any(|column| self.claimed.contains(column));
        if free {
            self.claimed.extend(columns);
        }
        free
    }
}

fn company(random: &mut Random) -> String {
    format!(
        "{} {} {}",
        pick(&pools::FIRST_WORDS, random),
        pick(&pools::SECOND_WORDS, random),
        pick(&pools::FORMS, random)
    )
}

pub fn street(random: &mut Random) -> String {
    let house = random.below(180) + 1;
    format!("{house} {}", pick(&pools::STREETS, random))
}

/// A lost deal is worth nothing.
pub fn amount(stage: &str, random: &mut Random) -> String {
    if stage == "Closed Lost" {
        return "0".to_owned();
    }
    let cents = pick(&["", ".5", ".25", ".99"], random);
    format!("{}{cents}", random.below(180_000) + 250)
}

fn close_date(stage: &str, created: DateTime, random: &mut Random) -> String {
    if stage.starts_with("Closed") {
        day_after(created, random.below(500) as i64 + 1)
    } else {
        String::new()
    }
}

fn employees(random: &mut Random) -> String {
    match random.below(9) {
        0 => String::new(),
        _ => (random.below(3_000) + 1).to_string(),
    }
}

pub fn customer_id(number: u64) -> String {
    format!("CUS-{number:07}")
}

pub fn day_after(moment: DateTime, days: i64) -> String {
    moment
        .saturating_add(days.days())
        .strftime("%Y-%m-%d")
        .to_string()
}

/// A cell as RFC 4180 writes it: quoted only where it must be.
fn quoted(cell: &str) -> Vec<u8> {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\"")).into_bytes()
    } else {
        cell.as_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_only_where_they_must_be() {
        assert_eq!(quoted("plain text"), b"plain text");
        assert_eq!(quoted("a,b"), b"\"a,b\"");
        assert_eq!(quoted("say \"hi\""), b"\"say \"\"hi\"\"\"");
    }
}
