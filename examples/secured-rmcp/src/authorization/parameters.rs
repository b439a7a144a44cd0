//! Forms and queries, with the requested scopes and resource.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::{Settings, refusal::Refusal};

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Parses a form or a query.
    ///
    /// # Errors
    /// Returns an error if a parameter occurs twice (RFC 6749 §3.1).
    pub(super) fn read(text: &[u8]) -> Result<Self, Refusal> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            if let Some(_earlier) = parameters.insert(name.clone().into_owned(), value.into_owned()) {
                return Err(match &*name {
                    "resource" => Refusal::new("invalid_target", "a token is for one resource; name one"),
                    name => Refusal::request(format!("`{}` occurs twice", name.escape_debug())),
                });
            }
        }
        Ok(Self(parameters))
    }

    /// Returns a parameter. One without a value counts as missing (RFC 6749 §3.1).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns a required parameter.
    pub(super) fn require(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::request(format!("`{name}` is missing")))
    }

    /// Returns the requested scopes, each once, in the order of the settings.
    pub(super) fn scopes(&self, settings: &Settings) -> Result<Vec<String>, Refusal> {
        let asked: Vec<&str> = self.get("scope").into_iter().flat_map(str::split_ascii_whitespace).collect();
        if let Some(unknown) = asked.iter().find(|asked| !settings.scopes.iter().any(|scope| scope == **asked)) {
            return Err(Refusal::new("invalid_scope", format!("`{}` is not a known scope", unknown.escape_debug())));
        }
        let scopes: Vec<String> =
            settings.scopes.iter().filter(|scope| asked.contains(&scope.as_str())).cloned().collect();
        if scopes.is_empty() {
            return Err(Refusal::new("invalid_scope", "name at least one scope"));
        }
        Ok(scopes)
    }

    /// Returns the requested resource (RFC 8707 §2). There is no default: a token without an audience would be valid
    /// everywhere.
    pub(super) fn resource(&self, settings: &Settings) -> Result<String, Refusal> {
        let Some(asked) = self.get("resource") else {
            return Err(Refusal::new("invalid_target", "missing `resource`: name the server of the token"));
        };
        let known = settings.resources.iter().find(|resource| *resource == asked);
        known.cloned().ok_or_else(|| {
            Refusal::new("invalid_target", format!("no tokens are issued for `{}`", asked.escape_debug()))
        })
    }
}
