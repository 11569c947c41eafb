import type { TestApp } from './app.js'

/** Lets the waits of an app pass. */
export async function waitOut ({ app }: TestApp): Promise<void> {
  await app.db.updateTable('latchkey_embedded_attempts').set({ locked_until: new Date(0).toISOString() }).execute()
}

/** Has none of the waits of an app pass, however slow the machine is. */
export async function holdWaits ({ app }: TestApp): Promise<void> {
  const unlocked = new Date(0).toISOString()
  await app.db.updateTable('latchkey_embedded_attempts').set({ locked_until: new Date(Date.now() + 3_600_000).toISOString() }).where('locked_until', '>', unlocked).execute()
}
