import { followStored, type Tables } from '@latchkey/database'
import type { TokenVerifier } from '@latchkey/token-verifier'
import type { Kysely } from 'kysely'
import { isDeepStrictEqual } from 'node:util'
import { createAdapterEnds } from './adapter-ends.js'
import type { AuthenticationSettings } from './authentication-settings.js'
import { describeStored, openStoredAdapter, toTrustedIssuer, type Adapters, type OpenedProfile } from './open-profiles.js'
import type { LeftOutProfile } from './profile.js'
import type { ProfileSecrets } from './profile-secrets.js'
import { loadStored, VERSION_TABLE, type Stored, type StoredProfile } from './stored-profiles.js'

/** The profiles in memory, with their adapters open: what every request is answered from. */
export interface CurrentProfiles {
  /** In order; the configured ones first. */
  readonly all: readonly OpenedProfile[]
  readonly leftOut: readonly LeftOutProfile[]
  readonly settings: AuthenticationSettings
  get (id: string): OpenedProfile | undefined
  /** Tells the ids of the roles of configured profiles, which are known when all roles are. */
  setConfiguredRoles (roleIdsOf: (profileId: string) => readonly string[]): void
  /** Takes over changes that other copies of the app made; looks at most once a second, and never fails. `undefined` where that was done already. */
  refresh (): Promise<void> | undefined
  /**
   * Changes what is stored, one change of this process after the other, and takes it over at once.
   *
   * @param write changes what is stored, and gives what is stored then; `tryOpening` opens the adapter of a profile as it is to
   *   be, and closes it again if the change fails
   */
  change (write: (tryOpening: (stored: StoredProfile, clientSecret: string | null) => OpenedProfile['provider']) => Promise<Stored>): Promise<void>
  /**
   * Opens the adapter of a stored profile as it could be, to look at it: nobody signs in by it, and the one in use stays. Whoever asked for it closes it.
   *
   * @throws what the adapter refuses
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
  /** Told of the settings when they are known, and whenever they are other ones. */
  onSettings (settings: AuthenticationSettings): void
  report: {
    /** The database can no longer be asked, or, without an error, it can again. */
    refresh (error: unknown): void
    leftOut (profile: LeftOutProfile): void
    closing (error: unknown): void
  }
}

interface OpenedStored extends OpenedProfile {
  readonly source: StoredProfile
}

interface LeftOut extends LeftOutProfile {
  readonly source: StoredProfile
}

export function openCurrentProfiles (initial: Stored, parts: CurrentProfilesParts): CurrentProfiles {
  const { adapters, secrets, tokenVerifier, db, onSettings, report } = parts
  let configured = parts.configured
  let stored: ReadonlyMap<string, OpenedStored> = new Map()
  let all: readonly OpenedProfile[] = configured
  let byId: ReadonlyMap<string, OpenedProfile> = new Map()
  let leftOut: readonly LeftOut[] = []
  let { version, settings } = initial
  const ends = createAdapterEnds(report.closing)
  /** A slow database may answer after that: nobody would close what is opened then. */
  let isClosed = false

  // Adapters are opened and closed one after the other.
  const { refresh, exclusively, catchUp } = followStored({ db, table: VERSION_TABLE, known: () => version, load: () => loadStored(db), take: next => { if (!isClosed) install(next) }, report: report.refresh })

  /** @param opened adapters that are open already, by profile id */
  function install (next: Stored, opened: ReadonlyMap<string, OpenedProfile['provider']> = new Map()): void {
    const kept = new Map([...stored].filter(([, { source }]) => next.profiles.some(profile => isSame(source, profile))))
    // Those that go make room first: another one may have their client id from now on.
    for (const [id, { provider }] of stored) if (!kept.has(id)) ends.letGo(provider)
    const accepted = new Map<string, OpenedStored>()
    const refused: LeftOut[] = []
    for (const profile of next.profiles) {
      try {
        accepted.set(profile.id, accept(profile, kept.get(profile.id)?.provider ?? opened.get(profile.id), [...configured, ...accepted.values()]))
      } catch (error) {
        refused.push({ id: profile.id, name: profile.name, reason: (error as Error).message, source: profile })
      }
    }
    const others = accepted.size !== stored.size || [...accepted].some(([id, { provider }]) => stored.get(id)?.provider !== provider)
    stored = accepted
    index()
    // The verifier forgets the tokens that it has verified, which a change of a name is no reason for.
    if (others) tokenVerifier.trust(all.map(toTrustedIssuer))
    for (const profile of refused) if (!leftOut.some(({ source }) => isSame(source, profile.source))) report.leftOut(profile)
    leftOut = refused
    version = next.version
    if (!isDeepStrictEqual(next.settings, settings)) onSettings(next.settings)
    settings = next.settings
  }

  function index (): void {
    all = Object.freeze([...configured, ...stored.values()])
    byId = new Map(all.map(entry => [entry.profile.id, entry]))
  }

  /** @throws where its adapter cannot be opened, or its tokens are another profile's already */
  function accept (profile: StoredProfile, opened: OpenedProfile['provider'] | undefined, before: readonly OpenedProfile[]): OpenedStored {
    if (before.some(({ profile: { id } }) => id === profile.id)) throw new Error('A profile of the configuration has this id')
    const provider = opened ?? open(profile)
    const accepted = { profile: describeStored(profile, before.length), provider, source: profile }
    try {
      tokenVerifier.check([...before, accepted].map(toTrustedIssuer))
    } catch (error) {
      ends.letGo(provider)
      throw error
    }
    return accepted
  }

  function open (profile: StoredProfile): OpenedProfile['provider'] {
    return openStoredAdapter(profile, profile.clientSecret === null ? null : secrets.open(profile.id, profile.clientSecret), adapters)
  }

  /** Opens the adapter in use anew: where others reach adapters by themselves, the one opened last has taken its place. */
  function restore (id: string): void {
    const inUse = stored.get(id)
    if (inUse?.provider.retire === undefined) return
    ends.letGo(inUse.provider)
    stored = new Map(stored).set(id, { ...inUse, provider: open(inUse.source) })
    index()
  }

  install(initial)
  onSettings(settings)
  return {
    get all () { return all },
    get leftOut () { return leftOut.map(({ id, name, reason }) => ({ id, name, reason })) },
    get settings () { return settings },
    get: id => byId.get(id),
    setConfiguredRoles: roleIdsOf => {
      configured = configured.map(({ profile, provider }) => ({ profile: Object.freeze({ ...profile, roleIds: roleIdsOf(profile.id) }), provider }))
      index()
    },
    refresh,
    change: async write => {
      await exclusively(async () => {
        // What another copy took away may be in the way.
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
      // Nobody signs in by it: what it registered with the provider of this app goes before anybody sees it, and the one in use takes its place again.
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

/** Whether nobody changed it in between. */
function isSame (one: StoredProfile | undefined, other: StoredProfile): boolean {
  return one?.id === other.id && one.revision === other.revision && one.updatedAt === other.updatedAt
}
