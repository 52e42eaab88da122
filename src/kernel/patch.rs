//! JSON merge patch (RFC 7396): a member that is absent keeps the value, `null` clears it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// What a change says about one nullable member. Needs `#[serde(default)]` on the member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The member was absent: keep what is stored.
    #[default]
    Keep,
    /// The member was `null`: clear what is stored.
    Clear,
    /// The member had a value: store it.
    Set(T),
}

impl<T> Patch<T> {
    /// Applies the change to the stored value.
    pub fn apply(self, stored: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *stored = None,
            Self::Set(value) => *stored = Some(value),
        }
    }

    /// Whether the member was absent: then it is left out again where the change is written down.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value, if one was given.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Written down as it was sent. Needs `#[serde(skip_serializing_if = "Patch::is_keep")]` on the
/// member.
impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

/// Merges a patch into a stored value (RFC 7396, section 2): members of objects are merged, `null`
/// removes, and anything else replaces.
pub fn merge(stored: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *stored = patch.clone();
        return;
    };
    if !stored.is_object() {
        *stored = Value::Object(serde_json::Map::new());
    }
    let Value::Object(members) = stored else {
        return;
    };
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Change {
        #[serde(default)]
        title: Patch<String>,
    }

    fn parse(text: &str) -> Patch<String> {
        serde_json::from_str::<Change>(text).unwrap().title
    }

    #[test]
    fn absent_keeps_null_clears_and_a_value_is_set() {
        assert_eq!(parse("{}"), Patch::Keep);
        assert_eq!(parse(r#"{"title":null}"#), Patch::Clear);
        assert_eq!(parse(r#"{"title":"x"}"#), Patch::Set("x".into()));
    }

    #[test]
    fn a_merge_keeps_clears_and_replaces_at_any_depth() {
        let mut stored = serde_json::json!({"a": {"b": 1, "c": 2}, "d": [1, 2]});
        merge(
            &mut stored,
            &serde_json::json!({"a": {"b": null, "e": {"f": null, "g": 3}}, "d": [3]}),
        );
        assert_eq!(
            stored,
            serde_json::json!({"a": {"c": 2, "e": {"g": 3}}, "d": [3]})
        );
    }
}
