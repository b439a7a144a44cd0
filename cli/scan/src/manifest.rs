//! Parses the text of a `Cargo.toml` after a check against the limits of TOML.
//!
//! `cargo_toml` keeps metadata and settings as `toml::Value`. That type reads an object with the key
//! `$__toml_private_datetime` as a date, and does not limit nesting.

use std::path::Path;

use cargo_toml::Manifest;
use mcp_scopes_grammar::limits;

use crate::{
    Error, ErrorKind,
    file::{self, MAX_FILE},
    lines::Lines,
};

/// Parses a manifest. Errors name it `path`.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Manifest, Error> {
    check(path, text)?;
    Manifest::from_str(text).map_err(|error| unusable(path, error))
}

/// Returns the error for a manifest that `cargo_toml` rejects.
pub(crate) fn unusable(path: &Path, error: cargo_toml::Error) -> Error {
    let why = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    Error::new(ErrorKind::Manifest, format!("cannot use `{}`: {why}", path.display())).because(error)
}

fn check(path: &Path, text: &str) -> Result<(), Error> {
    limits::check(text).map_err(|exceeded| {
        let at = Lines::of(text).position(exceeded.at);
        let message = format!("cannot use `{}`: line {}, column {}: {exceeded}", path.display(), at.line, at.column);
        Error::new(ErrorKind::Manifest, message).help(exceeded.help()).because(exceeded)
    })
}

/// Checks every manifest that `cargo_toml` can read to find the workspace of a package.
pub(crate) fn check_workspaces(manifest: &Path, parsed: &Manifest) -> Result<(), Error> {
    let stated = parsed.package.as_ref().and_then(|package| package.workspace.as_ref());
    let stated = stated.zip(manifest.parent()).map(|(path, folder)| folder.join(path));
    for folder in manifest.ancestors().skip(2).chain(stated.as_deref()) {
        let above = folder.join("Cargo.toml");
        if std::fs::metadata(&above).is_ok_and(|found| found.len() > MAX_FILE) {
            return Err(Error::unreadable(&above, file::too_large()));
        }
        // `cargo_toml` does not read a file either that is not valid text.
        if let Ok(text) = file::regular(&above).and_then(file::limited).map(String::from_utf8)
            && let Ok(text) = text
        {
            check(&above, &text)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs, thread};

    use cargo_toml::Value;

    use super::*;
    use crate::package::Package;

    const PACKAGE: &str = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n";

    /// Returns keys of `[package.metadata]` whose values nest `depth` levels.
    fn shapes(depth: usize) -> [(&'static str, String); 4] {
        let dotted = |parts: usize| vec!["a"; parts].join(".");
        let tables = depth.saturating_sub(1) / 2;
        [
            ("arrays", format!("a = {}{}", "[".repeat(depth), "]".repeat(depth))),
            ("inline tables", format!("{}a = 1{}", "a = { ".repeat(depth - 1), " }".repeat(depth - 1))),
            ("dotted keys", format!("{} = 1", dotted(depth))),
            (
                "dotted keys in inline tables",
                format!("{}{} = 1{}", "a.a = { ".repeat(tables), dotted(depth - tables * 2), " }".repeat(tables)),
            ),
        ]
    }

    /// Reads a package with this manifest, in a workspace with the other.
    fn read(package: &str, workspace: &str) -> Result<Option<Package>, Error> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/src")).unwrap();
        fs::write(folder.path().join("a/src/lib.rs"), "").unwrap();
        fs::write(folder.path().join("a/Cargo.toml"), package).unwrap();
        fs::write(folder.path().join("Cargo.toml"), workspace).unwrap();
        Package::read(&folder.path().join("a/Cargo.toml"))
    }

    #[test]
    fn accepts_the_deepest_manifest_and_rejects_the_next() {
        let package = |text: &str| format!("{PACKAGE}[package.metadata]\n{text}\n");
        let workspace = |text: &str| format!("[workspace]\nmembers = [\"a\"]\n[workspace.metadata]\n{text}\n");
        let sound = (package("a = 1"), workspace("a = 1"));
        let test = move || {
            // The two parts of the header are four levels.
            for (shape, text) in shapes(limits::MAX_DEPTH - 4) {
                let parsed = parse(Path::new("Cargo.toml"), &package(&text)).expect(shape);
                drop(parsed.clone());
                assert!(format!("{parsed:?}").len() > limits::MAX_DEPTH, "{shape}");
                assert!(read(&package(&text), &workspace(&text)).expect(shape).is_some(), "{shape}");
            }
            for depth in [limits::MAX_DEPTH - 3, 1_000, 6_000] {
                for (shape, text) in shapes(depth) {
                    for (package, workspace) in [(package(&text), sound.1.clone()), (sound.0.clone(), workspace(&text))]
                    {
                        let error = read(&package, &workspace).expect_err(shape);
                        assert_eq!(error.kind(), ErrorKind::Manifest, "{shape}");
                        assert!(error.to_string().contains("nest deeper than 64 levels"), "{shape}: {error}");
                    }
                }
            }
        };
        thread::Builder::new().stack_size(2 << 20).spawn(test).unwrap().join().unwrap();
    }

    #[test]
    fn rejects_reserved_keys() {
        let marked = "a = { \"\\u0024__toml_private_datetime\" = \"1979-05-27\" }";
        let package = format!("{PACKAGE}[package.metadata]\n{marked}\n");
        // Parses with `cargo_toml`.
        let parsed = Manifest::from_str(&package).unwrap();
        let value = parsed.package.unwrap().metadata.unwrap();
        assert!(matches!(value.get("a"), Some(Value::Datetime(_))), "{value:?}");
        let workspace = format!("[workspace]\nmembers = [\"a\"]\n[workspace.metadata]\n{marked}\n");
        for (package, workspace, at) in [
            (&*package, "[workspace]\nmembers = [\"a\"]\n", "a/Cargo.toml`: line 5, column 7: "),
            (PACKAGE, &*workspace, "Cargo.toml`: line 4, column 7: "),
        ] {
            let error = read(package, workspace).unwrap_err();
            let wanted = format!("{at}keys that begin with `$__toml_private_` are reserved by a parsing library");
            assert!(error.to_string().ends_with(&wanted), "{error}");
            assert_eq!((error.kind(), error.advice()), (ErrorKind::Manifest, Some("rename the key")));
        }
    }
}
