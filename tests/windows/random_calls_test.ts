import { randomCalls } from "./random_calls.ts";

Deno.test("random calls are answered as a model of NT answers them", () => randomCalls(40));
