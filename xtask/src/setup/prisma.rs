//! The Prisma engines the compatibility tests run.

use migsafe_testing::PrismaVersion;
use migsafe_testing::tools;

use super::npm;
use crate::command::{Failure, say};

/// Makes sure that the packages of all tested Prisma versions are below `target/`.
pub(crate) fn ensure() -> Result<(), Failure> {
    for version in PrismaVersion::ALL {
        let from = tools::workspace().join("testing/prisma").join(version.number());
        let to = version.package_folder();
        npm::packages(&from, &to)?;
        say(&format!("Prisma {}: {}", version.number(), to.display()));
    }
    Ok(())
}
