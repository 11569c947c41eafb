// examples/quick-start.ts
import { requireCapability, type CreateProvider, type HostedPages, type IdentityProvider } from '@latchkey/identity-provider'

interface AcmeOptions {
  id: string
  domain: string
  clientId: string
}

/** An adapter to a provider that has hosted login pages and nothing else. */
export const createAcmeProvider = (({ id, domain, clientId }) => ({
  id,
  type: 'acme',
  issuer: { issuer: `https://${domain}`, clientId, audiences: [clientId] },

  async loginUrl ({ redirectUri } = {}) {
    const url = new URL(`https://${domain}/authorize`)
    url.search = new URLSearchParams({ client_id: clientId, response_type: 'code', scope: 'openid email' }).toString()
    if (redirectUri !== undefined) url.searchParams.set('redirect_uri', redirectUri)
    return url.href
  },
  async logoutUrl () {
    return null
  }
} satisfies IdentityProvider & HostedPages)) satisfies CreateProvider<AcmeOptions>

// If an adapter lacks a capability, requireCapability throws an error that you can show to clients.
const provider: IdentityProvider = createAcmeProvider({ id: 'acme', domain: 'id.acme.example', clientId: 'web' })
console.log(await requireCapability(provider, 'hostedPages').loginUrl())
