import type { AuthProfiles } from '@latchkey/auth-profiles'
import { requireCapability, type Capability, type CapabilityMap, type IdentityProvider, type TokenSet } from '@latchkey/identity-provider'
import type { Principal, RolePermissionsService } from '@latchkey/role-permissions'
import type { NewUser } from '@latchkey/users-store'
import type { MercuriusContext } from 'mercurius'
import type { RoleGiving, RolesInput } from '../changes/role-giving.js'
import { GRAPHQL_API_ERR_NOT_AUTHORIZED } from '../errors.js'
import type { RequesterOf } from '../requester-of.js'
import { rolesToAssign } from '../roles-to-assign.js'
import { asGiven } from '../visible-users.js'
import { withoutNulls } from '../without-nulls.js'
import type { Resolver, SchemaArea } from './schema-area.js'

interface AccountsParts {
  readonly authProfiles: AuthProfiles
  readonly rolePermissions: RolePermissionsService
  readonly roleGiving: RoleGiving
  readonly requesterOf: RequesterOf
}

interface OfProfile {
  readonly authProfileId?: string | null
}

/** A mutation that takes everything in `data`. */
type ByData<Data> = Resolver<unknown, { readonly data: Data & OfProfile }>

interface Success {
  readonly success: true
}

const success: Success = Object.freeze({ success: true })

/**
 * Accounts at the profiles' providers: signing in with a password, refreshing tokens, passwords and codes. Each mutation
 * uses one capability of the provider; a provider without it throws an error. A bearer token is ignored, because clients
 * send the expired one while they refresh it.
 */
export function accountsArea ({ authProfiles, rolePermissions, roleGiving, requesterOf }: AccountsParts): SchemaArea {
  const userSignUpWithPassword: Resolver<unknown, { user: NewUser & { roles?: RolesInput | null }, password: string } & OfProfile> = async (_source, { user: { roles, ...user }, ...account }, context) => {
    const requester = requesterOf(context)
    const roleIds = await rolesToAssign(roles, requester, { rolePermissions, roleGiving })
    // The requester matters only if they give roles.
    const givenBy = roleIds.length > 0 ? await requester.principal() : null
    const given = withoutNulls(user)
    await authProfiles.signUpWithPassword({ ...account, user: given, roleIds, givenBy, clientAddress: clientAddress(context) })
    return asGiven(given)
  }

  const userLogin: ByData<{ email: string, password: string }> = async (_source, { data: { authProfileId, ...credentials } }, context) => {
    const provider = providerWith('passwordSignIn', authProfileId)
    return { ...success, auth: await provider.signInWithPassword({ ...credentials, clientAddress: clientAddress(context) }) }
  }

  const userRefreshToken: ByData<{ refreshToken: string, email?: string | null }> = async (_source, { data: { authProfileId, refreshToken, email } }) =>
    await providerWith('tokenRefresh', authProfileId).refreshTokens({ refreshToken, ...email != null && { email } }) satisfies TokenSet

  const userPasswordForgot: ByData<{ email: string }> = async (_source, { data: { authProfileId, email } }, context) => {
    await providerWith('passwordRecovery', authProfileId).forgotPassword({ email, clientAddress: clientAddress(context) })
    return success
  }

  const userPasswordForgotConfirm: ByData<{ email: string, code: string, newPassword: string }> = async (_source, { data: { authProfileId, ...request } }, context) => {
    await providerWith('passwordRecoveryConfirmation', authProfileId).confirmForgottenPassword({ ...request, clientAddress: clientAddress(context) })
    return success
  }

  const userChangePassword: ByData<{ email: string, oldPassword: string, newPassword: string, refreshToken?: string | null }> = async (_source, { data: { authProfileId, refreshToken, ...request } }, context) => {
    await providerWith('passwordChange', authProfileId).changePassword({ ...request, ...refreshToken != null && { refreshToken }, clientAddress: clientAddress(context) })
    return success
  }

  const userVerificationEmailResend: Resolver<unknown, { data: { email: string } } & OfProfile> = async (_source, { data: { email }, authProfileId }, context) => {
    await providerWith('emailVerification', authProfileId).resendVerificationEmail({ email, clientAddress: clientAddress(context) })
    return success
  }

  const userVerificationEmailConfirm: Resolver<unknown, { data: { email: string, code: string, password?: string | null } } & OfProfile> = async (_source, { data, authProfileId }, context) => {
    await providerWith('emailConfirmation', authProfileId).confirmEmail({ ...withoutNulls(data), clientAddress: clientAddress(context) })
    return success
  }

  const getToken: Resolver<unknown, { code: string, authProfileId: string, redirectUri?: string | null, codeVerifier?: string | null, nonce?: string | null }> = async (_source, { authProfileId, code, ...optional }, context) => {
    authorizeGetToken(await requesterOf(context).principal())
    const { idToken } = await providerWith('codeExchange', authProfileId).exchangeCode({ code, ...withoutNulls(optional) })
    return { token: idToken }
  }

  /** Most people see this refusal when they set up their first sign-in, so it says which role lacks what. */
  function authorizeGetToken (principal: Principal): void {
    if (rolePermissions.can(principal, 'call', { function: 'getToken' }).allowed) return
    const { roles, remedy } = rolePermissions.explain(principal, 'call', { function: 'getToken' })
    throw new GRAPHQL_API_ERR_NOT_AUTHORIZED('getToken', 'call', { roles: roles.map(({ role }) => role), hint: remedy })
  }

  /** @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND, IDENTITY_PROVIDER_ERR_UNSUPPORTED */
  function providerWith<Name extends Capability> (capability: Name, profileId: string | null | undefined): IdentityProvider & CapabilityMap[Name] {
    return requireCapability(authProfiles.provider(profileId ?? authProfiles.list()[0]?.id ?? ''), capability)
  }

  return {
    types: `
      "The tokens of a sign-in. Times are null if the provider does not report them."
      type Auth {
        idToken: String!
        refreshToken: String
        accessToken: String
        idTokenExpiresAt: DateTime
        accessTokenExpiresAt: DateTime
      }
      type UserLoginResponse { success: Boolean!, auth: Auth! }
      type SuccessResponse { success: Boolean! }
      type GetTokenResponse { token: String! }
      input UserLoginInput { email: String!, password: String!, authProfileId: ID }
      input RefreshTokenInput { refreshToken: String!, email: String, authProfileId: ID }
      input PasswordForgotInput { email: String!, authProfileId: ID }
      input PasswordForgotConfirmInput { email: String!, code: String!, newPassword: String!, authProfileId: ID }
      input ChangePasswordInput { email: String!, oldPassword: String!, newPassword: String!, refreshToken: String, authProfileId: ID }
      input VerificationEmailResendInput { email: String! }
      "The password is the one used to sign up. The embedded provider requires it, so that nobody can confirm an account that somebody else created."
      input VerificationEmailConfirmInput { email: String!, code: String!, password: String }`,
    mutations: `
      "Creates an account with a password at the provider. The account's first token creates the user; until then, the result repeats the input and its id is null."
      userSignUpWithPassword(user: UserCreateInput!, password: String!, authProfileId: ID): User!
      "Signs in with an email and a password."
      userLogin(data: UserLoginInput!): UserLoginResponse!
      "Returns new tokens for a refresh token. Use the returned refresh token next time."
      userRefreshToken(data: RefreshTokenInput!): Auth!
      "Sends a code or a link to set a new password. The answer does not reveal whether the account exists."
      userPasswordForgot(data: PasswordForgotInput!): SuccessResponse!
      "Sets a new password with the code that was sent."
      userPasswordForgotConfirm(data: PasswordForgotConfirmInput!): SuccessResponse!
      "Sets a new password with the old one."
      userChangePassword(data: ChangePasswordInput!): SuccessResponse!
      "Sends the confirmation email again. The answer does not reveal whether the account exists."
      userVerificationEmailResend(data: VerificationEmailResendInput!, authProfileId: ID): SuccessResponse!
      "Confirms the email of an account with the code that was sent to it."
      userVerificationEmailConfirm(data: VerificationEmailConfirmInput!, authProfileId: ID): SuccessResponse!
      "Exchanges an authorization code at the provider, using the client secret. Needs permission to call the function getToken."
      getToken(code: String!, authProfileId: ID!, redirectUri: String, codeVerifier: String, nonce: String): GetTokenResponse!`,
    resolvers: {
      Mutation: {
        userSignUpWithPassword,
        userLogin,
        userRefreshToken,
        userPasswordForgot,
        userPasswordForgotConfirm,
        userChangePassword,
        userVerificationEmailResend,
        userVerificationEmailConfirm,
        getToken
      }
    }
  }
}

/** Mercurius sets the reply, except for queries that the app runs itself. */
function clientAddress ({ reply }: Partial<MercuriusContext>): string | undefined {
  return reply?.request.ip
}
