//! One function, so that nothing else knows of threads.

/// `f` of every item, in the order of the items. With the feature `parallel` the items are shared
/// among the cores; the results are the same bits either way.
pub fn map<Item: Sync, Output: Send>(
    items: &[Item],
    f: impl Fn(&Item) -> Output + Send + Sync,
) -> Vec<Output> {
    #[cfg(feature = "parallel")]
    {
        use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
        items.par_iter().map(f).collect()
    }
    #[cfg(not(feature = "parallel"))]
    items.iter().map(f).collect()
}
