import assert from "node:assert/strict";
import { StoreWriter } from "./store_writer.ts";
import { hasher, noise } from "./testing/fixtures.ts";

Deno.test("another thread sees what the writer commits, with the native hash", async () => {
  const directory = Deno.makeTempDirSync({ prefix: "agentvfs-store-" });
  const store = StoreWriter.create(directory, hasher);
  const worker = new Worker(new URL("./testing/worker_child.ts", import.meta.url), {
    type: "module",
  });
  const answer = () =>
    // deno-lint-ignore no-explicit-any
    new Promise<any>((resolve, reject) => {
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = reject;
    });
  assert.equal(await answer(), "ready");
  const id = store.putBlob(noise(1000));
  worker.postMessage({ directory, id });
  assert.deepEqual(await answer(), { backend: "native", has: false, bytes: null });
  store.commit();
  worker.postMessage({ directory, id });
  assert.deepEqual(await answer(), { backend: "native", has: true, bytes: noise(1000) });
  worker.terminate();
  store.close();
  Deno.removeSync(directory, { recursive: true });
});
