//! Servers of several shapes. Each file of `tests/init` is a workspace before `init`, and the edits that `init` asks for.
//!
//! A case starts with a line that describes it. `== path` starts a file, `== options` the options of `init`, and `== edit path` an edit
//! by hand: the text to find, a line `--`, and the text to write. `tests/adopted` has the packages after the edits. They are members of
//! the workspace, so they compile, and `tests/integration` sends requests to them. Those of `== into path` are members of another
//! workspace, for an SDK that the main one does not have. `MCP_SCOPES_BLESS=1` writes them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use mcp_scopes_prm::json::Json;

use crate::support::{Demo, Run};

/// The maximum number of commands from a server that guards nothing to one that runs, is linted and documented.
const COMMANDS: usize = 4;

/// Returns the commands of the block in docs/adopt.md that begins like this.
fn commands(start: &str) -> Vec<Vec<String>> {
    let docs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/adopt.md")).unwrap();
    let block = docs.split("```sh\n").find(|block| block.starts_with(start)).unwrap();
    let lines = block.split("```").next().unwrap().lines().map(|line| line.split('#').next().unwrap());
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// A lock file in which every package uses this version of rmcp.
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"rmcp\"\nversion = \"3.11.0\"\n";

struct Case {
    name: String,
    files: Vec<(String, String)>,
    options: Vec<String>,
    edits: Vec<(String, String, String)>,
    /// The folder of the results, from the root of the repository.
    into: String,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let into = "tests/adopted".to_owned();
        let mut case = Self { name, files: Vec::new(), options: Vec::new(), edits: Vec::new(), into };
        for part in text.split("\n== ").skip(1) {
            let (title, body) = part.split_once('\n').unwrap();
            let body = format!("{}\n", body.trim_end_matches('\n'));
            match title.split_once(' ') {
                Some(("edit", file)) => {
                    let (old, new) = body.split_once("\n--\n").unwrap();
                    case.edits.push((file.to_owned(), old.to_owned(), new.trim_end_matches('\n').to_owned()));
                }
                Some(("into", folder)) => folder.clone_into(&mut case.into),
                _ if title == "options" => case.options = body.split_whitespace().map(str::to_owned).collect(),
                _ => case.files.push((title.to_owned(), body)),
            }
        }
        case
    }

    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/init");
        let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let mut cases: Vec<Self> = paths.iter().map(|path| Self::read(path)).collect();
        cases.push(large());
        cases
    }

    /// Returns the packages, each a folder of the workspace.
    fn packages(&self) -> Vec<&str> {
        let manifests = self.files.iter().filter_map(|(file, _)| file.strip_suffix("/Cargo.toml"));
        manifests.collect()
    }

    fn unpack(&self) -> Demo {
        let demo = Demo::new();
        fs::create_dir(demo.path().join(".git")).unwrap();
        demo.write("Cargo.toml", "[workspace]\nmembers = [\"*\"]\n").write("Cargo.lock", LOCK);
        for (file, text) in &self.files {
            fs::create_dir_all(demo.path().join(file).parent().unwrap()).unwrap();
            demo.write(file, text);
        }
        demo
    }

    /// Runs `init`, and makes the edits that it asks for.
    fn adopt(&self, demo: &Demo) -> Run {
        let options: Vec<&str> = ["init", "--yes"].into_iter().chain(self.options.iter().map(String::as_str)).collect();
        let run = demo.run(&options);
        assert_eq!(run.code, 0, "{}: {run:?}", self.name);
        for (file, old, new) in &self.edits {
            let text = demo.read(file);
            assert_eq!(text.matches(old.as_str()).count(), 1, "{}: {old}", self.name);
            demo.write(file, text.replace(old, new));
        }
        run
    }
}

/// One impl with 160 tools.
fn large() -> Case {
    let mut tools = String::new();
    for number in 0..160 {
        let (hint, text) = match number % 3 {
            0 => ("(annotations(read_only_hint = true))", "Value of gauge"),
            1 => ("(annotations(destructive_hint = true))", "Set back gauge"),
            _ => ("", "Calibrate gauge"),
        };
        let verb = ["inspect", "zero", "calibrate"][number % 3];
        tools.extend([format!(
            "\n    /// {text} {number} of the plant\n    #[tool{hint}]\n    async fn {verb}_gauge_{number}(&self) -> String {{\n        \"{number}\".to_owned()\n    }}\n"
        )]);
    }
    let single = Case::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/init/single.txt"));
    let rename = |text: &str| text.replace("adopted-single", "adopted-large").replace("Notes", "Gauges");
    let files = single.files.iter().map(|(file, text)| {
        let text = rename(text).replace("//! Gauges over", "//! 160 gauges over");
        let (start, end) = (text.find("impl Gauges {\n"), text.find("}\n\n#[tool_handler]"));
        let text = match (start, end) {
            (Some(start), Some(end)) => {
                format!("{}impl Gauges {{\n{}{}", &text[..start], tools.trim_start_matches('\n'), &text[end..])
            }
            _ => text,
        };
        (rename(file), text)
    });
    Case {
        name: "large".to_owned(),
        files: files.collect(),
        options: Vec::new(),
        into: single.into,
        edits: single.edits.iter().map(|(file, old, new)| (rename(file), rename(old), rename(new))).collect(),
    }
}

/// A case, its folder after `init` and the edits by hand, and the output of `init`.
type Adopted = (Case, Demo, Run);

/// Returns every case. They are prepared once.
fn adopted() -> &'static [Adopted] {
    static ADOPTED: LazyLock<Vec<Adopted>> = LazyLock::new(|| {
        let prepared = Case::all().into_iter().map(|case| {
            let demo = case.unpack();
            let run = case.adopt(&demo);
            (case, demo, run)
        });
        prepared.collect()
    });
    &ADOPTED
}

/// Returns the lock files of a package, each with its table if there are several.
fn locks(folder: &Path) -> Vec<(String, Option<String>)> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let locks = names.filter_map(|file| {
        let table = file.strip_suffix(".lock.json")?.to_uppercase();
        Some((file, (table != "MCP-SCOPES").then_some(table)))
    });
    locks.collect()
}

#[test]
fn results_are_the_adopted_packages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let bless = std::env::var_os("MCP_SCOPES_BLESS").is_some();
    let mut packages: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (case, demo, _) in adopted() {
        let folder = root.join(&case.into);
        for package in case.packages() {
            packages.entry(&case.into).or_default().push(package.to_owned());
            let mut files: Vec<String> = case.files.iter().map(|(file, _)| file.clone()).collect();
            let locks = locks(&demo.path().join(package)).into_iter().map(|(file, _)| file);
            files.extend(
                ["mcp-scopes.toml".to_owned()].into_iter().chain(locks).map(|file| format!("{package}/{file}")),
            );
            for file in files.iter().filter(|file| file.starts_with(&format!("{package}/"))) {
                let Ok(text) = fs::read_to_string(demo.path().join(file)) else { continue };
                let path = folder.join(file);
                if bless {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(&path, &text).unwrap();
                }
                let expected = fs::read_to_string(&path).unwrap_or_default();
                assert_eq!(text, expected, "{}/{file} is stale", case.into);
            }
        }
    }
    for (into, mut packages) in packages {
        packages.sort();
        let entries = fs::read_dir(root.join(into)).unwrap();
        let mut found: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        found.sort();
        assert_eq!(found, packages, "each package of {into} has a case");
    }
}

#[test]
fn edits_by_hand_are_those_that_init_prints() {
    // What a case writes beside them: the values of the server, and what rustfmt joins or what is not used any more.
    for (case, _, run) in adopted() {
        let printed: String = run.out.split_whitespace().collect();
        for (file, _, new) in &case.edits {
            let calls = [
                "mcp_scopes_server::ResourceServer",
                "mcp_scopes_rmcp::service",
                "mcp_scopes_rmcp::guard",
                ".fallback_service",
                ".layer",
                "caller.authorize(",
                ".call(ToolCallContext::new(",
            ];
            for line in new.lines().filter(|line| calls.iter().any(|call| line.contains(call))) {
                let bare: String = line.split_whitespace().collect();
                let start = calls.iter().filter_map(|call| bare.find(call)).min().unwrap();
                // Up to the arguments of the server, or the end of the expression around the call.
                let mut call = &bare[start..];
                call = &call[..call.find("||").or_else(|| call.find("credentials")).unwrap_or(call.len())];
                while call.matches(')').count() > call.matches('(').count() || call.ends_with(';') {
                    call = &call[..call.len() - 1];
                }
                assert!(printed.contains(call), "{}: {file}: {line}\n{printed}", case.name);
            }
        }
    }
}

#[test]
fn every_shape_is_linted_exported_locked_and_documented() {
    let road = commands("mcp-scopes init");
    assert!(road.len() <= COMMANDS, "{road:?}");
    // `init` was the first one. In place of `cargo run`, `tests/adopted` compiles and serves each result.
    let names: Vec<String> = road.iter().map(|command| command[..2].join(" ")).collect();
    assert_eq!(names, ["mcp-scopes init", "cargo run", "mcp-scopes lint", "mcp-scopes docs"]);
    let of_several = commands("mcp-scopes docs --workspace");
    assert_eq!(of_several.len(), 1, "{of_several:?}");
    for (case, demo, run) in adopted() {
        let mut taken = 2;
        let mut follow = |folder: &str, command: &[String], more: &[&str]| {
            taken += 1;
            let words: Vec<&str> = command.iter().skip(1).map(String::as_str).chain(more.iter().copied()).collect();
            let done = demo.run_in(folder, &words);
            assert_eq!(done.code, 0, "{}: {words:?}: {done:?}", case.name);
        };
        follow(".", &road[2], &["--deny", "warnings"]);
        let packages = case.packages().into_iter();
        let served = packages.filter(|package| demo.path().join(package).join("mcp-scopes.toml").is_file());
        let served: Vec<&str> = served.collect();
        let of = |package: &'static str| {
            let locks = locks(&demo.path().join(package));
            assert!(!locks.is_empty(), "{}: {package}", case.name);
            locks.into_iter().map(move |(file, table)| (package, file, table))
        };
        let tables: Vec<(&str, String, Option<String>)> = served.iter().copied().flat_map(of).collect();
        // One page for each server.
        let pages: Vec<String> = if let [(package, ..)] = tables.as_slice() {
            follow(package, &road[3], &[]);
            vec![format!("{package}/scopes.html")]
        } else {
            follow(".", &of_several[0], &[]);
            let pages = demo.names("pages").into_iter().filter(|page| page != "index.html");
            pages.map(|page| format!("pages/{page}")).collect()
        };
        assert_eq!((pages.len(), taken), (tables.len(), COMMANDS), "{}: {pages:?}", case.name);
        for page in pages {
            assert!(demo.read(&page).contains("</html>"), "{}: {page}", case.name);
        }
        // The lock file of each table is that of the source, and its document is what `export` prints.
        let locked = || tables.iter().map(|(package, file, _)| demo.read(&format!("{package}/{file}")));
        let before: Vec<String> = locked().collect();
        let lock = demo.run(&["lock", "--workspace"]);
        assert_eq!((lock.code, locked().collect::<Vec<_>>()), (0, before.clone()), "{}: {lock:?}", case.name);
        assert_eq!(demo.run(&["check", "--workspace"]).code, 0, "{}", case.name);
        for ((package, _, table), lock) in tables.iter().zip(before) {
            let options: Vec<&str> = table.iter().flat_map(|table| ["--table", table]).collect();
            let export = demo.run(&[&["export", package], &*options].concat());
            assert_eq!(export.code, 0, "{}: {export:?}", case.name);
            let (lock, export) = (Json::parse(&lock).unwrap(), Json::parse(&export.out).unwrap());
            assert_eq!(lock.get("document"), Some(&export), "{}", case.name);
        }
        for package in served {
            assert!(run.out.contains(&format!("package `{package}`")), "{}", run.out);
        }
        // Nothing is left to do, and nothing changes.
        let before: Vec<String> = case.files.iter().map(|(file, _)| demo.read(file)).collect();
        let again = demo.run(&["init", "--yes"]);
        assert!(again.code == 0 && again.out.starts_with("nothing to do"), "{}: {again:?}", case.name);
        assert_eq!(before, case.files.iter().map(|(file, _)| demo.read(file)).collect::<Vec<_>>());
    }
}

/// Prints the time; it tests only that the work does not grow out of proportion.
#[test]
fn plans_160_tools_quickly() {
    let case = large();
    let demo = case.unpack();
    let start = std::time::Instant::now();
    let run = demo.run(&["init", "--dry-run"]);
    println!("init of 160 tools in one impl: {} ms", start.elapsed().as_millis());
    assert_eq!(run.code, 0);
    assert!(run.out.contains("160 tools to annotate, 0 to declare"), "{}", run.out);
    assert_eq!(run.out.matches("+    #[mcp_tool(scope = ").count(), 160);
}
