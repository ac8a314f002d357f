//! RTIC: a hardware task of priority 2 and a software task of priority 1.

#![no_std]
#![no_main]

bare_metal::exit_on_panic!();

#[rtic::app(device = lm3s6965, peripherals = false, dispatchers = [UART0])]
mod app {
    #[shared]
    struct Shared {}

    #[local]
    struct Local {}

    #[init(local = [memory: [u8; 16384] = [0; 16384]])]
    fn init(cx: init::Context) -> (Shared, Local) {
        anycapture::set_memory(cx.local.memory).expect("given once");
        anycapture::activate();
        // The first hit of each key carves its ring.
        tasks::high();
        tasks::low();
        tasks::start(cx.core.SYST);
        bare_metal::ensure(low::spawn().is_ok(), "the task is not running yet");
        (Shared {}, Local {})
    }

    #[task(priority = 1)]
    async fn low(_: low::Context) {
        while tasks::low() {}
        tasks::finish("RTIC")
    }

    #[task(binds = SysTick, priority = 2)]
    fn high(_: high::Context) {
        tasks::high();
    }
}
