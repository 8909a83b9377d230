/**
 * Names as Windows has them (UTF-16) and as they are stored (bytes, as a binary string), one to one.
 *
 * A stored name that is UTF-8 is shown as its characters. What Windows cannot name is shown as U+F000 and the byte, as
 * Cygwin, WSL and WinFsp do: `<>:"|?*\` and control characters, a dot or a blank at the end, the first letter of a name
 * that stands for a device (`aux.c`), and bytes that are no UTF-8. A lone surrogate is stored as the three bytes that UTF-8 would
 * have for it. A name whose characters would come back as other bytes, as one that has U+F03A in it, is shown byte by
 * byte.
 *
 * @module
 */

const PRIVATE = 0xf000;
const DOT = 0x2e;
const BLANK = 0x20;

/** What cannot be in a name, besides control characters. `/` is in no stored name. */
const FORBIDDEN: ReadonlySet<number> = new Set([...'<>:"|?*\\'].map((c) => c.charCodeAt(0)));

const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)[ ]*([.].*)?$/i;

/** True if programs of Windows get a device for that name, in any directory. */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

/** Most names: the same on all systems. */
const PLAIN = /^[\w-]+(?:\.[\w-]+)*$/;

/** A stored name as Windows is shown it. */
export function shownName(stored: string): string {
  if (PLAIN.test(stored) && !isDeviceName(stored)) return stored;
  const decoded = decode(stored);
  if (decoded !== null) {
    const shown = disguise(decoded);
    if (storedName(shown) === stored) return shown;
  }
  return disguise(stored.replace(/[\x80-\xff]/g, (c) => shifted(c.charCodeAt(0))));
}

/** What a name that Windows gives stands for. */
export function storedName(shown: string): string {
  let stored = "";
  const first = disguisedLetter(shown);
  for (let i = 0; i < shown.length; i++) {
    const unit = shown.charCodeAt(i);
    if (i === 0 && first !== null) stored += first;
    else if (isDisguised(unit, i === shown.length - 1)) {
      stored += String.fromCharCode(unit - PRIVATE);
    } else if (unit < 0x80) stored += shown[i];
    else {
      const character = shown.codePointAt(i)!;
      stored += encode(character);
      if (character > 0xffff) i++;
    }
  }
  return stored;
}

/** Names of a stored path as Windows is shown it. */
export function shownPath(names: readonly string[]): string {
  return "\\" + names.map(shownName).join("\\");
}

function shifted(byte: number): string {
  return String.fromCharCode(PRIVATE + byte);
}

function isForbidden(unit: number): boolean {
  return unit < BLANK || FORBIDDEN.has(unit);
}

function disguise(name: string): string {
  let shown = "";
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    const isEnd = i === name.length - 1 && (unit === DOT || unit === BLANK);
    shown += isForbidden(unit) || isEnd ? shifted(unit) : name[i];
  }
  return isDeviceName(shown) ? shifted(shown.charCodeAt(0)) + shown.slice(1) : shown;
}

function isDisguised(unit: number, isLast: boolean): boolean {
  const byte = unit - PRIVATE;
  if (byte <= 0 || byte > 0xff) return false;
  if (byte === DOT || byte === BLANK) return isLast;
  return byte >= 0x80 || isForbidden(byte);
}

/** The letter that the first unit stands for in the name of a device; null if it is none. */
function disguisedLetter(shown: string): string | null {
  const byte = shown.charCodeAt(0) - PRIVATE;
  if (!(byte > 0x40 && byte < 0x7b)) return null;
  const letter = String.fromCharCode(byte);
  return isDeviceName(letter + shown.slice(1)) ? letter : null;
}

/** UTF-8 of a character; of a lone surrogate the same by the rule of the others. */
function encode(character: number): string {
  const tail = (shift: number) => 0x80 | (character >> shift) & 0x3f;
  if (character < 0x800) return String.fromCharCode(0xc0 | character >> 6, tail(0));
  if (character < 0x10000) return String.fromCharCode(0xe0 | character >> 12, tail(6), tail(0));
  return String.fromCharCode(0xf0 | character >> 18, tail(12), tail(6), tail(0));
}

/** The characters of bytes; null if they are no UTF-8 even where surrogates are let through. */
function decode(stored: string): string | null {
  let text = "";
  for (let i = 0; i < stored.length;) {
    const byte = stored.charCodeAt(i++);
    if (byte < 0x80) {
      text += String.fromCharCode(byte);
      continue;
    }
    const more = byte >= 0xf0 && byte < 0xf5 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
    if (more === 0 || byte >= 0xf5 || i + more > stored.length) return null;
    let character = byte & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const next = stored.charCodeAt(i++);
      if ((next & 0xc0) !== 0x80) return null;
      character = character << 6 | next & 0x3f;
    }
    if (character > 0x10ffff || character < LEAST[more]!) return null;
    text += String.fromCodePoint(character);
  }
  return text;
}

/** The first character that takes so many bytes more. */
const LEAST = [0, 0x80, 0x800, 0x10000];

/**
 * What names have in common that Windows takes for one: each unit as a capital. No letter becomes an ASCII one that is
 * none, and none becomes two, as in the table that NTFS has.
 */
export function foldedName(shown: string): string {
  if (PLAIN.test(shown)) return shown.toUpperCase();
  let folded = "";
  for (let i = 0; i < shown.length; i++) {
    const upper = shown[i]!.toUpperCase();
    const isSame = upper.length !== 1 || upper.charCodeAt(0) < 0x80 && shown.charCodeAt(i) >= 0x80;
    folded += isSame ? shown[i] : upper;
  }
  return folded;
}
