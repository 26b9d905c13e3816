//! What formulas are worth: each line a formula with its value, or with why it is refused.

use formula::{Formula, Relation, Scope, Value};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

/// The sides of all chains, each with its value.
fn sides(tex: &str, scope: &Scope) -> Result<Vec<Value>, String> {
    let formula = Formula::parse(tex)?;
    let sides = formula.chains.iter().flat_map(|chain| &chain.sides);
    sides.map(|side| scope.value(&side.expr)).collect()
}

#[track_caller]
fn assert_number(tex: &str, scope: &Scope, expected: f64) {
    let value = sides(tex, scope).unwrap_or_else(|error| panic!("{tex}: {error}"));
    let number = value[0].real().unwrap_or_else(|error| panic!("{tex}: {error}"));
    let distance = (number - expected).abs();
    assert!(
        distance <= 1e-9 * expected.abs().max(1.0),
        "{tex} is {number}, not {expected}"
    );
}

#[track_caller]
fn assert_refused(tex: &str, scope: &Scope, words: &str) {
    let error = sides(tex, scope).expect_err(tex);
    assert!(error.contains(words), "{tex}: {error}");
}

fn scope() -> Scope {
    let mut scope = Scope::default();
    scope.set("x", 3.0).set("y", 5.0).set("t", 2.0).set("α", 0.5).set("β", 0.25);
    scope
}

/// The share of a normal law within one standard deviation.
const WITHIN_ONE: f64 = 0.682_689_492_137_085_9;

#[test]
fn operators_bind_as_in_print() {
    let scope = scope();
    for (tex, expected) in [
        ("2 + 3 x", 11.0),
        ("-x^2", -9.0),
        ("(-x)^2", 9.0),
        ("2 - 3 - 4", -5.0),
        ("2 x^2 y", 90.0),
        ("12/x/2", 2.0),
        ("x/2y", 7.5),
        (r"-\alpha\,(1-\beta)", -0.375),
        (r"(1-\beta)^2\,(1 + x)", 2.25),
        (r"x^{-1}", 1.0 / 3.0),
        ("x^2y", 45.0),
        (r"2^{x - 1}", 4.0),
        (r"60{,}000 + 0.5", 60000.5),
        (r"x \cdot y - x \times 2", 9.0),
        (r"x\bigl(1 + y\bigr)", 18.0),
        (r"\left[x + y\right]", 8.0),
        ("2 .", 2.0),
    ] {
        assert_number(tex, &scope, expected);
    }
}

#[test]
fn fractions_and_roots_nest_and_take_single_tokens() {
    let scope = scope();
    for (tex, expected) in [
        (r"\frac12", 0.5),
        (r"\tfrac12 x", 1.5),
        (r"\frac x2", 1.5),
        (r"\frac{x}{\frac{1}{y}}", 15.0),
        (r"\frac\alpha4", 0.125),
        (r"\frac{1 + \frac{x}{y}}{1 - \frac{x}{y}}", 4.0),
        (r"\sqrt{x + 1}", 2.0),
        (r"\sqrt[3]{x + y}", 2.0),
        (r"\sqrt{\frac{1}{\sqrt{16}}}", 0.5),
        (r"\sqrt{4}^{\,x}", 8.0),
    ] {
        assert_number(tex, &scope, expected);
    }
}

#[test]
fn indices_are_names_first_and_numbers_then() {
    let mut scope = scope();
    scope.list("θ", 0, [1.0, 2.0, 4.0, 8.0]).set("λ_min", 7.0).set("k", 1.0);
    scope.entries("W", &dmatrix![1.0, 2.0; 3.0, 4.0]).set("j", 2.0).set("T_eff", 9.0);
    for (tex, expected) in [
        (r"\theta_t", 4.0),
        (r"\theta_{t+1} - \theta_{t-1}", 6.0),
        (r"\theta_t^2", 16.0),
        (r"\theta^2_t", 16.0),
        (r"\lambda_{\min}", 7.0),
        (r"T_\text{eff}", 9.0),
        (r"W_{kj}", 2.0),
        (r"W_{j,k}", 3.0),
    ] {
        assert_number(tex, &scope, expected);
    }
    assert_refused(r"\theta_{t+2}", &scope, "`θ_t+2` has no value here");
}

#[test]
fn marks_belong_to_the_name() {
    let mut scope = scope();
    scope.set("x'", 1.0).set("hat y", 2.0).set("tilde θ_2", 3.0).set("θ*", 4.0);
    scope.set("f''", 5.0).set("W'_0", 6.0).set("∂b", 7.0).set("z^out_1", 8.0);
    scope.set("gap_3", 9.0).set("bar y", 10.0).set("θ+", 11.0).set("dp/dτ_1", 12.0);
    scope.set("∂ℓ/∂w", 13.0).set("Δξ", 14.0).set("ρ*", 15.0).set("∂(XW)", 16.0);
    for (tex, expected) in [
        ("x'", 1.0),
        (r"\hat y", 2.0),
        (r"\tilde\theta_t", 3.0),
        (r"\theta^*", 4.0),
        ("f''", 5.0),
        ("W'_0", 6.0),
        (r"\partial b", 7.0),
        (r"z^{\text{out}}_1", 8.0),
        (r"\text{gap}_{t+1}", 9.0),
        (r"\bar{y}", 10.0),
        (r"\theta^+", 11.0),
        (r"\frac{\mathrm d p_1}{\mathrm d\tau}", 12.0),
        (r"\frac{\partial\ell}{\partial w}", 13.0),
        (r"\Delta \xi", 14.0),
        (r"(\rho^*)^2", 225.0),
        (r"\partial(XW)", 16.0),
    ] {
        assert_number(tex, &scope, expected);
    }
}

#[test]
fn bars_are_sizes_and_norms() {
    let mut scope = scope();
    scope.set("v", dvector![3.0, -4.0]).set("|B|", 6.0);
    for (tex, expected) in [
        ("|2 - x|", 1.0),
        (r"\lvert 2 - \lvert x - y\rvert - 3\rvert", 3.0),
        (r"2\,|x - y| + 1", 5.0),
        (r"\lVert v \rVert", 5.0),
        (r"\lVert 2v - v \rVert^2", 25.0),
        (r"\frac{\lvert B\rvert - 1}{|B|}", 5.0 / 6.0),
        (r"\lvert e^{\mathrm{i} x}\rvert", 1.0),
    ] {
        assert_number(tex, &scope, expected);
    }
}

#[test]
fn functions_take_parentheses_or_the_factors_behind_them() {
    let scope = scope();
    for (tex, expected) in [
        (r"\log(x)\, y", 3f64.ln() * 5.0),
        (r"\ln x y - 1", 15f64.ln() - 1.0),
        (r"\cos x \cos y", 3f64.cos() * 5f64.cos()),
        (r"2\beta\cos\pi", -0.5),
        (r"\sin^2 x + \cos^2 x", 1.0),
        (r"\sin^2\bigl(t \arccos \sqrt{1 - \beta}\bigr)", 0.75),
        (r"\log \sum_{k=1}^{x} e^k", (1f64.exp() + 2f64.exp() + 3f64.exp()).ln()),
        (r"\log\cosh x", 3f64.cosh().ln()),
        (r"x \ln \frac1\beta", 3.0 * 4f64.ln()),
        (r"\max(x, y) - \min\left(x,\; y\right)", 2.0),
        (r"\tanh(x/2) \coth \frac x2", 1.0),
        (r"\operatorname{sign} (-x)", -1.0),
    ] {
        assert_number(tex, &scope, expected);
    }
    assert_refused(r"\log(x)^2", &scope, "two meanings");
}

#[test]
fn before_parentheses_a_name_is_a_function_where_it_is_one() {
    let mut scope = scope();
    scope.function("f", |x| Value::from(x[0].real().unwrap() + 1.0));
    scope.function("∇f", |x| (2.0 * x[0].column()).into());
    scope.function("σ'_1", |_| 9.0.into());
    scope.function("g", |x| Value::from(x[0].real().unwrap() - x[1].real().unwrap()));
    scope.set("d", dvector![1.0, 2.0]);
    for (tex, expected) in [
        ("f(x)", 4.0),
        ("f(x)^2", 16.0),
        ("y(x)^2", 45.0),
        ("y\\,(x - 1) f(t)", 30.0),
        ("g(x, y)", -2.0),
        (r"\nabla f(d)^\top d", 10.0),
        (r"\sigma_1'(x)", 9.0),
    ] {
        assert_number(tex, &scope, expected);
    }
    assert_refused("x(1, 2)", &scope, "`x` is no function here");
}

#[test]
fn sums_and_products_run_over_their_bounds_or_ranges() {
    let mut scope = scope();
    scope.list("z", 1, [1.0, 2.0, 4.0]).range("k", 1..=3).range("j", 1..=3);
    scope.range("B", [1, 3]).source("active", vec![1.0, 1.0]);
    scope.random("a", "active", [5.0, 6.0]);
    for (tex, expected) in [
        (r"\sum_{i=1}^{x} i^2", 14.0),
        (r"\sum_{i=1}^{t+1} z_i + 1", 8.0),
        (r"\prod_{i=1}^3 z_i", 8.0),
        (r"\sum_k z_k", 7.0),
        (r"\sum_{i \in B} z_i", 5.0),
        (r"\sum_{j \ne k} z_j z_k", 49.0 - 21.0),
        (r"\sum_k z_k \cdot \sum_k z_k", 49.0),
        (r"\sum_k z_k \cdot (z_k / 2)", 10.5),
        (r"\Bigl( \sum_k z_k \Bigr)^2", 49.0),
        (r"\sum_{\text{active}} a", 11.0),
        (r"\sum_{i=1}^0 i", 0.0),
    ] {
        assert_number(tex, &scope, expected);
    }
    assert_refused(r"\sum_l l", &scope, "`l` has no range here");
}

#[test]
fn dots_go_on_by_the_factor_or_by_the_index() {
    let mut scope = scope();
    scope.list("ξ", 1, [1.0, 5.0, 7.0]).set("n", 3.0).set("t", 6.0);
    for (tex, expected) in [
        (r"1 + \beta + \dots + \beta^{t-1}", 4096.0 / 3.0 / 1024.0 - 1.0 / 3072.0),
        (r"2\,(\beta + \beta^2 + \dots)", 2.0 / 3.0),
        (r"x - \frac x2 + \frac x4 - \dots", 2.0),
        (r"\xi_1 + \dots + \xi_n", 13.0),
    ] {
        assert_number(tex, &scope, expected);
    }
    assert_refused(r"1 + \beta - \dots", &scope, r"`-` before `\dots`");
    assert_refused(r"\xi_1 + \dots - \xi_n", &scope, "two terms");
    assert_refused(r"1 + 2 + 5 + \dots + 9", &scope, "no common factor");
    assert_refused(r"1 + 2 + \dots + 9", &scope, "does not come to an end");
    assert_refused(r"1 + 2 + \dots", &scope, "does not come to an end");
    assert_refused(r"1 + \dots", &scope, "two terms");
}

#[test]
fn matrices_multiply_transpose_invert_and_stand_in_blocks() {
    let mut scope = scope();
    let (a, b) = (dmatrix![1.0, 2.0; 3.0, 4.0], dvector![5.0, 6.0]);
    scope.set("A", &a).set("b", &b).set("1", DVector::from_element(2, 1.0));
    let value = |tex| sides(tex, &scope).unwrap().remove(0);
    assert_eq!(value("A b"), (&a * &b).into());
    assert_eq!(value(r"A^\top b"), (a.transpose() * &b).into());
    assert_eq!(value(r"A^{-1} A"), DMatrix::<f64>::identity(2, 2).into());
    assert_eq!(value(r"b^\top b"), 61.0.into());
    assert_eq!(value(r"A \circ A"), a.component_mul(&a).into());
    assert_eq!(value(r"A \circ 0"), DMatrix::<f64>::zeros(2, 2).into());
    assert_eq!(value(r"2A - A"), (&a).into());
    let wide = dmatrix![1.0, 2.0, 5.0; 3.0, 4.0, 6.0; 1.0, 1.0, 1.0];
    assert_eq!(
        value(r"\begin{bmatrix} A & b \\ \mathbf{1}^\top & 1 \end{bmatrix}"),
        wide.into()
    );
    assert_refused("A A^2", &scope, "shapes do not fit");
    assert_refused("b A", &scope, "shapes do not fit");
    assert_refused("A + b", &scope, "shapes do not fit");
}

#[test]
fn cases_take_the_first_whose_condition_holds() {
    let scope = scope();
    let tex = r"\begin{cases} 1 & \text{if } x < 0 \\ 2 & \text{if } 0 \le x < 4 \\ 3 & \text{otherwise} \end{cases}";
    assert_number(tex, &scope, 2.0);
    let mut far = scope.clone();
    far.set("x", 4.0);
    assert_number(tex, &far, 3.0);
    let narrow = r"\begin{cases} 1 & x < 0 \end{cases}";
    assert_refused(narrow, &scope, "no case applies");
}

#[test]
fn derivatives_and_integrals_are_computed() {
    let mut scope = scope();
    scope.set("τ", 0.7).list("z", 1, [0.1, 0.2]).set("k", 2.0).range("j", 1..=2);
    let normal = (1.0 - WITHIN_ONE) / 2.0;
    let share = 0.2f64.exp() / (0.1f64.exp() + 0.2f64.exp());
    for (tex, expected) in [
        (r"\frac{\mathrm{d}}{\mathrm{d}\tau} \sin \tau^2", 1.4 * 0.49f64.cos()),
        (r"\frac{\mathrm d^2}{\mathrm d\tau^2} \tau^3", 4.2),
        (r"\frac{\partial}{\partial z_k} \log \sum_j e^{z_j}", share),
        (r"\int_0^1 \tau^2 \,\mathrm{d}\tau", 1.0 / 3.0),
        (r"\int_{-\infty}^{\infty} e^{-|\omega|} \cos\omega\, \mathrm{d}\omega", 1.0),
        (r"\int_1^\infty e^{-\iota^2/2} \mathrm{d}\iota", normal * 2.5066282746310002),
    ] {
        let value = sides(tex, &scope).unwrap_or_else(|error| panic!("{tex}: {error}"));
        let number = value[0].real().unwrap();
        assert!((number - expected).abs() < 1e-8, "{tex} is {number}, not {expected}");
    }
}

#[test]
fn means_run_over_the_outcomes_of_all_sources() {
    let mut scope = scope();
    scope.source("coin", vec![0.5, 0.5]).random("w", "coin", [1.0, -1.0]);
    scope.source("die", vec![0.25, 0.75]).random("a", "die", [2.0, 6.0]);
    scope.random("b", "die", [1.0, 0.0]);
    for (tex, expected) in [
        (r"\operatorname{E} w^2", 1.0),
        (r"\operatorname{E}[w a]", 0.0),
        (r"3\operatorname{E} a - 1", 14.0),
        (r"\operatorname{E} a b", 0.5),
        (r"\operatorname{E} a \operatorname{E} b", 1.25),
        (r"\operatorname{Var} a", 3.0),
        (r"\operatorname{Var}(a + w) \cdot 2", 8.0),
        (r"\operatorname{mean}\left(a^2\right)", 28.0),
        (r"\operatorname{E}(a)^2", 28.0),
        (r"\Pr(a > 2)", 0.75),
    ] {
        assert_number(tex, &scope, expected);
    }
    assert_refused("a + 1", &scope, "is random");
}

#[test]
fn chains_have_relations_rows_and_remarks() {
    let relations = |tex| {
        let chains = Formula::parse(tex).unwrap().chains;
        chains.into_iter().map(|chain| chain.relations).collect::<Vec<_>>()
    };
    use Relation::*;
    assert_eq!(relations(r"0 < a \le b \approx c"), [vec![Less, LessOrEqual, Near]]);
    assert_eq!(relations(r"a = b, \qquad c \to d ."), [vec![Equal], vec![Tends]]);
    assert_eq!(relations(r"r \leftarrow r - 1"), [vec![Becomes]]);
    assert_eq!(
        relations(
            r"\begin{aligned} a &= b, & c &\ge d \\ &= e \\ f &\ne g . \end{aligned}"
        ),
        [vec![Equal], vec![GreaterOrEqual, Equal], vec![Different]]
    );
    assert_eq!(relations(r"a = b \quad\text{(so it is)}, \qquad (12)"), [vec![Equal]]);
    assert_eq!(
        relations(r"a = b \qquad\text{for some } 0 < \tau < 1 ."),
        [vec![Equal], vec![Less, Less]]
    );
    assert_eq!(
        relations(r"a = b \qquad\Longrightarrow\qquad c = d"),
        [[Equal], [Equal]]
    );
    assert_eq!(relations(r"\text{gain} = 1"), [[Equal]]);
    assert_eq!(relations(r"a = b, \qquad i = 1, \dots, D ."), [[Equal]]);
    // Commas and an equals sign make no list of it.
    assert_eq!(relations(r"a = \max(b, c)"), [[Equal]]);
    assert_eq!(relations(r"K \sim \text{Binomial}(m, \tfrac12)"), [[Distributed]]);
}

#[test]
fn signs_above_each_other_go_together() {
    let mut scope = scope();
    scope.set("±", 1.0);
    assert_number(r"x \pm 1", &scope, 4.0);
    assert_number(r"x \mp 1", &scope, 2.0);
    scope.set("±", -1.0);
    assert_number(r"x \pm 1", &scope, 2.0);
    assert_number(r"\mp x", &scope, 3.0);
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let scope = scope();
    for (tex, words) in [
        (r"x \propto y", r"`\propto`"),
        (r"\oint x", r"`\oint`"),
        (r"\text{slope} + 1", "`slope` has no value here"),
        ("q", "`q` has no value here"),
        ("(x + 1", "is not closed"),
        (r"\lVert x", "is not closed"),
        ("x +", "an expression lacks"),
        (r"x = = y", "an expression lacks"),
        (r"\int_0^1 x", "without its"),
        (r"\int_\infty^\infty x \,\mathrm{d} x", "an integral from"),
        (r"\frac{\mathrm d^2}{\mathrm d x} x", "two orders"),
        (r"\sqrt{-x}", "is no real number"),
        ("x!", "`!`"),
    ] {
        let error = match sides(tex, &scope) {
            Ok(values) => values[0].real().expect_err(tex),
            Err(error) => error,
        };
        assert!(error.contains(words), "{tex}: {error}");
    }
}
