//! How much leaves at once: a careful start, then as much as the destination takes.

use std::vec;

/// The portions of a send.
pub(super) struct Portions {
    /// What is taken at once when there is nothing to be careful about.
    wave: usize,
    left: vec::IntoIter<usize>,
    next: Option<usize>,
    is_careful: bool,
    /// How many were tried again in the last wave, and how many deliveries had come to an end before it.
    again: Option<(usize, u64)>,
}

impl Portions {
    /// Each step of `first` is a whole number of waves, so that its end is seen before the next one begins.
    pub fn new(wave: usize, first: Vec<usize>) -> Self {
        let mut left = (first.into_iter())
            .flat_map(|step| {
                let full = std::iter::repeat_n(wave, step / wave);
                full.chain((!step.is_multiple_of(wave)).then_some(step % wave))
            })
            .collect::<Vec<usize>>()
            .into_iter();
        let next = left.next();
        Self {
            wave,
            left,
            next,
            is_careful: next.is_some(),
            again: None,
        }
    }

    /// The most that may leave now.
    pub fn most(&self) -> usize {
        self.next.unwrap_or(self.wave)
    }

    /// [`Portions::most`], once so many deliveries have come to an end: what a killed send left behind is a careful start like
    /// any other, where all of it that was tried again has come to one.
    pub fn most_after(&mut self, ended: u64) -> usize {
        if let Some((tried, before)) = self.again.take()
            && ended - before == tried as u64
        {
            self.advance(tried);
        }
        self.most()
    }

    /// So many are tried again, when so many deliveries had come to an end.
    pub fn try_again(&mut self, records: usize, ended: u64) {
        self.again = Some((records, ended));
    }

    /// While it starts carefully, what was begun is seen through before anything new leaves.
    pub fn is_careful(&self) -> bool {
        self.is_careful
    }

    /// So many more have left.
    pub fn advance(&mut self, records: usize) {
        match self.next {
            Some(next) if records < next => self.next = Some(next - records),
            _ => {
                self.is_careful = self.next.is_some();
                self.next = self.left.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portions(wave: usize, first: &[usize]) -> Vec<(usize, bool)> {
        let mut portions = Portions::new(wave, first.to_vec());
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push((portions.most(), portions.is_careful()));
            portions.advance(portions.most());
        }
        seen
    }

    #[test]
    fn it_starts_with_the_steps_asked_for_and_is_careful_until_the_last_is_seen() {
        assert_eq!(
            portions(16, &[1, 20]),
            [
                (1, true),
                (16, true),
                (4, true),
                (16, true),
                (16, false),
                (16, false)
            ]
        );
        let mut slow = Portions::new(16, vec![10]);
        slow.advance(4);
        assert_eq!((slow.most(), slow.is_careful()), (6, true));
        assert_eq!(portions(16, &[])[..2], [(16, false), (16, false)]);
    }
}
