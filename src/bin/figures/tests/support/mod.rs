//! What the tests of the program share.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use descent::random::SHIFT;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

/// The binary in this checkout, with the seeds of the book unless a test says otherwise.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_figures"));
    command.env("CARGO_MANIFEST_DIR", ROOT);
    command.env_remove(SHIFT).args(arguments);
    command
}

pub fn figures(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the binary runs")
}

pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> =
        names.map(|name| name.into_string().expect("a name")).collect();
    names.sort();
    names
}

/// Exit code 2, the message on the error stream, and nothing written.
pub fn refused(arguments: &[&str], message: &str) {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().to_str().expect("a path");
    refuses(&mut command(&[arguments, &["--out", out]].concat()), message);
    assert_eq!(files(folder.path()), [""; 0]);
}

/// Exit code 2 and the message on the error stream.
pub fn refuses(command: &mut Command, message: &str) {
    let output = command.output().expect("the binary runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{command:?}: {errors}");
    assert!(errors.contains(message), "{command:?}: {errors}");
}

pub fn succeeds(command: &mut Command) {
    let output = command.output().expect("the binary runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

/// A test set of a number of images.
pub fn digits(count: u8) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    write_digits(folder.path(), "t10k", count);
    folder
}

/// The two files of a set, whose images are different.
pub fn write_digits(folder: &Path, set: &str, count: u8) {
    let write = |kind: &str, magic: u32, axes: &[u32], entries: Vec<u8>| {
        let header = std::iter::once(&magic).chain(axes).flat_map(|n| n.to_be_bytes());
        let bytes: Vec<u8> = header.chain(entries).collect();
        let name = format!("{set}-{kind}-ubyte.gz");
        let file = fs::File::create(folder.join(name)).expect("a file");
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder.write_all(&bytes).expect("a file");
        encoder.finish().expect("a file");
    };
    let pixels = (0..usize::from(count) * 784).map(|i| (i * i % 251) as u8).collect();
    let labels = (0..count).map(|i| i % 10).collect();
    let count = u32::from(count);
    write("images-idx3", 2051, &[count, 28, 28], pixels);
    write("labels-idx1", 2049, &[count], labels);
}
