//! Takes the words of panics out of a compiled module: a panic there is a trap, which a page
//! tells in a sentence of its own, and nobody reads them. They are a tenth of the module.
//! `live/rebuild` calls it, before wasm-opt takes out what is then left over.

use std::error::Error;
use std::{env, fs};

/// In the names of functions that only panics call.
const OF_PANICS: [&str; 12] = [
    "4core9panicking",
    "3std9panicking",
    "slice_error_fail",
    "_index_len_fail",
    "expect_failed",
    "unwrap_failed",
    "escape_debug",
    "..Debug$GT$",
    "4core3fmt8builders",
    "core..fmt..builders..",
    "handle_alloc_error",
    "rust_begin_unwind",
];

const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args_os().skip(1);
    let (Some(from), Some(to)) = (paths.next(), paths.next()) else {
        return Err("usage: snip in.wasm out.wasm".into());
    };
    let module = fs::read(from)?;
    fs::write(
        to,
        snipped(&module).ok_or("no module with the names of its functions")?,
    )?;
    Ok(())
}

/// The module with traps in the place of the functions of panics.
fn snipped(module: &[u8]) -> Option<Vec<u8>> {
    let (header, mut rest) = module.split_at_checked(8)?;
    let mut sections = Vec::new();
    while let Some((&id, after)) = rest.split_first() {
        rest = after;
        let size = number(&mut rest)?;
        let (section, after) = rest.split_at_checked(size)?;
        sections.push((id, section));
        rest = after;
    }
    if sections.iter().any(|&(id, _)| id == IMPORT) {
        return None;
    }
    let names = sections.iter().find_map(|&(id, section)| {
        let mut section = section;
        (id == CUSTOM && text(&mut section)? == b"name").then_some(section)
    })?;
    let doomed = doomed(names)?;
    let mut snipped = header.to_vec();
    for (id, section) in sections {
        let section = match id {
            CODE => code(section, &doomed)?,
            _ => section.to_vec(),
        };
        snipped.push(id);
        write(&mut snipped, section.len());
        snipped.extend(section);
    }
    Some(snipped)
}

/// The numbers of the functions to take out.
fn doomed(mut names: &[u8]) -> Option<Vec<usize>> {
    const FUNCTIONS: u8 = 1;
    while let Some((&id, rest)) = names.split_first() {
        names = rest;
        let size = number(&mut names)?;
        let (mut part, rest) = names.split_at_checked(size)?;
        names = rest;
        if id == FUNCTIONS {
            let mut doomed = Vec::new();
            for _ in 0..number(&mut part)? {
                let function = number(&mut part)?;
                let name = String::from_utf8_lossy(text(&mut part)?);
                if OF_PANICS.iter().any(|part| name.contains(part)) {
                    doomed.push(function);
                }
            }
            return Some(doomed);
        }
    }
    None
}

fn code(mut section: &[u8], doomed: &[usize]) -> Option<Vec<u8>> {
    // No local variables; `unreachable`; the end.
    const TRAP: [u8; 3] = [0, 0, 0x0b];
    let count = number(&mut section)?;
    let mut code = Vec::new();
    write(&mut code, count);
    for function in 0..count {
        let body = text(&mut section)?;
        let body = if doomed.contains(&function) { &TRAP } else { body };
        write(&mut code, body.len());
        code.extend(body);
    }
    Some(code)
}

/// Bytes behind their number.
fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let size = number(bytes)?;
    let (text, rest) = bytes.split_at_checked(size)?;
    *bytes = rest;
    Some(text)
}

/// A number in groups of seven bits, the last ones first.
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 127) << shift;
        if byte < 128 {
            return Some(value);
        }
    }
    None
}

fn write(bytes: &mut Vec<u8>, mut value: usize) {
    while value > 127 {
        bytes.push(value as u8 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let mut section = vec![id];
        write(&mut section, content.len());
        section.extend(content);
        section
    }

    #[test]
    fn functions_of_panics_become_traps_and_others_stay() {
        let name = b"_ZN4core9panicking5panic17h0E";
        let mut names = vec![2, 0, 1, b'f', 1];
        write(&mut names, name.len());
        names.extend(name);
        let custom = [&[4][..], b"name", &section(1, &names)].concat();
        let module = |second: &[u8]| {
            let bodies = [&[2, 2, 0, 0x0b][..], &[second.len() as u8], second].concat();
            [&b"\0asm\x01\0\0\0"[..], &section(10, &bodies), &section(0, &custom)]
                .concat()
        };
        let found = snipped(&module(&[0, 0x41, 7, 0x1a, 0x0b])).unwrap();
        assert_eq!(found, module(&[0, 0, 0x0b]));
        assert_eq!(snipped(&found[..20]), None, "names are missing");
    }

    #[test]
    fn numbers_come_back() {
        for value in [0, 127, 128, 300, 1 << 20] {
            let mut bytes = Vec::new();
            write(&mut bytes, value);
            assert_eq!(number(&mut &bytes[..]), Some(value));
        }
    }
}
