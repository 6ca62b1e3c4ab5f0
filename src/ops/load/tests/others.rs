//! Loads of other processes: dead, alive, or where nobody here can tell.

use super::*;

#[test]
fn what_a_dead_process_left_is_cleared_and_a_live_one_is_waited_for() {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let empty = workspace.store.loaded();
    workspace.store.leave_behind("1 1 another-boot");
    assert_ne!(workspace.store.loaded(), empty);
    workspace.store.clear_abandoned(false).unwrap();
    assert_eq!(workspace.store.loaded(), empty);

    let alive = crate::store::this_process();
    workspace.store.leave_behind(&alive);
    let request = folder.request(b"id,n,t\nA,1,x\n");
    let error = load_with(&mut workspace, &request, None, 64, &Job::default()).unwrap_err();
    assert_eq!(fault(&error), "load:running");
    let hint = |error: &anyhow::Error| error.downcast_ref::<Fault>().unwrap().hint.clone().unwrap();
    assert!(hint(&error).starts_with("wait"), "{}", hint(&error));
}

#[test]
fn a_load_in_another_container_is_waited_for_until_somebody_says_that_it_has_ended() {
    let folder = Folder::new();
    let mut workspace = folder.workspace();
    let ours = crate::store::this_process();
    let (process, _) = ours.split_once('@').unwrap();
    workspace.store.leave_behind(&format!("{process}@pid:[1]"));
    let mut request = folder.request(b"id,n,t\nA,1,x\n");
    let mut load =
        |request: &LoadRequest| load_with(&mut workspace, request, None, 64, &Job::default());
    let error = load(&request).unwrap_err();
    assert_eq!(fault(&error), "load:running");
    let hint = error.downcast_ref::<Fault>().unwrap().hint.clone().unwrap();
    assert!(hint.contains("--take-over"), "{hint}");
    request.take_over = true;
    assert_eq!(load(&request).unwrap().records, 1);
}
