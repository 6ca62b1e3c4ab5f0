//! Bad input gets a clear error, the right exit code, and nothing changes.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use crate::Folder;

#[test]
fn an_input_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    folder
        .redrive("load nothing.csv")
        .exit(3)
        .stderr_has("nothing.csv")
        .stderr_has("hint:")
        .run();
    fs::create_dir(folder.path("dir")).unwrap();
    folder
        .redrive("load dir")
        .exit(3)
        .stderr_has("the folder dir holds no file")
        .run();
    folder.write("empty.csv", "");
    folder
        .redrive("load empty.csv")
        .exit(3)
        .stderr_has("--allow-empty")
        .run();
    assert!(!folder.path("redrive.db").exists(), "nothing was changed");
    folder.redrive("load empty.csv --allow-empty").run();
}

#[test]
fn a_header_alone_is_a_run_of_no_records() {
    let folder = Folder::new();
    folder.write("header.csv", "id,name\n");
    let report = folder.redrive("load header.csv --format csv").json();
    assert_eq!(report["records"], serde_json::json!(0));
}

#[test]
fn mistakes_in_the_contract_are_named_with_their_place() {
    let folder = Folder::new();
    let contract = folder.read("customers.toml");
    let load = |text: String| {
        folder.write("bad.toml", text);
        folder
            .redrive("load customers.csv --contract bad.toml")
            .exit(2)
    };
    load(contract.replace("coerce =", "coerse ="))
        .stderr_has("coerse")
        .stderr_has("did you mean coerce?")
        .stderr_has("bad.toml:6:")
        .run();
    load(contract.replace("<= 0.0\"", "<= \""))
        .stderr_has("RULE-101")
        .stderr_has("^")
        .run();
    load(contract.replace("customers.schema.json", "gone.json"))
        .stderr_has("gone.json")
        .run();
    folder.write("schema.json", r#"{"type": "objekt"}"#);
    load(contract.replace("customers.schema.json", "schema.json"))
        .stderr_has("schema.json")
        .stderr_has("objekt")
        .run();
    assert!(!folder.path("redrive.db").exists(), "nothing was changed");
}

#[test]
fn a_file_that_is_no_workspace_is_left_alone() {
    let folder = Folder::new();
    folder
        .redrive("runs")
        .exit(3)
        .stderr_has("redrive.db")
        .stderr_has("load")
        .run();
    folder.write(
        "redrive.db",
        "this is a letter, not a database, and it is long enough to be looked at for a header",
    );
    folder
        .redrive("runs")
        .exit(3)
        .stderr_has("redrive.db")
        .run();
    folder
        .redrive("load customers.csv")
        .exit(3)
        .stderr_has("not a redrive workspace")
        .run();
    let said = folder.redrive("doctor").exit(3).run();
    assert!(
        said.contains("!   workspace         redrive.db is not a redrive workspace: name another"),
        "{said}"
    );
    assert!(folder.read("redrive.db").starts_with("this is a letter"));
}

#[test]
fn without_a_terminal_numbered_lines_take_the_place_of_the_screen() {
    let folder = Folder::loaded();
    for call in ["", "open --run 1", "open --read-only"] {
        let said = folder.redrive(call).run();
        assert!(said.contains("Problems of run 1"), "{call}: {said}");
    }
}

#[test]
fn another_programs_database_and_a_newer_workspace_are_refused() {
    let folder = Folder::loaded();
    let foreign = rusqlite::Connection::open(folder.path("foreign.db")).unwrap();
    foreign
        .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
        .unwrap();
    drop(foreign);
    folder
        .redrive("-w foreign.db runs")
        .exit(3)
        .stderr_has("foreign.db")
        .run();
    let newer = rusqlite::Connection::open(folder.path("redrive.db")).unwrap();
    newer.pragma_update(None, "user_version", 999).unwrap();
    drop(newer);
    folder.redrive("runs").exit(3).stderr_has("newer").run();
    folder
        .redrive("edit 2 /email=a@example.com")
        .exit(3)
        .stderr_has("newer")
        .run();
}

#[test]
fn a_wrong_filter_names_the_nearest_word() {
    let folder = Folder::loaded();
    folder
        .redrive("records stattus:ready")
        .exit(2)
        .stderr_has("status")
        .run();
    folder
        .redrive("records status:raedy")
        .exit(2)
        .stderr_has("ready")
        .run();
}

#[test]
fn wrong_usage_that_quotes_hidden_characters_names_them() {
    let folder = Folder::new();
    folder
        .redrive("show '\u{202e}vsc.txt'")
        .exit(2)
        .stderr_has("'<U+202E>vsc.txt'")
        .run();
}

#[test]
fn errors_are_json_for_scripts() {
    let folder = Folder::new();
    let stderr = Command::new(env!("CARGO_BIN_EXE_redrive"))
        .args(["load", "nothing.csv", "--json"])
        .current_dir(folder.path("."))
        .output()
        .unwrap()
        .stderr;
    let error: serde_json::Value = serde_json::from_slice(&stderr).unwrap();
    assert_eq!(error["error"]["code"], serde_json::json!("input:missing"));
    assert!(error["error"]["hint"].is_string());
}

/// Needs an ordinary user: root may write everywhere. Run as root, the program is started as `nobody`.
#[test]
fn a_read_only_folder_can_be_looked_at_and_not_changed() {
    let folder = Folder::loaded();
    let root = folder.path(".");
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
    for entry in fs::read_dir(&root).unwrap() {
        fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(0o644)).unwrap();
    }
    // A copy the other user can reach, wherever the build folder lies.
    let program = folder.path("program");
    fs::copy(env!("CARGO_BIN_EXE_redrive"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o555)).unwrap();
    let call = |words: &[&str]| {
        let is_root = fs::write(root.join("probe"), "").is_ok();
        let mut command = if is_root {
            let _ = fs::remove_file(root.join("probe"));
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
                .arg(&program);
            command
        } else {
            Command::new(&program)
        };
        let output = command
            .env_remove("REDRIVE_WORKSPACE")
            .args(words)
            .current_dir(&root)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, stderr) = call(&["load", "customers.csv", "-w", "new.db"]);
    assert_eq!(code, Some(3), "{stderr}");
    assert!(
        stderr.contains("new.db") && stderr.contains("hint:"),
        "{stderr}"
    );
    let (code, stderr) = call(&["edit", "2", "/email=ben@example.com"]);
    assert_eq!(code, Some(3), "{stderr}");
    assert!(
        stderr.contains("read") && stderr.contains("hint:"),
        "{stderr}"
    );
    let (code, stderr) = call(&["runs"]);
    assert_eq!(code, Some(0), "{stderr}");
    // Whoever opens it can look, and is told that this is all.
    let (code, stderr) = call(&["open", "--plain"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stderr.contains("this workspace can only be looked at"),
        "{stderr}"
    );
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn nothing_is_ever_written_over_the_workspace() {
    let folder = Folder::loaded();
    let refused = |line: &str| {
        folder
            .redrive(line)
            .exit(2)
            .stderr_has("is the workspace; nothing was written")
            .run();
    };
    refused("export -o redrive.db --format ndjson");
    refused("load customers.csv --again --passed ./redrive.db");
    refused("load customers.csv --again --passed redrive.db-wal");
    refused("runs --log redrive.db");
    assert_eq!(folder.redrive("runs").json().as_array().unwrap().len(), 1);
    folder.redrive("verify").run();
}

#[test]
fn a_load_that_cannot_begin_leaves_no_workspace() {
    let folder = Folder::new();
    folder.write("empty.csv", "");
    folder.write("words.txt", "hello world\n");
    folder.write("bad.toml", "nam = \"x\"\n");
    for (line, exit) in [
        ("load nothing.csv", 3),
        ("load .", 3),
        ("load empty.csv", 3),
        ("load words.txt", 3),
        ("load customers.csv --contract bad.toml", 2),
        ("load customers.csv --passed gone/p.csv", 3),
        ("load customers.csv --passed customers.csv", 2),
    ] {
        folder.redrive(line).exit(exit).stderr_has("hint:").run();
        assert!(!folder.path("redrive.db").exists(), "{line}");
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_that_leaves_nothing() {
    let folder = Folder::new();
    let script = format!(
        "ulimit -f 8; exec {} load customers.csv",
        env!("CARGO_BIN_EXE_redrive")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path("."))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("no space left"), "{stderr}");
    let mut names: Vec<_> = fs::read_dir(folder.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["customers.csv", "customers.schema.json", "customers.toml"]
    );
}

#[test]
fn wrong_usage_is_json_where_json_was_asked_for() {
    let folder = Folder::loaded();
    folder
        .redrive("runs --json --bogus")
        .exit(2)
        .stderr_has(
            r#"{"error":{"code":"usage","message":"unexpected argument '--bogus' found","hint":"#,
        )
        .run();
}

#[test]
fn a_file_that_was_loaded_before_is_named() {
    let folder = Folder::loaded();
    folder
        .redrive("load customers.csv --contract customers.toml")
        .exit(3)
        .stderr_has("customers.csv: this file was loaded before, as run 1")
        .run();
}

#[test]
fn a_workspace_is_shared_only_in_a_folder_of_a_group() {
    use std::{fs, os::unix::fs::PermissionsExt};
    let folder = Folder::new();
    let chmod = |mode| fs::set_permissions(folder.path("."), fs::Permissions::from_mode(mode));
    let mode = || {
        fs::metadata(folder.path("redrive.db"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    let load = "load customers.csv --contract customers.toml --group";
    chmod(0o700).unwrap();
    folder.redrive(load).exit(3).stderr_has("chmod 2770").run();
    assert!(!folder.path("redrive.db").exists(), "nothing was made");
    chmod(0o2770).unwrap();
    folder.redrive(load).exit(1).any_stderr().run();
    assert_eq!(mode(), 0o660);
    let alone = Folder::loaded();
    fs::set_permissions(alone.path("."), fs::Permissions::from_mode(0o2770)).unwrap();
    alone.redrive("open --group").run();
    let found = fs::metadata(alone.path("redrive.db")).unwrap();
    assert_eq!(found.permissions().mode() & 0o777, 0o660);
}

#[test]
fn what_is_no_number_and_what_is_no_format_is_told_in_few_words() {
    let folder = Folder::loaded();
    for line in ["show abc", "undo abc", "diff a b", "send --rate x"] {
        folder
            .redrive(line)
            .exit(2)
            .stderr_has("a number is wanted here, such as 17")
            .run();
    }
    folder
        .redrive("load customers.csv --format cvs")
        .exit(2)
        .stderr_has("there is no format cvs")
        .stderr_has("did you mean csv?")
        .run();
    folder
        .redrive("load customers.csv --format nothing-like-it")
        .exit(2)
        .stderr_has("formats are csv, tsv, jsonl, json, xlsx; of tools pydantic, ")
        .run();
}

#[test]
fn a_file_that_cannot_be_written_says_what_is_in_the_way() {
    let folder = Folder::loaded();
    std::fs::create_dir(folder.path("out")).unwrap();
    for command in ["report --out", "export -stage:parse -o"] {
        folder
            .redrive(&format!("{command} out"))
            .exit(3)
            .stderr_has("out is a folder")
            .run();
        folder
            .redrive(&format!("{command} nowhere/file"))
            .exit(3)
            .stderr_has("there is no folder nowhere")
            .run();
        folder
            .redrive(&format!("{command} customers.csv/file"))
            .exit(3)
            .stderr_has("customers.csv is no folder")
            .run();
    }
}

#[test]
fn a_script_reads_which_argument_is_missing() {
    let folder = Folder::loaded();
    folder
        .redrive("--json fix --run 1 --trim")
        .exit(2)
        .stderr_has("were not provided: --field <")
        .run();
}
