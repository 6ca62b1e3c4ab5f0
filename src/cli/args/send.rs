//! Arguments of `send`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{Scope, number};
use crate::ops;

#[derive(Debug, Args)]
pub struct Send {
    #[command(flatten)]
    pub scope: Scope,
    /// The destination, where the contract names more than one
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// The contract on disk [default: where the run's contract lay]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub contract: Option<PathBuf>,
    /// Say what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Freeze the plan and send nothing: somebody sends it with --plan
    #[arg(long, conflicts_with_all = ["dry_run", "plan"])]
    pub prepare: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Continue this unfinished plan, whoever made it
    #[arg(long, value_name = "N", value_parser = number::<i64>)]
    pub plan: Option<i64>,
    /// Refuse a plan of another size
    #[arg(long, value_name = "N", value_parser = number::<u64>)]
    pub expect: Option<u64>,
    /// How many to send first, and then, before all the others; 0 for no careful start
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = ops::FIRST, value_parser = number::<usize>)]
    pub first: Vec<usize>,
    /// Also send records whose key a newer run of the same contract holds
    #[arg(long)]
    pub superseded: bool,
    /// Continue what another process sends that cannot be seen from here, such as in another container, once it has ended
    #[arg(long, conflicts_with_all = ["dry_run", "prepare"])]
    pub take_over: bool,
    /// Send nothing more of an unfinished plan: what never left is ready again
    #[arg(long, conflicts_with_all = ["dry_run", "prepare"])]
    pub give_back: bool,
    /// Do not wait for what the destination asked: try now what waits to be tried again
    #[arg(long, conflicts_with_all = ["dry_run", "prepare", "give_back"])]
    pub now: bool,
    /// Send at most so many records a second [default: what the contract says]
    #[arg(long, value_name = "N", value_parser = number::<u32>)]
    pub rate: Option<u32>,
}
