/**
 * Malformed messages on the control socket: each line gets one typed answer, a message that cannot be a line ends
 * its connection, and the server goes on.
 *
 * ```sh
 * deno run -A --v8-flags=--expose-gc tests/crash/control_fuzz.ts --messages 1000000 --seed 1
 * ```
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { ControlClient } from "../../src/control/client.ts";
import { FakeService } from "../../src/control/testing/fake_service.ts";
import { loadMethods, METHOD_NAMES } from "../../src/control/methods.ts";
import { MAX_LINE_BYTES } from "../../src/control/protocol.ts";
import { ControlServer } from "../../src/control/server.ts";
import { withTemporary } from "../support/temporary.ts";
import { randomness } from "../support/random.ts";
import { residentMiB } from "./resident_memory.ts";

export interface ControlFuzzReport {
  readonly messages: number;
  /** Answers by error code; `ok` for success. */
  readonly answers: ReadonlyMap<string, number>;
  /** Connections that were ended by something that cannot be a line, or hung up in the middle of one. */
  readonly endings: number;
  /** Resident memory after each tenth of the messages, MiB. */
  readonly memory: readonly number[];
}

type Random = (below: number) => number;

const LINES_PER_CONNECTION = 100;
/** After so many messages another server is asked: the service of a test remembers every call. */
const ROUND = 2_000;
const DEADLINE_MS = 30_000;
/** One connection in so many is ended by a line that is too long. */
const LONG_ONE_IN = 200;

const NAMES = METHOD_NAMES.filter((name) => name !== "stop");
const METHODS = [...(await loadMethods()).values()];
const PARAMETERS = [
  ...new Set(METHODS.flatMap(({ params }) => Object.keys(params))),
  ...["__proto__", "constructor", "x", ""],
];
const VALUES = [
  ...["null", "1", "-1", "0.5", "1e400", '""', '"x"', "[]", "{}", "true", "false", '"\\u0000"'],
  ...["[[[]]]", '["a"]', '["a",1]', '"\\ud800"', "9007199254740993", '{"toString":1}'],
];
const WORDS = ["status", "checkpoint", "rollback", "log", "diff", "undo", "x", "--", '"', "HEAD~9"];

const encoder = new TextEncoder();

/** A line without its newline: a request with something wrong, or words. */
function malformedLine(random: Random): Uint8Array<ArrayBuffer> {
  const pick = (list: readonly string[]) => list[random(list.length)]!;
  const json = () => {
    const version = random(8) ? 1 : pick(VALUES);
    const params = random(12) ? `{"${pick(PARAMETERS)}":${pick(VALUES)}}` : pick(VALUES);
    const id = random(20) ? String(random(99)) : pick(VALUES);
    return `{"v":${version},"id":${id},"method":"${pick(NAMES)}","params":${params}}`;
  };
  const text = random(10) ? json() : Array.from({ length: random(5) }, () => pick(WORDS)).join(" ");
  const bytes = encoder.encode(random(40) ? text : "[".repeat(random(5000)) + text);
  if (random(3) > 0 && bytes.length > 0) {
    for (let i = random(4); i > 0; i--) bytes[random(bytes.length)] = 32 + random(95);
  }
  return bytes.slice(0, random(4) ? bytes.length : random(bytes.length + 1));
}

/** What ends a connection: bytes after the last whole line. */
function ending(random: Random): Uint8Array<ArrayBuffer> {
  if (random(LONG_ONE_IN) === 0) return new Uint8Array(MAX_LINE_BYTES + 1 + random(1000)).fill(65);
  const noise = Uint8Array.from({ length: 1 + random(300) }, () => random(256));
  noise[0] = 0xff;
  return noise;
}

export async function fuzzControl(messages: number, seed: number): Promise<ControlFuzzReport> {
  const random = randomness(seed);
  const answers = new Map<string, number>();
  const memory: number[] = [];
  let endings = 0;
  await withTemporary(async (directory) => {
    const path = `${directory}/control.sock`;
    for (let sent = 0; sent < messages; sent += ROUND) {
      const server = await ControlServer.listen(new FakeService(), path);
      try {
        for (let i = 0; i < ROUND; i += LINES_PER_CONNECTION) {
          const last = random(2) > 0 ? ending(random) : null;
          if (last !== null) endings++;
          for (const code of await converse(path, random, last)) {
            answers.set(code, (answers.get(code) ?? 0) + 1);
          }
        }
        using client = await ControlClient.connect(path);
        assert.equal((await client.status()).state, "ready");
      } catch (error) {
        throw new Error(`Failed after ${sent} messages of seed ${seed}`, { cause: error });
      } finally {
        await server.close();
      }
      if (sent >= (memory.length + 1) * messages / 10) memory.push(residentMiB());
    }
  });
  return { messages, answers, endings, memory: [...memory, residentMiB()] };
}

/** One connection: many lines, then perhaps what ends it. Resolves with the codes of the answers, all of them. */
async function converse(
  path: string,
  random: Random,
  last: Uint8Array<ArrayBuffer> | null,
): Promise<string[]> {
  const connection = await Deno.connect({ transport: "unix", path });
  const said = listen(connection);
  const count = LINES_PER_CONNECTION - (last === null ? 0 : 1);
  const lines = Array.from({ length: count }, () => malformedLine(random));
  const all = new Blob([
    ...lines.flatMap((line) => [line, "\n"]),
    ...(last === null ? [] : [last]),
  ]);
  const talking = send(connection, new Uint8Array(await all.arrayBuffer()));
  const replies = (await withDeadline(said)).trimEnd().split("\n");
  await talking;
  connection.close();
  assert.equal(replies.length, LINES_PER_CONNECTION, "each message gets one answer");
  return replies.map((reply) => codeOf(reply));
}

/** All the server says. It may hang up without having read all that it was told: then the end is a reset. */
async function listen(connection: Deno.UnixConn): Promise<string> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(65536);
  let text = "";
  while (true) {
    const count = await connection.read(chunk).catch((error) => {
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    });
    if (count === null) return text;
    text += decoder.decode(chunk.subarray(0, count), { stream: true });
  }
}

/** The server may hang up while we still talk. */
async function send(connection: Deno.UnixConn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    await connection.closeWrite();
  } catch { /* the answers tell whether it may */ }
}

async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("The server did not answer")), DEADLINE_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Requests have it in their error, plain words beside it. */
function codeOf(reply: string): string {
  const { ok, error, code = error?.code } = JSON.parse(reply);
  if (ok === true) return "ok";
  assert.equal(typeof code, "string", reply);
  assert.notEqual(code, "internal", reply);
  return code;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      messages: { type: "string", default: "100000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const begin = performance.now();
  const seed = Number(values.seed);
  const { answers, ...report } = await fuzzControl(Number(values.messages), seed);
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(JSON.stringify({ ...report, seed, seconds, answers: Object.fromEntries(answers) }));
}
