//! `mcp-scopes.toml`.
//!
//! | module | holds |
//! |---|---|
//! | `accept` | `[[diff.accept]]` |
//! | `sections` | the sections, one function each |
//! | `contents` | the sections `[resources]` and `[prompts]` |
//! | `limits_of_calls` | the sections `[session]` and `[risk]` |
//! | `tools` | the section `[tools]` |
//! | `lint` | the section `[lint]` |
//! | `reader` | typed reading of TOML values, with line and column |
//! | `lines` | lines and columns of byte offsets |
//! | `address` | the syntax of addresses |

mod accept;
mod address;
mod contents;
mod limits_of_calls;
mod lines;
mod lint;
mod reader;
mod sections;
mod tools;

use crate::{
    catalogue::{TOML_LIMIT, TOML_SYNTAX, UNKNOWN_SECTION},
    diagnostic::FileDiagnostic,
    ir::ConfigDecl,
    limits,
};
use mcp_scopes_model::nearest::nearest;
use reader::{TomlReader, entries};
use toml::de::DeTable;

pub use contents::KEYS as CONTENT_KEYS;
pub use limits_of_calls::{RISK_KEYS, SESSION_KEYS};
pub use lint::{LEVELS, LINT_PATH};
pub use sections::{CONVENTIONS, KEYS};

/// The sections of the file.
pub const SECTIONS: [&str; 12] = [
    "server",
    "convention",
    "scopes",
    "tools",
    "resources",
    "prompts",
    "flows",
    "session",
    "risk",
    "sandbox",
    "lint",
    "diff",
];

/// The maximum length in bytes of a text whose syntax errors are all reported. For longer texts, only the first error
/// is reported.
const MOST_RECOVERED: usize = 64 << 10;

/// Parses the text of a configuration file. `file` is the path as the table states it.
///
/// # Errors
/// Returns all errors of the file, in source order.
///
/// ```
/// let config = mcp_scopes_grammar::config::read("[server]\nnamespace = \"dev-tools:\"\n", "mcp-scopes.toml")?;
/// assert_eq!(config.namespace, "dev-tools:");
/// # Ok::<(), Vec<mcp_scopes_grammar::diagnostic::FileDiagnostic>>(())
/// ```
pub fn read(text: &str, file: &str) -> Result<ConfigDecl, Vec<FileDiagnostic>> {
    let (config, errors) = read_parts(text, file);
    if errors.is_empty() { Ok(config) } else { Err(errors) }
}

/// Parses the text of a configuration file. Returns what is well-formed, and all errors in source order. After a syntax error nothing is
/// known.
#[must_use]
pub fn read_parts(text: &str, file: &str) -> (ConfigDecl, Vec<FileDiagnostic>) {
    let mut config = ConfigDecl { file: file.to_owned(), ..ConfigDecl::default() };
    let mut reader = TomlReader::new(text, file);
    if let Err(exceeded) = limits::check(text) {
        reader.error(&TOML_LIMIT, exceeded.at, exceeded.to_string());
        reader.help(exceeded.help().to_owned());
        return (config, reader.finish());
    }
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(first) => {
            // In a large file, every byte can be an error.
            let all = if text.len() > MOST_RECOVERED { vec![first] } else { DeTable::parse_recoverable(text).1 };
            for error in &all {
                let at = error.span().map_or(text.len(), |span| span.start);
                reader.error(&TOML_SYNTAX, at, format!("invalid TOML: {}", one_line(error.message())));
            }
            return (config, reader.finish());
        }
    };
    for (section, value) in entries(document.get_ref()) {
        let at = section.at;
        config.sections.push(reader.stated(section.text, at));
        let reads = match section.text {
            "server" => sections::server,
            "convention" => sections::convention,
            "scopes" => sections::scopes,
            "tools" => tools::tools,
            "resources" => contents::resources,
            "prompts" => contents::prompts,
            "flows" => sections::flows,
            "session" => limits_of_calls::session,
            "risk" => limits_of_calls::risk,
            "sandbox" => sections::sandbox,
            "lint" => lint::lint,
            "diff" => accept::diff,
            other => {
                reader.error(&UNKNOWN_SECTION, at, format!("unknown section or key `{other}`"));
                if let Some(near) = nearest(other, &SECTIONS) {
                    reader.help(format!("write `[{near}]`"));
                }
                continue;
            }
        };
        match section.text {
            "session" => config.places.session = reader.place(at),
            "sandbox" => config.places.sandbox = reader.place(at),
            _ => {}
        }
        if let Some(table) = reader.table(section.text, value) {
            reads(&mut reader, table, &mut config);
        }
    }
    let errors = reader.finish();
    (config, errors)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
