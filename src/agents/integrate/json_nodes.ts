/**
 * Where each part of a JSON text lies, comments and trailing commas taken as they come: for edits that leave all else as it is.
 *
 * @module
 */

/** A part of the text, `[start, end)`. */
export interface JsonNode {
  readonly kind: "object" | "array" | "other";
  readonly start: number;
  readonly end: number;
  /** Of an object or an array, in their order. */
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  /** Null in an array. */
  readonly key: string | null;
  /** Where the key begins; in an array, the value. */
  readonly start: number;
  readonly value: JsonNode;
}

/** Deepest nesting. */
const MAX_DEPTH = 200;

/** Throws SyntaxError, which says where. */
export function parseJson(text: string): JsonNode {
  const parser = new Parser(text);
  const root = parser.value(0);
  parser.skip();
  if (parser.at < text.length) parser.fail("something after the end");
  return root;
}

/** What a node means. */
export function valueOf(text: string, node: JsonNode): unknown {
  if (node.kind === "other") return JSON.parse(text.slice(node.start, node.end));
  const values = node.members.map(({ key, value }) => [key, valueOf(text, value)] as const);
  return node.kind === "array" ? values.map(([, value]) => value) : Object.fromEntries(values);
}

/** The member of an object by its key; the last one where it is there twice, as programs have it. */
export function memberOf(node: JsonNode, key: string): JsonMember | undefined {
  return node.kind === "object" ? node.members.findLast((member) => member.key === key) : undefined;
}

/** Where the text goes on after blanks and comments. */
export function afterTrivia(text: string, at: number): number {
  const parser = new Parser(text);
  parser.at = at;
  parser.skip();
  return parser.at;
}

class Parser {
  at: number;

  constructor(readonly text: string) {
    this.at = text.startsWith("\ufeff") ? 1 : 0;
  }

  value(depth: number): JsonNode {
    this.skip();
    if (depth > MAX_DEPTH) this.fail("too deeply nested");
    const start = this.at;
    const open = this.text[start];
    if (open === "{") return this.container("object", "}", depth);
    if (open === "[") return this.container("array", "]", depth);
    if (open === '"') this.string();
    else {
      while (/[-+.\w]/.test(this.text[this.at] ?? "")) this.at++;
      if (this.at === start) this.fail("a value is missing");
    }
    try {
      JSON.parse(this.text.slice(start, this.at));
    } catch {
      this.at = start;
      this.fail("this is no value");
    }
    return { kind: "other", start, end: this.at, members: [] };
  }

  container(kind: "object" | "array", close: string, depth: number): JsonNode {
    const start = this.at++;
    const members: JsonMember[] = [];
    while (true) {
      this.skip();
      if (this.text[this.at] === close) break;
      members.push(this.member(kind, depth));
      this.skip();
      if (this.text[this.at] === ",") this.at++;
      else if (this.text[this.at] !== close) this.fail(`a comma or ${close} is missing`);
    }
    return { kind, start, end: ++this.at, members };
  }

  member(kind: "object" | "array", depth: number): JsonMember {
    const start = this.at;
    if (kind === "array") return { key: null, start, value: this.value(depth + 1) };
    if (this.text[start] !== '"') this.fail("a name in quotes is missing");
    const key = this.string();
    this.skip();
    if (this.text[this.at] !== ":") this.fail("a colon is missing");
    this.at++;
    return { key, start, value: this.value(depth + 1) };
  }

  string(): string {
    const start = this.at++;
    for (; this.text[this.at] !== '"'; this.at++) {
      if (this.at >= this.text.length || this.text[this.at] === "\n") {
        this.fail("a quote is missing");
      }
      if (this.text[this.at] === "\\") this.at++;
    }
    try {
      return JSON.parse(this.text.slice(start, ++this.at));
    } catch {
      this.at = start;
      return this.fail("this is no string");
    }
  }

  /** Blanks and comments. */
  skip(): void {
    while (true) {
      const rest = this.text.slice(this.at, this.at + 2);
      if (/^\s/.test(rest)) this.at++;
      else if (rest === "//") this.at = this.#end("\n");
      else if (rest === "/*") this.at = this.#end("*/");
      else return;
    }
  }

  #end(mark: string): number {
    const found = this.text.indexOf(mark, this.at + 2);
    if (found < 0 && mark === "*/") this.fail("a comment has no end");
    return found < 0 ? this.text.length : found + (mark === "\n" ? 0 : mark.length);
  }

  fail(why: string): never {
    const before = this.text.slice(0, Math.min(this.at, this.text.length)).split("\n");
    throw new SyntaxError(`line ${before.length}, column ${before.at(-1)!.length + 1}: ${why}`);
  }
}
