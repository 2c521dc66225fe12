//! What the WebAssembly build has in the standard library's place: a panic handler and an allocator.

/// Nothing here panics on purpose. Where it happens all the same, the instance stops with a trap, which
/// JavaScript gets as an exception; a message would take 10 KB of code to format.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Small, and as good as the standard library's at giving memory back to itself.
#[cfg(not(feature = "wee_alloc"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
