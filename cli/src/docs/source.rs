//! Links to the source, below an address that the caller states. Nothing about it is guessed: a package does not know
//! where its revision is published.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use url::Url;

use super::{
    input::{Input, Line},
    server::Source,
};

/// The value of `--source-url`: the address of a file, with `{path}` and `{line}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceUrl(String);

impl FromStr for SourceUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let pattern = if text.contains("{path}") {
            text.to_owned()
        } else {
            format!("{}/{{path}}#L{{line}}", text.trim_end_matches('/'))
        };
        let example = pattern.replace("{path}", "a").replace("{line}", "1");
        match Url::parse(&example) {
            Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(Self(pattern)),
            Ok(url) => Err(format!("the scheme is `{}`, not `https`", url.scheme())),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl SourceUrl {
    /// Returns the pattern.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the address of a line of a file in the repository.
    fn at(&self, path: &str, line: u32) -> String {
        self.0.replace("{line}", &line.to_string()).replace("{path}", &encoded(path))
    }
}

/// Returns the path with every byte that has a meaning in an address in percent encoding.
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The links of one page.
#[derive(Debug, Default)]
pub(super) struct SourceLinks {
    pub(super) tools: BTreeMap<String, Source>,
    pub(super) resources: BTreeMap<String, Source>,
    pub(super) prompts: BTreeMap<String, Source>,
    pub(super) scopes: BTreeMap<String, Source>,
}

impl SourceLinks {
    /// Returns the links of an input.
    ///
    /// # Errors
    /// Returns the reason and a help text if the input was not scanned from the files of a repository.
    pub(super) fn of(input: &Input, url: &SourceUrl) -> Result<Self, (String, &'static str)> {
        let package = (input.package.as_ref())
            .ok_or_else(|| ("the input has no lines to link to".to_owned(), "name the folder of a package"))?;
        let root = fs::canonicalize(&package.folder).ok().and_then(|folder| repository(&folder));
        let root = root.ok_or_else(|| {
            let message = format!("no Git repository contains `{}`", package.folder.display());
            (message, "run it in a checkout of the repository")
        })?;
        let by_name = [&package.tools, &package.resources, &package.prompts];
        let lines = by_name.into_iter().flat_map(BTreeMap::values).chain(input.scopes.iter().map(|scope| &scope.line));
        let mut paths: BTreeMap<&str, Option<String>> = BTreeMap::new();
        for line in lines {
            paths.entry(&line.file).or_insert_with(|| inside(&root, &line.file));
        }
        let source = |line: &Line| {
            let path = paths.get(line.file.as_str())?.as_deref()?;
            Some(Source { shown: format!("{path}:{}", line.number), url: url.at(path, line.number) })
        };
        let of = |name: &String, line: &Line| Some((name.clone(), source(line)?));
        Ok(Self {
            tools: package.tools.iter().filter_map(|(name, line)| of(name, line)).collect(),
            resources: package.resources.iter().filter_map(|(name, line)| of(name, line)).collect(),
            prompts: package.prompts.iter().filter_map(|(name, line)| of(name, line)).collect(),
            scopes: input.scopes.iter().filter_map(|scope| of(&scope.name, &scope.line)).collect(),
        })
    }
}

/// Returns the nearest folder at or above a path that is the root of a Git repository or of a submodule.
fn repository(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// Returns the path of a file in the repository, if the repository contains it.
fn inside(root: &Path, file: &str) -> Option<String> {
    let file = fs::canonicalize(file).ok()?;
    if repository(&file)? != root {
        return None;
    }
    let parts = file.strip_prefix(root).ok()?.components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::SourceUrl;

    #[test]
    fn addresses_of_lines() {
        let at = |url: &str| url.parse::<SourceUrl>().map(|url| url.at("src/a b#1.rs", 7));
        let github = "https://git.example.com/o/r/blob/v1/src/a%20b%231.rs#L7";
        assert_eq!(at("https://git.example.com/o/r/blob/v1/").as_deref(), Ok(github));
        assert_eq!(at("https://git.example.com/o/r/blob/v1").as_deref(), Ok(github));
        let other = at("https://git.example.com/r?file={path}&at=main#lines-{line}");
        assert_eq!(other.as_deref(), Ok("https://git.example.com/r?file=src/a%20b%231.rs&at=main#lines-7"));
        assert_eq!(at("javascript:alert(1)//{path}").unwrap_err(), "the scheme is `javascript`, not `https`");
        assert!(at("git.example.com/o/r").is_err() && at("").is_err());
    }
}
