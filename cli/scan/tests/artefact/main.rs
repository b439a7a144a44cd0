//! Reads programs of every format, and rejects damaged ones.
//!
//! `data/every-key.v1` is the section of a program in version 1 of the format, `data/every-key.json` its contents.
//! Neither may change, since deployed programs were built with this version.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{fs, path::PathBuf};

use mcp_scopes_scan::{Error, ErrorKind, Export, Scan, artefact::is_artefact};
use mcp_scopes_test_support::containers::{elf, fat, mach_o, pe, wasm};

const SECTION: &[u8] = include_bytes!("../data/every-key.v1");
const DOCUMENT: &str = include_str!("../data/every-key.json");

/// A program in a separate folder.
struct Program {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Program {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server");
        fs::write(&path, bytes).unwrap();
        Self { _folder: folder, path }
    }

    fn export(&self) -> Result<Export, Error> {
        Scan::new(&self.path).resource("https://a.example/mcp").authorization_server("https://b.example").export()
    }
}

/// Returns the kind and the text of the error; `None` if there is none.
fn error_of(bytes: &[u8]) -> Option<(ErrorKind, String)> {
    Program::new(bytes).export().err().map(|error| (error.kind(), error.to_string()))
}

#[test]
fn reads_every_format() {
    for (name, bytes) in [
        ("wasm", wasm(SECTION)),
        ("pe", pe(SECTION)),
        ("mach-o", mach_o(SECTION)),
        ("fat mach-o", fat(&[mach_o(SECTION), mach_o(SECTION)])),
        ("elf", elf(SECTION)),
    ] {
        let program = Program::new(&bytes);
        assert!(is_artefact(&program.path), "{name}");
        assert_eq!(program.export().unwrap().json(), DOCUMENT, "{name}");
    }
}

#[test]
fn rejects_files_that_are_not_programs() {
    for text in ["", "MZ", "{\"resource\": \"https://a.example\"}", "fn main() {}"] {
        assert!(!is_artefact(&Program::new(text.as_bytes()).path), "{text}");
    }
    assert!(!is_artefact(tempfile::tempdir().unwrap().path()));
}

/// A program would silently ignore build options.
#[test]
fn rejects_build_options_for_a_program() {
    let program = Program::new(&wasm(SECTION));
    let scan = || Scan::new(&program.path);
    for scan in [
        scan().features(["shell"]),
        scan().all_features(true),
        scan().no_default_features(true),
        scan().cfg("feature=\"shell\""),
    ] {
        let error = scan.run_tree().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(
            error.to_string().contains("has been built") && error.advice().unwrap().contains("give the source"),
            "{error}"
        );
        assert!(scan.export().is_err());
    }
    assert!(scan().run_tree().is_ok());
}

#[test]
fn rejects_an_absent_section() {
    let mut other = wasm(SECTION);
    let name = other.windows(10).position(|bytes| bytes == b"mcp_scopes").unwrap();
    other[name] = b'n';
    for bytes in [other, wasm(&[]), wasm(&[0; 64])] {
        let (kind, message) = error_of(&bytes).unwrap();
        assert_eq!(kind, ErrorKind::Artefact);
        assert!(message.contains("carries no scope table") || message.contains("the section is empty"), "{message}");
    }
}

#[test]
fn rejects_a_newer_version() {
    let mut section = SECTION.to_vec();
    section[8] = 5;
    let error = Program::new(&wasm(&section)).export().unwrap_err();
    assert!(error.to_string().contains("version 5"), "{error}");
    assert!(error.advice().unwrap().contains("update `mcp-scopes`"));
}

#[test]
fn skips_padding() {
    let mut section = vec![0; 8];
    section.extend(SECTION);
    section.extend([0; 6]);
    assert_eq!(Program::new(&wasm(&section)).export().unwrap().json(), DOCUMENT);
}

/// The same record twice, as in a file for two architectures, is one table.
#[test]
fn reads_a_repeated_record_once() {
    let section = [SECTION, SECTION].concat();
    assert_eq!(Program::new(&wasm(&section)).export().unwrap().json(), DOCUMENT);
}

#[test]
fn rejects_truncated_programs() {
    for len in (1..SECTION.len()).step_by(3) {
        assert!(error_of(&wasm(&SECTION[..len])).is_some(), "{len}");
    }
    for whole in [pe(SECTION), mach_o(SECTION), elf(SECTION), fat(&[mach_o(SECTION)])] {
        for len in (0..whole.len()).step_by(37) {
            // A file that is truncated too early to be recognized is a file in no package.
            let program = Program::new(&whole[..len]);
            assert!(!is_artefact(&program.path) || program.export().is_err(), "{len}");
        }
    }
}

/// Every flipped bit is detected, wherever it is.
#[test]
fn rejects_flipped_bits() {
    for at in 0..SECTION.len() {
        let mut section = SECTION.to_vec();
        section[at] ^= 1 << (at % 8);
        assert!(error_of(&wasm(&section)).is_some(), "{at}");
    }
}

/// Containers with false headers.
#[test]
fn handles_flipped_bits_of_containers() {
    for whole in [pe(SECTION), mach_o(SECTION), elf(SECTION), fat(&[mach_o(SECTION)])] {
        let heads = (0..whole.len().min(400)).chain(whole.len().saturating_sub(400)..whole.len());
        for at in heads {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x80 >> (at % 8);
            let program = Program::new(&bytes);
            if is_artefact(&program.path) {
                // Only the return matters here, not the result.
                let _ = program.export();
            }
        }
    }
}
