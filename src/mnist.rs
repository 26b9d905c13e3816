//! The MNIST digits from their four original files, gzipped IDX.
//!
//! The format is described by its authors, Y. LeCun, C. Cortes and C. Burges: a
//! big-endian magic number (2051 for images, 2049 for labels), one 32-bit size for each
//! axis, then one byte an entry.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use nalgebra::DMatrix;
use rand::seq::index;
use thiserror::Error;

use crate::network::Batch;
use crate::random::{Stream, generator};

/// Pixels of one image: 28 rows of 28.
pub const PIXELS: usize = 28 * 28;

const IMAGES_MAGIC: u32 = 0x0803;
const LABELS_MAGIC: u32 = 0x0801;

/// A byte as a number from 0 to 1.
const GREY: [f64; 256] = {
    let mut grey = [0.0; 256];
    let mut byte = 0;
    while byte < 256 {
        grey[byte] = byte as f64 / 255.0;
        byte += 1;
    }
    grey
};

/// More items than any file of digits has; a header that declares more is not believed.
const MOST_ITEMS: u32 = 1_000_000;

/// Which of the two sets of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// The 60,000 digits to train on.
    Train,
    /// The 10,000 digits to test with.
    Test,
}

impl Split {
    fn files(self) -> (&'static str, &'static str) {
        match self {
            Self::Train => ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
            Self::Test => ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        }
    }
}

/// What can be wrong with the files. Every message names the file and what was expected
/// of it.
#[derive(Debug, Error)]
pub enum MnistError {
    #[error("{}: no such folder; expected the folder with the four MNIST files", .0.display())]
    NoFolder(PathBuf),
    #[error("{}: expected a gzipped MNIST file here: {source}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("{}: not gzip; expected the file as it is distributed, still compressed", .0.display())]
    NotGzip(PathBuf),
    #[error("{}: cannot be decompressed: {source}", path.display())]
    Corrupt { path: PathBuf, source: io::Error },
    #[error("{}: magic number {found}, expected {expected} for {kind}", path.display())]
    Magic { path: PathBuf, kind: &'static str, found: u32, expected: u32 },
    #[error("{}: images of {rows}×{columns} pixels, expected 28×28", path.display())]
    ImageSize { path: PathBuf, rows: u32, columns: u32 },
    #[error("{}: the header declares {count} items, expected at most {MOST_ITEMS}", path.display())]
    TooMany { path: PathBuf, count: u32 },
    #[error("{}: ends after {found} bytes, expected {expected}", path.display())]
    Truncated { path: PathBuf, found: u64, expected: u64 },
    #[error("{}: goes on after the expected {expected} bytes", path.display())]
    TooLong { path: PathBuf, expected: u64 },
    #[error("{}: label {label} at position {position}, expected 0 to 9", path.display())]
    Label { path: PathBuf, position: usize, label: u8 },
    #[error("{}: {labels} labels, expected {images}, one for each image of {}", path.display(), images_path.display())]
    Count { path: PathBuf, labels: usize, images_path: PathBuf, images: usize },
}

/// Digits with their labels, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Digits {
    /// Reads one of the two sets from the folder that holds the four files.
    ///
    /// # Errors
    /// If a file is missing, damaged, not what its name says, or does not fit the
    /// other.
    pub fn read(folder: &Path, split: Split) -> Result<Self, MnistError> {
        if !folder.is_dir() {
            return Err(MnistError::NoFolder(folder.to_owned()));
        }
        let (images, labels) = split.files();
        let (images_path, labels_path) = (folder.join(images), folder.join(labels));
        let pixels = read_images(&images_path, open(&images_path)?)?;
        let labels = read_labels(&labels_path, open(&labels_path)?)?;
        if pixels.len() != labels.len() * PIXELS {
            return Err(MnistError::Count {
                path: labels_path,
                labels: labels.len(),
                images: pixels.len() / PIXELS,
                images_path,
            });
        }
        Ok(Self { pixels, labels })
    }

    /// The number of digits.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The digits at these positions as a batch, `[positions, 784]`, pixels from 0 to
    /// 1.
    ///
    /// # Panics
    /// If a position is not below [`len`](Self::len).
    pub fn batch(&self, positions: &[usize]) -> Batch {
        let images: Vec<&[u8]> = positions
            .iter()
            .map(|&position| &self.pixels[position * PIXELS..][..PIXELS])
            .collect();
        let images = DMatrix::from_fn(positions.len(), PIXELS, |row, pixel| {
            GREY[usize::from(images[row][pixel])]
        });
        let labels = positions.iter().map(|&position| self.labels[position].into());
        Batch::new(images, labels.collect())
    }

    /// A batch of `size` different digits, drawn with the seed. (The draws are a stream
    /// of their own, so that a network made from the same seed is independent of them.)
    ///
    /// # Panics
    /// If `size` is more than [`len`](Self::len).
    pub fn sample(&self, size: usize, seed: u64) -> Batch {
        let mut rng = generator(seed, Stream::Images);
        self.batch(&index::sample(&mut rng, self.len(), size).into_vec())
    }
}

fn open(path: &Path) -> Result<File, MnistError> {
    File::open(path)
        .map_err(|source| MnistError::Open { path: path.to_owned(), source })
}

/// The pixels of a gzipped file of images, image after image and row after row. `path`
/// is for the messages only.
///
/// # Errors
/// If the bytes are not gzip, not a file of 28×28 images, or fewer or more than its
/// header says.
pub fn read_images(path: &Path, compressed: impl Read) -> Result<Vec<u8>, MnistError> {
    let mut file = Idx::new(path, compressed)?;
    file.magic("images", IMAGES_MAGIC)?;
    let count = file.count()?;
    let (rows, columns) = (file.number()?, file.number()?);
    if (rows, columns) != (28, 28) {
        return Err(MnistError::ImageSize { path: path.to_owned(), rows, columns });
    }
    file.rest(u64::from(count) * PIXELS as u64)
}

/// The labels of a gzipped file of labels, each 0 to 9. `path` is for the messages
/// only.
///
/// # Errors
/// If the bytes are not gzip, not a file of labels, or fewer or more than its header
/// says.
pub fn read_labels(path: &Path, compressed: impl Read) -> Result<Vec<u8>, MnistError> {
    let mut file = Idx::new(path, compressed)?;
    file.magic("labels", LABELS_MAGIC)?;
    let count = file.count()?;
    let labels = file.rest(count.into())?;
    match labels.iter().position(|&label| label > 9) {
        Some(position) => {
            let label = labels[position];
            Err(MnistError::Label { path: path.to_owned(), position, label })
        }
        None => Ok(labels),
    }
}

/// An IDX file being read: its bytes and how many of them have come.
struct Idx<'a, R> {
    path: &'a Path,
    bytes: MultiGzDecoder<io::Chain<io::Cursor<Vec<u8>>, R>>,
    read: u64,
}

impl<'a, R: Read> Idx<'a, R> {
    fn new(path: &'a Path, mut compressed: R) -> Result<Self, MnistError> {
        let mut start = Vec::new();
        let gzip = compressed.by_ref().take(2).read_to_end(&mut start);
        gzip.map_err(|source| MnistError::Open { path: path.to_owned(), source })?;
        if start != [0x1f, 0x8b] {
            return Err(MnistError::NotGzip(path.to_owned()));
        }
        let bytes = MultiGzDecoder::new(io::Cursor::new(start).chain(compressed));
        Ok(Self { path, bytes, read: 0 })
    }

    fn magic(&mut self, kind: &'static str, expected: u32) -> Result<(), MnistError> {
        let found = self.number()?;
        if found == expected {
            return Ok(());
        }
        Err(MnistError::Magic { path: self.path.to_owned(), kind, found, expected })
    }

    fn count(&mut self) -> Result<u32, MnistError> {
        let count = self.number()?;
        if count <= MOST_ITEMS {
            return Ok(count);
        }
        Err(MnistError::TooMany { path: self.path.to_owned(), count })
    }

    fn number(&mut self) -> Result<u32, MnistError> {
        let bytes = self.take(4)?;
        if bytes.len() < 4 {
            return Err(self.truncated(self.read + 4 - bytes.len() as u64));
        }
        Ok(bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    /// The entries after the header, all of them and nothing behind.
    fn rest(&mut self, length: u64) -> Result<Vec<u8>, MnistError> {
        let expected = self.read + length;
        let entries = self.take(length)?;
        if (entries.len() as u64) < length {
            return Err(self.truncated(expected));
        }
        if !self.take(1)?.is_empty() {
            return Err(MnistError::TooLong { path: self.path.to_owned(), expected });
        }
        Ok(entries)
    }

    /// The next `length` bytes, or fewer at the end of the file.
    fn take(&mut self, length: u64) -> Result<Vec<u8>, MnistError> {
        let mut bytes = Vec::new();
        let expected = self.read + length;
        let result = self.bytes.by_ref().take(length).read_to_end(&mut bytes);
        self.read += bytes.len() as u64;
        match result {
            Ok(_) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.truncated(expected))
            }
            Err(source) => {
                Err(MnistError::Corrupt { path: self.path.to_owned(), source })
            }
        }
    }

    fn truncated(&self, expected: u64) -> MnistError {
        MnistError::Truncated { path: self.path.to_owned(), found: self.read, expected }
    }
}
