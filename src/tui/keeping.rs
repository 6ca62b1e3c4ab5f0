//! What is typed into a record is kept in each pause. Nobody notices: a box says nothing of it.

use std::time::Instant;

use super::{answers::Asked, app::App, pages::typed};
use crate::{ops::KeptDraft, text};

/// Columns of what was typed before.
const SHOWN: usize = 40;

impl App {
    /// Keeps what is typed, where nothing was typed for a while.
    pub(super) fn keep_in_pause(&mut self, now: Instant) {
        let typed = self.pages.top_mut().typed();
        let kept = typed.and_then(|(id, draft)| draft.keep_in_pause(id, now, &mut self.cx));
        let kept = kept.map(|(ticket, is_first)| (ticket, Asked::KeptTyping { is_first }));
        self.asked.extend(kept);
    }

    /// Something else was typed there before and not saved: leaving the box brings that back.
    pub(super) fn was_kept_before(&mut self, before: &KeptDraft) {
        let Some((id, draft)) = self.pages.top_mut().typed() else {
            return;
        };
        let words = text::shorten(&text::safe(&typed(&before.change)), SHOWN);
        if id == before.record && draft.path == before.change.path() {
            draft.was_kept_before(before);
            let words = format!("Typed here before and not saved: \"{words}\". Esc leaves that.");
            self.status = Some(words);
        }
    }

    /// The workspace is busy or the disk is full: it is tried again.
    pub(super) fn typing_is_not_kept(&mut self) {
        if let Some((_, draft)) = self.pages.top_mut().typed() {
            draft.was_not_kept(self.cx.now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        fix::Change,
        model::{Fault, Path, RecordId, Status},
        ops::{KeptDraft, Saving},
        tui::{
            event::{Answer, Effect, Event, Query, Ticket, Wish},
            testing::{self, feed, feed_with, picture, press, problems, records, shows},
        },
    };

    fn email(text: &str) -> Change {
        Change::Text {
            path: Path::field("contact_email"),
            text: text.to_owned(),
        }
    }

    fn saving(change: Change) -> Saving {
        Saving {
            record: RecordId(7),
            version: 1,
            changes: vec![change],
        }
    }

    /// What becomes of what is typed: kept, or forgotten again.
    fn drafts(effects: &[Effect]) -> Vec<(Ticket, Wish)> {
        let draft = |effect: &Effect| match effect {
            Effect::Change(ticket, wish @ (Wish::KeepDraft(_) | Wish::DropDrafts(..))) => {
                Some((*ticket, wish.clone()))
            }
            _ => None,
        };
        effects.iter().filter_map(draft).collect()
    }

    /// The same, not answered yet.
    fn paused(app: &mut App, start: Instant, millis: u64) -> Vec<(Ticket, Wish)> {
        drafts(&app.update(Event::Tick(start + Duration::from_millis(millis))))
    }

    /// What is kept once so many milliseconds have passed since `start`.
    fn after(app: &mut App, start: Instant, millis: u64) -> Vec<(Ticket, Wish)> {
        let effects = app.update(Event::Tick(start + Duration::from_millis(millis)));
        let kept = drafts(&effects);
        feed(app, effects);
        kept
    }

    fn in_the_editor(start: Instant) -> App {
        let mut app = problems((100, 30));
        app.update(Event::Tick(start));
        press(&mut app, "<ret><ret><ret><Ctrl+U>a@x.com");
        app
    }

    fn in_the_table(start: Instant) -> App {
        let mut app = records((100, 30));
        app.update(Event::Tick(start));
        press(&mut app, "ne<Ctrl+U>a@x.com");
        app
    }

    fn in_the_raw_text(start: Instant) -> App {
        let mut app = records((100, 30));
        app.update(Event::Tick(start));
        press(&mut app, "<Down><Down><Down><ret><ret><Ctrl+U>a,b");
        app
    }

    #[test]
    fn what_was_typed_there_before_is_said_and_comes_back_with_esc() {
        let start = Instant::now();
        for mut app in [in_the_editor(start), in_the_table(start)] {
            let kept = paused(&mut app, start, 1_100);
            let [(ticket, Wish::KeepDraft(first))] = &kept[..] else {
                panic!("{kept:?}");
            };
            let record = first.record;
            let at = |text: &str| Change::Text {
                path: first.changes[0].path(),
                text: text.to_owned(),
            };
            let before = KeptDraft {
                record,
                version: 1,
                change: at("a long text"),
                kept_at: "2025-11-20T02:41:00Z".to_owned(),
            };
            let answer = Answer::KeptBefore(Box::new(before));
            app.update(Event::Answer(*ticket, Ok(answer)));
            let said = "Typed here before and not saved: \"a long text\". Esc leaves that.";
            assert_eq!(app.status.as_deref(), Some(said));
            // What was typed in this box before is not that.
            press(&mut app, "q");
            let again = paused(&mut app, start, 2_400);
            let [(ticket, Wish::KeepDraft(_))] = &again[..] else {
                panic!("{again:?}");
            };
            let own = KeptDraft {
                record,
                version: 1,
                change: at("a@x.com"),
                kept_at: "2025-11-20T02:41:00Z".to_owned(),
            };
            app.update(Event::Answer(
                *ticket,
                Ok(Answer::KeptBefore(Box::new(own))),
            ));
            let left = press(&mut app, "<esc>");
            let back = Wish::KeepDraft(Box::new(Saving {
                record,
                ..saving(at("a long text"))
            }));
            let left: Vec<Wish> = drafts(&left).into_iter().map(|(_, wish)| wish).collect();
            assert_eq!(left, [back]);
        }
    }

    #[test]
    fn ctrl_c_leaves_a_box_also_where_esc_only_goes_back_to_the_text() {
        let mut app = problems((100, 30));
        press(&mut app, "<ret><ret><ret>x<ret>");
        shows(&mut app, "Esc Keep typing");
        press(&mut app, "<Ctrl+C>");
        shows(&mut app, "Press Ctrl+C again to leave redrive.");
        assert_eq!(app.mode(), crate::tui::keymap::Mode::Moving);
    }

    #[test]
    fn what_is_typed_is_kept_once_in_a_pause_and_nobody_notices() {
        let start = Instant::now();
        for mut app in [
            in_the_editor(start),
            in_the_table(start),
            in_the_raw_text(start),
        ] {
            assert_eq!(after(&mut app, start, 900), []);
            let before = picture(&mut app);
            app.take_changed();
            let kept = after(&mut app, start, 1_100);
            let [(ticket, Wish::KeepDraft(saving))] = &kept[..] else {
                panic!("{kept:?}");
            };
            assert_eq!(saving.changes.len(), 1);
            feed(&mut app, Vec::new());
            let effects = app.update(Event::Answer(*ticket, Ok(Answer::Told)));
            assert_eq!(effects, []);
            assert!(!app.take_changed(), "nothing is drawn");
            assert_eq!(picture(&mut app), before);
            for millis in [2_000, 3_000, 60_000] {
                assert_eq!(after(&mut app, start, millis), [], "it is kept already");
            }
        }
    }

    #[test]
    fn whoever_types_on_is_not_kept_up_and_only_what_differs_is_kept() {
        let start = Instant::now();
        let mut app = in_the_editor(start);
        for millis in [600, 1_200, 1_800] {
            assert_eq!(after(&mut app, start, millis), []);
            press(&mut app, "m");
        }
        let kept = after(&mut app, start, 3_000);
        let all = saving(email("a@x.commmm"));
        assert_eq!(kept[0].1, Wish::KeepDraft(Box::new(all)));
        press(&mut app, "x<Backspace>");
        assert_eq!(after(&mut app, start, 5_000), [], "it is as it was kept");
        press(&mut app, "<Ctrl+U>office@");
        let at = Some(Path::field("contact_email"));
        let id = RecordId(7);
        let forgotten = Wish::DropDrafts(id, at);
        assert_eq!(after(&mut app, start, 9_000)[0].1, forgotten, "as saved");
    }

    #[test]
    fn whoever_leaves_the_box_takes_what_was_kept_away() {
        let start = Instant::now();
        let dropped = |effects: Vec<Effect>| {
            let wishes = drafts(&effects);
            matches!(&wishes[..], [(_, Wish::DropDrafts(_, Some(_)))])
        };
        for app in [in_the_editor, in_the_table, in_the_raw_text] {
            let mut kept = app(start);
            after(&mut kept, start, 1_100);
            assert!(dropped(press(&mut kept, "<esc>")));
            let mut never = app(start);
            assert_eq!(drafts(&press(&mut never, "<esc>")), [], "nothing was");
        }
        let mut same = in_the_editor(start);
        after(&mut same, start, 1_100);
        assert!(dropped(press(&mut same, "<Ctrl+U>office@<ret>")));
        // Whoever stops with Ctrl+C is offered it again.
        let mut stops = in_the_editor(start);
        after(&mut stops, start, 1_100);
        let wishes = drafts(&press(&mut stops, "<Ctrl+C>"));
        assert!(
            matches!(&wishes[..], [(_, Wish::KeepDraft(_))]),
            "{wishes:?}"
        );
    }

    #[test]
    fn what_was_kept_before_comes_back_where_the_box_is_left() {
        let start = Instant::now();
        let draft = KeptDraft {
            record: RecordId(7),
            version: 1,
            change: email("first@x"),
            kept_at: "2025-11-20T14:02:00Z".to_owned(),
        };
        let mut app = records((100, 30));
        app.update(Event::Tick(start));
        let effects = testing::wishes(&mut app, "<ret>");
        feed_with(&mut app, effects, &|query| match query {
            Query::Drafts { .. } => Answer::Drafts(vec![draft.clone()]),
            query => testing::answer(query),
        });
        picture(&mut app);
        after(&mut app, start, 1_000);
        press(&mut app, "1");
        assert_eq!(after(&mut app, start, 9_000), [], "it is kept already");
        press(&mut app, "second");
        assert_eq!(after(&mut app, start, 10_000).len(), 1);
        let wishes = drafts(&press(&mut app, "<esc>"));
        let first = Wish::KeepDraft(Box::new(saving(email("first@x"))));
        assert_eq!(wishes[0].1, first);
    }

    #[test]
    fn what_cannot_be_kept_is_tried_again_later_without_a_word() {
        let start = Instant::now();
        let mut app = in_the_editor(start);
        let (ticket, _) = after(&mut app, start, 1_100)[0].clone();
        let before = picture(&mut app);
        app.take_changed();
        let fault = Fault::unusable("workspace:busy", "another process is writing");
        app.update(Event::Answer(ticket, Err(fault.into())));
        assert!(!app.take_changed());
        assert_eq!(picture(&mut app), before);
        assert_eq!(after(&mut app, start, 3_000), []);
        assert_eq!(after(&mut app, start, 8_000).len(), 1);
    }

    /// A record that is sent while it is typed into, as the check finds it.
    fn sent_meanwhile(query: Query) -> Answer {
        let is_preview = matches!(query, Query::Preview { .. });
        let mut answer = testing::answer(query);
        if let (true, Answer::Preview(preview)) = (is_preview, &mut answer) {
            preview.refusal = Some("record 7 cannot be changed".to_owned());
            preview.closed = Some(Status::Sending);
        }
        answer
    }

    #[test]
    fn what_is_typed_into_a_record_that_goes_out_meanwhile_is_handed_over_to_be_kept() {
        let start = Instant::now();
        for app in [in_the_editor, in_the_table, in_the_raw_text] {
            let mut app = app(start);
            let effects = testing::wishes(&mut app, "m");
            feed_with(&mut app, effects, &sent_meanwhile);
            after(&mut app, start, 900);
            shows(&mut app, "It is on its way");
            shows(&mut app, "Enter keeps what you typed.");
            shows(&mut app, "Enter Keep it");
            let effects = testing::wishes(&mut app, "<ret>");
            let edits = |effect: &Effect| matches!(effect, Effect::Change(_, Wish::Edit { .. }));
            assert!(effects.iter().any(edits), "{effects:?}");
        }
    }

    #[test]
    fn what_was_kept_is_offered_once_the_record_can_be_changed() {
        let start = Instant::now();
        let mut app = records((100, 30));
        app.update(Event::Tick(start));
        let answer = |status: Status| {
            move |query: Query| match query {
                Query::Drafts { .. } => Answer::Drafts(vec![KeptDraft {
                    record: RecordId(7),
                    version: 1,
                    change: email("a@x.com"),
                    kept_at: "2025-11-20T14:02:00Z".to_owned(),
                }]),
                query => {
                    let mut answer = testing::answer(query);
                    if let Answer::Record(record) = &mut answer {
                        record.row.status = status;
                    }
                    answer
                }
            }
        };
        let effects = testing::wishes(&mut app, "<ret>");
        feed_with(&mut app, effects, &answer(Status::Sending));
        shows(&mut app, "not saved: contact_email");
        testing::shows_not(&mut app, "You typed this and did not save it");
        app.refresh();
        let effects = app.settle();
        feed_with(&mut app, effects, &answer(Status::Ready));
        shows(&mut app, "You typed this and did not save it");
    }
}
