/**
 * Signatures of releases: those of OpenSSH (`ssh-keygen -Y sign`), with an Ed25519 key.
 *
 * Because who installs can verify them with what is there: `ssh-keygen` comes with macOS, Windows and most Linux machines that
 * have git, where minisign and signify have to be installed first, and the openssl of macOS does not verify Ed25519.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { run } from "./run.ts";

/** What the signature is for, so that a signature of the same key for something else is none of a release. */
const NAMESPACE = "agentvfs-release";

/** Who signs, as a verifier is told. */
const IDENTITY = "agentvfs";

/** Makes a key that signs a dry run and nothing else; resolves with the path of its private half. */
export async function throwawayKey(directory: string): Promise<string> {
  const key = join(directory, "dry-run-key");
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "dry-run", "-f", key]);
  return key;
}

/** The public half of a key, as it stands in an installer: its kind and its bytes, without a comment. */
export async function publicKey(key: string): Promise<string> {
  const [kind, bytes] = (await run(["ssh-keygen", "-y", "-P", "", "-f", key])).split(" ");
  if (kind !== "ssh-ed25519" || bytes === undefined) throw new Error(`${key} is no Ed25519 key`);
  return `${kind} ${bytes}`;
}

/** Signs a file: makes FILE.sig. */
export async function sign(key: string, file: string): Promise<void> {
  await Deno.remove(`${file}.sig`).catch(() => {});
  await run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", NAMESPACE, file]);
}

/** Throws unless FILE.sig is a signature of `file` by that key. */
export async function verify(publicKey: string, file: string): Promise<void> {
  const signers = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(signers, `${IDENTITY} namespaces="${NAMESPACE}" ${publicKey}\n`);
    const script = 'ssh-keygen -Y verify -f "$1" -I "$2" -n "$3" -s "$4.sig" <"$4"';
    await run(["sh", "-c", script, "sh", signers, IDENTITY, NAMESPACE, file], {
      cwd: dirname(file),
    });
  } finally {
    await Deno.remove(signers);
  }
}
