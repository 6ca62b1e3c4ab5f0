//! How the page of an unreadable record looks.

use super::*;

#[test]
fn an_unreadable_line_being_edited_at_100_by_28() {
    let mut desk = Desk::new(LINE);
    desk.press("Enter");
    desk.check(false);
    desk.press("Ctrl+U");
    desk.type_in(GOOD);
    desk.check(true);
    insta::assert_snapshot!(desk.picture(100, 28), @r#"
    " Record 3 of 4   state: unreadable   stopped at: Read                                               "
    "┌ Problem ─────────────────────────────────────────────────────────────────────────────────────────┐"
    "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19" Bar. So the end of   │"
    "│ the column is unclear.                                                                           │"
    "│ If the quotes belong to the value, double them and put the whole value in quotes.                │"
    "│ Code  csv:text_after_quote   byte 3,870,253   line 31,022   position 40                          │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    "┌ The line as it is in the file ───────────────────────────────────── Left/Right to scroll, w wrap ┐"
    "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220     │"
    "│       |                                        ^ quote ends here, then text goes on              │"
    "│                                                                                                  │"
    "│ Hidden characters: none.   Encoding: UTF-8                                                       │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    "┌ Edit this line ────────────────────────────────────────────────────────── read again as you type ┐"
    "│ [ SO-90113,2025-12-01,DE,99.50,"""Kaiser 19"" Bar",kaiser@bar.example,DE129273398,1,TB-220     ] │"
    "│ OK  Reads as 9 columns now.   No problem left after this.                                        │"
    "│                                                                                                  │"
    "│ order_id SO-90113   country DE   total 99.5   name "Kaiser 19" Bar                               │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    " Saving turns this line into a normal record and checks it.                                         "
    "#);
}

#[test]
fn the_place_where_a_long_line_stops_is_seen_when_it_is_wrapped_and_the_keys_scroll() {
    let line = [&[b'x'; 5_000][..], b",\"a\" b,", &[b'y'; 4_000][..]].concat();
    let mut desk = Desk::new(&line);
    desk.press("w");
    assert!(
        desk.picture(100, 30)
            .contains("^ quote ends here, then text goes on")
    );
    let top = desk.page.excerpt.top;
    desk.press("PgDn");
    assert!(desk.page.excerpt.top > top, "{top}");
    desk.press("End");
    assert!(desk.picture(100, 30).contains("yyy…"));
    desk.press("Home");
    assert_eq!(desk.page.excerpt.top, 0);
    desk.press("Down");
    assert_eq!(desk.page.excerpt.top, 1);
}

#[test]
fn the_lines_before_and_after_stand_beside_the_line_where_they_are_known() {
    let mut desk = Desk::new(LINE);
    let mut known = record(LINE);
    known.before = Some(crate::model::Neighbour {
        line: 31_020,
        byte: 3_870_100,
        bytes: b"SO-90112,\"Alt &\nNeu".to_vec(),
    });
    known.after = Some(crate::model::Neighbour {
        line: 31_023,
        byte: 3_870_214 + LINE.len() as u64 + 2,
        bytes: b"SO-90114,2025-12-02,FR".to_vec(),
    });
    desk.page.refresh(&mut desk.cx);
    desk.show(known);
    insta::assert_snapshot!(desk.picture(100, 28), @r#"
    " Record 3 of 4   state: unreadable   stopped at: Read                                               "
    "┌ Problem ─────────────────────────────────────────────────────────────────────────────────────────┐"
    "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19" Bar. So the end of   │"
    "│ the column is unclear.                                                                           │"
    "│ If the quotes belong to the value, double them and put the whole value in quotes.                │"
    "│ Code  csv:text_after_quote   byte 3,870,253   line 31,022   position 40                          │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    "┌ The line as it is in the file ───────────────────────────────────── Left/Right to scroll, w wrap ┐"
    "│ 31021 | Neu                                                                                      │"
    "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220     │"
    "│       |                                        ^ quote ends here, then text goes on              │"
    "│ 31023 | SO-90114,2025-12-02,FR                                                                   │"
    "│                                                                                                  │"
    "│ Hidden characters: none.   Line ends with CR LF (Windows).   Encoding: UTF-8                     │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "│                                                                                                  │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    "┌ This line ─────────────────────────────────────────────────────────────────────── Enter edits it ┐"
    "│ SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220             │"
    "└──────────────────────────────────────────────────────────────────────────────────────────────────┘"
    " Enter edits the line. The received bytes stay as they are.                                         "
    "#);
}

#[test]
fn an_unreadable_line_at_80_by_22() {
    let mut desk = Desk::new(LINE);
    insta::assert_snapshot!(desk.picture(80, 22), @r#"
    " Record 3 of 4   state: unreadable   stopped at: Read                           "
    "┌ Problem ─────────────────────────────────────────────────────────────────────┐"
    "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19"  │"
    "│ Bar. So the end of the column is unclear.                                    │"
    "│ If the quotes belong to the value, double them and put the whole value in    │"
    "│ quotes.                                                                      │"
    "│ Code  csv:text_after_quote   byte 3,870,253   line 31,022   position 40      │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ The line as it is in the file ───────────────── Left/Right to scroll, w wrap ┐"
    "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129│"
    "│       |                                        ^ text goes on                │"
    "│                                                                              │"
    "│ Hidden characters: none.   Encoding: UTF-8                                   │"
    "│                                                                              │"
    "│                                                                              │"
    "│                                                                              │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ This line ─────────────────────────────────────────────────── Enter edits it ┐"
    "│ SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398… │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    " Enter edits the line. The received bytes stay as they are.                     "
    "#);
    desk.press("Enter");
    desk.check(false);
    insta::assert_snapshot!(desk.picture(80, 22), @r#"
    " Record 3 of 4   state: unreadable   stopped at: Read                           "
    "┌ Problem ─────────────────────────────────────────────────────────────────────┐"
    "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19"  │"
    "│ Bar. So the end of the column is unclear.                                    │"
    "│ If the quotes belong to the value, double them and put the whole value in    │"
    "│ quotes.                                                                      │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ The line as it is in the file ───────────────── Left/Right to scroll, w wrap ┐"
    "│ 31022 | SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129│"
    "│       |                                        ^ text goes on                │"
    "│                                                                              │"
    "│ Hidden characters: none.   Encoding: UTF-8                                   │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    "┌ Edit this line ────────────────────────────────────── read again as you type ┐"
    "│ [<-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example,DE129273398,1,TB-220  ] │"
    "│ Text follows the closing quote in column 5 (name), position 40: "Kaiser 19"  │"
    "│ Bar. So the end of the column is unclear. If the quotes belong to the value, │"
    "│ double them and put the whole value in quotes.                               │"
    "│                                                                              │"
    "└──────────────────────────────────────────────────────────────────────────────┘"
    " Saving turns this line into a normal record and checks it.                     "
    "#);
}

#[test]
fn an_unreadable_line_at_60_by_14() {
    let mut desk = Desk::new(LINE);
    insta::assert_snapshot!(desk.picture(60, 14), @r#"
    " Record 3 of 4   state: unreadable   stopped at: Read       "
    "┌ Problem ─────────────────────────────────────────────────┐"
    "│ Text follows the closing quote in column 5 (name),       │"
    "│ position 40: "Kaiser 19" Bar. So the end of the column   │"
    "└──────────────────────────────────────────────────────────┘"
    "┌ The line as it is in the file ───────────────────────────┐"
    "│ 31022 | 12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar.example│"
    "│       |                          ^ text goes on          │"
    "│ Hidden characters: none.   Encoding: UTF-8               │"
    "└──────────────────────────────────────────────────────────┘"
    "┌ This line ─────────────────────────────── Enter edits it ┐"
    "│ SO-90113,2025-12-01,DE,99.50,"Kaiser 19" Bar,kaiser@bar… │"
    "└──────────────────────────────────────────────────────────┘"
    " Enter edits the line. The received bytes stay as they are. "
    "#);
}

#[test]
fn draws_at_any_size() {
    let mut desks = [
        Desk::new(LINE),
        Desk::new(b""),
        Desk::new(&[0xff; 9_000]),
        Desk::new(b"a\nb\r\nc\n"),
    ];
    desks[0].press("Enter");
    desks[2].press("w");
    for desk in &mut desks {
        for (width, height) in [(1, 1), (2, 3), (7, 5), (20, 4), (33, 9), (300, 100)] {
            desk.picture(width, height);
        }
    }
}
