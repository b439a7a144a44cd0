//! Generates the tables of `tests/table` from a fixed seed: annotated functions, a `scope_table!` and its file, as a
//! user would write them, and for each table its contents as plain data.

#![expect(clippy::indexing_slicing, reason = "generates test data; each index is below the length")]

use std::{
    collections::BTreeSet,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The number of tables of random shape.
const TABLES: u64 = 40;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut tables = Tables { out, source: String::new(), list: String::new() };
    for seed in 0..TABLES {
        let mut random = Random(seed);
        let size = Size { tools: 1 + random.below(30), scopes: 1 + random.below(50), annotated_scopes: 4 };
        tables.write(&format!("random_{seed}"), &mut random, &size);
    }
    // More scopes than fit next to the name, and the largest possible table.
    let sizes = [
        ("wide", Size { tools: 60, scopes: 300, annotated_scopes: 4 }),
        ("largest", Size { tools: 2048, scopes: 1024, annotated_scopes: 3 }),
    ];
    for (name, size) in sizes {
        tables.write(name, &mut Random(size.tools as u64), &size);
    }
    let Tables { out, source, list } = tables;
    write(&out.join("tables.rs"), &format!("{source}\n/// Every table.\npub const ALL: &[Case] = &[{list}];\n"));
}

fn write(path: &Path, text: &str) {
    if let Err(error) = fs::write(path, text) {
        println!("cargo::error=cannot write {}: {error}", path.display());
    }
}

/// The path from the package's folder, as a table states it.
fn from_package(path: &Path) -> String {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let common = package.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = package.components().skip(common).map(|_| "..".to_owned());
    let down = path.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// The size of a table.
struct Size {
    tools: usize,
    scopes: usize,
    annotated_scopes: usize,
}

/// The tables generated so far.
struct Tables {
    out: PathBuf,
    source: String,
    list: String,
}

impl Tables {
    fn write(&mut self, name: &str, random: &mut Random, size: &Size) {
        let namespace = ["", "", "dev-tools:", "org.example/"][random.below(4)];
        // Without declarations there is no file, and so neither a namespace nor a hierarchy.
        let complete = name == "largest" || random.below(4) > 0;
        let namespace = if complete { namespace } else { "" };
        let scopes: Vec<String> = distinct(size.scopes, || format!("{namespace}{}", scope(random)));
        let names: Vec<String> = distinct(size.tools, || tool(random));
        let (mut functions, mut entries, mut tools) = (String::new(), String::new(), String::new());
        let mut conditions = String::new();
        let mut own = BTreeSet::new();
        let mut not_public = Vec::<&String>::new();
        for (number, tool) in names.iter().enumerate() {
            let (key, plain, some) = match random.below(10) {
                0 => ("public, ".to_owned(), "Requirement::Public".to_owned(), String::new()),
                2 => ("authenticated, ".to_owned(), "Requirement::Authenticated".to_owned(), String::new()),
                // Tool names that are scopes count towards the table's size, too.
                1 if own.len() + size.scopes < 1024 => {
                    own.insert(format!("{namespace}{tool}"));
                    (String::new(), "Requirement::ToolName".to_owned(), String::new())
                }
                _ => requirement(random, &scopes, size.annotated_scopes),
            };
            let mut policy = String::new();
            if !key.starts_with("public") {
                if name == "largest" && !not_public.is_empty() {
                    policy = blocked_after(not_public.iter().rev());
                }
                not_public.push(tool);
            }
            let line = format!("#[mcp_tool(name = {tool:?}, {key}{policy}risk = \"low\")]\npub fn f{number}() {{}}\n");
            functions.push_str(&line);
            _ = writeln!(entries, "f{number},");
            _ = write!(tools, "({tool:?}, {plain}), ");
            _ = write!(conditions, "&[{some}], ");
        }
        let declared: Vec<&String> = scopes.iter().chain(own.iter().filter(|own| !scopes.contains(own))).collect();
        let (mut file, mut declarations, mut with) = (String::new(), String::new(), String::new());
        if complete {
            if !namespace.is_empty() {
                _ = write!(file, "[server]\nnamespace = {namespace:?}\n");
            }
            file.push_str("[scopes]\n");
            for (place, scope) in declared.iter().enumerate() {
                // Few enough that not every token holds everything.
                let earlier = if place > 0 { random.below(6).saturating_sub(2) } else { 0 };
                let implies: BTreeSet<&String> =
                    (0..earlier).map(|_| declared[place - 1 - random.below(place.min(9))]).collect();
                let implies = list(implies);
                _ = match implies.as_str() {
                    "" => writeln!(file, "{scope:?} = \"Scope {place}\""),
                    _ => writeln!(file, "{scope:?} = {{ description = \"Scope {place}\", implies = [{implies}] }}"),
                };
                _ = write!(declarations, "({scope:?}, &[{implies}]), ");
            }
            let path = self.out.join(format!("{name}.toml"));
            write(&path, &file);
            with = format!(" with {:?}", from_package(&path));
        }
        _ = write!(
            self.source,
            "pub mod {name} {{
                use mcp_scopes::{{mcp_tool, scope_table}};
                {functions}
                scope_table! {{ pub static TOOLS = [\n{entries}]{with}; }}
            }}\n"
        );
        _ = write!(
            self.list,
            "Case {{ table: &{name}::TOOLS, spec: TableSpec {{ namespace: {namespace:?}, tools: &[{tools}], \
             conditions: &[{conditions}], declared: &[{declarations}], complete: {complete} }} }}, "
        );
    }
}

/// A list in TOML and Rust syntax.
fn list<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    texts.into_iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ")
}

/// As many patterns as a tool of a large table may have, about these tools.
fn blocked_after<'t>(tools: impl Iterator<Item = &'t &'t String> + Clone) -> String {
    let patterns = tools.cycle().take(10).enumerate();
    let patterns: Vec<String> =
        patterns.map(|(number, tool)| format!("\"{tool}:/home/*/projects/{number}/*.key\"")).collect();
    format!("policy(blocked_after({})), ", patterns.join(", "))
}

/// A requirement as attribute syntax and as data, and its conditions as data. No alternative contains all scopes of another one, since
/// those are removed.
fn requirement(random: &mut Random, scopes: &[String], most: usize) -> (String, String, String) {
    let mut any = Vec::<BTreeSet<&String>>::new();
    for _ in 0..=random.below(3) {
        let all: BTreeSet<&String> = (0..=random.below(most)).map(|_| &scopes[random.below(scopes.len())]).collect();
        if !any.iter().any(|other| other.is_subset(&all) || all.is_subset(other)) {
            any.push(all);
        }
    }
    // Each condition with its alternatives, in the order in which these name it first.
    let mut conditions = Vec::<(u64, &String)>::new();
    for _ in 0..random.below(8).saturating_sub(4) {
        let (alternatives, scope) = (random.below(1 << any.len()) as u64, &scopes[random.below(scopes.len())]);
        let mut belongs = (0..any.len()).filter(|place| alternatives >> place & 1 == 1);
        if alternatives > 0 && belongs.all(|place| !any[place].contains(scope)) {
            conditions.push((alternatives, scope));
        }
    }
    conditions.sort_by_key(|(alternatives, _)| alternatives.trailing_zeros());
    let all = any.iter().enumerate().map(|(place, all)| {
        let mut all = list(all.iter().copied());
        for (number, (_, scope)) in conditions.iter().enumerate().filter(|(_, (bits, _))| bits >> place & 1 == 1) {
            _ = write!(all, ", when(\"/{number}/*\", {scope:?})");
        }
        format!("all({all})")
    });
    let all: Vec<String> = all.collect();
    let mut some = String::new();
    for (number, (bits, scope)) in conditions.iter().enumerate() {
        _ = write!(
            some,
            "Condition {{ argument: None, glob: \"/{number}/*\", scopes: &[{scope:?}], alternatives: {bits} }}, "
        );
    }
    let plain: Vec<String> = any.iter().map(|all| format!("&[{}]", list(all.iter().copied()))).collect();
    (format!("scope = any({}), ", all.join(", ")), format!("Requirement::AnyOf(&[{}])", plain.join(", ")), some)
}

fn scope(random: &mut Random) -> String {
    let resource = ["files", "file", "repo", "user", "a", "billing.invoices", "organisation_settings"][random.below(7)];
    let action = ["read", "write", "r", "delete", "list-all"][random.below(5)];
    match random.below(8) {
        0 => resource.to_owned(),
        1 => format!("https://auth.example.com/scopes/{resource}.{action}"),
        2 => format!("{resource}:{}:{action}_{}", "item".repeat(random.below(20)), random.below(1000)),
        3 => format!("{resource}/{action}?x={}&y='{}'", random.below(100), random.below(100)),
        _ => format!("{resource}:{action}_{}", random.below(2000)),
    }
}

fn tool(random: &mut Random) -> String {
    let verb = ["read", "write", "list", "Get", "x"][random.below(5)];
    match random.below(4) {
        0 => format!("{verb}.{}", random.below(3000)),
        1 => format!("{verb}-{}-{}", "of-many-words".repeat(random.below(8)), random.below(3000)),
        _ => format!("{verb}_{}", random.below(3000)),
    }
}

/// Picks that many different items.
fn distinct(count: usize, mut next: impl FnMut() -> String) -> Vec<String> {
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    while all.len() < count {
        let mut name = next();
        // If few names remain, any name is used.
        if !seen.insert(name.clone()) {
            _ = write!(name, "_{}", all.len());
        }
        if !all.contains(&name) {
            seen.insert(name.clone());
            all.push(name);
        }
    }
    all
}

/// `SplitMix64`, which is small and portable.
struct Random(u64);

impl Random {
    #[expect(clippy::cast_possible_truncation, reason = "what is left is below a length")]
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}
