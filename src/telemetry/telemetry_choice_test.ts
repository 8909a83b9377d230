import assert from "node:assert/strict";
import { parseTelemetry, TELEMETRY_DEFAULT, telemetryList } from "./telemetry_choice.ts";

function choice(list: string) {
  const parsed = parseTelemetry(list);
  assert.ok(typeof parsed !== "string", `${list}: ${parsed}`);
  return parsed;
}

Deno.test("a list says how much is recorded, by whom, and how it is kept", () => {
  assert.deepEqual(choice(""), TELEMETRY_DEFAULT);
  assert.equal(choice("opens").level, "opens");
  assert.deepEqual(choice("all,ebpf,fanotify").sources, ["ebpf", "fanotify"]);
  assert.equal(choice("changes,redact-args").redactsArguments, true);
  assert.deepEqual(choice("sync,file=2m,files=3,age=12h").limits, {
    sync: true,
    fileBytes: 2 ** 21,
    files: 3,
    fileMs: 12 * 3_600_000,
  });
});

Deno.test("what ContextFS takes means the same", () => {
  assert.equal(choice("none").level, "off");
  assert.deepEqual(choice("ebpf,fanotify,ptrace,ldpreload"), {
    ...TELEMETRY_DEFAULT,
    sources: ["ebpf", "fanotify", "ptrace", "ldpreload"],
  });
  assert.equal(choice("auto").sources, "auto");
});

Deno.test("a list is said again as it was meant", () => {
  for (
    const list of [
      "",
      "off",
      "opens,none",
      "all,ebpf,redact-args,sync,file=64k,age=90s,otlp=http://127.0.0.1:4318,unix=/run/x,stdout",
    ]
  ) {
    assert.deepEqual(choice(telemetryList(choice(list))), choice(list));
  }
});

Deno.test("the word is named that means nothing", () => {
  for (
    const word of [
      "ebfp",
      "file=1",
      "file=x",
      "files=0",
      "age=5",
      "level=all",
      "otlp=x",
      "unix=relative",
    ]
  ) {
    assert.equal(parseTelemetry(`opens,${word}`), word);
  }
});
