import type { ProfileConfig } from '@latchkey/auth-profiles'
import { isLoopback } from '@latchkey/identity-provider'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { readConfigFile, type ConfigFile } from './config-file.js'
import { ConfigurationError } from './configuration-error.js'

/** The validated configuration of the reference app. */
export interface Config extends ConfigFile {
  readonly profiles: readonly ProfileConfig[]
  readonly host: string
  readonly port: number
  /** Where browsers and clients reach the app, without a trailing slash. */
  readonly publicUrl: string
  readonly databaseUrl: string
  /** PostgreSQL: milliseconds that a statement may go without an answer before it fails. */
  readonly databaseAnswerTimeoutMs: number
  /** PostgreSQL: whether statements stay prepared in a session. */
  readonly databasePreparedStatements: boolean
  readonly administratorEmail?: string
  /** Encrypts keys and secrets in the database; the same on every instance. */
  readonly secretKey?: string
  /** Earlier secret keys: what they encrypt is re-encrypted at start. */
  readonly previousSecretKeys: readonly string[]
  /** Days after which a sign-in is deleted. */
  readonly signInsKeepDays: number
  /** Days after which an audit event is deleted. Default: never. */
  readonly auditLogKeepDays?: number
  /** Addresses of the proxies that are trusted to report a client's address. */
  readonly trustedProxies: readonly string[]
  readonly logLevel: string
  readonly production: boolean
}

/** The profiles without a configuration file: people sign in with the embedded provider. */
const defaultProfiles: readonly ProfileConfig[] = [{
  id: 'default',
  name: 'Latchkey',
  type: 'embedded',
  selfSignUp: 'open',
  roles: ['Guest'],
  callbackUrls: ['http://localhost:3000/auth/callback'],
  logoutUrls: ['http://localhost:3000/logout']
}]

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/**
 * Reads the environment and the configuration file that it names.
 *
 * @throws ConfigurationError naming the variable or the path in the file, and the remedy
 */
export async function readConfig (environment: Readonly<Record<string, string | undefined>>): Promise<Config> {
  const host = environment.HOST || '127.0.0.1'
  const port = readPort(environment.PORT || '4000')
  const file = environment.LATCHKEY_CONFIG ? await readConfigFile(resolve(environment.LATCHKEY_CONFIG), environment) : {}
  const config: Config = {
    profiles: defaultProfiles,
    ...file,
    host,
    port,
    publicUrl: environment.PUBLIC_URL ? readPublicUrl(environment.PUBLIC_URL) : addressOf(host, port),
    databaseUrl: environment.DATABASE_URL || 'sqlite:./data/latchkey.db',
    databaseAnswerTimeoutMs: readAnswerTimeout(environment.DATABASE_ANSWER_TIMEOUT_MS || '30000'),
    databasePreparedStatements: readPreparedStatements(environment.DATABASE_PREPARED_STATEMENTS || 'true'),
    signInsKeepDays: readDays('LATCHKEY_SIGN_INS_KEEP_DAYS', environment.LATCHKEY_SIGN_INS_KEEP_DAYS || '90'),
    trustedProxies: readTrustedProxies(environment.TRUSTED_PROXIES || ''),
    previousSecretKeys: list(environment.LATCHKEY_SECRET_KEY_PREVIOUS || '').map(key => readSecretKey('each key in LATCHKEY_SECRET_KEY_PREVIOUS', key)),
    logLevel: readLogLevel(environment.LOG_LEVEL || 'info'),
    production: environment.NODE_ENV === 'production',
    ...(environment.LATCHKEY_AUDIT_LOG_KEEP_DAYS ? { auditLogKeepDays: readDays('LATCHKEY_AUDIT_LOG_KEEP_DAYS', environment.LATCHKEY_AUDIT_LOG_KEEP_DAYS, ', or unset to keep the audit log forever') } : {}),
    ...(environment.LATCHKEY_ADMIN_EMAIL ? { administratorEmail: environment.LATCHKEY_ADMIN_EMAIL } : {}),
    ...(environment.LATCHKEY_SECRET_KEY ? { secretKey: readSecretKey('LATCHKEY_SECRET_KEY', environment.LATCHKEY_SECRET_KEY) } : {})
  }
  return Object.freeze(config)
}

function readPort (text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new ConfigurationError('PORT must be a whole number from 0 to 65535')
  return port
}

function readDays (name: string, text: string, otherwise = ''): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new ConfigurationError(`${name} must be a whole number of days from 1 to 3650${otherwise}`)
  return days
}

/** A second at least: who gives a smaller number has taken the unit for seconds, and nearly every statement would fail. */
function readAnswerTimeout (text: string): number {
  const milliseconds = Number(text)
  if (!Number.isInteger(milliseconds) || milliseconds < 1000 || milliseconds > 3_600_000) throw new ConfigurationError('DATABASE_ANSWER_TIMEOUT_MS must be a whole number of milliseconds from 1000 to 3600000, an hour')
  return milliseconds
}

function readPreparedStatements (text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new ConfigurationError('DATABASE_PREPARED_STATEMENTS must be true, or false behind a pooler in transaction mode')
  return text === 'true'
}

function readSecretKey (name: string, text: string): string {
  if (text.length < 32) throw new ConfigurationError(`${name} must have 32 characters or more: create one with "openssl rand -base64 32"`)
  return text
}

function readTrustedProxies (text: string): string[] {
  const addresses = list(text)
  if (!addresses.every(isAddressOrRange)) throw new ConfigurationError('TRUSTED_PROXIES must list the IP addresses or ranges of the proxies in front of the app, such as 10.0.0.0/8,127.0.0.1')
  return addresses
}

function list (text: string): string[] {
  return text.split(',').map(part => part.trim()).filter(part => part !== '')
}

function isAddressOrRange (text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  return version !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
}

function readLogLevel (text: string): string {
  if (!logLevels.includes(text)) throw new ConfigurationError(`LOG_LEVEL must be one of ${logLevels.join(', ')}`)
  return text
}

function readPublicUrl (text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw new ConfigurationError('PUBLIC_URL must be the http(s) URL at which clients reach the app, such as https://app.example.com')
  if (url.href !== `${url.origin}/`) throw new ConfigurationError('PUBLIC_URL must be an origin such as https://app.example.com, without a path, query, fragment or user name')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw new ConfigurationError('PUBLIC_URL must be https, except on localhost, 127.0.0.1 and [::1]: browsers send passwords and tokens to it')
  return url.origin
}

/** The app's address without a proxy in front of it. */
function addressOf (host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host
  if (!isLoopback(name)) throw new ConfigurationError('PUBLIC_URL must be set if HOST is not a loopback address: use the https URL at which browsers reach the app, such as https://app.example.com')
  return `http://${name}:${port}`
}
