//! The cases of the rules: one text file for each rule, `cases/<id>.txt`.
//!
//! A case consists of sections. A line `-- name --` starts a section; its text is all lines up to the next such line,
//! byte for byte.
//!
//! | section | text |
//! |---|---|
//! | `firing/PATH` | a file of the folder on which the rule reports findings |
//! | `silent/PATH` | a file of the folder on which it reports none |
//! | `expected` | the findings on the firing folder. `MCP_SCOPES_BLESS` rewrites this section. |
//! | `evidence` | how often the rule fires on real input, or `None: ` and the reason |
//!
//! A folder is a package, one or more documents, or both:
//!
//! | `PATH` | |
//! |---|---|
//! | `src/*.rs` | the source of a package |
//! | `Cargo.toml` | its manifest. A package without this section gets [`manifest`]. |
//! | `mcp-scopes.toml`, `mcp-scopes.baseline.json` | its configuration and its baseline |
//! | `*.json` | any other JSON file is a document |
//! | `lint.toml` | the `--config` of the documents |
//! | `resource.txt` | their `--resource` |
//! | `authorization-server.txt` | their `--authorization-server-metadata` |

use std::{
    fs,
    path::{Path, PathBuf},
};

use mcp_scopes_lint::baseline;

/// The folder on which the rule reports findings.
pub(crate) const FIRING: &str = "firing";
/// The folder on which it reports none.
pub(crate) const SILENT: &str = "silent";

/// The case of one rule.
#[derive(Debug)]
pub(crate) struct Case {
    id: String,
    /// The names of the sections and their texts, in the order of the file.
    sections: Vec<(String, String)>,
}

impl Case {
    /// Reads the case of a rule.
    pub(crate) fn read(id: &str) -> Self {
        let path = path(id);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(id, &text)
    }

    fn parse(id: &str, text: &str) -> Self {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.split_inclusive('\n') {
            assert!(line.ends_with('\n'), "the case of `{id}` does not end with a line break");
            if let Some(name) = line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --\n")) {
                assert!(is_section(name), "the case of `{id}` has an unknown section `{name}`");
                assert!(!sections.iter().any(|(known, _)| known == name), "`{id}` has two sections `{name}`");
                sections.push((name.to_owned(), String::new()));
                continue;
            }
            let (_, text) = sections.last_mut().unwrap_or_else(|| panic!("`{id}` has text before its first section"));
            text.push_str(line);
        }
        Self { id: id.to_owned(), sections }
    }

    /// Returns the expected findings.
    pub(crate) fn expected(&self) -> &str {
        self.section("expected").unwrap_or_else(|| panic!("the case of `{}` has no section `expected`", self.id))
    }

    /// Returns what the rule reports on real input.
    pub(crate) fn evidence(&self) -> &str {
        self.section("evidence").unwrap_or_else(|| panic!("the case of `{}` has no section `evidence`", self.id))
    }

    /// Writes the expected findings into the file.
    pub(crate) fn bless(&mut self, expected: &str) {
        match self.sections.iter_mut().find(|(name, _)| name == "expected") {
            Some((_, text)) => expected.clone_into(text),
            None => self.sections.push(("expected".to_owned(), expected.to_owned())),
        }
        let text: Vec<String> = self.sections.iter().map(|(name, text)| format!("-- {name} --\n{text}")).collect();
        fs::write(path(&self.id), text.concat()).unwrap();
    }

    /// Returns whether the part is a package, and not only documents.
    pub(crate) fn has_package(&self, part: &str) -> bool {
        self.files(part).any(|(path, _)| path.starts_with("src/"))
    }

    /// Writes a part into a new folder, which is removed when the result is dropped.
    pub(crate) fn write(&self, part: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        assert!(self.files(part).next().is_some(), "the case of `{}` has no {part} part", self.id);
        if self.has_package(part) {
            write("Cargo.toml", &manifest(&format!("{}-{part}", self.id)));
        }
        for (path, text) in self.files(part) {
            write(path, text);
        }
        folder
    }

    /// Writes the package of a part, without documents.
    pub(crate) fn write_package(&self, part: &str) -> tempfile::TempDir {
        let folder = self.write(part);
        for document in documents(folder.path()) {
            fs::remove_file(document).unwrap();
        }
        folder
    }

    fn section(&self, name: &str) -> Option<&str> {
        self.sections.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    fn files(&self, part: &str) -> impl Iterator<Item = (&str, &str)> {
        self.sections.iter().filter_map(move |(name, text)| Some((file_of(name, part)?, text.as_str())))
    }
}

/// Returns the ids of all case files.
pub(crate) fn ids() -> Vec<String> {
    names_in("cases", ".txt")
}

/// Returns the names of the files in a folder of the package, without their common end.
pub(crate) fn names_in(folder: &str, end: &str) -> Vec<String> {
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| name.strip_suffix(end).unwrap_or_else(|| panic!("{folder}/{name}: not `{end}`")).to_owned())
        .collect()
}

/// Returns the documents in a folder.
pub(crate) fn documents(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "json") && !path.ends_with(baseline::FILE))
        .collect();
    files.sort();
    files
}

/// The manifest of a package whose case states none.
fn manifest(name: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nmcp-scopes = \"0.1\"\n"
    )
}

fn path(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(format!("{id}.txt"))
}

fn file_of<'a>(section: &'a str, part: &str) -> Option<&'a str> {
    section.strip_prefix(part)?.strip_prefix('/')
}

fn is_section(name: &str) -> bool {
    let file = file_of(name, FIRING).or_else(|| file_of(name, SILENT));
    match file {
        None => ["expected", "evidence"].contains(&name),
        Some("Cargo.toml" | "mcp-scopes.toml" | "lint.toml" | "resource.txt" | "authorization-server.txt") => true,
        Some(file) => {
            let (module, document) = (file.strip_prefix("src/"), file.strip_suffix(".json"));
            let stem = module.and_then(|module| module.strip_suffix(".rs")).or(document);
            stem.is_some_and(|stem| !stem.is_empty() && !stem.contains('/'))
        }
    }
}

#[test]
fn parses_sections_byte_for_byte() {
    let text = "-- firing/src/lib.rs --\nfn a() {}\n\n-- no section\n-- expected --\n-- evidence --\nNone.\n";
    let case = Case::parse("a", text);
    assert_eq!(case.files(FIRING).collect::<Vec<_>>(), [("src/lib.rs", "fn a() {}\n\n-- no section\n")]);
    assert_eq!((case.expected(), case.evidence()), ("", "None.\n"));
    assert!(case.has_package(FIRING) && !case.has_package(SILENT));
}

#[test]
fn rejects_malformed_cases() {
    for text in [
        "text\n-- expected --\n",
        "-- expected --\n-- expected --\n",
        "-- expect --\n",
        "-- silent/src/a/b.rs --\n",
        "-- silent/../document.json --\n",
        "-- other/document.json --\n",
        "-- expected --\nwithout an end",
    ] {
        assert!(std::panic::catch_unwind(|| Case::parse("a", text)).is_err(), "{text}");
    }
}
