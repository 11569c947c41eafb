// examples/quick-start.ts
import tokenVerifier from '@latchkey/token-verifier'
import Fastify from 'fastify'

const app = Fastify({ logger: true })
await app.register(tokenVerifier, {
  issuers: [{
    id: 'company-sso',
    issuer: process.env.ISSUER ?? 'https://id.example.com',
    clientId: process.env.CLIENT_ID ?? 'web'
  }]
})

// Sets request.identity; it stays null without an Authorization header. An invalid token is refused with 401.
app.addHook('onRequest', app.tokenVerifier.authenticate)

app.get('/', async request => ({ hello: request.identity?.email ?? 'guest' }))

// Refuses requests without an identity.
app.get('/me', { onRequest: app.tokenVerifier.requireIdentity }, async request => request.identity)

await app.listen({ port: Number(process.env.PORT ?? 3000) })
