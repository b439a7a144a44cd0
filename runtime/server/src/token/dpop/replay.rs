//! Proofs that were used, so that each is accepted once (RFC 9449 §11.1).

use core::cmp::Reverse;
use std::{
    collections::{BinaryHeap, HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use sha2::{Digest as _, Sha256};

use super::{
    super::{Clock, Hash, TokenError, add_part},
    ProofError,
};
use crate::reason::reason;

const USED: ProofError = ProofError::Invalid(reason!("its `jti` was used before; send a new proof with each request"));
pub(super) const ENDED: ProofError =
    ProofError::Invalid(reason!("its `iat` is too old; create a proof for each request, and compare the clocks"));
const KEY_BUSY: TokenError = TokenError::unavailable(reason!("the key has sent too many proofs in a short time"));
const BUSY: TokenError = TokenError::unavailable(reason!("too many proofs were sent in a short time"));

/// The used proofs. A proof is forgotten once it is too old to be accepted, and never before: at its limits the store rejects new
/// proofs. Each key has a limit, so that the holder of one cannot fill the store.
pub(super) struct UsedProofs {
    limit: usize,
    limit_per_key: usize,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    /// Hashes of key and `jti`.
    proofs: HashSet<Hash>,
    /// The number of proofs of each key.
    keys: HashMap<Hash, usize>,
    /// When each proof ends, with its hash and its key.
    ends: BinaryHeap<Reverse<(SystemTime, Hash, Hash)>>,
}

impl UsedProofs {
    pub(super) fn new(limit: usize, limit_per_key: usize) -> Self {
        Self { limit, limit_per_key, used: Mutex::default() }
    }

    /// Accepts a proof that was not used before. `end` is when it is too old.
    ///
    /// # Errors
    /// The proof was used, or has ended; or the store is full: 503.
    pub(super) fn use_once(&self, key: &Hash, jti: &str, end: SystemTime, clock: &Clock) -> Result<(), ProofError> {
        let mut hash = Sha256::new();
        add_part(&mut hash, Some(key));
        add_part(&mut hash, Some(jti.as_bytes()));
        let proof: Hash = hash.finalize().into();
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock: a proof that ends while this request waits for the lock may be forgotten already.
        let now = clock.now();
        used.forget_ended(now);
        if end <= now {
            return Err(ENDED);
        }
        if used.proofs.contains(&proof) {
            return Err(USED);
        }
        if used.proofs.len() >= self.limit {
            return Err(ProofError::Token(BUSY));
        }
        let of_key = used.keys.entry(*key).or_default();
        if *of_key >= self.limit_per_key {
            return Err(ProofError::Token(KEY_BUSY));
        }
        *of_key += 1;
        used.proofs.insert(proof);
        used.ends.push(Reverse((end, proof, *key)));
        Ok(())
    }
}

impl Used {
    fn forget_ended(&mut self, now: SystemTime) {
        while let Some(Reverse((end, proof, key))) = self.ends.peek().copied()
            && end <= now
        {
            self.ends.pop();
            self.proofs.remove(&proof);
            if let Some(of_key) = self.keys.get_mut(&key) {
                *of_key -= 1;
                if *of_key == 0 {
                    self.keys.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
        time::{Duration, SystemTime},
    };

    use super::{BUSY, Clock, ENDED, KEY_BUSY, ProofError, USED, UsedProofs};

    const ONE: [u8; 32] = [1; 32];
    const TWO: [u8; 32] = [2; 32];

    /// Returns a clock, its start, and the number of seconds that it is ahead.
    fn clock() -> (Clock, SystemTime, Arc<AtomicU64>) {
        let (begin, ahead) = (SystemTime::now(), Arc::new(AtomicU64::new(0)));
        let read = Arc::clone(&ahead);
        (Clock::new(move || begin + Duration::from_secs(read.load(Ordering::Relaxed))), begin, ahead)
    }

    #[test]
    fn accepts_each_proof_once_until_it_ends() {
        let (clock, begin, ahead) = clock();
        let store = UsedProofs::new(100, 100);
        let at = |seconds| begin + Duration::from_secs(seconds);
        assert_eq!(store.use_once(&ONE, "a", at(1000), &clock), Ok(()));
        assert_eq!(store.use_once(&ONE, "a", at(1000), &clock), Err(USED));
        // Another `iat` does not make the same `jti` a new one.
        assert_eq!(store.use_once(&ONE, "a", at(2000), &clock), Err(USED));
        assert_eq!(store.use_once(&ONE, "b", at(1000), &clock), Ok(()));
        assert_eq!(store.use_once(&TWO, "a", at(1000), &clock), Ok(()));
        ahead.store(1000, Ordering::Relaxed);
        assert_eq!(store.use_once(&ONE, "a", at(1000), &clock), Err(ENDED));
        assert_eq!(store.use_once(&ONE, "a", at(2000), &clock), Ok(()));
        let used = store.used.lock().unwrap();
        assert_eq!((used.proofs.len(), used.keys.len(), used.ends.len()), (1, 1, 1));
    }

    #[test]
    fn rejects_new_proofs_at_its_limits() {
        let (clock, begin, ahead) = clock();
        let store = UsedProofs::new(5, 3);
        let end = begin + Duration::from_secs(1000);
        let used = |key, jti: &str, end| store.use_once(key, jti, end, &clock);
        for jti in ["a", "b", "c"] {
            assert_eq!(used(&ONE, jti, end), Ok(()));
        }
        // The flood of one key leaves room for another one.
        assert_eq!(used(&ONE, "d", end), Err(ProofError::Token(KEY_BUSY)));
        assert_eq!((used(&TWO, "a", end), used(&TWO, "b", end)), (Ok(()), Ok(())));
        assert_eq!(used(&TWO, "c", end), Err(ProofError::Token(BUSY)));
        assert_eq!(used(&[3; 32], "a", end), Err(ProofError::Token(BUSY)));
        // Nothing was forgotten.
        assert_eq!((used(&ONE, "a", end), used(&TWO, "b", end)), (Err(USED), Err(USED)));
        ahead.store(1000, Ordering::Relaxed);
        assert_eq!(used(&ONE, "d", end + Duration::from_secs(1000)), Ok(()));
    }

    #[test]
    fn accepts_a_proof_once_among_threads() {
        let (clock, begin, _) = clock();
        let store = UsedProofs::new(1000, 1000);
        let accepted = std::thread::scope(|scope| {
            let run = || {
                let uses = (0..100).map(|jti| {
                    store.use_once(&ONE, &jti.to_string(), begin + Duration::from_secs(1000), &clock).is_ok()
                });
                uses.filter(|accepted| *accepted).count()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(accepted, 100);
    }
}
