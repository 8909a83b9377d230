/**
 * Where the running kernel has the fields of its structures, as it tells in BTF, its type information
 * (Documentation/bpf/btf.rst; /sys/kernel/btf/vmlinux).
 *
 * There are some 130 000 types. Only names that are asked for are compared, by their place in the table of strings.
 *
 * @module
 */

/** The file is no BTF, or breaks off. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}

const MAGIC = 0xeb9f;
const KIND = { STRUCT: 4, UNION: 5, TYPEDEF: 8, VOLATILE: 9, CONST: 10, FUNCTION: 12 } as const;
/** Bytes that follow the 12 of a type, by kind: for all of it, and for each of its members. */
const EXTRA: readonly (readonly [fixed: number, each: number])[] = [
  [0, 0], // void
  [4, 0], // int
  [0, 0], // pointer
  [12, 0], // array
  [0, 12], // struct
  [0, 12], // union
  [0, 8], // enum
  [0, 0], // forward
  [0, 0], // typedef
  [0, 0], // volatile
  [0, 0], // const
  [0, 0], // restrict
  [0, 0], // function
  [0, 8], // function's prototype
  [4, 0], // variable
  [0, 12], // section
  [0, 0], // float
  [4, 0], // declaration tag
  [0, 0], // type tag
  [0, 12], // enum of 64 bits
];

interface Field {
  readonly offset: number;
  readonly type: number;
}

/** The types of a kernel. Throws {@linkcode LayoutError} if the bytes are none. */
export class KernelTypes {
  /** All of it as words; sections are aligned to 4 bytes. */
  readonly #words: Uint32Array;
  readonly #strings: string;
  /** Index of the first word of each type; ids begin at 1. */
  readonly #places: number[] = [0];

  constructor(btf: Uint8Array) {
    const header = new DataView(btf.buffer, btf.byteOffset, btf.length);
    if (btf.length < 24 || header.getUint16(0, true) !== MAGIC) throw new LayoutError("no BTF");
    const [headerBytes, typesAt, typesBytes, stringsAt, stringsBytes] = [4, 8, 12, 16, 20]
      .map((at) => header.getUint32(at, true)) as [number, number, number, number, number];
    const from = headerBytes + typesAt;
    const text = headerBytes + stringsAt;
    if (from + typesBytes > btf.length || text + stringsBytes > btf.length) {
      throw new LayoutError("BTF breaks off");
    }
    this.#words = new Uint32Array(btf.slice(from, from + (typesBytes & ~3)).buffer);
    this.#strings = new TextDecoder("latin1").decode(btf.subarray(text, text + stringsBytes));
    for (let at = 0; at + 3 <= this.#words.length;) {
      this.#places.push(at);
      const [fixed, each] = EXTRA[this.#kind(at)] ?? unknownKind(this.#kind(at));
      at += 3 + (fixed + each * this.#members(at)) / 4;
      if (at > this.#words.length) throw new LayoutError("a type of BTF breaks off");
    }
  }

  #kind(at: number): number {
    return (this.#words[at + 1]! >>> 24) & 0x1f;
  }

  #members(at: number): number {
    return this.#words[at + 1]! & 0xffff;
  }

  #name(offset: number): string {
    return this.#strings.slice(offset, this.#strings.indexOf("\0", offset));
  }

  /**
   * Bytes from the beginning of a structure to a field of it, for paths such as `task_struct.signal` and
   * `dentry.d_name.name`. Fields of unnamed structures count as those of the one they are in. What the kernel does not have is
   * not in the answer.
   */
  fieldOffsets(paths: readonly string[]): Map<string, number> {
    const structs = this.#ids(KIND.STRUCT, paths.map((path) => path.split(".")[0]!));
    const offsets = new Map<string, number>();
    for (const path of paths) {
      const [struct, ...names] = path.split(".");
      const type = structs.get(struct!);
      let at: Field | undefined = type === undefined ? undefined : { offset: 0, type };
      for (const name of names) {
        const inside: Field | undefined = at && this.#field(at.type, name);
        at = inside && { offset: at!.offset + inside.offset, type: inside.type };
      }
      if (at !== undefined) offsets.set(path, at.offset);
    }
    return offsets;
  }

  /** Number by which programs call a function of the kernel; undefined if there is none of that name. */
  functionId(name: string): number | undefined {
    return this.#ids(KIND.FUNCTION, [name]).get(name);
  }

  #ids(kind: number, names: readonly string[]): Map<string, number> {
    const wanted = new Map<number, string>();
    for (const name of new Set(names)) {
      const found = this.#strings.indexOf(`\0${name}\0`);
      if (found >= 0) wanted.set(found + 1, name);
    }
    const ids = new Map<string, number>();
    this.#places.forEach((at, id) => {
      const name = wanted.get(this.#words[at]!);
      if (id > 0 && name !== undefined && this.#kind(at) === kind) ids.set(name, id);
    });
    return ids;
  }

  /** A field of a structure or union, also of those in it that have no name. */
  #field(type: number, name: string, depth = 0): Field | undefined {
    const at = this.#places[this.#plain(type)];
    if (at === undefined || depth > 8) return undefined;
    if (this.#kind(at) !== KIND.STRUCT && this.#kind(at) !== KIND.UNION) return undefined;
    const hasBitFields = this.#words[at + 1]! >>> 31 === 1;
    for (let i = 0; i < this.#members(at); i++) {
      const [nameAt, member, place] = this.#words.subarray(at + 3 + 3 * i, at + 6 + 3 * i);
      const offset = (hasBitFields ? place! & 0xff_ffff : place!) >>> 3;
      if (nameAt === 0) {
        const inside = this.#field(member!, name, depth + 1);
        if (inside !== undefined) return { offset: offset + inside.offset, type: inside.type };
      } else if (this.#name(nameAt!) === name) {
        return { offset, type: member! };
      }
    }
    return undefined;
  }

  /** The type behind names and qualifiers. */
  #plain(type: number): number {
    for (let steps = 0; steps < 16; steps++) {
      const at = this.#places[type];
      if (type === 0 || at === undefined) return type;
      const kind = this.#kind(at);
      if (kind !== KIND.TYPEDEF && kind !== KIND.VOLATILE && kind !== KIND.CONST) return type;
      type = this.#words[at + 2]!;
    }
    return type;
  }
}

function unknownKind(kind: number): never {
  throw new LayoutError(`BTF of a kind that is not known: ${kind}`);
}
