import assert from "node:assert/strict";
import { ecsLine } from "../../telemetry/log/ecs.ts";
import { openSink, Sink } from "./sinks.ts";

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    ecsLine({
      provider: "mount",
      action: "unlink",
      time: 1.25,
      error: 0,
      verdict: "allow",
      path: `/m/${i}`,
      inode: 2n ** 63n,
      branch: "main",
      process: { pid: 7, tid: 7, uid: 0, gid: 0, name: "rm", args: ["rm", "x"] },
    }, { sequence: i + 1, wallOffset: Date.UTC(2026, 0, 2) }));
}

// deno-lint-ignore no-explicit-any
type Json = any;

Deno.test("a collector gets every event, in batches, and again if it was busy", async () => {
  const records: Json[] = [];
  let requests = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (requests++ === 0) {
      return new Response(null, { status: 503, headers: { "retry-after": "0" } });
    }
    assert.equal(new URL(request.url).pathname, "/v1/logs");
    assert.equal(request.headers.get("content-encoding"), "gzip");
    const body = request.body!.pipeThrough(new DecompressionStream("gzip"));
    const { resourceLogs: [{ scopeLogs: [{ logRecords }] }] } = await new Response(body).json();
    records.push(...logRecords);
    return new Response("{}");
  });
  try {
    const place = `http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`;
    const sink = openSink({ kind: "otlp", place }, "/w", () => assert.fail("nothing is lost"));
    sink.put(lines(1000));
    for (const until = Date.now() + 60_000; records.length < 1000 && Date.now() < until;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await sink.end();
    assert.equal(records.length, 1000);
    assert.equal(requests, 3);
    const { timeUnixNano, eventName, severityNumber, attributes } = records[999];
    assert.equal(timeUnixNano, `${BigInt(Date.UTC(2026, 0, 2)) * 1_000_000n + 1_250_000n}`);
    assert.equal(eventName, "file.unlink");
    assert.equal(severityNumber, 9);
    const value = (key: string) => attributes.find((one: Json) => one.key === key)?.value;
    assert.deepEqual(value("file.path"), { stringValue: "/m/999" });
    assert.deepEqual(value("file.inode"), { stringValue: String(2n ** 63n) });
    assert.deepEqual(value("process.pid"), { intValue: "7" });
    assert.deepEqual(value("process.args"), {
      arrayValue: { values: [{ stringValue: "rm" }, { stringValue: "x" }] },
    });
  } finally {
    await server.shutdown();
  }
});

Deno.test("a Unix socket gets lines", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/s`;
  const listener = Deno.listen({ transport: "unix", path });
  try {
    const sink = openSink(
      { kind: "unix", place: path },
      "/w",
      () => assert.fail("nothing is lost"),
    );
    const sent = lines(3);
    sink.put(sent);
    using connection = await listener.accept();
    const expected = sent.map((line) => `${line}\n`).join("");
    let got = "";
    const bytes = new Uint8Array(65_536);
    while (got.length < expected.length) {
      got += new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
    }
    assert.equal(got, expected);
    await sink.end();
  } finally {
    listener.close();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("what a sink cannot take is counted, told of once it works again, and holds up nobody", async () => {
  const told: number[] = [];
  let works = false;
  let sent = 0;
  const sink = new Sink({ kind: "unix", place: "/x" }, (lines) => {
    if (!works) return Promise.reject(new Error("no"));
    sent += lines.length;
    return Promise.resolve();
  }, (count) => told.push(count));
  sink.put(lines(600));
  await sink.end();
  assert.deepEqual(told, []);
  works = true;
  sink.put(lines(5));
  await sink.end();
  assert.deepEqual(told, [600]);
  assert.equal(sent, 5);
});

Deno.test("a queue is bounded", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let lost = 0;
  const sink = new Sink({ kind: "unix", place: "/x" }, () => promise, (count) => lost += count);
  const some = Array.from({ length: 10_000 }, () => "{}");
  for (let i = 0; i < 5; i++) sink.put(some);
  resolve();
  await sink.end();
  assert.ok(lost > 30_000 && lost < 50_000, `${lost}`);
});
