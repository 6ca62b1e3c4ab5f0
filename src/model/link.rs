//! Links to a record: `redrive://orders-2025-11-20/12004`, for a ticket or a mail.

use std::fmt::{Display, Formatter, Result};

use super::RecordId;

/// How a link begins.
const SCHEME: &str = "redrive://";

/// A record of a run. The number alone would be another record in another workspace, so the run's name goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub run: String,
    pub record: RecordId,
}

impl Link {
    /// Takes a link as it is printed. `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (run, record) = text.trim().strip_prefix(SCHEME)?.rsplit_once('/')?;
        let is_number = !record.is_empty() && record.bytes().all(|b| b.is_ascii_digit());
        Some(Self {
            run: decoded(run).filter(|run| !run.is_empty())?,
            record: RecordId(record.parse().ok().filter(|_| is_number)?),
        })
    }
}

impl Display for Link {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(SCHEME)?;
        for byte in self.run.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    write!(f, "{}", char::from(byte))?;
                }
                // Mail programs and tickets end a link at a blank.
                other => write!(f, "%{other:02X}")?,
            }
        }
        write!(f, "/{}", self.record)
    }
}

/// The name that was written with `%20` and the like.
fn decoded(name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            (high * 16 + low) as u8
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_is_read_as_it_is_printed() {
        let link = Link {
            run: "orders nov/2".to_owned(),
            record: RecordId(12_004),
        };
        assert_eq!(link.to_string(), "redrive://orders%20nov%2F2/12004");
        let plain = Link::parse("redrive://orders-2025-11-20/7\n").unwrap();
        assert_eq!(
            (&*plain.run, plain.record),
            ("orders-2025-11-20", RecordId(7))
        );
    }

    #[test]
    fn what_is_no_link_is_none() {
        for text in [
            "",
            "orders/7",
            "redrive://orders",
            "redrive://orders/",
            "redrive:///7",
            "redrive://orders/seven",
            "redrive://orders/+7",
            "redrive://orders%2/7",
            "redrive://orders%FF/7",
            "https://orders/7",
        ] {
            assert_eq!(Link::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back(run in ".+", number in 1..i64::MAX) {
            let link = Link { run, record: RecordId(number) };
            prop_assert_eq!(Link::parse(&link.to_string()), Some(link));
        }
    }
}
