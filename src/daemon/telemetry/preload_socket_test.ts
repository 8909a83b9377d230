import assert from "node:assert/strict";
import type { TelemetryEvent } from "../../telemetry/event.ts";
import { PreloadSocket } from "./preload_socket.ts";

function message(path: string, operation = 2, version = 1): Uint8Array {
  const bytes = new Uint8Array(272);
  const view = new DataView(bytes.buffer);
  bytes.set([version, 0, operation, 0]);
  view.setUint32(4, 4_000_000, true);
  view.setBigUint64(8, 12n, true);
  bytes.set(new TextEncoder().encode(path), 16);
  return bytes;
}

async function withSocket(
  body: (path: string, told: TelemetryEvent[]) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const told: TelemetryEvent[] = [];
  const socket = await PreloadSocket.listen(`${directory}/s`, {
    verdict: ({ path }) =>
      path!.endsWith(".env")
        ? { verdict: "deny", rule: "environment" }
        : { verdict: "allow", rule: null },
    tell: (event) => void told.push(event),
  });
  try {
    await body(socket.path, told);
  } finally {
    socket.end();
    await Deno.remove(directory, { recursive: true });
  }
}

/** What is answered to each; null: the connection ends. */
async function ask(path: string, ...messages: Uint8Array[]): Promise<(number | null)[]> {
  using connection = await Deno.connect({ transport: "unix", path });
  const answers: (number | null)[] = [];
  for (const bytes of messages) {
    await connection.write(bytes).catch(() => {});
    const answer = new Uint8Array(1);
    const length = await connection.read(answer).catch(() => null);
    answers.push(length === null ? null : answer[0]!);
  }
  return answers;
}

Deno.test("the original's library is answered, denies included, and what it tells is told on", () =>
  withSocket(async (path, told) => {
    assert.deepEqual(await ask(path, message("/p/a"), message("/p/.env", 0)), [0, 2]);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    const [first, second] = told;
    assert.equal(first!.action, "open");
    assert.equal(first!.path, "/p/a");
    assert.equal(first!.bytes, 12);
    assert.equal(second!.verdict, "deny");
    assert.equal(second!.rule, "environment");
  }));

Deno.test("what is no message ends the connection, and so does silence; others are answered", () =>
  withSocket(async (path, told) => {
    assert.deepEqual(await ask(path, message("/p/a", 2, 9)), [null]);
    assert.deepEqual(await ask(path, message("/p/a", 200)), [null]);
    // Half a message, and then nothing.
    assert.deepEqual(await ask(path, message("/p/a").subarray(0, 100)), [null]);
    assert.deepEqual(told, []);
    assert.deepEqual(await ask(path, message("/p/b")), [0]);
  }));

Deno.test("a socket that somebody listens on is left alone, one that nobody does is taken", () =>
  withSocket(async (path) => {
    const options = {
      verdict: () => ({ verdict: "allow", rule: null } as const),
      tell: () => {},
    };
    await assert.rejects(PreloadSocket.listen(path, options), /another program's/);
    const left = `${path}2`;
    const listener = Deno.listen({ transport: "unix", path: left });
    listener.close();
    (await PreloadSocket.listen(left, options)).end();
  }));
