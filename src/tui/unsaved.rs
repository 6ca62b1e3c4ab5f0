//! What was typed and is out of sight while the worker has it: its box was left while it was being saved, or it is being kept.
//! Where that fails it is kept, or kept later, and not forgotten.

use std::time::{Duration, Instant};

use super::{
    app::App,
    cx::{Cx, Ticket},
    event::{Effect, Wish},
    words,
};
use crate::{model::Fault, ops::Saving};

/// How often what could not be kept is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// What was typed and is not known to be safe.
#[derive(Debug, Default)]
pub(super) struct Unsaved {
    underway: Vec<Underway>,
    /// It could not be kept; that is tried again.
    waiting: Vec<Saving>,
    /// When that was tried last.
    tried: Option<Instant>,
}

#[derive(Debug)]
struct Underway {
    ticket: Ticket,
    saving: Saving,
    /// It is being kept, not saved.
    is_kept: bool,
}

impl Cx {
    /// A box is left while what was typed in it is being saved under this ticket.
    pub fn leave_saving(&mut self, ticket: Ticket, saving: Saving) {
        let known = &mut self.unsaved.underway;
        if !known.iter().any(|one| one.ticket == ticket) {
            let is_kept = false;
            known.push(Underway {
                ticket,
                saving,
                is_kept,
            });
        }
    }

    /// Wishes that what was typed is kept.
    pub(super) fn keep(&mut self, saving: Saving) {
        let ticket = self.change(Wish::KeepDraft(Box::new(saving.clone())));
        let is_kept = true;
        self.unsaved.underway.push(Underway {
            ticket,
            saving,
            is_kept,
        });
    }

    /// What was under way with this ticket, which is answered now.
    fn take_underway(&mut self, ticket: Ticket) -> Option<Underway> {
        let underway = &mut self.unsaved.underway;
        let at = underway.iter().position(|one| one.ticket == ticket);
        at.map(|at| underway.swap_remove(at))
    }
}

impl App {
    /// Learns whether what was typed is safe now. Gives what is to be done once whoever waits has heard of it too, and the
    /// words for it.
    pub(super) fn is_it_safe(
        &mut self,
        ticket: Ticket,
        error: Option<&anyhow::Error>,
    ) -> Option<Mishap> {
        let one = self.cx.take_underway(ticket)?;
        let error = error?;
        Some(Mishap {
            saving: one.saving,
            is_kept: one.is_kept,
            is_gone: is_gone(error),
            why: words::reported(error),
        })
    }

    /// Keeps what could not be saved, and says so.
    pub(super) fn do_not_lose(&mut self, mishap: Mishap) {
        let Mishap { saving, why, .. } = mishap;
        if !mishap.is_kept {
            let record = saving.record;
            self.cx.keep(saving);
            self.show_kept(record);
            self.cx.say(format!("Not saved, but kept. {why}"));
        } else if mishap.is_gone {
            self.cx.say(format!("What you typed is not kept. {why}"));
        } else {
            self.cx.unsaved.waiting.push(saving);
            self.cx.say(format!(
                "What you typed is not kept yet: it is tried again. {why}"
            ));
        }
    }

    /// The disk may have room by now, or whoever kept the workspace busy be done: what waits is tried again every few seconds.
    pub(super) fn try_again_to_keep(&mut self, now: Instant) {
        let tried = *self.cx.unsaved.tried.get_or_insert(now);
        if now.duration_since(tried) >= AGAIN {
            self.keep_what_waits();
        }
    }

    /// The program ends: nobody hears any more whether what is under way is safe, so that whoever does it keeps what is not.
    pub(super) fn keep_what_fails(&mut self) {
        let underway = self.cx.unsaved.underway.iter();
        let underway: Vec<_> = underway
            .map(|one| (one.ticket, one.saving.clone()))
            .collect();
        if !underway.is_empty() {
            self.cx.effects.push(Effect::KeepFailed(underway));
        }
    }

    /// What waits to be kept is tried again.
    pub(super) fn keep_what_waits(&mut self) {
        self.cx.unsaved.tried = self.cx.now;
        for saving in std::mem::take(&mut self.cx.unsaved.waiting) {
            self.cx.keep(saving);
        }
    }
}

/// What was typed was not saved, or not even kept.
pub(super) struct Mishap {
    saving: Saving,
    is_kept: bool,
    is_gone: bool,
    /// Safe to print.
    why: String,
}

/// Whether there is nothing any more that it could be kept for; all else may be mended, and the same be done later.
fn is_gone(error: &anyhow::Error) -> bool {
    let fault = error.downcast_ref::<Fault>();
    fault.is_some_and(|fault| fault.code == "record:missing")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::{
        fix::Change,
        model::{Path, RecordId},
        ops::KeptDraft,
        tui::{
            event::{Answer, Event, Query},
            testing::{self, feed, feed_with, press, problems, records, shows, shows_not},
        },
    };

    /// What was typed is saved, and the box is left with Esc meanwhile.
    fn leave_while_saving(app: &mut App) -> (Ticket, Saving) {
        let mut effects = press(app, "<ret>");
        effects.extend(press(app, "<ret>"));
        press(app, "<esc>");
        shows_not(app, "Editing");
        let saved = effects.into_iter().find_map(|effect| match effect {
            Effect::Change(
                ticket,
                Wish::Edit {
                    id,
                    changes,
                    version,
                },
            ) => {
                let record = id;
                let saving = Saving {
                    record,
                    version,
                    changes,
                };
                Some((ticket, saving))
            }
            _ => None,
        });
        saved.expect("it is saved")
    }

    fn in_the_editor() -> App {
        let mut app = problems((100, 30));
        app.update(Event::Tick(Instant::now()));
        press(&mut app, "<ret><ret><ret><Ctrl+U>a@x.com");
        app
    }

    fn in_the_table() -> App {
        let mut app = records((100, 30));
        app.update(Event::Tick(Instant::now()));
        press(&mut app, "ne<Ctrl+U>a@x.com");
        app
    }

    fn in_the_raw_text() -> App {
        let mut app = records((100, 30));
        app.update(Event::Tick(Instant::now()));
        press(&mut app, "<Down><Down><Down><ret><ret><Ctrl+U>a,b");
        assert!(matches!(app.pages.top(), crate::tui::pages::Page::Raw(_)));
        app
    }

    fn fails(app: &mut App, ticket: Ticket, code: &'static str) -> Vec<Effect> {
        let fault = Fault::unusable(code, "another process is writing");
        app.update(Event::Answer(ticket, Err(fault.into())))
    }

    /// What is wished to be kept, and with which tickets.
    fn kept(effects: &[Effect]) -> Vec<(Ticket, Saving)> {
        let keep = |effect: &Effect| match effect {
            Effect::Change(ticket, Wish::KeepDraft(saving)) => Some((*ticket, (**saving).clone())),
            _ => None,
        };
        effects.iter().filter_map(keep).collect()
    }

    #[test]
    fn what_was_typed_is_kept_where_saving_fails_after_its_box_was_left() {
        for mut app in [in_the_editor(), in_the_table(), in_the_raw_text()] {
            let (ticket, saving) = leave_while_saving(&mut app);
            let effects = fails(&mut app, ticket, "workspace:busy");
            let kept: Vec<_> = kept(&effects)
                .into_iter()
                .map(|(_, saving)| saving)
                .collect();
            assert_eq!(kept, [saving]);
            assert!(!kept[0].changes.is_empty());
            feed(&mut app, effects);
            shows(&mut app, "Not saved, but kept. Another process is writing.");
        }
    }

    #[test]
    fn the_cursor_stays_where_somebody_put_it_after_they_left_the_box() {
        let mut app = in_the_editor();
        let (ticket, _) = leave_while_saving(&mut app);
        press(&mut app, "<Down>");
        let field = |app: &App| match app.pages.top().subject() {
            Some(crate::tui::pages::Subject::Record { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        let here = field(&app);
        let saved = Ok(Answer::Changed(crate::model::ChangeReport::default()));
        let effects = app.update(Event::Answer(ticket, saved));
        feed(&mut app, effects);
        shows(&mut app, "is saved.");
        assert_eq!(field(&app), here);
    }

    #[test]
    fn it_is_kept_where_the_page_was_left_as_well_and_not_where_it_was_saved() {
        for mut app in [in_the_editor(), in_the_table(), in_the_raw_text()] {
            let (ticket, saving) = leave_while_saving(&mut app);
            press(&mut app, "<esc><esc>");
            let effects = fails(&mut app, ticket, "workspace:full");
            assert_eq!(kept(&effects)[0].1, saving);
        }
        for mut app in [in_the_editor(), in_the_table(), in_the_raw_text()] {
            let (ticket, _) = leave_while_saving(&mut app);
            let report = crate::model::ChangeReport::default();
            let effects = app.update(Event::Answer(ticket, Ok(Answer::Changed(report))));
            assert_eq!(kept(&effects), []);
        }
    }

    #[test]
    fn where_its_record_is_open_it_is_offered_at_once() {
        let mut app = in_the_editor();
        let (ticket, saving) = leave_while_saving(&mut app);
        let effects = fails(&mut app, ticket, "workspace:busy");
        let draft = KeptDraft {
            record: saving.record,
            version: saving.version,
            change: saving.changes[0].clone(),
            kept_at: "2025-11-20T14:02:00Z".to_owned(),
        };
        feed_with(&mut app, effects, &move |query| match query {
            Query::Drafts { .. } => Answer::Drafts(vec![draft.clone()]),
            query => testing::answer(query),
        });
        shows(&mut app, "You typed this and did not save it");
        shows(&mut app, "a@x.com");
        app.update(Event::Tick(Instant::now() + Duration::from_secs(1)));
        press(&mut app, "1");
        shows(&mut app, "Editing contact_email");
    }

    #[test]
    fn somebody_who_was_first_is_asked_about_after_the_box_was_left() {
        let conflict = testing::conflict(7, "/contact_email");
        for mut app in [in_the_editor(), in_the_table()] {
            let (ticket, _) = leave_while_saving(&mut app);
            let answer = Answer::Conflict(Box::new(conflict.clone()));
            let effects = app.update(Event::Answer(ticket, Ok(answer)));
            assert_eq!(kept(&effects), [], "it is kept already");
            feed(&mut app, effects);
            shows(&mut app, "Record 7 changed while you were editing");
        }
    }

    #[test]
    fn what_is_being_saved_when_the_program_ends_is_kept_if_that_fails() {
        for is_left in [true, false] {
            let mut app = in_the_editor();
            let mut saved = press(&mut app, "<ret><ret>");
            if is_left {
                press(&mut app, "<esc>");
            }
            saved.extend(app.update(Event::Terminate));
            let edit = saved.iter().find_map(|effect| match effect {
                Effect::Change(ticket, Wish::Edit { .. }) => Some(*ticket),
                _ => None,
            });
            let kept = saved.iter().find_map(|effect| match effect {
                Effect::KeepFailed(unanswered) => Some(unanswered),
                _ => None,
            });
            let (ticket, saving) = &kept.expect("it is kept if it fails")[0];
            assert_eq!((Some(*ticket), saving.record.0), (edit, 7));
        }
    }

    fn saving() -> Saving {
        let change = Change::Text {
            path: Path::field("name"),
            text: "x".to_owned(),
        };
        Saving {
            record: RecordId(7),
            version: 1,
            changes: vec![change],
        }
    }

    #[test]
    fn what_cannot_be_kept_now_is_kept_once_the_workspace_has_changed_or_the_program_ends() {
        let saving = saving();
        for ends in [false, true] {
            let mut app = problems((100, 30));
            app.version = Some(1);
            app.cx.keep(saving.clone());
            let effects = std::mem::take(&mut app.cx.effects);
            let effects = fails(&mut app, kept(&effects)[0].0, "workspace:busy");
            assert_eq!(kept(&effects), [], "not at once");
            shows(&mut app, "What you typed is not kept yet");
            if ends {
                assert_eq!(kept(&app.update(Event::Terminate))[0].1, saving);
            } else {
                app.seen(2);
                let effects = std::mem::take(&mut app.cx.effects);
                assert_eq!(kept(&effects)[0].1, saving);
                let effects = fails(&mut app, kept(&effects)[0].0, "workspace:damaged");
                assert_eq!(kept(&effects), [], "not at once");
                shows(&mut app, "What you typed is not kept yet");
                app.seen(3);
                let effects = std::mem::take(&mut app.cx.effects);
                assert_eq!(kept(&effects)[0].1, saving);
                let effects = fails(&mut app, kept(&effects)[0].0, "record:missing");
                shows(&mut app, "What you typed is not kept. ");
                assert_eq!(kept(&effects), []);
                app.seen(4);
                assert_eq!(kept(&app.cx.effects), [], "that would not help");
            }
        }
    }

    #[test]
    fn what_cannot_be_kept_now_is_tried_again_every_few_seconds() {
        let saving = saving();
        let mut app = problems((100, 30));
        let start = Instant::now();
        let after = |seconds| Event::Tick(start + Duration::from_secs(seconds));
        app.update(after(0));
        app.cx.keep(saving.clone());
        let effects = std::mem::take(&mut app.cx.effects);
        fails(&mut app, kept(&effects)[0].0, "workspace:full");
        assert_eq!(kept(&app.update(after(4))), [], "the disk has a moment");
        assert_eq!(kept(&app.update(after(6)))[0].1, saving);
        assert_eq!(kept(&app.update(after(20))), [], "it is kept");
    }
}
