//! A nested JSON value as lines that can be opened and closed.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use crate::model::Path;

/// From this many items on, an array that is opened shows only its failing items, or its first ones.
const LONG: usize = 20;

/// Which parts of a value are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    open: HashSet<Path>,
    /// Long arrays of which every item is shown.
    whole: HashSet<Path>,
}

/// One line of an opened value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeLine {
    /// Where the value stands; for [`Kind::More`] the array whose items are left out.
    pub path: Path,
    /// 0 for the members of the whole.
    pub depth: usize,
    /// The member's name or the item's position, as written. Untrusted.
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Leaf,
    /// An object or array; empty ones are leaves.
    Branch {
        expanded: bool,
    },
    /// Stands for items that are left out, none of which fails.
    More {
        items: usize,
    },
}

impl TreeLine {
    /// What stands in place of a name: `... 480 more, all fine`.
    pub fn label(&self) -> String {
        match self.kind {
            Kind::More { items } => format!(
                "... {} more, all fine",
                crate::text::thousands(items as u64)
            ),
            Kind::Leaf | Kind::Branch { .. } => self.name.clone(),
        }
    }
}

impl Tree {
    /// Opens every branch that a path leads through.
    pub fn reveal<'p>(&mut self, paths: impl IntoIterator<Item = &'p Path>) {
        for path in paths {
            let mut path = path.clone();
            while let Some((parent, _)) = path.split_last() {
                self.open.insert(parent.clone());
                path = parent;
            }
        }
    }

    /// Opens a branch, or shows the items a [`Kind::More`] stands for.
    pub fn expand(&mut self, line: &TreeLine) {
        match line.kind {
            Kind::Branch { .. } => self.open.insert(line.path.clone()),
            Kind::More { .. } => self.whole.insert(line.path.clone()),
            Kind::Leaf => false,
        };
    }

    /// Closes a branch. `false` when the line is none or is closed already.
    pub fn collapse(&mut self, line: &TreeLine) -> bool {
        let open = line.kind == Kind::Branch { expanded: true } && self.open.remove(&line.path);
        if open {
            self.whole.remove(&line.path);
        }
        open
    }

    /// The lines of `value` as far as it is open, in the order of its text. `failing` are the places of problems: in a
    /// long array the items that hold one come first.
    pub fn lines(&self, value: &Value, failing: &BTreeSet<Path>) -> Vec<TreeLine> {
        let mut lines = Vec::new();
        self.members(value, &Path::root(), 0, failing, &mut lines);
        lines
    }

    fn members(
        &self,
        value: &Value,
        at: &Path,
        depth: usize,
        failing: &BTreeSet<Path>,
        lines: &mut Vec<TreeLine>,
    ) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.line(name.clone(), value, at, depth, failing, lines);
                }
            }
            Value::Array(items) => {
                let shown = self.shown_items(items.len(), at, failing);
                let left_out = items.len() - shown.len();
                for position in shown {
                    let name = position.to_string();
                    self.line(name, &items[position], at, depth, failing, lines);
                }
                if left_out > 0 {
                    lines.push(TreeLine {
                        path: at.clone(),
                        depth,
                        name: String::new(),
                        kind: Kind::More { items: left_out },
                    });
                }
            }
            _ => {}
        }
    }

    fn line(
        &self,
        name: String,
        value: &Value,
        parent: &Path,
        depth: usize,
        failing: &BTreeSet<Path>,
        lines: &mut Vec<TreeLine>,
    ) {
        let path = parent.child(&name);
        let branch = match value {
            Value::Object(members) => !members.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        let expanded = branch && self.open.contains(&path);
        lines.push(TreeLine {
            path: path.clone(),
            depth,
            name,
            kind: if branch {
                Kind::Branch { expanded }
            } else {
                Kind::Leaf
            },
        });
        if expanded {
            self.members(value, &path, depth + 1, failing, lines);
        }
    }

    fn shown_items(&self, items: usize, at: &Path, failing: &BTreeSet<Path>) -> Vec<usize> {
        if items <= LONG || self.whole.contains(at) {
            return (0..items).collect();
        }
        let bad: Vec<_> = (0..items)
            .filter(|position| fails_in(failing, &at.child(&position.to_string())))
            .collect();
        if bad.is_empty() {
            (0..LONG).collect()
        } else {
            bad
        }
    }
}

/// Whether a path is among `failing`, or leads to one that is.
pub fn fails_in(failing: &BTreeSet<Path>, path: &Path) -> bool {
    let below = path.child("");
    failing.contains(path)
        || failing
            .range(&below..)
            .next()
            .is_some_and(|next| next.as_str().starts_with(below.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(pointer: &str) -> Path {
        Path::parse(pointer).unwrap()
    }

    fn picture(tree: &Tree, value: &Value, failing: &[&str]) -> String {
        let failing = failing.iter().map(|pointer| path(pointer)).collect();
        tree.lines(value, &failing)
            .iter()
            .map(|line| {
                let mark = match line.kind {
                    Kind::Branch { expanded: true } => "v ",
                    Kind::Branch { expanded: false } => "> ",
                    _ => "",
                };
                format!("{}{mark}{}\n", "  ".repeat(line.depth), line.label())
            })
            .collect()
    }

    #[test]
    fn failing_branches_are_open_and_others_closed() {
        let value = json!({"id": 1, "customer": {"name": "x"}, "lines": [{"qty": 1}, {"qty": "2"}], "tags": []});
        let mut tree = Tree::default();
        tree.reveal([&path("/lines/1/qty")]);
        insta::assert_snapshot!(picture(&tree, &value, &["/lines/1/qty"]), @r"
        id
        > customer
        v lines
          > 0
          v 1
            qty
        tags
        ");
    }

    #[test]
    fn a_long_array_shows_its_failing_items_first() {
        let value = json!({"lines": (0..500).collect::<Vec<_>>()});
        let mut tree = Tree::default();
        tree.reveal([&path("/lines/17")]);
        let failing = ["/lines/17", "/lines/404"];
        insta::assert_snapshot!(picture(&tree, &value, &failing), @r"
        v lines
          17
          404
          ... 498 more, all fine
        ");
        let more = tree.lines(&value, &failing.map(path).into()).pop().unwrap();
        tree.expand(&more);
        assert_eq!(picture(&tree, &value, &failing).lines().count(), 501);
    }

    #[test]
    fn closing_a_branch_hides_its_members() {
        let value = json!({"a": {"b": {"c": 1}}});
        let mut tree = Tree::default();
        tree.reveal([&path("/a/b/c")]);
        let lines = tree.lines(&value, &BTreeSet::new());
        assert!(tree.collapse(&lines[0]));
        assert!(!tree.collapse(&lines[2]), "a leaf cannot be closed");
        assert_eq!(tree.lines(&value, &BTreeSet::new()).len(), 1);
    }

    #[test]
    fn a_path_fails_when_it_leads_to_a_problem_but_not_when_its_name_only_begins_alike() {
        let failing = BTreeSet::from([path("/a/b"), path("/line")]);
        for (pointer, expected) in [
            ("/a", true),
            ("/a/b", true),
            ("/a/bc", false),
            ("/lines", false),
            ("", true),
        ] {
            assert_eq!(fails_in(&failing, &path(pointer)), expected, "{pointer}");
        }
    }
}
