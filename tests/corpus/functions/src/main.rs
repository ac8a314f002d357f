//! Lists the functions of Rust files, with the names that `captured_fn!` promises to find in them.
//!
//! A line a function, with tabs: file, name, first and last byte, number of statements, `returns` or `-`, its own
//! `cfg` attributes, and the names, `mut` in front of those that a `let mut` binds. What a macro makes is not seen.
//! `const fn`, tests and functions without a body are left out.

use std::ops::Range;
use std::{env, fs, process};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

fn main() {
    let mut failed = false;
    for file in env::args().skip(1) {
        let text = fs::read_to_string(&file).expect("a file of UTF-8");
        match syn::parse_str::<syn::File>(&text) {
            Ok(parsed) => Functions { file: &file, text: &text }.visit_file(&parsed),
            Err(error) => {
                eprintln!("{file}: {error}");
                failed = true;
            }
        }
    }
    process::exit(i32::from(failed));
}

struct Functions<'a> {
    file: &'a str,
    text: &'a str,
}

impl Functions<'_> {
    fn add(
        &self,
        attributes: &[syn::Attribute],
        signature: &syn::Signature,
        block: &syn::Block,
        span: Range<usize>,
    ) {
        let of = |name: &'static str| attributes.iter().filter(move |a| a.path().is_ident(name));
        if signature.constness.is_some() || of("test").chain(of("bench")).next().is_some() {
            return;
        }
        let mut names = Names::default();
        for input in &signature.inputs {
            if let syn::FnArg::Typed(input) = input {
                names.pattern(&input.pat, false);
            }
        }
        names.block(block);
        let mut counter = Statements(0);
        counter.visit_block(block);
        let returns = match &signature.output {
            syn::ReturnType::Default => false,
            syn::ReturnType::Type(_, ty) => match &**ty {
                syn::Type::Never(_) => false,
                syn::Type::Tuple(tuple) => !tuple.elems.is_empty(),
                _ => true,
            },
        };
        let cfgs: String = of("cfg")
            .map(|a| self.text[a.span().byte_range()].replace(['\n', '\t'], " "))
            .collect();
        println!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{cfgs}\t{}",
            self.file,
            signature.ident,
            span.start,
            span.end,
            counter.0,
            if returns { "returns" } else { "-" },
            names.0.join(","),
        );
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
        self.add(&f.attrs, &f.sig, &f.block, f.span().byte_range());
    }

    fn visit_impl_item_fn(&mut self, f: &'ast syn::ImplItemFn) {
        if f.defaultness.is_none() {
            self.add(&f.attrs, &f.sig, &f.block, f.span().byte_range());
        }
    }

    fn visit_trait_item_fn(&mut self, f: &'ast syn::TraitItemFn) {
        if let Some(block) = &f.default {
            self.add(&f.attrs, &f.sig, block, f.span().byte_range());
        }
    }

    // Items in a constant's value stand in a body, and so may not be what a library shows.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
}

struct Statements(usize);

impl<'ast> Visit<'ast> for Statements {
    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        self.0 += 1;
        visit::visit_stmt(self, statement);
    }
}

/// The names in the order in which they are bound.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn add(&mut self, name: &syn::Ident, mutable: bool) {
        let name = name.to_string();
        // what may be a constant or a variant
        if name.starts_with(|c: char| c.is_uppercase()) {
            return;
        }
        let word = if mutable { format!("mut {name}") } else { name.clone() };
        match self.0.iter_mut().find(|n| n.trim_start_matches("mut ") == name) {
            Some(n) if mutable => *n = word,
            Some(_) => {}
            None => self.0.push(word),
        }
    }

    /// What a pattern binds; `mutable` where `mut` makes a difference to the capture.
    fn pattern(&mut self, pattern: &syn::Pat, mutable: bool) {
        match pattern {
            syn::Pat::Ident(p) => {
                self.add(&p.ident, mutable && p.mutability.is_some() && p.by_ref.is_none());
                if let Some((_, sub)) = &p.subpat {
                    self.pattern(sub, mutable);
                }
            }
            syn::Pat::Or(p) => self.pattern(&p.cases[0], mutable),
            syn::Pat::Paren(p) => self.pattern(&p.pat, mutable),
            syn::Pat::Reference(p) => self.pattern(&p.pat, mutable),
            syn::Pat::Slice(p) => p.elems.iter().for_each(|p| self.pattern(p, mutable)),
            syn::Pat::Struct(p) => p.fields.iter().for_each(|f| self.pattern(&f.pat, mutable)),
            syn::Pat::Tuple(p) => p.elems.iter().for_each(|p| self.pattern(p, mutable)),
            syn::Pat::TupleStruct(p) => p.elems.iter().for_each(|p| self.pattern(p, mutable)),
            syn::Pat::Type(p) => self.pattern(&p.pat, mutable),
            _ => {}
        }
    }

    fn block(&mut self, block: &syn::Block) {
        for statement in &block.stmts {
            match statement {
                syn::Stmt::Local(local) if local.attrs.is_empty() => {
                    if let Some(init) = &local.init {
                        self.expression(&init.expr);
                        if let Some((_, otherwise)) = &init.diverge {
                            self.expression(otherwise);
                        }
                    }
                    self.pattern(&local.pat, true);
                }
                syn::Stmt::Expr(expression, _) => self.expression(expression),
                _ => {}
            }
        }
    }

    /// The expressions whose blocks are walked.
    fn expression(&mut self, expression: &syn::Expr) {
        match expression {
            syn::Expr::Block(e) if e.attrs.is_empty() => self.block(&e.block),
            syn::Expr::Unsafe(e) if e.attrs.is_empty() => self.block(&e.block),
            syn::Expr::Loop(e) if e.attrs.is_empty() => self.block(&e.body),
            syn::Expr::ForLoop(e) if e.attrs.is_empty() => {
                self.pattern(&e.pat, false);
                self.block(&e.body);
            }
            syn::Expr::While(e) if e.attrs.is_empty() => {
                self.condition(&e.cond);
                self.block(&e.body);
            }
            syn::Expr::If(e) if e.attrs.is_empty() => {
                self.condition(&e.cond);
                self.block(&e.then_branch);
                if let Some((_, otherwise)) = &e.else_branch {
                    self.expression(otherwise);
                }
            }
            syn::Expr::Match(e) if e.attrs.is_empty() => {
                for arm in &e.arms {
                    if let (syn::Expr::Block(body), true) = (&*arm.body, arm.attrs.is_empty()) {
                        if body.label.is_none() && body.attrs.is_empty() {
                            self.pattern(&arm.pat, false);
                            self.block(&body.block);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn condition(&mut self, condition: &syn::Expr) {
        match condition {
            syn::Expr::Let(e) => self.pattern(&e.pat, false),
            syn::Expr::Binary(e) if matches!(e.op, syn::BinOp::And(_)) => {
                self.condition(&e.left);
                self.condition(&e.right);
            }
            _ => {}
        }
    }
}
