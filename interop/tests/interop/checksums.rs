//! Checksums: what is written, and what counts as edited.

use migsafe_core::diagnosis::Mark;
use migsafe_core::history::{HistoryRow, StoredTime};
use migsafe_core::migrations::Checksum;
use migsafe_testing::{Prisma, PrismaCommand, PrismaVersion};

use crate::site::{Kind, Site, names};

/// One script with the line ends that editors and version control make of it.
const TEXTS: [(&str, &str); 8] = [
    ("lf", "-- one\nSELECT 1;\n-- two\n"),
    ("crlf", "-- one\r\nSELECT 1;\r\n-- two\r\n"),
    ("mixed", "-- one\r\nSELECT 1;\n-- two\r\n"),
    ("cr", "-- one\rSELECT 1;\r-- two\r"),
    ("no-final-line-end", "-- one\nSELECT 1;\n-- two"),
    ("trailing-blank", "-- one\nSELECT 1;\n-- two\n "),
    ("other-case", "-- one\nselect 1;\n-- two\n"),
    ("non-ascii", "-- ön€\nSELECT 1;\n-- 二\n"),
];

/// What stands in the row, for a text.
fn stored(form: &str, text: &str) -> String {
    let checksum = Checksum::of(text).to_string();
    match form {
        "as-is" => checksum,
        "upper-case" => checksum.to_uppercase(),
        // As early versions of Prisma wrote it.
        "unpadded" => checksum
            .as_bytes()
            .chunks(2)
            .map(|pair| {
                std::str::from_utf8(pair)
                    .unwrap()
                    .strip_prefix('0')
                    .unwrap_or_else(|| std::str::from_utf8(pair).unwrap())
            })
            .collect(),
        "cut" => checksum[..63].to_owned(),
        _ => String::new(),
    }
}

/// Every text as it was against every text as it is, in every form of a stored checksum: the engine's list of edited
/// migrations and ours are the same.
#[test]
fn the_same_files_are_edited_for_both() {
    let mut rows = Vec::new();
    let mut files = Vec::new();
    for form in ["as-is", "upper-case", "unpadded", "cut", "empty"] {
        for (then, text_then) in TEXTS {
            for (now, text_now) in TEXTS {
                let name = format!("2025_{form}_{then}_then_{now}_now");
                let mut row = HistoryRow::applied(&name, stored(form, text_then));
                row.id = format!("{}", rows.len());
                let at = 1_767_225_600_000 + i64::try_from(rows.len()).unwrap() * 1000;
                row.started_at = Some(StoredTime::from_unix_millis(at));
                row.finished_at = Some(StoredTime::from_unix_millis(at + 5));
                rows.push(row);
                files.push((name, text_now));
            }
        }
    }
    for kind in Kind::BOTH {
        let site = Site::new(kind);
        for (name, text) in &files {
            site.write(name, text);
        }
        site.insert(&rows);
        let status = site.status();
        let mut ours: Vec<&str> = status
            .diagnosis()
            .entries()
            .iter()
            .filter(|entry| entry.marks().contains(Mark::Edited))
            .map(|entry| entry.name().as_str())
            .collect();
        ours.sort_unstable();
        for version in PrismaVersion::ALL {
            let answer = Prisma::new(version).diagnose(&site.target()).unwrap();
            assert_eq!(names(&answer["editedMigrationNames"]), ours, "{kind:?}, {version:?}");
        }
        // Neither everything nor nothing, and the lines of the table in the reference.
        let edited = |name: &str| ours.contains(&name);
        assert!(!edited("2025_as-is_lf_then_crlf_now"));
        assert!(!edited("2025_as-is_crlf_then_lf_now"));
        assert!(!edited("2025_as-is_lf_then_mixed_now"));
        assert!(edited("2025_as-is_crlf_then_mixed_now"));
        assert!(edited("2025_as-is_mixed_then_lf_now"));
        assert!(edited("2025_upper-case_lf_then_lf_now"));
        assert!(!edited("2025_unpadded_lf_then_lf_now"));
        assert!(edited("2025_empty_lf_then_lf_now"));
    }
}

/// The sum that a deploy writes is the same, whatever the text.
#[test]
fn both_tools_write_the_same_sums() {
    let mut texts: Vec<(String, Vec<u8>)> = TEXTS
        .iter()
        .map(|(name, text)| (format!("2025_{name}"), text.as_bytes().to_vec()))
        .collect();
    texts.push(("2025_empty".to_owned(), Vec::new()));
    texts.push(("2025_only_comment".to_owned(), b"-- nothing\n".to_vec()));
    for kind in Kind::BOTH {
        let prismas = Site::new(kind);
        for (name, text) in &texts {
            prismas.write(name, text);
        }
        Prisma::new(PrismaVersion::V7_10).deploy(&prismas.target()).unwrap();
        let ours = Site::new(kind);
        for (name, text) in &texts {
            ours.write(name, text);
        }
        ours.deploy_leniently().unwrap();
        assert_eq!(ours.shapes(), prismas.shapes(), "{kind:?}");
        assert_eq!(ours.shapes().len(), texts.len());
    }
}

/// Bytes that are not UTF-8: Prisma applies and records the replaced text. That is not edited for us, but we would
/// not have applied it.
#[test]
fn a_script_that_is_not_utf8_is_read_alike_and_applied_by_prisma_only() {
    for version in PrismaVersion::ALL {
        let script = b"SELECT 'caf\xe9';\n";
        let site = Site::new(Kind::SqliteText);
        site.write("2025_latin1", script);
        let prisma = Prisma::new(version);
        let commands = [site.ask(PrismaCommand::Deploy), site.ask(PrismaCommand::Diagnose)];
        let answers = prisma.run_all(&commands);
        assert_eq!(names(&answers[0].as_ref().unwrap()["appliedMigrationNames"]), ["2025_latin1"]);
        assert_eq!(names(&answers[1].as_ref().unwrap()["editedMigrationNames"]), [""; 0]);
        let status = site.status();
        assert_eq!(status.diagnosis().summary().applied, 1);
        assert_eq!(status.diagnosis().summary().edited, 0);

        let ours = Site::new(Kind::SqliteText);
        ours.write("2025_latin1", script);
        let error = ours.deploy().unwrap_err();
        assert!(error.refusal().unwrap().causes().any(|cause| cause.rule == "invalid-utf8"));
    }
}

/// A byte order mark is part of the text for both.
#[test]
fn a_byte_order_mark_makes_a_file_edited_for_both() {
    for kind in Kind::BOTH {
        let site = Site::new(kind);
        site.write("2025_bom", "SELECT 1;\n");
        site.deploy_leniently().unwrap();
        site.write("2025_bom", "\u{feff}SELECT 1;\n");
        let answer = Prisma::new(PrismaVersion::V7_10).diagnose(&site.target()).unwrap();
        assert_eq!(names(&answer["editedMigrationNames"]), ["2025_bom"], "{kind:?}");
        assert_eq!(site.status().diagnosis().summary().edited, 1, "{kind:?}");
    }
}
