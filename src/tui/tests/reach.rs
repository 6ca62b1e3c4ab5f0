//! Check 5: whoever has arrows, Enter and Esc alone can do everything.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::scenes::{at, strike};
use crate::tui::{
    action::{Action, Offer},
    app::App,
    keymap,
    overlays::Overlay,
    pages::Subject,
};

const KEYS: [&str; 6] = ["Down", "Enter", "Right", "Up", "Esc", "Left"];

/// Where a person is: the page, what can be done there, and what lies over it. Which record it is makes no difference.
fn place(app: &App) -> String {
    let page = app.pages.top();
    let able = |offer: &Offer| offer.unable.is_none().then_some(offer.action);
    let able: Vec<Action> = app.offers().iter().filter_map(able).collect();
    let over = match &app.overlay {
        Some(Overlay::Palette(palette)) => format!("{:?}", palette.chosen()),
        over => format!("{over:?}"),
    };
    let field = match page.subject() {
        Some(Subject::Record { field, .. }) if page.name() == "Record" => field,
        _ => None,
    };
    let (name, escape, tab) = (page.name(), page.escape(), app.tab);
    format!("{name} {escape} {tab:?} {field:?} {able:?} {over}")
}

/// The keys worth trying: a menu is walked down, and each line of it is taken once on each page.
fn keys(app: &App, taken: &mut HashSet<String>) -> Vec<&'static str> {
    let Some(Overlay::Palette(palette)) = &app.overlay else {
        return KEYS.to_vec();
    };
    let chosen = palette.chosen().filter(|entry| entry.unable.is_none());
    let action = chosen.map(|entry| entry.action);
    let page = app.pages.top().name();
    if action.is_some() && taken.insert(format!("{page} {action:?}")) {
        vec!["Down", "Up", "Enter"]
    } else {
        vec!["Down", "Up"]
    }
}

/// What the next key will do.
fn meant(app: &App, key: &str) -> Option<Action> {
    let key = keymap::parse(key)?;
    let action = app.cx.keys.resolve(app.mode(), key)?;
    match (&app.overlay, app.tab, action) {
        (Some(Overlay::Palette(palette)), _, Action::Open) => {
            let entry = palette.chosen()?;
            entry.unable.is_none().then_some(entry.action)
        }
        (None, Some(tab), Action::Open) => Some(tab.action()),
        _ => Some(action),
    }
}

#[test]
fn arrows_enter_and_esc_reach_everything_that_can_be_done() {
    let (mut seen, mut taken, mut done) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut enabled: BTreeMap<String, String> = BTreeMap::new();
    let mut waiting = VecDeque::from([Vec::<&str>::new()]);
    let mut steps = 0;
    while let Some(path) = waiting.pop_front() {
        let walk = || {
            let mut app = at("", (80, 24));
            for key in &path {
                strike(&mut app, keymap::parse(key).expect("a key"));
            }
            app
        };
        let here = walk();
        for offer in here.offers().iter().filter(|offer| offer.unable.is_none()) {
            let action = format!("{:?}", offer.action);
            enabled.entry(action).or_insert_with(|| path.join(" "));
        }
        for key in keys(&here, &mut taken) {
            let mut app = walk();
            let Some(action) = meant(&app, key) else {
                continue;
            };
            done.insert(format!("{action:?}"));
            strike(&mut app, keymap::parse(key).expect("a key"));
            steps += 1;
            if app.exit().is_none() && seen.insert(place(&app)) {
                let mut path = path.clone();
                path.push(key);
                waiting.push_back(path);
            }
        }
    }
    println!("{} places, {steps} steps", seen.len());
    // Text is typed, so that there is a keyboard to clear it with; the others are second keys of what was done.
    for (second, of) in [
        ("NextPanel", "Zoom"),
        ("Leave", "Back"),
        ("ClearText", "Edit"),
        ("PreviousPanel", "Zoom"),
    ] {
        assert!(done.contains(of), "{of}");
        done.insert(second.to_owned());
    }
    let missing = |(action, way): (&String, &String)| {
        (!done.contains(action)).then(|| format!("{action}, offered after: {way}"))
    };
    let unreached: Vec<String> = enabled.iter().filter_map(missing).collect();
    assert!(unreached.is_empty(), "{}", unreached.join("\n"));
    let all = Action::ALL.iter().map(|action| format!("{action:?}"));
    let never: Vec<String> = all
        .filter(|action| !enabled.contains_key(action) && !done.contains(action))
        .collect();
    // Of a JSON record; of a run without a contract; of a send that cannot be seen; of a list of columns; of a step further down the history; of views, of which there are
    // none; quicker ways to move; and leaving at once, or for a while.
    let elsewhere = [
        "ChangeType",
        "MakeNull",
        "RemoveField",
        "AddField",
        "Earlier",
        "Later",
        "UndoStep",
        "GoBack",
        "SaveRecipe",
        "MarkReady",
        "TakeOver",
        "Views",
        "Stop",
        "Suspend",
        "PageUp",
        "PageDown",
        "First",
        "Last",
    ];
    assert_eq!(never, elsewhere, "of the registry, but never offered");
}
