//! Made-up rows, as pages get them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    filter::{Filter, Item, Of, Offered, Wanted},
    fix::{Change, Transform, three_way::part, transforms::tidy::Tidy},
    model::{
        Behind, Consequence, DeliveryState, Effect, FixReport, FixRow, Form, Found, Group, GroupId,
        Layout, Path, Plan, PlanId, PlanRow, Problem, RecordDetail, RecordId, RecordRow, RunId,
        RunRow, Seen, ShapeCount, Since, Stage, Status, StepId, StepKind, StepRow, Trend,
        ValueCount, Version, Wants, compare, shape_of,
    },
    ops::{
        Conflict, Counted, FieldChanges, FixPreview, FixRequest, Made, MadeBy, Review, Saving,
        SuggestedFix, WhyWrong, Wrong, WrongAt,
    },
    tui::event::{Place, RunFacts},
};

pub fn run() -> RunRow {
    RunRow {
        warned: 0,
        capped: false,
        id: RunId(1),
        name: "customers-2025-11-20".to_owned(),
        source: "customers.csv".to_owned(),
        format: "csv".to_owned(),
        records: 10_000,
        passed: 8_613,
        rejected: 1_387,
        unparsed: 12,
        problems: 1_702,
        bytes: 2_210_443,
        loaded_at: "2025-11-20T02:10:00Z".to_owned(),
        saved_at: "2025-11-20T02:41:09Z".to_owned(),
        statuses: vec![(Status::Rejected, 1_384), (Status::Ready, 3)],
        demo: false,
        contract: Some("customers".to_owned()),
        history: 4,
    }
}

pub fn group(id: i64, title: &str, path: &str, open: u64) -> Group {
    Group {
        severity: crate::model::Severity::Error,
        owner: String::new(),
        id: GroupId(id),
        run: RunId(1),
        stage: Stage::Schema,
        code: "format".to_owned(),
        detail: "email".to_owned(),
        path: path.to_owned(),
        template: String::new(),
        title: title.to_owned(),
        records: open,
        problems: open,
        open,
        first_line: 18,
        last_line: 9_991,
        shapes: vec![
            ShapeCount {
                shape: "a+@".to_owned(),
                count: open - open / 10,
                example: "office@".to_owned(),
            },
            ShapeCount {
                shape: "(empty)".to_owned(),
                count: open / 10,
                example: String::new(),
            },
        ],
    }
}

pub fn problem(path: &str, found: Found) -> Problem {
    Problem {
        stage: Stage::Schema,
        code: "format".to_owned(),
        detail: "email".to_owned(),
        path: Path::parse(path).unwrap(),
        message: "This e-mail address is not complete.".to_owned(),
        hint: "Write it like name@example.com.".to_owned(),
        found: Some(found),
        shape: String::new(),
        severity: crate::model::Severity::Error,
        owner: String::new(),
    }
}

pub fn record(id: i64, current: Value) -> RecordRow {
    RecordRow {
        id: RecordId(id),
        run: RunId(1),
        line: id.unsigned_abs() + 1,
        key: Some(format!("CUS-{id:07}")),
        status: Status::Rejected,
        version: 1,
        problems: Vec::new(),
        current: Some(current),
        changed: Vec::new(),
    }
}

/// What the review of the made-up run says.
pub fn review() -> Review {
    let made = |label: &str, records| Made {
        by: MadeBy::Step {
            label: label.to_owned(),
            author: "jana".to_owned(),
            at: "2025-11-20T02:44:00Z".to_owned(),
        },
        records,
    };
    let pair = |before: &str, after: &str, times| (before.to_owned(), after.to_owned(), times);
    Review {
        plan: Plan {
            id: None,
            run: RunId(1),
            destination: "crm".to_owned(),
            environment: "test".to_owned(),
            target: "table customer in crm.db".to_owned(),
            planned: 3,
            changed: 2,
            behind: Behind::default(),
            continued: false,
            since: 0,
        },
        ids: [7, 14, 21].map(RecordId).to_vec(),
        made: vec![
            made("contact_email  trim, lower case", 2),
            Made {
                by: MadeBy::Received,
                records: 1,
            },
        ],
        fields: vec![FieldChanges {
            path: "/contact_email".to_owned(),
            records: 2,
            pairs: vec![pair(" OFFICE@example.com", "office@example.com", 2)],
        }],
        compared: 3,
        needs_fixing: 1_384,
        set_aside: 0,
        unanswered: 1,
    }
}

/// What was typed into a field that bert has changed meanwhile, and into one that nobody has.
pub fn conflict(id: i64, path: &str) -> Conflict {
    let text = |path: &str, text: &str| Change::Text {
        path: Path::parse(path).unwrap(),
        text: text.to_owned(),
    };
    let opened = json!({"contact_email": "a@x", "city": "Bern", "vip": true});
    let theirs = json!({"contact_email": "a@x.org", "city": "Bern", "vip": false});
    let mine = json!({"contact_email": "a@x.com", "city": "Basel", "vip": true});
    Conflict {
        saving: Saving {
            record: RecordId(id),
            version: 1,
            changes: vec![text(path, "a@x.com"), text("/city", "Basel")],
        },
        version: 3,
        status: Status::Rejected,
        theirs: Some(("bert".to_owned(), "2025-11-20T14:02:11Z".to_owned())),
        partings: part(&opened, &theirs, &mine),
        is_whole: false,
        sent: None,
    }
}

/// The values a filter can go on with.
pub(super) fn offered(of: &Of) -> Offered {
    let values: &[(&str, u64)] = match of {
        Of::Key(key) if key == "is" => &[("rejected", 1_384), ("ready", 3)],
        _ => &[("DE", 702), ("FR", 110), ("AT", 61)],
    };
    Offered {
        values: (values.iter())
            .map(|(value, records)| (Item::Like((*value).to_owned()), *records))
            .collect(),
        all: true,
        whole: true,
        of_run: false,
    }
}

pub fn groups() -> Vec<Group> {
    vec![
        group(1, "Email address not complete", "/contact_email", 412),
        group(
            2,
            "Date and time not written the ISO way",
            "/created_at",
            301,
        ),
        group(3, "Deal value is not a number", "/deal_value", 214),
        group(4, "Stage not in the list", "/stage", 116),
        group(5, "Country not in the list", "/address/country", 88),
        group(6, "Line could not be read", "", 12),
        group(7, "Phone has too few digits", "/phone", 0),
    ]
}

/// The problems of the run before.
pub(super) fn before() -> Vec<Group> {
    let mut before = groups();
    before.remove(1);
    before[0].records = 380;
    before[1].records = 214;
    before[2].records = 120;
    before.push(group(9, "Tax ID already taken", "/tax_id", 30));
    before
}

/// The same, as the Problems page says it.
pub(super) fn since() -> Since {
    let mut since = Since {
        before: Some(older_run()),
        ..Since::default()
    };
    for one in compare(&before(), &groups(), &[]) {
        let (trend, before, last) = (one.trend, one.before, one.last_seen);
        since.new += u64::from(trend == Trend::New);
        since.gone += u64::from(trend == Trend::Gone);
        since.groups.insert(
            one.group.id,
            Seen {
                trend,
                before,
                last,
            },
        );
    }
    since
}

pub(super) fn fix_row(consequence: Consequence) -> FixRow {
    let id = consequence.record.0;
    FixRow {
        consequence,
        line: id.unsigned_abs(),
        key: None,
        before: Some(format!("\"office{id}(at)kunde\"")),
        after: Some(format!("\"office{id}@kunde.example\"")),
        note: String::new(),
    }
}

pub(super) fn value(text: &str, count: u64, record: i64) -> ValueCount {
    let found = Found::Text(text.to_owned());
    ValueCount {
        shape: shape_of(&found),
        found,
        count,
        record: RecordId(record),
        repair: None,
    }
}

/// Where the records of the made-up run go.
pub(super) fn place() -> Place {
    Place {
        name: "crm".to_owned(),
        environment: "test".to_owned(),
        target: "table customer in crm.db".to_owned(),
    }
}

pub(super) fn run_facts() -> RunFacts {
    RunFacts {
        problems: 6,
        biggest: Some(("Email address not complete".to_owned(), 412)),
        to: vec![place()],
        not_sent: 1,
        is_sent: false,
    }
}

/// What would be set aside: the records that are named, else all of a problem.
pub(super) fn counted(filter: Filter) -> Counted {
    let named = filter.terms.into_iter().find_map(|term| match term.wanted {
        Wanted::Marked(ids) => Some(ids),
        _ => None,
    });
    Counted {
        records: named.unwrap_or_else(|| (1..=412).map(|n| RecordId(n * 7)).collect()),
        stay: 0,
    }
}

pub fn step(run: RunId, id: i64, kind: StepKind, label: &str, undone: bool) -> StepRow {
    StepRow {
        id: StepId(id),
        parent: (id > 1).then(|| StepId(id - 1)),
        run,
        kind,
        author: "jana".to_owned(),
        at: format!("2025-11-20T02:4{id}:00Z"),
        label: label.to_owned(),
        records: 12,
        undone,
    }
}

pub(super) fn plan_row() -> PlanRow {
    PlanRow {
        id: PlanId(1),
        destination: "crm".to_owned(),
        environment: "test".to_owned(),
        target: "table customer in crm.db".to_owned(),
        author: "jana".to_owned(),
        made_at: "2025-11-20T02:41:30Z".to_owned(),
        planned: 40,
        states: vec![(DeliveryState::Delivered, 37), (DeliveryState::Refused, 3)],
        attempts: 41,
    }
}

pub fn older_run() -> RunRow {
    RunRow {
        id: RunId(2),
        name: "customers-2025-11-19".to_owned(),
        statuses: vec![(Status::Accepted, 212)],
        loaded_at: "2025-11-19T02:10:00Z".to_owned(),
        rejected: 212,
        ..run()
    }
}

pub(super) fn row(id: i64) -> RecordRow {
    let mut row = record(
        id,
        json!({
            "customer_id": format!("CUS-{id:07}"),
            "name": "Müller GmbH",
            "contact_email": "office@",
            "address": {"country": "DE", "city": "Köln"},
            "deal_value": 1200.5,
            "stage": "Lead",
            "created_at": "2025-11-20T02:10:00Z",
        }),
    );
    row.problems = vec![problem("/contact_email", Found::Text("office@".to_owned()))];
    match id % 5 {
        1 => {
            row.status = Status::Ready;
            row.version = 2;
            row.problems.clear();
            row.changed = vec![Path::field("contact_email")];
        }
        2 => row.problems.push(problem("/phone", Found::Missing)),
        3 => row.current = None,
        _ => {}
    }
    row
}

pub(super) fn detail(id: i64) -> RecordDetail {
    let columns = ["customer_id", "name", "contact_email", "phone", "stage"];
    let text = Version {
        form: Form::Csv,
        bytes: b"CUS-1,M,office@,,Lead".to_vec(),
    };
    RecordDetail {
        loaded_at: "2025-11-20T02:10:00Z".to_owned(),
        verdict: crate::model::Freshness::Current,
        stages: Vec::new(),
        row: row(id),
        source: "customers.csv".to_owned(),
        byte: 100,
        layout: Layout::Csv {
            columns: columns.map(str::to_owned).to_vec(),
            delimiter: ',',
        },
        raw: text.clone(),
        text,
        received: row(id).current,
        history: Vec::new(),
        notes: Vec::new(),
        attempts: Vec::new(),
        has_contract: true,
        before: None,
        after: None,
    }
}

/// What is known of what is wrong there.
pub(super) fn why_wrong(at: &WrongAt) -> WhyWrong {
    let (id, field) = match at {
        WrongAt::Record(id, field) => (id.0, field.clone()),
        WrongAt::Group(..) => (14, Some(Path::field("contact_email"))),
    };
    let record = detail(id);
    let is_here = |problem: &&Problem| field.as_ref().is_none_or(|at| problem.path == *at);
    let mut here: Vec<&Problem> = record.row.problems.iter().filter(is_here).collect();
    let is_fine = here.is_empty();
    if is_fine {
        here = record.row.problems.iter().collect();
    }
    let wrong = |problem: &&Problem| Wrong {
        problem: (*problem).clone(),
        wants: Wants {
            text: true,
            required: true,
            format: Some("email".to_owned()),
            ..Wants::default()
        },
        rule: None,
    };
    WhyWrong {
        problems: here.iter().map(wrong).collect(),
        is_here: !is_fine,
        record: Some(Box::new(record)),
    }
}

/// A fix that helps, as a sample says.
pub fn suggested() -> Vec<SuggestedFix> {
    let tidy = Transform::Tidy(Tidy::usual());
    let request = FixRequest::new(Filter::default(), Path::field("contact_email"), vec![tidy]);
    vec![SuggestedFix {
        request,
        report: FixReport {
            scope: 200,
            ready: 187,
            ..FixReport::default()
        },
        used_before: false,
    }]
}

/// A preview as the job gives it, of five records whose numbers are so far apart.
pub fn preview(request: &FixRequest, apart: i64) -> Arc<FixPreview> {
    let effects = [
        Effect::Ready,
        Effect::Unchanged,
        Effect::WrongElsewhere,
        Effect::NewlyBroken,
        Effect::Ready,
    ];
    let mut report = FixReport::default();
    let consequences: Vec<Consequence> = (effects.into_iter().zip(1..))
        .map(|(effect, n)| Consequence {
            record: RecordId(n * apart),
            version: 1,
            effect,
            ambiguous: n == 5,
            undecided: false,
        })
        .collect();
    for one in &consequences {
        report.add(one);
    }
    Arc::new(FixPreview {
        run: RunId(1),
        request: request.clone(),
        report,
        consequences,
    })
}
