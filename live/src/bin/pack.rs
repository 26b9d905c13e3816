//! Puts the compiled module and the digits into scripts that a page can load from a file,
//! and writes what pages have around their live figures: `live/rebuild` calls it.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use descent::mnist::{Digits, Split};
use live::images::{self, Set};
use live::page::{fragment, packed_script};
use live::{WIDGETS, base64};

fn main() -> Result<(), Box<dyn Error>> {
    let module = env::args_os().nth(1).ok_or("usage: pack live.wasm")?;
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or("run it by cargo")?;
    let root = Path::new(&root).join("..");
    let write = |name: &str, bytes: &[u8]| {
        let script = format!("descentLive.{name}=\"{}\";\n", base64::encode(bytes));
        fs::write(root.join(format!("chapters/live/{name}.js")), script)
    };
    write("wasm", &fs::read(module)?)?;
    let [test, train] = [Split::Test, Split::Train]
        .map(|split| Digits::read(&root.join("data/mnist"), split));
    let (test, train) = (test?, train?);
    let is_needed =
        |set: &Set| WIDGETS.iter().any(|widget| widget.needs == Some(set.name()));
    for set in Set::ALL.into_iter().filter(is_needed) {
        let packed = images::pack(set, &set.digits(&train, &test));
        write(set.name(), &packed)?;
        images::receive(&packed)?;
    }
    fs::write(
        root.join("theme/live.js"),
        packed_script(&fs::read_to_string(root.join("live/live.js"))?),
    )?;
    for widget in WIDGETS {
        let path = root.join(format!("live/figures/{}.html", widget.name));
        fs::write(path, fragment(widget))?;
    }
    Ok(())
}
