/**
 * `agentvfs run --net`: what a run may speak to.
 */

import assert from "node:assert/strict";
import { type Mounted, withProject } from "../support/mounted.ts";
import { PYTHON } from "../support/python.ts";

/**
 * Tries every way there is to say something to somebody, and prints the ways that were let. To listen on an allowed port and be
 * heard is one of them.
 */
const WAYS = `
import ctypes, os, socket, struct, sys
port, other = int(sys.argv[1]), int(sys.argv[2])
I, V = socket.AF_INET, socket.AF_INET6
T, U, R = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW
def way(name, call):
    try: call()
    except (ConnectionRefusedError, BlockingIOError): pass
    except PermissionError as error: return print(name, "refused", error.errno)
    except (OSError, TimeoutError) as error: return print(name, error)
    print(name, "let")
def made(family, kind, protocol=0):
    s = socket.socket(family, kind, protocol); s.settimeout(1); return s
def connect(family, kind, address, protocol=0):
    return lambda: made(family, kind, protocol).connect(address)
def fast_open():
    made(I, T).sendto(b"x", socket.MSG_FASTOPEN, ("127.0.0.1", other))
def again():
    s = made(I, U); s.connect(("127.0.0.1", port)); s.connect(("127.0.0.1", other))
def nonblocking():
    s = made(I, T); s.setblocking(False)
    error = s.connect_ex(("127.0.0.1", other))
    if error == 13: raise PermissionError(13, "")
def child():
    pid = os.fork()
    if pid == 0:
        try: connect(I, T, ("127.0.0.1", other))()
        except PermissionError: os._exit(13)
        except OSError: pass
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 13: raise PermissionError(13, "")
way("tcp", connect(I, T, ("127.0.0.1", port)))
way("udp", connect(I, U, ("127.0.0.1", port)))
way("mapped", connect(V, T, ("::ffff:127.0.0.1", port)))
way("sendto", lambda: made(I, U).sendto(b"x", ("127.0.0.1", port)))
way("unix", lambda: socket.socket(socket.AF_UNIX).connect(os.environ["AGENTVFS_SOCK"]))
way("other tcp", connect(I, T, ("127.0.0.1", other)))
way("other udp", connect(I, U, ("127.0.0.1", other)))
way("other mapped", connect(V, T, ("::ffff:127.0.0.1", other)))
way("other six", connect(V, T, ("::1", other)))
way("other any", connect(I, T, ("0.0.0.0", other)))
way("other sendto", lambda: made(I, U).sendto(b"x", ("127.0.0.1", other)))
way("other sendto six", lambda: made(V, U).sendto(b"x", ("::1", other)))
way("other sendto mapped", lambda: made(V, U).sendto(b"x", ("::ffff:127.0.0.1", other)))
way("other sendmsg", lambda: made(I, U).sendmsg([b"x"], [], 0, ("127.0.0.1", other)))
way("other fast open", fast_open)
way("other mptcp", connect(I, T, ("127.0.0.1", other), 262))
way("other again", again)
way("other nonblocking", nonblocking)
way("other child", child)
way("raw", lambda: made(I, R, 1).sendto(b"x" * 8, ("127.0.0.1", 0)))
way("raw six", lambda: made(V, R, 58).sendto(b"x" * 8, ("::1", 0)))
`;

async function ways(m: Mounted, net: string, port: number, other: number): Promise<string[]> {
  const command = [PYTHON, "-c", WAYS, String(port), String(other)];
  const outcome = await m.run(["run", "--net", net, "--", ...command], { cwd: m.project });
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome.stdout.trim().split("\n");
}

Deno.test("a run speaks to the places that --net names, and by no way to another", async () => {
  using allowed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using refused = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [port, other] = [allowed, refused].map(({ addr }) => (addr as Deno.NetAddr).port);
  await withProject("echo one >f", async (m) => {
    const named = await ways(m, `127.0.0.1:${port}`, port!, other!);
    const isLet = (line: string) => !line.startsWith("other ") && !line.startsWith("raw");
    assert.deepEqual(named.filter(isLet).map((line) => line.split(" ")[1]), Array(5).fill("let"));
    const refusals = named.filter((line) => !isLet(line));
    assert.equal(refusals.length, 16);
    for (const line of refusals) assert.match(line, / refused 13$/);

    const none = await ways(m, "none", port!, other!);
    assert.deepEqual(none.filter((line) => line.endsWith("let")), ["unix let"]);

    const local = await ways(m, "local", port!, other!);
    const notLet = local.filter((line) => !line.endsWith("let"));
    assert.deepEqual(notLet, ["raw refused 13", "raw six refused 13"]);
  });
});

/** Says whether somebody connected within so many seconds. */
const LISTENER = `import socket, sys
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], 20007)); s.listen(); s.settimeout(float(sys.argv[2]))
try: s.accept(); print("somebody came")
except TimeoutError: print("nobody came")`;
/** Connects again and again until it is ended, or somebody answers. */
const CALLER = `import socket, sys, time
while True:
    try: socket.create_connection((sys.argv[1], 20007), 0.5); break
    except OSError: time.sleep(0.02)`;

Deno.test("who comes from a place that is not named is not answered", async () => {
  await withProject("echo one >f", async (m) => {
    // An address that no other test has, with a port that the kernel gives nobody who asks for any.
    const address = ["127", ...crypto.getRandomValues(new Uint8Array(2)), "7"].join(".");
    const cases = [["10.0.0.1", "nobody came", "1.5"], ["local", "somebody came", "60"]] as const;
    for (const [net, said, seconds] of cases) {
      const caller = new Deno.Command(PYTHON, { args: ["-c", CALLER, address] }).spawn();
      const command = ["run", "--net", net, "--", PYTHON, "-c", LISTENER, address, seconds];
      const outcome = await m.run(command, { cwd: m.project });
      if (net !== "local") caller.kill();
      await caller.status;
      assert.equal(outcome.stdout.trim(), said, outcome.stderr);
    }
  });
});

Deno.test("places that make no sense are refused before anything is made", async () => {
  await withProject("echo one >f", async (m) => {
    const refused = await m.refused("run", "--net", "10.0.0.0/40", "--", "true");
    assert.deepEqual([refused.exit, refused.code], [2, "bad_network"]);
    assert.deepEqual(await m.branches(), ["main"]);
  });
});
