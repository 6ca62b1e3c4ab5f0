//! The shapes of a field's texts, and the pattern of one that stays the same: `CUS-0000042` is `^CUS-[0-9]{7}$`.

use std::collections::HashMap;

use super::most;

/// Longer texts have no shape worth a pattern.
const LENGTH: usize = 40;
/// Fewer texts show no pattern.
const LEAST: u64 = 10;

/// How often each shape was seen, until there are too many.
#[derive(Default)]
pub(super) struct Shapes {
    exact: HashMap<String, Shape>,
    /// Runs of digits and letters of any length.
    loose: HashMap<String, Shape>,
    all: u64,
}

struct Shape {
    count: u64,
    first: String,
    runs: Vec<Run>,
}

/// Characters of one class that stand together.
struct Run {
    class: char,
    first: String,
    /// The same in every text.
    same: bool,
    least: usize,
    most: usize,
}

/// A pattern, and how many texts have it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub pattern: String,
    pub agree: u64,
}

impl Shapes {
    pub fn add(&mut self, text: &str, limit: usize) {
        self.all += 1;
        if text.len() > LENGTH {
            return;
        }
        let runs = runs(text);
        let exact: String = text.chars().map(class).collect();
        let loose: String = runs.iter().map(|(class, _)| *class).collect();
        count(&mut self.exact, exact, text, &runs, limit);
        count(&mut self.loose, loose, text, &runs, limit);
    }

    /// How many are remembered.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.exact.len() + self.loose.len()
    }

    /// The pattern that nearly all texts have.
    pub fn pattern(&self) -> Option<Pattern> {
        if self.all < LEAST {
            return None;
        }
        let top = |shapes: &HashMap<String, Shape>, exact: bool| {
            let shape = shapes
                .values()
                .max_by(|a, b| a.count.cmp(&b.count).then(b.first.cmp(&a.first)))?;
            let fits = most(shape.count, self.all, 950) && shape.is_stable(exact);
            fits.then(|| Pattern {
                pattern: shape.pattern(),
                agree: shape.count,
            })
        };
        top(&self.exact, true).or_else(|| top(&self.loose, false))
    }

    /// A text of the most frequent shape whose first text is not right.
    pub fn other(&self, is_right: impl Fn(&str) -> bool) -> Option<&str> {
        (self.exact.values())
            .filter(|shape| !is_right(&shape.first))
            .max_by(|a, b| a.count.cmp(&b.count).then(b.first.cmp(&a.first)))
            .map(|shape| shape.first.as_str())
    }
}

impl Shape {
    /// Whether it is the shape of an id or a code and not of a word or a sentence.
    fn is_stable(&self, exact: bool) -> bool {
        let letters = |run: &&Run| matches!(run.class, 'a' | 'A');
        let changing = |run: &Run| run.class == 'a' && !run.same;
        let code = exact && self.runs.iter().all(|run| run.class == 'A');
        let digits = self.runs.iter().any(|run| run.class == '9');
        let spaces = self.runs.iter().any(|run| run.class == ' ');
        let words = self.runs.iter().filter(letters).any(|run| !run.same);
        self.first.is_ascii()
            && !self.first.contains(|c: char| c.is_ascii_control())
            && (digits || code && self.first.len() > 1)
            && !self.runs.iter().any(changing)
            && !(spaces && words)
    }

    fn pattern(&self) -> String {
        let mut pattern = String::from("^");
        for run in &self.runs {
            let class = match run.class {
                '9' => "[0-9]",
                'A' if !run.same => "[A-Z]",
                _ => {
                    for c in run.first.chars() {
                        if r"\.+*?()|[]{}^$".contains(c) {
                            pattern.push('\\');
                        }
                        pattern.push(c);
                    }
                    continue;
                }
            };
            pattern.push_str(class);
            match (run.least, run.most) {
                (1, 1) => {}
                (least, most) if least == most => pattern.push_str(&format!("{{{least}}}")),
                _ => pattern.push('+'),
            }
        }
        pattern.push('$');
        pattern
    }
}

fn count(
    shapes: &mut HashMap<String, Shape>,
    key: String,
    text: &str,
    runs: &[(char, &str)],
    limit: usize,
) {
    if let Some(shape) = shapes.get_mut(&key) {
        shape.count += 1;
        for (known, (_, run)) in shape.runs.iter_mut().zip(runs) {
            known.same &= known.first == *run;
            known.least = known.least.min(run.len());
            known.most = known.most.max(run.len());
        }
    } else if shapes.len() < limit {
        let runs = runs.iter().map(|(class, run)| Run {
            class: *class,
            first: (*run).to_owned(),
            same: true,
            least: run.len(),
            most: run.len(),
        });
        let shape = Shape {
            count: 1,
            first: text.to_owned(),
            runs: runs.collect(),
        };
        shapes.insert(key, shape);
    }
}

/// Digits and letters in runs; every other character alone.
fn runs(text: &str) -> Vec<(char, &str)> {
    let mut runs: Vec<(char, &str)> = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let (class, end) = (class(c), at + c.len_utf8());
        match runs.last_mut() {
            Some((known, run)) if *known == class && matches!(class, '9' | 'a' | 'A') => {
                *run = &text[start..end];
            }
            _ => {
                start = at;
                runs.push((class, &text[at..end]));
            }
        }
    }
    runs
}

fn class(c: char) -> char {
    match c {
        '0'..='9' => '9',
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(texts: impl IntoIterator<Item = String>) -> Option<String> {
        let mut shapes = Shapes::default();
        for text in texts {
            shapes.add(&text, 64);
        }
        shapes.pattern().map(|found| found.pattern)
    }

    fn numbered(write: impl Fn(u64) -> String) -> Option<String> {
        pattern((0..40).map(|n| write(n * 7919 % 1000)))
    }

    #[test]
    fn ids_of_a_stable_shape_have_a_pattern() {
        let check = |found: Option<String>, expected: Option<&str>| {
            assert_eq!(found.as_deref(), expected);
        };
        check(numbered(|n| format!("CUS-{n:07}")), Some("^CUS-[0-9]{7}$"));
        check(numbered(|n| format!("user-{n}")), Some("^user-[0-9]+$"));
        check(numbered(|n| format!("{n:05}")), Some("^[0-9]{5}$"));
        check(numbered(|n| format!("+49{n}")), Some(r"^\+[0-9]+$"));
        check(
            numbered(|n| format!("{:02}/{:02}/2{n:03}", n % 28, n % 12)),
            Some("^[0-9]{2}/[0-9]{2}/[0-9]{4}$"),
        );
        check(
            numbered(|n| format!("2024-01-{:02} 1{}:00", n % 28, n % 10)),
            Some("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$"),
        );
        let state = |n: u64| char::from(b'A' + (n % 26) as u8);
        check(
            numbered(|n| format!("{}{}", state(n), state(n / 7))),
            Some("^[A-Z]{2}$"),
        );
        // Words, sentences and addresses have none.
        check(numbered(|n| format!("Ann{}", state(n))), None);
        check(numbered(|n| format!("{n} Main St{}", state(n))), None);
        check(numbered(|n| format!("{} {n}", state(n))), None);
        check(numbered(|n| format!("ü-{n:03}")), None);
        check(pattern((0..5).map(|n| format!("A-{n}"))), None);
    }

    #[test]
    fn a_few_texts_of_another_shape_are_told() {
        let mut shapes = Shapes::default();
        for n in 0..97 {
            shapes.add(&format!("A-{n:04}"), 64);
        }
        for text in ["a-1", "none", "none"] {
            shapes.add(text, 64);
        }
        let found = shapes.pattern().unwrap();
        assert_eq!((found.pattern.as_str(), found.agree), ("^A-[0-9]{4}$", 97));
        assert_eq!(shapes.other(|text| text.starts_with("A-")), Some("none"));
    }
}
