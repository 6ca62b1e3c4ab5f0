//! Check 23: what is copied reaches the clipboard, and a file.

use super::people::{ready, server};
use crate::{ENTER, Tmux, tty::Tty, workspace};

#[test]
fn what_is_copied_reaches_the_terminals_clipboard_and_a_file() {
    let folder = workspace();
    let state = folder.path().join("state");
    let state = state.to_str().unwrap();
    let set = [("XDG_STATE_HOME", state), ("HOME", state)];
    let mut tty = Tty::start_in(folder.path(), (100, 30), &[], &set);
    tty.sees("Stage not in the list");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press("y");
    tty.sees("as received");
    tty.press("J");
    tty.sees("Copied D-2 as received (26 bytes, OSC 52).");
    // "D-2,b@b.example,closed won" in Base64.
    tty.waits_for("for the clipboard", |output| {
        let asked = b"\x1b]52;c;RC0yLGJAYi5leGFtcGxlLGNsb3NlZCB3b24=";
        output.bytes.windows(asked.len()).any(|part| part == asked)
    });
    let file = folder.path().join("state/redrive/clip.txt");
    let kept = std::fs::read_to_string(&file).unwrap();
    assert_eq!(kept, "D-2,b@b.example,closed won");
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
    tty.press("q");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn a_curl_command_is_copied_without_its_secrets() {
    let server = server([]);
    let folder = ready(
        &server,
        "test",
        2,
        "headers = { Authorization = 'env:CRM_TOKEN' }",
    );
    let state = folder.path().join("state");
    let state = state.to_str().unwrap();
    let set = [
        ("XDG_STATE_HOME", state),
        ("HOME", state),
        ("CRM_TOKEN", "hush-hush"),
    ];
    let mut tty = Tty::start_in(folder.path(), (100, 30), &[], &set);
    tty.sees("About this problem");
    tty.press_until("2", "[2 Records");
    tty.sees("P-1");
    tty.press(ENTER);
    tty.sees("Fields");
    tty.press("y");
    tty.sees("curl command");
    tty.press("c");
    tty.sees("Copied ");
    tty.sees("OSC 52");
    // It is kept before it is said that it was copied.
    let kept = std::fs::read_to_string(folder.path().join("state/redrive/clip.txt")).unwrap();
    assert!(
        kept.starts_with("curl ") && kept.contains("Authorization"),
        "{kept}"
    );
    assert!(!kept.contains("hush"), "{kept}");
    tty.signal("-TERM");
    tty.ends();
}

#[test]
fn in_tmux_its_buffer_holds_what_is_copied() {
    let folder = workspace();
    let Some(tmux) = Tmux::start(folder.path(), (140, 30)) else {
        return;
    };
    tmux.redrive("");
    tmux.sees("Stage not in the list");
    tmux.presses(&["Enter"]);
    tmux.sees("D-2");
    tmux.presses(&["Enter"]);
    tmux.sees("Where it came from");
    tmux.presses(&["y"]);
    tmux.sees("as received");
    tmux.presses(&["J"]);
    tmux.sees("Copied D-2 as received (26 bytes, OSC 52, tmux).");
    assert_eq!(tmux.asks(&["show-buffer"]), "D-2,b@b.example,closed won");
}

#[test]
fn over_ssh_the_terminal_at_the_other_end_is_asked() {
    let folder = workspace();
    let set = [
        ("SSH_TTY", "/dev/pts/7"),
        ("SSH_CONNECTION", "192.0.2.7 50022 192.0.2.8 22"),
    ];
    let mut tty = Tty::start_in(folder.path(), (100, 30), &[], &set);
    tty.sees("Stage not in the list");
    tty.press(ENTER);
    tty.sees("D-2");
    tty.press(ENTER);
    tty.sees("Where it came from");
    tty.press("y");
    tty.sees("as received");
    tty.press("v");
    tty.sees("OSC 52).");
    // "closed won" in Base64.
    tty.waits_for("for the clipboard", |output| {
        let asked = b"\x1b]52;c;Y2xvc2VkIHdvbg==";
        output.bytes.windows(asked.len()).any(|part| part == asked)
    });
    tty.signal("-TERM");
    tty.ends();
}
