//! What is asked before something is done with a step.

use crate::{
    model::StepRow,
    text,
    tui::event::{Effect, Needs, Question, Wanting, Wish},
};

/// Asks whether one step is taken back.
pub(super) fn ask_to_undo(step: &StepRow) -> Question {
    Question {
        title: format!("Undo step {}?", step.id),
        body: vec![
            text::safe(&step.label).into_owned(),
            format!(
                "{}. What was sent or changed since stays as it is.",
                text::count(step.records, "record")
            ),
        ],
        typed: None,
        safe: "Go back".to_owned(),
        also: None,
        verb: "Undo this step".to_owned(),
        then: Box::new(Effect::Do(Wish::UndoStep { step: step.id })),
    }
}

/// Asks for the file a step is saved in as a recipe.
pub(super) fn ask_for_recipe(step: &StepRow) -> Wanting {
    Wanting {
        title: "Save this step as a recipe".to_owned(),
        body: "`redrive fix --recipe FILE` makes it again in another run, with the same preview."
            .to_owned(),
        label: "File".to_owned(),
        verb: "Save it".to_owned(),
        needs: Needs::Recipe(step.run, step.id),
    }
}
