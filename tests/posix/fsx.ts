/**
 * Random operations on the bytes of two files, each compared with a copy in memory:
 *
 *     deno run -A tests/posix/fsx.ts --path DIR [--ops N] [--seed N] [--every N] [--ctl FILE]
 *
 * Reads and writes go through descriptors and through shared mappings; files are cut, grown, allocated,
 * punched, zeroed and copied into each other. Now and then the kernel is made to forget its pages, so that
 * what the file system has is what is read. With `--ctl` (`.agentvfs/ctl` of a mount) a checkpoint is made
 * every `--every` operations, and from time to time all goes back to an earlier one.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { errnoName } from "./errno_names.ts";
import { FileUnderTest, MAX_SIZE } from "./fsx_file.ts";
import { randomNumbers } from "./random.ts";
import { copyFileRange } from "./system_calls.ts";

export interface FsxOptions {
  /** Directory with room for files `fsx-0` and `fsx-1`; what they hold already is kept. */
  readonly path: string;
  readonly ops: number;
  readonly seed: number;
  /** Operations from one checkpoint to the next. */
  readonly every?: number;
  readonly history?: FsxHistory;
}

/** Checkpoints of the mount that is tested. */
export interface FsxHistory {
  checkpoint(label: string): void;
  rollback(label: string): void;
}

export interface FsxReport {
  readonly operations: number;
  readonly checkpoints: number;
  readonly rollbacks: number;
  readonly bytesCompared: number;
}

/** Operations that are told of when something is wrong. */
const TOLD = 30;
const LONGEST = 70_000;
const KEPT_CHECKPOINTS = 8;

class Fsx {
  readonly files: FileUnderTest[];
  readonly random: (limit: number) => number;
  readonly told: string[] = [];
  readonly saved: { label: string; contents: Uint8Array<ArrayBuffer>[] }[] = [];
  checkpoints = 0;
  rollbacks = 0;
  #byte = 1;

  constructor(readonly options: FsxOptions) {
    this.random = randomNumbers(options.seed);
    this.files = [0, 1].map((n) => new FileUnderTest(`${options.path}/fsx-${n}`));
  }

  run(): FsxReport {
    const { ops, every = 5_000, history } = this.options;
    for (let i = 0; i < ops; i++) {
      try {
        this.#step(i);
        if (history !== undefined && i % every === every - 1) this.#remember(history);
      } catch (error) {
        const last = this.told.slice(-TOLD).join("\n  ");
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`Operation ${i} of seed ${this.options.seed}: ${message}\n  ${last}`);
      }
    }
    for (const file of this.files) file.compareWhole();
    const bytesCompared = this.files.reduce((sum, file) => sum + file.bytesCompared, 0);
    for (const file of this.files) file.end();
    const { checkpoints, rollbacks } = this;
    return { operations: ops, checkpoints, rollbacks, bytesCompared };
  }

  /** A range that is likely to be at an edge: of a page, of a chunk, of the file. */
  #range(file: FileUnderTest, limit: number): [offset: number, length: number] {
    const edges = [0, 4096, 65_536, 262_144, file.size];
    let offset = this.random(limit);
    if (this.random(4) === 0) offset = edges[this.random(edges.length)]! + this.random(3) - 1;
    offset = Math.max(0, Math.min(offset, limit - 1));
    const longest = Math.min(this.random(4) === 0 ? LONGEST : 5000, limit - offset);
    return [offset, 1 + this.random(longest)];
  }

  #pattern(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    const first = this.#byte++;
    for (let i = 0; i < length; i++) bytes[i] = (first + i * 13) & 0xff | 1;
    return bytes;
  }

  #tell(text: string): void {
    this.told.push(text);
    if (this.told.length > 2 * TOLD) this.told.splice(0, TOLD);
  }

  #step(number: number): void {
    const n = this.random(2);
    const file = this.files[n]!;
    const [name, act] = this.#choose(file, n);
    this.#tell(`${number} file ${n} (${file.size} bytes): ${name}`);
    act();
    file.compareSize();
    if (number % 997 === 0) file.compareWhole();
  }

  #choose(file: FileUnderTest, n: number): [string, () => void] {
    const kind = this.random(100);
    const within = Math.max(1, file.size);
    if (kind < 24) {
      const [offset, length] = this.#range(file, within);
      return [`read ${offset} ${length}`, () => file.read(offset, length)];
    }
    if (kind < 46) {
      const [offset, length] = this.#range(file, MAX_SIZE);
      return [`write ${offset} ${length}`, () => file.write(offset, this.#pattern(length))];
    }
    if (kind < 53) {
      const [offset, length] = this.#range(file, within);
      return [`mapped read ${offset} ${length}`, () => file.mapRead(offset, length)];
    }
    if (kind < 60) {
      const [offset, length] = this.#range(file, within);
      const bytes = this.#pattern(Math.min(length, Math.max(0, file.size - offset)));
      const sync = this.random(3) === 0;
      const text = `mapped write ${offset} ${bytes.length}${sync ? " synced" : ""}`;
      return [text, () => file.mapWrite(offset, bytes, sync)];
    }
    if (kind < 67) {
      const size = this.random(3) === 0 ? this.random(MAX_SIZE) : this.random(within);
      return [`truncate ${size}`, () => file.truncate(size)];
    }
    if (kind < 79) {
      const [offset, length] = this.#range(file, MAX_SIZE);
      const how = (["punch", "zero", "zero and grow", "allocate", "allocate and grow"] as const)[
        this.random(5)
      ]!;
      return [`${how} ${offset} ${length}`, () => file.allocate(how, offset, length)];
    }
    if (kind < 87) return this.#copy(file, n);
    if (kind < 94) return ["forget pages", () => file.forgetPages()];
    if (kind < 97) return ["close and open", () => file.reopen()];
    return ["find data and holes", () => file.checkHoles()];
  }

  #copy(from: FileUnderTest, n: number): [string, () => void] {
    const to = this.files[this.random(2)]!;
    const [offset, wanted] = this.#range(from, Math.max(1, from.size));
    const target = this.random(MAX_SIZE - wanted);
    const overlaps = from === to && Math.abs(offset - target) < wanted;
    const length = overlaps ? Math.abs(offset - target) : wanted;
    return [`copy ${length} from ${offset} to ${target} of ${this.files.indexOf(to)}`, () => {
      if (length === 0) return;
      const expected = Math.min(length, Math.max(0, from.size - offset));
      const copied = copyFileRange(from.fd, offset, to.fd, target, length);
      if (copied !== expected) {
        throw new Error(`File ${n}: copied ${copied < 0 ? errnoName(-copied) : copied} bytes`);
      }
      to.modelWrite(target, from.model.slice(offset, offset + copied));
      to.compareSize();
    }];
  }

  #remember(history: FsxHistory): void {
    if (this.saved.length > 1 && this.random(5) === 0) {
      const { label, contents } = this.saved[this.random(this.saved.length)]!;
      this.#tell(`rollback ${label}`);
      history.rollback(label);
      this.rollbacks++;
      this.files.forEach((file, n) => file.replacedBy(contents[n]!));
      return;
    }
    const label = `fsx ${this.options.seed} ${this.checkpoints++}`;
    this.#tell(`checkpoint ${label}`);
    history.checkpoint(label);
    this.saved.push({ label, contents: this.files.map((file) => file.copyOfModel()) });
    if (this.saved.length > KEPT_CHECKPOINTS) this.saved.splice(this.random(KEPT_CHECKPOINTS), 1);
  }
}

/** Throws, with the last operations, when a file is not what it should be. */
function runFsx(options: FsxOptions): FsxReport {
  return new Fsx(options).run();
}

/** Checkpoints by way of `.agentvfs/ctl`: a line written, an answer read. */
function historyThrough(ctl: string): FsxHistory {
  const command = (line: string) => {
    using file = Deno.openSync(ctl, { read: true, write: true });
    file.writeSync(new TextEncoder().encode(line + "\n"));
    file.seekSync(0, Deno.SeekMode.Start);
    const answer = new Uint8Array(65_536);
    const text = new TextDecoder().decode(answer.subarray(0, file.readSync(answer) ?? 0));
    if (JSON.parse(text).ok !== true) throw new Error(`${line}: ${text}`);
  };
  return {
    checkpoint: (label) => command(`checkpoint ${JSON.stringify(label)}`),
    rollback: (label) => command(`rollback ${JSON.stringify(label)}`),
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      path: { type: "string" },
      ops: { type: "string", default: "20000" },
      seed: { type: "string", default: String(Date.now() % 1e9) },
      every: { type: "string", default: "5000" },
      ctl: { type: "string" },
    },
  });
  const { path, ops, seed, every, ctl } = values;
  if (path === undefined) throw new Error("--path DIR is missing");
  console.log(`seed ${seed}`);
  const start = performance.now();
  const history = ctl === undefined ? {} : { history: historyThrough(ctl) };
  const options = { path, ops: Number(ops), seed: Number(seed), every: Number(every), ...history };
  console.log(JSON.stringify({ ...runFsx(options), ms: Math.round(performance.now() - start) }));
}
