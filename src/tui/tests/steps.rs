//! What a step through a list costs a line: little, also where the record beside it has nothing in common with the one before.

use std::{
    num::NonZero,
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};

use crate::{
    model::{Found, Group, Path, RecordRow, RunId, StepKind, StepRow},
    tui::{
        app::App,
        event::{Answer, Event, Query},
        frames::{Frames, MOST},
        pace::REST,
        testing::{self, answer, app_with, feed_with, parse, rows_of},
        theme::{Depth, Theme},
    },
};

const SIZES: [(u16, u16); 6] = [
    (80, 24),
    (100, 30),
    (120, 40),
    (160, 40),
    (161, 45),
    (200, 60),
];

/// Letters that have nothing in common with those of another record.
fn noise(of: i64, what: usize, length: usize) -> String {
    let mut random = fastrand::Rng::with_seed(of.unsigned_abs() * 1_000 + what as u64);
    let letters = std::iter::repeat_with(|| random.alphanumeric());
    letters.take(length).collect()
}

/// A record of many fields, in each of which stands something else than in those of other records, with problems of its own.
fn strange(id: i64) -> RecordRow {
    let mut row = testing::record(id, Value::Null);
    let field = |n: usize| {
        let length = 4 + (id as usize * 7 + n * 5) % 20;
        (format!("field_{n:02}"), json!(noise(id, n, length)))
    };
    row.current = Some(Value::Object((0..60).map(field).collect::<Map<_, _>>()));
    for n in 0..3 {
        let at = (id as usize * 3 + n * 7) % 60;
        let mut problem = testing::problem(
            &format!("/field_{at:02}"),
            Found::Text(noise(id, 100 + n, 30)),
        );
        problem.message = format!("{} {}", noise(id, 200 + n, 40), noise(id, 300 + n, 50));
        problem.hint = noise(id, 400 + n, 60);
        row.problems.push(problem);
    }
    row.changed = vec![Path::field(&format!("field_{:02}", id % 60))];
    row
}

/// A problem of its own in every line of the card.
fn strange_group(id: i64) -> Group {
    let title = noise(id, 1, 35);
    let mut group = testing::group(
        id,
        &title,
        &format!("/{}", noise(id, 2, 15)),
        10_000 - id as u64,
    );
    (group.template, group.owner) = (noise(id, 3, 90), noise(id, 4, 20));
    group.shapes.clear();
    for n in 0..20 {
        group.shapes.push(crate::model::ShapeCount {
            shape: noise(id, 5 + n, 20),
            count: 100 + id.unsigned_abs() * 7 + n as u64,
            example: noise(id, 30 + n, 30),
        });
    }
    group
}

fn strange_step(id: i64) -> StepRow {
    StepRow {
        author: noise(id, 1, 6),
        ..testing::step(RunId(1), id, StepKind::Fix, &noise(id, 2, 150), false)
    }
}

fn answers(query: Query) -> Answer {
    match query {
        Query::Rows { ids } => Answer::Rows(ids.iter().map(|id| strange(id.0)).collect()),
        Query::Groups { .. } => Answer::Groups {
            run: testing::run(),
            groups: (1..90).map(strange_group).collect(),
        },
        Query::Example { group, .. } => Answer::Example {
            row: Some(Box::new(strange(group.0))),
            notes: Vec::new(),
        },
        Query::History { .. } => Answer::History {
            steps: (1..200).map(strange_step).collect(),
            plans: Vec::new(),
            sent: std::collections::HashMap::new(),
            turns: crate::ops::Turns {
                undo: None,
                redo: None,
            },
        },
        Query::Record { id } => {
            let Answer::Record(mut record) = answer(Query::Record { id }) else {
                panic!("a record is answered by a record")
            };
            (record.row, record.layout) = (strange(id.0), crate::model::Layout::Json);
            Answer::Record(record)
        }
        other => answer(other),
    }
}

/// Somebody at the keys of an app in a terminal.
struct Line {
    app: App,
    frames: Frames,
    terminal: vt100::Parser,
    now: Instant,
}

impl Line {
    fn open(size: (u16, u16), theme: Theme) -> Self {
        let route = crate::tui::event::Route::Groups { run: RunId(1) };
        let mut app = app_with(route, size, &answers);
        app.theme = theme;
        let cells = |cells| NonZero::new(cells).unwrap();
        let mut line = Self {
            app,
            frames: Frames::new().unwrap(),
            terminal: vt100::Parser::new(cells(size.1), cells(size.0), 0),
            now: Instant::now(),
        };
        line.draw();
        line
    }

    /// Draws a frame and gives its bytes.
    fn draw(&mut self) -> usize {
        let (app, frames) = (&mut self.app, &mut self.frames);
        let drawn = frames.draw(app.cx.size, |frame| {
            app.draw(frame);
            app.late()
        });
        let bytes = drawn.unwrap().bytes;
        self.terminal.process(&bytes);
        bytes.len()
    }

    /// Presses a key and gives the bytes of all frames until everything is answered.
    fn press(&mut self, key: &str) -> usize {
        self.now += Duration::from_millis(40);
        self.app.update(Event::Tick(self.now));
        let mut bytes = 0;
        for key in parse(key) {
            let effects = self.app.update(Event::Key(key));
            bytes += self.draw();
            feed_with(&mut self.app, effects, &answers);
            bytes += self.draw();
        }
        bytes
    }

    /// Lets the cursor rest: then all of it is there.
    fn rests(&mut self) -> usize {
        self.now += REST;
        self.app.update(Event::Tick(self.now));
        let bytes = self.draw();
        let shown: Vec<String> = (self.terminal.screen().contents().lines())
            .map(|line| line.trim_end().to_owned())
            .collect();
        let mut drawn = rows_of(&testing::cells(&mut self.app));
        while drawn.last().is_some_and(String::is_empty) {
            drawn.pop();
        }
        assert_eq!(shown, drawn);
        bytes
    }

    /// Steps at the ends of the window, where only the cursor moves and where the list moves; gives the most that one step
    /// took.
    fn most(&mut self) -> usize {
        let mut most = 0;
        for (there, step) in [
            ("<Home>", "<Down>"),
            ("<PgDn><PgDn><PgDn>", "<Down>"),
            ("<PgUp>", "<Up>"),
            ("<PgUp><PgUp>", "<Up>"),
        ] {
            self.press(there);
            self.rests();
            for _ in 0..4 {
                most = most.max(self.press(step));
            }
            self.rests();
        }
        most
    }
}

#[test]
fn a_step_is_small_in_every_list_and_window_whatever_stands_beside_it() {
    let lists = [
        ("Problems", ""),
        ("Records", "2"),
        ("a problem's records", "<ret>"),
        ("History", "5"),
        ("columns", "2c"),
        ("commands", ":"),
    ];
    let mut all = Vec::new();
    for size in SIZES {
        for (name, keys) in lists {
            let mut line = Line::open(size, Theme::Dark(Depth::True));
            line.press(keys);
            line.rests();
            let most = line.most();
            println!("{size:?} {name}: {most} bytes");
            all.push((most, size, name));
        }
    }
    all.sort_unstable();
    assert!(all.iter().all(|(bytes, ..)| *bytes <= MOST), "{all:?}");
}
