//! Boxes and arrows in SVG: the hierarchy of scopes, and which use limits which tool. Names use a monospaced font, so the size of a
//! box needs no measurement.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _};

use maud::{Markup, html};

use crate::docs::layers::{Layers, Node, families, layers};

/// Width of a character of a name, and of the line below, in tenths.
const NAME: usize = 86;
const NOTE: usize = 68;
const HEIGHT: usize = 52;
const GAP: usize = 20;
const BETWEEN: usize = 44;
const MARGIN: usize = 4;
/// Maximum number of arrows of a drawing. A larger drawing is unreadable.
const MOST_DRAWN: usize = 200;

/// A box with a name and a line below.
pub(super) struct Card<'s> {
    pub(super) name: Cow<'s, str>,
    pub(super) note: String,
    pub(super) class: String,
}

impl Card<'_> {
    fn width(&self) -> usize {
        (self.name.chars().count() * NAME).max(self.note.chars().count() * NOTE).div_ceil(10) + 36
    }

    fn draw(&self, x: usize, y: usize, width: usize) -> Markup {
        html! {
            g.card.(self.class) {
                rect x=(x) y=(y) width=(width) height=(HEIGHT) rx="8" {}
                rect.edge x=(x + 8) y=(y + 10) width="4" height=(HEIGHT - 20) rx="2" {}
                text.name x=(x + 21) y=(y + 22) { (self.name) }
                text.note x=(x + 21) y=(y + 40) { (self.note) }
            }
        }
    }
}

/// Boxes, and arrows between them.
pub(super) struct Picture<'p> {
    /// The start of the ids of its elements.
    pub(super) id: &'p str,
    /// What an arrow means, for readers who do not see the drawing.
    pub(super) title: &'p str,
    /// The arrows, as pairs of boxes. None leads from a box to itself.
    pub(super) edges: &'p [(usize, usize)],
    pub(super) card: &'p dyn Fn(usize) -> Option<Card<'p>>,
    /// The arrows that start at a box, in words.
    pub(super) sentence: &'p dyn Fn(usize) -> Option<String>,
    /// Whether an arrow is dashed.
    pub(super) dashed: &'p dyn Fn((usize, usize)) -> bool,
}

impl Picture<'_> {
    /// Draws each connected part, unless it is too large to read.
    pub(super) fn draw(&self) -> Markup {
        // Aligns the drawings in columns. A column widens for a name that is too long.
        let ends = self.edges.iter().flat_map(|(from, to)| [from, to]);
        let widths = ends.filter_map(|end| Some((self.card)(*end)?.width()));
        let least = widths.filter(|width| *width <= 240).max().unwrap_or(0);
        html! {
            @for (number, edges) in families(self.edges).iter().enumerate() {
                @if edges.len() > MOST_DRAWN {
                    @let first = edges.first().and_then(|edge| (self.card)(edge.0));
                    p { "The part around " code { (first.map_or(Cow::Borrowed(""), |card| card.name)) } " has "
                        (edges.len()) " arrows, too many to draw." }
                } @else {
                    (self.family(edges, &format!("{}-{number}-drawing", self.id), least))
                }
            }
        }
    }

    fn family(&self, edges: &[(usize, usize)], id: &str, least: usize) -> Markup {
        let found = layers(edges);
        let given = |node: &Node| if let Node::Given(number) = node { Some(*number) } else { None };
        let cards: BTreeMap<Node, Card<'_>> =
            (found.layers.iter().flatten()).filter_map(|node| Some((*node, (self.card)(given(node)?)?))).collect();
        let widths: Vec<usize> = found
            .layers
            .iter()
            .map(|layer| layer.iter().filter_map(|node| cards.get(node)).map(Card::width).fold(least, usize::max))
            .collect();
        let left = |layer: usize| MARGIN + widths.iter().take(layer).map(|width| width + BETWEEN).sum::<usize>();
        let tallest = found.layers.iter().map(Vec::len).max().unwrap_or(0);
        let places = places(&found, tallest);
        let top = |node: &(usize, Node)| places.get(node).copied().unwrap_or(MARGIN);
        let right = |layer: usize| left(layer) + widths.get(layer).copied().unwrap_or(0);
        let (width, height) =
            (right(widths.len().saturating_sub(1)) + MARGIN, tallest * (HEIGHT + GAP) - GAP + 2 * MARGIN);
        let text: Vec<String> =
            found.layers.iter().flatten().filter_map(given).filter_map(|number| (self.sentence)(number)).collect();
        let tip = format!("url(#{id}-tip)");
        svg(
            (width, height),
            id,
            self.title,
            &text.join(" "),
            &html! {
                @for ((path, reversed), edge) in found.paths.iter().zip(edges) {
                    path.arrow.dashed[(self.dashed)(*edge)] d=(curve(path, &left, &right, &top))
                        marker-end=[(!reversed).then_some(&tip)] marker-start=[reversed.then_some(&tip)] {}
                }
                @for (number, layer) in found.layers.iter().enumerate() {
                    @for node in layer {
                        @if let Some(card) = cards.get(node) {
                            (card.draw(left(number), top(&(number, *node)), widths.get(number).copied().unwrap_or(0)))
                        }
                    }
                }
            },
        )
    }
}

/// Returns the upper edge of each node. Layers are centred.
fn places(found: &Layers, tallest: usize) -> BTreeMap<(usize, Node), usize> {
    let mut places = BTreeMap::new();
    for (number, layer) in found.layers.iter().enumerate() {
        let free = (tallest - layer.len()) * (HEIGHT + GAP) / 2;
        for (place, node) in layer.iter().enumerate() {
            places.insert((number, *node), MARGIN + free + place * (HEIGHT + GAP));
        }
    }
    places
}

/// Returns a curve from the right side of a box to the left side of another, through its bends.
fn curve(
    path: &[(usize, Node)],
    left: &dyn Fn(usize) -> usize,
    right: &dyn Fn(usize) -> usize,
    top: &dyn Fn(&(usize, Node)) -> usize,
) -> String {
    let mut line = String::new();
    let middle = |node: &(usize, Node)| top(node) + HEIGHT / 2;
    for (from, to) in path.iter().zip(path.iter().skip(1)) {
        let (x, y, end, down) = (right(from.0), middle(from), left(to.0), middle(to));
        let half = x.midpoint(end);
        let head = if line.is_empty() { format!("M{x} {y}") } else { format!(" L{x} {y}") };
        let _ = write!(line, "{head} C{half} {y} {half} {down} {end} {down}");
    }
    line
}

fn svg((width, height): (usize, usize), id: &str, title: &str, text: &str, inner: &Markup) -> Markup {
    html! {
        svg role="img" aria-labelledby={ (id) "-title " (id) "-text" } width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
            title #{ (id) "-title" } { (title) }
            desc #{ (id) "-text" } { (text) }
            defs {
                marker #{ (id) "-tip" } viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse" {
                    path.tip d="M0 0 L10 5 L0 10 z" {}
                }
            }
            (inner)
        }
    }
}
