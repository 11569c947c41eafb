import type { AuthenticationProfile, AuthProfiles } from '@latchkey/auth-profiles'
import { provides, type AccountInvitation } from '@latchkey/identity-provider'
import type { UsersStore } from '@latchkey/users-store'

type Invited = Parameters<AccountInvitation['inviteAccount']>[0]

/** The accounts of users at the providers of the profiles. */
export interface AccountsOfUsers {
  /**
   * Deletes the accounts of a user at providers that support deletion. Accounts at other providers stay.
   *
   * @param before called before the first deletion, if there is one; if it throws, nothing is deleted
   * @throws IDENTITY_PROVIDER_ERR_UNAVAILABLE
   */
  deleteAccountsOf (userId: string, before: () => Promise<void>): Promise<void>
  /**
   * Sends invitations for a profile.
   *
   * @param profileId `null`: the first profile
   * @returns `send` does nothing if the provider has no invitations: people have, or create, their own accounts there
   * @throws AUTH_PROFILES_ERR_PROFILE_NOT_FOUND
   */
  invitation (profileId: string | null): { send (invited: Invited): Promise<void> }
}

export function createAccountsOfUsers (authProfiles: AuthProfiles, usersStore: UsersStore): AccountsOfUsers {
  return {
    deleteAccountsOf: async (userId, before) => {
      const user = await usersStore.findById(userId)
      // Read in any case, so that the time does not tell whether the user exists.
      const identities = await usersStore.identitiesOf(userId)
      if (user === null) return
      const deletions = identities.flatMap(({ issuer, subject }) => {
        const provider = authProfiles.list().filter(profile => profile.issuer === issuer).map(({ id }) => authProfiles.provider(id)).find(found => provides(found, 'accountDeletion'))
        return provider === undefined ? [] : [async () => { await provider.deleteAccount({ subject, email: user.email }) }]
      })
      if (deletions.length === 0) return
      await before()
      for (const deleteAccount of deletions) await deleteAccount()
    },

    invitation: profileId => {
      const provider = authProfiles.provider(profileId ?? (authProfiles.list()[0] as AuthenticationProfile).id)
      return { send: async invited => { if (provides(provider, 'accountInvitation')) await provider.inviteAccount(invited) } }
    }
  }
}
