//! The filter language: one line that narrows a list of records, one parser for both faces.
//!
//! Terms stand beside each other and must all hold; `-` before one negates it; commas mean any of. `key:value` asks for
//! something particular, anything else is text to look for. Quotes keep spaces, commas and colons as they are, and `""`
//! inside them is a quote.

mod parse;
mod words;

use crate::model::{GroupId, RecordId, RunId, Severity, Stage, Status};

/// A parsed filter: all terms must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub terms: Vec<Term>,
}

/// One condition: that a record has what is wanted, or, negated, that it has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub negated: bool,
    pub wanted: Wanted,
}

/// What one term asks for; lists mean any of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Run(RunId),
    Status(Vec<Status>),
    /// Has a problem of one of these stages.
    Stage(Vec<Stage>),
    /// Has a problem at one of these path patterns (JSON Pointer form, `[]` for positions).
    Field(Vec<String>),
    /// Has a problem whose code or detail is one of these.
    Error(Vec<String>),
    /// Has a problem that one of these answers for, case ignored; the empty name stands for nobody.
    Owner(Vec<String>),
    /// Has a problem of one of these severities.
    Severity(Vec<Severity>),
    /// Has a problem of this group.
    Problem(Vec<GroupId>),
    /// Record numbers, inclusive.
    Row(RecordId, RecordId),
    /// Contained, case ignored, in the text of the record, its key or a problem's sentence.
    Text(String),
}

impl Wanted {
    /// Whether a group alone answers it, without a look at its records.
    pub fn is_about_problems(&self) -> bool {
        match self {
            Self::Stage(_)
            | Self::Field(_)
            | Self::Error(_)
            | Self::Owner(_)
            | Self::Severity(_)
            | Self::Problem(_) => true,
            Self::Run(_) | Self::Status(_) | Self::Row(..) | Self::Text(_) => false,
        }
    }
}

/// Why a filter cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The term as typed.
    pub term: String,
    pub message: String,
    pub hint: String,
}

impl Filter {
    /// Parses one line. An empty line is the filter that lets everything through.
    ///
    /// # Errors
    /// The first term that cannot be understood, with the nearest word that can.
    pub fn parse(line: &str) -> Result<Self, FilterError> {
        parse::line(line)
    }

    /// The records of a run that have a problem of this group.
    pub fn of_group(run: RunId, group: GroupId) -> Self {
        let terms = [Wanted::Run(run), Wanted::Problem(vec![group])].map(|wanted| Term {
            negated: false,
            wanted,
        });
        Self {
            terms: terms.to_vec(),
        }
    }

    /// One record of a run.
    pub fn of_record(run: RunId, id: RecordId) -> Self {
        let terms = [Wanted::Run(run), Wanted::Row(id, id)].map(|wanted| Term {
            negated: false,
            wanted,
        });
        Self {
            terms: terms.to_vec(),
        }
    }

    /// The run named by `run:`, if any.
    pub fn run(&self) -> Option<RunId> {
        self.terms.iter().find_map(|term| match term.wanted {
            Wanted::Run(run) if !term.negated => Some(run),
            _ => None,
        })
    }
}

impl std::fmt::Display for Filter {
    /// Prints a line that parses back to the same filter.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Term {
    /// Prints the term as [`Filter::parse`] takes it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.wanted {
            Wanted::Run(run) => write!(f, "run:{run}"),
            Wanted::Status(any) => list(f, "status", any.iter().map(|status| status.word())),
            Wanted::Stage(any) => list(f, "stage", any.iter().map(|stage| stage.word())),
            Wanted::Field(any) => list(f, "field", any.iter().map(String::as_str)),
            Wanted::Error(any) => list(f, "error", any.iter().map(String::as_str)),
            Wanted::Owner(any) => list(f, "owner", any.iter().map(|owner| words::owner(owner))),
            Wanted::Severity(any) => {
                list(f, "severity", any.iter().map(|severity| severity.word()))
            }
            Wanted::Problem(any) => {
                let numbers: Vec<String> = any.iter().map(GroupId::to_string).collect();
                list(f, "problem", numbers.iter().map(String::as_str))
            }
            Wanted::Row(first, last) if first == last => write!(f, "row:{first}"),
            Wanted::Row(first, last) => write!(f, "row:{first}..{last}"),
            Wanted::Text(text) => f.write_str(&quoted(text, &[' ', ':', ','])),
        }
    }
}

fn list<'a>(
    f: &mut std::fmt::Formatter<'_>,
    key: &str,
    values: impl Iterator<Item = &'a str>,
) -> std::fmt::Result {
    write!(f, "{key}:")?;
    for (index, value) in values.enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        f.write_str(&quoted(value, &[' ', ',']))?;
    }
    Ok(())
}

/// The text as it must be typed: in quotes where a bare one would mean something else.
fn quoted(text: &str, special: &[char]) -> String {
    let bare = !text.is_empty()
        && !text.starts_with('-')
        && !text.contains('"')
        && !text.contains(special)
        && !text.contains(char::is_whitespace);
    if bare {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted(line: &str) -> Wanted {
        let mut filter = Filter::parse(line).unwrap();
        assert_eq!(filter.terms.len(), 1, "{line}");
        filter.terms.remove(0).wanted
    }

    #[test]
    fn every_key_is_understood() {
        let texts = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        let check = |line: &str, expected: Wanted| assert_eq!(wanted(line), expected, "{line}");
        check("run:3", Wanted::Run(RunId(3)));
        check(
            "status:ready,rejected",
            Wanted::Status(vec![Status::Ready, Status::Rejected]),
        );
        check("is:aside", Wanted::Status(vec![Status::Discarded]));
        check("IS:Sent", Wanted::Status(vec![Status::Accepted]));
        check("is:fixing", Wanted::Status(vec![Status::Rejected]));
        check(
            "is:\"needs fixing\"",
            Wanted::Status(vec![Status::Rejected]),
        );
        check("is:handed-over", Wanted::Status(vec![Status::HandedOver]));
        check("is:unreadable", Wanted::Stage(vec![Stage::Parse]));
        check(
            "stage:read,check",
            Wanted::Stage(vec![
                Stage::Parse,
                Stage::Schema,
                Stage::Rule,
                Stage::Validator,
            ]),
        );
        check(
            "stage:schema,check",
            Wanted::Stage(vec![Stage::Schema, Stage::Rule, Stage::Validator]),
        );
        check(
            "field:/lines/0/qty",
            Wanted::Field(texts(&["/lines/[]/qty"])),
        );
        check(
            "field:lines[].qty,lines[3].qty",
            Wanted::Field(texts(&["/lines/[]/qty"])),
        );
        check(
            "field:contact_email",
            Wanted::Field(texts(&["/contact_email"])),
        );
        check("field:\"whole record\"", Wanted::Field(texts(&[""])));
        check(
            "error:format,date-time",
            Wanted::Error(texts(&["format", "date-time"])),
        );
        check(
            "error:csv:field_count",
            Wanted::Error(texts(&["csv:field_count"])),
        );
        check("error:format,", Wanted::Error(texts(&["format"])));
        check("owner:billing", Wanted::Owner(texts(&["billing"])));
        check(
            "owner:Billing,None,\"data team\"",
            Wanted::Owner(texts(&["Billing", "", "data team"])),
        );
        check("severity:error", Wanted::Severity(vec![Severity::Error]));
        check(
            "severity:Warnings,error",
            Wanted::Severity(vec![Severity::Warning, Severity::Error]),
        );
        check("is:warning", Wanted::Severity(vec![Severity::Warning]));
        check("problem:1,2", Wanted::Problem(vec![GroupId(1), GroupId(2)]));
        check("row:12", Wanted::Row(RecordId(12), RecordId(12)));
        check("row:12..40", Wanted::Row(RecordId(12), RecordId(40)));
        check("hansa", Wanted::Text("hansa".into()));
        check("foo@", Wanted::Text("foo@".into()));
        check("\"rue de la\"", Wanted::Text("rue de la".into()));
        check("\"http://x\"", Wanted::Text("http://x".into()));
        check("\"say \"\"hi\"\"\"", Wanted::Text("say \"hi\"".into()));
    }

    #[test]
    fn terms_stand_beside_each_other_and_can_be_negated() {
        let filter = Filter::parse("  run:2 -stage:send  -\"-x\" ").unwrap();
        assert_eq!(filter.run(), Some(RunId(2)));
        assert_eq!(
            filter
                .terms
                .iter()
                .map(|term| term.negated)
                .collect::<Vec<_>>(),
            [false, true, true]
        );
        assert_eq!(filter.to_string(), "run:2 -stage:send -\"-x\"");
        assert_eq!(Filter::parse("  ").unwrap(), Filter::default());
    }

    #[test]
    fn a_term_that_is_not_understood_names_the_nearest_word() {
        let check = |line: &str, message: &str, hint: &str| {
            let error = Filter::parse(line).unwrap_err();
            assert_eq!(
                (error.message.as_str(), error.hint.as_str()),
                (message, hint),
                "{line}"
            );
        };
        check(
            "ready stauts:ready",
            "\"stauts\" is not a key of the filter",
            "Did you mean status:? The keys are run, status (is), stage, field, error, severity, owner, problem, row. \
             To look for text with a colon, put it in quotes: \"stauts:ready\"",
        );
        check(
            "is:redy",
            "\"redy\" is not a status",
            "Did you mean ready? A status is one of rejected, ready, sending, accepted, handed_over, unknown, discarded, \
             unreadable, warning.",
        );
        check(
            "stage:xyz",
            "\"xyz\" is not a stage",
            "A stage is one of parse, schema, rule, validator, send, read, check.",
        );
        check(
            "severity:waring",
            "\"waring\" is not a severity",
            "Did you mean warning? A severity is one of error, warning.",
        );
        check(
            "onwer:billing",
            "\"onwer\" is not a key of the filter",
            "Did you mean owner:? The keys are run, status (is), stage, field, error, severity, owner, problem, row. To \
             look for text with a colon, put it in quotes: \"onwer:billing\"",
        );
        check(
            "owner:",
            "nothing stands after owner:",
            "Write it like owner:billing.",
        );
        check(
            "is:warning,ready",
            "warning cannot be joined with other states",
            "Use severity:warning on its own.",
        );
        check("run:one", "\"one\" is not a number", "Write it like run:3.");
        check(
            "row:1,500",
            "\"1,500\" is not a number",
            "Write it like row:12 or row:12..40.",
        );
        check(
            &"a ".repeat(101),
            "a filter has at most 100 terms",
            "Put a longer text in quotes, and join the values of one key by commas.",
        );
        check(
            &format!("problem:{}", "7,".repeat(1001)),
            "a term has at most 1000 values",
            "Ask for them in parts.",
        );
        check(
            "row:9..3",
            "9..3 is no range",
            "The first number must not be larger than the last: row:3..9.",
        );
        check(
            "field:",
            "nothing stands after field:",
            "Write it like field:email.",
        );
        check(
            "\"open",
            "a quote is never closed",
            "Add the closing quote.",
        );
        check(
            "is:unreadable,ready",
            "unreadable cannot be joined with other states",
            "Use stage:parse on its own.",
        );
        assert_eq!(Filter::parse("a http://x").unwrap_err().term, "http://x");
    }

    fn filters() -> impl Strategy<Value = Filter> {
        let text = "[ab:,\" é\t\\-]{1,8}";
        let number = 0_i64..50;
        let wanted = prop_oneof![
            number.clone().prop_map(|run| Wanted::Run(RunId(run))),
            prop::sample::subsequence(Status::ALL.to_vec(), 1..4).prop_map(Wanted::Status),
            prop::sample::subsequence(Stage::ALL.to_vec(), 1..4).prop_map(Wanted::Stage),
            proptest::collection::btree_set("(/[ab.,\" é\\-\\[]{1,4}|/\\[\\]|/~1~0){0,3}", 1..3)
                .prop_map(|any| Wanted::Field(any.into_iter().collect())),
            proptest::collection::btree_set(text, 1..3)
                .prop_map(|any| Wanted::Error(any.into_iter().collect())),
            proptest::collection::btree_set("[ab:,\" é\t\\-]{0,8}", 1..3)
                .prop_map(|any| Wanted::Owner(any.into_iter().collect())),
            prop::sample::subsequence(vec![Severity::Warning, Severity::Error], 1..3)
                .prop_map(Wanted::Severity),
            proptest::collection::btree_set(number.clone(), 1..3)
                .prop_map(|any| Wanted::Problem(any.into_iter().map(GroupId).collect())),
            (number.clone(), number)
                .prop_map(|(a, b)| Wanted::Row(RecordId(a.min(b)), RecordId(a.max(b)))),
            text.prop_map(Wanted::Text),
        ];
        let term = (any::<bool>(), wanted).prop_map(|(negated, wanted)| Term { negated, wanted });
        proptest::collection::vec(term, 0..4).prop_map(|terms| Filter { terms })
    }

    proptest! {
        #[test]
        fn a_printed_filter_parses_back(filter in filters()) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }

        #[test]
        fn every_line_is_answered(line in "(?s)[a:\", .\\-\\[\\]/~is0-9\\PC]{0,20}") {
            if let Ok(filter) = Filter::parse(&line) {
                prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
            }
        }
    }
}
