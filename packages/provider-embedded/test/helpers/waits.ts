import type { TestApp } from './app.js'

/** Ends all waits of an app. */
export async function waitOut ({ app }: TestApp): Promise<void> {
  await app.db.updateTable('latchkey_embedded_attempts').set({ locked_until: new Date(0).toISOString() }).execute()
}

/** Keeps all waits of an app from ending, however slow the machine is. */
export async function holdWaits ({ app }: TestApp): Promise<void> {
  const unlocked = new Date(0).toISOString()
  await app.db.updateTable('latchkey_embedded_attempts').set({ locked_until: new Date(Date.now() + 3_600_000).toISOString() }).where('locked_until', '>', unlocked).execute()
}
