//! Explains why a token would be accepted or refused, for the command line.

use mcp_scopes_model::config::ScopePrefix;

use super::{
    super::{
        AcceptedBindings, Claims, Issuer, KeySet, Token, TokenError,
        algorithm::Algorithm,
        clock,
        confirmation::{CERTIFICATE, KEY},
        issuer_rule::IssuerRule,
        misreading::NAME_THE_CLAIM,
        refusal::{Refusal, Refused},
        rules::{ClaimsSource, Rules},
    },
    Compact,
};
use crate::{BuildError, error::ProblemList, reason::reason};

/// Why a token would be accepted or refused.
#[derive(Debug)]
pub struct Explanation {
    /// The claims of an accepted token.
    pub result: Result<Claims, Refused>,
    /// Whether the signature was checked.
    pub is_signature_checked: bool,
    /// What is in front of every scope that clients request.
    pub scope_prefix: String,
    /// What a server requires beside the token: settings, and what each request has to prove.
    pub conditions: Vec<&'static str>,
    /// That a claim may grant scopes and is not read, and what to change.
    pub unread: Option<String>,
}

/// Verifies a token as an issuer with these names and this provider does, without a request. Its other settings are the defaults.
/// Without `keys`, the signature is not checked.
///
/// # Errors
/// `build` rejects the issuer or the provider.
pub fn explain(token: &str, issuer: &Issuer, resource: &str, keys: Option<&KeySet>) -> Result<Explanation, BuildError> {
    let mut problems = ProblemList::default();
    let rule = IssuerRule::of(issuer, "issuer", &mut problems);
    issuer.check_provider("issuer", &mut problems);
    let mut rules = Rules::new(issuer.name(), [resource], ClaimsSource::Token);
    rules.issuer = problems.finish(rule)?;
    rules.bindings = AcceptedBindings { keys: true, certificates: true };
    let provider = issuer.settings.provider.clone().unwrap_or_default();
    provider.prefix.inside(&ScopePrefix::NONE).clone_into(&mut rules.scope_prefix);
    let scope_prefix = provider.prefix.outside(&ScopePrefix::NONE).to_owned();
    rules.provider = provider;
    let result = check(Token::new(token), &rules, keys);
    let conditions = result.as_ref().map_or_else(|_| Vec::new(), conditions);
    let unread = result
        .as_ref()
        .ok()
        .and_then(|claims| Some(format!("`{}` is present and not read; {NAME_THE_CLAIM}", claims.unread_claim()?)));
    Ok(Explanation { result, is_signature_checked: keys.is_some(), scope_prefix, conditions, unread })
}

/// Returns what a server requires beside the token.
fn conditions(claims: &Claims) -> Vec<&'static str> {
    let is_bound_by = |name: &str| claims.confirmation().is_some_and(|bound| bound.get(name).is_some());
    let key =
        is_bound_by(KEY).then_some("accepted with `.dpop(..)` and a proof (RFC 9449), since it is bound to a key");
    let certificate = is_bound_by(CERTIFICATE).then_some(
        "accepted with `.proof_checked_by_proxy()` and the certificate (RFC 8705), since it is bound to that",
    );
    key.into_iter().chain(certificate).collect()
}

fn check(token: Token<'_>, rules: &Rules, keys: Option<&KeySet>) -> Result<Claims, Refused> {
    let compact = Compact::read(token).map_err(Refusal::Format.of())?;
    let header = compact.header().map_err(Refusal::Format.of())?;
    if !Algorithm::ASYMMETRIC.contains(&header.algorithm) {
        let error = TokenError::invalid(reason!("its algorithm is not allowed"))
            .with_help("let the issuer sign with an asymmetric algorithm, or accept this one: `.algorithms([..])`");
        return Err((Refusal::Signature, error));
    }
    let found = compact.claims().map_err(Refusal::Format.of())?;
    if let Some(keys) = keys {
        let key = keys.signer(header.key.as_deref(), header.algorithm, compact.message, &compact.signature);
        let key = key.map_err(Refusal::Signature.of())?;
        rules.issuer.check_key(&found, key.issuer).map_err(Refusal::Signature.of())?;
    }
    rules.check_steps(&found, clock::now()).map(super::super::claims::ClaimsBuilder::build)
}
