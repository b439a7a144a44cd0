//! Converts byte offsets to lines and columns, in constant time even if the file is one long line.

/// The distance in bytes between two marks.
const STEP: usize = 256;

/// A text, with the line and column of every [`STEP`]th byte.
pub(super) struct Lines<'t> {
    text: &'t [u8],
    marks: Vec<(u32, u32)>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let text = text.as_bytes();
        let mut here = (1, 1);
        let mut marks = Vec::with_capacity(text.len() / STEP + 1);
        for block in text.chunks(STEP) {
            marks.push(here);
            here = pass(here, block);
        }
        Self { text, marks }
    }

    /// Returns the line and column of a byte offset, from 1, in characters. A byte order mark has no column.
    pub(super) fn place(&self, at: usize) -> (u32, u32) {
        // The offset at the end of the text may have no mark.
        let at = at.min(self.text.len());
        let block = (at / STEP).min(self.marks.len().saturating_sub(1));
        let Some(mark) = self.marks.get(block) else { return (1, 1) };
        let (line, column) = pass(*mark, self.text.get(block * STEP..at).unwrap_or_default());
        let marked = line == 1 && at > 0 && self.text.starts_with("\u{feff}".as_bytes());
        (line, column.saturating_sub(u32::from(marked)))
    }
}

/// Returns the line and column after some bytes. Continuation bytes of a character are not counted.
fn pass(from: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    bytes.iter().fold(from, |(line, column), byte| match byte {
        b'\n' => (line.saturating_add(1), 1),
        0x80..0xc0 => (line, column),
        _ => (line, column.saturating_add(1)),
    })
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn returns_the_place_of_every_offset() {
        for text in
            ["\u{feff}aé\n".to_owned() + &"bü\r\n".repeat(300) + &"ü".repeat(600), "a".repeat(512), String::new()]
        {
            let lines = Lines::of(&text);
            for at in text.char_indices().map(|(at, _)| at).chain([text.len()]) {
                let before = text[..at].trim_start_matches('\u{feff}');
                let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
                let (line, found) = lines.place(at);
                assert_eq!((line as usize, found as usize), (before.matches('\n').count() + 1, column), "{at}");
            }
            assert_eq!(lines.place(usize::MAX), lines.place(text.len()));
        }
    }
}
