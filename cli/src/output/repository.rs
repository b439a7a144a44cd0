//! Paths as the repository names them, for reports that other programs read at its top.

use std::{
    borrow::Cow,
    path::{Component, Path, PathBuf},
    sync::OnceLock,
};

/// Returns the path of a file relative to the top of the repository that contains the current folder. A file outside of
/// it, and every file without a repository, keeps its path.
pub(super) fn path(file: &str) -> Cow<'_, str> {
    static PLACE: OnceLock<Option<(PathBuf, PathBuf)>> = OnceLock::new();
    let place = PLACE.get_or_init(|| {
        let here = std::env::current_dir().ok()?;
        let top = here.ancestors().find(|folder| folder.join(".git").exists())?;
        Some((top.to_owned(), here.clone()))
    });
    let relative = place.as_ref().and_then(|(top, here)| below(top, here, file));
    relative.map_or(Cow::Borrowed(file), Cow::Owned)
}

/// Returns whether a place is in a document of a live server.
pub(super) fn is_address(file: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| file.starts_with(scheme))
}

/// Returns the path below `top` of a file that is named from `here`.
fn below(top: &Path, here: &Path, file: &str) -> Option<String> {
    // A document on standard input is no file.
    if file.is_empty() || file.starts_with('<') || is_address(file) {
        return None;
    }
    let mut whole = PathBuf::new();
    for part in here.join(file).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    let parts = whole.strip_prefix(top).ok()?.components().map(|part| part.as_os_str().to_str());
    let parts: Option<Vec<&str>> = parts.collect();
    parts.map(|parts| parts.join("/")).filter(|path| !path.is_empty())
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Path, below};

    #[test]
    fn paths_begin_at_the_top() {
        let below = |file| below(Path::new("/srv/repo"), Path::new("/srv/repo/server"), file);
        assert_eq!(below("src/lib.rs").as_deref(), Some("server/src/lib.rs"));
        assert_eq!(below("../tools/./a.rs").as_deref(), Some("tools/a.rs"));
        assert_eq!(below("/srv/repo/a.json").as_deref(), Some("a.json"));
        assert_eq!(below("/srv/elsewhere/a.json"), None);
        assert_eq!(below("../../a.json"), None);
        assert_eq!(below("<stdin>"), None);
        assert_eq!(below("https://h/mcp"), None);
    }
}
