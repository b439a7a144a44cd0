//! Why a token may grant fewer scopes than its holder expects, although the client has requested them.

use super::Claims;

/// How to let a claim grant scopes.
pub(super) const NAME_THE_CLAIM: &str =
    "name the claim: `Provider::scopes_from`, or `Provider::scopes_by_role` for roles";
const GRANT_THE_ROLE: &str = "let an administrator grant the role to the user or client, or map a role that it has to the scope: \
     `Provider::scopes_by_role`";
const STATE_THE_PREFIX: &str = "state the prefix that scopes have in tokens: `[server.scope_prefix]` in `mcp-scopes.toml`, or \
     `Provider::scope_prefix`";

/// Why a client that requests more scopes would receive the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misreading {
    /// In the characters of an `error_description`.
    pub(crate) what: String,
    /// What the operator can change.
    pub(crate) help: &'static str,
}

impl Claims {
    /// Returns why requesting more scopes would not help. `holds_some` says whether the token grants scopes of the table.
    pub(crate) fn misreading(&self, holds_some: bool) -> Option<Misreading> {
        let misreading = |what, help| Some(Misreading { what, help });
        match (self.unread_claim(), self.role_claim()) {
            // What a client requests is in these claims. Others may hold more than was granted, and need not be read.
            (Some(claim), _) if !holds_some || matches!(claim, "scope" | "scp") => {
                misreading(format!("`{claim}` is present and not read"), NAME_THE_CLAIM)
            }
            (_, Some(claim)) => {
                let what = format!("its scopes come from `{claim}`, which a request for scopes does not change");
                misreading(what, GRANT_THE_ROLE)
            }
            _ if !holds_some && self.lacks_scope_prefix() => {
                misreading("none of its scopes has the prefix of this server".to_owned(), STATE_THE_PREFIX)
            }
            _ => None,
        }
    }
}
