//! Measures `mcp-scopes lint`: `cargo run --release -p mcp-scopes-bench --bin lint-time [FOLDER] [ROUNDS]`.
//!
//! The program runs the lint and `rg -l -uu mcp_tool` alternately on a tree of packages, each as a process with the
//! same number of threads, on files in the page cache. The median of the ratios counts. The default tree is cargo's
//! unpacked registry. A tree of fewer than 18,000 files is copied to the target folder several times. An example of
//! this repository is added, so that some rules report findings.
//!
//! The program then lints a metadata document of 2,000 tools, and compares `mcp-scopes init` of a server with 163 tools in one impl with
//! a lint of that server.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

const FILES: usize = 18_000;
const TOOLS: usize = 2_000;
/// The maximum duration of a lint relative to a search.
const MOST: f64 = 1.2;
/// The maximum duration for a document.
const DOCUMENT: Duration = Duration::from_millis(50);
/// The tools of the server that gets annotations, and the maximum duration of that.
const ADOPTED: usize = 163;
const ADOPTION: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().map_or_else(registry, |folder| Ok(PathBuf::from(folder)))?;
    let rounds: usize = arguments.next().map_or(Ok(21), |rounds| rounds.parse())?;
    let program = program()?;
    let target = program.parent().and_then(Path::parent).ok_or("the program has no parent folder")?.join("lint-time");
    fs::create_dir_all(&target)?;
    let tree = filled(&folder, &target)?;
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/files").canonicalize()?;
    trees(&program, &[&tree, &example], rounds)?;
    documents(&program, &target, rounds)?;
    adoption(&program, &target, rounds)
}

/// The linter, built for release.
fn program() -> Result<PathBuf, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--release", "-p", "mcp-scopes-cli", "--bin", "mcp-scopes"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    let here = env::current_exe()?;
    let program = here.with_file_name(format!("mcp-scopes{}", env::consts::EXE_SUFFIX));
    if built.success() && program.is_file() {
        return Ok(program);
    }
    Err(format!("there is no `{}`: run this with `--release`", program.display()).into())
}

fn registry() -> Result<PathBuf, Box<dyn Error>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    Ok(home.ok_or("there is no home folder: name a folder")?.join("registry/src"))
}

/// Returns the folder, or a folder with enough copies of it.
fn filled(folder: &Path, target: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let count = |folder: &Path| -> Result<(usize, u64), Box<dyn Error>> {
        let (mut files, mut bytes) = (0, 0);
        each(folder, &mut |file| {
            files += 1;
            bytes += fs::metadata(file)?.len();
            Ok(())
        })?;
        Ok((files, bytes))
    };
    let (files, bytes) = count(folder)?;
    if files == 0 {
        return Err(format!("`{}` holds no files", folder.display()).into());
    }
    // A tree that is large enough is not copied.
    let copies = FILES.saturating_sub(FILES / 10).div_ceil(files);
    println!("{copies} x {}: {files} files, {} MB", folder.display(), bytes / 1_000_000);
    if copies == 1 {
        return Ok(folder.to_owned());
    }
    let tree = target.join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    for copy in 0..copies {
        each(folder, &mut |file| {
            let to = tree.join(copy.to_string()).join(file.strip_prefix(folder)?);
            fs::create_dir_all(to.parent().ok_or("the file has no parent folder")?)?;
            fs::copy(file, to)?;
            Ok(())
        })?;
    }
    Ok(tree)
}

type Visit<'v> = dyn FnMut(&Path) -> Result<(), Box<dyn Error>> + 'v;

fn each(folder: &Path, visit: &mut Visit<'_>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            each(&entry.path(), visit)?;
        } else if kind.is_file() {
            visit(&entry.path())?;
        }
    }
    Ok(())
}

fn trees(program: &Path, trees: &[&Path], rounds: usize) -> Result<(), Box<dyn Error>> {
    // The linter uses all available threads, but at most twelve.
    let threads = std::thread::available_parallelism()?.get().min(12).to_string();
    let lint = || {
        let mut command = Command::new(program);
        command.arg("lint").args(trees);
        command
    };
    let search = || {
        let mut command = Command::new("rg");
        command.args(["-l", "-uu", "--threads", &threads, "mcp_tool"]).args(trees);
        command
    };
    let (hits, _) = time(search())?;
    let (said, _) = time(lint())?;
    let (mut lints, mut searches, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds.max(1) {
        let (_, other) = time(search())?;
        let (_, ours) = time(lint())?;
        ratios.push(ours.as_secs_f64() / other.as_secs_f64());
        lints.push(ours);
        searches.push(other);
    }
    let ratio = median(&mut ratios);
    println!(
        "{threads} threads, {rounds} rounds, {} files with a hit",
        String::from_utf8_lossy(&hits.stdout).lines().count()
    );
    println!("  {}", String::from_utf8_lossy(&said.stderr).trim());
    println!("  rg -l -uu mcp_tool  {:>8.1?}   least {:.1?}", median(&mut searches), least(&searches));
    println!("  mcp-scopes lint     {:>8.1?}   least {:.1?}", median(&mut lints), least(&lints));
    println!("  ratio {ratio:.2}, at most {MOST}: {}", verdict(ratio <= MOST));
    Ok(())
}

fn documents(program: &Path, target: &Path, rounds: usize) -> Result<(), Box<dyn Error>> {
    let file = target.join("metadata.json");
    let text = document();
    fs::write(&file, &text)?;
    let lint = || {
        let mut command = Command::new(program);
        command.arg("lint").arg(&file);
        command
    };
    let (said, _) = time(lint())?;
    let mut times = Vec::new();
    for _ in 0..rounds.max(1) {
        times.push(time(lint())?.1);
    }
    let time = median(&mut times);
    println!("a document of {TOOLS} tools, {} kB", text.len() / 1_000);
    println!("  {}", String::from_utf8_lossy(&said.stderr).trim());
    println!("  mcp-scopes lint     {time:>8.1?}   least {:.1?}", least(&times));
    println!("  at most {DOCUMENT:?}: {}", verdict(time <= DOCUMENT));
    Ok(())
}

/// `init` reads a package, plans its edits and scans the result, so it takes a few times as long as a lint, for any number of tools.
fn adoption(program: &Path, target: &Path, rounds: usize) -> Result<(), Box<dyn Error>> {
    let folder = target.join("adoption");
    fs::create_dir_all(folder.join("src"))?;
    let manifest = "[package]\nname = \"adoption\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\nrmcp = \"3.11\"\n";
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let mut source = "use rmcp::{tool, tool_router};\n\npub struct Plant;\n\n#[tool_router]\nimpl Plant {\n".to_owned();
    for number in 0..ADOPTED {
        // Writing to a string cannot fail.
        let _ = writeln!(
            source,
            "    /// Value of gauge {number} of the plant\n    #[tool(annotations(read_only_hint = true))]\n    \
             pub async fn inspect_gauge_{number}(&self) -> String {{\n        String::new()\n    }}\n"
        );
    }
    source.push_str("}\n");
    fs::write(folder.join("src/lib.rs"), source)?;
    let run = |arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).arg(&folder);
        command
    };
    let (mut inits, mut lints, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds.max(1) {
        let (_, lint) = time(run(&["lint"]))?;
        let (_, init) = time(run(&["init", "--dry-run"]))?;
        ratios.push(init.as_secs_f64() / lint.as_secs_f64());
        inits.push(init);
        lints.push(lint);
    }
    let init = median(&mut inits);
    println!("{ADOPTED} tools in one impl");
    println!("  mcp-scopes lint     {:>8.1?}   least {:.1?}", median(&mut lints), least(&lints));
    println!("  mcp-scopes init     {init:>8.1?}   least {:.1?}", least(&inits));
    println!("  ratio {:.2}; at most {ADOPTION:?}: {}", median(&mut ratios), verdict(init <= ADOPTION));
    Ok(())
}

/// A realistic server: resources with a tool for each action, a hierarchy, roles and policies.
fn document() -> String {
    const ACTIONS: [(&str, &str, &str, &str); 5] = [
        ("list", "read", "low", "true"),
        ("get", "read", "low", "true"),
        ("create", "write", "medium", "false"),
        ("update", "write", "medium", "false"),
        ("delete", "delete", "high", "false"),
    ];
    const PARTS: [&str; 4] = ["entry", "comment", "attachment", "label"];
    let resources = TOOLS / ACTIONS.len() / PARTS.len();
    let (mut tools, mut hierarchy, mut policies) = (Vec::new(), Vec::new(), Vec::new());
    let mut names = Vec::new();
    for number in 0..resources {
        // Numbers are spelled in letters, since names that differ in a digit look like typos.
        let resource: String = [number / 26 % 26, number % 26, number / 7 % 26, number * 5 % 26]
            .iter()
            .filter_map(|letter| char::from_u32(u32::from(b'a') + u32::try_from(*letter).ok()?))
            .collect();
        for ((verb, action, risk, auto), part) in ACTIONS.iter().flat_map(|action| PARTS.map(|part| (action, part))) {
            let name = format!("{verb}_{resource}_{part}");
            let mut tool = format!(
                "\"{name}\": {{\"description\": \"What {verb} does to the {part} of {resource}, with all that belongs to it\", \
                 \"risk_level\": \"{risk}\", \"required_scopes\": [[\"{resource}:{action}\"]], \"auto_approvable\": {auto}, \
                 \"requires_user_approval\": {}, \"parameters\": [\"identifier\", \"fields\"], \
                 \"required_parameters\": [\"identifier\"]",
                *risk == "high"
            );
            if *risk == "high" {
                tool.push_str(", \"sandbox\": \"simulate\"");
                let blocks =
                    format!("{{\"blocked_after\": [\"get_{resource}_{part}\"], \"cooling_period_minutes\": 5}}");
                policies.push(format!("\"{name}\": {blocks}"));
            }
            tools.push(tool + "}");
        }
        hierarchy.push(format!("\"{resource}:write\": [\"{resource}:read\"]"));
        hierarchy.push(format!("\"{resource}:delete\": [\"{resource}:read\", \"{resource}:write\"]"));
        names.push(resource);
    }
    // Each role begins with read-only scopes.
    let roles = names.chunks(10).map(|names| {
        let steps = ["read", "write", "delete"].into_iter();
        let steps = steps.flat_map(|action| names.iter().map(move |name| format!("\"{name}:{action}\"")));
        format!("\"{}-team\": [{}]", names.concat(), steps.collect::<Vec<_>>().join(", "))
    });
    let roles: Vec<String> = roles.collect();
    let mut text = String::from(
        "{\"resource\": \"https://tools.example.com/mcp\", \"resource_name\": \"Tools\", \
         \"authorization_servers\": [\"https://auth.example.com\"], \"scopes_supported\": [\"aaaa:read\"], \
         \"bearer_methods_supported\": [\"header\"], \"mcp_extensions\": {",
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\"tool_scope_mapping\": {{{}}}, \"scope_upgrade_flows\": {{{}}}, \"scope_hierarchy\": {{{}}}, \
         \"tool_interaction_policies\": {{{}}}}}}}",
        tools.join(", "),
        roles.join(", "),
        hierarchy.join(", "),
        policies.join(", ")
    );
    text
}

/// Runs a command, whatever its exit status.
fn time(mut command: Command) -> Result<(Output, Duration), Box<dyn Error>> {
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    let elapsed = start.elapsed();
    match output.status.code() {
        Some(0 | 1) => Ok((output, elapsed)),
        _ => Err(format!("{command:?} failed\n{}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn median<T: Copy + Default + PartialOrd>(values: &mut [T]) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn least(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap_or_default()
}

fn verdict(holds: bool) -> &'static str {
    if holds { "met" } else { "missed" }
}
