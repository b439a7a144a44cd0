//! The CI file.

use std::path::{Path, PathBuf};

use mcp_scopes_scan::file;

use super::manifest::VERSION;
use crate::options::quoted;

/// The workflow of docs/lint-in-ci.md.
const WORKFLOW: &str = include_str!("workflow.yml");
const PLACE: &str = ".github/workflows/mcp-scopes.yml";
const VERSION_IN_FILE: &str = "@v0.1.0";
const DIFF_COMMENT: &str = "        # Of a package in a folder: \"git:origin/$BASE:server\" server\n";
const DIFF: &str = "        run: mcp-scopes diff \"git:origin/$BASE\" . --fail-on weakens --format github\n";

/// A document that CI compares: a package, and its table if it has several.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    /// The folder of the package.
    pub(super) folder: PathBuf,
    /// The name of the table, if the package has several.
    pub(super) table: Option<String>,
}

/// Returns the root of the repository at or above a folder.
pub(super) fn repository(folder: &Path) -> Option<PathBuf> {
    let folder = super::absolute(folder);
    folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// Returns the path of the CI file, unless a workflow of the repository runs `mcp-scopes` already.
pub(super) fn place(root: &Path) -> Option<PathBuf> {
    let folder = root.join(PLACE).parent()?.to_owned();
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let runs = |path: PathBuf| file::text(&path).is_ok_and(|text| text.contains("mcp-scopes"));
    (!files.map(|entry| entry.path()).any(runs)).then(|| root.join(PLACE))
}

/// Returns the workflow for these documents.
pub(super) fn text(root: &Path, compared: &[Compared]) -> String {
    let lines: Vec<String> = compared.iter().map(|compared| command(root, compared)).collect();
    let text = WORKFLOW.replace(VERSION_IN_FILE, &format!("@v{VERSION}")).replace(DIFF_COMMENT, "");
    let run = match lines.as_slice() {
        [one] => format!("        run: {one}\n"),
        several => {
            let lines: Vec<String> = several.iter().map(|line| format!("          {line}\n")).collect();
            format!("        run: |\n{}", lines.concat())
        }
    };
    text.replace(DIFF, &run)
}

fn command(root: &Path, compared: &Compared) -> String {
    let absolute = super::absolute(&compared.folder);
    let inside = absolute.strip_prefix(root).unwrap_or(Path::new(""));
    let inside: Vec<String> = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let inside = inside.into_iter().filter(|part| part != ".").collect::<Vec<_>>().join("/");
    let (old, new) = match inside.as_str() {
        "" => ("git:origin/$BASE".to_owned(), ".".to_owned()),
        inside => (format!("git:origin/$BASE:{inside}"), quoted(inside)),
    };
    let table = compared.table.as_ref().map(|table| format!(" --table {}", quoted(table))).unwrap_or_default();
    format!("mcp-scopes diff \"{old}\" {new}{table} --fail-on weakens --format github")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Compared, DIFF, DIFF_COMMENT, VERSION_IN_FILE, WORKFLOW, text};

    #[test]
    fn is_the_workflow_of_the_docs() {
        for part in [DIFF, DIFF_COMMENT, VERSION_IN_FILE] {
            assert_eq!(WORKFLOW.matches(part).count(), 1, "{part}");
        }
        let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/lint-in-ci.md")).unwrap();
        assert!(docs.contains(WORKFLOW), "docs/lint-in-ci.md and cli/src/init/workflow.yml differ");
    }

    #[test]
    fn compares_each_package() {
        let of = |folder: &str, table: Option<&str>| Compared {
            folder: Path::new("/r").join(folder),
            table: table.map(str::to_owned),
        };
        let one = text(Path::new("/r"), &[of("", None)]);
        assert!(one.contains("        run: mcp-scopes diff \"git:origin/$BASE\" . --fail-on weakens"), "{one}");
        let two = text(Path::new("/r"), &[of("a", None), of("b c", Some("TOOLS"))]);
        let expected = "        run: |\n          mcp-scopes diff \"git:origin/$BASE:a\" a --fail-on weakens --format github\n          \
            mcp-scopes diff \"git:origin/$BASE:b c\" 'b c' --table TOOLS --fail-on weakens --format github\n        env:";
        assert!(two.contains(expected), "{two}");
    }
}
