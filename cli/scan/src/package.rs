//! Reads the targets, features and dependencies of a package from its `Cargo.toml`.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use cargo_toml::{Dependency as Declared, Manifest};

use crate::{Error, features::Features, file, manifest};

/// The package of the annotations.
pub(crate) const RUNTIME: &str = "mcp-scopes";
/// The version of a package that states none.
const UNSTATED: &str = "0.0.0";

/// One package.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version. Empty if the manifest states none.
    pub version: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// Its library, then its binaries.
    pub targets: Vec<Target>,
    /// Its features.
    pub features: Features,
    /// The crates that its source can name, by their name there.
    pub dependencies: BTreeMap<String, Dependency>,
}

/// A crate that a package is compiled to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The crate's name in source.
    pub name: String,
    /// The root file of its module tree.
    pub root: PathBuf,
    /// Whether other crates can name it.
    pub is_library: bool,
}

/// A dependency of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its key in `Cargo.toml`.
    pub key: String,
    /// The package's name.
    pub package: String,
    /// Its folder, for a path dependency.
    pub folder: Option<PathBuf>,
    /// The features that the dependency requests.
    pub features: Vec<String>,
    /// Whether its default features are on.
    pub default_features: bool,
    /// Whether it is optional.
    pub optional: bool,
}

impl Package {
    /// Reads the package of a `Cargo.toml`. Returns `None` for a workspace without a root package.
    ///
    /// # Errors
    /// Returns an error if the manifest cannot be read or is malformed.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let text = file::text(path).map_err(|error| Error::unreadable(path, error))?;
        let mut parsed = manifest::parse(path, &text)?;
        // Cargo searches upwards for the workspace. An absolute path has ancestors that a relative one lacks.
        let absolute = std::path::absolute(path).map_err(|error| Error::unreadable(path, error))?;
        manifest::check_workspaces(&absolute, &parsed)?;
        parsed.complete_from_path(&absolute).map_err(|error| manifest::unusable(path, error))?;
        let Some(package) = parsed.package.as_ref() else { return Ok(None) };
        let name = package.name().to_owned();
        let version = package.version.get().cloned().unwrap_or_default();
        let version = if version == UNSTATED { String::new() } else { version };
        let targets = targets(&parsed, &name, &folder);
        let dependencies = dependencies(&parsed, &folder);
        let optional: Vec<String> =
            dependencies.values().filter(|found| found.optional).map(|found| found.key.clone()).collect();
        let features = Features::new(&parsed.features, &optional);
        Ok(Some(Self { name, version, folder, manifest: path.to_owned(), targets, features, dependencies }))
    }

    /// Returns whether a name of `--features` refers to this package: `feature`, `package/feature` or `dependency/feature`.
    #[must_use]
    pub fn has_feature(&self, name: &str) -> bool {
        match name.split_once('/') {
            Some((package, feature)) if package == self.name => self.features.has(feature),
            Some((of, _)) => self.dependencies.values().any(|dependency| dependency.key == of),
            None => self.features.has(name),
        }
    }

    /// Returns the nearest `Cargo.toml` at or above a path.
    #[must_use]
    pub fn nearest(path: &Path) -> Option<PathBuf> {
        let absolute = std::path::absolute(path).ok()?;
        let here = path.join("Cargo.toml");
        if here.is_file() {
            return Some(here);
        }
        absolute.ancestors().skip(1).map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file())
    }

    /// Returns whether a file can be part of a target. Build scripts and the folders of tests, benches and examples are
    /// excluded.
    #[must_use]
    pub fn owns(&self, file: &Path) -> bool {
        let Ok(inside) = file.strip_prefix(&self.folder) else { return false };
        let mut parts = inside.components();
        let first = parts.next();
        if parts.next().is_none() {
            return first != Some(Component::Normal("build.rs".as_ref()));
        }
        !["tests", "benches", "examples"].iter().any(|folder| first == Some(Component::Normal(folder.as_ref())))
    }

    /// Returns the names under which this package's source can use the runtime crate.
    #[must_use]
    pub fn runtime_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .dependencies
            .iter()
            .filter(|(_, dependency)| dependency.package == RUNTIME)
            .map(|(name, _)| name.as_str())
            .collect();
        if names.is_empty() {
            // The dependency is inherited from a missing workspace, or not declared. Then the crate has its default
            // name.
            names.push("mcp_scopes");
        }
        names
    }
}

fn targets(manifest: &Manifest, package: &str, folder: &Path) -> Vec<Target> {
    let lib = manifest.lib.as_ref().map(|product| (product, "src/lib.rs", true));
    let bins = manifest.bin.iter().map(|product| (product, "src/main.rs", false));
    lib.into_iter()
        .chain(bins)
        .map(|(product, usual, is_library)| Target {
            name: product.name.as_deref().unwrap_or(package).replace('-', "_"),
            root: folder.join(product.path.as_deref().unwrap_or(usual)),
            is_library,
        })
        .filter(|target| target.root.is_file())
        .collect()
}

fn dependencies(manifest: &Manifest, folder: &Path) -> BTreeMap<String, Dependency> {
    // Dependencies of every target platform count, since an unused name does no harm.
    let of_targets = manifest.target.values().flat_map(|target| &target.dependencies);
    manifest.dependencies.iter().chain(of_targets).map(|(key, declared)| dependency(key, declared, folder)).collect()
}

fn dependency(key: &str, declared: &Declared, folder: &Path) -> (String, Dependency) {
    let detail = declared.detail();
    let found = Dependency {
        key: key.to_owned(),
        package: declared.package().unwrap_or(key).to_owned(),
        folder: detail.and_then(|detail| detail.path.as_ref()).map(|path| plain(&folder.join(path))),
        features: declared.req_features().to_vec(),
        default_features: detail.is_none_or(|detail| detail.default_features),
        optional: declared.optional(),
    };
    (key.replace('-', "_"), found)
}

/// Returns the path without `.` and `x/..`, so that each folder has one name. Symbolic links are kept.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use std::fs;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (file, text) in files {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), text).unwrap();
        }
    }

    #[test]
    fn inherits_facts_from_the_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(
            root,
            &[
                (
                    "Cargo.toml",
                    "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nversion = \"1.0.0\"\nedition = \"2024\"\n[workspace.dependencies]\nscopes = { package = \"mcp-scopes\", path = \"runtime\" }\n",
                ),
                (
                    "a/Cargo.toml",
                    "[package]\nname = \"a-b\"\nversion.workspace = true\nedition.workspace = true\n[dependencies]\nscopes.workspace = true\nother-crate = { path = \"../other\", default-features = false, features = [\"x\"] }\nserde = { version = \"1\", optional = true }\n[features]\ndefault = [\"f\"]\nf = []\n",
                ),
                ("a/src/lib.rs", ""),
                ("a/src/main.rs", ""),
                ("a/src/bin/extra.rs", ""),
            ],
        );
        let package = Package::read(&root.join("a/Cargo.toml")).unwrap().unwrap();
        assert_eq!(package.name, "a-b");
        let roots: Vec<_> = package.targets.iter().map(|t| (t.name.as_str(), t.is_library)).collect();
        assert_eq!(roots, [("a_b", true), ("a_b", false), ("extra", false)]);
        assert_eq!(package.runtime_names(), ["scopes"]);
        let other = &package.dependencies["other_crate"];
        assert_eq!(other.folder.as_deref(), Some(root.join("other").as_path()));
        assert!(!other.default_features && other.features == ["x"]);
        assert_eq!(package.dependencies["serde"].folder, None);
        assert!(package.features.has("serde") && package.features.has("f"));
        assert_eq!(Package::read(&root.join("Cargo.toml")).unwrap().map(|p| p.name), None);
        assert_eq!(Package::nearest(&root.join("a/src")), Some(root.join("a/Cargo.toml")));
    }

    #[test]
    fn targets_may_stand_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[lib]\nname = \"core\"\npath = \"lib/root.rs\"\n[[bin]]\nname = \"b\"\npath = \"b.rs\"\n";
        write(folder.path(), &[("Cargo.toml", manifest), ("lib/root.rs", ""), ("b.rs", "")]);
        let package = Package::read(&folder.path().join("Cargo.toml")).unwrap().unwrap();
        let roots: Vec<_> = package.targets.iter().map(|t| t.root.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(roots, [Path::new("lib/root.rs"), Path::new("b.rs")]);
        assert!(package.owns(&folder.path().join("lib/x.rs")));
        assert!(!package.owns(&folder.path().join("tests/x.rs")));
        assert!(!package.owns(&folder.path().join("build.rs")));
    }

    #[test]
    fn a_broken_manifest_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("Cargo.toml", "[package\n")]);
        assert_eq!(Package::read(&folder.path().join("Cargo.toml")).unwrap_err().kind(), ErrorKind::Manifest);
    }

    #[test]
    fn paths_have_one_name() {
        assert_eq!(plain(Path::new("./a/../b/./c")), Path::new("b/c"));
        assert_eq!(plain(Path::new("../a")), Path::new("../a"));
    }
}
