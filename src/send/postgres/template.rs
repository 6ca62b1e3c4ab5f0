//! A statement that names values of the record as a URL does: `INSERT INTO orders (id) VALUES ({/order_id})`. The values are bound;
//! nothing of a record ever becomes a part of the statement.

use postgres::error::DbError;

use super::words::{Token, tokens};
use crate::{model::Path, send::named_field};

/// What a statement can begin with. Others end the transaction, or deliver nothing.
const FIRST: [&str; 7] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "SELECT", "CALL",
];

/// How much of a statement is shown where there is little room.
const SHOWN: usize = 48;

/// A parsed statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlTemplate {
    /// As the contract has it.
    text: String,
    /// As the server gets it: `$1` for the first value.
    sql: String,
    values: Vec<Path>,
    /// The column each value is for, where the statement shows it.
    columns: Vec<Option<String>>,
    /// The word it begins with, in capitals.
    first: String,
}

impl SqlTemplate {
    /// Reads a statement. Quotes, comments and names are left as they are.
    ///
    /// # Errors
    /// Says what is wrong with it, lower case, no full stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let mut sql = String::with_capacity(text.len());
        let mut values = Vec::new();
        for token in &tokens {
            match token {
                Token::Value(inside) => {
                    values.push(named_field(inside)?);
                    sql.push_str(&format!(" ${} ", values.len()));
                }
                Token::Parameter(name) => {
                    return Err(format!(
                        "{name} is no value of the record; write its field, such as {{/customer_id}}"
                    ));
                }
                other => sql.push_str(other.text()),
            }
        }
        let said: Vec<&Token<'_>> = tokens.iter().filter(|token| token.is_said()).collect();
        let first = match said.first() {
            Some(Token::Word(word)) => word.to_uppercase(),
            _ => String::new(),
        };
        if !FIRST.contains(&&*first) {
            return Err(format!("it must begin with {}", FIRST.join(", ")));
        }
        let end = said.iter().position(|token| **token == Token::Sign(";"));
        if end.is_some_and(|end| end + 1 < said.len()) {
            return Err("it holds more than one statement".to_owned());
        }
        if values.is_empty() {
            return Err("it names no value of the record, such as {/customer_id}".to_owned());
        }
        Ok(Self {
            text: text.to_owned(),
            sql,
            columns: columns(&said),
            values,
            first,
        })
    }

    /// As the contract has it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields of a record that it needs, in the order of their parameters.
    pub fn values(&self) -> &[Path] {
        &self.values
    }

    /// A value in quotes, which is text as it stands and hardly meant so.
    pub fn quoted_value(&self) -> Option<&str> {
        let is_value = |text: &&str| text.starts_with("'{/") && text.ends_with("}'");
        let texts = tokens(&self.text).into_iter().flatten();
        texts.map(|token| token.text()).find(is_value)
    }

    /// Its beginning, on one line.
    pub fn shown(&self) -> String {
        let line: Vec<&str> = self.text.split_whitespace().collect();
        let line = line.join(" ");
        match line.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// With a parameter for each value.
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    /// The server's words, with the fields of the record for their parameters.
    pub(super) fn told(&self, words: &str) -> String {
        let values = self.values.iter().enumerate().rev();
        values.fold(words.to_owned(), |words, (n, path)| {
            words.replace(&format!("${}", n + 1), &format!("{{{path}}}"))
        })
    }

    /// Whether a statement that gives rows, or does not, must have changed at least one.
    pub(super) fn must_change(&self, gives_rows: bool) -> bool {
        match &*self.first {
            "SELECT" | "CALL" => false,
            "WITH" => !gives_rows,
            _ => true,
        }
    }

    /// The field an error is about; the root when it names none.
    pub(super) fn field(&self, said: &DbError) -> Path {
        if let Some(path) = said.where_().and_then(|place| self.of_parameter(place)) {
            return path.clone();
        }
        let Some(column) = said.column() else {
            return Path::root();
        };
        let named = self
            .columns
            .iter()
            .position(|known| known.as_deref() == Some(column));
        match named {
            Some(n) => self.values[n].clone(),
            None => Some(Path::field(column))
                .filter(|field| self.values.contains(field))
                .unwrap_or_default(),
        }
    }

    /// `unnamed portal parameter $2 = '...'` is where a value could not be read.
    fn of_parameter(&self, place: &str) -> Option<&Path> {
        let (before, after) = place.split_once('$')?;
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let n: usize = after[..digits].parse().ok()?;
        // What a function was doing is more than one line, or quotes SQL.
        let is_parameter = !before.contains(['\n', '"', '\'']);
        is_parameter
            .then(|| self.values.get(n.checked_sub(1)?))
            .flatten()
    }
}

/// The column of each value: that of the list before VALUES with the same place, or the one it is set or compared to.
fn columns(said: &[&Token<'_>]) -> Vec<Option<String>> {
    let mut columns = Vec::new();
    let listed = listed(said);
    for (at, token) in said.iter().enumerate() {
        if matches!(token, Token::Value(_)) {
            let before = at.checked_sub(2).map(|name| (said[name], said[at - 1]));
            columns.push(match before {
                Some((name, Token::Sign("="))) => name.name(),
                _ => listed
                    .iter()
                    .find(|(place, _)| *place == at)
                    .map(|(_, name)| name.clone()),
            });
        }
    }
    columns
}

/// The places of the values in the first row after VALUES, each with its column.
fn listed(said: &[&Token<'_>]) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut found = Vec::new();
    let is_values = |token: &&Token<'_>| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("values"));
    let Some(values) = said.iter().position(is_values) else {
        return found;
    };
    let Some(list) = said[..values]
        .iter()
        .position(|token| **token == Token::Sign("("))
    else {
        return found;
    };
    for token in &said[list..values] {
        names.extend(token.name());
    }
    let (mut depth, mut nth) = (0, 0);
    for (at, token) in said.iter().enumerate().skip(values + 1) {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") if depth == 1 => break,
            Token::Sign(")") => depth -= 1,
            Token::Sign(",") if depth == 1 => nth += 1,
            Token::Value(_) => found.extend(names.get(nth).map(|name| (at, name.clone()))),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> String {
        let template = SqlTemplate::parse(text).unwrap();
        let values: Vec<&str> = template.values.iter().map(Path::as_str).collect();
        format!("{} <- {}", template.sql, values.join(" "))
    }

    #[test]
    fn each_value_is_a_parameter_and_the_rest_stays_as_it_is() {
        let check = |text: &str, expected: &str| assert_eq!(sql(text), expected);
        check(
            "INSERT INTO o VALUES ({/id}, {/address/city}::int)",
            "INSERT INTO o VALUES ( $1 ,  $2 ::int) <- /id /address/city",
        );
        check(
            "SELECT f({/id},{/id});\n",
            "SELECT f( $1 , $2 );\n <- /id /id",
        );
        check(
            "select '{/a} $1 '' {/b}' || {/c}",
            "select '{/a} $1 '' {/b}' ||  $1  <- /c",
        );
        check(
            r"SELECT E'\'{/a}', '\', {/c}",
            r"SELECT E'\'{/a}', '\',  $1  <- /c",
        );
        check(
            "SELECT \"a\"\"{/a}\", a$1, $$ {/a} $1 $$, $x$ $$ {/b} $x$, {/c}",
            "SELECT \"a\"\"{/a}\", a$1, $$ {/a} $1 $$, $x$ $$ {/b} $x$,  $1  <- /c",
        );
        check(
            "SELECT {/a} -- {/b} it's\n/* {/c} /* $1 */ ' */ , {/d}",
            "SELECT  $1  -- {/b} it's\n/* {/c} /* $1 */ ' */ ,  $2  <- /a /d",
        );
        check(
            "-- first\nCALL p({/ä~1b})",
            "-- first\nCALL p( $1 ) <- /ä~1b",
        );
    }

    #[test]
    fn what_is_no_statement_of_a_record_is_refused() {
        let check = |text: &str, expected: &str| {
            let wrong = SqlTemplate::parse(text).unwrap_err();
            assert_eq!(wrong, expected, "{text}");
        };
        let field = "it names no value of the record, such as {/customer_id}";
        check("INSERT INTO o DEFAULT VALUES", field);
        check("SELECT f('{/id}')", field);
        let first = "it must begin with INSERT, UPDATE, DELETE, MERGE, WITH, SELECT, CALL";
        check("", first);
        check("COMMIT", first);
        check("TRUNCATE o /* {/id} */", first);
        check(
            "SELECT f({id})",
            "{id} is not a path such as {/customer_id}",
        );
        check("SELECT f({})", "{} is not a path such as {/customer_id}");
        check("SELECT f({/id)", "a { has no }");
        check("SELECT f(/id})", "a } has no {");
        check(
            "SELECT f($1, {/id})",
            "$1 is no value of the record; write its field, such as {/customer_id}",
        );
        check(
            "SELECT f({/id}); COMMIT",
            "it holds more than one statement",
        );
        check("SELECT f({/id}, 'x)", "a ' is not closed");
        check("SELECT f({/id}, \"x)", "a \" is not closed");
        check("SELECT f({/id}, $x$ $$)", "a $x$ is not closed");
        check("SELECT f({/id}) /* /* */", "a /* is not closed");
    }

    #[test]
    fn columns_are_told_from_where_their_values_stand() {
        let check = |text: &str, expected: &[&str]| {
            let template = SqlTemplate::parse(text).unwrap();
            let columns = template.columns.iter();
            let columns: Vec<&str> = columns.map(|name| name.as_deref().unwrap_or("-")).collect();
            assert_eq!(columns, expected, "{text}");
        };
        check(
            "INSERT INTO s.o (ID, \"Qty\", c, d) VALUES ({/a}, coalesce({/b}, {/c})::int, 1, lower({/d}))",
            &["id", "Qty", "Qty", "d"],
        );
        check("INSERT INTO o VALUES ({/a})", &["-"]);
        check(
            "UPDATE o SET qty = {/a}, at = now() WHERE id = {/b} AND n > {/c}",
            &["qty", "id", "-"],
        );
    }

    #[test]
    fn only_its_beginning_is_shown() {
        let template = SqlTemplate::parse("INSERT  INTO\n o VALUES ({/a})").unwrap();
        assert_eq!(template.shown(), "INSERT INTO o VALUES ({/a})");
        let long = format!("SELECT {}({{/a}})", "ü".repeat(99));
        let shown = SqlTemplate::parse(&long).unwrap().shown();
        assert_eq!(shown, format!("SELECT {}…", "ü".repeat(41)));
    }
}
