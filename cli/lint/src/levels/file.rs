//! The levels of one configuration file.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use crate::{
    paths::is_match,
    rule::{Rule, Setting},
};

/// Levels by rule or category. The rule has precedence.
#[derive(Clone, Debug, Default)]
pub(super) struct ByName(BTreeMap<String, Setting>);

impl ByName {
    /// Sets a level. Of several, the strictest counts.
    pub(super) fn set(&mut self, name: &str, setting: Setting) {
        let level = self.0.entry(name.to_owned()).or_insert(setting);
        *level = setting.max(*level);
    }

    fn of_rule(&self, rule: &Rule) -> Option<Setting> {
        self.0.get(rule.id).or_else(|| self.0.get(rule.category.as_str())).copied()
    }
}

/// The levels of a file: for each file, and for those that a pattern matches.
#[derive(Clone, Debug, Default)]
pub(super) struct FileLevels {
    /// The folder of the file, which patterns are relative to.
    folder: Option<PathBuf>,
    pub(super) everywhere: ByName,
    pub(super) by_path: Vec<(Vec<String>, ByName)>,
}

impl FileLevels {
    /// Creates the levels of a file that states none.
    pub(super) fn of(file: &str) -> Self {
        let folder = Path::new(file).parent().and_then(absolute);
        Self { folder, ..Self::default() }
    }

    /// Returns the level of a rule in a file. The last entry whose pattern matches has precedence.
    pub(super) fn of_rule(&self, rule: &Rule, file: &str) -> Option<Setting> {
        self.in_path(rule, file).or_else(|| self.everywhere.of_rule(rule))
    }

    fn in_path(&self, rule: &Rule, file: &str) -> Option<Setting> {
        // A finding about a package as a whole has no file.
        if self.by_path.is_empty() || file.is_empty() {
            return None;
        }
        let path = absolute(Path::new(file))?;
        let inside = path.strip_prefix(self.folder.as_ref()?).ok()?.display().to_string().replace('\\', "/");
        let matching =
            |(patterns, _): &&(Vec<String>, ByName)| patterns.iter().any(|pattern| is_match(pattern, &inside));
        self.by_path.iter().rev().filter(matching).find_map(|(_, levels)| levels.of_rule(rule))
    }

    /// Returns the levels that the entries for some files state.
    pub(super) fn in_some_files(&self, rule: &Rule) -> impl Iterator<Item = Setting> {
        self.by_path.iter().filter_map(|(_, levels)| levels.of_rule(rule))
    }
}

/// Returns the path from the root, without `.` and `..`. Nothing has to exist there.
fn absolute(path: &Path) -> Option<PathBuf> {
    // The folder of a file in the current folder is empty.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::{FileLevels, Setting};
    use crate::find;

    #[test]
    fn the_last_matching_pattern_has_precedence() {
        let mut levels = FileLevels::of("server/mcp-scopes.toml");
        levels.everywhere.set("naming", Setting::Deny);
        let mut add = |pattern: &str, name: &str, setting| {
            levels.by_path.push((vec![pattern.to_owned()], super::ByName::default()));
            levels.by_path.last_mut().unwrap().1.set(name, setting);
        };
        add("src/**", "naming", Setting::Warn);
        add("src/admin", "risky-name", Setting::Allow);
        add("*.gen.rs", "naming", Setting::Allow);
        let rule = find("risky-name").unwrap();
        assert_ne!(rule.category.as_str(), "naming");
        let naming = crate::RULES.iter().find(|rule| rule.category.as_str() == "naming").unwrap();
        for (file, level, of_naming) in [
            ("server/src/lib.rs", None, Some(Setting::Warn)),
            ("./server/src/../src/admin/a.rs", Some(Setting::Allow), Some(Setting::Warn)),
            ("server/src/admin/a.gen.rs", Some(Setting::Allow), Some(Setting::Allow)),
            ("server/build.rs", None, Some(Setting::Deny)),
            ("src/admin/a.rs", None, Some(Setting::Deny)),
            ("", None, Some(Setting::Deny)),
        ] {
            assert_eq!((levels.of_rule(rule, file), levels.of_rule(naming, file)), (level, of_naming), "{file}");
        }
        assert_eq!(levels.in_some_files(naming).collect::<Vec<_>>(), [Setting::Warn, Setting::Allow]);
    }
}
