//! Puts the compiled module into a script that a page can load from a file, and writes what
//! pages have around their live figures: `live/rebuild` calls it.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use descent::mnist::{Digits, Split};
use live::WIDGETS;
use live::images::{self, Set};
use live::page::{data_script, fragment, packed_script};

fn main() -> Result<(), Box<dyn Error>> {
    let module = env::args_os().nth(1).ok_or("usage: pack live.wasm")?;
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or("run it by cargo")?;
    let root = Path::new(&root).join("..");
    let write = |name: &str, bytes: &[u8]| {
        let path = root.join(format!("chapters/live/{name}.js"));
        fs::write(path, data_script(name, bytes))
    };
    write("wasm", &fs::read(module)?)?;
    let test = Digits::read(&root.join("data/mnist"), Split::Test)?;
    for set in Set::ALL {
        let packed = images::pack(set, &set.digits(&test));
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
