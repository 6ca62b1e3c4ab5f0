//! Formulas as transforms: the check knows CEL, the fix knows records.

use crate::{
    check::Formula,
    fix::{Apply, Given, Made, Mistake, Outcome},
};

/// A formula that is ready for records.
///
/// # Errors
/// What is wrong with it, with its position.
pub(super) fn compile(cel: &str) -> Result<Box<dyn Apply>, Mistake> {
    match Formula::compile(cel) {
        Ok(formula) => Ok(Box::new(Ready(formula))),
        Err(wrong) => Err(Mistake {
            message: format!("the formula is not right: {}", wrong.message),
            position: wrong.position,
            hint: wrong.hint.unwrap_or_else(|| {
                "write CEL over value and record: value + ' ' + record.city".to_owned()
            }),
        }),
    }
}

#[derive(Debug)]
struct Ready(Formula);

impl Apply for Ready {
    fn apply(&self, given: &Given<'_>) -> Outcome {
        match self.0.evaluate(given.value, given.record) {
            Ok(value) if given.value == Some(&value) => Made::Same,
            Ok(value) => Made::Exactly(value),
            Err(why) => Made::Impossible(format!("has no answer: {why}")),
        }
        .into()
    }
}
