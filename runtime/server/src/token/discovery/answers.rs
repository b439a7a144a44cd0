//! Why the answers of all addresses were rejected.

use core::{error::Error, fmt};

use mcp_scopes_model::address::Shown;

use super::super::{
    FetchError,
    endpoint::EndpointError,
    issuer_rule::{OF_KEYS, PLACEHOLDER},
};
use crate::facts::near_miss;

/// How much is shown of an issuer that an answer states, in bytes or characters.
const SHOWN: usize = 200;

/// The answers of all addresses of an issuer's metadata.
#[derive(Clone, Debug)]
pub(super) struct Answers {
    /// The issuer that was asked for.
    pub(super) issuer: String,
    pub(super) of_addresses: Vec<(String, Answer)>,
}

/// Why one answer was rejected.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// There is none, or it has an error status.
    None(FetchError),
    /// It is not a JSON object, or a name occurs twice.
    Malformed,
    WithoutIssuer,
    OtherIssuer(String),
    /// It does not state this member.
    Without(&'static str),
    /// The value of this member is not usable.
    Unusable(&'static str, EndpointError),
}

impl Answers {
    /// Returns the issuer of an answer that differs from the configured one only in a detail, as it is configured.
    pub(super) fn near_miss(&self) -> Option<String> {
        let may_be_shown = |text: &str| text.len() <= SHOWN && !text.contains('@');
        self.of_addresses.iter().find_map(|(_, answer)| match answer {
            Answer::OtherIssuer(other) if may_be_shown(other) && near_miss(&self.issuer, other).is_some() => {
                Some(other.replace(OF_KEYS, PLACEHOLDER))
            }
            _ => None,
        })
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (address, answer)) in self.of_addresses.iter().enumerate() {
            write!(f, "{}`{address}` ", if place > 0 { ", " } else { "" })?;
            match answer {
                Answer::None(error) => write!(f, "{error}")?,
                Answer::Malformed => f.write_str("is not a JSON object, or has a member name twice")?,
                Answer::WithoutIssuer => f.write_str("states no `issuer`")?,
                Answer::OtherIssuer(other) => {
                    let shown: String = other.chars().take(SHOWN).collect();
                    write!(f, "states the issuer {}, not {}", Shown(&shown), Shown(&self.issuer))?;
                    if let Some(difference) = near_miss(&self.issuer, other) {
                        write!(f, ", which differs only in {difference}")?;
                    }
                }
                Answer::Without(member) => write!(f, "states no `{member}`")?,
                Answer::Unusable(member, EndpointError(wrong)) => write!(f, "states a `{member}` that {wrong}")?,
            }
        }
        Ok(())
    }
}

impl Error for Answers {}
