//! Contracts as they were when runs were loaded, each stored once.

use std::path::PathBuf;

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::Store;
use crate::model::RunId;

/// A contract's text with everything it refers to: enough to compile it again anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractText {
    pub name: String,
    pub text: String,
    /// Schema and reference files as `(name as the contract writes it, text)`.
    pub files: Vec<(String, String)>,
    /// Where it lay.
    pub path: PathBuf,
}

/// Stores a contract, inside the caller's transaction, and gives its id. One that is there already (the same hash) is
/// not stored again; it lies where it was last found.
pub(crate) fn keep_contract(
    conn: &Connection,
    contract: &ContractText,
    hash: &[u8; 32],
) -> Result<i64> {
    let path = contract.path.to_string_lossy();
    let known: Option<i64> = conn
        .query_row(
            "UPDATE contract SET path = ?2 WHERE hash = ?1 RETURNING id",
            params![hash, path],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    conn.execute(
        "INSERT INTO contract (hash, name, text, path) VALUES (?1, ?2, ?3, ?4)",
        params![hash, contract.name, contract.text, path],
    )?;
    let id = conn.last_insert_rowid();
    let mut insert =
        conn.prepare("INSERT INTO contract_file (contract, name, text) VALUES (?1, ?2, ?3)")?;
    for (name, text) in &contract.files {
        insert.execute(params![id, name, text])?;
    }
    Ok(id)
}

/// The statement for `redrive sql` that shows the text of a stored contract.
pub(crate) fn statement_of(contract: i64) -> String {
    format!("SELECT text FROM contract WHERE id = {contract}")
}

impl Store {
    /// The number of a run's contract; `None` when it has none. Equal numbers are equal contracts.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn contract_of(&self, run: RunId) -> Result<Option<i64>> {
        self.conn
            .prepare_cached("SELECT contract FROM run WHERE id = ?1 AND state = 'ready'")?
            .query_row([run.0], |row| row.get(0))
            .optional()?
            .ok_or_else(|| super::runs::missing(run).into())
    }

    /// A stored contract.
    pub fn contract(&self, id: i64) -> Result<ContractText> {
        let mut contract = self
            .conn
            .prepare_cached("SELECT name, text, path FROM contract WHERE id = ?1")?
            .query_row([id], |row| {
                Ok(ContractText {
                    name: row.get(0)?,
                    text: row.get(1)?,
                    files: Vec::new(),
                    path: PathBuf::from(row.get::<_, String>(2)?),
                })
            })?;
        let mut files = self.conn.prepare_cached(
            "SELECT name, text FROM contract_file WHERE contract = ?1 ORDER BY name",
        )?;
        contract.files = files
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(contract)
    }

    /// A run's contract as it was when the run was loaded or last checked; `None` when it has none.
    ///
    /// # Errors
    /// `run:missing`.
    pub fn run_contract(&self, run: RunId) -> Result<Option<ContractText>> {
        self.contract_of(run)?
            .map(|id| self.contract(id))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Sample, put_run, workspace};

    fn customers() -> ContractText {
        ContractText {
            name: "customers".to_owned(),
            text: "name = \"customers\"\n".to_owned(),
            files: vec![
                ("a.json".to_owned(), "{}".to_owned()),
                ("b.json".to_owned(), "[]".to_owned()),
            ],
            path: PathBuf::from("/etc/customers.toml"),
        }
    }

    #[test]
    fn a_contract_comes_back_as_it_was() {
        let (_folder, mut store) = workspace();
        let run = put_run(&mut store, &[Sample::default()]);
        assert_eq!(store.run_contract(run).unwrap(), None);
        store
            .write(|tx| {
                let id = keep_contract(tx, &customers(), &[1; 32])?;
                tx.execute("UPDATE run SET contract = ?1", [id])?;
                Ok(())
            })
            .unwrap();
        assert_eq!(store.run_contract(run).unwrap(), Some(customers()));
    }

    #[test]
    fn the_same_contract_is_stored_once_and_lies_where_it_was_last_found() {
        let (_folder, mut store) = workspace();
        let mut moved = customers();
        moved.path = PathBuf::from("elsewhere.toml");
        let (first, second, other) = store
            .write(|tx| {
                Ok((
                    keep_contract(tx, &customers(), &[1; 32])?,
                    keep_contract(tx, &moved, &[1; 32])?,
                    keep_contract(tx, &customers(), &[2; 32])?,
                ))
            })
            .unwrap();
        assert_eq!(first, second);
        assert_ne!(first, other);
        assert_eq!(store.contract(first).unwrap(), moved);
    }
}
