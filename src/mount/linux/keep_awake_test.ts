import assert from "node:assert/strict";
import { KeepAwake, whyNotAwake } from "./keep_awake.ts";

/** What the kernel is told, and a clock. */
class Machine {
  readonly told: boolean[] = [];
  now = 1000;
  served = 0;
  refuses = false;
  readonly awake = new KeepAwake((on) => {
    this.told.push(on);
    return !this.refuses;
  });

  /** `count` requests, one each `ms`, each of which wakes the thread up. */
  requests(count: number, ms: number): void {
    for (let i = 0; i < count; i++) {
      this.now += ms;
      this.awake.woken(this.now, this.served);
      this.served++;
    }
  }
}

Deno.test("many requests in a short time keep idle CPUs awake, until nothing comes", () => {
  const machine = new Machine();
  machine.requests(5, 0.1);
  assert.deepEqual(machine.told, []);
  machine.requests(1000, 0.1);
  assert.deepEqual(machine.told, [true]);
  machine.awake.nothing();
  machine.awake.nothing();
  assert.deepEqual(machine.told, [true, false]);
  assert.ok(!machine.awake.isOn);
});

Deno.test("requests that come now and then let CPUs halt, also after many", () => {
  const machine = new Machine();
  machine.requests(200, 1);
  assert.deepEqual(machine.told, []);
  machine.requests(200, 0.1);
  machine.requests(30, 1);
  assert.deepEqual(machine.told, [true, false]);
});

Deno.test("a few requests after a long time are not many", () => {
  const machine = new Machine();
  machine.requests(19, 0.1);
  machine.now += 10_000;
  machine.requests(3, 0.1);
  assert.deepEqual(machine.told, []);
});

Deno.test("a kernel that refuses is not asked again", () => {
  const machine = new Machine();
  machine.refuses = true;
  machine.requests(200, 0.1);
  assert.ok(!machine.awake.isOn);
  assert.deepEqual(machine.told, [true]);
});

Deno.test("only where a halted CPU takes long to wake up, and not very many of them", () => {
  assert.equal(whyNotAwake("haltpoll", 2), null);
  assert.match(whyNotAwake("intel_idle", 2) ?? "", /intel_idle/);
  assert.match(whyNotAwake("", 2) ?? "", /no driver/);
  assert.match(whyNotAwake("haltpoll", 64) ?? "", /64/);
});
