//! A fix that was chosen: what it would come to, and which records are left out of it. Pure.

use std::collections::BTreeSet;

use super::page::Fixing;
use crate::{
    fix::Transform,
    model::{Effect, FixReport, FixRow, RecordId},
    ops::FixPreview,
};

/// A fix that was chosen and is not done yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    pub fixing: Fixing,
    pub transforms: Vec<Transform>,
    /// Records that stay as they are.
    pub left_out: BTreeSet<RecordId>,
}

impl Chosen {
    pub fn new(fixing: Fixing, transforms: Vec<Transform>) -> Self {
        Self {
            fixing,
            transforms,
            left_out: BTreeSet::new(),
        }
    }
}

/// What a fix that was chosen would come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    pub preview: FixPreview,
    pub chosen: Chosen,
    /// The first record of each thing that becomes of one, or a part of all that change.
    pub rows: Vec<FixRow>,
}

impl Foreseen {
    /// The count of what would be done, without those left out.
    pub fn report(&self) -> FixReport {
        let mut report = FixReport {
            left_out: self.chosen.left_out.len() as u64,
            others: self.preview.report.others,
            ..FixReport::default()
        };
        for one in &self.preview.consequences {
            if !self.chosen.left_out.contains(&one.record) {
                report.add(one);
            }
        }
        report
    }

    /// Whether the fix would change this record, if nobody left it out.
    pub fn changes(&self, id: RecordId) -> bool {
        let mut all = self.preview.consequences.iter();
        all.any(|one| one.record == id && one.effect != Effect::Unchanged)
    }
}
