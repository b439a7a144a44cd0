//! Metadata documents, lock files, baselines and other text files.

use super::place::Place;

/// Returns files that every command rejects: the name, the contents, and the reason that `lint` reports.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let array = "[".repeat(10_000) + &"]".repeat(10_000);
    let object = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    let member = format!("{{\"resource\": \"https://a.example\", \"x\": {array}}}");
    vec![
        ("array.json", array.into_bytes(), "nested deeper than 128 levels"),
        ("object.json", object.into_bytes(), "nested deeper than 128 levels"),
        ("member.json", member.into_bytes(), "nested deeper than 128 levels"),
        ("open.json", "[".repeat(1 << 20).into_bytes(), "nested deeper than 128 levels"),
        (
            "twice.json",
            b"{\"resource\": \"https://a.example\", \"resource\": \"https://b.example\"}".to_vec(),
            "duplicate-member",
        ),
        ("bytes.json", b"{\"resource\": \"https://a.example/\xff\"}".to_vec(), "not UTF-8"),
        ("half.json", b"{\"resource\": \"https://a.example/\xe2\x82".to_vec(), "not UTF-8"),
        ("mark.json", b"\xef\xbb\xbf{\"resource\": \"https://a.example\"}".to_vec(), "byte order mark"),
        ("wide.json", b"\xff\xfe{\0}\0".to_vec(), "not UTF-8"),
        ("zero.json", vec![0; 4096], "not JSON"),
        ("control.json", b"{\"resource\": \"\x1b]0;title\x07\"}".to_vec(), "not JSON"),
        ("cut.json", b"{\"resource\": \"https://a.example".to_vec(), "not JSON"),
    ]
}

#[test]
fn rejects_malformed_documents() {
    let place = Place::new();
    for (file, bytes, why) in broken() {
        place.write(file, &bytes);
        for run in place.read_as_document(file) {
            run.assert_rejected();
            assert!(run.said().contains(file), "`{}` does not name the file: {}", run.what, run.said());
        }
        let run = place.run(&["lint", file]);
        assert!(run.code == 1 && run.out.contains(why), "{run:?}");
        let unchanged = std::fs::read(place.path(file)).unwrap() == bytes;
        assert!(unchanged, "{file} was changed");
    }
    assert!(!place.path("new.lock.json").exists());
    place.write("empty.json", "");
    for arguments in [&["lint", "empty.json"][..], &["diff", "server", "empty.json"], &["docs", "empty.json"]] {
        place.run(arguments).assert_rejected();
    }
}

#[test]
fn rejects_files_of_a_gibibyte() {
    let place = Place::new();
    for (file, head) in [("zero.json", &b""[..]), ("some.json", b"{\"resource\": \"https://a.example\", \"x\": [")] {
        place.large(file, head);
        for run in place.read_as_document(file) {
            run.assert_rejected();
            assert!(run.said().contains(file), "`{}` does not name the file: {}", run.what, run.said());
        }
        let run = place.run(&["lint", file]);
        assert!(run.code == 1 && run.out.contains("larger than 32 MiB"), "{run:?}");
    }
}

/// Windows line ends do not change a document.
#[test]
fn accepts_crlf() {
    let place = Place::new();
    let text = place.text("good.json").replace('\n', "\r\n");
    place.write("lines.json", &text);
    place.write("lines.lock.json", place.text("good.lock.json").replace('\n', "\r\n"));
    for arguments in [
        &["lint", "lines.json"][..],
        &["lint", "--fix", "--unsafe-fixes", "lines.json"],
        &["diff", "good.json", "lines.json", "--fail-on", "patch"],
        &["check", "server", "--file", "lines.lock.json"],
        &["check", "lines.json", "--file", "good.lock.json"],
    ] {
        place.run(arguments).assert_succeeds();
    }
    let page = |file| place.run(&["docs", file]).out;
    assert_eq!(page("lines.json"), page("good.json"));
    // A fix changes only the lines that it concerns.
    let twice = text.replacen("\"scopes_supported\": [", "\"scopes_supported\": [\r\n    \"files:read\",", 1);
    place.write("lines.json", &twice);
    let run = place.run(&["lint", "--fix", "lines.json"]);
    run.assert_succeeds();
    assert_eq!(place.text("lines.json"), text, "{run:?}");
}

/// A scope of one megabyte is reported, and the message shows only its ends.
#[test]
fn accepts_a_scope_of_a_megabyte() {
    let place = Place::new();
    let long = "a".repeat(1 << 20);
    let sound = place.text("good.json").replace("files:read", &long);
    place.write("long.json", &sound);
    let run = place.run(&["lint", "long.json"]);
    assert!(run.code == 0 && run.said().contains("long-scope") && run.said().len() < 20_000, "{:.3000}", run.said());
    for format in ["json", "sarif", "github", "junit", "markdown"] {
        let run = place.run(&["lint", "long.json", "--format", format]);
        assert!(run.code == 0 && run.out.contains("long-scope"), "{format}");
    }
    for arguments in [&["diff", "good.json", "long.json"][..], &["docs", "long.json"], &["lint", "--fix", "long.json"]]
    {
        place.run(arguments).assert_succeeds();
    }
    assert_eq!(place.text("long.json"), sound);
    let bad = sound.replace(&long, &format!("{long} b"));
    place.write("bad.json", &bad);
    for run in place.read_as_document("bad.json") {
        run.assert_rejected();
    }
    let run = place.run(&["lint", "bad.json"]);
    assert!(run.out.contains("scope-syntax") && run.said().len() < 20_000, "{:.3000}", run.said());
}

/// Many findings on one huge line take no longer than on separate lines.
#[test]
fn reports_thousands_of_findings() {
    let place = Place::new();
    let scopes: Vec<String> = (0..3_000).map(|number| format!("\"bad scope {number}\"")).collect();
    place.write(
        "many.json",
        format!("{{\"resource\": \"https://a.example\", \"scopes_supported\": [{}]}}", scopes.join(", ")),
    );
    for format in ["human", "json", "sarif", "github", "junit", "markdown"] {
        let run = place.run(&["lint", "many.json", "--format", format]);
        assert!(run.code == 1 && run.err.contains("3001 errors"), "{}", run.err);
        for number in [0, 2_999] {
            assert!(run.out.contains(&format!("bad scope {number}")), "{format} leaves out number {number}");
        }
    }
}

/// Repeated members in files other than metadata documents.
#[test]
fn rejects_duplicate_members_in_lock_files_and_baselines() {
    let place = Place::new();
    let lock = place.text("good.lock.json");
    place.write(
        "twice.lock.json",
        lock.replacen("\"resource\":", "\"resource\": \"https://b.example\", \"resource\":", 1),
    );
    let run = place.run(&["check", "server", "--file", "twice.lock.json"]);
    assert!(run.code == 2 && run.err.contains("twice"), "{run:?}");
    place.write("baseline.json", "{\"version\": 1, \"version\": 1, \"findings\": []}");
    let run = place.run(&["lint", "server", "--baseline", "baseline.json"]);
    assert!(run.code == 2 && run.err.contains("baseline.json"), "{run:?}");
}
