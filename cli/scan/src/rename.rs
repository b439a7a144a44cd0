//! The rules of `rename_all` and `rename_all_fields`, as serde applies them.

/// Returns a field's name under a rule, or `None` if there is no such rule.
pub(crate) fn field(name: &str, rule: &str) -> Option<String> {
    Some(match rule {
        "lowercase" | "snake_case" => name.to_owned(),
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => pascal(name),
        "camelCase" => lower_first(&pascal(name)),
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => return None,
    })
}

/// Returns a variant's name under a rule, or `None` if there is no such rule.
pub(crate) fn variant(name: &str, rule: &str) -> Option<String> {
    Some(match rule {
        "lowercase" => name.to_ascii_lowercase(),
        "UPPERCASE" => name.to_ascii_uppercase(),
        "PascalCase" => name.to_owned(),
        "camelCase" => lower_first(name),
        "snake_case" => snake(name),
        "SCREAMING_SNAKE_CASE" => snake(name).to_ascii_uppercase(),
        "kebab-case" => snake(name).replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => snake(name).to_ascii_uppercase().replace('_', "-"),
        _ => return None,
    })
}

fn pascal(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    let mut is_first = true;
    for character in name.chars() {
        match (character, is_first) {
            ('_', _) => is_first = true,
            (character, true) => {
                pascal.push(character.to_ascii_uppercase());
                is_first = false;
            }
            (character, false) => pascal.push(character),
        }
    }
    pascal
}

fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, character) in name.char_indices() {
        if at > 0 && character.is_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

fn lower_first(name: &str) -> String {
    let mut rest = name.chars();
    rest.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::{field, variant};

    #[test]
    fn applies_rename_rules_of_serde() {
        for (rule, of_field, of_variant) in [
            ("lowercase", "ab_c", "abc"),
            ("UPPERCASE", "AB_C", "ABC"),
            ("PascalCase", "AbC", "AbC"),
            ("camelCase", "abC", "abC"),
            ("snake_case", "ab_c", "ab_c"),
            ("SCREAMING_SNAKE_CASE", "AB_C", "AB_C"),
            ("kebab-case", "ab-c", "ab-c"),
            ("SCREAMING-KEBAB-CASE", "AB-C", "AB-C"),
        ] {
            assert_eq!(field("ab_c", rule).as_deref(), Some(of_field), "{rule}");
            assert_eq!(variant("AbC", rule).as_deref(), Some(of_variant), "{rule}");
        }
        assert_eq!((field("a", "x"), variant("A", "x")), (None, None));
    }
}
