//! Looks up what is said, through the same operations as the screen.

use anyhow::Result;

use super::{
    LIST, Work,
    chosen::{Chosen, Foreseen},
    many::{Many, Said},
    page::{Fixing, Place, Sight},
    say::records_of,
};
use crate::{
    filter::{Filter, Wanted},
    model::{Consequence, Effect, Fault, Path, RecordId, RunId, StepRow},
    ops::{self, FixPreview, FixRequest, SendRequest, Workspace},
};

/// Looks up what there is to be said at a place.
pub fn look(workspace: &Workspace, place: &Place, from: usize, work: &Work) -> Result<Sight> {
    Ok(match place {
        Place::Runs => Sight::Runs(ops::runs(workspace)?),
        Place::Fix(fixing) => {
            let group = fixing.group;
            let found =
                work.does(|job| ops::suggest_fixes(workspace, group, Some(ops::SAMPLE), job))?;
            Sight::Fix(fixing.clone(), ops::fix_choices(&found, fixing.records))
        }
        Place::Given(fixing, asks) => Sight::Given(fixing.clone(), *asks),
        Place::Foreseen(chosen) => {
            let preview = previewed(workspace, chosen, work)?;
            let seen = preview.map(|preview| foreseen(workspace, preview, chosen));
            Sight::Foreseen(seen.transpose()?.map(Box::new))
        }
        Place::Each(chosen) => match previewed(workspace, chosen, work)? {
            Some(preview) => each(workspace, preview, chosen, from)?,
            None => Sight::Foreseen(None),
        },
        Place::Views { run } => Sight::Views(*run, ops::kept_filters(workspace, *run)),
        Place::Since { run } => Sight::Since {
            comparison: Box::new(ops::compare(workspace, None, Some(*run))?),
            from,
        },
        Place::Groups { run } => {
            let mut groups = ops::groups(workspace, &records_of(*run, None))?;
            groups.retain(|group| group.open > 0);
            let (total, from, groups) = window(groups, from);
            Sight::Groups {
                run: Box::new(ops::run(workspace, *run)?),
                since: Box::new(ops::since(workspace, *run)?),
                total,
                from,
                groups,
            }
        }
        Place::Records {
            run,
            filter,
            title,
            typed,
        } => {
            let (total, from, ids) = window(ops::ids(workspace, filter)?, from);
            Sight::Records {
                title: title.clone(),
                of: (*run, Box::new(filter.clone())),
                total,
                from,
                rows: ops::rows(workspace, &ids)?,
                typed: typed.clone(),
                fixing: fixing(workspace, *run, filter, total as u64)?.map(Box::new),
            }
        }
        Place::Record { id, alike } => {
            Sight::Record(Box::new(ops::show(workspace, *id)?), alike.clone())
        }
        Place::Field { id, path } => Sight::Field {
            detail: Box::new(ops::show(workspace, *id)?),
            path: path.clone(),
            preview: Box::new(ops::preview(workspace, *id, &[], path)?),
        },
        Place::Trial {
            id,
            path,
            change,
            version,
        } => Sight::Trial {
            id: *id,
            path: path.clone(),
            version: *version,
            preview: Box::new(ops::preview(
                workspace,
                *id,
                std::slice::from_ref(change),
                path,
            )?),
            change: change.clone(),
        },
        Place::Destinations { run } => {
            Sight::Destinations(*run, ops::destinations(workspace, *run, None)?)
        }
        Place::Review { run, to } => Sight::Review(Box::new(ops::review(
            workspace,
            &request(*run, to.as_deref()),
        )?)),
        Place::Many(many) => match many.said {
            Said::Aside => {
                let counted = ops::count_aside(workspace, &many.filter)?;
                Sight::Many(many.clone(), counted.records.to_vec(), counted.stay)
            }
            Said::Sent(_) => {
                Sight::Many(many.clone(), ops::unanswered(workspace, &many.filter)?, 0)
            }
        },
        Place::Report(run) => Sight::Report(*run),
        Place::History { run } => {
            let mut steps = ops::history(workspace, Some(*run))?;
            steps.retain(StepRow::can_be_undone);
            let (total, from, steps) = window(steps, from);
            let sent = ops::sent_of_steps(workspace, Some(*run))?;
            let sent = |step: &StepRow| sent.get(&step.id).copied().unwrap_or(0);
            Sight::History {
                total,
                from,
                steps: steps.into_iter().map(|step| (sent(&step), step)).collect(),
            }
        }
    })
}

/// What is fixed where all records of a list have one problem in one field.
fn fixing(
    workspace: &Workspace,
    run: RunId,
    filter: &Filter,
    records: u64,
) -> Result<Option<Fixing>> {
    let problems = filter.terms.iter().find_map(|term| match &term.wanted {
        Wanted::Problem(groups) if !term.negated => Some(groups),
        _ => None,
    });
    let Some([group]) = problems.map(Vec::as_slice) else {
        return Ok(None);
    };
    let groups = ops::groups(workspace, &Filter::of_group(run, *group))?;
    let found = groups.into_iter().find(|one| one.id == *group);
    Ok(found.and_then(|found| {
        let field = Path::parse(&found.path).filter(|path| !path.is_root())?;
        (records > 0).then(|| Fixing {
            run,
            group: *group,
            field,
            filter: filter.clone(),
            title: found.title,
            records,
        })
    }))
}

/// What the records of a problem would become; `None` where none is left. Those left out are in it.
fn previewed(workspace: &Workspace, chosen: &Chosen, work: &Work) -> Result<Option<FixPreview>> {
    let fixing = &chosen.fixing;
    let request = FixRequest::new(
        fixing.filter.clone(),
        fixing.field.clone(),
        chosen.transforms.clone(),
    );
    let preview = work.does(|job| ops::preview_fix(workspace, &request, job))?;
    Ok(preview.filter(|preview| preview.report.scope > 0))
}

/// A preview with the first record of each kind.
fn foreseen(workspace: &Workspace, preview: FixPreview, chosen: &Chosen) -> Result<Foreseen> {
    let mut firsts: Vec<Consequence> = Vec::new();
    for one in &preview.consequences {
        let is_first = firsts.iter().all(|first| first.effect != one.effect);
        if is_first && !chosen.left_out.contains(&one.record) {
            firsts.push(*one);
        }
    }
    with_rows(workspace, preview, chosen, &firsts)
}

/// A preview with a part of the records that would change.
fn each(workspace: &Workspace, preview: FixPreview, chosen: &Chosen, from: usize) -> Result<Sight> {
    let mut changing = preview.consequences.clone();
    changing.retain(|one| one.effect != Effect::Unchanged);
    let (total, from, here) = window(changing, from);
    Ok(Sight::Each {
        foreseen: Box::new(with_rows(workspace, preview, chosen, &here)?),
        total,
        from,
    })
}

fn with_rows(
    workspace: &Workspace,
    preview: FixPreview,
    chosen: &Chosen,
    shown: &[Consequence],
) -> Result<Foreseen> {
    Ok(Foreseen {
        rows: ops::fix_rows(workspace, &preview, shown)?,
        chosen: chosen.clone(),
        preview,
    })
}

/// How many there are, and the part of them from there on; from the beginning where there is none.
fn window<T>(all: Vec<T>, from: usize) -> (usize, usize, Vec<T>) {
    let total = all.len();
    let from = if from < total { from } else { 0 };
    (total, from, all.into_iter().skip(from).take(LIST).collect())
}

/// What a send from here asks for: everything that is ready.
pub fn request(run: RunId, to: Option<&str>) -> SendRequest {
    SendRequest {
        filter: records_of(run, None),
        to: to.map(str::to_owned),
        ..SendRequest::default()
    }
}

/// One record as a filter.
pub fn one(id: RecordId) -> Filter {
    Filter::all_of([Wanted::Row(id, id)])
}

/// The run a place is in.
///
/// # Errors
/// `run:none` in an empty workspace.
pub fn run_of(workspace: &Workspace, place: &Place) -> Result<RunId> {
    Ok(match place {
        Place::Groups { run }
        | Place::Records { run, .. }
        | Place::Fix(Fixing { run, .. })
        | Place::Given(Fixing { run, .. }, _)
        | Place::Foreseen(Chosen {
            fixing: Fixing { run, .. },
            ..
        })
        | Place::Each(Chosen {
            fixing: Fixing { run, .. },
            ..
        })
        | Place::Views { run }
        | Place::Since { run }
        | Place::Destinations { run }
        | Place::Review { run, .. }
        | Place::Many(Many { run, .. })
        | Place::Report(run)
        | Place::History { run } => *run,
        Place::Record { id, .. } | Place::Field { id, .. } | Place::Trial { id, .. } => {
            ops::show(workspace, *id)?.row.run
        }
        Place::Runs => {
            let runs = ops::runs(workspace)?;
            let newest = runs.first().ok_or_else(|| {
                Fault::unusable("run:none", "the workspace holds no run")
                    .hint("load one: redrive load FILE --contract CONTRACT")
            })?;
            newest.id
        }
    })
}
