//! Views and materialised views.

use super::{change_parameters, list, parameters, text};
use crate::schema::script::postgres::lists;
use crate::schema::script::postgres::names::{id, qualified, word};
use crate::schema::script::postgres::sides::Sides;
use crate::schema::script::postgres::way::Way;
use crate::schema::{Attribute, Kind, Object};

pub(super) fn create(view: &Object) -> Vec<String> {
    vec![statement("CREATE", view)]
}

fn statement(verb: &str, view: &Object) -> String {
    let key = view.key();
    let mut sql = vec![format!("{verb} {} {}", word(key.kind()), qualified(key))];
    if let Some(method) = view.get_text(Attribute::AccessMethod).filter(|_| is_stored(view)) {
        sql.push(format!("USING {}", id(method)));
    }
    let options = list(view, Attribute::Options);
    if !options.is_empty() {
        sql.push(format!("WITH {}", parameters(options)));
    }
    if let Some(tablespace) = view.get_text(Attribute::Tablespace) {
        sql.push(format!("TABLESPACE {}", id(tablespace)));
    }
    sql.push(format!("AS\n{}", text(view, Attribute::Definition).trim_end_matches(';')));
    if view.has(Attribute::NotPopulated) {
        sql.push("WITH NO DATA".to_owned());
    }
    sql.join(" ")
}

fn is_stored(view: &Object) -> bool {
    view.key().kind() == Kind::MaterializedView
}

pub(in crate::schema::script::postgres) fn way(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Way {
    match attribute {
        Attribute::Definition if is_stored(after) => Way::Rebuild,
        Attribute::Definition if has_same_columns(before, after) => Way::InPlace,
        Attribute::Definition => Way::Rebuild,
        Attribute::Tablespace if after.get(attribute).is_none() => Way::Rebuild,
        Attribute::AccessMethod if sides.major() < 15 => Way::Rebuild,
        Attribute::ClusteredOn if after.get(attribute).is_none() => Way::InPlace,
        _ => Way::InPlace,
    }
}

/// Whether two queries surely give the same columns: only what comes after the tables differs, and nothing is joined
/// to the result of the whole.
fn has_same_columns(before: &Object, after: &Object) -> bool {
    let (before, after) = (text(before, Attribute::Definition), text(after, Attribute::Definition));
    let head = |query: &str| {
        let ends = [
            "\n  WHERE ",
            "\n  GROUP BY ",
            "\n  ORDER BY ",
            "\n LIMIT ",
            "\n HAVING ",
            "\n OFFSET ",
        ];
        let end = ends.iter().filter_map(|word| lists::find(query, word)).min();
        end.and_then(|end| query.get(..end)).unwrap_or(query).trim_end_matches(';').to_owned()
    };
    let is_simple = |query: &str| {
        !["UNION", "INTERSECT", "EXCEPT"].iter().any(|word| query.contains(word))
            && query.trim_start().starts_with("SELECT ")
    };
    is_simple(before) && is_simple(after) && head(before) == head(after)
}

pub(super) fn alter(before: &Object, after: &Object, attribute: Attribute) -> Vec<String> {
    let name = format!("{} {}", word(after.key().kind()), qualified(after.key()));
    match attribute {
        Attribute::Definition => vec![statement("CREATE OR REPLACE", after)],
        Attribute::Options => change_parameters(list(before, attribute), list(after, attribute))
            .into_iter()
            .map(|action| format!("ALTER {name} {action}"))
            .collect(),
        Attribute::NotPopulated if after.has(attribute) => {
            vec![format!("REFRESH {name} WITH NO DATA")]
        }
        Attribute::NotPopulated => vec![format!("REFRESH {name}")],
        Attribute::AccessMethod => {
            let method = id(after.get_text(attribute).unwrap_or("heap"));
            vec![format!("ALTER {name} SET ACCESS METHOD {method}")]
        }
        Attribute::Tablespace => {
            vec![format!("ALTER {name} SET TABLESPACE {}", id(text(after, attribute)))]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ObjectKey;

    #[test]
    fn only_surely_equal_columns_let_a_view_stay() {
        let view = |query: &str| {
            Object::new(ObjectKey::new(Kind::View, Some("a"), "v"))
                .text(Attribute::Definition, query)
        };
        let is_kept = |before, after| has_same_columns(&view(before), &view(after));
        let plain = " SELECT t.a\n   FROM a.t;";
        assert!(is_kept(plain, " SELECT t.a\n   FROM a.t\n  WHERE (t.a > 1);"));
        assert!(!is_kept(plain, " SELECT t.b AS a\n   FROM a.t;"));
        assert!(!is_kept(plain, " SELECT t.a\n   FROM a.u t;"));
        assert!(!is_kept(plain, " SELECT t.a\n   FROM a.t\nUNION\n SELECT 1.5;"));
    }
}
