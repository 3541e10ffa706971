//! Counts by key in bounded memory, after Manku and Motwani (2002), “Approximate frequency counts over data streams”:
//! exact as long as there is room for all keys; when there is none, the rarest half is forgotten, and what that may
//! have cost is known.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

/// What has a count.
pub(super) trait Counted {
    fn count(&self) -> u64;
}

/// Values by key.
pub(super) struct Tally<K, V> {
    entries: HashMap<K, V>,
    room: usize,
    short: u64,
}

impl<K: Clone + Eq + Hash + Ord, V: Counted + Default> Tally<K, V> {
    /// A tally with room for so many keys.
    pub(super) fn new(room: usize) -> Self {
        Self {
            entries: HashMap::new(),
            room,
            short: 0,
        }
    }

    /// The value of a key.
    pub(super) fn entry(&mut self, key: &K) -> &mut V {
        if !self.entries.contains_key(key) && self.entries.len() >= self.room {
            self.forget();
        }
        self.entries.entry(key.clone()).or_default()
    }

    fn forget(&mut self) {
        let entries = self.entries.iter();
        let mut ranked: Vec<(Reverse<u64>, K)> = entries
            .map(|(key, value)| (Reverse(value.count()), key.clone()))
            .collect();
        ranked.sort_unstable();
        let lost = ranked.split_off(self.room / 2);
        self.short += lost.first().map_or(0, |(Reverse(count), _)| *count);
        for (_, key) in lost {
            self.entries.remove(&key);
        }
    }

    /// By how much a count may be too low; 0 where nothing had to be forgotten.
    pub(super) fn short(&self) -> u64 {
        self.short
    }

    /// Number of keys that are known.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The keys with the highest counts, ties by key.
    pub(super) fn top(&self, number: usize) -> Vec<(&K, &V)> {
        let mut ranked: Vec<(&K, &V)> = self.entries.iter().collect();
        ranked.sort_unstable_by_key(|(key, value)| (Reverse(value.count()), *key));
        ranked.truncate(number);
        ranked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(room: usize, keys: &[u32]) -> Tally<u32, u64> {
        let mut tally = Tally::new(room);
        for key in keys {
            *tally.entry(key) += 1;
        }
        tally
    }

    #[test]
    fn exact_while_there_is_room() {
        let tally = count(3, &[7, 5, 7, 6, 5, 7]);
        assert_eq!(tally.top(2), [(&7, &3), (&5, &2)]);
        assert_eq!((tally.len(), tally.short()), (3, 0));
    }

    #[test]
    fn the_rarest_are_forgotten_and_the_loss_is_known() {
        // Key 0 makes every third of the stream, the others come once.
        let keys: Vec<u32> = (1..3000).map(|n| if n % 3 == 0 { 0 } else { n }).collect();
        let tally = count(10, &keys);
        assert!(tally.len() <= 10);
        let (key, counted) = tally.top(1)[0];
        assert_eq!(*key, 0);
        assert!(
            *counted <= 999 && 999 <= counted + tally.short(),
            "{counted} + {}",
            tally.short()
        );
    }
}
