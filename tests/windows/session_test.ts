/** What WinFsp's driver is answered, played request by request. */

import assert from "node:assert/strict";
import { Disposition } from "../../ffi/windows/nt_file.ts";
import { NtStatus } from "../../ffi/windows/nt_status.ts";
import { Outcome } from "../../ffi/windows/winfsp/protocol.ts";
import { Fixture } from "../tree/fixture.ts";
import { serveTree } from "./served.ts";

Deno.test("a file is made, written, read, and found in any letters", () => {
  const fixture = new Fixture();
  try {
    const { driver, session } = serveTree(fixture.tree);
    const made = driver.open("\\Hello.txt", { disposition: Disposition.CREATE });
    assert.equal(made.answer.status, NtStatus.SUCCESS);
    assert.equal(made.answer.information, Outcome.CREATED);
    const bytes = new TextEncoder().encode("hello world");
    assert.equal(driver.write(made.handle!, 0, bytes).information, 11);
    driver.close(made.handle!);
    const found = driver.open("\\HELLO.TXT");
    assert.equal(found.answer.status, NtStatus.SUCCESS);
    assert.equal(found.handle!.path, "\\Hello.txt");
    assert.equal(new TextDecoder().decode(driver.read(found.handle!, 6, 100).bytes), "world");
    assert.equal(driver.read(found.handle!, 11, 1).answer.status, NtStatus.END_OF_FILE);
    driver.close(found.handle!);
    assert.equal(session.context.opens.size, 0);
    assert.equal(session.unanswered, 0);
  } finally {
    fixture.close();
  }
});
