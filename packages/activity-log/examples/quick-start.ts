// examples/quick-start.ts
import activityLog from '@latchkey/activity-log'
import database from '@latchkey/database'
import usersStore from '@latchkey/users-store'
import Fastify from 'fastify'

export const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'info' } })
await app.register(database, { url: process.env.DATABASE_URL ?? 'sqlite::memory:' })
await app.register(usersStore)
await app.register(activityLog, { keepDays: 30 })
await app.ready()

const ann = await app.usersStore.create({ email: `ann-${Date.now()}@example.com` })
const signIn = { userId: ann.id, profileId: 'company-sso', issuer: 'https://id.example.com', subject: 'ann', at: Math.floor(Date.now() / 1000) }
app.activityLog.signedIn({ ...signIn, ip: '203.0.113.7', userAgent: 'Firefox' })
app.activityLog.signedIn(signIn) // the same sign-in, which is recorded once
app.activityLog.refused('wrong_password')

// Activity is written within a second, and before the app closes.
await new Promise(resolve => setTimeout(resolve, 1500))
// [{ day: '2026-…', signIns: 1, signUps: 0, refused: 1, refusals: [{ reason: 'wrong_password', count: 1 }] }]
console.log((await app.activityLog.perDay()).slice(-1))
await app.close()
