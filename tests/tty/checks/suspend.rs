//! Check 14: stopped, the terminal belongs to the shell; continued, it is as before.

use crate::{ENTER, tty::Tty, workspace};

#[test]
fn a_suspension_gives_the_terminal_back_until_it_is_continued() {
    let folder = workspace();
    let tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Stage not in the list");
    tty.signal("-TSTP");
    tty.waits_for("for the shell", |output| {
        !output.screen.screen().alternate_screen()
    });
    tty.is_stopped();
    tty.signal("-CONT");
    tty.waits_for("for the screen", |output| {
        output.screen.screen().alternate_screen()
    });
    tty.sees("Stage not in the list");
    tty.signal("-KILL");
}

#[test]
fn stopped_the_terminal_is_the_shells_and_continued_keys_work_at_the_size_it_has_then() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    for (signal, columns, rows) in [("-TSTP", 80, 24), ("-STOP", 120, 35), ("-TSTP", 100, 30)] {
        let seen = tty.text();
        tty.signal(signal);
        tty.is_stopped();
        if signal == "-TSTP" {
            assert!(!tty.is_taken_over(), "what is typed is echoed");
            let screen = tty.screen();
            assert!(!screen.alternate_screen() && !screen.bracketed_paste());
            let mouse = screen.mouse_protocol_mode();
            assert_eq!(
                mouse,
                vt100::MouseProtocolMode::None,
                "the mouse is the shell's"
            );
        }
        tty.resize(columns, rows);
        tty.signal("-CONT");
        tty.waits_for("for the screen", |output| {
            let screen = output.screen.screen();
            let text = screen.contents();
            let last = text.lines().nth(usize::from(rows) - 1).unwrap_or_default();
            screen.alternate_screen() && last.trim_end().ends_with("Esc Menu")
        });
        assert!(tty.is_taken_over(), "{seen}");
    }
    tty.press(ENTER);
    tty.sees("D-2");
    tty.signal("-KILL");
}

#[test]
fn ctrl_z_is_undo_but_where_nothing_can_be_changed() {
    let folder = workspace();
    let mut tty = Tty::start(folder.path(), 80, 24, &[]);
    tty.sees("Stage not in the list");
    tty.press("\x1a");
    tty.sees("Nothing to undo.");
    tty.signal("-TERM");
    tty.ends();
    let mut tty = Tty::start(folder.path(), 80, 24, &["open", "--read-only"]);
    tty.sees("[READ ONLY]");
    tty.sees("Stage not in the list");
    tty.press("\x1a");
    tty.is_stopped();
    tty.signal("-CONT");
    tty.waits_for("for the screen", |output| {
        output.screen.screen().alternate_screen()
    });
    tty.signal("-KILL");
}
