//! Draws `docs/overview.svg`, the picture of the README, from a real table. Set `MCP_SCOPES_BLESS` to write the file.

use std::{env, fs, path::Path};

use maud::{Markup, PreEscaped, html};
use mcp_scopes::{Challenge, mcp_tool, scope_table};

const README: &str = include_str!("../../../../README.md");
/// The tool of the README, as its lines appear in the picture.
const ANNOTATION: [&str; 3] =
    ["/// List the files", "#[mcp_tool(scope = \"files:list\", risk = \"low\")]", "async fn list_files("];

/// List the files
#[mcp_tool(scope = "files:list", risk = "low")]
fn list_files() {}

scope_table! { static TOOLS = [list_files]; }

const STYLE: &str = "
    svg { color-scheme: light dark; }
    text { font: 15px system-ui, \"Segoe UI\", \"Helvetica Neue\", Arial, sans-serif; fill: #1f2328; }
    .name { font-weight: 600; }
    .code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; }
    .note { font-size: 13px; fill: #59636e; }
    rect { fill: #f6f8fa; stroke: #59636e; }
    path { fill: none; stroke: #59636e; stroke-width: 1.5; }
    .tip { fill: #59636e; stroke: none; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .note { fill: #9198a1; }
      rect { fill: #151b23; stroke: #9198a1; }
      path { stroke: #9198a1; }
      .tip { fill: #9198a1; }
    }
  ";

/// A box with a title and lines of text. All lengths are pixels.
struct Card {
    x: u32,
    y: u32,
    width: u32,
    title: &'static str,
    lines: Vec<(&'static str, String)>,
}

impl Card {
    fn height(&self) -> u32 {
        40 + 21 * u32::try_from(self.lines.len()).unwrap()
    }

    fn middle(&self) -> u32 {
        self.y + self.height() / 2
    }

    fn draw(&self) -> Markup {
        html! {
            rect x=(self.x) y=(self.y) width=(self.width) height=(self.height()) rx="8" {}
            text.name x=(self.x + 16) y=(self.y + 26) { (self.title) }
            @for ((class, line), at) in self.lines.iter().zip(1..) {
                text class=(class) x=(self.x + 16) y=(self.y + 28 + 21 * at) { (line) }
            }
        }
    }
}

/// Draws an arrow to the left side of a card, from the right side of another.
fn arrow(from: &Card, to: &Card) -> Markup {
    let (start, turn, end) = (from.x + from.width, to.x - 40, to.x - 10);
    html! {
        path d={ "M" (start) " " (from.middle()) "H" (turn) "V" (to.middle()) "H" (end) } {}
        path.tip d={ "M" (to.x) " " (to.middle()) "l-11 -5v10z" } {}
    }
}

fn drawing() -> String {
    let denied = TOOLS.grant("openid").authorize("list_files").unwrap_err();
    let challenge = Challenge::of(&denied);
    let (status, challenge) = (challenge.status(), challenge.to_string());
    let scope = challenge.split(", ").find(|part| part.trim_start_matches("Bearer ").starts_with("scope=")).unwrap();
    let tool = TOOLS.tools().next().unwrap();
    let scopes: Vec<&str> = tool.alternatives().flatten().collect();
    let (name, risk) = (tool.tool().name, tool.tool().risk.as_str());
    let code = |line: String| vec![("code", line)];
    let (head, tail) = ANNOTATION[1].split_once(", ").unwrap();
    let annotation = Card {
        x: 10,
        y: 162,
        width: 290,
        title: "annotation",
        lines: [ANNOTATION[0], &format!("{head},"), &format!("           {tail}"), &format!("{}..)", ANNOTATION[2])]
            .map(|line| ("code", line.replace(' ', "\u{a0}")))
            .into(),
    };
    let table = Card {
        x: 360,
        y: 162,
        width: 190,
        title: "scope table",
        lines: vec![
            ("code", "scope_table!".to_owned()),
            ("note", "every tool and scope,".to_owned()),
            ("note", "computed and checked".to_owned()),
            ("note", "at compile time".to_owned()),
        ],
    };
    let derived = [
        ("check", "allows or denies each call", code(format!("{name}: missing {}", denied.missing().next().unwrap()))),
        ("metadata", "the published document, RFC 9728", code(format!("\"required_scopes\": [{scopes:?}]"))),
        (
            "challenge",
            "401 or 403 with the scopes to request",
            code(format!("{status} Bearer {}", scope.trim_start_matches("Bearer "))),
        ),
        ("lint", "findings and release diffs, in CI", code("mcp-scopes lint".to_owned())),
        ("docs", "which scope opens which tool", code(format!("{} opens {name}, risk {risk}", scopes.join(" ")))),
    ];
    let derived: Vec<Card> = derived
        .into_iter()
        .zip(0_u32..)
        .map(|((title, note, mut lines), row)| {
            lines.insert(0, ("note", note.to_owned()));
            Card { x: 620, y: 10 + 96 * row, width: 350, title, lines }
        })
        .collect();
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 486" role="img" aria-labelledby="title description" {
            title #title { "One annotation, and what mcp-scopes derives from it" }
            desc #description {
                "The annotation of a tool function becomes a scope table at compile time. From the table come the check of each \
                 call, the published metadata, the challenge for a denied call, the lint findings and the docs page."
            }
            style { (PreEscaped(STYLE)) }
            (annotation.draw()) (table.draw()) (arrow(&annotation, &table))
            @for card in &derived { (card.draw()) (arrow(&table, card)) }
        }
    };
    let text = markup.into_string();
    text.replace("><", ">\n<") + "\n"
}

#[test]
fn overview_is_drawn_from_the_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/overview.svg");
    for line in ANNOTATION {
        assert!(README.contains(line), "the README does not show `{line}`");
    }
    let drawing = drawing();
    if env::var_os("MCP_SCOPES_BLESS").is_some() {
        fs::write(&file, &drawing).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), drawing, "set `MCP_SCOPES_BLESS` to draw the picture again");
}
