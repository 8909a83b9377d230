import assert from "node:assert/strict";
import * as linux from "./linux/state_places.ts";
import * as macos from "./macos/state_places.ts";
import * as windows from "./windows/state_places.ts";

/** Runs `use` with these variables, and none that are null. */
function withVariables(variables: Record<string, string | null>, use: () => void): void {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name) ?? null] as const);
  const set = (entries: Iterable<readonly [string, string | null]>) => {
    for (const [name, value] of entries) {
      if (value === null) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
  try {
    set(Object.entries(variables));
    use();
  } finally {
    set(before);
  }
}

Deno.test("each system has a place for settings of programs with windows", () => {
  withVariables({ XDG_CONFIG_HOME: null, APPDATA: "C:\\u\\AppData\\Roaming" }, () => {
    assert.equal(linux.settingsPlace("/home/u"), "/home/u/.config");
    assert.equal(macos.settingsPlace("/Users/u"), "/Users/u/Library/Application Support");
    assert.equal(windows.settingsPlace("C:\\u"), "C:\\u\\AppData\\Roaming");
  });
  withVariables({ XDG_CONFIG_HOME: "/x" }, () => {
    assert.equal(linux.settingsPlace("/home/u"), "/x");
    assert.equal(macos.settingsPlace("/Users/u"), "/Users/u/Library/Application Support");
  });
});

Deno.test("each system says by a variable of its own where a user is at home", () => {
  withVariables({ HOME: "/home/u", USERPROFILE: "C:\\Users\\u" }, () => {
    assert.equal(linux.homePlace(), "/home/u");
    assert.equal(macos.homePlace(), "/home/u");
    assert.equal(windows.homePlace(), "C:\\Users\\u");
  });
  withVariables({ HOME: "", USERPROFILE: null }, () => {
    assert.equal(linux.homePlace(), null);
    assert.equal(windows.homePlace(), null);
  });
});
