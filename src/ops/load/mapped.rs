//! Reading a person's own map.

use std::{fs, io::ErrorKind, path::Path as FilePath};

use crate::{model::Fault, results::Map};

/// Longer files are no maps.
const MAX_BYTES: u64 = 1 << 20;

/// The map in a file.
///
/// # Errors
/// `map:missing`, `map:unreadable` and `map:invalid`, all exit 2.
pub(super) fn read(path: &FilePath) -> Result<Map, Fault> {
    let name = path.display().to_string();
    let unreadable = |why: String| {
        Fault::usage(
            "map:unreadable",
            format!("cannot read the map {name}: {why}"),
        )
        .hint("name a map, a page of TOML, with --map")
        .at(&name, None)
    };
    let found = fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Fault::usage("map:missing", format!("there is no map at {name}"))
            .hint("give its path with --map")
            .at(&name, None),
        _ => unreadable(error.to_string()),
    })?;
    // A pipe or a device would be waited for.
    if !found.is_file() {
        return Err(unreadable("it is no file".to_owned()));
    }
    if found.len() > MAX_BYTES {
        return Err(unreadable("it is longer than 1 MiB".to_owned()));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        unreadable(format!("byte {at} is not UTF-8 text"))
    })?;
    Map::parse(&text, &name)
}
