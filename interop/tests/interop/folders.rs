//! Folders: odd names, odd entries, the lock file, the order.

use std::fs;

use migsafe_core::diagnosis::State;
use migsafe_testing::{Prisma, PrismaCommand, PrismaVersion};

use crate::site::{Kind, ONE, Site, TWO, applied_names, code, everywhere};

/// Names that Prisma takes for migrations; bytes and locale agree on their order.
const ODD: [&str; 6] = [
    "20250101000000_with blanks in it",
    "20250102000000_ünïcödé_名前",
    "20250103000000_folder.sql",
    "20250104000000_quote'd \"twice\"; --",
    "20250105000000_%20$HOME`id`\\n",
    "Archive",
];

fn write_odd(site: &Site) {
    for (number, name) in ODD.iter().enumerate() {
        site.write(name, format!("CREATE TABLE odd_{number} (id INTEGER PRIMARY KEY);\n"));
    }
    // None of these is a migration for either.
    let folder = site.migrations_folder();
    fs::write(folder.join("README.md"), "# not a migration\n").unwrap();
    fs::write(folder.join("20250110000000_file.sql"), "SELECT nothing;\n").unwrap();
    fs::create_dir(folder.join("../outside")).unwrap();
    fs::write(folder.join("../outside/migration.sql"), "SELECT nothing;\n").unwrap();
    std::os::unix::fs::symlink("../outside", folder.join("20250111000000_link")).unwrap();
}

#[test]
fn odd_names_mean_the_same_to_both() {
    for (kind, version, prisma) in everywhere() {
        let ours = Site::new(kind);
        write_odd(&ours);
        assert_eq!(applied_names(&ours.deploy().unwrap()), ODD, "{kind:?}");
        ours.assert_clean_for(&prisma);

        let prismas = Site::new(kind);
        write_odd(&prismas);
        assert_eq!(prisma.deploy(&prismas.target()).unwrap(), ODD, "{kind:?}, {version:?}");
        prismas.assert_clean_for_migsafe();
        assert_eq!(ours.shapes(), prismas.shapes(), "{kind:?}, {version:?}");
    }
}

/// A hidden folder with a script is a migration for both. Without a script it stops Prisma, and not us.
#[test]
fn hidden_folders_and_node_modules() {
    let prisma = Prisma::new(PrismaVersion::V7_10);
    let site = Site::with_three(Kind::SqliteText);
    site.write(".hidden", "CREATE TABLE hidden (id INTEGER);\n");
    site.deploy().unwrap();
    site.assert_clean_for(&prisma);
    for name in [".git", "node_modules"] {
        fs::create_dir(site.migrations_folder().join(name)).unwrap();
        // The difference on purpose.
        site.assert_clean_for_migsafe();
        assert_eq!(code(&prisma.deploy(&site.target())), Some("P3015"), "{name}");
        fs::remove_dir(site.migrations_folder().join(name)).unwrap();
    }
    site.assert_clean_for(&prisma);
}

/// A folder without a script: Prisma finds out when it comes to it, and has applied what stands before it.
#[test]
fn a_folder_without_a_script_is_found_before_and_not_after() {
    for kind in Kind::BOTH {
        let prisma = Prisma::new(PrismaVersion::V7_10);
        let (ours, prismas) = (Site::with_three(kind), Site::with_three(kind));
        for site in [&ours, &prismas] {
            fs::remove_file(site.migrations_folder().join(TWO).join("migration.sql")).unwrap();
        }
        assert_eq!(code(&prisma.deploy(&prismas.target())), Some("P3015"), "{kind:?}");
        assert!(prismas.has_table("one"), "{kind:?}");
        let error = ours.deploy().unwrap_err();
        let rules: Vec<_> = error.refusal().unwrap().causes().map(|c| c.rule.to_string()).collect();
        assert_eq!(rules, ["missing-script"], "{kind:?}");
        assert!(!ours.has_table("one") && !ours.has_table("_prisma_migrations"), "{kind:?}");

        // Where it has been applied before, Prisma's deploy says nothing and its diagnosis fails; we say it in both.
        let site = Site::with_three(kind);
        site.deploy().unwrap();
        fs::remove_file(site.migrations_folder().join(TWO).join("migration.sql")).unwrap();
        let answers =
            prisma.run_all(&[site.ask(PrismaCommand::Deploy), site.ask(PrismaCommand::Diagnose)]);
        assert!(answers[0].is_ok());
        assert_eq!(code(&answers[1]), Some("P3015"));
        assert!(site.status().causes().any(|cause| cause.rule == "missing-script"));
        assert_eq!(site.status().diagnosis().entry(TWO).unwrap().state(), State::Applied);
    }
}

/// Bytes put the digit first, the locale the low line. We say so; each tool then keeps to its own order.
#[test]
fn the_order_differs_where_we_say_that_it_is_ambiguous() {
    let (early, late) = ("20250101000000_x", "20250101_y");
    for kind in Kind::BOTH {
        let write = |site: &Site| {
            site.write(early, "CREATE TABLE x (id INTEGER);\n");
            site.write(late, "CREATE TABLE y (id INTEGER);\n");
        };
        let (ours, prismas) = (Site::new(kind), Site::new(kind));
        write(&ours);
        write(&prismas);
        let status = ours.status();
        let found = status.findings().iter().any(|finding| finding.rule == "ambiguous-order");
        assert!(found, "{:?}", status.findings());
        assert_eq!(applied_names(&ours.deploy_leniently().unwrap()), [early, late], "{kind:?}");
        let prisma = Prisma::new(PrismaVersion::V7_10);
        assert_eq!(prisma.deploy(&prismas.target()).unwrap(), [late, early], "{kind:?}");
        // Once all are applied the order is nothing to either.
        ours.assert_clean_for(&prisma);
        assert!(prismas.status().diagnosis().is_up_to_date());
    }
}

/// `migration_lock.toml`: what Prisma refuses with P3019 is a mismatch for us, and nothing else is.
#[test]
fn the_lock_file_is_read_alike() {
    let texts = [
        "provider = \"PROVIDER\"\n",
        "# comment\r\nprovider = \"PROVIDER\"\r\n",
        "provider = PROVIDER",
        "provider=\"PROVIDER\"\n",
        "provider  = \"PROVIDER\"\n",
        "provider = 'PROVIDER'\n",
        " provider = \"PROVIDER\"\n",
        "provider = \"PROVIDER\" \n",
        "provider = \"PROVIDER\" # comment\n",
        "provider2 = \"x\"\nprovider = \"PROVIDER\"\n",
        "provider = \"mysql\"\nprovider = \"PROVIDER\"\n",
        "provider = \"\"PROVIDER\"\"\n",
        "provider = \"postgres\"\n",
        "provider = \"PostgreSQL\"\n",
        "provider = \"mysql\"\n",
        "provider = \"\"\n",
        "provider\n",
        "\u{feff}# comment\nprovider = \"PROVIDER\"\n",
        "\u{feff}provider = \"PROVIDER\"\n",
        "# nothing\n",
        "",
    ];
    for kind in Kind::BOTH {
        let provider = if kind == Kind::Postgres { "postgresql" } else { "sqlite" };
        let sites = Site::many(kind, texts.len());
        for (site, text) in sites.iter().zip(texts) {
            site.write(ONE, "CREATE TABLE one (id INTEGER);\n");
            let file = site.migrations_folder().join("migration_lock.toml");
            fs::write(file, text.replace("PROVIDER", provider)).unwrap();
        }
        let commands: Vec<_> = sites.iter().map(|site| site.ask(PrismaCommand::Deploy)).collect();
        for version in PrismaVersion::ALL {
            // The second version finds everything applied, and answers the same.
            let answers = Prisma::new(version).run_all(&commands);
            for ((site, answer), text) in sites.iter().zip(&answers).zip(texts) {
                let refused = site.status().causes().any(|c| c.rule == "lock-file-mismatch");
                let expected = refused.then_some("P3019");
                assert_eq!(code(answer), expected, "{kind:?}, {version:?}: {text:?}: {answer:?}");
            }
            let refused = answers.iter().filter(|answer| answer.is_err()).count();
            assert!((1..texts.len()).contains(&refused), "{kind:?}: {refused}");
        }
    }
}

/// Names of 255 bytes, the longest that the table holds and a file system knows.
#[test]
fn the_longest_name() {
    for kind in Kind::BOTH {
        let name = format!("20250101000000_{}", "a".repeat(240));
        let site = Site::new(kind);
        site.write(&name, "CREATE TABLE long (id INTEGER);\n");
        site.deploy().unwrap();
        site.assert_clean_for(&Prisma::new(PrismaVersion::V7_10));
        assert_eq!(site.shape_of(&name).name.len(), 255);
    }
}
