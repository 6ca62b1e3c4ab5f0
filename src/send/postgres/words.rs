//! The words of a statement, as PostgreSQL takes them apart (with `standard_conforming_strings`, which a connection sets).

/// One word, sign, or stretch of what is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// Spaces, a comment.
    Gap(&'t str),
    /// A keyword, a name without quotes, a number.
    Word(&'t str),
    /// A name, with its quotes.
    Name(&'t str),
    /// A text, with its quotes.
    Text(&'t str),
    /// `$1`
    Parameter(&'t str),
    /// What stands in `{}`.
    Value(&'t str),
    /// One character.
    Sign(&'t str),
}

/// Makes a token of its text.
type Make<'t> = fn(&'t str) -> Token<'t>;

impl<'t> Token<'t> {
    /// As it stands; a value without its braces.
    pub fn text(&self) -> &'t str {
        match self {
            Self::Gap(text)
            | Self::Word(text)
            | Self::Name(text)
            | Self::Text(text)
            | Self::Parameter(text)
            | Self::Value(text)
            | Self::Sign(text) => text,
        }
    }

    /// Whether it is more than space and comment.
    pub fn is_said(&self) -> bool {
        !matches!(self, Self::Gap(_))
    }

    /// What the server calls a thing of this name.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Word(word) => Some(word.to_lowercase()),
            Self::Name(name) => Some(name[1..name.len() - 1].replace("\"\"", "\"")),
            _ => None,
        }
    }
}

/// Takes a statement apart; together the tokens are all of it.
///
/// # Errors
/// What is opened and not closed, lower case, no full stop.
pub(super) fn tokens<'t>(text: &'t str) -> Result<Vec<Token<'t>>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (length, kind): (usize, Make<'t>) = match c {
            '\'' => (quoted(rest, '\'', false)?, Token::Text),
            '"' => (quoted(rest, '"', false)?, Token::Name),
            // The only text in which a backslash hides a quote.
            'e' | 'E' if rest[1..].starts_with('\'') => {
                (1 + quoted(&rest[1..], '\'', true)?, Token::Text)
            }
            '$' => dollar(rest)?,
            '{' => {
                let end = rest.find('}').ok_or("a { has no }")?;
                tokens.push(Token::Value(&rest[1..end]));
                rest = &rest[end + 1..];
                continue;
            }
            '}' => return Err("a } has no {".to_owned()),
            '-' if rest.starts_with("--") => (rest.find('\n').unwrap_or(rest.len()), Token::Gap),
            '/' if rest.starts_with("/*") => (comment(rest)?, Token::Gap),
            _ if c.is_whitespace() => (run(rest, char::is_whitespace), Token::Gap),
            _ if is_word(c) => (run(rest, |c| is_word(c) || c == '$'), Token::Word),
            _ => (c.len_utf8(), Token::Sign),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(kind(token));
        rest = after;
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

/// The length of what belongs to a kind of characters from the start on.
fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of what stands in quotes; two of them are one.
fn quoted(text: &str, quote: char, escapes: bool) -> Result<usize, String> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Ok(at + 1);
        }
    }
    Err(format!("a {quote} is not closed"))
}

/// A parameter, a text in `$$` or `$tag$`, or only the sign.
fn dollar(text: &str) -> Result<(usize, Make<'_>), String> {
    let word = 1 + run(&text[1..], is_word);
    if text[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return Ok((
            1 + run(&text[1..], |c| c.is_ascii_digit()),
            Token::Parameter,
        ));
    }
    if !text[word..].starts_with('$') {
        return Ok((1, Token::Sign));
    }
    let mark = &text[..=word];
    match text[mark.len()..].find(mark) {
        Some(end) => Ok((mark.len() + end + mark.len(), Token::Text)),
        None => Err(format!("a {mark} is not closed")),
    }
}

/// The length of a comment, which can hold comments.
fn comment(text: &str) -> Result<usize, String> {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        match text.as_bytes().get(at..at + 2) {
            Some(b"/*") => depth += 1,
            Some(b"*/") => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Ok(at);
        }
    }
    Err("a /* is not closed".to_owned())
}
