//! A value of a file, with the place where it stands for errors.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Number;

use super::ExpectationsError;
use super::tree::Tree;
use crate::text;

/// What was read, or what is wrong and where.
pub(super) type Parsed<T> = Result<T, ExpectationsError>;

/// A value, and where it stands.
pub(super) struct At<'a> {
    path: Vec<String>,
    pub(super) tree: &'a Tree,
}

impl<'a> At<'a> {
    /// The whole file.
    pub(super) fn root(tree: &'a Tree) -> Self {
        At { path: Vec::new(), tree }
    }

    fn within(&self, key: &str, tree: &'a Tree) -> Self {
        let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
        At { path, tree }
    }

    pub(super) fn wrong(&self, message: impl Into<String>) -> ExpectationsError {
        ExpectationsError::malformed(self.path.join("."), message)
    }

    fn expected(&self, what: &str) -> ExpectationsError {
        self.wrong(format!("{what} is expected here, not {}", self.tree.what()))
    }

    /// The entries of an object.
    pub(super) fn map(&self) -> Parsed<Vec<(&'a str, Self)>> {
        let Tree::Map(entries) = self.tree else {
            return Err(self.expected("an object"));
        };
        let at = |(key, tree): &'a (String, Tree)| (key.as_str(), self.within(key, tree));
        Ok(entries.iter().map(at).collect())
    }

    /// The entries of an object that may have these keys only.
    pub(super) fn known(&self, keys: &[&'static str]) -> Parsed<Vec<(&'static str, Self)>> {
        let mut entries = Vec::new();
        for (key, value) in self.map()? {
            let Some(known) = keys.iter().find(|known| **known == key) else {
                let nearest = text::similar(key, keys.iter().copied());
                let all = || format!("there are {}", keys.join(", "));
                let hint = nearest.map_or_else(all, |near| format!("did you mean `{near}`?"));
                return Err(self.wrong(format!("the key `{key}` is not known; {hint}")));
            };
            entries.push((*known, value));
        }
        Ok(entries)
    }

    /// Names with what is said of each: an object, or a list of names of which nothing more is said.
    pub(super) fn named<T: Default>(
        &self,
        parse: impl Fn(&Self) -> Parsed<T>,
    ) -> Parsed<BTreeMap<String, T>> {
        match self.tree {
            Tree::List(_) => {
                Ok(self.names()?.into_iter().map(|name| (name, T::default())).collect())
            }
            Tree::Map(_) => self
                .map()?
                .into_iter()
                .map(|(name, value)| match name {
                    "" => Err(self.wrong("a name is empty")),
                    _ => Ok((name.to_owned(), parse(&value)?)),
                })
                .collect(),
            _ => Err(self.expected("a list of names, or an object")),
        }
    }

    pub(super) fn list(&self) -> Parsed<Vec<Self>> {
        let Tree::List(list) = self.tree else {
            return Err(self.expected("a list"));
        };
        let at = |(index, tree): (usize, &'a Tree)| self.within(&(index + 1).to_string(), tree);
        Ok(list.iter().enumerate().map(at).collect())
    }

    /// A list of different names.
    pub(super) fn names(&self) -> Parsed<BTreeSet<String>> {
        self.different_texts().map(|names| names.into_iter().collect())
    }

    /// A list of different texts, in order.
    pub(super) fn different_texts(&self) -> Parsed<Vec<String>> {
        let mut seen = BTreeSet::new();
        for entry in self.list()? {
            let text = entry.text()?;
            if !seen.insert(text) {
                return Err(entry.wrong(format!("`{text}` is there twice")));
            }
        }
        self.texts()
    }

    /// A list of texts, in order.
    pub(super) fn texts(&self) -> Parsed<Vec<String>> {
        self.list()?.iter().map(|entry| entry.text().map(str::to_owned)).collect()
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Parsed<&'a str> {
        match self.tree {
            Tree::Text(text) if text.is_empty() => Err(self.wrong("this text is empty")),
            Tree::Text(text) => Ok(text),
            _ => Err(self.expected("a text")),
        }
    }

    pub(super) fn bool(&self) -> Parsed<bool> {
        match self.tree {
            Tree::Bool(truth) => Ok(*truth),
            _ => Err(self.expected("true or false")),
        }
    }

    pub(super) fn number(&self) -> Parsed<Number> {
        match self.tree {
            Tree::Number(number) => Ok(number.clone()),
            _ => Err(self.expected("a number")),
        }
    }

    pub(super) fn count(&self) -> Parsed<u64> {
        self.number()?.as_u64().ok_or_else(|| self.wrong("write a whole number, 0 or more"))
    }

    pub(super) fn bounds<T>(
        &self,
        parse: impl Fn(&Self) -> Parsed<T>,
    ) -> Parsed<(Option<T>, Option<T>)> {
        let (mut at_least, mut at_most) = (None, None);
        for (key, value) in self.known(&["atLeast", "atMost"])? {
            match key {
                "atLeast" => at_least = Some(parse(&value)?),
                _ => at_most = Some(parse(&value)?),
            }
        }
        if at_least.is_none() && at_most.is_none() {
            return Err(self.wrong("write `atLeast` or `atMost`"));
        }
        Ok((at_least, at_most))
    }
}
