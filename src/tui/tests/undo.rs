//! Check 11: whatever was done can be taken back to the beginning, and brought back to the end.

use super::{
    desk::{Desk, Example},
    random, rounds,
};

/// Presses a key until it has nothing to do any more.
fn until(desk: &mut Desk, key: &str, words: &str) -> usize {
    let mut times = 0;
    loop {
        desk.types(key);
        let seen = desk.sees();
        if seen.contains(words) {
            return times;
        }
        times += 1;
        assert!(times < 5_000, "{words} never comes:\n{seen}");
    }
}

/// Something a person may do to records, from the Problems page and back to it.
fn anything(random: &mut fastrand::Rng) -> String {
    let downs = |random: &mut fastrand::Rng, most| "<Down>".repeat(random.usize(..most));
    let group = downs(random, 12);
    let record = downs(random, 8);
    let choice = downs(random, 22);
    match random.u8(..12) {
        0..3 => format!("{group}<ret>{record}a"),
        3 => format!("{group}<ret>{record}<Right>e7<ret><ret>"),
        4 => format!("{group}<ret>{record}<ret>e<Ctrl+U>Open<ret><ret>"),
        5 => format!("{group}<ret>{record}o"),
        6 => format!("{group}<ret>{record}<Right><Right><Del>"),
        7 => format!("{group}<ret>{record}xtest<ret>"),
        8 => format!("2{record}{choice}xagain<ret>"),
        9 => format!("{group}<ret>{record}<ret>o"),
        10 => format!("{group}<ret>{record} <Down> xtwo<ret><ret>"),
        _ => format!("{group}b{choice}<ret>x=y<ret>A"),
    }
}

#[test]
fn everything_that_was_done_is_taken_back_to_the_beginning_and_brought_back_to_the_end() {
    let mut random = random("undo");
    let example = Example::new(120);
    let mut desk = example.desk("undo");
    let before = desk.export();
    for _ in 0..rounds(24) {
        let keys = anything(&mut random);
        desk.types(&keys);
        // Back to the first problem, whatever stands in the way.
        desk.types("<esc><esc><esc><esc><esc>");
        desk.types("<Ctrl+C>1<Home>");
        while desk.sees().contains("┌ Menu: ") {
            desk.types("<esc>");
        }
        desk.types("1<Home>");
    }
    let after = desk.export();
    assert_ne!(after, before, "something was done");
    let undone = until(&mut desk, "u", "Nothing to undo");
    println!("{undone} steps");
    assert!(undone > rounds(24) / 4, "only {undone} steps");
    assert!(desk.export() == before, "all is as it was received");
    let redone = until(&mut desk, "U", "Nothing to redo");
    assert_eq!(redone, undone);
    assert!(desk.export() == after, "all is as it was before");
}
