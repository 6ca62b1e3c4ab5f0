//! Dates that can be read in two ways, and sending.

use std::collections::BTreeSet;

use super::*;
use crate::{
    fix::{Transform, dates::Order, transforms::date::Date},
    ops::{FixRequest, apply_fix, preview_fix},
};

fn date_fix(desk: &mut Desk, first: Option<Order>) {
    let date = Date {
        first,
        ..Default::default()
    };
    let request = FixRequest::new(
        Filter::default(),
        Path::field("note"),
        vec![Transform::Date(date)],
    );
    let preview = preview_fix(&desk.workspace, &request, &Job::default());
    let preview = preview.unwrap().unwrap();
    let nobody = BTreeSet::new();
    apply_fix(&mut desk.workspace, &preview, &nobody, &Job::default()).unwrap();
}

#[test]
fn a_date_that_can_be_read_two_ways_is_not_sent_before_somebody_decides() {
    let mut desk = desk(&["A,30,01/02/2026", "B,30,25/02/2026", "C,30,x"]);
    date_fix(&mut desk, None);
    let shown = plan(&desk.workspace, &to("crm")).unwrap();
    assert_eq!((shown.planned, shown.behind.undecided), (2, 1));
    let sent = desk.send("crm");
    assert_eq!((sent.accepted, sent.behind.undecided), (2, 1));
    assert_eq!(desk.status(1), Status::Ready);
    let again = desk.send("crm");
    assert_eq!(
        (again.plan, again.planned, again.behind.undecided),
        (None, 0, 1)
    );

    date_fix(&mut desk, Some(Order::Day));
    let sent = desk.send("crm");
    assert_eq!((sent.accepted, sent.behind.undecided), (1, 0));
    assert_eq!(desk.rows()[2], "'A' 30 '2026-02-01'");
}

#[test]
fn a_field_the_schema_calls_a_date_is_one_also_where_formats_are_not_checked() {
    let mut desk = desk(&["A,30,01/02/2026", "B,30,25/02/2026"]);
    let contract = desk.folder.path().join("contract.toml");
    let unchecked = "file = \"person.json\"\nformats = false";
    fs::write(
        &contract,
        CONTRACT.replace("file = \"person.json\"", unchecked),
    )
    .unwrap();
    let note = "\"note\": {\"type\": \"string\"";
    let schema = SCHEMA.replace(note, &format!("{note}, \"format\": \"date\""));
    fs::write(desk.folder.path().join("person.json"), schema).unwrap();
    let request = CheckRequest {
        filter: Filter::default(),
        contract: Some(contract),
        again: true,
    };
    check(&mut desk.workspace, &request, &Job::default()).unwrap();
    let shown = plan(&desk.workspace, &to("crm")).unwrap();
    assert_eq!((shown.planned, shown.behind.undecided), (1, 1));
}
