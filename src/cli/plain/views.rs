//! The filters with a name, and those that were applied last, in words.

use super::{
    names::Names,
    page::{Page, Wish},
    say::plain,
};
use crate::{
    model::RunId,
    ops::Filters,
    text::{count, safe},
};

/// Filters that were applied last and are offered.
const RECENT: usize = 5;

pub fn page(run: RunId, filters: &Filters) -> Page {
    let find = |filter: &str| Wish::Find(filter.to_owned());
    let named = (filters.views.iter()).map(|view| {
        let words = format!("{}: {}", safe(&view.name), safe(&view.filter));
        (words, find(&view.filter))
    });
    let recent = (filters.recent.iter().take(RECENT))
        .map(|filter| (format!("Lately: {}", safe(filter)), find(filter)));
    let lines = match filters.views.len() as u64 {
        0 => vec![
            "No view is saved. A slash and a filter finds records, and save NAME keeps the filter as a view."
                .to_owned(),
        ],
        many => vec![format!("{}, for run {run}.", count(many, "saved view"))],
    };
    let known: Vec<String> = filters.views.iter().map(|view| view.name.clone()).collect();
    Page {
        names: (!known.is_empty()).then_some(Names::Remove(known)),
        ..plain(lines, named.chain(recent).collect())
    }
}
