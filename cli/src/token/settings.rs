//! Settings of a provider beside its values, for the set-ups that the documentation describes.

use clap::Args;
use mcp_scopes_server::token::Provider;

#[derive(Debug, Args)]
pub(super) struct ProviderSettings {
    /// Another accepted audience, as with `Provider::audience`; can be given several times
    #[arg(long, value_name = "AUDIENCE")]
    audience: Vec<String>,
    /// Accept tokens without `aud`, as with `Provider::accept_missing_audience`; requires `--client`
    #[arg(long)]
    accept_missing_audience: bool,
    /// The clients whose tokens are accepted, as with `Provider::clients`
    #[arg(long, value_name = "ID", num_args = 1..)]
    client: Vec<String>,
    /// Also accept tokens of applications without a user, as with `Provider::app_roles`; for Microsoft Entra
    #[arg(long)]
    app_roles: bool,
    /// The claim that grants scopes, as with `Provider::scopes_from`
    #[arg(long, value_name = "CLAIM")]
    scopes_from: Option<String>,
    /// A claim that has to be present, as with `Provider::require`; can be given several times
    #[arg(long, value_name = "CLAIM")]
    require: Vec<String>,
}

impl ProviderSettings {
    /// Returns the provider with these settings.
    pub(super) fn applied(&self, mut provider: Provider) -> Provider {
        for audience in &self.audience {
            provider = provider.audience(audience);
        }
        if self.accept_missing_audience {
            provider = provider.accept_missing_audience();
        }
        if !self.client.is_empty() {
            provider = provider.clients(&self.client);
        }
        if self.app_roles {
            provider = provider.app_roles();
        }
        if let Some(claim) = &self.scopes_from {
            provider = provider.scopes_from(claim.as_str());
        }
        for claim in &self.require {
            provider = provider.require(claim.as_str(), [""; 0]);
        }
        provider
    }
}
