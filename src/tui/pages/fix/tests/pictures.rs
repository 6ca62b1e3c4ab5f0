//! How the page of a fix looks.

use super::*;

#[test]
fn the_page_at_100_by_30() {
    let mut app = page((100, 30));
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Problems > Fix all                     to crm [TEST]   saved 02:41
     Preview of contact_email  tidy outer spaces, double spaces, hidden characters, separate ac…
    ┌ 1 What to do ───────────── 5 records ┐┌ 2 What would happen ────────────────── checked 5 records ┐
    │ Email address not complete           ││ !! newly broken in another field          1  ████        │
    │ Field  contact_email                 ││ +  will be ready to send                  2  ████████    │
    │ > Tidy outer spaces, double spaces, …││ !  have another problem                   1  ████        │
    │     makes 187 of a sample of 200 rea…││ =  unchanged                              1  ████        │
    │   Set one value ...                  ││    1 of these can be read two ways                       │
    │   Find and replace ...               ││ Show  [All]   1-5 of 5                                   │
    │   Find and replace by a pattern ...  ││      Record   Before        After         Result         │
    │   Map an old value to a new one ...  ││  [x] 44       office44(at)… office44@kun… !! breaks      │
    │   Trim and tidy text                 ││  [x] 11       office11(at)… office11@kun… + ready        │
    │   Rewrite a date, day first          ││  [x] 55       office55(at)… office55@kun… + ready  2 ways│
    │   Rewrite a date, month first        ││  [x] 33       office33(at)… office33@kun… ! other field  │
    │   Rewrite a date, leave what can be …││  [x] 22       office22(at)… office22@kun… = unchanged    │
    │   Rewrite a date, name the zone of i…││                                                          │
    │   Clean up a number, decimal point   ││                                                          │
    │   Clean up a number, decimal comma   ││                                                          │
    │   Yes and no as true and false       ││                                                          │
    │   lower case                         ││                                                          │
    │   UPPER CASE                         ││                                                          │
    │   Title Case                         ││                                                          │
    │   Put the schema's default where it …││                                                          │
    │   Copy from another field ...        ││                                                          │
    │   Remove the field                   ││                                                          │
    │   Formula (advanced) ...             ││                                                          │
    │                                      ││                                                          │
    └──────────────────────────────────────┘└──────────────────────────────────────────────────────────┘
     Preview is up to date. You can undo the fix with u.
     A Apply to 4, breaks 1  Enter Preview  Tab Other box            ? Help  Esc Cancel, change nothing
    ");
}

#[test]
fn the_page_at_80_by_24() {
    let mut app = page((80, 24));
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Problems > Fix all  to crm [TEST]  saved 02:41
     Preview only. Your records change when you press Apply. You can undo it with u.
    ┌ 1 What to do ─────────────────────────────────────────────────── 412 records ┐
    │ Email address not complete                                                   │
    │ Field  contact_email                                                         │
    │ > Tidy outer spaces, double spaces, hidden characters, separate accents      █
    │     makes 187 of a sample of 200 ready                                       █
    │   Set one value ...                                                          █
    │   Find and replace ...                                                       █
    │   Find and replace by a pattern ...                                          █
    │   Map an old value to a new one ...                                          █
    │   Trim and tidy text                                                         │
    │   Rewrite a date, day first                                                  │
    │   Rewrite a date, month first                                                │
    │   Rewrite a date, leave what can be read two ways                            │
    │   Rewrite a date, name the zone of its times ...                             │
    │   Clean up a number, decimal point                                           │
    └──────────────────────────────────────────────────────────────────────────────┘
    ┌ 2 What would happen ─────────────────────────────────────────────────────────┐
    │ Choose what to do, and press Enter.                                          │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     Choose what to do; Enter shows what would happen.
     Enter Preview                               ? Help  Esc Cancel, change nothing
    ");
    let started = press(&mut app, "<ret>");
    end(&mut app, &started);
    press(&mut app, "<Tab>");
    insta::assert_snapshot!(picture(&mut app), @r"
     redrive  customers-2025-11-20 > Problems > Fix all  to crm [TEST]  saved 02:41
     Preview of contact_email  tidy outer spaces, double spaces, hidden characters,…
    ┌ 2 What would happen ────────────────────────────────────── checked 5 records ┐
    │ !! newly broken in another field          1  ████                            │
    │ +  will be ready to send                  2  ████████                        │
    │ !  have another problem                   1  ████                            │
    │ =  unchanged                              1  ████                            │
    │    1 of these can be read two ways                                           │
    │ Show  [All]   1-5 of 5                                                       │
    │      Record   Before                  After                   Result         │
    │ >[x] 44       office44(at)kunde       office44@kunde.example  !! breaks      │
    │  [x] 11       office11(at)kunde       office11@kunde.example  + ready        │
    │  [x] 55       office55(at)kunde       office55@kunde.example  + ready  2 ways│
    │  [x] 33       office33(at)kunde       office33@kunde.example  ! other field  │
    │  [x] 22       office22(at)kunde       office22@kunde.example  = unchanged    │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    └──────────────────────────────────────────────────────────────────────────────┘
     Preview is up to date. You can undo the fix with u.
     A Apply to 4, breaks 1  Space Leave out     ? Help  Esc Cancel, change nothing
    ");
}
