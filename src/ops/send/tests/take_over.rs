//! Senders that cannot be seen from here.

use super::*;
use crate::{model::Sender, ops::plan_to_watch, store::this_process};

impl Desk {
    /// Lets the open plan be sent by somebody else.
    fn sent_by(&mut self, sender: &str) {
        let put = self.workspace.store.write(|tx| {
            tx.execute("UPDATE plan SET sender = ?1", [sender])?;
            Ok(())
        });
        put.unwrap();
    }
}

#[test]
fn a_sender_in_another_container_keeps_its_plan_until_somebody_says_that_it_has_ended() {
    let mut desk = desk(&["1,30,a", "2,40,b"]);
    desk.begin("crm", false);
    let ours = this_process();
    let (number, _) = ours.rsplit_once('@').unwrap();
    desk.sent_by(&format!("{number}@pid:[1]"));
    let asked = plan_to_send(&desk.workspace, &to("crm")).unwrap_err();
    let asked = asked.downcast_ref::<Fault>().unwrap();
    assert_eq!(asked.code, "send:busy");
    assert!(asked.hint.as_ref().unwrap().contains("--take-over"));
    assert_eq!(plan(&desk.workspace, &to("crm")).unwrap().planned, 2);
    let seen = |desk: &Desk| plan_to_watch(&desk.workspace, desk.run).unwrap().unwrap();
    assert_eq!(seen(&desk).sender, Sender::Unseen);
    let fault = desk.refusal(&to("crm"));
    assert_eq!(fault.code, "send:busy");
    let hint = fault.hint.unwrap();
    assert!(hint.contains("redrive send --take-over"), "{hint}");
    let request = SendRequest {
        take_over: true,
        ..to("crm")
    };
    let report = send(&mut desk.workspace, &request, &Job::default()).unwrap();
    assert_eq!(report.accepted, 2);
    assert_eq!(
        plan_to_send(&desk.workspace, &to("crm"))
            .unwrap()
            .plan
            .planned,
        0
    );
    assert_eq!(seen(&desk).sender, Sender::Nobody);
}

#[cfg(target_os = "linux")]
#[test]
fn a_sender_that_is_seen_at_work_is_not_taken_over() {
    let mut desk = desk(&["1,30,a"]);
    desk.begin("crm", false);
    let mut child = std::process::Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let started = stat.rsplit(')').next().unwrap().split_whitespace().nth(19);
    let ours = this_process();
    let mut parts: Vec<&str> = ours.split(' ').collect();
    let id = child.id().to_string();
    (parts[0], parts[1]) = (&id, started.unwrap());
    desk.sent_by(&parts.join(" "));
    let request = SendRequest {
        take_over: true,
        ..to("crm")
    };
    let fault = desk.refusal(&request);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fault.code, "send:busy");
    assert!(!fault.hint.unwrap().contains("--take-over"));
}
