/** A test that cannot be made here is shown as one that is skipped, with the reason. */
export async function skip(t: Deno.TestContext, reason: string): Promise<void> {
  await t.step({ name: `skipped: ${reason}`, ignore: true, fn: () => {} });
}
