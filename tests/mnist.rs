//! The digits of the repository are the original ones, and whatever else is given is
//! refused.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use descent::mnist::{Digits, MnistError, PIXELS, Split, read_images, read_labels};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use sha2::{Digest, Sha256};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mnist")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// An IDX file: its magic number, the length of each axis, the entries.
fn idx(magic: u32, axes: &[u32], entries: &[u8]) -> Vec<u8> {
    let numbers = std::iter::once(&magic).chain(axes);
    numbers
        .flat_map(|number| number.to_be_bytes())
        .chain(entries.iter().copied())
        .collect()
}

fn images(count: u32) -> Vec<u8> {
    idx(2051, &[count, 28, 28], &vec![7; count as usize * PIXELS])
}

fn images_error(compressed: &[u8]) -> String {
    read_images(Path::new("images.gz"), compressed).expect_err("a fault").to_string()
}

fn labels_error(compressed: &[u8]) -> String {
    read_labels(Path::new("labels.gz"), compressed).expect_err("a fault").to_string()
}

#[test]
fn the_files_of_the_repository_are_the_originals() {
    let sums =
        fs::read_to_string(folder().join("SHA256SUMS")).expect("the list of checksums");
    assert_eq!(sums.lines().count(), 4);
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").expect("a checksum and a name");
        let file = fs::File::open(folder().join(name).with_added_extension("gz"))
            .expect("the file");
        let mut bytes = Vec::new();
        GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
        let hex: String =
            Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, sum, "{name}");
    }
}

#[test]
fn both_sets_are_complete_and_scaled_to_the_unit_interval() {
    for (split, count) in [(Split::Train, 60_000), (Split::Test, 10_000)] {
        let digits =
            Digits::read(&folder(), split).expect("the digits of the repository");
        assert_eq!(digits.len(), count);
        let batch = digits.batch(&[0, count - 1]);
        assert_eq!(batch.images.shape(), (2, PIXELS));
        assert_eq!((batch.images.min(), batch.images.max()), (0.0, 1.0));
        let first = if split == Split::Train { 5 } else { 7 };
        assert_eq!(batch.labels[0], first);
    }
}

#[test]
fn a_sample_has_different_digits_and_depends_on_its_seed_only() {
    let digits =
        Digits::read(&folder(), Split::Test).expect("the digits of the repository");
    let all = digits.sample(digits.len(), 3);
    let mut classes = [0; 10];
    all.labels.iter().for_each(|&label| classes[label] += 1);
    assert_eq!(classes, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!(digits.sample(8, 3), digits.sample(8, 3));
    assert_ne!(digits.sample(8, 3), digits.sample(8, 4));
}

#[test]
fn a_missing_folder_is_named() {
    let error =
        Digits::read(Path::new("no/such/folder"), Split::Test).expect_err("a fault");
    assert!(
        error
            .to_string()
            .starts_with("no/such/folder: no such folder; expected the folder with")
    );
}

#[test]
fn a_missing_file_is_named() {
    let empty = tempfile::tempdir().expect("a folder");
    let error =
        Digits::read(empty.path(), Split::Test).expect_err("a fault").to_string();
    let file = empty.path().join("t10k-images-idx3-ubyte.gz");
    assert!(
        error.starts_with(&format!(
            "{}: expected a gzipped MNIST file here",
            file.display()
        )),
        "{error}"
    );
}

#[test]
fn images_and_labels_of_different_counts_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), gzip(bytes)).expect("a file")
    };
    write("t10k-images-idx3-ubyte.gz", &images(3));
    write("t10k-labels-idx1-ubyte.gz", &idx(2049, &[2], &[0, 1]));
    let error =
        Digits::read(folder.path(), Split::Test).expect_err("a fault").to_string();
    assert!(
        error.contains(
            "t10k-labels-idx1-ubyte.gz: 2 labels, expected 3, one for each image of "
        ),
        "{error}"
    );
    assert!(error.ends_with("t10k-images-idx3-ubyte.gz"), "{error}");
}

#[test]
fn a_file_that_is_not_gzip_is_refused() {
    let expected =
        "images.gz: not gzip; expected the file as it is distributed, still compressed";
    assert_eq!(images_error(&images(1)), expected);
    assert_eq!(images_error(b""), expected);
    assert_eq!(images_error(&[0x1f]), expected);
}

#[test]
fn labels_in_the_place_of_images_are_refused() {
    let labels = gzip(&idx(2049, &[1], &[0]));
    assert_eq!(
        images_error(&labels),
        "images.gz: magic number 2049, expected 2051 for images"
    );
    assert_eq!(
        labels_error(&gzip(&images(1))),
        "labels.gz: magic number 2051, expected 2049 for labels"
    );
}

#[test]
fn images_of_another_size_are_refused() {
    let file = gzip(&idx(2051, &[1, 32, 28], &[0; 32 * 28]));
    assert_eq!(
        images_error(&file),
        "images.gz: images of 32×28 pixels, expected 28×28"
    );
}

#[test]
fn a_header_that_declares_absurdly_much_is_refused_before_anything_is_read() {
    let file = gzip(&idx(2051, &[u32::MAX, 28, 28], &[]));
    let expected =
        "images.gz: the header declares 4294967295 items, expected at most 1000000";
    assert_eq!(images_error(&file), expected);
}

#[test]
fn a_file_that_ends_early_is_refused_with_both_lengths() {
    let whole = images(2);
    assert_eq!(
        images_error(&gzip(&whole[..1000])),
        "images.gz: ends after 1000 bytes, expected 1584"
    );
    assert_eq!(
        images_error(&gzip(&whole[..10])),
        "images.gz: ends after 10 bytes, expected 12"
    );
    assert_eq!(labels_error(&gzip(&[])), "labels.gz: ends after 0 bytes, expected 4");
}

#[test]
fn a_file_that_goes_on_is_refused() {
    let mut long = images(1);
    long.push(0);
    assert_eq!(
        images_error(&gzip(&long)),
        "images.gz: goes on after the expected 800 bytes"
    );
}

#[test]
fn a_label_that_is_no_digit_is_refused_with_its_position() {
    let file = gzip(&idx(2049, &[3], &[9, 10, 0]));
    assert_eq!(
        labels_error(&file),
        "labels.gz: label 10 at position 1, expected 0 to 9"
    );
}

#[test]
fn a_byte_changed_in_the_compressed_file_is_noticed() {
    let mut file = gzip(&images(1));
    let checksum = file.len() - 8;
    file[checksum] ^= 1;
    assert!(images_error(&file).starts_with("images.gz: cannot be decompressed: "));
}

/// The format allows it, and a reader of the first member only would find half a file.
#[test]
fn a_file_of_several_gzip_members_is_read_whole() {
    let whole = images(2);
    for cut in [3, 16, 1000] {
        let file = [gzip(&whole[..cut]), gzip(&whole[cut..])].concat();
        let read = read_images(Path::new("f"), &file[..]).expect("a good file");
        assert_eq!(read, whole[16..], "cut at {cut}");
    }
}

/// Bytes, fewer than `most` of them.
fn bytes(most: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let length = rng.random_range(0..most);
    (0..length).map(|_| rng.random()).collect()
}

#[test]
fn what_is_written_is_read() {
    let mut rng = support::rng(0);
    for length in (0..10).chain((10..300).step_by(7)) {
        let labels: Vec<u8> = (0..length).map(|_| rng.random_range(0..10)).collect();
        let file = gzip(&idx(2049, &[length], &labels));
        let read = read_labels(Path::new("f"), &file[..]).expect("a good file");
        assert_eq!(read, labels);
    }
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let file = gzip(&images(3));
    for cut in 0..file.len() {
        let result = read_images(Path::new("f"), &file[..cut]);
        let refused = matches!(
            result,
            Err(MnistError::Truncated { .. } | MnistError::NotGzip(_))
        );
        assert!(refused, "cut at {cut}: {result:?}");
    }
}

#[test]
fn arbitrary_content_never_panics_and_never_yields_more_or_less_than_its_header_says() {
    let mut rng = support::rng(0);
    for _ in 0..500 {
        let magic = [2049, 2051, rng.random()][rng.random_range(0..3)];
        let axes: Vec<u32> = (0..rng.random_range(0..4))
            .map(|_| [rng.random_range(0..4), 28, rng.random()][rng.random_range(0..3)])
            .collect();
        let file = gzip(&idx(magic, &axes, &bytes(3200, &mut rng)));
        if let Ok(pixels) = read_images(Path::new("f"), &file[..]) {
            assert_eq!(&axes[1..3], &[28, 28]);
            assert_eq!(pixels.len(), axes[0] as usize * PIXELS);
        }
        if let Ok(labels) = read_labels(Path::new("f"), &file[..]) {
            assert_eq!(labels.len(), axes[0] as usize);
        }
    }
}

#[test]
fn arbitrary_bytes_never_panic() {
    let mut rng = support::rng(0);
    for _ in 0..500 {
        let bytes = bytes(400, &mut rng);
        let gzip_like = [&[0x1f, 0x8b], &bytes[..]].concat();
        for bytes in [bytes, gzip_like] {
            let _ = read_images(Path::new("f"), &bytes[..]);
            let _ = read_labels(Path::new("f"), &bytes[..]);
        }
    }
}
