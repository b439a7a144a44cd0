//! Random tokens.

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::Index,
};

/// The pieces of a token: scopes of the table, similar texts, separators and garbage.
pub fn token(known: Vec<String>, namespace: &'static str) -> impl Strategy<Value = Vec<String>> {
    let pick = move || {
        let known = known.clone();
        any::<Index>().prop_map(move |index| known[index.index(known.len())].clone())
    };
    let separator = prop_oneof![
        12 => Just(" ".to_owned()),
        1 => "[ ]{2,9}",
        1 => "[\t\n\r,;+\u{a0}]",
        1 => Just(String::new()),
    ];
    let scope = prop_oneof![
        8 => pick(),
        1 => (pick(), any::<Index>()).prop_map(|(scope, end)| scope[..end.index(scope.len())].to_owned()),
        1 => (pick(), any::<Index>()).prop_map(|(scope, start)| scope[start.index(scope.len())..].to_owned()),
        1 => (pick(), "[a-z:.*]{1,3}").prop_map(|(scope, more)| scope + &more),
        1 => pick().prop_map(move |scope| scope.strip_prefix(namespace).unwrap_or_default().to_owned()),
        1 => pick().prop_map(|scope| scope.to_uppercase()),
        1 => (pick(), any::<Index>()).prop_map(|(scope, at)| {
            let mut bytes = scope.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1;
            String::from_utf8(bytes).unwrap()
        }),
        1 => "\\PC{0,40}",
        1 => "[ -~]{100,300}",
        1 => Just("openid".to_owned()),
    ];
    vec((scope, separator), 0..8).prop_map(|pairs| pairs.into_iter().flat_map(|(scope, end)| [scope, end]).collect())
}
