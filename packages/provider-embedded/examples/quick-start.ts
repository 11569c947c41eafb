// examples/quick-start.ts
import database from '@latchkey/database'
import providerEmbedded from '@latchkey/provider-embedded'
import Fastify from 'fastify'

const port = Number(process.env.PORT ?? 4000)
const app = Fastify({ logger: true })
await app.register(database, { url: 'sqlite::memory:' })
await app.register(providerEmbedded, { publicUrl: `http://localhost:${port}` })

const provider = app.providerEmbedded.createProvider({
  id: 'default',
  name: 'Acme Notes',
  color: '#0b7285',
  callbackUrls: ['http://localhost:3000/callback']
})

await app.listen({ port })
// The confirmation code is in the log and at http://localhost:4000/oidc/outbox.
await provider.signUpWithPassword({ email: 'ada@example.com', password: 'correct horse battery', firstName: 'Ada' })
// The login URL for a browser. The front end adds its own state, nonce and PKCE challenge.
console.log(await provider.loginUrl({ redirectUri: 'http://localhost:3000/callback' }))
