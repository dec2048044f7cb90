//! Debian packages, installed without starting the services that come with them.

use std::fs;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use migsafe_testing::tools;

use crate::command::{Failure, run};

/// Asked by every package whether it may start its service; 101 is "no".
const POLICY: (&str, &str) = ("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n");

/// Keeps the package `postgresql` from creating a database cluster of its own.
const NO_CLUSTER: (&str, &str) =
    ("/etc/postgresql-common/createcluster.d/migsafe-setup.conf", "create_main_cluster = false\n");

/// The package manager, if there is one and we may use it.
#[derive(Debug)]
pub(crate) struct Apt {
    usable: bool,
    updated: bool,
}

impl Apt {
    pub(crate) fn new() -> Self {
        Self { usable: is_root() && tools::on_path("apt-get").is_some(), updated: false }
    }

    /// Whether packages can be installed: there is `apt-get` and we are root.
    pub(crate) fn usable(&self) -> bool {
        self.usable
    }

    /// Installs packages. The list of packages is fetched first, once.
    pub(crate) fn install(&mut self, packages: &[&str]) -> Result<(), Failure> {
        if !self.updated {
            run(&mut apt_get(&["update"]))?;
            self.updated = true;
        }
        let _quiet =
            [TemporaryFile::create(POLICY, 0o755), TemporaryFile::create(NO_CLUSTER, 0o644)];
        run(apt_get(&["install", "--yes", "--no-install-recommends"]).args(packages))
    }
}

fn apt_get(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.arg("-qq").args(args).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// std tells no user id, but the owner of our own `/proc` entry is one.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// A file that exists only while packages are installed. An existing file is left as it is.
struct TemporaryFile {
    created: Option<PathBuf>,
}

impl TemporaryFile {
    fn create((path, content): (&str, &str), mode: u32) -> Self {
        let path = Path::new(path);
        // Failing here is no reason to stop: the worst is a service that runs.
        if let Some(folder) = path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
        let written =
            file.and_then(|mut file| std::io::Write::write_all(&mut file, content.as_bytes()));
        Self { created: written.is_ok().then(|| path.to_owned()) }
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if let Some(path) = &self.created {
            let _ = fs::remove_file(path);
        }
    }
}
