//! Verifications in progress. Concurrent requests with the same token share one.

use core::{future::Future, pin::Pin};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{FutureExt as _, Shared, WeakShared};

use super::{Claims, TokenError, identity::Hash};

/// What a verification returns.
pub(super) type Verified = Result<Arc<Claims>, TokenError>;
/// A verification that several requests wait for.
pub(super) type Flight = Shared<Pin<Box<dyn Future<Output = Verified> + Send>>>;

/// The verifications in progress, by the hash of their token. Each operation takes constant time: a flight removes its own
/// entry, when it ends or when all requests that wait for it are gone.
#[derive(Clone, Default)]
pub(super) struct Flights {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The number of the next flight.
    next: u64,
    under_way: HashMap<Hash, Entry>,
}

struct Entry {
    number: u64,
    flight: WeakShared<Pin<Box<dyn Future<Output = Verified> + Send>>>,
}

impl Flights {
    /// Returns the flight in progress for this hash, or else a new one. `start` must not block: it runs under the lock.
    pub(super) fn join<F>(&self, hash: Hash, start: impl FnOnce() -> F) -> Flight
    where
        F: Future<Output = Verified> + Send + 'static,
    {
        // Declared before the guard, and so dropped after it: a flight that is dropped takes the lock.
        let found;
        let mut state = self.lock();
        found = state.under_way.get(&hash).and_then(|entry| entry.flight.upgrade());
        // A flight that has ended answers only the requests that joined before its end.
        if let Some(flight) = &found
            && flight.peek().is_none()
        {
            return flight.clone();
        }
        let number = state.next;
        state.next = number.wrapping_add(1);
        let (ticket, work) = (Ticket { flights: self.clone(), hash, number }, start());
        let flight: Pin<Box<dyn Future<Output = Verified> + Send>> = Box::pin(async move {
            let _ticket = ticket;
            work.await
        });
        let flight = flight.shared();
        if let Some(weak) = flight.downgrade() {
            state.under_way.insert(hash, Entry { number, flight: weak });
        }
        flight
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the entry of a flight. The flight owns it, so that it is dropped when the flight ends or is dropped.
struct Ticket {
    flights: Flights,
    hash: Hash,
    number: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.flights.lock();
        // Another flight may have replaced an abandoned one.
        if state.under_way.get(&self.hash).is_some_and(|entry| entry.number == self.number) {
            state.under_way.remove(&self.hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use core::{
        future::{Future as _, pending, ready},
        task::{Context, Poll, Waker},
    };
    use std::{sync::Arc, thread};

    use futures_util::future::FutureExt as _;

    use super::{Claims, Entry, Flight, Flights, Hash, Ticket, TokenError, Verified};

    const A: Hash = [1; 32];
    const B: Hash = [2; 32];

    fn good() -> Arc<Claims> {
        Arc::new(Claims::builder("https://auth.example.com").build())
    }

    fn len(flights: &Flights) -> usize {
        flights.lock().under_way.len()
    }

    fn poll(flight: &mut Flight) -> Poll<Verified> {
        core::pin::Pin::new(flight).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn joins_only_the_flight_of_the_same_token() {
        let flights = Flights::default();
        let mut first = flights.join(A, pending);
        assert!(poll(&mut first).is_pending());
        let second = flights.join(A, || -> core::future::Ready<Verified> { panic!("one is under way") });
        assert!(first.ptr_eq(&second));
        assert!(!flights.join(B, pending).ptr_eq(&first));
    }

    #[test]
    fn removes_an_entry_when_its_flight_ends() {
        let flights = Flights::default();
        for answer in [Ok(good()), Err(TokenError::invalid("it is bad"))] {
            let flight = flights.join(A, || ready(answer.clone()));
            assert_eq!(len(&flights), 1);
            assert_eq!(flight.clone().now_or_never().unwrap().is_ok(), answer.is_ok());
            // The entry is removed even while a request holds the flight: the next request starts another one.
            assert_eq!(len(&flights), 0);
            assert!(!flights.join(A, pending).ptr_eq(&flight));
        }
    }

    #[test]
    fn removes_an_entry_when_all_requests_are_cancelled() {
        let flights = Flights::default();
        for is_polled in [false, true] {
            let mut first = flights.join(A, pending);
            let second = flights.join(A, pending);
            if is_polled {
                assert!(poll(&mut first).is_pending());
            }
            drop(first);
            assert_eq!(len(&flights), 1);
            drop(second);
            assert_eq!(len(&flights), 0);
        }
    }

    #[test]
    fn keeps_the_entry_of_a_later_flight() {
        let flights = Flights::default();
        let later = flights.join(A, pending);
        let number = flights.lock().under_way.get(&A).map(|Entry { number, .. }| *number).unwrap();
        drop(Ticket { flights: flights.clone(), hash: A, number: number.wrapping_sub(1) });
        assert!(flights.join(A, pending).ptr_eq(&later));
    }

    #[test]
    fn survives_flights_that_begin_and_end_on_many_threads() {
        let flights = Flights::default();
        thread::scope(|scope| {
            for thread in 0..4_u8 {
                let flights = &flights;
                scope.spawn(move || {
                    for round in 0..5_000_u32 {
                        let hash = [u8::try_from(round % 3).unwrap(); 32];
                        let mut flight = match (round + u32::from(thread)) % 2 {
                            0 => flights.join(hash, pending),
                            _ => flights.join(hash, || ready(Ok(good()))),
                        };
                        drop(poll(&mut flight));
                    }
                });
            }
        });
        assert_eq!(len(&flights), 0);
    }
}
