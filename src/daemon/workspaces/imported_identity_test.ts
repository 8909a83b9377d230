import assert from "node:assert/strict";
import { join } from "node:path";
import type { ObjectId } from "../../store/format/object_id.ts";
import { loadIdentity, saveIdentity } from "./imported_identity.ts";
import { withState } from "../keeper/testing/with_state.ts";

const COMMIT = "ab".repeat(32) as ObjectId;
const IDENTITY = { device: "8:1", inode: "18446744073709551615", birth: { sec: 1, nsec: 2 } };

Deno.test("an identity is that of one commit, and what cannot be read is none", () =>
  withState(async ({ root }) => {
    assert.equal(loadIdentity(root, COMMIT), null);
    saveIdentity(root, COMMIT, IDENTITY);
    assert.deepEqual(loadIdentity(root, COMMIT), IDENTITY);
    assert.equal(loadIdentity(root, "cd".repeat(32) as ObjectId), null);
    saveIdentity(root, COMMIT, { ...IDENTITY, birth: null });
    assert.deepEqual(loadIdentity(root, COMMIT), { ...IDENTITY, birth: null });
    const path = join(root, "source.json");
    const whole = JSON.parse(await Deno.readTextFile(path));
    for (const damaged of [{}, null, { ...whole, inode: 5 }, { ...whole, birth: { sec: "x" } }]) {
      await Deno.writeTextFile(path, JSON.stringify(damaged));
      assert.equal(loadIdentity(root, COMMIT), null, JSON.stringify(damaged));
    }
    await Deno.writeTextFile(path, "{ torn");
    assert.equal(loadIdentity(root, COMMIT), null);
  }));
