import assert from "node:assert/strict";
import { KernelTypes, LayoutError } from "./kernel_layout.ts";

const KIND = { INT: 1, STRUCT: 4, UNION: 5, TYPEDEF: 8, CONST: 10, FUNCTION: 12 };

/** BTF of types, each [name, kind, size or type, members: [name, type, bit offset] | bytes that follow]. */
type Member = readonly [string, number, number];
type Type = readonly [
  name: string,
  kind: number,
  size: number,
  members?: readonly Member[],
  extra?: number,
];

function btf(types: readonly Type[]): Uint8Array {
  const names = [
    ...new Set(["", ...types.flatMap(([name, , , m]) => [name, ...(m ?? []).map(([n]) => n)])]),
  ];
  const strings = new TextEncoder().encode(names.join("\0") + "\0");
  const place = (name: string) =>
    names.slice(0, names.indexOf(name)).reduce((n, each) => n + each.length + 1, 0);
  const words = types.flatMap(([name, kind, size, members = [], extra = 0]) => [
    place(name),
    (kind << 24) | members.length,
    size,
    ...members.flatMap(([name, type, bits]) => [place(name), type, bits]),
    ...new Array(extra).fill(0),
  ]);
  const head = [0x0001_eb9f, 24, 0, words.length * 4, words.length * 4, strings.length];
  return new Uint8Array([
    ...new Uint8Array(new Uint32Array([...head, ...words]).buffer),
    ...strings,
  ]);
}

const TYPES: readonly Type[] = [
  ["int", KIND.INT, 4, [], 1],
  ["inner", KIND.STRUCT, 8, [["deep", 1, 32]]],
  ["inner_t", KIND.TYPEDEF, 2],
  ["", KIND.CONST, 3],
  ["", KIND.UNION, 8, [["either", 1, 0], ["or", 1, 0]]],
  ["outer", KIND.STRUCT, 24, [["first", 1, 0], ["", 5, 64], ["named", 4, 128]]],
  ["outer_of", KIND.FUNCTION, 0],
];

Deno.test("fields are found in unnamed members and behind names of types", () => {
  const paths = ["outer.first", "outer.or", "outer.named.deep", "outer.none", "none.first"];
  assert.deepEqual([...new KernelTypes(btf(TYPES)).fieldOffsets(paths)], [
    ["outer.first", 0],
    ["outer.or", 8],
    ["outer.named.deep", 20],
  ]);
});

Deno.test("functions have the number of their type", () => {
  assert.equal(new KernelTypes(btf(TYPES)).functionId("outer_of"), TYPES.length);
  assert.equal(new KernelTypes(btf(TYPES)).functionId("outer"), undefined);
});

Deno.test("what is no BTF, or breaks off, is refused", () => {
  assert.throws(() => new KernelTypes(new Uint8Array(10)), LayoutError);
  assert.throws(() => new KernelTypes(new Uint8Array(64)), LayoutError);
  const whole = btf(TYPES);
  assert.throws(() => new KernelTypes(whole.subarray(0, whole.length - 4)), LayoutError);
});
