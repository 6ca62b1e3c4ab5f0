//! A report as Markdown (GitHub's, GitLab's and most trackers').

use super::{
    Report,
    page::{Block, Cell, Page, Table, page},
};
use crate::text::{safe, thousands};

/// The report as Markdown. Nothing that a record, a person or a destination said becomes a mark, a link, a mention or HTML.
pub fn markdown(report: &Report) -> String {
    let Page {
        title,
        lead,
        sections,
    } = page(report);
    let mut out = format!("# {}\n", plain(&title));
    for words in lead {
        out.push_str(&format!("\n{}\n", plain(&words)));
    }
    for section in sections {
        out.push_str(&format!("\n## {}\n", section.title));
        for block in section.blocks {
            match block {
                Block::Words(words) => out.push_str(&format!("\n{}\n", plain(&words))),
                Block::List(lines) => {
                    out.push('\n');
                    for line in lines {
                        out.push_str(&format!("- {}\n", plain(&line)));
                    }
                }
                Block::Table(table) => push_table(&mut out, &table),
                // The tables say the same.
                Block::Chart(_) => {}
            }
        }
    }
    out
}

fn push_table(out: &mut String, table: &Table) {
    let names: Vec<&str> = (table.head.iter())
        .map(|name| name.trim_start_matches('#'))
        .collect();
    let rules: Vec<&str> = (table.head.iter())
        .map(|name| if name.starts_with('#') { "---:" } else { "---" })
        .collect();
    out.push_str(&format!("\n| {} |\n", names.join(" | ")));
    out.push_str(&format!("| {} |\n", rules.join(" | ")));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Words(words) => plain(words),
        Cell::Codes(codes) => {
            let codes: Vec<String> = (codes.iter())
                .map(|(number, text)| format!("{} × {}", thousands(*number), code(text)))
                .collect();
            codes.join(", ")
        }
    }
}

/// Words that mean nothing but themselves. What a tracker would take for a mention or a number of another ticket, however it
/// is escaped, stands as code.
fn plain(text: &str) -> String {
    let text = safe(text);
    if text.contains(['@', '#']) {
        return code(&text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        match c {
            // Inside a word it is no mark: `deal_value`.
            '_' if before.is_alphanumeric() && rest.peek().is_some_and(|c| c.is_alphanumeric()) => {
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
        before = c;
    }
    // What looks like an address becomes a link by itself.
    out.replace("://", "\\://").replace("www.", "www\\.")
}

/// Text as it stands, in as many marks as it takes.
fn code(text: &str) -> String {
    let text = safe(text);
    if text.is_empty() {
        return String::new();
    }
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let marks = "`".repeat(longest + 1);
    let blank = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    // A table ends its cell at a bar even inside code.
    format!("{marks}{blank}{}{blank}{marks}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_nothing_but_themselves() {
        let check = |text: &str, expected: &str| assert_eq!(plain(text), expected);
        check("Email is missing", "Email is missing");
        check("a|b *c* _d_ `e`", "a\\|b \\*c\\* \\_d\\_ \\`e\\`");
        check("deal_value _x_", "deal_value \\_x\\_");
        check("<script>&amp;", "&lt;script&gt;&amp;amp;");
        check("![x](https://e.test)", "\\!\\[x\\](https\\://e.test)");
        check("www.e.test", "www\\.e.test");
        check("ask @all about #12", "`ask @all about #12`");
        check("line\nbreak\u{202e}", "line&lt;LF&gt;break&lt;U+202E&gt;");
    }

    #[test]
    fn code_shows_marks_and_bars_as_they_are() {
        let check = |text: &str, expected: &str| assert_eq!(code(text), expected);
        check("99/99/9999", "`99/99/9999`");
        check("a`b", "``a`b``");
        check("``", "``` `` ```");
        check("a|b", "`a\\|b`");
        check("", "");
        check("\u{1b}[2J", "`<ESC>[2J`");
    }
}
