//! Reading and writing of members. One description of each type serves both, so that they cannot differ.

use indexmap::IndexMap;
use mcp_scopes_model::{Risk, SandboxMode};

use crate::{
    ViolationKind,
    error::{ViolationList, below, section_of},
    json::Json,
};

/// A value without a name.
pub(crate) trait Item: Sized {
    /// The expected type, with an article.
    const EXPECTED: &'static str;

    /// Reads the value. Reports a value of another type and returns `None`.
    fn take(json: Json, at: &str, report: &mut ViolationList) -> Option<Self>;

    /// Writes the value.
    fn give(&self) -> Json;
}

/// A member of an object, which may be omitted.
pub(crate) trait Member: Default {
    /// Reads the member if it is present.
    fn read(json: Json, at: &str, report: &mut ViolationList) -> Self;

    /// Writes the member. `None` omits it.
    fn write(&self) -> Option<Json>;
}

impl Item for String {
    const EXPECTED: &'static str = "a string";

    fn take(json: Json, at: &str, report: &mut ViolationList) -> Option<Self> {
        match json {
            Json::String(text) => Some(text),
            other => {
                report.wrong_type(at, Self::EXPECTED, &other);
                None
            }
        }
    }

    fn give(&self) -> Json {
        Json::String(self.clone())
    }
}

impl Item for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    fn take(json: Json, at: &str, report: &mut ViolationList) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(value),
            other => {
                report.wrong_type(at, Self::EXPECTED, &other);
                None
            }
        }
    }

    fn give(&self) -> Json {
        Json::Bool(*self)
    }
}

impl Item for u32 {
    const EXPECTED: &'static str = "a whole number from 1 to 4294967295";

    fn take(json: Json, at: &str, report: &mut ViolationList) -> Option<Self> {
        let number = if let Json::Number(number) = &json { number.as_u32() } else { None };
        if number.is_none() {
            report.wrong_type(at, Self::EXPECTED, &json);
        }
        number
    }

    fn give(&self) -> Json {
        Json::Number((*self).into())
    }
}

impl Item for Risk {
    const EXPECTED: &'static str = "one of `minimal`, `low`, `medium`, `high`, `critical`";

    fn take(json: Json, at: &str, report: &mut ViolationList) -> Option<Self> {
        word(&json, at, report, Self::EXPECTED, Self::parse)
    }

    fn give(&self) -> Json {
        Json::String(self.as_str().to_owned())
    }
}

impl Item for SandboxMode {
    const EXPECTED: &'static str = "one of `allow`, `deny`, `simulate`";

    fn take(json: Json, at: &str, report: &mut ViolationList) -> Option<Self> {
        word(&json, at, report, Self::EXPECTED, |text| {
            [Self::Allow, Self::Deny, Self::Simulate].into_iter().find(|mode| mode.as_str() == text)
        })
    }

    fn give(&self) -> Json {
        Json::String(self.as_str().to_owned())
    }
}

/// Reads a string with a fixed set of values.
fn word<T>(
    json: &Json,
    at: &str,
    report: &mut ViolationList,
    expected: &str,
    known: fn(&str) -> Option<T>,
) -> Option<T> {
    let Json::String(text) = json else {
        report.wrong_type(at, expected, json);
        return None;
    };
    let found = known(text);
    if found.is_none() {
        report.add(
            ViolationKind::UnknownValue,
            at,
            section_of(at),
            format!("unknown value `{}`", text.escape_debug()),
            format!("write {expected}"),
        );
    }
    found
}

impl<T: Item> Item for Vec<T> {
    const EXPECTED: &'static str = "an array";

    fn take(json: Json, at: &str, report: &mut ViolationList) -> Option<Self> {
        match json {
            Json::Array(items) => {
                let items = items.into_iter().enumerate();
                Some(items.filter_map(|(place, item)| T::take(item, &below(at, &place.to_string()), report)).collect())
            }
            other => {
                report.wrong_type(at, Self::EXPECTED, &other);
                None
            }
        }
    }

    fn give(&self) -> Json {
        Json::Array(self.iter().map(Item::give).collect())
    }
}

/// An optional member that may be an empty list.
impl<T: Item> Member for Option<T> {
    fn read(json: Json, at: &str, report: &mut ViolationList) -> Self {
        T::take(json, at, report)
    }

    fn write(&self) -> Option<Json> {
        self.as_ref().map(Item::give)
    }
}

/// A list that is omitted when empty.
impl<T: Item> Member for Vec<T> {
    fn read(json: Json, at: &str, report: &mut ViolationList) -> Self {
        if matches!(&json, Json::Array(items) if items.is_empty()) {
            report.add(
                ViolationKind::EmptyMember,
                at,
                "RFC 9728 §3.2",
                "is an empty array; members without elements must be omitted",
                "remove the member",
            );
            return Self::new();
        }
        Self::take(json, at, report).unwrap_or_default()
    }

    fn write(&self) -> Option<Json> {
        (!self.is_empty()).then(|| self.give())
    }
}

/// A map that is omitted when empty.
impl<T: Item> Member for IndexMap<String, T> {
    fn read(json: Json, at: &str, report: &mut ViolationList) -> Self {
        match json {
            Json::Object(members) => {
                let mut map = Self::with_capacity(members.len());
                for (name, json) in members {
                    if let Some(item) = T::take(json, &below(at, &name), report) {
                        map.insert(name, item);
                    }
                }
                map
            }
            other => {
                report.wrong_type(at, "an object", &other);
                Self::new()
            }
        }
    }

    fn write(&self) -> Option<Json> {
        (!self.is_empty()).then(|| Json::Object(self.iter().map(|(name, item)| (name.clone(), item.give())).collect()))
    }
}

/// Removes a member from an object and returns it.
pub(crate) fn take_out<T: Member>(
    members: &mut IndexMap<String, Json>,
    name: &str,
    at: &str,
    report: &mut ViolationList,
) -> T {
    // The remaining members keep their order.
    members.shift_remove(name).map(|json| T::read(json, &below(at, name), report)).unwrap_or_default()
}

/// Implements [`Item`] for a struct: its members, in the order of output, and `other` for unknown members.
macro_rules! members {
    ($type:ident { $($member:ident),* $(,)? }) => {
        impl $type {
            /// The names of the members, in the order of output.
            pub const MEMBERS: &'static [&'static str] = &[$(stringify!($member)),*];
        }

        impl $crate::member::Item for $type {
            const EXPECTED: &'static str = "an object";

            fn take(json: $crate::json::Json, at: &str, report: &mut $crate::error::ViolationList) -> Option<Self> {
                let mut members = match json {
                    $crate::json::Json::Object(members) => members,
                    other => {
                        report.wrong_type(at, Self::EXPECTED, &other);
                        return None;
                    }
                };
                Some(Self {
                    $($member: $crate::member::take_out(&mut members, stringify!($member), at, report),)*
                    other: members,
                })
            }

            fn give(&self) -> $crate::json::Json {
                let Self { $($member,)* other } = self;
                let mut members = indexmap::IndexMap::new();
                $(
                    if let Some(json) = $crate::member::Member::write($member) {
                        members.insert(stringify!($member).to_owned(), json);
                    }
                )*
                for (name, json) in other {
                    // A member with its own field belongs to that field.
                    if !Self::MEMBERS.contains(&name.as_str()) {
                        members.insert(name.clone(), json.clone());
                    }
                }
                $crate::json::Json::Object(members)
            }
        }
    };
}
pub(crate) use members;
