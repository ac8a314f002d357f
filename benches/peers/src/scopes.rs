//! The cost of a line before any scope was created, while none lives, while one lives on another thread, and within one.

use std::sync::mpsc::{channel, Receiver, Sender};
use std::thread;

use anycapture::{capture, Scope};

use crate::harness::{race, Run, Times};
use crate::recording::SCALARS;

#[inline(never)]
fn hit(count: u64) {
    for nth in 0..count {
        let x = f32::from_bits(nth as u32);
        capture!(peers::scoped, x);
    }
}

fn set_active(active: bool) {
    anycapture::set_size(SCALARS);
    if active {
        anycapture::activate();
    } else {
        anycapture::deactivate();
    }
}

/// A thread that begins and ends a scope on request.
struct Other {
    tell: Sender<bool>,
    done: Receiver<()>,
}

impl Other {
    fn new() -> Other {
        let ((tell, told), (say, done)) = (channel(), channel());
        thread::spawn(move || {
            let mut scope: Option<Scope> = None;
            for begin in told {
                drop(scope.take());
                if begin {
                    scope = Some(anycapture::scope());
                }
                if say.send(()).is_err() {
                    return;
                }
            }
        });
        Other { tell, done }
    }

    fn tell(&self, begin: bool) {
        self.tell.send(begin).expect("it runs");
        self.done.recv().expect("it runs");
    }
}

/// The first race runs before any scope was created in this process. In the second, each sample begins and ends its scope, which is
/// negligible among `each` lines.
fn race_lines(title: &str, active: bool, each: u64) -> impl FnOnce() -> Times + use<'_> {
    set_active(active);
    let never =
        race(title, 60, vec![("no scope ever", Box::new(move |count| hit(count * each)) as Run)]);
    move || {
        set_active(active);
        let other = Other::new();
        let within = move |count| {
            let _scope = anycapture::scope();
            set_active(active);
            hit(count * each);
        };
        let elsewhere = move |count| {
            other.tell(true);
            hit(count * each);
            other.tell(false);
        };
        let candidates: Vec<(_, Run)> = vec![
            ("none alive", Box::new(move |count| hit(count * each))),
            ("one on another thread", Box::new(elsewhere)),
            ("within one", Box::new(within)),
        ];
        let mut times = race(title, 60, candidates);
        times.rows.insert(0, never.rows[0]);
        times.rows.iter_mut().for_each(|(_, ns)| *ns /= each as f64);
        times.dropped += never.dropped;
        times.samples += never.samples;
        times
    }
}

/// For an inactive line, and for one that records.
pub fn race_scopes() -> Vec<Times> {
    let inactive = race_lines("Scopes, and a line that is inactive", false, 2_000_000);
    let active = race_lines("Scopes, and recording one f32", true, 100_000);
    let times = vec![inactive(), active()];
    set_active(false);
    times
}
