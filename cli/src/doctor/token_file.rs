//! `--token-file NAME=FILE`.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use mcp_scopes_doctor::{Token, Tokens};
use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::file;

/// The name of a token, and its file.
#[derive(Clone, Debug)]
pub(super) struct TokenFile {
    pub(super) name: String,
    file: PathBuf,
}

/// Why a token cannot be used, and what to do. Neither repeats a text that may be a token.
pub(super) type Wrong = (String, &'static str);

const NAMES: &str = "the names are `low`, `full`, `expired` and `foreign`";

impl TokenFile {
    /// Parses `NAME=FILE`.
    pub(super) fn parse(text: &str) -> Result<Self, Wrong> {
        let Some((name, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
            return Err(("a value of `--token-file` is not `NAME=FILE`".to_owned(), NAMES));
        };
        if Tokens::default().slot(name).is_none() {
            let near = Tokens::NAMES.into_iter().fold(Nearest::to(name), Nearest::or).found();
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err((format!("a value of `--token-file` has an unknown name{near}"), NAMES));
        }
        Ok(Self { name: name.to_owned(), file: file.into() })
    }

    /// Reads the token.
    pub(super) fn read(&self) -> Result<Token, Wrong> {
        const HELP: &str = "name a file that holds the token alone";
        let name = &self.name;
        let bytes = if self.file == Path::new("-") {
            file::limited(io::stdin().lock())
        } else {
            File::open(&self.file).and_then(file::limited)
        };
        let bytes = bytes.map_err(|error| (format!("the file of the token `{name}` cannot be read: {error}"), HELP))?;
        let text =
            String::from_utf8(bytes).map_err(|_| (format!("the file of the token `{name}` is not text"), HELP))?;
        Token::parse(&text).map_err(|wrong| (format!("the file of the token `{name}` {wrong}"), HELP))
    }
}

#[cfg(test)]
mod tests {
    use super::TokenFile;

    #[test]
    fn rejects_other_names_without_repeating_the_text() {
        assert_eq!(TokenFile::parse("low=a.txt").unwrap().name, "low");
        assert!(TokenFile::parse("ful=a.txt").unwrap_err().0.ends_with("did you mean `full`?"));
        for text in ["eyJhbGciOiJub25lIn0", "secret=x", "low="] {
            let message = TokenFile::parse(text).unwrap_err().0;
            assert!(!message.contains("eyJ") && !message.contains("secret"), "{message}");
        }
    }
}
