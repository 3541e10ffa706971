//! Packing: which windows go through the encoder together.

use super::Window;

/// Groups windows, by their indices, into batches of at most `budget` pieces, counting each window as long as the
/// longest of its batch (engines may pad). Windows of like length end up together; a window longer than the budget
/// stands alone. What is in a batch has no bearing on a window's result.
pub fn pack(windows: &[&Window], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..windows.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(windows[index].ids.len()));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for index in order {
        match batches.last_mut() {
            Some(batch) if batch.len() < room => batch.push(index),
            _ => {
                room = budget / windows[index].ids.len().max(1);
                batches.push(vec![index]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_to_the_budget() {
        let windows: Vec<Window> = [3, 10, 4, 3, 9, 3]
            .map(|pieces| Window {
                ids: vec![0; pieces],
                shapes: Vec::new(),
                words: Vec::new(),
                read: 0..0,
            })
            .to_vec();
        let windows: Vec<&Window> = windows.iter().collect();
        for (budget, expected) in [
            (1, vec![vec![1], vec![4], vec![2], vec![0], vec![3], vec![5]]),
            (9, vec![vec![1], vec![4], vec![2, 0], vec![3, 5]]),
            (20, vec![vec![1, 4], vec![2, 0, 3, 5]]),
            (100, vec![vec![1, 4, 2, 0, 3, 5]]),
        ] {
            assert_eq!(pack(&windows, budget), expected, "{budget}");
        }
    }
}
