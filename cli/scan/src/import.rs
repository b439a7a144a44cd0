//! Collects the imports of a module.

use syn::{Item, UseTree, Visibility, ext::IdentExt as _};

/// One name, or all names, imported from a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// The name in this module. `None` is a glob import.
    pub(crate) name: Option<String>,
    /// The path, as written.
    pub(crate) path: Vec<String>,
    /// Whether the path begins with another crate: `::a::b`, `extern crate a`.
    pub(crate) outside: bool,
    /// Whether other modules can see it.
    pub(crate) public: bool,
}

/// Returns the imports of these items.
pub(crate) fn imports(items: &[Item]) -> Vec<Import> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Use(item) => {
                let base = Import {
                    name: None,
                    path: Vec::new(),
                    outside: item.leading_colon.is_some(),
                    public: !matches!(item.vis, Visibility::Inherited),
                };
                follow(&item.tree, &base, &mut found);
            }
            Item::ExternCrate(item) => {
                let krate = item.ident.unraw().to_string();
                let name = item.rename.as_ref().map_or_else(|| krate.clone(), |(_, name)| name.unraw().to_string());
                // `extern crate self as name` names this crate.
                let (path, outside) = if krate == "self" { ("crate".to_owned(), false) } else { (krate, true) };
                let public = !matches!(item.vis, Visibility::Inherited);
                found.push(Import { name: Some(name), path: vec![path], outside, public });
            }
            _ => {}
        }
    }
    found
}

fn follow(tree: &UseTree, base: &Import, found: &mut Vec<Import>) {
    let with = |name: &str| {
        let mut path = base.path.clone();
        // `a::{self}` imports `a`.
        if name != "self" || path.is_empty() {
            path.push(name.to_owned());
        }
        Import { path, ..base.clone() }
    };
    match tree {
        UseTree::Path(path) => follow(&path.tree, &with(&path.ident.unraw().to_string()), found),
        UseTree::Name(name) => {
            let import = with(&name.ident.unraw().to_string());
            found.push(Import { name: import.path.last().cloned(), ..import });
        }
        UseTree::Rename(rename) => {
            let import = with(&rename.ident.unraw().to_string());
            found.push(Import { name: Some(rename.rename.unraw().to_string()), ..import });
        }
        UseTree::Glob(_) => found.push(base.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| follow(tree, base, found)),
    }
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn reads_every_form_of_import() {
        let file: syn::File = syn::parse_quote! {
            use a::{self, b as c, d::*, e::{f, self as g}};
            pub use ::h::i;
            extern crate j as k;
            extern crate self as me;
            use super::r#type;
        };
        let found: Vec<_> = imports(&file.items)
            .into_iter()
            .map(|import| {
                let mark = if import.outside { "::" } else { "" };
                format!("{mark}{} {}", import.path.join("::"), import.name.unwrap_or("*".to_owned()))
            })
            .collect();
        let expected =
            ["a a", "a::b c", "a::d *", "a::e::f f", "a::e g", "::h::i i", "::j k", "crate me", "super::type type"];
        assert_eq!(found, expected);
    }
}
