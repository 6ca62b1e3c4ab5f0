//! What the verdicts on a run's records are worth, now that its contract may have changed.

use std::path::PathBuf;

use anyhow::Result;

use super::Workspace;
use crate::{
    contract::Contract,
    model::{Fault, Freshness, RunId},
};

/// How many verdicts of a run still hold. Only records that can be checked are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub current: u64,
    pub old: u64,
    pub not_checked: u64,
    pub contract: ContractState,
}

/// How a run's contract stands to the one on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractState {
    /// The run has none.
    None,
    /// What lies there finds the same.
    Same,
    /// What lies there finds something else, so that every verdict is old.
    Changed { path: PathBuf },
    /// Nothing lies there any more. The run's own counts.
    Missing { path: PathBuf },
    /// What lies there cannot be used. The run's own counts.
    Unreadable { path: PathBuf, why: String },
}

/// How the verdicts of a run stand. Reads the contract on disk.
///
/// # Errors
/// `run:missing`; a fault when this redrive cannot use the stored contract any more.
pub fn standing(workspace: &Workspace, run: RunId) -> Result<Standing> {
    let measure = Measure::of(workspace, run)?;
    let mut standing = Standing {
        current: 0,
        old: 0,
        not_checked: 0,
        contract: measure.contract.clone(),
    };
    for (checked_by, records) in workspace.store.count_verdicts(run)? {
        *match measure.freshness(workspace, checked_by) {
            Freshness::Current => &mut standing.current,
            Freshness::Old => &mut standing.old,
            Freshness::NotChecked => &mut standing.not_checked,
        } += records;
    }
    Ok(standing)
}

/// What the verdicts of one run are measured by.
pub(super) struct Measure {
    pub contract: ContractState,
    /// What the run's contract checks.
    checks: Option<[u8; 32]>,
}

impl Measure {
    pub fn of(workspace: &Workspace, run: RunId) -> Result<Self> {
        let Some(stored) = workspace.contract(run)? else {
            return Ok(Self {
                contract: ContractState::None,
                checks: None,
            });
        };
        Ok(Self {
            contract: state(workspace, &stored),
            checks: Some(stored.checks),
        })
    }

    /// What a verdict of this contract is worth.
    pub fn freshness(&self, workspace: &Workspace, checked_by: Option<i64>) -> Freshness {
        let Some(number) = checked_by else {
            return Freshness::NotChecked;
        };
        let changed = matches!(self.contract, ContractState::Changed { .. });
        match &self.checks {
            Some(checks) if !changed && workspace.is_alike(number, checks) => Freshness::Current,
            _ => Freshness::Old,
        }
    }
}

fn state(workspace: &Workspace, stored: &Contract) -> ContractState {
    let path = stored.path.clone();
    match workspace.checks_on_disk(stored) {
        Ok(checks) if checks == stored.checks => ContractState::Same,
        Ok(_) => ContractState::Changed { path },
        Err(error) => match error.downcast_ref::<Fault>() {
            Some(fault) if fault.code == "contract:missing" => ContractState::Missing { path },
            fault => ContractState::Unreadable {
                path,
                why: match fault.and_then(Fault::place) {
                    Some(place) => format!("{place}: {error}"),
                    None => error.to_string(),
                },
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use super::*;
    use crate::{
        filter::{Filter, Wanted},
        fix::Change,
        model::{ChangeReport, Mark, Path, RecordId, Stage, Status},
        ops::{
            CheckRequest, Job, accept, check, edit, show,
            testing::{CONTRACT, Desk, code},
            undo, verify,
        },
        store::testing::set_status,
    };
    use Mark::{Failed, NotChecked, NotReached, Passed};

    const PEOPLE: [&str; 3] = ["A1,a@b.de,30,Open", "A2,foo@,30,Open", "A3,c@d.de,12,Open"];

    fn strict() -> String {
        CONTRACT.replace(">= 18", ">= 40")
    }

    fn only(id: i64) -> Filter {
        Filter::all_of([Wanted::Row(RecordId(id), RecordId(id))])
    }

    impl Desk {
        fn write(&self, contract: &str) -> PathBuf {
            let path = self.workspace.folder().join("people.toml");
            fs::write(&path, contract).unwrap();
            path
        }

        /// Checks what is not current, and counts everything again.
        fn renew(&mut self, filter: Filter, contract: Option<PathBuf>) -> ChangeReport {
            let request = CheckRequest {
                filter,
                contract,
                again: false,
            };
            let report = check(&mut self.workspace, &request, &Job::default()).unwrap();
            self.is_counted();
            report
        }

        fn is_counted(&self) {
            for finding in verify(&self.workspace).unwrap() {
                assert!(finding.ok, "{finding:?}");
            }
        }

        fn standing(&self) -> (u64, u64, u64) {
            let standing = standing(&self.workspace, RunId(1)).unwrap();
            (standing.current, standing.old, standing.not_checked)
        }

        fn verdicts(&self) -> Vec<Freshness> {
            let verdict = |id| show(&self.workspace, RecordId(id)).unwrap().verdict;
            (1..=3).map(verdict).collect()
        }
    }

    #[test]
    fn a_check_looks_only_at_what_no_contract_alike_has_checked() {
        let mut desk = Desk::csv(&PEOPLE);
        assert_eq!(desk.standing(), (0, 0, 3));
        let path = desk.write(CONTRACT);
        let first = desk.renew(Filter::default(), Some(path.clone()));
        assert_eq!((first.checked, first.current, first.ready), (3, 0, 1));
        assert_eq!(desk.standing(), (3, 0, 0));
        let again = desk.renew(Filter::default(), None);
        assert_eq!((again.checked, again.current, again.ready), (3, 3, 1));
        assert_eq!((again.still_rejected, again.step), (2, None));
        // Another destination finds nothing else.
        let elsewhere = CONTRACT.to_owned()
            + "\n[[destination]]\nname = \"crm\"\nkind = \"sqlite\"\npath = \"c.db\"\ntable = \"t\"\n";
        desk.write(&elsewhere);
        assert_eq!(desk.standing(), (3, 0, 0));
        let moved = desk.renew(Filter::default(), Some(path.clone()));
        assert_eq!((moved.current, moved.step), (3, None));
        let stored = desk.workspace.contract(RunId(1)).unwrap().unwrap();
        assert_eq!(stored.destinations.len(), 1, "the run has it all the same");
        desk.write(&strict());
        assert_eq!(desk.standing(), (0, 3, 0));
        let strict = desk.renew(Filter::default(), Some(path));
        assert_eq!((strict.current, strict.newly_broken), (0, 1));
        assert_eq!(desk.standing(), (3, 0, 0));
    }

    #[test]
    fn what_a_check_confirms_is_no_part_of_its_step() {
        let mut desk = Desk::csv(&PEOPLE);
        desk.renew(
            Filter::default(),
            Some(desk.workspace.folder().join("people.toml")),
        );
        let path = desk.write(&strict());
        let report = desk.renew(Filter::default(), Some(path));
        let history = desk.workspace.store.history(None).unwrap();
        // The third was too young before.
        assert_eq!((report.step, history[0].records), (Some(history[0].id), 2));
        assert_eq!(desk.verdicts(), [Freshness::Current; 3]);
        // The step is taken back; who confirmed the third is not.
        undo(&mut desk.workspace, None).unwrap();
        desk.is_counted();
        desk.write(CONTRACT);
        assert_eq!(desk.look(1), "A1,a@b.de,30,Open | ready | ");
        let [current, old] = [Freshness::Current, Freshness::Old];
        assert_eq!(desk.verdicts(), [current, current, old]);
        assert_eq!(desk.standing(), (2, 1, 0));
        let renewed = desk.renew(Filter::default(), None);
        assert_eq!((renewed.current, renewed.step), (2, None));
        assert_eq!(desk.verdicts(), [current; 3]);
    }

    #[test]
    fn a_confirmed_record_can_still_be_undone() {
        let mut desk = Desk::csv(&PEOPLE);
        desk.renew(
            Filter::default(),
            Some(desk.workspace.folder().join("people.toml")),
        );
        let change = Change::Text {
            path: Path::field("email"),
            text: "bar@".to_owned(),
        };
        edit(&mut desk.workspace, RecordId(2), &[change], None).unwrap();
        let path = desk.write(
            &(CONTRACT.to_owned() + "# as before\n[input]\ncoerce = true\nempty = \"keep\"\n"),
        );
        let report = desk.renew(Filter::default(), Some(path));
        assert_eq!(report.step, None);
        assert_eq!(desk.verdicts()[1], Freshness::Current);
        let undone = undo(&mut desk.workspace, None).unwrap();
        assert_eq!((undone.records, undone.skipped), (1, vec![]));
        assert_eq!(desk.look(2), "A2,foo@,30,Open | rejected | format@/email");
        assert_eq!(desk.verdicts()[1], Freshness::Old);
        desk.is_counted();
    }

    #[test]
    fn the_rest_of_a_run_that_got_another_contract_is_old() {
        let mut desk = Desk::csv(&PEOPLE);
        desk.renew(
            Filter::default(),
            Some(desk.workspace.folder().join("people.toml")),
        );
        let path = desk.write(&strict());
        desk.renew(only(2), Some(path));
        assert_eq!(desk.standing(), (1, 2, 0));
        let rest = desk.renew(Filter::default(), None);
        assert_eq!((rest.checked, rest.current, rest.newly_broken), (3, 1, 1));
        assert_eq!(desk.standing(), (3, 0, 0));
    }

    #[test]
    fn a_check_does_not_outlive_the_contract_it_was_made_with() {
        let mut desk = Desk::csv(&PEOPLE);
        let path = desk.write(CONTRACT);
        desk.renew(only(2), Some(path));
        let strict = desk.write(&strict());
        let workspace = desk.workspace.path().to_owned();
        // Whoever is told how far the check is gives the run another contract at once.
        let job = Job::new(move |_| {
            let mut other = Workspace::open(&workspace, "ben").unwrap();
            let request = CheckRequest {
                filter: only(3),
                contract: Some(strict.clone()),
                again: false,
            };
            check(&mut other, &request, &Job::default()).unwrap();
        });
        let error = check(&mut desk.workspace, &CheckRequest::default(), &job).unwrap_err();
        assert_eq!(code(&error), "workspace:changed");
        assert_eq!(desk.standing(), (1, 1, 1));
        desk.is_counted();
    }

    #[test]
    fn a_run_that_gets_its_key_in_two_parts_finds_who_stands_twice() {
        let mut desk = Desk::csv(&["K,a@b.de,30,Open", "K,b@b.de,30,Open", "K,c@b.de,30,Open"]);
        let path = desk.write(CONTRACT);
        desk.renew(only(2), Some(path));
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | ready | ");
        desk.renew(Filter::default(), None);
        assert_eq!(desk.look(1), "K,a@b.de,30,Open | ready | ");
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
        assert_eq!(desk.look(3), "K,c@b.de,30,Open | rejected | unique@/id");
        assert_eq!(desk.check(None).unwrap().step, None);
        assert_eq!(desk.standing(), (3, 0, 0));
    }

    #[test]
    fn a_key_that_an_undo_gives_back_is_found_to_stand_twice() {
        let mut desk = Desk::checked(&["K,a@b.de,30,Open", "L,b@b.de,30,Open"]);
        let mut set = |id: i64, text: &str| {
            let change = Change::Text {
                path: Path::field("id"),
                text: text.to_owned(),
            };
            edit(&mut desk.workspace, RecordId(id), &[change], None).unwrap()
        };
        let moved = set(1, "M").step;
        set(2, "K");
        undo(&mut desk.workspace, moved).unwrap();
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | ready | ");
        let report = desk.renew(Filter::default(), None);
        assert_eq!((report.checked, report.newly_broken), (2, 1));
        assert_eq!(desk.look(2), "K,b@b.de,30,Open | rejected | unique@/id");
    }

    #[test]
    fn the_contract_on_disk_is_looked_at() {
        let mut desk = Desk::checked(&PEOPLE);
        let path = desk.write(CONTRACT);
        let state = |desk: &Desk| standing(&desk.workspace, RunId(1)).unwrap().contract;
        assert_eq!(state(&desk), ContractState::Same);
        desk.write(&strict());
        let stored = desk
            .workspace
            .contract(RunId(1))
            .unwrap()
            .unwrap()
            .path
            .clone();
        let changed = ContractState::Changed {
            path: stored.clone(),
        };
        assert_eq!(state(&desk), changed);
        assert_eq!(
            state(&desk),
            changed,
            "also the second time, when it is known"
        );
        // A check without a contract takes the run's own.
        let own = desk.renew(Filter::default(), None);
        assert_eq!((own.current, own.step), (3, None));
        assert_eq!(desk.standing(), (0, 3, 0));
        desk.write("name = ");
        let ContractState::Unreadable { why, .. } = state(&desk) else {
            panic!("{:?}", state(&desk));
        };
        let place = format!("{}:1:8: ", path.display());
        assert!(why.starts_with(&place) && why.contains("syntax"), "{why}");
        assert_eq!(desk.standing(), (3, 0, 0));
        fs::remove_file(&path).unwrap();
        assert_eq!(state(&desk), ContractState::Missing { path: stored });
        assert_eq!(desk.standing(), (3, 0, 0));
        assert_eq!(state(&Desk::csv(&PEOPLE)), ContractState::None);
    }

    #[test]
    fn a_person_or_a_sent_record_leaves_no_old_verdict() {
        let mut desk = Desk::csv(&PEOPLE);
        accept(&mut desk.workspace, RecordId(1), None).unwrap();
        assert_eq!(desk.standing(), (0, 0, 3));
        let path = desk.write(CONTRACT);
        desk.renew(Filter::default(), Some(path));
        set_status(&mut desk.workspace.store, RecordId(1), Status::Accepted);
        desk.is_counted();
        desk.write(&strict());
        assert_eq!(desk.standing(), (0, 2, 0));
        let status = |id| desk.workspace.store.record(RecordId(id)).unwrap().status;
        assert_eq!((status(1), status(2)), (Status::Accepted, Status::Rejected));
    }

    #[test]
    fn a_record_shows_all_its_stages() {
        let desk = Desk::checked(&[
            "A1,foo@,12,Open",
            "A2,foo@,x,Open",
            "A3,a@b.de,30",
            "A4,a@b.de,30,Open",
        ]);
        let marks = |desk: &Desk, id: i64| {
            let detail = show(&desk.workspace, RecordId(id)).unwrap();
            let marks = detail.stages.iter().map(|one| (one.stage, one.mark));
            let hidden = detail.stages.iter().flat_map(|one| one.not_reached.clone());
            (
                marks.collect::<BTreeMap<_, _>>(),
                hidden.collect::<Vec<_>>(),
            )
        };
        let all = |parse, schema, rule| {
            BTreeMap::from([
                (Stage::Parse, parse),
                (Stage::Schema, schema),
                (Stage::Rule, rule),
            ])
        };
        let none = Vec::<String>::new();
        // What later stages say is known before anything is fixed.
        assert_eq!(marks(&desk, 1), (all(Passed, Failed, Failed), none.clone()));
        assert_eq!(
            desk.look(1),
            "A1,foo@,12,Open | rejected | format@/email ADULT@/age"
        );
        let adult = vec!["ADULT".to_owned()];
        assert_eq!(marks(&desk, 2), (all(Passed, Failed, NotReached), adult));
        assert_eq!(
            marks(&desk, 3),
            (all(Failed, NotReached, NotReached), none.clone())
        );
        assert_eq!(marks(&desk, 4), (all(Passed, Passed, Passed), none.clone()));
        desk.write(&strict());
        assert_eq!(
            marks(&desk, 4),
            (all(Passed, NotChecked, NotChecked), none.clone())
        );
        let bare = Desk::csv(&["A1,a@b.de,30,Open"]);
        assert_eq!(marks(&bare, 1), (all(Passed, NotChecked, NotChecked), none));
    }
}
