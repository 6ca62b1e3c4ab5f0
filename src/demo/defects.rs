//! The ways in which a customer can be broken.

use jiff::{ToSpan, tz::TimeZone};

use super::{
    Random,
    customer::{Column, Draft, amount, customer_id, day_after, street},
    pools,
    pools::pick,
};
use crate::model::Stage;

/// A way to break a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    Stage,
    Moment,
    NoMoment,
    Email,
    ContactEmail,
    CurrencySign,
    DecimalComma,
    WordedAmount,
    NegativeAmount,
    Boolean,
    Country,
    Currency,
    Phone,
    NoName,
    BlankName,
    LongName,
    NoEmail,
    NoCity,
    NoPostalCode,
    ShortPostalCode,
    NoContact,
    NoAmount,
    NoCurrency,
    WordedCount,
    ZeroCount,
    State,
    CloseDay,
    Source,
    CustomerId,
    Duplicate,
    LostWithValue,
    ClosedBeforeCreated,
    UsWithoutState,
    TooFewCells,
    TooManyCells,
    InvalidUtf8,
    TextAfterQuote,
}

impl Card {
    /// Every way, in the order of the enum, with its copies in the deck.
    pub const ALL: [(Self, usize); 37] = [
        (Self::Stage, 19),
        (Self::Moment, 11),
        (Self::NoMoment, 2),
        (Self::Email, 12),
        (Self::ContactEmail, 5),
        (Self::CurrencySign, 5),
        (Self::DecimalComma, 5),
        (Self::WordedAmount, 1),
        (Self::NegativeAmount, 2),
        (Self::Boolean, 7),
        (Self::Country, 5),
        (Self::Currency, 4),
        (Self::Phone, 7),
        (Self::NoName, 3),
        (Self::BlankName, 1),
        (Self::LongName, 1),
        (Self::NoEmail, 3),
        (Self::NoCity, 2),
        (Self::NoPostalCode, 2),
        (Self::ShortPostalCode, 1),
        (Self::NoContact, 2),
        (Self::NoAmount, 2),
        (Self::NoCurrency, 1),
        (Self::WordedCount, 3),
        (Self::ZeroCount, 1),
        (Self::State, 2),
        (Self::CloseDay, 4),
        (Self::Source, 2),
        (Self::CustomerId, 3),
        (Self::Duplicate, 4),
        (Self::LostWithValue, 4),
        (Self::ClosedBeforeCreated, 3),
        (Self::UsWithoutState, 4),
        (Self::TooFewCells, 2),
        (Self::TooManyCells, 2),
        (Self::InvalidUtf8, 2),
        (Self::TextAfterQuote, 1),
    ];

    /// Whether the text can no longer be split into fields, so that nothing else about it can be known.
    pub fn is_structural(self) -> bool {
        matches!(
            self,
            Self::TooFewCells | Self::TooManyCells | Self::InvalidUtf8 | Self::TextAfterQuote
        )
    }
}

impl Draft {
    /// Takes the number of an earlier record, if nothing else is wrong with the key.
    pub fn duplicate(&mut self, number: u64) {
        if self.claim(&[Column::CustomerId]) {
            self.set(Column::CustomerId, customer_id(number));
            self.found(Stage::Rule, "unique", "/customer_id");
        }
    }

    /// Breaks the record one way; `turn` chooses among the variants of that way.
    pub fn play(&mut self, card: Card, turn: usize, random: &mut Random) {
        match card {
            Card::Stage => {
                let (right, wrong) = pools::STAGE_TYPOS[turn % pools::STAGE_TYPOS.len()];
                if self.claim(&[Column::Stage, Column::DealValue]) {
                    self.become_stage(right, random);
                    self.set(Column::Stage, wrong);
                    self.found(Stage::Schema, "enum", "/stage");
                }
            }
            Card::Moment => {
                let text = self.moment(nth(&pools::MOMENT_LAYOUTS, turn));
                self.schema(Column::CreatedAt, "format", "/created_at", text);
            }
            Card::NoMoment => {
                self.schema(
                    Column::CreatedAt,
                    "format",
                    "/created_at",
                    nth(&pools::NO_MOMENTS, turn),
                );
            }
            Card::Email => {
                let text = self.address(nth(&pools::EMAILS, turn), random);
                self.schema(Column::Email, "format", "/email", text);
            }
            Card::ContactEmail => {
                let text = self.address(nth(&pools::EMAILS, turn), random);
                self.schema(Column::ContactEmail, "format", "/contact_email", text);
            }
            Card::CurrencySign => {
                let (thousands, rest) = (random.below(180) + 1, random.below(1000));
                let text = match turn % 4 {
                    0 => format!("${thousands},{rest:03}.00"),
                    1 => format!("{thousands}{rest:03} EUR"),
                    2 => format!("£{thousands}{rest:03}"),
                    _ => format!("{thousands},{rest:03} €"),
                };
                self.schema(Column::DealValue, "type", "/deal_value", text);
            }
            Card::DecimalComma => {
                let (thousands, rest) = (random.below(180) + 1, random.below(1000));
                let text = match turn % 2 {
                    0 => format!("{thousands}.{rest:03},50"),
                    _ => format!("{thousands}{rest:03},99"),
                };
                self.schema(Column::DealValue, "type", "/deal_value", text);
            }
            Card::WordedAmount => {
                self.schema(
                    Column::DealValue,
                    "type",
                    "/deal_value",
                    nth(&pools::WORDED_AMOUNTS, turn),
                );
            }
            Card::NegativeAmount => {
                let text = format!("-{}", random.below(9_000) + 10);
                self.schema(Column::DealValue, "minimum", "/deal_value", text);
            }
            Card::Boolean => {
                self.schema(
                    Column::IsActive,
                    "type",
                    "/is_active",
                    nth(&pools::BOOLEANS, turn),
                );
            }
            Card::Country => {
                let (right, wrong) = pools::COUNTRIES[turn % pools::COUNTRIES.len()];
                if self.settle(&pools::PLACES, right, random) {
                    self.set(Column::Country, wrong);
                    self.found(Stage::Schema, "enum", "/country");
                }
            }
            Card::Currency => {
                self.schema(
                    Column::Currency,
                    "enum",
                    "/currency",
                    nth(&pools::CURRENCY_TYPOS, turn),
                );
            }
            Card::Phone => self.schema(
                Column::Phone,
                "pattern",
                "/phone",
                nth(&pools::PHONES, turn),
            ),
            Card::NoName => self.schema(Column::Name, "required", "/name", ""),
            Card::BlankName => self.schema(Column::Name, "pattern", "/name", "   "),
            Card::LongName => {
                let text = format!("{} ", self.cells[Column::Name as usize]).repeat(8);
                self.schema(Column::Name, "maxLength", "/name", text.trim_end());
            }
            Card::NoEmail => self.schema(Column::Email, "required", "/email", ""),
            Card::NoCity => self.schema(Column::City, "required", "/city", ""),
            Card::NoPostalCode => self.schema(Column::PostalCode, "required", "/postal_code", ""),
            Card::ShortPostalCode => {
                self.schema(Column::PostalCode, "minLength", "/postal_code", "28");
            }
            Card::NoContact => self.schema(Column::ContactName, "required", "/contact_name", ""),
            Card::NoAmount => self.schema(Column::DealValue, "required", "/deal_value", ""),
            Card::NoCurrency => self.schema(Column::Currency, "required", "/currency", ""),
            Card::WordedCount => {
                let text = nth(&pools::WORDED_COUNTS, turn);
                self.schema(Column::EmployeeCount, "type", "/employee_count", text);
            }
            Card::ZeroCount => {
                self.schema(Column::EmployeeCount, "minimum", "/employee_count", "0");
            }
            Card::State => {
                if self.settle(&pools::PLACES[..pools::US_PLACES], "US", random) {
                    self.set(Column::State, nth(&pools::STATE_TYPOS, turn));
                    self.found(Stage::Schema, "pattern", "/state");
                }
            }
            Card::CloseDay => {
                let text = self.close_day(nth(&pools::DAY_LAYOUTS, turn), random);
                self.schema(Column::CloseDate, "format", "/close_date", text);
            }
            Card::Source => {
                let text = nth(&pools::SOURCE_TYPOS, turn);
                self.schema(Column::SourceSystem, "enum", "/source_system", text);
            }
            Card::CustomerId => {
                let id = &self.cells[Column::CustomerId as usize];
                let text = match turn % 3 {
                    0 => id.to_lowercase(),
                    1 => id.replace("CUS-000", ""),
                    _ => id.replace('-', "_"),
                };
                self.schema(Column::CustomerId, "pattern", "/customer_id", text);
            }
            Card::LostWithValue => {
                if self.claim(&[Column::Stage, Column::DealValue]) {
                    self.become_stage("Closed Lost", random);
                    self.set(Column::DealValue, (random.below(90_000) + 100).to_string());
                    self.found(Stage::Rule, "RULE-101", "/deal_value");
                }
            }
            Card::ClosedBeforeCreated => {
                if self.claim(&[Column::CreatedAt, Column::CloseDate]) {
                    let day = day_after(self.created, -(random.below(300) as i64) - 1);
                    self.set(Column::CloseDate, day);
                    self.found(Stage::Rule, "RULE-102", "/close_date");
                }
            }
            Card::UsWithoutState => {
                if self.settle(&pools::PLACES[..pools::US_PLACES], "US", random) {
                    self.set(Column::State, "");
                    self.found(Stage::Rule, "RULE-103", "/state");
                }
            }
            Card::TooFewCells | Card::TooManyCells => {
                self.unsplittable(card, turn, "csv:field_count");
            }
            Card::InvalidUtf8 => self.unsplittable(card, turn, "encoding:utf-8"),
            Card::TextAfterQuote => self.unsplittable(card, turn, "csv:text_after_quote"),
            // Needs the numbers of earlier records: see `duplicate`.
            Card::Duplicate => {}
        }
    }

    /// Puts one wrong value into one cell.
    fn schema(
        &mut self,
        column: Column,
        code: &'static str,
        path: &'static str,
        text: impl Into<String>,
    ) {
        if self.claim(&[column]) {
            self.set(column, text);
            self.found(Stage::Schema, code, path);
        }
    }

    fn unsplittable(&mut self, card: Card, turn: usize, code: &'static str) {
        self.structural = Some((card, turn));
        self.found(Stage::Parse, code, "");
    }

    /// Moves a deal to a stage with the amount and the closing day that suit it, so that repairing a misspelt stage
    /// uncovers nothing else.
    fn become_stage(&mut self, stage: &str, random: &mut Random) {
        self.set(Column::Stage, stage);
        self.set(Column::DealValue, amount(stage, random));
        if stage.starts_with("Closed") && self.cells[Column::CloseDate as usize].is_empty() {
            self.set(Column::CloseDate, day_after(self.created, 90));
        }
    }

    /// Moves the customer to a place of one country, if no other defect is about the address.
    fn settle(
        &mut self,
        places: &'static [pools::Place],
        country: &str,
        random: &mut Random,
    ) -> bool {
        let fits: Vec<&pools::Place> = places.iter().filter(|p| p.country == country).collect();
        let free = self.claim(&[
            Column::City,
            Column::State,
            Column::PostalCode,
            Column::Country,
        ]);
        if free {
            let place = *pick(&fits, random);
            self.set(Column::Street, street(random));
            self.set(Column::City, place.city);
            self.set(Column::State, place.state);
            self.set(Column::PostalCode, place.postal_code);
            self.set(Column::Country, place.country);
        }
        free
    }

    fn address(&self, layout: &str, random: &mut Random) -> String {
        layout
            .replace("{p}", &self.person)
            .replace("{d}", pick::<&str>(&pools::DOMAINS, random))
    }

    fn moment(&self, layout: &str) -> String {
        // UTC has no gaps, so every civil time is a moment.
        let seconds = TimeZone::UTC
            .to_timestamp(self.created)
            .map_or(0, jiff::Timestamp::as_second);
        match layout {
            "epoch seconds" => seconds.to_string(),
            "epoch milliseconds" => (seconds * 1000 + 250).to_string(),
            // Spreadsheets count days from the end of 1899; 25,569 is the first of January 1970.
            "serial days" => format!("{:.5}", seconds as f64 / 86_400.0 + 25_569.0),
            layout => self.created.strftime(layout).to_string(),
        }
    }

    fn close_day(&self, layout: &str, random: &mut Random) -> String {
        self.created
            .saturating_add((random.below(400) as i64).days())
            .strftime(layout)
            .to_string()
    }
}

/// Variants take turns, so that each of them occurs.
fn nth(pool: &[&'static str], turn: usize) -> &'static str {
    pool[turn % pool.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_stands_in_the_deck_at_its_own_place() {
        for (n, (card, copies)) in Card::ALL.iter().enumerate() {
            assert_eq!(*card as usize, n);
            assert!(*copies > 0);
        }
    }

    #[test]
    fn the_seventeen_layouts_of_one_moment_all_differ() {
        let draft = Draft::clean(1, &mut Random(5));
        let mut texts: Vec<String> = pools::MOMENT_LAYOUTS
            .iter()
            .map(|layout| draft.moment(layout))
            .collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 17);
    }

    #[test]
    fn two_defects_never_share_a_cell() {
        let mut draft = Draft::clean(1, &mut Random(5));
        draft.play(Card::NoEmail, 0, &mut Random(1));
        draft.play(Card::Email, 0, &mut Random(1));
        let line = draft.finish();
        assert_eq!(line.defects.len(), 1);
        assert_eq!(line.defects[0].code, "required");
    }
}
