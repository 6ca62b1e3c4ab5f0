//! What kind of value a part of a rule gives, as far as that is sure before the first record.

/// What kind of value an expression gives, as far as that is sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    YesNo,
    Number,
    Text,
    Date,
    Time,
    Duration,
    List,
    Map,
    Anything,
}

impl Gives {
    /// With its article, for sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::YesNo => "yes or no",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::Time => "a time",
            Self::Duration => "a duration",
            Self::List => "a list",
            Self::Map => "an object",
            Self::Anything => "a value",
        }
    }

    /// What a sum gives; `None` where there is none.
    pub fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Anything, other) | (other, Self::Anything) => Some(match other {
                Self::YesNo | Self::Map => return None,
                // A duration moves a date as well.
                Self::Duration => Self::Anything,
                other => other,
            }),
            (Self::Date | Self::Time, Self::Duration) => Some(self),
            (Self::Duration, Self::Time) => Some(Self::Time),
            (Self::Number | Self::Text | Self::List | Self::Duration, _) if self == other => {
                Some(self)
            }
            _ => None,
        }
    }

    pub fn minus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Number, Self::Number | Self::Anything) | (Self::Anything, Self::Number) => {
                Some(Self::Number)
            }
            (Self::Date, Self::Date) | (Self::Time, Self::Time) => Some(Self::Duration),
            (Self::Date | Self::Time | Self::Duration, Self::Duration) => Some(self),
            (Self::Date | Self::Time | Self::Duration | Self::Anything, Self::Anything)
            | (Self::Anything, Self::Date | Self::Time | Self::Duration) => Some(Self::Anything),
            _ => None,
        }
    }

    /// What a product, a quotient or a remainder gives.
    pub fn times(self, other: Self) -> Option<Self> {
        let fits = |one| matches!(one, Self::Number | Self::Anything);
        (fits(self) && fits(other)).then_some(Self::Number)
    }
}
