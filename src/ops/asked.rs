//! The validator of a run's contract.

use crate::{contract::Contract, validator::Program};

/// The program a contract on disk names.
pub(super) fn program(contract: &Contract) -> Option<Program> {
    let named = contract.validator.as_ref()?;
    let folder = contract.path.parent().map(std::path::Path::to_path_buf);
    Some(Program {
        command: named.command.clone(),
        folder: folder.unwrap_or_default(),
        contract: contract.path.clone(),
        timeout: named.timeout,
        batch: named.batch,
    })
}
