//! What a JSON record allows besides other text in a field: null, no field, another one, another type.

use serde_json::Value;

use super::{
    Editor, Told,
    draft::{Draft, Then},
    frozen,
};
use crate::{
    fix::{Change, kinds::Kind},
    model::{Form, Path},
    text,
    tui::{
        action::{Action, Offer},
        event::{ChoiceOf, Choosable, Choosing, Cx, Effect, Needs, Wanting},
    },
};

/// A value in a list of choices is cut to so many characters.
const SHOWN: usize = 30;

/// What all of them need.
const NOT_JSON: &str = "a CSV line has its file's columns and text in them";

impl Editor {
    /// What can be done; `frozen` says why nothing can be changed.
    pub(super) fn kind_offers(&self, frozen: Option<&'static str>) -> Vec<Offer> {
        let form = self.one.record.as_ref().map(|record| record.text.form);
        let is_json = form == Some(Form::Json);
        let reason = frozen.or((!is_json).then_some(NOT_JSON));
        let no_value = self.value().is_none().then_some("it is not there");
        let is_null = (self.value() == Some(&Value::Null)).then_some("it is null already");
        let no_field = self.fields.path().is_none().then_some("no field is marked");
        vec![
            Offer::new(Action::ChangeType, "").unless(reason.or(no_field)),
            Offer::new(Action::MakeNull, "").unless(reason.or(no_field).or(is_null)),
            Offer::new(Action::RemoveField, "").unless(reason.or(no_field).or(no_value)),
            Offer::new(Action::AddField, "").unless(reason),
        ]
    }

    pub(super) fn act_on_kind(&mut self, action: Action, cx: &mut Cx) {
        let Some(record) = &self.one.record else {
            return;
        };
        if let Some(reason) = frozen(self.one.read_only, record.row.status) {
            return cx.say(reason);
        }
        let Some(path) = self.fields.path().cloned() else {
            if action == Action::AddField {
                self.ask_for_name(cx);
            }
            return;
        };
        let told = Told::Saved(path.clone(), Then::Problem);
        match action {
            Action::MakeNull => {
                let value = Value::Null;
                self.change(Change::Json { path, value }, told, cx);
            }
            Action::RemoveField => self.change(Change::Unset { path }, told, cx),
            Action::AddField => self.ask_for_name(cx),
            _ => self.ask_for_kind(&path, cx),
        }
    }

    /// What was chosen from a list, or typed as a name.
    pub fn chosen_from(&mut self, list: &Choosing, cx: &mut Cx) {
        let Some(line) = list.lines.get(list.at) else {
            return;
        };
        match list.of {
            ChoiceOf::Type => self.take_kind(&line.key, cx),
            ChoiceOf::Name => {
                let path = self.parent().child(&line.key);
                self.add(path, cx);
            }
            _ => {}
        }
    }

    /// The value under the cursor.
    fn value(&self) -> Option<&Value> {
        self.value_at(self.fields.path()?)
    }

    fn value_at(&self, path: &Path) -> Option<&Value> {
        let current = self.one.row()?.current.as_ref()?;
        current.pointer(path.as_str())
    }

    /// What a new field stands in: the group or list under the cursor, else the one its field stands in.
    fn parent(&self) -> Path {
        let Some(path) = self.fields.path() else {
            return Path::root();
        };
        let holds = |value: &Value| value.is_object() || value.is_array();
        match (self.value_at(path).is_some_and(holds), path.split_last()) {
            (false, Some((parent, _))) => parent,
            _ => path.clone(),
        }
    }

    /// Asks for the name of a new field. An entry of a list needs none.
    fn ask_for_name(&mut self, cx: &mut Cx) {
        let parent = self.parent();
        if let Some(Value::Array(entries)) = self.value_at(&parent) {
            let next = entries.len().to_string();
            return self.add(parent.child(&next), cx);
        }
        let place = if parent.is_root() {
            "the record".to_owned()
        } else {
            text::safe(&parent.label()).into_owned()
        };
        cx.effects.push(Effect::Prompt(Wanting {
            title: format!("Add a field to {}", text::shorten(&place, 40)),
            body: "It is there once its value is saved.".to_owned(),
            label: "Name".to_owned(),
            verb: "Go on".to_owned(),
            needs: Needs::Name,
        }));
    }

    /// Opens the box on a field that is not there yet.
    fn add(&mut self, path: Path, cx: &mut Cx) {
        if self.value_at(&path).is_some() {
            cx.say(format!("{} is there already.", text::safe(&path.label())));
            return self.fields.select(&path);
        }
        let Some(record) = &self.one.record else {
            return;
        };
        self.asked_look = None;
        let draft = Draft::open(path, None, &record.row.problems);
        let version = record.row.version;
        self.one.open_box(draft, version, cx);
    }

    /// Offers the types the value can be, with what it would be then.
    fn ask_for_kind(&mut self, path: &Path, cx: &mut Cx) {
        let value = self.value_at(path);
        let is_now = value.map(Kind::of);
        let others = Kind::ALL.into_iter().filter(|kind| Some(*kind) != is_now);
        let line = |kind: Kind| {
            let made = kind.made_of(value)?;
            let written = made.to_string();
            Some(Choosable {
                key: kind.label().to_owned(),
                label: kind.label().to_owned(),
                note: text::shorten(&text::safe(&written), SHOWN),
                shown: None,
            })
        };
        let label = text::safe(&path.label()).into_owned();
        let is_now = is_now.map_or("not there", Kind::label).to_lowercase();
        let list = Choosing {
            of: ChoiceOf::Type,
            title: format!(
                "{} is {is_now} now: change it to",
                text::shorten(&label, 30)
            ),
            lines: others.filter_map(line).collect(),
            at: 0,
        };
        cx.effects.push(Effect::Choose(Box::new(list)));
    }

    /// Makes the value under the cursor another kind.
    fn take_kind(&mut self, word: &str, cx: &mut Cx) {
        let Some(path) = self.fields.path().cloned() else {
            return;
        };
        let kind = Kind::ALL.into_iter().find(|kind| kind.label() == word);
        // Somebody else may have changed it while the list was open.
        match kind.and_then(|kind| kind.made_of(self.value())) {
            Some(value) => {
                let told = Told::Saved(path.clone(), Then::Problem);
                self.change(Change::Json { path, value }, told, cx);
            }
            None => cx.say("It is another value by now: look at it again."),
        }
    }
}
