/**
 * How results are shown: short and aligned for people, colour only on a terminal, JSON for programs.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Writes all of `text` to standard output. A reader that went away (`| head`) ends the program quietly. */
export function print(text: string): void {
  writeAll(Deno.stdout, text + "\n");
}

/** As {@linkcode print}, bytes as they are. */
export function printBytes(bytes: Uint8Array): void {
  writeBytes(Deno.stdout, bytes);
}

/** As {@linkcode printBytes}, to standard error. */
export function printErrorBytes(bytes: Uint8Array): void {
  writeBytes(Deno.stderr, bytes);
}

export function printError(text: string): void {
  writeAll(Deno.stderr, text + "\n");
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  writeBytes(stream, encoder.encode(text));
}

function writeBytes(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let sent = 0; sent < bytes.length;) sent += stream.writeSync(bytes.subarray(sent));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

/** True if people read standard output. */
export function onTerminal(): boolean {
  return Deno.stdout.isTerminal();
}

/** From now on only results and errors are printed: no progress, no warnings. */
export function setQuiet(is: boolean): void {
  quiet = is;
}

let quiet = false;

/** True if who asked wants results and errors alone. */
export function isQuiet(): boolean {
  return quiet;
}

/** One line for programs, indented where people look. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, onTerminal() ? 2 : undefined));
}

const STYLES = {
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  cyan: "36",
} as const;
export type Style = keyof typeof STYLES;

/** When output is coloured; `auto`: on a terminal, if NO_COLOR (no-color.org) is not set. */
export const COLOUR_MODES = ["auto", "always", "never"] as const;
export type ColourMode = typeof COLOUR_MODES[number];

/** From now on. */
export function setColour(mode: ColourMode): void {
  colour = mode === "auto" ? undefined : mode === "always";
}

/** Colours `text`, if output is to have colours: by default on a terminal. */
export function style(text: string, ...styles: Style[]): string {
  if (text === "" || styles.length === 0 || !coloured()) return text;
  return `\x1b[${styles.map((name) => STYLES[name]).join(";")}m${text}\x1b[0m`;
}

let colour: boolean | undefined;

/** True if output is to have colours. */
export function coloured(): boolean {
  colour ??= onTerminal() && !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb";
  return colour;
}

/** Control characters and those that reorder text, which a name could use to write over what is shown. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\u{dc80}-\u{dcff}]/gu;

/** A name or label as it can be shown on one line. */
export function safe(text: string): string {
  return text.replace(UNSAFE, (c) => {
    const unit = c.charCodeAt(0);
    // Of what is no UTF-8, the byte.
    const code = unit >= 0xdc80 && unit <= 0xdcff ? unit - 0xdc00 : unit;
    return code < 0x100
      ? "\\x" + code.toString(16).padStart(2, "0")
      : "\\u" + code.toString(16).padStart(4, "0");
  });
}
