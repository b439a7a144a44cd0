//! A type as written in a module, and what it resolves to.

use std::{collections::BTreeMap, fmt::Write as _, rc::Rc};

use quote::ToTokens as _;
use syn::{GenericArgument, GenericParam, Generics, Item, PathArguments, Type, TypePath, ext::IdentExt as _};

use crate::{
    module::ModuleId,
    resolve::{Meaning, type_segments},
    world::World,
};

/// Maximum number of aliases and type parameters to look through.
const MAX_ALIASES: usize = 64;

/// Maximum length of the text that identifies a type.
const MAX_KEY: usize = 1 << 16;

/// Types whose schema is that of their contents.
const WRAPPERS: [&str; 11] =
    ["Arc", "Box", "Cell", "Cow", "Mutex", "Rc", "RefCell", "Reverse", "RwLock", "Weak", "Wrapping"];
const TEXTS: [&str; 8] = ["String", "str", "char", "Path", "PathBuf", "Ipv4Addr", "Ipv6Addr", "IpAddr"];
const SCALARS: [&str; 15] =
    ["bool", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];
const ARRAYS: [&str; 8] =
    ["BinaryHeap", "BTreeSet", "HashSet", "IndexSet", "LinkedList", "SmallVec", "Vec", "VecDeque"];
const MAPS: [&str; 3] = ["BTreeMap", "HashMap", "IndexMap"];

/// Packages whose types of the names below are known without their source.
const KNOWN_PACKAGES: [&str; 4] = ["indexmap", "rmcp", "schemars", "serde_json"];

/// A type, with the module that it is written in and the meaning of the type parameters there.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) module: ModuleId,
    pub(crate) ty: Type,
    pub(crate) parameters: Rc<Parameters>,
}

/// The types of type parameters, by name.
pub(crate) type Parameters = BTreeMap<String, Written>;

/// What a type resolves to.
pub(crate) enum Known {
    /// `Option`, and the type inside.
    Option(Written),
    /// A wrapper with the schema of its contents.
    Holds(Written),
    /// `()`.
    Unit,
    /// A string.
    Text,
    /// A number or a boolean.
    Scalar,
    /// An array or a tuple.
    Array,
    /// A JSON value.
    Any,
    /// A map, and the type of its keys, unless they are strings.
    Map(Option<Written>),
    /// A struct or an enum of the source.
    Local(Local),
}

/// A struct or an enum of the source.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) module: ModuleId,
    pub(crate) name: String,
    pub(crate) item: Rc<Item>,
    pub(crate) parameters: Rc<Parameters>,
}

impl Local {
    /// Returns a type that is written in this one.
    pub(crate) fn written(&self, ty: &Type) -> Written {
        Written { module: self.module, ty: ty.clone(), parameters: Rc::clone(&self.parameters) }
    }

    /// Returns a text that identifies the type.
    ///
    /// # Errors
    /// Returns the reason why it has none.
    pub(crate) fn key(&self) -> Result<String, String> {
        let mut key = format!("{}:{}", self.module, self.name);
        write_parameters(&self.parameters, &mut key)?;
        Ok(key)
    }
}

/// Writes what identifies the types of parameters. `Self` is the type that has them.
fn write_parameters(parameters: &Parameters, key: &mut String) -> Result<(), String> {
    for (name, written) in parameters.iter().filter(|(name, _)| *name != "Self") {
        if key.len() > MAX_KEY {
            return Err("its type arguments are too large".to_owned());
        }
        let _ = write!(key, "[{name}={}:{}", written.module, written.ty.to_token_stream());
        write_parameters(&written.parameters, key)?;
        key.push(']');
    }
    Ok(())
}

impl Written {
    /// Creates a type outside of any generic item.
    pub(crate) fn new(module: ModuleId, ty: Type) -> Self {
        Self { module, ty, parameters: Rc::default() }
    }

    fn with(&self, ty: &Type) -> Self {
        Self { ty: ty.clone(), ..self.clone() }
    }

    /// Returns what the type resolves to.
    ///
    /// # Errors
    /// Returns the reason why only the compiler knows it.
    pub(crate) fn known(&self, world: &mut World) -> Result<Known, String> {
        let mut written = self.clone();
        for _ in 0..MAX_ALIASES {
            let path = match &written.ty {
                Type::Group(inner) => {
                    written = written.with(&inner.elem);
                    continue;
                }
                Type::Paren(inner) => {
                    written = written.with(&inner.elem);
                    continue;
                }
                Type::Reference(inner) => return Ok(Known::Holds(written.with(&inner.elem))),
                Type::Tuple(tuple) if tuple.elems.is_empty() => return Ok(Known::Unit),
                Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => return Ok(Known::Array),
                Type::Path(path) if path.qself.is_none() => path.clone(),
                other => return Err(format!("`{}` is not a path to a type", other.to_token_stream())),
            };
            let segments = type_segments(&written.ty).unwrap_or_default();
            if let [name] = segments.as_slice()
                && let Some(bound) = written.parameters.get(name)
            {
                written = bound.clone();
                continue;
            }
            let (module, name) = match world.resolve(written.module, &segments) {
                Meaning::Item { module, name, rest } if rest.is_empty() => (module, name),
                meaning => return written.outside(world, &path, &segments, &meaning),
            };
            let Some(item) = world.modules.get(module).and_then(|home| home.item(&name)) else {
                return Err(format!("`{}` is not found", path.to_token_stream()));
            };
            let item = item.clone();
            match &item {
                Item::Type(alias) => {
                    let parameters = written.bind(&path, &alias.generics, module);
                    written = Written { module, ty: (*alias.ty).clone(), parameters: Rc::new(parameters) };
                }
                Item::Struct(syn::ItemStruct { generics, .. }) | Item::Enum(syn::ItemEnum { generics, .. }) => {
                    let mut parameters = written.bind(&path, generics, module);
                    // Inside, `Self` is the type itself.
                    parameters.insert("Self".to_owned(), written.clone());
                    return Ok(Known::Local(Local {
                        module,
                        name,
                        parameters: Rc::new(parameters),
                        item: Rc::new(item),
                    }));
                }
                _ => return Err(format!("`{}` is not a struct or an enum", path.to_token_stream())),
            }
        }
        Err("its type is nested too deep".to_owned())
    }

    /// Returns the name under which the type is defined, and its first type argument, through aliases and imports.
    pub(crate) fn definition(&self, world: &mut World) -> Option<(String, Option<Self>)> {
        let mut written = self.clone();
        for _ in 0..MAX_ALIASES {
            let segments = type_segments(&written.ty)?;
            let Type::Path(path) = written.ty.clone() else { return None };
            if let Meaning::Item { module, name, rest } = world.resolve(written.module, &segments)
                && rest.is_empty()
                && let Some(Item::Type(alias)) = world.modules.get(module).and_then(|home| home.item(&name))
            {
                let alias = alias.clone();
                let parameters = written.bind(&path, &alias.generics, module);
                written = Self { module, ty: *alias.ty, parameters: Rc::new(parameters) };
                continue;
            }
            let name = world.original_path(written.module, &segments).pop()?;
            return Some((name, arguments(&path).first().map(|ty| written.with(ty))));
        }
        None
    }

    /// Returns the types that the arguments of a path give to the parameters of an item of that module.
    fn bind(&self, path: &TypePath, generics: &Generics, module: ModuleId) -> Parameters {
        let mut arguments = arguments(path).into_iter();
        let mut bound = Parameters::new();
        for parameter in &generics.params {
            let GenericParam::Type(parameter) = parameter else { continue };
            let written = match (arguments.next(), &parameter.default) {
                (Some(argument), _) => self.with(&argument),
                // A default can name earlier parameters.
                (None, Some((_, default))) => {
                    Written { module, ty: default.clone(), parameters: Rc::new(bound.clone()) }
                }
                (None, None) => continue,
            };
            bound.insert(parameter.ident.unraw().to_string(), written);
        }
        bound
    }

    /// Returns what a type outside of the source is, by its name.
    fn outside(
        &self,
        world: &mut World,
        path: &TypePath,
        segments: &[String],
        meaning: &Meaning,
    ) -> Result<Known, String> {
        let original = world.original_path(self.module, segments);
        let name = original.last().map(String::as_str).unwrap_or_default();
        let arguments = arguments(path);
        let first = arguments.first().map(|ty| self.with(ty));
        if let Some(first) = &first {
            if name == "Option" {
                return Ok(Known::Option(first.clone()));
            }
            if WRAPPERS.contains(&name) {
                return Ok(Known::Holds(first.clone()));
            }
        }
        let shown = path.to_token_stream();
        match meaning {
            Meaning::Elsewhere(package) if !KNOWN_PACKAGES.contains(&package.replace('-', "_").as_str()) => {
                return Err(format!("`{shown}` comes from the package `{package}`, whose source was not found"));
            }
            Meaning::Module(_) | Meaning::Item { .. } => return Err(format!("`{shown}` is not a type")),
            Meaning::Elsewhere(_) | Meaning::Nothing => {}
        }
        Ok(match name {
            "PhantomData" => Known::Unit,
            "Value" | "RawValue" => Known::Any,
            // The map of `serde_json` has no other keys than strings.
            "JsonObject" | "Map" => Known::Map(None),
            _ if MAPS.contains(&name) => Known::Map(first),
            _ if TEXTS.contains(&name) => Known::Text,
            _ if SCALARS.contains(&name) || name.starts_with("NonZero") => Known::Scalar,
            _ if ARRAYS.contains(&name) => Known::Array,
            _ => {
                return Err(match meaning {
                    Meaning::Elsewhere(package) => {
                        format!("`{shown}` comes from the package `{package}`, whose source was not found")
                    }
                    _ => format!("`{shown}` is not found"),
                });
            }
        })
    }
}

/// Returns the types among the arguments of a path's last segment.
fn arguments(path: &TypePath) -> Vec<Type> {
    let Some(last) = path.path.segments.last() else { return Vec::new() };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Vec::new() };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}
