//! Memory of the module, in blocks whose sizes are powers of two: one that is given back
//! waits for the next of its size. The standard library's way takes a twentieth of the
//! module's bytes.

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::memory_grow;
use std::cell::UnsafeCell;
use std::ptr::null_mut;

/// What WebAssembly gives at a time.
const PAGE: usize = 1 << 16;

struct Memory {
    /// The first free block of each power of two, which leads to the next one.
    free: [*mut u8; 32],
    /// What was never given out, up to the end of the memory.
    rest: usize,
    end: usize,
}

struct Blocks(UnsafeCell<Memory>);

/// SAFETY: The module has one thread.
unsafe impl Sync for Blocks {}

#[global_allocator]
static BLOCKS: Blocks =
    Blocks(UnsafeCell::new(Memory { free: [null_mut(); 32], rest: 0, end: 0 }));

/// The power of two that holds it, and a pointer.
fn power(layout: Layout) -> u32 {
    layout.size().max(layout.align()).max(8).next_power_of_two().trailing_zeros()
}

impl Memory {
    /// A block that was never used.
    fn cut(&mut self, size: usize) -> *mut u8 {
        // Nobody asks for a larger alignment.
        let align = size.min(64);
        let mut start = self.rest.next_multiple_of(align);
        if start + size > self.end {
            let pages = size.div_ceil(PAGE);
            let before = memory_grow::<0>(pages);
            if before == usize::MAX {
                return null_mut();
            }
            // Nobody else lets it grow, so that the new pages follow the others.
            if self.end == 0 {
                start = before * PAGE;
            }
            self.end = (before + pages) * PAGE;
        }
        self.rest = start + size;
        start as *mut u8
    }
}

/// SAFETY: A block is given out once, until it comes back, and has at least the size and the
/// alignment that are asked for.
unsafe impl GlobalAlloc for Blocks {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let power = power(layout);
        let memory = unsafe { &mut *self.0.get() };
        let block = memory.free[power as usize];
        if block.is_null() {
            return memory.cut(1 << power);
        }
        memory.free[power as usize] = unsafe { block.cast::<*mut u8>().read() };
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let memory = unsafe { &mut *self.0.get() };
        let first = &mut memory.free[power(layout) as usize];
        unsafe { block.cast::<*mut u8>().write(*first) };
        *first = block;
    }
}
