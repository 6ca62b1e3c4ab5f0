//! The contracts that are measured: the generator's own for its customers, and two that ask for more.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a contract can ask for beyond a schema, three rules and a key: a rule that warns of one record in twenty and has an
/// owner, and fields that must differ.
const MORE: &str = r#"
[[rule]]
id = "RULE-104"
assert = "!has(record.employee_count) || record.employee_count <= 3800"
message = "So many people are rare."
fields = ["/employee_count"]
severity = "warning"
owner = "sales"

[[unique]]
fields = ["/email", "/created_at"]
"#;

/// As many rules as are asked of a record while a person types, with [`MORE`].
const RULES: usize = 20;
/// Rules there are before these.
const BEFORE: usize = 4;

/// One simple rule, and three that only the interpreter knows.
const KINDS: [(&str, &str); 4] = [
    ("/deal_value", "record.deal_value <= 100000000.0"),
    ("/name", "size(record.name) + size(record.city) <= 400"),
    (
        "/email",
        "!record.email.endsWith('.invalid') && record.email.contains('@')",
    ),
    (
        "/postal_code",
        "record.country != 'DE' || record.postal_code.matches('^[0-9]{5}$')",
    ),
];

/// Contracts in a folder of their own, with their schema beside them.
pub struct Contracts {
    /// The generator's.
    pub plain: PathBuf,
    /// With a warning, an owner and a `[[unique]]`.
    pub more: PathBuf,
    /// With 20 rules and two `[[unique]]`.
    pub many: PathBuf,
}

impl Contracts {
    /// Writes them for the contract that lies beside the generator.
    pub fn write(original: &Path, folder: &Path) -> Self {
        let schema = original.with_file_name("../schemas/customer_flat.schema.json");
        let text = fs::read_to_string(original).expect("the contract can be read");
        for name in ["contracts", "schemas"] {
            fs::create_dir_all(folder.join(name)).expect("folders can be made");
        }
        fs::copy(schema, folder.join("schemas/customer_flat.schema.json"))
            .expect("the schema lies beside the contract");
        let write = |name: &str, text: &str| {
            let path = folder.join("contracts").join(name);
            fs::write(&path, text).expect("contracts can be written");
            path
        };
        let more = format!("{text}{MORE}");
        let many = format!(
            "{more}{}{}",
            rules(),
            "\n[[unique]]\nfields = [\"/contact_email\", \"/name\"]\nseverity = \"warning\"\n"
        );
        Self {
            plain: write("plain.toml", &text),
            more: write("more.toml", &more),
            many: write("many.toml", &many),
        }
    }
}

fn rules() -> String {
    let rule = |n: usize| {
        let (path, assert) = KINDS[n % KINDS.len()];
        format!(
            "\n[[rule]]\nid = \"MORE-{n}\"\nassert = \"{assert}\"\nmessage = \"Rule {n} is broken.\"\nfields = [\"{path}\"]\n"
        )
    };
    (BEFORE..RULES).map(rule).collect()
}
