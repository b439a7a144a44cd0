//! Outputs: full disks, closed pipes, terminals.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    os::fd::AsFd as _,
    process::Stdio,
    thread,
    time::Duration,
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::place::{Place, Run, SOURCE, end, pipe};

/// Every command that prints. Some print more than a pipe buffers.
const PRINT: [&[&str]; 15] = [
    &["lint", "many.json"],
    &["lint", "many.json", "--format", "json"],
    &["lint", "many.json", "--format", "sarif"],
    &["lint", "--diff", "--fix", "many.json"],
    &["export", "server"],
    &["export", "server", "--check", "many.json"],
    &["diff", "server", "other.json"],
    &["docs", "server"],
    &["docs", "server", "--markdown"],
    &["audit", "show", "audit.jsonl"],
    &["audit", "verify", "audit.jsonl"],
    &["rules"],
    &["explain", "risky-name"],
    &["completions", "bash"],
    &["--help"],
];

fn place() -> Place {
    let place = Place::new();
    let scopes: Vec<String> = (0..500).map(|number| format!("\"bad scope {}\"", number / 2)).collect();
    let many = format!("{{\"resource\": \"https://a.example\", \"scopes_supported\": [\n{}]}}", scopes.join(",\n"));
    place.write("many.json", many);
    place.write("audit.jsonl", crate::audit::lines(500));
    place.write("other.json", place.text("good.json").replace("files:read", "files:see"));
    place
}

#[cfg(target_os = "linux")]
#[test]
fn reports_a_full_disk() {
    let place = place();
    for arguments in PRINT {
        let run = place.run_in_shell("exec \"$@\" > /dev/full", arguments);
        assert!(run.code == 2 && run.err.contains("cannot write to standard output: No space left"), "{run:?}");
    }
    for arguments in [
        &["lint", "many.json", "--output", "/dev/full"][..],
        &["lint", "many.json", "--output", "sarif=/dev/full"],
        &["export", "server", "--output", "/dev/full"],
        &["docs", "server", "--output", "/dev/full"],
        &["lock", "server", "--file", "/dev/full"],
        &["lint", "server", "--baseline", "/dev/full", "--update-baseline", "--reason", "x", "--expires", "2999-01-01"],
    ] {
        let run = place.run(arguments);
        assert!(run.code == 2 && run.err.contains("/dev/full"), "{run:?}");
    }
    // A failed write to standard error does not change the exit code.
    let run = place.run_in_shell("exec \"$@\" 2> /dev/full", &["lint", "many.json"]);
    assert_eq!(run.code, 1);
}

/// A reader that closes the pipe early is not an error, and findings still decide the exit code.
#[test]
fn accepts_a_closed_pipe() {
    let place = place();
    for arguments in PRINT {
        for line in ["exec \"$@\" >&-", "exec \"$@\" 2>&-", "exec \"$@\" >&- 2>&- <&-"] {
            let run = place.run_in_shell(line, arguments);
            assert!(matches!(run.code, 0 | 1), "{line}: {run:?}");
        }
        let mut child = place
            .shell("exec \"$@\"", arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        let code = end(&mut child, &arguments.join(" "));
        let open = place.run(arguments);
        assert_eq!(code, open.code, "{arguments:?}");
    }
}

/// Control characters for a terminal, and their escaped form.
const CONTROL: &str = "a\u{1b}]0;title\u{7}\u{9b}31m\u{202e}b";

fn assert_escaped(run: &Run) {
    // Through a pipe, JSON and XML are unchanged. Their output on a terminal is checked below.
    let for_programs =
        ["json", "sarif", "junit"].iter().any(|format| run.what.ends_with(&format!("--format {format}")));
    let more: &[char] = if for_programs { &[] } else { &['\u{9b}', '\u{202e}'] };
    for &character in ['\u{1b}', '\u{7}', '\0'].iter().chain(more) {
        assert!(!run.said().contains(character), "`{}` prints {character:?}: {}", run.what, run.said());
    }
}

#[test]
fn escapes_control_characters() {
    let place = Place::new();
    let escaped: String = CONTROL
        .chars()
        .map(|character| match character {
            '\0'..='\x1f' => format!("\\u{:04x}", character as u32),
            _ => character.to_string(),
        })
        .collect();
    let good = place.text("good.json");
    // Names and descriptions may contain any character; scopes and tool names may not.
    place.write("text.json", good.replace("Read a file", &escaped).replace("\"Files\"", &format!("\"{escaped}\"")));
    place.write("scope.json", good.replace("files:read", &escaped));
    place.write("tool.json", good.replace("read_file", &escaped));
    place.write("member.json", good.replacen('{', &format!("{{\"{escaped}\": 1, \"{escaped}\": 2,"), 1));
    place.write("raw.json", good.replace("Read a file", CONTROL));
    place.server("package");
    place.write(
        "package/src/lib.rs",
        SOURCE.replace("files:read", CONTROL).replace("path: String", &format!("path: String /* {CONTROL} */")),
    );
    place.server(&format!("server{CONTROL}"));
    place.write(&format!("server{CONTROL}/src/a.rs"), "#[mcp_scopes::mcp_tool]\nfn f() {}\n");
    for file in ["text.json", "scope.json", "tool.json", "member.json", "raw.json"] {
        for arguments in [
            &["lint", file][..],
            &["lint", file, "--format", "github"],
            &["lint", file, "--format", "markdown"],
            &["lint", file, "--format", "json"],
            &["lint", file, "--format", "sarif"],
            &["lint", file, "--format", "junit"],
            &["diff", "good.json", file],
            &["diff", file, "good.json"],
            &["check", file, "--file", "good.lock.json"],
            &["export", "server", "--check", file],
            &["docs", file, "--markdown"],
        ] {
            assert_escaped(&place.run(arguments));
        }
    }
    for package in ["package", &format!("server{CONTROL}")] {
        for arguments in
            [&["lint", package][..], &["export", package], &["diff", "server", package], &["check", package]]
        {
            let run = place.run(arguments);
            run.assert_rejected();
            assert_escaped(&run);
        }
    }
    let run = place.run(&["lint", "scope.json"]);
    assert!(run.code == 1 && run.out.contains("`a\\u{1b}]0;title\\u{7}\\u{9b}31m\\u{202e}b`"), "{run:?}");
    for path in [format!("no{CONTROL}"), format!("no{CONTROL}.json")] {
        for command in ["lint", "export", "docs", "lock"] {
            let run = place.run(&[command, &path]);
            run.assert_rejected();
            assert_escaped(&run);
        }
    }
}

/// Returns the output of a command on a terminal: standard error, and standard output if requested.
fn on_terminal(place: &Place, arguments: &[&str], out: bool, meanwhile: impl FnOnce()) -> String {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let terminal = File::options().read(true).write(true).open(name).unwrap();
    let duplicate = || Stdio::from(terminal.as_fd().try_clone_to_owned().unwrap());
    let mut command = place.shell("exec \"$@\"", arguments);
    command.stdin(Stdio::null()).stderr(duplicate()).env("TERM", "xterm").env_remove("NO_COLOR");
    command.stdout(if out { duplicate() } else { Stdio::null() });
    let mut child = command.spawn().unwrap();
    // The terminal hangs up once all of its ends are closed, which ends the read.
    drop((command, terminal));
    let said = thread::spawn(move || {
        let (mut bytes, mut master) = (Vec::new(), File::from(master));
        let _ = master.read_to_end(&mut bytes);
        String::from_utf8(bytes).unwrap()
    });
    meanwhile();
    end(&mut child, &arguments.join(" "));
    said.join().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn escapes_control_characters_on_a_terminal() {
    let place = Place::new();
    let good = place.text("good.json");
    place.write("text.json", good.replace("Read a file", "a\u{9b}31m\u{202e}b").replace("files:read", "a\u{9b}31mb"));
    for format in ["human", "json", "sarif", "github", "junit", "markdown"] {
        let said = on_terminal(&place, &["lint", "text.json", "--format", format], true, || {});
        assert!(said.contains("31m"), "{said:?}");
        assert!(!said.contains('\u{9b}') && !said.contains('\u{202e}'), "{format}: {said:?}");
    }
    place.server("package");
    place.write("package/src/lib.rs", SOURCE.replace("Read a file", "a\u{9b}31m\u{202e}b"));
    let page = on_terminal(&place, &["docs", "package"], true, || {});
    assert!(page.contains("`--output scopes.html`") && page.contains("`--open`") && page.len() < 400, "{page:?}");
    for arguments in [&["export", "package"][..], &["docs", "package", "--markdown"]] {
        let said = on_terminal(&place, arguments, true, || {});
        assert!(said.contains("31m") && !said.contains('\u{9b}') && !said.contains('\u{202e}'), "{said:?}");
    }
}

/// The progress line appears on a terminal after one second and is removed at the end. It never appears elsewhere.
#[cfg(target_os = "linux")]
#[test]
fn shows_progress_on_a_terminal() {
    let place = Place::new();
    let good = place.text("good.json");
    let path = place.path("pipe");
    pipe(&path);
    // The document arrives after a delay.
    let slowly = || {
        let mut writer = File::options().write(true).open(&path).unwrap();
        thread::sleep(Duration::from_millis(2_300));
        writer.write_all(good.as_bytes()).unwrap();
    };
    let said = on_terminal(&place, &["lint", "server", "pipe"], false, slowly);
    let (shown, rest) = said.rsplit_once("\r\u{1b}[K").expect("a line was cleared");
    assert!(shown.contains("linting: ") && shown.contains(" files, 1 s") && shown.contains(" 2 s"), "{said:?}");
    let summary = "checked 1 tool in 1 package and 1 document: 2 warnings";
    assert_eq!(rest.trim_end(), summary, "{said:?}");

    let quick = on_terminal(&place, &["lint", "server", "good.json"], false, || {});
    assert_eq!(quick.trim_end(), summary);
    let run = thread::scope(|scope| {
        scope.spawn(slowly);
        place.run(&["lint", "server", "pipe"])
    });
    assert_eq!((run.code, run.err.trim_end()), (0, summary));
    fs::remove_file(&path).unwrap();
}
