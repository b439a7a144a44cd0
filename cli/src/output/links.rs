//! Hyperlinks of a terminal (OSC 8).

use super::repository;
use crate::escape::escaped;

/// Whether rules and files are hyperlinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// Plain text.
    None,
    /// Rules link to their pages, and places link to their files.
    Shown,
}

impl Links {
    /// Returns the support of the terminal on standard output. No other target gets links.
    pub(crate) fn of_terminal() -> Self {
        let is_plain = anstream::ColorChoice::global() == anstream::ColorChoice::Never;
        if !is_plain && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout) { Self::Shown } else { Self::None }
    }

    /// Returns the name of a file, as a hyperlink if links are shown.
    pub(super) fn file(self, file: &str) -> String {
        let shown = escaped(file);
        let url = || {
            if repository::is_address(file) {
                return url::Url::parse(file).ok();
            }
            let path = std::path::absolute(file).ok().filter(|path| path.exists())?;
            url::Url::from_file_path(path).ok()
        };
        // A URL contains no character that ends the escape sequence, since it encodes control characters as `%1B`.
        match (self == Self::Shown).then(url).flatten() {
            Some(url) => format!("\u{1b}]8;;{url}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\"),
            None => shown,
        }
    }
}
