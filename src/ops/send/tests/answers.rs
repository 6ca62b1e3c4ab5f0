//! What stands where in the file that was handed over, and what a tool answers to it.

use sha2::{Digest, Sha256};

use super::*;
use crate::ops::{LoadRequest, answers};

#[test]
fn what_never_reached_the_file_has_no_place_in_it() {
    let mut desk = desk(&["1,10,", "2,20,", "3,30,", "4,40,"]);
    let plan = prepare_plan(&mut desk.workspace, &to("drop"))
        .unwrap()
        .unwrap();
    let plan = plan.id.unwrap();
    let damaged = desk.workspace.store.write(|tx| {
        tx.execute("UPDATE delivery SET payload = CAST('{}' AS BLOB) WHERE record = 1", [])?;
        let hash: [u8; 32] = Sha256::digest("[]").into();
        let put = "UPDATE delivery SET payload = CAST('[]' AS BLOB), payload_sha256 = ?1 WHERE record = 3";
        tx.execute(put, [hash])?;
        Ok(())
    });
    damaged.unwrap();
    let sent = desk.send("drop");
    assert_eq!((sent.handed_over, sent.refused), (2, 2));
    let handed = desk.workspace.store.handed_over(plan).unwrap();
    let places: Vec<_> = handed
        .records
        .iter()
        .map(|one| (one.record.0, one.place))
        .collect();
    assert_eq!(places, [(2, 1), (4, 2)]);
    let mut written = String::new();
    let put = &mut |place, _, payload: &[u8]| {
        written += &format!("{place} {}\n", String::from_utf8_lossy(payload));
    };
    desk.workspace.store.each_handed(plan, put).unwrap();
    let file = desk.folder.path().join(format!("out/people-{plan}.jsonl"));
    let file = fs::read_to_string(file).unwrap();
    let lines = (1..)
        .zip(file.lines())
        .map(|(n, line)| format!("{n} {line}\n"));
    assert_eq!(written, lines.collect::<String>());
    // An answer to the second line is one to the fourth record.
    let answer = desk.folder.path().join("answers.ndjson");
    fs::write(&answer, r#"{"line":2,"status_code":201,"body":{"id":1}}"#).unwrap();
    let request = LoadRequest {
        files: vec![answer],
        format: Some("fastapi".to_owned()),
        ..LoadRequest::default()
    };
    let said = answers(&mut desk.workspace, &request, plan, &Job::default()).unwrap();
    assert_eq!(said.accepted, 1);
    assert_eq!(desk.status(4), Status::Accepted);
}
