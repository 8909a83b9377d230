import assert from "node:assert/strict";
import { dirname } from "node:path";
import { ControlClient, ControlError } from "./client.ts";
import { FakeService } from "./testing/fake_service.ts";
import { MAX_LINE_BYTES } from "./protocol.ts";
import { ControlServer, type ControlServerOptions } from "./server.ts";
import { ServiceError } from "./service_error.ts";

interface Setup {
  path: string;
  service: FakeService;
  server: ControlServer;
}

async function withServer(
  test: (setup: Setup) => Promise<void>,
  options: ControlServerOptions & { gate?: Promise<void> } = {},
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "agentvfs-control-" });
  const path = `${directory}/sub/control.sock`;
  const service = new FakeService(options.gate === undefined ? {} : { gate: options.gate });
  const server = await ControlServer.listen(service, path, options);
  try {
    await test({ path, service, server });
  } finally {
    await server.close();
    await Deno.remove(directory, { recursive: true });
  }
}

/** Everything the server says until it hangs up. */
async function talk(path: string, ...chunks: (string | Uint8Array)[]): Promise<string> {
  const connection = await Deno.connect({ transport: "unix", path });
  const reading = new Response(connection.readable).text();
  try {
    for (const chunk of chunks) {
      const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    }
    await connection.closeWrite();
  } catch { /* it may hang up while we still talk */ }
  const said = await reading;
  hangUp(connection);
  return said;
}

/** Reading the stream to its end may have closed the connection already. */
function hangUp(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch { /* closed already */ }
}

Deno.test("the client calls and gets typed answers", () =>
  withServer(async ({ path, service }) => {
    using client = await ControlClient.connect(path);
    const made = await client.checkpoint({ label: "one" });
    assert.equal(made.label, "one");
    const [status, log] = await Promise.all([client.status(), client.log({ limit: 1 })]);
    assert.equal(status.head?.id, made.id);
    assert.equal(log.entries.length, 1);
    assert.deepEqual(service.calls.map((call) => call.method), ["checkpoint", "status", "log"]);
  }));

Deno.test("a refusal reaches the caller as it was thrown", () =>
  withServer(async ({ path }) => {
    using client = await ControlClient.connect(path);
    await assert.rejects(client.rollback({ ref: "nowhere" }), (error: unknown) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.code, "unknown_ref");
      assert.equal(error.exit, 1);
      assert.equal(error.hint, "agentvfs log lists them");
      return true;
    });
    assert.equal((await client.status()).branch, "main");
  }));

Deno.test("the socket is for its owner only", () =>
  withServer(async ({ path }) => {
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(dirname(path))).mode! & 0o777, 0o700);
  }));

Deno.test("a live socket is never taken away", () =>
  withServer(async ({ path, service }) => {
    await assert.rejects(
      ControlServer.listen(service, path),
      (error: ServiceError) => error.code === "daemon_running" && error.exit === 1,
    );
    using client = await ControlClient.connect(path);
    assert.equal((await client.status()).state, "ready");
  }));

Deno.test("a dead socket is replaced", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/dead.sock`;
  await leaveDeadSocket(path);
  const server = await ControlServer.listen(new FakeService(), path);
  using client = await ControlClient.connect(path);
  assert.equal((await client.status()).state, "ready");
  await server.close();
  await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("what is not a socket is left alone", async () => {
  const path = await Deno.makeTempFile();
  await assert.rejects(
    ControlServer.listen(new FakeService(), path),
    (error: ServiceError) => error.code === "not_a_socket" && error.exit === 4,
  );
  await Deno.remove(path);
});

Deno.test("a path that is too long for a socket is refused with the limit", async () => {
  await assert.rejects(
    ControlServer.listen(new FakeService(), "/tmp/" + "é".repeat(52)),
    (error: ServiceError) =>
      error.code === "socket_path_too_long" && /(107|103) bytes/.test(error.message),
  );
});

Deno.test("nobody there is unreachable", async () => {
  const directory = await Deno.makeTempDir();
  await leaveDeadSocket(`${directory}/dead.sock`);
  for (const name of ["absent.sock", "dead.sock"]) {
    await assert.rejects(
      ControlClient.connect(`${directory}/${name}`),
      (error: ControlError) => error.code === "unreachable",
    );
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("many lines at once are answered in order", () =>
  withServer(async ({ path }) => {
    const lines = ["status", "nonsense", '{"v":1,"id":1,"method":"status"}', "checkpoint x"];
    const replies = (await talk(path, lines.join("\n"))).trim().split("\n").map((r) =>
      JSON.parse(r)
    );
    assert.deepEqual(replies.map((reply) => reply.ok), [true, false, true, true]);
  }));

Deno.test("a line cut anywhere arrives whole", () =>
  withServer(async ({ path }) => {
    const text = '{"v":1,"id":1,"method":"checkpoint","params":{"label":"höhe €"}}\n';
    const bytes = new TextEncoder().encode(text);
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    assert.equal(JSON.parse(await talk(path, ...chunks)).result.label, "höhe €");
  }));

Deno.test("the longest line is answered, a longer one is refused and ends the connection", () =>
  withServer(async ({ path }) => {
    const long = "x".repeat(MAX_LINE_BYTES);
    assert.equal(JSON.parse(await talk(path, long + "\n")).error, "unknown command");
    const reply = await talk(path, long + "y\nstatus\n");
    assert.equal(JSON.parse(reply).error.code, "line_too_long");
  }));

Deno.test("a line that is not UTF-8 is refused", () =>
  withServer(async ({ path }) => {
    const reply = await talk(path, Uint8Array.of(0xff, 0x0a));
    assert.equal(JSON.parse(reply).error.code, "bad_encoding");
  }));

Deno.test("half a line has a deadline", () =>
  withServer(async ({ path }) => {
    const connection = await Deno.connect({ transport: "unix", path });
    await connection.write(new TextEncoder().encode('{"v":1'));
    const reply = await new Response(connection.readable).json();
    assert.equal(reply.error.code, "line_timeout");
    hangUp(connection);
  }, { lineDeadlineMs: 50 }));

Deno.test("a client that never reads blocks nobody", () =>
  withServer(async ({ path }) => {
    const slow = await Deno.connect({ transport: "unix", path });
    const flood = new TextEncoder().encode("status\n".repeat(5000));
    const flooding = (async () => {
      for (let sent = 0; sent < flood.length;) sent += await slow.write(flood.subarray(sent));
    })().catch(() => {});
    using client = await ControlClient.connect(path, { callDeadlineMs: 2000 });
    for (let i = 0; i < 20; i++) await client.status();
    slow.close();
    await flooding;
  }));

Deno.test("many clients are served at once", () =>
  withServer(async ({ path }) => {
    const clients = await Promise.all(
      Array.from({ length: 100 }, () => ControlClient.connect(path)),
    );
    const answers = await Promise.all(clients.map((client) => client.status()));
    assert.equal(answers.length, 100);
    for (const client of clients) client.close();
  }));

Deno.test("too many clients are told so", () =>
  withServer(async ({ path }) => {
    using first = await ControlClient.connect(path);
    await first.status();
    using second = await ControlClient.connect(path);
    await assert.rejects(
      second.status(),
      (error: ServiceError) => error.code === "too_many_clients",
    );
    await first.status();
  }, { maxClients: 1 }));

Deno.test("close lets a reply under way arrive", async () => {
  const gate = Promise.withResolvers<void>();
  await withServer(async ({ path, service, server }) => {
    using client = await ControlClient.connect(path);
    const answer = client.checkpoint({ label: "late" });
    while (service.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const closing = server.close();
    gate.resolve();
    assert.equal((await answer).label, "late");
    await closing;
    await assert.rejects(client.status(), (error: ControlError) => error.code === "closed");
  }, { gate: gate.promise });
});

Deno.test("a call has its deadline, and the connection ends with it", async () => {
  const gate = Promise.withResolvers<void>();
  await withServer(async ({ path }) => {
    using client = await ControlClient.connect(path);
    const late = client.status({}, { deadlineMs: 30 });
    await assert.rejects(late, (error: ControlError) => error.code === "timeout");
    await assert.rejects(client.status(), (error: ControlError) => error.code === "timeout");
    gate.resolve();
  }, { gate: gate.promise });
});

/** Binds a socket in another process that is killed, so that nobody removes it. */
async function leaveDeadSocket(path: string): Promise<void> {
  const code = `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });
    console.log("bound"); setTimeout(() => {}, 60_000);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
}
