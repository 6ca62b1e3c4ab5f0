//! One decision for many records, in words: what can be done, what it would come to, what it came to.

use super::{
    super::{
        fix::{consequences, foreseen as kinds},
        out::named,
    },
    chosen::{Chosen, Foreseen},
    names::Names,
    page::{Fixing, Page, Place, Takes, Wish},
    say::{part, plain, with_more},
};
use crate::{
    model::{FixReport, FixRow},
    ops::{Asks, FixChoice, FixKind},
    text::{count, safe, shorten, thousands},
};

/// Columns of a value in an example.
const VALUE: usize = 60;

/// What can be done to all records of a problem; what was measured to help comes first.
pub fn choices(fixing: &Fixing, choices: &[FixChoice]) -> Page {
    let head = format!(
        "Fix all: {}, field {}, {}. What is to be done? Nothing is changed before you have heard what it comes to.",
        safe(&fixing.title),
        safe(&fixing.field.label()),
        count(fixing.records, "record")
    );
    let choices = choices.iter().map(|choice| {
        let note = match choice.note.as_str() {
            "" => String::new(),
            note => format!(": {note}"),
        };
        let place = match &choice.kind {
            FixKind::Ready(transforms) => {
                Place::Foreseen(Chosen::new(fixing.clone(), transforms.clone()))
            }
            FixKind::Asks(asks) => Place::Given(fixing.clone(), *asks),
        };
        (format!("{}{note}", choice.label), Wish::Go(place))
    });
    plain(vec![head], choices.collect())
}

/// What must be typed for it.
pub fn given(fixing: &Fixing, asks: Asks) -> Page {
    let words = match asks {
        Asks::Value => "The value that all of them get. = alone empties the field.",
        Asks::Replace => "What is to be found, =, and what is to stand there instead.",
        Asks::Pattern => {
            "A regular expression, =, and what is to stand there instead; $1 is its first group."
        }
        Asks::Map => "The old value, =, and the new one.",
        Asks::Zone => "The zone of its times, such as Europe/Berlin or +02:00.",
        Asks::CopyFrom => "The field whose value is taken.",
        Asks::Formula => "A formula over value and record, such as value + record.city.",
    };
    Page {
        takes: Takes::Given(Box::new(fixing.clone()), asks),
        ..plain(vec![words.to_owned()], Vec::new())
    }
}

/// What a fix would come to, with the first record of each kind.
pub fn foreseen(foreseen: Option<&Foreseen>) -> Page {
    let Some(foreseen) = foreseen else {
        let words = "No record is left that can be changed.";
        return plain(vec![words.to_owned()], Vec::new());
    };
    let report = foreseen.report();
    let mut lines = vec![format!(
        "{}, in {}. This is a preview: nothing is changed yet.",
        safe(&foreseen.preview.request.words()),
        count(report.scope, "record")
    )];
    for (effect, number, words) in kinds(&report) {
        if number == 0 {
            continue;
        }
        let row = (foreseen.rows.iter()).find(|row| row.consequence.effect == effect);
        lines.push(format!(
            "{} {words}{}.",
            thousands(number),
            row.map_or(String::new(), example)
        ));
    }
    if report.ambiguous > 0 {
        let stay = match report.undecided {
            0 => String::new(),
            stay => format!("; {} stay, because nobody decided", thousands(stay)),
        };
        lines.push(format!(
            "{} of these can be read in two ways{stay}.",
            thousands(report.ambiguous)
        ));
    }
    if report.left_out > 0 {
        lines.push(format!("{} left out.", thousands(report.left_out)));
    }
    let mut page = plain(lines, Vec::new());
    if report.changed > 0 {
        page.takes = Takes::Changes(report.changed);
    }
    if report.changed + report.left_out > 0 {
        let each = Place::Each(foreseen.chosen.clone());
        page.words.push(("each", Wish::Go(each)));
        page.names = Some(Names::Leave);
    }
    page
}

/// The records that would change, one by one; a number leaves its record out, or takes it in again.
pub fn each(foreseen: &Foreseen, (from, total): (usize, usize)) -> Page {
    let report = foreseen.report();
    let head = format!(
        "{}: {} A number leaves that record out, or takes it in again. {} would change, {} left out.",
        safe(&foreseen.preview.request.words()),
        part((from, foreseen.rows.len(), total), "record"),
        thousands(report.changed),
        thousands(report.left_out)
    );
    let choice = |row: &FixRow| {
        let one = &row.consequence;
        let becomes = (kinds(&report).into_iter()).find(|(effect, ..)| *effect == one.effect);
        let becomes = match becomes {
            _ if foreseen.chosen.left_out.contains(&one.record) => "left out",
            Some((_, _, words)) => words,
            None => "",
        };
        let ways = if one.ambiguous {
            ", can be read in two ways"
        } else {
            ""
        };
        let words = format!("Record {}: {}, {becomes}{ways}", one.record, change(row));
        (words, Wish::Leave(one.record))
    };
    let choices = foreseen.rows.iter().map(choice).collect();
    let is_more = from + foreseen.rows.len() < total;
    let mut page = with_more(plain(vec![head], choices), is_more);
    page.names = Some(Names::Leave);
    page
}

fn example(row: &FixRow) -> String {
    format!(
        ", for example record {}: {}",
        row.consequence.record,
        change(row)
    )
}

/// The value of a record before and after.
fn change(row: &FixRow) -> String {
    let shown = |value: &Option<String>| {
        (value.as_ref()).map_or("missing".to_owned(), |value| shorten(&safe(value), VALUE))
    };
    if row.before == row.after {
        shown(&row.before)
    } else {
        format!("{} to {}", shown(&row.before), shown(&row.after))
    }
}

/// What a fix came to.
pub fn fixed(words: &str, report: &FixReport) -> String {
    let mut said = match report.step {
        None => "No record changed.".to_owned(),
        Some(_) => format!(
            "Fixed {} ({}): {}.",
            count(report.changed, "record"),
            safe(words),
            consequences(report)
        ),
    };
    for (number, why) in [
        (report.left_out, "left out".to_owned()),
        (
            report.skipped.len() as u64,
            format!("changed or sent meanwhile ({})", named(&report.skipped)),
        ),
        (
            report.undecided,
            "read in two ways, and nobody decided".to_owned(),
        ),
    ] {
        if number > 0 {
            said += &format!(" Left as they are: {}, {why}.", count(number, "record"));
        }
    }
    match report.step {
        None => said,
        Some(_) => said + " undo takes it back.",
    }
}
