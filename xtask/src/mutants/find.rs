//! Where a source file can be wrong, and the text that makes each wrong version a choice at run time.
//!
//! The catalogue is that of [cargo-mutants](https://mutants.rs/mutants.html) with boundaries, conditions and constants
//! added. Constants, patterns, attributes, macros and unit tests are left as they are.

use std::ops::Range;

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, BinOp, Block, Expr, ExprBinary, ExprIf, ExprMatch, ExprRepeat, ExprUnary, ExprWhile, File,
    ImplItemFn, ItemConst, ItemFn, ItemImpl, ItemMod, ItemStatic, ItemTrait, Lit, Pat, ReturnType, Signature, Stmt,
    TraitItemFn, Type, UnOp,
};

/// A way in which the code could be wrong.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The file, from the top of the repository.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What it is called in results and in the list of explained mutants: file, function and change. It outlives edits
    /// elsewhere.
    pub name: String,
    /// What tells the text of its file from others, but for the unit tests.
    pub source: u64,
}

/// A place that holds the choice between mutants.
#[derive(Debug)]
pub struct Site {
    /// The mutants, by their position in the list.
    pub mutants: Range<usize>,
    edits: Vec<Edit>,
}

/// Text that takes the place of other text, or stands between.
#[derive(Debug)]
struct Edit {
    range: Range<usize>,
    kind: Kind,
    text: String,
}

/// What comes first where several edits are made at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Close,
    Open,
    Replace,
}

/// Where the unit tests of a file begin.
const TESTS: &str = "\n#[cfg(test)]\nmod ";

/// Finds the mutants of a file and adds them to `mutants`.
pub fn find(path: &str, text: &str, mutants: &mut Vec<Mutant>) -> Result<Vec<Site>, String> {
    let file: File = syn::parse_file(text).map_err(|error| format!("{path}: {error}"))?;
    let mut finder = Finder {
        path,
        text,
        source: fnv(text.split(TESTS).next().unwrap_or(text)),
        inside: Vec::new(),
        mutants,
        sites: Vec::new(),
    };
    finder.visit_file(&file);
    Ok(finder.sites)
}

/// Writes the file with its choices, and says which bytes of the result belong to which site.
pub fn write(text: &str, sites: &[Site], wanted: impl Fn(&&Site) -> bool) -> (String, Vec<Range<usize>>) {
    let wanted = sites.iter().enumerate().filter(|(_, site)| wanted(site));
    let mut edits: Vec<(usize, &Edit)> =
        wanted.flat_map(|(index, site)| site.edits.iter().map(move |edit| (index, edit))).collect();
    // Sites are found from the outside to the inside.
    edits.sort_by_key(|(site, edit)| {
        let depth = if edit.kind == Kind::Close { usize::MAX - site } else { *site };
        (edit.range.start, edit.kind, depth)
    });
    let mut result = String::with_capacity(text.len() * 2);
    let mut ranges: Vec<Option<Range<usize>>> = vec![None; sites.len()];
    let mut done = 0;
    for (site, edit) in edits {
        if edit.range.start < done {
            continue;
        }
        result.push_str(&text[done..edit.range.start]);
        let start = result.len();
        result.push_str(&edit.text);
        done = edit.range.end;
        let range = ranges[site].get_or_insert(start..start);
        range.end = result.len();
    }
    result.push_str(&text[done..]);
    (result, ranges.into_iter().map(Option::unwrap_or_default).collect())
}

struct Finder<'f> {
    path: &'f str,
    text: &'f str,
    source: u64,
    /// The type and the functions around the place.
    inside: Vec<String>,
    mutants: &'f mut Vec<Mutant>,
    sites: Vec<Site>,
}

impl Finder<'_> {
    /// Adds mutants, named after what changes, and returns their numbers.
    fn add(&mut self, line: usize, changes: &[String]) -> Range<usize> {
        let first = self.mutants.len();
        let function = self.inside.join("::");
        for change in changes {
            let name = format!("{}: {function}: {change}", self.path);
            let same = |mutant: &&Mutant| mutant.name == name || mutant.name.starts_with(&format!("{name} (no. "));
            let before = self.mutants.iter().rev().take_while(|mutant| mutant.file == self.path).filter(same).count();
            let name = if before == 0 { name } else { format!("{name} (no. {})", before + 1) };
            self.mutants.push(Mutant { file: self.path.to_owned(), line, name, source: self.source });
        }
        first..self.mutants.len()
    }

    /// Puts text around an expression.
    fn wrap(&mut self, mutants: Range<usize>, range: Range<usize>, open: String, close: String) {
        let edits = vec![
            Edit { range: range.start..range.start, kind: Kind::Open, text: open },
            Edit { range: range.end..range.end, kind: Kind::Close, text: close },
        ];
        self.sites.push(Site { mutants, edits });
    }

    fn replace(&mut self, mutants: Range<usize>, range: Range<usize>, text: String) {
        self.sites.push(Site { mutants, edits: vec![Edit { range, kind: Kind::Replace, text }] });
    }

    /// Shows a piece of source on one line.
    fn shown(&self, range: Range<usize>) -> String {
        let words: Vec<&str> = self.text[range].split_whitespace().collect();
        let text = words.join(" ");
        match text.char_indices().nth(70) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    fn truth(&mut self, expression: &Expr, values: &[bool]) {
        let range = range(expression);
        let shown = self.shown(range.clone());
        let changes: Vec<String> = values.iter().map(|value| format!("`{shown}` is `{value}`")).collect();
        let mutants = self.add(line(expression), &changes);
        let first = mutants.start;
        let others: Vec<String> =
            values.iter().enumerate().map(|(index, value)| format!("({}, {value})", first + index)).collect();
        self.wrap(mutants, range, "crate::mutant::pick(".into(), format!(", [{}])", others.join(", ")));
    }

    fn condition(&mut self, condition: &Expr, values: &[bool]) {
        if !has_let(condition) {
            return self.truth(condition, values);
        }
        let mut rest = vec![condition];
        while let Some(part) = rest.pop() {
            match part {
                Expr::Let(_) => {}
                Expr::Binary(ExprBinary { left, op: BinOp::And(_), right, .. }) if has_let(part) => {
                    rest.extend([&**right, &**left]);
                }
                other => self.truth(other, values),
            }
        }
    }

    fn comparison(&mut self, node: &ExprBinary, operator: &str, others: &[&str]) {
        let (left, right, whole) = (range(&node.left), range(&node.right), range(node));
        let original = format!("{} {operator} {}", self.shown(left), self.shown(right));
        let changes: Vec<String> = others.iter().map(|other| format!("`{original}` becomes `{other}`")).collect();
        let mutants = self.add(line(node), &changes);
        let list: Vec<String> =
            mutants.clone().zip(others).map(|(n, other)| format!("({n}, l__ {other} r__)")).collect();
        let list = list.join(", ");
        let edits = vec![
            Edit { range: whole.start..whole.start, kind: Kind::Open, text: "(match (&(".into() },
            Edit { range: range(&node.op), kind: Kind::Replace, text: "), &(".into() },
            Edit {
                range: whole.end..whole.end,
                kind: Kind::Close,
                text: format!(")) {{ (l__, r__) => crate::mutant::pick(l__ {operator} r__, [{list}]) }})"),
            },
        ];
        self.sites.push(Site { mutants, edits });
    }

    fn lazy(&mut self, node: &ExprBinary, and: bool) {
        let (operator, other) = if and { ("&&", "||") } else { ("||", "&&") };
        let whole = range(node);
        let shown = format!("{} {operator} {}", self.shown(range(&node.left)), self.shown(range(&node.right)));
        let mutants = self.add(line(node), &[format!("`{shown}` becomes `{other}`")]);
        let number = mutants.start;
        let name = if and { "and" } else { "or" };
        let (said, not) = (and, if and { "" } else { "!" });
        let edits = vec![
            Edit {
                range: whole.start..whole.start,
                kind: Kind::Open,
                text: format!("(if crate::mutant::{name}({number}, "),
            },
            Edit {
                range: range(&node.op),
                kind: Kind::Replace,
                text: format!(") {{ crate::mutant::second({number}, "),
            },
            Edit {
                range: whole.end..whole.end,
                kind: Kind::Close,
                text: format!(", {said}) }} else {{ {not}crate::mutant::runs({number}) }})"),
            },
        ];
        self.sites.push(Site { mutants, edits });
    }

    fn arithmetic(&mut self, node: &ExprBinary, operator: &str, other: &str) {
        let whole = range(node);
        let shown = format!("{} {operator} {}", self.shown(range(&node.left)), self.shown(range(&node.right)));
        let mutants = self.add(line(node), &[format!("`{shown}` becomes `{other}`")]);
        let number = mutants.start;
        let edits = vec![
            Edit { range: whole.start..whole.start, kind: Kind::Open, text: "(match ((".into() },
            Edit { range: range(&node.op), kind: Kind::Replace, text: "), (".into() },
            Edit {
                range: whole.end..whole.end,
                kind: Kind::Close,
                text: format!(
                    ")) {{ (l__, r__) => if crate::mutant::is({number}) {{ l__ {other} r__ }} else {{ l__ {operator} r__ }} }})"
                ),
            },
        ];
        self.sites.push(Site { mutants, edits });
    }

    /// `a += b`, whose left side is evaluated where it is written.
    fn assignment(&mut self, node: &ExprBinary, operator: &str, other: &str) {
        let (left, right) = (&self.text[range(&node.left)], &self.text[range(&node.right)]);
        let (left, right) = (left.to_owned(), right.to_owned());
        let shown = self.shown(range(node));
        let mutants = self.add(line(node), &[format!("`{shown}` becomes `{other}`")]);
        let text = format!(
            "{{ let r__ = {right}; if crate::mutant::is({}) {{ {left} {other} r__ }} else {{ {left} {operator} r__ }} }}",
            mutants.start
        );
        self.replace(mutants, range(node), text);
    }

    /// Lets a function return something plain, or do nothing.
    fn body(&mut self, signature: &Signature, block: &Block) {
        let outer = range(block);
        let inner = outer.start + 1..outer.end - 1;
        let plain = match &signature.output {
            ReturnType::Default => vec![("()", Plain::Early)],
            ReturnType::Type(_, kind) => plain_values(kind),
        };
        let leaves = leaves(block);
        let line = signature.span().start().line;
        let truths: Vec<&str> =
            plain.iter().filter(|(_, how)| *how == Plain::Truth && !leaves).map(|(value, _)| *value).collect();
        if !truths.is_empty() {
            let changes: Vec<String> = truths.iter().map(|value| format!("returns `{value}`")).collect();
            let mutants = self.add(line, &changes);
            let list: Vec<String> = mutants.clone().zip(&truths).map(|(n, value)| format!("({n}, {value})")).collect();
            let close = format!("}}, [{}])", list.join(", "));
            self.wrap(mutants, inner.clone(), "crate::mutant::pick({".into(), close);
        }
        for (value, how) in plain {
            match how {
                Plain::Truth if !leaves => {}
                Plain::Blank if !leaves => {
                    let mutants = self.add(line, &["returns nothing".to_owned()]);
                    let open = format!("crate::mutant::blank({}, {{", mutants.start);
                    self.wrap(mutants, inner.clone(), open, "})".into());
                }
                Plain::Iterator => {
                    let mutants = self.add(line, &["returns nothing".to_owned()]);
                    let close = format!("}}).filter(move |_| !crate::mutant::is({}))", mutants.start);
                    self.wrap(mutants, inner.clone(), "({".into(), close);
                }
                _ => {
                    let what = match value {
                        "()" => "does nothing".to_owned(),
                        "Default::default()" => "returns nothing".to_owned(),
                        value => format!("returns `{value}`"),
                    };
                    let mutants = self.add(line, &[what]);
                    let text = format!(" if crate::mutant::is({}) {{ return {value}; }} ", mutants.start);
                    let edits = vec![Edit { range: inner.start..inner.start, kind: Kind::Open, text }];
                    self.sites.push(Site { mutants, edits });
                }
            }
        }
    }

    fn function(&mut self, signature: &Signature, block: &Block) {
        if signature.constness.is_some() {
            return;
        }
        self.inside.push(signature.ident.to_string());
        self.body(signature, block);
        self.visit_block(block);
        self.inside.pop();
    }

    fn integer(&mut self, literal: &syn::LitInt) {
        let Ok(value) = literal.base10_parse::<u128>() else { return };
        let (range, suffix) = (literal.span().byte_range(), literal.suffix());
        let mut others = vec![value + 1];
        others.extend(value.checked_sub(1));
        let shown = self.shown(range.clone());
        let changes: Vec<String> = others.iter().map(|other| format!("`{shown}` becomes `{other}`")).collect();
        let mutants = self.add(literal.span().start().line, &changes);
        let choices: String = mutants
            .clone()
            .zip(&others)
            .map(|(n, other)| format!("if crate::mutant::is({n}) {{ {other}{suffix} }} else "))
            .collect();
        self.replace(mutants, range, format!("({choices}{{ {shown} }})"));
    }
}

/// How a function is made to return something plain.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plain {
    /// By asking its own answer first.
    Truth,
    /// By asking its own answer first, which may be nothing already.
    Blank,
    /// By an adapter of its answer.
    Iterator,
    /// At its beginning.
    Early,
}

/// Returns what a function of this type could return without thinking.
fn plain_values(kind: &Type) -> Vec<(&'static str, Plain)> {
    match kind {
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else { return Vec::new() };
            match last.ident.to_string().as_str() {
                "bool" => vec![("true", Plain::Truth), ("false", Plain::Truth)],
                "Option" | "Vec" | "String" => vec![("Default::default()", Plain::Blank)],
                "BTreeMap" | "BTreeSet" | "HashMap" | "HashSet" | "FxHashMap" | "FxHashSet" | "Cow" => {
                    vec![("Default::default()", Plain::Early)]
                }
                "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
                    vec![("0", Plain::Early), ("1", Plain::Early)]
                }
                "Ordering" => vec![("std::cmp::Ordering::Equal", Plain::Early)],
                "Result" => inner_values(&last.arguments),
                _ => Vec::new(),
            }
        }
        Type::Reference(reference) if reference.mutability.is_none() => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => vec![("Default::default()", Plain::Blank)],
            Type::Slice(_) => vec![("Default::default()", Plain::Blank)],
            _ => Vec::new(),
        },
        Type::ImplTrait(kind) => {
            let iterates = kind.bounds.iter().any(|bound| {
                matches!(bound, syn::TypeParamBound::Trait(bound)
                    if bound.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Iterator")))
            });
            if iterates { vec![("", Plain::Iterator)] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Returns what a function could say that went well.
fn inner_values(arguments: &syn::PathArguments) -> Vec<(&'static str, Plain)> {
    let syn::PathArguments::AngleBracketed(arguments) = arguments else { return vec![("Ok(())", Plain::Early)] };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(Type::Tuple(tuple))) if tuple.elems.is_empty() => {
            vec![("Ok(())", Plain::Early)]
        }
        Some(syn::GenericArgument::Type(inner)) => match plain_values(inner).first() {
            Some(("true", _)) => vec![("Ok(true)", Plain::Early), ("Ok(false)", Plain::Early)],
            Some(("Default::default()", _)) => vec![("Ok(Default::default())", Plain::Early)],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, node: &'ast ItemMod) {
        if !is_test(&node.attrs) {
            visit::visit_item_mod(self, node);
        }
    }

    fn visit_item_fn(&mut self, node: &'ast ItemFn) {
        if !is_test(&node.attrs) {
            self.function(&node.sig, &node.block);
        }
    }

    fn visit_impl_item_fn(&mut self, node: &'ast ImplItemFn) {
        if !is_test(&node.attrs) {
            self.function(&node.sig, &node.block);
        }
    }

    fn visit_trait_item_fn(&mut self, node: &'ast TraitItemFn) {
        if let Some(block) = &node.default {
            self.function(&node.sig, block);
        }
    }

    fn visit_item_impl(&mut self, node: &'ast ItemImpl) {
        if is_test(&node.attrs) {
            return;
        }
        let name = self.shown(range(&node.self_ty));
        let name = name.split('<').next().unwrap_or_default().to_owned();
        let of = node.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
        self.inside.push(of.map_or(name.clone(), |of| format!("{} for {name}", of.ident)));
        node.items.iter().for_each(|item| self.visit_impl_item(item));
        self.inside.pop();
    }

    fn visit_item_trait(&mut self, node: &'ast ItemTrait) {
        self.inside.push(node.ident.to_string());
        node.items.iter().for_each(|item| self.visit_trait_item(item));
        self.inside.pop();
    }

    fn visit_item_const(&mut self, _: &'ast ItemConst) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_item_static(&mut self, _: &'ast ItemStatic) {}
    fn visit_item_enum(&mut self, _: &'ast syn::ItemEnum) {}
    fn visit_item_struct(&mut self, _: &'ast syn::ItemStruct) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_type(&mut self, _: &'ast Type) {}
    fn visit_path(&mut self, _: &'ast syn::Path) {}
    fn visit_pat(&mut self, _: &'ast Pat) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}

    fn visit_expr_repeat(&mut self, node: &'ast ExprRepeat) {
        self.visit_expr(&node.expr);
    }

    fn visit_expr_if(&mut self, node: &'ast ExprIf) {
        self.condition(&node.cond, &[true, false]);
        visit::visit_expr_if(self, node);
    }

    fn visit_expr_while(&mut self, node: &'ast ExprWhile) {
        // A loop without an end says nothing that its `false` does not say sooner.
        self.condition(&node.cond, &[false]);
        visit::visit_expr_while(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast ExprMatch) {
        let open = node.arms.iter().any(|arm| arm.guard.is_none() && matches!(arm.pat, Pat::Wild(_)));
        for arm in &node.arms {
            if open && arm.guard.is_none() && !matches!(arm.pat, Pat::Wild(_)) {
                let shown = self.shown(range(&arm.pat));
                let mutants = self.add(line(&arm.pat), &[format!("the arm `{shown}` is gone")]);
                let text = format!(" if !crate::mutant::is({})", mutants.start);
                let end = range(&arm.pat).end;
                self.sites.push(Site { mutants, edits: vec![Edit { range: end..end, kind: Kind::Close, text }] });
            }
        }
        visit::visit_expr_match(self, node);
    }

    fn visit_arm(&mut self, node: &'ast Arm) {
        if let Some((_, guard)) = &node.guard {
            self.condition(guard, &[true, false]);
        }
        visit::visit_arm(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast ExprUnary) {
        if matches!(node.op, UnOp::Not(_)) {
            let whole = range(node);
            let mutants = self.add(line(node), &[format!("`{}` loses its `!`", self.shown(whole.clone()))]);
            let open = "({ let v__: bool = ".to_owned();
            let close = format!("; crate::mutant::pick(v__, [({}, !v__)]) }})", mutants.start);
            self.wrap(mutants, whole, open, close);
        }
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_binary(&mut self, node: &'ast ExprBinary) {
        match node.op {
            BinOp::Lt(_) => self.comparison(node, "<", &["<=", ">", "=="]),
            BinOp::Le(_) => self.comparison(node, "<=", &["<", ">"]),
            BinOp::Gt(_) => self.comparison(node, ">", &[">=", "<", "=="]),
            BinOp::Ge(_) => self.comparison(node, ">=", &[">", "<"]),
            BinOp::Eq(_) => self.comparison(node, "==", &["!="]),
            BinOp::Ne(_) => self.comparison(node, "!=", &["=="]),
            BinOp::And(_) if !has_let(&node.left) && !has_let(&node.right) => self.lazy(node, true),
            BinOp::Or(_) => self.lazy(node, false),
            BinOp::Add(_) => self.arithmetic(node, "+", "-"),
            BinOp::Sub(_) => self.arithmetic(node, "-", "+"),
            BinOp::Mul(_) => self.arithmetic(node, "*", "+"),
            BinOp::Div(_) => self.arithmetic(node, "/", "*"),
            BinOp::Rem(_) => self.arithmetic(node, "%", "/"),
            BinOp::BitAnd(_) => self.arithmetic(node, "&", "|"),
            BinOp::BitOr(_) => self.arithmetic(node, "|", "&"),
            BinOp::BitXor(_) => self.arithmetic(node, "^", "&"),
            BinOp::AddAssign(_) => return self.assignment(node, "+=", "-="),
            BinOp::SubAssign(_) => return self.assignment(node, "-=", "+="),
            BinOp::MulAssign(_) => return self.assignment(node, "*=", "+="),
            BinOp::BitOrAssign(_) => return self.assignment(node, "|=", "&="),
            BinOp::BitAndAssign(_) => return self.assignment(node, "&=", "|="),
            _ => {}
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_lit(&mut self, node: &'ast syn::ExprLit) {
        if let Lit::Int(literal) = &node.lit {
            self.integer(literal);
        }
    }

    fn visit_stmt(&mut self, node: &'ast Stmt) {
        if let Stmt::Expr(expression, Some(_)) = node
            && is_call(expression)
        {
            let whole = range(node);
            let mutants = self.add(line(node), &[format!("`{}` is gone", self.shown(whole.clone()))]);
            let open = format!("if !crate::mutant::is({}) {{ ", mutants.start);
            self.wrap(mutants, whole, open, " }".into());
        }
        visit::visit_stmt(self, node);
    }
}

/// FNV-1a, which is the same on every machine.
pub fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn range(node: &impl Spanned) -> Range<usize> {
    node.span().byte_range()
}

fn line(node: &impl Spanned) -> usize {
    node.span().start().line
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let tokens = attribute.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg") && words(tokens).any(|word| word == "test")
    })
}

fn words(tokens: TokenStream) -> impl Iterator<Item = String> {
    tokens.into_iter().map(|token| token.to_string())
}

/// Whether a condition binds names, which only `if` and `while` can.
fn has_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(ExprBinary { left, op: BinOp::And(_), right, .. }) => has_let(left) || has_let(right),
        _ => false,
    }
}

fn is_call(expression: &Expr) -> bool {
    match expression {
        Expr::Call(_) | Expr::MethodCall(_) => true,
        Expr::Try(inner) => is_call(&inner.expr),
        _ => false,
    }
}

/// Whether a body can be left before its end.
fn leaves(block: &Block) -> bool {
    struct Leaves(bool);
    impl<'ast> Visit<'ast> for Leaves {
        fn visit_expr_return(&mut self, _: &'ast syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_try(&mut self, _: &'ast syn::ExprTry) {
            self.0 = true;
        }
        fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
        fn visit_item(&mut self, _: &'ast syn::Item) {}
        fn visit_macro(&mut self, node: &'ast syn::Macro) {
            self.0 |= words(node.tokens.clone()).any(|word| word == "?" || word == "return");
        }
    }
    let mut leaves = Leaves(false);
    leaves.visit_block(block);
    leaves.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Vec<String>, String) {
        let mut mutants = Vec::new();
        let sites = find("src/a.rs", text, &mut mutants).unwrap();
        let (written, _) = write(text, &sites, |_| true);
        syn::parse_file(&written).unwrap_or_else(|error| panic!("{error}:\n{written}"));
        (mutants.into_iter().map(|mutant| mutant.name.replace("src/a.rs: ", "")).collect(), written)
    }

    #[test]
    fn each_kind_of_mistake_has_its_mutants() {
        for (text, names) in [
            (
                "fn f() { a(b < c); }",
                &["f: `b < c` becomes `<=`", "f: `b < c` becomes `>`", "f: `b < c` becomes `==`"][..],
            ),
            ("fn f() { let x = b >= c; }", &["f: `b >= c` becomes `>`", "f: `b >= c` becomes `<`"]),
            ("fn f() { let x = a && b; }", &["f: `a && b` becomes `||`"]),
            ("fn f() { let x = !a; }", &["f: `!a` loses its `!`"]),
            ("fn f() { x -= y; }", &["f: `x -= y` becomes `+=`"]),
            ("fn f() { if a {} }", &["f: `a` is `true`", "f: `a` is `false`"]),
            ("fn f() { if let Some(x) = a && x {} }", &["f: `x` is `true`", "f: `x` is `false`"]),
            ("fn f() { while a {} }", &["f: `a` is `false`"]),
            ("fn f() { let x = 7; }", &["f: `7` becomes `8`", "f: `7` becomes `6`"]),
            ("fn f() { match a { 1 => b, _ => c }; }", &["f: the arm `1` is gone"]),
            ("fn f() { match a { x if b => c, _ => d }; }", &["f: `b` is `true`", "f: `b` is `false`"]),
            ("fn f() { a.push(b); }", &["f: `a.push(b);` is gone"]),
            ("fn f() -> bool { a }", &["f: returns `true`", "f: returns `false`"]),
            ("fn f() -> Result<Option<u8>, E> { a }", &["f: returns `Ok(Default::default())`"]),
            ("impl<'a> A<'a> { fn f() -> Vec<u8> { a? } }", &["A::f: returns nothing"]),
            ("impl B for A { fn f() -> impl Iterator<Item = u8> { a } }", &["B for A::f: returns nothing"]),
        ] {
            let names = names.to_vec();
            let (found, written) = found(text);
            let found: Vec<&str> =
                found.iter().map(String::as_str).filter(|name| !name.ends_with("does nothing")).collect();
            assert!(names.iter().all(|name| found.contains(name)), "{text}: {found:?}");
            assert_eq!(written.matches("crate::mutant::").count() > 0, !names.is_empty());
        }
    }

    #[test]
    fn constants_patterns_macros_and_tests_are_left_alone() {
        for text in [
            "const A: usize = 3 + 4; static B: bool = 1 < 2; enum C { D = 3 }",
            "const fn f() -> bool { 1 < 2 }",
            "#[cfg(test)] mod tests { fn f() -> bool { 1 < 2 } }",
            "#[test] fn f() { assert!(1 < 2); }",
            "macro_rules! m { () => { 1 < 2 } }",
        ] {
            assert_eq!(found(text), (Vec::new(), text.to_owned()));
        }
        let (found, _) =
            found("fn f() { let [_, 1..=5, ..] = a else { return }; println!(\"{}\", 1 < 2); let x = [b; 4]; }");
        assert_eq!(found, ["f: does nothing"]);
    }

    #[test]
    fn choices_within_choices_keep_their_order() {
        let (_, written) = found("fn f() { let x = a < 1 && !(b == c || d + 2 > e); }");
        let open = written.find("crate::mutant::and(").unwrap();
        assert!(open < written.find("(match (&(a").unwrap());
        assert!(written.ends_with("; }") && written.matches('(').count() == written.matches(')').count());
    }

    #[test]
    fn the_same_mistake_twice_in_a_function_has_two_names() {
        let (found, _) = found("fn f() { g(!a); g(!a); }");
        assert!(found.contains(&"f: `!a` loses its `!`".to_owned()));
        assert!(found.contains(&"f: `!a` loses its `!` (no. 2)".to_owned()));
    }
}
