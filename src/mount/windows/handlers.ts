/**
 * Which handler carries out which kind of request.
 *
 * @module
 */

import { Kind } from "../../../ffi/windows/winfsp/protocol.ts";
import { cleanup, close } from "./operations/cleanup.ts";
import type { Handler } from "./context.ts";
import { create } from "./operations/create.ts";
import { flush, overwrite, readFile, writeFile } from "./operations/data.ts";
import { queryDirectory } from "./operations/directory.ts";
import { queryInformation, setInformation } from "./operations/information.ts";
import { fileSystemControl } from "./operations/reparse.ts";
import { querySecurity, setSecurity } from "./operations/security.ts";
import { queryEa, queryStreams, queryVolume, setEa, setVolume } from "./operations/volume.ts";

export interface Row {
  readonly handle: Handler;
  /** It is about the volume, or about nothing that is open yet. */
  readonly isFree?: true;
}

export const HANDLERS: ReadonlyMap<number, Row> = new Map<number, Row>([
  [Kind.CREATE, { handle: create, isFree: true }],
  [Kind.OVERWRITE, { handle: overwrite }],
  [Kind.CLEANUP, { handle: cleanup }],
  [Kind.CLOSE, { handle: close }],
  [Kind.READ, { handle: readFile }],
  [Kind.WRITE, { handle: writeFile }],
  [Kind.QUERY_INFORMATION, { handle: queryInformation }],
  [Kind.SET_INFORMATION, { handle: setInformation }],
  [Kind.QUERY_EA, { handle: queryEa }],
  [Kind.SET_EA, { handle: setEa }],
  [Kind.FLUSH_BUFFERS, { handle: flush }],
  [Kind.QUERY_VOLUME, { handle: queryVolume, isFree: true }],
  [Kind.SET_VOLUME, { handle: setVolume, isFree: true }],
  [Kind.QUERY_DIRECTORY, { handle: queryDirectory }],
  [Kind.FILE_SYSTEM_CONTROL, { handle: fileSystemControl }],
  [Kind.QUERY_SECURITY, { handle: querySecurity }],
  [Kind.SET_SECURITY, { handle: setSecurity }],
  [Kind.QUERY_STREAMS, { handle: queryStreams }],
]);
