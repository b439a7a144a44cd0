//! The parameters of a challenge (RFC 9110 §11.2).

use core::fmt::{self, Write as _};

/// Writes `auth-param`s, separated by commas.
pub(super) struct Parameters<'f, 'b> {
    pub(super) f: &'f mut fmt::Formatter<'b>,
    first: bool,
}

impl<'f, 'b> Parameters<'f, 'b> {
    pub(super) const fn new(f: &'f mut fmt::Formatter<'b>) -> Self {
        Self { f, first: true }
    }

    /// Writes the name of a parameter, and the opening quote of its value.
    pub(super) fn begin(&mut self, name: &str) -> fmt::Result {
        self.f.write_str(if self.first { " " } else { ", " })?;
        self.first = false;
        self.f.write_str(name)?;
        self.f.write_str("=\"")
    }

    /// Writes an address. Characters that a URL cannot contain are percent-encoded (RFC 3986 §2.1), and so are commas: some
    /// clients split a challenge at commas, even inside quotes.
    pub(super) fn url(&mut self, name: &str, value: &str) -> fmt::Result {
        self.begin(name)?;
        // Clients that use the first `scope=` of the header would find it in an address.
        let misleading = value.contains("scope=");
        for byte in value.bytes() {
            match byte {
                b'=' if misleading => self.f.write_str("%3D")?,
                b'"' | b'\\' | b',' | ..=b' ' | 0x7f.. => write!(self.f, "%{byte:02X}")?,
                _ => self.f.write_char(char::from(byte))?,
            }
        }
        self.f.write_char('"')
    }

    /// Writes a `quoted-string` (RFC 9110 §5.6.4). Characters that it cannot contain are replaced, so that no value ends the
    /// header. `=` is replaced as well: clients that ignore quotes would read `scope=` in a value as a parameter.
    pub(super) fn quoted(&mut self, name: &str, value: &str) -> fmt::Result {
        self.begin(name)?;
        for character in value.chars() {
            match character {
                '"' | '\\' => {
                    self.f.write_char('\\')?;
                    self.f.write_char(character)?;
                }
                '=' => self.f.write_char(':')?,
                ' '..='~' => self.f.write_char(character)?,
                _ => self.f.write_char('?')?,
            }
        }
        self.f.write_char('"')
    }
}
