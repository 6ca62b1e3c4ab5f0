//! Which process is doing something long: loading a run, sending a plan. Its text is stored beside the work, so that
//! another process can tell work that is under way from work whose process has died.

use std::fs;

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};

/// What Linux calls the processes of the machine itself, which no container holds.
const ALL_PROCESSES: &str = "pid:[4026531836]";

/// This process as text: its number, when it was started, which start of the machine that was, and among which processes it
/// is known by that number. A number alone would be taken for another process once the machine has reused it, and a
/// container has numbers of its own.
pub(crate) fn this_process() -> String {
    let pid = std::process::id();
    let started = match stat(pid) {
        Stat::Started(at) => at,
        Stat::Dead | Stat::Unreadable => String::new(),
    };
    let here = Here::now();
    format!("{pid} {started} {}@{}", here.boot, here.namespace)
}

/// Whether the process that wrote this text is still running. A text that is no owner's is a dead one. Where that cannot be
/// told, it is taken for alive: nothing is taken from it.
pub(crate) fn is_alive(owner: &str) -> bool {
    owner == this_process() || look(owner) != Life::Dead
}

/// Whether the process that wrote this text can neither be seen at work nor known to have ended.
pub(crate) fn is_hidden(owner: &str) -> bool {
    owner != this_process() && look(owner) == Life::Hidden
}

/// What can be told of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Alive,
    Dead,
    /// It may be either.
    Hidden,
}

/// Where somebody looks at processes.
struct Here {
    /// Empty where the machine tells nothing about processes.
    boot: String,
    namespace: String,
}

impl Here {
    fn now() -> Self {
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        Self {
            boot: boot(),
            namespace: namespace.display().to_string(),
        }
    }
}

/// What `/proc` says of a number.
enum Stat {
    Started(String),
    Dead,
    Unreadable,
}

fn look(owner: &str) -> Life {
    let is_there = |pid| Pid::from_raw(pid).is_some_and(is_there);
    judge(owner, &Here::now(), std::process::id(), &stat, &is_there)
}

/// Judges what an owner's text says by what is seen from here.
fn judge(
    owner: &str,
    here: &Here,
    me: u32,
    stat: &dyn Fn(u32) -> Stat,
    is_there: &dyn Fn(i32) -> bool,
) -> Life {
    let mut parts = owner.split(' ');
    let (Some(pid), Some(started), Some(booted)) = (parts.next(), parts.next(), parts.next())
    else {
        return Life::Dead;
    };
    let Some(pid) = pid.parse().ok().filter(|pid| i32::try_from(*pid).is_ok()) else {
        return Life::Dead;
    };
    if here.boot.is_empty() {
        return if pid == me { Life::Dead } else { Life::Hidden };
    }
    // Versions before this one did not say among which processes.
    let (booted, namespace) = booted.split_once('@').unwrap_or((booted, &here.namespace));
    if namespace != here.namespace {
        return Life::Hidden;
    }
    // Some containers have a start of their own, and those that say so are told apart by their processes.
    if booted != here.boot {
        return Life::Dead;
    }
    match stat(pid) {
        Stat::Started(now) if now == started => Life::Alive,
        Stat::Started(_) | Stat::Dead => Life::Dead,
        // Processes of other accounts may be hidden, but not that there is one of this number.
        Stat::Unreadable if is_there(pid.cast_signed()) => Life::Hidden,
        Stat::Unreadable => Life::Dead,
    }
}

fn is_there(pid: Pid) -> bool {
    matches!(test_kill_process(pid), Ok(()) | Err(Errno::PERM))
}

/// The 22nd field of `/proc/PID/stat`, in clock ticks since the machine's start. The second field is the program's name in
/// parentheses, which may itself hold spaces and parentheses.
fn stat(pid: u32) -> Stat {
    let Ok(stat) = fs::read(format!("/proc/{pid}/stat")) else {
        return Stat::Unreadable;
    };
    let Some(name) = stat.iter().rposition(|byte| *byte == b')') else {
        return Stat::Unreadable;
    };
    let rest = String::from_utf8_lossy(&stat[name + 1..]).into_owned();
    let mut fields = rest.split_whitespace();
    // The field after the name is the third: the process's state. A dead child nobody has waited for works no more.
    match fields.next() {
        Some("Z" | "X") => Stat::Dead,
        _ => fields
            .nth(18)
            .map_or(Stat::Unreadable, |at| Stat::Started(at.to_owned())),
    }
}

fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

/// How far other processes can be seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    All,
    /// Those of this account only.
    OneAccount,
    /// Those of this container only.
    Container,
    Nothing,
}

/// How far other processes can be seen from here.
pub(crate) fn sight() -> Sight {
    let here = Here::now();
    if here.boot.is_empty() {
        Sight::Nothing
    } else if here.namespace != ALL_PROCESSES {
        Sight::Container
    } else if matches!(stat(1), Stat::Unreadable) {
        Sight::OneAccount
    } else {
        Sight::All
    }
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

    #[test]
    fn what_cannot_be_told_is_taken_for_alive() {
        let here = Here {
            boot: "b".to_owned(),
            namespace: "n".to_owned(),
        };
        let is = |owner: &str, stat: &dyn Fn(u32) -> Stat, is_there: bool| {
            judge(owner, &here, 1, stat, &|_| is_there)
        };
        let started = |_| Stat::Started("9".to_owned());
        let hidden = |_| Stat::Unreadable;
        assert_eq!(is("7 9 b@n", &started, true), Life::Alive);
        assert_eq!(is("7 8 b@n", &started, true), Life::Dead);
        assert_eq!(is("7 9 b@n", &|_| Stat::Dead, true), Life::Dead);
        // The accounts are kept apart, but a number that is taken can be told.
        assert_eq!(is("7 9 b@n", &hidden, true), Life::Hidden);
        assert_eq!(is("7 9 b@n", &hidden, false), Life::Dead);
        // The same machine, another container.
        assert_eq!(is("7 9 b@other", &started, true), Life::Hidden);
        // Another start of the machine, or another machine, if its processes are others as well.
        assert_eq!(is("7 9 before@n", &hidden, true), Life::Dead);
        assert_eq!(is("7 9 before@other", &hidden, true), Life::Hidden);
        // No number of a process.
        assert_eq!(is("4294967295 9 b@n", &hidden, true), Life::Dead);
        // As it was written before.
        assert_eq!(is("7 9 b", &started, true), Life::Alive);
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
        let Stat::Started(started) = stat(child.id()) else {
            panic!("the child runs");
        };
        let owner = format!("{} {started} {}", child.id(), boot());
        assert!(is_alive(&owner));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_alive(&owner));
    }
}
