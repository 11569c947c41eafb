import { followStored, type Tables } from '@latchkey/database'
import type { TokenVerifier } from '@latchkey/token-verifier'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import { isDeepStrictEqual } from 'node:util'
import { acceptProfiles, openSealed, type LeftOut, type OpenedStored } from './accepted-profiles.js'
import { createAdapterEnds } from './adapter-ends.js'
import type { AuthenticationSettings } from './authentication-settings.js'
import { AUTH_PROFILES_ERR_PROFILE_NOT_FOUND } from './errors.js'
import { openStoredAdapter, type Adapters, type OpenedProfile } from './open-profiles.js'
import type { LeftOutProfile } from './profile.js'
import type { ProfileSecrets } from './profile-secrets.js'
import { loadStored, VERSION_TABLE, type Stored, type StoredProfile } from './stored-profiles.js'
import { toTrustedIssuer } from './trusted-issuers.js'

/** The profiles in memory with their open adapters, which serve every request. */
export interface CurrentProfiles {
  /** In order, configured ones first. */
  readonly all: readonly OpenedProfile[]
  readonly leftOut: readonly LeftOutProfile[]
  readonly settings: AuthenticationSettings
  get (id: string): OpenedProfile | undefined
  /** @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND */
  require (id: string): OpenedProfile
  /** Sets the role ids of configured profiles, once all roles are known. */
  setConfiguredRoles (roleIdsOf: (profileId: string) => readonly string[]): void
  /** Loads changes made by other instances, at most once a second. Never fails. `undefined` if there is nothing to wait for. */
  refresh (): Promise<void> | undefined
  /**
   * Makes a change in the database and applies it immediately. Changes of this process run one after the other.
   *
   * @param write makes the change and returns the new stored state; `tryOpening` opens the adapter of the changed profile, which
   *   is closed again if the change fails
   */
  change (write: (tryOpening: (stored: StoredProfile, clientSecret: string | null) => OpenedProfile['provider']) => Promise<Stored>): Promise<void>
  /**
   * Opens the adapter of a changed profile for a test only; the adapter in use stays in use. The caller closes it.
   *
   * @throws what the adapter throws for invalid options
   */
  openBeside (profile: Pick<StoredProfile, 'id' | 'fields'>, clientSecret: string | null): Promise<OpenedProfile['provider']>
  close (): Promise<void>
}

interface CurrentProfilesParts {
  readonly configured: readonly OpenedProfile[]
  readonly adapters: Adapters
  readonly secrets: ProfileSecrets
  readonly tokenVerifier: TokenVerifier
  readonly db: Kysely<Tables>
  /** Called with the settings at first, and whenever they change. */
  onSettings (settings: AuthenticationSettings): void
  readonly log: FastifyBaseLogger
}

export function openCurrentProfiles (initial: Stored, parts: CurrentProfilesParts): CurrentProfiles {
  const { adapters, secrets, tokenVerifier, db, onSettings, log } = parts
  let configured = parts.configured
  let stored: ReadonlyMap<string, OpenedStored> = new Map()
  let all: readonly OpenedProfile[] = configured
  let byId: ReadonlyMap<string, OpenedProfile> = new Map()
  let leftOut: readonly LeftOut[] = []
  let { version, settings } = initial
  const ends = createAdapterEnds(error => { log.warn({ err: error }, 'The adapter of an authentication profile could not be closed') })
  /** A slow database may still answer after closing. Adapters opened then would never be closed. */
  let isClosed = false

  // Runs changes one after the other, so that adapters are never opened and closed concurrently.
  const { refresh, exclusively, catchUp } = followStored({
    db,
    table: VERSION_TABLE,
    known: () => version,
    load: () => loadStored(db),
    take: next => { if (!isClosed) install(next) },
    report: error => {
      if (error === undefined) log.info('The authentication profiles can be read from the database again')
      else log.error({ err: error }, 'The authentication profiles cannot be read from the database. The last known profiles stay in use.')
    }
  })

  /** @param opened adapters that are already open, by profile id */
  function install (next: Stored, opened: ReadonlyMap<string, OpenedProfile['provider']> = new Map()): void {
    const kept = new Map([...stored].filter(([, { source }]) => next.profiles.some(profile => isSame(source, profile))))
    // Retire removed adapters first, because another profile may now use their client id.
    for (const [id, { provider }] of stored) if (!kept.has(id)) ends.letGo(provider)
    const { accepted, refused } = acceptProfiles(next.profiles, configured, id => kept.get(id)?.provider ?? opened.get(id), { adapters, secrets, tokenVerifier, ends })
    const adaptersChanged = accepted.size !== stored.size || [...accepted].some(([id, { provider }]) => stored.get(id)?.provider !== provider)
    stored = accepted
    index()
    // trust() clears the cache of verified tokens, which a new name should not do.
    if (adaptersChanged) tokenVerifier.trust(all.map(toTrustedIssuer))
    for (const { id, name, reason, source } of refused) {
      if (!leftOut.some(before => isSame(before.source, source))) log.error({ profile: id, name, reason }, 'An authentication profile cannot be opened and is skipped. Nobody can sign in with it.')
    }
    leftOut = refused
    version = next.version
    if (!isDeepStrictEqual(next.settings, settings)) onSettings(next.settings)
    settings = next.settings
  }

  function index (): void {
    all = Object.freeze([...configured, ...stored.values()])
    byId = new Map(all.map(entry => [entry.profile.id, entry]))
  }

  /** Reopens the adapter in use: an adapter that registers itself elsewhere was displaced there by the one opened last. */
  function restore (id: string): void {
    const inUse = stored.get(id)
    if (inUse?.provider.retire === undefined) return
    ends.letGo(inUse.provider)
    stored = new Map(stored).set(id, { ...inUse, provider: openSealed(inUse.source, secrets, adapters) })
    index()
  }

  install(initial)
  onSettings(settings)
  return {
    get all () { return all },
    get leftOut () { return leftOut.map(({ id, name, reason }) => ({ id, name, reason })) },
    get settings () { return settings },
    get: id => byId.get(id),
    require: id => byId.get(id) ?? notFound(),
    setConfiguredRoles: roleIdsOf => {
      configured = configured.map(({ profile, provider }) => ({ profile: Object.freeze({ ...profile, roleIds: roleIdsOf(profile.id) }), provider }))
      index()
    },
    refresh,
    change: async write => {
      await exclusively(async () => {
        // A profile that another instance has deleted meanwhile might otherwise conflict with the change.
        await catchUp()
        const opened = new Map<string, OpenedProfile['provider']>()
        const tryOpening = (profile: StoredProfile, clientSecret: string | null) => {
          const provider = openStoredAdapter(profile, clientSecret, adapters)
          opened.set(profile.id, provider)
          return provider
        }
        let after: Stored
        try {
          after = await write(tryOpening)
        } catch (error) {
          for (const [id, provider] of opened) {
            ends.letGo(provider)
            restore(id)
          }
          throw error
        }
        install(after, opened)
      })
    },
    openBeside: async (profile, clientSecret) => await exclusively(async () => {
      const provider = openStoredAdapter(profile, clientSecret, adapters)
      // For a test only: undo what it registered with this app's own provider, and put the adapter in use back in its place.
      provider.retire?.()
      restore(profile.id)
      return provider
    }),
    close: async () => {
      isClosed = true
      await ends.close()
      await Promise.all(all.map(async ({ provider }) => { await provider.close?.() }))
    }
  }
}

/** Whether both are the same version of a profile. */
function isSame (one: StoredProfile | undefined, other: StoredProfile): boolean {
  return one?.id === other.id && one.revision === other.revision && one.updatedAt === other.updatedAt
}

function notFound (): never {
  throw new AUTH_PROFILES_ERR_PROFILE_NOT_FOUND()
}
