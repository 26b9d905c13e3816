//! What the chapter on the convergence of momentum says.

mod support;

use descent::gradient_descent::minimize;
use descent::momentum::{PyTorchSgd, heavy_ball_step_size};
use descent::momentum_convergence::{spectral_radius, transition};
use descent::quadratic::{Quadratic, Spectrum, descend};
use nalgebra::{DVector, Matrix2, Vector2, dmatrix, dvector, matrix, vector};
use support::optimizers::{conditioned, momentum, parabola, start};
use support::{ROUNDING, component, decimals, run, significant, table, values};

fn one(x: f64) -> DVector<f64> {
    dvector![x]
}

// One component, in numbers

/// `β = ½` and `αλ = 1`: all numbers are dyadic and all steps exact.
#[test]
fn with_a_weight_of_one_half_four_steps_turn_a_component_around_and_leave_a_quarter() {
    let matrix = transition(1.0, 1.0, 0.5);
    assert_eq!(matrix, matrix![0.5, 0.5; -0.5, 0.5]);
    let expected = [(0.0, 1.0), (0.5, 0.5), (0.5, 0.0), (0.25, -0.25), (0.0, -0.25)];
    let mut state = vector![0.0, 1.0];
    let mut rows = Vec::new();
    let points = run(momentum(1.0, 0.5), &parabola(), &one(1.0), 4);
    for (t, (u, r)) in expected.into_iter().enumerate() {
        assert_eq!(state, vector![u, r]);
        assert_eq!(points[t][0], r);
        let length = state.norm();
        assert!((length - 0.5_f64.powi(t as i32).sqrt()).abs() < 2.0 * ROUNDING);
        let number = |number: f64| number.to_string().replace('-', "−");
        rows.push([t.to_string(), number(u), number(r)]);
        state = matrix * state;
    }
    assert_eq!(matrix.pow(4), -0.25 * Matrix2::identity());
    let turn = std::f64::consts::FRAC_PI_4.sin_cos();
    let rotation = matrix![turn.1, turn.0; -turn.0, turn.1];
    assert!((matrix - 0.5_f64.sqrt() * rotation).amax() < 2.0 * ROUNDING);
    for root in matrix.complex_eigenvalues().iter() {
        assert!((root.re - 0.5).abs() < 2.0 * ROUNDING);
        assert!((root.im.abs() - 0.5).abs() < 2.0 * ROUNDING);
    }
    snapshot!("momentum_convergence__by_hand", table(["t", "u", "r"], rows));
}

// Stability

/// The matrix is one step of the optimizer, whatever `u` and `r`.
#[test]
fn the_matrix_makes_the_optimizers_step() {
    let (alpha, beta) = (0.3, 0.8);
    let quadratic = Quadratic::new(dmatrix![2.0], dvector![0.0]);
    let points = run(momentum(alpha, beta), &quadratic, &one(1.0), 60);
    let matrix = transition(2.0, alpha, beta);
    let mut state = Vector2::new(0.0, 1.0);
    for point in points {
        // 60 steps of ten roundings of numbers below 2, not enlarged.
        assert!((point[0] - state[1]).abs() < 60.0 * 20.0 * ROUNDING);
        state = matrix * state;
    }
    assert!((matrix.determinant() - beta).abs() < 4.0 * ROUNDING);
    let trace = 1.0 + beta - (1.0 - beta) * alpha * 2.0;
    assert!((matrix.trace() - trace).abs() < 4.0 * ROUNDING);
}

/// Against the eigenvalues of the matrix. Near a double eigenvalue both lose half of the
/// digits: √(10·2⁻⁵³) < 10⁻⁷.
#[test]
fn the_spectral_radius_is_that_of_the_matrix() {
    for i in 0..60 {
        let scaled = 10_f64.powf(f64::from(i) / 15.0 - 2.0);
        for beta in [0.0, 0.1, 0.5, 0.81, 0.9, 0.99] {
            let (lambda, alpha) = (2.0, scaled / 2.0);
            let eigenvalues = transition(lambda, alpha, beta).complex_eigenvalues();
            let largest = eigenvalues.map(|mu| mu.norm()).max();
            let radius = spectral_radius(scaled, beta);
            assert!(
                (radius - largest).abs() < 1e-7 * radius.max(1.0),
                "{scaled} {beta}"
            );
            let root = beta.sqrt();
            let swings = ((1.0 - root) / (1.0 + root), (1.0 + root) / (1.0 - root));
            if scaled > swings.0 * 1.001 && scaled < swings.1 * 0.999 {
                assert_eq!(radius, root, "complex eigenvalues");
                assert!(eigenvalues[0].im != 0.0);
            } else if scaled < swings.0 * 0.999 {
                assert!(eigenvalues.iter().all(|mu| mu.im == 0.0 && mu.re >= -1e-15));
            } else if scaled > swings.1 * 1.001 {
                assert!(eigenvalues.iter().all(|mu| mu.im == 0.0 && mu.re <= 1e-15));
            }
        }
    }
}

/// The edges of the bands of the figure. Away from double eigenvalues, at `β = ρ²`, a
/// rounding of the trace moves an eigenvalue at most some hundredfold.
#[test]
fn the_radius_is_at_most_rho_between_two_edges_for_beta_up_to_rho_squared() {
    for rho in [0.5, 0.8, 0.95] {
        for share in [0.1, 0.5, 0.9] {
            let beta = share * rho * rho;
            let edge = |mu: f64| (1.0 - mu) * (1.0 - beta / mu) / (1.0 - beta);
            let (low, high) = (edge(rho), edge(-rho));
            for end in [low, high] {
                assert!((spectral_radius(end, beta) - rho).abs() < 1000.0 * ROUNDING);
            }
            for i in 1..100 {
                let between = low * (high / low).powf(f64::from(i) / 100.0);
                assert!(spectral_radius(between, beta) < rho);
            }
            assert!(spectral_radius(0.99 * low, beta) > rho);
            assert!(spectral_radius(1.01 * high, beta) > rho);
        }
        let beyond = rho * rho * 1.001;
        assert!(spectral_radius(1.0, beyond) > rho);
    }
}

/// Against the roots of `μ² − trace·μ + determinant` by nalgebra, on a grid that no
/// boundary meets: it has no point where a root has the size 1 exactly.
#[test]
fn both_roots_are_inside_exactly_if_the_three_numbers_are_positive() {
    for (i, j) in (-45..45).flat_map(|i| (-25..25).map(move |j| (i, j))) {
        let (trace, determinant) =
            ((f64::from(i) + 0.4) / 15.0, (f64::from(j) + 0.3) / 15.0);
        let companion = matrix![trace, -determinant; 1.0, 0.0];
        let sizes = companion.complex_eigenvalues().map(|root| root.norm());
        assert!((sizes.max() - 1.0).abs() > 1e-4, "a root on the boundary");
        let q = |mu: f64| mu * mu - trace * mu + determinant;
        let jury = determinant < 1.0 && q(1.0) > 0.0 && q(-1.0) > 0.0;
        assert_eq!(sizes.max() < 1.0, jury, "{trace} {determinant}");
        // At most ρ, likewise.
        let rho: f64 = 0.8;
        let within = determinant <= rho * rho && q(rho) >= 0.0 && q(-rho) >= 0.0;
        assert!((sizes.max() - rho).abs() > 1e-4, "a root on the boundary");
        assert_eq!(sizes.max() <= rho, within, "{trace} {determinant}");
    }
}

/// Exact: `β = ½` and `αλ = 6`, where the roots are −1 and −½.
#[test]
fn on_the_edge_a_component_swings_for_ever() {
    let matrix = transition(6.0, 1.0, 0.5);
    let q = |mu: f64| mu * mu - matrix.trace() * mu + matrix.determinant();
    assert_eq!([q(-1.0), q(-0.5), spectral_radius(6.0, 0.5)], [0.0, 0.0, 1.0]);
    let steep = Quadratic::new(dmatrix![6.0], dvector![0.0]);
    let points = run(momentum(1.0, 0.5), &steep, &one(1.0), 40);
    for (t, theta) in (0..).zip(&points) {
        let sign = |t: i32| if t % 2 == 0 { 1.0 } else { -1.0 };
        assert_eq!(theta[0], sign(t) * (3.0 - 2.0 * 0.5_f64.powi(t)));
    }
    let first: Vec<_> = points[..5].iter().map(|theta| theta[0]).collect();
    let below = spectral_radius(5.9, 0.5);
    assert!(below < 1.0 && spectral_radius(6.1, 0.5) > 1.0);
    snapshot!(
        "momentum_convergence__exercises",
        values([
            ("edge", support::list(&first, 3)),
            (
                "descent",
                decimals(
                    conditioned(10.0).spectrum().expect("positive").best_rate(),
                    3
                )
            ),
            ("limit", decimals(81.0 / 121.0, 3)),
        ])
    );
}

/// At `1 ± δ` of the limit an eigenvalue is about `−1 ∓ 2δ(1 + β)/(1 − β)`: with
/// δ = 10⁻³ that is 0.002 or more away from 1, e^{∓8} in 4000 steps, of a start with
/// a component 1; or, from β = 0.9 on, the roots just below are still complex, of size √β.
#[test]
fn momentum_converges_just_below_two_times_one_plus_beta_over_one_minus_beta_and_diverges_just_above()
 {
    let valley = Quadratic::valley();
    let mut limits = Vec::new();
    for beta in [0.0, 0.5, 0.9, 0.99] {
        let limit = 2.0 * (1.0 + beta) / (1.0 - beta);
        let remains = |share: f64| {
            run(momentum(share * limit / 10.0, beta), &valley, &start(), 4000)[4000]
                .norm()
        };
        assert!(remains(0.999) < 1e-2, "{beta}");
        assert!(remains(1.001) > 100.0, "{beta}");
        limits.push(limit);
    }
    assert!((limits[2] - 38.0).abs() < 1e-12 && limits[1] == 6.0);
    assert!((limits[3] - 398.0).abs() < 1e-11);
    let limit = |beta: f64| decimals(2.0 * (1.0 + beta) / (1.0 - beta), 0);
    let named =
        [("half", limit(0.5)), ("nine", limit(0.9)), ("ninety_nine", limit(0.99))];
    snapshot!("momentum_convergence__limits", values(named));
}

/// In the lecture's form the valley and `β` fix `αλ`; in the heavy ball's `γλ`.
#[test]
fn the_heavy_ball_converges_below_two_times_one_plus_beta() {
    for beta in [0.5, 0.9] {
        let limit = 2.0 * (1.0 + beta);
        let remains = |share: f64| {
            let gamma = share * limit;
            let sgd = PyTorchSgd::new(gamma, beta, 0.0).expect("valid settings");
            run(sgd, &parabola(), &one(1.0), 4000)[4000].norm()
        };
        assert!(remains(0.999) < 1e-2 && remains(1.001) > 100.0);
    }
}

/// `Q(1 − αλ) = β(αλ)² > 0`: gradient descent's factor lies outside both eigenvalues.
/// Up to momentum's own limit.
#[test]
fn at_the_same_step_size_momentum_is_faster_outside_one_minus_and_one_plus_root_beta_and_slower_between()
 {
    for beta in [0.1, 0.5, 0.9, 0.99] {
        let root = f64::sqrt(beta);
        let limit = 2.0 * (1.0 + beta) / (1.0 - beta);
        let fine = (1..=4000).map(|i| f64::from(i) / 1000.0);
        for scaled in fine.chain((1..1000).map(|i| limit * f64::from(i) / 1000.0)) {
            let (ours, plain) = (spectral_radius(scaled, beta), (1.0 - scaled).abs());
            let margin = (scaled - (1.0 - root)).abs().min((scaled - 1.0 - root).abs());
            if margin < 1e-9 {
                continue;
            }
            if scaled >= limit {
                continue;
            }
            assert!(ours < 1.0);
            let outside = scaled < 1.0 - root || scaled > 1.0 + root;
            assert_eq!(ours < plain, outside, "αλ = {scaled}, β = {beta}");
        }
    }
    let value = |alpha: f64, beta: f64, quadratic: &Quadratic, from: &DVector<f64>| {
        quadratic.value(&run(momentum(alpha, beta), quadratic, from, 200)[200])
    };
    let valley = Quadratic::valley();
    let cases = [
        ("0.02", parabola(), one(1.0), 0.02, true),
        ("0.1", parabola(), one(1.0), 0.1, false),
        ("0.199 and 1.99", valley, start(), 0.199, true),
    ];
    let rows = cases.map(|(name, quadratic, from, alpha, faster)| {
        let spectrum = quadratic.spectrum().expect("positive definite");
        let rates =
            [spectrum.contraction(alpha), spectrum.momentum_contraction(alpha, 0.9)];
        let ends = [0.0, 0.9].map(|beta| value(alpha, beta, &quadratic, &from));
        assert_eq!(
            (rates[1] < rates[0], ends[1] < ends[0]),
            (faster, faster),
            "{name}"
        );
        let [plain, ours] = rates.map(|rate| decimals(rate, 4));
        let [plain_end, our_end] = ends.map(|end| significant(end, 2));
        [name.into(), plain, ours, plain_end, our_end]
    });
    let header = [
        "αλ",
        "contraction of gradient descent",
        "of momentum",
        "f after 200 steps of gradient descent",
        "of momentum",
    ];
    snapshot!("momentum_convergence__same", table(header, rows));
    let root = 0.9_f64.sqrt();
    let range = [("low", decimals(1.0 - root, 3)), ("high", decimals(1.0 + root, 2))];
    snapshot!("momentum_convergence__between", values(range));
}

/// The larger eigenvalue is `1 − s − βs²/(1 − β) + O(s³)`.
#[test]
fn where_alpha_lambda_is_small_momentum_moves_as_gradient_descent_does() {
    for beta in [0.5, 0.9] {
        let s = 1e-4;
        let extra = 1.0 - s - spectral_radius(s, beta);
        let expected = beta * s * s / (1.0 - beta);
        // The next term is smaller by s·2β/(1 − β)² < 0.02; rounding is 10⁻¹⁶/10⁻⁸.
        assert!((extra - expected).abs() < 0.03 * expected);
    }
}

// The best settings

#[test]
fn the_best_step_size_is_one_over_the_geometric_mean_of_the_eigenvalues() {
    for (smallest, largest) in [(1.0, 10.0), (0.5, 50.0), (0.01, 10.0)] {
        let spectrum = Spectrum { smallest, largest };
        let (alpha, beta) = spectrum.best_momentum();
        // Polyak's form of the same.
        let gamma = (2.0 / (smallest.sqrt() + largest.sqrt())).powi(2);
        assert!((heavy_ball_step_size(alpha, beta) / gamma - 1.0).abs() < 1e-13);
        let rate = spectrum.best_momentum_rate();
        // Both ends have double eigenvalues: half of the digits.
        let contraction = spectrum.momentum_contraction(alpha, beta);
        assert!((contraction - rate).abs() < 1e-7);
        assert!(rate < spectrum.best_rate());
    }
}

/// A fine grid around, and a coarse one far away.
#[test]
fn no_other_step_size_and_beta_have_a_better_rate() {
    for kappa in [10.0, 1000.0] {
        let spectrum = Spectrum { smallest: 1.0, largest: kappa };
        let (alpha, beta) = spectrum.best_momentum();
        let rate = spectrum.best_momentum_rate();
        for i in -60..=60 {
            for j in 0..200 {
                let other_beta = f64::from(j) / 200.0;
                let factor = 10_f64.powf(f64::from(i) / 30.0);
                let ours = spectrum.momentum_contraction(factor * alpha, other_beta);
                assert!(ours > rate, "{factor} {other_beta}");
            }
        }
        for (i, j) in (-5..=5).flat_map(|i| (-5..=5).map(move |j| (i, j))) {
            let near = spectrum.momentum_contraction(
                alpha * (1.0 + 1e-3 * f64::from(i)),
                beta * (1.0 + 1e-3 * f64::from(j)),
            );
            assert!((i, j) == (0, 0) || near > rate, "{i} {j}");
        }
    }
}

/// In the middle of the wedge the radius is level, so rounding may put one above.
#[test]
fn no_eigenvalue_between_two_has_a_larger_radius_than_both() {
    let scaled = |i: i32| 10_f64.powf(f64::from(i) / 50.0 - 2.0);
    for beta in [0.0, 0.1, 0.5, 0.8, 0.9, 0.99] {
        for first in 0..200 {
            let mut between = 0.0;
            for last in first + 1..=200 {
                let ends = Spectrum { smallest: scaled(first), largest: scaled(last) };
                let contraction = ends.momentum_contraction(1.0, beta);
                assert!(between <= contraction + 4.0 * ROUNDING, "{beta} {ends:?}");
                between = f64::max(between, spectral_radius(scaled(last), beta));
            }
        }
    }
}

/// The last step after which a component is above a millionth of its start, plus one.
fn steps_to_a_millionth(points: &[DVector<f64>]) -> usize {
    let last = points.iter().rposition(|theta| theta.amax() > 1e-6);
    last.expect("a start above it") + 1
}

/// With the best settings both ends have a double eigenvalue, `ρ` and `−ρ`, and from
/// rest a component keeps `(1 + (1 ∓ ρ)t)(±ρ)ᵗ`: the solution `(a + bt)μᵗ` with the
/// first two steps 1 and `1 − γλ = 1 − (1 ∓ ρ)²`.
#[test]
fn the_best_momentum_takes_root_kappa_where_gradient_descent_takes_kappa() {
    let rows = [10.0, 100.0, 1000.0].map(|kappa| {
        let quadratic = conditioned(kappa);
        let spectrum = quadratic.spectrum().expect("positive definite");
        let (alpha, beta) = spectrum.best_momentum();
        let rates = [spectrum.best_rate(), spectrum.best_momentum_rate()];
        let from = dvector![1.0, 1.0];
        let plain = descend(&quadratic, &from, spectrum.best_step_size(), 7500);
        let plain = steps_to_a_millionth(&plain.expect("stable"));
        let path = run(momentum(alpha, beta), &quadratic, &from, 1000);
        let measured = steps_to_a_millionth(&path);
        let rho = rates[1];
        let left = |t: usize| (1.0 + (1.0 + rho) * t as f64) * rho.powi(t as i32);
        assert!(left(measured) <= 1e-6 && left(measured - 1) > 1e-6);
        for (t, theta) in path.iter().enumerate() {
            let flat = (1.0 + (1.0 - rho) * t as f64) * rho.powi(t as i32);
            let steep = if t % 2 == 0 { left(t) } else { -left(t) };
            // A rounding is enlarged at most as the start is, by a factor below 12; it
            // enters a thousand times.
            assert!((theta[0] - flat).abs() < 12.0 * 4e4 * ROUNDING);
            assert!((theta[1] - steep).abs() < 12.0 * 4e4 * ROUNDING);
        }
        let by_rate = rates.map(|rate| 1e-6_f64.ln() / rate.ln());
        assert_eq!(plain, by_rate[0].ceil() as usize);
        [
            decimals(kappa, 0),
            decimals(rates[0], 4),
            plain.to_string(),
            decimals(rates[1], 4),
            decimals(by_rate[1].ceil(), 0),
            measured.to_string(),
        ]
    });
    let header = [
        "κ",
        "rate of gradient descent",
        "its steps",
        "rate of momentum",
        "steps by the rate alone",
        "steps it takes",
    ];
    snapshot!("momentum_convergence__counts", table(header, rows));
}

/// The best rates of momentum with this `β`, over 6000 step sizes, and of gradient
/// descent, for the eigenvalues 1 and `kappa`.
fn best_rates(kappa: f64, beta: f64) -> (f64, f64) {
    let spectrum = Spectrum { smallest: 1.0, largest: kappa };
    let rates = (-3000..=3000).map(|i| {
        let alpha = 10_f64.powf(f64::from(i) / 1000.0) / kappa.sqrt();
        spectrum.momentum_contraction(alpha, beta)
    });
    (rates.fold(f64::INFINITY, f64::min), spectrum.best_rate())
}

/// With the best step size for it, a fixed β reaches `√β` up to
/// `κ = ((1 + √β)/(1 − √β))²`; gradient descent is slower than that from
/// `κ = (1 + √β)/(1 − √β)` on.
#[test]
fn a_beta_of_nine_tenths_pays_only_above_a_condition_number() {
    let root = 0.9_f64.sqrt();
    let threshold = (1.0 + root) / (1.0 - root);
    for (factor, pays) in [(0.5, false), (0.99, false), (1.01, true), (100.0, true)] {
        let (ours, plain) = best_rates(factor * threshold, 0.9);
        assert_eq!(ours < plain, pays, "{factor}");
    }
    // Where 0.9 is the best β of all.
    let matching = Spectrum { smallest: 1.0, largest: threshold * threshold };
    assert!((matching.best_momentum().1 - 0.9).abs() < 1e-12);
    let numbers = [
        ("pays_from", decimals(threshold, 0)),
        ("best_for", significant(threshold * threshold, 3)),
    ];
    snapshot!("momentum_convergence__nine_tenths", values(numbers));
}

/// From `((κ − 1)/(κ + 1))²` on, the radius is at least `√β`, which is no less than
/// gradient descent's rate: no grid could miss a better step size.
#[test]
fn momentum_can_beat_gradient_descent_exactly_for_a_beta_below_the_square_of_its_best_rate()
 {
    for kappa in [2.0, 10.0, 100.0_f64] {
        let limit = ((kappa - 1.0) / (kappa + 1.0)).powi(2);
        for share in [0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999] {
            let (ours, plain) = best_rates(kappa, share * limit);
            assert!(ours < plain, "κ = {kappa}, β = {}", share * limit);
        }
        for share in [0.001, 0.01, 0.1, 0.5, 0.9] {
            let beta = limit + share * (1.0 - limit);
            let (ours, plain) = best_rates(kappa, beta);
            assert!(
                ours >= beta.sqrt() && beta.sqrt() > plain,
                "κ = {kappa}, β = {beta}"
            );
        }
    }
}

/// `cosh θ₁ − 1 + 25 (cosh θ₂ − 1)`: at its minimum, 0, the Hessian has the eigenvalues 1
/// and 25, and there the run keeps what it would on the quadratic. The gradients differ
/// by λθ³/6, which from 0.01 is 10⁻⁴ of θ in the first steps and sums to some thousandths.
/// Far out, from 5, the first step leads to −201, where the slope is 10⁸⁸.
#[test]
fn near_a_minimum_the_best_settings_for_its_hessian_work_and_far_from_it_they_may_diverge()
 {
    let spectrum = Spectrum { smallest: 1.0, largest: 25.0 };
    let (alpha, beta) = spectrum.best_momentum();
    let rate = spectrum.best_momentum_rate();
    let gradient =
        |theta: &DVector<f64>| dvector![theta[0].sinh(), 25.0 * theta[1].sinh()];
    let run = |from: f64, steps| {
        minimize(&mut momentum(alpha, beta), &dvector![from, from], steps, gradient)
    };
    let near = run(0.01, 60).expect("stable");
    for (t, theta) in near.iter().enumerate() {
        let left = [1.0 - rate, 1.0 + rate]
            .map(|slope| 0.01 * (1.0 + slope * t as f64) * rate.powi(t as i32));
        for (component, left) in theta.iter().zip(left) {
            assert!((component.abs() - left).abs() < 0.01 * left, "{t}");
        }
    }
    assert!(run(5.0, 10).is_err());
}

/// Runs of the table: name, α, β.
fn race() -> Vec<(&'static str, f64, f64)> {
    let spectrum = Quadratic::valley().spectrum().expect("positive definite");
    let (alpha, beta) = spectrum.best_momentum();
    vec![
        ("gradient descent, α = 0.1", 0.1, 0.0),
        ("momentum, α = 0.1, β = 0.9", 0.1, 0.9),
        ("gradient descent, its best", spectrum.best_step_size(), 0.0),
        ("momentum, β = 0.9, a best α", alpha, 0.9),
        ("momentum, its best", alpha, beta),
    ]
}

#[test]
fn at_its_own_best_settings_momentum_wins_the_valley_and_at_the_same_step_size_it_loses()
 {
    let valley = Quadratic::valley();
    let spectrum = valley.spectrum().expect("positive definite");
    let mut ends = Vec::new();
    let rows: Vec<_> = race()
        .into_iter()
        .map(|(name, alpha, beta)| {
            let points = run(momentum(alpha, beta), &valley, &start(), 50);
            let value = |t: usize| valley.value(&points[t]);
            for t in [1, 2, 10, 50] {
                let flat = 10.0 * component(1.0, alpha, beta, t);
                let steep = component(10.0, alpha, beta, t);
                let expected = 0.5 * (flat * flat + 10.0 * steep * steep);
                // Fifty steps of ten roundings of numbers below 100, tenfold enlarged.
                let error = 50.0 * 10.0 * 10.0 * ROUNDING;
                let scale = expected.sqrt() + 10.0 * error;
                assert!(
                    (value(t) - expected).abs() < 10.0 * error * scale,
                    "{name} {t}"
                );
            }
            ends.push(value(50));
            let contraction = spectrum.momentum_contraction(alpha, beta);
            [
                name.into(),
                decimals(contraction, 3),
                significant(value(1), 3),
                significant(value(2), 3),
                significant(value(10), 3),
                significant(value(50), 2),
            ]
        })
        .collect();
    assert!(ends[1] > 100.0 * ends[0], "slower at the same step size");
    assert!(ends[4] < 1e-15 * ends[2], "faster at the best ones");
    assert!(ends[3] > ends[2], "a β of 0.9 is too much here");
    let header = ["", "contraction", "f after 1 step", "2", "10", "50"];
    snapshot!("momentum_convergence__race", table(header, rows));
    let (alpha, beta) = spectrum.best_momentum();
    let best = [("alpha", decimals(alpha, 3)), ("beta", decimals(beta, 3))];
    snapshot!("momentum_convergence__best", values(best));
}
