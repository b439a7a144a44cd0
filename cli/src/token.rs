//! `mcp-scopes token`.
//!
//! | module | holds |
//! |---|---|
//! | `providers` | the names of providers, and their values |
//! | `settings` | settings of a provider beside its values |

mod providers;
mod settings;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use clap::Args;
use mcp_scopes_prm::ToolEntry;
use mcp_scopes_scan::file;
use mcp_scopes_server::{
    __private::v1::{Explanation, Refusal, explain},
    Claims, TokenError,
    token::{Issuer, KeySet, KeySource, Provider},
};

use self::settings::ProviderSettings;
use crate::{
    access::{Access, Requirement},
    diff::{
        side::{Reading, Side, Unreadable},
        source::DocumentSource,
    },
    escape::escaped,
    options::{Build, Table},
    outcome::Outcome,
    terminal::{complain, print},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes token token.txt --issuer https://auth.example.com --resource https://files.example.com/mcp
  pbpaste | mcp-scopes token - --issuer https://auth.example.com/realms/files \\
      --resource https://files.example.com/mcp --provider keycloak --jwks jwks.json
  mcp-scopes token token.txt --issuer https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc \\
      --resource https://files.example.com/mcp --provider cognito files-client
  mcp-scopes token token.txt --issuer https://auth.example.com/realms/files \\
      --resource https://files.example.com/mcp --provider keycloak --accept-missing-audience --client files-client
  mcp-scopes token token.txt --issuer 'https://login.microsoftonline.com/{tenant}/v2.0' \\
      --token-issuer 'https://sts.windows.net/{tenant}/' \\
      --tenant 72f988bf-86f1-41af-91ab-2d7cd011db47 --provider entra-v1 api://files \\
      --resource https://files.example.com/mcp --jwks keys.json

Providers and their values:
  entra APPLICATION        entra-app-only APPLICATION   entra-v1 AUDIENCE     auth0 [ROLE=SCOPES]..
  okta AUDIENCE [CLIENT].. keycloak [ROLE=SCOPES]..     cognito CLIENT..      cognito-resource
  zitadel PROJECT ROLE=SCOPES..                         supabase CLIENT.. ROLE=SCOPES..
  duende                   workos                       clerk CLIENT..        logto
  ory                      descope                      authentik APPLICATION

Exit codes:
  0  the server would accept the token
  1  it would refuse it
  2  wrong usage, or input that cannot be read";

#[derive(Debug, Args)]
pub(crate) struct Token {
    /// The file with the token, or `-` for standard input; `Bearer` before the token is skipped
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The issuer exactly as the server states it, with `{tenant}` if it has one
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// What tokens state as `iss`, as with `Issuer::token_issuer`, if it is not the issuer
    #[arg(long = "token-issuer", value_name = "URL")]
    issuer_in_tokens: Option<String>,
    /// The accepted tenants of an issuer with `{tenant}`, as with `Issuer::tenants`
    #[arg(long, value_name = "GUID", num_args = 1..)]
    tenant: Vec<String>,
    /// How the issuer writes its tokens: the name of a provider, and its values
    #[arg(long, value_name = "NAME", num_args = 1..)]
    provider: Vec<String>,
    #[command(flatten)]
    settings: ProviderSettings,
    /// What the issuer puts in front of every scope: in what clients request, and in tokens. Default: that of the package's
    /// `mcp-scopes.toml`, or else that of the provider
    #[arg(long, value_name = "PREFIX", num_args = 1..=2)]
    scope_prefix: Vec<String>,
    /// The issuer's key set, to check the signature
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The tools: the folder of a package, a metadata document, a lock file, or a program that carries its table
    #[arg(long, value_name = "PATH")]
    tools: Option<String>,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    build: Build,
}

impl Token {
    pub(crate) fn run(&self) -> Outcome {
        let side = self.side();
        let published = side.as_ref().ok().and_then(|side| side.metadata.document().resource.clone());
        let Some(resource) = self.table.resource().map(str::to_owned).or(published) else {
            return unusable("the resource of the server is missing", "add `--resource https://..`");
        };
        let provider = match providers::named(&self.provider) {
            Ok(provider) => self.with_prefix(self.settings.applied(provider), side.as_ref().ok()),
            Err(wrong) => return unusable(&wrong, "see `mcp-scopes token --help`"),
        };
        let keys = match self.jwks.as_deref().map(KeySet::from_file).transpose() {
            Ok(keys) => keys,
            Err(wrong) => return unusable(&wrong.to_string(), "save the document at the issuer's `jwks_uri`"),
        };
        let token = match self.read() {
            Ok(token) => token,
            Err(wrong) => return unusable(&wrong, "name a file with the token, or pass it on standard input"),
        };
        let issuer = self.issuer(keys.as_ref()).provider(provider);
        let explanation = match explain(&token, &issuer, &resource, keys.as_ref()) {
            Ok(explanation) => explanation,
            Err(error) => {
                for problem in error.problems() {
                    complain(&problem.message, Some(&problem.help));
                }
                return Outcome::Failed;
            }
        };
        let outcome = report(&explanation);
        match (explanation.result, outcome) {
            (Ok(claims), Outcome::Clean) => self.report_tools(side, &claims, &explanation.scope_prefix),
            (_, outcome) => outcome,
        }
    }

    /// Returns the issuer by its names.
    fn issuer(&self, keys: Option<&KeySet>) -> Issuer {
        let mut issuer = match keys {
            Some(keys) => Issuer::keys(&self.issuer, keys.clone()),
            None => Issuer::keys(&self.issuer, NoKeys),
        };
        if let Some(stated) = &self.issuer_in_tokens {
            issuer = issuer.token_issuer(stated);
        }
        if !self.tenant.is_empty() {
            issuer = issuer.tenants(&self.tenant);
        }
        // Which of its names clients are told does not matter for its tokens.
        if self.tenant.len() > 1 { issuer.advertise(&self.issuer) } else { issuer }
    }

    /// Sets the prefix of scopes, if it is stated.
    fn with_prefix(&self, provider: Provider, side: Option<&Side>) -> Provider {
        match (self.scope_prefix.as_slice(), side.map(|side| &side.source)) {
            ([outside, inside @ ..], _) => provider.scope_prefix(outside, inside.first().map_or("", String::as_str)),
            ([], Some(DocumentSource::Package(export))) => match export.scope_prefix() {
                Some(prefix) if !(prefix.outside.is_empty() && prefix.inside.is_empty()) => {
                    provider.scope_prefix(&prefix.outside, &prefix.inside)
                }
                _ => provider,
            },
            ([], _) => provider,
        }
    }

    /// Reads the table of the server.
    fn side(&self) -> Result<Side, Unreadable> {
        let scan = |path: &Path| self.table.scan(self.build.scan(path));
        let reading = Reading { scan: &scan, loopback: self.table.allow_loopback_http };
        reading.open(self.tools.as_deref().unwrap_or("."))
    }

    /// Returns the token, without white space around it and without its scheme.
    fn read(&self) -> Result<String, String> {
        let bytes = if self.file == Path::new("-") {
            file::limited(io::stdin().lock()).map_err(|error| format!("cannot read standard input: {error}"))?
        } else {
            // A name without a file may be a token that was given as an argument, so it is not repeated.
            let shown =
                if self.file.exists() { format!("`{}`", self.file.display()) } else { "the named file".to_owned() };
            File::open(&self.file).and_then(file::limited).map_err(|error| format!("cannot read {shown}: {error}"))?
        };
        let text = String::from_utf8(bytes).map_err(|_| "the token is not text".to_owned())?;
        let text = text.trim();
        let token = text
            .split_once(' ')
            .filter(|(scheme, _)| ["Bearer", "DPoP"].iter().any(|known| scheme.eq_ignore_ascii_case(known)));
        let token = token.map_or(text, |(_, token)| token.trim_start());
        if token.is_empty() { Err("there is no token".to_owned()) } else { Ok(token.to_owned()) }
    }

    /// Prints the tools that the token opens.
    fn report_tools(&self, side: Result<Side, Unreadable>, claims: &Claims, scope_prefix: &str) -> Outcome {
        let side = match side {
            Ok(side) => side,
            Err(unreadable) if self.tools.is_some() => return unreadable.report(),
            Err(unreadable) => {
                let why = escaped(&unreadable.message);
                return print(&format!("  tools: not known, since {why}; name a table with `--tools PATH`\n"));
            }
        };
        print(&tools(&side, claims, scope_prefix))
    }
}

/// The keys of an issuer whose signatures are not checked.
struct NoKeys;

impl KeySource for NoKeys {
    async fn keys(&self, _: Option<&str>) -> Result<Arc<KeySet>, TokenError> {
        Err(TokenError::unavailable("no key set was given"))
    }

    fn current(&self) -> Option<Arc<KeySet>> {
        None
    }
}

/// Prints whether the token would be accepted, and why.
fn report(explanation: &Explanation) -> Outcome {
    let claims = match &explanation.result {
        Ok(claims) => claims,
        Err((step, error)) => return refused(*step, error, explanation.is_signature_checked),
    };
    let mut text = String::from("the token would be accepted, with the default settings of a server\n");
    let signature =
        if explanation.is_signature_checked { "valid" } else { "not checked; add `--jwks FILE` to check it" };
    // A write to a string does not fail.
    let _ = writeln!(text, "  signature: {signature}");
    if let Some(end) = claims.expires_at() {
        let left = end.duration_since(SystemTime::now()).unwrap_or_default();
        let _ = writeln!(text, "  expires: in {}, leeway included", shown(left));
    }
    let scopes: Vec<&str> = claims.scopes().collect();
    let scopes = if scopes.is_empty() { "none".to_owned() } else { escaped(&scopes.join(" ")) };
    let _ = writeln!(text, "  scopes: {scopes}");
    if claims.lacks_scope_prefix() {
        text.push_str(
            "  note: the token has scopes, and none with the prefix of this server; state it with `--scope-prefix`\n",
        );
    }
    for condition in &explanation.conditions {
        let _ = writeln!(text, "  note: {condition}");
    }
    if let Some(unread) = &explanation.unread {
        let _ = writeln!(text, "  note: {unread}");
    }
    print(&text)
}

/// Returns the tools that the token opens, as one line.
fn tools(side: &Side, claims: &Claims, scope_prefix: &str) -> String {
    let document = side.metadata.document();
    let Some(extensions) = &document.mcp_extensions else {
        return "  tools: the document states none\n".to_owned();
    };
    let access = Access::of(document, extensions);
    // A document names scopes as clients request them. That of a package has the prefix of its file, whatever the deployment states.
    let prefix = match &side.source {
        DocumentSource::Package(export) => export.scope_prefix().map_or("", |prefix| prefix.outside.as_str()),
        DocumentSource::File { .. } | DocumentSource::Elsewhere => scope_prefix,
    };
    let scopes: Vec<String> = claims.scopes().map(|scope| [prefix, scope].concat()).collect();
    let held = access.closure_of(scopes.iter().map(String::as_str));
    let all = extensions.tool_scope_mapping.iter();
    let opened = all.filter(|(_, tool)| Access::opens(&held, &Requirement::of(tool)));
    let opened: Vec<(&str, &ToolEntry)> = opened.map(|(name, tool)| (name.as_str(), tool)).collect();
    let names: Vec<&str> = opened.iter().map(|(name, _)| *name).collect();
    let (count, of) = (opened.len(), extensions.tool_scope_mapping.len());
    let names = if names.is_empty() { "none".to_owned() } else { escaped(&names.join(", ")) };
    let partly = opened.iter().filter(|(_, tool)| !opens_all_calls(&held, tool));
    let partly = partly.map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let note = match partly.as_str() {
        "" => String::new(),
        names => format!("  note: some calls of {} need further scopes, by their arguments\n", escaped(names)),
    };
    format!("  tools: {names} ({count} of {of})\n{note}")
}

/// Returns whether a token that opens the tool holds the scopes of all conditions of one of its alternatives.
fn opens_all_calls(held: &BTreeSet<&str>, tool: &ToolEntry) -> bool {
    let holds = |scopes: &[String]| scopes.iter().all(|scope| held.contains(scope.as_str()));
    let opens = |(place, base): (usize, &Vec<String>)| {
        let mut added = tool.conditional_scopes.iter().filter(|condition| condition.applies_to(place));
        holds(base) && added.all(|condition| holds(&condition.scopes))
    };
    tool.required_scopes.is_empty() || tool.required_scopes.iter().enumerate().any(opens)
}

fn refused(step: Refusal, error: &TokenError, is_signature_checked: bool) -> Outcome {
    complain(&format!("the token would be refused: {} [{}]", error.reason(), step.id()), error.help());
    if !is_signature_checked {
        print("  signature: not checked; add `--jwks FILE` to check it\n");
    }
    Outcome::Found
}

fn unusable(message: &str, help: &str) -> Outcome {
    complain(message, Some(help));
    Outcome::Failed
}

/// Returns a duration in its two largest units.
fn shown(left: Duration) -> String {
    match left.as_secs() {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds @ 3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        seconds => format!("{} days {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::shown;

    #[test]
    fn shows_durations_in_two_units() {
        for (seconds, expected) in
            [(59, "59 s"), (61, "1 min 1 s"), (3_599, "59 min 59 s"), (7_260, "2 h 1 min"), (90_000, "1 days 1 h")]
        {
            assert_eq!(shown(Duration::from_secs(seconds)), expected);
        }
    }
}
