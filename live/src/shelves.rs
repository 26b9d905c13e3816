//! Memory for the module in a tenth of the bytes of the standard library's allocator: a
//! shelf for each power of two, from which blocks are taken and to which they return.

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::{memory_grow, memory_size};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PAGE: usize = 1 << 16;

/// The first free block of each size. Each leads to the next.
static FREE: [AtomicUsize; 32] = [const { AtomicUsize::new(0) }; 32];
/// From where on memory was never used, and its end.
static FRESH: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

struct Shelves;

#[global_allocator]
static SHELVES: Shelves = Shelves;

/// Blocks have a size of 16 bytes or more, and lie at a multiple of it up to a page.
fn size(layout: Layout) -> usize {
    layout.size().max(layout.align()).max(16).next_power_of_two()
}

fn fresh(size: usize) -> *mut u8 {
    let aligned = size.min(PAGE);
    let [next, end] = &FRESH;
    let start = next.load(Relaxed).next_multiple_of(aligned);
    if start + size > end.load(Relaxed) {
        let pages = size.div_ceil(PAGE);
        let first = memory_grow::<0>(pages);
        if first == usize::MAX {
            return null_mut();
        }
        next.store(first * PAGE + size, Relaxed);
        end.store(memory_size::<0>() * PAGE, Relaxed);
        return (first * PAGE) as *mut u8;
    }
    next.store(start + size, Relaxed);
    start as *mut u8
}

// SAFETY: one thread, and a block is on a shelf or in use, never both.
unsafe impl GlobalAlloc for Shelves {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let size = size(layout);
        let shelf = &FREE[size.trailing_zeros() as usize];
        match shelf.load(Relaxed) {
            0 => fresh(size),
            block => {
                let block = block as *mut usize;
                shelf.store(unsafe { *block }, Relaxed);
                block.cast()
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let shelf = &FREE[size(layout).trailing_zeros() as usize];
        unsafe { *block.cast::<usize>() = shelf.load(Relaxed) };
        shelf.store(block as usize, Relaxed);
    }
}
