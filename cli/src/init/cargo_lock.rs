//! The version of an SDK, from `Cargo.lock`.

use std::path::Path;

use mcp_scopes_grammar::limits;
use mcp_scopes_scan::file;

/// A version: major, minor and patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u64, pub(super) u64, pub(super) u64);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl Version {
    /// Parses `1.2.3`, `1.2` and `1`, with an operator in front or more behind it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(|first: char| !first.is_ascii_digit());
        let end = text.find(|other: char| !other.is_ascii_digit() && other != '.').unwrap_or(text.len());
        let mut numbers = text.get(..end)?.split('.').map(str::parse);
        let major = numbers.next()?.ok()?;
        let mut next = || numbers.next().and_then(Result::ok).unwrap_or_default();
        Some(Self(major, next(), next()))
    }
}

/// Returns the version of a dependency of a package: from the lock file at or above its folder, or else what its manifest
/// requires.
pub(super) fn version_of(dependency: &str, package: &str, folder: &Path) -> Option<Version> {
    let folder = super::absolute(folder);
    let lock = folder.ancestors().map(|folder| folder.join("Cargo.lock")).find(|file| file.is_file());
    lock.and_then(|file| locked(&file::text(&file).ok()?, dependency, package))
        .or_else(|| required(&file::text(&folder.join("Cargo.toml")).ok()?, dependency))
}

fn locked(text: &str, dependency: &str, package: &str) -> Option<Version> {
    limits::check(text).ok()?;
    let lock: toml::Table = text.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let string = |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    // `rmcp`, or `rmcp 1.8.0` if the workspace has several versions.
    let own = packages.iter().find(|found| string(found, "name").as_deref() == Some(package));
    let named = own.and_then(|own| {
        let list = own.get("dependencies")?.as_array()?.iter().filter_map(toml::Value::as_str);
        list.filter_map(|entry| entry.strip_prefix(dependency))
            .find_map(|rest| rest.strip_prefix(' ').map(str::to_owned))
    });
    let found = packages.iter().find(|found| {
        string(found, "name").as_deref() == Some(dependency)
            && named
                .as_deref()
                .is_none_or(|named| string(found, "version").is_some_and(|version| named.starts_with(&version)))
    });
    Version::parse(&string(found?, "version")?)
}

fn required(text: &str, dependency: &str) -> Option<Version> {
    limits::check(text).ok()?;
    let manifest: toml::Table = text.parse().ok()?;
    let found = manifest.get("dependencies")?.get(dependency)?;
    Version::parse(found.as_str().or_else(|| found.get("version")?.as_str())?)
}

#[cfg(test)]
mod tests {
    use super::{Version, locked, required};

    const LOCK: &str = "version = 4\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\"rmcp 3.11.0\"]\n\
        [[package]]\nname = \"b\"\nversion = \"0.1.0\"\ndependencies = [\n \"rmcp 1.8.0\",\n]\n\
        [[package]]\nname = \"rmcp\"\nversion = \"1.8.0\"\n[[package]]\nname = \"rmcp\"\nversion = \"3.11.0\"\n";

    #[test]
    fn reads_the_version_that_a_package_uses() {
        assert_eq!(locked(LOCK, "rmcp", "a"), Some(Version(3, 11, 0)));
        assert_eq!(locked(LOCK, "rmcp", "b"), Some(Version(1, 8, 0)));
        assert_eq!(locked(LOCK, "tower-mcp", "b"), None);
        assert_eq!(required("[dependencies]\nrmcp = { version = \"^3.1\" }", "rmcp"), Some(Version(3, 1, 0)));
        assert_eq!(Version::parse(">=1.2.3-rc.1"), Some(Version(1, 2, 3)));
    }
}
