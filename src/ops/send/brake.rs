//! Stops a send whose records are refused alike: then the mapping or the address is wrong, not the records.

use std::collections::VecDeque;

use crate::model::DeliveryState;

/// So many from the start on, all refused alike.
const FIRST: usize = 20;
/// More than half of so many.
const LAST: usize = 100;

/// What became of the last deliveries.
#[derive(Debug, Default)]
pub(super) struct Brake {
    seen: usize,
    /// The sign of each refusal; `None` for what was not refused.
    last: VecDeque<Option<String>>,
    count: usize,
}

impl Brake {
    /// Takes one outcome into account; `sign` tells kinds of refusal apart. Gives why to stop, if that is so.
    pub fn add(&mut self, state: DeliveryState, sign: &str) -> Option<String> {
        let sign = match state {
            DeliveryState::Refused => Some(sign.to_owned()),
            DeliveryState::Delivered | DeliveryState::HandedOver => None,
            _ => return None,
        };
        self.seen += 1;
        self.last.push_back(sign.clone());
        if self.last.len() > LAST {
            self.last.pop_front();
        }
        let sign = sign?;
        self.count = self
            .last
            .iter()
            .flatten()
            .filter(|other| **other == sign)
            .count();
        let stop = (self.seen == FIRST && self.count == FIRST)
            || (self.last.len() == LAST && self.count * 2 > LAST);
        stop.then(|| {
            format!(
                "{} of the last {} records were refused alike ({sign}): it looks like a wrong mapping or address; look at \
                 one of them, and send again when it is right",
                self.count,
                self.last.len()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stops_when_the_first_twenty_are_refused_alike() {
        let mut brake = Brake::default();
        for _ in 0..19 {
            assert_eq!(brake.add(DeliveryState::Refused, "http 422"), None);
        }
        let why = brake.add(DeliveryState::Refused, "http 422").unwrap();
        assert!(why.starts_with("20 of the last 20 records were refused alike (http 422)"));
    }

    #[test]
    fn it_stops_when_most_of_the_last_hundred_are_refused_alike() {
        let mut brake = Brake::default();
        for _ in 0..60 {
            assert_eq!(brake.add(DeliveryState::Delivered, ""), None);
        }
        let stopped = (0..100).find(|_| brake.add(DeliveryState::Refused, "http 422").is_some());
        assert_eq!(stopped, Some(50));
    }

    #[test]
    fn records_that_are_refused_for_different_reasons_do_not_stop_it() {
        let mut brake = Brake::default();
        for n in 0..300 {
            assert_eq!(
                brake.add(DeliveryState::Refused, &format!("sign {}", n % 3)),
                None
            );
        }
    }
}
