import type { User } from '@latchkey/users-store'
import { emailMismatches } from '@latchkey/users-store'
import type { FastifyInstance } from 'fastify'

/** What is to be done about a user whose provider has another email. */
export type EmailFix =
  | { readonly kind: 'agrees', readonly user: User }
  | { readonly kind: 'refused', readonly reason: string, readonly remedy: string }
  | { readonly kind: 'possible', readonly user: User, readonly email: string, readonly issuer: string }

/**
 * Finds out whether the record of a user may follow its provider: only to an email that the issuer says is verified, since
 * anybody can claim any other, and that no other user has.
 *
 * @param who an id, or the email of the record
 */
export async function planEmailFix ({ db, usersStore }: FastifyInstance, who: string): Promise<EmailFix> {
  const user = who.includes('@') ? await usersStore.findByEmail(who) : await usersStore.findById(who)
  if (user === null) return { kind: 'refused', reason: `there is no user ${who}`, remedy: 'Give the id or the email of its record, as latchkey doctor lists them' }
  const found = (await emailMismatches(db)).filter(({ userId }) => userId === user.id)
  if (found.length === 0) return { kind: 'agrees', user }
  const [first, ...others] = found.filter(({ emailVerified }) => emailVerified === true)
  if (first === undefined) return { kind: 'refused', reason: `the provider does not say that ${found.map(({ email }) => email).join(', ')} is verified`, remedy: 'Confirm the email at the provider and sign in again' }
  if (others.some(({ email }) => email !== first.email)) {
    return { kind: 'refused', reason: `its providers have different emails: ${[first, ...others].map(({ issuer, email }) => `${issuer} ${email}`).join(', ')}`, remedy: 'Make them agree at the providers first' }
  }
  const owner = await usersStore.findByEmail(first.email)
  if (owner !== null) return { kind: 'refused', reason: `${first.email} is the email of another user, ${owner.id}`, remedy: 'Decide which of the two records is to stay, and delete the other' }
  return { kind: 'possible', user, email: first.email, issuer: first.issuer }
}

/** Lets the record follow, and notes it in the audit log. @throws USERS_STORE_ERR_EMAIL_TAKEN */
export async function applyEmailFix ({ usersStore, auditLog }: FastifyInstance, { user, email }: Extract<EmailFix, { kind: 'possible' }>): Promise<void> {
  await usersStore.update(user.id, { email }, {
    inTransaction: async (transaction, { before, after }) => {
      await auditLog.record(transaction, { principal: { kind: 'operator' }, action: 'update', table: 'Users', recordId: user.id, before: { ...before }, after: { ...after } })
    }
  })
}
