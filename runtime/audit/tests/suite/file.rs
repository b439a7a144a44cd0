//! Rotation, restarts, damaged files.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, Write as _},
    path::{Path, PathBuf},
};

use mcp_scopes_audit::{AuditSink as _, FileSink, FileSinkBuilder, Head, JsonLines, Keys, Verified, Verifier};
use tempfile::TempDir;

use crate::events::bare;

struct Place {
    _folder: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        Self { _folder: folder, path }
    }

    /// Writes events, one by one, so that each may be rotated.
    fn write(
        &self,
        keys: &str,
        count: usize,
        with: impl FnOnce(FileSinkBuilder<JsonLines>) -> FileSinkBuilder<JsonLines>,
    ) {
        let builder = FileSink::builder(&self.path, Keys::parse(keys).unwrap(), JsonLines::new());
        let sink = with(builder).open().unwrap();
        for _ in 0..count {
            sink.record(&bare());
            sink.flush().unwrap();
        }
    }

    fn open(&self, keys: &str) -> String {
        let opened = FileSink::builder(&self.path, Keys::parse(keys).unwrap(), JsonLines::new()).open();
        opened.map_or_else(|error| error.to_string(), |_| "opened".to_owned())
    }

    fn head(&self) -> Head {
        Head::parse(&fs::read_to_string(self.path.with_extension("jsonl.head")).unwrap()).unwrap()
    }

    /// Returns the files, the oldest first.
    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(self.path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end != "head"));
        files.sort_by_key(|file| (file == &self.path, file.clone()));
        files
    }
}

fn verified(files: &[PathBuf], keys: &str, head: Option<&Head>) -> Result<Verified, String> {
    let keys = Keys::parse(keys).unwrap();
    let mut verifier = Verifier::new(Some(&keys), head);
    let read = |path: &Path| BufReader::new(File::open(path).unwrap());
    files.iter().try_for_each(|file| verifier.file(read(file))).map_err(|fault| fault.to_string())?;
    verifier.finish().map_err(|fault| fault.to_string())
}

const OLD: &str = "old 0101010101010101010101010101010101010101010101010101010101010101";
const BOTH: &str = "old 0101010101010101010101010101010101010101010101010101010101010101
    new 0202020202020202020202020202020202020202020202020202020202020202";

#[test]
fn continues_the_chain_across_rotation_restart_and_keys() {
    let place = Place::new();
    place.write(OLD, 5, |builder| builder.max_size(900));
    place.write(BOTH, 5, |builder| builder.max_size(900));
    let (files, head) = (place.files(), place.head());
    assert!(files.len() > 3, "{files:?}");
    assert_eq!(files[0].extension().unwrap(), "000000000001");
    assert_eq!(head.key(), "new");
    let all = verified(&files, BOTH, Some(&head)).unwrap();
    assert_eq!(all, Verified { lines: 10, first: 1, last: 10, after_head: 0 });
    // Each file can be verified alone, and the newest with the head.
    for file in &files {
        verified(std::slice::from_ref(file), BOTH, None).unwrap();
    }
    verified(&files[files.len() - 1..], BOTH, Some(&head)).unwrap();
    // A missing file, files in another order, and a missing key are found.
    let without = [&files[..1], &files[2..]].concat();
    let message = verified(&without, BOTH, Some(&head)).unwrap_err();
    assert!(message.contains("missing before this line"), "{message}");
    let swapped = [&files[1..2], &files[..1]].concat();
    assert!(verified(&swapped, BOTH, None).unwrap_err().contains("moved or repeated"));
    assert!(verified(&files, OLD, None).unwrap_err().contains("the key `new` is missing"));
    let oldest = verified(&files[..1], BOTH, Some(&head)).unwrap_err();
    assert!(oldest.contains("the head states that event 10 was written"), "{oldest}");
}

#[test]
fn deletes_old_files_only_if_asked() {
    let place = Place::new();
    fs::write(place.path.with_extension("jsonl.backup"), "kept").unwrap();
    place.write(OLD, 9, |builder| builder.max_size(1).keep_files(2));
    let files = place.files();
    assert_eq!(files.len(), 4, "{files:?}");
    assert_eq!(verified(&files[..2], OLD, None).unwrap(), Verified { lines: 2, first: 7, last: 8, after_head: 0 });
    // The chain continues in an empty file: all lines were in files that are renamed.
    place.write(OLD, 1, |builder| builder);
    assert_eq!(verified(&place.files()[..1], OLD, None).unwrap().first, 7);
}

#[test]
fn removes_and_records_an_incomplete_line() {
    let place = Place::new();
    place.write(OLD, 3, |builder| builder);
    OpenOptions::new().append(true).open(&place.path).unwrap().write_all(b"{\"timestamp\":").unwrap();
    assert!(verified(&place.files(), OLD, None).unwrap_err().contains("the last line has no end"));
    place.write(OLD, 1, |builder| builder);
    assert_eq!(verified(&place.files(), OLD, Some(&place.head())).unwrap().lines, 5);
    assert!(fs::read_to_string(&place.path).unwrap().contains("\"audit/recovered\""));
}

#[test]
fn refuses_to_continue_a_damaged_chain() {
    let place = Place::new();
    place.write(OLD, 3, |builder| builder);
    let (text, head) = (fs::read_to_string(&place.path).unwrap(), place.path.with_extension("jsonl.head"));
    let saved = fs::read_to_string(&head).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&place.path, lines[..2].concat()).unwrap();
    assert!(place.open(OLD).contains("ends with event 2, and its head states event 3"), "{}", place.open(OLD));
    fs::write(&place.path, "").unwrap();
    // As after a rotation.
    assert_eq!(place.open(OLD), "opened");
    fs::write(&place.path, "a text\n").unwrap();
    assert!(place.open(OLD).contains("not an audit file"));
    fs::write(&place.path, "x".repeat(1 << 20)).unwrap();
    assert!(place.open(OLD).contains("not an audit file"));
    fs::write(&place.path, &text).unwrap();
    assert!(
        place
            .open("new 0202020202020202020202020202020202020202020202020202020202020202")
            .contains("with the key `old`; add it")
    );
    fs::write(&head, saved.replace("\"seq\":3", "\"seq\":2")).unwrap();
    assert!(place.open(OLD).contains("was not written with this key"));
    fs::write(&head, "x").unwrap();
    assert!(place.open(OLD).contains("was not written with this key"));
    // The process ended before it wrote the head.
    fs::remove_file(&head).unwrap();
    assert_eq!(place.open(OLD), "opened");
}

#[test]
fn rejects_keys_that_are_none() {
    let digits = "0".repeat(64);
    for (text, message) in [
        (String::new(), "there is no key; write an id and 64 hexadecimal digits on a line"),
        (format!("a {digits}0"), "line 1: a key is not an id, a space and 64 hexadecimal digits"),
        (format!("# x\n\n{digits}"), "line 3: a key is not an id, a space and 64 hexadecimal digits"),
        (format!("a\"b {digits}"), "line 1: the id of a key is not 1 to 64 ASCII letters, digits, `-`, `_` and `.`"),
        (format!("a {digits}\na {digits}"), "line 2: the id of a key occurs twice; give each key another id"),
    ] {
        assert_eq!(Keys::parse(&text).unwrap_err().to_string(), message);
    }
    assert!(Keys::parse(&format!("a\t{}\n", "Ab".repeat(32))).is_ok());
    assert!(Keys::from_file("/does/not/exist").unwrap_err().to_string().starts_with("the keys cannot be read"));
    assert!(!format!("{:?}", Keys::parse(&format!("a {}", "ab".repeat(32)))).contains("abab"));
}
