//! What was typed after `contract`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

#[derive(Debug, Args)]
pub struct Contract {
    #[command(subcommand)]
    pub command: ContractCommand,
}

#[derive(Debug, Subcommand)]
pub enum ContractCommand {
    /// Draft a contract and its schema from data: CSV, JSON, or the rejects a tool left behind
    Init(ContractInit),
    /// Say what a contract means, and find mistakes in it. Nothing is written, started or sent
    Check(ContractCheck),
    /// Write a ready validator to standard output, to be put beside the contract
    Validator(ContractValidator),
}

#[derive(Debug, Args)]
pub struct ContractValidator {
    #[arg(value_enum)]
    pub kind: ValidatorKind,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ValidatorKind {
    /// validate.py, which judges with a Pydantic model
    Pydantic,
    /// each.sh, which runs a line of shell for each record
    Shell,
}

#[derive(Debug, Args)]
pub struct ContractCheck {
    /// The contract (TOML)
    #[arg(value_name = "CONTRACT", value_hint = ValueHint::FilePath)]
    pub contract: PathBuf,
}

#[derive(Debug, Args)]
pub struct ContractInit {
    /// The data; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub from: PathBuf,
    /// The contract to write; its schema is written beside it [default: the data's name with .toml, in this folder]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
    /// Instead of recognising it: csv, tsv, jsonl, json, or the word of a tool, such as pydantic
    #[arg(long, value_name = "F")]
    pub format: Option<String>,
    /// Look at the first N records only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sample: Option<u64>,
}
