import assert from "node:assert/strict";
import { cString } from "../../../../ffi/binary_string.ts";
import { close, O_RDWR, open } from "../../../../ffi/linux/open.ts";
import { sendDescriptor } from "../../../../ffi/linux/watch/unix_socket.ts";
import { RunWatch } from "./run_watch.ts";

/** Why nobody hears of a run's calls that `command` is to hear of. */
async function whyNot(command: string[]): Promise<string> {
  const watch = RunWatch.begin({ branch: "b", socket: "/nowhere.sock", places: [] }, command);
  const listener = open(cString("/dev/null"), O_RDWR);
  sendDescriptor(watch.toHandOver.socket, listener);
  close(listener);
  const why = await new Promise<string>((resolve) => watch.started(() => {}, resolve));
  await watch.end();
  return why;
}

Deno.test("that a run cannot be watched is said, and nobody tries for ever", async () => {
  assert.match(await whyNot(["/nowhere/to be found"]), /nowhere/);
  assert.match(await whyNot(["false"]), /ends at once/);
});
