/**
 * `ctl`, or `hook`, as one open file sees it: what is written is a command, or an event of an agent's, and what is read from
 * there on is the answer.
 *
 * Every lookup makes a node of its own, so a node is what one open(2) got. Reads go through the kernel's page cache, and
 * a descriptor's offset is where its write ended: so there the answer begins, behind as many blanks as were written.
 * Who opens the file to read it finds the answer at its start.
 *
 * @module
 */

/** Stands where the command was written. JSON and shells pass over it. */
const BLANK = 0x20;

/** Longest event of an agent, bytes: it may have the text of a file in it, more than once. */
const LONGEST = 16 * 1024 * 1024;

export type Said =
  | { readonly about: "command"; readonly line: string }
  | { readonly about: "event"; readonly text: string };

/** What was written and is not whole yet. */
interface Begun {
  readonly parts: readonly Uint8Array[];
  readonly end: number;
}

const NOTHING_BEGUN: Begun = { parts: [], end: 0 };

/** How long the file is for the next one who only looks at it: as it was written; null: as long as it is to read. */
export interface Written {
  size: number | null;
}

/** Both are conversations; they differ in the language. */
export type Door = "ctl" | "hook";

export class CtlFile {
  #answer: Uint8Array<ArrayBuffer>;
  #start: number;
  #written: Written;
  #wasRead = false;
  #begun: Begun = NOTHING_BEGUN;

  /** `start`: where the answer begins. `written`: of the writer, who may look through other nodes as well. */
  constructor(
    readonly kind: Door,
    readonly view: number,
    answer: Uint8Array<ArrayBuffer>,
    start = 0,
    written: Written = { size: null },
    /** Where it is one of several: its name; its answer is another file then. */
    readonly called: string | null = null,
  ) {
    this.#answer = answer;
    this.#start = start;
    this.#written = written;
  }

  get answer(): Uint8Array<ArrayBuffer> {
    return this.#answer;
  }

  get start(): number {
    return this.#start;
  }

  get size(): number {
    return this.#start + this.#answer.length;
  }

  /** The kernel may keep pages of it, in which no later answer is. */
  get mayBeCached(): boolean {
    return this.#wasRead;
  }

  /** Of a node that another server answered for. */
  inherited(): this {
    this.#wasRead = true;
    return this;
  }

  /** The size as it was written, once: programs that write a file look whether it became as long as what they wrote. */
  look(): number {
    const size = this.#written.size ?? this.size;
    this.#written.size = null;
    return size;
  }

  /** The size for a program that is reading. */
  sizeToRead(): number {
    this.#written.size = null;
    return this.size;
  }

  /** Lays the bytes from `offset` on into `into[at, +length)`. Returns how many there are. */
  read(offset: number, into: Uint8Array, at: number, length: number): number {
    this.#wasRead = true;
    const count = Math.max(0, Math.min(length, this.size - offset));
    const blanks = Math.max(0, Math.min(count, this.#start - offset));
    into.fill(BLANK, at, at + blanks);
    const from = Math.max(0, offset - this.#start);
    into.set(this.#answer.subarray(from, from + count - blanks), at + blanks);
    return count;
  }

  /** It is cut (or grown) to that size before something is written. */
  resize(size: number): void {
    this.answered(size, new Uint8Array());
    if (size === 0) this.#wasRead = false;
  }

  /** What a piece that is written says, with those before it; null: nothing, or it cannot be whole yet. */
  said(offset: number, piece: Uint8Array): Said | null {
    if (this.kind === "ctl") {
      const line = new TextDecoder().decode(piece).trim();
      return line === "" ? null : { about: "command", line };
    }
    const event = this.#heard(offset, piece);
    const text = event === null ? "" : new TextDecoder().decode(event).trimEnd();
    return text.endsWith("}") ? { about: "event", text } : null;
  }

  /**
   * All that was written up to the end of this piece, where it goes on from the one before: what a program writes is cut as
   * its buffers are. Null: it is longer than anything that is said here.
   */
  #heard(offset: number, piece: Uint8Array): Uint8Array | null {
    const { parts, end } = this.#begun;
    const goesOn = offset > 0 && offset === end;
    const all = goesOn ? [...parts, piece] : [piece];
    const length = all.reduce((sum, { length }) => sum + length, 0);
    this.#begun = length > LONGEST ? NOTHING_BEGUN : { parts: all, end: offset + piece.length };
    if (length > LONGEST) return null;
    const text = new Uint8Array(length);
    let at = 0;
    for (const part of all) {
      text.set(part, at);
      at += part.length;
    }
    return text;
  }

  /** What was written is answered so, for whoever opens it anew. */
  answeredAnew(answer: Uint8Array<ArrayBuffer>): void {
    this.#begun = NOTHING_BEGUN;
    this.#start = 0;
    this.#answer = answer;
    this.#written = { size: null };
  }

  /** What was written ends at `end`, and is answered so. */
  answered(end: number, answer: Uint8Array<ArrayBuffer>): void {
    this.#begun = NOTHING_BEGUN;
    this.#start = end;
    this.#answer = answer;
    this.#written = { size: end };
  }
}
