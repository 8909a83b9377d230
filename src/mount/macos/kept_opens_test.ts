import assert from "node:assert/strict";
import { KeptOpens } from "./kept_opens.ts";

const REQUEST = [1, 0] as const;

function withPath(use: (path: string) => void): void {
  const directory = Deno.makeTempDirSync({ prefix: "agentvfs-opens-" });
  try {
    use(`${directory}/opens`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("what is put is there for the next one until it is removed, however much it is", () =>
  withPath((path) => {
    const kept = new KeptOpens(path);
    const open = new Map<number, number>();
    for (let i = 1; i <= 10_000; i++) open.set(kept.put([i, 7], i, 2 ** 51 + i)!, i);
    assert.equal(open.size, 10_000, "each has a place of its own");
    const next = new KeptOpens(path);
    const told = [...next.entries()];
    assert.deepEqual(new Map(told.map(([place, handle]) => [place, handle])), open);
    assert.ok(told.every(([, handle, node]) => node === 2 ** 51 + handle));
    assert.deepEqual(next.last.request, [10_000, 7]);
    assert.equal(open.get(next.last.place), 10_000);
    for (const [place, handle] of open) if (handle !== 5) next.remove(place);
    assert.deepEqual([...new KeptOpens(path).entries()].map(([, handle]) => handle), [5]);
    const { size } = Deno.statSync(path);
    for (let i = 1; i < 10_000; i++) assert.notEqual(next.put(REQUEST, i, i), null);
    assert.equal(Deno.statSync(path).size, size, "places are used again");
  }));

Deno.test("where nothing can be kept, that is said once, and files are open all the same", () => {
  const said: unknown[] = [];
  const { error } = console;
  console.error = (text: unknown) => said.push(text);
  try {
    const kept = new KeptOpens("/nowhere/at/all");
    for (let i = 1; i < 10; i++) assert.equal(kept.put(REQUEST, i, i), null);
    assert.deepEqual([...kept.entries()], []);
  } finally {
    console.error = error;
  }
  assert.deepEqual(said, ["What is open is not kept: Cannot share /nowhere/at/all: ENOENT"]);
});
