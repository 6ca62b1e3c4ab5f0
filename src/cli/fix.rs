//! `fix`: the same edit of many records, shown before it is made.

use std::{collections::BTreeSet, fs, path::Path as FilePath};

use anyhow::Result;

use super::{
    args,
    change::path,
    json,
    out::{Exit, Out, named, note},
    person::{Person, filter_of_one_run},
    progress::{Unit, with_progress},
};
use crate::{
    filter::Wanted,
    fix::{
        Transform,
        dates::{Evidence, Order},
        recipe::Recipe,
    },
    model::{Consequence, Effect, Fault, FixReport, FixRow, GroupId},
    ops::{self, FixPreview, FixRequest, Replayed, Workspace},
    text::{count, safe, shorten, thousands},
};

/// Records of each kind that a dry run shows.
const EXAMPLES: usize = 3;

pub fn fix(person: &Person, out: &Out, args: &args::Fix) -> Result<Exit> {
    if let Some(file) = &args.recipe {
        return again(person, out, args, file);
    }
    let transforms = args.transforms.read(&args.besides)?;
    let field = path(args.field.as_deref().unwrap_or_default())?;
    let mut workspace = if args.dry_run {
        person.look()?
    } else {
        person.change()?
    };
    let filter = filter_of_one_run(&workspace, &args.scope)?;
    let request = FixRequest::new(filter, field, transforms);
    let preview = with_progress(Unit::Records, |job| {
        ops::preview_fix(&workspace, &request, job)
    })?;
    let Some(preview) = preview.filter(|preview| preview.report.scope > 0) else {
        return nothing(out);
    };
    if args.dry_run
        && request
            .transforms
            .iter()
            .any(|one| matches!(one, Transform::Date(_)))
        && !out.is_json()
    {
        let evidence = with_progress(Unit::Records, |job| {
            ops::date_evidence(&workspace, &request, job)
        })?;
        say_dates(out, &evidence, first(&request))?;
    }
    let report = if args.dry_run {
        preview.report.clone()
    } else {
        with_progress(Unit::Records, |job| {
            ops::apply_fix(&mut workspace, &preview, &BTreeSet::new(), job)
        })?
    };
    if out.is_json() {
        out.json(&json::fix(&report))?;
    } else if args.dry_run {
        say_preview(out, &workspace, &preview)?;
    } else {
        say_fixed(out, &preview, &report)?;
    }
    if report.changed == 0 {
        return Ok(Exit::StillRejected);
    }
    Ok(Exit::of_run(&ops::run(&workspace, preview.run)?))
}

/// No record was in the scope.
fn nothing(out: &Out) -> Result<Exit> {
    if out.is_json() {
        out.json(&json::fix(&FixReport::default()))?;
    } else {
        out.say("No record changed: none fits the filter and can be changed.")?;
    }
    Ok(Exit::StillRejected)
}

fn say_fixed(out: &Out, preview: &FixPreview, report: &FixReport) -> Result<()> {
    if report.changed == 0 {
        out.say("No record changed.")?;
    } else {
        let words = safe(&preview.request.words()).into_owned();
        out.say(&format!(
            "Fixed {} ({words}): {}.",
            count(report.changed, "record"),
            consequences(report)
        ))?;
    }
    if report.others > 0 {
        note(&format!(
            "What must differ was decided again for {}.",
            count(report.others, "other record")
        ));
    }
    if !report.skipped.is_empty() {
        note(&format!(
            "Left as they are, because somebody changed or sent them meanwhile: {}.",
            named(&report.skipped)
        ));
    }
    two_ways(report);
    Ok(())
}

/// What is said of values that can be read in two ways.
fn two_ways(report: &FixReport) {
    if report.undecided > 0 {
        note(&format!(
            "{} can be read in two ways and stayed: say which is meant.",
            count(report.undecided, "value")
        ));
    }
}

/// How the changed records stand, in half a sentence.
pub(super) fn consequences(report: &FixReport) -> String {
    let mut parts = vec![format!("{} ready", thousands(report.ready))];
    for (number, words) in [
        (report.newly_broken, "broken that were fine elsewhere"),
        (report.still_wrong, "still wrong in this field"),
        (report.wrong_elsewhere, "to fix in another field"),
        (
            report.not_checked,
            "not checked, for the run has no contract",
        ),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", thousands(number)));
        }
    }
    parts.join(", ")
}

/// What would become of how many records, the worst first.
pub(super) fn foreseen(report: &FixReport) -> [(Effect, u64, &'static str); 6] {
    [
        (
            Effect::NewlyBroken,
            report.newly_broken,
            "broken that were fine elsewhere",
        ),
        (Effect::Ready, report.ready, "will be ready to send"),
        (
            Effect::StillWrong,
            report.still_wrong,
            "still wrong in this field",
        ),
        (
            Effect::WrongElsewhere,
            report.wrong_elsewhere,
            "will need fixing in another field",
        ),
        (
            Effect::NotChecked,
            report.not_checked,
            "will be changed and not checked",
        ),
        (Effect::Unchanged, report.unchanged, "unchanged"),
    ]
}

fn say_preview(out: &Out, workspace: &Workspace, preview: &FixPreview) -> Result<()> {
    let report = &preview.report;
    out.say(&format!(
        "{} in {}. This is a preview: nothing is changed.",
        safe(&preview.request.words()),
        count(report.scope, "record")
    ))?;
    for (effect, number, words) in foreseen(report) {
        if number == 0 {
            continue;
        }
        out.say(&format!("{:>9}  {words}", thousands(number)))?;
        let examples: Vec<Consequence> = (preview.consequences.iter())
            .filter(|one| one.effect == effect)
            .take(EXAMPLES)
            .copied()
            .collect();
        for row in ops::fix_rows(workspace, preview, &examples)? {
            out.say(&example(&row))?;
        }
    }
    if report.ambiguous > 0 {
        let stay = match report.undecided {
            0 => String::new(),
            stay => format!("; {} stay because nobody decided", thousands(stay)),
        };
        out.say(&format!(
            "{:>11}{} of these can be read in two ways{stay}",
            "",
            thousands(report.ambiguous)
        ))?;
    }
    Ok(())
}

/// What was said to come first in dates that can be read in two ways.
fn first(request: &FixRequest) -> Option<Order> {
    request.transforms.iter().find_map(|one| match one {
        Transform::Date(date) => date.first,
        _ => None,
    })
}

/// How the values of the field are written.
fn say_dates(out: &Out, evidence: &Evidence, first: Option<Order>) -> Result<()> {
    out.say("How the values are written now:")?;
    for (layout, fits) in &evidence.layouts {
        out.say(&format!(
            "{:>9}  {:<17} {}",
            thousands(fits.count),
            layout.word(),
            shorten(&fits.example, 40)
        ))?;
    }
    let mut parts = vec![
        format!("{} only with the day first", thousands(evidence.day_only)),
        format!(
            "{} only with the month first",
            thousands(evidence.month_only)
        ),
        format!("{} either way", thousands(evidence.both)),
    ];
    for (number, words) in [
        (evidence.no_such_day, "are no day there is"),
        (evidence.not_a_date, "are no date"),
    ] {
        if number > 0 {
            parts.push(format!("{} {words}", thousands(number)));
        }
    }
    let advice = match (evidence.both, evidence.order(), first) {
        (0, ..) => "",
        (_, Some(Order::Day), _) => " The others say --day-first.",
        (_, Some(Order::Month), _) => " The others say --month-first.",
        (_, None, Some(Order::Day)) => " These are read with the day first.",
        (_, None, Some(Order::Month)) => " These are read with the month first.",
        (_, None, None) => " Nothing says which is meant: --day-first or --month-first decides.",
    };
    out.say(&format!("{}.{advice}", parts.join(", ")))?;
    let times = evidence.with_time - evidence.with_zone;
    if times > 0 {
        out.say(&format!(
            "{} without a zone: UTC is assumed unless --zone says another.",
            count(times, "time")
        ))?;
    }
    out.say("")
}

fn example(row: &FixRow) -> String {
    let shown = |value: &Option<String>| match value {
        None => "(missing)".to_owned(),
        Some(value) => shorten(value, 40),
    };
    let change = if row.before == row.after {
        shown(&row.before)
    } else {
        format!("{} -> {}", shown(&row.before), shown(&row.after))
    };
    let note = if row.note.is_empty() {
        String::new()
    } else {
        format!("   {}", shorten(&row.note, 100))
    };
    format!(
        "             record {}  {change}{note}",
        row.consequence.record
    )
}

pub fn suggest(person: &Person, out: &Out, args: &args::Suggest) -> Result<Exit> {
    let workspace = person.look()?;
    let group = GroupId(args.group);
    let all = with_progress(Unit::Records, |job| {
        ops::suggest_fixes(&workspace, group, None, job)
    })?;
    if out.is_json() {
        for one in &all {
            let mut document = json::fix(&one.report);
            document["field"] = one.request.field.as_str().into();
            document["do"] = serde_json::to_value(&one.request.transforms)?;
            document["used_before"] = one.used_before.into();
            out.json(&document)?;
        }
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        out.say("No fix is known that would help here.")?;
    }
    for one in &all {
        let before = if one.used_before {
            " (used in an earlier run)"
        } else {
            ""
        };
        out.say(&format!(
            "{}{before}\n  makes {} of {} ready: {}",
            safe(&one.request.words()),
            thousands(one.report.ready),
            thousands(one.report.scope),
            consequences(&one.report)
        ))?;
    }
    Ok(Exit::Done)
}

/// Makes the fixes of a recipe again.
fn again(person: &Person, out: &Out, args: &args::Fix, file: &FilePath) -> Result<Exit> {
    let recipe = read_recipe(file)?;
    let mut workspace = if args.dry_run {
        person.look()?
    } else {
        person.change()?
    };
    let filter = filter_of_one_run(&workspace, &args.scope)?;
    if filter
        .terms
        .iter()
        .any(|term| !matches!(term.wanted, Wanted::Run(_)))
    {
        return Err(Fault::usage(
            "usage:recipe",
            "a recipe says itself which records it means",
        )
        .hint("name the run only: --run R")
        .into());
    }
    let run = match filter.run() {
        Some(run) => run,
        None => match ops::runs(&workspace)?.first() {
            Some(run) => run.id,
            None => return nothing(out),
        },
    };
    let all = with_progress(Unit::Records, |job| {
        ops::replay(
            &mut workspace,
            run,
            &recipe,
            (args.strict, args.dry_run),
            job,
        )
    })?;
    say_replayed(out, &all)?;
    let left = recipe.steps.len() - all.len();
    if left > 0 {
        note(&format!("{} not done.", count(left as u64, "step")));
    }
    let fits = all.iter().all(|one| one.result.is_ok());
    let changed = all
        .iter()
        .flat_map(|one| &one.result)
        .any(|report| report.changed > 0);
    if args.strict && !fits {
        return Ok(Exit::Usage);
    }
    if !changed && !out.is_json() {
        out.say("No record changed.")?;
    }
    let exit = Exit::of_run(&ops::run(&workspace, run)?);
    Ok(if fits && changed {
        exit
    } else {
        Exit::StillRejected
    })
}

/// Says what each step of a recipe came to; in JSON one line a step.
pub fn say_replayed(out: &Out, all: &[Replayed]) -> Result<()> {
    for one in all {
        match &one.result {
            Ok(report) if out.is_json() => out.json(&json::fix(report))?,
            Err(fault) if out.is_json() => {
                out.json(&serde_json::json!({"skipped_step": one.words, "code": fault.code, "message": fault.message}))?;
            }
            Ok(report) => out.say(&format!(
                "{}: {} of {}: {}.",
                safe(&one.words),
                thousands(report.changed),
                count(report.scope, "record"),
                consequences(report)
            ))?,
            Err(fault) => note(&format!(
                "{} does not fit and was skipped: {}. {}",
                safe(&one.words),
                safe(&fault.message),
                safe(fault.hint.as_deref().unwrap_or_default())
            )),
        }
    }
    Ok(())
}

/// Reads a recipe from a file.
///
/// # Errors
/// `recipe:missing`, and `recipe:form` with what is wrong and where.
pub fn read_recipe(file: &FilePath) -> Result<Recipe, Fault> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| {
        Fault::unusable("recipe:missing", format!("cannot read {name}: {error}"))
            .hint("`redrive history --recipe FILE` writes one")
    })?;
    Recipe::parse(&text).map_err(|wrong| {
        Fault::usage(
            "recipe:form",
            format!("{name} is no recipe: {}", wrong.message),
        )
        .hint(wrong.hint)
    })
}
