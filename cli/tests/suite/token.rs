//! `mcp-scopes token`: explains tokens without printing them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

use crate::support::{Demo, Run};

const ISSUER: &str = "https://auth.example.com";
const RESOURCE: &str = "https://tools.example.com/mcp";
/// A token that is valid until 2100, and the key set that verifies it.
const SIGNED: &str = include_str!("../data/token.txt");
const KEYS: &str = include_str!("../data/jwks.json");
const TOOLS: &str = "use mcp_scopes::{mcp_tool, scope_table};\n\n/// List the files\n#[mcp_tool(risk = \"low\")]\nfn list_files() {}\n\n\
    /// Run a command\n#[mcp_tool(risk = \"high\", scope = \"shell:run\")]\nfn run() {}\n\n\
    scope_table! { static TOOLS = [list_files, run] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";
const CONFIG: &str = "[server]\nresource = \"https://tools.example.com/mcp\"\nauthorization_servers = [\"https://auth.example.com\"]\n\
    [scopes]\n\"shell:run\" = { description = \"Run commands\", implies = [\"list_files\"] }\n\"list_files\" = \"List the files\"\n";

/// Returns a token with these claims. Its signature is not valid.
fn unsigned(claims: &Value) -> String {
    let header = json!({"alg": "ES256", "kid": "a"});
    format!("{}.{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()), BASE64.encode([7; 64]))
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": RESOURCE, "sub": "PLANTED", "client_id": "editor", "scope": "shell:run", "exp": 4_102_444_800_u64})
}

fn explain(demo: &Demo, token: &str, more: &[&str]) -> Run {
    let arguments = ["token", "-", "--issuer", ISSUER, "--resource", RESOURCE];
    let run = demo.run_with(&[&arguments, more].concat(), token);
    let parts = token.trim().rsplit(' ').next().unwrap().split('.').filter(|part| part.len() > 8);
    for part in parts.chain(["PLANTED"]) {
        assert!(!run.out.contains(part) && !run.err.contains(part), "the token was printed: {run:?}");
    }
    run
}

#[test]
fn names_tools_of_which_some_calls_need_further_scopes() {
    let tools = "use mcp_scopes::{mcp_tool, scope_table};\n\n\
        /// Read a file\n#[mcp_tool(risk = \"low\", scope = any(all(\"list_files\", when(\"/etc/*\", \"shell:run\")), \"admin\"))]\n\
        fn read(path: &str) {}\n\n\
        scope_table! { static TOOLS = [read] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";
    let demo = Demo::package(tools);
    demo.write("mcp-scopes.toml", format!("{CONFIG}admin = \"Everything\"\n"));
    let note = "  note: some calls of `read` need further scopes, by their arguments\n";
    for (scope, expected) in
        [("list_files", note), ("list_files shell:run", ""), ("shell:run", ""), ("admin", ""), ("admin list_files", "")]
    {
        let mut claims = claims();
        claims["scope"] = json!(scope);
        let run = explain(&demo, &unsigned(&claims), &[]);
        assert!(run.code == 0 && run.out.ends_with(&format!("  tools: read (1 of 1)\n{expected}")), "{scope}: {run:?}");
    }
}

#[test]
fn names_scopes_and_tools_of_an_accepted_token() {
    let demo = Demo::package(TOOLS);
    demo.write("mcp-scopes.toml", CONFIG).write("jwks.json", KEYS);
    let run = explain(&demo, &format!("Bearer {SIGNED}"), &["--jwks", "jwks.json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    assert!(
        run.out.starts_with(
            "the token would be accepted, with the default settings of a server\n  signature: valid\n  expires: in "
        ),
        "{run:?}"
    );
    assert!(run.out.ends_with("  scopes: openid list_files\n  tools: list_files (1 of 2)\n"), "{run:?}");
    // The resource of the package is the default.
    let run = demo.run_with(&["token", "-", "--issuer", ISSUER, "--jwks", "jwks.json"], SIGNED);
    assert!(run.code == 0 && run.out.contains("tools: list_files (1 of 2)"), "{run:?}");
    // Scopes open tools through `implies`, and the signature is not checked without keys.
    let run = explain(&demo, &unsigned(&claims()), &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("signature: not checked; add `--jwks FILE` to check it"), "{run:?}");
    assert!(run.out.ends_with("  scopes: shell:run\n  tools: list_files, run (2 of 2)\n"), "{run:?}");
}

#[test]
fn reads_the_token_from_a_file_and_the_tools_from_a_document() {
    let demo = Demo::package(TOOLS);
    demo.write("mcp-scopes.toml", CONFIG).write("token.txt", SIGNED);
    let exported = demo.run(&["export"]);
    let elsewhere = Demo::new();
    elsewhere.write("token.txt", SIGNED).write("document.json", &exported.out);
    let arguments = ["token", "token.txt", "--issuer", ISSUER, "--resource", RESOURCE];
    let run = elsewhere.run(&[&arguments[..], &["--tools", "document.json"]].concat());
    assert!(run.code == 0 && run.out.contains("tools: list_files (1 of 2)"), "{run:?}");
    // Without tools here, the token is explained all the same.
    let run = elsewhere.run(&arguments);
    assert!(run.code == 0 && run.out.contains("; name a table with `--tools PATH`"), "{run:?}");
    let run = elsewhere.run(&[&arguments[..], &["--tools", "missing"]].concat());
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn says_why_a_token_would_be_refused_and_what_to_change() {
    let demo = Demo::new();
    let with = |changes: Value| {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        unsigned(&claims)
    };
    for (token, more, said, step, help) in [
        (with(json!({"aud": null})), &[][..], "`aud` is missing", "audience", "`Provider::cognito`"),
        (with(json!({"aud": "account"})), &[], "`aud` has another value", "audience", "audience mapper"),
        (with(json!({"aud": "https://tools.example.com/mcp/"})), &[], "trailing slash", "audience", "exactly as"),
        (with(json!({"iss": "https://auth.example.com/"})), &[], "`iss` differs", "issuer", ".token_issuer(..)"),
        (with(json!({"iss": null})), &[], "`iss` is missing", "issuer", "let the issuer write"),
        (with(json!({"exp": 1})), &[], "it has expired", "time", "refresh its token"),
        (with(json!({"at_hash": "h"})), &[], "it looks like an ID token", "kind", "send the access token"),
        (
            with(json!({"token_use": "id"})),
            &["--provider", "cognito", "editor"],
            "`token_use`",
            "kind",
            "send the access token",
        ),
        (
            with(json!({"aud": null, "token_use": "access"})),
            &["--provider", "cognito", "other"],
            "names a client that is not on the list",
            "client",
            "add the client",
        ),
        (
            with(json!({"scope": null, "permissions": ["shell:run"]})),
            &[],
            "`permissions` is present and not read",
            "scopes",
            "scopes_from",
        ),
        ("opaque".to_owned(), &[], "it is opaque, and not a JWT", "format", "`Issuer::introspection`"),
        (SIGNED.replacen("eyJ", "eyK", 1), &[], "holds no JSON object", "format", ""),
    ] {
        let run = explain(&demo, &token, more);
        assert_eq!(run.code, 1, "{said}: {run:?}");
        assert!(
            run.err.contains(&format!("error: the token would be refused: {said}")) || run.err.contains(said),
            "{said}: {run:?}"
        );
        assert!(run.err.contains(help), "{help}: {run:?}");
        // The id of the step is explained.
        let id = format!("token-{step}");
        assert!(run.err.lines().next().unwrap().ends_with(&format!(" [{id}]")), "{id}: {run:?}");
        let run = demo.run(&["explain", &id]);
        assert!(run.code == 0 && run.out.contains("Reported by `token`"), "{id}: {run:?}");
    }
    demo.write("jwks.json", KEYS);
    let run = explain(&demo, &unsigned(&claims()), &["--jwks", "jwks.json"]);
    assert!(run.code == 1 && run.err.contains("no key of its issuer verifies its signature"), "{run:?}");
    assert!(!run.out.contains("not checked"), "{run:?}");
}

/// The set-ups of `docs/providers.md` that need more than a provider's name and values.
#[test]
fn reads_tokens_of_documented_set_ups() {
    const APPLICATION: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    let demo = Demo::new();
    let token = |more: Value| {
        let mut claims = json!({"iss": ISSUER, "sub": "PLANTED", "exp": 4_102_444_800_u64});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        unsigned(&claims)
    };
    let roles = json!({"aud": APPLICATION, "tid": "t", "oid": "o", "idtyp": "app", "roles": ["shell:run"]});
    let keycloak = json!({"typ": "Bearer", "azp": "editor", "scope": "shell:run"});
    let account = json!({"typ": "Bearer", "azp": "editor", "scope": "shell:run", "aud": "account"});
    let work = json!({"aud": "client_1", "scope": "shell:run"});
    let entra = ["--provider", "entra", APPLICATION];
    let thumbprint = "A".repeat(43);
    let bound = json!({"aud": RESOURCE, "scope": "shell:run", "cnf": {"jkt": thumbprint}});
    let certificate = json!({"aud": RESOURCE, "scope": "shell:run", "cnf": {"x5t#S256": thumbprint}});
    for (claims, more, code, said) in [
        (&roles, entra.to_vec(), 1, "it is app-only: `roles` is not read"),
        (&roles, [&entra[..], &["--app-roles"]].concat(), 0, "scopes: shell:run"),
        (&keycloak, vec!["--provider", "keycloak"], 1, "`aud` is missing"),
        (
            &keycloak,
            vec!["--provider", "keycloak", "--accept-missing-audience", "--client", "other", "editor"],
            0,
            "scopes: shell:run",
        ),
        (&keycloak, vec!["--provider", "keycloak", "--accept-missing-audience"], 2, "no list of clients is stated"),
        (
            &keycloak,
            vec!["--provider", "keycloak", "--accept-missing-audience", "--client", "other"],
            1,
            "names a client that is not on the list",
        ),
        (
            &account,
            vec!["--provider", "keycloak", "--audience", "account", "--client", "editor"],
            0,
            "scopes: shell:run",
        ),
        (&account, vec!["--provider", "keycloak", "--audience", "account"], 2, "no list of clients is stated"),
        (&work, vec!["--provider", "workos", "--audience", "client_1", "--require", "scope"], 0, "scopes: shell:run"),
        (&work, vec!["--provider", "workos", "--audience", "client_1", "--require", "tier"], 1, "`tier` is missing"),
        (&work, vec!["--audience", "client_1", "--scopes-from", "rights"], 1, "`scope` is present and not read"),
        (&work, vec!["--provider", "workos", "--app-roles"], 2, "applies to tokens of Microsoft Entra only"),
        (&bound, Vec::new(), 0, "note: accepted with `.dpop(..)` and a proof"),
        (
            &json!({"aud": RESOURCE, "scope": "shell:run", "permissions": ["shell:run"]}),
            Vec::new(),
            0,
            "note: `permissions` is present and not read; name the claim: `Provider::scopes_from`",
        ),
        (&certificate, Vec::new(), 0, "note: accepted with `.proof_checked_by_proxy()` and the certificate"),
    ] {
        let run = explain(&demo, &token(claims.clone()), &more);
        assert_eq!(run.code, code, "{more:?}: {run:?}");
        assert!(run.out.contains(said) || run.err.contains(said), "{more:?}: {said}: {run:?}");
    }
}

/// Issuers whose tokens state another issuer, and issuers with tenants, as Microsoft Entra has them.
#[test]
fn reads_tokens_as_the_names_of_the_issuer_say() {
    const ONE: &str = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
    const TWO: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
    let demo = Demo::new();
    let mut keys: Value = serde_json::from_str(KEYS).unwrap();
    for key in keys["keys"].as_array_mut().unwrap() {
        key["issuer"] = json!("https://login.example.com/{tenantid}/v2.0");
    }
    demo.write("jwks.json", keys.to_string());
    let template = "https://login.example.com/{tenant}/v2.0";
    let [of_one, of_two] = [ONE, TWO].map(|tenant| template.replace("{tenant}", tenant));
    let run = |token: &str, arguments: &[&str]| {
        demo.run_with(&[&["token", "-", "--resource", RESOURCE], arguments].concat(), token)
    };
    let keys = ["--jwks", "jwks.json"];
    // The keys name the advertised issuer, and the token states another one.
    for (issuer, more, code, said) in [
        (of_one.as_str(), &["--token-issuer", ISSUER][..], 0, "signature: valid"),
        (ISSUER, &[], 1, "the key that signed it is not for its issuer"),
        (&of_one, &[], 1, "`iss` has another value"),
        (
            "https://login.example.net/v2.0",
            &["--token-issuer", ISSUER],
            1,
            "the key that signed it is not for its issuer",
        ),
        (&of_one, &["--token-issuer", &of_one], 2, "`.token_issuer(..)` has no effect"),
    ] {
        let run = run(SIGNED, &[&["--issuer", issuer][..], more, &keys].concat());
        assert_eq!(run.code, code, "{issuer} {more:?}: {run:?}");
        assert!(run.out.contains(said) || run.err.contains(said), "{issuer} {more:?}: {run:?}");
    }
    // The tenant of a token is compared with `tid`, and with the list.
    let token = |issuer: &str, tenant: Value| {
        let mut claims = claims();
        (claims["iss"], claims["tid"]) = (json!(issuer), tenant);
        unsigned(&claims)
    };
    for (token, tenants, code, said) in [
        (token(&of_one, json!(ONE)), &["--tenant", ONE][..], 0, "scopes: shell:run"),
        (token(&of_two, json!(TWO)), &["--tenant", ONE, TWO], 0, "scopes: shell:run"),
        (token(&of_two, json!(TWO)), &["--tenant", ONE], 1, "`iss` names a tenant that is not accepted"),
        (token(&of_one, json!(TWO)), &["--tenant", ONE], 1, "`tid` is not the tenant that its issuer names"),
        (token(&of_one, Value::Null), &["--tenant", ONE], 1, "`tid` is missing"),
        (token(&of_one, json!(ONE)), &["--tenant", "contoso"], 2, "is not a GUID"),
        (token(&of_one, json!(ONE)), &[], 2, "no tenant is accepted"),
    ] {
        let run = run(&token, &[&["--issuer", template][..], tenants].concat());
        assert_eq!(run.code, code, "{tenants:?} {said}: {run:?}");
        assert!(run.out.contains(said) || run.err.contains(said), "{tenants:?} {said}: {run:?}");
    }
    let stated = "https://sts.example.net/{tenant}/";
    let arguments = ["--issuer", template, "--token-issuer", stated, "--tenant", ONE];
    let run = run(&token(&stated.replace("{tenant}", ONE), json!(ONE)), &arguments);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn rejects_wrong_usage() {
    let demo = Demo::new();
    demo.write("token.txt", SIGNED).write("jwks.json", "{}").write("binary", [0xff, 0xfe]);
    let base = ["token", "token.txt", "--issuer", ISSUER];
    let with_resource = [&base[..], &["--resource", RESOURCE]].concat();
    for (arguments, said) in [
        (base.to_vec(), "the resource of the server is missing"),
        ([&with_resource[..], &["--provider", "nix"]].concat(), "unknown provider `nix`"),
        ([&with_resource[..], &["--provider", "cognito"]].concat(), "the provider `cognito` requires clients"),
        ([&with_resource[..], &["--provider", "okta", "api://default"]].concat(), "no list of clients is stated"),
        ([&with_resource[..], &["--jwks", "jwks.json"]].concat(), "the key set has no list `keys`"),
        ([&with_resource[..], &["--jwks", "missing.json"]].concat(), "the key set cannot be read"),
        (["token", "missing", "--issuer", ISSUER, "--resource", RESOURCE].to_vec(), "cannot read the named file: "),
        (["token", "missing.txt", "--issuer", ISSUER, "--resource", RESOURCE].to_vec(), "cannot read the named file: "),
        (["token", "binary", "--issuer", ISSUER, "--resource", RESOURCE].to_vec(), "the token is not text"),
    ] {
        let run = demo.run(&arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{said}: {run:?}");
        assert!(run.err.contains(said), "{said}: {run:?}");
    }
    assert_eq!(explain(&demo, " \n", &[]).code, 2);
    // An argument would be visible to other users, so a token is not accepted as one.
    for token in [SIGNED.trim(), "ory_at_PLANTEDTOKEN", "ory_at_PLANTEDKEY.PLANTEDSIGNATURE", "PLANTED/TOKEN+a=="] {
        let run = demo.run(&["token", token, "--issuer", ISSUER, "--resource", RESOURCE]);
        let shows = |text: &str| run.err.contains(text) || run.out.contains(text);
        assert!(run.code == 2 && !shows("PLANTED") && !shows(&SIGNED[..20]), "{run:?}");
    }
}

/// The table names scopes without the prefix; documents name them with `outside`, and tokens with `inside`.
#[test]
fn reads_scopes_with_the_prefix_of_the_package_or_of_the_command() {
    let demo = Demo::package(TOOLS);
    let prefix = "[server.scope_prefix]\noutside = \"api://tools/\"\ninside = \"tools/\"\n";
    demo.write("mcp-scopes.toml", format!("{CONFIG}{prefix}"));
    let document = demo.run(&["export", "."]);
    assert!(document.code == 0 && document.out.contains("\"api://tools/shell:run\""), "{document:?}");
    demo.write("published.json", &document.out);
    let with = |scope: &str| {
        let mut claims = claims();
        claims["scope"] = json!(scope);
        unsigned(&claims)
    };
    let all = "  scopes: shell:run\n  tools: list_files, run (2 of 2)\n";
    let none = "  scopes: none\n  note: the token has scopes, and none with the prefix of this server; state it with \
        `--scope-prefix`\n  tools: none (0 of 2)\n";
    for (scope, more, expected) in [
        ("tools/shell:run", [].as_slice(), all),
        ("shell:run", &[], none),
        ("api://tools/shell:run", &[], none),
        ("shell:run", &["--scope-prefix", "api://tools/", "--tools", "published.json"], all),
        ("t.shell:run", &["--scope-prefix", "api://tools/", "t.", "--tools", "published.json"], all),
        ("shell:run", &["--scope-prefix", "api://another/"], all),
        (
            "api://tools/shell:run",
            &["--scope-prefix", "api://tools/", "--tools", "published.json"],
            "  tools: none (0 of 2)\n",
        ),
        ("t.shell:run", &["--scope-prefix", "api://tools/", "--tools", "published.json"], "  tools: none (0 of 2)\n"),
    ] {
        let run = explain(&demo, &with(scope), more);
        assert!(run.code == 0 && run.out.ends_with(expected), "{scope} {more:?}: {run:?}");
    }
    let run = explain(&demo, &with("shell:run"), &["--scope-prefix", "api://tools"]);
    assert!(run.code == 2 && run.err.contains("ends in a letter or digit"), "{run:?}");
    let page = demo.run(&["docs", ".", "--output", "page.html"]);
    assert!(page.code == 0 && demo.read("page.html").contains("api://tools/shell:run"), "{page:?}");
}
