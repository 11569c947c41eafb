/** A form field for a setting of the provider. */
export interface ProviderField {
  /** Types share a field of the same name, and so what was entered in it. */
  readonly name: string
  /** The name in the profile, where another type has a different field of that name. */
  readonly storedAs?: string
  readonly label: string
  readonly description: string
  readonly kind: 'text' | 'secret' | 'lines' | 'switch'
  readonly required?: boolean
  readonly placeholder?: string
  /** Whether it is an option of the adapter, rather than a field that every profile has. */
  readonly option?: boolean
  /** The default of a switch. */
  readonly otherwise?: boolean
}

export interface ProfileType {
  readonly label: string
  readonly description: string
  readonly fields: readonly ProviderField[]
}

const clientId: ProviderField = { name: 'clientId', label: 'Client ID', description: 'The client that you registered at the provider for this app', kind: 'text', required: true }
const secret: ProviderField = { name: 'secret', label: 'Client secret', description: 'Only if the client has one. It is stored encrypted and never shown again; the server needs LATCHKEY_SECRET_KEY for it.', kind: 'secret' }
const audiences: ProviderField = { name: 'audiences', label: 'Audiences', description: 'The accepted audiences (aud) of tokens, one per line. Defaults to the client ID.', kind: 'lines' }

/** The fields of the forms, by the type of the profile. */
export const profileTypes: Readonly<Record<string, ProfileType>> = {
  openid: {
    label: 'OpenID Connect',
    description: 'Any provider that publishes /.well-known/openid-configuration, such as Keycloak, Entra ID, Okta or Google',
    fields: [
      { name: 'issuer', label: 'Issuer', description: 'The exact value of iss in the provider\'s tokens', kind: 'text', required: true, placeholder: 'https://id.example.com' },
      clientId,
      secret,
      audiences,
      { name: 'scope', label: 'Scope', description: 'The scopes to request. Many providers issue a refresh token only with offline_access.', kind: 'text', placeholder: 'openid email profile', option: true }
    ]
  },
  auth0: {
    label: 'Auth0',
    description: 'An Auth0 tenant',
    fields: [
      { name: 'domain', label: 'Domain', description: 'The domain of the tenant, or your custom domain, without https://', kind: 'text', required: true, placeholder: 'acme.eu.auth0.com' },
      clientId,
      secret,
      audiences,
      { name: 'databaseName', label: 'Database connection', description: 'The connection that holds the passwords', kind: 'text', placeholder: 'Username-Password-Authentication' }
    ]
  },
  cognito: {
    label: 'AWS Cognito',
    description: 'An AWS user pool',
    fields: [
      { name: 'region', label: 'Region', description: 'The AWS region of the user pool', kind: 'text', required: true, placeholder: 'eu-west-1', option: true },
      { name: 'userPoolId', label: 'User pool ID', description: 'As shown in the AWS console', kind: 'text', required: true, placeholder: 'eu-west-1_AbCdEf123', option: true },
      clientId,
      secret,
      { name: 'hostedDomain', storedAs: 'domain', label: 'Domain of the hosted pages', description: 'Required for signing in on Cognito\'s own pages', kind: 'text', placeholder: 'https://acme.auth.eu-west-1.amazoncognito.com' }
    ]
  },
  embedded: {
    label: 'Embedded',
    description: 'The provider built into this app, with its own accounts and passwords',
    fields: [
      { ...clientId, description: 'The client ID of apps that sign in with this profile', required: true },
      { name: 'brandName', label: 'Brand name', description: 'Shown on the hosted login page instead of the profile name', kind: 'text', option: true },
      { name: 'color', label: 'Brand color', description: 'For buttons and links on the hosted login page', kind: 'text', placeholder: '#0b7285', option: true },
      { name: 'signUp', label: 'Offer sign-up on the hosted login page', description: '', kind: 'switch', option: true, otherwise: true },
      { name: 'consent', label: 'Ask people for consent before an app gets their profile', description: 'For apps that are not your own', kind: 'switch', option: true, otherwise: false }
    ]
  }
}
