/** Starts the app with settings from the environment. */
import { createApp } from './app.js'

const { HOST = '127.0.0.1', PORT = '4100', ADMINISTRATOR_EMAIL, ISSUER, CLIENT_ID = 'notes' } = process.env
const { PUBLIC_URL = `http://${HOST}:${PORT}`, DATABASE_URL = 'sqlite:./data/notes.db' } = process.env

const app = await createApp({
  databaseUrl: DATABASE_URL,
  publicUrl: PUBLIC_URL,
  administratorEmail: ADMINISTRATOR_EMAIL,
  profile: ISSUER === undefined ? {} : { type: 'openid', issuer: ISSUER, clientId: CLIENT_ID },
  logger: true
})
await app.listen({ host: HOST, port: Number(PORT) })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, async () => { await app.close() })
