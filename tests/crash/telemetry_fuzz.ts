/**
 * Gives the decoders of telemetry bytes that no kernel would: they have to say that it is nothing, or an event that a log can have,
 * and never fail.
 *
 *     deno run -A tests/crash/telemetry_fuzz.ts --inputs 1000000
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { CallHead, Head, Kind, NetworkHead } from "../../bpf/record.ts";
import { KernelTypes, LayoutError } from "../../bpf/kernel_layout.ts";
import { decodeNotice } from "../../ffi/linux/watch/seccomp_notify.ts";
import { decodeSystemCall } from "../../ffi/linux/watch/ptrace.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import { decodeFanotify, type FanotifyRecord } from "../../src/telemetry/linux/decode_fanotify.ts";
import { decodeRecord } from "../../src/telemetry/linux/decode_record.ts";
import { type CallerMemory, describeCall } from "../../src/telemetry/linux/describe_call.ts";
import { FILE_CALLS } from "../../src/telemetry/linux/file_calls.ts";
import { parseRecord } from "../../src/telemetry/linux/parse_record.ts";
import { type Random, randomness, SEED } from "../support/random.ts";

/** How many inputs of each kind were something, of how many. */
export type Tally = Map<string, { inputs: number; taken: number }>;

type Fuzz = (random: Random) => boolean;

function bytes(random: Random, most: number): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(random(most + 1));
  for (let i = 0; i < made.length; i++) made[i] = random(256);
  return made;
}

/** A number that is often at an edge. */
function edgy(random: Random, most: number): number {
  const edges = [0, 1, most, most - 1, most >> 1];
  return random(2) === 0 ? edges[random(edges.length)]! : random(most + 1);
}

/** A log can have it: JSON, and nothing in it that is no number. */
function assertEvent(event: TelemetryEvent | null): boolean {
  if (event === null) return false;
  const text = JSON.stringify(event, (_, value) => {
    assert.ok(typeof value !== "number" || Number.isFinite(value), `a number is ${value}`);
    return value;
  });
  assert.ok(text.length < 64 * 1024, "an event has no end");
  assert.equal(typeof event.action, "string");
  return true;
}

const FUZZES: Readonly<Record<string, Fuzz>> = {
  "BPF record": (random) => {
    const record = bytes(random, 600);
    const view = new DataView(record.buffer);
    if (record.length >= Head.BYTES && random(8) > 0) {
      view.setUint16(Head.KIND, 1 + random(Kind.CALL), true);
      const ends = [0, 1, 2, 3].map(() => Head.BYTES + edgy(random, record.length - Head.BYTES));
      if (random(4) > 0) ends.sort((a, b) => a - b);
      [Head.FILE_END, Head.EXECUTABLE_END, Head.DIRECTORY_END, CallHead.TARGET_DIRECTORY_END]
        .forEach((at, i) => view.setUint16(at, ends[i]!, true));
      if (random(2) === 0) {
        view.setUint16(NetworkHead.FAMILY, [1, 2, 10, 17][random(4)]!, true);
      }
    }
    return assertEvent(decodeRecord(record));
  },
  "fanotify": (random) => {
    const buffer = bytes(random, 200);
    const view = new DataView(buffer.buffer);
    let end = 0;
    while (end + 24 <= buffer.length && random(8) > 0) {
      const length = random(8) > 0 ? 24 : edgy(random, 64);
      view.setUint32(end, length, true);
      if (random(16) > 0) view.setUint8(end + 4, 3);
      end += Math.max(1, length);
    }
    const records: FanotifyRecord[] = [];
    const given = random(2) === 0 ? end : edgy(random, buffer.length + 32);
    const isWhole = decodeFanotify(buffer, given, records);
    assert.ok(records.length <= buffer.length / 24);
    return isWhole !== null && records.length > 0;
  },
  "seccomp and ptrace": (random) => {
    const input = bytes(random, 120);
    if (input.length > 0) input[0] = random(4);
    const notice = decodeNotice(input);
    const stop = decodeSystemCall(input);
    assert.equal(notice !== null, input.length >= 80);
    return stop !== null;
  },
  "arguments in memory": (random) => {
    const call = FILE_CALLS[random(FILE_CALLS.length)]!;
    const args = Array.from({ length: 6 }, () => {
      const word = BigInt(random(2 ** 30)) << BigInt(random(34));
      return random(3) === 0 ? BigInt(random(8)) : word;
    });
    const memory: CallerMemory = {
      readString: () => random(4) === 0 ? null : latin1(bytes(random, 40)),
      readBytes: (_, length) => random(4) === 0 ? null : bytes(random, length),
      pathOf: () => random(4) === 0 ? null : `/${latin1(bytes(random, 10))}`,
    };
    const described = describeCall(call, args, memory);
    return assertEvent(described && { provider: "seccomp", time: 1, ...described });
  },
  "handed in": (random) => assertEvent(parseRecord(line(random))),
  "types of a kernel": (random) => {
    const btf = bytes(random, 300);
    if (btf.length >= 24 && random(8) > 0) {
      const words = new DataView(btf.buffer);
      const types = 4 * random((btf.length - 24) / 4);
      [0x0001_eb9f, 24, 0, types, types, btf.length - 24 - types]
        .forEach((word, i) => words.setUint32(4 * i, word, true));
      for (let at = 24; at + 12 <= 24 + types && random(16) > 0; at += 12) {
        words.setUint32(at, random(20), true);
        words.setUint32(at + 4, (random(20) << 24) | random(4), true);
        words.setUint32(at + 8, random(20), true);
      }
    }
    try {
      const kernel = new KernelTypes(btf);
      const names = [...new TextDecoder("latin1").decode(btf).matchAll(/\w+/g)].map(([name]) =>
        name
      );
      kernel.fieldOffsets(names.map((name) => `${name}.${names[0]}.${name}`));
      return true;
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      return false;
    }
  },
};

/** Of inputs. */
export const KINDS = Object.keys(FUZZES).length;

function latin1(input: Uint8Array): string {
  return String.fromCharCode(...input);
}

const VALUES = [
  "exec",
  "seccomp",
  "ptrace",
  0,
  -1,
  1e308,
  null,
  [],
  {},
  "\ud800",
  ["a"],
  [1],
  "ENOENT",
];
const KEYS = [
  "provider",
  "action",
  "time",
  "path",
  "target",
  "process",
  "address",
  "error",
  "mode",
];

/** JSON that is nearly a record, or breaks off. */
function line(random: Random): string {
  const value = () => VALUES[random(VALUES.length)];
  const fields: Record<string, unknown> = {
    provider: "seccomp",
    action: "open",
    time: random(9),
  };
  for (let i = random(6); i > 0; i--) fields[KEYS[random(KEYS.length)]!] = value();
  if (random(2) === 0) {
    fields.process = { tid: value(), args: value(), name: value(), uid: 1 };
  }
  if (random(2) === 0) fields.address = { ip: value(), port: value(), transport: value() };
  const text = JSON.stringify(fields);
  return random(8) === 0 ? text.slice(0, random(text.length)) : text;
}

export function fuzzTelemetry(inputs: number, seed: number): Tally {
  const random = randomness(seed);
  const tally: Tally = new Map(Object.keys(FUZZES).map((kind) => [kind, { inputs: 0, taken: 0 }]));
  const kinds = Object.entries(FUZZES);
  for (let i = 0; i < inputs; i++) {
    const [kind, fuzz] = kinds[i % kinds.length]!;
    const count = tally.get(kind)!;
    count.inputs++;
    try {
      if (fuzz(random)) count.taken++;
    } catch (error) {
      throw new Error(`${kind}, input ${i} of seed ${seed}: ${error}`, { cause: error });
    }
  }
  return tally;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { inputs: { type: "string", default: "1000000" }, seed: { type: "string" } },
  });
  const tally = fuzzTelemetry(Number(values.inputs), Number(values.seed ?? SEED));
  for (const [kind, { inputs, taken }] of tally) console.log(`${kind}: ${taken} of ${inputs}`);
}
