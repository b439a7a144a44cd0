//! The providers by name, with their values.

use mcp_scopes_server::token::Provider;

/// A provider by name.
struct Named {
    name: &'static str,
    /// The values that it requires.
    requires: &'static str,
    make: fn(&Values<'_>) -> Option<Provider>,
}

/// The values of a provider: names, and pairs of a role and its scopes.
struct Values<'v> {
    names: Vec<&'v str>,
    pairs: Vec<(&'v str, &'v str)>,
}

impl Values<'_> {
    /// Returns the only name.
    fn single(&self) -> Option<&str> {
        match (self.names.as_slice(), self.pairs.is_empty()) {
            ([name], true) => Some(name),
            _ => None,
        }
    }

    /// Returns the names, if there is at least one.
    fn clients(&self) -> Option<&[&str]> {
        (!self.names.is_empty() && self.pairs.is_empty()).then_some(&self.names)
    }

    /// Returns a provider without values.
    fn none(&self, provider: Provider) -> Option<Provider> {
        (self.names.is_empty() && self.pairs.is_empty()).then_some(provider)
    }

    /// Returns the pairs, if there are no names.
    fn roles(&self) -> Option<&[(&str, &str)]> {
        self.names.is_empty().then_some(&self.pairs)
    }
}

const PROVIDERS: [Named; 18] = [
    Named { name: "entra", requires: "an application id", make: |values| values.single().map(Provider::entra) },
    Named {
        name: "entra-app-only",
        requires: "an application id",
        make: |values| values.single().map(Provider::entra_app_only),
    },
    Named { name: "entra-v1", requires: "an audience", make: |values| values.single().map(Provider::entra_v1) },
    Named {
        name: "auth0",
        requires: "no value, or pairs of a permission and its scopes",
        make: |values| {
            let provider = Provider::auth0();
            let roles = values.roles()?.iter().copied();
            Some(if roles.len() == 0 { provider } else { provider.scopes_by_role("permissions", roles) })
        },
    },
    Named {
        name: "okta",
        requires: "an audience, and clients if the audience is shared",
        make: |values| {
            let (audience, clients) = values.clients()?.split_first()?;
            let provider = Provider::okta(*audience);
            Some(if clients.is_empty() { provider } else { provider.clients(clients.iter().copied()) })
        },
    },
    Named {
        name: "keycloak",
        requires: "no value, or pairs of a realm role and its scopes",
        make: |values| {
            let provider = Provider::keycloak();
            let roles = values.roles()?.iter().copied();
            Some(if roles.len() == 0 { provider } else { provider.scopes_by_role(["realm_access", "roles"], roles) })
        },
    },
    Named {
        name: "cognito",
        requires: "clients",
        make: |values| Some(Provider::cognito(values.clients()?.iter().copied())),
    },
    Named { name: "cognito-resource", requires: "no value", make: |values| values.none(Provider::cognito_resource()) },
    Named {
        name: "zitadel",
        requires: "the id of a project, clients, and pairs of a role and its scopes",
        make: |values| match values.names.as_slice() {
            [project, clients @ ..] if !clients.is_empty() => {
                Some(Provider::zitadel(*project, clients.iter().copied(), values.pairs.iter().copied()))
            }
            _ => None,
        },
    },
    Named { name: "duende", requires: "no value", make: |values| values.none(Provider::duende()) },
    Named {
        name: "supabase",
        requires: "clients, and pairs of a database role and its scopes",
        make: |values| {
            let clients = values.names.iter().copied();
            (clients.len() > 0).then(|| Provider::supabase(clients, values.pairs.iter().copied()))
        },
    },
    Named { name: "workos", requires: "no value", make: |values| values.none(Provider::workos()) },
    Named {
        name: "clerk",
        requires: "clients",
        make: |values| Some(Provider::clerk(values.clients()?.iter().copied())),
    },
    Named { name: "logto", requires: "no value", make: |values| values.none(Provider::logto()) },
    Named { name: "ory", requires: "no value", make: |values| values.none(Provider::ory()) },
    Named { name: "descope", requires: "no value", make: |values| values.none(Provider::descope()) },
    Named { name: "authentik", requires: "an application id", make: |values| values.single().map(Provider::authentik) },
    Named { name: "standard", requires: "no value", make: |values| values.none(Provider::new()) },
];

/// Returns the provider that the words of `--provider` describe; without words, the standard one.
///
/// # Errors
/// The name is unknown, or the values do not fit.
pub(super) fn named(words: &[String]) -> Result<Provider, String> {
    let Some((name, values)) = words.split_first() else { return Ok(Provider::new()) };
    let Some(provider) = PROVIDERS.iter().find(|provider| provider.name == name) else {
        let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
        return Err(format!("unknown provider `{}`; the providers are {}", name.escape_debug(), names.join(", ")));
    };
    let names = values.iter().filter(|value| !value.contains('=')).map(String::as_str).collect();
    let pairs = values.iter().filter_map(|value| value.split_once('=')).collect();
    (provider.make)(&Values { names, pairs })
        .ok_or_else(|| format!("the provider `{name}` requires {}", provider.requires))
}

#[cfg(test)]
mod tests {
    use super::{PROVIDERS, named};

    /// The presets of the server.
    const PRESETS: &str = include_str!("../../../runtime/server/src/token/provider/presets.rs");

    #[test]
    fn names_every_preset() {
        let presets = PRESETS.split("pub fn ").skip(1).filter(|preset| preset.contains("-> Self"));
        let presets: Vec<String> = presets
            .filter(|preset| !preset.starts_with("app_roles"))
            .filter_map(|preset| Some(preset.split(['(', '<']).next()?.replace('_', "-")))
            .collect();
        assert!(presets.len() > 14, "{presets:?}");
        for preset in presets {
            assert!(PROVIDERS.iter().any(|provider| provider.name == preset), "{preset}");
        }
        for provider in &PROVIDERS {
            let help = super::super::EXAMPLES;
            assert!(provider.name == "standard" || help.contains(provider.name), "{}", provider.name);
        }
    }

    #[test]
    fn checks_the_values() {
        let of = |text: &str| named(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for good in [
            "entra app",
            "okta api://files",
            "okta api://default client",
            "keycloak",
            "keycloak editor=files:write",
            "cognito a b",
            "zitadel 234567 client reader=files:read",
            "supabase client authenticated=files:read",
            "duende",
        ] {
            assert!(of(good).is_ok(), "{good}");
        }
        for (bad, said) in [
            ("entra", "requires an application id"),
            ("entra a b", "requires an application id"),
            ("cognito", "requires clients"),
            ("cognito a=b", "requires clients"),
            ("duende a", "requires no value"),
            ("keycloak a", "requires no value, or pairs"),
            ("zitadel reader=files:read", "requires the id of a project"),
            ("supabase authenticated=files:read", "requires clients"),
            ("nix", "unknown provider `nix`; the providers are entra, "),
        ] {
            let error = of(bad).unwrap_err();
            assert!(error.contains(said), "{bad}: {error}");
        }
        assert!(named(&[]).is_ok());
    }
}
