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
            _ => ContractState::Unreadable {
                path,
                why: error.to_string(),
            },
        },
    }
}
