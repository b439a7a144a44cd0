//! The names of targets with an operating system that [`target_triple`](crate::target_triple) knows, as `rustc --print target-list` states
//! them.

/// The names, separated by spaces.
pub(crate) const NAMES: &str = "\
    aarch64-apple-darwin aarch64-apple-ios aarch64-apple-ios-macabi aarch64-apple-ios-sim aarch64-linux-android \
    aarch64-pc-windows-gnullvm aarch64-pc-windows-msvc aarch64-unknown-freebsd aarch64-unknown-illumos \
    aarch64-unknown-linux-gnu aarch64-unknown-linux-gnu_ilp32 aarch64-unknown-linux-musl \
    aarch64-unknown-linux-ohos aarch64-unknown-netbsd aarch64-unknown-openbsd aarch64-uwp-windows-msvc \
    aarch64_be-unknown-linux-gnu aarch64_be-unknown-linux-gnu_ilp32 aarch64_be-unknown-linux-musl \
    aarch64_be-unknown-netbsd arm-linux-androideabi arm-unknown-linux-gnueabi arm-unknown-linux-gnueabihf \
    arm-unknown-linux-musleabi arm-unknown-linux-musleabihf arm64e-apple-darwin arm64e-apple-ios \
    arm64ec-pc-windows-msvc armeb-unknown-linux-gnueabi armv4t-unknown-linux-gnueabi armv5te-unknown-linux-gnueabi \
    armv5te-unknown-linux-musleabi armv5te-unknown-linux-uclibceabi armv6-unknown-freebsd \
    armv6-unknown-netbsd-eabihf armv7-linux-androideabi armv7-unknown-freebsd armv7-unknown-linux-gnueabi \
    armv7-unknown-linux-gnueabihf armv7-unknown-linux-musleabi armv7-unknown-linux-musleabihf \
    armv7-unknown-linux-ohos armv7-unknown-linux-uclibceabi armv7-unknown-linux-uclibceabihf \
    armv7-unknown-netbsd-eabihf armv7s-apple-ios i586-unknown-linux-gnu i586-unknown-linux-musl \
    i586-unknown-netbsd i686-apple-darwin i686-linux-android i686-pc-windows-gnu i686-pc-windows-gnullvm \
    i686-pc-windows-msvc i686-unknown-freebsd i686-unknown-linux-gnu i686-unknown-linux-musl i686-unknown-netbsd \
    i686-unknown-openbsd i686-uwp-windows-gnu i686-uwp-windows-msvc i686-win7-windows-gnu i686-win7-windows-msvc \
    loongarch64-unknown-linux-gnu loongarch64-unknown-linux-musl loongarch64-unknown-linux-ohos \
    powerpc64le-unknown-freebsd powerpc64le-unknown-linux-gnu powerpc64le-unknown-linux-musl \
    riscv32gc-unknown-linux-gnu riscv32gc-unknown-linux-musl riscv64-linux-android riscv64a23-unknown-linux-gnu \
    riscv64gc-unknown-freebsd riscv64gc-unknown-linux-gnu riscv64gc-unknown-linux-musl riscv64gc-unknown-netbsd \
    riscv64gc-unknown-openbsd s390x-unknown-linux-gnu s390x-unknown-linux-musl thumbv7a-pc-windows-msvc \
    thumbv7a-uwp-windows-msvc thumbv7neon-linux-androideabi thumbv7neon-unknown-linux-gnueabihf \
    thumbv7neon-unknown-linux-musleabihf wasm32-unknown-unknown wasm32-wali-linux-musl wasm32-wasi wasm32-wasip1 \
    wasm32-wasip1-threads wasm32-wasip2 wasm32-wasip3 wasm64-unknown-unknown x86_64-apple-darwin x86_64-apple-ios \
    x86_64-apple-ios-macabi x86_64-linux-android x86_64-pc-windows-gnu x86_64-pc-windows-gnullvm \
    x86_64-pc-windows-msvc x86_64-unikraft-linux-musl x86_64-unknown-freebsd x86_64-unknown-illumos \
    x86_64-unknown-linux-gnu x86_64-unknown-linux-gnuasan x86_64-unknown-linux-gnux32 x86_64-unknown-linux-musl \
    x86_64-unknown-linux-none x86_64-unknown-linux-ohos x86_64-unknown-netbsd x86_64-unknown-openbsd \
    x86_64-uwp-windows-gnu x86_64-uwp-windows-msvc x86_64-win7-windows-gnu x86_64-win7-windows-msvc \
    x86_64h-apple-darwin";
