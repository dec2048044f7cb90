//! URLs of any kind, with a password in them wherever one can be.

use migsafe_core::HistoryStore as _;
use migsafe_postgres::{PostgresOptions, PostgresStore};
use migsafe_sqlite::SqliteStore;
use proptest::prelude::*;

use crate::binary::{self, SECRET};

/// A password with the secret in it, and anything around: characters that end a part of a URL, escapes, broken
/// escapes.
fn password() -> impl Strategy<Value = String> {
    let around = || {
        prop_oneof![
            3 => Just(String::new()),
            3 => "[-a-zA-Z0-9._~!$&'()*+,;=:@/?#\\[\\]%|\\\\ ]{0,6}",
            1 => "\\PC{0,6}",
            1 => "(%[0-9a-fA-F]{2}){1,3}",
        ]
    };
    (around(), around()).prop_map(|(before, after)| format!("{before}{SECRET}{after}"))
}

/// Nobody listens at port 1; nothing is looked up.
fn url() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        6 => Just("postgresql".to_owned()),
        2 => Just("postgres".to_owned()),
        1 => Just("prisma+postgres".to_owned()),
        1 => Just("mysql".to_owned()),
        1 => "[a-z+]{0,8}",
    ];
    let tail = prop_oneof![
        4 => Just("@127.0.0.1:1/shop?connect_timeout=1".to_owned()),
        2 => Just("@127.0.0.1:1/shop?schema=app&sslmode=disable".to_owned()),
        1 => Just("@127.0.0.1:1".to_owned()),
        1 => Just("@/shop?host=/nowhere".to_owned()),
        1 => Just("@127.0.0.1:notaport/shop".to_owned()),
    ];
    let parameter = prop_oneof![
        Just("password"),
        Just("sslpassword"),
        Just("options"),
        Just("sslmode"),
        Just("connect_timeout"),
        Just("socket_timeout"),
        Just("unknown"),
    ];
    prop_oneof![
        4 => (scheme, "[a-z]{0,4}", password(), tail)
            .prop_map(|(scheme, user, password, tail)| format!("{scheme}://{user}:{password}{tail}")),
        2 => (parameter, password())
            .prop_map(|(name, value)| {
                // The rest of what is no password is another parameter, whose name may be shown.
                let value = if name.contains("password") { value } else { value.replace('&', "") };
                format!("postgresql://u@127.0.0.1:1/shop?{name}={value}")
            }),
    ]
}

fn assert_secret_is_kept(text: &str, url: &str) {
    assert!(!text.contains(SECRET), "{url:?} is shown: {text}");
}

fn parse(url: &str) {
    match PostgresOptions::from_url(url) {
        Ok(options) => {
            assert_secret_is_kept(&format!("{options:?}"), url);
            let store = PostgresStore::from_options(options);
            assert_secret_is_kept(&format!("{store:?} {}", store.describe()), url);
        }
        Err(error) => {
            assert_secret_is_kept(&format!("{error} {error:?} {}", error.help()), url);
            assert!(!error.help().is_empty());
        }
    }
    let direct = PostgresOptions::from_url("postgresql://u@h/d").unwrap().with_direct_url(url);
    assert_secret_is_kept(&format!("{direct:?}"), url);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_url_shows_its_password(url in url()) {
        parse(&url);
    }

    #[test]
    fn any_text_is_a_url_or_an_error(text in any::<String>(), scheme in "(postgresql|postgres|file|sqlite):(//)?") {
        for text in [text.clone(), format!("{scheme}{text}")] {
            let _ = PostgresOptions::from_url(&text).map(|options| format!("{options:?}"));
            // Opening does not touch the disk.
            let _ = SqliteStore::open(&text).map(|store| format!("{store:?} {}", store.describe()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_binary_never_shows_a_password(url in url(), direct in proptest::option::of(url())) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("migrations")).unwrap();
        let codes = binary::run(dir.path(), &url, direct.as_deref(), &["status"]);
        prop_assert!(codes.iter().all(|code| matches!(code, 1 | 2)), "{:?} {:?}", url, codes);
        // In the wrong place.
        binary::run(dir.path(), "sqlite:dev.db", None, &["status", &url]);
        binary::run(dir.path(), "sqlite:dev.db", None, &[&url]);
        binary::run(dir.path(), "sqlite:dev.db", None, &["resolve", "--applied", "x", &format!("--database-url{url}")]);
    }
}
