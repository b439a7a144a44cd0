//! `mcp-scopes docs`: the contents of the page, its protection against injected text, and its output files.

mod stamp;

use crate::support::Demo;
use serde_json::json;

const SOURCE: &str = "use mcp_scopes::{mcp_tool, scope_table};\n\n\
    /// Read a file | or two\n#[mcp_tool(scope = \"files:read\", risk = \"low\")]\nfn read_file(path: String, lines: Option<u32>) {}\n\n\
    /// Delete a file\n#[mcp_tool(scope = \"files:write\", risk = \"high\", policy(blocked_after(\"read_file:/etc/*\"), max_calls_per_session = 1))]\nfn delete_file(path: String) {}\n\n\
    /// Say hello\n#[mcp_tool(public, risk = \"minimal\")]\nfn hello() {}\n\n\
    scope_table! { static TOOLS = [read_file, delete_file, hello] with \"mcp-scopes.toml\"; }\n\nfn main() {}\n";

const CONFIG: &str = "[server]\nresource = \"https://tools.example.com/mcp\"\nresource_name = \"Files\"\nauthorization_servers = [\"https://auth.example.com\"]\n\
    [scopes]\n\"files:read\" = \"Read files\"\n\"files:write\" = { description = \"Change files\", implies = [\"files:read\"] }\n\
    [flows]\nauthor = [\"files:read\", \"files:write\"]\n[session]\nmax_high_risk_calls = 2\n";

const MARKERS: &str = "<!-- mcp-scopes docs begin -->\n<!-- mcp-scopes docs end -->";

const README: &str = "# Files\n\n<!-- mcp-scopes docs begin -->\n<!-- mcp-scopes docs end -->\n\nThe end.\n";

fn package() -> Demo {
    let demo = Demo::package(SOURCE);
    demo.write("mcp-scopes.toml", CONFIG);
    demo
}

fn page(demo: &Demo, source: &str) -> String {
    let run = demo.run(&["docs", source]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    run.out
}

#[test]
fn page_shows_what_is_declared() {
    let demo = package();
    let page = page(&demo, ".");
    for part in [
        "<h1>Files</h1>",
        "data-head=\"For\">Read files</td>",
        "data-needs=\"[[1]]\" data-risk=\"high\"",
        "data-needs=\"public\"",
        "data-name=\"files:write\" data-anchor=\"scope-files~3a~write\" data-implies=\"[0]\"",
        "<tr id=\"scope-files~3a~write\">",
        "files:write implies files:read.",
        "<li class=\"r-low\"><code>files:read</code><span class=\"note\">+ 1 tool, up to low</span></li>\
         <li class=\"r-high\"><code>files:write</code><span class=\"note\">+ 1 tool, up to high</span></li>",
        "At most 2 calls of high or critical risk in one session.",
        "Denied after the session has called <code>read_file</code> with an argument that matches <code>/etc/*</code>.",
        "At most 1 call in one session.",
        "<code>lines</code> (optional)",
        "id=\"tool-delete_file\"",
        "href=\"#tool-delete_file\"",
        "<span class=\"risk r-high\">high</span>",
        "<span class=\"mark implies\" aria-hidden=\"true\">○</span><span class=\"hidden\">opens it, implied</span>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // The page loads nothing, and only its own style and script apply.
    for part in [
        "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-",
        "<html lang=\"en\">",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for part in [" src=", "url(http", "@import", "unsafe-inline", " style=\"", " onclick"] {
        assert!(!page.contains(part), "{part}");
    }
}

#[test]
fn shows_of_which_tools_a_scope_opens_further_calls() {
    let demo = package();
    let source = SOURCE.replace(
        "scope = \"files:read\", risk = \"low\"",
        "scope = all(\"files:read\", when(\"/etc/*\", \"files:system\")), risk = \"low\"",
    );
    demo.write("src/main.rs", &source);
    demo.write("mcp-scopes.toml", CONFIG.replace("[flows]", "\"files:system\" = \"Files of the system\"\n[flows]"));
    let page = page(&demo, ".");
    for part in [
        "data-head=\"Opens\">further calls of 1 tool</td>",
        "data-head=\"Opens\">1 tool</td>",
        "opens it, or further calls of it, together with others",
        "<span class=\"mark others\" aria-hidden=\"true\">◐</span><span class=\"hidden\">opens it with others</span>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    demo.write("README.md", README);
    let run = demo.run(&["docs", ".", "--in", "README.md"]);
    assert_eq!(run.code, 0, "{run:?}");
    let text = demo.read("README.md");
    assert!(text.contains("| `files:system` | further calls of 1 tool | low |"), "{text}");
}

#[test]
fn shows_resources_and_prompts() {
    let demo = package();
    let entries = "[resources.\"logs://*\"]\nscope = \"files:write\"\nrisk = \"low\"\ndescription = \"The log | of today\"\n\
                   [resources.\"docs://{name}\"]\npublic = true\nrisk = \"critical\"\n\
                   [prompts.review]\nscope = { all = [\"files:read\", \"files:write\"] }\n[prompts.hello]\nauthenticated = true\n";
    demo.write("mcp-scopes.toml", format!("{CONFIG}{entries}"));
    let page = page(&demo, ".");
    for part in [
        "<strong>3 tools</strong>, <strong>2 resources and 2 prompts</strong> behind <strong>2 scopes</strong>",
        "<a href=\"#contents\">Resources and prompts</a>",
        "<tr class=\"content\" id=\"resource-logs~3a~~2f~~2f~~2a~\" data-needs=\"[[1]]\" data-risk=\"low\">",
        "<tr class=\"content\" id=\"prompt-review\" data-needs=\"[[0,1]]\" data-risk=\"not stated\">",
        "data-needs=\"public\" data-risk=\"critical\"",
        "<td class=\"needs\" data-head=\"Opened by\">any valid token</td>",
        "The log | of today",
        // What a scope opens, and what a step of a flow opens.
        ">2 tools, 1 resource and 1 prompt</td>",
        "<span class=\"note\">+ 1 tool, 1 resource and 1 prompt, up to high</span>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // The worst risk is first.
    assert!(page.find("id=\"resource-docs").unwrap() < page.find("id=\"resource-logs").unwrap());
    let markdown = demo.run(&["docs", "--markdown"]).out;
    for part in [
        "Files: 3 tools, 2 resources and 2 prompts behind 2 scopes.",
        "| <code>logs\\://\\*</code> | resource | low | `files:write` | The log \\| of today |",
        "| <code>docs\\://{name}</code> | resource | critical | open to everyone |  |",
        "| `review` | prompt | not stated | `files:read` and `files:write` |  |",
        "| `hello` | prompt | not stated | any valid token |  |",
        "(+ 1 tool, 1 resource and 1 prompt)",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    // A document without tools.
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "authorization_servers": ["https://i.example.com"],
        "mcp_extensions": { "prompt_scope_mapping": { "</script>|": { "required_scopes": [["only:here"]] } } },
    });
    demo.write("prm.json", document.to_string());
    let page = self::page(&demo, "prm.json");
    for part in [
        "<strong>1 prompt</strong> behind <strong>1 scope</strong>",
        "href=\"#contents\">Prompts</a>",
        "id=\"ask\"",
        "only:here",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("&lt;/<wbr>script&gt;") && !page.contains("id=\"tools\""), "{page}");
    assert!(!page.contains("which maps tools to scopes"), "{page}");
}

#[test]
fn returns_the_same_page_for_the_same_input() {
    let demo = package();
    let first = page(&demo, ".");
    assert_eq!(page(&demo, "."), first);
    assert_eq!(demo.run(&["docs", "--html", "--out", "page.html"]).code, 0);
    assert_eq!(demo.read("page.html"), first);
}

#[test]
fn documents_have_no_scope_descriptions() {
    let demo = package();
    assert_eq!(demo.run(&["export", "--output", "prm.json"]).code, 0);
    let document = page(&demo, "prm.json");
    assert!(document.contains("<h1>Files</h1>") && !document.contains(">Read files</td>"));
    let run = demo.run_with(&["docs", "-"], &demo.read("prm.json"));
    assert_eq!((run.code, run.out), (0, document.clone()));
    assert_eq!(demo.run(&["lock"]).code, 0);
    assert_eq!(page(&demo, "mcp-scopes.lock.json"), document);
    for (source, says) in
        [("nothing.json", "cannot read `nothing.json`"), ("Cargo.toml", "not a valid metadata document")]
    {
        let run = demo.run(&["docs", source]);
        assert!(run.code == 2 && run.err.contains(says) && run.out.is_empty(), "{run:?}");
    }
}

#[test]
fn escapes_text_of_the_document() {
    let evil =
        "</script></title></style><script>alert(1)</script><img src=x onerror=alert(1)> \"'` | \u{202e}\u{1b}[1m";
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "resource_name": evil,
        "authorization_servers": ["https://i.example.com"],
        "scopes_supported": ["a'<b>&c"],
        "mcp_extensions": {
            "tool_scope_mapping": {
                "tool": {
                    "title": evil,
                    "description": evil,
                    "risk_level": "high",
                    "required_scopes": [["a'<b>&c", "<script>"], ["--></script>|"]],
                    "auto_approvable": false,
                    "requires_user_approval": true,
                    "parameters": [evil],
                    "examples": [evil],
                    "commonly_grouped_with": [],
                },
                "silent": { "title": "Silent", "description": "no requirement is stated", "risk_level": "low" },
            },
            "scope_upgrade_flows": { evil: ["--></script>|"] },
            "tool_interaction_policies": { "tool": { "blocked_patterns": ["</script><img src=x>`\""] } },
        },
    });
    let mut document = document;
    // Empty members are not written.
    document["mcp_extensions"]["tool_scope_mapping"]["tool"].as_object_mut().unwrap().remove("commonly_grouped_with");
    let demo = Demo::new();
    demo.write("prm.json", document.to_string());
    let run = demo.run(&["docs", "prm.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    for part in ["<script>", "</script>", "<title>", "<style>", "</style>"] {
        assert_eq!(run.out.matches(part).count(), 1, "{part}");
    }
    // Each drawing also has a title.
    assert_eq!(run.out.matches("</title>").count(), 1 + run.out.matches("<svg role=\"img\"").count());
    assert!(!run.out.contains("<img") && !run.out.contains('\u{202e}') && !run.out.contains('\u{1b}'));
    assert!(run.out.contains("&lt;/script&gt;") && run.out.contains("data-name=\"a'&lt;b&gt;&amp;c\""));
    assert!(run.out.contains("Silent – no requirement is stated"));
    // A tool without a stated requirement is not open.
    assert!(run.out.contains("data-needs=\"[]\" data-risk=\"low\"") && run.out.contains("not stated"));

    let markdown = demo.run(&["docs", "prm.json", "--markdown"]);
    assert_eq!(markdown.code, 0, "{markdown:?}");
    assert_eq!(markdown.out.matches("<!--").count(), 1);
    assert!(markdown.out.contains("Silent – no requirement is stated"));
    assert!(!markdown.out.contains("<script") && !markdown.out.contains("<img") && !markdown.out.contains('\u{202e}'));
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    for line in markdown.out.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(bars(line), 6, "{line}");
    }
}

#[test]
fn reports_a_document_without_tools() {
    let demo = Demo::new();
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "authorization_servers": ["https://i.example.com"],
        "scopes_supported": ["files:read"],
    });
    demo.write("prm.json", document.to_string());
    let page = page(&demo, "prm.json");
    for part in ["No tools are known", "<code>files:read</code>", "not known", "https://i.example.com"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // The page shows nothing that looks like an answer.
    for part in ["id=\"ask\"", "class=\"matrix", "id=\"tools\"", "0 tools</td>", "not limited"] {
        assert!(!page.contains(part), "{part}");
    }
    let markdown = demo.run(&["docs", "prm.json", "--markdown"]).out;
    assert!(markdown.contains("No tools are known") && !markdown.contains("### Tools"), "{markdown}");
}

#[test]
fn draws_each_part_of_the_hierarchy_and_lists_all_of_it() {
    let implied =
        |from: usize, to: std::ops::Range<usize>| (format!("s{from}"), to.map(|to| json!(format!("s{to}"))).collect());
    let chain = (0..3).map(|from| implied(from, from + 1..4));
    // A hierarchy that is too large to draw.
    let hierarchy: serde_json::Map<String, serde_json::Value> = chain.chain([implied(10, 11..300)]).collect();
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "authorization_servers": ["https://i.example.com"],
        "mcp_extensions": { "scope_hierarchy": hierarchy },
    });
    let demo = Demo::new();
    demo.write("prm.json", document.to_string());
    let page = page(&demo, "prm.json");
    assert_eq!(page.matches("<svg ").count(), 1);
    assert!(page.contains("s0 implies s1. s1 implies s2. s2 implies s3.</desc>"), "{page}");
    assert!(page.contains("The part around <code>s10</code> has 289 arrows, too many to draw."), "{page}");
    assert!(page.contains(" and 269 more</td>") && page.contains("<code>s299</code></li>"), "{page}");
}

#[test]
fn draws_which_use_limits_which_tool() {
    let tool = json!({"description": "x", "risk_level": "high", "required_scopes": [["s"]]});
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "authorization_servers": ["https://i.example.com"],
        "mcp_extensions": {
            "tool_scope_mapping": {"read": tool, "send": tool, "deploy": tool},
            "tool_interaction_policies": {
                "send": {"blocked_after": ["read:*.key", "@resource"], "max_calls_per_session": 1},
                "deploy": {"requires_approval_after": ["send"]},
            },
        },
    });
    let demo = Demo::new();
    demo.write("prm.json", document.to_string());
    let page = page(&demo, "prm.json");
    assert!(page.contains("After read, denied: send.") && page.contains("After @resource, denied: send."), "{page}");
    assert!(page.contains("After send, approval for: deploy.</desc>"), "{page}");
    assert_eq!((page.matches("<path class=\"arrow\"").count(), page.matches("arrow dashed").count()), (2, 1), "{page}");
    // Without an order of calls there is nothing to draw.
    let alone = json!({"send": {"blocked_after": ["send"], "max_calls_per_session": 1}});
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "mcp_extensions": {"tool_scope_mapping": {"send": tool}, "tool_interaction_policies": alone},
    });
    demo.write("alone.json", document.to_string());
    assert!(!self::page(&demo, "alone.json").contains("id=\"sequences\""));
}

#[test]
fn lists_requirements_in_words_for_many_scopes() {
    let tools: serde_json::Map<String, serde_json::Value> = (0..60)
        .map(|number| {
            let tool = json!({"description": "x", "risk_level": if number < 3 { "high" } else { "low" }, "required_scopes": [[format!("s{number}")]]});
            (format!("t{number}"), tool)
        })
        .collect();
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "authorization_servers": ["https://i.example.com"],
        "scopes_supported": ["s0"],
        "mcp_extensions": { "tool_scope_mapping": tools },
    });
    let demo = Demo::new();
    demo.write("prm.json", document.to_string());
    let page = page(&demo, "prm.json");
    assert!(
        page.contains("<th class=\"by\" scope=\"col\">Opened by</th>")
            && page.contains("<td class=\"by\"><code>s59</code></td>")
    );
    // Nearly every tool has a different scope, so tools are grouped by risk.
    let high = page.find("risk: high").unwrap();
    assert!(high < page.find("risk: low").unwrap());
}

#[test]
fn orders_groups_by_worst_risk() {
    let tool = |scope: &str, risk: &str| json!({"description": "x", "risk_level": risk, "required_scopes": [[scope]]});
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "authorization_servers": ["https://i.example.com"],
        "scopes_supported": ["calm", "mixed", "grave", "worst"],
        "mcp_extensions": { "tool_scope_mapping": {
            "calm_1": tool("calm", "low"), "calm_2": tool("calm", "low"), "calm_3": tool("calm", "medium"),
            "mixed_1": tool("mixed", "low"), "mixed_2": tool("mixed", "high"), "mixed_3": tool("mixed", "medium"),
            "grave_1": tool("grave", "high"), "grave_2": tool("grave", "high"),
            "worst_1": tool("worst", "critical"), "worst_2": tool("worst", "minimal"),
        } },
    });
    let demo = Demo::new();
    demo.write("prm.json", document.to_string());
    let page = page(&demo, "prm.json");
    let titles: Vec<&str> = (page.split("<span class=\"title\"><code>").skip(1))
        .map(|rest| rest.split_once("</code>").unwrap().0)
        .collect();
    assert_eq!(titles, ["worst", "grave", "mixed", "calm"]);
    // The worst tool of a group is its first.
    assert!(page.find("href=\"#tool-mixed_2\"").unwrap() < page.find("href=\"#tool-mixed_1\"").unwrap());
    let markdown = demo.run(&["docs", "prm.json", "--markdown"]).out;
    assert!(markdown.find("| `worst_1` |").unwrap() < markdown.find("| `calm_1` |").unwrap(), "{markdown}");
}

#[test]
fn abbreviates_a_long_common_prefix() {
    let prefix = "https://api.example.com/auth/tools.";
    let tool = |scope: &str| json!({"description": "x", "risk_level": "low", "required_scopes": [[format!("{prefix}{scope}")]]});
    let document = json!({
        "resource": "https://a.example.com/mcp",
        "authorization_servers": ["https://i.example.com"],
        "scopes_supported": ["openid"],
        "mcp_extensions": {
            "tool_scope_mapping": { "a": tool("read"), "b": tool("write"), "c": tool("write") },
            "scope_hierarchy": { format!("{prefix}write"): [format!("{prefix}read")] },
        },
    });
    let demo = Demo::new();
    demo.write("prm.json", document.to_string());
    let page = page(&demo, "prm.json");
    let short = format!("<code title=\"{prefix}read\">…read</code>");
    for part in [&*short, "… is short for <code>https:", ">…write</text>", "<code>openid</code>"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // What is compared or copied is complete.
    assert!(page.contains(&format!("data-name=\"{prefix}read\"")), "{page}");
    assert!(demo.run(&["docs", "prm.json", "--markdown"]).out.contains(&format!("`{prefix}read`")));
}

#[test]
fn updates_and_checks_a_readme() {
    let demo = package();
    demo.write("README.md", README);
    let run = demo.run(&["docs", "--in", "README.md", "--check"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("write it with `mcp-scopes docs --in README.md`"), "{}", run.err);
    assert!(run.out.contains("+| `read_file` | low | `files:read` |"), "{}", run.out);
    assert_eq!(demo.read("README.md"), README, "a check writes nothing");

    assert_eq!(demo.run(&["docs", "--in", "README.md"]).code, 0);
    let text = demo.read("README.md");
    assert!(
        text.starts_with("# Files\n\n<!-- mcp-scopes docs begin -->\n")
            && text.ends_with("<!-- mcp-scopes docs end -->\n\nThe end.\n")
    );
    assert!(
        text.contains("| `read_file` | low | `files:read` | runs without asking | Read a file \\| or two |"),
        "{text}"
    );
    assert!(text.contains("- author: `files:read` (+ 1 tool) → `files:write` (+ 1 tool)"), "{text}");
    let run = demo.run(&["docs", "--in", "README.md", "--check"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));

    demo.write("src/main.rs", SOURCE.replace("risk = \"high\"", "risk = \"critical\""));
    let run = demo.run(&["docs", ".", "--in", "README.md", "--check", "--resource", "https://b.example.com/mcp"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("`mcp-scopes docs --in README.md --resource https://b.example.com/mcp`"), "{}", run.err);

    demo.write("README.md", "# Files\n");
    let run = demo.run(&["docs", "--in", "README.md"]);
    assert!(run.code == 2 && run.err.contains("there is no line `<!-- mcp-scopes docs begin -->`"), "{run:?}");
    assert_eq!(demo.read("README.md"), "# Files\n");
}

#[test]
fn keeps_line_breaks_and_other_text_of_a_readme() {
    let demo = package();
    let mixed =
        format!("\u{feff}# Files\r\n\r\n{}\r\n\r\nThe end, without a last line break", MARKERS.replace('\n', "\r\n"));
    demo.write("README.md", &mixed);
    assert_eq!(demo.run(&["docs", "--in", "README.md"]).code, 0);
    let text = demo.read("README.md");
    assert!(
        text.starts_with("\u{feff}# Files\r\n") && text.ends_with("\r\nThe end, without a last line break"),
        "{text:?}"
    );
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    assert!(text.contains("| `read_file` | low | `files:read` |"), "{text}");
    // An up-to-date file is not written again, so that file watchers do not fire.
    let path = demo.path().join("README.md");
    let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(past).unwrap();
    let run = demo.run(&["docs", "--in", "README.md", "--check"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    assert_eq!(demo.run(&["docs", "--in", "README.md"]).code, 0);
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), past);
    assert_eq!(demo.read("README.md"), text);
}

#[test]
fn rejects_a_readme_without_one_pair_of_markers() {
    let demo = package();
    let (begin, end) = MARKERS.split_once('\n').unwrap();
    for (text, says, help) in [
        (format!("{begin}\n"), format!("there is no line `{end}`"), "on separate lines"),
        (format!("{MARKERS}\n{MARKERS}\n"), format!("the line `{begin}` occurs twice"), "keep one line"),
        (format!("{end}\n{begin}\n"), "the markers are in the wrong order".to_owned(), "above"),
        (format!("```md\n{MARKERS}\n```\n"), format!("there is no line `{begin}`"), "on separate lines"),
    ] {
        demo.write("README.md", &text);
        for words in [&["docs", "--in", "README.md"][..], &["docs", "--in", "README.md", "--check"]] {
            let run = demo.run(words);
            assert!(
                run.code == 2 && run.err.contains(&says) && run.err.contains(help) && run.out.is_empty(),
                "{run:?}"
            );
            assert_eq!(demo.read("README.md"), text);
        }
    }
    let run = demo.run(&["docs", "--in", "nothing.md", "--check"]);
    assert!(run.code == 2 && run.err.contains("cannot read `nothing.md`"), "{run:?}");
}

#[test]
fn keeps_the_old_file_on_errors() {
    let demo = package();
    let run = demo.run(&["docs", "--output", "no/page.html"]);
    assert_eq!(run.code, 2, "{run:?}");
    let run = demo.run(&["docs", "--output", "page.html", "--check"]);
    assert!(run.code == 2 && run.err.contains("write it with `mcp-scopes docs --output page.html`"), "{run:?}");
    demo.write("page.html", "old");
    assert_eq!(demo.run(&["docs", "--output", "page.html", "--check"]).code, 1);
    // If the page cannot be made, the old one is kept.
    demo.write("src/main.rs", SOURCE.replace("files:read\"", "files read\""));
    let run = demo.run(&["docs", "--output", "page.html"]);
    assert_eq!((run.code, demo.read("page.html").as_str()), (1, "old"), "{run:?}");
    for words in [&["docs", "--check"][..], &["docs", "--html", "--markdown"], &["docs", "--in", "a", "--output", "b"]]
    {
        assert_eq!(demo.run(words).code, 2, "{words:?}");
    }
}
