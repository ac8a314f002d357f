# For the other scripts to source: gives `build TARGET [cargo's arguments]`, in the environment `std=core` or what
# else of the standard library is needed, and `LINKER`.
#
# A rustup toolchain that has the target is used as it is. Otherwise Debian's `rustc-web` builds the target's
# `core` from its own source (`-Zbuild-std`), and rustup's `rust-lld`, or Debian's `ld.lld`, links.

packages="rustc-web cargo-web rust-web-src qemu-system-arm"

# qemu TARGET NAME [more arguments of QEMU]: runs a program as `cargo run` would. `icount` in the environment is
# QEMU's option of that name.
qemu() {
    file=${CARGO_TARGET_DIR:-target}/$1/release/$2
    shift 2
    timeout 300 qemu-system-arm -machine mps2-an386 -display none -monitor none -icount "${icount:-shift=0}" \
        -semihosting-config enable=on,target=native -kernel "$file" "$@"
}

build() {
    target=$1
    shift
    if rustup target list --installed 2>/dev/null | grep -qx "$target"; then
        cargo build --release --target "$target" "$@"
        return
    fi
    if ! dpkg -s rust-web-src cargo-web >/dev/null 2>&1; then
        echo "error: no Rust for $target: \`rustup target add $target\`, or on Debian: apt-get install $packages" >&2
        return 1
    fi
    linker=${LINKER:-$(find "${RUSTUP_HOME:-$HOME/.rustup}/toolchains" -name rust-lld 2>/dev/null | head -n 1)}
    linker=${linker:-$(command -v ld.lld)}
    variable=CARGO_TARGET_$(echo "$target" | tr a-z- A-Z_)_LINKER
    env "$variable=$linker" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        /usr/bin/cargo build --release "-Zbuild-std=${std:-core}" --target "$target" "$@"
}
