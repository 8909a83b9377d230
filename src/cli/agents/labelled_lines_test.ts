import assert from "node:assert/strict";
import { labelledLines } from "./labelled_lines.ts";

async function labelled(...chunks: string[]): Promise<string[]> {
  const encoder = new TextEncoder();
  const written: string[] = [];
  await labelledLines(
    ReadableStream.from(chunks.map((chunk) => encoder.encode(chunk))),
    "[1] ",
    (bytes) => written.push(new TextDecoder().decode(bytes)),
  );
  return written;
}

Deno.test("each line is written at once, with its label, however it comes", async () => {
  assert.deepEqual(await labelled("one\ntw", "o", "\n\nla", "st"), [
    "[1] one\n",
    "[1] two\n",
    "[1] \n",
    "[1] last\n",
  ]);
  assert.deepEqual(await labelled(), []);
});

Deno.test("a line without end comes in pieces", async () => {
  const long = "x".repeat(64 * 1024);
  assert.deepEqual(await labelled(long.slice(0, 9), `${long}y\n`), [
    `[1] ${long}\n`,
    `[1] ${"x".repeat(9)}y\n`,
  ]);
  assert.deepEqual(await labelled(`${long}\n`), [`[1] ${long}\n`]);
});
