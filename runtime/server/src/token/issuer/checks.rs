//! Checks what an issuer accepts.

use mcp_scopes_model::address::Shown;

use super::{
    super::{kind, provider::audience::Clients},
    Issuer, Source,
};
use crate::error::{ProblemKind, ProblemList};

impl Issuer {
    /// Rejects a provider whose rules cannot be used, or accept more than access tokens for this server. `setting` is the method of
    /// the builder that the issuer was passed to.
    pub(in super::super) fn check_provider(&self, setting: &'static str, problems: &mut ProblemList) {
        let Some(provider) = &self.settings.provider else { return };
        let names: Vec<&str> =
            [Some(self.name()), self.settings.names.token_issuer.as_deref()].into_iter().flatten().collect();
        if let Some((message, help)) = provider.problem(&names) {
            problems.add(setting, ProblemKind::Contradiction, message, help);
        }
        let requires =
            |name: &str| provider.requires(name) || self.settings.required.iter().any(|required| required == name);
        // Issuers report refresh tokens as active as well, and RFC 7662 has no member that tells them apart.
        if self.introspects() && provider.missing_audience && !kind::NAMES.into_iter().any(requires) {
            problems.add(
                setting,
                ProblemKind::Contradiction,
                format!(
                    "the issuer {} introspects tokens, and its refresh tokens without `aud` would be accepted",
                    Shown(self.name())
                ),
                "require the member that says that a token is an access token, such as `.require(\"token_use\", [\"access\"])` at the \
                 provider; or verify its tokens as JWTs",
            );
        }
    }

    /// Returns what the issuer is called, if every client can use its tokens here: nothing but their audience says that they are for
    /// this server.
    pub(in super::super) fn names_without_clients(&self) -> Vec<String> {
        let settings = &self.settings;
        let limits = |provider: &super::Provider| provider.clients != Clients::Any;
        if settings.claims.is_some() || settings.provider.as_ref().is_some_and(limits) {
            return Vec::new();
        }
        core::iter::once(self.name.clone()).chain(self.token_issuer_text()).collect()
    }

    fn introspects(&self) -> bool {
        #[cfg(all(feature = "jwks", feature = "introspection"))]
        if self.settings.introspect.is_some() {
            return true;
        }
        match self.source {
            #[cfg(feature = "jwks")]
            Source::Discover | Source::Jwks(_) => false,
            #[cfg(feature = "jwt")]
            Source::Keys(_) => false,
            #[cfg(feature = "introspection")]
            Source::Introspection { .. } => true,
        }
    }
}
