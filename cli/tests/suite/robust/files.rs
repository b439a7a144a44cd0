//! Links, pipes, devices, unreadable folders, and files that disappear.

use std::{
    fs::{self, File, Permissions},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
        process::CommandExt as _,
    },
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::place::{CONFIG, Place, Run, SOURCE, TOOL, end, endless, pipe};

#[test]
fn handles_loops_of_links() {
    let place = Place::new();
    place.server("package");
    for (link, target) in [("package/src/up", ".."), ("package/src/root", "../.."), ("package/src/again.rs", "..")] {
        symlink(target, place.path(link)).unwrap();
    }
    for run in place.read_as_package("package") {
        run.assert_succeeds();
    }
    // A broken link could refer to anything.
    for target in ["self.rs", "none.rs"] {
        symlink(target, place.path("package/src/self.rs")).unwrap();
        let run = place.run(&["lint", "package"]);
        assert!(
            run.code == 1 && run.out.contains("error[unreadable-file]: cannot read `package/src/self.rs`"),
            "{run:?}"
        );
        fs::remove_file(place.path("package/src/self.rs")).unwrap();
    }
    for file in ["mcp-scopes.toml", "src/lib.rs", "Cargo.toml"] {
        place.server("package");
        fs::remove_file(place.path("package").join(file)).unwrap();
        symlink(place.path("package").join(file).file_name().unwrap(), place.path("package").join(file)).unwrap();
        for run in place.read_as_package("package") {
            run.assert_rejected();
        }
        fs::remove_file(place.path("package").join(file)).unwrap();
    }
    symlink("loop.json", place.path("loop.json")).unwrap();
    for run in place.read_as_document("loop.json") {
        run.assert_rejected();
        assert!(run.said().contains("loop.json"), "{run:?}");
    }
}

#[test]
fn reports_unreadable_folders() {
    let place = Place::new();
    place.server("package");
    place.write("package/src/closed/mod.rs", TOOL);
    place.write("package/src/lib.rs", format!("mod closed;\n{SOURCE}"));
    place.write("package/src/other/mod.rs", "");
    let closed = place.path("package/src/closed");
    let rooted = fs::metadata(place.path("package")).unwrap().uid() == 0;
    // The superuser can read everything, so another user runs the command.
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(place.path("."), Permissions::from_mode(0o755)).unwrap();
    let program = place.path("mcp-scopes");
    fs::copy(env!("CARGO_BIN_EXE_mcp-scopes"), &program).unwrap();
    for arguments in
        [&["lint", "package"][..], &["export", "package"], &["docs", "package"], &["diff", "server", "package"]]
    {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(place.path("."));
        if rooted {
            command.uid(65_534).gid(65_534);
        }
        let run = Run::of(command, &arguments.join(" "));
        run.assert_rejected();
        if arguments[0] == "lint" {
            assert!(run.code == 1 && run.out.contains("error[unreadable-file]"), "{run:?}");
            assert!(run.out.contains("package/src/closed") && run.out.contains("Permission denied"), "{run:?}");
        }
    }
    fs::set_permissions(&closed, Permissions::from_mode(0o755)).unwrap();
}

/// Even the superuser cannot open a path that is too long.
#[test]
fn reports_folders_that_are_too_deep() {
    let place = Place::new();
    place.server("package");
    place.write("d0/x.rs", "");
    for depth in 1..20 {
        // Built from the inside out, so that no path here is too long.
        let (inner, outer) = (place.path(&format!("d{}", depth - 1)), place.path(&format!("d{depth}")));
        fs::create_dir(&outer).unwrap();
        fs::rename(inner, outer.join("d".repeat(250))).unwrap();
    }
    fs::rename(place.path("d19"), place.path("package/src/d")).unwrap();
    let run = place.run(&["lint", "package"]);
    assert!(run.code == 1 && run.out.contains("error[unreadable-file]"), "{run:?}");
    assert!(run.out.len() < 20_000, "{}", run.out.len());
    for run in place.read_as_package("package") {
        run.assert_rejected();
    }
}

/// Files appear and disappear during a run. Each run reports a missing file or reads it.
#[test]
fn handles_files_that_disappear() {
    let place = Place::new();
    place.server("package");
    let (file, gone) = (place.path("package/src/a.rs"), AtomicBool::new(false));
    fs::write(&file, TOOL).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !gone.load(Ordering::Relaxed) {
                fs::rename(&file, file.with_extension("old")).unwrap();
                thread::yield_now();
                fs::rename(file.with_extension("old"), &file).unwrap();
            }
        });
        for round in 0..40 {
            let run = match round % 4 {
                0 => place.run(&["lint", "package"]),
                1 => place.run(&["export", "package"]),
                2 => place.run(&["lint", "--fix", "package"]),
                _ => place.run(&["diff", "server", "package"]),
            };
            assert!(matches!(run.code, 0..=2), "{run:?}");
            let said = run.said();
            assert!(run.code == 0 || said.contains("a.rs") || said.contains("package"), "{run:?}");
        }
        gone.store(true, Ordering::Relaxed);
    });
}

/// Pipes with a writer are read, such as `lint <(curl ..)`.
#[test]
fn reads_pipes_up_to_the_size_limit() {
    let place = Place::new();
    let good = place.text("good.json");
    let text = place.path("pipe");
    pipe(&text);
    let read = |arguments: &[&str], bytes: Option<&str>| {
        let mut child = place
            .shell("exec \"$@\"", arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut writer = File::options().write(true).open(&text).unwrap();
        match bytes {
            Some(bytes) => {
                use std::io::Write as _;
                writer.write_all(bytes.as_bytes()).unwrap();
            }
            None => endless(&mut writer, b"[ "),
        }
        drop(writer);
        end(&mut child, &arguments.join(" "))
    };
    for arguments in [
        &["lint", "pipe"][..],
        &["docs", "pipe"],
        &["diff", "pipe", "server"],
        &["export", "server", "--check", "pipe"],
    ] {
        assert_eq!(read(arguments, Some(&good)), 0, "{arguments:?}");
        let code = read(arguments, None);
        assert!(matches!(code, 1 | 2), "{arguments:?}: {code}");
    }
    assert_eq!(read(&["lint", "--config", "pipe", "good.json"], Some(CONFIG)), 0);
}

/// A pipe in a package is rejected, since waiting for a writer could block forever.
#[test]
fn rejects_pipes_in_a_package() {
    let place = Place::new();
    for file in ["mcp-scopes.toml", "src/a.rs", "src/lib.rs", "Cargo.toml"] {
        place.server("package");
        let path = place.path("package").join(file);
        fs::remove_file(&path).unwrap();
        pipe(&path);
        let runs = place.read_as_package("package");
        for run in &runs {
            run.assert_rejected();
        }
        assert!(runs[0].said().contains("it is not a regular file"), "{file}: {:?}", runs[0]);
        fs::remove_file(&path).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn rejects_endless_devices() {
    let place = Place::new();
    for device in ["/dev/zero", "/dev/random"] {
        for run in place.read_as_document(device) {
            run.assert_rejected();
            assert!(run.said().contains(device), "{run:?}");
        }
    }
    for arguments in [&["lint", "-"][..], &["lint", "--fix", "-"], &["diff", "-", "server"], &["docs", "-"]] {
        let run = place.run_in_shell("exec \"$@\" < /dev/zero", arguments);
        run.assert_rejected();
        assert!(run.said().contains("larger than 32 MiB"), "{run:?}");
    }
    place.run(&["lint", "/dev/null"]).assert_rejected();
    for device in ["/dev/zero", "/dev/random"] {
        for arguments in [
            &["audit", "verify", device][..],
            &["audit", "show", device],
            &["audit", "verify", "good.json", "--head", device],
            &["audit", "verify", "good.json", "--key-file", device],
        ] {
            place.run(arguments).assert_rejected();
        }
    }
}
