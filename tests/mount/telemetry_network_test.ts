/**
 * The kernel's programs tell of every connection, place to listen and datagram of a cgroup what strace sees.
 */

import assert from "node:assert/strict";
import { cgroupId } from "../../ffi/linux/cgroup.ts";
import type { TelemetryEvent } from "../../src/telemetry/event.ts";
import { EbpfSource } from "../../src/telemetry/linux/ebpf_source.ts";
import { inCgroup, withCgroup } from "../support/cgroup.ts";
import { PYTHON } from "../support/python.ts";
import { stringsOf, type Trace, trace } from "../support/strace.ts";

const CALLERS = `
import os, socket
def attempt(family, kind, address):
    s = socket.socket(family, kind)
    s.settimeout(0.2)
    try: s.connect(address)
    except OSError: pass
    return s
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
attempt(socket.AF_INET, socket.SOCK_STREAM, listener.getsockname())
attempt(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.2", 1))
attempt(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.3", 2))
attempt(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 3))
attempt(socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.4", 4))
attempt(socket.AF_UNIX, socket.SOCK_STREAM, "/nowhere/to be")
attempt(socket.AF_UNIX, socket.SOCK_STREAM, "\\0abstract")
attempt(socket.AF_UNIX, socket.SOCK_STREAM, "/" + 107 * "x")
six = socket.socket(socket.AF_INET6); six.bind(("::1", 0))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.sendto(b"x", ("127.0.0.5", 5)); udp.sendto(b"x", ("127.0.0.6", 6))
if os.fork() == 0:
    attempt(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.7", 7)); os._exit(0)
os.wait()
`;
const PROGRAMS = `
(echo >/dev/tcp/127.0.0.8/8) 2>/dev/null || true
git ls-remote git://127.0.0.9:9/x 2>/dev/null || true
git ls-remote http://127.0.0.10:10/x 2>/dev/null || true
exec ${PYTHON} -c "$CALLERS"
`;

Deno.test("the network of a cgroup is told of as strace sees it", async () => {
  await withCgroup(async (cgroup) => {
    const source = EbpfSource.start();
    try {
      assert.equal(source.whyNoNetwork, null);
      source.watchCgroup(cgroupId(cgroup));
      const seen = await trace("connect,bind,sendto,sendmsg", ["bash", "-c", PROGRAMS], {
        before: inCgroup(cgroup, []),
        env: { CALLERS },
      });
      assert.equal(seen.code, 0);
      const told: TelemetryEvent[] = [];
      source.take((event) => told.push(event));
      // The shell that becomes strace asks nscd for what the environment does not say.
      const lines = told.filter(({ address, path, action, process }) =>
        process!.pid !== seen.tracer &&
        (address !== undefined || action === "connect" && path !== undefined)
      ).map(lineOf).sort();
      const expected = truthOf(seen);
      assert.ok(expected.length >= 15, `the programs did little:\n${expected.join("\n")}`);
      assert.deepEqual(lines, expected);
    } finally {
      source.stop();
    }
  });
});

function lineOf({ action, path, address, process }: TelemetryEvent): string {
  const where = address === undefined ? [path] : [address.ip, address.port];
  return JSON.stringify([process!.tid, action, ...where]);
}

/** What strace saw of families that have addresses of the network, and of connections to sockets with names. */
function truthOf({ threads }: Trace): string[] {
  const found: unknown[][] = [];
  for (const [thread, lines] of threads) {
    for (const line of lines) {
      const call = /^(\w+)\(/.exec(line)?.[1];
      const action = call === "connect" || call === "bind" ? call : "send";
      const port = /sin6?_port=htons\((\d+)\)/.exec(line)?.[1];
      const address = /(?:inet_addr\(|inet_pton\(AF_INET6, )("[^"]*")/.exec(line)?.[1];
      const name = /sun_path=(@?)("[^"]*")/.exec(line);
      if (port !== undefined && address !== undefined) {
        found.push([thread, action, stringsOf(address)[0], Number(port)]);
      } else if (name !== null && action === "connect") {
        found.push([thread, action, name[1] + stringsOf(name[2]!)[0]!]);
      }
    }
  }
  return found.map((each) => JSON.stringify(each)).sort();
}

Deno.test("datagrams to one place are one event within a second", async () => {
  await withCgroup(async (cgroup) => {
    const source = EbpfSource.start();
    try {
      source.watchCgroup(cgroupId(cgroup));
      const script = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(200): s.sendto(b"x", ("127.0.0.5", 5 + i % 2))`;
      const { threads } = await trace("sendto", [PYTHON, "-c", script], {
        before: inCgroup(cgroup, []),
      });
      assert.equal([...threads.values()].flat().filter((line) => /^sendto/.test(line)).length, 200);
      const told: TelemetryEvent[] = [];
      source.take((event) => told.push(event));
      const sent = told.filter(({ action }) => action === "send");
      const seconds = 1 + (sent.at(-1)!.time - sent[0]!.time) / 1000;
      assert.ok(sent.length >= 2 && sent.length <= 2 * seconds, `${sent.length} in ${seconds} s`);
    } finally {
      source.stop();
    }
  });
});
