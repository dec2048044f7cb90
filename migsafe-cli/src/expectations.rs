//! Files of expectations.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use migsafe_core::verify::Expectations;

use crate::args::Global;
use crate::connect;
use crate::failure::Failure;
use crate::shadow::shown;

/// The name of the file, if none is given.
const NAME: &str = "migsafe.verify.json";

/// A file of ten thousand tables with their columns is smaller.
const MAX_BYTES: u64 = 16 << 20;

/// The file that is looked for if none is given: beside the migrations folder.
pub(crate) fn usual(global: &Global) -> PathBuf {
    let folder = connect::folder(global).unwrap_or_default();
    folder.parent().unwrap_or(Path::new("")).join(NAME)
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Expectations, Failure> {
    let unreadable = |why: String| {
        let message = format!("{} cannot be read: {why}", shown(path));
        let help =
            "name the file of expectations, or write one with `migsafe verify --generate FILE`";
        Failure::stopped("file-unreadable", message, help)
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    // What is no file, such as a device, may have no end.
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(error.to_string()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(unreadable(format!("it is larger than {} MB", MAX_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    Expectations::from_json(&text).map_err(|error| {
        Failure::stopped(error.code(), format!("{}: {error}", shown(path)), error.help())
    })
}
