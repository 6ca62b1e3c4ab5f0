//! The few transforms that make most records of a group ready, measured by checking and not by hope.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{FixRequest, date_evidence, preview_fix};
use crate::{
    filter::Filter,
    fix::{
        Transform, infer,
        recipe::RecipeStep,
        transforms::{
            boolean::Boolean,
            case::{Case, To},
            date::Date,
            default::Default as SchemaDefault,
            encoding::Encoding,
            map::Map,
            number::Number,
            phone::Phone,
            tidy::Tidy,
        },
    },
    model::{Fault, FixReport, Found, Group, GroupId, Path, RunId, Wants},
    ops::{Job, Workspace, values::repair},
};

/// A fix of one group, and what it would do.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestedFix {
    pub request: FixRequest,
    /// Of the records that were looked at.
    pub report: FixReport,
    /// Whether it fixed the same problem in an earlier run of the workspace.
    pub used_before: bool,
}

/// Suggestions that are worth a person's look.
const SHOWN: usize = 4;

/// Steps that are looked at for edits of single records, the newest.
const EDITS: usize = 20;

/// Old values of a map that is suggested, at most.
const VALUES: usize = 2_000;

/// Countries whose phone numbers are tried where nothing says which.
const COUNTRIES: [&str; 3] = ["US", "DE", "GB"];

/// Fixes of a group that make records ready or mend its field, best first; what was used before comes first of all. With
/// `sample`, so many records from all over the group are looked at.
///
/// # Errors
/// `group:missing`; `interrupted`; those of the contract's validator.
pub fn suggest_fixes(
    workspace: &Workspace,
    group: GroupId,
    sample: Option<usize>,
    job: &Job,
) -> Result<Vec<SuggestedFix>> {
    let run = workspace.store.run_of_group(group)?.ok_or_else(|| {
        Fault::unusable("group:missing", format!("there is no group {group}"))
            .hint("`redrive groups` lists the groups")
    })?;
    let filter = Filter::of_group(run, group);
    let Some(group) = workspace.store.groups(run, &filter)?.into_iter().next() else {
        return Ok(Vec::new());
    };
    let Some(field) = Path::parse(&group.path).filter(|path| !path.is_root()) else {
        return Ok(Vec::new());
    };
    let wants = match workspace.contract(run)? {
        Some(contract) => contract.checker.wants(&field),
        // Nothing could be measured.
        None => return Ok(Vec::new()),
    };
    let mut known = used_before(workspace, run, &group)?;
    let used = known.len();
    let look = Look {
        workspace,
        filter: &filter,
        field: &field,
        sample,
        job,
    };
    known.extend(look.candidates(&group, &wants)?);
    let known = known
        .into_iter()
        .enumerate()
        .map(|(n, one)| (one, n < used));
    look.measure(known).map(best)
}

/// The best of them, best first.
fn best(mut measured: Vec<SuggestedFix>) -> Vec<SuggestedFix> {
    measured.sort_by_key(|one| {
        let report = &one.report;
        let mended = report.ready + report.wrong_elsewhere;
        let best = (report.ready, mended, u64::MAX - report.newly_broken);
        std::cmp::Reverse((one.used_before, best))
    });
    // What does the same by more is no help.
    let mut seen = BTreeSet::new();
    measured.retain(|one| {
        let report = &one.report;
        one.used_before || seen.insert((report.ready, report.wrong_elsewhere))
    });
    measured.truncate(SHOWN);
    for one in &mut measured {
        one.request.sample = None;
    }
    measured
}

/// What fixed the same problem in other runs, newest first.
fn used_before(workspace: &Workspace, run: RunId, group: &Group) -> Result<Vec<Vec<Transform>>> {
    let condition = super::recipe::condition_of(group);
    let mut used = Vec::new();
    for what in workspace.store.recipe_steps_elsewhere(run)? {
        for step in serde_json::from_str::<Vec<RecipeStep>>(&what).unwrap_or_default() {
            let is_same = step.field == group.path && step.condition == condition;
            if is_same && !used.contains(&step.transforms) {
                used.push(step.transforms);
            }
        }
    }
    Ok(used)
}

/// What candidates are made from.
struct Look<'l> {
    workspace: &'l Workspace,
    filter: &'l Filter,
    field: &'l Path,
    sample: Option<usize>,
    job: &'l Job,
}

impl Look<'_> {
    fn request(&self, transforms: Vec<Transform>) -> FixRequest {
        FixRequest::new(self.filter.clone(), self.field.clone(), transforms)
    }

    /// What each of them would do; those that leave the field wrong everywhere are left out.
    fn measure(
        &self,
        known: impl Iterator<Item = (Vec<Transform>, bool)>,
    ) -> Result<Vec<SuggestedFix>> {
        let mut measured: Vec<SuggestedFix> = Vec::new();
        for (transforms, used_before) in known {
            if measured
                .iter()
                .any(|one| one.request.transforms == transforms)
            {
                continue;
            }
            let mut request = self.request(transforms);
            request.sample = self.sample;
            let Some(preview) = preview_fix(self.workspace, &request, self.job)? else {
                continue;
            };
            // A fix that leaves the field wrong everywhere is no suggestion.
            let mends = preview.report.ready + preview.report.wrong_elsewhere;
            if mends > 0 {
                measured.push(SuggestedFix {
                    request,
                    report: preview.report,
                    used_before,
                });
            }
        }
        Ok(measured)
    }

    fn candidates(&self, group: &Group, wants: &Wants) -> Result<Vec<Vec<Transform>>> {
        let tidy = Transform::Tidy(Tidy::usual());
        let mut all = vec![vec![tidy.clone()]];
        if wants.default.is_some() {
            all.push(vec![Transform::Default(SchemaDefault {})]);
        }
        if wants.number || wants.integer {
            all.push(vec![Transform::Number(Number { decimal: None })]);
        }
        if wants.boolean {
            all.push(vec![Transform::Boolean(Boolean {})]);
        }
        if matches!(wants.format.as_deref(), Some("date" | "date-time")) {
            let mut request = self.request(Vec::new());
            request.sample = self.sample;
            let evidence = date_evidence(self.workspace, &request, self.job)?;
            // Where both orders occur nothing says which is meant, so that those that can be read in two ways stay.
            all.push(vec![Transform::Date(Date {
                first: evidence.order(),
                ..Date::default()
            })]);
        }
        if group.code == "pattern" && group.path.contains("phone") {
            all.extend(COUNTRIES.map(|country| {
                vec![Transform::Phone(Phone {
                    country: country.to_owned(),
                })]
            }));
        }
        // All of them, also where only a sample is measured: a map must know what it is to replace.
        let values = self.workspace.store.values_of(group.id, VALUES)?;
        let values: BTreeSet<String> = (values.into_iter())
            .filter_map(|(found, ..)| match found {
                Found::Text(text) => Some(text),
                Found::Json(_) | Found::Missing => None,
            })
            .collect();
        if values.iter().any(|text| text.contains(['Ã', 'â', 'Â'])) {
            all.push(vec![Transform::Encoding(Encoding {
                label: "windows-1252".to_owned(),
            })]);
        }
        if !wants.allowed.is_empty() || wants.text {
            for to in [To::Lower, To::Upper] {
                all.push(vec![tidy.clone(), Transform::Case(Case { to })]);
            }
        }
        all.extend(self.like_edits(group, wants)?);
        let map = nearest(&values, wants);
        if !map.is_empty() {
            all.push(vec![Transform::Map(Map { values: map })]);
        }
        Ok(all)
    }

    /// What the edits of single records in this field would do to the others.
    fn like_edits(&self, group: &Group, wants: &Wants) -> Result<Vec<Vec<Transform>>> {
        let mut like = Vec::new();
        let steps = self.workspace.store.recipe_steps(group.run)?;
        for (_, what) in steps.into_iter().rev().take(EDITS) {
            for step in serde_json::from_str::<Vec<RecipeStep>>(&what).unwrap_or_default() {
                if let (true, [Transform::Map(map)]) =
                    (step.field == group.path, step.transforms.as_slice())
                    && let (1, Some((before, after))) =
                        (map.values.len(), map.values.first_key_value())
                {
                    like.extend(infer(before, after, wants).into_iter().map(|one| vec![one]));
                }
            }
        }
        Ok(like)
    }
}

/// For each value the certain repair, if there is one.
fn nearest(values: &BTreeSet<String>, wants: &Wants) -> BTreeMap<String, String> {
    let pair = |text: &String| {
        let new = repair(&Found::Text(text.clone()), wants)?;
        Some((text.clone(), new))
    };
    values.iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::RecordId,
        ops::{fix::apply_fix, testing::Desk},
    };

    fn group(desk: &Desk, run: i64, code: &str) -> GroupId {
        let all = desk.workspace.store.groups(RunId(run), &Filter::default());
        let found = all.unwrap().into_iter().find(|group| group.code == code);
        found.unwrap().id
    }

    #[test]
    fn the_best_fix_is_the_one_that_makes_most_ready() {
        let desk = Desk::checked(&[
            "A1,a@b.de,30,open",
            "A2,a@b.de,30, Open ",
            "A3,a@b.de,12,Opne",
            "A4,a@b.de,30,Shut",
        ]);
        let stage = group(&desk, 1, "enum");
        let all = suggest_fixes(&desk.workspace, stage, None, &Job::default()).unwrap();
        let shown: Vec<_> = (all.iter())
            .map(|one| {
                (
                    one.request.words(),
                    one.report.ready,
                    one.report.wrong_elsewhere,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "stage  map \" Open \" to \"Open\" and 2 more values".to_owned(),
                    2,
                    1
                ),
                (
                    "stage  tidy outer spaces, double spaces, hidden characters, separate accents"
                        .to_owned(),
                    1,
                    0
                ),
            ]
        );
    }

    #[test]
    fn a_sample_looks_all_over_the_group() {
        assert_eq!(super::super::spread((0..10).collect(), Some(3)), [0, 3, 6]);
        assert_eq!(super::super::spread(vec![1, 2], Some(3)), [1, 2]);
    }

    #[test]
    fn one_edit_by_hand_is_offered_for_all_like_it() {
        let mut desk = Desk::checked(&[
            "A1,a(at)b.de,30,Open",
            "A2,b(at)b.de,30,Open",
            "A3,c(at)b.de,12,Open",
        ]);
        let change = crate::fix::Change::Text {
            path: Path::field("email"),
            text: "a@b.de".to_owned(),
        };
        crate::ops::edit(&mut desk.workspace, RecordId(1), &[change], None).unwrap();
        let email = group(&desk, 1, "format");
        let all = suggest_fixes(&desk.workspace, email, None, &Job::default()).unwrap();
        let best = &all[0];
        assert_eq!(best.request.words(), "email  replace \"(at)\" with \"@\"");
        assert_eq!((best.report.ready, best.report.wrong_elsewhere), (1, 1));
    }

    #[test]
    fn what_helped_in_an_earlier_run_comes_first() {
        let mut desk = Desk::checked(&["A1,a@b.de,30,shut"]);
        let stage = group(&desk, 1, "enum");
        let map = Transform::Map(Map {
            values: [("shut".to_owned(), "Closed".to_owned())].into(),
        });
        let request = FixRequest::new(
            Filter::of_group(RunId(1), stage),
            Path::field("stage"),
            vec![map.clone()],
        );
        let preview = preview_fix(&desk.workspace, &request, &Job::default())
            .unwrap()
            .unwrap();
        apply_fix(
            &mut desk.workspace,
            &preview,
            &BTreeSet::new(),
            &Job::default(),
        )
        .unwrap();
        desk.second_run(&["B1,a@b.de,30,shut", "B2,a@b.de,30, Open"]);
        let stage = group(&desk, 2, "enum");
        let all = suggest_fixes(&desk.workspace, stage, None, &Job::default()).unwrap();
        assert!(all[0].used_before && all[0].request.transforms == [map]);
        assert!(!all[1].used_before);
    }
}
