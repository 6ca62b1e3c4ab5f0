//! Check 20: nothing is called wrong while one types, and what is wrong is said when one stops.

use tempfile::TempDir;

use super::strike;
use crate::{
    redrive,
    tty::{Tty, cells},
};

/// The first frame that showed a text.
fn when_first_seen(bytes: &[u8], text: &str) -> String {
    let mut screen = vt100::Parser::new(cells(24), cells(80), 0);
    for frame in bytes.split_inclusive(|byte| *byte == b'l') {
        screen.process(frame);
        let shown = screen.screen().contents();
        if frame.ends_with(b"\x1b[?2026l") && shown.contains(text) {
            return shown;
        }
    }
    panic!("{text:?} was never shown");
}

#[test]
fn what_is_typed_is_judged_after_a_pause_and_enter_on_what_is_wrong_keeps_the_box() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("d.schema.json"),
        r#"{"type": "object", "properties": {"id": {"type": "string"}, "day": {"type": "string", "format": "date"}}}"#,
    )
    .unwrap();
    std::fs::write(
        folder.path().join("d.toml"),
        "name = \"days\"\nkey = [\"/id\"]\n[schema]\nfile = \"d.schema.json\"\nformats = true\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("d.csv"), "id,day\n1,soon\n").unwrap();
    let load = ["load", "d.csv", "--contract", "d.toml"];
    redrive(folder.path(), &load);
    let mut tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Enter Open");
    tty.press("\r");
    tty.sees("needs fixing");
    tty.press("\r");
    tty.sees("state: needs fixing");
    tty.press("\r");
    tty.sees("Editing day");
    strike(&mut tty, "<Ctrl+U>");
    tty.sees("[   ");
    tty.press("2025-12-3");
    tty.sees("[ 2025-12-3 ");
    tty.sees("Not right yet");
    assert!(
        !when_first_seen(&tty.bytes(), "[ 2025-12-3 ").contains("Not right yet"),
        "it waits until nothing is typed for a moment"
    );
    tty.press("1");
    tty.sees("no problem left after this");
    tty.press("x\r");
    tty.sees("Save anyway");
    tty.sees("[ 2025-12-31x ");
    tty.press("\x1b");
    tty.sees("Enter Save + next");
    tty.press("\x7f\r");
    tty.sees("state: ready");
    tty.signal("-TERM");
    tty.ends();
}
