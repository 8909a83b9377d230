/**
 * The functions of WinFsp's library that the adapter uses: those that speak with its driver. The library's own loop and
 * callbacks are not: one call for each request is what a thread that only runs synchronous code wants.
 *
 * A handle is a number here, so that threads can give it to each other. Each thread that uses the library opens it.
 *
 * @module
 */

import { winfspPlaces } from "./find_winfsp.ts";

const SYMBOLS = {
  FspVersion: { parameters: ["buffer"], result: "i32" },
  FspFsctlCreateVolume: {
    parameters: ["buffer", "buffer", "buffer", "usize", "buffer"],
    result: "i32",
  },
  FspFsctlTransact: {
    parameters: ["u64", "buffer", "usize", "buffer", "buffer", "u8"],
    result: "i32",
  },
  FspFsctlStop0: { parameters: ["u64"], result: "i32" },
  FspFsctlStop: { parameters: ["u64"], result: "i32" },
  FspFsctlNotify: { parameters: ["u64", "buffer", "usize"], result: "i32", nonblocking: true },
  FspMountSet: { parameters: ["buffer"], result: "i32" },
  FspMountRemove: { parameters: ["buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

export type WinFspCalls = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

export interface WinFspVersion {
  readonly major: number;
  readonly minor: number;
}

/** The first that has what is relied on: POSIX renames, and the fixes of 2023 and 2025. */
const LEAST_VERSION: WinFspVersion = { major: 2, minor: 1 };

/** WinFsp is not installed, or too old. */
export class WinFspError extends Error {
  constructor(readonly code: "winfsp_missing" | "winfsp_old", message: string, cause?: unknown) {
    super(message, { cause });
  }
}

export interface WinFsp {
  readonly calls: WinFspCalls;
  readonly path: string;
  readonly version: WinFspVersion;
}

/** Opens the library. Throws {@linkcode WinFspError}. */
export function openWinFsp(places: readonly string[] = winfspPlaces()): WinFsp {
  let cause: unknown;
  for (const path of places) {
    try {
      return checked(path, Deno.dlopen(path, SYMBOLS).symbols);
    } catch (error) {
      if (error instanceof WinFspError) throw error;
      cause = error;
    }
  }
  throw new WinFspError(
    "winfsp_missing",
    "WinFsp is not installed: install it from https://winfsp.dev (2.1 or newer)",
    cause,
  );
}

function checked(path: string, calls: WinFspCalls): WinFsp {
  const word = new Uint32Array(1);
  const status = calls.FspVersion(word);
  const version = { major: word[0]! >>> 16, minor: word[0]! & 0xffff };
  const { major, minor } = LEAST_VERSION;
  const isOld = status !== 0 || version.major < major ||
    version.major === major && version.minor < minor;
  if (!isOld) return { calls, path, version };
  throw new WinFspError(
    "winfsp_old",
    `WinFsp ${version.major}.${version.minor} at ${path} is too old: install ${major}.${minor} ` +
      "or newer from https://winfsp.dev",
  );
}
