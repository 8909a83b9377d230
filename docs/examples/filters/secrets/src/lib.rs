//! A filter that refuses paths that look like secrets: names of files that hold them (`.env`, private keys, credentials), and
//! paths with what looks like a token in them, as when a program makes a file named after one.
//!
//! ```sh
//! cargo build --release --target wasm32-unknown-unknown
//! agentvfs telemetry filter add secrets target/wasm32-unknown-unknown/release/secrets.wasm
//! ```
//!
//! and in a policy `{"path_pattern": "**", "ask": "secrets", "ops": "read,create,rename,link", "otherwise": "deny"}`.
#![no_std]

const ALLOW: i32 = 0;
const DENY: i32 = 2;
/// The same may be answered for the same operation, path and program.
const CACHEABLE: i32 = 1 << 8;
const NOTES: i32 = 1 << 9;

/// Bytes of an event before its first text.
const NUMBERS: usize = 16;
const ROOM: usize = 64 * 1024;

static mut EVENT: [u8; ROOM] = [0; ROOM];
static mut NOTE: [u8; 64] = [0; 64];
static mut NOTE_LENGTH: usize = 0;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[no_mangle]
pub extern "C" fn agentvfs_abi() -> i32 {
    1
}

#[no_mangle]
pub extern "C" fn buffer(length: usize) -> *mut u8 {
    if length > ROOM {
        core::arch::wasm32::unreachable()
    }
    &raw mut EVENT as *mut u8
}

#[no_mangle]
pub extern "C" fn filter(at: *const u8, length: usize) -> i32 {
    let event = unsafe { core::slice::from_raw_parts(at, length) };
    let Some((path, rest)) = text(&event[NUMBERS..]) else { return ALLOW };
    let target = text(rest).map(|(target, _)| target).unwrap_or(b"");
    match secret(path).or_else(|| secret(target)) {
        Some(why) => {
            note(why);
            DENY | CACHEABLE | NOTES
        }
        None => ALLOW | CACHEABLE,
    }
}

/// Place and length of the notes on the last event.
#[no_mangle]
pub extern "C" fn notes() -> u64 {
    let at = &raw const NOTE as *const u8 as u64;
    at << 32 | unsafe { NOTE_LENGTH } as u64
}

/// One note, `secret=WHY`, after its length.
fn note(why: &str) {
    let parts = [b"secret=".as_slice(), why.as_bytes()];
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let note = unsafe { &mut *(&raw mut NOTE) };
    note[..2].copy_from_slice(&(length as u16).to_le_bytes());
    let mut end = 2;
    for part in parts {
        note[end..end + part.len()].copy_from_slice(part);
        end += part.len();
    }
    unsafe { NOTE_LENGTH = end }
}

/// A text of the event, and what comes after it.
fn text(from: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = u16::from_le_bytes([*from.first()?, *from.get(1)?]) as usize;
    Some((from.get(2..2 + length)?, from.get(2 + length..)?))
}

/// Why a path looks like a secret.
fn secret(path: &[u8]) -> Option<&'static str> {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(b"");
    if name == b".env" || name.starts_with(b".env.") && !name.ends_with(b".example") {
        return Some("environment file");
    }
    if [b".pem".as_slice(), b".key", b".p12", b".pfx", b".keystore"].iter().any(|end| name.ends_with(end)) {
        return Some("private key");
    }
    if name.starts_with(b"id_") && !name.ends_with(b".pub") && contains(path, b"/.ssh/") {
        return Some("private key");
    }
    if [b".netrc".as_slice(), b".npmrc", b".pypirc", b"credentials", b"credentials.json"].contains(&name) {
        return Some("credentials");
    }
    if name.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_' && *byte != b'-').any(is_token) {
        return Some("token in a name");
    }
    None
}

/// The forms that well-known services give their tokens.
fn is_token(word: &[u8]) -> bool {
    const FORMS: [(&[u8], usize); 5] =
        [(b"ghp_", 40), (b"github_pat_", 50), (b"sk-", 40), (b"xoxb-", 40), (b"AKIA", 20)];
    FORMS.iter().any(|(start, length)| word.starts_with(start) && word.len() >= *length)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
