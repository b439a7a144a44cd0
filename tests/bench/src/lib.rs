//! The servers that the benches measure. They are written by the build script.

/// A tool's number, and how many of the grants that these tokens have its constant handle lets pass.
pub type Check = (usize, fn(&[mcp_scopes::Grant], &[u16]) -> usize);

include!(concat!(env!("OUT_DIR"), "/servers.rs"));

/// Goes through the grants of the tokens as a [`Check`] does, and asks nothing but whether there is a token.
#[must_use]
#[inline(never)]
pub fn walk(grants: &[mcp_scopes::Grant], tokens: &[u16]) -> usize {
    let grants = tokens.iter().filter_map(|token| grants.get(usize::from(*token)));
    grants.filter(|grant| !grant.is_anonymous()).count()
}
