/**
 * Random calls of programs, on the adapter and on a model of NT at once: each is to answer as the model does, and to leave
 * what it has. What was told of them is to come to the same.
 *
 *     deno run -A tests/windows/random_calls.ts [sequences]
 *
 * @module
 */

import assert from "node:assert/strict";
import { treeText } from "./script.ts";
import { type Random, repeat } from "../support/random.ts";
import { EMPTY_SNAPSHOT, Fixture } from "../tree/fixture.ts";
import { type ModelHandle, type ModelOpen, NtModel } from "./nt_model.ts";
import { Script } from "./script.ts";
import { recording } from "./recording.ts";
import { modelText, ToldMirror } from "./told_mirror.ts";
import { serveTree } from "./served.ts";

const CALLS = 200;
const NAMES = ["a", "A", "b", "dir", "Dir", "e"];
const DISPOSITIONS = ["super", "open", "create", "openif", "over", "overif"] as const;
const HANDLES = ["h", "i", "j", "k"];

class Sequence {
  readonly model = new NtModel();
  readonly handles = new Map<string, ModelHandle>();
  readonly calls: string[] = [];

  constructor(readonly script: Script, readonly random: Random) {}

  /** One call: both sides' answers are equal. */
  step(): void {
    const name = this.#one(HANDLES);
    const handle = this.handles.get(name);
    if (handle === undefined) return this.#open(name);
    const { model } = this;
    switch (this.random(9)) {
      case 0: {
        const offset = this.random(3) === 0 ? "end" as const : this.random(12);
        const text = "text".slice(this.random(5));
        return this.#same(
          `@${name} write ${offset} ${text}`,
          () => model.write(handle, offset, text),
        );
      }
      case 1: {
        const [offset, length] = [this.random(10), this.random(10)];
        return this.#same(
          `@${name} read ${offset} ${length}`,
          () => model.read(handle, offset, length),
        );
      }
      case 2: {
        const size = this.random(10);
        return this.#same(`@${name} size ${size}`, () => model.size(handle, size));
      }
      case 3:
        // What is about to go is the driver's, and so is what has several handles.
        if (handle.node.isPending) return;
        return this.#same(`@${name} delete`, () => model.delete(handle));
      case 4:
      case 5:
        return this.#rename(name, handle);
      case 6: {
        const readonly = this.random(4) === 0;
        return this.#same(
          `@${name} setattr ${readonly ? "ro" : "normal"}`,
          () => model.setReadonly(handle, readonly),
        );
      }
      case 7: {
        const isRoot = handle.parent === null;
        if (!handle.node.isDirectory && handle.node.isGone) return;
        return this.#same(`@${name} list`, () => model.list(handle, isRoot), sorted);
      }
      default:
        this.handles.delete(name);
        return this.#same(`@${name} close`, () => {
          model.close(handle);
          return "SUCCESS";
        });
    }
  }

  #open(name: string): void {
    const path = this.#path();
    const deletesOnClose = this.random(12) === 0;
    const open: ModelOpen = {
      disposition: this.#one(DISPOSITIONS),
      kind: this.#one(["", "", "dir", "file"] as const),
      writes: this.random(3) > 0,
      makesReadonly: this.random(8) === 0,
      deletesOnClose,
    };
    const words = [
      `${name}:`,
      open.disposition,
      path.join("/") || "/",
      open.kind,
      open.writes ? "read write del setattr" : "read del setattr",
      open.makesReadonly ? "ro" : "",
      deletesOnClose ? "doc" : "",
    ];
    this.#same(words.filter((word) => word !== "").join(" "), () => {
      const { status, handle } = this.model.open(path, open);
      if (handle !== null) this.handles.set(name, handle);
      return status;
    });
  }

  /** What the driver itself refuses is not asked: it is about other handles. */
  #rename(name: string, handle: ModelHandle): void {
    const path = this.#path();
    const { node } = handle;
    const found = this.model.find(path);
    const target = typeof found === "string" ? null : found.node;
    const isBusy = node.handles > 1 || node.isPending || handle.deletes ||
      this.model.isOpenBelow(node) ||
      target !== null && target !== node && (target.handles > 0 || this.model.isOpenBelow(target));
    if (isBusy || path.length === 0) return;
    const replaces = this.random(2) === 0;
    this.#same(
      `@${name} rename ${path.join("/")} ${replaces ? "replace" : ""}`.trim(),
      () => this.model.rename(handle, path, replaces),
    );
  }

  #path(): string[] {
    return Array.from(
      { length: this.random(8) === 0 ? 0 : 1 + this.random(3) },
      () => this.#one(NAMES),
    );
  }

  #one<T>(values: readonly T[]): T {
    return values[this.random(values.length)]!;
  }

  #same(call: string, model: () => string, as: (answer: string) => string = (text) => text): void {
    this.calls.push(call);
    const expected = model();
    const got = as(this.script.step(call));
    assert.equal(
      got,
      expected,
      `${this.calls.slice(-12).join("; ")} (there is ${this.model.text})`,
    );
  }
}

function sorted(names: string): string {
  return names.split(" ").sort().join(" ");
}

/** Runs so many sequences. Throws where an answer differs, with the seed. */
export function randomCalls(sequences: number): void {
  const fixture = new Fixture();
  let segment = 2;
  try {
    repeat(sequences, (random) => {
      const tree = fixture.open(EMPTY_SNAPSHOT, segment++);
      try {
        const { recorder, told } = recording("changes");
        const { driver, session } = serveTree(tree, { recorder });
        const mirror = new ToldMirror();
        const isTold = () => {
          for (const event of told()) mirror.tell(event);
          assert.equal(
            mirror.text,
            modelText(sequence.model),
            `${sequence.calls.slice(-12).join("; ")} is not what was told`,
          );
        };
        const script = new Script(driver);
        const sequence = new Sequence(script, random);
        for (let i = 0; i < CALLS; i++) {
          sequence.step();
          isTold();
          if (i % 10 === 0) assert.equal(treeText(tree), sequence.model.text);
        }
        for (const handle of sequence.handles.values()) sequence.model.close(handle);
        script.end();
        isTold();
        assert.equal(treeText(tree), sequence.model.text);
        assert.equal(session.context.opens.size, 0);
      } finally {
        tree.journal.close();
      }
    });
  } finally {
    fixture.close();
  }
}

if (import.meta.main) {
  const sequences = Number(Deno.args[0] ?? 2000);
  randomCalls(sequences);
  console.log(`${sequences} sequences of ${CALLS} calls answered as the model does`);
}
