//! Prints what annotations and a table add to a build: `cargo run --release -p mcp-scopes-bench --bin build-time`.
//!
//! Small crates are written below the target folder and built in turns, so that a slow moment meets all of them; of each
//! the fastest of several rounds counts. What is printed is a difference between two crates that are alike but for what
//! is measured. Only the crate itself is built anew in each round, not what it depends on.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const FUNCTIONS: u32 = 200;
const TOOLS: usize = 1_000;
const SCOPES: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = env::args().nth(1).map_or(Ok(7), |rounds| rounds.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/build-time");
    let plain = Package::write(&root, "plain", &functions(FUNCTIONS as usize, false))?;
    let annotated = Package::write(&root, "annotated", &functions(FUNCTIONS as usize, true))?;
    let listed = functions(TOOLS, true);
    let without = Package::write(&root, "without-table", &listed)?;
    let with = Package::write(&root, "with-table", &format!("{listed}{}", table(TOOLS)))?;
    for (command, what) in [("check", "cargo check"), ("build", "cargo build")] {
        let [plain, annotated] = fastest(command, rounds, [&plain, &annotated])?;
        println!(
            "{what}: {FUNCTIONS} functions {plain:?}, annotated {annotated:?}: {:.2} ms for each annotation",
            annotated.saturating_sub(plain).as_secs_f64() * 1e3 / f64::from(FUNCTIONS)
        );
        let [without, with] = fastest(command, rounds.min(3), [&without, &with])?;
        println!(
            "{what}: {TOOLS} tools {without:?}, in a table of {SCOPES} scopes {with:?}: {:.2} s for the table",
            with.saturating_sub(without).as_secs_f64()
        );
    }
    Ok(())
}

/// Functions as a server has them: documentation, parameters, a body.
fn functions(count: usize, annotated: bool) -> String {
    let mut source = String::from("//! Written by a bench.\n#![allow(dead_code)]\n");
    for number in 0..count {
        if annotated {
            // Strings cannot fail to be written to.
            let _ = writeln!(
                source,
                "#[::mcp_scopes::mcp_tool(scope = all(\"resource-{}:read\", \"resource-{}:write\"), risk = \"low\")]",
                number % SCOPES,
                (number * 7 + 1) % SCOPES,
            );
        }
        let _ = writeln!(
            source,
            "/// Reads the part of a file that is asked for.\n\
             pub fn read_part_{number}(path: &str, from: usize, lines: Option<usize>) -> Result<Vec<String>, std::io::Error> {{\n\
             \x20   let text = std::fs::read_to_string(path)?;\n\
             \x20   let lines = text.lines().skip(from).take(lines.unwrap_or({number})).map(str::to_owned);\n\
             \x20   Ok(lines.collect())\n}}",
        );
    }
    source
}

fn table(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|number| format!("read_part_{number}")).collect();
    format!("::mcp_scopes::scope_table! {{ /// All of them.\n pub static TOOLS = [{}]; }}\n", names.join(", "))
}

/// A crate that is built.
struct Package {
    folder: PathBuf,
    source: PathBuf,
}

impl Package {
    fn write(root: &Path, name: &str, source: &str) -> Result<Self, Box<dyn Error>> {
        let folder = root.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime").canonicalize()?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\nmcp-scopes = {{ path = \"{}\", default-features = false }}\n",
            runtime.display()
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let source_path = folder.join("src/lib.rs");
        fs::write(&source_path, source)?;
        Ok(Self { folder, source: source_path })
    }

    /// Builds the crate, its dependencies having been built.
    fn time(&self, command: &str) -> Result<Duration, Box<dyn Error>> {
        // A new date makes cargo build it again.
        fs::write(&self.source, fs::read(&self.source)?)?;
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.arg(command).arg("--quiet").current_dir(&self.folder).env("CARGO_INCREMENTAL", "0");
        // One folder for all, so that the dependencies are built once.
        cargo.env("CARGO_TARGET_DIR", self.folder.join("../target")).stdout(Stdio::null());
        let start = Instant::now();
        let status = cargo.status()?;
        let time = start.elapsed();
        if status.success() {
            Ok(time)
        } else {
            Err(format!("`cargo {command}` failed in {}", self.folder.display()).into())
        }
    }
}

fn fastest<const N: usize>(
    command: &str,
    rounds: usize,
    packages: [&Package; N],
) -> Result<[Duration; N], Box<dyn Error>> {
    let mut fastest = [Duration::MAX; N];
    // The first round builds the dependencies.
    for round in 0..=rounds.max(1) {
        for (package, fastest) in packages.iter().zip(&mut fastest) {
            let time = package.time(command)?;
            if round > 0 {
                *fastest = time.min(*fastest);
            }
        }
    }
    Ok(fastest)
}
