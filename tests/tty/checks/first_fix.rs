//! Check 1: the first record is fixed with six keys, each of them on the screen before it is pressed.

use tempfile::TempDir;

use crate::{DOWN, ENTER, redrive, tty::Tty};

#[test]
fn five_keys_make_the_first_record_of_the_example_ready() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 80, 24, &["demo", "--rows", "300"]);
    tty.sees("[DEMO]");
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("needs fixing");
    tty.press(ENTER);
    tty.sees("Enter Edit");
    tty.press(ENTER);
    tty.sees("Down Suggestions");
    tty.press(DOWN);
    tty.sees("no problem left after this");
    tty.press(ENTER);
    tty.sees("is ready.");
    tty.sees("n Next");
    tty.sees("state: ready");
    tty.signal("-HUP");
    tty.ends();
    let ready = [
        "-w",
        "redrive-demo/redrive.db",
        "records",
        "status:ready",
        "--json",
    ];
    assert_eq!(redrive(folder.path(), &ready).lines().count(), 1);
}

#[test]
fn two_keys_are_enough_where_the_repair_is_certain() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 80, 24, &["demo", "--rows", "300"]);
    tty.sees("Enter Open");
    tty.press(ENTER);
    tty.sees("a Use suggestion");
    tty.press("a");
    tty.sees("3 Review 1 ");
    tty.signal("-TERM");
    tty.ends();
}
