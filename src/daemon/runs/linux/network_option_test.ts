import assert from "node:assert/strict";
import { parseNetworkOption } from "./network_option.ts";

async function parsed(text: string): Promise<string[]> {
  return (await parseNetworkOption(text, ["10.0.0.53"])).map(({ address, bits, ports }) =>
    `${Uint8Array.from(address).toHex()}/${bits}${ports.map((port) => `:${port}`).join("")}`
  );
}

const MAPPED = "00000000000000000000ffff";

Deno.test("addresses, ranges and ports are bytes, bits and numbers", async () => {
  assert.deepEqual(await parsed("none"), []);
  assert.deepEqual(await parsed("1.2.3.4,10.0.0.0/8:443"), [
    `${MAPPED}01020304/128`,
    `${MAPPED}0a000000/104:443`,
  ]);
  assert.deepEqual(await parsed("[2001:db8::1]:80,fe80::/10,[::1]"), [
    "20010db8000000000000000000000001/128:80",
    "fe800000000000000000000000000000/10",
    "00000000000000000000000000000001/128",
  ]);
  assert.equal((await parsed("local")).length, 4);
});

Deno.test("where a name is, the machine's name servers may be asked", async () => {
  const found = await parsed("localhost:8080");
  assert.ok(found.includes(`${MAPPED}7f000001/128:8080`), found.join());
  assert.ok(found.includes(`${MAPPED}0a000035/128:53`), found.join());
});

Deno.test("a range within another has its ports, too", async () => {
  assert.deepEqual(await parsed("10.0.0.0/8:80,10.1.0.0/16:443,10.1.2.3:443,10.1.2.3:22"), [
    `${MAPPED}0a000000/104:80`,
    `${MAPPED}0a010000/112:80:443`,
    `${MAPPED}0a010203/128:80:443:22`,
    `${MAPPED}0a010203/128:80:443:22`,
  ]);
  assert.deepEqual((await parsed("10.0.0.0/8,10.1.2.3:22"))[1], `${MAPPED}0a010203/128`);
});

Deno.test("what is no place is refused", async () => {
  const texts = [
    "",
    "a b",
    "1.2.3.4/33",
    "::/129",
    "name/8",
    "[1.2.3.4]:5",
    "x:65536",
    "x:0",
    "x:y",
  ];
  for (const text of texts) await assert.rejects(parsed(text), { code: "bad_network" }, text);
});
