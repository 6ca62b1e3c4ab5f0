//! The picture of the README is the real screen.

use std::{env, fs, path::Path};

use regex::Regex;
use tempfile::TempDir;

use super::{svg::svg, tty::Tty};

const PICTURE: &str = "assets/screen.svg";

/// Run with `REDRIVE_PICTURE=1` to draw it anew.
#[test]
fn the_picture_of_the_readme_is_the_real_screen() {
    let folder = TempDir::new().unwrap();
    let tty = Tty::start(folder.path(), 100, 30, &["demo"]);
    tty.waits_for("until the screen is settled", |output| {
        let contents = output.screen.screen().contents();
        contents.contains("to crm [DEMO]") && contents.contains("Suggested fix")
    });
    let picture = without_clock(&svg(&tty.screen()));
    if env::var_os("REDRIVE_PICTURE").is_some() {
        fs::write(Path::new(PICTURE), &picture).unwrap();
    }
    let kept = fs::read_to_string(PICTURE).unwrap();
    assert!(
        kept == picture,
        "the screen has changed; draw {PICTURE} anew with REDRIVE_PICTURE=1"
    );
}

/// The time of the last step is another one each time.
fn without_clock(picture: &str) -> String {
    Regex::new(r"saved \d\d:\d\d")
        .unwrap()
        .replace(picture, "saved 02:41")
        .into_owned()
}
