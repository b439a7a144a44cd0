//! Suggestions for misspelled names.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

/// Longer names are compared by their first bytes.
const LONGEST: usize = 128;

/// Returns the number of single-byte edits (insert, delete, replace, swap two neighbours) between two texts.
///
/// ```
/// use mcp_scopes_model::nearest::distance;
/// assert_eq!(distance("raed", "read"), 1);
/// ```
#[must_use]
pub const fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (head(a.as_bytes()), head(b.as_bytes()));
    // Three rows of the optimal string alignment table. Swaps need the row before the last.
    let mut before = [0; LONGEST + 1];
    let mut last = [0; LONGEST + 1];
    let mut row = [0; LONGEST + 1];
    let mut j = 0;
    while j <= b.len() {
        last[j] = j;
        j += 1;
    }
    let mut i = 1;
    while i <= a.len() {
        row[0] = i;
        let mut j = 1;
        while j <= b.len() {
            let replace = last[j - 1] + (a[i - 1] != b[j - 1]) as usize;
            let mut edits = min(replace, min(last[j] + 1, row[j - 1] + 1));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                edits = min(edits, before[j - 2] + 1);
            }
            row[j] = edits;
            j += 1;
        }
        before = last;
        last = row;
        i += 1;
    }
    last[b.len()]
}

/// A search for the nearest of some candidates, which are offered one by one.
///
/// Parts that both names share at their start or end, such as the resource of a scope, do not make them near, in whatever case they are.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<'a> {
    word: &'a str,
    best: Option<&'a str>,
    distance: usize,
}

impl<'a> Nearest<'a> {
    /// Creates a search for `word`.
    #[must_use]
    pub const fn to(word: &'a str) -> Self {
        Self { word, best: None, distance: usize::MAX }
    }

    /// Offers a candidate. Of equally near candidates, the first wins.
    #[must_use]
    pub const fn or(mut self, candidate: &'a str) -> Self {
        let distance = if is_same_in_another_case(self.word.as_bytes(), candidate.as_bytes()) {
            0
        } else {
            distance(self.word, candidate)
        };
        // A candidate without any letter of the word is not a suggestion.
        if distance < self.distance && distance < candidate.len() && distance <= farthest(self.word, candidate) {
            self.best = Some(candidate);
            self.distance = distance;
        }
        self
    }

    /// Returns the nearest candidate, if it is near enough to suggest.
    #[must_use]
    pub const fn found(self) -> Option<&'a str> {
        self.best
    }
}

/// Returns the maximum distance of a typo. Two edits in six letters of the parts that differ are a typo. More edits are
/// a different word.
const fn farthest(word: &str, candidate: &str) -> usize {
    let (word, candidate) = (word.as_bytes(), candidate.as_bytes());
    let (mut start, mut at) = (0, 0);
    while at < word.len() && at < candidate.len() && word[at].eq_ignore_ascii_case(&candidate[at]) {
        at += 1;
        if separates(word[at - 1]) {
            start = at;
        }
    }
    let (mut end, mut at) = (0, 0);
    while start + at < word.len()
        && start + at < candidate.len()
        && word[word.len() - 1 - at].eq_ignore_ascii_case(&candidate[candidate.len() - 1 - at])
    {
        at += 1;
        if separates(word[word.len() - at]) {
            end = at;
        }
    }
    let length = word.len() - start - end;
    if length < 3 { 1 } else { length.div_ceil(3) }
}

const fn separates(byte: u8) -> bool {
    matches!(byte, b':' | b'.' | b'/' | b'-' | b'_')
}

const fn is_same_in_another_case(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at].eq_ignore_ascii_case(&b[at]) {
        at += 1;
    }
    a.len() == b.len() && at == a.len()
}

/// Returns the nearest of `candidates`, if it is near enough to suggest.
///
/// ```
/// use mcp_scopes_model::nearest::nearest;
/// assert_eq!(nearest("meduim", &["low", "medium"]), Some("medium"));
/// assert_eq!(nearest("shell", &["low", "medium"]), None);
/// assert_eq!(nearest("Notes:Read", &["notes:read"]), Some("notes:read"));
/// assert_eq!(nearest("notes:shell", &["notes:read"]), None);
/// assert_eq!(nearest("Notes:rate", &["notes:read"]), None);
/// ```
#[must_use]
pub const fn nearest<'a>(word: &'a str, candidates: &[&'a str]) -> Option<&'a str> {
    let mut search = Nearest::to(word);
    let mut rest = candidates;
    while let [candidate, tail @ ..] = rest {
        search = search.or(candidate);
        rest = tail;
    }
    search.found()
}

const fn head(bytes: &[u8]) -> &[u8] {
    if bytes.len() > LONGEST { bytes.split_at(LONGEST).0 } else { bytes }
}

const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}
