//! Measures the build time of annotations and tables: `cargo run --release -p mcp-scopes-bench --bin build-time`.
//!
//! The program writes small crates to the target folder and builds them alternately, so that slow phases affect all of
//! them. The minimum of several rounds counts. The unit is processor time if `bash` can measure it, since it depends
//! least on other load, and wall-clock time otherwise. The results are differences between two crates that only differ
//! in the measured feature. Each round builds only the crate itself, not its dependencies.
//!
//! The first target applies to the row `one to three scopes`, the second to the patterns of a table. The row `signature
//! only` is the lower bound: an attribute that parses the signature and passes the body's tokens through.

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
const PATTERNS: usize = 10;
/// The maximum build time of an annotation, in milliseconds.
const TARGET: f64 = 0.6;
/// What the patterns of a table may add to its build, in seconds.
const PATTERNS_TARGET: f64 = 6.0;

/// The attribute above a function.
type Attribute = fn(usize) -> String;

const SHAPES: [(&str, Attribute); 6] = [
    ("signature only", |_| "#[::signature_only::signature_only]".to_owned()),
    ("risk alone", |_| annotation("")),
    ("one scope", |number| annotation(&format!("scope = {}, ", scope(number, 0)))),
    ("one to three scopes", one_to_three_scopes),
    ("any of all", |number| {
        annotation(&format!("scope = any({}, all({}, {})), ", scope(number, 0), scope(number, 1), scope(number, 2)))
    }),
    ("most keys", |number| {
        annotation(&format!(
            "name = \"tool_{number}\", scope = {}, sandbox = \"allow\", approval = \"user\", \
             description = \"Reads part {number}\", prerequisites(\"health:check\"), grouped_with(\"tool\"), \
             examples(\"read {number}\"), parameters(\"path\", optional(\"lines\")), \
             policy(blocked_after(\"read_file:/etc/*\"), max_calls_per_session = 3), ",
            scope(number, 0)
        ))
    }),
];

fn main() -> Result<(), Box<dyn Error>> {
    let rounds: usize = env::args().nth(1).map_or(Ok(9), |rounds| rounds.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/build-time");
    write_signature_only(&root)?;
    let mut shapes = vec![Package::write(&root, "plain", "", &functions(FUNCTIONS as usize, None))?];
    for (name, attribute) in SHAPES {
        shapes.push(Package::write(
            &root,
            &name.replace(' ', "-"),
            "",
            &functions(FUNCTIONS as usize, Some(attribute)),
        )?);
    }
    let listed = functions(TOOLS, Some(one_to_three_scopes));
    let tables = [
        Package::write(&root, "without-table", "", &listed)?,
        Package::write(&root, "with-table", "", &format!("{listed}{}", table(TOOLS)))?,
        Package::write(&root, "with-record", "\"embed-table\"", &format!("{listed}{}", table(TOOLS)))?,
        Package::write(
            &root,
            "with-policies",
            "",
            &format!("{}{}", functions(TOOLS, Some(with_patterns)), table(TOOLS)),
        )?,
    ];
    for command in ["check", "build"] {
        let times = least(command, rounds, &shapes)?;
        let [plain, annotated @ ..] = times.as_slice() else { continue };
        println!("cargo {command}: {FUNCTIONS} functions {plain:?}; an annotation adds");
        for ((name, _), time) in SHAPES.iter().zip(annotated) {
            let each = time.saturating_sub(*plain).as_secs_f64() * 1e3 / f64::from(FUNCTIONS);
            let target = if *name == "one to three scopes" { format!(" (at most {TARGET:.2})") } else { String::new() };
            println!("  {name:20} {each:.2} ms{target}");
        }
        if let [without, with, recorded, limited] = least(command, rounds.min(3), &tables)?.as_slice() {
            let more = |time: &Duration, than: &Duration| time.saturating_sub(*than).as_secs_f64();
            println!(
                "cargo {command}: {TOOLS} tools {without:?}, in a table of {SCOPES} scopes {with:?}: {:.2} s for the table, \
                 {:.2} s for its record in the program, {:.2} s for {PATTERNS} patterns of each tool (at most {PATTERNS_TARGET:.2})",
                more(with, without),
                more(recorded, with),
                more(limited, with)
            );
        }
    }
    Ok(())
}

fn annotation(keys: &str) -> String {
    format!("#[::mcp_scopes::mcp_tool({keys}risk = \"low\")]")
}

fn one_to_three_scopes(number: usize) -> String {
    annotation(&format!("scope = {}, ", all_of(number)))
}

fn all_of(number: usize) -> String {
    let scopes: Vec<String> = (0..=number % 3).map(|place| scope(number, place)).collect();
    format!("all({})", scopes.join(", "))
}

/// A tool that is blocked after calls of the next one.
fn with_patterns(number: usize) -> String {
    let other = (number + 1) % TOOLS;
    let patterns: Vec<String> = (0..PATTERNS)
        .map(|place| match place % 3 {
            0 => format!("\"read_part_{other}:/etc/{place}/*\""),
            1 => format!("\"read_part_{other}:*.key{place}\""),
            _ => format!("\"read_part_{other}:*/secret{place}/*\""),
        })
        .collect();
    let scopes = all_of(number);
    annotation(&format!("scope = {scopes}, policy(blocked_after({})), ", patterns.join(", ")))
}

/// The literal of a scope. The literals of one function differ.
fn scope(number: usize, place: usize) -> String {
    format!("\"resource-{}:write\"", (number * 7 + place * 41) % SCOPES)
}

/// Realistic functions: documentation, parameters, a body.
fn functions(count: usize, attribute: Option<Attribute>) -> String {
    // The baseline crate loads the library too.
    let mut source = String::from("//! Written by a bench.\n#![allow(dead_code)]\nuse ::mcp_scopes as _;\n");
    for number in 0..count {
        // Writing to a string cannot fail.
        let _ = writeln!(
            source,
            "{}\n/// Reads a part of a file.\n\
             pub fn read_part_{number}(path: &str, from: usize, lines: Option<usize>) -> Result<Vec<String>, std::io::Error> {{\n\
             \x20   let text = std::fs::read_to_string(path)?;\n\
             \x20   let lines = text.lines().skip(from).take(lines.unwrap_or({number})).map(str::to_owned);\n\
             \x20   Ok(lines.collect())\n}}",
            attribute.map(|attribute| attribute(number)).unwrap_or_default(),
        );
    }
    source
}

/// The lower bound, in a separate package.
fn write_signature_only(root: &Path) -> Result<(), Box<dyn Error>> {
    let folder = root.join("signature-only-macro");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"signature_only\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [lib]\nproc-macro = true\n\n[dependencies]\n\
         syn = { version = \"3\", default-features = false, features = [\"parsing\", \"proc-macro\", \"full\"] }\n",
    )?;
    fs::write(folder.join("src/lib.rs"), SIGNATURE_ONLY)?;
    Ok(())
}

const SIGNATURE_ONLY: &str = "\
use proc_macro::{TokenStream, TokenTree};
use syn::{Attribute, Signature, Visibility, parse::{ParseStream, Parser}};

#[proc_macro_attribute]
pub fn signature_only(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    tokens.pop();
    let parse = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Signature>()
    };
    parse.parse(tokens.into_iter().collect()).expect(\"the bench writes functions\");
    item
}
";

fn table(count: usize) -> String {
    let names: Vec<String> = (0..count).map(|number| format!("read_part_{number}")).collect();
    format!("::mcp_scopes::scope_table! {{ /// All of them.\n pub static TOOLS = [{}]; }}\n", names.join(", "))
}

/// A crate to build.
struct Package {
    folder: PathBuf,
    source: PathBuf,
}

impl Package {
    fn write(root: &Path, name: &str, features: &str, source: &str) -> Result<Self, Box<dyn Error>> {
        let folder = root.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime").canonicalize()?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\nmcp-scopes = {{ path = \"{}\", default-features = false, features = [{features}] }}\n\
             signature_only = {{ path = \"../signature-only-macro\" }}\n",
            runtime.display()
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let source_path = folder.join("src/lib.rs");
        fs::write(&source_path, source)?;
        Ok(Self { folder, source: source_path })
    }

    /// Builds the crate. Its dependencies are already built.
    fn time(&self, command: &str) -> Result<Duration, Box<dyn Error>> {
        // A new modification time makes cargo rebuild the crate.
        fs::write(&self.source, fs::read(&self.source)?)?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut timed = Command::new("bash");
        timed.args(["-c", r#"TIMEFORMAT="processor %U %S"; time "$@""#, "bash"]).arg(&cargo);
        let mut untimed = Command::new(&cargo);
        for cargo in [&mut timed, &mut untimed] {
            cargo
                .arg(command)
                .arg("--quiet")
                .current_dir(&self.folder)
                .env("CARGO_INCREMENTAL", "0")
                .env("LC_ALL", "C");
            // One target folder for all crates, so that dependencies are built once.
            cargo.env("CARGO_TARGET_DIR", self.folder.join("../target")).stdin(Stdio::null());
        }
        let start = Instant::now();
        let output = timed.output().or_else(|_| untimed.output())?;
        let elapsed = start.elapsed();
        let errors = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("`cargo {command}` failed in {}\n{errors}", self.folder.display()).into());
        }
        let processor = errors.lines().rev().find_map(|line| line.strip_prefix("processor "));
        let Some(processor) = processor else { return Ok(elapsed) };
        let seconds: Result<f64, _> = processor.split(' ').map(str::parse::<f64>).sum();
        Ok(Duration::from_secs_f64(seconds?))
    }
}

/// Returns the minimum time of several rounds for each package.
fn least(command: &str, rounds: usize, packages: &[Package]) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut least = vec![Duration::MAX; packages.len()];
    // The first round builds the dependencies.
    for round in 0..=rounds.max(1) {
        for (package, least) in packages.iter().zip(&mut least) {
            let time = package.time(command)?;
            if round > 0 {
                *least = time.min(*least);
            }
        }
    }
    Ok(least)
}
