//! What a schema depends on beside the scripts.

use migsafe_core::schema::ServerVersion;
use migsafe_core::store::StoreError;

use crate::PostgresOptions;
use crate::connection::{Answer, Connection};
use crate::sql::{Ident, Literal};

/// What is known of a database and of its server.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) version: u32,
    pub(super) server: ServerVersion,
    pub(super) encoding: String,
    collate: String,
    ctype: String,
    /// `c`, `i` or `b`; empty before there was a choice.
    provider: String,
    /// The locale of a provider that is not the system's library.
    locale: Option<String>,
    /// Settings of the database or of the role in it: name and value.
    settings: Vec<(String, String)>,
    schema: Option<String>,
}

/// Version; encoding and locale, whose columns have changed their names twice; settings that hold in this
/// database only. `search_path` decides where things are made, the others what a constant means.
const QUESTION: &str = "\
SELECT current_setting('server_version_num'), current_setting('server_version'), \
pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, \
coalesce(to_jsonb(d) ->> 'datlocprovider', ''), \
coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') \
FROM pg_catalog.pg_database AS d WHERE d.datname = current_database();
SELECT name, setting FROM pg_catalog.pg_settings \
WHERE source IN ('database', 'user', 'database user') AND context IN ('user', 'superuser') \
AND name NOT LIKE '%timeout%' AND name NOT IN ('role', 'session_authorization', 'log_statement') \
ORDER BY name COLLATE \"C\"";

impl Surroundings {
    /// Asks the server of a database.
    pub(super) async fn of(options: &PostgresOptions) -> Result<Self, StoreError> {
        let mut connection = Connection::open(options).await?;
        let answer = connection.send_within(QUESTION.to_owned(), options.answer_timeout).await;
        let answer = answer.ok("asking for the settings of the database")?;
        connection.close().await;
        Self::decode(&answer, options).ok_or_else(|| {
            crate::session::unforeseen("the server gave no version that could be read")
        })
    }

    fn decode(answer: &Answer, options: &PostgresOptions) -> Option<Self> {
        let text = |column| answer.value(0, column).map(|text| text.into_owned());
        let version: u32 = text(0)?.parse().ok()?;
        let settings = answer.rows(1).iter().filter_map(|row| {
            let cell = |column| crate::connection::text(row, column).map(|text| text.into_owned());
            Some((cell(0)?, cell(1)?))
        });
        Some(Self {
            version,
            server: ServerVersion::new(version / 10_000, text(1)?),
            encoding: text(2)?,
            collate: text(3)?,
            ctype: text(4)?,
            provider: text(5)?,
            locale: text(6),
            settings: settings.collect(),
            schema: options.schema().map(str::to_owned),
        })
    }

    /// Everything in one text.
    pub(super) fn to_text(&self) -> String {
        format!("{self:?}\n")
    }

    /// The end of a `CREATE DATABASE` that makes one alike.
    pub(super) fn create_options(&self) -> String {
        let alike = format!(
            "TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
            Literal(&self.encoding),
            Literal(&self.collate),
            Literal(&self.ctype),
        );
        let (provider, word) = match (&*self.provider, self.version / 10_000) {
            ("i", _) => ("icu", "ICU_LOCALE"),
            ("b", _) => ("builtin", "BUILTIN_LOCALE"),
            _ => return alike,
        };
        match &self.locale {
            Some(locale) => {
                format!("{alike} LOCALE_PROVIDER {provider} {word} {}", Literal(locale))
            }
            None => alike,
        }
    }

    /// The settings in force before each script, as one message for a session that may be in any state.
    pub(super) fn reset(&self) -> String {
        let mut statements = vec![
            "ROLLBACK".to_owned(),
            "RESET SESSION AUTHORIZATION".to_owned(),
            "RESET ALL".to_owned(),
        ];
        for (name, value) in &self.settings {
            statements.push(setting(name, value));
        }
        if let Some(schema) = &self.schema {
            statements.push(setting("search_path", &Ident(schema).to_string()));
        }
        statements.join(";\n")
    }

    /// Makes the schema that the URL names, as a deploy does.
    pub(super) fn create_schema(&self) -> Option<String> {
        let schema = self.schema.as_deref().filter(|schema| *schema != "public")?;
        Some(format!("CREATE SCHEMA IF NOT EXISTS {}", Ident(schema)))
    }
}

fn setting(name: &str, value: &str) -> String {
    format!("SELECT pg_catalog.set_config({}, {}, false)", Literal(name), Literal(value))
}
