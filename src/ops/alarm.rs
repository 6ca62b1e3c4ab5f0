//! `--fail-if`: turns the counts of a load into an exit code.

use crate::model::{Fault, LoadReport};

/// A condition on what was loaded: `rejected>5%`, `unparsed>=1`, `records<1000`.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    count: Count,
    above: bool,
    or_equal: bool,
    limit: f64,
    percent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Records,
    Passed,
    Rejected,
    Unparsed,
    Problems,
    Warned,
}

const COUNTS: [(&str, Count); 6] = [
    ("records", Count::Records),
    ("passed", Count::Passed),
    ("rejected", Count::Rejected),
    ("unparsed", Count::Unparsed),
    ("problems", Count::Problems),
    ("warned", Count::Warned),
];

impl Alarm {
    /// Parses `COUNT (>|>=|<|<=) NUMBER[%]`.
    ///
    /// # Errors
    /// `usage:fail_if` for anything else.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::read(text).ok_or_else(|| {
            Fault::usage("usage:fail_if", format!("cannot understand --fail-if '{text}'"))
                .hint("write it like 'rejected>5%' or 'unparsed>0'; counts are records, passed, rejected, unparsed, problems, warned")
        })
    }

    fn read(text: &str) -> Option<Self> {
        let text: String = text.split_whitespace().collect();
        let at = text.find(['<', '>'])?;
        let (_, count) = COUNTS.into_iter().find(|(word, _)| *word == &text[..at])?;
        let above = text[at..].starts_with('>');
        let rest = &text[at + 1..];
        let (or_equal, rest) = rest
            .strip_prefix('=')
            .map_or((false, rest), |rest| (true, rest));
        let (percent, number) = rest
            .strip_suffix('%')
            .map_or((false, rest), |number| (true, number));
        let limit: f64 = number
            .parse()
            .ok()
            .filter(|limit: &f64| limit.is_finite())?;
        Some(Self {
            count,
            above,
            or_equal,
            limit,
            percent,
        })
    }

    /// Whether the condition holds. A percentage is of all records; of none it is 0 %.
    pub fn rings(&self, report: &LoadReport) -> bool {
        let count = match self.count {
            Count::Records => report.records,
            Count::Passed => report.passed,
            Count::Rejected => report.rejected,
            Count::Unparsed => report.unparsed,
            Count::Problems => report.problems,
            Count::Warned => report.warned,
        } as f64;
        let value = match (self.percent, report.records) {
            (false, _) => count,
            (true, 0) => 0.0,
            (true, records) => count * 100.0 / records as f64,
        };
        match (self.above, self.or_equal) {
            (true, false) => value > self.limit,
            (true, true) => value >= self.limit,
            (false, false) => value < self.limit,
            (false, true) => value <= self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RunId;

    fn rings(text: &str) -> bool {
        let report = LoadReport {
            run: RunId(1),
            name: "customers".to_owned(),
            format: "csv".to_owned(),
            records: 1000,
            passed: 950,
            rejected: 50,
            unparsed: 0,
            problems: 60,
            warned: 20,
            groups: 3,
            bytes: 1,
            seconds: 0.1,
            kept_passed: false,
            capped: false,
            warnings: Vec::new(),
        };
        Alarm::parse(text).unwrap().rings(&report)
    }

    #[test]
    fn an_alarm_compares_counts_and_shares() {
        assert!(!rings("rejected>5%"));
        assert!(rings("rejected >= 5%"));
        assert!(rings("rejected>49"));
        assert!(!rings("unparsed>0"));
        assert!(rings("records<1001"));
        assert!(rings("warned>=2%"));
        assert!(!rings("warned>20"));
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in [
            "",
            "rejected",
            "rejected=5",
            "rejcted>5",
            "rejected>five",
            "rejected>NaN",
            "rejected>5%%",
        ] {
            assert_eq!(
                Alarm::parse(text).unwrap_err().code,
                "usage:fail_if",
                "{text}"
            );
        }
    }
}
