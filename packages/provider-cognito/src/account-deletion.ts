import type { AccountDeletion } from '@latchkey/identity-provider'
import type { Call } from './call.js'
import type { UserPoolsApi } from './user-pools-api.js'

/**
 * Deleting accounts, the one thing that is not public in the user pools API: its requests are signed and need
 * `cognito-idp:ListUsers` and `cognito-idp:AdminDeleteUser` on the user pool.
 */
export function openAccountDeletion ({ userPoolId }: { userPoolId: string }, api: UserPoolsApi, call: Call): AccountDeletion {
  return {
    async deleteAccount ({ subject }) {
      await call('deleteAccount', [], async signal => {
        // By the subject and not by the email, which may be somebody else's by now; the user name of a federated account is neither.
        const { Users: [user] = [] } = await (await api.client()).listUsers({
          UserPoolId: userPoolId, Filter: `sub = ${quote(subject)}`, Limit: 1
        }, { abortSignal: signal })
        if (user?.Username === undefined) return
        await (await api.client()).adminDeleteUser({ UserPoolId: userPoolId, Username: user.Username }, { abortSignal: signal })
          .catch(error => { if (error.name !== 'UserNotFoundException') throw error })
      })
    }
  }
}

function quote (value: string): string {
  return `"${value.replaceAll(/["\\]/g, character => `\\${character}`)}"`
}
