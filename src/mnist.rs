//! The MNIST digits from their four original files, gzipped IDX.
//!
//! The format is described by its authors, Y. LeCun, C. Cortes and C. Burges: a
//! big-endian magic number (2051 for images, 2049 for labels), one 32-bit size for each
//! axis, then one byte an entry.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
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
    /// The names of its files: images and labels.
    pub fn files(self) -> (&'static str, &'static str) {
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
    #[error("{}: a file; expected the folder with the four MNIST files", .0.display())]
    NotFolder(PathBuf),
    #[error("{}: expected a gzipped MNIST file here: {source}{advice}", path.display())]
    Open { path: PathBuf, source: io::Error, advice: String },
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
    #[error("{}: {}", path.display(), early_end(*found, *expected))]
    Truncated { path: PathBuf, found: u64, expected: u64 },
    #[error("{}: {length} bytes that are not gzip lie behind the first {start}; unpack the file and compress it again", path.display())]
    Trailing { path: PathBuf, start: usize, length: usize },
    #[error("{}: goes on after the expected {expected} bytes", path.display())]
    TooLong { path: PathBuf, expected: u64 },
    #[error("{}: label {label} at position {position}, expected 0 to 9", path.display())]
    Label { path: PathBuf, position: usize, label: u8 },
    #[error("{}: {labels} labels, expected {images}, one for each image of {}", path.display(), images_path.display())]
    Count { path: PathBuf, labels: usize, images_path: PathBuf, images: usize },
}

fn early_end(found: u64, expected: u64) -> String {
    match found == expected {
        true => format!("ends after all {found} bytes, but before their checksum"),
        false => format!("ends after {found} bytes, expected {expected}"),
    }
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
            let error = if folder.exists() {
                MnistError::NotFolder
            } else {
                MnistError::NoFolder
            };
            return Err(error(folder.to_owned()));
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

fn open(path: &Path) -> Result<fs::File, MnistError> {
    fs::File::open(path).map_err(|source| {
        let advice = near_misses(path).unwrap_or_default();
        MnistError::Open { path: path.to_owned(), source, advice }
    })
}

/// What to do with the files that may be the missing one: unpacked, with another
/// name (7-Zip writes a dot for a hyphen), or where torchvision puts them.
fn near_misses(path: &Path) -> Option<String> {
    let (folder, wanted) = (path.parent()?, path.file_name()?.to_str()?);
    let below = ["MNIST/raw", "raw", "mnist"].map(|below| folder.join(below));
    if let Some(found) = below.iter().find(|below| below.join(wanted).exists()) {
        return Some(format!("; it is in the folder {}", found.display()));
    }
    let letters = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
    };
    let unpacked = wanted.strip_suffix(".gz")?;
    let names = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| name != wanted).collect();
    names.sort();
    let find =
        |wanted: &str| names.iter().find(|name| letters(name) == letters(wanted));
    if let Some(name) = find(wanted) {
        return Some(format!("; there is {name}: rename it to {wanted}"));
    }
    let name = find(unpacked)?;
    let rename = match name == unpacked {
        true => String::new(),
        false => format!("rename it to {unpacked} and "),
    };
    Some(format!("; there is {name}, not compressed: {rename}run gzip -k {unpacked}"))
}

/// The pixels of a gzipped file of images, image after image and row after row. `path`
/// is for the messages only.
///
/// # Errors
/// If the bytes are not gzip, not a file of 28×28 images, or fewer or more than its
/// header says.
pub fn read_images(path: &Path, compressed: impl Read) -> Result<Vec<u8>, MnistError> {
    let compressed = gzip(path, compressed)?;
    let mut file = Idx::new(path, &compressed);
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
    let compressed = gzip(path, compressed)?;
    let mut file = Idx::new(path, &compressed);
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

/// The whole of a file that begins as gzip does.
fn gzip(path: &Path, mut compressed: impl Read) -> Result<Vec<u8>, MnistError> {
    let failed = |source| {
        let (path, advice) = (path.to_owned(), String::new());
        MnistError::Open { path, source, advice }
    };
    let mut bytes = Vec::new();
    compressed.by_ref().take(2).read_to_end(&mut bytes).map_err(failed)?;
    if bytes != MEMBER {
        return Err(MnistError::NotGzip(path.to_owned()));
    }
    compressed.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// How each member of a gzip file begins.
const MEMBER: [u8; 2] = [0x1f, 0x8b];

/// An IDX file being read: its bytes and how many of them have come.
struct Idx<'a> {
    path: &'a Path,
    compressed: &'a [u8],
    member: GzDecoder<&'a [u8]>,
    read: u64,
}

impl<'a> Idx<'a> {
    fn new(path: &'a Path, compressed: &'a [u8]) -> Self {
        Self { path, compressed, member: GzDecoder::new(compressed), read: 0 }
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
        match self.take(1) {
            Ok(more) if more.is_empty() => Ok(entries),
            Ok(_) => Err(MnistError::TooLong { path: self.path.to_owned(), expected }),
            // Not one byte more is expected.
            Err(MnistError::Truncated { .. }) => Err(self.truncated(expected)),
            Err(error) => Err(error),
        }
    }

    /// The next `length` bytes, or fewer at the end of the file.
    fn take(&mut self, length: u64) -> Result<Vec<u8>, MnistError> {
        let mut bytes = Vec::new();
        let (start, expected) = (self.read, self.read + length);
        loop {
            let missing = length - bytes.len() as u64;
            let result = self.member.by_ref().take(missing).read_to_end(&mut bytes);
            self.read = start + bytes.len() as u64;
            match result {
                Ok(_) if self.read == expected || !self.next_member()? => {
                    return Ok(bytes);
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(self.truncated(expected));
                }
                Err(source) => {
                    let path = self.path.to_owned();
                    return Err(MnistError::Corrupt { path, source });
                }
            }
        }
    }

    /// Whether another member of the gzip file follows the one that has ended. Zeros
    /// may follow, as for gzip itself, and nothing else.
    fn next_member(&mut self) -> Result<bool, MnistError> {
        let rest = *self.member.get_ref();
        if rest.starts_with(&MEMBER) {
            self.member = GzDecoder::new(rest);
            return Ok(true);
        }
        let Some(junk) = rest.iter().position(|&byte| byte != 0) else {
            return Ok(false);
        };
        let (start, length) =
            (self.compressed.len() - rest.len() + junk, rest.len() - junk);
        Err(MnistError::Trailing { path: self.path.to_owned(), start, length })
    }

    fn truncated(&self, expected: u64) -> MnistError {
        MnistError::Truncated { path: self.path.to_owned(), found: self.read, expected }
    }
}
