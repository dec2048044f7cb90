//! What a proxy does when it sees a certain message.

/// What happens to the connection on which a rule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    CutBefore,
    CutAfter,
    StallBefore,
    StallAfter,
}

/// Which message a rule is about.
#[derive(Clone, Debug)]
pub(super) enum Trigger {
    Contains(String),
    Number(usize),
}

/// The rules of one proxy. Each fires once.
#[derive(Debug, Default)]
pub(super) struct Rules {
    waiting: Vec<(Trigger, Action)>,
    fired: usize,
}

impl Rules {
    pub(super) fn add(&mut self, trigger: Trigger, action: Action) {
        self.waiting.push((trigger, action));
    }

    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn fired(&self) -> usize {
        self.fired
    }

    /// What to do with the statement `sql`, the `number`th since the counts were reset.
    pub(super) fn fire(&mut self, sql: &str, number: usize) -> Option<Action> {
        let sql = sql.to_lowercase();
        let index = self.waiting.iter().position(|(trigger, _)| match trigger {
            Trigger::Contains(pattern) => sql.contains(&pattern.to_lowercase()),
            Trigger::Number(wanted) => *wanted == number,
        })?;
        self.fired += 1;
        Some(self.waiting.remove(index).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_fires_once_and_the_first_that_fits_wins() {
        let mut rules = Rules::default();
        rules.add(Trigger::Contains("Commit".to_owned()), Action::CutAfter);
        rules.add(Trigger::Number(2), Action::CutBefore);
        assert_eq!(rules.fire("BEGIN", 1), None);
        assert_eq!(rules.fire("COMMIT", 2), Some(Action::CutAfter));
        assert_eq!(rules.fire("COMMIT", 2), Some(Action::CutBefore));
        assert_eq!(rules.fire("COMMIT", 2), None);
        assert_eq!(rules.fired(), 2);
    }
}
