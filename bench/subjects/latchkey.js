import { createLatchkey } from '../latchkey-app.js'

export async function latchkey (input, databaseUrl) {
  return await createLatchkey({ databaseUrl, issuer: input, roles: input.roles, profiles: input.profiles })
}
