// 10 minutes, medium

/// How far the logarithm of an image's norm spreads over networks: its standard
/// deviation, to leading order in one over the widths.
///
/// `widths` go from the image to the last hidden layer: layer i takes
/// `widths[i−1]` numbers to `widths[i]`. There is a ReLU behind every layer, and
/// no bias. The weights are independent and normal with mean 0; those of each
/// layer have the variance c over its own fan-in. For one layer, Var log R is
/// about Var R / (E R)².
pub fn spread(widths: &[usize]) -> f64 {
    todo!("what each layer adds to the variance of log ‖z‖, and the root of it all")
}
