//! The layered layout of a hierarchy. Layers go from left to right, and implying nodes are further left. A few sweeps
//! reduce the crossings.
//!
//! The graphs are small. A cycle is drawn as if its first node in the given order came first.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// A node of the drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// A given node.
    Given(usize),
    /// A bend of the edge with that index, so that the edge passes between the nodes of a layer.
    Bend(usize),
}

/// The layout: the layers, and the nodes of each from top to bottom.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layers {
    pub(super) layers: Vec<Vec<Node>>,
    /// For each edge, the nodes and bends on its path from left to right, including both ends; and whether it points to
    /// the left.
    pub(super) paths: Vec<(Vec<(usize, Node)>, bool)>,
}

/// Returns the edges by connected component, ordered by first node.
pub(super) fn families(edges: &[(usize, usize)]) -> Vec<Vec<(usize, usize)>> {
    let mut neighbours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in edges {
        neighbours.entry(*from).or_default().push(*to);
        neighbours.entry(*to).or_default().push(*from);
    }
    let mut first_of: BTreeMap<usize, usize> = BTreeMap::new();
    for first in neighbours.keys() {
        let mut next = vec![*first];
        while let Some(node) = next.pop() {
            if let Entry::Vacant(place) = first_of.entry(node) {
                place.insert(*first);
                next.extend(neighbours.get(&node).into_iter().flatten());
            }
        }
    }
    let mut families: BTreeMap<Option<&usize>, Vec<(usize, usize)>> = BTreeMap::new();
    for edge in edges {
        families.entry(first_of.get(&edge.0)).or_default().push(*edge);
    }
    families.into_values().collect()
}

/// Lays out the nodes with edges.
pub(super) fn layers(edges: &[(usize, usize)]) -> Layers {
    let nodes: BTreeSet<usize> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let (forward, order) = without_cycles(edges);
    let mut layer: BTreeMap<usize, usize> = nodes.iter().map(|node| (*node, 0)).collect();
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to, _) in forward.iter().filter(|(from, to, _)| from != to) {
        next.entry(*from).or_default().push(*to);
    }
    // The longest path to each node. The order has every node before those that it leads to.
    for from in order {
        let least = layer.get(&from).map_or(0, |layer| layer + 1);
        for to in next.get(&from).into_iter().flatten() {
            if let Some(layer) = layer.get_mut(to) {
                *layer = least.max(*layer);
            }
        }
    }
    let at = |node: &usize| layer.get(node).copied().unwrap_or_default();
    let mut found =
        Layers { layers: vec![Vec::new(); layer.values().max().map_or(0, |last| last + 1)], paths: Vec::new() };
    let put = |found: &mut Layers, at: usize, node: Node| {
        if let Some(layer) = found.layers.get_mut(at) {
            layer.push(node);
        }
    };
    for node in &nodes {
        put(&mut found, at(node), Node::Given(*node));
    }
    for (number, (from, to, reversed)) in forward.iter().enumerate() {
        let mut path = vec![(at(from), Node::Given(*from))];
        for between in at(from) + 1..at(to) {
            put(&mut found, between, Node::Bend(number));
            path.push((between, Node::Bend(number)));
        }
        path.push((at(to), Node::Given(*to)));
        found.paths.push((path, *reversed));
    }
    for _ in 0..4 {
        found.sweep(true);
        found.sweep(false);
    }
    found
}

/// Returns the edges with those reversed that close a cycle, and marks them; and the nodes, each before those that it leads to.
fn without_cycles(edges: &[(usize, usize)]) -> (Vec<(usize, usize, bool)>, Vec<usize>) {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (from, to) in edges {
        next.entry(*from).or_default().push(*to);
    }
    // A depth-first search. A node is open while what it leads to is visited; an edge to an open node closes a cycle.
    let (mut open, mut seen, mut finished) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let mut back = BTreeSet::new();
    for (first, _) in edges {
        if !seen.insert(*first) {
            continue;
        }
        open.insert(*first);
        let mut path = vec![(*first, 0)];
        while let Some((node, place)) = path.last_mut() {
            if let Some(to) = next.get(node).and_then(|next| next.get(*place)) {
                *place += 1;
                if open.contains(to) {
                    back.insert((*node, *to));
                } else if seen.insert(*to) {
                    open.insert(*to);
                    path.push((*to, 0));
                }
            } else {
                open.remove(node);
                finished.push(*node);
                path.pop();
            }
        }
    }
    finished.reverse();
    let forward = |(from, to): &(usize, usize)| {
        if back.contains(&(*from, *to)) { (*to, *from, true) } else { (*from, *to, false) }
    };
    (edges.iter().map(forward).collect(), finished)
}

impl Layers {
    /// Moves each node of a layer to the mean position of its neighbours in the previous layer.
    fn sweep(&mut self, right: bool) {
        // For each node, its neighbours in the previous layer.
        let mut near: BTreeMap<(usize, Node), Vec<Node>> = BTreeMap::new();
        for (path, _) in &self.paths {
            for (left, right_end) in path.iter().zip(path.iter().skip(1)) {
                let (node, far) = if right { (right_end, left) } else { (left, right_end) };
                near.entry(*node).or_default().push(far.1);
            }
        }
        let count = self.layers.len();
        for step in 1..count {
            let (here, before) = if right { (step, step - 1) } else { (count - 1 - step, count - step) };
            let places: BTreeMap<Node, usize> =
                self.layers.get(before).into_iter().flatten().enumerate().map(|(place, node)| (*node, place)).collect();
            let weight = |place: usize, node: Node| {
                let neighbours = near.get(&(here, node)).into_iter().flatten();
                let neighbours: Vec<usize> = neighbours.filter_map(|far| places.get(far).copied()).collect();
                // In thousandths, so that the order is the same on every platform.
                if neighbours.is_empty() {
                    place * 1000
                } else {
                    neighbours.iter().sum::<usize>() * 1000 / neighbours.len()
                }
            };
            if let Some(layer) = self.layers.get_mut(here) {
                let mut weighed: Vec<(usize, usize, Node)> =
                    layer.iter().enumerate().map(|(place, node)| (weight(place, *node), place, *node)).collect();
                weighed.sort_unstable();
                *layer = weighed.into_iter().map(|(.., node)| node).collect();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, families, layers};

    #[test]
    fn implying_scopes_are_left_of_implied_scopes() {
        let found = layers(&[(0, 1), (1, 2), (0, 3)]);
        let given = |ids: &[usize]| ids.iter().map(|id| Node::Given(*id)).collect::<Vec<_>>();
        assert_eq!(found.layers, [given(&[0]), given(&[1, 3]), given(&[2])]);
    }

    #[test]
    fn long_edges_pass_between_nodes() {
        let found = layers(&[(0, 1), (1, 2), (0, 2)]);
        assert_eq!(found.layers[1].len(), 2);
        assert_eq!(found.paths[2].0, [(0, Node::Given(0)), (1, Node::Bend(2)), (2, Node::Given(2))]);
    }

    #[test]
    fn fewer_edges_cross() {
        // In the given order, all three would cross each other.
        let found = layers(&[(0, 5), (1, 4), (2, 3)]);
        let order: Vec<usize> =
            found.layers[1].iter().map(|node| if let Node::Given(id) = node { *id } else { 9 }).collect();
        assert_eq!(order, [5, 4, 3]);
    }

    #[test]
    fn each_family_is_drawn_alone() {
        assert_eq!(families(&[(4, 5), (0, 1), (2, 3), (1, 3)]), [vec![(0, 1), (2, 3), (1, 3)], vec![(4, 5)]]);
        assert!(families(&[]).is_empty());
    }

    /// Two hundred arrows can have many bends. The layout visits each bend a few times.
    #[test]
    fn lays_out_long_edges_in_linear_time() {
        let chain = (0..400).map(|node| (node, node + 1));
        let around = (0..400).flat_map(|node| [(0, 1_000 + node), (1_000 + node, 400)]);
        let found = layers(&chain.chain(around).collect::<Vec<_>>());
        assert_eq!((found.layers.len(), found.layers[200].len()), (401, 401));
        let long: Vec<_> = (0..20_000).map(|node| (node, node + 1)).collect();
        assert_eq!(layers(&long).layers.len(), 20_001);
    }

    #[test]
    fn cycles_are_drawn() {
        let found = layers(&[(0, 1), (1, 0)]);
        assert_eq!(found.layers.len(), 2);
        assert_eq!(found.paths.iter().map(|(_, reversed)| *reversed).collect::<Vec<_>>(), [false, true]);
        assert_eq!(layers(&[]).layers.len(), 0);
    }
}
