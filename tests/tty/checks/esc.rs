//! Check 4: Esc goes one rung down at a time, says before what it will do, and changes nothing.

use tempfile::TempDir;

use crate::{DOWN, ENTER, redrive, tty::Tty};

const ESC: &str = "\x1b";

#[test]
fn esc_closes_the_list_then_the_edit_then_the_record_then_the_filter_then_the_list() {
    let folder = TempDir::new().unwrap();
    let mut tty = Tty::start(folder.path(), 100, 30, &["demo", "--rows", "300"]);
    tty.sees("[DEMO]");
    tty.sees("Enter Open");
    tty.press_until("2", "[2 Records");
    tty.sees("needs fixing");
    tty.press("/");
    tty.sees("Enter Keep this filter");
    tty.press("\x1b[200~stage:schema\x1b[201~");
    tty.press(ENTER);
    tty.sees("Esc Clear filter");
    tty.sees("needs fixing");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press(ENTER);
    tty.sees("Editing stage");
    tty.press("x");
    tty.press("\x08\x7f");
    tty.sees("Down Suggestions");
    tty.press(DOWN);
    tty.sees("Esc Close the list");
    for (rung, after) in [
        ("Esc Close the list", "Esc Cancel edit"),
        ("Esc Cancel edit", "Nothing was changed."),
        ("Esc Back", "Esc Clear filter"),
        ("Esc Clear filter", "Filter  none"),
        ("Esc Back", "[1 Problems"),
        ("Esc Menu", "┌ Menu: Problems"),
        ("Esc Close menu", "Esc Menu"),
    ] {
        tty.sees(rung);
        tty.press(ESC);
        tty.sees(after);
    }
    for _ in 0..13 {
        tty.press(ESC);
        tty.rests(std::time::Duration::from_millis(60));
    }
    tty.sees("Problems");
    tty.signal("-TERM");
    tty.ends();
    let history = ["-w", "redrive-demo/redrive.db", "history", "--json"];
    assert_eq!(redrive(folder.path(), &history), "", "nothing was done");
}
