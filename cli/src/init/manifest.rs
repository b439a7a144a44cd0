//! Adds dependency lines to a `Cargo.toml`. Nothing else of the file changes.

use mcp_scopes_grammar::limits;

/// A dependency to add.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The name of the package.
    pub(super) name: &'static str,
    /// The features that it requires.
    pub(super) features: &'static [&'static str],
    /// Whether its default features are on.
    pub(super) default_features: bool,
}

impl Line {
    /// Returns the line. `inherited` states whether the workspace lists the package.
    pub(super) fn text(&self, inherited: bool) -> String {
        let mut keys = vec![if inherited { "workspace = true".to_owned() } else { format!("version = \"{VERSION}\"") }];
        if !self.default_features && !inherited {
            keys.push("default-features = false".to_owned());
        }
        if !self.features.is_empty() {
            let features: Vec<String> = self.features.iter().map(|feature| format!("\"{feature}\"")).collect();
            keys.push(format!("features = [{}]", features.join(", ")));
        }
        match (keys.as_slice(), inherited) {
            ([_], true) => format!("{}.workspace = true", self.name),
            ([_], false) => format!("{} = \"{VERSION}\"", self.name),
            (keys, _) => format!("{} = {{ {} }}", self.name, keys.join(", ")),
        }
    }
}

/// The version of all packages of this project.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the manifest with those lines that it lacks. `workspace` is the manifest of the workspace. Returns `None` if
/// the result would not be the same manifest with these dependencies. A dependency can have another name, which
/// `package = ".."` states here or in the workspace.
pub(super) fn with_dependencies(text: &str, workspace: Option<&str>, lines: &[Line]) -> Option<String> {
    let before = parsed(text)?;
    let workspace = workspace.and_then(parsed);
    let of_workspace = |name: &str| workspace.as_ref()?.get("workspace")?.get("dependencies")?.get(name);
    let listed = |name: &str| of_workspace(name).is_some_and(|found| package_of(name, found) == name);
    let declared = |name: &str| {
        let mut all = dependencies(&before).into_iter().flatten();
        all.any(|(key, found)| {
            let is_inherited = found.get("workspace").is_some();
            let found = if is_inherited { of_workspace(key).unwrap_or(found) } else { found };
            package_of(key, found) == name
        })
    };
    let missing: Vec<&Line> = lines.iter().filter(|line| !declared(line.name)).collect();
    let break_ = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if missing.is_empty() {
        return Some(text.to_owned());
    }
    let mut new = text.to_owned();
    if !new.is_empty() && !new.ends_with('\n') {
        new.push_str(break_);
    }
    for line in &missing {
        let added = line.text(listed(line.name));
        match places(&new, "dependencies") {
            Some(section) => {
                let at = section.before(line.name);
                new.insert_str(at, &format!("{added}{break_}"));
            }
            None => new.extend([format!("{break_}[dependencies]{break_}{added}{break_}")]),
        }
    }
    is_extended(&before, &parsed(&new)?, &missing).then_some(new)
}

/// Returns the sections with dependencies of the source: for all targets, and for some.
fn dependencies(manifest: &toml::Table) -> Vec<&toml::Table> {
    let mut all: Vec<&toml::Table> = manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().collect();
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        all.extend(targets.values().filter_map(|target| target.get("dependencies")?.as_table()));
    }
    all
}

/// Returns the package of a dependency.
fn package_of<'d>(key: &'d str, found: &'d toml::Value) -> &'d str {
    found.get("package").and_then(toml::Value::as_str).unwrap_or(key)
}

fn parsed(text: &str) -> Option<toml::Table> {
    limits::check(text).ok()?;
    text.parse().ok()
}

/// Returns whether a manifest is the old one with these dependencies.
fn is_extended(old: &toml::Table, new: &toml::Table, added: &[&Line]) -> bool {
    let mut rest = new.clone();
    let Some(toml::Value::Table(dependencies)) = rest.get_mut("dependencies") else { return added.is_empty() };
    let all = added.iter().all(|line| dependencies.remove(line.name).is_some());
    if dependencies.is_empty() && !old.contains_key("dependencies") {
        rest.remove("dependencies");
    }
    all && rest == *old
}

/// The section `[dependencies]`.
struct Section {
    /// The keys and the start of each of their lines.
    keys: Vec<(String, usize)>,
    /// The end of its last line.
    end: usize,
}

impl Section {
    /// Returns where a key goes: in its place if the keys are sorted, else at the end.
    fn before(&self, name: &str) -> usize {
        let is_sorted = self.keys.is_sorted_by(|(a, _), (b, _)| a <= b);
        let next = self.keys.iter().find(|(key, _)| key.as_str() > name).filter(|_| is_sorted);
        next.map_or(self.end, |(_, at)| *at)
    }
}

/// Returns the end of a section, behind its last key.
pub(super) fn end_of_section(text: &str, name: &str) -> Option<usize> {
    places(text, name).map(|section| section.end)
}

/// Returns a section by its name. Lines inside of brackets and of multi-line strings are no keys; the caller checks
/// the result.
fn places(text: &str, name: &str) -> Option<Section> {
    let mut section: Option<Section> = None;
    let mut at = 0;
    let mut depth = 0_i32;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if depth == 0 && content.starts_with('[') {
            if section.is_some() {
                break;
            }
            let header = content.split('#').next().unwrap_or_default().trim();
            if header.trim_matches(['[', ']', ' ']) == name && !header.starts_with("[[") {
                section = Some(Section { keys: Vec::new(), end: at + line.len() });
            }
        } else {
            let bare = content.split('#').next().unwrap_or_default();
            if let Some(section) = &mut section
                && !content.is_empty()
            {
                if depth == 0
                    && let Some((key, _)) = bare.split_once('=')
                {
                    let key = key.split('.').next().unwrap_or_default().trim().trim_matches('"');
                    section.keys.push((key.to_owned(), at));
                }
                section.end = at + line.len();
            }
            let count = |sign: char| i32::try_from(bare.matches(sign).count()).unwrap_or(i32::MAX);
            depth = depth.saturating_add(count('[').saturating_add(count('{')));
            depth = depth.saturating_sub(count(']').saturating_add(count('}'))).max(0);
        }
        at += line.len();
    }
    section
}

#[cfg(test)]
mod tests {
    use super::{Line, VERSION, with_dependencies};

    const CORE: Line = Line { name: "mcp-scopes", features: &[], default_features: true };
    const SERVER: Line = Line { name: "mcp-scopes-server", features: &["jwks"], default_features: true };

    fn core() -> String {
        format!("mcp-scopes = \"{VERSION}\"\n")
    }

    #[test]
    fn keeps_the_order_and_the_form_of_a_manifest() {
        let server = format!("mcp-scopes-server = {{ version = \"{VERSION}\", features = [\"jwks\"] }}\n");
        for (before, after) in [
            // Sorted keys, with a value of several lines.
            (
                "[dependencies] # all\nanyhow = \"1\" # errors\nrmcp = { version = \"3\", features = [\n  \"server\",\n] }\n\n[features]\na = []\n",
                "[dependencies] # all\nanyhow = \"1\" # errors\nCSrmcp = { version = \"3\", features = [\n  \"server\",\n] }\n\n[features]\na = []\n",
            ),
            // Keys in no order, and more of them in tables.
            (
                "[dependencies]\nrmcp = \"3\"\nanyhow.workspace = true\n[dependencies.tokio]\nversion = \"1\"\n",
                "[dependencies]\nrmcp = \"3\"\nanyhow.workspace = true\nCS[dependencies.tokio]\nversion = \"1\"\n",
            ),
            ("[dependencies]\nanyhow = \"1\"", "[dependencies]\nanyhow = \"1\"\nCS"),
            ("[dependencies.rmcp]\nversion = \"3\"", "[dependencies.rmcp]\nversion = \"3\"\n\n[dependencies]\nCS"),
        ] {
            let after = after.replace("CS", &format!("{}{server}", core()));
            assert_eq!(with_dependencies(before, None, &[CORE, SERVER]).as_deref(), Some(after.as_str()), "{before}");
            assert_eq!(with_dependencies(&after, None, &[CORE, SERVER]).as_deref(), Some(after.as_str()), "{after}");
        }
    }

    #[test]
    fn inherits_what_the_workspace_lists_and_keeps_line_ends() {
        let workspace = "[workspace.dependencies]\nmcp-scopes = \"0.1\"\nmcp-scopes-server = \"0.1\"\n";
        let before = "[dependencies]\r\nrmcp.workspace = true\r\n";
        let after = "[dependencies]\r\nmcp-scopes.workspace = true\r\n\
            mcp-scopes-server = { workspace = true, features = [\"jwks\"] }\r\nrmcp.workspace = true\r\n";
        assert_eq!(with_dependencies(before, Some(workspace), &[CORE, SERVER]).as_deref(), Some(after));
    }

    #[test]
    fn adds_no_dependency_twice() {
        let workspace = "[workspace.dependencies]\nscopes = { package = \"mcp-scopes\", version = \"0.1\" }\n";
        for manifest in [
            "[dependencies]\nscopes = { package = \"mcp-scopes\", version = \"0.1\" }\n",
            "[dependencies]\nscopes.workspace = true\n",
            "[target.'cfg(unix)'.dependencies]\nmcp-scopes = \"0.1\"\n",
        ] {
            assert_eq!(with_dependencies(manifest, Some(workspace), &[CORE]).as_deref(), Some(manifest));
        }
        let other = "[dependencies]\nmcp-scopes = { package = \"other\", version = \"1\" }\n";
        assert_eq!(with_dependencies(other, Some(workspace), &[CORE]), None);
    }

    #[test]
    fn rejects_what_it_cannot_extend() {
        assert_eq!(with_dependencies("dependencies = { rmcp = \"3\" }\n", None, &[CORE]), None);
        assert_eq!(with_dependencies("[dependencies\n", None, &[CORE]), None);
    }
}
