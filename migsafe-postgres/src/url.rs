//! Database URLs as Prisma and libpq write them.
//!
//! sqlx can parse a URL too, but it logs parameters it does not know together with their values, and
//! its errors show what they could not read. Here only names of parameters are ever shown.

use std::time::Duration;

use migsafe_core::store::{StoreError, StoreErrorCode};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::{Host, Url};

use crate::PostgresOptions;

/// Parameters that need nothing here; see [`PostgresOptions::from_url`].
const NEEDLESS: [&str; 8] = [
    "connection_limit",
    "max_connection_lifetime",
    "max_idle_connection_lifetime",
    "pgbouncer",
    "pool_timeout",
    "single_use_connections",
    "statement-cache-capacity",
    "statement_cache_size",
];

/// Parameters that say where to connect; sqlx reads them from the URL it is given.
const PLACE: [&str; 6] = ["dbname", "host", "hostaddr", "password", "port", "user"];

const ENCODING: &str = "use postgresql://user:password@host:port/database?schema=name; in user and \
    password, characters such as # / ? @ : & % are written as %23 %2F %3F %40 %3A %26 %25";

#[derive(Default)]
struct Parameters {
    place: Vec<(String, String)>,
    schema: Option<String>,
    application_name: Option<String>,
    connect_timeout: Option<Option<Duration>>,
    answer_timeout: Option<Option<Duration>>,
    ssl: Ssl,
    ignored: Vec<String>,
}

#[derive(Default)]
struct Ssl {
    mode: Option<PgSslMode>,
    strict: bool,
    root_cert: Option<String>,
    cert: Option<String>,
    key: Option<String>,
}

pub(crate) fn parse(text: &str) -> Result<PostgresOptions, StoreError> {
    let url = Url::parse(text.trim())
        .map_err(|error| invalid(format!("the URL: {error}")).with_help(ENCODING))?;
    match url.scheme() {
        "postgres" | "postgresql" => {}
        "prisma" | "prisma+postgres" => {
            return Err(invalid("the URL is one of Prisma Accelerate, not of a PostgreSQL server")
                .with_help("use the direct URL of the database (Prisma's `directUrl`)"));
        }
        _ => return Err(invalid("the URL does not begin with postgresql://")),
    }
    if url.host_str().is_some_and(|host| host.contains(',')) {
        return Err(invalid("the URL names several hosts").with_help("name one host: the primary"));
    }
    // `u:a/b@h/d` is a host `u`, and the rest of a password as the database's name.
    if url.path().contains('@') || url.fragment().is_some() {
        return Err(invalid("the user or the password in the URL holds a character that ends it")
            .with_help(ENCODING));
    }
    let parameters = Parameters::read(&url)?;
    let mut place = url.clone();
    place.set_fragment(None);
    place.set_query(None);
    if !parameters.place.is_empty() {
        place.query_pairs_mut().extend_pairs(&parameters.place);
    }
    // The cause would show the part that cannot be read.
    let mut connect = PgConnectOptions::from_url(&place)
        .map_err(|_| invalid("user, password, host, port or database in the URL cannot be read"))?;
    // sqlx looks up the name `[::1]`.
    if let Some(Host::Ipv6(address)) = url.host()
        && !parameters.place.iter().any(|(name, _)| name.starts_with("host"))
    {
        connect = connect.host(&address.to_string());
    }
    parameters.apply(connect)
}

impl Parameters {
    fn read(url: &Url) -> Result<Self, StoreError> {
        let mut read = Self::default();
        // What looks like a parameter can be the rest of a password that was not encoded.
        let doubtful = url.query().is_some_and(|q| q.contains("password=") || q.contains('@'));
        for (name, value) in url.query_pairs() {
            let value = value.into_owned();
            match &*name {
                "schema" => read.schema = Some(value).filter(|schema| !schema.is_empty()),
                "application_name" => read.application_name = Some(value),
                "connect_timeout" => read.connect_timeout = Some(seconds(&name, &value)?),
                "socket_timeout" => read.answer_timeout = Some(seconds(&name, &value)?),
                "sslmode" | "ssl-mode" => read.ssl.mode = Some(ssl_mode(&value)?),
                "sslaccept" => read.ssl.strict = value == "strict",
                "sslrootcert" | "ssl-root-cert" | "ssl-ca" => read.ssl.root_cert = Some(value),
                "sslcert" | "ssl-cert" => read.ssl.cert = Some(value),
                "sslkey" | "ssl-key" => read.ssl.key = Some(value),
                "options" => {
                    return Err(invalid("the parameter `options` cannot be used").with_help(
                        "use ?schema= for the schema; for other settings, ALTER ROLE … SET",
                    ));
                }
                known if PLACE.contains(&known) => read.place.push((name.into_owned(), value)),
                needless if NEEDLESS.contains(&needless) => {}
                unknown if !is_name(unknown) || value.is_empty() => {
                    return Err(invalid("a parameter of the URL is not of the form name=value")
                        .with_help(ENCODING));
                }
                _ if doubtful => read.ignored.push(HIDDEN.to_owned()),
                _ => read.ignored.push(name.into_owned()),
            }
        }
        read.ignored.sort_unstable();
        read.ignored.dedup();
        Ok(read)
    }

    fn apply(self, mut connect: PgConnectOptions) -> Result<PostgresOptions, StoreError> {
        if let Some(name) = &self.application_name {
            connect = connect.application_name(name);
        }
        let mut options = PostgresOptions::new(self.ssl.apply(connect));
        options.ignored = self.ignored;
        if let Some(limit) = self.connect_timeout {
            options.connect_timeout = limit;
        }
        if let Some(limit) = self.answer_timeout {
            options.answer_timeout = limit;
        }
        match self.schema {
            Some(schema) => options.with_schema(schema),
            None => Ok(options),
        }
    }
}

impl Ssl {
    fn apply(self, mut connect: PgConnectOptions) -> PgConnectOptions {
        match (self.mode, self.strict) {
            (Some(PgSslMode::Require), true) => connect = connect.ssl_mode(PgSslMode::VerifyFull),
            (Some(mode), _) => connect = connect.ssl_mode(mode),
            (None, _) => {}
        }
        // For libpq `sslcert` belongs to `sslkey`; for Prisma it is the authority's certificate.
        let (root, own) = match (self.root_cert, self.cert, &self.key) {
            (None, Some(cert), None) => (Some(cert), None),
            (root, cert, _) => (root, cert),
        };
        if let Some(path) = root {
            connect = connect.ssl_root_cert(path);
        }
        if let Some(path) = own {
            connect = connect.ssl_client_cert(path);
        }
        if let Some(path) = self.key {
            connect = connect.ssl_client_key(path);
        }
        connect
    }
}

/// Stands for the name of a parameter that may be a secret.
const HIDDEN: &str = "…";

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.len() <= 40 && text.chars().all(is_part)
}

/// A limit in seconds; 0 is none, as for Prisma and libpq.
fn seconds(name: &str, value: &str) -> Result<Option<Duration>, StoreError> {
    let seconds: u32 = value
        .parse()
        .map_err(|_| invalid(format!("the parameter `{name}` is no number of seconds")))?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds.into())))
}

fn ssl_mode(value: &str) -> Result<PgSslMode, StoreError> {
    match value {
        // The spelling of node-postgres for encryption without a look at the certificate.
        "no-verify" => Ok(PgSslMode::Require),
        _ => value.parse().map_err(|_| {
            invalid("the parameter `sslmode` is none of disable, allow, prefer, require, verify-ca, verify-full")
        }),
    }
}

fn invalid(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorCode::InvalidUrl, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: [&str; 3] = ["s3cret", "t0ken", "pa%23ss"];

    fn shown(options: &PostgresOptions) -> String {
        format!("{} {options:?}", options.describe())
    }

    #[test]
    fn an_address_of_version_6_stands_in_brackets() {
        let options = parse("postgresql://app@[::1]:5433/shop").unwrap();
        assert_eq!(options.connect.get_host(), "::1");
        assert_eq!(options.describe(), "PostgreSQL app@[::1]:5433/shop");
        let options = parse("postgresql://app@[::1]/shop?host=/run/pg").unwrap();
        assert_eq!(options.connect.get_socket().unwrap().to_str(), Some("/run/pg"));
        assert!(parse("postgresql://app@[::1/shop").is_err());
    }

    #[test]
    fn prisma_and_pooled_urls_are_understood() {
        let options = parse(
            "postgresql://app:s3cret@db.example:6543/shop?schema=app&pgbouncer=true\
             &connection_limit=1&pool_timeout=0&connect_timeout=12&socket_timeout=0\
             &sslmode=prefer&application_name=shop&channel_binding=prefer&sslpassword=t0ken",
        )
        .unwrap();
        assert_eq!(options.schema(), Some("app"));
        assert_eq!(options.connect_timeout, Some(Duration::from_secs(12)));
        assert_eq!(options.answer_timeout, None);
        assert_eq!(options.connect.get_application_name(), Some("shop"));
        assert_eq!(options.connect.get_host(), "db.example");
        assert_eq!(options.connect.get_port(), 6543);
        // Beside a password in a parameter the others are counted, not named.
        assert_eq!(options.ignored_parameters(), ["…"]);
        assert_eq!(options.describe(), "PostgreSQL app@db.example:6543/shop, schema app");
    }

    #[test]
    fn parameters_that_are_not_used_are_named() {
        let options = parse("postgresql://u:s3cret@h/d?target_session_attrs=any&gssencmode=x");
        let options = options.unwrap();
        assert_eq!(options.ignored_parameters(), ["gssencmode", "target_session_attrs"]);
    }

    #[test]
    fn an_empty_schema_is_none_and_the_application_has_a_name() {
        let options = parse("postgres://app@h/d?schema=").unwrap();
        assert_eq!(options.schema(), None);
        assert_eq!(options.connect.get_application_name(), Some("migsafe"));
    }

    #[test]
    fn unix_sockets_and_places_in_parameters() {
        let options = parse("postgresql:///shop?host=/run/pg&port=5433&user=app").unwrap();
        assert_eq!(options.describe(), "PostgreSQL app@/run/pg port 5433/shop");
        let options = parse("postgresql://app@%2Frun%2Fpg/shop").unwrap();
        assert!(options.describe().contains("/run/pg"), "{}", options.describe());
    }

    #[test]
    fn certificates_in_both_spellings() {
        let prisma = Ssl { cert: Some("ca.pem".into()), ..Ssl::default() };
        let shown = format!("{:?}", prisma.apply(PgConnectOptions::new_without_pgpass()));
        assert!(shown.contains("ssl_root_cert: Some(File(\"ca.pem\"))"), "{shown}");
        let strict = Ssl { mode: Some(PgSslMode::Require), strict: true, ..Ssl::default() };
        let connect = strict.apply(PgConnectOptions::new_without_pgpass());
        assert!(matches!(connect.get_ssl_mode(), PgSslMode::VerifyFull));
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_showing_it() {
        for url in [
            "",
            "s3cret",
            "mysql://u:s3cret@h/d",
            "prisma://accelerate.prisma-data.net/?api_key=t0ken",
            "postgresql://u:s3cret@h:port/d",
            "postgresql://u:pa#s3cret@h/d",
            "postgresql://u:s3cret@h1,h2/d",
            "postgresql://u:s3cret@h1:1,h2:2/d",
            "postgresql://u:s3cret@h/d?connect_timeout=s3cret",
            "postgresql://u:s3cret@h/d?sslmode=s3cret",
            "postgresql://u:s3cret@h/d?options=-c%20x%3Ds3cret",
            "postgresql://u:s3cret@h/d?port=s3cret",
            "postgresql://u:%ffs3cret@h/d",
            "postgresql://u:s3cret@h/d?schema=%00s3cret",
            // Not encoded.
            "postgresql://u:1/s3cret@h/d",
            "postgresql://u:p@h/s3cret@h/d",
            "postgresql://u:?s3cret@h/d",
            "postgresql://u:1#s3cret@h/d",
            "postgresql://u@h/d?password=a&s3cret",
        ] {
            let error = parse(url).expect_err(url);
            assert_eq!(error.code(), StoreErrorCode::InvalidUrl, "{url}");
            let text = format!("{error} {error:?} {}", error.help());
            assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
        }
    }

    #[test]
    fn no_password_is_ever_shown() {
        for url in [
            "postgresql://u:s3cret@h/d",
            "postgresql://h/d?user=u&password=s3cret",
            "postgresql://u:pa%23ss@h/d?sslpassword=t0ken",
        ] {
            let text = shown(&parse(url).unwrap());
            assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{text}");
            assert!(!text.contains("pa#ss"), "{text}");
        }
    }
}
