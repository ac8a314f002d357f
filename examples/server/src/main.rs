//! `cargo run --features capture -- 127.0.0.1:3000`, and then
//! `curl -d '{"text": "the cat chased the cats"}' -H 'content-type: application/json' 127.0.0.1:3000/attention`.

use std::{env, io, sync::Arc};

use server::{app, model::Model};
use tokio::{net::TcpListener, runtime::Builder};

fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
    let model = Model::new();
    self_check(&model);
    // As many blocking threads as heads run at once at most: the others wait, and take no stack.
    let runtime = Builder::new_multi_thread().enable_io().max_blocking_threads(16).build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        println!("POST http://{}/attention", listener.local_addr()?);
        axum::serve(listener, app(Arc::new(model))).await
    })
}

/// One head, in a scope of this thread, which ends here: a request never sees it.
fn self_check(model: &Model) {
    let _scope = anycapture::scope();
    model.layers[0].heads[0].forward(&model.embed(&["one", "two", "two"]));
    match anycapture::cache().get("Head.forward.map") {
        Some(maps) => println!("The first head, over `one two two`: {}", maps[0]),
        None => println!("{}", anycapture::report()),
    }
}
