//! Takes out of a compiled module what only panics need: there a panic is a trap, which a
//! page tells in a sentence of its own, and nobody reads its words. They are a tenth of the
//! module. `live/rebuild` calls it, before wasm-opt takes out what is then left over.

use std::error::Error;
use std::ops::Range;
use std::{env, fs};

use wasmparser::{
    CustomSectionReader, DataSectionReader, ExternalKind, FunctionBody, KnownCustom,
    Linking, Operator, Parser, Payload, RelocationType, SymbolInfo,
};

/// In the names of functions that only panics call, or figures never.
const OF_PANICS: [&str; 2] = [
    "4core9panicking",
    // The rest of an angle above a million in circles.
    "rem_pio2_large",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = env::args_os().skip(1);
    let (Some(from), Some(to)) = (paths.next(), paths.next()) else {
        return Err("usage: snip in.wasm out.wasm".into());
    };
    fs::write(to, snipped(&fs::read(from)?)?)?;
    Ok(())
}

/// The module with traps in the place of code that nothing reaches without a panic, and zeros
/// in the place of such data. All else stays where it is.
fn snipped(module: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut linked = Linked::read(module)?;
    linked.cut_dead_ends()?;
    let is_used = linked.used();
    let mut snipped = module[..linked.end].to_vec();
    for segment in &linked.segments {
        snipped[segment.clone()].fill(0);
    }
    for (Piece { place, body, dead_ends, .. }, is_used) in
        linked.pieces.iter().zip(is_used)
    {
        match (body, is_used) {
            (Some(_), true) => {
                for dead_end in dead_ends {
                    snipped[dead_end.clone()].fill(UNREACHABLE);
                }
            }
            (Some(_), false) => {
                // No local variables, then nothing but traps.
                snipped[place.clone()].fill(UNREACHABLE);
                snipped[place.end - 1] = END;
            }
            (None, true) => {
                snipped[place.clone()].copy_from_slice(&module[place.clone()]);
            }
            (None, false) => {}
        }
    }
    Ok(snipped)
}

const UNREACHABLE: u8 = 0;
const END: u8 = 0x0b;

/// A function, or data with a name.
struct Piece<'a> {
    place: Range<usize>,
    body: Option<FunctionBody<'a>>,
    /// Where a function goes straight into a panic.
    dead_ends: Vec<Range<usize>>,
    is_of_panics: bool,
}

impl<'a> Piece<'a> {
    fn new(place: Range<usize>, body: Option<FunctionBody<'a>>) -> Self {
        Self { place, body, dead_ends: Vec::new(), is_of_panics: false }
    }
}

/// What the linker says of a module.
#[derive(Default)]
struct Linked<'a> {
    /// Functions, and behind them the data.
    pieces: Vec<Piece<'a>>,
    exported: Vec<usize>,
    segments: Vec<Range<usize>>,
    /// Of each section.
    starts: Vec<usize>,
    /// The piece that a symbol stands for, if it does for one.
    symbols: Vec<Option<usize>>,
    /// In the order of the places: each with the symbol that is spoken of there.
    uses: Vec<(usize, usize)>,
    /// Of what is run; what follows describes it.
    end: usize,
}

impl<'a> Linked<'a> {
    fn read(module: &'a [u8]) -> Result<Self, Box<dyn Error>> {
        let mut linked = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload?;
            if let Some((_, section)) = payload.as_section() {
                linked.starts.push(section.start);
            }
            match payload {
                Payload::ImportSection(_) => return Err("it imports something".into()),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            linked.exported.push(export.index as usize);
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    linked.pieces.push(Piece::new(body.range(), Some(body)));
                }
                Payload::DataSection(data) => linked.data(data)?,
                Payload::CustomSection(section) => linked.described(&section)?,
                _ => {}
            }
        }
        linked.uses.sort_unstable();
        match linked.uses.is_empty() {
            true => Err("it is not linked with --emit-relocs".into()),
            false => Ok(linked),
        }
    }

    fn data(&mut self, data: DataSectionReader) -> Result<(), Box<dyn Error>> {
        self.end = data.range().end;
        for segment in data {
            let segment = segment?;
            let end = segment.range.end;
            self.segments.push(end - segment.data.len()..end);
        }
        Ok(())
    }

    fn described(
        &mut self,
        section: &CustomSectionReader,
    ) -> Result<(), Box<dyn Error>> {
        match section.as_known() {
            KnownCustom::Linking(linking) => {
                for part in linking.subsections() {
                    if let Linking::SymbolTable(symbols) = part? {
                        for symbol in symbols {
                            let piece = self.piece(&symbol?);
                            self.symbols.push(piece);
                        }
                    }
                }
            }
            KnownCustom::Reloc(places) => {
                let start = self.starts[places.section_index() as usize];
                for place in places.entries() {
                    let place = place?;
                    if place.ty != RelocationType::TypeIndexLeb {
                        let at = start + place.offset as usize;
                        self.uses.push((at, place.index as usize));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn piece(&mut self, symbol: &SymbolInfo) -> Option<usize> {
        match *symbol {
            SymbolInfo::Func { index, name: Some(name), .. } => {
                let is_of_panics = OF_PANICS.iter().any(|part| name.contains(part));
                self.pieces[index as usize].is_of_panics |= is_of_panics;
                Some(index as usize)
            }
            SymbolInfo::Data { symbol: Some(data), .. } => {
                let start =
                    self.segments[data.index as usize].start + data.offset as usize;
                self.pieces.push(Piece::new(start..start + data.size as usize, None));
                Some(self.pieces.len() - 1)
            }
            _ => None,
        }
    }

    /// Finds them, and the functions that begin with one.
    fn cut_dead_ends(&mut self) -> wasmparser::Result<()> {
        let mut is_any_new = true;
        while is_any_new {
            is_any_new = false;
            for i in 0..self.pieces.len() {
                let Some(body) = &self.pieces[i].body else { break };
                let first = body.get_operators_reader()?.original_position();
                let dead_ends = self.dead_ends(body)?;
                let is_one =
                    dead_ends.first().is_some_and(|range| range.start == first);
                let piece = &mut self.pieces[i];
                is_any_new |= is_one && !piece.is_of_panics;
                piece.is_of_panics |= is_one;
                piece.dead_ends = dead_ends;
            }
        }
        Ok(())
    }

    /// From where ways part or meet to a call of a function of panics.
    fn dead_ends(&self, body: &FunctionBody) -> wasmparser::Result<Vec<Range<usize>>> {
        let mut operators = body.get_operators_reader()?;
        let (mut start, mut dead_ends) = (operators.original_position(), Vec::new());
        while !operators.eof() {
            let operator = operators.read()?;
            let end = operators.original_position();
            match operator {
                Operator::Call { function_index }
                    if self.pieces[function_index as usize].is_of_panics =>
                {
                    dead_ends.push(start..end);
                    start = end;
                }
                Operator::Block { .. }
                | Operator::Loop { .. }
                | Operator::If { .. }
                | Operator::Else
                | Operator::End
                | Operator::Br { .. }
                | Operator::BrIf { .. }
                | Operator::BrTable { .. }
                | Operator::Return
                | Operator::Unreachable => start = end,
                _ => {}
            }
        }
        Ok(dead_ends)
    }

    /// Which pieces are reached from what the module exports.
    fn used(&self) -> Vec<bool> {
        let mut is_used = vec![false; self.pieces.len()];
        let mut open = self.exported.clone();
        while let Some(i) = open.pop() {
            let Piece { place, dead_ends, is_of_panics, .. } = &self.pieces[i];
            if *is_of_panics || is_used[i] {
                continue;
            }
            is_used[i] = true;
            let [start, end] = [place.start, place.end]
                .map(|place| self.uses.partition_point(|&(at, _)| at < place));
            for (at, symbol) in &self.uses[start..end] {
                if !dead_ends.iter().any(|dead_end| dead_end.contains(at)) {
                    open.extend(self.symbols[*symbol]);
                }
            }
        }
        is_used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        [&[id, content.len() as u8], content].concat()
    }

    fn named(name: &str, content: &[u8]) -> Vec<u8> {
        [&[name.len() as u8], name.as_bytes(), content].concat()
    }

    /// With four functions, the first of which is exported, and data in three pieces.
    fn module(bodies: [&[u8]; 4], data: &[u8; 6]) -> Vec<u8> {
        let code: Vec<u8> = bodies
            .iter()
            .flat_map(|body| [&[body.len() as u8], *body].concat())
            .collect();
        [
            &b"\0asm\x01\0\0\0"[..],
            &section(1, &[1, 0x60, 0, 0]),
            &section(3, &[4, 0, 0, 0, 0]),
            &section(7, &[&[1][..], &named("main", &[0, 0])].concat()),
            &section(10, &[&[4][..], &code].concat()),
            &section(11, &[&[1, 0, 0x41, 0, 0x0b, 6][..], data].concat()),
        ]
        .concat()
    }

    /// Where it speaks of its functions and data.
    fn linked() -> Vec<u8> {
        let functions = ["main", "4core9panicking", "expect_failed", "lonely"];
        let mut symbols = vec![7];
        for (i, name) in (0..).zip(functions) {
            symbols.extend([&[0, 0, i][..], &named(name, &[])].concat());
        }
        for (i, name) in (0..).zip(["a", "b", "c"]) {
            symbols.extend([&[1, 0][..], &named(name, &[0, 2 * i, 2])].concat());
        }
        let linking = [&[2][..], &section(8, &symbols)].concat();
        let places = [3, 5, 4, 4, 4, 0, 4, 9, 5, 0, 0, 12, 2, 4, 18, 6, 0, 0, 23, 1];
        [
            section(0, &named("linking", &linking)),
            section(0, &named("reloc.CODE", &places)),
        ]
        .concat()
    }

    #[test]
    fn ways_into_panics_become_traps_and_their_words_zeros() {
        // `a` is spoken of, then in a block `b`, which a panic tells.
        let main = [0, 0x41, 0, 0x1a, 2, 0x40, 0x41, 2, 0x1a, 0x10, 2, END, END];
        let panic = [0, 0x41, 4, 0x1a, END];
        let failed = [0, 0x10, 1, END];
        let lonely = [0, 0x41, 7, 0x1a, END];
        let whole = module([&main, &panic, &failed, &lonely], b"aabbcc");
        let found = snipped(&[whole.clone(), linked()].concat()).unwrap();
        let main = [0, 0x41, 0, 0x1a, 2, 0x40, 0, 0, 0, 0, 0, END, END];
        let trap = [0, 0, 0, 0, END];
        assert_eq!(found, module([&main, &trap, &trap[1..], &trap], b"aa\0\0\0\0"));
        assert!(snipped(&whole).is_err(), "nothing is known of the places");
    }
}
