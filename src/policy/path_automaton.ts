/**
 * Many globs matched against a path at once, a name at a time.
 *
 * Each component of each glob is a bit, and one more says that the glob has matched. A step takes a name: of the bits that
 * are alive, those whose components match it hand over to the next. Words have 31 bits, and a glob lies in one of them.
 *
 * States are made once and kept, so that two directories that mean the same to all globs have one state: comparing states
 * is comparing objects, and a step that was made before is a lookup. Most names mean nothing to any glob; all of those
 * make one step.
 *
 * @module
 */

import { type Component, type Glob, matchesTokens } from "./glob.ts";

type Tokens = Component & { readonly kind: "tokens" };

const WORD_BITS = 31;
/** States that are kept. Whoever has an older one goes on using it. */
const MOST_STATES = 4096;
/** Steps by name that a state keeps. */
const MOST_STEPS = 256;

/** What the names so far have come to. Equal states are one object while they are kept. */
export class PathState {
  readonly #steps = new Map<string, PathState>();
  #other: PathState | null = null;

  constructor(
    readonly automaton: PathAutomaton,
    readonly words: Int32Array,
    /** Globs that match a file or a directory of this path, in their order. */
    readonly matches: readonly number[],
    /** Those that match it if it is a directory. */
    readonly directoryMatches: readonly number[],
  ) {}

  step(name: string): PathState {
    const { automaton } = this;
    if (!automaton.means(name)) return this.#other ??= automaton.step(this, name);
    const known = this.#steps.get(name);
    if (known !== undefined) return known;
    const next = automaton.step(this, name);
    if (this.#steps.size >= MOST_STEPS) this.#steps.clear();
    this.#steps.set(name, next);
    return next;
  }

  forgetSteps(): void {
    this.#steps.clear();
    this.#other = null;
  }

  /** The path of names from here. */
  walk(names: readonly string[]): PathState {
    return names.reduce((state: PathState, name) => state.step(name), this);
  }
}

export class PathAutomaton {
  readonly root: PathState;
  readonly #length: number;
  /** Bits of components that match any name. */
  readonly #any: Int32Array;
  readonly #literals = new Map<string, Int32Array>();
  readonly #extensions = new Map<string, Int32Array>();
  readonly #others: { readonly component: Tokens; readonly mask: Int32Array }[] = [];
  /** Bits that stay: of `**`, and of globs that have matched, for they cover what is below. */
  readonly #staying: Int32Array;
  /** Bits of `**`, which may also stand for no name. */
  readonly #skipping: Int32Array;
  /** Word and bit of each glob's match, and of what matches if it is a directory. */
  readonly #accepting: { readonly word: number; readonly bit: number; readonly self: number }[] =
    [];
  readonly #scratch: Int32Array;
  #states = new Map<string, PathState>();

  constructor(globs: readonly Glob[]) {
    const places = place(globs);
    this.#length = (places.at(-1)?.word ?? 0) + 1;
    const words = () => new Int32Array(this.#length);
    this.#any = words();
    this.#staying = words();
    this.#skipping = words();
    this.#scratch = words();
    const start = words();
    globs.forEach((glob, i) => {
      const { word, shift } = places[i]!;
      start[word]! |= 1 << shift;
      const components = componentsOf(glob);
      components.forEach((component, n) => this.#add(component, word, 1 << (shift + n)));
      const bit = 1 << (shift + components.length);
      this.#staying[word]! |= bit;
      this.#accepting.push({ word, bit, self: glob.directoryOnly ? bit >> 1 : 0 });
    });
    this.#close(start);
    this.root = this.#intern(start);
  }

  #add(component: Component, word: number, bit: number): void {
    const into = (map: Map<string, Int32Array>, key: string) => {
      const mask = map.get(key) ?? new Int32Array(this.#length);
      mask[word]! |= bit;
      map.set(key, mask);
    };
    switch (component.kind) {
      case "any-depth":
        this.#skipping[word]! |= bit;
        this.#staying[word]! |= bit;
        break;
      case "any":
        this.#any[word]! |= bit;
        break;
      case "literal":
        into(this.#literals, component.name);
        break;
      case "extension":
        into(this.#extensions, component.extension);
        break;
      case "tokens":
        this.#addTokens(component)[word]! |= bit;
    }
  }

  #addTokens(component: Tokens): Int32Array {
    const known = this.#others.find((other) => other.component.text === component.text);
    if (known !== undefined) return known.mask;
    const mask = new Int32Array(this.#length);
    this.#others.push({ component, mask });
    return mask;
  }

  /** False if a name is to the globs what any other is. */
  means(name: string): boolean {
    if (this.#literals.has(name)) return true;
    if (this.#extensions.size > 0) {
      const dot = name.lastIndexOf(".");
      if (dot >= 0 && this.#extensions.has(name.slice(dot))) return true;
    }
    for (const { component } of this.#others) if (matchesComponent(component, name)) return true;
    return false;
  }

  step({ words }: PathState, name: string): PathState {
    const next = this.#scratch;
    next.set(this.#any);
    or(next, this.#literals.get(name));
    const dot = name.lastIndexOf(".");
    if (dot >= 0) or(next, this.#extensions.get(name.slice(dot)));
    for (const { component, mask } of this.#others) {
      if (matchesComponent(component, name)) or(next, mask);
    }
    for (let i = 0; i < next.length; i++) {
      next[i] = ((words[i]! & next[i]!) << 1) | (words[i]! & this.#staying[i]!);
    }
    this.#close(next);
    return this.#intern(next);
  }

  #close(words: Int32Array): void {
    for (let i = 0; i < words.length; i++) words[i]! |= (words[i]! & this.#skipping[i]!) << 1;
  }

  /** States that nobody else has go. */
  #forget(): void {
    for (const state of this.#states.values()) state.forgetSteps();
    this.#states.clear();
    this.#states.set(keyOf(this.root.words), this.root);
  }

  #intern(words: Int32Array): PathState {
    const key = keyOf(words);
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= MOST_STATES) this.#forget();
    const matching = (isDirectory: boolean) =>
      this.#accepting.flatMap(({ word, bit, self }, i) =>
        (words[word]! & (isDirectory ? bit | self : bit)) !== 0 ? [i] : []
      );
    const state = new PathState(this, words.slice(), matching(false), matching(true));
    this.#states.set(key, state);
    return state;
  }
}

function matchesComponent({ prefix, suffix, tokens }: Tokens, name: string): boolean {
  return name.startsWith(prefix) && name.endsWith(suffix) && matchesTokens(tokens, name);
}

function keyOf(words: Int32Array): string {
  return String.fromCharCode(...new Uint16Array(words.buffer));
}

function or(words: Int32Array, mask: Int32Array | undefined): void {
  if (mask === undefined) return;
  for (let i = 0; i < words.length; i++) words[i]! |= mask[i]!;
}

/** `X/` is a directory X, and whatever is in it. */
function componentsOf({ components, directoryOnly }: Glob): readonly Component[] {
  return directoryOnly ? [...components, { kind: "any" }] : components;
}

/** Which word each glob lies in, and where its first bit is there. */
function place(globs: readonly Glob[]): { word: number; shift: number }[] {
  let [word, shift] = [0, 0];
  return globs.map((glob) => {
    const bits = componentsOf(glob).length + 1;
    if (shift + bits > WORD_BITS) [word, shift] = [word + 1, 0];
    const placed = { word, shift };
    shift += bits;
    return placed;
  });
}
