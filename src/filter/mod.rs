//! The filter language: one line that narrows a list of records, one parser for both faces.
//!
//! Terms stand beside each other and must all hold; `-` before one negates it; ` | ` between two asks for either; commas
//! mean any of. `key:value` asks for something particular, a key that is none of ours is a field of the record, anything
//! else is text to look for. Quotes keep spaces, commas and colons as they are, and `""` inside them is a quote. After the
//! key, `:` is (case ignored, `*` for anything), `=` exactly, `~` contains, `~/re/` a pattern, `>` `>=` `<` `<=` numbers,
//! dates and times.

mod field;
mod half;
mod matcher;
mod parse;
mod print;
mod test;
mod words;

use std::sync::Arc;

use crate::model::{GroupId, RecordId, RunId, Severity, Stage, Status};

pub use half::{Half, MEANINGS, Of, Offered, Part, STANDINGS, begins, beside_half, key_of_field};
pub use matcher::{Matcher, Values};
pub use parse::KEYS;
pub use test::{Item, Order, Test};
pub use words::nearest;

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
    /// Its text is not the one that was received.
    Changed,
    /// Has a problem of a kind that the run before had not.
    Novelty(Novelty),
    /// Has a problem of one of these stages.
    Stage(Vec<Stage>),
    /// Has a problem at one of these path patterns (JSON Pointer form, `[]` for positions).
    Field(Vec<String>),
    /// Has a problem whose code or detail is one of these, or whose code is of one of these families.
    Error(Vec<String>),
    /// Has a problem that one of these answers for, case ignored; the empty name stands for nobody.
    Owner(Vec<String>),
    /// Has a problem of one of these severities.
    Severity(Vec<Severity>),
    /// Has a problem of this group.
    Problem(Vec<GroupId>),
    /// Has a problem whose title is one of these, `*` for anything.
    Title(Vec<String>),
    /// Has a problem with a value that passes.
    Failing(Test),
    /// Has a problem with a value of one of these shapes, `*` for anything.
    Shape(Vec<String>),
    /// Record numbers, inclusive.
    Row(RecordId, RecordId),
    /// The record's own key is one of these, `*` for anything.
    Id(Vec<String>),
    /// The value at a path passes, as it is now. Any position of a list is meant, whichever is named; a name of digits is itself.
    Value(String, Test),
    /// The value of some field passes, as it is now.
    Now(Test),
    /// The value of some field passed, as it was received.
    Was(Test),
    /// The newest answer of a destination has one of these codes, `*` for anything.
    Answer(Vec<String>),
    /// So often it was tried to deliver it.
    Tries(Test),
    /// One of these changed it, and that stands.
    By(Vec<String>),
    /// A step whose words contain one of these changed it, and that stands.
    Fix(Vec<String>),
    /// The last time something was said of it: the newest answer of a destination, else the load. UTC.
    Seen(Test),
    /// One of these, which a person has marked on the screen. As it is parsed it names none: the marks are known to the
    /// screen only, which puts them in.
    Marked(Arc<[RecordId]>),
    /// Contained, case ignored, in the text of the record, its key or a problem's sentence.
    Text(String),
    /// One of these terms holds.
    Either(Vec<Term>),
}

/// How a kind of problem is new to its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// No run before had it.
    New,
    /// The run before had it not, but one before that had.
    Back,
}

impl Wanted {
    /// Whether a group alone answers it, without a look at its records.
    pub fn is_about_problems(&self) -> bool {
        match self {
            Self::Novelty(_)
            | Self::Stage(_)
            | Self::Field(_)
            | Self::Error(_)
            | Self::Owner(_)
            | Self::Severity(_)
            | Self::Problem(_)
            | Self::Title(_)
            | Self::Failing(_)
            | Self::Shape(_) => true,
            Self::Either(terms) => terms.iter().all(|term| term.wanted.is_about_problems()),
            Self::Run(_)
            | Self::Status(_)
            | Self::Changed
            | Self::Row(..)
            | Self::Id(_)
            | Self::Value(..)
            | Self::Now(_)
            | Self::Was(_)
            | Self::Answer(_)
            | Self::Tries(_)
            | Self::By(_)
            | Self::Fix(_)
            | Self::Seen(_)
            | Self::Marked(_)
            | Self::Text(_) => false,
        }
    }

    /// Whether it names numbers, which mean nothing in another run.
    pub fn is_of_one_run(&self) -> bool {
        match self {
            Self::Run(_) | Self::Row(..) | Self::Problem(_) | Self::Marked(_) => true,
            Self::Either(terms) => terms.iter().any(|term| term.wanted.is_of_one_run()),
            _ => false,
        }
    }
}

impl Wanted {
    fn each_marked(&mut self, put: &mut dyn FnMut(&mut Arc<[RecordId]>)) {
        match self {
            Self::Marked(ids) => put(ids),
            Self::Either(terms) => {
                for term in terms {
                    term.wanted.each_marked(put);
                }
            }
            _ => {}
        }
    }
}

impl From<Wanted> for Term {
    /// What is wanted, not what is not.
    fn from(wanted: Wanted) -> Self {
        Self {
            negated: false,
            wanted,
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
        let (filter, refused) = parse::line(line);
        match refused.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(filter),
        }
    }

    /// The terms of a line that are understood, and why the others are not.
    pub fn understood(line: &str) -> (Self, Vec<FilterError>) {
        parse::line(line)
    }

    /// The records of which all of this is true.
    pub fn all_of(wanted: impl IntoIterator<Item = Wanted>) -> Self {
        Self {
            terms: wanted.into_iter().map(Term::from).collect(),
        }
    }

    /// All records of a run.
    pub fn of_run(run: RunId) -> Self {
        Self::all_of([Wanted::Run(run)])
    }

    /// The records of a run that have a problem of this group.
    pub fn of_group(run: RunId, group: GroupId) -> Self {
        Self::all_of([Wanted::Run(run), Wanted::Problem(vec![group])])
    }

    /// These records of a run.
    pub fn of_records(run: RunId, ids: Arc<[RecordId]>) -> Self {
        Self::all_of([Wanted::Run(run), Wanted::Marked(ids)])
    }

    /// One record of a run.
    pub fn of_record(run: RunId, id: RecordId) -> Self {
        Self::all_of([Wanted::Run(run), Wanted::Row(id, id)])
    }

    /// Lets through only what also has this.
    pub fn and(&mut self, wanted: Wanted) {
        self.terms.push(wanted.into());
    }

    /// Whether it is about records that only the screen knows.
    pub fn names_records(&self) -> bool {
        self.clone().put_marked(Arc::default)
    }

    /// Puts the marked records into each `is:marked`; says whether there is one. They are only asked for where there is.
    pub fn put_marked(&mut self, marked: impl Fn() -> Arc<[RecordId]>) -> bool {
        let mut is_there = false;
        for term in &mut self.terms {
            term.wanted.each_marked(&mut |ids| {
                *ids = marked();
                is_there = true;
            });
        }
        is_there
    }

    /// The run named by `run:`, if any.
    pub fn run(&self) -> Option<RunId> {
        self.terms.iter().find_map(|term| match term.wanted {
            Wanted::Run(run) if !term.negated => Some(run),
            _ => None,
        })
    }
}

impl Term {
    /// The paths of the fields whose values it looks at.
    pub fn fields(&self) -> Vec<&str> {
        match &self.wanted {
            Wanted::Value(path, _) => vec![path],
            Wanted::Either(terms) => terms.iter().flat_map(Self::fields).collect(),
            _ => Vec::new(),
        }
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
        check("is:changed", Wanted::Changed);
        check("is:marked", Wanted::Marked(Arc::default()));
        check("is:new", Wanted::Novelty(Novelty::New));
        check("is:back", Wanted::Novelty(Novelty::Back));
        check("id:SO-882*,7", Wanted::Id(texts(&["SO-882*", "7"])));
        check("shape:99/99", Wanted::Shape(texts(&["99/99"])));
        check("http:409,5*", Wanted::Answer(texts(&["409", "5*"])));
        check("by:jana", Wanted::By(texts(&["jana"])));
        check(
            "fix:\"Rewrite a date\"",
            Wanted::Fix(texts(&["Rewrite a date"])),
        );
        check("problem:\"Tax ID*\"", Wanted::Title(texts(&["Tax ID*"])));
        let like = |text: &str| Item::Like(text.to_owned());
        let contains = |text: &str| Test::Contains(texts(&[text]));
        check("value~@gmail", Wanted::Failing(contains("@gmail")));
        check(
            "value:(empty),x",
            Wanted::Failing(Test::AnyOf(vec![Item::Empty, like("x")])),
        );
        check(
            r"value~/^\d+$/",
            Wanted::Failing(Test::Matches(r"^\d+$".to_owned())),
        );
        check("now~2025", Wanted::Now(contains("2025")));
        check("was~31/12", Wanted::Was(contains("31/12")));
        check(
            "tries:>2",
            Wanted::Tries(Test::Compares(Order::Above, "2".to_owned())),
        );
        check(
            "seen:>=02:14",
            Wanted::Seen(Test::Compares(Order::From, "02:14".to_owned())),
        );
        check("seen:-30m", Wanted::Seen(Test::AnyOf(vec![Item::Ago(30)])));
        let value = |path: &str, test: Test| Wanted::Value(path.to_owned(), test);
        let any_of = |text: &str| Test::AnyOf(vec![like(text)]);
        check(
            "country:DE,FR",
            value("/country", Test::AnyOf(vec![like("DE"), like("FR")])),
        );
        check(
            "Country=DE",
            value("/Country", Test::Exactly(texts(&["DE"]))),
        );
        check(
            "customer.email~web.de",
            value("/customer/email", contains("web.de")),
        );
        check(
            "lines[].qty>10",
            value(
                "/lines/[]/qty",
                Test::Compares(Order::Above, "10".to_owned()),
            ),
        );
        check("lines[3].qty:x", value("/lines/3/qty", any_of("x")));
        check("lines.3.qty:x", value("/lines/3/qty", any_of("x")));
        check("2024:x", value("/2024", any_of("x")));
        check(
            "qty:1..2.5",
            value(
                "/qty",
                Test::AnyOf(vec![Item::Range("1".to_owned(), "2.5".to_owned())]),
            ),
        );
        check(
            "vip:missing",
            value("/vip", Test::AnyOf(vec![Item::Missing])),
        );
        check(
            "note:\"a, b\"",
            value("/note", Test::AnyOf(vec![like("a, b")])),
        );
        check(
            ".status:shipped",
            value("/status", Test::AnyOf(vec![like("shipped")])),
        );
        check("a@b=c", Wanted::Text("a@b=c".into()));
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
            "is:redy",
            "\"redy\" is not a status",
            "Did you mean ready? A status is one of rejected, ready, sending, accepted, handed_over, unknown, discarded, \
             unreadable, warning, changed, new, back.",
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
        check(
            "http://x",
            "\"//x\" is not the code of an answer",
            "Write it like http:409 or http:5*. To look for an address, put it in quotes.",
        );
        check(
            "qty>ten",
            "\"ten\" is not a number, a date or a time",
            "Write it like >12.5, >2026-01-31 or >02:14.",
        );
        check(
            "qty:",
            "nothing stands after :",
            "Write it like qty:text, qty~part or qty:missing.",
        );
        check(
            "value~/[/",
            "/[/ is not a regular expression",
            "Write \\ before each of . * + ? ( ) [ ] { } that means itself, or leave out the slashes.",
        );
        check(
            "status=ready",
            "after status only : can stand",
            "Write it like status:ready.",
        );
        check(
            "problem:1,Tax",
            "numbers and names of problems cannot be joined by a comma",
            "Write it like problem:1 | problem:\"Tax ID*\".",
        );
        check(
            "a..b:1",
            "\"a..b\" is not a field's name or path",
            "Write it like country:DE. To look for text with a sign, put it in quotes: \"a..b:1\"",
        );
        for line in ["a |", "| a", "a | | b", "|"] {
            assert_eq!(
                Filter::parse(line).unwrap_err().message,
                "| must stand between two terms"
            );
        }
    }

    #[test]
    fn terms_that_are_understood_hold_beside_one_that_is_not() {
        let (filter, refused) = Filter::understood("is:ready status:bla x | y \"open");
        assert_eq!(filter.to_string(), "status:ready x | y");
        let refused: Vec<&str> = refused.iter().map(|error| error.term.as_str()).collect();
        assert_eq!(refused, ["\"open", "status:bla"]);
    }

    #[test]
    fn one_of_two_terms_is_enough_where_a_sign_stands_between_them() {
        let filter = Filter::parse("run:1 error:date | -is:ready | x is:aside").unwrap();
        assert_eq!(filter.terms.len(), 3);
        let Wanted::Either(terms) = &filter.terms[1].wanted else {
            panic!("{filter:?}")
        };
        assert_eq!(terms.len(), 3);
        assert!(terms[1].negated);
        assert_eq!(
            filter.to_string(),
            "run:1 error:date | -status:ready | x status:discarded"
        );
    }

    #[test]
    fn fields_are_named_as_people_write_them() {
        let printed = |line: &str| Filter::parse(line).unwrap().to_string();
        assert_eq!(printed("/country:DE,fr"), "country:DE,fr");
        assert_eq!(printed("lines[].qty:>10"), "lines[].qty>10");
        assert_eq!(printed("lines.0.qty:>10"), "lines[0].qty>10");
        assert_eq!(printed("2024:>10"), "2024>10");
        assert_eq!(printed(".status:shipped"), ".status:shipped");
        assert_eq!(printed(".\"ship date\">2025-01"), ".\"/ship date\">2025-01");
        assert_eq!(
            printed("vip:MISSING,(empty),\"empty\""),
            "vip:missing,empty,\"empty\""
        );
        assert_eq!(printed("seen:2026-01"), "seen:2026-01..2026-01");
        assert_eq!(printed("seen:-2h"), "seen:-120m");
        assert_eq!(printed("a@b=c"), "\"a@b=c\"");
    }

    fn tests() -> impl Strategy<Value = Test> {
        let bounds = ["7", "-0.5", "2025-01", "2025-01-31 10:00", "02:14"];
        let bound = prop::sample::select(bounds.map(str::to_owned).to_vec());
        let text = "[ab:,\" *=/|<>~.é\t\\-]{0,8}|missing|empty|1\\.\\.2|-3m";
        let texts = proptest::collection::btree_set(text, 1..3);
        let end = prop::sample::select(vec!["1".to_owned(), "2025-01".to_owned()]);
        let item = prop_oneof![
            text.prop_map(Item::Like),
            Just(Item::Missing),
            Just(Item::Empty),
            (end.clone(), end).prop_map(|(first, last)| Item::Range(first, last)),
        ];
        let order = prop::sample::select(Order::ALL.map(|(_, order)| order).to_vec());
        prop_oneof![
            item.prop_map(|item| Test::AnyOf(vec![item])),
            texts
                .clone()
                .prop_map(|any| Test::Exactly(any.into_iter().collect())),
            texts.prop_map(|any| Test::Contains(any.into_iter().collect())),
            "[a/.*|]{1,4}".prop_filter_map("a pattern that compiles", |pattern| {
                regex::Regex::new(&pattern).ok()?;
                Some(Test::Matches(pattern))
            }),
            (order, bound).prop_map(|(order, bound)| Test::Compares(order, bound)),
        ]
    }

    fn about_values() -> impl Strategy<Value = Wanted> {
        let text = "[ab:,\" 7*|.é\t\\-]{1,8}";
        let texts = || {
            proptest::collection::btree_set(text, 1..3).prop_map(|any| any.into_iter().collect())
        };
        let path = "(/[ab.,\" é:\\-\\[]{1,4}|/\\[\\]|/[0-9]{1,4}|/~1~0|/status|/is){1,3}";
        prop_oneof![
            Just(Wanted::Changed),
            Just(Wanted::Novelty(Novelty::New)),
            Just(Wanted::Novelty(Novelty::Back)),
            texts().prop_map(Wanted::Title),
            texts().prop_map(Wanted::Id),
            texts().prop_map(Wanted::Shape),
            texts().prop_map(Wanted::By),
            texts().prop_map(Wanted::Fix),
            texts().prop_map(Wanted::Answer),
            tests().prop_map(Wanted::Failing),
            tests().prop_map(Wanted::Now),
            tests().prop_map(Wanted::Was),
            tests().prop_map(Wanted::Tries),
            tests()
                .prop_filter("a day is a range", |test| !matches!(test, Test::AnyOf(_)))
                .prop_map(Wanted::Seen),
            Just(Wanted::Seen(Test::AnyOf(vec![Item::Ago(90)]))),
            (path, tests()).prop_map(|(path, test)| Wanted::Value(path, test)),
        ]
    }

    fn filters() -> impl Strategy<Value = Filter> {
        let text = "[ab:,\" |=~<>./é\t\\-]{1,8}";
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
            about_values(),
        ];
        let term = (any::<bool>(), wanted).prop_map(|(negated, wanted)| Term { negated, wanted });
        let either = proptest::collection::vec(term.clone(), 2..4)
            .prop_map(|terms| Wanted::Either(terms).into());
        let term = prop_oneof![4 => term, 1 => either];
        proptest::collection::vec(term, 0..4).prop_map(|terms| Filter { terms })
    }

    proptest! {
        #[test]
        fn a_printed_filter_parses_back(filter in filters()) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }

        #[test]
        fn every_line_is_answered(line in "(?s)[a:\", .\\-\\[\\]/~|<>=is0-9\\PC]{0,20}") {
            if let Ok(filter) = Filter::parse(&line) {
                prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
            }
            for (at, _) in line.char_indices() {
                let Some(half) = Half::at(&line, at) else { continue };
                prop_assert!((half.place.start..=half.place.end).contains(&at));
                prop_assert!(line.get(half.place).is_some());
            }
        }
    }
}
