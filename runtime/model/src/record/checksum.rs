//! The checksum of a record.

/// What a record's checksum has to be. Each step can be undone, so that a change of one number or of one piece always shows.
#[must_use]
#[expect(clippy::manual_rotate, reason = "each call costs each build")]
pub const fn checksum(numbers: &[u32], texts: &[[u8; 8]]) -> u64 {
    let mut sum = numbers.len() as u64;
    let mut numbers = numbers;
    while let &[number, ref rest @ ..] = numbers {
        sum = (sum << 13 | sum >> 51) ^ number as u64;
        numbers = rest;
    }
    let mut texts = texts;
    while let &[piece, ref rest @ ..] = texts {
        sum = (sum << 13 | sum >> 51) ^ u64::from_le_bytes(piece);
        texts = rest;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_shows_each_change() {
        let numbers = [1, 0, 0, u32::MAX, 7, 0, 3, 9];
        for at in 0..numbers.len() {
            for bit in 0..32 {
                let mut changed = numbers;
                changed[at] ^= 1 << bit;
                assert_ne!(checksum(&changed, &[]), checksum(&numbers, &[]), "{at} {bit}");
            }
        }
        assert_ne!(checksum(&numbers[..7], &[]), checksum(&numbers, &[]));
        let texts = [*b"files:re", *b"ad\0\0\0\0\0\0"];
        for bit in 0..128 {
            let mut changed = texts;
            changed[bit / 64][bit % 64 / 8] ^= 1 << (bit % 8);
            assert_ne!(checksum(&numbers, &changed), checksum(&numbers, &texts), "{bit}");
        }
    }
}
