//! Compiles the folder `migrations` into the programs; a change in it builds them again.

fn main() -> Result<(), migsafe_core::migrations::MigrationsError> {
    migsafe_core::migrations::embed("migrations")
}
