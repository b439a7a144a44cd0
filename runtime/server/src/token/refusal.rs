//! The step of the verification that refuses a token, for the command line.

use super::TokenError;

macro_rules! refusals {
    ($($step:ident $id:literal $summary:literal, $help:literal;)*) => {
        /// The step of the verification that refuses a token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $(#[doc = concat!("`", $id, "`: ", $summary, ".")] $step,)*
        }

        impl Refusal {
            /// The id of each step, what it refuses, and what to do.
            pub const ALL: &[(&str, &str, &str)] = &[$(($id, $summary, $help),)*];

            /// Returns the id of the step.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$step => $id,)*
                }
            }
        }
    };
}

refusals! {
    Format "token-format" "token that is not a signed JWT, or whose parts cannot be read",
        "send the access token as the issuer has sent it; a server reads opaque tokens by introspection";
    Signature "token-signature" "token whose algorithm, key or signature is not accepted",
        "compare the issuer's `jwks_uri` with the keys, and `alg` and `kid` with those in the header of the token";
    Issuer "token-issuer" "token of another issuer, or of another tenant",
        "state the issuer as its tokens do, with `.token_issuer(..)` where its metadata differs";
    Kind "token-kind" "token that is not an access token, such as an ID token or a refresh token",
        "send the access token";
    Binding "token-binding" "token that is bound to a key in a way that the server does not verify",
        "accept proofs of possession, or let the issuer write plain bearer tokens for this server";
    Time "token-time" "token that has expired, is not valid yet, or has no expiry",
        "refresh the token, and compare the clocks of issuer and server";
    Claim "token-claim" "token with a claim that is missing, malformed or has a value that is not accepted",
        "let the issuer write the claim, or change what the server requires";
    Audience "token-audience" "token for another audience",
        "let the issuer write the resource of this server into `aud`, or accept another audience";
    Client "token-client" "token of a client that the server does not accept",
        "add the client to the list of clients";
    Scopes "token-scopes" "token whose scopes are in another form or in a claim that is not read",
        "state the claim with `Provider::scopes_from`, or the provider that writes such tokens";
}

/// Why a token is refused, and the step that refuses it.
pub type Refused = (Refusal, TokenError);

impl Refusal {
    /// Returns a function that adds the step to an error.
    pub(super) fn of(self) -> impl Fn(TokenError) -> Refused {
        move |error| (self, error)
    }
}
