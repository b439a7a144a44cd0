//! The address that `cargo binstall` uses, and the archive that a release uploads there.

use super::{text, yaml};

const TARGET: &str = "x86_64-unknown-linux-gnu";

fn manifest() -> toml::Table {
    toml::from_str(&text("cli/Cargo.toml")).unwrap()
}

/// Fills a template of `[package.metadata.binstall]`. A remaining brace is an unknown key.
fn filled(template: &str, bin: &str) -> String {
    let name = manifest()["package"]["name"].as_str().unwrap().to_owned();
    let values = [
        ("repo", super::REPOSITORY),
        ("version", env!("CARGO_PKG_VERSION")),
        ("name", &name),
        ("target", TARGET),
        ("bin", bin),
        ("binary-ext", ""),
    ];
    values.iter().fold(template.to_owned(), |text, (key, value)| text.replace(&format!("{{ {key} }}"), value))
}

#[test]
#[cfg(unix)]
fn archives_match_the_binstall_metadata() {
    let manifest = manifest();
    let metadata = &manifest["package"]["metadata"]["binstall"];
    let folder = tempfile::tempdir().unwrap();
    let binaries = folder.path().join("binaries");
    std::fs::create_dir(&binaries).unwrap();
    let names: Vec<&str> =
        manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap()).collect();
    for name in &names {
        std::fs::write(binaries.join(name), name).unwrap();
    }
    let script = super::root().join("cli/release.sh");
    let out = folder.path().join("out");
    let packed = std::process::Command::new("sh").arg(script).arg(TARGET).arg(&binaries).arg(&out).output().unwrap();
    assert!(packed.status.success(), "{packed:?}");
    let archive = String::from_utf8(packed.stdout).unwrap().trim().to_owned();
    let url = filled(metadata["pkg-url"].as_str().unwrap(), "");
    let place = format!("{}/releases/download/{}/", super::REPOSITORY, super::TAG);
    let file = url.strip_prefix(&*place).unwrap_or_else(|| panic!("{url}"));
    assert_eq!(archive, out.join(file).display().to_string());
    let format = std::path::Path::new(file).extension().unwrap();
    assert_eq!((metadata["pkg-fmt"].as_str().unwrap(), format.to_str().unwrap()), ("tgz", "tgz"));
    let listed = std::process::Command::new("tar").arg("-tzf").arg(&archive).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for name in names {
        let inside = filled(metadata["bin-dir"].as_str().unwrap(), name);
        assert!(!inside.contains('{') && listed.lines().any(|line| line == inside), "{inside} is not in {listed}");
    }
    assert!(listed.contains("LICENSE-MIT"), "{listed}");
    // Only the archive is left.
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1);
}

#[test]
fn tag_starts_the_release() {
    let workflow = yaml(&text(".github/workflows/release.yml"));
    assert_eq!(workflow["on"]["push"]["tags"][0], "v*");
    let jobs = workflow["jobs"].as_object().unwrap();
    let steps = jobs.values().flat_map(|job| job["steps"].as_array().unwrap());
    let scripts: Vec<&str> = steps.filter_map(|step| step["run"].as_str()).collect();
    assert!(scripts.iter().all(|script| !script.contains("${{")), "{scripts:?}");
    let packs = "\"$(sh cli/release.sh \"$TARGET\" \"target/$TARGET/release\" dist)\"";
    assert!(scripts.iter().any(|script| script.contains(packs)), "{scripts:?}");
    let build = "cargo build --release --locked --package mcp-scopes-cli --bins --target \"$TARGET\"";
    assert!(scripts.contains(&build), "{scripts:?}");
}
