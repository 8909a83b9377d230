/** Runs under wine: the control protocol over a named pipe. Prints a line for each thing that is as it should be. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { ControlClient } from "../../../src/control/client.ts";
import { FakeService } from "../../../src/control/testing/fake_service.ts";
import { ControlServer } from "../../../src/control/server.ts";
import { isListening } from "../../../src/control/socket_path.ts";
import type { PeerCredentials } from "../../../src/host/peers.ts";

/** The runtime waits with 32 threads at most. */
const MANY = 60;
const CHILD_ARGUMENT = "checkpoint";

if (Deno.args[0] === CHILD_ARGUMENT) {
  using client = await ControlClient.connect(Deno.args[1]!);
  console.log((await client.checkpoint({ label: "from a child" })).label);
  Deno.exit(0);
}

const directory = Deno.makeTempDirSync();
const path = join(directory, "control.sock");
assert.equal(await isListening(path), false);
await assert.rejects(ControlClient.connect(path));
const service = new FakeService();
const peers: PeerCredentials[] = [];
const server = await ControlServer.listen(service, path, {
  serviceFor: (all) => {
    peers.push(...all);
    return service;
  },
});
assert.equal(await isListening(path), true);
done("a pipe is listened on, and nobody is told to be there before");

await assert.rejects(ControlServer.listen(service, path));
done("there is one listener of a name");

{
  using client = await ControlClient.connect(path);
  assert.equal((await client.checkpoint({ label: "one" })).label, "one");
  const statuses = await Promise.all(Array.from({ length: 20 }, () => client.status()));
  assert.equal(statuses.length, 20);
}
done("methods are called over it");

const clients = await Promise.all(
  Array.from({ length: 5 }, () => ControlClient.connect(path)),
);
const labels = await Promise.all(
  clients.map(async (client, i) => (await client.checkpoint({ label: `client ${i}` })).label),
);
assert.deepEqual(labels, Array.from({ length: 5 }, (_, i) => `client ${i}`));
for (const client of clients) client.close();
done("several clients are served at once");

const many = await Promise.all(Array.from({ length: MANY }, () => ControlClient.connect(path)));
for (const client of many) assert.equal((await client.checkpoint({ label: "late" })).label, "late");
const answers = await Promise.all(many.map((client) => client.status()));
assert.equal(answers.length, MANY);
for (const client of many) client.close();
done("more clients wait at once than the runtime has threads");

const child = await new Deno.Command(Deno.execPath(), { args: [CHILD_ARGUMENT, path] }).output();
assert.equal(
  new TextDecoder().decode(child.stdout).trim(),
  "from a child",
  new TextDecoder().decode(child.stderr),
);
assert.ok(peers.some(({ pid }) => pid === Deno.pid));
assert.ok(peers.some(({ pid }) => pid !== Deno.pid && pid > 0));
done("another process calls, and the kernel says which");

await server.close();
assert.equal(await isListening(path), false);
const again = await ControlServer.listen(service, path);
await again.close();
done("what was closed can be listened on again");
Deno.exit(0);

function done(what: string): void {
  console.log(`ok ${what}`);
}
