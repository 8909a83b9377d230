/**
 * Where WinFsp's library is: it is on no path, so the registry says where it was installed. It is never part of this program
 * (WinFsp - Windows File System Proxy, Copyright (C) Bill Zissimopoulos, https://github.com/winfsp/winfsp).
 *
 * @module
 */

import { textOfWide, wideString } from "../wide_string.ts";

const HKEY_LOCAL_MACHINE = 0x8000_0002n;
const RRF_RT_REG_SZ = 2;
const PLACES = ["SOFTWARE\\WOW6432Node\\WinFsp", "SOFTWARE\\WinFsp"];
const LONGEST_PATH = 1024;

/** Where the library may be, the likeliest first. `$AGENTVFS_WINFSP` is a stand-in's for tests, and then the only one. */
export function winfspPlaces(): string[] {
  const own = Deno.env.get("AGENTVFS_WINFSP");
  if (own !== undefined) return [own];
  const name = Deno.build.arch === "aarch64" ? "winfsp-a64.dll" : "winfsp-x64.dll";
  const installed = PLACES.flatMap((key) => registryText(key, "InstallDir") ?? []);
  const usual = ["ProgramFiles(x86)", "ProgramFiles"].flatMap((variable) => {
    const directory = Deno.env.get(variable);
    return directory === undefined ? [] : [`${directory}\\WinFsp\\`];
  });
  return [...installed, ...usual]
    .map((directory) => `${directory.replace(/\\*$/, "\\")}bin\\${name}`);
}

/** A text below HKEY_LOCAL_MACHINE; null if there is none. */
function registryText(key: string, value: string): string | null {
  const library = Deno.dlopen("advapi32.dll", {
    RegGetValueW: {
      parameters: ["u64", "buffer", "buffer", "u32", "pointer", "buffer", "buffer"],
      result: "i32",
    },
  });
  try {
    const text = new Uint16Array(LONGEST_PATH);
    const size = Uint32Array.of(text.byteLength);
    const [name, field] = [wideString(key), wideString(value)];
    const failed = library.symbols.RegGetValueW(
      HKEY_LOCAL_MACHINE,
      name,
      field,
      RRF_RT_REG_SZ,
      null,
      text,
      size,
    );
    return failed !== 0 ? null : textOfWide(text);
  } finally {
    library.close();
  }
}
