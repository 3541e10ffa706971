//! The order of a pass over the training mix: which windows, in which batches.

use super::config::TrainConfig;
use super::data::Example;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Batches of one epoch: each is a file and indices of its examples. A batch holds windows of one file only, so
/// that each head's loss is a mean over enough units.
pub(super) fn epoch(config: &TrainConfig, files: &[Vec<Example>], epoch: usize) -> Vec<(usize, Vec<usize>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.wrapping_mul(0x9e37_79b9).wrapping_add(epoch as u64));
    let mut batches = Vec::new();
    for (file, examples) in files.iter().enumerate() {
        let mut order = drawn(
            examples.len(),
            config.train[file].repeat,
            epoch,
            &mut rng,
            config.seed,
        );
        // Similar lengths share a batch; within chunks only, so that batches still differ from epoch to epoch.
        for chunk in order.chunks_mut(512) {
            chunk.sort_by_key(|&i| examples[i].window.ids.len());
        }
        batches.extend(
            packed(
                &order,
                examples,
                config.train[file].batch_pieces.unwrap_or(config.batch_pieces),
            )
            .into_iter()
            .map(|b| (file, b)),
        );
    }
    batches.shuffle(&mut rng);
    batches
}

/// `repeat` passes over `count` examples; the fractional part walks on through the file from epoch to epoch.
fn drawn(count: usize, repeat: f64, epoch: usize, rng: &mut ChaCha8Rng, seed: u64) -> Vec<usize> {
    let mut order = Vec::new();
    for _ in 0..repeat.trunc() as usize {
        let mut pass: Vec<usize> = (0..count).collect();
        pass.shuffle(rng);
        order.extend(pass);
    }
    let share = (repeat.fract() * count as f64).round() as usize;
    if share > 0 {
        let mut fixed: Vec<usize> = (0..count).collect();
        fixed.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        let mut part: Vec<usize> = (0..share).map(|i| fixed[(epoch * share + i) % count]).collect();
        part.shuffle(rng);
        order.extend(part);
    }
    order
}

fn packed(order: &[usize], examples: &[Example], limit: usize) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut width = 0;
    for &index in order {
        let pieces = examples[index].window.ids.len();
        match batches.last_mut() {
            Some(batch) if width.max(pieces) * (batch.len() + 1) <= limit => {
                batch.push(index);
                width = width.max(pieces);
            }
            _ => {
                batches.push(vec![index]);
                width = pieces;
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_walks_through_the_whole_file() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut seen: Vec<usize> = (0..4).flat_map(|e| drawn(10, 0.25, e, &mut rng, 7)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() >= 8, "{seen:?}");
        assert_eq!(drawn(10, 2.5, 0, &mut rng, 7).len(), 25);
    }
}
