use nalgebra::*;
use std::time::Instant;
fn main() {
    let x = DMatrix::from_fn(100, 784, |i, j| ((i * 31 + j * 7) % 13) as f64 - 6.0);
    let w = DMatrix::from_fn(784, 100, |i, j| ((i * 3 + j * 17) % 11) as f64 - 5.0);
    let g = DMatrix::from_fn(100, 100, |i, j| ((i * 3 + j * 17) % 11) as f64 - 5.0);
    for _ in 0..3 {
        let t = Instant::now();
        for _ in 0..600 {
            std::hint::black_box(&x * &w);
        }
        println!("XW {:?}", t.elapsed());
        let t = Instant::now();
        for _ in 0..600 {
            std::hint::black_box(x.transpose());
        }
        println!("Xt {:?}", t.elapsed());
        let xt = x.transpose();
        let t = Instant::now();
        for _ in 0..600 {
            std::hint::black_box(&xt * &g);
        }
        println!("XtG {:?}", t.elapsed());
        let t = Instant::now();
        for _ in 0..600 {
            std::hint::black_box(x.clone());
        }
        println!("clone {:?}", t.elapsed());
        let t = Instant::now();
        for _ in 0..600 {
            let (a, b) =
                rayon::join(|| &x * w.columns(0, 50), || &x * w.columns(50, 50));
            std::hint::black_box((a, b));
        }
        println!("XW par {:?}", t.elapsed());
    }
}
