//! The file of API keys: a salt, and for each key its hash, its holder and its scopes.
//!
//! ```text
//! salt WJ2c…
//! k9rN… ann parcels:read parcels:write
//! ```
//! The file does not reveal any key.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use mcp_scopes::Environment;
use mcp_scopes_server::{Token, token::ApiKeys};

use crate::TOOLS;

/// The issuer of the keys, which distinguishes their holders from the users of other issuers.
const ISSUER: &str = "https://parcels.example.com/keys";

/// Reads the keys.
///
/// # Errors
/// Returns an error message with the line if the file is missing or malformed.
pub fn read(path: &Path) -> Result<ApiKeys, String> {
    let text = fs::read_to_string(path).map_err(|error| {
        let help = "create one with `new-key`";
        format!("the keys in `{}` cannot be read: {error}; {help}", path.display())
    })?;
    let mut keys = empty(&text).map_err(|wrong| format!("{}:1: {wrong}", path.display()))?;
    for (number, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        let at = |wrong: &str| format!("{}:{}: {wrong}", path.display(), number + 1);
        let mut words = line.split_ascii_whitespace();
        let (Some(hash), Some(holder)) = (words.next(), words.next()) else {
            return Err(at("write the hash of a key, its holder, and its scopes"));
        };
        let scopes: Vec<&str> = words.collect();
        check(&scopes).map_err(|wrong| at(&wrong))?;
        keys = keys.key(hash, holder, scopes.join(" ")).map_err(|wrong| at(&wrong.to_string()))?;
    }
    Ok(keys)
}

/// Creates a key, adds its hash to the file, and returns the key. The file is created if it is missing. The key cannot
/// be recovered later.
///
/// # Errors
/// Returns an error if the file cannot be read or written, or if a scope is not in the table.
pub fn new_key(path: &Path, holder: &str, scopes: &[String], environment: Environment) -> Result<String, String> {
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    check(&scopes)?;
    if holder.is_empty() || holder.contains(char::is_whitespace) {
        return Err(format!("`{}` is not a holder name; write one word", holder.escape_debug()));
    }
    let failed = |error: std::io::Error| format!("`{}`: {error}", path.display());
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text = format!("salt {}\n", random()?);
            fs::write(path, &text).map_err(failed)?;
            text
        }
        Err(error) => return Err(failed(error)),
    };
    let prefix = if environment == Environment::Sandbox { "sk_test_" } else { "sk_live_" };
    let key = format!("{prefix}{}", random()?);
    let hash = empty(&text)?.hash(Token::new(&key));
    let mut file = OpenOptions::new().append(true).open(path).map_err(failed)?;
    writeln!(file, "{hash} {holder} {}", scopes.join(" ")).map_err(failed)?;
    Ok(key)
}

/// A file with the salt of the first line and no keys.
fn empty(text: &str) -> Result<ApiKeys, String> {
    let salt = text.lines().next().and_then(|line| line.strip_prefix("salt ")).map(|salt| BASE64.decode(salt.trim()));
    let Some(Ok(salt)) = salt else { return Err("the first line must be `salt` and random bytes".to_owned()) };
    ApiKeys::new(ISSUER, &salt).map_err(|wrong| wrong.to_string())
}

/// Rejects a scope that the table does not contain. It would open nothing, and is probably a typo.
fn check(scopes: &[&str]) -> Result<(), String> {
    match scopes.iter().find(|scope| !TOOLS.scopes().any(|known| known == **scope)) {
        Some(unknown) => {
            let known = TOOLS.scopes().collect::<Vec<_>>().join("`, `");
            Err(format!("`{}` is not a known scope; write one of `{known}`", unknown.escape_debug()))
        }
        None if scopes.is_empty() => Err("a key without scopes opens nothing; name one".to_owned()),
        None => Ok(()),
    }
}

/// Returns 32 unpredictable bytes.
fn random() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| format!("the system provides no random bytes: {error}"))?;
    Ok(BASE64.encode(bytes))
}
