//! A title as a file name.

use std::iter::once;

use deunicode::deunicode_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest slug, in bytes; every byte is an ASCII character.
pub const LONGEST: usize = 60;

/// Turns a title into a name: lower-case ASCII letters and digits in words joined by hyphens, at most [`LONGEST`]
/// bytes and cut between words if possible. Other scripts are written in Latin letters; a title without a letter or
/// digit has no name.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    for c in title.nfc().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}' | '\u{ad}')) {
        let latin: Vec<char> = once(c).nfkd().filter(|c| !is_combining_mark(*c)).collect();
        match latin.iter().any(|c| c.is_alphabetic() && !is_latin(*c)) {
            // Decomposed, `パ` would become `ハ`.
            true => transliterate(c, &mut words),
            false => latin.into_iter().for_each(|c| spell(c, &mut words)),
        }
    }
    let mut slug = String::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let gap = usize::from(!slug.is_empty());
        if slug.is_empty() {
            slug.push_str(&word[..word.len().min(LONGEST)]);
        } else if slug.len() + gap + word.len() <= LONGEST {
            slug.push('-');
            slug.push_str(word);
        } else {
            break;
        }
    }
    slug
}

/// Returns the first of `slug`, `slug-2`, `slug-3` and so on that is not taken.
#[must_use]
pub fn untaken(slug: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2_u64..).map(|number| {
        let end = format!("-{number}");
        let room = slug.len().min(LONGEST - end.len());
        format!("{}{end}", slug[..slug.floor_char_boundary(room)].trim_end_matches('-'))
    });
    std::iter::once(slug.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

fn is_latin(c: char) -> bool {
    c.is_ascii() || plain(c).is_some()
}

/// Writes a letter or a digit; anything else ends the word.
fn spell(c: char, words: &mut Vec<String>) {
    let Some(last) = words.last_mut() else { return };
    match plain(c) {
        Some(letters) => last.push_str(letters),
        None if c.is_ascii_alphanumeric() => last.push(c.to_ascii_lowercase()),
        None if !last.is_empty() => words.push(String::new()),
        None => {}
    }
}

/// Writes a character of another script in Latin letters. An ideograph is a separate word.
fn transliterate(c: char, words: &mut Vec<String>) {
    let latin = deunicode_char(c).unwrap_or_default();
    if let Some(last) = words.last_mut() {
        last.extend(latin.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
    }
    if latin.ends_with(' ') {
        words.push(String::new());
    }
}

/// Letters that Unicode does not decompose.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ł' | 'Ł' => "l",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_ascii_words() {
        for (title, name) in [
            ("Payroll vendor reads the HR export folder", "payroll-vendor-reads-the-hr-export-folder"),
            ("  Zoë's Łódź straße (№ 7): 50 % off!  ", "zoes-lodz-strasse-no-7-50-off"),
            ("../../etc/passwd\0\u{1b}[2J", "etc-passwd-2j"),
            ("パスワード", "pasuwado"),
            ("会计系统的密码 2", "hui-ji-xi-tong-de-mi-ma-2"),
            ("Доступ подрядчика", "dostup-podriadchika"),
            ("Πρόσβαση", "prosbase"),
            ("공급업체 접근", "gonggeubeobce-jeobgeun"),
            ("الوصول", "lwswl"),
            ("-.-", ""),
            ("ﬁle ① Ａ", "file-1-a"),
        ] {
            assert_eq!(slug(title), name, "{title}");
        }
    }

    #[test]
    fn a_long_title_is_cut_between_words_and_a_long_word_inside() {
        let long = slug("Build agents of the billing team keep the old release of OpenSSL until the image is rebuilt");
        assert_eq!(long, "build-agents-of-the-billing-team-keep-the-old-release-of");
        assert_eq!(slug(&"a".repeat(200)).len(), LONGEST);
        let two = |second: usize| slug(&format!("{} {}", "a".repeat(9), "b".repeat(second)));
        assert_eq!(two(LONGEST - 10).len(), LONGEST);
        assert_eq!(two(LONGEST - 9), "aaaaaaaaa");
    }

    #[test]
    fn a_taken_name_is_numbered_and_never_longer() {
        let untaken = |slug: &str, taken: &[&str]| untaken(slug, |name| taken.contains(&name));
        assert_eq!(untaken("printer", &[]), "printer");
        assert_eq!(untaken("printer", &["printer", "printer-2"]), "printer-3");
        let long = "a".repeat(LONGEST);
        assert_eq!(untaken(&long, &[&long]), format!("{}-2", "a".repeat(LONGEST - 2)));
        let between = format!("{}-b", "a".repeat(LONGEST - 3));
        assert_eq!(untaken(&between, &[&between]), format!("{}-2", "a".repeat(LONGEST - 3)));
    }
}
