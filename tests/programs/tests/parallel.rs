//! A batch on several threads, read back in the order of the batch: with rayon, threads and tasks.
#![deny(warnings)]

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use anycapture::{Cache, ENABLED, cache, capture, scope};
use rayon::prelude::*;

const BATCH: usize = 200;

/// The model: what is captured depends on the image, and each layer takes its time.
fn forward(image: f32) {
    for layer in 0..3_u32 {
        let map = vec![image + layer as f32; 16];
        capture!(Attention::forward, map; index = layer);
        thread::yield_now();
    }
}

fn images() -> Vec<f32> {
    (0..BATCH).map(|nth| (nth * 7 % 31) as f32 * 10.0).collect()
}

/// Whether a snapshot is that of one image.
fn check_one(cache: &Cache, image: f32) {
    if !ENABLED {
        assert!(cache.is_empty());
        return;
    }
    assert_eq!(cache.keys().collect::<Vec<_>>(), ["Attention.forward.map"]);
    let firsts =
        cache["Attention.forward.map"].iter().map(|map| map.as_slice::<f32>().expect("f32")[0]);
    assert_eq!(firsts.collect::<Vec<_>>(), [image, image + 1.0, image + 2.0]);
}

/// Whether `batch.result` holds the result of each image, found by its position.
fn check_batch(cache: &Cache, images: &[f32]) {
    if !ENABLED {
        assert!(cache.is_empty());
        return;
    }
    assert_eq!(cache["batch.result"].len(), images.len());
    for (position, image) in (0..).zip(images) {
        let result = cache.at("batch.result", &[position]).expect("one of each position");
        assert_eq!(result.scalar(), Some(image * 2.0));
    }
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
}

#[test]
fn a_batch_in_one_scope_is_read_back_by_position() {
    let images = images();
    let scope = scope();
    let handle = scope.handle();
    pool(4).install(|| {
        images.par_iter().enumerate().with_max_len(1).for_each(|(position, image)| {
            let _entered = handle.enter();
            capture!(batch, result = image * 2.0; index = position);
        });
    });
    check_batch(&cache(), &images);
}

#[test]
fn a_scope_for_each_image_gives_snapshots_in_the_order_of_the_batch() {
    let images = images();
    let capture_one = |image: &f32| {
        let _scope = scope();
        forward(*image);
        cache()
    };
    let caches: Vec<Cache> =
        pool(4).install(|| images.par_iter().with_max_len(1).map(capture_one).collect());
    assert_eq!(caches.len(), BATCH);
    caches.iter().zip(&images).for_each(|(cache, image)| check_one(cache, *image));
}

/// A thread that waits for inner jobs, or yields, takes up other images meanwhile: `_entered` of these is dropped first.
#[test]
fn a_job_that_is_taken_up_in_the_midst_of_another_captures_into_its_own_scope() {
    // Few: each stands on the stack of the one that it was taken up in.
    let images = &images()[..12];
    let (depth, deepest) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let capture_one = |image: &f32| {
        deepest.fetch_max(1 + depth.fetch_add(1, Relaxed), Relaxed);
        let scope = scope();
        let handle = scope.handle();
        (0..4_u32).into_par_iter().with_max_len(1).for_each(|head| {
            let _entered = handle.enter();
            rayon::yield_now();
            capture!(head, share = image + head as f32; index = head);
        });
        depth.fetch_sub(1, Relaxed);
        cache()
    };
    // One thread: all of the depth is its own.
    let caches: Vec<Cache> =
        pool(1).install(|| images.par_iter().with_max_len(1).map(capture_one).collect());
    assert!(deepest.into_inner() > 1, "no job was taken up in the midst of another");
    for (cache, image) in caches.iter().zip(images).filter(|_| ENABLED) {
        assert_eq!(cache["head.share"].len(), 4);
        for head in 0..4_u8 {
            let share = cache.at("head.share", &[head.into()]).expect("one of each head");
            assert_eq!(share.scalar(), Some(image + f32::from(head)));
        }
    }
}

#[test]
fn scoped_threads_join_and_leave() {
    let images = images();
    let scope = scope();
    let handle = scope.handle();
    thread::scope(|threads| {
        for (part, images) in images.chunks(BATCH / 4).enumerate() {
            let handle = &handle;
            threads.spawn(move || {
                for (nth, image) in images.iter().enumerate() {
                    let _entered = handle.enter();
                    let position = part * (BATCH / 4) + nth;
                    capture!(batch, result = image * 2.0; index = position);
                }
                capture!(batch, result = -1.0; index = -1); // outside
            });
        }
    });
    check_batch(&cache(), &images);
}

#[test]
fn blocking_tasks_join_and_leave() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.expect("a runtime");
    let images = images();
    let handle = anycapture::Handle::new();
    let snapshot = runtime.block_on(handle.in_future(async {
        let tasks: Vec<_> = (0..)
            .zip(images.clone())
            .map(|(position, image): (usize, f32)| {
                let handle = handle.clone();
                tokio::task::spawn_blocking(move || {
                    let _entered = handle.enter();
                    capture!(batch, result = image * 2.0; index = position);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it captures");
        }
        cache()
    }));
    check_batch(&snapshot, &images);
}

/// Four requests on an executor of two threads; they take turns at every step.
#[test]
fn requests_in_tasks_that_move_between_threads_see_their_own_values() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.expect("a runtime");
    let own = async |request: u32| {
        for n in 0..100 {
            capture!(request, own = request * 1_000 + n);
            tokio::task::yield_now().await;
        }
        cache()
    };
    let requests = [0, 1, 2, 3].map(|request| {
        let scope = anycapture::Handle::new();
        runtime.spawn(async move { scope.in_future(own(request)).await })
    });
    for (request, task) in (0..).zip(requests) {
        let cache = runtime.block_on(task).expect("it captures");
        let numbers = cache.get("request.own").unwrap_or_default();
        let numbers: Vec<u32> = numbers.iter().filter_map(|number| number.scalar()).collect();
        let expected = request * 1_000..request * 1_000 + 100;
        assert_eq!(numbers, expected.filter(|_| ENABLED).collect::<Vec<_>>());
    }
}

/// The session of each clears what the others have captured: this is what scopes are for.
#[test]
fn threads_that_begin_together_do_not_see_each_other() {
    let together = Barrier::new(4);
    thread::scope(|threads| {
        for image in [0.0, 10.0, 20.0, 30.0] {
            let together = &together;
            threads.spawn(move || {
                let _scope = scope();
                together.wait();
                forward(image);
                together.wait();
                check_one(&cache(), image);
            });
        }
    });
}
