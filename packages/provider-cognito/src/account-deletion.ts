import type { AccountDeletion } from '@latchkey/identity-provider'
import type { Call } from './call.js'
import type { UserPoolsApi } from './user-pools-api.js'

/**
 * Deletes accounts. Unlike the adapter's other operations, these are not public in the user pools API: requests are signed
 * and need `cognito-idp:ListUsers` and `cognito-idp:AdminDeleteUser` on the user pool.
 */
export function openAccountDeletion ({ userPoolId }: { userPoolId: string }, api: UserPoolsApi, call: Call): AccountDeletion {
  return {
    async deleteAccount ({ subject }) {
      await call('deleteAccount', [], async signal => {
        // Found by its subject: the email may belong to another user by now, and the user name of a federated account is neither.
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
