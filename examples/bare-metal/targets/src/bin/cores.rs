//! Two cores, such as those of an RP2040: two threads of the host, on the build of the recorder without `std`.
//!
//! Each core captures under a key of its own and under one that both have. Only captures of the shared key
//! meet: the one that comes second is refused and counted. A reader beside them drains all the time.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::thread;

use anycapture::{capture, report};

const CAPTURES: u32 = 2_000_000;

fn core_0(number: u32) {
    let value = [number; 8];
    capture!(core_0, own = value);
    capture!(both, shared = value);
}

fn core_1(number: u32) {
    let value = [number; 8];
    capture!(core_1, own = value);
    capture!(both, shared = value);
}

fn main() {
    let memory = Box::leak(Box::new([0; 8192]));
    anycapture::set_memory(memory).expect("given once");
    anycapture::activate();
    // The first hit of each key carves its ring, which only one core can do at a time.
    core_0(0);
    core_1(0);

    let (done, shown) = (AtomicBool::new(false), AtomicU32::new(0));
    let read = || {
        let drained = anycapture::drain(|value| {
            let mut room = [0; 8];
            let elements = value.read_into::<u32>(&mut room).expect("eight numbers");
            assert!(elements.len() == 8 && elements.iter().all(|n| *n == elements[0]), "torn");
            shown.fetch_add(1, Relaxed);
            Ok::<(), ()>(())
        });
        drained.expect("no error");
    };
    let unread = thread::scope(|scope| {
        let cores = [core_0 as fn(u32), core_1]
            .map(|core| scope.spawn(move || (1..CAPTURES / 2).for_each(core)));
        cores.into_iter().for_each(|core| core.join().expect("no panic"));
        let unread = ["core_0.own", "core_1.own"].map(|key| report().key(key).expect(key));
        let cores = [core_0 as fn(u32), core_1]
            .map(|core| scope.spawn(move || (CAPTURES / 2..CAPTURES).for_each(core)));
        let reader = scope.spawn(|| {
            while !done.load(Relaxed) {
                read();
            }
        });
        cores.into_iter().for_each(|core| core.join().expect("no panic"));
        done.store(true, Relaxed);
        reader.join().expect("no panic");
        unread
    });
    read();

    print!("{}", report());
    assert!(unread.iter().all(|counts| counts.refused() == 0), "captures of two keys never meet");
    let mut taken = 0;
    for (key, made) in [("core_0.own", 1), ("core_1.own", 1), ("both.shared", 2)] {
        let counts = report().key(key).expect(key);
        let held = counts.kept() + counts.overwritten() + counts.taken();
        assert_eq!(held + counts.refused(), made * u64::from(CAPTURES), "{key}");
        assert_eq!(counts.refused(), counts.busy(), "{key}");
        taken += counts.taken();
    }
    assert_eq!(taken, shown.load(Relaxed).into(), "every value is shown once");
    assert!(report().key("both.shared").expect("hit").busy() > 0, "no captures met: no proof");
    println!("cores: each capture is kept or counted, each value whole, each shown once");
}
