//! Check 14: stopped, the terminal belongs to the shell; continued, it is as before.

use std::{fs, path::Path};

use crate::{DOWN, ENTER, Tmux, tty::Tty, workspace};

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
            tty.waits_for("for the shell", |output| {
                let screen = output.screen.screen();
                let mouse = screen.mouse_protocol_mode();
                !screen.alternate_screen()
                    && !screen.bracketed_paste()
                    && mouse == vt100::MouseProtocolMode::None
            });
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

/// Writes down that Ctrl+Z is to suspend, as it does elsewhere.
fn wants_to_suspend(folder: &Path) {
    let config = folder.join("config/redrive");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "ctrl_z = \"suspend\"\n").unwrap();
}

#[test]
fn ctrl_z_gives_the_terminal_back_to_who_wants_it_so_and_continued_all_is_drawn_anew() {
    let folder = workspace();
    wants_to_suspend(folder.path());
    let mut tty = Tty::start(folder.path(), 100, 30, &[]);
    tty.sees("Stage not in the list");
    for (columns, rows) in [(100, 30), (80, 24), (100, 30)] {
        tty.press("\x1a");
        tty.is_stopped();
        assert!(!tty.is_taken_over(), "what is typed is echoed");
        // It was written before the process stopped, and may still be on its way here.
        tty.waits_for("for the shell", |output| {
            let screen = output.screen.screen();
            let mouse = screen.mouse_protocol_mode();
            !screen.alternate_screen()
                && !screen.bracketed_paste()
                && mouse == vt100::MouseProtocolMode::None
                && !screen.hide_cursor()
        });
        tty.resize(columns, rows);
        tty.signal("-CONT");
        tty.waits_for("for the screen at its size", |output| {
            let screen = output.screen.screen();
            let text = screen.contents();
            let last = text.lines().nth(usize::from(rows) - 1).unwrap_or_default();
            screen.alternate_screen() && last.trim_end().ends_with("Esc Menu")
        });
        assert!(tty.is_taken_over());
        tty.sees("Stage not in the list");
    }
    tty.press(DOWN);
    tty.press("u");
    tty.sees("Nothing to undo.");
    tty.signal("-TERM");
    tty.signal("-KILL");
}

#[test]
fn in_a_shell_ctrl_z_leads_to_the_prompt_and_fg_leads_back() {
    let folder = workspace();
    wants_to_suspend(folder.path());
    let Some(tmux) = Tmux::start(folder.path(), (100, 30)) else {
        return;
    };
    tmux.types("set -m\n");
    tmux.redrive("");
    tmux.sees("Suggested fix");
    let seen = tmux.rests();
    assert_eq!(tmux.is_taken_over(), [true, true]);
    tmux.presses(&["C-z"]);
    tmux.waits_for("for the shell", || tmux.is_taken_over() == [false, false]);
    tmux.types("echo so $((40 + 2))\n");
    tmux.sees("so 42");
    tmux.types("fg\n");
    tmux.sees("Suggested fix");
    assert_eq!(tmux.rests(), seen, "as it was left");
    tmux.presses(&["Enter"]);
    tmux.sees("D-2");
    tmux.presses(&["Escape"]);
    tmux.sees("Esc Menu");
    tmux.presses(&["q"]);
    tmux.waits_for("for the shell", || tmux.is_taken_over() == [false, false]);
}
