//! Rules for differences that a team knows of.

use std::fmt;

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Change, Ignored, glob};
use crate::schema::{Attribute, Kind, ObjectKey};

/// A difference that is known and accepted: what, by whom, why, until when.
///
/// The pattern is `[kind:]name[#attribute]`. The name has the parts that [`ObjectKey::qualified`] shows, each
/// with `*` for any characters and `?` for one; a part with a dot in it is quoted. With a kind, only objects of
/// that kind are meant. A pattern that names a relation names its columns, constraints, indexes and triggers
/// too. With an attribute, only that attribute of objects that both sides have is meant.
///
/// ```
/// use migsafe_core::schema::diff::IgnoreRule;
/// for pattern in ["table:app.tmp_*", "app.*.*_shadow_idx", "column:app.users.*#comment", "extension:pg_stat_statements"] {
///     IgnoreRule::new(pattern, "platform team", "known")?;
/// }
/// assert!(IgnoreRule::new("planet:earth", "platform team", "known").is_err());
/// assert!(IgnoreRule::new("app.t", "platform team", "").is_err());
/// # Ok::<(), migsafe_core::schema::diff::IgnoreRuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct IgnoreRule {
    pattern: String,
    owner: String,
    reason: String,
    expires: Option<NaiveDate>,
    kind: Option<Kind>,
    parts: Vec<String>,
    attribute: Option<Attribute>,
}

/// As it stands in a file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    pattern: String,
    owner: String,
    reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day")]
    expires: Option<NaiveDate>,
}

/// A day that the calendar has; the error names the field.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let why = |_| D::Error::custom(format!("`expires` is no day such as 2026-12-31: {text:?}"));
    text.parse().map(Some).map_err(why)
}

/// Why a rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IgnoreRuleError {
    /// Owner or reason is missing: the field's name.
    Missing(&'static str),
    /// The pattern is empty or has an empty part.
    Pattern(String),
    /// There is no such kind of object.
    Kind(String),
    /// There is no such attribute.
    Attribute(String),
    /// A file of rules is no list of them: why.
    File(String),
}

impl fmt::Display for IgnoreRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(why) => write!(f, "this is no list of ignore rules: {why}"),
            Self::Missing(field) => write!(f, "an ignore rule needs a text for `{field}`"),
            Self::Pattern(pattern) => write!(
                f,
                "`{}` is no pattern; write [kind:]name[#attribute], for example table:app.tmp_*",
                crate::text::printable(pattern)
            ),
            Self::Kind(kind) => {
                write!(
                    f,
                    "`{}` is no kind of object; kinds are for example table, index, materialized_view",
                    crate::text::printable(kind)
                )
            }
            Self::Attribute(attribute) => {
                write!(
                    f,
                    "`{}` is no attribute; attributes are for example type, default, comment",
                    crate::text::printable(attribute)
                )
            }
        }
    }
}

impl std::error::Error for IgnoreRuleError {}

impl IgnoreRule {
    /// A rule without an end.
    ///
    /// # Errors
    ///
    /// The pattern means nothing, or owner or reason is empty.
    pub fn new(
        pattern: impl Into<String>,
        owner: impl Into<String>,
        reason: impl Into<String>,
    ) -> Result<Self, IgnoreRuleError> {
        let (pattern, owner, reason) = (pattern.into(), owner.into(), reason.into());
        for (field, text) in [("owner", &owner), ("reason", &reason)] {
            if text.trim().is_empty() {
                return Err(IgnoreRuleError::Missing(field));
            }
        }
        let (named, attribute) = match pattern.rsplit_once('#') {
            Some((named, attribute)) => {
                let known = Attribute::from_name(attribute);
                let unknown = || IgnoreRuleError::Attribute(attribute.to_owned());
                (named, Some(known.ok_or_else(unknown)?))
            }
            None => (pattern.as_str(), None),
        };
        let (kind, name) = match named.split_once(':') {
            Some((kind, name)) => {
                let unknown = || IgnoreRuleError::Kind(kind.to_owned());
                (Some(Kind::from_name(kind).ok_or_else(unknown)?), name)
            }
            None => (None, named),
        };
        let parts = parts(name, kind.is_some_and(Kind::has_arguments))
            .ok_or_else(|| IgnoreRuleError::Pattern(pattern.clone()))?;
        Ok(Self { pattern, owner, reason, expires: None, kind, parts, attribute })
    }

    /// The same with the last day on which it counts.
    #[must_use]
    pub fn until(mut self, day: NaiveDate) -> Self {
        self.expires = Some(day);
        self
    }

    /// The pattern.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Who answers for it.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Why the difference is accepted.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The last day on which it counts.
    #[must_use]
    pub fn expires(&self) -> Option<NaiveDate> {
        self.expires
    }

    /// Whether it counts on a day. Without a day, a rule with an end does not.
    #[must_use]
    pub fn is_in_force(&self, today: Option<NaiveDate>) -> bool {
        match (self.expires, today) {
            (None, _) => true,
            (Some(last), Some(today)) => today <= last,
            (Some(_), None) => false,
        }
    }

    /// Whether it names a change.
    #[must_use]
    pub fn names(&self, change: &Change) -> bool {
        let key = change.object();
        if self.attribute.is_some() && self.attribute != change.attribute() {
            return false;
        }
        self.names_object(key) || self.names_whole_of(key)
    }

    fn names_object(&self, key: &ObjectKey) -> bool {
        self.kind.is_none_or(|kind| kind == key.kind()) && self.fits(key.parts())
    }

    /// Whether it names the relation that the object is a part of.
    fn names_whole_of(&self, key: &ObjectKey) -> bool {
        // The attribute of a relation is not that of its columns.
        self.attribute.is_none()
            && self.kind.is_none_or(Kind::has_parts)
            && key
                .parent()
                .is_some_and(|parent| self.fits(key.schema().into_iter().chain([parent])))
    }

    fn fits<'a>(&self, names: impl Iterator<Item = &'a str>) -> bool {
        let names: Vec<&str> = names.collect();
        names.len() == self.parts.len()
            && self.parts.iter().zip(names).all(|(pattern, name)| glob::matches(pattern, name))
    }
}

/// The parts of a name between dots. `None` when there is an empty one, or a quoted one that does not end.
fn parts(name: &str, has_arguments: bool) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut chars = name.chars().peekable();
    let (mut quoted, mut depth) = (false, 0_usize);
    while let Some(c) = chars.next() {
        let part = parts.last_mut()?;
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                part.push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted && depth == 0 => parts.push(String::new()),
            c => {
                // The types of a function's arguments have dots of their own.
                if has_arguments || c == ')' || depth > 0 || name.ends_with(')') {
                    depth = match c {
                        '(' => depth + 1,
                        ')' => depth.saturating_sub(1),
                        _ => depth,
                    };
                }
                part.push(c);
            }
        }
    }
    (!quoted && parts.iter().all(|part| !part.is_empty())).then_some(parts)
}

impl TryFrom<Raw> for IgnoreRule {
    type Error = IgnoreRuleError;

    fn try_from(raw: Raw) -> Result<Self, IgnoreRuleError> {
        let rule = Self::new(raw.pattern, raw.owner, raw.reason)?;
        Ok(Self { expires: raw.expires, ..rule })
    }
}

impl From<IgnoreRule> for Raw {
    fn from(rule: IgnoreRule) -> Self {
        let IgnoreRule { pattern, owner, reason, expires, .. } = rule;
        Self { pattern, owner, reason, expires }
    }
}

/// Rules in the order in which they are tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IgnoreRules(Vec<IgnoreRule>);

impl IgnoreRules {
    /// These rules.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = IgnoreRule>) -> Self {
        Self(rules.into_iter().collect())
    }

    /// Reads a JSON list of objects with `pattern`, `owner`, `reason` and, if they end, `expires`
    /// (`2026-12-31`).
    ///
    /// # Errors
    ///
    /// It is no such list, or one of the rules cannot be used.
    pub fn from_json(text: &str) -> Result<Self, IgnoreRuleError> {
        serde_json::from_str(text)
            .map_err(|error| IgnoreRuleError::File(crate::text::printable(&error.to_string())))
    }

    /// The rules.
    pub fn iter(&self) -> impl Iterator<Item = &IgnoreRule> {
        self.0.iter()
    }

    /// Divides changes into those that a rule hides and the others.
    pub(super) fn sort_out(&self, found: Vec<Change>, today: Option<NaiveDate>) -> Sorted {
        let mut sorted = Sorted::default();
        let mut used = vec![false; self.0.len()];
        for change in found {
            let rule =
                self.0.iter().position(|rule| rule.is_in_force(today) && rule.names(&change));
            match rule.and_then(|index| Some((index, self.0.get(index)?))) {
                Some((index, rule)) => {
                    if let Some(used) = used.get_mut(index) {
                        *used = true;
                    }
                    sorted.ignored.push(Ignored { change, rule: rule.clone() });
                }
                None => sorted.changes.push(change),
            }
        }
        for (rule, used) in self.0.iter().zip(used) {
            let is_in_force = rule.is_in_force(today);
            if is_in_force && !used {
                sorted.unused.push(rule.clone());
            } else if !is_in_force && sorted.changes.iter().any(|change| rule.names(change)) {
                sorted.expired.push(rule.clone());
            }
        }
        sorted
    }
}

#[derive(Default)]
pub(super) struct Sorted {
    pub(super) changes: Vec<Change>,
    pub(super) ignored: Vec<Ignored>,
    pub(super) expired: Vec<IgnoreRule>,
    pub(super) unused: Vec<IgnoreRule>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Object, Value};

    fn rule(pattern: &str) -> IgnoreRule {
        IgnoreRule::new(pattern, "team", "known").unwrap()
    }

    fn added(key: ObjectKey) -> Change {
        Change::added(&Object::new(key))
    }

    #[test]
    fn a_rule_names_what_it_says_and_no_more() {
        let table = added(ObjectKey::new(Kind::Table, Some("app"), "tmp_a"));
        let column = added(ObjectKey::within(Kind::Column, Some("app"), "tmp_a", "id"));
        let index = added(ObjectKey::within(Kind::Index, Some("app"), "users", "tmp_a"));
        let comment = Change::changed(
            &ObjectKey::within(Kind::Column, Some("app"), "tmp_a", "id"),
            Attribute::Comment,
            None,
            Some(&Value::Text("x".to_owned())),
        );
        let function = added(ObjectKey::new(Kind::Function, Some("app"), "f(app.mood)"));
        let dotted = added(ObjectKey::new(Kind::Table, Some("app"), "a.b"));
        for (pattern, expected) in [
            ("app.tmp_*", [true, true, false, true, false, false]),
            ("table:app.tmp_*", [true, true, false, true, false, false]),
            ("index:app.tmp_*", [false, false, false, false, false, false]),
            ("index:app.*.tmp_*", [false, false, true, false, false, false]),
            ("app.*.*", [false, true, true, true, false, false]),
            ("column:app.*.id#comment", [false, false, false, true, false, false]),
            ("table:app.tmp_*#comment", [false, false, false, false, false, false]),
            ("function:app.f(app.mood)", [false, false, false, false, true, false]),
            ("app.f(*)", [false, false, false, false, true, false]),
            ("app.\"a.b\"", [false, false, false, false, false, true]),
            ("other.*", [false, false, false, false, false, false]),
        ] {
            let rule = rule(pattern);
            let named = [&table, &column, &index, &comment, &function, &dotted];
            assert_eq!(named.map(|change| rule.names(change)), expected, "{pattern}");
        }
    }

    #[test]
    fn a_rule_that_expired_hides_nothing_and_is_named() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let rules = IgnoreRules::new([rule("app.t").until(day(20)), rule("app.unused")]);
        let change = || vec![added(ObjectKey::new(Kind::Table, Some("app"), "t"))];
        let sorted = rules.sort_out(change(), Some(day(20)));
        assert_eq!((sorted.changes.len(), sorted.ignored.len(), sorted.expired.len()), (0, 1, 0));
        assert_eq!(sorted.unused.len(), 1);
        for today in [Some(day(21)), None] {
            let sorted = rules.sort_out(change(), today);
            assert_eq!(
                (sorted.changes.len(), sorted.ignored.len(), sorted.expired.len()),
                (1, 0, 1)
            );
        }
    }

    #[test]
    fn rules_are_read_from_files_with_all_they_need() {
        let json = r#"[{"pattern":"app.t","owner":"a","reason":"b","expires":"2026-12-31"}]"#;
        let rules = IgnoreRules::from_json(json).unwrap();
        assert_eq!(serde_json::to_string(&rules).unwrap(), json);
        for bad in [
            r#"[{"pattern":"app.t","owner":"a","reason":" "}]"#,
            r#"[{"pattern":"app.t","owner":"a"}]"#,
            r#"[{"pattern":"app..t","owner":"a","reason":"b"}]"#,
            r#"[{"pattern":"app.\"t","owner":"a","reason":"b"}]"#,
            r#"[{"pattern":"app.t#nothing","owner":"a","reason":"b"}]"#,
            r#"[{"pattern":"app.t","owner":"a","reason":"b","untill":"2026-12-31"}]"#,
        ] {
            assert!(IgnoreRules::from_json(bad).is_err(), "{bad}");
        }
        let json = json.replace("2026-12-31", "2026-02-30");
        let why = IgnoreRules::from_json(&json).unwrap_err().to_string();
        assert!(why.contains("`expires`") && why.contains("2026-02-30"), "{why}");
    }
}
