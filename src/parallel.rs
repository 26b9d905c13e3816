//! The only place that knows of threads. With the feature `parallel` the work is shared
//! among the cores; how it is cut never depends on their number, so that the results
//! are the same bits.

/// Both results; the two are computed side by side where there is a core to spare.
pub fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "parallel")]
    {
        rayon::join(a, b)
    }
    #[cfg(not(feature = "parallel"))]
    {
        (a(), b())
    }
}

/// `f` of every item, in their order; the items are shared among the cores.
pub fn map<T: Sync, R: Send>(items: &[T], f: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    if items.len() < 2 {
        return items.iter().map(f).collect();
    }
    let (first, second) = items.split_at(items.len() / 2);
    let (mut results, rest) = join(|| map(first, f), || map(second, f));
    results.extend(rest);
    results
}
