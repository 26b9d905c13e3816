//! Digits that travel with a page.

use std::cell::RefCell;

#[cfg(not(target_family = "wasm"))]
use descent::mnist::Digits;
use descent::network::Batch;
use nalgebra::DMatrix;

use crate::widget::Scene;
#[cfg(not(target_family = "wasm"))]
use crate::{depth, training};

/// Pixels of a digit.
pub const PIXELS: usize = 784;

/// Which digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Those of the chapter on depth.
    Depth,
    /// Those for a training in the page, with the ones to test it.
    Training,
}

impl Set {
    pub const ALL: [Self; 2] = [Self::Depth, Self::Training];

    /// What its file is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Depth => "depth",
            Self::Training => "training",
        }
    }

    /// Its digits, from the whole sets.
    #[cfg(not(target_family = "wasm"))]
    pub fn digits(self, train: &Digits, test: &Digits) -> Batch {
        match self {
            Self::Depth => test.sample(depth::IMAGES, depth::SEED),
            Self::Training => training::digits(train, test),
        }
    }
}

thread_local! {
    static SETS: RefCell<[Option<Batch>; Set::ALL.len()]> =
        const { RefCell::new([const { None }; Set::ALL.len()]) };
}

/// Takes in a set that was packed.
///
/// # Errors
/// If it is none.
pub fn receive(bytes: &[u8]) -> Result<(), &'static str> {
    let (&set, packed) = bytes.split_first().ok_or("no bytes")?;
    let batch = unpack(packed).ok_or("digits are cut short")?;
    SETS.with_borrow_mut(|sets| {
        *sets.get_mut(usize::from(set)).ok_or("an unknown set")? = Some(batch);
        Ok(())
    })
}

/// What is made of a set, if it is there.
pub fn with<R>(set: Set, f: impl FnOnce(&Batch) -> R) -> Option<R> {
    SETS.with_borrow(|sets| sets[set as usize].as_ref().map(f))
}

/// What a figure shows before its digits have come.
pub fn absent() -> Scene {
    Scene { says: "The digits are not here yet.".into(), ..Scene::default() }
}

/// A set in few bytes: for each digit its label, then in turns a number of empty pixels
/// and a number of others with their greys.
pub fn pack(set: Set, digits: &Batch) -> Vec<u8> {
    let mut bytes = vec![set as u8];
    for (row, &label) in digits.images.row_iter().zip(&digits.labels) {
        bytes.push(label as u8);
        let pixels: Vec<u8> =
            row.iter().map(|grey| (grey * 255.0).round() as u8).collect();
        let mut rest = &pixels[..];
        while !rest.is_empty() {
            let first = rest.len().min(255);
            let empty = rest[..first].iter().take_while(|&&pixel| pixel == 0).count();
            let last = rest.len().min(empty + 255);
            let full = rest[empty..last].iter().take_while(|&&pixel| pixel > 0).count();
            bytes.extend([empty as u8, full as u8]);
            bytes.extend(&rest[empty..empty + full]);
            rest = &rest[empty + full..];
        }
    }
    bytes
}

fn unpack(mut bytes: &[u8]) -> Option<Batch> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    while let Some((&label, rest)) = bytes.split_first() {
        labels.push(label.into());
        bytes = rest;
        while pixels.len() < labels.len() * PIXELS {
            let (&[empty, full], rest) = bytes.split_first_chunk()?;
            let (greys, rest) = rest.split_at_checked(full.into())?;
            pixels.extend(std::iter::repeat_n(0, empty.into()));
            pixels.extend(greys);
            bytes = rest;
        }
    }
    (pixels.len() == labels.len() * PIXELS).then(|| {
        let grey =
            |row: usize, pixel: usize| f64::from(pixels[row * PIXELS + pixel]) / 255.0;
        Batch::new(DMatrix::from_fn(labels.len(), PIXELS, grey), labels)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_digits_come_back() {
        let mut greys = DMatrix::zeros(3, PIXELS);
        greys.row_mut(1).fill(9.0);
        greys[(2, 0)] = 255.0;
        greys.view_mut((2, 400), (1, 300)).fill(7.0);
        greys[(2, 783)] = 1.0;
        let digits = Batch::new(greys / 255.0, vec![4, 0, 9]);
        let bytes = pack(Set::Depth, &digits);
        receive(&bytes).unwrap();
        assert_eq!(with(Set::Depth, Batch::clone), Some(digits));
        for end in [0, 2, 3, bytes.len() - 1] {
            assert!(receive(&bytes[..end]).is_err(), "{end}");
        }
        assert!(receive(&[7]).is_err());
    }
}
