import assert from "node:assert/strict";
import { ecsLine } from "../../telemetry/log/ecs.ts";
import { until } from "../../../tests/support/process.ts";
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

/** A sink of a collector that answers each request by its number, and what was told to be lost. */
async function withCollector(
  answer: (request: number) => Response,
  body: (sink: Sink, lost: string[], requests: () => number, url: string) => Promise<void>,
): Promise<void> {
  let requests = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    await request.arrayBuffer();
    assert.equal(new URL(request.url).pathname, "/v1/logs");
    return answer(requests++);
  });
  const lost: string[] = [];
  const url = `http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/v1/logs/`;
  const sink = openSink({ kind: "otlp", place: url }, "/w", (count, why) => {
    lost.push(`${count} ${why.replace(url.slice(0, -1), "URL")}`);
  });
  try {
    await body(sink, lost, () => requests, url);
  } finally {
    await sink.end();
    await server.shutdown();
  }
}

const busy = (after: string) =>
  new Response(null, { status: 429, headers: { "retry-after": after } });

Deno.test("what is sent waits for a collector for as long as that is busy", () =>
  withCollector(
    (request) =>
      request < 10 ? busy(request % 2 === 0 ? "0" : new Date(0).toUTCString()) : new Response(),
    async (sink, lost, requests) => {
      sink.put(lines(600));
      await until("all is sent", () => Promise.resolve(requests() === 12));
      assert.deepEqual(lost, []);
    },
  ));

Deno.test("what a collector takes in part, or not at all, is told of once it takes all", () =>
  withCollector(
    (request) => {
      const partialSuccess = { rejectedLogRecords: "3", errorMessage: "too old" };
      if (request === 0) return Response.json({ partialSuccess });
      return request === 1
        ? new Response(null, { status: 400 })
        : Response.json({ partialSuccess: {} });
    },
    async (sink, lost, requests) => {
      sink.put(lines(512));
      sink.put(lines(512));
      await until("both were refused", () => Promise.resolve(requests() === 2));
      assert.deepEqual(lost, []);
      sink.put(lines(1));
      await until("the loss is told", () => Promise.resolve(lost.length > 0));
      assert.deepEqual(lost, ["515 otlp: URL answers 400"]);
    },
  ));

Deno.test("at the end nobody waits for a collector that is busy for long", () =>
  withCollector(() => busy("300"), async (sink, _lost, requests) => {
    sink.put(lines(5000));
    await until("it was asked", () => Promise.resolve(requests() === 1));
    await sink.end();
    assert.ok(requests() <= 2, `${requests()}`);
  }));

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
