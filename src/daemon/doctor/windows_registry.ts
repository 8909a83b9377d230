/**
 * The registry of Windows, as its `reg` prints it.
 *
 * @module
 */

import { systemProgram } from "../../host/system_program.ts";

export interface Registry {
  /** A number; null where there is none, or it may not be read. */
  number(key: string, name: string): Promise<number | null>;
  /** Names of the values of a key; null where there is none, or they may not be read. */
  names(key: string): Promise<string[] | null>;
}

/** That of this machine. `print`: for tests, what `reg query` with these words prints; null if it fails. */
export function registry(
  print: (words: readonly string[]) => Promise<string | null> = query,
): Registry {
  return {
    async number(key, name) {
      const text = await print([key, "/v", name]) ?? "";
      const number = /REG_DWORD\s+(0x[0-9a-f]+)/i.exec(text)?.[1];
      return number === undefined ? null : Number(number);
    },
    async names(key) {
      const text = await print([key]);
      if (text === null) return null;
      return [...text.matchAll(/^ {4}(\S.*?) {4}REG_\w+/gm)].map((row) => row[1]!);
    },
  };
}

async function query(words: readonly string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(systemProgram("reg"), {
      args: ["query", ...words],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch {
    return null;
  }
}
