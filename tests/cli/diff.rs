//! Two runs beside each other.

use crate::Folder;

const HEAD: &str = "id,name,email,stage,deal_value,since,vip\n";
const GOOD: &str = "C-101,Ann,ann@example.com,Prospect,1,,true\n";
const NO_EMAIL: &str = "C-102,Ben,ben@,Prospect,1,,true\nC-103,Bo,bo@,Prospect,1,,true\n";
const NO_DATE: &str = "C-104,Cleo,c@example.com,Prospect,1,31/12/2025,true\n";
const NO_VIP: &str = "C-105,Dan,d@example.com,Prospect,1,,yes\n";

/// Four nights of the same import.
pub fn nights() -> Folder {
    let folder = Folder::new();
    let nights = [
        format!("{HEAD}{GOOD}{NO_DATE}{NO_VIP}"),
        format!("{HEAD}{GOOD}{NO_EMAIL}{NO_VIP}"),
        format!("{HEAD}{GOOD}{NO_EMAIL}{NO_DATE}C-106,Eve,eve@,Prospect,1,,true\n"),
        format!("{HEAD}{GOOD}C-107,Eve,e@example.com,Prospect,1,30/11/2025,true\n"),
    ];
    for (n, night) in nights.iter().enumerate() {
        let name = format!("night-{}.csv", n + 1);
        folder.write(&name, night);
        folder
            .redrive(&format!("load {name} --contract customers.toml"))
            .exit(1)
            .any_stderr()
            .run();
    }
    folder
}

#[test]
fn a_run_is_compared_with_the_one_before_it() {
    let folder = nights();
    insta::assert_snapshot!(folder.redrive("diff 2 3").exit(1).run(), @"
    Before: run 2 of ____-__-__T__:__:__.___Z, night-2.csv: 4 records, 3 rejected
    After:  run 3 of ____-__-__T__:__:__.___Z, night-3.csv: 5 records, 4 rejected

                       Group  Problem                     Field  Code          Before  After  Change
    came back (run 1)      6  Date not year-month-day     since  format:date        0      1      +1
    growing                5  Email address not complete  email  format:email       2      3      +1
    gone                   4  VIP is not yes or no        vip    type:boolean       1      0      -1

    1 came back, 1 growing, 1 gone.
    ");
    insta::assert_snapshot!(folder.redrive("diff").run(), @"
    Before: run 3 of ____-__-__T__:__:__.___Z, night-3.csv: 5 records, 4 rejected
    After:  run 4 of ____-__-__T__:__:__.___Z, night-4.csv: 2 records, 1 rejected

          Group  Problem                     Field  Code          Before  After  Change
    gone      5  Email address not complete  email  format:email       3      0      -3
    same      7  Date not year-month-day     since  format:date        1      1

    1 gone, 1 same.
    ");
}

#[test]
fn the_exit_code_says_whether_it_became_worse() {
    let folder = nights();
    let worse = folder.redrive("diff 2 3").exit(1).json();
    assert_eq!(worse["worse"], true);
    assert_eq!(
        (&worse["old"]["run"], &worse["new"]["run"]),
        (&2.into(), &3.into())
    );
    insta::assert_snapshot!(worse["counts"], @r#"{"new":0,"came_back":1,"growing":1,"shrinking":0,"gone":1,"same":0}"#);
    insta::assert_snapshot!(worse["groups"][0], @r#"{"trend":"came_back","before":0,"after":1,"last_seen":1,"run":3,"group":6,"stage":"schema","code":"format","detail":"date","path":"/since","severity":"error","owner":"","title":"Date not year-month-day"}"#);
    let better = folder.redrive("diff 3").json();
    assert_eq!(
        (&better["new"]["run"], &better["worse"]),
        (&4.into(), &false.into())
    );
}

#[test]
fn a_fix_does_not_change_what_a_run_was() {
    let folder = nights();
    let before = folder.redrive("diff 2 3").exit(1).run();
    folder
        .redrive("fix error:email --run 3 --field /email --set a@example.com")
        .any_stderr()
        .exit(1)
        .run();
    assert_eq!(folder.redrive("diff 2 3").exit(1).run(), before);
}

#[test]
fn without_a_run_before_it_says_so() {
    Folder::loaded()
        .redrive("diff")
        .exit(3)
        .stderr_has("run 1 is the first of the contract customers")
        .stderr_has("redrive diff OLD NEW")
        .run();
}
