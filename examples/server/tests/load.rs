//! A hundred requests at once over loopback: each answer holds what its own request captured, and nothing else; nothing is
//! left behind.
#![deny(warnings)]

use std::{
    alloc::System,
    error::Error,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anycapture::ENABLED;
use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
};
use cap::Cap;
use http_body_util::{BodyExt, Full};
use hyper::{StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use server::{
    Answer, HeadAnswer, MAX_WORDS, Question, app,
    model::{HEADS, LAYERS, Model},
    spread,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Builder,
    sync::Barrier,
    task::JoinSet,
    time::timeout,
};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Tests take turns: they look at the memory and the store of the whole process.
fn in_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

const AT_ONCE: usize = 100;

type Reply = Result<(StatusCode, Bytes), Box<dyn Error + Send + Sync>>;

/// Runs a test on several threads. What hangs fails.
fn run(test: impl Future<Output = ()>) {
    let runtime =
        Builder::new_multi_thread().worker_threads(4).max_blocking_threads(8).enable_all().build();
    let limited = async { timeout(Duration::from_secs(300), test).await.expect("nothing hangs") };
    runtime.expect("a runtime").block_on(limited);
}

/// Serves until the runtime ends.
async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// No request is handled before so many have come in.
fn together(app: Router, count: usize) -> Router {
    let all = Arc::new(Barrier::new(count));
    app.layer(from_fn(move |request: Request, next: Next| {
        let all = all.clone();
        async move {
            all.wait().await;
            next.run(request).await
        }
    }))
}

async fn post(address: SocketAddr, body: String) -> Reply {
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = http1::handshake(stream).await?;
    tokio::spawn(connection);
    let request = hyper::Request::post("/attention")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))?;
    let reply = sender.send_request(request).await?;
    let status = reply.status();
    Ok((status, reply.into_body().collect().await?.to_bytes()))
}

/// A text of its own for each request of each round, of 1 to `MAX_WORDS` words.
fn text(round: usize, request: usize) -> String {
    let count = 1 + (request * 37 + round * 11) % MAX_WORDS;
    let word = |nth: usize| match nth % 4 {
        0 => format!("request{request}"),
        1 => format!("round{round}"),
        _ => format!("w{}", (nth * nth + request) % 23),
    };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

fn body(text: &str) -> String {
    serde_json::to_string(&Question { text: text.into() }).expect("JSON")
}

/// The answer to a text, computed without anycapture.
fn expected(model: &Model, text: &str) -> Answer {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut hidden = model.embed(&words);
    let (mut heads, mut spreads) = (Vec::new(), Vec::new());
    for (number, layer) in model.layers.iter().enumerate() {
        for (head, of_layer) in layer.heads.iter().enumerate() {
            let map = of_layer.attention(&hidden);
            heads.push(HeadAnswer::new(number, head, &map, words.len()));
        }
        let mixed: Vec<_> = layer.heads.iter().map(|head| head.forward(&hidden)).collect();
        hidden = layer.mix(&hidden, &mixed);
        spreads.push(spread(&hidden));
    }
    let counts = [("Head.forward.map", LAYERS * HEADS), ("Layer.forward.spread", LAYERS)];
    Answer {
        words: words.into_iter().map(String::from).collect(),
        captured: counts.map(|(key, count)| (key.into(), count)).into(),
        threads: 0,
        heads,
        spread: spreads,
        note: None,
    }
}

/// Sends `AT_ONCE` requests at once, and gives the largest number of threads that took part in one.
async fn round(address: SocketAddr, model: &Model, round: usize) -> usize {
    let mut requests = JoinSet::new();
    for request in 0..AT_ONCE {
        requests.spawn(async move { (request, post(address, body(&text(round, request))).await) });
    }
    let mut most_threads = 0;
    while let Some(done) = requests.join_next().await {
        let (request, reply) = done.expect("no panic");
        let (status, body) = reply.expect("a reply");
        assert_eq!(status, StatusCode::OK);
        let mut answer: Answer = serde_json::from_slice(&body).expect("an answer");
        most_threads = most_threads.max(answer.threads);
        answer.threads = 0;
        check(answer, model, &text(round, request));
    }
    most_threads
}

fn check(answer: Answer, model: &Model, text: &str) {
    if ENABLED {
        // What the comparison captures is not the process's either.
        let _scope = anycapture::scope();
        assert_eq!(answer, expected(model, text));
        return;
    }
    assert_eq!(answer.words, text.split_whitespace().collect::<Vec<_>>());
    assert!(answer.captured.is_empty() && answer.heads.is_empty() && answer.spread.is_empty());
    let note = answer.note.expect("the reason");
    assert!(note.contains("`capture` feature is off"), "{note}");
}

#[test]
fn every_answer_holds_the_captures_of_its_request_and_the_process_none_of_them() {
    let _turn = in_turn();
    run(async {
        let model = Arc::new(Model::new());
        let address = serve(together(app(model.clone()), AT_ONCE)).await;
        // While the process does not record, and while it does.
        for recording in [false, true] {
            let session = recording.then(anycapture::session);
            anycapture::capture!(process, recording);
            let mut most_threads = 0;
            for nth in 0..3 {
                most_threads = most_threads.max(round(address, &model, nth).await);
            }
            assert!(!ENABLED || most_threads > 2, "{most_threads} threads at most");
            assert_eq!(anycapture::is_active(), recording && ENABLED);
            drop(session);
            let cache = anycapture::cache();
            let keys: Vec<_> = cache.iter().map(|(key, values)| (key, values.len())).collect();
            let own: &[_] = if recording && ENABLED { &[("process.recording", 1)] } else { &[] };
            assert_eq!(keys, own);
            for key in ["Head.forward.map", "Layer.forward.spread"] {
                assert_eq!(anycapture::report().key(key), None);
            }
        }
    });
}

#[test]
fn requests_leave_no_memory_behind() {
    const MIB: usize = 1 << 20;
    let _turn = in_turn();
    run(async {
        let model = Arc::new(Model::new());
        let address = serve(together(app(model.clone()), AT_ONCE)).await;
        // Threads start, and buffers get as long as they will be.
        for nth in 0..2 {
            round(address, &model, nth).await;
        }
        let before = ALLOCATOR.allocated();
        for nth in 2..8 {
            round(address, &model, nth).await;
        }
        let (after, most) = (ALLOCATOR.allocated(), ALLOCATOR.max_allocated());
        println!("{before} bytes before, {after} after, {most} at most");
        assert!(after < before + MIB, "{before} bytes became {after}");
        // A request of `MAX_WORDS` words captures 400 KB.
        assert!(most < AT_ONCE * MIB, "{most} bytes");
    });
}

/// Every other client goes away before its answer is there.
#[test]
fn requests_that_are_given_up_leave_nothing_behind() {
    let _turn = in_turn();
    run(async {
        let model = Arc::new(Model::new());
        let address = serve(app(model.clone())).await;
        let session = anycapture::session();
        for nth in 0..5 {
            let mut given_up = JoinSet::new();
            for request in 0..AT_ONCE {
                let wait = Duration::from_millis(request as u64 / 4);
                given_up.spawn(timeout(wait, post(address, body(&text(nth, request)))));
            }
            round(address, &model, nth).await;
            given_up.join_all().await;
        }
        drop(session);
        assert!(anycapture::cache().is_empty());
        assert_eq!(anycapture::report().key("Head.forward.map"), None);
    });
}

#[test]
fn what_is_not_a_text_of_some_words_is_refused() {
    let _turn = in_turn();
    run(async {
        let address = serve(app(Arc::new(Model::new()))).await;
        let many = "word ".repeat(MAX_WORDS + 1);
        for text in ["", "  ", &many] {
            let (status, _) = post(address, body(text)).await.expect("a reply");
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let (status, _) = post(address, body(&"x".repeat(20_000))).await.expect("a reply");
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        let (status, _) = post(address, "text".into()).await.expect("a reply");
        assert_eq!(status, StatusCode::BAD_REQUEST);
    });
}
