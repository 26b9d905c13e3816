//! The committed module against the native functions, and the committed figures against
//! both.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use descent::mnist::{Digits, Split};
use descent::random::shift;
use live::images::{self, Set};
use live::page::{fragment, packed_script};
use live::widget::{Curve, Scale, Scene, Widget};
use live::{WIDGETS, base64};
use wasmi::{Engine, Instance, Linker, Memory, Module, Store, WasmParams, WasmResults};

/// A file of the book.
fn path(file: &str) -> PathBuf {
    Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("..").join(file)
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a script leaves for a page under a name.
fn left(file: &str, name: &str) -> Vec<u8> {
    let script = read(&format!("chapters/live/{file}.js"));
    let start = format!("descentLive.{name}=\"");
    let mut texts = script.lines().filter_map(|line| line.strip_prefix(&start));
    let text = texts.next().and_then(|text| text.strip_suffix("\";"));
    base64::decode(text.expect("one string")).expect("base64")
}

/// Compiled once for all tests.
static MODULE: LazyLock<Module> = LazyLock::new(|| {
    let module = Module::new(&Engine::default(), left("wasm", "wasm")).unwrap();
    assert_eq!(module.imports().count(), 0, "it imports nothing");
    module
});

/// What each figure shows at the book's values in the end.
static BOOK: LazyLock<Vec<Scene>> = LazyLock::new(|| {
    of_each(|_, widget| {
        receive_digits(widget);
        widget.finished(&(widget.book)())
    })
});

/// Each figure in a thread of its own.
fn of_each<R: Send>(f: impl Fn(usize, &'static Widget) -> R + Sync) -> Vec<R> {
    thread::scope(|scope| {
        let f = &f;
        let run = |(place, &widget)| scope.spawn(move || f(place, widget));
        let threads: Vec<_> = WIDGETS.iter().enumerate().map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn digits(set: Set) -> Vec<u8> {
    left(set.name(), set.name())
}

/// Natively the digits are there for the calling thread only.
fn receive_digits(widget: &Widget) {
    if let Some(set) = widget.needs {
        images::receive(&digits(set)).unwrap();
    }
}

/// What a page does with the module.
struct Page {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Page {
    /// For a figure, with the digits that it needs.
    fn new(widget: &Widget) -> Self {
        let mut store = Store::new(MODULE.engine(), ());
        let linker = Linker::new(MODULE.engine());
        let instance = linker.instantiate_and_start(&mut store, &MODULE).unwrap();
        let memory = instance.get_memory(&store, "memory").unwrap();
        let mut page = Self { store, instance, memory };
        if let Some(bytes) = widget.needs.map(digits) {
            let at: i32 = page.call("room", bytes.len() as i32);
            page.memory.write(&mut page.store, at as usize, &bytes).unwrap();
            let () = page.call("receive", ());
        }
        page
    }

    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, with: P) -> R {
        let function = self.instance.get_typed_func::<P, R>(&self.store, name).unwrap();
        function
            .call(&mut self.store, with)
            .unwrap_or_else(|trap| panic!("{name}: {trap}"))
    }

    fn bytes(&self, at: i32, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.memory.read(&self.store, at as usize, &mut bytes).unwrap();
        bytes
    }

    fn floats(&self, at: i32, count: usize) -> Vec<f64> {
        let bytes = self.bytes(at, 8 * count);
        bytes
            .chunks(8)
            .map(|eight| f64::from_le_bytes(eight.try_into().unwrap()))
            .collect()
    }

    fn set(&mut self, values: &[f64]) {
        let at: i32 = self.call("values", ());
        let bytes: Vec<u8> =
            values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.memory.write(&mut self.store, at as usize, &bytes).unwrap();
    }

    fn get(&mut self, count: usize) -> Vec<f64> {
        let at = self.call("values", ());
        self.floats(at, count)
    }

    /// Numbers and text of a scene.
    fn show(&mut self, place: usize, values: &[f64]) -> (Vec<f64>, String) {
        self.set(values);
        let () = self.call("show", place as i32);
        let (at, count): (i32, i32) =
            (self.call("numbers", ()), self.call("count", ()));
        let numbers = self.floats(at, count as usize);
        let (at, length): (i32, i32) = (self.call("text", ()), self.call("length", ()));
        (numbers, String::from_utf8(self.bytes(at, length as usize)).unwrap())
    }

    /// The same when there is no more to come.
    fn finished(&mut self, place: usize, values: &[f64]) -> (Vec<f64>, String) {
        loop {
            let shown = self.show(place, values);
            if !shown.1.starts_with("more\n") {
                return shown;
            }
        }
    }
}

/// Settings all over the sliders, the same in every run.
fn settings(widget: &Widget, count: u32) -> Vec<Vec<f64>> {
    // Multiples of the golden ratio, modulo 1: they fill every interval evenly.
    let share = |i: u32, j: usize| {
        (f64::from(i) * 0.618_033_988_749 + 0.377 * j as f64).fract()
    };
    let value = |i: u32, j: usize| match widget.controls[j].scale {
        Scale::Even { low, high, step: 1.0 } => {
            (low + share(i, j) * (high - low)).round()
        }
        Scale::Even { low, high, .. } => low + share(i, j) * (high - low),
        Scale::Powers { low, high } => 10_f64.powf(low + share(i, j) * (high - low)),
        Scale::Choice(names) => (share(i, j) * names.len() as f64).floor(),
    };
    let controls = 0..widget.controls.len();
    let mut all = vec![(widget.book)()];
    all.extend((1..=count).map(|i| controls.clone().map(|j| value(i, j)).collect()));
    all
}

/// Few steps of what runs, and a small network: an interpreter is slow.
fn shorten(widget: &Widget, values: &mut [f64]) {
    for (control, value) in widget.controls.iter().zip(values) {
        match (widget.name, control.key) {
            ("depth", "width") => *value = 12.0,
            ("depth", "layers") => *value = 5.0,
            ("training", "epochs") => *value = value.min(1.0),
            _ if control.runs.is_some() => *value = value.min(20.0),
            _ => {}
        }
    }
}

/// Which figures need no more than + − × ÷ √, so that all their bits agree. The others
/// call exp, cosh or a power of ten, which the C library and the module's own differ in
/// by some units of the last place; the widget's sums and differences keep that below
/// the share given here.
fn tolerance(widget: &Widget) -> f64 {
    match widget.name {
        "quadratic" | "momentum" | "saddle" | "wait" => 0.0,
        // A thousand steps, each with products of matrices, whose sums the processor may
        // round in another order.
        "elbows" => 1e-9,
        // Fifty such products.
        "depth" => 1e-9,
        // Hundreds of steps, in which such differences grow.
        "training" => 1e-8,
        _ => 1e-12,
    }
}

/// Whether a figure draws other numbers here than in the module and in the committed files,
/// which are printed with the book's seeds.
fn draws_others(widget: &Widget) -> bool {
    shift() != Ok(0) && widget.controls.iter().any(|control| control.key == "seed")
}

#[test]
fn the_committed_module_shows_what_the_native_functions_show() {
    of_each(|place, widget| {
        receive_digits(widget);
        let mut page = Page::new(widget);
        let () = page.call("book", place as i32);
        let book = (widget.book)();
        assert_eq!(page.get(book.len()), book, "{}", widget.name);
        if draws_others(widget) {
            return;
        }
        let is_deep = widget.needs.is_some();
        let count = match widget.name {
            "training" => 0,
            _ if is_deep => 2,
            _ => 8,
        };
        let all = settings(widget, count);
        for (i, mut values) in all.into_iter().enumerate() {
            if i > 0 || is_deep {
                shorten(widget, &mut values);
            }
            // Each picture of what goes on; of the longest, the first.
            let most = if widget.name == "training" { 12 } else { usize::MAX };
            for _ in 0..most {
                let scene = widget.show(&values);
                compare(widget, &values, &scene, &page.show(place, &values));
                if !scene.is_unfinished {
                    break;
                }
            }
        }
    });
}

/// What the module shows, with what the native functions do.
fn compare(
    widget: &Widget,
    values: &[f64],
    scene: &Scene,
    (numbers, text): &(Vec<f64>, String),
) {
    let name = widget.name;
    assert_eq!(*text, scene.text(), "{name} at {values:?}: `live/rebuild` it");
    let expected = scene.numbers();
    assert_eq!(numbers.len(), expected.len(), "{name} at {values:?}");
    let largest =
        expected.iter().filter(|n| n.is_finite()).fold(1.0, |a: f64, b| a.max(b.abs()));
    for (i, (a, b)) in numbers.iter().zip(&expected).enumerate() {
        // On their axes small numbers count as much as large ones.
        let scale = if widget.needs.is_some() { b.abs() } else { largest };
        let close = (a - b).abs() <= tolerance(widget) * scale;
        let same = a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
        assert!(same || close, "{name} at {values:?}: number {i} is {a}, native {b}");
    }
}

#[test]
fn at_the_books_depth_the_module_computes_what_the_native_functions_do() {
    let place = WIDGETS.iter().position(|widget| widget.name == "depth").unwrap();
    let widget = WIDGETS[place];
    receive_digits(widget);
    let mut page = Page::new(widget);
    let values = (widget.book)();
    let (scene, shown) = (widget.show(&values), page.show(place, &values));
    assert!(scene.is_unfinished);
    assert_eq!(shown.0.len(), scene.numbers().len());
    if !draws_others(widget) {
        compare(widget, &values, &scene, &shown);
    }
}

#[test]
fn dragged_in_the_module_values_become_what_they_become_natively() {
    of_each(|place, widget| {
        receive_digits(widget);
        let mut page = Page::new(widget);
        for (handle, _) in widget.handles.iter().enumerate() {
            for to in
                [(0.3, 0.7), (5.0, -1.0), (-1e9, 1e9), (0.0, 0.0), (f64::NAN, 1.0)]
            {
                let mut values = (widget.book)();
                page.set(&values);
                let () = page.call("drag", (place as i32, handle as i32, to.0, to.1));
                let moved = page.get(values.len());
                if to.0.is_finite() {
                    (widget.drag)(handle, to, &mut values);
                }
                let name = widget.name;
                assert!(
                    moved == values || draws_others(widget),
                    "{name}: {moved:?} and not {values:?}"
                );
                assert_eq!(widget.show(&values).refused, None, "{name}: {to:?}");
            }
        }
    });
}

#[test]
fn a_handle_lies_where_it_was_dragged() {
    // The pen, among digits, is moved by no value.
    for widget in WIDGETS.into_iter().filter(|widget| widget.needs.is_none()) {
        let book = (widget.book)();
        for (i, handle) in widget.handles.iter().enumerate() {
            for other in settings(widget, 20) {
                let mut others = book.clone();
                for (j, control) in widget.controls.iter().enumerate() {
                    if handle.keys.contains(&control.key) {
                        others[j] = other[j];
                    }
                }
                let to = widget.show(&others).handles[i];
                let mut values = book.clone();
                (widget.drag)(i, to, &mut values);
                let at = widget.show(&values).handles[i];
                let name = widget.name;
                // To the three digits that a hand sets.
                let close = |a: f64, b: f64| (a - b).abs() <= 5.1e-3 * b.abs() + 1e-3;
                assert!(
                    close(at.0, to.0),
                    "{name}: {} at {at:?}, not {to:?}",
                    handle.label
                );
                if handle.keys.len() > 1 {
                    assert!(
                        close(at.1, to.1),
                        "{name}: {} at {at:?}, not {to:?}",
                        handle.label
                    );
                }
            }
        }
    }
}

#[test]
fn whatever_is_typed_ends_in_a_sentence_and_soon() {
    const NONSENSE: [f64; 12] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        -1.0,
        0.5,
        1.0,
        1e9,
        1e300,
        -1e300,
        5e-324,
    ];
    of_each(|place, widget| {
        receive_digits(widget);
        let mut page = Page::new(widget);
        for (i, control) in widget.controls.iter().enumerate() {
            let (least, most) = control.allowed;
            for value in NONSENSE.into_iter().chain([least, most]) {
                let mut values = (widget.book)();
                shorten(widget, &mut values);
                values[i] = value;
                let started = Instant::now();
                let scene = widget.show(&values);
                assert!(started.elapsed() < Duration::from_secs(2), "{}", widget.name);
                let is_allowed = (least..=most).contains(&value);
                assert_eq!(
                    scene.refused.is_none(),
                    is_allowed,
                    "{}: {value}",
                    control.key
                );
                if !is_allowed {
                    assert!(scene.says.starts_with(control.label), "{}", scene.says);
                    assert!(scene.curves.is_empty());
                }
                assert!(scene.says.ends_with('.') && !scene.says.contains('\n'));
                if is_allowed && widget.name == "training" {
                    // An interpreter is too slow for twenty trainings.
                    continue;
                }
                // What goes on from call to call is called as often here as there.
                let is_deep = widget.needs.is_some();
                if is_deep || !is_allowed || value == least || value == most {
                    let (scene, (_, text)) = match is_deep {
                        false => {
                            (widget.finished(&values), page.finished(place, &values))
                        }
                        true => (scene, page.show(place, &values)),
                    };
                    assert!(
                        text.ends_with(&scene.says)
                            || draws_others(widget) && text.ends_with('.'),
                        "{}: {text}",
                        widget.name
                    );
                }
            }
        }
    });
}

/// Rows of a table whose fields hold no commas but in quotes.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let fields = |line: &str| {
        let mut fields = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(String::new()),
                c => fields.last_mut().unwrap().push(c),
            }
        }
        fields
    };
    csv.lines().skip(1).map(fields).collect()
}

/// A curve in the data of a figure: its panel, if there are several, its name and its points.
struct Row {
    panel: String,
    name: String,
    point: (f64, f64),
}

fn data(figure: &str) -> Vec<Row> {
    let csv = read(&format!("chapters/figures/{figure}.csv"));
    let columns: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let row = |fields: Vec<String>| {
        let is_place = |column: &str| columns.len() == 3 || column != "step";
        let fields =
            fields.into_iter().zip(&columns).filter(|(_, column)| is_place(column));
        let mut fields: Vec<String> = fields.map(|(field, _)| field).collect();
        // A run over its steps, in a chart, has them as its places.
        let mut number = || fields.pop().unwrap().parse::<f64>().unwrap();
        let (y, x) = (number(), number());
        let name = fields.pop().unwrap();
        Row {
            panel: fields.pop().unwrap_or_else(|| figure.into()),
            name,
            point: (x, y),
        }
    };
    outlined(rows(&csv).into_iter().map(row).collect())
}

/// The two edges of a band, which stand in the data one after the other, as its outline.
fn outlined(mut rows: Vec<Row>) -> Vec<Row> {
    let Some(first) = rows.iter().position(|row| row.name.ends_with(" high")) else {
        return rows;
    };
    let name = rows[first].name.clone();
    let count = rows[first..].iter().take_while(|row| row.name == name).count();
    rows[first..first + count].reverse();
    let band = name.trim_end_matches(" high").to_owned();
    for row in &mut rows {
        if row.name == name || row.name == format!("{band} low") {
            row.name.clone_from(&band);
        }
    }
    outlined(rows)
}

#[test]
fn every_live_figure_starts_with_the_committed_data() {
    for (widget, scene) in WIDGETS.into_iter().zip(&*BOOK) {
        if draws_others(widget) {
            continue;
        }
        let data: Vec<Row> =
            widget.figures.iter().flat_map(|figure| data(figure)).collect();
        let name = widget.name;
        for row in &data {
            let of =
                |curve: &&Curve| curve.panel == row.panel && curve.name == row.name;
            assert!(
                scene.curves.iter().any(|curve| of(&curve)),
                "{name}: {} {}",
                row.panel,
                row.name
            );
        }
        for curve in &scene.curves {
            let of = |row: &&Row| curve.panel == row.panel && curve.name == row.name;
            let rows: Vec<_> = data.iter().filter(of).collect();
            let place = format!("{name}: {} {}", curve.panel, curve.name);
            // Not those where the curve is lifted.
            let points = curve.points.iter().filter(|(x, y)| !(x + y).is_nan());
            assert_eq!(rows.len(), points.clone().count(), "{place}");
            for (row, &(x, y)) in rows.iter().zip(points) {
                // Six digits are written: half a unit of the last one.
                let same = |a: f64, b: f64| (a - b).abs() <= 5.1e-6 * b.abs() + 1e-12;
                assert!(
                    same(row.point.0, x) && same(row.point.1, y),
                    "{place}: {:?}, not {x}, {y}",
                    row.point
                );
            }
        }
    }
}

#[test]
fn what_pages_have_around_a_live_figure_is_what_the_code_writes() {
    for (widget, scene) in WIDGETS.into_iter().zip(&*BOOK) {
        let file = format!("live/figures/{}.html", widget.name);
        let same = read(&file) == fragment(widget, scene) || draws_others(widget);
        assert!(same, "{file} is stale: `live/rebuild` it");
    }
    let script = packed_script(&read("live/live.js"));
    assert!(
        read("theme/live.js") == script,
        "theme/live.js is stale: `live/rebuild` it"
    );
    let files = fs::read_dir(path("live/figures")).unwrap().count();
    assert_eq!(
        files,
        WIDGETS.len(),
        "a file in live/figures belongs to no live figure"
    );
}

#[test]
fn the_digits_that_are_loaded_are_those_of_the_book() {
    let whole = |split| Digits::read(&path("data/mnist"), split).unwrap();
    let (train, test) = (whole(Split::Train), whole(Split::Test));
    for set in Set::ALL {
        let packed = images::pack(set, &set.digits(&train, &test));
        let same = digits(set) == packed || shift() != Ok(0);
        assert!(same, "the digits of {} are stale: `live/rebuild` it", set.name());
    }
    let pad = packed_script(&read("live/pad.js"));
    let script = read("chapters/live/training.js");
    assert!(script.ends_with(&pad), "live/pad.js is another: `live/rebuild` it");
}

#[test]
fn the_linked_plots_have_the_data_of_the_single_ones() {
    let linked = rows(&read("chapters/figures/depth-linked.csv"));
    for (panel, figure) in [
        ("activations", "depth-activations"),
        ("activation gradients", "depth-activation_gradients"),
        ("weight gradients", "depth-weight_gradients"),
    ] {
        let of_panel = linked.iter().filter(|row| row[0] == panel);
        let linked: Vec<_> = of_panel.map(|row| row[1..].to_vec()).collect();
        let single = rows(&read(&format!("chapters/figures/{figure}.csv")));
        assert_eq!(linked, single, "{panel}");
    }
}

#[test]
fn the_module_and_the_script_are_small() {
    let start = base64::encode(b"\0as");
    let mut modules = 0;
    for file in fs::read_dir(path("chapters/live")).unwrap() {
        let script = fs::read_to_string(file.unwrap().path()).unwrap();
        let texts = script.split('"').filter(|text| text.starts_with(&start));
        modules += texts.map(|text| base64::decode(text).unwrap().len()).sum::<usize>();
    }
    assert!((1..=150_000).contains(&modules), "all modules have {modules} bytes");
    let bytes = read("theme/live.js").len();
    assert!(bytes <= 10_000, "the script has {bytes} bytes");
}
