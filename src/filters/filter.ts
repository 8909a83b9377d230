/**
 * A filter, in whatever language: it is given events and says what it thinks of each.
 *
 * @module
 */

export interface Filter {
  /**
   * Answers `count` events (`packEvents`) in their order, as `readAnswer` reads them. An event on which the filter fails has the
   * answer `Bit.FAILED`, and {@linkcode failure} says why.
   */
  judge(events: Uint8Array<ArrayBuffer>, count: number): Uint8Array<ArrayBuffer>;
  /** Why it failed last; null: it never did. */
  readonly failure: string | null;
}

/** A file is no filter, or one that may not run. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  constructor(
    readonly code: "not_a_filter" | "filter_failed" | "no_filters_here",
    message: string,
  ) {
    super(message);
  }
}

/** What filters are written in. */
export type FilterKind = "wasm" | "lua";

/** By its name, or what it begins with. */
export function filterKind(path: string, bytes: Uint8Array): FilterKind {
  if (bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d) return "wasm";
  if (path.endsWith(".lua")) return "lua";
  if (path.endsWith(".wasm")) {
    throw new FilterError("not_a_filter", `${path} is no Wasm module: it does not begin as one`);
  }
  throw new FilterError("not_a_filter", `${path} is neither a Wasm module nor named .lua`);
}
