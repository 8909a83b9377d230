/**
 * The thread that knocks when filters have answered. It says so when nobody hears that any more.
 *
 * @module
 */

/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

import { type AnswerWatchStart, knockWhenAnswered } from "../../mount/windows/answer_watch.ts";

self.onmessage = async ({ data }: MessageEvent<AnswerWatchStart>) => {
  try {
    await knockWhenAnswered(data);
    self.postMessage("Nobody heard a knock");
  } catch (error) {
    self.postMessage((error as Error).message);
  }
};
