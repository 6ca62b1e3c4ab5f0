//! A report as one page of HTML: no script, nothing from elsewhere, dark or light as its reader has it.

use super::{
    Report,
    chart::draw,
    page::{Block, Cell, Page, Table, page},
};
use crate::text::{safe, thousands};

/// What a browser is told to load: nothing, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = include_str!("style.css");

/// The report as a page that can be mailed or attached: nothing in it runs, and nothing is loaded.
pub fn html(report: &Report) -> String {
    let Page {
        title,
        lead,
        sections,
    } = page(report);
    let title = escaped(&title);
    let mut body = format!("<h1>{title}</h1>\n");
    for words in lead {
        body += &format!("<p class=\"lead\">{}</p>\n", escaped(&words));
    }
    for section in sections {
        body += &format!("<section>\n<h2>{}</h2>\n", escaped(section.title));
        for block in section.blocks {
            match block {
                Block::Words(words) => body += &format!("<p>{}</p>\n", escaped(&words)),
                Block::List(lines) => {
                    let lines = lines
                        .iter()
                        .map(|line| format!("<li>{}</li>\n", escaped(line)));
                    body += &format!("<ul>\n{}</ul>\n", lines.collect::<String>());
                }
                Block::Table(one) => body += &table(&one),
                Block::Chart(chart) => body += &draw(&chart),
            }
        }
        body += "</section>\n";
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         <footer>redrive {}</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn table(table: &Table) -> String {
    let class = |name: &str| {
        if name.starts_with('#') {
            " class=\"number\""
        } else {
            ""
        }
    };
    let mut out = "<div class=\"wide\"><table>\n<thead><tr>".to_owned();
    for name in &table.head {
        let (class, name) = (class(name), escaped(name.trim_start_matches('#')));
        out += &format!("<th scope=\"col\"{class}>{name}</th>");
    }
    out += "</tr></thead>\n<tbody>\n";
    for row in &table.rows {
        out += "<tr>";
        for (name, one) in table.head.iter().zip(row) {
            out += &format!("<td{}>{}</td>", class(name), cell(one));
        }
        out += "</tr>\n";
    }
    out + "</tbody>\n</table></div>\n"
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Words(words) => escaped(words),
        Cell::Codes(codes) => {
            let codes = codes.iter().map(|(number, text)| {
                let text = escaped(text);
                format!("<span>{} × <code>{text}</code></span>", thousands(*number))
            });
            codes.collect::<Vec<_>>().join(" ")
        }
    }
}

/// Text that is nothing but text, between marks and in quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_received_is_a_mark() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("a & b", "a &amp; b");
        check(
            "<img src=x onerror='y'>",
            "&lt;img src=x onerror=&#39;y&#39;&gt;",
        );
        check("\" onload=\"y", "&quot; onload=&quot;y");
        check("a\u{202e}b\n", "a&lt;U+202E&gt;b&lt;LF&gt;");
    }
}
