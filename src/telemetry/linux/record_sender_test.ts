/** What is handed in where it is taken late. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { PYTHON } from "../../../tests/support/python.ts";
import { until } from "../../../tests/support/process.ts";
import { withTemporary } from "../../../tests/support/temporary.ts";
import type { TelemetryEvent } from "../event.ts";
import { RecordSender } from "./record_sender.ts";
import { RecordSocket } from "./record_socket.ts";

const ignore = Deno.build.os !== "linux";

const event = (path: string): TelemetryEvent => ({
  provider: "seccomp",
  action: "mkdir",
  time: 1,
  path,
});

function taken(socket: RecordSocket): TelemetryEvent[] {
  const events: TelemetryEvent[] = [];
  for (let before = -1; before !== events.length;) {
    before = events.length;
    socket.take((each) => events.push(each));
  }
  return events;
}

/** Binds a socket, takes nothing until the file `go` is there, and then what comes until there is nothing for a while. */
const LATE = `
import os, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("seen")
while not os.path.exists("go"): time.sleep(0.01)
lines = []
while "/last" not in "".join(lines[-1:]): lines += s.recv(1 << 20).decode().splitlines()
print(len(lines))
`;

Deno.test({
  name: "who ends waits until all is taken",
  ignore,
  fn: () =>
    withTemporary(async (directory) => {
      const late = new Deno.Command(PYTHON, { args: ["-c", LATE], cwd: directory, stdout: "piped" })
        .spawn();
      const path = join(directory, "seen");
      await until("the socket is there", () => Deno.stat(path).catch(() => null));
      const sender = new RecordSender(path, "seccomp");
      // Far more than the kernel keeps for who does not read.
      for (let i = 0; i < 1000; i++) {
        sender.tell(event(`/${i}`));
        sender.flush();
      }
      sender.tell(event("/last"));
      await Deno.writeTextFile(join(directory, "go"), "");
      sender.finish(60_000);
      const { stdout } = await late.output();
      assert.equal(new TextDecoder().decode(stdout), "1001\n");
    }),
});

Deno.test({
  name:
    "what nobody takes is kept by its length, however often it is tried, and what finds no room counted",
  ignore,
  fn: () =>
    withTemporary((directory) => {
      const path = join(directory, "seen");
      const sender = new RecordSender(path, "seccomp");
      const [text, few] = ["x".repeat(400), 10_000];
      for (let i = 0; i < few; i++) {
        sender.tell(event(`/${i}${text}`));
        sender.flush();
      }
      const socket = RecordSocket.open(path);
      try {
        const events: TelemetryEvent[] = [];
        while (events.length < few) {
          sender.flush();
          const some = taken(socket);
          assert.ok(some.length > 0, `${events.length} were kept`);
          events.push(...some);
        }
        assert.deepEqual(
          events.map((each) => each.path),
          [...Array(few).keys()].map((i) => `/${i}${text}`),
        );
      } finally {
        socket.stop();
      }
      const many = 30_000;
      for (let i = 0; i < many; i++) sender.tell(event(`/${i}${text}`));
      const again = RecordSocket.open(path);
      try {
        const events: TelemetryEvent[] = [];
        for (let some: TelemetryEvent[] = []; sender.flush(), (some = taken(again)).length > 0;) {
          events.push(...some);
        }
        const lost = events.find(({ action }) => action === "lost")!;
        assert.equal(events.length - 1 + lost.count!, many);
      } finally {
        again.stop();
        sender.close();
      }
      return Promise.resolve();
    }),
});

Deno.test({
  name: "the longest paths, of any bytes, come as they are",
  ignore,
  fn: () =>
    withTemporary((directory) => {
      const path = join(directory, "seen");
      const socket = RecordSocket.open(path);
      try {
        const sender = new RecordSender(path, "seccomp");
        const paths = ["\x01", "\xff", '"'].flatMap((each) =>
          Array(4).fill(`/${each.repeat(4000)}`)
        );
        const events: TelemetryEvent[] = [];
        for (const each of paths) {
          sender.tell({ ...event(each), target: each });
          events.push(...taken(socket));
        }
        sender.finish();
        events.push(...taken(socket));
        assert.deepEqual(
          events.map((each) => [each.path, each.target]),
          paths.map((each) => [each, each]),
        );
      } finally {
        socket.stop();
      }
      return Promise.resolve();
    }),
});
