//! Proofs that were used, so that each is accepted once (RFC 9449 §11.1).

use core::cmp::Reverse;
use std::{
    collections::{BinaryHeap, HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use sha2::{Digest as _, Sha256};

use super::{
    super::{Claims, Clock, Hash, TokenError, add_part},
    ProofError,
};
use crate::reason::reason;

const USED: ProofError = ProofError::Invalid(reason!("its `jti` was used before; send a new proof with each request"));
pub(super) const ENDED: ProofError =
    ProofError::Invalid(reason!("its `iat` is too old; create a proof for each request, and compare the clocks"));
const KEY_BUSY: TokenError = TokenError::unavailable(reason!("the key has sent too many proofs in a short time"));
const HOLDER_BUSY: TokenError =
    TokenError::unavailable(reason!("the holder of the token has sent too many proofs in a short time"));
const BUSY: TokenError = TokenError::unavailable(reason!("too many proofs were sent in a short time"));

/// The used proofs. A proof is forgotten once it is too old to be accepted, and never before: at its limits the store rejects new
/// proofs. Each key and each holder has a limit, so that no holder can fill the store, however many keys it creates.
pub(super) struct UsedProofs {
    limit: usize,
    limit_each: usize,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    /// Hashes of key and `jti`.
    proofs: HashSet<Hash>,
    /// The number of proofs of each key and of each holder.
    counts: HashMap<Hash, usize>,
    /// When each proof ends, with its hash and its sender.
    ends: BinaryHeap<Reverse<(SystemTime, Hash, Sender)>>,
}

/// The one who has sent a proof: a key, and the holder of the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sender {
    pub(super) key: Hash,
    pub(super) holder: Hash,
}

impl Sender {
    /// Returns the sender with this key and the holder that the token names: issuer and subject, or the client if there is no subject.
    /// Tokens of an issuer that name neither count as those of one holder.
    pub(super) fn new(key: Hash, claims: &Claims) -> Self {
        let (kind, name) = claims.holder().unzip();
        let mut hash = Sha256::new();
        for part in [Some(claims.issuer()), kind, name] {
            add_part(&mut hash, part.map(str::as_bytes));
        }
        Self { key, holder: hash.finalize().into() }
    }
}

impl UsedProofs {
    pub(super) fn new(limit: usize, limit_each: usize) -> Self {
        Self { limit, limit_each, used: Mutex::default() }
    }

    /// Accepts a proof that was not used before. `end` is when it is too old.
    ///
    /// # Errors
    /// The proof was used, or has ended; or the store is full: 503.
    pub(super) fn use_once(
        &self,
        sender: &Sender,
        jti: &str,
        end: SystemTime,
        clock: &Clock,
    ) -> Result<(), ProofError> {
        let mut hash = Sha256::new();
        add_part(&mut hash, Some(&sender.key));
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
        for (of, busy) in [(sender.key, KEY_BUSY), (sender.holder, HOLDER_BUSY)] {
            if used.counts.get(&of).is_some_and(|count| *count >= self.limit_each) {
                return Err(ProofError::Token(busy));
            }
        }
        for of in [sender.key, sender.holder] {
            *used.counts.entry(of).or_default() += 1;
        }
        used.proofs.insert(proof);
        used.ends.push(Reverse((end, proof, *sender)));
        Ok(())
    }
}

impl Used {
    fn forget_ended(&mut self, now: SystemTime) {
        while let Some(Reverse((end, proof, sender))) = self.ends.peek().copied()
            && end <= now
        {
            self.ends.pop();
            self.proofs.remove(&proof);
            for of in [sender.key, sender.holder] {
                if let Some(count) = self.counts.get_mut(&of) {
                    *count -= 1;
                    if *count == 0 {
                        self.counts.remove(&of);
                    }
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

    use super::{BUSY, Claims, Clock, ENDED, HOLDER_BUSY, KEY_BUSY, ProofError, Sender, USED, UsedProofs};

    const ONE: Sender = Sender { key: [1; 32], holder: [11; 32] };
    const TWO: Sender = Sender { key: [2; 32], holder: [12; 32] };

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
        assert_eq!((used.proofs.len(), used.counts.len(), used.ends.len()), (1, 2, 1));
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
        assert_eq!(used(&Sender { key: [3; 32], holder: [13; 32] }, "a", end), Err(ProofError::Token(BUSY)));
        // Nothing was forgotten.
        assert_eq!((used(&ONE, "a", end), used(&TWO, "b", end)), (Err(USED), Err(USED)));
        ahead.store(1000, Ordering::Relaxed);
        assert_eq!(used(&ONE, "d", end + Duration::from_secs(1000)), Ok(()));
    }

    #[test]
    fn limits_the_proofs_of_a_holder_with_many_keys() {
        let (clock, begin, ahead) = clock();
        let store = UsedProofs::new(100, 5);
        let end = begin + Duration::from_secs(1000);
        let sender = |key, claims: &Claims| Sender::new([key; 32], claims);
        let claims = |issuer: &str, subject: &str| Claims::builder(issuer).subject(subject).client("app").build();
        let ada = claims("https://a", "ada");
        for key in 0..5 {
            assert_eq!(store.use_once(&sender(key, &ada), "a", end, &clock), Ok(()));
        }
        for key in [0, 9] {
            let refused = store.use_once(&sender(key, &ada), "b", end, &clock);
            assert_eq!(refused, Err(ProofError::Token(HOLDER_BUSY)), "{key}");
        }
        // A rejected proof counts for neither.
        assert_eq!(store.used.lock().unwrap().counts.len(), 6);
        // Others are not affected, also with the same key or the same name.
        let service = |client: &str| Claims::builder("https://a").client(client).build();
        let others = [claims("https://a", "bob"), claims("https://b", "ada"), service("ada"), service("app")];
        for (other, jti) in others.iter().zip(["c", "d", "e", "f"]) {
            assert_eq!(store.use_once(&sender(0, other), jti, end, &clock), Ok(()), "{jti}");
        }
        ahead.store(1000, Ordering::Relaxed);
        let later = end + Duration::from_secs(1000);
        assert_eq!(store.use_once(&sender(9, &ada), "b", later, &clock), Ok(()));
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
