//! A program without `std` and without an allocator, with its own panic handler. It exits with 0 if the core works.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

#[cfg(feature = "allocates")]
extern crate alloc;

use core::panic::PanicInfo;

/// The entry point that the C library calls.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "without `std` the name of the entry point has to be given by hand")]
pub extern "C" fn main() -> i32 {
    #[cfg(feature = "allocates")]
    if alloc::string::String::from("text").is_empty() {
        return 2;
    }
    i32::from(!mcp_scopes_no_std::works())
}

/// Referenced by the unwind tables of the compiled `core`. It is never called, since a panic aborts.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "the linker looks for this very name")]
pub extern "C" fn rust_eh_personality() {}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
