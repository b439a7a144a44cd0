//! Rotation, restarts, damaged files.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use mcp_scopes_audit::{AuditSink as _, FileSink, FileSinkBuilder, Head, JsonLines, Keys, Sync, Verified, Verifier};
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
        files.retain(|file| file.extension().is_some_and(|end| end != "head" && end != "lock"));
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
    place.write(OLD, 1, |builder| builder);
    assert_eq!(verified(&place.files()[..1], OLD, None).unwrap().first, 7);
    // Without any file that is renamed, too.
    let none = Place::new();
    none.write(OLD, 3, |builder| builder.max_size(1).keep_files(0));
    assert_eq!(none.files(), std::slice::from_ref(&none.path));
    none.write(OLD, 1, |builder| builder);
    assert_eq!(verified(&none.files(), OLD, Some(&none.head())).unwrap().first, 3);
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
    assert!(place.open(OLD).contains("move them to another folder: the next start then begins a new chain"));
    // Emptied, without a complete line, or deleted.
    for left in [Some(""), Some("{\"timestamp\":"), None] {
        match left {
            Some(left) => fs::write(&place.path, left).unwrap(),
            None => fs::remove_file(&place.path).unwrap(),
        }
        assert!(place.open(OLD).contains("is missing or has no line, and its head states event 3"), "{left:?}");
        assert!(left.is_some() || !place.path.exists(), "a refused start creates no file");
    }
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
    // Without the head, nothing says that no line is missing.
    fs::remove_file(&head).unwrap();
    assert!(place.open(OLD).contains("ends with event 3, and its head is missing"), "{}", place.open(OLD));
    fs::write(&place.path, lines[..2].concat()).unwrap();
    assert!(place.open(OLD).contains("its head is missing"));
    // The head of another chain with the same key.
    let other = Place::new();
    other.write(OLD, 3, |builder| builder.max_size(1));
    fs::write(&place.path, &text).unwrap();
    fs::copy(other.path.with_extension("jsonl.head"), &head).unwrap();
    assert!(place.open(OLD).contains("states an event 3 that does not belong to its lines"), "{}", place.open(OLD));
    // Moved to another folder, all of them: a new chain begins.
    fs::remove_file(&head).unwrap();
    fs::remove_file(&place.path).unwrap();
    place.write(OLD, 1, |builder| builder);
    assert_eq!(verified(&place.files(), OLD, Some(&place.head())).unwrap().last, 1);
}

/// The process may end at any place of a rotation. The renamed file then shows that no line is missing.
#[test]
fn continues_an_empty_file_after_the_renamed_one_alone() {
    let place = Place::new();
    place.write(OLD, 3, |builder| builder);
    let renamed = place.path.with_extension("jsonl.000000000001");
    fs::rename(&place.path, &renamed).unwrap();
    for is_created in [false, true] {
        if is_created {
            fs::write(&place.path, "").unwrap();
        }
        assert_eq!(place.open(OLD), "opened");
    }
    place.write(OLD, 2, |builder| builder);
    assert_eq!(verified(&place.files(), OLD, Some(&place.head())).unwrap().last, 5);
    // Lines were written after that, and the file with them is emptied or deleted.
    fs::write(&place.path, "").unwrap();
    assert!(place.open(OLD).contains("its head states event 5"), "{}", place.open(OLD));
    fs::remove_file(&place.path).unwrap();
    assert!(place.open(OLD).contains("its head states event 5"), "{}", place.open(OLD));
    // The renamed files alone are no reason to begin at 1 again: the first rotation would take their names.
    fs::remove_file(place.path.with_extension("jsonl.head")).unwrap();
    assert!(place.open(OLD).contains("renamed files are there"), "{}", place.open(OLD));
    assert_eq!(verified(&[renamed], OLD, None).unwrap().last, 3);
}

#[test]
fn replaces_no_file_when_it_rotates() {
    let place = Place::new();
    let keys = Keys::parse(OLD).unwrap();
    let errors = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&errors);
    let builder = FileSink::builder(&place.path, keys, JsonLines::new()).max_size(1);
    let sink = builder.on_error(move |error| reported.lock().unwrap().push(error.to_string())).open().unwrap();
    let taken = place.path.with_extension("jsonl.000000000001");
    fs::write(&taken, "kept").unwrap();
    for _ in 0..3 {
        sink.record(&bare());
        sink.flush().unwrap();
    }
    drop(sink);
    assert_eq!(fs::read_to_string(&taken).unwrap(), "kept");
    assert_eq!(verified(std::slice::from_ref(&place.path), OLD, Some(&place.head())).unwrap().lines, 3);
    assert!(errors.lock().unwrap()[0].contains("jsonl.000000000001` exists; move it"), "{errors:?}");
}

/// A head that states more than the disk holds would look like lines that were cut off.
#[test]
fn states_only_lines_that_are_on_the_disk() {
    let place = Place::new();
    let keys = Keys::parse(OLD).unwrap();
    let builder = FileSink::builder(&place.path, keys, JsonLines::new()).sync(Sync::Every(Duration::from_secs(3600)));
    let sink = builder.open().unwrap();
    assert_eq!(place.head().sequence(), 0);
    sink.record(&bare());
    sink.flush().unwrap();
    assert_eq!(place.head().sequence(), 0);
    let behind = verified(&place.files(), OLD, Some(&place.head())).unwrap();
    assert_eq!(behind, Verified { lines: 1, first: 1, last: 1, after_head: 1 });
    drop(sink);
    assert_eq!(place.head().sequence(), 1);
    // Before a file is renamed, all of it is on the disk. Then the head is that of the file before.
    let sink = FileSink::builder(&place.path, Keys::parse(OLD).unwrap(), JsonLines::new()).max_size(1);
    let sink = sink.sync(Sync::Every(Duration::from_secs(3600))).open().unwrap();
    sink.record(&bare());
    sink.flush().unwrap();
    assert_eq!((place.head().sequence(), place.files().len()), (1, 2));
    let newest = verified(&place.files()[1..], OLD, Some(&place.head())).unwrap();
    assert_eq!(newest, Verified { lines: 1, first: 2, last: 2, after_head: 1 });
    drop(sink);
    // The head of an older file than that is not accepted.
    place.write(OLD, 1, |builder| builder.max_size(1));
    let first = Place::new();
    first.write(OLD, 1, |builder| builder);
    let fault = verified(&place.files()[2..], OLD, Some(&first.head())).unwrap_err();
    assert!(fault.contains("the head does not belong to these lines"), "{fault}");
}

#[cfg(unix)]
#[test]
fn is_the_only_one_that_writes() {
    let place = Place::new();
    let open = || FileSink::builder(&place.path, Keys::parse(OLD).unwrap(), JsonLines::new()).max_size(1).open();
    let sink = open().unwrap();
    assert!(open().unwrap_err().to_string().contains("another process writes to the audit file"));
    for _ in 0..2 {
        sink.record(&bare());
        sink.flush().unwrap();
    }
    // Also after the file was renamed.
    assert_eq!(place.files().len(), 2);
    assert!(open().is_err());
    drop(sink);
    drop(open().unwrap());
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
