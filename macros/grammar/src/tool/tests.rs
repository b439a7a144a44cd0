//! Accepted annotations, and how they are parsed.

use super::{RequirementDecl, read};
use crate::{
    ir::{Spanned, ToolDecl},
    item::FnHead,
};
use mcp_scopes_model::{Approval, Risk, SandboxMode};

fn tool(args: &str, item: &str) -> ToolDecl {
    let head = FnHead::parse(item.parse().unwrap()).unwrap_or_else(|error| panic!("{item}: {error}"));
    let (tool, errors) = read(args.parse().unwrap(), &head);
    assert!(errors.is_empty(), "{args} on {item}: {errors:#?}");
    tool.unwrap()
}

fn low(item: &str) -> ToolDecl {
    tool("risk = \"low\"", item)
}

fn values(list: &[Spanned<String>]) -> Vec<&str> {
    list.iter().map(|spanned| spanned.value.as_str()).collect()
}

fn texts(list: &[proc_macro2::TokenStream]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

#[test]
fn reads_a_minimal_annotation() {
    let tool = low("fn list_files() {}");
    assert_eq!((tool.name.value.as_str(), tool.description.value.as_str()), ("list_files", ""));
    assert_eq!((tool.risk_or_strictest(), tool.approval.is_none(), tool.sandbox.is_none()), (Risk::Low, true, true));
    assert!(matches!(tool.requirement, RequirementDecl::ToolName));
    assert!(tool.guard.is_none() && tool.krate.is_none() && tool.cfgs.is_empty() && !tool.has_receiver);
}

#[test]
fn reads_every_key() {
    let tool = tool(
        r##"
            name = "execute",
            title = "Execute",
            scope = all("system:execute", any("oncall", "admin")),
            risk = "high",
            sandbox = simulate(crate::pretend::<u8>),
            guard = caller,
            approval = "user",
            description = r#" Run "it" "#,
            prerequisites("health:check", "files:list"),
            grouped_with("list_files"),
            examples("execute uptime"),
            parameters("command", optional("directory")),
            policy(
                blocked_after("read_file:/etc/*", "list_files", "@resource:/etc/*", "mail/send"),
                requires_approval_after("write_file", "@prompt:a b"),
                cooling_period_minutes = 1_0,
                idempotent = true,
                max_calls_per_session = 0x3,
                requires_human_review,
                blocked_patterns("*.pem"),
                max_file_size_mb = 4294967295,
            ),
            crate = ::renamed::scopes,
        "##,
        "async fn run(&self, caller: &Caller, command: String) -> Result<Output, Error> { body of any tokens }",
    );
    assert_eq!((tool.ident.to_string().as_str(), tool.name.value.as_str()), ("run", "execute"));
    assert_eq!(tool.title.as_ref().unwrap().value, "Execute");
    assert_eq!(tool.description.value, "Run \"it\"");
    assert_eq!((tool.risk_or_strictest(), tool.approval.as_ref().unwrap().value), (Risk::High, Approval::User));
    assert_eq!(tool.sandbox.as_ref().unwrap().value, SandboxMode::Simulate);
    assert_eq!(tool.substitute.as_ref().unwrap().to_string(), "crate :: pretend :: < u8 >");
    let guard = tool.guard.as_ref().unwrap();
    assert_eq!((guard.ident.to_string().as_str(), guard.position, tool.has_receiver), ("caller", 1, true));
    assert_eq!(values(&tool.prerequisites), ["health:check", "files:list"]);
    assert_eq!((values(&tool.grouped_with), values(&tool.examples)), (vec!["list_files"], vec!["execute uptime"]));
    assert_eq!(values(&tool.policy.blocked_after), ["read_file:/etc/*", "list_files", "@resource:/etc/*", "mail/send"]);
    assert_eq!(values(&tool.policy.requires_approval_after), ["write_file", "@prompt:a b"]);
    assert_eq!(values(&tool.policy.blocked_patterns), ["*.pem"]);
    assert_eq!(tool.policy.cooling_period_minutes.unwrap(), 10);
    assert_eq!(tool.policy.max_calls_per_session.unwrap(), 3);
    assert_eq!(tool.policy.max_file_size_mb.unwrap(), u32::MAX);
    assert!(tool.policy.requires_human_review && tool.policy.idempotent);
    assert_eq!(tool.krate.unwrap().to_string(), ":: renamed :: scopes");
}

#[test]
fn expands_requirements() {
    for (scope, expected) in [
        (r#""a""#, "a"),
        (r##"r#"a"#"##, "a"),
        (r#"all("a")"#, "a"),
        (r#"any("a", "b")"#, "a | b"),
        (r#"all("a", "b",)"#, "a b"),
        (r#"all("a", any("b", "c"))"#, "a b | a c"),
        (r#"any("a", all("b", "c"))"#, "a | b c"),
        (r#"all(any("a", "b"), any("c", "d"))"#, "a c | a d | b c | b d"),
        (r#"any("a", all("a", "b"))"#, "a"),
        (r#"any(all("a", "b"), "a")"#, "a"),
        (r#"all("a", any("a", "b"))"#, "a"),
        (r#"any(all("a", "b"), all("b", "a"))"#, "a b"),
        (r#"all(any("a", "b"), any("b", "a"))"#, "a | b"),
    ] {
        let args = format!("risk = \"low\", scope = {scope}");
        let RequirementDecl::AnyOf(any) = tool(&args, "fn f() {}").facts.requirement else { panic!("{scope}") };
        let any: Vec<String> = any.iter().map(|all| values(all).join(" ")).collect();
        assert_eq!(any.join(" | "), expected, "{scope}");
    }
    assert!(matches!(tool("risk = \"low\", public", "fn f() {}").requirement, RequirementDecl::Public(_)));
    let authenticated = &tool("risk = \"low\", authenticated", "fn f() {}").requirement;
    assert!(matches!(authenticated, RequirementDecl::Authenticated(_)));
}

#[test]
fn accepts_the_largest_requirement_and_rejects_larger_ones() {
    let pairs = |count: usize| {
        let pairs: Vec<String> = (0..count).map(|place| format!("any(\"a{place}\", \"b{place}\")")).collect();
        format!("risk = \"low\", scope = all({})", pairs.join(", "))
    };
    let RequirementDecl::AnyOf(any) = tool(&pairs(6), "fn f() {}").facts.requirement else { panic!("no scopes") };
    assert_eq!(any.len(), mcp_scopes_model::requirement::MAX_ALTERNATIVES);
    let flat = |word: &str, count: usize| {
        let scopes: Vec<String> = (0..count).map(|place| format!("\"s{place}\"")).collect();
        format!("risk = \"low\", scope = {word}({})", scopes.join(", "))
    };
    for word in ["all", "any"] {
        tool(&flat(word, 64), "fn f() {}");
        let head = FnHead::parse("fn f() {}".parse().unwrap()).unwrap();
        let (_, errors) = read(flat(word, 65).parse().unwrap(), &head);
        assert_eq!(errors.iter().map(|error| error.id).collect::<Vec<_>>(), ["requirement-too-large"]);
    }
}

#[test]
fn reads_every_form_of_function() {
    for (item, has_receiver) in [
        ("fn f() {}", false),
        ("pub(crate) async fn f() {}", false),
        ("pub unsafe extern \"C\" fn f(a: u8) {}", false),
        ("const fn f() -> u8 { 0 }", false),
        ("fn f(self: Box<Self>) {}", true),
        ("async fn f<'a, T: Into<String> + 'a, const N: usize>(&'a mut self, t: T) -> [u8; N] where T: Clone {}", true),
        ("#[inline] #[must_use] fn f(mut self) -> impl Iterator<Item = u8> {}", true),
        ("fn f() { this is # not parsed }", false),
    ] {
        assert_eq!(low(item).has_receiver, has_receiver, "{item}");
    }
}

#[test]
fn reads_parameters_from_the_signature() {
    for (item, expected) in [
        ("fn f() {}", ""),
        ("fn f(&self, directory: String, depth: Option<u32>) {}", "directory depth?"),
        ("fn f(mut a: u8, ref b: String, r#type: &str, c: &mut [u8], d: (u8, u8)) {}", "a b type c d"),
        ("fn f(a: std::option::Option<&str>, b: &Option<u8>, c: (Option<u8>)) {}", "a? b? c?"),
        ("fn f(a: impl Into<String>, b: Vec<Option<u8>>) {}", "a b"),
        ("fn f(_: &Caller, State(s): State<App>, a: u8) {}", "a"),
        ("fn f(context: RequestContext<RoleServer>, token: tokio_util::sync::CancellationToken, a: u8) {}", "a"),
        ("fn f(Extension(parts): Extension<http::request::Parts>, peer: Option<&Peer<RoleServer>>) {}", ""),
        ("fn f(headers: &mut HeaderMap, path: &Path) {}", "path"),
        ("fn f(Parameters(ReadFile { path }): Parameters<ReadFile>) {}", "fields of ReadFile"),
        (
            "fn f(&self, args: rmcp::handler::server::wrapper::Parameters<a::B<u8>>, _: Meta) {}",
            "fields of a :: B < u8 >",
        ),
        ("fn f(args: Parameters<Read<'static>>) {}", "fields of Read < 'static >"),
        ("#[tool] fn f(Ext(e): Ext<u8>, Parameters(a): Parameters<A>, text: String) {}", "fields of A"),
        ("#[tool] fn f(a: String, b: Option<Vec<u8>>, c: Vec<T>, d: Map) {}", "a b? c d"),
        ("#[tool] fn f(P(a): P<A>, b: &x::Ext<B>, c: u8) {}", "_: P < A > b: x :: Ext < B > c"),
        (
            "#[tool] fn f<'a>(a: P<'static, A>, b: Option<Q<B>>, c: Held<'a, A>) {}",
            "a: P < 'static , A > b?: Q < B > c",
        ),
        ("#[tool] fn f<T>(a: Own<T>, _: Meta) {}", "a"),
        ("fn f(a: P<A>) {}", "a"),
    ] {
        assert_eq!(parameters(&low(item)), expected, "{item}");
    }
}

#[test]
fn skips_the_guard_and_prefers_stated_parameters() {
    let tool_ = tool("risk = \"low\", guard = who", "fn f(a: u8, mut who: Session) -> anyhow::Result<()> {}");
    assert_eq!((parameters(&tool_).as_str(), tool_.guard.unwrap().position), ("a", 1));
    let stated = |list: &str, item: &str| parameters(&tool(&format!("risk = \"low\", {list}"), item));
    assert_eq!(stated("parameters(\"x\", optional(\"y\"))", "fn f(Point { x, y }: Point) {}"), "x y?");
    assert_eq!(stated("parameters()", "fn f(a: JsonObject) {}"), "");
}

#[test]
fn leaves_out_arguments_by_name() {
    for (names, item, expected) in [
        ("a", "fn f(a: u8, b: u8) {}", "b"),
        ("r#type", "fn f(r#type: u8, b: u8) {}", "b"),
        ("x", "fn f(Auth(x): Auth<u8>, b: u8) {}", "b"),
        ("y, c", "fn f(Point { x, at: (y, _) }: Point, b: u8, mut c: u8) {}", "b"),
        ("x", "fn f(Parameters(a): Parameters<A>, x: u8) {}", "fields of A"),
        ("x", "fn f((ref x, &y): (u8, &u8), z: u8) {}", "z"),
    ] {
        let tool = tool(&format!("risk = \"low\", not_a_parameter({names})"), item);
        assert_eq!(parameters(&tool), expected, "{item}");
    }
}

fn parameters(tool: &ToolDecl) -> String {
    if !tool.arguments.is_empty() {
        let mark = |required| if required { "" } else { "?" };
        let shown = tool.arguments.iter().map(|argument| {
            let name = argument.name.as_deref().unwrap_or("_");
            let ty = argument.ty.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default();
            format!("{name}{}{ty}", mark(argument.required))
        });
        return shown.collect::<Vec<_>>().join(" ");
    }
    match (&tool.parameters, &tool.fields) {
        (Some(list), None) => {
            let mark = |required| if required { "" } else { "?" };
            let list: Vec<String> =
                list.iter().map(|parameter| format!("{}{}", parameter.name, mark(parameter.required))).collect();
            list.join(" ")
        }
        (None, Some(fields)) => format!("fields of {}", fields.ty),
        other => panic!("{other:?}"),
    }
}

#[test]
fn reads_the_description_from_the_first_paragraph() {
    for (item, expected) in [
        ("/// List directory contents\nfn f() {}", "List directory contents"),
        ("/// List\n/// directory   contents.\n///\n/// More.\nfn f() {}", "List directory   contents."),
        ("///\n/// List\nfn f() {}", "List"),
        ("/** List\n * files\n *\n * More */ fn f() {}", "List files"),
        ("/** List * all */ fn f() {}", "List * all"),
        ("#[doc = r\"List\"] #[doc(hidden)] #[inline] /// files\nfn f() {}", "List files"),
        ("/// List\n///\n#[doc = include_str!(\"f.md\")] fn f() {}", "List"),
        ("#[tool(description = \" Read a file \")] fn f() {}", "Read a file"),
        ("/// List\n#[tool(description = \"Read\")] fn f() {}", "List"),
        ("#[tool(description = \"Read\")] /// List\nfn f() {}", "List"),
        ("/// List\n#[tool(description = concat!(\"a\"))] fn f() {}", "List"),
        ("#[doc = include_str!(\"f.md\")] #[tool(description = \"Read\")] fn f() {}", "Read"),
    ] {
        assert_eq!(low(item).description.value, expected, "{item}");
    }
    let stated = tool("risk = \"low\", description = \"Say\"", "#[doc = include_str!(\"f.md\")] fn f() {}");
    assert_eq!(stated.description.value, "Say");
}

#[test]
fn reads_the_title_from_the_key_or_the_sdk_attribute() {
    for (args, item, expected) in [
        ("", "fn f() {}", None),
        ("", "#[tool] fn f() {}", None),
        ("", "#[tool(title = \" Read \")] fn f() {}", Some("Read")),
        ("", "#[tool(title = \"\")] fn f() {}", None),
        ("", "#[tool(annotations(title = \"Read\", read_only_hint = true))] fn f() {}", Some("Read")),
        ("", "#[tool(annotations(title = \"A\"), title = \"T\")] fn f() {}", Some("T")),
        ("title = \" Say \"", "#[tool(title = \"T\")] fn f() {}", Some("Say")),
        ("title = \"Say\"", "#[tool(title = TITLE)] fn f() {}", Some("Say")),
    ] {
        let tool = tool(&format!("risk = \"low\", {args}"), item);
        assert_eq!(tool.title.as_ref().map(|title| title.value.as_str()), expected, "{args} {item}");
    }
}

#[test]
fn reads_the_name_from_the_sdk_attribute() {
    for (args, item, expected) in [
        ("", "#[tool] fn f() {}", "f"),
        ("", "#[rmcp::tool(name = \"read-file\", annotations(title = \"x\"))] fn f() {}", "read-file"),
        ("name = \"f\"", "#[tool] fn f() {}", "f"),
        ("name = \"g\"", "#[tool(name = \"g\")] fn f() {}", "g"),
        ("name = \"g\"", "#[tool(name = NAME)] fn f() {}", "g"),
        ("", "fn r#type() {}", "type"),
        ("", "#[cfg_attr(x, tool)] fn f() {}", "f"),
    ] {
        assert_eq!(tool(&format!("risk = \"low\", {args}"), item).name.value, expected, "{item}");
    }
}

#[test]
fn accepts_a_manually_boxed_future() {
    low("fn f() -> Pin<Box<dyn Future<Output = ()> + Send>> {}");
    low("fn f() -> std::pin::Pin<Box<dyn Future<Output = ()>>> {}");
}

#[test]
fn collects_conditions() {
    let tool = low("#[cfg(unix)] #[cfg_attr(x, cfg(y), inline)] #[cfg_attr(a, cfg_attr(b, cfg(c)))] fn f() {}");
    assert_eq!(texts(&tool.cfgs), ["unix", "any (not (x) , y)", "any (not (all (a , b)) , c)"]);
}

#[test]
fn finds_each_annotation_in_a_scan() {
    let item: syn::ItemFn = syn::parse_str(
        "#[cfg(unix)] #[cfg_attr(a, mcp_scopes::mcp_tool(risk = \"low\"))] \
         #[cfg_attr(not(a), mcp_tool(risk = \"high\"))] /// F\n fn f() {}",
    )
    .unwrap();
    let heads = FnHead::of(&item.attrs, &item.vis, &item.sig);
    let read: Vec<_> = heads
        .into_iter()
        .map(|(args, head)| {
            let (tool, errors) = read(args, &head);
            assert!(errors.is_empty(), "{errors:#?}");
            let tool = tool.unwrap();
            (tool.risk_or_strictest(), texts(&tool.cfgs).join(" + "), tool.facts.description.value)
        })
        .collect();
    assert_eq!(
        read,
        [(Risk::Low, "a + unix".to_owned(), "F".to_owned()), (Risk::High, "not (a) + unix".to_owned(), "F".to_owned()),]
    );
}

#[test]
fn accepts_literals_captured_by_macro_rules() {
    // `$risk:literal` arrives in a group without delimiters.
    let captured = proc_macro2::Group::new(proc_macro2::Delimiter::None, "\"high\"".parse().unwrap());
    let head = FnHead::parse("fn f() {}".parse().unwrap()).unwrap();
    let (tool, errors) = read(quote::quote!(risk = #captured), &head);
    assert!(errors.is_empty());
    assert_eq!(tool.unwrap().risk_or_strictest(), Risk::High);
}
