//! Finds what the SDKs for MCP in Rust call a tool, in code without annotations. `mcp-scopes init` plans its edits from it.
//!
//! Other than the scan of annotations, it reads every item of a crate, also those that features leave out: what is added
//! to the source has to fit each build. Only items for tests are left out. Positions are bytes of the text that the
//! compiler sees, see [`Edit`](crate::Edit).
//!
//! | module | holds |
//! |---|---|
//! | `crates` | reads the modules of a crate |
//! | `items` | the tools, types and tables among the items of a module |
//! | `attributes` | the SDK's attributes, and ours that are there already |
//! | `built` | tools that a program builds at run time: `Tool::new(..)`, `ToolBuilder::new(..)`, a `match` of names |
//! | `expanded` | tools inside `macro_rules!`, and inside of what is passed to a macro such as `cfg_if!` |

mod attributes;
pub(crate) mod built;
mod crates;
pub(crate) mod expanded;
mod items;

use std::{path::Path, sync::Arc};

pub use crate::hints::Hints;
use crate::{
    Error,
    folders::{self, Extent},
    package::Package,
    source::{Place, Sources},
};

/// A package that depends on an SDK for MCP.
#[derive(Debug)]
pub struct SdkPackage {
    /// Its manifest.
    pub package: Package,
    /// Its library and its programs.
    pub crates: Vec<SdkCrate>,
    /// The texts of its files.
    pub sources: Sources,
    /// Whether it has the handler of a server, or a package below the same path that depends on it has one.
    pub serves: bool,
}

/// A crate of a package.
#[derive(Debug)]
pub struct SdkCrate {
    /// Whether other crates can name it.
    pub is_library: bool,
    /// Its modules, the root first.
    pub modules: Vec<SdkModule>,
}

/// A module of a crate.
#[derive(Debug, Default)]
pub struct SdkModule {
    /// The segments of its path behind `crate`.
    pub path: Vec<String>,
    /// Its file, as displayed.
    pub file: Arc<str>,
    /// Whether its declaration is visible outside of its parent.
    pub is_public: bool,
    /// The conditions of its declaration and of the modules around it.
    pub conditions: Vec<String>,
    /// Where a new item goes: behind the last item that is not for tests.
    pub end: usize,
    /// The indentation of its items.
    pub indent: String,
    /// Where a `use` goes: the first `use` items, or else the first item.
    pub uses: Vec<UseItem>,
    /// Where its first item begins.
    pub start: usize,
    /// The names that it imports or defines.
    pub names: Vec<String>,
    /// The types that it defines.
    pub types: Vec<TypeItem>,
    /// The inherent impls with tools.
    pub impls: Vec<ToolImpl>,
    /// The tools that are free functions.
    pub functions: Vec<ToolFunction>,
    /// The types with a handler of an SDK.
    pub handlers: Vec<String>,
    /// The tables that are there already.
    pub tables: Vec<TableItem>,
    /// The texts that it defines: `const NAME: &str = ".."`.
    pub texts: Vec<(String, String)>,
    /// The tools without a function that can be annotated.
    pub built: Vec<BuiltTool>,
    /// What looks like a tool and cannot be read, with its place and the reason.
    pub unread: Vec<(Place, String)>,
    /// The names that it imports, each with its path.
    pub imports: Vec<(String, Vec<String>)>,
}

/// A `use` item.
#[derive(Debug)]
pub struct UseItem {
    /// The first segment of its path.
    pub head: String,
    /// Its bytes.
    pub range: std::ops::Range<usize>,
    /// Whether it has a `#[cfg(..)]`.
    pub is_conditional: bool,
}

/// A struct or an enum.
#[derive(Debug)]
pub struct TypeItem {
    /// Its name.
    pub name: String,
    /// Whether it is visible outside of its module.
    pub is_public: bool,
}

/// An inherent impl with tools.
#[derive(Debug)]
pub struct ToolImpl {
    /// The name of its type.
    pub type_name: String,
    /// Whether the type has generic parameters.
    pub is_generic: bool,
    /// Whether it is the impl of a trait.
    pub is_trait: bool,
    /// Whether it has `#[tool_router]`.
    pub has_router: bool,
    /// The name in `#[tool_router(router = name)]`.
    pub router: Option<String>,
    /// Its own conditions.
    pub conditions: Vec<String>,
    /// Where its annotation goes.
    pub at: usize,
    /// Its annotation, with the name of its group.
    pub annotation: Option<Option<String>>,
    /// Its tools.
    pub tools: Vec<ToolFunction>,
}

/// A function with `#[tool]`.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each with a name")]
pub struct ToolFunction {
    /// Its name.
    pub function: String,
    /// The name of the tool.
    pub name: String,
    /// The place of the function's name.
    pub place: Place,
    /// Where its annotation goes.
    pub at: usize,
    /// The line of that place.
    pub start: u32,
    /// Whether it has an annotation.
    pub is_annotated: bool,
    /// The conditions of `#[cfg_attr(condition, tool)]`: without them the function is no tool.
    pub attribute_conditions: Vec<String>,
    /// Whether it is a tool in tests only.
    pub is_for_tests: bool,
    /// Whether the annotation has to repeat the name, since our macros cannot read it in the SDK's attribute.
    pub states_name: bool,
    /// Whether the annotation has to repeat the description.
    pub states_description: bool,
    /// Whether it is visible outside of its module. Of a method, `false`.
    pub is_public: bool,
    /// Its own conditions.
    pub conditions: Vec<String>,
    /// The hints of the SDK's attribute.
    pub hints: Hints,
    /// The description in the SDK's attribute.
    pub description: Option<Text>,
}

/// A text of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// A literal.
    Literal(String),
    /// The path of a constant.
    Constant(Vec<String>),
}

/// A `scope_table!`.
#[derive(Debug)]
pub struct TableItem {
    /// Its name.
    pub name: String,
    /// Its entries, without blanks.
    pub entries: Vec<String>,
    /// Where a further entry goes: behind the last one.
    pub list_end: usize,
    /// Whether the list ends in a comma.
    pub has_trailing_comma: bool,
}

/// A tool without a function that can be annotated.
#[derive(Clone, Debug)]
pub struct BuiltTool {
    /// The name of the tool.
    pub name: String,
    /// The place of the name.
    pub place: Place,
    /// Its description, if a literal is beside the name.
    pub description: Option<String>,
    /// What was found: ``in `macro_rules! reader` ``, `Tool::new`.
    pub found: String,
    /// The hints beside it.
    pub read_only: Option<bool>,
    /// The hints beside it.
    pub destructive: Option<bool>,
}

/// The packages of the SDKs.
const SDKS: [&str; 4] = ["rmcp", "rust-mcp-sdk", "rust-mcp-macros", "tower-mcp"];

impl SdkPackage {
    /// Finds the packages at or below a path that depend on an SDK, or the one that contains the path.
    ///
    /// # Errors
    /// Returns an error if the path does not exist or is in no package, or for a manifest or source file that cannot be read.
    pub fn find(path: &Path) -> Result<Vec<Self>, Error> {
        crate::scan::large_stack(|| {
            let (folders, _) = folders::find(path, Extent::Tree, &std::sync::atomic::AtomicUsize::new(0))?;
            let mut found = Vec::new();
            for folder in folders {
                let Some(package) = Package::read(&folder.join("Cargo.toml"))? else { continue };
                if SDKS.iter().any(|sdk| depends_on(&package, sdk)) {
                    found.push(Self::read(package)?);
                }
            }
            settle(&mut found);
            Ok(found)
        })
    }

    fn read(package: Package) -> Result<Self, Error> {
        let mut sources = Sources::default();
        let mut crates = Vec::new();
        for target in &package.targets {
            let modules = crates::read(&package, target, &mut sources)?;
            crates.push(SdkCrate { is_library: target.is_library, modules });
        }
        let has_handler = |module: &SdkModule| !module.handlers.is_empty() || !module.impls.is_empty();
        // Other SDKs have no trait that tells a server from a client.
        let is_other = ["tower-mcp", "rust-mcp-sdk"].iter().any(|sdk| depends_on(&package, sdk));
        let serves = is_other || crates.iter().flat_map(|krate: &SdkCrate| &krate.modules).any(has_handler);
        Ok(Self { package, crates, sources, serves })
    }

    /// Returns whether the package depends on that package.
    #[must_use]
    pub fn depends_on(&self, package: &str) -> bool {
        depends_on(&self.package, package)
    }
}

/// Lets a package serve if one that depends on it does: it can build the tools of that server.
fn settle(packages: &mut [SdkPackage]) {
    loop {
        let serving: Vec<&SdkPackage> = packages.iter().filter(|package| package.serves).collect();
        let next = packages
            .iter()
            .position(|package| !package.serves && serving.iter().any(|other| other.depends_on(&package.package.name)));
        match next.and_then(|next| packages.get_mut(next)) {
            Some(package) => package.serves = true,
            None => return,
        }
    }
}

fn depends_on(package: &Package, name: &str) -> bool {
    package.dependencies.values().any(|found| found.package == name)
}
