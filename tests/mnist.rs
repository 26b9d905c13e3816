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
use hmac_sha256::Hash;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use support::hex;

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
        assert_eq!(hex(&Hash::hash(&bytes)), sum, "{name}");
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

/// As gzip does: files that were on a tape, or on a disk of fixed blocks, end in them.
#[test]
fn zeros_behind_the_gzip_data_are_accepted() {
    for zeros in [1, 2, 512, 10_000] {
        let file = [gzip(&images(2)), vec![0; zeros]].concat();
        let pixels = read_images(Path::new("f"), &file[..]).expect("a good file");
        assert_eq!(pixels, vec![7; 2 * PIXELS]);
    }
}

#[test]
fn anything_else_behind_the_gzip_data_is_refused_with_its_place_and_length() {
    let good = gzip(&images(1));
    let message = |start: usize, length: usize| {
        format!(
            "images.gz: {length} bytes that are not gzip lie behind the first {start}; \
             unpack the file and compress it again"
        )
    };
    for junk in [&b"x"[..], b"\x1f", b"more than ten bytes", &[1; 512]] {
        let file = [&good[..], junk].concat();
        assert_eq!(images_error(&file), message(good.len(), junk.len()));
    }
    let behind_zeros = [&good[..], &[0; 512], b"junk"].concat();
    assert_eq!(images_error(&behind_zeros), message(good.len() + 512, 4));
    // The start of another member that never comes.
    let cut = [&good[..], &gzip(b"more")[..5]].concat();
    assert!(read_images(Path::new("f"), &cut[..]).is_err());
}

#[test]
fn a_file_that_ends_in_its_checksum_is_told_so() {
    let file = gzip(&images(1));
    assert_eq!(
        images_error(&file[..file.len() - 3]),
        "images.gz: ends after all 800 bytes, but before their checksum"
    );
}

#[test]
fn a_file_in_the_place_of_the_folder_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("digits");
    fs::write(&file, "").expect("a file");
    let error = Digits::read(&file, Split::Test).expect_err("a fault").to_string();
    let expected = "a file; expected the folder with the four MNIST files";
    assert_eq!(error, format!("{}: {expected}", file.display()));
}

/// What the message says, after its usual start, of a folder with this file in it.
fn advice(name: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, "").expect("a file");
    let error = Digits::read(folder.path(), Split::Test).expect_err("a fault");
    let start = "t10k-images-idx3-ubyte.gz: expected a gzipped MNIST file here: ";
    let error = error.to_string();
    let (_, rest) = error.split_once(start).expect("the usual start");
    let advice = rest.split_once("; ").map_or("", |(_, advice)| advice);
    advice.replace(&folder.path().display().to_string(), "FOLDER")
}

#[test]
fn a_file_that_is_nearly_the_right_one_is_named_with_what_to_do() {
    let wanted = "t10k-images-idx3-ubyte";
    assert_eq!(
        advice(wanted),
        format!("there is {wanted}, not compressed: run gzip -k {wanted}")
    );
    assert_eq!(
        advice("t10k-images.idx3-ubyte"),
        format!(
            "there is t10k-images.idx3-ubyte, not compressed: \
             rename it to {wanted} and run gzip -k {wanted}"
        )
    );
    assert_eq!(
        advice("t10k-images.idx3-ubyte.gz"),
        format!("there is t10k-images.idx3-ubyte.gz: rename it to {wanted}.gz")
    );
    let below = Path::new("FOLDER").join("MNIST/raw");
    assert_eq!(
        advice(&format!("MNIST/raw/{wanted}.gz")),
        format!("it is in the folder {}", below.display())
    );
    assert_eq!(advice("train-images-idx3-ubyte.gz"), "");
}
