//! Accepted groups and their members.

use super::{Block, BlockKind, read};
use crate::ir::GroupDecl;

fn group(args: &str, item: &str) -> (GroupDecl, Block) {
    let (read, errors) = read(args.parse().unwrap(), item.parse().unwrap());
    assert!(errors.is_empty(), "{item}: {errors:#?}");
    read.unwrap()
}

fn members(decl: &GroupDecl) -> Vec<String> {
    let shown = |member: &crate::ir::MemberDecl| {
        let cfgs: Vec<String> = member.cfgs.iter().map(ToString::to_string).collect();
        format!("{} {} {}", member.visibility, member.ident, cfgs.join(",")).trim().to_owned()
    };
    decl.members.iter().map(shown).collect()
}

#[test]
fn reads_an_impl() {
    let item = "#[cfg(unix)] #[tool_router] impl<T, const N: usize> Server<T, { N }> where T: for<'a> Fn(&'a T) { \
                #[mcp_tool(risk = \"low\")] fn f() {} }";
    let (decl, block) = group("group = admin, crate = scopes", item);
    assert_eq!(decl.name.unwrap().to_string(), "admin");
    assert_eq!(decl.krate.unwrap().to_string(), "scopes");
    assert_eq!(block.kind, BlockKind::Impl);
    assert_eq!(block.cfgs[0].to_string(), "unix");
    let (attributes, header) = (&block.attributes, &block.header);
    let body = &block.body;
    let whole: proc_macro2::TokenStream = item.parse().unwrap();
    assert_eq!(quote::quote!(#attributes #header #body).to_string(), whole.to_string());
    assert!(header.to_string().starts_with("impl"));
}

#[test]
fn reads_a_module() {
    let (decl, block) = group("", "pub(crate) mod shell { use super::*; #[mcp_tool(risk = \"low\")] pub fn f() {} }");
    assert_eq!((block.kind, block.header.to_string().as_str()), (BlockKind::Module, "pub (crate) mod shell"));
    assert_eq!(members(&decl), ["pub f"]);
}

#[test]
fn finds_members_among_other_items() {
    let item = r#"mod all {
        #![allow(dead_code)]
        use a::{b, c};
        extern crate alloc;
        pub const A: [u8; { 1 + 1 }] = { [0; 2] };
        static B: fn(u8) -> u8 = { |x| x };
        type F = fn();
        struct Unit;
        struct Tuple<const N: usize = { 3 }>(u8) where u8: Copy;
        pub(crate) struct Named { f: fn() }
        enum Sum { A { f: u8 }, B }
        union Bits { a: u8, b: i8 }
        macro_rules! make { ($f:ident) => { #[mcp_tool(risk = "low")] fn $f() {} }; }
        make! { inside_a_macro }
        make!(again);
        trait Trait { #[mcp_tool(risk = "low")] fn in_a_trait() {} }
        impl Trait for Unit { #[tool] fn not_here() {} }
        unsafe extern "C" { fn foreign(); }
        const _: () = { #[tool] fn inside() {} };
        fn plain() { #[tool] fn inside() {} }
        #[mcp_tool(risk = "low")] fn first() -> Matrix<{ 2 + 1 }, { 3 }> { body }
        /// Doc
        #[mcp_scopes::mcp_tool(risk = "low")] #[tool] pub async unsafe fn second<'a>(&'a self) where Self: Sized {}
        #[cfg(unix)] #[mcp_tool(risk = "low")] pub(super) extern "C" fn third() {}
        #[cfg_attr(x, mcp_tool(risk = "low"))] const fn fourth() {}
        #[cfg_attr(x, mcp_tool(risk = "low"))] #[cfg_attr(not(x), mcp_tool(risk = "high"))] fn r#fifth() {}
    }"#;
    let (decl, _) = group("", item);
    assert_eq!(
        members(&decl),
        ["first", "pub second", "pub (super) third unix", "fourth x", "r#fifth any (x , not (x))"]
    );
}

#[test]
fn distinguishes_inherent_impls_from_trait_impls() {
    for header in
        ["impl Server", "impl<F: for<'a> Fn(&'a u8)> Server<F>", "impl Server<dyn for<'a> Fn(&'a u8)>", "unsafe impl A"]
    {
        group("", &format!("{header} {{ #[mcp_tool(risk = \"low\")] fn f() {{}} }}"));
    }
}
