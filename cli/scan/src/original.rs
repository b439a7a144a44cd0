//! Finds the name under which an item outside of the source is defined.

use crate::{module::ModuleId, resolve::Meaning, world::World};

/// Maximum number of imports to follow.
const MAX_STEPS: usize = 64;

impl World {
    /// Returns a path with the imports of the source replaced by what they import: `rmcp::Extension` for `Ext` under
    /// `use rmcp::Extension as Ext`. A path that no import names is returned as it is.
    pub(crate) fn original_path(&mut self, from: ModuleId, segments: &[String]) -> Vec<String> {
        let (mut module, mut segments) = (from, segments.to_vec());
        for _ in 0..MAX_STEPS {
            // The last segment can be a name in another module of the source.
            if let [around @ .., last] = segments.as_slice()
                && !around.is_empty()
                && let Meaning::Module(home) = self.resolve(module, around)
            {
                (module, segments) = (home, vec![last.clone()]);
            }
            let Some((home, path)) = self.imported(module, &segments) else { break };
            if path == segments {
                break;
            }
            (module, segments) = (home, path);
        }
        segments
    }

    /// Returns the path that an import of the module replaces the first segment by, and the module of the import.
    fn imported(&mut self, module: ModuleId, segments: &[String]) -> Option<(ModuleId, Vec<String>)> {
        let (first, rest) = segments.split_first()?;
        let named = |world: &Self, module: ModuleId| {
            let mut imports = world.modules.get(module)?.imports.iter();
            let import = imports.find(|import| import.name.as_ref() == Some(first))?;
            Some(import.path.iter().chain(rest).cloned().collect::<Vec<_>>())
        };
        if let Some(path) = named(self, module) {
            return Some((module, path));
        }
        let globs: Vec<Vec<String>> = self
            .modules
            .get(module)?
            .imports
            .iter()
            .filter(|import| import.name.is_none() && !import.outside)
            .map(|import| import.path.clone())
            .collect();
        globs.iter().find_map(|glob| {
            let Meaning::Module(home) = self.resolve(module, glob) else { return None };
            Some((home, named(self, home)?))
        })
    }
}
