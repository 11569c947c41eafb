/** A field of a profile that its provider wants, and what to say of it. */
export interface ProviderField {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly kind: 'text' | 'secret' | 'lines' | 'switch'
  readonly required?: boolean
  readonly placeholder?: string
  /** Whether it is one of the adapter's own options, and no field that every profile has. */
  readonly option?: boolean
  /** What it is where nothing is said, of a switch. */
  readonly otherwise?: boolean
}

export interface ProfileType {
  readonly label: string
  readonly description: string
  readonly fields: readonly ProviderField[]
}

const clientId: ProviderField = { name: 'clientId', label: 'Client ID', description: 'Of the client that you registered at the provider for this app', kind: 'text', required: true }
const secret: ProviderField = { name: 'secret', label: 'Client secret', description: 'Only where the client has one. It is kept sealed and shown to nobody again; the server needs LATCHKEY_SECRET_KEY for it', kind: 'secret' }
const audiences: ProviderField = { name: 'audiences', label: 'Audiences', description: 'What a token must be for, one a line; without any, the client ID', kind: 'lines' }

/** What the forms ask for, by the type of a profile. */
export const profileTypes: Readonly<Record<string, ProfileType>> = {
  openid: {
    label: 'OpenID Connect',
    description: 'Any provider that publishes /.well-known/openid-configuration: Keycloak, Entra ID, Okta, Google and others',
    fields: [
      { name: 'issuer', label: 'Issuer', description: 'The address that stands in the tokens as iss, to the letter', kind: 'text', required: true, placeholder: 'https://id.example.com' },
      clientId,
      secret,
      audiences,
      { name: 'scope', label: 'Scope', description: 'What the login page asks for; many providers give a refresh token for offline_access only', kind: 'text', placeholder: 'openid email profile', option: true }
    ]
  },
  auth0: {
    label: 'Auth0',
    description: 'A tenant of Auth0',
    fields: [
      { name: 'domain', label: 'Domain', description: 'Of the tenant, or your own, without https://', kind: 'text', required: true, placeholder: 'acme.eu.auth0.com' },
      clientId,
      secret,
      audiences,
      { name: 'databaseName', label: 'Database connection', description: 'Which connection passwords belong to', kind: 'text', placeholder: 'Username-Password-Authentication' }
    ]
  },
  cognito: {
    label: 'AWS Cognito',
    description: 'A user pool of AWS',
    fields: [
      { name: 'region', label: 'Region', description: 'Where the user pool is', kind: 'text', required: true, placeholder: 'eu-west-1', option: true },
      { name: 'userPoolId', label: 'User pool ID', description: 'As the AWS console shows it', kind: 'text', required: true, placeholder: 'eu-west-1_AbCdEf123', option: true },
      clientId,
      secret,
      { name: 'domain', label: 'Domain of the hosted pages', description: 'Without it people cannot sign in at a page of Cognito', kind: 'text', placeholder: 'https://acme.auth.eu-west-1.amazoncognito.com' }
    ]
  },
  embedded: {
    label: 'Embedded',
    description: 'The provider inside this app, with accounts and passwords of its own',
    fields: [
      { ...clientId, description: 'What apps that sign in by this profile call themselves', required: true },
      { name: 'brandName', label: 'Name on the pages', description: 'Shown in place of the name of the profile', kind: 'text', option: true },
      { name: 'color', label: 'Colour', description: 'Of buttons and links on the pages', kind: 'text', placeholder: '#0b7285', option: true },
      { name: 'signUp', label: 'The pages offer to sign up', description: '', kind: 'switch', option: true, otherwise: true },
      { name: 'consent', label: 'Ask people before an app gets their profile', description: 'For apps that are not your own', kind: 'switch', option: true, otherwise: false }
    ]
  }
}
