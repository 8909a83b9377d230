import type { LogMove } from "../../control/service/history.ts";
import { hashNumber, quoted, shortId, words } from "./format.ts";

/** Where a move went. */
export function moveWords({ to, toNumber, toLabel }: LogMove): string {
  return words("to", hashNumber(toNumber) || shortId(to), quoted(toLabel));
}
