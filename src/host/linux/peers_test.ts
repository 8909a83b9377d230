import assert from "node:assert/strict";
import { join } from "node:path";
import { Peers } from "./peers.ts";

/** Connects `count` times at once, from a process of its own, and holds the connections until told to end. */
const CLIENT = `
const [path, count] = [Deno.args[0], Number(Deno.args[1])];
await Promise.all(Array.from({ length: count }, () => Deno.connect({ transport: "unix", path })));
await Deno.stdin.read(new Uint8Array(1));`;

Deno.test("who connects is told by the kernel, however many come and go", async () => {
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-peers-" });
  const script = join(directory, "client.ts");
  const path = join(directory, "socket");
  await Deno.writeTextFile(script, CLIENT);
  using listener = Deno.listen({ transport: "unix", path });
  const peers = new Peers();
  const clients = [3, 5, 1].map((count) => ({
    count,
    process: new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-config", "--no-lock", script, path, String(count)],
      stdin: "piped",
    }).spawn(),
  }));
  const seen = new Map<number, number>();
  const connections: Deno.UnixConn[] = [];
  for (let i = 0; i < 9; i++) {
    const connection = await listener.accept();
    const [peer, ...others] = peers.accepted();
    assert.deepEqual(others, []);
    assert.equal(peer!.uid, Deno.uid());
    seen.set(peer!.pid, (seen.get(peer!.pid) ?? 0) + 1);
    // Some go again at once.
    if (i % 2 === 0) connection.close();
    else connections.push(connection);
  }
  assert.deepEqual(
    [...seen].sort(),
    clients.map(({ process, count }) => [process.pid, count]).sort(),
  );
  for (const connection of connections) connection.close();
  for (const { process } of clients) {
    await process.stdin.close();
    await process.status;
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a connection of this process to itself is told from those that others have with it", async () => {
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-peers-" });
  const script = join(directory, "client.ts");
  const path = join(directory, "socket");
  await Deno.writeTextFile(script, CLIENT);
  using listener = Deno.listen({ transport: "unix", path });
  const other = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-config", "--no-lock", script, path, "1"],
    stdin: "piped",
  }).spawn();
  using theirs = await listener.accept();
  const peers = new Peers();
  const accepted = async () => {
    using connection = await Deno.connect({ transport: "unix", path });
    using served = await listener.accept();
    assert.ok(connection && served && theirs);
    return peers.accepted().map(({ pid }) => pid);
  };
  assert.deepEqual(await accepted(), [Deno.pid]);
  assert.deepEqual(await accepted(), [Deno.pid]);
  await other.stdin.close();
  await other.status;
  await Deno.remove(directory, { recursive: true });
});
