//! Puts the compiled module into a script that a page can load from a file, and writes what
//! pages have around their live figures: `live/rebuild` calls it.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use descent::mnist::{Digits, Split};
use live::images::{self, Set};
use live::page::{data_script, fragment, packed_script};

fn main() -> Result<(), Box<dyn Error>> {
    let module = env::args_os().nth(1).ok_or("usage: pack module.wasm")?;
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or("run it by cargo")?;
    let root = Path::new(&root).join("..");
    let write = |name: &str, script: &str| {
        fs::write(root.join(format!("chapters/live/{name}.js")), script)
    };
    write("wasm", &data_script("wasm", &fs::read(module)?))?;
    let digits = |split| Digits::read(&root.join("data/mnist"), split);
    let (train, test) = (digits(Split::Train)?, digits(Split::Test)?);
    for set in Set::ALL {
        let packed = images::pack(set, &set.digits(&train, &test));
        let mut script = data_script(set.name(), &packed);
        if set == Set::Training {
            let pad = fs::read_to_string(root.join("live/pad.js"))?;
            script += &packed_script(&pad);
        }
        write(set.name(), &script)?;
        images::receive(&packed)?;
    }
    fs::write(
        root.join("theme/live.js"),
        packed_script(&fs::read_to_string(root.join("live/live.js"))?),
    )?;
    for widget in live::WIDGETS {
        let path = root.join(format!("live/figures/{}.html", widget.name));
        let scene = widget.finished(&(widget.book)());
        fs::write(path, fragment(widget, &scene))?;
    }
    Ok(())
}
