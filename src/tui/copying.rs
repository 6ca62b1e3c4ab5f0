//! What can be copied of what is shown, and what is said when it was.

use std::sync::Arc;

use super::{
    app::App,
    event::{Effect, Query},
    overlays::{Lettered, Letters, Overlay},
    pages::{Page, Subject},
};
use crate::{
    filter::Filter,
    model::{Link, RecordId},
    ops::Clip,
    text,
};

/// What was copied, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Untrusted.
    pub what: String,
    pub text: String,
    /// The file it was written to as well.
    pub file: Option<String>,
    /// Whether tmux has it.
    pub in_tmux: bool,
}

impl App {
    /// Asks what is to be copied.
    pub(super) fn ask_what_to_copy(&mut self) {
        if let Page::Runs(page) = self.pages.top() {
            let run = page.chosen().map(|run| run.id);
            return match run {
                Some(run) => self.copy(Clip::Source(run)),
                None => self.status = Some("There is nothing to copy here.".to_owned()),
            };
        }
        let choices = self.copies();
        if choices.is_empty() {
            self.status = Some("There is nothing to copy here.".to_owned());
        } else {
            self.overlay = Some(Overlay::Letters(Letters::new("Copy", choices)));
        }
    }

    pub(super) fn copies(&self) -> Vec<Lettered> {
        let subject = self.pages.top().subject();
        let mut choices = Vec::new();
        let mut add = |letter, label: &str, detail: &str, wanted| {
            choices.push(Lettered {
                letter,
                label: label.to_owned(),
                detail: detail.to_owned(),
                then: Effect::Copy(wanted),
            });
        };
        match &subject {
            Some(Subject::Record {
                id,
                field,
                value,
                key,
            }) => {
                if let Some(path) = field {
                    let value = text::safe(value).into_owned();
                    add('v', "Value", &value, Clip::Value(*id, path.clone()));
                    let pointer = text::safe(path.as_str()).into_owned();
                    add('p', "Path", &pointer, Clip::Path(path.clone()));
                }
                add('j', "Record as JSON", "now", Clip::Json(*id));
                add('J', "Record", "as received", Clip::Received(*id));
                add('c', "curl command", "secrets are left out", Clip::Curl(*id));
                let key = text::safe(key.as_deref().unwrap_or_default());
                add('i', "Record ID", &text::shorten(&key, 32), Clip::Key(*id));
                add('e', "What is wrong", "for a ticket", Clip::Problems(*id));
                add('l', "Link", &self.link(*id), Clip::Link(*id));
            }
            Some(Subject::Group { run, id }) => {
                add('e', "What is wrong", "for a ticket", Clip::Group(*run, *id));
            }
            None => {}
        }
        let marked = match self.pages.top() {
            Page::Records(page) => page.marked(),
            _ => Arc::default(),
        };
        if let Some(run) = self.shown_run().filter(|_| !marked.is_empty()) {
            let run = run.id;
            let records = text::count(marked.len() as u64, "record");
            let wanted = Clip::Csv(Box::new(Filter::of_records(run, marked)));
            add('m', "Marked, as CSV", &records, wanted);
        }
        if let Some(filter) = self.pages.top().listed() {
            let command = Clip::Command(Box::new(filter));
            add('q', "Command", "that lists these records", command);
        }
        if let Some(run) = self.shown_run().map(|run| run.id) {
            let what = "of the run, Markdown, no values";
            add('s', "Summary", what, Clip::Summary(run));
        }
        choices
    }

    /// The link to a record of the run that is shown. Safe to print.
    fn link(&self, record: RecordId) -> String {
        let link = self.run.as_ref().map(|run| Link {
            run: run.name.clone(),
            record,
        });
        link.map_or(String::new(), |link| link.to_string())
    }

    /// Asks for what was chosen; it is copied when it comes.
    pub(super) fn copy(&mut self, wanted: Clip) {
        let ticket = self.cx.ask(Query::Copy(wanted));
        self.asked.push((ticket, super::answers::Asked::Copy));
    }

    /// The terminal puts it on the clipboard, if it can; what is said names the way that always works.
    pub(super) fn copied(&mut self, copied: Copied) {
        let mut ways = Vec::new();
        if copied.text.len() <= LONGEST {
            ways.push("OSC 52");
        }
        if copied.in_tmux {
            ways.push("tmux");
        }
        let what = text::safe(&copied.what).into_owned();
        let size = text::count(copied.text.len() as u64, "byte");
        let mut words = format!("Copied {what} ({size}");
        for way in &ways {
            words.push_str(&format!(", {way}"));
        }
        words.push(')');
        words.push_str(&match (&copied.file, ways.is_empty()) {
            (Some(file), true) => format!(": it is in {}.", text::safe(file)),
            (Some(file), false) => {
                format!(". If paste is empty: it is also in {}.", text::safe(file))
            }
            (None, _) => ".".to_owned(),
        });
        self.status = Some(words);
        if copied.text.len() <= LONGEST {
            self.clipboard = Some(copied.text);
        }
    }

    /// What the terminal is to put on its clipboard. Asking resets it.
    pub fn take_clipboard(&mut self) -> Option<String> {
        self.clipboard.take()
    }
}

/// Bytes of a text that terminals take as a rule: more make some of them wait for an end that they never see.
const LONGEST: usize = 74_994;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::RunId,
        tui::testing::{picture, press, problems, records, shows, shows_not, wishes},
    };

    #[test]
    fn marked_records_are_copied_as_csv() {
        let mut app = records((80, 24));
        press(&mut app, "y");
        shows_not(&mut app, "as CSV");
        press(&mut app, "<esc>  y");
        shows(&mut app, "m  Marked, as CSV       2 records");
        let asked = wishes(&mut app, "m");
        let marked = Filter::of_records(RunId(1), [7, 14].map(RecordId).into());
        let wanted = Query::Copy(Clip::Csv(Box::new(marked)));
        assert!(
            matches!(&asked[..], [Effect::Ask(_, query)] if *query == wanted),
            "{asked:?}"
        );
    }

    #[test]
    fn y_asks_what_to_copy_and_says_where_it_went() {
        let mut app = problems((80, 24));
        press(&mut app, "<ret><ret>y");
        insta::assert_snapshot!(picture(&mut app), @r#"
         redrive  ... > Email address not complete > record 7       [TEST]  saved 02:41
         Record 1 of 412   CUS-0000007   state: needs fixing (2 problems)
        ┌ Fields ────────────────────────────────────────────────── 2 of 9 need fixing ┐
        │    Field                As received                Now                       │
        │    customer_id          CUS-0000007                (same)                    │
        │    name                 Müller GmbH                (same)                    │
        │ > !cont┌ Copy ──────────────────────────────────────────────────────┐        │
        │   !phon│ > v  Value                "office@"                        │        │
        │    stag│   p  Path                 /contact_email                   │        │
        │    v ad│   j  Record as JSON       now                              │        │
        │        │   J  Record               as received                      │        │
        │        │   c  curl command         secrets are left out             │        │
        │    deal│   i  Record ID            CUS-0000007                      │        │
        │    crea│   e  What is wrong        for a ticket                     │        │
        └────────│   l  Link                 redrive://customers-2025-11-20/7 │────────┘
        ┌ Problem│   s  Summary              of the run, Markdown, no values  │────────┐
        │ This e-└────────────────────────────────────────────────────────────┘        │
        └──────────────────────────────────────────────────────────────────────────────┘
        ┌ contact_email ───────────────────────────────────────────────────────────────┐
        │ Now office@                                                                  │
        │                                                                              │
        └──────────────────────────────────────────────────────────────────────────────┘

         Type a letter  Up/Down Choose  Enter Take it                         Esc Close
        "#);
        press(&mut app, "J");
        assert!(picture(&mut app).contains("Copied CUS-1 as JSON (9 bytes, OSC 52)."));
        assert_eq!(app.take_clipboard().as_deref(), Some("{\"a\": 1}\n"));
        assert_eq!(app.take_clipboard(), None);
    }

    #[test]
    fn a_letter_that_chooses_nothing_is_answered() {
        let mut app = problems((80, 24));
        press(&mut app, "yv");
        let shown = picture(&mut app);
        assert!(
            shown.contains("There is no v here, only e, q, s."),
            "{shown}"
        );
        assert!(shown.contains("┌ Copy"));
    }

    #[test]
    fn letters_that_are_keys_elsewhere_choose_here() {
        let mut app = problems((80, 24));
        press(&mut app, "yq");
        assert!(!picture(&mut app).contains("┌ Copy"));
        press(&mut app, "y<Down><ret>");
        assert!(picture(&mut app).contains("Copied"));
        press(&mut app, "y<esc>");
        assert!(!picture(&mut app).contains("┌ Copy"));
    }
}
