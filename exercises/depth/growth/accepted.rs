//! Right answers that are written in other ways than the solution.

type Growth = fn(&[usize], f64) -> f64;

pub const ACCEPTED: [Growth; 10] = [
    |widths, scale| {
        let layers = widths.len() - 1;
        let ends = widths[layers] as f64 / widths[0] as f64;
        (2.0 * ends * (scale / 2.0).powi(layers as i32)).sqrt()
    },
    |widths, scale| {
        let (first, last) = (widths[0] as f64, widths[widths.len() - 1] as f64);
        let hidden = widths.len() as i32 - 2;
        (scale / 2.0).sqrt().powi(hidden) * (scale * last / first).sqrt()
    },
    |widths, scale| {
        let factors =
            widths.windows(2).map(|pair| scale * pair[1] as f64 / pair[0] as f64 / 2.0);
        (2.0 * factors.product::<f64>()).sqrt()
    },
    |widths, scale| {
        let roots =
            widths.windows(2).map(|pair| (scale * pair[1] as f64 / pair[0] as f64 / 2.0).sqrt());
        roots.product::<f64>() * std::f64::consts::SQRT_2
    },
    |widths, scale| {
        let mut square = 1.0;
        for layer in 1..widths.len() {
            square *= scale * widths[layer] as f64 / widths[layer - 1] as f64;
            if layer + 1 < widths.len() {
                square /= 2.0;
            }
        }
        square.sqrt()
    },
    |widths, scale| {
        let logs = widths
            .windows(2)
            .map(|pair| (scale * pair[1] as f64 / pair[0] as f64 / 2.0).ln());
        ((logs.sum::<f64>() + 2.0_f64.ln()) / 2.0).exp()
    },
    |widths, scale| {
        let (first, rest) = widths.split_first().expect("an input");
        let step = |(square, n): (f64, usize), &m: &usize| {
            (square * scale / 2.0 / n as f64 * m as f64, m)
        };
        (2.0 * rest.iter().fold((1.0, *first), step).0).sqrt()
    },
    |widths, scale| recursive(widths, scale).sqrt(),
    |widths, scale| {
        let mut growth = 1.0;
        for (layer, pair) in widths.windows(2).enumerate().rev() {
            let is_last = layer + 2 == widths.len();
            let kept = if is_last { 1.0 } else { 0.5 };
            growth *= (scale * kept * pair[1] as f64 / pair[0] as f64).sqrt();
        }
        growth
    },
    |widths, scale| match widths {
        [n, m] => (scale * *m as f64 / *n as f64).sqrt(),
        [n, .., m] => {
            let layers = widths.len() as f64 - 1.0;
            let ends = 2.0 * *m as f64 / *n as f64;
            (scale / 2.0).powf(layers / 2.0) * ends.sqrt()
        }
        _ => 1.0,
    },
];

fn recursive(widths: &[usize], scale: f64) -> f64 {
    let factor = scale * widths[1] as f64 / widths[0] as f64;
    if widths.len() == 2 { factor } else { factor / 2.0 * recursive(&widths[1..], scale) }
}
