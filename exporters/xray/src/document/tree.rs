//! What hangs under what, of parts that are known by their places.

/// For each part the first one under it, and the next one beside it.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Of the root, and behind it of each part that can have others under it.
    first: Vec<Option<u32>>,
    next: Vec<Option<u32>>,
}

impl Tree {
    /// Of so many parts, of which the first `inner` can have others under them. `parent` says what each is under; none: under
    /// the root.
    pub(super) fn of(inner: usize, parts: usize, parent: impl Fn(usize) -> Option<usize>) -> Self {
        let mut tree = Tree { first: vec![None; inner + 1], next: vec![None; parts] };
        // From behind, so that they are linked in their order.
        for part in (0..parts).rev() {
            let above = parent(part).filter(|parent| *parent < inner).map_or(0, |parent| parent + 1);
            tree.next[part] = tree.first[above].replace(part as u32);
        }
        tree
    }

    /// The first part under this one, or under the root.
    pub(super) fn first(&self, of: Option<usize>) -> Option<usize> {
        self.first.get(of.map_or(0, |part| part + 1)).copied().flatten().map(|part| part as usize)
    }

    /// The next part under the same.
    pub(super) fn next(&self, part: usize) -> Option<usize> {
        self.next.get(part).copied().flatten().map(|part| part as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_in_their_order_under_what_they_hang_under() {
        // 0 and 2 under the root, 1 under 0, 3 and 4 under 1, 5 under what is no inner part.
        let parents = [None, Some(0), None, Some(1), Some(1), Some(4)];
        let tree = Tree::of(3, 6, |part| parents[part]);
        let under = |of| std::iter::successors(tree.first(of), |part| tree.next(*part)).collect::<Vec<_>>();
        assert_eq!(
            [None, Some(0), Some(1), Some(2), Some(9)].map(under),
            [vec![0, 2, 5], vec![1], vec![3, 4], vec![], vec![]]
        );
    }
}
