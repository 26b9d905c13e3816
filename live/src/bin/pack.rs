//! Puts the compiled module into a script that a page can load from a file, and writes what
//! pages have around their live figures: `live/rebuild` calls it.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use live::page::{fragment, packed_script};
use live::{WIDGETS, base64};

fn main() -> Result<(), Box<dyn Error>> {
    let module = env::args_os().nth(1).ok_or("usage: pack live.wasm")?;
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or("run it by cargo")?;
    let root = Path::new(&root).join("..");
    let script =
        format!("descentLive.wasm=\"{}\";\n", base64::encode(&fs::read(module)?));
    fs::write(root.join("chapters/live/wasm.js"), script)?;
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
