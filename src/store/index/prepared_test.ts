import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { prepared } from "./prepared.ts";

Deno.test("a statement is prepared once for each connection, and sees what is there now", () => {
  const [one, other] = [new DatabaseSync(":memory:"), new DatabaseSync(":memory:")];
  for (const database of [one, other]) database.exec("CREATE TABLE t(x)");
  const all = "SELECT * FROM t";
  assert.equal(prepared(one, all), prepared(one, all));
  assert.notEqual(prepared(one, all), prepared(other, all));
  assert.deepEqual(prepared(one, all).all(), []);
  one.exec("INSERT INTO t VALUES (1)");
  assert.equal(prepared(one, all).get()!.x, 1);
  assert.equal(prepared(other, all).get(), undefined);
  one.exec("DROP TABLE t; CREATE TABLE t(y, z); INSERT INTO t VALUES (2, 3)");
  assert.deepEqual({ ...prepared(one, all).get() }, { y: 2, z: 3 });
  one.close();
  other.close();
});
