//! What the public types say of themselves, and the messages that are made when a program is compiled.

use std::future::Future;
use std::panic::catch_unwind;
use std::task::{Context, Poll, Waker};

use anycapture::__private::names::stand;
use anycapture::{
    Array, Handle, Options, ReadError, SnapshotError, activate_with, cache, capture, captured_fn,
    each, report,
};

use crate::alone;

#[derive(Clone)]
struct Tensor;

#[test]
fn debug_texts_are_short() {
    let alone = alone();
    capture!(f, x = [1_u8, 2]);
    let cache = cache();
    let value = "Value(f.x #0: U8 [2] min 1 max 2 mean 1.5 nan 0 inf 0)";
    assert_eq!(format!("{:?}", cache["f.x"][0]), value);
    assert_eq!(format!("{cache:?}"), format!("{{\"f.x\": [{value}]}}"));
    assert_eq!(format!("{:?}", cache.iter()), format!("{cache:?}"));
    assert_eq!(format!("{:?}", report()), report().to_string());
    let array = Array::new(&[2, 1], vec![1_i16, 2]);
    assert_eq!((array.shape(), &*format!("{array:?}")), (&[2, 1][..], "Array(I16 [2, 1])"));
    let options = Options::new().max_size(3).only(&["f.*"]).stop_at_nan();
    let text = "Options { max_size: Some(3), max_bytes: None, only: Some([\"f.*\"]), stop_at_nan: true, .. }";
    assert_eq!(format!("{options:?}"), text);
    let scope = anycapture::scope();
    let handle = alone.handle();
    assert_eq!(format!("{scope:?} {handle:?} {:?}", handle.enter()), "Scope Handle Entered");
}

#[test]
fn an_empty_cache_says_so() {
    let _alone = alone();
    assert_eq!(
        (cache().to_string(), format!("{:?}", cache())),
        ("nothing captured\n".into(), "{}".into())
    );
}

#[test]
fn a_cache_sums_up_values_with_and_without_numbers_that_are_finite() {
    let _alone = alone();
    for x in [0.5, f32::NAN, f32::INFINITY, 1.5] {
        capture!(f, x);
    }
    let text = cache().to_string();
    assert!(text.contains("min 0.5 max 1.5 mean 1 nan 1 inf 1"), "{text}");
}

#[test]
fn a_frame_ends_with_the_first_error_of_its_sink() {
    let _alone = alone();
    capture!(f, x = [1_u8; 3]);
    let cache = cache();
    for failing in 1..=5 {
        let mut calls = 0;
        let result = cache["f.x"][0].frame(|_| {
            calls += 1;
            if calls == failing { Err("the line is down") } else { Ok(()) }
        });
        assert_eq!((result, calls), (Err("the line is down"), failing));
    }
}

#[test]
fn errors_say_what_was_wrong() {
    let _alone = alone();
    capture!(f, x = [1_u8, 2]);
    let cache = cache();
    let wrong = cache["f.x"][0].read_into(&mut [0_f32; 2]).unwrap_err();
    assert_eq!(wrong.to_string(), "the captured elements are U8, not F32");
    let short = cache["f.x"][0].read_into(&mut [0_u8]).unwrap_err();
    assert!(matches!(short, ReadError::TooShort { needed: 2, room: 1, .. }), "{short}");
    assert_eq!(cache["f.x"][0].scalar::<u8>(), None, "two elements are no scalar");
    let shown = anycapture::visit(|value| assert_eq!(value.scalar::<u8>(), None));
    assert_eq!((shown.values(), shown.skipped(), shown.is_complete()), (1, 0, true));
    let [busy, full] =
        [SnapshotError::Busy, SnapshotError::NoMemory].map(|error| error.to_string());
    assert!(busy.contains("is in use") && full.contains("no memory"), "{busy}, {full}");
}

#[test]
fn the_report_names_what_a_list_of_all_passed_over() {
    #[derive(Clone)]
    struct Mode;
    captured_fn! {
        #[capture(Layer::forward => *)]
        fn forward(scores: Tensor) {
            let probs = Tensor;
            let x = 1_u8;
        }

        #[capture(Layer::backward => *)]
        fn backward(grads: Tensor) {
            let x = 1_u8;
            let (mode, graph) = (Mode, Mode);
        }

        #[capture(Layer::update => *)]
        fn update(step: Tensor) {}
    }
    let _alone = alone();
    forward(Tensor);
    let text = report().to_string();
    assert!(text.contains("Layer.forward: reached 1 time; passed over: "), "{text}");
    assert!(text.contains("(`Tensor`)"), "{text}");
    forward(Tensor);
    (0..2).for_each(|_| backward(Tensor));
    (0..2).for_each(|_| update(Tensor));
    let text = report().to_string();
    assert!(text.contains("Layer.forward: reached 2 times; passed over: "), "{text}");
    // One line a function, whatever the types are.
    let other =
        "Layer.backward: reached 2 times; passed over: grads (`Tensor`), mode, graph (`Mode`)\n";
    assert!(text.contains(other), "{text}");
    let last = "Layer.update: reached 2 times; passed over: step (`Tensor`)\n";
    assert!(text.contains(last), "{text}");
    let list = text.split_once("passed over: ").and_then(|(_, rest)| rest.lines().next());
    assert!(
        ["scores, probs (`Tensor`)", "probs, scores (`Tensor`)"].contains(&list.expect("a list")),
        "{text}"
    );
    let probs = report().key("Layer.forward.probs").expect("it was reached");
    assert_eq!((probs.passed_over(), probs.kept(), probs.refused()), (2, 0, 0));
    assert_eq!(cache()["Layer.forward.x"].len(), 2);
}

#[test]
fn the_report_names_limits_that_are_none() {
    let _alone = alone();
    activate_with(Options::new().max_size(0).max_bytes(usize::MAX));
    capture!(f, x = 1_u8);
    capture!(f, x = 2_u8);
    let text = report().to_string();
    assert!(
        text.contains("as many values a key as memory allows, any number of bytes in all"),
        "{text}"
    );
    let text = cache().explain("f.x");
    assert_eq!(text, "`f.x` has 2 values in this snapshot. The store says: 2 kept.");
}

#[test]
fn values_of_the_rarer_forms_are_kept_as_the_others() {
    let _alone = alone();
    let (layer, tensor) = (3_usize, Tensor);
    capture!(f, error = Ok::<&Tensor, ()>(&tensor), width = -1_isize, byte = [-1_i8]; index = &layer);
    capture!(f, lent = Some(&[1_i128, 2]), many = each([u128::MAX; 40]), size = [usize::MAX]);
    let cache = cache();
    assert!(cache["f.error"][0].downcast_ref::<Tensor>().is_some());
    assert_eq!(
        (cache["f.width"][0].scalar(), cache["f.width"][0].index()),
        (Some(-1_isize), Some(3))
    );
    assert_eq!(cache["f.many"][0].as_slice(), Some(&[u128::MAX; 40][..]));
    let mut frame = Vec::new();
    cache["f.width"][0]
        .frame(|bytes| {
            frame.extend_from_slice(bytes);
            Ok::<(), ()>(())
        })
        .unwrap();
    assert!(frame.windows(8).any(|bytes| bytes == (-1_i64).to_le_bytes()), "{frame:?}");
    let mut file = Vec::new();
    anycapture::export(|bytes| {
        file.extend_from_slice(bytes);
        Ok::<(), ()>(())
    })
    .unwrap();
    let file = safetensors::SafeTensors::deserialize(&file).expect("it reads");
    assert_eq!(file.tensor("f.byte").expect("it is there").dtype(), safetensors::Dtype::I8);
    assert_eq!(file.tensor("f.lent").expect("it is there").shape(), [1, 2, 2]);
}

#[test]
fn a_handle_is_a_scope_that_no_thread_is_in_and_a_future_may_be() {
    let _alone = alone();
    let handle = Handle::default();
    let mut future = Box::pin(handle.in_future(async { capture!(f, inside = 1_u8) }));
    let poll = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!((poll, cache().len()), (Poll::Ready(()), 0));
    let _entered = handle.enter();
    assert_eq!(cache()["f.inside"].len(), 1);
}

#[test]
fn the_size_of_a_region_may_be_asked_for_while_running() {
    const SIZE: usize = anycapture::region_size::<f32>("f.x", 3, &[2], 1);
    let key = String::from("f.x");
    let size = anycapture::region_size::<f32>(&key, 3, &[2], 1);
    assert_eq!(size, SIZE);
}

/// What stands in a `static` is made when the program is compiled, as a rule.
#[test]
fn hits_are_counted_from_the_first() {
    use anycapture::__private::{Callsite, Hits};
    let (_site, hits) = (Callsite::new(), Hits::new());
    assert_eq!([0; 5].map(|_| hits.nth(2)), [true, false, true, false, true]);
}

/// What `captured_fn!` has the compiler evaluate; `tests/ui` has the messages as users see them.
#[test]
fn listed_names_are_words_of_the_function() {
    use anycapture::__private::names::{check, is_variable};
    let text = "fn f(query: f32) { let r#type = query; let ключ = 1.0; let attention_map = 2; }";
    for name in ["query", "r#type", "ключ", "f", "attention_map", "f32", "fn"] {
        let names = [name, "other"];
        check(name, &names, &stand::<2>(&names, text), text);
    }
    let message = |name: &'static str, names: &'static [&'static str]| {
        let stand: Vec<bool> = names.iter().map(|name| stand::<1>(&[name], text)[0]).collect();
        let panic =
            catch_unwind(|| check(name, names, &stand, text)).expect_err("not a word, or twice");
        *panic.downcast::<String>().expect("a sentence")
    };
    let unbound = "is listed in `#[capture]`, but stands nowhere in the function";
    assert_eq!(message("quer", &["quer"]), format!("`quer` {unbound}: is it `query`?"));
    assert_eq!(
        message("attentoin_map", &[]),
        format!("`attentoin_map` {unbound}: is it `attention_map`?")
    );
    assert_eq!(message("softmax", &["softmax"]), format!("`softmax` {unbound}"));
    let long = "a_name_of_more_than_forty_letters_is_not_compared";
    assert_eq!(message(long, &[]), format!("`{long}` {unbound}"));
    let twice = "`query` stands twice in `#[capture]`: keep one of them";
    assert_eq!(message("query", &["query", "key", "query"]), twice);
    assert!(is_variable("x") && is_variable("_x") && !is_variable("Some") && !is_variable("MAX"));
}

/// The text is read sixteen bytes at a time: a word counts wherever it stands, and a part of one nowhere.
#[test]
fn a_listed_name_is_found_wherever_it_stands() {
    let names = ["x", "xy", "x_1", "attention_map"];
    for before in 0..40 {
        for behind in 0..20 {
            for name in names {
                let text = format!("{}{name}{}", " ".repeat(before), ";".repeat(behind));
                assert_eq!(stand::<4>(&names, &text), names.map(|other| other == name), "{text}");
                for longer in [format!("{name}2"), format!("a{name}"), format!("{name}{name}")] {
                    let text = format!("{}{longer}{}", "-".repeat(before), " ".repeat(behind));
                    assert_eq!(stand::<4>(&names, &text), [false; 4], "{text}");
                }
            }
        }
    }
}
