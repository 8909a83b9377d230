import assert from "node:assert/strict";
import { AutoPolicyError, autoPolicyWords, DEFAULT_AUTO, parseAutoPolicy } from "./auto_policy.ts";

Deno.test("a policy is said in words, and said back with all its numbers", () => {
  const said = (words: string) => autoPolicyWords(parseAutoPolicy(words));
  assert.equal(said("off"), "off");
  assert.equal(said("all"), "calls,quiet:30s,mass-delete:50,timer:5m");
  assert.equal(said("timer, calls"), "calls,timer:5m");
  assert.equal(said("quiet:1.5s,mass-delete:7"), "quiet:1500ms,mass-delete:7");
  assert.equal(said("timer:120s"), "timer:2m");
  assert.equal(autoPolicyWords(DEFAULT_AUTO), "calls,mass-delete:50");
  for (const words of [said("all"), said("quiet:90s")]) assert.equal(said(words), words);
});

Deno.test("what is no policy is refused with what there is", () => {
  const bad = ["", "on", "calls,", "calls:3", "quiet:", "quiet:5", "quiet:1ms", "timer:0s"];
  for (const words of [...bad, "mass-delete:0", "mass-delete:x", "all,calls", "timer:5m:6"]) {
    assert.throws(() => parseAutoPolicy(words), AutoPolicyError, words);
  }
});
