//! Which process is doing something long: loading a run, sending a plan. Its text is stored beside the work, so that
//! another process can tell work that is under way from work whose process has died.

use std::fs;

/// This process as text: its number, when it was started, and which start of the machine that was. A number alone would be
/// taken for another process once the machine has reused it.
pub(crate) fn this_process() -> String {
    let pid = std::process::id();
    let started = started_at(pid).unwrap_or_default();
    format!("{pid} {started} {}", boot())
}

/// Whether the process that wrote this text is still running. A text that is no owner's is a dead one. Where the machine
/// tells nothing about processes, every other process is taken for alive: nothing is taken from it.
pub(crate) fn is_alive(owner: &str) -> bool {
    if owner == this_process() {
        return true;
    }
    let mut parts = owner.split(' ');
    let (Some(pid), Some(started), Some(booted)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let Ok(pid) = pid.parse::<u32>() else {
        return false;
    };
    if boot().is_empty() {
        return pid != std::process::id();
    }
    booted == boot() && started_at(pid).is_some_and(|now| now == started)
}

/// The 22nd field of `/proc/PID/stat`, in clock ticks since the machine's start. The second field is the program's name in
/// parentheses, which may itself hold spaces and parentheses.
fn started_at(pid: u32) -> Option<String> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let after_name = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let rest = String::from_utf8_lossy(&stat[after_name..]).into_owned();
    let mut fields = rest.split_whitespace();
    // The field after the name is the third: the process's state. A dead child nobody has waited for works no more.
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive() {
        assert!(is_alive(&this_process()));
    }

    #[test]
    fn nonsense_owns_nothing() {
        for owner in ["", "1", "x y z", "  "] {
            assert!(!is_alive(owner), "{owner:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_reused_process_number_is_another_process() {
        let ours = this_process();
        let mut parts: Vec<&str> = ours.split(' ').collect();
        parts[1] = "1";
        assert!(!is_alive(&parts.join(" ")), "same number, other start");
        let mut parts: Vec<&str> = ours.split(' ').collect();
        parts[2] = "00000000-0000-0000-0000-000000000000";
        assert!(!is_alive(&parts.join(" ")), "same number, other boot");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_child_is_alive_until_it_is_killed() {
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let owner = format!(
            "{} {} {}",
            child.id(),
            started_at(child.id()).unwrap(),
            boot()
        );
        assert!(is_alive(&owner));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_alive(&owner));
    }
}
