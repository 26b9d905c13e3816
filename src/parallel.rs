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
