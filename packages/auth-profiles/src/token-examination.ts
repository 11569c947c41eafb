import type { ApiTokens } from '@latchkey/api-tokens'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { Identity } from '@latchkey/token-verifier'
import type { UsersStore } from '@latchkey/users-store'
import type { AuthProfiles } from './auth-profiles.js'
import type { LinkObstacle } from './identity-resolution.js'
import { resolvedUser } from './principal-query.js'
import type { AuthenticationProfile } from './profile.js'
import { note, ok, problem, type TokenStep } from './token-step.js'
import { shown, verificationSteps } from './token-steps.js'

/** What would happen to a request with a bearer token. */
export interface TokenExamination {
  /** In the order in which they are taken. They contain nothing of the token except its own claims. */
  readonly steps: readonly TokenStep[]
  /** Whether the request would be accepted, so that permissions decide. */
  readonly accepted: boolean
  /** Whose token it is; `null` if it belongs to nobody. */
  readonly principal: Principal | null
}

interface Services {
  readonly authProfiles: Pick<AuthProfiles, 'lookUp'>
  readonly usersStore: Pick<UsersStore, 'findByEmail'>
  readonly rolePermissions: Pick<RolePermissionsService, 'rolesOf'>
  /** `null` if the app has none. */
  readonly apiTokens: Pick<ApiTokens, 'lookUp' | 'find'> | null
}

/** The result of the last step: whose token it is. */
interface Found {
  readonly step: TokenStep
  readonly principal: Principal | null
}

/**
 * Examines a token as a request would be, without any effect.
 *
 * @param verify verifies an ID token
 * @param profiles the profiles that the result may mention
 */
export async function examineToken (token: string, verify: (token: string) => Promise<Identity>, profiles: readonly AuthenticationProfile[], services: Services): Promise<TokenExamination> {
  if (services.apiTokens !== null && token.startsWith('lk_')) return conclude([], await findApiToken(token, services.apiTokens))
  const { taken, identity } = await verificationSteps(token, verify, profiles)
  if (identity === null) return { steps: taken, accepted: false, principal: null }
  return conclude([...taken, identityStep(identity)], await findUser(identity, services))
}

function conclude (taken: readonly TokenStep[], { step, principal }: Found): TokenExamination {
  return { steps: [...taken, step], accepted: step.state !== 'problem', principal }
}

async function findApiToken (secret: string, apiTokens: NonNullable<Services['apiTokens']>): Promise<Found> {
  try {
    const principal = await apiTokens.lookUp(secret)
    const found = await apiTokens.find({ id: principal.tokenId })
    return { step: ok('API token', `${found?.name ?? principal.tokenId}; it does not act as a user`), principal }
  } catch (error) {
    const { code, reason, message } = error as { code?: string, reason?: string, message: string }
    if (code?.startsWith('API_TOKENS_ERR_') !== true) throw error
    return { step: problem('API token', `${message}${reason === undefined ? '' : ` (${reason})`}`, 'Create a new one: mutation { apiTokenCreate(data: { name: "…" }) { token } }'), principal: null }
  }
}

function identityStep ({ email, emailVerified, subject, profileId }: Identity): TokenStep {
  return ok('identity', `${email}, ${emailVerified === true ? 'verified' : emailVerified === false ? 'not verified' : 'the issuer does not say whether it is verified'}; subject ${subject}; profile ${profileId}`)
}

/** What a person can do themselves if they have signed in as that user before. */
const LINK = 'sign in the way that user did before, and link this account: mutation { userIdentityLink(data: { idToken: "…" }) { id } }'

/** Why an identity is not bound to the user with its email, and what to do about it. */
const obstacles: Readonly<Record<LinkObstacle, { readonly why: string, remedy (profileId: string): string }>> = {
  removed: {
    why: 'it was removed from that user',
    remedy: () => `If that user should get it back, ${LINK}. Or have an administrator restore it on the user's page in the console.`
  },
  profile: {
    why: 'its profile never links by email',
    remedy: profileId => `If it is the same person, ${LINK}. The option "linkByEmail" of the profile ${profileId} controls linking by email.`
  },
  token: {
    why: 'the token does not say that the email is verified',
    remedy: profileId => `Confirm the email at the provider. Or, if it is the same person, ${LINK}. The option "linkByEmail" of the profile ${profileId} controls linking by email.`
  },
  record: {
    why: 'none of its identities was last seen with this email, verified, so the user may be somebody else',
    remedy: () => `If it is the same person, ${LINK}. If it is somebody else, remove their linked accounts on the user's page in the console, and the user is kept for the owner of the email; or delete the user and create it again. For other solutions, see docs/operations.md, "A user has the email already".`
  }
}

/** Finds the user of an identity, or says why there is none. */
async function findUser (identity: Identity, { authProfiles, usersStore, rolePermissions }: Services): Promise<Found> {
  const { profileId } = identity
  const standing = await authProfiles.lookUp(identity)
  const email = shown(identity.email)
  switch (standing.kind) {
    case 'bound': {
      const { user, principal } = standing.bound
      return { step: ok('user', `bound to the user ${user.id}, ${user.email}`), principal }
    }
    case 'email_differs': {
      const { user, principal } = standing.bound
      const detail = `bound to the user ${user.id}, whose email is ${user.email}, but the token's email is ${email}`
      const step = !standing.follows
        ? problem('user', `${detail} (email_mismatch)`, `Make them match: change the email at the provider, or update the user with latchkey doctor --fix ${user.id}. To update users of the profile ${profileId} automatically when a verified email changes, set "onEmailChange": "update".`)
        : await usersStore.findByEmail(identity.email) !== null
          ? problem('user', `${detail}: the user cannot be updated, because another user has that email (email_mismatch)`, 'Decide which of the two users to keep, and delete the other')
          : note('user', `${detail}: the next request updates the user`)
      return { step, principal }
    }
    case 'same_email': {
      const { user, obstacle } = standing
      if (obstacle === null) return { step: ok('user', `the next request binds it to the user ${user.id}, ${user.email}`), principal: resolvedUser(user, (await rolePermissions.rolesOf(user.id)).map(({ id }) => id)).principal }
      const { why, remedy } = obstacles[obstacle]
      return { step: problem('user', `the user ${user.id} has this email, but the identity is not linked to it: ${why} (identity_not_linked)`, remedy(profileId)), principal: null }
    }
    case 'nobody':
      if (standing.waiting) return { step: ok('user', 'signed up with a password: the next request creates the user'), principal: null }
      if (standing.refusal !== null) return { step: problem('user', 'nobody has signed up with it', standing.refusal), principal: null }
      return { step: problem('user', 'nobody has signed up with it', `Sign up: mutation { userSignUpWithToken(authProfileId: "${profileId}", user: { email: ${email} }) { id } }`), principal: null }
  }
}
