//! Proofs of possession of a key: DPoP (RFC 9449).
//!
//! | module | holds |
//! |---|---|
//! | `proof` | reads a proof, and verifies its signature |
//! | `target` | compares `htu` with the address of the request |
//! | `thumbprint` | the thumbprint of a key (RFC 7638) |
//! | `replay` | the proofs that were used |

mod proof;
mod replay;
mod target;
mod thumbprint;

use core::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;

use self::{
    proof::Proof,
    replay::{ENDED, Sender, UsedProofs},
    target::Targets,
};
use super::{Algorithm, Claims, Clock, Hash, Token, TokenError, algorithm::Family, identity::whole};
use crate::{
    error::{ProblemKind, ProblemList},
    head::HeaderValues,
    reason::reason,
};

/// Accepts access tokens that are bound to a key (RFC 9449): the claim `cnf` of such a token has a member `jkt`, and each request
/// with it carries a proof that the client holds the key. A stolen token is useless without the key. Set by
/// [`ResourceServerBuilder::dpop`](crate::ResourceServerBuilder::dpop).
///
/// The client sends `Authorization: DPoP <token>` and one header `DPoP: <proof>`. Each proof is checked for this request, token and
/// key:
///
/// | part of the proof | rule |
/// |---|---|
/// | size | at most 8 KiB |
/// | `typ` | `dpop+jwt` |
/// | `alg` | one of the [accepted](Self::algorithms), and never a symmetric one |
/// | `jwk` | a public key, with the limits of [`KeySet::from_json`](super::KeySet::from_json), whose thumbprint (RFC 7638) is `jkt` |
/// | signature | made by this key |
/// | `htm` | the method of the request |
/// | `htu` | the [resource](crate::ResourceServerBuilder::resource) that the token is for (a live token is for each [public name](crate::ResourceServerBuilder::also_served_at)), or the address below it that was requested; compared without query and fragment, in normal form (RFC 3986 §6.2.2, without dot segments). The address under which a proxy forwards the request does not matter |
/// | `ath` | the hash of the token |
/// | `iat` | at most 60 seconds ago ([`max_age`](Self::max_age)), plus the [leeway](Self::leeway), and not later than the leeway |
/// | `jti` | 1 to 256 bytes, and not used before by this key |
///
/// Used proofs are remembered in this process, until they are too old. With several processes a proof can be used once in each.
/// The layer sends no nonces (RFC 9449 §9).
///
/// A token that is bound to a key and sent as `Bearer` is rejected, and so is a token that is not bound and sent as `DPoP`.
///
/// ```
/// use std::time::Duration;
/// use mcp_scopes_server::token::{Algorithm, Dpop};
/// let dpop = Dpop::new().algorithms([Algorithm::Es256, Algorithm::EdDsa]).max_age(Duration::from_secs(30));
/// # let _ = dpop;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Dpop {
    required: bool,
    algorithms: Vec<Algorithm>,
    max_age: Duration,
    leeway: Duration,
    limit: usize,
    limit_each: usize,
}

impl Dpop {
    /// Accepts bound tokens beside plain bearer tokens. A 401 has two challenges, that for `Bearer` first.
    #[expect(clippy::new_without_default, reason = "`Dpop::new()` and `Dpop::required()` are the two choices")]
    pub fn new() -> Self {
        Self {
            required: false,
            algorithms: Algorithm::ASYMMETRIC.to_vec(),
            max_age: Duration::from_secs(60),
            leeway: Duration::from_secs(30),
            limit: 100_000,
            limit_each: 10_000,
        }
    }

    /// Accepts bound tokens only. A 401 has one challenge, for `DPoP`.
    pub fn required() -> Self {
        Self { required: true, ..Self::new() }
    }

    /// Sets the accepted algorithms of proofs. Default: [`Algorithm::ASYMMETRIC`]. Metadata and challenges list them.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets how old a proof may be. Default: 60 seconds. A proof is remembered for as long, and
    /// the leeway before and after, so a shorter time needs less memory.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Sets the accepted clock difference between client and server, in both directions. Default: 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Sets how many used proofs are remembered: in total, and for each key and each holder of tokens. Default: 100,000 and
    /// 10,000. The holder is the subject of the issuer, or the client of a token without a subject. At a limit further requests
    /// are answered with 503, because forgetting a proof would let it be used again. A proof takes about 200 bytes.
    ///
    /// The total is one for all callers. Holders of many valid tokens that send proofs at a high rate can reach it, and then every caller
    /// with a bound token is answered with 503 until proofs expire. For such a server, raise the total, or limit requests in front of it.
    pub fn proof_limits(mut self, total: usize, each: usize) -> Self {
        (self.limit, self.limit_each) = (total, each);
        self
    }

    pub(crate) fn is_required(&self) -> bool {
        self.required
    }

    /// Returns the names of the accepted algorithms.
    pub(crate) fn algorithm_names(&self) -> impl Iterator<Item = &'static str> {
        self.algorithms.iter().map(|algorithm| algorithm.name())
    }

    /// Checks the settings. `api_keys` states whether the server also accepts API keys.
    pub(crate) fn check(&self, api_keys: bool, problems: &mut ProblemList) {
        if self.required && api_keys {
            problems.add(
                "dpop",
                ProblemKind::Contradiction,
                "DPoP is required for all tokens, and API keys are not bound to a key",
                "remove `.api_keys(..)`, or accept both: `.dpop(Dpop::new())`",
            );
        }
        if self.algorithms.is_empty() || self.algorithms.iter().any(|algorithm| algorithm.family() == Family::Secret) {
            problems.add(
                "dpop",
                ProblemKind::Malformed,
                "the algorithms of proofs are symmetric or missing, and a proof requires a private key (RFC 9449 §4.2)",
                "list asymmetric algorithms: `.algorithms([Algorithm::Es256])`",
            );
        }
        if self.max_age.is_zero() || self.limit == 0 || self.limit_each == 0 {
            problems.add(
                "dpop",
                ProblemKind::Malformed,
                "the age and the number of proofs must be greater than zero",
                "write a larger value at `.max_age(..)` or `.proof_limits(..)`, or remove the call",
            );
        }
    }
}

/// Why a proof was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProofError {
    /// The proof is missing or invalid: 401 with `invalid_dpop_proof`.
    Invalid(&'static str),
    /// The proof is not one for this token: 401 with `invalid_token`. Or it cannot be checked now: 503.
    Token(TokenError),
}

/// A request with a token that is bound to a key.
#[derive(Clone, Copy)]
pub(crate) struct ProvedRequest<'r> {
    pub(crate) method: &'r Method,
    /// The path as received.
    pub(crate) path: &'r str,
    pub(crate) token: Token<'r>,
    pub(crate) claims: &'r Claims,
    /// The resources that the token opens.
    pub(crate) resources: &'r [String],
    /// The header `DPoP`.
    pub(crate) proof: HeaderValues<'r>,
}

/// Verifies proofs.
pub(crate) struct ProofVerifier {
    settings: Dpop,
    targets: Targets,
    used: UsedProofs,
    clock: Clock,
}

impl ProofVerifier {
    /// Creates a verifier for requests to these resources.
    pub(crate) fn new<'r>(settings: Dpop, resources: impl Iterator<Item = &'r str>, clock: Clock) -> Self {
        let used = UsedProofs::new(settings.limit, settings.limit_each);
        Self { settings, targets: Targets::new(resources), used, clock }
    }

    pub(crate) fn is_required(&self) -> bool {
        self.settings.required
    }

    /// Checks that a request proves the possession of the key with this thumbprint.
    ///
    /// # Errors
    /// The proof is missing or invalid, was used before, is one of another key, or cannot be remembered now.
    pub(crate) fn verify(&self, key: &Hash, request: ProvedRequest<'_>) -> Result<(), ProofError> {
        let proof = match request.proof {
            HeaderValues::Absent => {
                return Err(ProofError::Invalid(reason!(
                    "there is no header `DPoP`; send one proof with each request"
                )));
            }
            HeaderValues::Single(value) => Proof::read(value.to_str().unwrap_or_default())?,
            HeaderValues::Multiple => {
                return Err(ProofError::Invalid(reason!("there is more than one header `DPoP`; send one")));
            }
        };
        if !self.settings.algorithms.contains(&proof.algorithm) {
            return Err(ProofError::Invalid(reason!(
                "its algorithm is not accepted; the challenge lists those that are"
            )));
        }
        // Before the signature: only keys of valid tokens cause a verification.
        if proof.thumbprint != *key {
            return Err(ProofError::Token(OTHER_KEY));
        }
        let claims = proof.verified()?;
        if claims.method != request.method.as_str() {
            return Err(ProofError::Invalid(reason!("`htm` is not the method of the request")));
        }
        self.targets.check(&claims.address, request.path, request.resources)?;
        if claims.token != URL_SAFE_NO_PAD.encode(whole(request.token)) {
            return Err(ProofError::Invalid(reason!("`ath` is not the hash of the access token")));
        }
        let Dpop { max_age, leeway, .. } = self.settings;
        if claims.issued_at.checked_sub(leeway).is_none_or(|earliest| earliest > self.clock.now()) {
            return Err(ProofError::Invalid(reason!("its `iat` is in the future; compare the clocks")));
        }
        let end = claims.issued_at.checked_add(max_age).and_then(|end| end.checked_add(leeway)).ok_or(ENDED)?;
        self.used.use_once(&Sender::new(*key, request.claims), &claims.id, end, &self.clock)
    }
}

const OTHER_KEY: TokenError = TokenError::invalid(reason!("it is bound to another key than that of the proof"))
    .with_help("sign the proof with the key that the client had when it requested the token");

impl fmt::Debug for ProofVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofVerifier").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::UNIX_EPOCH;

    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use http::{HeaderValue, Method};

    use super::{
        Claims, Clock, Dpop, HeaderValues, OTHER_KEY, Proof, ProofError, ProofVerifier, ProvedRequest, Token,
        replay::ENDED,
    };

    /// RFC 9449 §4.1.
    const TO_TOKEN_ENDPOINT: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUkl\
        DUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMj\
        U2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0\
        IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    /// RFC 9449 §7.1.
    const TO_RESOURCE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZ\
        OXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In1\
        9.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvd\
        XJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86\
        L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    /// RFC 9449 §6.1.
    const KEY: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    const ISSUED: u64 = 1_562_262_618;
    const RESOURCE: &str = "https://resource.example.org/protectedresource";

    fn verifier(now: u64) -> ProofVerifier {
        let now = UNIX_EPOCH + Duration::from_secs(now);
        ProofVerifier::new(Dpop::new(), [RESOURCE].into_iter(), Clock::new(move || now))
    }

    fn key() -> [u8; 32] {
        URL_SAFE_NO_PAD.decode(KEY).unwrap().try_into().unwrap()
    }

    fn verify(verifier: &ProofVerifier, proof: &'static str, method: &Method, token: &str) -> Result<(), ProofError> {
        let value = HeaderValue::from_static(proof);
        let (path, claims) = ("/protectedresource", Claims::builder("https://server.example.com").build());
        let (token, claims, proof) = (Token::new(token), &claims, HeaderValues::Single(&value));
        let resources = &[RESOURCE.to_owned()];
        verifier.verify(&key(), ProvedRequest { method, path, token, claims, resources, proof })
    }

    #[test]
    fn accepts_the_proof_of_the_standard_in_its_time() {
        for (now, accepted) in
            [(ISSUED - 31, false), (ISSUED - 29, true), (ISSUED, true), (ISSUED + 89, true), (ISSUED + 90, false)]
        {
            let verified = verify(&verifier(now), TO_RESOURCE, &Method::GET, TOKEN);
            assert_eq!(verified.is_ok(), accepted, "{now} {verified:?}");
            if now > ISSUED && !accepted {
                assert_eq!(verified, Err(ENDED));
            }
        }
    }

    #[test]
    fn rejects_the_proof_of_the_standard_elsewhere() {
        let rejected =
            |method: &Method, token: &str| verify(&verifier(ISSUED), TO_RESOURCE, method, token).unwrap_err();
        assert!(matches!(rejected(&Method::POST, TOKEN), ProofError::Invalid(reason) if reason.contains("`htm`")));
        assert!(matches!(rejected(&Method::GET, "other"), ProofError::Invalid(reason) if reason.contains("`ath`")));
        let other = ProofVerifier::new(
            Dpop::new(),
            ["https://other.example.org/protectedresource"].into_iter(),
            Clock::new(|| UNIX_EPOCH + Duration::from_secs(ISSUED)),
        );
        let rejected = verify(&other, TO_RESOURCE, &Method::GET, TOKEN).unwrap_err();
        assert!(matches!(rejected, ProofError::Invalid(reason) if reason.contains("`htu`")));
        // The proof of §4.1 is for the token endpoint, and names no access token.
        let claims = Proof::read(TO_TOKEN_ENDPOINT).unwrap().verified().unwrap_err();
        assert!(matches!(claims, ProofError::Invalid(reason) if reason.contains("`ath`")), "{claims:?}");
    }

    #[test]
    fn rejects_the_proof_of_another_key() {
        let value = HeaderValue::from_static(TO_RESOURCE);
        let (method, path, token) = (&Method::GET, "/protectedresource", Token::new(TOKEN));
        let (claims, proof) = (&Claims::builder("https://server.example.com").build(), HeaderValues::Single(&value));
        let resources = &[RESOURCE.to_owned()];
        let request = ProvedRequest { method, path, token, claims, resources, proof };
        assert_eq!(verifier(ISSUED).verify(&[0; 32], request), Err(ProofError::Token(OTHER_KEY)));
    }
}
